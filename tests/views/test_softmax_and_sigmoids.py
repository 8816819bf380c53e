"""The view of chapter 5: its picture is read back and measured, and every control is driven."""

import re

import numpy as np
import pytest
from support.pictures import SVG, by_id, numbers_after, read, words
from support.view_contract import ViewContract

from utils.display import COLOURS
from utils.reference import sigmoid, softmax
from utils.views import draw_softmax_and_sigmoids, softmax_and_sigmoids

START = (2.0, 1.0, 0.1, -1.0)
STATES = [
    (START, 0.0, 0.5),
    (START, 3.0, 0.5),
    ((-5.0,) * 4, -20.0, 0.05),
    ((5.0,) * 4, 20.0, 0.95),
    ((5.0, -5.0, 5.0, 0.0), 0.0, 0.2),
    ((0.0,) * 4, 0.0, 0.5),
    ((4.0, 4.0, -5.0, -5.0), 0.0, 0.5),
]


def states(count=30):
    rng = np.random.default_rng(7)
    yield from STATES
    for _ in range(count):
        yield tuple(rng.uniform(-5, 5, 4).round(1)), round(rng.uniform(-20, 20), 1), round(rng.uniform(0.05, 0.95), 2)


def heights(drawn, kind):
    return np.array([float(by_id(drawn, f"softmax-and-sigmoids-{kind}-{index}").get("height")) for index in range(4)])


class TestEveryView(ViewContract):
    def make(self):
        return softmax_and_sigmoids()

    def pictures(self):
        return [draw_softmax_and_sigmoids(*state) for state in states()]


def test_the_start_says_its_numbers():
    assert draw_softmax_and_sigmoids(START).text == (
        "z = [2.0, 1.0, 0.1, -1.0], shift 0.0, threshold 0.50: "
        "softmax = [0.638, 0.235, 0.095, 0.032], sum 1.000, yes to class 0; "
        "sigmoids = [0.881, 0.731, 0.525, 0.269], sum 2.406, yes to classes 0, 1 and 2."
    )


def test_the_picture_agrees_with_the_references():
    for logits, shift, threshold in states():
        drawn = draw_softmax_and_sigmoids(logits, shift, threshold)
        shares, answers = softmax(np.array(logits)), sigmoid(np.array(logits) + shift)
        np.testing.assert_allclose(numbers_after("softmax", drawn.text), shares, atol=0.00101)
        np.testing.assert_allclose(numbers_after("sigmoids", drawn.text), answers, atol=0.00101)
        np.testing.assert_allclose(heights(drawn, "softmax") / 168, shares, atol=1e-4)
        np.testing.assert_allclose(heights(drawn, "sigmoid") / 168, answers, atol=1e-4)
        sums = re.findall(r"sum ([\d.]+)", drawn.text)
        np.testing.assert_allclose([float(value) for value in sums], [1, answers.sum()], atol=0.00051)
        assert words(drawn).count("▲ yes") == (shares >= threshold).sum() + (answers >= threshold).sum()
        for kind in ("softmax", "sigmoid"):
            assert [by_id(drawn, f"softmax-and-sigmoids-{kind}-{k}").get("fill") for k in range(4)] == list(COLOURS[:4])


def test_a_shift_moves_the_sigmoids_alone():
    for logits, shift, _ in states():
        plain, moved = draw_softmax_and_sigmoids(logits), draw_softmax_and_sigmoids(logits, shift)
        np.testing.assert_array_equal(heights(plain, "softmax"), heights(moved, "softmax"))
        assert shift == 0 or not np.array_equal(heights(plain, "sigmoid"), heights(moved, "sigmoid"))


def test_the_threshold_line_stands_at_its_height_on_the_scale():
    drawn = draw_softmax_and_sigmoids(START, threshold=0.25)
    ticks = {"".join(node.itertext()): float(node.get("y")) - 4 for node in read(drawn).iter(f"{SVG}text")}
    for kind in ("softmax", "sigmoid"):
        line = by_id(drawn, f"softmax-and-sigmoids-{kind}-threshold")
        assert line.get("y1") == line.get("y2")
        assert float(line.get("y1")) == pytest.approx(ticks["0.25"], abs=0.02)


def test_two_classes_get_a_yes_at_one_half_from_sigmoids_alone():
    drawn = draw_softmax_and_sigmoids((4.0, 4.0, -5.0, -5.0))
    assert "yes to no class; sigmoids" in drawn.text
    assert drawn.text.endswith("yes to classes 0 and 1.")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (((np.nan, 0, 0, 0),), "finite"),
        (((np.inf, 0, 0, 0),), "finite"),
        ((START, 0.0, 0.0), "threshold"),
        ((START, 0.0, 1.0), "threshold"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        draw_softmax_and_sigmoids(*arguments)


def test_the_view_begins_with_the_logits_of_chapter_1():
    state = softmax_and_sigmoids().state()
    assert state == {"z0": 2.0, "z1": 1.0, "z2": 0.1, "z3": -1.0, "shift": 0.0, "threshold": 0.5}


def test_the_prediction_is_true():
    view = softmax_and_sigmoids()
    sums = []
    for shift in (0.0, 3.0):
        view.controls["shift"].value = shift
        sums.append([float(value) for value in re.findall(r"sum ([\d.]+)", view.numbers.value)])
    assert sums[0][0] == sums[1][0] == 1 and sums[1][1] > sums[0][1]
    view.choices.value = view.prediction.answer
    view.answer_button.click()
    assert "was right" in view.verdict.value


@pytest.mark.benchmark(group="redraw")
def test_benchmark_softmax_and_sigmoids(benchmark):
    benchmark(draw_softmax_and_sigmoids, START, 3.0, 0.4)
