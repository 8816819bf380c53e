"""The views: every control is driven, and every picture is read back as XML and measured."""

import base64
import itertools
import re
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from html import unescape

import ipywidgets as widgets
import numpy as np
import pytest
from support.pictures import SVG, backgrounds, by_id, contrast, corners, extent, inside, numbers_after, read, words

from utils import views
from utils.display import COLOURS, INK, PAPER, QUIET
from utils.reference import softmax
from utils.views import draw_simplex, draw_softmax_bars, jacobian_heatmap, simplex, softmax_bars
from utils.views.shell import Prediction, View
from utils.views.svg import Picture, coordinate, decimal, label, listing, picture, probability, rectangle, tint

VIEWS = {"softmax-bars": softmax_bars, "simplex": simplex, "jacobian-heatmap": jacobian_heatmap}
BARS_START = (2.0, 1.0, 0.1, -1.0)
SIMPLEX_START = (2.0, 1.0, 0.1)

BAR_STATES = [
    (BARS_START, 0.0, 1.0),
    ((-5.0,) * 4, 0.0, 1.0),
    ((5.0, -5.0, -5.0, -5.0), 0.0, 0.1),
    ((5.0, 5.0, -5.0, 0.0), 20.0, 10.0),
    ((-5.0, 4.9, 0.0, -0.1), -20.0, 0.1),
]
SIMPLEX_STATES = [
    *((z, 1.0) for z in itertools.product((-5.0, 0.0, 5.0), repeat=3)),
    *((z, T) for z in itertools.permutations((2.0, 1.0, 0.1)) for T in (0.1, 1.0, 10.0)),
    *((z, 0.3) for z in itertools.permutations((5.0, 4.8, -5.0))),
]


def random_states(K, count=40):
    rng = np.random.default_rng(5)
    for _ in range(count):
        yield (
            tuple(rng.uniform(-5, 5, K).round(1)),
            round(rng.uniform(-20, 20), 1),
            float(10 ** rng.uniform(-1, 1)),
        )


def all_pictures():
    yield from (draw_softmax_bars(*state) for state in BAR_STATES)
    yield from (draw_softmax_bars(*state) for state in random_states(4))
    yield from (draw_simplex(*state) for state in SIMPLEX_STATES)
    yield from (draw_simplex(z, T) for z, _, T in random_states(3))


@pytest.fixture(params=VIEWS)
def view(request):
    return VIEWS[request.param]()


# Every picture


def test_pictures_are_whole_and_speak():
    for drawn in all_pictures():
        root = read(drawn)
        name = root.find(f"{SVG}g").get("id").removesuffix("-shapes")
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        assert root.get("aria-label") == drawn.text
        assert root.find(f"{SVG}title").text
        assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
        assert "\n" not in drawn.text
        assert drawn.text.isascii()
        page = root.find(f"{SVG}rect")
        assert (page.get("width"), page.get("height"), page.get("fill")) == (
            root.get("width"),
            root.get("height"),
            PAPER,
        )
        identifiers = [node.get("id") for node in root.iter() if node.get("id")]
        assert len(identifiers) == len(set(identifiers))
        assert all(identifier.startswith(f"{name}-") for identifier in identifiers)
        assert not re.search(r"\b(nan|inf)\b", drawn.svg, re.IGNORECASE)


def test_text_is_legible():
    for drawn in all_pictures():
        root = read(drawn)
        for node in root.iter(f"{SVG}text"):
            assert float(node.get("font-size")) >= 12
            for background in backgrounds(node, root):
                assert contrast(node.get("fill"), background) >= 4.5, (node.text, background)


def test_labels_are_drawn_last_and_lie_within_the_page():
    for drawn in all_pictures():
        root = read(drawn)
        tags = [node.tag for node in root.iter() if node.tag != f"{SVG}g"]
        assert set(tags[tags.index(f"{SVG}text") :]) == {f"{SVG}text"}
        for node in root.iter(f"{SVG}text"):
            left, top, right, bottom = extent(node)
            assert left >= 4 and top >= 4, node.text
            assert right <= float(root.get("width")) - 4 and bottom <= float(root.get("height")) - 4, node.text


