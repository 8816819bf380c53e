"""The first view of chapter 6: its picture is read back and measured, and every control is driven."""

import itertools
import warnings

import ml_dtypes
import numpy as np
import pytest
from support.pictures import by_id, words
from support.view_contract import ViewContract

from utils.reference import softmax
from utils.views import draw_exponential_ruler, exponential_ruler
from utils.views.exponential_ruler_view import FORMATS

START = (100.0, 40.0)
STATES = [
    (START, 0.0),
    (START, -100.0),
    ((1000.0, 1000.0), 1000.0),
    ((-1000.0, -1000.0), -1000.0),
    ((1000.0, -1000.0), 0.0),
    ((-1000.0, 1000.0), 0.0),
    ((0.0, 0.0), 0.0),
    ((-95.0, -100.0), 0.0),
    ((10.0, 12.0), 0.0),
]


def states(count=30):
    rng = np.random.default_rng(7)
    yield from STATES
    for _ in range(count):
        yield tuple(rng.uniform(-1000, 1000, 2).round()), round(rng.uniform(-1000, 1000))


class TestEveryView(ViewContract):
    def make(self):
        return exponential_ruler()

    def pictures(self):
        return [draw_exponential_ruler(*state) for state in states()]


def test_the_prediction_is_what_happens():
    text = draw_exponential_ruler(START).text
    assert text == (
        "z = [100.0, 40.0], shift 0.0: exponents [100.0, 40.0]. "
        "float16: powers infinite and infinite, softmax without value and without value; "
        "bfloat16: powers infinite and 2.35e+17, softmax without value and 0; "
        "float32: powers infinite and 2.35e+17, softmax without value and 0; "
        "float64: powers 2.69e+43 and 2.35e+17, softmax 1 and 8.76e-27."
    )
    assert exponential_ruler().prediction.answer == "In float16, bfloat16 and float32"
    assert "without value" not in draw_exponential_ruler(START, -100.0).text


@pytest.mark.parametrize("name", FORMATS)
def test_the_lane_is_green_where_the_format_has_all_digits(name):
    dtype = FORMATS[name]
    numbers = ml_dtypes.finfo(dtype)
    lane = by_id(draw_exponential_ruler(START), f"exponential-ruler-{name}-whole")
    start, end = float(lane.get("x")), float(lane.get("x")) + float(lane.get("width"))
    for exponent in np.linspace(-1000, 1000, 401):
        drawn = draw_exponential_ruler((exponent, 0.0))
        place = float(by_id(drawn, f"exponential-ruler-{name}-0").get("cx"))
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            power = float(np.exp(dtype(exponent)))
        whole = float(numbers.smallest_normal) <= power <= float(numbers.max)
        near_a_limit = min(abs(place - start), abs(place - end)) < 2
        assert near_a_limit or whole == (start < place < end), exponent


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("float16", "−17.3", "11.1"),
        ("bfloat16", "−92.9", "88.7"),
        ("float32", "−104.0", "88.7"),
        ("float64", "−745.1", "709.8"),
    ],
)
def test_the_limits_are_written(name, lowest, highest):
    with np.errstate(all="ignore"):
        powers = np.exp(np.array([float(lowest.replace("−", "-")), float(highest)]) * 1.01).astype(FORMATS[name])
    assert powers.astype(float).tolist() == [0.0, np.inf]
    assert {lowest, highest} <= set(words(draw_exponential_ruler(START)))


def test_exponents_stand_in_order_on_the_ruler():
    places = [
        float(by_id(draw_exponential_ruler((z, 0.0)), "exponential-ruler-float32-0").get("cx"))
        for z in range(-1000, 1001, 25)
    ]
    assert all(left < right for left, right in itertools.pairwise(places))
    assert places[0] + places[-1] == pytest.approx(2 * places[40], abs=0.1)


def test_float64_agrees_with_the_reference_where_nothing_overflows():
    for logits, shift in states():
        if max(abs(z + shift) for z in logits) < 700:
            drawn = draw_exponential_ruler(logits, shift)
            shares = drawn.text.rpartition("softmax ")[2].rstrip(".").split(" and ")
            np.testing.assert_allclose([float(share) for share in shares], softmax(np.array(logits)), rtol=6e-3)


@pytest.mark.parametrize("logits", [(1.0,), (1.0, 2.0, 3.0), (np.nan, 0.0), (np.inf, 0.0), (5000.0, 0.0)])
def test_what_has_no_place_on_the_ruler_is_refused(logits):
    with pytest.raises(ValueError, match="ruler"):
        draw_exponential_ruler(logits)


@pytest.mark.benchmark(group="redraw")
def test_benchmark_exponential_ruler(benchmark):
    benchmark(draw_exponential_ruler, (100.0, 1.0))
