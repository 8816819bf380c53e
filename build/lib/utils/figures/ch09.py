"""Figures of chapter 9, one network in three frameworks."""

import numpy as np
from matplotlib.gridspec import GridSpec

from utils.display import COLOURS, INK, PAPER, QUIET
from utils.figures.plot import STYLES, Plot, new_figure

MARKERS = ("x", "o", "s")


def side_by_side(losses, arrays, reference, limit=1e-6):
    """Several trainings of one network: their losses, how far each is from one of them, and their numbers beside its.

    Args:
        losses: a dict from a name to the loss of every step, all of the same length.
        arrays: a dict from a title to a dict from a name to numbers in one row; two titles.
        reference: the name of the training that the others are compared with.
        limit: a line to draw across the distances.
    """
    figure, panels = new_figure(7.4, 6, columns=4)
    grid = GridSpec(2, 2, figure=figure)
    for index, panel in enumerate(panels):
        panel.set_subplotspec(grid[index // 2, index % 2])
    left, right, *below = panels
    sentences = []
    for index, (name, values) in enumerate(losses.items()):
        left.plot(values, STYLES[index], color=COLOURS[index], linewidth=4.5 - 1.2 * index, label=name)
        if name != reference:
            away = np.abs(np.asarray(values) - losses[reference])
            right.semilogy(np.maximum(away, 1e-12), STYLES[index], color=COLOURS[index], linewidth=1, label=name)
            sentences.append(f"{name} {'below' if away.max() < limit else 'not below'} {limit:g} at every step")
    right.axhline(limit, color=INK, linewidth=1.2)
    right.text(0, limit * 1.25, f"{limit:g}", color=INK, fontsize=10, va="bottom")
    right.set_ylim(1e-10, 1e-3)
    left.set_ylim(0)
    for panel, title in ((left, "loss of every step"), (right, f"distance from {reference}")):
        panel.set_title(title, fontsize=11)
        panel.set_xlabel("step")
        panel.legend(frameon=False, fontsize=9, loc="upper right")
    for panel, (title, numbers) in zip(below, arrays.items(), strict=True):
        sentences.append(_on_the_diagonal(panel, title, numbers, reference))
    first, last = losses[reference][0], np.mean(losses[reference][-50:])
    return Plot(
        figure,
        f"Four panels. The losses of {len(losses)} trainings cover one another, from {first:.3f} at the first step to "
        f"{last:.3f} on average over the last 50. Distances from {reference}: {'; '.join(sentences)}.",
    )


def _on_the_diagonal(panel, title, numbers, reference):
    """The numbers of each training against those of the reference, and a sentence that says how they lie."""
    own = numbers[reference]
    low, high = own.min(), own.max()
    panel.plot([low, high], [low, high], color=QUIET, linewidth=0.8)
    for index, (name, values) in enumerate(numbers.items()):
        if name != reference:
            # One ring in the other: two frameworks that agree still both show.
            panel.plot(
                own,
                values,
                MARKERS[index],
                color=COLOURS[index + 1],
                markersize=3 + 3 * index,
                fillstyle="none",
                label=name,
            )
    panel.set_title(title, fontsize=11)
    panel.set_xlabel(reference)
    panel.legend(frameon=False, fontsize=9, loc="upper left")
    return f"{title}, {len(own)} numbers from {low:.2f} to {high:.2f}, lie on the diagonal"


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
    """Accuracy against confidence, one panel for each model; on the diagonal the two are equal.

    Args:
        diagrams: a dict from a title to a :class:`utils.reference.Reliability`.
    """
    figure, panels = new_figure(3.6 * len(diagrams), 3.3, columns=len(diagrams), sharey=True)
    sentences = []
    for panel, (title, found) in zip(np.atleast_1d(panels), diagrams.items(), strict=True):
        bins = len(found.count)
        used = found.count > 0
        left = np.arange(bins)[used] / bins
        accuracy, confidence = found.accuracy[used], found.confidence[used]
        panel.bar(left, accuracy, 1 / bins, align="edge", color=COLOURS[0], edgecolor=PAPER, linewidth=1)
        for start, right, sure in zip(left, accuracy, confidence, strict=True):
            panel.plot([start, start + 1 / bins], [sure, sure], color=COLOURS[5], linewidth=2)
            panel.plot([start + 0.5 / bins] * 2, [right, sure], color=COLOURS[5], linewidth=1, linestyle=":")
        panel.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle="--")
        panel.set_xlim(0, 1)
        panel.set_ylim(0, 1.02)
        panel.set_title(f"{title}\nerror {found.error:.3f}", fontsize=11)
        panel.set_xlabel("confidence")
        pairs = ", ".join(f"{sure:.2f} and {right:.2f}" for sure, right in zip(confidence, accuracy, strict=True))
        sentences.append(f"{title}: calibration error {found.error:.3f}; confidence and accuracy of each bin: {pairs}")
    np.atleast_1d(panels)[0].set_ylabel("accuracy (bar), confidence (line)")
    return Plot(figure, f"Reliability diagrams. {'. '.join(sentences)}.")
