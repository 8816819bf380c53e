"""Chapter 10, softmax beyond classification: its exercises, with right and wrong answers."""

import math
import tracemalloc

import numpy as np

from utils import reference
from utils.checking import Exercise, Mistake
from utils.checking.comparing import NOTHING, agree

# What readers' functions are called with ------------------------------------------------------------------------------


def queries_keys_and_values(rng):
    """Small look-ups: one query, squares, one key, width 1, integers, scores of a thousand."""
    return [
        (np.array([[1.0, 0.0, 0.0, 0.0]]), np.array([[2.0, 0, 0, 0], [0.0, 2, 0, 0]]), np.array([[10.0], [20.0]])),
        (np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 3.0], [-1.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])),
        (np.array([[1, 2], [0, 1], [2, 2]]), np.array([[1, 0], [0, 2]]), np.array([[1, 2, 3], [4, 5, 7]])),
        (np.array([[0.5], [-2.0]]), np.array([[1.0], [3.0], [-1.0]]), np.array([[1.0, 0], [0, 1], [2, 2]])),
        (np.array([[0.5, 1.0, 2.0]]), np.array([[1.0, 1.0, 1.0]]), np.array([[3.0, -4.0]])),
        (np.array([[2000.0, 0, 0, 0]]), np.array([[1.0, 0, 0, 0], [0.999, 0, 0, 0]]), np.array([[1.0], [0.0]])),
        (np.array([[-2000.0, 0, 0, 0]]), np.array([[1.0, 0, 0, 0], [0.999, 0, 0, 0]]), np.array([[1.0], [0.0]])),
        (np.array([[1000.0], [-1000.0]]), np.array([[1.0], [0.999]]), np.array([[1.0], [0.0]])),
        (np.array([[1000.0]]), np.array([[1.0], [0.0]]), np.array([[1.0], [3.0]])),
        tuple(rng.normal(size=shape) for shape in ((5, 16), (3, 16), (3, 2))),
        tuple(rng.normal(size=shape) for shape in ((2, 9), (7, 9), (7, 4))),
        tuple(rng.normal(scale=2, size=(3, 3)) for _ in range(3)),
        tuple(rng.normal(scale=2, size=(4, 4)) for _ in range(3)),
    ]


def numbers_and_weights(rng):
    """Numbers of scores with the weight that the leader should get."""
    return [
        (10, 0.9),
        (2, 0.5),
        (2, 0.9),
        (10, 0.5),
        (10, 0.943),
        (1_000, 0.9),
        (1_000_000, 0.99),
        (5, 0.1),
        (50, 0.02),
        (int(rng.integers(3, 30)), float(rng.uniform(0.2, 0.9))),
        (int(rng.integers(1_000, 100_000)), float(rng.uniform(0.01, 0.999))),
    ]


ROWS, WIDE = 16, 4_000  # of the layer on which memory is looked at


def layers(rng):
    """Hidden states, weights, labels and the size of a block."""

    def made(m, d, K, block, scale=1.0):
        return rng.normal(size=(m, d)), rng.normal(scale=scale, size=(d, K)), rng.integers(K, size=m), block

    return [
        (np.array([[1.0]]), np.array([[1.0, 2.0]]), np.array([0]), 1),
        (np.array([[1.0]]), np.array([[2.0, 1.0, 0.1]]), np.array([2]), 2),
        (np.array([[1.0], [2.0]]), np.array([[0.0, 1.0, 3.0, 2.0]]), np.array([1, 3]), 2),
        (np.array([[1.0], [-1.0]]), np.array([[3.0, 1.0, 2.0]]), np.array([2, 0]), 2),
        (np.array([[1, 2], [0, 1]]), np.array([[1, 0, 2], [0, 3, 1]]), np.array([0, 2]), 2),
        (np.array([[1.0, 1.0]]), np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]]), np.array([1]), 10),
        (np.array([[1000.0], [-1000.0]]), np.array([[1.0, 0.999, 0.5]]), np.array([1, 0]), 1),
        (np.array([[1.0], [0.0]]), np.array([[-1000.0, -1001.0, -999.0]]), np.array([0, 1]), 1),
        (np.array([[1000.0], [-1000.0]]), np.array([[1.0, 0.998, 0.999]]), np.array([1, 2]), 2),
        (np.array([[1.0]]), np.array([[5.0, 1000.0, 0.0]]), np.array([0]), 1),
        (np.array([[1.0]]), np.array([[5.0, 1000.0, 0.0]]), np.array([0]), 3),
        (np.array([[0.3001], [0.7003]]), np.array([[10.003, -10.002, 0.5]]), np.array([1, 1]), 2),
        made(4, 3, 6, 2),
        made(5, 3, 7, 3, scale=3),
        made(6, 2, 6, 6, scale=3),
        made(ROWS, 2, WIDE, 100),
    ]


def logits_and_k(rng):
    """Logits with the number of classes that stay, without ties."""
    return [
        (np.array([1.0, 3.0, 2.0]), 2),
        (np.array([1.0, 3.0, 2.0]), 1),
        (np.array([2.0, 1.0, 0.1]), 3),
        (np.array([-1.0, -3.0, -2.0, -2.5]), 2),
        (np.array([4, 1, 2, 3]), 2),
        (np.array([[1.0, 3.0, 2.0], [9.0, 7.0, 8.0]]), 2),
        (np.array([[1.0, 3.0, 2.0], [0.5, 0.1, 0.3], [9.0, 7.0, 8.0]]), 2),
        (np.array([[4.0, 1.0, 2.0, 3.0]]), 3),
        (np.array([1000.0, 998.0, 999.0, -1000.0]), 3),
        (np.array([[1000.0, 998.0, 999.0], [-1000.0, -1001.0, -999.0]]), 2),
        (np.array([-1000.0, -998.0, -999.0]), 2),
        (rng.normal(scale=2, size=6), 3),
        (rng.normal(scale=2, size=(4, 5)), 2),
        (rng.normal(scale=2, size=(3, 3)), 2),
    ]


def logits_and_p(rng):
    """Logits with the probability that has to be reached, without ties."""
    return [
        (np.log([0.5, 0.3, 0.2]), 0.6),
        (np.log([0.2, 0.5, 0.3]), 0.6),
        (np.log([0.05, 0.9, 0.03, 0.02]), 0.8),
        (np.log([0.1, 0.15, 0.3, 0.45]), 0.5),
        (np.log([0.1, 0.15, 0.3, 0.45]), 0.2),
        (np.log([0.4, 0.1, 0.25, 0.2, 0.05]), 0.9),
        (np.array([3, 1, 2]), 0.9),
        (np.log([[0.5, 0.3, 0.2], [0.05, 0.9, 0.05001]]), 0.7),
        (np.log([[0.2, 0.5, 0.3], [0.05, 0.9, 0.051], [0.35, 0.33, 0.32]]), 0.66),
        (np.array([1000.0, 998.0, 999.0, -1000.0]), 0.9),
        (np.array([[1000.0, 998.0, 999.0], [-1000.0, -1001.0, -999.0]]), 0.8),
        (np.array([-1000.0, -998.0, -999.0]), 0.9),
        (rng.normal(scale=1.5, size=8), 0.8),
        (rng.normal(scale=1.5, size=(4, 6)), float(rng.uniform(0.5, 0.9))),
        (rng.normal(scale=1.5, size=(5, 5)), 0.75),
    ]


def _with_clear_winners(rng, z):
    """The logits with a uniform number for each, drawn anew where rounding could decide who wins."""
    u = rng.uniform(1e-4, 1 - 1e-4, size=z.shape)
    while True:
        ordered = np.sort(z - np.log(-np.log(u)), axis=-1)
        close = ordered[..., -1] - ordered[..., -2] < 1e-2
        if not close.any():
            return z, u
        u[close] = rng.uniform(1e-4, 1 - 1e-4, size=u[close].shape)


def logits_and_uniform_numbers(rng):
    """Logits with a uniform number for each, single and in large batches."""
    return [
        (np.array([0.0, 0.0]), np.array([0.3, 0.9])),
        (np.array([2.0, 1.0, 0.1]), np.array([0.2, 0.7, 0.95])),
        (np.array([1000.0, 999.0, 0.0]), np.array([0.1, 0.9, 0.5])),
        (np.array([-1000.0, -999.0]), np.array([0.95, 0.4])),
        (np.array([1, 0, 2]), np.array([0.9, 0.99, 0.05])),
        (np.array([[1000.0, 999.0], [-1001.0, -1000.0]]), np.array([[0.6, 0.7], [0.3, 0.5]])),
        _with_clear_winners(rng, rng.normal(size=(3, 3))),
        _with_clear_winners(rng, np.tile([2.0, 1.0, 0.1], (60, 1))),
        _with_clear_winners(rng, rng.normal(scale=1.5, size=(60, 5))),
    ]


def weights_and_a_class(rng):
    """Weights, one column for each class, with a class: corners, insides, twins, small ones, directions of every sign."""
    triangle = np.array([[2.0, -1.0, -1.0, 0.1], [0.0, 2.0, -2.0, 0.2]])
    random = rng.normal(size=(2, 6))
    mixture = np.column_stack([random[:, :4], random[:, :4] @ rng.dirichlet(np.full(4, 3.0))])
    farthest = int((random**2).sum(axis=0).argmax())
    wide = rng.normal(size=(6, 5))
    return [
        (np.array([[1.0, -1.0, 0.5]]), 0),
        (np.array([[1.0, -1.0, 0.5]]), 2),
        (np.array([[1.0, -1.0, 0.5]]), 1),
        (triangle, 3),
        (triangle, 1),
        (np.array([[-1.0, 1.0, 1.0, 0.0], [-1.0, 1.0, -1.0, 0.9]]), 3),
        (np.array([[3.0, 0.0, 1.6], [0.0, 3.0, 1.6]]), 2),
        (np.array([[3.0, 0.0, 1.4, -9.0], [0.0, 3.0, 1.4, -9.0]]), 2),
        (np.array([[4.0, 4.0, 0.0], [0.0, 1.0, 3.0]]), 0),
        (np.array([[1, 1, 0], [2, 2, 0]]), 0),
        (np.array([[10.0, 12.0, 11.0, 11.0], [10.0, 10.0, 12.0, 10.5]]), 3),
        (np.array([[9999.0, 0.0, 5000.0], [0.0, 9999.0, 5000.0]]), 2),
        (np.array([[1, 0, 2], [0, 3, 1]]), 1),
        (np.array([[0.002, 0.004, -0.003]]), 1),
        (mixture, 4),
        (random, farthest),
        (wide, int(rng.integers(5))),
    ]


def vectors_and_batches(rng):
    """Logits for a projection: all classes kept, one kept, ties, one class, integers, square batches, far from zero."""
    return [
        (np.array([0.5, 0.0]),),
        (np.array([0.0, 3.0]),),
        (np.array([2.0, 1.0, 0.1]),),
        (np.array([0.4, 0.3, -1.0]),),
        (np.array([1.0, 0.9, 0.1, -2.0]),),
        (np.array([-1.0, -1.2, -3.0]),),
        (np.array([1, 0, 1]),),
        (np.array([0.7]),),
        (np.array([[0.5, 0.0], [3.0, 0.2]]),),
        (np.array([[0.2, 0.5, 0.1], [2.0, 1.5, -1.0], [0.0, 0.0, 0.0]]),),
        (np.array([[0.4, 0.5, 0.3], [9.0, 8.6, 8.8]]),),
        (np.array([1000.0, 999.5, 999.0]),),
        (rng.normal(size=6),),
        (rng.normal(size=(4, 5)),),
        (rng.normal(scale=0.5, size=(5, 5)),),
    ]


# How far numbers cancel on the way to the result ----------------------------------------------------------------------


def size_of_the_values(Q, K, V):
    """The largest absolute value, and more for scores so large that float32 has few digits left behind the point."""
    return float(np.abs(V).max() * max(1.0, np.abs(Q).max() * np.abs(K).max() * math.sqrt(Q.shape[1]) / 30))


# What is expected, in words -------------------------------------------------------------------------------------------


def table_of_values(Q, K, V):
    """The form of an attention."""
    each = "the one query" if len(Q) == 1 else f"each of {len(Q)} queries"
    return f"an array of the shape {(len(Q), V.shape[1])}, a mean of the values for {each},"


def lead_in_words(n, weight):
    """The form of a lead."""
    return "one finite number"


def mean_in_words(H, W, y, block):
    """The form of a mean loss."""
    return f"one finite number, the mean loss over {len(y)} example{'s' if len(y) > 1 else ''},"


def shares_in_words(z, *_):
    """Shape and sums of probabilities."""
    rows = "in each row summing to 1" if z.ndim > 1 else "summing to 1"
    return f"an array of the shape {z.shape}, nowhere below 0 and {rows},"


def classes_in_words(z, u):
    """The form of drawn classes."""
    return "one class, an integer," if z.ndim == 1 else f"an array of the shape {z.shape[:1]}, one class for each row,"


