"""Exercise 6.5: the gradient of the binary loss for each logit, with all its digits where a model is right and sure."""

import math
from dataclasses import replace

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch06.common import GAPS, gives_the_same, stable_shares, told_by_small_inputs
from utils.exercises.ch06.questions import logits_and_answers, single_numbers_only

# The domain


def _corners(rng):
    """Those of the loss, and answers that are right, with gradients from 10⁻⁴ down to 10⁻³⁷."""
    gaps = np.array([*GAPS, 60.0, 84.0])
    return {
        **logits_and_answers.corners(rng),
        "right by gaps of every size, yes": (gaps, np.ones(len(gaps), dtype=int)),
        "right by gaps of every size, no": (-gaps, np.zeros(len(gaps), dtype=int)),
    }


SURE = (np.array([40.0]), np.array([1]))
ONE = (np.array([2.0]), np.array([0]))

logits_and_answers_right_ones_too = replace(
    logits_and_answers,
    smallest=[
        *logits_and_answers.smallest[:9],
        SURE,
        (np.array([-40.0, 20.0]), np.array([0, 1])),
        *logits_and_answers.smallest[9:],
    ],
    corners=_corners,
)


def gradients_in_words(z, y):
    return f"an array of the shape {z.shape}, one gradient between −1 and 1 for each example, all of them finite,"


# Right answers


def _by_sides(z, y):
    side = np.where(np.asarray(y) == 1, -1.0, 1.0)
    return side * reference.sigmoid(side * z)


def _by_quotients(z, y):
    with np.errstate(over="ignore"):
        return np.where(y == 1, -1 / (1 + np.exp(z)), 1 / (1 + np.exp(-z)))


def _by_scipy(z, y):
    from scipy.special import expit

    return (1 - y) * expit(z) - y * expit(-z)


def _one_by_one(z, y):
    def share(x):
        return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))

    return [-share(-float(x)) if label else share(float(x)) for x, label in zip(z, y, strict=True)]


def _as_two_classes(z, y):
    """The logits 0 and z; the smaller of the two gradients is known to all its digits, and they sum to 0."""
    shares = reference.softmax(np.stack([np.zeros(len(z)), z], axis=1))
    return np.where(y == 1, -shares[:, 0], shares[:, 1])


mistakes = Bank()

sigmoid_cross_entropy_gradient = Exercise(
    name="ch06.sigmoid_cross_entropy_gradient",
    asks="The gradient of the binary loss for each logit, with its digits also where the model is right and sure.",
    reference=reference.sigmoid_cross_entropy_gradient,
    probes=logits_and_answers_right_ones_too,
    expects=gradients_in_words,
    hints=paragraphs("""
        Begin with the known form, *probability minus label*. For y = 0 it is the probability itself, and nothing is
        subtracted. For y = 1 something is; what does 1 − p mean as a probability?

        The probability of *no* is a sigmoid, too: that of −z. It is a small number with all its digits, where the
        difference of p and 1 has none left.

        So each label has a form of its own. `np.where` chooses between the two, or one expression does: with the weight
        1 − y for one and y for the other.
    """),
    alternatives=(
        _by_sides,
        _by_quotients,
        _by_scipy,
        _one_by_one,
        _as_two_classes,
        lambda z, y: np.where(y == 1, -reference.sigmoid(-z), reference.sigmoid(z)),
        lambda z, y: (1 - 2 * y) * np.exp(-reference.sigmoid_cross_entropy(z, 1 - y)),
    ),
    bank=mistakes,
    remark="The probability of the wrong answer, with a sign. Small where the model is right, with all its digits.",
)


# Mistakes


