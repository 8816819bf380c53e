"""Mistakes that every function can have: told by what it does, not by what it returns."""

import copy
import inspect
import itertools
from dataclasses import replace

import numpy as np

from utils.checking.bank import Bank
from utils.checking.domain import Domain
from utils.checking.values import agree, change, has_finite_numbers, leaves, pairs, plain


def mistakes_of_every_function(exercise):
    """The mistakes that an answer to this exercise can have whatever is asked."""
    name = exercise.answer_name
    mistakes = Bank()

    def returns_nothing(*inputs):
        exercise.reference(*inputs)

    mistakes.add(
        "nothing returned",
        f"""
        `{name}` hands back `None`. Either it ends without a `return`, always or in one of its branches, or its `return`
        passes on what a call gave that gives nothing, as `print`, `sort` and Keras's `compile` do. What was computed,
        or printed, is gone when the function ends: printing shows a number to you, returning hands it to the code that
        called. The check sees only what is returned, and so does every later cell that wants to go on with the result.
        Which name holds your result, and does it stand after the word `return`?
        """,
        returns_nothing,
        recognise=lambda seen: any(result.is_nothing for result in seen.results),
    )
    if inspect.signature(exercise.reference).parameters:
        first = []

        def always_the_same(*inputs):
            if not first:
                first.append(exercise.reference(*inputs))
            return copy.deepcopy(first[0])

        mistakes.add(
            "the argument is not used",
            f"""
            `{name}` returns the same numbers for different inputs. In a notebook a function can read
            every name of the cells above, so a body that mentions such a name in place of its own argument runs without
            an error and answers the same question each time. Compare the name between the brackets of `def` with the
            names that the body reads: do they agree?
            """,
            always_the_same,
            recognise=_ignores_its_argument,
        )
    if any(isinstance(value, np.ndarray) for inputs in _some_probes(exercise) for value in inputs):

        def changes_its_input(*inputs):
            result = exercise.reference(*copy.deepcopy(inputs))
            for array in inputs:
                if isinstance(array, np.ndarray):
                    array -= array.dtype.type(1)
            return result

        mistakes.add(
            "the input is changed",
            f"""
            The array that was handed to `{name}` looks different after the call. Operators such as `-=`, `/=` and `*=`,
            a slice on the left of `=`, and an `out=` argument all work on the array itself, and that array belongs to
            the caller, who may need it again, for example for the gradient or for a second prediction. Look for such a
            line, and let it make a new array in place of the old one.
            """,
            changes_its_input,
            recognise=lambda seen: any(result.changed for result in seen.results),
        )
    if _rounding_matters(exercise):
        mistakes.add(
            "rounded",
            """
            You round the result: {output} for {input}. On paper that is enough. In code another line goes on with the
            number: what is small becomes exactly 0, what should sum to 1 or to 0 no longer does, and of the difference
            between two nearly equal results only rounding is left. `round`, `np.round` and a format such as `:.4f`
            belong in the line that prints; NumPy shows few digits of a number that has them all. Which call in your
            function cuts the digits off?
            """,
            lambda *inputs: _rounded(plain(exercise.reference(*inputs)), 3),
            recognise=_is_rounded,
        )
    return [_of(exercise, mistake) for mistake in mistakes if exercise.of_every_function.get(mistake.name) != ()]


def _some_probes(exercise):
    """Inputs of this exercise, without drawing where its domain names some: to draw may mean to train a model."""
    probes = exercise.probes
    return probes.smallest if isinstance(probes, Domain) else probes(np.random.default_rng(0))


def _rounding_matters(exercise):
    """Whether a call returns numbers for which three decimals are too few, and no mistake of the bank says so."""
    own = {"rounded", "rounded result"} & {mistake.name for mistake in exercise.bank}
    if own or (exercise.observe is not None and "rounded" not in exercise.of_every_function):
        return False
    return any(_differs_when_rounded(exercise, inputs) for inputs in _some_probes(exercise))


def _differs_when_rounded(exercise, inputs):
    truth = exercise.expect(inputs)
    return not any(isinstance(leaf, str) for _, leaf in leaves(truth)) and not agree(
        _rounded(truth, 3), truth, exercise.rtol, exercise.scale(*inputs)
    )


def _rounded(value, digits):
    return change(lambda leaf: np.round(leaf, digits), value)


def _is_rounded(seen):
    """Whether all results are the right ones, rounded to one and the same number of decimals, and some differ by it."""
    if len(seen.results) < len(seen.probes) or any(result.problem or result.changed for result in seen.results):
        return False
    both = [pairs(result.value, truth) for result, truth in zip(seen.results, seen.expected, strict=True)]
    if None in both or any(one.shape != other.shape for part in both for one, other in part):
        return False
    came, truth = (np.concatenate([np.ravel(leaf) for part in both for leaf in part_of(part)]) for part_of in _SIDES)
    return any(
        agree(came, np.round(truth, digits), 1e-7, 0.0) and not agree(came, truth, 1e-6, 1e-12) for digits in range(7)
    )


_SIDES = (lambda part: [one for one, _ in part], lambda part: [other for _, other in part])


def _of(exercise, mistake):
    return replace(mistake, samples=exercise.of_every_function.get(mistake.name, mistake.samples))


def _ignores_its_argument(seen):
    """Whether all inputs got one and the same result, though they needed different ones."""
    if any(result.problem or not has_finite_numbers(result.value) for result in seen.results):
        return False
    if not all(agree(other.value, one.value, 0.0, 0.0) for one, other in itertools.pairwise(seen.results)):
        return False
    return any(not agree(one, other, 1e-9, 0.0) for one, other in itertools.pairwise(seen.expected))
