"""The grader says what the notebook says: status, name and words, for right answers and for known mistakes."""

import itertools
import zlib

import numpy as np
import pytest
from support.handed_in import cells, notebook

from utils.checking.judging import judge
from utils.checking.observing import Answer
from utils.exercises import all_exercises
from utils.frameworks import clean_setting

SEED = 20_26
CHAPTERS = sorted({exercise.name[:4] for exercise in all_exercises()})
QUICK = ("ch01", "ch03")


def known_answers(exercise):
    """All right answers and known mistakes of an exercise: the answer, and an expression that gives it."""
    here = f"{exercise.name}."
    yield exercise.reference, f"{here}reference"
    for place, answer in enumerate(exercise.alternatives):
        yield answer, f"{here}alternatives[{place}]"
    for place, mistake in enumerate(exercise.mistakes):
        for number, sample in enumerate(mistake.samples):
            yield sample, f"{here}mistakes[{place}].samples[{number}]"


def in_this_process(exercise, answer):
    """The verdict that a notebook would show, on the probes that the grader draws."""
    rng = np.random.default_rng([SEED, zlib.crc32(exercise.name.encode())])
    with clean_setting():
        return judge(exercise, Answer(exercise, answer), rng)


def words(verdict):
    return verdict.status, verdict.mistake, verdict.is_certain, verdict.message


@pytest.mark.parametrize(
    ("chapter", "step"),
    [*((chapter, 12) for chapter in QUICK), *(pytest.param(c, 1, marks=pytest.mark.prove) for c in CHAPTERS)],
)
def test_the_grader_and_the_notebook_agree(chapter, step, best_grader):
    exercises = [exercise for exercise in all_exercises() if exercise.name.startswith(chapter)]
    differing, compared = [], 0
    columns = [list(known_answers(exercise))[::step] for exercise in exercises]
    for row in itertools.zip_longest(*columns):
        both = [(exercise, *pair) for exercise, pair in zip(exercises, row, strict=True) if pair is not None]
        sources = {exercise.name: f"{exercise.answer_name} = {expression}" for exercise, _, expression in both}
        judged = {
            one.exercise: one for one in best_grader.grade(chapter[2:], cells(notebook(chapter[2:], sources)), SEED)
        }
        for exercise, answer, expression in both:
            there, here = words(judged[exercise.name].verdict), words(in_this_process(exercise, answer))
            compared += 1
            if there != here:
                differing.append((expression, there, here))
    print(f"{compared} answers of {chapter} judged twice")
    assert differing == []
