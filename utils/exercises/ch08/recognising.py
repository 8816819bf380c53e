"""How the mistakes of chapter 8 are recognised: predicates of what was seen, and words for it."""

import numpy as np

from utils.checking.values import agree
from utils.checking.words import show
from utils.exercises.ch08.probes import losses_of_rows

# Values


def values_of(seen, key):
    """One part of all readable results."""
    return [result.value[key] for result in seen.results if isinstance(result.value, dict)]


def as_expected(value, like, probe):
    """Whether numbers are the expected ones, as nearly as float32 has them after some steps; or two words the same."""
    return agree(value, like, 1e-4, probe.size)


def pairs_of(seen, plain=False):
    """Probe, value and expected value; nothing where a result is missing or failed.

    Args:
        seen: what was observed.
        plain: whether to leave out the models whose mode matters.
    """
    if len(seen.results) < len(seen.probes) or any(not isinstance(result.value, dict) for result in seen.results):
        return []
    triples = zip(seen.probes, seen.results, seen.expected, strict=True)
    return [(probe, result.value, like) for (probe,), result, like in triples if probe.is_plain or not plain]


def nothing_moved(seen):
    """Whether the weights are what they were, wherever they should have moved."""
    ours, right = [], []
    for result, (probe,), like in zip(seen.results, seen.probes, seen.expected, strict=False):
        if isinstance(result.value, dict):
            start = np.float32(probe.W)
            ours.append(
                np.array_equal(result.value["W"], start) and np.array_equal(result.value["b"], np.float32(probe.b))
            )
            right.append(np.array_equal(like["W"], start))
    return any(not still for still in right) and all(own for own, still in zip(ours, right, strict=True) if not still)


def differing_parts(seen, plain=False):
    """The parts in which some result is not as expected; None where a result is no dict."""
    pairs = pairs_of(seen, plain)
    if not pairs:
        return None
    return {key for probe, value, like in pairs for key in like if not as_expected(value[key], like[key], probe)}


def differs_only_in(*keys):
    """A predicate: whether these parts are not as expected, each somewhere, and all others are."""
    return lambda seen: differing_parts(seen) == set(keys)


def steps_in_words(value):
    return f"`{show(np.round(value['losses'], 4))}`"


def has_a_ceiling(pairs):
    """Whether a mean loss is cut off, whatever by: each of its examples counts at most some number.

    Args:
        pairs: the loss of a batch that came, and the true losses of its examples, for each batch.
    """
    if not all(np.isfinite(came) for came, losses in pairs):
        return False
    ceiling, lowest = max((came, min(losses)) for came, losses in pairs)
    return lowest > 1.05 * ceiling > 3.0 and all(
        abs(came - np.mean(np.minimum(losses, ceiling))) < (1e-2 if max(losses) < ceiling - 7 else 1.0)
        for came, losses in pairs
    )


def breaks_far_out(pairs):
    """Whether a mean loss is right for moderate losses of the examples, and infinite or nan from some size on.

    Args:
        pairs: as in :func:`has_a_ceiling`.
    """
    broken = [min(losses) for came, losses in pairs if not np.isfinite(came)]
    whole = [(came, losses) for came, losses in pairs if np.isfinite(came)]
    return (
        bool(broken)
        and max(broken) > 80
        and bool(whole)
        # Below e^-87 a power loses digits in float32, and near e^-102 hardly one is left.
        and all(abs(came - np.mean(losses)) < 0.1 + 1e-2 * np.mean(losses) for came, losses in whole)
    )


def are_in_proportion(pairs):
    """Whether one number is, in all pairs, the other one times a positive number that is not 1."""
    factor = next((came / right for came, right in pairs if right > 1e-3), 1.0)
    return (
        factor > 0.01
        and abs(factor - 1) > 0.01
        and np.allclose(*zip(*((came, factor * right) for came, right in pairs), strict=True), rtol=1e-3, atol=1e-3)
    )


def are_multiples(pairs):
    """Whether a mean loss is the right one times a number.

    Args:
        pairs: as in :func:`has_a_ceiling`.
    """
    return are_in_proportion([(came, float(np.mean(losses))) for came, losses in pairs])


def is_one_class_off(pairs):
    """Whether a mean loss is that of the class after each label, or before it, wherever one came; counted round, as a
    negative index counts. Nothing came only where there is no such class.

    Args:
        pairs: a batch, and the loss that came or None, for each batch.
    """
    return any(all(_is_off_by(step, *pair) for pair in pairs) for step in (1, -1)) and any(
        loss is not None for _, loss in pairs
    )


