"""Chapter 9, one network in three frameworks: its exercises, with right and wrong answers."""

import functools
import itertools
import math

import numpy as np

from utils import reference
from utils.checking import Exercise, Mistake
from utils.checking.comparing import Unreadable
from utils.frameworks import weights
from utils.reference import cross_entropy, indicator, softmax

# What readers' functions are called with ------------------------------------------------------------------------------


def array(*rows):
    """Rows of whole or decimal numbers as float64."""
    return np.array(rows, dtype=float)


def networks_and_examples(rng):
    """(weights, X): one layer, closed units, one unit alone, square layers, negative logits, integers, deep ones."""
    square = array([1, -2, 0], [0, 1, -1], [-1, 1, 2])
    probes = [
        ([(array([2.0]), np.array([1.0]))], array([3.0])),
        SMALL,
        ([(array([-1.0, -2.0]), np.array([0.5, -1.0]))], array([1.0], [2.0])),
        ([(array([2.0], [-1.0]), np.array([1.0])), (array([3.0, -2.0]), np.array([0.5, 1.0]))], array([1.0, 2.0])),
        ([(square, np.array([0.0, 1.0, -3.0])), (square.T - 1, np.array([1.0, 0.0, 0.5]))], square + 0.5),
        (
            [(np.array([[1, -1], [0, 2]]), np.array([0, 1])), (np.array([[1], [-1]]), np.array([3]))],
            np.array([[1, 2], [3, -4]]),
        ),
        ([(array([40.0, -30.0]), np.zeros(2)), (array([20.0, 1.0], [-3.0, 25.0]), np.zeros(2))], array([1.0], [-2.0])),
    ]
    for m, sizes in ((5, (2, 4, 3)), (4, (4, 4, 4, 4)), (7, (3, 6, 5, 2, 4))):
        layers = [(rng.normal(size=(n, k)), rng.normal(size=k)) for n, k in itertools.pairwise(sizes)]
        probes.append((layers, rng.normal(size=(m, sizes[0]))))
    return probes


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


def keras_weights(rng):
    """(weights,): dense and convolution kernels in Keras's layouts, alone and several, square and not, in float32."""

    def layer(*shape):
        return rng.normal(size=shape).astype(np.float32), rng.normal(size=shape[-1]).astype(np.float32)

    counted = np.arange(4.0).reshape(2, 2, 1, 1), np.array([0.5])
    return [
        ([(array([1, 2, 3], [4, 5, 6]), array([7, 8, 9])[0])],),
        ([counted],),
        ([(array([1, 2], [3, 4]), np.array([5.0, 6.0])), (array([7, 8], [9, 10]), np.array([11.0, 12.0]))],),
        ([layer(3, 3, 3), layer(4, 2)][1:],),
        ([layer(3, 3, 1, 2)],),
        ([layer(2, 2, 2, 2), layer(2, 3, 2, 4)],),
        ([layer(64, 25), layer(25, 15), layer(15, 10)],),
    ]


def labels_and_predictions(rng):
    """(y, prediction, K): single cells, repeated pairs, all right, absent classes, random ones."""
    probes = [
        (np.array([0]), np.array([1]), 2),
        (np.array([1, 1, 1]), np.array([0, 0, 0]), 2),
        (np.array([0, 1, 1]), np.array([0, 1, 0]), 2),
        (np.array([0, 1, 2, 2]), np.array([0, 1, 2, 2]), 3),
        (np.array([0, 0, 2]), np.array([0, 2, 2]), 4),
    ]
    for m, K in ((30, 3), (10, 10), (200, 5)):
        probes.append((rng.integers(K, size=m), rng.integers(K, size=m), K))
    return probes


def logits_to_calibrate(rng):
    """(Z, y): a case for paper and pencil, a model that is too modest, large shifts, and labels drawn at a known T."""
    probes = [
        THREE_OF_FOUR,
        (np.tile([0.5, 0.0], (10, 1)), np.array([0] * 9 + [1])),
        (
            np.tile([6.0, 0.0, 0.0], (5, 1)) + array([1000.0], [-1000.0], [0.0], [3.0], [50.0]),
            np.array([0, 0, 0, 1, 2]),
        ),
    ]
    for m, K, T in ((40, 3, rng.uniform(1.5, 2.5)), (50, 5, rng.uniform(2.5, 4)), (50, 4, rng.uniform(0.5, 0.8))):
        Z = 2 * max(T, 1) * rng.normal(size=(m, K))
        drawn = (softmax(Z, temperature=T).cumsum(axis=1) < rng.uniform(size=(m, 1))).sum(axis=1)
        y = np.minimum(drawn, K - 1)
        y[:2] = Z[0].argmin(), Z[1].argmax()  # one wrong and one right, so that there is a best temperature
        probes.append((Z, y))
    return probes


# Small cases that show a mistake
SMALL = ([(array([1.0, -1.0]), np.zeros(2)), (array([1.0], [10.0]), np.array([0.5]))], array([2.0], [-0.5]))
TWO_UNITS = (array([1.0, -2.0]), array([1.0, 2.0], [-1.0, 2.0], [3.0, 1.0]), array([2.0, 0.0, 0.5]))
TWO_BY_THREE = ([(array([1, 2, 3], [4, 5, 6]), array([7, 8, 9])[0])],)
TWO_BY_TWO = ([(np.arange(4.0).reshape(2, 2, 1, 1), np.array([0.5]))],)
THREE_OF_FOUR = (np.tile([3.0, 0.0], (4, 1)), np.array([0, 0, 0, 1]))


# How answers are looked at --------------------------------------------------------------------------------------------


class ChangedWeights(Exception):
    """The list of weights that was handed over, or an array in it, is not what it was."""


def with_weights_kept(answer, given, *others):
    """Call an answer with a list of weights, and see whether that list is the same afterwards."""
    before = [(np.array(W), np.array(b)) for W, b in given]
    result = answer(given, *others)
    same = len(given) == len(before) and all(
        np.array_equal(one, other)
        for pair, former in zip(given, before, strict=True)
        for one, other in zip(pair, former, strict=True)
    )
    if not same:
        raise ChangedWeights("the weights that were handed over look different after the call")
    return result


def pairs_of_arrays(answer, given):
    """Call an answer that returns a list of pairs, and bring it into the form of a tuple of pairs.

    Raises:
        Unreadable: a dict came back, or another number of pairs than there are layers.
    """
    result = with_weights_kept(answer, given)
    if isinstance(result, (str, np.ndarray)) or hasattr(result, "detach") or not hasattr(result, "__iter__"):
        return result
    if isinstance(result, dict):  # it has a length, and is no list for all that
        raise Unreadable("it is a dict, and a list of pairs was asked for")
    parts = tuple(result)
    if len(parts) != len(given) and all(isinstance(part, (list, tuple)) for part in parts):
        came = f"{len(parts)} {'pair' if len(parts) == 1 else 'pairs'}"
        layers = "the one layer" if len(given) == 1 else f"each of {len(given)} layers"
        raise Unreadable(f"one pair for {layers} was asked for, and {came} came")
    return tuple(tuple(part) if isinstance(part, (list, tuple)) else part for part in parts)


# 9.1 ------------------------------------------------------------------------------------------------------------------


def relu(Z):
    """The larger one of Z and 0."""
    return np.maximum(Z, 0)


def layered(activation, last=lambda Z: Z, affine=lambda A, W, b: A @ W + b):
    """A forward pass with parts exchanged: the activation between layers, the one at the end, and the layer itself."""

    def forward(weights, X):
        A = X
        for W, b in weights[:-1]:
            A = activation(affine(A, W, b))
        return last(affine(A, *weights[-1]))

    return forward


