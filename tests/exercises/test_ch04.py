"""What the exercises of chapter 4 decide at every check: who is right, who is wrong, and under which name."""

import numpy as np
import pytest
from support.chance import CHECKS

from utils import reference
from utils.exercises import ch04


def names(exercise, answer, checks=CHECKS):
    """The names that an answer gets in several checks; it is wrong in each of them, and none is a guess."""
    verdicts = [exercise.check(answer) for _ in range(checks)]
    assert {verdict.status for verdict in verdicts} == {"incorrect"}
    assert all(verdict.is_certain for verdict in verdicts)
    return {verdict.mistake for verdict in verdicts}


def is_accepted(exercise, answer):
    return {exercise.check(answer).status for _ in range(CHECKS)} == {"correct"}


# 4.1


def gradients_from(probabilities, size=len):
    def gradients(W, b, X, y):
        P = probabilities(X @ W + b)
        P[np.arange(len(y)), y] -= 1
        return X.T @ P / size(y), P.sum(axis=0) / size(y)

    return gradients


def softmax_with(shift):
    def softmax(Z):
        powers = np.exp(Z - shift(Z))
        return powers / powers.sum(axis=1, keepdims=True)

    return softmax


def test_arrays_in_the_shape_and_type_of_the_weights_are_a_good_start():
    def gradients(W, b, X, y):
        dW, db = np.zeros_like(W), np.zeros_like(b)
        for x, label in zip(X, y, strict=True):
            p = reference.softmax(x @ W + b)
            for j in range(W.shape[1]):
                dW[:, j] += (p[j] - (j == label)) * x
                db[j] += p[j] - (j == label)
        dW /= len(y)
        db /= len(y)
        return dW, db

    assert is_accepted(ch04.gradients, gradients)


@pytest.mark.parametrize(
    ("shift", "name"),
    [
        (lambda Z: 0.0, "no shift"),
        (lambda Z: Z.max(), "one shift for the whole batch"),
        (lambda Z: np.maximum(0, Z.max(axis=1, keepdims=True)), "a shift of zero at least"),
    ],
)
def test_a_softmax_that_fails_far_out_is_named_by_its_shift(shift, name):
    assert names(ch04.gradients, gradients_from(softmax_with(shift))) == {name}


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (gradients_from(softmax_with(lambda Z: 0.0), size=lambda y: 1), "no 1/m"),
        (gradients_from(reference.softmax, size=lambda y: np.float64(len(y) - 1)), "another length below the line"),
        (gradients_from(reference.softmax, size=lambda y: len(y) / 3), "a factor that does not belong there"),
        (
            lambda W, b, X, y: (
                X.T @ (reference.softmax(X @ W + b) - reference.indicator(y, len(b))) / X.shape[1],
                reference.gradients(W, b, X, y)[1],
            ),
            "another length below the line",
        ),
        (
            lambda W, b, X, y: (
                X.T @ (reference.softmax(X @ W + b) - 1) / len(y),
                (reference.softmax(X @ W + b) - 1).mean(axis=0),
            ),
            "one subtracted in every class",
        ),
        (gradients_from(reference.sigmoid), "sigmoids in place of the softmax"),
        (gradients_from(lambda Z: reference.softmax(reference.softmax(Z))), "softmax twice"),
        (gradients_from(lambda Z: reference.softmax(-Z)), "the sign of the logits"),
        (gradients_from(lambda Z: Z / Z.sum(axis=1, keepdims=True)), "logits divided by their sum"),
        (gradients_from(lambda Z: np.rint(reference.softmax(Z))), "decisions in place of probabilities"),
        (
            lambda W, b, X, y: (
                X.T @ (reference.softmax(X @ W + b) - (y[:, None] == np.unique(y))) / len(y),
                (reference.softmax(X @ W + b) - (y[:, None] == np.unique(y))).mean(axis=0),
            ),
            "K read off the labels",
        ),
        (
            lambda W, b, X, y: (
                X.T @ reference.cost_gradient(X @ W - b, y),
                reference.cost_gradient(X @ W - b, y).sum(axis=0),
            ),
            "bias subtracted",
        ),
        (
            lambda W, b, X, y: (reference.gradients(W, b, X, y)[0] + 0.3 * W, reference.gradients(W, b, X, y)[1]),
            "a term for the size of the weights",
        ),
    ],
)
def test_families_of_wrong_gradients_have_names(answer, name):
    assert names(ch04.gradients, answer) == {name}


