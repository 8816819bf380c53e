"""Exercise 3.5: the loss of one example from its logits x and its one-hot label, right for logits of any size."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs

# The domain


def logits_and_one_hot(rng):
    """Logits of one example with a one-hot label: integers, one class, logits of any size."""
    fresh = [(rng.normal(scale=3, size=K), np.eye(K)[rng.integers(K)]) for K in (3, 3, 6)]
    return [
        (np.array([1.0, 2.0, 4.0]), np.array([1.0, 0.0, 0.0])),
        (np.array([1, 2, 3]), np.array([0, 1, 0])),
        (np.array([3.0, 1.0, 0.5]), np.array([1, 0, 0])),
        (np.array([0.5]), np.array([1.0])),
        (np.array([1000.0, 999.0]), np.array([0.0, 1.0])),
        (np.array([-1000.0, -1001.0]), np.array([1, 0])),
        (np.array([1000.0, 999.0, 0.0]), np.array([1, 0, 0])),
        (np.array([800.0, 0.0]), np.array([0.0, 1.0])),
        (np.array([1e5, 0.0, -1e5]), np.array([0, 1, 0])),
        (np.array([0.0, 0.0]), np.array([0, 1])),
        *fresh,
    ]


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
    reference=lambda x, y_one_hot: reference.cross_entropy(x, int(np.argmax(y_one_hot))),
    probes=logits_and_one_hot,
    expects=lambda x, y_one_hot: "one number, 0 or larger and finite,",
    scale=lambda x, y_one_hot: float(max(1, np.abs(x).max())),
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


@mistakes.mistake(*SOURCE, name="one-hot encoded twice")
def one_hot_encoded_twice(x, y):
    """
    The label is one-hot already, and your code encodes it again or uses it as an index: each of its entries, 0 or
    1, is taken for a class of its own. For {input} you return {output}, a sum with a term for every entry, in place
    of a single term; and a label of floats cannot be an index at all. What remains to be done with a label that is
    1 at its class and 0 elsewhere?
    """
    return -np.sum(np.eye(len(y))[y] * np.log(_shares(x)))


one_hot_encoded_twice.also(
    lambda x, y: -np.sum(np.eye(len(y))[y] * np.log(reference.softmax(x))),
    lambda x, y: -np.sum(np.eye(len(y))[y] * reference.log_softmax(x)),
    lambda x, y: -np.sum(np.eye(len(y))[y.astype(int)] * np.log(reference.softmax(x))),
    lambda x, y: -np.sum(np.eye(len(y))[y.astype(int)] * reference.log_softmax(x)),
    lambda x, y: -np.sum(np.eye(len(y), dtype=int)[y.astype(int)] * np.log(_shares(x))),
    lambda x, y: -np.sum(reference.log_softmax(x)[y.astype(int)]),
    lambda x, y: -np.sum(reference.log_softmax(x)[y]),
    lambda x, y: -reference.log_softmax(x)[y],
)


@mistakes.mistake(*SOURCE)
def the_calls_are_missing(x, y_one_hot):
    """
    You return {output} for {input}, as the code does whose calls are lost: in `(x)` the brackets are left over from
    a call, and alone they do nothing. So the array is divided by itself, which gives ones, and nothing is summed
    and no logarithm taken. Four functions of NumPy have to come back. Which ones do the formulas of softmax and
    cross-entropy name?
    """
    return -(y_one_hot * (x / x))


the_calls_are_missing.also(lambda x, y_one_hot: -np.sum(y_one_hot * (x / x)))

mistakes.add(
    "epsilon in the log",
    """
    You add a small number inside the logarithm, or clip the probabilities. For {input} you return {output}, and the
    true loss is 800. The result is finite and wrong: no loss can exceed a ceiling, and above it the gradient is
    nearly 0, so that the worst mistakes are never corrected. Can the loss be written in the logits, so that no
    probability of 0 is ever formed?
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
    example=(np.array([800.0, 0.0]), np.array([0.0, 1.0])),
)


@mistakes.mistake(np.array([800.0, 0.0]), np.array([0.0, 1.0]))
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
)


@mistakes.mistake(np.array([1000.0, 999.0]), np.array([0.0, 1.0]), name="log-sum-exp without a shift")
def log_sum_exp_without_a_shift(x, y_one_hot):
    """
    You write the loss in the logits, which is the right way, and raise e to the logits as they are. For {input} the
    result is {output}: a power is infinite from 710 on and 0 far below zero, and the logarithm of the sum is no
    better. The sum of powers keeps its meaning when the same number is taken out of all of them and put back behind
    the logarithm. Which number keeps every power at 1 or below?
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
def prediction_and_truth_exchanged(x, y_one_hot):
    """
    You take the logarithm of the label and multiply it with the prediction. For {input} you return {output}. A
    one-hot label is 0 almost everywhere, and the logarithm of 0 is minus infinity, or whatever an epsilon makes of
    it. The truth supplies the weights, 1 and 0; the prediction supplies the logarithms. In which order does the
    cross-entropy take its two arguments?
    """
    return -np.sum(reference.softmax(x) * np.log(y_one_hot))


prediction_and_truth_exchanged.also(
    lambda x, y_one_hot: -np.sum(reference.softmax(x) * np.log(y_one_hot + 1e-9)),
    lambda x, y_one_hot: -np.sum(_shares(x) * np.log(y_one_hot)),
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
    example=(np.array([1000.0, 0.0]), np.array([0.0, 1.0])),
)


@mistakes.mistake(np.array([800.0, 0.0]), np.array([0.0, 1.0]), name="stable softmax, unstable loss")
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


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
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
    formula of the source names it: the sum of y times the logarithm of p. Which brackets has it left behind?
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


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
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


@mistakes.mistake(np.array([1000.0, 999.0]), np.array([0.0, 1.0]))
def no_shift(x, y_one_hot):
    """
    You raise e to the logits as they are. For {input} the result is {output}: from 710 on, `exp` is infinite in
    float64, and infinite divided by infinite is nan, like infinite times 0. The published code never meets such
    logits, because it was run for 1, 2 and 3 alone. What may be subtracted from all logits without changing any
    probability?
    """
    return -np.sum(y_one_hot * np.log(_shares(x)))


no_shift.also(
    lambda x, y_one_hot: -np.log(_shares(x)[np.argmax(y_one_hot)]),
    lambda x, y_one_hot: -np.log(np.sum(y_one_hot * _shares(x))),
)
