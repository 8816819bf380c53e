"""Wrong forward passes through a network, the mistakes of exercise 9.1."""

import functools

import numpy as np

from utils import reference
from utils.checking import Bank
from utils.exercises.ch09.activations import WITHOUT_CONSTANTS, cut, elu, leaky
from utils.exercises.ch09.common import array, gives, has_values, same, weights_are_changed
from utils.exercises.ch09.small_networks import (
    FAR_OUT,
    FIVE_LAYERS,
    LARGE_PLACE,
    SMALL,
    SMALL_PLACE,
    SMALLEST,
    WITH_BIASES,
    layered,
    relu,
)
from utils.exercises.predicates import wrong_exactly

mistakes = Bank()

mistakes.add(
    "ReLU on the logits",
    """
    A ReLU follows the last layer, too, so your logits are never negative: for {input} you return {output}.
    Then no class can have evidence against it, and an example whose logits are all below zero gets the same
    probability for every class, with a gradient of zero: it cannot be learned any more. The loss wants the bare
    logits. How many ReLUs lie *between* the layers?
    """,
    layered(relu, relu),
    layered(relu, lambda Z: Z * (Z > 0)),
    example=([(array([-1.0, -2.0]), np.array([0.5, -1.0]))], array([1.0])),
)


def _at_the_end(function):
    """A predicate: a function of the right logits came back, or nothing finite where an exponential overflows."""

    def recognise(seen):
        return has_values(seen) and all(map(is_so, seen.results, seen.expected))

    def is_so(result, logits):
        if np.shape(result.value) != np.shape(logits):
            return False
        overflow = ~np.isfinite(result.value) & (np.abs(logits).max() > 80)
        return np.allclose(np.where(overflow, 0, result.value), np.where(overflow, 0, function(logits)), 1e-4, 1e-5)

    return recognise


mistakes.add(
    "probabilities in place of logits",
    """
    Your last step is a softmax, so each row sums to 1: for {input} you return {output}. Asked for are the logits,
    before any softmax. Chapters 6 to 8 had the reason: a loss wants logits, and to choose a class none is needed.
    Who wants probabilities applies a softmax to your result. Which line is one too many?
    """,
    layered(relu, reference.softmax),
    layered(relu, lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)),
    example=([(array([1.0, -1.0]), np.zeros(2))], array([2.0])),
    recognise=_at_the_end(reference.softmax),
)

mistakes.add(
    "log-probabilities in place of logits",
    """
    Your last step is a log-softmax: for {input} you return {output}. It takes one number off each row, the
    log-sum-exp of its logits, so the differences within a row are right and the numbers are not. A loss that wants
    logits would do the same once more. Chapter 6 had a log-softmax inside of the loss, and there it belongs, not at
    the end of the network. What is the last thing that is done to A before it is returned, if only W and b of the
    last layer are used?
    """,
    layered(relu, reference.log_softmax),
    layered(relu, lambda Z: np.log(reference.softmax(Z))),
    example=([(array([1.0, -1.0]), np.zeros(2))], array([2.0])),
    recognise=_at_the_end(reference.log_softmax),
)

mistakes.add(
    "no activation",
    """
    There is no ReLU between your layers. For {input} you return {output}. Without it two layers are one: (X W + b)
    V + c is the same as X (W V) + (b V + c), a linear model with more parameters and the straight borders of
    chapter 4. The hidden units earn their keep only because something that is not linear stands between the layers.
    Where does it belong?
    """,
    layered(lambda Z: Z),
    example=SMALL,
)


def _one_relu_missing(missing):
    """A forward pass without the ReLU after one hidden layer, counted like an index."""

    def forward(weights, X):
        A = X
        hidden = range(len(weights) - 1)
        for number, (W, b) in enumerate(weights):
            Z = A @ W + b
            A = relu(Z) if number in hidden and number != hidden[missing] else Z
        return A

    return forward


mistakes.add(
    "one ReLU too few",
    """
    One hidden layer hands its sums on without a ReLU, the first one or the last one: for {input} you return
    {output}. With two layers that is no ReLU at all, and with more of them only a part of the network can bend. It
    happens when an index is compared with a bound that is off by one. For three layers, write down the numbers of
    the turns of your loop and mark those with a ReLU after them. How many marks should there be?
    """,
    _one_relu_missing(-1),
    _one_relu_missing(0),
    example=SMALL,
)


