"""Losses of a vocabulary in blocks of columns: how they are computed, and how an answer is watched while it does so."""

import numpy as np

from utils.checking import Unfit
from utils.checking.observing import peak_memory

ROWS, WIDE = 32, 1_000  # of the layer on which memory is looked at

TWO_BLOCKS = (np.array([[1.0]]), np.array([[1.0, 2.0]]), np.array([0]), 1)
WITH_A_REST = (np.array([[1.0]]), np.array([[2.0, 1.0, 0.1]]), np.array([2]), 2)
PAIR = (np.array([[1.0], [2.0]]), np.array([[0.0, 1.0, 3.0, 2.0]]), np.array([1, 3]), 2)

# How answers are looked at


KEPT_TOO_MUCH = "kept too much"
TOO_WIDE = "too wide"


class Watched(np.ndarray):
    """Hidden states or weights that note how many columns of logits a product with them has.

    What comes out of a calculation with them is an ordinary array.
    """

    rows, shapes = 1, ()

    def __array_finalize__(self, other):
        self.rows, self.shapes = getattr(other, "rows", 1), getattr(other, "shapes", [])

    def __array_ufunc__(self, function, method, *inputs, **options):
        result = getattr(function, method)(*map(_plain, inputs), **{key: _plain(part) for key, part in options.items()})
        return self._note(result) if function is np.matmul else result

    def __array_function__(self, function, types, inputs, options):
        result = super().__array_function__(function, types, inputs, options)
        is_product = function in (np.dot, np.einsum, np.inner, np.tensordot)
        return self._note(_plain(result)) if is_product else result

    def dot(self, *inputs, **options):
        return self._note(_plain(self).dot(*map(_plain, inputs), **options))

    def _note(self, result):
        self.shapes.append((np.size(result) // (self.rows if np.ndim(result) > 1 else 1), np.shape(result)))
        return result


def _plain(value):
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value.view(np.ndarray) if isinstance(value, Watched) else value


def call_and_watch(answer, H, W, y, block):
    """Call an answer and look at the products that it forms, and for the wide layer at the memory that it takes.

    Raises:
        Unfit: the answer formed many more columns of logits at once than a block has, or held more than half as much as
            the table of all logits.
    """
    if W.shape[1] == WIDE:
        table = len(H) * WIDE * 8
        result, held = peak_memory(lambda: answer(H, W, y, block))
        if held > table / 2:
            raise Unfit(KEPT_TOO_MUCH, f"held {held / table:.1f} times the memory of all logits")
        return result
    watched = H.view(Watched), W.view(Watched)
    shapes = []
    for part in watched:
        part.rows, part.shapes = len(H), shapes
    result = answer(*watched, y, block)
    # A product of all rows with the columns at their labels is as wide as the batch is long, and no harm.
    width, shape = max(shapes, default=(0, ()))
    if width > max(4 * block + 4, len(H)):
        formed = f"formed {width} columns of logits at once, where a block has {block}"
        raise Unfit(TOO_WIDE, formed, facts={"width": width, "shape": shape})
    return result


# Losses from blocks, with the step that goes wrong as an argument


def blocks_of(H, W, block):
    """The first class and the logits of each block."""
    for start in range(0, W.shape[1], block):
        yield start, H @ W[:, start : start + block]


def streamed(H, W, y, block, merge, largest=-np.inf, total=0.0):
    """The log-sum-exp of each row by a rule that merges a running maximum and a running sum with a block."""
    largest, total = np.full(len(H), largest), np.full(len(H), total)
    for _, Z in blocks_of(H, W, block):
        largest, total = merge(largest, total, Z)
    return largest + np.log(total)


def merged(largest, total, Z):
    new = np.maximum(largest, Z.max(axis=1))
    return new, total * np.exp(largest - new) + np.exp(Z - new[:, None]).sum(axis=1)


def at_labels(H, W, y):
    return (H * W[:, y].T).sum(axis=1)


def mean_loss(H, W, y, block, merge=merged, **start):
    return (streamed(H, W, y, block, merge, **start) - at_labels(H, W, y)).mean()


def with_labels_in_their_block(H, W, y, block, pick):
    """The mean loss where the logit at the label is picked while its block is there."""
    found = np.zeros(len(H))
    for start, Z in blocks_of(H, W, block):
        here = np.flatnonzero((y >= start) & (y < start + Z.shape[1]))
        found[here] = pick(Z, here, y[here], start)
    return (streamed(H, W, y, block, merged) - found).mean()
