"""Exercise 4.4: the predicted class of each example."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch04.common import any_model, model_of, with_negative_biases
from utils.exercises.ch04.wrong_decisions import (
    decides_after_a_clip,
    decides_after_rounding,
    fails_on,
    has_k_numbers_for_each,
    is_of_two_classes,
    loses_an_axis,
    multiplies_otherwise,
    rows_of_a_saturated_sigmoid,
    rows_with_one_shift_for_all,
    rows_with_zero_at_least,
    rows_without_a_shift,
    runs_along_the_examples,
    starts_too_high,
)

# The domain


SMALLEST = [
    (np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]])),
    (np.array([[1.0, 0.0]]), np.array([0.0, 1.5]), np.array([[1.0], [2.0], [-1.0]])),
    (np.array([[2.0, 0.0, 1.0], [0.0, 1.0, 1.0]]), np.array([0.0, 0.5, 0.1]), np.array([[1.0, 2.0]])),
    (np.array([[2.0], [1.0]]), np.array([3.0]), np.array([[1.0, 1.0], [0.0, 2.0]])),
    (np.array([[1.0, 1.004, 1.0]]), np.zeros(3), np.array([[1.0]])),
    (np.eye(3), np.array([0.0, 0.25, 0.0]), np.array([[3.0, 1.0, 2.0], [0.0, 1.0, 5.0], [0.0, 2.0, 1.0]])),
    (np.array([[900.0, -900.0, 901.0]]), np.array([0.0, 0.0, -50.0]), np.array([[1.0], [-1.0], [60.0]])),
    (np.array([[500.0, 0.0, 1.0], [0.0, 400.0, 1.0]]), np.zeros(3), np.array([[1.0, 2.0], [-1.0, -1.0]])),
    (np.array([[0.0, 4e-7, 0.0]]), np.zeros(3), np.array([[1.0]])),
]


def _decided(rng, tops, K, lead=1.0):
    """A model whose rows have these largest logits, each ahead of the others of its row; the winners take turns."""
    Z = np.empty((len(tops), K))
    for i, top in enumerate(tops):
        others = top - lead * rng.uniform(1, 2, size=K - 1).cumsum()
        Z[i] = np.insert(rng.permutation(others), (i + 1) % K, top)
    return model_of(rng, Z)


def corners(rng):
    """(W, b, X) by the name of their corner."""
    return {
        "one example of many classes": _decided(rng, rng.normal(size=1), int(rng.integers(14, 25))),
        "one example and one class": _decided(rng, rng.normal(size=1), 1),
        "one class": _decided(rng, rng.normal(size=4), 1),
        "two classes": _decided(rng, rng.normal(size=5), 2),
        "many classes": _decided(rng, rng.normal(size=14), 12),
        "many examples": _decided(rng, rng.normal(size=40), 3),
        "as many features and classes as examples": _any(rng, 4, 4, 4),
        "twenty examples": _any(rng, 20, 3, 5),
        "all negative": _decided(rng, -rng.uniform(1, 9, size=4), 4),
        "some hundreds below 0": _decided(rng, -rng.uniform(150, 400, size=4), 4),
        "all below -750": _decided(rng, -rng.uniform(800, 900, size=4), 4),
        "below -10,000": _decided(rng, -1e4 * rng.uniform(1.1, 90, size=4), 4),
        "below whatever a search begins with": _decided(rng, -1e12 * rng.uniform(1, 9, size=4), 4, 1e10),
        "of a nearly sure sigmoid": _decided(rng, rng.uniform(26, 29, size=4), 3),
        "of a sure sigmoid": _decided(rng, rng.uniform(50, 70, size=4), 3),
        "above 10,000": _decided(rng, 1e4 * rng.uniform(1.1, 90, size=4), 3),
        "negative biases": _any(rng, 5, 2, 3, with_negative_biases),
        "rows far apart": _decided(rng, np.array([1000.0, -1000.0, 0.0, 30.0])[rng.permutation(4)], 3),
    }


def _any(rng, m, n, K, model=any_model):
    """A random model in whose rows the largest logit leads clearly enough for float32."""
    while True:
        W, b, X = model(rng, m, n, K)
        ordered = np.sort(X @ W + b, axis=1)
        if K == 1 or (ordered[:, -1] - ordered[:, -2]).min() > 1e-4:
            return W, b, X


def draw(rng):
    """Any (W, b, X) with logits of any size."""
    m, n, K = (int(rng.integers(1, most + 1)) for most in (30, 6, 12))
    if rng.random() < 0.5:
        return _any(rng, m, n, K)
    return _decided(rng, rng.choice([3.0, 100.0, 1000.0, 1e5]) * rng.normal(size=m), K)


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
    probes=Domain(SMALLEST, corners, draw),
    expects=lambda W, b, X: (
        f"an array of the shape {(len(X),)} with integers from 0 to {len(b) - 1}, one for each example,"
    ),
    hints=paragraphs("""
        Which class should be predicted: the one with the largest probability. Does the softmax change which one that
        is?

        Compute the logits of the whole batch, shape (m, K). Then one NumPy function tells where the largest entry of
        each row is, if you tell it the axis.
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
    named_by_one_probe=False,
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


