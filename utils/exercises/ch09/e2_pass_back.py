"""Exercise 9.2: the gradient for the layer below, before its ReLU, from the gradient D of the layer above."""

import numpy as np

from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch09.common import array

# The domain


def gradients_and_layers(rng):
    """(D, W, A): two units with a closed one below, one unit, square shapes, and random ones with zeros in A."""
    probes = [
        TWO_UNITS,
        (array([2.0]), array([3.0]), array([0.5])),
        (array([1.0, 2.0], [0.0, -1.0]), array([1.0, 0.0], [4.0, -1.0]), array([0.0, 3.0], [1.0, 2.0])),
        (array([1.0, -1.0], [2.0, 0.0], [0.0, 0.0]), array([0.5, 1.0]), array([0.0], [0.1], [4.0])),
    ]
    for m, inputs, units in ((5, 4, 3), (3, 3, 3), (2, 6, 2)):
        A = np.maximum(rng.normal(size=(m, inputs)), 0)
        probes.append((rng.normal(size=(m, units)), rng.normal(size=(inputs, units)), A))
    return probes


TWO_UNITS = (array([1.0, -2.0]), array([1.0, 2.0], [-1.0, 2.0], [3.0, 1.0]), array([2.0, 0.0, 0.5]))


# Right answers


def _pass_back(D, W, A):
    return (D @ W.T) * (A > 0)


mistakes = Bank()

pass_back = Exercise(
    name="ch09.pass_back",
    asks="The gradient for the layer below, before its ReLU, from the gradient D of the layer above.",
    reference=_pass_back,
    probes=gradients_and_layers,
    expects=lambda D, W, A: f"an array of the shape {A.shape}, with 0 wherever `A` is 0,",
    scale=lambda D, W, A: float(np.max(np.abs(D) @ np.abs(W.T))),
    hints=paragraphs("""
        D has the shape (m, units) and A has (m, inputs). W has (inputs, units). Which product leads from the first
        shape to the second?

        A unit whose ReLU was closed gave 0, and still gives 0 after a small change of what came in. What is its
        gradient?

        `A > 0` is an array of True and False, and as a factor True counts 1 and False 0.
    """),
    alternatives=(
        lambda D, W, A: np.where(A > 0, D @ W.T, 0),
        lambda D, W, A: np.einsum("mk,ik->mi", D, W) * np.sign(A),
        lambda D, W, A: (W @ D.T).T * (A != 0),
        lambda D, W, A: [
            [float(W[i] @ d) if a[i] > 0 else 0.0 for i in range(len(W))] for d, a in zip(D, A, strict=True)
        ],
        lambda D, W, A: ((D.astype(np.float32) @ W.T.astype(np.float32)) * np.heaviside(A, 0)).astype(np.float32),
    ),
    bank=mistakes,
    remark="One product and one mask for each layer: that is all of backpropagation that chapter 4 did not have.",
)


# Mistakes


@mistakes.mistake(*TWO_UNITS, name="no slope of the ReLU")
def no_slope_of_the_relu(D, W, A):
    """
    You hand the gradient on through every unit, the closed ones included: for {input} you return {output}. A unit
    that gave 0 had a negative sum, and a small change leaves it closed, so nothing behind it changes and its
    gradient is 0. `A >= 0` does not help, since what comes out of a ReLU is never negative. Which comparison picks
    the open ones?
    """
    return D @ W.T


no_slope_of_the_relu.also(lambda D, W, A: (D @ W.T) * (A >= 0))


@mistakes.mistake(*TWO_UNITS)
def the_value_in_place_of_the_slope(D, W, A):
    """
    You multiply by `A` itself, the output of the ReLU: for {input} you return {output}. The chain rule asks for the
    slope, and that of a ReLU is 1 where it is open, whether it hands on 0.1 or 100. With A as the factor a strong
    unit would learn more from the same error than a weak one. Which array of ones and zeros says where A is open?
    """
    return (D @ W.T) * A


@mistakes.mistake(*TWO_UNITS)
def open_and_closed_confused(D, W, A):
    """
    You let the gradient through where the unit was closed and stop it where it was open: for {input} you return
    {output}. The units that handed something on are the ones that contributed to the error, so they are the ones to
    be corrected. For which sign of the sum did the ReLU hand it on, and what does your comparison ask?
    """
    return (D @ W.T) * (A <= 0)


open_and_closed_confused.also(
    lambda D, W, A: (D @ W.T) * (A == 0),
    lambda D, W, A: (D @ W.T) * (1 - np.sign(A)),
)


@mistakes.mistake(*TWO_UNITS, name="ReLU of the gradient")
def relu_of_the_gradient(D, W, A):
    """
    You cut off the negative entries of the gradient: for {input} you return {output}. A gradient may have any sign:
    a negative one says that the unit should give more. What decides is the sign of what the unit computed on the
    way forward, and the third argument remembers it. Which array has to be compared with 0?
    """
    return np.maximum(D @ W.T, 0)


relu_of_the_gradient.also(lambda D, W, A: np.maximum(D @ W.T, 0) * (A > 0))


@mistakes.mistake(
    array([1.0, 2.0], [0.0, -1.0]),
    array([1.0, 0.0], [4.0, -1.0]),
    array([0.0, 3.0], [1.0, 2.0]),
    name="W not transposed",
)
def weights_not_transposed(D, W, A):
    """
    You multiply by W as on the way forward. For {input} the function returns {output}. D has one column for each
    unit above, and the result needs one for each unit below, so the way back goes through the transposed matrix.
    With as many units above as below, the wrong product is silent. Which shapes does `D @ W` pair, and which does
    it need?
    """
    return (D @ W) * (A > 0)


weights_not_transposed.also(lambda D, W, A: D @ W)


@mistakes.mistake(array([1.0, -1.0], [2.0, 0.0]), array([0.5, 1.0]), array([0.3], [0.1]), name="1/m once more")
def divided_by_m_once_more(D, W, A):
    """
    Your result is m times too small, where m is the number of examples. For {input} you return {output}. The 1/m of
    the mean cost came in at the logits, in (P − Y)/m, and D has it already; every layer would shrink the gradient
    again. Follow the factor from the cost down: it occurs once. Which line divides?
    """
    return _pass_back(D, W, A) / len(D)


@mistakes.mistake(*TWO_UNITS)
def the_gradient_for_the_weights(D, W, A):
    """
    You return the product of A, transposed, and D: for {input} that is {output}. It is the gradient for the weights
    of this layer, the step of chapter 4, with one row for each unit below and one column for each unit above. Asked
    for is what goes on to the layer below, with one row for each example. In which formula of the section does W
    occur, and where does A come in there?
    """
    return A.T @ D


@mistakes.mistake(*TWO_UNITS)
def the_slope_of_another_activation(D, W, A):
    """
    You multiply by A (1 − A) or by 1 − A², the slopes of the sigmoid and of tanh: for {input} you return {output}.
    Each activation has its own slope, and the layers of this network have a ReLU, which is flat on one side and
    rises with the slope 1 on the other. For outputs above 1 your factor is even negative. What is the slope of the
    larger one of Z and 0, and how can it be told from A?
    """
    return (D @ W.T) * A * (1 - A)


the_slope_of_another_activation.also(lambda D, W, A: (D @ W.T) * (1 - A**2))
