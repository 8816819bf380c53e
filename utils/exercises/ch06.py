"""Chapter 6, numbers that break: its exercises, with right and wrong answers."""

import functools
import math
import tracemalloc
from dataclasses import replace

import numpy as np

from utils import reference
from utils.checking import Exercise, Mistake

# What readers' functions are called with ------------------------------------------------------------------------------


def vectors_and_batches(rng):
    """Vectors and batches: square ones, integers, one class, logits far from zero and far apart."""
    return [
        (np.array([1.0, 2.0]),),
        (np.array([2.0, 1.0, 0.1]),),
        (np.array([1, 2, 3]),),
        (np.array([0.5]),),
        (np.array([0.0, -40.0]),),
        (np.array([[3.0]]),),
        (np.array([[1.0, 2.0]]),),
        (np.array([[1.0, 2.0], [3.0, 1.0]]),),
        (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]),),
        (np.array([[1, 2], [3, 5], [0, 0]]),),
        (np.array([[4.0], [-2.0], [0.0]]),),
        (np.array([400.0, 399.0]),),
        (np.array([900.0, 100.0]),),
        (np.array([1000.0, 999.0]),),
        (np.array([-1000.0, -1001.0, -999.0]),),
        (np.array([800.0, 0.0]),),
        (np.array([0.0, -1600.0]),),
        (np.array([0.0, 900.0]),),
        (np.array([-3.0, 0.0, 711.0]),),  # here, and not much above, the index of the largest is shift enough
        (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),),
        (rng.normal(scale=3, size=4),),
        (rng.normal(scale=3, size=4),),
        (rng.normal(scale=3, size=(3, 3)),),
        (rng.normal(scale=3, size=(5, 3)),),
        (np.round(rng.normal(scale=300, size=(4, 6))),),
    ]


def batches_and_labels(rng):
    """Batches of logits with labels: one example, square batches, integers, one class, confident and wrong."""

    def made(Z):
        return Z, rng.integers(Z.shape[1], size=len(Z))

    return [
        (np.array([[1.0, 2.0]]), np.array([0])),
        (np.array([[2.0, 1.0, 0.1]]), np.array([2])),
        (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]), np.array([0, 1])),
        (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1])),
        (np.array([[1, 2, 3], [5, 0, 1]]), np.array([1, 2])),
        (np.array([[4.0], [-2.0]]), np.array([0, 0])),
        (np.array([[50.0, 0.0]]), np.array([1])),
        (np.array([[300.0, 100.0, 100.0], [-100.0, 200.0, 500.0]]), np.array([0, 1])),
        (np.array([[800.0, 0.0]]), np.array([1])),
        (np.array([[0.0, 900.0]]), np.array([1])),
        (np.array([[1000.0, 999.0]]), np.array([1])),
        (np.array([[-1000.0, -1001.0]]), np.array([0])),
        (np.array([[1000.0, 999.0], [-1000.0, -1001.0]]), np.array([1, 0])),
        made(rng.normal(scale=3, size=(4, 3))),
        made(rng.normal(scale=3, size=(5, 5))),
        made(rng.normal(scale=3, size=(8, 4))),
        made(np.round(rng.normal(scale=300, size=(6, 4)))),
    ]


def logits_and_answers(rng):
    """One logit and one yes or no for each example, small and extreme."""
    return [
        (np.array([2.0, 0.5]), np.array([0, 1])),
        (np.array([2.0]), np.array([0])),
        (np.array([1.0]), np.array([1])),
        (np.array([0.0, 0.0]), np.array([0, 1])),
        (np.array([-3.0, 0.5, 2.0]), np.array([1, 1, 0])),
        (np.array([-0.5, -0.5]), np.array([0, 1])),
        (np.array([2, -1, 3]), np.array([0, 0, 1])),
        (np.array([50.0, -50.0]), np.array([0, 1])),
        (np.array([1000.0, -1000.0]), np.array([1, 0])),
        (np.array([1000.0, -1000.0]), np.array([0, 1])),
        (rng.normal(scale=3, size=5), rng.integers(2, size=5)),
        (rng.normal(scale=3, size=5), rng.integers(2, size=5).astype(float)),
        (np.round(rng.normal(scale=400, size=8)), rng.integers(2, size=8)),
    ]


CHUNK, CHUNKS = 500, 40  # of the stream on which memory is looked at


def streams(rng):
    """Streams of chunks: one input for each chunk, or one array whose rows are the chunks."""
    return [
        (np.array([1.0, 2.0]),),
        (np.array([1.0]), np.array([2.0])),
        (np.array([2.0, 1.0]), np.array([0.1])),
        (np.array([1.0]), np.array([5.0, 0.0]), np.array([2.0])),
        (np.array([5.0, 1.0]), np.array([-3.0, 2.0, 4.0])),
        (np.array([1, 2]), np.array([3, 4])),
        (np.array([0.0]), np.array([1000.0, 999.0])),
        (np.array([1000.0]), np.array([0.0]), np.array([998.0])),
        (np.array([-1000.0, -1001.0]), np.array([-999.0])),
        (np.array([0.0, 1000.0, -5.0]), np.array([998.0, 3.0])),
        (np.array([-1e30]), np.array([-2e30, -1e30])),
        (np.array([1.0, -np.inf]), np.array([2.0])),
        (np.array([-np.inf, 1.0]), np.array([0.5])),
        (np.array([1.0, 2.0]), np.array([-np.inf]), np.array([0.5])),
        (np.array([-np.inf, -np.inf]), np.array([1.0, 2.0])),
        (np.array([-np.inf]), np.array([-np.inf]), np.array([-800.0, -np.inf]), np.array([-801.0])),
        tuple(rng.normal(scale=3, size=size) for size in (3, 1, 4)),
        tuple(rng.normal(scale=3, size=size) for size in (3, 1, 4)),
        tuple(np.round(rng.normal(scale=400, size=size)) for size in (1, 5, 2, 1)),
        (rng.normal(scale=3, size=(CHUNKS, CHUNK)),),
    ]


# How far numbers cancel on the way to the result ----------------------------------------------------------------------


def size_of(z, *_):
    """The largest absolute logit, at least 1."""
    return max(1.0, float(np.abs(z).max()))


def size_of_stream(*chunks):
    """The largest absolute finite logit of all chunks, at least 1."""
    return max([1.0, *(float(np.abs(chunk[np.isfinite(chunk)]).max(initial=1)) for chunk in chunks)])


# What is expected, in words -------------------------------------------------------------------------------------------


def number_for_each_row(z):
    """The form of a log-sum-exp."""
    if z.ndim == 1:
        return f"one finite number, at least the largest logit, {z.max():g},"
    return f"an array of the shape {z.shape[:1]}, one finite number for each row,"


def log_probabilities_in_words(z):
    """Shape and range of a log-softmax."""
    return f"an array of the shape {z.shape}, finite and nowhere above 0,"


def mean_in_words(Z, y):
    """The form of a mean loss."""
    return f"one finite number, at least 0, the mean over {len(y)} example{'s' if len(y) > 1 else ''},"


def losses_in_words(z, y):
    """The form of the losses of single examples."""
    return f"an array of the shape {z.shape}, one finite loss for each example, none below 0,"


# Helpers of the banks: the definitions, with the step that goes wrong as an argument -----------------------------------


def _lse(z, shift=0.0, axis=-1):
    """Log-sum-exp with a shift that has the shape of a row's result, or is one number."""
    return shift + np.log(np.exp(z - np.expand_dims(shift, -1)).sum(axis=axis))


def _shares(z, shift=0.0):
    exponentials = np.exp(z - np.expand_dims(shift, -1))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def _stable(Z):
    return _shares(Z, Z.max(axis=-1))


def _picked(rows, y):
    return rows[np.arange(len(y)), y]


def _one_hot(y, K):
    return np.eye(K)[y]


def _stops_growing(seen):
    """Whether small numbers are right, all are finite, and of those beyond 700 one is much too small in size."""
    too_small = False
    for result, expected in zip(seen.results, seen.expected, strict=False):
        if not isinstance(result.value, np.ndarray) or result.value.shape != expected.shape:
            return False
        value, size = np.abs(result.value), np.abs(expected)
        near = np.abs(result.value - expected)[size < 5] < 0.1
        if not near.all() or not (value <= 1.001 * size + 0.1).all():
            return False
        too_small = too_small or bool(np.any((value < 0.95 * size)[size > 700]))
    return too_small


BATCH = (np.array([[1.0, 2.0], [3.0, 1.0]]),)
LARGE = (np.array([1000.0, 999.0]),)
NEGATIVE = (np.array([-1000.0, -1001.0]),)
APART = (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),)


# 6.1 ------------------------------------------------------------------------------------------------------------------


def _lse_one_by_one(z):
    if z.ndim == 1:
        largest = max(z)
        return largest + math.log(math.fsum(math.exp(value - largest) for value in z))
    return [_lse_one_by_one(row) for row in z]


def _lse_in_float32(z):
    z = z.astype(np.float32)
    largest = np.max(z, axis=-1)
    return np.log(np.sum(np.exp(z - largest[..., None]), axis=-1)) + largest


def _lse_with_the_largest_apart(z):
    ordered = np.sort(np.asarray(z, dtype=float), axis=-1)
    largest, others = ordered[..., -1], ordered[..., :-1]
    return largest + np.log1p(np.exp(others - largest[..., None]).sum(axis=-1))


def _lse_by_halves(z):
    z = np.asarray(z, dtype=float)
    if z.shape[-1] == 1:
        return z[..., 0]
    middle = z.shape[-1] // 2
    left, right = _lse_by_halves(z[..., :middle]), _lse_by_halves(z[..., middle:])
    return np.maximum(left, right) + np.log1p(np.exp(-np.abs(left - right)))


def _lse_filled(z):
    result = np.zeros(z.shape[:-1], dtype=z.dtype)
    result[...] = _lse(z, z.max(axis=-1))
    return result


def _lse_counting_twice(z):
    largest = z.max(axis=-1)
    return largest + np.log1p(np.exp(z - largest[..., None]).sum(axis=-1))


