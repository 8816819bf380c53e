"""The contract that every exercise of every chapter keeps."""

import re
import zlib
from dataclasses import replace

import numpy as np
import pytest
from support.attack import builds_models, unhurried_exercises
from support.chance import CHECKS, CHECKS_OF_TRAININGS
from support.solution_cells import names_given_by_the_notebook

from utils.checking.values import change

EXERCISES = unhurried_exercises()
PLACEHOLDER = re.compile(r"\{\w+\}")  # that was left unfilled

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)

# Answers in which models are built or trained take longer: some tests have them before a release alone.
BY_TIME = [pytest.param(e, marks=pytest.mark.prove if builds_models(e) else (), id=e.name) for e in EXERCISES]
each_exercise_in_its_time = pytest.mark.parametrize("exercise", BY_TIME)
each_function_in_its_time = pytest.mark.parametrize(
    "exercise", [param for param in BY_TIME if param.values[0].is_function]
)

# Of theirs the first at every change.
ALTERNATIVES = [
    pytest.param(exercise, answer, id=f"{exercise.name}-{number}", marks=pytest.mark.prove if is_late else ())
    for exercise in EXERCISES
    for number, answer in enumerate(exercise.alternatives)
    for is_late in [builds_models(exercise) and number > 0]
]


def answers_at_every_change(exercise, mistake):
    """The first wrong answer of a mistake; where models are built or trained, of every tenth mistake.

    `make prove` has all answers, several times.
    """
    is_tried = not builds_models(exercise) or zlib.crc32(f"{exercise.name} {mistake.name}".encode()) % 10 == 0
    return mistake.samples[:1] if is_tried else ()


MISTAKES = [
    pytest.param(exercise, mistake, id=f"{exercise.name}-{mistake.name}")
    for exercise in EXERCISES
    for mistake in exercise.mistakes
    if answers_at_every_change(exercise, mistake)
]


def test_every_chapter_has_a_main_exercise():
    chapters = {exercise.name[:4] for exercise in EXERCISES}
    assert {exercise.name[:4] for exercise in EXERCISES if exercise.is_main} == chapters


def test_every_exercise_has_a_name_of_its_own_and_stands_under_it():
    names = [exercise.name for exercise in EXERCISES]
    assert len(set(names)) == len(names) > 0
    for exercise in EXERCISES:
        chapter, _, name = exercise.name.partition(".")
        module = __import__(f"utils.exercises.{chapter}", fromlist=[name])
        assert getattr(module, name).name == exercise.name


@each_exercise
def test_reference_is_accepted(exercise):
    verdict = exercise.check(exercise.reference)
    assert (verdict.status, verdict.mistake) == ("correct", None)


@pytest.mark.parametrize(("exercise", "answer"), ALTERNATIVES)
def test_right_answers_written_in_other_ways_are_accepted(exercise, answer):
    for _ in range(CHECKS_OF_TRAININGS if builds_models(exercise) else CHECKS):
        verdict = exercise.check(answer)
        assert verdict.status == "correct", verdict


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_every_mistake_is_recognised_by_its_own_name(exercise, mistake):
    for number, answer in enumerate(answers_at_every_change(exercise, mistake)):
        verdict = exercise.check(answer)
        assert (verdict.status, verdict.mistake) == ("incorrect", mistake.name), f"answer {number}: {verdict}"
        assert verdict.is_certain, number
        assert not PLACEHOLDER.search(verdict.message)
        assert "as in a known mistake" not in verdict.message, f"answer {number} is right at the example of its mistake"


@pytest.mark.prove
@each_exercise
def test_every_mistake_keeps_its_name_with_any_probes(exercise):
    """A name that hangs on the random part of the probes would change from one check to the next."""
    verdicts = (
        (mistake.name, number, exercise.check(answer))
        for mistake in exercise.mistakes
        for number, answer in enumerate(mistake.samples)
        for _ in range(3 if builds_models(exercise) else 10)
    )
    found = {
        (name, number, verdict.message if PLACEHOLDER.search(verdict.message) else verdict.mistake)
        for name, number, verdict in verdicts
    }
    assert {(name, number, other) for name, number, other in found if other != name} == set()


