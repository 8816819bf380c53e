"""More mistakes of exercise 8.2: losses that have lost something, and calls that PyTorch refuses."""

import numpy as np

from utils.checking.values import agree
from utils.exercises.ch08.formulas import (
    fused,
    in_two_steps,
    lse_minus_logit,
    picked,
    reference_losses,
)
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking_at_losses import CHANGED
from utils.exercises.ch08.recognising import (
    came_as,
    has_decisions,
    has_index_with_fractions,
    has_labels_with_fractions,
    has_labels_with_two_axes,
    has_logits_with_one_axis,
    has_probabilities_in_whole_numbers,
    has_shapes_that_differ,
    has_two_places_in_a_row,
    is_softmax_of_whole_numbers,
    lacks_its_last_axis,
    refused,
    values_of,
)
from utils.exercises.ch08.wrong_losses import TWO_CLASSES, TWO_EXAMPLES, mistakes


def _without_graph(seen):
    losses, gradients = values_of(seen, "losses"), values_of(seen, "gradients")
    if not gradients or any(values.shape != (3,) for values in losses):
        return False
    return all(np.isnan(part).all(axis=(1, 2)).any() for part in gradients)


@mistakes.mistake(*TWO_CLASSES, recognise=_without_graph)
def a_loss_without_its_graph(z, y):
    """
    The values are there, but one of your three has lost its graph: `.item()`, `.detach()`, `float()` and NumPy all
    turn a tensor into a number that no longer knows how it came about, so `backward()` has nothing to go through.
    The exercise asks for three tensors that can be differentiated. Numbers are for printing. Which of your lines
    makes the number too early?
    """
    return tuple(loss.item() for loss in reference_losses(z, y))


a_loss_without_its_graph.also(
    lambda z, y: (*reference_losses(z, y)[:2], reference_losses(z, y)[2].detach()),
    lambda z, y: (*reference_losses(z, y)[:2], float(reference_losses(z, y)[0])),
)


def _parts_that_differ(seen):
    pairs = [
        (batch, result.value, like)
        for (batch,), result, like in zip(seen.probes, seen.results, seen.expected, strict=False)
    ]
    if any(not isinstance(value, dict) for _, value, _ in pairs):
        return set()
    return {key for batch, value, like in pairs for key in like if not agree(value[key], like[key], 1e-4, batch.size)}


def _with_a_cut_graph(seen):
    """Whether the losses are right and their gradients are not, though each has one."""
    gradients = values_of(seen, "gradients")
    return _parts_that_differ(seen) == {"gradients"} and all(np.isfinite(part).all() for part in gradients)


@mistakes.mistake(*TWO_CLASSES, recognise=_with_a_cut_graph)
def a_part_cut_off(z, y):
    """
    All three values are right, and one of their gradients is not: a part of that formula has lost its graph, by
        `.data`, `.detach()`, `no_grad` or a number in the place of a tensor. Autograd then takes the part for a
        constant. The gradient should be probability minus truth, over m, and its rows sum to 0; where the log-sum-exp
        is cut off, only the truth is left of it. Compare the gradients of your three losses: which one is the odd one
        out?
    """
    by_hand = (pytorch().logsumexp(z.detach(), dim=1) - picked(z, y)).mean()
    return fused(z, y), in_two_steps(z, y), by_hand


a_part_cut_off.also(
    lambda z, y: (fused(z, y), in_two_steps(z, y), (pytorch().logsumexp(z, dim=1) - picked(z.detach(), y)).mean()),
    lambda z, y: (fused(z, y), fused(z, y).detach() + 0 * z.sum(), lse_minus_logit(z, y)),
)


@mistakes.mistake(*TWO_CLASSES, recognise=lambda seen: CHANGED in values_of(seen, "inputs"))
def the_logits_are_changed(z, y):
    """
    The tensors that were handed over are not what they were: operators such as `-=`, methods whose names end in an
    underscore, and a slice on the left of `=` write into the tensor itself. It belongs to the caller, who may need the
    logits or the labels for another loss. Where a tensor needs a gradient and has no history, PyTorch refuses such
    a line; the outputs of a model it lets you change. Which line of yours should make a new tensor?
    """
    z -= z.detach().max(dim=1, keepdim=True).values
    return reference_losses(z, y)


