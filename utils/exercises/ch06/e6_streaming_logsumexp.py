"""Exercise 6.6: the log-sum-exp of a stream that is read once, in the memory of a few chunks."""

import functools
import itertools
import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch06.common import breaks_where, is_small
from utils.exercises.ch06.streams import (
    NO_LIST,
    above_the_one_at,
    below_0,
    call_with_a_stream,
    careful,
    falls,
    kept_too_much,
    no_first_logit,
    no_logit_in_a_chunk,
    no_start,
    nothing_left,
    overflows_after_the_first,
    overflows_unshifted,
    rescaled,
    size_of_stream,
    streamed,
    streamed_pair,
    streams,
    told_by_small_streams,
)
from utils.exercises.ch06.wrong_merges import TWO, of_merges

# The form


def stream_in_words(*chunks):
    """The form of a streaming log-sum-exp."""
    if chunks[0].ndim == 2:
        return f"one finite number, for a generator of {len(chunks[0])} chunks,"
    return f"one finite number, for a generator of {'these chunks' if len(chunks) > 1 else 'this chunk'},"


# Right answers


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


# Mistakes of every function


def _changed_chunks(chunks):
    largest, total = -np.inf, 0.0
    for chunk in chunks:
        former, largest = largest, max(largest, chunk.max())
        if largest > -np.inf:
            chunk -= chunk.dtype.type(largest)
            total = total * np.exp(former - largest) + np.exp(chunk).sum()
    return largest + np.log(total)


mistakes = Bank(list(of_merges))

streaming_logsumexp = Exercise(
    name="ch06.streaming_logsumexp",
    is_main=True,
    asks="The log-sum-exp of all chunks together, from a generator that is read once, in the memory of a few chunks.",
    reference=reference.streaming_logsumexp,
    probes=streams,
    observe=call_with_a_stream,
    expects=stream_in_words,
    scale=size_of_stream,
    hints=paragraphs("""
        After some chunks you have forgotten the logits. Which two numbers are enough to go on: what would you need to
        finish the log-sum-exp if no further chunk came?

        Keep the largest logit so far and the sum of the exponentials relative to it. A new chunk may bring a larger
        logit; then every term of the old sum is too large by the same factor.

        That factor is a power of e: old maximum minus new maximum in the exponent, which is never positive.

        A chunk of nothing but −∞ adds nothing. As long as the maximum itself is −∞, do not subtract it: −∞ minus −∞ is
        nan.
    """),
    alternatives=(
        lambda chunks: streamed(chunks, -np.inf, 0.0, careful),
        _stream_by_logaddexp,
        _stream_element_by_element,
        _stream_of_chunk_results,
        _stream_with_next,
        _stream_in_float32,
        lambda chunks: functools.reduce(np.logaddexp, map(reference.logsumexp, chunks), -np.inf),
        lambda chunks: streamed(chunks, np.finfo(float).min, 0.0, rescaled),
    ),
    bank=mistakes,
    of_every_function={"the input is changed": (_changed_chunks,)},
    remark="One pass, two numbers, and the result is that of two passes over everything.",
)


# Mistakes


@mistakes.mistake(*TWO, recognise=nothing_left)
def read_twice(chunks):
    """
    You go through the chunks twice: once for the maximum, once for the sum. A generator can be read once, and the
    second loop finds nothing: for {input} you return {output}. No error is raised, an empty loop is a valid loop.
    Both numbers have to be brought up to date while a chunk is there. What happens to the old sum when a new chunk
    has a larger maximum?
    """
    largest = max(chunk.max() for chunk in chunks)
    return largest + np.log(sum(np.exp(chunk - largest).sum() for chunk in chunks))


@mistakes.mistake(recognise=kept_too_much)
def everything_kept(chunks):
    """
    Your result is right, and you get it by collecting all chunks before you begin. One stream of the test has
    40 chunks, and you held most of it at once; with a vocabulary of 50,000 words and a few hundred rows that is the
    very memory that streaming is meant to save. Two numbers are enough to remember everything that has passed.
    Which two?
    """
    z = np.concatenate([chunk for chunk in chunks])
    return z.max() + np.log(np.exp(z - z.max()).sum())


everything_kept.also(
    lambda chunks: reference.logsumexp(np.concatenate(list(chunks))),
    lambda chunks: reference.logsumexp(np.hstack([np.asarray(c, dtype=np.float32) for c in chunks])),
)


