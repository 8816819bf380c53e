"""Figures of chapter 9, one network in three frameworks."""

import numpy as np
from matplotlib.gridspec import GridSpec

from utils.display import COLOURS, INK, PAPER, QUIET
from utils.figures.plot import STYLES, Plot, new_figure

MARKERS = ("o", "x")  # a cross fits into a circle: two frameworks that agree still both show
LEAST = 1e-10  # smaller distances are drawn here


def side_by_side(losses, weights, reference, limits=(1e-6, 1e-5)):
    """Several trainings of one network: their losses, and how far losses and numbers are from those of one of them.

    Args:
        losses: a dict from a name to the loss of every step, all of the same length.
        weights: a dict from a title to a dict from a name to pairs (W, b), such as gradients or weights; two titles.
        reference: the name of the training that the others are compared with.
        limits: lines to draw across the distances, the first one for losses, the second one for numbers.
    """
    figure, panels = new_figure(7.4, 6, columns=4)
    grid = GridSpec(2, 2, figure=figure)
    for index, panel in enumerate(panels):
        panel.set_subplotspec(grid[index // 2, index % 2])
    left, right, *below = panels
    for index, (name, values) in enumerate(losses.items()):
        left.plot(values, STYLES[index], color=COLOURS[index], linewidth=4.5 - 1.2 * index, label=name)
        if name != reference:
            away = np.abs(np.asarray(values) - losses[reference])
            right.semilogy(np.maximum(away, LEAST), STYLES[index], color=COLOURS[index], linewidth=1, label=name)
    far = {name: np.abs(np.asarray(values) - losses[reference]) for name, values in losses.items() if name != reference}
    sentences = [f"the losses of {name} {_below(away, limits[0])} at every step" for name, away in far.items()]
    left.set_ylim(0)
    left.set_title("loss of every step", fontsize=11)
    right.set_title(f"its distance from {reference}", fontsize=11)
    left.set_xlabel("step")
    right.set_xlabel("step")
    for panel, (title, named) in zip(below, weights.items(), strict=True):
        numbers = {
            name: np.concatenate([part.ravel() for pair in pairs for part in pair]) for name, pairs in named.items()
        }
        sentences.append(_distances(panel, title, numbers, reference, limits[1]))
    for panel, limit in zip((right, *below), (limits[0], limits[1], limits[1]), strict=True):
        panel.axhline(limit, color=INK, linewidth=1.2)
        panel.text(0.01, limit * 1.25, f"{limit:g}", color=INK, fontsize=10, transform=panel.get_yaxis_transform())
        panel.set_ylim(0.5 * LEAST, 1e-2)
    for panel in panels:
        panel.legend(frameon=False, fontsize=9, loc="upper right")
    first, last = losses[reference][0], np.mean(losses[reference][-50:])
    return Plot(
        figure,
        f"Four panels. The losses of {len(losses)} trainings cover one another, from {first:.3f} at the first step to "
        f"{last:.3f} on average over the last 50. Distances from {reference}: {'; '.join(sentences)}.",
    )


def _below(distances, limit):
    return f"{'below' if np.max(distances) < limit else 'not below'} {limit:g}"


def _distances(panel, title, numbers, reference, limit):
    """How far each number is from that of the reference, over the number itself, and a sentence about it."""
    own = numbers[reference]
    far = {name: np.abs(values - own) for name, values in numbers.items() if name != reference}
    for index, (name, away) in enumerate(far.items()):
        style = {"color": COLOURS[index + 2], "markersize": 5 - 2 * index, "fillstyle": "none", "linestyle": "none"}
        panel.semilogy(own, np.maximum(away, LEAST), marker=MARKERS[index], markeredgewidth=0.8, label=name, **style)
    panel.set_title(f"{title}: distance", fontsize=11)
    panel.set_xlabel(f"the number in {reference}")
    words = ", ".join(f"{name} {_below(away, limit)}" for name, away in far.items())
    return f"{title}, {len(own)} numbers from {own.min():.2f} to {own.max():.2f}, {words}"


def pictures(X, words, columns=8):
    """Square pictures in rows, with a few words below each.

    Args:
        X: shape (m, side²), from 0 for paper to 1 for ink.
        words: what stands below each picture.
        columns: pictures in a row.
    """
    side = round(X.shape[1] ** 0.5)
    rows = -(-len(X) // columns)
    figure, _ = new_figure(0.93 * columns, 1.25 * rows)
    figure.clear()
    for index, (pixels, caption) in enumerate(zip(X, words, strict=True)):
        panel = figure.add_subplot(rows, columns, index + 1)
        panel.imshow(pixels.reshape(side, side), cmap="Greys", vmin=0, vmax=1)
        panel.set_xticks([])
        panel.set_yticks([])
        panel.spines[:].set_color(QUIET)
        panel.set_xlabel(caption, fontsize=9, color=INK, labelpad=3)
    listed = "; ".join(" ".join(caption.split()) for caption in words)
    return Plot(figure, f"{len(X)} pictures of {side}×{side} pixels: {listed}.")


def confusion(table, names):
    """A table of confusions, errors darker the more frequent they are; the diagonal is left pale.

    Args:
        table: counts, shape (K, K), rows are true classes.
        names: of the classes.
    """
    K = len(names)
    figure, (panel,) = new_figure(4.6, 4.2)
    errors = table * (1 - np.eye(K, dtype=int))
    panel.grid(False)
    panel.spines[:].set_visible(False)
    panel.imshow(errors, cmap="Oranges", vmin=0, vmax=2 * max(4, errors.max()))
    for (row, column), count in np.ndenumerate(table):
        if count:
            panel.text(
                column, row, str(count), ha="center", va="center", fontsize=10, color=QUIET if row == column else INK
            )
    panel.set_xticks(range(K), names)
    panel.set_yticks(range(K), names)
    panel.tick_params(length=0)
    panel.set_xlabel("taken for")
    panel.set_ylabel("true class")
    confused = sorted(((-errors[i, j], i, j) for i, j in zip(*np.nonzero(errors), strict=True)))
    listed = ", ".join(
        f"{names[i]} taken for {names[j]}, {-count} time{'s' if count < -1 else ''}" for count, i, j in confused[:6]
    )
    return Plot(
        figure,
        f"A table of {K} rows, the true classes, and {K} columns. On the diagonal {np.trace(table)} of {table.sum()} "
        f"examples. The most frequent errors: {listed}.",
    )


def reliability_diagrams(diagrams):
    """Accuracy against confidence, and how many answers there are: one column for each model.

    Args:
        diagrams: a dict from a title to a :class:`utils.reference.Reliability`.
    """
    figure, panels = new_figure(3.6 * len(diagrams), 4.3, columns=2 * len(diagrams))
    grid = GridSpec(2, len(diagrams), figure=figure, height_ratios=[3.2, 1])
    for index, panel in enumerate(panels):
        panel.set_subplotspec(grid[index // len(diagrams), index % len(diagrams)])
    upper, lower = panels[: len(diagrams)], panels[len(diagrams) :]
    sentences = []
    for panel, strip, (title, found) in zip(upper, lower, diagrams.items(), strict=True):
        bins = len(found.count)
        used = found.count > 0
        left = np.arange(bins)[used] / bins
        accuracy, confidence, count = found.accuracy[used], found.confidence[used], found.count[used]
        panel.bar(left, accuracy, 1 / bins, align="edge", color=COLOURS[0], edgecolor=PAPER, linewidth=1)
        for start, right, claimed in zip(left, accuracy, confidence, strict=True):
            panel.plot([start, start + 1 / bins], [claimed, claimed], color=COLOURS[5], linewidth=2)
            panel.plot([start + 0.5 / bins] * 2, [right, claimed], color=COLOURS[5], linewidth=1, linestyle=":")
        panel.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle="--")
        panel.set_ylim(0, 1.02)
        panel.set_title(f"{title}\nerror {found.error:.3f}", fontsize=11)
        strip.bar(left, count, 1 / bins, align="edge", color=QUIET, edgecolor=PAPER, linewidth=1)
        strip.set_ylim(0, 1.05 * max(one.count.max() for one in diagrams.values()))
        strip.set_xlabel("confidence")
        for each in (panel, strip):
            each.set_xlim(0, 1)
        triples = zip(confidence, accuracy, count, strict=True)
        words = ", ".join(f"{claimed:.2f} and {right:.2f} of {number}" for claimed, right, number in triples)
        sentences.append(
            f"{title}: calibration error {found.error:.3f}; confidence, accuracy and number of answers of each bin: "
            f"{words}"
        )
    upper[0].set_ylabel("accuracy (bar),\nconfidence (line)")
    lower[0].set_ylabel("answers")
    return Plot(figure, f"Reliability diagrams. {'. '.join(sentences)}.")