# 4.2


def largest(a):
    return np.abs(a).max()


@pytest.mark.parametrize("epsilon", [3e-5, 2e-8, 1e-11, 1e-18, 1e-30])
def test_any_small_number_below_the_line_is_named(epsilon):
    def added(a, b):
        return largest(a - b) / (max(largest(a), largest(b)) + epsilon)

    def floor(a, b):
        return largest(a - b) / max(largest(a), largest(b), epsilon)

    assert names(ch04.relative_error, added) | names(ch04.relative_error, floor) == {"an epsilon below the line"}


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda a, b: np.linalg.norm(a - b) / np.linalg.norm(a + b), "divided by the size of the sum"),
        (
            lambda a, b: np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b) + 1e-10),
            "divided by the sum of both",
        ),
        (lambda a, b: largest(a - b) / (largest(a) + 1e-9), "divided by the first"),
        (lambda a, b: largest(a - b) / (largest(b) or 1e-5), "divided by the second"),
        (lambda a, b: np.mean(np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-9)), "each entry by itself"),
        (lambda a, b: 50 * largest(a - b) / (max(largest(a), largest(b)) or 1), "another unit"),
        (lambda a, b: max(abs(a - b)) / max(max(abs(a)), max(abs(b)), 1e-8), "the largest row"),
        (lambda a, b: largest(a - b) / (max(abs(a.max()), abs(b.max())) or 1), "signs left in"),
        (
            lambda a, b: 0.0 if np.allclose(a, b) else largest(a - b) / max(largest(a), largest(b)),
            "an epsilon below the line",
        ),
    ],
)
def test_quotients_have_names_whatever_guards_their_zeros(answer, name):
    assert names(ch04.relative_error, answer) == {name}


def test_three_axes_and_a_single_entry_are_promised():
    def of_tables(a, b):
        if a.ndim > 2:
            return 0.5
        return reference.relative_error(a, b)

    def of_several_entries(a, b):
        return reference.relative_error(a, b) if a.size > 1 else 0.0

    def part_by_part(a, b):
        return max(map(reference.relative_error, a, b)) if a.ndim > 2 else reference.relative_error(a, b)

    def with_sums(a, b):
        return 0.0 if a.sum() == b.sum() == 0 else reference.relative_error(a, b)

    assert names(ch04.relative_error, of_tables) == {None}
    assert names(ch04.relative_error, with_sums) == {None}
    assert names(ch04.relative_error, part_by_part) == {None}
    assert names(ch04.relative_error, of_several_entries) == {None}


# 4.3


def training(start=lambda n, K: np.zeros((n, K)), step=1.0, cost=1.0, keep=lambda losses: losses, decay=0.0):
    def train(X, y, K, learning_rate, epochs):
        W, b, losses = start(X.shape[1], K), np.zeros(K), []
        for _ in range(epochs):
            losses.append(cost * reference.cross_entropy(X @ W + b, y))
            dW, db = reference.gradients(W, b, X, y)
            W, b = W - step * learning_rate * (dW + decay * W), b - step * learning_rate * db
        return W, b, keep(losses)

    return train


def small(n, K):
    return 0.01 * np.random.default_rng().normal(size=(n, K))


@pytest.mark.parametrize("size", [1e-6, 1e-3, 0.01, 0.02])
def test_small_random_starts_are_accepted(size):
    def start(n, K):
        return size * np.random.default_rng().normal(size=(n, K))

    assert is_accepted(ch04.train, training(start))


