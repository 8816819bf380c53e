"""Figures of chapter 5, softmax against k binary classifiers."""

import numpy as np
from matplotlib.colors import BoundaryNorm, ListedColormap

from utils.display import COLOURS, INK, PAPER, QUIET, RULE
from utils.figures.plot import STYLES, Plot, new_figure
from utils.reference import sigmoid_cross_entropy

MARKERS = ("o", "s", "^", "D")


def two_losses():
    """The loss of one logit for both labels, with the straight part that remains far from the border."""
    z = np.linspace(-6, 6, 241)
    figure, panels = new_figure(7, 2.6, columns=2, sharey=True)
    for panel, y, colour in zip(panels, (1, 0), COLOURS, strict=False):
        panel.plot(z, np.maximum(z, 0) - z * y, "--", color=QUIET, label="max(z, 0) − z y")
        panel.plot(z, sigmoid_cross_entropy(z, np.full_like(z, y)), color=colour, label="loss")
        panel.set_title(f"label {y}", fontsize=11)
        panel.set_xlabel("logit z")
        panel.legend(frameon=False, fontsize=9, loc="upper center")
    panels[0].set_ylabel("loss")
    said = []
    for y in (1, 0):
        values = [f"{sigmoid_cross_entropy(float(at), y):.3f} at z = {at}" for at in (-6, 0, 6)]
        said.append(f"For the label {y} the loss is {', '.join(values)}")
    return Plot(
        figure,
        f"Two curves that mirror each other. {'. '.join(said)}. Each follows a straight line with the slope 1 on the "
        "wrong side and 0 on the right side, and lies above its corner by ln 2.",
    )


def yes_counts(W, b, X, y):
    """Where no, one, and several of k sigmoids say yes, beside the classes of their largest logit.

    Args:
        W, b: weights (2, K) and biases (K,).
        X: points, shape (m, 2).
        y: their classes, shape (m,).
    """
    reach = np.abs(X).max(axis=0) * 1.02
    across, up = np.linspace(-reach[0], reach[0], 240), np.linspace(-reach[1], reach[1], 160)
    grid = np.stack(np.meshgrid(across, up), axis=-1) @ W + b
    K = W.shape[1]
    figure, panels = new_figure(7.2, 3.6, columns=2, sharey=True)
    tints = [_tinted(COLOURS[k], 0.3) for k in range(K)]
    counts = [_tinted(QUIET, 0.35), PAPER, _tinted(COLOURS[5], 0.45)]
    pictures = (
        (grid.argmax(axis=-1), tints, "class of the largest logit"),
        ((grid > 0).sum(axis=-1).clip(0, 2), counts, "how many sigmoids say yes"),
    )
    for panel, (values, colours, title) in zip(panels, pictures, strict=True):
        norm = BoundaryNorm(np.arange(len(colours) + 1) - 0.5, len(colours))
        panel.pcolormesh(
            across, up, values, cmap=ListedColormap(colours), norm=norm, shading="nearest", rasterized=True
        )
        panel.grid(False)
        rim = {"markersize": 3, "markeredgecolor": INK, "markeredgewidth": 0.3}
        for k in range(K):
            panel.plot(*X[y == k][:60].T, MARKERS[k % 4], color=COLOURS[k], label=f"class {k}", **rim)
        panel.set_title(title, fontsize=11)
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=K, fontsize=9, frameon=False
    )
    panels[0].set_xlabel("first feature")
    panels[0].set_ylabel("second feature")
    panels[1].set_xlabel("grey: none, white: one, orange: several")
    answers = (X @ W + b > 0).sum(axis=-1)
    return Plot(
        figure,
        f"Two maps of the plane with points of {K} classes. Left: the class of the largest logit, {K} regions that "
        f"fill the plane. Right: how many sigmoids lie above one half. Among the points, {np.mean(answers == 0):.1%} "
        f"have none, {np.mean(answers == 1):.1%} one, and {np.mean(answers > 1):.1%} several; the grey regions of "
        "none and the orange ones of several lie between the classes.",
    )


def three_ways_in_a_row(x, y, scores):
    """What three methods give each of three classes that lie in a row.

    Args:
        x: positions, shape (m,).
        y: their classes, shape (m,).
        scores: name → function from positions (n,) to a table (n, 3).
    """
    at = np.linspace(x.min(), x.max(), 300)
    figure, panels = new_figure(7.4, 2.7, columns=len(scores), sharey=True)
    said = []
    for panel, (name, score) in zip(panels, scores.items(), strict=True):
        for k in range(3):
            panel.plot(at, score(at)[:, k], STYLES[k], color=COLOURS[k], label=f"class {k}")
            panel.plot(x[y == k], np.full((y == k).sum(), -0.12 - 0.05 * k), "|", color=COLOURS[k], markersize=5)
        panel.axhline(0.5, color=RULE, linewidth=1.2)
        panel.set_title(name, fontsize=11)
        panel.set_xlabel("position")
        right = score(x).argmax(axis=-1) == y
        recalls = ", ".join(f"{right[y == k].mean():.2f}" for k in range(3))
        said.append(f"{name}: at the middle {', '.join(f'{v:.2f}' for v in score(np.zeros(1))[0])}, recalls {recalls}")
    panels[0].set_ylabel("score")
    panels[1].legend(frameon=False, fontsize=8, loc="upper center")
    return Plot(
        figure, "Scores of three classes in a row against the position, one panel each. " + "; ".join(said) + "."
    )


def f1_curves(Y, tables):
    """F1 over all answers, and the share of rows that are right throughout, against the threshold.

    Args:
        Y: rows of labels, shape (m, K).
        tables: name → probabilities, shape (m, K).
    """
    thresholds = np.arange(1, 100) / 100
    figure, panels = new_figure(7, 2.8, columns=2, sharey=True)
    said = []
    for index, (name, P) in enumerate(tables.items()):
        answers = thresholds[:, None, None] <= P
        hits = (answers & (Y == 1)).sum(axis=(1, 2))
        f1 = 2 * hits / (answers.sum(axis=(1, 2)) + Y.sum())
        whole = (answers == Y).all(axis=-1).mean(axis=-1)
        for panel, values in zip(panels, (f1, whole), strict=True):
            panel.plot(thresholds, values, STYLES[index], color=COLOURS[index], label=name)
        said.append(
            f"{name}: F1 at most {f1.max():.2f}, at a threshold of {thresholds[f1.argmax()]:.2f}; "
            f"rows right at most {whole.max():.2f}, at {thresholds[whole.argmax()]:.2f}"
        )
    for panel, title in zip(panels, ("F1", "rows that are right throughout"), strict=True):
        panel.set_title(title, fontsize=11)
        panel.set_xlabel("threshold")
        panel.set_ylim(0, 1)
    panels[0].legend(frameon=False, fontsize=9)
    return Plot(figure, "Two panels, two curves each, against the threshold. " + ". ".join(said) + ".")


def _tinted(colour, share):
    """This share of a colour on paper."""
    channels = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    return "#" + "".join(f"{round(share * value + (1 - share) * 255):02X}" for value in channels)


__all__ = ["f1_curves", "three_ways_in_a_row", "two_losses", "yes_counts"]
