"""Exercise 3.3: the mean loss of a batch from its probabilities A, shape (m, K), and its labels y."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch03.common import one_hot, picked

# The domain


def probabilities_and_labels(rng):
    """Batches of probabilities with labels: square ones, one example, hundreds, one class, and probabilities of 0."""
    return [
        (np.array([[0.5, 0.5], [0.2, 0.8], [0.9, 0.1]]), np.array([1, 0, 1])),
        (np.array([[0.5, 0.5]]), np.array([0])),
        (np.array([[0.25, 0.75]]), np.array([0])),
        (np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]), np.array([0, 2])),
        (np.array([[1.0], [1.0]]), np.array([0, 0])),
        (np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([0, 1])),
        (np.array([[1, 0, 0], [0, 0, 1]]), np.array([0, 2])),
        (np.array([[1e-30, 1.0], [0.5, 0.5]]), np.array([0, 1])),
        (rng.dirichlet(np.ones(3), size=3), rng.permutation(3)),
        (rng.dirichlet(np.ones(4), size=6), rng.integers(4, size=6)),
        (rng.dirichlet(np.ones(5), size=3), rng.integers(5, size=3)),
        (rng.dirichlet(np.ones(10), size=400), rng.integers(10, size=400)),
    ]


# Right answers


def _cost_with_loop(A, y):
    total = 0.0
    for row, label in zip(A, y, strict=True):
        total -= math.log(row[label])
    return total / len(y)


def _cost_where(A, y):
    E = one_hot(y, A.shape[1])
    return -np.sum(E * np.log(np.where(E == 1, A, 1))) / len(A)


def _cost_of_products(A, y):
    return -np.log(np.sum(one_hot(y, A.shape[1]) * A, axis=1)).mean()


def _cost_in_float32(A, y):
    return np.float32(-np.log(np.take_along_axis(A, y[:, None], axis=1).astype(np.float32)).mean())


def _cost_geometric(A, y):
    return -np.log(np.prod(picked(A, y).astype(float) ** (1 / len(y))))


def _cost_xlogy(A, y):
    from scipy.special import xlogy

    return -xlogy(one_hot(y, A.shape[1]), A).sum(axis=-1).mean()


mistakes = Bank()

cost = Exercise(
    name="ch03.cost",
    is_main=True,
    asks="The mean loss of a batch from its probabilities A, shape (m, K), and its labels y.",
    reference=reference.cost,
    probes=probabilities_and_labels,
    expects=lambda A, y: "one number, 0 or larger,",
    scale=lambda A, y: 1.0,
    hints=paragraphs("""
        Three steps: from each row the probability of its label, the loss of each example, the mean over the examples.

        `A[rows, y]` with two arrays of the same length picks one entry from each row. Which array numbers the rows 0 to
        m − 1?

        If you go by the indicator: multiply it with `A` before the logarithm, sum over the classes, and take the
        logarithm of that sum. Then no logarithm of 0 is ever taken for a class that is not the label.
    """),
    alternatives=(
        _cost_with_loop,
        _cost_where,
        _cost_of_products,
        _cost_in_float32,
        _cost_geometric,
        _cost_xlogy,
        lambda A, y: -np.log(A[one_hot(y, A.shape[1]) == 1]).sum() / len(A),
    ),
    bank=mistakes,
    remark="The mean of the losses, and a class that did not occur may have the probability 0.",
)


# Mistakes

PAIR = (np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([1, 0]))


@mistakes.mistake(*PAIR, name="divided by m − 1")
def divided_by_one_less(A, y):
    """
    You divide by one less than the number of examples. For {input} you return {output}, and for a single example
    there is nothing left to divide by. That divisor belongs to the variance of a sample, where a mean has been
    subtracted before. Nothing is subtracted here: the cost is the plain mean of m losses. Where does your 1 come
    from, a formula of statistics or a count that begins with 0?
    """
    return -np.log(picked(A, y)).sum() / (np.float64(len(A)) - 1)


def _yes_and_no(A, y):
    """The loss of K decisions, each for itself, one row for each example."""
    E = one_hot(y, A.shape[1])
    return -(E * np.log(A) + (1 - E) * np.log(1 - A))


@mistakes.mistake(*PAIR)
def a_term_for_the_other_classes(A, y):
    """
    You add the logarithm of 1 − a for every class that did not occur. For {input} you return {output}. The other
    classes are in the cost already: a row sums to 1, so whatever they get is missing at the label. The extra terms
    belong to classes that are decided one by one, as in chapter 5. Which single term of each row is left without
    them?
    """
    return _yes_and_no(A, y).sum() / len(A)


a_term_for_the_other_classes.also(
    lambda A, y: _yes_and_no(A, y).mean(),
    lambda A, y: _yes_and_no(A, y).sum(),
)


@mistakes.mistake(*PAIR)
def only_one_example(A, y):
    """
    A single example reaches your result: {output} for {input}. Either a `return` is indented into the loop and ends
    the function in the first round, or the total is overwritten in every round, so that the last loss alone is
    left. Every example has to add its loss to the same total. Which sign collects, and how far is your `return`
    indented?
    """
    return -np.log(A[0, y[0]])


only_one_example.also(
    lambda A, y: -np.log(A[0, y[0]]) / len(A),
    lambda A, y: -np.log(A[-1, y[-1]]),
    lambda A, y: -np.log(A[-1, y[-1]]) / len(A),
)


@mistakes.mistake(*PAIR)
def the_label_as_a_factor(A, y):
    """
    You multiply with the labels themselves. For {input} you return {output}. An example of class 0 then costs
    nothing, whatever was predicted, and one of class 2 counts double. A label is the name of a class, not an
    amount. In the formula the factor is the indicator, 1 at the label and 0 elsewhere. How does a label lead to one
    entry of its row?
    """
    return -np.sum(y[:, None] * np.log(A)) / len(A)


the_label_as_a_factor.also(
    lambda A, y: -np.mean(y[:, None] * np.log(A)),
    lambda A, y: -np.sum(y * np.log(A)) / len(A),
    lambda A, y: -np.mean(y * np.log(A)),
)


@mistakes.mistake(np.array([[0.25, 0.75]]), np.array([0]))
def as_many_columns_as_examples(A, y):
    """
    Your one-hot matrix has as many columns as there are examples, as `np.eye(len(y))` gives it. For {input} the
    result is {output}. It fits A when examples and classes are equally many, and for one example it is stretched
    over all classes without an error. Its width has to be the number of *classes*. Which entry of `A.shape` is
    that?
    """
    return -np.sum(np.eye(len(y))[y] * np.log(A)) / len(A)


as_many_columns_as_examples.also(
    lambda A, y: -np.mean(np.sum(np.eye(len(y))[y] * np.log(A), axis=1)),
    lambda A, y: -np.log(np.sum(np.eye(len(y))[y] * A, axis=1)).mean(),
)


@mistakes.mistake(np.full((1_200, 2), 0.5), np.zeros(1_200, dtype=int))
def logarithm_of_the_product(A, y):
    """
    You multiply the probabilities first and take one logarithm at the end. On paper that is the same. In float64
    the product of many numbers below 1 is rounded to 0: for {input} you return {output}. A few hundred examples are
    enough, and a training has thousands. A sum of as many numbers of ordinary size is harmless. Which of the two
    steps has to come first?
    """
    return -np.log(np.prod(picked(A, y))) / len(A)


logarithm_of_the_product.also(lambda A, y: -np.log(np.prod(picked(A, y)) ** (1 / len(A))))

mistakes.add(
    "rounded",
    """
    You round the result: {output} for {input}. On paper that is enough. But a cost is calculated with: differences
    of nearly equal ones are taken to check a gradient, and two trainings that differ in the fifth digit would look
    the same. Rounding belongs to the line that prints. Which call in your function cuts the digits off?
    """,
    *(lambda A, y, digits=digits: np.round(-np.log(picked(A, y)).mean(), digits) for digits in (1, 2, 3, 4)),
    example=(np.array([[0.5, 0.5]]), np.array([0])),
)


@mistakes.mistake(*PAIR)
def sum_instead_of_mean(A, y):
    """
    You add up the losses and do not divide by the number of examples. For {input} you return {output}, and a batch
    twice as large would cost twice as much with the same predictions. A cost is compared between batches of
    different sizes, and the size of its gradient sets the learning rate. Which number does the formula for J have
    in front of the sum?
    """
    return -np.log(picked(A, y)).sum()


@mistakes.mistake(*PAIR)
def divided_by_the_average(A, y):
    """
    You divide the sum of the losses by their average. For {input} you return {output}, the number of examples, and
    so does every other model on this batch: the sum is m times the average, whatever the predictions are. One of
    our sources puts it in these words. What it means is the average itself. By which number is the sum divided to
    get that?
    """
    each = -np.log(picked(A, y))
    return each.sum() / each.mean()


@mistakes.mistake(*PAIR)
def mean_over_examples_and_classes(A, y):
    """
    You average over all entries of the matrix, the zeros of the indicator included. For {input} you return
    {output}: K times too small, because each row has one entry that counts and K − 1 that do not. The formula sums
    over the classes and takes the mean over the examples. Which of the two axes may be averaged?
    """
    return -np.mean(one_hot(y, A.shape[1]) * np.log(A))


mean_over_examples_and_classes.also(
    lambda A, y: -np.log(picked(A, y)).sum() / A.size,
    lambda A, y: -np.mean(np.where(one_hot(y, A.shape[1]) == 1, np.log(A), 0)),
)


@mistakes.mistake(np.array([[0.25, 0.75]]), np.array([0]))
def divided_by_the_number_of_classes(A, y):
    """
    You divide the sum of the losses by the number of classes. For {input} you return {output}. In a batch with as
    many examples as classes that is right by accident, so a square test hides it. The cost is a mean over the
    examples. Which entry of `A.shape` counts them?
    """
    return -np.log(picked(A, y)).sum() / A.shape[1]


divided_by_the_number_of_classes.also(lambda A, y: -np.log(picked(A, y)).sum() / len(A[0]))


@mistakes.mistake(*PAIR)
def divided_twice(A, y):
    """
    You divide by the number of examples twice: for {input} you return {output}. A mean divides once already, so
    another 1/m in front of it makes the cost, and later every gradient, m times too small, and training crawls
    without any error. Either take a sum and divide it, or take a mean and leave it. Which two places in your code
    divide?
    """
    return -np.log(picked(A, y)).mean() / len(A)


divided_twice.also(lambda A, y: -np.log(picked(A, y)).sum() / len(A) ** 2)

CERTAIN = (np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([0, 1]))


@mistakes.mistake(*CERTAIN)
def zero_times_minus_infinity(A, y):
    """
    You multiply the indicator with the logarithm of *every* probability. For {input} one of these, of a class that
    did not occur, is the logarithm of 0, and 0 times minus infinity is not 0 but nan: you return {output}. The
    formula means that the term is left out. How can the one probability that counts be picked, or the others be
    made harmless, *before* the logarithm?
    """
    return -np.sum(one_hot(y, A.shape[1]) * np.log(A)) / len(A)


zero_times_minus_infinity.also(lambda A, y: -np.mean(np.sum(one_hot(y, A.shape[1]) * np.log(A), axis=1)))


@mistakes.mistake(*PAIR)
def columns_instead_of_elements(A, y):
    """
    You index with a colon and the labels, and that picks whole columns: an m × m matrix, in which every example is
    combined with the label of every other. For {input} the mean over all of it is {output}. Two index arrays of the
    same length are read in pairs, row 0 with the first label, row 1 with the second. Which array belongs in the
    place of the colon?
    """
    return np.mean(-np.log(A[:, y]))


columns_instead_of_elements.also(lambda A, y: -np.log(A[:, y]).sum() / len(A))


@mistakes.mistake(*PAIR)
def rows_instead_of_elements(A, y):
    """
    You index with the labels alone, so they pick whole rows: the label of an example is taken for the number of a
    row. For {input} you return {output}; with a label that is larger than the batch there is an error. An entry of
    a matrix has two indices, first the example and then the class. Which of them is the label?
    """
    return -np.log(A[y]).mean()


rows_instead_of_elements.also(lambda A, y: -np.log(A[y]).sum() / len(A))


@mistakes.mistake(*PAIR)
def no_minus_sign(A, y):
    """
    You return a mean of logarithms with their own sign: {output} for {input}. Probabilities are at most 1, so that
    is never above 0, and the better the model, the larger it is. A cost is made small by training; yours would be
    driven towards minus infinity, that is towards the worst model. What belongs in front?
    """
    return np.log(picked(A, y)).mean()


no_minus_sign.also(lambda A, y: np.sum(one_hot(y, A.shape[1]) * np.log(A)) / len(A))


@mistakes.mistake(*PAIR)
def the_mean_inside_the_logarithm(A, y):
    """
    You average the probabilities first and take one logarithm of the result. For {input} you return {output}. The
    two steps cannot change places: an example that the model holds for almost impossible hardly shows in a mean of
    probabilities, and in the mean of losses it weighs heavily, as it should. Which of the two comes first in the
    formula for J?
    """
    return -np.log(picked(A, y).mean())


@mistakes.mistake(*PAIR)
def one_loss_for_each_example(A, y):
    """
    You return the loss of every example: {output} for {input}. Libraries call that the reduction *none*. The cost
    is one number for the whole batch, the mean of those losses, so a last step is missing. Keep this array in mind
    all the same: it tells you which examples the model finds hardest.
    """
    return -np.log(picked(A, y))


@mistakes.mistake(*PAIR)
def product_of_the_probabilities(A, y):
    """
    You multiply the probabilities of all examples: {output} for {input}. That is the likelihood, and making it
    large is what we want; but for a thousand examples the product is smaller than any float64 and becomes 0, and it
    depends on the size of the batch. Which function turns the product into a sum, and what is divided afterwards?
    """
    return np.prod(picked(A, y))


product_of_the_probabilities.also(lambda A, y: -np.prod(picked(A, y)))


@mistakes.mistake(*PAIR)
def all_classes_summed(A, y):
    """
    You take the logarithms of all entries of the matrix, also of the classes that did not occur. For {input} you
    return {output}, and other labels would change nothing. A cost that does not look at the labels cannot teach
    anything about them. How does the label of an example choose one entry of its row?
    """
    return -np.log(A).sum() / len(A)


all_classes_summed.also(
    lambda A, y: -np.log(A).mean(),
    lambda A, y: -np.log(A).sum(),
)


@mistakes.mistake(*PAIR)
def the_likeliest_class(A, y):
    """
    You take the largest probability of each row in place of that of the label. For {input} you return {output}: the
    price of what the model believes. It becomes small when the model is confident, right or wrong, and the labels
    play no part. Which of your two arguments is never read?
    """
    return -np.log(A.max(axis=1)).mean()


@mistakes.mistake(np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]), np.array([0, 2]))
def the_share_of_wrong_decisions(A, y):
    """
    You count how often the largest probability stands at the label, or elsewhere. For {input} you return {output}.
    That is the accuracy, or the error rate: it does not see by how much a decision was right, and a small change of
    a probability changes nothing, so nothing can be learned from it. The cost is made from the probabilities of the
    labels themselves. Where does the logarithm come in?
    """
    return (A.argmax(axis=1) != y).mean()


the_share_of_wrong_decisions.also(lambda A, y: (A.argmax(axis=1) == y).mean())


@mistakes.mistake(np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]), np.array([0, 2]))
def labels_from_1(A, y):
    """
    You subtract 1 from the labels, as if classes were counted from 1. For {input} you return {output}, the cost of
    other classes. Label 0 becomes −1, which is the last class in Python, so nothing fails. Here the labels are 0 to
    K − 1, the places in a row. Which index leads to the entry of the label?
    """
    return -np.log(A[np.arange(len(y)), y - 1]).mean()


mistakes.add(
    "epsilon in the log",
    """
    You add a small number inside the logarithm, or clip the probabilities. For {input} you return {output}; the
    true mean is close to 35. A small number there puts a ceiling on every loss, 20.7 for 1e-9, and above it the
    gradient is nearly 0, so that the worst mistakes are never corrected. The label's own probability needs no help;
    which of the others must not reach the logarithm?
    """,
    *(
        form
        for e in (1e-5, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
        for form in (
            lambda A, y, e=e: -np.log(picked(A, y) + e).mean(),
            lambda A, y, e=e: -np.sum(one_hot(y, A.shape[1]) * np.log(A + e)) / len(A),
            lambda A, y, e=e: -np.log(np.clip(picked(A, y), e, 1 - e)).mean(),
            lambda A, y, e=e: -np.log(np.clip(picked(A, y), e, 1)).mean(),
        )
    ),
    example=(np.array([[1e-30, 1.0], [0.5, 0.5]]), np.array([0, 1])),
)


@mistakes.mistake(*PAIR)
def double_softmax(A, y):
    """
    You apply a softmax to `A`, and `A` holds probabilities already. For {input} you return {output}. Numbers
    between 0 and 1 are poor logits: they are at most 1 apart, so the second softmax flattens every row, and the
    cost of perfect predictions stays well above 0. This mistake hides in many programs, since training still goes
    somewhere. What do the rows of `A` sum to before you touch them?
    """
    return -reference.log_softmax(A)[np.arange(len(y)), y].mean()