logsumexp = Exercise(
    name="ch06.logsumexp",
    is_main=True,
    asks="The logarithm of the sum of the exponentials over the last axis, for finite logits of any size.",
    reference=reference.logsumexp,
    probes=vectors_and_batches,
    scale=size_of,
    expects=number_for_each_row,
    hints=(
        "Which number can you take out of every exponent so that the largest exponential is exactly 1, and what does it "
        "become when it leaves the logarithm?",
        "Take out the largest logit of each row. It is a factor of every term, and the logarithm turns a factor into "
        "something that is added.",
        "Two shapes are needed: a maximum with `keepdims=True` to subtract from the rows, and the same maximum without "
        "that axis, to add to the logarithm.",
    ),
    alternatives=(
        _lse_one_by_one,
        _lse_in_float32,
        _lse_with_the_largest_apart,
        _lse_by_halves,
        lambda z: np.logaddexp.reduce(np.asarray(z, dtype=float), axis=-1),
        lambda z: np.asarray(z)[..., 0] - reference.log_softmax(z)[..., 0],
        lambda z: z.max(axis=-1) - np.log(_stable(z).max(axis=-1)),
        lambda z: np.apply_along_axis(lambda row: row.max() + np.log(np.exp(row - row.max()).sum()), -1, z),
    ),
    mistakes=(
        Mistake(
            "no shift",
            "You raise e to the logits as they are. For {input} you return {output}: a power of e beyond 709 is "
            "infinite in float64, and of very negative logits nothing is left but 0, whose logarithm is minus infinity. "
            "The true answer lies close to the largest logit in both cases. What can be taken out of every exponent "
            "before the powers are formed, and be added again afterwards?",
            (lambda z: _lse(z), lambda z: np.log(np.exp(z.astype(np.longdouble)).astype(float).sum(axis=-1))),
            LARGE,
        ),
        Mistake(
            "shift not added back",
            "You subtract the largest logit and forget it. For {input} you return {output}, although a log-sum-exp is "
            "never smaller than the largest logit. In a softmax the shift cancels, because it stands above and below the "
            "line. Here nothing cancels: the logarithm of the shifted sum is too small by exactly what you took out. "
            "What has to happen after the logarithm?",
            (lambda z: _lse(z, z.max(axis=-1)) - z.max(axis=-1),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "shift subtracted again",
            "After the logarithm you subtract the largest logit where it has to be added. For {input} you return "
            "{output}, less than every logit. You took a factor out of each term of the sum; a factor in front of a sum "
            "becomes, under the logarithm, a term of its own. Write the sum as factor times rest, take the logarithm of "
            "both sides, and look at the sign.",
            (lambda z: _lse(z, z.max(axis=-1)) - 2 * z.max(axis=-1),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "adding the maximum",
            "You add the largest logit inside `exp` where it has to be subtracted, and take it away at the end. On paper "
            "both are right; on a computer yours doubles the largest exponent, so it overflows at half the size: for "
            "{input} you return {output}. The shift is there to make the largest exponent 0. Which sign does that?",
            (
                lambda z: np.log(np.exp(z + z.max(axis=-1, keepdims=True)).sum(axis=-1)) - z.max(axis=-1),
                lambda z: np.log(np.exp(z + z.max()).sum(axis=-1)) - z.max(),
            ),
            LARGE,
        ),
        Mistake(
            "shift by zero at least",
            "Your shift is never negative: it is the largest logit or 0, whichever is larger, or the largest absolute "
            "value. That stops the overflow and lets the underflow pass: when all logits are very negative, every power is "
            "0 and its logarithm is minus infinity. For {input} you return {output}. A negative maximum has to be "
            "subtracted as well; it lifts the row. Where does a 0, or an `abs`, enter your maximum?",
            (
                lambda z: _lse(z, np.maximum(z.max(axis=-1), 0)),
                lambda z: _lse(z, np.abs(z).max(axis=-1)),
            ),
            NEGATIVE,
        ),
        Mistake(
            "shift by the smallest",
            "You take the *smallest* logit out of the exponents. All exponents are then at least 0, and the largest of "
            "them is the gap between the extremes: for {input} you return {output}. Very negative rows are saved, rows "
            "with a wide gap still overflow. For `exp` the dangerous side is above. Which logit has to come to lie at 0, so "
            "that nothing lies above it?",
            (lambda z: _lse(z, z.min(axis=-1)),),
            (np.array([800.0, 0.0]),),
        ),
        Mistake(
            "shift by another number",
            "You take a number out of the exponents and add it back, which is right on paper for every number. Yours is a "
            "mean, a median, the first or the last logit of the row, and a logit far above it has a power that overflows: for "
            "{input} you return {output}. Only one choice guarantees that no exponent is positive and that the sum cannot "
            "vanish. Which logit of the row is it?",
            (
                lambda z: _lse(z, z.mean(axis=-1)),
                lambda z: _lse(z, z[..., 0]),
                lambda z: _lse(z, z[..., -1]),
                lambda z: _lse(z, np.median(z, axis=-1)),
            ),
            (np.array([0.0, 1600.0, 0.0]),),
        ),
        Mistake(
            "the index of the largest",
            "You take `argmax` out of the exponents, which is the place of the largest logit and not the logit. Every shift is "
            "right on paper, so small logits come out well. But a place is 0, 1 or 2, which is next to nothing against the "
            "logits that a shift is needed for: {input} becomes {output}, as without a shift. The shift has to be as large "
            "as the largest logit itself. Which function returns what stands at that place?",
            (lambda z: _lse(z, z.argmax(axis=-1)),),
            LARGE,
        ),
        Mistake(
            "shift added inside the logarithm",
            "You add the largest logit to the sum and take the logarithm of both together. For {input} you return {output}, "
            "where a log-sum-exp is never smaller than the largest logit. What you took out is a *power of e* in front of "
            "the sum; only the logarithm turns it into the logit itself. So the logit belongs to the result and not to the "
            "sum. Where does the bracket of your logarithm have to close?",
            (
                lambda z: np.log(z.max(axis=-1) + np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1)),
                lambda z: np.log(
                    (z.max(axis=-1, keepdims=True) + np.exp(z - z.max(axis=-1, keepdims=True))).sum(axis=-1)
                ),
            ),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "one maximum for the batch",
            "You shift all rows by the largest logit of the whole batch. A row far below it has all its powers rounded "
            "to 0, and the logarithm of 0 is minus infinity: for {input} you return {output}. Each row may be shifted by "
            "a number of its own, since each has its own sum. Over which axis should the maximum run?",
            (lambda z: _lse(z, z.max()),),
            APART,
        ),
        Mistake(
            "sum over the whole batch",
            "You return a single number for the whole batch: {output} for {input}. Each row is one example with its own "
            "classes, so each needs a log-sum-exp of its own. `np.sum` and `np.max` without an axis run over everything "
            "they are given, and for one vector nobody notices. Which axis holds the classes, however many axes there "
            "are?",
            (
                lambda z: z.max() + np.log(np.exp(z - z.max()).sum()),
                lambda z: np.log(np.exp(z).sum()),
            ),
            BATCH,
        ),
        Mistake(
            "wrong axis",
            "You sum over the first axis, which runs through the examples. For {input} you return {output}: one number "
            "for each *class*. A column collects the same class over all examples, and these do not share a denominator. "
            "For one vector the first axis is also the last, so the mistake does not show there. Which number names the "
            "last axis?",
            (
                lambda z: z.max(axis=0) + np.log(np.exp(z - z.max(axis=0)).sum(axis=0)),
                lambda z: np.log(np.exp(z).sum(axis=0)),
                lambda z: z.max() + np.log(np.exp(z - z.max()).sum(axis=0)),
            ),
            (np.array([[1.0, 2.0], [3.0, 1.0], [0.0, 0.0]]),),
        ),
        Mistake(
            "built-in max or sum",
            "You call the `max` or `sum` of Python itself. Those walk along the *first* axis: through the logits of one "
            "vector, but through the examples of a batch, where `max` compares whole rows and `sum` adds them up. For "
            "{input} you return {output}. The functions and methods of NumPy with these names take an `axis`. Which "
            "number of an axis serves for a vector and for a batch?",
            (
                lambda z: max(z) + np.log(sum(np.exp(z - max(z)))),
                lambda z: z.max(axis=-1) + np.log(sum(np.exp(z - z.max(axis=-1, keepdims=True)))),
            ),
            (np.array([[1.0, 2.0], [3.0, 1.0], [0.0, 0.0]]),),
        ),
        Mistake(
            "no keepdims",
            "The maximum of each row has the shape (m,), and NumPy lines it up with the *last* axis: column j is shifted "
            "by the maximum of row j. For most shapes that is an error; for a square batch it runs and is wrong. For "
            "{input} you return {output}. Which argument of `max` keeps the axis with length 1, so that rows meet their "
            "own maximum?",
            (lambda z: z.max(axis=-1) + np.log(np.exp(z - z.max(axis=-1)).sum(axis=-1)),),
            BATCH,
        ),
        Mistake(
            "the axis is kept",
            "Your numbers are right and their shape is not: for {input} you return {output}. The maximum needs "
            "`keepdims=True` while it is subtracted, so that rows meet their own maximum. The result has one number for "
            "each row and no axis of length 1 behind it; otherwise the next subtraction from a vector of m numbers makes "
            "a table of m times m. How do you take that axis away again?",
            (
                lambda z: (
                    z.max(axis=-1, keepdims=True)
                    + np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True))
                ),
                lambda z: np.atleast_1d(reference.logsumexp(z)),
            ),
            BATCH,
        ),
        Mistake(
            "the maximum alone",
            "You return the largest logit: {output} for {input}. That is the hard maximum. A log-sum-exp lies above it, "
            "by at most the logarithm of the number of classes, and it is this small excess from which the other classes "
            "get their probabilities. For logits that tie it is largest. Where in your code does the sum over the "
            "exponentials enter?",
            (lambda z: z.max(axis=-1),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "no logarithm",
            "You return the sum of the exponentials, the denominator of the softmax, without its logarithm: {output} for "
            "{input}. As a sum it overflows from logits of 710 on, whatever you shift by, because the shift has to be "
            "undone by a product. The logarithm is what brings the number back to the size of the logits. Which function "
            "is missing around the sum?",
            (
                lambda z: np.exp(z).sum(axis=-1),
                lambda z: np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1),
                lambda z: np.exp(z.max(axis=-1)) * np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1),
            ),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "logarithm before the sum",
            "You take the logarithm of each exponential and add these up. But a logarithm undoes the exponential, so you "
            "return the sum of the logits: {output} for {input}. The logarithm of a sum is not the sum of the logarithms; "
            "that rule is for products. First all exponentials of a row are added, then one logarithm is taken. Which of "
            "the two calls has to stand outside?",
            (lambda z: np.log(np.exp(z)).sum(axis=-1), lambda z: z.sum(axis=-1)),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "mean in place of sum",
            "You take the mean of the exponentials where their sum belongs. For {input} you return {output}, too small "
            "by the logarithm of the number of classes. The soft maximum built on the mean exists, and for equal logits "
            "it gives back that logit; but the denominator of a softmax is a sum. Which reduction divides by the number "
            "of classes?",
            (
                lambda z: _lse(z, z.max(axis=-1)) - np.log(z.shape[-1]),
                lambda z: np.log(np.exp(z).mean(axis=-1)),
            ),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "the largest counted twice",
            "`log1p(x)` is the logarithm of 1 + x, and that 1 is meant to be the exponential of the largest logit, which "
            "after the shift is exactly 1. Your sum contains it as well, so it counts twice: for {input} you return "
            "{output}, although a single class has nothing to add. Either the sum leaves the largest term out, or the "
            "plain logarithm is the right one.",
            (_lse_counting_twice,),
            (np.array([0.5]),),
        ),
        Mistake(
            "zeros of the wrong type",
            "You fill an array that took over the type of `z`. For integer logits it holds integers alone, and what lies "
            "behind the point is cut off: for {input} you return {output}. Nothing warns you. Either give that array the "
            "type float, or let the addition of maximum and logarithm make a new one, which then has the right type by "
            "itself.",
            (_lse_filled, lambda z: _lse_filled(z) if z.ndim > 1 else reference.logsumexp(z)),
            (np.array([[1, 2], [3, 5]]),),
        ),
        Mistake(
            "clipped logits",
            "You cut the logits to a range in which `exp` survives. Nothing overflows, and the number is wrong: for "
            "{input} you return {output}, and the same for every pair of logits beyond your limit. A clip throws away "
            "exactly what the function is asked about. A shift by the largest logit keeps `exp` in range as well, and "
            "changes nothing. What is the largest exponent after such a shift?",
            tuple(lambda z, limit=limit: _lse(np.clip(z, -limit, limit)) for limit in (50, 80, 88, 100, 500, 700, 709)),
            LARGE,
        ),
        Mistake(
            "epsilon in the log",
            "You add a small number to the sum before the logarithm. It hides the minus infinity and does not mend it: "
            "for {input} you return {output}, the logarithm of your small number, and no longer anything about the "
            "logits. After a shift by the largest logit the sum is never below 1, so there is nothing to protect. Where "
            "does your shift go missing?",
            tuple(
                lambda z, epsilon=epsilon: np.log(np.exp(z).sum(axis=-1) + epsilon)
                for epsilon in (1e-5, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-300)
            ),
            NEGATIVE,
        ),
    ),
    remark="Shift by the largest logit, sum, logarithm, and add the shift again.",
)


