"""Drawing a class from logits: without the unlikely ones, and with noise in place of probabilities, in NumPy.

Conventions: ``z`` holds logits, (K,) or (..., K), read with the rules of :mod:`utils.reference.probabilities`. A
    temperature is applied before: pass ``z / T``. The input is never changed.
"""

import numpy as np

from utils.reference.inputs import as_logits, as_real
from utils.reference.probabilities import softmax


def with_top_k(z, k):
    """The softmax over the k largest logits of each row; the probability of every other class is 0.

    Args:
        z: logits.
        k: how many classes stay, from 1 to K. Where the k-th largest logit ties with the next, both stay.

    Returns:
        Probabilities in the shape of ``z``; each row sums to 1.

    Source: Fan, Lewis and Dauphin 2018.
    """
    z = as_logits(z, -1)
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or not 1 <= k <= z.shape[-1]:
        raise ValueError(f"Of {z.shape[-1]} classes 1 to {z.shape[-1]} can stay, not {k!r}.")
    smallest_kept = np.partition(z, -k, axis=-1)[..., -k, np.newaxis]
    return softmax(np.where(z >= smallest_kept, z, -np.inf).astype(z.dtype))


def with_top_p(z, p):
    """The softmax over the fewest classes that together have at least the probability p, the likeliest first.

    Args:
        z: logits.
        p: the probability that the classes that stay must reach, above 0 and at most 1.

    Returns:
        Probabilities in the shape of ``z``; each row sums to 1. The class with which the total reaches p stays, so
        there is always one. Of classes that tie, the first ones stay.

    Source: Holtzman and others 2020, as *nucleus sampling*.
    """
    z = as_logits(z, -1)
    if not 0 < p <= 1:
        raise ValueError(f"The probability p must lie above 0 and at most at 1, but it is {p!r}.")
    order = np.argsort(-z, axis=-1, kind="stable")
    ordered = softmax(np.take_along_axis(z, order, axis=-1))
    reached_before = np.cumsum(ordered, axis=-1) - ordered
    stays = np.empty(z.shape, dtype=bool)
    np.put_along_axis(stays, order, reached_before < p, axis=-1)
    return softmax(np.where(stays, z, -np.inf).astype(z.dtype))


def min_p(z, m):
    r"""The softmax over the classes that have at least the share m of the largest probability.

    Args:
        z: logits.
        m: the share of the largest probability that a class needs to stay, above 0 and at most 1.

    Returns:
        Probabilities in the shape of ``z``; each row sums to 1. The likeliest class always stays.

    A quotient of probabilities is a difference of logits, so a class stays if :math:`z_i \ge \max_k z_k + \log m`.
    Source: Nguyen and others 2024.
    """
    z = as_logits(z, -1)
    if not 0 < m <= 1:
        raise ValueError(f"The share m must lie above 0 and at most at 1, but it is {m!r}.")
    gaps = z - z.max(axis=-1, keepdims=True)
    return softmax(np.where(gaps >= np.log(m), z, -np.inf).astype(z.dtype))


def gumbel(u):
    r"""Gumbel noise from uniform numbers, :math:`-\log(-\log u)`.

    Args:
        u: uniform numbers in [0, 1), any shape.

    Source: Gumbel 1954.
    """
    with np.errstate(divide="ignore"):
        return -np.log(-np.log(as_real(u, "Uniform numbers")))


def gumbel_max(z, u):
    """A class drawn with the probabilities of softmax, as the largest of the logits with Gumbel noise added.

    Args:
        z: logits, (K,) or (..., K).
        u: uniform numbers in [0, 1), one for each logit.

    Returns:
        The index of a class for each row.

    Source: Yellott 1977; Maddison, Tarlow and Minka 2014.
    """
    z, u = as_logits(z, -1), as_real(u, "Uniform numbers")
    if u.shape != z.shape:
        raise ValueError(f"Each logit needs a uniform number of its own: {z.shape} does not go with {u.shape}.")
    return (z + gumbel(u)).argmax(axis=-1)
