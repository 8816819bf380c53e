"""What the checks of chapter 6 promise beyond the contract: the whole domain of the text, families of mistakes, and the
stream.
"""

import itertools
import math
import tracemalloc

import numpy as np
import pytest
from support.chance import CHECKS

from utils import reference
from utils.exercises import ch06


def named(exercise, answer):
    """The name that an answer gets in every check, with certainty, and its message."""
    verdicts = [exercise.check(answer) for _ in range(CHECKS)]
    assert {verdict.status for verdict in verdicts} == {"incorrect"}
    assert len({(verdict.mistake, verdict.is_certain) for verdict in verdicts}) == 1
    assert all("as in a known mistake" not in verdict.message for verdict in verdicts)
    return verdicts[0].mistake, verdicts[0].message


def accepted(exercise, answer):
    return {exercise.check(answer).status for _ in range(CHECKS)} == {"correct"}


# The domain: an answer that is wrong under one condition alone is never accepted


def rows(z):
    return z.reshape(-1, z.shape[-1])


def has_a_tie(z):
    return any(len(row) > 1 and np.sort(row)[-1] == np.sort(row)[-2] for row in rows(z))


CONDITIONS = {
    "many classes": lambda z, *_: z.shape[-1] >= 8,
    "one row": lambda z, *_: z.ndim == 2 and len(z) == 1,
    "many rows": lambda z, *_: z.ndim == 2 and len(z) > 20,
    "a square batch": lambda z, *_: z.ndim == 2 and len(z) == z.shape[1] > 1,
    "ties": lambda z, *_: has_a_tie(z),
    "all equal": lambda z, *_: z.shape[-1] > 1 and any(np.ptp(row) == 0 for row in rows(z)),
    "all negative": lambda z, *_: bool((z < 0).all()),
    "below -750": lambda z, *_: bool((rows(z) < -750).all(axis=1).any()),
    "above 10,000": lambda z, *_: bool(z.max() > 1e4),
    "a gap above 30": lambda z, *_: bool((np.ptp(rows(z), axis=1) > 30).any()),
    "a gap above 700": lambda z, *_: bool((np.ptp(rows(z), axis=1) > 700).any()),
    "a gap above 100,000": lambda z, *_: bool((np.ptp(rows(z), axis=1) > 1e5).any()),
}
OF_LABELS = {
    "an absent class": lambda Z, y: len(set(y)) < Z.shape[1] <= len(y),
    "the first class alone": lambda Z, y: len(y) > 2 and not y.any(),
    "a loss above 700": lambda Z, y: reference.cross_entropy(Z, y) > 700,
    "a loss above 100,000": lambda Z, y: reference.cross_entropy(Z, y) > 1e5,
}
OF_ANSWERS = {
    "one example": lambda z, y: len(z) == 1,
    "many examples": lambda z, y: len(z) > 20,
    "all yes": lambda z, y: len(z) > 1 and bool(y.all()),
    "all no": lambda z, y: len(z) > 1 and not y.any(),
    "a zero": lambda z, y: bool((z == 0).any()),
    "below -750": lambda z, y: bool((z < -750).any()),
    "above 750": lambda z, y: bool((z > 750).any()),
    "all below -750": lambda z, y: bool((z < -750).all()),
    "right and sure": lambda z, y: bool(((z > 900) & (y == 1)).any()),
}
OF_SLOPES = {"as small as 1e-36": lambda z, y: bool((abs(z * (2 * y - 1) - 84) < 2).any())}
OF_STREAMS = {
    "one chunk": lambda *chunks: len(chunks) == 1,
    "many chunks": lambda *chunks: len(chunks) > 8,
    "a long chunk": lambda *chunks: max(map(len, chunks)) > 15,
    "below -750": lambda *chunks: max(chunk.max() for chunk in chunks) < -750,
    "above 10,000": lambda *chunks: max(chunk.max() for chunk in chunks) > 1e4,
    "nothing first": lambda *chunks: bool(np.isneginf(chunks[0]).all()),
    "nothing last": lambda *chunks: bool(np.isneginf(chunks[-1]).all()),
    "a chunk that weighs as much as all before": lambda *chunks: any(
        reference.logsumexp(chunk) == reference.streaming_logsumexp(chunks[: place + 1])
        for place, chunk in enumerate(chunks[1:])
    ),
    "some masked": lambda *chunks: any(len(set(np.isneginf(chunk))) == 2 for chunk in chunks),
}
ONE_CONDITION = [
    *((ch06.logsumexp, name, where) for name, where in CONDITIONS.items()),
    *((ch06.log_softmax, name, where) for name, where in CONDITIONS.items()),
    *((ch06.cross_entropy, name, where) for name, where in (CONDITIONS | OF_LABELS).items()),
    *((ch06.sigmoid_cross_entropy, name, where) for name, where in OF_ANSWERS.items()),
    *((ch06.sigmoid_cross_entropy_gradient, name, where) for name, where in (OF_ANSWERS | OF_SLOPES).items()),
    *((ch06.streaming_logsumexp, name, where) for name, where in OF_STREAMS.items()),
]


