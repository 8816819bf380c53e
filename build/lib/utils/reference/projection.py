"""Sparsemax: the point of the simplex that is nearest to the logits, in NumPy."""

import numpy as np

from utils.reference.inputs import as_logits


def sparsemax(z):
    r"""The projection onto the simplex, :math:`\arg\min_{p \in \Delta} \lVert p - z \rVert^2 = \max(z - \tau, 0)`.

    Args:
        z: finite logits, (K,) or (..., K), read with the rules of :mod:`utils.reference.probabilities`.

    Returns:
        Probabilities in the shape and floating type of ``z``; each row sums to 1, and a class far below the largest
        gets exactly 0.

    The threshold τ is the one with which the positive parts sum to 1; sorting finds it. Source: Held, Wolfe and Crowder
    1974 (the projection); Martins and Astudillo 2016 (as an activation).
    """
    z = as_logits(z, -1)
    shifted = z - z.max(axis=-1, keepdims=True)  # changes nothing on paper, and keeps the digits of large logits
    ordered = -np.sort(-shifted, axis=-1)
    counts = np.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    thresholds = (np.cumsum(ordered, axis=-1) - 1) / counts  # if the first 1, 2, … K classes are kept
    kept = (ordered > thresholds).sum(axis=-1, keepdims=True)
    return np.maximum(shifted - np.take_along_axis(thresholds, kept - 1, axis=-1), 0)