# 6.2 ------------------------------------------------------------------------------------------------------------------


def _log_softmax_row_by_row(z):
    if z.ndim == 1:
        largest = max(z)
        log_total = math.log(math.fsum(math.exp(value - largest) for value in z))
        return [value - largest - log_total for value in z]
    return [_log_softmax_row_by_row(row) for row in z]


def _log_softmax_in_float32(z):
    shifted = z.astype(np.float32) - z.astype(np.float32).max(axis=-1)[..., None]
    return shifted - np.log(np.exp(shifted).sum(axis=-1))[..., None]


def _log_softmax_by_pairs(z):
    z = np.asarray(z, dtype=float)
    return -np.logaddexp.reduce(z[..., None, :] - z[..., :, None], axis=-1)


def _log_softmax_filled(z):
    result = np.zeros_like(z)
    result[...] = reference.log_softmax(z)
    return result


log_softmax = Exercise(
    name="ch06.log_softmax",
    is_main=True,
    asks="The logarithm of the softmax over the last axis, finite for finite logits of any size.",
    reference=reference.log_softmax,
    probes=vectors_and_batches,
    scale=size_of,
    expects=log_probabilities_in_words,
    hints=(
        "Take the logarithm of the definition on paper. What becomes of a quotient, and what of the logarithm of the "
        "numerator?",
        "The logarithm of the numerator is the logit itself. The logarithm of the denominator is the function of the "
        "last exercise.",
        "That function returns one number for each row. To subtract it from a batch it needs an axis of length 1 at the "
        "end: `keepdims=True`, or an index with `np.newaxis`.",
    ),
    alternatives=(
        _log_softmax_row_by_row,
        _log_softmax_in_float32,
        _log_softmax_by_pairs,
        lambda z: z - np.logaddexp.reduce(np.asarray(z, dtype=float), axis=-1, keepdims=True),
        lambda z: z - reference.logsumexp(z)[..., None],
        lambda z: reference.log_softmax(reference.log_softmax(z)),
        lambda z: (np.transpose(z) - reference.logsumexp(z)).T,
        lambda z: np.where(_stable(z) > 1e-300, np.log(_stable(z)), z - reference.logsumexp(z, keepdims=True)),
    ),
    mistakes=(
        Mistake(
            "log after softmax",
            "You form the probabilities first and take their logarithm. A probability below about 5e-324 is rounded to "
            "0, and the logarithm of 0 is minus infinity: for {input} you return {output}. The shift inside the softmax "
            "does not help; it is the small probability that has no place in a float. Take the logarithm of the formula "
            "on paper: which exponential disappears before it is ever formed?",
            (
                lambda z: np.log(_stable(z)),
                lambda z: np.log(_shares(z)),
                lambda z: np.log(_shares(z, z.max())),
            ),
            (np.array([800.0, 0.0]),),
        ),
        Mistake(
            "no shift",
            "You subtract the logarithm of the sum, which is the right idea, but form that sum from the logits as they "
            "are. For {input} you return {output}: the powers are infinite from 710 on, and they are 0 when all logits "
            "are very negative. The log-sum-exp of the last exercise has neither fault. Which logit does it take out of "
            "the sum first?",
            (lambda z: z - np.log(np.exp(z).sum(axis=-1, keepdims=True)),),
            LARGE,
        ),
        Mistake(
            "the index of the largest",
            "You shift by `argmax`, which says *where* the largest logit stands and not how large it is. The shift cancels on "
            "paper, whatever it is, so small logits come out well. Large ones are hardly moved by a place such as 0, 1 or 2, "
            "and their powers are infinite as before: {input} becomes {output}. A shift by the largest logit itself leaves "
            "nothing above 0. With which function do you get the value in place of its index?",
            (
                lambda z: z - _lse(z, z.argmax(axis=-1))[..., None],
                lambda z: (
                    (z - z.argmax(axis=-1)[..., None])
                    - np.log(np.exp(z - z.argmax(axis=-1)[..., None]).sum(axis=-1, keepdims=True))
                ),
            ),
            LARGE,
        ),
        Mistake(
            "epsilon in the log",
            "You add a small number to the probabilities before the logarithm, or keep something on the way from becoming "
            "too small. Nothing is infinite any more, but no result can fall below a floor: for {input} you return "
            "{output}, where the truth for the second class is −800. And where the result no longer changes with the "
            "logits, the gradient is 0. Take the logarithm of the formula and not of its rounded result.",
            tuple(
                lambda z, epsilon=epsilon: np.log(_stable(z) + epsilon)
                for epsilon in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-300)
            ),
            (np.array([800.0, 0.0]),),
            recognise=_stops_growing,
        ),
        Mistake(
            "clipped probabilities",
            "You cut the probabilities off from below before you take the logarithm. No result can then fall below the "
            "logarithm of your limit: for {input} you return {output}, where the truth is −800. Beyond the limit the "
            "result does not depend on the logits at all, so its gradient is exactly 0. The formula needs no probability: "
            "what is the logarithm of its numerator?",
            tuple(
                lambda z, limit=limit, top=top: np.log(np.clip(_stable(z), limit, top(limit)))
                for limit in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-20)
                for top in (lambda limit: 1.0, lambda limit: 1 - limit)
            ),
            (np.array([800.0, 0.0]),),
        ),
        Mistake(
            "shift on one side only",
            "You take the shift out of the sum and leave the logits as they are, or the other way round. For {input} you "
            "return {output}, and the exponentials of these numbers do not sum to 1. The same number has to leave the "
            "logit and the log-sum-exp, or be added back to the second. Give the shifted logits a name and use that name "
            "in both places.",
            (
                lambda z: z - np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True)),
                lambda z: z - z.max(axis=-1, keepdims=True) - reference.logsumexp(z)[..., None],
            ),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "only the shift",
            "You subtract the largest logit and stop. For {input} you return {output}: the winner gets 0, which is the "
            "logarithm of probability 1, and nothing is left for the others. What is still missing is the logarithm of "
            "the sum of the shifted exponentials, which lies between 0 and the logarithm of the number of classes.",
            (lambda z: z - z.max(axis=-1, keepdims=True),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "one maximum for the batch",
            "You shift every row by the largest logit of the whole batch. A row far below it keeps nothing but zeros "
            "under its sum, and the logarithm of 0 is minus infinity: for {input} you return {output}. Each row has its "
            "own sum, and may have its own shift. Over which axis should the maximum run, and with which argument does "
            "its result fit the rows?",
            (lambda z: (z - z.max()) - np.log(np.exp(z - z.max()).sum(axis=-1, keepdims=True)),),
            APART,
        ),
        Mistake(
            "shift by zero at least",
            "Your shift is never negative: it is the largest logit or 0, whichever is larger, or the largest absolute "
            "value. Rows of very negative logits are then not lifted, their powers are all 0, and the logarithm of their "
            "sum is minus infinity: for {input} you return {output}. The shift works in both directions. Where does a 0, "
            "or an `abs`, enter your maximum?",
            (
                lambda z: z - _lse(z, np.maximum(z.max(axis=-1), 0))[..., None],
                lambda z: z - _lse(z, np.abs(z).max(axis=-1))[..., None],
            ),
            NEGATIVE,
        ),
        Mistake(
            "probabilities",
            "You return the softmax itself, without its logarithm: {output} for {input}. Log-probabilities are never "
            "positive, and it is their *exponentials* that sum to 1. They are worth having because they keep apart what "
            "probabilities cannot: −800 and −900 are two numbers, while both exponentials are rounded to 0. Do not add a "
            "logarithm behind your softmax, though; take it on paper first.",
            (lambda z: _stable(z), lambda z: _shares(z)),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "the other sign",
            "You return the negative logarithms: {output} for {input}. Those are losses, one for each class that might "
            "be the true one, and the next exercise picks one of them. A log-softmax keeps the sign of the logarithm, so "
            "that it is at most 0 and grows with its logit. Which of your two terms has to be subtracted from the other?",
            (lambda z: -reference.log_softmax(z),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "divided by the logarithm",
            "You divide by the logarithm of the sum. For {input} you return {output}. Under a logarithm a quotient "
            "becomes a *difference*: log(a / b) is log a minus log b. The line of the softmax formula is gone once the "
            "logarithm has been taken. Which operation stands between the logit and the log-sum-exp?",
            (
                lambda z: z / reference.logsumexp(z)[..., None],
                lambda z: (
                    (z - z.max(axis=-1, keepdims=True))
                    / np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True))
                ),
            ),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "no keepdims",
            "One number for each row has the shape (m,), and NumPy lines it up with the *last* axis of the batch: from "
            "column j you subtract what belongs to row j. For most shapes that is an error, for a square batch it is "
            "silent. For {input} you return {output}. How does a vector of m numbers become a column of the shape "
            "(m, 1)?",
            (
                lambda z: z - reference.logsumexp(z),
                lambda z: (
                    (z - z.max(axis=-1, keepdims=True)) - np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1))
                ),
                lambda z: z - z.max(axis=-1) - np.log(np.exp(z - z.max(axis=-1)).sum(axis=-1)),
                lambda z: (z - z.max(axis=-1)) - np.log(np.exp(z - z.max(axis=-1)).sum(axis=-1, keepdims=True)),
            ),
            BATCH,
        ),
        Mistake(
            "wrong axis",
            "Your sum runs over the examples, or over the whole batch, and not over the classes of one row. For {input} "
            "you return {output}; raise e to these numbers and add up a row: it does not give 1. Each example has a "
            "denominator of its own, made of the classes on the last axis. Which number names that axis?",
            (
                lambda z: z - reference.logsumexp(z, axis=0),
                lambda z: z - (z.max() + np.log(np.exp(z - z.max()).sum())),
                lambda z: z - np.log(np.exp(z).sum()),
            ),
            BATCH,
        ),
        Mistake(
            "zeros of the wrong type",
            "You fill an array that `np.zeros_like(z)` made. It took over the type of `z`, so for integer logits every "
            "result is cut to an integer: for {input} you return {output}. No warning tells you so. Give that array the "
            "type float, or return the difference itself, which makes an array of the right type.",
            (_log_softmax_filled,),
            (np.array([1, 2, 3]),),
        ),
        Mistake(
            "another base",
            "You take the logarithm to the base 2 or 10. For {input} you return {output}, a constant factor away. In "
            "bits or decimal digits that is a matter of taste, but the exponential of the softmax and the logarithm of "
            "the loss have to undo each other, and only the natural logarithm undoes e. Which NumPy function is it?",
            (lambda z: reference.log_softmax(z) / np.log(2), lambda z: reference.log_softmax(z) / np.log(10)),
            (np.array([1.0, 2.0]),),
        ),
    ),
    remark="The logit minus the log-sum-exp of its row: no probability is formed, so none can be rounded to 0.",
)


