"""Softmax regression and networks against PyTorch, scikit-learn and finite differences, and as properties."""

import itertools
import warnings

import numpy as np
import pytest

from utils import reference
from utils.reference import central_difference, cross_entropy, relative_error, softmax


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
    for ours, theirs in zip(reference.gradients(W, b, X, y), (theirs_W.grad, theirs_b.grad), strict=True):
        assert relative_error(ours, theirs.numpy()) < 1e-12


def test_gradients_agree_with_central_differences(rng):
    W, b, X, y = random_model(rng)
    dW, db = reference.gradients(W, b, X, y)
    assert relative_error(dW, central_difference(lambda W: cross_entropy(X @ W + b, y), W)) < 1e-8
    assert relative_error(db, central_difference(lambda b: cross_entropy(X @ W + b, y), b)) < 1e-8


@pytest.mark.parametrize(("m", "n", "K"), [(1, 1, 1), (1, 2, 3), (4, 4, 4), (20, 1, 2), (7, 5, 2)])
def test_gradients_have_the_shapes_of_the_weights_and_rows_that_sum_to_zero(rng, m, n, K):
    W, b, X, y = random_model(rng, m, n, K)
    dW, db = reference.gradients(W, b, X, y)
    assert dW.shape == W.shape and db.shape == b.shape
    np.testing.assert_allclose(dW.sum(axis=1), 0, atol=1e-13)
    np.testing.assert_allclose(db.sum(), 0, atol=1e-13)


def test_gradients_of_extreme_logits_are_finite_and_silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dW, db = reference.gradients([[1e4, -1e4]], [0.0, 0.0], [[1.0], [-1.0]], [1, 0])
    np.testing.assert_allclose(dW, [[1.0, -1.0]])
    np.testing.assert_allclose(db, [0.0, 0.0], atol=1e-15)


def test_gradients_do_not_depend_on_the_order_or_the_number_of_copies_of_the_examples(rng):
    W, b, X, y = random_model(rng)
    order = rng.permutation(len(y))
    for other in ((X[order], y[order]), (np.tile(X, (3, 1)), np.tile(y, 3))):
        for one, two in zip(reference.gradients(W, b, X, y), reference.gradients(W, b, *other), strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-15)


def test_float32_stays_float32(rng):
    W, b, X, y = random_model(rng)
    W, b, X = (part.astype(np.float32) for part in (W, b, X))
    assert reference.logits(W, b, X).dtype == np.float32
    assert all(part.dtype == np.float32 for part in reference.gradients(W, b, X, y))


def test_the_input_is_left_alone(rng):
    given = random_model(rng)
    before = [part.copy() for part in given]
    reference.gradients(*given)
    reference.predict(*given[:3])
    reference.train(given[2], given[3], 4, 0.1, 3)
    for one, other in zip(given, before, strict=True):
        np.testing.assert_array_equal(one, other)


# Training


@pytest.mark.parametrize("K", [2, 3, 10])
def test_the_first_cost_is_the_logarithm_of_the_number_of_classes(rng, K):
    _, _, losses = reference.train(rng.normal(size=(9, 2)), rng.integers(K, size=9), K, 0.1, 1)
    assert losses.shape == (1,)
    assert losses[0] == pytest.approx(np.log(K), rel=1e-12)


def test_one_step_on_known_numbers():
    W, b, losses = reference.train([[1.0], [2.0]], [0, 0], 2, learning_rate=4.0, epochs=1)
    np.testing.assert_allclose(W, [[3.0, -3.0]], rtol=1e-14)
    np.testing.assert_allclose(b, [2.0, -2.0], rtol=1e-14)
    np.testing.assert_allclose(losses, [np.log(2)], rtol=1e-14)


