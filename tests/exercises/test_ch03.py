"""What the checks of chapter 3 promise: all that the text admits is tried, and families keep their names."""

import math

import numpy as np
import pytest
from support.chance import CHECKS

from utils import reference
from utils.exercises import ch03


def verdicts(exercise, answer):
    """What a check says, repeatedly: statuses and names."""
    found = [exercise.check(answer) for _ in range(CHECKS)]
    return {
        (verdict.status, verdict.mistake if verdict.is_certain else f"perhaps {verdict.mistake}") for verdict in found
    }


def one_hot(y, K):
    return np.eye(K)[y]


def picked(A, y):
    return A[np.arange(len(y)), y]


def shares(powers):
    return powers / powers.sum(axis=-1, keepdims=True)


# Wrong under one condition -------------------------------------------------------------------------------------------

ROWS = {
    "one row": lambda Z, y: len(Z) == 1,
    "one class": lambda Z, y: Z.shape[1] == 1,
    "eight classes and more": lambda Z, y: Z.shape[1] >= 8,
    "two classes": lambda Z, y: Z.shape[1] == 2,
    "more than 20 rows": lambda Z, y: len(Z) > 20,
    "a square batch": lambda Z, y: len(Z) == Z.shape[1] > 1,
    "an absent class": lambda Z, y: len(Z) > 1 and len(set(y)) < Z.shape[1],
    "labels all the same": lambda Z, y: len(Z) > 2 and len(set(y)) == 1,
}
CONDITIONS = {
    ch03.loss: {
        "a zero beside the label": lambda a, y: (a == 0).any(),
        "certain": lambda a, y: a[y] == 1 and len(a) > 1,
        "one class": lambda a, y: len(a) == 1,
        "eight classes and more": lambda a, y: len(a) >= 8,
        "all equal": lambda a, y: len(a) > 1 and np.ptp(a) == 0,
        "hardly more than 0": lambda a, y: a[y] < 1e-20,
        "a label of NumPy": lambda a, y: not isinstance(y, int),
        "the first class": lambda a, y: y == 0,
        "the last class": lambda a, y: y == len(a) - 1,
        "nearly certain": lambda a, y: 0.999 < a[y] < 1,
    },
    ch03.indicator: {
        "one label": lambda y, K: len(y) == 1,
        "one class": lambda y, K: K == 1,
        "eight classes and more": lambda y, K: K >= 8,
        "more than 20 labels": lambda y, K: len(y) > 20,
        "as many labels as classes": lambda y, K: len(y) == K > 1,
        "the first class absent": lambda y, K: 0 not in y,
        "the last class absent": lambda y, K: K - 1 not in y,
        "labels all the same": lambda y, K: len(y) > 1 and len(set(y)) == 1,
        "in order": lambda y, K: len(y) > 2 and (np.diff(y) > 0).all(),
    },
    ch03.cost: {
        **ROWS,
        "a zero beside a label": lambda A, y: (A == 0).any() and (A[0] != 1).all(),
        "certain rows": lambda A, y: (picked(A, y) == 1).all() and A.shape[1] > 1,
        "even rows": lambda A, y: np.ptp(A) == 0 and A.shape[1] > 2,
        "hundreds of rows": lambda A, y: len(y) > 300,
        "hardly more than 0": lambda A, y: (picked(A, y) < 1e-20).any(),
    },
    ch03.cost_gradient: {
        **ROWS,
        "a row of negative logits": lambda Z, y: (Z.max(axis=1) < 0).any() and np.abs(Z).max() < 30,
        "all logits negative": lambda Z, y: Z.max() < 0 and Z.min() > -30,
        "all below -750": lambda Z, y: Z.max() < -750,
        "above 10,000": lambda Z, y: Z.min() > 1e4,
        "ties": lambda Z, y: any(len(set(row)) < len(row) for row in Z.tolist()) and np.ptp(Z) > 0,
        "rows of equal logits": lambda Z, y: Z.shape[1] > 2 and (np.ptp(Z, axis=1) == 0).all(),
        "rows far apart": lambda Z, y: np.ptp(Z.max(axis=1)) > 800,
        "logits far apart": lambda Z, y: np.ptp(Z, axis=1).max() > 750,
        "around 500": lambda Z, y: Z.min() > 350 and Z.max() < 700,
    },
    ch03.repaired_loss: {
        "one class": lambda x, y: len(x) == 1,
        "two classes": lambda x, y: len(x) == 2,
        "eight classes and more": lambda x, y: len(x) >= 8,
        "all negative": lambda x, y: x.max() < 0 and x.min() > -30,
        "all below -750": lambda x, y: x.max() < -750,
        "above 10,000": lambda x, y: x.min() > 1e4 and len(x) > 1,
        "a tie for the largest": lambda x, y: len(x) > 2 and np.sum(x == x.max()) == 2,
        "all equal": lambda x, y: len(x) > 1 and np.ptp(x) == 0,
        "far apart": lambda x, y: np.ptp(x) > 750,
        "a gap of 720": lambda x, y: 700 < np.ptp(x) < 740,
        "around 500": lambda x, y: x.min() > 350 and x.max() < 700,
        "logits of integers": lambda x, y: x.dtype.kind == "i",
        "a label of integers": lambda x, y: y.dtype.kind == "i",
        "a label of floats": lambda x, y: y.dtype.kind == "f",
        "the label far behind": lambda x, y: x.max() - x @ y > 750,
        "the likeliest class": lambda x, y: len(x) > 1 and x @ y == x.max(),
    },
}


