"""Exercise 9.4: how often each true class (row) was taken for each class (column)."""

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs

# The domain


def labels_and_predictions(rng):
    """(y, prediction, K): single cells, repeated pairs, all right, absent classes, random ones."""
    probes = [
        (np.array([0]), np.array([1]), 2),
        (np.array([1, 1, 1]), np.array([0, 0, 0]), 2),
        (np.array([0, 1, 1]), np.array([0, 1, 0]), 2),
        (np.array([0, 1, 2, 2]), np.array([0, 1, 2, 2]), 3),
        (np.array([0, 0, 2]), np.array([0, 2, 2]), 4),
    ]
    for m, K in ((30, 3), (10, 10), (200, 5)):
        probes.append((rng.integers(K, size=m), rng.integers(K, size=m), K))
    return probes


# Right answers


def _with_loops(y, prediction, K):
    table = [[0] * K for _ in range(K)]
    for true, predicted in zip(y, prediction, strict=True):
        table[true][predicted] += 1
    return table


def _add_at(y, prediction, K):
    table = np.zeros((K, K), int)
    np.add.at(table, (y, prediction), 1)
    return table


def _by_scikit_learn(y, prediction, K):
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(y, prediction, labels=range(K))


mistakes = Bank()

confusion_matrix = Exercise(
    name="ch09.confusion_matrix",
    asks="How often each true class (row) was taken for each class (column).",
    reference=reference.confusion_matrix,
    probes=labels_and_predictions,
    expects=lambda y, prediction, K: f"a table of counts of the shape {(K, K)} with the sum {len(y)}",
    hints=paragraphs("""
        Every example adds 1 to one cell of the table. Which row, and which column?

        A loop over the examples is fine. Where does the size of the table come from, if a class is absent from this
        batch?

        Without a loop, beware of `table[y, prediction] += 1`: what happens to a pair that occurs twice? `np.add.at`, or
        `np.bincount` of one number for each cell, count every time.
    """),
    alternatives=(
        _with_loops,
        _add_at,
        _by_scikit_learn,
        lambda y, prediction, K: reference.indicator(y, K).T @ reference.indicator(prediction, K),
        lambda y, prediction, K: np.bincount(K * y + prediction, minlength=K * K).reshape(K, K),
        lambda y, prediction, K: [[np.sum((y == i) & (prediction == j)) for j in range(K)] for i in range(K)],
        lambda y, prediction, K: np.histogram2d(y, prediction, bins=(np.arange(K + 1) - 0.5,) * 2)[0],
    ),
    bank=mistakes,
    remark="Rows sum to the size of each class, and the diagonal over the total is the accuracy.",
)


# Mistakes


@mistakes.mistake(np.array([0]), np.array([1]), 2)
def rows_and_columns_exchanged(y, prediction, K):
    """
    Your rows are the predicted classes, and here they are the true ones: for {input} you return {output}. The
    diagonal and the accuracy are the same either way, so only a reader who looks for fives that were taken for
    threes is misled, and finds threes that were taken for fives. Libraries differ, so a table should always say.
    Which argument chooses the row?
    """
    return reference.confusion_matrix(prediction, y, K)


@mistakes.mistake(np.array([1, 1, 1]), np.array([0, 0, 0]), 2)
def each_pair_counted_once(y, prediction, K):
    """
    Every cell that occurs holds 1 in your table, however often it occurs: for {input} you return {output}. `= 1`
    does that, and so does `table[y, prediction] += 1`, where NumPy reads all the cells first, adds 1 to each of the
    values, and writes them back, the same value several times. So the sum is not the number of examples. A loop
    that adds 1 counts each time; which function of NumPy does, too?
    """
    table = np.zeros((K, K), int)
    table[y, prediction] += 1
    return table


each_pair_counted_once.also(lambda y, prediction, K: (reference.confusion_matrix(y, prediction, K) > 0).astype(int))


@mistakes.mistake(np.array([0, 0, 2]), np.array([0, 2, 2]), 4)
def size_read_off_the_labels(y, prediction, K):
    """
    Your table is as large as the classes that occur here, and not as large as the classes there are. For {input}
    you return {output}. A class that is absent from a small batch loses its row, and tables of two batches cannot
    be added. With `np.unique` even the numbers of the rows shift. The number of classes is an argument. Which one?
    """
    K = max(y.max(), prediction.max()) + 1
    return reference.confusion_matrix(y, prediction, int(K))


size_read_off_the_labels.also(
    lambda y, prediction, K: reference.confusion_matrix(y, np.minimum(prediction, y.max()), int(y.max()) + 1),
    lambda y, prediction, K: [[np.sum((y == i) & (prediction == j)) for j in np.unique(y)] for i in np.unique(y)],
)


