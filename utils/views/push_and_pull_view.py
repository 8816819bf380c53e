"""The gradient p − y of three logits as a push on each of them, and the loss while the logits give way to it."""

import math

import ipywidgets as widgets
import numpy as np

from utils.display import COLOURS, INK, PAPER, QUIET
from utils.reference import cost_gradient, cross_entropy, softmax
from utils.views.shell import Prediction, View, labelled, logit_slider
from utils.views.svg import (
    bar,
    circle,
    decimal,
    indexed,
    label,
    line,
    loss_text,
    picture,
    polygon,
    polyline,
    probabilities,
    probability,
    quiet_label,
    typeset,
    vector,
)

NAME = "push-and-pull"
WIDTH, HEIGHT = 720, 346
TOP, BOTTOM = 74.0, 242.0
BARS = (58.0, 406.0)
CURVE = (480.0, 700.0)
MOST_STEPS = 40
LOSS_LIMITS = (2.0, 4.0, 8.0, 12.0)
K = 3

PREDICTION = Prediction(
    question="The logits are 1, 2 and 3, and the true class is 0. Which logits does the gradient push?",
    options=(
        "Only z₀, upwards",
        "z₀ upwards, z₁ and z₂ downwards by the same amount",
        "z₀ upwards, z₁ and z₂ downwards, z₂ more strongly",
        "All three upwards",
    ),
    answer="z₀ upwards, z₁ and z₂ downwards, z₂ more strongly",
    explanation=(
        "Each push is the distance from the probability to the truth. The true class lacks 1 − p₀ and is pushed up by "
        "that; every other class holds a probability that it should not have and is pushed down by exactly as much. So "
        "the likeliest wrong class is pushed hardest, and the three pushes sum to zero. Choose another true class and "
        "compare, then let the logits take some steps."
    ),
)


def draw_push_and_pull(logits, true_class, steps=0):
    """Probabilities with an arrow to the truth for each class, beside the loss along the steps.

    Args:
        logits: where the three logits start, finite numbers.
        true_class: 0, 1 or 2.
        steps: how many steps of gradient descent with the learning rate 1 have been taken, at most ``MOST_STEPS``.

    Raises:
        ValueError: for anything but three finite logits, another class, and a number of steps that is out of range.
    """
    logits = np.asarray(logits, dtype=float)
    if logits.shape != (K,) or not np.isfinite(logits).all():
        raise ValueError("This picture needs three finite logits.")
    if not 0 <= steps <= MOST_STEPS:
        raise ValueError(f"Between 0 and {MOST_STEPS} steps can be shown, not {steps}.")
    path = [logits]
    for _ in range(MOST_STEPS):
        path.append(path[-1] - cost_gradient(path[-1], true_class))
    losses = cross_entropy_of_each(path, true_class)
    now, loss = path[steps], losses[steps]
    p, pushes = softmax(now), cost_gradient(now, true_class)

    bar_shapes, bar_labels = _bars(now, p, pushes, true_class)
    curve_shapes, curve_labels = _curve(losses, steps, true_class)
    text = (
        f"z = {vector(now, 2)} after {steps} step{'' if steps == 1 else 's'}, true class {true_class}: "
        f"p = {probabilities(p)}, p - y = {vector(pushes, 3)}, sum {decimal(pushes.sum(), 3)}, loss {loss_text(loss)}. "
        f"Class {true_class} is pushed up, the others down."
    )
    return picture(
        NAME,
        "Probabilities, the truth, and the pushes between them",
        WIDTH,
        HEIGHT,
        bar_shapes + curve_shapes,
        bar_labels + curve_labels,
        text,
    )


def cross_entropy_of_each(path, true_class):
    """The loss at every point of a path of logits, as an array."""
    return np.array([cross_entropy(z, true_class) for z in path])


def push_and_pull():
    """The view: three logits, the true class, and steps of gradient descent."""
    controls = {f"z{index}": logit_slider(index, value) for index, value in enumerate((1.0, 2.0, 3.0))}
    controls["true_class"] = widgets.Dropdown(
        options=[(f"class {index}", index) for index in range(K)],
        value=0,
        **labelled("true class", "The class that occurred"),
    )
    controls["true_class"].layout.width = "98%"  # its frame is wider than what it frames
    controls["steps"] = widgets.IntSlider(
        value=0, min=0, max=MOST_STEPS, **labelled("steps", "Steps of gradient descent, from the logits above")
    )

    def draw(true_class, steps, **logits):
        return draw_push_and_pull(tuple(logits.values()), true_class, steps)

    return View(draw, controls, PREDICTION)