@mistakes.mistake(*SMALL, name="ReLUs one layer too late")
def one_layer_too_late(weights, X):
    """
    Your ReLUs come one layer too late: none after the first layer, and one after the last, so that the logits
    are never negative. For {input} you return {output}. A first layer in front of the loop, and a loop over
    `weights[1:]` with the ReLU after the product, gives that. The first layer has a bend of its own, and the last
    one has none. Inside your loop, what comes first: the ReLU of what has come in, or the product?
    """
    A = X @ weights[0][0] + weights[0][1]
    for W, b in weights[1:]:
        A = relu(A @ W + b)
    return A


mistakes.add(
    "no bias",
    """
    You leave the biases out of at least one layer: for {input} you return {output}. In a fresh network all of them
    are 0 and nobody notices; after training it is another model. A hidden unit without a bias has its bend at the
    origin, whatever the data. Each turn of your loop has two arrays at hand. Which one is not used?
    """,
    layered(relu, affine=lambda A, W, b: A @ W),
    lambda weights, X: reference.forward([(W, 0 * b) for W, b in weights[:-1]] + [weights[-1]], X),
    lambda weights, X: reference.forward([*weights[:-1], (weights[-1][0], 0 * weights[-1][1])], X),
    example=WITH_BIASES,
)


@mistakes.mistake(
    [(array([1.0]), np.array([-3.0])), (array([1.0]), np.zeros(1))], array([2.0]), name="bias after the ReLU"
)
def bias_after_the_relu(weights, X):
    """
    You apply the ReLU to `A @ W` and add the bias afterwards: for {input} you return {output}. The bias decides
    from where on a unit is open, so it has to be there when the ReLU looks at the sign. After it, the bend of each
    unit is fixed at the origin, and its output may become negative. In which order stand product, bias and ReLU?
    """
    return (
        functools.reduce(lambda A, layer: relu(A @ layer[0]) + layer[1], weights[:-1], X) @ weights[-1][0]
        + weights[-1][1]
    )


mistakes.add(
    "kernels from PyTorch",
    """
    You multiply by the transposed W. Here W has the shape (inputs, units), as in Keras; PyTorch keeps (units,
    inputs) and computes `x @ W.T`. For {input} the function returns {output}. Where inputs and units differ in
    number you get an error about shapes; for a square layer it is silent and the numbers are wrong. Which way round
    is the product that turns (m, inputs) into (m, units)?
    """,
    layered(relu, affine=lambda A, W, b: A @ W.T + b),
    layered(relu, affine=lambda A, W, b: (W @ A.T).T + b),
    example=([(array([1.0, 2.0], [3.0, 4.0]), np.zeros(2))], array([1.0, 0.0])),
)


@mistakes.mistake([(array([1.0]), np.zeros(1))], array([-2.0]), name="ReLU on the examples")
def relu_on_the_examples(weights, X):
    """
    Your loop applies the ReLU to what comes *into* each layer, the examples included, so every negative feature is
    lost: for {input} you return {output}. For pictures, whose pixels are never negative, it makes no difference,
    and that is why it goes unnoticed. A standardised feature is negative half of the time. Does your first turn
    need to differ from the others?
    """
    A = X
    for W, b in weights:
        A = relu(A) @ W + b
    return A


@mistakes.mistake([(np.eye(2), np.ones(2)), *[(np.eye(2), np.zeros(2))] * 2], array([1.0, 2.0]))
def every_layer_reads_the_examples(weights, X):
    """
    Each turn of your loop computes `X @ W + b` with the same `X`: what one layer has found never reaches the next
    one. For {input} the function returns {output}. When the shapes do not fit you see an error, and with square
    layers the layers below are skipped. What a turn makes has to be what the next turn reads. Which name should the
    product start from?
    """
    for W, b in weights:
        Z = X @ W + b
        relu(Z)
    return Z


@every_layer_reads_the_examples.also
def all_hidden_layers_read_the_examples(weights, X):
    A = X
    for W, b in weights[:-1]:
        A = relu(X @ W + b)
    return A @ weights[-1][0] + weights[-1][1]


@every_layer_reads_the_examples.also
def without_a_start(weights, X):
    for W, b in weights[:-1]:
        A = relu(X @ W + b)
    return A @ weights[-1][0] + weights[-1][1]


@mistakes.mistake([(array([1.0, 2.0], [3.0, 4.0]), np.zeros(2))], array([1.0, 0.0], [0.0, 2.0]))
def the_weights_on_the_left(weights, X):
    """
    Your product has the weights first and the examples second, `W @ X`. Each row of X is an example and each row of W
    belongs to a feature, so this pairs features with examples: for {input} the function returns {output}. For most
    shapes NumPy refuses it, and for square ones the numbers are mixed up. Books whose examples are columns write W
    first. Here the examples have to stay in the rows. Which of the two arrays has a row for each example?
    """
    return layered(relu, affine=lambda A, W, b: W @ A + b)(weights, X)