def _recursive(weights, X):
    if len(weights) == 1:
        ((W, b),) = weights
        return X @ W + b
    return relu(_recursive(weights[:-1], X)) @ weights[-1][0] + weights[-1][1]


def _folded(weights, X):
    first, *others = weights
    start = X @ first[0] + first[1]
    return functools.reduce(lambda Z, layer: np.where(Z > 0, Z, 0) @ layer[0] + layer[1], others, start)


def _example_by_example(weights, X):
    rows = []
    for x in X:
        for number, (W, b) in enumerate(weights, start=1):
            x = np.array([sum(x[f] * W[f, j] for f in range(len(x))) + b[j] for j in range(len(b))])
            if number < len(weights):
                x = x * (x > 0)
        rows.append(x)
    return rows


def _in_float32(weights, X):
    A = X.astype(np.float32)
    for number, (W, b) in enumerate(weights):
        if number:
            A = np.clip(A, 0, None)
        A = np.einsum("ij,jk->ik", A, W.astype(np.float32)) + b.astype(np.float32)
    return A


def _with_a_column_of_ones(weights, X):
    A = X
    for index, (W, b) in enumerate(weights):
        Z = np.column_stack([A, np.ones(len(A))]) @ np.vstack([W, b])
        A = Z if index == len(weights) - 1 else (Z + np.abs(Z)) / 2
    return A


def _columns_as_examples(weights, X):
    A = X.T
    for W, b in weights[:-1]:
        A = np.maximum(0.0, W.T @ A + b[:, None])
    W, b = weights[-1]
    return (W.T @ A + b[:, None]).T


def _on_the_examples_too(weights, X):
    A = X
    for W, b in weights:
        A = relu(A) @ W + b
    return A


def _always_from_the_examples(weights, X):
    for W, b in weights:
        Z = X @ W + b
        relu(Z)
    return Z


def _ends_after_the_first(weights, X):
    for W, b in weights:
        return X @ W + b


def _from_the_second(weights, X):
    A = X
    for W, b in weights[1:]:
        A = relu(A @ W + b)
    return A


def _one_relu_missing(missing):
    """A forward pass without the ReLU behind one hidden layer, counted like an index."""

    def forward(weights, X):
        A = X
        hidden = range(len(weights) - 1)
        for number, (W, b) in enumerate(weights):
            Z = A @ W + b
            A = relu(Z) if number in hidden and number != hidden[missing] else Z
        return A

    return forward


def _without_the_last(weights, X):
    A = X
    for W, b in weights[:-1]:
        A = relu(A @ W + b)
    return A


def _all_layers(weights, X):
    outputs = [X]
    for W, b in weights[:-1]:
        outputs.append(relu(outputs[-1] @ W + b))
    return [*outputs, outputs[-1] @ weights[-1][0] + weights[-1][1]]


def _consumes(weights, X):
    W, b = weights.pop()
    A = X
    for V, c in weights:
        A = relu(A @ V + c)
    return A @ W + b


def _first_in_front(weights, X):
    W, b = weights.pop(0)
    A = X @ W + b
    for V, c in weights:
        A = relu(A) @ V + c
    return A


def _pythons_max(weights, X):
    A = X
    for W, b in weights[:-1]:
        A = max(0, A @ W + b)
    return A @ weights[-1][0] + weights[-1][1]


def _size_of_the_way(weights, X):
    """The largest number that a forward pass can meet when nothing cancels."""
    A = np.abs(X)
    for W, b in weights:
        A = A @ np.abs(W) + np.abs(b)
    return float(A.max())


