"""Exercise 1.2: softmax of one vector of logits, in two steps."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch01.common import probabilities_in_words
from utils.exercises.ch01.recognising import (
    guards_the_denominator,
    has_an_axis_too_many,
    is_an_exclusive_or,
    is_another_base,
    is_e_with_few_digits,
    is_in_another_order,
    is_one_probability,
    is_rounded,
    lacks_powers_in_the_sum,
    takes_one_number,
)
from utils.exercises.drawing import corners_of_vectors, exact, whole
from utils.exercises.recognising import is_mild, lacks_an_axis, like_its_samples

# The domain


LARGEST = 50  # in size; exp takes these logits without a shift, in float32, too


def corners(rng):
    """Vectors of moderate logits, floats or integers."""
    moderate = {name: z for name, z in corners_of_vectors(rng).items() if np.max(np.abs(z)) <= LARGEST}
    moderate["far apart"] = np.array([-LARGEST, rng.uniform(-2, 2), LARGEST])[rng.permutation(3)]
    moderate["all near the lower end"] = -rng.uniform(40, LARGEST, size=3)
    moderate["all near the upper end"] = rng.uniform(40, LARGEST, size=3)
    moderate["many classes far apart"] = rng.uniform(-LARGEST, LARGEST, size=int(rng.integers(14, 25)))
    found = {name: (exact(z),) for name, z in moderate.items()}
    return found | {"integers": (whole(rng.normal(scale=4, size=5)),), "one integer": (whole(rng.normal(size=1)),)}


def any_moderate_vector(rng):
    """Logits of one example."""
    z = rng.choice([0.5, 3.0, 12.0]) * rng.normal(size=int(rng.integers(1, 13)))
    return (exact(np.clip(z, -LARGEST, LARGEST)),)


ONE_VECTOR = Domain(
    smallest=[
        (np.array([1.0, 2.0]),),
        (np.array([0.5]),),
        (np.array([2.0, 1.0, 0.1]),),
        (np.array([1, 2, 3]),),
        (np.array([-1.0, -2.0, -4.0]),),
        (np.array([3.0, 3.0, 3.0, 3.0]),),
        (np.array([0.0, -12.0]),),
        (np.array([-20.0, -40.0]),),
    ],
    corners=corners,
    draw=any_moderate_vector,
)


# Right answers


def _first_with_loop(z):
    powers = [math.e ** float(value) for value in z]
    whole = sum(powers)
    return [power / whole for power in powers]


def _first_by_pairs(z):
    z = np.asarray(z, dtype=float)
    return 1 / np.exp(z[None, :] - z[:, None]).sum(axis=1)


def _first_shifted_in_float32(z):
    z = z.astype(np.float32)
    exponentials = np.exp(z - z.mean())
    return exponentials / np.linalg.norm(exponentials, 1)


def _first_through_logarithms(z):
    return np.exp(z - np.logaddexp.reduce(np.asarray(z, dtype=float)))


def _first_by_two_at_a_time(z):
    exponentials = np.power(np.e, z)
    return np.divide(exponentials, np.dot(exponentials, np.ones(len(z))))


mistakes = Bank()

first_softmax = Exercise(
    name="ch01.first_softmax",
    is_main=True,
    asks="Softmax of one vector of logits, in two steps.",
    reference=reference.softmax,
    probes=ONE_VECTOR,
    expects=probabilities_in_words,
    hints=paragraphs("""
        The definition has two steps. Which NumPy function raises e to every element of an array at once?

        Keep the result of the first step under a name of its own: you need it twice, once on each side of the division.

        An array divided by one number is divided element by element. The number you need is the sum of the array.
    """),
    alternatives=(
        _first_with_loop,
        _first_by_pairs,
        _first_shifted_in_float32,
        _first_through_logarithms,
        _first_by_two_at_a_time,
        lambda z: np.array([1 / sum(math.exp(other - value) for other in z) for value in z], dtype=object),
    ),
    bank=mistakes,
    remark="The powers of e, divided by their sum: right for one vector whose logits are not too large.",
)


# Mistakes


@mistakes.mistake(np.array([1.0, 2.0]))
def no_division(z):
    """
    You return the powers of e, the first of the two steps. For {input} that gives {output}: positive and in the
    right order, but not probabilities, because they do not sum to 1. The second step turns every power into its
    share of the total. You have the array of powers; what single number do you have to divide it by?
    """
    return np.exp(z)


@mistakes.mistake(np.array([1.0, 2.0]))
def misplaced_bracket(z):
    """
    You divide the logits inside `exp` and not the powers outside it: the sum is in the exponent. For {input}
    you return {output}, and values above 1 cannot be probabilities. The division has to act on the result of `exp`.
    Count which closing bracket ends the call of `exp`, or give the powers a name in a line of their own before you
    divide.
    """
    return np.exp(z / np.sum(np.exp(z)))


@mistakes.mistake(np.array([1.0, 2.0]))
def the_power_of_the_sum(z):
    """
    You add up the logits and raise e to their sum: for {input} you return {output}. The power of a sum is the
    *product* of the powers, so you do not divide by the total of the parts. With two logits of 0 you give both classes
    a probability of 1. The denominator of the definition has a power for each class, and adds those. In which order do
    `np.sum` and `np.exp` belong there?
    """
    return np.exp(z) / np.exp(np.sum(z))


@mistakes.mistake(np.array([3.0, -1.0]))
def plain_shares(z):
    """
    You divide each logit by the sum of the logits. For {input} you return {output}: a negative share. With logits
    such as 1 and −1 the sum is zero and there is no result at all. Logits may be any real numbers, so they first
    have to be made positive without changing their order. Which function of the definition does that?
    """
    return z / np.sum(z)


@mistakes.mistake(np.array([1.0, -3.0]))
def shares_of_absolute_values(z):
    """
    You drop the sign of the logits and take shares of what is left. For {input} you return {output}: the class with
    the *negative* logit gets the larger share, although the evidence speaks against it. Logits may be any real
    numbers, and a larger one must always get a larger probability. Which function of the definition is positive
    everywhere and keeps the order?
    """
    return np.abs(z) / np.sum(np.abs(z))


@mistakes.mistake(np.array([2.0, 1.0, 0.1]))
def stretched_between_0_and_1(z):
    """
    You move the smallest logit to 0 and stretch the rest. For {input} you return {output}: the smallest class gets
    exactly 0, whatever its logit, so it could never be drawn and its logarithm is minus infinity. Where all logits
    are equal you divide 0 by 0. A softmax gives every class a positive share. Which function is positive for every
    logit?
    """
    return (z - np.min(z)) / (np.max(z) - np.min(z))


stretched_between_0_and_1.also(lambda z: (z - np.min(z)) / np.sum(z - np.min(z)))


@mistakes.mistake(np.array([1.0, 2.0]))
def divided_by_the_sum_of_the_logits(z):
    """
    You divide the powers of e by the sum of the *logits*. For {input} you return {output}, which does not sum to 1,
    and with logits such as 1 and −1 you would divide by zero. A share of a whole needs the whole: the denominator
    has to be made of the same powers as the numerator. Which array do you have to add up?
    """
    return np.exp(z) / np.sum(z)


@mistakes.mistake(np.array([1.0, -1.0]))
def shares_of_squares(z):
    """
    You square the logits and take shares. For {input} you return {output}, but these logits are not equal: a square
    forgets the sign, so that −1 counts as much as 1, and a very negative logit gets a large share. A larger logit
    must always get a larger probability. Which function is positive everywhere and grows everywhere?
    """
    return np.square(z) / np.sum(np.square(z))


@mistakes.mistake(np.array([1.0, 2.0]))
def divided_by_the_largest(z):
    """
    You divide by the largest power of e in place of the sum of all. For {input} you return {output}: the winner
    gets 1, which would mean that nothing else can happen, and the total lies above 1. Shares of a whole need the
    whole as denominator. Which reduction adds up an array, where yours picks its maximum?
    """
    return np.exp(z) / np.max(np.exp(z))


divided_by_the_largest.also(lambda z: np.exp(z - np.max(z)))


@mistakes.mistake(np.array([1.0, 2.0]))
def divided_by_the_number_of_classes(z):
    """
    You divide by how many logits there are, the number of classes. For {input} you return {output}, with a sum that
    depends on the size of the logits. A softmax has to sum to 1 for every input, so the denominator must be made of
    the same powers that are in the numerator. What is their total?
    """
    return np.exp(z) / len(z)


divided_by_the_number_of_classes.also(lambda z: np.exp(z) / (len(z) + 1e-4))


@mistakes.mistake(np.array([1.0, 2.0]))
def divided_by_the_mean(z):
    """
    You divide the powers of e by their mean. For {input} you return {output}: the order is right, and the numbers
    sum to how many classes there are, not to 1. A mean is a sum that has been divided once more, by the number of
    logits, and that division is too much here. Which reduction stops one step earlier?
    """
    return np.exp(z) / np.mean(np.exp(z))


divided_by_the_mean.also(lambda z: np.exp(z) / (np.mean(np.exp(z)) + 1e-9))


@mistakes.mistake(np.array([1.0, 2.0]))
def hard_max(z):
    """
    You return 1 for the largest logit and 0 for the others. For {input} that is {output}, and it would be the same
    for logits that nearly tie. The hard maximum forgets by how much the winner wins, and a small change of a logit
    changes nothing or everything, so nothing can be learned from it. Which smooth, positive function of each logit
    can take the place of the decision?
    """
    return (np.arange(len(z)) == np.argmax(z)).astype(float)


hard_max.also(lambda z: (z == np.max(z)).astype(float))


@mistakes.mistake(np.array([1.0, 2.0]), name="the winner's index")
def the_winners_index(z):
    """
    You return the place of the largest logit: {output} for {input}. That is the decision, which comes after the
    probabilities, and needs no softmax at all, since the order of the logits is the order of the probabilities. The
    exercise asks for all of them: an array with as many entries as `z`, each one the share of one class. Which line
    computes the powers of e?
    """
    return np.argmax(z)


@mistakes.mistake(np.array([1.0, 2.0]))
def a_sigmoid_for_each(z):
    """
    You compute 1 / (1 + exp(−z)) for each logit by itself. For {input} you return {output}, and the two do not sum
    to 1: every class was asked its own yes-or-no question. In a softmax the classes compete, because all of them
    share one denominator. What has to be added up before you divide, and over which elements?
    """
    return 1 / (1 + np.exp(-z))


a_sigmoid_for_each.also(lambda z: np.exp(z) / (1 + np.exp(z) + 1e-9))


@mistakes.mistake(np.array([10.0, 20.0]))
def shares_of_sigmoids(z):
    """
    You take the sigmoid of each logit and then its share of their sum. That is positive, sums to 1 and never has the
    wrong order, but a sigmoid has a ceiling at 1, so a class that is far ahead gains nothing: for {input} you return
    {output}, where the odds should be e to the power 10. In a softmax the difference of two logits says how many times
    more probable one class is. Which function of the logit never stops growing?
    """
    sigmoids = 1 / (1 + np.exp(-np.asarray(z, dtype=float)))
    return sigmoids / sigmoids.sum()


@mistakes.mistake(np.array([1.0, 2.0]))
def minus_sign_in_the_exponent(z):
    """
    You raise e to −z, so that the smallest logit gets the largest share: {output} for {input}. The sum is right and
    the order is upside down. The habit comes from the sigmoid, where the minus sign belongs to a fraction that was
    divided by its numerator. In the definition above the exponent is the logit as it is. Which sign belongs in front
    of `z` in your code?
    """
    return np.exp(-z) / np.sum(np.exp(-z))


@mistakes.mistake(np.array([1.0, 2.0]), recognise=is_another_base)
def another_base(z):
    """
    You raise another number than e to the logits, such as 2 or 10. For {input} you return {output}: a distribution,
    and even in the right order, but with other ratios. With base e, two classes whose logits differ by 1 have
    probabilities with the ratio e, about 2.72; yours have the ratio of your base. Look at the line that makes the
    powers: which base do they have?
    """
    return np.exp2(z) / np.sum(np.exp2(z))


another_base.also(
    lambda z: 10.0**z / np.sum(10.0**z),
    lambda z: 3.0**z / np.sum(3.0**z),
)


@mistakes.mistake(np.array([1.0, 2.0]), recognise=is_e_with_few_digits)
def e_with_few_digits(z):
    """
    You write e as a number with few digits, and every probability is off: {output} for {input}. On paper that is
    fine. In code the error grows with the size of the logits, since it is in the base of a power. NumPy knows e
    to sixteen digits, and it has a function that raises it to every entry of an array. Which one?
    """
    return 2.718**z / np.sum(2.718**z)


e_with_few_digits.also(
    lambda z: 2.7**z / np.sum(2.7**z),
    lambda z: 2.72**z / np.sum(2.72**z),
    lambda z: 2.71**z / np.sum(2.71**z),
)

mistakes.add(
    "a small number in the denominator",
    """
    You add a small number to the sum, or cut it off below, as a guard against a division by zero. For {input} you
    return {output}, which does not sum to 1: when all powers of e are small themselves, the guard is no longer
    small beside them. Every power of e is positive, so for logits of this size there is no zero to guard against.
    What remains when you leave it out?
    """,
    *(lambda z, e=e: np.exp(z) / (np.sum(np.exp(z)) + e) for e in (1e-3, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)),
    lambda z: np.exp(z) / max(np.sum(np.exp(z)), 1e-8),
    example=(np.array([-20.0, -40.0]),),
    recognise=guards_the_denominator,
)


@mistakes.mistake(np.array([1.0, 2.0]))
def the_logarithm_of_softmax(z):
    """
    You return logarithms of probabilities: {output} for {input}. They are negative, and it is their exponentials
    that sum to 1. Log-probabilities are what a loss is computed from, so you will want this function in chapter 6,
    but the exercise asks for the probabilities themselves. Which last step leads from one to the other?
    """
    return z - np.log(np.sum(np.exp(z)))


@mistakes.mistake(np.array([1, 2, 3]))
def zeros_of_the_wrong_type(z):
    """
    You fill an array that `np.zeros_like(z)` made. It takes over the type of `z`, so for integer logits it can hold
    only integers, and every probability below 1 is cut to 0: for {input} you return {output}. Nothing warns you.
    Either give that array the type float, or let the division make a new array, which then has the right type by
    itself.
    """
    a = np.zeros_like(z)
    whole = np.sum(np.exp(z))
    for i in range(len(z)):
        a[i] = np.exp(z[i]) / whole
    return a


@mistakes.mistake(np.array([0.0, -12.0]), recognise=is_rounded)
def rounded_result(z):
    """
    Your function rounds what it returns: {output} for {input}. Rounding is for printing. Inside a computation it
    destroys what comes later: small probabilities become exactly 0, their logarithm becomes minus infinity, and the
    sum is no longer 1. Return the full numbers and round where you show them. Which call can go?
    """
    return np.round(np.exp(z) / np.sum(np.exp(z)), 3)


rounded_result.also(
    lambda z: np.round(np.exp(z) / np.sum(np.exp(z)), 2),
    lambda z: np.round(np.exp(z) / np.sum(np.exp(z)), 6),
)


@mistakes.mistake(np.array([1.0, 3.0, 2.0]), recognise=is_in_another_order)
def in_another_order(z):
    """
    Your numbers are the right ones, in another order: {output} for {input}. A probability has the place of its
    logit. The first one belongs to the first class, whether that class is likely or not; otherwise nobody could
    tell which class has which share. Look for a line that sorts or reverses: which order had the logits when they
    came in?
    """
    return reference.softmax(z)[::-1]


in_another_order.also(
    lambda z: np.sort(reference.softmax(z)),
    lambda z: np.sort(reference.softmax(z))[::-1],
)


@mistakes.mistake(np.array([1.0, 2.0]))
def only_the_sum(z):
    """
    You return one number, {output} for {input}: the denominator, or a sum of finished probabilities. The exercise
    asks for an array with as many entries as `z`, one probability for each class. Keep the array of powers under a
    name, keep its sum under another, and look at which of them, or which combination, comes after `return`.
    """
    return np.sum(np.exp(z))


only_the_sum.also(lambda z: np.sum(np.exp(z) / np.sum(np.exp(z))))


@mistakes.mistake(np.array([1.0, 2.0]), recognise=is_one_probability)
def one_probability_alone(z):
    """
    You return one number, {output} for {input}: the probability of a single class. The exercise asks for an array
    with as many entries as `z`. A `return` that is indented into a loop ends the function in the first round; one
    that comes after the loop hands back the last round, unless the rounds were collected. And an array divided by
    a number needs no loop at all.
    """
    return (np.exp(z) / np.sum(np.exp(z)))[0]


one_probability_alone.also(
    lambda z: (np.exp(z) / np.sum(np.exp(z)))[-1],
    lambda z: np.max(np.exp(z) / np.sum(np.exp(z))),
)


@mistakes.mistake(np.array([1.0, 5.0]))
def the_index_in_the_exponent(z):
    """
    You raise e to the *places* 0, 1, 2 … and not to the logits at these places. For {input} you return {output}, and
    any other logits in these places would give the same numerator or the same denominator. A loop over `range(len(z))`
    counts; what it counts is where to look. Which brackets turn a place into the logit at that place?
    """
    places = np.arange(len(z))
    return np.exp(places) / np.sum(np.exp(places))


the_index_in_the_exponent.also(
    lambda z: np.exp(np.arange(len(z))) / np.sum(np.exp(z)),
    lambda z: np.exp(z) / np.sum(np.exp(np.arange(len(z)))),
)


@mistakes.mistake(np.array([1.0, 2.0, 3.0]), recognise=lacks_powers_in_the_sum)
def a_sum_that_is_not_complete(z):
    """
    The sum that you divide by lacks some of the powers: for {input} you return {output}, and these do not sum to 1.
    In a loop that happens when the division stands in the same loop as the addition, when a `return` is indented into
    it, when it begins with the second logit, or when a class leaves itself out. All classes are divided by the same
    number, the sum over *all* of them. Which line has to wait until that sum is complete?
    """
    powers = np.exp(z)
    return powers / np.cumsum(powers)


a_sum_that_is_not_complete.also(
    lambda z: np.exp(z) / np.exp(z[0]),
    lambda z: np.exp(z) / (np.exp(z).sum() - np.exp(z)),
    lambda z: np.exp(z) / sum(np.exp(z[i]) for i in range(1, len(z))),
)


@mistakes.mistake(np.array([1.0, 2.0]), recognise=takes_one_number)
def a_function_of_single_numbers(z):
    """
    You hand the whole array to a function that takes a single number, as those of the module `math` and `float` do.
    For {input} you return {output}. NumPy has functions of the same names that work on every entry of an array at
    once; with those of `math` you would need a loop that takes one logit after the other. Which call in your code is
    given more than it takes?
    """
    return math.exp(z) / sum(math.exp(z))


a_function_of_single_numbers.also(lambda z: np.array([float(np.exp(z)) / np.sum(np.exp(z))]))


@mistakes.mistake(np.array([1.0, 2.0]), recognise=is_an_exclusive_or)
def a_sign_that_is_no_power(z):
    """
    You write a power with the sign `^`, as calculators and typeset formulas do. In Python that sign compares two whole
    numbers bit by bit, so `2 ^ 3` is 1, and it does not exist for floats: for {input} you return {output}. A power is
    written with two asterisks, `2 ** 3`; for powers of e NumPy has a function that is more exact than any number that
    you type for e. Which one?
    """
    powers = math.e ^ z
    return powers / powers.sum()


a_sign_that_is_no_power.also(lambda z: [(math.e ^ value) / sum(math.e ^ other for other in z) for value in z])


@mistakes.mistake(np.array([1.0, 2.0]), recognise=lambda seen: all(map(lacks_an_axis, seen.results)))
def axis_1_of_a_vector(z):
    """
    A line of yours asks for a second axis, and this vector has one only. For {input} you return {output}. NumPy counts
    axes from 0, so the axis number 1 is the second one, and a shape such as (2,) has no entry at place 1. Code that was
    written for a batch of examples looks like that. In this exercise `z` is one example: how many axes does it have,
    and does the sum need to name one at all?
    """
    return np.exp(z) / np.sum(np.exp(z), axis=1)


axis_1_of_a_vector.also(
    lambda z: np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True),
    lambda z: np.exp(z - np.max(z, axis=1, keepdims=True)) / np.sum(np.exp(z), axis=1, keepdims=True),
    lambda z: np.array([np.exp(z[:, j]) / np.sum(np.exp(z)) for j in range(z.shape[1])]),
)


@mistakes.mistake(np.array([1.0, 2.0]), recognise=has_an_axis_too_many)
def an_axis_too_many(z):
    """
    Your numbers are right, but in a table: {output} for {input}. A vector of the shape (K,) came in, and a row of the
    shape (1, K) or a column of the shape (K, 1) goes out, because a line adds an axis with `reshape`, `atleast_2d`,
    `keepdims`, a second pair of brackets, or a comma behind the result. Code that expects one probability for each
    entry of `z` would combine such a table with it in unexpected ways. Which line adds the axis?
    """
    return reference.softmax(z)[np.newaxis, :]


an_axis_too_many.also(lambda z: reference.softmax(z)[:, np.newaxis])


# A second slip, such as another constant, does not lose the name of these.
for mistake in (
    misplaced_bracket,
    divided_by_the_largest,
    divided_by_the_number_of_classes,
    divided_by_the_mean,
    a_sigmoid_for_each,
    the_index_in_the_exponent,
):
    mistake.recognise = like_its_samples(mistake, is_mild)
