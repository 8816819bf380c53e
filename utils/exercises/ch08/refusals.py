"""What PyTorch refuses in a step of training, for the exercises that make steps: mistakes that end with an error."""

import math

from utils.exercises.ch08.formulas import fused
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.recognising import (
    has_decisions,
    has_labels_with_fractions,
    has_labels_with_two_axes,
    has_logits_with_one_axis,
    is_softmax_of_whole_numbers,
    misses,
    refused,
    takes_in_another_order,
)


def _goes_back(call):
    return call["function"] in ("backward", "grad")


def _starts_without_a_graph(call):
    return _goes_back(call) and not call["tensors"][0]["has_graph"]


def _starts_from_a_row(call):
    """A row has no single gradient, unless `backward` is handed the weights of its numbers."""
    loss, *others = call["tensors"]
    has_weights = call["function"] == "backward" and bool(others)
    return _goes_back(call) and not has_weights and loss["has_graph"] and math.prod(loss["shape"]) != 1


def _has_as_many_columns_as_labels_need(seen):
    """Whether a call fails wherever the last class is absent, for a table that has no column for it."""
    failed = [
        (probe, result.facts.get("refused"))
        for (probe,), result in zip(seen.probes, seen.results, strict=False)
        if result.problem
    ]
    fails_where_a_class_is_absent = all(max(probe.y) + 1 < len(probe.b) for probe, _ in failed)
    tables = [(probe, tensor["shape"]) for probe, call in failed if call for tensor in call["tensors"]]
    has_narrow_rows = any(shape == (len(probe.y), max(probe.y) + 1) for probe, shape in tables)
    return has_narrow_rows and fails_where_a_class_is_absent and len(failed) < len(seen.probes)


def _squared_error_of_decisions(z, y):
    return functional().mse_loss(z.argmax(dim=1).float(), y.float())


def _without_recording(z, y):
    with pytorch().no_grad():
        return fused(z, y)


