"""Sparsemax against a search through all supports, and against the conditions of a projection."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.reference import softmax, sparsemax


def nearest_of_all(z):
    """The nearest point of the simplex, by trying every set of classes that might stay above 0."""
    found = []
    for size in range(1, len(z) + 1):
        for chosen in itertools.combinations(range(len(z)), size):
            p = np.zeros(len(z))
            p[list(chosen)] = z[list(chosen)] - (z[list(chosen)].sum() - 1) / size
            if (p >= 0).all():
                found.append(p)
    return min(found, key=lambda p: ((p - z) ** 2).sum())


def test_it_is_the_nearest_of_all(rng):
    for scale in (0.1, 1.0, 5.0):
        for z in rng.normal(scale=scale, size=(20, 5)):
            np.testing.assert_allclose(sparsemax(z), nearest_of_all(z), atol=1e-12)


def test_no_point_of_the_simplex_is_nearer(rng):
    z = rng.normal(size=6)
    points = rng.dirichlet(np.full(6, 0.3), size=5_000)
    assert (((points - z) ** 2).sum(axis=1) >= ((sparsemax(z) - z) ** 2).sum()).all()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
def test_the_result_is_a_distribution_that_keeps_the_order(z):
    p = sparsemax(z)
    assert p.sum() == pytest.approx(1, abs=1e-9)
    assert (p >= 0).all()
    order = np.argsort(z)
    assert (np.diff(p[order]) >= -1e-9).all()


def test_two_classes_are_a_ramp():
    gaps = np.linspace(-3, 3, 61)
    expected = np.clip((1 + gaps) / 2, 0, 1)
    np.testing.assert_allclose(sparsemax(np.stack([gaps, 0 * gaps], axis=1))[:, 0], expected, atol=1e-14)


def test_a_shift_changes_nothing_however_large():
    z = np.array([1.0, 0.5, -3.0])
    np.testing.assert_allclose(sparsemax(z + 2.0**40), sparsemax(z), atol=1e-15)


def test_rows_types_and_inputs(rng):
    Z = rng.normal(size=(3, 3)).astype(np.float32)
    before = Z.copy()
    result = sparsemax(Z)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, [sparsemax(row) for row in Z])
    np.testing.assert_array_equal(Z, before)
    np.testing.assert_array_equal(sparsemax([1, 3, 2]), [0, 1, 0])
    np.testing.assert_array_equal(sparsemax([7]), [1])


def test_exact_zeros_where_softmax_has_none():
    z = np.array([1.0, 0.8, -2.0])
    assert sparsemax(z)[2] == 0 < softmax(z)[2]
