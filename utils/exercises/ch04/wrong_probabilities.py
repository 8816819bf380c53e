"""The part of the bank of exercise 4.1 about wrong logits and probabilities; all else is right in its samples."""

import numpy as np

from utils import reference
from utils.checking import Bank
from utils.exercises.ch04.common import (
    with_one_shift_for_all,
    with_one_shift_of_zero_at_least,
    with_zero_at_least,
    without_a_shift,
    wrong_where,
)
from utils.exercises.ch04.wrong_gradients import is_like

of_probabilities = Bank()

# Examples

ONE_SIDED = (np.zeros((1, 2)), np.zeros(2), np.array([[1.0], [2.0]]), np.array([0, 0]))
THREE_CLASSES = (np.zeros((1, 3)), np.zeros(3), np.array([[1.0], [2.0]]), np.array([0, 0]))
ABSENT = (np.zeros((1, 3)), np.zeros(3), np.array([[1.0], [2.0], [1.0]]), np.array([0, 1, 1]))


def through(dZ, X):
    """From the gradient for the logits to the gradients for W and b."""
    return X.T @ dZ, dZ.sum(axis=0)


def gradients_with(probabilities):
    """The gradients with another function from logits to probabilities."""

    def gradients(W, b, X, y):
        return through((probabilities(X @ W + b) - reference.indicator(y, len(b))) / len(y), X)

    return gradients


# Mistakes


@of_probabilities.mistake(*ONE_SIDED)
def logits_in_place_of_probabilities(W, b, X, y):
    """
    You subtract the labels from the logits. For {input} you return {output}. That is the gradient of a squared
    error with linear outputs, a different model. The gradient of the cross-entropy contains probabilities, between
    0 and 1, so that no example can pull with more than full strength. Which function leads from Z to A?
    """
    return through((X @ W + b - reference.indicator(y, len(b))) / len(y), X)


@of_probabilities.mistake(*THREE_CLASSES)
def softmax_over_the_examples(W, b, X, y):
    """
    Your softmax runs over the wrong axis, or over the whole batch: the examples compete with each other in place of
    the classes. For {input} you return {output}. Chapter 1 called it wrong axis: each row of A must sum to 1 by
    itself. The prediction for one flower must not depend on which others are in the batch. Which axis holds the
    classes?
    """
    return through((reference.softmax(X @ W + b, axis=0) - reference.indicator(y, len(b))) / len(y), X)


@softmax_over_the_examples.also
def one_softmax_for_all(W, b, X, y):
    Z = X @ W + b
    return through((reference.softmax(Z.ravel()).reshape(Z.shape) - reference.indicator(y, len(b))) / len(y), X)


@of_probabilities.mistake(np.zeros((1, 2)), np.array([0.0, 2.0]), np.array([[1.0], [2.0]]), np.array([0, 0]))
def bias_left_out_of_the_logits(W, b, X, y):
    """
    You compute the probabilities from `X @ W` without b. With a bias of zero nothing shows; for {input} you return
    {output}, the gradient at another point than the one you were given. The bias shifts the logits of one class for
    all examples, and so it changes every probability. Where does b enter, before the softmax?
    """
    return reference.gradients(W, np.zeros(len(b)), X, y)


@of_probabilities.mistake(np.zeros((1, 2)), np.array([0.0, 2.0]), np.array([[1.0], [2.0]]), np.array([0, 0]))
def bias_subtracted(W, b, X, y):
    """
    You subtract the bias from the product where the model adds it. For {input} you return {output}: the class with the
    large bias gets the small probability. With a bias of zero nothing shows; as soon as the bias moves, your
    probabilities move the wrong way. The logits are a sum of what the features say and what is known before them. Which
    sign does `b` have in your first line?
    """
    return through((reference.softmax(X @ W - b) - reference.indicator(y, len(b))) / len(y), X)


@of_probabilities.mistake(*THREE_CLASSES)
def sigmoids_in_place_of_the_softmax(W, b, X, y):
    """
    You turn each logit into a probability by itself, with a sigmoid. For {input} you return {output}. The probabilities
    of a row then do not sum to 1, and neither do the rows of dW sum to 0. That is a model of its own, k binary
    classifiers side by side, and the next chapter compares it with this one. Here the classes share a total of 1. Which
    function of all logits of a row gives it?
    """
    return through((reference.sigmoid(X @ W + b) - reference.indicator(y, len(b))) / len(y), X)


@of_probabilities.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[2.0]]), np.array([0]))
def softmax_twice(W, b, X, y):
    """
    You apply the softmax twice: its probabilities go into another softmax as if they were logits. For {input} you
    return {output}. Numbers between 0 and 1 differ by at most 1, so the second softmax makes every answer look
    undecided, and an example that is right already goes on pulling. A softmax takes logits, of any size, and returns
    what is wanted. Which of your lines, or which function that you call, applies it a second time?
    """
    P = reference.softmax(reference.softmax(X @ W + b))
    return through((P - reference.indicator(y, len(b))) / len(y), X)


