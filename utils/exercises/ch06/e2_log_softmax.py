"""Exercise 6.2: the logarithm of the softmax over the last axis, finite for finite logits of any size."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch06.common import (
    APART,
    BATCH,
    LARGE,
    NEGATIVE,
    any_of,
    batches_only,
    breaks_where,
    clipped_logits,
    cut_off,
    leaves_the_range,
    lse,
    painted_over,
    shares,
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


def log_probabilities_in_words(z):
    """Shape and range of a log-softmax."""
    return f"an array of the shape {z.shape}, finite and nowhere above 0,"


# Right answers


def _log_softmax_row_by_row(z):
    if z.ndim == 1:
        largest = max(z)
        log_total = math.log(math.fsum(math.exp(value - largest) for value in z))
        return [value - largest - log_total for value in z]
    return [_log_softmax_row_by_row(row) for row in z]


def _log_softmax_in_float32(z):
    shifted = z.astype(np.float32) - z.astype(np.float32).max(axis=-1)[..., None]
    return shifted - np.log(np.exp(shifted).sum(axis=-1))[..., None]


def _log_softmax_by_pairs(z):
    z = np.asarray(z, dtype=float)
    return -np.logaddexp.reduce(z[..., None, :] - z[..., :, None], axis=-1)


mistakes = Bank()

log_softmax = Exercise(
    name="ch06.log_softmax",
    is_main=True,
    asks="The logarithm of the softmax over the last axis, finite for finite logits of any size.",
    reference=reference.log_softmax,
    probes=vectors_and_batches,
    expects=log_probabilities_in_words,
    scale=size_of,
    hints=paragraphs("""
        Take the logarithm of the definition on paper. What becomes of a quotient, and what of the logarithm of the
        numerator?

        The logarithm of the numerator is the logit itself. The logarithm of the denominator is the function of the last
        exercise.

        That function returns one number for each row. To subtract it from a batch it needs an axis of length 1 at the
        end: `keepdims=True`, or an index with `np.newaxis`.
    """),
    alternatives=(
        _log_softmax_row_by_row,
        _log_softmax_in_float32,
        _log_softmax_by_pairs,
        lambda z: z - np.logaddexp.reduce(np.asarray(z, dtype=float), axis=-1, keepdims=True),
        lambda z: z - reference.logsumexp(z)[..., None],
        lambda z: reference.log_softmax(reference.log_softmax(z)),
        lambda z: (np.transpose(z) - reference.logsumexp(z)).T,
        lambda z: np.where(
            stable_shares(z) > 1e-300, np.log(stable_shares(z)), z - reference.logsumexp(z, keepdims=True)
        ),
    ),
    bank=mistakes,
    remark="The logit minus the log-sum-exp of its row: no probability is formed, so none can be rounded to 0.",
)


# Mistakes


def _largest(z):
    return z.max(axis=-1, keepdims=True)


def _nothing(z):
    return 0.0


def _rounded_to_0_after(shift):
    """Where a probability is 0 or has no value, when the powers are formed after this shift."""

    def is_rounded(limits, z):
        exponents = z - shift(z)
        return any_of(
            leaves_the_range(limits, exponents.max(axis=-1), z.shape[-1]),
            leaves_the_range(limits, np.minimum(exponents, z - lse(z, z.max(axis=-1))[..., None]).min(axis=-1)),
        )

    return is_rounded


def _shifted_by_the_smallest(z):
    smallest = z.min(axis=-1)[..., None]
    return (z - smallest) - np.log(np.exp(z - smallest).sum(axis=-1, keepdims=True))


@mistakes.mistake(np.array([800.0, 0.0]), recognise=shifted_by(lambda z: z.min(axis=-1, keepdims=True)))
def shift_by_the_smallest(z):
    """
    You take the smallest logit of a row out of the exponents. On paper any number will do, so logits that lie close
    together come out right, near 1000 and near −1000 as well. But now every exponent is 0 or above, and the largest is
    as long as the whole row: from a gap of 710 on it overflows, and for {input} you return {output}. Which logit has to
    become 0 so that no exponent is above it?
    """
    return _shifted_by_the_smallest(z)


shift_by_the_smallest.also(
    lambda z: z - lse(z, z.min(axis=-1))[..., None],
    lambda z: np.log(shares(z, z.min(axis=-1))),
)


@mistakes.mistake(
    np.array([800.0, 0.0]), recognise=breaks_where(*map(_rounded_to_0_after, (_largest, _nothing, np.max)))
)
def log_after_softmax(z):
    """
    You form the probabilities first and take their logarithm. A probability below about 5e-324 is rounded to 0, and
    the logarithm of 0 is minus infinity: for {input} you return {output}. The shift inside the softmax does not
    help; it is the small probability that has no place in a float. Take the logarithm of the formula on paper:
    which exponential disappears before it is ever formed?
    """
    return np.log(stable_shares(z))


log_after_softmax.also(
    lambda z: np.log(shares(z)),
    lambda z: np.log(shares(z, z.max())),
)


@mistakes.mistake(*LARGE, recognise=shifted_by(lambda z: 0))
def no_shift(z):
    """
    You subtract the logarithm of the sum, which is the right idea, but form that sum from the logits as they are.
    For {input} you return {output}: the powers are infinite from 710 on, and they are 0 when all logits are very
    negative. The log-sum-exp of the last exercise has neither fault. Which logit does it take out of the sum first?
    """
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


@mistakes.mistake(*LARGE, recognise=shifted_by(lambda z: z.argmax(axis=-1, keepdims=True)))
def the_index_of_the_largest(z):
    """
    You shift by `argmax`, which says *where* the largest logit stands and not how large it is. The shift cancels on
    paper, whatever it is, so small logits come out well. Large ones are hardly moved by a place such as 0, 1 or 2,
    and their powers are infinite as before: {input} becomes {output}. A shift by the largest logit itself leaves
    nothing above 0. With which function do you get the value in place of its index?
    """
    return z - lse(z, z.argmax(axis=-1))[..., None]


the_index_of_the_largest.also(
    lambda z: (
        (z - z.argmax(axis=-1)[..., None])
        - np.log(np.exp(z - z.argmax(axis=-1)[..., None]).sum(axis=-1, keepdims=True))
    )
)


def _losses(expected, z):
    return -expected


mistakes.add(
    "infinity painted over",
    """
    Where a probability is rounded to 0 you put another number in the place of its infinite logarithm, by `nan_to_num`,
    a `where`, or an `if`. For {input} you return {output}, where the truth for the second class is −800. Neither 0 nor
    the largest float is near it, and neither depends on the logits, so the gradient is 0. The number that is missing
    can be had without the probability. What is the logarithm of the numerator of the softmax?
    """,
    lambda z: np.nan_to_num(np.log(stable_shares(z))),
    lambda z: np.nan_to_num(np.log(shares(z))),
    lambda z: np.log(np.where(stable_shares(z) > 0, stable_shares(z), 1.0)),
    example=(np.array([0.0, -800.0]),),
    recognise=lambda seen: painted_over(seen, lambda z: -np.log(stable_shares(z)), lambda z: -np.log(shares(z))),
)

mistakes.add(
    "clipped logits",
    """
    You cut the logits to a range in which `exp` survives. Nothing overflows, and what lies beyond the limit is lost:
    for {input} you return {output}, where the truth for the second class is −800. Two logits beyond the limit cannot be
    told apart any more, and their gradient is 0. The shift by the largest logit keeps `exp` in range as well, and it
    changes no probability. What is the largest exponent after such a shift?
    """,
    *(lambda z, limit=limit: reference.log_softmax(np.clip(z, -limit, limit)) for limit in (20, 100, 500, 700)),
    lambda z: np.log(shares(np.clip(z, -300, 300))),
    lambda z: reference.log_softmax(np.minimum(z, 700)),
    example=(np.array([800.0, 0.0]),),
    recognise=clipped_logits(
        reference.log_softmax, at=[(0, np.array([0.0, -1600.0])), (100, np.array([900.0, 100.0]))]
    ),
)

mistakes.add(
    "epsilon in the log",
    """
    You add a small number to the probabilities before the logarithm. Nothing is infinite any more, but no result can
    fall below a floor, the logarithm of that number: for {input} you return {output}, where the truth for the second
    class is −800. And where the result no longer changes with the logits, the gradient is 0. Take the logarithm of the
    formula and not of its rounded result.
    """,
    *(
        lambda z, epsilon=epsilon: np.log(stable_shares(z) + epsilon)
        for epsilon in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-300)
    ),
    lambda z: np.log(shares(z) + 1e-9),
    lambda z: np.log(np.clip(stable_shares(z), 1e-12, 1.0) + 1e-9),
    example=(np.array([0.0, -800.0]),),
    recognise=lambda seen: cut_off(seen, _losses) == "epsilon",
)

mistakes.add(
    "clipped probabilities",
    """
    You cut the probabilities off from below before you take the logarithm, or their logarithms afterwards. No result
    can then fall below a limit: for {input} you return {output}, where the truth for the second class is −800. Beyond
    the limit the result does not depend on the logits at all, so its gradient is exactly 0. The formula needs no
    probability: what is the logarithm of its numerator?
    """,
    *(
        lambda z, limit=limit, top=top: np.log(np.clip(stable_shares(z), limit, top(limit)))
        for limit in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-20)
        for top in (lambda limit: 1.0, lambda limit: 1 - limit)
    ),
    lambda z: np.log(np.maximum(stable_shares(z), 1e-300)),
    lambda z: np.maximum(reference.log_softmax(z), -50),
    lambda z: np.log(np.maximum(shares(z), 1e-10)),
    example=(np.array([0.0, -800.0]),),
    recognise=lambda seen: cut_off(seen, _losses) == "clip",
)


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def shift_on_one_side_only(z):
    """
    You take the shift out of the sum and leave the logits as they are, or the other way round. For {input} you
    return {output}, and the exponentials of these numbers do not sum to 1. The same number has to leave the logit
    and the log-sum-exp, or be added back to the second. Give the shifted logits a name and use that name in both
    places.
    """
    return z - np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True))


shift_on_one_side_only.also(lambda z: z - z.max(axis=-1, keepdims=True) - reference.logsumexp(z)[..., None])


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def only_the_shift(z):
    """
    You subtract the largest logit and stop. For {input} you return {output}: the winner gets 0, which is the
    logarithm of probability 1, and nothing is left for the others. What is still missing is the logarithm of the
    sum of the shifted exponentials, which lies between 0 and the logarithm of the number of classes.
    """
    return z - z.max(axis=-1, keepdims=True)


@mistakes.mistake(*APART, recognise=shifted_by(lambda z: z.max()))
def one_maximum_for_the_batch(z):
    """
    You shift every row by the largest logit of the whole batch. A row far below it keeps nothing but zeros under
    its sum, and the logarithm of 0 is minus infinity: for {input} you return {output}. Each row has its own sum,
    and may have its own shift. Over which axis should the maximum run, and with which argument does its result fit
    the rows?
    """
    return (z - z.max()) - np.log(np.exp(z - z.max()).sum(axis=-1, keepdims=True))


@mistakes.mistake(*NEGATIVE, recognise=shifted_by_zero_at_least)
def shift_by_zero_at_least(z):
    """
    Your shift is never negative: it is the largest logit or 0, whichever is larger, or the largest absolute value.
    Rows of very negative logits are then not lifted, their powers are all 0, and the logarithm of their sum is
    minus infinity: for {input} you return {output}. The shift works in both directions. Where does a 0, or an
    `abs`, enter your maximum?
    """
    return z - lse(z, np.maximum(z.max(axis=-1), 0))[..., None]


shift_by_zero_at_least.also(lambda z: z - lse(z, np.abs(z).max(axis=-1))[..., None])


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def probabilities(z):
    """
    You return the softmax itself, without its logarithm: {output} for {input}. Log-probabilities are never
    positive, and it is their *exponentials* that sum to 1. They are worth having because they keep apart what
    probabilities cannot: −800 and −900 are two numbers, while both exponentials are rounded to 0. Do not add a
    logarithm after your softmax, though; take it in the formula first.
    """
    return stable_shares(z)


probabilities.also(lambda z: shares(z))


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def the_other_sign(z):
    """
    You return the negative logarithms: {output} for {input}. Those are losses, one for each class that might be the
    true one, and the next exercise picks one of them. A log-softmax keeps the sign of the logarithm, so that it is
    at most 0 and grows with its logit. Which of your two terms has to be subtracted from the other?
    """
    return -reference.log_softmax(z)


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def divided_by_the_logarithm(z):
    """
    You divide by the logarithm of the sum. For {input} you return {output}. Under a logarithm a quotient becomes a
    *difference*: log(a / b) is log a minus log b. The line of the softmax formula is gone once the logarithm has
    been taken. Which operation stands between the logit and the log-sum-exp?
    """
    return z / reference.logsumexp(z)[..., None]


divided_by_the_logarithm.also(
    lambda z: (
        (z - z.max(axis=-1, keepdims=True))
        / np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True))
    )
)


@told_by_small_inputs
@mistakes.mistake(*BATCH)
def no_keepdims(z):
    """
    One number for each row has the shape (m,), and NumPy lines it up with the *last* axis of the batch: from column
    j you subtract what belongs to row j. For most shapes that is an error, for a square batch it is silent. For
    {input} you return {output}. How does a vector of m numbers become a column of the shape (m, 1)?
    """
    return z - reference.logsumexp(z)


no_keepdims.also(
    lambda z: (z - z.max(axis=-1, keepdims=True)) - np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1)),
    lambda z: z - z.max(axis=-1) - np.log(np.exp(z - z.max(axis=-1)).sum(axis=-1)),
    lambda z: (z - z.max(axis=-1)) - np.log(np.exp(z - z.max(axis=-1)).sum(axis=-1, keepdims=True)),
)


@told_by_small_inputs
@mistakes.mistake(*BATCH)
def wrong_axis(z):
    """
    Your sum runs over the examples, or over the whole batch, and not over the classes of one row. For {input} you
    return {output}; raise e to these numbers and add up a row: it does not give 1. Each example has a denominator
    of its own, made of the classes on the last axis. Which number names that axis?
    """
    return z - reference.logsumexp(z, axis=0)


wrong_axis.also(
    lambda z: z - (z.max() + np.log(np.exp(z - z.max()).sum())),
    lambda z: z - np.log(np.exp(z).sum()),
    lambda z: z - z.max(axis=-1, keepdims=True) - np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=0)),
    lambda z: z - z.max(axis=-1, keepdims=True) - np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum()),
)


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def another_base(z):
    """
    You take the logarithm to the base 2 or 10. For {input} you return {output}, a constant factor away. In bits or
    decimal digits that is a matter of taste, but the exponential of the softmax and the logarithm of the loss have
    to undo each other, and only the natural logarithm undoes e. Which NumPy function is it?
    """
    return reference.log_softmax(z) / np.log(2)


another_base.also(lambda z: reference.log_softmax(z) / np.log(10))


@mistakes.mistake(np.array([[1.0, 2.0]]), recognise=squeezed)
def one_row_as_a_vector(z):
    """
    A batch of one row is a batch, and its log-softmax has the shape of the batch. You return {output} for {input}: an
    axis of length 1 is gone. `squeeze` without an axis takes away every one that it finds, and so does an index of 0
    that was meant for vectors. Code that goes on with rows then fails only for one row, or one class. Which axis did
    you want to get rid of, and how can you say so?
    """
    return np.squeeze(reference.log_softmax(z))


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def the_denominator_alone(z):
    """
    You return the log-sum-exp, the logarithm of what stands below the line: {output} for {input}. A log-softmax has one
    entry for each *class*, in the shape of `z`. What is missing is the logarithm of the numerator, and it is the
    shortest term of the chapter, since logarithm and exponential undo each other in it. What is left of it, and with
    which sign does the log-sum-exp follow?
    """
    return lse(z)


the_denominator_alone.also(
    lambda z: lse(z)[..., None],
    lambda z: -lse(z),
)


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def the_logarithm_of_the_logits(z):
    """
    You take the logarithm of the logits themselves. For {input} you return {output}, and for a negative logit there is
    nothing but nan. What stands above the line of the softmax is e *to the* logit, and it is the logarithm of that
    which you need. The two undo each other. What is left when they have?
    """
    return np.log(z) - reference.logsumexp(z)[..., None]


the_logarithm_of_the_logits.also(
    lambda z: np.log(z / np.exp(z).sum(axis=-1, keepdims=True)),
    lambda z: np.log(z / z.sum(axis=-1, keepdims=True)),
)


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]))
def added_in_place_of_subtracted(z):
    """
    You add the log-sum-exp to the logits. For {input} you return {output}, and the logarithm of a probability is never
    above 0. The softmax is a quotient, and the logarithm of a quotient is a difference: that of the part above the line
    minus that of the part below it. Raise e to your numbers and add them up, and you see it at once. Which sign stands
    before the logarithm of what you divide by?
    """
    return z + reference.logsumexp(z, keepdims=True)


added_in_place_of_subtracted.also(
    lambda z: z - z.max(axis=-1, keepdims=True) + reference.logsumexp(z - z.max(axis=-1, keepdims=True), keepdims=True)
)


@told_by_small_inputs
@mistakes.mistake(np.array([1.0, 2.0]), name="the sum in place of its logarithm")
def the_sum_in_place_of_its_logarithm(z):
    """
    You subtract the sum of the exponentials, and its logarithm is missing. For {input} you return {output}: raise e to
    these numbers, and they do not add up to 1. The quotient of the softmax becomes a difference of two logarithms: the
    first is the logit, because the logarithm undoes the exponential; the second has a sum under it, which nothing
    undoes. Which function has to stand around that sum?
    """
    return z - np.exp(z).sum(axis=-1, keepdims=True)


the_sum_in_place_of_its_logarithm.also(
    lambda z: z - z.max(axis=-1, keepdims=True) - np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True)
)


@told_by_small_inputs
@mistakes.mistake(*BATCH, name="built-in max or sum")
def built_in_max_or_sum(z):
    """
    You call the `max` or `sum` of Python itself. Those walk along the *first* axis: through the logits of one vector,
    but through the examples of a batch, where `max` compares whole rows. For {input} you return {output}. The functions
    and methods of NumPy with these names take an `axis`. Which number of an axis serves for a vector and for a batch?
    """
    return z - max(z) - np.log(sum(np.exp(z - max(z))))


@mistakes.mistake(*BATCH, recognise=vectors_only)
def _vectors_only(z):
    """
    Your code is for one vector, and a batch makes it fail: for {input} it returns {output}. Functions of the `math`
        module take one number, a comparison such as `a > b` asks one question, and a loop over a batch hands out whole
        rows. NumPy's functions do the same for all entries at once and reduce along an axis that you name. Which number
        of an axis serves for both shapes? A loop over the rows of a batch is another way.
    """
    log_total = math.log(sum(math.exp(value - np.max(z)) for value in z))
    return [value - np.max(z) - log_total for value in z]


@mistakes.mistake(np.array([1.0, 2.0]), recognise=batches_only)
def _batches_only(z):
    """
    Your code is for a batch, and a single vector is too little for it: for {input} it returns {output}. A vector has
        one axis, number 0, so `axis=1` and `shape[1]` ask for something that it has not, and a loop over its rows hands
        out numbers. Counted from the end, the axis of the classes has the same number in both shapes. Which one?
    """
    return z - reference.logsumexp(z, axis=1, keepdims=True)


_batches_only.also(
    lambda z: z - np.log(np.exp(z).sum(axis=1, keepdims=True)),
    lambda z: np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)),
    lambda z: np.array([z[i] - reference.logsumexp(z[i]) for i in range(z.shape[0])]) if z.ndim > 1 else z * 0,
)
