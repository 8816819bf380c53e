"""Exercise 10.3: the mean cross-entropy of the logits H @ W, block by block."""

import numpy as np

from utils import reference
from utils.checking import Domain, Exercise, paragraphs
from utils.exercises.ch10.blocks import (
    PAIR,
    ROWS,
    TWO_BLOCKS,
    WIDE,
    WITH_A_REST,
    at_labels,
    blocks_of,
    call_and_watch,
    mean_loss,
    with_labels_in_their_block,
)
from utils.exercises.ch10.common import exact
from utils.exercises.ch10.wrong_blocks import mistakes
from utils.exercises.drawing import labels

# The domain

SMALLEST = [
    TWO_BLOCKS,
    WITH_A_REST,
    PAIR,
    (np.array([[1.0], [-1.0]]), np.array([[3.0, 1.0, 2.0]]), np.array([2, 0]), 2),
    (np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]), np.array([0, 2]), 2),
    (np.array([[1.0, 1.0]]), np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]]), np.array([1]), 10),
    (np.array([[1000.0], [-1000.0]]), np.array([[1.0, 0.999, 0.5]]), np.array([1, 0]), 1),
    (np.array([[1.0], [0.0]]), np.array([[-1000.0, -1001.0, -999.0]]), np.array([0, 1]), 1),
    (np.array([[1000.0], [-1000.0]]), np.array([[1.0, 0.998, 0.999]]), np.array([1, 2]), 2),
    (np.array([[1.0]]), np.array([[5.0, 1000.0, 0.0]]), np.array([0]), 1),
    (np.array([[1.0]]), np.array([[5.0, 1000.0, 0.0]]), np.array([0]), 3),
    (np.array([[0.3001], [0.7003]]), np.array([[10.003, -10.002, 0.5]]), np.array([1, 1]), 2),
]


def _layer(rng, m, d, K, block, scale=1.0):
    """Random hidden states, weights and labels, with the size of a block."""
    return exact(rng.normal(size=(m, d))), exact(rng.normal(scale=scale, size=(d, K))), labels(rng, m, K), block


def corners_of_layers(rng):
    """Layers by the name of their corner: every way in which blocks can divide the classes, and logits far out."""
    H, W, _, _ = _layer(rng, 4, 3, 7, 3)
    wide = int(rng.integers(60, 80))
    ones = np.array([[1.0], [2.0], [1.5]])
    return {
        "one class": _layer(rng, 3, 2, 1, 1),
        "one class and a wide block": _layer(rng, 3, 2, 1, 4),
        "one example": _layer(rng, 1, 3, 6, 2, scale=3),
        "blocks of one class": _layer(rng, 4, 3, 5, 1),
        "blocks that divide the classes": _layer(rng, 4, 3, 6, 2),
        "one class is left over": _layer(rng, 5, 3, 7, 3, scale=3),
        "one block": _layer(rng, 6, 2, 6, 6, scale=3),
        "a block wider than all": _layer(rng, 3, 2, 5, 100),
        "one feature": _layer(rng, 4, 1, 6, 4, scale=3),
        "many features": _layer(rng, 3, 40, 6, 4, scale=0.3),
        "many examples": _layer(rng, int(rng.integers(25, 40)), 3, 10, 4),
        "as many examples as classes": _layer(rng, 6, 6, 6, 4),
        "many classes": _layer(rng, 4, 2, wide, 2),
        "every label is of the last block": (H, W, np.full(4, 6), 3),
        "every label is of the first block": (H, W, np.array([0, 2, 1, 0]), 3),
        "labels at the borders of blocks": (H, W, np.array([2, 3, 5, 6]), 3),
        "equal logits": (H, np.repeat(W[:, :1], 5, axis=1), np.array([0, 4, 2, 1]), 2),
        "no logits but zeros": (0 * H, W, np.array([0, 4, 2, 1]), 2),
        "all logits negative": (ones, -rng.uniform(1, 9, size=(1, 5)).round(2), np.array([0, 4, 2]), 2),
        "all logits below -750": (ones, -rng.uniform(800, 1200, size=(1, 5)).round(), np.array([0, 4, 2]), 2),
        "logits above 10,000": (ones, 11_000 + rng.uniform(0, 9, size=(1, 5)).round(1), np.array([0, 4, 2]), 2),
        "losses above 100,000": (1e3 * ones, np.array([[0.0, 300.0, -300.0]]), np.array([0, 2, 2]), 2),
        "all logits below -100,000": (1e3 * ones, -rng.uniform(200, 300, size=(1, 5)).round(), np.array([0, 4, 2]), 2),
        "rows far apart": (
            np.array([[1000.0], [-1000.0], [1.0]]),
            exact(rng.normal(size=(1, 5))),
            np.array([0, 4, 2]),
            2,
        ),
        "weights of features far apart": (
            H[:, :2] / 100,
            np.array([[900.0], [-900.0]]) + W[:2],
            np.array([2, 3, 5, 6]),
            3,
        ),
        "rising from block to block": (ones, np.arange(6.0)[None] * 300, np.array([0, 5, 2]), 2),
        "falling from block to block": (ones, np.arange(6.0)[None, ::-1] * 300, np.array([0, 5, 2]), 2),
        "a table that fills the memory": _layer(rng, ROWS, 2, WIDE, 50),
    }


