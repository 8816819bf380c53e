"""Exercise 9.4: how often each true class (row) was taken for each class (column)."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch09.common import has_values
from utils.exercises.drawing import labels
from utils.exercises.predicates import wrong_exactly

# The domain

SMALLEST = [
    (np.array([0]), np.array([1]), 2),
    (np.array([1, 1, 1]), np.array([0, 0, 0]), 2),
    (np.array([0, 1, 1]), np.array([0, 1, 0]), 2),
    (np.array([0, 1, 2, 2]), np.array([0, 1, 2, 2]), 3),
    (np.array([0, 0, 2]), np.array([0, 2, 2]), 4),
]


def _examples(rng, m, K):
    return labels(rng, m, K), labels(rng, m, K), K


def _corners(rng):
    y = np.array([0, 1, 2, 3, 1])
    some = labels(rng, 12, 4)
    without = rng.permutation([0, 1, 2, 4, 4, 2, 1, 0])
    many = int(rng.integers(300, 500))
    return {
        "one class": (np.zeros(3, int), np.zeros(3, int), 1),
        "one example": _examples(rng, 1, 3),
        "one example, the last class": (np.array([3]), np.array([3]), 4),
        "two classes": _examples(rng, 9, 2),
        "many classes": _examples(rng, 40, int(rng.integers(11, 25))),
        "ten classes": _examples(rng, 60, 10),
        "many examples": _examples(rng, 200, 3),
        "one pair hundreds of times": (np.full(many, 1), np.full(many, 2), 3),
        "as many examples as classes": _examples(rng, 6, 6),
        "every pair": (np.repeat(np.arange(4), 4), np.tile(np.arange(4), 4), 4),
        "every class": (y, rng.permutation(y), 4),
        "an absent class": (without, rng.permutation(without), 5),
        "the last class absent": (some, rng.permutation(some), 6),
        "a class that is never predicted": (np.repeat(np.arange(4), 2), labels(rng, 8, 3), 4),
        "a class that is only predicted": (labels(rng, 8, 3), np.repeat(np.arange(4), 2), 4),
        "one class predicted for all": (labels(rng, 9, 4), np.full(9, 2), 4),
        "all right": (some, some.copy(), 4),
        "all wrong": (some, (some + rng.integers(1, 4, size=12)) % 4, 4),
    }


def _draw(rng):
    return _examples(rng, int(rng.integers(1, 40)), int(rng.integers(1, 13)))


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
    probes=Domain(SMALLEST, _corners, _draw),
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


def _with_absent_classes(y, prediction, K):
    """Whether a class occurs in neither or in only one of the two."""
    return len(np.unique(y)) < K or len(np.unique(prediction)) < K


def _too_small(seen):
    """Whether only tables with an absent class go wrong: they are too small, or end with an error at an index."""
    some = False
    for inputs, result, right in zip(seen.probes, seen.results, seen.right, strict=False):
        if right:
            continue
        (y, prediction, K), some = inputs, True
        if not _with_absent_classes(y, prediction, K):
            return False
        if result.problem and result.problem != "IndexError":
            return False
        if not result.problem and (
            result.value.ndim != 2 or min(result.value.shape) >= K or result.value.sum() > len(y)
        ):
            return False
    return some and not _has_one_size(seen) and not _right_up_to_ten(seen)


@mistakes.mistake(np.array([0, 0, 2]), np.array([0, 2, 2]), 4, recognise=_too_small)
def size_read_off_the_labels(y, prediction, K):
    """
    Your table is as large as the classes that occur here, and not as large as the classes there are. For {input}
    you return {output}. A class that is absent from a small batch loses its row, and tables of two batches cannot
    be added. Where the classes are collected from the data, as `np.unique` does it, even the numbers of the rows
    shift; scikit-learn does the same unless it is told. The number of classes is an argument. Which one?
    """
    K = max(y.max(), prediction.max()) + 1
    return reference.confusion_matrix(y, prediction, int(K))


@size_read_off_the_labels.also
def by_scikit_learn_without_labels(y, prediction, K):
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(y, prediction)


@size_read_off_the_labels.also
def from_the_true_labels(y, prediction, K):
    table = np.zeros((y.max() + 1, y.max() + 1))
    for true, predicted in zip(y, prediction, strict=True):
        table[true, predicted] += 1
    return table


size_read_off_the_labels.also(
    lambda y, prediction, K: reference.confusion_matrix(y, np.minimum(prediction, y.max()), int(y.max()) + 1),
    lambda y, prediction, K: [[np.sum((y == i) & (prediction == j)) for j in np.unique(y)] for i in np.unique(y)],
    lambda y, prediction, K: [
        [np.sum((y == i) & (prediction == j)) for j in np.unique(prediction)] for i in np.unique(y)
    ],
)


def _has_one_size(seen):
    """Whether all tables have one and the same size of two or more, though the numbers of classes differ."""
    tables = [result.value for result in seen.results if not result.problem]
    if len(tables) < 2 or all(np.array_equal(table, tables[0]) for table in tables):
        return False
    shapes = {table.shape for table in tables}
    return len(shapes) == 1 and len(next(iter(shapes))) == 2 and min(*next(iter(shapes))) > 1


@mistakes.mistake(np.array([0, 1, 1]), np.array([0, 1, 0]), 2, recognise=_has_one_size)
def always_the_same_size(y, prediction, K):
    """
    Your table has one and the same size for every K, such as ten rows for the ten digits: for {input}, with two
    classes, you return {output}. The digits have ten classes, and the function is to serve for any number of them:
    with fewer there are rows of zeros that belong to nobody, and with more an index falls outside. A number that
    is written in the code fits one data set. Which argument tells how large the table has to be?
    """
    table = np.zeros((10, 10), int)
    for true, predicted in zip(y, prediction, strict=True):
        table[true, predicted] += 1
    return table


always_the_same_size.also(lambda y, prediction, K: np.histogram2d(y, prediction, bins=(np.arange(11) - 0.5,) * 2)[0])


def _right_up_to_ten(seen):
    """Whether exactly the tables with more than ten classes go wrong."""
    return wrong_exactly(lambda y, prediction, K: K > 10)(seen)


@mistakes.mistake(np.array([11, 0]), np.array([0, 11]), 12, recognise=_right_up_to_ten)
def right_for_ten_classes_at_most(y, prediction, K):
    """
    Your table is right for ten classes and fewer, and wrong for more, as for {input}, where {output} came. A 10
    stands somewhere in your code, because digits have ten classes: as the size of a table, or as the factor in
    `10 * y + prediction`, which then gives one and the same number to several cells. One number for each cell of a
    larger table needs a larger factor. How many cells does one row have?
    """
    K = min(K, 10)
    return np.bincount(np.minimum(10 * y + prediction, 99), minlength=100).reshape(10, 10)[:K, :K]


@right_for_ten_classes_at_most.also
def cut_out_of_ten(y, prediction, K):
    return np.bincount(10 * y + prediction, minlength=100).reshape(10, 10)[:K, :K]


@right_for_ten_classes_at_most.also
def counted_in_ten(y, prediction, K):
    table = np.zeros((10, 10), int)
    for true, predicted in zip(y, prediction, strict=True):
        table[true, predicted] += 1
    return table[:K, :K]


def _shares(axis, keepdims=True, factor=1):
    def answer(y, prediction, K):
        table = reference.confusion_matrix(y, prediction, K)
        with np.errstate(invalid="ignore", divide="ignore"):
            return factor * table / table.sum(axis=axis, keepdims=keepdims)

    return answer


SHARES = [_shares(axis, keepdims) for axis, keepdims in ((1, True), (0, True), (None, True), (1, False), (0, False))]


def _divided_by_a_total(seen):
    """Whether all tables are divided by totals of rows, of columns or of all, perhaps times 100 and rounded."""
    return has_values(seen) and any(
        all(
            _is_like(result.value, shares(*inputs), factor)
            for inputs, result in zip(seen.probes, seen.results, strict=True)
        )
        for shares in SHARES
        for factor in (1, 100)
    )


def _is_like(value, shares, factor):
    if np.shape(value) != shares.shape:
        return False
    return bool(np.all(~np.isfinite(shares) | (np.abs(value - factor * shares) <= 0.006 * factor)))


mistakes.add(
    "shares in place of counts",
    """
    You divide by a total, so the table holds shares: for {input} you return {output}. Shares are good for comparing
    classes of different size, and a row without examples has none: 0/0 is nan. Asked for are the counts, from which
    everybody can make the shares and see how many examples they rest on. Which division can go?
    """,
    *SHARES,
    lambda y, prediction, K: np.nan_to_num(_shares(1)(y, prediction, K)),
    lambda y, prediction, K: np.round(_shares(None)(y, prediction, K), 2),
    _shares(None, factor=100),
    example=(np.array([0, 1, 1]), np.array([0, 1, 0]), 2),
    recognise=_divided_by_a_total,
)


@mistakes.mistake(np.array([0, 1, 1]), np.array([0, 1, 0]), 2)
def right_ones_alone(y, prediction, K):
    """
    Only the diagonal of your table is filled: for {input} you return {output}. You count where label and prediction
    agree, which is the accuracy, class by class. The table is about the others: an example of class i that was
    taken for j belongs into row i and column j. Which condition keeps the errors out?
    """
    return np.diag(np.bincount(y[y == prediction], minlength=K))


@mistakes.mistake(np.array([0, 1, 2, 2]), np.array([0, 1, 2, 2]), 3)
def one_class_left_out(y, prediction, K):
    """
    One class has only zeros in its row and in its column, the last one or the first: for {input} you return {output}.
    `range(K - 1)` does that, and so does `range(1, K)`. There are K classes, from 0 to K − 1, and a range stops before
    its end by itself, so nothing has to be taken off. The sum of the table should be the number of examples. Which
    numbers does your loop go through for K = 3?
    """
    table = reference.confusion_matrix(y, prediction, K)
    table[-1], table[:, -1] = 0, 0
    return table


@one_class_left_out.also
def the_first_class_left_out(y, prediction, K):
    table = reference.confusion_matrix(y, prediction, K)
    table[0], table[:, 0] = 0, 0
    return table


@mistakes.mistake(np.array([0]), np.array([1]), 2)
def or_in_place_of_and(y, prediction, K):
    """
    You count the examples with the label i *or* the answer j, and the cell (i, j) is for those with both: for {input}
    you return {output}, a table whose sum is not the number of examples. An example belongs to exactly one cell. With
    arrays of True and False `&` asks for both and `|` for one of them. What does your condition say about an example of
    class 0 that was taken for 1, in the cell (0, 0)?
    """
    return np.array([[np.sum((y == i) | (prediction == j)) for j in range(K)] for i in range(K)])


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
    Your `return` is inside the loop, so the function ends in its first turn, and one example is counted: for
    {input} you return {output}. The sum of the table should be the number of examples. Python leaves a function at
    the first `return` that it meets. Look at the indentation of that line: under which word should it begin?
    """
    return reference.confusion_matrix(y[:1], prediction[:1], K)


