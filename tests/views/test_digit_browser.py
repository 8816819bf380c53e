"""The view of chapter 9: its bars are measured, and its numbers recomputed."""

import itertools
import re
from functools import cache
from html import unescape

import numpy as np
import pytest
from support.pictures import SVG, by_id, extent, numbers_after, read, words
from support.view_contract import ViewContract

from utils.reference import cross_entropy, softmax
from utils.views import digit_browser, draw_digit_browser
from utils.views.digit_browser_view import ORDERS, orders

STRIPE = np.tile([0.0, 0.0, 0.5, 1.0, 1.0, 0.25, 0.0, 0.0], (8, 1))
LOGITS = np.array([1.2, -2.8, -4.7, -1.8, -1.4, 9.9, -1.9, -5.6, 2.0, 3.5])
STATES = [
    (LOGITS, 3, 1.0),
    (LOGITS, 5, 1.0),
    (LOGITS, 3, 10.0),
    (LOGITS, 3, 0.1),
    (np.zeros(10), 9, 1.0),
    (np.full(10, -88.8), 0, 1.0),
    (np.linspace(-120, 120, 10), 0, 0.5),
    (np.linspace(120, -120, 10), 0, 2.0),
    (np.where(np.arange(10) == 4, 0.0, -100.0), 4, 1.0),
]


def drawn_in(logits, true_class, temperature, count="359, highest loss"):
    return draw_digit_browser(STRIPE, true_class, logits, 359, count, temperature)


@cache
def made_up():
    """Pictures, labels and logits."""
    rng = np.random.default_rng(4)
    return rng.integers(17, size=(30, 64)) / 16, rng.integers(10, size=30), rng.normal(scale=4, size=(30, 10))


@pytest.fixture
def data():
    return made_up()


@pytest.fixture
def view(data):
    return digit_browser(*data)


class TestEveryView(ViewContract):
    def make(self):
        return digit_browser(*made_up())

    def pictures(self):
        return [drawn_in(*state) for state in STATES]


def test_the_view_begins_with_the_first_picture(view):
    assert view.state() == {"order": ORDERS[0], "place": 1, "temperature": 1.0}
    assert (view.controls["place"].min, view.controls["place"].max) == (1, 30)


@pytest.mark.parametrize("state", range(len(STATES)))
def test_no_value_lies_on_a_bar(state):
    root = read(drawn_in(*STATES[state]))
    bars = [node for node in root.iter(f"{SVG}rect") if re.search(r"logit|share", node.get("id") or "")]
    assert len(bars) == 20
    for text, bar in itertools.product(root.iter(f"{SVG}text"), bars):
        left, top, right, bottom = extent(text)
        x, y, width, height = (float(bar.get(name)) for name in ("x", "y", "width", "height"))
        assert min(right, x + width) - max(left, x) <= 0 or min(bottom, y + height) - max(top, y) <= 0, text.text


@pytest.mark.parametrize("state", range(len(STATES)))
def test_bars_and_words_are_true_to_the_numbers(state):
    logits, true_class, temperature = STATES[state]
    drawn = drawn_in(logits, true_class, temperature)
    p = softmax(logits, temperature=temperature)
    zero = float(by_id(drawn, "digit-browser-zero").get("x1"))
    reach = max(1.0, np.abs(logits).max())
    lengths, shares = [], []
    for index in range(10):
        bar = by_id(drawn, f"digit-browser-logit-{index}")
        left, right = float(bar.get("x")), float(bar.get("x")) + float(bar.get("width"))
        assert (left if logits[index] >= 0 else right) == pytest.approx(zero, abs=0.02)
        lengths.append(right - left)
        shares.append(float(by_id(drawn, f"digit-browser-share-{index}").get("width")))
    np.testing.assert_allclose(
        np.array(lengths) / max(lengths or [1]) if max(lengths) else 0, np.abs(logits) / reach, atol=2e-3
    )
    np.testing.assert_allclose(np.array(shares) / sum(shares), p, atol=2e-3)
    assert numbers_after("z", drawn.text) == logits.round(1).tolist()
    chosen = logits.argmax()
    verdict = "right" if chosen == true_class else "wrong"
    assert f"label {true_class}, taken for {chosen}: {verdict}" in words(drawn)
    loss = cross_entropy(logits / temperature, true_class)
    assert drawn.text.endswith(f"loss {'<0.001' if loss < 0.0005 else f'{loss:.3f}'}.")
    assert all(("<" in shown) == (share < 0.0005) for shown, share in zip(written_shares(drawn), p, strict=True))


def written_shares(drawn):
    return re.search(r"p = \[([^]]*)\]", drawn.text)[1].split(", ")


def test_the_picture_shows_the_pixels():
    root = read(drawn_in(*STATES[0]))
    inks = [float(node.get("fill-opacity")) for node in root.iter(f"{SVG}rect") if node.get("fill-opacity")]
    assert sorted(inks) == sorted(STRIPE[STRIPE > 0].ravel().tolist())


def test_orders_sort_by_loss_and_by_confidence(data):
    _, y, Z = data
    found = orders(Z, y)
    assert tuple(found) == ORDERS
    losses = np.array([cross_entropy(z, label) for z, label in zip(Z, y, strict=True)])
    assert np.all(np.diff(losses[found["highest loss"]]) <= 1e-12)
    assert np.all(np.diff(softmax(Z).max(axis=1)[found["least sure"]]) >= -1e-12)
    assert all(sorted(order.tolist()) == list(range(30)) for order in found.values())


def test_the_first_of_each_order_is_the_right_picture(view, data):
    _, y, Z = data
    view.controls["order"].value = "highest loss"
    worst = np.argmax([cross_entropy(z, label) for z, label in zip(Z, y, strict=True)])
    assert numbers_after("z", unescape(view.numbers.value)) == Z[worst].round(1).tolist()


def test_the_prediction_is_true(data):
    _, _, Z = data
    warm, usual = softmax(Z, temperature=5.0), softmax(Z)
    np.testing.assert_array_equal(warm.argsort(axis=1), usual.argsort(axis=1))
    assert np.all(warm.max(axis=1) < usual.max(axis=1))


@pytest.mark.parametrize(
    "call",
    [
        lambda: draw_digit_browser(STRIPE, 0, np.zeros(4), 1, "1"),
        lambda: draw_digit_browser(STRIPE, 0, np.full(10, np.nan), 1, "1"),
        lambda: draw_digit_browser(np.zeros((8, 7)), 0, np.zeros(10), 1, "1"),
        lambda: digit_browser(np.zeros((2, 64)), np.zeros(3, int), np.zeros((2, 10))),
        lambda: digit_browser(np.zeros((2, 63)), np.zeros(2, int), np.zeros((2, 10))),
    ],
    ids=["four logits", "nan", "not square", "labels", "pixels"],
)
def test_what_cannot_be_shown_is_refused(call):
    with pytest.raises(ValueError):
        call()


@pytest.mark.benchmark(group="redraw")
def test_benchmark_digit_browser(benchmark):
    benchmark(drawn_in, *STATES[0])
