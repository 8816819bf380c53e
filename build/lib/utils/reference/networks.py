"""Softmax regression and networks with hidden layers in NumPy: their logits, gradients and training.

Conventions, the same in all functions:

* ``X`` holds one example in each row, shape (m, features); ``y`` one integer label in 0 … K − 1 for each, shape (m,).
* ``W`` has the shape (features, K), ``b`` the shape (K,); the logits are ``X @ W + b``, shape (m, K).
* ``weights`` of a network is a list of pairs ``(W, b)``, the first layer first, ``W`` of the shape (inputs, units) and
  ``b`` of the shape (units,). Behind every layer but the last stands a ReLU; the last one gives the logits. A list with
  one pair is softmax regression.
* Floating types are kept: weights and examples in float32 give results in float32. The input is never changed.
* Errors: ``ValueError`` for shapes that do not fit together, for an empty batch, and for labels that are no integers or
  lie outside 0 … K − 1; ``TypeError`` for what are no real numbers.
"""

from itertools import pairwise

import numpy as np

from utils.reference.inputs import as_labels, as_real
from utils.reference.losses import cost_gradient, cross_entropy


def logits(W, b, X):
    r"""The logits of softmax regression, :math:`Z = XW + b`.

    Returns:
        Logits, shape (m, K); (K,) for a single example of the shape (features,).
    """
    W, b, X = as_real(W, "The entries of W"), as_real(b, "The entries of b"), as_real(X, "The entries of X")
    if W.ndim != 2 or b.shape != W.shape[1:] or X.ndim not in (1, 2) or X.shape[-1] != W.shape[0]:
        raise ValueError(
            f"X of the shape (m, features), W of the shape (features, K) and b of the shape (K,) belong together, "
            f"and these have the shapes {X.shape}, {W.shape} and {b.shape}."
        )
    return X @ W + b


def gradients(W, b, X, y):
    r"""The gradients of the mean cost of softmax regression.

    With the probabilities :math:`P` and the one-hot labels :math:`Y` they are
    :math:`\partial J/\partial W = X^\top (P - Y)/m` and :math:`\partial J/\partial b = \sum_i (P - Y)_i / m`.

    Returns:
        ``(dW, db)`` in the shapes of ``W`` and ``b``.

    Source: the chain rule from the gradient for the logits, :func:`utils.reference.cost_gradient`.
    """
    dZ = cost_gradient(logits(W, b, _as_batch(X)), y)
    return np.asarray(X).T @ dZ, dZ.sum(axis=0)


def descend(X, y, K, learning_rate, epochs):
    """Gradient descent from zero weights, step by step; each step uses all examples.

    Args:
        K: the number of classes.
        learning_rate: a positive finite number.
        epochs: how many steps, at least 0.

    Yields:
        ``(W, b, cost)`` at the start and after each step: ``epochs`` + 1 times. The arrays are new each time.

    The cost has no local minima (it is convex), so nothing is lost by starting at zero, where it is ln K.
    """
    X = _as_batch(X)
    y = as_labels(y, K)
    _check_schedule(learning_rate, epochs)
    W, b = np.zeros((X.shape[1], K)), np.zeros(K)
    yield W, b, float(cross_entropy(logits(W, b, X), y))
    for _ in range(epochs):
        dW, db = gradients(W, b, X, y)
        W, b = W - learning_rate * dW, b - learning_rate * db
        yield W, b, float(cross_entropy(logits(W, b, X), y))


def train(X, y, K, learning_rate, epochs):
    """Softmax regression trained by gradient descent from zero weights.

    Args: as for :func:`descend`.

    Returns:
        ``(W, b, losses)``: the weights after the last step, and the cost before each step, shape (epochs,).
    """
    steps = list(descend(X, y, K, learning_rate, epochs))
    W, b, _ = steps[-1]
    return W, b, np.array([cost for _, _, cost in steps[:-1]])


def predict(W, b, X):
    """The class with the largest logit for each example, shape (m,); no softmax is needed for that.

    Between equal logits the first class wins.
    """
    return logits(W, b, X).argmax(axis=-1)


# Networks with hidden layers
# -------------------------------------------------------------------------------------------


def initial_weights(sizes, seed, dtype=np.float64):
    r"""Random weights to begin with, and biases of zero.

    Each W is uniform between :math:`\pm\sqrt{6 / (\text{inputs} + \text{units})}`, so that the sizes of activations and
    gradients stay about the same from layer to layer.

    Args:
        sizes: the number of features, of the units of each hidden layer, and of the classes, for example (2, 25, 15,
            4).
        seed: of the random generator.
        dtype: a floating type; float32 weights are the float64 ones, rounded.

    Source: Glorot and Bengio 2010; Keras begins in the same way.
    """
    sizes = list(sizes)
    if len(sizes) < 2 or any(isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1 for n in sizes):
        raise ValueError(f"The sizes are two or more positive integers, features first and classes last, not {sizes}.")
    rng = np.random.default_rng(seed)
    weights = []
    for inputs, units in pairwise(sizes):
        limit = np.sqrt(6 / (inputs + units))
        weights.append((rng.uniform(-limit, limit, size=(inputs, units)).astype(dtype), np.zeros(units, dtype)))
    return weights


def parameters(weights):
    """How many numbers a network learns."""
    return sum(W.size + b.size for W, b in _as_network(weights))


