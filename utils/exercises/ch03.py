"""Chapter 3, the cost and its gradient: its exercises, with right and wrong answers."""

import math

import numpy as np

from utils import reference
from utils.checking import Exercise, Mistake
from utils.reference import log_softmax, logsumexp, softmax

# What readers' functions are called with ------------------------------------------------------------------------------


def one_example(rng):
    """Probabilities of one example and its label, the smallest first."""
    return [
        (np.array([0.25, 0.75]), 1),
        (np.array([0.25, 0.75]), 0),
        (np.array([0.5, 0.5]), 1),
        (np.array([1.0]), 0),
        (np.array([0.7, 0.2, 0.1]), 2),
        (np.array([0.1, 0.2, 0.7]), 1),
        (np.array([0.25, 0.25, 0.25, 0.25]), 3),
        (np.array([1e-30, 1.0]), 0),
        (rng.dirichlet(np.ones(3)), int(rng.integers(3))),
        (rng.dirichlet(np.ones(3)), rng.integers(3)),
        (rng.dirichlet(np.ones(8)), int(rng.integers(8))),
    ]


def labels_and_classes(rng):
    """Labels and the number of classes: as many as there are examples, fewer and more; one class; the last one absent."""
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


def logits_and_labels(rng):
    """Batches of logits with labels: one example, square ones, integers, one class, logits of any size."""
    return [
        (np.array([[1.0, 2.0, 4.0]]), np.array([1])),
        (np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([0, 1])),
        (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1])),
        (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]), np.array([0, 2])),
        (np.array([[1, 2, 3], [0, 0, 0]]), np.array([2, 1])),
        (np.array([[4.0], [-2.0]]), np.array([0, 0])),
        (np.array([[1000.0, 999.0], [-1000.0, -1001.0]]), np.array([1, 0])),
        (np.array([[800.0, 0.0, -800.0]]), np.array([1])),
        (rng.normal(scale=2, size=(3, 3)), rng.permutation(3)),
        (rng.normal(scale=2, size=(6, 4)), rng.integers(4, size=6)),
        (rng.normal(scale=2, size=(3, 5)), rng.integers(5, size=3)),
    ]


def logits_and_one_hot(rng):
    """Logits of one example with a one-hot label: integers, one class, logits of any size."""
    fresh = [(rng.normal(scale=3, size=K), np.eye(K)[rng.integers(K)]) for K in (3, 3, 6)]
    return [
        (np.array([1.0, 2.0, 4.0]), np.array([1.0, 0.0, 0.0])),
        (np.array([1, 2, 3]), np.array([0, 1, 0])),
        (np.array([3.0, 1.0, 0.5]), np.array([1, 0, 0])),
        (np.array([0.5]), np.array([1.0])),
        (np.array([1000.0, 999.0]), np.array([0.0, 1.0])),
        (np.array([-1000.0, -1001.0]), np.array([1, 0])),
        (np.array([1000.0, 999.0, 0.0]), np.array([1, 0, 0])),
        (np.array([800.0, 0.0]), np.array([0.0, 1.0])),
        (np.array([1e5, 0.0, -1e5]), np.array([0, 1, 0])),
        (np.array([0.0, 0.0]), np.array([0, 1])),
        *fresh,
    ]


# Small parts of the answers below -------------------------------------------------------------------------------------


def _one_hot(y, K):
    return np.eye(K)[y]


def _picked(A, y):
    """From each row the entry of its label."""
    return A[np.arange(len(y)), y]


def _rows(values):
    """The rows of a matrix, in words."""
    return f"an array of the shape {values.shape}, with rows that sum to " + " and ".join(
        f"{row:.4g}" for row in np.atleast_2d(values).sum(axis=-1)
    )


# 3.1 ------------------------------------------------------------------------------------------------------------------


def _loss_by_cases(a, y):
    for j in range(len(a)):
        if j == y:
            return -math.log(a[j])


def _loss_in_float32(a, y):
    return -np.log(a.astype(np.float32)[y])


def _loss_as_inverse(a, y):
    return np.log(1 / np.take(a, y))


def _loss_with_indicator(a, y):
    return -np.sum((np.arange(len(a)) == y) * np.log(a))


def _loss_in_bits(a, y):
    return [-math.log2(value) * math.log(2) for value in a][y]


def _for_the_others_too(a, y):
    return -np.log(a[y]) - np.sum(np.log(1 - np.delete(a, y)))


EVEN = (np.array([0.25, 0.75]), 0)
THREE = (np.array([0.1, 0.2, 0.7]), 1)

