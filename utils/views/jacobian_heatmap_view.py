"""The Jacobian of softmax as a heat map that follows four logits."""

import numpy as np

from utils.display import COLOURS, INK, PAPER, QUIET
from utils.reference import softmax, softmax_jacobian
from utils.views.shell import Prediction, View, logit_slider
from utils.views.svg import (
    decimal,
    indexed,
    label,
    line,
    picture,
    probabilities,
    probability,
    quiet_label,
    rectangle,
    tint,
    typeset,
    vector,
)

NAME = "jacobian-heatmap"
WIDTH, HEIGHT = 720, 384
LEFT, TOP = 214.0, 92.0  # the upper left corner of the matrix
CELL_WIDTH, CELL_HEIGHT = 92.0, 48.0
GAP = 2.0
SHARE_BAR = 120.0  # the length of the bar of a probability of 1
POSITIVE, NEGATIVE = COLOURS[0], COLOURS[5]
STRONGEST = 0.66  # the share of colour in the strongest cell; with more, its number could not be read
LARGEST_ENTRY = 0.25
TINY = 0.0005  # what three decimals would show as 0, and is none
LARGEST_EIGENVALUE = 0.5

PREDICTION = Prediction(
    question="All logits are equal, and now z₀ rises until class 0 is all but certain. What happens to the matrix?",
    options=(
        "The first entry grows to 1, the others shrink",
        "The first row and column grow, the rest shrinks",
        "Every entry shrinks towards 0",
        "Nothing: the Jacobian is a constant",
    ),
    answer="Every entry shrinks towards 0",
    explanation=(
        "Each entry holds a product of two numbers: two probabilities, or a probability and what is missing to 1. When one "
        "class is certain, at least one of the two factors is close to 0 everywhere. A softmax that is sure hardly moves. "
        "Set z₀ to 5 and the others to −5, and look for the state in which the first entry is largest on the way."
    ),
)


def draw_jacobian_heatmap(logits):
    """The K × K derivatives of the probabilities, with the probabilities, the row sums and the largest eigenvalue.

    Args:
        logits: shape (4,), finite numbers.

    Raises:
        ValueError: for anything but four finite logits.
    """
    logits = np.asarray(logits, dtype=float)
    if logits.shape != (4,) or not np.isfinite(logits).all():
        raise ValueError("The heat map needs four finite logits.")
    activations, jacobian = softmax(logits), softmax_jacobian(logits)
    eigenvalue = float(np.linalg.eigvalsh(jacobian)[-1])

    shapes, labels = [], _captions(logits)
    for index, value in enumerate(activations):
        row_shapes, row_labels = _row_head(index, float(value))
        shapes += row_shapes
        labels += row_labels
    for (i, j), value in np.ndenumerate(jacobian):
        shapes.append(_cell(i, j, float(value)))
        labels.append(label((_centre(j), _baseline(i)), _entry(float(value))))
    for index, total in enumerate(jacobian.sum(axis=1)):
        labels.append(label((WIDTH - 44, _baseline(index)), typeset(float(total), 3)))
    scale_shapes, scale_labels = _eigenvalue_scale(eigenvalue)
    rows = (", ".join(map(_in_words, row)) for row in jacobian)
    text = (
        f"z = {vector(logits, 1)}: a = {probabilities(activations)}. Rows of the Jacobian: "
        f"{', '.join(f'[{row}]' for row in rows)}; each row sums to 0. "
        f"Largest eigenvalue {decimal(eigenvalue, 3)}, never above 0.5."
    )
    return picture(
        NAME,
        "The Jacobian of softmax",
        WIDTH,
        HEIGHT,
        [*shapes, *scale_shapes],
        [*labels, *scale_labels],
        text,
    )


def jacobian_heatmap():
    """The view: a slider for each of four logits."""
    controls = {f"z{index}": logit_slider(index, value) for index, value in enumerate((2.0, 1.0, 0.1, -1.0))}

    def draw(**logits):
        return draw_jacobian_heatmap(tuple(logits.values()))

    return View(draw, controls, PREDICTION)


