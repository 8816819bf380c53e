"""What several exercises of chapter 1 share."""

import math

import numpy as np


def probabilities_in_words(z, *_):
    """Shape, range and sum of a softmax."""
    if z.ndim == 1:
        return f"an array of the shape {z.shape}, with values from 0 to 1 that sum to 1,"
    return f"an array of the shape {z.shape}, with values from 0 to 1 and a sum of 1 in each row,"


def total(values):
    """The sum of all numbers, in words."""
    return f"numbers that sum to {values.sum():.4g}"


def row_sums(values):
    """The sums of the rows, in words."""
    return "rows that sum to " + " and ".join(f"{row:.4g}" for row in np.atleast_2d(values).sum(axis=-1))


def exp_shares(z, shift, axis=-1):
    exponentials = np.exp(z - shift)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def softmax_row_by_row(z):
    z = np.asarray(z, dtype=float)
    if z.ndim == 1:
        powers = [math.exp(value - max(z)) for value in z]
        return np.array(powers) / math.fsum(powers)
    return np.array([softmax_row_by_row(row) for row in z])


def sum_without_keepdims(z):
    exponentials = np.exp(z - z.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1)


def neither_with_keepdims(z):
    exponentials = np.exp(z - z.max(axis=-1))
    return exponentials / exponentials.sum(axis=-1)


SQUARE = (np.array([[1.0, 2.0], [3.0, 1.0]]),)