def test_labels_keep_apart():
    for drawn in all_pictures():
        boxes = [("".join(node.itertext()), extent(node)) for node in read(drawn).iter(f"{SVG}text")]
        for (one, a), (other, b) in itertools.combinations(boxes, 2):
            overlap = min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1
            assert not overlap, (drawn.text, one, other)


def test_the_simplex_point_covers_no_label():
    for state in [*SIMPLEX_STATES, *((z, T) for z, _, T in random_states(3))]:
        drawn = draw_simplex(*state)
        point = by_id(drawn, "simplex-point")
        x, y, radius = (float(point.get(name)) for name in ("cx", "cy", "r"))
        for node in read(drawn).iter(f"{SVG}text"):
            left, top, right, bottom = extent(node)
            distance = np.hypot(max(left - x, 0, x - right), max(top - y, 0, y - bottom))
            assert distance >= radius - 1, (drawn.text, node.text)


def test_the_same_state_gives_the_same_bytes():
    for first, second in zip(all_pictures(), all_pictures(), strict=True):
        assert first == second


# Softmax bars


def test_bars_say_their_numbers():
    assert draw_softmax_bars(BARS_START).text == (
        "z = [2.0, 1.0, 0.1, -1.0], shift 0.0, temperature 1.00: "
        "a = [0.638, 0.235, 0.095, 0.032], sum 1.000, largest a0."
    )


def test_bars_agree_with_the_reference():
    for logits, shift, temperature in [*BAR_STATES, *random_states(4)]:
        drawn = draw_softmax_bars(logits, shift, temperature)
        expected = softmax(np.array(logits), temperature=temperature)
        np.testing.assert_allclose(numbers_after("a", drawn.text), expected, atol=0.00101)
        assert numbers_after("z", drawn.text) == list(logits)
        bars = [by_id(drawn, f"softmax-bars-activation-{index}") for index in range(4)]
        heights = np.array([float(bar.get("height")) for bar in bars])
        np.testing.assert_allclose(heights / heights.sum(), expected, atol=1e-3)
        assert [bar.get("fill") for bar in bars] == list(COLOURS[:4])


def test_a_shift_moves_the_left_panel_alone():
    def bars(drawn, kind):
        nodes = [by_id(drawn, f"softmax-bars-{kind}-{index}") for index in range(4)]
        return [(node.get("y"), node.get("height")) for node in nodes]

    for logits, shift, temperature in random_states(4):
        plain, shifted = draw_softmax_bars(logits, 0.0, temperature), draw_softmax_bars(logits, shift, temperature)
        assert bars(plain, "activation") == bars(shifted, "activation")
        assert numbers_after("a", plain.text) == numbers_after("a", shifted.text)
        assert bars(plain, "logit") != bars(shifted, "logit")


def test_bars_of_negative_logits_hang_below_the_zero_line():
    drawn = draw_softmax_bars((3.0, -3.0, 0.0, -5.0))
    up, down, none, deepest = (by_id(drawn, f"softmax-bars-logit-{index}") for index in range(4))
    zero = float(up.get("y")) + float(up.get("height"))
    assert float(down.get("y")) == float(deepest.get("y")) == pytest.approx(zero)
    assert up.get("height") == down.get("height")
    assert float(none.get("height")) == 0
    assert float(deepest.get("height")) > float(down.get("height"))
    (value,) = [node for node in read(drawn).iter(f"{SVG}text") if node.text == "−3.0"]
    assert float(value.get("y")) > float(down.get("y")) + float(down.get("height"))


def scale(drawn, words_of_ticks):
    """Pixels of the tick labels' heights, shape (ticks,), each moved from its baseline to its line."""
    found = {"".join(node.itertext()): float(node.get("y")) - 4 for node in read(drawn).iter(f"{SVG}text")}
    return np.array([found[words] for words in words_of_ticks])