def _shares(axis):
    def answer(y, prediction, K):
        table = reference.confusion_matrix(y, prediction, K)
        with np.errstate(invalid="ignore"):
            return table / table.sum(axis=axis, keepdims=True)

    return answer


mistakes.add(
    "shares in place of counts",
    """
    You divide by a total, so the table holds shares: for {input} you return {output}. Shares are good for comparing
    classes of different size, and a row without examples has none: 0/0 is nan. Asked for are the counts, from which
    everybody can make the shares and see how many examples stand behind them. Which division can go?
    """,
    _shares(1),
    _shares(0),
    lambda y, prediction, K: reference.confusion_matrix(y, prediction, K) / len(y),
    example=(np.array([0, 1, 1]), np.array([0, 1, 0]), 2),
)


@mistakes.mistake(np.array([0, 1, 1]), np.array([0, 1, 0]), 2)
def right_ones_alone(y, prediction, K):
    """
    Only the diagonal of your table is filled: for {input} you return {output}. You count where label and prediction
    agree, which is the accuracy, class by class. The table is about the others: an example of class i that was
    taken for j belongs into row i and column j. Which condition keeps the errors out?
    """
    return np.diag(np.bincount(y[y == prediction], minlength=K))


@mistakes.mistake(np.array([0, 1, 1]), np.array([0, 1, 0]), 2)
def errors_alone(y, prediction, K):
    """
    The diagonal of your table is empty: for {input} you return {output}. The errors are the interesting part, and
    without the right ones nobody can tell whether three confusions are many. A row has to sum to the number of
    examples of its class, and the whole table to m. Which condition keeps the right ones out?
    """
    table = reference.confusion_matrix(y, prediction, K)
    return table - np.diag(np.diag(table))


@mistakes.mistake(np.array([0, 1, 1]), np.array([0, 1, 0]), 2)
def the_accuracy(y, prediction, K):
    """
    You return one number, the share of examples that are right, or their count: {output} for {input}. A confusion
    matrix says more: which class was taken for which. The accuracy can be read off it, as the sum of the diagonal
    over the sum of all. How many rows and columns does a table for K classes need?
    """
    return np.mean(y == prediction)


the_accuracy.also(lambda y, prediction, K: np.sum(y == prediction))


@mistakes.mistake(np.array([0]), np.array([1]), 2, name="one row, K times")
def one_row_many_times(y, prediction, K):
    """
    All rows of your table are equal: for {input} you return {output}. `[[0] * K] * K` does that: it makes one list
    of zeros and writes it down K times, so what is added in one row appears in every other. The columns are right,
    and the truth plays no part. Print such a table after adding 1 to a single entry. How do you make a new list for
    each row, or a table with NumPy?
    """
    return np.tile(np.bincount(prediction, minlength=K), (K, 1))


@mistakes.mistake(np.array([0, 1, 2, 2]), np.array([0, 1, 2, 2]), 3)
def ended_after_the_first_example(y, prediction, K):
    """
    Your `return` stands inside the loop, so the function ends in its first turn, and one example is counted: for
    {input} you return {output}. The sum of the table should be the number of examples. Python leaves a function at
    the first `return` that it meets. Look at the indentation of that line: under which word should it begin?
    """
    return reference.confusion_matrix(y[:1], prediction[:1], K)


@mistakes.mistake(np.array([0, 1, 2, 2]), np.array([0, 1, 2, 2]), 3)
def classes_counted_from_1(y, prediction, K):
    """
    You take 1 off the labels or off the answers, as if the classes were counted from 1. For {input} you return
    {output}. In this course they are counted from 0 to K − 1, so that a class is a place in an array. The class 0
    becomes −1, which NumPy counts from the end, so nothing fails, and every count stands in a neighbouring row and
    column. Which subtraction can go?
    """
    return reference.confusion_matrix((y - 1) % K, (prediction - 1) % K, K)


classes_counted_from_1.also(
    lambda y, prediction, K: reference.confusion_matrix((y - 1) % K, prediction, K),
    lambda y, prediction, K: reference.confusion_matrix(y, (prediction - 1) % K, K),
)


@mistakes.mistake(np.array([0, 1, 1]), np.array([0, 1, 0]), 2)
def examples_against_examples(y, prediction, K):
    """
    Your table has a row and a column for each example, and asked for is one for each class: for {input} you return
    {output}. The product of one-hot labels and one-hot answers was taken the wrong way round: it adds up over the
    classes, and says which label equals which answer. Adding up over the examples leaves classes on both sides.
    Which of the two arrays has to be transposed?
    """
    return reference.indicator(y, K) @ reference.indicator(prediction, K).T


examples_against_examples.also(lambda y, prediction, K: (y[:, None] == prediction).astype(int))
