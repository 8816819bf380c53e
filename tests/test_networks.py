"""Softmax regression against PyTorch, scikit-learn and finite differences, and as properties."""

import warnings

import numpy as np
import pytest

from utils import networks
from utils.gradients import central_difference, relative_error
from utils.losses import cross_entropy
from utils.softmax import softmax


def random_model(rng, m=13, n=3, K=4, scale=1.0):
    return scale * rng.normal(size=(n, K)), rng.normal(size=K), rng.normal(size=(m, n)), rng.integers(K, size=m)


@pytest.fixture
def clouds(rng):
    """Three clouds that overlap a little, so that the best weights are finite."""
    y = np.arange(90) % 3
    return np.array([(-2.0, 0.0), (0.0, 1.5), (2.0, 0.0)])[y] + rng.normal(size=(90, 2)), y


# Gradients


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
def test_gradients_agree_with_pytorch_in_float64(rng, scale):
    torch = pytest.importorskip("torch")
    W, b, X, y = random_model(rng, scale=scale)
    theirs_W, theirs_b = (torch.tensor(part, requires_grad=True) for part in (W, b))
    torch.nn.functional.cross_entropy(torch.tensor(X) @ theirs_W + theirs_b, torch.tensor(y)).backward()
    for ours, theirs in zip(networks.gradients(W, b, X, y), (theirs_W.grad, theirs_b.grad), strict=True):
        assert relative_error(ours, theirs.numpy()) < 1e-12


def test_gradients_agree_with_central_differences(rng):
    W, b, X, y = random_model(rng)
    dW, db = networks.gradients(W, b, X, y)
    assert relative_error(dW, central_difference(lambda W: cross_entropy(X @ W + b, y), W)) < 1e-8
    assert relative_error(db, central_difference(lambda b: cross_entropy(X @ W + b, y), b)) < 1e-8


@pytest.mark.parametrize(("m", "n", "K"), [(1, 1, 1), (1, 2, 3), (4, 4, 4), (20, 1, 2), (7, 5, 2)])
def test_gradients_have_the_shapes_of_the_weights_and_rows_that_sum_to_zero(rng, m, n, K):
    W, b, X, y = random_model(rng, m, n, K)
    dW, db = networks.gradients(W, b, X, y)
    assert dW.shape == W.shape and db.shape == b.shape
    np.testing.assert_allclose(dW.sum(axis=1), 0, atol=1e-13)
    np.testing.assert_allclose(db.sum(), 0, atol=1e-13)


def test_gradients_of_extreme_logits_are_finite_and_silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dW, db = networks.gradients([[1e4, -1e4]], [0.0, 0.0], [[1.0], [-1.0]], [1, 0])
    np.testing.assert_allclose(dW, [[1.0, -1.0]])
    np.testing.assert_allclose(db, [0.0, 0.0], atol=1e-15)


def test_gradients_do_not_depend_on_the_order_or_the_number_of_copies_of_the_examples(rng):
    W, b, X, y = random_model(rng)
    order = rng.permutation(len(y))
    for other in ((X[order], y[order]), (np.tile(X, (3, 1)), np.tile(y, 3))):
        for one, two in zip(networks.gradients(W, b, X, y), networks.gradients(W, b, *other), strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-15)


def test_float32_stays_float32(rng):
    W, b, X, y = random_model(rng)
    W, b, X = (part.astype(np.float32) for part in (W, b, X))
    assert networks.logits(W, b, X).dtype == np.float32
    assert all(part.dtype == np.float32 for part in networks.gradients(W, b, X, y))


def test_the_input_is_left_alone(rng):
    given = random_model(rng)
    before = [part.copy() for part in given]
    networks.gradients(*given)
    networks.predict(*given[:3])
    networks.train(given[2], given[3], 4, 0.1, 3)
    for one, other in zip(given, before, strict=True):
        np.testing.assert_array_equal(one, other)


