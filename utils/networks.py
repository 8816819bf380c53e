"""Softmax regression in NumPy: logits that are linear in the features, trained by gradient descent.

Conventions, the same in all functions:

* ``X`` holds one example in each row, shape (m, features); ``y`` one integer label in 0 … K − 1 for each, shape (m,).
* ``W`` has the shape (features, K), ``b`` the shape (K,); the logits are ``X @ W + b``, shape (m, K).
* The input is never changed.
* Errors: ``ValueError`` for shapes that do not fit together, for an empty batch, and for labels that are no integers or
  lie outside 0 … K − 1; ``TypeError`` for what are no real numbers.
"""

import numpy as np

from utils.losses import as_labels, cost_gradient, cross_entropy
from utils.softmax import as_real


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

    Source: the chain rule from the gradient for the logits, :func:`utils.losses.cost_gradient`.
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
