"""Exercise 10.1: for every query the mean of the values, weighted by the softmax of its scores."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.checking.observing import UNREADABLE
from utils.checking.values import agree
from utils.exercises.ch10.common import exact

# The domain

LOOK_UP = (np.array([[1.0, 0.0, 0.0, 0.0]]), np.array([[2.0, 0, 0, 0], [0.0, 2, 0, 0]]), np.array([[10.0], [20.0]]))
SQUARE = (np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 3.0], [-1.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]]))
PAST = (np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0], [3.0]]))
SMALLEST = [
    LOOK_UP,
    SQUARE,
    PAST,
    (np.array([[1.0, 2.0], [0, 1], [2, 2]]), np.array([[1.0, 0], [0, 2]]), np.array([[1.0, 2, 3], [4, 5, 7]])),
    (np.array([[0.5], [-2.0]]), np.array([[1.0], [3.0], [-1.0]]), np.array([[1.0, 0], [0, 1], [2, 2]])),
    (np.array([[0.5, 1.0, 2.0]]), np.array([[1.0, 1.0, 1.0]]), np.array([[3.0, -4.0]])),
    (np.array([[2000.0, 0, 0, 0]]), np.array([[1.0, 0, 0, 0], [0.999, 0, 0, 0]]), np.array([[1.0], [0.0]])),
    (np.array([[-2000.0, 0, 0, 0]]), np.array([[1.0, 0, 0, 0], [0.999, 0, 0, 0]]), np.array([[1.0], [0.0]])),
    (np.array([[1000.0], [-1000.0]]), np.array([[1.0], [0.999]]), np.array([[1.0], [0.0]])),
    (np.array([[1000.0]]), np.array([[1.0], [0.0]]), np.array([[1.0], [3.0]])),
]


def _tables(rng, n, m, d, v, scale=1.5):
    """Random tables for n queries, m keys of the width d, and values of the width v."""
    return tuple(exact(rng.normal(scale=scale, size=shape)) for shape in ((n, d), (m, d), (m, v)))


def corners_of_tables(rng):
    """Tables by the name of their corner: of every proportion, with keys that tie, and with scores far out."""
    many, (Q, K, V) = int(rng.integers(21, 40)), _tables(rng, 4, 5, 3, 2)
    few_keys = np.array([[1.0, 0.5], [1.0, 0.25], [1.0, -0.5]])
    far = np.array([[1.0], [-1.0], [0.01], [0.0]])[rng.permutation(4)] * np.array([[2000.0, 3.0]])
    return {
        "one of everything": _tables(rng, 1, 1, 1, 1),
        "one query": _tables(rng, 1, 5, 3, 2),
        "one key": _tables(rng, 4, 1, 3, 2),
        "width 1": _tables(rng, 3, 4, 1, 2),
        "one value for each key": _tables(rng, 3, 5, 4, 1),
        "wide": _tables(rng, 3, 4, int(rng.integers(60, 80)), 2, scale=0.8),
        "many queries": _tables(rng, many, 4, 3, 2),
        "many keys": _tables(rng, 3, many, 3, 2),
        "wide values": _tables(rng, 3, 4, 2, int(rng.integers(8, 14))),
        "all of one size": _tables(rng, 4, 4, 4, 4),
        "as many queries as keys": _tables(rng, 3, 3, 5, 2),
        "two equal keys": (Q, K[[0, 1, 1, 2]], V[:4]),
        "a query of zeros": (Q * np.array([[1.0], [0.0], [1.0], [1.0]]), K, V),
        "all scores equal": (Q, np.repeat(K[:1], 5, axis=0), V),
        "all scores negative": (np.abs(Q) + 0.5, -np.abs(K) - 0.5, V),
        "keys far apart": (exact(Q / 40), exact(40 * np.sign(K) + K), V),
        "all values negative": (Q, K, -np.abs(V) - 1),
        "the tables are one": (K, K, K),
        "scores below -750": (np.full((2, 2), -1500.0), few_keys + 1, V[:3]),
        "scores above 10,000": (np.full((2, 2), 30000.0), few_keys, V[:3]),
        "scores far apart": (far, few_keys, V[:3]),
    }


def any_tables(rng):
    """Tables of any size and proportion, with scores from small to huge."""
    n, m, d, v = (int(size) for size in rng.integers(1, 10, size=4))
    Q, K, V = _tables(rng, n, m, d, v)
    return exact(rng.choice([0.3, 1.0, 10.0, 300.0]) * Q), K, V


def size_of_the_values(Q, K, V):
    """The largest absolute value, and more for scores so large that float32 has few digits left after the point."""
    scores = np.abs(Q) @ np.abs(K).T / math.sqrt(Q.shape[1])
    return float(np.abs(V).max() * max(1.0, scores.max() / 30))


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
    probes=Domain(SMALLEST, corners_of_tables, any_tables),
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


def _scores(Q, K, divisor=None):
    return Q @ K.T / (math.sqrt(Q.shape[1]) if divisor is None else divisor)


def _unshifted(z, axis=-1):
    return np.exp(z) / np.exp(z).sum(axis=axis, keepdims=True)


def _one_maximum(z):
    return np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=-1, keepdims=True)


def _over_everything(z):
    return np.exp(z - z.max()) / np.exp(z - z.max()).sum()


@mistakes.mistake(*LOOK_UP)
def no_root_of_the_width(Q, K, V):
    """
    You take the softmax of the plain scalar products. A sum of d products grows with d: for random queries and keys
    its spread is the root of d, so wide vectors make huge scores, one key takes everything, and the slopes of the
    softmax die. For {input} you return {output}. Which property of `Q` says by how much the scores are to be
    divided?
    """
    return _shares(_scores(Q, K, 1.0)) @ V


no_root_of_the_width.also(
    lambda Q, K, V: _unshifted(_scores(Q, K, 1.0)) @ V,
    lambda Q, K, V: _one_maximum(_scores(Q, K, 1.0)) @ V,
)


@mistakes.mistake(*LOOK_UP)
def divided_by_the_width(Q, K, V):
    """
    You divide the scores by the width d itself. That is too much: the spread of a sum of d independent products
    grows with the *root* of d, so your scores shrink to nothing when d grows, and every key gets the same weight.
    For {input} you return {output}. What is the standard deviation of a sum of d terms with variance 1?
    """
    return _shares(_scores(Q, K, Q.shape[1])) @ V


divided_by_the_width.also(lambda Q, K, V: _unshifted(_scores(Q, K, Q.shape[1])) @ V)


@mistakes.mistake(*LOOK_UP)
def multiplied_by_the_root(Q, K, V):
    """
    You multiply the scores by the root of the width where they have to be divided. Their spread should come down to
    1, and it grows to d: for {input} you return {output}, nearly the value of one key only. A temperature *divides*
    the logits (chapter 1). What does your root do to the scores?
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


