"""What no exercise may do: accept what is far off, wait long, or say its solution before it is asked for it."""

import re

import pytest

from utils.checking.session import source_of_the_solution
from utils.exercises import all_exercises

LARGEST_RTOL = 1e-3
LONGEST = 10.0  # seconds
SHORTEST_LINE = 22  # characters without blanks; a shorter line of a solution may well stand in a hint
EXERCISES = list(all_exercises())


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_tolerance_and_patience_are_small(exercise):
    assert 0 < exercise.rtol <= LARGEST_RTOL
    assert 0 < exercise.time_limit <= LONGEST


def solution_lines(exercise):
    """The lines of a solution that only a solution has, without blanks."""
    source = source_of_the_solution(exercise.name) or ""
    body = re.sub(r'""".*?"""', "", source, flags=re.DOTALL).splitlines()[1:]
    lines = {re.sub(r"\s|#.*", "", line).removeprefix("return") for line in body}
    return {line for line in lines if len(line) >= SHORTEST_LINE}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_no_hint_holds_a_line_of_the_solution(exercise):
    said = re.sub(r"\s", "", " ".join(exercise.hints))
    assert [line for line in solution_lines(exercise) if line in said] == []


def test_solutions_have_such_lines():
    assert sum(bool(solution_lines(exercise)) for exercise in EXERCISES) > len(EXERCISES) / 2
