"""Exercise 10.5: the softmax over the fewest classes that together have at least the probability p."""

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

SHUFFLED = (np.log([0.2, 0.5, 0.3]), 0.6)
RISING = (np.log([0.1, 0.15, 0.3, 0.45]), 0.2)
BATCH = (np.log([[0.5, 0.3, 0.2], [0.05, 0.9, 0.05001]]), 0.7)
LARGE = (np.array([1000.0, 998.0, 999.0]), 0.8)
APART = (np.array([[1000.0, 998.0, 999.0], [-1000.0, -1001.0, -999.0]]), 0.8)
LOW = (np.array([-300_000.0, -200_000.0, -199_999.0]), 0.9)
SMALLEST = [
    (np.log([0.5, 0.3, 0.2]), 0.6),
    SHUFFLED,
    (np.log([0.05, 0.9, 0.03, 0.02]), 0.8),
    (np.log([0.1, 0.15, 0.3, 0.45]), 0.5),
    RISING,
    (np.log([0.4, 0.1, 0.25, 0.2, 0.05]), 0.9),
    (np.array([3.0, 1.0, 2.0]), 0.9),
    (np.log([0.297, 0.5, 0.203]), 0.798),  # a total that is a little below p, and would reach it when it is rounded
    BATCH,
    (np.log([[0.2, 0.5, 0.3], [0.05, 0.9, 0.051], [0.35, 0.33, 0.32]]), 0.66),
    (np.array([1000.0, 998.0, 999.0, -1000.0]), 0.9),
    APART,
    (np.array([-1000.0, -998.0, -999.0]), 0.9),
    LOW,
]


def _with_a_clear_p(rng, z, least=0.02, most=0.98):
    """The logits with a probability that no total of theirs comes close to, since there rounding would decide.

    Of forty numbers at random that is the one for which the nearest total is farthest away.
    """
    totals = np.cumsum(-np.sort(-reference.softmax(z), axis=-1), axis=-1).ravel()
    candidates = rng.uniform(least, most, size=40)
    return z, float(candidates[np.abs(candidates[:, None] - totals).min(axis=1).argmax()])


def corners_of_cuts(rng):
    """Logits by the name of their corner, with a probability to be reached; and one near 0 and near 1."""
    corners = corners_without_ties(rng)
    flat = exact(rng.normal(scale=0.3, size=12))
    close = exact(rng.normal(scale=0.7, size=(2, 7)))
    return {name: _with_a_clear_p(rng, z) for name, z in corners.items()} | {
        "all far below": _with_a_clear_p(rng, far_below(rng, 1, 4)),
        "all rows far below": _with_a_clear_p(rng, far_below(rng, 3, 4), 0.3, 0.7),
        "p near 0": (exact(rng.normal(scale=0.1, size=(2, 40))), float(rng.uniform(0.001, 0.01))),
        "p near 1": (np.log([0.8, 0.19, 0.0095, 0.00045, 0.0000498, 0.0000002])[rng.permutation(6)], 0.99999),
        "p near 1 in a batch": (close, 0.9999),
        "many of many stay": _with_a_clear_p(rng, flat, 0.7, 0.9),
        "few of many stay": _with_a_clear_p(rng, flat, 0.1, 0.4),
        "many stay in each row": _with_a_clear_p(rng, exact(rng.normal(scale=0.3, size=(3, 9))), 0.6, 0.9),
        "one sure row and an unsure one": (
            exact(rng.normal(scale=0.1, size=(2, 4)) + np.array([[9.0, 0, 0, 0], [0, 0, 0, 0]])),
            0.9,
        ),
    }


def any_logits_and_p(rng):
    """Logits of any size with any probability to be reached."""
    return _with_a_clear_p(rng, drawn_without_ties(rng))


# Right answers


def _ordered(z):
    """The places of the logits from the largest to the smallest, and the probabilities in that order."""
    order = np.argsort(-z, axis=-1)
    return order, np.take_along_axis(reference.softmax(z), order, axis=-1)


