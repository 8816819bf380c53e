"""The streams of exercise 6.6, how an answer is looked at, and how families of its mistakes are told."""

import numpy as np

from utils.checking import Domain, Unfit
from utils.checking.observing import peak_memory
from utils.checking.words import error_words
from utils.exercises.ch06.common import gives_the_same, is_small, leaves_the_range
from utils.exercises.drawing import any_logits

# The domain

CHUNK, CHUNKS = 500, 40  # of the stream on which memory is looked at


def _chunks(rng, sizes, scale=3.0, loc=0.0):
    return tuple(rng.normal(loc, scale, size=size) for size in sizes)


def _corners(rng):
    """Streams by the name of their corner; of the long one, an array, the rows are the chunks."""
    three, one = _chunks(rng, (2, 1, 3)), np.array([-np.inf])
    lifted = rng.uniform(800, 900) * np.arange(4)
    return {
        "one chunk": _chunks(rng, (5,)),
        "one logit": _chunks(rng, (1,)),
        "chunks of one logit": _chunks(rng, (1, 1, 1, 1)),
        "many logits": _chunks(rng, (int(rng.integers(20, 40)), 3)),
        "many chunks": _chunks(rng, rng.integers(1, 5, size=int(rng.integers(20, 40)))),
        "chunks of one length": _chunks(rng, (4, 4, 4)),
        "ties": (three[1], three[1], np.full(2, three[1])),  # each chunk weighs as much as all before it
        "all negative": tuple(-np.abs(chunk) - 1 for chunk in three),
        "below -750": _chunks(rng, (2, 1, 3), scale=30, loc=-1000),
        "above 10,000": _chunks(rng, (2, 3), scale=30, loc=1e4 * rng.uniform(1.1, 90)),
        "rising": tuple(shift + rng.normal(size=2) for shift in lifted),
        "falling": tuple(shift + rng.normal(size=2) for shift in lifted[::-1]),
        "a large logit in the middle": (three[0], np.array([0.0, rng.uniform(800, 900), 1.0]), three[2]),
        "nothing first": (one, *three),
        "nothing in between": (three[0], np.full(2, -np.inf), three[2]),
        "nothing last": (*three, np.full(3, -np.inf)),
        "nothing in many chunks": (one, one, three[0], one, three[1], one),
        "some masked": (np.array([three[1][0], -np.inf]), np.array([-np.inf, 2.0, -np.inf]), three[2]),
        "one chunk, partly masked": (np.array([-np.inf, *three[0]]),),
        "a long stream": (rng.normal(scale=3, size=(CHUNKS, CHUNK)),),
    }


def _draw(rng):
    """Chunks of logits of any size, some of them minus infinity, and one finite logit at least."""
    chunks = [any_logits(rng, int(rng.integers(1, 8))) for _ in range(int(rng.integers(1, 8)))]
    for chunk in chunks[1:]:
        chunk[rng.random(chunk.shape) < rng.choice([0.0, 0.3, 1.0])] = -np.inf
    return tuple(chunks[place] for place in rng.permutation(len(chunks)))


streams = Domain(
    smallest=[
        (np.array([1.0, 2.0]),),
        (np.array([1.0]), np.array([2.0])),
        (np.array([2.0, 1.0]), np.array([0.1])),
        (np.array([1.0]), np.array([5.0, 0.0]), np.array([2.0])),
        (np.array([5.0, 1.0]), np.array([-3.0, 2.0, 4.0])),
        (np.array([1.0, 2.0]), np.array([3.0, 4.0])),
        (np.array([-200.0]), np.array([-201.0])),
        (np.array([200.0]), np.array([0.0])),
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
        (np.array([-np.inf, -1e30]), np.array([-1e30])),
    ],
    corners=_corners,
    draw=_draw,
)


def size_of_stream(*chunks):
    """The largest absolute finite logit of all chunks, at least 1."""
    return max([1.0, *(float(np.abs(chunk[np.isfinite(chunk)]).max(initial=1)) for chunk in chunks)])


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


