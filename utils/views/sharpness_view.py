"""The largest softmax weight against the number of items among which it is shared out."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from utils.display import COLOURS, INK, PAPER, QUIET
from utils.reference import lead_needed, leading_weight
from utils.views.shell import Prediction, View, labelled, slider
from utils.views.svg import circle, decimal, label, line, picture, polyline, quiet_label, rectangle

NAME = "sharpness"
WIDTH, HEIGHT = 720, 342
TOP, BOTTOM = 66.0, 270.0
CURVE_PANEL = (62.0, 402.0)
BAR = (470.0, 540.0)
MOST = 6  # powers of ten on the axis of items
LARGEST_LEAD = 20.0
WANTED = 0.9

PREDICTION = Prediction(
    question="The best of 10 items leads all others by 5 and has the weight 0.943. Now there are 1,000 items, none of them closer.",
    options=(
        "It keeps about 0.94: nothing has overtaken it",
        "It keeps about 0.13",
        "It keeps about 0.0094, a hundredth",
    ),
    answer="It keeps about 0.13",
    explanation=(
        "Each other item adds a term of e to the −5, that is 0.0067, below the line. Ten items have nine of them, a thousand "
        "have 999, and together these weigh more than the leader. Raise the number of items and read off the lead that 0.9 "
        "would need: by how much does it grow when the number of items becomes ten times larger?"
    ),
)


def draw_sharpness(items, lead):
    """A curve of the leader's weight over the number of items, with a mark at one number and a bar that is shared out.

    Args:
        items: how many items there are, from 1 to a million; rounded to a whole number.
        lead: by how much the best score leads all others, which are equal, from 0 to 20.

    Raises:
        ValueError: for numbers outside of these ranges.
    """
    if not (1 <= items <= 10**MOST and 0 <= lead <= LARGEST_LEAD):
        raise ValueError(f"There can be 1 to {10**MOST:,} items with a lead of 0 to 20, but not {items} and {lead}.")
    n = round(items)
    weight = float(leading_weight(lead, n))
    needed = lead_needed(n, WANTED) if n > 1 else None

    shapes, labels = _axes()
    shapes.append(_curve(round(float(lead), 6)))
    place = _across(np.log10(n)), _height(weight)
    shapes += [
        line((place[0], TOP), (place[0], BOTTOM), QUIET, stroke_width=1, stroke_dasharray="3 3"),
        circle(place, 5, COLOURS[5], id=f"{NAME}-point", stroke=PAPER, stroke_width=1.5),
        rectangle(
            BAR[0], TOP, BAR[1] - BAR[0], BOTTOM - TOP, COLOURS[4], id=f"{NAME}-others", stroke=INK, stroke_width=0.75
        ),
        rectangle(
            BAR[0],
            _height(weight),
            BAR[1] - BAR[0],
            BOTTOM - _height(weight),
            COLOURS[5],
            id=f"{NAME}-leader",
            stroke=INK,
            stroke_width=0.75,
        ),
    ]
    rest = _words(1 - weight)
    each = _words((1 - weight) / (n - 1)) if n > 1 else None
    rows = [
        ("the leader", _words(weight)),
        ("all others together", rest if n > 1 else "none"),
        ("each of the others", each or "none"),
        (f"lead needed for {WANTED}", "any" if needed is None else decimal(needed, 2)),
    ]
    for number, (name, value) in enumerate(rows):
        baseline = TOP + 22 + 50 * number
        if number < 2:  # the two parts of the bar
            shapes.append(rectangle(562, baseline - 10, 10, 10, COLOURS[(5, 4)[number]], stroke=INK, stroke_width=0.75))
        labels += [
            quiet_label((578, baseline), name, "start"),
            label((578, baseline + 19), value, "start", font_weight="600"),
        ]
    labels.append(quiet_label((WIDTH / 2, HEIGHT - 12), f"{n:,} item{'s' if n > 1 else ''}, lead {decimal(lead, 1)}"))
    alone = "; there are no others, and any lead is enough."
    others = f", all others together {rest}, each of them {each}; a weight of {WANTED} needs a lead of {rows[3][1]}."
    text = f"{n:,} item{'s' if n > 1 else ''}, lead {decimal(lead, 1)}: the leader has {_words(weight)}" + (
        others if n > 1 else alone
    )
    return picture(NAME, "Sharpness against the number of items", WIDTH, HEIGHT, shapes, labels, text)


def sharpness():
    """The view: sliders for the number of items and for the lead."""
    controls = {
        "items": widgets.FloatLogSlider(
            value=10.0,
            min=0.0,
            max=float(MOST),
            step=0.05,
            readout_format=",.0f",
            **labelled("items n", "How many items share the weight, on a logarithmic scale"),
        ),
        "lead": slider(5.0, 0.0, LARGEST_LEAD, 0.1, 1, "lead g", "By how much the best score leads all others"),
    }
    return View(draw_sharpness, controls, PREDICTION)


def _axes():
    """Headings, ticks and thin lines."""
    shapes, labels = [], []
    for start, heading, detail in (
        (CURVE_PANEL[0], "Weight of the leader", "the others are equal; the scale of items is logarithmic"),
        (BAR[0], "The whole weight", "shared out"),
    ):
        labels += [label((start, 24), heading, "start", font_weight="600"), quiet_label((start, 44), detail, "start")]
    for quarter in range(5):
        height = _height(quarter / 4)
        shapes.append(line((CURVE_PANEL[0], height), (CURVE_PANEL[1], height)))
        labels.append(quiet_label((CURVE_PANEL[0] - 8, height + 4), f"{quarter / 4:.2f}", "end"))
    for power in range(0, MOST + 1, 2):
        place = _across(power)
        shapes.append(line((place, TOP), (place, BOTTOM)))
        labels.append(quiet_label((place, BOTTOM + 18), f"{10**power:,}"))
    labels.append(quiet_label((sum(CURVE_PANEL) / 2, BOTTOM + 38), "number of items"))
    return shapes, labels


@lru_cache(maxsize=64)
def _curve(lead):
    """The leader's weight for every number of items."""
    powers = np.linspace(0, MOST, 121)
    weights = leading_weight(lead, 10**powers)
    points = [(_across(power), _height(weight)) for power, weight in zip(powers, weights, strict=True)]
    return polyline(points, COLOURS[0], stroke_width=2.5, id=f"{NAME}-curve")


def _across(power):
    start, end = CURVE_PANEL
    return start + float(power) / MOST * (end - start)


def _height(weight):
    return BOTTOM - float(weight) * (BOTTOM - TOP)


def _words(weight):
    """A weight for a label or a sentence: three decimals, more for small ones, and never 0 or 1 where it is neither."""
    if weight in (0.0, 1.0):
        return decimal(weight, 3)
    if weight >= 0.9995:
        return ">0.999"
    return decimal(weight, 3) if weight >= 0.01 else f"{weight:.2g}"