loss = Exercise(
    name="ch03.loss",
    is_main=True,
    asks="The loss of one example from its probabilities a and its label y.",
    reference=reference.loss,
    probes=one_example,
    expects=lambda a, y: "one number, 0 or larger,",
    scale=lambda a, y: 1.0,
    hints=(
        "Which of the probabilities decides about the loss? The label tells you where in the array it stands.",
        "Take the entry of `a` at the place `y`. Its natural logarithm is `np.log`, and the loss is never negative.",
    ),
    alternatives=(
        _loss_by_cases,
        _loss_in_float32,
        _loss_as_inverse,
        _loss_with_indicator,
        _loss_in_bits,
        lambda a, y: np.array([-np.log(a[y])]).sum(dtype=np.float32),
    ),
    mistakes=(
        Mistake(
            "no minus sign",
            "You return the logarithm of the right probability with its own sign: for {input} that is {output}. A "
            "probability is at most 1, so its logarithm is never above 0, and the better the prediction, the larger your "
            "number. A loss has to be smallest for the best prediction, because training makes it small. What turns the "
            "one into the other?",
            (lambda a, y: np.log(a[y]),),
            EVEN,
        ),
        Mistake(
            "the probability itself",
            "You return a probability, {output} for {input}, without its logarithm. It rises when the prediction gets "
            "better, and with a minus sign in front it could never fall below −1: being certain and wrong would cost "
            "hardly more than being unsure. The loss must grow without bound as the probability of the true class goes "
            "to 0. Which function does that?",
            (lambda a, y: a[y], lambda a, y: -a[y]),
            EVEN,
        ),
        Mistake(
            "one minus the probability",
            "You return what is missing to 1: {output} for {input}. It is 0 for a perfect prediction, as a loss should "
            "be, but it never exceeds 1, so a certain mistake costs hardly more than a doubtful one. And losses of "
            "independent examples should add where their probabilities multiply. Which function turns products into "
            "sums?",
            (lambda a, y: 1 - a[y], lambda a, y: (1 - a[y]) ** 2),
            EVEN,
        ),
        Mistake(
            "the logarithm of what is missing",
            "You take the logarithm of 1 minus the probability of the true class. For {input} you return {output}, and "
            "for a perfect prediction the result would be infinite. That term belongs to the yes-or-no loss of chapter "
            "5, for the answer *no*. Here the label says which class occurred; which probability should its loss be made "
            "from?",
            (lambda a, y: -np.log(1 - a[y]),),
            EVEN,
        ),
        Mistake(
            "all classes summed",
            "You add up the logarithms of all classes. For {input} you return {output}, and any other label would give "
            "the same, so the loss does not know what happened. Only one of the classes occurred, and the loss is the "
            "price of its probability alone. How does the label get into your formula?",
            (lambda a, y: -np.sum(np.log(a)), lambda a, y: -np.mean(np.log(a))),
            EVEN,
        ),
        Mistake(
            "one number for each class",
            "You return an array, {output} for {input}, with an entry for each class. The loss of one example is a single "
            "number: the entry of the class that occurred. If you multiplied by the indicator, the other entries are 0 "
            "and one step is still missing; if you did not, the label has not been used yet. Which operation leaves one "
            "number?",
            (
                lambda a, y: -np.log(a),
                lambda a, y: -((np.arange(len(a)) == y) * np.log(a)),
                lambda a, y: np.where(np.arange(len(a)) == y, -np.log(a), 0),
            ),
            EVEN,
        ),
        Mistake(
            "mean over the classes",
            "You multiply by the indicator and take the mean over the classes. For {input} you return {output}, K times too "
            "small: all products but one are 0, and the mean counts them too. The formula has a sum over the classes. A mean "
            "belongs to the examples of a batch, and here there is one example. Which reduction leaves the one product as it "
            "is?",
            (lambda a, y: -np.mean((np.arange(len(a)) == y) * np.log(a)),),
            EVEN,
        ),
        Mistake(
            "the label as a factor",
            "You multiply with the label itself. For {input} you return {output}: label 0 makes everything 0, a perfect score "
            "for any prediction, and label 2 would count double. A label is the name of a class, not an amount. In the formula "
            "the factor is the indicator, 1 for the class that occurred and 0 for the others. How does the number y lead to "
            "one place of the array?",
            (
                lambda a, y: -y * np.log(a),
                lambda a, y: -np.sum(y * np.log(a)),
                lambda a, y: -np.mean(y * np.log(a)),
                lambda a, y: -y * np.log(a[y]),
            ),
            EVEN,
        ),
        Mistake(
            "rounded",
            "You round the result: {output} for {input}. On paper that is enough. But a loss is calculated with: many of them "
            "are averaged, differences of nearly equal ones are taken to check a gradient, and a loss that rounds to 0 looks "
            "perfect without being so. Rounding belongs to the line that prints. Which call in your function cuts the "
            "digits off?",
            tuple(lambda a, y, digits=digits: np.round(-np.log(a[y]), digits) for digits in (1, 2, 3, 4)),
            (np.array([0.5, 0.5]), 1),
        ),
        Mistake(
            "a term for the other classes",
            "You add the logarithm of 1 − a for every class that did not occur. For {input} you return {output}, more "
            "than the label asks for. The other classes are in the loss already: the probabilities sum to 1, so whatever "
            "they get is missing at the true class. The extra terms belong to classes that are decided one by one, as in "
            "chapter 5. Which single term is left without them?",
            (_for_the_others_too,),
            THREE,
        ),
        Mistake(
            "the likeliest class",
            "You take the largest probability and leave the label aside. For {input} you return {output}, the price of "
            "what the model believes, and a confident model would have a small loss whatever is true. A loss compares "
            "the prediction with the truth. Which of the two arguments does your function not read?",
            (lambda a, y: -np.log(np.max(a)), lambda a, y: -np.log(a[np.argmax(a)])),
            EVEN,
        ),
        Mistake(
            "the label is not used",
            "You always take the probability at one and the same place. For {input} you return {output}, and another "
            "label would change nothing. It comes out right for the examples of that one class, which is how it can "
            "survive a first test. The place in the array has to follow the second argument of the function. What "
            "stands between your square brackets?",
            (lambda a, y: -np.log(a[0]), lambda a, y: -np.log(a[-1])),
            (np.array([0.1, 0.2, 0.7]), 1),
        ),
        Mistake(
            "labels from 1",
            "You subtract 1 from the label, as if classes were counted from 1. For {input} you return {output}, the loss "
            "of the class before. For label 0 nothing fails either, because the place −1 is the *last* one in Python. "
            "In this course the labels of K classes are 0 to K − 1, the places of an array. Which number leads to the "
            "entry of class y?",
            (lambda a, y: -np.log(a[y - 1]),),
            THREE,
        ),
        Mistake(
            "another base",
            "Your logarithm has the base 2 or 10. For {input} you return {output}: the right idea in another unit, bits "
            "in place of nats. Every such loss ranks models alike, but the gradient gets a factor, the first loss of an "
            "untrained model is no longer ln K, and no library would agree with your number. Which function of NumPy is "
            "the *natural* logarithm?",
            (lambda a, y: -np.log2(a[y]), lambda a, y: -np.log10(a[y])),
            EVEN,
        ),
        Mistake(
            "epsilon in the log",
            "You add a small number to the probability, or cut it off from below, before the logarithm. For {input} you "
            "return {output}, where the true loss is above 69. The number keeps the result finite at a price: no loss "
            "can exceed a ceiling, and beyond it the gradient is nearly 0, so the worst mistakes are never corrected. "
            "Leave the probability as it is; chapter 6 has the real cure.",
            (
                *(lambda a, y, e=e: -np.log(a[y] + e) for e in (1e-5, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16)),
                *(lambda a, y, e=e: -np.log(np.clip(a, e, 1)[y]) for e in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)),
                *(lambda a, y, e=e: -np.log(np.clip(a, e, 1 - e)[y]) for e in (1e-7, 1e-9, 1e-12, 1e-15)),
            ),
            (np.array([1e-30, 1.0]), 0),
        ),
        Mistake(
            "double softmax",
            "You apply a softmax to `a`, and `a` holds probabilities already. For {input} you return {output}. "
            "Probabilities lie between 0 and 1, so as logits they are at most 1 apart, and a second softmax flattens "
            "them: even a perfect prediction keeps a loss, and a certain mistake costs little. What has to be done with "
            "`a` before the logarithm?",
            (lambda a, y: -np.log(softmax(a)[y]), lambda a, y: -log_softmax(a)[y]),
            EVEN,
        ),
        Mistake(
            "the entropy",
            "You weight each logarithm with its own probability: {output} for {input}. That is the entropy of the "
            "prediction. It says how undecided the model is, and does not ask what is true; the label is nowhere in it. "
            "In the loss the weights come from the truth: everything on one class, nothing on the others. Which class "
            "is that?",
            (lambda a, y: -np.sum(a * np.log(a)),),
            EVEN,
        ),
        Mistake(
            "squared error",
            "You take squared differences between probabilities and truth. For {input} you return {output}. It is a "
            "measure of the same distance, but it stays below 2 however wrong the prediction is, and its gradient "
            "vanishes when a prediction is certain and wrong; a section of this chapter shows that. The loss asked for "
            "is made from the probability of the true class alone. Which function do you take of it?",
            (
                lambda a, y: np.sum((a - (np.arange(len(a)) == y)) ** 2),
                lambda a, y: np.mean((a - (np.arange(len(a)) == y)) ** 2),
                lambda a, y: np.sum((a - (np.arange(len(a)) == y)) ** 2) / 2,
            ),
            EVEN,
        ),
    ),
    remark="The loss of one example is minus the logarithm of one number: the probability of the class that occurred.",
)


# 3.2 ------------------------------------------------------------------------------------------------------------------


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


def _columns_filled(y, K):
    E = np.zeros((len(y), K))
    E[:, y] = 1
    return E


def _rows_filled(y, K):
    E = np.zeros((len(y), K))
    E[y] = 1
    return E


def _one_row_many_times(y, K):
    E = [[0] * K] * len(y)
    for row, label in zip(E, y, strict=True):
        row[label] = 1
    return E


def _label_filled(y, K):
    E = np.zeros((len(y), K))
    E[np.arange(len(y)), y] = y
    return E


