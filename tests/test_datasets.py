"""The data sets are what their sources say, the same on every call, and need no network."""

import numpy as np
import pytest

from utils import datasets

EVERY = (datasets.blobs, datasets.iris)


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


def test_blobs_follow_the_recipe_of_source_000():
    data = datasets.blobs()
    assert data.X.shape == (2000, 2)
    assert np.bincount(data.y).tolist() == [500] * 4
    assert data.y[:2].tolist() == [2, 0]  # the classes of its first two points
    for index, centre in enumerate([(-5, 2), (-2, -2), (1, 2), (5, -2)]):
        own = data.X[data.y == index]
        np.testing.assert_allclose(own.mean(axis=0), centre, atol=0.15)
        np.testing.assert_allclose(own.std(axis=0), 1.0, atol=0.1)


def test_iris_is_fishers():
    data = datasets.iris()
    assert data.X.shape == (150, 4)
    assert data.classes == ("setosa", "versicolor", "virginica")
    assert data.features == ("sepal length", "sepal width", "petal length", "petal width")
    assert np.bincount(data.y).tolist() == [50] * 3
    assert data.X[0].tolist() == [5.1, 3.5, 1.4, 0.2]
    np.testing.assert_allclose(data.X.mean(axis=0), [5.8433, 3.0573, 3.758, 1.1993], atol=1e-4)
