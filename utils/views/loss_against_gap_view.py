"""The loss of one example and its gradient against the gap, for five ways to compute them in float32."""

from functools import cache, lru_cache

import numpy as np

from utils.display import COLOURS, INK, PAPER
from utils.views.shell import Prediction, View, slider
from utils.views.svg import circle, decimal, label, line, picture, polyline, quiet_label, typeset

NAME = "loss-against-gap"
WIDTH, HEIGHT = 720, 424
TOP, BOTTOM = 64.0, 244.0
LOSS_PANEL = (62.0, 342.0)
GRADIENT_PANEL = (424.0, 704.0)
LOWEST, HIGHEST = -40.0, 130.0
SMALLEST = 1e-20  # of the scale of gradients
METHODS = ("exact", "fused", "naive", "epsilon", "clip")
LINES = {
    "exact": (COLOURS[7], None, 5),
    "fused": (COLOURS[4], None, 2.5),
    "naive": (COLOURS[5], "7 4", 2),
    "epsilon": (COLOURS[0], "2 3", 2.5),
    "clip": (COLOURS[3], "9 3 2 3", 2),
}
WORDS = {
    "exact": "without rounding",
    "fused": "log-sum-exp minus logit; gradient p − 1",
    "naive": "stable softmax, then its logarithm",
    "epsilon": "log(p + ε)",
    "clip": "log of p, clipped to [ε, 1 − ε]",
}

PREDICTION = Prediction(
    question="A model is wrong by a gap of 60, and its loss is log(p + ε) with ε = 10⁻⁹. How strong is the gradient?",
    options=(
        "Close to −1, as for every confident mistake",
        "About −0.35, a third of it",
        "Too small to learn anything from",
    ),
    answer="Too small to learn anything from",
    explanation=(
        "At a gap of 60 the probability p of the true class is 9e-27, far below ε. The loss has stopped at −log ε, about "
        "20.7, and no longer changes with the logits; its gradient is about −p/ε, or −9e-18. The exact one is −1. Move "
        "the gap to 60 and read the table, then make ε smaller and watch where the bend goes."
    ),
)


def losses_and_gradients(gap, epsilon):
    """The loss of the true class, and its derivative for the true logit, five times: exact, and in float32.

    Args:
        gap: how far the true logit lies below the only other one, any shape; negative where it lies above.
        epsilon: added inside the logarithm, or the limit of the clip.

    Returns:
        A dict, method → (loss, gradient), two float64 arrays in the shape of ``gap``. The gradients of *naive*,
        *epsilon* and *clip* follow the chain rule step by step, as automatic differentiation does.
    """
    gap = np.asarray(gap, dtype=np.float64)
    with np.errstate(all="ignore"):
        exact = np.logaddexp(0.0, gap), -1 / (1 + np.exp(-gap))
        logit, other = np.minimum(-gap, 0).astype(np.float32), np.minimum(gap, 0).astype(np.float32)
        total = np.exp(logit) + np.exp(other)
        p = np.exp(logit) / total
        small, one = np.float32(epsilon), np.float32(1)
        clipped = np.clip(p, small, one - small)
        upstream = {
            "naive": -one / p,
            "epsilon": -one / (p + small),
            "clip": np.where(p == clipped, -one / clipped, np.float32(0)),
        }
        losses = {"naive": -np.log(p), "epsilon": -np.log(p + small), "clip": -np.log(clipped)}
        results = {name: (losses[name], p * (slope - p * slope)) for name, slope in upstream.items()}
        results |= {"fused": (np.log(total) - logit, p - one), "exact": exact}
    return {name: tuple(np.asarray(part, dtype=np.float64) + 0.0 for part in results[name]) for name in METHODS}


def draw_loss_against_gap(gap, exponent=9.0):
    """Curves of the loss and of the size of its gradient, with a mark at one gap and a table of its numbers.

    Args:
        gap: how far the true logit lies below the other one, from −40 to 130.
        exponent: e of ε = 10 to the −e, from 3 to 15.

    Raises:
        ValueError: for a gap or an exponent outside of these ranges.
    """
    if not LOWEST <= gap <= HIGHEST:
        raise ValueError(f"The gap must lie between {LOWEST:g} and {HIGHEST:g}, but it is {gap}.")
    if not 3 <= exponent <= 15:
        raise ValueError(f"The exponent must lie between 3 and 15, but it is {exponent}.")
    fixed_shapes, fixed_labels = _panels()
    shapes, labels = list(fixed_shapes), list(fixed_labels)
    shapes += _curves(exponent)
    here = losses_and_gradients(gap, 10.0**-exponent)
    for start in (LOSS_PANEL, GRADIENT_PANEL):
        place = _across(start, gap)
        shapes.append(line((place, TOP), (place, BOTTOM), INK, stroke_width=1, stroke_dasharray="3 3"))
    labels += [
        quiet_label((16, BOTTOM + 56), f"at a gap of {typeset(gap, 1)}, ε = 10^{typeset(-exponent, 1)}", "start"),
        quiet_label((568, BOTTOM + 56), "loss", "end"),
        quiet_label((688, BOTTOM + 56), "gradient", "end"),
    ]
    sentences = []
    for row, name in enumerate(METHODS):
        loss, gradient = (float(part) for part in here[name])
        baseline = BOTTOM + 78 + 20 * row
        shapes.append(_stroke([(16, baseline - 4), (56, baseline - 4)], name))
        labels += [
            label((68, baseline), name, "start"),
            quiet_label((138, baseline), WORDS[name], "start"),
            label((568, baseline), _number(loss, "−"), "end", id=f"{NAME}-{name}-loss"),
            label((688, baseline), _number(gradient, "−"), "end", id=f"{NAME}-{name}-gradient"),
        ]
        for panel, height in ((LOSS_PANEL, _loss_height(loss)), (GRADIENT_PANEL, _gradient_height(gradient))):
            if height is not None:
                colour = LINES[name][0]
                shapes.append(circle((_across(panel, gap), height), 4, colour, stroke=PAPER, stroke_width=1))
        sentences.append(f"{name} loss {_number(loss)}, gradient {_number(gradient)}")
    text = f"gap {decimal(gap, 1)}, epsilon 10^{decimal(-exponent, 1)}: {'; '.join(sentences)}."
    return picture(NAME, "Loss and gradient against the gap", WIDTH, HEIGHT, shapes, labels, text)


