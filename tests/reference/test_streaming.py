"""Streaming log-sum-exp against the result of two passes, SciPy, mpmath and PyTorch, and its memory."""

import tracemalloc
import warnings

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from utils.reference import (
    cost_gradient,
    cross_entropy,
    logsumexp,
    streaming_cross_entropy,
    streaming_cross_entropy_gradients,
    streaming_logsumexp,
)

logits = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


def once(chunks):
    """A generator: it can be read a single time and has no length."""
    yield from chunks


def split(z, places):
    """The parts of z between the places, the empty ones left out."""
    return [part for part in np.split(z, sorted(places), axis=-1) if part.shape[-1]]


@given(logits, st.lists(st.integers(0, 40), max_size=6))
def test_it_equals_the_result_of_two_passes_however_the_logits_are_cut(z, places):
    z = np.array(z)
    result = streaming_logsumexp(once(split(z, places)))
    assert result == pytest.approx(float(logsumexp(z)), rel=1e-14, abs=1e-12)


def test_it_agrees_with_pytorch_in_float64(rng):
    torch = pytest.importorskip("torch")
    Z = rng.normal(scale=40, size=(20, 300))
    result = streaming_logsumexp(once(split(Z, [1, 2, 70, 200])))
    assert result.shape == (20,)
    np.testing.assert_allclose(result, torch.logsumexp(torch.tensor(Z), -1).numpy(), rtol=1e-12)


def test_it_agrees_with_mpmath_far_from_zero(rng):
    for centre in (-1e5, 0.0, 1e5):
        z = centre + rng.normal(scale=5, size=1_000)
        with mpmath.workdps(50):
            expected = float(mpmath.log(mpmath.fsum(mpmath.exp(mpmath.mpf(float(value))) for value in z)))
        for size in (1, 7, 1_000):
            assert streaming_logsumexp(once(split(z, range(size, 1_000, size)))) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    "z",
    [
        [-np.inf, -np.inf, -1000.0, -1001.0],
        [-1000.0, -np.inf, -np.inf, 3.0],
        [-np.inf] * 4,
        [1.0, np.inf, 2.0, -np.inf],
        [np.inf, np.inf, -np.inf, 0.0],
        [-np.inf, np.nan, 1.0, 2.0],
        [np.inf, 1.0, np.nan, 2.0],
    ],
    ids=str,
)
@pytest.mark.parametrize("places", [[], [1], [2], [1, 2, 3]], ids=str)
def test_infinite_and_nan_logits_follow_scipy_without_a_warning(z, places):
    z = np.array(z)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = streaming_logsumexp(once(split(z, places)))
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(result, scipy.special.logsumexp(z), rtol=1e-14)


def test_rows_are_kept_apart_and_only_one_of_them_may_be_infinite():
    Z = np.array([[1000.0, 999.0, 0.0], [-np.inf, -5.0, -np.inf], [-1000.0, -1001.0, -999.0]])
    np.testing.assert_allclose(streaming_logsumexp(once(split(Z, [1, 2]))), logsumexp(Z), rtol=1e-14)


def test_one_vector_gives_one_float():
    result = streaming_logsumexp([[1, 2], [3]])
    assert np.ndim(result) == 0
    assert result == pytest.approx(float(logsumexp([1, 2, 3])), rel=1e-15)


def test_a_uniform_sum_does_not_stop_growing_in_float16():
    chunks = [np.zeros(1_000, np.float16) for _ in range(10)]
    assert streaming_logsumexp(chunks) == pytest.approx(np.log(10_000), rel=1e-12)


def test_chunks_are_left_alone(rng):
    chunks = [rng.normal(size=5), rng.normal(size=3)]
    before = [chunk.copy() for chunk in chunks]
    streaming_logsumexp(chunks)
    for chunk, original in zip(chunks, before, strict=True):
        np.testing.assert_array_equal(chunk, original)


def test_it_holds_a_few_chunks_and_never_all():
    chunk, count = 10_000, 50
    tracemalloc.start()
    streaming_logsumexp(np.full(chunk, float(number)) for number in range(count))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * 8 * chunk


@pytest.mark.parametrize(
    ("chunks", "error", "words"),
    [
        ([], ValueError, "no chunk"),
        ([[1.0], []], ValueError, "at least one class"),
        ([1.0, 2.0], ValueError, "no axis"),
        ([["a"]], TypeError, "real numbers"),
    ],
    ids=repr,
)
def test_bad_chunks_raise_an_error_that_says_what_was_expected(chunks, error, words):
    with pytest.raises(error, match=words):
        streaming_logsumexp(chunks)


# The cross-entropy of a layer


def layer(rng, m=20, d=5, K=300, scale=3.0):
    H, W = rng.normal(size=(m, d)), rng.normal(scale=scale, size=(d, K))
    return H, W, rng.integers(K, size=m)


@pytest.mark.parametrize("block", [1, 7, 100, 300, 1_000])
@pytest.mark.parametrize("scale", [3.0, 300.0])
def test_the_loss_and_the_gradients_of_a_layer_are_those_of_all_logits_at_once(rng, block, scale):
    H, W, y = layer(rng, scale=scale)
    Z = H @ W
    error = cost_gradient(Z, y)
    loss, dH, dW = streaming_cross_entropy_gradients(H, W, y, block)
    assert loss == pytest.approx(cross_entropy(Z, y), rel=1e-12)
    assert streaming_cross_entropy(H, W, y, block) == loss
    np.testing.assert_allclose(dH, error @ W.T, atol=1e-12 * np.abs(W).max())
    np.testing.assert_allclose(dW, H.T @ error, atol=1e-12)


def test_the_gradients_of_a_layer_agree_with_pytorch(rng):
    torch = pytest.importorskip("torch")
    H, W, y = layer(rng)
    tensors = [torch.tensor(part, requires_grad=True) for part in (H, W)]
    loss = torch.nn.functional.cross_entropy(tensors[0] @ tensors[1], torch.tensor(y))
    loss.backward()
    ours, dH, dW = streaming_cross_entropy_gradients(H, W, y, 64)
    assert ours == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(dH, tensors[0].grad, atol=1e-12)
    np.testing.assert_allclose(dW, tensors[1].grad, atol=1e-12)


def test_a_layer_in_float32_keeps_its_type_and_its_memory_stays_small(rng):
    H, W, y = (part.astype(np.float32) if part.dtype.kind == "f" else part for part in layer(rng, 200, 4, 5_000))
    expected = cross_entropy(H @ W, y)
    tracemalloc.start()
    loss, dH, dW = streaming_cross_entropy_gradients(H, W, y, 50)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (dH.dtype, dW.dtype) == (np.float32, np.float32)
    assert loss == pytest.approx(expected, rel=1e-6)
    assert peak < 200 * 5_000 * 4 / 10


@pytest.mark.parametrize(
    ("H", "W", "y", "block", "words"),
    [
        (np.ones((2, 3)), np.ones((4, 5)), [0, 1], 2, "weights"),
        (np.ones((2, 3)), np.ones((3, 5)), [0, 1, 2], 2, "one label"),
        (np.ones((2, 3)), np.ones((3, 5)), [0, 5], 2, "label 5"),
        (np.ones((2, 3)), np.ones((3, 5)), [0, 1], 0, "positive number of classes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_layer_that_does_not_fit_is_told(H, W, y, block, words):
    for function in (streaming_cross_entropy, streaming_cross_entropy_gradients):
        with pytest.raises(ValueError, match=words):
            function(H, W, y, block)