indicator = Exercise(
    name="ch03.indicator",
    asks="The indicator 1{y = j} of every example and every class, shape (m, K), from m labels.",
    reference=reference.indicator,
    probes=labels_and_classes,
    expects=lambda y, K: f"an array of the shape ({len(y)}, {K}) with a single 1 in each row and 0 elsewhere",
    hints=(
        "The result has a row for each example and a column for each class. Which two numbers are compared at row i and "
        "column j?",
        "`np.arange(K)` holds the classes. Comparing a column of labels, shape (m, 1), with it, shape (K,), compares "
        "every label with every class.",
        "`y[:, np.newaxis]` is the column of labels. Another way: row j of the unit matrix `np.eye(K)` is the answer for "
        "the label j, and an array of labels can pick many rows at once.",
    ),
    alternatives=(
        _indicator_with_loops,
        _indicator_filled,
        _indicator_along_axis,
        _one_hot,
        lambda y, K: y[:, None] == np.arange(K),
        lambda y, K: np.equal.outer(y, np.arange(K)).astype(int),
        lambda y, K: np.stack([y == j for j in range(K)], axis=1),
    ),
    mistakes=(
        Mistake(
            "as many columns as examples",
            "Your unit matrix has as many rows and columns as there are labels. For {input} you return {output}: the "
            "width follows the size of the batch. With fewer examples than classes a large label has no row to pick, and "
            "that is an error; with as many, nothing shows. The number of columns is the number of *classes*. Which "
            "argument tells it?",
            (lambda y, K: np.eye(len(y))[y], lambda y, K: y[:, None] == np.arange(len(y))),
            (np.array([1, 0, 1, 1]), 2),
        ),
        Mistake(
            "number of classes from the labels",
            "You read the number of classes off the labels, from the largest one or from those that occur. For {input} you "
            "return {output}. A batch need not hold an example of every class, and then the result is too narrow, or a label "
            "finds no row. The same model would then meet arrays of a "
            "different width in every batch. The number of classes is a property of the task. Which argument carries it?",
            (
                lambda y, K: np.eye(np.max(y) + 1)[y],
                lambda y, K: y[:, None] == np.arange(np.max(y) + 1),
                lambda y, K: y[:, None] == np.unique(y),
                lambda y, K: np.eye(len(np.unique(y)))[y],
            ),
            (np.array([1]), 3),
        ),
        Mistake(
            "classes as rows",
            "Your rows are the classes and your columns the examples. For {input} you return {output}. In this course one "
            "row is one example, for labels as for probabilities, so that the two can be multiplied entry by entry; for "
            "as many examples as classes the shapes agree and the mistake is silent. On which side should the axis of "
            "the classes stand?",
            (lambda y, K: np.eye(K)[y].T, lambda y, K: np.arange(K)[:, None] == y, lambda y, K: np.eye(K)[:, y]),
            (np.array([1, 2, 0]), 3),
        ),
        Mistake(
            "labels from 1",
            "You treat the labels as if they began with 1. For {input} you return {output}: the 1 stands one column too far "
            "to the left, and an example of class 0 has none at all, or has it in the last column, because −1 is the last "
            "place in Python. The labels of K classes are 0 to K − 1 in this course, and column j belongs to class j. Where "
            "does your count begin?",
            (
                lambda y, K: y[:, None] == np.arange(1, K + 1),
                lambda y, K: np.eye(K)[y - 1],
            ),
            (np.array([1, 0]), 2),
        ),
        Mistake(
            "no new axis",
            "You compare the labels with the classes entry by entry: the first label with class 0, the second with class "
            "1, and so on. For {input} you return {output}; for other lengths the comparison fails. What is needed is "
            "every label against every class. An axis of length 1 behind the labels makes NumPy do that. How is it "
            "added?",
            (lambda y, K: y == np.arange(K), lambda y, K: (y == np.arange(K)).astype(int)),
            (np.array([1, 0]), 2),
        ),
        Mistake(
            "columns instead of elements",
            "You set whole columns to 1: for {input} you return {output}, and each example gets the labels of all. In NumPy a "
            "colon in front of the labels does that, because it means *every* row; two index arrays of the same length are "
            "read in pairs instead. With lists, `[row] * m` does it: it is one and the same row m times, and whoever writes "
            "into one of them writes into all. How does each example get a row of its own?",
            (_columns_filled, _one_row_many_times),
            (np.array([1, 0]), 2),
        ),
        Mistake(
            "rows instead of elements",
            "You set whole rows to 1. For {input} you return {output}: with a single index, the labels name rows, which "
            "are examples, and all classes of such a row become 1 at once. An entry has two indices, first its row and "
            "then its column. The label is one of them. Which one, and what numbers the other?",
            (_rows_filled,),
            (np.array([0, 0]), 2),
        ),
        Mistake(
            "the label instead of 1",
            "You write the label itself where a 1 belongs. For {input} you return {output}; class 0 would leave no trace, "
            "and class 3 would count three times. A label is a name, not an amount: the indicator says *yes* with a 1 "
            "and *no* with a 0, whatever the name is. Which number do you put at the place of the label?",
            (_label_filled, lambda y, K: np.eye(K)[y] * y[:, None]),
            (np.array([0, 2]), 3),
        ),
        Mistake(
            "no and yes exchanged",
            "You return 1 where the label differs from the class and 0 where they agree: {output} for {input}. The "
            "indicator answers the question *is y equal to j?*, so each row holds a single 1, at its label, and sums to "
            "1. Count the ones in a row of yours. Which sign of comparison asks that question?",
            (lambda y, K: y[:, None] != np.arange(K), lambda y, K: 1 - np.eye(K)[y]),
            (np.array([0, 2]), 3),
        ),
        Mistake(
            "all classes up to the label",
            "Your comparison is true on one side of the label as well: {output} for {input}. Such rows are used for "
            "classes with an order, small, medium, large, and then they have several ones. Here a class has no "
            "neighbours and exactly one entry of each row is 1. Which comparison is true at one place only?",
            (
                lambda y, K: y[:, None] >= np.arange(K),
                lambda y, K: y[:, None] > np.arange(K),
                lambda y, K: y[:, None] <= np.arange(K),
            ),
            (np.array([1]), 3),
        ),
        Mistake(
            "counts of the classes",
            "You return how often each class occurs: {output} for {input}. That is the indicator summed over the "
            "examples, and the sum forgets which example had which label. What is asked for keeps them apart: a row for "
            "each example, with a single 1 in it. The counts are useful in their own right, for the shares of the classes "
            "in a later section. Which axis has been summed away?",
            (lambda y, K: np.eye(K)[y].sum(axis=0), lambda y, K: np.eye(K)[y].mean(axis=0)),
            (np.array([1, 0, 1, 1]), 2),
        ),
        Mistake(
            "only one example",
            "You return the row of a single example: {output} for {input}. A `return` that is indented into the loop ends the "
            "function in the first round, and a result that is overwritten in every round holds the last one alone. What is "
            "asked for has a row for each of the m examples. Where are the rows collected, and how far is your `return` "
            "indented?",
            (
                lambda y, K: np.eye(K)[y[:1]],
                lambda y, K: np.eye(K)[y[0]],
                lambda y, K: np.eye(K)[y[-1:]],
                lambda y, K: np.eye(K)[y[-1]],
            ),
            (np.array([1, 0]), 2),
        ),
        Mistake(
            "the labels as a column",
            "You return the labels themselves, {output} for {input}, without comparing them with the classes. The axis "
            "that you added is the first half of the way: NumPy stretches a column of the shape (m, 1) to meet an array "
            "of the shape (K,), and then every label stands beside every class. Which array holds the classes, and "
            "which question do you ask?",
            (lambda y, K: y[:, None], lambda y, K: y, lambda y, K: np.tile(y[:, None], K)),
            (np.array([1, 0]), 2),
        ),
    ),
    remark="One comparison of all labels with all classes; each row has one 1, at its label.",
)


# 3.3 ------------------------------------------------------------------------------------------------------------------


def _cost_with_loop(A, y):
    total = 0.0
    for row, label in zip(A, y, strict=True):
        total -= math.log(row[label])
    return total / len(y)


def _cost_where(A, y):
    E = _one_hot(y, A.shape[1])
    return -np.sum(E * np.log(np.where(E == 1, A, 1))) / len(A)


def _cost_of_products(A, y):
    return -np.log(np.sum(_one_hot(y, A.shape[1]) * A, axis=1)).mean()


def _cost_in_float32(A, y):
    return np.float32(-np.log(np.take_along_axis(A, y[:, None], axis=1).astype(np.float32)).mean())


def _cost_geometric(A, y):
    return -np.log(np.prod(_picked(A, y).astype(float) ** (1 / len(y))))


def _cost_xlogy(A, y):
    from scipy.special import xlogy

    return -xlogy(_one_hot(y, A.shape[1]), A).sum(axis=-1).mean()


def _yes_and_no(A, y):
    """The loss of K decisions, each for itself, one row for each example."""
    E = _one_hot(y, A.shape[1])
    return -(E * np.log(A) + (1 - E) * np.log(1 - A))


def _columns(A, y):
    return np.mean(-np.log(A[:, y]))


def _sum_over_mean(A, y):
    each = -np.log(_picked(A, y))
    return each.sum() / each.mean()


PAIR = (np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([1, 0]))
CERTAIN = (np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([0, 1]))

