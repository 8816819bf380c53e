"""The part of the bank of exercise 6.3 about the labels: which entry of a row they pick."""

import numpy as np

from utils import reference
from utils.checking import Bank
from utils.exercises.ch06.common import lse, told_by_small_inputs

of_labels = Bank()

SINGLE = (np.array([[1.0, 2.0]]), np.array([0]))
PAIR = (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]), np.array([0, 1]))


@told_by_small_inputs
@of_labels.mistake(*PAIR)
def columns_instead_of_elements(Z, y):
    """
    `[:, y]` takes whole *columns*: all rows at each label in turn, m times m numbers, and the mean runs over all of
    them. For {input} you return {output}. With a single example nobody notices. One element of each row is wanted,
    so the index needs two lists of the same length: where do the row numbers come from?
    """
    return -reference.log_softmax(Z)[:, y].mean()


columns_instead_of_elements.also(lambda Z, y: np.mean(lse(Z) - Z[:, y]))


@told_by_small_inputs
@of_labels.mistake(np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1]))
def rows_and_columns_exchanged(Z, y):
    """
    Your index has the two lists in the wrong order: the labels stand where the rows are counted, and the other way
    round. For {input} you return {output}. In a table of logits the first axis is the example and the second one
    the class, so label 1 as a *row* number is another example. With more classes than examples it becomes an error.
    Which of your two lists counts examples?
    """
    return -reference.log_softmax(Z)[y, np.arange(len(y))].mean()


rows_and_columns_exchanged.also(lambda Z, y: (reference.logsumexp(Z) - Z[y, np.arange(len(y))]).mean())


@told_by_small_inputs
@of_labels.mistake(*SINGLE)
def as_many_columns_as_examples(Z, y):
    """
    Your one-hot table is `eye` of the number of *examples*, and it has to have a column for each *class*. For
    {input} you return {output}. As long as both numbers agree nobody notices; with one example the table has a
    single column, which NumPy stretches over all classes. Which length of `Z.shape` is the number of classes? An
    index with two lists needs no table at all.
    """
    return -(np.eye(len(y))[y] * reference.log_softmax(Z)).sum() / len(y)


as_many_columns_as_examples.also(
    lambda Z, y: -(np.eye(len(y))[y] * reference.log_softmax(Z)).sum(axis=1).mean(),
    lambda Z, y: -(np.eye(len(y))[y] * reference.log_softmax(Z)).mean(),
)


@told_by_small_inputs
@of_labels.mistake(np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1]))
def rows_instead_of_elements(Z, y):
    """
    `[y]` takes whole *rows*: the row whose number is the label, with all its classes, and the mean runs over them.
    For {input} you return {output}. It even fails when a label is larger than the number of examples. From row i
    one element is wanted, the one in column `y[i]`. An index with two lists of the same length, one of rows and one
    of columns, picks single elements. Where do the row numbers come from?
    """
    return -reference.log_softmax(Z)[y].mean()


rows_instead_of_elements.also(lambda Z, y: (reference.logsumexp(Z)[:, None] - Z[y]).mean())


@told_by_small_inputs
@of_labels.mistake(*SINGLE)
def no_label_used(Z, y):
    """
    You average the log-probabilities of *all* classes, and the labels play no part. For {input} you return
    {output}, and you would return it for every other label, too. That number is smallest when all classes are
    equally probable, so training would make the model forget what it knows. One entry of each row counts. Where
    does `y` enter your code?
    """
    return -reference.log_softmax(Z).mean()


no_label_used.also(lambda Z, y: -reference.log_softmax(Z).sum() / len(y))


@told_by_small_inputs
@of_labels.mistake(*SINGLE, name="labels from 1 to K")
def labels_from_1_to_k(Z, y):
    """
    You subtract 1 from the labels, as if they were counted from 1. Here they are counted from 0, so you look at the
    class before the true one, and for label 0 the index −1 picks the *last* class without a word. For {input} you
    return {output}. Compare the smallest and the largest label with the number of columns: which count do they
    follow?
    """
    return reference.cross_entropy(Z, (y - 1) % Z.shape[1])


@told_by_small_inputs
@of_labels.mistake(*SINGLE)
def the_winner_in_place_of_the_label(Z, y):
    """
    You take the log-probability of the class with the largest logit, and the labels play no part. For {input} you
    return {output}: small, as for a model that is right, although the true class is the other one. That number says
    how sure the model is; a loss says how wrong it was. Where does `y` enter your code?
    """
    return -reference.log_softmax(Z).max(axis=1).mean()


@told_by_small_inputs
@of_labels.mistake(*SINGLE)
def labels_taken_for_one_hot_rows(Z, y):
    """
    You multiply the log-probabilities by `y`, as if each label were a row of zeros with a single 1. Here a label is one
    integer, the *number* of the true class: for {input} you return {output}, because the label 0 wipes everything out.
    With more examples the shapes do not fit, or fit by accident. Either the label becomes an index that picks one entry
    of its row, or it is turned into such a row first. Which of your lines reads `y`?
    """
    return -np.mean(np.sum(y * reference.log_softmax(Z), axis=1))


labels_taken_for_one_hot_rows.also(
    lambda Z, y: -np.sum(y * reference.log_softmax(Z)) / len(y),
    lambda Z, y: -np.mean(y * reference.log_softmax(Z)),
    lambda Z, y: -np.sum(y[:, None] * reference.log_softmax(Z)) / len(y),
    lambda Z, y: -np.mean(y[:, None] * reference.log_softmax(Z)),
)


@told_by_small_inputs
@of_labels.mistake(*PAIR, name="K read off the labels")
def classes_read_off_the_labels(Z, y):
    """
    You read the number of classes off the labels: the largest label plus one, or how many different ones there are. For
    {input} you return {output}. Class 2 does not occur there, so the one-hot table is too narrow. A single column would
    even be stretched over all classes, without an error. Not every batch holds every class. Which axis of `Z` has as
    many entries as there are classes, whatever the labels are?
    """
    return -(np.eye(y.max() + 1)[y] * reference.log_softmax(Z)).sum(axis=1).mean()


classes_read_off_the_labels.also(
    lambda Z, y: -((y[:, None] == np.unique(y)) * reference.log_softmax(Z)).sum(axis=1).mean(),
    lambda Z, y: -(np.eye(len(np.unique(y)))[y] * reference.log_softmax(Z)).sum(axis=1).mean(),
)
