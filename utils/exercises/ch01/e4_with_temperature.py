"""Exercise 1.4: softmax of z at the temperature T."""

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


def logits_and_temperatures(rng):
    """Vectors and a batch, with temperatures on both sides of one."""
    return [
        (np.array([1.0, 2.0]), 1.0),
        (np.array([1.0, 2.0]), 2.0),
        (np.array([2.0, 1.0, 0.1]), 0.5),
        (np.array([1, 2, 3]), 4),
        (np.array([20.0, 10.0, 0.0]), 0.01),
        (np.array([0.02, 0.01, 0.0]), 0.01),
        (np.array([1.0, -1.0]), 1000.0),
        (np.array([[1.0, 2.0], [3.0, 1.0]]), 0.25),
        (np.array([[20.0, 10.0], [-30.0, -40.0]]), 0.05),
        (rng.normal(scale=3, size=4), float(rng.uniform(0.3, 0.8))),
        (rng.normal(scale=3, size=4), float(rng.uniform(1.5, 6))),
        (rng.normal(scale=3, size=(4, 3)), float(rng.uniform(1.5, 6))),
    ]


# Right answers


def _powers_to_the_inverse(z, T):
    shares = np.exp(z - np.max(z, axis=-1, keepdims=True)) ** (1 / T)
    return shares / np.sum(shares, axis=-1, keepdims=True)


def _mixture_of_logs(z, T):
    z = np.asarray(z, dtype=float) / T
    return np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True))


def _temperature_in_float32(z, T):
    return reference.softmax((z - z.max(axis=-1, keepdims=True)).astype(np.float32) / np.float32(T))


mistakes = Bank()

with_temperature = Exercise(
    name="ch01.with_temperature",
    asks="Softmax of z at the temperature T.",
    reference=lambda z, T: reference.softmax(z, temperature=T),
    probes=logits_and_temperatures,
    expects=probabilities_in_words,
    hints=paragraphs("""
        The temperature acts on the logits, before anything else happens to them. Which operation makes differences
        smaller when T grows?

        Write it in terms of the softmax that you have: only its argument changes.
    """),
    alternatives=(
        lambda z, T: reference.softmax(np.true_divide(z, T)),
        _powers_to_the_inverse,
        _mixture_of_logs,
        _temperature_in_float32,
        lambda z, T: softmax_row_by_row(np.asarray(z) * (1.0 / T)),
    ),
    bank=mistakes,
    remark="Dividing the logits by T is all there is to it, and the order of the classes never changes.",
)


# Mistakes


@mistakes.mistake(np.array([1.0, 2.0]), 2.0)
def the_wrong_way_round(z, T):
    """
    Your result is that of logits multiplied by T. At {input} you return {output}: sharper than the softmax itself,
    though a temperature above 1 has to flatten. Think of heat: the hotter, the more the differences blur. What is
    multiplied by T has larger differences afterwards, and only differences count. Which operation makes them
    smaller as T grows?
    """
    return reference.softmax(z * T)


@mistakes.mistake(np.array([1.0, 2.0]), 2.0)
def the_quotient_upside_down(z, T):
    """
    You divide T by the logits. At {input} you return {output}: the class with the larger logit gets the smaller
    probability. It is the logits that are divided, each of them, by the one number T. Look at the quotient, and at
    the order of the two arguments between the brackets of `def`: first the logits, then the temperature.
    """
    return reference.softmax(np.divide(T, z))


@mistakes.mistake(np.array([1.0, 2.0]), 2.0)
def the_temperature_is_not_used(z, T):
    """
    Your result does not depend on T. At {input} you return {output}, the same as for T = 1. Either `T` is not in
    the body at all, or it cancels: added to every logit it is a common shift, and as a factor of every power it
    stands above and below the line. To flatten a distribution the differences between logits have to become
    smaller. Which operation with T changes differences?
    """
    return reference.softmax(z)


the_temperature_is_not_used.also(lambda z, T: reference.softmax(z + T))

mistakes.add(
    "a limit on the temperature",
    """
    You use T on one side of a limit and the limit itself on the other. At {input} you return {output}, and another
    temperature on the same side gives the same. Every T above 0 is allowed, and a small one is no danger to a
    softmax that shifts: the largest logit, divided by T, is subtracted before `exp`. Which `max` or `min` can go?
    """,
    *(lambda z, T, limit=limit: reference.softmax(z / max(T, limit)) for limit in (1.0, 0.5, 0.1)),
    lambda z, T: reference.softmax(z / min(T, 1.0)),
    example=(np.array([0.02, 0.01, 0.0]), 0.01),
)


