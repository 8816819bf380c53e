"""Exercise 10.4: the softmax over the k largest logits of each row, with probability 0 for every other class."""

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch10.common import right_for_vectors_alone, shares_in_words

# The domain


def logits_and_k(rng):
    """Logits with the number of classes that stay, without ties."""
    return [
        (np.array([1.0, 3.0, 2.0]), 2),
        (np.array([1.0, 3.0, 2.0]), 1),
        (np.array([2.0, 1.0, 0.1]), 3),
        (np.array([-1.0, -3.0, -2.0, -2.5]), 2),
        (np.array([4, 1, 2, 3]), 2),
        (np.array([[1.0, 3.0, 2.0], [9.0, 7.0, 8.0]]), 2),
        (np.array([[1.0, 3.0, 2.0], [0.5, 0.1, 0.3], [9.0, 7.0, 8.0]]), 2),
        (np.array([[4.0, 1.0, 2.0, 3.0]]), 3),
        (np.array([1000.0, 998.0, 999.0, -1000.0]), 3),
        (np.array([[1000.0, 998.0, 999.0], [-1000.0, -1001.0, -999.0]]), 2),
        (np.array([-1000.0, -998.0, -999.0]), 2),
        (rng.normal(scale=2, size=6), 3),
        (rng.normal(scale=2, size=(4, 5)), 2),
        (rng.normal(scale=2, size=(3, 3)), 2),
    ]


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
    probes=logits_and_k,
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

THREE = (np.array([1.0, 3.0, 2.0]), 2)


@mistakes.mistake(*THREE)
def not_divided_again(z, k):
    """
    You set the small probabilities to 0 and leave the others as they were. What you return no longer sums to 1: for
    {input} it is {output}. `choice` refuses such numbers, and a home-made draw that runs through the cumulative sum
    may fall off its end. What the others have lost has to go to those that stay. What is missing at the end?
    """
    return np.where(_kept(z, k), reference.softmax(z), 0)


@mistakes.mistake(*THREE)
def logits_of_0(z, k):
    """
    You set the logits of the other classes to 0. A logit of 0 is no ban: its power of e is 1, and when all logits
    are negative it is even the largest. For {input} you return {output}, where every class still has a share. Which
    logit has the power 0?
    """
    return reference.softmax(np.where(_kept(z, k), z, 0))


logits_of_0.also(lambda z, k: reference.softmax(z * _kept(z, k)))


@mistakes.mistake(*THREE)
def the_smallest_k(z, k):
    """
    You keep the classes with the *smallest* logits. For {input} you return {output}: the most probable class is
    gone. NumPy sorts upwards, so the large ones stand at the end of the sorted row. From which end do you count?
    """
    return reference.softmax(np.where(z <= np.sort(z, axis=-1)[..., [k - 1]], z, -np.inf))


@mistakes.mistake(*THREE)
def in_the_order_of_the_ranks(z, k):
    """
    You return the probabilities sorted, so the first number no longer belongs to the first class: for {input} you
    return {output}. Whoever draws from them gets a rank and takes it for a class. Sort to *find* the threshold, and
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
    You keep k + 1 classes. For {input} you return {output}. Sorted from the largest down, the k-th one stands at
    the index k − 1, because Python counts from 0, and sorted upwards at the index −k. Where k is the number of all
    classes there is nothing beyond. Try k = 1 with three logits by hand: which index should the threshold have?
    """
    return reference.softmax(np.where(_kept(z, min(k + 1, z.shape[-1])), z, -np.inf))


one_too_many.also(lambda z, k: reference.softmax(np.where(z >= -np.sort(-z, axis=-1)[..., [k]], z, -np.inf)))


