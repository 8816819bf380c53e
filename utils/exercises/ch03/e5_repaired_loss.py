"""Exercise 3.5: the loss of one example from its logits x and its one-hot label, right for logits of any size."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch03 import recognising, recognising_repairs
from utils.exercises.ch03.common import any_logits_of_one, corners_of_one, in_few_digits, one_hot
from utils.exercises.drawing import large_integers, whole

# The domain


def corners(rng):
    """Logits of one example and its one-hot label, by the name of their corner."""

    def at_random(K):
        return in_few_digits(rng.normal(scale=3, size=K))

    def label(K, number=float):
        return one_hot(rng.integers(K), K).astype(number)

    K, many, z = int(rng.integers(3, 6)), int(rng.integers(14, 25)), at_random(4)
    return {
        **{name: (x, label(len(x))) for name, x in corners_of_one(rng).items()},
        "two classes": (at_random(2), label(2)),
        "a label of integers": (at_random(K), label(K, int)),
        "whole numbers": (whole(rng.uniform(-9, 9, size=K)), label(K, int)),
        "whole numbers and a label of floats": (large_integers(rng), label(5)),
        "the first class": (at_random(K), one_hot(0, K)),
        "the last class": (at_random(K), one_hot(K - 1, K)),
        "the likeliest class": (z, one_hot(z.argmax(), 4)),
        "the least likely class": (z, one_hot(z.argmin(), 4)),
        "all zeros": (np.zeros(many), label(many)),
        "the label far behind, below 700": (np.array([0.0, -2000.0, 1.0]), one_hot(1, 3)),
        "another class far behind, below 700": (np.array([0.0, -2000.0, 1.0]), one_hot(0, 3)),
    }


def draw(rng):
    x = any_logits_of_one(rng)
    y = one_hot(rng.integers(len(x)), len(x))
    return (x if rng.random() < 0.7 else whole(x)), (y if rng.random() < 0.5 else y.astype(int))


logits_and_one_hot = Domain(
    smallest=[
        (np.array([1.0, 2.0, 4.0]), np.array([1.0, 0.0, 0.0])),
        (np.array([1, 2, 3]), np.array([0, 1, 0])),
        (np.array([3.0, 1.0, 0.5]), np.array([1, 0, 0])),
        (np.array([0.5]), np.array([1.0])),
        (np.array([1000.0, 999.0]), np.array([0.0, 1.0])),
        (np.array([-1000.0, -1001.0]), np.array([1, 0])),
        (np.array([1000.0, 999.0, 0.0]), np.array([1, 0, 0])),
        (np.array([800.0, 0.0]), np.array([0.0, 1.0])),
        (np.array([720.0, 0.0]), np.array([0.0, 1.0])),  # infinite as a power, not yet 0 as a probability
        (np.array([1e5, 0.0, -1e5]), np.array([0, 1, 0])),
        (np.array([0.0, 0.0]), np.array([0, 1])),
    ],
    corners=corners,
    draw=draw,
)


def size(x, y_one_hot):
    """The size of numbers that cancel, so that a float32 with three wrong last digits is still right."""
    return float(max(1, np.abs(x).max() / 64))


# Right answers


def _repaired_from_logits(x, y_one_hot):
    return reference.logsumexp(x) - np.dot(x, y_one_hot)


def _repaired_with_log_softmax(x, y_one_hot):
    return -reference.log_softmax(x)[np.argmax(y_one_hot)]


def _repaired_by_hand(x, y_one_hot):
    shifted = [float(value) - float(max(x)) for value in x]
    log_total = math.log(sum(math.exp(value) for value in shifted))
    return log_total - shifted[list(y_one_hot).index(1)]


def _repaired_in_float32(x, y_one_hot):
    shifted = (x - x.max()).astype(np.float32)
    return -np.sum(y_one_hot * (shifted - np.log(np.exp(shifted).sum())))


def _repaired_by_pairs(x, y_one_hot):
    x = np.asarray(x, dtype=float)
    return np.logaddexp.reduce(x - x[np.flatnonzero(y_one_hot)[0]])


mistakes = Bank()

repaired_loss = Exercise(
    name="ch03.repaired_loss",
    is_main=True,
    asks="The loss of one example from its logits x and its one-hot label, right for logits of any size.",
    reference=recognising_repairs.true_loss,
    probes=logits_and_one_hot,
    expects=lambda x, y_one_hot: "one number, 0 or larger and finite,",
    scale=size,
    hints=paragraphs("""
        Go through the symptoms one by one: the lost calls, the label that is encoded a second time, the logits that are
        not shifted, the logarithm of a probability that was rounded to 0. Which of them can you repair already?

        The last two go together. The derivation in this chapter begins with the loss written in logits: a log-sum-exp
        minus one logit. No probability is formed there.

        `reference.log_softmax(x)` gives the logarithms of all probabilities, finite for every finite logit. What is
        left is to pick one of them and to give it a sign.
    """),
    alternatives=(
        _repaired_from_logits,
        _repaired_with_log_softmax,
        _repaired_by_hand,
        _repaired_in_float32,
        _repaired_by_pairs,
        lambda x, y_one_hot: np.log(np.sum(np.exp(x - np.max(x)))) + np.max(x) - np.sum(x * y_one_hot),
    ),
    bank=mistakes,
    remark="The label is used as it is, and the loss comes from the logits, so no size of logit can break it.",
)


# Mistakes


def _shares(x):
    return np.exp(x) / np.sum(np.exp(x))


SOURCE = (np.array([1, 2, 3]), np.array([0, 1, 0]))


@mistakes.mistake(*SOURCE, name="one-hot encoded twice", recognise=recognising_repairs.encoded_twice)
def one_hot_encoded_twice(x, y):
    """
    The label is one-hot already, and your code encodes it again or uses it as an index: each of its entries, 0 or
    1, is taken for a class of its own. For {input} you return {output}, with a term for every entry in place of a
    single term; and a label of floats cannot be an index at all. What remains to be done with a label that is 1 at
    its class and 0 elsewhere?
    """
    return -np.sum(np.eye(len(y))[y] * np.log(_shares(x)))


one_hot_encoded_twice.also(
    lambda x, y: -np.sum(np.eye(len(y))[y] * np.log(reference.softmax(x))),
    lambda x, y: -np.sum(np.eye(len(y))[y] * reference.log_softmax(x)),
    lambda x, y: -np.sum(np.eye(len(y))[y.astype(int)] * np.log(reference.softmax(x))),
    lambda x, y: -np.sum(np.eye(len(y))[y.astype(int)] * reference.log_softmax(x)),
    lambda x, y: -np.sum(np.eye(len(y), dtype=int)[y.astype(int)] * np.log(_shares(x))),
    lambda x, y: -np.sum(np.eye(len(y))[y] * np.log(reference.softmax(x) + 1e-9)),
    lambda x, y: -np.mean(reference.log_softmax(x)[y]),
    lambda x, y: -np.sum(reference.log_softmax(x)[y.astype(int)]),
    lambda x, y: -np.sum(reference.log_softmax(x)[y]),
    lambda x, y: -reference.log_softmax(x)[y],
)


@mistakes.mistake(*SOURCE)
def the_calls_are_missing(x, y_one_hot):
    """
    You return {output} for {input}, as the code does whose calls are lost: in `(x)` the brackets are left over from a
    call, and by themselves they do nothing. So the array is divided by itself, which gives ones, and nothing is summed
    and no logarithm taken. Four functions of NumPy have to come back. Which ones do the formulas of softmax and
    cross-entropy name?
    """
    return -(y_one_hot * (x / x))


the_calls_are_missing.also(lambda x, y_one_hot: -np.sum(y_one_hot * (x / x)))

mistakes.add(
    "epsilon in the log",
    """
    You add a small number inside the logarithm, clip the probabilities or cap the loss. For {input} you return
    {output}, and the true loss is 800. The result is finite and wrong: no loss can exceed a ceiling, and above it the
    gradient is nearly 0, so that the worst mistakes are never corrected. Can the loss be written in the logits, so that
    no probability of 0 is ever formed?
    """,
    *(
        form
        for e in (1e-5, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-30, 1e-300)
        for form in (
            lambda x, y_one_hot, e=e: -np.sum(y_one_hot * np.log(reference.softmax(x) + e)),
            lambda x, y_one_hot, e=e: -np.sum(y_one_hot * np.log(np.clip(reference.softmax(x), e, 1))),
            lambda x, y_one_hot, e=e: -np.sum(y_one_hot * np.log(np.clip(reference.softmax(x), e, 1 - e))),
        )
    ),
    lambda x, y_one_hot: -np.sum(y_one_hot * np.log(np.clip(reference.softmax(x), 1e-12, 1 - 1e-12) + 1e-9)),
    example=(np.array([800.0, 0.0]), np.array([0.0, 1.0])),
    recognise=recognising.is_cut_off(recognising_repairs.true_loss),
)


@mistakes.mistake(np.array([800.0, 0.0]), np.array([0.0, 1.0]), recognise=recognising_repairs.made_finite)
def nan_made_to_zero(x, y_one_hot):
    """
    You replace what is not finite after it has come about. For {input} you return {output}, and the true loss is
    800. Zero times minus infinity can be patched to 0 in that way, but where the true class itself has lost its
    probability, the size of the loss is gone, and the patch puts a made-up number in its place. Can the loss be
    written so that no probability is ever formed?
    """
    return -np.sum(np.nan_to_num(y_one_hot * np.log(reference.softmax(x))))


nan_made_to_zero.also(
    lambda x, y_one_hot: np.nan_to_num(-np.sum(y_one_hot * np.log(reference.softmax(x)))),
    lambda x, y_one_hot: -np.sum(y_one_hot * np.nan_to_num(np.log(reference.softmax(x)))),
    lambda x, y_one_hot: np.nan_to_num(-np.sum(y_one_hot * np.log(_shares(x)))),
    lambda x, y_one_hot: np.nan_to_num(-np.sum(y_one_hot * np.log(reference.softmax(x))), posinf=0.0),
)


@mistakes.mistake(
    np.array([1000.0, 999.0]),
    np.array([0.0, 1.0]),
    name="log-sum-exp without a shift",
    recognise=recognising.goes_wrong(recognising_repairs.beyond_float64, recognising.not_finite),
)
def log_sum_exp_without_a_shift(x, y_one_hot):
    """
    You write the loss in the logits, which is the right way, and raise e to the logits as they are. For {input} the
    result is {output}: a power is infinite from 710 on and 0 far below zero, and the logarithm of the sum is no
    better. A log-sum-exp keeps its value under a shift, when the same number is taken from all logits and put back
    after the logarithm. Which number keeps every power at 1 or below?
    """
    return np.log(np.sum(np.exp(x))) - np.sum(x * y_one_hot)


log_sum_exp_without_a_shift.also(lambda x, y_one_hot: np.log(np.sum(np.exp(x))) - x[np.argmax(y_one_hot)])


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def shifted_on_one_side_only(x, y_one_hot):
    """
    One of your two terms is shifted and the other is not. For {input} you return {output}, off by exactly the
    largest logit. A shift changes no loss when it reaches the log-sum-exp *and* the logit that is subtracted from
    it, since then it cancels; a loss below 0 is one sign that it did not. In which of the two does your code still
    read the logits as they were?
    """
    return np.log(np.sum(np.exp(x - np.max(x)))) - np.sum(x * y_one_hot)


shifted_on_one_side_only.also(lambda x, y_one_hot: reference.logsumexp(x) - np.sum((x - np.max(x)) * y_one_hot))


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def put_back_with_the_wrong_sign(x, y_one_hot):
    """
    You take the largest logit out of the powers, as you should, and after the logarithm it goes back with the wrong
    sign: for {input} you return {output}, off by twice that logit. Out of a sum of powers the factor e to the power of
    the largest logit was taken; the logarithm of the product is a sum of two logarithms. Which of the two was left out,
    and with which sign does it come back?
    """
    return np.log(np.sum(np.exp(x - np.max(x)))) - np.max(x) - np.sum(x * y_one_hot)


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def the_logarithm_of_the_zeros(x, y_one_hot):
    """
    For {input} you return {output}: a logarithm of 0 is in your sum, for every class that did not occur, whatever the
    logits are. Either you take the logarithm of the label, whose entries are 0 but for one, or that of its products
    with the probabilities, which are 0 in the same places. The label supplies the weights, 1 and 0, and the prediction
    supplies the logarithms; each weight stands outside of its logarithm. What belongs between the brackets of `np.log`?
    """
    return -np.sum(np.log(y_one_hot * reference.softmax(x)))


the_logarithm_of_the_zeros.also(
    lambda x, y_one_hot: -np.log(y_one_hot * reference.softmax(x)),
    lambda x, y_one_hot: -np.sum(reference.softmax(x) * np.log(y_one_hot)),
    lambda x, y_one_hot: -np.sum(_shares(x) * np.log(y_one_hot)),
)


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def prediction_and_truth_exchanged(x, y_one_hot):
    """
    You take the logarithm of the label and multiply it with the prediction. For {input} you return {output}. A
    one-hot label is 0 almost everywhere, the logarithm of 0 is minus infinity, and your number is what an epsilon makes
    of it. The truth supplies the weights, 1 and 0; the prediction supplies the logarithms. In which order does the
    cross-entropy take its two arguments?
    """
    return -np.sum(reference.softmax(x) * np.log(y_one_hot + 1e-9))


prediction_and_truth_exchanged.also(
    lambda x, y_one_hot: -np.sum(reference.softmax(x) * np.log(np.clip(y_one_hot, 1e-7, 1)))
)


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def the_likeliest_class(x, y_one_hot):
    """
    You take the class with the largest logit, and the label plays no part. For {input} you return {output}: the
    price of what the model believes, which is small for a confident model whether it is right or wrong. The loss
    has to be large where the truth is another class than the likeliest. Which of your two arguments is never read?
    """
    return -np.max(reference.log_softmax(x))


the_likeliest_class.also(lambda x, y_one_hot: -np.log(np.max(reference.softmax(x))))

mistakes.add(
    "clipped logits",
    """
    You cut large logits off before `exp`. For {input} you return {output}, and the true loss is 1000. The result is
    finite because the question was changed: every logit beyond the limit counts as the limit, and its gradient is
    0. A shift changes no difference between logits. Which number can be subtracted from all of them?
    """,
    *(
        lambda x, y_one_hot, limit=limit: -np.sum(y_one_hot * reference.log_softmax(np.clip(x, -limit, limit)))
        for limit in (700, 500, 100, 50, 20)
    ),
    lambda x, y_one_hot: -np.sum(y_one_hot * reference.log_softmax(np.minimum(x, 700))),
    example=(np.array([1000.0, 0.0]), np.array([0.0, 1.0])),
    recognise=recognising_repairs.clipped,
)


@mistakes.mistake(
    np.array([800.0, 0.0]),
    np.array([0.0, 1.0]),
    name="stable softmax, unstable loss",
    recognise=recognising.goes_wrong(recognising_repairs.a_probability_of_0, recognising.not_finite),
)
def stable_softmax_unstable_loss(x, y_one_hot):
    """
    Your softmax is safe, and the logarithm after it is not. A gap of about 750 makes a probability exactly 0: at
    the true class its logarithm makes the loss infinite, at another class 0 times minus infinity is nan. For
    {input} you return {output}, and the true loss is 800. Once the probability is rounded, nothing brings it back.
    Can the loss be written in the logits, without the probability?
    """
    return -np.sum(y_one_hot * np.log(reference.softmax(x)))


stable_softmax_unstable_loss.also(
    lambda x, y_one_hot: -np.log(reference.softmax(x)[np.argmax(y_one_hot)]),
    lambda x, y_one_hot: -np.log(np.sum(y_one_hot * reference.softmax(x))),
    lambda x, y_one_hot: -np.log(reference.softmax(x)[y_one_hot == 1]).sum(),
)


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def no_sum(x, y_one_hot):
    """
    You return an array, {output} for {input}: the products of label and logarithm, one for each class. The loss of
    one example is a single number. All but one of the products are 0, but they are still there, and a gradient or a
    comparison with another model needs a number. Which call did the published code lose at this place?
    """
    return -(y_one_hot * reference.log_softmax(x))


no_sum.also(
    lambda x, y_one_hot: -(y_one_hot * np.log(_shares(x))),
    lambda x, y_one_hot: -(y_one_hot * np.log(reference.softmax(x))),
)


@mistakes.mistake(
    np.array([1.0, 2.0]),
    np.array([1.0, 0.0]),
    recognise=recognising_repairs.calmly.times(lambda x, y_one_hot: 1 / len(x)),
)
def mean_over_the_classes(x, y_one_hot):
    """
    You take the mean over the classes where the formula has a sum. For {input} you return {output}, K times too
    small, since all products but one are 0 and the mean counts them too. The mean of the cost runs over the
    examples of a batch, and here there is one example. Which reduction belongs to the classes?
    """
    return -np.mean(y_one_hot * reference.log_softmax(x))


mean_over_the_classes.also(
    lambda x, y_one_hot: -np.mean(y_one_hot * np.log(_shares(x))),
    lambda x, y_one_hot: -np.mean(y_one_hot * np.log(reference.softmax(x))),
)


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def no_logarithm(x, y_one_hot):
    """
    You sum the products of label and probability and never take the logarithm. For {input} you return {output}: the
    probability of the true class, up to its sign. One of the lost calls is the one inside the product, and the
    formula of the source names it: the sum of y times the logarithm of p. Which brackets are left of it?
    """
    return -np.sum(y_one_hot * reference.softmax(x))


no_logarithm.also(
    lambda x, y_one_hot: np.sum(y_one_hot * reference.softmax(x)),
    lambda x, y_one_hot: -np.sum(y_one_hot * _shares(x)),
    lambda x, y_one_hot: -(y_one_hot * reference.softmax(x)),
    lambda x, y_one_hot: -(y_one_hot * _shares(x)),
)


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def no_exponential(x, y_one_hot):
    """
    Your softmax divides the logits by their sum and never raises e to them: plain shares. For {input} you return
    {output}. With a negative logit a share is negative and its logarithm is nan; with small positive ones the
    number looks plausible, which is worse. Which call stood in front of the brackets in `exp_x = (x)`?
    """
    return -np.sum(y_one_hot * np.log(x / np.sum(x)))


no_exponential.also(lambda x, y_one_hot: -np.log((x / np.sum(x))[np.argmax(y_one_hot)]))


@mistakes.mistake(
    np.array([1.0, 2.0]), np.array([1.0, 0.0]), recognise=recognising_repairs.calmly.times(lambda x, y_one_hot: -1)
)
def no_minus_sign(x, y_one_hot):
    """
    You return {output} for {input}. Log-probabilities are never above 0, so a loss made from them needs a minus
    sign; without it the best prediction has the largest value, and training, which makes the loss small, would run
    away from the truth. The published code has that sign. Where did yours get lost?
    """
    return np.sum(y_one_hot * reference.log_softmax(x))


no_minus_sign.also(
    lambda x, y_one_hot: np.sum(y_one_hot * np.log(reference.softmax(x))),
    lambda x, y_one_hot: np.sum(y_one_hot * np.log(_shares(x))),
)


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def double_softmax(x, y_one_hot):
    """
    You apply softmax twice: probabilities go into a function that expects logits. For {input} you return {output}.
    Probabilities are at most 1 apart, so the second softmax flattens them, and the loss can no longer tell a
    certain prediction from a hesitant one. Follow the array from `x` to the logarithm and count how often it is
    normalised.
    """
    return -np.sum(y_one_hot * reference.log_softmax(reference.softmax(x)))


double_softmax.also(lambda x, y_one_hot: -np.sum(y_one_hot * np.log(reference.softmax(reference.softmax(x)))))


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def the_loss_of_the_logit(x, y_one_hot):
    """
    You pick the logit of the true class and change its sign. For {input} you return {output}, a number without a
    lower bound: training could make it as negative as it likes by raising every logit together. The other half of
    the loss is missing, the log-sum-exp, which grows with all logits and makes a common shift cancel. What does the
    derivation of the gradient begin with?
    """
    return -np.sum(y_one_hot * x)


@mistakes.mistake(
    np.array([1.0, 2.0]),
    np.array([1.0, 0.0]),
    recognise=lambda seen: any(
        recognising_repairs.calmly.is_times(seen, lambda x, y_one_hot, base=base: 1 / np.log(base)) for base in (2, 10)
    ),
)
def another_base(x, y_one_hot):
    """
    Your logarithm has another base than e. For {input} you return {output}: base 2 counts bits, base 10 decimal digits,
    and e, which is asked for, nats. Such a loss ranks models alike, but beside `np.exp`, which raises e, it belongs to
    another family: the gradient gets a factor, and the first loss of an untrained model is no longer ln K. Which
    function of NumPy is the *natural* logarithm?
    """
    return -np.sum(y_one_hot * np.log2(reference.softmax(x)))


another_base.also(lambda x, y_one_hot: -np.log10(np.sum(y_one_hot * reference.softmax(x))))


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def the_true_logit_is_missing(x, y_one_hot):
    """
    You return the log-sum-exp of the logits, {output} for {input}, and the label plays no part. It is one of the two
    halves of the loss. By itself it grows when all logits grow together, although no probability changes then; the
    other half makes that cancel, because it grows by the same amount. Which single logit has to be subtracted?
    """
    return reference.logsumexp(x)


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def one_number_for_each_class(x, y_one_hot):
    """
    You return an array, {output} for {input}: minus the logarithm of every probability. These are the losses that each
    class *would* have if it were the true one, and the label has not been used to choose among them. The label is 1 at
    one of these places and 0 at the others. Which two operations turn that into the one number that counts?
    """
    return -reference.log_softmax(x)


one_number_for_each_class.also(
    lambda x, y_one_hot: -np.log(reference.softmax(x)),
    lambda x, y_one_hot: -np.log(_shares(x)),
)


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def all_classes_summed(x, y_one_hot):
    """
    You add up the logarithms of all classes: {output} for {input}, and another label would change nothing. Only one of
    the classes occurred, and only its probability is charged for. The one-hot row is made for that: as a factor it
    keeps one term of the sum and leaves out the others. Where is it in your code?
    """
    return -np.sum(reference.log_softmax(x))


all_classes_summed.also(lambda x, y_one_hot: -np.mean(reference.log_softmax(x)))


def _yes_and_no(x, y_one_hot):
    p = reference.softmax(x)
    return y_one_hot * np.log(p) + (1 - y_one_hot) * np.log(1 - p)


@mistakes.mistake(np.array([1.0, 2.0, 4.0]), np.array([1.0, 0.0, 0.0]))
def a_term_for_the_other_classes(x, y_one_hot):
    """
    You add the logarithm of 1 − p for every class that did not occur. For {input} you return {output}. The other
    classes are in the loss already: the probabilities sum to 1, so whatever they get is missing at the true class. The
    extra terms belong to classes that are decided one by one, as in chapter 5. Which single term is left without them?
    """
    return -np.sum(_yes_and_no(x, y_one_hot))


a_term_for_the_other_classes.also(lambda x, y_one_hot: -np.mean(_yes_and_no(x, y_one_hot)))


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def squared_error(x, y_one_hot):
    """
    You take squared differences between probabilities and label. For {input} you return {output}. That measures the
    same distance, but it stays below 2 however wrong the prediction is, and the loss that is asked for has to be about
    800 where the true class lies 800 behind. The program to be repaired takes a logarithm. Of which probability?
    """
    return np.sum((reference.softmax(x) - y_one_hot) ** 2)


squared_error.also(
    lambda x, y_one_hot: np.mean((reference.softmax(x) - y_one_hot) ** 2),
    lambda x, y_one_hot: np.sum((reference.softmax(x) - y_one_hot) ** 2) / 2,
)


@mistakes.mistake(
    np.array([1.0, 2.0]),
    np.array([1.0, 0.0]),
    name="one-hot for an integer",
    recognise=recognising_repairs.label_refused,
)
def one_hot_for_an_integer(x, y_one_hot):
    """
    You hand the one-hot row to a function that takes the label as an integer. For {input} you return {output}. In
    `reference`, labels are numbers from 0 to K − 1, one for each row, and here the label is a row itself, 1 at its
    class and 0 elsewhere. Either the integer is read off the row first, or the row is used as what it is, a factor that
    keeps one term. Which function tells where the largest entry of an array is?
    """
    return reference.cross_entropy(x, y_one_hot)


one_hot_for_an_integer.also(lambda x, y_one_hot: reference.loss(reference.softmax(x), y_one_hot))


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
def the_logarithm_of_the_label(x, y_one_hot):
    """
    You divide the label by the prediction inside the logarithm, as the Kullback–Leibler divergence does. For {input}
    you return {output}: the label is 0 for all classes but one, and 0 times the logarithm of 0 is nan. With one-hot
    labels the term of the label drops out of that formula, since 1 times the logarithm of 1 is 0. What is left of it?
    """
    return np.sum(y_one_hot * np.log(y_one_hot / reference.softmax(x)))


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]), recognise=recognising.one_number_only)
def a_function_of_single_numbers(x, y_one_hot):
    """
    You hand an array to a function that takes a single number: those of the module `math` do, and `float`. For {input}
    you return {output}. NumPy has functions of the same names that work on every entry of an array, and the lost calls
    of the program were calls of NumPy. Which function in your code is given more than it takes?
    """
    return -sum(y_one_hot * math.log(math.exp(x) / sum(math.exp(x))))


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]), recognise=recognising.wants_another_axis)
def written_for_a_batch(x, y_one_hot):
    """
    Your code expects a batch: it asks for a second axis. For {input} you return {output}. Here `x` and the label are
    one row each, of the shape (K,), so the classes lie on axis 0, which is also the last one, −1, and a maximum or a
    sum over everything is the one that is needed. Which argument in your code names an axis that a single row does not
    have?
    """
    return -np.sum(y_one_hot * reference.log_softmax(x, axis=1))


written_for_a_batch.also(
    lambda x, y_one_hot: -np.sum(y_one_hot * (x - np.max(x, axis=1, keepdims=True))),
    lambda x, y_one_hot: -np.log(reference.softmax(x)[np.arange(x.shape[0]), np.argmax(y_one_hot, axis=1)]).mean(),
    lambda x, y_one_hot: -np.sum(y_one_hot * np.log(np.exp(x) / np.sum(np.exp(x), axis=1))),
    lambda x, y_one_hot: -np.mean(y_one_hot[:, 0] * x),
)


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]), recognise=recognising.an_array_of_one)
def an_array_of_one_number(x, y_one_hot):
    """
    Your number is right, and it comes in an array: {output} for {input}. A mask or a list between the square brackets
    picks as many entries as it names and hands back an array of them, also when it names one; `keepdims` and a pair of
    brackets around the result do the same. The loss of one example is a number. Which operation takes the one entry out
    of its array?
    """
    return -reference.log_softmax(x)[y_one_hot == 1]


an_array_of_one_number.also(
    lambda x, y_one_hot: [reference.logsumexp(x) - x @ y_one_hot],
    lambda x, y_one_hot: -np.sum(y_one_hot * reference.log_softmax(x), keepdims=True),
)


@mistakes.mistake(
    np.array([500.0, 499.0]),
    np.array([0.0, 1.0]),
    recognise=recognising_repairs.shifted_wrongly(recognising.with_the_shift_added),
)
def the_maximum_added(x, y_one_hot):
    """
    You add the maximum in place of subtracting it. For {input} you return {output}: the powers of e are larger than
    before and overflow from 355 on, where without any shift they would hold out to 709. On paper every shift cancels,
    and of those that cancel one is wanted that leaves no power above 1. Which sign brings the largest logit to 0?
    """
    return -np.sum(y_one_hot * np.log(_shares(x + np.max(x))))


the_maximum_added.also(lambda x, y_one_hot: np.log(np.sum(np.exp(x + x.max()))) - x.max() - np.sum(x * y_one_hot))


@mistakes.mistake(
    np.array([-1000.0, -1001.0]),
    np.array([1.0, 0.0]),
    recognise=recognising_repairs.shifted_wrongly(recognising.with_a_shift_of_0_or_more),
)
def a_shift_that_stops_at_0(x, y_one_hot):
    """
    Your shift is never below 0, as with a maximum that starts at 0. For {input} you return {output}: where all logits
    are far below 0, all their powers are 0, and neither a quotient of them nor a logarithm of their sum says anything.
    The largest logit has to become 0, also when it is negative. With which number does your search for the maximum
    begin?
    """
    top = max(0, x.max())
    return np.log(np.sum(np.exp(x - top))) + top - np.sum(x * y_one_hot)


a_shift_that_stops_at_0.also(lambda x, y_one_hot: -np.sum(y_one_hot * np.log(_shares(x - max(0, x.max())))))


@mistakes.mistake(
    np.array([0.0, 800.0]),
    np.array([0.0, 1.0]),
    recognise=recognising_repairs.shifted_wrongly(recognising.with_the_smallest_as_shift),
)
def shift_by_the_smallest(x, y_one_hot):
    """
    You subtract the smallest logit. For {input} you return {output}: the smallest becomes 0 and all others stay above
    it, so a gap of 710 or more still overflows. On paper any shift will do; in float64 powers that become 0 are
    harmless, since they are added to others, and powers that become infinite are not. Which logit must not exceed 0?
    """
    return np.log(np.sum(np.exp(x - x.min()))) + x.min() - np.sum(x * y_one_hot)


shift_by_the_smallest.also(lambda x, y_one_hot: -np.sum(y_one_hot * np.log(_shares(x - x.min()))))


@mistakes.mistake(
    np.array([800.0, 0.0]),
    np.array([0.0, 1.0]),
    recognise=recognising.goes_wrong(recognising_repairs.far_below_the_largest, recognising.not_finite),
)
def shift_by_the_true_logit(x, y_one_hot):
    """
    You subtract the true logit from all of them before `exp`. For {input} you return {output}, and the true loss is
    800: a logit that lies 710 or more above the true one still overflows. On paper any shift will do; in float64 powers
    that become 0 are harmless, since they are added to others, and powers that become infinite are not. Which logit
    must not exceed 0?
    """
    return np.log(np.sum(np.exp(x - np.sum(x * y_one_hot))))


@mistakes.mistake(np.array([1000.0, 999.0]), np.array([0.0, 1.0]), recognise=recognising_repairs.unshifted)
def no_shift(x, y_one_hot):
    """
    You raise e to the logits as they are. For {input} the result is {output}: from 710 on, `exp` is infinite in
    float64, and infinite divided by infinite is nan, like infinite times 0. The published code never meets such
    logits, because it was run only for 1, 2 and 3. What may be subtracted from all logits without changing any
    probability?
    """
    return -np.sum(y_one_hot * np.log(_shares(x)))


no_shift.also(
    lambda x, y_one_hot: -np.log(_shares(x)[np.argmax(y_one_hot)]),
    lambda x, y_one_hot: -np.log(np.sum(y_one_hot * _shares(x))),
)

recognising_repairs.calmly.name(mistakes)
