"""An attack on a check: every right answer, changed in one small place, is rejected or makes no difference.

A mutant that passes its check must agree with the reference on the whole domain of the exercise, sampled without
knowledge of the probes. One that does not is a hole in the check.
"""

import warnings
from dataclasses import dataclass, field, replace

import numpy as np

from support.domains import DOMAINS
from support.mutants import Mutant, mutants_of, mutants_of_source
from support.solution_cells import names_given_by_the_notebook
from utils.checking import Exercise
from utils.checking.observing import Answer
from utils.checking.values import agree, form_of
from utils.exercises import all_exercises

SEED = 20180101
INPUTS = 300  # drawn from the domain of an exercise to judge a survivor
INPUTS_OF_MODELS = 40  # where each of them builds a model or trains one
MODELS = ("ch07", "ch08")  # the chapters whose answers build and train models


def builds_models(exercise):
    """Whether an answer to this exercise builds or trains models, so that a check takes longer."""
    return exercise.name.startswith(MODELS)


def unhurried_exercises():
    """All exercises with longer limits of time: a machine with other work to do may take its time.

    Models that are trained in an answer use all that they get, and get twice as much.
    """
    return [
        replace(exercise, time_limit=(2 if builds_models(exercise) else 20) * exercise.time_limit)
        for exercise in all_exercises()
    ]


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
    seeded = replace(exercise, probes=lambda rng: exercise.probes(np.random.default_rng(seed)))
    for name, mutants in _right_answers(exercise):
        if mutants is None:
            found.without_source += 1
            continue
        found.answers += 1
        for mutant in mutants:
            _judge(seeded, Mutant(f"{name}, {mutant.change}", mutant.function), inputs, found)
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
    drawn = [draw(rng) for _ in range(INPUTS_OF_MODELS if builds_models(exercise) else INPUTS)]
    return [(inputs, exercise.expect(inputs)) for inputs in drawn]


def first_difference(exercise, answer, inputs):
    """The first input on which an answer differs from the reference, in words, or None."""
    for given, expected in inputs:
        (result,) = Answer(exercise, answer, exercise.time_limit).observe([given], [form_of(expected)])
        if result.problem:
            return f"{given} gives {result.detail}"
        if not agree(result.value, expected, exercise.rtol, exercise.scale(*given)):
            return f"{given} gives {result.value} in place of {expected}"
    return None


def right_answers(exercise):
    """Names and right answers."""
    return [("the reference", exercise.reference)] + [
        (f"alternative {number}", answer) for number, answer in enumerate(exercise.alternatives, start=1)
    ]