forward = Exercise(
    name="ch09.forward",
    is_main=True,
    asks="The logits of a network with any number of layers, with a ReLU between every two of them.",
    reference=reference.forward,
    probes=networks_and_examples,
    observe=with_weights_kept,
    expects=lambda weights, X: f"an array of logits of the shape {(len(X), len(weights[-1][1]))}",
    scale=_size_of_the_way,
    hints=(
        "One layer is what you wrote in chapter 4. What goes into the second layer, in the place of `X`?",
        "Keep one name for *what goes into the next layer*. It starts as `X`, and each turn of a loop gives it a new value.",
        "The ReLU belongs between two layers, so there is one fewer of them than there are layers. Which layer has none "
        "behind it, and how can the loop leave that one out: `weights[:-1]`, and `weights[-1]` afterwards?",
    ),
    alternatives=(
        _recursive,
        _folded,
        _example_by_example,
        _in_float32,
        _with_a_column_of_ones,
        _columns_as_examples,
        layered(lambda Z: np.where(Z < 0, 0, Z)),
    ),
    mistakes=(
        Mistake(
            "ReLU on the logits",
            "A ReLU stands behind the last layer, too, so your logits are never negative: for {input} you return {output}. Then "
            "no class can have evidence against it, and an example whose logits are all below zero gets the same probability "
            "for every class, with a gradient of zero: it cannot be learned any more. The loss wants the bare logits. How many "
            "ReLUs lie *between* the layers?",
            (layered(relu, relu), layered(relu, lambda Z: Z * (Z > 0))),
            ([(array([-1.0, -2.0]), np.array([0.5, -1.0]))], array([1.0])),
        ),
        Mistake(
            "probabilities in place of logits",
            "Your last step is a softmax, so each row sums to 1: for {input} you return {output}. Asked for are the logits, "
            "before any softmax. Chapters 6 to 8 had the reason: a loss wants logits, and to choose a class none is needed. "
            "Who wants probabilities applies a softmax to your result. Which line is one too many?",
            (layered(relu, softmax),),
            ([(array([1.0, -1.0]), np.zeros(2))], array([2.0])),
        ),
        Mistake(
            "no activation",
            "There is no ReLU between your layers. For {input} you return {output}. Without it two layers are one: "
            "(X W + b) V + c is the same as X (W V) + (b V + c), a linear model with more parameters and the straight borders "
            "of chapter 4. The hidden units earn their keep only because something that is not linear stands between the "
            "layers. Where does it belong?",
            (layered(lambda Z: Z),),
            SMALL,
        ),
        Mistake(
            "one ReLU too few",
            "One hidden layer hands its sums on without a ReLU, the first one or the last one: for {input} you return {output}. "
            "With two layers that is no ReLU at all, and with more of them only a part of the network can bend. It happens "
            "when an index is compared with a bound that is off by one. For three layers, write down the numbers of the turns "
            "of your loop and mark those with a ReLU behind them. How many marks should there be?",
            (_one_relu_missing(-1), _one_relu_missing(0)),
            SMALL,
        ),
        Mistake(
            "no bias",
            "You leave the biases out of at least one layer: for {input} you return {output}. In a fresh network all of them are 0 and nobody "
            "notices; after training it is another model. A hidden unit without a bias has its bend at the origin, whatever "
            "the data. Each turn of your loop has two arrays at hand. Which one is not used?",
            (
                layered(relu, affine=lambda A, W, b: A @ W),
                lambda weights, X: reference.forward([(W, 0 * b) for W, b in weights[:-1]] + [weights[-1]], X),
                lambda weights, X: reference.forward([*weights[:-1], (weights[-1][0], 0 * weights[-1][1])], X),
            ),
            SMALL,
        ),
        Mistake(
            "bias behind the ReLU",
            "You apply the ReLU to `A @ W` and add the bias afterwards: for {input} you return {output}. The bias decides from "
            "where on a unit is open, so it has to be there when the ReLU looks at the sign. Behind it, the bend of each "
            "unit is fixed at the origin, and its output may become negative. In which order stand product, bias and ReLU?",
            (
                lambda weights, X: (
                    functools.reduce(lambda A, layer: relu(A @ layer[0]) + layer[1], weights[:-1], X) @ weights[-1][0]
                    + weights[-1][1]
                ),
            ),
            ([(array([1.0]), np.array([-3.0])), (array([1.0]), np.zeros(1))], array([2.0])),
        ),
        Mistake(
            "kernels from PyTorch",
            "You multiply by the transposed W. Here W has the shape (inputs, units), as in Keras; PyTorch keeps (units, "
            "inputs) and computes `x @ W.T`. For {input} the function returns {output}. Where inputs and units differ in "
            "number you get an error about shapes; for a square layer it is silent and the numbers are wrong. Which "
            "way round is the product that turns (m, inputs) into (m, units)?",
            (layered(relu, affine=lambda A, W, b: A @ W.T + b), layered(relu, affine=lambda A, W, b: (W @ A.T).T + b)),
            ([(array([1.0, 2.0], [3.0, 4.0]), np.zeros(2))], array([1.0, 0.0])),
        ),
        Mistake(
            "ReLU on the examples",
            "Your loop applies the ReLU to what comes *into* each layer, the examples included, so every negative feature is "
            "lost: for {input} you return {output}. For pictures, whose pixels are never negative, it makes no difference, and that "
            "is why it goes unnoticed. A standardised feature is negative half of the time. Does your first turn need to "
            "differ from the others?",
            (_on_the_examples_too,),
            ([(array([1.0]), np.zeros(1))], array([-2.0])),
        ),
        Mistake(
            "every layer reads the examples",
            "Each turn of your loop computes `X @ W + b` with the same `X`: what one layer has found never reaches the next "
            "one. For {input} the function returns {output}. When the shapes do not fit you see an error, and with square "
            "layers only the last layer counts. What a turn makes has to be what the next turn reads. Which name should the "
            "product start from?",
            (_always_from_the_examples,),
            ([(np.eye(2), np.ones(2)), (np.eye(2), np.zeros(2))], array([1.0, 2.0])),
        ),
        Mistake(
            "ended after the first layer",
            "Your `return` stands inside the loop, so the function ends in its first turn, with the result of the first layer: "
            "{output} for {input}. Python leaves a function at the first `return` that it meets. A network of one layer hides "
            "it. Look at the indentation of that line: under which word should it begin?",
            (
                _ends_after_the_first,
                lambda weights, X: relu(X @ weights[0][0] + weights[0][1]),
            ),
            SMALL,
        ),
        Mistake(
            "first layer left out",
            "Your loop begins with the second pair of the list, so the first layer never sees the examples. With a single pair "
            "there is then no layer at all: for {input} you return {output}. With more of them the shapes do not fit, unless "
            "there happen to be as many hidden units as features. A slice such as `[1:]` leaves out the first entry of a "
            "list, and `[:-1]` the last one. Which layer is it that has no ReLU behind it?",
            (_from_the_second, lambda weights, X: reference.forward(weights[1:], X) if weights[1:] else X),
            ([(array([1.0, -1.0]), np.zeros(2))], array([2.0])),
        ),
        Mistake(
            "last layer left out",
            "You loop over `weights[:-1]` and return what the last hidden layer gives: {output} for {input}. These are the "
            "features that the network has made for itself, one for each hidden unit; the layer that turns them into one logit for "
            "each class is still to come. What is the shape of your result, and how many classes are there?",
            (_without_the_last,),
            SMALL,
        ),
        Mistake(
            "the slope of the ReLU",
            "Between the layers you use `Z > 0`, which is 1 or 0: for {input} you return {output}. That is the *slope* of the ReLU, "
            "the factor that the gradient is multiplied by on its way back. On the way forward the ReLU hands on Z itself "
            "where Z is positive, so that a unit can say how much it has found, and not only whether. What is missing as a "
            "second factor?".replace("*", ""),
            (layered(lambda Z: (Z > 0).astype(float)), layered(np.sign)),
            SMALL,
        ),
        Mistake(
            "another activation",
            "Between your layers stands a sigmoid, a tanh or some other function that is not the ReLU: for {input} you return {output}. Each of them makes a "
            "network, and a different one from that which these weights were made for. The ReLU hands on what is positive "
            "unchanged and makes 0 of the rest, in every entry for itself. How would you write the larger one of Z and 0 with "
            "NumPy?",
            (
                layered(lambda Z: 1 / (1 + np.exp(-Z))),
                layered(np.tanh),
                layered(np.abs),
                layered(lambda Z: np.clip(Z, 0, 1)),
                layered(lambda Z: softmax(Z)),
                layered(lambda Z: np.log1p(np.exp(Z))),
                layered(lambda Z: np.where(Z > 0, Z, 0.01 * Z)),
                layered(lambda Z: np.minimum(Z, 0)),
            ),
            SMALL,
        ),
        Mistake(
            "np.max in place of np.maximum",
            "`np.max` of an array looks for its largest number, and a second argument names the axis along which it looks. So "
            "`np.max(Z, 0)` keeps one number for each unit, the largest over all examples: for {input} the function returns "
            "{output}, and the examples are mixed up or gone. A ReLU compares every entry with 0 and keeps the shape (m, "
            "units). Which function of NumPy takes two things and returns the larger one, entry by entry?",
            (layered(lambda Z: np.max(Z, 0)), layered(lambda Z: np.max(Z, 0, keepdims=True))),
            SMALL,
        ),
        Mistake(
            "Python's max",
            "`max(0, Z)` asks whether the whole array is larger than 0, and an array with several entries has no such answer: for "
            "{input} the function returns {output}. Python's `max` chooses one of two objects. Needed is a comparison of "
            "each entry with 0, which makes a new array of the same shape. NumPy has a function for that, and it is not "
            "`np.max`, which reduces.",
            (_pythons_max, layered(lambda Z: Z if Z > 0 else 0)),
            SMALL,
        ),
        Mistake(
            "classes in place of logits",
            "You return one class for each example: {output} for {input}. That is the decision, and asked for are the numbers it is made "
            "from, one logit for each class. Training needs them, the loss needs them, and so does everybody who wants to know "
            "how close the decision was. Which last call goes from (m, K) to (m,)?",
            (layered(relu, lambda Z: Z.argmax(axis=1)), layered(relu, lambda Z: Z.max(axis=1))),
            ([(array([1.0, -1.0]), np.zeros(2))], array([2.0], [-3.0])),
        ),
        Mistake(
            "all layers returned",
            "You return a list with the result of every layer. Training needs such a list on the way back, and here the logits alone are asked "
            "for: one array of the shape (m, K). For {input} the function returns {output}. The layers between have widths of "
            "their own, so nothing that computes a loss can use the list. Which entry of it holds the logits?",
            (
                _all_layers,
                lambda weights, X: _all_layers(weights, X)[1:],
                lambda weights, X: tuple(_all_layers(weights, X)),
            ),
            SMALL,
        ),
        Mistake(
            "the weights are used up",
            "The weights that were handed in look different after the call: a `pop` has taken a layer out of the list, or an "
            "operator such as `+=` works on its arrays. They belong to the caller. The next call, with the next mini-batch, "
            "would meet a network with a layer less, or with other numbers. Reading with `weights[-1]` and "
            "`weights[:-1]` leaves the list as it is. Which line takes something away?",
            (_consumes, _first_in_front),
            SMALL,
        ),
    ),
    remark="With one pair in the list this is the softmax regression of chapter 4, and any number of layers is the same loop.",
)


# 9.2 ------------------------------------------------------------------------------------------------------------------


def _pass_back(D, W, A):
    return (D @ W.T) * (A > 0)


