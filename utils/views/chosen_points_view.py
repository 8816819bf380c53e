"""Chosen points of a data set: the logits that a model gives them, their probabilities, and what four losses say.

The model itself stays outside: the view takes points, labels and logits as plain arrays.
"""

import ipywidgets as widgets
import numpy as np

from utils.display import COLOURS, INK, PAPER, QUIET
from utils.reference import cross_entropy, softmax
from utils.views.shell import LABEL, Prediction, View, labelled
from utils.views.svg import (
    bar,
    circle,
    decimal,
    element,
    label,
    line,
    loss_text,
    picture,
    polygon,
    probabilities,
    probability,
    quiet_label,
    rectangle,
    typeset,
    vector,
)

NAME = "chosen-points"
WIDTH, HEIGHT = 720, 384
K = 4
PLANE = (24.0, 70.0, 300.0, 300.0)  # left, top, right, bottom
LOGITS, SHARES = (384.0, 524.0), (572.0, 662.0)
ROWS = (88.0, 34.0)  # the first baseline, and the distance to the next
TABLE = 262.0
OWN = "own"
EPSILON = 1e-7  # where Keras cuts probabilities off

PREDICTION = Prediction(
    question="The last of these points lies on the wrong side of a border. How will its logits look?",
    options=(
        "All four near zero: the model is not sure",
        "One clearly ahead, and it belongs to another class",
        "One clearly ahead, and it belongs to the point's own class",
        "All four negative",
    ),
    answer="One clearly ahead, and it belongs to another class",
    explanation=(
        "The model knows where a point lies and nothing else. Deep inside another cloud it is as sure as it is of the "
        "points that belong there, and the loss of this point is large. Move to the points before it and look for one "
        "where the model really hesitates."
    ),
)


def four_losses(z, y):
    """What a loss of Keras says about one example, for two kinds of outputs and two settings of ``from_logits``.

    Args:
        z: logits, (K,).
        y: the label.

    Returns:
        A dict from (output, flag) to the loss. Nothing is recovered: the loss believes the flag, as it does for plain
        arrays. ``False`` cuts off at 1e-7, takes the logarithm and normalises, as Keras does under TensorFlow.
    """
    outputs = {"logits": np.asarray(z, dtype=float), "probabilities": softmax(np.asarray(z, dtype=float))}
    return {
        (name, flag): float(cross_entropy(values if flag else np.log(np.clip(values, EPSILON, 1 - EPSILON)), y))
        for name, values in outputs.items()
        for flag in (True, False)
    }


def draw_chosen_points(X, y, Z, chosen=0, true_class=OWN):
    """The points in the plane with one of them marked, its logits and probabilities as bars, and its four losses.

    Args:
        X: points, (n, 2).
        y: their labels, integers in 0 … 3, (n,).
        Z: their logits, (n, 4).
        chosen: which point is shown.
        true_class: ``"own"``, or a class to be taken for the true one.

    Raises:
        ValueError: for arrays that do not fit together, logits that are not finite, and a point or class out of range.
    """
    X, y, Z = np.asarray(X, dtype=float), np.asarray(y), np.asarray(Z, dtype=float)
    if X.ndim != 2 or X.shape[1] != 2 or y.shape != X.shape[:1] or Z.shape != (len(X), K) or not np.isfinite(Z).all():
        raise ValueError(f"n points (n, 2), labels (n,) and finite logits (n, {K}) are needed.")
    if not 0 <= chosen < len(X):
        raise ValueError(f"There are the points 0 to {len(X) - 1}, and no point {chosen}.")
    truth = int(y[chosen]) if true_class == OWN else true_class
    if truth not in range(K):
        raise ValueError(f"The classes are 0 to {K - 1}, and {truth} is none of them.")

    supposed = f"class {truth}" + ("" if true_class == OWN else ", by choice")
    z, a = Z[chosen], softmax(Z[chosen])
    losses = four_losses(z, truth)
    plane_shapes, plane_labels = _plane(X, y, chosen)
    bar_shapes, bar_labels = _bars(z, a, truth, supposed, np.abs(Z).max())
    table_shapes, table_labels = _table(losses)
    said = "; ".join(f"{name} with from_logits={flag}: {loss_text(value)}" for (name, flag), value in losses.items())
    text = (
        f"Point {chosen + 1} of {len(X)} at ({decimal(X[chosen, 0], 1)}, {decimal(X[chosen, 1], 1)}), class {y[chosen]}: "
        f"z = {vector(z, 1)}, probabilities {probabilities(a)}. The model says class {a.argmax()}. Loss for "
        f"{supposed}: {said}."
    )
    title = "A point, its logits, its probabilities and what four losses say"
    return picture(
        NAME,
        title,
        WIDTH,
        HEIGHT,
        plane_shapes + bar_shapes + table_shapes,
        plane_labels + bar_labels + table_labels,
        text,
    )


def chosen_points(X, y, Z):
    """The view: a slider over the points, in their order, and buttons for the class that is taken for the true one."""
    controls = {
        "chosen": widgets.IntSlider(value=1, min=1, max=len(X), **labelled("point", "Which of the points is shown")),
        "true_class": widgets.ToggleButtons(
            options=[OWN, *map(str, range(K))],
            value=OWN,
            description="true class",
            tooltips=["The label of the point", *(f"As if it were of class {index}" for index in range(K))],
            style={**LABEL, "button_width": "52px"},
        ),
    }

    def draw(chosen, true_class):
        return draw_chosen_points(X, y, Z, chosen - 1, OWN if true_class == OWN else int(true_class))

    return View(draw, controls, PREDICTION)


