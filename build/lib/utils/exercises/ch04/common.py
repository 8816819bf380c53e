"""What several exercises of chapter 4 share."""

import numpy as np

# Models


def model_of(rng, Z):
    """A model and examples, (W, b, X), whose logits are these, rounded to quarters: exact in every float type."""
    Z = np.round(4 * Z) / 4
    m, K = Z.shape
    b = rng.integers(-8, 9, size=K) / 4
    features, sizes = rng.permutation(m), rng.choice([-2.0, -1.0, 0.5, 1.0, 2.0], size=m)
    X, W = np.zeros((m, m)), np.zeros((m, K))
    X[np.arange(m), features] = sizes
    W[features] = (Z - b) / sizes[:, None]
    return W, b, X


def with_negative_biases(rng, m, n, K):
    """A random model whose biases are all negative, and examples."""
    W, b, X = any_model(rng, m, n, K)
    return W, -np.abs(b), X


def any_model(rng, m, n, K, scale=1.0):
    """A random model, (W, b, X), with m examples of n features and K classes."""
    return scale * rng.normal(size=(n, K)), rng.normal(size=K), rng.normal(size=(m, n))


# How answers are looked at


def without_noise(answer, *inputs):
    """Call a function that returns several arrays, and take for 0 what is rounding of numbers that cancel."""
    result = answer(*inputs)
    if not isinstance(result, (tuple, list)):
        return result
    return tuple(_quiet(part) for part in result)


def _quiet(part):
    array = np.asarray(part) if isinstance(part, (np.ndarray, np.generic, float)) else None
    if array is None or array.dtype.kind != "f":
        return part
    return np.where(np.abs(array) < 1e-12, 0.0, array)


# Families of mistakes


def wrong_where(*places):
    """A predicate: the answer is wrong where one of these is True of the logits, and right where it is False.

    Both kinds must have been tried; where it is None, anything may have come. A result that is missing counts as wrong.
    Of several functions one has to fit, and the same one on all probes.
    """

    def recognise(seen):
        right = [*seen.right, *[False] * (len(seen.probes) - len(seen.right))]
        return any(_fits([where(X @ W + b) for W, b, X, *_ in seen.probes], right) for where in places)

    return recognise


def _fits(asked, right):
    met = [(wrong, ok) for wrong, ok in zip(asked, right, strict=True) if wrong is not None]
    return {wrong for wrong, _ in met} == {True, False} and all(wrong != ok for wrong, ok in met)


# In float64 a power of e is infinite from 710 on, and 0 from −746 down; in float32 from 89 on, and from −104 down.
# Between the two it depends on the float type.


def beyond(size):
    """True for a number that e cannot be raised to in any float type, False for one that it can in each, else None."""
    return True if size > 760 else False if size < 80 else None


def without_a_shift(Z):
    """Whether powers of e without a shift fail on these logits."""
    return beyond(max(Z.max(), -Z.max(axis=1).min()))


def with_one_shift_for_all(Z):
    """Whether powers of e fail when the largest logit of all is subtracted from every row."""
    return beyond(Z.max() - Z.max(axis=1).min())


def with_one_shift_of_zero_at_least(Z):
    """The same, where that shift is 0 for logits that are all negative."""
    return beyond(max(0, Z.max()) - Z.max(axis=1).min())


def with_zero_at_least(Z):
    """Whether powers of e fail when the largest logit of a row is subtracted only where it is positive."""
    return beyond(-Z.max(axis=1).min())
