"""The part of the bank of exercise 6.6 about merging a chunk: which shift its terms, and the old ones, refer to."""

import numpy as np

from utils.checking import Bank
from utils.exercises.ch06.streams import streamed, told_by_small_streams

of_merges = Bank()

TWO = (np.array([1.0]), np.array([2.0]))


@told_by_small_streams
@of_merges.mistake(*TWO)
def no_rescaling(chunks):
    """
    When a new chunk has a larger maximum you go on with the old sum as it is, or the factor is formed after the old
    maximum has been overwritten, and is 1. But that sum was formed relative to
    the *old* maximum, so its terms are too large by a power of e. For {input} you return {output}. Two sums can be
    added only when both refer to the same shift. By which factor do you bring the old one to the new shift?
    """

    def merge(m, s, c):
        return (max(m, c.max()), s + np.exp(c - max(m, c.max())).sum())

    return streamed(chunks, -np.inf, 0.0, merge)


no_rescaling.also(
    lambda chunks: streamed(
        chunks,
        -np.inf,
        0.0,
        lambda m, s, c: (m, s) if np.isneginf(c).all() else (max(m, c.max()), s + np.exp(c - max(m, c.max())).sum()),
    )
)


@told_by_small_streams
@of_merges.mistake(*TWO)
def rescaled_the_wrong_way(chunks):
    """
    You multiply the old sum by a power of e with the wrong sign in its exponent: new maximum minus old one. The old
    terms should shrink when the maximum rises, and yours grow: for {input} you return {output}, and with a large
    rise they overflow. Think of a single old term of 1 at the logit 1. What is it worth relative to a maximum of 2?
    """

    def merge(m, s, c):
        return (
            max(m, c.max()),
            (s * np.exp(max(m, c.max()) - m) if s else 0.0) + np.exp(c - max(m, c.max())).sum(),
        )

    return streamed(chunks, -np.inf, 0.0, merge)


rescaled_the_wrong_way.also(
    lambda chunks: streamed(
        chunks,
        -np.inf,
        0.0,
        lambda m, s, c: (
            max(m, c.max()),
            s * np.exp(max(m, c.max()) - m) + np.exp(c - max(m, c.max())).sum(),
        ),
    ),
    lambda chunks: streamed(
        chunks,
        -np.inf,
        0.0,
        lambda m, s, c: (
            (m, s)
            if np.isneginf(c).all()
            else (
                max(m, c.max()),
                (s * np.exp(max(m, c.max()) - m) if s else 0.0) + np.exp(c - max(m, c.max())).sum(),
            )
        ),
    ),
)


@told_by_small_streams
@of_merges.mistake(np.array([2.0]), np.array([1.0]))
def new_chunk_not_rescaled(chunks):
    """
    You shift each new chunk by its *own* maximum and add its sum, not rescaled. For {input} you return {output}: the
    second chunk has the smaller maximum, so its terms are counted as if they belonged to the larger one. All terms
    have to refer to the same shift, the largest logit of everything so far. Which maximum should stand in the
    exponent?
    """

    def merge(m, s, c):
        return (
            max(m, c.max()),
            s * np.exp(m - max(m, c.max())) + np.exp(c - c.max()).sum(),
        )

    return streamed(chunks, -np.inf, 0.0, merge)


new_chunk_not_rescaled.also(
    lambda chunks: streamed(chunks, -np.inf, 0.0, lambda m, s, c: (max(m, c.max()), s + np.exp(c - c.max()).sum()))
)


@told_by_small_streams
@of_merges.mistake(*TWO)
def the_new_terms_rescaled_as_well(chunks):
    """
    You add the terms of the new chunk to the old sum and rescale both together. But the new terms are formed relative
    to the *new* maximum already; the factor belongs only to the old sum. For {input} you return {output}. Of the first
    chunk nothing is left, since before it the maximum was −∞, and the factor 0. Where do the brackets of your sum
    close?
    """

    def merge(m, s, c):
        return (max(m, c.max()), (s + np.exp(c - max(m, c.max())).sum()) * np.exp(m - max(m, c.max())))

    return streamed(chunks, -np.inf, 0.0, merge)


@told_by_small_streams
@of_merges.mistake(np.array([2.0]), np.array([1.0]))
def only_rising_chunks_are_added(chunks):
    """
    You bring a chunk in only when it has a new maximum. For {input} you return {output}, and the second chunk is
    missing: its logit is not the largest, and it is a term of the sum like every other. A new maximum decides whether
    the *old* sum has to be rescaled, not whether the new terms count. Which of the two lines inside your `if` belongs
    to every chunk?
    """

    def merge(m, s, c):
        return (c.max(), s * np.exp(m - c.max()) + np.exp(c - c.max()).sum()) if c.max() > m else (m, s)

    return streamed(chunks, -np.inf, 0.0, merge)


only_rising_chunks_are_added.also(
    lambda chunks: streamed(
        chunks, -np.inf, 0.0, lambda m, s, c: (c.max(), s + np.exp(c - c.max()).sum()) if c.max() > m else (m, s)
    ),
)
