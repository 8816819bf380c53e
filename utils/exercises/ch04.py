"""Chapter 4, softmax regression from scratch: its exercises, with right and wrong answers."""

import numpy as np

from utils import reference
from utils.checking import Exercise, Mistake
from utils.checking.comparing import agree
from utils.reference import cross_entropy, indicator, softmax
from utils.reference import relative_error as reference_relative_error

# What readers' functions are called with ------------------------------------------------------------------------------


def weights_and_examples(rng):
    """(W, b, X, y), the smallest first: square batches, an absent class, one class, integers, large logits."""
    probes = [
        (np.zeros((1, 2)), np.zeros(2), np.array([[1.0], [2.0]]), np.array([0, 0])),
        (np.zeros((1, 2)), np.zeros(2), np.array([[1.0], [3.0]]), np.array([0, 1])),
        (
            np.array([[0.5, -0.5, 1.0], [0.0, 1.0, -1.0]]),
            np.array([0.1, 0.0, -0.2]),
            np.array([[1.0, 2.0]]),
            np.array([2]),
        ),
        (
            np.eye(3),
            np.array([0.0, 1.0, 0.0]),
            np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0], [2.0, 0.0, 3.0]]),
            np.array([0, 2, 1]),
        ),
        (np.array([[1.0, 0.0, -1.0]]), np.zeros(3), np.array([[1.0], [-1.0], [0.5], [2.0]]), np.array([0, 1, 1, 0])),
        (np.array([[2.0], [1.0]]), np.array([3.0]), np.array([[1.0, 1.0], [0.0, 2.0]]), np.array([0, 0])),
        (np.array([[1, -1], [0, 2]]), np.array([0, 1]), np.array([[1, 2], [3, 0], [2, 2]]), np.array([1, 0, 1])),
        (np.array([[500.0, -500.0]]), np.zeros(2), np.array([[1.0], [-2.0], [3.0]]), np.array([1, 1, 0])),
    ]
    for m, n, K in ((5, 3, 4), (4, 4, 4), (12, 2, 3)):
        probes.append((rng.normal(size=(n, K)), rng.normal(size=K), rng.normal(size=(m, n)), rng.integers(K, size=m)))
    return probes


def two_gradients(rng):
    """Pairs of arrays: equal, proportional, tiny, huge, with zeros, one of them zero, of one and of two axes."""
    one, other = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    return [
        (np.array([1.0, 2.0]), np.array([1.0, 2.5])),
        (np.array([3.0, 2.0]), np.array([1.0, 2.0])),
        (np.array([2.0, 0.0]), np.array([2.0, 0.0])),
        (np.array([0.0, 0.0]), np.array([0.0, 0.0])),
        (np.array([0.0, 0.0]), np.array([1.0, 2.0])),
        (np.array([2.0, 1.0]), np.array([0.0, 0.0])),
        (np.array([0.0, 4.0]), np.array([1.0, 4.0])),
        (np.array([-3.0, 1.0]), np.array([-1.0, 1.0])),
        (np.array([1e-7, -2e-7]), np.array([2e-7, -4e-7])),
        (np.array([1e-20, 3e-20]), np.array([1e-20, 1e-20])),
        (np.array([[1e8, 2.0], [3.0, 4.0]]), np.array([[1e8, 2.0], [3.0, 4e6]])),
        (np.array([[1, 2], [3, 4]]), np.array([[1, 2], [3, 5]])),
        (np.array([5.0]), np.array([-5.0])),
        (one, other),
        (other, one * 3),
        (one, one * (1 + 1e-4)),
    ]


def trainings(rng):
    """(X, y, K, learning rate, epochs): single steps on known numbers, a few steps, and clouds to separate."""
    centres = np.array([[-3.0, 1.0], [0.0, -2.5], [3.0, 1.5]]) + rng.normal(scale=0.2, size=(3, 2))
    y = np.array([0, 1, 2] * 20)
    X = centres[y] + rng.normal(scale=0.8, size=(60, 2))
    return [
        (np.array([[1.0], [2.0]]), np.array([0, 0]), 2, 3.0, 1),
        (np.array([[1.0, -2.0], [3.0, 1.0], [2.0, 2.0], [-1.0, 1.0]]), np.array([0, 1, 1, 1]), 2, 2.0, 1),
        (np.array([[0.4], [-0.4]]), np.array([0, 1]), 2, 3.5, 2),
        (np.array([[1.0], [-1.0], [2.0]]), np.array([0, 1, 0]), 3, 2.0, 2),
        (np.array([[2.0, 0.0], [0.0, 1.0], [1.0, 3.0]]), np.array([2, 0, 2]), 3, 1.0, 7),
        (X[:40], y[:40], 3, 0.5, 15),
        (X, y, 3, 0.3, 40),
    ]


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


# What is expected, in words -------------------------------------------------------------------------------------------


def gradients_in_words(W, b, X, y):
    """The shapes of the two gradients."""
    return f"a pair `(dW, db)` of arrays with the shapes {W.shape} and {b.shape}, each with rows that sum to 0,"


def training_in_words(X, y, K, learning_rate, epochs):
    """The shapes of what a training returns, and its first cost."""
    return (
        f"`(W, b, losses)` with the shapes {(X.shape[1], K)}, {(K,)} and {(epochs,)}, and {np.log(K):.4g} (the logarithm "
        f"of {K}) as the first cost,"
    )


# How answers are looked at --------------------------------------------------------------------------------------------


def without_noise(answer, *inputs):
    """Call a function that returns several arrays, and take for 0 what is rounding of numbers that cancel."""
    result = answer(*inputs)
    if not isinstance(result, (tuple, list)):
        return result
    return tuple(_quiet(part) for part in result)


def _quiet(part):
    array = np.asarray(part) if isinstance(part, (np.ndarray, np.generic, float)) else None
    if array is None or array.dtype.kind != "f":
        return part
    return np.where(np.abs(array) < 1e-12, 0.0, array)


def after_training(answer, X, y, K, learning_rate, epochs):
    """Call a training; a cost after the last step may stand behind the others, and is left out."""
    result = without_noise(answer, X, y, K, learning_rate, epochs)
    if isinstance(result, tuple) and len(result) == 3 and np.shape(result[2]) == (epochs + 1,):
        return (*result[:2], result[2][:epochs])
    return result


# 4.1 ------------------------------------------------------------------------------------------------------------------


def _pieces(W, b, X, y):
    """Probabilities and one-hot labels."""
    return softmax(X @ W + b), indicator(y, len(b))


def _through(dZ, X):
    """From the gradient for the logits to the gradients for W and b."""
    return X.T @ dZ, dZ.sum(axis=0)


def _difference(W, b, X, y):
    P, Y = _pieces(W, b, X, y)
    return P - Y


def _with_two_loops(W, b, X, y):
    dW, db = np.zeros(W.shape), np.zeros(len(b))
    for example, label in zip(X, y, strict=True):
        probabilities = softmax(example @ W + b)
        for j in range(len(b)):
            pull = (probabilities[j] - (j == label)) / len(y)
            dW[:, j] += pull * example
            db[j] += pull
    return dW, db


def _with_a_column_of_ones(W, b, X, y):
    extended = np.column_stack([X, np.ones(len(X))])
    P = softmax(extended @ np.vstack([W, b]))
    P[np.arange(len(y)), y] -= 1
    both = extended.T @ P / len(y)
    return both[:-1], both[-1]


def _class_by_class(W, b, X, y):
    P = softmax(X @ W + b)
    own = [X[y == j].sum(axis=0) for j in range(len(b))]
    return (X.T @ P - np.array(own).T) / len(y), P.mean(axis=0) - np.bincount(y, minlength=len(b)) / len(y)