# Training


@pytest.mark.parametrize("K", [2, 3, 10])
def test_the_first_cost_is_the_logarithm_of_the_number_of_classes(rng, K):
    _, _, losses = networks.train(rng.normal(size=(9, 2)), rng.integers(K, size=9), K, 0.1, 1)
    assert losses.shape == (1,)
    assert losses[0] == pytest.approx(np.log(K), rel=1e-12)


def test_one_step_on_known_numbers():
    W, b, losses = networks.train([[1.0], [2.0]], [0, 0], 2, learning_rate=4.0, epochs=1)
    np.testing.assert_allclose(W, [[3.0, -3.0]], rtol=1e-14)
    np.testing.assert_allclose(b, [2.0, -2.0], rtol=1e-14)
    np.testing.assert_allclose(losses, [np.log(2)], rtol=1e-14)


def test_training_goes_the_way_of_pytorch(clouds):
    torch = pytest.importorskip("torch")
    X, y = clouds
    W, b, losses = networks.train(X, y, 3, learning_rate=0.3, epochs=60)
    theirs = torch.nn.Linear(2, 3).double()
    for part in theirs.parameters():
        torch.nn.init.zeros_(part)
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.3)
    for epoch in range(60):
        optimizer.zero_grad()
        cost = torch.nn.functional.cross_entropy(theirs(torch.tensor(X)), torch.tensor(y))
        assert losses[epoch] == pytest.approx(cost.item(), rel=1e-12)
        cost.backward()
        optimizer.step()
    np.testing.assert_allclose(W, theirs.weight.detach().numpy().T, rtol=1e-10)
    np.testing.assert_allclose(b, theirs.bias.detach().numpy(), rtol=1e-10, atol=1e-12)


def test_long_training_reaches_the_probabilities_of_scikit_learn(clouds):
    linear_model = pytest.importorskip("sklearn.linear_model")
    X, y = clouds
    W, b, _ = networks.train(X, y, 3, learning_rate=0.5, epochs=3000)
    theirs = linear_model.LogisticRegression(C=np.inf, tol=1e-10, max_iter=2000).fit(X, y)
    np.testing.assert_allclose(softmax(networks.logits(W, b, X)), theirs.predict_proba(X), atol=2e-3)
    assert np.mean(networks.predict(W, b, X) == theirs.predict(X)) > 0.98


def test_no_step_goes_up_below_the_guaranteed_learning_rate(clouds):
    X, y = clouds
    extended = np.column_stack([X, np.ones(len(X))])
    rate = 4 / np.linalg.eigvalsh(extended.T @ extended / len(X)).max()
    _, _, losses = networks.train(X, y, 3, rate, 300)
    assert np.all(np.diff(losses) <= 0)