def _only(z, ordered_stays, order=None):
    """The softmax over the classes that stay, which are marked in the order from the largest to the smallest."""
    stays = np.zeros(z.shape, dtype=bool)
    np.put_along_axis(stays, np.argsort(-z, axis=-1) if order is None else order, ordered_stays, axis=-1)
    with np.errstate(all="ignore"):
        powers = np.exp(z - z.max(axis=-1, keepdims=True)) * stays
        return powers / powers.sum(axis=-1, keepdims=True)


def _before(z):
    _, ordered = _ordered(z)
    return np.cumsum(ordered, axis=-1) - ordered


def _banned(z, ordered_stays, order=None):
    """The same as :func:`_only` by a logit of −∞, which differs where powers of e are rounded to 0."""
    stays = np.zeros(z.shape, dtype=bool)
    np.put_along_axis(stays, np.argsort(-z, axis=-1) if order is None else order, ordered_stays, axis=-1)
    return reference.softmax(np.where(stays, z, -np.inf))


def _cut(a, p):
    """Top-p of probabilities, however they were computed."""
    order = np.argsort(-a, axis=-1)
    ordered = np.take_along_axis(a, order, axis=-1)
    stays = np.zeros(a.shape, dtype=bool)
    np.put_along_axis(stays, order, np.cumsum(ordered, axis=-1) - ordered < p, axis=-1)
    return a * stays / (a * stays).sum(axis=-1, keepdims=True)


def _top_p_by_rows(z, p):
    if z.ndim > 1:
        return np.array([_top_p_by_rows(row, p) for row in z])
    a, stays, total = reference.softmax(z), [], 0.0
    while total < p:
        best = max((i for i in range(len(z)) if i not in stays), key=lambda i: a[i])
        stays.append(best)
        total += a[best]
    result = np.zeros(len(z))
    result[stays] = a[stays] / a[stays].sum()
    return result


def _top_p_by_comparing(z, p):
    a = reference.softmax(z)
    larger = ((a[..., None, :] > a[..., :, None]) * a[..., None, :]).sum(axis=-1)
    return reference.softmax(np.where(larger < p, z, -np.inf))


def _top_p_by_count(z, p):
    _, ordered = _ordered(z)
    count = (np.cumsum(ordered, axis=-1) < p).sum(axis=-1, keepdims=True)
    last = np.take_along_axis(ordered, count, axis=-1)
    a = reference.softmax(z)
    kept = np.where(a >= last, a, 0)
    return kept / kept.sum(axis=-1, keepdims=True)


mistakes = Bank()

with_top_p = Exercise(
    name="ch10.with_top_p",
    is_main=True,
    asks="The softmax over the fewest classes that together have at least the probability p, and 0 for all others.",
    reference=reference.with_top_p,
    probes=Domain(SMALLEST, corners_of_cuts, any_logits_and_p),
    expects=shares_in_words,
    hints=paragraphs("""
        Order the probabilities from the largest to the smallest, and add them up one after the other. Where does the
        total reach p?

        A class stays if the total *before* it, without its own probability, is still below p. For the first class that
        total is 0, so it always stays.

        `np.argsort(-z, axis=-1)` gives the places in descending order, and `np.take_along_axis` the probabilities in
        that order.

        The marks are then in the order of the ranks. `np.put_along_axis` carries them back to the places of their
        classes; a logit of −∞ bans the rest.
    """),
    alternatives=(
        _top_p_by_rows,
        _top_p_by_comparing,
        _top_p_by_count,
        lambda z, p: reference.with_top_p(z.astype(np.float32), p),
        lambda z, p: _only(z, _before(z) < p),
    ),
    bank=mistakes,
    remark="Few classes stay where the model is sure, many where it is not.",
)


# Mistakes


@mistakes.mistake(np.log([0.5, 0.3, 0.2]), 0.6)
def the_one_that_crosses_is_dropped(z, p, only=_only):
    """
    You keep the classes while the total *including their own* probability is at most p. So the class with which the
    total passes p is lost, and those that stay hold less than p. When the first class by itself has more than p,
    nothing is left, or only what you rescued. For {input} you return {output}. Which total must you compare with p?
    """
    return only(z, np.cumsum(_ordered(z)[1], axis=-1) <= p)