def test_bars_and_shift_line_are_true_to_the_ticks():
    drawn = draw_softmax_bars(BARS_START, 3.0)
    zero, one = scale(drawn, ("0.00", "1.00"))
    for index, expected in enumerate(softmax(np.array(BARS_START))):
        bar = by_id(drawn, f"softmax-bars-activation-{index}")
        top, bottom = float(bar.get("y")), float(bar.get("y")) + float(bar.get("height"))
        assert bottom == pytest.approx(zero, abs=0.02)
        assert (top - zero) / (one - zero) == pytest.approx(expected, abs=1e-3)
    bottom, top = scale(drawn, ("−6", "6"))
    line = by_id(drawn, "softmax-bars-shift")
    heights = [float(line.get("y1")), *(float(by_id(drawn, f"softmax-bars-logit-{i}").get("y")) for i in range(3))]
    values = -6 + 12 * (np.array(heights) - bottom) / (top - bottom)
    np.testing.assert_allclose(values, [3.0, 5.0, 4.0, 3.1], atol=0.01)
    assert line.get("y1") == line.get("y2")


def test_values_are_written_beside_their_bars():
    for state in [*BAR_STATES, *random_states(4)]:
        root = read(draw_softmax_bars(*state))
        bars = [node for node in root.iter(f"{SVG}rect") if node.get("id")]
        for text, bar in itertools.product(root.iter(f"{SVG}text"), bars):
            left, top, right, bottom = extent(text)
            (x1, y1), _, (x2, y2), _ = corners(bar)
            assert min(right, x2) - max(left, x1) <= 0 or min(bottom, y2) - max(top, y1) <= 0.5, (state, text.text)


def test_bars_stay_in_their_panel_for_any_logits():
    for logits in ((0.0,) * 4, (300.0, -1000.0, 0.0, 1.0)):
        for index in range(4):
            bar = by_id(draw_softmax_bars(logits), f"softmax-bars-logit-{index}")
            assert float(bar.get("y")) >= 60
            assert float(bar.get("y")) + float(bar.get("height")) <= 250


def test_the_largest_activation_is_named():
    assert words(draw_softmax_bars(BARS_START)).count("▲ largest") == 1
    tied = draw_softmax_bars((1.0, 1.0, 0.0, 1.0), shift=0.3)
    assert tied.text.endswith("largest a0, a1 and a3.")
    assert words(tied).count("▲ tied") == 3


@pytest.mark.parametrize("logits", [(np.nan, 0, 0, 0), (np.inf, 0, 0, 0)])
def test_bars_refuse_what_is_no_number(logits):
    with pytest.raises(ValueError, match="finite"):
        draw_softmax_bars(logits)
    with pytest.raises(ValueError):
        draw_softmax_bars(BARS_START, temperature=0)


# Simplex


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
    for z, _, temperature in random_states(3):
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
    for z, _, _ in random_states(3):
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


# The shell: every control


def ends(control):
    if isinstance(control, widgets.FloatLogSlider):
        return control.base**control.min, control.base**control.max
    return control.min, control.max


def shown(view):
    return view.picture.value, view.numbers.value


def test_every_control_changes_picture_and_text(view):
    rng = np.random.default_rng(11)
    for name, control in view.controls.items():
        low, high = ends(control)
        for value in (low, high, *rng.uniform(low, high, 5).round(1)):
            before, changed = shown(view), control.value != value
            control.value = value
            after = shown(view)
            assert view.error.value == ""
            assert changed == (before[0] != after[0]) == (before[1] != after[1]), (name, value)
            assert ElementTree.fromstring(after[0]).get("aria-label") in unescape(after[1])


def test_random_states_of_all_controls(view):
    rng = np.random.default_rng(12)
    for _ in range(50):
        for control in view.controls.values():
            control.value = rng.uniform(*ends(control))
        assert view.error.value == ""
        state = view.state()
        if "temperature" in state:  # a softmax of the logits that the sliders set
            logits = [value for name, value in state.items() if name.startswith("z")]
            expected = softmax(np.array(logits), temperature=state["temperature"])
            np.testing.assert_allclose(numbers_after("a", view.numbers.value), expected, atol=0.00101)


def test_reset_brings_the_start_back(view):
    start, picture_at_start = view.state(), shown(view)
    for control in view.controls.values():
        control.value = ends(control)[1]
    assert shown(view) != picture_at_start
    view.reset_button.click()
    assert view.state() == start
    assert shown(view) == picture_at_start


