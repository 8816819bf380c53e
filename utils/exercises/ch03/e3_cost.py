"""Exercise 3.3: the mean loss of a batch from its probabilities A, shape (m, K), and its labels y."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch03 import recognising
from utils.exercises.ch03.common import (
    any_probabilities,
    calm_probabilities,
    nearly_certain,
    one_hot,
    picked,
    with_small_ones,
    with_zeros,
)
from utils.exercises.drawing import labels

# The domain


def corners(rng):
    """Batches of probabilities with labels, by the name of their corner."""

    def batch(m, K):
        return calm_probabilities(rng, m, K), labels(rng, m, K)

    A, y = batch(4, 3)
    K, many = int(rng.integers(3, 6)), int(rng.integers(14, 25))
    certain = labels(rng, 5, K)
    return {
        "one row": batch(1, K),
        "one row of many classes": batch(1, many),
        "rows of one class": batch(int(rng.integers(3, 6)), 1),
        "two classes": batch(5, 2),
        "many classes": batch(3, many),
        "many rows": batch(int(rng.integers(25, 60)), 3),
        "many rows of many classes": batch(int(rng.integers(25, 60)), many),
        "thousands of rows": (rng.dirichlet(np.ones(3), size=2503), labels(rng, 2503, 3)),
        "one row several times": (np.repeat(A, [4, 1, 1, 1], axis=0), np.repeat(y, [4, 1, 1, 1])),
        "a square batch": (calm_probabilities(rng, K, K), np.roll(np.arange(K), 1)),
        "even rows": (np.full((3, K), 1 / K), labels(rng, 3, K)),
        "nearly certain rows": (nearly_certain(rng, 4), np.zeros(4, dtype=int)),
        "certain rows": (one_hot(certain, K), certain),
        "labels of one class": (calm_probabilities(rng, 4, K), np.full(4, rng.integers(K))),
        "an absent class": (calm_probabilities(rng, 4, K), labels(rng, 4, K - 1)),
        "the likeliest classes": (A, A.argmax(axis=1)),
        "zeros beside the labels": (with_zeros(A, y), y),
        "one row with a zero": (with_zeros(A[:1], y[:1]), y[:1]),
        "hardly more than 0": (with_small_ones(rng, A, y), y),
        "one that is hardly more than 0": (with_small_ones(rng, A[:1], y[:1]), y[:1]),
    }


def draw(rng):
    return any_probabilities(rng, int(rng.integers(1, 31)), int(rng.integers(1, 13)))


probabilities_and_labels = Domain(
    smallest=[
        (np.array([[0.5, 0.5], [0.2, 0.8], [0.9, 0.1]]), np.array([1, 0, 1])),
        (np.array([[0.5, 0.5]]), np.array([0])),
        (np.array([[0.25, 0.75]]), np.array([0])),
        (np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]), np.array([0, 2])),
        (np.array([[1.0], [1.0]]), np.array([0, 0])),
        (np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([0, 1])),
        (np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), np.array([0, 2])),
        (np.array([[1e-30, 1.0], [0.5, 0.5]]), np.array([0, 1])),
    ],
    corners=corners,
    draw=draw,
)


def is_calm(A, y):
    return A.min() >= 1e-3 and A.max() <= 0.999


calmly = recognising.Calmly(is_calm, tolerance=(5e-3, 2e-3))


def has_a_zero(A, y):
    return (A[one_hot(y, A.shape[1]) == 0] == 0).any()


def product_underflows(A, y):
    """Whether the product of all probabilities is 0 in float64; None where it has lost digits."""
    total = -np.log(picked(A, y)).sum()
    return True if total > 746 else False if total < 700 else None


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
    scale=lambda A, y: 0.01,  # float32 holds a probability next to 1 as closely as that
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
THREE = (np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]), np.array([0, 2]))


@mistakes.mistake(*PAIR, name="divided by m − 1", recognise=calmly.times(recognising.divided_by_one_less))
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


@mistakes.mistake(*THREE)
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
    the function in the first round, or the total is overwritten in every round, so that only the last loss is
    left. Every example has to add its loss to the same total. Which sign collects, and how far is your `return`
    indented?
    """
    return -np.log(A[0, y[0]])


only_one_example.also(
    lambda A, y: -np.log(A[0, y[0]]) / len(A),
    lambda A, y: -np.log(A[-1, y[-1]]),
    lambda A, y: -np.log(A[-1, y[-1]]) / len(A),
)


