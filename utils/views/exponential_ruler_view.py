"""Two exponents on a ruler, over the ranges in which four number formats can hold their powers of e."""

from functools import cache

import ml_dtypes
import numpy as np

from utils.display import COLOURS, INK, PAPER, QUIET
from utils.reference import softmax
from utils.views.shell import Prediction, View, slider
from utils.views.svg import (
    circle,
    decimal,
    indexed,
    label,
    line,
    picture,
    probability,
    quiet_label,
    rectangle,
    tint,
    typeset,
    vector,
)

NAME = "exponential-ruler"
WIDTH, HEIGHT = 720, 364
LEFT, RIGHT = 100.0, 504.0
MIDDLE = (LEFT + RIGHT) / 2
FARTHEST = 4500.0
TOP, LANE, PITCH = 86.0, 24.0, 50.0
COLUMNS = (574.0, 664.0)
FORMATS = {
    "float16": np.float16,
    "bfloat16": ml_dtypes.bfloat16,
    "float32": np.float32,
    "float64": np.float64,
}
WHOLE, FEWER, LOST = tint(COLOURS[2], 0.45), tint(COLOURS[1], 0.55), tint(COLOURS[5], 0.2)
MARKS = (COLOURS[0], COLOURS[3])
TICKS = (-1000, -100, -10, 0, 10, 100, 1000)

PREDICTION = Prediction(
    question="The logits are 100 and 40, without a shift. In which formats does the plain softmax break?",
    options=(
        "In none of them",
        "In float16 alone",
        "In float16, bfloat16 and float32",
        "In all four",
    ),
    answer="In float16, bfloat16 and float32",
    explanation=(
        "e to the power 100 is about 3e43. The largest number is 65504 in float16 and about 3e38 in bfloat16 and float32, "
        "which have exponents of the same length; only float64 goes on to 2e308. One infinite power is enough to make the "
        "quotient nan. Set the shift to −100, so that the larger exponent is 0, and see all four recover."
    ),
)


def draw_exponential_ruler(logits, shift=0.0):
    """The exponents z + c of two logits on a ruler, and what each format makes of their powers of e.

    Args:
        logits: two numbers from −1000 to 1000.
        shift: c, from −1000 to 1000, added to both.

    Raises:
        ValueError: for anything but two finite logits, and for exponents that lie off the ruler.
    """
    logits = np.asarray(logits, dtype=float)
    if logits.shape != (2,) or not np.isfinite(logits).all():
        raise ValueError("The ruler needs two finite logits.")
    exponents = logits + shift
    if not np.abs(exponents).max() <= FARTHEST:
        raise ValueError(f"The ruler ends at {FARTHEST:g}, and one exponent lies beyond it.")
    shapes, labels = map(list, _ruler())
    sentences = []
    for index, exponent in enumerate(exponents.tolist()):
        place, height = _place(exponent), 48 + 18 * index
        shapes.append(line((place, height + 4), (place, TOP), MARKS[index], stroke_width=1.5))
        words = f"{indexed('z', index)} + c = {typeset(exponent, 1)}"
        anchor, offset = ("end", -8) if place > MIDDLE else ("start", 8)
        labels.append(label((place + offset, height + 4), words, anchor, halo=PAPER))
        shapes.append(circle((place, height), 4, MARKS[index], stroke=INK, stroke_width=1))
    for row, (name, dtype) in enumerate(FORMATS.items()):
        middle = TOP + row * PITCH + LANE / 2
        powers, shares = _plain_softmax(exponents, dtype)
        for index, exponent in enumerate(exponents.tolist()):
            place = (_place(exponent), middle)
            ends = (place[0], middle - LANE / 2), (place[0], middle + LANE / 2)
            shapes.append(line(*ends, MARKS[index], stroke_width=1.5))
            shapes.append(circle(place, 6, MARKS[index], id=f"{NAME}-{name}-{index}", stroke=INK, stroke_width=1))
            labels.append(label((COLUMNS[index], middle + 5), _share(shares[index]), id=f"{NAME}-{name}-share-{index}"))
        sentences.append(
            f"{name}: powers {_word(powers[0])} and {_word(powers[1])}, "
            f"softmax {_word(shares[0])} and {_word(shares[1])}"
        )
    truth = softmax(logits)
    labels.append(quiet_label((618, TOP + 4 * PITCH + 6), "without rounding"))
    labels += [label((COLUMNS[index], TOP + 4 * PITCH + 26), probability(truth[index])) for index in (0, 1)]
    text = (
        f"z = {vector(logits, 1)}, shift {decimal(shift, 1)}: exponents {vector(exponents, 1)}. {'; '.join(sentences)}."
    )
    return picture(NAME, "Exponents and the limits of four formats", WIDTH, HEIGHT, shapes, labels, text)


