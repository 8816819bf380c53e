"""Exercise 3.4: the gradient of the mean cost with respect to the logits Z, shape (m, K), with labels y."""

import math

import numpy as np

from utils import reference
from utils.checking import Domain, Exercise, Playground, Slider, logit_sliders, paragraphs
from utils.exercises.ch03 import recognising
from utils.exercises.ch03.common import any_logits_of_many, corners_of_many, in_few_digits, one_hot
from utils.exercises.ch03.wrong_gradients import TWO, calmly, is_calm, mistakes, rows_in_words
from utils.exercises.drawing import labels, ties_far_out

# The domain


def draw(rng):
    Z = any_logits_of_many(rng)
    return Z, labels(rng, *Z.shape)


def corners(rng):
    """The corners of a batch, and a row of logits that are equal and far out."""
    Z = np.stack([ties_far_out(rng), in_few_digits(rng.normal(size=3))])
    return {**corners_of_many(rng), "ties far out": (Z, labels(rng, 2, 3))}


logits_and_labels = Domain(
    smallest=[
        (np.array([[1.0, 2.0, 4.0]]), np.array([1])),
        (np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([0, 1])),
        (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1])),
        (np.array([[2.0, 1.0, 0.0], [1.0, 3.0, 0.5]]), np.array([0, 2])),
        (np.array([[4.0], [-2.0]]), np.array([0, 0])),
        (np.array([[1000.0, 999.0], [-1000.0, -1001.0]]), np.array([1, 0])),
        (np.array([[800.0, 0.0, -800.0]]), np.array([1])),
    ],
    corners=corners,
    draw=draw,
)


# Right answers


def _gradient_with_loops(Z, y):
    gradient = []
    for row, label in zip(Z, y, strict=True):
        largest = max(row)
        powers = [math.exp(value - largest) for value in row]
        gradient.append([power / sum(powers) - (j == label) for j, power in enumerate(powers)])
    return np.array(gradient) / len(Z)


def _gradient_in_place(Z, y):
    gradient = reference.softmax(Z)
    gradient[np.arange(len(y)), y] -= 1
    gradient /= len(y)
    return gradient


def _gradient_in_float32(Z, y):
    return (reference.softmax(Z.astype(np.float32)) - one_hot(y, Z.shape[1]).astype(np.float32)) / np.float32(len(Z))


def _gradient_through_logarithms(Z, y):
    Z = Z - Z.max(axis=1, keepdims=True)
    return (np.exp(Z - reference.logsumexp(Z, keepdims=True)) - (y[:, None] == np.arange(Z.shape[1]))) * (1 / len(Z))


def _gradient_in_a_like_array(Z, y):
    gradient = np.zeros_like(Z)
    for i in range(Z.shape[0]):
        gradient[i] = reference.softmax(Z[i])
        gradient[i, y[i]] -= 1
    return gradient / Z.shape[0]


cost_gradient = Exercise(
    name="ch03.cost_gradient",
    is_main=True,
    asks="The gradient of the mean cost with respect to the logits Z, shape (m, K), with labels y.",
    reference=reference.cost_gradient,
    probes=logits_and_labels,
    expects=lambda Z, y: f"an array of the shape {Z.shape} in which every row sums to 0",
    scale=lambda Z, y: 1 / len(Z),
    hints=paragraphs("""
        For one example the gradient is a − y, where y is the one-hot row. What does the mean over m examples do to it?

        First the probabilities: `reference.softmax(Z)` takes logits of any size. Then 1 is subtracted in each row, at
        the place of its label.

        The last step divides by the number of examples, because the cost is a mean.
    """),
    alternatives=(
        _gradient_with_loops,
        _gradient_in_place,
        _gradient_in_float32,
        _gradient_through_logarithms,
        _gradient_in_a_like_array,
        lambda Z, y: reference.cost_gradient(Z, y).tolist(),
        lambda Z, y: np.stack([reference.softmax(z) - np.eye(len(z))[k] for z, k in zip(Z, y, strict=True)]) / len(Z),
    ),
    bank=mistakes,
    playground=Playground(
        sliders=(*logit_sliders(2.0, 1.0, 0.1), Slider("label", "true class", 0, 2, 1, 0)),
        inputs=lambda label, **z: (np.array([list(z.values())]), np.array([round(label)])),
        returns=("cost_gradient(Z, y)",),
    ),
    remark="a − y, divided by m: one subtraction after the softmax is the whole backward step of the last layer.",
)


# Mistakes in the softmax and on the way to it; those in the formula stand in wrong_gradients.py.


def _shares(powers):
    return powers / powers.sum(axis=1, keepdims=True)


@mistakes.mistake(
    np.array([[1000.0, 999.0]]),
    np.array([0]),
    recognise=recognising.goes_wrong(recognising.without_a_shift, recognising.not_finite),
)
def no_shift(Z, y):
    """
    Your softmax raises e to the logits as they are. For {input} you return {output}: from 710 on the power is
    infinite in float64, and infinite divided by infinite is nan; far below zero it is 0/0. One nan in a gradient
    spoils every weight it reaches. What does chapter 1 subtract from each row before `exp`?
    """
    return (_shares(np.exp(Z)) - one_hot(y, Z.shape[1])) / len(Z)


