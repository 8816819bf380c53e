"""The derivative of softmax, and two ways to measure a derivative: central differences and the complex step, in NumPy.

Conventions, the same in all functions:

* ``z`` holds logits of any shape (..., K) with the classes on the last axis, as in
  :mod:`utils.reference.probabilities`, and is read with the same rules: lists and integers are computed in float64,
  float arrays keep their type, the input is never changed.
* A function ``f`` whose derivative is measured takes an array and returns one number. Its gradient has the shape of the
  array.
"""

import numpy as np

from utils.reference.probabilities import softmax


def softmax_jacobian(z):
    r"""The Jacobian of softmax, :math:`D_{ij} = \partial a_i / \partial z_j = a_i\,(1\{i=j\} - a_j)`.

    Args:
        z: logits, (K,) or (..., K).

    Returns:
        An array of the shape (..., K, K), one matrix for each row of logits: symmetric, with rows that sum to 0.

    Errors: those of :func:`utils.reference.softmax`.

    On the diagonal, :math:`a_i (1 - a_i)` is computed as minus the sum of the rest of its row. The two are equal, and
    the second keeps its digits when a probability rounds to 1.

    Source: Bridle 1990.
    """
    a = softmax(z)
    jacobian = 0 - a[..., :, np.newaxis] * a[..., np.newaxis, :]  # a plain minus would turn 0 into -0
    diagonal = np.arange(a.shape[-1])
    jacobian[..., diagonal, diagonal] = 0
    jacobian[..., diagonal, diagonal] = 0 - jacobian.sum(axis=-1)
    return jacobian


def softmax_vjp(z, v):
    r"""The product of a vector with the Jacobian of softmax, :math:`a_j\,(v_j - \sum_i a_i v_i)`, without the matrix.

    When ``v`` is the gradient of a loss for the probabilities, this is the gradient of that loss for the logits.

    Args:
        z: logits, (K,) or (..., K).
        v: real numbers in the shape of ``z``: one vector for each row of logits.

    Returns:
        An array in the shape of ``z``; each row sums to 0, up to rounding.

    Raises:
        TypeError: for what are no real numbers.
        ValueError: for a ``v`` whose shape is not that of ``z``; and as :func:`utils.reference.softmax` does.

    The rows of the Jacobian sum to 0, so a common shift of ``v`` changes nothing. Its entry at the largest logit is
    subtracted first: then nothing cancels when a probability rounds to 1.
    """
    a = softmax(z)
    v = _as_real(v, "The vector v")
    if v.shape != a.shape:
        raise ValueError(f"The vector v needs the shape of the logits, {a.shape}, but it has the shape {v.shape}.")
    if v.dtype.kind != "f":
        v = v.astype(a.dtype)
    v = v - np.take_along_axis(v, a.argmax(axis=-1, keepdims=True), axis=-1)
    return a * (v - (a * v).sum(axis=-1, keepdims=True))


def central_difference(f, x, step=1e-5):
    r"""The gradient of f at x, measured: :math:`(f(x + h e_k) - f(x - h e_k)) / 2h` for every entry k.

    Args:
        f: a function from an array to one number.
        x: real numbers of any shape; a number counts as an array without axes.
        step: h > 0. For values and entries of the size 1, 1e-5 in float64 comes close to the best there is. Entries of
            1e8 want a larger one: x + h is rounded to the spacing of the numbers there.

    Returns:
        An array of float64 in the shape of ``x``.

    Raises:
        TypeError: for an ``x`` that holds no real numbers.
        ValueError: for a step that is not positive, for one so small beside an entry that x + h and x - h are the same
            number, and for an f that does not return one number.

    It is computed in float64, whatever the type of ``x``, with 2 calls of f for each entry. The error has two parts, of
    the order of h² and of the rounding error of f divided by h.
    """
    x = _as_real(x, "The point x").astype(np.float64)
    _require_positive(step)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += step
        below[index] -= step
        # The step that was really taken: x + h is rounded, too.
        width = above[index] - below[index]
        if width == 0:
            raise ValueError(f"The step {step:g} is lost beside the entry {x[index]:g}. Choose a larger one.")
        gradient[index] = (_one_number(f(above)) - _one_number(f(below))) / width
    return gradient


def complex_step(f, x, step=1e-30):
    r"""The gradient of f at x, measured along the imaginary axis: :math:`\operatorname{Im} f(x + i h e_k) / h`.

    Args:
        f: a function from a complex array to one complex number, analytic: powers, ``exp`` and sums are, while ``abs``,
            a comparison and a conversion to float are not.
        x: real numbers of any shape.
        step: h > 0. Nothing is subtracted, so nothing cancels, and 1e-300 serves as well as 1e-30. Below 1e-308 float64
            itself has fewer digits.

    Returns:
        An array of float64 in the shape of ``x``, as accurate as f itself.

    Raises:
        TypeError: for an ``x`` that holds no real numbers.
        ValueError: for a step that is not positive, and for an f that does not return one complex number.

    Source: Squire and Trapp 1998.
    """
    x = _as_real(x, "The point x").astype(np.float64)
    _require_positive(step)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        beside = x.astype(np.complex128)
        beside[index] += 1j * step
        value = _one_number(f(beside))
        if not np.iscomplexobj(value):
            raise ValueError("The function returned a real number, so it dropped the imaginary part that is measured.")
        gradient[index] = value.imag / step
    return gradient


def relative_error(a, b):
    r"""The largest difference of two arrays beside their largest entry, :math:`\max|a - b| / \max(\max|a|, \max|b|)`.

    Args:
        a, b: real numbers in one and the same shape, at least one.

    Returns:
        One number from 0 (equal) to 2 (opposite); 0 for two arrays of zeros, nan where one of them holds nan.

    Raises:
        TypeError: for what are no real numbers.
        ValueError: for arrays of different shapes, and for empty ones.
    """
    a, b = _as_real(a, "The first array"), _as_real(b, "The second array")
    if a.shape != b.shape:
        raise ValueError(f"Two arrays of one shape can be compared, but these have the shapes {a.shape} and {b.shape}.")
    if a.size == 0:
        raise ValueError("Two empty arrays have no largest entry.")
    a, b = a.astype(np.float64), b.astype(np.float64)
    size = max(np.abs(a).max(), np.abs(b).max())
    if size == 0:
        return 0.0
    with np.errstate(invalid="ignore"):
        return float(np.abs(a - b).max() / size)


def _as_real(values, name):
    """The values as an array of real numbers, or an error that says what was expected."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} must form a regular array, but its rows have different lengths.") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, but it has the type {array.dtype}.")
    return array


def _require_positive(step):
    if not (np.ndim(step) == 0 and 0 < step < np.inf):
        raise ValueError(f"The step must be a positive number, not {step!r}.")


def _one_number(value):
    """What a measured function returned, or an error where that is not one number."""
    if np.ndim(value) != 0:
        raise ValueError(
            f"The function must return one number, but it returned an array of the shape {np.shape(value)}. "
            "Pick one entry, or sum them."
        )
    return value[()] if isinstance(value, np.ndarray) else value