@mistakes.mistake(np.array([0, 1, 2, 2]), np.array([0, 1, 2, 2]), 3)
def classes_counted_from_1(y, prediction, K):
    """
    You take 1 off the labels or off the answers, as if the classes were counted from 1. For {input} you return
    {output}. In this course they are counted from 0 to K − 1, so that a class is a place in an array. The class 0
    becomes −1, which NumPy counts from the end, so nothing fails, and every count is in a neighbouring row and
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


def _all_empty(seen):
    """Whether there are only zeros, and an error at most where a prediction is no place among the examples."""
    full = [result for result in seen.results if not result.problem]
    return (
        bool(full)
        and not any(result.value.any() for result in full)
        and all(
            not result.problem or (result.problem == "IndexError" and prediction.max() >= len(y))
            for (y, prediction, _), result in zip(seen.probes, seen.results, strict=False)
        )
    )


@mistakes.mistake(np.array([0, 1, 1]), np.array([0, 1, 0]), 2, recognise=_all_empty)
def counted_in_a_copy(y, prediction, K):
    """
    Nothing arrives in your table: for {input} you return {output}. `table[y][prediction] += 1` does that: with an
    array of labels, `table[y]` is a new array, a copy of some rows, and the 1 is added to the copy, which nobody
    keeps. With single numbers in a loop it would work, because then `table[i]` is a view of the table. Both indices
    belong into one pair of brackets, and even then a pair that occurs twice needs care. Print the table after one
    example. What does it hold?
    """
    table = np.zeros((K, K), int)
    table[y][prediction] += 1
    return table


counted_in_a_copy.also(lambda y, prediction, K: np.zeros((K, K), int))


def _last_pair_needed(seen):
    """Whether exactly those tables come out in which the last class was once taken for itself."""
    refused = all(
        result.problem == "ValueError" for result, right in zip(seen.results, seen.right, strict=True) if not right
    )
    return refused and wrong_exactly(lambda y, prediction, K: not np.any((y == K - 1) & (prediction == K - 1)))(seen)


@mistakes.mistake(np.array([0]), np.array([1]), 2, recognise=_last_pair_needed)
def cells_missing_at_the_end(y, prediction, K):
    """
    `np.bincount` counts up to the largest number that occurs, and no further. For {input} the only cell that occurs
    is number 1 of the four, so two counts come back, and they cannot be reshaped: the function returns {output}. It
    works whenever the last class was once taken for itself, and in a large data set it nearly always was, which
    hides it. How many cells does the table have, and which argument of `np.bincount` asks for at least so many?
    """
    return np.bincount(K * y + prediction).reshape(K, K)


def _counts_wrap(seen):
    """Whether counts begin again at 0, or at a negative number, where a short type of integers ends."""
    return has_values(seen) and all(
        result.value.shape == np.shape(expected) and np.all((result.value - expected) % 256 == 0)
        for result, expected in zip(seen.results, seen.expected, strict=True)
    )


@mistakes.mistake(np.zeros(300, int), np.zeros(300, int), 1, recognise=_counts_wrap)
def counts_that_run_over(y, prediction, K):
    """
    Your table holds numbers of one byte, and a count that grows beyond the largest of them begins again: 300
    examples that are all class 0 and were all taken for it give you {output}. The type `uint8` ends at 255 and
    `int8` at 127. NumPy adds without a warning. It is a good type for pixels, and a count has no such limit. Which
    type does an array of zeros have when none is asked for, or when `int` is?
    """
    table = np.zeros((K, K), np.uint8)
    np.add.at(table, (y, prediction), 1)
    return table


@counts_that_run_over.also
def in_int8(y, prediction, K):
    return reference.confusion_matrix(y, prediction, K).astype(np.int8)


@mistakes.mistake(np.array([0, 0, 2]), np.array([0, 2, 2]), 4)
def bins_between_the_smallest_and_the_largest(y, prediction, K):
    """
    `np.histogram2d` with a number of bins divides the range from the smallest label that occurs to the largest one:
    for {input} you return {output}. Where both the class 0 and the last class occur, among the labels and among the
    predictions, each class has a bin of its own. Where one of them is absent the bins are too narrow, and classes
    move to other places without an error. A histogram can be told where its bins lie. Where should the first one
    begin, and the last one end?
    """
    return np.histogram2d(y, prediction, bins=K)[0]


bins_between_the_smallest_and_the_largest.also(
    lambda y, prediction, K: np.histogram2d(y, prediction, bins=K)[0].astype(int),
)
