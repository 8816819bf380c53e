"""Exercise 10.6: the softmax over the classes that have at least the share m of the largest probability."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch10.common import (
    any_logits_of_one_or_more,
    bans_too_high,
    corners_of_logits,
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

SHUFFLED = (np.log([0.1, 0.6, 0.3]), 0.25)
FLAT = (np.log([0.17, 0.3, 0.28, 0.25]), 0.5)
SURE = (np.log([0.05, 0.9, 0.03, 0.02]), 0.1)
FIVE = (np.log([0.4, 0.1, 0.25, 0.2, 0.05]), 0.4)
GAPS = (np.array([3.0, 1.0, 2.0]), 0.2)
NEGATIVE = (np.array([-1.0, -3.0, -2.0, -2.5]), 0.3)
BATCH = (np.log([[0.5, 0.3, 0.2], [0.04, 0.9, 0.06]]), 0.5)
SQUARE = (np.log([[0.5, 0.3, 0.2], [0.04, 0.9, 0.06], [0.35, 0.33, 0.32]]), 0.5)
LARGE = (np.array([1000.0, 997.0, 999.0]), 0.1)
APART = (np.array([[1000.0, 997.0, 999.0], [-1000.0, -1003.0, -999.0]]), 0.1)
LOW = (np.array([-300_000.0, -200_000.0, -199_999.0]), 0.2)
SMALLEST = [
    SHUFFLED,
    FLAT,
    SURE,
    FIVE,
    GAPS,
    NEGATIVE,
    BATCH,
    SQUARE,
    (np.array([[4.0, 1.0, 2.0, 3.0]]), 0.2),
    (np.array([2.0, 2.0, 0.0, -3.0]), 0.1),
    LARGE,
    APART,
    (np.array([-1000.0, -997.0, -998.0]), 0.2),
    LOW,
]


def _with_a_clear_m(rng, z, least=0.002, most=0.9):
    """The logits with a share whose limit no logit comes close to, since there rounding would decide.

    Of forty numbers at random that is the one for which the nearest logit is farthest away.
    """
    gaps = (z - z.max(axis=-1, keepdims=True)).ravel()
    candidates = np.exp(rng.uniform(np.log(least), np.log(most), size=40))
    return z, float(candidates[np.abs(np.log(candidates)[:, None] - gaps).min(axis=1).argmax()])


def corners_of_shares(rng):
    """Logits by the name of their corner, with a share of the largest probability; and one near 0 and near 1."""
    corners = corners_of_logits(rng)
    rows = exact(rng.normal(size=(4, 5)))
    far = exact(np.array([0.0, -3.0, -9.0, -12.0, -16.0, -30.0])[rng.permutation(6)] + rng.uniform(0, 0.5, size=6))
    close = exact(np.array([0.0, -0.004, -0.02, -0.3])[rng.permutation(4)] + rng.normal())
    return (
        {name: _with_a_clear_m(rng, z) for name, z in corners.items()}
        | {
            "all far below": _with_a_clear_m(rng, far_below(rng, 1, 4), 0.1),  # so that some are banned
            "all rows far below": _with_a_clear_m(rng, far_below(rng, 3, 4), 0.1),
            "m near 0": (far, 1e-6),
            "m near 0 in a batch": (np.array([far, far[::-1]]), 1e-6),
            "m near 1": (close, 0.99),
            "m near 1 in a batch": (np.array([close, close[::-1]]), 0.99),
            "many of many stay": _with_a_clear_m(rng, exact(rng.normal(size=12)), 0.01, 0.1),
            "few of many stay": _with_a_clear_m(rng, exact(rng.normal(size=12)), 0.3, 0.8),
            "many stay in each row": _with_a_clear_m(rng, exact(rng.normal(size=(3, 9))), 0.02, 0.1),
            "a square batch of close ones": _with_a_clear_m(rng, exact(rng.normal(size=(4, 4))), 0.2, 0.6),
            "one sure row and an unsure one": (rows[:2] * np.array([[4.0], [0.02]]), 0.5),
        }
    )


def any_logits_and_m(rng):
    """Logits of any size with any share of the largest probability."""
    return _with_a_clear_m(rng, any_logits_of_one_or_more(rng))


# Right answers


def _limit(a, m):
    return m * a.max(axis=-1, keepdims=True)


def _kept(z, m):
    """Which classes stay."""
    return z - z.max(axis=-1, keepdims=True) >= math.log(m)


def _only(z, stays):
    """The softmax over the classes that stay."""
    return reference.softmax(np.where(stays, z, -np.inf))


def _divided(kept):
    with np.errstate(all="ignore"):
        return kept / kept.sum(axis=-1, keepdims=True)


def _cut(a, m):
    """Min-p of probabilities, however they were computed."""
    return _divided(np.where(a >= _limit(a, m), a, 0.0))


def _min_p_by_rows(z, m):
    if z.ndim > 1:
        return np.array([_min_p_by_rows(row, m) for row in z])
    powers = [math.exp(logit - max(z)) for logit in z]
    kept = [power if power >= m else 0.0 for power in powers]
    return np.array(kept) / math.fsum(kept)


def _banned_in_place(z, m):
    banned = z.copy()
    banned[z < z.max(axis=-1, keepdims=True) + np.log(m)] = -np.inf
    return reference.softmax(banned)


mistakes = Bank()

min_p = Exercise(
    name="ch10.min_p",
    asks="The softmax over the classes with at least the share m of the largest probability, and 0 for all others.",
    reference=reference.min_p,
    probes=Domain(SMALLEST, corners_of_shares, any_logits_and_m),
    expects=shares_in_words,
    hints=paragraphs("""
        Which class sets the limit? It is another one in each row, and its probability is needed, or its logit.

        A quotient of two probabilities of one row has no denominator left: it is a power of e. What is its exponent,
        and which function leads from a share m to the gap between two logits?

        When you know who stays, the rest is as in top-k: a logit of −∞ for the others, and one softmax. For a batch
        the largest logit of each row needs an axis of length 1 to be compared with its own row.
    """),
    alternatives=(
        _min_p_by_rows,
        _banned_in_place,
        lambda z, m: _cut(reference.softmax(z), m),
        lambda z, m: reference.min_p(z.astype(np.float32), m),
        lambda z, m: _divided(np.exp(z - z.max(axis=-1, keepdims=True)) * _kept(z, m)),
        lambda z, m: np.exp(reference.log_softmax(np.where(_kept(z, m), z, -np.inf))),
        lambda z, m: _only(z, z.max(axis=-1, keepdims=True) - z <= -np.log(m)),
    ),
    bank=mistakes,
    remark="A share of the largest probability is a gap below the largest logit, and the crowd has no say in it.",
)


# Mistakes


@mistakes.mistake(*FLAT)
def a_limit_for_single_probabilities(z, m):
    """
    You compare each probability with m itself. In a flat distribution no class is as likely as that, and nothing is
    left, or only what you rescued: for {input} you return {output}. The limit of min-p moves with the model: it is a
    *share* of the largest probability, high where the model is sure and low where it is not. By what does m have to be
    multiplied before you compare?
    """
    a = reference.softmax(z)
    return _divided(np.where(a >= m, a, 0.0))


a_limit_for_single_probabilities.also(
    lambda z, m: _only(z, reference.softmax(z) >= m),
    lambda z, m: _only(z, (reference.softmax(z) >= m) | (z == z.max(axis=-1, keepdims=True))),
    lambda z, m: np.nan_to_num(_only(z, reference.softmax(z) >= m)),
)


@mistakes.mistake(*SHUFFLED)
def not_divided_again(z, m):
    """
    You set the probabilities of the others to 0 and leave the rest as it was, so the numbers no longer sum to 1: for
    {input} you return {output}. What was cut off has to go to those that stay, in proportion. Which division is
    missing, or which logit would make the softmax do it?
    """
    return reference.softmax(z) * _kept(z, m)


not_divided_again.also(lambda z, m: no_shift_at_all(z) * _kept(z, m))


@mistakes.mistake(*GAPS)
def a_share_of_the_largest_logit(z, m):
    """
    You multiply the largest *logit* by m. Logits have no zero point: add the same number to all of them and no
    probability changes, but your limit does, and for negative logits it lies above the largest of them. For {input} you
    return {output}. A quotient of probabilities is a difference of logits. What becomes of a factor m when you go from
    one to the other?
    """
    return _only(z, z >= m * z.max(axis=-1, keepdims=True))


a_share_of_the_largest_logit.also(
    lambda z, m: _divided(np.where(z >= m * z.max(axis=-1, keepdims=True), reference.softmax(z), 0.0))
)


@mistakes.mistake(*GAPS)
def the_logarithm_forgotten(z, m):
    """
    You use m itself as the gap between two logits. With it a smaller m keeps *fewer* classes, where a smaller share
    should keep more. For {input} you return {output}. The gap belongs to a quotient of probabilities, which is a power
    of e, so a function stands between m and the gap. Which one is it, and which sign does it have for a number below 1?
    """
    return _only(z, z >= z.max(axis=-1, keepdims=True) - m)


the_logarithm_forgotten.also(
    lambda z, m: _only(z, z >= z.max(axis=-1, keepdims=True) - (1 - m)),
    lambda z, m: _only(z, z >= z.max(axis=-1, keepdims=True) - 1 / m),
)


@mistakes.mistake(*GAPS)
def a_limit_above_the_largest_logit(z, m):
    """
    Your limit lies *above* the largest logit, so no class reaches it: for {input} you return {output}, where 0 is
    divided by 0. A share below 1 has a negative logarithm, and a limit that subtracts it, or adds m itself, goes up.
    The likeliest class has to stay for every m. Put m = 1 and then m = 0.5 into your line: which way should the
    limit move?
    """
    return _only(z, z >= z.max(axis=-1, keepdims=True) - math.log(m))


a_limit_above_the_largest_logit.also(lambda z, m: _only(z, z >= z.max(axis=-1, keepdims=True) + m))


mistakes.add(
    "another base",
    """
    Your logarithm has another base than e. The softmax raises *e* to the logits, so the gap that belongs to a share is
    measured with the logarithm that undoes it. With base 10 the gap is too short and classes are lost, with base 2 it
    is too long. For {input} you return {output}. Which NumPy function has the base e?
    """,
    lambda z, m: _only(z, z >= z.max(axis=-1, keepdims=True) + math.log10(m)),
    lambda z, m: _only(z, z >= z.max(axis=-1, keepdims=True) + math.log2(m)),
    example=(np.array([3.0, 2.2, 1.5]), 0.3),
)


@mistakes.mistake(*SHUFFLED, name="1 − m in place of m")
def one_minus_m(z, m):
    """
    You keep what has at least the share 1 − m of the largest probability, so a small m cuts hard, where it should
    hardly cut at all. For {input} you return {output}. With m near 0 nearly every class stays, with m near 1 only those
    that are as likely as the best. Which of the two does your limit do?
    """
    return _only(z, _kept(z, 1 - m))


one_minus_m.also(lambda z, m: _cut(reference.softmax(z), 1 - m))


@mistakes.mistake(*FIVE)
def a_total_in_place_of_a_share(z, m):
    """
    You add up probabilities until a total is reached. That is top-p, the exercise before this one. Min-p adds nothing:
    it looks at one class after the other and compares it with the likeliest. For {input} you return {output}. A class
    stays or goes whatever the many others have. Which two numbers of a row are compared?
    """
    return reference.with_top_p(z, m)


a_total_in_place_of_a_share.also(lambda z, m: reference.with_top_p(z, 1 - m))


@mistakes.mistake(*SHUFFLED)
def the_tail_in_place_of_the_head(z, m):
    """
    You keep the classes *below* the limit and drop those above it: for {input} you return {output}. The likeliest class
    of all is gone. Your limit may be right, and the comparison looks the other way. Which sign lets the class that sets
    the limit pass?
    """
    return _only(z, ~_kept(z, m))


@mistakes.mistake(*SHUFFLED)
def the_likeliest_alone(z, m):
    """
    You keep only the class with the largest probability: {output} for {input}. That is min-p with m = 1, or a limit
    that forgot the factor m. A draw from it is no draw. With m below 1 other classes stay, too, if they come near
    enough to the best. Where does m enter your limit?
    """
    return (z == z.max(axis=-1, keepdims=True)) / (z == z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True)


the_likeliest_alone.also(lambda z, m: np.eye(z.shape[-1])[z.argmax(axis=-1)])


@mistakes.mistake(*SHUFFLED)
def nothing_removed(z, m):
    """
    You return the softmax of all classes, {output} for {input}: m plays no part. The long tail of unlikely classes
    keeps its share, and in a text of a thousand words it will be drawn from many times. Which entries should be 0?
    """
    return reference.softmax(z)


nothing_removed.also(lambda z, m: no_shift_at_all(z))


@mistakes.mistake(*BATCH)
def one_limit_for_the_batch(z, m):
    """
    You take the largest probability, or logit, of the whole batch. A sure row then sets the limit for an unsure one,
    which loses classes, or everything: for {input} you return {output}. Each row is a distribution of its own and has a
    likeliest class of its own. For one vector nobody notices. Along which axis does your maximum run?
    """
    a = reference.softmax(z)
    return _divided(np.where(a >= m * a.max(), a, 0.0))


one_limit_for_the_batch.also(
    lambda z, m: _only(z, reference.softmax(z) >= m * reference.softmax(z).max()),
    lambda z, m: _only(z, z >= z.max() + math.log(m)),
)


@mistakes.mistake(*SQUARE)
def wrong_axis(z, m):
    """
    Your maximum runs down the columns: for {input} you return {output}. A column holds the same class of several
    examples, and these do not compete with each other. For one vector the first axis is also the last, so nothing shows
    there. Which number names the last axis, and does every step of yours use it?
    """
    return _only(z, z >= z.max(axis=0) + math.log(m))


wrong_axis.also(
    lambda z, m: reference.min_p(z.T, m).T,
    lambda z, m: _only(z, reference.softmax(z) >= m * reference.softmax(z).max(axis=0)),
)


@mistakes.mistake(*SQUARE)
def no_keepdims(z, m):
    """
    The maxima of the rows have the shape (m,), and NumPy lines them up with the *columns*. For most shapes that is an
    error; for a square batch it is silent: for {input} you return {output}. How does a vector with one number for each
    row become a column that meets its own rows?
    """
    return _only(z, z >= z.max(axis=-1) + math.log(m))


no_keepdims.also(lambda z, m: _only(z, reference.softmax(z) >= m * reference.softmax(z).max(axis=-1)))


@mistakes.mistake(*GAPS)
def logits_of_0(z, m):
    """
    You set the logits of the other classes to 0. A logit of 0 is no ban: its power of e is 1, and when all logits are
    negative it is even the largest. For {input} you return {output}, where every class still has a share. Which logit
    has the power 0?
    """
    return reference.softmax(np.where(_kept(z, m), z, 0.0))


logits_of_0.also(lambda z, m: reference.softmax(z * _kept(z, m)))


@mistakes.mistake(*SHUFFLED)
def softmax_twice(z, m):
    """
    You hand probabilities to a softmax. For {input} you return {output}. Probabilities differ by less than 1, so the
    second softmax makes them nearly equal, and a probability of 0 gets a share again, like a logit of 0. What the
    softmax wants are the logits, with those of the other classes at −∞; or divide the probabilities that stay by their
    sum. Which of your two softmaxes can go?
    """
    return reference.softmax(np.where(_kept(z, m), reference.softmax(z), -np.inf))


softmax_twice.also(lambda z, m: reference.softmax(np.where(_kept(z, m), reference.softmax(z), 0.0)))


mistakes.add(
    "a ban that is not low enough",
    """
    You ban a class with a fixed, very negative logit. For small logits nobody notices. But only differences count: when
    all logits of a row lie around −1,000, a ban of −100 is the largest of them, and the banned classes take everything.
    The check goes further down: for {input} you return {output}. There is a number below every logit, and its power of
    e is exactly 0. Which one?
    """,
    *(
        lambda z, m, ban=ban: reference.softmax(np.where(_kept(z, m), z, ban))
        for ban in (-20.0, -50.0, -99.0, -100.0, -500.0, -999.0, -1000.0, -1e4, -1e5)
    ),
    example=LOW,
    recognise=bans_too_high,
)


@mistakes.mistake(*SHUFFLED)
def logits_in_place_of_probabilities(z, m):
    """
    You return the logits, with −∞ for the classes that are banned: for {input} that is {output}. It is the right row to
    start from. Asked for are probabilities, nowhere below 0 and with the sum 1, so that something can be drawn from
    them. Which function makes probabilities out of logits, the −∞ included?
    """
    return np.where(_kept(z, m), z, -np.inf)


@mistakes.mistake(*SHUFFLED)
def equal_shares(z, m):
    """
    Every class that stays gets the same share: {output} for {input}. Their logits differ, and so should their
    probabilities; among those that stay the ratios are the ones that the softmax gave them before. Marks say *who*
    stays and not how much each of them gets. Which numbers go into the exponential?
    """
    return _kept(z, m) / _kept(z, m).sum(axis=-1, keepdims=True)


@mistakes.mistake(*SHUFFLED)
def in_the_order_of_the_ranks(z, m):
    """
    Your probabilities come back sorted: for {input} you return {output}. The first place belongs to class 0, whatever
    its logit was, and a draw from these numbers gives a rank that is taken for a class. Min-p needs no sorting: the
    limit comes from the largest number of the row, wherever it stands. Which step of yours changes the order?
    """
    return -np.sort(-reference.min_p(z, m), axis=-1)


in_the_order_of_the_ranks.also(lambda z, m: np.sort(reference.min_p(z, m), axis=-1))


@mistakes.mistake(*SHUFFLED)
def only_those_that_stay(z, m):
    """
    You return the probabilities of the classes that stay, and the others are missing: {output} for {input}. Nobody can
    tell to which classes your numbers belong, and in a batch every row would have another length. The result has the
    shape of `z`, with a 0 for each class that was cut off. How do the shares keep the places of their classes?
    """
    kept = reference.min_p(z, m)
    return kept[kept > 0] if z.ndim == 1 else [row[row > 0] for row in kept]


@mistakes.mistake(*LARGE, recognise=forms_powers_without_a_shift)
def no_shift(z, m):
    """
    Your exponentials are formed from the logits as they are: for {input} you return {output}. Beyond 709 a power of e
    is infinite, and far below zero all powers are 0, so the quotient has no value. Subtract the largest logit of each
    row first, or call a softmax that does.
    """
    return _cut(no_shift_at_all(z), m)


no_shift.also(lambda z, m: _divided(np.where(_kept(z, m), np.exp(z), 0.0)))


@mistakes.mistake(*APART)
def one_maximum_for_the_shift(z, m):
    """
    You shift all rows by the largest logit of the whole batch. A row that lies far below has all its powers of e
    rounded to 0, and 0 divided by 0 has no value: for {input} you return {output}. Each row is divided by a sum of its
    own and may be shifted by a number of its own. Over which axis should the maximum run, and which shape lets it meet
    its own row?
    """
    return _cut(one_maximum(z), m)


one_maximum_for_the_shift.also(lambda z, m: one_maximum(np.where(_kept(z, m), z, -np.inf)))


@mistakes.mistake(*BATCH, recognise=right_for_vectors_alone)
def one_vector_only(z, m):
    """
    Your code is right for one vector and not for a batch: for {input} it returns {output}. Python's own `max`, a loop
    over `z` and an `argmax` without an axis look at *rows*, or at everything, as soon as there are any. Write down the
    shape of every array on the way, once for (K,) and once for (m, K). Which of your steps has to be told that the
    classes are on the last axis?
    """
    largest = max(z)
    kept = np.array([math.exp(logit - largest) if logit >= largest + math.log(m) else 0.0 for logit in z])
    return kept / kept.sum()


@one_vector_only.also
def by_the_place_of_the_largest(z, m):
    a = reference.softmax(z)
    kept = np.where(a >= m * a[a.argmax()], a, 0.0)
    return kept / kept.sum()


@mistakes.mistake(*SHUFFLED, recognise=right_for_batches_alone)
def batches_only(z, m):
    """
    Your code is right for a batch and fails for one vector: for {input} there is {output}. It names the axis 1, and a
    vector has only the axis 0. The classes are on the *last* axis, and that axis has a number that fits both a vector
    and a batch. Look for every `axis=1`, every `[:, …]` and every loop over rows. Which number of an axis always means
    the last one?
    """
    return _only(z, z >= z.max(axis=1, keepdims=True) + math.log(m))


batches_only.also(lambda z, m: np.array([_min_p_by_rows(row, m) for row in z]))