# 6.3 ------------------------------------------------------------------------------------------------------------------


def _entropy_example_by_example(Z, y):
    total = 0.0
    for row, label in zip(Z, y, strict=True):
        largest = max(row)
        total += largest + math.log(math.fsum(math.exp(value - largest) for value in row)) - row[label]
    return total / len(y)


def _entropy_in_float32(Z, y):
    Z = Z.astype(np.float32)
    shifted = Z - Z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - _picked(shifted, y))


def _entropy_of_gaps(Z, y):
    gaps = np.asarray(Z, dtype=float) - _picked(Z, y)[:, None]
    return np.average(np.logaddexp.reduce(gaps, axis=1))


def _entropy_with_one_hot(Z, y):
    return -(_one_hot(y, Z.shape[1]) * reference.log_softmax(Z)).sum() / len(Z)


def _binary_for_all(Z, y):
    """Minus log p for the true class and minus log(1 − p) for the others, stable."""
    log_p = reference.log_softmax(Z)
    with np.errstate(all="ignore"):
        log_others = np.where(log_p < 0, np.log(-np.expm1(log_p)), -np.inf)
    return -np.where(_one_hot(y, Z.shape[1]) == 1, log_p, log_others).sum(axis=1).mean()


def _returned_in_the_loop(Z, y):
    """The loss of the first example, divided by the number of all."""
    return -_picked(reference.log_softmax(Z), y)[0] / len(y)


WRONG = (np.array([[800.0, 0.0]]), np.array([1]))
PAIR = (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]), np.array([0, 1]))
SINGLE = (np.array([[1.0, 2.0]]), np.array([0]))
FIFTY = (np.array([[50.0, 0.0]]), np.array([1]))

cross_entropy = Exercise(
    name="ch06.cross_entropy",
    is_main=True,
    asks="The mean cross-entropy of a batch from its logits, finite for finite logits of any size.",
    reference=reference.cross_entropy,
    probes=batches_and_labels,
    scale=size_of,
    expects=mean_in_words,
    hints=(
        "The loss of one example is minus the logarithm of the probability of its true class. Which of your functions "
        "already gives the logarithms of all probabilities?",
        "From each row one entry is needed, the one at its label. An index with two lists, one for the rows and one for "
        "the columns, picks single elements.",
        "`np.arange(len(y))` counts the rows. The mean over the examples comes last, and so does the minus sign.",
    ),
    alternatives=(
        _entropy_example_by_example,
        _entropy_in_float32,
        _entropy_of_gaps,
        _entropy_with_one_hot,
        lambda Z, y: (reference.logsumexp(Z) - np.take_along_axis(Z, y[:, None], axis=1)[:, 0]).mean(),
        lambda Z, y: -np.mean([reference.log_softmax(row)[label] for row, label in zip(Z, y, strict=True)]),
    ),
    mistakes=(
        Mistake(
            "stable softmax, unstable loss",
            "Your softmax is shifted and safe, and then you take the logarithm of its result. The probability of a class "
            "that lies 800 below the winner is rounded to 0, and its logarithm is infinite: for {input} you return "
            "{output}, where the loss is 800. A stable softmax does not make the loss stable. Which function of the "
            "logits gives log-probabilities without a probability on the way?",
            (
                lambda Z, y: -np.log(_picked(_stable(Z), y)).mean(),
                lambda Z, y: -np.log(_stable(Z))[np.arange(len(y)), y].sum() / len(y),
                lambda Z, y: -np.mean(np.sum(_one_hot(y, Z.shape[1]) * np.log(_stable(Z)), axis=1)),
                lambda Z, y: -np.nansum(_one_hot(y, Z.shape[1]) * np.log(_stable(Z))) / len(y),
            ),
            WRONG,
        ),
        Mistake(
            "log after softmax",
            "You form the probabilities as the definition says, without a shift, and take their logarithm. Two things "
            "break: large logits make infinite powers, and small probabilities are rounded to 0. For {input} you return "
            "{output}, where the loss is 800. Both go away together when the logarithm is taken on paper: what is left "
            "is a log-sum-exp and one logit. Which logit?",
            (
                lambda Z, y: -np.log(_picked(_shares(Z), y)).mean(),
                lambda Z, y: -np.mean(np.sum(_one_hot(y, Z.shape[1]) * np.log(_shares(Z)), axis=1)),
            ),
            WRONG,
        ),
        Mistake(
            "no shift",
            "You subtract the logit of the true class from the logarithm of the sum, as it should be, but you form the "
            "sum from the logits as they are. For {input} you return {output}: from 710 on the powers are infinite in "
            "float64, and for very negative rows they are all 0. The log-sum-exp of this chapter takes the largest logit "
            "out first. Can you call it here?",
            (
                lambda Z, y: (_lse(Z) - _picked(Z, y)).mean(),
                lambda Z, y: -(Z - np.log(np.exp(Z).sum(axis=1, keepdims=True)))[np.arange(len(y)), y].mean(),
            ),
            WRONG,
        ),
        Mistake(
            "epsilon in the log",
            "You add a small number inside the logarithm, or keep something on the way from becoming too small. The loss "
            "then has a ceiling: for {input} you return {output}, where the true loss is 800, and for every larger gap about "
            "the same. Worse, where the loss stops growing its gradient is close to 0, so a model that is surely wrong "
            "learns nothing. Which form of the loss contains no probability that could be 0?",
            tuple(
                lambda Z, y, epsilon=epsilon: -np.log(_picked(_stable(Z), y) + epsilon).mean()
                for epsilon in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-300)
            ),
            WRONG,
            recognise=_stops_growing,
        ),
        Mistake(
            "probabilities into the loss",
            "You turn the logits into probabilities, cut these off near 0, and take the logarithm: what a library does "
            "when it is handed probabilities. For {input} you return {output}, minus the logarithm of the limit, and the "
            "same for every larger gap. Beyond the limit the gradient is exactly 0. The logits still know the gap. Which "
            "formula uses them directly?",
            tuple(
                lambda Z, y, limit=limit, top=top: -np.log(np.clip(_picked(_stable(Z), y), limit, top(limit))).mean()
                for limit in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-20)
                for top in (lambda limit: 1.0, lambda limit: 1 - limit)
            ),
            FIFTY,
        ),
        Mistake(
            "one maximum for the batch",
            "You shift every row by the largest logit of the whole batch. Rows far below it keep nothing but zeros under "
            "their sum, and its logarithm is minus infinity: for {input} you return {output}. One confident example "
            "would spoil the loss of all the others. Over which axis should the maximum run?",
            (
                lambda Z, y: (_lse(Z, Z.max()) - _picked(Z, y)).mean(),
                lambda Z, y: -np.log(_picked(_shares(Z, Z.max()), y)).mean(),
            ),
            (np.array([[1000.0, 999.0], [-1000.0, -1001.0]]), np.array([1, 0])),
        ),
        Mistake(
            "sum in place of mean",
            "You add the losses up and do not divide by their number. For {input} you return {output}: each of the two "
            "examples contributes, and the total grows with the batch. With a sum, the size of the gradient, and so the "
            "right learning rate, depends on how many examples a batch happens to have. The exercise asks for the mean. "
            "How many numbers do you add?",
            (lambda Z, y: reference.cross_entropy(Z, y) * len(y),),
            PAIR,
        ),
        Mistake(
            "one loss for each example",
            "You return the losses of the single examples: {output} for {input}. They are right, and they are worth "
            "looking at, but what is asked for is the cost of the batch: one number, so that one gradient can be taken of "
            "it. Which reduction turns m losses into their average?",
            (lambda Z, y: -_picked(reference.log_softmax(Z), y),),
            PAIR,
        ),
        Mistake(
            "divided by m twice",
            "Your result is too small by the number of examples: {output} for {input}, which holds two. A mean divides by "
            "that number already, and another division follows or went before. With it the loss, and the gradient, would "
            "shrink as the batch grows. Count in your lines: how often do you divide by `len(y)`, or take a mean over the "
            "examples?",
            (lambda Z, y: reference.cross_entropy(Z, y) / len(y),),
            PAIR,
        ),
        Mistake(
            "divided by the classes",
            "You add up the losses of the examples and divide by the number of *classes*. For {input}, two examples with "
            "three classes, you return {output}. The mean of a batch divides by the number of numbers that were added, and "
            "those are the losses, one for each example. `Z.shape` holds two lengths: which of them counts the examples?",
            (lambda Z, y: reference.cross_entropy(Z, y) * len(y) / Z.shape[1],),
            PAIR,
        ),
        Mistake(
            "the first example alone",
            "Your result contains the loss of the first example and of no other: {output} for {input}. A `return` inside "
            "the loop ends the function after the first step, whatever comes behind it; an index of 0 in place of the loop "
            "variable does the same. With a single example nobody notices. The total has to be complete before it is "
            "divided. At which depth does your `return` stand?",
            (_returned_in_the_loop, lambda Z, y: -_picked(reference.log_softmax(Z), y)[0]),
            PAIR,
        ),
        Mistake(
            "logarithm of the mean",
            "You average the probabilities of the true classes and take the logarithm of the average. For {input} you return "
            "{output}. The order matters: the loss of each example is a logarithm of its own, and the cost is the mean of "
            "these. In your order one good example hides a bad one, since an average with one large probability "
            "in it cannot be small. Which function gives the logarithms of all probabilities, before anything is averaged?",
            (lambda Z, y: -np.log(_picked(_stable(Z), y).mean()),),
            PAIR,
        ),
        Mistake(
            "mean over m and K",
            "Your mean runs over all m·K entries of a table in which only m are not 0. For {input} you return {output}: "
            "too small by the factor K, the number of classes. `np.mean` divides by everything it is given. Sum over the "
            "classes first, then take the mean over the examples, or divide a plain sum by the number of examples.",
            (lambda Z, y: reference.cross_entropy(Z, y) / Z.shape[1],),
            PAIR,
        ),
        Mistake(
            "columns instead of elements",
            "`[:, y]` takes whole *columns*: all rows at each label in turn, m times m numbers, and the mean runs over "
            "all of them. For {input} you return {output}. With a single example nobody notices. One element of each row "
            "is wanted, so the index needs two lists of the same length: where do the row numbers come from?",
            (lambda Z, y: -reference.log_softmax(Z)[:, y].mean(), lambda Z, y: np.mean(_lse(Z) - Z[:, y])),
            PAIR,
        ),
        Mistake(
            "rows and columns exchanged",
            "Your index has the two lists in the wrong order: the labels stand where the rows are counted, and the other way "
            "round. For {input} you return {output}. In a table of logits the first axis is the example and the second one the "
            "class, so label 1 as a *row* number is another example. With more classes than examples it becomes an error. "
            "Which of your two lists counts examples?",
            (
                lambda Z, y: -reference.log_softmax(Z)[y, np.arange(len(y))].mean(),
                lambda Z, y: (reference.logsumexp(Z) - Z[y, np.arange(len(y))]).mean(),
            ),
            (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1])),
        ),
        Mistake(
            "as many columns as examples",
            "Your one-hot table is `eye` of the number of *examples*, and it has to have a column for each *class*. For "
            "{input} you return {output}. As long as both numbers agree nobody notices; with one example the table has a "
            "single column, which NumPy stretches over all classes. Which length of `Z.shape` is the number of classes? An "
            "index with two lists needs no table at all.",
            (
                lambda Z, y: -(np.eye(len(y))[y] * reference.log_softmax(Z)).sum() / len(y),
                lambda Z, y: -(np.eye(len(y))[y] * reference.log_softmax(Z)).sum(axis=1).mean(),
            ),
            SINGLE,
        ),
        Mistake(
            "shift on one side only",
            "You subtract the largest logit inside the log-sum-exp and leave the logit of the true class as it is. For "
            "{input} you return {output}. The difference of the two is the loss only if both were shifted by the same "
            "number, or neither: either the largest logit is added back to the logarithm, or it is subtracted from the "
            "true logit as well. Where is it missing?",
            (lambda Z, y: (_lse(Z, Z.max(axis=-1)) - Z.max(axis=-1) - _picked(Z, y)).mean(),),
            SINGLE,
        ),
        Mistake(
            "no label used",
            "You average the log-probabilities of *all* classes, and the labels play no part. For {input} you return "
            "{output}, and you would return it for every other label, too. That number is smallest when all classes are "
            "equally probable, so training would make the model forget what it knows. One entry of each row counts. Where "
            "does `y` enter your code?",
            (lambda Z, y: -reference.log_softmax(Z).mean(), lambda Z, y: -reference.log_softmax(Z).sum() / len(y)),
            SINGLE,
        ),
        Mistake(
            "rows instead of elements",
            "`[y]` takes whole *rows*: the row whose number is the label, with all its classes, and the mean runs over "
            "them. For {input} you return {output}. It even fails when a label is larger than the number of examples. "
            "From row i one element is wanted, the one in column `y[i]`. An index with two lists of the same length, one of "
            "rows and one of columns, picks single elements. Where do the row numbers come from?",
            (
                lambda Z, y: -reference.log_softmax(Z)[y].mean(),
                lambda Z, y: (reference.logsumexp(Z)[:, None] - Z[y]).mean(),
            ),
            (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1])),
        ),
        Mistake(
            "squared error",
            "You return the squared distance between probabilities and labels: {output} for {input}, where the loss is 50. "
            "It has a ceiling of 2 for each example, so a disaster costs hardly more than a mistake, and its gradient there "
            "is close to 0, as chapter 3 has shown. The cross-entropy is minus the logarithm of one probability. Which "
            "function of the logits gives that logarithm directly?",
            (
                lambda Z, y: np.mean((_stable(Z) - _one_hot(y, Z.shape[1])) ** 2),
                lambda Z, y: ((_stable(Z) - _one_hot(y, Z.shape[1])) ** 2).sum() / len(y),
            ),
            FIFTY,
        ),
        Mistake(
            "the other sign",
            "You return the mean *log-probability*: {output} for {input}. It is the loss with the wrong sign: it grows "
            "when the model gets better, so gradient descent would make it worse. A loss is at least 0 and falls towards "
            "0 for a model that is right and sure of it. Which of the two terms, log-sum-exp and true logit, has to be "
            "the larger one?",
            (lambda Z, y: -reference.cross_entropy(Z, y),),
            SINGLE,
        ),
        Mistake(
            "NLL of logits",
            "You take minus the logit of the true class and leave the normalisation out. For {input} you return "
            "{output}; raise all logits by 100 and your loss falls by 100, though no probability has changed. Training "
            "would push that logit up without end. What has to be added so that a common shift cancels?",
            (lambda Z, y: -_picked(Z, y).mean(),),
            SINGLE,
        ),
        Mistake(
            "NLL of probabilities",
            "You take minus the *probability* of the true class, and no logarithm. For {input} you return {output}: "
            "between −1 and 0, where a loss is never negative. The difference is not one of taste: with the logarithm "
            "the gradient of a confident mistake is close to −1, without it it is close to 0. Where does the logarithm "
            "belong?",
            (lambda Z, y: -_picked(_stable(Z), y).mean(),),
            SINGLE,
        ),
        Mistake(
            "double softmax",
            "You apply a softmax to the logits and then a loss that contains one itself. The second softmax sees numbers "
            "between 0 and 1, whose gaps are at most 1, so the loss has a floor and a ceiling: for {input} you return "
            "{output}, where the truth is 50. Training still moves, slowly, which hides the mistake. Which of the two "
            "can go?",
            (lambda Z, y: reference.cross_entropy(_stable(Z), y),),
            FIFTY,
        ),
        Mistake(
            "a term for the other classes",
            "You add minus log(1 − p) for every class that is not the true one. That is the loss of K separate yes-or-no "
            "questions, which belongs to sigmoids. For {input} you return {output}. In a softmax the other classes "
            "already count: they share the denominator, so raising one of them lowers the true one. How many terms of "
            "one example does the indicator let through?",
            (_binary_for_all,),
            SINGLE,
        ),
        Mistake(
            "labels from 1 to K",
            "You subtract 1 from the labels, as if they were counted from 1. Here they are counted from 0, so you look "
            "at the class before the true one, and for label 0 the index −1 picks the *last* class without a word. For "
            "{input} you return {output}. Compare the smallest and the largest label with the number of columns: which "
            "count do they follow?",
            (lambda Z, y: reference.cross_entropy(Z, (y - 1) % Z.shape[1]),),
            SINGLE,
        ),
        Mistake(
            "the winner in place of the label",
            "You take the log-probability of the class with the largest logit, and the labels play no part. For {input} "
            "you return {output}: small, as for a model that is right, although the true class is the other one. That "
            "number says how sure the model is; a loss says how wrong it was. Where does `y` enter your code?",
            (lambda Z, y: -reference.log_softmax(Z).max(axis=1).mean(),),
            SINGLE,
        ),
    ),
    remark="The loss is the log-sum-exp of a row minus the logit of its true class, and no probability is ever formed.",
)


