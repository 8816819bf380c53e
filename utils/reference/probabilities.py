"""Softmax, its logarithm and log-sum-exp in NumPy: the reference that every chapter compares with.

Conventions, the same in all functions:

* ``z`` holds logits: real numbers of any shape, with the classes on ``axis``. Lists and integers are accepted and
  computed in float64; float16, float32 and float64 arrays keep their type. The input is never changed.
* Infinite and nan logits give what ``scipy.special`` gives: ``-inf`` is a class that cannot occur (its probability
  is 0); one ``+inf``, or nothing but ``-inf``, leaves the probabilities undefined (nan), while log-sum-exp is then
  ``+inf`` or ``-inf``; a nan makes its whole row nan. No warning is raised on the way.
* Errors: ``TypeError`` for what are no real numbers (strings, complex numbers, objects), ``ValueError`` for ragged
  lists, a missing or an empty axis of classes, and a temperature that is not a positive finite number.
"""

import numpy as np

from utils.reference.inputs import as_logits


def softmax(z, axis=-1, temperature=1.0):
    r"""Probabilities from logits, :math:`a_i = e^{z_i/T} / \sum_k e^{z_k/T}`.

    Args:
        z: logits, any shape, classes on ``axis``.
        axis: the axis of the classes, an integer.
        temperature: T > 0; large values flatten the distribution, small ones sharpen it.

    Returns:
        Probabilities in the shape and floating type of ``z``; they sum to 1 along ``axis``.

    Source: Bridle 1990, who named it; the temperature is Boltzmann's. The shift by the largest logit leaves the
    quotient as it is and keeps every exponent at or below zero (Blanchard, Higham and Higham 2021).
    """
    z = as_logits(z, axis)
    temperature = _as_temperature(temperature)
    with np.errstate(all="ignore"):
        maximum, _ = _largest(z, axis)
        exponentials = _divide(z - maximum, temperature)
        np.exp(exponentials, out=exponentials)
        exponentials /= _total(exponentials, axis)
    return exponentials


def log_softmax(z, axis=-1, temperature=1.0):
    r"""Logarithms of the probabilities, :math:`z_i/T - \log\sum_k e^{z_k/T}`, finite wherever the logits are.

    Args and errors: as for :func:`softmax`.

    Returns:
        Log-probabilities (natural logarithm) in the shape and floating type of ``z``, all at most 0.
    """
    z = as_logits(z, axis)
    temperature = _as_temperature(temperature)
    with np.errstate(all="ignore"):
        shifted, _, log_total = _shift_and_log_total(z, axis, temperature)
        shifted -= log_total
    return shifted


def logsumexp(z, axis=-1, keepdims=False):
    r"""The logarithm of the softmax denominator, :math:`\log\sum_k e^{z_k}`.

    Args:
        z: logits, any shape, classes on ``axis``.
        axis: the axis that is summed, an integer.
        keepdims: keep that axis with length 1.

    Returns:
        An array without ``axis`` (a NumPy scalar for one vector), in the floating type of ``z``. The result is at
        least the largest logit and exceeds it by at most the logarithm of the number of classes.

    The largest term is kept apart and the rest goes through ``log1p``, so that the digits of a small excess survive:
    ``logsumexp([0, -40])`` is 4.2e-18, where the logarithm of the plain sum is 0.
    """
    z = as_logits(z, axis)
    with np.errstate(all="ignore"):
        _, reference, log_total = _shift_and_log_total(z, axis, 1.0)
        result = (reference + log_total).astype(z.dtype)
    return result if keepdims else result.squeeze(axis=axis)[()]


def _shift_and_log_total(z, axis, temperature):
    """Shifted logits over T, the shift, and the logarithm of the sum of their exponentials.

    The shift is the largest logit, or 0 where that is infinite or nan.
    """
    maximum, place = _largest(z, axis)
    reference = np.where(np.isfinite(maximum), maximum, z.dtype.type(0))
    shifted = _divide(z - reference, temperature)
    terms = np.exp(shifted)
    # The largest term less the 1 that log1p adds: 0 where the maximum is finite, and where it is not, the number that
    # makes log1p return what the definition says.
    np.put_along_axis(terms, place, np.expm1(maximum - reference), axis=axis)
    return shifted, reference, np.log1p(_total(terms, axis))


def _total(terms, axis):
    """The sum on ``axis``, which keeps the length 1; in float32 at least: of 65,520 ones float16 makes infinity."""
    return terms.sum(axis=axis, keepdims=True, dtype=np.promote_types(terms.dtype, np.float32))


def _largest(z, axis):
    """The largest logit of each row and its place on ``axis``, which both keep with length 1.

    Over many short rows ``argmax`` and a look-up take a third of the time of ``max``; for one row it is the other way
    round.
    """
    place = z.argmax(axis=axis, keepdims=True)
    if place.size == 1:
        return z.max(axis=axis, keepdims=True), place
    return np.take_along_axis(z, place, axis=axis), place


def _divide(shifted, temperature):
    """Divide by the temperature in float64: a small T would become 0 in float16, a large one infinite."""
    if temperature == 1.0:
        return shifted
    return np.divide(shifted, temperature, dtype=np.float64).astype(shifted.dtype)


def _as_temperature(temperature):
    """The temperature as a float, or an error that says what was expected."""
    if not isinstance(temperature, float):
        if isinstance(temperature, (str, bytes, complex, np.complexfloating)) or np.ndim(temperature) != 0:
            raise TypeError(f"The temperature must be one real number, not {temperature!r}.")
        try:
            temperature = float(temperature)
        except (TypeError, ValueError):
            raise TypeError(f"The temperature must be one real number, not {temperature!r}.") from None
    if not 0 < temperature < np.inf:
        raise ValueError(f"The temperature must be positive and finite, but it is {temperature}.")
    return temperature