the_weights_on_the_left.also(
    layered(relu, affine=lambda A, W, b: W.T @ A + b),
    layered(relu, affine=lambda A, W, b: np.dot(W, A) + b[:, None]),
)


@mistakes.mistake(*SMALL)
def examples_in_the_columns(weights, X):
    """
    Your numbers are right and lie on their side: for {input} you return {output}, with a row for each class and a
    column for each example. Many books keep examples in columns, write `W.T @ A + b` and begin with the examples
    turned. In this course an example is a row, on the way in and on the way out, so that row i of the logits belongs to
    row i of `X`. What was done to `X` at the beginning, and is not undone at the end?
    """
    return reference.forward(weights, X).T


@mistakes.mistake(*SMALL)
def ended_after_the_first_layer(weights, X):
    """
    Your `return` is inside the loop, so the function ends in its first turn, with the result of the first
    layer: {output} for {input}. Python leaves a function at the first `return` that it meets. A network of one
    layer hides it. Look at the indentation of that line: under which word should it begin?
    """
    for W, b in weights:
        return X @ W + b


ended_after_the_first_layer.also(lambda weights, X: relu(X @ weights[0][0] + weights[0][1]))


def _fixed(seen):
    """Whether the networks of one depth go right, or all those up to some depth, and no other."""
    exactly = any(wrong_exactly(lambda weights, X, n=n: len(weights) != n)(seen) for n in range(2, 6))
    return exactly or any(wrong_exactly(lambda weights, X, n=n: len(weights) > n)(seen) for n in range(2, 6))


@mistakes.mistake(*FIVE_LAYERS, recognise=_fixed)
def written_for_a_fixed_number_of_layers(weights, X):
    """
    Your function fits networks of one depth, such as the three layers of chapters 7 and 8, and goes wrong for
    others: for {input}, five layers of one unit each, the result is {output}. Names such as `W1`, `W2` and `W3`, or
    `weights[0]` to `weights[2]`, fix the number of layers while you write. The list says how many there are, and it
    may be one. What do the lines for your hidden layers have in common, so that one line in a loop can replace
    them?
    """
    (W1, b1), (W2, b2), (W3, b3) = weights
    return relu(relu(X @ W1 + b1) @ W2 + b2) @ W3 + b3


@written_for_a_fixed_number_of_layers.also
def by_three_places(weights, X):
    A = relu(relu(X @ weights[0][0] + weights[0][1]) @ weights[1][0] + weights[1][1])
    return A @ weights[2][0] + weights[2][1]


@written_for_a_fixed_number_of_layers.also
def two_layers(weights, X):
    (W1, b1), (W2, b2) = weights
    return relu(X @ W1 + b1) @ W2 + b2


@written_for_a_fixed_number_of_layers.also
def up_to_three(weights, X):
    return reference.forward(weights[:3], X)


@mistakes.mistake([(array([1.0, -1.0]), np.zeros(2))], array([2.0]))
def first_layer_left_out(weights, X):
    """
    Your loop begins with the second pair of the list, so the first layer never sees the examples. With a single
    pair there is then no layer at all: for {input} you return {output}. With more of them the shapes do not fit,
    unless there happen to be as many hidden units as features. A slice such as `[1:]` leaves out the first entry of
    a list, and `[:-1]` the last one. Which layer is it that has no ReLU after it?
    """
    A = X
    for W, b in weights[1:]:
        A = relu(A @ W + b)
    return A


first_layer_left_out.also(lambda weights, X: reference.forward(weights[1:], X) if weights[1:] else X)


@mistakes.mistake(*SMALL)
def last_layer_left_out(weights, X):
    """
    You loop over `weights[:-1]` and return what the last hidden layer gives: {output} for {input}. These are the
    features that the network has made for itself, one for each hidden unit; the layer that turns them into one
    logit for each class is still to come. What is the shape of your result, and how many classes are there?
    """
    A = X
    for W, b in weights[:-1]:
        A = relu(A @ W + b)
    return A


mistakes.add(
    "the slope of the ReLU",
    """
    Between the layers you use `Z > 0`, which is 1 or 0: for {input} you return {output}. That is the slope of the
    ReLU, the factor that the gradient is multiplied by on its way back. On the way forward the ReLU hands on Z
    itself where Z is positive, so that a unit can say how much it has found, and not only whether. What is missing
    as a second factor?
    """,
    layered(lambda Z: (Z > 0).astype(float)),
    layered(np.sign),
    example=SMALL,
)


