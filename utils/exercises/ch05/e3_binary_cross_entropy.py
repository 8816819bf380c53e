"""Exercise 5.3: the binary cross-entropy of logits, summed over the classes, averaged over the examples."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch05.common import is_for_one_number, plain_sigmoid
from utils.exercises.ch05.wrong_losses import (
    fails_where_right_or_wrong,
    has_a_ceiling,
    is_infinite_where_wrong,
    is_nearly,
    is_not_reduced,
    is_scaled,
    overflows_where_right,
)
from utils.exercises.drawing import any_batch, corners_of_batches

# The domain


SMALLEST = [
    (np.array([[2.0, 0.5]]), np.array([[0, 1]])),
    (np.array([[0.0]]), np.array([[1]])),
    (np.array([[2.0]]), np.array([[0]])),
    (np.array([[0.0, 2.0]]), np.array([[0, 1]])),
    (np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[1, 1], [0, 0]])),
    (np.array([[2.0, -1.0, 0.0], [1.0, 1.0, -3.0]]), np.array([[1, 0, 1], [0, 1, 0]])),
    (np.array([[1.5], [-2.0], [0.0]]), np.array([[1], [1], [0]])),
    (np.array([[40.0, -1.0]]), np.array([[0, 0]])),
    (np.array([[1000.0, -1000.0]]), np.array([[1, 0]])),
    (np.array([[1000.0, -1000.0]]), np.array([[0, 1]])),
    (np.array([[-800.0, 800.0], [30.0, -2.0]]), np.array([[0, 0], [0, 1]])),
    (np.array([[1.0, 2.0, -1.0], [0.0, -1.0, 1.0]]), np.array([[True, False, True], [False, False, True]])),
]


def _with_labels(rng, Z):
    return Z, rng.integers(2, size=Z.shape)


def corners(rng):
    """(Z, Y) by the name of their corner."""
    Z = rng.normal(scale=2, size=(5, 3))
    found = {
        "no label at all": (Z, np.zeros((5, 3), dtype=int)),
        "every label": (Z, np.ones((5, 3), dtype=int)),
        "one label in each row": (Z, np.eye(3, dtype=int)[rng.integers(3, size=5)]),
        "labels of False and True": (Z, rng.random(size=(5, 3)) < 0.5),
        "wrong about many classes": (np.full((2, 9), 1000.0), np.zeros((2, 9), dtype=int)),
    }
    return found | {name: _with_labels(rng, logits) for name, logits in corners_of_batches(rng).items()}


def draw(rng):
    """Any batch with any labels, of 0 and 1 or of False and True."""
    Z, Y = _with_labels(rng, any_batch(rng))
    return Z, Y == 1 if rng.random() < 0.25 else Y


def logit_size(Z, *_):
    """The size of the numbers that cancel in a loss from logits."""
    return max(1.0, float(np.abs(Z).max()))


# Right answers


def _stable_losses(Z, Y):
    Z = np.asarray(Z, dtype=float)
    return np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(-np.abs(Z)))


def _by_signs(Z, Y):
    return np.logaddexp(0, np.where(np.asarray(Y) == 1, -Z, Z)).sum() / len(Z)


def _by_loops(Z, Y):
    total = 0.0
    for logits, labels in zip(Z.tolist(), Y.tolist(), strict=True):
        for z, y in zip(logits, labels, strict=True):
            total += max(z, 0) - z * y + math.log1p(math.exp(-abs(z)))
    return total / len(Z)


def _losses_in_float32(Z, Y):
    Z = Z.astype(np.float32)
    return np.mean(np.sum(np.maximum(Z, 0) - Z * Y.astype(np.float32) + np.log1p(np.exp(-np.abs(Z))), axis=1))


def _by_two_class_softmaxes(Z, Y):
    logs = reference.log_softmax(np.stack([np.zeros(Z.shape), Z], axis=-1))
    return -np.where(np.asarray(Y) == 1, logs[..., 1], logs[..., 0]).sum(axis=-1).mean()


def _mean_of_columns(Z, Y):
    return sum(_stable_losses(Z[:, k], Y[:, k]).mean() for k in range(Z.shape[1]))


def _both_terms(Z, Y):
    return np.mean(np.sum(Y * np.logaddexp(0, -Z) + (1 - np.asarray(Y, dtype=float)) * np.logaddexp(0, Z), axis=1))


mistakes = Bank()

binary_cross_entropy = Exercise(
    name="ch05.binary_cross_entropy",
    is_main=True,
    asks="The mean over the examples of the sum over the classes of the binary cross-entropy, from logits of any size.",
    reference=reference.binary_cross_entropy,
    probes=Domain(SMALLEST, corners, draw),
    expects=lambda Z, Y: "one number that is not negative",
    scale=logit_size,
    hints=paragraphs("""
        Start with one logit and one label. The section has one form for positive logits and one for negative ones, and
        in each of them only e to the power −|z| occurs. Which function of z is z in one case and 0 in the other? With
        it both forms become one, with three terms.

        `np.maximum`, `np.abs` and `np.log1p` work on whole arrays, so the formula for one logit is the formula for all.

        You then have a table of losses of the shape (m, K). Sum over the axis of the classes, and take the mean of what
        is left.
    """),
    alternatives=(
        lambda Z, Y: _stable_losses(Z, Y).sum(axis=1).mean(),
        _by_signs,
        _by_loops,
        _losses_in_float32,
        _by_two_class_softmaxes,
        _mean_of_columns,
        _both_terms,
        lambda Z, Y: Z.shape[1] * np.mean(np.logaddexp(0, Z) - Z * Y),
        lambda Z, Y: (np.einsum("ik->", np.logaddexp(0, Z)) - np.einsum("ik,ik->", Z, Y)) / len(Z),
    ),
    bank=mistakes,
    remark="One number for a table of yes-or-no questions, from logits of any size.",
)


# Mistakes


def _log_after_sigmoid(Z, Y):
    Y = np.asarray(Y, dtype=float)
    A = plain_sigmoid(Z)
    return -np.mean(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A), axis=1))


def _log_in_loops(Z, Y):
    total = 0.0
    for logits, labels in zip(Z, Y, strict=True):
        for z, y in zip(logits, labels, strict=True):
            p = 1 / (1 + math.exp(-z))
            total -= y * math.log(p) + (1 - int(y)) * math.log(1 - p)
    return total / len(Z)


WRONG = (np.array([[1000.0, -1000.0]]), np.array([[0, 1]]))

mistakes.add(
    "log after sigmoid",
    """
    You compute the sigmoid first and take its logarithm afterwards. For {input} the result is {output}: the sigmoid
    has been rounded to 0 or 1, the logarithm of 0 is minus infinity (in the module `math`, an error), and 0 times
    infinity has no value. What the rounding threw away was still in the logit. Which form of the loss needs
    only `Z`, with no sigmoid in it?
    """,
    _log_after_sigmoid,
    _log_in_loops,
    example=WRONG,
    recognise=fails_where_right_or_wrong,
)


def _with_epsilon(Z, Y, epsilon):
    Y = np.asarray(Y, dtype=float)
    A = plain_sigmoid(Z)
    return -np.mean(np.sum(Y * np.log(A + epsilon) + (1 - Y) * np.log(1 - A + epsilon), axis=1))


def _with_clip(Z, Y, epsilon):
    Y = np.asarray(Y, dtype=float)
    A = np.clip(plain_sigmoid(Z), epsilon, 1 - epsilon)
    return -np.mean(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A), axis=1))


def _with_a_floor_of_logs(Z, Y):
    """No logarithm below −100, as in PyTorch's loss of probabilities."""
    A = plain_sigmoid(Z)
    return -np.mean(np.sum(np.maximum(np.log(np.where(np.asarray(Y) == 1, A, 1 - A)), -100), axis=1))


