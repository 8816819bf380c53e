"""The view of chapter 3: its pictures are measured, and each control is driven."""

import itertools
import xml.etree.ElementTree as ElementTree
from html import unescape

import ipywidgets as widgets
import numpy as np
import pytest
from support.pictures import SVG, assert_legible, by_id, extent, numbers_after, read, words
from test_views import scale

from utils.reference import cross_entropy, softmax
from utils.views import draw_push_and_pull, push_and_pull
from utils.views.push_and_pull_view import MOST_STEPS

START = (1.0, 2.0, 3.0)
STATES = [
    *((START, true_class, steps) for true_class in range(3) for steps in (0, 1, 12, MOST_STEPS)),
    *((z, true_class, 0) for z in itertools.product((-5.0, 0.0, 5.0), repeat=3) for true_class in range(3)),
    ((5.0, -5.0, -5.0), 1, 7),
    *(((lead, 0.0, 0.0), 0, 0) for lead in np.linspace(-5, 5, 41).round(2)),
]


@pytest.fixture
def view():
    return push_and_pull()


def test_it_says_its_numbers():
    assert draw_push_and_pull(START, 0).text == (
        "z = [1.00, 2.00, 3.00] after 0 steps, true class 0: p = [0.090, 0.245, 0.665], "
        "p - y = [-0.910, 0.245, 0.665], sum 0.000, loss 2.408. Class 0 is pushed up, the others down."
    )
    assert "after 1 step, true class 2" in draw_push_and_pull(START, 2, 1).text
    assert "loss <0.001." in draw_push_and_pull((5.0, -5.0, -5.0), 0).text


@pytest.mark.parametrize("state", STATES, ids=str)
def test_pictures_are_whole_legible_and_uncrowded(state):
    drawn = draw_push_and_pull(*state)
    assert_legible(drawn, "push-and-pull")


@pytest.mark.parametrize("state", STATES, ids=str)
def test_bars_marks_and_arrows_are_true_to_the_numbers(state):
    logits, true_class, steps = state
    drawn = draw_push_and_pull(*state)
    zero, one = scale(drawn, ("0.00", "1.00"))
    p = softmax(np.array(numbers_after("z", drawn.text))) if steps else softmax(np.array(logits))
    for index in range(3):
        truth = float(index == true_class)
        bar, mark = by_id(drawn, f"push-and-pull-bar-{index}"), by_id(drawn, f"push-and-pull-truth-{index}")
        assert (float(bar.get("y")) - zero) / (one - zero) == pytest.approx(p[index], abs=0.006)
        assert (float(mark.get("y1")) - zero) / (one - zero) == pytest.approx(truth, abs=1e-3)
        if abs(p[index] - truth) * abs(one - zero) > 15:
            arrow, tip = by_id(drawn, f"push-and-pull-arrow-{index}"), by_id(drawn, f"push-and-pull-tip-{index}")
            assert float(arrow.get("y1")) == float(bar.get("y"))
            assert tip.get("points").split()[0].endswith(f",{mark.get('y1')}")
    assert numbers_after("p - y", drawn.text) == pytest.approx(p - (np.arange(3) == true_class), abs=0.006)


def test_no_label_lies_on_the_mark_of_the_truth():
    for state in STATES:
        drawn = draw_push_and_pull(*state)
        mark = by_id(drawn, f"push-and-pull-truth-{state[1]}")
        for node in read(drawn).iter(f"{SVG}text"):
            left, top, right, bottom = extent(node)
            if left < float(mark.get("x2")) and right > float(mark.get("x1")):
                assert not top < float(mark.get("y1")) - 1.5 < bottom - 1, (state, node.text)


def test_steps_follow_the_gradient_and_lower_the_loss():
    z, losses = np.array(START), []
    for steps in range(MOST_STEPS + 1):
        drawn = draw_push_and_pull(START, 1, steps)
        np.testing.assert_allclose(numbers_after("z", drawn.text), z, atol=0.0051)
        losses.append(cross_entropy(z, 1))
        assert f"Loss {losses[-1]:.3f}" in words(drawn)
        z = z - (softmax(z) - np.eye(3)[1])
    assert np.all(np.diff(losses) < 0)


@pytest.mark.parametrize(
    "state", [((1.0, 2.0), 0, 0), ((np.nan, 0, 0), 0, 0), (START, 3, 0), (START, 0, -1), (START, 0, MOST_STEPS + 1)]
)
def test_what_cannot_be_drawn_is_refused(state):
    with pytest.raises(ValueError):
        draw_push_and_pull(*state)


def test_every_control_changes_picture_and_text(view):
    rng = np.random.default_rng(3)
    for name, control in view.controls.items():
        if name == "true_class":
            values = (1, 2, 0)
        elif name == "steps":
            values = (MOST_STEPS, 0, *rng.integers(1, MOST_STEPS, 4).tolist())
        else:
            values = (control.min, control.max, *rng.uniform(-5, 5, 4).round(1))
        for value in values:
            before, changed = (view.picture.value, view.numbers.value), control.value != value
            control.value = value
            after = view.picture.value, view.numbers.value
            assert view.error.value == ""
            assert changed == (before[0] != after[0]) == (before[1] != after[1]), (name, value)
            assert ElementTree.fromstring(after[0]).get("aria-label") in unescape(after[1])


def test_controls_have_names_and_reset(view):
    start, shown = view.state(), view.picture.value
    assert start == {"z0": 1.0, "z1": 2.0, "z2": 3.0, "true_class": 0, "steps": 0}
    assert isinstance(view.controls["true_class"], widgets.Dropdown)
    assert all(control.description and control.tooltip for control in view.controls.values())
    view.controls["true_class"].value, view.controls["steps"].value = 2, 9
    assert view.picture.value != shown
    view.reset_button.click()
    assert view.state() == start and view.picture.value == shown


def test_the_prediction_can_be_answered(view):
    assert view.picture not in view.children
    for option in view.prediction.options:
        view.choices.value = option
        view.answer_button.click()
        assert ("Your prediction was right." in view.verdict.value) == (option == view.prediction.answer)
    assert len(view.children) == 2


def test_the_stored_picture_is_the_first_state():
    first, second = (push_and_pull()._repr_mimebundle_() for _ in range(2))
    assert first["text/html"] == second["text/html"]
    assert first["text/plain"] == draw_push_and_pull(START, 0).text


@pytest.mark.benchmark(group="redraw")
def test_benchmark_push_and_pull(benchmark):
    benchmark(draw_push_and_pull, START, 0, 12)
