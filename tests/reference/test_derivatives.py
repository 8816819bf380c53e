"""The derivative of softmax and the two measurements, against PyTorch, mpmath and each other, and as properties."""

import hypothesis.extra.numpy as arrays
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.reference import central_difference, complex_step, relative_error, softmax, softmax_jacobian, softmax_vjp

FLOATS = (np.float16, np.float32, np.float64)
EXTREME = [
    [0.0, -40.0],
    [1000.0, 999.0, 0.0],
    [30.0, -30.0, 10.0],
    [-1e5, -1e5 + 1],
    [5.0] * 6,
    [2.5],
]

logits = arrays.arrays(np.float64, arrays.array_shapes(min_dims=1, max_dims=3, max_side=5), elements=st.floats(-50, 50))


def exact_jacobian(z):
    """The Jacobian with 400 digits, as floats."""
    with mpmath.workdps(400):
        powers = [mpmath.exp(mpmath.mpf(float(value))) for value in z]
        a = [power / mpmath.fsum(powers) for power in powers]
        return np.array([[float(a[i] * ((1 if i == j else 0) - a[j])) for j in range(len(a))] for i in range(len(a))])


def exact_vjp(z, v):
    """v times the Jacobian with 400 digits, as floats."""
    with mpmath.workdps(400):
        powers = [mpmath.exp(mpmath.mpf(float(value))) for value in z]
        a = [power / mpmath.fsum(powers) for power in powers]
        v = [mpmath.mpf(float(value)) for value in v]
        average = mpmath.fsum(share * value for share, value in zip(a, v, strict=True))
        return np.array([float(share * (value - average)) for share, value in zip(a, v, strict=True)])


# The derivative of softmax


def test_agrees_with_pytorch_in_float64(rng):
    torch = pytest.importorskip("torch")
    z, v = rng.normal(scale=5, size=(2, 20, 7))
    tensor = torch.tensor(z, requires_grad=True)
    (product,) = torch.autograd.grad(torch.softmax(tensor, -1), tensor, grad_outputs=torch.tensor(v))
    assert relative_error(softmax_vjp(z, v), product.numpy()) < 1e-12
    for row in z:
        theirs = torch.autograd.functional.jacobian(lambda x: torch.softmax(x, -1), torch.tensor(row)).numpy()
        assert relative_error(softmax_jacobian(row), theirs) < 1e-12


@pytest.mark.parametrize("z", EXTREME, ids=str)
def test_agrees_with_mpmath_entry_by_entry(z, rng):
    """Where a probability rounds to 1, the plain formula a(1 − a) is 0 and loses everything."""
    np.testing.assert_allclose(softmax_jacobian(z), exact_jacobian(z), rtol=1e-14)
    for v in (rng.normal(size=len(z)), np.arange(1.0, len(z) + 1)):
        np.testing.assert_allclose(softmax_vjp(z, v), exact_vjp(z, v), rtol=1e-13)


def test_the_row_of_the_source():
    z = np.log([0.2732, 0.3780, 0.3489])
    np.testing.assert_allclose(softmax_jacobian(z)[0], [0.1985, -0.1033, -0.0953], atol=6e-5)


@given(logits)
def test_the_jacobian_has_the_five_properties(z):
    J = softmax_jacobian(z)
    K = z.shape[-1]
    assert J.shape == (*z.shape, K)
    np.testing.assert_array_equal(J, np.swapaxes(J, -1, -2))
    np.testing.assert_allclose(J.sum(axis=-1), 0, atol=1e-15)
    eigenvalues = np.linalg.eigvalsh(J)
    assert np.all(eigenvalues >= -1e-15)
    assert np.all(eigenvalues <= 0.5 + 1e-15)


def test_the_rank_is_one_less_than_the_number_of_classes(rng):
    for K in (1, 2, 3, 6):
        assert np.linalg.matrix_rank(softmax_jacobian(rng.normal(size=K))) == K - 1


@given(logits, st.integers(0, 2**32 - 1))
def test_the_product_is_that_of_the_matrix_and_ignores_a_common_shift(z, seed):
    v = np.random.default_rng(seed).normal(size=z.shape)
    product = softmax_vjp(z, v)
    np.testing.assert_allclose(product, np.einsum("...i,...ij->...j", v, softmax_jacobian(z)), atol=1e-14)
    np.testing.assert_allclose(softmax_vjp(z, v + 3), product, atol=1e-14)
    np.testing.assert_allclose(product.sum(axis=-1), 0, atol=1e-14)