def _plain_sigmoid(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


def _differences(seen, size):
    """Whether all results are right within this distance, and some of them are not right."""
    if len(seen.results) < len(seen.probes) or all(seen.right) or any(result.changed for result in seen.results):
        return False
    return all(
        isinstance(result.value, np.ndarray)
        and result.value.shape == expected.shape
        and bool((np.abs(result.value - expected) <= size).all())
        for result, expected in zip(seen.results, seen.expected, strict=True)
    )


def _where_it_has_a_value(seen, largest):
    """Whether only logits beyond the range of an exponential fail, with nan, or some digits of the others are lost."""
    if len(seen.results) < len(seen.probes):
        return False
    pairs = [
        (z, result.value, expected)
        for (z, _), result, expected in zip(seen.probes, seen.results, seen.expected, strict=True)
    ]
    if not all(isinstance(value, np.ndarray) and value.shape == z.shape for z, value, _ in pairs):
        return False
    z, value, expected = (np.concatenate([np.ravel(parts[place]) for parts in pairs]) for place in range(3))
    fails = np.isnan(value)
    near = np.abs(z) < largest
    return bool(fails.any() and not fails[near].any() and (np.abs(value - expected)[~fails] < 1e-6).all())


@mistakes.mistake(*SURE, recognise=lambda seen: _differences(seen, 1e-12) or _differences(seen, 2e-7))
def digits_lost_next_to_1(z, y):
    """
    Small gradients lose their digits, as where you, or a library, take the difference of two numbers that are next to
    each other, such as probability minus label. On paper that is right. Near 1 a float has rounded away what the
    difference is made of: for {input} you return {output}, where the true gradient is small, but another number. It is
    the cancellation of this chapter's first cell, which leaves nothing but 0 from a logit of 37 on. The number you want
    is the probability of the *other* answer. From which logit does that come?
    """
    return reference.sigmoid(z) - y


digits_lost_next_to_1.also(
    lambda z, y: _plain_sigmoid(z) - y,
    lambda z, y: np.where(y == 1, _plain_sigmoid(z) - 1, _plain_sigmoid(z)),
    lambda z, y: np.where(y == 1, -(1 - reference.sigmoid(z)), reference.sigmoid(z)),
    lambda z, y: (1 - y) * reference.sigmoid(z) - y * (1 - reference.sigmoid(z)),
)

BOTH_SIDES = (np.array([1000.0, -1000.0]), np.array([0, 1]))


@mistakes.mistake(*BOTH_SIDES, recognise=lambda seen: _where_it_has_a_value(seen, 709.0))
def an_overflow_in_the_sigmoid(z, y):
    """
    A power of e in your sigmoid is infinite, and infinity divided by infinity has no value: for {input} you return
    {output}. The quotient of e to the z and 1 plus e to the z is right for every negative logit; for a positive one
    the other form of the same number has no large power. Chapter 1 has both, and the course's own `reference.sigmoid`
    chooses between them. For which sign of z does yours need the other form?
    """
    return np.exp(z) / (1 + np.exp(z)) - y


an_overflow_in_the_sigmoid.also(
    lambda z, y: np.where(y == 1, -np.exp(-z) / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z))),
    lambda z, y: np.where(y == 1, -np.exp(-z) / (1 + np.exp(-z)), _plain_sigmoid(z)),
    lambda z, y: np.where(y == 1, -1 / (1 + np.exp(z)), np.exp(z) / (1 + np.exp(z))),
)

mistakes.add(
    "clipped probabilities",
    """
    You cut the probability off near 0 and 1 before you use it. For {input} you return {output}: the smallest gradient
    you can return is your limit, however sure a right answer is, and every digit below it is made up. Nothing needs a
    limit here, since no logarithm is taken. Which of the two probabilities, that of *yes* or that of *no*, is the small
    one, and what is it for this logit?
    """,
    *(
        lambda z, y, limit=limit: np.clip(_plain_sigmoid(z), limit, 1 - limit) - y
        for limit in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
    ),
    lambda z, y: np.where(y == 1, -np.maximum(reference.sigmoid(-z), 1e-7), np.maximum(reference.sigmoid(z), 1e-7)),
    example=SURE,
)

mistakes.add(
    "clipped logits",
    """
    You cut the logits off before the sigmoid, so that `exp` stays in range. For {input} you return {output}: beyond
    your limit all right answers get one and the same gradient. The exponential of a very negative number is a very
    small one, which is what is asked; only a large positive exponent does harm, and a sigmoid can be written without
    any. Which form of it has the exponent −|z|?
    """,
    *(
        lambda z, y, limit=limit: (1 - 2 * y) * reference.sigmoid((1 - 2 * y) * np.clip(z, -limit, limit))
        for limit in (10, 15, 20, 30, 50)
    ),
    example=(np.array([800.0, 60.0]), np.array([0, 1])),
)


def _logs(p, y):
    return np.where(y == 1, p, 1 - p)