def exponential_ruler():
    """The view: sliders for two logits and a common shift."""
    controls = {
        "z0": _slider(100.0, "logit z₀", "The logit of class 0"),
        "z1": _slider(40.0, "logit z₁", "The logit of class 1"),
        "shift": _slider(0.0, "shift c", "A number added to both logits"),
    }

    def draw(z0, z1, shift):
        return draw_exponential_ruler((z0, z1), shift)

    return View(draw, controls, PREDICTION)


def _slider(value, description, tooltip):
    """A slider from −1000 to 1000."""
    return slider(value, -1000.0, 1000.0, 5.0, 0, description, tooltip)


def _place(exponent):
    """The pixel of an exponent: nearly linear close to 0, logarithmic far from it."""
    stretched = np.sign(exponent) * np.log1p(abs(exponent) / 10) / np.log1p(FARTHEST / 10)
    return float(MIDDLE + stretched * (RIGHT - LEFT) / 2)


def _limits(dtype):
    """The exponents between which powers of e are finite and positive, and from which on they have all their digits."""
    numbers = ml_dtypes.finfo(dtype)
    smallest = float(numbers.smallest_subnormal)
    # Half the smallest number is still rounded up to it. In float64 that half is itself too small, so it is not formed.
    return np.log(smallest) - np.log(2), np.log(float(numbers.smallest_normal)), np.log(float(numbers.max))


@cache
def _ruler():
    """The lanes of the four formats with their limits, the ticks and the words around them: the same in every state."""
    shapes, labels = [], []
    labels += [
        label((LEFT, 22), "Exponents, on a scale that is stretched around 0", "start", font_weight="600"),
        label((618, 22), "Plain softmax", font_weight="600"),
    ]
    labels += [label((COLUMNS[index], 52), indexed("a", index)) for index in (0, 1)]
    bottom = TOP + 3 * PITCH + LANE
    for row, (name, dtype) in enumerate(FORMATS.items()):
        top = TOP + row * PITCH
        zero, whole, overflow = map(_place, _limits(dtype))
        shapes += [
            rectangle(LEFT, top, zero - LEFT, LANE, LOST),
            rectangle(zero, top, whole - zero, LANE, FEWER),
            rectangle(whole, top, overflow - whole, LANE, WHOLE, id=f"{NAME}-{name}-whole"),
            rectangle(overflow, top, RIGHT - overflow, LANE, LOST),
        ]
        labels += [
            label((16, top + 17), name, "start"),
            label((LEFT + 10, top + 17), "0"),
            label((RIGHT - 11, top + 17), "∞"),
            quiet_label((zero, top + LANE + 14), typeset(_limits(dtype)[0], 1), halo=PAPER),
            quiet_label((overflow, top + LANE + 14), typeset(_limits(dtype)[2], 1), halo=PAPER),
        ]
    for tick in TICKS:
        place = _place(tick)
        shapes.append(line((place, bottom + 20), (place, bottom + 26), QUIET))
        labels.append(quiet_label((place, bottom + 40), typeset(tick, 0)))
    shapes.append(line((LEFT, bottom + 20), (RIGHT, bottom + 20), QUIET))
    legend = (
        (LEFT, WHOLE, "all digits"),
        (LEFT + 104, FEWER, "fewer digits"),
        (LEFT + 226, LOST, "rounded to 0, or infinite"),
    )
    for start, colour, words in legend:
        shapes.append(rectangle(start, HEIGHT - 29, 12, 12, colour, stroke=QUIET, stroke_width=0.75))
        labels.append(quiet_label((start + 18, HEIGHT - 18), words, "start"))
    return tuple(shapes), tuple(labels)


def _plain_softmax(exponents, dtype):
    """Powers of e and their shares, each step rounded to the format, as floats."""
    with np.errstate(all="ignore"):
        powers = np.exp(exponents.astype(dtype))
        shares = powers / (powers[0] + powers[1])
    return powers.astype(float).tolist(), shares.astype(float).tolist()


def _share(value):
    """A share for a label; one that was rounded to exactly 0 or 1 is written as such."""
    if np.isnan(value):
        return "no value"
    return f"{value:g}" if value in (0, 1) else probability(value)


def _word(value):
    """A number for a sentence."""
    if np.isnan(value):
        return "without value"
    return "infinite" if np.isinf(value) else f"{value:.3g}"
