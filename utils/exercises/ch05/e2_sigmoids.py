"""Exercise 5.2: the probability of yes for each class of each example, from logits of any size."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, Playground, logit_sliders, paragraphs
from utils.exercises.ch05.common import is_for_one_number, loses_an_axis, plain_sigmoid, sigmoid_in_float32
from utils.exercises.drawing import any_batch, corners_of_batches, whole

# The domain


SMALLEST = [
    (np.array([[0.5, -2.0]]),),
    (np.array([[0.0, 1.0]]),),
    (np.array([[2.0]]),),
    (np.array([[1.0, 2.0], [-1.0, 0.5]]),),
    (np.array([[2, 1, 0], [-3, 0, 1]]),),
    (np.array([[4.0], [-2.0], [0.0]]),),
    (np.array([[1000.0, -1000.0], [0.0, 710.0]]),),
    (np.array([[1000, -1000, 5]]),),
]


def corners(rng):
    """Batches by the name of their corner."""
    found = corners_of_batches(rng) | {
        "of small probabilities": rng.normal(size=(4, 2)) - np.array([4.0, 20.0]),
        "a table of integers": whole(rng.normal(scale=3, size=(4, 3))),
        "many classes of integers": whole(rng.normal(scale=3, size=(2, 9))),
        "one integer": whole(rng.normal(scale=3, size=(1, 1))),
    }
    return {name: (Z,) for name, Z in found.items()}


def draw(rng):
    """Any batch, of floats or of integers."""
    Z = any_batch(rng)
    return (whole(Z) if rng.random() < 0.25 else Z,)


def table_in_words(Z, *_):
    """Shape and range of a table of probabilities."""
    return f"an array of the shape {np.shape(Z)}, each value from 0 to 1 by itself,"


# Right answers


def _one_at_a_time(Z):
    return [[1 / (1 + math.exp(-z)) if z > -700 else 0.0 for z in row] for row in Z.tolist()]


def _by_tanh(Z):
    return 0.5 * (1 + np.tanh(Z / 2))


def _by_two_class_softmax(Z):
    return reference.softmax(np.stack([Z, np.zeros(Z.shape)], axis=-1))[..., 0]


def _by_branches(Z):
    result = np.empty(Z.shape)
    positive = Z >= 0
    result[positive] = 1 / (1 + np.exp(-Z[positive]))
    powers = np.exp(Z[~positive])
    result[~positive] = powers / (1 + powers)
    return result


def _through_logarithms(Z):
    return np.exp(-np.logaddexp(0, -Z))


def _column_by_column(Z):
    return np.column_stack([1 / (1 + np.exp(-column)) for column in Z.T])


mistakes = Bank()

sigmoids = Exercise(
    name="ch05.sigmoids",
    is_main=True,
    asks="The probability of yes for each class of each example, from logits of any size.",
    reference=reference.sigmoid,
    probes=Domain(SMALLEST, corners, draw),
    expects=table_in_words,
    scale=lambda Z: 1e-11,  # forms such as (1 + tanh)/2 lose the digits of the smallest probabilities, and are right
    hints=paragraphs("""
        Nothing has to be summed and no axis is needed: each logit becomes a probability by itself.

        Write the formula for one logit. With a NumPy array in its place it works on all of them at once.

        Which of the two forms, with the power of e of z or of −z, stays defined when the logit is 1000?
    """),
    alternatives=(
        _one_at_a_time,
        _by_tanh,
        _by_two_class_softmax,
        _by_branches,
        sigmoid_in_float32,
        _through_logarithms,
        _column_by_column,
        np.vectorize(plain_sigmoid),
        lambda Z: np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z))),
        lambda Z: 1 - 1 / (1 + np.exp(np.minimum(Z, 700))),
    ),
    bank=mistakes,
    playground=Playground(
        sliders=logit_sliders(2.0, 0.0, -1.0),
        inputs=lambda **z: (np.array([list(z.values())]),),
        returns=("sigmoids(Z)",),
    ),
    remark="No axis and no sum: k questions, k answers, each from its own logit.",
)


# Mistakes

PAIR = (np.array([[0.0, 1.0]]),)

mistakes.add(
    "softmax in place of sigmoids",
    """
    You return a softmax of each row: {output} for {input}. Then the classes compete, and two tags that both apply
    cannot both be near 1. Here each class is asked by itself, so the probability of one does not change when the
    logit of another does. Which line of yours lets the classes of a row know about each other?
    """,
    reference.softmax,
    lambda Z: np.exp(Z) / np.exp(Z).sum(axis=-1, keepdims=True),
    example=PAIR,
)


@mistakes.mistake(*PAIR)
def rows_divided_by_their_sums(Z):
    """
    You compute the sigmoids and then divide each row by its sum: {output} for {input}. That brings back the
    competition which sigmoids were chosen to avoid, and it hides the most useful sign of what the model believes: a
    row that sums to 0.1 says *none of these*, a row that sums to 2 says *two of these*. Which step can go?
    """
    return plain_sigmoid(Z) / plain_sigmoid(Z).sum(axis=-1, keepdims=True)


rows_divided_by_their_sums.also(lambda Z: plain_sigmoid(Z) / plain_sigmoid(Z).sum())


@mistakes.mistake(*PAIR)
def shift_by_the_maximum(Z):
    """
    You subtract the largest logit before you apply the sigmoid, as in a stable softmax: {output} for {input}. There
    a common shift cancels, because it is above and below the line. A sigmoid compares a logit with 0, so a
    shift changes the answer: after yours the surest class of all gets one half, and no class gets more. Does a
    sigmoid need any shift?
    """
    return plain_sigmoid(Z - Z.max(axis=-1, keepdims=True))


shift_by_the_maximum.also(
    lambda Z: plain_sigmoid(Z - Z.max()),
    lambda Z: np.exp(Z - Z.max(axis=-1, keepdims=True)) / (1 + np.exp(Z - Z.max(axis=-1, keepdims=True))),
)

LARGE = (np.array([[1000.0, 0.0]]),)


@mistakes.mistake(*LARGE)
def overflow_for_large_logits(Z):
    """
    You raise e to z, and divide it by 1 plus itself. For a large logit both are infinite, and infinite over
    infinite is nan: {output} for {input}. The formula of the section has another power of e. Divide your numerator
    and your denominator by the same power, and see which exponent is left. What becomes of it when z is 1000?
    """
    return np.exp(Z) / (1 + np.exp(Z))


overflow_for_large_logits.also(lambda Z: np.exp(Z) / (np.exp(Z) + np.exp(0)))


@mistakes.mistake(*PAIR)
def the_other_answer(Z):
    """
    You return the probability of *no*: {output} for {input}. It falls as the logit grows, though a larger logit
    means more evidence for the class. One minus yours would be right, and so would the same formula with the other
    sign in the exponent. Put in a logit of 1000 by hand: which sign makes the power vanish and the quotient 1?
    """
    return 1 / (1 + np.exp(Z))


the_other_answer.also(lambda Z: reference.sigmoid(-Z))


@mistakes.mistake(*PAIR)
def missing_brackets(Z):
    """
    Division binds more strongly than addition, so `1 / 1 + ...` is 1 plus the power of e. For {input} you return
    {output}, and a value above 1 is no probability. The whole sum is the denominator. Which two terms does it
    consist of, and how do you tell Python to add them first?
    """
    return 1 / 1 + np.exp(-Z)


@mistakes.mistake(*PAIR)
def minus_in_the_denominator(Z):
    """
    Your denominator is a difference where a sum belongs. For {input} you return {output}: at a logit of 0 it
    divides by zero, and negative logits give negative numbers. The denominator is the total of two weights, one for
    *yes* and one for *no*, and weights are added. Which sign belongs between 1 and the power of e?
    """
    return 1 / (1 - np.exp(-Z))


@mistakes.mistake(*PAIR)
def decisions_in_place_of_probabilities(Z):
    """
    You return 0 and 1: {output} for {input}. That is the decision, which comes later, with a threshold of its own.
    Here the probabilities are asked for: they carry how sure the model is, and the loss is computed from them. A
    model trained on decisions would learn nothing, since they do not change when a logit changes a little. Which
    operation rounds or compares?
    """
    return (Z > 0) * 1.0


decisions_in_place_of_probabilities.also(
    lambda Z: np.round(reference.sigmoid(Z)),
    lambda Z: (Z >= 0).astype(int),
)


@mistakes.mistake(*PAIR)
def one_number_for_each_example(Z):
    """
    You return one number for each example: {output} for {input}. There are k classes, so there are k questions, and
    each of them has an answer of its own; the result has the shape of `Z`. A maximum, a mean or a single column
    throws the other answers away. Which line of yours takes an axis, or an index?
    """
    return reference.sigmoid(Z[:, 0])


one_number_for_each_example.also(
    lambda Z: reference.sigmoid(Z).max(axis=-1),
    lambda Z: reference.sigmoid(Z).mean(axis=-1),
    lambda Z: reference.sigmoid(Z).sum(axis=-1),
    lambda Z: reference.sigmoid(Z).prod(axis=-1),
)

mistakes.add(
    "hyperbolic tangent",
    """
    You return the hyperbolic tangent: {output} for {input}. It has the same shape as the sigmoid, but it runs from
    −1 to 1, and a probability cannot be negative. At a logit of 0 it gives 0 where an even chance is meant. The two
    are related by a shift and two factors of one half; the formula of the section needs none of that. What should a
    logit of 0 become?
    """,
    np.tanh,
    example=PAIR,
)


@mistakes.mistake(*PAIR)
def twice_the_logit(Z):
    """
    Your curve is twice as steep as it should be: {output} for {input}. The hyperbolic tangent can be turned into a
    sigmoid by a shift and a factor, and one half then has two places, outside the function and inside it.
    Compare the slope at zero: a sigmoid rises there by one quarter for each unit of the logit. Where is the second
    half missing?
    """
    return 0.5 * (1 + np.tanh(Z))


twice_the_logit.also(lambda Z: reference.sigmoid(2.0 * Z))


@mistakes.mistake(*PAIR)
def another_base(Z):
    """
    You raise 2 or 10 to the logit in place of e. For {input} you return {output}: between 0 and 1, and growing, but
    at another pace. At a logit of 1 the odds of *yes* against *no* have to be e to 1, and the loss and the gradient
    of the next section count on that base. Look at the function, or the number, that makes the power: which base
    is it?
    """
    return 1 / (1 + 2.0**-Z)


another_base.also(
    lambda Z: 1 / (1 + np.exp2(-Z)),
    lambda Z: 1 / (1 + 10.0**-Z),
)


@mistakes.mistake(*PAIR)
def the_logarithm_of_the_sigmoid(Z):
    """
    You return logarithms: {output} for {input}, none of them positive. That function is worth having, since the
    loss of this chapter is made of it, but here the probabilities themselves are asked for, each between 0 and 1.
    Which function undoes the logarithm, or which step of yours takes it?
    """
    return -np.logaddexp(0, -Z)


the_logarithm_of_the_sigmoid.also(lambda Z: -np.log1p(np.exp(-Z)))


@mistakes.mistake(*PAIR)
def the_derivative(Z):
    """
    You return the slope of the sigmoid, the product of the probabilities of *yes* and *no*: {output} for {input}.
    It is largest at a logit of 0 and falls on both sides, so a very sure *yes* and a very sure *no* look alike. A
    probability has to grow with its logit everywhere. Which of the two factors is the one that was asked for?
    """
    return reference.sigmoid(Z) * (1 - reference.sigmoid(Z))


@mistakes.mistake(*PAIR, recognise=is_for_one_number)
def written_for_one_number(Z):
    """
    Your function works for a single number and is given a table: {output} for {input}. The functions of the module
    `math` take one number, and an `if` needs one answer, where a comparison of a table with 0 gives a whole table of
    answers. The functions of NumPy work on all entries at once; in place of a branch there are functions that choose
    entry by entry. Which line of yours stops?
    """
    return 1 / (1 + np.exp(-Z)) if Z >= 0 else np.exp(Z) / (1 + np.exp(Z))


written_for_one_number.also(
    lambda Z: 1 / (1 + math.exp(-Z)),
    lambda Z: np.array([1 / (1 + math.exp(-row)) for row in Z]),
    lambda Z: [plain_sigmoid(row) if row > 0 else 1 - plain_sigmoid(-row) for row in Z],
)


def _stops_far_out(seen):
    """Whether all is right as far as it goes, and an overflow stops the answer elsewhere."""
    stopped = [result.problem == "OverflowError" for result in seen.results]
    return any(stopped) and all(right or stop for right, stop in zip(seen.right, stopped, strict=True))


@mistakes.mistake(np.array([[1000.0, -1000.0]]), recognise=_stops_far_out)
def an_overflow_that_stops(Z):
    """
    For {input} you return {output}. The formula is right, and the power of e is too large for a float. NumPy's `exp`
    then says infinite, and one divided by infinite is 0, which is the answer; `math.exp` raises an error in its place.
    Either choose for each logit the form whose exponent is never positive, or let NumPy take the power. For which sign
    of the logit does yours grow without end?
    """
    return np.array([[1 / (1 + math.exp(-z)) for z in row] for row in Z])


an_overflow_that_stops.also(lambda Z: [[math.exp(z) / (1 + math.exp(z)) for z in row] for row in Z])


@mistakes.mistake(*PAIR, recognise=loses_an_axis)
def a_lost_axis(Z):
    """
    Your numbers are right, and the shape is not, where the batch has one row or one class: {output} for {input}.
    `squeeze` removes every axis of length one, also those that are meant; an index such as `[0]` and `ravel` do the
    like. A batch of one example is still a batch, of the shape (1, K), and the code that receives your result will ask
    for its rows. Which line takes the axis away?
    """
    return np.squeeze(plain_sigmoid(Z))


a_lost_axis.also(lambda Z: plain_sigmoid(Z)[0] if len(Z) == 1 else plain_sigmoid(Z))


def _has_a_floor(seen):
    """Whether all is right between two limits, and nothing lies beyond them, though a logit of −1000 was given."""
    if len(seen.results) < len(seen.probes) or any(result.problem for result in seen.results):
        return False
    pairs = list(zip(seen.results, seen.expected, strict=True))
    if any(result.value.shape != expected.shape for result, expected in pairs):
        return False
    came = np.concatenate([result.value.ravel() for result, _ in pairs])
    truth = np.concatenate([expected.ravel() for _, expected in pairs])
    low, high = came.min(), came.max()
    return bool(low > 1e-16 and np.allclose(came, np.clip(truth, low, high), rtol=1e-3, atol=1e-6))


mistakes.add(
    "clipped",
    """
    You cut the logits or the probabilities before they become too extreme. For {input} you return {output}, and for
    every logit beyond your limit the same number. Then the loss cannot tell a mistake from a disaster, and the
    gradient beyond the limit is 0. At most a warning about an overflow in `exp` is what the clip prevents here; which
    form of the quotient gives the right limit without it?
    """,
    *(lambda Z, limit=limit: plain_sigmoid(np.clip(Z, -limit, limit)) for limit in (5, 10, 15, 20, 30)),
    *(lambda Z, e=e: np.clip(plain_sigmoid(Z), e, 1 - e) for e in (1e-15, 1e-12, 1e-9, 1e-8, 1e-7, 1e-6, 1e-3)),
    example=(np.array([[1000.0, -1000.0]]),),
    recognise=_has_a_floor,
)


@mistakes.mistake(np.array([[2.0, -2.0]]))
def the_size_in_place_of_the_logit(Z):
    """
    Your exponent is −|Z|, so the sign of a logit is lost. For {input} you return {output}: a *yes* and a *no* that are
    equally sure get the same probability, and all your numbers lie on one side of one half. That exponent is never
    positive, so nothing overflows, but the quotient that goes with it is the answer for one sign of the logit only. One
    minus it belongs to the other. How does your line tell the two apart?
    """
    return 1 / (1 + np.exp(-np.abs(Z)))


the_size_in_place_of_the_logit.also(lambda Z: np.exp(-np.abs(Z)) / (1 + np.exp(-np.abs(Z))))


@mistakes.mistake(np.array([[2, 1, 0]]))
def zeros_of_the_wrong_type(Z):
    """
    You fill an array that `np.zeros_like(Z)` or `np.empty_like(Z)` made. It has the type of `Z`, so for integer
    logits it holds only integers and every probability below 1 is cut to 0: for {input} you return {output},
    without a warning. Give that array the type float, or let the quotient make a new one, which has the right type
    by itself.
    """
    result = np.zeros_like(Z)
    result[...] = reference.sigmoid(Z)
    return result
