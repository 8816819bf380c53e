"""Exercise 6.5: the log-sum-exp of a stream that is read once, in the memory of a few chunks."""

import functools
import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, Unfit, paragraphs
from utils.checking.observing import peak_memory
from utils.checking.words import error_words

# The domain

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


def size_of_stream(*chunks):
    """The largest absolute finite logit of all chunks, at least 1."""
    return max([1.0, *(float(np.abs(chunk[np.isfinite(chunk)]).max(initial=1)) for chunk in chunks)])


def stream_in_words(*chunks):
    """The form of a streaming log-sum-exp."""
    if chunks[0].ndim == 2:
        return f"one finite number, for a generator of {len(chunks[0])} chunks,"
    return f"one finite number, for a generator of {'these chunks' if len(chunks) > 1 else 'this chunk'},"


# How answers are looked at


KEPT_TOO_MUCH, NO_LIST = "kept too much", "a generator is no list"


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
        Unfit: the answer held more than half of a long stream at once, in whatever form; or it fails with the stream
            and does not with a list of the same chunks.
    """
    if not isinstance(chunks[0], np.ndarray):
        return answer(*chunks)
    if chunks[0].ndim == 1:
        try:
            return answer(_read_once(chunks))
        except TypeError as error:
            if _takes_a_list(answer, chunks):
                raise Unfit(NO_LIST, error_words(error)) from error
            raise
    (rows,) = chunks
    result, held = peak_memory(lambda: answer(_read_once(rows)))
    if held > rows.nbytes / 2:
        raise Unfit(KEPT_TOO_MUCH, f"held {held / rows.nbytes:.1f} times the memory of the whole stream")
    return result


def _takes_a_list(answer, chunks):
    try:
        answer([chunk.copy() for chunk in chunks])
    except Exception:
        return False
    return True


# Right answers


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


# Mistakes of every function


def _changed_chunks(chunks):
    largest, total = -np.inf, 0.0
    for chunk in chunks:
        former, largest = largest, max(largest, chunk.max())
        if largest > -np.inf:
            chunk -= chunk.dtype.type(largest)
            total = total * np.exp(former - largest) + np.exp(chunk).sum()
    return largest + np.log(total)


mistakes = Bank()

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

        A chunk of −∞ alone adds nothing. As long as the maximum itself is −∞, do not subtract it: −∞ minus −∞ is nan.
    """),
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
    bank=mistakes,
    of_every_function={"the input is changed": (_changed_chunks,)},
    remark="One pass, two numbers, and the result is that of two passes over everything.",
)


# Mistakes

TWO = (np.array([1.0]), np.array([2.0]))


@mistakes.mistake(*TWO)
def read_twice(chunks):
    """
    You go through the chunks twice: once for the maximum, once for the sum. A generator can be read once, and the
    second loop finds nothing: for {input} you return {output}. No error is raised, an empty loop is a valid loop.
    Both numbers have to be brought up to date while a chunk is there. What happens to the old sum when a new chunk
    has a larger maximum?
    """
    largest = max(chunk.max() for chunk in chunks)
    return largest + np.log(sum(np.exp(chunk - largest).sum() for chunk in chunks))


