"""Exercise 1.3: softmax over the last axis, for one vector or a batch, safe for any finite logits."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, Playground, logit_sliders, paragraphs
from utils.checking.values import agree, has_finite_numbers
from utils.exercises.ch01.common import (
    SQUARE,
    exp_shares,
    neither_with_keepdims,
    probabilities_in_words,
    row_sums,
    softmax_row_by_row,
    sum_without_keepdims,
    total,
)
from utils.exercises.drawing import any_vector_or_batch, corners_of_logits
from utils.exercises.recognising import (
    cuts_to_whole_numbers,
    goes_wrong,
    largest_of_each_row,
    like_its_samples,
    loses_axes_of_length_one,
    overflows,
    shifts_by_the_whole_batch,
    shifts_by_zero_at_least,
    works_for_batches,
    works_for_vectors,
)

# The domain


VECTORS_AND_BATCHES = Domain(
    smallest=[
        (np.array([1.0, 2.0]),),
        (np.array([2.0, 1.0, 0.1]),),
        (np.array([1, 2, 3]),),
        (np.array([0.5]),),
        (np.array([[1.0, 2.0]]),),
        (np.array([[1.0, 2.0], [3.0, 1.0]]),),
        (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]),),
        (np.array([[1, 2], [3, 5], [0, 0]]),),
        (np.array([[4.0], [-2.0], [0.0]]),),
        (np.array([1000.0, 999.0]),),
        (np.array([500.0, 499.0]),),
        (np.array([-1000.0, -1001.0, -999.0]),),
        (np.array([0.0, -1600.0]),),
        (np.array([0.0, 1600.0]),),
        (np.array([1e6, 1e6 - 1]),),
        (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),),
    ],
    corners=lambda rng: {name: (z,) for name, z in corners_of_logits(rng).items()},
    draw=lambda rng: (any_vector_or_batch(rng),),
)


# Right answers


def _through_transposition(z):
    columns = np.exp((z.T - z.max(axis=-1)).T).T
    return (columns / columns.sum(axis=0)).T


def _through_logarithms(z):
    z = np.asarray(z, dtype=float)
    log_total = np.logaddexp.reduce(z, axis=-1, keepdims=True)
    return np.exp(z - log_total)


def _by_pairs(z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[..., None, :] - z[..., :, None]).sum(axis=-1)


def _in_float32(z):
    exponentials = z.astype(np.float32)
    exponentials = exponentials - np.max(exponentials, axis=-1)[..., np.newaxis]
    np.exp(exponentials, out=exponentials)
    return exponentials / np.einsum("...k->...", exponentials)[..., np.newaxis]


def _sorted_first(z):
    order = np.argsort(z, axis=-1)
    ascending = np.take_along_axis(z, order, axis=-1)
    exponentials = np.exp(ascending - ascending[..., -1:])
    shares = exponentials / np.cumsum(exponentials, axis=-1)[..., -1:]
    result = np.empty(z.shape)
    np.put_along_axis(result, order, shares, axis=-1)
    return result


mistakes = Bank()

softmax = Exercise(
    name="ch01.softmax",
    is_main=True,
    asks="Softmax over the last axis, for one vector or a batch, safe for any finite logits.",
    reference=reference.softmax,
    probes=VECTORS_AND_BATCHES,
    expects=probabilities_in_words,
    hints=paragraphs("""
        Which logits can overflow `exp`, large ones or very negative ones? And what may you subtract from all logits of
        a row without changing their softmax?

        Subtract the largest logit of each row. Then every exponent is at most 0, the largest power is exactly 1, and
        the sum lies between 1 and K.

        A reduction such as `max` or `sum` takes `axis` and `keepdims`. With the last axis kept at length 1, a batch of
        the shape (m, K) meets a column of the shape (m, 1), and every row gets its own number.

        `axis=-1` means the last axis, whether there are one, two or three.
    """),
    alternatives=(
        softmax_row_by_row,
        _through_transposition,
        _through_logarithms,
        _by_pairs,
        _in_float32,
        _sorted_first,
        lambda z: np.apply_along_axis(lambda row: np.exp(row - row.max()) / np.exp(row - row.max()).sum(), -1, z),
    ),
    bank=mistakes,
    playground=Playground(
        sliders=logit_sliders(2.0, 1.0, 0.1, -1.0),
        inputs=lambda **z: (np.array(list(z.values())),),
        returns=("softmax(z)",),
    ),
    remark="One function for a vector and for a batch, and no power in it overflows.",
    of_every_function={"rounded": ()},  # which is one way to *small probabilities become 0*
)


# Families of mistakes


def _replaces_nan(seen):
    """Whether an answer is wrong where all powers of e are infinite, and finite there all the same."""

    def where(z):
        return z.min() > 712 and np.ptp(z) > 0 and z.shape[-1] > 1

    found = goes_wrong(seen, where, lambda z: z.dtype.kind == "f" and np.max(np.abs(z)) <= 600)
    return found and all(has_finite_numbers(result.value) for result in seen.results)


def _clips_the_logits(seen):
    """Whether the result is the softmax of logits that were cut off, wherever."""
    far = next((place for place, inputs in enumerate(seen.probes) if np.array_equal(inputs[0], [0, 1600])), None)
    if far is None or len(seen.results) < len(seen.probes):
        return False
    if any(result.problem or result.changed for result in seen.results):
        return False
    value = seen.results[far].value
    if value.shape != (2,) or not 0 < value[0] < 0.5:
        return False
    limit = -np.log(value[0])

    def agrees_with(cut):
        with np.errstate(all="ignore"):
            values = [exp_shares(cut(inputs[0]), 0) for inputs in seen.probes]
        return all(agree(result.value, value, 1e-3, 0.0) for result, value in zip(seen.results, values, strict=True))

    return agrees_with(lambda z: np.clip(z, -limit, limit)) or agrees_with(lambda z: np.minimum(z, limit))


def _came_and_truth(seen):
    """All numbers that came back and all that were expected, one after the other; nothing where one is missing."""
    if len(seen.results) < len(seen.probes) or any(result.problem or result.changed for result in seen.results):
        return None
    pairs = [(result.value, truth) for result, truth in zip(seen.results, seen.expected, strict=True)]
    if any(value.shape != truth.shape or not has_finite_numbers(value) for value, truth in pairs):
        return None
    return tuple(np.concatenate([np.ravel(part) for part in parts]) for parts in zip(*pairs, strict=True))


def _has_a_floor(seen):
    """Whether no probability comes back smaller than some number, though the truth does, and the others are right."""
    both = _came_and_truth(seen)
    if both is None or not 0 < both[0].min() < 1e-2:
        return False
    came, truth = both
    low, high = truth < 0.05 * came.min(), truth > 200 * came.min()
    return bool(low.any() and (came[low] < 20 * came.min()).all() and np.allclose(came[high], truth[high], 0.02, 0))


def _loses_small_probabilities(seen):
    """Whether small probabilities come back as 0, and the others are off by no more than that."""
    both = _came_and_truth(seen)
    if both is None:
        return False
    came, truth = both
    lost = truth[(came == 0) & (truth > 1e-37)].max(initial=0.0)
    step = max(lost, came[came > 0].min(initial=1.0))
    return bool(0 < lost <= step < 0.05 and (np.abs(came - truth) <= 1.05 * step + 2e-5 * truth).all())


def _shifts_by_the_largest_in_size(seen):
    """Whether an answer fails where the logit that is largest in size lies far below the largest of its row."""

    return goes_wrong(
        seen,
        lambda z: (np.max(np.abs(z), axis=-1) - np.max(z, axis=-1)).max() > 760,
        lambda z: z.dtype.kind == "f" and np.max(np.abs(z)) - largest_of_each_row(z).min() <= 600,
    )


def _adds_the_maximum(seen):
    """Whether an answer fails at about half of the logits at which one without a shift does."""
    return goes_wrong(
        seen,
        lambda z: largest_of_each_row(z).max() > 360,
        lambda z: z.dtype.kind == "f" and np.abs(largest_of_each_row(z)).max() <= 300,
    )


# Mistakes


def _plain(z):
    return exp_shares(z, 0)


LARGE = (np.array([1000.0, 999.0]),)

mistakes.add(
    "no shift",
    """
    The numbers that reach `exp` are as large as the logits themselves. For {input} the result is {output}: in
    float64 the power of e is infinite from about 710 on, and infinite divided by infinite has no value. The true
    answer is the same as for [1, 0], since only differences count. What can you subtract from every logit of a row,
    before `exp`, without changing the quotient?
    """,
    _plain,
    lambda z: np.exp(z) / (np.exp(z).sum(axis=-1, keepdims=True) + 1e-9),
    example=LARGE,
    recognise=overflows,
)


@mistakes.mistake(*SQUARE, describe=row_sums)
def sum_over_the_whole_batch(z):
    """
    For two rows you return numbers that sum to 1 *together*; each row by itself must sum to 1. Smallest case:
    {input} gives {output}. `np.sum` without an axis adds up everything, so the examples of a batch share one
    denominator and the prediction for one depends on the others. Which axis holds the classes, and how can the sum
    keep a shape that still divides row by row?
    """
    return np.exp(z - z.max(axis=-1, keepdims=True)) / np.exp(z - z.max(axis=-1, keepdims=True)).sum()


sum_over_the_whole_batch.also(
    lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
    lambda z: np.exp(z) / np.exp(z).sum(),
)


@mistakes.mistake(*SQUARE, describe=row_sums)
def wrong_axis(z):
    """
    You reduce over the first axis, so it is the columns that sum to 1. For {input} you return {output}. A row is
    one example with its classes side by side; a column collects the same class over all examples, and its values do
    not compete. For one vector both axes are the same, which is why the error hides there. Which number names the
    last axis, however many there are?
    """
    return exp_shares(z, z.max(axis=0, keepdims=True), axis=0)


wrong_axis.also(
    lambda z: np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=0),
    lambda z: exp_shares(z, z.max(axis=-1, keepdims=True), axis=0),
    lambda z: exp_shares(z, z.max(), axis=0),
    lambda z: exp_shares(z, 0, axis=0),
)


no_keepdims = mistakes.add(
    "no keepdims",
    """
    Your sum over the last axis has the shape (m,), and NumPy lines that up with the *last* axis of the batch: column j
    is divided by the sum of row j. For most shapes that is an error; for a square batch it runs and is wrong. For
    {input} you return {output}. Which argument of the reduction keeps the summed axis, with length 1?
    """,
    sum_without_keepdims,
    neither_with_keepdims,
    lambda z: np.exp(z) / np.exp(z).sum(axis=-1),
    lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=-1),
    example=SQUARE,
    describe=row_sums,
)


@mistakes.mistake(*SQUARE)
def a_maximum_without_keepdims(z):
    """
    Your maximum over the last axis has the shape (m,), and NumPy lines that up with the *last* axis of the batch: from
    column j the maximum of row j is subtracted. For most shapes that is an error. For a square batch it runs, and the
    sums even come out as 1; but the logits of one row were shifted by different amounts. For {input} you return
    {output}. Your sum keeps its axis, with length 1. What does the maximum need for that?
    """
    exponentials = np.exp(z - z.max(axis=-1))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


APART = (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),)


@mistakes.mistake(*APART, recognise=shifts_by_the_whole_batch)
def one_maximum_for_the_batch(z):
    """
    You subtract the largest logit of the whole batch from every row. One row keeps its largest power at 1; a row
    far below has all its powers rounded to 0, and 0/0 is nan: for {input} you return {output}. A softmax may be
    shifted by a different amount in each row. Which axis should the maximum run over, and how does its result keep
    a shape that fits?
    """
    return exp_shares(z, z.max())


@mistakes.mistake(*SQUARE)
def maximum_of_each_column(z):
    """
    Your sum runs over the right axis, but the maximum that you subtract is that of each column. So the logits of
    one row are shifted by different amounts, and their differences, the only thing that softmax sees, change. For
    {input} you return {output}: rows that sum to 1 with wrong values. Compare the `axis` of your two reductions.
    """
    return exp_shares(z, z.max(axis=0, keepdims=True))


NEGATIVE = (np.array([-1000.0, -1001.0]),)


@mistakes.mistake(*NEGATIVE, recognise=shifts_by_zero_at_least)
def shift_by_zero_at_least(z):
    """
    Rows that lie far below zero are not shifted in your code, because you take the maximum of 0 and the logits, or
    because an `if` asks for large logits only. For {input} every power of e is rounded to 0, and 0/0 is nan: you
    return {output}. The shift exists to bring the largest logit of a row to exactly 0, from above and from below.
    Which 0, or which condition, can go?
    """
    return exp_shares(z, np.maximum(0, z.max(axis=-1, keepdims=True)))


@shift_by_zero_at_least.also
def shift_of_large_logits_only(z):
    if np.max(z) > 700:
        z = z - np.max(z)
    return exp_shares(z, 0)


@mistakes.mistake(np.array([0.0, -1600.0]), recognise=_shifts_by_the_largest_in_size)
def shift_by_the_largest_in_size(z):
    """
    You subtract the logit that is largest in *size*, without its sign. Where a row has large positive logits, that is
    its maximum. Where it has very negative ones, you move everything further down: for {input} every power of e is
    rounded to 0, and 0/0 is nan: you return {output}. An exponent that is far below 0 does no harm as long as another
    one is 0. Which function of your line drops the sign?
    """
    return exp_shares(z, np.max(np.abs(z), axis=-1, keepdims=True))


shift_by_the_largest_in_size.also(lambda z: exp_shares(z, np.abs(z).max()))


@mistakes.mistake(*LARGE, recognise=_adds_the_maximum)
def adding_the_maximum(z):
    """
    You add the maximum where it should be subtracted. Any common shift is allowed in exact arithmetic, so small
    inputs come out right; but the exponent of the largest logit is doubled and overflows twice as early, from about
    355. For {input} you return {output}. After a shift that helps, the largest exponent is 0. Which sign brings it
    there?
    """
    return exp_shares(z, -z.max(axis=-1, keepdims=True))


@mistakes.mistake(np.array([0.0, -1600.0]))
def shift_by_the_smallest(z):
    """
    You subtract the smallest logit of the row, or one in the middle, such as the mean. That keeps the powers from
    all becoming 0, but the largest exponent is still as large as the spread of the logits, and `exp` overflows at
    710: for {input} you return {output}. Underflow of a small term is harmless, overflow is not. Which logit must
    be moved to 0 so that no exponent is positive?
    """
    return exp_shares(z, z.min(axis=-1, keepdims=True))


shift_by_the_smallest.also(
    lambda z: exp_shares(z, z.mean(axis=-1, keepdims=True)),
    lambda z: exp_shares(z, np.median(z, axis=-1, keepdims=True)),
)


@mistakes.mistake(np.array([0.0, 1600.0, 0.0]))
def shift_by_one_class(z):
    """
    You subtract the logit of one fixed class, the first or the last. That shift leaves the softmax as it is, and
    where this class happens to be the largest, nothing overflows. Where another one lies far above it, `exp` does:
    for {input} you return {output}. The shift has to make every exponent at most 0, whichever class is ahead. Which
    logit of the row does that?
    """
    return exp_shares(z, z[..., :1])


shift_by_one_class.also(lambda z: exp_shares(z, z[..., -1:]))


@mistakes.mistake(np.array([1.0, 2.0]), describe=total)
def shift_on_one_side_only(z):
    """
    You shift the logits in the numerator or in the denominator, but not in both. The factor that the shift puts
    into every power then no longer cancels: for {input} you return {output}. The quotient stays the same only if
    the same number is subtracted above and below the line. Compute the shifted powers once, under a name, and use
    that name twice.
    """
    return np.exp(z - z.max(axis=-1, keepdims=True)) / np.exp(z).sum(axis=-1, keepdims=True)


@shift_on_one_side_only.also
def shift_in_denominator_only(z):
    return np.exp(z) / np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True)


@mistakes.mistake(np.array([1.0, 2.0]))
def scaled_instead_of_shifted(z):
    """
    You divide the logits by their maximum in place of subtracting it. That changes the differences between them,
    and only differences count: for {input} you return {output}, the same as for any other pair with this ratio.
    With a maximum of 0 or below it breaks altogether. Dividing logits is what a temperature does. Which operation
    leaves every difference as it was?
    """
    return exp_shares(z / z.max(axis=-1, keepdims=True), 0)


def _clipped(z, limit):
    return exp_shares(np.clip(z, -limit, limit), 0)


mistakes.add(
    "clipped logits",
    """
    You cut large logits off before `exp`. That keeps it finite, but logits beyond the limit become equal: for
    {input} you return {output}, as if no class were ahead. It also stops the gradient of every logit that was cut.
    Nothing has to be lost: there is a number that can be subtracted from all logits of a row so that none is too
    large, and the softmax stays the same.
    """,
    *(lambda z, limit=limit: _clipped(z, limit) for limit in (700, 500, 100, 50, 20)),
    lambda z: exp_shares(np.minimum(z, 600), 0),
    example=LARGE,
    recognise=_clips_the_logits,
)


@mistakes.mistake(np.array([0.0, 1600.0]), recognise=_has_a_floor)
def a_floor_below_the_probabilities(z):
    """
    You keep every probability away from 0, with `clip`, with `maximum`, or by adding a small number. For {input} you
    return {output}. A class may be as improbable as its logit says; with a floor below it the row no longer sums to 1,
    or the differences between unlikely classes are gone, and the gradient with them. If you feared a logarithm of 0
    later: that belongs to the loss, and chapter 6 computes it without any probability. Which line can go?
    """
    return np.maximum(softmax_row_by_row(z), 1e-9)


a_floor_below_the_probabilities.also(
    lambda z: np.clip(reference.softmax(z), 1e-15, 1 - 1e-15),
    lambda z: reference.softmax(z) + 1e-8,
    lambda z: exp_shares(np.maximum(z - z.max(axis=-1, keepdims=True), -50), 0),
)


@mistakes.mistake(np.array([0.0, -40.0]), recognise=_loses_small_probabilities)
def small_probabilities_become_0(z):
    """
    Small probabilities come back as exactly 0: {output} for {input}. Either the result is rounded, or a line treats a
    class that is far below as impossible. A softmax leaves every class a share, e to the power −40 in this case, and a
    computer holds numbers down to about 1e-308. The logarithm of an exact 0 is minus infinity, and no training gets
    away from there. Which line rounds, compares, or cuts off?
    """
    return np.round(reference.softmax(z), 4)


small_probabilities_become_0.also(
    lambda z: np.where(reference.softmax(z) < 1e-12, 0.0, reference.softmax(z)),
    lambda z: np.round(reference.softmax(z), 8),
)


@mistakes.mistake(*LARGE, recognise=_replaces_nan)
def nan_replaced(z):
    """
    Where the powers of e overflow, other numbers come in the place of nan, from `nan_to_num` or from a branch for
    large logits. For {input} you return {output}, and no fixed numbers would be right for every row: infinite divided
    by infinite has forgotten how far the logits are apart. The overflow has to be avoided before `exp`. What may be
    subtracted from all logits of a row without changing its softmax?
    """
    return np.nan_to_num(_plain(z))


nan_replaced.also(
    lambda z: np.nan_to_num(_plain(z), nan=1.0),
    lambda z: np.nan_to_num(_plain(z), nan=1 / z.shape[-1]),
)


@mistakes.mistake(np.array([[1, 2], [3, 5]]), recognise=cuts_to_whole_numbers)
def zeros_of_the_wrong_type(z):
    """
    You fill an array that `np.zeros_like(z)` or `np.empty_like(z)` made. It has the type of `z`, so for integer
    logits it holds only integers, and every probability below 1 is cut to 0: for {input} you return {output},
    without a warning. Give that array the type float, or let the division make a new one, which has the right type
    by itself.
    """
    result = np.zeros_like(z)
    result[...] = exp_shares(z, z.max(axis=-1, keepdims=True))
    return result


@zeros_of_the_wrong_type.also
def batch_of_the_wrong_type(z):
    if z.ndim == 1:
        return exp_shares(z, z.max())
    result = np.zeros_like(z)
    for i, row in enumerate(z):
        result[i] = exp_shares(row, row.max())
    return result


@mistakes.mistake(np.array([1.0, 2.0]), recognise=works_for_batches)
def batches_only(z):
    """
    A batch comes out right, or could; for one vector such as {input} you return {output}. The number 1 names the
    second axis, and a vector has a single one; a function that adds an axis has to take it away again. Count axes
    from the end instead: one name fits the classes of a vector, of a batch, and of anything with more axes in
    front.
    """
    return exp_shares(z, z.max(axis=1, keepdims=True), axis=1)


@batches_only.also
def keeps_two_axes(z):
    z = np.atleast_2d(z)
    return exp_shares(z, z.max(axis=1, keepdims=True))


batches_only.also(
    lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
    lambda z: np.exp(z - z.max(axis=1)) / np.exp(z - z.max(axis=1)).sum(axis=1),
    lambda z: np.array([np.exp(row - row.max()) / np.exp(row - row.max()).sum() for row in z]),
)


@mistakes.mistake(*SQUARE, recognise=works_for_vectors)
def one_vector_only(z):
    """
    For one vector your function is right, and for a batch it stops: {input} gives {output}. A step of it works with
    one number at a time: Python's own `max` and `if` compare two numbers, the functions of `math` take one, and an
    entry of a one-dimensional result holds one. A row of a batch is none of these. NumPy has a function for each of
    them that takes arrays and an `axis`. Which step is it in your code?
    """
    powers = [math.exp(value - max(z)) for value in z]
    return np.array(powers) / sum(powers)


one_vector_only.also(
    lambda z: np.exp(z - max(z)) / sum(np.exp(z - max(z))),
    lambda z: np.array([math.exp(value) for value in z]) / sum(math.exp(value) for value in z),
)


@mistakes.mistake(np.array([[1.0, 2.0]]), recognise=loses_axes_of_length_one)
def axes_of_length_one_are_lost(z):
    """
    Your numbers are right, and an axis is missing: for {input}, a batch of one row, you return {output}. The result
    has to have the shape of `z`, so that code which runs over the examples works for a single one, too. `squeeze` takes
    out every axis of the length 1, whatever it is for, and so does a line that treats one row as a special case.
    Which axes did your own code add, and which belonged to the caller?
    """
    return np.squeeze(reference.softmax(z))


axes_of_length_one_are_lost.also(
    lambda z: reference.softmax(z)[0] if z.ndim == 2 and len(z) == 1 else reference.softmax(z),
    lambda z: np.squeeze(exp_shares(np.atleast_2d(z), np.atleast_2d(z).max(axis=1, keepdims=True))),
)


@mistakes.mistake(np.array([1.0, 2.0]))
def maximum_subtracted_after_exp(z):
    """
    The maximum is subtracted from the *powers* of e, after the bracket of `exp`, and not from the logits inside it.
    For {input} you return {output}. A shift of the logits multiplies every power by the same factor, which cancels in
    the quotient; a number that is taken off the powers does not cancel, and can make them negative. Which closing
    bracket has to move, and to which side of the subtraction?
    """
    powers = np.exp(z) - z.max(axis=-1, keepdims=True)
    return powers / powers.sum(axis=-1, keepdims=True)


@maximum_subtracted_after_exp.also
def largest_power_subtracted(z):
    powers = np.exp(z) - np.exp(z).max(axis=-1, keepdims=True)
    return powers / powers.sum(axis=-1, keepdims=True)


maximum_subtracted_after_exp.also(
    lambda z: np.exp(z) - z.max(axis=-1, keepdims=True),
    lambda z: (np.exp(z) - z.max(axis=-1, keepdims=True)) / np.exp(z).sum(axis=-1, keepdims=True),
)


@mistakes.mistake(np.array([1.0, 2.0]), describe=total)
def misplaced_bracket(z):
    """
    The division happens inside `exp`: the sum is in the exponent, and the powers themselves are never divided.
    For {input} you return {output}, so the values do not sum to 1. Look for the closing bracket that ends the call
    of `exp`; the division belongs after it. Giving the powers a name in a line of their own makes this hard to get
    wrong.
    """
    return np.exp(z / np.exp(z).sum(axis=-1, keepdims=True))


misplaced_bracket.also(
    lambda z: np.exp(
        (z - z.max(axis=-1, keepdims=True)) / np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True)
    )
)


@mistakes.mistake(np.array([1.0, 2.0]))
def no_division(z):
    """
    You return the powers of e and leave out the second step. For {input} the result is {output}. After the shift
    the largest power is always 1, so it looks like a probability, but each row has to be divided by its own sum.
    Which axis does that sum run over, and how does its shape stay divisible row by row?
    """
    return np.exp(z - z.max(axis=-1, keepdims=True))


no_division.also(lambda z: np.exp(z))


@mistakes.mistake(np.array([1.0, 2.0]))
def the_logarithm_of_softmax(z):
    """
    You return logarithms of probabilities: {output} for {input}, all of them negative. That is a useful function
    with a name of its own, and chapter 6 shows why a loss is computed from it. Here the probabilities themselves
    are asked for, each between 0 and 1. Which function undoes the logarithm?
    """
    return reference.log_softmax(z)


@mistakes.mistake(*SQUARE)
def first_row_only(z):
    """
    Your loop leaves the function too early, or overwrites its result: for a batch of several rows you return one
    row. For {input} that is {output}, where the result should have the shape of the input. A `return` inside a loop
    ends it in the first round. The sums and maxima can also run over all rows at once, and then no loop is needed.
    """
    return softmax_row_by_row(z if z.ndim == 1 else z[0])


first_row_only.also(
    lambda z: softmax_row_by_row(z if z.ndim == 1 else z[-1]),
    lambda z: softmax_row_by_row(z if z.ndim == 1 else z[:1]),
    lambda z: softmax_row_by_row(z if z.ndim == 1 else z[-1:]),
)


# A second slip, such as a missing shift or a small number in the denominator, does not lose the name of these.
for mistake in (
    sum_over_the_whole_batch,
    wrong_axis,
    no_keepdims,
    a_maximum_without_keepdims,
    maximum_of_each_column,
    shift_on_one_side_only,
    scaled_instead_of_shifted,
    misplaced_bracket,
    maximum_subtracted_after_exp,
    no_division,
    the_logarithm_of_softmax,
    first_row_only,
):
    mistake.recognise = like_its_samples(mistake)