@mistakes.mistake(np.array([1.0, 2.0]), 2.0, describe=total)
def divided_after_the_softmax(z, T):
    """
    You take the softmax first and divide the probabilities by T. At {input} you return {output}: all shrink by the
    same factor and no longer sum to 1, while their ratio is as before. A temperature has to change the ratios, so
    it must act inside the exponential. What happens to the ratio of two powers of e when both exponents are divided
    by T?
    """
    return reference.softmax(z) / T


@mistakes.mistake(np.array([1.0, 2.0]), 2.0, describe=total)
def powers_of_probabilities(z, T):
    """
    You raise the finished probabilities to the power 1/T and stop. At {input} you return {output}. The ratios are
    right, since a root of a power of e is a power with a smaller exponent, but the shares of one whole have turned
    into numbers with another total. What has to be done once more, after the power? Or change the logits before the
    softmax, and nothing is left to repair.
    """
    return reference.softmax(z) ** (1 / T)


@mistakes.mistake(np.array([1.0, 2.0]), 2.0, describe=total)
def on_one_side_of_the_line_only(z, T):
    """
    You divide by T in the numerator or in the denominator, and leave the logits of the other as they are. At
    {input} you return {output}, and a probability needs the sum 1. The shares of a whole need the same powers above
    and below the line. Compute the scaled logits once, give them a name, and use that name for both.
    """
    return np.exp(z / T) / np.exp(z).sum(axis=-1, keepdims=True)


on_one_side_of_the_line_only.also(lambda z, T: np.exp(z) / np.exp(z / T).sum(axis=-1, keepdims=True))


@mistakes.mistake(np.array([20.0, 10.0, 0.0]), 0.01)
def no_shift(z, T):
    """
    A small temperature makes large logits: 20 divided by 0.01 is 2000, and `exp` overflows at 710. At {input} you
    return {output}. You have already met the cure, a shift by the largest logit of the row. It has to be applied to
    the logits that really enter `exp`, after the division by T; calling a softmax that shifts does it for you.
    """
    return exp_shares(z / T, 0)


no_shift.also(lambda z, T: exp_shares(z / T, z.max(axis=-1, keepdims=True)))


@mistakes.mistake(*SQUARE, 2.0, describe=row_sums)
def sum_over_the_whole_batch(z, T):
    """
    One vector comes out right. For a batch all rows share one sum: {input} gives {output}, and each row by itself
    has to sum to 1. The temperature is used as it should be; what is missing is the axis of the classes, in the
    softmax of your own or in the one that you call. `reference.softmax` takes the last axis without being told.
    """
    return np.exp(z / T) / np.exp(z / T).sum()


sum_over_the_whole_batch.also(
    lambda z, T: np.exp(z / T - np.max(z / T)) / np.exp(z / T - np.max(z / T)).sum(),
    lambda z, T: reference.softmax(np.ravel(z / T)).reshape(z.shape),
)


@mistakes.mistake(*SQUARE, 2.0, describe=row_sums)
def rows_and_columns_mixed_up(z, T):
    """
    One vector comes out right. For {input} you return {output}, and each row has to sum to 1. Your sum runs over
    the first axis, which collects one class over all examples, or it runs over the last one and loses that axis, so
    that NumPy lines it up with the columns. Exercise 1.3 had both. Is there a softmax of yours, or of the workbook,
    that you can call instead?
    """
    return reference.softmax(z / T, axis=0)


rows_and_columns_mixed_up.also(
    lambda z, T: sum_without_keepdims(z / T),
    lambda z, T: neither_with_keepdims(z / T),
)


@mistakes.mistake(np.array([1.0, 2.0]), 2.0)
def root_of_the_temperature(z, T):
    """
    You divide the logits by the square root of T. At {input} you return {output}, which is flatter than at T = 1,
    but not flat enough. The root belongs to another place: attention divides its scores by the root of their width.
    In the definition of the temperature the logits are divided by T itself.
    """
    return reference.softmax(z / np.sqrt(T))
