"""More mistakes of exercise 8.4: losses that have lost something, and calls that PyTorch refuses."""

import numpy as np

from utils.checking.values import agree
from utils.exercises.ch08.formulas import (
    flat,
    fused,
    loss_of_sequences,
)
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking_at_losses import CHANGED
from utils.exercises.ch08.recognising import (
    came_as,
    has_decisions,
    has_index_with_fractions,
    has_labels_with_fractions,
    has_probabilities_in_whole_numbers,
    has_shapes_that_differ,
    is_softmax_of_whole_numbers,
    refused,
    values_of,
)
from utils.exercises.ch08.wrong_sequences import T_IS_NOT_V, T_IS_V, loss_in_words, mistakes


def _has_axes_that_do_not_belong_together(call):
    """Logits and labels with all their axes, of which the first ones are not the same."""
    if call["function"] not in ("cross_entropy", "nll_loss") or len(call["tensors"]) < 2:
        return False
    Z, y = (tensor["shape"] for tensor in call["tensors"][:2])
    return (len(Z), len(y)) == (3, 2) and Z[0] != y[0] and call["tensors"][0]["is_floating"]


mistakes.add(
    "sequences and positions swapped",
    """
    PyTorch stops with a message about the batch size: the first axis of your logits and that of your labels do not have
    the same length. Both should hold the sequences there, and one of yours holds the positions, or the classes, after a
    `transpose`, a `permute` or a `.T` that the other one did not get. With as many positions as sequences nothing would
    fail, and every label would meet the logits of another place. Print both shapes in front of the call. Which axis has
    moved on one side only?
    """,
    lambda Z, y: functional().cross_entropy(Z.transpose(1, 2), y.T),
    lambda Z, y: functional().cross_entropy(Z.permute(1, 2, 0), y),
    lambda Z, y: functional().cross_entropy(Z.transpose(0, 1), y),
    recognise=refused(_has_axes_that_do_not_belong_together),
)


def _has_classes_last(call):
    """Logits of three axes with labels of two, where the axis 1 of the logits is no axis of classes."""
    if call["function"] not in ("cross_entropy", "nll_loss") or len(call["tensors"]) < 2:
        return False
    Z, y = (tensor["shape"] for tensor in call["tensors"][:2])
    return len(Z) == 3 and y == Z[:2] and y != (Z[0], Z[2]) and call["tensors"][0]["is_floating"]


mistakes.add(
    "classes on the last axis",
    """
    You hand logits of the shape (B, T, V) to a loss that looks for the classes on axis 1, so it takes the T positions
    for classes. Where T and V differ PyTorch stops, with a message about a target size. Where they are equal nothing
    stops it: for {input} you return {output}, and each softmax ran over the positions of a sequence. A test with T = V
    cannot tell. Which shape has one row for each position, or which two axes have to change places?
    """,
    lambda Z, y: functional().cross_entropy(Z, y),
    lambda Z, y: functional().nll_loss(Z.log_softmax(dim=-1), y),
    lambda Z, y: functional().nll_loss(Z.log_softmax(dim=1), y),
    lambda Z, y: functional().cross_entropy(Z, y, reduction="none").mean(),
    example=T_IS_V,
    describe=loss_in_words,
    recognise=refused(_has_classes_last),
)


def _without_graph(seen):
    gradients = values_of(seen, "gradient")
    return bool(gradients) and all(np.isnan(part).all() for part in gradients)


@mistakes.mistake(*T_IS_NOT_V, recognise=lambda seen: CHANGED in values_of(seen, "inputs"))
def the_logits_are_changed(Z, y):
    """
    The tensors that were handed over are not what they were: operators such as `-=`, methods whose names end in an
    underscore, and a slice on the left of `=` write into the tensor itself. It belongs to the caller, who may need the
    logits for a prediction or for another loss. A `reshape` or `view` gives the same numbers in another shape, so
    writing into that changes the logits as well. Which line of yours should make a new tensor?
    """
    Z -= Z.detach().max(dim=2, keepdim=True).values
    return loss_of_sequences(Z, y)