mistakes.add(
    "epsilon in the log",
    """
    You add a small number inside the logarithm, or cut probabilities or logits off at a limit. For {input} you
    return {output}, where two logits are wrong by 1000 each and the loss should say so. Nothing is infinite any
    more, but the loss has a ceiling, and beyond it the gradient is next to nothing, so the worst mistakes are the
    ones that are never corrected. Which form takes the logits whole and needs no probability?
    """,
    *(lambda Z, Y, e=e: _with_epsilon(Z, Y, e) for e in (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 3e-4)),
    *(lambda Z, Y, e=e: _with_clip(Z, Y, e) for e in (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 3e-4)),
    *(lambda Z, Y, e=e: _stable_losses(np.clip(Z, -e, e), Y).sum(axis=1).mean() for e in (30, 50, 100, 500, 700)),
    _with_a_floor_of_logs,
    example=WRONG,
    recognise=has_a_ceiling,
)


@mistakes.mistake(*WRONG, recognise=is_infinite_where_wrong)
def infinite_for_wrong_answers(Z, Y):
    """
    Your formula is right in mathematics, and the logarithm of each label's own probability is a good idea. On the way a
    number leaves the range of a float: a power of e becomes infinite, or a probability is rounded to 0 before its
    logarithm is taken. For {input} you return {output}, where the loss is large and finite. Which form of the loss
    takes no power of e but that of −|z|?
    """
    A = plain_sigmoid(Z)
    return -np.mean(np.sum(np.log(np.where(np.asarray(Y) == 1, A, 1 - A)), axis=1))


