"""The view of chapter 2: its picture is read back and compared with the Jacobian."""

import re
from html import unescape

import numpy as np
import pytest
from support.pictures import by_id, numbers_after, words
from support.view_contract import ViewContract

from utils.display import COLOURS
from utils.reference import softmax, softmax_jacobian
from utils.views import draw_jacobian_heatmap, jacobian_heatmap

START = (2.0, 1.0, 0.1, -1.0)


def states(count=40):
    rng = np.random.default_rng(2)
    yield from (START, (0.0,) * 4, (5.0, -5.0, -5.0, -5.0), (-5.0, 5.0, 5.0, -5.0), (-5.0,) * 4, (5.0, 5.0, 5.0, -5.0))
    for _ in range(count):
        yield tuple(rng.uniform(-5, 5, 4).round(1))


class TestEveryView(ViewContract):
    def make(self):
        return jacobian_heatmap()

    def pictures(self):
        return [draw_jacobian_heatmap(logits) for logits in states()]


def matrix(drawn):
    rows = re.search(r"Jacobian: (.*);", drawn.text)[1]
    rows = rows.replace("tiny", "0.0001")
    return np.array([[float(number) for number in row.split(",")] for row in re.findall(r"\[([^]]*)\]", rows)])


def blueness(colour):
    return int(colour[5:], 16) - int(colour[1:3], 16)


def test_the_start_says_its_numbers():
    assert draw_jacobian_heatmap(START).text == (
        "z = [2.0, 1.0, 0.1, -1.0]: a = [0.638, 0.235, 0.095, 0.032]. Rows of the Jacobian: "
        "[0.231, -0.150, -0.061, -0.020], [-0.150, 0.180, -0.022, -0.007], "
        "[-0.061, -0.022, 0.086, -0.003], [-0.020, -0.007, -0.003, 0.031]; each row sums to 0. "
        "Largest eigenvalue 0.361, never above 0.5."
    )


def test_text_and_entries_agree_with_the_reference():
    for logits in states():
        drawn = draw_jacobian_heatmap(logits)
        expected = softmax_jacobian(logits)
        assert numbers_after("z", drawn.text) == list(logits)
        np.testing.assert_allclose(numbers_after("a", drawn.text), softmax(logits), atol=0.00101)
        np.testing.assert_allclose(matrix(drawn), expected, atol=0.00051)
        np.testing.assert_array_equal(np.sign(matrix(drawn)), np.sign(expected))
        written = [word for word in words(drawn) if re.fullmatch(r"[+−](0\.\d{3}|\s?tiny)", word)]
        signs = [1 if word[0] == "+" else -1 for word in written]
        np.testing.assert_array_equal(signs, np.sign(expected).ravel())
        sizes = [0.0 if "tiny" in word else float(word[1:]) for word in written]
        np.testing.assert_allclose(sizes, np.abs(expected).ravel(), atol=0.00051)
        assert words(drawn).count("0.000") >= 4, "the row sums"


def test_colours_tell_the_sign_and_the_size():
    drawn = draw_jacobian_heatmap(START)
    for (i, j), value in np.ndenumerate(softmax_jacobian(START)):
        shade = blueness(by_id(drawn, f"jacobian-heatmap-entry-{i}-{j}").get("fill"))
        assert (shade > 0) == (value > 0)
    first_row = [by_id(drawn, f"jacobian-heatmap-entry-0-{j}").get("fill") for j in (1, 2, 3)]
    assert sorted(first_row, key=blueness) == first_row, "the strongest push has the strongest colour"


def test_bars_of_the_probabilities_and_of_the_eigenvalue_are_true_to_their_numbers():
    for logits in states():
        drawn = draw_jacobian_heatmap(logits)
        bars = [by_id(drawn, f"jacobian-heatmap-share-{index}") for index in range(4)]
        np.testing.assert_allclose([float(bar.get("width")) / 120 for bar in bars], softmax(logits), atol=1e-4)
        assert [bar.get("fill") for bar in bars] == list(COLOURS[:4])
        eigenvalue = np.linalg.eigvalsh(softmax_jacobian(logits))[-1]
        assert f"Largest eigenvalue {eigenvalue:.3f}" in drawn.text
        width = float(by_id(drawn, "jacobian-heatmap-eigenvalue").get("width"))
        assert width / (4 * 92 - 2) == pytest.approx(eigenvalue / 0.5, abs=1e-4)


@pytest.mark.parametrize("logits", [(1.0, 2.0), (1.0,) * 5, (np.nan, 0, 0, 0), (np.inf, 0, 0, 0)])
def test_logits_that_cannot_be_drawn_are_refused(logits):
    with pytest.raises(ValueError, match="four finite logits"):
        draw_jacobian_heatmap(logits)


def test_the_sliders_set_the_logits():
    view = jacobian_heatmap()
    assert view.state() == {"z0": 2.0, "z1": 1.0, "z2": 0.1, "z3": -1.0}
    assert draw_jacobian_heatmap(START).text in unescape(view.numbers.value)
    for control in view.controls.values():
        control.value = 5.0
    assert "z = [5.0, 5.0, 5.0, 5.0]" in unescape(view.numbers.value)


def test_what_the_prediction_says_is_so():
    """On the way from equal logits to a certain class the first entry grows to 1/4; in the end all entries vanish."""
    assert jacobian_heatmap().prediction.answer == "Every entry shrinks towards 0"
    start, middle, end = (softmax_jacobian([z, 0.0, 0.0, 0.0]) for z in (0.0, np.log(3), 10.0))
    assert start[0, 0] < middle[0, 0] == pytest.approx(0.25)
    assert np.abs(end).max() < 0.001 < np.abs(start).min()