def _in_float32(W, b, X, y):
    W, b, X = (part.astype(np.float32) for part in (W, b, X))
    dZ = (softmax(X @ W + b) - np.eye(len(b), dtype=np.float32)[y]) / np.float32(len(y))
    return [np.einsum("if,ij->fj", X, dZ), np.einsum("ij->j", dZ)]


def _example_by_example(W, b, X, y):
    rows = [softmax(x @ W + b) - np.eye(len(b))[label] for x, label in zip(X, y, strict=True)]
    return np.mean([np.outer(x, row) for x, row in zip(X, rows, strict=True)], axis=0), np.mean(rows, axis=0)


def _targets_alone(W, b, X, y):
    P, Y = _pieces(W, b, X, y)
    return _through((P - Y) * Y / len(y), X)


def _extra_slope(W, b, X, y):
    P, Y = _pieces(W, b, X, y)
    return _through((P - Y) * P * (1 - P) / len(y), X)


def _slope_alone(W, b, X, y):
    P, _ = _pieces(W, b, X, y)
    return _through(P * (1 - P) / len(y), X)


def _classes_over_examples(W, b, X, y):
    return _through((softmax(X @ W + b, axis=0) - indicator(y, len(b))) / len(y), X)


def _one_softmax_for_all(W, b, X, y):
    Z = X @ W + b
    return _through((softmax(Z.ravel()).reshape(Z.shape) - indicator(y, len(b))) / len(y), X)


def _no_shift(W, b, X, y):
    powers = np.exp(X @ W + b)
    return _through((powers / powers.sum(axis=1, keepdims=True) - indicator(y, len(b))) / len(y), X)


def _whole_columns(W, b, X, y):
    P = softmax(X @ W + b)
    P[:, y] -= 1
    return _through(P / len(y), X)


def _whole_rows(W, b, X, y):
    P = softmax(X @ W + b)
    P[y] -= 1
    return _through(P / len(y), X)


def _of_one(W, b, X, y, which, size):
    """What one example gives, divided by a size."""
    dW, db = reference.gradients(W, b, X[which][None], y[which][None])
    return dW / size, db / size


def _cut_to_integers(W, b, X, y):
    dW, db = np.zeros_like(W), np.zeros_like(b)
    dW[:], db[:] = reference.gradients(W, b, X, y)
    return dW, db


def _bias(reduce):
    """Right for W, and for the bias what ``reduce`` makes of P − Y and m."""

    def gradients(W, b, X, y):
        difference = _difference(W, b, X, y)
        return X.T @ difference / len(y), reduce(difference, len(y))

    return gradients


def _bias_stays_zero(seen):
    """Whether dW is right and db is next to zero, in float32 too, where it should not be."""
    needed = False
    for result, expected in zip(seen.results, seen.expected, strict=False):
        if result.problem or not agree(result.value[0], expected[0], 1e-4, 1.0):
            return False
        if np.abs(result.value[1]).max() > 1e-4:
            return False
        needed = needed or np.abs(expected[1]).max() > 0.01
    return needed


ONE_SIDED = (np.zeros((1, 2)), np.zeros(2), np.array([[1.0], [2.0]]), np.array([0, 0]))
THREE_CLASSES = (np.zeros((1, 3)), np.zeros(3), np.array([[1.0], [2.0]]), np.array([0, 0]))
LARGE = (np.array([[500.0, -500.0]]), np.zeros(2), np.array([[-2.0], [3.0]]), np.array([1, 0]))
ABSENT = (np.zeros((1, 3)), np.zeros(3), np.array([[1.0], [2.0], [1.0]]), np.array([0, 1, 1]))

