"""Families of wrong decisions, one class for each example, told by what was seen: predicates for exercise 4.4."""

import numpy as np

from utils import reference
from utils.exercises.ch04.common import beyond


def _rows(seen):
    """The logits of each example with the class that came and the true one; nothing where other shapes came."""
    if len(seen.results) < len(seen.probes):
        return []
    found = []
    for (W, b, X), result, expected in zip(seen.probes, seen.results, seen.expected, strict=True):
        if result.problem or result.value.shape != expected.shape:
            return []
        found += zip(X @ W + b, result.value.tolist(), expected.astype(int).tolist(), strict=True)
    return found


# Where powers of e, and sigmoids, lose the order of a row: True, False, or None where it depends on the float type.


def rows_without_a_shift(Z):
    """Where powers without a shift lose the winner: behind another infinite one, or among zeros."""
    return [_either(_first_of(beyond, row), _vanishes(row)) for row in Z]


def rows_with_one_shift_for_all(Z):
    """Where one shift for all rows, that of the largest logit, leaves nothing but zeros in a row."""
    return [_vanishes(row - Z.max()) for row in Z]


def rows_with_zero_at_least(Z):
    """Where nothing but zeros is left, since a shift was not allowed to be negative."""
    return [_vanishes(row - max(0.0, row.max())) for row in Z]


def rows_of_a_saturated_sigmoid(Z):
    """Where two sigmoids are exactly 1, or all of them 0, and the winner is not the first."""
    return [_either(_first_of(_is_one, row), _vanishes(row)) for row in Z]


def _either(one, other):
    return True if True in (one, other) else None if None in (one, other) else False


def _first_of(kind, row):
    """Whether the first logit of a kind is not the largest: that one is found in its place."""
    kinds = [kind(logit) for logit in row]
    if None in kinds:
        return None
    return bool(True in kinds and kinds.index(True) != row.argmax())


def _is_one(logit):
    return True if logit > 40 else False if logit < 30 else None


def _vanishes(row):
    """Whether all powers of a row are 0, and the winner is not the first."""
    gone = beyond(-row.max())
    return gone and bool(row.argmax() != 0)


def fails_on(where):
    """A predicate: the class is wrong for the examples that ``where(Z)`` is True of, and right where it is False."""

    def recognise(seen):
        if len(seen.results) < len(seen.probes):
            return False
        met = set()
        for (W, b, X), result, expected in zip(seen.probes, seen.results, seen.expected, strict=True):
            if result.problem or result.value.shape != expected.shape:
                return False
            met |= set(zip(where(X @ W + b), (result.value == expected).tolist(), strict=True))
        return {(True, False), (False, True)} <= met and not {(True, True), (False, False)} & met

    return recognise


# Other families


def starts_too_high(seen):
    """Whether one and the same class stands wherever all logits lie below some number, and all else is right."""
    rows = _rows(seen)
    lost = [row.max() for row, came, truth in rows if came != truth]
    if not lost or max(lost) > 0 or -960 < max(lost) < -700:  # there powers of e become 0
        return False
    below = {came for row, came, _ in rows if row.max() <= max(lost)}
    return len(below) == 1


def runs_along_the_examples(seen):
    """Whether one place among the examples came for each class."""
    if len(seen.results) < len(seen.probes):
        return False
    for (W, _, X), result in zip(seen.probes, seen.results, strict=True):
        if result.problem or result.value.shape != W.shape[1:]:
            return False
        if not np.isin(result.value, np.arange(len(X))).all():
            return False
    return True


def loses_an_axis(seen):
    """Whether all is right but for batches of one example, whose answer is a bare number."""
    for result, right, expected in zip(seen.results, seen.right, seen.expected, strict=False):
        if right != (len(expected) > 1):
            return False
        if not right and (result.problem or result.value.shape != () or result.value != expected[0]):
            return False
    return len(seen.results) == len(seen.probes)


def multiplies_otherwise(seen):
    """Whether a matrix product fails where the table of weights is not square, whatever else is the case."""
    met = zip(seen.probes, seen.results, strict=False)
    failures = [result.problem == "ValueError" for (W, _, X), result in met if len({*W.shape, len(X)}) == 3]
    words = [result.detail for result in seen.results if result.problem == "ValueError"]
    return bool(failures) and all(failures) and any("matmul" in detail or "aligned" in detail for detail in words)


def is_of_two_classes(seen):
    """Whether 0 and 1 alone came, right for two classes. One class may have stopped the answer."""
    answers = []
    for (_, b, _), result, right, expected in zip(seen.probes, seen.results, seen.right, seen.expected, strict=False):
        if len(b) == 1:
            continue
        if result.problem or result.value.shape != expected.shape or (len(b) == 2 and not right):
            return False
        answers += result.value.tolist()
    return len(seen.results) == len(seen.probes) and set(answers) == {0.0, 1.0}


def decides_after_rounding(seen):
    """Whether the classes are those of the rounded probabilities, or logits, for some number of digits."""
    return _are_those_of(
        seen, *(lambda row, digits=digits: np.round(reference.softmax(row), digits) for digits in range(7))
    ) or _are_those_of(seen, *(lambda row, digits=digits: np.round(row, digits) for digits in range(-1, 6)))


def decides_after_a_clip(seen):
    """Whether the classes are those of the logits, cut off at some limit.

    From some hundreds on that cannot be told from powers of e that overflow, so there the code has to name a clip.
    """
    limits = (1, 5, 10, 15, 20, 30, 50, 80, 88, 100, 200, 300, *((500, 600, 700, 709) if "clip" in seen.names else ()))
    return _are_those_of(seen, *(lambda row, limit=limit: np.clip(row, -limit, limit) for limit in limits))


def _are_those_of(seen, *scores):
    """Whether the classes are not the right ones, and those of the largest of one of these scores."""
    rows = _rows(seen)
    if all(came == truth for _, came, truth in rows):
        return False
    return any(all(score(row).argmax() == came for row, came, _ in rows) for score in scores)


def has_k_numbers_for_each(seen):
    """Whether a table of scores came, of K numbers for each example, or of yes and no, some of them with several."""
    if len(seen.results) < len(seen.probes):
        return False
    tables = [
        (X @ W + b, result.value) for (W, b, X), result in zip(seen.probes, seen.results, strict=True) if len(b) > 1
    ]
    if any(not isinstance(table, np.ndarray) or table.shape != Z.shape for Z, table in tables):
        return False
    return not all(np.isin(table, (0, 1)).all() and (table.sum(axis=1) == 1).all() for _, table in tables)