cost = Exercise(
    name="ch03.cost",
    is_main=True,
    asks="The mean loss of a batch from its probabilities A, shape (m, K), and its labels y.",
    reference=reference.cost,
    probes=probabilities_and_labels,
    expects=lambda A, y: "one number, 0 or larger,",
    scale=lambda A, y: 1.0,
    hints=(
        "Three steps: from each row the probability of its label, the loss of each example, the mean over the examples.",
        "`A[rows, y]` with two arrays of the same length picks one entry from each row. Which array numbers the rows 0 "
        "to m − 1?",
        "If you go by the indicator: multiply it with `A` before the logarithm, sum over the classes, and take the "
        "logarithm of that sum. Then no logarithm of 0 is ever taken for a class that is not the label.",
    ),
    alternatives=(
        _cost_with_loop,
        _cost_where,
        _cost_of_products,
        _cost_in_float32,
        _cost_geometric,
        _cost_xlogy,
        lambda A, y: -np.log(A[_one_hot(y, A.shape[1]) == 1]).sum() / len(A),
    ),
    mistakes=(
        Mistake(
            "divided by m − 1",
            "You divide by one less than the number of examples. For {input} you return {output}, and for a single example "
            "there is nothing left to divide by. That divisor belongs to the variance of a sample, where a mean has been "
            "subtracted before. Nothing is subtracted here: the cost is the plain mean of m losses. Where does your 1 come "
            "from, a formula of statistics or a count that begins with 0?",
            (lambda A, y: -np.log(_picked(A, y)).sum() / (np.float64(len(A)) - 1),),
            PAIR,
        ),
        Mistake(
            "a term for the other classes",
            "You add the logarithm of 1 − a for every class that did not occur. For {input} you return {output}. The other "
            "classes are in the cost already: a row sums to 1, so whatever they get is missing at the label. The extra terms "
            "belong to classes that are decided one by one, as in chapter 5. Which single term of each row is left without "
            "them?",
            (
                lambda A, y: _yes_and_no(A, y).sum() / len(A),
                lambda A, y: _yes_and_no(A, y).mean(),
                lambda A, y: _yes_and_no(A, y).sum(),
            ),
            PAIR,
        ),
        Mistake(
            "only one example",
            "A single example reaches your result: {output} for {input}. Either a `return` is indented into the loop and ends "
            "the function in the first round, or the total is overwritten in every round, so that the last loss alone is "
            "left. Every example has to add its loss to the same total. Which sign collects, and how far is your `return` "
            "indented?",
            (
                lambda A, y: -np.log(A[0, y[0]]),
                lambda A, y: -np.log(A[0, y[0]]) / len(A),
                lambda A, y: -np.log(A[-1, y[-1]]),
                lambda A, y: -np.log(A[-1, y[-1]]) / len(A),
            ),
            PAIR,
        ),
        Mistake(
            "the label as a factor",
            "You multiply with the labels themselves. For {input} you return {output}. An example of class 0 then costs "
            "nothing, whatever was predicted, and one of class 2 counts double. A label is the name of a class, not an amount. "
            "In the formula the factor is the indicator, 1 at the label and 0 elsewhere. How does a label lead to one entry of "
            "its row?",
            (
                lambda A, y: -np.sum(y[:, None] * np.log(A)) / len(A),
                lambda A, y: -np.mean(y[:, None] * np.log(A)),
                lambda A, y: -np.sum(y * np.log(A)) / len(A),
                lambda A, y: -np.mean(y * np.log(A)),
            ),
            PAIR,
        ),
        Mistake(
            "as many columns as examples",
            "Your one-hot matrix has as many columns as there are examples, as `np.eye(len(y))` gives it. For {input} the "
            "result is {output}. It fits A when examples and classes are equally many, and for one example it is stretched "
            "over all classes without an error. Its width has to be the number of *classes*. Which entry of `A.shape` is that?",
            (
                lambda A, y: -np.sum(np.eye(len(y))[y] * np.log(A)) / len(A),
                lambda A, y: -np.mean(np.sum(np.eye(len(y))[y] * np.log(A), axis=1)),
                lambda A, y: -np.log(np.sum(np.eye(len(y))[y] * A, axis=1)).mean(),
            ),
            (np.array([[0.25, 0.75]]), np.array([0])),
        ),
        Mistake(
            "logarithm of the product",
            "You multiply the probabilities first and take one logarithm at the end. On paper that is the same. In float64 the "
            "product of many numbers below 1 is rounded to 0: for {input} you return {output}. A few hundred examples are "
            "enough, and a training has thousands. A sum of as many numbers of ordinary size is harmless. Which of the two "
            "steps has to come first?",
            (
                lambda A, y: -np.log(np.prod(_picked(A, y))) / len(A),
                lambda A, y: -np.log(np.prod(_picked(A, y)) ** (1 / len(A))),
            ),
            (np.full((1_200, 2), 0.5), np.zeros(1_200, dtype=int)),
        ),
        Mistake(
            "rounded",
            "You round the result: {output} for {input}. On paper that is enough. But a cost is calculated with: differences of "
            "nearly equal ones are taken to check a gradient, and two trainings that differ in the fifth digit would look the "
            "same. Rounding belongs to the line that prints. Which call in your function cuts the digits off?",
            tuple(
                lambda A, y, digits=digits: np.round(-np.log(_picked(A, y)).mean(), digits) for digits in (1, 2, 3, 4)
            ),
            (np.array([[0.5, 0.5]]), np.array([0])),
        ),
        Mistake(
            "sum instead of mean",
            "You add up the losses and do not divide by the number of examples. For {input} you return {output}, and a "
            "batch twice as large would cost twice as much with the same predictions. A cost is compared between batches "
            "of different sizes, and the size of its gradient sets the learning rate. Which number does the formula for "
            "J have in front of the sum?",
            (lambda A, y: -np.log(_picked(A, y)).sum(),),
            PAIR,
        ),
        Mistake(
            "divided by the average",
            "You divide the sum of the losses by their average. For {input} you return {output}, the number of examples, "
            "and so does every other model on this batch: the sum is m times the average, whatever the predictions are. "
            "One of our sources puts it in these words. What it means is the average itself. By which number is the sum "
            "divided to get that?",
            (_sum_over_mean,),
            PAIR,
        ),
        Mistake(
            "mean over examples and classes",
            "You average over all entries of the matrix, the zeros of the indicator included. For {input} you return "
            "{output}: K times too small, because each row has one entry that counts and K − 1 that do not. The formula "
            "sums over the classes and takes the mean over the examples. Which of the two axes may be averaged?",
            (
                lambda A, y: -np.mean(_one_hot(y, A.shape[1]) * np.log(A)),
                lambda A, y: -np.log(_picked(A, y)).sum() / A.size,
                lambda A, y: -np.mean(np.where(_one_hot(y, A.shape[1]) == 1, np.log(A), 0)),
            ),
            PAIR,
        ),
        Mistake(
            "divided by the number of classes",
            "You divide the sum of the losses by the number of classes. For {input} you return {output}. In a batch with "
            "as many examples as classes that is right by accident, so a square test hides it. The cost is a mean over "
            "the examples. Which entry of `A.shape` counts them?",
            (
                lambda A, y: -np.log(_picked(A, y)).sum() / A.shape[1],
                lambda A, y: -np.log(_picked(A, y)).sum() / len(A[0]),
            ),
            (np.array([[0.25, 0.75]]), np.array([0])),
        ),
        Mistake(
            "divided twice",
            "You divide by the number of examples twice: for {input} you return {output}. A mean divides once already, so "
            "another 1/m in front of it makes the cost, and later every gradient, m times too small, and training crawls "
            "without any error. Either take a sum and divide it, or take a mean and leave it. Which two places in your "
            "code divide?",
            (
                lambda A, y: -np.log(_picked(A, y)).mean() / len(A),
                lambda A, y: -np.log(_picked(A, y)).sum() / len(A) ** 2,
            ),
            PAIR,
        ),
        Mistake(
            "zero times minus infinity",
            "You multiply the indicator with the logarithm of *every* probability. For {input} one of these, of a class "
            "that did not occur, is the logarithm of 0, and 0 times minus infinity is not 0 but nan: you return {output}. "
            "The formula means that the term is left out. How can the one probability that counts be picked, or the "
            "others be made harmless, *before* the logarithm?",
            (
                lambda A, y: -np.sum(_one_hot(y, A.shape[1]) * np.log(A)) / len(A),
                lambda A, y: -np.mean(np.sum(_one_hot(y, A.shape[1]) * np.log(A), axis=1)),
            ),
            CERTAIN,
        ),
        Mistake(
            "columns instead of elements",
            "You index with a colon and the labels, and that picks whole columns: an m × m matrix, in which every example "
            "is combined with the label of every other. For {input} the mean over all of it is {output}. Two index "
            "arrays of the same length are read in pairs, row 0 with the first label, row 1 with the second. Which array "
            "belongs in the place of the colon?",
            (_columns, lambda A, y: -np.log(A[:, y]).sum() / len(A)),
            PAIR,
        ),
        Mistake(
            "rows instead of elements",
            "You index with the labels alone, so they pick whole rows: the label of an example is taken for the number "
            "of a row. For {input} you return {output}; with a label that is larger than the batch there is an error. "
            "An entry of a matrix has two indices, first the example and then the class. Which of them is the label?",
            (lambda A, y: -np.log(A[y]).mean(), lambda A, y: -np.log(A[y]).sum() / len(A)),
            PAIR,
        ),
        Mistake(
            "no minus sign",
            "You return a mean of logarithms with their own sign: {output} for {input}. Probabilities are at most 1, so "
            "that is never above 0, and the better the model, the larger it is. A cost is made small by training; yours "
            "would be driven towards minus infinity, that is towards the worst model. What belongs in front?",
            (
                lambda A, y: np.log(_picked(A, y)).mean(),
                lambda A, y: np.sum(_one_hot(y, A.shape[1]) * np.log(A)) / len(A),
            ),
            PAIR,
        ),
        Mistake(
            "the mean inside the logarithm",
            "You average the probabilities first and take one logarithm of the result. For {input} you return {output}. "
            "The two steps cannot change places: an example that the model holds for almost impossible hardly shows in a "
            "mean of probabilities, and in the mean of losses it weighs heavily, as it should. Which of the two comes "
            "first in the formula for J?",
            (lambda A, y: -np.log(_picked(A, y).mean()),),
            PAIR,
        ),
        Mistake(
            "one loss for each example",
            "You return the loss of every example: {output} for {input}. Libraries call that the reduction *none*. The "
            "cost is one number for the whole batch, the mean of those losses, so a last step is missing. Keep this array "
            "in mind all the same: it tells you which examples the model finds hardest.",
            (lambda A, y: -np.log(_picked(A, y)),),
            PAIR,
        ),
        Mistake(
            "product of the probabilities",
            "You multiply the probabilities of all examples: {output} for {input}. That is the likelihood, and making it "
            "large is what we want; but for a thousand examples the product is smaller than any float64 and becomes 0, "
            "and it depends on the size of the batch. Which function turns the product into a sum, and what is divided "
            "afterwards?",
            (lambda A, y: np.prod(_picked(A, y)), lambda A, y: -np.prod(_picked(A, y))),
            PAIR,
        ),
        Mistake(
            "all classes summed",
            "You take the logarithms of all entries of the matrix, also of the classes that did not occur. For {input} you "
            "return {output}, and other labels would change nothing. A cost that does not look at the labels cannot teach "
            "anything about them. How does the label of an example choose one entry of its row?",
            (
                lambda A, y: -np.log(A).sum() / len(A),
                lambda A, y: -np.log(A).mean(),
                lambda A, y: -np.log(A).sum(),
            ),
            PAIR,
        ),
        Mistake(
            "the likeliest class",
            "You take the largest probability of each row in place of that of the label. For {input} you return {output}: "
            "the price of what the model believes. It becomes small when the model is confident, right or wrong, and the "
            "labels play no part. Which of your two arguments is never read?",
            (lambda A, y: -np.log(A.max(axis=1)).mean(),),
            PAIR,
        ),
        Mistake(
            "the share of wrong decisions",
            "You count how often the largest probability stands at the label, or elsewhere. For {input} you return "
            "{output}. That is the accuracy, or the error rate: it does not see by how much a decision was right, and a "
            "small change of a probability changes nothing, so nothing can be learned from it. The cost is made from "
            "the probabilities of the labels themselves. Where does the logarithm come in?",
            (lambda A, y: (A.argmax(axis=1) != y).mean(), lambda A, y: (A.argmax(axis=1) == y).mean()),
            (np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]), np.array([0, 2])),
        ),
        Mistake(
            "labels from 1",
            "You subtract 1 from the labels, as if classes were counted from 1. For {input} you return {output}, the cost "
            "of other classes. Label 0 becomes −1, which is the last class in Python, so nothing fails. Here the labels "
            "are 0 to K − 1, the places in a row. Which index leads to the entry of the label?",
            (lambda A, y: -np.log(A[np.arange(len(y)), y - 1]).mean(),),
            (np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]), np.array([0, 2])),
        ),
        Mistake(
            "epsilon in the log",
            "You add a small number inside the logarithm, or clip the probabilities. For {input} you return {output}; the "
            "true mean is close to 35. A small number there puts a ceiling on every loss, 20.7 for 1e-9, and above it "
            "the gradient is nearly 0, so that the worst mistakes are never corrected. The label's own probability needs "
            "no help; which of the others must not reach the logarithm?",
            tuple(
                form
                for e in (1e-5, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
                for form in (
                    lambda A, y, e=e: -np.log(_picked(A, y) + e).mean(),
                    lambda A, y, e=e: -np.sum(_one_hot(y, A.shape[1]) * np.log(A + e)) / len(A),
                    lambda A, y, e=e: -np.log(np.clip(_picked(A, y), e, 1 - e)).mean(),
                    lambda A, y, e=e: -np.log(np.clip(_picked(A, y), e, 1)).mean(),
                )
            ),
            (np.array([[1e-30, 1.0], [0.5, 0.5]]), np.array([0, 1])),
        ),
        Mistake(
            "double softmax",
            "You apply a softmax to `A`, and `A` holds probabilities already. For {input} you return {output}. Numbers "
            "between 0 and 1 are poor logits: they are at most 1 apart, so the second softmax flattens every row, and the "
            "cost of perfect predictions stays well above 0. This mistake hides in many programs, since training still "
            "goes somewhere. What do the rows of `A` sum to before you touch them?",
            (lambda A, y: -log_softmax(A)[np.arange(len(y)), y].mean(),),
            PAIR,
        ),
    ),
    remark="The mean of the losses, and a class that did not occur may have the probability 0.",
)


