"""What several exercises of chapter 3 share: one-hot rows, and the inputs that their domains are made of."""

import numpy as np

from utils.exercises.drawing import any_batch, any_vector, corners_of_batches, corners_of_vectors, labels


def one_hot(y, K):
    return np.eye(K)[y]


def picked(A, y):
    """From each row the entry of its label."""
    return A[np.arange(len(y)), y]


# Probabilities


def calm_probabilities(rng, m, K):
    """Probabilities (m, K) of which none is near 0."""
    return 0.9 * rng.dirichlet(np.ones(K), size=m) + 0.1 / K


def any_probabilities(rng, m, K):
    """Probabilities (m, K), even or nearly certain, some of them 0, and labels (m,) that have at least 1e-30."""
    A = rng.dirichlet(np.full(K, rng.choice([0.3, 1.0, 10.0])), size=m)
    if rng.random() < 0.3:
        A = np.where((rng.random(A.shape) < 0.4) & (A.max(axis=1, keepdims=True) > A), 0.0, A)
        A /= A.sum(axis=1, keepdims=True)
    return A, np.array([rng.choice(np.flatnonzero(row >= 1e-30)) for row in A])


def nearly_certain(rng, m):
    """Rows (m, 3) that are alike, sure of class 0: six decimals are too few for what it costs."""
    p = np.exp(-1e-6 * (int(rng.integers(100, 1000)) + 0.4))
    return np.tile([p, (1 - p) / 2, (1 - p) / 2], (m, 1))


def with_small_ones(rng, A, y):
    """The same probabilities, of which those of the labels are hardly more than 0."""
    A, rows = A.copy(), np.arange(len(y))
    A[rows, y] = 0
    A /= A.sum(axis=1, keepdims=True)
    A[rows, y] = 10 ** rng.uniform(-30, -25, size=len(y))
    return A


def with_zeros(A, y):
    """The same probabilities, of which the first beside each label became 0."""
    A, rows = A.copy(), np.arange(len(y))
    A[rows, (y + 1) % A.shape[1]] = 0
    return A / A.sum(axis=1, keepdims=True)


# Logits


def in_few_digits(values):
    """The nearest numbers that float32 holds, so that answers in float32 read the same logits."""
    return values.astype(np.float32).astype(np.float64)


def any_logits_of_one(rng):
    return in_few_digits(any_vector(rng))


def any_logits_of_many(rng):
    return in_few_digits(any_batch(rng))


def corners_of_one(rng):
    """Logits of one example, (K,), by the name of their corner."""
    corners = {
        **corners_of_vectors(rng),
        "around 500": rng.uniform(400, 690, size=4),
        "far behind": np.array([0.0, 1.0, -800.0, -1500.0])[rng.permutation(4)],
        "as far apart as float64 bears": np.array([0.0, rng.uniform(713, 725)])[rng.permutation(2)],
    }
    return {name: in_few_digits(z) for name, z in corners.items()}


def corners_of_many(rng):
    """Logits of several examples with labels, (m, K) and (m,), by the name of their corner."""
    K, many = int(rng.integers(3, 6)), int(rng.integers(14, 25))
    Z = rng.normal(scale=3, size=(4, K))
    corners = {
        **corners_of_batches(rng),
        "two classes": rng.normal(scale=3, size=(5, 2)),
        "one row of many classes": rng.normal(scale=3, size=(1, many)),
        "many rows of many classes": rng.normal(scale=3, size=(30, many)),
        "a row far below the others": Z - np.array([[0.0], [900.0], [0.0], [0.0]]),
        "rows around 500": rng.uniform(400, 690, size=(3, 4)),
        "classes as far apart as float64 bears": np.array([[0.0, rng.uniform(713, 725)], [1.0, 0.0]]),
        "classes far behind": np.array([0.0, 1.0, -800.0, -1500.0]) + rng.normal(size=(3, 4)),
    }
    of_labels = {
        "labels of one class": (Z, np.full(4, rng.integers(K))),
        "an absent class": (Z, labels(rng, 4, K - 1)),
        "the likeliest classes": (Z, Z.argmax(axis=1)),
        "the least likely classes": (Z, Z.argmin(axis=1)),
        "a square batch, every label once": (rng.normal(scale=3, size=(K, K)), rng.permutation(K)),
    }
    with_labels = {**{name: (Z, labels(rng, *Z.shape)) for name, Z in corners.items()}, **of_labels}
    return {name: (in_few_digits(Z), y) for name, (Z, y) in with_labels.items()}
