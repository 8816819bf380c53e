"""Three probabilities as one point of a triangle, and the path that the temperature moves it along."""

from functools import cache

import numpy as np

from utils.display import COLOURS, INK, PAPER
from utils.reference import softmax
from utils.views.shell import Prediction, View, logit_slider, temperature_slider
from utils.views.svg import (
    circle,
    decimal,
    indexed,
    label,
    line,
    listing,
    picture,
    polygon,
    polyline,
    probabilities,
    probability,
    quiet_label,
    rectangle,
    tint,
    vector,
)

NAME = "simplex"
WIDTH, HEIGHT = 560, 480
SIDE = 400.0
# Where each class is certain: class 0 at the top, class 1 on the left, class 2 on the right.
CORNERS = np.array([(280.0, 68.0), (80.0, 68.0 + SIDE * 0.75**0.5), (480.0, 68.0 + SIDE * 0.75**0.5)])
CENTRE = np.full(3, 1 / 3)
TINTS = tuple(tint(colour, 0.16) for colour in COLOURS[:3])
GRID = tuple(tint(colour, 0.55) for colour in COLOURS[:3])
# The anchor and offset of the cold end's name, for each set of largest classes: outside the triangle, beyond the name of
# the corner or the tick in the middle of the edge.
COLD_LABEL = {
    (0,): ("middle", (0, -31)),
    (1,): ("middle", (-14, 41)),
    (2,): ("middle", (14, 41)),
    (0, 1): ("end", (-12, -13)),
    (0, 2): ("start", (12, -13)),
    (1, 2): ("middle", (-10, 39)),
}
COLD_END = {
    1: "the corner of class {}",
    2: "the middle of the edge between class {} and class {}",
    3: "the centre, where it is at every T",
}

PREDICTION = Prediction(
    question="The temperature rises without bound. Where does the point go?",
    options=(
        "To the corner of the largest logit",
        "To the centre",
        "To the middle of an edge",
        "It leaves the triangle",
    ),
    answer="To the centre",
    explanation=(
        "Dividing by a large T shrinks every difference between logits towards zero, and equal logits give equal "
        "probabilities: one third each. Raise the temperature to 10 and watch the point follow the curve; then lower it "
        "to 0.1 and see which corner it approaches. Make the two largest logits equal, and the cold end moves to an edge."
    ),
)


def draw_simplex(logits, temperature=1.0):
    """The point softmax(z / T) in the triangle of all distributions over three classes.

    Args:
        logits: shape (3,), finite numbers.
        temperature: T > 0, divides every logit.

    Raises:
        ValueError: for anything but three finite logits, and for a temperature that is not positive.
    """
    logits = np.asarray(logits, dtype=float)
    if logits.shape != (3,) or not np.isfinite(logits).all():
        raise ValueError("The triangle needs three finite logits.")
    activations = softmax(logits, temperature=temperature)
    largest = np.flatnonzero(logits.max() - logits < 1e-9)

    triangle_shapes, triangle_labels = _triangle()
    path_shapes, path_labels = _path(logits, largest)
    readout_shapes, readout_labels = _readout(activations, temperature, largest)
    fill = COLOURS[largest[0]] if len(largest) == 1 else PAPER
    point = circle(_place(activations), 7, fill, id=f"{NAME}-point", stroke=INK, stroke_width=2)
    text = (
        f"z = {vector(logits, 1)}, temperature {decimal(temperature, 2)}: a = {probabilities(activations)}, "
        f"sum {decimal(activations.sum(), 3)}, largest {listing([f'a{index}' for index in largest])}. "
        f"As T falls to 0 the point goes to {COLD_END[len(largest)].format(*largest)}."
    )
    return picture(
        NAME,
        "Three probabilities in a triangle",
        WIDTH,
        HEIGHT,
        [*triangle_shapes, *path_shapes, *readout_shapes, point],
        [*triangle_labels, *path_labels, *_region_labels(logits, largest), *readout_labels],
        text,
    )


def simplex():
    """The view: sliders for three logits and a temperature."""
    controls = {f"z{index}": logit_slider(index, value) for index, value in enumerate((2.0, 1.0, 0.1))}
    controls["temperature"] = temperature_slider()

    def draw(temperature, **logits):
        return draw_simplex(tuple(logits.values()), temperature)

    return View(draw, controls, PREDICTION)


def _place(probabilities):
    """Probabilities, shape (..., 3), to points (x, y): the mean of the corners with these weights."""
    return probabilities @ CORNERS