def test_the_sum_of_the_weight_vectors_stays_at_zero(clouds):
    W, b, _ = networks.train(*clouds, 3, 1.0, 500)
    np.testing.assert_allclose(W.sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(b.sum(), 0, atol=1e-12)


def test_descend_tells_every_step(clouds):
    X, y = clouds
    steps = list(networks.descend(X, y, 3, 0.2, 5))
    assert len(steps) == 6
    for epochs, (W, b, cost) in enumerate(steps):
        assert cost == pytest.approx(cross_entropy(X @ W + b, y), rel=1e-14)
        again = networks.train(X, y, 3, 0.2, epochs)
        np.testing.assert_array_equal(W, again[0])
        np.testing.assert_array_equal(b, again[1])
        assert again[2].tolist() == [cost for _, _, cost in steps[:epochs]]


def test_a_class_that_does_not_occur_gets_less_and_less(clouds):
    X, y = clouds
    W, b, _ = networks.train(X, y, 4, 0.5, 200)
    assert W.shape == (2, 4)
    assert softmax(networks.logits(W, b, X))[:, 3].max() < 0.1


# Decisions


def test_predict_takes_the_largest_logit_and_the_first_of_equal_ones():
    assert networks.predict([[1.0, 0.0, -1.0]], [0.0, 0.5, 0.0], [[2.0], [0.2], [-2.0]]).tolist() == [0, 1, 2]
    assert networks.predict(np.zeros((2, 3)), np.zeros(3), np.ones((4, 2))).tolist() == [0, 0, 0, 0]
    assert networks.predict([[1.0, 0.0]], [0.0, 0.0], [-3.0]) == 1


def test_blobs_and_iris_are_learned_as_the_chapter_says():
    from utils import datasets

    blobs = datasets.blobs()
    W, b, losses = networks.train(blobs.X, blobs.y, 4, 0.3, 100)
    assert np.mean(networks.predict(W, b, blobs.X) == blobs.y) > 0.98
    assert networks.predict(W, b, blobs.X[:2]).tolist() == [2, 0]
    iris = datasets.iris()
    X = (iris.X - iris.X.mean(axis=0)) / iris.X.std(axis=0)
    W, b, losses = networks.train(X, iris.y, 3, 1.0, 300)
    assert np.mean(networks.predict(W, b, X) == iris.y) > 0.96
    assert losses[-1] < 0.1


# Bad input

GOOD = {"W": np.zeros((2, 3)), "b": np.zeros(3), "X": np.ones((4, 2)), "y": [0, 1, 2, 0]}


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        ({"W": np.zeros((3, 2))}, ValueError, "belong together"),
        ({"W": np.zeros(3)}, ValueError, "belong together"),
        ({"b": np.zeros(2)}, ValueError, "belong together"),
        ({"b": np.zeros((1, 3))}, ValueError, "belong together"),
        ({"b": 0.0}, ValueError, "belong together"),
        ({"X": np.ones((4, 3))}, ValueError, "belong together"),
        ({"X": np.ones(2)}, ValueError, "one example in each row"),
        ({"X": np.ones((0, 2)), "y": []}, ValueError, "at least 1"),
        ({"X": [[1.0, 2.0], [3.0]]}, ValueError, "different lengths"),
        ({"X": [["a", "b"]]}, TypeError, "real numbers"),
        ({"W": np.zeros((2, 3), complex)}, TypeError, "real numbers"),
        ({"y": [0, 1, 2]}, ValueError, "one label"),
        ({"y": [0, 1, 2, 3]}, ValueError, "label 3"),
        ({"y": [0, 1, 2, -1]}, ValueError, "label -1"),
        ({"y": [0.0, 1.0, 2.0, 0.0]}, ValueError, "integers"),
        ({"y": np.eye(4)[:, :3].astype(int)}, ValueError, "label"),
    ],
    ids=str,
)
def test_bad_input_is_refused_in_a_sentence(bad, error, words):
    with pytest.raises(error, match=words):
        networks.gradients(**{**GOOD, **bad})


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"K": 2}, "label 2"),
        ({"K": 0}, "number of classes"),
        ({"K": 2.0}, "number of classes"),
        ({"epochs": -1}, "number of epochs"),
        ({"epochs": 1.5}, "number of epochs"),
        ({"learning_rate": 0}, "learning rate"),
        ({"learning_rate": np.nan}, "learning rate"),
        ({"learning_rate": [0.1]}, "learning rate"),
        ({"y": [0, 1]}, "one label"),
    ],
    ids=str,
)
def test_a_training_that_cannot_begin_is_refused(bad, words):
    good = {"X": GOOD["X"], "y": GOOD["y"], "K": 3, "learning_rate": 0.1, "epochs": 2}
    with pytest.raises(ValueError, match=words):
        networks.train(**{**good, **bad})


@pytest.mark.benchmark(group="gradients of softmax regression, 2,000 x 2, 4 classes")
def test_speed_of_gradients(benchmark, rng):
    benchmark(networks.gradients, *random_model(rng, m=2000, n=2, K=4))
