"""Exercise 10.3: the mean cross-entropy of the logits H @ W, block by block."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, Unfit, paragraphs
from utils.checking.observing import peak_memory
from utils.exercises.ch10.common import exact
from utils.exercises.drawing import labels

# The domain

ROWS, WIDE = 32, 1_000  # of the layer on which memory is looked at

TWO_BLOCKS = (np.array([[1.0]]), np.array([[1.0, 2.0]]), np.array([0]), 1)
WITH_A_REST = (np.array([[1.0]]), np.array([[2.0, 1.0, 0.1]]), np.array([2]), 2)
PAIR = (np.array([[1.0], [2.0]]), np.array([[0.0, 1.0, 3.0, 2.0]]), np.array([1, 3]), 2)
SMALLEST = [
    TWO_BLOCKS,
    WITH_A_REST,
    PAIR,
    (np.array([[1.0], [-1.0]]), np.array([[3.0, 1.0, 2.0]]), np.array([2, 0]), 2),
    (np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]), np.array([0, 2]), 2),
    (np.array([[1.0, 1.0]]), np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]]), np.array([1]), 10),
    (np.array([[1000.0], [-1000.0]]), np.array([[1.0, 0.999, 0.5]]), np.array([1, 0]), 1),
    (np.array([[1.0], [0.0]]), np.array([[-1000.0, -1001.0, -999.0]]), np.array([0, 1]), 1),
    (np.array([[1000.0], [-1000.0]]), np.array([[1.0, 0.998, 0.999]]), np.array([1, 2]), 2),
    (np.array([[1.0]]), np.array([[5.0, 1000.0, 0.0]]), np.array([0]), 1),
    (np.array([[1.0]]), np.array([[5.0, 1000.0, 0.0]]), np.array([0]), 3),
    (np.array([[0.3001], [0.7003]]), np.array([[10.003, -10.002, 0.5]]), np.array([1, 1]), 2),
]


def _layer(rng, m, d, K, block, scale=1.0):
    """Random hidden states, weights and labels, with the size of a block."""
    return exact(rng.normal(size=(m, d))), exact(rng.normal(scale=scale, size=(d, K))), labels(rng, m, K), block


def corners_of_layers(rng):
    """Layers by the name of their corner: every way in which blocks can divide the classes, and logits far out."""
    H, W, _, _ = _layer(rng, 4, 3, 7, 3)
    wide = int(rng.integers(60, 80))
    ones = np.array([[1.0], [2.0], [1.5]])
    return {
        "one class": _layer(rng, 3, 2, 1, 1),
        "one class and a wide block": _layer(rng, 3, 2, 1, 4),
        "one example": _layer(rng, 1, 3, 6, 2, scale=3),
        "blocks of one class": _layer(rng, 4, 3, 5, 1),
        "blocks that divide the classes": _layer(rng, 4, 3, 6, 2),
        "one class is left over": _layer(rng, 5, 3, 7, 3, scale=3),
        "one block": _layer(rng, 6, 2, 6, 6, scale=3),
        "a block wider than all": _layer(rng, 3, 2, 5, 100),
        "one feature": _layer(rng, 4, 1, 6, 4, scale=3),
        "many features": _layer(rng, 3, 40, 6, 4, scale=0.3),
        "many examples": _layer(rng, int(rng.integers(25, 40)), 3, 10, 4),
        "as many examples as classes": _layer(rng, 6, 6, 6, 4),
        "many classes": _layer(rng, 4, 2, wide, 2),
        "every label is of the last block": (H, W, np.full(4, 6), 3),
        "every label is of the first block": (H, W, np.array([0, 2, 1, 0]), 3),
        "labels at the borders of blocks": (H, W, np.array([2, 3, 5, 6]), 3),
        "equal logits": (H, np.repeat(W[:, :1], 5, axis=1), np.array([0, 4, 2, 1]), 2),
        "no logits but zeros": (0 * H, W, np.array([0, 4, 2, 1]), 2),
        "all logits negative": (ones, -rng.uniform(1, 9, size=(1, 5)).round(2), np.array([0, 4, 2]), 2),
        "all logits below -750": (ones, -rng.uniform(800, 1200, size=(1, 5)).round(), np.array([0, 4, 2]), 2),
        "logits above 10,000": (ones, 11_000 + rng.uniform(0, 9, size=(1, 5)).round(1), np.array([0, 4, 2]), 2),
        "rows far apart": (
            np.array([[1000.0], [-1000.0], [1.0]]),
            exact(rng.normal(size=(1, 5))),
            np.array([0, 4, 2]),
            2,
        ),
        "weights of features far apart": (
            H[:, :2] / 100,
            np.array([[900.0], [-900.0]]) + W[:2],
            np.array([2, 3, 5, 6]),
            3,
        ),
        "rising from block to block": (ones, np.arange(6.0)[None] * 300, np.array([0, 5, 2]), 2),
        "falling from block to block": (ones, np.arange(6.0)[None, ::-1] * 300, np.array([0, 5, 2]), 2),
        "a table that fills the memory": _layer(rng, ROWS, 2, WIDE, 50),
    }


def any_layer(rng):
    """A layer of any size, with blocks of any width."""
    m, d, K = (int(size) for size in rng.integers(1, (12, 6, 14)))
    return _layer(rng, m, d, K, int(rng.integers(1, K + 3)), float(rng.choice([0.5, 3.0, 300.0])))


def mean_in_words(H, W, y, block):
    """The form of a mean loss."""
    return f"one finite number, the mean loss over {len(y)} example{'s' if len(y) > 1 else ''},"


def largest_logit(H, W, y, block):
    """The largest logit in absolute value, if nothing in it cancelled; at least 1."""
    return max(1.0, float((np.abs(H) @ np.abs(W)).max()))


# How answers are looked at


KEPT_TOO_MUCH = "kept too much"
TOO_WIDE = "too wide"


class Watched(np.ndarray):
    """Hidden states or weights that note how many columns of logits a product with them has.

    What comes out of a calculation with them is an ordinary array.
    """

    rows, widths = 1, ()

    def __array_finalize__(self, other):
        self.rows, self.widths = getattr(other, "rows", 1), getattr(other, "widths", [])

    def __array_ufunc__(self, function, method, *inputs, **options):
        result = getattr(function, method)(*map(_plain, inputs), **{key: _plain(part) for key, part in options.items()})
        return self._note(result) if function is np.matmul else result

    def __array_function__(self, function, types, inputs, options):
        result = super().__array_function__(function, types, inputs, options)
        is_product = function in (np.dot, np.einsum, np.inner, np.tensordot)
        return self._note(_plain(result)) if is_product else result

    def dot(self, *inputs, **options):
        return self._note(_plain(self).dot(*map(_plain, inputs), **options))

    def _note(self, result):
        self.widths.append(np.size(result) // (self.rows if np.ndim(result) > 1 else 1))
        return result


def _plain(value):
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value.view(np.ndarray) if isinstance(value, Watched) else value


def call_and_watch(answer, H, W, y, block):
    """Call an answer and look at the products that it forms, and for the wide layer at the memory that it takes.

    Raises:
        Unfit: the answer formed many more columns of logits at once than a block has, or held more than half as much as
            the table of all logits.
    """
    if W.shape[1] == WIDE:
        table = len(H) * WIDE * 8
        result, held = peak_memory(lambda: answer(H, W, y, block))
        if held > table / 2:
            raise Unfit(KEPT_TOO_MUCH, f"held {held / table:.1f} times the memory of all logits")
        return result
    watched = H.view(Watched), W.view(Watched)
    widths = []
    for part in watched:
        part.rows, part.widths = len(H), widths
    result = answer(*watched, y, block)
    # A product of all rows with the columns at their labels is as wide as the batch is long, and no harm.
    if max(widths, default=0) > max(4 * block + 4, len(H)):
        formed = f"formed {max(widths)} columns of logits at once, where a block has {block}"
        raise Unfit(TOO_WIDE, formed, facts={"width": max(widths)})
    return result


# Right answers


def _blocks(H, W, block):
    """The first class and the logits of each block."""
    for start in range(0, W.shape[1], block):
        yield start, H @ W[:, start : start + block]


def _streamed(H, W, y, block, merge, largest=-np.inf, total=0.0):
    """The log-sum-exp of each row by a rule that merges a running maximum and a running sum with a block."""
    largest, total = np.full(len(H), largest), np.full(len(H), total)
    for _, Z in _blocks(H, W, block):
        largest, total = merge(largest, total, Z)
    return largest + np.log(total)


def _merge(largest, total, Z):
    new = np.maximum(largest, Z.max(axis=1))
    return new, total * np.exp(largest - new) + np.exp(Z - new[:, None]).sum(axis=1)


def _at_labels(H, W, y):
    return (H * W[:, y].T).sum(axis=1)


def _mean_loss(H, W, y, block, merge=_merge, **start):
    return (_streamed(H, W, y, block, merge, **start) - _at_labels(H, W, y)).mean()


def _with_labels_in_their_block(H, W, y, block, pick):
    """The mean loss where the logit at the label is picked while its block is there."""
    found = np.zeros(len(H))
    for start, Z in _blocks(H, W, block):
        here = np.flatnonzero((y >= start) & (y < start + Z.shape[1]))
        found[here] = pick(Z, here, y[here], start)
    return (_streamed(H, W, y, block, _merge) - found).mean()


def _by_logaddexp(H, W, y, block):
    total = np.full(len(H), -np.inf)
    for _, Z in _blocks(H, W, block):
        total = np.logaddexp(total, np.logaddexp.reduce(np.asarray(Z, dtype=float), axis=1))
    return np.mean(total - np.einsum("md,dm->m", H, W[:, y]))


def _row_by_row(H, W, y, block):
    result = 0.0
    for row, label in zip(H, y, strict=True):
        parts = [reference.logsumexp(row @ W[:, s : s + block]) for s in range(0, W.shape[1], block)]
        result += reference.logsumexp(parts) - row @ W[:, label]
    return result / len(y)


def _in_two_rounds(H, W, y, block):
    largest = np.max([Z.max(axis=1) for _, Z in _blocks(H, W, block)], axis=0)
    total = sum(np.exp(Z - largest[:, None]).sum(axis=1) for _, Z in _blocks(H, W, block))
    return np.mean(largest + np.log(total) - _at_labels(H, W, y))


def _entropy_in_float32(H, W, y, block):
    return reference.streaming_cross_entropy(H.astype(np.float32), W.astype(np.float32), y, block)


mistakes = Bank()

streaming_cross_entropy = Exercise(
    name="ch10.streaming_cross_entropy",
    is_main=True,
    asks="The mean cross-entropy of the logits H @ W, of which only a block of columns is ever formed at a time.",
    reference=reference.streaming_cross_entropy,
    probes=Domain(SMALLEST, corners_of_layers, any_layer),
    observe=call_and_watch,
    expected=reference.streaming_cross_entropy,
    expects=mean_in_words,
    scale=largest_logit,
    hints=paragraphs("""
        Of each row the loss needs two numbers, its log-sum-exp and the logit at its label. Which of the two can be had
        without any other class?

        The logit at the label is one scalar product: the row of H with the column of W at the label. `W[:, y]` holds
        all these columns, one for each example.

        The log-sum-exp is the one of chapter 6. `reference.streaming_logsumexp` takes a generator of blocks of the
        shape (m, block) and returns one number for each row; or keep m and s yourself, one pair for each row.

        A generator of blocks: `H @ W[:, start : start + block]` for every start in a range with the step `block`. A
        slice that runs beyond the end is cut off, so the last block may be narrower.
    """),
    alternatives=(
        _by_logaddexp,
        _row_by_row,
        _in_two_rounds,
        _entropy_in_float32,
        _mean_loss,
        lambda H, W, y, block: _with_labels_in_their_block(H, W, y, block, lambda Z, i, label, s: Z[i, label - s]),
    ),
    bank=mistakes,
    remark="One block in memory, two running numbers for each row, and the loss of the whole vocabulary.",
)


# Mistakes


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
    return (reference.streaming_logsumexp(H @ W[:, part] for part in parts) - _at_labels(H, W, y)).mean()


@the_number_of_blocks_taken_for_their_width.also
def by_a_wider_step(H, W, y, block):
    step = -(-W.shape[1] // block)
    parts = (H @ W[:, start : start + step] for start in range(0, W.shape[1], step))
    return (reference.streaming_logsumexp(parts) - _at_labels(H, W, y)).mean()


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
        reference.logsumexp(np.hstack([Z for _, Z in _blocks(H, W, block)])) - _at_labels(H, W, y)
    ).mean(),
    lambda H, W, y, block: (_streamed(H, W, y, block, _merge) - (np.eye(W.shape[1])[y] * (H @ W)).sum(axis=1)).mean(),
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
    return (reference.logsumexp(H @ W[:, :whole]) - _at_labels(H, W, y)).mean()


@the_last_block_is_lost.also
def by_the_number_of_whole_blocks(H, W, y, block):
    parts = (H @ W[:, i * block : (i + 1) * block] for i in range(W.shape[1] // block))
    return (reference.streaming_logsumexp(parts) - _at_labels(H, W, y)).mean()


@the_last_block_is_lost.also
def with_two_running_numbers(H, W, y, block):
    largest, total = np.full(len(H), -np.inf), np.zeros(len(H))
    for i in range(W.shape[1] // block):
        largest, total = _merge(largest, total, H @ W[:, i * block : (i + 1) * block])
    return (largest + np.log(total) - _at_labels(H, W, y)).mean()


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

    return _mean_loss(H, W, y, block, merge)


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

    return _mean_loss(H, W, y, block, merge)


@rescaled_the_wrong_way.also
def rescaled_the_wrong_way_from_the_second_block_on(H, W, y, block):
    def merge(m, s, Z):
        new = np.maximum(m, Z.max(axis=1))
        return new, np.where(s > 0, s * np.exp(np.where(s > 0, new - m, 0)), 0) + np.exp(Z - new[:, None]).sum(axis=1)

    return _mean_loss(H, W, y, block, merge)


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

    return _mean_loss(H, W, y, block, merge)


HUGE = (np.array([[1000.0]]), np.array([[1.0, 0.999, 0.5]]), np.array([1]), 1)


@mistakes.mistake(*HUGE)
def no_shift(H, W, y, block):
    """
    You add up the exponentials of all blocks as they are and take one logarithm at the end. The loop is short, and
    it breaks at the first logit above 709, or when all of them are very negative: for {input} you return {output}.
    A second running number, the largest logit of each row so far, has to travel with the sum.
    """
    return (np.log(sum(np.exp(Z).sum(axis=1) for _, Z in _blocks(H, W, block))) - _at_labels(H, W, y)).mean()


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

    return _mean_loss(H, W, y, block, merge)


@mistakes.mistake(*PAIR)
def labels_counted_from_the_first_class(H, W, y, block):
    """
    You pick the logit at the label inside its block, but the label counts from the first class of *all*, and the
    columns of a block from its own beginning. So the index runs off the block, or hits another class: for {input}
    you return {output}. In the block that begins at class `start`, which column holds the class `y`?
    """
    return _with_labels_in_their_block(H, W, y, block, lambda Z, i, label, s: Z[i, label])


@mistakes.mistake(*PAIR)
def labels_counted_from_1(H, W, y, block):
    """
    You take 1 off every label, as if classes were counted from 1. Here the labels run from 0 to V − 1 and name their
    columns as they are; a label 0 then becomes −1, which NumPy counts from the end, so nothing fails. For {input} you
    return {output}, the loss of other classes. The start of a block is subtracted from a label only where you index a
    block. Where does your 1 come from?
    """
    return (_streamed(H, W, y, block, _merge) - _at_labels(H, W, y - 1)).mean()


@mistakes.mistake(*TWO_BLOCKS)
def labels_of_other_blocks(H, W, y, block):
    """
    You subtract the start of the block from the label, which is right, and pick in *every* block. A label of an
    earlier block is then negative, which NumPy counts from the end, and one of a later block lies beyond: for
    {input} you return {output}. Only the block that holds the class may give its logit. How do you find the rows
    whose label lies between start and end?
    """
    return (
        _streamed(H, W, y, block, _merge) - sum(Z[np.arange(len(y)), y - start] for start, Z in _blocks(H, W, block))
    ).mean()


labels_of_other_blocks.also(
    lambda H, W, y, block: (
        _streamed(H, W, y, block, _merge) - [Z[np.arange(len(y)), y - start] for start, Z in _blocks(H, W, block)][-1]
    ).mean(),
    lambda H, W, y, block: (
        _streamed(H, W, y, block, _merge)
        - sum(Z[np.arange(len(y)), np.clip(y - start, 0, Z.shape[1] - 1)] for start, Z in _blocks(H, W, block))
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
    for start, Z in _blocks(H, W, block):
        here = np.flatnonzero(y < start + Z.shape[1])
        found[here] = Z[here, y[here] - start]
    return (_streamed(H, W, y, block, _merge) - found).mean()


@a_negative_index.also
def until_it_is_an_error(H, W, y, block):
    found = np.zeros(len(H))
    for start, Z in _blocks(H, W, block):
        for row, label in enumerate(y):
            if -Z.shape[1] <= label - start < Z.shape[1]:
                found[row] = Z[row, label - start]
    return (_streamed(H, W, y, block, _merge) - found).mean()


@a_negative_index.also
def added_up_over_the_blocks(H, W, y, block):
    found = np.zeros(len(H))
    for start, Z in _blocks(H, W, block):
        here = np.flatnonzero(y < start + Z.shape[1])
        found[here] += Z[here, y[here] - start]
    return (_streamed(H, W, y, block, _merge) - found).mean()


@mistakes.mistake(*TWO_BLOCKS)
def the_first_class_of_a_block(H, W, y, block):
    """
    A label that is the first class of its block belongs to no block in your code, so its logit is never picked and
    counts as 0: for {input} you return {output}. A block holds the classes from its start, which is included, up to
    the start of the next one, which is not, as a slice does. Test the label 0, and the first label of the second
    block. Which of your two comparisons has to let the border itself pass?
    """
    kept = np.where(y % block > 0, _at_labels(H, W, y), 0.0)
    return (_streamed(H, W, y, block, _merge) - kept).mean()


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
    return (reference.streaming_logsumexp(parts) - _at_labels(H, W, y)).mean()


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
    return (_streamed(H, W, y, block, _merge) - H @ W[:, y]).mean()


columns_in_place_of_elements.also(
    lambda H, W, y, block: (_streamed(H, W, y, block, _merge)[:, None] - H @ W[:, y]).mean(),
    lambda H, W, y, block: np.mean(_streamed(H, W, y, block, _merge)) - np.mean(H @ W[:, y]),
    lambda H, W, y, block: (_streamed(H, W, y, block, _merge) - (H @ W[:, y]).sum(axis=1)).mean(),
    lambda H, W, y, block: (_streamed(H, W, y, block, _merge) - (H @ W[:, y]).sum(axis=0)).mean(),
)


def _joined(H, W, y, block, join):
    parts = [reference.logsumexp(Z) for _, Z in _blocks(H, W, block)]
    return (join(parts, axis=0) - _at_labels(H, W, y)).mean()


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
    return _streamed(H, W, y, block, _merge).mean()


@mistakes.mistake(*TWO_BLOCKS)
def the_other_sign(H, W, y, block):
    """
    You subtract the log-sum-exp from the true logit: {output} for {input}. That is the logarithm of the
    probability, never above 0. A loss is minus that, so it falls towards 0 as the model gets better. Which of the
    two terms comes first?
    """
    return -_mean_loss(H, W, y, block)


@mistakes.mistake(*PAIR)
def sum_in_place_of_mean(H, W, y, block):
    """
    You add up the losses of the examples: {output} for {input}. The cost of this course is the mean, so that it
    does not grow with the batch and the learning rate need not follow it (chapter 4). By what has the sum to be
    divided?
    """
    return _mean_loss(H, W, y, block) * len(y)


@mistakes.mistake(*PAIR)
def a_loss_for_each_example(H, W, y, block):
    """
    You return one loss for each example: {output} for {input}. They are right, and the exercise asks for their
    mean, one number for the batch, as `cross_entropy` of chapter 6 gave it. Which reduction is still missing at the
    end?
    """
    return _streamed(H, W, y, block, _merge) - _at_labels(H, W, y)


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
        [(reference.logsumexp(Z) - _at_labels(H, W, y)).mean() for _, Z in _blocks(H, W, block)]
    )
)


@mistakes.mistake(*TWO_BLOCKS)
def sum_started_at_1(H, W, y, block):
    """
    Your running maximum, or your running sum, begins with a class that does not exist: a logit of 0, or a total of
    1. For {input} you return {output}, a loss that is a little too large. Before the first block nothing has been
    added. Which maximum lets the first block take over completely?
    """
    return _mean_loss(H, W, y, block, largest=0.0, total=1.0)


sum_started_at_1.also(
    lambda H, W, y, block: (np.logaddexp(0, _streamed(H, W, y, block, _merge)) - _at_labels(H, W, y)).mean()
)


@mistakes.mistake(np.array([[1.0]]), np.array([[-1000.0, -1001.0, -999.0]]), np.array([0]), 1)
def shift_by_zero_at_least(H, W, y, block):
    """
    Your running maximum begins at 0 and never falls below it. A row of very negative logits is then not shifted at
    all, its powers are all rounded to 0, and the logarithm of their sum is minus infinity: for {input} you return
    {output}. Nothing seen so far has a maximum, too. Which number is smaller than every logit?
    """
    return _mean_loss(H, W, y, block, largest=0.0)
