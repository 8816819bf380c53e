"""The decision regions of a softmax regression while it learns, one epoch at a time, from weights that were stored."""

from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np

from utils import reference
from utils.display import COLOURS, INK, PAPER, QUIET
from utils.views.shell import Prediction, View, labelled
from utils.views.svg import (
    circle,
    coordinate,
    decimal,
    element,
    label,
    line,
    picture,
    polygon,
    polyline,
    quiet_label,
    rectangle,
    tint,
)

NAME = "regions"
WIDTH, HEIGHT = 720, 372
PLANE = (16.0, 56.0, 436.0, 336.0)  # left, top, right, bottom, in pixels
CURVE = (506.0, 56.0, 704.0, 240.0)
REACH = (9.0, 6.0)  # the plane shows features from minus to plus these
UNIT = (PLANE[2] - PLANE[0]) / (2 * REACH[0])  # pixels for 1, the same in both directions
HIGHEST_COST = 1.5
EPOCHS = 100
RATES = (0.003, 0.03, 0.3, 3.0)
SHOWN = 200  # points in the picture; accuracy and cost are those of all points
# One outline for each class, drawn from the centre of a point, so that no class is known by its colour alone.
OUTLINES = (
    "m-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0",
    "m-3-3h6v6h-6z",
    "m0-4l3.8 6.6h-7.6z",
    "m0-4.2l4.2 4.2l-4.2 4.2l-4.2-4.2z",
)
NAMES_OF_OUTLINES = ("circles", "squares", "triangles", "diamonds")

PREDICTION = Prediction(
    question="All weights start at zero. After a single step, about how many of the 2,000 points are classified rightly?",
    options=(
        "A quarter, as by guessing",
        "Half, whatever the learning rate",
        "Eight in ten, whatever the learning rate",
        "More with a larger learning rate",
    ),
    answer="Eight in ten, whatever the learning rate",
    explanation=(
        "From zero weights the first step gives each class a weight vector that points to its own examples, and that is a "
        "fair classifier already. The learning rate multiplies all logits by one number, and that changes no decision, "
        "only the cost. Go to epoch 1 and move the learning rate: the regions stay, the cost changes."
    ),
)


@dataclass(frozen=True)
class Run:
    """Everything that a training of softmax regression with two features went through.

    Attributes:
        W: the weights at the start and after each step, shape (epochs + 1, 2, K).
        b: the biases, shape (epochs + 1, K).
        costs: the mean cost over all points, shape (epochs + 1,).
        accuracies: the share of all points that are classified rightly, shape (epochs + 1,).
    """

    W: np.ndarray
    b: np.ndarray
    costs: np.ndarray
    accuracies: np.ndarray


def record(X, y, K, learning_rate, epochs=EPOCHS):
    """Train once and keep every step, as a :class:`Run`.

    Args: as for :func:`utils.reference.descend`; ``X`` has two features.
    """
    steps = list(reference.descend(X, y, K, learning_rate, epochs))
    W, b, costs = (np.array(part) for part in zip(*steps, strict=True))
    accuracies = [(reference.predict(*step[:2], X) == y).mean() for step in steps]
    return Run(W, b, costs, np.array(accuracies))