# 3.4 ------------------------------------------------------------------------------------------------------------------


def _gradient_with_loops(Z, y):
    gradient = []
    for row, label in zip(Z, y, strict=True):
        largest = max(row)
        powers = [math.exp(value - largest) for value in row]
        gradient.append([power / sum(powers) - (j == label) for j, power in enumerate(powers)])
    return np.array(gradient) / len(Z)


def _gradient_in_place(Z, y):
    gradient = softmax(Z)
    gradient[np.arange(len(y)), y] -= 1
    gradient /= len(y)
    return gradient


def _gradient_in_float32(Z, y):
    return (softmax(Z.astype(np.float32)) - _one_hot(y, Z.shape[1]).astype(np.float32)) / np.float32(len(Z))


def _gradient_through_logarithms(Z, y):
    return (np.exp(Z - logsumexp(Z, keepdims=True)) - (y[:, None] == np.arange(Z.shape[1]))) * (1 / len(Z))


def _weighted_residual(Z, y, weight):
    P = softmax(Z)
    return (P - _one_hot(y, Z.shape[1])) * weight(P) / len(Z)


def _only_the_target(Z, y):
    E = _one_hot(y, Z.shape[1])
    return E * (softmax(Z) - 1) / len(Z)


def _of_the_probability(Z, y):
    P = softmax(Z)
    at_label = _picked(P, y)[:, None]
    return at_label * (_one_hot(y, Z.shape[1]) - P) / len(Z)


def _squared_error(Z, y, factor=2):
    P = softmax(Z)
    pull = factor * (P - _one_hot(y, Z.shape[1]))
    return P * (pull - (P * pull).sum(axis=1, keepdims=True)) / len(Z)


def _gradient_cut_to_integers(Z, y):
    gradient = np.zeros_like(Z)
    gradient[:] = reference.cost_gradient(Z, y)
    return gradient


def _gradient_columns(Z, y):
    P = softmax(Z)
    P[:, y] -= 1
    return P / len(Z)


def _gradient_rows(Z, y):
    P = softmax(Z)
    P[y] -= 1
    return P / len(Z)


def _softmax_without_shift(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


def _gradient_labels_from_one(Z, y):
    P = softmax(Z)
    P[np.arange(len(y)), y - 1] -= 1
    return P / len(Z)


ONE = (np.array([[1.0, 2.0]]), np.array([0]))
TWO = (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1]))