@mistakes.mistake(*SQUARE)
def divided_by_another_size(Q, K, V):
    """
    You divide the scores by the number of keys or of queries, or by the width of the values, as for a mean. None of
    them says how large a scalar product is: with more keys there are more scores, not larger ones, and a long text
    would make every look-up flat. For {input} you return {output}. A score is a sum over the width of `Q` and `K`.
    How does the spread of such a sum grow with the number of its terms?
    """
    return _shares(_scores(Q, K, len(K))) @ V


divided_by_another_size.also(
    lambda Q, K, V: _shares(_scores(Q, K, len(Q))) @ V,
    lambda Q, K, V: _shares(_scores(Q, K, V.shape[1])) @ V,
    lambda Q, K, V: _unshifted(_scores(Q, K, len(K))) @ V,
    lambda Q, K, V: _shares(_scores(Q, K) / len(K)) @ V,
)


def _divided_by_one_number(seen):
    """Whether one divisor explains all results: it is read off the first look-up, whose two values tell the weights."""
    if seen.results[0].problem or seen.results[0].value.shape != (1, 1):
        return False
    second = (seen.results[0].value[0, 0] - 10) / 10
    if not 1e-12 < second < 1 or second == 0.5:
        return False
    divisor = 2 / math.log((1 - second) / second)
    come_alike = (
        not result.problem
        and agree(result.value, _shares(_scores(Q, K, divisor)) @ V, 1e-4, size_of_the_values(Q, K, V))
        for (Q, K, V), result in zip(seen.probes, seen.results, strict=False)
    )
    return all(come_alike)


@mistakes.mistake(*SQUARE, recognise=_divided_by_one_number)
def a_fixed_number(Q, K, V):
    """
    You divide by the same number, whatever the width is. A 2 is right for tables of the width 4 and for no
    others: for {input} you return {output}. The spread of the scores grows with the width, so
    what they are divided by has to grow with it. Which number of `Q.shape` belongs in the place of yours, and what
    has to be done with it first?
    """
    return _shares(_scores(Q, K, 2.0)) @ V


a_fixed_number.also(*(lambda Q, K, V, c=c: _shares(_scores(Q, K, c)) @ V for c in (0.5, 3.0, 8.0, math.sqrt(512))))


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


wrong_axis.also(
    lambda Q, K, V: _unshifted(_scores(Q, K), axis=0) @ V,
    lambda Q, K, V: _shares(_scores(Q, K, 1.0), axis=0) @ V,
)