@mistakes.mistake(
    np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0], [3.0]]), recognise=runs_along_the_examples
)
def wrong_axis(W, b, X):
    """
    Your search runs down the columns: for each class you return the example that has most of it, {output} for
    {input}. The question goes the other way: for each example, which class? A row is an example, and its classes
    stand side by side in it. Which axis has to disappear, so that m numbers are left?
    """
    return np.argmax(X @ W + b, axis=0)


wrong_axis.also(lambda W, b, X: reference.softmax(X @ W + b).argmax(0))


@mistakes.mistake(np.array([[1.0, 0.0]]), np.array([0.0, 1.5]), np.array([[1.0]]))
def bias_left_out(W, b, X):
    """
    You compare `X @ W` without the bias. For {input} you return {output}, though the bias favours the other class
    by more than the features do. Without it every boundary is forced through the origin. The logits are the same
    three symbols as in training: what is added to the product before the largest is searched?
    """
    return np.argmax(X @ W, axis=1)


@mistakes.mistake(np.array([[1.0, 0.0]]), np.array([0.0, 1.5]), np.array([[1.0]]))
def bias_subtracted(W, b, X):
    """
    You subtract the bias from the product where the model adds it. For {input} you return {output}, though the bias
    favours the other class by more than the features do. A frequent class, which has a large bias for that reason, is
    chosen less often than it should be. The model must be the same here as in training. Which sign does `b` have in the
    formula for the logits?
    """
    return np.argmax(X @ W - b, axis=1)


@mistakes.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0], [3.0]]))
def sums_in_place_of_rows(W, b, X):
    """
    You add logits up before you look for the largest. For {input} you return {output}. A sum over the examples leaves
    one decision for the whole batch, and a sum over the classes mixes the scores that were to be compared. Each example
    has a row of its own, and its largest entry decides. Nothing has to be added once the logits are there. Which call
    of yours makes a table smaller before the search?
    """
    return np.argmax((X @ W + b).sum(axis=0))


sums_in_place_of_rows.also(
    lambda W, b, X: np.argmax((X @ W + b).sum(axis=1)),
    lambda W, b, X: np.full(len(X), np.argmax((X @ W + b).sum(axis=0))),
)


@mistakes.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]]), recognise=has_k_numbers_for_each)
def scores_in_place_of_classes(W, b, X):
    """
    You return K numbers for each example, {output} for {input}: its logits, its probabilities, or a yes or no for
    each class. The exercise asks for the decision of the model, one class for each example, and every example gets
    one, however small the largest probability is. Which function tells where the largest entry of a row is?
    """
    return X @ W + b


