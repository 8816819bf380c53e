"""What several exercises of chapter 9 share."""

import copy

import numpy as np

from utils.checking import Unfit


def array(*rows):
    """Rows of whole or decimal numbers as float64."""
    return np.array(rows, dtype=float)


CHANGED = "changed weights"


def with_weights_kept(answer, given, *others):
    """Call an answer with a list of weights, and see whether that list is the same afterwards.

    Raises:
        Unfit: the list, or an array in it, is not what it was.
    """
    before = [(np.array(W), np.array(b)) for W, b in given]
    result = answer(given, *others)
    same = len(given) == len(before) and all(
        np.array_equal(one, other)
        for pair, former in zip(given, before, strict=True)
        for one, other in zip(pair, former, strict=True)
    )
    if not same:
        raise Unfit(CHANGED, "changed the weights that were handed over")
    return result


def weights_are_changed(seen):
    """A predicate: the weights that were handed over were not what they had been, after some call."""
    return any(result.problem == CHANGED for result in seen.results)


def has_values(seen):
    """Whether every probe gave a result that can be read."""
    return len(seen.results) == len(seen.probes) and not any(
        result.problem or result.changed for result in seen.results
    )


def gives(seen, wrong_code):
    """Whether wrong code, run here, gives what the answer gave, on every probe, and whatever the constants in it.

    Args:
        seen: what was observed; the results are arrays.
        wrong_code: a function of the inputs.
    """
    if not has_values(seen):
        return False
    with np.errstate(all="ignore"):
        return all(
            same(result.value, wrong_code(*copy.deepcopy(inputs)))
            for inputs, result in zip(seen.probes, seen.results, strict=True)
        )


def same(value, other, rtol=1e-5):
    """Whether two arrays are the same within what float32 can tell, nan at the same places included."""
    other = np.asarray(other, dtype=float)
    if np.shape(value) != other.shape:
        return False
    size = np.max(np.abs(other[np.isfinite(other)]), initial=0.0)
    return bool(np.allclose(value, other, rtol=rtol, atol=rtol * size, equal_nan=True))