def test_training_goes_the_way_of_pytorch(clouds):
    torch = pytest.importorskip("torch")
    X, y = clouds
    W, b, losses = reference.train(X, y, 3, learning_rate=0.3, epochs=60)
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
    W, b, _ = reference.train(X, y, 3, learning_rate=0.5, epochs=3000)
    theirs = linear_model.LogisticRegression(C=np.inf, tol=1e-10, max_iter=2000).fit(X, y)
    np.testing.assert_allclose(softmax(reference.logits(W, b, X)), theirs.predict_proba(X), atol=2e-3)
    assert np.mean(reference.predict(W, b, X) == theirs.predict(X)) > 0.98


def test_no_step_goes_up_below_the_guaranteed_learning_rate(clouds):
    X, y = clouds
    extended = np.column_stack([X, np.ones(len(X))])
    rate = 4 / np.linalg.eigvalsh(extended.T @ extended / len(X)).max()
    _, _, losses = reference.train(X, y, 3, rate, 300)
    assert np.all(np.diff(losses) <= 0)


def test_the_sum_of_the_weight_vectors_stays_at_zero(clouds):
    W, b, _ = reference.train(*clouds, 3, 1.0, 500)
    np.testing.assert_allclose(W.sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(b.sum(), 0, atol=1e-12)


def test_descend_tells_every_step(clouds):
    X, y = clouds
    steps = list(reference.descend(X, y, 3, 0.2, 5))
    assert len(steps) == 6
    for epochs, (W, b, cost) in enumerate(steps):
        assert cost == pytest.approx(cross_entropy(X @ W + b, y), rel=1e-14)
        again = reference.train(X, y, 3, 0.2, epochs)
        np.testing.assert_array_equal(W, again[0])
        np.testing.assert_array_equal(b, again[1])
        assert again[2].tolist() == [cost for _, _, cost in steps[:epochs]]


def test_a_class_that_does_not_occur_gets_less_and_less(clouds):
    X, y = clouds
    W, b, _ = reference.train(X, y, 4, 0.5, 200)
    assert W.shape == (2, 4)
    assert softmax(reference.logits(W, b, X))[:, 3].max() < 0.1


# Decisions


def test_predict_takes_the_largest_logit_and_the_first_of_equal_ones():
    assert reference.predict([[1.0, 0.0, -1.0]], [0.0, 0.5, 0.0], [[2.0], [0.2], [-2.0]]).tolist() == [0, 1, 2]
    assert reference.predict(np.zeros((2, 3)), np.zeros(3), np.ones((4, 2))).tolist() == [0, 0, 0, 0]
    assert reference.predict([[1.0, 0.0]], [0.0, 0.0], [-3.0]) == 1


def test_blobs_and_iris_are_learned_as_the_chapter_says():
    from utils import datasets

    blobs = datasets.blobs()
    W, b, losses = reference.train(blobs.X, blobs.y, 4, 0.3, 100)
    assert np.mean(reference.predict(W, b, blobs.X) == blobs.y) > 0.98
    assert reference.predict(W, b, blobs.X[:2]).tolist() == [2, 0]
    iris = datasets.iris()
    X = (iris.X - iris.X.mean(axis=0)) / iris.X.std(axis=0)
    W, b, losses = reference.train(X, iris.y, 3, 1.0, 300)
    assert np.mean(reference.predict(W, b, X) == iris.y) > 0.96
    assert losses[-1] < 0.1


# Networks with hidden layers

SHAPES = [(2, 4), (3, 5, 4), (2, 25, 15, 4), (4, 4, 4, 4, 4), (1, 1, 1)]


def random_network(rng, sizes):
    layers = [(rng.normal(size=shape), rng.normal(size=shape[1])) for shape in itertools.pairwise(sizes)]
    return layers, rng.normal(size=(11, sizes[0])), rng.integers(sizes[-1], size=11)


def torch_network(weights):
    """The same network in PyTorch, in float64, put together without the module under test for weights."""
    torch = pytest.importorskip("torch")
    parts = []
    for W, b in weights:
        layer = torch.nn.Linear(*W.shape).double()
        layer.weight.data, layer.bias.data = torch.tensor(W.T.copy()), torch.tensor(b)
        parts += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*parts[:-1])


