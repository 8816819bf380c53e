"""The shell of every view: errors, text that has to be escaped, views without a prediction, two threads at once."""

import threading
import time
import xml.etree.ElementTree as ElementTree

import ipywidgets as widgets
import pytest
from support.pictures import SVG
from support.view_contract import visible

from utils.display import INK
from utils.views.shell import Prediction, View
from utils.views.svg import label, picture, rectangle


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
