"""What no exercise may do: accept far-off numbers, wait long, say its solution unasked, explain another mistake."""

import itertools
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


# A mistake and its explanation belong together

QUIET = """
    a an and as at by each for from in is it its no not of on one only or other over place than that the this to two
    with without you your
"""


def stems(text):
    return {word.rstrip("s")[:4] for word in re.findall(r"[a-z]+|\d+", text.lower()) if word not in QUIET.split()}


def words_in_common(exercise):
    """How many words of the name of each mistake stand in the explanation of each one; the exercise's own name aside.

    Returns:
        A list for each name, with a number for each explanation.
    """
    own = stems(exercise.answer_name.replace("_", " "))
    said = [stems(re.sub(r"\{\w+\}", "", mistake.explanation)) - own for mistake in exercise.mistakes]
    return [[len((stems(mistake.name) - own) & words) for words in said] for mistake in exercise.mistakes]


def pairs(exercise):
    """For each pair of mistakes its names, and how well the two explanations fit: as they are, and exchanged."""
    names, common = [mistake.name for mistake in exercise.mistakes], words_in_common(exercise)
    for i, j in itertools.combinations(range(len(names)), 2):
        yield (names[i], names[j]), (common[i][i], common[j][j]), (common[i][j], common[j][i])


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_no_two_explanations_are_exchanged(exercise):
    """Two would be, if both said more words of the other's name than either does of its own.

    Where a right pair looks like that, let an explanation say what the name of its mistake says.
    """
    assert [names for names, now, exchanged in pairs(exercise) if min(exchanged) > max(now)] == []


@pytest.mark.prove
def test_of_all_exchanges_two_fifths_would_be_seen():
    """Not all: many explanations do not repeat the name, which stands above them."""
    seen = [min(now) > max(exchanged) for exercise in EXERCISES for _, now, exchanged in pairs(exercise)]
    assert sum(seen) > 0.4 * len(seen)