def of_torch(model, kind):
    parameters = [kind(parameter).detach().numpy().T for parameter in model.parameters()]
    return list(zip(parameters[::2], parameters[1::2], strict=True))


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
def test_logits_and_gradients_of_a_network_agree_with_pytorch(rng, sizes):
    torch = pytest.importorskip("torch")
    weights, X, y = random_network(rng, sizes)
    model = torch_network(weights)
    Z = model(torch.tensor(X))
    np.testing.assert_allclose(reference.forward(weights, X), Z.detach().numpy(), rtol=1e-12, atol=1e-12)
    torch.nn.functional.cross_entropy(Z, torch.tensor(y)).backward()
    theirs = of_torch(model, lambda parameter: parameter.grad)
    for ours, other in zip(reference.backward(weights, X, y), theirs, strict=True):
        assert all(relative_error(*parts) < 1e-11 for parts in zip(ours, other, strict=True))


def test_one_layer_is_softmax_regression(rng):
    W, b, X, y = random_model(rng)
    np.testing.assert_array_equal(reference.forward([(W, b)], X), reference.logits(W, b, X))
    for ours, other in zip(reference.backward([(W, b)], X, y)[0], reference.gradients(W, b, X, y), strict=True):
        np.testing.assert_array_equal(ours, other)


def test_a_closed_unit_gets_no_gradient_and_a_kink_the_left_slope():
    weights = [(np.array([[0.5]]), np.array([-0.5])), (np.array([[2.0, -2.0]]), np.zeros(2))]
    for x in ([[0.0]], [[1.0]]):  # closed, and exactly at the kink
        (dW, db), _ = reference.backward(weights, x, [0])
        assert dW.tolist() == [[0.0]] and db.tolist() == [0.0]


def test_training_a_network_goes_the_way_of_pytorch(rng):
    torch = pytest.importorskip("torch")
    weights, X, y = random_network(rng, (3, 8, 6, 4))
    batches = reference.mini_batches(len(y), 4, epochs=12, seed=1)
    model = torch_network(weights)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    trained, losses = reference.train_network(weights, X, y, 0.05, batches)
    for rows, ours in zip(batches, losses, strict=True):
        optimizer.zero_grad()
        cost = torch.nn.functional.cross_entropy(model(torch.tensor(X[rows])), torch.tensor(y[rows]))
        assert ours == pytest.approx(cost.item(), rel=1e-9)
        cost.backward()
        optimizer.step()
    theirs = of_torch(model, lambda parameter: parameter)
    for pair, other in zip(trained, theirs, strict=True):
        assert all(relative_error(*parts) < 1e-9 for parts in zip(pair, other, strict=True))


def test_a_network_in_float32_stays_there_and_the_input_is_left_alone(rng):
    weights, X, y = random_network(rng, (3, 5, 4))
    small = [(W.astype(np.float32), b.astype(np.float32)) for W, b in weights]
    before = [(W.copy(), b.copy()) for W, b in small]
    X = X.astype(np.float32)
    assert reference.forward(small, X).dtype == np.float32
    assert all(part.dtype == np.float32 for pair in reference.backward(small, X, y) for part in pair)
    trained, _ = reference.train_network(small, X, y, np.float32(0.1), reference.mini_batches(11, 3, 2, seed=0))
    assert all(part.dtype == np.float32 for pair in trained for part in pair)
    for pair, former in zip(small, before, strict=True):
        assert all(np.array_equal(*parts) for parts in zip(pair, former, strict=True))


