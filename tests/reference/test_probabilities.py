"""The reference mathematics against SciPy, PyTorch and mpmath, and as properties."""

import warnings

import hypothesis.extra.numpy as arrays
import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from utils.reference import log_softmax, logsumexp, softmax

FLOATS = (np.float16, np.float32, np.float64)
ALL = (softmax, log_softmax, logsumexp)
INFINITE = [
    [np.inf, 0.0, 1.0],
    [np.inf, np.inf, 0.0],
    [-np.inf, 0.0, 1.0],
    [-np.inf, -np.inf, -np.inf],
    [np.inf, -np.inf, 0.0],
    [np.nan, 0.0, 1.0],
    [np.nan, np.inf, -np.inf],
]

shapes = arrays.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=5)
moderate = arrays.arrays(np.float64, shapes, elements=st.floats(-50, 50))
any_finite = arrays.arrays(np.float64, shapes, elements=st.floats(-1e300, 1e300))


def exact(z, temperature=1):
    """Softmax, its logarithm and log-sum-exp of one vector, with 400 digits: enough behind a gap of 700."""
    with mpmath.workdps(400):
        z = [mpmath.mpf(float(value)) / mpmath.mpf(temperature) for value in z]
        total = mpmath.fsum(mpmath.exp(value) for value in z)
        log_total = mpmath.log(total)
        return (
            [mpmath.exp(value) / total for value in z],
            [value - log_total for value in z],
            log_total,
        )


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(1,), (3,), (4, 3), (3, 3), (2, 3, 4), (2, 1, 3, 5), (0, 3)])
def test_agrees_with_scipy_for_every_axis_and_type(shape, dtype, rng):
    z = rng.normal(scale=4, size=shape).astype(dtype)
    tolerance = 8 * np.finfo(dtype).eps
    for axis in range(-len(shape), len(shape)):
        if shape[axis] == 0:
            continue
        for ours, scipys in (
            (softmax, scipy.special.softmax),
            (log_softmax, scipy.special.log_softmax),
            (logsumexp, scipy.special.logsumexp),
        ):
            result = ours(z, axis=axis)
            assert result.dtype == dtype
            # SciPy computes float16 in float16 too, so the true value is taken in float64.
            expected = scipys(z.astype(np.float64), axis=axis)
            np.testing.assert_allclose(
                result.astype(np.float64),
                expected,
                rtol=tolerance,
                atol=tolerance * max(1, np.abs(z).max(initial=0)),
            )


@pytest.mark.parametrize("K", [65_504, 65_520, 200_000])
def test_more_classes_than_float16_can_count_are_summed_in_a_longer_format(K):
    z = np.zeros(K, np.float16)
    assert softmax(z).dtype == logsumexp(z).dtype == log_softmax(z).dtype == np.float16
    np.testing.assert_allclose(softmax(z).astype(float), 1 / K, rtol=0.01)  # a subnormal number has few digits
    for value in (logsumexp(z), -log_softmax(z)[0], logsumexp(np.stack([z, z]))[1]):
        np.testing.assert_allclose(float(value), np.log(K), rtol=1e-3)


def test_agrees_with_pytorch_in_float64(rng):
    torch = pytest.importorskip("torch")
    z = rng.normal(scale=30, size=(50, 7))
    tensor = torch.tensor(z)
    np.testing.assert_allclose(softmax(z), torch.softmax(tensor, -1).numpy(), rtol=1e-12)
    np.testing.assert_allclose(log_softmax(z), torch.log_softmax(tensor, -1).numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(logsumexp(z), torch.logsumexp(tensor, -1).numpy(), rtol=1e-12)


@pytest.mark.parametrize(
    "z",
    [
        [0.0, -40.0],
        [0.0, -700.0],
        [1000.0, 999.0, 0.0],
        [-1e5, -1e5 + 1],
        [12.5, 0.6, -23.0],
        [5.0] * 9,
        [3.0],
    ],
)
def test_agrees_with_mpmath_to_the_last_digits(z):
    probabilities, logs, log_total = exact(z)
    np.testing.assert_allclose(softmax(z), [float(p) for p in probabilities], rtol=1e-14)
    np.testing.assert_allclose(log_softmax(z), [float(value) for value in logs], rtol=1e-14)
    np.testing.assert_allclose(logsumexp(z), float(log_total), rtol=1e-14)


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2, np.float32(4), 100])
def test_temperature_agrees_with_mpmath(temperature):
    z = [2.0, 1.0, 0.1, -3.0]
    probabilities, logs, _ = exact(z, temperature=float(temperature))
    np.testing.assert_allclose(softmax(z, temperature=temperature), [float(p) for p in probabilities], rtol=1e-13)
    np.testing.assert_allclose(log_softmax(z, temperature=temperature), [float(v) for v in logs], rtol=1e-13)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("temperature", [1e-300, 1e-9, 1e9, 1e300])
