"""The view of bars in chapter 1: its picture is read back and compared with the softmax."""

import itertools

import numpy as np
import pytest
from support.pictures import SVG, by_id, corners, extent, numbers_after, read, scale, words
from support.view_contract import ViewContract, values_of

from utils.display import COLOURS
from utils.reference import softmax
from utils.views import draw_softmax_bars, softmax_bars

BARS_START = (2.0, 1.0, 0.1, -1.0)
BAR_STATES = [
    (BARS_START, 0.0, 1.0),
    ((-5.0,) * 4, 0.0, 1.0),
    ((5.0, -5.0, -5.0, -5.0), 0.0, 0.1),
    ((5.0, 5.0, -5.0, 0.0), 20.0, 10.0),
    ((-5.0, 4.9, 0.0, -0.1), -20.0, 0.1),
]


def random_states(count=40):
    rng = np.random.default_rng(5)
    for _ in range(count):
        yield (
            tuple(rng.uniform(-5, 5, 4).round(1)),
            round(rng.uniform(-20, 20), 1),
            float(10 ** rng.uniform(-1, 1)),
        )


class TestEveryView(ViewContract):
    def make(self):
        return softmax_bars()

    def pictures(self):
        return [draw_softmax_bars(*state) for state in [*BAR_STATES, *random_states()]]


def test_bars_say_their_numbers():
    assert draw_softmax_bars(BARS_START).text == (
        "z = [2.0, 1.0, 0.1, -1.0], shift 0.0, temperature 1.00: "
        "a = [0.638, 0.235, 0.095, 0.032], sum 1.000, largest a0."
    )


def test_bars_agree_with_the_reference():
    for logits, shift, temperature in [*BAR_STATES, *random_states()]:
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

    for logits, shift, temperature in random_states():
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
    for state in [*BAR_STATES, *random_states()]:
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


def test_the_sliders_set_the_logits_and_the_temperature():
    view, rng = softmax_bars(), np.random.default_rng(12)
    for _ in range(50):
        for control in view.controls.values():
            control.value = rng.choice(values_of(control, rng)).item()
        state = view.state()
        expected = softmax(np.array([state[f"z{index}"] for index in range(4)]), temperature=state["temperature"])
        np.testing.assert_allclose(numbers_after("a", view.numbers.value), expected, atol=0.00101)


@pytest.mark.benchmark(group="redraw")
def test_benchmark_softmax_bars(benchmark):
    benchmark(draw_softmax_bars, BARS_START, 3.0, 2.0)