def test_initial_weights_follow_glorot_and_their_seed():
    weights = reference.initial_weights((300, 200, 10), seed=3)
    assert [(W.shape, b.shape) for W, b in weights] == [((300, 200), (200,)), ((200, 10), (10,))]
    for W, b in weights:
        limit = np.sqrt(6 / sum(W.shape))
        assert 0.97 * limit < np.abs(W).max() <= limit
        assert W.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)
        assert not b.any()
    again, other = reference.initial_weights((300, 200, 10), seed=3), reference.initial_weights((300, 200, 10), seed=4)
    np.testing.assert_array_equal(again[0][0], weights[0][0])
    assert (other[0][0] != weights[0][0]).mean() > 0.99
    rounded = reference.initial_weights((300, 200, 10), seed=3, dtype=np.float32)
    np.testing.assert_array_equal(rounded[0][0], weights[0][0].astype(np.float32))


@pytest.mark.parametrize(("inputs", "count"), [(784, 20175), (400, 10575), (64, 2175)])
def test_the_number_of_parameters_of_25_15_10(inputs, count):
    assert reference.parameters(reference.initial_weights((inputs, 25, 15, 10), seed=0)) == count


@pytest.mark.parametrize(("m", "size"), [(10, 3), (9, 3), (5, 8), (1, 1)])
def test_mini_batches_use_every_example_once_in_an_epoch(m, size):
    batches = reference.mini_batches(m, size, epochs=3, seed=0)
    each = -(-m // size)
    assert len(batches) == 3 * each
    for epoch in range(3):
        used = np.concatenate(batches[epoch * each : (epoch + 1) * each])
        assert sorted(used.tolist()) == list(range(m))
    assert max(map(len, batches)) <= size
    for one, other in zip(batches, reference.mini_batches(m, size, epochs=3, seed=0), strict=True):
        np.testing.assert_array_equal(one, other)


NETWORK = [(np.ones((2, 3)), np.zeros(3)), (np.ones((3, 4)), np.zeros(4))]


@pytest.mark.parametrize(
    ("weights", "error", "words"),
    [
        ([], ValueError, "at least one layer"),
        (NETWORK[::-1], ValueError, "Layer 1 has 4 units and layer 2 expects 2"),
        ([NETWORK[0][0], NETWORK[0][1]], ValueError, "pairs"),
        ([(np.ones((2, 3)), np.zeros(2))], ValueError, "layer 1 have the shapes"),
        ([(np.ones(3), np.zeros(3))], ValueError, "belong together"),
        ([(np.ones((2, 3), complex), np.zeros(3))], TypeError, "real numbers"),
        ([(np.ones((2, 3)),)], ValueError, "pairs"),
    ],
    ids=["empty", "wrong order", "flat", "bias", "one axis", "complex", "no bias"],
)
def test_weights_that_are_no_network_are_refused(weights, error, words):
    with pytest.raises(error, match=words):
        reference.forward(weights, np.ones((1, 2)))


@pytest.mark.parametrize("sizes", [(3,), (2, 0), (2, 2.5), (True, 2)], ids=str)
def test_sizes_that_are_no_network_are_refused(sizes):
    with pytest.raises(ValueError, match="positive integers"):
        reference.initial_weights(sizes, seed=0)


def test_examples_and_labels_that_do_not_fit_a_network_are_refused():
    with pytest.raises(ValueError, match="one label"):
        reference.train_network(NETWORK, np.ones((3, 2)), [0, 1], 0.1, [])
    with pytest.raises(ValueError, match="label 4"):
        reference.train_network(NETWORK, np.ones((2, 2)), [0, 4], 0.1, [])
    with pytest.raises(ValueError, match="one example in each row"):
        reference.forward(NETWORK, np.ones(2))
    with pytest.raises(ValueError, match="empty"):
        reference.mini_batches(10, 0, 1, seed=0)


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
        reference.gradients(**{**GOOD, **bad})


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
        reference.train(**{**good, **bad})


@pytest.mark.benchmark(group="gradients of softmax regression, 2,000 x 2, 4 classes")
def test_speed_of_gradients(benchmark, rng):
    benchmark(reference.gradients, *random_model(rng, m=2000, n=2, K=4))