pass_back = Exercise(
    name="ch09.pass_back",
    asks="The gradient for the layer below, before its ReLU, from the gradient D of the layer above.",
    reference=_pass_back,
    probes=gradients_and_layers,
    expects=lambda D, W, A: f"an array of the shape {A.shape}, with 0 wherever `A` is 0,",
    scale=lambda D, W, A: float(np.max(np.abs(D) @ np.abs(W.T))),
    hints=(
        "D has the shape (m, units) and A has (m, inputs). W has (inputs, units). Which product leads from the first shape to "
        "the second?",
        "A unit whose ReLU was closed gave 0, and still gives 0 after a small change of what came in. What is its gradient?",
        "`A > 0` is an array of True and False, and as a factor True counts 1 and False 0.",
    ),
    alternatives=(
        lambda D, W, A: np.where(A > 0, D @ W.T, 0),
        lambda D, W, A: np.einsum("mk,ik->mi", D, W) * np.sign(A),
        lambda D, W, A: (W @ D.T).T * (A != 0),
        lambda D, W, A: [
            [float(W[i] @ d) if a[i] > 0 else 0.0 for i in range(len(W))] for d, a in zip(D, A, strict=True)
        ],
        lambda D, W, A: ((D.astype(np.float32) @ W.T.astype(np.float32)) * np.heaviside(A, 0)).astype(np.float32),
    ),
    mistakes=(
        Mistake(
            "no slope of the ReLU",
            "You hand the gradient on through every unit, the closed ones included: for {input} you return {output}. A unit that "
            "gave 0 had a negative sum, and a small change leaves it closed, so nothing behind it changes and its gradient is "
            "0. `A >= 0` does not help, since what comes out of a ReLU is never negative. Which comparison picks the open ones?",
            (lambda D, W, A: D @ W.T, lambda D, W, A: (D @ W.T) * (A >= 0)),
            TWO_UNITS,
        ),
        Mistake(
            "the value in place of the slope",
            "You multiply by `A` itself, the output of the ReLU: for {input} you return {output}. The chain rule asks for the slope, "
            "and that of a ReLU is 1 where it is open, whether it hands on 0.1 or 100. With A as the factor a strong "
            "unit would learn more from the same error than a weak one. Which array of ones and zeros says where A is open?",
            (lambda D, W, A: (D @ W.T) * A,),
            TWO_UNITS,
        ),
        Mistake(
            "open and closed confused",
            "You let the gradient through where the unit was closed and stop it where it was open: for {input} you return {output}. "
            "The units that handed something on are the ones that contributed to the error, so they are the ones to be "
            "corrected. For which sign of the sum did the ReLU hand it on, and what does your comparison ask?",
            (
                lambda D, W, A: (D @ W.T) * (A <= 0),
                lambda D, W, A: (D @ W.T) * (A == 0),
                lambda D, W, A: (D @ W.T) * (1 - np.sign(A)),
            ),
            TWO_UNITS,
        ),
        Mistake(
            "ReLU of the gradient",
            "You cut off the negative entries of the *gradient*: for {input} you return {output}. A gradient may have any sign: a "
            "negative one says that the unit should give more. What decides is the sign of what the unit computed on the way "
            "forward, and the third argument remembers it. Which array has to be compared with 0?".replace("*", ""),
            (lambda D, W, A: np.maximum(D @ W.T, 0), lambda D, W, A: np.maximum(D @ W.T, 0) * (A > 0)),
            TWO_UNITS,
        ),
        Mistake(
            "W not transposed",
            "You multiply by W as on the way forward. For {input} the function returns {output}. D has one column for each unit "
            "above, and the result needs one for each unit below, so the way back goes through the transposed matrix. With as "
            "many units above as below, the wrong product is silent. Which shapes does `D @ W` pair, and which does it need?",
            (lambda D, W, A: (D @ W) * (A > 0), lambda D, W, A: D @ W),
            (array([1.0, 2.0], [0.0, -1.0]), array([1.0, 0.0], [4.0, -1.0]), array([0.0, 3.0], [1.0, 2.0])),
        ),
        Mistake(
            "1/m once more",
            "Your result is m times too small, where m is the number of examples. For {input} you return {output}. The 1/m of the mean "
            "cost came in at the logits, in (P − Y)/m, and D has it already; every layer would shrink the gradient again. Follow "
            "the factor from the cost down: it occurs once. Which line divides?",
            (lambda D, W, A: _pass_back(D, W, A) / len(D),),
            (array([1.0, -1.0], [2.0, 0.0]), array([0.5, 1.0]), array([0.3], [0.1])),
        ),
        Mistake(
            "the gradient for the weights",
            "You return the product of A, transposed, and D: for {input} that is {output}. It is the gradient for the weights "
            "of this layer, the step of chapter 4, with one row for each unit below and one column for each unit above. "
            "Asked for is what goes on to the layer below, with one row for each example. In which formula of the section "
            "does W occur, and where does A come in there?",
            (lambda D, W, A: A.T @ D,),
            TWO_UNITS,
        ),
        Mistake(
            "the slope of another activation",
            "You multiply by A (1 − A) or by 1 − A², the slopes of the sigmoid and of tanh: for {input} you return {output}. "
            "Each activation has its own slope, and the layers of this network have a ReLU, which is flat on one side and "
            "rises with the slope 1 on the other. For outputs above 1 your factor is even negative. What is the slope of "
            "the larger one of Z and 0, and how can it be told from A?",
            (lambda D, W, A: (D @ W.T) * A * (1 - A), lambda D, W, A: (D @ W.T) * (1 - A**2)),
            TWO_UNITS,
        ),
    ),
    remark="One product and one mask for each layer: that is all of backpropagation that chapter 4 did not have.",
)


# 9.3 ------------------------------------------------------------------------------------------------------------------


def _each(dense, convolution):
    """An answer that turns the kernel of every dense layer and of every convolution in its own way."""

    def convert(given):
        return [(dense(W) if W.ndim == 2 else convolution(W), b) for W, b in given]

    return convert


def _right_convolution(W):
    return np.transpose(W, (3, 2, 0, 1))


def _index_by_index(given):
    pairs = []
    for W, b in given:
        if W.ndim == 2:
            rows = [[W[i, j] for i in range(W.shape[0])] for j in range(W.shape[1])]
        else:
            height, width, inputs, outputs = W.shape
            rows = [
                [[[W[r, c, i, o] for c in range(width)] for r in range(height)] for i in range(inputs)]
                for o in range(outputs)
            ]
        pairs.append([np.array(rows), b.copy()])
    return pairs


def _overwrites_the_list(given):
    for index, pair in enumerate(weights.keras_to_torch(given)):
        given[index] = pair
    return given


def _appends_to_the_list(given):
    turned = weights.keras_to_torch(given)
    given.extend(turned)
    return turned


def _as_tensors(given):
    import torch

    turned = weights.keras_to_torch(given)
    return [tuple(torch.from_numpy(np.array(part)) for part in pair) for pair in turned]


