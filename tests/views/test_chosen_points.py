"""The view of chapter 7: its pictures are measured, its losses compared with Keras's rule, and each control is driven."""

import itertools

import ipywidgets as widgets
import numpy as np
import pytest
from support.pictures import SVG, by_id, extent, numbers_after, read, words
from support.view_contract import ViewContract

from utils.reference import cross_entropy, softmax
from utils.views import chosen_points, draw_chosen_points
from utils.views.chosen_points_view import OWN, four_losses

X = np.array([[-5.0, 2.0], [-2.0, -2.0], [1.0, 2.0], [5.0, -2.0], [-1.0, -0.2], [-1.1, 0.3]])
Y = np.array([0, 1, 2, 3, 1, 2])
Z = np.array(
    [
        [6.1, -2.0, -4.0, -10.0],
        [-1.0, 5.0, -2.5, 0.0],
        [-10.0, -12.3, 14.0, -11.1],
        [0.0, 0.0, 0.0, 0.0],
        [-2.0, 0.4, 0.6, -7.0],
        [40.0, 0.2, -40.0, 0.9],
    ]
)
STATES = [(chosen, true_class) for chosen in range(len(X)) for true_class in (OWN, 0, 1, 2, 3)]


def draw(chosen=0, true_class=OWN):
    return draw_chosen_points(X, Y, Z, chosen, true_class)


class TestEveryView(ViewContract):
    def make(self):
        return chosen_points(np.tile(X, (4, 1)), np.tile(Y, 4), np.concatenate([Z + shift for shift in range(4)]))

    def pictures(self):
        return [draw(*state) for state in STATES]


def test_it_says_its_numbers():
    assert draw(4).text == (
        "Point 5 of 6 at (-1.0, -0.2), class 1: z = [-2.0, 0.4, 0.6, -7.0], probabilities [0.039, 0.432, 0.528, <0.001]. "
        "The model says class 2. Loss for class 1: logits with from_logits=True: 0.838; logits with from_logits=False: "
        "0.916; probabilities with from_logits=True: 1.231; probabilities with from_logits=False: 0.838."
    )
    assert "from_logits=True: <0.001" in draw(2).text


@pytest.mark.parametrize("chosen", range(len(X)))
def test_bars_are_true_to_the_numbers(chosen):
    drawn = draw(chosen)
    logits = [by_id(drawn, f"chosen-points-logit-{index}") for index in range(4)]
    shares = [by_id(drawn, f"chosen-points-share-{index}") for index in range(4)]
    lengths = np.array([float(bar.get("width")) for bar in logits])
    np.testing.assert_allclose(lengths, np.abs(Z[chosen]) / np.abs(Z).max() * 70, atol=0.02)
    zero = float(by_id(drawn, "chosen-points-zero").get("x1"))
    for bar, value in zip(logits, Z[chosen], strict=True):
        edge = float(bar.get("x")) + (float(bar.get("width")) if value < 0 else 0.0)
        assert edge == pytest.approx(zero, abs=0.02)
    np.testing.assert_allclose([float(bar.get("width")) / 90 for bar in shares], softmax(Z[chosen]), atol=1e-3)
    assert numbers_after("z", drawn.text) == list(Z[chosen])


def test_values_stand_beside_their_bars():
    for state in STATES:
        root = read(draw(*state))
        bars = [
            node
            for node in root.iter(f"{SVG}rect")
            if "-logit-" in node.get("id", "") or "-share-" in node.get("id", "")
        ]
        for text, bar in itertools.product(root.iter(f"{SVG}text"), bars):
            left, top, right, bottom = extent(text)
            x, y, width, height = (float(bar.get(name)) for name in ("x", "y", "width", "height"))
            assert min(right, x + width) - max(left, x) <= 0 or min(bottom, y + height) - max(top, y) <= 0.5, text.text


def test_the_ring_is_around_the_chosen_point_and_directions_are_kept():
    rings = [by_id(draw(chosen), "chosen-points-ring") for chosen in range(4)]
    x, y = (np.array([float(ring.get(name)) for ring in rings]) for name in ("cx", "cy"))
    assert np.all(np.diff(x) > 0)
    assert y[1] == y[3] > y[0] == y[2]
    scale = (x[3] - x[0]) / 10
    assert (y[1] - y[0]) == pytest.approx(4 * scale, abs=0.05)


@pytest.mark.parametrize("chosen", range(len(X)))
@pytest.mark.parametrize("label", range(4))
def test_four_losses_follow_the_rule(chosen, label):
    losses = four_losses(Z[chosen], label)
    a = softmax(Z[chosen])
    assert losses["logits", True] == pytest.approx(cross_entropy(Z[chosen], label))
    assert losses["probabilities", True] == pytest.approx(cross_entropy(a, label))
    assert losses["probabilities", False] == pytest.approx(-np.log(np.clip(a, 1e-7, 1 - 1e-7)[label]), abs=1e-6)
    assert losses["probabilities", True] >= np.log(np.e + 3) - 1 - 1e-12


def test_four_losses_are_those_of_keras_for_plain_arrays():
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the rule of the TensorFlow backend")
    for z, label in itertools.product(Z.astype(np.float32), range(4)):
        outputs = {"logits": z, "probabilities": softmax(z)}
        for (name, flag), value in four_losses(z, label).items():
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=flag)
            assert float(loss(np.array([label]), outputs[name][np.newaxis])) == pytest.approx(value, rel=1e-4, abs=1e-5)


def test_a_frame_stands_where_output_and_flag_fit():
    root = read(draw(5, 2))
    frames = [node for node in root.iter(f"{SVG}rect") if "-fits-" in node.get("id", "")]
    framed = set()
    for frame in frames:
        x, y, width, height = (float(frame.get(name)) for name in ("x", "y", "width", "height"))
        for node in root.iter(f"{SVG}text"):
            if x < float(node.get("x")) < x + width and y < float(node.get("y")) < y + height:
                framed.add(node.text)
    assert framed == {"80.000", "16.118"}


@pytest.mark.parametrize(
    "arguments",
    [
        (X[:, :1], Y, Z),
        (X, Y[:3], Z),
        (X, Y, Z[:, :3]),
        (X, Y, Z + np.inf),
        (X, Y, Z, 6),
        (X, Y, Z, -1),
        (X, Y, Z, 0, 4),
    ],
    ids=["plane", "labels", "classes", "infinite", "beyond", "negative", "class"],
)
def test_what_cannot_be_drawn_is_refused(arguments):
    with pytest.raises(ValueError):
        draw_chosen_points(*arguments)


def test_one_point_alone_can_be_drawn():
    drawn = draw_chosen_points(X[:1], Y[:1], Z[:1])
    assert "Point 1 of 1" in drawn.text


def test_the_view_begins_with_the_first_point_and_its_own_class():
    view = chosen_points(X, Y, Z)
    assert view.state() == {"chosen": 1, "true_class": OWN}
    assert isinstance(view.controls["true_class"], widgets.ToggleButtons)
    assert view._repr_mimebundle_()["text/plain"] == draw().text
    assert "point 5 of 6" not in words(draw())
    view.controls["chosen"].value, view.controls["true_class"].value = 5, "3"
    assert draw(4, 3).text == view._repr_mimebundle_()["text/plain"]


@pytest.mark.benchmark(group="redraw")
def test_benchmark_chosen_points(benchmark):
    benchmark(draw_chosen_points, X, Y, Z, 3)