def yes_or_no(W, i):
    """The form of an answer to: can it win?"""
    return "True or False"


# Helpers of the banks -------------------------------------------------------------------------------------------------


def _shares(z, axis=-1):
    exponentials = np.exp(z - z.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def _scores(Q, K, scale=None):
    return Q @ K.T / (math.sqrt(Q.shape[1]) if scale is None else scale)


# 10.1 -----------------------------------------------------------------------------------------------------------------


def _query_by_query(Q, K, V):
    results = []
    for query in Q:
        scores = [math.fsum(query * key) / math.sqrt(len(query)) for key in K]
        powers = [math.exp(score - max(scores)) for score in scores]
        results.append(sum(power * value for power, value in zip(powers, V, strict=True)) / math.fsum(powers))
    return np.array(results)


def _attention_in_float32(Q, K, V):
    Q, K, V = (part.astype(np.float32) for part in (Q, K, V))
    return _shares(Q @ K.T / np.sqrt(np.float32(Q.shape[1]))) @ V


LOOK_UP = (np.array([[1.0, 0.0, 0.0, 0.0]]), np.array([[2.0, 0, 0, 0], [0.0, 2, 0, 0]]), np.array([[10.0], [20.0]]))
SQUARE = (np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 3.0], [-1.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]]))
LARGE_SCORES = (np.array([[2000.0]]), np.array([[1.0], [0.999]]), np.array([[1.0], [0.0]]))

attention = Exercise(
    name="ch10.attention",
    is_main=True,
    asks="For every query the mean of the values, weighted by the softmax of its scores over the root of the width.",
    reference=reference.attention,
    probes=queries_keys_and_values,
    scale=size_of_the_values,
    expects=table_of_values,
    hints=(
        "Start with the table of scores: one row for each query, one column for each key. Which product of two matrices "
        "has the scalar product of query i and key j in row i and column j?",
        "Divide the table by the root of the width, the number of columns of Q. Then each *row* becomes shares. You may "
        "call `reference.softmax`, which takes the last axis by itself.",
        "A row of weights times the table of values is a weighted mean of the rows of V. One more matrix product does it "
        "for all queries.",
    ),
    alternatives=(
        _query_by_query,
        _attention_in_float32,
        lambda Q, K, V: reference.attention_in_blocks(Q, K, V, 1),
        lambda Q, K, V: np.einsum("nm,mv->nv", _shares(np.einsum("nd,md->nm", Q, K) * Q.shape[1] ** -0.5), V),
        lambda Q, K, V: reference.softmax(Q @ K.T, temperature=np.sqrt(Q.shape[1])) @ V,
        lambda Q, K, V: (V.T @ _shares(K @ (Q / np.sqrt(K.shape[1])).T, axis=0)).T,
    ),
    mistakes=(
        Mistake(
            "no root of the width",
            "You take the softmax of the plain scalar products. A sum of d products grows with d: for random queries and "
            "keys its spread is the root of d, so wide vectors make huge scores, one key takes everything, and the slopes "
            "of the softmax die. For {input} you return {output}. Which property of `Q` says by how much the scores are to "
            "be divided?",
            (lambda Q, K, V: _shares(_scores(Q, K, 1.0)) @ V,),
            LOOK_UP,
        ),
        Mistake(
            "divided by the width",
            "You divide the scores by the width d itself. That is too much: the spread of a sum of d independent products "
            "grows with the *root* of d, so your scores shrink to nothing when d grows, and every key gets the same "
            "weight. For {input} you return {output}. What is the standard deviation of a sum of d terms with variance 1?",
            (lambda Q, K, V: _shares(_scores(Q, K, Q.shape[1])) @ V,),
            LOOK_UP,
        ),
        Mistake(
            "multiplied by the root",
            "You multiply the scores by the root of the width where they have to be divided. Their spread should "
            "come down to 1, and it grows to d: for {input} you return {output}, nearly the value of one key alone. A "
            "temperature stands below the line (chapter 1). On which side of the scores does your root stand?",
            (lambda Q, K, V: _shares(_scores(Q, K, 1 / math.sqrt(Q.shape[1]))) @ V,),
            LOOK_UP,
        ),
        Mistake(
            "root of another size",
            "You divide by the root of another size: the number of queries or keys, or the width of the *values*. None of "
            "these changes how large a single scalar product is; how many numbers are multiplied and added in it does. For "
            "{input} you return {output}. Which axis of `Q` and `K` is summed over in a score?",
            (
                lambda Q, K, V: _shares(_scores(Q, K, math.sqrt(len(K)))) @ V,
                lambda Q, K, V: _shares(_scores(Q, K, math.sqrt(len(Q)))) @ V,
                lambda Q, K, V: _shares(_scores(Q, K, math.sqrt(V.shape[1]))) @ V,
            ),
            LOOK_UP,
        ),
        Mistake(
            "a fixed number",
            "You divide by the same number, whatever the width is. A 2 is right for tables of the width 4, the example of the "
            "section, and for no other: for {input} you return {output}. The spread of the scores grows with the width, so what "
            "they are divided by has to grow with it. Which number of `Q.shape` belongs "
            "in the place of yours, and what has to be done with it first?",
            (lambda Q, K, V: _shares(_scores(Q, K, 2.0)) @ V, lambda Q, K, V: _shares(_scores(Q, K, 8.0)) @ V),
            SQUARE,
        ),
        Mistake(
            "divided after the softmax",
            "You divide by the root of the width *after* the softmax. Then the weights of a query no longer sum to 1: for "
            "{input} you return {output}, which does not even lie between the values 10 and 20. And the softmax has seen "
            "the large scores that the division was meant to spare it. Which of your two steps must come first?",
            (lambda Q, K, V: _shares(_scores(Q, K, 1.0)) / math.sqrt(Q.shape[1]) @ V,),
            LOOK_UP,
        ),
        Mistake(
            "wrong axis",
            "Your softmax runs down the columns: the *queries* share each key, where each query should share out its "
            "weight over the keys. With one query every weight is then 1: for {input} you return {output}, the sum of "
            "all values. Rows of scores belong to queries. Over which axis of that table must the weights sum to 1?",
            (lambda Q, K, V: _shares(_scores(Q, K), axis=0) @ V,),
            LOOK_UP,
        ),
        Mistake(
            "sum over the whole table",
            "You take one softmax over the whole table of scores, so all queries together share a single 1. Each query asks "
            "on its own and needs a row of weights that sums to 1. With a single query nobody notices; for {input} "
            "you return {output}, means that are too small. Which axis holds the keys, and which argument keeps the rows "
            "apart?",
            (
                lambda Q, K, V: (
                    (np.exp(_scores(Q, K) - _scores(Q, K).max()) / np.exp(_scores(Q, K) - _scores(Q, K).max()).sum())
                    @ V
                ),
            ),
            SQUARE,
        ),
        Mistake(
            "no keepdims",
            "The sums of the rows have the shape (n,), and NumPy lines them up with the *columns* of the scores. Where "
            "there are as many queries as keys this is silent: for {input} you return {output}; elsewhere it is an error "
            "or a wrong table. It is the mistake of chapter 1, in the table of scores. Which argument keeps the summed axis?",
            (
                lambda Q, K, V: (
                    (
                        np.exp(_scores(Q, K) - _scores(Q, K).max(axis=1, keepdims=True))
                        / np.exp(_scores(Q, K) - _scores(Q, K).max(axis=1, keepdims=True)).sum(axis=1)
                    )
                    @ V
                ),
                lambda Q, K, V: np.exp(_scores(Q, K)) / np.exp(_scores(Q, K)).sum(axis=1) @ V,
            ),
            SQUARE,
        ),
        Mistake(
            "no shift",
            "You raise e to the scores as they are. Scores are sums of products and have no bound: from 710 on the power "
            "is infinite, and when all scores are very negative, every power is 0. For {input} you return {output}. The "
            "softmax of chapter 1 subtracts the largest score of each row first. Why not call it?",
            (
                lambda Q, K, V: np.exp(_scores(Q, K)) / np.exp(_scores(Q, K)).sum(axis=1, keepdims=True) @ V,
                lambda Q, K, V: np.exp(_scores(Q, K)) @ V / np.exp(_scores(Q, K)).sum(axis=1, keepdims=True),
            ),
            LARGE_SCORES,
        ),
        Mistake(
            "one maximum for the table",
            "You subtract the largest score of the whole table from every row. A row that lies far below has all its powers "
            "of e rounded to 0, and 0 divided by 0 has no value: for {input} you return {output}. Each query has its own "
            "denominator and may have its own shift. Over which axis should the maximum run?",
            (
                lambda Q, K, V: (
                    (
                        np.exp(_scores(Q, K) - _scores(Q, K).max())
                        / np.exp(_scores(Q, K) - _scores(Q, K).max()).sum(axis=1, keepdims=True)
                    )
                    @ V
                ),
            ),
            (np.array([[1000.0], [-1000.0]]), np.array([[1.0], [0.999]]), np.array([[1.0], [0.0]])),
        ),
        Mistake(
            "no softmax",
            "You multiply the scores themselves with the values. Scores are no shares: they may be negative, and they sum "
            "to anything, so for {input} you return {output}, which is no mean of the values. Between the table of scores "
            "and the product with `V` one step is missing. Which function turns numbers of any size into shares?",
            (lambda Q, K, V: _scores(Q, K) @ V, lambda Q, K, V: Q @ K.T @ V),
            LOOK_UP,
        ),
        Mistake(
            "the weights alone",
            "You return the weights, one for every query and key: {output} for {input}. They say where a query looks, and "
            "not yet what it finds. The result has a row for each query, made of the rows of `V`, each taken with its "
            "weight. Which matrix product adds up rows with given weights?",
            (lambda Q, K, V: _shares(_scores(Q, K)),),
            LOOK_UP,
        ),
        Mistake(
            "the best key alone",
            "You return the value of the key with the largest score: {output} for {input}. That is the hard look-up, the "
            "maximum of the first section of chapter 1. The best key stays the best when a query moves a little, so the "
            "result does not change, and nothing can be learned from it. Which soft form of the maximum gives every key "
            "its share?",
            (lambda Q, K, V: V[_scores(Q, K).argmax(axis=1)],),
            LOOK_UP,
        ),
        Mistake(
            "keys and values exchanged",
            "You compare the queries with the values and average the keys. Keys are what is looked *at*, values are what "
            "is *returned*. For {input} you return {output}; where both tables have the same shape it runs without an "
            "error. With which of the two tables does the scalar product belong?",
            (lambda Q, K, V: _shares(Q @ V.T / math.sqrt(Q.shape[1])) @ K,),
            SQUARE,
        ),
        Mistake(
            "keys not transposed",
            "You multiply `Q @ K` without turning the keys. The product then adds over the *rows* of K, that is over "
            "different keys, which is an error for most shapes and silent for square ones: for {input} you return "
            "{output}. Row i and column j should hold the scalar product of query i with key j. Along which axis do the "
            "keys have to lie for that?",
            (lambda Q, K, V: _shares(Q @ K / math.sqrt(Q.shape[1])) @ V,),
            SQUARE,
        ),
        Mistake(
            "queries and keys exchanged",
            "Your table of scores has a row for each *key*. Then keys look at queries, and the result has one row for each "
            "key: for {input} you return {output}. Where there are as many queries as keys only the numbers tell. Which "
            "table has to stand on the left, so that a row of scores belongs to a query?",
            (lambda Q, K, V: _shares(K @ Q.T / math.sqrt(Q.shape[1])) @ V,),
            SQUARE,
        ),
    ),
    remark="Scores, shares, a mean: a look-up that can be differentiated.",
)


# 10.2 -----------------------------------------------------------------------------------------------------------------


def _lead_by_halving(n, weight):
    low, high = -60.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 / (1 + (n - 1) * math.exp(-middle)) < weight else (low, middle)
    return low


TEN = (10, 0.5)

