"""The checks under attack: every right answer, changed in one small place, is rejected or makes no difference.

A mutant that passes its check must agree with the reference on the whole domain of the exercise, sampled without
knowledge of the probes. One that does not is a hole in the check.
"""

import warnings
from dataclasses import dataclass, field

import numpy as np
import pytest
from support.domains import DOMAINS
from support.mutants import Mutant, mutants_of, mutants_of_source
from support.solution_cells import names_given_by_the_notebook

from utils.checking import Exercise
from utils.checking.comparing import agree, read
from utils.checking.time_limit import run_guarded
from utils.exercises import all_exercises

pytestmark = pytest.mark.prove

SEED = 20180101
INPUTS = 300  # drawn from the domain of an exercise to judge a survivor
INPUTS_OF_MODELS = 40  # where each of them builds a model or trains one
FUNCTIONS = [exercise for exercise in all_exercises() if exercise.is_function]
each_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)

# Right answers that are right in float64 alone, and why.
NOT_IN_FLOAT32 = {
    "ch01.sigmoid_from_softmax, alternative 4": "(1 + tanh)/2 has no digits left for probabilities near 0 in float32",
    "ch04.relative_error, alternative 5": "its guard against 0/0, 1e-300, is 0 in float32",
    "ch05.sigmoids, alternative 2": "(1 + tanh)/2 has no digits left for probabilities near 0 in float32",
    "ch05.sigmoids, alternative 10": "1 - p has no digits left for probabilities near 0 in float32",
    "ch06.log_softmax, alternative 8": "its limit, 1e-300, lies outside of float32",
}


@dataclass
class Attack:
    """What became of the mutants of one exercise.

    Attributes:
        exercise: the one that was attacked.
        answers: how many right answers were changed.
        without_source: how many right answers have no source that can be changed.
        killed: how many mutants were rejected.
        equivalent: the changes that make no difference on the domain.
        survivors: the changes that do, with the input that shows it.
    """

    exercise: Exercise
    answers: int = 0
    without_source: int = 0
    killed: int = 0
    equivalent: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)


def attack(exercise, seed=SEED):
    """Run all mutants of an exercise's right answers against its check.

    Args:
        exercise: one that asks for a function.
        seed: of the probes and of the domain's inputs; with one seed the outcome is always the same.

    Returns:
        An :class:`Attack`.
    """
    found = Attack(exercise)
    inputs = inputs_of_the_domain(exercise, seed)
    look = exercise.probes
    exercise.probes = lambda rng: look(np.random.default_rng(seed))
    try:
        for name, mutants in _right_answers(exercise):
            if mutants is None:
                found.without_source += 1
                continue
            found.answers += 1
            for mutant in mutants:
                _judge(exercise, Mutant(f"{name}, {mutant.change}", mutant.function), inputs, found)
    finally:
        exercise.probes = look
    return found


def _right_answers(exercise):
    """The name of each right answer and its mutants, or None where its source cannot be read."""
    source = exercise.solution().code
    if source:
        yield "the solution", list(mutants_of_source(source, {"np": np, **names_given_by_the_notebook(exercise)}))
    for number, answer in enumerate([exercise.reference, *exercise.alternatives]):
        try:
            yield f"alternative {number}" if number else "the reference", list(mutants_of(answer))
        except LookupError:
            yield "", None


def _judge(exercise, mutant, inputs, found):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if exercise.check(mutant.function, time_limit=min(exercise.time_limit, 1.0)).status != "correct":
            found.killed += 1
            return
        different = first_difference(exercise, mutant.function, inputs)
    if different is None:
        found.equivalent.append(mutant.change)
    else:
        found.survivors.append(f"{mutant.change}: {different}")


def inputs_of_the_domain(exercise, seed):
    """Inputs that the check has never seen, and what is expected of them."""
    draw = DOMAINS[exercise.name]
    rng = np.random.default_rng([seed, 1])
    drawn = [draw(rng) for _ in range(INPUTS_OF_MODELS if exercise.is_slow else INPUTS)]
    return [(inputs, exercise._expected(inputs)) for inputs in drawn]


def first_difference(exercise, answer, inputs):
    """The first input on which an answer differs from the reference, in words, or None."""
    for given, expected in inputs:
        outcome = run_guarded(lambda given=given: exercise.observe(answer, *_copies(given)), 1.0)
        if outcome.error is not None:
            return f"{given} gives {outcome.error!r}"
        if not agree(read(outcome.value, expected), expected, exercise.rtol, exercise.scale(*given)):
            return f"{given} gives {outcome.value} in place of {expected}"
    return None


def _copies(given):
    return tuple(value.copy() if isinstance(value, np.ndarray) else value for value in given)


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


def right_answers(exercise):
    """Names and right answers."""
    return [("the reference", exercise.reference)] + [
        (f"alternative {number}", answer) for number, answer in enumerate(exercise.alternatives, start=1)
    ]


@each_function
def test_right_answers_are_right_on_the_whole_domain(exercise):
    inputs = inputs_of_the_domain(exercise, SEED)
    for name, answer in right_answers(exercise):
        assert first_difference(exercise, answer, inputs) is None, name


@each_function
def test_right_answers_pass_with_any_probes(exercise):
    for name, answer in right_answers(exercise):
        for _ in range(10 if exercise.is_slow else 100):
            verdict = exercise.check(answer)
            assert verdict.status == "correct", f"{name}: {verdict}"


@each_function
def test_right_answers_pass_in_float32(exercise):
    for name, answer in right_answers(exercise):
        if f"{exercise.name}, {name}" in NOT_IN_FLOAT32:
            seen = {exercise.check(in_float32(answer)).status for _ in range(300)}
            assert "incorrect" in seen, f"{name} is right in float32"
            continue
        for _ in range(3 if exercise.is_slow else 20):
            verdict = exercise.check(in_float32(answer))
            assert verdict.status == "correct", f"{name}: {verdict}"
