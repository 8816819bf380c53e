"""Four logits and their softmax as bars, with a common shift and a temperature."""

import numpy as np

from utils.display import COLOURS, INK, PAPER, QUIET
from utils.reference import softmax
from utils.views.panels import (
    BOTTOM,
    LEFT_PANEL,
    RIGHT_PANEL,
    TOP,
    columns,
    floor,
    heading,
    scale,
    share_height,
    share_scale,
)
from utils.views.shell import Prediction, View, logit_slider, shift_slider, temperature_slider
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

NAME = "softmax-bars"
WIDTH, HEIGHT = 720, 316
AXIS_LIMITS = (6.0, 12.0, 30.0, 60.0, 120.0)

PREDICTION = Prediction(
    question="Only z₀ is raised. What happens to the three other activations?",
    options=(
        "They stay as they are",
        "All three shrink, and keep their ratios to each other",
        "Only the second largest shrinks",
    ),
    answer="All three shrink, and keep their ratios to each other",
    explanation=(
        "Each activation is its own exponential over one shared denominator. Raising z₀ enlarges that denominator "
        "and leaves the other three numerators alone, so all three are divided by the same larger number. Move z₀ and "
        "compare a₁ with a₂ before and after: both change, a₁ / a₂ does not."
    ),
)


def draw_softmax_bars(logits, shift=0.0, temperature=1.0):
    """Bars of the shifted logits beside bars of their softmax.

    Args:
        logits: shape (K,), at most eight finite numbers.
        shift: c, added to every logit.
        temperature: T > 0, divides every logit.

    Raises:
        ValueError: for logits that are not finite and for a temperature that is not positive.
    """
    logits = np.asarray(logits, dtype=float)
    shifted = logits + shift
    if not np.isfinite(shifted).all():
        raise ValueError("Every logit must be a finite number.")
    activations = softmax(shifted, temperature=temperature)
    # Compared before the shift, so that rounding in the sum cannot make or break a tie.
    largest = np.flatnonzero(logits.max() - logits < 1e-9)

    left_shapes, left_labels = _logit_panel(shifted, shift)
    right_shapes, right_labels = _activation_panel(activations, largest)
    caption = quiet_label(
        (WIDTH / 2, 305), "Adding c to every logit moves every bar on the left and no bar on the right."
    )
    text = (
        f"z = {vector(logits, 1)}, shift {decimal(shift, 1)}, temperature {decimal(temperature, 2)}: "
        f"a = {probabilities(activations)}, sum {decimal(activations.sum(), 3)}, "
        f"largest {listing([f'a{index}' for index in largest])}."
    )
    return picture(
        NAME,
        "Logits and their softmax",
        WIDTH,
        HEIGHT,
        left_shapes + right_shapes,
        [*left_labels, *right_labels, caption],
        text,
    )


def softmax_bars():
    """The view: sliders for four logits, a common shift and a temperature."""
    start = (2.0, 1.0, 0.1, -1.0)
    controls = {f"z{index}": logit_slider(index, value) for index, value in enumerate(start)}
    controls |= {"shift": shift_slider(), "temperature": temperature_slider()}

    def draw(shift, temperature, **logits):
        return draw_softmax_bars(tuple(logits.values()), shift, temperature)

    return View(draw, controls, PREDICTION)


def _logit_panel(shifted, shift):
    """Bars of z + c around a zero line, and a dashed line at c, from which the bars keep their distances."""
    start, end = LEFT_PANEL
    reach = float(max(abs(shifted).max(), abs(shift))) * 1.2
    limit = next((limit for limit in AXIS_LIMITS if reach <= limit + 1e-9), reach)

    def height(value):
        return (TOP + BOTTOM) / 2 - value / limit * (BOTTOM - TOP) / 2

    shapes, labels = scale(LEFT_PANEL, [(step * limit / 3, 0) for step in range(-3, 4)], height)
    labels += heading(LEFT_PANEL, "Logits with the shift", "z + c, in logits; the scale adapts")
    for index, (centre, width) in enumerate(columns(LEFT_PANEL, len(shifted))):
        value = float(shifted[index])
        upper, lower = sorted((height(value), height(0.0)))
        left = centre - width / 2
        shapes.append(bar(left, upper, width, lower - upper, COLOURS[index], id=f"{NAME}-logit-{index}"))
        baseline = upper - 5 if value >= 0 else lower + 14
        labels += [
            label((centre, baseline), typeset(value, 1), halo=PAPER),
            label((centre, BOTTOM + 22), f"class {index}"),
        ]
    shapes.append(line((start, height(0.0)), (end, height(0.0)), INK, stroke_width=1.25))
    shapes.append(
        line(
            (start, height(shift)),
            (end + 8, height(shift)),
            QUIET,
            id=f"{NAME}-shift",
            stroke_width=1.25,
            stroke_dasharray="5 4",
        )
    )
    labels.append(label((end + 13, height(shift) + 4), f"c = {typeset(shift, 1)}", "start"))
    return shapes, labels


def _activation_panel(activations, largest):
    """Bars of the softmax from 0 to 1, the largest marked by a sign and a word."""
    shapes, labels = share_scale(RIGHT_PANEL)
    labels += heading(RIGHT_PANEL, "Activations", "a = softmax((z + c) / T), summing to 1")
    for index, (centre, width) in enumerate(columns(RIGHT_PANEL, len(activations))):
        value = float(activations[index])
        upper, left = share_height(value), centre - width / 2
        shapes.append(bar(left, upper, width, BOTTOM - upper, COLOURS[index], id=f"{NAME}-activation-{index}"))
        labels += [
            label((centre, upper - 5), probability(value), halo=PAPER),
            label((centre, BOTTOM + 22), f"class {index}"),
        ]
        if index in largest:
            labels.append(label((centre, BOTTOM + 40), "▲ largest" if len(largest) == 1 else "▲ tied", size=12))
    shapes.append(floor(RIGHT_PANEL))
    return shapes, labels
