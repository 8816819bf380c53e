"""Exercise 3.2: the indicator 1{y = j} of every example and every class, shape (m, K), from m labels."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch03.common import one_hot
from utils.exercises.ch03.recognising import Calmly
from utils.exercises.drawing import labels
from utils.exercises.recognising import loses_axes_of_length_one

# The domain


def corners(rng):
    """Labels and the number of classes, by the name of their corner."""
    K, many = int(rng.integers(3, 7)), int(rng.integers(14, 25))
    return {
        "one label": (labels(rng, 1, K), K),
        "one class": (np.zeros(int(rng.integers(2, 6)), dtype=int), 1),
        "many classes": (labels(rng, 4, many), many),
        "many labels": (labels(rng, int(rng.integers(25, 60)), K), K),
        "many labels of many classes": (labels(rng, int(rng.integers(25, 60)), many), many),
        "one label of many classes": (np.array([many - 1]), many),
        "as many labels as classes": (rng.permutation(K), K),
        "as many, with one class twice": (np.append(rng.permutation(K - 1), 0), K),
        "in ascending order": (np.arange(K), K),
        "all labels the same": (np.full(int(rng.integers(2, 6)), rng.integers(K)), K),
        "the first class absent": (1 + labels(rng, 5, K - 1), K),
        "the last class absent": (labels(rng, 5, K - 1), K),
        "a class absent between": (np.array([0, K - 1, 0, K - 1, K - 1]), K),
    }


def draw(rng):
    K = int(rng.integers(1, 13))
    return labels(rng, int(rng.integers(1, 31)), K), K


labels_and_classes = Domain(
    smallest=[
        (np.array([1]), 2),
        (np.array([1, 0]), 2),
        (np.array([0, 2]), 3),
        (np.array([0]), 1),
        (np.array([1, 2, 0]), 3),
        (np.array([1, 0, 1, 1]), 2),
        (np.array([1, 1, 0]), 5),
        (np.array([3, 1, 0, 2, 2]), 4),
    ],
    corners=corners,
    draw=draw,
)


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
    be?
    """
    return np.eye(K)[y].T


classes_as_rows.also(
    lambda y, K: np.arange(K)[:, None] == y,
    lambda y, K: np.eye(K)[:, y],
)


@mistakes.mistake(np.array([1, 0]), 2)
def labels_from_1(y, K):
    """
    You treat the labels as if they began with 1. For {input} you return {output}: the 1 is one column too far
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
    label against every class. An axis of length 1 after that of the labels makes NumPy do that. How is it added?
    """
    return y == np.arange(K)


no_new_axis.also(lambda y, K: (y == np.arange(K)).astype(int))


@mistakes.mistake(np.array([1, 0]), 2)
def columns_instead_of_elements(y, K):
    """
    You set whole columns to 1: for {input} you return {output}, and each example gets the labels of all. In NumPy a
    colon in front of the labels does that, because it means *every* row; two index arrays of the same length are
    read in pairs instead. With lists, `[row] * m` does it: it is one and the same row m times, and what is written
    into one of them is written into all. How does each example get a row of its own?
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
    Only a single example has its 1: you return {output} for {input}. A `return` that is indented into the loop ends the
    function in the first round, and a result that is overwritten in every round holds only the last one. What is asked
    for has a row with a 1 for each of the m examples. Where are the rows collected, and how far is your `return`
    indented?
    """
    return np.eye(K)[y[:1]]


@only_one_example.also
def others_left_at_zero(y, K):
    E = np.zeros((len(y), K))
    E[0, y[0]] = 1
    return E