gradients = Exercise(
    name="ch04.gradients",
    is_main=True,
    asks="The gradients (dW, db) of the mean cost of softmax regression.",
    reference=reference.gradients,
    probes=weights_and_examples,
    expects=gradients_in_words,
    scale=lambda W, b, X, y: max(1.0, float(np.abs(X).max())),
    observe=without_noise,
    hints=(
        "Three lines are enough: the probabilities, the gradient for the logits that chapter 3 derived, and from there "
        "to the weights. What shape has each of the three?",
        "The gradient for the logits is the difference of probabilities and one-hot labels, divided by the number of "
        "examples. It has the shape (m, K).",
        "The gradient for W must have the shape (features, K), made of an (m, features) and an (m, K) array. Which of "
        "the two has to be transposed, so that the matrix product sums over the examples?",
        "Each bias is added to one column of logits, in every row. So its gradient collects that column. Which axis is "
        "summed?",
    ),
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
    mistakes=(
        Mistake(
            "bias without axis",
            "Your gradient for W is right, and the one for b is 0 for every input, up to rounding, so the bias never learns: "
            "for {input} you return {output}. That is what a sum over everything gives, classes included, because each row of "
            "P − Y sums to 0. Broadcasting hides it, since one number can be subtracted from a vector. Each class has a bias "
            "of its own; which axis holds the examples?",
            (
                _bias(lambda difference, m: difference.sum() / m),
                _bias(lambda difference, m: difference.sum()),
                _bias(lambda difference, m: np.full(difference.shape[1], difference.sum())),
            ),
            ONE_SIDED,
            recognise=_bias_stays_zero,
        ),
        Mistake(
            "bias over the classes",
            "You sum P − Y along the classes to get the gradient for the bias. That leaves one number for each example, and "
            "each of them is 0: for {input} you return {output}. The bias has one entry for each class, and it enters the "
            "logits of every example. So what has to disappear from the shape (m, K) is m. Which axis is that?",
            (
                _bias(lambda difference, m: difference.sum(axis=1) / m),
                _bias(lambda difference, m: difference.mean(axis=1)),
                _bias(lambda difference, m: difference.sum(axis=1)),
            ),
            ONE_SIDED,
        ),
        Mistake(
            "no 1/m",
            "Your gradients are those of the summed cost, exactly m times as large as those of the mean: for {input} you "
            "return {output}. The direction is right, so training may even work, with a learning rate that has to be made "
            "smaller whenever the number of examples grows. The cost of this chapter is a mean. Where does the 1/m go in its "
            "derivative?",
            (lambda W, b, X, y: _through(_difference(W, b, X, y), X),),
            ONE_SIDED,
        ),
        Mistake(
            "mean for one, sum for the other",
            "One of your two gradients belongs to the mean cost and the other to the sum: they differ by the factor m from "
            "what belongs together. For {input} you return {output}. Together they do not point downhill. If the gradient "
            "for the logits carries the 1/m from the start, W and b both inherit it. Which of the two went without?",
            (
                _bias(lambda difference, m: difference.sum(axis=0)),
                lambda W, b, X, y: (X.T @ _difference(W, b, X, y), _difference(W, b, X, y).mean(axis=0)),
            ),
            ONE_SIDED,
        ),
        Mistake(
            "1/m twice",
            "Your result, or one part of it, is m times too small: you divide by the number of examples in the gradient for the "
            "logits and once more behind it, or take a mean of what is divided already. For {input} you return {output}. The direction is "
            "right and learning is slow, slower with more data. Follow the 1/m from the cost to the end: it occurs once.",
            (
                lambda W, b, X, y: _through(_difference(W, b, X, y) / len(y) ** 2, X),
                _bias(lambda difference, m: difference.mean(axis=0) / m),
                lambda W, b, X, y: (X.T @ _difference(W, b, X, y) / len(y) ** 2, _difference(W, b, X, y).mean(axis=0)),
            ),
            ONE_SIDED,
        ),
        Mistake(
            "mean over m·K",
            "You divide by the number of entries of P − Y, which is m times K, as `np.mean` without an axis and `.size` do. "
            "The cost is a mean over the m examples; the sum over classes inside it has one term that is not zero. For "
            "{input} you return {output}, which is K times too small. Which length belongs under the line?",
            (lambda W, b, X, y: _through(_difference(W, b, X, y) / (len(y) * len(b)), X),),
            THREE_CLASSES,
        ),
        Mistake(
            "another length below the line",
            "You divide by the number of classes, or of features. For {input} you return {output}. Where the batch has as many "
            "examples as that, nothing shows, and a small square test is such a batch. The cost is a mean over the examples, so "
            "its gradient carries one over their number and nothing else. Which of the four arguments has an entry for each "
            "example?",
            (
                lambda W, b, X, y: _through(_difference(W, b, X, y) / len(b), X),
                lambda W, b, X, y: _through(_difference(W, b, X, y) / X.shape[1], X),
            ),
            ABSENT,
        ),
        Mistake(
            "only one of the two is divided",
            "You divide P or Y by the number of examples, and the other keeps its full size. For {input} you return {output}. "
            "Each row of P − Y sums to 0 over the classes, and so do the rows of a right dW; yours do not. In Python a division "
            "is done before a subtraction that stands beside it, as on paper. What decides the order there?",
            (
                lambda W, b, X, y: _through(softmax(X @ W + b) - indicator(y, len(b)) / len(y), X),
                lambda W, b, X, y: _through(softmax(X @ W + b) / len(y) - indicator(y, len(b)), X),
            ),
            ONE_SIDED,
        ),
        Mistake(
            "labels in place of one-hot rows",
            "You subtract the labels themselves, as numbers, from the probabilities. For {input} you return {output}. Label 0 "
            "subtracts nothing, and label 2 takes 2 away from every class. The Y of P − Y has the shape of P, with a single 1 in "
            "each row, at the true class. Which function of chapter 3 makes it from labels?",
            (
                lambda W, b, X, y: _through((softmax(X @ W + b) - y[:, None]) / len(y), X),
                lambda W, b, X, y: _through((softmax(X @ W + b) - y) / len(y), X),
            ),
            (np.zeros((1, 2)), np.zeros(2), np.array([[1.0], [3.0]]), np.array([0, 1])),
        ),
        Mistake(
            "the labels are not used",
            "You multiply the features with the probabilities and never subtract the truth. For {input} you return {output}. Every "
            "class is pushed away from every example, also its own, and other labels would change nothing: nothing could be "
            "learned from them. In the force of the loop version a 1 is subtracted, at one class of each example. Which one?",
            (lambda W, b, X, y: _through(softmax(X @ W + b) / len(y), X),),
            ONE_SIDED,
        ),
        Mistake(
            "labels from 1",
            "You subtract the 1 at the class before the label, as if classes were counted from 1. For {input} you return {output}: "
            "another class is pulled towards the examples. Label 0 becomes −1, the last place in Python, so nothing fails, and "
            "the rows still sum to 0. The labels of K classes are 0 to K − 1 here. Which column does a label name?",
            (lambda W, b, X, y: _through((softmax(X @ W + b) - np.eye(len(b))[y - 1]) / len(y), X),),
            THREE_CLASSES,
        ),
        Mistake(
            "rows instead of elements",
            "`P[y] -= 1` takes whole rows: with a single index the labels name examples. For {input} you return {output}, and a "
            "label that exceeds the batch would raise an error. Every row of P − Y sums to 0, which is a test you can make at "
            "each step. An entry has two indices, the example and its class. Which of them is missing?",
            (_whole_rows,),
            ONE_SIDED,
        ),
        Mistake(
            "only one example",
            "A single example reaches your result: {output} for {input}. Either a `return` is indented into a loop and ends the "
            "function in the first round, or the arrays are overwritten in every round, so that the last example alone is left. "
            "A weight takes part in all examples, and its gradient adds up over them. Which sign adds to what is there already?",
            (
                lambda W, b, X, y: _of_one(W, b, X, y, 0, len(y)),
                lambda W, b, X, y: _of_one(W, b, X, y, 0, 1),
                lambda W, b, X, y: _of_one(W, b, X, y, -1, len(y)),
                lambda W, b, X, y: _of_one(W, b, X, y, -1, 1),
            ),
            (np.zeros((1, 2)), np.zeros(2), np.array([[1.0], [3.0]]), np.array([0, 1])),
        ),
        Mistake(
            "cut to integers",
            "You fill arrays that were made for integers. `np.zeros_like(W)` takes over not only the shape of W, and where the "
            "weights are whole numbers, {input}, what is written into it loses everything behind the point: {output}. A gradient "
            "is made of fractions, whatever the weights are. What else than the shape does an array have, and how is it chosen?",
            (_cut_to_integers,),
            (np.array([[1, -1]]), np.array([0, 0]), np.array([[1.0], [2.0]]), np.array([0, 0])),
        ),
        Mistake(
            "Y minus P",
            "You subtract the probabilities from the labels, so every sign is turned: for {input} you return {output}. Gradient "
            "descent subtracts the gradient, and with yours it would climb. A quick test: raising the weight of the true class "
            "lowers the cost, so for positive features its gradient is negative. Which of P and Y comes first?",
            (lambda W, b, X, y: _through(-_difference(W, b, X, y) / len(y), X),),
            ONE_SIDED,
        ),
        Mistake(
            "an extra p(1 − p)",
            "You multiply P − Y by P(1 − P), the slope of a sigmoid or the diagonal of the softmax Jacobian. For {input} you "
            "return {output}. But P − Y is what remains after the whole Jacobian has been multiplied by the derivative of the "
            "logarithm: the slope is in it already, cancelled. With the extra factor a confident mistake hardly learns at all. "
            "Which factor can go?",
            (_extra_slope, _slope_alone),
            ONE_SIDED,
        ),
        Mistake(
            "only the target gets a gradient",
            "You keep P − Y at the true class and set the rest to 0. For {input} you return {output}. The loss reads one "
            "probability, that is true, but this probability depends on every logit through the shared denominator. So the "
            "other classes are pushed down, each by its own probability. The columns of dW have to sum to 0 over the classes; "
            "do yours?",
            (_targets_alone,),
            THREE_CLASSES,
        ),
        Mistake(
            "logits in place of probabilities",
            "You subtract the labels from the logits. For {input} you return {output}. That is the gradient of a squared error "
            "with linear outputs, a different model. The gradient of the cross-entropy contains probabilities, between 0 and 1, "
            "so that no example can pull with more than full strength. Which function stands between Z and P?",
            (lambda W, b, X, y: _through((X @ W + b - indicator(y, len(b))) / len(y), X),),
            ONE_SIDED,
        ),
        Mistake(
            "softmax over the examples",
            "Your softmax runs over the wrong axis, or over the whole batch: the examples compete with each other in place of "
            "the classes. For {input} you return {output}. Chapter 1 called it wrong axis: each row of P must sum to 1 by "
            "itself. The prediction for one flower must not depend on which others are in the batch. Which axis holds the "
            "classes?",
            (_classes_over_examples, _one_softmax_for_all),
            ONE_SIDED,
        ),
        Mistake(
            "columns instead of elements",
            "`P[:, y] -= 1` takes whole columns: every example loses 1 in every class that occurs anywhere in y. For {input} you "
            "return {output}. What is meant is one entry in each row: in row i the column y[i]. Fancy indexing pairs two index "
            "arrays of the same length, element by element. Which array has to stand where your colon stands?",
            (_whole_columns,),
            (np.zeros((1, 3)), np.zeros(3), np.array([[1.0], [2.0]]), np.array([0, 1])),
        ),
        Mistake(
            "as many columns as examples",
            "Your one-hot matrix is built with `np.eye(len(y))`, so it has as many columns as there are examples. For {input} the "
            "function returns {output}. It fits P when m and K happen to be equal, and in no other case. The width of a one-hot "
            "matrix is the number of classes. Which of the arguments knows that number?",
            (
                lambda W, b, X, y: _through((softmax(X @ W + b) - np.eye(len(y))[y]) / len(y), X),
                lambda W, b, X, y: _through((softmax(X @ W + b) - indicator(y, len(y))) / len(y), X),
            ),
            THREE_CLASSES,
        ),
        Mistake(
            "K read off the labels",
            "You take the largest label plus one for the number of classes. When the last class does not occur in a batch, the "
            "one-hot matrix is too narrow: for {input} the function returns {output}. Small batches miss classes all the time. "
            "The model knows how many classes it has, whoever is present. Which shape tells you?",
            (lambda W, b, X, y: _through((softmax(X @ W + b) - np.eye(y.max() + 1)[y]) / len(y), X),),
            ABSENT,
        ),
        Mistake(
            "bias left out of the logits",
            "You compute the probabilities from `X @ W` alone. With a bias of zero nobody notices; for {input} you return "
            "{output}, the gradient at another point than the one you were given. The bias shifts the logits of one class for "
            "all examples, and so it changes every probability. Where does b enter, before the softmax?",
            (lambda W, b, X, y: reference.gradients(W, np.zeros(len(b)), X, y),),
            (np.zeros((1, 2)), np.array([0.0, 2.0]), np.array([[1.0], [2.0]]), np.array([0, 0])),
        ),
        Mistake(
            "features left out",
            "Your gradient for W does not contain X, or not once for each example. For {input} you return {output}. A weight is "
            "multiplied by a feature, so its gradient is multiplied by the same feature: examples with a large feature pull "
            "harder on it. The product of the (m, features) array, transposed, with the (m, K) one sums that up over the "
            "examples. Where does X enter?",
            (
                lambda W, b, X, y: (
                    np.ones(W.shape) * _difference(W, b, X, y).mean(axis=0),
                    _difference(W, b, X, y).mean(axis=0),
                ),
                lambda W, b, X, y: (
                    X.mean(axis=0)[:, None] * _difference(W, b, X, y).mean(axis=0),
                    _difference(W, b, X, y).mean(axis=0),
                ),
            ),
            (np.zeros((1, 2)), np.zeros(2), np.array([[1.0], [3.0]]), np.array([0, 1])),
        ),
        Mistake(
            "dW lying on its side",
            "Your gradient for W has the shape (K, features), the transpose of what belongs to W. For {input} you return {output}. "
            "A gradient has the shape of what it is a gradient for, since the two are subtracted from each other. When features "
            "and classes are equally many, the subtraction even runs, with wrong numbers. In which order do the two factors of "
            "your matrix product stand?",
            (lambda W, b, X, y: (reference.gradients(W, b, X, y)[0].T, reference.gradients(W, b, X, y)[1]),),
            ONE_SIDED,
        ),
        Mistake(
            "only one of the two",
            "You return a single array, and two are asked for: the gradient for W and the gradient for b, as `(dW, db)`. For "
            "{input} you return {output}. The two have different shapes, so they cannot share an array, and a training step "
            "needs both. In Python a comma between two results behind `return` makes a pair of them. Which one is missing?",
            (
                lambda W, b, X, y: reference.gradients(W, b, X, y)[0],
                lambda W, b, X, y: reference.gradients(W, b, X, y)[1],
            ),
            (np.zeros((3, 3)), np.zeros(3), np.array([[1.0, 2.0, 0.0]]), np.array([0])),
        ),
        Mistake(
            "db as a row",
            "Your gradient for the bias has the right numbers and the shape (1, K), where b has the shape (K,). For {input} you "
            "return {output}. After the first step b would have two axes, too, and code that reads `b[j]` gets a whole row. "
            "`keepdims` is for reductions whose result meets the same array again; this one meets b. What happens without it?",
            (
                _bias(lambda difference, m: difference.sum(axis=0, keepdims=True) / m),
                lambda W, b, X, y: (reference.gradients(W, b, X, y)[0], reference.gradients(W, b, X, y)[1][:, None]),
            ),
            ONE_SIDED,
        ),
        Mistake(
            "the two results swapped",
            "You return the gradient for b first and the one for W second: {output} for {input}. The caller unpacks by position, "
            "so W would be updated with the gradient of the bias, and broadcasting may let it pass without a word. The exercise "
            "names the order. Which of your two arrays has the shape of W?",
            (lambda W, b, X, y: reference.gradients(W, b, X, y)[::-1],),
            ONE_SIDED,
        ),
        Mistake(
            "no shift",
            "Your probabilities come from powers of e without a shift, or with one shift for the whole batch. For {input} a power "
            "is infinite, or a whole row of them is 0, and the result is {output}. Logits of this size are rare, but one nan in a gradient makes every weight nan in the next step, and "
            "nothing brings them back. Chapter 1 has the cure: what may be subtracted from every logit of a row?",
            (_no_shift,),
            LARGE,
        ),
    ),
    remark="The whole backward pass of a linear classifier: one difference, one matrix product, one sum.",
)


