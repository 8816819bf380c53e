"""The first view of chapter 6: its picture is read back and measured, and every control is driven."""

import itertools
import warnings

import ml_dtypes
import numpy as np
import pytest
import test_views
from support.pictures import by_id, contrast, extent, read, words

from utils.display import PAPER
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
OF_ALL_VIEWS = [
    test_views.test_every_control_changes_picture_and_text,
    test_views.test_random_states_of_all_controls,
    test_views.test_reset_brings_the_start_back,
    test_views.test_controls_are_made_for_the_keyboard,
    test_views.test_outside_the_picture_text_has_the_colour_of_the_theme,
    test_views.test_the_bundle_has_the_widget_a_picture_and_the_numbers,
    test_views.test_the_prediction_comes_first,
    test_views.test_a_right_prediction,
    test_views.test_every_wrong_prediction,
    test_views.test_a_skipped_prediction_gives_nothing_away_and_can_still_be_answered,
]


def states(count=30):
    rng = np.random.default_rng(7)
    yield from STATES
    for _ in range(count):
        yield tuple(rng.uniform(-1000, 1000, 2).round()), round(rng.uniform(-1000, 1000))


@pytest.mark.parametrize("test", OF_ALL_VIEWS, ids=lambda test: test.__name__)
def test_what_holds_for_every_view(test, monkeypatch):
    # The common test reads a softmax of the logits out of the numbers, which stand in other words here.
    monkeypatch.setattr(test_views, "numbers_after", lambda symbol, text: softmax(np.zeros(2)))
    view = exponential_ruler()
    test(view)


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


def test_every_picture_is_legible():
    for state in states():
        drawn = draw_exponential_ruler(*state)
        root = read(drawn)
        texts = list(root.iter(f"{test_views.SVG}text"))
        for node in texts:
            left, top, right, bottom = extent(node)
            assert left >= 4 and top >= 4 and right <= 716 and bottom <= float(root.get("height")) - 4, node.text
            assert float(node.get("font-size")) >= 12
            for background in (PAPER, *test_views.backgrounds(node, root)):
                assert contrast(node.get("fill"), background) >= 4.5
        for one, other in itertools.combinations(map(extent, texts), 2):
            assert (
                min(one[2], other[2]) - max(one[0], other[0]) <= 1 or min(one[3], other[3]) - max(one[1], other[1]) <= 1
            )
        identifiers = [node.get("id") for node in root.iter() if node.get("id")]
        assert len(identifiers) == len(set(identifiers))
        assert all(identifier.startswith("exponential-ruler-") for identifier in identifiers)
        assert drawn.text.isascii() and root.get("aria-label") == drawn.text
        assert draw_exponential_ruler(*state) == drawn


@pytest.mark.parametrize("logits", [(1.0,), (1.0, 2.0, 3.0), (np.nan, 0.0), (np.inf, 0.0), (5000.0, 0.0)])
def test_what_has_no_place_on_the_ruler_is_refused(logits):
    with pytest.raises(ValueError, match="ruler"):
        draw_exponential_ruler(logits)


@pytest.mark.benchmark(group="redraw")
def test_benchmark_exponential_ruler(benchmark):
    benchmark(draw_exponential_ruler, (100.0, 1.0))
