"""The triangle of chapter 1: its point, its path and its regions are read back and compared with the softmax."""

import itertools

import numpy as np
import pytest
from support.pictures import SVG, by_id, corners, extent, inside, numbers_after, read, words
from support.view_contract import ViewContract, values_of

from utils.reference import softmax
from utils.views import draw_simplex, simplex

SIMPLEX_START = (2.0, 1.0, 0.1)
SIMPLEX_STATES = [
    *((z, 1.0) for z in itertools.product((-5.0, 0.0, 5.0), repeat=3)),
    *((z, T) for z in itertools.permutations((2.0, 1.0, 0.1)) for T in (0.1, 1.0, 10.0)),
    *((z, 0.3) for z in itertools.permutations((5.0, 4.8, -5.0))),
]


def random_states(count=40):
    """Pairs of logits and a temperature."""
    rng = np.random.default_rng(5)
    for _ in range(count):
        yield tuple(rng.uniform(-5, 5, 3).round(1)), float(10 ** rng.uniform(-1, 1))


class TestEveryView(ViewContract):
    def make(self):
        return simplex()

    def pictures(self):
        return [draw_simplex(*state) for state in [*SIMPLEX_STATES, *random_states()]]


def test_the_simplex_point_covers_no_label():
    for state in [*SIMPLEX_STATES, *random_states()]:
        drawn = draw_simplex(*state)
        point = by_id(drawn, "simplex-point")
        x, y, radius = (float(point.get(name)) for name in ("cx", "cy", "r"))
        for node in read(drawn).iter(f"{SVG}text"):
            left, top, right, bottom = extent(node)
            distance = np.hypot(max(left - x, 0, x - right), max(top - y, 0, y - bottom))
            assert distance >= radius - 1, (drawn.text, node.text)


def point(drawn):
    node = by_id(drawn, "simplex-point")
    return np.array([float(node.get("cx")), float(node.get("cy"))])


def path(drawn):
    return np.array(corners(by_id(drawn, "simplex-path")))


def place(probabilities):
    return np.asarray(probabilities) @ triangle_corners()


def triangle_corners():
    regions = [corners(by_id(draw_simplex(SIMPLEX_START), f"simplex-region-{index}")) for index in range(3)]
    return np.array([region[0] for region in regions])


def test_simplex_says_its_numbers():
    assert draw_simplex(SIMPLEX_START).text == (
        "z = [2.0, 1.0, 0.1], temperature 1.00: a = [0.659, 0.242, 0.099], sum 1.000, largest a0. "
        "As T falls to 0 the point goes to the corner of class 0."
    )


def test_the_triangle_is_equilateral():
    triangle = triangle_corners()
    sides = [np.hypot(*(triangle[one] - triangle[other])) for one, other in ((0, 1), (1, 2), (2, 0))]
    np.testing.assert_allclose(sides, 400, atol=0.02)


def test_the_point_agrees_with_the_reference_and_lies_in_its_region():
    for z, temperature in random_states():
        drawn = draw_simplex(z, temperature)
        expected = softmax(np.array(z), temperature=temperature)
        np.testing.assert_allclose(numbers_after("a", drawn.text), expected, atol=0.00101)
        np.testing.assert_allclose(point(drawn), place(expected), atol=0.02)
        ranked = np.sort(expected)
        if ranked[1] + 0.001 < ranked[2]:
            region = corners(by_id(drawn, f"simplex-region-{expected.argmax()}"))
            centre = np.mean(region, axis=0)
            assert inside(point(drawn) + 1e-3 * (centre - point(drawn)), region)


def test_the_path_runs_from_the_centre_to_the_cold_end_through_the_point():
    ends = [
        (SIMPLEX_START, (1, 0, 0)),
        ((-5.0, 5.0, -5.0), (0, 1, 0)),
        ((1.0, 2.0, 2.5), (0, 0, 1)),
        ((1.0, 1.0, -2.0), (0.5, 0.5, 0)),
        ((2.0, -3.0, 2.0), (0.5, 0, 0.5)),
        ((-2.0, 0.7, 0.7), (0, 0.5, 0.5)),
    ]
    for z, cold in ends:
        drawn = draw_simplex(z, 1.0)
        np.testing.assert_allclose(path(drawn)[0], place([1 / 3] * 3), atol=0.02)
        np.testing.assert_allclose(path(drawn)[-1], place(cold), atol=0.02)
        for temperature in (0.1, 0.5, 1.0, 10.0):
            offsets = path(drawn) - point(draw_simplex(z, temperature))
            assert np.hypot(*offsets.T).min() < 12


def test_the_path_is_smooth():
    for z, _ in random_states():
        steps = np.diff(path(draw_simplex(z)), axis=0)
        assert np.hypot(*steps.T).max() < 30


def test_three_equal_logits_stay_in_the_centre():
    drawn = draw_simplex((1.5, 1.5, 1.5), 0.1)
    np.testing.assert_allclose(point(drawn), place([1 / 3] * 3), atol=0.02)
    assert "simplex-path" not in drawn.svg
    assert drawn.text.endswith(
        "largest a0, a1 and a2. As T falls to 0 the point goes to the centre, where it is at every T."
    )


def test_ties_in_the_simplex_are_named():
    assert draw_simplex((2.0, -3.0, 2.0)).text.endswith(
        "largest a0 and a2. As T falls to 0 the point goes to the middle of the edge between class 0 and class 2."
    )


def test_the_triangle_names_its_corners_regions_and_scales():
    shown = words(draw_simplex(SIMPLEX_START))
    for index, sign in enumerate("₀₁₂"):
        assert f"class {index}" in shown
        assert f"a{sign} largest" in shown
        assert {f"a{sign} = {value}" for value in ("0.25", "0.50", "0.75")} <= set(shown)


@pytest.mark.parametrize("logits", [(1.0, 2.0), (1.0, 2.0, 3.0, 4.0), (np.nan, 0, 0), (np.inf, 0, 0)])
def test_the_simplex_refuses_what_it_cannot_place(logits):
    with pytest.raises(ValueError, match="three finite logits"):
        draw_simplex(logits)
    with pytest.raises(ValueError):
        draw_simplex(SIMPLEX_START, temperature=-1)


def test_the_sliders_set_the_logits_and_the_temperature():
    view, rng = simplex(), np.random.default_rng(12)
    for _ in range(50):
        for control in view.controls.values():
            control.value = rng.choice(values_of(control, rng)).item()
        state = view.state()
        expected = softmax(np.array([state[f"z{index}"] for index in range(3)]), temperature=state["temperature"])
        np.testing.assert_allclose(numbers_after("a", view.numbers.value), expected, atol=0.00101)


@pytest.mark.benchmark(group="redraw")
def test_benchmark_simplex(benchmark):
    benchmark(draw_simplex, SIMPLEX_START, 2.0)