@mistakes.mistake(*SQUARE)
def sum_over_the_whole_table(Q, K, V):
    """
    You take one softmax over the whole table of scores, so all queries together share a single 1. Each query asks
    on its own and needs a row of weights that sums to 1. With a single query nobody notices; for {input} you return
    {output}, means that are too small. Which axis holds the keys, and which argument keeps the rows apart?
    """
    return _over_everything(_scores(Q, K)) @ V


sum_over_the_whole_table.also(
    lambda Q, K, V: np.exp(_scores(Q, K)) / np.exp(_scores(Q, K)).sum() @ V,
    lambda Q, K, V: _over_everything(_scores(Q, K, 1.0)) @ V,
)


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


@no_keepdims.also
def neither_for_the_maximum(Q, K, V):
    exponentials = np.exp(_scores(Q, K) - _scores(Q, K).max(axis=1))
    return exponentials / exponentials.sum(axis=1) @ V


no_keepdims.also(lambda Q, K, V: np.exp(_scores(Q, K)) / np.exp(_scores(Q, K)).sum(axis=1) @ V)


LARGE_SCORES = (np.array([[2000.0]]), np.array([[1.0], [0.999]]), np.array([[1.0], [0.0]]))


@mistakes.mistake(*LARGE_SCORES)
def no_shift(Q, K, V):
    """
    You raise e to the scores as they are. Scores are sums of products and have no bound: from 710 on the power is
    infinite, and when all scores are very negative, every power is 0. For {input} you return {output}. The softmax
    of chapter 1 subtracts the largest score of each row first. Why not call it?
    """
    return _unshifted(_scores(Q, K)) @ V


no_shift.also(lambda Q, K, V: np.exp(_scores(Q, K)) @ V / np.exp(_scores(Q, K)).sum(axis=1, keepdims=True))


@mistakes.mistake(np.array([[1000.0], [-1000.0]]), np.array([[1.0], [0.999]]), np.array([[1.0], [0.0]]))
def one_maximum_for_the_table(Q, K, V):
    """
    You subtract the largest score of the whole table from every row. A row that lies far below has all its powers
    of e rounded to 0, and 0 divided by 0 has no value: for {input} you return {output}. Each query has its own
    denominator and may have its own shift. Over which axis should the maximum run?
    """
    return _one_maximum(_scores(Q, K)) @ V


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
def only_the_weights(Q, K, V):
    """
    You return the weights, one for every query and key: {output} for {input}. They say where a query looks, and not
    yet what it finds. The result has a row for each query, made of the rows of `V`, each taken with its weight.
    Which matrix product adds up rows with given weights?
    """
    return _shares(_scores(Q, K))


