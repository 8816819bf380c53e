"""What the exercises of chapter 6 judge beyond numbers: a stream that is read once, and the memory it takes."""

import tracemalloc

import numpy as np
import pytest

from utils import reference
from utils.exercises import ch06


def by_length(chunks):
    return sum(reference.logsumexp(chunks[index]) for index in range(len(chunks)))


def by_index(chunks):
    return chunks[0].max()


def handed_on(chunks):
    return reference.logsumexp(chunks)


def through_numpy(chunks):
    return np.max(chunks) + np.log(np.sum(np.exp(chunks - np.max(chunks))))


@pytest.mark.parametrize("answer", [by_length, by_index, handed_on, through_numpy])
def test_a_stream_taken_for_a_list_is_named(answer):
    assert ch06.streaming_logsumexp.check(answer).mistake == "a list expected"


def test_another_error_is_not_taken_for_that():
    def wrong_name(chunks):
        return chunk  # noqa: F821

    def wrong_type(chunks):
        return "1" + 1

    for answer in (wrong_name, wrong_type):
        verdict = ch06.streaming_logsumexp.check(answer)
        assert (verdict.status, verdict.mistake) == ("incorrect", None)
        assert "raised" in verdict.message


def collect_floats(chunks):
    values = []
    for chunk in chunks:
        values.extend(chunk)
    return reference.logsumexp(np.array(values))


def grow_an_array(chunks):
    everything = np.empty(0)
    for chunk in chunks:
        everything = np.append(everything, chunk)
    return reference.logsumexp(everything)


@pytest.mark.parametrize("answer", [collect_floats, grow_an_array])
def test_what_keeps_the_stream_in_another_form_is_named(answer):
    assert ch06.streaming_logsumexp.check(answer).mistake == "everything kept"


def test_a_few_numbers_for_each_chunk_are_no_crime():
    def partial_results(chunks):
        parts = [(chunk.max(), reference.logsumexp(chunk)) for chunk in chunks]
        return reference.logsumexp([part for _, part in parts])

    assert ch06.streaming_logsumexp.check(partial_results).status == "correct"


def test_memory_is_looked_at_beside_a_trace_that_runs_already():
    tracemalloc.start()
    kept = np.ones(1_000_000)
    try:
        assert ch06.streaming_logsumexp.check(ch06.streaming_logsumexp.reference).status == "correct"
        assert ch06.streaming_logsumexp.check(grow_an_array).mistake == "everything kept"
        assert tracemalloc.is_tracing() and len(kept) == 1_000_000
    finally:
        tracemalloc.stop()
    ch06.streaming_logsumexp.check(grow_an_array)
    assert not tracemalloc.is_tracing()


def test_a_check_of_an_endless_stream_reader_ends():
    def for_ever(chunks):
        while True:
            next(chunks, None)

    verdict = ch06.streaming_logsumexp.check(for_ever, time_limit=0.2)
    assert "did not end" in verdict.message
    assert not tracemalloc.is_tracing()
