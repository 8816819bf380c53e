"""The same four logits under a softmax and under four sigmoids, with the sum of each row and a threshold."""

import numpy as np

from utils.display import COLOURS, PAPER, QUIET
from utils.reference import sigmoid, softmax
from utils.views.panels import BOTTOM, LEFT_PANEL, RIGHT_PANEL, columns, floor, heading, share_height, share_scale
from utils.views.shell import Prediction, View, logit_slider, shift_slider, slider
from utils.views.svg import (
    bar,
    decimal,
    label,
    line,
    listing,
    picture,
    probabilities,
    probability,
    quiet_label,
    typeset,
    vector,
)

NAME = "softmax-and-sigmoids"
WIDTH, HEIGHT = 720, 334

PREDICTION = Prediction(
    question="All four logits are raised by 3. What happens to the sums of the two rows?",
    options=(
        "Both stay at 1",
        "The softmax still sums to 1, the sigmoids sum to more than before",
        "Both grow",
    ),
    answer="The softmax still sums to 1, the sigmoids sum to more than before",
    explanation=(
        "Only differences between logits count for a softmax, so a common shift changes none of its bars. A sigmoid "
        "compares its own logit with 0, so every sigmoid grows and their sum with them: it is no total that is shared, "
        "but the number of classes that the model expects to apply. Move the shift c to both ends and read the two sums."
    ),
)


def draw_softmax_and_sigmoids(logits, shift=0.0, threshold=0.5):
    """Bars of the softmax beside bars of the sigmoids of the same shifted logits.

    Args:
        logits: shape (K,), at most eight finite numbers.
        shift: c, added to every logit.
        threshold: between 0 and 1; a class at or above it gets a yes.

    Raises:
        ValueError: for logits that are not finite and for a threshold outside of 0 to 1.
    """
    shifted = np.asarray(logits, dtype=float) + shift
    if not np.isfinite(shifted).all():
        raise ValueError("Every logit must be a finite number.")
    if not 0 < threshold < 1:
        raise ValueError(f"The threshold must lie between 0 and 1, but it is {threshold}.")
    # Of the logits before the shift, so that rounding in the sum cannot move a bar that stands still.
    shares, answers = softmax(np.asarray(logits, dtype=float)), sigmoid(shifted)

    left_shapes, left_labels = _panel("softmax", LEFT_PANEL, "Softmax", "one total, shared", shifted, shares, threshold)
    right_shapes, right_labels = _panel(
        "sigmoid", RIGHT_PANEL, f"{len(shifted)} sigmoids", "each by itself", shifted, answers, threshold
    )
    between = label((LEFT_PANEL[1] + 12, share_height(threshold) + 4), f"t = {decimal(threshold, 2)}", "start")
    caption = quiet_label(
        (WIDTH / 2, HEIGHT - 12), "Below each class: its logit with the shift, and a yes from the threshold t on."
    )
    text = (
        f"z = {vector(logits, 1)}, shift {decimal(shift, 1)}, threshold {decimal(threshold, 2)}: "
        f"softmax = {probabilities(shares)}, sum {decimal(shares.sum(), 3)}, yes to {_names(shares >= threshold)}; "
        f"sigmoids = {probabilities(answers)}, sum {decimal(answers.sum(), 3)}, yes to {_names(answers >= threshold)}."
    )
    return picture(
        NAME,
        "Softmax and sigmoids of the same logits",
        WIDTH,
        HEIGHT,
        left_shapes + right_shapes,
        [*left_labels, *right_labels, between, caption],
        text,
    )


def softmax_and_sigmoids():
    """The view: sliders for four logits, a common shift and the threshold."""
    start = (2.0, 1.0, 0.1, -1.0)
    controls = {f"z{index}": logit_slider(index, value) for index, value in enumerate(start)}
    controls |= {"shift": shift_slider(), "threshold": threshold_slider()}

    def draw(shift, threshold, **logits):
        return draw_softmax_and_sigmoids(tuple(logits.values()), shift, threshold)

    return View(draw, controls, PREDICTION)


def threshold_slider():
    """A slider for the threshold, from 0.05 to 0.95."""
    return slider(0.5, 0.05, 0.95, 0.01, 2, "threshold t", "A class gets a yes from this probability on")


def _panel(kind, panel, title, how, logits, values, threshold):
    """Bars of probabilities from 0 to 1 with the threshold; below each its class, its logit, and a mark for a yes."""
    start, end = panel
    shapes, labels = share_scale(panel)
    labels += heading(panel, title, f"{how}: sum {decimal(values.sum(), 3)}", id=f"{NAME}-{kind}-sum")
    for index, (centre, width) in enumerate(columns(panel, len(values))):
        value = float(values[index])
        upper, left = share_height(value), centre - width / 2
        shapes.append(bar(left, upper, width, BOTTOM - upper, COLOURS[index], id=f"{NAME}-{kind}-{index}"))
        labels += [
            label((centre, upper - 5), probability(value), halo=PAPER),
            label((centre, BOTTOM + 20), f"class {index}"),
            quiet_label((centre, BOTTOM + 38), typeset(logits[index], 1)),
        ]
        if value >= threshold:
            labels.append(label((centre, BOTTOM + 58), "▲ yes", font_weight="600"))
        else:
            labels.append(quiet_label((centre, BOTTOM + 58), "no"))
    shapes += [
        floor(panel),
        line(
            (start, share_height(threshold)),
            (end, share_height(threshold)),
            QUIET,
            id=f"{NAME}-{kind}-threshold",
            stroke_width=1.25,
            stroke_dasharray="5 4",
        ),
    ]
    return shapes, labels


def _names(chosen):
    """The chosen classes for a sentence."""
    indices = [str(index) for index in np.flatnonzero(chosen)]
    if not indices:
        return "no class"
    return f"class{'es' if len(indices) > 1 else ''} {listing(indices)}"