def draw_decision_regions(run, X, y, epoch, learning_rate):
    """The plane, coloured by the class with the largest logit, beside the cost of every epoch.

    The regions of linear logits are polygons: class k wins where it beats each rival, and each rival's bound is a
    straight line. So the page is cut with K − 1 lines for each class, and no grid is evaluated.

    Args:
        run: a :class:`Run` with at most four classes.
        X, y: the points to show, shape (n, 2) and (n,).
        epoch: 0 for the start.
        learning_rate: of this run, for the text.

    Raises:
        ValueError: for an epoch that the run does not have.
    """
    if not 0 <= epoch < len(run.costs):
        raise ValueError(f"The run has the epochs 0 to {len(run.costs) - 1}, but {epoch} was asked for.")
    W, b = run.W[epoch], run.b[epoch]
    everywhere_tied = not (W.any() or b.any())
    region_shapes, region_labels = ([], []) if everywhere_tied else _regions(W, b)
    curve_shapes, curve_labels = _curve(run.costs, epoch)
    if everywhere_tied:
        region_labels = [label((226, 80), "All classes tie everywhere", halo=PAPER)]
    labels = [
        label((PLANE[0], 26), "Decision regions", "start", font_weight="600"),
        quiet_label((PLANE[0], 44), "the class with the largest logit; points with a rim are wrong", "start"),
        quiet_label(((PLANE[0] + PLANE[2]) / 2, PLANE[3] + 22), "features x0 and x1"),
    ]
    frame = rectangle(
        PLANE[0], PLANE[1], PLANE[2] - PLANE[0], PLANE[3] - PLANE[1], "none", stroke=QUIET, stroke_width=1
    )
    legend_shapes, legend_labels = _legend(len(b))
    text = (
        f"Epoch {epoch}, learning rate {learning_rate:g}: cost {decimal(run.costs[epoch], 3)}, "
        f"{decimal(100 * run.accuracies[epoch], 1)} percent of all points right. {_shares(W, b, everywhere_tied)}"
    )
    return picture(
        NAME,
        "Decision regions while a softmax regression learns",
        WIDTH,
        HEIGHT,
        [*region_shapes, frame, *_points(W, b, X, y), *curve_shapes, *legend_shapes],
        [*labels, *region_labels, *curve_labels, *legend_labels],
        text,
    )


def decision_regions(X, y, K):
    """The view: a slider for the epoch and one for the learning rate, over runs that are recorded when it is made.

    Args:
        X: all points, shape (m, 2).
        y: their labels.
        K: the number of classes, at most four.
    """
    runs = {rate: record(X, y, K, rate) for rate in RATES}
    every = max(1, len(X) // SHOWN)
    shown, classes = X[::every], y[::every]
    controls = {
        "epoch": widgets.IntSlider(value=20, min=0, max=EPOCHS, **labelled("epoch", "How many steps were made")),
        "learning_rate": widgets.SelectionSlider(
            value=0.3,
            options=[(f"{rate:g}", rate) for rate in RATES],
            **labelled("learning rate", "The number that every gradient is multiplied by"),
        ),
    }

    def draw(epoch, learning_rate):
        return draw_decision_regions(runs[learning_rate], shown, classes, epoch, learning_rate)

    return View(draw, controls, PREDICTION)


def regions_of(W, b, reach=REACH):
    """The part of the shown plane where each class has the largest logit: for each class the corners of a polygon.

    Args:
        W: shape (2, K).
        b: shape (K,).
        reach: half the width and half the height of the plane around (0, 0).

    Returns:
        A list of K arrays of the shape (corners, 2), with no rows for a class that wins nowhere.
    """
    x, y = reach
    plane = np.array([(-x, -y), (x, -y), (x, y), (-x, y)])
    found = []
    for k in range(len(b)):
        corners = plane
        for rival in range(len(b)):
            if rival != k and len(corners):
                corners = _cut(corners, W[:, k] - W[:, rival], b[k] - b[rival])
        found.append(corners)
    return found


def _cut(corners, normal, offset):
    """The part of a convex polygon where ``normal · x + offset`` is not negative (Sutherland and Hodgman 1974)."""
    heights = corners @ normal + offset
    kept = []
    for index, (corner, height) in enumerate(zip(corners, heights, strict=True)):
        before, height_before = corners[index - 1], heights[index - 1]
        if (height >= 0) != (height_before >= 0):
            kept.append(before + (corner - before) * (height_before / (height_before - height)))
        if height >= 0:
            kept.append(corner)
    return np.array(kept).reshape(-1, 2)


def _area(corners):
    """The area of a polygon (the shoelace formula)."""
    x, y = corners.T
    return 0.5 * abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) if len(corners) else 0.0


def _place(points):
    """Features, shape (..., 2), to pixels."""
    centre = np.array([(PLANE[0] + PLANE[2]) / 2, (PLANE[1] + PLANE[3]) / 2])
    return centre + np.asarray(points) * (UNIT, -UNIT)


def _features(pixels):
    """Pixels back to features."""
    centre = np.array([(PLANE[0] + PLANE[2]) / 2, (PLANE[1] + PLANE[3]) / 2])
    return (pixels - centre) / (UNIT, -UNIT)


