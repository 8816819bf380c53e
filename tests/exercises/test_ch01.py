"""What the checks of chapter 1 promise: wrong code that looks right on most inputs, and names for whole families."""

import math

import numpy as np
import pytest
from support.chance import CHECKS

from utils import reference
from utils.exercises import ch01


def verdicts(exercise, answer):
    """The status, the name and the certainty of several checks, each once."""
    checks = [exercise.check(answer) for _ in range(CHECKS)]
    return {(verdict.status, verdict.mistake, verdict.is_certain) for verdict in checks}


def own_softmax(z, shift, small=0.0):
    powers = np.exp(z - shift)
    return powers / (powers.sum(axis=-1, keepdims=True) + small)


# Exercise 1.1


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ([0.07, 0.29, 0.64], "shares of squares"),
        ([2.72, 7.39, 20.1], "no division"),
        ([0.01, 0.09, 0.90], "another base"),
        ([1 / 13, 3 / 13, 9 / 13], "rounded too early"),
        ([0.09, 0.24, 0.666], "rounded too early"),
        (30.19, "one number"),
        ([0.09, 0.244, 0.665], "cut off instead of rounded"),
        ([0.09, 0.244, 0.666], "rounded too early"),
        ([0.09, 0.245, 0.666], "rounded too early"),
        ([0.09, 0.254, 0.665], None),
        ([0.0, 0.5, 0.5], None),
    ],
)
def test_numbers_by_hand(answer, name):
    verdict = ch01.by_hand.check(answer)
    assert (verdict.status, verdict.mistake) == ("incorrect", name)


# Exercise 1.2


@pytest.mark.parametrize("base", [1.5, 2.0, 5.0, 10.0])
def test_any_other_base_is_named(base):
    found = verdicts(ch01.first_softmax, lambda z: base**z / np.sum(base**z))
    assert found == {("incorrect", "another base", True)}


@pytest.mark.parametrize("small", [1e-2, 1e-5, 3e-9, 1e-14])
def test_any_small_number_in_the_denominator_is_named(small):
    found = verdicts(ch01.first_softmax, lambda z: np.exp(z) / (np.exp(z).sum() + small))
    assert found == {("incorrect", "a small number in the denominator", True)}


@pytest.mark.parametrize("digits", [1, 4, 7])
def test_any_rounding_is_named(digits):
    found = verdicts(ch01.first_softmax, lambda z: np.round(reference.softmax(z), digits))
    assert found == {("incorrect", "rounded result", True)}


def test_the_exponent_of_the_index_is_named():
    def answer(z):
        return np.array([np.exp(i) for i in range(len(z))]) / sum(np.exp(i) for i in range(len(z)))

    assert verdicts(ch01.first_softmax, answer) == {("incorrect", "the index in the exponent", True)}


def test_axis_1_of_a_vector_is_named_together_with_anything_else():
    def answer(z):
        powers = np.exp(-z)
        return powers / (powers.max() + powers.sum(axis=1))

    (found,) = verdicts(ch01.first_softmax, answer)
    assert found == ("incorrect", "axis 1 of a vector", True)
    assert "AxisError" in ch01.first_softmax.check(answer).message


@pytest.mark.parametrize(
    "part",
    [
        np.cumsum,
        lambda powers: powers[0],
        lambda powers: powers[:-1].sum(),
        lambda powers: sum(powers[i] for i in range(1, len(powers))) or 1 / 0,
        lambda powers: powers.sum() - powers,
    ],
)
def test_any_sum_that_lacks_powers_is_named(part):
    with np.errstate(all="ignore"):
        found = verdicts(ch01.first_softmax, lambda z: np.exp(z) / part(np.exp(z)))
    assert found == {("incorrect", "a sum that is not complete", True)}


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda z: [math.exp(z) / math.fsum(map(math.exp, z)) for _ in z], "a function of single numbers"),
        (lambda z: (2.718 ^ z) / np.sum(2.718 ^ z), "a sign that is no power"),
        (lambda z: (z == z.max()).astype(int), "hard max"),
    ],
)
def test_families_of_a_first_softmax(answer, name):
    assert verdicts(ch01.first_softmax, answer) == {("incorrect", name, True)}