@pytest.mark.parametrize(
    ("exercise", "condition"),
    [
        pytest.param(exercise, condition, id=f"{exercise.name}-{name}")
        for exercise, conditions in CONDITIONS.items()
        for name, condition in conditions.items()
    ],
)
def test_what_is_wrong_under_one_condition_of_the_text_never_passes(exercise, condition):
    def answer(*inputs):
        off = 0.3 if exercise is ch03.repaired_loss else 0.01
        return exercise.reference(*inputs) + off * bool(condition(*inputs))

    assert {status for status, _ in verdicts(exercise, answer)} == {"incorrect"}


# What was accepted, and what was rejected, against the text ----------------------------------------------------------


def published_one_hot_loss(a, y):
    return -np.sum(np.eye(len(a))[y] * np.log(a))


def test_a_zero_beside_the_label_is_met_at_every_check():
    assert verdicts(ch03.loss, published_one_hot_loss) == {("incorrect", "zero times minus infinity")}


@pytest.mark.parametrize("maximum", [lambda z: np.maximum(0, z.max(axis=-1, keepdims=True)), lambda z: z.max()])
def test_a_shift_that_fails_for_some_rows_never_passes(maximum):
    def answer(Z, y):
        return (shares(np.exp(Z - maximum(Z))) - one_hot(y, Z.shape[1])) / len(y)

    assert {status for status, _ in verdicts(ch03.cost_gradient, answer)} == {"incorrect"}


def gradient_in_an_array_like_Z(Z, y):
    gradient = np.zeros_like(Z)
    for row, z, label in zip(gradient, Z, y, strict=True):
        z = z - z.max()
        row += np.exp(z) / np.exp(z).sum()
        row[label] -= 1
    gradient /= len(y)
    return gradient


def gradient_through_logarithms(Z, y):
    return (np.exp(Z - reference.logsumexp(Z, keepdims=True)) - one_hot(y, Z.shape[1])) / len(y)


def gradient_by_cases(Z, y):
    P = reference.softmax(Z)
    return np.where(np.arange(Z.shape[1]) == y[:, None], -(1 - P), P) / Z.shape[0]


def cost_by_choice(A, y):
    return np.average([-math.log(row[label]) for row, label in zip(A, y, strict=True)])


def cost_on_the_diagonal(A, y):
    return np.trace(-np.log(A[:, y])) / len(y)


def loss_with_a_mask(a, y):
    return -np.log(a[np.arange(len(a)) == y]).item()


def loss_where_it_counts(a, y):
    return np.where(np.arange(len(a)) == y, -np.log(a), 0).max()


def loss_of_a_batch_of_one(x, y_one_hot):
    return reference.cross_entropy(x[np.newaxis], np.array([y_one_hot.argmax()]))


def loss_of_differences(x, y_one_hot):
    return reference.logsumexp(x - x[y_one_hot.astype(bool)])


