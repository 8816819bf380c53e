"""The domain of exercise 2.4: functions, and points to measure their slopes at."""

import numpy as np

from utils.checking import Domain
from utils.exercises.ch02.slopes import CUBES, FIRST, PRODUCT, QUARTERS, ROWS, SINE, SQUARES, VALLEY, Measured


def a_weighted_sum(shape, rng):
    """A smooth function of an array of this shape, with a slope of its own in every entry."""
    weights = rng.uniform(0.5, 2, size=shape) * rng.choice([-1.0, 1.0], size=shape)
    return Measured("sum(w * sin(x))", lambda x: np.sum(weights * np.sin(x)))


def a_point(shape, rng):
    """Numbers of the size 1, in float64."""
    return np.asarray(rng.normal(size=shape))


def corners(rng):
    """Points of every shape and type that may be handed over, each with a function of that shape."""
    shapes = {
        "one entry": (1,),
        "many entries": (int(rng.integers(8, 20)),),
        "one row": (1, int(rng.integers(2, 5))),
        "one column": (int(rng.integers(2, 5)), 1),
        "a table with one entry": (1, 1),
        "a square table": (3, 3),
        "a wide table": (2, 5),
        "many rows": (25, 2),
        "three axes": (2, 3, 2),
        "no axes": (),
    }
    points = {name: a_point(shape, rng) for name, shape in shapes.items()}
    points |= {
        "all negative": -rng.uniform(0.5, 3, size=4),
        "all equal": np.full(3, rng.uniform(0.5, 2)),
        "zeros": np.zeros(3),
        "both ends": np.array([-15.0, 15.0]),
        "ten and more": rng.uniform(8, 12, size=3),
        "integers": rng.integers(-4, 5, size=4),
        "a table of integers": rng.integers(-4, 5, size=(2, 3)),
        "an integer without axes": np.asarray(rng.integers(1, 5)),
        "float32": rng.normal(size=4).astype(np.float32),
        "a table of float32": rng.normal(size=(2, 3)).astype(np.float32),
        "float32 without axes": np.asarray(rng.normal(), dtype=np.float32),
    }
    found = {name: (a_weighted_sum(x.shape, rng), x) for name, x in points.items()}
    found["the first point, and another function"] = a_weighted_sum((2,), rng), np.array([1.0, 3.0])
    found["a probability"] = FIRST, rng.normal(size=5)
    found["probabilities of a batch"] = ROWS, rng.normal(size=(3, 4))
    return found


def any_function_and_point(rng):
    """A smooth function and a point for it."""
    shape = [(), (int(rng.integers(1, 9)),), tuple(rng.integers(1, 5, size=2)), tuple(rng.integers(1, 4, size=3))]
    shape = shape[rng.integers(4)]
    return [a_weighted_sum(shape, rng), SQUARES, CUBES, SINE][rng.integers(4)], a_point(shape, rng)


FUNCTIONS_AND_POINTS = Domain(
    smallest=[
        (SQUARES, np.array([1.0, 3.0])),
        (CUBES, np.array([1.0, -2.0])),
        (VALLEY, np.array([0.0, 0.0])),
        (QUARTERS, np.array([1, 2, 3])),
        (SINE, np.array([0.3, 2.0])),
        (SINE, np.array([0.0])),
        (FIRST, np.array([2.0, 1.0, 0.1])),
        (FIRST, np.array([2.0, 1.0, 0.1], np.float32)),
        (PRODUCT, np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]])),
        (ROWS, np.array([[1.0, 2.0], [3.0, 1.0]])),
        (CUBES, np.array(2.0)),
        (SINE, np.array([14.4])),  # where a step of 1e-9 is too small
    ],
    corners=corners,
    draw=any_function_and_point,
)
