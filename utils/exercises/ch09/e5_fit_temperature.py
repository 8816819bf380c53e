"""Exercise 9.5: the temperature that minimises the mean cross-entropy of the logits divided by it."""

import math
import sys
from contextlib import contextmanager

import numpy as np

from utils import reference
from utils.checking import Domain, Exercise, Playground, Slider, Unfit, paragraphs
from utils.exercises.ch09.common import array
from utils.exercises.ch09.temperatures import (
    A_REPORT,
    THREE_OF_FOUR,
    best_temperature,
    calibrated_at,
    lowest,
    one_far_wrong,
)
from utils.exercises.ch09.wrong_temperatures import mistakes

# The domain

SMALLEST = [
    THREE_OF_FOUR,
    (np.tile([0.5, 0.0], (10, 1)), np.array([0] * 9 + [1])),
    (np.tile([6.0, 0.0, 0.0], (5, 1)) + array([1000.0], [-1000.0], [0.0], [3.0], [50.0]), np.array([0, 0, 0, 1, 2])),
]


def _corners(rng):
    def between(low, high, m=40, K=4, shift=0.0):
        return calibrated_at(rng, rng.uniform(low, high), m, K, shift)

    Z, y = between(1.5, 3, m=20, K=3)
    with_ties = np.concatenate([Z, np.repeat(rng.normal(size=(4, 1)), 3, axis=1)]), np.concatenate([y, [0, 1, 2, 2]])
    Z, y = between(0.3, 0.9, m=30, K=3, shift=-1e3)
    with_an_absent_class = np.column_stack([Z, Z.min(axis=1) - rng.uniform(0.5, 2, size=len(Z))]), y
    return {
        "near 0.05": between(0.0505, 0.055),
        "near 20": between(19.2, 19.8),
        "calibrated already": between(0.97, 1.03),
        "few examples of two classes": between(2, 6, m=int(rng.integers(4, 7)), K=2),
        "many classes": between(2, 5, K=int(rng.integers(8, 14))),
        "many examples": between(0.4, 0.8, m=int(rng.integers(120, 180)), K=3),
        "a square batch": between(1.2, 2, m=6, K=6),
        "rows far apart": between(0.5, 1.5, shift=rng.choice([-1000.0, 0.0, 40.0, 1000.0], size=(40, 1))),
        "rows beyond 10,000 on both sides": between(6, 12, shift=2e4 * rng.choice([-1.0, 1.0], size=(40, 1))),
        "an absent class, and all logits below -750": with_an_absent_class,
        "rows of equal logits": with_ties,
        "one example far wrong among many": one_far_wrong(rng, 140),
    }


def _draw(rng):
    T = np.exp(rng.uniform(np.log(0.052), np.log(19.5)))
    shift = rng.normal(scale=10) * rng.integers(2)
    return calibrated_at(rng, T, int(rng.integers(8, 50)), int(rng.integers(2, 8)), shift)


# How answers are looked at


@contextmanager
def _one_thread_of_torch():
    """PyTorch on one thread, where it is loaded: searches with its optimizers make many small steps."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def one_number(answer, Z, y):
    """Call an answer; a single number may come in an array of one entry, as minimisers return it.

    Raises:
        Unfit: what a minimiser of SciPy returns came back as a whole.
    """
    with _one_thread_of_torch():
        result = answer(Z, y)
    if isinstance(result, dict) and {"x", "fun"} <= set(result):
        raise Unfit(A_REPORT, "returned the whole report of a minimiser", facts={"x": float(np.ravel(result["x"])[0])})
    return result.reshape(()) if hasattr(result, "reshape") and math.prod(result.shape) == 1 else result


# Right answers


def _golden_section(Z, y):
    return lowest(lambda T: reference.cross_entropy(Z / T, y))


def _refined_grid(Z, y):
    low, high = 0.05, 20.0
    for _ in range(7):
        grid = np.geomspace(low, high, 15)
        best = int(np.argmin([reference.cross_entropy(Z / T, y) for T in grid]))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, 14)]
    return (low + high) / 2


def _derivative(beta, Z, y):
    return np.mean((reference.softmax(beta * Z) * Z).sum(axis=1) - Z[np.arange(len(y)), y])


def _by_halving(Z, y):
    low, high = 0.02, 50.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _derivative(middle, Z, y) < 0 else (low, middle)
    return 1 / low


def _by_scipy(Z, y):
    from scipy.optimize import minimize_scalar

    return minimize_scalar(lambda T: reference.cross_entropy(Z / T, y), bounds=(0.05, 20), method="bounded").x


def _root_by_scipy(Z, y):
    from scipy.optimize import brentq

    return 1 / brentq(_derivative, 0.02, 50, args=(Z - Z.max(axis=1, keepdims=True), y))


def _in_an_array(Z, y):
    from scipy.optimize import minimize

    options = {"xatol": 1e-6, "fatol": 1e-12}
    return np.exp(
        minimize(lambda t: reference.cross_entropy(Z / np.exp(t[0]), y), [0.0], method="Nelder-Mead", options=options).x
    )


def _in_a_tensor(Z, y):
    import torch

    return torch.tensor([_golden_section(Z, y)], dtype=torch.float64, requires_grad=True).exp().log()


fit_temperature = Exercise(
    name="ch09.fit_temperature",
    asks="The temperature that minimises the mean cross-entropy of the logits divided by it.",
    reference=reference.fit_temperature,
    probes=Domain(SMALLEST, _corners, _draw, draws=3),
    observe=one_number,
    expected=best_temperature,
    expects=lambda Z, y: "one positive number, right to a few parts in ten thousand,",
    rtol=1e-3,  # a minimiser of SciPy that is called without options may stop at 7e-4
    time_limit=6.0,
    hints=paragraphs("""
        For a given T you can compute the cost: `cross_entropy(Z / T, y)`. What remains is to search one number line for
        the lowest point of one valley.

        A grid tells you where the valley is. Put a second, finer grid between the neighbours of its lowest point, and a
        third one into that.

        Or look at the slope: at the lowest point the logit that the model expects, the sum of p times z, equals the
        logit of the true class, on average. On one side the difference is positive, on the other negative, so you can
        halve the interval again and again.
    """),
    alternatives=(_golden_section, _refined_grid, _by_halving, _by_scipy, _root_by_scipy, _in_an_array, _in_a_tensor),
    bank=mistakes,
    playground=Playground(
        sliders=(Slider("factor", "logits times", 0.2, 5, 0.1, 2.0),),
        inputs=lambda factor: (
            factor * np.array([[2.0, 0.0, 1.0], [0.0, 1.5, 0.5], [1.0, 0.0, 0.5], [0.5, 1.0, 0.0]]),
            np.array([0, 1, 2, 1]),
        ),
        returns=("T",),
    ),
    # One and the same temperature has names of its own in the bank.
    of_every_function={"the argument is not used": ()},
    remark="One number, and no decision has changed: only how confident each of them claims to be.",
)
