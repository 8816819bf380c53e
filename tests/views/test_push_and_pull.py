"""The view of chapter 3: its pictures are measured, and each control is driven."""

import itertools

import ipywidgets as widgets
import numpy as np
import pytest
from support.pictures import SVG, by_id, extent, numbers_after, read, scale, words
from support.view_contract import ViewContract

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


class TestEveryView(ViewContract):
    def make(self):
        return push_and_pull()

    def pictures(self):
        return [draw_push_and_pull(*state) for state in STATES]


def test_it_says_its_numbers():
    assert draw_push_and_pull(START, 0).text == (
        "z = [1.00, 2.00, 3.00] after 0 steps, true class 0: p = [0.090, 0.245, 0.665], "
        "p - y = [-0.910, 0.245, 0.665], sum 0.000, loss 2.408. Class 0 is pushed up, the others down."
    )
    assert "after 1 step, true class 2" in draw_push_and_pull(START, 2, 1).text
    assert "loss <0.001." in draw_push_and_pull((5.0, -5.0, -5.0), 0).text


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


def test_the_view_begins_with_three_logits_and_no_step():
    view = push_and_pull()
    assert view.state() == {"z0": 1.0, "z1": 2.0, "z2": 3.0, "true_class": 0, "steps": 0}
    assert isinstance(view.controls["true_class"], widgets.Dropdown)
    assert view._repr_mimebundle_()["text/plain"] == draw_push_and_pull(START, 0).text


@pytest.mark.benchmark(group="redraw")
def test_benchmark_push_and_pull(benchmark):
    benchmark(draw_push_and_pull, START, 0, 12)
