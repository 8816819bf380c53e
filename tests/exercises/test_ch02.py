"""What the checks of chapter 2 promise: wrong code that looks right on most inputs, and names for whole families."""

import numpy as np
import pytest
from support.chance import CHECKS

from utils import reference
from utils.exercises import ch02


def verdicts(exercise, answer):
    """The status, the name and the certainty of several checks, each once."""
    checks = [exercise.check(answer) for _ in range(CHECKS)]
    return {(verdict.status, verdict.mistake, verdict.is_certain) for verdict in checks}


def own_softmax(z):
    """Right but for rows far below zero."""
    powers = np.exp(z - np.maximum(0, z.max(axis=-1, keepdims=True)))
    return powers / powers.sum(axis=-1, keepdims=True)


# Exercise 2.1


@pytest.mark.parametrize(
    "is_met",
    [
        lambda p, i, j: len(p) >= 8,
        lambda p, i, j: len(p) >= 8 and i < j,
        lambda p, i, j: len(p) > 2 and np.ptp(p) == 0,
        lambda p, i, j: len(p) > 2 and i != j and p[i] == p[j],
        lambda p, i, j: len(p) > 2 and (p == 0).any(),
        lambda p, i, j: len(p) > 2 and i == j == len(p) - 1,
        lambda p, i, j: 0 < p.min() < 1e-6,
        lambda p, i, j: p.min() == 0 < min(p[i], p[j]) and i != j,
        lambda p, i, j: p.min() == 0 < p[i] < 1 and i == j,
    ],
)
def test_a_derivative_that_is_wrong_under_one_condition_is_rejected(is_met):
    def answer(p, i, j):
        return p[i] * ((i == j) - p[j]) + (0.01 if is_met(p, i, j) else 0.0)

    assert {status for status, *_ in verdicts(ch02.partial, answer)} == {"incorrect"}


def slope_from_logits(p, i, j, h):
    with np.errstate(divide="ignore"):
        z, step = np.log(p), h * np.eye(len(p))[j]
    return (reference.softmax(z + step)[i] - reference.softmax(z - step)[i]) / (2 * h)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda p, i, j: 3 * p[i] * ((i == j) - p[j]), "a constant factor"),
        (lambda p, i, j: p[i - 1] * ((i == j) - p[j - 1]), "places counted from 1"),
        (lambda p, i, j: p * ((np.arange(len(p)) == j) - p[j]), "the whole matrix"),
        (lambda p, i, j: [p[i] * ((i == j) - p[j])], None),
        (lambda p, i, j: round(p[i] * ((i == j) - p[j]), 4), "rounded"),
        (lambda p, i, j: round(p[i] * ((i == j) - p[j]), 6), "rounded"),
        (lambda p, i, j: slope_from_logits(p, i, j, 3e-6), "measured with a step"),
        (lambda p, i, j: p[i] * ((i == j) - p[j]) + 1e-9, None),
        (lambda p, i, j: 0.0 if i == j else -p[i] * p[j], None),
    ],
)
def test_families_of_a_derivative(answer, name):
    assert verdicts(ch02.partial, answer) == {("incorrect", name, True)}


# Exercise 2.2


def jacobian_of(a):
    return np.diag(a) - np.outer(a, a)


def measured_jacobian(z, h):
    z = z.astype(float)
    rows = [(reference.softmax(z + h * unit) - reference.softmax(z - h * unit)) / (2 * h) for unit in np.eye(len(z))]
    return np.array(rows)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda z: jacobian_of(own_softmax(z)), "shift by zero at least"),
        (lambda z: jacobian_of(np.exp(z) / (np.exp(z).sum() + 1e-10)), "no shift"),
        (lambda z: np.diag(np.exp(z) / np.exp(z).sum()), "diagonal only"),
        (lambda z: np.diag(z) - np.outer(z, z).astype(float), "logits in place of probabilities"),
        (lambda z: jacobian_of(np.exp(z) / np.exp(z).sum(axis=1)), "axis 1 of a vector"),
        (lambda z: reference.softmax_jacobian(z)[None], "another shape"),
        (lambda z: measured_jacobian(z, 1e-4), "measured with a step"),
        (lambda z: measured_jacobian(z, 1e-6), "measured with a step"),
        (lambda z: np.round(reference.softmax_jacobian(z), 4), "rounded"),
    ],
)
def test_families_of_a_jacobian(answer, name):
    assert verdicts(ch02.jacobian, answer) == {("incorrect", name, True)}


@pytest.mark.parametrize("is_met", [lambda z: len(z) >= 8, lambda z: z.max() < -750, lambda z: z.min() > 1e4])
def test_a_jacobian_that_is_wrong_under_one_condition_is_rejected(is_met):
    def answer(z):
        return reference.softmax_jacobian(z) + (0.01 if is_met(z) else 0.0)

    assert {status for status, *_ in verdicts(ch02.jacobian, answer)} == {"incorrect"}