def test_a_start_may_be_random_for_the_biases_too_and_the_steps_too_long():
    def train(X, y, K, learning_rate, epochs):
        W, b, losses = *0.02 * np.random.default_rng().normal(size=(2, X.shape[1], K)), []
        b = b[0]
        for _ in range(epochs):
            losses.append(reference.cross_entropy(X @ W + b, y))
            dW, db = reference.gradients(W, b, X, y)
            W, b = W - learning_rate * dW, b - learning_rate * db
        return W, b, losses

    assert is_accepted(ch04.train, train)


@pytest.mark.parametrize("size", [0.05, 0.1, 1.0])
def test_large_random_starts_are_named(size):
    def start(n, K):
        return size * np.random.default_rng().normal(size=(n, K))

    assert names(ch04.train, training(start)) == {"a large random start"}


@pytest.mark.parametrize("start", [lambda n, K: np.zeros((n, K)), small])
@pytest.mark.parametrize("change", [{"step": 1.01}, {"cost": 1.01}, {"step": 0.99}, {"decay": 0.01}])
def test_one_per_cent_is_too_much(start, change):
    assert "correct" not in {ch04.train.check(training(start, **change)).status for _ in range(CHECKS)}


def test_an_entry_behind_the_costs_has_to_be_the_last_cost():
    assert names(ch04.train, training(keep=lambda losses: [*losses, 99.0])) == {"more costs than steps"}
    assert names(ch04.train, training(keep=lambda losses: [*losses, losses[-1]])) == {"more costs than steps"}


def test_weight_decay_of_any_size_and_other_paths_have_names():
    assert names(ch04.train, training(decay=0.03)) == {"a penalty on the weights"}

    def until_half(X, y, K, learning_rate, epochs):
        W, b, losses = small(X.shape[1], K), np.zeros(K), []
        for _ in range(epochs):
            losses.append(reference.cross_entropy(X @ W + b, y))
            if losses[-1] < 0.5:
                break
            dW, db = reference.gradients(W, b, X, y)
            W, b = W - learning_rate * dW, b - learning_rate * db
        return W, b, losses

    assert names(ch04.train, until_half) == {"stopped before the last epoch"}


@pytest.mark.parametrize("shrink", [lambda W, step: 0.98 * W - step, lambda W, step: 0.995 * (W - step)])
def test_weights_that_lose_a_part_whatever_the_learning_rate_have_the_same_name(shrink):
    def train(X, y, K, learning_rate, epochs):
        W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
        for _ in range(epochs):
            losses.append(reference.cross_entropy(X @ W + b, y))
            dW, db = reference.gradients(W, b, X, y)
            W, b = shrink(W, learning_rate * dW), b - learning_rate * db
        return W, b, losses

    assert names(ch04.train, train) == {"a penalty on the weights"}


@pytest.mark.parametrize("start", [lambda n, K: np.zeros((n, K)), small])
def test_costs_without_the_bias_and_a_list_begun_anew_are_named(start):
    def without_bias(X, y, K, learning_rate, epochs):
        W, b, losses = start(X.shape[1], K), np.zeros(K), []
        for _ in range(epochs):
            losses.append(reference.cross_entropy(X @ W, y))
            dW, db = reference.gradients(W, b, X, y)
            W, b = W - learning_rate * dW, b - learning_rate * db
        return W, b, losses

    assert names(ch04.train, without_bias) == {"cost without the bias"}
    assert names(ch04.train, training(start, keep=lambda losses: losses[-1:])) == {"the list begun anew"}


def stepping(change, start=lambda n, K: np.zeros((n, K))):
    """A training whose steps for W and b are what ``change`` makes of the gradients and of what it has kept."""

    def train(X, y, K, learning_rate, epochs):
        W, b, losses, kept = start(X.shape[1], K), np.zeros(K), [], None
        for _ in range(epochs):
            losses.append(reference.cross_entropy(X @ W + b, y))
            step_of_W, step_of_b, kept = change(*reference.gradients(W, b, X, y), kept)
            W, b = W - learning_rate * step_of_W, b - learning_rate * step_of_b
        return W, b, losses

    return train


