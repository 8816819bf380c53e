"""Figures of chapter 4, softmax regression from scratch."""

import numpy as np
from matplotlib.colors import ListedColormap

from utils.display import COLOURS, INK, QUIET
from utils.figures.plot import STYLES, Plot, new_figure
from utils.reference import predict

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


def weights_as_pictures(W, classes, side=8):
    """The weights of each class for the pixels of small pictures, as a picture: orange for, purple against.

    Args:
        W: weights, shape (side², K), without those of the bias.
        classes: a name for each column.
        side: pixels in a row.
    """
    figure, panels = new_figure(7.4, 1.5, columns=len(classes))
    reach = np.abs(W).max()
    said = []
    for panel, name, column in zip(panels, classes, W.T, strict=True):
        pixels = column.reshape(side, side)
        panel.imshow(-pixels, cmap="PuOr", vmin=-reach, vmax=reach)
        panel.set_title(name, fontsize=11)
        panel.set_xticks([])
        panel.set_yticks([])
        panel.grid(False)
        best, worst = (np.unravel_index(place, pixels.shape) for place in (column.argmax(), column.argmin()))
        said.append(f"{name}: for it {best[0]},{best[1]}, against it {worst[0]},{worst[1]}")
    return Plot(
        figure,
        f"One picture of weights for each class, orange where ink speaks for the class, purple where it speaks against "
        f"it. The strongest pixels, as row and column: {'; '.join(said)}.",
    )


def two_borders(data, models):
    """Two rings of points, and where models decide for which; a model may know the squares of the features too.

    Args:
        data: a data set with two features and two classes.
        models: name → (W, b), with W of the shape (2, 2), or (4, 2) where the squares come behind the features.
    """
    reach = np.abs(data.X).max() * 1.05
    line = np.linspace(-reach, reach, 160)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    figure, panels = new_figure(7, 3.3, columns=len(models), sharey=True)
    said = []
    for panel, (name, (W, b)) in zip(panels, models.items(), strict=True):

        def decide(points, W=W, b=b):
            return predict(W, b, np.column_stack([points, points**2])[:, : len(W)])

        regions = decide(grid).reshape(len(line), -1)
        panel.pcolormesh(
            line, line, regions, cmap=ListedColormap(COLOURS[:2]), vmin=0, vmax=1, alpha=0.25, rasterized=True
        )
        for index in range(2):
            own = data.X[data.y == index]
            panel.scatter(*own.T, s=10, marker=MARKERS[index], color=COLOURS[index], linewidths=0)
        panel.grid(False)
        panel.set_aspect("equal")
        panel.set_title(name, fontsize=11)
        panel.set_xlabel(data.features[0])
        said.append(f"{name}: {(decide(data.X) == data.y).mean():.0%} of the points on the right side of the border")
    panels[0].set_ylabel(data.features[1])
    return Plot(figure, f"Two rings of points, one inside the other, and the regions of two models. {'; '.join(said)}.")
