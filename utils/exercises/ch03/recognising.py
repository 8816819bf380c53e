"""Predicates of chapter 3: families of mistakes, told by what an answer does to the cost, its gradient or its logits.

*Calm* inputs are those without extremes: no probability near 0, no logit far out. A second slip, such as an epsilon
or a missing shift, does not show there, so the first one can be told by them alone.
"""

import copy
from functools import partial

import numpy as np

from utils.checking.values import plain

OVERFLOW, UNDERFLOW, SAFE = 710, 746, 700  # powers of e in float64: infinite beyond, 0 beyond, neither up to there


def _close(one, other, tolerance):
    rtol, atol = tolerance
    return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=rtol, atol=atol)


# By what a mean over m rows of K classes, or its gradient, is multiplied where something else than m was divided by


def divided_rightly(*inputs):
    return 1


def summed(rows, y):
    return len(y)


def divided_twice(rows, y):
    return 1 / len(y)


def divided_by_one_less(rows, y):
    return len(y) / (len(y) - 1) if len(y) > 1 else None


def divided_by_entries(rows, y):
    return 1 / rows.shape[1]


def divided_by_classes(rows, y):
    return len(y) / rows.shape[1]


class Calmly:
    """What results say on calm inputs, with room for a second slip.

    Args:
        is_calm: a function from the inputs to whether they are calm.
        tolerance: relative and absolute; within it two numbers count as equal here.
    """

    def __init__(self, is_calm, tolerance):
        self._is_calm = is_calm
        self._tolerance = tolerance

    def _places(self, seen):
        return [place for place in range(len(seen.results)) if self._is_calm(*seen.probes[place])]

    def is_right(self, seen):
        """Whether all results on calm inputs are right."""
        return all(self._is_close(seen.results[place], seen.expected[place]) for place in self._places(seen))

    def is_times(self, seen, factor):
        """Whether results are the right ones times ``factor(*inputs)``, which leaves out inputs by None."""
        pairs = [(place, factor(*seen.probes[place])) for place in self._places(seen)]
        return not self.is_right(seen) and all(
            self._is_close(seen.results[place], times * seen.expected[place])
            for place, times in pairs
            if times is not None
        )

    def times(self, factor):
        """A predicate: see :meth:`is_times`."""
        return lambda seen: self.is_times(seen, factor)

    def repeats(self, seen, samples, factors=(divided_rightly,)):
        """Whether results are wrong, and those of one of these samples, up to one of the factors."""
        places = self._places(seen)
        return not self.is_right(seen) and any(
            all(self._is_the_same(seen.results[place], sample, factor, seen.probes[place]) for place in places)
            for factor in factors
            for sample in samples
        )

    def adds_for_each_other_class(self, classes):
        """A predicate: a loss is infinite, or too large by the same amount for each class that did not occur.

        Args:
            classes: the number of classes, a function of the first input.
        """

        def recognise(seen):
            places = self._places(seen)
            if not places or any(seen.results[place].problem for place in places):
                return False
            came = np.array([float(seen.results[place].value) for place in places])
            truth = np.array([float(seen.expected[place]) for place in places])
            others = np.array([classes(seen.probes[place][0]) - 1 for place in places])
            each = (came - truth) / others
            return bool(np.all(came == np.inf) or (each[0] > 3 and np.allclose(each, each[0], rtol=0.01, atol=0)))

        return recognise

    def name(self, bank, *factors):
        """Give each mistake of a bank without a predicate the one that compares calm inputs with its samples.

        Args:
            bank: the mistakes.
            factors: functions from the inputs to what a second slip may multiply all results by.
        """
        for mistake in bank:
            if mistake.recognise is None:
                mistake.recognise = lambda seen, mistake=mistake: self.repeats(
                    seen, mistake.samples, (divided_rightly, *factors)
                )

    def _is_close(self, result, value):
        return not result.problem and _close(result.value, value, self._tolerance)

    def _is_the_same(self, result, sample, factor, inputs):
        try:
            with np.errstate(all="ignore"):
                value = plain(sample(*copy.deepcopy(inputs))) * factor(*inputs)
        except Exception as error:
            return result.problem == type(error).__name__
        return not result.problem and _agree_with_nan(result.value, value, self._tolerance)