@mistakes.mistake(PAIR[0], np.array([1, 1]))
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


@mistakes.mistake(np.array([[0.25, 0.75]]), np.array([0]))
def number_of_classes_from_the_labels(A, y):
    """
    You read the number of classes off the labels, as `np.eye(np.max(y) + 1)` does. For {input} the result is
    {output}. A batch need not hold an example of its last class, and then your one-hot rows are narrower than the rows
    of `A`: mostly that is an error, and where one column is left, it is stretched over all classes in silence. Which
    entry of `A.shape` is the number of classes?
    """
    return -np.sum(np.eye(np.max(y) + 1)[y] * np.log(A)) / len(A)


number_of_classes_from_the_labels.also(
    lambda A, y: -np.log(np.sum(np.eye(np.max(y) + 1)[y] * A, axis=1)).mean(),
    lambda A, y: -np.sum((y[:, None] == np.unique(y)) * np.log(A)) / len(A),
)


@mistakes.mistake(*PAIR, recognise=calmly.adds_for_each_other_class(lambda A: A.shape[1]))
def the_logarithm_of_the_zeros(A, y):
    """
    You multiply by the indicator first, which is a good order, and then take the logarithm of *every* product. In each
    row all but one of them are 0, and the logarithm of 0 is minus infinity, or what an epsilon makes of it: for {input}
    you return {output}. The products of a row have to become a single number before the logarithm. Which operation
    belongs between the product and `np.log`, and along which axis?
    """
    return -np.sum(np.log(one_hot(y, A.shape[1]) * A)) / len(A)


the_logarithm_of_the_zeros.also(
    lambda A, y: -np.sum(np.log(one_hot(y, A.shape[1]) * A + 1e-7)) / len(A),
)


@mistakes.mistake(
    np.full((1_200, 2), 0.5),
    np.zeros(1_200, dtype=int),
    recognise=recognising.goes_wrong(product_underflows, recognising.not_finite),
)
def logarithm_of_the_product(A, y):
    """
    You multiply the probabilities first and take one logarithm at the end. On paper that is the same. In float64
    the product of many numbers below 1 is rounded to 0: for {input} you return {output}. A few hundred examples are
    enough, and a data set has thousands. A sum of as many numbers of ordinary size is harmless. Which of the two
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
    recognise=recognising.is_rounded,
)


@mistakes.mistake(*PAIR, recognise=calmly.times(recognising.summed))
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


@mistakes.mistake(*PAIR, recognise=calmly.times(recognising.divided_by_entries))
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


@mistakes.mistake(np.array([[0.25, 0.75]]), np.array([0]), recognise=calmly.times(recognising.divided_by_classes))
def divided_by_the_number_of_classes(A, y):
    """
    You divide the sum of the losses by the number of classes. For {input} you return {output}. In a batch with as
    many examples as classes that is right by accident, so a square test hides it. The cost is a mean over the
    examples. Which entry of `A.shape` counts them?
    """
    return -np.log(picked(A, y)).sum() / A.shape[1]


divided_by_the_number_of_classes.also(
    lambda A, y: -np.log(picked(A, y)).sum() / len(A[0]),
    lambda A, y: -np.sum(one_hot(y, A.shape[1]) * np.log(A + 1e-9)) / A.shape[1],
)


@mistakes.mistake(*PAIR, recognise=calmly.times(recognising.divided_twice))
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


@mistakes.mistake(*CERTAIN, recognise=recognising.goes_wrong(has_a_zero, recognising.not_finite))
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
    combined with the label of every other, as by two loops inside each other. For {input} you return {output}. Two
    index arrays of the same length are read in pairs, row 0 with the first label, row 1 with the second. Which array
    belongs in the place of the colon?
    """
    return np.mean(-np.log(A[:, y]))


columns_instead_of_elements.also(lambda A, y: -np.log(A[:, y]).sum() / len(A))


@mistakes.mistake(*PAIR)
def rows_instead_of_elements(A, y):
    """
    You index only with the labels, so they pick whole rows: the label of an example is taken for the number of a
    row. For {input} you return {output}; with a label that is larger than the batch there is an error. An entry of
    a matrix has two indices, first the example and then the class. Which of them is the label?
    """
    return -np.log(A[y]).mean()


rows_instead_of_elements.also(lambda A, y: -np.log(A[y]).sum() / len(A))