def test_extreme_temperatures_reach_their_limits_in_every_type(dtype, temperature):
    z = np.array([2.0, 1.0, 2.0, -3.0], dtype)
    limit = [0.5, 0, 0.5, 0] if temperature < 1 else [0.25] * 4
    np.testing.assert_allclose(softmax(z, temperature=temperature).astype(float), limit, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("z", INFINITE, ids=str)
def test_infinite_and_nan_logits_follow_scipy_without_a_warning(z):
    z = np.array([z, [1.0, 2.0, 3.0]])
    with np.errstate(all="ignore"):
        expected = [
            scipy.special.softmax(z, -1),
            scipy.special.log_softmax(z, -1),
            scipy.special.logsumexp(z, -1),
        ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for ours, scipys in zip(ALL, expected, strict=True):
            np.testing.assert_allclose(ours(z), scipys, rtol=1e-14)


@given(any_finite)
def test_rows_sum_to_one_and_order_is_kept_for_any_finite_logits(z):
    a = softmax(z)
    assert a.shape == z.shape
    assert np.all((a >= 0) & (a <= 1))
    np.testing.assert_allclose(a.sum(axis=-1), 1, rtol=1e-14)
    order = np.argsort(z, axis=-1, kind="stable")
    assert np.all(np.diff(np.take_along_axis(a, order, axis=-1), axis=-1) >= 0)


@given(moderate, st.floats(-100, 100))
def test_softmax_ignores_a_common_shift_and_logsumexp_follows_it(z, shift):
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-12)
    np.testing.assert_allclose(logsumexp(z + shift), logsumexp(z) + shift, rtol=1e-12, atol=1e-12)


@given(any_finite)
def test_logsumexp_lies_between_the_maximum_and_the_maximum_plus_log_of_the_classes(z):
    excess = logsumexp(z) - z.max(axis=-1)
    assert np.all(excess >= 0)
    assert np.all(excess <= np.log(z.shape[-1]) + 1e-12 * np.abs(z).max())


@given(any_finite)
def test_the_input_is_left_alone(z):
    for function in ALL:
        before = z.copy()
        function(z)
        np.testing.assert_array_equal(z, before)


@pytest.mark.parametrize("z", [[1, 2, 3], (1, 2, 3), np.array([1, 2, 3], np.uint8), [True, False], range(3)], ids=str)
def test_lists_and_integers_are_computed_in_float64(z):
    for function in ALL:
        assert function(z).dtype == np.float64
    np.testing.assert_allclose(softmax(z), softmax(np.array(list(z), float)))


@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize(
    ("z", "error", "words"),
    [
        ([], ValueError, "at least one class"),
        (np.zeros((2, 0)), ValueError, "at least one class"),
        (3.0, ValueError, "no axis -1"),
        ([[1, 2], [3]], ValueError, "different lengths"),
        ("123", TypeError, "real numbers"),
        (["a", "b"], TypeError, "real numbers"),
        ([1 + 2j, 3], TypeError, "real numbers"),
        ([None, 1], TypeError, "real numbers"),
        (None, TypeError, "real numbers"),
    ],
    ids=repr,
)
def test_bad_logits_raise_an_error_that_says_what_was_expected(function, z, error, words):
    with pytest.raises(error, match=words):
        function(z)


@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize(("axis", "error"), [(2, ValueError), (-3, ValueError), (0.5, TypeError), (None, TypeError)])
def test_a_bad_axis_raises_an_error(function, axis, error):
    with pytest.raises(error, match="axis"):
        function([[1.0, 2.0]], axis=axis)


@pytest.mark.parametrize("function", [softmax, log_softmax])
@pytest.mark.parametrize(
    ("temperature", "error"),
    [
        (0, ValueError),
        (-1, ValueError),
        (np.nan, ValueError),
        (np.inf, ValueError),
        ("1", TypeError),
        (1j, TypeError),
        (None, TypeError),
        ([1.0, 2.0], TypeError),
    ],
    ids=repr,
)
def test_a_bad_temperature_raises_an_error(function, temperature, error):
    with pytest.raises(error, match="temperature"):
        function([1.0, 2.0], temperature=temperature)


def test_logsumexp_keeps_the_axis_on_request(rng):
    z = rng.normal(size=(2, 3, 4))
    assert logsumexp(z, axis=1).shape == (2, 4)
    assert logsumexp(z, axis=1, keepdims=True).shape == (2, 1, 4)
    assert np.ndim(logsumexp([1.0, 2.0])) == 0


@pytest.mark.benchmark(group="softmax of 100,000 x 10 in float32")
@pytest.mark.parametrize("function", [softmax, scipy.special.softmax], ids=["ours", "SciPy"])
def test_speed_of_softmax(benchmark, function, rng):
    z = rng.normal(size=(100_000, 10)).astype(np.float32)
    benchmark(function, z, axis=-1)
