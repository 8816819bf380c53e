"""What the checks of chapter 10 promise: floats alone, answers in blocks as wide as asked, families by name."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import linprog
from support.chance import CHECKS

from utils import reference
from utils.exercises import ch10
from utils.exercises.ch10.e10_ten_faults import RIGHT as RIGHT_NAMES


def verdicts(exercise, answer):
    return {(verdict.status, verdict.mistake) for verdict in (exercise.check(answer) for _ in range(CHECKS))}


def shares(z, axis=-1):
    powers = np.exp(z - z.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


# Right answers that want floats, or are written for them --------------------------------------------------------------


def banned_in_place(z, k):
    z = z.copy()
    z[z < np.sort(z, axis=-1)[..., [-k]]] = -np.inf
    return reference.softmax(z)


def banned_in_the_order_of_the_ranks(z, p):
    z = z.copy()
    order = np.argsort(-z, axis=-1)
    before = np.cumsum(np.take_along_axis(reference.softmax(z), order, axis=-1), axis=-1)
    before = np.concatenate([np.zeros_like(before[..., :1]), before[..., :-1]], axis=-1)
    banned = np.zeros_like(z, dtype=bool)
    np.put_along_axis(banned, order, before >= p, axis=-1)
    z[banned] = -np.inf
    return reference.softmax(z)


def top(z):
    return z.max(axis=-1, keepdims=True)


def limited_in_place(z, m):
    z = z.copy()
    z[z < top(z) + math.log(m)] = -np.inf
    return reference.softmax(z)


def limited_by_probabilities(z, m):
    a = reference.softmax(z)
    a[a < m * top(a)] = 0
    return a / a.sum(axis=-1, keepdims=True)


def min_p_of_pytorch(z, m):
    z = torch.tensor(z)
    a = z.softmax(-1)
    return z.masked_fill(a < m * a.max(-1, keepdim=True).values, -math.inf).softmax(-1)


def attention_of_pytorch(Q, K, V):
    tables = (torch.tensor(table)[None] for table in (Q, K, V))
    return torch.nn.functional.scaled_dot_product_attention(*tables)[0]


def loss_of_pytorch(H, W, y, block):
    H, W, y = torch.from_numpy(np.asarray(H)), torch.from_numpy(np.asarray(W)), torch.from_numpy(y)
    parts = torch.stack([torch.logsumexp(H @ part, 1) for part in W.split(block, 1)])
    return (parts.logsumexp(0) - (H * W[:, y].T).sum(1)).mean()


def loss_row_by_row(H, W, y, block):
    losses = []
    for h, label in zip(H, y, strict=True):
        parts = [reference.logsumexp(h.dot(W[:, start : start + block])) for start in range(0, W.shape[1], block)]
        losses.append(reference.logsumexp(parts) - np.dot(h, W[:, label]))
    return sum(losses) / len(losses)


def loss_with_a_table_of_labels(H, W, y, block):
    """The product of all rows with the columns at their labels is m × m, and no table of logits."""
    total = np.full(len(H), -np.inf)
    for start in range(0, W.shape[1], block):
        total = np.logaddexp(total, reference.logsumexp(np.einsum("md,dk->mk", H, W[:, start : start + block])))
    return np.mean(total - np.diag(H @ W[:, y]))


RIGHT = [
    (ch10.attention, attention_of_pytorch),
    (ch10.lead_needed, lambda n, weight: np.log(n - 1) - np.log(1 / weight - 1)),
    (ch10.streaming_cross_entropy, loss_of_pytorch),
    (ch10.streaming_cross_entropy, loss_row_by_row),
    (ch10.streaming_cross_entropy, loss_with_a_table_of_labels),
    (ch10.with_top_k, banned_in_place),
    (ch10.with_top_p, banned_in_the_order_of_the_ranks),
    (ch10.gumbel_max, lambda z, u: np.argmin(np.log(-np.log(u)) - z, axis=-1)),
    (ch10.min_p, limited_in_place),
    (ch10.min_p, limited_by_probabilities),
    (ch10.min_p, min_p_of_pytorch),
]


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_right_answers_of_outsiders_are_accepted(exercise, answer):
    assert verdicts(exercise, answer) == {("correct", None)}


FLOATS = [exercise for exercise in ch10.EXERCISES if exercise.is_function and exercise is not ch10.sparsemax]


@pytest.mark.parametrize("exercise", FLOATS, ids=lambda exercise: exercise.name)
def test_integers_are_tried_only_where_they_are_the_lesson(exercise):
    arrays = [value for inputs in exercise.probes(np.random.default_rng(0)) for value in inputs]
    tables = [value for value in arrays if isinstance(value, np.ndarray)]
    labels = [value for value in tables if value.ndim == 1] if exercise is ch10.streaming_cross_entropy else []
    assert all(value.dtype == np.float64 for value in tables if not any(value is label for label in labels))


# The width of a block -------------------------------------------------------------------------------------------------


def streamed(H, W, y, parts):
    return (reference.streaming_logsumexp(H @ W[:, part] for part in parts) - (H * W[:, y].T).sum(axis=1)).mean()


def test_the_number_of_blocks_is_not_their_width():
    def split(H, W, y, block):
        return streamed(H, W, y, np.array_split(np.arange(W.shape[1]), min(block, W.shape[1])))

    expected = {("incorrect", "the number of blocks taken for their width")}
    assert verdicts(ch10.streaming_cross_entropy, split) == expected


def test_blocks_of_another_width_are_told_by_their_columns():
    def a_hundred_at_a_time(H, W, y, block):
        return streamed(H, W, y, [slice(start, start + 100) for start in range(0, W.shape[1], 100)])

    verdict = ch10.streaming_cross_entropy.check(a_hundred_at_a_time)
    assert verdict.status == "incorrect"


def test_a_table_kept_in_pieces_is_too_much():
    def side_by_side(H, W, y, block):
        pieces = [H @ W[:, start : start + block] for start in range(0, W.shape[1], block)]
        return reference.cross_entropy(np.concatenate(pieces, axis=1), y)

    assert verdicts(ch10.streaming_cross_entropy, side_by_side) == {("incorrect", "everything at once")}


def test_labels_counted_from_1_have_their_own_name():
    def one_off(H, W, y, block):
        return reference.streaming_cross_entropy(np.asarray(H), np.asarray(W), (y - 1) % W.shape[1], block)

    assert verdicts(ch10.streaming_cross_entropy, one_off) == {("incorrect", "labels counted from 1")}


# Families with other constants than those of the bank -----------------------------------------------------------------

FAMILIES = [
    (ch10.attention, lambda Q, K, V: shares(Q @ K.T / 5) @ V, "a fixed number"),
    (ch10.attention, lambda Q, K, V: (shares(Q @ K.T / Q.shape[1] ** 0.5) @ V, None), None),
    (ch10.lead_needed, lambda n, weight: 1.7 * math.log((n - 1) * weight / (1 - weight)), "another base"),
    (ch10.lead_needed, lambda n, weight: round(math.log((n - 1) * weight / (1 - weight)), 4), "rounded"),
    (ch10.can_win, lambda W, i: in_a_box(W, i, 40), "a box too small"),
    (ch10.can_win, lambda W, i: in_a_box(W, i, 3_000), "a box too small"),
    (
        ch10.with_top_k,
        lambda z, k: with_a_ban(reference.with_top_k(z, k) > 0, z, -77.0),
        "a ban that is not low enough",
    ),
    (ch10.with_top_p, lambda z, p: with_a_ban(reference.with_top_p(z, p) > 0, z, -3e4), "a ban that is not low enough"),
]


def in_a_box(W, i, far):
    others = np.delete(W, i, axis=1)
    rows = (others - W[:, [i]]).T
    return linprog(np.zeros(len(W)), A_ub=rows, b_ub=-np.ones(len(rows)), bounds=(-far, far)).status == 0


def with_a_ban(stays, z, ban):
    return reference.softmax(np.where(stays, z, ban))


@pytest.mark.parametrize(("exercise", "answer", "name"), FAMILIES)
def test_families_are_named_whatever_their_constant(exercise, answer, name):
    assert verdicts(exercise, answer) == {("incorrect", name)}


def result_and_weights(Q, K, V):
    weights = shares(Q @ K.T / Q.shape[1] ** 0.5)
    return weights @ V, weights


def causal(Q, K, V):
    scores = Q @ K.T / Q.shape[1] ** 0.5
    return shares(scores + np.triu(np.full(scores.shape, -1e9), 1)) @ V


def cut(z, stays):
    return reference.softmax(np.where(stays, z, -np.inf))


def ordered_twice(z, p):
    order = np.argsort(z, axis=-1)[..., ::-1]
    ordered = np.take_along_axis(reference.softmax(z), order, axis=-1)
    return cut(z, np.take_along_axis(ordered.cumsum(axis=-1) - ordered < p, order, axis=-1))


def one_long_total(z, p):
    order = np.argsort(-z, axis=-1)
    ordered = np.take_along_axis(reference.softmax(z), order, axis=-1)
    stays = np.zeros(z.shape, dtype=bool)
    np.put_along_axis(stays, order, np.cumsum(ordered).reshape(z.shape) - ordered < p, axis=-1)
    return cut(z, stays)


def threshold(z, one):
    """The threshold of sparsemax, with another number in the place of −1."""
    stay = reference.sparsemax(z) > 0
    return ((z * stay).sum(axis=-1, keepdims=True) + one) / stay.sum(axis=-1, keepdims=True)


def picked_before_the_end(H, W, y, block):
    found, total = np.zeros(len(y)), np.full(len(y), -np.inf)
    for start in range(0, W.shape[1], block):
        logits = H @ W[:, start : start + block]
        here = y - start < logits.shape[1]
        found[here] = logits[here, y[here] - start]
        total = np.logaddexp(total, reference.logsumexp(logits))
    return (total - found).mean()


def in_steps(H, W, y, block, further, wider):
    starts = range(0, W.shape[1], block + further)
    return streamed(H, W, y, [slice(start, start + block + wider) for start in starts])


NAMED = [
    (ch10.attention, result_and_weights, "result and weights"),
    (ch10.attention, causal, "a causal mask"),
    (ch10.attention, lambda Q, K, V: shares(Q @ K.T) @ V, "no root of the width"),
    (ch10.gumbel_max, lambda z, u: np.eye(z.shape[-1])[(z - np.log(-np.log(u))).argmax(-1)], "one hot"),
    (ch10.gumbel_max, lambda z, u: (z - np.log(-np.log(u))).argmin(-1), "the smallest in place of the largest"),
    (ch10.gumbel_max, lambda z, u: (np.log(z) - np.log(-np.log(u))).argmax(-1), "logarithm of the logits"),
    (ch10.gumbel_max, lambda z, u: (z - np.log(-np.log(u))).argmax(axis=1), "batches only"),
    (ch10.gumbel_max, lambda z, u: (z - np.log(-np.log(1 - u))).argmax(-1), "1 − u in place of u"),
    (ch10.sparsemax, lambda z: np.abs(z) / np.abs(z).sum(axis=-1, keepdims=True), "absolute values"),
    (ch10.sparsemax, lambda z: np.sort(z, axis=1) * 0 + shares(z, axis=1), "batches only"),
    (ch10.with_top_k, lambda z, k: reference.softmax(np.sort(z, axis=-1)[..., -k:]), "only those that stay"),
    (ch10.with_top_k, lambda z, k: cut(z, z >= np.sort(z, axis=-1)[..., -k].min()), "one threshold for the batch"),
    (ch10.with_top_k, lambda z, k: cut(z, z >= np.sort(z, axis=-1)[..., -k]), "no keepdims"),
    (ch10.with_top_p, lambda z, p: cut(z, reference.softmax(z) < p), "a threshold for single probabilities"),
    (ch10.with_top_p, lambda z, p: ordered_twice(z, p), "the permutation not inverted"),
    (ch10.with_top_p, lambda z, p: one_long_total(z, p), "the cumulative sum has no axis"),
    (ch10.min_p, lambda z, m: cut(z, reference.softmax(z) >= m), "a limit for single probabilities"),
    (ch10.min_p, lambda z, m: cut(z, z >= m * top(z)), "a share of the largest logit"),
    (ch10.min_p, lambda z, m: cut(z, z >= top(z) + math.log10(m)), "another base"),
    (ch10.min_p, lambda z, m: cut(z, z >= z.max() + math.log(m)), "one limit for the batch"),
    (ch10.sparsemax, lambda z: np.maximum(z - threshold(z, 1), 0), "the 1 with the wrong sign"),
    (ch10.sparsemax, lambda z: np.maximum(z + threshold(z, -1), 0), "the threshold with the wrong sign"),
    (ch10.sparsemax, lambda z: np.zeros(z.shape), "nothing is left"),
    (ch10.streaming_cross_entropy, lambda H, W, y, block: picked_before_the_end(H, W, y, block), "a negative index"),
    (ch10.streaming_cross_entropy, lambda *inputs: in_steps(*inputs, 1, 0), "classes between the blocks"),
    (ch10.streaming_cross_entropy, lambda *inputs: in_steps(*inputs, 0, 1), "blocks that overlap"),
    (ch10.with_top_k, lambda z, k: linear(np.maximum(z - z.min(axis=-1, keepdims=True), 0), z, k), "no exponential"),
]


def linear(above, z, k):
    kept = np.where(z >= np.sort(z, axis=-1)[..., [-k]], above, 0)
    return kept / kept.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize(("exercise", "answer", "name"), NAMED)
def test_what_people_write_has_a_name(exercise, answer, name):
    expected = None if name == "batches only" and exercise is ch10.sparsemax else name
    assert verdicts(exercise, answer) == {("incorrect", expected)}


# Right but under one condition ----------------------------------------------------------------------------------------


def unless(condition, right):
    """A right answer that goes wrong by a hundredth, or by one class, under one condition."""

    def answer(*inputs):
        result = np.asarray(right(*inputs))
        if not condition(*inputs):
            return result
        return (result + 1) % inputs[0].shape[-1] if result.dtype.kind == "i" else result * 1.01 + 0.001

    return answer


CONDITIONS = {
    "one row": lambda z: z.ndim == 2 and len(z) == 1,
    "many rows": lambda z: z.ndim == 2 and len(z) > 20,
    "many classes": lambda z: z.shape[-1] >= 8,
    "many classes in rows": lambda z: z.ndim == 2 and z.shape[-1] >= 8,
    "square": lambda z: z.ndim == 2 and z.shape[0] == z.shape[1],
    "negative": lambda z: (z < 0).all() and z.shape[-1] > 1,
    "below -750": lambda z: (z < -750).all() and z.shape[-1] > 1,
    "above 10,000": lambda z: (z > 1e4).all() and z.shape[-1] > 1,
}
SHARES = [ch10.with_top_k, ch10.with_top_p, ch10.min_p, ch10.gumbel_max, ch10.sparsemax]


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
@pytest.mark.parametrize("exercise", SHARES, ids=lambda exercise: exercise.name)
def test_what_is_wrong_under_one_condition_is_rejected(exercise, condition):
    answer = unless(lambda z, *_: condition(z), exercise.reference)
    assert {status for status, _ in verdicts(exercise, answer)} == {"incorrect"}


SIZES = {
    "one query": lambda Q, K, V: len(Q) == 1,
    "one key": lambda Q, K, V: len(K) == 1,
    "many queries": lambda Q, K, V: len(Q) > 20,
    "many keys": lambda Q, K, V: len(K) > 20,
    "wide": lambda Q, K, V: Q.shape[1] > 50,
    "negative values": lambda Q, K, V: (V < 0).all(),
    "negative scores": lambda Q, K, V: (Q @ K.T < 0).all(),
}


def first_features(W, i):
    return reference.can_win(W[:3], i)


def best_of_all_or_zero(H, W, y, block):
    return min(reference.streaming_cross_entropy(H, W, y, block), 1e4)


def merged_from(largest):
    def answer(H, W, y, block):
        most, total = np.full(len(H), largest), np.zeros(len(H))
        for start in range(0, W.shape[1], block):
            Z = H @ W[:, start : start + block]
            new = np.maximum(most, Z.max(axis=1))
            most, total = new, total * np.exp(most - new) + np.exp(Z - new[:, None]).sum(axis=1)
        return (most + np.log(total) - (H * W[:, y].T).sum(axis=1)).mean()

    return answer


AT_THE_ENDS = [
    (ch10.lead_needed, lambda n, weight: reference.lead_needed(n, max(weight, 1e-15))),
    (ch10.lead_needed, lambda n, weight: reference.lead_needed(n, min(weight, 1 - 1e-8))),
    (ch10.lead_needed, lambda n, weight: min(reference.lead_needed(n, weight), 42.0)),
    (ch10.streaming_cross_entropy, best_of_all_or_zero),
    (ch10.streaming_cross_entropy, merged_from(-1e5)),
    (ch10.with_top_k, lambda z, k: with_a_ban(reference.with_top_k(z, k) > 0, z, -1e6)),
    (ch10.with_top_p, lambda z, p: with_a_ban(reference.with_top_p(z, p) > 0, z, -1e6)),
    (ch10.min_p, lambda z, m: with_a_ban(reference.min_p(z, m) > 0, z, -1e6)),
    (ch10.with_top_p, lambda z, p: reference.with_top_p(z, max(p, 0.04))),
    (ch10.with_top_p, lambda z, p: reference.with_top_p(z, min(p, 0.9999))),
    (ch10.can_win, lambda W, i: W.shape[1] == 2 or reference.can_win(W, i)),
    (ch10.can_win, lambda W, i: bool(W[:, i].any()) and reference.can_win(W, i)),
    (ch10.can_win, lambda W, i: in_a_box(W, i, 1e5)),
    (ch10.can_win, first_features),
]


@pytest.mark.parametrize(("exercise", "answer"), AT_THE_ENDS)
def test_the_ends_of_what_is_promised_are_tried_at_every_check(exercise, answer):
    assert {status for status, _ in verdicts(exercise, answer)} == {"incorrect"}


@pytest.mark.parametrize("condition", SIZES.values(), ids=SIZES)
def test_attention_is_right_for_every_size(condition):
    answer = unless(condition, reference.attention)
    assert {status for status, _ in verdicts(ch10.attention, answer)} == {"incorrect"}


# The ten faults -------------------------------------------------------------------------------------------------------


def test_the_finish_says_which_pieces_are_right_and_no_name():
    for piece in RIGHT_NAMES:
        verdict = ch10.ten_faults.check({**RIGHT_NAMES, piece: "no shift"})
        others = [other for other in RIGHT_NAMES if other != piece]
        assert f"Right so far: {', '.join(others[:-1])} and {others[-1]}." in verdict.message
        assert RIGHT_NAMES[piece] not in verdict.message
    assert "Right so far: none." in ch10.ten_faults.check({"A": "no shift"}).message
    assert "Right so far: B." in ch10.ten_faults.check({"b": "No keepdims", "C": ...}).message


# Yes and no -----------------------------------------------------------------------------------------------------------


def test_a_wrong_yes_or_no_is_not_called_another_number():
    def in_two_tries(W, i):
        logits = np.array([[1.0] * len(W), [-1.0] * len(W)]) @ W
        return i in logits.argmax(axis=1)

    for answer, said in ((in_two_tries, "Here the other one of the two is right."), (lambda W, i: 7, "neither of the")):
        message = ch10.can_win.check(answer).message
        assert said in message, message
        assert "another number" not in message


# What the checks do without -------------------------------------------------------------------------------------------


def test_what_can_win_is_found_without_a_linear_program_and_right():
    """The expected answers come from a distance to a hull, since that is fifty times as fast."""
    exercise = ch10.can_win
    for seed in range(3):
        for W, i in exercise.probes(np.random.default_rng(seed)):
            assert bool(exercise.expect((W, i))) == reference.can_win(W, i)


def test_a_ban_of_minus_infinity_is_needed_only_within_the_promise():
    """Logits go up to a million in size, so a ban of −10⁹ is low enough, and one of −10⁵ is not."""
    for ban, status in ((-1e9, "correct"), (-1e5, "incorrect")):
        for exercise in (ch10.with_top_k, ch10.with_top_p):
            found = verdicts(exercise, lambda z, limit, e=exercise, b=ban: with_a_ban(e.reference(z, limit) > 0, z, b))
            assert {one for one, _ in found} == {status}


# What is decided, and what is not called by a name that does not fit -------------------------------------------------


def rounded_totals(z, p):
    order = np.argsort(-z, axis=-1)
    ordered = np.take_along_axis(reference.softmax(z), order, axis=-1)
    stays = np.zeros(z.shape, dtype=bool)
    np.put_along_axis(stays, order, np.round(np.cumsum(ordered, axis=-1) - ordered, 2) < p, axis=-1)
    return reference.softmax(np.where(stays, z, -np.inf))


def of_the_first_query(Q, K, V):
    return reference.softmax(K @ Q[0] / math.sqrt(K.shape[1])) @ V


def with_a_threshold_from_0_to_1(z):
    low, high = np.zeros((*z.shape[:-1], 1)), np.ones((*z.shape[:-1], 1))
    for _ in range(50):
        middle = (low + high) / 2
        too_much = np.maximum(z - middle, 0).sum(axis=-1, keepdims=True) > 1
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    return np.maximum(z - low, 0)


@pytest.mark.parametrize(
    ("exercise", "answer", "name"),
    [
        (ch10.with_top_p, rounded_totals, None),
        (ch10.attention, of_the_first_query, None),
        (ch10.attention, lambda Q, K, V: np.squeeze(reference.attention(Q, K, V)), "an axis of length 1 lost"),
        (ch10.attention, lambda Q, K, V: reference.softmax(np.sqrt(np.maximum(Q @ K.T, 0))) @ V, None),
        (ch10.sparsemax, with_a_threshold_from_0_to_1, None),
        (ch10.gumbel_max, lambda z, u: (z + np.abs(np.log(-np.log(u)))).argmax(axis=-1), None),
        (
            ch10.gumbel_max,
            lambda z, u: (z - np.log(1e-10 - np.log(u))).argmax(axis=-1),
            "a small number in the noise",
        ),
        (
            ch10.gumbel_max,
            lambda z, u: (z - np.log(-np.log(np.clip(u, 1e-5, 0.99999)))).argmax(axis=-1),
            "a small number in the noise",
        ),
    ],
)
def test_the_name_fits_or_there_is_none(exercise, answer, name):
    assert verdicts(exercise, answer) == {("incorrect", name)}


def test_noise_with_a_number_too_small_for_any_draw_is_right():
    """The usual spelling: a uniform number below 1e-16 comes from no generator."""
    answer = lambda z, u: (z - np.log(1e-20 - np.log(u + 1e-20))).argmax(axis=-1)  # noqa: E731
    assert verdicts(ch10.gumbel_max, answer) == {("correct", None)}