cost_gradient = Exercise(
    name="ch03.cost_gradient",
    is_main=True,
    asks="The gradient of the mean cost for the logits Z, shape (m, K), with labels y.",
    reference=reference.cost_gradient,
    probes=logits_and_labels,
    expects=lambda Z, y: f"an array of the shape {Z.shape} in which every row sums to 0",
    scale=lambda Z, y: 1 / len(Z),
    hints=(
        "For one example the gradient is p − y, where y is the one-hot row. What does the mean over m examples do to it?",
        "First the probabilities: `reference.softmax(Z)` takes logits of any size. Then 1 is subtracted in each row, at "
        "the place of its label.",
        "The last step divides by the number of examples, because the cost is a mean.",
    ),
    alternatives=(
        _gradient_with_loops,
        _gradient_in_place,
        _gradient_in_float32,
        _gradient_through_logarithms,
        lambda Z, y: reference.cost_gradient(Z, y).tolist(),
        lambda Z, y: np.stack([softmax(z) - np.eye(len(z))[k] for z, k in zip(Z, y, strict=True)]) / len(Z),
    ),
    mistakes=(
        Mistake(
            "no 1/m",
            "You return p − y and do not divide by the number of examples. For {input} that is {output}: the gradient of "
            "the *sum* of the losses, m times that of their mean. Training would still go downhill, with steps m times "
            "as long, so a learning rate that suits one batch size breaks at another. What does the formula for J have "
            "in front of the sum?",
            (lambda Z, y: softmax(Z) - _one_hot(y, Z.shape[1]),),
            TWO,
        ),
        Mistake(
            "divided twice",
            "You divide by the number of examples twice. For {input} you return {output}: every step of training would "
            "be m times too short, without an error and without a warning. The cost is a mean, and its gradient carries "
            "the factor 1/m once. Is there a second division hidden in a `mean`?",
            (lambda Z, y: (softmax(Z) - _one_hot(y, Z.shape[1])) / len(Z) ** 2,),
            TWO,
        ),
        Mistake(
            "mean over examples and classes",
            "You divide by the number of all entries, examples times classes. For {input} you return {output}, K times "
            "too small. The cost is a mean over the examples; over the classes it is a sum with a single term, and a sum "
            "brings no factor. `size` counts entries. What counts rows?",
            (lambda Z, y: (softmax(Z) - _one_hot(y, Z.shape[1])) / Z.size,),
            ONE,
        ),
        Mistake(
            "divided by the number of classes",
            "You divide by the number of classes. For {input} you return {output}; where a batch has as many examples as "
            "classes nothing shows. The factor in front of the cost counts examples, because the cost is their mean. "
            "Which entry of `Z.shape` is that?",
            (lambda Z, y: (softmax(Z) - _one_hot(y, Z.shape[1])) / Z.shape[1],),
            ONE,
        ),
        Mistake(
            "the other direction",
            "You return y − p in place of p − y: {output} for {input}. That is the direction in which the logits should "
            "*move*, and it is what you will subtract the gradient for. The gradient itself points uphill, to a larger "
            "cost, so it is negative at the true class: raising that logit lowers the cost. Which of the two stands "
            "first in the difference?",
            (lambda Z, y: (_one_hot(y, Z.shape[1]) - softmax(Z)) / len(Z),),
            ONE,
        ),
        Mistake(
            "only the target gets a gradient",
            "You leave every class but the true one at 0. For {input} you return {output}. The loss is made from a single "
            "probability, but all logits are in it, through the denominator of the softmax: raising another logit "
            "lowers the probability of the true class. So the others are pushed down, each by its own probability, and "
            "a row sums to 0. Which case of the derivation is missing?",
            (_only_the_target,),
            ONE,
        ),
        Mistake(
            "labels in place of one-hot rows",
            "You subtract the labels themselves, as numbers, from the probabilities. For {input} you return {output}. Label 0 "
            "subtracts nothing, label 2 takes 2 away from all classes, and no row sums to 0. The y of p − y is the one-hot row: "
            "1 at the true class and 0 elsewhere, as long as the row of probabilities. Which function of this chapter makes "
            "such rows from labels?",
            (
                lambda Z, y: (softmax(Z) - y[:, None]) / len(Z),
                lambda Z, y: (softmax(Z) - y) / len(Z),
                lambda Z, y: softmax(Z) - y[:, None],
                lambda Z, y: softmax(Z) - y,
            ),
            (np.array([[1.0, 2.0]]), np.array([1])),
        ),
        Mistake(
            "only one of the two is divided",
            "You divide one of the two terms by m, and the other keeps its full size. For {input} you return {output}. The rows "
            "of a right answer sum to 0; with a single example yours do, too, and with more they do not. In Python a division "
            "is done before a subtraction that stands beside it, as on paper. What decides the order there?",
            (
                lambda Z, y: softmax(Z) - _one_hot(y, Z.shape[1]) / len(Z),
                lambda Z, y: softmax(Z) / len(Z) - _one_hot(y, Z.shape[1]),
            ),
            TWO,
        ),
        Mistake(
            "as many columns as examples",
            "Your one-hot matrix has as many columns as there are examples, as `np.eye(len(y))` gives it. For {input} the "
            "result is {output}. It fits when examples and classes are equally many, and for one example it is stretched over "
            "all classes without an error. Its width has to be the number of *classes*. Which entry of `Z.shape` is that?",
            (lambda Z, y: (softmax(Z) - np.eye(len(y))[y]) / len(Z), lambda Z, y: softmax(Z) - np.eye(len(y))[y]),
            ONE,
        ),
        Mistake(
            "only one example",
            "You return the gradient of a single example: {output} for {input}. A `return` that is indented into the loop ends "
            "the function in the first round, and a name that is assigned anew in every round holds the last row alone. The "
            "result has a row for each example, in the shape of `Z`. Where are the rows collected?",
            (
                lambda Z, y: reference.cost_gradient(Z, y)[0],
                lambda Z, y: reference.cost_gradient(Z, y)[-1],
                lambda Z, y: reference.cost_gradient(Z, y)[:1],
                lambda Z, y: reference.cost_gradient(Z, y)[-1:],
            ),
            TWO,
        ),
        Mistake(
            "cut to integers",
            "You fill an array that was made for integers. `np.zeros_like(Z)` takes over not only the shape of Z, and for "
            "logits that are whole numbers, {input}, what is written into it loses everything behind the point: {output}. "
            "Probabilities and their differences are fractions. What else than the shape does an array have, and how is it "
            "chosen?",
            (_gradient_cut_to_integers,),
            (np.array([[1, 2]]), np.array([0])),
        ),
        Mistake(
            "no one-hot",
            "You return the probabilities without subtracting the truth: {output} for {input}. All entries are positive, "
            "so a step downhill would lower every logit, also that of the true class, and the labels would play no part. "
            "Of the derivation above this is the first half, the derivative of the log-sum-exp. Which term does the "
            "second half, −z at the label, contribute, and where?",
            (lambda Z, y: softmax(Z) / len(Z),),
            ONE,
        ),
        Mistake(
            "an extra p(1 − p)",
            "You multiply p − y by p(1 − p), the slope of a sigmoid. For {input} you return {output}: far too small, and "
            "nearly 0 where the model is certain and wrong. The slope of the softmax is part of p − y already; the "
            "1/p from the logarithm has cancelled it. That cancelling is why this loss is taken. Which factor has to go?",
            (
                lambda Z, y: _weighted_residual(Z, y, lambda P: P * (1 - P)),
                lambda Z, y: _weighted_residual(Z, y, lambda P: P),
            ),
            ONE,
        ),
        Mistake(
            "the derivative of the probability",
            "You return how the *probability* of the true class changes with each logit, a row of the Jacobian of "
            "chapter 2: {output} for {input}. The cost is minus the logarithm of that probability, so the chain rule "
            "brings one more factor, the derivative of −log p, which is −1/p. It turns s(1 − s) at the true class into "
            "s − 1. Where does that factor enter?",
            (_of_the_probability,),
            ONE,
        ),
        Mistake(
            "the derivative for the probabilities",
            "You return the derivative of the cost for the *probabilities*: −1/p at the label and 0 elsewhere, {output} "
            "for {input}. That is the first link of the chain. What is asked for is the derivative for the logits, one "
            "link further: each logit moves all probabilities, in the way that chapter 2 has worked out. What becomes "
            "of −1/p when it is multiplied by those derivatives?",
            (lambda Z, y: -_one_hot(y, Z.shape[1]) / softmax(Z) / len(Z),),
            ONE,
        ),
        Mistake(
            "squared error",
            "You return the gradient of the squared error. For {input} that is {output}. It carries the slope of the "
            "softmax as a factor, which is nearly 0 for a prediction that is certain and wrong, so the worst mistakes "
            "are corrected last. The cost of this chapter has a logarithm in it, and its derivative cancels the slope. "
            "What is left?",
            (_squared_error, lambda Z, y: _squared_error(Z, y, factor=1)),
            ONE,
        ),
        Mistake(
            "no softmax",
            "You subtract the one-hot rows from the logits themselves. For {input} you return {output}. Logits can be of "
            "any size, so such a gradient would be, too, and would not vanish when the prediction is right. The p of "
            "p − y is a probability: positive, with a sum of 1 in each row. Which function makes it from the logits?",
            (lambda Z, y: (Z - _one_hot(y, Z.shape[1])) / len(Z),),
            ONE,
        ),
        Mistake(
            "columns instead of elements",
            "You subtract 1 from whole columns: the colon means every example, so each row loses 1 at the labels of all. "
            "For {input} you return {output}. Two index arrays of the same length are read in pairs, row 0 with the first "
            "label, row 1 with the second. Which array belongs in the place of the colon?",
            (_gradient_columns,),
            (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 0])),
            _rows,
        ),
        Mistake(
            "rows instead of elements",
            "You subtract 1 from whole rows: with a single index the labels name examples. For {input} you return "
            "{output}, and a label that exceeds the batch would raise an error. Every row of a right answer sums to 0, "
            "because p and the one-hot row both sum to 1; that is a test you can run yourself. Which second index picks "
            "the class?",
            (_gradient_rows,),
            TWO,
            _rows,
        ),
        Mistake(
            "one row for the whole batch",
            "You have averaged over the examples: {output} for {input}. The result should have the shape of `Z`, because "
            "every example has logits of its own and each of them gets a gradient. The mean of the cost shows as a factor "
            "1/m, not as a sum over the rows. That sum comes later, for the bias, which all examples share. Which "
            "reduction can go?",
            (
                lambda Z, y: (softmax(Z) - _one_hot(y, Z.shape[1])).mean(axis=0),
                lambda Z, y: (softmax(Z) - _one_hot(y, Z.shape[1])).sum(axis=0),
            ),
            TWO,
        ),
        Mistake(
            "no shift",
            "Your softmax raises e to the logits as they are. For {input} you return {output}: from 710 on the power is "
            "infinite in float64, and infinite divided by infinite is nan; far below zero it is 0/0. One nan in a "
            "gradient spoils every weight it reaches. What does chapter 1 subtract from each row before `exp`?",
            (lambda Z, y: (_softmax_without_shift(Z) - _one_hot(y, Z.shape[1])) / len(Z),),
            (np.array([[1000.0, 999.0]]), np.array([0])),
        ),
        Mistake(
            "softmax over the wrong axis",
            "Your probabilities sum to 1 over the examples, or over the whole batch, and not over the classes. For {input} "
            "you return {output}; the rows of a right answer sum to 0. In a batch of one row everything can look fine. "
            "Examples do not compete with each other, classes do. Over which axis does your softmax run?",
            (
                lambda Z, y: (softmax(Z, axis=0) - _one_hot(y, Z.shape[1])) / len(Z),
                lambda Z, y: (np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum() - _one_hot(y, Z.shape[1])) / len(Z),
                lambda Z, y: (np.exp(Z) / np.exp(Z).sum() - _one_hot(y, Z.shape[1])) / len(Z),
                lambda Z, y: (np.exp(Z) / np.exp(Z).sum(axis=0) - _one_hot(y, Z.shape[1])) / len(Z),
            ),
            TWO,
            _rows,
        ),
        Mistake(
            "labels from 1",
            "You subtract the 1 at the place before the label, as if classes were counted from 1. For {input} you return "
            "{output}, which pulls another class up; label 0 becomes −1, the last place in Python, so no error tells "
            "you. Every row still sums to 0. Labels are 0 to K − 1 here. Which column does the label name?",
            (_gradient_labels_from_one,),
            (np.array([[1.0, 2.0, 3.0]]), np.array([2])),
        ),
    ),
    remark="p − y, divided by m: one subtraction after the softmax is the whole backward step of the last layer.",
)