@everything_kept.also
def listed(chunks):
    chunks = list(chunks)
    largest = max(chunk.max() for chunk in chunks)
    return largest + np.log(sum(np.exp(chunk - largest).sum() for chunk in chunks))


@everything_kept.also
def numbers_listed(chunks):
    return reference.logsumexp([float(value) for chunk in chunks for value in chunk])


mistakes.add(
    "a list expected",
    """
    You treat the chunks as a list or as one array: you ask for their number, pick one by its index, or hand all of
    them to a NumPy function. A generator has no length and no index, and it is no array. It hands out one chunk
    after the other, to a `for` loop or to `next`, and then it is empty. Start with values that stand for *nothing
    seen so far*, and let the loop treat the first chunk like every other. Which maximum, and which sum, does
    nothing have?
    """,
    recognise=lambda seen: any(result.problem == NO_LIST for result in seen.results),
)


def _has_nan_at_minus_infinity(seen):
    """Whether chunks of minus infinity, and these alone, give nan."""
    breaks = breaks_where(no_start, no_first_logit, no_logit_in_a_chunk)
    return breaks(seen) and not any(result.problem == "ValueError" for result in seen.results)


def _has_no_largest(seen):
    """Whether the maximum of no logits was asked for, and nothing else is wrong."""
    empty = [result.problem == "ValueError" and "zero-size" in result.detail for result in seen.results]
    return any(empty) and len(empty) == len(seen.probes) and sum(empty) + sum(seen.right) == len(empty)


MASKED = (np.array([-np.inf, -np.inf]), np.array([1.0, 2.0]))


@mistakes.mistake(*MASKED, recognise=_has_nan_at_minus_infinity)
def a_chunk_of_minus_infinity(chunks):
    """
    Your rule for merging is right, and one case breaks it: as long as everything seen is −∞, the maximum is −∞, and
    −∞ minus −∞ is nan. Such chunks occur, because −∞ is how a class is masked out. For {input} you return {output}.
    A chunk like that adds nothing to the sum. How can you keep that difference from being formed?
    """
    return streamed(chunks, -np.inf, 0.0, rescaled)


a_chunk_of_minus_infinity.also(
    lambda chunks: streamed(
        chunks,
        None,
        0.0,
        lambda m, s, c: (c.max(), np.exp(c - c.max()).sum()) if m is None else rescaled(m, s, c),
    ),
    lambda chunks: streamed((chunk - chunk.max() + chunk.max() for chunk in chunks), -np.inf, 0.0, careful),
)


@mistakes.mistake(*MASKED, recognise=_has_no_largest)
def nothing_left_of_a_chunk(chunks):
    """
    You take the logits of −∞ out of a chunk before you look at it, which is a good way: they add nothing. But a chunk
    may hold nothing else, and then nothing is left, and no logits have no maximum: for {input} you return {output}.
    Such a chunk changes neither of your two running numbers. What should the loop do with it, and by which of its
    properties is it known?
    """
    return streamed((c[np.isfinite(c)] for c in chunks), -np.inf, 0.0, rescaled)


@mistakes.mistake(np.array([0.0]), np.array([1000.0, 999.0]), recognise=breaks_where(overflows_unshifted))
def no_shift(chunks):
    """
    You add up the exponentials as they are and take the logarithm at the end. It is short, it needs one number, and
    it breaks at the first logit above 709, or when all of them are very negative: for {input} you return {output}.
    The shift has to travel with the sum. Which second number do you have to keep, and what do you do with the sum
    when that number changes?
    """
    return np.log(sum(np.exp(chunk).sum() for chunk in chunks))


@mistakes.mistake(np.array([0.0]), np.array([1000.0, 999.0]), recognise=breaks_where(overflows_after_the_first))
def the_first_maximum_for_ever(chunks):
    """
    You take the shift from the first chunk and keep it. When a later chunk has a much larger logit, its power
    overflows; when the first chunk lies far above, or is −∞, something else breaks. For {input} you return
    {output}. You cannot know the largest logit before the end, so the shift has to follow it. What happens to the
    sum when the shift changes?
    """
    largest, total = None, 0.0
    for chunk in chunks:
        largest = chunk.max() if largest is None else largest
        total += np.exp(chunk - largest).sum()
    return largest + np.log(total)


