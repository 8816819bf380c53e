"""Exercise 1.4: softmax of z at the temperature T."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.checking.values import has_finite_numbers
from utils.exercises.ch01.common import (
    SQUARE,
    exp_shares,
    neither_with_keepdims,
    probabilities_in_words,
    row_sums,
    softmax_row_by_row,
    sum_without_keepdims,
    total,
)
from utils.exercises.drawing import any_vector_or_batch, corners_of_logits, exact
from utils.exercises.recognising import (
    cuts_to_whole_numbers,
    goes_wrong,
    like_its_samples,
    loses_axes_of_length_one,
    shifts_by_the_whole_batch,
    shifts_by_zero_at_least,
    works_for_batches,
    works_for_vectors,
)

# The domain

LOWEST, HIGHEST = 0.001, 1000.0  # temperatures


def a_power_of_two(rng):
    """A temperature by which logits of any size are divided without an error of rounding."""
    return 2.0 ** int(rng.integers(-3, 4))


def corners(rng):
    """Every corner of the logits at some temperature, and both ends of the temperatures for vectors and batches."""
    found = {name: (z, min(a_power_of_two(rng), 1.0)) for name, z in corners_of_logits(rng).items()}
    leading, last = 4000 + rng.normal(size=(5, 2)), -4000 * rng.uniform(0.9, 1.1, size=(5, 1))
    found["two lead and one is far behind"] = exact(np.hstack([leading, last])), min(a_power_of_two(rng), 1.0)
    for end, T in {"coldest": LOWEST, "hottest": HIGHEST}.items():
        size = T * rng.choice([0.5, 4.0])
        found[f"a vector, {end}"] = exact(size * rng.normal(size=4)), T
        found[f"a batch, {end}"] = exact(size * rng.normal(size=(5, 3))), T
        found[f"logits of the usual size, {end}"] = np.array([3.0, -1.0, 2.5, 0.5])[rng.permutation(4)], T
    between = {"cold": np.exp(rng.uniform(np.log(0.02), np.log(0.2))), "warm": rng.uniform(1.5, 6)}
    between |= {"cool": rng.uniform(0.3, 0.8), "hot": np.exp(rng.uniform(np.log(20), np.log(400)))}
    for name, T in between.items():
        found[f"a vector, {name}"] = exact(3 * T * rng.normal(size=4)), float(T)
        found[f"a batch, {name}"] = exact(3 * T * rng.normal(size=(4, 3))), float(T)
    return found


LOGITS_AND_TEMPERATURES = Domain(
    smallest=[
        (np.array([1.0, 2.0]), 1.0),
        (np.array([1.0, 2.0]), 2.0),
        (np.array([2.0, 1.0, 0.1]), 0.5),
        (np.array([1, 2, 3]), 4),
        (np.array([20.0, 10.0, 0.0]), 0.01),
        (np.array([0.02, 0.01, 0.0]), 0.01),
        (np.array([1.0, -1.0]), 1000.0),
        (np.array([800.0, 0.0]), 100.0),
        (np.array([-1000.0, -1001.0]), 1.0),
        (np.array([[1.0, 2.0]]), 2.0),
        (np.array([[1.0, 2.0], [3.0, 1.0]]), 0.25),
        (np.array([[20.0, 10.0], [-30.0, -40.0]]), 0.05),
        (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]), 1.0),
    ],
    corners=corners,
    draw=lambda rng: (any_vector_or_batch(rng), a_power_of_two(rng)),
)


def is_mild(z, T):
    """Whether these are floats for which no power of e comes near a limit, whatever is done with T."""
    return z.dtype.kind == "f" and np.max(np.abs(z)) <= 10 and 0.2 <= T <= 10


# Right answers


def _scaled_in_place(z, T):
    scaled = np.array(z, dtype=float)
    scaled -= scaled.max(axis=-1, keepdims=True)
    scaled /= T
    np.exp(scaled, out=scaled)
    scaled /= scaled.sum(axis=-1, keepdims=True)
    return scaled


def _mixture_of_logs(z, T):
    z = np.asarray(z, dtype=float) / T
    return np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True))


def _temperature_in_float32(z, T):
    return reference.softmax((z - z.max(axis=-1, keepdims=True)).astype(np.float32) / np.float32(T))


mistakes = Bank()

with_temperature = Exercise(
    name="ch01.with_temperature",
    asks="Softmax of z at the temperature T.",
    reference=lambda z, T: reference.softmax(z, temperature=T),
    probes=LOGITS_AND_TEMPERATURES,
    expects=probabilities_in_words,
    hints=paragraphs("""
        The temperature acts on the logits, before anything else happens to them. Which operation makes differences
        smaller when T grows?

        Write it in terms of the softmax that you have: only its argument changes.
    """),
    alternatives=(
        lambda z, T: reference.softmax(np.true_divide(z, T)),
        _scaled_in_place,
        _mixture_of_logs,
        _temperature_in_float32,
        lambda z, T: softmax_row_by_row(np.asarray(z) * (1.0 / T)),
    ),
    bank=mistakes,
    remark="Dividing the logits by T is all there is to it, and the order of the classes never changes.",
)


# Families of mistakes


def _effective_temperatures(seen):
    """For each probe the temperature to which the ratios in the first row belong, or None where they tell nothing.

    Nothing for an answer whose rows do not sum to 1, or of which a result is missing.
    """
    values = [result.value for result in seen.results if has_finite_numbers(result.value)]
    if len(seen.results) < len(seen.probes) or not all(np.allclose(value.sum(axis=-1), 1) for value in values):
        return []
    return [_effective(z, result.value) for (z, _), result in zip(seen.probes, seen.results, strict=True)]


def _effective(z, value):
    if value is None or value.shape != z.shape or z.dtype.kind != "f":
        return None
    z, p = np.atleast_2d(z)[0], np.atleast_2d(value)[0]
    low, high = z.argmin(), z.argmax()
    if not 1e-300 < p[low] < 1 or not 0 < p[high] < 1 or z[low] == z[high] or np.isclose(p[low], p[high], 1e-9, 0):
        return None
    return (z[high] - z[low]) / np.log(p[high] / p[low])


def _constant_temperature(seen):
    """The temperature that is used for every probe, whatever T says, or None."""
    known = [T for T in _effective_temperatures(seen) if T is not None]
    if len(known) < 5 or not np.allclose(known, known[0], rtol=1e-3) or known[0] <= 0:
        return None
    return known[0]


def _does_not_use_it(seen):
    T = _constant_temperature(seen)
    return T is not None and abs(T - 1) < 1e-3


def _overwrites_it(seen):
    T = _constant_temperature(seen)
    return T is not None and abs(T - 1) >= 1e-3


def _adds_to_it(seen):
    """Whether every temperature is too high by one and the same number."""
    used = _effective_temperatures(seen)
    added = [(T - wanted, wanted) for T, (_, wanted) in zip(used, seen.probes, strict=False) if T is not None]
    if len(added) < 5:
        return False
    number = min(added, key=lambda pair: pair[1])[0]
    return number > 1e-7 and all(abs(more - number) <= 1e-4 * wanted + 1e-2 * number for more, wanted in added)


def _limits_it(seen):
    """Whether temperatures on one side of some limit are right, and all on the other are replaced by the limit."""
    used = _effective_temperatures(seen)
    known = [(T, wanted) for T, (_, wanted) in zip(used, seen.probes, strict=False) if T is not None]
    off = [(T, wanted) for T, wanted in known if not np.isclose(T, wanted, rtol=1e-3)]
    if not off or len(off) == len(known):
        return False
    limit = off[0][0]
    kept = [wanted for T, wanted in known if np.isclose(T, wanted, rtol=1e-3)]
    one_side = all(wanted < limit for _, wanted in off) and min(kept) > 0.99 * limit
    other_side = all(wanted > limit for _, wanted in off) and max(kept) < 1.01 * limit
    return bool(np.allclose([T for T, _ in off], limit, rtol=1e-3) and (one_side or other_side))


def _is_right_when_cold(seen):
    """Whether the coldest probes go right."""
    return all(right for right, (_, T) in zip(seen.right, seen.probes, strict=True) if T == LOWEST)


def _overflows_when_cold(seen):
    """Whether an answer fails where a logit divided by T is too large for exp."""

    def scaled(z, T):
        return np.atleast_2d(z).max(axis=-1) / T

    return goes_wrong(
        seen,
        lambda z, T: T <= 0.5 and scaled(z, T).max() > 1500,
        lambda z, T: z.dtype.kind == "f" and np.max(np.abs(z)) <= 300 and -15 <= np.min(z / T) <= np.max(z / T) <= 300,
    )


def _takes_the_root_too_late(seen):
    """Whether an answer fails where a probability at T = 1 is rounded to 0, and at T it is not."""
    warm = [result.value for result, (_, T) in zip(seen.results, seen.probes, strict=False) if T >= 100]
    return all(map(has_finite_numbers, warm)) and goes_wrong(
        seen,
        lambda z, T: z.ndim == 1 and T >= 100 and np.ptp(z) > 750,
        lambda z, T: z.dtype.kind == "f" and np.ptp(z) <= 300 and T >= 0.2,
    )


# Mistakes


@mistakes.mistake(np.array([1.0, 2.0]), 2.0)
def the_wrong_way_round(z, T):
    """
    Your result is that of logits multiplied by T. At {input} you return {output}: sharper than the softmax itself,
    though a temperature above 1 has to flatten. Think of heat: the hotter, the more the differences blur. What is
    multiplied by T has larger differences afterwards, and only differences count. Which operation makes them
    smaller as T grows?
    """
    return reference.softmax(z * T)


@mistakes.mistake(np.array([1.0, 2.0]), 2.0)
def the_quotient_upside_down(z, T):
    """
    You divide T by the logits. At {input} you return {output}: the class with the larger logit gets the smaller
    probability. It is the logits that are divided, each of them, by the one number T. Look at the quotient, and at
    the order of the two arguments between the brackets of `def`: first the logits, then the temperature.
    """
    return reference.softmax(np.divide(T, z))


@mistakes.mistake(np.array([1.0, 2.0]), 2.0, recognise=_does_not_use_it)
def the_temperature_is_not_used(z, T):
    """
    Your result does not depend on T. At {input} you return {output}, the same as for T = 1. Either `T` is not in
    the body at all, or it cancels: added to every logit it is a common shift, and as a factor of every power it
    is above and below the line. To flatten a distribution the differences between logits have to become
    smaller. Which operation with T changes differences?
    """
    return reference.softmax(z)


the_temperature_is_not_used.also(
    lambda z, T: reference.softmax(z + T),
    lambda z, T: exp_shares(z, 0),
)


@mistakes.mistake(np.array([1.0, 2.0]), 5.0, recognise=_overwrites_it)
def the_temperature_is_overwritten(z, T):
    """
    Your result is a softmax at one fixed temperature, whatever the caller asks for: at {input} you return {output}, and
    the same for any other T. Somewhere in the body, or in a cell above it, a temperature has a number of its own, such
    as the line `T = 2`, which replaces what was handed in. An argument already has its value when the body begins.
    Which line gives it another one, or which name is read in its place?
    """
    return reference.softmax(z / 2)


the_temperature_is_overwritten.also(
    lambda z, T: reference.softmax(z / 0.5),
    lambda z, T: reference.softmax(z, temperature=10),
)

mistakes.add(
    "a number added to the temperature",
    """
    You divide by T plus a number, perhaps as a guard against a division by zero. At {input} you return {output}. T
    is above 0 by agreement, so there is nothing to guard against, and a small temperature is changed most by what
    you add: at 0.001 a guard of 0.001 doubles it. What remains of your denominator when you leave the number out?
    """,
    *(lambda z, T, e=e: reference.softmax(z / (T + e)) for e in (1.0, 1e-2, 1e-3, 1e-5)),
    example=(np.array([0.02, 0.01, 0.0]), 0.01),
    recognise=_adds_to_it,
)

mistakes.add(
    "a limit on the temperature",
    """
    You use T on one side of a limit and the limit itself on the other. At {input} you return {output}, and another
    temperature on the same side gives the same. Every T above 0 is allowed, and a small one is no danger to a
    softmax that shifts: the largest logit, divided by T, is subtracted before `exp`. Which `max` or `min` can go?
    """,
    *(lambda z, T, limit=limit: reference.softmax(z / max(T, limit)) for limit in (1.0, 0.5, 0.1, 0.03)),
    example=(np.array([0.02, 0.01, 0.0]), 0.01),
    recognise=lambda seen: _limits_it(seen) and not _is_right_when_cold(seen),
)

mistakes.add(
    "an upper limit on the temperature",
    """
    Above some temperature you use another one in place of T. At {input} you return {output}, and a higher
    temperature gives the same. Every T above 0 is allowed. A large one flattens the distribution until all classes
    are nearly equal, and that is what it is for; no number in the computation gets out of hand. Which `min`, `clip`
    or `if` in your code can go?
    """,
    *(lambda z, T, limit=limit: reference.softmax(z / min(T, limit)) for limit in (1.0, 2.0, 10.0, 100.0)),
    example=(np.array([1.0, -1.0]), 1000.0),
    recognise=lambda seen: _limits_it(seen) and _is_right_when_cold(seen),
)


@mistakes.mistake(np.array([1.0, 2.0]), 2.0, describe=total)
def divided_after_the_softmax(z, T):
    """
    You take the softmax first and divide the probabilities by T. At {input} you return {output}: all shrink by the
    same factor and no longer sum to 1, while their ratio is as before. A temperature has to change the ratios, so
    it must act inside the exponential. What happens to the ratio of two powers of e when both exponents are divided
    by T?
    """
    return reference.softmax(z) / T


@mistakes.mistake(np.array([1.0, 2.0]), 2.0, describe=total)
def powers_of_probabilities(z, T):
    """
    You raise the finished probabilities to the power 1/T and stop. At {input} you return {output}. The ratios are
    right, since a root of a power of e is a power with a smaller exponent, but the shares of one whole have turned
    into numbers with another total. What has to be done once more, after the power? Or change the logits before the
    softmax, and nothing is left to repair.
    """
    return reference.softmax(z) ** (1 / T)


@mistakes.mistake(np.array([1.0, 2.0]), 2.0, describe=total)
def on_one_side_of_the_line_only(z, T):
    """
    You divide by T in the numerator or in the denominator, and leave the logits of the other as they are. At
    {input} you return {output}, and a probability needs the sum 1. The shares of a whole need the same powers above
    and below the line. Compute the scaled logits once, give them a name, and use that name for both.
    """
    return np.exp(z / T) / np.exp(z).sum(axis=-1, keepdims=True)


def _on_one_side(above, below):
    """A quotient of powers of the shifted logits, with a temperature of its own above and below the line."""

    def quotient(z, T):
        shifted = z - z.max(axis=-1, keepdims=True)
        return above(shifted, T) / below(shifted, T).sum(axis=-1, keepdims=True)

    return quotient


on_one_side_of_the_line_only.also(
    lambda z, T: np.exp(z) / np.exp(z / T).sum(axis=-1, keepdims=True),
    lambda z, T: np.exp(z / T) / (np.exp(z) / T).sum(axis=-1, keepdims=True),
    _on_one_side(lambda z, T: np.exp(z / T), lambda z, T: np.exp(z)),
    _on_one_side(lambda z, T: np.exp(z), lambda z, T: np.exp(z / T)),
    _on_one_side(lambda z, T: np.exp(z / T), lambda z, T: np.exp(z) / T),
)


@mistakes.mistake(np.array([800.0, 0.0]), 100.0, recognise=_takes_the_root_too_late)
def a_root_that_comes_too_late(z, T):
    """
    You take the softmax, or the powers of e, at the temperature 1 and raise them to the power 1/T afterwards. On paper
    that is the same. In a computer a small probability is rounded to exactly 0 on the way, and no root brings it back:
    at {input} you return {output}, where the temperature makes a difference of 8 out of 800. Where can T act before
    anything is lost?
    """
    shares = reference.softmax(z) ** (1 / T)
    return shares / shares.sum(axis=-1, keepdims=True)


@a_root_that_comes_too_late.also
def root_of_the_powers(z, T):
    shares = np.exp(z - np.max(z, axis=-1, keepdims=True)) ** (1 / T)
    return shares / shares.sum(axis=-1, keepdims=True)


@mistakes.mistake(np.array([1.0, 2.0]), 2.0)
def divided_by_the_temperature_twice(z, T):
    """
    T acts twice: at {input} you return {output}, which is the softmax at the temperature 4. Either the logits are
    divided by T and then handed to a softmax that is told the temperature as well, or a line that divides is run
    again, or T is squared. One division is enough; in how many places does your code use T?
    """
    return reference.softmax(z / T, temperature=T)


divided_by_the_temperature_twice.also(lambda z, T: exp_shares(z / T**2, 0))


@mistakes.mistake(np.array([20.0, 10.0, 0.0]), 0.01, recognise=_overflows_when_cold)
def no_shift(z, T):
    """
    A small temperature makes large logits: 20 divided by 0.01 is 2000, and `exp` overflows at 710. At {input} you
    return {output}. You have already met the cure, a shift by the largest logit of the row. It has to be applied to
    the logits that really enter `exp`, after the division by T; calling a softmax that shifts does it for you.
    """
    return exp_shares(z / T, 0)


no_shift.also(
    lambda z, T: exp_shares(z / T, z.max(axis=-1, keepdims=True)),
    lambda z, T: np.exp(z / T) / (np.exp(z / T).sum(axis=-1, keepdims=True) + 1e-12),
)


@mistakes.mistake(np.array([-1000.0, -1001.0]), 1.0, recognise=lambda seen: shifts_by_zero_at_least(seen, np.divide))
def shift_by_zero_at_least(z, T):
    """
    The temperature is right, and the softmax after it is your own: it shifts by the maximum of 0 and the logits.
    Rows that lie far below zero are then not shifted at all, every power of e is rounded to 0, and 0/0 is nan: at
    {input} you return {output}. A shift has to bring the largest logit of a row to exactly 0, from below, too.
    Where does the 0 in your maximum come from?
    """
    return exp_shares(z / T, np.maximum(0, (z / T).max(axis=-1, keepdims=True)))


shift_by_zero_at_least.also(lambda z, T: exp_shares(z / T, np.max(z / T, axis=-1, keepdims=True, initial=0)))


@mistakes.mistake(
    np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),
    1.0,
    recognise=lambda seen: shifts_by_the_whole_batch(seen, np.divide),
)
def one_maximum_for_the_batch(z, T):
    """
    The temperature is right, and the softmax after it subtracts the largest logit of the whole batch from every row. A
    row far below has all its powers of e rounded to 0, and 0/0 is nan: at {input} you return {output}. Each row may be
    shifted by an amount of its own. Which axis does your maximum need, and what keeps its shape divisible row by row?
    """
    return exp_shares(z / T, np.max(z / T))


@mistakes.mistake(*SQUARE, 2.0, describe=row_sums)
def sum_over_the_whole_batch(z, T):
    """
    One vector comes out right. For a batch all rows share one sum: {input} gives {output}, and each row by itself
    has to sum to 1. The temperature is used as it should be; what is missing is the axis of the classes, in the
    softmax of your own or in the one that you call. `reference.softmax` takes the last axis without being told.
    """
    return np.exp(z / T) / np.exp(z / T).sum()


sum_over_the_whole_batch.also(
    lambda z, T: np.exp(z / T - np.max(z / T)) / np.exp(z / T - np.max(z / T)).sum(),
    lambda z, T: reference.softmax(np.ravel(z / T)).reshape(z.shape),
)


@mistakes.mistake(*SQUARE, 2.0, describe=row_sums)
def rows_and_columns_mixed_up(z, T):
    """
    One vector comes out right. For {input} you return {output}, and each row has to sum to 1. Your sum runs over
    the first axis, which collects one class over all examples, or it runs over the last one and loses that axis, so
    that NumPy lines it up with the columns. Exercise 1.3 had both. Is there a softmax of yours, or of the workbook,
    that you can call instead?
    """
    return reference.softmax(z / T, axis=0)


rows_and_columns_mixed_up.also(
    lambda z, T: sum_without_keepdims(z / T),
    lambda z, T: neither_with_keepdims(z / T),
)


@mistakes.mistake(np.array([1.0, 2.0]), 2.0, recognise=lambda seen: works_for_batches(seen, is_mild))
def batches_only(z, T):
    """
    A batch comes out right, or could; for one vector such as {input} you return {output}. The number 1 names the
    second axis, and a vector has a single one; a function that adds an axis has to take it away again, and a loop
    over the rows of a vector meets single numbers. Counted from the end, one number names the axis of the classes
    in both cases. `reference.softmax` takes both.
    """
    return exp_shares(z / T, np.max(z / T, axis=1, keepdims=True), axis=1)


batches_only.also(
    lambda z, T: reference.softmax(z / T, axis=1),
    lambda z, T: np.array([reference.softmax(row / T) for row in np.atleast_2d(z)]),
)


@mistakes.mistake(*SQUARE, 2.0, recognise=lambda seen: works_for_vectors(seen, is_mild))
def one_vector_only(z, T):
    """
    For one vector your function is right, and for a batch it stops: {input} gives {output}. A step of it works with one
    number at a time: Python's own `max` and `if` compare two numbers, and the functions of `math` take one. A row of a
    batch is neither. The function of exercise 1.3 takes vectors and batches; only what you hand to it has to change.
    Which step is it in your code?
    """
    powers = [math.exp((value - max(z)) / T) for value in z]
    return np.array(powers) / sum(powers)


one_vector_only.also(lambda z, T: np.exp((z - max(z)) / T) / sum(np.exp((z - max(z)) / T)))


@mistakes.mistake(np.array([[1.0, 2.0]]), 2.0, recognise=loses_axes_of_length_one)
def axes_of_length_one_are_lost(z, T):
    """
    Your numbers are right, and an axis is missing: for {input}, a batch of one row, you return {output}. The result has
    to have the shape of `z`, so that code which runs over the examples works for a single one, too. `squeeze` takes out
    every axis of the length 1, whatever it is for, and so does a line that treats one row as a special case. Which
    axes did your own code add?
    """
    return np.squeeze(reference.softmax(z / T))


axes_of_length_one_are_lost.also(
    lambda z, T: reference.softmax(z / T)[0] if z.ndim == 2 and len(z) == 1 else reference.softmax(z / T)
)


@mistakes.mistake(np.array([[1, 2], [3, 5]]), 2.0, recognise=cuts_to_whole_numbers)
def zeros_of_the_wrong_type(z, T):
    """
    You fill an array that has the type of `z`. For integer logits it holds integers only, so every probability
    below 1 is cut to 0: for {input} you return {output}, without a warning. The same happens to logits when they
    are divided in an array of integers. Give that array the type float, or let the division make a new one, which
    has the right type by itself. Which line makes the array?
    """
    result = np.zeros_like(z)
    result[...] = reference.softmax(z / T)
    return result


@zeros_of_the_wrong_type.also
def batch_of_the_wrong_type(z, T):
    if z.ndim == 1:
        return reference.softmax(z / T)
    result = np.zeros_like(z)
    for i, row in enumerate(z):
        result[i] = reference.softmax(row / T)
    return result


@mistakes.mistake(np.array([1, 2, 3]), 4.0)
def whole_parts_of_the_quotients(z, T):
    """
    You divide with `//`, which keeps the whole part of a quotient and drops the rest. At {input} you return
    {output}: the quotients 0.25, 0.5 and 0.75 all become 0, so the classes look alike. For other logits the steps
    are larger, and the result jumps where it should glide. Which operator divides without rounding, for integers
    and for floats alike?
    """
    return reference.softmax(z // T)


whole_parts_of_the_quotients.also(lambda z, T: reference.softmax((z / T).astype(int)))


@mistakes.mistake(np.array([1.0, 2.0]), 2.0)
def root_of_the_temperature(z, T):
    """
    You divide the logits by the square root of T. At {input} you return {output}, which is flatter than at T = 1,
    but not flat enough. The root belongs to another place: attention divides its scores by the root of their width.
    In the definition of the temperature the logits are divided by T itself.
    """
    return reference.softmax(z / np.sqrt(T))


@mistakes.mistake(np.array([1.0, 2.0]), 1.0)
def double_softmax(z, T):
    """
    You apply a softmax twice, once without the temperature and once with it. At {input} you return {output}, though at
    T = 1 the result has to be the plain softmax of the logits. Probabilities are at most 1 apart, so as logits they
    are nearly equal, and the second softmax flattens whatever the first one said. What has to be divided by T, the
    logits or the probabilities, and how many softmaxes come after that?
    """
    return reference.softmax(reference.softmax(z) / T)


double_softmax.also(lambda z, T: reference.softmax(reference.softmax(z / T)))


# A second slip, such as a missing shift, does not lose the name of these.
for mistake in (
    the_wrong_way_round,
    the_quotient_upside_down,
    divided_after_the_softmax,
    powers_of_probabilities,
    on_one_side_of_the_line_only,
    divided_by_the_temperature_twice,
    sum_over_the_whole_batch,
    rows_and_columns_mixed_up,
    root_of_the_temperature,
    double_softmax,
):
    mistake.recognise = like_its_samples(mistake, is_mild)