the_one_that_crosses_is_dropped.also(lambda z, p: the_one_that_crosses_is_dropped(z, p, _banned))


the_one_that_crosses_is_dropped.also(
    lambda z, p: _only(z, (np.cumsum(_ordered(z)[1], axis=-1) <= p) | (np.arange(z.shape[-1]) == 0))
)


@mistakes.mistake(*RISING)
def one_too_many(z, p, only=_only):
    """
    One class more stays than is needed: the total had reached p before it. For {input} you return {output}.
    Counting how many totals lie below p gives the number of classes that are *not yet enough*; one more is enough,
    and you take two more. With which class is p reached?
    """
    return only(
        z,
        np.arange(z.shape[-1]) < (np.cumsum(_ordered(z)[1], axis=-1) < p).sum(axis=-1, keepdims=True) + 2,
    )


one_too_many.also(lambda z, p: one_too_many(z, p, _banned))


@mistakes.mistake(*SHUFFLED)
def not_divided_again(z, p):
    """
    You set the probabilities of the others to 0 and leave the rest as it was, so the numbers no longer sum to 1:
    for {input} you return {output}. What was cut off has to go to those that stay, in proportion. Which division is
    missing, or which logit would make the softmax do it?
    """
    return reference.softmax(z) * (_only(z, _before(z) < p) > 0)


not_divided_again.also(lambda z, p: no_shift_at_all(z) * (_only(z, _before(z) < p) > 0))


@mistakes.mistake(*SHUFFLED)
def in_the_order_of_the_ranks(z, p):
    """
    Your probabilities come back sorted: for {input} you return {output}. The largest stands first now, and the
    first place belongs to class 0, whatever its logit was. A draw from this gives a rank that is taken for a
    class. How do the numbers find their way back to the places from which they were taken?
    """
    return -np.sort(-_only(z, _before(z) < p), axis=-1)


in_the_order_of_the_ranks.also(lambda z, p: np.sort(_only(z, _before(z) < p), axis=-1))


@mistakes.mistake(*SHUFFLED)
def marks_in_the_wrong_order(z, p, only=_only):
    """
    You found out which *ranks* stay, and put these marks on the classes in their original order. The first mark
    belongs to the largest probability, wherever that stands. For {input} you return {output}. For logits that
    happen to be sorted nobody notices. Which function carries values back to the places given by an `argsort`?
    """
    return only(z, _before(z) < p, np.broadcast_to(np.arange(z.shape[-1]), z.shape))


marks_in_the_wrong_order.also(lambda z, p: marks_in_the_wrong_order(z, p, _banned))


marks_in_the_wrong_order.also(
    lambda z, p: _only(z, np.take_along_axis(_before(z) < p, np.argsort(-z, axis=-1), axis=-1), None)
)


@mistakes.mistake(*SHUFFLED)
def the_permutation_not_inverted(z, p):
    """
    You apply the sorting order a *second* time, where it has to be undone. The order says which class stands at each
    rank; to go back, one needs the rank of each class. For {input} you return {output}. Where the order is its own
    inverse, as after a swap of two, nobody notices. `take_along_axis` reads from the places that it is given; which
    function *writes* to them?
    """
    order, ordered = _ordered(z)
    stays = np.cumsum(ordered, axis=-1) - ordered < p
    return _banned_where_not(z, np.take_along_axis(stays, order, axis=-1))


def _banned_where_not(z, stays):
    return reference.softmax(np.where(stays, z, -np.inf))


@the_permutation_not_inverted.also
def shares_ordered_twice(z, p):
    order, ordered = _ordered(z)
    kept = np.where(np.cumsum(ordered, axis=-1) - ordered < p, ordered, 0)
    return np.take_along_axis(kept / kept.sum(axis=-1, keepdims=True), order, axis=-1)