def test_controls_are_made_for_the_keyboard(view):
    for control in view.controls.values():
        assert control.description and control.tooltip
        assert control.continuous_update and not control.disabled
        assert control.tabbable is not False
        low, high = (control.min, control.max)
        steps = (high - low) / control.step
        assert steps == pytest.approx(round(steps)) and 20 <= steps <= 400
        assert 'aria-live="polite"' in view.numbers.value
    names = [control.description for control in view.controls.values()]
    assert len(names) == len(set(names))
    buttons = (view.reset_button, view.answer_button, view.skip_button)
    assert all(button.description and button.tooltip for button in buttons)


def test_outside_the_picture_text_has_the_colour_of_the_theme(view):
    view.choices.value = view.prediction.answer
    view.answer_button.click()
    question = view.children[0].children[0]
    for part in (question, view.verdict, view.numbers):
        assert not re.search(r"colou?r|background", part.value.split(">")[0])


# The shell: what is stored


def test_the_bundle_has_the_widget_a_picture_and_the_numbers(view):
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == view.model_id
    alternative, data = re.fullmatch(
        r'<img alt="([^"<>]*)" src="data:image/svg\+xml;base64,([^"]*)">', bundle["text/html"]
    ).groups()
    assert unescape(alternative) == bundle["text/plain"]
    assert bundle["text/plain"] in unescape(view.numbers.value)
    assert base64.b64decode(data).decode("utf-8") == view.picture.value


@pytest.mark.parametrize("make", VIEWS.values(), ids=VIEWS)
def test_two_views_store_the_same_bytes(make):
    first, second = (make()._repr_mimebundle_() for _ in range(2))
    assert first["text/html"] == second["text/html"]
    assert first["text/plain"] == second["text/plain"]


def test_a_picture_shows_itself():
    bundle = draw_simplex(SIMPLEX_START)._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/html"].startswith("<img alt=")


# The shell: errors, predictions, threads


def small_view(draw, prediction=None):
    return View(draw, {"x": widgets.FloatSlider(value=1.0, min=-5, max=5, description="x")}, prediction)


def small_picture(x):
    return picture("small", "A square", 40, 40, [rectangle(0, 0, abs(x), 4, INK)], [], f"x < {x}")


def test_an_error_is_shown_and_cleared():
    def draw(x):
        if x < 0:
            raise ValueError("no root of <negative> numbers")
        return small_picture(x)

    view = small_view(draw)
    view.controls["x"].value = -1.0
    assert "ValueError: no root of &lt;negative&gt; numbers" in view.error.value
    assert 'role="alert"' in view.error.value
    assert view.picture.value == view.numbers.value == ""
    bundle = view._repr_mimebundle_()
    assert bundle["text/plain"] == "This state could not be drawn. ValueError: no root of <negative> numbers"
    assert "&lt;negative&gt;" in bundle["text/html"]
    view.controls["x"].value = 2.0
    assert view.error.value == ""
    assert "x &lt; 2.0" in view.numbers.value
    assert "<svg" in view.picture.value


def test_an_error_in_the_first_state_is_shown():
    view = small_view(lambda x: 1 / 0)
    assert "ZeroDivisionError: division by zero" in view.error.value


def test_the_text_is_escaped_everywhere():
    view = small_view(lambda x: picture("small", "a & b", 40, 40, [], [label((1, 9), "p < q")], 'say "1 < 2 & 3"'))
    root = ElementTree.fromstring(view.picture.value)
    assert root.get("aria-label") == 'say "1 < 2 & 3"'
    assert root.find(f"{SVG}title").text == "a & b"
    assert 'alt="say &quot;1 &lt; 2 &amp; 3&quot;"' in view._repr_mimebundle_()["text/html"]


def visible(view):
    """Every widget that the view shows, in order."""
    waiting, found = [view], []
    while waiting:
        part = waiting.pop(0)
        found.append(part)
        waiting = [*getattr(part, "children", ()), *waiting]
    return found


def test_the_prediction_comes_first(view):
    assert view.choices in visible(view)
    assert view.choices.value is None
    for part in (*view.controls.values(), view.picture, view.numbers, view.reset_button):
        assert part not in visible(view)
    view.answer_button.click()
    assert "Choose one of the answers first" in view.verdict.value
    assert view.picture not in visible(view)


