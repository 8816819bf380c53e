"""Exercise 6.1: the logarithm of the sum of the exponentials over the last axis, for finite logits of any size."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, Playground, logit_sliders, paragraphs
from utils.exercises.ch06.common import (
    APART,
    BATCH,
    LARGE,
    NEGATIVE,
    batches_only,
    clipped_logits,
    comes_in_shape,
    lse,
    same_numbers,
    shifted_by,
    shifted_by_zero_at_least,
    size_of,
    squeezed,
    stable_shares,
    told_by_small_inputs,
    vectors_and_batches,
    vectors_only,
)

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
    playground=Playground(
        sliders=logit_sliders(3.0, 2.0, 0.0, low=-1000.0, high=1000.0),
        inputs=lambda **z: (np.array(list(z.values())),),
        returns=("logsumexp(z)",),
    ),
    remark="Shift by the largest logit, sum, logarithm, and add the shift again.",
)


# Mistakes


@mistakes.mistake(*LARGE, recognise=shifted_by(lambda z: 0))
def no_shift(z):
    """
    You raise e to the logits as they are. For {input} you return {output}: a power of e beyond 709 is infinite in
    float64, and of very negative logits nothing is left but 0, whose logarithm is minus infinity. The true answer
    lies close to the largest logit in both cases. What can be taken out of every exponent before the powers are
    formed, and be added again afterwards?
    """
    return lse(z)


no_shift.also(lambda z: np.log(np.exp(z.astype(np.longdouble)).astype(float).sum(axis=-1)))


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def shift_not_added_back(z):
    """
    You subtract the largest logit and forget it. For {input} you return {output}, although a log-sum-exp is never
    smaller than the largest logit. In a softmax the shift cancels, because it stands above and below the line. Here
    nothing cancels: the logarithm of the shifted sum is too small by exactly what you took out. What has to happen
    after the logarithm?
    """
    return lse(z, z.max(axis=-1)) - z.max(axis=-1)


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def shift_subtracted_again(z):
    """
    After the logarithm you subtract the largest logit where it has to be added. For {input} you return {output},
    less than every logit. You took a factor out of each term of the sum; a factor in front of a sum becomes, under
    the logarithm, a term of its own. Write the sum as factor times rest, take the logarithm of both sides, and look
    at the sign.
    """
    return lse(z, z.max(axis=-1)) - 2 * z.max(axis=-1)


@mistakes.mistake(*LARGE, recognise=shifted_by(lambda z: -z.max(axis=-1, keepdims=True), lambda z: -z.max()))
def adding_the_maximum(z):
    """
    You add the largest logit inside `exp` where it has to be subtracted, and take it away at the end. On paper both
    are right; on a computer yours doubles the largest exponent, so it overflows at half the size: for {input} you
    return {output}. The shift is there to make the largest exponent 0. Which sign does that?
    """
    return np.log(np.exp(z + z.max(axis=-1, keepdims=True)).sum(axis=-1)) - z.max(axis=-1)


adding_the_maximum.also(lambda z: np.log(np.exp(z + z.max()).sum(axis=-1)) - z.max())


@mistakes.mistake(*NEGATIVE, recognise=shifted_by_zero_at_least)
def shift_by_zero_at_least(z):
    """
    Your shift is never negative: it is the largest logit or 0, whichever is larger, or the largest absolute value.
    That stops the overflow and lets the underflow pass: when all logits are very negative, every power is 0 and its
    logarithm is minus infinity. For {input} you return {output}. A negative maximum has to be subtracted as well;
    it lifts the row. Where does a 0, or an `abs`, enter your maximum?
    """
    return lse(z, np.maximum(z.max(axis=-1), 0))


shift_by_zero_at_least.also(lambda z: lse(z, np.abs(z).max(axis=-1)))


@mistakes.mistake(
    np.array([800.0, 0.0]), recognise=shifted_by(lambda z: z.min(axis=-1, keepdims=True), lambda z: z.min())
)
def shift_by_the_smallest(z):
    """
    You take the *smallest* logit out of the exponents. All exponents are then at least 0, and the largest of them
    is the gap between the extremes: for {input} you return {output}. Very negative rows are saved, rows with a wide
    gap still overflow. For `exp` the dangerous side is above. Which logit has to come to lie at 0, so that nothing
    lies above it?
    """
    return lse(z, z.min(axis=-1))


@mistakes.mistake(
    np.array([0.0, 1600.0, 0.0]),
    recognise=shifted_by(
        lambda z: z.mean(axis=-1, keepdims=True),
        lambda z: z.mean(),
        lambda z: np.median(z, axis=-1, keepdims=True),
        lambda z: z[..., :1],
        lambda z: z[..., -1:],
    ),
)
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


@mistakes.mistake(*LARGE, recognise=shifted_by(lambda z: z.argmax(axis=-1, keepdims=True)))
def the_index_of_the_largest(z):
    """
    You take `argmax` out of the exponents, which is the place of the largest logit and not the logit. Every shift
    is right on paper, so small logits come out well. But a place is 0, 1 or 2, which is next to nothing against the
    logits that a shift is needed for: {input} becomes {output}, as without a shift. The shift has to be as large as
    the largest logit itself. Which function returns what stands at that place?
    """
    return lse(z, z.argmax(axis=-1))


@told_by_small_inputs
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


@mistakes.mistake(*APART, recognise=shifted_by(lambda z: z.max()))
def one_maximum_for_the_batch(z):
    """
    You shift all rows by the largest logit of the whole batch. A row far below it has all its powers rounded to 0,
    and the logarithm of 0 is minus infinity: for {input} you return {output}. Each row may be shifted by a number
    of its own, since each has its own sum. Over which axis should the maximum run?
    """
    return lse(z, z.max())


@told_by_small_inputs
@mistakes.mistake(*BATCH)
def sum_over_the_whole_batch(z):
    """
    You return a single number for the whole batch: {output} for {input}. Each row is one example with its own
    classes, so each needs a log-sum-exp of its own. `np.sum` and `np.max` without an axis run over everything they
    are given, and for one vector nobody notices. Which axis holds the classes, however many axes there are?
    """
    return z.max() + np.log(np.exp(z - z.max()).sum())


sum_over_the_whole_batch.also(lambda z: np.log(np.exp(z).sum()))


@told_by_small_inputs
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


@told_by_small_inputs
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


@told_by_small_inputs
@mistakes.mistake(*BATCH)
def no_keepdims(z):
    """
    The maximum of each row has the shape (m,), and NumPy lines it up with the *last* axis: column j is shifted by
    the maximum of row j. For most shapes that is an error; for a square batch it runs and is wrong. For {input} you
    return {output}. Which argument of `max` keeps the axis with length 1, so that rows meet their own maximum?
    """
    return z.max(axis=-1) + np.log(np.exp(z - z.max(axis=-1)).sum(axis=-1))


@mistakes.mistake(*BATCH, recognise=comes_in_shape(lambda z: (*z.shape[:-1], 1), also=same_numbers))
def the_axis_is_kept(z):
    """
    Your numbers are right and their shape is not: for {input} you return {output}. The maximum needs
    `keepdims=True` while it is subtracted, so that rows meet their own maximum. The result has one number for each
    row and no axis of length 1 after it; otherwise the next subtraction from a vector of m numbers makes a table
    of m times m. How do you take that axis away again?
    """
    return z.max(axis=-1, keepdims=True) + np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True))


the_axis_is_kept.also(lambda z: lse(z)[..., None])


def _vectors_come_as_arrays_of_one(seen):
    """Whether every vector got its number as an array of the shape (1,), and batches went right."""
    wrong = [
        isinstance(result.value, np.ndarray) and result.value.shape == (1,) and same_numbers(result.value, expected)
        for result, expected in zip(seen.results, seen.expected, strict=True)
        if expected.shape == ()
    ]
    return all(wrong) and sum(wrong) + sum(seen.right) == len(seen.probes)


@mistakes.mistake(np.array([1.0, 2.0]), recognise=_vectors_come_as_arrays_of_one)
def an_array_of_one_entry(z):
    """
    Batches are right, and for one vector you return an array with one entry in place of a number: {output} for {input}.
    One vector has no axis of rows, so its result has no axis at all. The difference shows as soon as the result is
    compared, stacked, or subtracted from something else. Where does a vector become a batch of one row in your code, by
    `atleast_2d` or a `reshape`, and where is that undone?
    """
    return reference.logsumexp(np.atleast_2d(z))


an_array_of_one_entry.also(lambda z: np.atleast_1d(reference.logsumexp(z)))


@mistakes.mistake(np.array([[1.0, 2.0]]), recognise=squeezed)
def one_row_as_a_number(z):
    """
    A batch of one row is a batch: {input} has the shape (1, 2), and its result has the shape (1,). You return {output},
    without an axis. `squeeze` without an axis takes away *every* axis of length 1, and the axis of the rows is one of
    them when there is a single row. Code that goes on with m numbers then fails only for m = 1. Which axis did you
    want to get rid of, and how can you say so?
    """
    return np.squeeze(lse(z, z.max(axis=-1))[..., None])


@mistakes.mistake(*BATCH, recognise=comes_in_shape(lambda z: z.shape[:-1] * 2 if z.ndim > 1 else (1,)))
def a_column_added_to_a_row(z):
    """
    Of your two terms one has kept the axis of the classes, with length 1, and the other has lost it. A column (m, 1)
    and a vector (m,) add up to a table of m times m numbers, in which each row meets every other row: for {input} you
    return {output}. Only the numbers on the diagonal belong together. Which of maximum and logarithm should give up its
    last axis before the two are added?
    """
    return z.max(axis=-1) + np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True))


a_column_added_to_a_row.also(
    lambda z: z.max(axis=-1, keepdims=True) + np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1))
)


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def the_maximum_alone(z):
    """
    You return the largest logit: {output} for {input}. That is the hard maximum. A log-sum-exp lies above it, by at
    most the logarithm of the number of classes, and it is this small excess from which the other classes get their
    probabilities. For logits that tie it is largest. Where in your code does the sum over the exponentials enter?
    """
    return z.max(axis=-1)


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def no_logarithm(z):
    """
    The sum of the exponentials stands in your result without its logarithm: {output} for {input}. As a sum it overflows
    from logits of 710 on. Where a shift was taken out of the exponents, it is a factor of that sum and no term of it,
    so adding it back mends nothing. The logarithm brings the number back to the size of the logits, and makes a term of
    that factor. Which function is missing around the sum?
    """
    return np.exp(z).sum(axis=-1)


no_logarithm.also(
    lambda z: np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1),
    lambda z: np.exp(z.max(axis=-1)) * np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1),
    lambda z: z.max(axis=-1) + np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1),
)


@told_by_small_inputs
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


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def mean_in_place_of_sum(z):
    """
    You take the mean of the exponentials where their sum belongs. For {input} you return {output}, too small by the
    logarithm of the number of classes. The soft maximum built on the mean exists, and for equal logits it gives
    back that logit; but the denominator of a softmax is a sum. Which reduction divides by the number of classes?
    """
    return lse(z, z.max(axis=-1)) - np.log(z.shape[-1])


mean_in_place_of_sum.also(lambda z: np.log(np.exp(z).mean(axis=-1)))


@told_by_small_inputs
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


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def shift_outside_of_the_exponential(z):
    """
    You subtract the largest logit from the *exponentials*, and it belongs into the exponents. For {input} you return
    {output}. Taking a number out of an exponent divides the power by a factor, and that factor becomes a term after
    the logarithm; taking it from the power itself has no such rule, and the large power has been formed by then. Where
    does the bracket of your `exp` close?
    """
    return z.max(axis=-1) + np.log((np.exp(z) - z.max(axis=-1, keepdims=True)).sum(axis=-1))


shift_outside_of_the_exponential.also(
    lambda z: np.log((np.exp(z) - z.max(axis=-1, keepdims=True)).sum(axis=-1)),
    lambda z: z.max(axis=-1) + np.log(np.exp(z).sum(axis=-1) - z.max(axis=-1)),
    lambda z: np.log(np.exp(z).sum(axis=-1) - z.max(axis=-1)),
)


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def no_sum(z):
    """
    You add nothing up: for {input} you return {output}, one number for each *class*. Shift, exponential, logarithm and
    the shift added again undo each other entry by entry, so without the sum between them every logit comes back as it
    was. It is the sum that mixes the classes of a row into one number. Between which two of your calls does it belong?
    """
    largest = z.max(axis=-1, keepdims=True)
    return largest + np.log(np.exp(z - largest))


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def the_softmax(z):
    """
    You return the softmax or its logarithm: {output} for {input}, one number for each class. The log-sum-exp is what
    stands *below the line* of the softmax, or rather its logarithm: one number for the whole row. The numerator plays
    no part here; it comes back in the next exercise. Which part of your formula belongs to a single class?
    """
    return stable_shares(z)


the_softmax.also(lambda z: reference.log_softmax(z))


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def another_base(z):
    """
    You take the logarithm to the base 2 or 10. For {input} you return {output}, less than the largest logit or not far
    enough above it. Logarithm and exponential have to undo each other: for a single class the result is that logit. The
    powers are powers of e, and only the natural logarithm undoes these. Which NumPy function is it?
    """
    return z.max(axis=-1) + np.log2(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1))


another_base.also(
    lambda z: z.max(axis=-1) + np.log10(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1)),
    lambda z: np.log2(np.exp(z).sum(axis=-1)),
    lambda z: np.log10(np.exp(z).sum(axis=-1)),
)


@told_by_small_inputs
@mistakes.mistake(np.array([[1.0, 2.0], [3.0, 1.0], [0.0, 0.0]]))
def the_first_row_alone(z):
    """
    For a batch you return the log-sum-exp of a single row: {output} for {input}. A `return` inside the loop ends the
    function in the first round; a result that is written anew in each round is that of the last row. With one row
    nobody notices. The numbers of all rows have to be collected before anything is returned. At which depth does your
    `return` stand?
    """
    return reference.logsumexp(z[0] if z.ndim > 1 else z)


the_first_row_alone.also(lambda z: reference.logsumexp(z[-1] if z.ndim > 1 else z))

mistakes.add(
    "clipped logits",
    """
    You cut the logits to a range in which `exp` survives. Nothing overflows, and the number is wrong: for {input}
    you return {output}, and the same for every pair of logits beyond your limit. A clip throws away exactly what
    the function is asked about. A shift by the largest logit keeps `exp` in range as well, and changes nothing.
    What is the largest exponent after such a shift?
    """,
    *(lambda z, limit=limit: lse(np.clip(z, -limit, limit)) for limit in (50, 80, 88, 100, 500, 700, 709)),
    lambda z: lse(np.minimum(z, 700), np.minimum(z, 700).max(axis=-1)),
    example=LARGE,
    recognise=clipped_logits(reference.logsumexp, lse, at=[(0, np.array([0.0, 900.0]))]),
)


def _has_an_epsilon(seen):
    """Whether a small number was added to the sum, or the sum kept above it: read off very negative rows."""
    pairs = [
        (result.value, expected)
        for result, expected in zip(seen.results, seen.expected, strict=False)
        if isinstance(result.value, np.ndarray) and result.value.shape == expected.shape
    ]
    floor = max((value.min() for value, expected in pairs if expected.max() < -745), default=-np.inf)
    if len(pairs) < len(seen.probes) or not np.isfinite(floor):
        return False
    pairs = [(value, expected) for value, expected in pairs if expected.max() < 700]
    return any(
        all(np.allclose(value, keep(expected, floor), rtol=1e-3, atol=1e-3) for value, expected in pairs)
        for keep in (np.logaddexp, np.maximum)
    )


mistakes.add(
    "epsilon in the log",
    """
    You add a small number to the sum before the logarithm, or do not let the sum fall below one. It hides the minus
    infinity and does not mend it: for {input} you return {output}, the logarithm of your small number, and no longer
    anything about the logits. After a shift by the largest logit the sum is never below 1, so there is nothing to
    protect. Where does your shift go missing?
    """,
    *(lambda z, epsilon=epsilon: np.log(np.exp(z).sum(axis=-1) + epsilon) for epsilon in (1e-5, 1e-8, 1e-12, 1e-300)),
    lambda z: np.log(np.maximum(np.exp(z).sum(axis=-1), 1e-10)),
    example=NEGATIVE,
    recognise=_has_an_epsilon,
)


def _largest_in_size(z):
    return np.take_along_axis(z, np.abs(z).argmax(axis=-1, keepdims=True), axis=-1)


@mistakes.mistake(np.array([0.0, -1600.0]), recognise=shifted_by(_largest_in_size))
def shift_by_the_largest_in_size(z):
    """
    You take out the logit that is largest in *size*, with its sign. Where that is a very negative one, all others lie
    far above it, and their powers overflow: for {input} you return {output}. `exp` is in danger on one side only: a
    large positive exponent is infinite, a very negative one gives 0 and does no harm beside a 1. Which logit should
    come to lie at 0, whatever its size?
    """
    return lse(z, _largest_in_size(z)[..., 0])


@mistakes.mistake(*BATCH, recognise=vectors_only)
def _vectors_only(z):
    """
    Your code is for one vector, and a batch makes it fail: for {input} it returns {output}. Functions of the `math`
        module take one number, a comparison such as `a > b` asks one question, and a loop over a batch hands out whole
        rows. The functions of NumPy do the same for all entries at once and reduce along an axis that you name. Which
        number of an axis serves for both shapes? A loop over the rows of a batch is another way.
    """
    total = 0.0
    for value in z:
        total += math.exp(value - np.max(z))
    return np.max(z) + math.log(total)


@mistakes.mistake(np.array([1.0, 2.0]), recognise=batches_only)
def _batches_only(z):
    """
    Your code is for a batch, and a single vector is too little for it: for {input} it returns {output}. A vector has
        one axis, number 0, so `axis=1` and `shape[1]` ask for something that it has not, and a loop over its rows hands
        out numbers. Counted from the end, the axis of the classes has the same number in both shapes. Which one?
    """
    largest = z.max(axis=1, keepdims=True)
    return largest[:, 0] + np.log(np.exp(z - largest).sum(axis=1))


_batches_only.also(
    lambda z: np.log(np.exp(z).sum(axis=1)),
    lambda z: np.array([row.max() + np.log(np.exp(row - row.max()).sum()) for row in z]),
    lambda z: np.array([reference.logsumexp(z[i]) for i in range(z.shape[0])]) if z.shape[1] else 0,
)
