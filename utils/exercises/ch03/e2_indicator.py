"""Exercise 3.2: the indicator 1{y = j} of every example and every class, shape (m, K), from m labels."""

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch03.common import one_hot

# The domain


def labels_and_classes(rng):
    """Labels and the number of classes: as many as there are examples, fewer and more; one class; the last
    one absent.
    """
    return [
        (np.array([1]), 2),
        (np.array([1, 0]), 2),
        (np.array([0, 2]), 3),
        (np.array([0]), 1),
        (np.array([1, 2, 0]), 3),
        (np.array([1, 0, 1, 1]), 2),
        (np.array([1, 1, 0]), 5),
        (np.array([3, 1, 0, 2, 2]), 4),
        (rng.integers(4, size=7), 4),
        (rng.integers(6, size=3), 6),
        (rng.permutation(5), 5),
    ]


# Right answers


def _indicator_with_loops(y, K):
    return [[1 if label == j else 0 for j in range(K)] for label in y]


def _indicator_filled(y, K):
    E = np.zeros((len(y), K), dtype=np.float32)
    E[np.arange(len(y)), y] = 1
    return E


def _indicator_along_axis(y, K):
    E = np.zeros((len(y), K), dtype=int)
    np.put_along_axis(E, np.asarray(y, dtype=int)[:, None], 1, axis=-1)
    return E


mistakes = Bank()

indicator = Exercise(
    name="ch03.indicator",
    asks="The indicator 1{y = j} of every example and every class, shape (m, K), from m labels.",
    reference=reference.indicator,
    probes=labels_and_classes,
    expects=lambda y, K: f"an array of the shape ({len(y)}, {K}) with a single 1 in each row and 0 elsewhere",
    hints=paragraphs("""
        The result has a row for each example and a column for each class. Which two numbers are compared at row i and
        column j?

        `np.arange(K)` holds the classes. Comparing a column of labels, shape (m, 1), with it, shape (K,), compares
        every label with every class.

        `y[:, np.newaxis]` is the column of labels. Another way: row j of the unit matrix `np.eye(K)` is the answer for
        the label j, and an array of labels can pick many rows at once.
    """),
    alternatives=(
        _indicator_with_loops,
        _indicator_filled,
        _indicator_along_axis,
        one_hot,
        lambda y, K: y[:, None] == np.arange(K),
        lambda y, K: np.equal.outer(y, np.arange(K)).astype(int),
        lambda y, K: np.stack([y == j for j in range(K)], axis=1),
    ),
    bank=mistakes,
    remark="One comparison of all labels with all classes; each row has one 1, at its label.",
)


# Mistakes


@mistakes.mistake(np.array([1, 0, 1, 1]), 2)
def as_many_columns_as_examples(y, K):
    """
    Your unit matrix has as many rows and columns as there are labels. For {input} you return {output}: the width
    follows the size of the batch. With fewer examples than classes a large label has no row to pick, and that is an
    error; with as many, nothing shows. The number of columns is the number of *classes*. Which argument tells it?
    """
    return np.eye(len(y))[y]


as_many_columns_as_examples.also(lambda y, K: y[:, None] == np.arange(len(y)))


@mistakes.mistake(np.array([1]), 3)
def number_of_classes_from_the_labels(y, K):
    """
    You read the number of classes off the labels, from the largest one or from those that occur. For {input} you
    return {output}. A batch need not hold an example of every class, and then the result is too narrow, or a label
    finds no row. The same model would then meet arrays of a different width in every batch. The number of classes
    is a property of the task. Which argument carries it?
    """
    return np.eye(np.max(y) + 1)[y]


number_of_classes_from_the_labels.also(
    lambda y, K: y[:, None] == np.arange(np.max(y) + 1),
    lambda y, K: y[:, None] == np.unique(y),
    lambda y, K: np.eye(len(np.unique(y)))[y],
)


@mistakes.mistake(np.array([1, 2, 0]), 3)
def classes_as_rows(y, K):
    """
    Your rows are the classes and your columns the examples. For {input} you return {output}. In this course one row
    is one example, for labels as for probabilities, so that the two can be multiplied entry by entry; for as many
    examples as classes the shapes agree and the mistake is silent. On which side should the axis of the classes
    stand?
    """
    return np.eye(K)[y].T


classes_as_rows.also(
    lambda y, K: np.arange(K)[:, None] == y,
    lambda y, K: np.eye(K)[:, y],
)


@mistakes.mistake(np.array([1, 0]), 2)
def labels_from_1(y, K):
    """
    You treat the labels as if they began with 1. For {input} you return {output}: the 1 stands one column too far
    to the left, and an example of class 0 has none at all, or has it in the last column, because −1 is the last
    place in Python. The labels of K classes are 0 to K − 1 in this course, and column j belongs to class j. Where
    does your count begin?
    """
    return y[:, None] == np.arange(1, K + 1)


labels_from_1.also(lambda y, K: np.eye(K)[y - 1])


