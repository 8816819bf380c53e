"""Exercise 10.8: the point of the simplex that is nearest to the logits, for one vector or for each row of a batch."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch10.common import (
    any_logits_of_one_or_more,
    corners_of_logits,
    exact,
    right_for_batches_alone,
    right_for_vectors_alone,
    shares_in_words,
)
from utils.exercises.drawing import whole

# The domain

FIRST = (np.array([0.5, 0.0]),)
TWO_STAY = (np.array([0.5, 0.0, -1.0]),)
WITH_A_ZERO = (np.array([2.0, 1.0, 0.1]),)
A_BATCH = (np.array([[0.5, 0.0], [3.0, 0.2]]),)
SMALLEST = [
    FIRST,
    (np.array([0.0, 3.0]),),
    WITH_A_ZERO,
    (np.array([0.4, 0.3, -1.0]),),
    (np.array([1.0, 0.9, 0.1, -2.0]),),
    (np.array([-1.0, -1.2, -3.0]),),
    (np.array([1, 0, 1]),),
    (np.array([0.7]),),
    TWO_STAY,
    A_BATCH,
    (np.array([[0.2, 0.5, 0.1], [2.0, 1.5, -1.0], [0.0, 0.0, 0.0]]),),
    (np.array([[0.4, 0.5, 0.3], [9.0, 8.6, 8.8]]),),
    (np.array([1000.0, 999.5, 999.0]),),
]


def corners_of_points(rng):
    """Logits by the name of their corner: any of one example or of a batch, close ones of which many stay, integers."""
    corners = corners_of_logits(rng, but=("above 10,000", "rows above 10,000"))
    close = exact(rng.normal(scale=0.15, size=(3, 12)))
    eighths = rng.integers(-3, 4, size=(3, 4)) / 8  # far out their sums are exact in float32, too
    return {name: (z,) for name, z in corners.items()} | {
        "all of many classes stay": (exact(rng.uniform(0, 0.05, size=12)),),
        "many classes stay": (close[0],),
        "many classes stay in each row": (close,),
        "close and negative": (close[:, :4] - 5,),
        "close and below -750": (eighths[0] - 1000,),
        "close rows below -750": (eighths - 1000,),
        "close and above 10,000": (eighths[0] + 12_000,),
        "close rows above 10,000": (eighths + 12_000,),
        "one row of close ones": (close[:1, :4],),
        "many close rows": (exact(rng.normal(scale=0.4, size=(int(rng.integers(25, 40)), 4))),),
        "a square batch of close ones": (exact(rng.normal(scale=0.4, size=(5, 5))),),
        "integers": (whole(rng.normal(scale=2, size=5)),),
        "rows of integers": (np.array([[2, 0, 2], [1, 1, 1], [0, 3, 1]]) + rng.integers(-3, 4),),
        "a tie that stays": (np.array([0.3, 0.3, -0.1, 0.2])[rng.permutation(4)],),
    }


def any_point(rng):
    """Logits of any size, of one example or of a batch, an integer each or not."""
    z = any_logits_of_one_or_more(rng)
    z = exact(z * rng.choice([1.0, 0.1]))
    return (whole(z) if rng.random() < 1 / 4 else z,)


def size_of_the_logits(z):
    """As much of the largest logit as float32 may lose; at least 1."""
    return max(1.0, float(np.abs(z).max()) / 100)


# Right answers


def _threshold(z):
    """The right threshold of each row, (..., 1)."""
    ordered = -np.sort(-z, axis=-1)
    thresholds = (np.cumsum(ordered, axis=-1) - 1) / np.arange(1, z.shape[-1] + 1)
    kept = (ordered > thresholds).sum(axis=-1, keepdims=True)
    return np.take_along_axis(thresholds, kept - 1, axis=-1)


def _stay(z):
    """How many classes of each row stay above its threshold, (..., 1)."""
    return (z > _threshold(z)).sum(axis=-1, keepdims=True)


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


mistakes = Bank()

sparsemax = Exercise(
    name="ch10.sparsemax",
    is_main=True,
    asks="The point of the simplex that is nearest to the logits, for one vector or for each row of a batch.",
    reference=reference.sparsemax,
    probes=Domain(SMALLEST, corners_of_points, any_point),
    expects=shares_in_words,
    scale=size_of_the_logits,
    hints=paragraphs("""
        The result is the positive part of z − τ. If you knew how many classes stay above 0, how would you find τ from
        the condition that they sum to 1?

        Sort each row downwards. If the first k classes stay, τ is their sum minus 1, divided by k. `np.cumsum` gives
        these sums for all k at once.

        The right k is the largest for which the k-th logit still lies above its own τ. Count for how many that is so.

        For a batch, keep the last axis with length 1: count with `keepdims=True`, and take the threshold of each row
        with `np.take_along_axis`.
    """),
    alternatives=(
        _sparsemax_by_halving,
        _sparsemax_by_dropping,
        _sparsemax_with_a_loop,
        lambda z: reference.sparsemax(z.astype(np.float32)),
        lambda z: np.clip(z - _threshold(z), 0, None),
    ),
    bank=mistakes,
    remark="The nearest distribution, with exact zeros for the classes that trail too far.",
)


# Mistakes


def _clip_and_divide(z):
    positive = np.maximum(z, 0)
    return positive / positive.sum(axis=-1, keepdims=True)


mistakes.add(
    "clip and divide",
    """
    You set negative logits to 0 and divide by the sum of the others. The result sums to 1, but it changes when the
    same number is added to all logits, and it has no value when all are negative. For {input} you return {output};
    a nearer point exists. On the way to the nearest point, what is taken off every logit before the negative ones
    are cut?
    """,
    _clip_and_divide,
    lambda z: np.maximum(z, 0) / (np.maximum(z, 0).sum(axis=-1, keepdims=True) + 1e-9),
    lambda z: np.maximum(z, 0) / np.maximum(np.maximum(z, 0).sum(axis=-1, keepdims=True), 1e-12),
    example=FIRST,
)


@mistakes.mistake(*WITH_A_ZERO)
def softmax(z):
    """
    You return the softmax, {output} for {input}. It has no zeros, however far a class trails. Sparsemax needs no
    exponential at all: a number τ is taken off each logit, and what falls below 0 becomes 0. Which τ makes the rest
    sum to 1?
    """
    return reference.softmax(z)


@mistakes.mistake(*WITH_A_ZERO)
def not_cut_at_0(z):
    """
    You take a number off all logits and do not cut. Where that makes them sum to 1, it is the nearest point of
    the *plane* on which the sum is 1, and it may lie outside of the simplex: for {input} you return {output}, with a
    negative share. A class that lies below τ gets nothing, neither a share nor a debt, and τ is computed from the
    others. Which function turns what is below 0 into 0?
    """
    return z - (z.sum(axis=-1, keepdims=True) - 1) / z.shape[-1]


not_cut_at_0.also(lambda z: z - _threshold(z))


@mistakes.mistake(*WITH_A_ZERO)
def threshold_over_all_classes(z):
    """
    You compute τ from all classes and cut at 0 afterwards. The classes that become 0 had helped to determine τ,
    with negative shares; without them the rest sums to more than 1. For {input} you return {output}. Sorting
    upwards has the same effect. Only those that *stay* may enter τ. How do you find out which they are?
    """
    return np.maximum(z - (z.sum(axis=-1, keepdims=True) - 1) / z.shape[-1], 0)


threshold_over_all_classes.also(lambda z: _clip_and_divide(z - (z.sum(axis=-1, keepdims=True) - 1) / z.shape[-1]))


@mistakes.mistake(*FIRST)
def the_1_forgotten(z):
    """
    Your threshold is the mean of the logits that stay, so what is left of them sums to 0 and not to 1. For {input}
    you return {output}. From k logits with the sum s, the number τ is taken k times, and 1 has to be left: s − kτ =
    1. What does that say about τ?
    """
    return np.maximum(z - z.mean(axis=-1, keepdims=True), 0)


@the_1_forgotten.also
def sums_of_those_that_stay_divided(z):
    sums = np.cumsum(-np.sort(-z, axis=-1), axis=-1)
    return np.maximum(z - np.take_along_axis(sums, _stay(z) - 1, axis=-1) / _stay(z), 0)


the_1_forgotten.also(lambda z: np.maximum(z - _threshold(z) - 1 / (z > _threshold(z)).sum(axis=-1, keepdims=True), 0))


@mistakes.mistake(*FIRST)
def the_1_with_the_wrong_sign(z):
    """
    You add 1 to the sum of the logits where it has to be taken off, so your τ is too large, and what is left sums to
    less than 1: for {input} you return {output}. If k classes with the sum s stay, the shares sum to s − kτ, and that
    has to be 1. Solve it for τ once more. On which side of the fraction does the 1 end, and with which sign?
    """
    sums = np.cumsum(-np.sort(-z, axis=-1), axis=-1)
    return np.maximum(z - (np.take_along_axis(sums, _stay(z) - 1, axis=-1) + 1) / _stay(z), 0)


@mistakes.mistake(*FIRST)
def the_threshold_with_the_wrong_sign(z):
    """
    Your τ has the wrong sign: it is 1 less the sum where the sum less 1 belongs, or it is added to the logits where it
    has to be taken off. For {input} you return {output}, which does not sum to 1. Only where τ is 0 nobody notices. The
    share of a class that stays is its logit *less* τ. What does s − kτ = 1 give for τ?
    """
    return np.maximum(z + _threshold(z), 0)


@the_threshold_with_the_wrong_sign.also
def with_the_wrong_sign_in_the_count_too(z):
    ordered = -np.sort(-z, axis=-1)
    thresholds = (1 - np.cumsum(ordered, axis=-1)) / np.arange(1, z.shape[-1] + 1)
    kept = np.maximum((ordered > thresholds).sum(axis=-1, keepdims=True), 1)
    return np.maximum(z - np.take_along_axis(thresholds, kept - 1, axis=-1), 0)


@mistakes.mistake(*FIRST)
def nothing_is_left(z):
    """
    Your shares are all 0: for {input} you return {output}. Your τ is at least as large as the largest logit, so every
    class is cut. It happens when the 1 is forgotten, or added, both in the thresholds and in the comparison that counts
    who stays. At least one class always stays, the largest: if only that one does, τ is its logit less 1. Which is
    the first of your thresholds?
    """
    return np.zeros(z.shape)


@nothing_is_left.also
def with_the_mean_of_those_above_it(z):
    ordered = -np.sort(-z, axis=-1)
    means = np.cumsum(ordered, axis=-1) / np.arange(1, z.shape[-1] + 1)
    kept = np.maximum((ordered > means).sum(axis=-1, keepdims=True), 1)
    return np.maximum(z - np.take_along_axis(means, kept - 1, axis=-1), 0)


def _counted_from_0(z, condition, divisor):
    """Sparsemax where the places of the sorted logits begin at 0 in the condition, in the divisor, or in both."""
    ordered = -np.sort(-z, axis=-1)
    sums, places = np.cumsum(ordered, axis=-1), np.arange(z.shape[-1])
    with np.errstate(all="ignore"):
        stay = (1 + (places + 1 - condition) * ordered > sums).sum(axis=-1, keepdims=True)
        thresholds = (sums - 1) / (places + 1 - divisor)
        last = np.take_along_axis(thresholds, np.maximum(stay - 1, 0), axis=-1)
        return np.maximum(z - last, 0)


@mistakes.mistake(np.array([1.0, 0.9, 0.1, -2.0]))
def places_counted_from_0(z):
    """
    You number the sorted logits from 0, in the condition or below the fraction line. The k in both is a *count*: how
    many logits the sum holds. After the first one it is 1, and with 0 the first threshold is a division by 0, or every
    comparison looks one place too far. For {input} you return {output}. `arange(K)` begins at 0. With which number does
    the count of one logit begin?
    """
    return _counted_from_0(z, 1, 0)


places_counted_from_0.also(
    lambda z: _counted_from_0(z, 1, 1),
    lambda z: _counted_from_0(z, 0, 1),
)


@places_counted_from_0.also
def with_0_in_every_threshold(z):
    ordered = -np.sort(-z, axis=-1)
    with np.errstate(all="ignore"):
        thresholds = (np.cumsum(ordered, axis=-1) - 1) / np.arange(z.shape[-1])
        kept = np.maximum((ordered > thresholds).sum(axis=-1, keepdims=True), 1)
        return np.maximum(z - np.take_along_axis(thresholds, kept - 1, axis=-1), 0)


@places_counted_from_0.also
def with_1_in_place_of_the_0(z):
    ordered = -np.sort(-z, axis=-1)
    thresholds = (np.cumsum(ordered, axis=-1) - 1) / np.maximum(np.arange(z.shape[-1]), 1)
    kept = np.maximum((ordered > thresholds).sum(axis=-1, keepdims=True), 1)
    return np.maximum(z - np.take_along_axis(thresholds, kept - 1, axis=-1), 0)


@mistakes.mistake(*FIRST)
def the_largest_logit_alone(z):
    """
    Your τ is the largest logit less 1, as if one class stayed. For {input} you return {output}: whatever trails by
    less than 1 keeps something, and the winner keeps a whole 1 beside it, so the sum is above 1. The shares have to
    sum to 1 *together*. How many classes are above your τ, and what would τ have to be for that many?
    """
    return np.maximum(z - (z.max(axis=-1, keepdims=True) - 1), 0)


@mistakes.mistake(*FIRST)
def the_hard_maximum(z):
    """
    You give the largest logit everything: {output} for {input}. That is a corner of the simplex, and the nearest
    point is a corner only if the winner leads by 1 or more. For closer logits sparsemax lies on an edge or in the
    inside. Which classes stay when the lead is smaller than 1?
    """
    return (z == z.max(axis=-1, keepdims=True)).astype(float)


the_hard_maximum.also(lambda z: np.eye(z.shape[-1])[z.argmax(axis=-1)])


@mistakes.mistake(np.array([0.3, 0.5, 0.0]))
def the_result_is_sorted(z):
    """
    Your shares come back in the order of their size, so the first of them no longer belongs to class 0: for {input}
    you return {output}. Sort to find τ; then subtract it from the logits in their *own* order. Which of your two
    arrays stands in the last line?
    """
    return -np.sort(-reference.sparsemax(z), axis=-1)


the_result_is_sorted.also(lambda z: np.sort(reference.sparsemax(z), axis=-1))


def _thresholds(z):
    """The threshold that would hold if one class stayed, two, and so on, (..., K)."""
    return (np.cumsum(-np.sort(-z, axis=-1), axis=-1) - 1) / np.arange(1, z.shape[-1] + 1)


def _with_count(z, wrong_by):
    places = (_stay(z) - 1 + wrong_by) % z.shape[-1]
    return np.maximum(z - np.take_along_axis(_thresholds(z), places, axis=-1), 0)


def _wrong_divisor(z):
    ordered = -np.sort(-z, axis=-1)
    sums = np.cumsum(ordered, axis=-1)
    kept = (ordered > (sums - 1) / np.arange(1, z.shape[-1] + 1)).sum(axis=-1, keepdims=True)
    return (np.take_along_axis(sums, kept - 1, axis=-1) - 1) / np.maximum(kept - 1, 1)


@mistakes.mistake(*TWO_STAY)
def the_wrong_count(z):
    """
    Your τ mixes two counts: the sum of so many logits is divided by another number, or the count of the classes
    that stay is off by one. For {input} you return {output}. If k classes stay, their sum stands at the index k −
    1, and it is divided by k. Write both down for two classes and compare with your code.
    """
    return _with_count(z, 1)


the_wrong_count.also(
    lambda z: _with_count(z, -1),
    lambda z: np.maximum(z - np.take_along_axis(_thresholds(z), np.maximum(_stay(z) - 2, 0), axis=-1), 0),
    lambda z: np.maximum(z - _wrong_divisor(z), 0),
)


@the_wrong_count.also
def with_count_unless_all_stay(z):
    ordered = -np.sort(-z, axis=-1)
    thresholds = (np.cumsum(ordered, axis=-1) - 1) / np.arange(1, z.shape[-1] + 1)
    kept = (ordered > thresholds).sum(axis=-1, keepdims=True)
    return np.maximum(z - np.take_along_axis(thresholds, np.minimum(kept, z.shape[-1] - 1), axis=-1), 0)


@the_wrong_count.also
def divided_by_all(z):
    ordered = -np.sort(-z, axis=-1)
    thresholds = (np.cumsum(ordered, axis=-1) - 1) / z.shape[-1]
    kept = (ordered > thresholds).sum(axis=-1, keepdims=True)
    return np.maximum(z - np.take_along_axis(thresholds, kept - 1, axis=-1), 0)


the_wrong_count.also(
    lambda z: np.maximum(z - _threshold(z) * _stay(z) / (_stay(z) + 1), 0),
    lambda z: np.maximum(z - (z.sum(axis=-1, keepdims=True) - 1) / (z > _threshold(z)).sum(axis=-1, keepdims=True), 0),
)


@mistakes.mistake(*A_BATCH)
def sum_over_the_whole_batch(z):
    """
    You project the whole batch at once, so all rows together share a single 1: for {input} you return {output}.
    Each row is a distribution of its own and needs its own τ. For one vector nobody notices. Along which axis do
    sorting, sums and counting run?
    """
    return reference.sparsemax(z.reshape(-1)).reshape(z.shape)


@mistakes.mistake(np.array([[0.4, 0.5, 0.3], [9.0, 8.6, 8.8]]))
def wrong_axis(z):
    """
    You project the columns: for {input} you return {output}, whose columns sum to 1. A row is one example with its
    classes on the last axis. For one vector the first axis is also the last, so nothing shows there. Which number
    names the last axis?
    """
    return reference.sparsemax(z.T).T


@mistakes.mistake(*A_BATCH)
def no_keepdims(z):
    """
    The thresholds of the rows have the shape (m,), and NumPy lines them up with the *columns*. For most shapes that
    is an error; for a square batch it is silent: for {input} you return {output}. How does a vector of m numbers
    become a column that meets its own rows?
    """
    return np.maximum(z - _threshold(z)[..., 0], 0)


@mistakes.mistake(*A_BATCH, recognise=right_for_vectors_alone)
def one_vector_only(z):
    """
    Your code is right for one vector and not for a batch: for {input} it returns {output}. `cumsum` without an axis
    runs through the whole batch, and `[::-1]` turns the rows round. Write down the shape of every array on the way,
    once for (K,) and once for (m, K). Which of your steps looks at the first axis, where the rows are, and how can
    it be made to look at the last one?
    """
    ordered = np.sort(z)[::-1]
    sums = np.cumsum(ordered)
    count = int((1 + np.arange(1, len(z) + 1) * ordered > sums).sum())
    return np.maximum(z - (sums[count - 1] - 1) / count, 0)


mistakes.add(
    "small probabilities cut off",
    """
    You take the softmax, set what is small to 0, and divide again. There are zeros now, and it is still not the
    nearest point: for {input} you return {output}. Where you cut is a number of your own choice, and the result
    jumps when a class passes it. Sparsemax has no such number, and no exponential. From which condition does τ
    come?
    """,
    *(
        lambda z, limit=limit: (
            np.where(reference.softmax(z) < limit, 0, reference.softmax(z))
            / np.where(reference.softmax(z) < limit, 0, reference.softmax(z)).sum(axis=-1, keepdims=True)
        )
        for limit in (0.05, 0.1)
    ),
    example=WITH_A_ZERO,
)


@mistakes.mistake(np.array([[1, 0, 1], [0, 2, 0]]))
def zeros_of_the_wrong_type(z):
    """
    You fill an array that took over the type of `z`. For integer logits it holds only integers, so every share is
    cut to 0 or 1: for {input} you return {output}. Nothing warns you. Let the subtraction of τ make a new array,
    which then has the right type by itself, or ask for floats.
    """
    result = np.zeros_like(z)
    result[...] = reference.sparsemax(z)
    return result


@zeros_of_the_wrong_type.also
def _row_by_row_into_the_type_of(z):
    if z.ndim == 1:
        return reference.sparsemax(z)
    result = np.zeros_like(z)
    for row, logits in zip(result, z, strict=True):
        row[:] = reference.sparsemax(logits)
    return result


@mistakes.mistake(np.array([0.4, 0.3, -1.0]))
def absolute_values(z):
    """
    You divide absolute values by their sum, or fold what lies below τ to above 0. A very negative logit then gets a
    *large* share: for {input} you return {output}. A class that trails far has to end at 0, and the shares may not
    change when the same number is added to all logits. Which function cuts at 0, where yours turns a sign round?
    """
    return np.abs(z) / np.abs(z).sum(axis=-1, keepdims=True)


absolute_values.also(
    lambda z: np.abs(z - _threshold(z)),
    lambda z: np.abs(z - _threshold(z)) / np.abs(z - _threshold(z)).sum(axis=-1, keepdims=True),
)


def _entmax(z, power=2.0, halved=True):
    """The positive part of z − τ, raised to a power, with the τ that makes the sum 1, found by halving."""
    z = z / 2 if halved else z
    low, high = z.max(axis=-1, keepdims=True) - 1.0, z.max(axis=-1, keepdims=True) + 0.0
    for _ in range(45):
        middle = (low + high) / 2
        too_much = (np.maximum(z - middle, 0) ** power).sum(axis=-1, keepdims=True) > 1
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    return np.maximum(z - low, 0) ** power


@mistakes.mistake(*FIRST)
def entmax(z):
    """
    You return 1.5-entmax, {output} for {input}: half the logits less a number, cut at 0 and *squared*. It lies between
    softmax and sparsemax and has zeros, too, but fewer of them, and it is not the nearest point of the simplex. Between
    the classes that stay, sparsemax keeps the differences of the logits as they are. Where does your power of 2 come
    from?
    """
    return _entmax(z)


entmax.also(lambda z: _entmax(z, halved=False))


@mistakes.mistake(*TWO_STAY)
def softmax_after_the_cut(z):
    """
    You find out which classes stay, and give them shares by a softmax: for {input} you return {output}. The zeros stand
    where they should, and the shares are others. The nearest point keeps the *differences* of the logits that stay; a
    softmax turns differences into ratios. When you know who stays, what is left to be computed is one number τ, from
    the condition on the sum. What happens with it?
    """
    return reference.softmax(np.where(z > _threshold(z), z, -np.inf))


@mistakes.mistake(*FIRST)
def divided_in_place_of_shifted(z):
    """
    You cut at your τ and then divide by the sum, to be sure of the 1. With the right τ the sum *is* 1, so such a
    division changes nothing; with another it hides that τ is wrong. For {input} you return {output}. Sparsemax moves
    all logits by one number and scales nothing. What does your sum say before the division, and which τ would make it 1
    by itself?
    """
    above = np.maximum(z - z.mean(axis=-1, keepdims=True), 0)
    total = above.sum(axis=-1, keepdims=True)
    return np.where(total > 0, above / np.where(total > 0, total, 1), 1 / z.shape[-1])


divided_in_place_of_shifted.also(
    lambda z: _clip_and_divide(z - z.mean(axis=-1, keepdims=True)),
    lambda z: _clip_and_divide(z - (z.max(axis=-1, keepdims=True) - 1)),
    lambda z: _clip_and_divide(z - z.min(axis=-1, keepdims=True)),
)


@mistakes.mistake(*FIRST, recognise=right_for_batches_alone)
def batches_only(z):
    """
    Your code is right for a batch and fails for one vector: for {input} there is {output}. It names the axis 1, and a
    vector has only the axis 0. The classes are on the *last* axis, and that axis has a number that fits both a
    vector and a batch. Look for every `axis=1`, every `[:, …]` and every loop over rows. Which number of an axis always
    means the last one?
    """
    return np.maximum(z - _threshold(z).reshape(z.shape[0], 1), 0) if z.ndim == 2 else z.sum(axis=1)


@batches_only.also
def with_axis_1(z):
    ordered = -np.sort(-z, axis=1)
    thresholds = (np.cumsum(ordered, axis=1) - 1) / np.arange(1, z.shape[1] + 1)
    kept = (ordered > thresholds).sum(axis=1)
    return np.maximum(z - thresholds[np.arange(len(z)), kept - 1][:, None], 0)


@mistakes.mistake(*FIRST)
def nothing_taken_off(z):
    """
    You find out which classes stay and return their *logits*: for {input} that is {output}, which does not sum to 1.
    The comparison with τ says who stays, and it has not yet moved anything. The nearest point of the simplex comes from
    taking the same number off each logit, and only then is what lies below 0 cut. What has to be done with τ besides
    the comparison?
    """
    return np.where(z > _threshold(z), z, 0)


nothing_taken_off.also(lambda z: np.maximum(z, 0))