@pytest.mark.parametrize(
    ("exercise", "where"),
    [pytest.param(exercise, where, id=f"{exercise.name}-{name}") for exercise, name, where in ONE_CONDITION],
)
def test_what_is_wrong_under_one_condition_is_rejected(exercise, where):
    def nearly(*inputs):
        return exercise.reference(*inputs) + (0.5 + abs(exercise.reference(*inputs)) / 4 if where(*inputs) else 0)

    def nearly_streamed(chunks):
        chunks = iter(chunks)
        first = list(itertools.islice(chunks, 60)) if exercise is ch06.streaming_logsumexp else []
        if len(first) and max(map(len, first)) > 100:  # the long stream is not kept
            return reference.streaming_logsumexp(first)
        result = reference.streaming_logsumexp(first)
        return result + (0.5 + abs(result) / 4 if where(*first) else 0)

    answer = nearly_streamed if exercise is ch06.streaming_logsumexp else nearly
    assert {exercise.check(answer).status for _ in range(CHECKS)} == {"incorrect"}


def squeezed(z):
    return np.squeeze(reference.logsumexp(z, keepdims=True))


def test_one_row_returned_without_its_axis_is_rejected():
    assert named(ch06.logsumexp, squeezed)[0] == "one row as a number"
    assert named(ch06.log_softmax, lambda z: np.squeeze(reference.log_softmax(z)))[0] == "one row as a vector"


# Right answers that know nothing of integers


def filled(z):
    result = np.zeros_like(z)
    result[...] = z
    result -= reference.logsumexp(z, keepdims=True)
    return result


def gaps_in_place(Z, y):
    gaps = np.array(Z)
    gaps -= gaps[np.arange(len(y)), y][:, None]
    return np.logaddexp.reduce(gaps, axis=1).mean()


def of_tensors(Z, y):
    torch = pytest.importorskip("torch")
    return torch.nn.functional.cross_entropy(torch.tensor(Z), torch.tensor(y)).item()


def shifted_in_a_copy(z):
    shifted = z.copy()
    shifted -= z.max(axis=-1, keepdims=True)
    return z.max(axis=-1) + np.log(np.exp(shifted).sum(axis=-1))


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (ch06.logsumexp, shifted_in_a_copy),
        (ch06.log_softmax, filled),
        (ch06.cross_entropy, gaps_in_place),
        (ch06.cross_entropy, of_tensors),
    ],
)
def test_answers_that_are_right_for_floats_are_accepted(exercise, answer):
    if answer is of_tensors:
        pytest.importorskip("torch")  # a first import takes longer than a check waits
    assert accepted(exercise, answer)


# Families: other constants than those of the bank, a second slip, other spellings


def row_max(z):
    return z.max(axis=-1, keepdims=True)


def vectors_in_a_loop(z):
    total = 0.0
    for value in z:
        total += math.exp(value - max(z))
    return max(z) + math.log(total)


def rows_in_a_loop(z):
    result = np.empty(len(z))
    for i in range(len(z)):
        result[i] = np.log(np.sum(np.exp(z[i])))
    return result