def _another_activation(seen):
    """Whether another function stands between the layers, whatever the constant in it, and perhaps at the end, too."""
    if not has_values(seen) or len(seen.probes) < len(SMALLEST):
        return False
    of_small, of_large = (np.ravel(seen.results[place].value)[0] for place in (SMALL_PLACE, LARGE_PLACE))
    # Of 2 and -2 come f(2) + 10 f(-2) + 0.5, and of 40 and -30 come 20 f(40) - 3 f(-30).
    slope, depth = (2.5 - of_small) / 20, (2.5 - of_small) / (-10 * np.expm1(-2.0))
    of_some_constant = [leaky(slope), elu(depth), cut(of_large / 20), cut(of_small - 0.5)]
    functions = [*WITHOUT_CONSTANTS, *of_some_constant]
    return any(gives(seen, layered(f, last)) for f in functions for last in (lambda Z: Z, f, reference.softmax))


mistakes.add(
    "another activation",
    """
    Between your layers stands a sigmoid, a tanh or some other function that is not the ReLU: for {input} you return
    {output}. Each of them makes a network, and a different one from that which these weights were made for. The
    ReLU hands on what is positive unchanged and makes 0 of the rest, in every entry for itself. How would you write
    the larger one of Z and 0 with NumPy?
    """,
    layered(lambda Z: 1 / (1 + np.exp(-Z))),
    layered(np.tanh),
    layered(np.abs),
    layered(lambda Z: np.clip(Z, 0, 1)),
    layered(lambda Z: np.clip(Z, 0, 6)),
    layered(lambda Z: reference.softmax(Z)),
    layered(lambda Z: np.log1p(np.exp(Z))),
    layered(lambda Z: np.logaddexp(0, Z)),
    layered(lambda Z: np.where(Z > 0, Z, 0.01 * Z)),
    layered(lambda Z: np.where(Z > 0, Z, 0.2 * Z)),
    layered(lambda Z: np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0)))),
    layered(lambda Z: Z / (1 + np.exp(-Z))),
    layered(lambda Z: np.minimum(Z, 0)),
    layered(np.tanh, np.tanh),
    layered(lambda Z: 1 / (1 + np.exp(-Z)), lambda Z: 1 / (1 + np.exp(-Z))),
    example=FAR_OUT,
    recognise=_another_activation,
)


def _largest_over_an_axis(seen):
    """Whether a reducing maximum stands between the layers, or nothing but that was attempted."""
    for reduce in (lambda Z: np.max(Z, 0), lambda Z: np.max(Z, 0, keepdims=True)):
        wrong = layered(reduce)
        if _fails_alike(seen, wrong):
            return True
    deep = [result for (weights, _), result in zip(seen.probes, seen.results, strict=False) if len(weights) > 1]
    refused = bool(deep) and all(result.problem == "TypeError" for result in deep)
    return refused and not {"max", "amax"}.isdisjoint(seen.names) and "maximum" not in seen.names


def _fails_alike(seen, wrong_code):
    """Whether wrong code gives the same values, and fails wherever the answer failed."""
    found = False
    for inputs, result in zip(seen.probes, seen.results, strict=False):
        try:
            value = wrong_code(*inputs)
        except ValueError:
            value = None
        if (value is None) != (result.problem == "ValueError"):
            return False
        if value is not None and (result.problem or not same(result.value, value)):
            return False
        found = found or value is not None
    return found


layers_by_max = mistakes.add(
    "np.max in place of np.maximum",
    """
    `np.max` of an array looks for its largest number, and a second argument names the axis along which it looks. So
    `np.max(Z, 0)` keeps one number for each unit, the largest over all examples: for {input} the function returns
    {output}, and the examples are mixed up or gone. A ReLU compares every entry with 0 and keeps the shape (m,
    units). Which function of NumPy takes two things and returns the larger one, entry by entry?
    """,
    layered(lambda Z: np.max(Z, 0)),
    layered(lambda Z: np.max(Z, 0, keepdims=True)),
    example=SMALL,
    recognise=_largest_over_an_axis,
)


@layers_by_max.also
def zero_as_the_array(weights, X):
    A = X
    for W, b in weights[:-1]:
        A = np.max(0, A @ W + b)
    return A @ weights[-1][0] + weights[-1][1]


