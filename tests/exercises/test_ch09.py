"""What the checks of chapter 9 decide where it is close: right code that looks odd, and wrong code that looks right."""

import numpy as np
import pytest
from support.chance import CHECKS

from utils import frameworks, reference
from utils.exercises import ch09
from utils.exercises.ch09.temperatures import best_temperature, calibrated_at, lowest


def verdicts(exercise, answer):
    """What several checks say, which draw other probes each time: pairs of a status and a name."""
    found = [exercise.check(answer) for _ in range(CHECKS)]
    return {(verdict.status, verdict.mistake if verdict.is_certain else "a guess") for verdict in found}


# 9.1


def network(activation, last=lambda Z: Z):
    def forward(weights, X):
        A = X
        for W, b in weights[:-1]:
            A = activation(A @ W + b)
        return last(A @ weights[-1][0] + weights[-1][1])

    return forward


def relu(Z):
    return np.maximum(Z, 0)


def three_layers(weights, X):
    (W1, b1), (W2, b2), (W3, b3) = weights
    return relu(relu(X @ W1 + b1) @ W2 + b2) @ W3 + b3


def four_layers(weights, X):
    (W1, b1), (W2, b2), (W3, b3), (W4, b4) = weights
    return relu(relu(relu(X @ W1 + b1) @ W2 + b2) @ W3 + b3) @ W4 + b4


def largest_of_zero(weights, X):
    A = X
    for W, b in weights[:-1]:
        A = np.max(0, A @ W + b)
    return A @ weights[-1][0] + weights[-1][1]


def naive_softmax(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (three_layers, "written for a fixed number of layers"),
        (four_layers, "written for a fixed number of layers"),
        (lambda weights, X: reference.forward(weights[:4], X), "written for a fixed number of layers"),
        (network(lambda Z: np.where(Z > 0, Z, 0.37 * Z)), "another activation"),
        (network(lambda Z: np.clip(Z, 0, 17)), "another activation"),
        (network(lambda Z: np.where(Z > 0, Z, 1.7 * np.expm1(np.minimum(Z, 0)))), "another activation"),
        (network(np.tanh, reference.softmax), "another activation"),
        (network(relu, naive_softmax), "probabilities in place of logits"),
        (network(relu, reference.log_softmax), "log-probabilities in place of logits"),
        (largest_of_zero, "np.max in place of np.maximum"),
        (network(relu, np.squeeze), "axes of one entry lost"),
    ],
)
def test_a_wrong_forward_pass_is_named_whatever_its_constants(answer, name):
    assert verdicts(ch09.forward, answer) == {("incorrect", name)}


def test_a_network_that_refuses_some_depths_is_not_taken_for_the_max_of_python():
    def one_layer(weights, X):
        ((W, b),) = weights
        return X @ W + b

    assert ("incorrect", "Python's max") not in verdicts(ch09.forward, one_layer)


@pytest.mark.parametrize(
    "condition",
    [
        lambda weights, X: len(X) == 1,
        lambda weights, X: len(X) > 20,
        lambda weights, X: len(weights[-1][1]) >= 8,
        lambda weights, X: len(weights[-1][1]) == 1,
        lambda weights, X: len(weights) > 5,
        lambda weights, X: np.all(X <= 0),
        lambda weights, X: np.abs(X).max() > 1e4,
        lambda weights, X: np.all(reference.forward(weights, X) < 0),
        lambda weights, X: any(np.array_equal(W, weights[-1][0]) for W, _ in weights[:-1]),
    ],
)
def test_a_forward_pass_that_is_wrong_under_one_condition_is_rejected(condition):
    def forward(weights, X):
        return reference.forward(weights, X) * (1.5 if condition(weights, X) else 1)

    assert {status for status, _ in verdicts(ch09.forward, forward)} == {"incorrect"}


def test_torch_in_float64_and_operations_in_place_are_right():
    def in_torch(weights, X):
        import torch

        A = torch.tensor(X)
        *hidden, (V, c) = weights
        for W, b in hidden:
            A = torch.relu(A @ torch.tensor(W) + torch.tensor(b))
        return A @ torch.tensor(V) + torch.tensor(c)

    def in_place(weights, X):
        A = X.copy()
        for place, (W, b) in enumerate(weights):
            A = A @ W
            A += b
            if place < len(weights) - 1:
                A[A < 0] = 0
        return A

    for answer in (in_torch, in_place):
        assert verdicts(ch09.forward, answer) == {("correct", None)}


