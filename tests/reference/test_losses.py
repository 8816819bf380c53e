"""The losses against SciPy, PyTorch and mpmath, and as properties."""

import warnings

import hypothesis.extra.numpy as arrays
import mpmath
import numpy as np
import pytest
import scipy.optimize
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from utils.reference import cost, cost_gradient, cross_entropy, indicator, loss, softmax
from utils.reference.inputs import as_labels

Z = np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]])
FROM_ROWS = (loss, cost, cross_entropy, cost_gradient)


def logits_and_labels(limit):
    """A batch of logits with one label for each row."""
    shapes = st.tuples(st.integers(1, 5), st.integers(1, 5))
    return shapes.flatmap(
        lambda shape: st.tuples(
            arrays.arrays(np.float64, shape, elements=st.floats(-limit, limit)),
            arrays.arrays(np.int64, shape[0], elements=st.integers(0, shape[1] - 1)),
        )
    )


def exact(z, y):
    """The loss of one example, and its gradient for the logits, with 1200 digits, as mpmath numbers."""
    with mpmath.workdps(1200):
        powers = [mpmath.exp(mpmath.mpf(float(value))) for value in z]
        total = mpmath.fsum(powers)
        gradient = [power / total - (j == y) for j, power in enumerate(powers)]
        return mpmath.log(total) - mpmath.mpf(float(z[y])), gradient


# Values


def test_the_batch_of_source_004():
    assert cross_entropy(Z, [0, 1]) == pytest.approx(0.298067096, abs=5e-10)
    assert cost(softmax(Z), [0, 1]) == pytest.approx(0.298067096, abs=5e-10)
    assert cross_entropy([1.0, 2.0, 3.0], 1) == pytest.approx(1.407606, abs=5e-7)


def test_indicator_is_one_at_the_label_and_nowhere_else():
    np.testing.assert_array_equal(indicator([1, 3, 1], 4), [[0, 1, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0]])
    np.testing.assert_array_equal(indicator(2, 3), [0, 0, 1])
    np.testing.assert_array_equal(indicator([[0], [1]], 2), [[[1, 0]], [[0, 1]]])
    assert indicator(np.array([1, 0], np.uint8), 2).dtype == np.float64
    np.testing.assert_array_equal(indicator([True, False], 2), [[0, 1], [1, 0]])