LOG_SUM_EXPS = [
    ("no shift", lambda z: z[..., 0] - np.log((np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True))[..., 0])),
    ("no shift", lambda z: np.log(np.exp(z.astype(np.float32)).sum(axis=-1))),
    ("shift by the largest in size", lambda z: _of_size(z)[..., 0] + np.log(np.exp(z - _of_size(z)).sum(axis=-1))),
    ("clipped logits", lambda z: np.log(np.exp(np.clip(z, -321, 321)).sum(axis=-1))),
    ("clipped logits", lambda z: reference.logsumexp(np.minimum(z, 42.5))),
    ("epsilon in the log", lambda z: np.log(np.exp(z).sum(axis=-1) + 3e-11)),
    ("vectors only", vectors_in_a_loop),
    ("batches only", rows_in_a_loop),
    ("batches only", lambda z: np.log(np.mean(np.exp(z), axis=1))),
    ("sum over the whole batch", lambda z: np.logaddexp.reduce(np.ravel(z))),
    ("wrong axis", lambda z: np.logaddexp.reduce(z, axis=0)),
    ("no logarithm", lambda z: np.sum(np.exp(z - row_max(z)), axis=-1) + row_max(z)[..., 0]),
    ("mean in place of sum", lambda z: row_max(z)[..., 0] + np.log(np.exp(z - row_max(z)).mean(axis=-1))),
    ("shift outside of the exponential", lambda z: z.max(-1) + np.log(np.sum(np.exp(z) - row_max(z), axis=-1))),
    ("a column added to a row", lambda z: row_max(z) + np.log(np.exp(z - row_max(z)).sum(axis=-1))),
]


def _of_size(z):
    return np.take_along_axis(z, np.abs(z).argmax(axis=-1, keepdims=True), axis=-1)


def softmax(z, axis=-1):
    return np.exp(reference.log_softmax(z, axis=axis))


LOG_SOFTMAXES = [
    ("added in place of subtracted", lambda z: z + reference.logsumexp(z, keepdims=True)),
    ("epsilon in the log", lambda z: np.log(softmax(z) + 3.3e-11)),
    ("clipped probabilities", lambda z: np.log(np.clip(softmax(z), 3.3e-11, None))),
    ("clipped probabilities", lambda z: np.log(np.fmax(softmax(z), 1e-200))),
    ("clipped logits", lambda z: reference.log_softmax(np.clip(z, -123, 123))),
    ("infinity painted over", lambda z: np.nan_to_num(np.log(softmax(z)), neginf=0.0)),
    ("wrong axis", lambda z: np.log(softmax(z, axis=0))),
    ("wrong axis", lambda z: z - np.logaddexp.reduce(np.ravel(z))),
    ("batches only", lambda z: np.log(softmax(z, axis=1) + 1e-9)),
    ("another base", lambda z: np.log2(softmax(z))),
]


def at(y):
    return np.arange(len(y)), y


CROSS_ENTROPIES = [
    ("K read off the labels", lambda Z, y: -np.mean((np.eye(max(y) + 1)[y] * reference.log_softmax(Z)).sum(axis=1))),
    ("no logarithm", lambda Z, y: np.mean(row_max(Z) - np.take_along_axis(Z, y[:, None], 1))),
    (
        "sigmoids in place of the softmax",
        lambda Z, y: np.mean(np.sum(np.logaddexp(0, Z) - Z * np.eye(Z.shape[1])[y], axis=1)),
    ),
    ("epsilon in the log", lambda Z, y: -np.log(np.clip(softmax(Z)[at(y)], 1e-12, 1.0) + 1e-9).mean()),
    ("epsilon in the log", lambda Z, y: -np.log(softmax(Z) + 3e-13)[at(y)].mean()),
    ("probabilities into the loss", lambda Z, y: -np.log(np.clip(softmax(Z), 3e-13, 1.0))[at(y)].mean()),
    ("infinity painted over", lambda Z, y: -np.mean(np.nan_to_num(np.log(softmax(Z)[at(y)]), neginf=0.0))),
    ("divided by the classes", lambda Z, y: -np.log(softmax(Z)[at(y)] + 1e-9).sum() / Z.shape[1]),
    ("mean over m and K", lambda Z, y: -np.mean(np.eye(Z.shape[1])[y] * np.log(softmax(Z) + 1e-8))),
    ("wrong axis", lambda Z, y: -np.log(softmax(Z, axis=0)[at(y)]).mean()),
    ("wrong axis", lambda Z, y: (np.logaddexp.reduce(Z, axis=None) - Z[at(y)]).mean()),
    ("logarithm of the mean", lambda Z, y: -np.log(softmax(Z)[at(y)].sum())),
    (
        "the last example alone",
        lambda Z, y: [-np.log(row[label]) for row, label in zip(softmax(Z), y, strict=True)][-1],
    ),
    ("labels taken for one hot rows", lambda Z, y: -np.mean((y * np.log(softmax(Z))).sum(axis=1))),
]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def two_terms(p, y, log=np.log):
    return -(y * log(p) + (1 - y) * log(1 - p))


