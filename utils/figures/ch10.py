"""Figures of chapter 10, softmax beyond classification."""

import numpy as np

from utils.display import COLOURS, INK, QUIET, RULE
from utils.figures.plot import STYLES, Plot, new_figure
from utils.reference import softmax, sparsemax, with_top_k, with_top_p

MARKS = ("o", "s", "^", "D", "v", "P")


def look_up(keys, values, sharpness):
    """The hard and the soft answer of a look-up, while the query wanders from the first key to the second.

    Args:
        keys: shape (m, 2).
        values: shape (m,).
        sharpness: what the query is multiplied with.
    """
    figure, (left, right) = new_figure(7, 3.1, columns=2)
    ways = np.linspace(0, 1, 201)
    path = (1 - ways[:, None]) * keys[0] + ways[:, None] * keys[1]
    scores = sharpness * path @ keys.T
    hard, soft = values[scores.argmax(axis=1)], softmax(scores) @ values
    left.plot(*path.T, color=QUIET, linewidth=1.5, linestyle=STYLES[1])
    left.annotate("query", path[100], (8, 4), textcoords="offset points", color=QUIET, fontsize=9)
    for k, (key, value) in enumerate(zip(keys, values, strict=True)):
        left.annotate("", key, (0, 0), arrowprops={"arrowstyle": "-|>", "color": COLOURS[k], "linewidth": 1.8})
        place = 1.18 * key
        left.text(*place, f"{value:.0f}", color=INK, fontsize=10, ha="center", va="center")
    left.set_aspect("equal")
    left.set_xlim(-1.35, 1.45)
    left.set_ylim(-1.4, 1.2)
    left.set_axis_off()
    left.set_title("keys with their values", fontsize=10, color=INK)
    before = ways[hard == hard[0]]
    right.plot(before, hard[: len(before)], STYLES[0], color=COLOURS[5], linewidth=2, label="hard")
    right.plot(ways[len(before) :], hard[len(before) :], STYLES[0], color=COLOURS[5], linewidth=2)
    right.plot(ways, soft, STYLES[1], color=COLOURS[0], linewidth=2, label="soft")
    right.set_xlabel("way of the query")
    right.set_ylabel("answer")
    right.legend(frameon=False, fontsize=9)
    return Plot(
        figure,
        f"Left, {len(keys)} keys as arrows with their values, and the straight way of the query from the first to the "
        f"second. Right, the answers along the way: the hard one is {hard[0]:.0f} up to {before[-1]:.2f} and "
        f"{hard[-1]:.0f} from there on, the soft one rises evenly from {soft[0]:.1f} to {soft[-1]:.1f}.",
    )


def root_of_the_width(widths, plain, divided):
    """The largest weight and the slopes of a softmax over scalar products, against the width of the vectors.

    Args:
        widths: shape (w,).
        plain, divided: for plain scores and for scores over the root of the width, pairs of shape (w,): the mean
            largest weight and the mean sum of the slopes a (1 − a).
    """
    figure, panels = new_figure(7, 2.8, columns=2)
    for panel, part, title in zip(panels, (0, 1), ("mean largest weight", "mean sum of slopes a(1 − a)"), strict=True):
        for values, colour, style, mark, name in (
            (plain, COLOURS[5], STYLES[0], "o", "q · k"),
            (divided, COLOURS[0], STYLES[1], "s", "q · k / √d"),
        ):
            panel.plot(widths, values[part], style, marker=mark, color=colour, label=name, markersize=5)
        panel.set_xscale("log", base=2)
        panel.set_xticks(widths, [str(width) for width in widths])
        panel.minorticks_off()
        panel.set_ylim(0, 1.02)
        panel.set_xlabel("width d")
        panel.set_title(title, fontsize=10, color=INK)
    panels[0].legend(frameon=False, fontsize=9)
    ends = [f"{values[part][-1]:.2f}" for part in (0, 1) for values in (plain, divided)]
    return Plot(
        figure,
        f"Two panels over widths from {widths[0]} to {widths[-1]}, each with two lines that start together and part. "
        f"Largest weight at width {widths[-1]}: {ends[0]} for plain scores, rising all the way, and {ends[1]} for "
        f"scores over the root of the width, which is level. Sum of the slopes there: {ends[2]}, falling towards 0, "
        f"and {ends[3]}, level.",
    )