# 4.2 ------------------------------------------------------------------------------------------------------------------


def _largest(a):
    return np.max(np.abs(a))


def _apart(a, b):
    return _largest(a - b)


def _larger(a, b):
    return max(_largest(a), _largest(b))


def _distance(a, b):
    return np.linalg.norm(a - b)


def _quotients(above, below):
    """A quotient in three forms, which differ where the size below the line is 0."""
    return (
        lambda a, b: above(a, b) / np.float64(below(a, b)),
        lambda a, b: above(a, b) / (below(a, b) or 1),
        lambda a, b: above(a, b) / below(a, b) if below(a, b) else 0.0,
    )


def _with_loops(a, b):
    pairs = list(zip(np.ravel(a).tolist(), np.ravel(b).tolist(), strict=True))
    size = max(max(abs(one), abs(other)) for one, other in pairs)
    return max(abs(one - other) for one, other in pairs) / size if size else 0


def _scaled_first(a, b):
    size = np.max(np.abs([a, b]))
    if size == 0:
        return 0.0
    return np.linalg.norm(np.ravel(a / size - b / size), np.inf)


def _in_float32_error(a, b):
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    size = np.maximum(np.abs(a), np.abs(b)).max()
    return np.abs(a - b).max() / max(size, np.finfo(np.float32).tiny)


