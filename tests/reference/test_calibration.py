"""Confusion, calibration and temperature against scikit-learn, SciPy, PyTorch, and cases for paper and pencil."""

import numpy as np
import pytest

from utils import reference
from utils.reference import cross_entropy, softmax


def drawn_at(rng, T, m=400, K=5, scale=6.0):
    """Logits, and labels that occur with the probabilities of the logits over T."""
    Z = scale * rng.normal(size=(m, K))
    y = (softmax(Z, temperature=T).cumsum(axis=1) < rng.uniform(size=(m, 1))).sum(axis=1).clip(max=K - 1)
    return Z, y


# Temperature


@pytest.mark.parametrize(("gap", "right", "of"), [(3.0, 3, 4), (0.5, 9, 10), (800.0, 2, 3), (1e-3, 5, 6)])
def test_the_temperature_of_two_logits_is_known(gap, right, of):
    Z, y = np.tile([gap, 0.0], (of, 1)), [0] * right + [1] * (of - right)
    assert reference.fit_temperature(Z, y) == pytest.approx(gap / np.log(right / (of - right)), rel=1e-10)


@pytest.mark.parametrize("T", [0.4, 1.0, 3.0])
def test_the_temperature_is_the_lowest_point_that_scipy_finds(rng, T):
    optimize = pytest.importorskip("scipy.optimize")
    Z, y = drawn_at(rng, T)
    found = reference.fit_temperature(Z, y)
    lowest = optimize.minimize_scalar(
        lambda t: cross_entropy(Z / np.exp(t), y), bounds=(-4, 4), method="bounded", options={"xatol": 1e-10}
    )
    assert found == pytest.approx(np.exp(lowest.x), rel=1e-6)
    assert found == pytest.approx(T, rel=0.25)


def test_the_slope_of_pytorchs_cost_is_zero_at_the_temperature(rng):
    torch = pytest.importorskip("torch")
    Z, y = drawn_at(rng, 2.0)
    T = torch.tensor(reference.fit_temperature(Z, y), dtype=torch.float64, requires_grad=True)
    torch.nn.functional.cross_entropy(torch.tensor(Z) / T, torch.tensor(y)).backward()
    assert abs(T.grad.item()) < 1e-12


def test_a_shift_changes_no_temperature_and_a_factor_multiplies_it(rng):
    Z, y = drawn_at(rng, 2.0)
    T = reference.fit_temperature(Z, y)
    assert reference.fit_temperature(Z + rng.normal(scale=1000, size=(len(y), 1)), y) == pytest.approx(T, rel=1e-9)
    assert reference.fit_temperature(7 * Z, y) == pytest.approx(7 * T, rel=1e-9)
    assert reference.fit_temperature(Z.astype(np.float32), y) == pytest.approx(T, rel=1e-5)


def test_where_no_temperature_is_best_a_sentence_says_so():
    with pytest.raises(ValueError, match="no temperature is best"):
        reference.fit_temperature([[2.0, 0.0], [0.0, 1.0]], [0, 1])
    with pytest.raises(ValueError, match="as T grows"):
        reference.fit_temperature([[2.0, 0.0], [0.0, 1.0]], [1, 0])


# Calibration


def test_bins_of_a_case_that_can_be_counted():
    P = np.array([[0.95, 0.05], [0.92, 0.08], [0.45, 0.55], [0.6, 0.4], [0.6, 0.4]])
    found = reference.reliability(P, [0, 1, 1, 0, 1])
    assert found.count.tolist() == [0, 0, 0, 0, 0, 3, 0, 0, 0, 2]  # 0.6 lies on a border and belongs below
    assert found.confidence[[5, 9]] == pytest.approx([1.75 / 3, 0.935])
    assert found.accuracy[[5, 9]] == pytest.approx([2 / 3, 0.5])
    assert np.isnan(found.accuracy[0])
    assert found.error == pytest.approx(3 / 5 * abs(2 / 3 - 1.75 / 3) + 2 / 5 * 0.435)
    assert reference.expected_calibration_error(P, [0, 1, 1, 0, 1]) == found.error


def test_the_error_agrees_with_a_loop_over_the_bins(rng):
    Z, y = drawn_at(rng, 3.0)
    P = softmax(Z)
    for bins in (1, 7, 10, 15):
        total = 0.0
        for number in range(bins):
            inside = (P.max(axis=1) > number / bins) & (P.max(axis=1) <= (number + 1) / bins)
            if inside.any():
                right = (P[inside].argmax(axis=1) == y[inside]).mean()
                total += inside.mean() * abs(right - P[inside].max(axis=1).mean())
        assert reference.expected_calibration_error(P, y, bins) == pytest.approx(total, rel=1e-12)


def test_labels_that_follow_the_probabilities_are_calibrated_and_a_temperature_restores_it(rng):
    Z, y = drawn_at(rng, 1.0, m=40_000)
    assert reference.expected_calibration_error(softmax(Z), y) < 0.01
    loud = 4 * Z
    assert reference.expected_calibration_error(softmax(loud), y) > 0.05
    T = reference.fit_temperature(loud, y)
    assert reference.expected_calibration_error(softmax(loud / T), y) < 0.01


def test_certain_answers_lie_in_the_last_bin():
    found = reference.reliability(np.eye(3), [0, 1, 1])
    assert found.count[-1] == 3 and found.error == pytest.approx(1 / 3)


# Confusion


def test_confusions_agree_with_scikit_learn(rng):
    metrics = pytest.importorskip("sklearn.metrics")
    for m, K in ((2, 2), (30, 3), (500, 10)):
        y, prediction = rng.integers(K, size=(2, m))
        found = reference.confusion_matrix(y, prediction, K)
        np.testing.assert_array_equal(found, metrics.confusion_matrix(y, prediction, labels=range(K)))
        assert found.dtype.kind == "i"


def test_absent_classes_keep_their_place():
    assert reference.confusion_matrix([0, 0, 2], [0, 2, 2], 4).tolist() == [
        [1, 0, 1, 0],
        [0, 0, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 0],
    ]


# Bad input


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: reference.confusion_matrix([0, 1], [0], 2), "shape"),
        (lambda: reference.confusion_matrix([0, 2], [0, 1], 2), "label 2"),
        (lambda: reference.reliability(np.eye(2), [0]), "one label"),
        (lambda: reference.reliability([0.5, 0.5], [0]), r"\(m, K\)"),
        (lambda: reference.fit_temperature(np.zeros((2, 2)), [0, 1, 1]), "one label"),
        (lambda: reference.fit_temperature([1.0, 0.0], 0), r"\(m, K\)"),
    ],
    ids=["lengths", "label", "few labels", "one vector", "many labels", "one row"],
)
def test_bad_input_is_refused_in_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