# Formulas


def streamed(chunks, largest, total, merge):
    """A running largest logit and a running total, merged with each chunk in turn."""
    for chunk in chunks:
        largest, total = merge(largest, total, np.asarray(chunk, dtype=float))
    return largest + np.log(total)


def streamed_pair(chunks):
    largest, total = -np.inf, 0.0
    for chunk in chunks:
        largest, total = careful(largest, total, np.asarray(chunk, dtype=float))
    return largest, total


def rescaled(largest, total, chunk):
    """The right merge, where no maximum is minus infinity."""
    new = max(largest, chunk.max())
    return new, total * np.exp(largest - new) + np.exp(chunk - new).sum()


def careful(largest, total, chunk):
    """The right merge, also for chunks of minus infinity."""
    return (largest, total) if np.isneginf(chunk).all() else rescaled(largest, total, chunk)


# How they are told: by what they make of small logits, or by where they break


def told_by_small_streams(
    mistake, where=lambda *chunks: is_small(*chunks) and np.isfinite(np.concatenate(chunks)).all()
):
    """Let a mistake be recognised by what its samples make of small logits, whatever becomes of large and infinite
    ones.
    """

    def recognise(seen):
        return any(gives_the_same(seen, lambda *chunks, f=f: f(iter(chunks)), where) for f in mistake.samples)

    mistake.recognise = recognise
    return mistake


def _of_chunks(condition):
    """The same condition, which says nothing about the long stream: what is looked at there is its memory."""
    return lambda limits, *chunks: None if chunks[0].ndim > 1 else condition(limits, *chunks)


def _largest(chunks):
    """The largest logit of each chunk, and of all chunks up to that one."""
    largest = np.array([chunk.max() for chunk in chunks])
    return largest, np.maximum.accumulate(largest)


def _count(chunks):
    return sum(map(len, chunks))


@_of_chunks
def overflows_unshifted(limits, *chunks):
    return leaves_the_range(limits, _largest(chunks)[1][-1], _count(chunks))


@_of_chunks
def overflows_after_the_first(limits, *chunks):
    largest, so_far = _largest(chunks)
    return None if np.isneginf(largest[0]) else leaves_the_range(limits, so_far[-1] - largest[0], _count(chunks))


@_of_chunks
def below_0(limits, *chunks):
    return leaves_the_range(limits, min(_largest(chunks)[1][-1], 0.0))


@_of_chunks
def falls(limits, *chunks):
    largest, so_far = _largest(chunks)
    return None if np.isneginf(largest).any() else leaves_the_range(limits, (so_far - largest).max(), _count(chunks))


def above_the_one_at(place):
    @_of_chunks
    def overflows(limits, *chunks):
        shift = np.maximum.accumulate([chunk[place] for chunk in chunks])
        if np.isneginf(shift).any():
            return None
        return leaves_the_range(limits, (_largest(chunks)[1] - shift).max(), _count(chunks))

    return overflows


@_of_chunks
def no_start(limits, *chunks):
    return bool(np.isneginf(chunks[0]).all())


@_of_chunks
def no_first_logit(limits, *chunks):
    return bool(np.isneginf(chunks[0][0]))


@_of_chunks
def no_logit_in_a_chunk(limits, *chunks):
    return any(np.isneginf(chunk).all() for chunk in chunks)


def nothing_left(seen):
    """Whether every result is that of an empty second reading: the logarithm of 0, an error of it or of no maximum."""
    return all(
        result.problem == "ValueError" and ("math domain" in result.detail or "empty" in result.detail)
        if result.problem
        else isinstance(result.value, np.ndarray) and bool(np.isneginf(result.value).all())
        for result in seen.results
    )


def kept_too_much(seen):
    """Whether an answer holds most of the long stream, and nothing else is wrong with it."""
    return all(
        result.problem == KEPT_TOO_MUCH or right for result, right in zip(seen.results, seen.right, strict=True)
    ) and len(seen.results) == len(seen.probes)
