"""How the mistakes of chapter 8 are recognised: predicates of what was seen, and words for it."""

import numpy as np

from utils.checking.values import agree
from utils.checking.words import show

# Values


def values_of(seen, key):
    """One part of all readable results."""
    return [result.value[key] for result in seen.results if isinstance(result.value, dict)]


def nearly_equal(value, like):
    return agree(value, like, 1e-4, 1.0)


def nothing_moved(seen):
    return any(
        np.array_equal(result.value["W"], np.float32(probe.W))
        and np.array_equal(result.value["b"], np.float32(probe.b))
        for result, (probe,) in zip(seen.results, seen.probes, strict=False)
        if isinstance(result.value, dict)
    )


def differing_parts(seen):
    """The parts in which some result is not as expected; None where a result is no dict."""
    pairs = list(zip(seen.results, seen.expected, strict=False))
    if len(pairs) < len(seen.probes) or any(not isinstance(result.value, dict) for result, _ in pairs):
        return None
    return {key for result, like in pairs for key in like if not nearly_equal(result.value[key], like[key])}


def only_the_graph_differs(seen):
    return differing_parts(seen) == {"graph"}


def steps_in_words(value):
    return f"`{show(np.round(value['losses'], 4))}`"


# Something else in place of a value


def came_as(*problems):
    """A predicate: whether one of these problems took the place of a value."""
    return lambda seen: any(result.problem in problems for result in seen.results)


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
    return call["function"] in ("softmax", "log_softmax", "cross_entropy") and not call["tensors"][0]["is_floating"]


def has_labels_with_two_axes(call):
    """Only a cross-entropy takes a table, with the shape of the logits: a probability for each of them."""
    if not _has_labels(call):
        return False
    logits, labels = call["tensors"][:2]
    may_be_probabilities = call["function"] == "cross_entropy" and labels["shape"] == logits["shape"]
    return len(labels["shape"]) > 1 and not may_be_probabilities and not is_softmax_of_whole_numbers(call)


def has_labels_with_fractions(call):
    """A label is a place, and there is no place 1.5."""
    return _has_labels(call) and call["tensors"][1]["is_floating"] and len(call["tensors"][1]["shape"]) < 2


def has_index_with_fractions(call):
    """The same for labels between square brackets."""
    return call["function"] == "__getitem__" and any(index["is_floating"] for index in call["tensors"][1:])


def has_probabilities_in_whole_numbers(call):
    """A table of labels with the shape of the logits has to hold floating numbers."""
    if not _has_labels(call) or call["function"] != "cross_entropy":
        return False
    logits, labels = call["tensors"][:2]
    return logits["is_floating"] and labels["shape"] == logits["shape"] and not labels["is_floating"]


def _has_labels(call):
    return call["function"] in ("cross_entropy", "nll_loss") and len(call["tensors"]) > 1
