"""Classes that can win and classes that cannot, against the corners of a convex hull."""

import numpy as np
import pytest
import scipy.spatial

from utils.reference import can_win, mixture_of_others

INSIDE = np.array([[2.0, -1.0, -1.0, 0.1], [0.0, 2.0, -2.0, 0.2]])


def test_the_corners_of_the_hull_win_and_no_others(rng):
    for width in (2, 3):
        W = rng.normal(size=(width, 12))
        corners = set(scipy.spatial.ConvexHull(W.T).vertices)
        assert {i for i in range(12) if can_win(W, i)} == corners


def test_exactly_one_of_the_two_programs_has_a_solution(rng):
    W = rng.normal(size=(3, 12))
    for i in range(12):
        shares = mixture_of_others(W, i)
        assert can_win(W, i) == (shares is None)
        if shares is not None:
            assert (shares >= 0).all() and shares.sum() == pytest.approx(1)
            np.testing.assert_allclose(np.delete(W, i, axis=1) @ shares, W[:, i], atol=1e-9)


def test_a_class_inside_never_wins_and_a_million_inputs_agree(rng):
    assert [can_win(INSIDE, i) for i in range(4)] == [True, True, True, False]
    winners = (rng.normal(size=(1_000_000, 2)) @ INSIDE).argmax(axis=1)
    assert set(winners) == {0, 1, 2}


def test_a_wide_layer_lets_everyone_win(rng):
    W = rng.normal(size=(8, 6))
    assert all(can_win(W, i) for i in range(6))


def test_twins_do_not_win_strictly_and_a_single_class_does():
    assert not can_win(np.array([[1.0, 1.0, 0.0]]), 0)
    assert can_win(np.array([[1.0]]), 0)
    assert mixture_of_others(np.array([[1.0]]), 0) is None


@pytest.mark.parametrize(
    ("W", "i"), [(np.ones(3), 0), (np.ones((2, 3)), 3), (np.ones((2, 3)), -1), (np.ones((2, 3)), 1.0)]
)
def test_what_is_no_class_is_refused(W, i):
    with pytest.raises(ValueError, match="a class in 0"):
        can_win(W, i)
