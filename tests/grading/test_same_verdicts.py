"""The grader says what the notebook says: status, name and words, for right answers and for known mistakes."""

import itertools
import os
import re
import zlib

import numpy as np
import pytest
from support.handed_in import cells, notebook

from utils.checking.judging import judge
from utils.checking.observing import Answer
from utils.exercises import all_exercises
from utils.frameworks import clean_setting

SEED = 20_26
STEP = int(os.environ.get("STEP", "1"))  # every answer; a larger one is for a quick look


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


def say_the_same(one, other):
    """Whether two verdicts say the same.

    Keras numbers its layers and tensors through a whole process, and an error's message is cut behind 200 characters.
    """
    *verdict, message = words(one)
    *other_verdict, other_message = words(other)
    stem, other_stem = (re.sub(r"(?<=[a-z])_\d+\b", "", text).removesuffix(" ….") for text in (message, other_message))
    same = stem == other_stem
    if message.endswith(" ….") and other_message.endswith(" …."):
        same = stem.startswith(other_stem) or other_stem.startswith(stem)
    return verdict == other_verdict and same


def compared(exercises, step, grader):
    """How many answers were judged twice, and those of which the verdicts differ."""
    differing, count = [], 0
    for exercise in exercises:
        in_this_process(exercise, exercise.reference)  # a framework is loaded and compiles at its first call
    columns = [list(known_answers(exercise))[::step] for exercise in exercises]
    for row in itertools.zip_longest(*columns):
        both = [(exercise, *pair) for exercise, pair in zip(exercises, row, strict=True) if pair is not None]
        sources = {exercise.name: f"{exercise.answer_name} = {expression}" for exercise, _, expression in both}
        number = exercises[0].name[2:4]
        judged = {one.exercise: one for one in grader.grade(number, cells(notebook(number, sources)), SEED)}
        for exercise, answer, expression in both:
            there, here = judged[exercise.name].verdict, in_this_process(exercise, answer)
            count += 1
            if not say_the_same(there, here):
                differing.append((expression, words(there), words(here)))
    return count, differing


def test_the_grader_and_the_notebook_agree(best_grader):
    exercises = [exercise for exercise in all_exercises() if exercise.name.startswith("ch01")]
    count, differing = compared(exercises, 12, best_grader)
    assert differing == [] and count > 10


@pytest.mark.prove
@pytest.mark.parametrize("exercise", list(all_exercises()), ids=lambda exercise: exercise.name)
def test_they_agree_on_every_known_answer(exercise, best_grader):
    count, differing = compared([exercise], STEP, best_grader)
    print(f"{count} answers of {exercise.name} judged twice")
    assert differing == []
