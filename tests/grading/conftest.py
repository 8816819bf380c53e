"""What the tests of grading share: notebooks that were handed in, and a grader for each level of walls."""

import os

import pytest

from utils.files import ROOT
from utils.grading import sandbox
from utils.grading.judging import Chapter, Grader


@pytest.fixture(scope="session", params=[sandbox.FULL, sandbox.LOCK])
def level(request):
    """A level of walls that this machine has; CI has the full one, or its tests fail."""
    best, reason = sandbox.level()
    if os.environ.get("CI") and best != sandbox.FULL:
        pytest.fail(f"The full level is expected in continuous integration. {reason}")
    if request.param == sandbox.FULL and best != sandbox.FULL:
        pytest.skip(reason)
    if request.param == sandbox.LOCK and (best == sandbox.NONE or os.geteuid() == 0):
        pytest.skip(reason or "Root is not locked in without bubblewrap.")
    return request.param


@pytest.fixture(scope="session")
def grader_of():
    """A function from a level to its grader, which is made once: its warm process takes seconds to start."""
    made = {}

    def of(level):
        if level not in made:
            made[level] = Grader(level)
        return made[level]

    yield of
    for grader in made.values():
        grader.close()


@pytest.fixture(scope="session")
def grader(level, grader_of):
    """A grader at a level."""
    return grader_of(level)


@pytest.fixture(scope="session")
def best_grader(grader_of):
    """A grader at the highest level of this machine, for what is the same at all of them."""
    best, reason = sandbox.level()
    if best == sandbox.NONE:
        pytest.skip(reason)
    return grader_of(best)


@pytest.fixture(scope="session")
def chapter_1():
    """What a grader knows of chapter 1."""
    return Chapter("01", ROOT)