keras_to_torch = Exercise(
    name="ch09.keras_to_torch",
    asks="Kernels and biases of Keras layers in the layouts of PyTorch, as a list of pairs.",
    reference=weights.keras_to_torch,
    probes=keras_weights,
    observe=pairs_of_arrays,
    rtol=1e-12,
    expects=lambda given: (
        f"a list of {len(given)} {'pair' if len(given) == 1 else 'pairs'} with kernels of the shape "
        + ", ".join(str((*W.shape[::-1][:2], *W.shape[:-2])) for W, _ in given)
    ),
    hints=(
        "Write the four axes of a convolution kernel down in the order of Keras, and below them in the order of PyTorch. "
        "Which place does each axis move to?",
        "`np.transpose(W, axes)` takes, for every axis of the result, the number of the axis that it comes from.",
        "A dense kernel has two axes and a convolution kernel four: `W.ndim` tells them apart. The bias needs nothing.",
    ),
    alternatives=(
        _each(lambda W: W.T, lambda W: np.moveaxis(W, (3, 2), (0, 1))),
        _each(lambda W: np.einsum("io->oi", W), lambda W: np.einsum("hwio->oihw", W)),
        _each(lambda W: W.swapaxes(0, 1), lambda W: W.swapaxes(0, 2).swapaxes(1, 3).swapaxes(0, 1)),
        _index_by_index,
        _as_tensors,
        lambda given: tuple([W.transpose(W.ndim - 1, W.ndim - 2, *range(W.ndim - 2)), b] for W, b in given),
    ),
    mistakes=(
        Mistake(
            "not transposed",
            "Your dense kernels stay as they are: {output} for {input}. Keras multiplies `x @ W` with W of the shape (inputs, units), "
            "PyTorch `x @ W.T` with W of the shape (units, inputs). Where the two numbers differ, PyTorch refuses the array. A "
            "square layer takes it without a word and computes something else. Which axis does PyTorch want first?",
            (
                _each(lambda W: W, lambda W: W),
                _each(lambda W: W, _right_convolution),
            ),
            TWO_BY_THREE,
        ),
        Mistake(
            "reshape in place of transpose",
            "You use `reshape` to get the right shape: {output} for {input}. A reshape reads the numbers in their old order and breaks "
            "the rows at other places, so nearly every number ends up at another pair of units. The shape is right, nothing "
            "fails, and the model is a different one. What exchanges two axes moves the numbers along with them. Compare "
            "your first row with the first column of the input.",
            (
                _each(lambda W: W.reshape(W.shape[::-1]), lambda W: W.reshape(W.shape[3], W.shape[2], *W.shape[:2])),
                _each(lambda W: W.reshape(W.shape[::-1]), _right_convolution),
                _each(lambda W: W.T, lambda W: W.reshape(W.shape[3], W.shape[2], *W.shape[:2])),
            ),
            TWO_BY_THREE,
        ),
        Mistake(
            "all axes reversed",
            "You reverse all four axes of a convolution kernel, as `W.T` does. For {input} you return {output}. That brings the channels to "
            "the front, and it also exchanges height and width, so every filter is mirrored at its diagonal: a detector of "
            "horizontal strokes finds vertical ones. For 3×3 filters the shape cannot show it. In which order should the last two "
            "axes of the result stand?",
            (_each(lambda W: W.T, lambda W: W.T), _each(lambda W: W.T, lambda W: W.transpose(3, 2, 1, 0))),
            TWO_BY_TWO,
        ),
        Mistake(
            "convolution left as it was",
            "Your dense kernels are right, and the kernels with four axes have not been touched or only in their last two axes. For {input} you "
            "return {output}. Keras stores (height, width, in, out), PyTorch (out, in, height, width): all four axes move. A "
            "transpose of the last two alone leaves the picture axes in front, where PyTorch looks for channels. Which axis goes "
            "where?",
            (
                _each(lambda W: W.T, lambda W: W),
                _each(lambda W: W.T, lambda W: W.swapaxes(2, 3)),
                lambda given: [(np.swapaxes(W, -1, -2), b) for W, b in given],
            ),
            ([(np.arange(4.0).reshape(2, 1, 1, 2), np.zeros(2))],),
        ),
        Mistake(
            "in and out confused",
            "The picture axes of your convolution kernels are at the end, where they belong, and the two in front are exchanged: PyTorch wants "
            "out before in, and you give in before out. For {input} you return {output}. With as many channels coming in as going "
            "out the shape is the same, and every filter reads the wrong map. Which of the two counts the filters?",
            (_each(lambda W: W.T, lambda W: W.transpose(2, 3, 0, 1)),),
            ([(np.arange(2.0).reshape(1, 1, 1, 2), np.zeros(2))],),
        ),
        Mistake(
            "channels behind the picture",
            "You bring the filters to the front and leave the channels that come in at the end: {output} for {input}. PyTorch keeps the "
            "channels in front of height and width everywhere, in pictures and in kernels, and Keras at the end. So two axes of the kernel move to the "
            "front, not one. Which number stands second in PyTorch's order?",
            (
                _each(lambda W: W.T, lambda W: np.moveaxis(W, -1, 0)),
                _each(lambda W: W.T, lambda W: W.swapaxes(0, 3)),
            ),
            ([(np.arange(4.0).reshape(1, 2, 2, 1), np.zeros(1))],),
        ),
        Mistake(
            "filters turned round",
            "Your kernels are turned by 180 degrees: for {input} you return {output}. The textbook convolution turns its filter before it slides it over "
            "the picture. Neither Keras nor PyTorch does that: both slide the filter as it is, which is called cross-correlation, "
            "so between the two nothing has to be turned. Which of your steps reverses the picture axes?",
            (
                _each(lambda W: W.T, lambda W: _right_convolution(W)[..., ::-1, ::-1]),
                _each(lambda W: W.T, lambda W: np.flip(_right_convolution(W), axis=-1)),
                _each(lambda W: W.T, lambda W: np.flip(_right_convolution(W), axis=-2)),
            ),
            TWO_BY_TWO,
        ),
        Mistake(
            "one flat list",
            "You return kernels and biases in one row, and asked for is a list of pairs, one pair for each layer. For {input} you return {output}. "
            "A flat list is what `get_weights` of Keras gives, and its reader has to count. A pair says which bias belongs to which "
            "kernel, and a layer without one is noticed. Which brackets are missing around the two?",
            (lambda given: [part for pair in weights.keras_to_torch(given) for part in pair],),
            TWO_BY_THREE,
        ),
        Mistake(
            "biases left out",
            "You return the kernels alone, and asked for are pairs, each with the bias of its layer: for {input} you return "
            "{output}. A bias has a single axis, so there is nothing to turn, and it still has to come along: PyTorch would "
            "go on with a bias of its own, which is random at the start, and the outputs of the two models would differ. "
            "What has to stand beside each kernel in your list?",
            (lambda given: [W for W, _ in weights.keras_to_torch(given)],),
            TWO_BY_THREE,
        ),
        Mistake(
            "ended after the first layer",
            "Your `return` stands inside the loop, so the function ends in its first turn and hands back one layer, however "
            "many there are: for {input} it is the layer with the 1, and the one with the 2 is missing. Python leaves a function at the first `return` that it meets. "
            "With a single layer nobody notices. Look at the indentation of that line, and at what it returns: the list "
            "of all pairs can only be complete when the loop is over.",
            (lambda given: weights.keras_to_torch(given)[:1], lambda given: weights.keras_to_torch(given)[0]),
            ([(array([1.0]), np.zeros(1)), (array([2.0]), np.zeros(1))],),
        ),
        Mistake(
            "the list is changed",
            "The list that was handed in looks different after the call: an assignment such as `weights[i] = ...`, an `append` "
            "or a `pop` works on the list itself, and that list belongs to the caller. Whoever converts the same weights a "
            "second time would turn the kernels back again, without an error. Begin with a list of your own, and fill that "
            "one. Which line of yours writes into `weights`?",
            (_overwrites_the_list, _appends_to_the_list),
            recognise=lambda seen: any(result.problem == "ChangedWeights" for result in seen.results),
        ),
        Mistake(
            "layers in reverse",
            "Your layers come out in the opposite order: the last one first. For {input} you return {output}. Turning the *axes* of a kernel "
            "round is right; the list of layers keeps its order, since both frameworks go through the network from the examples to the "
            "logits. Which of your steps turns the list, a `reversed` or an `insert(0, ...)`?".replace("*", ""),
            (lambda given: weights.keras_to_torch(given)[::-1],),
            ([(array([1.0]), np.zeros(1)), (array([2.0]), np.zeros(1))],),
        ),
        Mistake(
            "digits lost",
            "Your numbers are near the right ones and not equal to them: for {input} you return {output}. Something rounds on the way, "
            "a short format such as float16, or `np.round`. Moving axes needs no arithmetic, so every bit can arrive as it was, and "
            "then any difference between the two models comes from the frameworks. Which step computes where it should only move?",
            (
                lambda given: [(W.astype(np.float16), b.astype(np.float16)) for W, b in weights.keras_to_torch(given)],
                lambda given: [(np.round(W, 4), np.round(b, 4)) for W, b in weights.keras_to_torch(given)],
            ),
            ([(array([1 / 3]), np.zeros(1))],),
        ),
    ),
    remark="Not a bit has changed, so every difference between the two models from here on is a difference of the frameworks.",
)


