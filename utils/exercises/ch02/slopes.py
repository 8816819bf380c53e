"""Functions to be measured, and predicates that tell what went wrong when their slopes were."""

from dataclasses import dataclass

import numpy as np

from utils import reference
from utils.checking.values import agree, has_finite_numbers


@dataclass(frozen=True)
class Measured:
    """A function of an array, under a name that a reader can read."""

    name: str
    function: object

    def __call__(self, x):
        return self.function(x)

    def __repr__(self):
        return self.name


SQUARES = Measured("sum(x**2)", lambda x: np.sum(np.square(x)))
QUARTERS = Measured("sum(x**2) / 4", lambda x: np.sum(np.square(x)) / 4)
CUBES = Measured("sum(x**3)", lambda x: np.sum(np.power(x, 3)))
VALLEY = Measured("10_000 * sum(x)**2", lambda x: 10_000 * np.sum(x) ** 2)
SINE = Measured("sum(sin(5 * x))", lambda x: np.sum(np.sin(5 * x)))
FIRST = Measured("softmax(x)[0]", lambda x: reference.softmax(x)[0])
ROWS = Measured("sum(softmax(x)[:, 0])", lambda x: float(reference.softmax(x)[:, 0].sum()))
PRODUCT = Measured("sum(x[0] * x[1])", lambda x: np.sum(x[0] * x[1]))


# Families of mistakes


def _at(seen, function, kind="f"):
    """What came back at the first point of a function, as an array, or None."""
    for (f, x), result in zip(seen.probes, seen.results, strict=False):
        if f is function and x.dtype.kind == kind and result.value is not None and result.value.shape == x.shape:
            return result.value
    return None


def _in_float64(f, x):
    return x.dtype == np.float64 and f is not VALLEY  # whose curvature shows any other slip, too


def _slopes(seen, where=_in_float64):
    """All slopes that came back for some points, and all that were expected; None where one is missing."""
    if len(seen.results) < len(seen.probes):
        return None
    asked = [place for place, inputs in enumerate(seen.probes) if where(*inputs)]
    pairs = [(seen.results[place].value, seen.expected[place]) for place in asked]
    if any(value is None or value.shape != truth.shape for value, truth in pairs):
        return None
    return tuple(np.concatenate([np.ravel(part) for part in parts]) for parts in zip(*pairs, strict=True))


def times(seen, factor):
    """Whether every slope came back as the right one times some factor."""
    both = _slopes(seen)
    return both is not None and np.allclose(both[0], factor * both[1], rtol=2e-3, atol=2e-3)


def are_all_0(seen):
    """Whether every slope is exactly 0."""
    both = _slopes(seen)
    return both is not None and not both[0].any()


def _lost_factor(seen):
    """What is left of every slope, where that is one and the same small part; otherwise 1."""
    both = _slopes(seen)
    if both is None:
        return 1.0
    steep = np.abs(both[1]) > 0.1
    factors = both[0][steep] / both[1][steep]
    return factors[0] if 0 < factors[0] < 0.1 and np.allclose(factors, factors[0], rtol=1e-2, atol=0) else 1.0


def _distance_to_a_power_of_ten(step):
    return abs(np.log10(step) - round(np.log10(step)))


def multiplies_by_the_step(seen):
    """Whether h² is left of every slope, and not 2 h; most steps are powers of ten, and few are below 1e-8."""
    left = _lost_factor(seen)
    nearer = _distance_to_a_power_of_ten(np.sqrt(left)) < _distance_to_a_power_of_ten(left / 2)
    return left < 1e-8 or (left < 2e-6 and nearer)


def does_not_divide(seen):
    """Whether 2 h is left of every slope."""
    return _lost_factor(seen) < 0.1 and not multiplies_by_the_step(seen)


def fails_without_one_axis(seen):
    """Whether vectors go right, and points with two axes and more do not, some of them with an error."""
    points = [(x.ndim, right) for (f, x), right in zip(seen.probes, seen.right, strict=False) if x.dtype == np.float64]
    fails = [bool(result.problem) for (f, x), result in zip(seen.probes, seen.results, strict=False) if x.ndim > 1]
    return all(right == (axes == 1) for axes, right in points if axes > 0) and any(fails)


def piles_up_steps(seen):
    """Whether each slope came with those of all entries before it."""
    pairs = [
        (result.value, np.cumsum(truth).reshape(truth.shape))
        for (f, x), result, truth in zip(seen.probes, seen.results, seen.expected, strict=False)
        if _in_float64(f, x)
    ]
    return len(seen.results) == len(seen.probes) and all(
        value is not None and agree(value, sums, 1e-3, 1.0) for value, sums in pairs
    )


def gets_one_slope(seen):
    """Whether, of points with several entries, the first or the last slope came, by itself or beside zeros."""
    found = [
        (np.ravel(result.value), np.ravel(truth))
        for (f, x), result, truth in zip(seen.probes, seen.results, seen.expected, strict=False)
        if _in_float64(f, x) and x.size > 1 and result.value is not None and np.all(truth)
    ]
    whole = len(seen.results) == len(seen.probes) and bool(found)
    return whole and any(all(_is_alone(came, truth, place) for came, truth in found) for place in (0, -1))


def _is_alone(came, truth, place):
    """Whether the slope of one place came without the others."""
    if came.size not in (1, truth.size) or not np.isclose(came[place], truth[place], rtol=1e-3, atol=1e-3):
        return False
    return not np.delete(came, place).any()


def goes_right_with_two_axes_alone(seen):
    """Whether matrices of float64 go right, and all other points fail."""
    points = [
        (x.ndim, right, bool(result.problem))
        for (_, x), right, result in zip(seen.probes, seen.right, seen.results, strict=False)
        if x.dtype == np.float64
    ]
    return len(seen.results) == len(seen.probes) and all(
        right if axes == 2 else failed for axes, right, failed in points
    )