def rolling(dW, db, kept):
    dW, db = (dW, db) if kept is None else (dW + 0.8 * kept[0], db + 0.8 * kept[1])
    return dW, db, (dW, db)


def like_adam(dW, db, kept):
    return dW / (np.abs(dW) + 1e-8), db / (np.abs(db) + 1e-8), None


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda dW, db, kept: (dW, -db, None), "one of the two uphill"),
        (lambda dW, db, kept: (-dW, db, None), "one of the two uphill"),
        (lambda dW, db, kept: (np.sign(dW), np.sign(db), None), "only the direction of the gradient"),
        (lambda dW, db, kept: (dW / np.linalg.norm(dW), db, None), "only the direction of the gradient"),
        (like_adam, "only the direction of the gradient"),
        (rolling, "momentum"),
    ],
)
def test_steps_of_other_kinds_have_names(change, name):
    assert names(ch04.train, stepping(change), checks=1) == {name}


def modelled(probabilities, cost=None, seen=lambda X: X):
    """A training with another model: probabilities, cost, or features."""

    def train(X, y, K, learning_rate, epochs):
        X = seen(X)
        W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
        for _ in range(epochs):
            P = probabilities(X @ W + b)
            losses.append((cost or reference.cross_entropy)(P if cost else X @ W + b, y))
            P = P - reference.indicator(y, K)
            W, b = W - learning_rate * X.T @ P / len(y), b - learning_rate * P.mean(axis=0)
        return W, b, losses

    return train