@cache
def _triangle():
    """The three regions, lines of constant probability, and the names of the corners: the same in every state."""
    shapes, labels = [], []
    for index in range(3):
        before, after = (index - 1) % 3, (index + 1) % 3
        region = [CORNERS[index], _middle(index, after), _place(CENTRE), _middle(index, before)]
        shapes.append(polygon(region, TINTS[index], id=f"{NAME}-region-{index}"))
    for index in range(3):
        # The scale of a class stands on the edge that leaves its corner in this order: 0 → 2, 1 → 0, 2 → 1.
        before, after = (index - 1) % 3, (index + 1) % 3
        anchor, offset = (("start", (12, 4)), ("end", (-12, 4)), ("middle", (-10, 22)))[index]
        for quarter in (1, 2, 3):
            value = quarter / 4
            end, start = np.zeros(3), np.zeros(3)
            end[[index, before]] = start[[index, after]] = value, 1 - value
            shapes.append(line(_place(end), _place(start), GRID[index], stroke_width=1))
            labels.append(quiet_label(_beside(_place(end), *offset), f"{indexed('a', index)} = {value:.2f}", anchor))
    shapes.append(polygon(CORNERS, "none", stroke=INK, stroke_width=1.5, stroke_linejoin="round"))
    for index, (anchor, offset) in enumerate((("middle", (0, -14)), ("middle", (-14, 24)), ("middle", (14, 24)))):
        labels.append(label(_beside(CORNERS[index], *offset), f"class {index}", anchor, font_weight="600"))
    return shapes, labels


def _beside(point, right, down):
    return point[0] + right, point[1] + down


def _middle(one, other):
    return (CORNERS[one] + CORNERS[other]) / 2


def _path(logits, largest):
    """The curve of all temperatures through the point, with both of its ends."""
    centre = _place(CENTRE)
    if len(largest) == 3:
        return [], [label(_beside(centre, 0, 28), "every T", size=12, halo=PAPER)]
    cold = np.zeros(3)
    cold[largest] = 1 / len(largest)
    end = _place(cold)
    gaps = logits.max() - np.delete(logits, largest)
    inverse_temperatures = np.geomspace(0.02 / gaps.max(), 12 / gaps.min(), 80)
    curve = _place(softmax(np.outer(inverse_temperatures, logits)))
    shapes = [
        polyline([centre, *curve, end], id=f"{NAME}-path", stroke_width=2),
        circle(centre, 4, PAPER, stroke=INK, stroke_width=1.5),
        circle(end, 4, PAPER, stroke=INK, stroke_width=1.5),
    ]
    anchor, offset = COLD_LABEL[tuple(largest)]
    # The warm end's name stands where the curve does not go: its first step is along z minus the mean of z.
    step = _place(logits - logits.mean())
    step = step / np.hypot(*step)
    labels = [
        label(_beside(centre, -36 * step[0], 4 - 20 * step[1]), "T → ∞", size=12, halo=PAPER),
        label(_beside(end, *offset), "T → 0", anchor, size=12),
    ]
    return shapes, labels


def _region_labels(logits, largest):
    """The name of each region: on its axis, or beside it where the curve passes.

    The curve bends to the side of the strongest rival, so the name stands on the side of the weakest.
    """
    labels = []
    for index in range(3):
        weights = np.full(3, 0.18)
        weights[index] = 0.64
        if index in largest and len(largest) == 1:
            stronger, weaker = sorted({0, 1, 2} - {index}, key=lambda rival: -logits[rival])
            weights[[index, weaker, stronger]] = 0.56, 0.34, 0.10
        place = _beside(_place(weights), 0, 4)
        labels.append(label(place, f"{indexed('a', index)} largest", size=12, halo=TINTS[index]))
    return labels


def _readout(activations, temperature, largest):
    """The three probabilities as numbers, with their colours, as shapes and labels."""
    shapes, labels = [], [label((16, 26), f"Activations at T = {temperature:.2f}", "start", font_weight="600")]
    mark = "▲ largest" if len(largest) == 1 else "▲ tied"
    for index, value in enumerate(activations):
        baseline = 50 + 20 * index
        shapes.append(rectangle(16, baseline - 10, 11, 11, COLOURS[index], stroke=INK, stroke_width=0.75))
        labels += [
            label((34, baseline), indexed("a", index), "start"),
            label((58, baseline), probability(value), "start"),
        ]
        if index in largest:
            labels.append(label((118, baseline), mark, "start", size=12))
    return shapes, labels