def test_a_batch_is_its_rows(rng):
    z, v = rng.normal(size=(2, 4, 3, 5))
    for index in np.ndindex(4, 3):
        np.testing.assert_array_equal(softmax_jacobian(z)[index], softmax_jacobian(z[index]))
        np.testing.assert_allclose(softmax_vjp(z, v)[index], softmax_vjp(z[index], v[index]), rtol=1e-14)


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_type_is_kept(dtype):
    z = np.array([2.0, 1.0, 0.1], dtype)
    assert softmax_jacobian(z).dtype == softmax_vjp(z, z).dtype == softmax_vjp(z, [1, 0, 0]).dtype == dtype


def test_lists_integers_and_truth_values_are_accepted():
    expected = softmax_jacobian(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(softmax_jacobian([1, 2, 3]), expected)
    np.testing.assert_allclose(softmax_vjp([1, 2, 3], [False, True, False]), expected[1], rtol=1e-15)


def test_no_zero_has_a_minus():
    for result in (softmax_jacobian([0.0, -1000.0]), softmax_jacobian([1.0])):
        assert not np.signbit(result[result == 0]).any()


@pytest.mark.parametrize("function", [lambda z: softmax_jacobian(z), lambda z: softmax_vjp(z, z)], ids=["J", "vjp"])
def test_the_input_is_left_alone(function, rng):
    z = rng.normal(size=(3, 4))
    before = z.copy()
    function(z)
    np.testing.assert_array_equal(z, before)


def test_a_large_vocabulary_needs_no_matrix(rng):
    """At K = 200,000 the matrix would take 320 gigabytes."""
    z, v = rng.normal(size=(2, 200_000))
    assert abs(softmax_vjp(z, v).sum()) < 1e-12


@pytest.mark.parametrize(
    ("z", "v", "error", "words"),
    [
        ([1.0, 2.0], [1.0, 2.0, 3.0], ValueError, r"shape of the logits, \(2,\)"),
        ([[1.0, 2.0]], [1.0, 2.0], ValueError, r"it has the shape \(2,\)"),
        ([1.0, 2.0], ["a", "b"], TypeError, "real numbers"),
        ([1.0, 2.0], [1j, 2], TypeError, "real numbers"),
        ([[1.0], [2.0]], [[1.0], [2.0, 3.0]], ValueError, "different lengths"),
        ([], [], ValueError, "at least one class"),
        ("ab", [1.0], TypeError, "real numbers"),
    ],
)
def test_a_bad_vector_raises_an_error_that_says_what_was_expected(z, v, error, words):
    with pytest.raises(error, match=words):
        softmax_vjp(z, v)


def test_bad_logits_raise_the_errors_of_softmax():
    with pytest.raises(ValueError, match="at least one class"):
        softmax_jacobian(np.zeros((2, 0)))
    with pytest.raises(TypeError, match="real numbers"):
        softmax_jacobian(["a"])


# Measuring


def weighted(x):
    return np.sum(np.exp(x) * np.arange(1, np.size(x) + 1).reshape(np.shape(x)))


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 2)])
def test_both_measurements_agree_with_the_exact_gradient(shape, rng):
    x = rng.normal(size=shape)
    exact = np.exp(x) * np.arange(1, x.size + 1).reshape(shape)
    for measure, tolerance in ((central_difference, 1e-9), (complex_step, 1e-14)):
        result = measure(weighted, x)
        assert result.shape == shape and result.dtype == np.float64
        np.testing.assert_allclose(result, exact, rtol=tolerance)


def test_they_measure_the_jacobian_row_by_row(rng):
    z = rng.normal(scale=2, size=5)

    def complex_softmax(x):
        powers = np.exp(x - x.real.max())
        return powers / powers.sum()

    measured = [central_difference(lambda x, i=i: softmax(x)[i], z) for i in range(5)]
    assert relative_error(measured, softmax_jacobian(z)) < 1e-9
    measured = [complex_step(lambda x, i=i: complex_softmax(x)[i], z) for i in range(5)]
    assert relative_error(measured, softmax_jacobian(z)) < 1e-14


def test_the_default_step_is_close_to_the_best(rng):
    z = rng.normal(size=(50, 3))

    def error(step):
        return max(
            np.abs(central_difference(lambda x: softmax(x)[0], row, step) - softmax_jacobian(row)[0]).max() for row in z
        )

    assert error(1e-5) < 1e-10
    assert error(1e-5) < error(1e-3) and error(1e-5) < error(1e-8)