def indicator_by_differences(y, K):
    return np.logical_not(y[:, np.newaxis] - np.arange(K))


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (ch03.cost_gradient, gradient_in_an_array_like_Z),
        (ch03.cost_gradient, gradient_through_logarithms),
        (ch03.cost_gradient, gradient_by_cases),
        (ch03.cost, cost_by_choice),
        (ch03.cost, cost_on_the_diagonal),
        (ch03.loss, loss_with_a_mask),
        (ch03.loss, loss_where_it_counts),
        (ch03.repaired_loss, loss_of_a_batch_of_one),
        (ch03.repaired_loss, loss_of_differences),
        (ch03.indicator, indicator_by_differences),
    ],
)
def test_unusual_right_answers_pass_at_every_check(exercise, answer):
    assert verdicts(exercise, answer) == {("correct", None)}


# Families, with constants and second slips that the banks do not have ------------------------------------------------


def softmax_of(Z):
    return reference.softmax(Z)


def through_the_jacobian(Z, y):
    rows = [-reference.softmax_jacobian(z)[label] / reference.softmax(z)[label] for z, label in zip(Z, y, strict=True)]
    return np.array(rows) / len(y)


FAMILIES = [
    (ch03.loss, "epsilon in the log", lambda a, y: -np.log(a[y] + 3e-11)),
    (ch03.loss, "epsilon in the log", lambda a, y: -np.log(max(a[y], 2e-6))),
    (ch03.loss, "epsilon in the log", lambda a, y: -np.sum(one_hot(y, len(a)) * np.log(np.clip(a, 1e-13, 1) + 1e-9))),
    (ch03.loss, "epsilon in the log", lambda a, y: min(-np.log(a[y]), 50)),
    (ch03.loss, "no minus sign", lambda a, y: np.sum(one_hot(y, len(a)) * np.log(a + 1e-9))),
    (ch03.loss, "rounded", lambda a, y: float(f"{-np.log(a[y]):.2f}")),
    (ch03.loss, "a term for the other classes", lambda a, y: -np.log(a[y]) - np.log(1 - np.delete(a, y) + 1e-9).sum()),
    (ch03.loss, "zero times minus infinity", lambda a, y: [-math.log(p) for p in a][y]),
    (ch03.loss, "written for a batch", lambda a, y: -np.log(a[range(a.shape[0]), y]).mean()),
    (ch03.cost, "epsilon in the log", lambda A, y: -np.mean(np.log(picked(A, y) + 4e-11))),
    (
        ch03.cost,
        "epsilon in the log",
        lambda A, y: -np.sum(one_hot(y, A.shape[1]) * np.log(np.clip(A, 1e-12, 1 - 1e-12) + 1e-9)) / A.shape[0],
    ),
    (ch03.cost, "divided by the number of classes", lambda A, y: -np.log(picked(A, y) + 1e-8).sum() / A.shape[1]),
    (ch03.cost, "sum instead of mean", lambda A, y: -np.sum(one_hot(y, A.shape[1]) * np.log(A))),
    (ch03.cost, "sum instead of mean", lambda A, y: -np.log(np.clip(picked(A, y), 1e-11, 1)).sum()),
    (ch03.cost, "mean over examples and classes", lambda A, y: -np.mean(one_hot(y, A.shape[1]) * np.log(A + 1e-7))),
    (ch03.cost, "no minus sign", lambda A, y: np.mean(one_hot(y, A.shape[1]) * np.log(A + 1e-12))),
    (ch03.cost, "the label as a factor", lambda A, y: -np.sum(y[:, None] * np.log(A + 1e-12)) / len(A)),
    (ch03.cost, "the sum inside the logarithm", lambda A, y: -np.log(np.sum(one_hot(y, A.shape[1]) * A) + 1e-15)),
    (ch03.cost, "rounded", lambda A, y: round(float(-np.log(picked(A, y)).mean()), 3)),
    (ch03.cost_gradient, "one subtracted everywhere", lambda Z, y: (shares(np.exp(Z)) - 1) / len(y)),
    (
        ch03.cost_gradient,
        "divided by m − 1",
        lambda Z, y: (softmax_of(Z) - one_hot(y, Z.shape[1])) / max(len(y) - 1, 1),
    ),
    (
        ch03.cost_gradient,
        "an extra factor of a",
        lambda Z, y: (P := softmax_of(Z)) * (P - one_hot(y, Z.shape[1])) / len(y),
    ),
    (ch03.cost_gradient, "no 1/m", lambda Z, y: shares(np.exp(Z)) - one_hot(y, Z.shape[1])),
    (ch03.cost_gradient, "the other direction", lambda Z, y: one_hot(y, Z.shape[1]) - softmax_of(Z)),
    (
        ch03.cost_gradient,
        "no shift",
        lambda Z, y: (np.exp(Z) / np.exp(Z).sum(1)[:, None] - one_hot(y, Z.shape[1])) / len(y),
    ),
    (ch03.cost_gradient, "divided by a probability of 0", through_the_jacobian),
    (
        ch03.cost_gradient,
        "divided by a probability of 0",
        lambda Z, y: reference.softmax_vjp(Z, -one_hot(y, Z.shape[1]) / softmax_of(Z) / len(y)),
    ),
    (
        ch03.cost_gradient,
        "shift by the smallest",
        lambda Z, y: (shares(np.exp(Z - np.sort(Z)[:, :1])) - one_hot(y, Z.shape[1])) / len(y),
    ),
    (ch03.loss, "the logarithm of the zeros", lambda a, y: -np.log(one_hot(y, len(a)) * a).sum()),
    (ch03.loss, "the logarithm of the zeros", lambda a, y: -np.log(one_hot(y, len(a)) * a + 1e-12).sum()),
    (ch03.loss, "a fixed number of cases", lambda a, y: -math.log(a[min(y, 2)])),
    (ch03.loss, "a fixed number of cases", lambda a, y: -math.log(a[0]) if y == 0 else -math.log(a[1])),
    (ch03.indicator, "axes of length one are lost", lambda y, K: one_hot(y, K).squeeze()),
    (ch03.indicator, "one column too few", lambda y, K: [[label == j for j in range(0, K - 1)] for label in y]),
    (ch03.cost, "the logarithm of the zeros", lambda A, y: -np.mean(np.log(A * one_hot(y, A.shape[1])).sum(axis=1))),
    (
        ch03.cost,
        "number of classes from the labels",
        lambda A, y: -np.sum(one_hot(y, y.max() + 1) * np.log(A + 1e-9)) / len(y),
    ),
    (ch03.cost_gradient, "number of classes from the labels", lambda Z, y: softmax_of(Z) - one_hot(y, y.max() + 1)),
    (ch03.cost_gradient, "axes of length one are lost", lambda Z, y: reference.cost_gradient(Z, y).squeeze()),
    (ch03.cost_gradient, "a factor of 2", lambda Z, y: 2 * reference.cost_gradient(Z, y)),
    (ch03.cost_gradient, "added in place of subtracted", lambda Z, y: softmax_of(Z) + one_hot(y, Z.shape[1])),
    (ch03.cost_gradient, "rounded", lambda Z, y: reference.cost_gradient(Z, y).round(5)),
    (
        ch03.cost_gradient,
        "epsilon in the chain",
        lambda Z, y: reference.softmax_vjp(Z, -one_hot(y, Z.shape[1]) / (softmax_of(Z) + 1e-7)) / len(y),
    ),
    (ch03.repaired_loss, "rounded", lambda x, y: round(reference.cross_entropy(x, y.argmax()), 2)),
    (ch03.repaired_loss, "the logarithm of the zeros", lambda x, y: -np.log(softmax_of(x) * y).sum()),
    (
        ch03.repaired_loss,
        "put back with the wrong sign",
        lambda x, y: np.log(np.sum(np.exp(x - max(x)))) - (max(x) + x @ y),
    ),
    (ch03.repaired_loss, "shift by the true logit", lambda x, y: np.log(sum(np.exp(x - x[y.argmax()])))),
    (ch03.repaired_loss, "epsilon in the log", lambda x, y: -np.sum(y * np.log(softmax_of(x) + 7e-12))),
    (ch03.repaired_loss, "epsilon in the log", lambda x, y: -np.log(max(1e-6, softmax_of(x) @ y))),
    (ch03.repaired_loss, "clipped logits", lambda x, y: -np.sum(y * reference.log_softmax(np.clip(x, -300, 300)))),
    (ch03.repaired_loss, "no shift", lambda x, y: -np.sum(y * np.log(shares(np.exp(x)) + 1e-9))),
    (
        ch03.repaired_loss,
        "one-hot encoded twice",
        lambda x, y: -np.sum(np.eye(len(y))[y] * np.log(softmax_of(x) + 1e-8)),
    ),
    (
        ch03.repaired_loss,
        "nan made to zero",
        lambda x, y: -np.nansum(y * np.log(softmax_of(x)), where=softmax_of(x) > 0),
    ),
    (ch03.repaired_loss, "stable softmax, unstable loss", lambda x, y: -math.log(softmax_of(x) @ y)),
    (ch03.repaired_loss, "an array of one number", lambda x, y: -reference.log_softmax(x)[y == 1]),
    (ch03.repaired_loss, "written for a batch", lambda x, y: -np.log(shares(np.exp(x - x.max(axis=1)))[:, 0])),
]


