"""Exercise 10.1: for every query the mean of the values, weighted by the softmax of its scores."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs

# The domain


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


def size_of_the_values(Q, K, V):
    """The largest absolute value, and more for scores so large that float32 has few digits left behind the point."""
    return float(np.abs(V).max() * max(1.0, np.abs(Q).max() * np.abs(K).max() * math.sqrt(Q.shape[1]) / 30))


def table_of_values(Q, K, V):
    """The form of an attention."""
    each = "the one query" if len(Q) == 1 else f"each of {len(Q)} queries"
    return f"an array of the shape {(len(Q), V.shape[1])}, a mean of the values for {each},"


# Right answers


def _shares(z, axis=-1):
    exponentials = np.exp(z - z.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


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


mistakes = Bank()

attention = Exercise(
    name="ch10.attention",
    is_main=True,
    asks="For every query the mean of the values, weighted by the softmax of its scores over the root of the width.",
    reference=reference.attention,
    probes=queries_keys_and_values,
    expects=table_of_values,
    scale=size_of_the_values,
    hints=paragraphs("""
        Start with the table of scores: one row for each query, one column for each key. Which product of two matrices
        has the scalar product of query i and key j in row i and column j?

        Divide the table by the root of the width, the number of columns of Q. Then each *row* becomes shares. You may
        call `reference.softmax`, which takes the last axis by itself.

        A row of weights times the table of values is a weighted mean of the rows of V. One more matrix product does it
        for all queries.
    """),
    alternatives=(
        _query_by_query,
        _attention_in_float32,
        lambda Q, K, V: reference.attention_in_blocks(Q, K, V, 1),
        lambda Q, K, V: np.einsum("nm,mv->nv", _shares(np.einsum("nd,md->nm", Q, K) * Q.shape[1] ** -0.5), V),
        lambda Q, K, V: reference.softmax(Q @ K.T, temperature=np.sqrt(Q.shape[1])) @ V,
        lambda Q, K, V: (V.T @ _shares(K @ (Q / np.sqrt(K.shape[1])).T, axis=0)).T,
    ),
    bank=mistakes,
    remark="Scores, shares, a mean: a look-up that can be differentiated.",
)


# Mistakes


def _scores(Q, K, scale=None):
    return Q @ K.T / (math.sqrt(Q.shape[1]) if scale is None else scale)


LOOK_UP = (np.array([[1.0, 0.0, 0.0, 0.0]]), np.array([[2.0, 0, 0, 0], [0.0, 2, 0, 0]]), np.array([[10.0], [20.0]]))


@mistakes.mistake(*LOOK_UP)
def no_root_of_the_width(Q, K, V):
    """
    You take the softmax of the plain scalar products. A sum of d products grows with d: for random queries and keys
    its spread is the root of d, so wide vectors make huge scores, one key takes everything, and the slopes of the
    softmax die. For {input} you return {output}. Which property of `Q` says by how much the scores are to be
    divided?
    """
    return _shares(_scores(Q, K, 1.0)) @ V


@mistakes.mistake(*LOOK_UP)
def divided_by_the_width(Q, K, V):
    """
    You divide the scores by the width d itself. That is too much: the spread of a sum of d independent products
    grows with the *root* of d, so your scores shrink to nothing when d grows, and every key gets the same weight.
    For {input} you return {output}. What is the standard deviation of a sum of d terms with variance 1?
    """
    return _shares(_scores(Q, K, Q.shape[1])) @ V


@mistakes.mistake(*LOOK_UP)
def multiplied_by_the_root(Q, K, V):
    """
    You multiply the scores by the root of the width where they have to be divided. Their spread should come down to
    1, and it grows to d: for {input} you return {output}, nearly the value of one key alone. A temperature stands
    below the line (chapter 1). On which side of the scores does your root stand?
    """
    return _shares(_scores(Q, K, 1 / math.sqrt(Q.shape[1]))) @ V


@mistakes.mistake(*LOOK_UP)
def root_of_another_size(Q, K, V):
    """
    You divide by the root of another size: the number of queries or keys, or the width of the *values*. None of
    these changes how large a single scalar product is; how many numbers are multiplied and added in it does. For
    {input} you return {output}. Which axis of `Q` and `K` is summed over in a score?
    """
    return _shares(_scores(Q, K, math.sqrt(len(K)))) @ V


root_of_another_size.also(
    lambda Q, K, V: _shares(_scores(Q, K, math.sqrt(len(Q)))) @ V,
    lambda Q, K, V: _shares(_scores(Q, K, math.sqrt(V.shape[1]))) @ V,
)

SQUARE = (np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 3.0], [-1.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]]))


@mistakes.mistake(*SQUARE)
def a_fixed_number(Q, K, V):
    """
    You divide by the same number, whatever the width is. A 2 is right for tables of the width 4, the example of the
    section, and for no other: for {input} you return {output}. The spread of the scores grows with the width, so
    what they are divided by has to grow with it. Which number of `Q.shape` belongs in the place of yours, and what
    has to be done with it first?
    """
    return _shares(_scores(Q, K, 2.0)) @ V


a_fixed_number.also(lambda Q, K, V: _shares(_scores(Q, K, 8.0)) @ V)


@mistakes.mistake(*LOOK_UP)
def divided_after_the_softmax(Q, K, V):
    """
    You divide by the root of the width *after* the softmax. Then the weights of a query no longer sum to 1: for
    {input} you return {output}, which does not even lie between the values 10 and 20. And the softmax has seen the
    large scores that the division was meant to spare it. Which of your two steps must come first?
    """
    return _shares(_scores(Q, K, 1.0)) / math.sqrt(Q.shape[1]) @ V


@mistakes.mistake(*LOOK_UP)
def wrong_axis(Q, K, V):
    """
    Your softmax runs down the columns: the *queries* share each key, where each query should share out its weight
    over the keys. With one query every weight is then 1: for {input} you return {output}, the sum of all values.
    Rows of scores belong to queries. Over which axis of that table must the weights sum to 1?
    """
    return _shares(_scores(Q, K), axis=0) @ V


@mistakes.mistake(*SQUARE)
def sum_over_the_whole_table(Q, K, V):
    """
    You take one softmax over the whole table of scores, so all queries together share a single 1. Each query asks
    on its own and needs a row of weights that sums to 1. With a single query nobody notices; for {input} you return
    {output}, means that are too small. Which axis holds the keys, and which argument keeps the rows apart?
    """
    return (np.exp(_scores(Q, K) - _scores(Q, K).max()) / np.exp(_scores(Q, K) - _scores(Q, K).max()).sum()) @ V


@mistakes.mistake(*SQUARE)
def no_keepdims(Q, K, V):
    """
    The sums of the rows have the shape (n,), and NumPy lines them up with the *columns* of the scores. Where there
    are as many queries as keys this is silent: for {input} you return {output}; elsewhere it is an error or a wrong
    table. It is the mistake of chapter 1, in the table of scores. Which argument keeps the summed axis?
    """
    return (
        np.exp(_scores(Q, K) - _scores(Q, K).max(axis=1, keepdims=True))
        / np.exp(_scores(Q, K) - _scores(Q, K).max(axis=1, keepdims=True)).sum(axis=1)
    ) @ V


no_keepdims.also(lambda Q, K, V: np.exp(_scores(Q, K)) / np.exp(_scores(Q, K)).sum(axis=1) @ V)

LARGE_SCORES = (np.array([[2000.0]]), np.array([[1.0], [0.999]]), np.array([[1.0], [0.0]]))


@mistakes.mistake(*LARGE_SCORES)
def no_shift(Q, K, V):
    """
    You raise e to the scores as they are. Scores are sums of products and have no bound: from 710 on the power is
    infinite, and when all scores are very negative, every power is 0. For {input} you return {output}. The softmax
    of chapter 1 subtracts the largest score of each row first. Why not call it?
    """
    return np.exp(_scores(Q, K)) / np.exp(_scores(Q, K)).sum(axis=1, keepdims=True) @ V


no_shift.also(lambda Q, K, V: np.exp(_scores(Q, K)) @ V / np.exp(_scores(Q, K)).sum(axis=1, keepdims=True))


@mistakes.mistake(np.array([[1000.0], [-1000.0]]), np.array([[1.0], [0.999]]), np.array([[1.0], [0.0]]))
def one_maximum_for_the_table(Q, K, V):
    """
    You subtract the largest score of the whole table from every row. A row that lies far below has all its powers
    of e rounded to 0, and 0 divided by 0 has no value: for {input} you return {output}. Each query has its own
    denominator and may have its own shift. Over which axis should the maximum run?
    """
    return (
        np.exp(_scores(Q, K) - _scores(Q, K).max())
        / np.exp(_scores(Q, K) - _scores(Q, K).max()).sum(axis=1, keepdims=True)
    ) @ V


@mistakes.mistake(*LOOK_UP)
def no_softmax(Q, K, V):
    """
    You multiply the scores themselves with the values. Scores are no shares: they may be negative, and they sum to
    anything, so for {input} you return {output}, which is no mean of the values. Between the table of scores and
    the product with `V` one step is missing. Which function turns numbers of any size into shares?
    """
    return _scores(Q, K) @ V


no_softmax.also(lambda Q, K, V: Q @ K.T @ V)


@mistakes.mistake(*LOOK_UP)
def the_weights_alone(Q, K, V):
    """
    You return the weights, one for every query and key: {output} for {input}. They say where a query looks, and not
    yet what it finds. The result has a row for each query, made of the rows of `V`, each taken with its weight.
    Which matrix product adds up rows with given weights?
    """
    return _shares(_scores(Q, K))


@mistakes.mistake(*LOOK_UP)
def the_best_key_alone(Q, K, V):
    """
    You return the value of the key with the largest score: {output} for {input}. That is the hard look-up, the
    maximum of the first section of chapter 1. The best key stays the best when a query moves a little, so the
    result does not change, and nothing can be learned from it. Which soft form of the maximum gives every key its
    share?
    """
    return V[_scores(Q, K).argmax(axis=1)]


@mistakes.mistake(*SQUARE)
def keys_and_values_exchanged(Q, K, V):
    """
    You compare the queries with the values and average the keys. Keys are what is looked *at*, values are what is
    *returned*. For {input} you return {output}; where both tables have the same shape it runs without an error.
    With which of the two tables does the scalar product belong?
    """
    return _shares(Q @ V.T / math.sqrt(Q.shape[1])) @ K


@mistakes.mistake(*SQUARE)
def keys_not_transposed(Q, K, V):
    """
    You multiply `Q @ K` without turning the keys. The product then adds over the *rows* of K, that is over
    different keys, which is an error for most shapes and silent for square ones: for {input} you return {output}.
    Row i and column j should hold the scalar product of query i with key j. Along which axis do the keys have to
    lie for that?
    """
    return _shares(Q @ K / math.sqrt(Q.shape[1])) @ V


@mistakes.mistake(*SQUARE)
def queries_and_keys_exchanged(Q, K, V):
    """
    Your table of scores has a row for each *key*. Then keys look at queries, and the result has one row for each
    key: for {input} you return {output}. Where there are as many queries as keys only the numbers tell. Which table
    has to stand on the left, so that a row of scores belongs to a query?
    """
    return _shares(K @ Q.T / math.sqrt(Q.shape[1])) @ V
