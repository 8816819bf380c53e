"""Exercise 6.4: the loss of each yes-or-no question from its logit, finite for finite logits of any size."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch06.common import (
    FLOAT32,
    FLOAT64,
    anything,
    breaks_where,
    clipped_logits,
    cut_off,
    gives_the_same,
    leaves_the_range,
    painted_over,
    size_of,
    stable_shares,
    told_by_small_inputs,
)
from utils.exercises.ch06.questions import logits_and_answers, single_numbers_only


def losses_in_words(z, y):
    """The form of the losses of single examples."""
    return f"an array of the shape {z.shape}, one finite loss for each example, none below 0,"


# Right answers


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


mistakes = Bank()

sigmoid_cross_entropy = Exercise(
    name="ch06.sigmoid_cross_entropy",
    is_main=True,
    asks="The loss of each yes-or-no question from its logit, finite for finite logits of any size.",
    reference=reference.sigmoid_cross_entropy,
    probes=logits_and_answers,
    expects=losses_in_words,
    scale=size_of,
    hints=paragraphs("""
        For y = 1 the loss is log(1 + e to the −z). For which z does this `exp` overflow, and what is the loss there, to
        a very good approximation?

        Take the positive part of z out, the larger of z and 0. What is left under the logarithm is 1 plus a power of e
        whose exponent is never positive.

        That exponent is −|z|. `np.log1p(x)` is the logarithm of 1 + x and keeps the digits of a small x. What comes
        last in the loss is the product of logit and label.
    """),
    alternatives=(
        _binary_in_branches,
        _binary_as_two_classes,
        _binary_one_by_one,
        lambda z, y: np.logaddexp(0, z) - z * y,
        lambda z, y: np.logaddexp(0, np.where(np.asarray(y) == 1, -1.0, 1.0) * z),
        lambda z, y: np.float32(1) * _binary_formula(z.astype(np.float32), y.astype(np.float32)),
    ),
    bank=mistakes,
    remark="For a confident mistake the loss is the size of the logit, and for a confident right answer it is 0.",
)


# Mistakes


def _plain_sigmoid(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


def _two_terms(p, y, log=np.log):
    return -(y * log(p) + (1 - y) * log(1 - p))


def _down(z, y):
    return -z


def _up(z, y):
    return z


def _to_the_wrong_side(z, y):
    return np.where(y == 1, -z, z)


def _both_ways(z, y):
    return np.abs(z)


def _overflows(exponent):
    """Where a power of e with this exponent is infinite."""

    def overflows(limits, z, y):
        return leaves_the_range((-np.inf, -np.inf, limits[-1]), exponent(z, y).max())

    return overflows


# The logits from which on 1 − p has lost some digits, and all of them.
ROUNDED_TO_1 = {FLOAT64: (28.0, 36.8), FLOAT32: (8.0, 17.4)}


def _rounded_to_1(limits, z, y):
    """Where p is 1 and 1 − p is 0. Very negative logits may break it, too."""
    some, all_digits = ROUNDED_TO_1[limits]
    if np.any(z > all_digits):
        return True
    return None if np.any((z > some) | (z < limits[1])) else False


def _rounded_to_1_and_asked_for(limits, z, y):
    return _rounded_to_1(limits, np.where((y == 0) | (z < 0), z, 0.0), y)


# The exponents below which nothing is left of a power of e, and from which on enough of its digits are there.
ROUNDED_TO_0 = {FLOAT64: (-745.2, -735.0, np.inf), FLOAT32: FLOAT32}


def _rounded_to_0(limits, z, y):
    return leaves_the_range(ROUNDED_TO_0[limits], -np.abs(z))


def _rounded_to_0_and_asked_for(limits, z, y):
    return leaves_the_range(ROUNDED_TO_0[limits], np.where(y == 1, z, -z).clip(max=0))


_has_large_powers = breaks_where(*map(_overflows, (_down, _up, _to_the_wrong_side, _both_ways)))
_has_zeros = breaks_where(_rounded_to_1, _rounded_to_1_and_asked_for, _rounded_to_0, _rounded_to_0_and_asked_for)


def _has_rounded_probabilities(seen):
    """Whether probabilities were rounded. A sigmoid that is called by name may have the limit of the power inside of
    it.
    """
    return _has_zeros(seen) or (bool(seen.names & {"expit", "sigmoid"}) and _has_large_powers(seen))


SURE = (np.array([1000.0, -1000.0]), np.array([0, 1]))


@mistakes.mistake(*SURE, recognise=_has_rounded_probabilities)
def log_after_sigmoid(z, y):
    """
    You compute the probability first and its logarithm afterwards. At 1000 the sigmoid is rounded to 1 and at −1000
    to 0, so the probability of the right answer is 0 and its logarithm infinite; where that is multiplied by 0, the
    product is nan. For {input} you return {output}, where the loss is 1000 both times. Write the loss in terms of z on
    paper: what does the logarithm do to the exponential?
    """
    return _two_terms(_plain_sigmoid(z), y)


log_after_sigmoid.also(
    lambda z, y: -np.where(y == 1, np.log(_plain_sigmoid(z)), np.log(1 - _plain_sigmoid(z))),
    lambda z, y: _two_terms(reference.sigmoid(z), y),
    lambda z, y: _two_terms(np.exp(z) / (1 + np.exp(z)), y),
    lambda z, y: -(y * np.log(reference.sigmoid(z)) + (1 - y) * np.log(reference.sigmoid(-1.0 * z))),
)


def _losses(expected, z, y):
    """The expected losses; nan where 1 − p has lost its digits before anything was cut off."""
    return np.where((y == 0) & (z > 28) & (z < 750), np.nan, expected)


def _by_way_of_probabilities(z, y):
    return -np.log(np.where(y == 1, _plain_sigmoid(z), 1 - _plain_sigmoid(z)))


mistakes.add(
    "infinity painted over",
    """
    Where a probability is rounded to 0 or 1 you put another number in the place of the infinite loss, by `nan_to_num`,
    a `where`, or an `if`. For {input} you return {output}, where the loss is 50 and 1000. The worst mistakes of the
    model then cost nothing, or a number in which nothing of the logits is left, and their gradient is 0. The number
    that is missing can be had without the probability. Which three terms are left when the maximum has been taken out?
    """,
    lambda z, y: np.nan_to_num(_two_terms(_plain_sigmoid(z), y)),
    lambda z, y: np.nan_to_num(-np.where(y == 1, np.log(_plain_sigmoid(z)), np.log(1 - _plain_sigmoid(z)))),
    lambda z, y: _two_terms(_plain_sigmoid(z), y, lambda p: np.nan_to_num(np.log(p))),
    lambda z, y: _two_terms(_plain_sigmoid(z), y, lambda p: np.log(np.where(p > 0, p, 1.0))),
    example=(np.array([50.0, -1000.0]), np.array([0, 1])),
    recognise=lambda seen: painted_over(seen, _by_way_of_probabilities),
)


def _has_clipped_logits(seen):
    """Whether the logits were cut off. To cut p and 1 − p is the same up to 37, and that is no whole number."""
    if not clipped_logits(reference.sigmoid_cross_entropy, at=[(0, *SURE)])(seen):
        return False
    limit = max(np.max(result.value) for result in seen.results)
    return bool(limit > 37 or abs(limit - round(limit)) < 1e-3)


mistakes.add(
    "clipped logits",
    """
    You cut the logits to a range in which `exp` survives. Nothing overflows, and what lies beyond the limit is lost:
    for {input} you return {output}, where the loss is 1000 both times. Beyond your limit the loss no longer depends on
    the logit, so its gradient is 0, and a model that is surely wrong learns nothing. The form with the positive part
    taken out keeps `exp` in range as well, and loses nothing. What is its largest exponent?
    """,
    *(lambda z, y, limit=limit: _binary_formula(np.clip(z, -limit, limit), y) for limit in (10, 30, 50, 500, 700)),
    example=SURE,
    recognise=_has_clipped_logits,
)

mistakes.add(
    "epsilon in the log",
    """
    You add a small number inside each logarithm. Nothing is infinite any more, but the loss stops growing: for {input}
    you return {output}, where it is 1000 both times. And where it stops, its gradient is next to nothing, so a model
    that is surely wrong learns nothing. Which form of the loss takes the logits whole and never the logarithm of a
    rounded probability?
    """,
    *(
        lambda z, y, epsilon=epsilon: _two_terms(_plain_sigmoid(z), y, lambda p: np.log(p + epsilon))
        for epsilon in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20)
    ),
    lambda z, y: _two_terms(np.clip(_plain_sigmoid(z), 1e-12, 1 - 1e-12), y, lambda p: np.log(p + 1e-9)),
    example=SURE,
    recognise=lambda seen: cut_off(seen, _losses) == "epsilon",
)

mistakes.add(
    "probabilities into the loss",
    """
    You cut the probabilities off near 0 and 1 before you take the logarithm. The loss then has a ceiling: for
    {input} you return {output}, where it is 1000 both times, and beyond the limit the gradient is exactly 0.
    Libraries do this when they are handed probabilities, because they have nothing better. You have the logits.
    Which formula uses them directly?
    """,
    *(
        lambda z, y, limit=limit: _two_terms(np.clip(_plain_sigmoid(z), limit, 1 - limit), y)
        for limit in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
    ),
    lambda z, y: _two_terms(_plain_sigmoid(z), y, lambda p: np.log(np.maximum(p, 1e-12))),
    lambda z, y: _two_terms(_plain_sigmoid(z), y, lambda p: np.maximum(np.log(p), -100)),
    example=SURE,
    recognise=lambda seen: cut_off(seen, _losses) == "clip",
)


@mistakes.mistake(*SURE, recognise=_has_large_powers)
def no_shift(z, y):
    """
    A power of e in your loss has an exponent that can be large and positive: for {input} you return {output}. One of
        the two directions overflows, whichever sign you chose, and a sign that follows the label overflows where the
        answer is wrong. The cure is the one of log-sum-exp: take the larger of 0 and the exponent out of the logarithm.
        What is left has an exponent that is never positive.
    """
    return z * (1 - y) + np.log(1 + np.exp(-z))


no_shift.also(
    lambda z, y: z * (1 - y) + np.log1p(np.exp(-z)),
    lambda z, y: np.log(1 + np.exp(z)) - z * y,
    lambda z, y: np.log1p(np.exp(z)) - z * y,
    lambda z, y: np.log1p(np.exp(np.where(y == 1, -z, z))),
    lambda z, y: np.log(1 + np.exp(np.where(y == 1, -z, z))),
    lambda z, y: y * np.log(1 + np.exp(-z)) + (1 - y) * np.log(1 + np.exp(z)),
)

ONE = (np.array([2.0]), np.array([0]))


@told_by_small_inputs
@mistakes.mistake(*ONE)
def positive_exponent(z, y):
    """
    Your exponent is |z| where −|z| belongs. For {input} you return {output}. With the minus sign the power of e
    lies between 0 and 1 for every z, which is the whole point of the form; with the plus sign it is never below 1
    and overflows on both sides. Which of the two does the derivation leave under the logarithm?
    """
    return np.maximum(z, 0) - z * y + np.log1p(np.exp(np.abs(z)))


@told_by_small_inputs
@mistakes.mistake(np.array([2.0, -2.0]), np.array([1, 1]))
def no_positive_part(z, y):
    """
    The first of the three terms is missing. For {input} you return {output}: a *yes* at 2 should cost next to nothing,
    and a *yes* at −2 more than 2. The positive part of z was taken out of the logarithm to keep `exp` in range, and has
    to stand outside, like the maximum in a log-sum-exp. Which NumPy function gives the larger of z and 0, element by
    element?
    """
    return -z * y + np.log1p(np.exp(-np.abs(z)))


no_positive_part.also(lambda z, y: np.log1p(np.exp(-np.abs(z))) + 0.0 * y)


@told_by_small_inputs
@mistakes.mistake(np.array([-3.0, 0.5, 2.0]), np.array([1, 1, 0]))
def the_largest_of_an_axis(z, y):
    """
    You call `np.max` where the larger of two numbers is meant. In `np.max(z, 0)` the 0 is the number of an *axis*,
    so you get the largest logit of all examples, and every one of them pays for it: for {input} you return
    {output}. With a single, positive logit nobody notices. NumPy has a second function, which compares two arrays
    entry by entry. What is it called?
    """
    return np.max(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))


the_largest_of_an_axis.also(lambda z, y: max(np.max(z), 0) - z * y + np.log1p(np.exp(-np.abs(z))))

YES = (np.array([1.0]), np.array([1]))


@told_by_small_inputs
@mistakes.mistake(*YES)
def the_sign_of_the_product(z, y):
    """
    You add the product of logit and label, and it has to be subtracted. For {input} you return {output}: the answer
    is right, and your loss grows with it. The product is what a right answer earns: for a large positive logit with
    y = 1 it takes away what the positive part charges. Follow the derivation once more: which of the two,
    log-sum-exp or true logit, is subtracted?
    """
    return np.maximum(z, 0) + z * y + np.log1p(np.exp(-np.abs(z)))


the_sign_of_the_product.also(lambda z, y: np.logaddexp(0, z) + z * y)


@told_by_small_inputs
@mistakes.mistake(*YES)
def no_label_used(z, y):
    """
    The label does not enter your loss: for {input} you return {output}, the same as for the other label. What you
    compute is the log-sum-exp of 0 and z. For y = 0 that is the whole loss; for y = 1 it is not, because the true
    logit is still to be subtracted, z for a *yes* and 0 for a *no*. Which product says both in one expression?
    """
    return _binary_formula(z, 0 * y)


no_label_used.also(lambda z, y: _binary_formula(z, np.zeros(len(y))))


@told_by_small_inputs
@mistakes.mistake(*YES)
def no_logarithm(z, y):
    """
    The third term is missing, the one with the logarithm. For {input} you return {output}, as if a logit of 1 made
    the answer certain. Without it the loss is a straight price for the wrong side and exactly 0 on the right one,
    so a model learns nothing more once it is barely right. The corner is rounded by a term that is ln 2 at z = 0
    and fades on both sides. Which function of −|z| is it?
    """
    return np.maximum(z, 0) - z * y


no_logarithm.also(lambda z, y: np.maximum(np.where(y == 1, -z, z), 0))


@told_by_small_inputs
@mistakes.mistake(*YES)
def the_sign_of_the_logarithm(z, y):
    """
    The last of the three terms is subtracted, and it has to be added. For {input} you return {output}. The first
    two terms are 0 or the price of the wrong side; the true loss lies *above* them everywhere, by ln 2 at z = 0 and
    by less and less farther out. Yours lies below, and becomes negative for a right answer. With which sign does
    the logarithm stand in the log-sum-exp?
    """
    return np.maximum(z, 0) - z * y - np.log1p(np.exp(-np.abs(z)))


@told_by_small_inputs
@mistakes.mistake(*YES)
def the_gradient(z, y):
    """
    You return *probability minus label*, the gradient of the loss: {output} for {input}. It lies between −1 and 1
    and may be negative. It says in which direction the logit should move, and not what the answer costs: for a
    confident mistake its size is close to 1, however confident, while the loss goes on growing with the logit. The
    loss is the function whose slope this is. Which three terms does the log-sum-exp of 0 and z leave?
    """
    return reference.sigmoid(z) - y


the_gradient.also(lambda z, y: _plain_sigmoid(z) - y)


@told_by_small_inputs
@mistakes.mistake(*ONE)
def arguments_swapped(z, y):
    """
    You use the labels as logits and the logits as labels: {output} for {input}. Nothing fails, because both are vectors
    of numbers of the same length. Frameworks disagree about the order of the two, Keras puts the labels first and
    PyTorch the predictions, so this happens in silence. In this exercise the logits come first. Which of the two is in
    your exponent?
    """
    return _binary_formula(1.0 * y, z)


arguments_swapped.also(lambda z, y: np.logaddexp(0, 1.0 * y) - z * y)


@told_by_small_inputs
@mistakes.mistake(np.array([2.0, -1.0, 3.0]), np.array([0, 0, 1]))
def zeros_of_the_wrong_type(z, y):
    """
    You fill an array that `np.zeros_like(y)` or `np.empty_like(y)` made. It took over the type of the labels, which are
    integers, so every loss is cut to an integer: for {input} you return {output}. No warning tells you so. Give that
    array the type float, let it take after `z`, or return the sum of the three terms itself, which makes an array of
    the right type.
    """
    result = np.zeros_like(y)
    result[...] = _binary_formula(z, y)
    return result


def _size_in_front(seen):
    return any(gives_the_same(seen, sample, anything) for sample in the_size_in_place_of_the_positive_part.samples)


@mistakes.mistake(np.array([-2.0]), np.array([0]), recognise=_size_in_front)
def the_size_in_place_of_the_positive_part(z, y):
    """
    The first of your three terms is |z|, and it has to be the positive part of z. For positive logits the two agree.
    For {input} you return {output}: a large negative logit is the right answer to a *no*, and you charge its whole size
    for it. Only an exponent that is positive has to be taken out of the logarithm; a negative one does no harm there.
    Which function is z above 0 and 0 below?
    """
    return np.abs(z) - z * y + np.log1p(np.exp(-np.abs(z)))


the_size_in_place_of_the_positive_part.also(lambda z, y: np.abs(z) * (1 - y) + np.log1p(np.exp(-np.abs(z))))


@told_by_small_inputs
@mistakes.mistake(np.array([2.0, -2.0]), np.array([0, 0]))
def no_absolute_value(z, y):
    """
    You have the positive part in front, and the exponent under the logarithm is −z or z as it is. Both halves are
    needed: for one sign of z the shift is counted twice, and there `exp` overflows as well. For {input} you return
    {output}. After the larger of z and 0 has been taken out, which exponent is left for positive z, and which for
    negative z?
    """
    return np.maximum(z, 0) - z * y + np.log1p(np.exp(-z))


no_absolute_value.also(lambda z, y: np.maximum(z, 0) - z * y + np.log1p(np.exp(z)))


@told_by_small_inputs
@mistakes.mistake(np.array([1000.0, -1000.0]), np.array([1, 0]))
def sigmoid_before_a_loss_from_logits(z, y):
    """
    You apply the sigmoid and hand its result to a formula that expects logits. It then sees numbers between 0 and 1
    and reads them as weak evidence: for {input}, where the loss is next to nothing, you return {output}. No
    training can bring it lower. The formula contains the sigmoid already. What is its argument?
    """
    return _binary_formula(_plain_sigmoid(z), y)


sigmoid_before_a_loss_from_logits.also(lambda z, y: _binary_formula(reference.sigmoid(z), y))


@told_by_small_inputs
@mistakes.mistake(*ONE)
def labels_the_wrong_way_round(z, y):
    """
    Yes and no are exchanged: for {input} you return {output}, a small loss for a confident answer that is wrong.
    With y = 1 the loss must fall as z grows, with y = 0 it must grow. Put in z = 1000 and y = 1 by hand and look at
    which term is left. Where does your formula use 1 − y for y?
    """
    return _binary_formula(z, 1 - y)


labels_the_wrong_way_round.also(lambda z, y: _two_terms(_plain_sigmoid(z), 1 - y))


@told_by_small_inputs
@mistakes.mistake(*ONE)
def only_the_positive_term(z, y):
    """
    You count the examples with y = 1 and give a loss of 0 to all others: for {input} you return {output}, though
    the model says *yes* where *no* is right. With a loss like that the best model says *yes* to everything. The
    formula has two terms, one for each answer, and the label decides which of them counts. Where is the second?
    """
    return y * np.logaddexp(0, -1.0 * z)


only_the_positive_term.also(lambda z, y: -y * np.log(_plain_sigmoid(z)))


@told_by_small_inputs
@mistakes.mistake(*ONE, name="labels of −1 and 1")
def labels_of_minus_1_and_1(z, y):
    """
    You use the form for labels −1 and 1, in which the loss is log(1 + e to the −y z). Here the labels are 0 and 1.
    For y = 1 the two agree, for y = 0 your exponent is always 0, and the loss is the logarithm of 2 whatever the
    model says: for {input} you return {output}. Which simple map turns 0 and 1 into −1 and 1?
    """
    return np.log1p(np.exp(-z * y))


labels_of_minus_1_and_1.also(lambda z, y: np.logaddexp(0, -1.0 * z * y))


@told_by_small_inputs
@mistakes.mistake(np.array([0.0, 2.0]), np.array([0, 1]))
def the_mean(z, y):
    """
    You return one number, {output} for {input}: the mean, or the sum, over the examples. The exercise asks for one
    loss for each example, in the shape of `z`; a caller of the function may want to look at them, weight them, or
    average them. Which reduction at the end can go?
    """
    return _binary_formula(z, y).mean()


the_mean.also(lambda z, y: _binary_formula(z, y).sum())


@told_by_small_inputs
@mistakes.mistake(*ONE)
def the_other_sign(z, y):
    """
    You return logarithms of probabilities and not losses: {output} for {input}. A loss is minus the logarithm of
    the probability that the model gave to the right answer, so it is never negative, and it falls towards 0 when
    the model is right and sure. Which sign does your result have in front?
    """
    return -_binary_formula(z, y)


the_other_sign.also(lambda z, y: -_two_terms(_plain_sigmoid(z), y))


@told_by_small_inputs
@mistakes.mistake(np.array([50.0, -50.0]), np.array([0, 1]))
def squared_error(z, y):
    """
    You return the squared distance between probability and label: {output} for {input}. It can never exceed 1, so a
    confident mistake costs hardly more than a mild one, and its gradient there is close to 0, as chapter 3 has
    shown. The cross-entropy takes the logarithm of the probability of the right answer. Which power of e does that
    logarithm meet?
    """
    return (reference.sigmoid(z) - y) ** 2


@mistakes.mistake(np.array([2.0, 0.5]), np.array([0, 1]), recognise=single_numbers_only)
def one_example_only(z, y):
    """
    Your code is for a single example, and two make it fail: for {input} it returns {output}. An `if` asks one question,
    the `max` of Python compares two numbers, and the functions of the `math` module take one. Here `z` and `y` are
    arrays with an entry for each example. NumPy has functions that do the same entry by entry; a loop over the examples
    is another way. Which of your lines needs a single number?
    """
    return max(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))


@one_example_only.also
def with_branches(z, y):
    if z >= 0:
        return z * (1 - y) + np.log1p(np.exp(-z))
    return -z * y + np.log1p(np.exp(z))


one_example_only.also(lambda z, y: np.log(1 + math.exp(-z[0])) + z - z * y if len(z) == 1 else math.exp(z))


@told_by_small_inputs
@mistakes.mistake(*ONE)
def every_answer_taken_for_a_yes(z, y):
    """
    The label does not enter your loss. What you return, {output} for {input}, is the loss of a *yes*, the logarithm of
    1 plus e to the −z, whatever the answer was: a large logit costs nothing, although *no* is right. For y = 0 the
    exponent needs the other sign. Which of the terms should count only for a *yes*, and how can a factor of 0 or 1 say
    so?
    """
    return np.logaddexp(0, -z)


every_answer_taken_for_a_yes.also(lambda z, y: -np.log(_plain_sigmoid(z)))


@told_by_small_inputs
@mistakes.mistake(np.array([2.0, 0.5]), np.array([0, 1]))
def softmax_in_place_of_the_sigmoid(z, y):
    """
    You treat the logits as classes that compete: they share a denominator, and the loss of one example changes with the
    logits of all others. For {input} you return {output}. Here each logit is a question of its own, with *yes* or *no*
    as its answers, and each has its own pair of probabilities. The second class of that pair always has the same logit.
    Which one?
    """
    return _two_terms(stable_shares(z), y)


softmax_in_place_of_the_sigmoid.also(
    lambda z, y: reference.logsumexp(z) - z[y],
    lambda z, y: reference.logsumexp(z) - z * y,
    lambda z, y: -y * np.log(stable_shares(z)),
    lambda z, y: -np.log(stable_shares(z))[y],
)


@told_by_small_inputs
@mistakes.mistake(*ONE)
def another_base(z, y):
    """
    You take the logarithm to the base 2 or 10. For {input} you return {output}, away from the loss by a factor, in
    whole or in its last term. The sigmoid is made with e, and only the natural logarithm undoes e, so that what is left
    for a confident mistake is the logit itself and the gradient is *probability minus label*. Which NumPy function is
    it?
    """
    return _binary_formula(z, y) / np.log(2)


another_base.also(
    lambda z, y: _binary_formula(z, y) / np.log(10),
    lambda z, y: np.maximum(z, 0) - z * y + np.log2(1 + np.exp(-np.abs(z))),
    lambda z, y: np.maximum(z, 0) - z * y + np.log10(1 + np.exp(-np.abs(z))),
)