LARGE = (np.array([[500.0, -500.0]]), np.zeros(2), np.array([[-2.0], [3.0]]), np.array([1, 0]))


def _shifted(shift):
    """A softmax of each row after this shift."""

    def softmax(Z):
        powers = np.exp(Z - shift(Z))
        return powers / powers.sum(axis=1, keepdims=True)

    return softmax


of_probabilities.add(
    "no shift",
    """
    Your probabilities come from powers of e that no shift keeps in range. For {input} a power is infinite, or a whole
    row of them is 0, and the result is {output}. Logits of this size are rare, but one nan in a gradient makes every
    weight nan in the next step, and nothing brings them back. Chapter 1 has the cure: what may be subtracted from
    every logit of a row?
    """,
    gradients_with(_shifted(lambda Z: 0.0)),
    example=LARGE,
    recognise=wrong_where(without_a_shift),
)

of_probabilities.add(
    "one shift for the whole batch",
    """
    You subtract one number from the logits of all examples, the largest of the whole batch. For {input} you return
    {output}. The logits of the second example lie so far below those of the first that all their powers of e are 0,
    and 0 divided by 0 has no value. A shift cancels in the quotient of one row, so each row may have a shift of its
    own. Which axis does your maximum run along, and which one should be left?
    """,
    gradients_with(_shifted(lambda Z: Z.max())),
    gradients_with(_shifted(lambda Z: max(0, Z.max()))),
    example=(np.array([[500.0, 499.0]]), np.zeros(2), np.array([[2.0], [-2.0]]), np.array([1, 0])),
    recognise=wrong_where(with_one_shift_for_all, with_one_shift_of_zero_at_least),
)

of_probabilities.add(
    "a shift of zero at least",
    """
    Your shift is never below 0, so logits that are all far below 0 stay where they are. For {input} you return
    {output}: every power of e is 0 there, and 0 divided by 0 has no value. Either the search for the largest logit
    starts at 0, or 0 is among the numbers that it compares. The largest of a row of negative numbers is negative.
    What does your search begin with?
    """,
    gradients_with(_shifted(lambda Z: np.maximum(0, Z.max(axis=1, keepdims=True)))),
    example=(np.array([[0.0, 0.0]]), np.array([-1000.0, -1001.0]), np.array([[1.0]]), np.array([0])),
    recognise=wrong_where(with_zero_at_least),
)


def _divided_by_their_sum(Z):
    return Z / Z.sum(axis=1, keepdims=True)


_DECIDED = tuple(
    map(
        gradients_with,
        (
            lambda Z: np.eye(Z.shape[1])[Z.argmax(axis=1)],
            lambda Z: np.round(reference.softmax(Z)),
            lambda Z: (reference.softmax(Z) > 0.5).astype(float),
            lambda Z: (reference.softmax(Z) >= 0.5).astype(float),
            lambda Z: (Z.max(axis=1, keepdims=True) == Z).astype(float),
        ),
    )
)

of_probabilities.add(
    "the sign of the logits",
    """
    You give the logits the other sign on their way into the softmax. For {input} you return {output}: class 0 has the
    logit 2 and class 1 the logit −2, so the model is right and nearly sure, and the gradient should be next to nothing.
    A minus in the exponent belongs to the sigmoid, which has a single logit. In a softmax the class with the largest
    logit gets the largest probability. Which sign stands in front of your logits?
    """,
    gradients_with(lambda Z: reference.softmax(-Z)),
    example=(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[2.0]]), np.array([0])),
    recognise=is_like(gradients_with(lambda Z: reference.softmax(-Z))),
)

of_probabilities.add(
    "logits divided by their sum",
    """
    You divide each logit by the sum of its row, and the powers of e are missing. For {input} you return {output}. Such
    shares do sum to 1, but a negative logit gets a negative share, a sum of 0 has no quotient at all, and at zero
    weights, where every training begins, that is 0/0. The softmax makes the logits positive before it divides. Which
    function does that, and where does it go?
    """,
    gradients_with(_divided_by_their_sum),
    example=(np.array([[2.0, 1.0]]), np.zeros(2), np.array([[1.0]]), np.array([0])),
    recognise=is_like(gradients_with(_divided_by_their_sum)),
)

of_probabilities.add(
    "decisions in place of probabilities",
    """
    You subtract the labels from decisions, numbers that are 0 or 1. For {input} you return {output}: as soon as the
    right class is ahead, by however little, nothing is left to learn. That is the rule of the perceptron, older than
    the softmax; the gradient of the cross-entropy takes the probabilities as they are, so a right answer that is unsure
    still pulls. Which call of yours rounds, compares, or looks for the largest?
    """,
    *_DECIDED,
    example=(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[0.5]]), np.array([0])),
    recognise=is_like(*_DECIDED),
)
