"""Exercise 9.1: the logits of a network with any number of layers, with a ReLU between every two of them."""

import functools
import itertools

import numpy as np

from utils import reference
from utils.checking import Domain, Exercise, paragraphs
from utils.exercises.ch09.common import with_weights_kept
from utils.exercises.ch09.small_networks import SMALLEST, layered, relu
from utils.exercises.ch09.wrong_networks import mistakes

# The domain


def _network(rng, m, *sizes, scale=1.0):
    """Random weights of layers of these sizes, the features first, and m examples."""
    layers = [
        (scale * rng.normal(size=(n, k)) / np.sqrt(n), scale * rng.normal(size=k)) for n, k in itertools.pairwise(sizes)
    ]
    return layers, rng.normal(size=(m, sizes[0]))


def _corners(rng):
    closed, examples = _network(rng, 4, 3, 4, 2)
    closed[0] = closed[0][0], -rng.uniform(50, 90, size=4)
    low, some = _network(rng, 4, 3, 4, 5)
    low[-1] = low[-1][0], -rng.uniform(50, 90, size=5)
    fresh = reference.initial_weights((3, 5, 4), seed=int(rng.integers(1_000_000)))
    pictures, _ = _network(rng, 1, 6, 5, 3)
    huge, few = _network(rng, 3, 3, 4, 3)
    (twice, between), square = _network(rng, 4, 3, 3, 3)
    return {
        "one layer": _network(rng, 5, 4, 3),
        "one layer, many classes": _network(rng, 5, 4, int(rng.integers(8, 14))),
        "two layers": _network(rng, 5, 2, 4, 3),
        "three layers": _network(rng, 5, 3, 6, 5, 4),
        "four layers": _network(rng, 5, 3, 6, 5, 2, 4),
        "four square layers": _network(rng, 5, 4, 4, 4, 4, 4),
        "five layers": _network(rng, 5, 2, 4, 3, 5, 4, 3),
        "five square layers": _network(rng, 5, 3, 3, 3, 3, 3, 3),
        "many layers": _network(rng, 5, 3, *[4] * int(rng.integers(6, 9)), 3),
        "square layers and a square batch": _network(rng, 4, 4, 4, 4, 4),
        "the first layer once more at the end": ([twice, between, twice], square),
        "one example": _network(rng, 1, 3, 5, 4),
        "one class": _network(rng, 4, 3, 2, 1),
        "one of everything": _network(rng, 1, 1, 1, 1),
        "many classes": _network(rng, 3, 3, 4, int(rng.integers(8, 14))),
        "many features and units": _network(rng, 3, int(rng.integers(15, 25)), int(rng.integers(15, 25)), 3),
        "many examples": _network(rng, int(rng.integers(25, 60)), 2, 3, 3),
        "closed units": (closed, examples),
        "negative logits": (low, some),
        "a fresh network": (fresh, rng.normal(size=(4, 3))),
        "an empty picture": (closed[1:], np.zeros((2, 4))),
        "pictures with values up to 255": (pictures, np.round(rng.uniform(0, 255, size=(3, 6)))),
        "features above 10,000": (huge, 1e4 * (few + np.sign(few))),
        "negative features": (huge, -np.abs(few)),
        "small weights": _network(rng, 4, 3, 4, 3, scale=1e-3),
    }


def _draw(rng):
    """One to six layers of any sizes."""
    sizes = rng.integers(1, 9, size=int(rng.integers(2, 8)))
    return _network(rng, int(rng.integers(1, 12)), *map(int, sizes), scale=rng.choice([0.3, 1.0, 3.0]))


def _size_of_the_way(weights, X):
    """The largest number that a forward pass can meet when nothing cancels."""
    A = np.abs(X)
    for W, b in weights:
        A = A @ np.abs(W) + np.abs(b)
    return float(A.max())


# Right answers


def _recursive(weights, X):
    if len(weights) == 1:
        ((W, b),) = weights
        return X @ W + b
    return relu(_recursive(weights[:-1], X)) @ weights[-1][0] + weights[-1][1]


def _folded(weights, X):
    first, *others = weights
    start = X @ first[0] + first[1]
    return functools.reduce(lambda Z, layer: np.where(Z > 0, Z, 0) @ layer[0] + layer[1], others, start)


def _example_by_example(weights, X):
    rows = []
    for x in X:
        for number, (W, b) in enumerate(weights, start=1):
            x = np.array([sum(x[f] * W[f, j] for f in range(len(x))) + b[j] for j in range(len(b))])
            if number < len(weights):
                x = x * (x > 0)
        rows.append(x)
    return rows


def _in_float32(weights, X):
    A = X.astype(np.float32)
    for number, (W, b) in enumerate(weights):
        if number:
            A = np.clip(A, 0, None)
        A = np.einsum("ij,jk->ik", A, W.astype(np.float32)) + b.astype(np.float32)
    return A


def _with_a_column_of_ones(weights, X):
    A = X
    for index, (W, b) in enumerate(weights):
        Z = np.column_stack([A, np.ones(len(A))]) @ np.vstack([W, b])
        A = Z if index == len(weights) - 1 else (Z + np.abs(Z)) / 2
    return A


def _columns_as_examples(weights, X):
    A = X.T
    for W, b in weights[:-1]:
        A = np.maximum(0.0, W.T @ A + b[:, None])
    W, b = weights[-1]
    return (W.T @ A + b[:, None]).T


forward = Exercise(
    name="ch09.forward",
    is_main=True,
    asks="The logits of a network with any number of layers, with a ReLU between every two of them.",
    reference=reference.forward,
    probes=Domain(SMALLEST, _corners, _draw),
    observe=with_weights_kept,
    expects=lambda weights, X: f"an array of logits of the shape {(len(X), len(weights[-1][1]))}",
    scale=_size_of_the_way,
    rtol=5e-6,
    hints=paragraphs("""
        One layer is what you wrote in chapter 4. What goes into the second layer, in the place of `X`?

        Keep one name for *what goes into the next layer*. It starts as `X`, and each turn of a loop gives it a new
        value.

        The ReLU belongs between two layers, so there is one fewer of them than there are layers. Which layer has none
        after it, and how can the loop leave that one out: `weights[:-1]`, and `weights[-1]` afterwards?
    """),
    alternatives=(
        _recursive,
        _folded,
        _example_by_example,
        _in_float32,
        _with_a_column_of_ones,
        _columns_as_examples,
        layered(lambda Z: np.where(Z < 0, 0, Z)),
    ),
    bank=mistakes,
    remark="""
        With one pair in the list this is the softmax regression of chapter 4, and any number of layers is the same
        loop.
    """,
)