@mistakes.mistake(*THREE)
def places_taken_for_ranks(z, k):
    """
    `argsort` answers which class stands at each rank, and you read it as the rank of each class: for {input} you
    return {output}. Its first entry belongs to the first *rank*, not to the first class. For sorted logits the two
    are the same, and elsewhere the wrong classes stay. Write the numbers of `argsort` below your logits and
    compare. Which second step turns places into ranks, or makes them unnecessary?
    """
    return reference.softmax(np.where(np.argsort(-z, axis=-1) < k, z, -np.inf))


places_taken_for_ranks.also(
    lambda z, k: reference.softmax(np.where(np.argsort(z, axis=-1) >= z.shape[-1] - k, z, -np.inf))
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

mistakes.add(
    "a ban that is not low enough",
    """
    You ban a class with a fixed, very negative logit. For small logits nobody notices. But only differences count:
    when all logits of a row lie around −1,000, a ban of −100 is the largest of them, and the banned classes take
    everything. For {input} you return {output}. There is a number below every logit, and its power of e is exactly
    0. Which one?
    """,
    *(lambda z, k, ban=ban: reference.softmax(np.where(_kept(z, k), z, ban)) for ban in (-100.0, -500.0, -1000.0)),
    example=(np.array([-1000.0, -998.0, -999.0]), 2),
)


@mistakes.mistake(*THREE)
def logits_in_place_of_probabilities(z, k):
    """
    You return the logits, with −∞ for the classes that are banned: for {input} that is {output}. It is the right
    row to start from. Asked for are probabilities, nowhere below 0 and with the sum 1, so that something can be
    drawn from them. Which function makes probabilities out of logits, the −∞ included?
    """
    return np.where(_kept(z, k), z, -np.inf)


@mistakes.mistake(np.array([[1.0, 3.0, 2.0], [9.0, 7.0, 8.0]]), 2)
def one_threshold_for_the_batch(z, k):
    """
    You take the k largest logits of the whole batch. Rows with large logits keep everything, and others nothing:
    for {input} you return {output}. Each row is a distribution of its own, from which something will be drawn.
    Along which axis do you sort?
    """
    return reference.softmax(np.where(z >= np.sort(z, axis=None)[-k], z, -np.inf))


@mistakes.mistake(*THREE)
def nothing_removed(z, k):
    """
    You return the softmax of all classes, {output} for {input}: k plays no part. In a vocabulary of 50,000 the
    unlikely words are many, and together they are drawn often, although each of them is rare. Which entries should
    be 0?
    """
    return reference.softmax(z)


@mistakes.mistake(np.array([[1.0, 3.0, 2.0], [9.0, 7.0, 8.0]]), 2, recognise=right_for_vectors_alone)
def one_vector_only(z, k):
    """
    Your code is right for one vector and not for a batch: for {input} it returns {output}. An index such as
    `[-k:]`, or one made by `argsort`, counts *rows* as soon as there are any. Write down the shape of every array
    on the way, once for (K,) and once for (m, K). Which of your steps looks at the first axis, where the rows are,
    and how can it be made to look at the last one?
    """
    chosen = np.argsort(z)[-k:]
    banned = np.full(z.shape, -np.inf)
    banned[chosen] = z[chosen]
    return reference.softmax(banned)


@mistakes.mistake(*THREE)
def equal_shares(z, k):
    """
    Every class that stays gets the same share: {output} for {input}. Their logits differ, and so should their
    probabilities; among those that stay the ratios are the ones that the softmax gave them before. Which numbers go
    into the exponential?
    """
    return _kept(z, k) / _kept(z, k).sum(axis=-1, keepdims=True)


@mistakes.mistake(np.array([1000.0, 998.0, 999.0]), 2)
def no_shift(z, k):
    """
    Your exponentials are formed from the logits as they are. For {input} you return {output}: a power of e above
    709 is infinite, and infinity over infinity is nan. Subtract the largest logit of each row, or call a softmax
    that does.
    """
    return np.where(_kept(z, k), np.exp(z), 0) / np.where(_kept(z, k), np.exp(z), 0).sum(axis=-1, keepdims=True)
