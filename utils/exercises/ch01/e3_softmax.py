"""Exercise 1.3: softmax over the last axis, for one vector or a batch, safe for any finite logits."""

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
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

# The domain


def vectors_and_batches(rng):
    """Vectors and batches: square ones, integers, one class, logits far from zero and far apart."""
    return [
        (np.array([1.0, 2.0]),),
        (np.array([2.0, 1.0, 0.1]),),
        (np.array([1, 2, 3]),),
        (np.array([0.5]),),
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
        (rng.normal(scale=3, size=4),),
        (rng.normal(scale=3, size=4),),
        (rng.normal(scale=3, size=(3, 3)),),
        (rng.normal(scale=3, size=(5, 3)),),
        (np.round(rng.normal(scale=300, size=(4, 6))),),
    ]


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
    probes=vectors_and_batches,
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
    remark="One function for a vector and for a batch, and no finite logit can break it.",
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
    lambda z: exp_shares(z.astype(np.longdouble), 0).astype(float),
    lambda z: np.exp(z) / (np.exp(z).sum(axis=-1, keepdims=True) + 1e-9),
    example=LARGE,
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


def _maximum_without_keepdims(z):
    exponentials = np.exp(z - z.max(axis=-1))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


mistakes.add(
    "no keepdims",
    """
    Your sum, or your maximum, over the last axis has the shape (m,), and NumPy lines that up with the *last* axis
    of the batch: column j is combined with the number of row j. For most shapes that is an error; for a square
    batch it runs and is wrong. For {input} you return {output}. Which argument of the reduction keeps the summed
    axis, with length 1?
    """,
    sum_without_keepdims,
    neither_with_keepdims,
    _maximum_without_keepdims,
    lambda z: np.exp(z) / np.exp(z).sum(axis=-1),
    lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=-1),
    example=SQUARE,
    describe=row_sums,
)

APART = (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),)


@mistakes.mistake(*APART)
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


@mistakes.mistake(*NEGATIVE)
def shift_by_zero_at_least(z):
    """
    You shift by the maximum of 0 and the logits, so rows that lie far below zero are not shifted at all. For
    {input} every power of e is rounded to 0, and 0/0 is nan: you return {output}. The shift exists to bring the
    largest logit of a row to exactly 0, from above and from below. Where does the extra 0 in your maximum come
    from?
    """
    return exp_shares(z, np.maximum(0, z.max(axis=-1, keepdims=True)))


@mistakes.mistake(*LARGE)
def adding_the_maximum(z):
    """
    You add the largest logit where it should be subtracted. Any common shift is allowed in exact arithmetic, so
    small inputs come out right; but the exponent of the largest logit is doubled and overflows twice as early, from
    about 355. For {input} you return {output}. After a shift that helps, the largest exponent is 0. Which sign
    brings it there?
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
    example=LARGE,
)


@mistakes.mistake(*LARGE)
def nan_replaced(z):
    """
    You let the powers overflow and put another number in the place of nan. For {input} you return {output}, and no
    number would be right for every row: the information was lost when infinite was divided by infinite, and no
    later step can bring it back. The overflow has to be avoided before `exp`. What may be subtracted from all
    logits of a row without changing its softmax?
    """
    return np.nan_to_num(_plain(z))


nan_replaced.also(
    lambda z: np.nan_to_num(_plain(z), nan=1.0),
    lambda z: np.nan_to_num(_plain(z), nan=1 / z.shape[-1]),
)


@mistakes.mistake(np.array([1, 2, 3]))
def zeros_of_the_wrong_type(z):
    """
    You fill an array that `np.zeros_like(z)` or `np.empty_like(z)` made. It has the type of `z`, so for integer
    logits it holds integers alone and every probability below 1 is cut to 0: for {input} you return {output},
    without a warning. Give that array the type float, or let the division make a new one, which has the right type
    by itself.
    """
    result = np.zeros_like(z)
    result[...] = exp_shares(z, z.max(axis=-1, keepdims=True))
    return result


@mistakes.mistake(np.array([1.0, 2.0]))
def batches_only(z):
    """
    Your function works for a batch, but for one vector such as {input} it returns {output}. The number 1 names the
    second axis, and a vector has a single one; a function that adds an axis has to take it away again. Count axes
    from the end instead: one name fits the classes of a vector, of a batch, and of anything with more axes in
    front.
    """
    return exp_shares(z, z.max(axis=1, keepdims=True), axis=1)


@batches_only.also
def keeps_two_axes(z):
    z = np.atleast_2d(z)
    return exp_shares(z, z.max(axis=1, keepdims=True))


@mistakes.mistake(np.array([1.0, 2.0]), describe=total)
def misplaced_bracket(z):
    """
    The division happens inside `exp`: the sum stands in the exponent, and the powers themselves are never divided.
    For {input} you return {output}, so the values do not sum to 1. Look for the closing bracket that ends the call
    of `exp`; the division belongs behind it. Giving the powers a name in a line of their own makes this hard to get
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


first_row_only.also(lambda z: softmax_row_by_row(z if z.ndim == 1 else z[-1]))
