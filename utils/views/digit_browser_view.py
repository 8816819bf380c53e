"""Handwritten digits one by one: the picture, the logits of a network, and the probabilities at a temperature."""

import ipywidgets as widgets
import numpy as np

from utils.display import COLOURS, INK, PAPER, QUIET
from utils.reference import log_softmax, softmax
from utils.views.shell import Prediction, View, labelled, temperature_slider
from utils.views.svg import (
    label,
    line,
    loss_text,
    picture,
    probabilities,
    probability,
    quiet_label,
    rectangle,
    typeset,
    vector,
)

NAME = "digit-browser"
WIDTH, HEIGHT = 720, 330
TOP, PITCH = 62.0, 25.0
PAGE = (16.0, 62.0, 192.0)  # left, top and side of the picture, in pixels
LOGITS = (296.0, 60.0, 408.0)  # the line at zero, the longest bar, and where the numbers end
SHARES = (504.0, 648.0)
ORDERS = ("as they come", "highest loss", "least sure")  # what the last two name comes first

PREDICTION = Prediction(
    question="You raise the temperature from 1 to 5. What changes, for some of the pictures?",
    options=(
        "The digit that the network decides for",
        "The order of the ten probabilities",
        "How sure it is, and nothing else",
        "Nothing at all",
    ),
    answer="How sure it is, and nothing else",
    explanation=(
        "All ten logits are divided by the same positive number, and that keeps their order. So the decision stays, right or "
        "wrong, and the accuracy with it. Sort by the highest loss, look at the first picture, and move the temperature."
    ),
)


def orders(Z, y):
    """The places of the examples in each of the three orders, by the name of the order."""
    log_probabilities = log_softmax(Z)
    losses = -log_probabilities[np.arange(len(y)), y]
    return dict(
        zip(
            ORDERS,
            (
                np.arange(len(y)),
                np.argsort(-losses, kind="stable"),
                np.argsort(log_probabilities.max(axis=1), kind="stable"),
            ),
            strict=True,
        )
    )


def draw_digit_browser(pixels, true_class, logits, place, count, temperature=1.0):
    """A picture beside its ten logits and its ten probabilities.

    Args:
        pixels: a square picture, shape (side, side), from 0 for paper to 1 for ink.
        true_class: its label.
        logits: shape (10,), finite.
        place: the number of this picture.
        count: how many there are, and in which order they come.
        temperature: the logits are divided by it before the softmax.

    Raises:
        ValueError: for another number of logits, for logits that are not finite, and for a picture that is not square.
    """
    logits, pixels = np.asarray(logits, dtype=float), np.asarray(pixels, dtype=float)
    if logits.shape != (10,) or not np.isfinite(logits).all():
        raise ValueError("This picture needs ten finite logits.")
    if pixels.ndim != 2 or pixels.shape[0] != pixels.shape[1]:
        raise ValueError(f"The picture of a digit is square, and this one has the shape {pixels.shape}.")
    p = softmax(logits, temperature=temperature)
    chosen = int(logits.argmax())
    cost = -float(log_softmax(logits, temperature=temperature)[true_class])
    verdict = "right" if chosen == true_class else "wrong"
    shapes, labels = _rows(logits, p, int(true_class), chosen)
    labels += [
        label((PAGE[0], 26), f"Picture {place} of {count}", "start", font_weight="600"),
        quiet_label((PAGE[0], 44), f"label {true_class}, taken for {chosen}: {verdict}", "start"),
        label((LOGITS[2], 26), "Logits", "end", font_weight="600"),
        quiet_label((LOGITS[2], 44), "of the network", "end"),
        label((SHARES[0], 26), "Probabilities", "start", font_weight="600"),
        quiet_label((SHARES[0], 44), f"at T = {temperature:.2f}", "start"),
        quiet_label((PAGE[0], HEIGHT - 32), f"sure to {probability(p[chosen])}", "start"),
        quiet_label((PAGE[0], HEIGHT - 14), f"loss {loss_text(cost)}", "start"),
    ]
    text = (
        f"Picture {place} of {count}, label {true_class}, taken for {chosen}: {verdict}. z = {vector(logits, 1)}, "
        f"temperature {temperature:.2f}: p = {probabilities(p)}, sure to "
        f"{probability(p[chosen])}, loss {loss_text(cost)}."
    )
    return picture(NAME, "A handwritten digit", WIDTH, HEIGHT, [*_ink(pixels), *shapes], labels, text)