@only_one_example.also
def last_alone(y, K):
    E = np.zeros((len(y), K))
    E[-1, y[-1]] = 1
    return E


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
    shape (K,), and then every label meets every class. Which array holds the classes, and which question do
    you ask?
    """
    return y[:, None]


the_labels_as_a_column.also(
    lambda y, K: y,
    lambda y, K: np.tile(y[:, None], K),
)


@mistakes.mistake(np.array([1, 1, 0]), 2)
def the_unit_matrix_itself(y, K):
    """
    You return the unit matrix, {output} for {input}, and the labels have not been used. Its row j is the one-hot row of
    class j, so it holds everything that is needed, once for each class and in the order of the classes. What is asked
    for has a row for each *example*, in the order of the labels, and a row may occur several times. How are rows of a
    matrix picked by an array of numbers?
    """
    return np.eye(K)


the_unit_matrix_itself.also(
    lambda y, K: np.arange(K)[:, None] == np.arange(K),
    lambda y, K: np.eye(len(y), K),
)


@mistakes.mistake(np.array([1, 0]), 2)
def nothing_but_zeros(y, K):
    """
    Every entry that you return is 0: {output} for {input}. The array of zeros is a good beginning. Then either nothing
    was written into it, or it was written into a copy: `E[y][0] = 1` picks rows first, which makes a new array, and
    fills that one. A comparison with something that no label equals gives only zeros, too. What do you have to write
    into one pair of brackets to reach one entry of a matrix, and what to reach one entry in each row?
    """
    return np.zeros((len(y), K))


@nothing_but_zeros.also
def written_into_a_copy(y, K):
    E = np.zeros((len(y), K))
    E[np.arange(len(y))][:, y] = 1
    return E


@mistakes.mistake(np.array([1, 0]), 3)
def one_column_too_many(y, K):
    """
    Your rows have K + 1 entries: for {input} you return {output}. That fits labels that run from 0 to K, or from 1 to K
    with a column that is never used. Here the labels of K classes are 0 to K − 1, so K columns hold all of them, and
    the extra one would belong to a probability that does not exist. Which number does your count of the columns
    add 1 to?
    """
    return np.eye(K + 1)[y]


one_column_too_many.also(lambda y, K: np.eye(K + 1)[y + 1])


@mistakes.mistake(np.array([1, 0]), 2)
def one_column_too_few(y, K):
    """
    Your rows have K − 1 entries, so the last class has no column: for {input} you return {output}. The classes are 0 to
    K − 1, and these are K of them, since 0 is one; `range(K)` and `np.arange(K)` stop before K by themselves. From the
    row of an example of the last class nobody could tell what it is. Which number does your count of the columns take 1
    off from?
    """
    return [[int(label == j) for j in range(K - 1)] for label in y]


one_column_too_few.also(lambda y, K: y[:, None] == np.arange(K - 1), lambda y, K: np.eye(K - 1)[y])


@mistakes.mistake(np.array([1, 1, 0]), 3)
def one_row_for_all_examples(y, K):
    """
    You return a single row, {output} for {input}, in which every class that occurs has a 1. All labels were written
    into one and the same row, so it says which classes there are and no longer whose they are. What is asked for has a
    row for each of the m examples. Which of the two numbers is missing in the shape of your array of zeros?
    """
    row = np.zeros(K)
    row[y] = 1
    return row


one_row_for_all_examples.also(lambda y, K: np.isin(np.arange(K), y))


def _is_the_error_of_many_labels(seen):
    """Whether the truth of an array was asked for, wherever there is more than one label, and nowhere else."""
    asked = [len(y) > 1 for y, _ in seen.probes]
    return len(seen.results) == len(asked) and all(
        (result.problem == "ValueError" and "ambiguous" in result.detail) == many
        for result, many in zip(seen.results, asked, strict=True)
    )


@mistakes.mistake(np.array([1, 0]), 2, recognise=_is_the_error_of_many_labels)
def written_for_one_label(y, K):
    """
    Your code asks `if` about all labels at once. `y == j` compares each of the m labels with j, so it has m answers,
    and Python cannot say whether an array of several is true. For {input} you return {output}; with a single label it
    would run. Either a loop takes the labels one after the other, or the comparison itself, without an `if`, becomes
    the result. Which of the two do you want?
    """
    return [1 if y == j else 0 for j in range(K)]


written_for_one_label.also(
    lambda y, K: [[1 if y == j else 0 for j in range(K)]],
    lambda y, K: np.array([1.0 if j == y else 0.0 for j in range(K)]),
)


@mistakes.mistake(np.array([1, 0, 1]), 2)
def compared_with_one_number(y, K):
    """
    You compare the labels with a single number, and every example gets one answer: {output} for {input}. No label ever
    equals K, because the labels end at K − 1; and a single class would not do either, since each example has to be
    compared with all of them. Which array holds the classes from 0 to K − 1?
    """
    return y == K


compared_with_one_number.also(
    lambda y, K: y == K - 1,
    lambda y, K: y == 0,
    lambda y, K: y == 1,
    lambda y, K: y[:, None] == K,
)


@mistakes.mistake(np.array([0, 2]), 3)
def rows_numbered_by_the_classes(y, K):
    """
    Your rows are numbered by the classes: the first index runs over 0 to K − 1 and not over the examples. For {input}
    you return {output}. Two index arrays are read in pairs, so they must be equally long; for other numbers of examples
    there is an error, and where the two agree nothing shows. The first index of the array is the example. How many of
    them are there?
    """
    E = np.zeros((len(y), K))
    E[np.arange(K), y] = 1
    return E


@mistakes.mistake(np.array([1, 0, 0]), 2)
def row_and_column_exchanged(y, K):
    """
    You put the label first and the number of the example second. For {input} you return {output}. The first index of
    an array is the row and the second the column; with rows for the examples, a label in the first place marks the row
    of another example, and an array with fewer columns than examples has no such place. In which order do the two
    come in the shape (m, K)?
    """
    E = np.zeros((len(y), K))
    E[y, np.arange(len(y))] = 1
    return E


@mistakes.mistake(np.array([1, 0]), 2)
def an_axis_too_many(y, K):
    """
    Your numbers are right and lie one axis too deep: {output} for {input}, of the shape (m, 1, K). An array that is
    indexed with a column of labels keeps the column's axis of length 1. The new axis is needed for a comparison with
    all classes; for picking rows of a unit matrix the labels serve as they are, (m,). Which of the two ways does your
    code mix?
    """
    return np.eye(K)[y[:, None]]


an_axis_too_many.also(lambda y, K: np.eye(K)[y][None])


@mistakes.mistake(np.array([1, 0]), 2)
def minus_1_in_place_of_0(y, K):
    """
    You write −1 where the answer is *no*: {output} for {input}. Some losses for two classes work with such labels. In
    the formulas of this chapter the indicator is a factor, 1 keeps the term of the class that occurred, and 0 makes all
    others vanish; a −1 would subtract them. Which number leaves a term out of a sum?
    """
    return 2 * np.eye(K)[y] - 1


@mistakes.mistake(np.array([1, 0]), 2)
def one_long_row(y, K):
    """
    You return all entries in one row: {output} for {input}. The numbers are right, and one has to count to find where
    an example begins. What is asked for has a row for each example and a column for each class, the shape (m, K), like
    the probabilities it will be multiplied with. Which call in your code takes the second axis away, or which one would
    bring it back?
    """
    return np.eye(K)[y].ravel()


@mistakes.mistake(np.array([1]), 2, recognise=loses_axes_of_length_one)
def axes_of_length_one_are_lost(y, K):
    """
    Your numbers are right, and an axis is missing: for {input}, a batch of one example, you return {output}. The result
    has the shape (m, K) for one example, too, and for a single class, so that code which runs over the rows need not
    ask how many there are. `squeeze` takes out every axis of the length 1, whatever it is for, and so does a line that
    treats one example as a special case. Which axis did your own code add?
    """
    return np.squeeze(np.eye(K)[y])


axes_of_length_one_are_lost.also(lambda y, K: np.eye(K)[y[0]] if len(y) == 1 else np.eye(K)[y])


# Nothing about labels is far out, so every result is compared.
Calmly(lambda y, K: True, tolerance=(1e-5, 1e-6)).name(mistakes)