def test_a_right_prediction(view):
    view.choices.value = view.prediction.answer
    view.answer_button.click()
    assert "Your prediction was right." in view.verdict.value
    assert view.prediction.explanation in unescape(view.verdict.value)
    for part in (*view.controls.values(), view.picture, view.numbers, view.error, view.reset_button):
        assert part in visible(view)


def test_every_wrong_prediction(view):
    wrong = [option for option in view.prediction.options if option != view.prediction.answer]
    assert len(wrong) == len(view.prediction.options) - 1 >= 2
    for option in wrong:
        view.choices.value = option
        view.answer_button.click()
        assert "Not this one" in view.verdict.value
        assert view.prediction.answer in unescape(view.verdict.value)
        assert view.prediction.explanation in unescape(view.verdict.value)
        assert visible(view).count(view.picture) == 1


def test_a_skipped_prediction_gives_nothing_away_and_can_still_be_answered(view):
    view.skip_button.click()
    assert view.picture in visible(view)
    assert view.prediction.answer not in unescape(view.verdict.value)
    assert view.prediction.explanation not in unescape(view.verdict.value)
    assert view.skip_button not in visible(view)
    view.choices.value = view.prediction.answer
    view.answer_button.click()
    assert "Your prediction was right." in view.verdict.value


def test_a_view_without_a_prediction_shows_itself_at_once():
    view = small_view(small_picture)
    assert {view.controls["x"], view.picture, view.numbers} <= set(visible(view))


def test_a_prediction_needs_its_answer_among_the_options():
    with pytest.raises(ValueError, match="none of the options"):
        Prediction("Which?", ("this", "that"), "those", "Because.")


def test_callbacks_from_two_threads_draw_one_after_the_other():
    drawing, overlaps = [], []

    def draw(x, y):
        overlaps.append(len(drawing))
        drawing.append(x)
        time.sleep(0.0005)
        drawing.pop()
        return small_picture(x * 1000 + y)

    view = View(draw, {name: widgets.IntSlider(value=0, min=0, max=99, description=name) for name in "xy"})

    def move(name):
        for value in range(1, 60):
            view.controls[name].value = value

    threads = [threading.Thread(target=move, args=(name,)) for name in "xy"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive()
    assert set(overlaps) == {0}
    assert "x &lt; 59059" in view.numbers.value
    assert view.error.value == ""


# The helpers


def test_numbers_in_pictures_and_sentences():
    assert [coordinate(value) for value in (1, 1.50, -0.001, 2.345678, 100.0)] == ["1", "1.5", "0", "2.35", "100"]
    assert [decimal(value, 1) for value in (-0.04, -0.06, 2)] == ["0.0", "-0.1", "2.0"]
    assert [probability(value) for value in (0.0, 4e-4, 0.25, 0.9994, 1.0)] == [
        "<0.001",
        "<0.001",
        "0.250",
        "0.999",
        ">0.999",
    ]
    assert [listing(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    for value in (np.nan, np.inf, -np.inf):
        with pytest.raises(ValueError, match="no place"):
            coordinate(value)


def test_colours_of_text_stand_out():
    for background in (PAPER, *(tint(colour, 0.16) for colour in COLOURS)):
        assert contrast(INK, background) >= 4.5
    assert contrast(QUIET, PAPER) >= 4.5
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_views_import_neither_matplotlib_nor_a_framework():
    heavy = ("matplotlib", "scipy", "sklearn", "tensorflow", "keras", "torch")
    code = f"import sys, utils.views; print([name for name in {heavy} if name in sys.modules])"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"


def test_public_names():
    assert all(callable(getattr(views, name)) for name in views.__all__)
    assert isinstance(draw_simplex(SIMPLEX_START), Picture)


# Benchmarks


@pytest.mark.benchmark(group="redraw")
def test_benchmark_softmax_bars(benchmark):
    benchmark(draw_softmax_bars, BARS_START, 3.0, 2.0)


@pytest.mark.benchmark(group="redraw")
def test_benchmark_simplex(benchmark):
    benchmark(draw_simplex, SIMPLEX_START, 2.0)
