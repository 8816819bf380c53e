"""Attention all at once and in blocks, against PyTorch; how sharp it can be, against the softmax itself."""

import tracemalloc

import numpy as np
import pytest

from utils.reference import attention, attention_in_blocks, attention_weights, lead_needed, leading_weight, softmax


def random_inputs(rng, n=7, m=9, d=5, v=3, before=()):
    return tuple(rng.normal(scale=2, size=(*before, *shape)) for shape in ((n, d), (m, d), (m, v)))


@pytest.mark.parametrize("before", [(), (2,), (2, 4)])
def test_it_agrees_with_pytorch(rng, before):
    torch = pytest.importorskip("torch")
    inputs = random_inputs(rng, before=before)
    expected = torch.nn.functional.scaled_dot_product_attention(*map(torch.tensor, inputs)).numpy()
    np.testing.assert_allclose(attention(*inputs), expected, rtol=1e-12)
    for block in (1, 4, 9, 100):
        np.testing.assert_allclose(attention_in_blocks(*inputs, block), expected, rtol=1e-12)


def test_weights_are_shares_and_make_the_result(rng):
    Q, K, V = random_inputs(rng)
    weights = attention_weights(Q, K)
    assert weights.shape == (7, 9)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_array_equal(weights @ V, attention(Q, K, V))


def test_rising_and_falling_scores_of_a_thousand_survive_the_blocks():
    Q = np.array([[1.0], [-1.0]])
    K = np.array([-1000.0, 0.0, 999.0, 1000.0, -999.0])[:, np.newaxis]
    V = np.eye(5)
    for block in range(1, 6):
        np.testing.assert_allclose(attention_in_blocks(Q, K, V, block), attention(Q, K, V), rtol=1e-13)


def test_float32_stays_and_integers_are_computed_in_float64(rng):
    for function in (attention, lambda *inputs: attention_in_blocks(*inputs, 2)):
        assert function(*(part.astype(np.float32) for part in random_inputs(rng))).dtype == np.float32
        assert function([[1, 2]], [[1, 0], [0, 1]], [[1], [2]]).dtype == np.float64


def test_inputs_are_left_alone(rng):
    inputs = random_inputs(rng)
    before = [part.copy() for part in inputs]
    attention(*inputs), attention_in_blocks(*inputs, 2)
    for part, original in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(part, original)


def test_blocks_never_hold_the_table_of_scores(rng):
    Q, K, V = random_inputs(rng, n=500, m=2_000, d=8, v=8)
    tracemalloc.start()
    attention_in_blocks(Q, K, V, 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500 * 2_000 * 8 / 10


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (((2, 3), (4, 2), (4, 1)), "same width"),
        (((3,), (4, 3), (4, 1)), "same width"),
        (((2, 3), (0, 3), (0, 1)), "at least one key"),
        (((2, 3), (4, 3), (5, 1)), "one value"),
    ],
    ids=str,
)
def test_shapes_that_do_not_fit_are_told(shapes, words):
    words = words.replace("same width", "over the same width")
    for function in (attention, lambda *inputs: attention_in_blocks(*inputs, 2)):
        with pytest.raises(ValueError, match=words):
            function(*map(np.ones, shapes))


@pytest.mark.parametrize("block", [0, -1, 1.5, True])
def test_a_block_is_a_positive_number_of_keys(block):
    with pytest.raises(ValueError, match="positive number of keys"):
        attention_in_blocks(np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1)), block)


@pytest.mark.parametrize("n", [1, 2, 10, 1_000])
@pytest.mark.parametrize("lead", [0.0, 0.5, 5.0, 40.0, 1_000.0])
def test_the_leading_weight_is_that_of_a_softmax(n, lead):
    scores = np.zeros(n)
    scores[0] = lead
    assert leading_weight(lead, n) == pytest.approx(softmax(scores)[0], rel=1e-12)


def test_no_scores_with_a_smaller_lead_get_more(rng):
    for _ in range(200):
        scores = -rng.uniform(0, 5, size=30)
        scores[0] = 0
        assert softmax(scores)[0] <= leading_weight(5, 30)


def test_the_lead_needed_brings_the_weight():
    for n in (2, 3, 1_000, 10**9):
        for weight in (1e-6, 0.5, 0.9, 1 - 1e-9):
            assert leading_weight(lead_needed(n, weight), n) == pytest.approx(weight, rel=1e-12)


@pytest.mark.parametrize(("n", "weight"), [(1, 0.5), (5, 0.0), (5, 1.0), (5, np.nan)])
def test_what_no_lead_can_bring_is_refused(n, weight):
    with pytest.raises(ValueError, match="between 0 and 1"):
        lead_needed(n, weight)