relative_error = Exercise(
    name="ch04.relative_error",
    asks="The largest difference between two arrays, in units of their largest entry.",
    reference=reference_relative_error,
    probes=two_gradients,
    expects=lambda a, b: "one number, from 0 (equal) to 2 (opposite),",
    scale=lambda a, b: 1e-2,
    hints=(
        "Two numbers are needed, one above and one below the line. Each is the largest entry of something without its sign.",
        "Above the line stands the difference. Below the line stands the size of the larger of the two arrays; NumPy's "
        "`max` of absolute values gives the size of one.",
        "What do you return when both arrays are zero everywhere? They are equal, and 0/0 has no value.",
    ),
    alternatives=(
        _with_loops,
        _scaled_first,
        _in_float32_error,
        lambda a, b: np.abs(np.subtract(a, b)).max() / (max(np.max(np.abs(a)), np.max(np.abs(b))) or 1),
        lambda a, b: float(_largest(np.subtract(b, a)) / np.maximum(_largest(np.stack([a, b])), 1e-300)),
    ),
    mistakes=(
        Mistake(
            "absolute error",
            "You return the difference itself, not compared with anything. For {input} that is {output}, which looks like "
            "agreement, but one gradient is twice the other. Gradients come in every size, and a difference is small or large "
            "only beside the numbers it belongs to. What do you divide by?",
            (
                lambda a, b: np.max(np.abs(a - b)),
                lambda a, b: np.mean(np.abs(a - b)),
                lambda a, b: np.linalg.norm(a - b),
            ),
            (np.array([1e-7, -2e-7]), np.array([2e-7, -4e-7])),
        ),
        Mistake(
            "signs left in",
            "You look for the largest number while the signs are still there, in the difference or in the arrays themselves, so a "
            "negative one counts as small, however far it reaches. For {input} you return {output}: the first entries ought to "
            "decide, above the line and below it. An error has a size and no direction. Which function removes the sign, and has "
            "it to act before the maximum or after it?",
            (
                *_quotients(lambda a, b: np.max(a - b), _larger),
                *_quotients(lambda a, b: np.abs(np.max(a - b)), _larger),
                *_quotients(lambda a, b: np.abs(np.max(a) - np.max(b)), _larger),
                *_quotients(_apart, lambda a, b: np.max([a, b])),
                *_quotients(lambda a, b: np.abs(np.max(a - b)), lambda a, b: max(abs(np.max(a)), abs(np.max(b)))),
                *_quotients(lambda a, b: np.max(a - b), lambda a, b: np.max([a, b])),
            ),
            (np.array([-3.0, 1.0]), np.array([-1.0, 1.0])),
        ),
        Mistake(
            "divided by one of the two",
            "You divide by the size of one array alone. For {input} you return {output}; with the two arguments exchanged it would "
            "be another number, and if that array is zero there is no result. Nobody knows in advance which of two gradients is "
            "the wrong one, so both should count alike. What is the size of the larger one?",
            (
                *_quotients(_apart, lambda a, b: _largest(a)),
                *_quotients(_apart, lambda a, b: _largest(b)),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 2.5])),
        ),
        Mistake(
            "divided by the sum of both",
            "You divide by the sum of both sizes. For {input} you return {output}, half of what is asked when the two are close. "
            "Some courses define it so, and as a measure it is as good; but a threshold is worth something only when everybody "
            "divides by the same. The definition above has the larger of the two sizes below the line.",
            (
                *_quotients(_apart, lambda a, b: _largest(a) + _largest(b)),
                *_quotients(_distance, lambda a, b: np.linalg.norm(a) + np.linalg.norm(b)),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 2.5])),
        ),
        Mistake(
            "divided by the smaller one",
            "You divide by the smaller of the two sizes. For {input} you return {output}. The quotient then has no upper end: against a "
            "gradient that is zero by mistake, the most common failure of all, it is infinite, or nan. With the larger size below "
            "the line, the result lies between 0 and 2 for all inputs. Which of `min` and `max` did you call?",
            _quotients(_apart, lambda a, b: min(_largest(a), _largest(b))),
            (np.array([1.0, 2.0]), np.array([1.0, 2.5])),
        ),
        Mistake(
            "lengths in place of largest entries",
            "You compare Euclidean lengths, as `np.linalg.norm` computes them: {output} for {input}. That is a sound measure, and some "
            "courses use it; but in a long gradient many right entries make one wrong entry look small. The definition above takes "
            "the largest entry on both sides of the line. Which function of NumPy finds it, once the signs are gone?",
            (
                *_quotients(_distance, lambda a, b: max(np.linalg.norm(a), np.linalg.norm(b))),
                *_quotients(_distance, lambda a, b: np.linalg.norm(a)),
                *_quotients(_distance, lambda a, b: np.linalg.norm(b)),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 2.5])),
        ),
        Mistake(
            "an epsilon below the line",
            "A small number decides about your result: it is added below the line, it is a floor there, or whatever lies below it "
            "counts as zero. For gradients of that size it is not small any more: for {input} you return {output}, too little. The measure should mean the same for gradients of every size. Only one "
            "input really needs care, two arrays of zeros; an `if` treats it without touching the others.",
            tuple(
                form
                for epsilon in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, np.finfo(float).eps)
                for form in (
                    lambda a, b, e=epsilon: _largest(a - b) / (max(_largest(a), _largest(b)) + e),
                    lambda a, b, e=epsilon: _largest(a - b) / max(_largest(a), _largest(b), e),
                    lambda a, b, e=epsilon: _apart(a, b) / _larger(a, b) if _larger(a, b) > e else 0.0,
                )
            ),
            (np.array([1e-20, 3e-20]), np.array([1e-20, 1e-20])),
        ),
        Mistake(
            "each entry by itself",
            "You divide entry by entry and take the maximum of the quotients. For {input} you return {output}. An entry that is 0 "
            "in one array and rounding noise in the other then counts as a total failure, and 0/0 has no value. The noise of a "
            "gradient check is as large as its largest entry makes it; so that is the size to compare with.",
            (
                lambda a, b: np.max(np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))),
                lambda a, b: np.nanmax(np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))),
                lambda a, b: np.max(np.abs(a - b) / np.maximum(1e-8, np.maximum(np.abs(a), np.abs(b)))),
                lambda a, b: np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))),
                lambda a, b: np.max(np.abs(a - b) / (np.abs(a) + np.abs(b))),
            ),
            (np.array([0.0, 4.0]), np.array([1.0, 4.0])),
        ),
        Mistake(
            "zero as soon as one is zero",
            "You return 0 when one of the two arrays is zero, whatever stands in the other: {output} for {input}. A gradient that "
            "is zero by mistake is the most common failure of all, and this check would call it right. Only *two* arrays of zeros "
            "are equal. For which of the three cases, one, the other, both, is there no number to divide by?",
            (
                lambda a, b: _largest(a - b) / max(_largest(a), _largest(b)) if np.any(a) else 0.0,
                lambda a, b: _largest(a - b) / max(_largest(a), _largest(b)) if np.any(b) else 0.0,
                lambda a, b: _largest(a - b) / max(_largest(a), _largest(b)) if np.any(a) and np.any(b) else 0.0,
            ),
            (np.array([0.0, 0.0]), np.array([1.0, 2.0])),
        ),
        Mistake(
            "yes or no",
            "You answer whether the two arrays are close, {output} for {input}, and the exercise asks how far apart they are. A yes "
            "hides the limit that was used, and functions such as `np.allclose` have one of their own, partly absolute: two tiny "
            "gradients are close for it, even when one is twice the other. Which number would such a function compare with its "
            "limit?",
            (
                lambda a, b: np.allclose(a, b),
                lambda a, b: np.isclose(a, b),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 2.5])),
        ),
        Mistake(
            "an array of errors",
            "You return one error for each entry: {output} for {input}. A check has to end in one number that can be compared with a "
            "threshold, whatever shape the gradients have. The worst entry decides, because one wrong entry is a wrong gradient. "
            "Which reduction picks it, and on which side of the division?",
            (
                lambda a, b: np.abs(a - b) / (max(_largest(a), _largest(b)) or 1),
                lambda a, b: np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)),
                lambda a, b: np.abs(a - b),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 2.5])),
        ),
        Mistake(
            "an average of errors",
            "You average the differences before you divide. For {input} you return {output}. In a gradient with thousands of entries "
            "one of them may be completely wrong, and the average hardly moves. The purpose of the check is to find that one. Which "
            "reduction keeps the worst entry in sight?",
            (
                *_quotients(lambda a, b: np.mean(np.abs(a - b)), _larger),
                *_quotients(
                    lambda a, b: np.mean(np.abs(a - b)), lambda a, b: max(np.mean(np.abs(a)), np.mean(np.abs(b)))
                ),
            ),
            (np.array([1.0, 2.0]), np.array([1.0, 2.5])),
        ),
        Mistake(
            "nothing over nothing",
            "Two arrays of zeros are equal, so their error is 0, and your function returns {output} for {input}. It happens in "
            "practice, for the weights of a feature that is 0 in every example. There 0 is divided by 0, which gives nan, and "
            "since nan compares as false with everything, a test such as `error < 1e-7` fails for a reason that is hard to "
            "find. Which case needs a line of its own, and what belongs into it?",
            (
                lambda a, b: _apart(a, b) / np.float64(_larger(a, b)),
                lambda a, b: _apart(a, b) / _larger(a, b) if _larger(a, b) else 1.0,
                lambda a, b: _apart(a, b) / float(_larger(a, b)) if _larger(a, b) else np.inf,
            ),
            (np.array([0.0, 0.0]), np.array([0.0, 0.0])),
        ),
    ),
    remark="One number without units: it means the same for gradients of 1e-7 and of 1e+8.",
)


# 4.3 ------------------------------------------------------------------------------------------------------------------