def _agree_with_nan(one, other, tolerance):
    rtol, atol = tolerance
    return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=rtol, atol=atol, equal_nan=True)


def sign_lost(calmly):
    """A predicate: the sign is wrong, whatever else was divided by."""

    def times(divided, rows, y):
        factor = divided(rows, y)
        return None if factor is None else -factor

    ways = (divided_rightly, summed, divided_twice, divided_by_one_less, divided_by_entries, divided_by_classes)
    return lambda seen: any(calmly.is_times(seen, partial(times, divided)) for divided in ways)


def goes_wrong(where, is_wrong=lambda result: True):
    """A predicate: the answer is wrong on the probes for which ``where(*inputs)`` holds, and right where it does not.

    Args:
        where: a function from the inputs to True, False, or None where either will do.
        is_wrong: what else must hold of the results that are wrong there.
    """

    def recognise(seen):
        if len(seen.results) < len(seen.probes):
            return False
        parts = list(zip((where(*inputs) for inputs in seen.probes), seen.right, seen.results, strict=True))
        return (
            any(ask for ask, _, _ in parts)
            and all(right for ask, right, _ in parts if ask is not None and not ask)
            and all(not right and is_wrong(result) for ask, right, result in parts if ask)
        )

    return recognise


def not_finite(result):
    """Whether a result is an error, infinite or nan."""
    return bool(result.problem) or not np.isfinite(result.value).all()


def is_rounded(seen):
    """Whether all results are the right ones, rounded to some number of digits."""
    if all(seen.right) or any(result.problem for result in seen.results) or len(seen.results) < len(seen.probes):
        return False
    values = [(result.value, expected) for result, expected in zip(seen.results, seen.expected, strict=True)]
    return any(
        all(_close(value, np.round(truth, digits), (1e-6, 1e-9)) for value, truth in values) for digits in range(7)
    )


def is_cut_off(losses, all_right_elsewhere=True):
    """A predicate: every loss is right up to a ceiling, and larger ones came as about that, whatever cuts them off.

    Args:
        losses: a function from the inputs to the right losses of the examples, of which the result is the mean.
        all_right_elsewhere: whether results that are not finite rule it out.
    """

    def recognise(seen):
        places = [place for place, result in enumerate(seen.results) if all_right_elsewhere or not not_finite(result)]
        if all(seen.right) or any(not_finite(seen.results[place]) for place in places) or not places:
            return False
        each = [np.atleast_1d(losses(*seen.probes[place])) for place in places]
        came = [seen.results[place].value for place in places]
        if any(np.ndim(value) for value in came) or max(part.max() for part in each) < 40:
            return False
        # The largest loss of all stands beside ordinary ones; what is missing to their mean was cut off.
        worst = max(range(len(each)), key=lambda place: each[place].max())
        ceiling = came[worst] * len(each[worst]) - (each[worst].sum() - each[worst].max())
        if not 2 < ceiling < each[worst].max() - 3:
            return False
        return all(
            abs(value - np.minimum(part, ceiling).mean())
            <= 0.002 + 0.005 * abs(value) + 0.75 * np.mean(np.abs(part - ceiling) < 8)
            for value, part in zip(came, each, strict=True)
        )

    return recognise


def one_number_only(seen):
    """Whether the first failure is that of code that takes one number and is given an array."""
    failed = next((result for result in seen.results if result.problem), None)
    return failed is not None and failed.problem == "TypeError" and "converted to Python scalar" in failed.detail


def wants_another_axis(seen):
    """Whether the code asks one example for the axes of a batch, and stops with an error for every input."""
    words = (
        "has no len()",
        "not subscriptable",
        "not iterable",
        "tuple index",
        "too many indices",
        "invalid index to scalar",
        "axis 1 is out of bounds",
        "There is no axis 1",
    )
    return len(seen.results) == len(seen.probes) and all(
        result.problem in ("TypeError", "IndexError", "AxisError", "ValueError")
        and any(word in result.detail for word in words)
        for result in seen.results
    )