# 9.2


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda D, W, A: (W.T @ D) * (A > 0), "factors in the wrong order"),
        (lambda D, W, A: np.dot(W.T, D), "factors in the wrong order"),
        (lambda D, W, A: W @ D.T, "examples in the columns"),
        (lambda D, W, A: (D @ W.T) * np.where(A > 0, 1, 0.07), "a leak where the unit is closed"),
        (lambda D, W, A: (D @ W.T) * (A > 1e-7), "a threshold above zero"),
        (lambda D, W, A: (D @ W.T) * (A > 0.3), "a threshold above zero"),
        (lambda D, W, A: (D @ W.T) * (A >= 0), "no slope of the ReLU"),
    ],
)
def test_a_wrong_step_back_is_named_whatever_its_constants(answer, name):
    assert verdicts(ch09.pass_back, answer) == {("incorrect", name)}


def test_a_gradient_of_the_first_example_is_not_taken_for_a_sum():
    first = lambda D, W, A: (W @ D[0]) * (A[0] > 0)  # noqa: E731
    assert verdicts(ch09.pass_back, first) == {("incorrect", None)}


@pytest.mark.parametrize(
    "condition",
    [
        lambda D, W, A: len(D) == 1,
        lambda D, W, A: len(D) > 20,
        lambda D, W, A: W.shape[0] >= 8,
        lambda D, W, A: W.shape[1] >= 8,
        lambda D, W, A: W.shape[1] == 1,
        lambda D, W, A: W.shape[0] == W.shape[1],
        lambda D, W, A: np.all(A > 0),
        lambda D, W, A: 0 < A.max() < 1e-250,
        lambda D, W, A: np.all(D <= 0) and D.any(),
    ],
)
def test_a_step_back_that_is_wrong_under_one_condition_is_rejected(condition):
    def pass_back(D, W, A):
        return (D @ W.T) * (A > 0) * (1.5 if condition(D, W, A) else 1)

    assert {status for status, _ in verdicts(ch09.pass_back, pass_back)} == {"incorrect"}


# 9.3


def turned(W):
    return W.T if W.ndim == 2 else W.transpose(3, 2, 0, 1)


def with_rows_for_torch(weights):
    pairs, maps = [], 0
    for W, b in weights:
        if W.ndim == 4:
            maps = W.shape[3]
        elif maps:
            W, maps = frameworks.rows_for_torch(W, maps), 0
        pairs.append((turned(W), b))
    return pairs


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda weights: [(turned(W).astype(np.float32), b) for W, b in weights], "digits lost"),
        (lambda weights: [(turned(W).astype(np.float16), b) for W, b in weights], "digits lost"),
        (lambda weights: [(np.round(turned(W), 6), np.round(b, 6)) for W, b in weights], "digits lost"),
        (with_rows_for_torch, "rows put into another order"),
        (lambda weights: [(turned(W), 0 * b) for W, b in weights], "biases set to zero"),
        (lambda weights: [(turned(W), b.reshape(-1, 1)) for W, b in weights], "a second axis for the biases"),
        (
            lambda weights: [(W.transpose((3, 2, 0, 1)), b) for W, b in weights],
            "every kernel taken for a convolution",
        ),
        (
            lambda weights: [(W.T if W.ndim == 2 else W.transpose(2, 3, 1, 0), b) for W, b in weights],
            "the axes of the way back",
        ),
        (
            lambda weights: [(W.T if W.ndim == 2 else W.transpose(1, 3, 2, 0), b) for W, b in weights],
            "axes in another order",
        ),
        (
            lambda weights: tuple(map(list, zip(*frameworks.keras_to_torch(weights), strict=True))),
            "kernels and biases apart",
        ),
    ],
)
def test_a_wrong_conversion_is_named(answer, name):
    assert verdicts(ch09.keras_to_torch, answer) == {("incorrect", name)}


