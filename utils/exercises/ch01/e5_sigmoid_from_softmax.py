"""Exercise 1.5: the sigmoid of z, as the first probability of a softmax over two classes."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.drawing import any_logits, corners_of_vectors, exact
from utils.exercises.recognising import (
    FOR_ONE_NUMBER,
    like_its_samples,
    loses_axes_of_length_one,
)

# The domain


def corners(rng):
    """Numbers of every size and sign, and the corners of vectors, which hold one logit for each example here."""
    arrays = corners_of_vectors(rng) | {
        "many examples": rng.normal(scale=3, size=int(rng.integers(25, 60))),
        "an example far below": -rng.uniform(800, 1200, size=1),
        "all positive": rng.uniform(1, 9, size=4),
        "zeros": np.zeros(3),
    }
    numbers = {
        "a number above 10,000": 1e4 * rng.uniform(1.1, 90),
        "a number below -10,000": -1e4 * rng.uniform(1.1, 90),
        "a number below -750": -rng.uniform(800, 1200),
        "a positive number": rng.uniform(1, 9),
        "a negative number": -rng.uniform(1, 9),
        "a small number": rng.uniform(-0.5, 0.5),
        "a certain no": -rng.uniform(16, 22),
        "a certain yes": rng.uniform(30, 80),
    }
    found = {name: (exact(z),) for name, z in arrays.items()}
    return found | {name: (float(np.float32(z)),) for name, z in numbers.items()}


def any_logit_for_each(rng):
    """One logit, or one for each of some examples, of any size."""
    z = exact(any_logits(rng, int(rng.integers(1, 13))))
    return (float(z[0]) if rng.random() < 0.3 else z,)


SINGLE_LOGITS = Domain(
    smallest=[
        (0.0,),
        (1.0,),
        (-2.0,),
        (3.0,),
        (np.array([1.0]),),
        (np.array([-0.5, 1.5]),),
        (np.array([0.0, 1.0, -3.0]),),
        (np.array([2.0, 5.0]),),
        (1000.0,),
        (-700.0,),
        (np.array([-700.0, 0.0, 1000.0]),),
    ],
    corners=corners,
    draw=any_logit_for_each,
)


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
    probes=SINGLE_LOGITS,
    expects=sigmoid_in_words,
    scale=lambda z: 1e-11,  # forms such as (1 + tanh)/2 lose the digits of the smallest probabilities, and are right
    hints=paragraphs("""
        Divide the numerator and the denominator of the sigmoid by the right power of e until both terms below the line
        are powers of e. Which two exponents do you get?

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


# Families of mistakes


def is_mild(z):
    """Whether no power of e comes near a limit."""
    return bool(np.max(np.abs(z)) <= 10)


def _split(seen, where):
    """Whether the results went right, for the numbers and for the arrays of two and more, where a condition holds."""
    if len(seen.results) < len(seen.probes) or any(result.changed for result in seen.results):
        return [], []
    asked = [(z, right) for (z,), right in zip(seen.probes, seen.right, strict=True) if where(z)]
    numbers = [right for z, right in asked if np.ndim(z) == 0]
    return numbers, [right for z, right in asked if np.size(z) > 1 and np.ptp(z) > 0]


def _numbers_only(seen):
    """Whether numbers go right and arrays do not, and no axis was added, which is another mistake."""
    numbers, arrays = _split(seen, is_mild)
    is_split = bool(numbers and arrays) and all(numbers) and not any(arrays)
    return is_split and all(np.ndim(result.value) < 2 for result in seen.results if not result.problem)


def _arrays_only(seen):
    """Whether arrays go right and numbers do not."""
    numbers, arrays = _split(seen, is_mild)
    return bool(numbers and arrays) and all(arrays) and not any(numbers)


def _decides_for_one_number(seen):
    """Whether numbers go right, and arrays stop at a step that takes one number only."""
    return _numbers_only(seen) and any(
        any(words in result.detail for words in FOR_ONE_NUMBER[:-1]) for result in seen.results
    )


def _overflows(seen):
    """Whether nan comes exactly where a power of e is infinite."""
    if len(seen.results) < len(seen.probes):
        return False
    errors = ("OverflowError", "FloatingPointError")
    fails = [
        result.problem in errors or (not result.problem and bool(np.isnan(result.value).any()))
        for result in seen.results
    ]
    far = [fail for fail, (z,) in zip(fails, seen.probes, strict=True) if np.max(z) > 712]
    near = [right for right, (z,) in zip(seen.right, seen.probes, strict=True) if np.max(np.abs(z)) <= 600]
    return all(far) and all(near)