def branches(z, y):
    return np.log1p(np.exp(-z)) + z * (1 - y) if z > 0 else np.log1p(np.exp(z)) - z * y


SIGMOID_LOSSES = [
    ("the mean", lambda z, y: two_terms(sigmoid(z), y).mean()),
    ("the mean", lambda z, y: two_terms(np.clip(sigmoid(z), 1e-7, 1 - 1e-7), y).sum()),
    ("epsilon in the log", lambda z, y: two_terms(sigmoid(z), y, lambda p: np.log(p + 3e-11))),
    ("probabilities into the loss", lambda z, y: two_terms(np.clip(sigmoid(z), 3e-11, 1 - 3e-11), y)),
    ("clipped logits", lambda z, y: reference.sigmoid_cross_entropy(np.clip(z, -42, 42), y)),
    ("infinity painted over", lambda z, y: np.nan_to_num(two_terms(sigmoid(z), y))),
    ("log after sigmoid", lambda z, y: np.where(y, -np.log(sigmoid(z)), -np.log(1 - sigmoid(z)))),
    ("no shift", lambda z, y: np.log(1 + np.exp((1 - 2 * y) * z))),
    ("one example only", branches),
    ("the size in place of the positive part", lambda z, y: np.abs(z) - z * y + np.log1p(np.exp(-np.abs(z)))),
]


def element_by_element(chunks):
    largest, total = -np.inf, 0.0
    for chunk in chunks:
        for value in chunk:
            new = max(largest, value)
            total = total * np.exp(largest - new) + np.exp(value - new)
            largest = new
    return largest + np.log(total)


def running(merge, largest=-np.inf, finish=lambda largest, total: largest + np.log(total)):
    def answer(chunks):
        m, s = largest, 0.0
        for chunk in chunks:
            m, s = merge(m, s, chunk)
        return finish(m, s)

    return answer


def merged(m, s, chunk):
    new = max(m, chunk.max())
    return new, s * np.exp(m - new) + np.exp(chunk - new).sum()


def overwritten_first(m, s, chunk):
    m = max(m, chunk.max())
    return m, s * np.exp(m - m) + np.exp(chunk - m).sum()


def merged_in_float32(m, s, chunk):
    return merged(np.float32(m), np.float32(s), chunk.astype(np.float32))


