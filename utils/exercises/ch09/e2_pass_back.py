"""Exercise 9.2: the gradient for the layer below, before its ReLU, from the gradient D of the layer above."""

import numpy as np

from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch09.common import array, has_values, same

# The domain


TWO_UNITS = (array([1.0, -2.0]), array([1.0, 2.0], [-1.0, 2.0], [3.0, 1.0]), array([2.0, 0.0, 0.5]))
SQUARE = (array([1.0, 2.0], [0.0, -1.0]), array([1.0, 0.0], [4.0, -1.0]), array([0.0, 3.0], [1.0, 2.0]))
HARDLY_OPEN = (array([1.0]), array([3.0], [3.0]), array([0.0, 1e-12]))

SMALLEST = [
    TWO_UNITS,
    (array([2.0]), array([3.0]), array([0.5])),
    SQUARE,
    (array([1.0, -1.0], [2.0, 0.0], [0.0, 0.0]), array([0.5, 1.0]), array([0.0], [0.1], [4.0])),
]


def _layer(rng, m, inputs, units):
    """A gradient, weights, and what comes out of a ReLU: about half is closed, and both kinds of units occur."""
    A = np.maximum(rng.normal(size=(m, inputs)), 0)
    if A.size > 1:
        A.flat[rng.permutation(A.size)[:2]] = 0.0, rng.uniform(0.5, 2)
    return rng.normal(size=(m, units)), rng.normal(size=(inputs, units)), A


def _corners(rng):
    D, W, A = _layer(rng, 4, 3, 2)
    many = int(rng.integers(8, 14))
    dead = A.copy()
    dead[:, 0] = 0
    return {
        "one example": _layer(rng, 1, 4, 3),
        "one unit above": _layer(rng, 4, 3, 1),
        "one unit below": _layer(rng, 4, 1, 3),
        "all sizes equal": _layer(rng, 3, 3, 3),
        "square weights": _layer(rng, 5, 3, 3),
        "as many examples as units above": _layer(rng, 3, 4, 3),
        "as many examples as units below": _layer(rng, 4, 4, 3),
        "many units above": _layer(rng, 3, 4, many),
        "many units below": _layer(rng, 3, many, 2),
        "many examples": _layer(rng, int(rng.integers(25, 60)), 3, 2),
        "all closed": (D, W, np.zeros_like(A)),
        "all open": (D, W, rng.uniform(0.1, 3, size=A.shape)),
        "one unit always closed": (D, W, dead),
        "hardly open": (D, W, 1e-300 * A),
        "wide open": (D, W, 1e4 * A),
        "small gradients": (1e-6 * D, W, A),
        "large gradients": (1e5 * D, W, A),
        "negative gradients": (-np.abs(D), np.abs(W), A),
        "no gradient": (np.zeros_like(D), W, A),
    }


def _draw(rng):
    return _layer(rng, *(int(size) for size in rng.integers(1, 9, size=3)))


# Right answers


def _pass_back(D, W, A):
    return (D @ W.T) * (A > 0)


mistakes = Bank()

