"""Top-k, top-p and min-p against a search through all sets of classes; Gumbel-max against the chi-squared test."""

import itertools

import numpy as np
import pytest
import scipy.stats

from utils.reference import gumbel, gumbel_max, min_p, softmax, with_top_k, with_top_p


def best_sets(a):
    """All sets of classes of a distribution, with their total probability."""
    for size in range(1, len(a) + 1):
        for chosen in itertools.combinations(range(len(a)), size):
            yield list(chosen), a[list(chosen)].sum()


def renormalised(a, chosen):
    result = np.zeros_like(a)
    result[chosen] = a[chosen] / a[chosen].sum()
    return result


def test_top_k_keeps_the_k_that_hold_most(rng):
    for z in rng.normal(scale=2, size=(20, 5)):
        a = softmax(z)
        for k in range(1, 6):
            chosen, _ = max((found for found in best_sets(a) if len(found[0]) == k), key=lambda found: found[1])
            np.testing.assert_allclose(with_top_k(z, k), renormalised(a, chosen), rtol=1e-12)


def test_top_p_keeps_the_fewest_that_reach_p(rng):
    for z in rng.normal(scale=2, size=(20, 5)):
        a = softmax(z)
        for p in (0.01, 0.3, 0.5, 0.9, 0.99):
            enough = [found for found in best_sets(a) if found[1] >= p]
            fewest = min(len(chosen) for chosen, _ in enough)
            chosen, _ = max((found for found in enough if len(found[0]) == fewest), key=lambda found: found[1])
            np.testing.assert_allclose(with_top_p(z, p), renormalised(a, chosen), rtol=1e-12)


def test_min_p_keeps_what_has_a_share_of_the_largest_probability(rng):
    for z in rng.normal(scale=2, size=(20, 5)):
        a = softmax(z)
        for m in (0.001, 0.05, 0.3, 0.9, 1.0):
            chosen = [k for k in range(5) if a[k] / max(a) >= m]
            np.testing.assert_allclose(min_p(z, m), renormalised(a, chosen), rtol=1e-12)


def test_min_p_keeps_ties_for_the_largest_and_works_far_out():
    np.testing.assert_array_equal(min_p([3.0, 3.0, 1.0], 1.0), [0.5, 0.5, 0])
    np.testing.assert_array_equal(min_p([1e6, 0.0, -1e6], 1e-300), [1, 0, 0])
    np.testing.assert_array_equal(min_p([-1e6, -1e6 - 2], 0.2), [1, 0])


def test_everything_stays_with_all_classes_or_a_p_of_1(rng):
    Z = rng.normal(scale=2, size=(6, 4))
    np.testing.assert_allclose(with_top_k(Z, 4), softmax(Z), rtol=1e-14)
    np.testing.assert_allclose(with_top_p(Z, 1), softmax(Z), rtol=1e-14)


def test_rows_of_a_batch_are_cut_one_by_one(rng):
    Z = rng.normal(scale=2, size=(3, 4, 5))
    for function, value in ((with_top_k, 2), (with_top_p, 0.7), (min_p, 0.2)):
        expected = [[function(row, value) for row in rows] for rows in Z]
        np.testing.assert_array_equal(function(Z, value), expected)


def test_one_class_always_stays():
    z = np.array([1000.0, 0.0, -1000.0])
    for p in (1e-300, 0.5, 0.999):
        np.testing.assert_array_equal(with_top_p(z, p), [1, 0, 0])
    np.testing.assert_array_equal(with_top_k(z, 1), [1, 0, 0])


def test_ties():
    np.testing.assert_allclose(with_top_p(np.zeros(4), 0.6), [1 / 3, 1 / 3, 1 / 3, 0])
    np.testing.assert_allclose(with_top_k(np.zeros(4), 2), [0.25] * 4)


def test_float32_stays():
    assert with_top_k(np.ones(3, np.float32), 2).dtype == np.float32
    assert with_top_p(np.ones(3, np.float32), 0.5).dtype == np.float32


@pytest.mark.parametrize("k", [0, 4, -1, 1.0, True])
def test_a_k_that_is_no_number_of_classes_is_refused(k):
    with pytest.raises(ValueError, match="can stay"):
        with_top_k(np.zeros(3), k)


@pytest.mark.parametrize("p", [0, -0.1, 1.1, np.nan])
def test_a_p_that_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match="above 0"):
        with_top_p(np.zeros(3), p)


def test_the_noise_has_the_gumbel_distribution(rng):
    assert scipy.stats.kstest(gumbel(rng.random(20_000)), scipy.stats.gumbel_r.cdf).pvalue > 0.01


@pytest.mark.parametrize("z", [[2.0, 1.0, 0.1], [1000.0, 999.0], [-800.0, -800.0, -801.0, -802.5]], ids=str)
def test_the_largest_with_noise_is_drawn_as_softmax_says(rng, z):
    draws = gumbel_max(np.tile(z, (50_000, 1)), rng.random((50_000, len(z))))
    counts = np.bincount(draws, minlength=len(z))
    assert scipy.stats.chisquare(counts, 50_000 * softmax(np.array(z))).pvalue > 0.01


def test_one_vector_gives_one_class_and_a_uniform_zero_does_no_harm():
    assert gumbel_max([0.0, 5.0], [0.5, 0.0]) == 0


def test_each_logit_needs_its_own_uniform_number():
    with pytest.raises(ValueError, match="of its own"):
        gumbel_max(np.zeros((2, 3)), np.zeros(3))
