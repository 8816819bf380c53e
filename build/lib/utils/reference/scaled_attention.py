"""Attention as a softmax over scores: all at once, in blocks, and how sharp it can be, in NumPy.

Conventions: ``Q`` holds queries, (..., n, d), ``K`` keys, (..., m, d), ``V`` values, (..., m, v); axes before these are
    for batches and heads and are broadcast. Lists and integers are computed in float64, float arrays keep their type,
    the inputs are never changed. Errors: ``TypeError`` for what are no real numbers, ``ValueError`` for shapes that do
    not fit each other.
"""

import math

import numpy as np

from utils.reference.inputs import as_real
from utils.reference.probabilities import softmax


def attention_weights(Q, K):
    r"""The weight of every key for every query, :math:`\operatorname{softmax}(Q K^\top / \sqrt d)`, row by row.

    Returns:
        An array of the shape (..., n, m); each row sums to 1.

    Source: Bahdanau, Cho and Bengio 2015 (a softmax over scores); Vaswani and others 2017 (the root of the width).
    """
    return softmax(_scores(*_queries_and_keys(Q, K)))


def attention(Q, K, V):
    """For every query the mean of the values under its attention weights.

    Returns:
        An array of the shape (..., n, v).
    """
    Q, K = _queries_and_keys(Q, K)
    return softmax(_scores(Q, K)) @ _values(V, K)


def attention_in_blocks(Q, K, V, block):
    """The same as :func:`attention`, without the n × m table of scores: keys and values are read a block at a time.

    Args:
        block: how many keys are read at a time, a positive integer.

    Beside the largest score so far and the sum of the exponentials relative to it, which are the two numbers of
    :func:`utils.reference.streaming_logsumexp`, the sum of the values with these exponentials as weights is kept. When
    the largest score rises, both sums are multiplied by the same factor. Source: Milakov and Gimelshein 2018; Rabe and
    Staats 2021; Dao and others 2022.
    """
    Q, K = _queries_and_keys(Q, K)
    V = _values(V, K)
    if isinstance(block, bool) or not isinstance(block, (int, np.integer)) or block < 1:
        raise ValueError(f"A block needs a positive number of keys, not {block!r}.")
    largest, total, weighted = -np.inf, 0, 0
    for start in range(0, K.shape[-2], block):
        scores = _scores(Q, K[..., start : start + block, :])
        former, largest = largest, np.maximum(largest, scores.max(axis=-1, keepdims=True))
        scores -= largest
        terms = np.exp(scores, out=scores)
        shrink = np.exp(former - largest)
        total = total * shrink + terms.sum(axis=-1, keepdims=True)
        weighted = weighted * shrink + terms @ V[..., start : start + block, :]
    return weighted / total


def leading_weight(lead, n):
    r"""The softmax weight of one score that leads n − 1 equal ones, :math:`1 / (1 + (n - 1)\,e^{-\text{lead}})`.

    No score that leads all others by at most ``lead`` gets more than that among n.

    Args:
        lead: by how much it leads, any shape.
        n: how many scores there are, itself included, a positive integer or an array of them.
    """
    with np.errstate(over="ignore"):
        return 1 / (1 + (np.asarray(n) - 1) * np.exp(-np.asarray(lead, dtype=np.float64)))


def lead_needed(n, weight):
    r"""By how much one of n scores must lead the equal others to get a weight, :math:`\log(n-1) + \log\frac{w}{1-w}`.

    Args:
        n: how many scores there are, at least 2.
        weight: the weight w that is wanted, between 0 and 1.

    Raises:
        ValueError: for fewer than two scores, or a weight that is not strictly between 0 and 1.
    """
    if n < 2 or not 0 < weight < 1:
        raise ValueError(f"A lead needs at least 2 scores and a weight between 0 and 1, not {n} and {weight}.")
    return math.log(n - 1) + math.log(weight) - math.log1p(-weight)


def _scores(Q, K):
    return Q @ np.swapaxes(K, -1, -2) / math.sqrt(Q.shape[-1])


def _queries_and_keys(Q, K):
    Q, K = as_real(Q, "Queries"), as_real(K, "Keys")
    if Q.ndim < 2 or K.ndim < 2 or Q.shape[-1] != K.shape[-1] or Q.shape[-1] == 0 or K.shape[-2] == 0:
        raise ValueError(
            "Queries (n, d) and keys (m, d) are compared over the same width d, with at least one key, but the "
            f"shapes are {Q.shape} and {K.shape}."
        )
    return Q, K


def _values(V, K):
    V = as_real(V, "Values")
    if V.ndim < 2 or V.shape[-2] != K.shape[-2]:
        raise ValueError(f"Each key needs one value: keys of the shape {K.shape} do not go with values of {V.shape}.")
    return V