@mistakes.mistake(np.array([1, 0]), 2)
def no_new_axis(y, K):
    """
    You compare the labels with the classes entry by entry: the first label with class 0, the second with class 1,
    and so on. For {input} you return {output}; for other lengths the comparison fails. What is needed is every
    label against every class. An axis of length 1 behind the labels makes NumPy do that. How is it added?
    """
    return y == np.arange(K)


no_new_axis.also(lambda y, K: (y == np.arange(K)).astype(int))


@mistakes.mistake(np.array([1, 0]), 2)
def columns_instead_of_elements(y, K):
    """
    You set whole columns to 1: for {input} you return {output}, and each example gets the labels of all. In NumPy a
    colon in front of the labels does that, because it means *every* row; two index arrays of the same length are
    read in pairs instead. With lists, `[row] * m` does it: it is one and the same row m times, and whoever writes
    into one of them writes into all. How does each example get a row of its own?
    """
    E = np.zeros((len(y), K))
    E[:, y] = 1
    return E


@columns_instead_of_elements.also
def one_row_many_times(y, K):
    E = [[0] * K] * len(y)
    for row, label in zip(E, y, strict=True):
        row[label] = 1
    return E


@mistakes.mistake(np.array([0, 0]), 2)
def rows_instead_of_elements(y, K):
    """
    You set whole rows to 1. For {input} you return {output}: with a single index, the labels name rows, which are
    examples, and all classes of such a row become 1 at once. An entry has two indices, first its row and then its
    column. The label is one of them. Which one, and what numbers the other?
    """
    E = np.zeros((len(y), K))
    E[y] = 1
    return E


@mistakes.mistake(np.array([0, 2]), 3)
def the_label_instead_of_1(y, K):
    """
    You write the label itself where a 1 belongs. For {input} you return {output}; class 0 would leave no trace, and
    class 3 would count three times. A label is a name, not an amount: the indicator says *yes* with a 1 and *no*
    with a 0, whatever the name is. Which number do you put at the place of the label?
    """
    E = np.zeros((len(y), K))
    E[np.arange(len(y)), y] = y
    return E


the_label_instead_of_1.also(lambda y, K: np.eye(K)[y] * y[:, None])


@mistakes.mistake(np.array([0, 2]), 3)
def no_and_yes_exchanged(y, K):
    """
    You return 1 where the label differs from the class and 0 where they agree: {output} for {input}. The indicator
    answers the question *is y equal to j?*, so each row holds a single 1, at its label, and sums to 1. Count the
    ones in a row of yours. Which sign of comparison asks that question?
    """
    return y[:, None] != np.arange(K)


no_and_yes_exchanged.also(lambda y, K: 1 - np.eye(K)[y])


@mistakes.mistake(np.array([1]), 3)
def all_classes_up_to_the_label(y, K):
    """
    Your comparison is true on one side of the label as well: {output} for {input}. Such rows are used for classes
    with an order, small, medium, large, and then they have several ones. Here a class has no neighbours and exactly
    one entry of each row is 1. Which comparison is true at one place only?
    """
    return y[:, None] >= np.arange(K)


all_classes_up_to_the_label.also(
    lambda y, K: y[:, None] > np.arange(K),
    lambda y, K: y[:, None] <= np.arange(K),
)


@mistakes.mistake(np.array([1, 0, 1, 1]), 2)
def counts_of_the_classes(y, K):
    """
    You return how often each class occurs: {output} for {input}. That is the indicator summed over the examples,
    and the sum forgets which example had which label. What is asked for keeps them apart: a row for each example,
    with a single 1 in it. The counts are useful in their own right, for the shares of the classes in a later
    section. Which axis has been summed away?
    """
    return np.eye(K)[y].sum(axis=0)


counts_of_the_classes.also(lambda y, K: np.eye(K)[y].mean(axis=0))


@mistakes.mistake(np.array([1, 0]), 2)
def only_one_example(y, K):
    """
    You return the row of a single example: {output} for {input}. A `return` that is indented into the loop ends the
    function in the first round, and a result that is overwritten in every round holds the last one alone. What is
    asked for has a row for each of the m examples. Where are the rows collected, and how far is your `return`
    indented?
    """
    return np.eye(K)[y[:1]]


only_one_example.also(
    lambda y, K: np.eye(K)[y[0]],
    lambda y, K: np.eye(K)[y[-1:]],
    lambda y, K: np.eye(K)[y[-1]],
)


@mistakes.mistake(np.array([1, 0]), 2)
def the_labels_as_a_column(y, K):
    """
    You return the labels themselves, {output} for {input}, without comparing them with the classes. The axis that
    you added is the first half of the way: NumPy stretches a column of the shape (m, 1) to meet an array of the
    shape (K,), and then every label stands beside every class. Which array holds the classes, and which question do
    you ask?
    """
    return y[:, None]


the_labels_as_a_column.also(
    lambda y, K: y,
    lambda y, K: np.tile(y[:, None], K),
)
