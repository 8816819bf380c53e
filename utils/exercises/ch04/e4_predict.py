"""Exercise 4.4: the predicted class of each example."""

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs

# The domain


def weights_and_points(rng):
    """(W, b, X): a bias that decides, a narrow lead, square batches, one example, one class, integers, large logits."""
    return [
        (np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]])),
        (np.array([[1.0, 0.0]]), np.array([0.0, 1.5]), np.array([[1.0], [2.0], [-1.0]])),
        (np.array([[2.0, 0.0, 1.0], [0.0, 1.0, 1.0]]), np.array([0.0, 0.5, 0.1]), np.array([[1.0, 2.0]])),
        (np.array([[2.0], [1.0]]), np.array([3.0]), np.array([[1.0, 1.0], [0.0, 2.0]])),
        (np.array([[1.0, 1.004, 1.0]]), np.zeros(3), np.array([[1.0]])),
        (np.eye(3), np.array([0.0, 0.25, 0.0]), np.array([[3.0, 1.0, 2.0], [0.0, 1.0, 5.0], [0.0, 2.0, 1.0]])),
        (np.array([[1, -1], [0, 2]]), np.array([0, 1]), np.array([[1, 2], [9, 0], [2, 2]])),
        (np.array([[900.0, -900.0, 901.0]]), np.array([0.0, 0.0, -50.0]), np.array([[1.0], [-1.0], [60.0]])),
        (np.array([[500.0, 0.0, 1.0], [0.0, 400.0, 1.0]]), np.zeros(3), np.array([[1.0, 2.0], [-1.0, -1.0]])),
        (rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=(4, 3))),
        (rng.normal(size=(3, 5)), rng.normal(size=5), rng.normal(size=(20, 3))),
        (rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=(4, 4))),
    ]


# Right answers


def _loop_of_decisions(W, b, X):
    decisions = []
    for x in X:
        logits = [float(np.dot(x, W[:, j]) + b[j]) for j in range(len(b))]
        decisions.append(logits.index(max(logits)))
    return decisions


def _by_duels(W, b, X):
    """The class that loses no duel against another one."""
    Z = X @ W + b
    return (Z[:, :, None] >= Z[:, None, :]).all(axis=2).astype(int) @ np.arange(len(b))


mistakes = Bank()

predict = Exercise(
    name="ch04.predict",
    asks="The predicted class of each example.",
    reference=reference.predict,
    probes=weights_and_points,
    expects=lambda W, b, X: (
        f"an array of the shape {(len(X),)} with integers from 0 to {len(b) - 1}, one for each example,"
    ),
    hints=paragraphs("""
        Which class should be predicted: the one with the largest probability. Does the softmax change which one that
        is?

        Compute the logits of the whole batch, shape (m, K). Then one NumPy function tells where the largest entry of
        each row stands, if you tell it the axis.
    """),
    alternatives=(
        _loop_of_decisions,
        _by_duels,
        lambda W, b, X: (
            reference.softmax(X @ W + b).argmax(axis=1) if np.abs(X @ W).max() < 30 else (X @ W + b).argmax(axis=1)
        ),
        lambda W, b, X: np.argsort(X @ W + b, axis=-1)[:, -1],
        lambda W, b, X: np.array([np.argmax(W.T @ x + b) for x in X], dtype=np.float32),
    ),
    bank=mistakes,
    remark="The softmax keeps the order of the logits, so the decision needs none.",
)


# Mistakes


@mistakes.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]]))
def argmax_without_axis(W, b, X):
    """
    `argmax` without an axis numbers all entries of the batch in one row and returns one place for all examples:
    {output} for {input}. Every example needs its own decision, so the search has to run along the classes and leave
    one index for each row. Which axis holds the classes?
    """
    return np.argmax(X @ W + b)


@mistakes.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0], [3.0]]))
def wrong_axis(W, b, X):
    """
    Your search runs down the columns: for each class you return the example that has most of it, {output} for
    {input}. The question goes the other way: for each example, which class? A row is an example, and its classes
    stand side by side in it. Which axis has to disappear, so that m numbers are left?
    """
    return np.argmax(X @ W + b, axis=0)


@mistakes.mistake(np.array([[1.0, 0.0]]), np.array([0.0, 1.5]), np.array([[1.0]]))
def bias_left_out(W, b, X):
    """
    You compare `X @ W` without the bias. For {input} you return {output}, though the bias favours the other class
    by more than the features do. Without it every boundary is forced through the origin. The logits are the same
    three symbols as in the training: what is added to the product before the largest is searched?
    """
    return np.argmax(X @ W, axis=1)