@the_permutation_not_inverted.also
def marks_ordered_twice(z, p):
    order, ordered = _ordered(z)
    stays = np.cumsum(ordered, axis=-1) - ordered < p
    return _only(z, np.take_along_axis(stays, order, axis=-1), np.broadcast_to(np.arange(z.shape[-1]), z.shape))


@mistakes.mistake(*BATCH)
def the_cumulative_sum_has_no_axis(z, p):
    """
    Your cumulative sum runs on from one row into the next, so from the second row on the total before every class is at
    least 1, and nothing stays there: for {input} you return {output}. For one vector nobody notices. Each row is a
    distribution of its own, and its total begins at 0. Which argument of `cumsum` keeps the rows apart?
    """
    order, ordered = _ordered(z)
    return _only(z, np.cumsum(ordered).reshape(ordered.shape) - ordered < p, order)


the_cumulative_sum_has_no_axis.also(
    lambda z, p: _banned(z, np.cumsum(_ordered(z)[1]).reshape(z.shape) - _ordered(z)[1] < p)
)


@mistakes.mistake(*RISING)
def added_up_in_the_order_of_the_classes(z, p, only=_only):
    """
    You add up the probabilities in the order in which the classes stand, without sorting. What stays is then
    decided by the numbering of the classes: for {input} you return {output}, and a very probable class at the end
    is cut off. The fewest classes that reach p are the *likeliest*. What has to happen before the cumulative sum?
    """
    return only(
        z,
        np.cumsum(reference.softmax(z), axis=-1) - reference.softmax(z) < p,
        np.broadcast_to(np.arange(z.shape[-1]), z.shape),
    )


added_up_in_the_order_of_the_classes.also(lambda z, p: added_up_in_the_order_of_the_classes(z, p, _banned))


@mistakes.mistake(*SHUFFLED)
def the_smallest_first(z, p, only=_only):
    """
    You sort upwards and begin with the least probable classes. For {input} you return {output}: the tail that
    should be cut off is what stays. NumPy's `sort` and `argsort` are ascending; a minus sign in front of the
    logits, or a step of −1, turns them round. Which class should be counted first?
    """
    return only(z, _before(-z) < p, np.argsort(z, axis=-1))


the_smallest_first.also(lambda z, p: the_smallest_first(z, p, _banned))


@the_smallest_first.also
def ascending(z, p):
    order = np.argsort(z, axis=-1)
    ordered = np.take_along_axis(reference.softmax(z), order, axis=-1)
    return _only(z, np.cumsum(ordered, axis=-1) - ordered < p, order)


@mistakes.mistake(*SHUFFLED)
def the_tail_in_place_of_the_head(z, p, only=_only):
    """
    You keep the classes from the one on with which the total reaches p, and drop those before it: for {input} you
    return {output}. The most probable class is gone wherever it does not reach p by itself. The order is right and
    so are the totals, and your comparison looks the other way. Which total is still below p when a class is
    *needed*?
    """
    return only(z, np.cumsum(_ordered(z)[1], axis=-1) >= p)


the_tail_in_place_of_the_head.also(lambda z, p: the_tail_in_place_of_the_head(z, p, _banned))


@mistakes.mistake(*SHUFFLED)
def logits_of_0(z, p):
    """
    You set the logits of the other classes to 0. A logit of 0 is no ban: its power of e is 1, and here, where all
    logits are negative, it is even the largest. For {input} you return {output}, where the classes that should be
    gone have the largest shares. Which logit has the power 0?
    """
    return reference.softmax(np.where(_only(z, _before(z) < p) > 0, z, 0))


logits_of_0.also(lambda z, p: reference.softmax(z * (_only(z, _before(z) < p) > 0)))


@mistakes.mistake(*SHUFFLED)
def softmax_twice(z, p):
    """
    You hand probabilities to a softmax. For {input} you return {output}. Probabilities differ by less than 1, so
    the second softmax makes them nearly equal, and a probability of 0 gets a share again, like a logit of 0. What
    the softmax wants are the logits, with those of the other classes at −∞; or divide the probabilities that stay
    by their sum. Which of your softmaxes can go?
    """
    return reference.softmax(np.where(_only(z, _before(z) < p) > 0, reference.softmax(z), -np.inf))