# 9.4 ------------------------------------------------------------------------------------------------------------------


def _with_loops(y, prediction, K):
    table = [[0] * K for _ in range(K)]
    for true, predicted in zip(y, prediction, strict=True):
        table[true][predicted] += 1
    return table


def _add_at(y, prediction, K):
    table = np.zeros((K, K), int)
    np.add.at(table, (y, prediction), 1)
    return table


def _by_scikit_learn(y, prediction, K):
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(y, prediction, labels=range(K))


def _each_pair_once(y, prediction, K):
    table = np.zeros((K, K), int)
    table[y, prediction] += 1
    return table


def _classes_seen(y, prediction, K):
    K = max(y.max(), prediction.max()) + 1
    return reference.confusion_matrix(y, prediction, int(K))


def _shares(axis):
    def answer(y, prediction, K):
        table = reference.confusion_matrix(y, prediction, K)
        with np.errstate(invalid="ignore"):
            return table / table.sum(axis=axis, keepdims=True)

    return answer


def _right_ones(y, prediction, K):
    return np.diag(np.bincount(y[y == prediction], minlength=K))


def _one_row_many_times(y, prediction, K):
    return np.tile(np.bincount(prediction, minlength=K), (K, 1))


def _errors_alone(y, prediction, K):
    table = reference.confusion_matrix(y, prediction, K)
    return table - np.diag(np.diag(table))


confusion_matrix = Exercise(
    name="ch09.confusion_matrix",
    asks="How often each true class (row) was taken for each class (column).",
    reference=reference.confusion_matrix,
    probes=labels_and_predictions,
    expects=lambda y, prediction, K: f"a table of counts of the shape {(K, K)} with the sum {len(y)}",
    hints=(
        "Every example adds 1 to one cell of the table. Which row, and which column?",
        "A loop over the examples is fine. Where does the size of the table come from, if a class is absent from this batch?",
        "Without a loop, beware of `table[y, prediction] += 1`: what happens to a pair that occurs twice? `np.add.at`, or "
        "`np.bincount` of one number for each cell, count every time.",
    ),
    alternatives=(
        _with_loops,
        _add_at,
        _by_scikit_learn,
        lambda y, prediction, K: indicator(y, K).T @ indicator(prediction, K),
        lambda y, prediction, K: np.bincount(K * y + prediction, minlength=K * K).reshape(K, K),
        lambda y, prediction, K: [[np.sum((y == i) & (prediction == j)) for j in range(K)] for i in range(K)],
        lambda y, prediction, K: np.histogram2d(y, prediction, bins=(np.arange(K + 1) - 0.5,) * 2)[0],
    ),
    mistakes=(
        Mistake(
            "rows and columns exchanged",
            "Your rows are the predicted classes, and here they are the true ones: for {input} you return {output}. The diagonal and the "
            "accuracy are the same either way, so only a reader who looks for *fives that were taken for threes* is misled, and finds threes "
            "that were taken for fives. Libraries differ, so a table should always say. Which argument chooses the row?".replace(
                "*", ""
            ),
            (lambda y, prediction, K: reference.confusion_matrix(prediction, y, K),),
            (np.array([0]), np.array([1]), 2),
        ),
        Mistake(
            "each pair counted once",
            "Every cell that occurs holds 1 in your table, however often it occurs: for {input} you return {output}. `= 1` does that, and so does "
            "`table[y, prediction] += 1`, where NumPy reads all the cells first, adds 1 to each of the values, and writes them back, the same value several "
            "times. So the sum is not the number of examples. A loop that adds 1 counts each time; which function of NumPy does, too?",
            (
                _each_pair_once,
                lambda y, prediction, K: (reference.confusion_matrix(y, prediction, K) > 0).astype(int),
            ),
            (np.array([1, 1, 1]), np.array([0, 0, 0]), 2),
        ),
        Mistake(
            "size read off the labels",
            "Your table is as large as the classes that occur here, and not as large as the classes there are. For {input} you return {output}. A class that is absent "
            "from a small batch loses its row, and tables of two batches cannot be added. With `np.unique` even the numbers of the rows shift. The number of classes is "
            "an argument. Which one?",
            (
                _classes_seen,
                lambda y, prediction, K: reference.confusion_matrix(
                    y, np.minimum(prediction, y.max()), int(y.max()) + 1
                ),
                lambda y, prediction, K: [
                    [np.sum((y == i) & (prediction == j)) for j in np.unique(y)] for i in np.unique(y)
                ],
            ),
            (np.array([0, 0, 2]), np.array([0, 2, 2]), 4),
        ),
        Mistake(
            "shares in place of counts",
            "You divide by a total, so the table holds shares: for {input} you return {output}. Shares are good for comparing classes of different size, and a row "
            "without examples has none: 0/0 is nan. Asked for are the counts, from which everybody can make the shares and see how many examples "
            "stand behind them. Which division can go?",
            (
                _shares(1),
                _shares(0),
                lambda y, prediction, K: reference.confusion_matrix(y, prediction, K) / len(y),
            ),
            (np.array([0, 1, 1]), np.array([0, 1, 0]), 2),
        ),
        Mistake(
            "right ones alone",
            "Only the diagonal of your table is filled: for {input} you return {output}. You count where label and prediction agree, which is the accuracy, class by class. "
            "The table is about the others: an example of class i that was taken for j belongs into row i and column j. Which condition "
            "keeps the errors out?",
            (_right_ones,),
            (np.array([0, 1, 1]), np.array([0, 1, 0]), 2),
        ),
        Mistake(
            "errors alone",
            "The diagonal of your table is empty: for {input} you return {output}. The errors are the interesting part, and without the right ones nobody can tell whether three "
            "confusions are many. A row has to sum to the number of examples of its class, and the whole table to m. Which "
            "condition keeps the right ones out?",
            (_errors_alone,),
            (np.array([0, 1, 1]), np.array([0, 1, 0]), 2),
        ),
        Mistake(
            "the accuracy",
            "You return one number, the share of examples that are right, or their count: {output} for {input}. A confusion matrix says more: *which* class was taken for "
            "which. The accuracy can be read off it, as the sum of the diagonal over the sum of all. How many rows and columns does a table for K classes need?".replace(
                "*", ""
            ),
            (lambda y, prediction, K: np.mean(y == prediction), lambda y, prediction, K: np.sum(y == prediction)),
            (np.array([0, 1, 1]), np.array([0, 1, 0]), 2),
        ),
        Mistake(
            "one row, K times",
            "All rows of your table are equal: for {input} you return {output}. `[[0] * K] * K` does that: it makes *one* list of zeros and writes it down K "
            "times, so what is added in one row appears in every other. The columns are right, and the truth plays no part. Print "
            "such a table after adding 1 to a single entry. How do you make a new list for each row, or a table with NumPy?".replace(
                "*one*", "one"
            ),
            (_one_row_many_times,),
            (np.array([0]), np.array([1]), 2),
        ),
        Mistake(
            "ended after the first example",
            "Your `return` stands inside the loop, so the function ends in its first turn, and one example is counted: for {input} you return {output}. The sum "
            "of the table should be the number of examples. Python leaves a function at the first `return` that it meets. "
            "Look at the indentation of that line: under which word should it begin?",
            (lambda y, prediction, K: reference.confusion_matrix(y[:1], prediction[:1], K),),
            (np.array([0, 1, 2, 2]), np.array([0, 1, 2, 2]), 3),
        ),
        Mistake(
            "classes counted from 1",
            "You take 1 off the labels or off the answers, as if the classes were counted from 1. For {input} you return {output}. In this course they are counted from 0 "
            "to K − 1, so that a class is a place in an array. The class 0 becomes −1, which NumPy counts from the end, so "
            "nothing fails, and every count stands in a neighbouring row and column. Which subtraction can go?",
            (
                lambda y, prediction, K: reference.confusion_matrix((y - 1) % K, (prediction - 1) % K, K),
                lambda y, prediction, K: reference.confusion_matrix((y - 1) % K, prediction, K),
                lambda y, prediction, K: reference.confusion_matrix(y, (prediction - 1) % K, K),
            ),
            (np.array([0, 1, 2, 2]), np.array([0, 1, 2, 2]), 3),
        ),
        Mistake(
            "examples against examples",
            "Your table has a row and a column for each example, and asked for is one for each class: for {input} you return {output}. The product of one-hot "
            "labels and one-hot answers was taken the wrong way round: it adds up over the classes, and says which label equals "
            "which answer. Adding up over the examples leaves classes on both sides. Which of the two arrays has to be transposed?",
            (
                lambda y, prediction, K: indicator(y, K) @ indicator(prediction, K).T,
                lambda y, prediction, K: (y[:, None] == prediction).astype(int),
            ),
            (np.array([0, 1, 1]), np.array([0, 1, 0]), 2),
        ),
    ),
    remark="Rows sum to the size of each class, and the diagonal over the total is the accuracy.",
)


