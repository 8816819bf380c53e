"""Exercise 4.1: the gradients (dW, db) of the mean cost of softmax regression."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, Playground, Slider, paragraphs
from utils.exercises.ch04.common import any_model, model_of, with_negative_biases, without_noise
from utils.exercises.ch04.wrong_gradients import always_scaled, bias_stays_zero, grows_with_W, scaled, wrong_lengths
from utils.exercises.ch04.wrong_probabilities import (
    ABSENT,
    ONE_SIDED,
    THREE_CLASSES,
    of_probabilities,
    through,
)
from utils.exercises.drawing import any_batch, corners_of_batches, labels

# The domain


SMALLEST = [
    (np.zeros((1, 2)), np.zeros(2), np.array([[1.0], [2.0]]), np.array([0, 0])),
    (np.zeros((1, 2)), np.zeros(2), np.array([[1.0], [3.0]]), np.array([0, 1])),
    (np.array([[0.5, -0.5, 1.0], [0.0, 1.0, -1.0]]), np.array([0.1, 0.0, -0.2]), np.array([[1.0, 2.0]]), np.array([2])),
    (
        np.eye(3),
        np.array([0.0, 1.0, 0.0]),
        np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0], [2.0, 0.0, 3.0]]),
        np.array([0, 2, 1]),
    ),
    (np.array([[1.0, 0.0, -1.0]]), np.zeros(3), np.array([[1.0], [-1.0], [0.5], [2.0]]), np.array([0, 1, 1, 0])),
    (np.array([[2.0], [1.0]]), np.array([3.0]), np.array([[1.0, 1.0], [0.0, 2.0]]), np.array([0, 0])),
    (np.array([[500.0, -500.0]]), np.zeros(2), np.array([[1.0], [-2.0], [3.0]]), np.array([1, 1, 0])),
]


def _with_labels(rng, W, b, X):
    return W, b, X, labels(rng, len(X), len(b))


def corners(rng):
    """(W, b, X, y) by the name of their corner."""
    sizes = {
        "a few examples": (5, 3, 4),
        "as many features and classes as examples": (4, 4, 4),
        "an absent class": (2, 3, 5),
        "one example of many classes": (1, 2, 16),
        "many examples": (40, 2, 3),
        "one feature": (6, 1, 3),
    }
    found = {name: _with_labels(rng, *any_model(rng, *size)) for name, size in sizes.items()}
    _, _, X, y = found["many examples"]
    X[:20], y[:20] = X[0], y[0]  # one example many times
    found["one feature"][-1][:] = rng.integers(3)  # one class has all examples
    found["negative biases"] = _with_labels(rng, *with_negative_biases(rng, 5, 2, 3))
    return found | {name: _with_labels(rng, *model_of(rng, Z)) for name, Z in corners_of_batches(rng).items()}


def draw(rng):
    """Any (W, b, X, y) with logits of any size."""
    if rng.random() < 0.5:
        return _with_labels(rng, *model_of(rng, any_batch(rng)))
    m, n, K = (int(rng.integers(1, most + 1)) for most in (30, 6, 12))
    return _with_labels(rng, *any_model(rng, m, n, K, rng.choice([0.3, 1.0, 3.0])))


def gradients_in_words(W, b, X, y):
    """The shapes of the two gradients."""
    return f"a pair `(dW, db)` of arrays with the shapes {W.shape} and {b.shape}, each with rows that sum to 0,"


# Right answers


def _pieces(W, b, X, y):
    """Probabilities and one-hot labels."""
    return reference.softmax(X @ W + b), reference.indicator(y, len(b))


def _difference(W, b, X, y):
    P, Y = _pieces(W, b, X, y)
    return P - Y


def _with_two_loops(W, b, X, y):
    dW, db = np.zeros(W.shape), np.zeros(len(b))
    for example, label in zip(X, y, strict=True):
        probabilities = reference.softmax(example @ W + b)
        for j in range(len(b)):
            pull = (probabilities[j] - (j == label)) / len(y)
            dW[:, j] += pull * example
            db[j] += pull
    return dW, db


def _with_a_column_of_ones(W, b, X, y):
    extended = np.column_stack([X, np.ones(len(X))])
    P = reference.softmax(extended @ np.vstack([W, b]))
    P[np.arange(len(y)), y] -= 1
    both = extended.T @ P / len(y)
    return both[:-1], both[-1]


def _class_by_class(W, b, X, y):
    P = reference.softmax(X @ W + b)
    own = [X[y == j].sum(axis=0) for j in range(len(b))]
    return (X.T @ P - np.array(own).T) / len(y), P.mean(axis=0) - np.bincount(y, minlength=len(b)) / len(y)


def _in_float32(W, b, X, y):
    W, b, X = (part.astype(np.float32) for part in (W, b, X))
    dZ = (reference.softmax(X @ W + b) - np.eye(len(b), dtype=np.float32)[y]) / np.float32(len(y))
    return [np.einsum("if,ij->fj", X, dZ), np.einsum("ij->j", dZ)]


def _example_by_example(W, b, X, y):
    rows = [reference.softmax(x @ W + b) - np.eye(len(b))[label] for x, label in zip(X, y, strict=True)]
    return np.mean([np.outer(x, row) for x, row in zip(X, rows, strict=True)], axis=0), np.mean(rows, axis=0)


mistakes = Bank(list(of_probabilities))

gradients = Exercise(
    name="ch04.gradients",
    is_main=True,
    asks="The gradients (dW, db) of the mean cost of softmax regression.",
    reference=reference.gradients,
    probes=Domain(SMALLEST, corners, draw),
    observe=without_noise,
    expects=gradients_in_words,
    scale=lambda W, b, X, y: max(1.0, float(np.abs(X).max())),
    hints=paragraphs("""
        Three lines are enough: the probabilities, the gradient for the logits that chapter 3 derived, and from there to
        the weights. What shape has each of the three?

        The gradient for the logits is the difference of probabilities and one-hot labels, divided by the number of
        examples. It has the shape (m, K).

        The gradient for W must have the shape (features, K), made of an (m, features) and an (m, K) array. Which of the
        two has to be transposed, so that the matrix product sums over the examples?

        Each bias is added to one column of logits, in every row. So its gradient collects that column. Which axis is
        summed?
    """),
    alternatives=(
        _with_two_loops,
        _with_a_column_of_ones,
        _class_by_class,
        _in_float32,
        _example_by_example,
        lambda W, b, X, y: (
            np.tensordot(X, _difference(W, b, X, y), axes=(0, 0)) / len(y),
            np.ones(len(y)) @ _difference(W, b, X, y) / len(y),
        ),
    ),
    bank=mistakes,
    playground=Playground(
        sliders=(
            Slider("x0", "feature x₀", -3, 3, 0.1, 1.0),
            Slider("x1", "feature x₁", -3, 3, 0.1, -0.5),
            Slider("label", "true class", 0, 2, 1, 0),
        ),
        inputs=lambda x0, x1, label: (
            np.array([[0.5, -0.5, 0.2], [0.1, 0.3, -0.4]]),
            np.zeros(3),
            np.array([[x0, x1]]),
            np.array([round(label)]),
        ),
        returns=("dW", "db"),
    ),
    remark="The whole backward pass of a linear classifier: one difference, one matrix product, one sum.",
)


# Mistakes


def _bias(reduce):
    """Right for W, and for the bias what ``reduce`` makes of A − Y and m."""

    def gradients(W, b, X, y):
        difference = _difference(W, b, X, y)
        return X.T @ difference / len(y), reduce(difference, len(y))

    return gradients


mistakes.add(
    "bias without axis",
    """
    Your gradient for W is right, and the one for b is 0 for every input, up to rounding, so the bias never learns:
    for {input} you return {output}. That is what a sum over everything gives, classes included, because each row of
    A − Y sums to 0. Broadcasting hides it, since one number can be subtracted from a vector. Each class has a bias
    of its own; which axis holds the examples?
    """,
    _bias(lambda difference, m: difference.sum() / m),
    _bias(lambda difference, m: difference.sum()),
    _bias(lambda difference, m: np.full(difference.shape[1], difference.sum())),
    example=ONE_SIDED,
    recognise=bias_stays_zero,
)

mistakes.add(
    "bias over the classes",
    """
    You sum A − Y along the classes to get the gradient for the bias. That leaves one number for each example, and
    each of them is 0: for {input} you return {output}. The bias has one entry for each class, and it enters the
    logits of every example. So what has to disappear from the shape (m, K) is m. Which axis is that?
    """,
    _bias(lambda difference, m: difference.sum(axis=1) / m),
    _bias(lambda difference, m: difference.mean(axis=1)),
    _bias(lambda difference, m: difference.sum(axis=1)),
    example=ONE_SIDED,
)


@mistakes.mistake(*ONE_SIDED, name="no 1/m", recognise=scaled(lambda m, n, K: (m, m)))
def not_divided_by_m(W, b, X, y):
    """
    Your gradients are those of the summed cost, exactly m times as large as those of the mean: for {input} you
    return {output}. The direction is right, so training may even work, with a learning rate that has to be made
    smaller whenever the number of examples grows. The cost of this chapter is a mean. Where does the 1/m go in its
    derivative?
    """
    return through(_difference(W, b, X, y), X)


mistakes.add(
    "mean for one, sum for the other",
    """
    One of your two gradients belongs to the mean cost and the other to the sum: they differ by the factor m from
    what belongs together. For {input} you return {output}. Together they do not point downhill. If the gradient for
    the logits carries the 1/m from the start, W and b both inherit it. Which of the two went without?
    """,
    _bias(lambda difference, m: difference.sum(axis=0)),
    lambda W, b, X, y: (X.T @ _difference(W, b, X, y), _difference(W, b, X, y).mean(axis=0)),
    example=ONE_SIDED,
    recognise=scaled(lambda m, n, K: (1, m), lambda m, n, K: (m, 1)),
)


@mistakes.mistake(
    *ONE_SIDED,
    name="1/m twice",
    recognise=scaled(
        lambda m, n, K: (1 / m, 1 / m),
        lambda m, n, K: (1 / m, 1),
        lambda m, n, K: (1, 1 / m),
    ),
)
def divided_by_m_twice(W, b, X, y):
    """
    Your result, or one part of it, is m times too small: you divide by the number of examples in the gradient for
    the logits and once more after it, or take a mean of what is divided already. For {input} you return {output}.
    The direction is right and learning is slow, slower with more data. Follow the 1/m from the cost to the end: it
    occurs once.
    """
    return through(_difference(W, b, X, y) / len(y) ** 2, X)


divided_by_m_twice.also(
    _bias(lambda difference, m: difference.mean(axis=0) / m),
    lambda W, b, X, y: (X.T @ _difference(W, b, X, y) / len(y) ** 2, _difference(W, b, X, y).mean(axis=0)),
)


@mistakes.mistake(
    *THREE_CLASSES,
    name="mean over m·K",
    recognise=scaled(lambda m, n, K: (1 / K, 1 / K), lambda m, n, K: (1 / K, 1), lambda m, n, K: (1, 1 / K)),
)
def mean_over_examples_and_classes(W, b, X, y):
    """
    You divide by the number of entries of A − Y, which is m times K, as `np.mean` without an axis and `.size` do.
    The cost is a mean over the m examples; the sum over classes inside it has one term that is not zero. For
    {input} you return {output}, which is K times too small. Which length belongs under the line?
    """
    return through(_difference(W, b, X, y) / (len(y) * len(b)), X)


@mistakes.mistake(
    *THREE_CLASSES,
    recognise=scaled(
        *(lambda m, n, K, i=i: (wrong_lengths(m, n, K)[i],) * 2 for i in range(4)),
        *(lambda m, n, K, i=i: (wrong_lengths(m, n, K)[i], 1) for i in range(4)),
        *(lambda m, n, K, i=i: (1, wrong_lengths(m, n, K)[i]) for i in range(4)),
    ),
)
def another_length_below_the_line(W, b, X, y):
    """
    You divide by another length than the number of examples: by that of the classes, of the features, or by one
    example less, in dW, in db, or in both. For {input} you return {output}. Where the batch has as many examples as
    that, nothing shows, and a small square test is such a batch. The cost is a mean over the examples, so its
    gradient carries one over their number and nothing else. Which of the four arguments has an entry for each
    example?
    """
    return through(_difference(W, b, X, y) / len(b), X)


another_length_below_the_line.also(
    lambda W, b, X, y: through(_difference(W, b, X, y) / X.shape[1], X),
    lambda W, b, X, y: through(_difference(W, b, X, y) / np.float64(len(y) - 1), X),
    lambda W, b, X, y: (X.T @ _difference(W, b, X, y) / X.shape[1], _difference(W, b, X, y).mean(axis=0)),
)


@mistakes.mistake(*ONE_SIDED, recognise=always_scaled)
def a_factor_that_does_not_belong_there(W, b, X, y):
    """
    Your gradients are right but for one factor, the same for all inputs: for {input} you return {output}. A 2 comes
    from the derivative of a square, and there is no square here; a learning rate belongs to the step, and a gradient
    knows nothing of steps. Divide your numbers by the right ones, which you can work out by hand for this input with
    its two examples. Which number is left, and where in your lines does it stand?
    """
    return through(2 * _difference(W, b, X, y) / len(y), X)


a_factor_that_does_not_belong_there.also(lambda W, b, X, y: through(0.1 * _difference(W, b, X, y) / len(y), X))


@mistakes.mistake(np.array([[1.0, -1.0]]), np.zeros(2), np.array([[0.0]]), np.array([0]), recognise=grows_with_W)
def a_term_for_the_size_of_the_weights(W, b, X, y):
    """
    Your dW contains a multiple of W. For {input} you return {output}: the only feature is 0, so nothing can pull at the
    weights, and yours are pulled towards 0 all the same. That is the gradient of a penalty on large weights, called
    L2 regularisation or weight decay, which many programs add to the cost. The cost of this exercise is only the
    mean cross-entropy. Which term has to go?
    """
    return reference.gradients(W, b, X, y)[0] + 0.1 * W, reference.gradients(W, b, X, y)[1]


a_term_for_the_size_of_the_weights.also(
    lambda W, b, X, y: (
        reference.gradients(W, b, X, y)[0] + 0.001 * W / len(y),
        reference.gradients(W, b, X, y)[1],
    )
)


@mistakes.mistake(*ONE_SIDED)
def only_one_of_the_two_is_divided(W, b, X, y):
    """
    You divide A or Y by the number of examples, and the other keeps its full size. For {input} you return {output}.
    Each row of A − Y sums to 0 over the classes, and so do the rows of a right dW; yours do not. In Python a
    division is done before a subtraction beside it, as in mathematics. What decides the order there?
    """
    return through(reference.softmax(X @ W + b) - reference.indicator(y, len(b)) / len(y), X)


only_one_of_the_two_is_divided.also(
    lambda W, b, X, y: through(reference.softmax(X @ W + b) / len(y) - reference.indicator(y, len(b)), X)
)


@mistakes.mistake(
    np.zeros((1, 2)), np.zeros(2), np.array([[1.0], [3.0]]), np.array([0, 1]), name="labels in place of one-hot rows"
)
def labels_in_place_of_one_hot_rows(W, b, X, y):
    """
    You subtract the labels themselves, as numbers, from the probabilities. For {input} you return {output}. Label 0
    subtracts nothing, and label 2 takes 2 away from every class. The Y of A − Y has the shape of A, with a single 1
    in each row, at the true class. Which function of chapter 3 makes it from labels?
    """
    return through((reference.softmax(X @ W + b) - y[:, None]) / len(y), X)


labels_in_place_of_one_hot_rows.also(lambda W, b, X, y: through((reference.softmax(X @ W + b) - y) / len(y), X))


@mistakes.mistake(*THREE_CLASSES)
def one_subtracted_in_every_class(W, b, X, y):
    """
    You subtract 1 from every probability, as the short formula *softmax minus 1* seems to say. For {input} you return
    {output}. The short formula speaks only of the true class; at the others nothing is subtracted. Each row of A −
    Y sums to 0 over the classes, since A and Y both sum to 1 there; what do yours sum to? Which entry of each row is
    meant, and who names it?
    """
    return through((reference.softmax(X @ W + b) - 1) / len(y), X)


@mistakes.mistake(*ONE_SIDED)
def the_labels_are_not_used(W, b, X, y):
    """
    You multiply the features with the probabilities and never subtract the truth. For {input} you return {output}.
    Every class is pushed away from every example, also its own, and other labels would change nothing: nothing
    could be learned from them. In the force of the loop version a 1 is subtracted, at one class of each example.
    Which one?
    """
    return through(reference.softmax(X @ W + b) / len(y), X)


@mistakes.mistake(*THREE_CLASSES)
def labels_from_1(W, b, X, y):
    """
    You subtract the 1 at the class before the label, as if classes were counted from 1. For {input} you return
    {output}: another class is pulled towards the examples. Label 0 becomes −1, the last place in Python, so nothing
    fails, and the rows still sum to 0. The labels of K classes are 0 to K − 1 here. Which column does a label name?
    """
    return through((reference.softmax(X @ W + b) - np.eye(len(b))[y - 1]) / len(y), X)


@mistakes.mistake(*ONE_SIDED)
def rows_instead_of_elements(W, b, X, y):
    """
    `A[y] -= 1` takes whole rows: with a single index the labels name examples. For {input} you return {output}, and
    a label that exceeds the batch would raise an error. Every row of A − Y sums to 0, which is a test you can make
    at each step. An entry has two indices, the example and its class. Which of them is missing?
    """
    P = reference.softmax(X @ W + b)
    P[y] -= 1
    return through(P / len(y), X)


def _of_one(W, b, X, y, which, size):
    """What one example gives, divided by a size."""
    dW, db = reference.gradients(W, b, X[which][None], y[which][None])
    return dW / size, db / size


@mistakes.mistake(np.zeros((1, 2)), np.zeros(2), np.array([[1.0], [3.0]]), np.array([0, 1]))
def only_one_example(W, b, X, y):
    """
    A single example reaches your result: {output} for {input}. Either a `return` is indented into a loop and ends
    the function in the first round, or the arrays are overwritten in every round, so that only the last example is
    left. A weight takes part in all examples, and its gradient adds up over them. Which sign adds to what is there
    already?
    """
    return _of_one(W, b, X, y, 0, len(y))


only_one_example.also(
    lambda W, b, X, y: _of_one(W, b, X, y, 0, 1),
    lambda W, b, X, y: _of_one(W, b, X, y, -1, len(y)),
    lambda W, b, X, y: _of_one(W, b, X, y, -1, 1),
)


@mistakes.mistake(*ONE_SIDED, name="Y minus A", recognise=scaled(lambda m, n, K: (-1, -1), lambda m, n, K: (-m, -m)))
def labels_minus_probabilities(W, b, X, y):
    """
    You subtract the probabilities from the labels, so every sign is turned: for {input} you return {output}.
    Gradient descent subtracts the gradient, and with yours it would climb. A quick test: raising the weight of the
    true class lowers the cost, so for positive features its gradient is negative. Which of A and Y comes first?
    """
    return through(-_difference(W, b, X, y) / len(y), X)


labels_minus_probabilities.also(lambda W, b, X, y: through(-_difference(W, b, X, y), X))


@mistakes.mistake(*ONE_SIDED, name="an extra p(1 − p)")
def an_extra_factor(W, b, X, y):
    """
    You multiply A − Y by A(1 − A), the slope of a sigmoid or the diagonal of the softmax Jacobian. For {input} you
    return {output}. But A − Y is what remains after the whole Jacobian has been multiplied by the derivative of the
    logarithm: the slope is in it already, cancelled. With the extra factor a confident mistake hardly learns at
    all. Which factor can go?
    """
    P, Y = _pieces(W, b, X, y)
    return through((P - Y) * P * (1 - P) / len(y), X)


@an_extra_factor.also
def slope_alone(W, b, X, y):
    P, _ = _pieces(W, b, X, y)
    return through(P * (1 - P) / len(y), X)


@mistakes.mistake(*THREE_CLASSES)
def only_the_target_gets_a_gradient(W, b, X, y):
    """
    You keep A − Y at the true class and set the rest to 0. For {input} you return {output}. The loss reads one
    probability, that is true, but this probability depends on every logit through the shared denominator. So the
    other classes are pushed down, each by its own probability. The columns of dW have to sum to 0 over the classes;
    do yours?
    """
    P, Y = _pieces(W, b, X, y)
    return through((P - Y) * Y / len(y), X)


@mistakes.mistake(np.zeros((1, 3)), np.zeros(3), np.array([[1.0], [2.0]]), np.array([0, 1]))
def columns_instead_of_elements(W, b, X, y):
    """
    `A[:, y] -= 1` takes whole columns: every example loses 1 in every class that occurs anywhere in y. For {input}
    you return {output}. What is meant is one entry in each row: in row i the column y[i]. Fancy indexing pairs two
    index arrays of the same length, element by element. Which array belongs where your colon is?
    """
    P = reference.softmax(X @ W + b)
    P[:, y] -= 1
    return through(P / len(y), X)


@mistakes.mistake(*THREE_CLASSES)
def as_many_columns_as_examples(W, b, X, y):
    """
    Your one-hot matrix is built with `np.eye(len(y))`, so it has as many columns as there are examples. For {input}
    the function returns {output}. It fits A when m and K happen to be equal, and in no other case. The width of a
    one-hot matrix is the number of classes. Which of the arguments knows that number?
    """
    return through((reference.softmax(X @ W + b) - np.eye(len(y))[y]) / len(y), X)


as_many_columns_as_examples.also(
    lambda W, b, X, y: through((reference.softmax(X @ W + b) - reference.indicator(y, len(y))) / len(y), X)
)


@mistakes.mistake(*ABSENT, name="K read off the labels")
def classes_read_off_the_labels(W, b, X, y):
    """
    You read the number of classes off the labels: the largest label plus one, or how many different ones there are.
    When a class does not occur in a batch, the one-hot matrix is too narrow: for {input} the function returns {output}.
    Small batches miss classes all the time. The model knows how many classes it has, whichever occur. Which shape tells
    you?
    """
    return through((reference.softmax(X @ W + b) - np.eye(y.max() + 1)[y]) / len(y), X)


classes_read_off_the_labels.also(
    lambda W, b, X, y: through((reference.softmax(X @ W + b) - (y[:, None] == np.unique(y))) / len(y), X),
    lambda W, b, X, y: through((reference.softmax(X @ W + b) - np.eye(len(np.unique(y)))[y]) / len(y), X),
)


@mistakes.mistake(np.zeros((1, 2)), np.zeros(2), np.array([[1.0], [3.0]]), np.array([0, 1]))
def features_left_out(W, b, X, y):
    """
    Your gradient for W does not contain X, or not once for each example. For {input} you return {output}. A weight
    is multiplied by a feature, so its gradient is multiplied by the same feature: examples with a large feature
    pull harder on it. The product of the (m, features) array, transposed, with the (m, K) one sums that up over the
    examples. Where does X enter?
    """
    return (
        np.ones(W.shape) * _difference(W, b, X, y).mean(axis=0),
        _difference(W, b, X, y).mean(axis=0),
    )


features_left_out.also(
    lambda W, b, X, y: (
        X.mean(axis=0)[:, None] * _difference(W, b, X, y).mean(axis=0),
        _difference(W, b, X, y).mean(axis=0),
    )
)


@mistakes.mistake(*ONE_SIDED, name="dW lying on its side")
def weights_lying_on_their_side(W, b, X, y):
    """
    Your gradient for W has the shape (K, features), the transpose of what belongs to W. For {input} you return
    {output}. A gradient has the shape of what it is a gradient for, since the two are subtracted from each other.
    When features and classes are equally many, the subtraction even runs, with wrong numbers. In which order do the
    two factors of your matrix product stand?
    """
    return (reference.gradients(W, b, X, y)[0].T, reference.gradients(W, b, X, y)[1])


@mistakes.mistake(np.zeros((3, 3)), np.zeros(3), np.array([[1.0, 2.0, 0.0]]), np.array([0]))
def only_one_of_the_two(W, b, X, y):
    """
    You return a single array, and two are asked for: the gradient for W and the gradient for b, as `(dW, db)`. For
    {input} you return {output}. The two have different shapes, so they cannot share an array, and a training step
    needs both. In Python a comma between two results after `return` makes a pair of them. Which one is missing?
    """
    return reference.gradients(W, b, X, y)[0]


only_one_of_the_two.also(lambda W, b, X, y: reference.gradients(W, b, X, y)[1])

mistakes.add(
    "db as a row",
    """
    Your gradient for the bias has the right numbers and the shape (1, K), where b has the shape (K,). For {input}
    you return {output}. After the first step b would have two axes, too, and code that reads `b[j]` gets a whole
    row. `keepdims` is for reductions whose result meets the same array again; this one meets b. What happens
    without it?
    """,
    _bias(lambda difference, m: difference.sum(axis=0, keepdims=True) / m),
    lambda W, b, X, y: (reference.gradients(W, b, X, y)[0], reference.gradients(W, b, X, y)[1][:, None]),
    example=ONE_SIDED,
)


@mistakes.mistake(*ONE_SIDED)
def the_two_results_swapped(W, b, X, y):
    """
    You return the gradient for b first and the one for W second: {output} for {input}. The caller unpacks by
    position, so W would be updated with the gradient of the bias, and broadcasting may let it pass without a word.
    The exercise names the order. Which of your two arrays has the shape of W?
    """
    return reference.gradients(W, b, X, y)[::-1]
