"""What several exercises of chapter 2 share."""

import numpy as np

from utils.exercises.drawing import any_batch, any_vector, corners_of_batches, corners_of_vectors, whole


def plain_softmax(z):
    powers = np.exp(z)
    return powers / powers.sum(axis=-1, keepdims=True)


def jacobian_of(a):
    return np.diag(a) - np.outer(a, a)


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