mistakes.add(
    "the gradient of a loss with an epsilon",
    """
    You return the slope of a loss that has been cut off or has an epsilon in its logarithm. For {input} you return
    {output}: where the model is surely wrong, and the true gradient is close to 1 in size, yours is next to nothing or
    0. This chapter has shown what becomes of a model that is trained with it. The loss from logits has nothing to
    guard, and its gradient is a probability with a sign. Which one?
    """,
    *(
        lambda z, y, e=e: (
            (1 - 2 * y) * reference.sigmoid(z) * reference.sigmoid(-z) / (_logs(reference.sigmoid(z), y) + e)
        )
        for e in (1e-5, 1e-7, 1e-8, 1e-9, 1e-12)
    ),
    *(
        lambda z, y, e=e: np.where(_logs(reference.sigmoid(z), y) < e, 0.0, reference.sigmoid(z) - y)
        for e in (1e-5, 1e-7, 1e-8, 1e-12)
    ),
    example=(np.array([60.0]), np.array([0])),
)


@told_by_small_inputs
@mistakes.mistake(*ONE)
def an_extra_slope(z, y):
    """
    You multiply *probability minus label* by p(1 − p), the slope of the sigmoid. For {input} you return {output}. That
    slope belongs to the gradient of a squared error; in the cross-entropy the logarithm has cancelled it. With the
    extra factor a model that is surely wrong hardly moves, because p(1 − p) is close to 0 there. How large should the
    gradient be for a confident mistake?
    """
    p = _plain_sigmoid(z)
    return (p - y) * p * (1 - p)


an_extra_slope.also(lambda z, y: 2 * (_plain_sigmoid(z) - y) * _plain_sigmoid(z) * _plain_sigmoid(-z))


@told_by_small_inputs
@mistakes.mistake(*ONE)
def the_slope_of_the_sigmoid(z, y):
    """
    You return the slope of the sigmoid, p(1 − p): {output} for {input}. It says how the probability changes with the
    logit, whatever the label is. The loss has a logarithm around that probability, whose own slope is 1/p or 1/(1 − p).
    Multiply the two for each label and most of it cancels. What is left for a *yes*, and what for a *no*?
    """
    return _plain_sigmoid(z) * _plain_sigmoid(-z) + 0.0 * y


the_slope_of_the_sigmoid.also(lambda z, y: (1 - 2 * y) * _plain_sigmoid(z) * _plain_sigmoid(-z))


@told_by_small_inputs
@mistakes.mistake(np.array([1.0]), np.array([1]))
def no_label_used(z, y):
    """
    You return the probability of *yes* for every label: {output} for {input}. For a *no* that is the gradient, because
    raising the logit makes the loss grow at that rate. For a *yes* the gradient has to be negative: there a larger
    logit lowers the loss, and the surer the model is, the less. What does the label change?
    """
    return reference.sigmoid(z)


no_label_used.also(lambda z, y: _plain_sigmoid(z) + 0.0 * y)


@told_by_small_inputs
@mistakes.mistake(*ONE)
def the_other_sign(z, y):
    """
    Your signs are the wrong way round: for {input} you return {output}. The gradient points to where the loss *grows*:
    for a *no* that is towards larger logits, so it is positive, and for a *yes* it is negative. Gradient descent then
    subtracts it. Label minus probability is the direction of the step and not the gradient. Which of the two comes
    first?
    """
    return y - reference.sigmoid(z)


the_other_sign.also(lambda z, y: (2 * y - 1) * reference.sigmoid((1 - 2 * y) * z))


@told_by_small_inputs
@mistakes.mistake(*ONE)
def labels_the_wrong_way_round(z, y):
    """
    Your labels are the wrong way round: for {input} you return {output}. Put in a logit of 1000 and y = 1 by hand:
    the model is right, so the gradient has to be next to nothing, and it has to be close to 1 for y = 0. A sigmoid of
    z where one of −z belongs gives this, too, and so does 1 − y in the place of y. Which of the two labels gets which
    logit in your code?
    """
    return reference.sigmoid(z) - (1 - y)


labels_the_wrong_way_round.also(
    lambda z, y: np.where(y == 1, reference.sigmoid(z), -reference.sigmoid(-z)),
    lambda z, y: np.where(y == 1, -reference.sigmoid(z), reference.sigmoid(-z)),
)