def add_what_is_refused(mistakes, names, trained_with, permuted, column="labels as a column"):
    """Add the mistakes to a bank.

    Args:
        mistakes: the bank.
        names: the names of the inputs of its exercise, in their order.
        trained_with: a function from a loss to an answer that trains with it.
        permuted: the right answer with its inputs in another order.
        column: what labels of two axes in the loss are called.
    """
    mistakes.add(
        "gradients switched off",
        """
        PyTorch stops with “element 0 of tensors does not require grad”: the loss has no graph to go back through.
        Inside `no_grad`, after `detach`, and after `argmax` nothing is recorded. That is right for an evaluation and
        wrong for a step of training. Which line between the model and `backward` cuts the connection?
        """,
        trained_with(_without_recording),
        trained_with(lambda z, y: fused(z.detach(), y)),
        trained_with(_squared_error_of_decisions),
        recognise=refused(_starts_without_a_graph),
    )

    mistakes.add(
        "a number too early",
        """
        You turn the loss into a Python number before `backward()` is called, and a number has no such method. `.item()`
        reads the value and leaves the graph behind. So it belongs at the end: first the gradients and the step, with
        the loss as a tensor, and then the number for the record. Which line has to move down?
        """,
        trained_with(lambda z, y: fused(z, y).item()),
        trained_with(lambda z, y: float(fused(z, y))),
        recognise=misses("backward"),
    )

    mistakes.add(
        "labels as floats",
        """
        You turn the labels into floating numbers, and PyTorch stops with “expected target dtype to be Long or Byte”. An
        index label is the place of a class, and places are integers; floating targets are read as probabilities, a
        whole row for each example. The labels come as they should be. Which call of yours changes their type?
        """,
        trained_with(lambda z, y: functional().cross_entropy(z, y.float())),
        recognise=refused(has_labels_with_fractions),
    )

    mistakes.add(
        "one-hot with too few columns",
        """
        PyTorch refuses your one-hot rows, because they have other columns than the logits. Without a second argument
        `F.one_hot` makes as many columns as the largest label of *this* batch needs. A class that no example of the
        batch belongs to, and that comes last, gets none; in a batch where it occurs nothing is wrong. The number of
        classes is a property of the logits. Which of their axes tells it, and where do you hand it over?
        """,
        trained_with(lambda z, y: functional().cross_entropy(z, functional().one_hot(y).to(z.dtype))),
        trained_with(lambda z, y: -(functional().one_hot(y) * z.log_softmax(dim=1)).sum(dim=1).mean()),
        recognise=_has_as_many_columns_as_labels_need,
    )

    mistakes.add(
        column,
        """
        Your labels have two axes, and PyTorch stops with “0D or 1D target tensor expected”.
        Index labels are one integer for each row, in the shape (m,). A column (m, 1) comes from `reshape(-1, 1)` or
        `unsqueeze`, a table from logits in the wrong place: the prediction goes first. Which of the two is it in your
        call?
        """,
        trained_with(lambda z, y: functional().cross_entropy(z, y[:, None])),
        trained_with(lambda z, y: functional().nll_loss(functional().log_softmax(z, dim=1), y[:, None])),
        recognise=refused(has_labels_with_two_axes),
    )

    mistakes.add(
        "arguments swapped",
        """
        PyTorch fails because it takes your labels for logits: a log-softmax “not implemented for 'Long'”. Its losses
        want the prediction first and the truth second; those of Keras want it the other way round. With one-hot labels
        in floating numbers both orders would run, and one of them would be silently wrong. Which order does your call
        have?
        """,
        trained_with(lambda z, y: functional().cross_entropy(y, z)),
        recognise=refused(is_softmax_of_whole_numbers),
    )

    mistakes.add(
        "decisions in place of logits",
        """
        You hand decisions to the loss: an `argmax` makes one whole number of each row, and PyTorch stops with a message
        about types or targets. A cross-entropy asks how probable the true class was, and a decision has forgotten that.
        It also moves in jumps, so no gradient could come back through it. Decisions are for an accuracy; the loss takes
        the whole rows of logits. Which call of yours reduces them too early?
        """,
        trained_with(lambda z, y: functional().cross_entropy(z.argmax(dim=1), y)),
        recognise=refused(has_decisions),
    )

    mistakes.add(
        "one loss for each example",
        """
        PyTorch stops with “grad can be implicitly created only for scalar outputs”: your loss is a row of numbers, one
        for each example. A row has no single gradient. The cost of a batch is the mean of its losses, and the library
        takes that mean unless it is told not to. Which `reduction` is in your call, or which mean is missing?
        """,
        trained_with(lambda z, y: functional().cross_entropy(z, y, reduction="none")),
        recognise=refused(_starts_from_a_row),
    )

    mistakes.add(
        "an axis is lost",
        """
        A loss gets one row of numbers where it needs a table, a row of logits for each label. That comes from
        `squeeze`, which drops every axis of length 1: with a single example the axis of the examples goes, with a
        single class that of the classes. Or it comes from `argmax`, which makes one decision of each row. The outputs
        of the model have the shape that the loss wants, (m, K). Which line between the two changes it?
        """,
        trained_with(lambda z, y: fused(z.squeeze(), y)),
        trained_with(lambda z, y: fused(z.argmax(dim=1).float(), y)),
        recognise=refused(has_logits_with_one_axis),
    )

    mistakes.add(
        "inputs in another order",
        f"""
        The names between the brackets of your `def` are the right ones, in another order. Python hands over by place
        and not by name: the caller gives `({", ".join(names)})`, so one of your names means
        something else, and the first line that uses it stops with an error about a method or a call that does not
        exist there. Nothing in the body has to change. Compare your first line with the one in the text, name by name.
        """,
        permuted,
        recognise=takes_in_another_order(*names),
    )