lead_needed = Exercise(
    name="ch10.lead_needed",
    asks="By how much one of n scores must lead the equal others, so that softmax gives it this weight.",
    reference=reference.lead_needed,
    probes=numbers_and_weights,
    scale=lambda n, weight: 15.0,
    expects=lead_in_words,
    hints=(
        "Only differences count, so let the others have the score 0 and the leader the score g. What is the softmax of "
        "the leader?",
        "Above the line stands the exponential of g, below the line the same plus n − 1 exponentials of 0. Solve that "
        "equation for the exponential of g.",
        "The exponential of g is n − 1 times the odds w / (1 − w). A logarithm is left to take.",
    ),
    alternatives=(
        _lead_by_halving,
        lambda n, weight: math.log((n - 1) * weight / (1 - weight)),
        lambda n, weight: 2 * np.arctanh(2 * weight - 1) + np.log(n - 1),
        lambda n, weight: -np.log((1 / weight - 1) / (n - 1)),
        lambda n, weight: np.float32(np.log(n - 1) - np.log1p(-weight) + np.log(weight)),
    ),
    mistakes=(
        Mistake(
            "the leader counted among the others",
            "You have n rivals, and there are n − 1: the leader is one of the n. For {input} you return {output}. For "
            "a thousand scores the difference is lost in rounding, for two it is the whole answer: with one rival and a "
            "weight of one half the lead must be 0. How many terms below the line are not the leader's own?",
            (lambda n, weight: math.log(n * weight / (1 - weight)),),
            (2, 0.5),
        ),
        Mistake(
            "the number forgotten",
            "You return the logarithm of the odds, the lead that suffices against *one* rival. For {input} that is "
            "{output}, whatever n is. But each further rival adds a term below the line, and together they weigh as much "
            "as their number. Which factor do n − 1 equal rivals put in front of the odds?",
            (lambda n, weight: math.log(weight / (1 - weight)),),
            TEN,
        ),
        Mistake(
            "no logarithm",
            "You return the power of e that the lead needs, {output} for {input}, and not the lead itself. It would mean "
            "that the scores have to grow in proportion to the number of rivals. They do not, because softmax raises "
            "e to them. Which function brings a power of e back to its exponent?",
            (lambda n, weight: (n - 1) * weight / (1 - weight),),
            (10, 0.5),
        ),
        Mistake(
            "the other way round",
            "Your lead has the wrong sign: for {input} you return {output}. Test it by hand: a leader that wants half of "
            "all weight against nine rivals must lie above them. When you solved for the exponential of the lead, the "
            "quotient was turned over. Which side of it must be large when many rivals are there?",
            (lambda n, weight: math.log((1 - weight) / weight / (n - 1)),),
            TEN,
        ),
        Mistake(
            "the rivals weighed twice over",
            "You subtract the logarithm of the number of rivals, or turn the odds over, where the two have to work in the "
            "same direction: more rivals and a larger weight both ask for a *larger* lead. For {input} you return "
            "{output}. Raise one of the two and see whether your number rises. Which of the two signs is wrong?",
            (
                lambda n, weight: math.log(weight / (1 - weight)) - math.log(n - 1),
                lambda n, weight: math.log(n - 1) - math.log(weight / (1 - weight)),
            ),
            (10, 0.9),
        ),
        Mistake(
            "times the rivals",
            "You take the logarithm of the odds and multiply *it* by the number of rivals. For {input} you return "
            "{output}: a leader that wants one half would need no lead at all, however many rivals there are. The n − 1 is a "
            "factor of the odds, so it belongs under the logarithm. What does a logarithm make of a factor?",
            (
                lambda n, weight: (n - 1) * math.log(weight / (1 - weight)),
                lambda n, weight: n * math.log(weight / (1 - weight)),
            ),
            TEN,
        ),
        Mistake(
            "weight in place of odds",
            "You use the weight w where its odds belong. For {input} you return {output}. The leader stands below the "
            "line, too, and when you bring its term to the other side, w becomes w / (1 − w). For small weights the two "
            "nearly agree; a weight of 1 would need an infinite lead. What does yours need for it?",
            (lambda n, weight: math.log((n - 1) * weight), lambda n, weight: math.log(n * weight)),
            TEN,
        ),
        Mistake(
            "the weight forgotten",
            "You return the logarithm of the number of rivals, {output} for {input}, whatever the weight is. That is the lead "
            "with which the leader has as much as all the others together, one half. To have more than that it needs a larger "
            "lead, and for less a smaller one will do. Which quotient of the weight has the value 1 at one half, and where "
            "does it enter your formula?",
            (lambda n, weight: math.log(n - 1),),
            (10, 0.9),
        ),
        Mistake(
            "never below zero",
            "Your number is never negative, because of an absolute value or a maximum with 0: for {input} you return {output}. "
            "One of n equal scores has the share 1/n, without any lead. Whoever should have less than that has to trail "
            "behind the others, and a lead below 0 says by how much. What does the formula give without your last step?",
            (
                lambda n, weight: abs(math.log((n - 1) * weight / (1 - weight))),
                lambda n, weight: max(0.0, math.log((n - 1) * weight / (1 - weight))),
            ),
            (5, 0.1),
        ),
        Mistake(
            "another base",
            "You take the logarithm to the base 2 or 10. For {input} you return {output}, a constant factor away from the "
            "truth. The softmax raises *e* to the scores, so the logarithm that undoes it has the base e. Which NumPy "
            "function is that?",
            (
                lambda n, weight: math.log2((n - 1) * weight / (1 - weight)),
                lambda n, weight: math.log10((n - 1) * weight / (1 - weight)),
            ),
            TEN,
        ),
        Mistake(
            "the weight of a lead",
            "You read the second argument as a lead and return a weight, {output} for {input}. That is the softmax "
            "forwards. The exercise asks for the way back: the weight is given, and the lead is wanted. Write down the "
            "equation with both, and solve it for the other one.",
            (lambda n, weight: 1 / (1 + (n - 1) * math.exp(-weight)),),
            TEN,
        ),
    ),
    remark="The lead has to grow with the logarithm of the number of items, or the weight is lost.",
)


# 10.3 -----------------------------------------------------------------------------------------------------------------


class KeptTooMuch(Exception):
    """Raised in place of a result when an answer held more of the logits than it should."""


def call_and_watch_the_memory(answer, H, W, y, block):
    """Call an answer, and for the wide layer look at the memory that it takes.

    Raises:
        KeptTooMuch: the answer held more than half as much as the table of all logits.
    """
    if W.shape[1] < WIDE:
        return answer(H, W, y, block)
    table = len(H) * W.shape[1] * 8
    traced_already = tracemalloc.is_tracing()
    tracemalloc.start()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    try:
        result = answer(H, W, y, block)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not traced_already:
            tracemalloc.stop()
    if peak - before > table / 2:
        raise KeptTooMuch(f"held {(peak - before) / table:.1f} times the memory of all logits")
    return result


def largest_logit(H, W, y, block):
    """The largest absolute logit, at least 1."""
    return max(1.0, float(np.abs(H @ W).max()))


def _blocks(H, W, block):
    """The first class and the logits of each block."""
    for start in range(0, W.shape[1], block):
        yield start, H @ W[:, start : start + block]


def _streamed(H, W, y, block, merge, largest=-np.inf, total=0.0):
    """The log-sum-exp of each row by a rule that merges a running maximum and a running sum with a block."""
    largest, total = np.full(len(H), largest), np.full(len(H), total)
    for _, Z in _blocks(H, W, block):
        largest, total = merge(largest, total, Z)
    return largest + np.log(total)


def _merge(largest, total, Z):
    new = np.maximum(largest, Z.max(axis=1))
    return new, total * np.exp(largest - new) + np.exp(Z - new[:, None]).sum(axis=1)


def _at_labels(H, W, y):
    return (H * W[:, y].T).sum(axis=1)


def _mean_loss(H, W, y, block, merge=_merge, **start):
    return (_streamed(H, W, y, block, merge, **start) - _at_labels(H, W, y)).mean()


def _with_labels_in_their_block(H, W, y, block, pick):
    """The mean loss where the logit at the label is picked while its block is there."""
    found = np.zeros(len(H))
    for start, Z in _blocks(H, W, block):
        here = np.flatnonzero((y >= start) & (y < start + Z.shape[1]))
        found[here] = pick(Z, here, y[here], start)
    return (_streamed(H, W, y, block, _merge) - found).mean()


def _by_logaddexp(H, W, y, block):
    total = np.full(len(H), -np.inf)
    for _, Z in _blocks(H, W, block):
        total = np.logaddexp(total, np.logaddexp.reduce(np.asarray(Z, dtype=float), axis=1))
    return np.mean(total - np.einsum("md,dm->m", H, W[:, y]))


def _row_by_row(H, W, y, block):
    result = 0.0
    for row, label in zip(H, y, strict=True):
        parts = [reference.logsumexp(row @ W[:, s : s + block]) for s in range(0, W.shape[1], block)]
        result += reference.logsumexp(parts) - row @ W[:, label]
    return result / len(y)


def _in_two_rounds(H, W, y, block):
    largest = np.max([Z.max(axis=1) for _, Z in _blocks(H, W, block)], axis=0)
    total = sum(np.exp(Z - largest[:, None]).sum(axis=1) for _, Z in _blocks(H, W, block))
    return np.mean(largest + np.log(total) - _at_labels(H, W, y))


def _entropy_in_float32(H, W, y, block):
    return reference.streaming_cross_entropy(H.astype(np.float32), W.astype(np.float32), y, block)


def _without_the_first_of_a_block(H, W, y, block):
    kept = np.where(y % block > 0, _at_labels(H, W, y), 0.0)
    return (_streamed(H, W, y, block, _merge) - kept).mean()


def _with_overlapping_blocks(H, W, y, block):
    parts = (H @ W[:, start : start + block] for start in range(W.shape[1]))
    return (reference.streaming_logsumexp(parts) - _at_labels(H, W, y)).mean()


def _joined(H, W, y, block, join):
    parts = [reference.logsumexp(Z) for _, Z in _blocks(H, W, block)]
    return (join(parts, axis=0) - _at_labels(H, W, y)).mean()


def _without_the_rest(H, W, y, block):
    whole = W.shape[1] // block * block
    return (reference.logsumexp(H @ W[:, :whole]) - _at_labels(H, W, y)).mean()


TWO_BLOCKS = (np.array([[1.0]]), np.array([[1.0, 2.0]]), np.array([0]), 1)
WITH_A_REST = (np.array([[1.0]]), np.array([[2.0, 1.0, 0.1]]), np.array([2]), 2)
HUGE = (np.array([[1000.0]]), np.array([[1.0, 0.999, 0.5]]), np.array([1]), 1)
OPPOSITE = (np.array([[1000.0], [-1000.0]]), np.array([[1.0, 0.998, 0.999]]), np.array([1, 2]), 2)
PAIR = (np.array([[1.0], [2.0]]), np.array([[0.0, 1.0, 3.0, 2.0]]), np.array([1, 3]), 2)