# 6.4 ------------------------------------------------------------------------------------------------------------------


def _binary_in_branches(z, y):
    z = np.asarray(z, dtype=float)
    result = np.empty(z.shape)
    positive = z >= 0
    result[positive] = z[positive] * (1 - y[positive]) + np.log1p(np.exp(-z[positive]))
    result[~positive] = -z[~positive] * y[~positive] + np.log1p(np.exp(z[~positive]))
    return result


def _binary_as_two_classes(z, y):
    pairs = np.stack([np.zeros(len(z)), z], axis=1)
    return [reference.cross_entropy(pair[None], [int(label)]) for pair, label in zip(pairs, y, strict=True)]


def _binary_one_by_one(z, y):
    return [
        max(float(value), 0.0) - value * label + math.log1p(math.exp(-abs(float(value))))
        for value, label in zip(z, y, strict=True)
    ]


def _binary_formula(z, y):
    return np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))


def _binary_filled(z, y):
    result = np.zeros_like(z)
    result[...] = _binary_formula(z, y)
    return result


def _plain_sigmoid(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


def _two_terms(p, y, log=np.log):
    return -(y * log(p) + (1 - y) * log(1 - p))


SURE = (np.array([1000.0, -1000.0]), np.array([0, 1]))
ONE = (np.array([2.0]), np.array([0]))
YES = (np.array([1.0]), np.array([1]))

sigmoid_cross_entropy = Exercise(
    name="ch06.sigmoid_cross_entropy",
    is_main=True,
    asks="The loss of each yes-or-no question from its logit, finite for finite logits of any size.",
    reference=reference.sigmoid_cross_entropy,
    probes=logits_and_answers,
    scale=size_of,
    expects=losses_in_words,
    hints=(
        "For y = 1 the loss is log(1 + e to the −z). For which z does this `exp` overflow, and what is the loss there, "
        "to a very good approximation?",
        "Take the positive part of z out, the larger of z and 0. What is left under the logarithm is 1 plus a power of e "
        "whose exponent is never positive.",
        "That exponent is −|z|. `np.log1p(x)` is the logarithm of 1 + x and keeps the digits of a small x. The section's "
        "last line has the three terms in order.",
    ),
    alternatives=(
        _binary_in_branches,
        _binary_as_two_classes,
        _binary_one_by_one,
        lambda z, y: np.logaddexp(0, z) - z * y,
        lambda z, y: np.logaddexp(0, np.where(np.asarray(y) == 1, -1.0, 1.0) * z),
        lambda z, y: np.float32(1) * _binary_formula(z.astype(np.float32), y.astype(np.float32)),
    ),
    mistakes=(
        Mistake(
            "log after sigmoid",
            "You compute the probability first and its logarithm afterwards. At 1000 the sigmoid is rounded to 1, so "
            "1 − p is 0 and its logarithm infinite; where it is multiplied by 0, as for a right answer, the product is nan. "
            "For {input} you return {output}, where the loss is 1000 both times. Write the loss in terms of z on paper: "
            "what does the logarithm do to the exponential?",
            (
                lambda z, y: _two_terms(_plain_sigmoid(z), y),
                lambda z, y: -np.where(y == 1, np.log(_plain_sigmoid(z)), np.log(1 - _plain_sigmoid(z))),
                lambda z, y: _two_terms(reference.sigmoid(z), y),
                lambda z, y: _two_terms(np.exp(z) / (1 + np.exp(z)), y),
                lambda z, y: -(y * np.log(reference.sigmoid(z)) + (1 - y) * np.log(reference.sigmoid(-1.0 * z))),
            ),
            SURE,
        ),
        Mistake(
            "epsilon in the log",
            "You add a small number inside each logarithm, or cut something off at a limit on the way. Nothing is infinite "
            "any more, but the loss stops growing: for {input} you return {output}, where it is 1000 both times. And where "
            "it stops, its gradient is next to nothing, so a model that is surely wrong learns nothing. Which form of the "
            "loss takes the logits whole and never the logarithm of a rounded probability?",
            tuple(
                lambda z, y, epsilon=epsilon: _two_terms(_plain_sigmoid(z), y, lambda p: np.log(p + epsilon))
                for epsilon in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20)
            )
            + tuple(lambda z, y, limit=limit: _binary_formula(np.clip(z, -limit, limit), y) for limit in (30, 50, 500)),
            SURE,
            recognise=_stops_growing,
        ),
        Mistake(
            "probabilities into the loss",
            "You cut the probabilities off near 0 and 1 before you take the logarithm. The loss then has a ceiling: for "
            "{input} you return {output}, where it is 1000 both times, and beyond the limit the gradient is exactly 0. "
            "Libraries do this when they are handed probabilities, because they have nothing better. You have the "
            "logits. Which formula uses them directly?",
            tuple(
                lambda z, y, limit=limit: _two_terms(np.clip(_plain_sigmoid(z), limit, 1 - limit), y)
                for limit in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
            ),
            SURE,
        ),
        Mistake(
            "no shift",
            "You took the sigmoid out of the formula, but the power of e still has an exponent that can be large and "
            "positive: for {input} you return {output}. One of the two directions overflows, whichever sign you chose. "
            "The cure is the one of log-sum-exp: take the larger of 0 and the exponent out of the logarithm. What is "
            "left has an exponent that is never positive.",
            (
                lambda z, y: z * (1 - y) + np.log(1 + np.exp(-z)),
                lambda z, y: z * (1 - y) + np.log1p(np.exp(-z)),
                lambda z, y: np.log(1 + np.exp(z)) - z * y,
                lambda z, y: np.log1p(np.exp(z)) - z * y,
                lambda z, y: np.log1p(np.exp(np.where(y == 1, -z, z))),
                lambda z, y: np.log(1 + np.exp(np.where(y == 1, -z, z))),
            ),
            SURE,
        ),
        Mistake(
            "positive exponent",
            "Your exponent is |z| where −|z| belongs. For {input} you return {output}. With the minus sign the power of "
            "e lies between 0 and 1 for every z, which is the whole point of the form; with the plus sign it is never "
            "below 1 and overflows on both sides. Which of the two does the derivation leave under the logarithm?",
            (lambda z, y: np.maximum(z, 0) - z * y + np.log1p(np.exp(np.abs(z))),),
            ONE,
        ),
        Mistake(
            "no positive part",
            "The first of the three terms is missing. For {input} you return {output}, and a loss is never negative. "
            "The positive part of z was taken out of the logarithm to keep `exp` in range, and has to stand outside, "
            "like the maximum in a log-sum-exp. Which NumPy function gives the larger of z and 0, element by element?",
            (
                lambda z, y: -z * y + np.log1p(np.exp(-np.abs(z))),
                lambda z, y: np.log1p(np.exp(-np.abs(z))) + 0.0 * y,
            ),
            (np.array([2.0]), np.array([1])),
        ),
        Mistake(
            "the largest of an axis",
            "You call `np.max` where the larger of two numbers is meant. In `np.max(z, 0)` the 0 is the number of an *axis*, "
            "so you get the largest logit of all examples, and every one of them pays for it: for {input} you return "
            "{output}. With a single, positive logit nobody notices. NumPy has a second function, which compares two arrays "
            "entry by entry. What is it called?",
            (
                lambda z, y: np.max(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))),
                lambda z, y: max(np.max(z), 0) - z * y + np.log1p(np.exp(-np.abs(z))),
            ),
            (np.array([-3.0, 0.5, 2.0]), np.array([1, 1, 0])),
        ),
        Mistake(
            "the sign of the product",
            "You add the product of logit and label, and it has to be subtracted. For {input} you return {output}: the "
            "answer is right, and your loss grows with it. The product is what a right answer earns: for a large positive "
            "logit with y = 1 it takes away what the positive part charges. Follow the derivation once more: which of the "
            "two, log-sum-exp or true logit, is subtracted?",
            (
                lambda z, y: np.maximum(z, 0) + z * y + np.log1p(np.exp(-np.abs(z))),
                lambda z, y: np.logaddexp(0, z) + z * y,
            ),
            YES,
        ),
        Mistake(
            "no label used",
            "The label does not enter your loss: for {input} you return {output}, the same as for the other label. What you "
            "compute is the log-sum-exp of 0 and z. For y = 0 that is the whole loss; for y = 1 it is not, because the true logit "
            "is still to be subtracted, z for a *yes* and 0 for a *no*. Which product says both in one expression?",
            (lambda z, y: _binary_formula(z, 0 * y), lambda z, y: _binary_formula(z, np.zeros(len(y)))),
            YES,
        ),
        Mistake(
            "no logarithm",
            "The third term is missing, the one with the logarithm. For {input} you return {output}, as if a logit of 1 made "
            "the answer certain. Without it the loss is a straight price for the wrong side and exactly 0 on the right one, "
            "so a model learns nothing more once it is barely right. The corner is rounded by a term that is ln 2 at z = 0 "
            "and fades on both sides. Which function of −|z| is it?",
            (lambda z, y: np.maximum(z, 0) - z * y, lambda z, y: np.maximum(np.where(y == 1, -z, z), 0)),
            YES,
        ),
        Mistake(
            "the sign of the logarithm",
            "The last of the three terms is subtracted, and it has to be added. For {input} you return {output}. The first "
            "two terms are 0 or the price of the wrong side; the true loss lies *above* them everywhere, by ln 2 at z = 0 and "
            "by less and less farther out. Yours lies below, and becomes negative for a right answer. With which sign does "
            "the logarithm stand in the log-sum-exp?",
            (lambda z, y: np.maximum(z, 0) - z * y - np.log1p(np.exp(-np.abs(z))),),
            YES,
        ),
        Mistake(
            "the gradient",
            "You return *probability minus label*, the gradient of the loss: {output} for {input}. It lies between −1 and 1 "
            "and may be negative. It says in which direction the logit should move, and not what the answer costs: for a "
            "confident mistake its size is close to 1, however confident, while the loss goes on growing with the logit. The loss "
            "is the function whose slope this is. Which three terms does the section end with?",
            (lambda z, y: reference.sigmoid(z) - y, lambda z, y: _plain_sigmoid(z) - y),
            YES,
        ),
        Mistake(
            "arguments swapped",
            "You use the labels as logits and the logits as labels: {output} for {input}. Nothing fails, because both are "
            "vectors of numbers of the same length. Frameworks disagree about the order of the two, Keras puts the labels "
            "first and PyTorch the predictions, so this happens in silence. In this exercise the logits come first. Which "
            "of the two stands in your exponent?",
            (lambda z, y: _binary_formula(1.0 * y, z), lambda z, y: np.logaddexp(0, 1.0 * y) - z * y),
            ONE,
        ),
        Mistake(
            "zeros of the wrong type",
            "You fill an array that `np.zeros_like(z)` or `np.empty_like(z)` made. It took over the type of `z`, so for "
            "integer logits every loss is cut to an integer: for {input} you return {output}. No warning tells you so. Give "
            "that array the type float, or return the sum of the three terms itself, which makes an array of the right "
            "type.",
            (_binary_filled, lambda z, y: (np.logaddexp(0, z) - z * y).astype(np.result_type(z))),
            (np.array([2, -1, 3]), np.array([0, 0, 1])),
        ),
        Mistake(
            "no absolute value",
            "The positive part stands in front, and the exponent under the logarithm is −z or z as it is. Both halves "
            "are needed: for one sign of z the shift is counted twice, and there `exp` overflows as well. For {input} "
            "you return {output}. After the larger of z and 0 has been taken out, which exponent is left for positive z, "
            "and which for negative z?",
            (
                lambda z, y: np.maximum(z, 0) - z * y + np.log1p(np.exp(-z)),
                lambda z, y: np.maximum(z, 0) - z * y + np.log1p(np.exp(z)),
            ),
            (np.array([2.0, -2.0]), np.array([0, 0])),
        ),
        Mistake(
            "sigmoid before a loss from logits",
            "You apply the sigmoid and hand its result to a formula that expects logits. It then sees numbers between 0 "
            "and 1 and reads them as weak evidence: for {input}, where the loss is next to nothing, you return {output}. "
            "No training can bring it lower. The formula contains the sigmoid already. What is its argument?",
            (lambda z, y: _binary_formula(_plain_sigmoid(z), y), lambda z, y: _binary_formula(reference.sigmoid(z), y)),
            (np.array([1000.0, -1000.0]), np.array([1, 0])),
        ),
        Mistake(
            "labels the wrong way round",
            "Yes and no are exchanged: for {input} you return {output}, a small loss for a confident answer that is "
            "wrong. With y = 1 the loss must fall as z grows, with y = 0 it must grow. Put in z = 1000 and y = 1 by hand "
            "and look at which term is left. Where does your formula use 1 − y for y?",
            (lambda z, y: _binary_formula(z, 1 - y), lambda z, y: _two_terms(_plain_sigmoid(z), 1 - y)),
            ONE,
        ),
        Mistake(
            "only the positive term",
            "You count the examples with y = 1 and give a loss of 0 to all others: for {input} you return {output}, "
            "though the model says *yes* where *no* is right. With a loss like that the best model says *yes* to "
            "everything. The formula has two terms, one for each answer, and the label decides which of them counts. "
            "Where is the second?",
            (
                lambda z, y: y * np.logaddexp(0, -1.0 * z),
                lambda z, y: -y * np.log(_plain_sigmoid(z)),
            ),
            ONE,
        ),
        Mistake(
            "labels of −1 and 1",
            "You use the form for labels −1 and 1, in which the loss is log(1 + e to the −y z). Here the labels are 0 and "
            "1. For y = 1 the two agree, for y = 0 your exponent is always 0, and the loss is the logarithm of 2 whatever "
            "the model says: for {input} you return {output}. Which simple map turns 0 and 1 into −1 and 1?",
            (lambda z, y: np.log1p(np.exp(-z * y)), lambda z, y: np.logaddexp(0, -1.0 * z * y)),
            ONE,
        ),
        Mistake(
            "the mean",
            "You return one number, {output} for {input}: the mean, or the sum, over the examples. The exercise asks for "
            "one loss for each example, in the shape of `z`; whoever calls the function may want to look at them, weight "
            "them, or average them. Which reduction at the end can go?",
            (
                lambda z, y: _binary_formula(z, y).mean(),
                lambda z, y: _binary_formula(z, y).sum(),
            ),
            (np.array([0.0, 2.0]), np.array([0, 1])),
        ),
        Mistake(
            "the other sign",
            "You return logarithms of probabilities and not losses: {output} for {input}. A loss is minus the logarithm "
            "of the probability that the model gave to the right answer, so it is never negative, and it falls towards 0 "
            "when the model is right and sure. Which sign stands in front of your result?",
            (lambda z, y: -_binary_formula(z, y), lambda z, y: -_two_terms(_plain_sigmoid(z), y)),
            ONE,
        ),
        Mistake(
            "squared error",
            "You return the squared distance between probability and label: {output} for {input}. It can never exceed 1, "
            "so a confident mistake costs hardly more than a mild one, and its gradient there is close to 0, as chapter 3 "
            "has shown. The cross-entropy takes the logarithm of the probability of the right answer. Which power of e "
            "does that logarithm meet?",
            (lambda z, y: (reference.sigmoid(z) - y) ** 2,),
            (np.array([50.0, -50.0]), np.array([0, 1])),
        ),
    ),
    remark="For a confident mistake the loss is the size of the logit, and for a confident right answer it is 0.",
)