infinite_for_wrong_answers.also(
    lambda Z, Y: np.mean(np.sum(np.where(np.asarray(Y) == 1, np.log1p(np.exp(-Z)), np.log1p(np.exp(Z))), axis=1)),
    lambda Z, Y: np.mean(np.sum(np.log1p(np.exp(np.where(np.asarray(Y) == 1, -Z, Z))), axis=1)),
)


@mistakes.mistake(np.array([[1000.0, -1000.0]]), np.array([[1, 0]]), recognise=overflows_where_right)
def overflow_in_the_softplus(Z, Y):
    """
    You compute the logarithm of 1 plus a power of e as it is written. From an exponent of 710 on that power is
    infinite in float64, and so is your loss: {output} for {input}. The logarithm itself is harmless there: it is
    nearly the exponent, be that z or −z. Take the power out of the bracket where its exponent is positive. What
    remains inside, and what comes in front?
    """
    return np.mean(np.sum(np.log1p(np.exp(Z)) - Z * Y, axis=1))


overflow_in_the_softplus.also(
    lambda Z, Y: np.mean(np.sum(np.log1p(np.exp(-Z)) + (1 - np.asarray(Y, dtype=float)) * Z, axis=1))
)

TWO = (np.array([[0.0, 2.0]]), np.array([[0, 1]]))


@mistakes.mistake(*TWO, recognise=is_scaled(lambda m, K: 1 / K))
def mean_over_everything(Z, Y):
    """
    Your result is K times too small: {output} for {input}, with its two classes. You take the mean over the classes
    as well as over the examples. That is a convention, too, and Keras and PyTorch follow it, but this course sums
    over the classes, so that the loss is minus the logarithm of the probability of the whole row. Which axis may be
    averaged?
    """
    return _stable_losses(Z, Y).mean()


mean_over_everything.also(
    lambda Z, Y: _stable_losses(Z, Y).mean(axis=1).mean(),
    lambda Z, Y: _log_after_sigmoid(Z, Y) / Z.shape[1],
    lambda Z, Y: _with_clip(Z, Y, 1e-7) / Z.shape[1],
)

ROWS = (np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[1, 1], [0, 0]]))


@mistakes.mistake(*ROWS, recognise=is_scaled(lambda m, K: m))
def sum_over_everything(Z, Y):
    """
    You add up all losses, so the result grows with the number of examples: {output} for {input}, which holds two. A
    cost for training is a mean over the examples; otherwise a batch twice as large has a gradient twice as large,
    and the learning rate has to change with it. Sum over the classes, and then do what with the rest?
    """
    return _stable_losses(Z, Y).sum()


sum_over_everything.also(lambda Z, Y: _log_after_sigmoid(Z, Y) * len(Z))


