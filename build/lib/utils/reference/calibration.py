"""What predictions are worth, in NumPy: which classes are confused, and whether probabilities keep their promise.

Conventions, the same in all functions:

* ``P`` holds probabilities and ``Z`` logits, one row for each example, shape (m, K); ``y`` integer labels, shape (m,).
* The *confidence* of an example is the largest of its probabilities; it is right when that one belongs to its label.
* Errors: ``ValueError`` for labels or shapes that do not fit, and where there is no best temperature.
"""

from dataclasses import dataclass

import numpy as np

from utils.reference.inputs import as_labels, as_logits, as_real
from utils.reference.probabilities import softmax

BINS = 10


@dataclass(frozen=True)
class Reliability:
    """Confidence beside accuracy, in bins of equal width from 0 to 1.

    Attributes:
        count: examples in each bin, shape (bins,).
        confidence: their mean confidence, nan in an empty bin.
        accuracy: the share of them that is right, nan in an empty bin.
    """

    count: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def error(self):
        r"""The expected calibration error, :math:`\sum_b \frac{n_b}{m}\,|\text{accuracy}_b - \text{confidence}_b|`."""
        used = self.count > 0
        gaps = np.abs(self.accuracy[used] - self.confidence[used])
        return float(self.count[used] @ gaps / self.count.sum())


def reliability(P, y, bins=BINS):
    """How often the model was right, for every level of confidence.

    Args:
        bins: how many; a confidence on a border belongs to the bin below, so that 1 is in the last one.

    Source: DeGroot and Fienberg 1983 (the diagram); Naeini, Cooper and Hauskrecht 2015 (the error).
    """
    P = as_real(P, "Probabilities")
    if P.ndim != 2 or P.size == 0:
        raise ValueError(f"Probabilities have the shape (m, K) here, not {P.shape}.")
    y = as_labels(y, P.shape[1])
    if y.shape != P.shape[:1]:
        raise ValueError(f"Each example needs one label: {len(P)} rows go with labels of the shape {y.shape}.")
    confidence, right = P.max(axis=1).astype(np.float64), P.argmax(axis=1) == y
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        means = [np.bincount(place, weights, minlength=bins) / count for weights in (confidence, right)]
    return Reliability(count, *means)


def expected_calibration_error(P, y, bins=BINS):
    """The mean distance between confidence and accuracy over the bins of :func:`reliability`, one number."""
    return reliability(P, y, bins).error


def fit_temperature(Z, y):
    r"""The temperature T > 0 that minimises the cross-entropy of :math:`Z/T`.

    Returns:
        T, a float.

    The cost is convex in :math:`\beta = 1/T`. Its derivative there is the mean, over the examples, of the logit that
    the model expects minus the logit of the true class. It grows with :math:`\beta`, so bisection finds where it is 0.

    Raises:
        ValueError: where there is no best temperature. Either every example is right, and the cost falls for ever as T
            falls to 0; or the logits of the true classes are no larger than the average, and it falls as T grows.

    Source: Guo, Pleiss, Sun and Weinberger 2017, who named it temperature scaling; Platt 1999 for two classes.
    """
    Z = as_logits(Z, -1).astype(np.float64)
    if Z.ndim != 2:
        raise ValueError(f"Logits have the shape (m, K) here, not {Z.shape}.")
    y = as_labels(y, Z.shape[1])
    if y.shape != Z.shape[:1]:
        raise ValueError(f"Each example needs one label: {len(Z)} rows go with labels of the shape {y.shape}.")
    Z = Z - Z.max(axis=1, keepdims=True)
    of_true = Z[np.arange(len(y)), y]

    def slope(beta):
        return np.mean((softmax(beta * Z) * Z).sum(axis=1) - of_true)

    if not np.any(of_true < 0):
        raise ValueError("Every example is right, so the cost falls for ever as T falls to 0: no temperature is best.")
    if slope(0.0) >= 0:
        raise ValueError("The true classes have no larger logits than the others, so the cost falls as T grows.")
    low, high = 0.0, 1.0
    while slope(high) < 0:
        low, high = high, 2 * high
    while high - low > 1e-14 * high:
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return 2 / (low + high)


def confusion_matrix(y, prediction, K):
    """How often each class was taken for each: rows are true classes, columns predicted ones.

    Args:
        y: true labels, shape (m,).
        prediction: predicted labels, shape (m,).
        K: the number of classes; a class may be absent from both.

    Returns:
        Integers, shape (K, K), with the sum m.
    """
    y, prediction = as_labels(y, K), as_labels(prediction, K)
    if y.ndim != 1 or y.shape != prediction.shape:
        raise ValueError(f"Labels and predictions have the shape (m,), not {y.shape} and {prediction.shape}.")
    return np.bincount(K * y + prediction, minlength=K * K).reshape(K, K)