def _bars(logits, p, pushes, true_class):
    """A bar for each probability, a mark at its truth, 0 or 1, and the arrow from the one to the other."""
    start, end = BARS
    pitch = (end - start) / K

    def height(value):
        return BOTTOM - value * (BOTTOM - TOP)

    shapes = [line((start, height(quarter / 4)), (end, height(quarter / 4))) for quarter in range(5)]
    labels = [quiet_label((start - 8, height(q / 4) + 4), f"{q / 4:.2f}", "end") for q in range(5)]
    labels += [
        label((start, 26), "Probabilities and truth", "start", font_weight="600"),
        quiet_label((start, 44), "arrows: from p to y, the push on each logit", "start"),
    ]
    shapes.append(line((start, BOTTOM), (end, BOTTOM), INK, stroke_width=1.25))
    for index in range(K):
        centre = start + (index + 0.5) * pitch
        truth = float(index == true_class)
        shapes.append(
            bar(centre - 40, height(p[index]), 44, BOTTOM - height(p[index]), COLOURS[index], id=f"{NAME}-bar-{index}")
        )
        shapes.append(
            line(
                (centre - 46, height(truth)),
                (centre + 42, height(truth)),
                INK,
                id=f"{NAME}-truth-{index}",
                stroke_width=3,
            )
        )
        shapes += _arrow(centre + 24, height(p[index]), height(truth), index)
        baseline = height(p[index]) - 6
        if truth and baseline < TOP + 16:  # above the mark of the truth, not across it
            baseline = TOP - 6
        labels += [
            label((centre - 18, baseline), probability(p[index]), halo=PAPER),
            label((centre, BOTTOM + 22), f"class {index}", font_weight="600" if truth else None),
            label((centre, BOTTOM + 41), f"{indexed('z', index)} = {typeset(logits[index], 2)}"),
            label((centre, BOTTOM + 60), f"p − y = {typeset(pushes[index], 3)}"),
            label((centre, BOTTOM + 79), "▲ true: push up" if truth else "▼ push down", size=12),
        ]
    return shapes, labels


def _arrow(x, tail, head, index):
    """An arrow along a column, with its head at the truth; one that is too short to see is left out."""
    length = abs(head - tail)
    if length < 1:
        return []
    tip = min(11.0, length)
    base = head + math.copysign(tip, tail - head)
    return [
        line((x, tail), (x, base), INK, id=f"{NAME}-arrow-{index}", stroke_width=3),
        polygon([(x, head), (x - 7, base), (x + 7, base)], INK, id=f"{NAME}-tip-{index}"),
    ]


def _curve(losses, steps, true_class):
    """The loss along all steps, with a point at the present one and a line at the loss of equal probabilities."""
    start, end = CURVE
    limit = next((limit for limit in LOSS_LIMITS if losses.max() <= limit), losses.max())

    def place(step, loss):
        return start + step / MOST_STEPS * (end - start), BOTTOM - loss / limit * (BOTTOM - TOP)

    shapes, labels = [], []
    for quarter in range(5):
        value = quarter * limit / 4
        shapes.append(line(place(0, value), place(MOST_STEPS, value)))
        labels.append(quiet_label((start - 8, place(0, value)[1] + 4), f"{value:.1f}", "end"))
    for step in range(0, MOST_STEPS + 1, 10):
        labels.append(quiet_label((place(step, 0)[0], BOTTOM + 18), str(step)))
    even = math.log(K)
    shapes += [
        line(place(0, 0), place(MOST_STEPS, 0), INK, stroke_width=1.25),
        line(place(0, even), place(MOST_STEPS, even), QUIET, stroke_width=1.25, stroke_dasharray="5 4"),
        polyline([place(step, loss) for step, loss in enumerate(losses)], id=f"{NAME}-path", stroke_width=2),
        circle(place(steps, losses[steps]), 6, COLOURS[true_class], id=f"{NAME}-point", stroke=INK, stroke_width=1.5),
    ]
    labels += [
        label((start, 26), f"Loss {loss_text(losses[steps])}", "start", font_weight="600"),
        quiet_label((start, 44), f"−log {indexed('p', true_class)} as z takes steps", "start"),
        quiet_label((end, place(0, even)[1] - 5), "ln 3", "end"),
        quiet_label(((start + end) / 2, BOTTOM + 37), "steps, with the learning rate 1"),
    ]
    return shapes, labels
