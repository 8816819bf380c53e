"""Exercise 6.1: the logarithm of the sum of the exponentials over the last axis, for finite logits of any size."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch06.common import APART, BATCH, LARGE, NEGATIVE, lse, size_of, stable_shares, vectors_and_batches

# The domain


def number_for_each_row(z):
    """The form of a log-sum-exp."""
    if z.ndim == 1:
        return f"one finite number, at least the largest logit, {z.max():g},"
    return f"an array of the shape {z.shape[:1]}, one finite number for each row,"


# Right answers


def _lse_one_by_one(z):
    if z.ndim == 1:
        largest = max(z)
        return largest + math.log(math.fsum(math.exp(value - largest) for value in z))
    return [_lse_one_by_one(row) for row in z]


def _lse_in_float32(z):
    z = z.astype(np.float32)
    largest = np.max(z, axis=-1)
    return np.log(np.sum(np.exp(z - largest[..., None]), axis=-1)) + largest


def _lse_with_the_largest_apart(z):
    ordered = np.sort(np.asarray(z, dtype=float), axis=-1)
    largest, others = ordered[..., -1], ordered[..., :-1]
    return largest + np.log1p(np.exp(others - largest[..., None]).sum(axis=-1))


def _lse_by_halves(z):
    z = np.asarray(z, dtype=float)
    if z.shape[-1] == 1:
        return z[..., 0]
    middle = z.shape[-1] // 2
    left, right = _lse_by_halves(z[..., :middle]), _lse_by_halves(z[..., middle:])
    return np.maximum(left, right) + np.log1p(np.exp(-np.abs(left - right)))


mistakes = Bank()

logsumexp = Exercise(
    name="ch06.logsumexp",
    is_main=True,
    asks="The logarithm of the sum of the exponentials over the last axis, for finite logits of any size.",
    reference=reference.logsumexp,
    probes=vectors_and_batches,
    expects=number_for_each_row,
    scale=size_of,
    hints=paragraphs("""
        Which number can you take out of every exponent so that the largest exponential is exactly 1, and what does it
        become when it leaves the logarithm?

        Take out the largest logit of each row. It is a factor of every term, and the logarithm turns a factor into
        something that is added.

        Two shapes are needed: a maximum with `keepdims=True` to subtract from the rows, and the same maximum without
        that axis, to add to the logarithm.
    """),
    alternatives=(
        _lse_one_by_one,
        _lse_in_float32,
        _lse_with_the_largest_apart,
        _lse_by_halves,
        lambda z: np.logaddexp.reduce(np.asarray(z, dtype=float), axis=-1),
        lambda z: np.asarray(z)[..., 0] - reference.log_softmax(z)[..., 0],
        lambda z: z.max(axis=-1) - np.log(stable_shares(z).max(axis=-1)),
        lambda z: np.apply_along_axis(lambda row: row.max() + np.log(np.exp(row - row.max()).sum()), -1, z),
    ),
    bank=mistakes,
    remark="Shift by the largest logit, sum, logarithm, and add the shift again.",
)


# Mistakes


@mistakes.mistake(*LARGE)
def no_shift(z):
    """
    You raise e to the logits as they are. For {input} you return {output}: a power of e beyond 709 is infinite in
    float64, and of very negative logits nothing is left but 0, whose logarithm is minus infinity. The true answer
    lies close to the largest logit in both cases. What can be taken out of every exponent before the powers are
    formed, and be added again afterwards?
    """
    return lse(z)


no_shift.also(lambda z: np.log(np.exp(z.astype(np.longdouble)).astype(float).sum(axis=-1)))


@mistakes.mistake(np.array([1.0, 2.0]))
def shift_not_added_back(z):
    """
    You subtract the largest logit and forget it. For {input} you return {output}, although a log-sum-exp is never
    smaller than the largest logit. In a softmax the shift cancels, because it stands above and below the line. Here
    nothing cancels: the logarithm of the shifted sum is too small by exactly what you took out. What has to happen
    after the logarithm?
    """
    return lse(z, z.max(axis=-1)) - z.max(axis=-1)


@mistakes.mistake(np.array([1.0, 2.0]))
def shift_subtracted_again(z):
    """
    After the logarithm you subtract the largest logit where it has to be added. For {input} you return {output},
    less than every logit. You took a factor out of each term of the sum; a factor in front of a sum becomes, under
    the logarithm, a term of its own. Write the sum as factor times rest, take the logarithm of both sides, and look
    at the sign.
    """
    return lse(z, z.max(axis=-1)) - 2 * z.max(axis=-1)


@mistakes.mistake(*LARGE)
def adding_the_maximum(z):
    """
    You add the largest logit inside `exp` where it has to be subtracted, and take it away at the end. On paper both
    are right; on a computer yours doubles the largest exponent, so it overflows at half the size: for {input} you
    return {output}. The shift is there to make the largest exponent 0. Which sign does that?
    """
    return np.log(np.exp(z + z.max(axis=-1, keepdims=True)).sum(axis=-1)) - z.max(axis=-1)


adding_the_maximum.also(lambda z: np.log(np.exp(z + z.max()).sum(axis=-1)) - z.max())


@mistakes.mistake(*NEGATIVE)
def shift_by_zero_at_least(z):
    """
    Your shift is never negative: it is the largest logit or 0, whichever is larger, or the largest absolute value.
    That stops the overflow and lets the underflow pass: when all logits are very negative, every power is 0 and its
    logarithm is minus infinity. For {input} you return {output}. A negative maximum has to be subtracted as well;
    it lifts the row. Where does a 0, or an `abs`, enter your maximum?
    """
    return lse(z, np.maximum(z.max(axis=-1), 0))


shift_by_zero_at_least.also(lambda z: lse(z, np.abs(z).max(axis=-1)))


@mistakes.mistake(np.array([800.0, 0.0]))
def shift_by_the_smallest(z):
    """
    You take the *smallest* logit out of the exponents. All exponents are then at least 0, and the largest of them
    is the gap between the extremes: for {input} you return {output}. Very negative rows are saved, rows with a wide
    gap still overflow. For `exp` the dangerous side is above. Which logit has to come to lie at 0, so that nothing
    lies above it?
    """
    return lse(z, z.min(axis=-1))


@mistakes.mistake(np.array([0.0, 1600.0, 0.0]))
def shift_by_another_number(z):
    """
    You take a number out of the exponents and add it back, which is right on paper for every number. Yours is a
    mean, a median, the first or the last logit of the row, and a logit far above it has a power that overflows: for
    {input} you return {output}. Only one choice guarantees that no exponent is positive and that the sum cannot
    vanish. Which logit of the row is it?
    """
    return lse(z, z.mean(axis=-1))


shift_by_another_number.also(
    lambda z: lse(z, z[..., 0]),
    lambda z: lse(z, z[..., -1]),
    lambda z: lse(z, np.median(z, axis=-1)),
)


@mistakes.mistake(*LARGE)
def the_index_of_the_largest(z):
    """
    You take `argmax` out of the exponents, which is the place of the largest logit and not the logit. Every shift
    is right on paper, so small logits come out well. But a place is 0, 1 or 2, which is next to nothing against the
    logits that a shift is needed for: {input} becomes {output}, as without a shift. The shift has to be as large as
    the largest logit itself. Which function returns what stands at that place?
    """
    return lse(z, z.argmax(axis=-1))


@mistakes.mistake(np.array([1.0, 2.0]))
def shift_added_inside_the_logarithm(z):
    """
    You add the largest logit to the sum and take the logarithm of both together. For {input} you return {output},
    where a log-sum-exp is never smaller than the largest logit. What you took out is a *power of e* in front of the
    sum; only the logarithm turns it into the logit itself. So the logit belongs to the result and not to the sum.
    Where does the bracket of your logarithm have to close?
    """
    return np.log(z.max(axis=-1) + np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1))


shift_added_inside_the_logarithm.also(
    lambda z: np.log((z.max(axis=-1, keepdims=True) + np.exp(z - z.max(axis=-1, keepdims=True))).sum(axis=-1))
)


@mistakes.mistake(*APART)
def one_maximum_for_the_batch(z):
    """
    You shift all rows by the largest logit of the whole batch. A row far below it has all its powers rounded to 0,
    and the logarithm of 0 is minus infinity: for {input} you return {output}. Each row may be shifted by a number
    of its own, since each has its own sum. Over which axis should the maximum run?
    """
    return lse(z, z.max())


@mistakes.mistake(*BATCH)
def sum_over_the_whole_batch(z):
    """
    You return a single number for the whole batch: {output} for {input}. Each row is one example with its own
    classes, so each needs a log-sum-exp of its own. `np.sum` and `np.max` without an axis run over everything they
    are given, and for one vector nobody notices. Which axis holds the classes, however many axes there are?
    """
    return z.max() + np.log(np.exp(z - z.max()).sum())


sum_over_the_whole_batch.also(lambda z: np.log(np.exp(z).sum()))


@mistakes.mistake(np.array([[1.0, 2.0], [3.0, 1.0], [0.0, 0.0]]))
def wrong_axis(z):
    """
    You sum over the first axis, which runs through the examples. For {input} you return {output}: one number for
    each *class*. A column collects the same class over all examples, and these do not share a denominator. For one
    vector the first axis is also the last, so the mistake does not show there. Which number names the last axis?
    """
    return z.max(axis=0) + np.log(np.exp(z - z.max(axis=0)).sum(axis=0))


wrong_axis.also(
    lambda z: np.log(np.exp(z).sum(axis=0)),
    lambda z: z.max() + np.log(np.exp(z - z.max()).sum(axis=0)),
)


@mistakes.mistake(np.array([[1.0, 2.0], [3.0, 1.0], [0.0, 0.0]]), name="built-in max or sum")
def built_in_max_or_sum(z):
    """
    You call the `max` or `sum` of Python itself. Those walk along the *first* axis: through the logits of one
    vector, but through the examples of a batch, where `max` compares whole rows and `sum` adds them up. For {input}
    you return {output}. The functions and methods of NumPy with these names take an `axis`. Which number of an axis
    serves for a vector and for a batch?
    """
    return max(z) + np.log(sum(np.exp(z - max(z))))


built_in_max_or_sum.also(lambda z: z.max(axis=-1) + np.log(sum(np.exp(z - z.max(axis=-1, keepdims=True)))))


@mistakes.mistake(*BATCH)
def no_keepdims(z):
    """
    The maximum of each row has the shape (m,), and NumPy lines it up with the *last* axis: column j is shifted by
    the maximum of row j. For most shapes that is an error; for a square batch it runs and is wrong. For {input} you
    return {output}. Which argument of `max` keeps the axis with length 1, so that rows meet their own maximum?
    """
    return z.max(axis=-1) + np.log(np.exp(z - z.max(axis=-1)).sum(axis=-1))


@mistakes.mistake(*BATCH)
def the_axis_is_kept(z):
    """
    Your numbers are right and their shape is not: for {input} you return {output}. The maximum needs
    `keepdims=True` while it is subtracted, so that rows meet their own maximum. The result has one number for each
    row and no axis of length 1 behind it; otherwise the next subtraction from a vector of m numbers makes a table
    of m times m. How do you take that axis away again?
    """
    return z.max(axis=-1, keepdims=True) + np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True))


the_axis_is_kept.also(lambda z: np.atleast_1d(reference.logsumexp(z)))


@mistakes.mistake(np.array([1.0, 2.0]))
def the_maximum_alone(z):
    """
    You return the largest logit: {output} for {input}. That is the hard maximum. A log-sum-exp lies above it, by at
    most the logarithm of the number of classes, and it is this small excess from which the other classes get their
    probabilities. For logits that tie it is largest. Where in your code does the sum over the exponentials enter?
    """
    return z.max(axis=-1)


@mistakes.mistake(np.array([1.0, 2.0]))
def no_logarithm(z):
    """
    You return the sum of the exponentials, the denominator of the softmax, without its logarithm: {output} for
    {input}. As a sum it overflows from logits of 710 on, whatever you shift by, because the shift has to be undone
    by a product. The logarithm is what brings the number back to the size of the logits. Which function is missing
    around the sum?
    """
    return np.exp(z).sum(axis=-1)


no_logarithm.also(
    lambda z: np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1),
    lambda z: np.exp(z.max(axis=-1)) * np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1),
)


@mistakes.mistake(np.array([1.0, 2.0]))
def logarithm_before_the_sum(z):
    """
    You take the logarithm of each exponential and add these up. But a logarithm undoes the exponential, so you
    return the sum of the logits: {output} for {input}. The logarithm of a sum is not the sum of the logarithms;
    that rule is for products. First all exponentials of a row are added, then one logarithm is taken. Which of the
    two calls has to stand outside?
    """
    return np.log(np.exp(z)).sum(axis=-1)


logarithm_before_the_sum.also(lambda z: z.sum(axis=-1))


@mistakes.mistake(np.array([1.0, 2.0]))
def mean_in_place_of_sum(z):
    """
    You take the mean of the exponentials where their sum belongs. For {input} you return {output}, too small by the
    logarithm of the number of classes. The soft maximum built on the mean exists, and for equal logits it gives
    back that logit; but the denominator of a softmax is a sum. Which reduction divides by the number of classes?
    """
    return lse(z, z.max(axis=-1)) - np.log(z.shape[-1])


mean_in_place_of_sum.also(lambda z: np.log(np.exp(z).mean(axis=-1)))


@mistakes.mistake(np.array([0.5]))
def the_largest_counted_twice(z):
    """
    `log1p(x)` is the logarithm of 1 + x, and that 1 is meant to be the exponential of the largest logit, which
    after the shift is exactly 1. Your sum contains it as well, so it counts twice: for {input} you return {output},
    although a single class has nothing to add. Either the sum leaves the largest term out, or the plain logarithm
    is the right one.
    """
    largest = z.max(axis=-1)
    return largest + np.log1p(np.exp(z - largest[..., None]).sum(axis=-1))


def _lse_filled(z):
    result = np.zeros(z.shape[:-1], dtype=z.dtype)
    result[...] = lse(z, z.max(axis=-1))
    return result


mistakes.add(
    "zeros of the wrong type",
    """
    You fill an array that took over the type of `z`. For integer logits it holds integers alone, and what lies
    behind the point is cut off: for {input} you return {output}. Nothing warns you. Either give that array the type
    float, or let the addition of maximum and logarithm make a new one, which then has the right type by itself.
    """,
    _lse_filled,
    lambda z: _lse_filled(z) if z.ndim > 1 else reference.logsumexp(z),
    example=(np.array([[1, 2], [3, 5]]),),
)

mistakes.add(
    "clipped logits",
    """
    You cut the logits to a range in which `exp` survives. Nothing overflows, and the number is wrong: for {input}
    you return {output}, and the same for every pair of logits beyond your limit. A clip throws away exactly what
    the function is asked about. A shift by the largest logit keeps `exp` in range as well, and changes nothing.
    What is the largest exponent after such a shift?
    """,
    *(lambda z, limit=limit: lse(np.clip(z, -limit, limit)) for limit in (50, 80, 88, 100, 500, 700, 709)),
    example=LARGE,
)

mistakes.add(
    "epsilon in the log",
    """
    You add a small number to the sum before the logarithm. It hides the minus infinity and does not mend it: for
    {input} you return {output}, the logarithm of your small number, and no longer anything about the logits. After
    a shift by the largest logit the sum is never below 1, so there is nothing to protect. Where does your shift go
    missing?
    """,
    *(
        lambda z, epsilon=epsilon: np.log(np.exp(z).sum(axis=-1) + epsilon)
        for epsilon in (1e-5, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-300)
    ),
    example=NEGATIVE,
)
