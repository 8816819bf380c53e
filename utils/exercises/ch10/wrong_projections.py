"""Wrong projections onto the simplex, the mistakes of exercise 10.8."""

import numpy as np

from utils import reference
from utils.checking import Bank
from utils.exercises.ch10.common import right_for_batches_alone, right_for_vectors_alone

# Small cases that show a mistake
FIRST = (np.array([0.5, 0.0]),)
TWO_STAY = (np.array([0.5, 0.0, -1.0]),)
WITH_A_ZERO = (np.array([2.0, 1.0, 0.1]),)
A_BATCH = (np.array([[0.5, 0.0], [3.0, 0.2]]),)

mistakes = Bank()


def threshold(z):
    """The right threshold of each row, (..., 1)."""
    ordered = -np.sort(-z, axis=-1)
    thresholds = (np.cumsum(ordered, axis=-1) - 1) / np.arange(1, z.shape[-1] + 1)
    kept = (ordered > thresholds).sum(axis=-1, keepdims=True)
    return np.take_along_axis(thresholds, kept - 1, axis=-1)


def _stay(z):
    """How many classes of each row stay above its threshold, (..., 1)."""
    return (z > threshold(z)).sum(axis=-1, keepdims=True)


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
    lambda z: _clip_and_divide(np.minimum(z, 1)),
    lambda z: (
        np.maximum(z, 0)
        / np.where((z > 0).any(axis=-1, keepdims=True), np.maximum(z, 0).sum(axis=-1, keepdims=True), 1)
    ),
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


not_cut_at_0.also(lambda z: z - threshold(z))


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


the_1_forgotten.also(lambda z: np.maximum(z - threshold(z) - 1 / (z > threshold(z)).sum(axis=-1, keepdims=True), 0))


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
    return np.maximum(z + threshold(z), 0)


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
def with_0_in_everythreshold(z):
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
    lambda z: np.maximum(z - threshold(z) * _stay(z) / (_stay(z) + 1), 0),
    lambda z: np.maximum(z - (z.sum(axis=-1, keepdims=True) - 1) / (z > threshold(z)).sum(axis=-1, keepdims=True), 0),
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
    return np.maximum(z - threshold(z)[..., 0], 0)


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
    lambda z: np.abs(z - threshold(z)),
    lambda z: np.abs(z - threshold(z)) / np.abs(z - threshold(z)).sum(axis=-1, keepdims=True),
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
    return reference.softmax(np.where(z > threshold(z), z, -np.inf))


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
    return np.maximum(z - threshold(z).reshape(z.shape[0], 1), 0) if z.ndim == 2 else z.sum(axis=1)


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
    return np.where(z > threshold(z), z, 0)


nothing_taken_off.also(lambda z: np.maximum(z, 0))


@mistakes.mistake(*TWO_STAY)
def the_running_sums_added_up(z):
    """
    The running sums of all classes that stay are added up, where each of these sums holds the ones before it already:
    for {input} you return {output}. If k classes stay, only the k-th running sum enters τ; it is the sum of the k
    logits. As long as one class stays nobody notices, and so it came that the `sparsemax` of Keras 3.15 does it, too.
    Which single entry of `cumsum` is needed?
    """
    ordered = -np.sort(-z, axis=-1)
    sums = np.cumsum(ordered, axis=-1)
    stays = 1 + np.arange(1, z.shape[-1] + 1) * ordered > sums
    total = np.where(stays, sums, 0).sum(axis=-1, keepdims=True)
    return np.maximum(z - (total - 1) / stays.sum(axis=-1, keepdims=True), 0)


@mistakes.mistake(np.array([1.0, 0.9, 0.1, -2.0]))
def dropped_once_only(z):
    """
    You compute a τ from all classes, drop those below it, and compute τ once more from the rest. That is a good
    beginning: but with the new, larger τ other classes may fall below, and they have helped to determine it. For
    {input} you return {output}, which does not sum to 1. With few classes one round is often enough, which hides it.
    When may the dropping end?
    """
    stays = z > (z.sum(axis=-1, keepdims=True) - 1) / z.shape[-1]
    total = np.where(stays, z, 0).sum(axis=-1, keepdims=True)
    return np.maximum(z - (total - 1) / stays.sum(axis=-1, keepdims=True), 0)