def limited(P, y):
    return -np.log(P[np.arange(len(y)), y] + 1e-10).mean()


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (modelled(lambda Z: reference.softmax(-Z)), "the sign of the logits"),
        (modelled(reference.sigmoid), "sigmoids in place of the softmax"),
        (modelled(lambda Z: Z / Z.sum(axis=1, keepdims=True)), "nan from the first step on"),
        (modelled(reference.softmax, limited), "a ceiling on the cost"),
        (modelled(reference.softmax, lambda P, y: (P.argmax(axis=1) == y).mean()), "the accuracy in place of the cost"),
        (modelled(reference.softmax, seen=lambda X: (X - X.mean(0)) / (X.std(0) + 1e-6)), "features rescaled inside"),
        (lambda X, y, K, *how: reference.train(X, y, len(set(y.tolist())), *how), "K read off the labels"),
        (lambda X, y, K, *how: reference.train(X[:32], y[:32], K, *how), "mini-batches"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_trainings_of_other_models_have_names(answer, name):
    assert names(ch04.train, answer, checks=1) == {name}


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_clip_of_the_gradient_is_rejected(limit):
    """The features are as large as in the clouds, and so are gradients."""

    def clipped(dW, db, kept):
        return np.clip(dW, -limit, limit), np.clip(db, -limit, limit), None

    assert names(ch04.train, stepping(clipped), checks=1) == {None}


# 4.4


def searched_from(start):
    def predict(W, b, X):
        found = []
        for logits in X @ W + b:
            best, winner = start, 0
            for j, logit in enumerate(logits):
                if logit > best:
                    best, winner = logit, j
            found.append(winner)
        return np.array(found)

    return predict


@pytest.mark.parametrize("start", [0, -10, -999, -99999, -1e10])
def test_a_search_from_any_number_is_named(start):
    assert names(ch04.predict, searched_from(start)) == {"a search that starts too high"}


@pytest.mark.parametrize("kind", [float, np.float32, np.uint8, list])
def test_classes_may_be_whole_numbers_of_any_type(kind):
    def predict(W, b, X):
        classes = np.argmax(X @ W + b, axis=1)
        return classes.tolist() if kind is list else classes.astype(kind)

    assert is_accepted(ch04.predict, predict)


def test_a_search_from_minus_infinity_is_right():
    assert is_accepted(ch04.predict, searched_from(-np.inf))


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda W, b, X: reference.softmax(X @ W + b).argmax(0), "wrong axis"),
        (lambda W, b, X: (X @ W.T + b).argmax(axis=1), "another matrix product"),
        (lambda W, b, X: (X @ W - b).argmax(axis=1), "bias subtracted"),
        (lambda W, b, X: (X @ W + b).sum(axis=0).argmax(), "sums in place of rows"),
        (lambda W, b, X: (X @ W + b).sum(axis=1).argmax(), "sums in place of rows"),
        (lambda W, b, X: (1 / (1 + np.exp(-(X @ W + b)))).argmax(axis=1), "a sigmoid before the decision"),
        (lambda W, b, X: np.round(reference.softmax(X @ W + b), 4).argmax(axis=1), "decided after rounding"),
        (lambda W, b, X: np.round(X @ W + b, 2).argmax(axis=1), "decided after rounding"),
        (lambda W, b, X: np.clip(X @ W + b, -50, 50).argmax(axis=1), "clipped logits"),
        (lambda W, b, X: np.exp(np.clip(X @ W + b, -500, 500)).argmax(axis=1), "clipped logits"),
        (lambda W, b, X: reference.softmax(-(X @ W + b)).argmax(axis=1), "the least likely class"),
        (lambda W, b, X: (X @ W + b) / np.sum(X @ W + b, axis=1, keepdims=True) > 0.5, "scores in place of classes"),
        (lambda W, b, X: (reference.sigmoid(X @ W + b) > 0.5).astype(int), "scores in place of classes"),
        (lambda W, b, X: np.squeeze(np.argmax(X @ W + b, axis=1)), "one example one number"),
        (lambda W, b, X: softmax_with(lambda Z: Z.max())(X @ W + b).argmax(1), "one shift for the whole batch"),
        (
            lambda W, b, X: softmax_with(lambda Z: np.maximum(0, Z.max(1, keepdims=True)))(X @ W + b).argmax(1),
            "a shift of zero at least",
        ),
        (lambda W, b, X: (reference.softmax(X @ W + b)[:, -1] >= 0.5).astype(int), "two classes only"),
    ],
)
def test_wrong_decisions_have_names(answer, name):
    assert names(ch04.predict, answer) == {name}


@pytest.mark.parametrize("exercise", [ch04.gradients, ch04.predict], ids=lambda exercise: exercise.name)
@pytest.mark.parametrize(
    "where",
    [
        lambda Z: Z.shape[1] >= 8,
        lambda Z: len(Z) == 1,
        lambda Z: len(Z) > 20,
        lambda Z: Z.max() < 0,
        lambda Z: Z.max() < -750,
        lambda Z: Z.min() > 1e4,
        lambda Z: Z.shape[1] == 1,
    ],
)
def test_what_is_right_but_for_one_kind_of_input_is_rejected(exercise, where):
    def spoilt(W, b, X, *labels):
        result = exercise.reference(W, b, X, *labels)
        if not where(X @ W + b):
            return result
        return (result[0] + 1, result[1]) if isinstance(result, tuple) else result + 1

    assert names(exercise, spoilt) == {None}


def test_an_example_counts_as_often_as_it_comes():
    def of_distinct_examples(W, b, X, y):
        _, places = np.unique(np.column_stack([X, y]), axis=0, return_index=True)
        return reference.gradients(W, b, X[places], y[places])

    def of_one_class_nothing(W, b, X, y):
        dW, db = reference.gradients(W, b, X, y)
        return (dW, db) if len(set(y.tolist())) > 1 or len(y) < 5 else (0 * dW, 0 * db)

    assert names(ch04.gradients, of_distinct_examples) == {None}
    assert names(ch04.gradients, of_one_class_nothing) == {None}