@mistakes.mistake(np.array([[1.5], [-2.0], [0.0]]), np.array([[1], [1], [0]]), recognise=is_scaled(lambda m, K: m / K))
def examples_and_classes_exchanged(Z, Y):
    """
    You sum over the examples and divide by the number of classes. For {input}, three examples with one class, you
    return {output}, which grows with every example that is added. The sum belongs to the classes, whose losses make
    up the loss of one example, and the mean to the examples. Which length of `Z.shape` did you divide by, or which
    axis did you sum first?
    """
    return _stable_losses(Z, Y).sum() / Z.shape[1]


examples_and_classes_exchanged.also(lambda Z, Y: _stable_losses(Z, Y).sum(axis=0).mean())


@mistakes.mistake(*ROWS, recognise=is_scaled(lambda m, K: 1 / m))
def divided_by_m_twice(Z, Y):
    """
    Your result is too small by the number of examples: {output} for {input}, which holds two. A mean divides by
    that number already, and another division follows or went before. With it the loss, and the gradient, would
    shrink as the batch grows. Go through your lines and count: how often is something divided by `len(Z)`, by
    `Z.shape[0]`, or averaged over the first axis?
    """
    return _stable_losses(Z, Y).sum(axis=1).mean() / len(Z)


@mistakes.mistake(*TWO)
def a_list_around_the_number(Z, Y):
    """
    Your number is right, and it is wrapped: {output} for {input} is a list or an array with one entry. Such a thing
    prints almost like a number and behaves differently, for example when it is compared, formatted or collected in
    a list of losses. The exercise asks for the number itself. Which brackets, or which `keepdims=True`, put it into
    a box?
    """
    return [_stable_losses(Z, Y).sum(axis=1).mean()]


a_list_around_the_number.also(lambda Z, Y: _stable_losses(Z, Y).sum(axis=1, keepdims=True).mean(axis=0, keepdims=True))


@mistakes.mistake(np.array([[2.0, -1.0, 0.0]]), np.array([[1, 0, 1]]))
def zeros_of_the_wrong_type(Z, Y):
    """
    You collect the losses in an array that `np.zeros_like(Y)` or `np.empty_like(Y)` made. It has the type of `Y`, so
    for labels of 0 and 1 it holds only integers, and of each loss everything after the point is cut off: {output} for
    {input}, without a warning. Give that array the type float, or let the formula make a new one, which has the right
    type by itself.
    """
    table = np.zeros_like(Y)
    table[...] = _stable_losses(Z, Y)
    return table.sum(axis=1).mean()


ONE = (np.array([[2.0]]), np.array([[0]]))


@mistakes.mistake(*ONE)
def the_complement_of_integers(Z, Y):
    """
    You write `~Y` for *not Y*. For an array of True and False that is right. For integers it turns round every bit,
    so `~0` is −1 and `~1` is −2: for {input} you return {output}, and a loss is never negative. The labels may be
    numbers or truth values here. Which difference makes 1 of 0 and 0 of 1, for both kinds?
    """
    return np.mean(np.sum(Y * np.logaddexp(0, -Z) + (~Y) * np.logaddexp(0, Z), axis=1))


the_complement_of_integers.also(
    lambda Z, Y: -np.mean(np.sum(Y * np.log(plain_sigmoid(Z)) + (~Y) * np.log(1 - plain_sigmoid(Z)), axis=1))
)


def _three_terms(Z, Y, corner=lambda Z: np.maximum(Z, 0), product=-1, exponent=lambda Z: -np.abs(Z)):
    return np.mean(np.sum(corner(Z) + product * Z * Y + np.log1p(np.exp(exponent(Z))), axis=1))


@mistakes.mistake(np.array([[1.0, -2.0], [-1.0, 3.0]]), np.array([[1, 0], [0, 1]]))
def the_largest_of_an_axis(Z, Y):
    """
    You call `np.max` where the larger of two numbers is meant. `np.max(Z)` is one number for the whole table, and
    in `np.max(Z, 0)` the 0 is the number of an *axis*: you get the largest logit of each column, and every other
    row pays for it. For {input} you return {output}. NumPy has a second function, which compares two arrays entry
    by entry. What is it called?
    """
    return _three_terms(Z, Y, corner=np.max)