softmax_twice.also(lambda z, p: reference.softmax(np.where(_only(z, _before(z) < p) > 0, reference.softmax(z), 0)))


def _as_many_in_every_row(z, p, choose):
    """Top-p with one number of classes for the whole batch, chosen from those of its rows."""
    return reference.with_top_k(z, int(choose((_before(z) < p).sum(axis=-1))))


mistakes.add(
    "one number for all rows",
    """
    You find how many classes one row needs and keep as many in every row: for {input} you return {output}. But the
    number follows from the probabilities of a row: few where the model is sure, many where it is not. In a batch
    with a sure and an unsure row one of the two gets the wrong number. Along which axis do you count, and how many
    numbers come out for m rows?
    """,
    *(lambda z, p, choose=choose: _as_many_in_every_row(z, p, choose) for choose in (np.max, np.min)),
    lambda z, p: reference.with_top_k(z, min(int((np.cumsum(_ordered(z)[1]) < p).sum()) + 1, z.shape[-1])),
    example=BATCH,
)


@mistakes.mistake(*SHUFFLED)
def totals_of_the_logits(z, p, only=_only):
    """
    You add up the logits, and p is a probability. For {input} you return {output}. Logits may be negative and have
    no total that means anything: the same number added to all of them changes it, although no probability changes.
    The p says how much of the *probability* should be kept. Which function has to come before the cumulative sum?
    """
    return only(z, np.cumsum(-np.sort(-z, axis=-1), axis=-1) + np.sort(-z, axis=-1) < p)


totals_of_the_logits.also(lambda z, p: totals_of_the_logits(z, p, _banned))


totals_of_the_logits.also(lambda z, p: _only(z, np.cumsum(-np.sort(-z, axis=-1), axis=-1) < p))


@mistakes.mistake(*SHUFFLED)
def a_threshold_for_single_probabilities(z, p, only=_only):
    """
    You compare each probability by itself with a limit made of p. But p is what those that stay hold *together*.
    For {input} you return {output}. A flat distribution over many words has no large probability at all, and should
    keep many; a sharp one keeps one or two. Which running total has to be formed?
    """
    return only(z, _ordered(z)[1] >= p)


a_threshold_for_single_probabilities.also(lambda z, p: a_threshold_for_single_probabilities(z, p, _banned))


a_threshold_for_single_probabilities.also(
    lambda z, p: _only(z, _ordered(z)[1] >= 1 - p),
    lambda z, p: _only(z, (_ordered(z)[1] >= p) | (np.arange(z.shape[-1]) == 0)),
    lambda z, p: _only(z, _ordered(z)[1] < p),
    lambda z, p: _banned(z, _ordered(z)[1] < p),
)


@mistakes.mistake(np.log([0.4, 0.1, 0.25, 0.2, 0.05]), 0.9)
def a_share_of_the_largest_probability(z, p, only=_only):
    """
    You keep whatever has at least a certain share of the *largest* probability. That is a rule, too, known as min-p,
    and another one: how much the classes that stay hold together is left to chance. For {input} you return {output}.
    Here p is the total that must be reached, and the last class that stays is the one with which it is. What has to be
    added up, in which order?
    """
    return only(z, _ordered(z)[1] > (1 - p) * _ordered(z)[1].max(axis=-1, keepdims=True))


a_share_of_the_largest_probability.also(
    lambda z, p: a_share_of_the_largest_probability(z, p, _banned),
    lambda z, p: _only(z, _ordered(z)[1] >= p * _ordered(z)[1].max(axis=-1, keepdims=True)),
)