the_logits_are_changed.also(lambda Z, y: loss_of_sequences(Z, y.clamp_(max=0)))


@mistakes.mistake(*T_IS_NOT_V, recognise=_without_graph)
def a_loss_without_its_graph(Z, y):
    """
    Your loss has lost its graph: `.item()`, `.detach()`, `float()` and NumPy all turn a tensor into a number that no
    longer knows how it came about, and inside `no_grad` nothing is recorded at all. `backward()` then has nothing to go
    through, and no model could be trained with it. Asked for is a tensor that can be differentiated; numbers are for
    printing. Which of your lines makes the number too early?
    """
    return loss_of_sequences(Z, y).item()


a_loss_without_its_graph.also(
    lambda Z, y: loss_of_sequences(Z.detach(), y),
    lambda Z, y: float(loss_of_sequences(Z, y)),
)


def _only_the_gradient_differs(seen):
    triples = [
        (batch, result.value, like)
        for (batch,), result, like in zip(seen.probes, seen.results, seen.expected, strict=False)
        if isinstance(result.value, dict)
    ]
    if len(triples) < len(seen.probes) or not all(np.isfinite(value["gradient"]).all() for _, value, _ in triples):
        return False
    return all(agree(value["loss"], like["loss"], 1e-4, batch.size) for batch, value, like in triples)


@mistakes.mistake(*T_IS_NOT_V, recognise=_only_the_gradient_differs)
def a_part_cut_off(Z, y):
    """
    The value is right and its gradient is not: a part of the formula has lost its graph, by `.data`, `.detach()`,
    `no_grad` or a number in the place of a tensor, and autograd takes it for a constant. At each position the gradient
    should be probability minus truth, divided by the number of positions, and sum to 0. Where the log-sum-exp is cut
    off, only the truth is left of it. Which part of yours has no graph?
    """
    lse = pytorch().logsumexp(Z.detach(), dim=2)
    return (lse - Z.gather(2, y[:, :, None])[:, :, 0]).mean()


a_part_cut_off.also(lambda Z, y: (pytorch().logsumexp(Z, dim=2) - Z.detach().gather(2, y[:, :, None])[:, :, 0]).mean())


@mistakes.mistake(*T_IS_NOT_V, recognise=refused(is_softmax_of_whole_numbers))
def arguments_swapped(Z, y):
    """
    PyTorch fails with a message about types or targets, because it takes your labels for logits. Its losses want the
    prediction first and the truth second; the losses of Keras want it the other way round. Labels are whole numbers,
    and a softmax of whole numbers does not exist in PyTorch, so the mistake shows here. With rows of probabilities both
    orders would run. Which order does your call have?
    """
    rows, labels = flat(Z, y)
    return functional().cross_entropy(labels, rows)


arguments_swapped.also(lambda Z, y: functional().cross_entropy(y, Z))


@mistakes.mistake(*T_IS_NOT_V, recognise=refused(has_decisions))
def decisions_in_place_of_logits(Z, y):
    """
    You hand decisions to the loss: an `argmax` makes one whole number of each position, and PyTorch stops with a
    message about types or targets. A cross-entropy asks how probable the true word was, and a decision has forgotten
    that. It also moves in jumps, so no gradient could come back through it. Decisions are for an accuracy, and the loss
    takes the logits of all classes. Which call of yours reduces them too early?
    """
    return functional().cross_entropy(Z.argmax(dim=-1), y)


def _has_one_side_flat(call):
    """Logits and labels that do not have the same number of axes of positions."""
    if call["function"] not in ("cross_entropy", "nll_loss") or len(call["tensors"]) < 2:
        return False
    Z, y = (tensor["shape"] for tensor in call["tensors"][:2])
    return (len(Z), len(y)) in ((2, 2), (3, 1)) and y != Z and call["tensors"][0]["is_floating"]


@mistakes.mistake(*T_IS_NOT_V, recognise=refused(_has_one_side_flat))
def only_one_of_the_two_flattened(Z, y):
    """
    PyTorch stops with a message about the batch size or about a target with several axes: one of your two tensors is
    flattened and the other is not. Logits of the shape (B·T, V) go with labels of the shape (B·T,), one row and one
    label for each position, in the same order. Print both shapes in front of the call. Which of the two still has one
    axis more than it should?
    """
    return functional().cross_entropy(Z.reshape(-1, Z.shape[-1]), y)