def forward(weights, X):
    """The logits of a network, shape (m, K)."""
    return _layers(_as_network(weights), _as_batch(X))[-1]


def backward(weights, X, y):
    r"""The gradients of the mean cost of a network, one pair ``(dW, db)`` for each layer, in the shapes of the weights.

    With :math:`A` the input of a layer and :math:`D` the gradient for its result before the ReLU, they are
    :math:`A^\top D` and the column sums of :math:`D`. To the layer below goes :math:`D W^\top`, set to 0 where the
    ReLU between the two was closed. At exactly 0, where ReLU has no slope, 0 is taken, as Keras and PyTorch do.

    Source: Rumelhart, Hinton and Williams 1986 (backpropagation).
    """
    return _cost_and_gradients(_as_network(weights), _as_batch(X), y)[1]


def step(weights, gradients, learning_rate):
    """The weights after one step against the gradients, as a new list of new arrays."""
    return [
        (W - learning_rate * dW, b - learning_rate * db) for (W, b), (dW, db) in zip(weights, gradients, strict=True)
    ]


def mini_batches(m, size, epochs, seed):
    """Which examples each training step uses: all of them once in every epoch, in a new random order.

    Args:
        m: the number of examples.
        size: of a mini-batch; the last one of an epoch may be smaller.
        epochs: how often every example is used.
        seed: of the random generator, so that several trainings can use the same mini-batches.

    Returns:
        A list of integer arrays, one for each step.
    """
    if size < 1 or m < 1:
        raise ValueError(f"A mini-batch of {size} out of {m} examples is empty.")
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(m) for _ in range(epochs)]
    return [order[start : start + size] for order in orders for start in range(0, m, size)]


def train_network(weights, X, y, learning_rate, batches):
    """Stochastic gradient descent from given weights.

    Args:
        weights: where to begin.
        X, y: all examples.
        learning_rate: a positive finite number.
        batches: the rows of ``X`` that each step uses, from :func:`mini_batches`.

    Returns:
        ``(weights, losses)``: the weights after the last step, and the cost of each mini-batch before its step.
    """
    weights, X, y = _as_network(weights), _as_batch(X), np.asarray(y)
    if y.shape != X.shape[:1]:
        raise ValueError(f"Each example needs one label: {len(X)} examples go with labels of the shape {y.shape}.")
    as_labels(y, len(weights[-1][1]))
    _check_schedule(learning_rate, len(batches))
    losses = []
    for rows in batches:
        cost, slopes = _cost_and_gradients(weights, X[rows], y[rows])
        losses.append(cost)
        weights = step(weights, slopes, learning_rate)
    return weights, np.array(losses)


def _layers(weights, X):
    """The input of every layer, and at the end the logits: ``[X, after the first ReLU, …, logits]``."""
    outputs = [X]
    for W, b in weights[:-1]:
        outputs.append(np.maximum(outputs[-1] @ W + b, 0))
    W, b = weights[-1]
    return [*outputs, outputs[-1] @ W + b]


def _cost_and_gradients(weights, X, y):
    """The mean cost and its gradients, from one pass forwards and one backwards."""
    *inputs, Z = _layers(weights, X)
    D = cost_gradient(Z, y)
    slopes = []
    for index in reversed(range(len(weights))):
        slopes.append((inputs[index].T @ D, D.sum(axis=0)))
        if index:
            D = (D @ weights[index][0].T) * (inputs[index] > 0)
    return float(cross_entropy(Z, y)), slopes[::-1]


def _as_network(weights):
    """The weights as a list of pairs of arrays that fit together, or an error that says what does not."""
    layers = []
    for number, layer in enumerate(weights, start=1):
        if isinstance(layer, np.ndarray) or not hasattr(layer, "__len__") or len(layer) != 2:
            raise ValueError(f"The weights of a network are a list of pairs (W, b), and layer {number} is none.")
        W, b = as_real(layer[0], "The entries of W"), as_real(layer[1], "The entries of b")
        if W.ndim != 2 or b.shape != W.shape[1:]:
            raise ValueError(
                f"W of the shape (inputs, units) and b of the shape (units,) belong together, and those of layer "
                f"{number} have the shapes {W.shape} and {b.shape}."
            )
        layers.append((W, b))
    if not layers:
        raise ValueError("A network has at least one layer, and this list of weights is empty.")
    for number, ((below, _), (above, _)) in enumerate(pairwise(layers), start=1):
        if below.shape[1] != above.shape[0]:
            raise ValueError(
                f"Layer {number} has {below.shape[1]} units and layer {number + 1} expects {above.shape[0]} inputs."
            )
    return layers


# What both share ------------------------------------------------------------------------------------------------------


def _as_batch(X):
    """The examples as an array of the shape (m, features), at least one."""
    X = as_real(X, "The entries of X")
    if X.ndim != 2 or X.shape[0] == 0:
        raise ValueError(f"X holds one example in each row, shape (m, features), m at least 1, not {X.shape}.")
    return X


def _check_schedule(learning_rate, epochs):
    """Raise an error for a learning rate or a number of epochs that cannot be used."""
    if isinstance(epochs, bool) or not isinstance(epochs, (int, np.integer)) or epochs < 0:
        raise ValueError(f"The number of epochs must be an integer, 0 or more, not {epochs!r}.")
    if not (np.ndim(learning_rate) == 0 and np.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError(f"The learning rate must be a positive finite number, not {learning_rate!r}.")