@told_by_small_inputs
@mistakes.mistake(*ONE)
def a_gradient_for_yes_only(z, y):
    """
    You give a gradient to the examples with y = 1, and 0 to all others: for {input} you return {output}, though the
    model says *yes* where *no* is right. Trained with this, every logit is pushed up and none is pushed down. It comes
    from a loss with one term in the place of two, or from the form for labels of −1 and 1. What pushes a logit down
    whose answer is *no*?
    """
    return -y * reference.sigmoid(-z)


a_gradient_for_yes_only.also(lambda z, y: y * (_plain_sigmoid(z) - 1), lambda z, y: -y * _plain_sigmoid(-z * y))


@told_by_small_inputs
@mistakes.mistake(np.array([2.0, 0.5]), np.array([0, 1]))
def divided_by_the_number_of_examples(z, y):
    """
    You divide by the number of examples: for {input} you return {output}. That is the gradient of the *mean* loss.
    The exercise asks for the slope of each single loss over its own logit, so that a caller can weight the examples, or
    take the mean afterwards. With a single example the two agree. Which factor can go?
    """
    return (reference.sigmoid(z) - y) / len(z)


divided_by_the_number_of_examples.also(lambda z, y: reference.sigmoid_cross_entropy_gradient(z, y) / len(z))


@told_by_small_inputs
@mistakes.mistake(np.array([2.0, 0.5]), np.array([0, 1]))
def one_number_for_all(z, y):
    """
    You return one number, {output} for {input}: the mean or the sum of the gradients over the examples. Each logit has
    a slope of its own, and together they have the shape of `z`. In a sum the gradients of a *yes* and of a *no* even
    cancel, and a model whose every answer is wrong could look as if it were done. Which reduction at the end can go?
    """
    return np.mean(reference.sigmoid(z) - y)


one_number_for_all.also(lambda z, y: np.sum(reference.sigmoid(z) - y))


@told_by_small_inputs
@mistakes.mistake(*ONE)
def the_loss(z, y):
    """
    You return the loss, {output} for {input}, and not its slope. A loss grows without end as a mistake becomes more
    confident; the slope of each comes close to 1 in size and stays there. Differentiate the loss of the last exercise,
    log-sum-exp of 0 and z minus z y: the first part becomes a probability. What becomes of the second?
    """
    return reference.sigmoid_cross_entropy(z, y)


the_loss.also(lambda z, y: np.logaddexp(0, z) - z * y)


@told_by_small_inputs
@mistakes.mistake(*ONE)
def sigmoid_twice(z, y):
    """
    You apply the sigmoid two times: for {input} you return {output}. The second one takes a probability for a logit, so
    it never sees anything below 0 or above 1, and what it returns stays between 0.5 and 0.731. A right answer then
    keeps a gradient that never fades, and a wrong one a gradient that never reaches 1. Which of the two can go?
    """
    return reference.sigmoid(reference.sigmoid(z)) - y


sigmoid_twice.also(lambda z, y: (1 - 2 * y) * reference.sigmoid((1 - 2 * y) * reference.sigmoid(z)))


@told_by_small_inputs
@mistakes.mistake(np.array([2.0, 0.5]), np.array([0, 1]))
def softmax_in_place_of_the_sigmoid(z, y):
    """
    You let the logits of all examples share one denominator: for {input} you return {output}, and the gradient of one
    example changes with the logits of the others. Here each logit is a question of its own, whose second class has the
    logit 0. With a single example your probability is always 1. Which function turns one logit into one probability?
    """
    return stable_shares(z) - y


@told_by_small_inputs
@mistakes.mistake(*ONE)
def arguments_swapped(z, y):
    """
    You use the labels as logits and the logits as labels: {output} for {input}. Nothing fails, because both are vectors
    of numbers of the same length. Keras hands labels first and PyTorch predictions, so this happens in silence. Here
    the logits come first. Which of the two is in your exponent?
    """
    return reference.sigmoid(1.0 * y) - z


@told_by_small_inputs
@mistakes.mistake(np.array([2.0, -1.0, 3.0]), np.array([0, 0, 1]))
def zeros_of_the_wrong_type(z, y):
    """
    You fill an array that `np.zeros_like(y)` or `np.empty_like(y)` made. It took over the type of the labels, which are
    integers, so every gradient is cut to an integer, nearly always 0: for {input} you return {output}. No warning tells
    you so. Give that array the type float, or let it take after `z`. Which line makes it?
    """
    result = np.zeros_like(y)
    result[...] = reference.sigmoid_cross_entropy_gradient(z, y)
    return result