the_largest_of_an_axis.also(
    lambda Z, Y: _three_terms(Z, Y, corner=lambda Z: np.max(Z, 0)),
    lambda Z, Y: _three_terms(Z, Y, corner=lambda Z: np.max(Z, axis=-1, keepdims=True)),
    lambda Z, Y: _three_terms(Z, Y, corner=lambda Z: max(Z.max(), 0)),
)


@mistakes.mistake(*TWO)
def the_sign_of_the_product(Z, Y):
    """
    You add the product of logit and label, and it has to be subtracted. For {input} you return {output}: the second
    logit agrees with its label, and your loss grows with it. The product is what a right answer earns: for a large
    positive logit with the label 1 it takes away what the first term charges. Follow the derivation once more: with
    which sign does the product leave the bracket?
    """
    return _three_terms(Z, Y, product=1)


the_sign_of_the_product.also(lambda Z, Y: np.mean(np.sum(np.logaddexp(0, Z) + Z * Y, axis=1)))


@mistakes.mistake(np.array([[2.0, -2.0]]), np.array([[0, 0]]))
def no_absolute_value(Z, Y):
    """
    Your exponent is −z or z where it has to be −|z|. Once the larger of z and 0 is outside, what is left under
    the logarithm depends only on the distance from 0. For one sign of z you count the same thing twice, and far
    out the power overflows: {output} for {input}. Which exponent is never positive, whatever the sign of z?
    """
    return _three_terms(Z, Y, exponent=lambda Z: -Z)


no_absolute_value.also(lambda Z, Y: _three_terms(Z, Y, exponent=lambda Z: Z))


def _softmax_and_binary_loss(Z, Y, limit):
    P = np.clip(reference.softmax(Z), limit, 1 - limit)
    return np.mean(np.sum(np.where(np.asarray(Y) == 1, -np.log(P), -np.log(1 - P)), axis=1))


mistakes.add(
    "binary loss for exclusive classes",
    """
    You turn each row into a softmax and put its probabilities into the two terms for *yes* and *no*. For {input}
    you return {output}. A softmax belongs to classes of which exactly one is true; here the labels overlap, and two
    sure answers would be counted as one half each. Each logit has a probability of its own. Which function gives
    it, without a look at the other classes?
    """,
    *(lambda Z, Y, e=e: _softmax_and_binary_loss(Z, Y, e) for e in (0.0, 1e-15, 1e-12, 1e-9, 1e-8, 1e-7)),
    example=TWO,
    recognise=is_nearly(lambda Z, Y: _softmax_and_binary_loss(Z, Y, 0.0)),
)

EVEN = (np.array([[0.0]]), np.array([[1]]))


@mistakes.mistake(*EVEN)
def no_logarithm(Z, Y):
    """
    You add up logits, with a sign or a corner, and the logarithm is missing. For {input} you return {output}, as if
    an even chance cost nothing. A logit of 0 is a probability of one half, whose loss is the logarithm of 2, and
    even a sure answer keeps a small rest. In the form with three terms the last one is that rest. Which function of
    −|z| does it take?
    """
    return np.mean(np.sum(np.where(np.asarray(Y) == 1, -Z, Z), axis=1))


no_logarithm.also(
    lambda Z, Y: np.mean(np.sum(np.maximum(Z, 0) - Z * Y, axis=1)),
    lambda Z, Y: np.mean(np.sum(-Z * Y, axis=1)),
)


@mistakes.mistake(*ROWS, recognise=is_not_reduced)
def no_mean(Z, Y):
    """
    You return several numbers, {output} for {input}: a loss for each example, for each class, or for each logit.
    The exercise asks for one number for the whole batch. Your losses are right up to here; sum them over the
    classes, which stand on the last axis, and take the mean over the examples. Which reduction is missing, or runs
    over the wrong axis?
    """
    return _stable_losses(Z, Y).sum(axis=1)


no_mean.also(
    lambda Z, Y: _stable_losses(Z, Y),
    lambda Z, Y: _stable_losses(Z, Y).mean(axis=0),
    lambda Z, Y: _stable_losses(Z, Y).mean(axis=1),
)