def _descent(
    gradient=reference.gradients,
    start=lambda n, K: (np.zeros((n, K)), np.zeros(K)),
    cost=lambda W, b, X, y: cross_entropy(X @ W + b, y),
    steps=lambda epochs: epochs,
    rate=lambda learning_rate: learning_rate,
    after=False,
):
    """Gradient descent with one part exchanged."""

    def train(X, y, K, learning_rate, epochs):
        W, b = start(X.shape[1], K)
        losses = []
        for _ in range(steps(epochs)):
            if not after:
                losses.append(cost(W, b, X, y))
            dW, db = gradient(W, b, X, y)
            W, b = W - rate(learning_rate) * dW, b - rate(learning_rate) * db
            if after:
                losses.append(cost(W, b, X, y))
        return W, b, losses

    return train


def _times(factor_of, also_bias=True):
    def gradient(W, b, X, y):
        dW, db = reference.gradients(W, b, X, y)
        return factor_of(y) * dW, (factor_of(y) if also_bias else 1) * db

    return gradient


def _without_bias(W, b, X, y):
    dW, db = reference.gradients(W, b, X, y)
    return dW, np.zeros_like(db)


def _random_start(scale, seed=None):
    return lambda n, K: (np.random.default_rng(seed).normal(scale=scale, size=(n, K)), np.zeros(K))


def _with_extra_row(X, y, K, learning_rate, epochs):
    extended = np.column_stack([X, np.ones(len(X))])
    both = 0.01 * np.random.default_rng(4).standard_normal((extended.shape[1], K))
    losses = []
    for _ in range(epochs):
        P = softmax(extended @ both)
        losses.append(-np.log(P[np.arange(len(y)), y]).mean())
        both -= learning_rate * extended.T @ (P - np.eye(K)[y]) / len(y)
    return [both[:-1], both[-1], losses]


def _in_place_with_final_cost(X, y, K, learning_rate, epochs):
    W, b = np.zeros((X.shape[1], K)), np.zeros(K)
    losses = np.empty(epochs + 1)
    for epoch in range(epochs):
        losses[epoch] = cross_entropy(X @ W + b, y)
        dW, db = reference.gradients(W, b, X, y)
        W -= learning_rate * dW
        b -= learning_rate * db
    losses[epochs] = cross_entropy(X @ W + b, y)
    return W, b, losses


def _train_in_float32(X, y, K, learning_rate, epochs):
    X = X.astype(np.float32)
    W, b, losses = np.zeros((X.shape[1], K), np.float32), np.zeros(K, np.float32), []
    for _ in range(epochs):
        P = softmax(X @ W + b)
        losses.append(float(np.mean(-np.log(P[np.arange(len(y)), y]))))
        P[np.arange(len(y)), y] -= 1
        W = W - np.float32(learning_rate / len(y)) * (X.T @ P)
        b = b - np.float32(learning_rate) * P.mean(axis=0)
    return W, b, np.array(losses)


def _gradient_once(X, y, K, learning_rate, epochs):
    W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
    dW, db = reference.gradients(W, b, X, y)
    for _ in range(epochs):
        losses.append(cross_entropy(X @ W + b, y))
        W, b = W - learning_rate * dW, b - learning_rate * db
    return W, b, losses


def _with_the_alias(X, y, K, learning_rate, epochs):
    W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
    for _ in range(epochs):
        P = softmax(X @ W + b)
        difference = P
        difference[np.arange(len(y)), y] -= 1
        W = W - learning_rate * X.T @ difference / len(y)
        b = b - learning_rate * difference.mean(axis=0)
        with np.errstate(invalid="ignore"):
            losses.append(-np.log(P[np.arange(len(y)), y]).mean())
    return W, b, losses


def _example_after_example(X, y, K, learning_rate, epochs):
    W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
    for _ in range(epochs):
        losses.append(cross_entropy(X @ W + b, y))
        for i in range(len(y)):
            dW, db = reference.gradients(W, b, X[i : i + 1], y[i : i + 1])
            W, b = W - learning_rate * dW, b - learning_rate * db
    return W, b, losses


def _begun_anew(X, y, K, learning_rate, epochs):
    W, b, losses = reference.train(X, y, K, learning_rate, 1)
    return W, b, [losses[0]] * epochs


def _steps_alone(X, y, K, learning_rate, epochs):
    W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
    for _ in range(epochs):
        losses.append(cross_entropy(X @ W + b, y))
        dW, db = reference.gradients(W, b, X, y)
        W, b = -learning_rate * dW, -learning_rate * db
    return W, b, losses


def _leaves_the_loop(X, y, K, learning_rate, epochs):
    W, b, losses = reference.train(X, y, K, learning_rate, 1)
    return W, b, losses


def _last_cost(X, y, K, learning_rate, epochs):
    W, b, losses = reference.train(X, y, K, learning_rate, epochs)
    return W, b, losses[-1]


def _no_costs(X, y, K, learning_rate, epochs):
    return reference.train(X, y, K, learning_rate, epochs)[:2]


def _follows(wrong):
    """Whether the first steps of a training are those of a wrong one, wherever near zero it started."""

    def recognise(seen):
        if len(seen.results) < len(seen.probes) or any(result.problem for result in seen.results):
            return False
        first_steps = [pair for pair in zip(seen.probes, seen.results, strict=True) if pair[0][-1] <= 2]
        for inputs, result in first_steps:
            expected = tuple(np.asarray(part, dtype=float) for part in after_training(wrong, *inputs))
            if not agree(result.value, expected, 2 * train.rtol, train.scale(*inputs)):
                return False
        return True

    return recognise


def _started_far_from_zero(seen):
    """The sum of W over the classes never changes, so it still tells where a training began."""
    results = [result.value for result in seen.results if not result.problem]
    if len(results) < len(seen.probes) or any(
        np.shape(W) != (X.shape[1], K) for (W, _, _), (X, _, K, *_) in _paired(seen)
    ):
        return False
    return any(np.abs(W.sum(axis=1)).max() > 0.15 for W, _, _ in results)


def _paired(seen):
    return zip((result.value for result in seen.results), seen.probes, strict=True)


def costs_in_words(values):
    """The first and last cost of a training, in words."""
    costs = np.atleast_1d(values[2])
    return f"a first cost of {costs[0]:.4g} and a last one of {costs[-1]:.4g}"


_UPHILL = _descent(gradient=_times(lambda y: -1.0))
_SUMMED = _descent(gradient=_times(len))
_LAZY_BIAS = _descent(gradient=_without_bias)
_OVERDIVIDED = _descent(gradient=_times(lambda y: 1 / len(y)))

ONE_STEP = (np.array([[1.0], [2.0]]), np.array([0, 0]), 2, 1.0, 1)
TWO_STEPS = (np.array([[1.0], [-1.0]]), np.array([0, 1]), 2, 1.0, 2)