# 9.5 ------------------------------------------------------------------------------------------------------------------


def lowest(f, low=0.02, high=50.0, steps=45):
    """Where a function of T with one valley is lowest, by golden section on a logarithmic scale."""
    low, high = np.log(low), np.log(high)
    ratio = (np.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = f(np.exp(left)), f(np.exp(right))
    for _ in range(steps):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = f(np.exp(left))
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = f(np.exp(right))
    return float(np.exp((low + high) / 2))


def _golden_section(Z, y):
    return lowest(lambda T: cross_entropy(Z / T, y))


def _refined_grid(Z, y):
    low, high = 0.05, 20.0
    for _ in range(7):
        grid = np.geomspace(low, high, 15)
        best = int(np.argmin([cross_entropy(Z / T, y) for T in grid]))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, 14)]
    return (low + high) / 2


def _derivative(beta, Z, y):
    return np.mean((softmax(beta * Z) * Z).sum(axis=1) - Z[np.arange(len(y)), y])


def _by_halving(Z, y):
    low, high = 0.02, 50.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _derivative(middle, Z, y) < 0 else (low, middle)
    return 1 / low


def _by_scipy(Z, y):
    from scipy.optimize import minimize_scalar

    return minimize_scalar(lambda T: cross_entropy(Z / T, y), bounds=(0.05, 20), method="bounded").x


def _root_by_scipy(Z, y):
    from scipy.optimize import brentq

    return 1 / brentq(_derivative, 0.02, 50, args=(Z - Z.max(axis=1, keepdims=True), y))


def _in_an_array(Z, y):
    from scipy.optimize import minimize

    options = {"xatol": 1e-6, "fatol": 1e-12}
    return np.exp(
        minimize(lambda t: cross_entropy(Z / np.exp(t[0]), y), [0.0], method="Nelder-Mead", options=options).x
    )


def _in_a_tensor(Z, y):
    import torch

    return torch.tensor([_golden_section(Z, y)], dtype=torch.float64, requires_grad=True).exp().log()


def _confidence_like_accuracy(Z, y):
    accuracy = np.mean(Z.argmax(axis=1) == y)
    return lowest(lambda T: (softmax(Z, temperature=T).max(axis=1).mean() - accuracy) ** 2)


def _values(seen):
    """The numbers that came back, or None where one of them is no single number."""
    if any(result.problem or np.shape(result.value) != () for result in seen.results):
        return None
    return np.array([float(result.value) for result in seen.results])


def _near_misses(seen):
    """Whether every temperature is near the best one, or all are on the way to it from 1."""
    values, best = _values(seen), np.array(seen.expected, dtype=float)
    if values is None or len(values) != len(best) or np.ptp(values) == 0:
        return False
    near = np.abs(values / best - 1) < 0.1
    on_the_way = ((values - 1) * (best - 1) > 0) & (np.abs(values - 1) < np.abs(best - 1))
    return bool(np.all(near | on_the_way))


def _ends_of_a_narrow_range(seen):
    """Whether some temperatures are right, and the others stand at an end of the range that came back, far from theirs."""
    values, best = _values(seen), np.array(seen.expected, dtype=float)
    if values is None or len(values) != len(best):
        return False
    near = np.abs(values / best - 1) < 0.01
    at_the_low_end = (np.abs(values / values.min() - 1) < 1e-3) & (best < 0.95 * values)
    at_the_high_end = (np.abs(values / values.max() - 1) < 1e-3) & (best > 1.05 * values)
    return bool(np.all(near | at_the_low_end | at_the_high_end) and near.any() and not near.all())


def _inverses(seen):
    """Whether every temperature is the inverse of the best one, or near it."""
    values, best = _values(seen), np.array(seen.expected, dtype=float)
    return values is not None and len(values) == len(best) and bool(np.all(np.abs(values * best - 1) < 0.01))


def one_number(answer, Z, y):
    """Call an answer; a single number may stand in an array of one entry, as minimisers return it."""
    result = answer(Z, y)
    return result.reshape(()) if hasattr(result, "reshape") and math.prod(result.shape) == 1 else result


def _end_of_the_range(seen):
    """Whether one and the same extreme number came back each time."""
    values = _values(seen)
    return values is not None and np.ptp(values) <= 1e-3 * abs(values[0]) and not 0.7 < values[0] < 10


def _places(seen):
    """Whether the results are whole numbers that differ, as places in a grid are."""
    values = _values(seen)
    return values is not None and bool(np.all(values == np.round(values))) and np.ptp(values) > 0


def _short_descent(Z, y):
    T = 1.0
    for _ in range(60):
        T -= 0.5 * (cross_entropy(Z / (T + 1e-4), y) - cross_entropy(Z / (T - 1e-4), y)) / 2e-4
    return T


def _on_grid(grid):
    return lambda Z, y: grid[np.argmin([cross_entropy(Z / T, y) for T in grid])]


