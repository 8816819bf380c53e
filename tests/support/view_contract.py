"""What holds for every view: each control is driven, and every picture is read back as XML and measured.

The test file of a view derives a class from :class:`ViewContract`, and pytest collects the tests below for it.
"""

import base64
import itertools
import re
import xml.etree.ElementTree as ElementTree
from html import unescape

import ipywidgets as widgets
import numpy as np
import pytest

from support.colours import contrast
from support.pictures import SVG, backgrounds, extent, read
from utils.display import PAPER


class ViewContract:
    """The tests of one view. Its test file says how the view is made, and which pictures are measured."""

    def make(self):
        """A new view."""
        raise NotImplementedError

    def pictures(self):
        """Its pictures in many states, drawn anew at each call."""
        raise NotImplementedError

    @pytest.fixture
    def view(self):
        return self.make()

    # Every picture

    def test_pictures_are_whole_and_speak(self):
        for drawn in self.pictures():
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
            assert [page.get(side) for side in ("width", "height")] == [root.get(side) for side in ("width", "height")]
            assert page.get("fill") == PAPER
            identifiers = [node.get("id") for node in root.iter() if node.get("id")]
            assert len(identifiers) == len(set(identifiers))
            assert all(identifier.startswith(f"{name}-") for identifier in identifiers)
            assert not re.search(r"\b(nan|inf)\b", drawn.svg, re.IGNORECASE)

    def test_text_is_legible(self):
        for drawn in self.pictures():
            root = read(drawn)
            for node in root.iter(f"{SVG}text"):
                assert float(node.get("font-size")) >= 12
                for background in (PAPER, *backgrounds(node, root)):
                    assert contrast(node.get("fill"), background) >= 4.5, (node.text, background)

    def test_labels_are_drawn_last_and_lie_within_the_page(self):
        for drawn in self.pictures():
            root = read(drawn)
            tags = [node.tag for node in root.iter() if node.tag != f"{SVG}g"]
            assert set(tags[tags.index(f"{SVG}text") :]) == {f"{SVG}text"}
            for node in root.iter(f"{SVG}text"):
                left, top, right, bottom = extent(node)
                assert left >= 4 and top >= 4, node.text
                assert right <= float(root.get("width")) - 4 and bottom <= float(root.get("height")) - 4, node.text

    def test_labels_keep_apart(self):
        for drawn in self.pictures():
            boxes = [("".join(node.itertext()), extent(node)) for node in read(drawn).iter(f"{SVG}text")]
            for (one, a), (other, b) in itertools.combinations(boxes, 2):
                overlap = min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1
                assert not overlap, (drawn.text, one, other)

    def test_the_same_state_gives_the_same_bytes(self):
        for first, second in zip(self.pictures(), self.pictures(), strict=True):
            assert first == second

    # Every control

    def test_every_control_changes_picture_and_text(self, view):
        rng = np.random.default_rng(11)
        for name, control in view.controls.items():
            for value in values_of(control, rng):
                before, changed = shown(view), control.value != value
                control.value = value
                after = shown(view)
                assert view.error.value == ""
                assert changed == (before[0] != after[0]) == (before[1] != after[1]), (name, value)
                assert ElementTree.fromstring(after[0]).get("aria-label") in unescape(after[1])

    def test_random_states_of_all_controls(self, view):
        rng = np.random.default_rng(12)
        for _ in range(50):
            for control in view.controls.values():
                control.value = rng.choice(values_of(control, rng)).item()
            assert view.error.value == ""

    def test_reset_brings_the_start_back(self, view):
        start, picture_at_start = view.state(), shown(view)
        for control in view.controls.values():
            control.value = ends(control)[1]
        assert shown(view) != picture_at_start
        view.reset_button.click()
        assert view.state() == start
        assert shown(view) == picture_at_start

    def test_controls_are_made_for_the_keyboard(self, view):
        for control in view.controls.values():
            assert control.description and (control.tooltip or control.tooltips)
            assert not control.disabled
            assert control.tabbable is not False
            if not hasattr(control, "options"):
                steps = (control.max - control.min) / control.step
                assert control.continuous_update
                assert steps == pytest.approx(round(steps)) and 20 <= steps <= 400
        assert 'aria-live="polite"' in view.numbers.value
        names = [control.description for control in view.controls.values()]
        assert len(names) == len(set(names))
        buttons = (view.reset_button, view.answer_button, view.skip_button)
        assert all(button.description and button.tooltip for button in buttons)

    def test_outside_the_picture_text_has_the_colour_of_the_theme(self, view):
        view.choices.value = view.prediction.answer
        view.answer_button.click()
        question = view.children[0].children[0]
        for part in (question, view.verdict, view.numbers):
            assert not re.search(r"colou?r|background", part.value.split(">")[0])

    # What is stored

    def test_the_bundle_has_the_widget_a_picture_and_the_numbers(self, view):
        bundle = view._repr_mimebundle_()
        assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
        assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == view.model_id
        alternative, data = re.fullmatch(
            r'<img alt="([^"<>]*)" src="data:image/svg\+xml;base64,([^"]*)">', bundle["text/html"]
        ).groups()
        assert unescape(alternative) == bundle["text/plain"]
        assert bundle["text/plain"] in unescape(view.numbers.value)
        assert base64.b64decode(data).decode("utf-8") == view.picture.value

    def test_two_views_store_the_same_bytes(self):
        first, second = (self.make()._repr_mimebundle_() for _ in range(2))
        assert first["text/html"] == second["text/html"]
        assert first["text/plain"] == second["text/plain"]

    # The prediction

    def test_the_prediction_comes_first(self, view):
        assert view.choices in visible(view)
        assert view.choices.value is None
        for part in (*view.controls.values(), view.picture, view.numbers, view.reset_button):
            assert part not in visible(view)
        view.answer_button.click()
        assert "Choose one of the answers first" in view.verdict.value
        assert view.picture not in visible(view)

    def test_a_right_prediction(self, view):
        view.choices.value = view.prediction.answer
        view.answer_button.click()
        assert "Your prediction was right." in view.verdict.value
        assert view.prediction.explanation in unescape(view.verdict.value)
        for part in (*view.controls.values(), view.picture, view.numbers, view.error, view.reset_button):
            assert part in visible(view)

    def test_every_wrong_prediction(self, view):
        wrong = [option for option in view.prediction.options if option != view.prediction.answer]
        assert len(wrong) == len(view.prediction.options) - 1 >= 2
        for option in wrong:
            view.choices.value = option
            view.answer_button.click()
            assert "Not this one" in view.verdict.value
            assert view.prediction.answer in unescape(view.verdict.value)
            assert view.prediction.explanation in unescape(view.verdict.value)
            assert visible(view).count(view.picture) == 1

    def test_a_skipped_prediction_gives_nothing_away_and_can_still_be_answered(self, view):
        view.skip_button.click()
        assert view.picture in visible(view)
        assert view.prediction.answer not in unescape(view.verdict.value)
        assert view.prediction.explanation not in unescape(view.verdict.value)
        assert view.skip_button not in visible(view)
        view.choices.value = view.prediction.answer
        view.answer_button.click()
        assert "Your prediction was right." in view.verdict.value


def ends(control):
    """The first and the last value of a control."""
    if hasattr(control, "options"):
        values = options_of(control)
        return values[0], values[-1]
    if isinstance(control, widgets.FloatLogSlider):
        return control.base**control.min, control.base**control.max
    return control.min, control.max


def options_of(control):
    """The values of a control that offers a choice; its options may carry words of their own."""
    return [option[1] if isinstance(option, tuple) else option for option in control.options]


def values_of(control, rng):
    """Values to set a control to: both ends and some between, or everything that can be chosen."""
    if hasattr(control, "options"):
        return options_of(control)
    low, high = ends(control)
    between = rng.uniform(low, high, 5)
    return [low, high, *(between.round().astype(int) if isinstance(low, int) else between.round(1)).tolist()]


def shown(view):
    """What a view shows: the picture and the line of numbers."""
    return view.picture.value, view.numbers.value


def visible(view):
    """Every widget that the view shows, in order."""
    waiting, found = [view], []
    while waiting:
        part = waiting.pop(0)
        found.append(part)
        waiting = [*getattr(part, "children", ()), *waiting]
    return found