def loss_against_gap():
    """The view: sliders for the gap and for the size of epsilon."""
    controls = {
        "gap": slider(20.0, LOWEST, HIGHEST, 0.5, 1, "gap", "How far the true logit lies below the other one"),
        "exponent": slider(9.0, 3.0, 15.0, 0.1, 1, "e of ε = 10⁻ᵉ", "The size of epsilon: ten to the power of minus e"),
    }
    return View(draw_loss_against_gap, controls, PREDICTION)


@cache
def _panels():
    """Headings, ticks and thin lines of the two panels: the same in every state."""
    shapes, labels = [], []
    headings = (
        (LOSS_PANEL, "Loss", "in float32, against the gap"),
        (GRADIENT_PANEL, "Gradient of the true logit", "its size, on a logarithmic scale"),
    )
    for (start, end), heading, scale in headings:
        labels += [
            label((start, 24), heading, "start", font_weight="600"),
            quiet_label((start, 44), scale, "start"),
            quiet_label(((start + end) / 2, BOTTOM + 34), "gap: true class wins ← 0 → true class loses"),
        ]
        for tick in (-40, 0, 40, 80, 120):
            place = _across((start, end), tick)
            shapes.append(line((place, TOP), (place, BOTTOM)))
            labels.append(quiet_label((place, BOTTOM + 16), typeset(tick, 0)))
    for value in (0, 40, 80, 120):
        shapes.append(line((LOSS_PANEL[0], _loss_height(value)), (LOSS_PANEL[1], _loss_height(value))))
        labels.append(quiet_label((LOSS_PANEL[0] - 8, _loss_height(value) + 4), f"{value}", "end"))
    for power, words in ((0, "1"), (-5, "10⁻⁵"), (-10, "10⁻¹⁰"), (-15, "10⁻¹⁵"), (-20, "10⁻²⁰")):
        height = _gradient_height(10.0**power)
        shapes.append(line((GRADIENT_PANEL[0], height), (GRADIENT_PANEL[1], height)))
        labels.append(quiet_label((GRADIENT_PANEL[0] - 8, height + 4), words, "end"))
    return tuple(shapes), tuple(labels)


@lru_cache(maxsize=64)
def _curves(exponent):
    """The curves of all methods for one epsilon; where a number is infinite, nan or 0 on a logarithmic scale, they end."""
    gaps = np.linspace(LOWEST, HIGHEST, 171)
    results = losses_and_gradients(gaps, 10.0**-exponent)
    shapes = []
    for name, (losses, gradients) in results.items():
        for panel, values, height in (
            (LOSS_PANEL, losses, _loss_height),
            (GRADIENT_PANEL, gradients, _gradient_height),
        ):
            heights = [height(value) for value in values.tolist()]
            points = [
                (_across(panel, gap), place)
                for gap, place in zip(gaps.tolist(), heights, strict=True)
                if place is not None
            ]
            shapes.append(_stroke(points, name))
    return shapes


def _stroke(points, name):
    colour, dashes, width = LINES[name]
    return polyline(points, colour, stroke_width=width, stroke_dasharray=dashes)


def _across(panel, gap):
    start, end = panel
    return start + (gap - LOWEST) / (HIGHEST - LOWEST) * (end - start)


def _loss_height(value):
    """The pixel of a loss, or None where it is no finite number."""
    return BOTTOM - value / HIGHEST * (BOTTOM - TOP) if np.isfinite(value) else None


def _gradient_height(value):
    """The pixel of a gradient's size on a logarithmic scale, or None where it is no number or off the scale."""
    size = abs(value)
    if not SMALLEST <= size <= 1.001:
        return None
    return TOP + np.log10(size) / np.log10(SMALLEST) * (BOTTOM - TOP)


def _number(value, minus="-"):
    """A number for a label or a sentence, to three digits."""
    if np.isnan(value):
        return "no value"
    if np.isinf(value):
        return "infinite" if value > 0 else f"{minus}infinite"
    return f"{value:.3g}".replace("-", minus)
