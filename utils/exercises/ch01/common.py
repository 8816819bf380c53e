"""What several exercises of chapter 1 share."""

import math

import numpy as np

from utils.exercises.drawing import any_batch, any_vector, corners_of_batches, corners_of_vectors, whole


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

# Inputs


def as_float32_holds_them(values):
    """The nearest numbers that float32 holds, in float64: an answer that computes in float32 then reads the same ones."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def gaps_beyond_thirty(rng):
    """Logits that lie so far apart that all but one probability look like 0, and are not."""
    return np.array([0.0, -rng.uniform(31, 45), -rng.uniform(60, 80)])[rng.permutation(3)]


def corners_of_logits(rng):
    """Logits of vectors and batches, whole numbers among them, by the name of their corner."""
    corners = {**corners_of_vectors(rng), **corners_of_batches(rng), "gaps beyond 30": gaps_beyond_thirty(rng)}
    corners = {name: as_float32_holds_them(z) for name, z in corners.items()}
    corners["integers"] = whole(rng.normal(scale=3, size=5))
    corners["a batch of integers"] = whole(rng.normal(scale=3, size=(4, 3)))
    corners["one row of integers"] = whole(rng.normal(scale=3, size=(1, 3)))
    return corners


def any_vector_or_batch(rng):
    """Logits of one example or of several, of any size."""
    return as_float32_holds_them(any_vector(rng) if rng.random() < 0.4 else any_batch(rng))
