"""Exercise 5.4: a row of yes and no for each example, by a threshold for the sigmoids."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch05.common import (
    is_for_one_number,
    loses_an_axis,
    plain_sigmoid,
    sigmoid_in_float32,
    told_by_moderate_logits,
)
from utils.exercises.drawing import any_batch, corners_of_batches

# The domain


SMALLEST = [
    (np.array([[2.0, -1.0]]), 0.5),
    (np.array([[1.0, 2.0]]), 0.8),
    (np.array([[3.0, 2.0, -4.0], [-2.0, -1.0, -3.0]]), 0.5),
    (np.array([[0.3], [-0.3], [4.0]]), 0.5),
    (np.array([[0.3, 0.6], [-0.9, -2.0]]), 0.2),
    (np.array([[2.0, 0.0, -2.0], [1.0, 3.0, -1.0]]), 0.7),
    (np.array([[1000.0, -1000.0], [1000.0, 1000.0]]), 0.9),
    (np.array([[0.1, 0.3, 0.6, 0.7, 0.9]]), 0.1),
    (np.array([[0.1, 0.3, 0.6, 0.7, 0.9]]), 0.9),
]


def border_of(threshold):
    """The logit of a threshold."""
    return math.log(threshold) - math.log1p(-threshold)


def _clear_of(border, Z):
    """The same logits, those next to the border moved off it: what happens on it is not said."""
    return np.where(np.abs(Z - border) < 0.001, border + 0.5, Z)


def _around(rng, threshold, shape):
    """Logits on both sides of a threshold, and the threshold."""
    border = border_of(threshold)
    Z = border + rng.normal(scale=2, size=shape)
    Z[:2, 0] = border + np.array([-1, 1]) * rng.uniform(0.002, 0.004, size=2)
    return _clear_of(border, Z), threshold


def corners(rng):
    """(Z, threshold) by the name of their corner."""
    found = {
        "next to 0": _around(rng, 0.001, (6, 4)),
        "small": _around(rng, float(rng.uniform(0.1, 0.3)), (6, 4)),
        "below one half": _around(rng, float(rng.uniform(0.3, 0.45)), (6, 4)),
        "above one half": _around(rng, float(rng.uniform(0.6, 0.9)), (6, 4)),
        "next to 1": _around(rng, 0.999, (6, 4)),
    }
    for name, Z in corners_of_batches(rng).items():
        threshold = float(rng.uniform(0.05, 0.95))
        found[name] = (_clear_of(border_of(threshold), Z), threshold)
    return found


def draw(rng):
    """Any batch and any threshold."""
    threshold = float(rng.uniform(0.005, 0.995))
    return _clear_of(border_of(threshold), any_batch(rng)), threshold


# Right answers


def _by_probability(Z, threshold):
    return (reference.sigmoid(Z) >= threshold).astype(int)


def _by_logit(Z, threshold):
    return border_of(threshold) < Z


def _answers_by_loops(Z, threshold):
    odds = threshold / (1 - threshold)
    return [[int(z > 0 if abs(z) > 700 else math.exp(z) > odds) for z in row] for row in Z.tolist()]


def _by_heaviside(Z, threshold):
    return np.heaviside(sigmoid_in_float32(Z) - np.float32(threshold), 1.0)


def _by_where(Z, threshold):
    return np.where(plain_sigmoid(Z) < threshold, 0.0, 1.0)


mistakes = Bank()

predict_labels = Exercise(
    name="ch05.predict_labels",
    is_main=True,
    asks="A row of yes (1) and no (0) for each example: yes where the sigmoid of the logit lies above the threshold.",
    reference=lambda Z, threshold: _by_probability(Z, threshold),
    probes=Domain(SMALLEST, corners, draw),
    expects=lambda Z, threshold: f"an array of the shape {np.shape(Z)} of only 0 and 1",
    hints=paragraphs("""
        The threshold is a probability, so it is compared with probabilities. What turns your logits into them?

        A comparison of an array with a number gives an array of True and False in the same shape, which is fine as an
        answer: True counts as 1.

        No axis is involved: each class is decided by itself, and a row may have no 1 at all, or several.
    """),
    alternatives=(
        _by_probability,
        _by_logit,
        _answers_by_loops,
        _by_heaviside,
        _by_where,
        lambda Z, threshold: np.vectorize(lambda z: float(reference.sigmoid(z) > threshold))(Z),
    ),
    bank=mistakes,
    named_by_one_probe=False,
    remark="Each class is decided by itself, so a row may hold no yes, one, or several.",
)


# Families of mistakes


def _borders(seen):
    """For each probe the largest logit that got a 0 and the smallest that got a 1; nothing where other answers came."""
    if len(seen.results) < len(seen.probes):
        return []
    found = []
    for (Z, _), result in zip(seen.probes, seen.results, strict=True):
        if result.problem or result.value.shape != Z.shape or not np.isin(result.value, (0, 1)).all():
            return []
        no, yes = Z[result.value == 0], Z[result.value == 1]
        found.append((no.max(initial=-np.inf), yes.min(initial=np.inf)))
    return found


def _has_one_border(seen):
    """Whether one and the same logit parts 0 from 1 on all probes, and both occur."""
    borders = _borders(seen)
    if not borders or all(seen.right):
        return False
    below, above = max(no for no, _ in borders), min(yes for _, yes in borders)
    return -np.inf < below <= above < np.inf and not all(result.changed for result in seen.results)


def _has_another_border(seen):
    """Whether on each probe some logit parts 0 from 1, another one for another threshold, and both occur everywhere."""
    borders = _borders(seen)
    if not borders or all(seen.right) or all(result.changed for result in seen.results):
        return False
    parted = [(no, yes) for no, yes in borders if np.isfinite(no) and np.isfinite(yes)]
    return len(parted) > 5 and all(no <= yes for no, yes in borders)


# Mistakes

STRICT = (np.array([[1.0, 2.0]]), 0.8)


@mistakes.mistake(*STRICT)
def threshold_on_the_logits(Z, threshold):
    """
    You compare the logits themselves with the threshold, or apply the sigmoid to both, which comes to the same. For
    {input} you return {output}: a logit of 1 is above 0.8, but its probability, the sigmoid of 1, is not. A logit
    runs over all real numbers and is 0 at an even chance; the threshold is a probability already. Either turn the
    logits into probabilities, or turn the threshold into a logit. Which of the two will you do?
    """
    return np.greater(Z, threshold).astype(int)


@mistakes.mistake(*STRICT, recognise=_has_one_border)
def the_threshold_is_not_used(Z, threshold):
    """
    Your answers are those for one and the same threshold, whatever is asked for: {output} for {input}. Rounding a
    probability, or asking whether the logit is positive, is the threshold 0.5 in disguise, and a line that gives
    `threshold` a value takes away the one that the caller chose. To miss nothing take a lower one, to raise no false
    alarm a higher one. Where does the argument enter your body?
    """
    return (Z > 0).astype(int)


the_threshold_is_not_used.also(
    lambda Z, threshold: np.round(reference.sigmoid(Z)),
    lambda Z, threshold: (Z >= 0).astype(int),
    lambda Z, threshold: (reference.sigmoid(Z) > 0.3).astype(int),
    lambda Z, threshold: (reference.sigmoid(Z) > 0.7).astype(int),
)


def _one_hot_of_largest(Z):
    return np.eye(Z.shape[1], dtype=int)[Z.argmax(axis=-1)]


BOTH = (np.array([[3.0, 2.0, -4.0]]), 0.5)


@told_by_moderate_logits
@mistakes.mistake(*BOTH)
def only_the_largest(Z, threshold):
    """
    You look for the largest of each row, and no other class gets a *yes*. For {input} you return {output}, though
    two of the probabilities lie above the threshold. That is the decision for exclusive classes. Where labels
    overlap, a song may have two tags, or none, so every class is compared with the threshold by itself. Which call
    looks for a maximum?
    """
    return _one_hot_of_largest(Z)


only_the_largest.also(
    lambda Z, threshold: _one_hot_of_largest(Z) * _by_probability(Z, threshold),
    lambda Z, threshold: (Z.max(axis=-1, keepdims=True) == Z).astype(int),
)


@mistakes.mistake(*BOTH)
def softmax_before_the_threshold(Z, threshold):
    """
    You apply a softmax to each row and compare its values with the threshold. For {input} you return {output}: the
    classes share one total, so two of them can never lie above one half at once, however sure the model is of both.
    Labels that overlap need a probability for each class by itself. Which function gives it?
    """
    return (reference.softmax(Z) >= threshold).astype(int)


softmax_before_the_threshold.also(
    lambda Z, threshold: (np.exp(Z) / np.exp(Z).sum(axis=-1, keepdims=True) >= threshold).astype(int)
)


@mistakes.mistake(np.array([[2.0, 3.0]]), 0.5)
def rows_divided_by_their_sums(Z, threshold):
    """
    You divide the sigmoids of each row by their sum before you compare. For {input} you return {output}, because
    two sure answers then have about one half each. After the division a class can lose its *yes* because another
    one became more likely, which is the competition that sigmoids avoid. What do you compare with the threshold?
    """
    return (reference.sigmoid(Z) / reference.sigmoid(Z).sum(axis=-1, keepdims=True) >= threshold).astype(int)


CLEAR = (np.array([[2.0, -1.0]]), 0.5)


@mistakes.mistake(*CLEAR)
def upside_down(Z, threshold):
    """
    Your answers are turned round: {output} for {input}. You say yes where the probability lies *below* the
    threshold. A larger logit is more evidence for the class, so the largest probabilities have to be the ones that
    become 1. Which way does your comparison point, and if you use `np.where`, which of its two values comes first?
    """
    return (reference.sigmoid(Z) < threshold).astype(int)


upside_down.also(lambda Z, threshold: np.where(reference.sigmoid(Z) >= threshold, 0, 1))


@mistakes.mistake(*CLEAR)
def the_probability_of_no(Z, threshold):
    """
    You compare the probability of *no* with the threshold: your sigmoid falls as its logit grows. For {input} you
    return {output}, a *yes* for the class with the evidence against it. Your comparison points the right way; what
    it compares does not. Look at the sign in the exponent: is the power small or large for a logit of 1000, and
    what does that make of the quotient?
    """
    return (1 / (1 + np.exp(Z)) >= threshold).astype(int)


the_probability_of_no.also(lambda Z, threshold: (1 - reference.sigmoid(Z) >= threshold).astype(int))


@mistakes.mistake(np.array([[1.0, -1.0]]), 0.8)
def one_minus_the_threshold(Z, threshold):
    """
    Your border is that of one minus the threshold. For {input} you return {output}, as if a strict threshold were a
    generous one: 0.8 became 0.2. This happens when the threshold is turned into a logit with the fraction upside
    down, or when *no* is compared in place of *yes*. A threshold above one half must ask for a positive logit. Put
    0.8 into your formula: does it?
    """
    return np.greater(Z, np.log((1 - threshold) / threshold)).astype(int)


one_minus_the_threshold.also(lambda Z, threshold: (reference.sigmoid(Z) > 1 - threshold).astype(int))

NEITHER = (np.array([[-2.0, -1.0, -3.0]]), 0.5)


@told_by_moderate_logits
@mistakes.mistake(*NEITHER)
def nobody_goes_without(Z, threshold):
    """
    You give a label to examples that have none: for {input} you return {output}, though no probability reaches the
    threshold. To answer *none of these* is one of the things that sigmoids can do and a softmax cannot, and for
    overlapping labels it is a right answer like any other. Which line steps in when a row is empty?
    """
    return np.where(
        _by_probability(Z, threshold).any(axis=-1, keepdims=True),
        _by_probability(Z, threshold),
        _one_hot_of_largest(Z),
    )


nobody_goes_without.also(lambda Z, threshold: np.maximum(_by_probability(Z, threshold), _one_hot_of_largest(Z)))


@mistakes.mistake(*CLEAR)
def probabilities_in_place_of_answers(Z, threshold):
    """
    You return probabilities, all of them or those above the threshold: {output} for {input}. The exercise asks for
    decisions, 1 for yes and 0 for no, which can be compared with a row of labels. The probabilities are one step
    before. What does Python answer when you ask whether an array is larger than a number?
    """
    return np.where(reference.sigmoid(Z) >= threshold, reference.sigmoid(Z), 0)


probabilities_in_place_of_answers.also(lambda Z, threshold: reference.sigmoid(Z))


@told_by_moderate_logits
@mistakes.mistake(*BOTH)
def class_numbers_in_place_of_rows(Z, threshold):
    """
    You return one number for each example, {output} for {input}: the number of a class, or how many were found.
    With overlapping labels one number cannot say which tags apply; the answer is a whole row of 0 and 1, in the
    shape of `Z`. Leave out the step that reduces each row. Which call takes an axis?
    """
    return Z.argmax(axis=-1)


class_numbers_in_place_of_rows.also(
    lambda Z, threshold: _by_probability(Z, threshold).sum(axis=-1),
    lambda Z, threshold: _by_probability(Z, threshold).argmax(axis=-1),
)


@mistakes.mistake(np.array([[1000.0, -1000.0]]), 0.9)
def overflow_for_large_logits(Z, threshold):
    """
    For a logit of 1000 your sigmoid is nan, because infinite is divided by infinite, and a comparison with nan is
    always False. So the surest *yes* of all becomes a *no*, in silence: {output} for {input}. Use the form of the
    sigmoid with e to the power −z, or the function that you wrote in the last exercise. What is its limit for a
    large logit?
    """
    return (np.exp(Z) / (1 + np.exp(Z)) >= threshold).astype(int)


@mistakes.mistake(*BOTH)
def one_answer_for_the_whole_row(Z, threshold):
    """
    You ask whether any, or all, of the classes lie above the threshold, and give the whole example one answer:
    {output} for {input}. The classes are separate questions, so each needs an answer of its own, and the result has
    the shape of `Z`. Which call turns the table of comparisons into a single column?
    """
    return _by_probability(Z, threshold).any(axis=-1)


one_answer_for_the_whole_row.also(lambda Z, threshold: _by_probability(Z, threshold).all(axis=-1))


@mistakes.mistake(*CLEAR, recognise=is_for_one_number)
def written_for_one_number(Z, threshold):
    """
    Your function works for a single number and is given a table: {output} for {input}. The functions of the module
    `math` take one number, and an `if` needs one answer, where a comparison of a table with a threshold gives a whole
    table of answers. That table is what the exercise asks for, and no branch is needed. What does the comparison give
    when you leave the `if` away, and is True as good as 1?
    """
    return 1 if reference.sigmoid(Z) > threshold else 0


written_for_one_number.also(
    lambda Z, threshold: [1 if reference.sigmoid(row) > threshold else 0 for row in Z],
    lambda Z, threshold: 1 / (1 + math.exp(-Z)) > threshold,
)


@mistakes.mistake(*CLEAR, recognise=loses_an_axis)
def a_lost_axis(Z, threshold):
    """
    Your answers are right, and the shape is not, where the batch has one row or one class: {output} for {input}.
    `squeeze` removes every axis of length one, also those that are meant; an index such as `[0]` and `ravel` do the
    like. A batch of one example is still a batch, of the shape (1, K), and is compared with labels of that shape. Which
    line takes the axis away?
    """
    return np.squeeze(_by_probability(Z, threshold))


a_lost_axis.also(
    lambda Z, threshold: _by_probability(Z, threshold)[0] if len(Z) == 1 else _by_probability(Z, threshold)
)


@mistakes.mistake(*CLEAR)
def yes_to_everything(Z, threshold):
    """
    Every answer of yours is *yes*, whatever the logit and the threshold: {output} for {input}. Either your numbers all
    lie above the threshold, or the border is minus infinity. The second happens with the logarithm of a quotient whose
    denominator has lost its brackets: Python divides first, `t / 1` is `t`, and subtracting `t` from that leaves 0, a
    number without a finite logarithm. Print your border for a threshold of one half. What should it be?
    """
    with np.errstate(divide="ignore"):
        return np.greater(Z, np.log(threshold / 1 - threshold)).astype(int)


yes_to_everything.also(lambda Z, threshold: np.ones(Z.shape, dtype=int))


@mistakes.mistake(*STRICT, recognise=_has_another_border)
def another_border(Z, threshold):
    """
    Your answers have a border that moves with the threshold, which is right, and it is not where the sigmoid crosses
    the threshold. For {input} you return {output}. In logits, a threshold of one half must become a border of 0, 0.8
    a positive one and 0.2 its mirror image; a threshold that is cut off, halved or squared has its border somewhere
    else. To turn a threshold t into a border, solve σ(z) = t for z. Put 0.5 and 0.8 into
    your formula: what comes out?
    """
    return np.greater(Z, threshold / (1 - threshold)).astype(int)


another_border.also(
    lambda Z, threshold: np.greater(Z, np.log(threshold)).astype(int),
    lambda Z, threshold: np.greater(Z, np.log10(threshold / (1 - threshold))).astype(int),
    lambda Z, threshold: (reference.sigmoid(Z) > threshold / 2).astype(int),
    lambda Z, threshold: (reference.sigmoid(Z) > threshold**2).astype(int),
)