train = Exercise(
    name="ch04.train",
    is_main=True,
    asks="Softmax regression trained by gradient descent from zero, or nearly zero, weights.",
    reference=reference.train,
    probes=trainings,
    expects=training_in_words,
    rtol=0.02,
    scale=lambda *inputs: 5.0,
    observe=after_training,
    hints=(
        "A loop over the epochs. In each round three things happen: the cost of the present weights is noted, both gradients "
        "are computed, both parameters take a step. In which order?",
        "A step goes against the gradient, and its length is the learning rate times the gradient. W and b take it at the same "
        "moment, with gradients from the same point.",
        "`networks.gradients(W, b, X, y)` gives both gradients, and `cross_entropy(X @ W + b, y)` the cost. Zero weights "
        "of the shapes (features, K) and (K,) are a good start.",
    ),
    alternatives=(
        _with_extra_row,
        _in_place_with_final_cost,
        _train_in_float32,
        _descent(start=_random_start(0.01)),
        _descent(start=lambda n, K: (0.01 * np.random.default_rng(7).uniform(-1, 1, (n, K)), np.full(K, 0.01))),
    ),
    mistakes=(
        Mistake(
            "uphill",
            "Your steps go along the gradient and not against it, so the cost grows: for {input} you get {output}. The gradient "
            "points to where the cost rises fastest, and learning wants it to fall. Look for the sign in the two lines that "
            "change W and b, and at the sign of the difference inside the gradient: two minus signs would cancel, and one is "
            "missing.",
            (_UPHILL,),
            TWO_STEPS,
            costs_in_words,
            recognise=_follows(_UPHILL),
        ),
        Mistake(
            "no 1/m",
            "Your steps are exactly m times too long: the gradients are those of the summed cost. For {input} you get {output}. "
            "Such a training works with a learning rate that is m times smaller, and needs another one for every size of the "
            "data. Where the cost is a mean, its gradient is one, too. Where did the division by the number of examples go?",
            (_SUMMED,),
            TWO_STEPS,
            costs_in_words,
            recognise=_follows(_SUMMED),
        ),
        Mistake(
            "1/m twice",
            "Your steps are m times too short: `networks.gradients` returns the gradients of the mean, and you divide by the number "
            "of examples once more. For {input} you get {output}. The cost falls all the same, slower the more data there are, "
            "and that passes for a hard problem. The formula for a step has two factors, the learning rate and the gradient. What "
            "stands beside them in your code?",
            (_OVERDIVIDED,),
            TWO_STEPS,
            costs_in_words,
            recognise=_follows(_OVERDIVIDED),
        ),
        Mistake(
            "begun anew in every round",
            "Your weights are set back at the beginning of every round, so each epoch makes the first step again: for {input} you "
            "get {output}. All costs are the same number, and more epochs bring nothing. What is made once, before the training, "
            "stands in front of the loop; what is done in every round, inside. Which of your lines are on the wrong side?",
            (_begun_anew,),
            TWO_STEPS,
            costs_in_words,
        ),
        Mistake(
            "the step in place of the weights",
            "You put the step in the place of the weights, and what had been reached before is thrown away: for {input} you get "
            "{output}. After one step from zero nothing shows, since zero plus the step is the step. From the second one on, the "
            "weights jump about a point and do not travel. Which two things does the arrow in the rule of gradient descent have "
            "on its right side?",
            (_steps_alone,),
            TWO_STEPS,
            costs_in_words,
        ),
        Mistake(
            "the bias never learns",
            "Your W is updated and your b stays where it began: for {input} you return {output}. Either the line that changes b is "
            "missing, or its gradient is summed over the classes, too, and that total is always 0: the mistake that this "
            "chapter calls bias without axis. Without a bias all boundaries meet in the origin. Print b after one step.",
            (_LAZY_BIAS,),
            ONE_STEP,
            lambda values: f"the bias `{np.round(values[1], 3).tolist()}`",
            recognise=_follows(_LAZY_BIAS),
        ),
        Mistake(
            "cost after the step",
            "You note the cost after each step, so the first entry of your list is not the cost at the start: for {input} you "
            "get {output}. The exercise wants the cost before the step, and with a reason: with zero weights it must be ln K, "
            "whatever the data, and this one number tells whether cost and labels fit together. Which two lines change places?",
            (_descent(after=True),),
            TWO_STEPS,
            costs_in_words,
        ),
        Mistake(
            "cost as a sum",
            "Your steps are right and your costs are sums over the examples: for {input} you get {output}. A sum grows with the "
            "number of examples, so it cannot be compared between two data sets, nor with ln K, where an untrained model has to "
            "begin. The cost of chapter 3 is a mean. What is missing in the line that computes it?",
            (_descent(cost=lambda W, b, X, y: len(y) * cross_entropy(X @ W + b, y)),),
            TWO_STEPS,
            costs_in_words,
        ),
        Mistake(
            "the alias",
            "Your weights are right and your costs are nan: for {input} you get {output}. After `difference = P` there are two "
            "names for one array. Subtracting 1 at the true classes changes P as well, and where a probability was, there is now "
            "a negative number, which has no logarithm. Either compute the cost first, or make a copy.",
            (_with_the_alias,),
            TWO_STEPS,
            costs_in_words,
        ),
        Mistake(
            "the learning rate is not used",
            "Your steps have the length of the gradient, whatever the learning rate says: for {input} you get {output}. The gradient "
            "gives a direction and a slope; how far to go is a choice, and the learning rate is that choice. Which line changes "
            "the weights, and which factor does it lack?",
            (_descent(rate=lambda learning_rate: 1.0),),
            (np.array([[1.0], [-1.0]]), np.array([0, 1]), 2, 5.0, 2),
            costs_in_words,
        ),
        Mistake(
            "gradient computed once",
            "You compute the gradients before the loop and repeat the same step in every round: for {input} you get {output}. A "
            "gradient belongs to one point. After a step the weights are somewhere else, the probabilities have changed, and so "
            "has the slope. Which lines of yours have to move into the loop?",
            (_gradient_once,),
            (np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 1]), 2, 1.0, 4),
            costs_in_words,
        ),
        Mistake(
            "left after one epoch",
            "You make one step, however many epochs are asked for: `losses` has a single entry. For {input} you get {output}. A "
            "`return` that is indented into the loop ends the function in the first round, and so does a loop that is missing. "
            "Count the spaces in front of `return`: to which block does it belong?",
            (_leaves_the_loop,),
            TWO_STEPS,
            costs_in_words,
        ),
        Mistake(
            "one step too many",
            "Your costs are right, and the weights that you return have gone one step further than `epochs` says, or one step less. "
            "For {input} you get {output}. `range(epochs)` runs exactly that many rounds, from 0 to epochs − 1. Which numbers stand "
            "in your `range`, and is there a step before or behind the loop?",
            (_descent(steps=lambda epochs: epochs + 1), _descent(steps=lambda epochs: epochs - 1)),
            TWO_STEPS,
            lambda values: f"weights {np.round(values[0], 3).tolist()}",
        ),
        Mistake(
            "a step for each example",
            "You change the weights after every single example, so an epoch is m steps and not one. For {input} you get {output}. "
            "That is stochastic gradient descent, a good method with a path of its own: it depends on the order of the examples, "
            "and it needs a smaller learning rate. This exercise asks for one step in each epoch, with the gradient of all.",
            (_example_after_example,),
            (np.array([[1.0], [2.0]]), np.array([0, 1]), 2, 1.0, 3),
            costs_in_words,
        ),
        Mistake(
            "only the last cost",
            "You return one number in the place of the list of costs: {output} for {input}. A single cost says nothing about the way "
            "that led there: whether it fell at every step, whether it has stopped falling, whether it began at ln K. Those are "
            "the three things to look at. Where does your loop keep the cost of each epoch?",
            (_last_cost,),
            TWO_STEPS,
            lambda values: f"`{float(values[2]):.4g}`",
        ),
        Mistake(
            "not three results",
            "Three things are asked for, `W`, `b` and `losses`, in this order, and you return another number of them. For {input} "
            "that is {output}. The caller unpacks three by position. Where the costs are missing, nobody can see whether they fell "
            "at every step, or whether the training was over long before the last epoch. Count what stands behind your `return`, "
            "between the commas: what is missing, or what is there besides?",
            (_no_costs,),
            TWO_STEPS,
        ),
        Mistake(
            "a large random start",
            "Your training begins far from zero: for {input} you get {output}. Large random weights make a model wrong with great "
            "confidence before it has seen anything, so the first cost is mostly above ln K and many steps are spent on unlearning; large "
            "equal ones change no prediction and stay for ever. The sum of W over the classes shows both even at the end, since no "
            "step changes it. How large are your first weights?",
            (_descent(start=_random_start(1.0, seed=0)), _descent(start=lambda n, K: (np.ones((n, K)), np.zeros(K)))),
            TWO_STEPS,
            costs_in_words,
            recognise=_started_far_from_zero,
        ),
    ),
    time_limit=4.0,
    remark="It starts at ln K, and from there every step goes downhill.",
)