fit_temperature = Exercise(
    name="ch09.fit_temperature",
    asks="The temperature that minimises the mean cross-entropy of the logits divided by it.",
    reference=reference.fit_temperature,
    probes=logits_to_calibrate,
    observe=one_number,
    rtol=3e-4,
    time_limit=6.0,
    expects=lambda Z, y: "one positive number, right to a few parts in ten thousand,",
    hints=(
        "For a given T you can compute the cost: `cross_entropy(Z / T, y)`. What remains is to search one number line for "
        "the lowest point of one valley.",
        "A grid tells you where the valley is. Put a second, finer grid between the neighbours of its lowest point, and "
        "a third one into that.",
        "Or look at the slope: at the lowest point the logit that the model expects, the sum of p times z, equals the logit "
        "of the true class, on average. On one side the difference is positive, on the other negative, so you can halve the "
        "interval again and again.",
    ),
    alternatives=(_golden_section, _refined_grid, _by_halving, _by_scipy, _root_by_scipy, _in_an_array, _in_a_tensor),
    mistakes=(
        Mistake(
            "the inverse",
            "You return the number that the logits are to be *multiplied* by. For {input} that is {output}. The temperature divides: a model that is "
            "too sure of itself needs a T above 1, which brings its logits together. Here three of four are right, so the model should say "
            "0.75 for a gap of 3; does your number make the gap larger or smaller?".replace("*", ""),
            (
                lambda Z, y: 1 / reference.fit_temperature(Z, y),
                lambda Z, y: lowest(lambda T: cross_entropy(Z * T, y)),
            ),
            THREE_OF_FOUR,
            recognise=_inverses,
        ),
        Mistake(
            "the logarithm of T",
            "You return the logarithm of the temperature: {output} for {input}. Searching on a logarithmic scale is a good idea, since T must stay positive and "
            "0.5 is as far from 1 as 2 is. At the end the way back is missing, and for a model that is too modest your number is even negative, which "
            "is no temperature. Which function undoes the logarithm?",
            (lambda Z, y: np.log(reference.fit_temperature(Z, y)),),
            THREE_OF_FOUR,
        ),
        Mistake(
            "range too narrow",
            "Some of your temperatures are right, and where the best one lies outside of the range that you search you return an end of it: {output} for {input}. A model may be "
            "too modest as well as too sure, so T can lie on either side of 1, and the text of the exercise says how far. "
            "At an end the cost may still be falling. Which limits does your search have, and which does it need?",
            (
                lambda Z, y: lowest(lambda T: cross_entropy(Z / T, y), 1.0, 10.0),
                lambda Z, y: lowest(lambda T: cross_entropy(Z / T, y), 0.5, 20.0),
                lambda Z, y: lowest(lambda T: cross_entropy(Z / T, y), 0.02, 1.0),
            ),
            (np.tile([0.5, 0.0], (10, 1)), np.array([0] * 9 + [1])),
            recognise=_ends_of_a_narrow_range,
        ),
        Mistake(
            "not down to the bottom",
            "Your search ends beside the lowest point: {output} for {input}. A grid of fixed steps does that, and so does a descent with too "
            "few turns, or too small ones. Near it the cost is so flat that its value hardly shows the difference. Search again between the two neighbours "
            "of the best point with smaller steps, or look where the slope changes its sign. How far apart are your last two candidates?",
            (
                _on_grid(np.arange(0.1, 10, 0.01)[::2]),
                _on_grid(np.geomspace(0.05, 20, 120)),
                lambda Z, y: round(reference.fit_temperature(Z, y), 1),
                _short_descent,
            ),
            THREE_OF_FOUR,
            recognise=_near_misses,
        ),
        Mistake(
            "an end of the search",
            "You return the same number for every data set, {output}: an end of the interval that you search. That happens when what you minimise has no valley. "
            "The accuracy has none, since no temperature changes a decision. The cost against the *predicted* classes has none, since it falls for ever as T "
            "falls. Nor has the quotient of probability and T, and the *largest* cost lies at an end, too. What is compared with what, and where does T divide?".replace(
                "*", ""
            ),
            (
                lambda Z, y: np.linspace(0.1, 10, 50)[
                    np.argmax([np.mean((Z / T).argmax(1) == y) for T in np.linspace(0.1, 10, 50)])
                ],
                lambda Z, y: lowest(lambda T: cross_entropy(Z / T, Z.argmax(axis=1))),
                lambda Z, y: 0.05,
                lambda Z, y: 20.0,
            ),
            THREE_OF_FOUR,
            recognise=_end_of_the_range,
        ),
        Mistake(
            "T stays 1",
            "You return 1 for every data set, the temperature at which nothing changes. A search that starts there and never moves does that: a step that is "
            "computed and not assigned, a loop without a turn, or a slope that is always 0. For {input} the model is too sure, and 1 is not the lowest point. Print the cost "
            "for T = 1 and for T = 2. Which line should have moved your T?",
            (lambda Z, y: 1.0,),
            THREE_OF_FOUR,
        ),
        Mistake(
            "the cost, not the temperature",
            "You return the lowest cost: {output} for {input}. Asked for is the *place* where it is lowest, the temperature. `min` of a list of costs gives "
            "the cost, and `np.argmin` its place in the list, which leads to the temperature of the same place. A minimiser of SciPy returns both, as `.fun` and "
            "`.x`. Which one did you take?".replace("*", ""),
            (lambda Z, y: cross_entropy(Z / reference.fit_temperature(Z, y), y),),
            THREE_OF_FOUR,
        ),
        Mistake(
            "the place in the grid",
            "You return a whole number, {output} for {input}: the place of the best temperature in your list, counted from 0. `np.argmin` answers *where*, "
            "and the temperatures themselves stand in another array. A place far down a long list would be a huge temperature, which makes all classes nearly equal. "
            "What has to be looked up at that place?".replace("*", ""),
            (
                lambda Z, y: int(np.argmin([cross_entropy(Z / T, y) for T in np.linspace(0.05, 20, 400)])),
                lambda Z, y: int(np.argmin([cross_entropy(Z / T, y) for T in np.geomspace(0.05, 20, 100)])),
            ),
            THREE_OF_FOUR,
            recognise=_places,
        ),
        Mistake(
            "softmax twice",
            "You hand probabilities to a cost that wants logits: `cross_entropy(softmax(Z / T), y)`. The cost applies a softmax of its own, so the one number that reaches the "
            "labels is a softmax of a softmax. For {input} you return {output}. Chapters 7 and 8 called it *double softmax*. Its lowest "
            "point lies elsewhere, mostly at colder temperatures. What does `cross_entropy` expect as its first argument?".replace(
                "*", ""
            ),
            (lambda Z, y: lowest(lambda T: cross_entropy(softmax(Z / T), y)),),
            (np.tile([3.0, 0.0, 0.0], (4, 1)), np.array([0, 0, 1, 2])),
        ),
        Mistake(
            "squared error",
            "You minimise the squared distance between probabilities and one-hot labels. It is a reasonable measure, called the Brier score, with a lowest point of its own: for {input} you return "
            "{output}. Asked for is the cross-entropy, the cost that the network was trained with, so that the temperature is one more trained parameter. Which "
            "cost takes the logarithm of the probability of the true class?",
            (lambda Z, y: lowest(lambda T: np.mean((softmax(Z / T) - indicator(y, Z.shape[1])) ** 2)),),
            (np.array([[3.0, 0.0, 1.0], [4.0, 0.0, 0.0], [2.0, 1.0, 0.0], [5.0, 0.0, 2.0]]), np.array([0, 0, 1, 2])),
        ),
        Mistake(
            "confidence made equal to accuracy",
            "You choose T so that the mean confidence equals the accuracy. It sounds like calibration, and it looks at one number of each prediction: what the other classes get, and "
            "whether the sure ones are the right ones, plays no part. For {input} you return {output}. The cross-entropy looks at the probability of the true class, example "
            "by example. Which quantity did you search the lowest point of?",
            (_confidence_like_accuracy,),
            (np.array([[3.0, 0.0, 1.0], [4.0, 0.0, 0.0], [2.0, 1.0, 0.0], [5.0, 0.0, 2.0]]), np.array([0, 0, 1, 2])),
        ),
        Mistake(
            "a temperature for each example",
            "You return several numbers, and one temperature for all examples is asked for. For {input} you return {output}. With a temperature of its own every example could be made "
            "arbitrarily sure or unsure of its label, and for new examples, whose labels nobody knows, there would be none. Average the cost over the examples first, then "
            "search. Which step keeps the axis of the examples?",
            (
                lambda Z, y: np.full(len(y), reference.fit_temperature(Z, y)),
                lambda Z, y: np.array([reference.fit_temperature(Z, y)] * Z.shape[1]),
            ),
            THREE_OF_FOUR,
        ),
    ),
    remark="One number, and no decision has changed: only how sure each of them claims to be.",
)
