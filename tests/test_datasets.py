"""The data sets are what their sources say, the same on every call, and need no connection."""

import numpy as np
import pytest

from utils import datasets

EVERY = (datasets.blobs, datasets.rings, datasets.iris, datasets.digits)


@pytest.mark.parametrize("load", EVERY, ids=lambda load: load.__name__)
def test_a_data_set_is_whole_and_says_where_it_comes_from(load):
    data = load()
    assert data.X.dtype == np.float64 and data.X.ndim == 2
    assert data.y.dtype.kind == "i" and data.y.shape == (len(data.X),)
    assert data.X.shape[1] == len(data.features)
    assert set(data.y.tolist()) == set(range(data.K))
    assert np.isfinite(data.X).all()
    assert len(data.origin.split()) >= 5
    assert all(isinstance(name, str) for name in (*data.features, *data.classes))


@pytest.mark.parametrize("load", EVERY, ids=lambda load: load.__name__)
def test_a_data_set_is_the_same_at_every_call_and_belongs_to_the_caller(load):
    first = load()
    first.X[:] = 0
    first.y[:] = 0
    second, third = load(), load()
    assert second.X.any() and second.y.any()
    np.testing.assert_array_equal(second.X, third.X)
    np.testing.assert_array_equal(second.y, third.y)


def test_blobs_follow_the_recipe_of_the_lab_on_softmax():
    data = datasets.blobs()
    assert data.X.shape == (2000, 2)
    assert np.bincount(data.y).tolist() == [500] * 4
    assert data.y[:2].tolist() == [2, 0]  # the classes of its first two points
    for index, centre in enumerate([(-5, 2), (-2, -2), (1, 2), (5, -2)]):
        own = data.X[data.y == index]
        np.testing.assert_allclose(own.mean(axis=0), centre, atol=0.15)
        np.testing.assert_allclose(own.std(axis=0), 1.0, atol=0.1)


def test_rings_lie_one_inside_the_other():
    data = datasets.rings()
    radius = np.linalg.norm(data.X, axis=1)
    assert np.bincount(data.y).tolist() == [200, 200]
    assert radius[data.y == 1].max() < radius[data.y == 0].min()
    np.testing.assert_allclose([radius[data.y == k].mean() for k in range(2)], [1.0, 0.4], atol=0.05)


def test_iris_is_fishers():
    data = datasets.iris()
    assert data.X.shape == (150, 4)
    assert data.classes == ("setosa", "versicolor", "virginica")
    assert data.features == ("sepal length", "sepal width", "petal length", "petal width")
    assert np.bincount(data.y).tolist() == [50] * 3
    assert data.X[0].tolist() == [5.1, 3.5, 1.4, 0.2]
    np.testing.assert_allclose(data.X.mean(axis=0), [5.8433, 3.0573, 3.758, 1.1993], atol=1e-4)


def test_digits_are_those_of_the_uci_repository():
    data = datasets.digits()
    assert data.X.shape == (1797, 64) and data.K == 10
    assert data.X.min() == 0 and data.X.max() == 1
    assert set((data.X * 16).ravel().tolist()) == set(map(float, range(17)))
    assert data.y[:10].tolist() == list(range(10))
    assert np.bincount(data.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_three_parts_hold_every_example_once():
    data = datasets.digits()
    parts = datasets.in_three(data)
    assert [len(part.y) for part in parts] == [1079, 359, 359]
    found = np.concatenate([np.column_stack([part.X, part.y]) for part in parts])
    whole = np.column_stack([data.X, data.y])
    assert sorted(map(tuple, found)) == sorted(map(tuple, whole))
    assert all(part.classes == data.classes and len(np.unique(part.y)) == 10 for part in parts)


def test_enlarged_pictures_keep_their_ink_where_it_was():
    rng = np.random.default_rng(0)
    small = rng.uniform(size=(3, 64)).astype(np.float32)
    large = datasets.enlarged(small).reshape(3, 28, 28)
    assert large.dtype == np.float32
    np.testing.assert_array_equal(large[:, 3:26:3, 3:26:3], small.reshape(3, 8, 8))  # the middle of each 3×3
    np.testing.assert_allclose(large.sum(axis=(1, 2)), 9 * small.sum(axis=1), rtol=1e-5)
    assert not large[:, :2].any() and not large[:, :, -2:].any()
    with pytest.raises(ValueError, match="8×8"):
        datasets.enlarged(np.zeros((2, 784)))


def small_mnist(folder, **changes):
    rng = np.random.default_rng(1)
    parts = {
        "x_train": rng.integers(256, size=(6, 28, 28)).astype(np.uint8),
        "y_train": np.arange(6, dtype=np.uint8),
        "x_test": rng.integers(256, size=(2, 28, 28)).astype(np.uint8),
        "y_test": np.array([9, 8], dtype=np.uint8),
    }
    parts |= changes
    np.savez(folder / "mnist.npz", **parts)
    return folder / "mnist.npz", parts


def test_mnist_is_read_from_a_file_of_its_format(tmp_path):
    file, parts = small_mnist(tmp_path)
    train, test = datasets.mnist(file)
    assert train.X.shape == (6, 784) and test.X.shape == (2, 784) and train.K == 10
    assert train.X.dtype == np.float32 and train.y.dtype == np.int64
    np.testing.assert_array_equal((train.X.reshape(6, 28, 28) * 255).round(), parts["x_train"])
    assert train.y.tolist() == list(range(6)) and test.y.tolist() == [9, 8]


def test_mnist_comes_from_keras_where_no_file_is_given(tmp_path, monkeypatch):
    pytest.importorskip("keras")
    from keras.datasets import mnist

    _, parts = small_mnist(tmp_path)
    pairs = (parts["x_train"], parts["y_train"]), (parts["x_test"], parts["y_test"])
    monkeypatch.setattr(mnist, "load_data", lambda: pairs)
    train, test = datasets.mnist()
    assert len(train.y) == 6 and len(test.y) == 2


def test_mnist_without_a_connection_says_what_to_do(monkeypatch):
    pytest.importorskip("keras")
    from keras.datasets import mnist

    def unreachable():
        raise Exception("URL fetch failure on https://storage.googleapis.com: None -- Name or service not known")

    monkeypatch.setattr(mnist, "load_data", unreachable)
    with pytest.raises(datasets.NotAvailable, match=r"URL fetch failure(.|\n)*datasets\.digits\(\)"):
        datasets.mnist()


@pytest.mark.parametrize("what", ["missing", "no archive", "names", "pictures"])
def test_a_file_that_is_no_mnist_is_refused(tmp_path, what):
    file, _ = small_mnist(tmp_path)
    if what == "missing":
        file = tmp_path / "elsewhere.npz"
    elif what == "no archive":
        file.write_bytes(b"not found")
    elif what == "names":
        np.savez(file, x_train=np.zeros(3))
    else:
        small_mnist(tmp_path, x_train=np.zeros((6, 8, 8), np.uint8))
    with pytest.raises(datasets.NotAvailable, match="MNIST"):
        datasets.mnist(file)
