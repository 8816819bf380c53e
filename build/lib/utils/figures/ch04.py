"""Figures of chapter 4, softmax regression from scratch."""

import numpy as np

from utils.display import COLOURS, INK, QUIET
from utils.figures.plot import STYLES, Plot, new_figure

MARKERS = ("o", "s", "^", "D")  # so that no class is known by its colour alone


def points(data, every=4):
    """A data set with two features as points in the plane.

    Args:
        data: a :class:`utils.datasets.Dataset` with two features and at most four classes.
        every: how many points stand behind one that is drawn.
    """
    figure, (panel,) = new_figure(7, 3.6)
    middles = []
    for index, name in enumerate(data.classes):
        own = data.X[data.y == index]
        panel.scatter(*own[::every].T, s=14, marker=MARKERS[index], color=COLOURS[index], label=name, linewidths=0)
        middle = ", ".join(f"{value:.1f}" for value in own.mean(axis=0))
        middles.append(f"{name} around ({middle})")
    panel.set_aspect("equal")
    panel.set_xlabel(data.features[0])
    panel.set_ylabel(data.features[1])
    panel.legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(1, 0.5))
    return Plot(figure, f"{len(data.y):,} points in the plane, in {data.K} round clouds: {'; '.join(middles)}.")


def error_against_step(steps, errors):
    """The relative error of a numerical derivative against its step, one curve for each format.

    Args:
        steps: the steps, increasing.
        errors: a dict from the name of a format to its errors, one for each step.
    """
    figure, (panel,) = new_figure(7, 3)
    sentences = []
    for index, (name, values) in enumerate(errors.items()):
        values = np.maximum(values, 1e-17)
        panel.loglog(steps, values, STYLES[index], color=COLOURS[index], label=name, linewidth=1.8)
        best = steps[int(np.argmin(values))]
        # Rounding noise differs between processors, so the text says nothing finer than powers of ten.
        sentences.append(
            f"{name}: at least {_floor(values[0])} at the smallest step, below {_ceiling(values.min())} at the best "
            f"one, which lies between {_floor(best / 30)} and {_ceiling(best * 30)}"
        )
    panel.axhline(1, color=QUIET, linewidth=0.8)
    panel.text(steps[-1], 1.5, "100 %", color=QUIET, fontsize=10, ha="right")
    panel.set_xlabel("step of the central difference")
    panel.set_ylabel("relative error")
    panel.legend(frameon=False, fontsize=9, loc="lower left")
    return Plot(figure, f"Relative error of a right gradient against the step. {'; '.join(sentences)}.")


def _floor(value):
    return f"1e{int(np.floor(np.log10(value))):+d}"


def _ceiling(value):
    return f"1e{int(np.ceil(np.log10(value) + 0.7)):+d}"


def cost_curves(curves, start):
    """The cost of every epoch, one curve for each training.

    Args:
        curves: a dict from a name to the costs of a training.
        start: a cost to mark with a line, as a pair of number and name.
    """
    figure, (panel,) = new_figure(7, 2.9)
    sentences = []
    for index, (name, costs) in enumerate(curves.items()):
        panel.plot(costs, STYLES[index % 4], color=COLOURS[index], label=name, linewidth=1.8)
        sentences.append(f"{name} from {costs[0]:.3f} to {costs[-1]:.2g}")
    panel.axhline(start[0], color=QUIET, linewidth=0.8)
    panel.text(len(costs) - 1, start[0], f"{start[1]} ", color=QUIET, fontsize=10, ha="right", va="bottom")
    panel.set_ylim(0, 1.1 * max(max(costs) for costs in curves.values()))
    panel.set_xlabel("epoch")
    panel.set_ylabel("mean cost")
    panel.legend(frameon=False, fontsize=9, loc="upper right", bbox_to_anchor=(1, 0.9))
    return Plot(figure, f"The mean cost against the epoch: {'; '.join(sentences)}.")


def iris_with_rows(iris, rows):
    """The irises by the length and width of their sepals, with some rows of a table marked.

    Args:
        iris: the data set of :func:`utils.datasets.iris`.
        rows: pairs of sepal length and width, by the letter that the table gives them.
    """
    figure, (panel,) = new_figure(7, 3.8)
    for index, name in enumerate(iris.classes):
        own = iris.X[iris.y == index, :2]
        panel.scatter(*own.T, s=16, marker=MARKERS[index], color=COLOURS[index], label=name, linewidths=0, alpha=0.8)
    for letter, (length, width) in rows.items():
        panel.scatter([length], [width], s=130, facecolors="none", edgecolors=INK, linewidths=1.6)
        panel.annotate(letter, (length, width), xytext=(9, 7), textcoords="offset points", fontsize=12, color=INK)
    panel.set_xlabel(f"{iris.features[0]} in cm")
    panel.set_ylabel(f"{iris.features[1]} in cm")
    panel.legend(frameon=False, fontsize=9, loc="upper right")
    marked = "; ".join(f"{letter} at {length} and {width}" for letter, (length, width) in rows.items())
    return Plot(
        figure,
        f"{len(iris.y)} irises by sepal length and width. setosa lies apart, short and wide; versicolor and virginica "
        f"overlap. Marked: {marked}. A and B lie among setosa, C where versicolor and virginica overlap.",
    )