the_logits_are_changed.also(
    lambda z, y: (fused(z, y), in_two_steps(z, y), lse_minus_logit(z.sub_(z.detach().max()), y))
)


def _one_loss_again(seen):
    return _parts_that_differ(seen) == {"ways"}


@mistakes.mistake(*TWO_CLASSES, recognise=_one_loss_again)
def the_same_loss_again(z, y):
    """
    Two of your three losses are one and the same tensor, returned more than once. Its value is right, of course. Three
    ways were asked for, so that their agreement says something: `F.cross_entropy`, log-softmax with `F.nll_loss`, and a
    formula of your own. Two results of one computation agree whatever it is. Which of the three ways is missing?
    """
    loss = fused(z, y)
    return loss, loss, loss


the_same_loss_again.also(lambda z, y: (fused(z, y), *[in_two_steps(z, y)] * 2))


@mistakes.mistake(*TWO_CLASSES, recognise=refused(is_softmax_of_whole_numbers))
def arguments_swapped(z, y):
    """
    PyTorch fails with a message about types or targets, because it takes your labels for logits. Its losses want
    the prediction first and the truth second, `F.cross_entropy(z, y)`; the losses of Keras want it the other way
    round. When both have the same shape and type, nothing fails and the number is wrong. Which order do your two
    calls have?
    """
    return (functional().cross_entropy(y, z), in_two_steps(z, y), lse_minus_logit(z, y))


arguments_swapped.also(
    lambda z, y: (fused(z, y), functional().nll_loss(functional().log_softmax(y, dim=0), y), lse_minus_logit(z, y))
)


@mistakes.mistake(*TWO_CLASSES, recognise=refused(has_labels_with_two_axes))
def labels_as_a_column(z, y):
    """
    Your labels have two axes, and PyTorch stops with “0D or 1D target tensor expected”.
    Index labels are one integer for each row, in the shape (m,). A column of the shape (m, 1) comes from
    `reshape(-1, 1)`, `unsqueeze` or a table; or the two arguments of the loss have changed places: first the
    prediction, then the truth. Which of the two is it in your call?
    """
    return (functional().cross_entropy(z, y[:, None]), in_two_steps(z, y), lse_minus_logit(z, y))


labels_as_a_column.also(
    lambda z, y: (
        fused(z, y),
        functional().nll_loss(functional().log_softmax(z, dim=1), y.reshape(-1, 1)),
        lse_minus_logit(z, y),
    )
)


@mistakes.mistake(*TWO_CLASSES, recognise=refused(has_labels_with_fractions, has_index_with_fractions))
def labels_as_floats(z, y):
    """
    You turn the labels into floating numbers, and a label is the place of an entry: there is no column 1.0. PyTorch
    stops with “expected target dtype to be Long or Byte” for index labels. Floating targets have a meaning of their
    own, a whole row of probabilities for each example. Which type do places have, and which call of yours changed
    it?
    """
    return (functional().cross_entropy(z, y.float()), in_two_steps(z, y), lse_minus_logit(z, y))


labels_as_floats.also(lambda z, y: (fused(z, y), in_two_steps(z, y.to(z.dtype)), lse_minus_logit(z, y)))


@mistakes.mistake(*TWO_CLASSES, name="integer one-hot labels", recognise=refused(has_probabilities_in_whole_numbers))
def integer_one_hot_labels(z, y):
    """
    You make one-hot rows of the labels, which is allowed, and leave them as integers, which is not: PyTorch stops
    with “Expected floating point type for target with class probabilities”. A row for each example is read as
    probabilities, and those are floating numbers; a single integer for each example is read as a class. Either
    convert the rows, or hand over the labels as they came.
    """
    return (
        functional().cross_entropy(z, functional().one_hot(y, z.shape[1])),
        in_two_steps(z, y),
        lse_minus_logit(z, y),
    )


@mistakes.mistake(*TWO_CLASSES, recognise=refused(has_decisions))
def decisions_in_place_of_logits(z, y):
    """
    You hand decisions to the loss: an `argmax` makes one whole number of each row, and PyTorch stops with a message
    about types or targets. A cross-entropy asks how probable the true class was, and a decision has forgotten that. It
    also moves in jumps, so no gradient could come back through it. Decisions are for an accuracy, and the loss takes
    the whole rows of logits. Which call of yours reduces them too early?
    """
    return functional().cross_entropy(z.argmax(dim=1), y), in_two_steps(z, y), lse_minus_logit(z, y)