def _captions(logits):
    """What the rows and columns are, with the logit above each column."""
    labels = [
        label((20, 26), "How each probability moves when a logit is pushed", "start", font_weight="600"),
        quiet_label((20, 46), "Row i, column j: the slope of aᵢ when zⱼ grows", "start"),
        quiet_label((20, TOP - 12), "probabilities", "start"),
        quiet_label((WIDTH - 44, TOP - 12), "row sum"),
    ]
    for index, value in enumerate(logits):
        labels.append(label((_centre(index), TOP - 12), f"{indexed('z', index)} = {typeset(float(value), 1)}"))
    return labels


def _row_head(index, value):
    """The bar and the number of a probability, left of its row."""
    top = TOP + index * CELL_HEIGHT + 27
    bar = rectangle(
        20, top, value * SHARE_BAR, 9, COLOURS[index], id=f"{NAME}-share-{index}", stroke=INK, stroke_width=0.5
    )
    whole = line((20, top + 9), (20 + SHARE_BAR, top + 9), QUIET, stroke_width=0.75)
    number = probability(value)
    relation = number if number[0] in "<>" else f"= {number}"
    words = label((20, TOP + index * CELL_HEIGHT + 20), f"{indexed('a', index)} {relation}", "start")
    return [bar, whole], [words]


def _cell(i, j, value):
    """One entry: blue above 0, vermilion below, stronger with its size, and framed on the diagonal."""
    strength = min(abs(value) / LARGEST_ENTRY, 1.0) * STRONGEST
    return rectangle(
        LEFT + j * CELL_WIDTH,
        TOP + i * CELL_HEIGHT,
        CELL_WIDTH - GAP,
        CELL_HEIGHT - GAP,
        tint(POSITIVE if value > 0 else NEGATIVE, strength),
        id=f"{NAME}-entry-{i}-{j}",
        stroke=INK if i == j else QUIET,
        stroke_width=1.5 if i == j else 0.5,
    )


def _centre(column):
    return LEFT + column * CELL_WIDTH + (CELL_WIDTH - GAP) / 2


def _baseline(row):
    return TOP + row * CELL_HEIGHT + CELL_HEIGHT / 2 + 4


def _entry(value):
    """An entry with its sign, to three decimals; none is exactly 0 while the logits are finite and near."""
    if abs(value) < TINY:
        return "+ tiny" if value > 0 else "− tiny"
    return ("+" if value > 0 else "−") + decimal(abs(value), 3)


def _in_words(value):
    """The same for the text."""
    if 0 < abs(value) < TINY:
        return "tiny" if value > 0 else "-tiny"
    return decimal(value, 3)


def _eigenvalue_scale(value):
    """The largest eigenvalue on a scale from 0 to 1/2."""
    start, end, top = LEFT, LEFT + 4 * CELL_WIDTH - GAP, TOP + 4 * CELL_HEIGHT + 52
    reach = start + min(value / LARGEST_EIGENVALUE, 1.0) * (end - start)
    shapes = [
        rectangle(start, top, end - start, 14, PAPER, stroke=QUIET, stroke_width=0.75),
        rectangle(start, top, reach - start, 14, tint(INK, 0.35), id=f"{NAME}-eigenvalue"),
    ]
    labels = [
        label((20, top + 11), "largest eigenvalue", "start"),
        label((end + 12, top + 11), decimal(value, 3), "start"),
        quiet_label((start, top + 32), "0"),
        quiet_label(((start + end) / 2, top + 32), "1/4"),
        quiet_label((end, top + 32), "1/2"),
        quiet_label(
            (start, TOP + 4 * CELL_HEIGHT + 20), "Blue, plus: the probability rises. Orange, minus: it falls.", "start"
        ),
    ]
    return shapes, labels