def _is_off_by(step, batch, loss):
    Z, y = np.array(batch.z, dtype=float), np.ravel(batch.y) + step
    Z = Z.reshape(-1, Z.shape[-1])
    if loss is None:
        return y.min() < 0 or y.max() >= Z.shape[1]
    return agree(loss, losses_of_rows(Z, y % Z.shape[1]).mean(), 1e-4, batch.size)


# Something else in place of a value


def came_as(*problems):
    """A predicate: whether one of these problems took the place of a value."""
    return lambda seen: any(result.problem in problems for result in seen.results)


def takes_in_another_order(*names):
    """A predicate: whether an answer failed that has exactly these names for its inputs, in another order."""

    def recognise(seen):
        taken = [result.facts.get("parameters", ()) for result in seen.results]
        return any(set(own) == set(names) and tuple(own) != names for own in taken)

    return recognise


def misses(attribute):
    """A predicate: whether an answer failed because something did not have this attribute."""
    return lambda seen: any(result.facts.get("missing") == attribute for result in seen.results)


# Calls that PyTorch refused: the name of a function and its tensors, see `watching`


def refused(*conditions):
    """A predicate: whether an answer failed in a call for which one of these conditions holds."""

    def recognise(seen):
        calls = [result.facts.get("refused") for result in seen.results]
        calls = [call for call in calls if call is not None and call["tensors"]]
        return any(condition(call) for condition in conditions for call in calls)

    return recognise


def is_softmax_of_whole_numbers(call):
    """Labels in the place of logits: a softmax is for floating numbers."""
    has_whole_numbers = not call["tensors"][0]["is_floating"] and not has_decisions(call)
    return call["function"] in ("softmax", "log_softmax", "cross_entropy") and has_whole_numbers


def has_decisions(call):
    """Whole numbers in the place of logits, one for each label."""
    if not _has_labels(call):
        return False
    logits, labels = call["tensors"][:2]
    return logits["shape"] == labels["shape"] and not (logits["is_floating"] or labels["is_floating"])


def has_labels_with_two_axes(call):
    """Only a cross-entropy takes a table, with the shape of the logits: a probability for each of them."""
    if not _has_labels(call):
        return False
    logits, labels = call["tensors"][:2]
    may_be_probabilities = call["function"] == "cross_entropy" and labels["shape"] == logits["shape"]
    return len(labels["shape"]) > 1 and not may_be_probabilities and not is_softmax_of_whole_numbers(call)


def has_labels_with_fractions(call):
    """A label is a place, and there is no place 1.5. Labels have an axis less than their logits."""
    if not _has_labels(call):
        return False
    logits, labels = call["tensors"][:2]
    return labels["is_floating"] and len(labels["shape"]) < max(2, len(logits["shape"]))


def has_index_with_fractions(call):
    """The same for labels between square brackets."""
    return call["function"] == "__getitem__" and any(index["is_floating"] for index in call["tensors"][1:])


def has_probabilities_in_whole_numbers(call):
    """A table of labels with the shape of the logits has to hold floating numbers."""
    if not _has_labels(call) or call["function"] != "cross_entropy":
        return False
    logits, labels = call["tensors"][:2]
    is_table = len(labels["shape"]) > 1 and labels["shape"] == logits["shape"]
    return is_table and logits["is_floating"] and not labels["is_floating"]


def has_logits_with_one_axis(call):
    """A row of numbers where a table is needed, one row for each label."""
    if call["function"] not in ("cross_entropy", "nll_loss", "log_softmax", "softmax", "logsumexp"):
        return False
    return call["tensors"][0]["is_floating"] and len(call["tensors"][0]["shape"]) == 1


def has_two_places_in_a_row(call):
    """A row of numbers between whose brackets stand two indices."""
    return call["function"] == "__getitem__" and len(call["tensors"][0]["shape"]) < len(call["tensors"]) - 1


def lacks_its_last_axis(call):
    """A table, and one number for each of its rows, subtracted without an axis for the classes."""
    shapes = sorted((tensor["shape"] for tensor in call["tensors"]), key=len, reverse=True)
    is_difference = call["function"].strip("_") in ("sub", "rsub") and len(shapes) == 2
    return is_difference and len(shapes[0]) > 1 and shapes[1] == shapes[0][:-1]


def has_shapes_that_differ(*functions):
    """A condition: whether one of these functions, of two tensors, got two that differ in their shapes."""

    def holds(call):
        shapes = {tensor["shape"] for tensor in call["tensors"]}
        return call["function"].strip("_") in functions and len(shapes) > 1

    return holds


def _has_labels(call):
    return call["function"] in ("cross_entropy", "nll_loss") and len(call["tensors"]) > 1
