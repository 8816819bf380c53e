"""Regions of a domain: kinds of input under which wrong code is wrong while it is right for all others.

They are found by looking at inputs, whoever made them. So the inputs that a test draws from the text of an exercise and
the probes of its check can be held against each other: a region that is common in one and missing in the other is a
    promise that the check does not keep.
"""

import dataclasses
import functools
from collections import Counter
from dataclasses import replace

import numpy as np

from support.attack import builds_models
from support.domains import DOMAINS
from utils.checking.values import change

COMMON = 0.03  # share of the drawn inputs from which on a region counts as promised


def regions_of(inputs):
    """The names of the regions that a tuple of inputs lies in, each with the place of the input that it is about.

    The chunks of a stream are one input, since their number varies.
    """
    with np.errstate(invalid="ignore"):  # streams hold minus infinity
        return _regions_of_parts(inputs)


def _regions_of_parts(inputs):
    if len(inputs) != 2 and all(isinstance(value, np.ndarray) and value.ndim == 1 for value in inputs):
        inputs = (np.concatenate(inputs),)
    return {f"{where}: {name}" for where, value in _parts(inputs) for name in _regions_of_one(value)}


def _parts(value, where="input"):
    """The arrays and numbers among some inputs, with their places."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _parts(getattr(value, field.name), f"{where}.{field.name}")
    elif isinstance(value, np.ndarray) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        yield where, value
    elif isinstance(value, (tuple, list)):
        array = _as_numbers(value)
        if array is not None and isinstance(value, list):
            yield where, array
        elif where == "input":
            for place, part in enumerate(value):
                yield from _parts(part, f"{where} {place}")


def _as_numbers(values):
    try:
        array = np.array(values)
    except ValueError:  # rows of different lengths
        return None
    return array if array.dtype.kind in "fiu" and array.size else None


def _regions_of_one(value):
    array = np.asarray(value)
    if array.dtype.kind not in "fiu" or array.size == 0:
        return
    if isinstance(value, float):
        yield from _regions_of_a_number(value)
        return
    if isinstance(value, int):
        return
    yield f"{array.ndim} axes"
    if array.dtype.kind in "iu":
        yield "whole numbers"
        return  # labels, and logits whose type is the lesson
    if array.size == 1:
        yield "one entry"
    if array.ndim == 2:
        yield from _regions_of_rows(array)
    if array.ndim >= 1:
        yield from _regions_of_classes(array)


def _regions_of_a_number(value):
    if value < 0.1:
        yield "below 0.1"
    if value > 0.9:
        yield "above 0.9"
    if value > 10:
        yield "above 10"


def _regions_of_rows(array):
    rows, classes = array.shape
    if rows == 1:
        yield "one row"
    if rows > 20:
        yield "more than 20 rows"
    if rows == classes > 1:
        yield "square"
    if rows > 1 and np.ptp(array.max(axis=1)) > 700:
        yield "rows far apart"


def _regions_of_classes(array):
    classes = array.shape[-1]
    rows = array.reshape(-1, classes)
    largest, smallest = rows.max(axis=1), rows.min(axis=1)
    if classes == 1:
        yield "one class"
    if classes >= 8:
        yield "8 classes and more"
    if classes > 1:
        gaps = largest - smallest
        if ((rows == largest[:, None]).sum(axis=1) > 1).any():
            yield "a tie for the largest"
        if (gaps == 0).any():
            yield "a row of equal numbers"
        if (gaps > 30).any():
            yield "a gap above 30"
    least = largest.min()
    if least < 0:
        yield "a negative row"
    if least < -750:
        yield "a row below -750"
    if largest.max() > 1e4:
        yield "a row above 10,000"
    if smallest.min() == 0:
        yield "a zero among numbers that are not negative"


def promised(draw, rng, draws=1500):
    """The regions that are common in a domain.

    Args:
        draw: a function from a generator to a tuple of inputs.
        rng: the generator.
        draws: how many inputs are looked at.
    """
    counts = Counter(region for _ in range(draws) for region in regions_of(draw(rng)))
    return {region for region, count in counts.items() if count >= COMMON * draws}


def missed(probes, regions):
    """The regions that no probe of one check lies in."""
    return regions - set().union(*(regions_of(inputs) for inputs in probes))


@functools.cache
def regions_promised_to(exercise):
    """The regions that the text of an exercise promises, in a fixed order."""
    draws = 300 if builds_models(exercise) else 1500
    regions = promised(DOMAINS[exercise.name], np.random.default_rng(20261126), draws)
    if builds_models(exercise):  # a model is called with rows: that there are as many of them as columns is no corner
        regions = {region for region in regions if not region.endswith(": square")}
    return sorted(regions)


def is_rejected(exercise, region):
    """Whether an answer is rejected that is wrong in one region and right everywhere else.

    Where an answer is called with something else than the probe, such as a model, what is seen of it is made wrong.
    """

    def wrong(*inputs):
        result = exercise.reference(*inputs)
        return change(_spoiled, result) if region in regions_of(inputs) else result

    def observe(answer, *probe):
        seen = exercise.expect(probe)
        return change(_spoiled, seen) if answer is wrong and region in regions_of(probe) else seen

    seen = exercise if exercise.observe is None else replace(exercise, observe=observe)
    return seen.check(wrong).status == "incorrect"


def _spoiled(leaf):
    return leaf + "s" if isinstance(leaf, str) else leaf * 2 + 1
