"""Exercise 10.8: the point of the simplex that is nearest to the logits, for one vector or for each row of a batch."""

import numpy as np

from utils import reference
from utils.checking import Domain, Exercise, paragraphs
from utils.exercises.ch10.common import (
    any_logits_of_one_or_more,
    corners_of_logits,
    exact,
    shares_in_words,
)
from utils.exercises.ch10.wrong_projections import A_BATCH, FIRST, TWO_STAY, WITH_A_ZERO, mistakes, threshold
from utils.exercises.drawing import whole

# The domain

SMALLEST = [
    FIRST,
    (np.array([0.0, 3.0]),),
    WITH_A_ZERO,
    (np.array([0.4, 0.3, -1.0]),),
    (np.array([1.0, 0.9, 0.1, -2.0]),),
    (np.array([-1.0, -1.2, -3.0]),),
    (np.array([1, 0, 1]),),
    (np.array([0.7]),),
    TWO_STAY,
    A_BATCH,
    (np.array([[0.2, 0.5, 0.1], [2.0, 1.5, -1.0], [0.0, 0.0, 0.0]]),),
    (np.array([[0.4, 0.5, 0.3], [9.0, 8.6, 8.8]]),),
    (np.array([1000.0, 999.5, 999.0]),),
]


def corners_of_points(rng):
    """Logits by the name of their corner: any of one example or of a batch, close ones of which many stay, integers."""
    corners = corners_of_logits(rng, but=("above 10,000", "rows above 10,000"))
    close = exact(rng.normal(scale=0.15, size=(3, 12)))
    eighths = rng.integers(-3, 4, size=(3, 4)) / 8  # far out their sums are exact in float32, too
    return {name: (z,) for name, z in corners.items()} | {
        "all of many classes stay": (exact(rng.uniform(0, 0.05, size=12)),),
        "many classes stay": (close[0],),
        "many classes stay in each row": (close,),
        "close and negative": (close[:, :4] - 5,),
        "close and below -750": (eighths[0] - 1000,),
        "close rows below -750": (eighths - 1000,),
        "close and above 10,000": (eighths[0] + 12_000,),
        "close rows above 10,000": (eighths + 12_000,),
        "one row of close ones": (close[:1, :4],),
        "many close rows": (exact(rng.normal(scale=0.4, size=(int(rng.integers(25, 40)), 4))),),
        "a square batch of close ones": (exact(rng.normal(scale=0.4, size=(5, 5))),),
        "integers": (whole(rng.normal(scale=2, size=5)),),
        "rows of integers": (np.array([[2, 0, 2], [1, 1, 1], [0, 3, 1]]) + rng.integers(-3, 4),),
        "a tie that stays": (np.array([0.3, 0.3, -0.1, 0.2])[rng.permutation(4)],),
    }


def any_point(rng):
    """Logits of any size, of one example or of a batch, an integer each or not."""
    z = any_logits_of_one_or_more(rng)
    z = exact(z * rng.choice([1.0, 0.1]))
    return (whole(z) if rng.random() < 1 / 4 else z,)


def size_of_the_logits(z):
    """As much of the largest logit as float32 may lose; at least 1."""
    return max(1.0, float(np.abs(z).max()) / 100)


# Right answers


def _sparsemax_by_halving(z):
    low, high = z.max(axis=-1, keepdims=True) - 1.0, z.max(axis=-1, keepdims=True) + 0.0
    for _ in range(100):
        middle = (low + high) / 2
        too_much = np.maximum(z - middle, 0).sum(axis=-1, keepdims=True) > 1
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    return np.maximum(z - low, 0)


def _sparsemax_by_dropping(z):
    if z.ndim > 1:
        return np.array([_sparsemax_by_dropping(row) for row in z])
    kept = np.ones(len(z), dtype=bool)
    while True:
        p = np.where(kept, z - (z[kept].sum() - 1) / kept.sum(), 0.0)
        if (p >= 0).all():
            return p
        kept &= p > 0


def _sparsemax_with_a_loop(z):
    if z.ndim > 1:
        return [_sparsemax_with_a_loop(row) for row in z]
    total, threshold = 0.0, 0.0
    for count, value in enumerate(sorted(z.tolist(), reverse=True), start=1):
        if 1 + count * value <= total + value:
            break
        total += value
        threshold = (total - 1) / count
    return [max(value - threshold, 0.0) for value in z.tolist()]


sparsemax = Exercise(
    name="ch10.sparsemax",
    is_main=True,
    asks="The point of the simplex that is nearest to the logits, for one vector or for each row of a batch.",
    reference=reference.sparsemax,
    probes=Domain(SMALLEST, corners_of_points, any_point),
    expects=shares_in_words,
    scale=size_of_the_logits,
    hints=paragraphs("""
        The result is the positive part of z − τ. If you knew how many classes stay above 0, how would you find τ from
        the condition that they sum to 1?

        Sort each row downwards. If the first k classes stay, τ is their sum minus 1, divided by k. `np.cumsum` gives
        these sums for all k at once.

        The right k is the largest for which the k-th logit still lies above its own τ. Count for how many that is so.

        For a batch, keep the last axis with length 1: count with `keepdims=True`, and take the threshold of each row
        with `np.take_along_axis`.
    """),
    alternatives=(
        _sparsemax_by_halving,
        _sparsemax_by_dropping,
        _sparsemax_with_a_loop,
        lambda z: reference.sparsemax(z.astype(np.float32)),
        lambda z: np.clip(z - threshold(z), 0, None),
    ),
    bank=mistakes,
    remark="The nearest distribution, with exact zeros for the classes that trail too far.",
)