def test_a_generator_of_views_is_right():
    def pairs(weights):
        for W, b in weights:
            yield turned(W), b

    assert verdicts(ch09.keras_to_torch, pairs) == {("correct", None)}


# 9.4


def as_counts(table):
    return lambda y, prediction, K: table(reference.confusion_matrix(y, prediction, K).astype(float), y)


def chained(y, prediction, K):
    table = np.zeros((K, K))
    table[y][prediction] += 1
    return table


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (
            lambda y, prediction, K: np.bincount(10 * y + prediction, minlength=100).reshape(10, 10)[:K, :K],
            "right for ten classes at most",
        ),
        (
            lambda y, prediction, K: reference.confusion_matrix(y, prediction, K).astype(np.uint8),
            "counts that run over",
        ),
        (as_counts(lambda table, y: np.nan_to_num(table / table.sum(axis=1, keepdims=True))), None),
        (as_counts(lambda table, y: table / np.maximum(table.sum(axis=1, keepdims=True), 1)), None),
        (as_counts(lambda table, y: np.round(100 * table / len(y), 1)), None),
        (chained, "counted in a copy"),
        (lambda y, prediction, K: np.bincount(K * y + prediction).reshape(K, K), "cells missing at the end"),
        (
            lambda y, prediction, K: np.histogram2d(y, prediction, bins=K)[0],
            "bins between the smallest and the largest",
        ),
        (lambda y, prediction, K: reference.confusion_matrix(y, prediction, 30), "always the same size"),
    ],
)
def test_a_wrong_table_is_named(answer, name):
    assert verdicts(ch09.confusion_matrix, answer) == {("incorrect", name or "shares in place of counts")}


@pytest.mark.parametrize(
    "condition",
    [
        lambda y, prediction, K: K == 1,
        lambda y, prediction, K: K > 10,
        lambda y, prediction, K: len(y) == 1,
        lambda y, prediction, K: len(y) > 100,
        lambda y, prediction, K: len(y) == K and K > 5,
        lambda y, prediction, K: np.array_equal(y, prediction),
        lambda y, prediction, K: max(y.max(), prediction.max()) + 1 < K,
    ],
)
def test_a_table_that_is_wrong_under_one_condition_is_rejected(condition):
    def confusion_matrix(y, prediction, K):
        return reference.confusion_matrix(y, prediction, K) + (1 if condition(y, prediction, K) else 0)

    assert {status for status, _ in verdicts(ch09.confusion_matrix, confusion_matrix)} == {"incorrect"}


# 9.5


def cost(Z, y, T):
    return reference.cross_entropy(Z / T, y)


def bounded(low, high, cost=cost):
    """The search of SciPy as everybody calls it."""

    def fit_temperature(Z, y):
        from scipy.optimize import minimize_scalar

        return minimize_scalar(lambda T: cost(Z, y, T), bounds=(low, high), method="bounded").x

    return fit_temperature


