"""The sigmoid and its cross-entropy against SciPy, PyTorch and mpmath, and as properties."""

import warnings

import hypothesis.extra.numpy as arrays
import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from utils.reference import (
    binary_cross_entropy,
    sigmoid,
    sigmoid_cross_entropy,
    sigmoid_cross_entropy_gradient,
    softmax,
)

FLOATS = (np.float16, np.float32, np.float64)
TELLING = [0.0, 1.0, -1.0, 3.7, -12.5, 36.9, -36.9, 40.0, -40.0, 700.0, -700.0, 1e-9, -1e-300]

shapes = arrays.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=5)
any_finite = arrays.arrays(np.float64, shapes, elements=st.floats(-1e300, 1e300))


def exact_sigmoid(z):
    return 1 / (1 + mpmath.exp(-mpmath.mpf(float(z))))


def exact_loss(z, y):
    """The definition, with 800 digits: enough to see the digits behind a logit of 700."""
    a, y = exact_sigmoid(z), mpmath.mpf(float(y))
    return -(y * mpmath.log(a) if y else 0) - ((1 - y) * mpmath.log(1 - a) if y != 1 else 0)


@pytest.mark.parametrize("z", TELLING)
def test_agrees_with_mpmath_to_the_last_digits(z):
    with mpmath.workdps(800):
        np.testing.assert_allclose(sigmoid(z), float(exact_sigmoid(z)), rtol=5e-16)
        for y in (0, 1, 0.3, 1 - 1e-12):
            np.testing.assert_allclose(sigmoid_cross_entropy(z, y), float(exact_loss(z, y)), rtol=2e-15)
        for y in (0, 1):  # also where a model is right and sure, and p - 1 has no digits left
            np.testing.assert_allclose(sigmoid_cross_entropy_gradient(z, y), float(exact_sigmoid(z) - y), rtol=5e-16)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(), (3,), (4, 3), (0, 3)])
def test_the_gradient_keeps_shape_and_type_and_is_the_slope_of_the_loss(shape, dtype, rng):
    z = np.asarray(rng.normal(scale=4, size=shape)).astype(dtype)
    y = rng.uniform(size=shape)
    gradient = sigmoid_cross_entropy_gradient(z, y)
    assert (np.shape(gradient), gradient.dtype) == (shape, dtype)
    h, Z = 1e-6, z.astype(np.float64)
    slope = (sigmoid_cross_entropy(Z + h, y) - sigmoid_cross_entropy(Z - h, y)) / (2 * h)
    np.testing.assert_allclose(gradient.astype(np.float64), slope, atol=max(1e-8, 4 * np.finfo(dtype).eps))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(), (3,), (4, 3), (2, 3, 4), (0, 3)])
def test_sigmoid_agrees_with_scipy_and_keeps_the_type(shape, dtype, rng):
    z = np.asarray(rng.normal(scale=4, size=shape)).astype(dtype)
    result = sigmoid(z)
    assert (result.shape, result.dtype) == (shape, dtype)
    expected = scipy.special.expit(z.astype(np.float64))
    np.testing.assert_allclose(result.astype(np.float64), expected, rtol=3 * np.finfo(dtype).eps)


def test_agrees_with_pytorch_in_float64(rng):
    torch = pytest.importorskip("torch")
    Z, Y = rng.normal(scale=20, size=(50, 4)), rng.integers(2, size=(50, 4)).astype(float)
    z, y = torch.tensor(Z), torch.tensor(Y)
    lossy = torch.nn.functional.binary_cross_entropy_with_logits
    np.testing.assert_allclose(sigmoid(Z), torch.sigmoid(z).numpy(), rtol=1e-12)
    # PyTorch computes (1 - y) z - log sigmoid(z), which cancels for a confident *no*: up to one rounding of z is lost.
    theirs = lossy(z, y, reduction="none").numpy()
    np.testing.assert_allclose(sigmoid_cross_entropy(Z, Y), theirs, rtol=1e-12, atol=np.abs(Z).max() * 2.3e-16)
    np.testing.assert_allclose(binary_cross_entropy(Z, Y), 4 * lossy(z, y).item(), rtol=1e-12)