def _has_a_floor(seen):
    """Whether results are right above some number, and none lies below it, though truths do."""
    pairs = list(zip(seen.results, seen.expected, strict=False))
    if len(pairs) < len(seen.probes) or any(np.shape(result.value) != np.shape(truth) for result, truth in pairs):
        return False
    came = np.concatenate([np.ravel(result.value) for result, _ in pairs])
    truth = np.concatenate([np.ravel(truth) for _, truth in pairs])
    floor = came.min()
    low, high = truth < 0.1 * floor, truth > 10 * floor
    return bool(
        0 < floor < 0.1
        and low.any()
        and np.allclose(came[low], floor, rtol=0.1, atol=0)
        and np.allclose(came[high], truth[high], rtol=0.2, atol=0)
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
    Your second logit is 1, because there is a 1 in the denominator of the sigmoid. But that 1 is already a power of
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
    below one half. Either an absolute value is in an exponent, or you take the larger of two probabilities.
    Both forget which of the two classes is ahead. *Yes* keeps its place in the pair, whatever the sign of its
    logit. Which place is that, and how do you take it out along the last axis?
    """
    return reference.softmax(_with_zero(np.abs(z)))[..., 0]


the_size_without_the_sign.also(lambda z: reference.softmax(_with_zero(z)).max(axis=-1))


@mistakes.mistake(np.array([-0.5, 1.5]), recognise=_decides_for_one_number)
def a_step_for_one_number(z):
    """
    For one number your function is right, and for an array it stops: {input} gives {output}. An `if` decides once,
    for one number, and an array has an answer of its own for every entry; Python's `max` and the functions of
    `math` take single numbers, too. A softmax needs no such decision: it treats positive and negative logits alike.
    Which two logits does each example bring, and on which axis can they lie side by side?
    """
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


@a_step_for_one_number.also
def largest_by_python(z):
    shift = max(z, 0)
    return np.exp(z - shift) / (np.exp(z - shift) + np.exp(-shift))


a_step_for_one_number.also(lambda z: 1 / (1 + math.exp(-z)))


@mistakes.mistake(np.array([-0.5, 1.5]), recognise=_numbers_only)
def numbers_only(z):
    """
    For one number your function is right, and for an array it is not: {input} gives {output}. You put `z` and the
    fixed logit side by side as two entries of one list. When `z` is an array, every example in it needs such a pair
    of its own, on a new axis after the one of the examples. The last hint names the function that builds it.
    """
    return reference.softmax([z, 0])[0]


numbers_only.also(
    lambda z: reference.softmax(np.append(z, 0.0))[0],
    lambda z: reference.softmax(np.stack([np.asarray(z, dtype=float), np.zeros(np.shape(z))]))[0],
)


@mistakes.mistake(0.0, recognise=_arrays_only)
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


@mistakes.mistake(-2.0)
def tanh_in_place_of_the_sigmoid(z):
    """
    You return the hyperbolic tangent, {output} for {input}. It has the S-shape of the sigmoid, but it runs from −1
    to 1, and a probability cannot be negative. The two are related, by a stretch and by a factor of 2 in the logit.
    The exercise wants neither of them by name: it asks for a softmax over two classes. Which two logits does it
    get?
    """
    return np.tanh(z)


tanh_in_place_of_the_sigmoid.also(lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)))


@mistakes.mistake(1.0)
def half_of_the_logit(z):
    """
    You return the sigmoid of z/2: {output} for {input}. The *difference* of the two logits is what counts, and that
    of yours is half of `z`: perhaps both were divided by 2, though the other one is fixed, or a mean was taken
    where a sum belongs. The sigmoid compares e to the power z with 1. Which pair of logits differs by z?
    """
    return reference.softmax(_with_zero(np.asarray(z, dtype=float) / 2))[..., 0]


@mistakes.mistake(1.0)
def both_probabilities(z):
    """
    You return the whole softmax of two classes, {output} for {input}, where one number was asked for. The second
    one carries nothing new: it is 1 minus the first. This is why a network for two classes needs a single output.
    Which of the two is the sigmoid of `z`, and how do you take it out along the last axis?
    """
    return reference.softmax(_with_zero(z))


both_probabilities.also(
    lambda z: reference.softmax(np.stack([np.zeros(np.shape(z)), np.asarray(z)], axis=-1)),
    lambda z: reference.softmax(np.stack([np.asarray(z), np.zeros(np.shape(z))]), axis=0),
    lambda z: reference.softmax(np.stack([np.zeros(np.shape(z)), np.asarray(z)]), axis=0),
)


@mistakes.mistake(1.0)
def the_decision(z):
    """
    You return which of the two classes is ahead, {output} for {input}, and not how probable it is. A decision forgets
    by how much: logits of 0.1 and of 10 give the same, and nothing can be learned from a step. The softmax that comes
    before it holds what is asked for. Which comparison, rounding or `argmax` can go?
    """
    return np.where(np.asarray(z) > 0, 1.0, 0.0)


the_decision.also(
    lambda z: reference.softmax(np.stack([np.zeros(np.shape(z)), np.asarray(z)], axis=-1)).argmax(axis=-1),
    lambda z: np.where(np.asarray(z) >= 0, 1.0, 0.0),
    lambda z: reference.softmax(_with_zero(z)).argmax(axis=-1),
    lambda z: np.round(reference.softmax(_with_zero(z))[..., 0]),
)


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
    Every probability that you return is 1: for {input} you return {output}, and for every other input the same. A
    softmax over a single class gives it the whole, and the probabilities of all classes add up to 1. A softmax
    compares, so it needs a second class, and one of the two probabilities is the answer. Which logit does the class
    *no* have, when only the difference between the two counts and *yes* has the logit `z`?
    """
    return reference.softmax(np.asarray(z, dtype=float)[..., None])[..., 0]


one_unit_with_softmax.also(lambda z: np.ones(np.shape(z)))


@mistakes.mistake(np.array([1.0]), recognise=loses_axes_of_length_one)
def axes_of_length_one_are_lost(z):
    """
    For an array with one entry you return a number: {output} for {input}. Its value is right. But the result has to
    have the shape of `z`: one example in an array is a batch of one, and the code that follows may ask how many there
    are. Both `squeeze` and `item` drop such an axis, `float` does, and so does a line that treats one entry as a
    special case. Which axis did your own code add, and which was there before?
    """
    return np.squeeze(reference.softmax(_with_zero(z))[..., 0])


axes_of_length_one_are_lost.also(
    lambda z: (
        reference.softmax(_with_zero(z))[..., 0].item() if np.size(z) == 1 else reference.softmax(_with_zero(z))[..., 0]
    )
)


@mistakes.mistake(1000.0, recognise=_overflows)
def overflow_for_large_logits(z):
    """
    You compute e to the power z and divide it by 1 plus itself, without a shift. For large `z` the power is
    infinite, and infinite over infinite is nan: {output} for {input}. A stable softmax of the two logits has no
    such limit, because it subtracts the larger one first. Which two logits do you hand to it?
    """
    return np.exp(z) / (1 + np.exp(z))


overflow_for_large_logits.also(
    lambda z: np.exp(z) / (np.exp(z) + np.exp(0)),
    lambda z: np.exp(z) / (np.exp(z) + 1 + 1e-15),
)


@mistakes.mistake(-700.0, recognise=_has_a_floor)
def a_floor_below_the_probability(z):
    """
    No probability of yours falls below some number: for {input} you return {output}, and every smaller logit gives the
    same. Either the logits are cut off before the softmax, or a small number is added to its result or takes the place
    of what is smaller. A softmax that subtracts the largest logit cannot overflow, so there is nothing to guard
    against; and where the result stands still, nothing can be learned. Which `clip`, `maximum` or epsilon can go?
    """
    return reference.softmax(_with_zero(np.clip(z, -30, 30)))[..., 0]


a_floor_below_the_probability.also(
    lambda z: reference.softmax(_with_zero(np.maximum(z, -20)))[..., 0],
    lambda z: np.clip(reference.softmax(_with_zero(z))[..., 0], 1e-7, 1 - 1e-7),
    lambda z: reference.softmax(_with_zero(z))[..., 0] + 1e-12,
)


# A second slip, such as a missing shift, does not lose the name of these.
for mistake in (
    the_other_class,
    twice_the_logit,
    one_as_the_second_logit,
    one_minus_the_logit,
    the_size_without_the_sign,
    tanh_in_place_of_the_sigmoid,
    half_of_the_logit,
    both_probabilities,
    softmax_over_the_examples,
    one_unit_with_softmax,
):
    mistake.recognise = like_its_samples(mistake, is_mild)
