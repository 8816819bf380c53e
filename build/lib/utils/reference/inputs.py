"""How the functions of this package read their input: real numbers, logits and labels, or a sentence that says what is
wrong.
"""

import numpy as np


def as_real(values, name):
    """Real numbers as a floating array, integers in float64, or an error that says what was expected.

    Args:
        values: anything that NumPy can make an array of.
        name: what the values are, in the plural, for the message.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} must form a regular array, but these rows have different lengths.") from None
    if array.dtype.kind in "iub":
        array = array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must be real numbers, but these have the type {array.dtype}.")
    return array


def as_logits(z, axis):
    """The logits as a floating array with at least one class on ``axis``, or an error that says what was expected."""
    array = as_real(z, "Logits")
    if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
        raise TypeError(f"The axis of the classes must be an integer, not {axis!r}.")
    if not -array.ndim <= axis < array.ndim:
        raise ValueError(f"There is no axis {axis} for the classes in logits of the shape {array.shape}.")
    if array.shape[axis] == 0:
        raise ValueError(f"A softmax needs at least one class, but axis {axis} of the shape {array.shape} is empty.")
    return array


def as_labels(y, K):
    """The labels as an array of integers in 0 … K − 1, at least one, or an error that says what was expected."""
    if isinstance(K, (bool, np.bool_)) or not isinstance(K, (int, np.integer)) or K < 1:
        raise ValueError(f"The number of classes must be a positive integer, not {K!r}.")
    try:
        labels = np.asarray(y)
    except ValueError:
        raise ValueError("Labels must form a regular array, but these rows have different lengths.") from None
    if labels.size == 0:
        raise ValueError("There are no labels: an empty batch has no mean.")
    if labels.dtype.kind not in "iub":
        raise ValueError(
            f"Labels must be integers, but these have the type {labels.dtype}. "
            "Whole numbers stored as floats can be converted with astype(int)."
        )
    outside = labels[(labels < 0) | (labels >= K)] if labels.dtype.kind != "b" else labels[labels >= K]
    if outside.size:
        raise ValueError(f"With {K} classes the labels are 0 to {K - 1}, but there is a label {outside.flat[0]}.")
    return labels.astype(np.intp)
