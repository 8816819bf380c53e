"""Does each check try what the text of its exercise promises? Two statements of a domain are held against each other.

``tests/support/domains.py`` is written from the texts alone, the probes of a check are drawn from the exercise's own
domain.
"""

import inspect

import numpy as np
import pytest
from support.attack import builds_models
from support.domains import DOMAINS
from support.regions import missed, promised, regions_of, wrong_where

from utils.checking import Domain
from utils.exercises import all_exercises

CHECKS = 10
FUNCTIONS = [exercise for exercise in all_exercises() if exercise.is_function]
each_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)


def regions_promised_to(exercise):
    return promised(
        DOMAINS[exercise.name], np.random.default_rng(20261126), draws=300 if builds_models(exercise) else 1500
    )


@each_function
def test_the_domain_is_stated_once(exercise):
    assert isinstance(exercise.probes, Domain)


@each_function
def test_every_check_tries_every_region_that_the_text_promises(exercise):
    regions = regions_promised_to(exercise)
    if builds_models(exercise):  # a model is called with rows: that there are as many of them as columns is no corner
        regions = {region for region in regions if not region.endswith(": square")}
    found = [missed(exercise.probes(np.random.default_rng(seed)), regions) for seed in range(CHECKS)]
    assert set().union(*found) == set()


def test_a_region_that_is_never_tried_is_reported():
    """With the corners taken away, the probes of a softmax leave out what their text promises."""
    (softmax,) = (exercise for exercise in FUNCTIONS if exercise.name == "ch01.softmax")
    without = Domain(softmax.probes.smallest)
    assert "input 0: 8 classes and more" in missed(without(np.random.default_rng(0)), regions_promised_to(softmax))


def test_regions_are_seen_in_inputs():
    assert {"input 0: one row", "input 0: a negative row"} <= regions_of((np.array([[-1.0, -2.0]]),))
    assert "input 0: a row below -750" in regions_of((np.array([-800.0, -900.0]),))
    assert "input 1: below 0.1" in regions_of((np.array([1.0]), 0.05))


@pytest.mark.prove
@each_function
def test_an_answer_that_is_wrong_in_one_region_is_rejected(exercise):
    takes = len(inspect.signature(exercise.reference).parameters)
    if builds_models(exercise) or any(len(inputs) != takes for inputs in exercise.probes(np.random.default_rng(0))):
        pytest.skip("the answer is not called with the probe itself")
    for region in sorted(regions_promised_to(exercise)):
        for _ in range(CHECKS):
            assert exercise.check(wrong_where(exercise, region)).status == "incorrect", region