@pytest.mark.parametrize(
    ("exercise", "name", "answer"),
    [pytest.param(*case, id=f"{case[0].name}-{case[1]}-{number}") for number, case in enumerate(FAMILIES)],
)
def test_families_keep_their_names(exercise, name, answer):
    assert verdicts(exercise, answer) == {("incorrect", name)}


# No name that does not fit -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (ch03.loss, lambda a, y: -np.log(a[y]) / 2),
        (ch03.cost, lambda A, y: -np.log(picked(A, y)).mean() / 2),
        (ch03.cost, lambda A, y: np.median(-np.log(picked(A, y)))),
        (ch03.cost_gradient, lambda Z, y: 3 * reference.cost_gradient(Z, y)),
        (ch03.cost_gradient, lambda Z, y: np.sign(reference.cost_gradient(Z, y)) / len(y)),
        (ch03.cost_gradient, lambda Z, y: reference.cost_gradient(Z, y) + 0.1),
        (ch03.repaired_loss, lambda x, y: 1.5 * reference.cross_entropy(x, y.argmax())),
        (ch03.indicator, lambda y, K: np.eye(K)[np.sort(y)]),
        (ch03.indicator, lambda y, K: [[label == j] for label in y for j in range(K)]),
    ],
)
def test_an_unknown_mistake_gets_no_name(exercise, answer):
    assert verdicts(exercise, answer) == {("incorrect", None)}