@mistakes.mistake(np.array([[0.7, 0.3], [0.4, 0.6]]), np.array([1, 1]))
def row_and_column_exchanged(A, y):
    """
    You put the labels first and the numbers of the examples second. For {input} you return {output}. The first index of
    a matrix is its row, the example, and the second its column, the class; exchanged, they reach other entries, and in
    a batch with more examples than classes places that do not exist. In which order do the two come in the shape
    (m, K)?
    """
    return -np.log(A[y, np.arange(len(y))]).mean()


@mistakes.mistake(PAIR[0], np.array([1, 1]))
def summed_over_the_wrong_axis(A, y):
    """
    You sum over the examples where the classes were meant: axis 0 in place of axis 1. For {input} you return {output}.
    That leaves one number for each class, in which several examples are mixed, and a class that never occurs has the
    logarithm of 0. With axis 1 the sum picks from each row the probability of its label, since all other terms are 0.
    Along which axis do the entries of one example lie?
    """
    return -np.log(np.sum(one_hot(y, A.shape[1]) * A, axis=0)).mean()


summed_over_the_wrong_axis.also(lambda A, y: -np.log(np.sum(one_hot(y, A.shape[1]) * A, axis=0)).sum() / len(A))


@mistakes.mistake(*PAIR, recognise=recognising.sign_lost(calmly))
def no_minus_sign(A, y):
    """
    You return a mean of logarithms with their own sign: {output} for {input}. Probabilities are at most 1, so that
    is never above 0, and the better the model, the larger it is. A cost is made small by training; yours would be
    driven towards minus infinity, that is towards the worst model. What belongs in front?
    """
    return np.log(picked(A, y)).mean()


no_minus_sign.also(
    lambda A, y: np.sum(one_hot(y, A.shape[1]) * np.log(A)) / len(A),
    lambda A, y: np.log(picked(A, y)).sum(),
)


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
def the_sum_inside_the_logarithm(A, y):
    """
    You add up the probabilities of all examples and take one logarithm of the sum. For {input} you return {output}: two
    probabilities of 0.5 have the sum 1 and would cost nothing. Logarithms turn *products* into sums; the logarithm of a
    sum is no sum of logarithms. The sum that may be inside is the one over the classes of a single row, because all
    of its terms but one are 0. Which axis does yours run over?
    """
    return -np.log(picked(A, y).sum())


the_sum_inside_the_logarithm.also(lambda A, y: -np.log(picked(A, y).sum()) / len(A))


@mistakes.mistake(*PAIR)
def no_logarithm(A, y):
    """
    You average the probabilities of the labels, with or without a sign, or what is missing to 1: {output} for {input}.
    No logarithm is taken, so an example that the model holds for almost impossible costs hardly more than a doubtful
    one. A cost must grow without bound when a true class is given a probability near 0. Which function belongs between
    the probabilities and their mean?
    """
    return -picked(A, y).mean()


no_logarithm.also(
    lambda A, y: picked(A, y).mean(),
    lambda A, y: -picked(A, y).sum(),
    lambda A, y: picked(A, y).sum(),
    lambda A, y: (1 - picked(A, y)).mean(),
    lambda A, y: (1 - picked(A, y)).sum(),
)


@mistakes.mistake(*PAIR)
def another_base(A, y):
    """
    Your logarithm has another base than e. For {input} you return {output}: the right idea in another unit. Base 2
    counts bits, base 10 decimal digits, and e, which is asked for, nats. Such a cost ranks models alike, but its
    gradient gets a factor, the first cost of an untrained model is no longer ln K, and no library would agree with your
    number. Which function of NumPy is the *natural* logarithm?
    """
    return -np.log2(picked(A, y)).mean()


another_base.also(lambda A, y: -np.log10(picked(A, y)).mean())


@mistakes.mistake(*PAIR)
def squared_error(A, y):
    """
    You take squared differences between probabilities and one-hot rows. For {input} you return {output}. That measures
    the same distance, but it stays below 2 for every example, however wrong the prediction is, and its gradient
    vanishes where a prediction is certain and wrong. The cost asked for is made from one probability of each row, that
    of its label. Which function do you take of it?
    """
    return np.mean((A - one_hot(y, A.shape[1])) ** 2)


squared_error.also(
    lambda A, y: np.sum((A - one_hot(y, A.shape[1])) ** 2) / len(A),
    lambda A, y: np.sum((A - one_hot(y, A.shape[1])) ** 2) / (2 * len(A)),
    lambda A, y: np.sum((A - one_hot(y, A.shape[1])) ** 2),
)