def _asks_a_whole_array(seen):
    """Whether an array was asked for one truth value, and whatever else failed is a consequence of that."""
    failed = [result for result, right in zip(seen.results, seen.right, strict=True) if not right]
    return "truth value" in failed[0].detail and all(result.problem == "ValueError" for result in failed)


@mistakes.mistake(*SMALL, name="Python's max", recognise=_asks_a_whole_array)
def max_of_python(weights, X):
    """
    `max(0, Z)` asks whether the whole array is larger than 0, and an array with several entries has no such answer:
    for {input} the function returns {output}. Python's `max` chooses one of two objects. Needed is a comparison of
    each entry with 0, which makes a new array of the same shape. NumPy has a function for that, and it is not
    `np.max`, which reduces.
    """
    A = X
    for W, b in weights[:-1]:
        A = max(0, A @ W + b)
    return A @ weights[-1][0] + weights[-1][1]


max_of_python.also(layered(lambda Z: Z if Z > 0 else 0))

mistakes.add(
    "classes in place of logits",
    """
    You return one class for each example: {output} for {input}. That is the decision, and asked for are the numbers
    it is made from, one logit for each class. Training needs them, the loss needs them, and so does everybody who
    wants to know how close the decision was. Which last call goes from (m, K) to (m,)?
    """,
    layered(relu, lambda Z: Z.argmax(axis=1)),
    layered(relu, lambda Z: Z.max(axis=1)),
    example=([(array([1.0, -1.0]), np.zeros(2))], array([2.0], [-3.0])),
)


def _all_layers(weights, X):
    outputs = [X]
    for W, b in weights[:-1]:
        outputs.append(relu(outputs[-1] @ W + b))
    return [*outputs, outputs[-1] @ weights[-1][0] + weights[-1][1]]


mistakes.add(
    "all layers returned",
    """
    You return a list with the result of every layer. Training needs such a list on the way back, and here the
    only logits are asked for: one array of the shape (m, K). For {input} the function returns {output}. The layers
    between have widths of their own, so nothing that computes a loss can use the list. Which entry of it holds the
    logits?
    """,
    _all_layers,
    lambda weights, X: _all_layers(weights, X)[1:],
    lambda weights, X: tuple(_all_layers(weights, X)),
    example=SMALL,
)


@mistakes.mistake(recognise=weights_are_changed)
def the_weights_are_used_up(weights, X):
    """
    The weights that were handed in look different after the call: a `pop` has taken a layer out of the list, or an
    operator such as `+=` works on its arrays. They belong to the caller. The next call, with the next mini-batch,
    would meet a network with a layer less, or with other numbers. Reading with `weights[-1]` and `weights[:-1]`
    leaves the list as it is. Which line takes something away?
    """
    W, b = weights.pop()
    A = X
    for V, c in weights:
        A = relu(A @ V + c)
    return A @ W + b


@the_weights_are_used_up.also
def first_in_front(weights, X):
    W, b = weights.pop(0)
    A = X @ W + b
    for V, c in weights:
        A = relu(A) @ V + c
    return A


@the_weights_are_used_up.also
def biases_in_place(weights, X):
    result = reference.forward(weights, X)
    for _, b in weights:
        b += result.sum()
    return result


@mistakes.mistake([(array([1.0]), array(0.0))], array([2.0], [3.0]))
def the_first_example_alone(weights, X):
    """
    You return the logits of a single example, and every row of X is one: for {input}, with two examples, you return
    {output}. The product `X @ W` takes all rows at once, and the bias is added to each of them, so there is no need
    to go through the examples. The result has as many rows as X, even where that is one. Where in your code is a
    row picked, by an index, by a `return` inside of a loop, or by a name from another cell?
    """
    return reference.forward(weights, X[:1])


the_first_example_alone.also(lambda weights, X: reference.forward(weights, X[:1])[0])


def _squeezed(seen):
    """Whether the numbers are right, and axes of the length 1 are gone."""
    pairs = list(zip(seen.results, seen.expected, strict=False))
    return all(not result.problem and same(result.value, np.squeeze(logits)) for result, logits in pairs)


@mistakes.mistake([(array([1.0]), array(0.0))], array([2.0]), recognise=_squeezed)
def axes_of_one_entry_lost(weights, X):
    """
    Your numbers are right, and where there is one example or one class, an axis is gone: for {input} you return
    {output}. A `squeeze`, a `ravel` or an index such as `[0]` does that. The result has the shape (m, K) for every
    m and every K, so that the next line, an `argmax(axis=1)` or a loss, need not ask how many examples there were.
    Which of your steps changes the shape after the last product?
    """
    return np.squeeze(reference.forward(weights, X))