def any_layer(rng):
    """A layer of any size, with blocks of any width."""
    m, d, K = (int(size) for size in rng.integers(1, (12, 6, 14)))
    return _layer(rng, m, d, K, int(rng.integers(1, K + 3)), float(rng.choice([0.5, 3.0, 300.0])))


def mean_in_words(H, W, y, block):
    """The form of a mean loss."""
    return f"one finite number, the mean loss over {len(y)} example{'s' if len(y) > 1 else ''},"


def largest_logit(H, W, y, block):
    """The largest logit in absolute value, if nothing in it cancelled; at least 1."""
    return max(1.0, float((np.abs(H) @ np.abs(W)).max()))


# Right answers


def _by_logaddexp(H, W, y, block):
    total = np.full(len(H), -np.inf)
    for _, Z in blocks_of(H, W, block):
        total = np.logaddexp(total, np.logaddexp.reduce(np.asarray(Z, dtype=float), axis=1))
    return np.mean(total - np.einsum("md,dm->m", H, W[:, y]))


def _row_by_row(H, W, y, block):
    result = 0.0
    for row, label in zip(H, y, strict=True):
        parts = [reference.logsumexp(row @ W[:, s : s + block]) for s in range(0, W.shape[1], block)]
        result += reference.logsumexp(parts) - row @ W[:, label]
    return result / len(y)


def _in_two_rounds(H, W, y, block):
    largest = np.max([Z.max(axis=1) for _, Z in blocks_of(H, W, block)], axis=0)
    total = sum(np.exp(Z - largest[:, None]).sum(axis=1) for _, Z in blocks_of(H, W, block))
    return np.mean(largest + np.log(total) - at_labels(H, W, y))


def _entropy_in_float32(H, W, y, block):
    return reference.streaming_cross_entropy(H.astype(np.float32), W.astype(np.float32), y, block)


streaming_cross_entropy = Exercise(
    name="ch10.streaming_cross_entropy",
    is_main=True,
    asks="The mean cross-entropy of the logits H @ W, of which only a block of columns is ever formed at a time.",
    reference=reference.streaming_cross_entropy,
    probes=Domain(SMALLEST, corners_of_layers, any_layer),
    observe=call_and_watch,
    expected=reference.streaming_cross_entropy,
    expects=mean_in_words,
    scale=largest_logit,
    hints=paragraphs("""
        Of each row the loss needs two numbers, its log-sum-exp and the logit at its label. Which of the two can be had
        without any other class?

        The logit at the label is one scalar product: the row of H with the column of W at the label. `W[:, y]` holds
        all these columns, one for each example.

        The log-sum-exp is the one of chapter 6. `reference.streaming_logsumexp` takes a generator of blocks of the
        shape (m, block) and returns one number for each row; or keep m and s yourself, one pair for each row.

        A generator of blocks: `H @ W[:, start : start + block]` for every start in a range with the step `block`. A
        slice that runs beyond the end is cut off, so the last block may be narrower.
    """),
    alternatives=(
        _by_logaddexp,
        _row_by_row,
        _in_two_rounds,
        _entropy_in_float32,
        mean_loss,
        lambda H, W, y, block: with_labels_in_their_block(H, W, y, block, lambda Z, i, label, s: Z[i, label - s]),
    ),
    bank=mistakes,
    remark="One block in memory, two running numbers for each row, and the loss of the whole vocabulary.",
)