@mistakes.mistake(recognise=lambda seen: any(result.problem == KEPT_TOO_MUCH for result in seen.results))
def everything_kept(chunks):
    """
    Your result is right, and you get it by collecting all chunks before you begin. The stream of the last test has
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


@mistakes.mistake(*TWO)
def no_rescaling(chunks):
    """
    When a new chunk has a larger maximum you go on with the old sum as it is. But that sum was formed relative to
    the *old* maximum, so its terms are too large by a power of e. For {input} you return {output}. Two sums can be
    added only when both refer to the same shift. By which factor do you bring the old one to the new shift?
    """

    def merge(m, s, c):
        return (max(m, c.max()), s + np.exp(c - max(m, c.max())).sum())

    return _streamed(chunks, -np.inf, 0.0, merge)


no_rescaling.also(
    lambda chunks: _streamed(
        chunks,
        -np.inf,
        0.0,
        lambda m, s, c: (m, s) if np.isneginf(c).all() else (max(m, c.max()), s + np.exp(c - max(m, c.max())).sum()),
    )
)


@mistakes.mistake(*TWO)
def rescaled_the_wrong_way(chunks):
    """
    You multiply the old sum by a power of e with the wrong sign in its exponent: new maximum minus old one. The old
    terms should shrink when the maximum rises, and yours grow: for {input} you return {output}, and with a large
    rise they overflow. Think of a single old term of 1 at the logit 1. What is it worth relative to a maximum of 2?
    """

    def merge(m, s, c):
        return (
            max(m, c.max()),
            (s * np.exp(max(m, c.max()) - m) if s else 0.0) + np.exp(c - max(m, c.max())).sum(),
        )

    return _streamed(chunks, -np.inf, 0.0, merge)


rescaled_the_wrong_way.also(
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
)


@mistakes.mistake(np.array([2.0]), np.array([1.0]))
def new_chunk_not_rescaled(chunks):
    """
    You shift each chunk by its *own* maximum and add its sum to the others. For {input} you return {output}: the
    second chunk has the smaller maximum, so its terms are counted as if they belonged to the larger one. All terms
    have to refer to the same shift, the largest logit of everything so far. Which maximum should stand in the
    exponent?
    """

    def merge(m, s, c):
        return (
            max(m, c.max()),
            s * np.exp(m - max(m, c.max())) + np.exp(c - c.max()).sum(),
        )

    return _streamed(chunks, -np.inf, 0.0, merge)


new_chunk_not_rescaled.also(
    lambda chunks: _streamed(chunks, -np.inf, 0.0, lambda m, s, c: (max(m, c.max()), s + np.exp(c - c.max()).sum()))
)

MASKED = (np.array([-np.inf, -np.inf]), np.array([1.0, 2.0]))


@mistakes.mistake(*MASKED)
def a_chunk_of_minus_infinity(chunks):
    """
    Your rule for merging is right, and one case breaks it: as long as everything seen is −∞, the maximum is −∞, and
    −∞ minus −∞ is nan. Such chunks occur, because −∞ is how a class is masked out. For {input} you return {output}.
    A chunk like that adds nothing to the sum. How can you keep that difference from being formed?
    """
    return _streamed(chunks, -np.inf, 0.0, _rescaled)


a_chunk_of_minus_infinity.also(
    lambda chunks: _streamed(
        chunks,
        None,
        0.0,
        lambda m, s, c: (c.max(), np.exp(c - c.max()).sum()) if m is None else _rescaled(m, s, c),
    ),
    lambda chunks: _streamed((chunk - chunk.max() + chunk.max() for chunk in chunks), -np.inf, 0.0, _careful),
)


@mistakes.mistake(np.array([0.0]), np.array([1000.0, 999.0]))
def no_shift(chunks):
    """
    You add up the exponentials as they are and take the logarithm at the end. It is short, it needs one number, and
    it breaks at the first logit above 709, or when all of them are very negative: for {input} you return {output}.
    The shift has to travel with the sum. Which second number do you have to keep, and what do you do with the sum
    when that number changes?
    """
    return np.log(sum(np.exp(chunk).sum() for chunk in chunks))


@mistakes.mistake(np.array([0.0]), np.array([1000.0, 999.0]))
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


@mistakes.mistake(np.array([-1000.0, -1001.0]), np.array([-999.0]))
def shift_by_zero_at_least(chunks):
    """
    Your running maximum starts at 0, or not far below, and never falls below its start. When all logits are very
    negative, their powers relative to it are rounded to 0, and the logarithm of the sum is minus infinity: for
    {input} you return {output}. Nothing seen so far has a maximum, too, and it is not 0. Which number is smaller
    than every logit?
    """
    return _streamed(chunks, 0.0, 0.0, _rescaled)


shift_by_zero_at_least.also(lambda chunks: _streamed(chunks, 0.0, 0.0, _careful))


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


@mistakes.mistake(np.array([-1e30]), recognise=_starts_too_high)
def a_start_that_is_not_low_enough(chunks):
    """
    Your running maximum starts at a very negative number, and there are logits below it. Then it never moves, every
    power relative to it is rounded to 0, and the logarithm of the sum is minus infinity: for {input} you return
    {output}. Large negative numbers are used to mask classes, so they do occur. Which value is smaller than every
    number, and does `max` know it?
    """
    return _streamed(chunks, -1e9, 0.0, _rescaled)


a_start_that_is_not_low_enough.also(lambda chunks: _streamed(chunks, -1000.0, 0.0, _careful))


@mistakes.mistake(np.array([1000.0]), np.array([0.0]))
def the_maximum_of_the_newest_chunk(chunks):
    """
    You bring the sum to the maximum of the *newest* chunk, also when that is smaller than the former one. On paper
    every shift is right; on a computer the old sum is then multiplied by a large power of e, which overflows: for
    {input} you return {output}. The shift may rise and must never fall. Which two numbers does the new maximum have
    to be the larger of?
    """

    def merge(m, s, c):
        return (c.max(), s * np.exp(m - c.max()) + np.exp(c - c.max()).sum())

    return _streamed(chunks, -np.inf, 0.0, merge)


the_maximum_of_the_newest_chunk.also(
    lambda chunks: _streamed(
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
    example=(np.array([0.0, 1000.0, -5.0]),),
)


@mistakes.mistake(np.array([1.0, -np.inf]), np.array([2.0]))
def more_left_out_than_minus_infinity(chunks):
    """
    You leave out a whole chunk as soon as *one* of its logits is −∞. For {input} you return {output}: the other
    logit of the first chunk is an ordinary number, and it is missing from the sum. A single −∞ does no harm, since
    its power is 0. Only where the maximum itself is −∞ is there nothing to add. Is your question about any logit,
    or about all of them?
    """
    return _streamed((c for c in chunks if not np.isinf(c).any()), -np.inf, 0.0, _rescaled)


more_left_out_than_minus_infinity.also(
    lambda chunks: _streamed((c for c in chunks if not np.isinf(c[0])), -np.inf, 0.0, _rescaled)
)


@mistakes.mistake(np.array([-1.0]))
def sum_started_at_1(chunks):
    """
    Your running maximum, your running sum, or both begin with a term that is in no chunk: a logit of 0, or a total
    of 1. For {input} you return {output}, a little too large. Before the first chunk nothing has been added. What
    is the sum of no terms, and which maximum lets the first chunk take over completely?
    """
    return _streamed(chunks, 0.0, 1.0, _rescaled)


sum_started_at_1.also(
    lambda chunks: _streamed(chunks, 0.0, 1.0, _careful),
    lambda chunks: np.logaddexp(0.0, _stream_by_logaddexp(chunks)),
)


@mistakes.mistake(*TWO)
def shift_not_added_back(chunks):
    """
    You return the logarithm of the running sum and forget the maximum that it refers to. For {input} you return
    {output}, less than the largest logit, which no log-sum-exp can be. At the end, as in the function for one
    array, the shift has to be added to the logarithm. Which of your two running numbers is it?
    """
    largest, total = -np.inf, 0.0
    for chunk in chunks:
        largest, total = _careful(largest, total, np.asarray(chunk, dtype=float))
    return np.log(total)


@mistakes.mistake(*TWO)
def sum_of_the_parts(chunks):
    """
    You add up, or average, the log-sum-exps of the chunks. For {input} you return {output}. Logarithms add when
    their arguments are *multiplied*, but the sums of the chunks have to be added. Two log-sum-exps are merged the
    way two logits are: they are themselves the logits of a smaller problem. Which function merges logits?
    """
    return sum(reference.logsumexp(chunk) for chunk in chunks)


sum_of_the_parts.also(lambda chunks: np.mean([reference.logsumexp(chunk) for chunk in chunks]))


@mistakes.mistake(*TWO)
def the_largest_part(chunks):
    """
    You return the largest log-sum-exp of a single chunk: {output} for {input}. The other chunks add something to
    the sum, too, and when two chunks are equally strong it is the logarithm of 2. A maximum of soft maxima forgets
    by how little the others lost. How are two sums with different shifts added?
    """
    return max(reference.logsumexp(chunk) for chunk in chunks)


RISING = (np.array([1.0]), np.array([5.0, 0.0]), np.array([2.0]))


@mistakes.mistake(*RISING)
def one_chunk_alone(chunks):
    """
    You return the log-sum-exp of a single chunk, the first or the last: {output} for {input}. A `return` inside the
    loop ends it after one step, and a result that is written anew in each step forgets what came before. The
    running numbers have to be brought up to date in the loop, and the result formed behind it. Which of your lines
    is at the wrong depth?
    """
    result = -np.inf
    for chunk in chunks:
        result = reference.logsumexp(chunk)
    return result


one_chunk_alone.also(lambda chunks: reference.logsumexp(next(iter(chunks))))


@mistakes.mistake(*TWO)
def one_result_for_each_chunk(chunks):
    """
    You return a list, or an array, with one number for each chunk: {output} for {input}. The chunks are parts of
    one long vector that was too large to hold, so there is one log-sum-exp for all of them. Your numbers are
    halfway there: each is the logarithm of a partial sum. How are several logarithms of sums merged into one?
    """
    return [reference.logsumexp(chunk) for chunk in chunks]