def test_the_error_of_the_reader_is_shown():
    message = ch03.repaired_loss.check(lambda x, y: reference.cross_entropy(x, y)).message
    assert "raised ValueError" in message and "label" in message
    message = ch03.loss.check(lambda a, y: -np.log(a[range(len(y)), y])).message
    assert "has no len()" in message


@pytest.mark.parametrize("digits", [4, 5, 6])
def test_six_decimals_are_too_few(digits):
    assert verdicts(ch03.loss, lambda a, y: np.round(-np.log(a[y]), digits)) == {("incorrect", "rounded")}
    assert verdicts(ch03.cost, lambda A, y: np.round(reference_cost(A, y), digits)) == {("incorrect", "rounded")}


def reference_cost(A, y):
    return -np.log(picked(A, y)).mean()


def of_distinct_rows(A, y):
    _, places = np.unique(np.column_stack([A, y]), axis=0, return_index=True)
    return reference_cost(A[places], y[places])


def with_the_last_class_for_the_first(a, y):
    return -np.log(a[y or -1]) if len(a) > 8 else -np.log(a[y])


def of_the_eight_largest(x, y_one_hot):
    return reference.logsumexp(np.sort(x)[-8:]) - np.dot(x, y_one_hot)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (ch03.cost, lambda A, y: reference_cost(A[:1000], y[:1000])),
        (ch03.cost, of_distinct_rows),
        (ch03.indicator, lambda y, K: np.eye(K)[np.minimum(y, 12)] if K > 12 else np.eye(K)[y]),
        (
            ch03.cost,
            lambda A, y: np.mean([reference_cost(A[i : i + 100], y[i : i + 100]) for i in range(0, len(y), 100)]),
        ),
        (ch03.loss, lambda a, y: -np.log(a[y] if isinstance(y, int) else a.max())),
        (ch03.cost_gradient, lambda Z, y: reference.cost_gradient(Z, y) * (1 if len(y) <= 64 else len(y) / 64)),
        (ch03.loss, with_the_last_class_for_the_first),
        (ch03.repaired_loss, of_the_eight_largest),
    ],
)
def test_many_rows_equal_rows_and_many_classes_are_tried(exercise, answer):
    assert {status for status, _ in verdicts(exercise, answer)} == {"incorrect"}