@mistakes.mistake(np.array([-1000.0, -1001.0]), np.array([-999.0]), recognise=breaks_where(below_0))
def shift_by_zero_at_least(chunks):
    """
    Your running maximum starts at 0, or not far below, and never falls below its start. When all logits are very
    negative, their powers relative to it are rounded to 0, and the logarithm of the sum is minus infinity: for
    {input} you return {output}. Nothing seen so far has a maximum, too, and it is not 0. Which number is smaller
    than every logit?
    """
    return streamed(chunks, 0.0, 0.0, rescaled)


shift_by_zero_at_least.also(lambda chunks: streamed(chunks, 0.0, 0.0, careful))


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


def _has_a_number_for_minus_infinity(seen):
    """Whether all is right but some streams of very negative logits, for which a larger finite number came back."""
    met = zip(seen.probes, seen.results, seen.right, seen.expected, strict=False)
    wrong = [(chunks, result, expected) for chunks, result, right, expected in met if not right]
    if len(seen.results) < len(seen.probes) or any(result.problem or result.changed for _, result, _ in wrong):
        return False
    return any(np.isneginf(np.concatenate(chunks)).any() for chunks, *_ in wrong) and all(
        expected < -5000 and np.isfinite(result.value) and result.value > expected for _, result, expected in wrong
    )


@mistakes.mistake(np.array([-1e30]), recognise=_starts_too_high)
def a_start_that_is_not_low_enough(chunks):
    """
    Your running maximum starts at a very negative number, and there are logits below it. Then it never moves, every
    power relative to it is rounded to 0, and the logarithm of the sum is minus infinity: for {input} you return
    {output}. Large negative numbers are used to mask classes, so they do occur. Which value is smaller than every
    number, and does `max` know it?
    """
    return streamed(chunks, -1e9, 0.0, rescaled)


a_start_that_is_not_low_enough.also(lambda chunks: streamed(chunks, -1000.0, 0.0, careful))


@mistakes.mistake(np.array([-np.inf, -1e30]), recognise=_has_a_number_for_minus_infinity)
def a_number_for_minus_infinity(chunks):
    """
    You put a number in the place of −∞, such as −1e4 or −1e9. Beside ordinary logits its power is 0, as it should be.
    Beside logits that lie below your number it is the largest of all, and a class that is masked out decides: for
    {input} you return {output}. A −∞ needs no replacement, since its power is exactly 0 wherever the maximum is finite.
    What does your loop do with a chunk whose maximum is not?
    """
    return streamed((np.where(np.isneginf(c), -1e9, c) for c in chunks), -np.inf, 0.0, rescaled)


a_number_for_minus_infinity.also(
    *(
        lambda chunks, low=low: streamed((np.maximum(c, low) for c in chunks), -np.inf, 0.0, rescaled)
        for low in (-1e4, -1e5, -1e8, -1e15)
    ),
    lambda chunks: streamed((np.where(np.isneginf(c), -1e4, c) for c in chunks), -np.inf, 0.0, rescaled),
)


@mistakes.mistake(np.array([1000.0]), np.array([0.0]), recognise=breaks_where(falls))
def the_maximum_of_the_newest_chunk(chunks):
    """
    You bring the sum to the maximum of the *newest* chunk, also when that is smaller than the former one. On paper
    every shift is right; on a computer the old sum is then multiplied by a large power of e, which overflows: for
    {input} you return {output}. The shift may rise and must never fall. Which two numbers does the new maximum have
    to be the larger of?
    """

    def merge(m, s, c):
        return (c.max(), s * np.exp(m - c.max()) + np.exp(c - c.max()).sum())

    return streamed(chunks, -np.inf, 0.0, merge)


the_maximum_of_the_newest_chunk.also(
    lambda chunks: streamed(
        chunks,
        -np.inf,
        0.0,
        lambda m, s, c: (
            (m, s) if np.isneginf(c).all() else (c.max(), s * np.exp(m - c.max()) + np.exp(c - c.max()).sum())
        ),
    )
)

