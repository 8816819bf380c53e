"""Does each check try what the text of its exercise promises? Two statements of a domain are held against each other.

``tests/support/domains.py`` is written from the texts alone, the probes of a check are drawn from the exercise's own
domain.
"""

import re
from collections import defaultdict

import numpy as np
import pytest
from support.chance import CHECKS
from support.regions import is_rejected, missed, regions_of, regions_promised_to

from utils.checking import Domain
from utils.exercises import all_exercises
from utils.files import ROOT

FUNCTIONS = [exercise for exercise in all_exercises() if exercise.is_function]
each_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)


@each_function
def test_the_domain_is_stated_once(exercise):
    assert isinstance(exercise.probes, Domain)


@each_function
def test_every_check_tries_every_region_that_the_text_promises(exercise):
    regions = set(regions_promised_to(exercise))
    found = [missed(exercise.probes(np.random.default_rng(seed)), regions) for seed in range(CHECKS)]
    assert set().union(*found) == set()


def test_a_region_that_is_never_tried_is_reported():
    """With the corners taken away, the probes of a softmax leave out what their text promises."""
    (softmax,) = (exercise for exercise in FUNCTIONS if exercise.name == "ch01.softmax")
    without = Domain(softmax.probes.smallest)
    assert "input 0: 8 classes and more" in missed(without(np.random.default_rng(0)), set(regions_promised_to(softmax)))


def test_the_table_in_contributing_counts_these_exercises():
    """`make report` prints it. What the mutants did cannot be counted here in a moment; what was attacked can."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if re.match(r"\| (?:\d+|all) \|", line)]
    written = {chapter: [int(number.replace(",", "")) for number in numbers] for chapter, *numbers in rows}
    counted = defaultdict(lambda: [0] * 5)
    for exercise in all_exercises():
        named = [mistake for mistake in exercise.mistakes if mistake.samples]
        samples = sum(len(mistake.samples) for mistake in named)
        regions = len(regions_promised_to(exercise)) if exercise.is_function else 0
        numbers = 1, 1 + len(exercise.alternatives), len(named), samples, regions
        for row in (str(int(exercise.name[2:4])), "all"):
            counted[row] = [one + other for one, other in zip(counted[row], numbers, strict=True)]
    assert written == counted


def test_regions_are_seen_in_inputs():
    assert {"input 0: one row", "input 0: a negative row"} <= regions_of((np.array([[-1.0, -2.0]]),))
    assert "input 0: a row below -750" in regions_of((np.array([-800.0, -900.0]),))
    assert "input 1: below 0.1" in regions_of((np.array([1.0]), 0.05))


@pytest.mark.prove
@each_function
def test_an_answer_that_is_wrong_in_one_region_is_rejected(exercise):
    for region in regions_promised_to(exercise):
        assert all(is_rejected(exercise, region) for _ in range(CHECKS)), region