def _shifted_without_an_axis(z, y):
    shifted = z - z.max(dim=1).values
    return shifted.exp().sum(dim=1).log() - picked(shifted, y)


@mistakes.mistake(*TWO_EXAMPLES, name="no keepdim", recognise=refused(lacks_its_last_axis))
def no_keepdim(z, y):
    """
    PyTorch refuses to subtract: one side is a table of logits, (m, K), and the other a row of m numbers, the largest
    logit or the log-sum-exp of each example. Shapes are compared from the last axis on, so the m numbers are laid
    along the classes. For m = K nothing fails, and every row gets the numbers of other rows. A reduction drops its
    axis unless it is told to keep it with length 1. Which argument does that?
    """
    return fused(z, y), in_two_steps(z, y), _shifted_without_an_axis(z, y).mean()


no_keepdim.also(lambda z, y: (fused(z, y), in_two_steps(z, y), -picked(z - z.logsumexp(1), y).mean()))


def _fails_without_an_axis(seen):
    """Whether calls fail for want of an axis exactly where an axis of the logits has the length 1."""
    triples = zip(seen.probes, seen.results, seen.right, strict=False)
    outcomes = {(1 in np.shape(batch.z), bool(result.problem) or not right) for (batch,), result, right in triples}
    loses = refused(has_logits_with_one_axis, has_two_places_in_a_row)
    return loses(seen) and (False, True) not in outcomes and (False, False) in outcomes


@mistakes.mistake(*TWO_CLASSES, recognise=_fails_without_an_axis)
def an_axis_is_lost(z, y):
    """
    With several examples of several classes all is right, and with a single one you stop with an error: a `squeeze`
    drops every axis of length 1, and for logits of the shape (1, K) that is the axis of the examples. What is left is a
    row, which has no second index. The last batch of an epoch may well hold one example. `squeeze` takes the number of
    the axis that it may drop. Which call of yours takes axes away without being told which?
    """
    logs = functional().log_softmax(z, dim=1).squeeze()
    return fused(z, y), in_two_steps(z, y), -logs[pytorch().arange(len(y)), y].mean()


an_axis_is_lost.also(lambda z, y: (fused(z.squeeze(), y), in_two_steps(z, y), lse_minus_logit(z, y)))


mistakes.add(
    "one-hot with too few columns",
    """
    PyTorch cannot multiply your one-hot rows and the log-probabilities, because the two tables differ in their width.
    Without a second argument `F.one_hot` makes as many columns as the largest label of *this* batch needs. A class that
    no example of the batch belongs to, and that comes last, gets none. The number of classes is a property of the
    logits. Which of their axes tells it, and where do you hand it over?
    """,
    lambda z, y: (fused(z, y), in_two_steps(z, y), -(functional().one_hot(y) * z.log_softmax(dim=1)).sum(dim=1).mean()),
    recognise=refused(has_shapes_that_differ("mul", "rmul")),
)


@mistakes.mistake(*TWO_EXAMPLES, recognise=came_as("rows of losses"))
def one_loss_for_each_example(z, y):
    """
    One of your three is a row of losses, one for each example, where a single number is asked for. Only a number
    without an axis can be differentiated by `backward()` as it is. The cost of a batch is the mean of its losses.
    Is there a `reduction="none"` in one of the calls, or is the mean missing in your own formula?
    """
    return tuple(functional().cross_entropy(z, y, reduction="none") for _ in range(3))


one_loss_for_each_example.also(
    lambda z, y: (fused(z, y), in_two_steps(z, y), pytorch().logsumexp(z, dim=1) - picked(z, y))
)


@mistakes.mistake(*TWO_CLASSES, recognise=came_as("not three losses"))
def not_three_losses(z, y):
    """
    Three losses are asked for, one for each way: through `F.cross_entropy`, through log-softmax and `F.nll_loss`,
    and by hand. Your function returns another number of them. In Python, commas between the three names after
    `return` make a tuple of them, which the caller can unpack by position. Which of the three ways is missing, or
    what comes back beside them?
    """
    return fused(z, y)


not_three_losses.also(
    lambda z, y: (fused(z, y), in_two_steps(z, y)),
    lambda z, y: (*reference_losses(z, y), True),
)
