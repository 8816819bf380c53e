"""Wrong losses of sequences, the mistakes of exercise 8.4: those that their numbers tell."""

import numpy as np

from utils.checking import Bank
from utils.checking.values import agree
from utils.checking.words import show
from utils.exercises.ch08.formulas import (
    clipped_probability,
    double_softmax,
    flat,
    fused,
    k_sigmoids,
    log_of_softmax,
    log_of_sum,
    loss_of_sequences,
    nll_of_logits,
    nll_of_probabilities,
    on_all_positions,
    sign_lost,
    with_epsilon,
)
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking import one_thread
from utils.exercises.ch08.probes import Sequences
from utils.exercises.ch08.recognising import (
    are_multiples,
    breaks_far_out,
    has_a_ceiling,
    is_one_class_off,
    values_of,
)

mistakes = Bank()

T_IS_V = (Sequences([[[1.0, 2.0], [0.0, 3.0]]], [[1, 1]]),)
T_IS_NOT_V = (Sequences([[[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]], [[2, 0]]),)
TWO_SEQUENCES = (Sequences([[[2.0, 1.0], [0.0, 0.5]], [[1.0, 3.0], [0.0, -2.0]]], [[0, 1], [0, 1]]),)
TWO_OF_THREE = (Sequences([[[2.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [[1.0, 3.0], [0.0, 2.0], [3.0, 0.0]]], [[0] * 3] * 2),)
WRONG_AND_CONFIDENT = (Sequences([[[1000.0, 0.0], [0.0, 0.0]]], [[1, 0]]),)


def _is_like(*wrongs):
    """A predicate: whether the loss is, on all probes, that of one of these wrong answers."""

    def recognise(seen):
        losses = values_of(seen, "loss")
        if not losses or len(losses) < len(seen.probes):
            return False
        pairs = [(batch, loss) for (batch,), loss in zip(seen.probes, losses, strict=True)]
        with one_thread():
            return any(all(_agrees(loss, wrong, batch) for batch, loss in pairs) for wrong in wrongs)

    return recognise


def _agrees(loss, wrong, batch):
    return agree(loss, wrong(*batch.data()).detach().numpy(), 1e-4, batch.size)


def _is_of_the_family(family):
    """A predicate: whether the losses are of a family, see :mod:`recognising`."""

    def recognise(seen):
        losses = values_of(seen, "loss")
        if len(losses) < len(seen.probes):
            return False
        truths = [batch.losses_of_positions() for (batch,) in seen.probes]
        return family([(float(loss), truth) for loss, truth in zip(losses, truths, strict=True)])

    return recognise


def loss_in_words(value):
    return f"`{show(value['loss'])}`"


def _add(name, explanation, *wrongs, example, recognise=None):
    """Add a mistake whose loss tells it."""
    recognise = recognise or _is_like(*wrongs)
    mistakes.add(name, explanation, *wrongs, example=example, describe=loss_in_words, recognise=recognise)


def _rows_with_the_classes_last(Z, y):
    return functional().cross_entropy(Z, functional().one_hot(y, Z.shape[-1]).to(Z.dtype))


_add(
    "one-hot rows with the classes last",
    """
    Your labels are one-hot rows, with the classes on the last axis like those of the logits, and the loss looks for
    the classes on axis 1 in both. So each softmax runs over the positions of a sequence, and nothing fails, because the
    two shapes agree: for {input} you return {output}. For integers PyTorch would have complained about the target size.
    Which shape of both has one row for each position, or which two axes have to change places in both?
    """,
    _rows_with_the_classes_last,
    example=T_IS_NOT_V,
)


def _reshaped(Z):
    B, T, V = Z.shape
    return Z.reshape(B, V, T)


_add(
    "reshape in place of transpose",
    """
    Your logits have the shape (B, V, T) that the loss wants, and it comes from a `reshape` or a `view`. That reads the
    same numbers in the same order and cuts them elsewhere, so the numbers of one position land in several columns. For
    {input} you return {output}. Two axes change places with `transpose`, which takes the numbers along. Or leave the
    axis of the classes alone: which two axes may melt into one?
    """,
    lambda Z, y: functional().cross_entropy(_reshaped(Z), y),
    example=T_IS_NOT_V,
)

_add(
    "transposed and then flattened",
    """
    You move the classes to axis 1 and flatten afterwards, so the last axis, along which the softmax runs, holds
    positions by then: a row of your table mixes the logits of several positions. For {input} you return {output}. One
    of the two ways is enough. Either the loss gets three axes with the classes on axis 1, or it gets two, and then the
    classes have to be the last axis before anything is melted together. Which of your two calls is one too many?
    """,
    lambda Z, y: fused(Z.transpose(1, 2).reshape(-1, Z.shape[-1]), y.reshape(-1)),
    example=T_IS_NOT_V,
)

_add(
    "labels in another order",
    """
    Logits and labels are both flattened, and not in one order: one of them goes sequence by sequence, the other
    position by position. Every position then meets the label of another one, and the lengths agree, so nothing fails.
    For {input} you return {output}. `reshape` keeps the order of what it gets; a `transpose` or `.T` in front of it
    changes that. On which side of yours does it stand?
    """,
    lambda Z, y: fused(Z.reshape(-1, Z.shape[-1]), y.T.reshape(-1)),
    lambda Z, y: fused(Z.transpose(0, 1).reshape(-1, Z.shape[-1]), y.reshape(-1)),
    example=TWO_SEQUENCES,
)

_add(
    "softmax over the positions",
    """
    Your softmax runs along axis 1, which holds the positions here: the places of a sequence compete for each class, and
    the classes of one place do not compete at all. For {input} you return {output}. In a batch (m, K) axis 1 was right,
    because there it was the last one. With one more axis in front, the same number names another axis. Which `dim`
    means the classes in both cases?
    """,
    lambda Z, y: functional().nll_loss(*flat(Z.log_softmax(dim=1), y)),
    lambda Z, y: fused(*flat(Z.softmax(dim=1), y)),
    lambda Z, y: functional().nll_loss(*flat(Z.softmax(dim=1), y)),
    example=T_IS_NOT_V,
)

_add(
    "softmax over the batch axis",
    """
    Your softmax runs along axis 0, over the sequences: the loss of one text then depends on its neighbours in the
    batch, and with a single sequence every probability is 1. For {input} you return {output}. That happens with
    `dim=0`, and with three axes also where `dim` is left out, with a warning. The classes of a position lie on the last
    axis. What does your `dim` say?
    """,
    lambda Z, y: functional().nll_loss(*flat(Z.log_softmax(dim=0), y)),
    lambda Z, y: fused(*flat(Z.softmax(dim=0), y)),
    lambda Z, y: functional().nll_loss(*flat(Z.softmax(dim=0), y)),
    example=TWO_SEQUENCES,
)

_add(
    "double softmax",
    """
    You apply a softmax to the logits, and `F.cross_entropy` applies another one to the result: for {input} you return
    {output}. The second softmax gets numbers between 0 and 1, so the loss cannot fall below ln(e + V − 1) − 1. With the
    many words of a language model that floor lies close to the loss of guessing. Which function already holds the
    softmax inside?
    """,
    on_all_positions(double_softmax),
    example=T_IS_NOT_V,
)

_add(
    "NLL of probabilities",
    """
    You give probabilities to `F.nll_loss`: for {input} you return {output}, and a cross-entropy is never negative. The
    name promises a logarithm, but the function takes none: it picks an entry of each row, turns its sign and averages.
    The same comes out where you pick probabilities yourself and forget the logarithm. Which function makes logarithms
    of probabilities from logits in one stable step?
    """,
    on_all_positions(nll_of_probabilities),
    example=T_IS_NOT_V,
)

_add(
    "NLL of logits",
    """
    You take minus the raw logit of each label: for {input} you return {output}. Such a loss has no lower end, since a
    model can raise all of its logits for ever, and the other classes of a position play no part in it. The rows have to
    hold log-probabilities before one entry of each is picked. Which step between the model and `F.nll_loss` is missing?
    """,
    on_all_positions(nll_of_logits),
    example=T_IS_NOT_V,
)

_add(
    "the minus sign is missing",
    """
    Your loss has the opposite sign: for {input} you return {output}. A log-probability is at most 0, and the loss is
    minus a log-probability, so it is at least 0. A model that makes yours smaller becomes worse with every step, and
    the number falls without an end, which looks like learning. Where do you subtract in the wrong order, or forget the
    minus in front?
    """,
    on_all_positions(sign_lost),
    example=T_IS_NOT_V,
)

_add(
    "sum in place of mean",
    """
    You add up the losses of all positions: for {input} you return {output}. A sum grows with the number of sequences
    and with their length, and its gradient does, too, so a learning rate that suits short texts is too large for long
    ones. Losses of texts of different lengths can be compared only as means. Which reduction do your losses go through,
    and by how many positions do you divide?
    """,
    lambda Z, y: fused(Z.transpose(1, 2), y) * y.numel(),
    example=T_IS_NOT_V,
)

_add(
    "a sum along one axis",
    """
    You average along one of the two axes and add up along the other: for {input} you return {output}, which is T or B
    times the mean over all positions. A sum along the positions makes a long text count more than a short one with the
    same predictions; a sum over the sequences makes the step depend on the size of the batch. There are B times T
    losses. By which number do you divide their sum?
    """,
    lambda Z, y: fused(Z.transpose(1, 2), y) * y.shape[1],
    lambda Z, y: fused(Z.transpose(1, 2), y) * y.shape[0],
    example=TWO_SEQUENCES,
)

_add(
    "mean over all entries",
    """
    You divide by the number of all logits, B times T times V: for {input} you return {output}. That happens when a
    one-hot product of three axes is averaged as it is, zeros included. Of each position one term counts, so the result
    is V times too small, and the more words a model knows the smaller its loss appears. Which axis has to be added up
    before you take the mean?
    """,
    lambda Z, y: fused(Z.transpose(1, 2), y) / Z.shape[2],
    example=T_IS_NOT_V,
)


_add(
    "divided by another size",
    """
    Your result is the right loss times a quotient of sizes: for {input} you return {output}. A sum over all positions
    was divided by the number of something else, the classes for example, or a mean over one axis was divided once more,
    or by the length of the other one. Where the sizes happen to be equal the number is right, so a test on a square
    case sees nothing. There are B times T losses. Over what does your sum run, and what does its divisor count?
    """,
    lambda Z, y: fused(Z.transpose(1, 2), y) * y.numel() / Z.shape[2],
    lambda Z, y: fused(Z.transpose(1, 2), y) * y.shape[1] / y.shape[0],
    lambda Z, y: fused(Z.transpose(1, 2), y) * y.shape[0] / y.shape[1],
    lambda Z, y: fused(Z.transpose(1, 2), y) / y.shape[0],
    lambda Z, y: fused(Z.transpose(1, 2), y) / y.shape[1],
    lambda Z, y: fused(Z.transpose(1, 2), y) / y.numel(),
    example=TWO_OF_THREE,
)

_add(
    "one sequence of many",
    """
    Your loss looks at one sequence of the batch, the first or the last, and leaves the others out: for {input} you
    return {output}. A `return` inside a loop ends the function in its first round, and a name that is written anew in
    each round keeps only the last one. With a batch of one sequence nothing is wrong. The cost of the batch is the mean
    over the positions of all. Where does your loop collect, and how far is your `return` indented?
    """,
    lambda Z, y: fused(Z[0], y[0]),
    lambda Z, y: fused(Z[-1], y[-1]),
    example=TWO_SEQUENCES,
)


def _at(position):
    return lambda Z, y: fused(Z[:, position], y[:, position])


_add(
    "one position of many",
    """
    Your loss looks at one position of each sequence, the first or the last, and leaves the others out: for {input} you
    return {output}. A classifier that reads a whole text decides once, at its end. Here every position has logits and a
    label of its own, and a model of T positions learns from all of them in one pass, which is why this is done. Which
    index takes an axis away from your logits?
    """,
    _at(-1),
    _at(0),
    example=T_IS_NOT_V,
)


def _next_labels(Z, y):
    return fused(*flat(Z[:, :-1], y[:, 1:]))


def _former_labels(Z, y):
    return fused(*flat(Z[:, 1:], y[:, :-1]))


def _is_shifted(seen):
    """Sequences of one position have nothing left when they are shifted; their mean is nan."""
    return _is_like(_next_labels)(seen) or _is_like(_former_labels)(seen)


_add(
    "labels shifted by one",
    """
    You cut one position off the logits at one end, and off the labels at the other, so every position meets the label
    of its neighbour: for {input} you return {output}. A language model predicts the next word, and somewhere the labels
    have to be shifted for that, exactly once. In this exercise y[b, t] is already the label of Z[b, t]. What would a
    second shift teach, and what is left of a sequence with one position?
    """,
    _next_labels,
    _former_labels,
    example=T_IS_NOT_V,
    recognise=_is_shifted,
)


def _one_class_off(seen):
    pairs = zip(seen.probes, seen.results, strict=False)
    return is_one_class_off(
        [(batch, result.value["loss"] if isinstance(result.value, dict) else None) for (batch,), result in pairs]
    )


def _of_class(shift, wraps=False):
    """The loss of another class than that of the label; past the last one it fails, or begins again at class 0."""
    return lambda Z, y: fused(*flat(Z, (y + shift) % Z.shape[-1] if wraps else y + shift))


_add(
    "labels off by one",
    """
    Your loss looks at the class next to the one that the label names: for {input} you return {output}. Labels count
    from 0 here, as places do in Python, so a label is the place of its logit as it stands; 1 has to be added or
    subtracted only where classes are counted from 1, or where a place of the vocabulary is kept for padding. At one end
    of the classes yours finds no column and stops with an error, or wraps round without a word. Which line of yours
    computes with the labels?
    """,
    _of_class(1),
    _of_class(-1),
    _of_class(1, wraps=True),
    _of_class(-1, wraps=True),
    example=(Sequences([[[0.0, 1.0, 3.0], [2.0, 0.0, 1.0]]], [[1, 1]]),),
    recognise=_one_class_off,
)


def _without_class(label):
    return lambda Z, y: functional().cross_entropy(*flat(Z, y), ignore_index=label)


_add(
    "class 0 is left out",
    """
    Positions with the label 0 do not count in your loss, neither in the sum nor in the number that it is divided by:
    for {input} you return {output}, and nan where no other label occurs. Many vocabularies keep 0 for padding, and
    there `ignore_index=0` is right. In this exercise 0 is a class like the others. Which argument, or which comparison
    with 0, leaves these positions out?
    """,
    _without_class(0),
    example=T_IS_NOT_V,
)


def _largest(Z, y):
    return (pytorch().logsumexp(Z, dim=2) - Z.max(dim=2).values).mean()


_add(
    "the largest in place of the label",
    """
    You take the largest logit of each position where that of the label belongs: for {input} you return {output}. Such a
    number says how confident the model is and not whether it is right, and it falls when a wrong prediction becomes
    more confident. Where the label has the largest logit both are the same, so a trained model hides it. Where does
    `y` enter your formula?
    """,
    _largest,
    example=T_IS_NOT_V,
)


def _all_words(Z, y):
    return -Z.log_softmax(dim=-1).mean()


def _all_words_added(Z, y):
    return -Z.log_softmax(dim=-1).sum(dim=-1).mean()


def _columns(Z, y):
    rows, labels = flat(Z.log_softmax(dim=-1), y)
    return -rows[:, labels].mean()


_add(
    "every class counts",
    """
    Your loss uses more than the entry of the label: the log-probabilities of all classes, or those of whole columns,
    `[:, y]`, where every position meets the labels of all others. For {input} you return {output}. What is meant is one
    entry from each position, that of its own class. `F.cross_entropy` picks it from the labels; by hand, one index is
    needed for each axis, and they are paired entry by entry. What comes before your `y`?
    """,
    _all_words,
    _all_words_added,
    _columns,
    example=T_IS_NOT_V,
)


def _one_shift(Z, y):
    rows, labels = flat(Z - Z.max(), y)
    return log_of_sum(rows, labels)


_add(
    "one maximum for all",
    """
    You subtract the largest logit of the whole batch from all positions: for {input} you return {output}. A position
    that lies far below the others then has powers that are all 0, and the logarithm of their sum is minus infinity.
    Each position has a softmax of its own and needs its own largest logit. Along which axis does your maximum look, and
    does it keep that axis?
    """,
    _one_shift,
    example=WRONG_AND_CONFIDENT,
)

_add(
    "log after softmax",
    """
    You take the logarithm of a softmax, or of a plain sum of exponentials. On small logits that is right; for {input}
    you return {output}. A probability has become 0 before the logarithm saw it, or a power has become infinite, and
    before that the gradient already breaks, from a gap of about 90 on. Chapter 6 took the logarithm on paper first.
    Which function of PyTorch does both in one step?
    """,
    on_all_positions(log_of_softmax),
    on_all_positions(log_of_sum),
    example=WRONG_AND_CONFIDENT,
    recognise=_is_of_the_family(breaks_far_out),
)

_add(
    "epsilon in the log",
    """
    You protect your logarithm with a small number or a lower bound. For {input} you return {output}: where the loss of
    a position is 1000, yours has a ceiling, and above a ceiling there is next to no gradient, exactly where the model
    is most wrong. A loss from logits needs no protection, because it never forms the probability. Which function takes
    the logits as they are?
    """,
    *(on_all_positions(with_epsilon(epsilon)) for epsilon in (1e-9, 1e-8, 1e-12)),
    *(on_all_positions(clipped_probability(limit)) for limit in (1e-7, 1e-9, 1e-4)),
    example=WRONG_AND_CONFIDENT,
    recognise=_is_of_the_family(has_a_ceiling),
)


def _perplexity(Z, y):
    return loss_of_sequences(Z, y).exp()


_add(
    "the perplexity",
    """
    You return the exponential of the mean loss: for {input} it is {output}. That number has a name, perplexity, and is
    what reports about language models show, because it reads like a number of words to choose from. It is not the loss
    that is trained: its gradient is the right one times the perplexity, so the step becomes longest where the model is
    worst, and far out it overflows. Which call stands after your mean?
    """,
    _perplexity,
    example=T_IS_NOT_V,
)

_add(
    "k sigmoids",
    """
    You use the binary cross-entropy of chapter 5, one yes-or-no question for each class at each position: for {input}
    you return {output}. One word stands at a position, so its classes exclude each other and share one denominator.
    Sigmoids would also make a gradient that says no to thousands of words in every step. Which loss of PyTorch holds a
    softmax inside?
    """,
    on_all_positions(k_sigmoids),
    lambda Z, y: k_sigmoids(*flat(Z, y)) * Z.shape[-1],
    example=T_IS_NOT_V,
)


def _smoothed_by(share):
    return lambda Z, y: functional().cross_entropy(*flat(Z, y), label_smoothing=share)


_add(
    "labels smoothed",
    """
    Your loss is computed with smoothed labels: a share of each label is given to all classes equally. For {input} you
    return {output}. Smoothing changes the number and its lowest value, and a later section of this chapter does it on
    purpose. The labels of this exercise are certain, and a smoothed loss cannot be compared with one that is not. Which
    argument of your call has to go?
    """,
    *map(_smoothed_by, (0.1, 0.05, 0.2, 0.01)),
    example=T_IS_NOT_V,
)

_add(
    "a multiple of the loss",
    """
    Your loss is the right one times one and the same number, on every batch: for {input} you return {output}. Such a
    number comes from a logarithm to another base, as in *bits for each word*, or from a division that stands there
    twice. The gradient carries the number, too, as if the learning rate were another one. Divide your result by the
    loss of a case on paper: which number comes out?
    """,
    lambda Z, y: loss_of_sequences(Z, y) / np.log(2),
    lambda Z, y: loss_of_sequences(Z, y) / 2,
    example=T_IS_NOT_V,
    recognise=_is_of_the_family(are_multiples),
)
