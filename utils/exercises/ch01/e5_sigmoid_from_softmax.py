"""Exercise 1.5: the sigmoid of z, as the first probability of a softmax over two classes."""

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs

# The domain


def single_logits(rng):
    """One logit for each example: numbers and vectors, small and extreme."""
    return [
        (0.0,),
        (1.0,),
        (-2.0,),
        (3,),
        (np.array([-0.5, 1.5]),),
        (np.array([0.0, 1.0, -3.0]),),
        (np.array([2.0, 5.0]),),
        (1000.0,),
        (-700.0,),
        (np.array([-700.0, 0.0, 1000.0]),),
        (float(rng.normal(scale=3)),),
        (rng.normal(scale=3, size=6),),
    ]


def sigmoid_in_words(z):
    """Shape and range of a sigmoid."""
    shape = np.shape(z)
    return f"an array of the shape {shape}, each value from 0 to 1," if shape else "one number from 0 to 1"


# Right answers


def _with_zero(z):
    return np.stack([np.asarray(z, dtype=float), np.zeros(np.shape(z))], axis=-1)


def _split_evenly(z):
    half = np.asarray(z, dtype=float) / 2
    return reference.softmax(np.stack([half, -half], axis=0), axis=0)[0]


def _sigmoid_in_two_branches(z):
    small = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1 / (1 + small), small / (1 + small))


def _one_by_one(z):
    if np.ndim(z) == 0:
        return reference.softmax([float(z), 0.0])[0]
    return [_one_by_one(value) for value in z]


mistakes = Bank()

sigmoid_from_softmax = Exercise(
    name="ch01.sigmoid_from_softmax",
    asks="The sigmoid of z, as the first probability of a softmax over two classes.",
    reference=lambda z: reference.softmax(_with_zero(z))[..., 0],
    probes=single_logits,
    expects=sigmoid_in_words,
    scale=lambda z: 1e-11,  # forms such as (1 + tanh)/2 lose the digits of the smallest probabilities, and are right
    hints=paragraphs("""
        Divide the numerator and the denominator of the sigmoid by the right power of e until both terms below the line
        are powers of e. Which two exponents stand there?

        The second class has a logit that never moves. Which number has the power 1?

        For an array, `np.stack([z, other], axis=-1)` puts two arrays of one shape side by side, and `[..., 0]` takes
        the first of the two back out.
    """),
    alternatives=(
        _split_evenly,
        _sigmoid_in_two_branches,
        _one_by_one,
        lambda z: 0.5 * (1 + np.tanh(np.asarray(z) / 2)) if np.all(np.abs(z) < 15) else _split_evenly(z),
        lambda z: np.exp(-np.logaddexp(0, -np.asarray(z, dtype=float))),
    ),
    bank=mistakes,
    remark="A softmax over two classes is a sigmoid of the difference of their logits.",
)


# Mistakes


@mistakes.mistake(1.0)
def the_other_class(z):
    """
    You return the probability of the class whose logit is 0. For {input} that is {output}: the sigmoid of −z, or 1
    minus what is asked. Both numbers come out of the same softmax, side by side; the sigmoid is the one that grows
    with `z`. Which index picks it, in the order in which you have put the two logits?
    """
    return reference.softmax(_with_zero(z))[..., 1]


@mistakes.mistake(1.0)
def twice_the_logit(z):
    """
    You give the two classes the logits z and −z. Their *difference* is then 2z, and only the difference counts, so
    you return the sigmoid of 2z: {output} for {input}. The sigmoid compares e to the power z with 1. Which logit
    has the power 1?
    """
    return reference.softmax(np.stack([np.asarray(z), -np.asarray(z)], axis=-1))[..., 0]


@mistakes.mistake(0.0)
def one_as_the_second_logit(z):
    """
    Your second logit is 1, because a 1 stands in the denominator of the sigmoid. But that 1 is already a power of
    e, and a softmax raises e to whatever you give it. So you return the sigmoid of z − 1: {output} for {input},
    where an even chance is right. Which exponent makes a power of e equal to 1?
    """
    return reference.softmax(_with_zero(z) + np.array([0.0, 1.0]))[..., 0]


