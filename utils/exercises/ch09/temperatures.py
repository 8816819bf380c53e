"""Temperatures for exercise 9.5: the best one for some logits, and logits whose best one lies where it should."""

import numpy as np

from utils import reference

# Small cases that show a mistake
THREE_OF_FOUR = (np.tile([3.0, 0.0], (4, 1)), np.array([0, 0, 0, 1]))
TOO_MODEST = (np.tile([0.1, 0.0], (8, 1)), np.array([0] * 7 + [1]))  # the best T is 0.1/ln 7 = 0.0514
TOO_SURE = (np.tile([20.0, 0.0], (4, 1)), np.array([0, 0, 0, 1]))  # and here 20/ln 3 = 18.2

A_REPORT = "a report"  # of a minimiser of SciPy came back


def best_temperature(Z, y):
    """The temperature at which the cost is lowest, by Newton's method for 1/T: that of the reference, and faster."""
    Z = Z - Z.max(axis=1, keepdims=True)
    of_true = Z[np.arange(len(y)), y].mean()
    if of_true >= 0 or of_true <= Z.mean():
        raise ValueError("no temperature is best")
    low, high, beta = 0.0, np.inf, 1 / max(Z.std(), 1e-9)
    for _ in range(100):
        E = np.exp(beta * Z)
        P = E / E.sum(axis=1, keepdims=True)
        expected = (P * Z).sum(axis=1)
        slope = expected.mean() - of_true
        low, high = (beta, high) if slope < 0 else (low, beta)
        variance = ((P * Z * Z).sum(axis=1) - expected**2).mean()
        following = beta - slope / variance if variance > 0 else np.inf
        if not low < following < high:
            following = (low + high) / 2 if high < np.inf else 2 * beta
        if abs(following - beta) <= 1e-12 * beta:
            break
        beta = following
    return 1 / beta


def calibrated_at(rng, T, m, K, shift=0.0):
    """Logits (m, K) and labels of which T is the best temperature.

    Args:
        rng: a random generator.
        T: a temperature.
        m: how many examples.
        K: how many classes.
        shift: added to the logits; no temperature and no probability depends on it.
    """
    while True:
        Z = 2.5 * rng.normal(size=(m, K))
        drawn = (reference.softmax(Z).cumsum(axis=1) < rng.uniform(size=(m, 1))).sum(axis=1)
        y = np.minimum(drawn, K - 1)
        y[:2] = Z[0].argmin(), Z[1].argmax()  # one wrong and one right, so that there may be a best temperature
        try:
            found = best_temperature(Z, y)
        except ValueError:
            continue
        if 0.3 < found < 6:
            # Numbers of float32, so that an answer in float32 reads the same ones; the shift is a whole one.
            Z = np.float32(Z * (T / found) + np.round(shift)).astype(float)
            return Z, y


def one_far_wrong(rng, m):
    """Many examples that are right by a little, and one, of class 0, that is so far wrong that its loss is about 40."""
    gaps = np.append(-40.0, rng.uniform(0.8, 1.2, size=m))
    scale = rng.uniform(1.2, 2.5)
    return np.float32(scale * np.column_stack([gaps, 0 * gaps])).astype(float), np.zeros(m + 1, dtype=int)


def lowest(f, low=0.02, high=50.0, steps=45):
    """Where a function of T with one valley is lowest, by golden section on a logarithmic scale."""
    low, high = np.log(low), np.log(high)
    ratio = (np.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = f(np.exp(left)), f(np.exp(right))
    for _ in range(steps):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = f(np.exp(left))
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = f(np.exp(right))
    return float(np.exp((low + high) / 2))