def test_infinite_and_extreme_logits_give_the_limits_without_a_warning():
    z = np.array([np.inf, -np.inf, np.inf, -np.inf, 1e308, -1e308, np.nan])
    y = np.array([1, 0, 0, 1, 0, 1, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(sigmoid(z), [1, 0, 1, 0, 1, 0, np.nan])
        np.testing.assert_array_equal(sigmoid_cross_entropy(z, y), [0, 0, np.inf, np.inf, 1e308, 1e308, np.nan])


@given(any_finite)
def test_a_sigmoid_is_a_softmax_with_a_second_logit_of_zero(z):
    two = np.stack([z, np.zeros_like(z)], axis=-1)
    np.testing.assert_allclose(sigmoid(z), softmax(two)[..., 0], rtol=1e-14)
    np.testing.assert_allclose(sigmoid(z) + sigmoid(-z), 1, rtol=1e-14)


@given(any_finite)
def test_yes_and_no_change_places_with_the_sign(z):
    ones, zeros = np.ones_like(z), np.zeros_like(z)
    np.testing.assert_array_equal(sigmoid_cross_entropy(z, ones), sigmoid_cross_entropy(-z, zeros))
    assert np.all(sigmoid_cross_entropy(z, ones) >= 0)


def test_the_mean_is_over_examples_and_the_sum_over_classes():
    Z = np.zeros((5, 3))
    assert binary_cross_entropy(Z, np.zeros((5, 3))) == pytest.approx(3 * np.log(2), rel=1e-15)
    assert binary_cross_entropy(Z[0], [0, 1, 0]) == binary_cross_entropy(Z[:1], [[0, 1, 0]])


def test_a_large_batch_in_float32_keeps_its_digits():
    Z = np.full((200_000, 3), 0.1, np.float32)
    result = binary_cross_entropy(Z, np.zeros(Z.shape))
    assert result.dtype == np.float32
    assert result == pytest.approx(3 * np.log1p(np.exp(0.1)), rel=2e-7)


@given(any_finite)
def test_the_input_is_left_alone(z):
    y = np.ones_like(z)
    before = z.copy()
    sigmoid(z), sigmoid_cross_entropy(z, y), binary_cross_entropy(z, y)
    np.testing.assert_array_equal(z, before)
    np.testing.assert_array_equal(y, 1)


def test_lists_integers_and_booleans_are_computed_in_float64():
    for z in ([0, 1, -2], np.array([0, 1, -2], np.int8), (0.0, 1.0, -2.0)):
        assert sigmoid(z).dtype == np.float64
    np.testing.assert_array_equal(
        sigmoid_cross_entropy([0, 1, -2], [True, False, True]), sigmoid_cross_entropy([0.0, 1.0, -2.0], [1, 0, 1])
    )


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: sigmoid("1"), TypeError, "Logits must be real"),
        (lambda: sigmoid(None), TypeError, "Logits must be real"),
        (lambda: sigmoid(1j), TypeError, "Logits must be real"),
        (lambda: sigmoid([[1, 2], [3]]), ValueError, "different lengths"),
        (lambda: sigmoid_cross_entropy([1.0], ["yes"]), TypeError, "Labels must be real"),
        (lambda: sigmoid_cross_entropy([1.0, 2.0], [1]), ValueError, r"\(2,\) and the labels \(1,\)"),
        (lambda: sigmoid_cross_entropy([[1.0, 2.0]], [1]), ValueError, "label of its own"),
        (lambda: sigmoid_cross_entropy([1.0], [2]), ValueError, "between 0 and 1"),
        (lambda: sigmoid_cross_entropy([1.0], [-1]), ValueError, "between 0 and 1"),
        (lambda: sigmoid_cross_entropy([1.0], [np.nan]), ValueError, "between 0 and 1"),
        (lambda: binary_cross_entropy(np.zeros((0, 3)), np.zeros((0, 3))), ValueError, "at least one example"),
        (lambda: binary_cross_entropy(np.zeros((3, 0)), np.zeros((3, 0))), ValueError, "at least one example"),
        (lambda: binary_cross_entropy(1.0, 1), ValueError, "axis of classes"),
    ],
)
def test_bad_input_raises_an_error_that_says_what_was_expected(call, error, words):
    with pytest.raises(error, match=words):
        call()
