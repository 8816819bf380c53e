"""The checks under attack by mutants and by right answers, on the whole domain of each exercise; see
tests/support/attack.py.
"""

import numpy as np
import pytest
from support.attack import (
    SEED,
    attack,
    builds_models,
    first_difference,
    inputs_of_the_domain,
    right_answers,
    unhurried_exercises,
)

pytestmark = pytest.mark.prove

FUNCTIONS = [exercise for exercise in unhurried_exercises() if exercise.is_function]
each_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)

# Right answers that are right in float64 alone, and why.
NOT_IN_FLOAT32 = {
    "ch01.sigmoid_from_softmax, alternative 4": "(1 + tanh)/2 has no digits left for probabilities near 0 in float32",
    "ch04.relative_error, alternative 5": "its guard against 0/0, 1e-300, is 0 in float32",
    "ch05.sigmoids, alternative 2": "(1 + tanh)/2 has no digits left for probabilities near 0 in float32",
    "ch05.sigmoids, alternative 10": "1 - p has no digits left for probabilities near 0 in float32",
    "ch06.log_softmax, alternative 8": "its limit, 1e-300, lies outside of float32",
}
# Exercises whose text asks for float64, where a point that is rounded to float32 is another point.
ONLY_IN_FLOAT64 = {"ch02.central_difference"}


@each_function
def test_no_wrong_mutant_passes(exercise):
    exercise.check(exercise.reference)
    found = attack(exercise)
    assert found.killed > 20
    assert found.survivors == []


def in_float32(answer):
    """The same answer, called with float32 where it would get float64."""

    def called(*inputs):
        return answer(*(value.astype(np.float32) if _is_float64(value) else value for value in inputs))

    return called


def _is_float64(value):
    return isinstance(value, np.ndarray) and value.dtype == np.float64


@each_function
def test_right_answers_are_right_on_the_whole_domain(exercise):
    inputs = inputs_of_the_domain(exercise, SEED)
    for name, answer in right_answers(exercise):
        assert first_difference(exercise, answer, inputs) is None, name


@each_function
def test_right_answers_pass_with_any_probes(exercise):
    for name, answer in right_answers(exercise):
        for _ in range(10 if builds_models(exercise) else 100):
            verdict = exercise.check(answer)
            assert verdict.status == "correct", f"{name}: {verdict}"


@each_function
def test_right_answers_pass_in_float32(exercise):
    if exercise.name in ONLY_IN_FLOAT64:
        assert {exercise.check(in_float32(exercise.reference)).status for _ in range(20)} == {"incorrect"}
        return
    for name, answer in right_answers(exercise):
        if f"{exercise.name}, {name}" in NOT_IN_FLOAT32:
            seen = {exercise.check(in_float32(answer)).status for _ in range(300)}
            assert "incorrect" in seen, f"{name} is right in float32"
            continue
        for _ in range(3 if builds_models(exercise) else 20):
            verdict = exercise.check(in_float32(answer))
            assert verdict.status == "correct", f"{name}: {verdict}"
