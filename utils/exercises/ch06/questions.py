"""Questions with the answers yes and no, one logit for each: the inputs of exercises 6.4 and 6.5."""

import numpy as np

from utils.checking import Domain
from utils.exercises.ch06.common import GAPS, is_small
from utils.exercises.drawing import any_logits

# The domain


def _with_answers(rng, z):
    return z, rng.integers(2, size=len(z))


def _corners(rng):
    z = rng.normal(scale=3, size=6)
    high = 1e4 * rng.uniform(1.1, 90, size=3)
    return {
        "one example": _with_answers(rng, rng.normal(scale=3, size=1)),
        "many examples": _with_answers(rng, rng.normal(scale=3, size=int(rng.integers(25, 60)))),
        "all yes": (z, np.ones(6, dtype=int)),
        "all no": (z, np.zeros(6, dtype=int)),
        "all right": (z, (z > 0).astype(int)),
        "all wrong": (z, (z <= 0).astype(int)),
        "all positive": _with_answers(rng, np.abs(z)),
        "all negative": _with_answers(rng, -np.abs(z)),
        "all equal": (np.full(4, rng.normal(scale=3)), np.array([0, 1, 1, 0])),
        "zeros among others": (np.array([0.0, z[0], 0.0, z[1]]), np.array([0, 1, 1, 0])),
        "gaps of every size, no": (GAPS, np.zeros(len(GAPS), dtype=int)),
        "gaps of every size, yes": (-GAPS, np.ones(len(GAPS), dtype=int)),
        "below -750": (-rng.uniform(800, 1200, size=4), np.array([0, 1, 1, 0])),
        "above 750": (rng.uniform(800, 1200, size=4), np.array([0, 1, 1, 0])),
        "beyond 10,000": (np.array([*high, *-high]), np.array([0, 1, 1, 0, 1, 1])),
        "beyond any digit": (1e12 * np.array([1.0, -1.0, 1.0, -1.0]), np.array([0, 1, 1, 0])),
        "far apart": (np.array([900.0, *z[:2], -900.0]), np.array([0, 1, 0, 1])),
    }


def _draw(rng):
    return _with_answers(rng, any_logits(rng, int(rng.integers(1, 30))))


logits_and_answers = Domain(
    smallest=[
        (np.array([2.0, 0.5]), np.array([0, 1])),
        (np.array([2.0]), np.array([0])),
        (np.array([1.0]), np.array([1])),
        (np.array([0.0, 0.0]), np.array([0, 1])),
        (np.array([-3.0, 0.5, 2.0]), np.array([1, 1, 0])),
        (np.array([-0.5, -0.5]), np.array([0, 1])),
        (np.array([2.0, -1.0, 3.0]), np.array([0, 0, 1])),
        (np.array([50.0, -50.0]), np.array([0, 1])),
        (np.array([50.0]), np.array([0])),
        (np.array([-200.0, 200.0]), np.array([1, 0])),
        (np.array([-730.0, 730.0]), np.array([1, 0])),
        (np.array([1000.0, -1000.0]), np.array([1, 0])),
        (np.array([1000.0, -1000.0]), np.array([0, 1])),
    ],
    corners=_corners,
    draw=_draw,
)


# Answers that take one example only


def _needs_one_number(result):
    """Whether a function of single numbers, or a question, was given an array."""
    return result.problem in ("TypeError", "ValueError") and any(
        words in result.detail for words in ("truth value", "scalar", "only length-1", "only size-1")
    )


def single_numbers_only(seen):
    """Whether one example goes right and several are too much for functions of single numbers."""
    if len(seen.results) < len(seen.probes):
        return False
    return any(map(_needs_one_number, seen.results)) and all(
        _needs_one_number(result) or (len(z) == 1 and (right or not is_small(z)))
        for (z, _), result, right in zip(seen.probes, seen.results, seen.right, strict=True)
    )