@mistakes.mistake(np.log([0.05, 0.9, 0.03, 0.02]), 0.8)
def a_share_of_the_classes(z, p, only=_only):
    """
    You keep a fraction p of the *number* of classes. For {input} you return {output}. That is a top-k in disguise,
    and it does not look at the probabilities: it is the same for a model that is certain and for one that has no
    idea. Of what should p be reached?
    """
    return only(z, np.arange(z.shape[-1]) < np.ceil(p * z.shape[-1]))


a_share_of_the_classes.also(lambda z, p: a_share_of_the_classes(z, p, _banned))


a_share_of_the_classes.also(lambda z, p: _only(z, np.arange(z.shape[-1]) < max(1, int(p * z.shape[-1]))))


def _flat(z):
    """All probabilities of a batch in one list, the largest first."""
    return -np.sort(-reference.softmax(z).reshape(-1))


@mistakes.mistake(*BATCH)
def one_total_for_the_batch(z, p):
    """
    You add up the probabilities of the whole batch. For {input} you return {output}: the total of several rows
    reaches p after a few classes of one row, and the others lose what they need. Each row is a distribution of its
    own. Along which axis do sorting and the cumulative sum run?
    """
    return _only(z.reshape(-1), np.cumsum(_flat(z)) - _flat(z) < p * len(z.reshape(-1, z.shape[-1]))).reshape(z.shape)


@one_total_for_the_batch.also
def by_one_list(z, p):
    a = reference.softmax(z)
    ordered = _flat(z)
    last = ordered[(np.cumsum(ordered) - ordered < p).sum() - 1]
    with np.errstate(all="ignore"):
        kept = np.where(a >= last, a, 0)
        return kept / kept.sum(axis=-1, keepdims=True)


@mistakes.mistake(*BATCH, recognise=right_for_vectors_alone)
def one_vector_only(z, p):
    """
    Your code is right for one vector and not for a batch: for {input} it returns {output}. An index made by
    `argsort` counts *rows* as soon as there are any, and `cumsum` without an axis runs through all of them. Write
    down the shape of every array on the way, once for (K,) and once for (m, K). Which of your steps looks at the
    first axis, where the rows are, and how can it be made to look at the last one?
    """
    a = reference.softmax(z)
    order = np.argsort(a)[::-1]
    count = np.searchsorted(np.cumsum(a[order]), p) + 1
    result = np.zeros_like(a)
    result[order[:count]] = a[order[:count]]
    return result / result.sum()


@mistakes.mistake(*SHUFFLED)
def nothing_removed(z, p):
    """
    You return the softmax of all classes, {output} for {input}: p plays no part. The long tail of unlikely classes
    keeps its share, and in a text of a thousand words it will be drawn from many times. Which entries should be 0?
    """
    return reference.softmax(z)


nothing_removed.also(lambda z, p: no_shift_at_all(z))


@mistakes.mistake(*LARGE, recognise=forms_powers_without_a_shift)
def no_shift(z, p):
    """
    Your exponentials are formed from the logits as they are: for {input} you return {output}. Beyond 709 a power of
    e is infinite, and far below zero all powers are 0, so the quotient has no value. Subtract the largest logit of
    each row first, or call a softmax that does.
    """
    return _cut(no_shift_at_all(z), p)


no_shift.also(lambda z, p: _cut(np.exp(z) / (np.exp(z).sum(axis=-1, keepdims=True) + 1e-9), p))


@mistakes.mistake(*APART)
def one_maximum_for_the_batch(z, p):
    """
    You shift all rows by the largest logit of the whole batch. A row that lies far below has all its powers of e
    rounded to 0, and 0 divided by 0 has no value: for {input} you return {output}. Each row is divided by a sum of its
    own and may be shifted by a number of its own. Over which axis should the maximum run, and which shape lets it
    meet its own row?
    """
    return _cut(one_maximum(z), p)