only_one_of_the_two_flattened.also(lambda Z, y: functional().cross_entropy(Z, y.reshape(-1)))


def _has_another_number_of_rows(call):
    """A table of logits that does not have one row for each label."""
    if call["function"] not in ("cross_entropy", "nll_loss") or len(call["tensors"]) < 2:
        return False
    Z, y = (tensor["shape"] for tensor in call["tensors"][:2])
    return (len(Z), len(y)) == (2, 1) and Z[0] != y[0]


@mistakes.mistake(*T_IS_NOT_V, recognise=refused(_has_another_number_of_rows))
def another_number_of_rows(Z, y):
    """
    PyTorch stops with a message about the batch size: your table of logits does not have one row for each label.
    `reshape(-1, …)` cuts the numbers into rows of the length that you name, and only rows of V numbers hold one
    position each. With the length of another axis the rows hold parts of several positions; where that axis has V
    entries by chance, the result is right. Which entry of `Z.shape` did you use, or which fixed number?
    """
    return functional().cross_entropy(Z.reshape(-1, Z.shape[1]), y.reshape(-1))


@mistakes.mistake(*T_IS_NOT_V, recognise=refused(has_labels_with_fractions, has_index_with_fractions))
def labels_as_floats(Z, y):
    """
    You turn the labels into floating numbers, and a label is the place of a class: there is no column 1.0. PyTorch
    stops with “expected target dtype to be Long or Byte”. Floating targets have a meaning of their own, a whole row of
    probabilities for each position. The labels come as they should be. Which call of yours changes their type?
    """
    rows, labels = flat(Z, y)
    return functional().cross_entropy(rows, labels.float())


@mistakes.mistake(*T_IS_NOT_V, name="integer one-hot labels", recognise=refused(has_probabilities_in_whole_numbers))
def integer_one_hot_labels(Z, y):
    """
    You make one-hot rows of the labels, which is allowed, and leave them as integers, which is not: PyTorch stops with
    “Expected floating point type for target with class probabilities”. A row for each position is read as
    probabilities, and those are floating numbers; a single integer is read as a class. Either convert the rows, or hand
    over the labels as they came, which needs less memory by far. Which of the two do you want?
    """
    rows, labels = flat(Z, y)
    return functional().cross_entropy(rows, functional().one_hot(labels, Z.shape[-1]))


mistakes.add(
    "one-hot with too few columns",
    """
    PyTorch cannot multiply your one-hot rows and the log-probabilities, because the two tables differ in their width.
    Without a second argument `F.one_hot` makes as many columns as the largest label of *this* batch needs. A class that
    occurs nowhere in the batch, and comes last, gets none. The number of classes is a property of the logits. Which of
    their axes tells it, and where do you hand it over?
    """,
    lambda Z, y: -(functional().one_hot(y) * Z.log_softmax(dim=-1)).sum(dim=-1).mean(),
    recognise=refused(has_shapes_that_differ("mul", "rmul")),
)


@mistakes.mistake(*T_IS_NOT_V, recognise=came_as("not one loss"))
def not_one_loss(Z, y):
    """
    You return several numbers, one for each position, for each sequence or for each class, and a single one is asked
    for. Only a tensor without an axis can be differentiated by `backward()` as it is. The losses of single positions
    are worth a look, for finding the word that a model expects least; the cost of the batch is their mean. Is there a
    `reduction="none"` in your call, or is a mean along one of the axes missing?
    """
    return functional().cross_entropy(Z.transpose(1, 2), y, reduction="none")


not_one_loss.also(
    lambda Z, y: functional().cross_entropy(Z.transpose(1, 2), y, reduction="none").mean(dim=1),
    lambda Z, y: fused(*flat(Z, y)).reshape(1),
    lambda Z, y: (loss_of_sequences(Z, y), loss_of_sequences(Z, y).exp()),
)