@mistakes.mistake(
    np.array([[500.0, 499.0]]),
    np.array([0]),
    recognise=recognising.goes_wrong(recognising.with_the_shift_added, recognising.not_finite),
)
def the_maximum_added(Z, y):
    """
    You add the maximum of a row in place of subtracting it. For {input} you return {output}: the powers of e are larger
    than before and overflow from 355 on, where without any shift they would hold out to 709. On paper every shift
    cancels, and of those that cancel one is wanted that leaves no power above 1. Which sign brings the largest logit to
    0?
    """
    return (_shares(np.exp(Z + Z.max(axis=1, keepdims=True))) - one_hot(y, Z.shape[1])) / len(Z)


@mistakes.mistake(
    np.array([[0.0, 1.0], [-1000.0, -1001.0]]),
    np.array([1, 0]),
    recognise=recognising.goes_wrong(recognising.with_one_shift_for_all, recognising.not_finite),
)
def one_maximum_for_the_batch(Z, y):
    """
    You subtract the largest logit of the whole batch from every row. For {input} you return {output}: in a row that
    lies far below it, all powers of e become 0, and 0 divided by 0 is nan. Each row has a softmax of its own, and so it
    needs a maximum of its own. Which arguments of `max` give one number for each row, in a shape that can be subtracted
    from `Z`?
    """
    return (_shares(np.exp(Z - Z.max())) - one_hot(y, Z.shape[1])) / len(Z)


@mistakes.mistake(
    np.array([[-1000.0, -1001.0]]),
    np.array([0]),
    recognise=recognising.goes_wrong(recognising.with_a_shift_of_0_or_more, recognising.not_finite),
)
def a_shift_that_stops_at_0(Z, y):
    """
    Your shift is never below 0, as with a maximum that starts at 0. For {input} you return {output}: where all logits
    of a row are far below 0, all their powers are 0, and 0 divided by 0 is nan. The largest logit has to become 0 in
    every row, also when it is negative; subtracting a negative number is what raises it. With which number does your
    search for the maximum begin?
    """
    return (_shares(np.exp(Z - np.maximum(0, Z.max(axis=1, keepdims=True)))) - one_hot(y, Z.shape[1])) / len(Z)


@mistakes.mistake(
    np.array([[0.0, 1000.0]]),
    np.array([0]),
    recognise=recognising.goes_wrong(recognising.with_the_smallest_as_shift, recognising.part_of_a_row),
)
def shift_by_the_smallest(Z, y):
    """
    You subtract the smallest logit of each row. For {input} you return {output}: the smallest becomes 0 and all others
    stay above it, so a gap of 710 or more still overflows. On paper any shift will do; in float64 powers that become 0
    are harmless, since they are added to others, and powers that become infinite are not. Which logit of a row must not
    exceed 0?
    """
    return (_shares(np.exp(Z - Z.min(axis=1, keepdims=True))) - one_hot(y, Z.shape[1])) / len(Z)


def _breaks_through_the_probabilities(seen):
    places = recognising.with_a_probability_of_0, recognising.with_a_label_of_probability_0
    return any(recognising.goes_wrong(where, recognising.a_row_of_nan)(seen) for where in places)


@mistakes.mistake(
    np.array([[0.0, 1000.0]]),
    np.array([0]),
    name="divided by a probability of 0",
    recognise=_breaks_through_the_probabilities,
)
def divided_by_a_probability_of_0(Z, y):
    """
    You go through the probabilities: first −1/a, then the derivative of softmax. On paper that is right. In float64 a
    probability far below the largest is rounded to 0, so −1/a is infinite, and infinite times 0 is nan: for {input}
    you return {output}. The section on the chain rule shows what is left when the two factors cancel before anything
    is computed. Which formula divides by no probability?
    """
    with np.errstate(all="ignore"):
        return reference.softmax_vjp(Z, -one_hot(y, Z.shape[1]) / reference.softmax(Z)) / len(Z)


def _from_the_label_on(Z, y, epsilon=0.0):
    v = np.zeros(Z.shape)
    v[np.arange(len(y)), y] = -1 / (reference.softmax(Z)[np.arange(len(y)), y] + epsilon)
    return reference.softmax_vjp(Z, v) / len(Z)


divided_by_a_probability_of_0.also(_from_the_label_on)


@mistakes.mistake(np.array([[0.0, 30.0]]), np.array([0]), recognise=recognising.loses_its_push)
def epsilon_in_the_chain(Z, y):
    """
    You go through the probabilities, first −1/a and then the derivative of softmax, with a small number in the
    denominator, or a limit, against a division by 0. No nan comes out, and for an example that is certain and wrong
    hardly any push is left: for {input} you return {output}, where the push should be −1. On paper the two factors
    cancel for every a; so they can be cancelled before anything is computed. Which formula divides by no probability?
    """
    return _from_the_label_on(Z, y, epsilon=1e-9)


epsilon_in_the_chain.also(
    lambda Z, y: _from_the_label_on(Z, y, epsilon=1e-5),
    lambda Z, y: reference.softmax_vjp(Z, -one_hot(y, Z.shape[1]) / np.maximum(reference.softmax(Z), 1e-12)) / len(Z),
)