@mistakes.mistake(*ONE, recognise=is_nearly(lambda Z, Y: (Y * np.logaddexp(0, -Z)).sum(axis=1).mean()))
def only_the_labels_that_are_1(Z, Y):
    """
    You punish a missed *yes* and forget a wrong *no*, so only labels of 1 count: for {input} you return {output},
    though the label is 0 and the logit says yes. In the loss of a softmax one term is enough, because probability
    that goes to a wrong class is taken from the right one. Sigmoids share nothing, so a model that says yes to
    everything would have no loss with your formula. Which term belongs to a label of 0?
    """
    return np.mean(np.sum(Y * np.logaddexp(0, -Z), axis=1))


def _only_no(Z, Y):
    return (1 - np.asarray(Y, dtype=float)) * np.logaddexp(0, Z)


@mistakes.mistake(*EVEN, recognise=is_nearly(lambda Z, Y: _only_no(Z, Y).sum(axis=1).mean()))
def only_the_labels_that_are_0(Z, Y):
    """
    You punish a wrong *yes* and forget a missed one: for {input} you return {output}, though the label is 1 and the
    model gives it only an even chance. A model that says no to everything would have no loss with your formula, and no
    tag would ever be learned. The probability of a row is a product over all its classes, the marked ones too. Which
    term belongs to a label of 1?
    """
    return np.mean(np.sum(_only_no(Z, Y), axis=1))


only_the_labels_that_are_0.also(lambda Z, Y: np.mean(_only_no(Z, Y)))


@mistakes.mistake(
    *TWO,
    name="cross-entropy of a softmax",
    recognise=is_nearly(lambda Z, Y: -(Y * reference.log_softmax(Z)).sum(axis=1).mean()),
)
def cross_entropy_of_a_softmax(Z, Y):
    """
    You take a softmax over the classes and its cross-entropy: {output} for {input}. Then the classes compete, a row
    without any label costs nothing, and a row with two labels cannot be fitted. Here every class has a yes-or-no
    question of its own, so the loss of a row is a sum of K losses, each from one logit and one label. What is the
    loss of a single logit?
    """
    return -np.mean(np.sum(Y * reference.log_softmax(Z), axis=1))


@mistakes.mistake(
    np.array([[1000.0]]),
    np.array([[1]]),
    recognise=is_nearly(lambda Z, Y: _stable_losses(plain_sigmoid(Z), Y).sum(axis=1).mean()),
)
def sigmoid_before_a_loss_from_logits(Z, Y):
    """
    Your formula expects logits, and you hand it probabilities: the sigmoid is applied twice. For {input} you return
    {output}, where the answer is as good as certain and the loss should be close to 0. With values between 0 and 1
    in place of logits the loss of a perfect answer never falls below 0.3133. Which line of yours can go?
    """
    return _stable_losses(plain_sigmoid(Z), Y).sum(axis=1).mean()


@mistakes.mistake(*ONE)
def the_minus_sign(Z, Y):
    """
    Your result is negative: {output} for {input}. Logarithms of probabilities are at most 0, so a loss that is made
    of them needs a minus in front of both terms, the one for *yes* and the one for *no*. Without it a better model
    has a higher number, and training would walk the wrong way. A loss of this kind is 0 at best and positive
    otherwise. Which of your terms has no minus?
    """
    return -_stable_losses(Z, Y).sum(axis=1).mean()


the_minus_sign.also(
    lambda Z, Y: -_log_after_sigmoid(Z, Y),
    lambda Z, Y: np.mean(np.sum(np.where(np.asarray(Y) == 1, 1, -1) * _stable_losses(Z, Y), axis=1)),
    lambda Z, Y: (
        -np.mean(
            np.sum(
                Y * np.log(plain_sigmoid(Z)) - (1 - np.asarray(Y, dtype=float)) * np.log(1 - plain_sigmoid(Z)), axis=1
            )
        )
    ),
)


@mistakes.mistake(*TWO, recognise=is_nearly(lambda Z, Y: _stable_losses(-Z, Y).sum(axis=1).mean()))
def yes_and_no_exchanged(Z, Y):
    """
    You treat a label of 1 as *no*: for {input} you return {output}, although the second logit agrees with its
    label. The loss is then small when the model is wrong. In the definition the label multiplies the logarithm of
    the probability of *yes*, and one minus the label that of *no*. In the form with three terms the product of
    logit and label is subtracted. Which of the two did you exchange?
    """
    return _stable_losses(Z, 1 - np.asarray(Y, dtype=float)).sum(axis=1).mean()