scores_in_place_of_classes.also(
    lambda W, b, X: reference.softmax(X @ W + b),
    lambda W, b, X: np.round(reference.softmax(X @ W + b)),
    lambda W, b, X: reference.softmax(X @ W + b) > 0.5,
    lambda W, b, X: reference.sigmoid(X @ W + b) > 0.5,
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
    single numbers. Which number names the column of the 1?
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
    Your classes are right, in a column of the shape (m, 1): {output} for {input}. Compared with labels of
    the shape (m,), NumPy makes an m by m table out of the two, and the accuracy that you average over it is a wrong
    number without an error. One axis has to go. Which argument kept it?
    """
    return np.argmax(X @ W + b, axis=1).reshape(-1, 1)


@mistakes.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[1.0]]), recognise=loses_an_axis)
def one_example_one_number(W, b, X):
    """
    For a batch of one example you return a bare number, {output} for {input}; all other answers of yours are right. A
    batch of one is a batch, and the code that asked for it will take a length, an index or a mean of what it gets:
    the shape is (1,). `squeeze` removes every axis of length one, also those that are meant, and so does a special case
    for short lists. Which line of yours looks at the length?
    """
    return np.squeeze(np.argmax(X @ W + b, axis=1))


one_example_one_number.also(lambda W, b, X: np.argmax(X @ W + b, axis=1) if len(X) > 1 else int(np.argmax(X @ W + b)))


@mistakes.mistake(
    np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0], [3.0]]), recognise=multiplies_otherwise
)
def another_matrix_product(W, b, X):
    """
    You multiply W and X in another order, or with one of them lying on its side. The shapes do not fit: for {input} you
    return {output}. X is (m, features) and W is (features, K), and the lengths that stand side by side in the product
    have to be the same one, which then disappears. Where features and classes are equally many the other products
    run, with wrong numbers. Which axis has to disappear, so that (m, K) is left?
    """
    return np.argmax(X @ W.T + b, axis=1)


another_matrix_product.also(
    lambda W, b, X: np.argmax(W @ X + b, axis=1),
    lambda W, b, X: np.argmax(np.dot(W, X.T).T + b, axis=1),
)


def _search(start):
    """The largest logit of each row by comparison, from a number to begin with."""

    def predict(W, b, X):
        found = []
        for logits in X @ W + b:
            best, winner = start, 0
            for j, logit in enumerate(logits):
                if logit > best:
                    best, winner = logit, j
            found.append(winner)
        return found

    return predict


mistakes.add(
    "a search that starts too high",
    """
    Your search for the largest logit begins with a number that looks small enough, such as 0, −1 or −999. Logits may
    lie below any of them, and then nothing ever exceeds the start and the class that you began with remains: {output}
    for {input}. The first entry of a row is a start that never fails, and so is minus infinity. What does your loop
    compare the first logit with?
    """,
    *map(_search, (0, -1, -100, -999, -1e6, -1e9)),
    example=(np.array([[0.0, 0.0]]), np.array([-9e12, -8e12]), np.array([[1.0]])),
    recognise=starts_too_high,
)


def _shares(Z, shift=0.0):
    """Softmax with a shift that may not be the one of each row."""
    powers = np.exp(Z - shift)
    return powers / powers.sum(axis=1, keepdims=True)


mistakes.add(
    "clipped logits",
    """
    You cut the logits off at a limit before you look for the largest. For {input} you return {output}: both logits
    become your limit, and of equal entries `argmax` takes the first. A clip keeps `exp` from overflowing, and it takes
    away what is to be compared. The shift of chapter 1 keeps the order of any logits, and the logits themselves need
    neither. What would your line do without the clip, and without the exponential?
    """,
    *(
        lambda W, b, X, limit=limit: np.argmax(np.clip(X @ W + b, -limit, limit), axis=1)
        for limit in (10, 20, 50, 100, 500, 700)
    ),
    lambda W, b, X: np.argmax(_shares(np.clip(X @ W + b, -500, 500)), axis=1),
    example=(np.array([[800.0, 900.0]]), np.zeros(2), np.array([[1.0]])),
    recognise=decides_after_a_clip,
)


@mistakes.mistake(np.array([[900.0, 901.0]]), np.zeros(2), np.array([[1.0]]), recognise=fails_on(rows_without_a_shift))
def no_shift(W, b, X):
    """
    You raise e to the logits as they are before you look for the largest. For {input} you return {output}: above
    709 every power is infinite, two of them are equally large, and a quotient of the two is nan, so the order is
    lost; far below 0 all powers are 0. A softmax with the shift of chapter 1 keeps it, and so do the logits themselves.
    Does the decision need the exponential at all?
    """
    return np.argmax(_shares(X @ W + b), axis=1)


no_shift.also(lambda W, b, X: np.argmax(np.exp(X @ W + b), axis=1))


@mistakes.mistake(
    np.array([[500.0, 500.0]]),
    np.array([0.0, 1.0]),
    np.array([[2.0], [-2.0]]),
    recognise=fails_on(rows_with_one_shift_for_all),
)
def one_shift_for_the_whole_batch(W, b, X):
    """
    You subtract the largest logit of the whole batch before you raise e to them. For {input} you return {output}: an
    example whose logits all lie far below that number has nothing but zeros left, and among equal entries `argmax`
    takes the first. A shift changes nothing within one row, so each row may have one of its own. Or leave the
    exponential away: what does it do to the order?
    """
    Z = X @ W + b
    return np.argmax(_shares(Z, Z.max()), axis=1)


one_shift_for_the_whole_batch.also(lambda W, b, X: np.argmax(np.exp(X @ W + b - (X @ W + b).max()), axis=1))


@mistakes.mistake(
    np.array([[0.0, 0.0]]),
    np.array([-1001.0, -1000.0]),
    np.array([[1.0]]),
    recognise=fails_on(rows_with_zero_at_least),
)
def a_shift_of_zero_at_least(W, b, X):
    """
    Your shift is never below 0, so logits that are all far below 0 stay where they are. For {input} you return
    {output}: every power of e is 0 there, and among equal entries `argmax` takes the first. The search for the largest
    logit starts at 0, or 0 is among the numbers that it compares; the largest of a row of negative numbers is negative.
    Does the decision need the exponential at all?
    """
    Z = X @ W + b
    return np.argmax(_shares(Z, np.maximum(0, Z.max(axis=1, keepdims=True))), axis=1)


@mistakes.mistake(
    np.array([[40.0, 41.0]]), np.zeros(2), np.array([[1.0]]), recognise=fails_on(rows_of_a_saturated_sigmoid)
)
def a_sigmoid_before_the_decision(W, b, X):
    """
    You apply a sigmoid to the logits before you look for the largest. That keeps the order until it rounds. In float64
    it is exactly 1 from 37 on, so sure classes become equal, and of equal entries `argmax` takes the first: for {input}
    you return {output}. Nothing about the decision needs probabilities, and those of exclusive classes would come from
    a softmax. What is left when you leave the sigmoid away?
    """
    return np.argmax(1 / (1 + np.exp(-(X @ W + b))), axis=1)


a_sigmoid_before_the_decision.also(lambda W, b, X: np.argmax(reference.sigmoid(X @ W + b), axis=1))


@mistakes.mistake(np.array([[-2.0, -1.0]]), np.zeros(2), np.array([[1.0]]))
def logits_divided_by_their_sum(W, b, X):
    """
    You divide each logit by the sum of its row and look for the largest quotient. For {input} you return {output}:
    where the sum is negative, the division turns the order round, and where it is 0 there is no order at all. The
    softmax divides powers of e, which are all positive, so it keeps the order. Dividing a whole row by one number tells
    nothing new anyway. What is left to compare without it?
    """
    Z = X @ W + b
    with np.errstate(all="ignore"):
        return np.argmax(Z / Z.sum(axis=1, keepdims=True), axis=1)


@mistakes.mistake(np.array([[1.0, -2.0]]), np.zeros(2), np.array([[1.0]]))
def the_largest_without_its_sign(W, b, X):
    """
    You remove the signs before you look for the largest logit. For {input} you return {output}: the logit of that class
    is far from 0 on the wrong side, which is strong evidence *against* the class. A logit of −2 is less than one of
    1, however far it is from 0. Which call takes the sign away, or the square?
    """
    return np.argmax(np.abs(X @ W + b), axis=1)


the_largest_without_its_sign.also(lambda W, b, X: np.argmax((X @ W + b) ** 2, axis=1))


@mistakes.mistake(np.array([[0.0, 1.0, 2.0]]), np.zeros(3), np.array([[1.0], [-1.0]]), recognise=is_of_two_classes)
def two_classes_only(W, b, X):
    """
    You ask whether one probability lies above one half, and answer with 0 or 1. For two classes that is the decision.
    For {input}, with three, you return {output}: class 2 can never be chosen, and a class may win with much less than
    one half when the others share the rest. Every class of a row takes part in the comparison. Which function finds the
    place of the largest of any number of entries?
    """
    return (reference.softmax(X @ W + b)[:, -1] > 0.5).astype(int)


two_classes_only.also(
    lambda W, b, X: (reference.softmax(X @ W + b)[:, 1] > 0.5).astype(int),
    lambda W, b, X: [int(row[1] > row[0]) for row in X @ W + b],
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


softmax_over_the_examples.also(
    lambda W, b, X: np.argmax(np.exp(X @ W + b) / np.exp(X @ W + b).sum(axis=0), axis=1),
    lambda W, b, X: np.argmax(reference.softmax(X @ W + b) / reference.softmax(X @ W + b).sum(axis=0), axis=1),
)


mistakes.add(
    "decided after rounding",
    """
    You round the logits or the probabilities, or ask which are above one half, and look for the largest after that. For
    {input} you return {output}: the largest leads by less than the rounding leaves, and of equal entries `argmax` takes
    the first. A lead decides, however small it is. Rounding is for printing. What else could be compared, without a
    softmax and without a loss of digits?
    """,
    *(
        lambda W, b, X, digits=digits: np.argmax(np.round(reference.softmax(X @ W + b), digits), axis=1)
        for digits in (0, 1, 2, 3, 4, 5, 6)
    ),
    *(lambda W, b, X, digits=digits: np.argmax(np.round(X @ W + b, digits), axis=1) for digits in (0, 2, 4)),
    lambda W, b, X: np.argmax(reference.softmax(X @ W + b) > 0.5, axis=1),
    example=(np.array([[0.0, 4e-7, 0.0]]), np.zeros(3), np.array([[1.0]])),
    recognise=decides_after_rounding,
)


@mistakes.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]]))
def the_least_likely_class(W, b, X):
    """
    You choose the class with the smallest logit of each row: {output} for {input}. Logits are evidence for a class, so
    the largest one decides. With costs small is good; a logit is no cost. Which of the two searches, for the smallest
    or for the largest, did you call, and which sign do the logits have by then?
    """
    return np.argmin(X @ W + b, axis=1)


the_least_likely_class.also(lambda W, b, X: np.argmax(-(X @ W + b), axis=1))