# 6.5 ------------------------------------------------------------------------------------------------------------------


class KeptTooMuch(Exception):
    """Raised in place of a result when an answer held more of a stream than it should."""


def _read_once(chunks):
    """A generator of chunks. What the reader does to a chunk is done to the original, so that the check sees it."""
    for chunk in chunks:
        handed_out = chunk.copy()
        yield handed_out
        chunk[...] = handed_out


def call_with_a_stream(answer, *chunks):
    """Call an answer with a generator, and for a long stream look at the memory that it takes.

    Args:
        answer: the function to call.
        chunks: arrays, one for each chunk, or one array whose rows are the chunks. A stream is handed on as it is.

    Raises:
        KeptTooMuch: the answer held more than half of a long stream at once, in whatever form.
    """
    if not isinstance(chunks[0], np.ndarray):
        return answer(*chunks)
    if chunks[0].ndim == 1:
        return answer(_read_once(chunks))
    (rows,) = chunks
    traced_already = tracemalloc.is_tracing()
    tracemalloc.start()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    try:
        result = answer(_read_once(rows))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not traced_already:
            tracemalloc.stop()
    if peak - before > rows.nbytes / 2:
        raise KeptTooMuch(f"held {(peak - before) / rows.nbytes:.1f} times the memory of the whole stream")
    return result