@pytest.mark.parametrize("K", [1, 2, 3, 10, 1000])
def test_equal_logits_cost_the_logarithm_of_the_number_of_classes(K):
    assert cross_entropy(np.full((3, K), 7.0), [0, K - 1, K // 2]) == pytest.approx(np.log(K), rel=1e-15, abs=0)


def test_the_three_forms_of_the_loss_agree(rng):
    A, y = rng.dirichlet(np.ones(4), size=6), rng.integers(4, size=6)
    by_index = loss(A, y)
    np.testing.assert_allclose(by_index, -(indicator(y, 4) * np.log(A)).sum(axis=-1), rtol=1e-15)
    np.testing.assert_allclose(by_index, -np.log(A[indicator(y, 4) == 1]), rtol=1e-15)
    assert cost(A, y) == pytest.approx(by_index.mean(), rel=1e-15)


def test_a_vector_is_one_example_and_more_axes_are_more_examples(rng):
    logits, y = rng.normal(size=(2, 3, 4)), rng.integers(4, size=(2, 3))
    flat = logits.reshape(6, 4)
    assert loss(softmax(logits), y).shape == (2, 3)
    assert cross_entropy(logits, y) == pytest.approx(cross_entropy(flat, y.ravel()), rel=1e-15)
    np.testing.assert_array_equal(cost_gradient(logits, y).reshape(6, 4), cost_gradient(flat, y.ravel()))
    np.testing.assert_array_equal(cost_gradient(logits[0, 0], y[0, 0]), cost_gradient(logits[0, :1], y[0, :1])[0])
    assert np.ndim(loss([0.2, 0.8], 1)) == np.ndim(cross_entropy([0.2, 0.8], 1)) == 0


# Oracles


@pytest.mark.parametrize("spread", [0.1, 3.0, 30.0, 300.0])
def test_agrees_with_pytorch_in_float64(rng, spread):
    torch = pytest.importorskip("torch")
    logits, y = rng.normal(scale=spread, size=(50, 7)), rng.integers(7, size=50)
    tensor = torch.tensor(logits, requires_grad=True)
    expected = torch.nn.functional.cross_entropy(tensor, torch.tensor(y))
    expected.backward()
    assert cross_entropy(logits, y) == pytest.approx(expected.item(), rel=1e-12)
    ours, theirs = cost_gradient(logits, y), tensor.grad.numpy()
    assert np.linalg.norm(ours - theirs) < 1e-12 * np.linalg.norm(theirs)
    others = indicator(y, 7) == 0  # at the label PyTorch itself cancels
    np.testing.assert_allclose(ours[others], theirs[others], rtol=1e-12)


def test_losses_of_single_examples_agree_with_scipy(rng):
    logits, y = rng.normal(scale=5, size=(20, 4)), rng.integers(4, size=20)
    expected = -scipy.special.log_softmax(logits, axis=-1)[np.arange(20), y]
    np.testing.assert_allclose(loss(softmax(logits), y), expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(
        [cross_entropy(z, label) for z, label in zip(logits, y, strict=True)], expected, rtol=1e-12
    )


@pytest.mark.parametrize("y", [0, 1, 2])
@pytest.mark.parametrize(
    "z",
    [
        [0.0, 0.0, 0.0],
        [2.0, 1.0, 0.1],
        [40.0, 0.0, -1.0],  # the probability of class 0 rounds to 1
        [700.0, 0.0, -1.0],
        [1000.0, 0.0, 999.0],
        [-1e4, -1e4 + 1, -2e4],
    ],
)
def test_agrees_with_mpmath_to_the_last_digits_however_small_or_large(z, y):
    expected, gradient = exact(z, y)
    assert cross_entropy(z, y) == pytest.approx(float(expected), rel=4e-15, abs=1e-300)
    np.testing.assert_allclose(cost_gradient(z, y), [float(g) for g in gradient], rtol=1e-14, atol=1e-300)


def test_a_tiny_loss_and_its_gradient_are_not_rounded_to_zero():
    assert cross_entropy([0.0, -40.0], 0) == pytest.approx(4.248354255e-18, rel=1e-9)
    np.testing.assert_allclose(cost_gradient([0.0, -40.0], 0), [-4.248354255e-18, 4.248354255e-18], rtol=1e-9)
    assert cost_gradient(np.array([20.0, 0.0], np.float32), 0)[0] == pytest.approx(-2.0611537e-9, rel=1e-6)


def test_the_gradient_agrees_with_finite_differences(rng):
    logits, y = rng.normal(scale=2, size=(5, 4)), rng.integers(4, size=5)
    numeric = scipy.optimize.approx_fprime(logits.ravel(), lambda z: cross_entropy(z.reshape(5, 4), y), 1e-7)
    np.testing.assert_allclose(cost_gradient(logits, y).ravel(), numeric, atol=1e-6)


# Properties


@given(logits_and_labels(1e6))
def test_the_cost_of_any_finite_logits_is_finite_and_not_negative(batch):
    assert 0 <= cross_entropy(*batch) < np.inf


@given(logits_and_labels(1e6))
def test_gradients_pull_towards_the_truth_and_their_rows_sum_to_zero(batch):
    logits, y = batch
    gradient = cost_gradient(logits, y)
    at_label = indicator(y, logits.shape[1]) == 1
    assert np.all(gradient[at_label] <= 0) and np.all(gradient[~at_label] >= 0)
    np.testing.assert_allclose(gradient.sum(axis=-1), 0, atol=1e-15)
    assert np.all(np.abs(gradient) <= 1 / len(y))


@given(logits_and_labels(50))
def test_probabilities_and_logits_give_the_same_cost(batch):
    logits, y = batch
    np.testing.assert_allclose(cost(softmax(logits), y), cross_entropy(logits, y), rtol=1e-12, atol=1e-13)


@given(logits_and_labels(1e6))
def test_the_inputs_are_left_alone(batch):
    logits, y = batch
    A = softmax(logits)
    before = logits.copy(), A.copy(), y.copy()
    for function in FROM_ROWS:
        function(A if function in (loss, cost) else logits, y)
    for one, other in zip((logits, A, y), before, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_types_are_kept_and_integers_become_float64(dtype):
    A = softmax(Z.astype(dtype))
    assert loss(A, [0, 1]).dtype == cost(A, [0, 1]).dtype == dtype
    assert cross_entropy(Z.astype(dtype), [0, 1]).dtype == cost_gradient(Z.astype(dtype), [0, 1]).dtype == dtype
    assert cross_entropy([[1, 2], [3, 4]], [0, 1]).dtype == cost_gradient([[1, 2], [3, 4]], [0, 1]).dtype == np.float64
    assert loss([0, 1], 1) == 0 and loss([0, 1], 1).dtype == np.float64


def test_impossible_classes_are_told_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(loss([[1.0, 0.0], [1.0, 0.0]], [0, 1]), [0, np.inf])
        assert cross_entropy([0.0, -np.inf], 0) == 0
        assert cross_entropy([0.0, -np.inf], 1) == np.inf
        np.testing.assert_array_equal(cost_gradient([0.0, -np.inf], 1), [1, -1])
        assert not np.signbit(loss([1.0], 0)) and not np.signbit(cross_entropy([3.0], 0))


# Bad input

BAD_LABELS = {
    "too large": ([0, 3], "the labels are 0 to 2, but there is a label 3"),
    "negative": ([-1, 0], "there is a label -1"),
    "PyTorch's ignore_index": ([0, -100], "there is a label -100"),
    "floats": ([0.0, 1.0], "must be integers"),
    "nan": ([np.nan, 1], "must be integers"),
    "words": (["cat", "dog"], "must be integers"),
    "none": ([], "no labels"),
    "ragged": ([[0, 1], [2]], "different lengths"),
}


@pytest.mark.parametrize(("y", "words"), BAD_LABELS.values(), ids=BAD_LABELS)
def test_bad_labels_raise_an_error_that_says_what_was_expected(y, words):
    with pytest.raises(ValueError, match=words):
        indicator(y, 3)
    for function in FROM_ROWS:
        with pytest.raises(ValueError, match=words):
            function(softmax(Z), y)


@pytest.mark.parametrize("function", FROM_ROWS)
@pytest.mark.parametrize("y", [[0, 1, 2], [0], 0, [[0], [1]]], ids=str)
def test_each_row_needs_one_label(function, y):
    with pytest.raises(ValueError, match="one label"):
        function(softmax(Z), y)


def test_one_hot_labels_get_the_advice_that_helps():
    with pytest.raises(ValueError, match="argmax"):
        cross_entropy(Z, [[1, 0, 0], [0, 1, 0]])


@pytest.mark.parametrize("function", FROM_ROWS)
def test_an_empty_batch_raises(function):
    with pytest.raises(ValueError, match="empty batch"):
        function(np.zeros((0, 3)), [])


@pytest.mark.parametrize("K", [0, -1, 2.0, "3", None, True])
def test_the_number_of_classes_must_be_a_positive_integer(K):
    with pytest.raises(ValueError, match="positive integer"):
        as_labels([0], K)


@pytest.mark.parametrize("function", [loss, cost])
@pytest.mark.parametrize(
    ("a", "error", "words"),
    [
        (Z, ValueError, "between 0 and 1"),
        ([[0.5, -0.1], [0.5, 0.5]], ValueError, "between 0 and 1"),
        (0.5, ValueError, "axis of classes"),
        ([[0.5, 0.5], [1.0]], ValueError, "different lengths"),
        ([["a", "b"]], TypeError, "real numbers"),
    ],
    ids=str,
)
def test_bad_probabilities_raise_an_error(function, a, error, words):
    with pytest.raises(error, match=words):
        function(a, [0, 1])


@pytest.mark.parametrize("function", [cross_entropy, cost_gradient])
def test_bad_logits_raise_the_errors_of_softmax(function):
    with pytest.raises(TypeError, match="real numbers"):
        function([["a", "b"]], [0])
    with pytest.raises(ValueError, match="different lengths"):
        function([[1, 2], [3]], [0, 0])


# Benchmarks


@pytest.mark.benchmark(group="cross-entropy of 100,000 x 10 in float32")
@pytest.mark.parametrize("library", ["ours", "PyTorch"])
def test_speed_of_cross_entropy(benchmark, library, rng):
    logits, y = rng.normal(size=(100_000, 10)).astype(np.float32), rng.integers(10, size=100_000)
    if library == "ours":
        benchmark(cross_entropy, logits, y)
    else:
        torch = pytest.importorskip("torch")
        benchmark(torch.nn.functional.cross_entropy, torch.from_numpy(logits), torch.from_numpy(y))