# Exercise 1.3


def right_but(is_met, wrong):
    """A softmax that is right except under one condition."""
    return lambda z: wrong(z) if is_met(z) else reference.softmax(z)


def off(z):
    return 0.9 * reference.softmax(z) + 0.03


CONDITIONS = {
    "a batch of one row": lambda z: z.ndim == 2 and len(z) == 1,
    "many classes": lambda z: z.shape[-1] >= 8,
    "many rows": lambda z: z.ndim == 2 and len(z) > 20,
    "one class": lambda z: z.shape[-1] == 1,
    "a square batch": lambda z: z.ndim == 2 and z.shape[0] == z.shape[1],
    "a batch of integers": lambda z: z.ndim == 2 and z.dtype.kind == "i",
    "all negative": lambda z: z.ndim == 2 and z.max() < 0,
    "all below -750": lambda z: z.max() < -750,
    "all above 10,000": lambda z: z.min() > 1e4,
    "equal logits": lambda z: z.shape[-1] > 1 and np.ptp(z) == 0,
    "a tie": lambda z: z.ndim == 1 and len(set(z.tolist())) < len(z),
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_softmax_that_is_wrong_under_one_condition_is_rejected(condition):
    answer = right_but(CONDITIONS[condition], off)
    assert {status for status, *_ in verdicts(ch01.softmax, answer)} == {"incorrect"}

    def tempered(z, T):
        return answer(z) if CONDITIONS[condition](z) else reference.softmax(z, temperature=T)

    assert {status for status, *_ in verdicts(ch01.with_temperature, tempered)} == {"incorrect"}


def hard_beyond_30(z):
    gaps = z.max(axis=-1, keepdims=True) - z
    return np.where(gaps > 30, 0.0, reference.softmax(z))


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda z: np.squeeze(reference.softmax(z)), "axes of length one are lost"),
        (hard_beyond_30, "small probabilities become 0"),
        (lambda z: own_softmax(z, np.maximum(0, z.max())), None),
        (lambda z: own_softmax(z, np.maximum(0, z.max(axis=-1, keepdims=True))), "shift by zero at least"),
        (lambda z: own_softmax(z, z.max(), 1e-12), "one maximum for the batch"),
        (lambda z: own_softmax(z, 0, 1e-10), "no shift"),
        (lambda z: own_softmax(np.clip(z, -300, 300), 0), "clipped logits"),
        (lambda z: np.clip(reference.softmax(z), 1e-7, 1 - 1e-7), "a floor below the probabilities"),
        (lambda z: np.exp(z) / np.exp(z).sum(axis=0), "wrong axis"),
        (lambda z: np.exp(z) / (np.exp(z).sum(axis=-1) + 1e-8), "no keepdims"),
        (lambda z: np.exp(z - z.max(axis=1)) / np.exp(z).sum(axis=1), "batches only"),
        (lambda z: np.exp(z - max(z)) / np.exp(z - max(z)).sum(), "one vector only"),
    ],
)
def test_families_of_a_softmax(answer, name):
    found = verdicts(ch01.softmax, answer)
    assert {status for status, *_ in found} == {"incorrect"}
    if name is not None:
        assert found == {("incorrect", name, True)}


def test_a_maximum_without_keepdims_is_not_described_by_sums_of_1():
    def answer(z):
        powers = np.exp(z - z.max(axis=-1))
        return powers / powers.sum(axis=-1, keepdims=True)

    verdict = ch01.softmax.check(answer)
    assert verdict.mistake == "a maximum without keepdims"
    assert "sum to 1 and 1" not in verdict.message


# Exercise 1.4


def into_an_array_like_z(z, T):
    if z.ndim == 1:
        return reference.softmax(z / T)
    result = np.zeros_like(z)
    for i in range(len(z)):
        result[i] = reference.softmax(z[i] / T)
    return result