@mistakes.mistake(*PAIR)
def the_entropy(A, y):
    """
    You weight each logarithm with the probability it is taken of: {output} for {input}. That is the mean entropy of the
    predictions. It says how undecided the model is and does not ask what is true, so other labels would change nothing.
    In the cost the weights come from the truth: 1 for the class that occurred and 0 for the others. Where do the labels
    enter your formula?
    """
    return -np.sum(A * np.log(A)) / len(A)


the_entropy.also(
    lambda A, y: -np.sum(A * np.log(A)),
    lambda A, y: -np.mean(picked(A, y) * np.log(picked(A, y))),
)


@mistakes.mistake(*PAIR)
def perplexity(A, y):
    """
    You raise e to the mean loss at the end: {output} for {input}. That number is in use, it is the perplexity, and it
    says among how many equally likely classes the model hesitates. It is 1 for perfect predictions, where the cost is
    0. The cost stays in nats, so that costs of batches can be averaged. Which last step has to go?
    """
    return np.exp(-np.log(picked(A, y)).mean())


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


@mistakes.mistake(*THREE)
def the_share_of_wrong_decisions(A, y):
    """
    You count how often the largest probability is that of the label, or elsewhere. For {input} you return {output}.
    That is the accuracy, or the error rate: it does not see by how much a decision was right, and a small change of
    a probability changes nothing, so nothing can be learned from it. The cost is made from the probabilities of the
    labels themselves. Where does the logarithm come in?
    """
    return (A.argmax(axis=1) != y).mean()


the_share_of_wrong_decisions.also(lambda A, y: (A.argmax(axis=1) == y).mean())


@mistakes.mistake(*THREE)
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
    You add a small number inside the logarithm, clip the probabilities or cap the losses. For {input} you return
    {output}; the true mean is close to 35. A small number there puts a ceiling on every loss, 20.7 for 1e-9, and above
    it the gradient is nearly 0, so that the worst mistakes are never corrected. The label's own probability needs no
    help; which of the others must not reach the logarithm?
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
    *(lambda A, y, e=e: -np.log(np.clip(picked(A, y), e, 1 - e) + 1e-9).mean() for e in (1e-7, 1e-12)),
    lambda A, y: -np.sum(one_hot(y, A.shape[1]) * np.log(np.clip(A, 1e-12, 1 - 1e-12) + 1e-9)) / len(A),
    lambda A, y: -np.mean(np.sum(one_hot(y, A.shape[1]) * np.log(A + 1e-10), axis=1)),
    example=(np.array([[1e-30, 1.0], [0.5, 0.5]]), np.array([0, 1])),
    recognise=recognising.is_cut_off(lambda A, y: -np.log(picked(A, y))),
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


@mistakes.mistake(*PAIR, recognise=recognising.one_number_only)
def a_function_of_single_numbers(A, y):
    """
    You hand an array to a function that takes a single number: those of the module `math` do, and `float`. For {input}
    you return {output}. At most it runs where the array happens to have one entry, as in a batch of one row. NumPy has
    logarithms that work on every entry of an array, and a mean that makes one number of many. Which function in your
    code is given more than it takes?
    """
    return -math.log(picked(A, y)) / len(A)


a_function_of_single_numbers.also(
    lambda A, y: -math.log(A[y]),
    lambda A, y: float(-np.log(picked(A, y))),
)


@mistakes.mistake(*PAIR, recognise=recognising.wants_another_axis)
def an_axis_that_is_not_there(A, y):
    """
    Your code asks for an axis that your array does not have. For {input} you return {output}. `A` has two axes, the
    examples and the classes, and `y` has one; an index such as `A[rows, y]` uses both axes of `A` and leaves one, and a
    sum over the classes leaves one as well. Print the shapes, line by line: which of your arrays is asked for an axis
    that an earlier step has used up?
    """
    return -np.log(picked(A, y)).sum(axis=1).mean()


an_axis_that_is_not_there.also(
    lambda A, y: -np.log(A[np.arange(len(y)), y, :]).mean(),
    lambda A, y: -np.mean(A[y[:, 0]]),
    lambda A, y: -np.sum(np.log(picked(A, y))) / y.shape[1],
)

# What is not divided by m is wrong in a second way, and keeps the name of the first.
calmly.name(mistakes, recognising.summed)