@mistakes.mistake(0.0)
def one_minus_the_logit(z):
    """
    You give the two classes the logits z and 1 − z. Probabilities of *yes* and *no* sum to 1; logits do not, they
    are free. The difference of yours is 2z − 1, so you return the sigmoid of that: {output} for {input}, where an
    even chance is right. The difference has to be z. Which fixed number leaves it so?
    """
    return reference.softmax(np.stack([np.asarray(z), 1 - np.asarray(z)], axis=-1))[..., 0]


@mistakes.mistake(-2.0)
def the_size_without_the_sign(z):
    """
    Your result is the sigmoid of |z|: right for positive logits, and {output} for {input}, where it has to lie
    below one half. Either an absolute value stands in an exponent, or you take the larger of two probabilities.
    Both forget which of the two classes is ahead. *Yes* keeps its place in the pair, whatever the sign of its
    logit. Which place is that, and how do you take it out along the last axis?
    """
    return reference.softmax(_with_zero(np.abs(z)))[..., 0]


the_size_without_the_sign.also(lambda z: reference.softmax(_with_zero(z)).max(axis=-1))


@mistakes.mistake(np.array([-0.5, 1.5]))
def numbers_only(z):
    """
    For one number your function is right, and for an array it is not: {input} gives {output}. You put `z` and the
    fixed logit side by side as two entries of one list. When `z` is an array, every example in it needs such a pair
    of its own, on a new axis behind the one of the examples. The last hint names the function that builds it.
    """
    return reference.softmax([z, 0])[0]


numbers_only.also(
    lambda z: reference.softmax(np.append(z, 0.0))[0],
    lambda z: reference.softmax(np.stack([np.asarray(z, dtype=float), np.zeros(np.shape(z))]))[0],
)


@mistakes.mistake(0.0)
def arrays_only(z):
    """
    For an array your function is right. For one number, such as {input}, it returns {output}. A number has no
    length, no rows and no first entry, so a loop over it fails, and a function that makes a column of it adds an
    axis which the result must not have. Start with an array of the shape of `z`, which may be (), and put the two
    classes on a new last axis.
    """
    return [reference.softmax([value, 0.0])[0] for value in z]


arrays_only.also(
    lambda z: reference.softmax(np.column_stack([np.atleast_1d(z), np.zeros(np.size(z))]))[:, 0],
    lambda z: reference.softmax(_with_zero(z))[:, 0],
)


@mistakes.mistake(1.0)
def both_probabilities(z):
    """
    You return the whole softmax of two classes, {output} for {input}, where one number was asked for. The second
    one carries nothing new: it is 1 minus the first. This is why a network for two classes needs a single output.
    Which of the two is the sigmoid of `z`, and how do you take it out along the last axis?
    """
    return reference.softmax(_with_zero(z))


@mistakes.mistake(np.array([2.0, 5.0]))
def softmax_over_the_examples(z):
    """
    You apply softmax to `z` itself. A vector holds one logit for each example, and examples do not compete: for
    {input} you return {output}. Each example has two classes of its own, one with the logit z and one with a fixed
    logit. Build that second axis first, and run the softmax along it.
    """
    return reference.softmax(np.atleast_1d(z)).reshape(np.shape(z))


softmax_over_the_examples.also(lambda z: reference.softmax(z))


@mistakes.mistake(np.array([0.0, 1.0, -3.0]))
def one_unit_with_softmax(z):
    """
    You take the softmax over a single class for each example. One class gets the whole, whatever its logit: for
    {input} you return {output}, and for every other input the same. A softmax compares, so it needs something to
    compare with. Which logit does the class *no* have, when only the difference between the two counts and *yes*
    has the logit `z`?
    """
    return reference.softmax(np.asarray(z, dtype=float)[..., None])[..., 0]


one_unit_with_softmax.also(lambda z: np.ones(np.shape(z)))


@mistakes.mistake(1000.0)
def overflow_for_large_logits(z):
    """
    You compute e to the power z and divide it by 1 plus itself, without a shift. For large `z` the power is
    infinite, and infinite over infinite is nan: {output} for {input}. A stable softmax of the two logits has no
    such limit, because it subtracts the larger one first. Which two logits do you hand to it?
    """
    return np.exp(z) / (1 + np.exp(z))


overflow_for_large_logits.also(lambda z: np.exp(z) / (np.exp(z) + np.exp(0)))