# Exercise 2.3


def product_with(a, v):
    return a * (v - (a * v).sum(axis=-1, keepdims=True))


def opposite(a, v):
    """The wrong sign, and no digit is left of what cancels."""
    return a * ((a * v).sum(axis=-1, keepdims=True) - v)


def row_by_row(like):
    def product(z, v):
        if z.ndim == 1:
            return reference.softmax_vjp(z, v)
        result = np.zeros_like(like(z, v))
        for i in range(len(z)):
            result[i] = reference.softmax_vjp(z[i], v[i])
        return result

    return product


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (row_by_row(lambda z, v: z), "zeros of the wrong type"),
        (row_by_row(lambda z, v: v), "zeros of the wrong type"),
        (lambda z, v: product_with(own_softmax(z), v), "shift by zero at least"),
        (lambda z, v: product_with(np.exp(z) / (np.exp(z).sum(axis=-1, keepdims=True) + 1e-12), v), "no shift"),
        (lambda z, v: np.squeeze(reference.softmax_vjp(z, v)), "axes of length one are lost"),
        (lambda z, v: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) * v, "batches only"),
        (lambda z, v: reference.softmax(z) * (v - np.dot(reference.softmax(z), v)), "one vector only"),
        (lambda z, v: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True) * v, "nothing subtracted"),
        (lambda z, v: reference.softmax_vjp(z, v) / len(np.atleast_2d(z)), "divided by the number of examples"),
        (lambda z, v: opposite(reference.softmax(z), v), "everything with the other sign"),
        (lambda z, v: product_with(reference.softmax(v), z), "probabilities and v exchanged"),
        (lambda z, v: np.round(reference.softmax_vjp(z, v), 4), "rounded"),
    ],
)
def test_families_of_a_product(answer, name):
    assert verdicts(ch02.vjp, answer) == {("incorrect", name, True)}


@pytest.mark.parametrize(
    "is_met",
    [
        lambda z: z.ndim == 2 and len(z) == 1,
        lambda z: z.shape[-1] >= 8,
        lambda z: z.ndim == 2 and len(z) > 20,
        lambda z: z.ndim == 2 and z.dtype.kind == "i",
        lambda z: z.ndim == 2 and np.ptp(z.max(axis=-1)) > 700,
    ],
)
def test_a_product_that_is_wrong_under_one_condition_is_rejected(is_met):
    def answer(z, v):
        return reference.softmax_vjp(z, v) + (0.1 if is_met(z) else 0.0)

    assert {status for status, *_ in verdicts(ch02.vjp, answer)} == {"incorrect"}


# Exercise 2.4


def measured(quotient, h):
    """A gradient made of a quotient of one's own."""

    def gradient(f, x):
        x = np.array(x, dtype=float)
        result = np.zeros(x.shape)
        for place in np.ndindex(x.shape):
            step = np.zeros(x.shape)
            step[place] = h
            result[place] = quotient(f, x, step, h)
        return result

    return gradient


def central(f, x, step, h):
    return (f(x + step) - f(x - step)) / (2 * h)


def in_the_callers_array(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        old = x[place]
        x[place] = old + h
        above = f(x)
        x[place] = old - h
        below = f(x)
        x[place] = old
        gradient[place] = (above - below) / (2 * h)
    return gradient


def in_single_precision(f, x):
    x = np.array(x, dtype=np.float32)
    return measured(central, 1e-5)(lambda y: np.float32(f(y.astype(np.float32))), x)


def a_row_at_a_time(f, x):
    if x.ndim < 2:
        return reference.central_difference(f, x)
    return np.array([a_row_at_a_time(f, row) for row in x])


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (in_the_callers_array, "steps in the caller's array"),
        (lambda f, x: in_the_callers_array(f, x, 1e-4), "steps in the caller's array"),
        (lambda f, x: in_the_callers_array(f, np.array(x)), "integers cannot move"),
        (in_single_precision, "measured in float32"),
        (a_row_at_a_time, "a row for the function"),
        (measured(central, 0.03), "too large a step"),
        (measured(central, 3e-3), "too large a step"),
        (measured(central, 1e-3), "too large a step"),
        (measured(central, 1e-10), "too small a step"),
        (measured(central, 1e-11), "too small a step"),
        (measured(central, 3e-13), "too small a step"),
        (measured(lambda f, x, step, h: (f(x + step) - f(x)) / h, 3e-4), "one side only"),
        (measured(lambda f, x, step, h: (f(x + step) - f(x - step)) / 2 * h, 3e-5), "misplaced bracket"),
        (measured(lambda f, x, step, h: f(x + step) - f(x - step), 3e-4), "not divided"),
        (measured(lambda f, x, step, h: (f(x + step) - f(x - step)) / h, 3e-5), "divided by one step"),
        (measured(lambda f, x, step, h: (f(x + step) + f(x - step)) / (2 * h), 3e-5), "the sum of the values"),
        (lambda f, x: x, None),
        (lambda f, x: np.cumsum(reference.central_difference(f, x)).reshape(x.shape), "steps that pile up"),
        (lambda f, x: reference.central_difference(f, x).ravel()[:1], "one slope only"),
        (lambda f, x: reference.central_difference(f, x) if x.ndim == 2 else x.shape[2:][5], "matrices only"),
        (lambda f, x: np.gradient(f(x)), "a function for tables"),
        (lambda f, x: np.round(reference.central_difference(f, x), 4), "rounded"),
    ],
)
def test_families_of_a_measured_gradient(answer, name):
    assert verdicts(ch02.central_difference, answer) == {("incorrect", name, True)}