def moves_all_at_once(seen):
    """Whether the sum of all slopes came back, once or in every entry."""
    found = [
        (result.value, truth)
        for (f, x), result, truth in zip(seen.probes, seen.results, seen.expected, strict=False)
        if x.dtype == np.float64 and x.size > 1 and f is not VALLEY
    ]
    return len(seen.results) == len(seen.probes) and all(
        value is not None and value.size > 0 and np.allclose(value, truth.sum(), rtol=1e-2, atol=2e-2)
        for value, truth in found
    )


def adds_the_values(seen):
    """Whether the value of the function came back for every entry, times one and the same large number."""
    factors = []
    for (f, x), result in zip(seen.probes, seen.results, strict=False):
        if x.dtype != np.float64 or not abs(f(x)) > 0.1:
            continue
        if result.value is None or not result.value.size or not np.allclose(result.value, result.value.flat[0], 1e-2):
            return False
        factors.append(result.value.flat[0] / f(x))
    return len(factors) > 3 and factors[0] > 40 and np.allclose(factors, factors[0], rtol=1e-2)


def has_right_slopes_in_another_shape(seen):
    """Whether all slopes are right and the shape of the point is not kept."""
    wrong = [place for place, right in enumerate(seen.right) if not right]
    if len(seen.results) < len(seen.probes) or not wrong:
        return False
    values = [(seen.results[place].value, seen.expected[place]) for place in wrong]
    return all(
        value is not None
        and value.shape != truth.shape
        and value.size == truth.size
        and agree(value.reshape(truth.shape), truth, 1e-4, 1.0)
        for value, truth in values
    )


def too_large_a_step(seen):
    """Whether the slopes of the cubes are too large by h², whatever h, and those of the squares are right."""
    cubes, squares = _at(seen, CUBES), _at(seen, SQUARES)
    if cubes is None or squares is None or cubes.shape != (2,) or not np.allclose(squares, [2, 6], rtol=1e-6):
        return False
    excess = cubes - [3, 12]
    return bool(excess[0] > 5e-8 and np.isclose(excess[0], excess[1], rtol=1e-2))


def too_small_a_step(seen):
    """Whether rounding errors are all that is wrong: small ones nearly everywhere, or so large that little is right."""
    both = _slopes(seen)
    if both is None or not np.isfinite(both[0]).all() or "float32" in seen.names:
        return False
    if any(result.changed for result in seen.results):
        return False
    return _is_rounded_off(seen, *both) or _is_made_of_rounding(seen)


def _is_rounded_off(seen, came, expected):
    """Whether all slopes are nearly right, and those of the cubes are not too large by h²: the step is at fault.

    Rounding shows most where x and f are large beside the slope, so elsewhere slopes may be right. A quotient on one
    side is never right at the bottom of the valley.
    """
    if too_large_a_step(seen):
        return False
    places = [x for (f, x), right in zip(seen.probes, seen.right, strict=True) if x.dtype == np.float64 and not right]
    is_anywhere = any(np.abs(x).max() < 15 for x in places)  # and not at the ends of the domain alone
    return is_anywhere and all(x.any() for x in places) and np.allclose(came, expected, rtol=1e-3, atol=1e-3)


def _is_made_of_rounding(seen):
    """Whether slopes are right where f and x are 0, and nearly everywhere else are made of rounding errors, or 0."""
    points = [(x, right) for (f, x), right in zip(seen.probes, seen.right, strict=True) if x.dtype == np.float64]
    at_zero = [right for x, right in points if not x.any()]
    elsewhere = [right for x, right in points if x.all()]
    return all(at_zero) and sum(elsewhere) < 0.6 * len(elsewhere)


def moves_the_callers_array(seen):
    """Whether steps were taken in the caller's array and taken back, where its type could not hold them."""
    return (
        len(seen.results) == len(seen.probes)
        and any(result.facts.get("moved") for result in seen.results)
        and not any(result.changed for result in seen.results)
        and all(right for right, (_, x) in zip(seen.right, seen.probes, strict=True) if x.dtype == np.float64)
    )


def cannot_move_integers(seen):
    """Whether float64 points go right, and at those of integers the step, or the slope, was cut to a whole number."""
    if len(seen.results) < len(seen.probes):
        return False
    kinds = [x.dtype.kind for _, x in seen.probes]
    fine = [right for right, (_, x) in zip(seen.right, seen.probes, strict=True) if x.dtype == np.float64]
    values = [result.value for result, kind in zip(seen.results, kinds, strict=True) if kind == "i"]
    wrong = [not right for right, kind in zip(seen.right, kinds, strict=True) if kind == "i"]
    return all(fine) and sum(wrong) >= len(wrong) - 1 and all(map(_is_cut_or_far_off, values))


def _is_cut_or_far_off(slopes):
    """Whether all slopes are whole numbers, or those of points a whole number apart, divided by a small step."""
    return has_finite_numbers(slopes) and bool(((slopes == np.round(slopes)) | (np.abs(slopes) > 5)).all())


def measures_in_float32(seen):
    """Whether points of float32 alone go wrong, or all do that have curvature, and the code speaks of float32."""
    if len(seen.results) < len(seen.probes):
        return False
    kept = [right for right, (_, x) in zip(seen.right, seen.probes, strict=True) if x.dtype != np.float32]
    lost = [not right for right, (_, x) in zip(seen.right, seen.probes, strict=True) if x.dtype == np.float32]
    speaks = "float32" in seen.names and _slopes(seen) is not None
    return speaks or (all(kept) and sum(lost) >= max(2, len(lost) / 2))
