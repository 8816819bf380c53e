"""Exercise 2.1: the derivative of probability i with respect to logit j, from the probabilities."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.checking.values import agree

# The domain

SOURCE = np.array([0.2732, 0.3780, 0.3489]) / 1.0001  # as printed they sum to 1.0001
# Of two classes one is 1 minus the other, so that different mistakes look alike.
THREE = np.array([0.55, 0.3, 0.15])


def corners(rng):
    """Probabilities of many kinds, each with one place twice and with two places in both orders, by their corner."""
    K = int(rng.integers(14, 25))
    a, b = rng.uniform(0.1, 0.4), rng.uniform(0.1, 0.4)
    kinds = {
        "three classes": rng.dirichlet(np.ones(3)),
        "many classes": rng.dirichlet(np.ones(K)),
        "a tie": np.array([a, 1 - 2 * a, a])[rng.permutation(3)],
        "all equal": np.full(int(rng.integers(3, 7)), 1.0),
        "a class without a chance": np.array([b, 0.0, 1 - b])[rng.permutation(3)],
        "tiny probabilities": np.array([10.0 ** -rng.uniform(10, 12), 10.0 ** -rng.uniform(3, 5), 1.0, 0.3]),
        "nearly certain": np.array([1.0, 10.0 ** -rng.uniform(3, 4), 10.0 ** -rng.uniform(3, 4)])[rng.permutation(3)],
    }
    found = {}
    for name, p in kinds.items():
        p = p / p.sum()
        i, j = map(int, rng.choice(len(p), size=2, replace=False))
        found[f"{name}, one place"] = p, i, i
        found[f"{name}, two places"] = p, i, j
        found[f"{name}, the other way round"] = p, j, i
        found[f"{name}, the last place"] = p, len(p) - 1, len(p) - 1
        found[f"{name}, first and last place"] = p, 0, len(p) - 1
    tiny = kinds["tiny probabilities"] / kinds["tiny probabilities"].sum()
    found["the smallest of tiny probabilities"] = tiny, 0, 0
    hardly = np.array([10.0 ** -rng.uniform(11, 12), 1.0, 0.3])
    found["a large one, and the logit of the smallest"] = hardly / hardly.sum(), 1, 0
    without = kinds["a class without a chance"]
    i, j = map(int, np.flatnonzero(without))
    found["the others beside a class without a chance"] = without, i, j
    found["one of them by itself"] = without, j, j
    return found


def any_probabilities(rng):
    """Probabilities of some classes, and two places."""
    p = rng.dirichlet(rng.choice([0.2, 1.0, 10.0]) * np.ones(int(rng.integers(1, 13))))
    i, j = map(int, rng.integers(len(p), size=2))
    return p, i, j


PROBABILITIES_AND_PLACES = Domain(
    smallest=[
        (THREE, 0, 0),
        (THREE, 0, 1),
        (THREE, 2, 1),
        (np.array([0.25, 0.75]), 0, 0),
        (np.array([0.25, 0.75]), 0, 1),
        (np.array([0.25, 0.75]), 1, 1),
        (np.array([0.5, 0.5]), 0, 1),
        (np.array([1.0]), 0, 0),
        (np.array([1.0, 0.0]), 0, 0),
        (np.array([1.0, 0.0]), 1, 0),
        (np.array([1.0, 0.0]), 1, 1),
        (SOURCE, 0, 0),
        (SOURCE, 0, 2),
        (SOURCE, 2, 1),
    ],
    corners=corners,
    draw=any_probabilities,
)


def partial_in_words(p, i, j):
    """The sign and size of one entry of the Jacobian."""
    return "one number from 0 to 1/4" if i == j else "one number from −1/4 to 0"


# Right answers


def _two_cases(p, i, j):
    if i == j:
        return p[i] * (1 - p[i])
    return -p[i] * p[j]


def _from_the_matrix(p, i, j):
    p = np.asarray(p)
    return (np.diag(p) - np.outer(p, p))[i, j]


def _in_float32_partial(p, i, j):
    p = np.asarray(p, np.float32)
    return p[i] * (np.float32(i == j) - p[j])


def _as_a_variance(p, i, j):
    unit = np.eye(len(p))
    return np.dot(p, unit[i] * unit[j]) - np.dot(p, unit[i]) * np.dot(p, unit[j])


mistakes = Bank()

partial = Exercise(
    name="ch02.partial",
    asks="The derivative of probability i with respect to logit j, from the probabilities.",
    reference=_two_cases,
    probes=PROBABILITIES_AND_PLACES,
    expects=partial_in_words,
    scale=lambda p, i, j: p[i] if i == j else 0.0,
    hints=paragraphs("""
        There are two cases. Which comparison of the two places tells them apart?

        For i = j the result is positive and made of one probability. For i ≠ j it is negative and made of two.

        The function is given probabilities, so no power of e and no sum over the classes is needed any more.
    """),
    alternatives=(
        _from_the_matrix,
        _in_float32_partial,
        _as_a_variance,
        lambda p, i, j: p[i] * ((i == j) - p[j]),
        lambda p, i, j: (p[i] - p[i] ** 2) if i == j else -(p[j] * p[i]),
        lambda p, i, j: reference.softmax_vjp(np.log(np.maximum(p, 1e-320)), np.eye(len(p))[i])[j],
    ),
    bank=mistakes,
    remark="Two cases, and no logit in sight: the probabilities are enough to say how they are going to move.",
)


# Families of mistakes


def _is_a_row_or_more(seen):
    """Whether a row, a column, or the whole matrix came back for every probe, and the right number stands in it."""
    return any(np.size(result.value) > 1 for result in seen.results) and all(
        result.value is not None and result.value.ndim > 0 and np.isclose(result.value, truth, 1e-4, 1e-18).any()
        for result, truth in zip(seen.results, seen.expected, strict=False)
    )


def _counts_from_1(seen):
    """Whether what came is right for the places before."""
    if len(seen.results) < len(seen.probes):
        return False
    return all(
        not result.problem and agree(result.value, np.asarray(_two_cases(p, i - 1, j - 1)), 1e-4, 0.0)
        for result, (p, i, j) in zip(seen.results, seen.probes, strict=True)
    )


def _is_measured(seen):
    """Whether all results are nearly right, and only derivatives that are tiny beside their probability lack digits."""
    if len(seen.results) < len(seen.probes) or any(
        result.problem or result.changed or np.ndim(result.value) for result in seen.results
    ):
        return False
    came, truth = np.array([result.value for result in seen.results]), np.array(seen.expected)
    noise = np.abs(came - truth)
    lacks_digits = np.abs(truth) < 1e-4 * np.array([p[i] for p, i, _ in seen.probes])
    is_rounded = np.allclose(came, came.round(9), rtol=0, atol=1e-15)
    return bool(
        not is_rounded
        and noise[lacks_digits].max() < 2e-5
        and np.all(noise[~lacks_digits] <= 1e-4 * np.abs(truth[~lacks_digits]) + 1e-13)
    )


def _multiplies_by_a_constant(seen):
    """Whether every result is the right one times one and the same positive number, other than 1."""
    if len(seen.results) < len(seen.probes) or any(result.problem or np.ndim(result.value) for result in seen.results):
        return False
    pairs = [(result.value, truth) for result, truth in zip(seen.results, seen.expected, strict=True) if truth != 0]
    factor = pairs[0][0] / pairs[0][1]
    return (
        factor > 0
        and abs(factor - 1) > 1e-4
        and all(np.isclose(value, factor * truth, 1e-4, 0) for value, truth in pairs)
    )


# Mistakes

HALF_SURE = np.array([0.25, 0.75])


@mistakes.mistake(HALF_SURE, 0, 1)
def plus_off_the_diagonal(p, i, j):
    """
    Your sign in the case i ≠ j is positive: for {input} you return {output}. It would mean that class 0 gains when
    the logit of its *rival* grows. In the quotient rule that case has nothing before the minus and the
    product after it. The probabilities share one total, so what one class gains, the others lose: the sum
    over all i has to be 0.
    """
    return p[i] * (1 - p[i]) if i == j else p[i] * p[j]


@mistakes.mistake(HALF_SURE, 0, 1)
def zero_off_the_diagonal(p, i, j):
    """
    You return {output} for {input}: for you the logit of one class does not reach the probability of another. That
    holds for the sigmoid and for ReLU, where each output has an input of its own. In a softmax every logit is
    part of the common denominator, so it moves every probability. What is the derivative of that denominator with
    respect to logit j?
    """
    return p[i] * (1 - p[i]) if i == j else 0.0


@mistakes.mistake(HALF_SURE, 0, 1)
def the_first_case_everywhere(p, i, j):
    """
    You use the formula of i = j for every pair. For {input} you return {output}, a positive number: class 0 would
    gain from the logit of class 1. The factor in brackets contains a 1 because the *numerator* depends on the
    logit, and the numerator of class i depends on no logit but logit i. What is left of it when i and j differ?
    """
    return p[i] * (1 - p[j])


the_first_case_everywhere.also(
    lambda p, i, j: p[i] * (1 - p[i]),
    lambda p, i, j: p[j] * (1 - p[j]),
    lambda p, i, j: p[j] * (1 - p[i]),
)


@mistakes.mistake(HALF_SURE, 0, 0)
def the_second_case_everywhere(p, i, j):
    """
    You use the formula of i ≠ j for every pair. For {input} you return {output}: raising the logit of a class would
    lower its own probability. Where i = j the logit appears twice, in the numerator and in the denominator; your
    formula has seen only the denominator. Which term does the numerator add when it is the one that is
    differentiated?
    """
    return -p[i] * p[j]


@mistakes.mistake(HALF_SURE, 0, 0)
def the_two_cases_swapped(p, i, j):
    """
    Each of your cases has the formula of the other. For {input} you return {output}: raising the logit of a class
    would lower its own probability, and raise that of its rivals. The case i = j is the one in which the numerator
    depends on the logit, too; it gets the longer formula and the positive sign. Which of your two branches runs
    when i and j are equal?
    """
    return -p[i] * p[j] if i == j else p[i] * (1 - p[i])


the_two_cases_swapped.also(
    lambda p, i, j: -p[i] * p[j] if i == j else p[i] * (1 - p[j]),
    lambda p, i, j: -p[i] * p[j] if i == j else p[j] * (1 - p[j]),
)


@mistakes.mistake(HALF_SURE, 0, 0)
def minus_in_both_cases(p, i, j):
    """
    Your case i ≠ j is right, and the other has the wrong sign: for {input} you return {output}. The derivatives of
    all probabilities for one logit sum to 0, because their total stays 1. With a minus everywhere they cannot: the
    losses of the others have to go somewhere. Which class gains when its own logit grows?
    """
    return -p[i] * (1 - p[i]) if i == j else -p[i] * p[j]


@mistakes.mistake(np.array([0.5, 0.5]), 0, 1)
def values_compared(p, i, j):
    """
    You compare the two *probabilities* in order to tell the cases apart. Two different classes may be equally
    probable: for {input} you return {output}, a positive number, as if both were one class. Which case it is
    depends only on the places, whatever they hold. Which two arguments of your function are the places?
    """
    return p[i] * (1 - p[i]) if p[i] == p[j] else -p[i] * p[j]


@mistakes.mistake(HALF_SURE, 0, 0)
def the_gradient_of_the_loss(p, i, j):
    """
    You return a probability minus the indicator, {output} for {input}. If you have met it before, it was as the
    gradient of a *loss* with respect to the logits: chapter 3 derives it from what you build here. The derivative of
    the probability itself is asked for, and where i = j it is positive. The derivation above ends in two products;
    which one belongs to each case?
    """
    return p[i] - (i == j)


the_gradient_of_the_loss.also(
    lambda p, i, j: p[j] - (i == j),
    lambda p, i, j: p[i] - 1 if i == j else p[i],
)


@mistakes.mistake(THREE, 0, 1)
def the_bracket_of_the_first_case(p, i, j):
    """
    In the case i ≠ j you changed the sign and kept a bracket with 1 minus a probability. For {input} you return
    {output}. In the quotient rule that case has nothing but the product of two powers of e above the line, each
    divided by the sum. Each of these two quotients is one probability. So which two factors remain, with the minus
    in front?
    """
    return p[i] * (1 - p[i]) if i == j else -p[i] * (1 - p[j])


the_bracket_of_the_first_case.also(
    lambda p, i, j: p[i] * (1 - p[i]) if i == j else -p[j] * (1 - p[i]),
    lambda p, i, j: p[i] * (1 - p[i]) if i == j else -p[i] * (1 - p[i]),
)


@mistakes.mistake(HALF_SURE, 0, 1)
def the_derivative_of_the_logarithm(p, i, j):
    """
    You return {output} for {input}. That is how fast the *logarithm* of the probability changes, the short formula with
    the indicator and one probability. It is half of the way: the logarithm of p changes at the rate of p, divided by p
    itself, so one factor is still missing. By which probability, that of class i or that of class j, do you have to
    multiply?
    """
    return (i == j) - p[j]


the_derivative_of_the_logarithm.also(lambda p, i, j: 1 - p[i] if i == j else -p[j])


@mistakes.mistake(HALF_SURE, 0, 0)
def softmax_a_second_time(p, i, j):
    """
    Your function takes `p` for logits and applies a softmax to it. For {input} you return {output}. The exercise
    hands you the *probabilities*: they are positive and sum to 1 already, and a second softmax makes other, flatter
    ones of them. This double softmax is one of the most common mistakes of all, and chapter 8 is about what it does
    to a network. What remains to be done with `p` as it is?
    """
    return reference.softmax_jacobian(p)[i, j]


softmax_a_second_time.also(
    lambda p, i, j: (
        reference.softmax(p)[i] * (1 - reference.softmax(p)[i])
        if i == j
        else -reference.softmax(p)[i] * reference.softmax(p)[j]
    )
)


@mistakes.mistake(HALF_SURE, 0, 0)
def everything_with_the_other_sign(p, i, j):
    """
    Both of your cases have the right size and the wrong sign: for {input} you return {output}. Raising the logit of
    a class raises its own probability and lowers those of the others, so the case i = j is positive. The quotient
    rule subtracts in a fixed order: derivative of the numerator first. Which of the two products comes before
    the minus?
    """
    return p[i] * (p[j] - (i == j))


@mistakes.mistake(HALF_SURE, 0, 0, recognise=_is_a_row_or_more)
def the_whole_matrix(p, i, j):
    """
    You return several derivatives at once, {output} for {input}. The exercise asks for the single number in row i
    and column j: how fast the probability of class i changes when the logit of class j grows. The whole matrix is
    the subject of the next exercise, and your part of it may be right. What selects one entry?
    """
    return np.diag(p) - np.outer(p, p)


the_whole_matrix.also(
    lambda p, i, j: (np.diag(p) - np.outer(p, p))[i],
    lambda p, i, j: (np.diag(p) - np.outer(p, p))[:, j],
    lambda p, i, j: p * ((j == np.arange(len(p))) - p[j]),
)


@mistakes.mistake(THREE, 0, 0, recognise=_counts_from_1)
def places_counted_from_1(p, i, j):
    """
    You take 1 off the places before you use them. For {input} you return {output}, which belongs to the last class: the
    place −1 is the last one in Python, so nothing stops you. The mathematics on paper counts classes from 1; an array
    counts from 0, and so do the two integers that this function is given. Which class is at place 0?
    """
    return _two_cases(p, i - 1, j - 1)


@mistakes.mistake(HALF_SURE, 0, 0, recognise=_multiplies_by_a_constant)
def a_constant_factor(p, i, j):
    """
    Your result has the right sign everywhere and is too large or too small by one and the same factor: for {input} you
    return {output}. Such a factor comes from a 2 of the rule for squares, or from a mean over classes or examples. The
    quotient rule leaves no number in front of the products. For three equal classes, what has the sum over all i to be,
    and what does yours say about the case i = j by itself?
    """
    return 2 * _two_cases(p, i, j)


a_constant_factor.also(lambda p, i, j: _two_cases(p, i, j) / 2)


@mistakes.mistake(THREE, 0, 1)
def one_class_twice(p, i, j):
    """
    Where i and j differ you multiply a probability with itself: for {input} you return {output}. Two classes take part:
    the power of e of class i stands in the numerator, that of class j comes from the denominator, and each, divided by
    the sum, is a probability of its own. For two equally probable classes nothing shows. Which index does each of your
    two factors have?
    """
    return p[i] * (1 - p[i]) if i == j else -(p[i] ** 2)


one_class_twice.also(lambda p, i, j: p[i] * (1 - p[i]) if i == j else -(p[j] ** 2))


def _measured_with_a_step(h, points=(1, -1)):
    """A difference quotient in the logits, which are the logarithms of the probabilities."""

    def measured(p, i, j):
        with np.errstate(divide="ignore"):
            z = np.log(p)
        above, below = (reference.softmax(z + side * h * np.eye(len(p))[j])[i] for side in points)
        return (above - below) / ((points[0] - points[1]) * h)

    return measured


mistakes.add(
    "measured with a step",
    """
    Your results are nearly right, as those of a measurement are: a small step of one logit, and the change divided by
    the step. Where the derivative itself is tiny, the change drowns in the rounding of the probability it is taken
    from: for {input} you return {output}, which is wrong in its first digits. A measurement is how a formula is
    checked, later in this chapter. Which product of probabilities does the formula have for these two places?
    """,
    _measured_with_a_step(1e-5),
    _measured_with_a_step(1e-6),
    _measured_with_a_step(1e-5, points=(1, 0)),
    example=(np.array([1e-12, 1.0]) / (1 + 1e-12), 1, 0),
    recognise=_is_measured,
)


@mistakes.mistake(THREE, 0, 0)
def a_factor_too_many_or_too_few(p, i, j):
    """
    Where i = j you multiply by the probability once too often or not at all: for {input} you return {output}. The
    derivative of the numerator gives one probability, and the derivative of the denominator takes a share of it
    off. So the first case is a probability times a bracket, and the bracket holds 1 minus that probability, both
    without powers. Which of the two factors is missing in yours, or is there twice?
    """
    return 1 - p[i] if i == j else -p[i] * p[j]


a_factor_too_many_or_too_few.also(
    lambda p, i, j: p[i] ** 2 * (1 - p[i]) if i == j else -p[i] * p[j],
    lambda p, i, j: p[i] if i == j else -p[i] * p[j],
)


@mistakes.mistake(HALF_SURE, 0, 0)
def a_factor_lost_from_the_bracket(p, i, j):
    """
    The probability of class i multiplies only one of your two terms: for {input} you return {output}. In the one-line
    formula it comes before a bracket that holds the indicator minus the probability of class j, so it belongs to both
    terms. A derivative of softmax never exceeds 1/4 in size; try yours for p = [0, 1] with the places 0 and 0, and then
    0 and 1. Which of the two terms has lost its factor?
    """
    return p[i] * (i == j) - p[j]


a_factor_lost_from_the_bracket.also(lambda p, i, j: (i == j) - p[i] * p[j])
