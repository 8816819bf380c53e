"""Predicates of exercise 1.2: families of mistakes with the softmax of one vector."""

import numpy as np

from utils import reference
from utils.checking.values import agree
from utils.exercises.recognising import FOR_ONE_NUMBER, is_mild


def _results(seen):
    """What came back for each probe beside the inputs and the truth, or nothing where a result is missing."""
    if len(seen.results) < len(seen.probes) or any(result.problem or result.changed for result in seen.results):
        return []
    return [
        (result.value, inputs[0], truth)
        for result, inputs, truth in zip(seen.results, seen.probes, seen.expected, strict=True)
    ]


def _base(seen):
    """The number that was raised to the logits, whichever, or None."""
    found = _results(seen)
    if not found or found[0][0].shape != (2,) or not np.all(found[0][0] > 0):
        return None
    base = found[0][0][1] / found[0][0][0]
    same = all(agree(value, reference.softmax(np.log(base) * z), 1e-3, 0.0) for value, z, _ in found)
    return base if same and base > 1.05 else None


def is_e_with_few_digits(seen):
    base = _base(seen)
    return base is not None and abs(np.log(base) - 1) <= 0.03


def is_another_base(seen):
    base = _base(seen)
    return base is not None and abs(np.log(base) - 1) > 0.03


def guards_the_denominator(seen):
    """Whether the ratios are right, and the total is too small where the denominator is, and only there."""
    found = _results(seen)
    if not found or not all(value.shape == truth.shape and value.sum() > 0 for value, _, truth in found):
        return False
    if not all(agree(value / value.sum(), truth, 1e-4, 0.0) for value, _, truth in found):
        return False
    denominators = np.array([np.exp(z.astype(float)).sum() for _, z, _ in found])
    right = np.array(seen.right)
    totals = np.array([value.sum() for value, _, _ in found])
    return bool(right.any() and totals.max() < 1.001 and denominators[~right].max() <= denominators[right].min())


def is_rounded(seen):
    """Whether the truth was rounded to some number of decimals."""
    found = _results(seen)
    return bool(found) and any(
        all(value.shape == truth.shape and np.allclose(value, truth.round(n), 0, 1e-9) for value, _, truth in found)
        for n in range(9)
    )


def is_in_another_order(seen):
    """Whether the right numbers came in another order."""
    found = _results(seen)
    return bool(found) and all(
        value.shape == truth.shape and agree(np.sort(value), np.sort(truth), 1e-4, 0.0) for value, _, truth in found
    )


def is_one_probability(seen):
    """Whether one number came, which is one of the right ones."""
    found = _results(seen)
    return bool(found) and all(
        value.size == 1 and np.isclose(value.item(), truth, 1e-4, 0.0).any() for value, _, truth in found
    )


def lacks_powers_in_the_sum(seen):
    """Whether every power was divided by a sum of powers in which some of those that follow each other are missing."""
    found = [
        (result.value, np.exp(z))
        for result, (z,) in zip(seen.results, seen.probes, strict=False)
        if len(z) > 1 and is_mild(z)
    ]
    if not found or any(np.shape(value) != powers.shape for value, powers in found):
        return False
    shorter = (
        lambda powers: np.cumsum(powers),
        lambda powers: np.cumsum(powers[::-1])[::-1],
        lambda powers: powers.sum() - powers,
        lambda powers: np.full(len(powers), powers[0]),
        lambda powers: np.full(len(powers), powers[-1]),
        lambda powers: np.full(len(powers), powers[1:].sum()),
        lambda powers: np.full(len(powers), powers[:-1].sum()),
    )
    return any(all(agree(value, powers / part(powers), 1e-3, 0.0) for value, powers in found) for part in shorter)


def takes_one_number(seen):
    """Whether a step of the code takes a single number, and fails for every vector of several."""
    several = [result for result, (z,) in zip(seen.results, seen.probes, strict=False) if len(z) > 1]
    return all(any(words in result.detail for words in FOR_ONE_NUMBER) for result in several)


def is_an_exclusive_or(seen):
    """Whether `^` stands where a power was meant."""
    return any("bitwise_xor" in result.detail or "for ^" in result.detail for result in seen.results)


def has_an_axis_too_many(seen):
    """Whether the numbers are right and are in a table."""
    found = _results(seen)
    return bool(found) and all(
        value.ndim == 2 and value.size == truth.size and agree(value.reshape(truth.shape), truth, 1e-4, 0.0)
        for value, _, truth in found
    )