def what_stays(logits, k, p):
    """Two distributions, a sharp and a flat one, and which classes top-k and top-p leave in them.

    Args:
        logits: dict from a name to logits of the shape (K,), in descending order.
        k, p: where to cut.
    """
    figure, panels = new_figure(7, 3.0, columns=2)
    said = []
    for panel, (name, z) in zip(panels, logits.items(), strict=True):
        a = softmax(z)
        by_k, by_p = (with_top_k(z, k) > 0).sum(), (with_top_p(z, p) > 0).sum()
        panel.bar(np.arange(len(a)), a, color=COLOURS[4], edgecolor=INK, linewidth=0.5)
        top = 1.45 * a.max()
        for count, height, colour, style, words in (
            (by_k, 1.30, COLOURS[5], STYLES[0], f"top-k, k = {k}"),
            (by_p, 1.12, COLOURS[0], STYLES[1], f"top-p, p = {p}"),
        ):
            panel.plot([-0.5, count - 0.5], [height * a.max()] * 2, style, color=colour, linewidth=3, label=words)
            place = (count - 0.5, height * a.max())
            panel.annotate(
                f"{count} stay", place, (6, 0), textcoords="offset points", color=INK, fontsize=9, va="center"
            )
        panel.set_ylim(0, top)
        panel.set_xlim(-0.8, 1.2 * len(a))
        panel.set_xticks(range(0, len(a), len(a) // 5))
        panel.set_xlabel("class, by its rank")
        panel.set_title(name, fontsize=10, color=INK)
        said.append(
            f"{name}: largest probability {a[0]:.2f}, top-k leaves {by_k} classes with {a[:by_k].sum():.2f} of the "
            f"whole, top-p leaves {by_p} with {a[:by_p].sum():.2f}"
        )
    panels[0].set_ylabel("probability")
    panels[1].legend(frameon=False, fontsize=9, loc="center right")
    return Plot(figure, f"Bars of two distributions, with a line over the classes that stay. {'; '.join(said)}.")


def classes_that_win(W):
    """The weight vectors of classes in two features with their hull, and which class wins in which direction.

    Args:
        W: shape (2, K), K at most six.
    """
    figure, (left, right) = new_figure(7, 3.6, columns=2)
    reach = 1.25 * np.abs(W).max()
    grid = np.linspace(-reach, reach, 241)
    inputs = np.stack(np.meshgrid(grid, grid), axis=-1)
    winners = (inputs @ W).argmax(axis=-1)
    shares = np.bincount(winners.ravel(), minlength=W.shape[1]) / winners.size
    for k in range(W.shape[1]):
        if shares[k] > 0:
            right.contourf(grid, grid, winners == k, levels=[0.5, 1.5], colors=[COLOURS[k]], alpha=0.35)
            middle = inputs[(winners == k) & (np.hypot(*np.moveaxis(inputs, -1, 0)) < reach)].mean(axis=0)
            right.text(*middle, f"class {k}", color=INK, fontsize=10, ha="center", va="center")
        left.plot(*W[:, k], MARKS[k], color=COLOURS[k], markersize=9, markeredgecolor=INK, zorder=3)
        left.annotate(f"$w_{k}$", W[:, k], (8, 6), textcoords="offset points", color=INK, fontsize=11)
    corners = W[:, shares > 0]
    order = np.argsort(np.arctan2(*(corners - corners.mean(axis=1, keepdims=True))[::-1]))
    hull = corners[:, [*order, order[0]]]
    left.fill(*hull, color=RULE, alpha=0.5, zorder=1)
    left.plot(*hull, color=QUIET, linewidth=1, zorder=2)
    for panel, title in ((left, "weight vectors and their hull"), (right, "who wins for the input x")):
        panel.set_aspect("equal")
        panel.set_xlim(-reach, reach)
        panel.set_ylim(-reach, reach)
        panel.set_title(title, fontsize=10, color=INK)
    left.set_xlabel("weight of feature 0")
    left.set_ylabel("weight of feature 1")
    right.set_xlabel("feature 0")
    right.set_ylabel("feature 1")
    listed = ", ".join(f"class {k} {share:.0%}" for k, share in enumerate(shares))
    return Plot(
        figure,
        "Left, one point for each weight vector, and the polygon that those of the winning classes span; the others "
        "lie inside. Right, the plane of inputs in sectors around 0, one for each class that wins. Shares of the "
        f"plane: {listed}.",
    )


def singular_values(values):
    """Singular values of tables of log-probabilities, on a logarithmic scale.

    Args:
        values: dict from a name to singular values, descending.
    """
    figure, (panel,) = new_figure(7, 2.9)
    said = []
    for (name, numbers), colour, mark, style in zip(values.items(), COLOURS, MARKS, STYLES, strict=False):
        relative = np.maximum(numbers / numbers[0], 1e-17)
        panel.semilogy(
            np.arange(1, len(numbers) + 1), relative, style, marker=mark, color=colour, label=name, markersize=4
        )
        said.append(f"{name}: {int((relative > 1e-10).sum())} above 1e-10")
    panel.xaxis.get_major_locator().set_params(integer=True)
    panel.set_xlabel("number of the singular value")
    panel.set_ylabel("relative size")
    panel.set_ylim(1e-18, 10)
    panel.legend(frameon=False, fontsize=9, loc="center right")
    return Plot(
        figure,
        f"Singular values over their number, divided by the first. {'; '.join(said)}. Where a curve breaks off it "
        "falls to the level of rounding, below 1e-13.",
    )


def softmax_and_sparsemax():
    """Both maps for two classes, and for three the nearest points of the simplex."""
    figure, (left, right) = new_figure(7, 3.3, columns=2)
    gaps = np.linspace(-4, 4, 161)
    Z = np.stack([gaps, np.zeros_like(gaps)], axis=1)
    left.plot(gaps, softmax(Z)[:, 0], STYLES[1], color=COLOURS[0], linewidth=2, label="softmax")
    left.plot(gaps, sparsemax(Z)[:, 0], STYLES[0], color=COLOURS[5], linewidth=2, label="sparsemax")
    left.set_xlabel("lead of class 0 over class 1")
    left.set_ylabel("share of class 0")
    left.legend(frameon=False, fontsize=9, loc="upper left")

    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
    right.fill(*corners.T, color=RULE, alpha=0.6)
    right.plot(*corners[[0, 1, 2, 0]].T, color=QUIET, linewidth=1)
    points = np.array(
        [[0.5, 0.3, 0.2], [0.9, 0.5, -0.4], [-0.2, 0.8, 0.4], [1.5, -0.1, -0.4], [-0.4, 0.1, 1.3], [0.6, -0.3, 0.7]]
    )
    for z in points:
        ends = np.array([z, sparsemax(z)]) @ corners
        right.plot(*ends.T, color=INK, linewidth=1)
        right.plot(*ends[0], "o", color=COLOURS[0], markersize=6, markeredgecolor=INK)
        right.plot(*ends[1], "s", color=COLOURS[5], markersize=6, markeredgecolor=INK)
    for k, (corner, anchor, shift) in enumerate(
        zip(corners, ("right", "left", "right"), ((-8, -2), (8, -4), (-9, 2)), strict=True)
    ):
        right.annotate(f"class {k}", corner, shift, textcoords="offset points", ha=anchor, color=INK, fontsize=10)
    right.set_aspect("equal")
    right.set_xlim(-0.45, 1.45)
    right.set_ylim(-0.45, 1.2)
    right.set_axis_off()
    kinds = (sparsemax(points) > 0).sum(axis=1)
    return Plot(
        figure,
        "Left, the share of class 0 over its lead: softmax is a curve that reaches neither 0 nor 1, sparsemax a ramp "
        "that is 0 up to a lead of -1, one half at 0 and 1 from a lead of 1 on. Right, the triangle of three classes "
        f"with six points of its plane and their nearest points: {int((kinds == 3).sum())} lies inside and stays, "
        f"{int((kinds == 2).sum())} go to an edge, {int((kinds == 1).sum())} to a corner.",
    )