def digit_browser(X, y, Z):
    """The view: which picture, in which order, and a temperature.

    Args:
        X: pictures, shape (m, side²), from 0 to 1.
        y: their labels, shape (m,).
        Z: the logits of a network for them, shape (m, 10).
    """
    X, y, Z = np.asarray(X), np.asarray(y), np.asarray(Z)
    side = round(X.shape[-1] ** 0.5)
    if X.ndim != 2 or side**2 != X.shape[1] or len(y) != len(X) or Z.shape != (len(X), 10):
        raise ValueError(f"Pictures, labels and logits do not fit together: {X.shape}, {y.shape}, {Z.shape}.")
    sorted_places = orders(Z, y)
    controls = {
        "order": widgets.ToggleButtons(
            options=ORDERS,
            value=ORDERS[0],
            **labelled("order", "In which order the pictures come"),
        ),
        "place": widgets.IntSlider(value=1, min=1, max=len(y), **labelled("picture", "Which picture of this order")),
        "temperature": temperature_slider(),
    }
    controls["order"].style.button_width = "max-content"

    def draw(order, place, temperature):
        index = sorted_places[order][place - 1]
        return draw_digit_browser(
            X[index].reshape(side, side), int(y[index]), Z[index], place, f"{len(y)}, {order}", temperature
        )

    return View(draw, controls, PREDICTION)


def _ink(pixels):
    """The picture: one square for each pixel that holds ink, on a page with a rim."""
    left, top, side = PAGE
    size = side / len(pixels)
    shapes = [rectangle(left, top, side, side, PAPER, stroke=QUIET, stroke_width=1, id=f"{NAME}-page")]
    for (row, column), ink in np.ndenumerate(pixels):
        if ink > 0:
            shapes.append(
                rectangle(left + column * size, top + row * size, size + 0.4, size + 0.4, INK, fill_opacity=float(ink))
            )
    return shapes


def _rows(logits, p, true_class, chosen):
    """A row for each class: its logit to the left or right of a line at zero, and its probability."""
    centre, longest, end = LOGITS
    start, full = SHARES
    reach = max(1.0, np.abs(logits).max())
    bottom = TOP + 10 * PITCH
    shapes = [line((start, TOP), (start, bottom - 4), QUIET), line((full, TOP), (full, bottom - 4))]
    labels = []
    for index, (logit, share) in enumerate(zip(logits, p, strict=True)):
        top = TOP + index * PITCH
        word, colour = _role(index, true_class, chosen)
        length = abs(logit) / reach * longest
        left = centre - length if logit < 0 else centre
        shapes += [
            rectangle(left, top, length, 17, colour, id=f"{NAME}-logit-{index}", stroke=INK, stroke_width=0.5),
            rectangle(
                start, top, share * (full - start), 17, colour, id=f"{NAME}-share-{index}", stroke=INK, stroke_width=0.5
            ),
        ]
        bold = "600" if word else None
        labels += [
            label((start - 14, top + 13), str(index), "end", font_weight=bold),
            label((end, top + 13), typeset(logit, 1), "end"),
            label((704, top + 13), probability(share), "end", font_weight=bold),
        ]
        if word:
            labels.append(label((start - 30, top + 13), word, "end", font_weight="600"))
    shapes.append(line((centre, TOP - 4), (centre, bottom - 4), INK, stroke_width=1.25, id=f"{NAME}-zero"))
    return shapes, labels


def _role(index, true_class, chosen):
    """What a class is for this picture, in a word and a colour."""
    if index == true_class:
        return ("right" if index == chosen else "label"), COLOURS[2]
    return ("taken", COLOURS[5]) if index == chosen else ("", COLOURS[4])