def _is_measured(seen):
    """Whether all is right but for logits in which a small step is lost."""
    return recognising.goes_wrong(lambda Z, y: True if np.abs(Z).max() > 1e9 else False if is_calm(Z, y) else None)(
        seen
    )


@mistakes.mistake(np.array([[1e15, 1e15]]), np.array([0]), recognise=_is_measured)
def measured_with_a_step(Z, y):
    """
    You measure: a small step of one logit at a time, and the change of the cost divided by it. That is how a gradient
    is checked, and it takes two costs for every entry; besides, logits may have any size, and beside a large one the
    step is lost. In float64, 1e15 plus a small step is 1e15 again: for {input} you return {output}. The formula of this
    section needs the probabilities, 0.5 each here, and the labels. What does it do with them?
    """
    return reference.central_difference(lambda Z: reference.cross_entropy(Z, y), Z)


@mistakes.mistake(*TWO)
def maxima_of_the_wrong_axis(Z, y):
    """
    You subtract from each *column* its maximum, so the logits of one example are shifted by different amounts. For
    {input} you return {output}. A softmax is unchanged by a shift only when it is the same for all classes of a row;
    yours moves the classes against each other. Along which axis do the classes of one example lie?
    """
    return (reference.softmax(Z - Z.max(axis=0)) - one_hot(y, Z.shape[1])) / len(Z)


@mistakes.mistake(*TWO, describe=rows_in_words)
def no_keepdims(Z, y):
    """
    Your sums have lost their axis: as (m,) they are laid along the classes, and each column is divided by the sum of
    another row. For {input} you return {output}; unless the batch is square or has one row, NumPy stops with an error.
    The sum of a row has to stay in its row, as a column of the shape (m, 1). Which argument of `sum` keeps the axis?
    """
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1) - one_hot(y, Z.shape[1])) / len(Z)


no_keepdims.also(lambda Z, y: (np.exp(Z) / np.exp(Z).sum(axis=1) - one_hot(y, Z.shape[1])) / len(Z))


@mistakes.mistake(*TWO, describe=rows_in_words)
def softmax_over_the_wrong_axis(Z, y):
    """
    Your probabilities sum to 1 over the examples, or over the whole batch, and not over the classes. For {input}
    you return {output}; the rows of a right answer sum to 0. In a batch of one row everything can look fine.
    Examples do not compete with each other, classes do. Over which axis does your softmax run?
    """
    return (reference.softmax(Z, axis=0) - one_hot(y, Z.shape[1])) / len(Z)


softmax_over_the_wrong_axis.also(
    lambda Z, y: (np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum() - one_hot(y, Z.shape[1])) / len(Z),
    lambda Z, y: (np.exp(Z) / np.exp(Z).sum() - one_hot(y, Z.shape[1])) / len(Z),
    lambda Z, y: (np.exp(Z) / np.exp(Z).sum(axis=0) - one_hot(y, Z.shape[1])) / len(Z),
)


@mistakes.mistake(np.array([[1.0, 2.0, 3.0]]), np.array([2]))
def labels_from_1(Z, y):
    """
    You subtract the 1 at the place before the label, as if classes were counted from 1. For {input} you return
    {output}, which pulls another class up; label 0 becomes −1, the last place in Python, so no error tells you.
    Every row still sums to 0. Labels are 0 to K − 1 here. Which column does the label name?
    """
    P = reference.softmax(Z)
    P[np.arange(len(y)), y - 1] -= 1
    return P / len(Z)


@mistakes.mistake(*TWO, recognise=recognising.one_number_only)
def a_function_of_single_numbers(Z, y):
    """
    You hand an array to a function that takes a single number: those of the module `math` do, and `float`. For {input}
    you return {output}. NumPy has functions of the same names that work on every entry of an array, and
    `reference.softmax` takes a whole batch. Which function in your code is given more than it takes?
    """
    return (math.exp(Z) / sum(math.exp(Z)) - one_hot(y, Z.shape[1])) / len(Z)


@mistakes.mistake(*TWO, recognise=recognising.wants_another_axis)
def an_axis_that_is_not_there(Z, y):
    """
    Your code asks for an axis that your array does not have. For {input} you return {output}. `Z` has two axes, the
    examples and the classes; `y` has one. A row taken out of `Z` in a loop has one axis left, and so has a sum over the
    classes without `keepdims`. Print the shapes, line by line: which of your arrays is asked for an axis that an
    earlier step has used up?
    """
    return np.array([reference.softmax(row, axis=1) for row in Z])


an_axis_that_is_not_there.also(
    lambda Z, y: (reference.softmax(Z) - y[:, :]) / len(Z),
    lambda Z, y: np.array([np.exp(row) / np.exp(row).sum(axis=1) for row in Z]) / len(Z),
    lambda Z, y: (reference.softmax(Z) - one_hot(y, y.shape[1])) / len(Z),
)

# What is not divided by m is wrong in a second way, and keeps the name of the first.
calmly.name(mistakes, recognising.summed)
