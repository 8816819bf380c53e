"""The indicator function, the loss of one example, the cost of all, and the gradient of the cost, in NumPy.

Conventions, the same in all functions:

* Classes lie on the last axis: ``a``, ``A`` hold probabilities and ``Z`` logits, of the shape (..., K). ``y`` holds one
  integer label in 0 … K − 1 for each example, so it has the shape (...): a single integer beside one vector, (m,)
  beside a batch of m rows. Logarithms are natural. Lists are accepted; the input is never changed.
* Float arrays keep their type. Integers are computed in float64.
* Errors: ``ValueError`` for labels that are no integers or lie outside 0 … K − 1, for labels that do not fit the rows,
  for an empty batch, and for probabilities outside 0 … 1; ``TypeError`` for what are no real numbers.
"""

import numpy as np

from utils.reference.inputs import as_labels, as_real
from utils.reference.probabilities import log_softmax, softmax


def indicator(y, K):
    r"""The indicator :math:`1\{y = j\}` for every class j: 1 at the label, 0 elsewhere. Its rows are called one-hot.

    Args:
        y: integer labels in 0 … K − 1, any shape, or one integer.
        K: the number of classes, a positive integer. It cannot be read off ``y``: the last class may be absent.

    Returns:
        An array of float64 with one axis of length K more than ``y``.

    Source: Iverson 1962, whose bracket it is.
    """
    y = as_labels(y, K)
    return (y[..., np.newaxis] == np.arange(K)).astype(np.float64)


def loss(a, y):
    r"""The cross-entropy loss of each example from its probabilities, :math:`-\log a_y`.

    Args:
        a: probabilities, (K,) for one example or (..., K) for many.
        y: the labels, as above.

    Returns:
        One value for each example in the floating type of ``a`` (a NumPy scalar for one vector). Where the probability
        of the true class is 0, it is infinite; no warning is raised.

    Source: Good 1952 (the logarithmic score).
    """
    a = _as_probabilities(a)
    y = _labels_of(a, y)
    with np.errstate(divide="ignore"):
        return -np.log(_at_label(a, y)) + 0.0  # adding 0.0 turns -0.0 into 0.0


def cost(A, y):
    r"""The cost of a batch from its probabilities, :math:`J = -\frac1m \sum_i \log A_{i, y_i}`: the mean of the losses.

    Args and errors: as for :func:`loss`.

    Returns:
        One number, whatever the shape of the batch.
    """
    return loss(A, y).mean()


def cross_entropy(Z, y):
    r"""The cost of a batch from its logits, :math:`\frac1m \sum_i \bigl(\log\sum_k e^{Z_{ik}} - Z_{i, y_i}\bigr)`.

    Args:
        Z: logits, (m, K); one vector counts as a batch of one.
        y: the labels, as above.

    Returns:
        One number, the mean over the examples. It is finite wherever the logits are, and keeps its digits when it is
        tiny: the probabilities are never formed.
    """
    log_probabilities = log_softmax(Z)
    y = _labels_of(log_probabilities, y)
    return (-_at_label(log_probabilities, y) + 0.0).mean()


def cost_gradient(Z, y):
    r"""The gradient of :func:`cross_entropy` for the logits, :math:`\frac1m\,(P_{ij} - 1\{y_i = j\})`.

    Args and errors: as for :func:`cross_entropy`.

    Returns:
        An array in the shape and floating type of ``Z``; each row sums to 0 (up to rounding).

    At the label, P − 1 is computed as minus the sum of the other probabilities. The two are equal, and the second keeps
    its digits when P rounds to 1.
    """
    gradient = softmax(Z)
    y = _labels_of(gradient, y)
    at_label = y[..., np.newaxis]
    np.put_along_axis(gradient, at_label, 0, axis=-1)
    np.put_along_axis(gradient, at_label, -gradient.sum(axis=-1, keepdims=True), axis=-1)
    gradient /= y.size
    return gradient


def _labels_of(rows, y):
    """The labels of these rows of K numbers, one for each row, or an error that says what was expected."""
    if rows.size == 0:
        raise ValueError(f"An empty batch has no mean: the shape is {rows.shape}.")
    labels = as_labels(y, rows.shape[-1])
    if labels.shape != rows.shape[:-1]:
        raise ValueError(
            f"Each row needs one label: rows of the shape {rows.shape} go with labels of the shape "
            f"{rows.shape[:-1]}, not {labels.shape}."
            + (" One-hot labels become integers with argmax(axis=-1)." if labels.shape == rows.shape else "")
        )
    return labels


def _at_label(rows, labels):
    """From each row the entry of its label."""
    return np.take_along_axis(rows, labels[..., np.newaxis], axis=-1)[..., 0]


def _as_probabilities(a):
    """Probabilities as a floating array with the classes on the last axis, or an error that says what was expected."""
    array = as_real(a, "Probabilities")
    if array.ndim == 0:
        raise ValueError("Probabilities need an axis of classes, but this is a single number.")
    # Half a thousandth is room for the rounding of float16.
    if ((array < 0) | (array > 1.0005)).any():
        raise ValueError("Probabilities lie between 0 and 1, and these do not. Logits belong into cross_entropy.")
    return array