pass_back = Exercise(
    name="ch09.pass_back",
    asks="The gradient for the layer below, before its ReLU, from the gradient D of the layer above.",
    reference=_pass_back,
    probes=Domain(SMALLEST, _corners, _draw),
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
    that gave 0 had a negative sum, and a small change leaves it closed, so nothing after it changes and its
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


@mistakes.mistake(*SQUARE, name="W not transposed")
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


@mistakes.mistake(*SQUARE)
def factors_in_the_wrong_order(D, W, A):
    """
    Your product has W first and D second. For {input} the function returns {output}. The examples are
    the rows of D, and they have to be the rows of the result, so D comes first. Where the inner sizes differ
    NumPy refuses the product, and for square arrays the numbers are mixed up. In the formula of the section, on
    which side of the weights does D stand, and what is done to the weights?
    """
    return (W.T @ D) * (A > 0)


factors_in_the_wrong_order.also(
    lambda D, W, A: W.T @ D,
    lambda D, W, A: (W @ D) * (A > 0),
    lambda D, W, A: W @ D,
)


@mistakes.mistake(*SQUARE)
def examples_in_the_columns(D, W, A):
    """
    Your result has a column for each example, and here each example is a row: for {input} you return {output}. `W @
    D.T` computes the right sums and lays them down on their side. Texts that keep examples in columns write the
    formula this way. A has its examples in the rows, so it masks such a product only when it is turned, too, and
    where the shape is square it may mask the wrong places. What shape does the result need, and what shape does yours
    have?
    """
    return W @ D.T


examples_in_the_columns.also(
    lambda D, W, A: ((D @ W.T) * (A > 0)).T,
    lambda D, W, A: (W @ D.T) * (A > 0),
)


@mistakes.mistake(*SQUARE)
def entry_by_entry(D, W, A):
    """
    You multiply D and the weights with `*`, entry by entry: for {input} the function returns {output}. That pairs
    example i with unit i, and nothing is added up over the units above. For most shapes it is an error, and for square
    arrays it is silent. With `@` a row meets a column and the products are summed, as the chain rule of the section
    asks. The mask is the place for `*`: it has the shape of the result. Which of your products needs a sum?
    """
    return (D * W.T) * (A > 0)


entry_by_entry.also(
    lambda D, W, A: D * W.T,
    lambda D, W, A: (D * W) * (A > 0),
    lambda D, W, A: D * W,
)


@mistakes.mistake(*TWO_UNITS)
def the_last_unit_alone(D, W, A):
    """
    Of the sum over the units above only the last term is left: for {input} you return {output}. In a loop over these
    units, `=` writes each product over the one before, where `+=` would add it. A unit below acts on the cost through
    *all* units above, so all of its ways belong to its gradient. With a single unit above nobody notices. Which line
    of your loop should add, and with which number does the sum begin?
    """
    return np.outer(D[:, -1], W[:, -1]) * (A > 0)


@mistakes.mistake(*TWO_UNITS)
def the_other_sign(D, W, A):
    """
    Every number of your result has the wrong sign: for {input} you return {output}. The minus belongs to the step of
    gradient descent, `W -= learning_rate * dW`, and there it stands once. The gradient itself points to where the cost
    grows; turned round at one layer, it makes all layers below climb. Where does your minus come from?
    """
    return -_pass_back(D, W, A)


def _factors(seen):
    """By what the product D Wᵀ was multiplied, where A is 0 and where it is positive, or None where that cannot be."""
    if not has_values(seen):
        return None
    closed, opened = [], []
    for (D, W, A), result in zip(seen.probes, seen.results, strict=True):
        product = D @ W.T
        if result.value.shape != product.shape:
            return None
        sure = np.abs(product) > 1e-2 * np.abs(product).max(initial=0.0)
        factor = result.value / np.where(sure, product, 1)
        closed.append(factor[sure & (A == 0)])
        opened.append(np.stack([factor[sure & (A > 0)], A[sure & (A > 0)]]))
    return np.concatenate(closed), np.concatenate(opened, axis=1)


def _a_leak(seen):
    """Whether what is closed lets one and the same small part through."""
    factors = _factors(seen)
    if factors is None:
        return False
    closed, (opened, _) = factors
    leak = closed.mean()
    return (
        abs(leak) > 1e-4 and abs(leak - 1) > 1e-2 and np.ptp(closed) < 1e-3 * abs(leak) and same(opened, opened * 0 + 1)
    )


@mistakes.mistake(*TWO_UNITS, recognise=_a_leak)
def a_leak_where_the_unit_is_closed(D, W, A):
    """
    You let a part of the gradient through where the unit was closed: for {input} you return {output}. That is the
    slope of another function, the leaky ReLU, which falls gently where the ReLU is flat. The way back has to belong
    to the way forward: in exercise 9.1 a closed unit hands on exactly 0, whatever small change comes in, so nothing
    after it notices. What does the gradient of something that changes nothing have to be?
    """
    return (D @ W.T) * np.where(A > 0, 1, 0.01)


a_leak_where_the_unit_is_closed.also(lambda D, W, A: (D @ W.T) * np.where(A > 0, 1, 0.2))


def _a_threshold(seen):
    """Whether units count as closed up to some number above 0, whichever it is."""
    factors = _factors(seen)
    if factors is None:
        return False
    closed, (opened, outputs) = factors
    shut = opened == 0
    if closed.any() or not shut.any() or not same(opened[~shut], opened[~shut] * 0 + 1):
        return False
    return bool(outputs[shut].max() < outputs[~shut].min(initial=np.inf))


@mistakes.mistake(*HARDLY_OPEN, recognise=_a_threshold)
def a_threshold_above_zero(D, W, A):
    """
    Your comparison takes units for closed that are open by a little: for {input} you return {output}. Whatever is
    above 0, however little it is, came out of the ReLU unchanged, and there its slope is 1 like anywhere else. What
    is closed gives exactly 0, since a maximum with 0 does not round. So no margin is needed, and neither is a
    rounding of A. What does your comparison hold A against?
    """
    return (D @ W.T) * (A > 0.5)


a_threshold_above_zero.also(
    lambda D, W, A: (D @ W.T) * (A > 1e-3),
    lambda D, W, A: (D @ W.T) * (A >= 1),
    lambda D, W, A: (D @ W.T) * ~np.isclose(A, 0),
)


@mistakes.mistake(array([1.0, -1.0], [2.0, 0.0]), array([0.5, 1.0], [3.0, 0.0]), array([0.3, 1.0], [0.1, 0.0]))
def added_up_over_the_examples(D, W, A):
    """
    You add up over the examples, so one row is left for all of them: for {input} you return {output}. That sum
    belongs to the gradient of a bias, which is the same number for every example. Here each example has a gradient
    of its own for each unit below, because each had its own sum there. What shape does A have, and what shape does
    your result have?
    """
    return _pass_back(D, W, A).sum(axis=0)


added_up_over_the_examples.also(lambda D, W, A: _pass_back(D, W, A).sum(axis=0, keepdims=True))


@mistakes.mistake(*TWO_UNITS)
def the_mask_on_the_gradient_above(D, W, A):
    """
    You ask where D is positive, and D is the gradient of the layer above: for {input} you return {output}. A
    gradient may have any sign, and none of them says that a unit was closed. It is the unit *below* whose ReLU lies
    on this step of the way, and its output is A. Mask and product have the same shape only if the mask is made from
    the array that belongs to the layer below. Which of your two factors should be asked, and for what?
    """
    return (D * (D > 0)) @ W.T


the_mask_on_the_gradient_above.also(
    lambda D, W, A: ((D * (D > 0)) @ W.T) * (A > 0),
    lambda D, W, A: (D @ W.T) * (D > 0),
)


@mistakes.mistake(*TWO_UNITS)
def divided_by_the_units(D, W, A):
    """
    You take a mean over the units above, where a sum belongs: for {input} you return {output}. The entry of a unit
    below occurs in every unit above, and each of these ways changes the cost by itself, so their effects add up.
    The matrix product has done that already. A mean occurs once in the whole chapter, over the examples, and D
    contains it. Which division, or which `mean`, comes after your product?
    """
    return _pass_back(D, W, A) / D.shape[1]


divided_by_the_units.also(lambda D, W, A: _pass_back(D, W, A) / A.shape[1])
