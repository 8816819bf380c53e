"""Exercise 6.3: the mean cross-entropy of a batch from its logits, finite for finite logits of any size."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch06.common import (
    GAPS,
    any_of,
    breaks_where,
    clipped_logits,
    corners_of_logits,
    cut_off,
    leaves_the_range,
    lse,
    painted_over,
    shares,
    shifted_by,
    size_of,
    stable_shares,
    told_by_small_inputs,
)
from utils.exercises.ch06.wrong_labels import PAIR, SINGLE, of_labels
from utils.exercises.drawing import any_batch, labels

# The domain


def _with_labels(rng, Z):
    return Z, labels(rng, *Z.shape)


def _corners(rng):
    _, batches = corners_of_logits(rng)
    Z = rng.normal(scale=3, size=(6, 4))
    far = np.array([-1500.0, -800.0, 0.0, 40.0]) + rng.normal(scale=3, size=(3, 4))
    return {
        **{name: _with_labels(rng, rows) for name, rows in batches.items()},
        "an absent class": (Z, rng.integers(3, size=6)),
        "one class for all": (Z, np.full(6, rng.integers(4))),
        "the first class": (Z, np.zeros(6, dtype=int)),
        "the last class": (Z, np.full(6, 3)),
        "right and sure": (far, np.full(3, 3)),
        "wrong and sure": (far, rng.integers(2, size=3)),
        "wrong above 10,000": (batches["rows above 10,000"], batches["rows above 10,000"].argmin(axis=1)),
        "gaps beyond 100,000": (batches["gaps beyond 100,000"], batches["gaps beyond 100,000"].argmin(axis=1)),
        "the winner": (Z, Z.argmax(axis=1)),
        "the least likely": (Z, Z.argmin(axis=1)),
    }


batches_and_labels = Domain(
    smallest=[
        (np.array([[1.0, 2.0]]), np.array([0])),
        (np.array([[2.0, 1.0, 0.1]]), np.array([2])),
        (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]), np.array([0, 1])),
        (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1])),
        (np.array([[1.0, 2.0, 3.0], [5.0, 0.0, 1.0]]), np.array([1, 2])),
        (np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]]), np.array([1, 1, 0])),
        (np.array([[4.0], [-2.0]]), np.array([0, 0])),
        *((np.array([[gap, 0.0]]), np.array([1])) for gap in (*GAPS, 50.0)),
        (np.array([[200.0, 199.0]]), np.array([1])),
        (np.array([[300.0, 100.0, 100.0], [-100.0, 200.0, 500.0]]), np.array([0, 1])),
        (np.array([[0.0, -800.0]]), np.array([1])),
        (np.array([[0.0, -800.0]]), np.array([0])),
        (np.array([[800.0, 0.0]]), np.array([1])),
        (np.array([[0.0, 900.0]]), np.array([1])),
        (np.array([[1000.0, 999.0]]), np.array([1])),
        (np.array([[-1000.0, -1001.0]]), np.array([0])),
        (np.array([[0.0, -1600.0]]), np.array([1])),
        (np.array([[-3.0, 0.0, 711.0]]), np.array([2])),  # here the index of the largest is shift enough
        (np.array([[1000.0, 999.0], [-1000.0, -1001.0]]), np.array([1, 0])),
    ],
    corners=_corners,
    draw=lambda rng: _with_labels(rng, any_batch(rng)),
)


def mean_in_words(Z, y):
    """The form of a mean loss."""
    return f"one finite number, at least 0, the mean over {len(y)} example{'s' if len(y) > 1 else ''},"


# Right answers


def _picked(rows, y):
    return rows[np.arange(len(y)), y]


def _one_hot(y, K):
    return np.eye(K)[y]


def _entropy_example_by_example(Z, y):
    total = 0.0
    for row, label in zip(Z, y, strict=True):
        largest = max(row)
        total += largest + math.log(math.fsum(math.exp(value - largest) for value in row)) - row[label]
    return total / len(y)


def _entropy_in_float32(Z, y):
    Z = Z.astype(np.float32)
    shifted = Z - Z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - _picked(shifted, y))


def _entropy_of_gaps(Z, y):
    gaps = np.asarray(Z, dtype=float) - _picked(Z, y)[:, None]
    return np.average(np.logaddexp.reduce(gaps, axis=1))


def _entropy_with_one_hot(Z, y):
    return -(_one_hot(y, Z.shape[1]) * reference.log_softmax(Z)).sum() / len(Z)


mistakes = Bank(list(of_labels))

cross_entropy = Exercise(
    name="ch06.cross_entropy",
    is_main=True,
    asks="The mean cross-entropy of a batch from its logits, finite for finite logits of any size.",
    reference=reference.cross_entropy,
    probes=batches_and_labels,
    expects=mean_in_words,
    scale=size_of,
    hints=paragraphs("""
        The loss of one example is minus the logarithm of the probability of its true class. Which of your functions
        already gives the logarithms of all probabilities?

        From each row one entry is needed, the one at its label. An index with two lists, one for the rows and one for
        the columns, picks single elements.

        `np.arange(len(y))` counts the rows. The mean over the examples comes last, and so does the minus sign.
    """),
    alternatives=(
        _entropy_example_by_example,
        _entropy_in_float32,
        _entropy_of_gaps,
        _entropy_with_one_hot,
        lambda Z, y: (reference.logsumexp(Z) - np.take_along_axis(Z, y[:, None], axis=1)[:, 0]).mean(),
        lambda Z, y: -np.mean([reference.log_softmax(row)[label] for row, label in zip(Z, y, strict=True)]),
    ),
    bank=mistakes,
    remark="The loss is the log-sum-exp of a row minus the logit of its true class, and no probability is ever formed.",
)


# Mistakes

WRONG = (np.array([[800.0, 0.0]]), np.array([1]))


def _losses(expected, Z, y):
    return lse(Z, Z.max(axis=1)) - _picked(Z, y)


def _rounded_to_0(shift):
    """Where a probability is 0 or has no value, when the powers are formed after this shift: the one at a label, or
    any.
    """

    def at(pick):
        def is_rounded(limits, Z, y):
            exponents, log_probabilities = Z - shift(Z), Z - lse(Z, Z.max(axis=1))[:, None]
            return any_of(
                leaves_the_range(limits, pick(np.minimum(exponents, log_probabilities), y)),
                leaves_the_range(limits, exponents.max(axis=1), Z.shape[1]),
            )

        return is_rounded

    return at(_picked), at(lambda rows, y: rows.min(axis=1))


def _product_of_0(limits, Z, y):
    """Where the product of the probabilities at the labels is 0."""
    return leaves_the_range(limits, -_losses(None, Z, y).sum())


def _has_one_maximum(seen):
    return any(tell(seen) for tell in (shifted_by(np.max), breaks_where(*_rounded_to_0(np.max))))


@mistakes.mistake(
    *WRONG,
    name="stable softmax, unstable loss",
    recognise=breaks_where(_product_of_0, *_rounded_to_0(lambda Z: Z.max(axis=1, keepdims=True))),
)
def stable_softmax_unstable_loss(Z, y):
    """
    Your softmax is shifted and safe, and then you take the logarithm of its result. The probability of a class that
    lies 800 below the winner is rounded to 0, and its logarithm is infinite: for {input} you return {output}, where
    the loss is 800. A stable softmax does not make the loss stable. Which function of the logits gives
    log-probabilities without a probability on the way?
    """
    return -np.log(_picked(stable_shares(Z), y)).mean()


stable_softmax_unstable_loss.also(
    lambda Z, y: -np.log(stable_shares(Z))[np.arange(len(y)), y].sum() / len(y),
    lambda Z, y: -np.mean(np.sum(_one_hot(y, Z.shape[1]) * np.log(stable_shares(Z)), axis=1)),
    lambda Z, y: -np.nansum(_one_hot(y, Z.shape[1]) * np.log(stable_shares(Z))) / len(y),
    lambda Z, y: -np.log(_picked(stable_shares(Z), y).prod()) / len(y),
)


@mistakes.mistake(*WRONG, recognise=breaks_where(*_rounded_to_0(lambda Z: 0)))
def log_after_softmax(Z, y):
    """
    You form the probabilities as the definition says, without a shift, and take their logarithm. Two things break:
    large logits make infinite powers, and small probabilities are rounded to 0. For {input} you return {output},
    where the loss is 800. Both go away together when the logarithm is taken on paper: what is left is a log-sum-exp
    and one logit. Which logit?
    """
    return -np.log(_picked(shares(Z), y)).mean()


log_after_softmax.also(lambda Z, y: -np.mean(np.sum(_one_hot(y, Z.shape[1]) * np.log(shares(Z)), axis=1)))


@mistakes.mistake(*WRONG, recognise=shifted_by(lambda Z: 0))
def no_shift(Z, y):
    """
    You subtract the logit of the true class from the logarithm of the sum, as it should be, but you form the sum
    from the logits as they are. For {input} you return {output}: from 710 on the powers are infinite in float64,
    and for very negative rows they are all 0. The log-sum-exp of this chapter takes the largest logit out first.
    Can you call it here?
    """
    return (lse(Z) - _picked(Z, y)).mean()


no_shift.also(lambda Z, y: -(Z - np.log(np.exp(Z).sum(axis=1, keepdims=True)))[np.arange(len(y)), y].mean())


@mistakes.mistake(*WRONG, recognise=shifted_by(lambda Z: Z.argmax(axis=1, keepdims=True)))
def the_index_of_the_largest(Z, y):
    """
    You shift by `argmax`, which says *where* the largest logit of a row stands and not how large it is. On paper every
    shift is right, so small logits come out well. Large ones are hardly moved by a place such as 0, 1 or 2, and their
    powers are infinite as before: for {input} you return {output}. With which function do you get the value in place of
    its index? Or does one of your former functions do all of it?
    """
    return (lse(Z, Z.argmax(axis=1)) - _picked(Z, y)).mean()


BELOW = (np.array([[0.0, -800.0]]), np.array([1]))

mistakes.add(
    "infinity painted over",
    """
    Where the probability of a true class is rounded to 0 you put another number in the place of its infinite loss, by
    `nan_to_num`, `nansum`, a `where`, or an `if`. For {input} you return {output}, where the loss is 800. The worst
    mistake of the model then costs nothing, or a number in which nothing of the logits is left, and its gradient is 0.
    The number that is missing can be had without the probability. Which two terms make up the loss?
    """,
    lambda Z, y: -np.nan_to_num(np.log(_picked(stable_shares(Z), y))).mean(),
    lambda Z, y: -np.nan_to_num(np.log(_picked(shares(Z), y))).mean(),
    lambda Z, y: -np.mean(np.log(_picked(np.where(stable_shares(Z) > 0, stable_shares(Z), 1.0), y))),
    lambda Z, y: -np.nan_to_num(_one_hot(y, Z.shape[1]) * np.log(stable_shares(Z))).sum() / len(y),
    example=BELOW,
    recognise=lambda seen: painted_over(
        seen,
        lambda Z, y: -np.log(_picked(stable_shares(Z), y)),
        lambda Z, y: -np.log(_picked(shares(Z), y)),
        combine=np.mean,
    ),
)

mistakes.add(
    "clipped logits",
    """
    You cut the logits to a range in which `exp` survives. Nothing overflows, and what lies beyond the limit is lost:
    for {input} you return {output}, where the loss is 800. For logits beyond your limit the loss no longer depends on
    them, so its gradient is 0, and a model that is surely wrong learns nothing. The shift by the largest logit of a row
    keeps `exp` in range as well, and changes no probability. Which function of this chapter does it?
    """,
    *(
        lambda Z, y, limit=limit: reference.cross_entropy(np.clip(Z, -limit, limit), y)
        for limit in (20, 100, 300, 500, 700)
    ),
    lambda Z, y: reference.cross_entropy(np.minimum(Z, 700), y),
    example=WRONG,
    recognise=clipped_logits(
        reference.cross_entropy,
        at=[(0, np.array([[800.0, 0.0]]), np.array([1])), (0, np.array([[0.0, -1600.0]]), np.array([1]))],
    ),
)

mistakes.add(
    "epsilon in the log",
    """
    You add a small number inside the logarithm. The loss then has a ceiling: for {input} you return {output}, where the
    true loss is 800, and for every larger gap about the same. Worse, where the loss stops growing its gradient is close
    to 0, so a model that is surely wrong learns nothing. Which form of the loss contains no probability that could be
    0?
    """,
    *(
        lambda Z, y, epsilon=epsilon: -np.log(_picked(stable_shares(Z), y) + epsilon).mean()
        for epsilon in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-300)
    ),
    lambda Z, y: -np.log(_picked(shares(Z), y) + 1e-9).mean(),
    lambda Z, y: -np.log(np.clip(_picked(stable_shares(Z), y), 1e-12, 1 - 1e-12) + 1e-9).mean(),
    example=BELOW,
    recognise=lambda seen: cut_off(seen, _losses, np.mean) == "epsilon",
)

FIFTY = (np.array([[50.0, 0.0]]), np.array([1]))

mistakes.add(
    "probabilities into the loss",
    """
    You turn the logits into probabilities, cut these off near 0, and take the logarithm: what a library does when it is
    handed probabilities. For {input} you return {output}, minus the logarithm of the limit, where the loss is 800, and
    the same for every larger gap. Beyond the limit the gradient is exactly 0. The logits still know the gap. Which
    formula uses them directly?
    """,
    *(
        lambda Z, y, limit=limit, top=top: -np.log(np.clip(_picked(stable_shares(Z), y), limit, top(limit))).mean()
        for limit in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-20)
        for top in (lambda limit: 1.0, lambda limit: 1 - limit)
    ),
    lambda Z, y: -np.log(np.maximum(_picked(shares(Z), y), 1e-12)).mean(),
    lambda Z, y: -np.log(np.maximum(_picked(stable_shares(Z), y), 1e-300)).mean(),
    example=BELOW,
    recognise=lambda seen: cut_off(seen, _losses, np.mean) == "clip",
)


@mistakes.mistake(np.array([[1000.0, 999.0], [-1000.0, -1001.0]]), np.array([1, 0]), recognise=_has_one_maximum)
def one_maximum_for_the_batch(Z, y):
    """
    You shift every row by the largest logit of the whole batch. Rows far below it keep nothing but zeros under
    their sum, and its logarithm is minus infinity: for {input} you return {output}. One confident example would
    spoil the loss of all the others. Over which axis should the maximum run?
    """
    return (lse(Z, Z.max()) - _picked(Z, y)).mean()


one_maximum_for_the_batch.also(
    lambda Z, y: -np.log(_picked(shares(Z, Z.max()), y)).mean(),
    lambda Z, y: -(_one_hot(y, Z.shape[1]) * np.log(shares(Z, Z.max()))).sum() / len(y),
)


@told_by_small_inputs
@mistakes.mistake(*PAIR)
def sum_in_place_of_mean(Z, y):
    """
    You add the losses up and do not divide by their number. For {input} you return {output}: each of the two
    examples contributes, and the total grows with the batch. With a sum, the size of the gradient, and so the right
    learning rate, depends on how many examples a batch happens to have. The exercise asks for the mean. How many
    numbers do you add?
    """
    return reference.cross_entropy(Z, y) * len(y)


@told_by_small_inputs
@mistakes.mistake(*PAIR)
def one_loss_for_each_example(Z, y):
    """
    You return the losses of the single examples: {output} for {input}. They are right, and they are worth looking
    at, but what is asked for is the cost of the batch: one number, so that one gradient can be taken of it. Which
    reduction turns m losses into their average?
    """
    return -_picked(reference.log_softmax(Z), y)


@told_by_small_inputs
@mistakes.mistake(*PAIR)
def divided_by_m_twice(Z, y):
    """
    Your result is too small by the number of examples: {output} for {input}, which holds two. A mean divides by
    that number already, and another division follows or went before. With it the loss, and the gradient, would
    shrink as the batch grows. Count in your lines: how often do you divide by `len(y)`, or take a mean over the
    examples?
    """
    return reference.cross_entropy(Z, y) / len(y)


@told_by_small_inputs
@mistakes.mistake(*PAIR)
def divided_by_the_classes(Z, y):
    """
    You add up the losses of the examples and divide by the number of *classes*. For {input}, two examples with
    three classes, you return {output}. The mean of a batch divides by the number of numbers that were added, and
    those are the losses, one for each example. `Z.shape` holds two lengths: which of them counts the examples?
    """
    return reference.cross_entropy(Z, y) * len(y) / Z.shape[1]


@told_by_small_inputs
@mistakes.mistake(*PAIR)
def the_first_example_alone(Z, y):
    """
    Your result contains the loss of the first example and of no other: {output} for {input}. A `return` inside the
    loop ends the function after the first step, whatever comes after it; an index of 0 in place of the loop
    variable does the same. With a single example nobody notices. The total has to be complete before it is divided.
    At which depth does your `return` stand?
    """
    # The loss of the first example, divided by the number of all.
    return -_picked(reference.log_softmax(Z), y)[0] / len(y)


the_first_example_alone.also(lambda Z, y: -_picked(reference.log_softmax(Z), y)[0])


@told_by_small_inputs
@mistakes.mistake(*PAIR)
def the_last_example_alone(Z, y):
    """
    Your result contains the loss of the last example and of no other: {output} for {input}. A name that is given a new
    value in each round of a loop forgets the old one, so after the loop only the last round is left. With a single
    example nobody notices. The losses have to be added up, or collected, on the way. Which of your names should grow
    from round to round?
    """
    return -_picked(reference.log_softmax(Z), y)[-1] / len(y)


the_last_example_alone.also(lambda Z, y: -_picked(reference.log_softmax(Z), y)[-1])


@told_by_small_inputs
@mistakes.mistake(*PAIR)
def logarithm_of_the_mean(Z, y):
    """
    You average the probabilities of the true classes, or add them up, and take one logarithm of the whole. For {input}
    you return {output}. The order matters: the loss of each example is a logarithm of its own, and the cost is the mean
    of these. In your order one good example hides a bad one, since an average with one large probability in it cannot
    be small. Which function gives the logarithms of all probabilities, before anything is averaged?
    """
    return -np.log(_picked(stable_shares(Z), y).mean())


logarithm_of_the_mean.also(
    lambda Z, y: -np.log(_picked(stable_shares(Z), y).sum()),
    lambda Z, y: -np.log(_picked(stable_shares(Z), y).sum()) / len(y),
)


@told_by_small_inputs
@mistakes.mistake(*PAIR, name="mean over m and K")
def mean_over_examples_and_classes(Z, y):
    """
    Your mean runs over all m·K entries of a table in which only m are not 0. For {input} you return {output}: too
    small by the factor K, the number of classes. `np.mean` divides by everything it is given. Sum over the classes
    first, then take the mean over the examples, or divide a plain sum by the number of examples.
    """
    return reference.cross_entropy(Z, y) / Z.shape[1]


@told_by_small_inputs
@mistakes.mistake(*SINGLE)
def shift_on_one_side_only(Z, y):
    """
    You subtract the largest logit inside the log-sum-exp and leave the logit of the true class as it is. For
    {input} you return {output}. The difference of the two is the loss only if both were shifted by the same number,
    or neither: either the largest logit is added back to the logarithm, or it is subtracted from the true logit as
    well. Where is it missing?
    """
    return (lse(Z, Z.max(axis=-1)) - Z.max(axis=-1) - _picked(Z, y)).mean()


@told_by_small_inputs
@mistakes.mistake(*FIFTY)
def squared_error(Z, y):
    """
    You return the squared distance between probabilities and labels: {output} for {input}, where the loss is 50. It
    has a ceiling of 2 for each example, so a disaster costs hardly more than a mistake, and its gradient there is
    close to 0, as chapter 3 has shown. The cross-entropy is minus the logarithm of one probability. Which function
    of the logits gives that logarithm directly?
    """
    return np.mean((stable_shares(Z) - _one_hot(y, Z.shape[1])) ** 2)


squared_error.also(lambda Z, y: ((stable_shares(Z) - _one_hot(y, Z.shape[1])) ** 2).sum() / len(y))


@told_by_small_inputs
@mistakes.mistake(*SINGLE)
def the_other_sign(Z, y):
    """
    You return the mean *log-probability*: {output} for {input}. It is the loss with the wrong sign: it grows when
    the model gets better, so gradient descent would make it worse. A loss is at least 0 and falls towards 0 for a
    model that is right and sure of it. Which of the two terms, log-sum-exp and true logit, has to be the larger
    one?
    """
    return -reference.cross_entropy(Z, y)


@told_by_small_inputs
@mistakes.mistake(*SINGLE, name="NLL of logits")
def nll_of_logits(Z, y):
    """
    You take minus the logit of the true class and leave the normalisation out. For {input} you return {output};
    raise all logits by 100 and your loss falls by 100, though no probability has changed. Training would push that
    logit up without end. What has to be added so that a common shift cancels?
    """
    return -_picked(Z, y).mean()


@told_by_small_inputs
@mistakes.mistake(*SINGLE, name="NLL of probabilities")
def nll_of_probabilities(Z, y):
    """
    You take minus the *probability* of the true class, and no logarithm. For {input} you return {output}: between
    −1 and 0, where a loss is never negative. The difference is not one of taste: with the logarithm the gradient of
    a confident mistake is close to −1, without it it is close to 0. Where does the logarithm belong?
    """
    return -_picked(stable_shares(Z), y).mean()


@told_by_small_inputs
@mistakes.mistake(*FIFTY)
def double_softmax(Z, y):
    """
    You apply a softmax to the logits and then a loss that contains one itself. The second softmax sees numbers
    between 0 and 1, whose gaps are at most 1, so the loss has a floor and a ceiling: for {input} you return
    {output}, where the truth is 50. Training still moves, slowly, which hides the mistake. Which of the two can go?
    """
    return reference.cross_entropy(stable_shares(Z), y)


@told_by_small_inputs
@mistakes.mistake(*SINGLE)
def a_term_for_the_other_classes(Z, y):
    """
    You add minus log(1 − p) for every class that is not the true one. That is the loss of K separate yes-or-no
    questions, which belongs to sigmoids. For {input} you return {output}. In a softmax the other classes already
    count: they share the denominator, so raising one of them lowers the true one. How many terms of one example
    does the indicator let through?
    """
    # Minus log p for the true class and minus log(1 − p) for the others, stable.
    log_p = reference.log_softmax(Z)
    with np.errstate(all="ignore"):
        log_others = np.where(log_p < 0, np.log(-np.expm1(log_p)), -np.inf)
    return -np.where(_one_hot(y, Z.shape[1]) == 1, log_p, log_others).sum(axis=1).mean()


a_term_for_the_other_classes.also(
    lambda Z, y: -(_two_terms(stable_shares(Z), _one_hot(y, Z.shape[1]))).sum() / len(y),
)


def _two_terms(p, Y):
    return Y * np.log(p) + (1 - Y) * np.log(1 - p)


def _losses_within(Z, y, axis):
    """The losses when all logits that share a denominator lie on this axis, or anywhere in the batch."""
    return -_picked(Z - reference.logsumexp(Z if axis == 0 else Z.ravel(), axis=0), y)


@told_by_small_inputs
@mistakes.mistake(*PAIR)
def wrong_axis(Z, y):
    """
    Your log-sum-exp, or your softmax, runs over the examples or over the whole batch, and not over the classes of one
    row. For {input} you return {output}. Each example has a denominator of its own, made of its classes; in yours the
    other examples of the batch have a part. Which number names the axis of the classes in a table of the shape (m, K),
    and over which axis does a NumPy function run when none is named?
    """
    return _losses_within(Z, y, 0).mean()


wrong_axis.also(
    lambda Z, y: _losses_within(Z, y, None).mean(),
    lambda Z, y: _losses_within(Z, y, 0).sum(),
    lambda Z, y: _losses_within(Z, y, None).sum(),
    lambda Z, y: np.mean(reference.logsumexp(Z, axis=0) - _picked(Z, y)),
    lambda Z, y: np.mean(reference.logsumexp(Z, axis=0) - np.diag(Z[:, y])),
)


@told_by_small_inputs
@mistakes.mistake(*SINGLE)
def another_base(Z, y):
    """
    You take the logarithm to the base 2 or 10. For {input} you return {output}, a constant factor away from the loss.
    In bits or decimal digits that is a matter of taste, but the exponential of the softmax and the logarithm of the
    loss have to undo each other, and then the gradient is *probability minus label*. Only the natural logarithm undoes
    e. Which NumPy function is it?
    """
    return reference.cross_entropy(Z, y) / np.log(2)


another_base.also(lambda Z, y: reference.cross_entropy(Z, y) / np.log(10))


@told_by_small_inputs
@mistakes.mistake(np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1]))
def no_keepdims(Z, y):
    """
    One number for each row, a maximum or a log-sum-exp of the shape (m,), is lined up by NumPy with the *last* axis of
    the
    batch: column j meets what belongs to row j. For most shapes that is an error, for a square batch it is silent. For
    {input} you return {output}. How does a vector of m numbers become a column of the shape (m, 1)?
    """
    return -_picked(Z - reference.logsumexp(Z), y).mean()


no_keepdims.also(
    lambda Z, y: (reference.logsumexp(Z - Z.max(axis=1)) + Z.max(axis=1) - _picked(Z, y)).mean(),
    lambda Z, y: (reference.logsumexp(Z - Z.max(axis=1)) - _picked(Z - Z.max(axis=1), y)).mean(),
    lambda Z, y: -np.log(_picked(np.exp(Z) / np.exp(Z).sum(axis=1), y)).mean(),
    lambda Z, y: -np.log(_picked(shares(Z - Z.max(axis=1)), y)).mean(),
)


@told_by_small_inputs
@mistakes.mistake(*SINGLE)
def no_logarithm(Z, y):
    """
    You subtract the true logit from the *largest* one. For {input} you return {output}: that is how far the true class
    lies behind, and 0 as soon as it leads, by however little, so a model that is barely right would learn nothing more.
    The log-sum-exp lies above the largest logit by the logarithm of a sum, and this small part is what the other
    classes weigh. Which function of all logits of a row stands in the formula?
    """
    return (Z.max(axis=1) - _picked(Z, y)).mean()


no_logarithm.also(lambda Z, y: (Z.max(axis=1) - _picked(Z, y)).sum() / len(y))


@told_by_small_inputs
@mistakes.mistake(*SINGLE)
def sigmoids_in_place_of_the_softmax(Z, y):
    """
    You take the loss of k sigmoids, a yes-or-no question for each class. For {input} you return {output}. It fits
    labels that overlap, as chapter 5 has them; here exactly one class is true, and a softmax knows that. Its classes
    share one denominator, so an example has one term, and what goes to a wrong class is taken from the true one. Which
    two numbers of a row does its loss consist of?
    """
    return reference.binary_cross_entropy(Z, _one_hot(y, Z.shape[1]))


sigmoids_in_place_of_the_softmax.also(
    lambda Z, y: reference.binary_cross_entropy(Z, _one_hot(y, Z.shape[1])) / Z.shape[1],
    lambda Z, y: np.mean(np.logaddexp(0, -_picked(Z, y))),
)
