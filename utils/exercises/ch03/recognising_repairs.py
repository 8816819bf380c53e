"""Predicates of exercise 3.5: what tells the ways in which a repaired loss still breaks."""

import numpy as np

from utils import reference
from utils.exercises.ch03 import recognising


def is_calm(x, y_one_hot):
    return len(x) > 1 and np.abs(x).max() < 30 and np.ptp(x) < 8


calmly = recognising.Calmly(is_calm, tolerance=(5e-3, 2e-3))


def true_loss(x, y_one_hot):
    return reference.cross_entropy(x, int(np.argmax(y_one_hot)))


def beyond_float64(x, y_one_hot):
    return recognising.without_a_shift(x)


def a_probability_of_0(x, y_one_hot):
    """Whether the probability of the true class is rounded to 0; None where another one is, or digits are lost."""
    behind = x.max() - x
    return True if behind @ y_one_hot > 746 else False if behind.max() < 730 else None


def far_below_the_largest(x, y_one_hot):
    """Whether the largest logit is so far above the true one that e to the power of the gap is infinite."""
    gap = x.max() - x @ y_one_hot
    return True if gap > recognising.OVERFLOW else False if gap < recognising.SAFE else None


def shifted_wrongly(fails):
    """A predicate: no number came where such a shift fails, and what is closer together is right."""

    def where(x, y_one_hot):
        failing = fails(x)
        return None if failing is False and np.ptp(x) > 700 else failing

    return recognising.goes_wrong(where, recognising.not_finite)


def unshifted(seen):
    """Whether all powers of e that leave float64 end in no number, and what is calm is right, whatever else happens."""
    far = [
        result
        for inputs, result in zip(seen.probes, seen.results, strict=False)
        if recognising.without_a_shift(*inputs)
    ]
    near = [
        result
        for (x, _), result in zip(seen.probes, seen.results, strict=False)
        if np.abs(x).max() < recognising.SAFE and np.ptp(x) < recognising.SAFE
    ]
    return (
        bool(far)
        and calmly.is_right(seen)
        and all(map(recognising.not_finite, far))
        and not any(map(recognising.not_finite, near))
    )


def made_finite(seen):
    """Whether a loss that should be large came as 0, or as the largest float, and what is calm is right."""
    if (
        len(seen.results) < len(seen.probes)
        or any(map(recognising.not_finite, seen.results))
        or not calmly.is_right(seen)
    ):
        return False
    pairs = zip(seen.results, seen.expected, strict=True)
    return any(np.any(np.abs(r.value) > 1e300) or (truth > 1 and np.all(r.value == 0)) for r, truth in pairs)


def clipped(seen):
    """Whether the results are right losses of logits that were cut off at some number, on both sides or above."""
    if len(seen.results) < len(seen.probes) or any(map(recognising.not_finite, seen.results)) or all(seen.right):
        return False
    # The first large loss tells the limit: there, the largest logit came down to it and the true one lies at 0.
    place = next((place for place, (x, y) in enumerate(seen.probes) if x.max() > 750 and x @ y == 0), None)
    if place is None:
        return False
    limit = float(np.max(seen.results[place].value))
    ways = (lambda x: np.clip(x, -limit, limit), lambda x: np.minimum(x, limit))
    return 1 < limit < 799 and any(
        all(
            result.value.ndim == 0 and abs(result.value - true_loss(cut(x), y)) <= 1e-3 * (1 + abs(result.value))
            for (x, y), result in zip(seen.probes, seen.results, strict=True)
        )
        for cut in ways
    )


def encoded_twice(seen):
    """Whether each entry of the label counts as a class, and labels of floats are refused as an index, if at all."""
    places = [place for place, inputs in enumerate(seen.probes[: len(seen.results)]) if is_calm(*inputs)]

    def is_so(place):
        (x, y), result = seen.probes[place], seen.results[place]
        if len(y) == 1 or result.problem:
            return len(y) == 1 or (result.problem == "IndexError" and y.dtype.kind == "f")
        each = -reference.log_softmax(x)[y.astype(int)]
        return any(
            np.shape(result.value) == np.shape(value) and np.allclose(result.value, value, rtol=0.01, atol=1e-3)
            for value in (each, each.sum(), each.mean())
        )

    return bool(places) and all(map(is_so, places)) and any(not seen.results[place].problem for place in places)


def label_refused(seen):
    """Whether a function of the reference was given the one-hot row where it takes an integer, and said so."""
    return len(seen.results) == len(seen.probes) and all(
        result.problem == "ValueError" and ("label" in result.detail or "Labels" in result.detail)
        for result in seen.results
    )
