"""Exercise 10.4: the softmax over the k largest logits of each row, with probability 0 for every other class."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch10.common import (
    bans_too_high,
    corners_without_ties,
    drawn_without_ties,
    exact,
    far_below,
    forms_powers_without_a_shift,
    no_shift_at_all,
    one_maximum,
    right_for_batches_alone,
    right_for_vectors_alone,
    shares_in_words,
)

# The domain

THREE = (np.array([1.0, 3.0, 2.0]), 2)
BATCH = (np.array([[1.0, 3.0, 2.0], [9.0, 7.0, 8.0]]), 2)
LOW = (np.array([-300_000.0, -200_000.0, -250_000.0]), 2)
SMALLEST = [
    THREE,
    (np.array([1.0, 3.0, 2.0]), 1),
    (np.array([2.0, 1.0, 0.1]), 3),
    (np.array([-1.0, -3.0, -2.0, -2.5]), 2),
    (np.array([4.0, 1.0, 2.0, 3.0]), 2),
    BATCH,
    (np.array([[1.0, 3.0, 2.0], [0.5, 0.1, 0.3], [9.0, 7.0, 8.0]]), 2),
    (np.array([[4.0, 1.0, 2.0, 3.0]]), 3),
    (np.array([1000.0, 998.0, 999.0, -1000.0]), 3),
    (np.array([[1000.0, 998.0, 999.0], [-1000.0, -1001.0, -999.0]]), 2),
    (np.array([-1000.0, -998.0, -999.0]), 2),
    LOW,
]


def corners_of_cuts(rng):
    """Logits by the name of their corner, with a number of classes that stay; and one or all that stay in a batch."""
    corners = corners_without_ties(rng)
    rows, many = exact(rng.normal(scale=2, size=(4, 5))), exact(rng.normal(scale=2, size=(3, 12)))
    return {name: (z, int(rng.integers(1, max(z.shape[-1], 2)))) for name, z in corners.items()} | {
        "all far below": (far_below(rng, 1, 4), 2),
        "all rows far below": (far_below(rng, 3, 4), 3),
        "one stays in each row": (rows, 1),
        "all stay in each row": (rows, 5),
        "all but one stay in each row": (rows, 4),
        "many stay": (many, 11),
        "few of many stay": (many, 2),
    }


def any_logits_and_k(rng):
    """Logits of any size with any number of classes that stay."""
    z = drawn_without_ties(rng)
    return z, int(rng.integers(1, z.shape[-1] + 1))


# Right answers


def _top_k_by_ranking(z, k):
    ranks = (-z).argsort(axis=-1).argsort(axis=-1)
    powers = np.exp(z - z.max(axis=-1, keepdims=True)) * (ranks < k)
    return powers / powers.sum(axis=-1, keepdims=True)


def _top_k_by_rows(z, k):
    if z.ndim > 1:
        return np.array([_top_k_by_rows(row, k) for row in z])
    chosen = sorted(range(len(z)), key=lambda i: z[i])[-k:]
    result = np.zeros(len(z))
    result[chosen] = reference.softmax(z[chosen])
    return result


def _top_k_in_float32(z, k):
    return reference.with_top_k(z.astype(np.float32), k)


def _top_k_divided_again(z, k):
    a = reference.softmax(z)
    a = np.where(a >= np.sort(a, axis=-1)[..., [-k]], a, 0)
    return a / a.sum(axis=-1, keepdims=True)


def _kept(z, k):
    return z >= np.sort(z, axis=-1)[..., [-k]]


mistakes = Bank()

with_top_k = Exercise(
    name="ch10.with_top_k",
    asks="The softmax over the k largest logits of each row, with probability 0 for every other class.",
    reference=reference.with_top_k,
    probes=Domain(SMALLEST, corners_of_cuts, any_logits_and_k),
    expects=shares_in_words,
    hints=paragraphs("""
        Find the k-th largest logit of each row first. Sorting brings it to a place that you can name, counted from the
        end.

        A class with the logit −∞ has the probability 0, and a softmax knows how to deal with it. `np.where` chooses
        between two values for every entry.

        For a batch the k-th largest logit needs an axis of length 1 to be compared with its row: an index such as
        `[..., [-k]]` keeps it.
    """),
    alternatives=(
        _top_k_by_ranking,
        _top_k_by_rows,
        _top_k_in_float32,
        _top_k_divided_again,
        lambda z, k: np.exp(reference.log_softmax(np.where(_kept(z, k), z, -np.inf))),
    ),
    bank=mistakes,
    remark="A logit of −∞ is a ban, and the softmax over the rest divides anew by itself.",
)


# Mistakes


@mistakes.mistake(*THREE)
def not_divided_again(z, k):
    """
    You set the small probabilities to 0 and leave the others as they were. What you return no longer sums to 1: for
    {input} it is {output}. `choice` refuses such numbers, and a home-made draw that runs through the cumulative sum
    may fall off its end. What the others have lost has to go to those that stay. What is missing at the end?
    """
    return np.where(_kept(z, k), reference.softmax(z), 0)


not_divided_again.also(lambda z, k: np.where(_kept(z, k), no_shift_at_all(z), 0))


@mistakes.mistake(*THREE)
def logits_of_0(z, k):
    """
    You set the logits of the other classes to 0. A logit of 0 is no ban: its power of e is 1, and when all logits
    are negative it is even the largest. For {input} you return {output}, where every class still has a share. Which
    logit has the power 0?
    """
    return reference.softmax(np.where(_kept(z, k), z, 0))


logits_of_0.also(
    lambda z, k: reference.softmax(z * _kept(z, k)),
    lambda z, k: no_shift_at_all(np.where(_kept(z, k), z, 0)),
)


@mistakes.mistake(*THREE)
def the_smallest_k(z, k):
    """
    You keep the classes with the *smallest* logits. For {input} you return {output}: the most probable class is
    gone. NumPy sorts upwards, so the large ones stand at the end of the sorted row. From which end do you count?
    """
    return reference.softmax(np.where(z <= np.sort(z, axis=-1)[..., [k - 1]], z, -np.inf))


@mistakes.mistake(np.array([4.0, 1.0, 2.0, 3.0]), 1)
def k_classes_removed(z, k):
    """
    You count k from the lower end of the sorted row, so about k classes *go* and the others stay: for {input} you
    return {output}. With half of the classes nobody notices. NumPy sorts upwards; k is how many stay, and they stand at
    the other end. From which end does a negative index count, and which one names the k-th from there?
    """
    return reference.softmax(np.where(z >= np.sort(z, axis=-1)[..., [k]], z, -np.inf))


k_classes_removed.also(
    lambda z, k: reference.softmax(np.where(z >= np.sort(z, axis=-1)[..., [k - 1]], z, -np.inf)),
    lambda z, k: reference.softmax(np.where(z > np.sort(z, axis=-1)[..., [k - 1]], z, -np.inf)),
)


@mistakes.mistake(*THREE)
def in_the_order_of_the_ranks(z, k):
    """
    You return the probabilities sorted, so the first number no longer belongs to the first class: for {input} you
    return {output}. A draw from them gives a rank that is taken for a class. Sort to *find* the threshold, and
    leave the row itself in its order. What do you compare with the threshold?
    """
    return reference.softmax(np.where(np.arange(z.shape[-1]) < k, -np.sort(-z, axis=-1), -np.inf))


in_the_order_of_the_ranks.also(
    lambda z, k: reference.softmax(np.where(np.arange(z.shape[-1]) >= z.shape[-1] - k, np.sort(z, axis=-1), -np.inf))
)


@mistakes.mistake(*THREE)
def one_too_few(z, k):
    """
    You keep the logits that are *larger* than the k-th largest, and that one itself is lost: k − 1 classes stay,
    and with k = 1 none at all. For {input} you return {output}. Which comparison lets the threshold itself pass?
    """
    return reference.softmax(np.where(z > np.sort(z, axis=-1)[..., [-k]], z, -np.inf))


one_too_few.also(lambda z, k: reference.softmax(np.where(_kept(z, max(k - 1, 1)), z, -np.inf)))


@mistakes.mistake(np.array([4.0, 1.0, 2.0, 3.0]), 2)
def one_too_many(z, k):
    """
    You keep k + 1 classes, one too many. For {input} you return {output}. Sorted from the largest down, the k-th one
    stands at the index k − 1, because Python counts from 0, and sorted upwards at the index −k. Where k is the number
    of all classes there is nothing beyond. Try k = 1 with three logits by hand: which index should the threshold
    have?
    """
    return reference.softmax(np.where(_kept(z, min(k + 1, z.shape[-1])), z, -np.inf))


one_too_many.also(lambda z, k: reference.softmax(np.where(z >= -np.sort(-z, axis=-1)[..., [k]], z, -np.inf)))


PLACES = (np.array([2.0, 3.0, 1.0, 4.0]), 2)


@mistakes.mistake(*PLACES)
def places_taken_for_ranks(z, k):
    """
    `argsort` answers which class stands at each rank, and you read it as the rank of each class: for {input} you
    return {output}. Its first entry belongs to the first *rank*, not to the first class. For sorted logits the two
    are the same, and elsewhere the wrong classes stay. Write the numbers of `argsort` below your logits and
    compare. Which second step turns places into ranks, or makes them unnecessary?
    """
    return reference.softmax(np.where(np.argsort(-z, axis=-1) < k, z, -np.inf))


places_taken_for_ranks.also(
    lambda z, k: reference.softmax(np.where(np.argsort(z, axis=-1) >= z.shape[-1] - k, z, -np.inf)),
    lambda z, k: reference.softmax(np.where(np.argsort(z, axis=-1) < k, z, -np.inf)),
)


@mistakes.mistake(*THREE)
def softmax_twice(z, k):
    """
    You hand probabilities to a softmax. For {input} you return {output}. Probabilities differ by less than 1, so
    the second softmax makes them nearly equal, and a probability of 0 gets a share again, like a logit of 0. What
    the softmax wants are the logits, with those of the other classes at −∞; or divide the probabilities that stay
    by their sum. Which of your two softmaxes can go?
    """
    return reference.softmax(np.where(_kept(z, k), reference.softmax(z), -np.inf))


softmax_twice.also(lambda z, k: reference.softmax(np.where(_kept(z, k), reference.softmax(z), 0)))

BANS = (-20.0, -50.0, -99.0, -100.0, -500.0, -999.0, -1000.0, -1e4, -1e5)
mistakes.add(
    "a ban that is not low enough",
    """
    You ban a class with a fixed, very negative logit. For small logits nobody notices. But only differences count:
    when all logits of a row lie around −1,000, a ban of −100 is the largest of them, and the banned classes take
    everything. The check goes further down: for {input} you return {output}. There is a number below every logit, and
    its power of e is exactly 0. Which one?
    """,
    *(lambda z, k, ban=ban: reference.softmax(np.where(_kept(z, k), z, ban)) for ban in BANS),
    example=LOW,
    recognise=bans_too_high,
)


@mistakes.mistake(*THREE)
def logits_in_place_of_probabilities(z, k):
    """
    You return the logits, with −∞ for the classes that are banned: for {input} that is {output}. It is the right
    row to start from. Asked for are probabilities, nowhere below 0 and with the sum 1, so that something can be
    drawn from them. Which function makes probabilities out of logits, the −∞ included?
    """
    return np.where(_kept(z, k), z, -np.inf)


@mistakes.mistake(*BATCH)
def one_threshold_for_the_batch(z, k):
    """
    You compare all rows with one threshold, the k-th largest number of the whole batch or of one row of it. Rows with
    large logits then keep everything, and others nothing: for {input} you return {output}. Each row is a distribution
    of its own, from which something will be drawn, and has a threshold of its own. Along which axis do you sort, and
    how many thresholds come out?
    """
    return reference.softmax(np.where(z >= np.sort(z, axis=None)[-k], z, -np.inf))


one_threshold_for_the_batch.also(
    lambda z, k: reference.softmax(
        np.where(reference.softmax(z) >= np.sort(reference.softmax(z).ravel())[-k], z, -np.inf)
    )
)


def _by_one_of_the_thresholds(z, k, choose):
    return reference.softmax(np.where(z >= choose(np.atleast_1d(np.sort(z, axis=-1)[..., -k])), z, -np.inf))


one_threshold_for_the_batch.also(
    *(
        lambda z, k, choose=choose: _by_one_of_the_thresholds(z, k, choose)
        for choose in (np.min, np.max, np.mean, lambda thresholds: thresholds[0])
    )
)


@mistakes.mistake(np.array([[1.0, 3.0, 2.0], [0.5, 0.1, 0.3], [9.0, 7.0, 8.0]]), 2)
def no_keepdims(z, k):
    """
    The thresholds of the rows have the shape (m,), and NumPy lines them up with the *columns*. For most shapes that is
    an error; for a square batch it is silent: for {input} you return {output}. How does a vector with one number for
    each row become a column that meets its own rows?
    """
    return reference.softmax(np.where(z >= np.sort(z, axis=-1)[..., -k], z, -np.inf))


@mistakes.mistake(*THREE)
def nothing_removed(z, k):
    """
    You return the softmax of all classes, {output} for {input}: k plays no part. In a vocabulary of 50,000 the
    unlikely words are many, and together they are drawn often, although each of them is rare. Which entries should
    be 0?
    """
    return reference.softmax(z)


nothing_removed.also(lambda z, k: no_shift_at_all(z))


@mistakes.mistake(*BATCH, recognise=right_for_vectors_alone)
def one_vector_only(z, k):
    """
    Your code is right for one vector and not for a batch: for {input} it returns {output}. An index such as
    `[-k:]`, or one made by `argsort`, counts *rows* as soon as there are any, and a sum without an axis runs through
    all of them. Write down the shape of every array on the way, once for (K,) and once for (m, K). Which of your steps
    takes rows for classes, or forgets that there are rows, and how can it be made to look at the last axis?
    """
    chosen = np.argsort(z)[-k:]
    banned = np.full(z.shape, -np.inf)
    banned[chosen] = z[chosen]
    return reference.softmax(banned)


@mistakes.mistake(*THREE, recognise=right_for_batches_alone)
def batches_only(z, k):
    """
    Your code is right for a batch and fails for one vector: for {input} there is {output}. It names the axis 1, and a
    vector has only the axis 0. The classes are on the *last* axis, and that axis has a name that fits both a vector
    and a batch. Look for every `axis=1`, every `[:, …]` and every loop over rows. Which number of an axis always
    means the last one?
    """
    threshold = np.sort(z, axis=1)[:, [-k]]
    return reference.softmax(np.where(z >= threshold, z, -np.inf))


batches_only.also(lambda z, k: np.array([_top_k_by_rows(row, k) for row in z]))


@mistakes.mistake(*THREE)
def equal_shares(z, k):
    """
    Every class that stays gets the same share: {output} for {input}. Their logits differ, and so should their
    probabilities; among those that stay the ratios are the ones that the softmax gave them before. Which numbers go
    into the exponential?
    """
    return _kept(z, k) / _kept(z, k).sum(axis=-1, keepdims=True)


@mistakes.mistake(np.array([1000.0, 998.0, 999.0]), 2, recognise=forms_powers_without_a_shift)
def no_shift(z, k):
    """
    Your exponentials are formed from the logits as they are. For {input} you return {output}: a power of e above
    709 is infinite, and infinity over infinity is nan. Subtract the largest logit of each row, or call a softmax
    that does.
    """
    return np.where(_kept(z, k), np.exp(z), 0) / np.where(_kept(z, k), np.exp(z), 0).sum(axis=-1, keepdims=True)


no_shift.also(
    lambda z, k: np.exp(z) * _kept(z, k) / ((np.exp(z) * _kept(z, k)).sum(axis=-1, keepdims=True) + 1e-9),
    lambda z, k: no_shift_at_all(z) * _kept(z, k) / (no_shift_at_all(z) * _kept(z, k)).sum(axis=-1, keepdims=True),
)


@mistakes.mistake(np.array([[1000.0, 998.0, 999.0], [-1000.0, -1001.0, -999.0]]), 2)
def one_maximum_for_the_batch(z, k):
    """
    You shift all rows by the largest logit of the whole batch. A row that lies far below has all its powers of e
    rounded to 0, and 0 divided by 0 has no value: for {input} you return {output}. Each row is divided by a sum of its
    own and may be shifted by a number of its own. Over which axis should the maximum run, and which shape lets it
    meet its own row?
    """
    return one_maximum(np.where(_kept(z, k), z, -np.inf))


@one_maximum_for_the_batch.also
def divided_again_after_one_maximum(z, k):
    kept = one_maximum(z) * _kept(z, k)
    return kept / kept.sum(axis=-1, keepdims=True)


@mistakes.mistake(*THREE)
def only_those_that_stay(z, k):
    """
    You return the k probabilities of the classes that stay, and the others are missing: {output} for {input}. The
    numbers may be right, but nobody can tell to which classes they belong, and a draw from them gives a place among the
    k. The result has the shape of `z`, with a 0 for each class that was cut off. How do the shares get back to the
    places of their classes?
    """
    return reference.softmax(np.sort(z, axis=-1)[..., -k:])


only_those_that_stay.also(
    lambda z, k: reference.softmax(-np.sort(-z, axis=-1)[..., :k]),
    lambda z, k: reference.softmax(np.take_along_axis(z, np.sort(np.argsort(-z, axis=-1)[..., :k], axis=-1), axis=-1)),
    lambda z, k: np.sort(reference.softmax(z), axis=-1)[..., -k:],
    lambda z, k: -np.sort(-reference.softmax(z), axis=-1)[..., :k],
)


def _in_proportion(z, k, least):
    """What lies above a number, divided by its sum, for the classes that stay."""
    above = np.where(_kept(z, k), z - least, 0.0)
    return above / above.sum(axis=-1, keepdims=True)


@mistakes.mistake(np.array([4.0, 1.0, 2.0, 3.0]), 2)
def no_exponential(z, k):
    """
    You cut the logits and divide what is left by its sum: for {input} you return {output}. Logits are no weights. Only
    their differences count, they may be negative, and the last class that stays would get 0 if the threshold were taken
    off. Among those that stay the ratios have to be what the softmax made of them. Which function makes a positive
    number out of every logit?
    """
    return _in_proportion(z, k, 0.0)


no_exponential.also(
    lambda z, k: _in_proportion(z, k, z.min(axis=-1, keepdims=True)),
    lambda z, k: _in_proportion(z, k, np.sort(z, axis=-1)[..., [-k]]),
)


@no_exponential.also
def positive_logits_in_proportion(z, k):
    above = np.maximum(z, 0) * _kept(z, k)
    return above / above.sum(axis=-1, keepdims=True)


@mistakes.mistake(np.array([[1.0, 3.0, 2.0], [0.5, 0.1, 0.3], [9.0, 7.0, 8.0]]), 2)
def wrong_axis(z, k):
    """
    You sort or sum down the columns, so in each *column* k rows stay: for {input} you return {output}. A column holds
    the same class of several examples, and these do not compete with each other. For one vector the first axis is also
    the last, so nothing shows there. Which number names the last axis, and does every step of yours use it?
    """
    return reference.softmax(np.where(z >= np.sort(z, axis=0)[[-k]], z, -np.inf))


@wrong_axis.also
def everything_down_the_columns(z, k):
    return reference.with_top_k(z.T, k).T