@mistakes.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]]))
def scores_in_place_of_classes(W, b, X):
    """
    You return K numbers for each example, {output} for {input}: its logits, its probabilities, or a yes or no for
    each class. The exercise asks for the decision of the model, one class for each example, and every example gets
    one, however small the largest probability is. Which function tells where the largest entry of a row stands?
    """
    return X @ W + b


scores_in_place_of_classes.also(
    lambda W, b, X: reference.softmax(X @ W + b),
    lambda W, b, X: np.round(reference.softmax(X @ W + b)),
    lambda W, b, X: reference.softmax(X @ W + b) > 0.5,
)


@mistakes.mistake(
    np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]]), name="the largest value, not its place"
)
def the_largest_value_not_its_place(W, b, X):
    """
    You return the largest logit or probability of each row: {output} for {input}. That says how strong the winner
    is and not who it is. `max` gives a value, its relative with `arg` in front gives the place, and the place is
    the class. Which of the two did you call?
    """
    return np.max(X @ W + b, axis=1)


the_largest_value_not_its_place.also(lambda W, b, X: reference.softmax(X @ W + b).max(axis=1))


@mistakes.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]]), name="one-hot decisions")
def one_hot_decisions(W, b, X):
    """
    You return a row of zeros with a single 1 for each example: {output} for {input}. That is the one-hot form of
    the right decision, and the labels of this chapter are integers. Comparing the two would match whole rows with
    single numbers. Which number names the column where the 1 stands?
    """
    return reference.indicator(np.argmax(X @ W + b, axis=1), len(b))


@mistakes.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]]))
def classes_from_1(W, b, X):
    """
    Your classes are numbered from 1 to K: {output} for {input}. The labels of the data, the columns of W and
    everything in NumPy begin with 0, so an otherwise perfect model would be right almost never. Python's indices
    are class names already; what do you add to them?
    """
    return np.argmax(X @ W + b, axis=1) + 1


@mistakes.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]]))
def labels_as_a_column(W, b, X):
    """
    Your classes are right and stand in a column of the shape (m, 1): {output} for {input}. Compared with labels of
    the shape (m,), NumPy makes an m by m table out of the two, and the accuracy that you average over it is a wrong
    number without an error. One axis has to go. Which argument kept it?
    """
    return np.argmax(X @ W + b, axis=1).reshape(-1, 1)


def _shares(Z):
    """Softmax without a shift."""
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


@mistakes.mistake(np.array([[900.0, 901.0]]), np.zeros(2), np.array([[1.0]]))
def no_shift(W, b, X):
    """
    You raise e to the logits as they are before you look for the largest. For {input} you return {output}: above
    709 every power is infinite, two of them are equally large, and a quotient of the two is nan, so the order is
    lost. A softmax with the shift of chapter 1 keeps it, and so do the logits themselves. Does the decision need
    the exponential at all?
    """
    return np.argmax(_shares(X @ W + b), axis=1)


no_shift.also(
    lambda W, b, X: np.argmax(np.exp(X @ W + b), axis=1),
    lambda W, b, X: np.argmax(1 / (1 + np.exp(-(X @ W + b))), axis=1),
)


@mistakes.mistake(np.array([[1.0, 2.0]]), np.zeros(2), np.array([[1.0]]))
def softmax_over_the_examples(W, b, X):
    """
    You apply a softmax over the wrong axis before you look for the largest entry, so the examples compete with each
    other: for {input} you return {output}. A single example then has the probability 1 for every class. The
    decision for one example must not depend on which others are in the batch. Over which axis does a softmax run,
    and does the decision need one?
    """
    return np.argmax(reference.softmax(X @ W + b, axis=0), axis=1)


mistakes.add(
    "decided after rounding",
    """
    You round the probabilities, or ask which are above one half, and look for the largest after that. For {input}
    you return {output}: the largest leads by less than the rounding leaves, and of equal entries `argmax` takes the
    first. A lead decides, however small it is. Rounding is for printing. What else could be compared, without a
    softmax and without a loss of digits?
    """,
    *(
        lambda W, b, X, digits=digits: np.argmax(np.round(reference.softmax(X @ W + b), digits), axis=1)
        for digits in (0, 1, 2)
    ),
    example=(np.array([[1.0, 1.004, 1.0]]), np.zeros(3), np.array([[1.0]])),
)


@mistakes.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]]))
def the_least_likely_class(W, b, X):
    """
    You choose the smallest entry of each row: {output} for {input}. Logits are evidence for a class, so the largest
    one decides. A habit from costs may be behind it, where small is good; a logit is no cost. Which of the two
    searches, for the smallest or for the largest, did you call?
    """
    return np.argmin(X @ W + b, axis=1)


the_least_likely_class.also(lambda W, b, X: np.argmax(-(X @ W + b), axis=1))