@mistakes.mistake(*SHUFFLED, recognise=right_for_batches_alone)
def batches_only(z, p):
    """
    Your code is right for a batch and fails for one vector: for {input} there is {output}. It names the axis 1, and a
    vector has only the axis 0. The classes are on the *last* axis, and that axis has a number that fits both a
    vector and a batch. Look for every `axis=1`, every `[:, …]` and every loop over rows. Which number of an axis always
    means the last one?
    """
    order = np.argsort(-z, axis=1)
    ordered = np.take_along_axis(reference.softmax(z), order, axis=1)
    return _only(z, np.cumsum(ordered, axis=1) - ordered < p, order)


batches_only.also(lambda z, p: np.array([_top_p_by_rows(row, p) for row in z]))


@mistakes.mistake(*SHUFFLED)
def only_those_that_stay(z, p):
    """
    You return the probabilities of the classes that stay, and the others are missing: {output} for {input}. Nobody can
    tell to which classes your numbers belong, and in a batch every row would have another length. The result has the
    shape of `z`, with a 0 for each class that was cut off. How do the shares get back to the places of their classes?
    """
    return _alone(reference.with_top_p(z, p))


def _alone(shares):
    """The shares above 0, the largest first."""
    if shares.ndim > 1:
        return [_alone(row) for row in shares]
    return -np.sort(-shares[shares > 0])


only_those_that_stay.also(
    lambda z, p: (lambda a: a[a > 0] if a.ndim == 1 else [row[row > 0] for row in a])(reference.with_top_p(z, p))
)


@mistakes.mistake(*SHUFFLED)
def equal_shares(z, p):
    """
    Every class that stays gets the same share: {output} for {input}. Their logits differ, and so should their
    probabilities; among those that stay the ratios are the ones that the softmax gave them before. Marks say *who*
    stays and not how much each of them gets. Which numbers go into the exponential?
    """
    stays = reference.with_top_p(z, p) > 0
    return stays / stays.sum(axis=-1, keepdims=True)


@mistakes.mistake(*SHUFFLED)
def logits_in_place_of_probabilities(z, p):
    """
    You return the logits, with −∞ for the classes that are banned: for {input} that is {output}. It is the right
    row to start from. Asked for are probabilities, nowhere below 0 and with the sum 1, so that something can be
    drawn from them. Which function makes probabilities out of logits, the −∞ included?
    """
    return np.where(reference.with_top_p(z, p) > 0, z, -np.inf)


mistakes.add(
    "a ban that is not low enough",
    """
    You ban a class with a fixed, very negative logit. For small logits nobody notices. But only differences count:
    when all logits of a row lie around −1,000, a ban of −100 is the largest of them, and the banned classes take
    everything. The check goes further down: for {input} you return {output}. There is a number below every logit, and
    its power of e is exactly 0. Which one?
    """,
    *(
        lambda z, p, ban=ban: reference.softmax(np.where(reference.with_top_p(z, p) > 0, z, ban))
        for ban in (-20.0, -50.0, -99.0, -100.0, -500.0, -999.0, -1000.0, -1e4, -1e5)
    ),
    example=LOW,
    recognise=bans_too_high,
)


@mistakes.mistake(*SHUFFLED)
def the_rest_in_place_of_p(z, p, only=_only):
    """
    You read p as what is to be cut *off*, or keep classes until the rest has fallen to p: for {input} you return
    {output}, which holds about 1 − p. The exercise asks for the head of the distribution, the fewest classes that
    together have p; what is dropped then has less than 1 − p. With p near 1 nearly everything stays. Which of the two
    sums is compared with p in your code?
    """
    return only(z, _before(z) < 1 - p)


the_rest_in_place_of_p.also(lambda z, p: the_rest_in_place_of_p(z, p, _banned))


@mistakes.mistake(*BATCH)
def wrong_axis(z, p):
    """
    You sort or add up down the columns: for {input} you return {output}. A column holds the same class of several
    examples, and these do not compete with each other. For one vector the first axis is also the last, so nothing
    shows there. Which number names the last axis, and does every step of yours use it?
    """
    return reference.with_top_p(z.T, p).T


@wrong_axis.also
def totals_down_the_columns(z, p):
    order, ordered = _ordered(z)
    return _only(z, np.cumsum(ordered, axis=0) - ordered < p, order)