@each_exercise_in_its_time
def test_the_examples_of_the_explanations_go_wrong(exercise):
    """The reader can repeat what the explanation says; another input is shown to whom it does not fit."""
    for mistake in exercise.mistakes:
        if mistake.example:
            at_the_example = replace(exercise, probes=lambda rng, example=mistake.example: [example])
            assert any(at_the_example.check(answer).status == "incorrect" for answer in mistake.samples), mistake.name


@each_exercise
def test_the_bank_is_rich_enough(exercise):
    own = [mistake for mistake in exercise.bank if mistake.samples]
    assert len(own) >= (8 if exercise.is_main else 4)
    assert len(exercise.alternatives) >= 4
    assert 2 <= len(exercise.hints) <= 4
    assert all(len(hint.split()) >= 8 for hint in exercise.hints)
    names = [mistake.name for mistake in exercise.mistakes]
    explanations = [mistake.explanation for mistake in exercise.mistakes]
    assert len(set(names)) == len(names)
    assert len(set(explanations)) == len(explanations)
    if exercise.is_function:
        assert [m.name for m in exercise.bank if "{output}" in m.explanation and not m.example] == []


@each_exercise
def test_explanations_are_neither_short_nor_long(exercise):
    lengths = {mistake.name: len(mistake.explanation.split()) for mistake in exercise.mistakes}
    assert {name: words for name, words in lengths.items() if not 40 <= words <= 120} == {}


@each_exercise
def test_no_word_that_talks_down_and_no_solution_in_an_explanation(exercise):
    texts = [*exercise.hints, exercise.asks, exercise.remark, *(mistake.explanation for mistake in exercise.mistakes)]
    for text in texts:
        assert not re.search(r"\b(simply|obviously|trivial|just|easy|easily)\b|!", text, re.IGNORECASE), text
        assert not re.search(r"`[^`]*np\.exp\([^`]*/[^`]*`", text), "a ready-made answer"


@each_function_in_its_time
def test_a_function_of_numbers_that_are_not_asked_for_is_rejected(exercise):
    """A check that passes what it never looked at would pass this one."""
    off = max(1e-3, 10 * exercise.rtol)

    def plausible(*inputs):
        return exercise.reference(*inputs)

    def observe(answer, *inputs):
        value = exercise.expect(inputs)
        return change(nearly, value) if answer is plausible else value

    def nearly(leaf):
        return leaf + "s" if isinstance(leaf, str) else leaf * (1 + off)

    assert replace(exercise, observe=observe).check(plausible).status == "incorrect"


@each_function_in_its_time
def test_a_memorised_answer_is_rejected(exercise):
    """Right on every probe of one check, and wrong on the fresh ones of the next."""
    memory = {}

    def learn(*inputs):
        result = exercise.reference(*inputs)
        memory[repr(inputs)] = result
        return result

    def recite(*inputs):
        return memory.get(repr(inputs), 0.5)

    assert exercise.check(learn).status == "correct"
    assert exercise.check(recite).status == "incorrect"


@each_exercise_in_its_time
def test_the_cell_of_the_solution_is_found_and_accepted(exercise):
    """The solution in the notebook is an answer like any other; nbval sees the same of those with models."""
    exercise.check(exercise.reference)
    source = exercise.solution().code
    assert source and "SOLUTION" not in source
    namespace = {"np": np, **names_given_by_the_notebook(exercise)}
    exec(source, namespace)
    assert exercise.check(namespace[exercise.answer_name]).status == "correct"


@pytest.mark.benchmark(group="one check")
@pytest.mark.parametrize("kind", ["right", "known mistake", "unknown mistake"])
@each_exercise
def test_time_of_a_check(benchmark, exercise, kind):
    """The budget is 100 ms in every case, 2 s for models and trainings."""
    exercise.check(exercise.reference)  # imports and first calls belong to no check
    wrong = next(mistake for mistake in exercise.bank if mistake.samples).samples[0]

    def unknown(*inputs):
        return [exercise.reference(*inputs)]

    answers = {"right": exercise.reference, "known mistake": wrong, "unknown mistake": unknown}
    answer = answers[kind] if exercise.is_function or kind != "unknown mistake" else [0.123]
    benchmark.pedantic(exercise.check, args=(answer,), rounds=5)
