"""The sigmoid and its cross-entropy in NumPy: the reference for classes that are decided one by one.

Conventions, the same in all functions:

* ``z`` holds logits: real numbers of any shape, each one for a question with the answers *no* (0) and *yes* (1). Lists
  and integers are accepted and computed in float64; float16, float32 and float64 arrays keep their type. The input is
  never changed, and no warning is raised on the way.
* ``y`` holds the labels in the same shape: 0, 1, or a probability between them; booleans are accepted.
* Infinite logits give the limits: a sigmoid of 0 or 1, a loss of 0 or ``inf``. A nan stays nan.
* Errors: ``TypeError`` for what are no real numbers, ``ValueError`` for ragged lists, labels outside of 0 to 1 or of
  another shape than the logits, and an empty batch.
"""

import numpy as np

from utils.reference.inputs import as_real


def sigmoid(z):
    r"""The probability of *yes* for each logit, :math:`\sigma(z) = 1 / (1 + e^{-z})`.

    Args:
        z: logits, any shape.

    Returns:
        Probabilities in the shape and floating type of ``z``, each by itself: nothing sums to 1.

    Only powers of e with a negative exponent are taken, so nothing overflows, and the digits of very small
    probabilities survive. Source: Verhulst 1845, who named the curve; Cox 1958 for the regression.
    """
    z = as_real(z, "Logits")
    with np.errstate(all="ignore"):
        power = np.exp(-np.abs(z))
        result = np.where(z >= 0, z.dtype.type(1), power) / (1 + power)
    return result[()]


def sigmoid_cross_entropy(z, y):
    r"""The loss of each yes-or-no question, :math:`-y\log\sigma(z) - (1-y)\log(1-\sigma(z))`, from its logit.

    Args:
        z: logits, any shape.
        y: labels from 0 to 1, the same shape.

    Returns:
        Losses (natural logarithm) in the shape and floating type of ``z``, none below 0.

    With :math:`s = 1` for a positive logit and 0 otherwise, the loss is :math:`|z|\,|y - s| + \log(1 + e^{-|z|})`: the
    price of standing on the wrong side, and a rest that fades with the distance from the border. It is the usual
    stable form :math:`\max(z, 0) - zy + \log(1 + e^{-|z|})`, with a first part in which nothing cancels.
    """
    z = as_real(z, "Logits")
    y = _as_labels(y, z)
    with np.errstate(all="ignore"):
        distance = np.abs(z)
        wrong = np.abs(y - (z > 0))
        # Where nothing is wrong the price is 0, also for an infinite logit, for which a product would be nan.
        price = np.multiply(distance, wrong, out=np.zeros_like(distance), where=wrong > 0)
        result = price + np.log1p(np.exp(-distance))
    return result[()]


def sigmoid_cross_entropy_gradient(z, y):
    r"""The slope of each loss of :func:`sigmoid_cross_entropy` over its logit, :math:`\sigma(z) - y`.

    Args:
        z: logits, any shape.
        y: labels from 0 to 1, the same shape.

    Returns:
        Gradients in the shape and floating type of ``z``, between −1 and 1.

    It is computed as :math:`(1 - y)\,\sigma(z) - y\,\sigma(-z)`: where a model is right and sure, the difference of the
    probability and its label would have no digits left.
    """
    z = as_real(z, "Logits")
    y = _as_labels(y, z)
    return (1 - y) * sigmoid(z) - y * sigmoid(-z)


def binary_cross_entropy(Z, Y):
    r"""The mean over the examples of the sum over the classes of :func:`sigmoid_cross_entropy`.

    Args:
        Z: logits, shape (m, K), or (K,) for one example.
        Y: labels from 0 to 1, the same shape: column k says whether an example belongs to class k.

    Returns:
        One number in the floating type of ``Z``. Keras and PyTorch take the mean over the classes too; their number is
        this one divided by K.
    """
    losses = np.asarray(sigmoid_cross_entropy(Z, Y))
    if losses.ndim == 0:
        raise ValueError("The logits need an axis of classes, but there is a single number; put it into a list.")
    if losses.size == 0:
        raise ValueError(
            f"A mean needs at least one example and one class, but the logits have the shape {losses.shape}."
        )
    return losses.sum(axis=-1, dtype=np.float64).mean().astype(losses.dtype)


def _as_labels(y, z):
    """Labels in the shape and type of the logits ``z``, or an error that says what was expected."""
    y = as_real(y, "Labels")
    if y.shape != z.shape:
        raise ValueError(
            f"Each logit needs a label of its own, but the logits have the shape {z.shape} and the labels {y.shape}."
        )
    if not np.all((y >= 0) & (y <= 1)):
        raise ValueError(
            "A label must lie between 0 and 1, one for each class; a class number is turned into a row first."
        )
    return y.astype(z.dtype)