# 3.5 ------------------------------------------------------------------------------------------------------------------


def _repaired_from_logits(x, y_one_hot):
    return logsumexp(x) - np.dot(x, y_one_hot)


def _repaired_with_log_softmax(x, y_one_hot):
    return -log_softmax(x)[np.argmax(y_one_hot)]


def _repaired_by_hand(x, y_one_hot):
    shifted = [float(value) - float(max(x)) for value in x]
    log_total = math.log(sum(math.exp(value) for value in shifted))
    return log_total - shifted[list(y_one_hot).index(1)]


def _repaired_in_float32(x, y_one_hot):
    shifted = (x - x.max()).astype(np.float32)
    return -np.sum(y_one_hot * (shifted - np.log(np.exp(shifted).sum())))


def _repaired_by_pairs(x, y_one_hot):
    x = np.asarray(x, dtype=float)
    return np.logaddexp.reduce(x - x[np.flatnonzero(y_one_hot)[0]])


def _shares(x):
    return np.exp(x) / np.sum(np.exp(x))


def _twice_encoded(x, y):
    return -np.sum(np.eye(len(y))[y] * np.log(_shares(x)))


SOURCE = (np.array([1, 2, 3]), np.array([0, 1, 0]))

repaired_loss = Exercise(
    name="ch03.repaired_loss",
    is_main=True,
    asks="The loss of one example from its logits x and its one-hot label, right for logits of any size.",
    reference=lambda x, y_one_hot: reference.cross_entropy(x, int(np.argmax(y_one_hot))),
    probes=logits_and_one_hot,
    expects=lambda x, y_one_hot: "one number, 0 or larger and finite,",
    scale=lambda x, y_one_hot: float(max(1, np.abs(x).max())),
    hints=(
        "Go through the symptoms one by one: the lost calls, the label that is encoded a second time, the logits that are "
        "not shifted, the logarithm of a probability that was rounded to 0. Which of them can you repair already?",
        "The last two go together. The derivation in this chapter begins with the loss written in logits: a log-sum-exp "
        "minus one logit. No probability is formed there.",
        "`reference.log_softmax(x)` gives the logarithms of all probabilities, finite for every finite logit. What is "
        "left is to pick one of them and to give it a sign.",
    ),
    alternatives=(
        _repaired_from_logits,
        _repaired_with_log_softmax,
        _repaired_by_hand,
        _repaired_in_float32,
        _repaired_by_pairs,
        lambda x, y_one_hot: np.log(np.sum(np.exp(x - np.max(x)))) + np.max(x) - np.sum(x * y_one_hot),
    ),
    mistakes=(
        Mistake(
            "one-hot encoded twice",
            "The label is one-hot already, and your code encodes it again or uses it as an index: each of its entries, "
            "0 or 1, is taken for a class of its own. For {input} you return {output}, a sum with a term for every "
            "entry, in place of a single term; and a label of floats cannot be an index at all. What remains to be done "
            "with a label that is 1 at its class and 0 elsewhere?",
            (
                _twice_encoded,
                lambda x, y: -np.sum(np.eye(len(y))[y] * np.log(softmax(x))),
                lambda x, y: -np.sum(np.eye(len(y))[y] * log_softmax(x)),
                lambda x, y: -np.sum(np.eye(len(y))[y.astype(int)] * np.log(softmax(x))),
                lambda x, y: -np.sum(np.eye(len(y))[y.astype(int)] * log_softmax(x)),
                lambda x, y: -np.sum(np.eye(len(y), dtype=int)[y.astype(int)] * np.log(_shares(x))),
                lambda x, y: -np.sum(log_softmax(x)[y.astype(int)]),
                lambda x, y: -np.sum(log_softmax(x)[y]),
                lambda x, y: -log_softmax(x)[y],
            ),
            SOURCE,
        ),
        Mistake(
            "the calls are missing",
            "You return {output} for {input}, as the code does whose calls are lost: in `(x)` the brackets are left "
            "over from a call, and alone they do nothing. So the array is divided by itself, which gives ones, and "
            "nothing is summed and no logarithm taken. Four functions of NumPy have to come back. Which ones do the "
            "formulas of softmax and cross-entropy name?",
            (lambda x, y_one_hot: -(y_one_hot * (x / x)), lambda x, y_one_hot: -np.sum(y_one_hot * (x / x))),
            SOURCE,
        ),
        Mistake(
            "epsilon in the log",
            "You add a small number inside the logarithm, or clip the probabilities. For {input} you return {output}, and "
            "the true loss is 800. The result is finite and wrong: no loss can exceed a ceiling, and above it the "
            "gradient is nearly 0, so that the worst mistakes are never corrected. Can the loss be written in the "
            "logits, so that no probability of 0 is ever formed?",
            tuple(
                form
                for e in (1e-5, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-30, 1e-300)
                for form in (
                    lambda x, y_one_hot, e=e: -np.sum(y_one_hot * np.log(softmax(x) + e)),
                    lambda x, y_one_hot, e=e: -np.sum(y_one_hot * np.log(np.clip(softmax(x), e, 1))),
                    lambda x, y_one_hot, e=e: -np.sum(y_one_hot * np.log(np.clip(softmax(x), e, 1 - e))),
                )
            ),
            (np.array([800.0, 0.0]), np.array([0.0, 1.0])),
        ),
        Mistake(
            "nan made to zero",
            "You replace what is not finite after it has come about. For {input} you return {output}, and the true loss is "
            "800. Zero times minus infinity can be patched to 0 in that way, but where the true class itself has lost its "
            "probability, the size of the loss is gone, and the patch puts a made-up number in its place. Can the loss be "
            "written so that no probability is ever formed?",
            (
                lambda x, y_one_hot: -np.sum(np.nan_to_num(y_one_hot * np.log(softmax(x)))),
                lambda x, y_one_hot: np.nan_to_num(-np.sum(y_one_hot * np.log(softmax(x)))),
                lambda x, y_one_hot: -np.sum(y_one_hot * np.nan_to_num(np.log(softmax(x)))),
                lambda x, y_one_hot: np.nan_to_num(-np.sum(y_one_hot * np.log(_shares(x)))),
            ),
            (np.array([800.0, 0.0]), np.array([0.0, 1.0])),
        ),
        Mistake(
            "log-sum-exp without a shift",
            "You write the loss in the logits, which is the right way, and raise e to the logits as they are. For {input} the "
            "result is {output}: a power is infinite from 710 on and 0 far below zero, and the logarithm of the sum is no better. "
            "The sum of powers keeps its meaning when the same number is taken out of all of them and put back behind the "
            "logarithm. Which number keeps every power at 1 or below?",
            (
                lambda x, y_one_hot: np.log(np.sum(np.exp(x))) - np.sum(x * y_one_hot),
                lambda x, y_one_hot: np.log(np.sum(np.exp(x))) - x[np.argmax(y_one_hot)],
            ),
            (np.array([1000.0, 999.0]), np.array([0.0, 1.0])),
        ),
        Mistake(
            "shifted on one side only",
            "One of your two terms is shifted and the other is not. For {input} you return {output}, off by exactly the largest "
            "logit. A shift changes no loss when it reaches the log-sum-exp *and* the logit that is subtracted from it, since "
            "then it cancels; a loss below 0 is one sign that it did not. In which of the two does your code still read the "
            "logits as they were?",
            (
                lambda x, y_one_hot: np.log(np.sum(np.exp(x - np.max(x)))) - np.sum(x * y_one_hot),
                lambda x, y_one_hot: logsumexp(x) - np.sum((x - np.max(x)) * y_one_hot),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 0.0])),
        ),
        Mistake(
            "prediction and truth exchanged",
            "You take the logarithm of the label and multiply it with the prediction. For {input} you return {output}. A "
            "one-hot label is 0 almost everywhere, and the logarithm of 0 is minus infinity, or whatever an epsilon makes of it. "
            "The truth supplies the weights, 1 and 0; the prediction supplies the logarithms. In which order does the "
            "cross-entropy take its two arguments?",
            (
                lambda x, y_one_hot: -np.sum(softmax(x) * np.log(y_one_hot)),
                lambda x, y_one_hot: -np.sum(softmax(x) * np.log(y_one_hot + 1e-9)),
                lambda x, y_one_hot: -np.sum(_shares(x) * np.log(y_one_hot)),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 0.0])),
        ),
        Mistake(
            "the likeliest class",
            "You take the class with the largest logit, and the label plays no part. For {input} you return {output}: the price of "
            "what the model believes, which is small for a confident model whether it is right or wrong. The loss has to be large "
            "where the truth is another class than the likeliest. Which of your two arguments is never read?",
            (lambda x, y_one_hot: -np.max(log_softmax(x)), lambda x, y_one_hot: -np.log(np.max(softmax(x)))),
            (np.array([1.0, 2.0]), np.array([1.0, 0.0])),
        ),
        Mistake(
            "clipped logits",
            "You cut large logits off before `exp`. For {input} you return {output}, and the true loss is "
            "1000. The result is finite because the question was changed: every logit beyond the limit counts as the "
            "limit, and its gradient is 0. A shift changes no difference between logits. Which "
            "number can be subtracted from all of them?",
            tuple(
                lambda x, y_one_hot, limit=limit: -np.sum(y_one_hot * log_softmax(np.clip(x, -limit, limit)))
                for limit in (700, 500, 100, 50, 20)
            ),
            (np.array([1000.0, 0.0]), np.array([0.0, 1.0])),
        ),
        Mistake(
            "stable softmax, unstable loss",
            "Your softmax is safe, and the logarithm after it is not. A gap of about 750 makes a probability exactly 0: "
            "at the true class its logarithm makes the loss infinite, at another class 0 times minus infinity is nan. "
            "For {input} you return {output}, and the true loss is 800. Once the probability is rounded, nothing brings "
            "it back. Can the loss be written in the logits, without the probability?",
            (
                lambda x, y_one_hot: -np.sum(y_one_hot * np.log(softmax(x))),
                lambda x, y_one_hot: -np.log(softmax(x)[np.argmax(y_one_hot)]),
                lambda x, y_one_hot: -np.log(np.sum(y_one_hot * softmax(x))),
                lambda x, y_one_hot: -np.log(softmax(x)[y_one_hot == 1]).sum(),
            ),
            (np.array([800.0, 0.0]), np.array([0.0, 1.0])),
        ),
        Mistake(
            "no sum",
            "You return an array, {output} for {input}: the products of label and logarithm, one for each class. The loss "
            "of one example is a single number. All but one of the products are 0, but they are still there, and a "
            "gradient or a comparison with another model needs a number. Which call did the published code lose at this "
            "place?",
            (
                lambda x, y_one_hot: -(y_one_hot * log_softmax(x)),
                lambda x, y_one_hot: -(y_one_hot * np.log(_shares(x))),
                lambda x, y_one_hot: -(y_one_hot * np.log(softmax(x))),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 0.0])),
        ),
        Mistake(
            "mean over the classes",
            "You take the mean over the classes where the formula has a sum. For {input} you return {output}, K times too "
            "small, since all products but one are 0 and the mean counts them too. The mean of the cost runs over the "
            "examples of a batch, and here there is one example. Which reduction belongs to the classes?",
            (
                lambda x, y_one_hot: -np.mean(y_one_hot * log_softmax(x)),
                lambda x, y_one_hot: -np.mean(y_one_hot * np.log(_shares(x))),
                lambda x, y_one_hot: -np.mean(y_one_hot * np.log(softmax(x))),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 0.0])),
        ),
        Mistake(
            "no logarithm",
            "You sum the products of label and probability and never take the logarithm. For {input} you return {output}: "
            "the probability of the true class, up to its sign. One of the lost calls is the one inside the product, "
            "and the formula of the source names it: the sum of y times the logarithm of p. Which brackets has it left "
            "behind?",
            (
                lambda x, y_one_hot: -np.sum(y_one_hot * softmax(x)),
                lambda x, y_one_hot: np.sum(y_one_hot * softmax(x)),
                lambda x, y_one_hot: -np.sum(y_one_hot * _shares(x)),
                lambda x, y_one_hot: -(y_one_hot * softmax(x)),
                lambda x, y_one_hot: -(y_one_hot * _shares(x)),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 0.0])),
        ),
        Mistake(
            "no exponential",
            "Your softmax divides the logits by their sum and never raises e to them: plain shares. For {input} you "
            "return {output}. With a negative logit a share is negative and its logarithm is nan; with small positive "
            "ones the number looks plausible, which is worse. Which call stood in front of the brackets in "
            "`exp_x = (x)`?",
            (
                lambda x, y_one_hot: -np.sum(y_one_hot * np.log(x / np.sum(x))),
                lambda x, y_one_hot: -np.log((x / np.sum(x))[np.argmax(y_one_hot)]),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 0.0])),
        ),
        Mistake(
            "no minus sign",
            "You return {output} for {input}. Log-probabilities are never above 0, so a loss made from them needs a minus "
            "sign; without it the best prediction has the largest value, and training, which makes the loss small, would "
            "run away from the truth. The published code has that sign. Where did yours get lost?",
            (
                lambda x, y_one_hot: np.sum(y_one_hot * log_softmax(x)),
                lambda x, y_one_hot: np.sum(y_one_hot * np.log(softmax(x))),
                lambda x, y_one_hot: np.sum(y_one_hot * np.log(_shares(x))),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 0.0])),
        ),
        Mistake(
            "double softmax",
            "You apply softmax twice: probabilities go into a function that expects logits. For {input} you return "
            "{output}. Probabilities are at most 1 apart, so the second softmax flattens them, and the loss can no "
            "longer tell a certain prediction from a hesitant one. Follow the array from `x` to the logarithm and count "
            "how often it is normalised.",
            (
                lambda x, y_one_hot: -np.sum(y_one_hot * log_softmax(softmax(x))),
                lambda x, y_one_hot: -np.sum(y_one_hot * np.log(softmax(softmax(x)))),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 0.0])),
        ),
        Mistake(
            "the loss of the logit",
            "You pick the logit of the true class and change its sign. For {input} you return {output}, a number without "
            "a lower bound: training could make it as negative as it likes by raising every logit together. The other "
            "half of the loss is missing, the log-sum-exp, which grows with all logits and makes a common shift cancel. "
            "What does the derivation of the gradient begin with?",
            (lambda x, y_one_hot: -np.sum(y_one_hot * x),),
            (np.array([1.0, 2.0]), np.array([1.0, 0.0])),
        ),
        Mistake(
            "no shift",
            "You raise e to the logits as they are. For {input} the result is {output}: from 710 on, `exp` is infinite in "
            "float64, and infinite divided by infinite is nan, like infinite times 0. The published code never meets such logits, "
            "because it was run for 1, 2 and 3 alone. What may be subtracted from all logits without changing any "
            "probability?",
            (
                lambda x, y_one_hot: -np.sum(y_one_hot * np.log(_shares(x))),
                lambda x, y_one_hot: -np.log(_shares(x)[np.argmax(y_one_hot)]),
                lambda x, y_one_hot: -np.log(np.sum(y_one_hot * _shares(x))),
            ),
            (np.array([1000.0, 999.0]), np.array([0.0, 1.0])),
        ),
    ),
    remark="The label is used as it is, and the loss comes from the logits, so no size of logit can break it.",
)
