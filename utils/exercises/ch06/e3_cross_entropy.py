"""Exercise 6.3: the mean cross-entropy of a batch from its logits, finite for finite logits of any size."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch06.common import lse, shares, size_of, stable_shares, stops_growing

# The domain


def batches_and_labels(rng):
    """Batches of logits with labels: one example, square batches, integers, one class, confident and wrong."""

    def made(Z):
        return Z, rng.integers(Z.shape[1], size=len(Z))

    return [
        (np.array([[1.0, 2.0]]), np.array([0])),
        (np.array([[2.0, 1.0, 0.1]]), np.array([2])),
        (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]), np.array([0, 1])),
        (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1])),
        (np.array([[1, 2, 3], [5, 0, 1]]), np.array([1, 2])),
        (np.array([[4.0], [-2.0]]), np.array([0, 0])),
        (np.array([[50.0, 0.0]]), np.array([1])),
        (np.array([[300.0, 100.0, 100.0], [-100.0, 200.0, 500.0]]), np.array([0, 1])),
        (np.array([[800.0, 0.0]]), np.array([1])),
        (np.array([[0.0, 900.0]]), np.array([1])),
        (np.array([[1000.0, 999.0]]), np.array([1])),
        (np.array([[-1000.0, -1001.0]]), np.array([0])),
        (np.array([[1000.0, 999.0], [-1000.0, -1001.0]]), np.array([1, 0])),
        made(rng.normal(scale=3, size=(4, 3))),
        made(rng.normal(scale=3, size=(5, 5))),
        made(rng.normal(scale=3, size=(8, 4))),
        made(np.round(rng.normal(scale=300, size=(6, 4)))),
    ]


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


mistakes = Bank()

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


@mistakes.mistake(*WRONG, name="stable softmax, unstable loss")
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
)


@mistakes.mistake(*WRONG)
def log_after_softmax(Z, y):
    """
    You form the probabilities as the definition says, without a shift, and take their logarithm. Two things break:
    large logits make infinite powers, and small probabilities are rounded to 0. For {input} you return {output},
    where the loss is 800. Both go away together when the logarithm is taken on paper: what is left is a log-sum-exp
    and one logit. Which logit?
    """
    return -np.log(_picked(shares(Z), y)).mean()


log_after_softmax.also(lambda Z, y: -np.mean(np.sum(_one_hot(y, Z.shape[1]) * np.log(shares(Z)), axis=1)))


@mistakes.mistake(*WRONG)
def no_shift(Z, y):
    """
    You subtract the logit of the true class from the logarithm of the sum, as it should be, but you form the sum
    from the logits as they are. For {input} you return {output}: from 710 on the powers are infinite in float64,
    and for very negative rows they are all 0. The log-sum-exp of this chapter takes the largest logit out first.
    Can you call it here?
    """
    return (lse(Z) - _picked(Z, y)).mean()


no_shift.also(lambda Z, y: -(Z - np.log(np.exp(Z).sum(axis=1, keepdims=True)))[np.arange(len(y)), y].mean())

mistakes.add(
    "epsilon in the log",
    """
    You add a small number inside the logarithm, or keep something on the way from becoming too small. The loss then
    has a ceiling: for {input} you return {output}, where the true loss is 800, and for every larger gap about the
    same. Worse, where the loss stops growing its gradient is close to 0, so a model that is surely wrong learns
    nothing. Which form of the loss contains no probability that could be 0?
    """,
    *(
        lambda Z, y, epsilon=epsilon: -np.log(_picked(stable_shares(Z), y) + epsilon).mean()
        for epsilon in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-300)
    ),
    example=WRONG,
    recognise=stops_growing,
)

FIFTY = (np.array([[50.0, 0.0]]), np.array([1]))

mistakes.add(
    "probabilities into the loss",
    """
    You turn the logits into probabilities, cut these off near 0, and take the logarithm: what a library does when
    it is handed probabilities. For {input} you return {output}, minus the logarithm of the limit, and the same for
    every larger gap. Beyond the limit the gradient is exactly 0. The logits still know the gap. Which formula uses
    them directly?
    """,
    *(
        lambda Z, y, limit=limit, top=top: -np.log(np.clip(_picked(stable_shares(Z), y), limit, top(limit))).mean()
        for limit in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-20)
        for top in (lambda limit: 1.0, lambda limit: 1 - limit)
    ),
    example=FIFTY,
)


@mistakes.mistake(np.array([[1000.0, 999.0], [-1000.0, -1001.0]]), np.array([1, 0]))
def one_maximum_for_the_batch(Z, y):
    """
    You shift every row by the largest logit of the whole batch. Rows far below it keep nothing but zeros under
    their sum, and its logarithm is minus infinity: for {input} you return {output}. One confident example would
    spoil the loss of all the others. Over which axis should the maximum run?
    """
    return (lse(Z, Z.max()) - _picked(Z, y)).mean()


one_maximum_for_the_batch.also(lambda Z, y: -np.log(_picked(shares(Z, Z.max()), y)).mean())

PAIR = (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]), np.array([0, 1]))


@mistakes.mistake(*PAIR)
def sum_in_place_of_mean(Z, y):
    """
    You add the losses up and do not divide by their number. For {input} you return {output}: each of the two
    examples contributes, and the total grows with the batch. With a sum, the size of the gradient, and so the right
    learning rate, depends on how many examples a batch happens to have. The exercise asks for the mean. How many
    numbers do you add?
    """
    return reference.cross_entropy(Z, y) * len(y)


@mistakes.mistake(*PAIR)
def one_loss_for_each_example(Z, y):
    """
    You return the losses of the single examples: {output} for {input}. They are right, and they are worth looking
    at, but what is asked for is the cost of the batch: one number, so that one gradient can be taken of it. Which
    reduction turns m losses into their average?
    """
    return -_picked(reference.log_softmax(Z), y)


@mistakes.mistake(*PAIR)
def divided_by_m_twice(Z, y):
    """
    Your result is too small by the number of examples: {output} for {input}, which holds two. A mean divides by
    that number already, and another division follows or went before. With it the loss, and the gradient, would
    shrink as the batch grows. Count in your lines: how often do you divide by `len(y)`, or take a mean over the
    examples?
    """
    return reference.cross_entropy(Z, y) / len(y)


@mistakes.mistake(*PAIR)
def divided_by_the_classes(Z, y):
    """
    You add up the losses of the examples and divide by the number of *classes*. For {input}, two examples with
    three classes, you return {output}. The mean of a batch divides by the number of numbers that were added, and
    those are the losses, one for each example. `Z.shape` holds two lengths: which of them counts the examples?
    """
    return reference.cross_entropy(Z, y) * len(y) / Z.shape[1]


@mistakes.mistake(*PAIR)
def the_first_example_alone(Z, y):
    """
    Your result contains the loss of the first example and of no other: {output} for {input}. A `return` inside the
    loop ends the function after the first step, whatever comes behind it; an index of 0 in place of the loop
    variable does the same. With a single example nobody notices. The total has to be complete before it is divided.
    At which depth does your `return` stand?
    """
    # The loss of the first example, divided by the number of all.
    return -_picked(reference.log_softmax(Z), y)[0] / len(y)


the_first_example_alone.also(lambda Z, y: -_picked(reference.log_softmax(Z), y)[0])


@mistakes.mistake(*PAIR)
def logarithm_of_the_mean(Z, y):
    """
    You average the probabilities of the true classes and take the logarithm of the average. For {input} you return
    {output}. The order matters: the loss of each example is a logarithm of its own, and the cost is the mean of
    these. In your order one good example hides a bad one, since an average with one large probability in it cannot
    be small. Which function gives the logarithms of all probabilities, before anything is averaged?
    """
    return -np.log(_picked(stable_shares(Z), y).mean())


@mistakes.mistake(*PAIR, name="mean over m and K")
def mean_over_examples_and_classes(Z, y):
    """
    Your mean runs over all m·K entries of a table in which only m are not 0. For {input} you return {output}: too
    small by the factor K, the number of classes. `np.mean` divides by everything it is given. Sum over the classes
    first, then take the mean over the examples, or divide a plain sum by the number of examples.
    """
    return reference.cross_entropy(Z, y) / Z.shape[1]


@mistakes.mistake(*PAIR)
def columns_instead_of_elements(Z, y):
    """
    `[:, y]` takes whole *columns*: all rows at each label in turn, m times m numbers, and the mean runs over all of
    them. For {input} you return {output}. With a single example nobody notices. One element of each row is wanted,
    so the index needs two lists of the same length: where do the row numbers come from?
    """
    return -reference.log_softmax(Z)[:, y].mean()


columns_instead_of_elements.also(lambda Z, y: np.mean(lse(Z) - Z[:, y]))


@mistakes.mistake(np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1]))
def rows_and_columns_exchanged(Z, y):
    """
    Your index has the two lists in the wrong order: the labels stand where the rows are counted, and the other way
    round. For {input} you return {output}. In a table of logits the first axis is the example and the second one
    the class, so label 1 as a *row* number is another example. With more classes than examples it becomes an error.
    Which of your two lists counts examples?
    """
    return -reference.log_softmax(Z)[y, np.arange(len(y))].mean()


rows_and_columns_exchanged.also(lambda Z, y: (reference.logsumexp(Z) - Z[y, np.arange(len(y))]).mean())

SINGLE = (np.array([[1.0, 2.0]]), np.array([0]))


@mistakes.mistake(*SINGLE)
def as_many_columns_as_examples(Z, y):
    """
    Your one-hot table is `eye` of the number of *examples*, and it has to have a column for each *class*. For
    {input} you return {output}. As long as both numbers agree nobody notices; with one example the table has a
    single column, which NumPy stretches over all classes. Which length of `Z.shape` is the number of classes? An
    index with two lists needs no table at all.
    """
    return -(np.eye(len(y))[y] * reference.log_softmax(Z)).sum() / len(y)


as_many_columns_as_examples.also(lambda Z, y: -(np.eye(len(y))[y] * reference.log_softmax(Z)).sum(axis=1).mean())


@mistakes.mistake(*SINGLE)
def shift_on_one_side_only(Z, y):
    """
    You subtract the largest logit inside the log-sum-exp and leave the logit of the true class as it is. For
    {input} you return {output}. The difference of the two is the loss only if both were shifted by the same number,
    or neither: either the largest logit is added back to the logarithm, or it is subtracted from the true logit as
    well. Where is it missing?
    """
    return (lse(Z, Z.max(axis=-1)) - Z.max(axis=-1) - _picked(Z, y)).mean()


@mistakes.mistake(*SINGLE)
def no_label_used(Z, y):
    """
    You average the log-probabilities of *all* classes, and the labels play no part. For {input} you return
    {output}, and you would return it for every other label, too. That number is smallest when all classes are
    equally probable, so training would make the model forget what it knows. One entry of each row counts. Where
    does `y` enter your code?
    """
    return -reference.log_softmax(Z).mean()


no_label_used.also(lambda Z, y: -reference.log_softmax(Z).sum() / len(y))


@mistakes.mistake(np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1]))
def rows_instead_of_elements(Z, y):
    """
    `[y]` takes whole *rows*: the row whose number is the label, with all its classes, and the mean runs over them.
    For {input} you return {output}. It even fails when a label is larger than the number of examples. From row i
    one element is wanted, the one in column `y[i]`. An index with two lists of the same length, one of rows and one
    of columns, picks single elements. Where do the row numbers come from?
    """
    return -reference.log_softmax(Z)[y].mean()


rows_instead_of_elements.also(lambda Z, y: (reference.logsumexp(Z)[:, None] - Z[y]).mean())


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


@mistakes.mistake(*SINGLE)
def the_other_sign(Z, y):
    """
    You return the mean *log-probability*: {output} for {input}. It is the loss with the wrong sign: it grows when
    the model gets better, so gradient descent would make it worse. A loss is at least 0 and falls towards 0 for a
    model that is right and sure of it. Which of the two terms, log-sum-exp and true logit, has to be the larger
    one?
    """
    return -reference.cross_entropy(Z, y)


@mistakes.mistake(*SINGLE, name="NLL of logits")
def nll_of_logits(Z, y):
    """
    You take minus the logit of the true class and leave the normalisation out. For {input} you return {output};
    raise all logits by 100 and your loss falls by 100, though no probability has changed. Training would push that
    logit up without end. What has to be added so that a common shift cancels?
    """
    return -_picked(Z, y).mean()


@mistakes.mistake(*SINGLE, name="NLL of probabilities")
def nll_of_probabilities(Z, y):
    """
    You take minus the *probability* of the true class, and no logarithm. For {input} you return {output}: between
    −1 and 0, where a loss is never negative. The difference is not one of taste: with the logarithm the gradient of
    a confident mistake is close to −1, without it it is close to 0. Where does the logarithm belong?
    """
    return -_picked(stable_shares(Z), y).mean()


@mistakes.mistake(*FIFTY)
def double_softmax(Z, y):
    """
    You apply a softmax to the logits and then a loss that contains one itself. The second softmax sees numbers
    between 0 and 1, whose gaps are at most 1, so the loss has a floor and a ceiling: for {input} you return
    {output}, where the truth is 50. Training still moves, slowly, which hides the mistake. Which of the two can go?
    """
    return reference.cross_entropy(stable_shares(Z), y)


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


@mistakes.mistake(*SINGLE, name="labels from 1 to K")
def labels_from_1_to_k(Z, y):
    """
    You subtract 1 from the labels, as if they were counted from 1. Here they are counted from 0, so you look at the
    class before the true one, and for label 0 the index −1 picks the *last* class without a word. For {input} you
    return {output}. Compare the smallest and the largest label with the number of columns: which count do they
    follow?
    """
    return reference.cross_entropy(Z, (y - 1) % Z.shape[1])


@mistakes.mistake(*SINGLE)
def the_winner_in_place_of_the_label(Z, y):
    """
    You take the log-probability of the class with the largest logit, and the labels play no part. For {input} you
    return {output}: small, as for a model that is right, although the true class is the other one. That number says
    how sure the model is; a loss says how wrong it was. Where does `y` enter your code?
    """
    return -reference.log_softmax(Z).max(axis=1).mean()