@mistakes.mistake(np.array([2.0, 0.5]), np.array([0, 1]), recognise=single_numbers_only)
def one_example_only(z, y):
    """
    Your code is for a single example, and two make it fail: for {input} it returns {output}. An `if` asks one question,
    and the functions of the `math` module take one number. Here `z` and `y` are arrays with an entry for each example.
    `np.where` asks a question entry by entry, and a loop over the examples is another way. Which of your lines needs a
    single number?
    """
    if y == 1:
        return -reference.sigmoid(-z)
    return reference.sigmoid(z)


def _rounds(seen):
    return any(gives_the_same(seen, sample, lambda z, y: True) for sample in only_the_decision.samples)


@mistakes.mistake(*ONE, recognise=_rounds)
def only_the_decision(z, y):
    """
    You compare a decision, 0 or 1, with the label: {output} for {input}. Such a difference says whether an answer is
    wrong and not how sure it was, and it is 0 as soon as the model is barely right. The gradient uses the probability
    itself, so that a model which is right goes on becoming surer. What stands between the logit and the decision?
    """
    return (np.asarray(z) > 0).astype(float) - y


only_the_decision.also(lambda z, y: np.round(reference.sigmoid(z)) - y)


@told_by_small_inputs
@mistakes.mistake(np.array([2.0, 0.5]), np.array([0, 1]))
def no_sign(z, y):
    """
    You return how large each gradient is, and not which way it goes: {output} for {input}. The probability of the wrong
    answer is the right size, for both labels. For a *no* a larger logit raises the loss, so the slope is positive; for
    a *yes* it lowers it. Without a sign every step would push every logit down. Which of the two labels needs a minus?
    """
    return reference.sigmoid((1 - 2 * y) * z)


no_sign.also(
    lambda z, y: (1 - y) * _plain_sigmoid(z) + y * (1 - _plain_sigmoid(z)), lambda z, y: abs(_plain_sigmoid(z) - y)
)


@told_by_small_inputs
@mistakes.mistake(np.array([2.0]), np.array([1]))
def the_probability_of_yes_for_both(z, y):
    """
    Your signs are right, and the size is the probability of *yes* for either label. For {input} you return {output}:
    the model is right, and yet its gradient is nearly 1, larger the surer it is. What pushes a logit is the probability
    that went to the *wrong* answer. For a *no* that is the sigmoid of z, for a *yes* it is what is left beside it.
    Which argument of the sigmoid gives that with all its digits?
    """
    return (1 - 2 * y) * reference.sigmoid(z)


the_probability_of_yes_for_both.also(lambda z, y: np.where(y == 1, -_plain_sigmoid(z), _plain_sigmoid(z)))


def _loses_the_step(seen):
    """Whether the slopes of confident mistakes are right up to some size of the logits and wrong beyond any digit."""
    if len(seen.results) < len(seen.probes) or not all(isinstance(r.value, np.ndarray) for r in seen.results):
        return False
    met = [
        (abs(logit), abs(came - true) < 0.01)
        for (z, _), result, expected in zip(seen.probes, seen.results, seen.expected, strict=True)
        for logit, came, true in zip(z, result.value, expected, strict=True)
        if abs(true) > 0.1
    ]
    return all(ok for size, ok in met if size < 1e6) and not any(ok for size, ok in met if size > 1e11)


def _quotient(step, sides):
    def gradient(z, y):
        def loss(z):
            return np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))

        return (loss(z + step) - loss(z - sides * step)) / ((1 + sides) * step)

    return gradient


mistakes.add(
    "a difference quotient",
    """
    You take the slope from two losses with a small step between them. For {input} you return {output}: so far out the
    step is smaller than the distance of neighbouring floats, and the two losses are one number. Where a model is right
    and sure, the difference loses digits as well. A quotient is for checking a gradient, as in chapter 4; its formula
    is known here, and costs one sigmoid. Which probability is it, and with which sign?
    """,
    *(_quotient(step, sides) for step in (1e-4, 1e-5, 1e-6, 1e-8) for sides in (0, 1)),
    example=(np.array([1e12]), np.array([0])),
    recognise=_loses_the_step,
)