@pytest.mark.parametrize("measure", [central_difference, complex_step])
@pytest.mark.parametrize("x", [[1, 2, 3], np.array([1, 2, 3]), np.array([1.0, 2.0, 3.0], np.float32)], ids=repr)
def test_it_is_measured_in_float64_whatever_the_type(measure, x):
    result = measure(lambda x: np.sum(x**2), x)
    assert result.dtype == np.float64
    np.testing.assert_allclose(result, [2, 4, 6], rtol=1e-9)


def test_a_step_that_does_not_fit_into_the_digits_of_x_is_accounted_for():
    """At 1e6 the sum x + 1e-5 is rounded by parts in a hundred thousand of the step."""
    np.testing.assert_allclose(central_difference(lambda x: 3 * x[0], [1e6 + 1 / 3]), [3], rtol=1e-4)
    np.testing.assert_allclose(central_difference(lambda x: x[0] - 1e6, [1e6 + 1 / 3]), [1], rtol=1e-12)


@pytest.mark.parametrize("measure", [central_difference, complex_step])
def test_neither_the_point_nor_what_f_does_to_its_argument_matters(measure):
    x = np.array([1.0, 2.0])

    def rude(values):
        result = values[0] * values[1]
        values[:] = 0
        return result

    np.testing.assert_allclose(measure(rude, x), [2, 1], rtol=1e-9)
    np.testing.assert_array_equal(x, [1, 2])


@pytest.mark.parametrize("measure", [central_difference, complex_step])
@pytest.mark.parametrize("step", [0, -1e-5, np.nan, np.inf, [1e-5]])
def test_a_bad_step_is_refused(measure, step):
    with pytest.raises(ValueError, match="step must be a positive number"):
        measure(np.sum, [1.0], step=step)


@pytest.mark.parametrize("measure", [central_difference, complex_step])
def test_a_function_with_several_results_is_refused(measure):
    with pytest.raises(ValueError, match=r"one number, but it returned an array of the shape \(2,\)"):
        measure(lambda x: x, [1.0, 2.0])
    with pytest.raises(TypeError, match="real numbers"):
        measure(np.sum, ["a"])


def test_the_complex_step_refuses_a_function_that_drops_it():
    with pytest.raises(ValueError, match="imaginary"):
        complex_step(lambda x: np.sum(np.abs(x)), [-2.0])


# Comparing


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.5], 0.2),
        ([1e-7, -2e-7], [2e-7, -4e-7], 0.5),
        ([0.0, 0.0], [0.0, 0.0], 0.0),
        ([[5.0]], [[-5.0]], 2.0),
        (3, 3, 0.0),
        ([0, 4], [1, 4], 0.25),
    ],
)
def test_relative_error(a, b, expected):
    assert relative_error(a, b) == pytest.approx(expected, rel=1e-15)
    assert relative_error(b, a) == relative_error(a, b)


def test_relative_error_of_nan_is_nan():
    assert np.isnan(relative_error([0.0, np.nan], [1.0, 2.0]))
    assert np.isnan(relative_error([1.0, 2.0], [np.nan, 1.0]))


@given(logits, st.floats(0.001, 1000))
def test_relative_error_has_no_units(a, factor):
    b = a + 1
    assert relative_error(a * factor, b * factor) == pytest.approx(relative_error(a, b), rel=1e-9)


@pytest.mark.parametrize(
    ("a", "b", "error", "words"),
    [
        ([1.0], [1.0, 2.0], ValueError, "different|shapes"),
        ([], [], ValueError, "empty"),
        (["a"], ["a"], TypeError, "real numbers"),
    ],
)
def test_what_cannot_be_compared_is_refused(a, b, error, words):
    with pytest.raises(error, match=words):
        relative_error(a, b)


@pytest.mark.benchmark(group="v times the Jacobian of softmax, K = 1,000")
@pytest.mark.parametrize("way", ["matrix", "formula"])
def test_speed_of_the_product(benchmark, way, rng):
    z, v = rng.normal(size=(2, 1000))
    benchmark(softmax_vjp, z, v) if way == "formula" else benchmark(lambda: v @ softmax_jacobian(z))


def test_a_step_that_is_lost_beside_an_entry_is_refused():
    """At 1e12 the neighbouring numbers lie 1e-4 apart, and 0 / 0 would be nan."""
    with pytest.raises(ValueError, match=r"1e-05 is lost beside the entry 1e\+12"):
        central_difference(lambda x: x[0] ** 2, [1e12])
    np.testing.assert_allclose(central_difference(lambda x: x[0] ** 2, [1e12], step=1e7), [2e12], rtol=1e-9)