def _mark(shape_of, centre, size, colour, **attributes):
    """A mark of its own form for each class, so that no class is known by its colour alone."""
    x, y = centre
    if shape_of == 0:
        return circle(centre, size, colour, **attributes)
    if shape_of == 1:
        return rectangle(x - size, y - size, 2 * size, 2 * size, colour, **attributes)
    if shape_of == 2:
        return polygon(
            [(x, y - 1.2 * size), (x - 1.1 * size, y + 0.9 * size), (x + 1.1 * size, y + 0.9 * size)],
            colour,
            **attributes,
        )
    return polygon(
        [(x, y - 1.3 * size), (x + 1.3 * size, y), (x, y + 1.3 * size), (x - 1.3 * size, y)], colour, **attributes
    )


def _plane(X, y, chosen):
    """All points, one scale for both directions, and a ring around the chosen one."""
    left, top, right, bottom = PLANE
    low, high = X.min(axis=0), X.max(axis=0)
    pixels = min((right - left - 28) / max(high[0] - low[0], 1e-9), (bottom - top - 28) / max(high[1] - low[1], 1e-9))
    middle = (low + high) / 2

    def place(point):
        across, up = (point - middle) * pixels
        return (left + right) / 2 + across, (top + bottom) / 2 - up

    shapes = [element("rect", x=left, y=top, width=right - left, height=bottom - top, fill=PAPER, stroke=QUIET)]
    for index in (*range(chosen), *range(chosen + 1, len(X)), chosen):  # the chosen one on top of its neighbours
        shapes.append(_mark(int(y[index]), place(X[index]), 4.5, COLOURS[int(y[index])], stroke=INK, stroke_width=0.5))
    shapes.append(circle(place(X[chosen]), 11, "none", id=f"{NAME}-ring", stroke=INK, stroke_width=2.5))
    words = f"({typeset(X[chosen, 0], 1)}, {typeset(X[chosen, 1], 1)})"
    labels = [
        label((left, 28), f"Point {chosen + 1} of {len(X)}, class {int(y[chosen])}", "start", font_weight="600"),
        quiet_label((left, 48), f"at {words}; form and colour are the class", "start"),
    ]
    for index in range(K):
        x = left + 8 + index * 70
        shapes.append(_mark(index, (x, bottom + 26), 4.5, COLOURS[index], stroke=INK, stroke_width=0.5))
        labels.append(quiet_label((x + 10, bottom + 30), f"class {index}", "start"))
    return shapes, labels


def _bars(z, a, truth, supposed, limit):
    """For each class a bar for its logit, to both sides of zero, and one for its probability."""
    zero, unit = sum(LOGITS) / 2, (LOGITS[1] - LOGITS[0]) / 2 / max(limit, 1.0)
    shapes, labels = (
        [],
        [
            label((zero, 28), "Logits", font_weight="600"),
            label((sum(SHARES) / 2, 28), "Probabilities", font_weight="600"),
        ],
    )
    end = ROWS[0] + (K - 1) * ROWS[1] + 14
    shapes.append(line((zero, ROWS[0] - 24), (zero, end), QUIET, id=f"{NAME}-zero"))
    shapes.append(line((SHARES[0], ROWS[0] - 24), (SHARES[0], end), QUIET))
    winner = int(a.argmax())
    for index in range(K):
        y = ROWS[0] + index * ROWS[1]
        ends = sorted((zero, zero + z[index] * unit))
        shapes.append(bar(ends[0], y - 14, ends[1] - ends[0], 18, COLOURS[index], id=f"{NAME}-logit-{index}"))
        shapes.append(
            bar(SHARES[0], y - 14, a[index] * (SHARES[1] - SHARES[0]), 18, COLOURS[index], id=f"{NAME}-share-{index}")
        )
        labels += [
            label((322, y), f"class {index}", "start", font_weight="600" if index == truth else None),
            label(
                (zero + (-6 if z[index] >= 0 else 6), y),
                typeset(z[index], 1),
                "end" if z[index] >= 0 else "start",
                halo=PAPER,
            ),
            label((SHARES[1] + 6, y), probability(a[index]), "start"),
        ]
    said = f"true: {supposed}; the model says class {winner}"
    labels.append(quiet_label((322, end + 22), said, "start"))
    return shapes, labels


def _table(losses):
    """The four losses, each with a frame where output and flag fit."""
    left, middle, right = 322.0, 500.0, 630.0
    labels = [
        label((left, TABLE), "Loss", "start", font_weight="600"),
        quiet_label((middle, TABLE), "from_logits=True"),
        quiet_label((right, TABLE), "from_logits=False"),
    ]
    shapes = [line((left, TABLE + 10), (700, TABLE + 10))]
    for row, name in enumerate(("logits", "probabilities")):
        y = TABLE + 36 + 34 * row
        labels.append(label((left, y), f"of {name}", "start"))
        for x, flag in ((middle, True), (right, False)):
            fits = (name == "logits") == flag
            labels.append(label((x, y), loss_text(losses[name, flag]), font_weight="600" if fits else None))
            if fits:
                shapes.append(
                    element(
                        "rect",
                        x=x - 46,
                        y=y - 18,
                        width=92,
                        height=26,
                        rx=5,
                        fill="none",
                        stroke=INK,
                        stroke_width=1.5,
                        id=f"{NAME}-fits-{name}",
                    )
                )
    labels.append(quiet_label((left, TABLE + 100), "framed: output and flag fit", "start"))
    return shapes, labels
