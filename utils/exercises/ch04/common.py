"""What several exercises of chapter 4 share."""

import numpy as np


def without_noise(answer, *inputs):
    """Call a function that returns several arrays, and take for 0 what is rounding of numbers that cancel."""
    result = answer(*inputs)
    if not isinstance(result, (tuple, list)):
        return result
    return tuple(_quiet(part) for part in result)


def _quiet(part):
    array = np.asarray(part) if isinstance(part, (np.ndarray, np.generic, float)) else None
    if array is None or array.dtype.kind != "f":
        return part
    return np.where(np.abs(array) < 1e-12, 0.0, array)