yes_and_no_exchanged.also(lambda Z, Y: _stable_losses(-Z, Y).sum(axis=1).mean())


@mistakes.mistake(*TWO)
def arguments_swapped(Z, Y):
    """
    You use the labels as logits and the logits as labels: {output} for {input}. Nothing fails, because both are
    arrays of numbers in the same shape. Frameworks disagree about the order of the two, Keras puts the labels first
    and PyTorch the predictions, so this happens in silence. In this exercise the logits come first. Which of the
    two does your formula take the absolute value of?
    """
    return _stable_losses(Y, Z).sum(axis=1).mean()


@mistakes.mistake(*ONE)
def no_maximum(Z, Y):
    """
    One of the three terms is missing, the one that is z for positive logits and 0 for negative ones. For {input}
    you return {output}: a logit of 2 with the label 0 costs next to nothing. The rest by itself, with e to the power
    −|z|, is largest at the border and fades on both sides, on the right side and on the wrong one. What has to be
    paid for standing on the wrong side?
    """
    return np.mean(np.sum(np.log1p(np.exp(-np.abs(Z))) - Z * Y, axis=1))


@mistakes.mistake(*ONE)
def the_sign_of_the_exponent(Z, Y):
    """
    You raise e to |z| where −|z| belongs. For {input} you return {output}, which is too large by |z|, and far from
    zero it overflows. The whole point of the form is an exponent that is never positive, so that the power lies
    between 0 and 1. Look into the call of `exp`: which sign is there?
    """
    return np.mean(np.sum(np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(np.abs(Z))), axis=1))


@mistakes.mistake(*ONE, recognise=is_nearly(lambda Z, Y: ((plain_sigmoid(Z) - Y) ** 2).sum(axis=1).mean()))
def squared_error(Z, Y):
    """
    You return the squared distance between probabilities and labels: {output} for {input}. It is bounded, so a
    confident mistake costs hardly more than a doubtful one, and its gradient carries a factor that vanishes exactly
    there: chapter 3 showed how slowly that learns. The binary cross-entropy is made of logarithms. Which
    probability is its logarithm taken of when the label is 1, and which when it is 0?
    """
    return np.mean(np.sum((plain_sigmoid(Z) - Y) ** 2, axis=1))


squared_error.also(lambda Z, Y: np.mean((plain_sigmoid(Z) - Y) ** 2))


@mistakes.mistake(*EVEN, recognise=is_scaled(lambda m, K: 1 / math.log(2), lambda m, K: 1 / math.log(10)))
def another_base(Z, Y):
    """
    Your result is off by a fixed factor: {output} for {input}. A factor of 1.44 is one over the natural logarithm of
    2, and one of 0.43 is that of 10, so somewhere a logarithm to another base was taken; base 2 measures the loss in
    bits. Losses in this course,
    and in every framework, use the natural logarithm; with it the gradient is the plain difference of probability
    and label. Which function did you call?
    """
    return _stable_losses(Z, Y).sum(axis=1).mean() / np.log(2)


another_base.also(lambda Z, Y: _stable_losses(Z, Y).sum(axis=1).mean() / np.log(10))


@mistakes.mistake(*TWO, recognise=is_for_one_number)
def written_for_one_number(Z, Y):
    """
    Your function works for one logit and one label and is given two tables: {output} for {input}. The functions of the
    module `math` take one number, and an `if` needs one answer, where a comparison of a table gives a whole table of
    answers. The functions of NumPy work on all entries at once, and so does the form of the loss that has no branch.
    Which line of yours stops?
    """
    return np.logaddexp(0, -Z) if Y == 1 else np.logaddexp(0, Z)


written_for_one_number.also(
    lambda Z, Y: max(Z, 0) - Z * Y + np.log1p(np.exp(-abs(Z))),
    lambda Z, Y: math.log1p(math.exp(-abs(Z))),
)