# 4.4 ------------------------------------------------------------------------------------------------------------------


def _loop_of_decisions(W, b, X):
    decisions = []
    for x in X:
        logits = [float(np.dot(x, W[:, j]) + b[j]) for j in range(len(b))]
        decisions.append(logits.index(max(logits)))
    return decisions


def _shares(Z):
    """Softmax without a shift."""
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


def _by_duels(W, b, X):
    """The class that loses no duel against another one."""
    Z = X @ W + b
    return (Z[:, :, None] >= Z[:, None, :]).all(axis=2).astype(int) @ np.arange(len(b))


predict = Exercise(
    name="ch04.predict",
    asks="The predicted class of each example.",
    reference=reference.predict,
    probes=weights_and_points,
    expects=lambda W, b, X: (
        f"an array of the shape {(len(X),)} with integers from 0 to {len(b) - 1}, one for each example,"
    ),
    hints=(
        "Which class should be predicted: the one with the largest probability. Does the softmax change which one that is?",
        "Compute the logits of the whole batch, shape (m, K). Then one NumPy function tells where the largest entry of each row "
        "stands, if you tell it the axis.",
    ),
    alternatives=(
        _loop_of_decisions,
        _by_duels,
        lambda W, b, X: softmax(X @ W + b).argmax(axis=1) if np.abs(X @ W).max() < 30 else (X @ W + b).argmax(axis=1),
        lambda W, b, X: np.argsort(X @ W + b, axis=-1)[:, -1],
        lambda W, b, X: np.array([np.argmax(W.T @ x + b) for x in X], dtype=np.float32),
    ),
    mistakes=(
        Mistake(
            "argmax without axis",
            "`argmax` without an axis numbers all entries of the batch in one row and returns one place for all examples: {output} "
            "for {input}. Every example needs its own decision, so the search has to run along the classes and leave one index "
            "for each row. Which axis holds the classes?",
            (lambda W, b, X: np.argmax(X @ W + b),),
            (np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]])),
        ),
        Mistake(
            "wrong axis",
            "Your search runs down the columns: for each class you return the example that has most of it, {output} for {input}. The "
            "question goes the other way: for each example, which class? A row is an example, and its classes stand side by side "
            "in it. Which axis has to disappear, so that m numbers are left?",
            (lambda W, b, X: np.argmax(X @ W + b, axis=0),),
            (np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0], [3.0]])),
        ),
        Mistake(
            "bias left out",
            "You compare `X @ W` without the bias. For {input} you return {output}, though the bias favours the other class by more "
            "than the features do. Without it every boundary is forced through the origin. The logits are the same three symbols "
            "as in the training: what is added to the product before the largest is searched?",
            (lambda W, b, X: np.argmax(X @ W, axis=1),),
            (np.array([[1.0, 0.0]]), np.array([0.0, 1.5]), np.array([[1.0]])),
        ),
        Mistake(
            "scores in place of classes",
            "You return K numbers for each example, {output} for {input}: its logits, its probabilities, or a yes or no for each "
            "class. The exercise asks for the decision of the model, one class for each example, and every example gets one, "
            "however small the largest probability is. Which function tells where the largest entry of a row stands?",
            (
                lambda W, b, X: X @ W + b,
                lambda W, b, X: softmax(X @ W + b),
                lambda W, b, X: np.round(softmax(X @ W + b)),
                lambda W, b, X: softmax(X @ W + b) > 0.5,
            ),
            (np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]])),
        ),
        Mistake(
            "the largest value, not its place",
            "You return the largest logit or probability of each row: {output} for {input}. That says how strong the winner is and "
            "not who it is. `max` gives a value, its relative with `arg` in front gives the place, and the place is the class. "
            "Which of the two did you call?",
            (lambda W, b, X: np.max(X @ W + b, axis=1), lambda W, b, X: softmax(X @ W + b).max(axis=1)),
            (np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]])),
        ),
        Mistake(
            "one-hot decisions",
            "You return a row of zeros with a single 1 for each example: {output} for {input}. That is the one-hot form of the right "
            "decision, and the labels of this chapter are integers. Comparing the two would match whole rows with single numbers. "
            "Which number names the column where the 1 stands?",
            (lambda W, b, X: indicator(np.argmax(X @ W + b, axis=1), len(b)),),
            (np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]])),
        ),
        Mistake(
            "classes from 1",
            "Your classes are numbered from 1 to K: {output} for {input}. The labels of the data, the columns of W and everything in "
            "NumPy begin with 0, so an otherwise perfect model would be right almost never. Python's indices are class names "
            "already; what do you add to them?",
            (lambda W, b, X: np.argmax(X @ W + b, axis=1) + 1,),
            (np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]])),
        ),
        Mistake(
            "labels as a column",
            "Your classes are right and stand in a column of the shape (m, 1): {output} for {input}. Compared with labels of the shape "
            "(m,), NumPy makes an m by m table out of the two, and the accuracy that you average over it is a wrong number without "
            "an error. One axis has to go. Which argument kept it?",
            (lambda W, b, X: np.argmax(X @ W + b, axis=1).reshape(-1, 1),),
            (np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]])),
        ),
        Mistake(
            "no shift",
            "You raise e to the logits as they are before you look for the largest. For {input} you return {output}: above 709 every "
            "power is infinite, two of them are equally large, and a quotient of the two is nan, so the order is lost. A softmax "
            "with the shift of chapter 1 keeps it, and so do the logits themselves. Does the decision need the exponential at all?",
            (
                lambda W, b, X: np.argmax(_shares(X @ W + b), axis=1),
                lambda W, b, X: np.argmax(np.exp(X @ W + b), axis=1),
                lambda W, b, X: np.argmax(1 / (1 + np.exp(-(X @ W + b))), axis=1),
            ),
            (np.array([[900.0, 901.0]]), np.zeros(2), np.array([[1.0]])),
        ),
        Mistake(
            "softmax over the examples",
            "You apply a softmax over the wrong axis before you look for the largest entry, so the examples compete with each other: "
            "for {input} you return {output}. A single example then has the probability 1 for every class. The decision for one "
            "example must not depend on which others are in the batch. Over which axis does a softmax run, and does the decision "
            "need one?",
            (lambda W, b, X: np.argmax(softmax(X @ W + b, axis=0), axis=1),),
            (np.array([[1.0, 2.0]]), np.zeros(2), np.array([[1.0]])),
        ),
        Mistake(
            "decided after rounding",
            "You round the probabilities, or ask which are above one half, and look for the largest after that. For {input} you "
            "return {output}: the largest leads by less than the rounding leaves, and of equal entries `argmax` takes the first. A lead decides, however small it is. "
            "Rounding is for printing. What else could be compared, without a softmax and without a loss of digits?",
            tuple(
                lambda W, b, X, digits=digits: np.argmax(np.round(softmax(X @ W + b), digits), axis=1)
                for digits in (0, 1, 2)
            ),
            (np.array([[1.0, 1.004, 1.0]]), np.zeros(3), np.array([[1.0]])),
        ),
        Mistake(
            "the least likely class",
            "You choose the smallest entry of each row: {output} for {input}. Logits are evidence for a class, so the largest one "
            "decides. A habit from costs may be behind it, where small is good; a logit is no cost. Which of the two searches, for "
            "the smallest or for the largest, did you call?",
            (lambda W, b, X: np.argmin(X @ W + b, axis=1), lambda W, b, X: np.argmax(-(X @ W + b), axis=1)),
            (np.array([[1.0, -1.0]]), np.zeros(2), np.array([[-2.0], [1.0]])),
        ),
    ),
    remark="The softmax keeps the order of the logits, so the decision needs none.",
)