STREAMS = [
    ("a chunk of minus infinity", element_by_element),
    ("a chunk of minus infinity", running(merged)),
    ("a chunk of minus infinity", running(merged_in_float32)),
    ("nothing left of a chunk", running(lambda m, s, chunk: merged(m, s, chunk[np.isfinite(chunk)]))),
    ("a start that is not low enough", running(merged, largest=-1e12)),
    ("a number for minus infinity", lambda chunks: running(merged)(np.where(c == -np.inf, -3e5, c) for c in chunks)),
    (
        "only rising chunks are added",
        running(lambda m, s, chunk: merged(m, s, chunk) if chunk.max() > m else (m, s)),
    ),
    ("no rescaling", running(overwritten_first)),
    ("an array of one entry", lambda chunks: np.array([reference.streaming_logsumexp(chunks)])),
    ("no shift", lambda chunks: np.log(np.exp(np.concatenate(list(chunks))).sum())),
    ("no shift", lambda chunks: np.log(sum(np.exp(chunk.astype(np.float32)).sum() for chunk in chunks))),
    (
        "one logit asked for the chunk",
        lambda chunks: reference.streaming_logsumexp(c for c in chunks if c[0] > -np.inf),
    ),
]
GRADIENTS = [
    ("no sign", lambda z, y: np.abs(reference.sigmoid(z) - y)),
    ("digits lost next to 1", lambda z, y: (0.5 - y) * (1 + np.tanh((0.5 - y) * z))),
    ("the probability of yes for both", lambda z, y: np.where(y == 1, -1.0, 1.0) / (1 + np.exp(-z))),
    (
        "a difference quotient",
        lambda z, y: (
            (reference.sigmoid_cross_entropy(z + 2e-5, y) - reference.sigmoid_cross_entropy(z - 2e-5, y)) / 4e-5
        ),
    ),
]
FAMILIES = [
    *((ch06.logsumexp, *family) for family in LOG_SUM_EXPS),
    *((ch06.log_softmax, *family) for family in LOG_SOFTMAXES),
    *((ch06.cross_entropy, *family) for family in CROSS_ENTROPIES),
    *((ch06.sigmoid_cross_entropy, *family) for family in SIGMOID_LOSSES),
    *((ch06.sigmoid_cross_entropy_gradient, *family) for family in GRADIENTS),
    *((ch06.streaming_logsumexp, *family) for family in STREAMS),
]


@pytest.mark.parametrize(
    ("exercise", "name", "answer"),
    [pytest.param(*family, id=f"{family[0].name}-{family[1]}-{place}") for place, family in enumerate(FAMILIES)],
)
def test_a_family_is_named_with_any_constant_and_in_any_spelling(exercise, name, answer):
    assert named(exercise, answer)[0] == name


def test_what_is_not_known_gets_no_name():
    assert named(ch06.logsumexp, lambda z: 1.1 * reference.logsumexp(z))[0] is None
    assert named(ch06.cross_entropy, lambda Z, y: reference.cross_entropy(Z, y) + 0.1)[0] is None
    assert named(ch06.sigmoid_cross_entropy, lambda z, y: np.cbrt(z) + y)[0] is None
    assert named(ch06.streaming_logsumexp, lambda chunks: 1.1 * reference.streaming_logsumexp(chunks))[0] is None


# Messages that fit


def test_digits_that_are_all_there_are_not_called_lost():
    name, _ = named(
        ch06.sigmoid_cross_entropy_gradient, lambda z, y: np.squeeze(reference.sigmoid_cross_entropy_gradient(z, y))
    )
    assert name is None


def as_scikit_learn_has_it(Z, y):
    if Z.shape[1] == 1:
        raise ValueError("The labels array needs to contain at least two labels")
    return -np.log(np.maximum(reference.softmax(Z), np.finfo(float).eps)[np.arange(len(y)), y]).mean()


def test_scikit_learn_gets_the_name_of_its_limit():
    name, message = named(ch06.cross_entropy, as_scikit_learn_has_it)
    assert name == "probabilities into the loss" and "`36.04`" in message


def test_a_table_of_sums_is_not_called_right():
    """A vector (m,) and a column (m, 1) make m times m numbers, half of which belong to no row."""
    _, message = named(ch06.logsumexp, lambda z: z.max(axis=-1) + np.log(np.exp(z - row_max(z)).sum(-1, keepdims=True)))
    assert "table" in message and "Your numbers are right" not in message


def test_one_entry_is_not_called_one_for_each_chunk():
    _, message = named(ch06.streaming_logsumexp, lambda chunks: np.array([reference.streaming_logsumexp(chunks)]))
    assert "`[2.313]`" in message and "for each chunk" not in message


def test_what_is_kept_and_wrong_is_not_called_right():
    name, message = named(
        ch06.streaming_logsumexp, lambda chunks: 1 + reference.logsumexp(np.concatenate(list(chunks)))
    )
    assert name is None and "Your result is right" not in message


# The stream: it is read once, and the memory it takes


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
