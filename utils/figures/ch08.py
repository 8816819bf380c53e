"""Figures of chapter 8, PyTorch from logits."""

import numpy as np

from utils.display import COLOURS, QUIET
from utils.figures.plot import STYLES, Plot, new_figure
from utils.reference import log_softmax, softmax


def double_softmax(K):
    """Loss and gradient of one example against the lead of its true class over one rival, with one softmax and two.

    Args:
        K: the number of classes; those beside the true one and its rival are far behind.
    """
    gaps = np.linspace(-15, 15, 301)
    Z = np.full((len(gaps), K), -40.0)
    Z[:, 0], Z[:, 1] = gaps, 0.0
    p, q = softmax(Z), softmax(softmax(Z))
    once, twice = -log_softmax(Z)[:, 0], -log_softmax(p)[:, 0]
    # The chain rule through the inner softmax: p times (v less its mean under p), for the gradient v of the outer one.
    v = q - np.eye(K)[0]
    gradients = p[:, 0] - 1, p[:, 0] * (v[:, 0] - (p * v).sum(axis=1))
    floor = np.log(np.e + K - 1) - 1
    figure, (left, right) = new_figure(7, 2.9, columns=2)
    for index, (values, slope, name) in enumerate(zip((once, twice), gradients, ("one softmax", "two"), strict=True)):
        left.plot(gaps, values, STYLES[index], color=COLOURS[5 * index], label=name, linewidth=1.8)
        right.plot(gaps, slope, STYLES[index], color=COLOURS[5 * index], label=name, linewidth=1.8)
    for level, place in ((floor, "top"), (floor + 1, "bottom")):
        left.axhline(level, color=QUIET, linewidth=0.8)
        left.text(
            15 if place == "bottom" else -15,
            level,
            f"{level:.4f}",
            color=QUIET,
            fontsize=9,
            va=place,
            ha="right" if place == "bottom" else "left",
        )
    left.set_ylim(0, 4)
    left.set_ylabel("loss")
    right.set_ylabel("gradient for the true logit")
    for panel in (left, right):
        panel.set_xlabel("lead over the rival")
    left.legend(frameon=False, fontsize=9, loc="center right", bbox_to_anchor=(1, 0.72))
    weakest = gradients[1].min()
    return Plot(
        figure,
        f"{K} classes, the true one leads over its only rival by -15 to 15. With one softmax the loss falls from "
        f"{once[0]:.2f} to {once[-1]:.1g} and its gradient goes from -1 to 0. With two the loss stays between "
        f"{floor:.4f} and {floor + 1:.4f}; its gradient is next to 0 on both sides and at most {abs(weakest):.2f} in "
        f"size, at a lead of {gaps[gradients[1].argmin()]:.1f}.",
    )


def training_curves(curves, level, name):
    """The mean loss of every epoch, one curve for each training, and one level to compare with.

    Args:
        curves: a dict from a name to the losses of a training.
        level: a loss to mark with a line.
        name: what the line is.
    """
    figure, (panel,) = new_figure(7, 2.7)
    sentences = []
    for index, (title, values) in enumerate(curves.items()):
        epochs = np.arange(1, len(values) + 1)
        panel.plot(
            epochs,
            values,
            STYLES[index % 4],
            color=COLOURS[5 * index % 6],
            label=title,
            linewidth=1.8,
            marker="o",
            markersize=3,
        )
        # A training that swings ends at another number on another processor; that it ends high is the same everywhere.
        end = f"falls to {values[-1]:.1f}" if values[-1] < 1.2 * min(values) else "ends far above its lowest value"
        sentences.append(f"{title} begins at {values[0]:.1f} and {end}")
    panel.axhline(level, color=QUIET, linewidth=0.8)
    below = {"xytext": (0, -3), "textcoords": "offset points", "va": "top", "ha": "right"}
    panel.annotate(name, (len(values), level), color=QUIET, fontsize=9, **below)
    panel.set_ylim(0)
    panel.set_xlabel("epoch")
    panel.set_ylabel("mean loss of the epoch")
    panel.legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(1, 0.5))
    return Plot(figure, f"The mean loss of each epoch: {'; '.join(sentences)}. A line marks {name}, {level:.4f}.")


def label_smoothing(K, shares):
    """The loss of one example against the lead of its true class, for labels that are smoothed by some shares.

    Args:
        K: the number of classes; the K − 1 others share one logit.
        shares: what each label gives away to all classes, from 0 to below 1.
    """
    gaps = np.linspace(0, 12, 241)
    Z = np.zeros((len(gaps), K))
    Z[:, 0] = gaps
    figure, (panel,) = new_figure(7, 2.7)
    sentences = []
    for index, share in enumerate(shares):
        target = (1 - share) * np.eye(K)[0] + share / K
        values = -(target * log_softmax(Z)).sum(axis=1)
        panel.plot(gaps, values, STYLES[index], color=COLOURS[(0, 5, 2)[index]], label=f"α = {share:g}", linewidth=1.8)
        if share:
            best = np.log(K * (1 - share) / share + 1)
            lowest = -(target * np.log(target)).sum()
            panel.plot([best], [lowest], "o", color=COLOURS[(0, 5, 2)[index]])
            sentences.append(
                f"for a share of {share:g} it is lowest at a lead of {best:.4f}, with {lowest:.5f}, and rises again"
            )
        else:
            sentences.append(f"for a share of 0 it falls to {values[-1]:.1g} and goes on falling")
    panel.set_ylim(0, 2.5)
    panel.set_xlabel("lead of the true class")
    panel.set_ylabel("loss")
    panel.legend(frameon=False, fontsize=9, loc="upper right")
    return Plot(figure, f"The loss of one example of {K} classes: {'; '.join(sentences)}.")