def test_a_step_on_one_side_that_is_far_too_small_is_not_said_to_fail_in_the_valley():
    answer = measured(lambda f, x, step, h: (f(x + step) - f(x)) / h, 1e-12)
    verdict = ch02.central_difference.check(answer)
    assert verdict.mistake == "too small a step"
    assert "valley `" not in verdict.message


@pytest.mark.parametrize(
    "is_met",
    [
        lambda x: x.ndim == 3,
        lambda x: x.ndim == 0 and x.dtype.kind == "i",
        lambda x: x.ndim == 2 and x.dtype.kind == "i",
        lambda x: x.ndim == 2 and x.dtype == np.float32,
        lambda x: x.ndim == 2 and len(x) > 20,
        lambda x: x.ndim == 1 and len(x) >= 8,
        lambda x: x.size > 1 and x.max() < 0,
    ],
)
def test_a_gradient_that_is_wrong_under_one_condition_is_rejected(is_met):
    def answer(f, x):
        return reference.central_difference(f, x) + (0.1 if is_met(x) else 0.0)

    assert {status for status, *_ in verdicts(ch02.central_difference, answer)} == {"incorrect"}


@pytest.mark.parametrize("h", [1e-3, 1e-4, 1e-6, 1e-7, 1e-8])
def test_every_step_that_the_figure_supports_is_accepted(h):
    def five_points(f, x, step, h):
        return (8 * (f(x + step) - f(x - step)) - f(x + 2 * step) + f(x - 2 * step)) / (12 * h)

    assert verdicts(ch02.central_difference, measured(five_points, h)) == {("correct", None, True)}
    if h < 1e-3:
        assert verdicts(ch02.central_difference, measured(central, h)) == {("correct", None, True)}


def test_a_class_without_a_chance_is_asked_for_its_own_slope():
    def divides_by_p(p, i, j):
        return p[i] ** 2 * (1 / p[i] - 1) if i == j else -p[i] * p[j]

    def with_a_floor(p, i, j):
        return reference_of_partial(np.where(p < 1e-9, 0.0, p), i, j)

    assert verdicts(ch02.partial, divides_by_p) == {("incorrect", None, True)}
    assert {status for status, *_ in verdicts(ch02.partial, with_a_floor)} == {"incorrect"}


def reference_of_partial(p, i, j):
    return p[i] * ((i == j) - p[j])


def test_integers_of_two_bytes_are_too_short_for_logits_of_any_size():
    def answer(z):
        return reference.softmax_jacobian(z.astype(np.int16) if z.dtype.kind == "i" else z)

    def without_small_ones(z):
        a = reference.softmax(z)
        a[a < 1e-4] = 0
        return np.diag(a) - np.outer(a, a)

    assert verdicts(ch02.jacobian, answer) == {("incorrect", None, True)}
    assert verdicts(ch02.jacobian, without_small_ones) == {("incorrect", None, True)}


def test_the_last_digit_counts_when_x_is_to_stay_as_it_is():
    def moved_and_moved_back(f, x):
        x = x if x.dtype == np.float64 else x.astype(float)
        slopes, h = np.zeros(x.shape), 1e-5
        for place in np.ndindex(x.shape):
            x[place] += h
            above = f(x)
            x[place] -= 2 * h
            slopes[place] = (above - f(x)) / (2 * h)
            x[place] += h
        return slopes

    assert verdicts(ch02.central_difference, moved_and_moved_back) == {("incorrect", "the input is changed", True)}


def test_one_side_is_not_enough_at_the_ends_either():
    def answer(f, x):
        slopes, h = reference.central_difference(f, x), 1e-5
        for place in zip(*np.nonzero(np.abs(x) >= 15), strict=True):
            step = np.zeros(x.shape)
            step[place] = h
            slopes[place] = (f(x + step) - f(x)) / h
        return slopes

    assert verdicts(ch02.central_difference, answer) == {("incorrect", None, True)}