def an_array_of_one(seen):
    """Whether all results are right, and lie in arrays of one entry where numbers were asked for."""
    return len(seen.results) == len(seen.probes) and all(
        not result.problem
        and np.ndim(result.value) > 0
        and np.size(result.value) == 1
        and _close(result.value.reshape(()), expected, (1e-4, 1e-4))
        for result, expected in zip(seen.results, seen.expected, strict=True)
    )


def loses_its_push(seen):
    """Whether each row of a gradient is the right one times a number from 0 to 1 that dies away with the probability of
    the label, and is 1 where that is not small."""
    if len(seen.results) < len(seen.probes) or any(result.problem for result in seen.results):
        return False
    kept, probabilities = [], []
    for (_, y), result, truth in zip(seen.probes, seen.results, seen.expected, strict=True):
        came, right = len(y) * result.value, len(y) * truth
        rows = np.flatnonzero(right[np.arange(len(y)), y] < -1e-3)
        if np.shape(came) != np.shape(right):
            return False
        share = came[rows, y[rows]] / right[rows, y[rows]]
        if not np.allclose(came[rows], share[:, None] * right[rows], rtol=1e-3, atol=1e-3):
            return False
        kept.extend(share)
        probabilities.extend(1 + right[rows, y[rows]])
    kept, probabilities = np.array(kept), np.array(probabilities)
    return bool((kept > -1e-6).all() and (kept[probabilities > 0.01] > 0.99).all() and kept.min() < 0.5)


# Where a softmax fails, from the largest logit of each row


def _largest(Z):
    return np.max(Z, axis=-1)


def without_a_shift(Z, *others):
    """Where powers of the logits themselves leave the range of float64: at the top, or all of a row at the bottom."""
    largest = _largest(Z)
    return _decide((largest > OVERFLOW) | (largest < -UNDERFLOW), np.abs(largest) < SAFE)


def with_the_shift_added(Z, *others):
    """Where the maximum was added to the logits: the same at half the size."""
    largest = 2 * _largest(Z)
    return _decide((largest > OVERFLOW) | (largest < -UNDERFLOW), np.abs(largest) < SAFE)


def with_one_shift_for_all(Z, *others):
    """Where a row lies so far below the largest of the batch that all its powers are 0."""
    behind = np.max(Z) - _largest(Z)
    return _decide(behind > UNDERFLOW, behind < SAFE)


def with_a_shift_of_0_or_more(Z, *others):
    """Where all logits of a row are far below 0."""
    return _decide(_largest(Z) < -UNDERFLOW, _largest(Z) > -SAFE)


def with_the_smallest_as_shift(Z, *others):
    """Where the largest logit of a row is so far above the smallest that its power is infinite."""
    gap = _largest(Z) - np.min(Z, axis=-1)
    return _decide(gap > OVERFLOW, gap < SAFE)


def with_a_probability_of_0(Z, *others):
    """Where a logit of a row lies so far below its largest that its probability is 0, or infinite as a divisor."""
    gap = _largest(Z) - np.min(Z, axis=-1)
    return _decide(gap > UNDERFLOW, gap < SAFE)


def with_a_label_of_probability_0(Z, y):
    """Where the logit of a label lies so far below the largest of its row that its probability is 0."""
    gap = _largest(Z) - Z[np.arange(len(y)), y]
    return _decide(gap > UNDERFLOW, gap < SAFE)


def a_row_of_nan(result):
    """Whether a result has a row without a single number."""
    return not result.problem and np.ndim(result.value) > 0 and bool(np.isnan(result.value).all(axis=-1).any())


def part_of_a_row(result):
    """Whether a result is an error, or has entries that are not finite and no row without a single number."""
    return not_finite(result) and not a_row_of_nan(result)


def _decide(fails, holds):
    """True where a row fails, False where all hold, None between."""
    return True if np.any(fails) else False if np.all(holds) else None
