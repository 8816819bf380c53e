"""Wrong losses of a vocabulary in blocks, the mistakes of exercise 10.3."""

import numpy as np

from utils import reference
from utils.checking import Bank
from utils.exercises.ch10.blocks import (
    KEPT_TOO_MUCH,
    PAIR,
    TOO_WIDE,
    TWO_BLOCKS,
    WITH_A_REST,
    at_labels,
    blocks_of,
    mean_loss,
    merged,
    streamed,
    with_labels_in_their_block,
)

mistakes = Bank()


def _takes_some_rows(seen):
    """Whether every product that was too wide has all classes and not all examples, where there are several."""
    wide = [
        (result.facts["shape"], *inputs[:2])
        for inputs, result in zip(seen.probes, seen.results, strict=False)
        if result.problem == TOO_WIDE and len(inputs[0]) > 1
    ]
    return bool(wide) and all(
        shape[-1:] == W.shape[1:] and (len(shape) == 1 or shape[0] < len(H)) for shape, H, W in wide
    )


@mistakes.mistake(recognise=_takes_some_rows)
def blocks_of_examples(H, W, y, block):
    """
    Your blocks are made of examples: some rows of H at a time, each against *all* columns of W. What fills the memory
    is the other side. Even a single row has 50,257 logits, and in training a few hundred rows come at once, each of
    which would still meet the whole vocabulary. Every example is in every block here, and a block holds some of the
    *classes*. Which of the two arrays has a column for each class, and where does your slice cut?
    """
    parts = [(H[start : start + block] @ W, y[start : start + block]) for start in range(0, len(H), block)]
    return sum(len(labels) * reference.cross_entropy(Z, labels) for Z, labels in parts) / len(H)


@blocks_of_examples.also
def one_example_at_a_time(H, W, y, block):
    return np.mean([reference.logsumexp(h @ W) - h @ W[:, label] for h, label in zip(H, y, strict=True)])


blocks_of_examples.also(
    lambda H, W, y, block: np.mean(
        [reference.cross_entropy(H[i : i + block] @ W, y[i : i + block]) for i in range(0, len(H), block)]
    )
)