def stream_in_words(*chunks):
    """The form of a streaming log-sum-exp."""
    if chunks[0].ndim == 2:
        return f"one finite number, for a generator of {len(chunks[0])} chunks,"
    return f"one finite number, for a generator of {'these chunks' if len(chunks) > 1 else 'this chunk'},"


def _streamed(chunks, largest, total, merge):
    """A running largest logit and a running total, merged with each chunk in turn."""
    for chunk in chunks:
        largest, total = merge(largest, total, np.asarray(chunk, dtype=float))
    return largest + np.log(total)


def _rescaled(largest, total, chunk):
    """The right merge, where no maximum is minus infinity."""
    new = max(largest, chunk.max())
    return new, total * np.exp(largest - new) + np.exp(chunk - new).sum()


def _careful(largest, total, chunk):
    """The right merge, also for chunks of minus infinity."""
    return (largest, total) if np.isneginf(chunk).all() else _rescaled(largest, total, chunk)


def _stream_by_logaddexp(chunks):
    total = -np.inf
    for chunk in chunks:
        total = np.logaddexp(total, np.logaddexp.reduce(np.asarray(chunk, dtype=float)))
    return total


def _stream_element_by_element(chunks):
    largest, total = -math.inf, 0.0
    for chunk in chunks:
        for value in chunk.tolist():
            if value > largest:
                total = total * math.exp(largest - value) + 1.0
                largest = value
            elif value > -math.inf:
                total += math.exp(value - largest)
    return largest + math.log(total)


def _stream_of_chunk_results(chunks):
    return reference.logsumexp([reference.logsumexp(chunk) for chunk in chunks])


def _stream_with_next(chunks):
    chunks = iter(chunks)
    result = reference.logsumexp(next(chunks))
    for chunk in chunks:
        result = reference.logsumexp([result, reference.logsumexp(chunk)])
    return result


def _stream_in_float32(chunks):
    largest, total = np.float32(-np.inf), np.float32(0)
    for chunk in chunks:
        chunk = chunk.astype(np.float32)
        new = np.maximum(largest, chunk.max())
        if new > -np.inf:
            total = total * np.exp(largest - new) + np.sum(np.exp(chunk - new))
            largest = new
    return largest + np.log(total)


def _read_twice(chunks):
    largest = max(chunk.max() for chunk in chunks)
    return largest + np.log(sum(np.exp(chunk - largest).sum() for chunk in chunks))


def _everything_kept(chunks):
    z = np.concatenate([chunk for chunk in chunks])
    return z.max() + np.log(np.exp(z - z.max()).sum())


def _listed(chunks):
    chunks = list(chunks)
    largest = max(chunk.max() for chunk in chunks)
    return largest + np.log(sum(np.exp(chunk - largest).sum() for chunk in chunks))


def _numbers_listed(chunks):
    return reference.logsumexp([float(value) for chunk in chunks for value in chunk])


def _first_maximum_kept(chunks):
    largest, total = None, 0.0
    for chunk in chunks:
        largest = chunk.max() if largest is None else largest
        total += np.exp(chunk - largest).sum()
    return largest + np.log(total)


def _total_alone(chunks):
    largest, total = -np.inf, 0.0
    for chunk in chunks:
        largest, total = _careful(largest, total, np.asarray(chunk, dtype=float))
    return np.log(total)


def _last_chunk(chunks):
    result = -np.inf
    for chunk in chunks:
        result = reference.logsumexp(chunk)
    return result


def _changed_chunks(chunks):
    largest, total = -np.inf, 0.0
    for chunk in chunks:
        former, largest = largest, max(largest, chunk.max())
        if largest > -np.inf:
            chunk -= chunk.dtype.type(largest)
            total = total * np.exp(former - largest) + np.exp(chunk).sum()
    return largest + np.log(total)


def _starts_too_high(seen):
    """Whether all is right but some streams of very negative logits, for which minus infinity came back."""
    too_low = 0
    for chunks, result, expected in zip(seen.probes, seen.results, seen.expected, strict=False):
        if not isinstance(result.value, np.ndarray) or result.value.shape != expected.shape:
            return False
        if result.value == -np.inf and expected < -50:
            too_low += 1
        elif not np.isclose(result.value, expected, rtol=1e-4, atol=1e-4 * size_of_stream(*chunks)):
            return False
    return too_low > 0


TWO = (np.array([1.0]), np.array([2.0]))
RISING = (np.array([1.0]), np.array([5.0, 0.0]), np.array([2.0]))
MASKED = (np.array([-np.inf, -np.inf]), np.array([1.0, 2.0]))

