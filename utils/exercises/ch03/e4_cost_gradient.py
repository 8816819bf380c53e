"""Exercise 3.4: the gradient of the mean cost for the logits Z, shape (m, K), with labels y."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch03.common import one_hot, picked

# The domain


def logits_and_labels(rng):
    """Batches of logits with labels: one example, square ones, integers, one class, logits of any size."""
    return [
        (np.array([[1.0, 2.0, 4.0]]), np.array([1])),
        (np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([0, 1])),
        (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1])),
        (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]), np.array([0, 2])),
        (np.array([[1, 2, 3], [0, 0, 0]]), np.array([2, 1])),
        (np.array([[4.0], [-2.0]]), np.array([0, 0])),
        (np.array([[1000.0, 999.0], [-1000.0, -1001.0]]), np.array([1, 0])),
        (np.array([[800.0, 0.0, -800.0]]), np.array([1])),
        (rng.normal(scale=2, size=(3, 3)), rng.permutation(3)),
        (rng.normal(scale=2, size=(6, 4)), rng.integers(4, size=6)),
        (rng.normal(scale=2, size=(3, 5)), rng.integers(5, size=3)),
    ]


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
    return (np.exp(Z - reference.logsumexp(Z, keepdims=True)) - (y[:, None] == np.arange(Z.shape[1]))) * (1 / len(Z))


mistakes = Bank()

cost_gradient = Exercise(
    name="ch03.cost_gradient",
    is_main=True,
    asks="The gradient of the mean cost for the logits Z, shape (m, K), with labels y.",
    reference=reference.cost_gradient,
    probes=logits_and_labels,
    expects=lambda Z, y: f"an array of the shape {Z.shape} in which every row sums to 0",
    scale=lambda Z, y: 1 / len(Z),
    hints=paragraphs("""
        For one example the gradient is p − y, where y is the one-hot row. What does the mean over m examples do to it?

        First the probabilities: `reference.softmax(Z)` takes logits of any size. Then 1 is subtracted in each row, at
        the place of its label.

        The last step divides by the number of examples, because the cost is a mean.
    """),
    alternatives=(
        _gradient_with_loops,
        _gradient_in_place,
        _gradient_in_float32,
        _gradient_through_logarithms,
        lambda Z, y: reference.cost_gradient(Z, y).tolist(),
        lambda Z, y: np.stack([reference.softmax(z) - np.eye(len(z))[k] for z, k in zip(Z, y, strict=True)]) / len(Z),
    ),
    bank=mistakes,
    remark="p − y, divided by m: one subtraction after the softmax is the whole backward step of the last layer.",
)


# Mistakes

TWO = (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1]))


@mistakes.mistake(*TWO, name="no 1/m")
def not_divided_by_m(Z, y):
    """
    You return p − y and do not divide by the number of examples. For {input} that is {output}: the gradient of the
    *sum* of the losses, m times that of their mean. Training would still go downhill, with steps m times as long,
    so a learning rate that suits one batch size breaks at another. What does the formula for J have in front of the
    sum?
    """
    return reference.softmax(Z) - one_hot(y, Z.shape[1])


@mistakes.mistake(*TWO)
def divided_twice(Z, y):
    """
    You divide by the number of examples twice. For {input} you return {output}: every step of training would be m
    times too short, without an error and without a warning. The cost is a mean, and its gradient carries the factor
    1/m once. Is there a second division hidden in a `mean`?
    """
    return (reference.softmax(Z) - one_hot(y, Z.shape[1])) / len(Z) ** 2


ONE = (np.array([[1.0, 2.0]]), np.array([0]))


@mistakes.mistake(*ONE)
def mean_over_examples_and_classes(Z, y):
    """
    You divide by the number of all entries, examples times classes. For {input} you return {output}, K times too
    small. The cost is a mean over the examples; over the classes it is a sum with a single term, and a sum brings
    no factor. `size` counts entries. What counts rows?
    """
    return (reference.softmax(Z) - one_hot(y, Z.shape[1])) / Z.size


@mistakes.mistake(*ONE)
def divided_by_the_number_of_classes(Z, y):
    """
    You divide by the number of classes. For {input} you return {output}; where a batch has as many examples as
    classes nothing shows. The factor in front of the cost counts examples, because the cost is their mean. Which
    entry of `Z.shape` is that?
    """
    return (reference.softmax(Z) - one_hot(y, Z.shape[1])) / Z.shape[1]


@mistakes.mistake(*ONE)
def the_other_direction(Z, y):
    """
    You return y − p in place of p − y: {output} for {input}. That is the direction in which the logits should
    *move*, and it is what you will subtract the gradient for. The gradient itself points uphill, to a larger cost,
    so it is negative at the true class: raising that logit lowers the cost. Which of the two stands first in the
    difference?
    """
    return (one_hot(y, Z.shape[1]) - reference.softmax(Z)) / len(Z)


@mistakes.mistake(*ONE)
def only_the_target_gets_a_gradient(Z, y):
    """
    You leave every class but the true one at 0. For {input} you return {output}. The loss is made from a single
    probability, but all logits are in it, through the denominator of the softmax: raising another logit lowers the
    probability of the true class. So the others are pushed down, each by its own probability, and a row sums to 0.
    Which case of the derivation is missing?
    """
    E = one_hot(y, Z.shape[1])
    return E * (reference.softmax(Z) - 1) / len(Z)


@mistakes.mistake(np.array([[1.0, 2.0]]), np.array([1]), name="labels in place of one-hot rows")
def labels_in_place_of_one_hot_rows(Z, y):
    """
    You subtract the labels themselves, as numbers, from the probabilities. For {input} you return {output}. Label 0
    subtracts nothing, label 2 takes 2 away from all classes, and no row sums to 0. The y of p − y is the one-hot
    row: 1 at the true class and 0 elsewhere, as long as the row of probabilities. Which function of this chapter
    makes such rows from labels?
    """
    return (reference.softmax(Z) - y[:, None]) / len(Z)


labels_in_place_of_one_hot_rows.also(
    lambda Z, y: (reference.softmax(Z) - y) / len(Z),
    lambda Z, y: reference.softmax(Z) - y[:, None],
    lambda Z, y: reference.softmax(Z) - y,
)


@mistakes.mistake(*TWO)
def only_one_of_the_two_is_divided(Z, y):
    """
    You divide one of the two terms by m, and the other keeps its full size. For {input} you return {output}. The
    rows of a right answer sum to 0; with a single example yours do, too, and with more they do not. In Python a
    division is done before a subtraction that stands beside it, as on paper. What decides the order there?
    """
    return reference.softmax(Z) - one_hot(y, Z.shape[1]) / len(Z)


only_one_of_the_two_is_divided.also(lambda Z, y: reference.softmax(Z) / len(Z) - one_hot(y, Z.shape[1]))


@mistakes.mistake(*ONE)
def as_many_columns_as_examples(Z, y):
    """
    Your one-hot matrix has as many columns as there are examples, as `np.eye(len(y))` gives it. For {input} the
    result is {output}. It fits when examples and classes are equally many, and for one example it is stretched over
    all classes without an error. Its width has to be the number of *classes*. Which entry of `Z.shape` is that?
    """
    return (reference.softmax(Z) - np.eye(len(y))[y]) / len(Z)


as_many_columns_as_examples.also(lambda Z, y: reference.softmax(Z) - np.eye(len(y))[y])


@mistakes.mistake(*TWO)
def only_one_example(Z, y):
    """
    You return the gradient of a single example: {output} for {input}. A `return` that is indented into the loop
    ends the function in the first round, and a name that is assigned anew in every round holds the last row alone.
    The result has a row for each example, in the shape of `Z`. Where are the rows collected?
    """
    return reference.cost_gradient(Z, y)[0]


only_one_example.also(
    lambda Z, y: reference.cost_gradient(Z, y)[-1],
    lambda Z, y: reference.cost_gradient(Z, y)[:1],
    lambda Z, y: reference.cost_gradient(Z, y)[-1:],
)


@mistakes.mistake(np.array([[1, 2]]), np.array([0]))
def cut_to_integers(Z, y):
    """
    You fill an array that was made for integers. `np.zeros_like(Z)` takes over not only the shape of Z, and for
    logits that are whole numbers, {input}, what is written into it loses everything behind the point: {output}.
    Probabilities and their differences are fractions. What else than the shape does an array have, and how is it
    chosen?
    """
    gradient = np.zeros_like(Z)
    gradient[:] = reference.cost_gradient(Z, y)
    return gradient


@mistakes.mistake(*ONE, name="no one-hot")
def no_one_hot(Z, y):
    """
    You return the probabilities without subtracting the truth: {output} for {input}. All entries are positive, so a
    step downhill would lower every logit, also that of the true class, and the labels would play no part. Of the
    derivation above this is the first half, the derivative of the log-sum-exp. Which term does the second half, −z
    at the label, contribute, and where?
    """
    return reference.softmax(Z) / len(Z)


def _weighted_residual(Z, y, weight):
    P = reference.softmax(Z)
    return (P - one_hot(y, Z.shape[1])) * weight(P) / len(Z)


@mistakes.mistake(*ONE, name="an extra p(1 − p)")
def an_extra_factor(Z, y):
    """
    You multiply p − y by p(1 − p), the slope of a sigmoid. For {input} you return {output}: far too small, and
    nearly 0 where the model is certain and wrong. The slope of the softmax is part of p − y already; the 1/p from
    the logarithm has cancelled it. That cancelling is why this loss is taken. Which factor has to go?
    """
    return _weighted_residual(Z, y, lambda P: P * (1 - P))


an_extra_factor.also(lambda Z, y: _weighted_residual(Z, y, lambda P: P))


@mistakes.mistake(*ONE)
def the_derivative_of_the_probability(Z, y):
    """
    You return how the *probability* of the true class changes with each logit, a row of the Jacobian of chapter 2:
    {output} for {input}. The cost is minus the logarithm of that probability, so the chain rule brings one more
    factor, the derivative of −log p, which is −1/p. It turns s(1 − s) at the true class into s − 1. Where does that
    factor enter?
    """
    P = reference.softmax(Z)
    at_label = picked(P, y)[:, None]
    return at_label * (one_hot(y, Z.shape[1]) - P) / len(Z)


@mistakes.mistake(*ONE)
def the_derivative_for_the_probabilities(Z, y):
    """
    You return the derivative of the cost for the *probabilities*: −1/p at the label and 0 elsewhere, {output} for
    {input}. That is the first link of the chain. What is asked for is the derivative for the logits, one link
    further: each logit moves all probabilities, in the way that chapter 2 has worked out. What becomes of −1/p when
    it is multiplied by those derivatives?
    """
    return -one_hot(y, Z.shape[1]) / reference.softmax(Z) / len(Z)


def _squared_error(Z, y, factor=2):
    P = reference.softmax(Z)
    pull = factor * (P - one_hot(y, Z.shape[1]))
    return P * (pull - (P * pull).sum(axis=1, keepdims=True)) / len(Z)


mistakes.add(
    "squared error",
    """
    You return the gradient of the squared error. For {input} that is {output}. It carries the slope of the softmax
    as a factor, which is nearly 0 for a prediction that is certain and wrong, so the worst mistakes are corrected
    last. The cost of this chapter has a logarithm in it, and its derivative cancels the slope. What is left?
    """,
    _squared_error,
    lambda Z, y: _squared_error(Z, y, factor=1),
    example=ONE,
)


@mistakes.mistake(*ONE)
def no_softmax(Z, y):
    """
    You subtract the one-hot rows from the logits themselves. For {input} you return {output}. Logits can be of any
    size, so such a gradient would be, too, and would not vanish when the prediction is right. The p of p − y is a
    probability: positive, with a sum of 1 in each row. Which function makes it from the logits?
    """
    return (Z - one_hot(y, Z.shape[1])) / len(Z)


def _rows(values):
    """The rows of a matrix, in words."""
    return f"an array of the shape {values.shape}, with rows that sum to " + " and ".join(
        f"{row:.4g}" for row in np.atleast_2d(values).sum(axis=-1)
    )


@mistakes.mistake(np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 0]), describe=_rows)
def columns_instead_of_elements(Z, y):
    """
    You subtract 1 from whole columns: the colon means every example, so each row loses 1 at the labels of all. For
    {input} you return {output}. Two index arrays of the same length are read in pairs, row 0 with the first label,
    row 1 with the second. Which array belongs in the place of the colon?
    """
    P = reference.softmax(Z)
    P[:, y] -= 1
    return P / len(Z)


@mistakes.mistake(*TWO, describe=_rows)
def rows_instead_of_elements(Z, y):
    """
    You subtract 1 from whole rows: with a single index the labels name examples. For {input} you return {output},
    and a label that exceeds the batch would raise an error. Every row of a right answer sums to 0, because p and
    the one-hot row both sum to 1; that is a test you can run yourself. Which second index picks the class?
    """
    P = reference.softmax(Z)
    P[y] -= 1
    return P / len(Z)


@mistakes.mistake(*TWO)
def one_row_for_the_whole_batch(Z, y):
    """
    You have averaged over the examples: {output} for {input}. The result should have the shape of `Z`, because
    every example has logits of its own and each of them gets a gradient. The mean of the cost shows as a factor
    1/m, not as a sum over the rows. That sum comes later, for the bias, which all examples share. Which reduction
    can go?
    """
    return (reference.softmax(Z) - one_hot(y, Z.shape[1])).mean(axis=0)


one_row_for_the_whole_batch.also(lambda Z, y: (reference.softmax(Z) - one_hot(y, Z.shape[1])).sum(axis=0))


def _softmax_without_shift(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


@mistakes.mistake(np.array([[1000.0, 999.0]]), np.array([0]))
def no_shift(Z, y):
    """
    Your softmax raises e to the logits as they are. For {input} you return {output}: from 710 on the power is
    infinite in float64, and infinite divided by infinite is nan; far below zero it is 0/0. One nan in a gradient
    spoils every weight it reaches. What does chapter 1 subtract from each row before `exp`?
    """
    return (_softmax_without_shift(Z) - one_hot(y, Z.shape[1])) / len(Z)


@mistakes.mistake(*TWO, describe=_rows)
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