def _takes_the_number_for_the_width(seen):
    """Whether every product that was too wide is a block of those into which the classes fall if there are so many."""
    wide = [
        (result.facts["width"], -(-inputs[1].shape[1] // inputs[3]))
        for inputs, result in zip(seen.probes, seen.results, strict=False)
        if result.problem == TOO_WIDE
    ]
    return bool(wide) and all(abs(width - of_so_many) <= 1 for width, of_so_many in wide)


@mistakes.mistake(recognise=_takes_the_number_for_the_width)
def the_number_of_blocks_taken_for_their_width(H, W, y, block):
    """
    You divide the classes into `block` blocks, and `block` is how many classes one of them has. With a block of 2 and
    60 classes you form two blocks of 30 columns where thirty of 2 were asked for. The loss comes out right, and the
    memory does not: for a vocabulary of 50,257 and a block of 16 you hold more than 3,000 columns at a time. What does
    `np.array_split`, or your division, take as its number: parts, or entries of a part?
    """
    parts = np.array_split(np.arange(W.shape[1]), min(block, W.shape[1]))
    return (reference.streaming_logsumexp(H @ W[:, part] for part in parts) - at_labels(H, W, y)).mean()


@the_number_of_blocks_taken_for_their_width.also
def by_a_wider_step(H, W, y, block):
    step = -(-W.shape[1] // block)
    parts = (H @ W[:, start : start + step] for start in range(0, W.shape[1], step))
    return (reference.streaming_logsumexp(parts) - at_labels(H, W, y)).mean()


@mistakes.mistake(recognise=lambda seen: any(result.problem in (KEPT_TOO_MUCH, TOO_WIDE) for result in seen.results))
def everything_at_once(H, W, y, block):
    """
    Whatever number comes out, on the way you hold all logits at once, or far more of them than a few blocks. One of the
    tests has 32 rows and 1,000 classes in blocks of 50; with a real vocabulary and a few hundred rows the same table
    fills hundreds of megabytes. A block of logits is formed, added to two running numbers for each row, and forgotten.
    Which of your arrays has a column for every class?
    """
    return reference.cross_entropy(H @ W, y)


everything_at_once.also(
    lambda H, W, y, block: (
        reference.logsumexp(np.hstack([Z for _, Z in blocks_of(H, W, block)])) - at_labels(H, W, y)
    ).mean(),
    lambda H, W, y, block: (streamed(H, W, y, block, merged) - (np.eye(W.shape[1])[y] * (H @ W)).sum(axis=1)).mean(),
)


@mistakes.mistake(*WITH_A_REST)
def the_last_block_is_lost(H, W, y, block):
    """
    You go through as many *whole* blocks as fit, and the classes that are left over are never counted. For {input}
    you return {output}. Their probabilities are missing from the sum, so the loss is too small, and nothing fails.
    A range with a step runs to the end of the classes, and a slice that reaches beyond them is cut off by itself.
    Where do you divide the number of classes?
    """
    whole = W.shape[1] // block * block
    return (reference.logsumexp(H @ W[:, :whole]) - at_labels(H, W, y)).mean()


@the_last_block_is_lost.also
def by_the_number_of_whole_blocks(H, W, y, block):
    parts = (H @ W[:, i * block : (i + 1) * block] for i in range(W.shape[1] // block))
    return (reference.streaming_logsumexp(parts) - at_labels(H, W, y)).mean()


@the_last_block_is_lost.also
def with_two_running_numbers(H, W, y, block):
    largest, total = np.full(len(H), -np.inf), np.zeros(len(H))
    for i in range(W.shape[1] // block):
        largest, total = merged(largest, total, H @ W[:, i * block : (i + 1) * block])
    return (largest + np.log(total) - at_labels(H, W, y)).mean()


@mistakes.mistake(*TWO_BLOCKS)
def no_rescaling(H, W, y, block):
    """
    When a block brings a larger logit you go on with the old sum as it is. Its terms refer to the old maximum and
    are too large by a power of e. For {input} you return {output}. You have met this one in chapter 6; here every
    *row* has its own maximum and its own factor. By what is the old sum multiplied?
    """

    def merge(m, s, Z):
        return (
            np.maximum(m, Z.max(axis=1)),
            s + np.exp(Z - np.maximum(m, Z.max(axis=1))[:, None]).sum(axis=1),
        )

    return mean_loss(H, W, y, block, merge)


@mistakes.mistake(*TWO_BLOCKS)
def rescaled_the_wrong_way(H, W, y, block):
    """
    You multiply the old sum by the power of *new minus old* maximum, which makes it larger where it has to shrink. With
    a start at minus infinity the first factor is infinite, and infinity times 0 has no value: for {input} you return
    {output}. The old terms were taken relative to the old maximum; relative to a larger one each of them is smaller.
    Which of the two maxima has to be subtracted from the other?
    """

    def merge(m, s, Z):
        new = np.maximum(m, Z.max(axis=1))
        return new, s * np.exp(new - m) + np.exp(Z - new[:, None]).sum(axis=1)

    return mean_loss(H, W, y, block, merge)


@rescaled_the_wrong_way.also
def rescaled_the_wrong_way_from_the_second_block_on(H, W, y, block):
    def merge(m, s, Z):
        new = np.maximum(m, Z.max(axis=1))
        return new, np.where(s > 0, s * np.exp(np.where(s > 0, new - m, 0)), 0) + np.exp(Z - new[:, None]).sum(axis=1)

    return mean_loss(H, W, y, block, merge)


@mistakes.mistake(np.array([[1.0]]), np.array([[2.0, 1.0]]), np.array([0]), 1)
def new_block_not_rescaled(H, W, y, block):
    """
    You shift each block by its own maximum and add its sum to the others as if all referred to the same. For
    {input} you return {output}. Two sums of exponentials can be added when both are relative to one maximum: the
    largest logit of everything so far. Which of your two sums refers to another one?
    """

    def merge(m, s, Z):
        return (
            np.maximum(m, Z.max(axis=1)),
            s * np.exp(m - np.maximum(m, Z.max(axis=1))) + np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1),
        )

    return mean_loss(H, W, y, block, merge)


@new_block_not_rescaled.also
def with_the_last_maximum(H, W, y, block):
    total = np.zeros(len(H))
    for _, Z in blocks_of(H, W, block):
        largest = Z.max(axis=1)
        total += np.exp(Z - largest[:, None]).sum(axis=1)
    return (largest + np.log(total) - at_labels(H, W, y)).mean()


HUGE = (np.array([[1000.0]]), np.array([[1.0, 0.999, 0.5]]), np.array([1]), 1)


@mistakes.mistake(*HUGE)
def no_shift(H, W, y, block):
    """
    You add up the exponentials of all blocks as they are and take one logarithm at the end. The loop is short, and
    it breaks at the first logit above 709, or when all of them are very negative: for {input} you return {output}.
    A second running number, the largest logit of each row so far, has to travel with the sum.
    """
    return (np.log(sum(np.exp(Z).sum(axis=1) for _, Z in blocks_of(H, W, block))) - at_labels(H, W, y)).mean()


OPPOSITE = (np.array([[1000.0], [-1000.0]]), np.array([[1.0, 0.998, 0.999]]), np.array([1, 2]), 2)


@mistakes.mistake(*OPPOSITE)
def one_maximum_for_the_batch(H, W, y, block):
    """
    You keep one maximum for all rows. A row whose logits lie far below it has nothing but zeros in its sum, and
    their logarithm is minus infinity: for {input} you return {output}. Each example has its own sum and needs its
    own shift. Over which axis of a block should the maximum run, and how many numbers come out?
    """

    def merge(m, s, Z):
        return (
            np.maximum(m, Z.max()),
            s * np.exp(m - np.maximum(m, Z.max())) + np.exp(Z - np.maximum(m, Z.max())[:, None]).sum(axis=1),
        )

    return mean_loss(H, W, y, block, merge)


@mistakes.mistake(*PAIR)
def labels_counted_from_the_first_class(H, W, y, block):
    """
    You pick the logit at the label inside its block, but the label counts from the first class of *all*, and the
    columns of a block from its own beginning. So the index runs off the block, or hits another class: for {input}
    you return {output}. In the block that begins at class `start`, which column holds the class `y`?
    """
    return with_labels_in_their_block(H, W, y, block, lambda Z, i, label, s: Z[i, label])


@labels_counted_from_the_first_class.also
def wherever_the_block_is_wide_enough(H, W, y, block):
    found = np.zeros(len(H))
    for _, Z in blocks_of(H, W, block):
        here = np.flatnonzero(y < Z.shape[1])
        found[here] = Z[here, y[here]]
    return (streamed(H, W, y, block, merged) - found).mean()


@labels_counted_from_the_first_class.also
def in_the_first_block_that_is_wide_enough(H, W, y, block):
    _, Z = next(iter(blocks_of(H, W, block)))
    found = np.where(y < Z.shape[1], Z[np.arange(len(y)), np.minimum(y, Z.shape[1] - 1)], 0)
    return (streamed(H, W, y, block, merged) - found).mean()


@mistakes.mistake(*PAIR)
def labels_counted_from_1(H, W, y, block):
    """
    You take 1 off every label, as if classes were counted from 1. Here the labels run from 0 to V − 1 and name their
    columns as they are; a label 0 then becomes −1, which NumPy counts from the end, so nothing fails. For {input} you
    return {output}, the loss of other classes. The start of a block is subtracted from a label only where you index a
    block. Where does your 1 come from?
    """
    return (streamed(H, W, y, block, merged) - at_labels(H, W, y - 1)).mean()


@mistakes.mistake(*TWO_BLOCKS)
def labels_of_other_blocks(H, W, y, block):
    """
    You subtract the start of the block from the label, which is right, and pick in *every* block. A label of an
    earlier block is then negative, which NumPy counts from the end, and one of a later block lies beyond: for
    {input} you return {output}. Only the block that holds the class may give its logit. How do you find the rows
    whose label lies between start and end?
    """
    return (
        streamed(H, W, y, block, merged) - sum(Z[np.arange(len(y)), y - start] for start, Z in blocks_of(H, W, block))
    ).mean()


labels_of_other_blocks.also(
    lambda H, W, y, block: (
        streamed(H, W, y, block, merged) - [Z[np.arange(len(y)), y - start] for start, Z in blocks_of(H, W, block)][-1]
    ).mean(),
    lambda H, W, y, block: (
        streamed(H, W, y, block, merged)
        - sum(Z[np.arange(len(y)), np.clip(y - start, 0, Z.shape[1] - 1)] for start, Z in blocks_of(H, W, block))
    ).mean(),
)


@mistakes.mistake(*PAIR)
def a_negative_index(H, W, y, block):
    """
    You ask whether a label lies before the *end* of a block, and not whether it lies after its start. A label of an
    earlier block passes, too. Less the start it is negative, NumPy counts it from the end, and the logit that was right
    is replaced by another one; far enough back it is an error. For {input} you return {output}. Each class belongs to
    one block only. Which second comparison keeps the earlier labels out?
    """
    found = np.zeros(len(H))
    for start, Z in blocks_of(H, W, block):
        here = np.flatnonzero(y < start + Z.shape[1])
        found[here] = Z[here, y[here] - start]
    return (streamed(H, W, y, block, merged) - found).mean()


@a_negative_index.also
def until_it_is_an_error(H, W, y, block):
    found = np.zeros(len(H))
    for start, Z in blocks_of(H, W, block):
        for row, label in enumerate(y):
            if -Z.shape[1] <= label - start < Z.shape[1]:
                found[row] = Z[row, label - start]
    return (streamed(H, W, y, block, merged) - found).mean()


@a_negative_index.also
def added_up_over_the_blocks(H, W, y, block):
    found = np.zeros(len(H))
    for start, Z in blocks_of(H, W, block):
        here = np.flatnonzero(y < start + Z.shape[1])
        found[here] += Z[here, y[here] - start]
    return (streamed(H, W, y, block, merged) - found).mean()


@mistakes.mistake(*TWO_BLOCKS)
def the_first_class_of_a_block(H, W, y, block):
    """
    A label that is the first class of its block belongs to no block in your code, so its logit is never picked and
    counts as 0: for {input} you return {output}. A block holds the classes from its start, which is included, up to
    the start of the next one, which is not, as a slice does. Test the label 0, and the first label of the second
    block. Which of your two comparisons has to let the border itself pass?
    """
    kept = np.where(y % block > 0, at_labels(H, W, y), 0.0)
    return (streamed(H, W, y, block, merged) - kept).mean()


@mistakes.mistake(*WITH_A_REST)
def blocks_that_overlap(H, W, y, block):
    """
    Your blocks overlap: they begin too close together, or reach one class too far, so some classes are counted several
    times. For {input} you return {output}. The sum of the exponentials is then too large, and with it the loss. A range
    takes a start, an end and the distance from one start to the next, and a slice ends *before* its second number.
    Which classes does your second block hold, and which should it hold?
    """
    return _in_blocks_of(H, W, y, 1, block)


def _in_blocks_of(H, W, y, step, width):
    """The mean loss where a block begins after so many classes and holds so many."""
    parts = (H @ W[:, start : start + width] for start in range(0, W.shape[1], step))
    return (reference.streaming_logsumexp(parts) - at_labels(H, W, y)).mean()


blocks_that_overlap.also(
    lambda H, W, y, block: _in_blocks_of(H, W, y, max(block - 1, 1), block),
    lambda H, W, y, block: _in_blocks_of(H, W, y, max(block // 2, 1), block),
    lambda H, W, y, block: _in_blocks_of(H, W, y, block, block + 1),
)


@mistakes.mistake(*WITH_A_REST)
def classes_between_the_blocks(H, W, y, block):
    """
    Between the end of one of your blocks and the start of the next a class is lost, so the sum of the exponentials is
    too small, and with it the loss. For {input} you return {output}. A slice ends *before* its second number, so no
    border has to be skipped: the next block begins at the number with which this one ended. Write down the classes of
    your first two blocks. Which one is missing?
    """
    return _in_blocks_of(H, W, y, block + 1, block)


classes_between_the_blocks.also(lambda H, W, y, block: _in_blocks_of(H, W, y, block, max(block - 1, 1)))


@mistakes.mistake(*PAIR)
def columns_in_place_of_elements(H, W, y, block):
    """
    `H @ W[:, y]` is a table of m times m numbers: it pairs every example with the labels of all. For {input} you
    return {output}. Broadcasting subtracts the table from the log-sum-exps, and the mean over everything is one
    number that looks like a loss. With a single example it is even right. Needed is one scalar product for each
    example: its own row with the column of its own label. How many numbers should there be?
    """
    return (streamed(H, W, y, block, merged) - H @ W[:, y]).mean()


columns_in_place_of_elements.also(
    lambda H, W, y, block: (streamed(H, W, y, block, merged)[:, None] - H @ W[:, y]).mean(),
    lambda H, W, y, block: np.mean(streamed(H, W, y, block, merged)) - np.mean(H @ W[:, y]),
    lambda H, W, y, block: (streamed(H, W, y, block, merged) - (H @ W[:, y]).sum(axis=1)).mean(),
    lambda H, W, y, block: (streamed(H, W, y, block, merged) - (H @ W[:, y]).sum(axis=0)).mean(),
)


def _joined(H, W, y, block, join):
    parts = [reference.logsumexp(Z) for _, Z in blocks_of(H, W, block)]
    return (join(parts, axis=0) - at_labels(H, W, y)).mean()


@mistakes.mistake(*TWO_BLOCKS, name="log-sum-exps added")
def log_sum_exps_added(H, W, y, block):
    """
    You add up the log-sum-exps of the blocks, or take the largest one: for {input} you return {output}. What adds
    up over the blocks are the sums of exponentials, before any logarithm, and a sum of logarithms is the logarithm
    of a product. The blocks of this small case hold one logit each. Which operation joins two log-sum-exps into the
    one of all their classes?
    """
    return _joined(H, W, y, block, np.sum)


log_sum_exps_added.also(lambda H, W, y, block: _joined(H, W, y, block, np.max))


@mistakes.mistake(*TWO_BLOCKS, name="only the log-sum-exp")
def only_the_log_sum_exp(H, W, y, block):
    """
    You return the mean log-sum-exp, {output} for {input}, and the labels are not used at all. The loss is the
    *distance* from the log-sum-exp down to the logit of the true class; without that logit nothing is rewarded for
    being right. One scalar product for each example is missing: of which row and which column?
    """
    return streamed(H, W, y, block, merged).mean()


@mistakes.mistake(*TWO_BLOCKS)
def the_other_sign(H, W, y, block):
    """
    You subtract the log-sum-exp from the true logit: {output} for {input}. That is the logarithm of the
    probability, never above 0. A loss is minus that, so it falls towards 0 as the model gets better. Which of the
    two terms comes first?
    """
    return -mean_loss(H, W, y, block)


@mistakes.mistake(*PAIR)
def sum_in_place_of_mean(H, W, y, block):
    """
    You add up the losses of the examples: {output} for {input}. The cost of this course is the mean, so that it
    does not grow with the batch and the learning rate need not follow it (chapter 4). By what has the sum to be
    divided?
    """
    return mean_loss(H, W, y, block) * len(y)


@mistakes.mistake(*PAIR)
def a_loss_for_each_example(H, W, y, block):
    """
    You return one loss for each example: {output} for {input}. They are right, and the exercise asks for their
    mean, one number for the batch, as `cross_entropy` of chapter 6 gave it. Which reduction is still missing at the
    end?
    """
    return streamed(H, W, y, block, merged) - at_labels(H, W, y)


@mistakes.mistake(*PAIR)
def a_softmax_for_each_block(H, W, y, block):
    """
    You compute a loss inside each block, as if its classes were all there are, and add or average these or keep
    those of the blocks with a label. For {input} you return {output}. A class competes with *all* others; in a
    block of its own it has no rivals, and its loss is too small. The log-sum-exp has to run over all blocks before
    the true logit is subtracted.
    """
    return np.mean(
        [
            reference.logsumexp(h @ W[:, label // block * block : label // block * block + block]) - h @ W[:, label]
            for h, label in zip(H, y, strict=True)
        ]
    )


a_softmax_for_each_block.also(
    lambda H, W, y, block: np.mean(
        [(reference.logsumexp(Z) - at_labels(H, W, y)).mean() for _, Z in blocks_of(H, W, block)]
    )
)


def _losses_of_the_blocks(H, W, y, block):
    """For each block with a label the losses of its examples, as if its classes were all there are."""
    for start, Z in blocks_of(H, W, block):
        here = np.flatnonzero((y >= start) & (y < start + Z.shape[1]))
        if len(here):
            yield reference.logsumexp(Z[here]) - Z[here, y[here] - start], reference.softmax(Z)[here, y[here] - start]


a_softmax_for_each_block.also(
    lambda H, W, y, block: np.mean([losses.mean() for losses, _ in _losses_of_the_blocks(H, W, y, block)]),
    lambda H, W, y, block: sum(losses.mean() for losses, _ in _losses_of_the_blocks(H, W, y, block)),
    lambda H, W, y, block: -sum(np.log(a).sum() for _, a in _losses_of_the_blocks(H, W, y, block)) / len(y),
)


@mistakes.mistake(np.array([[1.0]]), np.array([[5.0, 1000.0, 0.0]]), np.array([0]), 1)
def the_probability_is_formed_first(H, W, y, block):
    """
    You raise e to a number to get the probability of the true class, and take its logarithm again. A class that trails
    by more than 745 has the probability 0 in a computer, and its loss becomes infinite, nan, or whatever your clip or
    small number allows: for {input} you return {output}. The loss is a *difference* of two numbers that you have both.
    What does the logarithm of a power of e come to, without any power?
    """
    return -np.log(np.exp(at_labels(H, W, y) - streamed(H, W, y, block, merged))).mean()


the_probability_is_formed_first.also(
    lambda H, W, y, block: -np.log(np.exp(at_labels(H, W, y)) / np.exp(streamed(H, W, y, block, merged))).mean(),
    *(
        lambda H, W, y, block, small=small: (
            -np.log(np.exp(at_labels(H, W, y) - streamed(H, W, y, block, merged)) + small).mean()
        )
        for small in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16)
    ),
    *(
        lambda H, W, y, block, small=small: (
            -np.log(np.maximum(np.exp(at_labels(H, W, y) - streamed(H, W, y, block, merged)), small)).mean()
        )
        for small in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
    ),
)


def _refuses_a_rest(seen):
    """Whether only layers are refused whose classes are not divided by the block, and most of these are."""
    with_a_rest = [W.shape[1] % block > 0 for _, W, _, block in seen.probes]
    refused = [result.problem in ("ValueError", "ZeroDivisionError") for result in seen.results]
    results = list(zip(with_a_rest, refused, seen.right, strict=True))
    return all(right or (rest and error) for rest, error, right in results) and 2 * sum(refused) > sum(with_a_rest)


@mistakes.mistake(np.array([[1.0]]), np.array([[2.0, 1.0, 0.1, 0.0, 1.0]]), np.array([2]), 2, recognise=_refuses_a_rest)
def blocks_of_equal_width_only(H, W, y, block):
    """
    Your code works where the block divides the number of classes, and refuses everything else: for {input} it returns
    {output}. `np.split` and `reshape` want parts of one size. A vocabulary of 50,257 is divided by hardly any block,
    and the text says that the last one may be narrower, or the only one. A range with a step, and slices from each
    start, make such blocks. What does a slice do when it reaches beyond the end?
    """
    parts = np.split(W, W.shape[1] // block, axis=1)
    return (reference.streaming_logsumexp(H @ part for part in parts) - at_labels(H, W, y)).mean()


blocks_of_equal_width_only.also(
    lambda H, W, y, block: (
        reference.streaming_logsumexp(H @ part for part in W.reshape(len(W), -1, block).transpose(1, 0, 2))
        - at_labels(H, W, y)
    ).mean()
)


@mistakes.mistake(*TWO_BLOCKS)
def sum_started_at_1(H, W, y, block):
    """
    Your running maximum, or your running sum, begins with a class that does not exist: a logit of 0, or a total of
    1. For {input} you return {output}, a loss that is a little too large. Before the first block nothing has been
    added. Which maximum lets the first block take over completely?
    """
    return mean_loss(H, W, y, block, largest=0.0, total=1.0)


sum_started_at_1.also(
    lambda H, W, y, block: (np.logaddexp(0, streamed(H, W, y, block, merged)) - at_labels(H, W, y)).mean()
)


@mistakes.mistake(np.array([[1.0]]), np.array([[-1000.0, -1001.0, -999.0]]), np.array([0]), 1)
def shift_by_zero_at_least(H, W, y, block):
    """
    Your running maximum begins at 0 and never falls below it. A row of very negative logits is then not shifted at
    all, its powers are all rounded to 0, and the logarithm of their sum is minus infinity: for {input} you return
    {output}. Nothing seen so far has a maximum, too. Which number is smaller than every logit?
    """
    return mean_loss(H, W, y, block, largest=0.0)
