"""What several exercises of chapter 6 share."""

import numpy as np


def vectors_and_batches(rng):
    """Vectors and batches: square ones, integers, one class, logits far from zero and far apart."""
    return [
        (np.array([1.0, 2.0]),),
        (np.array([2.0, 1.0, 0.1]),),
        (np.array([1, 2, 3]),),
        (np.array([0.5]),),
        (np.array([0.0, -40.0]),),
        (np.array([[3.0]]),),
        (np.array([[1.0, 2.0]]),),
        (np.array([[1.0, 2.0], [3.0, 1.0]]),),
        (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]),),
        (np.array([[1, 2], [3, 5], [0, 0]]),),
        (np.array([[4.0], [-2.0], [0.0]]),),
        (np.array([400.0, 399.0]),),
        (np.array([900.0, 100.0]),),
        (np.array([1000.0, 999.0]),),
        (np.array([-1000.0, -1001.0, -999.0]),),
        (np.array([800.0, 0.0]),),
        (np.array([0.0, -1600.0]),),
        (np.array([0.0, 900.0]),),
        (np.array([-3.0, 0.0, 711.0]),),  # here, and not much above, the index of the largest is shift enough
        (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),),
        (rng.normal(scale=3, size=4),),
        (rng.normal(scale=3, size=4),),
        (rng.normal(scale=3, size=(3, 3)),),
        (rng.normal(scale=3, size=(5, 3)),),
        (np.round(rng.normal(scale=300, size=(4, 6))),),
    ]


def size_of(z, *_):
    """The largest absolute logit, at least 1."""
    return max(1.0, float(np.abs(z).max()))


def lse(z, shift=0.0, axis=-1):
    """Log-sum-exp with a shift that has the shape of a row's result, or is one number."""
    return shift + np.log(np.exp(z - np.expand_dims(shift, -1)).sum(axis=axis))


def shares(z, shift=0.0):
    exponentials = np.exp(z - np.expand_dims(shift, -1))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def stable_shares(Z):
    return shares(Z, Z.max(axis=-1))


def stops_growing(seen):
    """Whether small numbers are right, all are finite, and of those beyond 700 one is much too small in size."""
    too_small = False
    for result, expected in zip(seen.results, seen.expected, strict=False):
        if not isinstance(result.value, np.ndarray) or result.value.shape != expected.shape:
            return False
        value, size = np.abs(result.value), np.abs(expected)
        near = np.abs(result.value - expected)[size < 5] < 0.1
        if not near.all() or not (value <= 1.001 * size + 0.1).all():
            return False
        too_small = too_small or bool(np.any((value < 0.95 * size)[size > 700]))
    return too_small


BATCH = (np.array([[1.0, 2.0], [3.0, 1.0]]),)
LARGE = (np.array([1000.0, 999.0]),)
NEGATIVE = (np.array([-1000.0, -1001.0]),)
APART = (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),)
