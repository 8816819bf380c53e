"""The view of chapter 10: its numbers against the softmax itself, its picture, and every control."""

import itertools
import re

import numpy as np
import pytest
from support.pictures import by_id, corners
from support.view_contract import ViewContract

from utils.reference import softmax
from utils.views import draw_sharpness, sharpness

STATES = [
    (1.0, 0.0),
    (1.0, 20.0),
    (2.0, 0.0),
    (10.0, 5.0),
    (1_000.0, 5.0),
    (1e6, 5.0),
    (1e6, 20.0),
    (1e6, 0.0),
    (2.0, 20.0),
]


def states(count=40):
    rng = np.random.default_rng(7)
    yield from STATES
    for _ in range(count):
        yield float(10 ** rng.uniform(0, 6)), round(rng.uniform(0, 20), 1)


class TestEveryView(ViewContract):
    def make(self):
        return sharpness()

    def pictures(self):
        return [draw_sharpness(*state) for state in states()]


def test_the_prediction_is_what_happens():
    assert draw_sharpness(10, 5.0).text == (
        "10 items, lead 5.0: the leader has 0.943, all others together 0.057, each of them 0.0064; "
        "a weight of 0.9 needs a lead of 4.39."
    )
    assert "the leader has 0.129," in draw_sharpness(1_000, 5.0).text
    assert (
        draw_sharpness(1, 5.0).text
        == "1 item, lead 5.0: the leader has 1.000; there are no others, and any lead is enough."
    )
    assert sharpness().prediction.answer == "It keeps about 0.13"


def test_the_bar_and_the_point_show_the_weight_of_a_softmax():
    for items, lead in states():
        n = round(items)
        expected = softmax(np.append(lead, np.zeros(n - 1)))[0]
        drawn = draw_sharpness(items, lead)
        leader, others = by_id(drawn, "sharpness-leader"), by_id(drawn, "sharpness-others")
        assert float(leader.get("height")) / float(others.get("height")) == pytest.approx(expected, abs=1e-4)
        assert by_id(drawn, "sharpness-point").get("cy") == leader.get("y")
        said = re.search(r"the leader has (>?)([\d.e-]+\d)", drawn.text)
        if said[1]:
            assert 0.9995 <= expected < 1
        else:
            assert float(said[2]) == pytest.approx(expected, rel=0.06, abs=6e-4)


def test_the_curve_passes_the_point():
    for items, lead in states():
        drawn = draw_sharpness(items, lead)
        curve = np.array(corners(by_id(drawn, "sharpness-curve")))
        point = by_id(drawn, "sharpness-point")
        height = np.interp(float(point.get("cx")), curve[:, 0], curve[:, 1])
        assert height == pytest.approx(float(point.get("cy")), abs=1)


def test_the_lead_that_is_named_is_enough():
    for items, lead in states():
        found = re.search(r"needs a lead of (-?[\d.]+)\.$", draw_sharpness(items, lead).text)
        if found:
            scores = np.append(float(found[1]), np.zeros(round(items) - 1))
            assert softmax(scores)[0] == pytest.approx(0.9, abs=1e-3)


@pytest.mark.parametrize("state", [(0.0, 5.0), (2e6, 5.0), (10.0, -1.0), (10.0, 21.0), (np.nan, 5.0), (10.0, np.nan)])
def test_what_lies_outside_of_the_scales_is_refused(state):
    with pytest.raises(ValueError, match="There can be"):
        draw_sharpness(*state)


@pytest.mark.benchmark(group="redraw")
def test_benchmark_sharpness(benchmark):
    leads = itertools.cycle(np.linspace(0.0, 20.0, 100))  # another one each time: nothing is remembered
    benchmark(lambda: draw_sharpness(1_000.0, next(leads)))