mistakes.add(
    "one logit in place of the maximum",
    """
    You compare the running maximum with a single logit of the chunk, the first or the last one, and not with its
    largest. As long as the others are not much larger that is only another shift. For {input} you return {output}:
    a logit of 1000 stands where you do not look, and its power overflows. Nothing says that a chunk is sorted.
    Which function looks at all of it?
    """,
    *(
        lambda chunks, place=place, skip=skip: streamed(
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
        for skip in (lambda chunk, place: False, lambda chunk, place: np.isneginf(chunk).all())
    ),
    example=(np.array([0.0, 1000.0, -5.0]),),
    recognise=breaks_where(above_the_one_at(0), above_the_one_at(-1)),
)


def _told_by_small_and_infinite(mistake):
    """The same where some logits are minus infinity, and neither all of the first chunk nor some of every chunk."""
    return told_by_small_streams(
        mistake,
        lambda *chunks: (
            is_small(*chunks) and not np.isneginf(chunks[0]).all() and any(np.isfinite(chunk).all() for chunk in chunks)
        ),
    )


@_told_by_small_and_infinite
@mistakes.mistake(np.array([1.0, -np.inf]), np.array([2.0]))
def more_left_out_than_minus_infinity(chunks):
    """
    You leave out a whole chunk as soon as *one* of its logits is −∞. For {input} you return {output}: the other
    logit of the first chunk is an ordinary number, and it is missing from the sum. A single −∞ does no harm, since
    its power is 0. Only where the maximum itself is −∞ is there nothing to add. Is your question about any logit,
    or about all of them?
    """
    return streamed((c for c in chunks if not np.isinf(c).any()), -np.inf, 0.0, rescaled)


@_told_by_small_and_infinite
@mistakes.mistake(np.array([-np.inf, 1.0]), np.array([2.0, -np.inf]))
def one_logit_asked_for_the_chunk(chunks):
    """
    You look at a single logit of a chunk, the first or the last, and leave the whole chunk out where that one is −∞.
    For {input} you return {output}: in each chunk the other logit is an ordinary number, and one of them is missing
    from the sum. A −∞ may stand anywhere and does no harm, since its power is 0. Only where the maximum of a chunk is
    −∞ is there nothing to add. Which of its logits does your question read?
    """
    return streamed((c for c in chunks if not np.isinf(c[0])), -np.inf, 0.0, rescaled)


one_logit_asked_for_the_chunk.also(
    lambda chunks: streamed((c for c in chunks if not np.isinf(c[-1])), -np.inf, 0.0, rescaled)
)


@_told_by_small_and_infinite
@mistakes.mistake(np.array([1.0, 2.0]), np.array([-np.inf]), np.array([0.5]))
def an_end_at_minus_infinity(chunks):
    """
    You stop reading at the first chunk of −∞: a `break` or a `return` stands where only the chunk should be passed
    over. For {input} you return {output}, and the last chunk is missing. A chunk in which everything is masked out says
    nothing about those that follow. Which statement ends one round of a loop and goes on with the next one?
    """
    return streamed(itertools.takewhile(lambda c: not np.isneginf(c).all(), chunks), -np.inf, 0.0, rescaled)


@told_by_small_streams
@mistakes.mistake(np.array([-1.0]))
def sum_started_at_1(chunks):
    """
    Your running maximum, your running sum, or both begin with a term that is in no chunk: a logit of 0, or a total
    of 1. For {input} you return {output}, a little too large. Before the first chunk nothing has been added. What
    is the sum of no terms, and which maximum lets the first chunk take over completely?
    """
    return streamed(chunks, 0.0, 1.0, rescaled)


sum_started_at_1.also(
    lambda chunks: np.logaddexp(0.0, _stream_by_logaddexp(chunks)),
)


@told_by_small_streams
@mistakes.mistake(*TWO)
def shift_not_added_back(chunks):
    """
    You return the logarithm of the running sum and forget the maximum that it refers to. For {input} you return
    {output}, less than the largest logit, which no log-sum-exp can be. At the end, as in the function for one
    array, the shift has to be added to the logarithm. Which of your two running numbers is it?
    """
    return np.log(streamed_pair(chunks)[1])


@told_by_small_streams
@mistakes.mistake(*TWO)
def sum_of_the_parts(chunks):
    """
    You add up, or average, the log-sum-exps of the chunks. For {input} you return {output}. Logarithms add when
    their arguments are *multiplied*, but the sums of the chunks have to be added. Two log-sum-exps are merged the
    way two logits are: they are themselves the logits of a smaller problem. Which function merges logits?
    """
    return sum(reference.logsumexp(chunk) for chunk in chunks)


sum_of_the_parts.also(lambda chunks: np.mean([reference.logsumexp(chunk) for chunk in chunks]))


@told_by_small_streams
@mistakes.mistake(*TWO)
def the_largest_part(chunks):
    """
    You return the largest log-sum-exp of a single chunk: {output} for {input}. The other chunks add something to
    the sum, too, and when two chunks are equally strong it is the logarithm of 2. A maximum of soft maxima forgets
    by how little the others lost. How are two sums with different shifts added?
    """
    return max(reference.logsumexp(chunk) for chunk in chunks)


RISING = (np.array([1.0]), np.array([5.0, 0.0]), np.array([2.0]))


@told_by_small_streams
@mistakes.mistake(*RISING)
def one_chunk_alone(chunks):
    """
    You return the log-sum-exp of a single chunk, the first or the last: {output} for {input}. A `return` inside the
    loop ends it after one step, and a result that is written anew in each step forgets what came before. The
    running numbers have to be brought up to date in the loop, and the result formed after it. Which of your lines
    is at the wrong depth?
    """
    result = -np.inf
    for chunk in chunks:
        result = reference.logsumexp(chunk)
    return result


one_chunk_alone.also(lambda chunks: reference.logsumexp(next(iter(chunks))))


@told_by_small_streams
@mistakes.mistake(*TWO)
def one_result_for_each_chunk(chunks):
    """
    You return a list, or an array, with one number for each chunk: {output} for {input}. The chunks are parts of
    one long vector that was too large to hold, so there is one log-sum-exp for all of them. Your numbers are
    halfway there: each is the logarithm of a partial sum. How are several logarithms of sums merged into one?
    """
    return [reference.logsumexp(chunk) for chunk in chunks]


@told_by_small_streams
@mistakes.mistake(*TWO)
def an_array_of_one_entry(chunks):
    """
    Your result is an array with one entry and not a number: {output} for {input}. All chunks together are one long
    vector, whose log-sum-exp is one number without an axis. The axis comes from a `keepdims`, from brackets around the
    result, or from a running value that began as a list or an array. The difference shows when the result is compared
    or stacked. Where does the axis enter?
    """
    return np.array([_stream_by_logaddexp(chunks)])


@told_by_small_streams
@mistakes.mistake(*TWO)
def the_two_running_numbers(chunks):
    """
    You return what you remember, the largest logit and the sum relative to it: {output} for {input}. They are the right
        two numbers to carry from chunk to chunk, and they hold the answer, but they are not yet the answer. When no
        further chunk comes, they are put together as at the end of the function for one array. What happens to the sum,
        and what is added then?
    """
    return streamed_pair(chunks)


the_two_running_numbers.also(lambda chunks: streamed_pair(chunks)[::-1])


@told_by_small_streams
@mistakes.mistake(*TWO)
def no_logarithm(chunks):
    """
    You read and rescale as you should, and the logarithm at the end is missing: {output} for {input}. The running sum
        is a sum of *powers of e*, relative to the largest logit; that logit can be added to its logarithm, and not to
        the sum itself. Undoing the shift by a product instead overflows from 710 on. Which function has to stand around
        the sum?
    """
    largest, total = streamed_pair(chunks)
    return largest + total


no_logarithm.also(
    lambda chunks: streamed_pair(chunks)[1],
    lambda chunks: np.exp(_stream_by_logaddexp(chunks)),
)


@told_by_small_streams
@mistakes.mistake(*TWO)
def the_maximum_alone(chunks):
    """
    You return the largest logit of all chunks: {output} for {input}. That is the hard maximum. The log-sum-exp lies
        above it, since every other logit adds a little, and that little is what the other classes get their
        probabilities from. Besides the running maximum a second number has to travel along. Which one, and how does it
        enter at the end?
    """
    return max(chunk.max() for chunk in chunks)


@told_by_small_streams
@mistakes.mistake(*TWO)
def sum_of_the_logits(chunks):
    """
    You add the logits themselves, or their mean, and no exponential is formed: {output} for {input}. A log-sum-exp is
        the logarithm of a sum of *powers of e*, so that a logit counts for more the larger it is; in your sum all count
        the same, and a negative one makes the result smaller. Which function has to be applied to a chunk, after its
        shift, before anything is added?
    """
    return sum(chunk.sum() for chunk in chunks)


sum_of_the_logits.also(
    lambda chunks: np.log(sum(chunk.sum() for chunk in chunks)),
    lambda chunks: np.mean([chunk.mean() for chunk in chunks]),
)
