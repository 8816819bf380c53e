"""Predicates that tell families of mistakes with logits: functions of what a check has seen."""

import copy

import numpy as np

from utils.checking.values import agree, has_finite_numbers


def is_mild(z, *_):
    """Whether these are floats for which no power of e comes near a limit."""
    return z.dtype.kind == "f" and np.max(np.abs(z)) <= 10


def like_its_samples(mistake, where=is_mild, rtol=1e-3, scale=1e-9):
    """A predicate: on the probes for which ``where(*inputs)`` holds, the answer does what a sample of the mistake does.

    So a second slip that shows elsewhere, such as a missing shift or a small number in a denominator, does not lose
    the name.

    Args:
        mistake: one of a bank.
        where: a function of the inputs of a probe.
        rtol: relative tolerance.
        scale: the size of numbers that cancel on the way; two are the same within ``rtol * (abs(one) + scale)``.
    """

    def recognise(seen):
        asked = _asked(seen, where)
        if not asked or all(seen.right[place] for place in asked):
            return False
        return any(
            all(_does_the_same(sample, seen, place, rtol, scale) for place in asked) for sample in mistake.samples
        )

    return recognise


def _asked(seen, where):
    """The places of the probes for which ``where(*inputs)`` holds; none where a result is missing."""
    if len(seen.results) < len(seen.probes):
        return []
    return [place for place, inputs in enumerate(seen.probes) if where(*inputs)]


def _does_the_same(sample, seen, place, rtol, scale):
    result = seen.results[place]
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(sample(*copy.deepcopy(seen.probes[place])), dtype=np.float64)
    except Exception as error:
        return result.problem == type(error).__name__
    return not result.problem and agree(result.value, value, rtol, scale)


def goes_wrong(seen, where, nowhere):
    """Whether an answer is wrong on the probes for which ``where`` holds, and right on those of ``nowhere``.

    The probes for which neither holds may go either way: for limits that lie somewhere between two numbers.
    """
    wrong, right = _asked(seen, where), _asked(seen, nowhere)
    return (
        bool(wrong and right)
        and not any(seen.right[place] for place in wrong)
        and all(seen.right[place] for place in right)
    )


def largest_of_each_row(z):
    """The largest logit of each row."""
    return np.atleast_2d(z).max(axis=-1)


def overflows(seen):
    """Whether an answer fails where a power of e is infinite, as it does without a shift."""

    def where(z, *_):
        return largest_of_each_row(z).max() > 712

    def nowhere(z, *_):
        tops = largest_of_each_row(z)
        return z.dtype.kind == "f" and tops.max() <= 600 and tops.min() >= -2

    return goes_wrong(seen, where, nowhere) and not any(
        has_finite_numbers(seen.results[place].value) for place in _asked(seen, where)
    )


def has_nothing_left(value):
    """Whether nan came back, or a row of zeros: all powers of e were rounded to 0."""
    return value is None or np.isnan(value).any() or not np.atleast_2d(value).any(axis=-1).all()


def the_logits(z, *_):
    """What enters exp, where that is the first input as it is."""
    return z


def shifts_by_zero_at_least(seen, exponents=the_logits):
    """Whether nothing is left exactly where a whole row of ``exponents(*inputs)`` lies far below zero."""

    def where(*inputs):
        return largest_of_each_row(exponents(*inputs)).min() < -760

    def nowhere(*inputs):
        tops = largest_of_each_row(exponents(*inputs))
        return inputs[0].dtype.kind == "f" and tops.min() >= -5 and np.ptp(tops) <= 600

    return goes_wrong(seen, where, nowhere) and all(
        has_nothing_left(seen.results[place].value) for place in _asked(seen, where)
    )


def shifts_by_the_whole_batch(seen, exponents=the_logits):
    """Whether nothing is left exactly where the rows of ``exponents(*inputs)`` lie far apart."""

    def where(*inputs):
        return np.ptp(largest_of_each_row(exponents(*inputs))) > 760

    def nowhere(*inputs):
        return inputs[0].dtype.kind == "f" and np.ptp(largest_of_each_row(exponents(*inputs))) <= 8

    return goes_wrong(seen, where, nowhere) and all(
        has_nothing_left(seen.results[place].value) for place in _asked(seen, where)
    )


def cuts_to_whole_numbers(seen):
    """Whether only inputs with integers go wrong, small ones too, and what comes back there are whole numbers."""
    if len(seen.results) < len(seen.probes):
        return False
    wrong = [place for place, right in enumerate(seen.right) if not right]
    whole = [[part for part in seen.probes[place] if getattr(part, "dtype", None) == np.int64] for place in wrong]
    values = [seen.results[place].value for place in wrong]
    return (
        all(whole)
        and any(np.abs(part).max() < 100 for parts in whole for part in parts)
        and all(has_finite_numbers(value) and np.array_equal(value, np.round(value)) for value in values)
    )


def loses_axes_of_length_one(seen):
    """Whether all numbers are right, and axes of length 1 are missing."""
    wrong = [place for place, right in enumerate(seen.right) if not right]
    if not wrong or len(seen.results) < len(seen.probes):
        return False
    values = [(seen.results[place].value, seen.expected[place]) for place in wrong]
    return all(
        has_finite_numbers(value)
        and value.ndim < expected.ndim
        and value.size == expected.size
        and agree(value.reshape(expected.shape), expected, 1e-4, 0.0)
        for value, expected in values
        if value is not None
    ) and all(value is not None for value, _ in values)


# What Python and NumPy say where code for one number gets an array.
FOR_ONE_NUMBER = (
    "truth value of an array",
    "converted to Python scalars",
    "converted to a Python scalar",
    "0-dimensional arrays can be converted",
    "must be real number, not",
    "setting an array element with a sequence",
)


def works_for_vectors(seen, where=is_mild):
    """Whether vectors go right and batches fail with an error, because a step of the code takes one number only."""
    vectors = _asked(seen, lambda z, *others: z.ndim == 1 and where(z, *others))
    batches = _asked(seen, lambda z, *others: min(z.shape) > 1 and z.ndim == 2 and where(z, *others))
    return (
        bool(vectors and batches)
        and all(seen.right[place] for place in vectors)
        and all(any(words in seen.results[place].detail for words in FOR_ONE_NUMBER) for place in batches)
    )


def works_for_batches(seen, where=is_mild):
    """Whether batches go right and vectors do not; or whether vectors fail for want of a second axis, whatever else."""
    vectors = _asked(seen, lambda z, *others: z.ndim == 1 and len(z) > 1 and where(z, *others))
    batches = _asked(seen, lambda z, *others: z.ndim == 2 and where(z, *others))
    if not vectors or not batches or any(seen.right[place] for place in vectors):
        return False
    return all(seen.right[place] for place in batches) or all(lacks_an_axis(seen.results[place]) for place in vectors)


def lacks_an_axis(result):
    """Whether an answer failed because a vector has one axis only."""
    return result.problem == "AxisError" or (
        result.problem == "IndexError" and ("too many indices" in result.detail or "tuple index" in result.detail)
    )