streaming_cross_entropy = Exercise(
    name="ch10.streaming_cross_entropy",
    is_main=True,
    asks="The mean cross-entropy of the logits H @ W, of which only a block of columns is ever formed at a time.",
    reference=reference.streaming_cross_entropy,
    observe=call_and_watch_the_memory,
    probes=layers,
    scale=largest_logit,
    expects=mean_in_words,
    hints=(
        "Of each row the loss needs two numbers, its log-sum-exp and the logit at its label. Which of the two can be had "
        "without any other class?",
        "The logit at the label is one scalar product: the row of H with the column of W at the label. `W[:, y]` holds all "
        "these columns, one for each example.",
        "The log-sum-exp is the one of chapter 6. `streaming.streaming_logsumexp` takes a generator of blocks of the "
        "shape (m, block) and returns one number for each row; or keep m and s yourself, one pair for each row.",
        "A generator of blocks: `H @ W[:, start : start + block]` for every start in a range with the step `block`. A "
        "slice that runs beyond the end is cut off, so the last block may be narrower.",
    ),
    alternatives=(
        _by_logaddexp,
        _row_by_row,
        _in_two_rounds,
        _entropy_in_float32,
        _mean_loss,
        lambda H, W, y, block: _with_labels_in_their_block(H, W, y, block, lambda Z, i, label, s: Z[i, label - s]),
    ),
    mistakes=(
        Mistake(
            "everything at once",
            "Your result is right, and on the way you hold all logits at once, or something of their size. The last test "
            "has 16 rows and 4,000 classes in blocks of 100; with a real vocabulary and a few hundred rows the same table "
            "fills hundreds of megabytes. A block of logits is formed, added to two running numbers for each row, and "
            "forgotten. Which of your arrays has a column for every class?",
            (
                lambda H, W, y, block: reference.cross_entropy(H @ W, y),
                lambda H, W, y, block: (
                    reference.logsumexp(np.hstack([Z for _, Z in _blocks(H, W, block)])) - _at_labels(H, W, y)
                ).mean(),
                lambda H, W, y, block: (
                    _streamed(H, W, y, block, _merge) - (np.eye(W.shape[1])[y] * (H @ W)).sum(axis=1)
                ).mean(),
            ),
            recognise=lambda seen: any(result.problem == "KeptTooMuch" for result in seen.results),
        ),
        Mistake(
            "the last block is lost",
            "You go through as many *whole* blocks as fit, and the classes that are left over are never counted. For "
            "{input} you return {output}. Their probabilities are missing from the sum, so the loss is too small, and "
            "nothing fails. A range with a step runs to the end of the classes, and a slice that reaches beyond them is cut "
            "off by itself. Where do you divide the number of classes?",
            (_without_the_rest,),
            WITH_A_REST,
        ),
        Mistake(
            "no rescaling",
            "When a block brings a larger logit you go on with the old sum as it is. Its terms refer to the old maximum "
            "and are too large by a power of e. For {input} you return {output}. You have met this one in chapter 6; here "
            "every *row* has its own maximum and its own factor. By what is the old sum multiplied?",
            (
                lambda H, W, y, block: _mean_loss(
                    H,
                    W,
                    y,
                    block,
                    lambda m, s, Z: (
                        np.maximum(m, Z.max(axis=1)),
                        s + np.exp(Z - np.maximum(m, Z.max(axis=1))[:, None]).sum(axis=1),
                    ),
                ),
            ),
            TWO_BLOCKS,
        ),
        Mistake(
            "new block not rescaled",
            "You shift each block by its own maximum and add its sum to the others as if all referred to the same. For "
            "{input} you return {output}. Two sums of exponentials can be added when both are relative to one maximum: the "
            "largest logit of everything so far. Which of your two sums refers to another one?",
            (
                lambda H, W, y, block: _mean_loss(
                    H,
                    W,
                    y,
                    block,
                    lambda m, s, Z: (
                        np.maximum(m, Z.max(axis=1)),
                        s * np.exp(m - np.maximum(m, Z.max(axis=1)))
                        + np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1),
                    ),
                ),
            ),
            (np.array([[1.0]]), np.array([[2.0, 1.0]]), np.array([0]), 1),
        ),
        Mistake(
            "no shift",
            "You add up the exponentials of all blocks as they are and take one logarithm at the end. The loop is short, "
            "and it breaks at the first logit above 709, or when all of them are very negative: for {input} you return "
            "{output}. A second running number, the largest logit of each row so far, has to travel with the sum.",
            (
                lambda H, W, y, block: (
                    np.log(sum(np.exp(Z).sum(axis=1) for _, Z in _blocks(H, W, block))) - _at_labels(H, W, y)
                ).mean(),
            ),
            HUGE,
        ),
        Mistake(
            "one maximum for the batch",
            "You keep one maximum for all rows. A row whose logits lie far below it has nothing but zeros in its sum, and "
            "their logarithm is minus infinity: for {input} you return {output}. Each example has its own sum and needs its "
            "own shift. Over which axis of a block should the maximum run, and how many numbers come out?",
            (
                lambda H, W, y, block: _mean_loss(
                    H,
                    W,
                    y,
                    block,
                    lambda m, s, Z: (
                        np.maximum(m, Z.max()),
                        s * np.exp(m - np.maximum(m, Z.max()))
                        + np.exp(Z - np.maximum(m, Z.max())[:, None]).sum(axis=1),
                    ),
                ),
            ),
            OPPOSITE,
        ),
        Mistake(
            "labels counted from the first class",
            "You pick the logit at the label inside its block, but the label counts from the first class of *all*, and "
            "the columns of a block from its own beginning. So the index runs off the block, or hits another class: for "
            "{input} you return {output}. In the block that begins at class `start`, which column holds the class `y`?",
            (lambda H, W, y, block: _with_labels_in_their_block(H, W, y, block, lambda Z, i, label, s: Z[i, label]),),
            PAIR,
        ),
        Mistake(
            "labels of other blocks",
            "You subtract the start of the block from the label, which is right, and pick in *every* block. A label of an "
            "earlier block is then negative, which NumPy counts from the end, and one of a later block lies beyond: for "
            "{input} you return {output}. Only the block that holds the class may give its logit. How do you find the rows "
            "whose label lies between start and end?",
            (
                lambda H, W, y, block: (
                    _streamed(H, W, y, block, _merge)
                    - sum(Z[np.arange(len(y)), y - start] for start, Z in _blocks(H, W, block))
                ).mean(),
                lambda H, W, y, block: (
                    _streamed(H, W, y, block, _merge)
                    - [Z[np.arange(len(y)), y - start] for start, Z in _blocks(H, W, block)][-1]
                ).mean(),
                lambda H, W, y, block: (
                    _streamed(H, W, y, block, _merge)
                    - sum(
                        Z[np.arange(len(y)), np.clip(y - start, 0, Z.shape[1] - 1)] for start, Z in _blocks(H, W, block)
                    )
                ).mean(),
            ),
            TWO_BLOCKS,
        ),
        Mistake(
            "the first class of a block",
            "A label that is the first class of its block belongs to no block in your code, so its logit is never picked and "
            "counts as 0: for {input} you return {output}. A block holds the classes from its start, which is included, up to "
            "the start of the next one, which is not, as a slice does. Test the label 0, and the first label of the second "
            "block. Which of your two comparisons has to let the border itself pass?",
            (_without_the_first_of_a_block,),
            TWO_BLOCKS,
        ),
        Mistake(
            "blocks that overlap",
            "Your blocks begin at every class, in place of every `block` classes, so nearly every class is counted several "
            "times: for {input} you return {output}. The sum of the exponentials is then too large, and with it the loss. "
            "With blocks of one class nobody notices. A range takes a start, an end and one number more. Which classes "
            "does your second block hold, and which should it hold?",
            (_with_overlapping_blocks,),
            WITH_A_REST,
        ),
        Mistake(
            "columns in place of elements",
            "`H @ W[:, y]` is a table of m times m numbers: it pairs every example with the labels of all. For {input} you "
            "return {output}. Broadcasting subtracts the table from the log-sum-exps, and the mean over everything is one "
            "number that looks like a loss. With a single example it is even right. Needed is one scalar product for each "
            "example: its own row with the column of its own label. How many numbers should there be?",
            (
                lambda H, W, y, block: (_streamed(H, W, y, block, _merge) - H @ W[:, y]).mean(),
                lambda H, W, y, block: (_streamed(H, W, y, block, _merge)[:, None] - H @ W[:, y]).mean(),
            ),
            PAIR,
        ),
        Mistake(
            "log-sum-exps added",
            "You add up the log-sum-exps of the blocks, or take the largest one: for {input} you return {output}. What adds up "
            "over the blocks are the sums of exponentials, before any logarithm, and a sum of logarithms is the logarithm of a "
            "product. The blocks of this small case hold one logit each. Which operation joins two log-sum-exps into the one of "
            "all their classes?",
            (
                lambda H, W, y, block: _joined(H, W, y, block, np.sum),
                lambda H, W, y, block: _joined(H, W, y, block, np.max),
            ),
            TWO_BLOCKS,
        ),
        Mistake(
            "log-sum-exp alone",
            "You return the mean log-sum-exp, {output} for {input}, and the labels are not used at all. The loss is the "
            "*distance* from the log-sum-exp down to the logit of the true class; without that logit nothing is rewarded "
            "for being right. One scalar product for each example is missing: of which row and which column?",
            (lambda H, W, y, block: _streamed(H, W, y, block, _merge).mean(),),
            TWO_BLOCKS,
        ),
        Mistake(
            "the other sign",
            "You subtract the log-sum-exp from the true logit: {output} for {input}. That is the logarithm of the "
            "probability, never above 0. A loss is minus that, so it falls towards 0 as the model gets better. Which of the "
            "two terms comes first?",
            (lambda H, W, y, block: -_mean_loss(H, W, y, block),),
            TWO_BLOCKS,
        ),
        Mistake(
            "sum in place of mean",
            "You add up the losses of the examples: {output} for {input}. The cost of this course is the mean, so that it "
            "does not grow with the batch and the learning rate need not follow it (chapter 4). By what has the sum to be "
            "divided?",
            (lambda H, W, y, block: _mean_loss(H, W, y, block) * len(y),),
            PAIR,
        ),
        Mistake(
            "a loss for each example",
            "You return one loss for each example: {output} for {input}. They are right, and the exercise asks for their "
            "mean, one number for the batch, as `cross_entropy` of chapter 6 gave it. Which reduction is still missing at "
            "the end?",
            (lambda H, W, y, block: _streamed(H, W, y, block, _merge) - _at_labels(H, W, y),),
            PAIR,
        ),
        Mistake(
            "a softmax for each block",
            "You compute a loss inside each block, as if its classes were all there are, and add or average these or keep those of the "
            "blocks with a label. For {input} you return {output}. A class competes with *all* others; in a block of "
            "its own it has no rivals, and its loss is too small. The log-sum-exp has to run over all blocks before the "
            "true logit is subtracted.",
            (
                lambda H, W, y, block: np.mean(
                    [
                        reference.logsumexp(h @ W[:, label // block * block : label // block * block + block])
                        - h @ W[:, label]
                        for h, label in zip(H, y, strict=True)
                    ]
                ),
                lambda H, W, y, block: np.mean(
                    [(reference.logsumexp(Z) - _at_labels(H, W, y)).mean() for _, Z in _blocks(H, W, block)]
                ),
            ),
            PAIR,
        ),
        Mistake(
            "sum started at 1",
            "Your running maximum, or your running sum, begins with a class that does not exist: a logit of 0, or a "
            "total of 1. For {input} you return {output}, a loss that is a little too large. Before the first block nothing "
            "has been added. Which maximum lets the first block take over completely?",
            (
                lambda H, W, y, block: _mean_loss(H, W, y, block, largest=0.0, total=1.0),
                lambda H, W, y, block: (
                    np.logaddexp(0, _streamed(H, W, y, block, _merge)) - _at_labels(H, W, y)
                ).mean(),
            ),
            TWO_BLOCKS,
        ),
        Mistake(
            "shift by zero at least",
            "Your running maximum begins at 0 and never falls below it. A row of very negative logits is then not shifted "
            "at all, its powers are all rounded to 0, and the logarithm of their sum is minus infinity: for {input} you "
            "return {output}. Nothing seen so far has a maximum, too. Which number is smaller than every logit?",
            (lambda H, W, y, block: _mean_loss(H, W, y, block, largest=0.0),),
            (np.array([[1.0]]), np.array([[-1000.0, -1001.0, -999.0]]), np.array([0]), 1),
        ),
    ),
    remark="One block in memory, two running numbers for each row, and the loss of the whole vocabulary.",
)


def _right_for_vectors_alone(seen):
    """Whether exactly the probes with one vector went right."""

    def is_right(result, expected):
        return not result.problem and not result.changed and agree(result.value, expected, 2e-5, 1.0)

    return len(seen.results) == len(seen.probes) and all(
        is_right(result, expected) == (inputs[0].ndim == 1)
        for inputs, result, expected in zip(seen.probes, seen.results, seen.expected, strict=True)
    )


# 10.4 -----------------------------------------------------------------------------------------------------------------


def _top_k_by_ranking(z, k):
    ranks = (-z).argsort(axis=-1).argsort(axis=-1)
    powers = np.exp(z - z.max(axis=-1, keepdims=True)) * (ranks < k)
    return powers / powers.sum(axis=-1, keepdims=True)


def _top_k_by_rows(z, k):
    if z.ndim > 1:
        return np.array([_top_k_by_rows(row, k) for row in z])
    chosen = sorted(range(len(z)), key=lambda i: z[i])[-k:]
    result = np.zeros(len(z))
    result[chosen] = reference.softmax(z[chosen])
    return result


def _top_k_in_float32(z, k):
    return reference.with_top_k(z.astype(np.float32), k)


def _top_k_divided_again(z, k):
    a = reference.softmax(z)
    a = np.where(a >= np.sort(a, axis=-1)[..., [-k]], a, 0)
    return a / a.sum(axis=-1, keepdims=True)


def _top_k_of_a_vector(z, k):
    chosen = np.argsort(z)[-k:]
    banned = np.full(z.shape, -np.inf)
    banned[chosen] = z[chosen]
    return reference.softmax(banned)


def _kept(z, k):
    return z >= np.sort(z, axis=-1)[..., [-k]]


THREE = (np.array([1.0, 3.0, 2.0]), 2)

with_top_k = Exercise(
    name="ch10.with_top_k",
    asks="The softmax over the k largest logits of each row, with probability 0 for every other class.",
    reference=reference.with_top_k,
    probes=logits_and_k,
    expects=shares_in_words,
    hints=(
        "Find the k-th largest logit of each row first. Sorting brings it to a place that you can name, counted from the "
        "end.",
        "A class with the logit −∞ has the probability 0, and a softmax knows how to deal with it. `np.where` chooses "
        "between two values for every entry.",
        "For a batch the k-th largest logit needs an axis of length 1 to be compared with its row: an index such as "
        "`[..., [-k]]` keeps it.",
    ),
    alternatives=(
        _top_k_by_ranking,
        _top_k_by_rows,
        _top_k_in_float32,
        _top_k_divided_again,
        lambda z, k: np.exp(reference.log_softmax(np.where(_kept(z, k), z, -np.inf))),
    ),
    mistakes=(
        Mistake(
            "not divided again",
            "You set the small probabilities to 0 and leave the others as they were. What you return no longer sums to 1: "
            "for {input} it is {output}. `choice` refuses such numbers, and a home-made draw that runs through the cumulative sum "
            "may fall off its end. What the others have lost has to go to those that stay. What is missing at the end?",
            (lambda z, k: np.where(_kept(z, k), reference.softmax(z), 0),),
            THREE,
        ),
        Mistake(
            "logits of 0",
            "You set the logits of the other classes to 0. A logit of 0 is no ban: its power of e is 1, and when all "
            "logits are negative it is even the largest. For {input} you return {output}, where every class still has a "
            "share. Which logit has the power 0?",
            (
                lambda z, k: reference.softmax(np.where(_kept(z, k), z, 0)),
                lambda z, k: reference.softmax(z * _kept(z, k)),
            ),
            THREE,
        ),
        Mistake(
            "the smallest k",
            "You keep the classes with the *smallest* logits. For {input} you return {output}: the most probable class is "
            "gone. NumPy sorts upwards, so the large ones stand at the end of the sorted row. From which end do you "
            "count?",
            (lambda z, k: reference.softmax(np.where(z <= np.sort(z, axis=-1)[..., [k - 1]], z, -np.inf)),),
            THREE,
        ),
        Mistake(
            "in the order of the ranks",
            "You return the probabilities sorted, so the first number no longer belongs to the first class: for {input} "
            "you return {output}. Whoever draws from them gets a rank and takes it for a class. Sort to *find* the "
            "threshold, and leave the row itself in its order. What do you compare with the threshold?",
            (
                lambda z, k: reference.softmax(np.where(np.arange(z.shape[-1]) < k, -np.sort(-z, axis=-1), -np.inf)),
                lambda z, k: reference.softmax(
                    np.where(np.arange(z.shape[-1]) >= z.shape[-1] - k, np.sort(z, axis=-1), -np.inf)
                ),
            ),
            THREE,
        ),
        Mistake(
            "one too few",
            "You keep the logits that are *larger* than the k-th largest, and that one itself is lost: k − 1 classes stay, "
            "and with k = 1 none at all. For {input} you return {output}. Which comparison lets the threshold itself pass?",
            (
                lambda z, k: reference.softmax(np.where(z > np.sort(z, axis=-1)[..., [-k]], z, -np.inf)),
                lambda z, k: reference.softmax(np.where(_kept(z, max(k - 1, 1)), z, -np.inf)),
            ),
            THREE,
        ),
        Mistake(
            "one too many",
            "You keep k + 1 classes. For {input} you return {output}. Sorted from the largest down, the k-th one stands at the "
            "index k − 1, because Python counts from 0, and sorted upwards at the index −k. Where k is the number of all classes "
            "there is nothing beyond. Try k = 1 with three logits by hand: which index should the threshold have?",
            (
                lambda z, k: reference.softmax(np.where(_kept(z, min(k + 1, z.shape[-1])), z, -np.inf)),
                lambda z, k: reference.softmax(np.where(z >= -np.sort(-z, axis=-1)[..., [k]], z, -np.inf)),
            ),
            (np.array([4.0, 1.0, 2.0, 3.0]), 2),
        ),
        Mistake(
            "places taken for ranks",
            "`argsort` answers which class stands at each rank, and you read it as the rank of each class: for {input} you "
            "return {output}. Its first entry belongs to the first *rank*, not to the first class. For sorted logits the two "
            "are the same, and elsewhere the wrong classes stay. Write the numbers of `argsort` below your logits and compare. "
            "Which second step turns places into ranks, or makes them unnecessary?",
            (
                lambda z, k: reference.softmax(np.where(np.argsort(-z, axis=-1) < k, z, -np.inf)),
                lambda z, k: reference.softmax(np.where(np.argsort(z, axis=-1) >= z.shape[-1] - k, z, -np.inf)),
            ),
            THREE,
        ),
        Mistake(
            "softmax twice",
            "You hand probabilities to a softmax. For {input} you return {output}. Probabilities differ by less than 1, so the "
            "second softmax makes them nearly equal, and a probability of 0 gets a share again, like a logit of 0. What the "
            "softmax wants are the logits, with those of the other classes at −∞; or divide the probabilities that stay "
            "by their sum. Which of your two softmaxes can go?",
            (
                lambda z, k: reference.softmax(np.where(_kept(z, k), reference.softmax(z), -np.inf)),
                lambda z, k: reference.softmax(np.where(_kept(z, k), reference.softmax(z), 0)),
            ),
            THREE,
        ),
        Mistake(
            "a ban that is not low enough",
            "You ban a class with a fixed, very negative logit. For small logits nobody notices. But only differences count: when "
            "all logits of a row lie around −1,000, a ban of −100 is the largest of them, and the banned classes take everything. "
            "For {input} you return {output}. There is a number below every logit, and its power of e is exactly 0. Which one?",
            tuple(
                lambda z, k, ban=ban: reference.softmax(np.where(_kept(z, k), z, ban))
                for ban in (-100.0, -500.0, -1000.0)
            ),
            (np.array([-1000.0, -998.0, -999.0]), 2),
        ),
        Mistake(
            "logits in place of probabilities",
            "You return the logits, with −∞ for the classes that are banned: for {input} that is {output}. It is the right row to "
            "start from. Asked for are probabilities, nowhere below 0 and with the sum 1, so that something can be drawn from "
            "them. Which function makes probabilities out of logits, the −∞ included?",
            (lambda z, k: np.where(_kept(z, k), z, -np.inf),),
            THREE,
        ),
        Mistake(
            "one threshold for the batch",
            "You take the k largest logits of the whole batch. Rows with large logits keep everything, and others nothing: "
            "for {input} you return {output}. Each row is a distribution of its own, from which something will be drawn. "
            "Along which axis do you sort?",
            (lambda z, k: reference.softmax(np.where(z >= np.sort(z, axis=None)[-k], z, -np.inf)),),
            (np.array([[1.0, 3.0, 2.0], [9.0, 7.0, 8.0]]), 2),
        ),
        Mistake(
            "nothing removed",
            "You return the softmax of all classes, {output} for {input}: k plays no part. In a vocabulary of 50,000 the "
            "unlikely words are many, and together they are drawn often, although each of them is rare. Which entries "
            "should be 0?",
            (lambda z, k: reference.softmax(z),),
            THREE,
        ),
        Mistake(
            "one vector only",
            "Your code is right for one vector and not for a batch: for {input} it returns {output}. An index such as `[-k:]`, or one made by `argsort`, counts *rows* as soon as there are any. Write down the shape "
            "of every array on the way, once for (K,) and once for (m, K). Which of your steps looks at the first axis, where "
            "the rows are, and how can it be made to look at the last one?",
            (_top_k_of_a_vector,),
            (np.array([[1.0, 3.0, 2.0], [9.0, 7.0, 8.0]]), 2),
            recognise=_right_for_vectors_alone,
        ),
        Mistake(
            "equal shares",
            "Every class that stays gets the same share: {output} for {input}. Their logits differ, and so should their "
            "probabilities; among those that stay the ratios are the ones that the softmax gave them before. Which numbers "
            "go into the exponential?",
            (lambda z, k: _kept(z, k) / _kept(z, k).sum(axis=-1, keepdims=True),),
            THREE,
        ),
        Mistake(
            "no shift",
            "Your exponentials are formed from the logits as they are. For {input} you return {output}: a power of e above "
            "709 is infinite, and infinity over infinity is nan. Subtract the largest logit of each row, or call a softmax "
            "that does.",
            (
                lambda z, k: (
                    np.where(_kept(z, k), np.exp(z), 0)
                    / np.where(_kept(z, k), np.exp(z), 0).sum(axis=-1, keepdims=True)
                ),
            ),
            (np.array([1000.0, 998.0, 999.0]), 2),
        ),
    ),
    remark="A logit of −∞ is a ban, and the softmax over the rest divides anew by itself.",
)


# 10.5 -----------------------------------------------------------------------------------------------------------------


def _ordered(z):
    """The places of the logits from the largest to the smallest, and the probabilities in that order."""
    order = np.argsort(-z, axis=-1)
    return order, np.take_along_axis(reference.softmax(z), order, axis=-1)


def _only(z, ordered_stays, order=None):
    """The softmax over the classes that stay, which are marked in the order from the largest to the smallest."""
    stays = np.zeros(z.shape, dtype=bool)
    np.put_along_axis(stays, np.argsort(-z, axis=-1) if order is None else order, ordered_stays, axis=-1)
    with np.errstate(all="ignore"):
        powers = np.exp(z - z.max(axis=-1, keepdims=True)) * stays
        return powers / powers.sum(axis=-1, keepdims=True)


def _before(z):
    _, ordered = _ordered(z)
    return np.cumsum(ordered, axis=-1) - ordered


def _top_p_by_rows(z, p):
    if z.ndim > 1:
        return np.array([_top_p_by_rows(row, p) for row in z])
    a, stays, total = reference.softmax(z), [], 0.0
    while total < p:
        best = max((i for i in range(len(z)) if i not in stays), key=lambda i: a[i])
        stays.append(best)
        total += a[best]
    result = np.zeros(len(z))
    result[stays] = a[stays] / a[stays].sum()
    return result


def _top_p_of_a_vector(z, p):
    a = reference.softmax(z)
    order = np.argsort(a)[::-1]
    count = np.searchsorted(np.cumsum(a[order]), p) + 1
    result = np.zeros_like(a)
    result[order[:count]] = a[order[:count]]
    return result / result.sum()


def _top_p_by_comparing(z, p):
    a = reference.softmax(z)
    larger = ((a[..., None, :] > a[..., :, None]) * a[..., None, :]).sum(axis=-1)
    return reference.softmax(np.where(larger < p, z, -np.inf))


def _as_many_in_every_row(z, p, choose):
    """Top-p with one number of classes for the whole batch, chosen from those of its rows."""
    return reference.with_top_k(z, int(choose((_before(z) < p).sum(axis=-1))))


def _top_p_by_count(z, p):
    _, ordered = _ordered(z)
    count = (np.cumsum(ordered, axis=-1) < p).sum(axis=-1, keepdims=True)
    last = np.take_along_axis(ordered, count, axis=-1)
    a = reference.softmax(z)
    kept = np.where(a >= last, a, 0)
    return kept / kept.sum(axis=-1, keepdims=True)


SHUFFLED = (np.log([0.2, 0.5, 0.3]), 0.6)

with_top_p = Exercise(
    name="ch10.with_top_p",
    is_main=True,
    asks="The softmax over the fewest classes that together have at least the probability p, and 0 for all others.",
    reference=reference.with_top_p,
    probes=logits_and_p,
    expects=shares_in_words,
    hints=(
        "Order the probabilities from the largest to the smallest, and add them up one after the other. Where does the "
        "total reach p?",
        "A class stays if the total *before* it, without its own probability, is still below p. For the first class that "
        "total is 0, so it always stays.",
        "`np.argsort(-z, axis=-1)` gives the places in descending order, and `np.take_along_axis` the probabilities in "
        "that order.",
        "The marks are then in the order of the ranks. `np.put_along_axis` carries them back to the places of their "
        "classes; a logit of −∞ bans the rest.",
    ),
    alternatives=(
        _top_p_by_rows,
        _top_p_by_comparing,
        _top_p_by_count,
        lambda z, p: reference.with_top_p(z.astype(np.float32), p),
        lambda z, p: _only(z, _before(z) < p),
    ),
    mistakes=(
        Mistake(
            "the one that crosses is dropped",
            "You keep the classes while the total *including their own* probability is at most p. So the class with which the "
            "total passes p is lost, and those that stay hold less than p. When the first class alone has more "
            "than p, nothing is left, or only what you rescued. For {input} you return {output}. Which total must you "
            "compare with p?",
            (
                lambda z, p: _only(z, np.cumsum(_ordered(z)[1], axis=-1) <= p),
                lambda z, p: _only(z, (np.cumsum(_ordered(z)[1], axis=-1) <= p) | (np.arange(z.shape[-1]) == 0)),
            ),
            (np.log([0.5, 0.3, 0.2]), 0.6),
        ),
        Mistake(
            "one too many",
            "One class more stays than is needed: the total had reached p before it. For {input} you return {output}. "
            "Counting how many totals lie below p gives the number of classes that are *not yet enough*; one more is enough, "
            "and you take two more. With which class is p reached?",
            (
                lambda z, p: _only(
                    z,
                    np.arange(z.shape[-1]) < (np.cumsum(_ordered(z)[1], axis=-1) < p).sum(axis=-1, keepdims=True) + 2,
                ),
            ),
            (np.log([0.1, 0.15, 0.3, 0.45]), 0.2),
        ),
        Mistake(
            "not divided again",
            "You set the probabilities of the others to 0 and leave the rest as it was, so the numbers no longer sum to "
            "1: for {input} you return {output}. What was cut off has to go to those that stay, in proportion. Which "
            "division is missing, or which logit would make the softmax do it?",
            (lambda z, p: reference.softmax(z) * (_only(z, _before(z) < p) > 0),),
            SHUFFLED,
        ),
        Mistake(
            "in the order of the ranks",
            "Your probabilities come back sorted: for {input} you return {output}. The largest stands first now, and the "
            "first place belongs to class 0, whatever its logit was. Whoever draws from this gets a rank and takes it for a "
            "class. How do the numbers find their way back to the places from which they were taken?",
            (
                lambda z, p: -np.sort(-_only(z, _before(z) < p), axis=-1),
                lambda z, p: np.sort(_only(z, _before(z) < p), axis=-1),
            ),
            SHUFFLED,
        ),
        Mistake(
            "marks in the wrong order",
            "You found out which *ranks* stay, and put these marks on the classes in their original order. The first mark "
            "belongs to the largest probability, wherever that stands. For {input} you return {output}. For logits "
            "that happen to be sorted nobody notices. Which function carries values back to the places given by an `argsort`?",
            (
                lambda z, p: _only(z, _before(z) < p, np.broadcast_to(np.arange(z.shape[-1]), z.shape)),
                lambda z, p: _only(z, np.take_along_axis(_before(z) < p, np.argsort(-z, axis=-1), axis=-1), None),
            ),
            SHUFFLED,
        ),
        Mistake(
            "added up in the order of the classes",
            "You add up the probabilities in the order in which the classes stand, without sorting. What stays is then "
            "decided by the numbering of the classes: for {input} you return {output}, and a very probable class at the end "
            "is cut off. The fewest classes that reach p are the *likeliest*. What has to happen before the cumulative sum?",
            (
                lambda z, p: _only(
                    z,
                    np.cumsum(reference.softmax(z), axis=-1) - reference.softmax(z) < p,
                    np.broadcast_to(np.arange(z.shape[-1]), z.shape),
                ),
            ),
            (np.log([0.1, 0.15, 0.3, 0.45]), 0.2),
        ),
        Mistake(
            "the smallest first",
            "You sort upwards and begin with the least probable classes. For {input} you return {output}: the tail that "
            "should be cut off is what stays. NumPy's `sort` and `argsort` are ascending; a minus sign in front of the "
            "logits, or a step of −1, turns them round. Which class should be counted first?",
            (lambda z, p: _only(z, _before(-z) < p, np.argsort(z, axis=-1)), lambda z, p: _ascending(z, p)),
            SHUFFLED,
        ),
        Mistake(
            "the tail in place of the head",
            "You keep the classes from the one on with which the total reaches p, and drop those before it: for {input} you return "
            "{output}. The most probable class is gone wherever it does not reach p by itself. The order is right and so are the "
            "totals, and your comparison looks the other way. Which total is still below p when a class is *needed*?",
            (lambda z, p: _only(z, np.cumsum(_ordered(z)[1], axis=-1) >= p),),
            SHUFFLED,
        ),
        Mistake(
            "logits of 0",
            "You set the logits of the other classes to 0. A logit of 0 is no ban: its power of e is 1, and here, where all logits "
            "are negative, it is even the largest. For {input} you return {output}, where the classes that should be gone have "
            "the largest shares. Which logit has the power 0?",
            (
                lambda z, p: reference.softmax(np.where(_only(z, _before(z) < p) > 0, z, 0)),
                lambda z, p: reference.softmax(z * (_only(z, _before(z) < p) > 0)),
            ),
            SHUFFLED,
        ),
        Mistake(
            "softmax twice",
            "You hand probabilities to a softmax. For {input} you return {output}. Probabilities differ by less than 1, so the "
            "second softmax makes them nearly equal, and a probability of 0 gets a share again, like a logit of 0. What the "
            "softmax wants are the logits, with those of the other classes at −∞; or divide the probabilities that stay "
            "by their sum. Which of your softmaxes can go?",
            (
                lambda z, p: reference.softmax(np.where(_only(z, _before(z) < p) > 0, reference.softmax(z), -np.inf)),
                lambda z, p: reference.softmax(np.where(_only(z, _before(z) < p) > 0, reference.softmax(z), 0)),
            ),
            SHUFFLED,
        ),
        Mistake(
            "one number for all rows",
            "You find how many classes one row needs and keep as many in every row: for {input} you return {output}. But the number "
            "follows from the probabilities of a row: few where the model is sure, many where it is not. In a batch with a "
            "sure and an unsure row one of the two gets the wrong number. Along which axis do you count, and how many numbers "
            "come out for m rows?",
            tuple(lambda z, p, choose=choose: _as_many_in_every_row(z, p, choose) for choose in (np.max, np.min)),
            (np.log([[0.5, 0.3, 0.2], [0.05, 0.9, 0.05001]]), 0.7),
        ),
        Mistake(
            "totals of the logits",
            "You add up the logits, and p is a probability. For {input} you return {output}. Logits may be negative and have no "
            "total that means anything: the same number added to all of them changes it, although no probability changes. "
            "The p says how much of the *probability* should be kept. Which function has to come before the cumulative sum?",
            (
                lambda z, p: _only(z, np.cumsum(-np.sort(-z, axis=-1), axis=-1) + np.sort(-z, axis=-1) < p),
                lambda z, p: _only(z, np.cumsum(-np.sort(-z, axis=-1), axis=-1) < p),
            ),
            SHUFFLED,
        ),
        Mistake(
            "a threshold for single probabilities",
            "You compare each probability by itself with a limit made of p. But p is what those that stay hold "
            "*together*. For {input} you return {output}. A flat distribution over many words has no large probability at "
            "all, and should keep many; a sharp one keeps one or two. Which running total has to be formed?",
            (
                lambda z, p: _only(z, _ordered(z)[1] >= p),
                lambda z, p: _only(z, _ordered(z)[1] >= 1 - p),
                lambda z, p: _only(z, _ordered(z)[1] > (1 - p) * _ordered(z)[1].max(axis=-1, keepdims=True)),
            ),
            SHUFFLED,
        ),
        Mistake(
            "a share of the classes",
            "You keep a fraction p of the *number* of classes. For {input} you return {output}. That is a top-k in "
            "disguise, and it does not look at the probabilities: it is the same for a model that is certain and for one "
            "that has no idea. Of what should p be reached?",
            (
                lambda z, p: _only(z, np.arange(z.shape[-1]) < np.ceil(p * z.shape[-1])),
                lambda z, p: _only(z, np.arange(z.shape[-1]) < max(1, int(p * z.shape[-1]))),
            ),
            (np.log([0.05, 0.9, 0.03, 0.02]), 0.8),
        ),
        Mistake(
            "one total for the batch",
            "You add up the probabilities of the whole batch. For {input} you return {output}: the total of several rows "
            "reaches p after a few classes of one row, and the others lose what they need. Each row is a distribution of "
            "its own. Along which axis do sorting and the cumulative sum run?",
            (
                lambda z, p: _only(
                    z.reshape(-1), np.cumsum(_flat(z)) - _flat(z) < p * len(z.reshape(-1, z.shape[-1]))
                ).reshape(z.shape),
                lambda z, p: _by_one_list(z, p),
            ),
            (np.log([[0.5, 0.3, 0.2], [0.05, 0.9, 0.05001]]), 0.7),
        ),
        Mistake(
            "one vector only",
            "Your code is right for one vector and not for a batch: for {input} it returns {output}. An index made by `argsort` counts *rows* as soon as there are any, and `cumsum` without an axis runs through all of them. Write down the shape "
            "of every array on the way, once for (K,) and once for (m, K). Which of your steps looks at the first axis, where "
            "the rows are, and how can it be made to look at the last one?",
            (_top_p_of_a_vector,),
            (np.log([[0.5, 0.3, 0.2], [0.05, 0.9, 0.05001]]), 0.7),
            recognise=_right_for_vectors_alone,
        ),
        Mistake(
            "nothing removed",
            "You return the softmax of all classes, {output} for {input}: p plays no part. The long tail of unlikely "
            "classes keeps its share, and in a text of a thousand words it will be drawn from many times. Which entries "
            "should be 0?",
            (lambda z, p: reference.softmax(z),),
            SHUFFLED,
        ),
        Mistake(
            "no shift",
            "Your exponentials are formed from the logits as they are: for {input} you return {output}. Beyond 709 a power "
            "of e is infinite, and far below zero all powers are 0, so the quotient has no value. Subtract the largest "
            "logit of each row first, or call a softmax that does.",
            (lambda z, p: _top_p_unshifted(z, p),),
            (np.array([1000.0, 998.0, 999.0]), 0.9),
        ),
    ),
    remark="Few classes stay where the model is sure, many where it is not.",
)


def _ascending(z, p):
    order = np.argsort(z, axis=-1)
    ordered = np.take_along_axis(reference.softmax(z), order, axis=-1)
    return _only(z, np.cumsum(ordered, axis=-1) - ordered < p, order)


def _flat(z):
    """All probabilities of a batch in one list, the largest first."""
    return -np.sort(-reference.softmax(z).reshape(-1))


def _by_one_list(z, p):
    a = reference.softmax(z)
    ordered = _flat(z)
    last = ordered[(np.cumsum(ordered) - ordered < p).sum() - 1]
    with np.errstate(all="ignore"):
        kept = np.where(a >= last, a, 0)
        return kept / kept.sum(axis=-1, keepdims=True)


def _top_p_unshifted(z, p):
    a = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    order = np.argsort(-a, axis=-1)
    ordered = np.take_along_axis(a, order, axis=-1)
    stays = np.zeros(z.shape, dtype=bool)
    np.put_along_axis(stays, order, np.cumsum(ordered, axis=-1) - ordered < p, axis=-1)
    return a * stays / (a * stays).sum(axis=-1, keepdims=True)


# 10.6 -----------------------------------------------------------------------------------------------------------------


def _noise(u):
    return -np.log(-np.log(u))


def _one_row_after_the_other(z, u):
    if z.ndim > 1:
        return [_one_row_after_the_other(*row) for row in zip(z, u, strict=True)]
    scores = [logit - math.log(-math.log(chance)) for logit, chance in zip(z, u, strict=True)]
    return scores.index(max(scores))


def _with_normal_noise(z, u, spread):
    from scipy.special import ndtri

    return (z + spread * ndtri(u)).argmax(axis=-1)


def _asks_a_generator(seen):
    """Whether the answer itself names a random generator."""
    code = getattr(seen.answer, "__code__", None)
    return code is not None and not {"random", "default_rng", "rng"}.isdisjoint(code.co_names)


COIN = (np.array([0.0, 0.0]), np.array([0.3, 0.9]))
ALONE = (np.array([2.0, 1.0, 0.1]), np.array([0.2, 0.7, 0.95]))
CLEAR_LEAD = (np.array([3.0, 0.0]), np.array([0.3, 0.7]))
MANY = (np.array([[2.0, 1.0, 0.1], [0.0, 1.0, 0.5]]), np.array([[0.2, 0.7, 0.95], [0.9, 0.4, 0.3]]))

gumbel_max = Exercise(
    name="ch10.gumbel_max",
    asks="A class drawn as softmax says: the place of the largest logit after Gumbel noise was added.",
    reference=reference.gumbel_max,
    probes=logits_and_uniform_numbers,
    expects=classes_in_words,
    hints=(
        "The uniform numbers are given, so nothing in your function is random. Turn each of them into a number with the "
        "Gumbel distribution first.",
        "Two logarithms, and a minus sign in front of each: the inner one turns a number between 0 and 1 into a positive "
        "one, the outer one into any number.",
        "Add the noise to the logits themselves, without a softmax. What is asked for is the place of the largest sum in "
        "each row, not its value.",
    ),
    alternatives=(
        _one_row_after_the_other,
        lambda z, u: np.argmin(np.log(-np.log(u)) - z, axis=-1),
        lambda z, u: np.argmin(-np.log(u) * np.exp(z.max(axis=-1, keepdims=True) - z), axis=-1),
        lambda z, u: np.argmax(reference.log_softmax(z) + _noise(u), axis=-1),
        lambda z, u: np.argsort(z + _noise(u), axis=-1)[..., -1],
    ),
    mistakes=(
        Mistake(
            "uniform noise",
            "You add the uniform numbers as they are. They lie between 0 and 1, so a class that trails by more than 1 is "
            "never drawn, although softmax would draw it. For {input} you return {output}. The noise that reproduces a "
            "softmax has a long tail upwards, as the powers of e have. Which two logarithms make it out of a uniform "
            "number?",
            (lambda z, u: (z + u).argmax(axis=-1),),
            ALONE,
        ),
        Mistake(
            "one logarithm",
            "You take one logarithm of the uniform number, so your noise has the exponential distribution. It ends at 0 on "
            "one side, where Gumbel noise goes on: the frequencies are not those of a softmax. For {input} you return "
            "{output}. The clock of the section had an exponential waiting time; what was done with it to turn a product "
            "into a sum?",
            (lambda z, u: (z - np.log(u)).argmax(axis=-1), lambda z, u: (z + np.log(u)).argmax(axis=-1)),
            MANY,
        ),
        Mistake(
            "the other sign",
            "You *add* the logarithm of the waiting time where it has to be subtracted. Then the clock that rings last "
            "would help, and for {input} you return {output}. Two coins with equal logits show it: the larger uniform number "
            "should win, because it rings first. How many minus signs stand in the formula of the noise?",
            (lambda z, u: (z + np.log(-np.log(u))).argmax(axis=-1), lambda z, u: (z - _noise(u)).argmax(axis=-1)),
            COIN,
        ),
        Mistake(
            "1 − u in place of u",
            "You take 1 − u where the formula has u. That is a uniform number, too, so your draws have the right frequencies, and "
            "they are other draws: for {input} you return {output}. Whoever wants to repeat a draw, or compare two programs, has to "
            "turn the same numbers into the same noise. In the formula of the section a *larger* uniform number makes its clock "
            "ring earlier. Which way round does yours work?",
            (lambda z, u: (z + _noise(1 - u)).argmax(axis=-1),),
            COIN,
        ),
        Mistake(
            "normal noise",
            "Your noise is normal: for {input} you return {output}. On a few draws it can hardly be told from the right one, and "
            "over many of them the unlikely classes are drawn far too rarely, because a normal distribution has a thin tail. "
            "The chi-squared test of the section refuses it. The softmax needs the noise whose upper tail falls like a power of "
            "e. Which distribution is that, and which two steps make it from `u`?",
            (lambda z, u: _with_normal_noise(z, u, 1.0), lambda z, u: _with_normal_noise(z, u, math.pi / math.sqrt(6))),
            (np.array([2.0, 0.0]), np.array([0.5, 0.93])),
        ),
        Mistake(
            "noise on the probabilities",
            "You take the softmax first and add the noise to the probabilities. They differ by less than 1, so the noise "
            "drowns them, and nearly equal shares come out whatever the logits say. For {input} you return {output}. "
            "The noise belongs to the logits, and the softmax is not computed at all: the maximum does its work.",
            (lambda z, u: (reference.softmax(z) + _noise(u)).argmax(axis=-1),),
            CLEAR_LEAD,
        ),
        Mistake(
            "a chance of its own",
            "Your function asks a random generator, so it returns something else at every call, and the numbers in `u` are not "
            "what decides. The distribution may well be right; but a function whose chance comes in from outside can be "
            "tested, and repeated with other logits and the same luck. Which numbers play the part of the generator here?",
            (
                lambda z, u: (z + np.random.default_rng().gumbel(size=z.shape)).argmax(axis=-1),
                lambda z, u: np.argmax(z - np.log(-np.log(np.random.default_rng().random(z.shape))), axis=-1),
            ),
            recognise=_asks_a_generator,
        ),
        Mistake(
            "no logits",
            "You return the place of the largest noise, {output} for {input}. The noise alone draws every class equally often, "
            "whatever the logits are. A larger logit has to move its class upwards by exactly as much. Where does `z` enter "
            "your sum?",
            (lambda z, u: _noise(u).argmax(axis=-1), lambda z, u: u.argmax(axis=-1)),
            CLEAR_LEAD,
        ),
        Mistake(
            "the hard maximum",
            "You return the class with the largest logit, {output} for {input}, whatever the uniform numbers are. That is "
            "not a draw: the same logits give the same class for ever. Without noise there is no chance, and a softmax "
            "draws the second class now and then. Where do the uniform numbers enter?",
            (lambda z, u: z.argmax(axis=-1),),
            ALONE,
        ),
        Mistake(
            "the value in place of the class",
            "You return the largest sum itself, {output} for {input}. What is drawn is a class, and it is known by its "
            "*place* in the row. The size of the largest sum has a distribution of its own, and tells nothing about who won. "
            "Which NumPy function returns the place of the maximum?",
            (lambda z, u: (z + _noise(u)).max(axis=-1),),
            ALONE,
        ),
        Mistake(
            "argmax without axis",
            "You ask for the place of the largest number in the whole batch and get one flat index: {output} for {input}. "
            "Each row is a draw of its own. For one vector nobody notices. Which axis holds the classes?",
            (lambda z, u: (z + _noise(u)).argmax(),),
            MANY,
        ),
        Mistake(
            "wrong axis",
            "Your maximum runs down the columns: for each *class* you return the row in which it did best. For {input} "
            "that is {output}, one number for every class where one for every row was asked for. Which number names the "
            "last axis?",
            (lambda z, u: (z + _noise(u)).argmax(axis=0),),
            MANY,
        ),
    ),
    remark="A maximum of noisy logits is a draw from their softmax, without a power of e or a sum.",
)


# 10.7 -----------------------------------------------------------------------------------------------------------------


def _program(W, i, gap=-1.0, bounds=(None, None), sign=1, others=None):
    """Whether the linear program of the section has a solution, with the step that goes wrong as an argument."""
    from scipy.optimize import linprog

    others = np.delete(W, i, axis=1) if others is None else others
    differences = sign * (others - W[:, [i]]).T
    solved = linprog(np.zeros(len(W)), A_ub=differences, b_ub=np.full(len(differences), gap), bounds=bounds)
    return solved.status == 0


def _largest_margin(W, i):
    from scipy.optimize import linprog

    differences = (np.delete(W, i, axis=1) - W[:, [i]]).T
    table = np.column_stack([differences, np.ones(len(differences))])
    solved = linprog([0] * len(W) + [-1], A_ub=table, b_ub=np.zeros(len(table)), bounds=[(-1, 1)] * (len(W) + 1))
    return solved.x[-1] > 1e-7


def _by_trials(W, i):
    inputs = np.random.default_rng(0).normal(size=(1_000, len(W)))
    return i in (inputs @ W).argmax(axis=1)


def _outside_the_hull(W, i):
    from scipy.optimize import nnls

    others = np.delete(W, i, axis=1)
    _, distance = nnls(np.vstack([others, np.ones(others.shape[1])]), np.append(W[:, i], 1.0))
    return distance > 1e-8


def _with_two_halves(W, i):
    from scipy.optimize import linprog

    differences = (np.delete(W, i, axis=1) - W[:, [i]]).T
    split = np.hstack([differences, -differences])  # x as a difference of two vectors that are nowhere negative
    return bool(linprog(np.ones(split.shape[1]), A_ub=split, b_ub=-np.ones(len(split))).success)


def _the_input_found(W, i):
    from scipy.optimize import linprog

    differences = (np.delete(W, i, axis=1) - W[:, [i]]).T
    return linprog(np.zeros(len(W)), A_ub=differences, b_ub=-np.ones(len(differences)), bounds=(None, None)).x


def _inputs_or_nothing(seen):
    """Whether an input came back where the class can win, and None where it cannot."""
    return len(seen.results) == len(seen.probes) and all(
        (np.shape(result.value) == (len(inputs[0]),) and not result.problem) if can else result.detail == NOTHING
        for inputs, result, can in zip(seen.probes, seen.results, seen.expected, strict=True)
    )


def _as_numbers(W, i):
    return int(reference.can_win(W, i))


ON_A_LINE = (np.array([[1.0, -1.0, 0.5]]), 2)
NEGATIVE_SIDE = (np.array([[1.0, -1.0, 0.5]]), 1)
TRIANGLE = (np.array([[2.0, -1.0, -1.0, 0.1], [0.0, 2.0, -2.0, 0.2]]), 3)

can_win = Exercise(
    name="ch10.can_win",
    asks="Whether any input gives class i the strictly largest logit of x @ W.",
    reference=reference.can_win,
    probes=weights_and_a_class,
    expects=yes_or_no,
    hints=(
        "The unknown is the input x, with one number for each feature. Write the sentence *class i beats class k by at "
        "least 1* as an inequality for x, with x on the left.",
        "`linprog` wants `A_ub @ x <= b_ub`: one row for each rival, its column of W minus the column of class i. What "
        "stands on the right?",
        "Nothing is to be made small, so the costs are zeros. Unless it is told otherwise, `linprog` looks for an x without "
        "negative numbers: its argument `bounds` has to allow them.",
        "`status` is 0 when a solution was found and 2 when there is none.",
    ),
    alternatives=(
        _largest_margin,
        _outside_the_hull,
        _with_two_halves,
        _as_numbers,
        lambda W, i: _program(W, i, sign=-1),  # who is smallest for x is largest for −x
        lambda W, i: reference.mixture_of_others(W, i) is None,
    ),
    mistakes=(
        Mistake(
            "bounds of linprog",
            "You let `linprog` look for an input whose numbers are all at least 0, which is what it does unless it is told "
            "otherwise. A class that wins for negative inputs alone is then declared a loser: for {input} you return "
            "{output}, although the input −1 lets it win. Which argument says from where to where each number may go?",
            (lambda W, i: _program(W, i, bounds=(0, None)),),
            NEGATIVE_SIDE,
        ),
        Mistake(
            "yes for every class",
            "You return {output} for {input}, and the same for every class. Inequalities that ask class i to be *at least as good* "
            "as the others do that: the input 0 satisfies them, because all logits are then 0. A strict inequality is not allowed in "
            "a linear program; but whoever wins by a little wins by 1 with a longer input. Or the result object of `linprog` "
            "is read as a truth value, and it always counts as True. What stands on the right side, and what do you return?",
            (lambda W, i: _program(W, i, gap=0.0), lambda W, i: _program(W, i, gap=1.0), lambda W, i: True),
            ON_A_LINE,
        ),
        Mistake(
            "no for every class",
            "You return {output} for {input}, and the same for every class. It happens when class i is compared with all classes, "
            "itself included: one row of the inequalities then reads *0 at most −1*, and there is no solution. It also happens when "
            "something is to be made large that has no limit, since then the status is never 0. Which class has to be left "
            "out, and are your costs zeros?",
            (lambda W, i: _program(W, i, others=W), lambda W, i: False),
            (np.array([[1.0, -1.0, 0.5]]), 0),
        ),
        Mistake(
            "rows in place of columns",
            "You take row i of the table for the weights of class i. In this course a class is a *column* of W, which has "
            "one row for each feature. For {input} your answer is {output}, an answer about something else, or an error where "
            "there are more classes than features. Along which axis do the classes lie?",
            (lambda W, i: _program(W.T, i),),
            (np.array([[0.5, 1.0, -1.0], [0.0, 0.0, 0.0]]), 0),
        ),
        Mistake(
            "tried in one direction",
            "You try a single input, the one that points where the weights of class i point. If it wins there, it can win; "
            "but if it does not, another input may still let it win. For {input} you return {output}, although an input "
            "exists. One failure proves nothing about all inputs. Which tool looks at all of them at once?",
            (
                lambda W, i: bool(
                    (W.T @ W[:, i]).argmax() == i and (np.delete(W, i, 1).T @ W[:, i] < W[:, i] @ W[:, i]).all()
                ),
                lambda W, i: bool((W.T @ W[:, i]).argmax() == i),
            ),
            (np.array([[4.0, 4.0, 0.0], [0.0, 1.0, 3.0]]), 0),
        ),
        Mistake(
            "a number of trials",
            "You try random inputs and see whether class i ever wins. If it does, that is a proof; if it does not, the next "
            "input might have been the one. In one of the tests a class wins only in a sector about a hundredth of a degree wide, "
            "and in another it never does better than a tie. Trials cannot tell *never* from *rarely*. Which tool looks at all "
            "inputs at once?",
            (_by_trials,),
            recognise=_asks_a_generator,
        ),
        Mistake(
            "one rival at a time",
            "You ask for each rival separately whether some input lets class i beat it. That is so for every pair of "
            "different columns: for {input} you return {output}. But each of these inputs may be another one, and the class "
            "has to beat all rivals with *one and the same* input. Where do the inequalities have to meet?",
            (
                lambda W, i: all(bool((W[:, k] != W[:, i]).any()) for k in range(W.shape[1]) if k != i),
                lambda W, i: bool((np.delete(W, i, axis=1) != W[:, [i]]).any(axis=0).all()),
            ),
            TRIANGLE,
        ),
        Mistake(
            "the longest vector wins",
            "You compare the lengths of the weight vectors. A long column makes large logits, but it is the *place* that "
            "counts: a short vector on the border of all others wins in its own direction, and a long one between two "
            "longer ones never does. For {input} you return {output}. What does the figure of the section show about the "
            "classes that win?",
            (
                lambda W, i: bool((W**2).sum(axis=0).argmax() == i),
                lambda W, i: bool((W**2).sum(axis=0)[i] > np.median((W**2).sum(axis=0))),
            ),
            (np.array([[3.0, 0.0, 1.6], [0.0, 3.0, 1.6]]), 2),
        ),
        Mistake(
            "no and yes exchanged",
            "Your answers are the right ones turned round: {output} for {input}. `linprog` reports the status 0 when it has "
            "*found* a solution and 2 when there is none; read as a truth value, a success looks like False. The "
            "function is called `can_win`. Which comparison makes True out of a solution?",
            (lambda W, i: not reference.can_win(W, i), lambda W, i: 0 if reference.can_win(W, i) else 2),
            NEGATIVE_SIDE,
        ),
        Mistake(
            "a box too small",
            "You look for the input within fixed limits. But a class that wins by a little wins by 1 only with a *long* input, and "
            "how long it has to be depends on the weights: for {input} you return {output}, although a longer input exists. All "
            "differences grow with the length of x, so any fixed limit is too small for some weights. What does the argument "
            "`bounds` take for *no limit*?",
            tuple(lambda W, i, far=far: _program(W, i, bounds=(-far, far)) for far in (1, 10, 100)),
            (np.array([[0.002, 0.004, -0.003]]), 1),
        ),
        Mistake(
            "the input in place of the answer",
            "You return the input that the program has found, or None where there is none: {output} for {input}. An input is a proof "
            "that class i can win, and it is good to have. The question was *whether* there is one. `status` says that, and so does "
            "`success`. How does a comparison make True or False out of it?",
            (_the_input_found,),
            (np.array([[1.0, -1.0, 0.5]]), 0),
            recognise=_inputs_or_nothing,
        ),
    ),
    remark="A linear program looks at all inputs at once, which no number of trials can do.",
)

# Several mistakes of this bank answer every question alike, so the engine's own mistake of that kind would never be named.
can_win.mistakes = tuple(mistake for mistake in can_win.mistakes if mistake.name != "the argument is not used")


# 10.8 -----------------------------------------------------------------------------------------------------------------


def _threshold(z):
    """The right threshold of each row, (..., 1)."""
    ordered = -np.sort(-z, axis=-1)
    thresholds = (np.cumsum(ordered, axis=-1) - 1) / np.arange(1, z.shape[-1] + 1)
    kept = (ordered > thresholds).sum(axis=-1, keepdims=True)
    return np.take_along_axis(thresholds, kept - 1, axis=-1)


def _sparsemax_of_a_vector(z):
    ordered = np.sort(z)[::-1]
    sums = np.cumsum(ordered)
    count = int((1 + np.arange(1, len(z) + 1) * ordered > sums).sum())
    return np.maximum(z - (sums[count - 1] - 1) / count, 0)


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


def _clip_and_divide(z):
    positive = np.maximum(z, 0)
    return positive / positive.sum(axis=-1, keepdims=True)


def _with_the_mean_of_those_above_it(z):
    ordered = -np.sort(-z, axis=-1)
    means = np.cumsum(ordered, axis=-1) / np.arange(1, z.shape[-1] + 1)
    kept = np.maximum((ordered > means).sum(axis=-1, keepdims=True), 1)
    return np.maximum(z - np.take_along_axis(means, kept - 1, axis=-1), 0)


def _sparsemax_filled(z):
    result = np.zeros_like(z)
    result[...] = reference.sparsemax(z)
    return result


FIRST = (np.array([0.5, 0.0]),)
WITH_A_ZERO = (np.array([2.0, 1.0, 0.1]),)
A_BATCH = (np.array([[0.5, 0.0], [3.0, 0.2]]),)

sparsemax = Exercise(
    name="ch10.sparsemax",
    is_main=True,
    asks="The point of the simplex that is nearest to the logits, for one vector or for each row of a batch.",
    reference=reference.sparsemax,
    probes=vectors_and_batches,
    scale=lambda z: max(1.0, float(np.abs(z).max())),
    expects=shares_in_words,
    hints=(
        "The result is the positive part of z − τ. If you knew how many classes stay above 0, how would you find τ from "
        "the condition that they sum to 1?",
        "Sort each row downwards. If the first k classes stay, τ is their sum minus 1, divided by k. `np.cumsum` gives "
        "these sums for all k at once.",
        "The right k is the largest for which the k-th logit still lies above its own τ. Count for how many that is so.",
        "For a batch, keep the last axis with length 1: count with `keepdims=True`, and take the threshold of each row with "
        "`np.take_along_axis`.",
    ),
    alternatives=(
        _sparsemax_by_halving,
        _sparsemax_by_dropping,
        _sparsemax_with_a_loop,
        lambda z: reference.sparsemax(z.astype(np.float32)),
        lambda z: np.clip(z - _threshold(z), 0, None),
    ),
    mistakes=(
        Mistake(
            "clip and divide",
            "You set negative logits to 0 and divide by the sum of the others. The result sums to 1, but it changes when "
            "the same number is added to all logits, and it has no value when all are negative. For {input} you return "
            "{output}; a nearer point exists. On the way to the nearest point, what is taken off every logit "
            "before the negative ones are cut?",
            (_clip_and_divide,),
            FIRST,
        ),
        Mistake(
            "softmax",
            "You return the softmax, {output} for {input}. It has no zeros, however far a class trails. Sparsemax is "
            "asked: no exponential at all, a number τ is taken off each logit, and what falls below 0 becomes 0. Which "
            "τ makes the rest sum to 1?",
            (lambda z: reference.softmax(z),),
            WITH_A_ZERO,
        ),
        Mistake(
            "not cut at 0",
            "You take the same number off all logits so that they sum to 1, and stop. That is the nearest point of the "
            "*plane* on which the sum is 1, and it may lie outside of the simplex: for {input} you return {output}, with a "
            "negative share. After cutting it at 0 the sum is no longer 1, so τ has to be another one. Over which classes "
            "may it be computed?",
            (lambda z: z - (z.sum(axis=-1, keepdims=True) - 1) / z.shape[-1],),
            WITH_A_ZERO,
        ),
        Mistake(
            "threshold over all classes",
            "You compute τ from all classes and cut at 0 afterwards. The classes that become 0 had helped to determine τ, "
            "with negative shares; without them the rest sums to more than 1. For {input} you return {output}. Sorting upwards "
            "has the same effect. Only those that *stay* may enter τ. How do you find out which they are?",
            (
                lambda z: np.maximum(z - (z.sum(axis=-1, keepdims=True) - 1) / z.shape[-1], 0),
                lambda z: _clip_and_divide(z - (z.sum(axis=-1, keepdims=True) - 1) / z.shape[-1]),
            ),
            WITH_A_ZERO,
        ),
        Mistake(
            "the 1 forgotten",
            "Your threshold is the mean of the logits that stay, so what is left of them sums to 0 and not to 1. For {input} "
            "you return {output}. From k logits with the sum s, the number τ is taken k times, and 1 has to be left: "
            "s − kτ = 1. What does that say about τ?",
            (
                lambda z: np.maximum(z - z.mean(axis=-1, keepdims=True), 0),
                _with_the_mean_of_those_above_it,
                lambda z: np.maximum(z - _threshold(z) - 1 / (z > _threshold(z)).sum(axis=-1, keepdims=True), 0),
            ),
            FIRST,
        ),
        Mistake(
            "the largest logit alone",
            "Your τ is the largest logit less 1, as if one class stayed. For {input} you return {output}: whatever trails by less "
            "than 1 keeps something, and the winner keeps a whole 1 beside it, so the sum is above 1. The shares have to sum to 1 "
            "*together*. How many classes are above your τ, and what would τ have to be for that many?",
            (lambda z: np.maximum(z - (z.max(axis=-1, keepdims=True) - 1), 0),),
            FIRST,
        ),
        Mistake(
            "the hard maximum",
            "You give the largest logit everything: {output} for {input}. That is a corner of the simplex, and the nearest "
            "point is a corner only if the winner leads by 1 or more. For closer logits sparsemax lies on an edge or in "
            "the inside. Which classes stay when the lead is smaller than 1?",
            (
                lambda z: (z == z.max(axis=-1, keepdims=True)).astype(float),
                lambda z: np.eye(z.shape[-1])[z.argmax(axis=-1)],
            ),
            FIRST,
        ),
        Mistake(
            "the result is sorted",
            "Your shares come back in the order of their size, so the first of them no longer belongs to class 0: for "
            "{input} you return {output}. Sort to find τ; then subtract it from the logits in their *own* order. Which of "
            "your two arrays stands in the last line?",
            (
                lambda z: -np.sort(-reference.sparsemax(z), axis=-1),
                lambda z: np.sort(reference.sparsemax(z), axis=-1),
            ),
            (np.array([0.0, 3.0]),),
        ),
        Mistake(
            "the wrong count",
            "Your τ mixes two counts: the sum of so many logits is divided by another number, or the count of the classes that "
            "stay is off by one. For {input} you return {output}. If k classes stay, their sum stands at the index k − 1, and it is divided by k. "
            "Write both down for two classes and compare with your code.",
            (
                lambda z: _with_count(z, 1),
                lambda z: _with_count(z, -1),
                lambda z: np.maximum(z - _wrong_divisor(z), 0),
                lambda z: _with_count_unless_all_stay(z),
                lambda z: _divided_by_all(z),
                lambda z: np.maximum(
                    z - (z.sum(axis=-1, keepdims=True) - 1) / (z > _threshold(z)).sum(axis=-1, keepdims=True), 0
                ),
            ),
            FIRST,
        ),
        Mistake(
            "sum over the whole batch",
            "You project the whole batch at once, so all rows together share a single 1: for {input} you return {output}. "
            "Each row is a distribution of its own and needs its own τ. For one vector nobody notices. Along which axis do "
            "sorting, sums and counting run?",
            (lambda z: reference.sparsemax(z.reshape(-1)).reshape(z.shape),),
            A_BATCH,
        ),
        Mistake(
            "wrong axis",
            "You project the columns: for {input} you return {output}, whose columns sum to 1. A row is one example with "
            "its classes on the last axis. For one vector the first axis is also the last, so nothing shows there. Which "
            "number names the last axis?",
            (lambda z: reference.sparsemax(z.T).T,),
            (np.array([[0.4, 0.5, 0.3], [9.0, 8.6, 8.8]]),),
        ),
        Mistake(
            "no keepdims",
            "The thresholds of the rows have the shape (m,), and NumPy lines them up with the *columns*. For most shapes "
            "that is an error; for a square batch it is silent: for {input} you return {output}. How does a vector of m "
            "numbers become a column that meets its own rows?",
            (lambda z: np.maximum(z - _threshold(z)[..., 0], 0),),
            A_BATCH,
        ),
        Mistake(
            "one vector only",
            "Your code is right for one vector and not for a batch: for {input} it returns {output}. `cumsum` without an axis runs through the whole batch, and `[::-1]` turns the rows round. Write down the shape "
            "of every array on the way, once for (K,) and once for (m, K). Which of your steps looks at the first axis, where "
            "the rows are, and how can it be made to look at the last one?",
            (_sparsemax_of_a_vector,),
            A_BATCH,
            recognise=_right_for_vectors_alone,
        ),
        Mistake(
            "small probabilities cut off",
            "You take the softmax, set what is small to 0, and divide again. There are zeros now, and it is still not "
            "the nearest point: for {input} you return {output}. Where you cut is a number of your own choice, and the "
            "result jumps when a class passes it. Sparsemax has no such number, and no exponential. From which "
            "condition does τ come?",
            tuple(
                lambda z, limit=limit: (
                    np.where(reference.softmax(z) < limit, 0, reference.softmax(z))
                    / np.where(reference.softmax(z) < limit, 0, reference.softmax(z)).sum(axis=-1, keepdims=True)
                )
                for limit in (0.05, 0.1)
            ),
            WITH_A_ZERO,
        ),
        Mistake(
            "zeros of the wrong type",
            "You fill an array that took over the type of `z`. For integer logits it holds integers alone, so every share "
            "is cut to 0 or 1: for {input} you return {output}. Nothing warns you. Let the subtraction of τ make a new "
            "array, which then has the right type by itself, or ask for floats.",
            (_sparsemax_filled,),
            (np.array([1, 0, 1]),),
        ),
    ),
    remark="The nearest distribution, with exact zeros for the classes that trail too far.",
)


def _with_count(z, wrong_by):
    ordered = -np.sort(-z, axis=-1)
    thresholds = (np.cumsum(ordered, axis=-1) - 1) / np.arange(1, z.shape[-1] + 1)
    kept = (ordered > thresholds).sum(axis=-1, keepdims=True)
    return np.maximum(z - np.take_along_axis(thresholds, (kept - 1 + wrong_by) % z.shape[-1], axis=-1), 0)


def _wrong_divisor(z):
    ordered = -np.sort(-z, axis=-1)
    sums = np.cumsum(ordered, axis=-1)
    kept = (ordered > (sums - 1) / np.arange(1, z.shape[-1] + 1)).sum(axis=-1, keepdims=True)
    return (np.take_along_axis(sums, kept - 1, axis=-1) - 1) / np.maximum(kept - 1, 1)


def _with_count_unless_all_stay(z):
    ordered = -np.sort(-z, axis=-1)
    thresholds = (np.cumsum(ordered, axis=-1) - 1) / np.arange(1, z.shape[-1] + 1)
    kept = (ordered > thresholds).sum(axis=-1, keepdims=True)
    return np.maximum(z - np.take_along_axis(thresholds, np.minimum(kept, z.shape[-1] - 1), axis=-1), 0)


def _divided_by_all(z):
    ordered = -np.sort(-z, axis=-1)
    thresholds = (np.cumsum(ordered, axis=-1) - 1) / z.shape[-1]
    kept = (ordered > thresholds).sum(axis=-1, keepdims=True)
    return np.maximum(z - np.take_along_axis(thresholds, kept - 1, axis=-1), 0)