@mistakes.mistake(*LOOK_UP)
def only_the_best_key(Q, K, V):
    """
    You return the value of the key with the largest score: {output} for {input}. That is the hard look-up, the
    argmax of the first section of chapter 1. The best key stays the best when a query moves a little, so the
    result does not change, and nothing can be learned from it. Which soft form of the argmax gives every key its
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
def a_mean_of_the_keys(Q, K, V):
    """
    Your weights are right, and you average the keys with them: for {input} you return {output}. A key says how to find
    something and a value what is found there, so `V` plays no part in your result. In a dictionary that would be to
    look a word up and to read out the word. What width does the result have, and which of the three tables has as many
    columns?
    """
    return _shares(_scores(Q, K)) @ K


@mistakes.mistake(*LOOK_UP)
def the_softmax_comes_last(Q, K, V):
    """
    You multiply the scores with the values first and take the softmax of what comes out: for {input} you return
    {output}, a row that sums to 1 whatever the values are. The shares are meant to weigh the values, so they have to be
    there before. Products with `@` are worked out from the left to the right, and brackets say where the softmax ends.
    Which of your brackets closes too late?
    """
    return _shares(_scores(Q, K) @ V)


@mistakes.mistake(*LOOK_UP)
def a_mean_of_weighted_values(Q, K, V):
    """
    You multiply each value by its weight and then take the mean over the keys, or divide by their number. For {input}
    you return {output}, which does not even lie between the values 10 and 20. The weights sum to 1, so they contain
    the division already: a weighted mean is the plain *sum* of weight times value. Which function or which divisor
    after your product can go?
    """
    return _shares(_scores(Q, K)) @ V / len(K)


@mistakes.mistake(*LOOK_UP)
def the_last_key_alone(Q, K, V):
    """
    Of the sum over the keys only the last term is left: for {input} you return {output}. In a loop over the keys, `=`
    writes each weighted value over the one before, where `+=` would add it. With a single key nobody notices. A mean
    needs all of its terms, and a product of matrices adds them up by itself. Which line of your loop should add, and
    with which array does the sum begin?
    """
    return _shares(_scores(Q, K))[:, -1:] * V[-1:]


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


@mistakes.mistake(*PAST)
def a_causal_mask(Q, K, V):
    """
    You let query i see only the keys up to number i. That is the *causal* mask of a language model, where no word may
    look at those after it; here there is no order, and every query may look at every key. For {input} you return
    {output}: the first query sees a single key, whatever the others hold. Which line of yours takes keys away before
    the softmax?
    """
    seen = np.tril(np.ones((len(Q), len(K)), dtype=bool))
    return _shares(np.where(seen, _scores(Q, K), -np.inf)) @ V


a_causal_mask.also(lambda Q, K, V: np.tril(_shares(_scores(Q, K))) @ V)


def _result_and_weights(seen):
    """Whether pairs came back, of which one part is right wherever its part beside it has the same shape."""
    stacked = [
        any(agree(part, expected, 1e-4, size_of_the_values(*inputs)) for part in result.value)
        for inputs, result, expected in zip(seen.probes, seen.results, seen.expected, strict=False)
        if not result.problem and result.value.shape == (2, *expected.shape)
    ]
    others = [result for result in seen.results if result.problem]
    apart = all(result.problem == UNREADABLE and "tuple" in result.detail for result in others)
    return len(stacked) > 1 and all(stacked) and bool(others) and apart


@mistakes.mistake(*LOOK_UP, recognise=_result_and_weights)
def result_and_weights(Q, K, V):
    """
    You return two things, the means and the weights, as many libraries do for those who draw the weights. The
    exercise asks only for the means, so that the next layer can go on with the result as it is. For {input} you
    return {output}. A function that returns a pair hands back a tuple, and a tuple has no shape and no product. Which
    of its two parts has a row for each query and a column for each column of `V`?
    """
    return _shares(_scores(Q, K)) @ V, _shares(_scores(Q, K))


result_and_weights.also(lambda Q, K, V: (_shares(_scores(Q, K)), _shares(_scores(Q, K)) @ V))


@mistakes.mistake(*LOOK_UP)
def one_mean_for_all_queries(Q, K, V):
    """
    You add up or average too much at the end: the rows of the result disappear, and {output} comes back for {input}.
    Each query has asked a question of its own and gets an answer of its own, one row for each of them, also where
    there is a single query. A matrix product has already added over the keys, and nothing is left to be added. Which
    shape does the weights' product with `V` have by itself?
    """
    return (_shares(_scores(Q, K)) @ V).mean(axis=0)


one_mean_for_all_queries.also(lambda Q, K, V: (_shares(_scores(Q, K)) @ V).sum(axis=0))


@mistakes.mistake(*LOOK_UP)
def an_axis_of_length_1_lost(Q, K, V):
    """
    Your means are right, and where there is one query, or values of width 1, an axis of length 1 is gone: {output}
    comes back for {input}, where a table of the shape (1, 1) is meant. `squeeze` without an axis takes away every axis
    of length 1, and an index in the place of a slice takes away its own. Code that goes on with tables then fails for
    these inputs, and nobody has tried them. The product of weights and values has the shape (n, v) by itself. What in
    your code takes axes away?
    """
    return np.squeeze(_shares(_scores(Q, K)) @ V)


@an_axis_of_length_1_lost.also
def of_a_single_query(Q, K, V):
    means = _shares(_scores(Q, K)) @ V
    return means[0] if len(Q) == 1 else means


@an_axis_of_length_1_lost.also
def of_values_of_width_1(Q, K, V):
    means = _shares(_scores(Q, K)) @ V
    return means[:, 0] if V.shape[1] == 1 else means


@mistakes.mistake(*SQUARE)
def weights_times_values_entry_by_entry(Q, K, V):
    """
    You multiply weights and values with `*`, entry by entry. The weight of key j for query i then meets row i of the
    values, and nothing is added up. For most shapes that is an error, and for square tables it is silent: for {input}
    you return {output}. A mean needs products *and* their sum over the keys. Which operator does both for all queries
    at once?
    """
    return _shares(_scores(Q, K)) * V


@mistakes.mistake(*SQUARE)
def weights_transposed(Q, K, V):
    """
    You turn the table of weights before it meets the values, so the rows that sum to 1 have become columns, and the
    result has a row for each *key*. For {input} you return {output}; where there are not as many queries as keys it is
    an error. A row of weights belongs to one query and runs over the keys, as the rows of `V` do. Which table should
    stand on the left as it is?
    """
    return _shares(_scores(Q, K)).T @ V