def published(Z, y, start=1.5, rate=0.01, turns=50):
    """The code that the paper's authors published, with its settings."""
    import torch

    T = torch.nn.Parameter(torch.full((1,), start, dtype=torch.float64))
    optimizer = torch.optim.LBFGS([T], lr=rate, max_iter=turns)
    logits, labels = torch.tensor(Z), torch.tensor(y)

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(logits / T, labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    return T.item()


def test_the_fast_temperature_is_that_of_the_reference():
    rng = np.random.default_rng(0)
    for T in np.geomspace(0.05, 20, 20):
        Z, y = calibrated_at(rng, T, 30, 4, shift=rng.choice([0.0, 1000.0, -50.0]))
        assert best_temperature(Z, y) == pytest.approx(T, rel=1e-3)
        assert best_temperature(Z, y) == pytest.approx(reference.fit_temperature(Z, y), rel=1e-8)


@pytest.mark.parametrize(
    ("low", "high", "name"),
    [
        (0.2, 6, "range too narrow"),
        (0.1, 10, "range too narrow"),
        (0.3, 6, "range too narrow"),
        (0.06, 20, "range too narrow"),
        (0.05, 10, "range ends too early"),
        (0.05, 18, "range ends too early"),
        (0.05, 19, "range ends too early"),
    ],
)
def test_the_range_of_the_search_is_looked_at_on_both_sides(low, high, name):
    assert verdicts(ch09.fit_temperature, bounded(low, high)) == {("incorrect", name)}


@pytest.mark.parametrize(("low", "high"), [(0.05, 20), (0.01, 100)])
def test_a_search_of_the_whole_range_is_right(low, high):
    assert verdicts(ch09.fit_temperature, bounded(low, high)) == {("correct", None)}


@pytest.mark.parametrize(("rate", "name"), [(0.01, "not down to the bottom"), (1.0, "a negative temperature")])
def test_the_published_code_is_named_with_its_steps_and_with_long_ones(rate, name):
    import torch  # its import belongs to no check

    threads = torch.get_num_threads()
    published(*ch09.fit_temperature.probes(np.random.default_rng(0))[0])  # nor does what it loads at its first step
    assert verdicts(ch09.fit_temperature, lambda Z, y: published(Z, y, rate=rate)) == {("incorrect", name)}
    assert torch.get_num_threads() == threads


def calibration_error(bins):
    return lambda Z, y, T: reference.expected_calibration_error(reference.softmax(Z / T), y, bins)


def on_a_grid(cost, grid):
    return lambda Z, y: grid[np.argmin([cost(Z, y, T) for T in grid])]


def without_a_shift(Z, y, T):
    with np.errstate(all="ignore"):
        E = np.exp(Z / T)
        return -np.mean(np.log(E[np.arange(len(y)), y] / E.sum(axis=1)))


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (on_a_grid(calibration_error(10), np.geomspace(0.05, 20, 120)), "the calibration error minimised"),
        (on_a_grid(calibration_error(15), np.linspace(0.05, 20, 250)), "the calibration error minimised"),
        (bounded(0.05, 20, lambda Z, y, T: cost(reference.softmax(Z / T), y, 1)), "softmax twice"),
        (bounded(0.05, 20, lambda Z, y, T: cost(reference.softmax(Z), y, T)), "softmax twice"),
        (bounded(0.05, 20, without_a_shift), "no shift in the cost"),
        (on_a_grid(cost, np.linspace(0.05, 20, 90)), "not down to the bottom"),
        (lambda Z, y: 2.0, "T stays where it began"),
        (lambda Z, y: lowest(lambda T: cost(Z * T, y, 1)), "the inverse"),
    ],
)
def test_a_wrong_search_is_named_whatever_its_settings(answer, name):
    assert verdicts(ch09.fit_temperature, answer) == {("incorrect", name)}


def cut_off(small):
    return lambda Z, y, T: -np.mean(np.log(reference.softmax(Z / T)[np.arange(len(y)), y] + small))


@pytest.mark.parametrize("small", [1e-6, 1e-9, 1e-15])
def test_a_cost_that_is_cut_off_is_rejected_whatever_by(small):
    assert verdicts(ch09.fit_temperature, bounded(0.05, 20, cut_off(small))) == {("incorrect", "a ceiling on the cost")}


def test_whole_temperatures_are_no_places_and_the_ends_may_be_two():
    a_list = on_a_grid(cost, np.array([1.0, 2.0, 3.0, 5.0]))
    assert verdicts(ch09.fit_temperature, a_list) == {("incorrect", "not down to the bottom")}
    upside_down = bounded(0.05, 20, lambda Z, y, T: -cost(Z, y, T))
    assert verdicts(ch09.fit_temperature, upside_down) == {("incorrect", "an end of the search")}


def test_a_minimiser_without_options_is_exact_enough():
    """On a few examples of two classes it may stop at 6.4e-4 of the best temperature."""

    def fit_temperature(Z, y):
        from scipy.optimize import minimize

        return minimize(lambda T: cost(Z, y, T[0]), [1.0]).x[0]

    assert verdicts(ch09.fit_temperature, fit_temperature) == {("correct", None)}


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_a_temperature_with_a_wrong_factor_is_no_near_miss(factor):
    def fit_temperature(Z, y):
        return factor * reference.fit_temperature(Z, y)

    assert verdicts(ch09.fit_temperature, fit_temperature) == {("incorrect", None)}