def root_of_the_probabilities(z, T):
    shares = reference.softmax(z) ** (1 / T)
    return shares / shares.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (into_an_array_like_z, "zeros of the wrong type"),
        (root_of_the_probabilities, "a root that comes too late"),
        (lambda z, T: np.squeeze(reference.softmax(z / T)), "axes of length one are lost"),
        (lambda z, T: own_softmax(z / T, np.maximum(0, (z / T).max(axis=-1, keepdims=True))), "shift by zero at least"),
        (lambda z, T: reference.softmax(z / 3), "the temperature is overwritten"),
        (lambda z, T: own_softmax(z, z.max(axis=-1, keepdims=True)), "the temperature is not used"),
        (lambda z, T: reference.softmax(z / (T + 0.005)), "a number added to the temperature"),
        (lambda z, T: reference.softmax(z / max(T, 0.2)), "a limit on the temperature"),
        (lambda z, T: reference.softmax(z / min(T, 50)), "an upper limit on the temperature"),
        (lambda z, T: reference.softmax(z / T, axis=1), "batches only"),
        (lambda z, T: np.exp(z / T) / np.sum(np.exp(z), axis=-1)[..., None] * T, "on one side of the line only"),
    ],
)
def test_families_of_a_temperature(answer, name):
    assert verdicts(ch01.with_temperature, answer) == {("incorrect", name, True)}


# Exercise 1.5


def one_by_one(z):
    return np.vectorize(lambda value: reference.softmax(np.array([value, 0.0]))[0])(z)


def with_an_if(z):
    if z > 0:
        return 1 / (1 + math.exp(-z))
    return math.exp(z) / (1 + math.exp(z))


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda z: one_by_one(z).item() if np.size(z) == 1 else one_by_one(z), "axes of length one are lost"),
        (with_an_if, "a step for one number"),
        (lambda z: reference.softmax([z, 0.0])[0], "numbers only"),
        (lambda z: np.array([reference.softmax([value, 0.0])[0] for value in z]), "arrays only"),
        (lambda z: np.exp(z) / (1 + np.exp(z)), "overflow for large logits"),
        (lambda z: 1 / (1 + np.exp(-np.clip(z, -25, 25))), "a floor below the probability"),
        (lambda z: np.maximum(one_by_one(z), 1e-15), "a floor below the probability"),
        (lambda z: np.stack([1 - one_by_one(z), one_by_one(z)], axis=-1), "both probabilities"),
        (lambda z: one_by_one(z) if np.ndim(z) == 0 else one_by_one(z)[:, None], None),  # an axis more than is named
    ],
)
def test_families_of_a_sigmoid(answer, name):
    assert verdicts(ch01.sigmoid_from_softmax, answer) == {("incorrect", name, True)}


def test_floats_are_enough_in_a_sigmoid():
    def through_float_methods(z):
        if isinstance(z, float):
            return 1.0 if z.is_integer() and z > 40 else one_by_one(z)
        return one_by_one(z)

    assert verdicts(ch01.sigmoid_from_softmax, through_float_methods) == {("correct", None, True)}


def with_ten_terms(z):
    return np.exp(z) / np.exp(z[:10]).sum()


def shifted_by_one_of_the_first_eight(z):
    powers = np.exp(z - z[..., :8].max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def with_integers_of_two_bytes(z):
    return reference.softmax(z.astype(np.int16) if z.dtype.kind == "i" else z)


def with_integers_as_float16(z):
    return reference.softmax(z.astype(np.float16) if z.dtype.kind == "i" else z)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (ch01.first_softmax, with_ten_terms),
        (ch01.softmax, shifted_by_one_of_the_first_eight),
        (ch01.softmax, with_integers_of_two_bytes),
        (ch01.softmax, with_integers_as_float16),
        (ch01.softmax, lambda z: reference.softmax(np.unique(z, axis=0) if z.ndim == 2 and len(z) < 4 else z)),
    ],
)
def test_many_classes_large_integers_and_equal_rows_are_tried(exercise, answer):
    assert verdicts(exercise, answer) == {("incorrect", None, True)}
