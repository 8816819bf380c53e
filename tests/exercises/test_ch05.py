"""What the exercises of chapter 5 decide at every check: who is right, who is wrong, and under which name."""

import math

import numpy as np
import pytest
from support.chance import CHECKS

from utils import reference
from utils.exercises import ch05


def names(exercise, answer):
    """The names that an answer gets in several checks; it is wrong in each of them, and none is a guess."""
    verdicts = [exercise.check(answer) for _ in range(CHECKS)]
    assert {verdict.status for verdict in verdicts} == {"incorrect"}
    assert all(verdict.is_certain for verdict in verdicts)
    return {verdict.mistake for verdict in verdicts}


def is_accepted(exercise, answer):
    return {exercise.check(answer).status for _ in range(CHECKS)} == {"correct"}


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def losses(Z, Y):
    return np.logaddexp(0, Z) - Z * np.asarray(Y, dtype=float)


# 5.2


@pytest.mark.parametrize("limit", [3, 8, 25])
def test_sigmoids_cut_off_anywhere_are_named(limit):
    assert names(ch05.sigmoids, lambda Z: sigmoid(np.clip(Z, -limit, limit))) == {"clipped"}


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda Z: 1 / (1 + math.exp(-Z)), "written for one number"),
        (lambda Z: [[1 / (1 + math.exp(-z)) for z in row] for row in Z], "an overflow that stops"),
        (lambda Z: np.squeeze(sigmoid(Z)), "a lost axis"),
        (lambda Z: sigmoid(Z)[0] if len(Z) == 1 else sigmoid(Z), "a lost axis"),
        (lambda Z: 1 / (1 + np.exp(-np.sqrt(Z * Z))), "the size in place of the logit"),
    ],
)
def test_wrong_sigmoids_have_names(answer, name):
    assert names(ch05.sigmoids, answer) == {name}


# 5.3


def test_an_array_in_the_shape_and_type_of_the_logits_is_a_good_start():
    def binary_cross_entropy(Z, Y):
        table = np.zeros_like(Z)
        for place in np.ndindex(*Z.shape):
            table[place] = max(Z[place], 0) - Z[place] * Y[place] + math.log1p(math.exp(-abs(Z[place])))
        return table.sum(axis=1).mean()

    assert is_accepted(ch05.binary_cross_entropy, binary_cross_entropy)


def with_probabilities(change=lambda p: p, reduce=lambda table: table.sum(axis=1).mean()):
    def binary_cross_entropy(Z, Y):
        Y, A = np.asarray(Y, dtype=float), sigmoid(Z)
        return reduce(-Y * np.log(change(A)) - (1 - Y) * np.log(change(1 - A)))

    return binary_cross_entropy


@pytest.mark.parametrize("epsilon", [3e-16, 5e-11, 2e-7, 1e-4, 5e-4])
def test_a_loss_with_a_ceiling_is_named_whatever_made_it(epsilon):
    answers = [
        with_probabilities(lambda p: p + epsilon),
        with_probabilities(lambda p: np.clip(p, epsilon, 1 - epsilon)),
    ]
    for answer in answers:
        assert names(ch05.binary_cross_entropy, answer) == {"epsilon in the log"}


def in_loops(Z, Y):
    total = 0.0
    for logits, labels in zip(Z, Y, strict=True):
        for z, y in zip(logits, labels, strict=True):
            p = 1 / (1 + math.exp(-z))
            total -= math.log(p) if y else math.log(1 - p)
    return total / len(Z)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (with_probabilities(), "log after sigmoid"),
        (in_loops, "log after sigmoid"),
        (with_probabilities(reduce=np.mean), "mean over everything"),
        (with_probabilities(lambda p: p + 1e-9, reduce=np.mean), "mean over everything"),
        (with_probabilities(reduce=np.sum), "sum over everything"),
        (with_probabilities(reduce=lambda table: table.sum(axis=1)), "no mean"),
        (lambda Z, Y: with_probabilities()(Z, 1 - np.asarray(Y, dtype=int)), "yes and no exchanged"),
        (lambda Z, Y: np.mean(np.log(1 + np.exp(Z)) - Z * Y), "mean over everything"),
        (lambda Z, Y: (np.log(1 + np.exp(Z)) - Z * Y).sum(axis=1).mean(), "overflow in the softplus"),
        (lambda Z, Y: max(0, Z) - Z * Y, "written for one number"),
        (
            lambda Z, Y: -((1 - np.asarray(Y, dtype=int)) * np.log(1 - sigmoid(Z))).sum(axis=1).mean(),
            "only the labels that are 0",
        ),
    ],
)
def test_a_second_slip_hides_no_name(answer, name):
    assert names(ch05.binary_cross_entropy, answer) == {name}


