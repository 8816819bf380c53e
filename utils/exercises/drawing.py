"""Inputs of many kinds, drawn at random: what the domains of the exercises are made of.

A corner is a kind of input under which wrong code goes wrong, while it is right for others. Its numbers are random, so
that nobody can remember them; what makes it a corner is not.
"""

import numpy as np


def any_logits(rng, shape):
    """Logits of small, middle or large size, with or without a common shift, sometimes rounded so that ties occur."""
    scale = rng.choice([0.5, 3.0, 30.0, 1000.0])
    values = scale * rng.normal(size=shape) + rng.choice([0.0, 0.0, scale, -10 * scale])
    return exact(np.round(values / scale) * scale if rng.random() < 0.2 else values)


def exact(values):
    """The nearest numbers that float32 holds, so that an answer in float32 reads the same numbers."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def any_vector(rng, most=12):
    """Any logits of one example, (K,), with up to so many classes."""
    return any_logits(rng, int(rng.integers(1, most + 1)))


def any_batch(rng, most_rows=30, most=12):
    """Any logits of a batch, (m, K); every third one is square."""
    K = int(rng.integers(1, most + 1))
    m = K if rng.random() < 1 / 3 else int(rng.integers(1, most_rows + 1))
    return any_logits(rng, (m, K))


def labels(rng, m, K):
    """Labels of m examples in 0 … K − 1, integers (m,)."""
    return rng.integers(K, size=m)


def corners_of_vectors(rng):
    """Logits of one example, (K,), by the name of their corner."""
    corners = {
        "one class": rng.normal(scale=3, size=1),
        "many classes": rng.normal(scale=3, size=int(rng.integers(14, 25))),
        "a tie for the largest": _with_a_tie(rng, 4),
        "all equal": np.full(int(rng.integers(2, 6)), rng.normal(scale=3)),
        "all negative": -rng.uniform(1, 9, size=4),
        "all below -750": -rng.uniform(800, 1200, size=4),
        "above 10,000": 1e4 * rng.uniform(1.1, 90) + rng.normal(scale=3, size=3),
        "far apart": np.append(
            rng.normal(size=9), np.array([0.0, 40.0, 800.0])[rng.permutation(3)] + rng.normal(size=3)
        ),
    }
    return {name: exact(z) for name, z in corners.items()}


def corners_of_batches(rng):
    """Logits of several examples, (m, K), by the name of their corner."""
    rows = rng.normal(scale=3, size=(4, 3))
    corners = {
        "one row": rng.normal(scale=3, size=(1, int(rng.integers(2, 6)))),
        "one row and one class": rng.normal(scale=3, size=(1, 1)),
        "rows of one class": rng.normal(scale=3, size=(int(rng.integers(2, 6)), 1)),
        "rows of many classes": rng.normal(scale=3, size=(3, int(rng.integers(14, 25)))),
        "many rows": rng.normal(scale=3, size=(int(rng.integers(65, 80)), 3)),
        "a square batch": rng.normal(scale=3, size=(3, 3)),
        "rows with ties": np.array([_with_a_tie(rng, 4) for _ in range(3)]),
        "rows of equal logits": np.repeat(
            rng.normal(scale=3, size=(2, 1))[[0, 1, 0]], 4, axis=1
        ),  # two rows are equal, too
        "all rows negative": -rng.uniform(1, 9, size=(3, 4)),
        "all rows below -750": -rng.uniform(800, 1200, size=(3, 4)),
        "rows above 10,000": 1e4 * rng.uniform(1.1, 90) + rng.normal(scale=3, size=(3, 3)),
        "rows far apart": rows + np.array([[1000.0], [-1000.0], [0.0], [30.0]])[rng.permutation(4)],
    }
    return {name: exact(Z) for name, Z in corners.items()}


def _with_a_tie(rng, K):
    """Logits of which the two largest are equal, at places that vary."""
    z = np.sort(rng.normal(scale=3, size=K))
    z[-2] = z[-1]
    return z[rng.permutation(K)]


def whole(values):
    """The same numbers, rounded, as integers."""
    return np.round(values).astype(np.int64)


def large_integers(rng):
    """Integers of which three are close to each other, and far above the others, at places that vary; one is -10**6."""
    top = rng.uniform(33_000, 64_000)  # too large for an integer of two bytes, and too many digits for a float of two
    return whole(np.append(top + rng.normal(scale=3, size=3), [rng.normal(scale=3), -1e6])[rng.permutation(5)])


def ties_far_out(rng):
    """Logits so large that a small step is lost in them, two of three equal, at places that vary."""
    top = 2.0**37 + 2.0**14 * int(rng.integers(1000))  # in float64 the next number is 3e-5 away, in float32 16384
    return np.array([top, top, 0.0])[rng.permutation(3)]


def gaps_beyond_thirty(rng):
    """Logits that lie so far apart that all but one probability look like 0, and are not."""
    return exact(np.array([0.0, -rng.uniform(31, 45), -rng.uniform(60, 80)])[rng.permutation(3)])


def corners_of_logits(rng):
    """Logits of vectors and batches, whole numbers among them, by the name of their corner."""
    corners = {**corners_of_vectors(rng), **corners_of_batches(rng), "gaps beyond 30": gaps_beyond_thirty(rng)}
    corners["integers"] = large_integers(rng)
    corners["a batch of integers"] = whole(rng.normal(scale=3, size=(4, 3)))
    corners["one row of integers"] = whole(rng.normal(scale=3, size=(1, 3)))
    return corners


def any_vector_or_batch(rng):
    """Any logits of one example or of several."""
    return any_vector(rng) if rng.random() < 0.4 else any_batch(rng)