def _regions(W, b):
    """The regions with their names."""
    shapes, labels = [], []
    for index, corners in enumerate(regions_of(W, b)):
        if not len(corners):
            continue
        pixels = _place(corners)
        shapes.append(
            polygon(pixels, tint(COLOURS[index], 0.22), id=f"{NAME}-class-{index}", stroke=QUIET, stroke_width=0.75)
        )
        place = _place_of_name(W, b, index, pixels)
        if place is not None:
            labels.append(label(place, f"class {index}", halo=tint(COLOURS[index], 0.22)))
    return shapes, labels


def _place_of_name(W, b, index, pixels):
    """Where the name of a region stands: in a corner of the page that is its own, away from the points.

    A region without such a corner has its name in the middle, and a small one has none.
    """
    left, top, right, bottom = PLANE
    for x, own_x in ((left, left + 34), (right, right - 34)):
        for y, own_y in ((top, top + 20), (bottom, bottom - 12)):
            around = np.array([(x, y), (own_x + (own_x - x) * 0.9, own_y), (own_x, own_y + (own_y - y) * 0.5)])
            if (reference.predict(W, b, _features(around)) == index).all():
                return own_x, own_y
    roomy = np.ptp(pixels, axis=0).min() > 60 and _area(pixels) > 6000
    return tuple(pixels.mean(axis=0)) if roomy else None


def _points(W, b, X, y):
    """The points of each class in one outline; those that are classified wrongly have a rim."""
    predicted = reference.predict(W, b, X)
    pixels = _place(X)
    inside = (np.abs(X) <= REACH).all(axis=1)
    shapes = []
    for index in range(len(b)):
        for wrong in (False, True):
            chosen = pixels[inside & (y == index) & ((predicted != y) == wrong)]
            if len(chosen):
                path = "".join(
                    f"M{coordinate(round(x, 1))} {coordinate(round(v, 1))}{OUTLINES[index]}" for x, v in chosen
                )
                rim = {"stroke": INK, "stroke_width": 1.5} if wrong else {"stroke": PAPER, "stroke_width": 0.5}
                name = f"{NAME}-{'wrong' if wrong else 'right'}-{index}"
                shapes.append(element("path", d=path, fill=COLOURS[index], id=name, **rim))
    return shapes


def _curve(costs, epoch):
    """The cost of every epoch, and a dot at this one."""
    left, top, right, bottom = CURVE

    def place(step, cost):
        share = min(cost, HIGHEST_COST) / HIGHEST_COST
        return left + step / (len(costs) - 1) * (right - left), bottom - share * (bottom - top)

    shapes, labels = [], []
    for cost in (0.0, 0.5, 1.0, 1.5):
        shapes.append(line(place(0, cost), place(len(costs) - 1, cost)))
        labels.append(quiet_label((left - 8, place(0, cost)[1] + 4), f"{cost:.1f}", "end"))
    for step in (0, len(costs) // 2, len(costs) - 1):
        labels.append(quiet_label((place(step, 0)[0], bottom + 18), str(step)))
    points = [place(step, cost) for step, cost in enumerate(costs)]
    shapes.append(polyline(points, stroke=tint(COLOURS[0], 0.4), stroke_width=2))
    shapes.append(polyline(points[: epoch + 1], stroke=COLOURS[0], stroke_width=2.5, id=f"{NAME}-so-far"))
    shapes.append(circle(points[epoch], 5, COLOURS[0], id=f"{NAME}-now", stroke=INK, stroke_width=1.5))
    labels += [
        label((left, 26), "Mean cost", "start", font_weight="600"),
        quiet_label((left, 44), "against the epoch", "start"),
    ]
    return shapes, labels


def _legend(K):
    """Which outline stands for which class."""
    shapes, labels = [], []
    for index in range(K):
        x, y = CURVE[0] + 8 + 100 * (index % 2), CURVE[3] + 56 + 24 * (index // 2)
        shapes.append(element("path", d=f"M{coordinate(x)} {coordinate(y)}{OUTLINES[index]}", fill=COLOURS[index]))
        labels.append(label((x + 12, y + 5), f"class {index}", "start"))
    return shapes, labels


def _shares(W, b, everywhere_tied):
    """How much of the shown plane belongs to each class, in words."""
    if everywhere_tied:
        return "All classes tie everywhere, so the first one is taken."
    areas = np.array([_area(corners) for corners in regions_of(W, b)])
    shares = ", ".join(f"class {index} {decimal(100 * share, 0)}" for index, share in enumerate(areas / areas.sum()))
    return f"Shares of the plane in percent: {shares}."