streaming_logsumexp = Exercise(
    name="ch06.streaming_logsumexp",
    is_main=True,
    asks="The log-sum-exp of all chunks together, from a generator that is read once, in the memory of a few chunks.",
    reference=reference.streaming_logsumexp,
    observe=call_with_a_stream,
    probes=streams,
    scale=size_of_stream,
    expects=stream_in_words,
    hints=(
        "After some chunks you have forgotten the logits. Which two numbers are enough to go on: what would you need to "
        "finish the log-sum-exp if no further chunk came?",
        "Keep the largest logit so far and the sum of the exponentials relative to it. A new chunk may bring a larger "
        "logit; then every term of the old sum is too large by the same factor.",
        "That factor is a power of e: old maximum minus new maximum in the exponent, which is never positive.",
        "A chunk of −∞ alone adds nothing. As long as the maximum itself is −∞, do not subtract it: −∞ minus −∞ is nan.",
    ),
    alternatives=(
        lambda chunks: _streamed(chunks, -np.inf, 0.0, _careful),
        _stream_by_logaddexp,
        _stream_element_by_element,
        _stream_of_chunk_results,
        _stream_with_next,
        _stream_in_float32,
        lambda chunks: functools.reduce(np.logaddexp, map(reference.logsumexp, chunks), -np.inf),
        lambda chunks: _streamed(chunks, np.finfo(float).min, 0.0, _rescaled),
    ),
    mistakes=(
        Mistake(
            "read twice",
            "You go through the chunks twice: once for the maximum, once for the sum. A generator can be read once, and "
            "the second loop finds nothing: for {input} you return {output}. No error is raised, an empty loop is a valid "
            "loop. Both numbers have to be brought up to date while a chunk is there. What happens to the old sum when a "
            "new chunk has a larger maximum?",
            (_read_twice,),
            TWO,
        ),
        Mistake(
            "everything kept",
            "Your result is right, and you get it by collecting all chunks before you begin. The stream of the last test "
            "has 40 chunks, and you held most of it at once; with a vocabulary of 50,000 words and a few hundred rows "
            "that is the very memory that streaming is meant to save. Two numbers are enough to remember everything that "
            "has passed. Which two?",
            (
                _everything_kept,
                lambda chunks: reference.logsumexp(np.concatenate(list(chunks))),
                lambda chunks: reference.logsumexp(np.hstack([np.asarray(c, dtype=np.float32) for c in chunks])),
                _listed,
                _numbers_listed,
            ),
            recognise=lambda seen: any(result.problem == "KeptTooMuch" for result in seen.results),
        ),
        Mistake(
            "a list expected",
            "You treat the chunks as a list or as one array: you ask for their number, pick one by its index, or hand all "
            "of them to a NumPy function. A generator has no length and no index, and it is no array. It hands out one "
            "chunk after the other, to a `for` loop or to `next`, and then it is empty. Start with values that stand for "
            "*nothing seen so far*, and let the loop treat the first chunk like every other. Which maximum, and which sum, "
            "does nothing have?",
            (),
            recognise=lambda seen: any(
                result.problem == "TypeError" and ("generator" in result.detail or "type object" in result.detail)
                for result in seen.results
            ),
        ),
        Mistake(
            "no rescaling",
            "When a new chunk has a larger maximum you go on with the old sum as it is. But that sum was formed relative "
            "to the *old* maximum, so its terms are too large by a power of e. For {input} you return {output}. Two sums "
            "can be added only when both refer to the same shift. By which factor do you bring the old one to the new "
            "shift?",
            (
                lambda chunks: _streamed(
                    chunks, -np.inf, 0.0, lambda m, s, c: (max(m, c.max()), s + np.exp(c - max(m, c.max())).sum())
                ),
                lambda chunks: _streamed(
                    chunks,
                    -np.inf,
                    0.0,
                    lambda m, s, c: (
                        (m, s) if np.isneginf(c).all() else (max(m, c.max()), s + np.exp(c - max(m, c.max())).sum())
                    ),
                ),
            ),
            TWO,
        ),
        Mistake(
            "rescaled the wrong way",
            "You multiply the old sum by a power of e with the wrong sign in its exponent: new maximum minus old one. The "
            "old terms should shrink when the maximum rises, and yours grow: for {input} you return {output}, and with a "
            "large rise they overflow. Think of a single old term of 1 at the logit 1. What is it worth relative to a "
            "maximum of 2?",
            (
                lambda chunks: _streamed(
                    chunks,
                    -np.inf,
                    0.0,
                    lambda m, s, c: (
                        max(m, c.max()),
                        (s * np.exp(max(m, c.max()) - m) if s else 0.0) + np.exp(c - max(m, c.max())).sum(),
                    ),
                ),
                lambda chunks: _streamed(
                    chunks,
                    -np.inf,
                    0.0,
                    lambda m, s, c: (
                        max(m, c.max()),
                        s * np.exp(max(m, c.max()) - m) + np.exp(c - max(m, c.max())).sum(),
                    ),
                ),
                lambda chunks: _streamed(
                    chunks,
                    -np.inf,
                    0.0,
                    lambda m, s, c: (
                        (m, s)
                        if np.isneginf(c).all()
                        else (
                            max(m, c.max()),
                            (s * np.exp(max(m, c.max()) - m) if s else 0.0) + np.exp(c - max(m, c.max())).sum(),
                        )
                    ),
                ),
            ),
            TWO,
        ),
        Mistake(
            "new chunk not rescaled",
            "You shift each chunk by its *own* maximum and add its sum to the others. For {input} you return {output}: "
            "the second chunk has the smaller maximum, so its terms are counted as if they belonged to the larger one. "
            "All terms have to refer to the same shift, the largest logit of everything so far. Which maximum should "
            "stand in the exponent?",
            (
                lambda chunks: _streamed(
                    chunks,
                    -np.inf,
                    0.0,
                    lambda m, s, c: (
                        max(m, c.max()),
                        s * np.exp(m - max(m, c.max())) + np.exp(c - c.max()).sum(),
                    ),
                ),
                lambda chunks: _streamed(
                    chunks, -np.inf, 0.0, lambda m, s, c: (max(m, c.max()), s + np.exp(c - c.max()).sum())
                ),
            ),
            (np.array([2.0]), np.array([1.0])),
        ),
        Mistake(
            "a chunk of minus infinity",
            "Your rule for merging is right, and one case breaks it: as long as everything seen is −∞, the maximum is −∞, "
            "and −∞ minus −∞ is nan. Such chunks occur, because −∞ is how a class is masked out. For {input} you return "
            "{output}. A chunk like that adds nothing to the sum. How can you keep that difference from being formed?",
            (
                lambda chunks: _streamed(chunks, -np.inf, 0.0, _rescaled),
                lambda chunks: _streamed(
                    chunks,
                    None,
                    0.0,
                    lambda m, s, c: (c.max(), np.exp(c - c.max()).sum()) if m is None else _rescaled(m, s, c),
                ),
                lambda chunks: _streamed(
                    (chunk - chunk.max() + chunk.max() for chunk in chunks), -np.inf, 0.0, _careful
                ),
            ),
            MASKED,
        ),
        Mistake(
            "no shift",
            "You add up the exponentials as they are and take the logarithm at the end. It is short, it needs one number, "
            "and it breaks at the first logit above 709, or when all of them are very negative: for {input} you return "
            "{output}. The shift has to travel with the sum. Which second number do you have to keep, and what do you do "
            "with the sum when that number changes?",
            (lambda chunks: np.log(sum(np.exp(chunk).sum() for chunk in chunks)),),
            (np.array([0.0]), np.array([1000.0, 999.0])),
        ),
        Mistake(
            "the first maximum for ever",
            "You take the shift from the first chunk and keep it. When a later chunk has a much larger logit, its power "
            "overflows; when the first chunk lies far above, or is −∞, something else breaks. For {input} you return "
            "{output}. You cannot know the largest logit before the end, so the shift has to follow it. What happens to "
            "the sum when the shift changes?",
            (_first_maximum_kept,),
            (np.array([0.0]), np.array([1000.0, 999.0])),
        ),
        Mistake(
            "shift by zero at least",
            "Your running maximum starts at 0, or not far below, and never falls below its start. When all logits are very "
            "negative, their powers relative to it are rounded to 0, and the logarithm of the sum is minus infinity: for "
            "{input} you return {output}. Nothing seen so far has a maximum, too, and it is not 0. Which number is smaller "
            "than every logit?",
            (
                lambda chunks: _streamed(chunks, 0.0, 0.0, _rescaled),
                lambda chunks: _streamed(chunks, 0.0, 0.0, _careful),
            ),
            (np.array([-1000.0, -1001.0]), np.array([-999.0])),
        ),
        Mistake(
            "a start that is not low enough",
            "Your running maximum starts at a very negative number, and there are logits below it. Then it never moves, every "
            "power relative to it is rounded to 0, and the logarithm of the sum is minus infinity: for {input} you return "
            "{output}. Large negative numbers are used to mask classes, so they do occur. Which value is smaller than every "
            "number, and does `max` know it?",
            (
                lambda chunks: _streamed(chunks, -1e9, 0.0, _rescaled),
                lambda chunks: _streamed(chunks, -1000.0, 0.0, _careful),
            ),
            (np.array([-1e30]),),
            recognise=_starts_too_high,
        ),
        Mistake(
            "the maximum of the newest chunk",
            "You bring the sum to the maximum of the *newest* chunk, also when that is smaller than the former one. On paper "
            "every shift is right; on a computer the old sum is then multiplied by a large power of e, which overflows: for "
            "{input} you return {output}. The shift may rise and must never fall. Which two numbers does the new maximum have "
            "to be the larger of?",
            (
                lambda chunks: _streamed(
                    chunks,
                    -np.inf,
                    0.0,
                    lambda m, s, c: (c.max(), s * np.exp(m - c.max()) + np.exp(c - c.max()).sum()),
                ),
                lambda chunks: _streamed(
                    chunks,
                    -np.inf,
                    0.0,
                    lambda m, s, c: (
                        (m, s)
                        if np.isneginf(c).all()
                        else (c.max(), s * np.exp(m - c.max()) + np.exp(c - c.max()).sum())
                    ),
                ),
            ),
            (np.array([1000.0]), np.array([0.0])),
        ),
        Mistake(
            "one logit in place of the maximum",
            "You compare the running maximum with a single logit of the chunk, the first or the last one, and not with its "
            "largest. As long as the others are not much larger that is only another shift. For {input} you return {output}: "
            "a logit of 1000 stands where you do not look, and its power overflows. Nothing says that a chunk is sorted. "
            "Which function looks at all of it?",
            tuple(
                lambda chunks, place=place, skip=skip: _streamed(
                    chunks,
                    -np.inf,
                    0.0,
                    lambda m, s, c: (
                        (m, s)
                        if skip(c, place)
                        else (max(m, c[place]), s * np.exp(m - max(m, c[place])) + np.exp(c - max(m, c[place])).sum())
                    ),
                )
                for place in (0, -1)
                for skip in (
                    lambda chunk, place: False,
                    lambda chunk, place: np.isneginf(chunk).all(),
                    lambda chunk, place: np.isneginf(chunk[place]),
                )
            ),
            (np.array([0.0, 1000.0, -5.0]),),
        ),
        Mistake(
            "more left out than minus infinity",
            "You leave out a whole chunk as soon as *one* of its logits is −∞. For {input} you return {output}: the other "
            "logit of the first chunk is an ordinary number, and it is missing from the sum. A single −∞ does no harm, since "
            "its power is 0. Only where the maximum itself is −∞ is there nothing to add. Is your question about any logit, "
            "or about all of them?",
            (
                lambda chunks: _streamed((c for c in chunks if not np.isinf(c).any()), -np.inf, 0.0, _rescaled),
                lambda chunks: _streamed((c for c in chunks if not np.isinf(c[0])), -np.inf, 0.0, _rescaled),
            ),
            (np.array([1.0, -np.inf]), np.array([2.0])),
        ),
        Mistake(
            "sum started at 1",
            "Your running maximum, your running sum, or both begin with a term that is in no chunk: a logit of 0, or a "
            "total of 1. For {input} you return {output}, a little too large. Before the first chunk nothing has been "
            "added. What is the sum of no terms, and which maximum lets the first chunk take over completely?",
            (
                lambda chunks: _streamed(chunks, 0.0, 1.0, _rescaled),
                lambda chunks: _streamed(chunks, 0.0, 1.0, _careful),
                lambda chunks: np.logaddexp(0.0, _stream_by_logaddexp(chunks)),
            ),
            (np.array([-1.0]),),
        ),
        Mistake(
            "shift not added back",
            "You return the logarithm of the running sum and forget the maximum that it refers to. For {input} you return "
            "{output}, less than the largest logit, which no log-sum-exp can be. At the end, as in the function for one "
            "array, the shift has to be added to the logarithm. Which of your two running numbers is it?",
            (_total_alone,),
            TWO,
        ),
        Mistake(
            "sum of the parts",
            "You add up, or average, the log-sum-exps of the chunks. For {input} you return {output}. Logarithms add when their "
            "arguments are *multiplied*, but the sums of the chunks have to be added. Two log-sum-exps are merged the way "
            "two logits are: they are themselves the logits of a smaller problem. Which function merges logits?",
            (
                lambda chunks: sum(reference.logsumexp(chunk) for chunk in chunks),
                lambda chunks: np.mean([reference.logsumexp(chunk) for chunk in chunks]),
            ),
            TWO,
        ),
        Mistake(
            "the largest part",
            "You return the largest log-sum-exp of a single chunk: {output} for {input}. The other chunks add something "
            "to the sum, too, and when two chunks are equally strong it is the logarithm of 2. A maximum of soft maxima "
            "forgets by how little the others lost. How are two sums with different shifts added?",
            (lambda chunks: max(reference.logsumexp(chunk) for chunk in chunks),),
            TWO,
        ),
        Mistake(
            "one chunk alone",
            "You return the log-sum-exp of a single chunk, the first or the last: {output} for {input}. A `return` inside "
            "the loop ends it after one step, and a result that is written anew in each step forgets what came before. "
            "The running numbers have to be brought up to date in the loop, and the result formed behind it. Which of "
            "your lines is at the wrong depth?",
            (_last_chunk, lambda chunks: reference.logsumexp(next(iter(chunks)))),
            RISING,
        ),
        Mistake(
            "one result for each chunk",
            "You return a list, or an array, with one number for each chunk: {output} for {input}. The chunks are parts "
            "of one long vector that was too large to hold, so there is one log-sum-exp for all of them. Your numbers "
            "are halfway there: each is the logarithm of a partial sum. How are several logarithms of sums merged into "
            "one?",
            (lambda chunks: [reference.logsumexp(chunk) for chunk in chunks],),
            TWO,
        ),
    ),
    remark="One pass, two numbers, and the result is that of two passes over everything.",
)
# The engine's own sample of this mistake changes the arrays that it is called with, but here that is a stream.
streaming_logsumexp.mistakes = tuple(
    replace(mistake, wrong=(_changed_chunks,)) if mistake.name == "the input is changed" else mistake
    for mistake in streaming_logsumexp.mistakes
)