# 5.4


def test_an_array_in_the_shape_of_the_logits_may_take_the_answers():
    def predict_labels(Z, threshold):
        answers = np.zeros_like(Z)
        answers[reference.sigmoid(Z) > threshold] = 1
        return answers

    assert is_accepted(ch05.predict_labels, predict_labels)


@pytest.mark.parametrize("fixed", [0.2, 0.35, 0.5, 0.75])
def test_any_threshold_in_place_of_the_one_asked_for_is_named(fixed):
    found = names(ch05.predict_labels, lambda Z, threshold: reference.sigmoid(Z) > fixed)
    assert found == {"the threshold is not used"}


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda Z, threshold: reference.sigmoid(Z) > min(max(threshold, 0.1), 0.9), "another border"),
        (lambda Z, threshold: reference.sigmoid(Z) > threshold / 3, "another border"),
        (lambda Z, threshold: np.log2(threshold / (1 - threshold)) < Z, "another border"),
        (lambda Z, threshold: reference.sigmoid(np.array(threshold)) < Z, "another border"),
        (lambda Z, threshold: sigmoid(Z).argmax(axis=-1), "class numbers in place of rows"),
        (lambda Z, threshold: sigmoid(Z) == sigmoid(Z).max(axis=-1, keepdims=True), "only the largest"),
        (
            lambda Z, threshold: (sigmoid(Z) > threshold) | np.eye(Z.shape[1], dtype=bool)[sigmoid(Z).argmax(axis=-1)],
            "nobody goes without",
        ),
        (lambda Z, threshold: np.log(threshold / 1 - threshold) < Z, "yes to everything"),
        (lambda Z, threshold: np.squeeze(reference.sigmoid(Z) > threshold), "a lost axis"),
        (lambda Z, threshold: 1 if reference.sigmoid(Z) > threshold else 0, "written for one number"),
    ],
)
def test_wrong_answers_by_a_threshold_have_names(answer, name):
    assert names(ch05.predict_labels, answer) == {name}


FUNCTIONS = [ch05.sigmoids, ch05.binary_cross_entropy, ch05.predict_labels]


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)
@pytest.mark.parametrize(
    "where",
    [
        lambda Z: Z.shape[1] >= 8,
        lambda Z: len(Z) == 1,
        lambda Z: len(Z) > 20,
        lambda Z: Z.max() < 0,
        lambda Z: Z.max() < -750,
        lambda Z: Z.min() > 1e4,
        lambda Z: Z.shape == (1, 1),
    ],
)
def test_what_is_right_but_for_one_kind_of_input_is_rejected(exercise, where):
    def spoilt(Z, *others):
        result = exercise.reference(Z, *others)
        return 0.3 - result if where(Z) else result

    assert names(exercise, spoilt) == {None}


@pytest.mark.parametrize(("least", "most"), [(0.02, 1.0), (0.0, 0.98), (0.1, 0.9)])
def test_thresholds_near_the_ends_are_tried(least, most):
    def cut_off(Z, threshold):
        return reference.sigmoid(Z) > np.clip(threshold, least, most)

    assert names(ch05.predict_labels, cut_off) == {"another border"}


def test_a_probability_of_a_billionth_is_no_zero():
    def answer(Z):
        return np.where(Z < -15, 0.0, reference.sigmoid(Z))

    assert {ch05.sigmoids.check(answer).status for _ in range(CHECKS)} == {"incorrect"}


def test_many_classes_and_logits_next_to_the_border_are_tried():
    def of_eight_classes(Z, threshold):
        answers = reference.sigmoid(Z) > threshold
        answers[:, 8:] = False
        return answers

    def in_float16(Z, threshold):
        return reference.sigmoid(Z.astype(np.float16)) > np.float16(threshold)

    assert {ch05.predict_labels.check(of_eight_classes).status for _ in range(CHECKS)} == {"incorrect"}
    assert {ch05.predict_labels.check(in_float16).status for _ in range(CHECKS)} == {"incorrect"}
