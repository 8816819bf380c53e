"""Figures of chapter 3, the cost."""

import numpy as np
from matplotlib.patches import Rectangle

from utils.display import COLOURS, INK, QUIET, with_minus
from utils.figures.plot import STYLES, Plot, new_figure
from utils.reference import indicator, log_softmax, softmax


def loss_curve():
    """The loss of one example against the probability of its true class, with equal steps for equal ratios."""
    p = np.linspace(0.004, 1, 400)
    figure, (panel,) = new_figure(7, 2.9)
    panel.plot(p, -np.log(p), color=COLOURS[0])
    halves = 0.5 ** np.arange(6)
    for value in halves:
        panel.plot([value, value], [0, -np.log(value)], ":", color=QUIET, linewidth=1)
    panel.plot(halves, -np.log(halves), "o", color=COLOURS[5])
    for value, name in zip(halves[:4], ("1", "1/2", "1/4", "1/8"), strict=True):
        offset = (6, 6) if value < 1 else (-8, 8)
        panel.annotate(name, (value, -np.log(value)), xytext=offset, textcoords="offset points", color=INK)
    panel.set_xlabel("probability of the true class")
    panel.set_ylabel("loss")
    panel.set_ylim(-0.15, 5)
    points = ", ".join(f"{-np.log(value) + 0.0:.3f} at {value:g}" for value in halves)
    return Plot(
        figure,
        f"A falling curve: the loss is {points}. Each halving of the probability adds {np.log(2):.3f}. "
        "Towards 0 the curve rises without end.",
    )


def what_the_label_picks(A, y):
    """A batch of probabilities in which the entry of each label is framed, its indicator, and the losses.

    Args:
        A: probabilities, shape (m, K).
        y: labels, shape (m,).
    """
    m, K = A.shape
    E = indicator(y, K)
    picked = A[np.arange(m), y]
    figure, panels = new_figure(7, 2.5, columns=3, width_ratios=(K, K, 1))
    columns = (("probabilities A", A), ("indicator 1{y = j}", E), ("loss", -np.log(picked)[:, None]))
    for number, (panel, (title, values)) in enumerate(zip(panels, columns, strict=True)):
        panel.grid(False)
        panel.spines[:].set_visible(False)
        panel.tick_params(length=0)
        shade = values if number < 2 else np.zeros_like(values)
        panel.imshow(shade, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for (row, column), value in np.ndenumerate(values):
            words = f"{value:.0f}" if number == 1 else f"{value:.2f}"
            colour = "white" if shade[row, column] > 0.55 else INK
            panel.text(column, row, words, ha="center", va="center", color=colour)
        panel.set_title(title, fontsize=11)
        panel.set_xticks(range(K) if number < 2 else [])
        panel.set_yticks(range(m), [f"y = {label}" for label in y] if number == 0 else [""] * m)
        if number < 2:
            panel.set_xlabel("class j", fontsize=10)
            for row, label in enumerate(y):
                corner = (label - 0.47, row - 0.47)
                panel.add_patch(_frame(corner))
    picks = "; ".join(
        f"label {label} picks {value:.2f}, loss {-np.log(value):.2f}" for label, value in zip(y, picked, strict=True)
    )
    return Plot(
        figure,
        f"Three tables side by side: probabilities of {m} examples and {K} classes, the indicator with a single 1 in "
        f"each row, and the losses. Row by row: {picks}.",
    )


def _frame(corner):
    return Rectangle(corner, 0.94, 0.94, fill=False, edgecolor=COLOURS[5], linewidth=2)


def entropy_and_divergence(f):
    """The cost of one constant prediction for all examples of two classes, and the two parts it is made of.

    Args:
        f: the share of examples of class 1.
    """
    q = np.linspace(0.01, 0.99, 300)
    costs = -(f * np.log(q) + (1 - f) * np.log(1 - q))
    entropy = -(f * np.log(f) + (1 - f) * np.log(1 - f))
    figure, (panel,) = new_figure(7, 2.8)
    panel.fill_between(q, 0, entropy, color=COLOURS[4], alpha=0.35)
    panel.fill_between(q, entropy, costs, color=COLOURS[1], alpha=0.35)
    panel.plot(q, costs, color=COLOURS[0])
    panel.plot([f], [entropy], "o", color=COLOURS[5])
    panel.axhline(entropy, color=QUIET, linewidth=0.8)
    panel.text(0.02, entropy / 2, "entropy: no constant prediction gets below", va="center", color=INK, fontsize=10)
    panel.text(0.15, 1.6, "divergence: the price\nof a wrong prediction", color=INK, fontsize=10)
    panel.set_xlabel("predicted probability of class 1, the same for all examples")
    panel.set_ylabel("cost J")
    panel.set_ylim(0, 2.6)
    at = [0.1, f, 0.9]
    values = ", ".join(f"{-(f * np.log(p) + (1 - f) * np.log(1 - p)):.3f} at {p:g}" for p in at)
    return Plot(
        figure,
        f"The cost of a constant prediction where a share {f:g} of the examples is of class 1: {values}. The curve "
        f"touches the entropy {entropy:.3f} at {f:g} and lies above it everywhere else.",
    )


def pushes_of_a_batch(Z, y):
    """The rows a − y of a batch as a heat map: what is pushed up is blue, what is pushed down is red.

    Args:
        Z: logits, shape (m, K).
        y: labels, shape (m,).
    """
    m, K = Z.shape
    rows = softmax(Z) - indicator(y, K)
    figure, (panel,) = new_figure(7, 0.42 * m + 0.9)
    panel.grid(False)
    panel.spines[:].set_visible(False)
    panel.tick_params(length=0)
    panel.imshow(rows, cmap="RdBu_r", vmin=-1.3, vmax=1.3, aspect="auto")
    for (i, j), value in np.ndenumerate(rows):
        colour = "white" if abs(value) > 0.85 else INK
        panel.text(j, i, with_minus(f"{value:+.2f}"), ha="center", va="center", color=colour)
    for i, label in enumerate(y):
        panel.add_patch(_frame((label - 0.47, i - 0.47)))
    panel.set_xticks(range(K), [f"class {j}" for j in range(K)])
    panel.set_yticks(range(m), [f"example {i}, y = {label}" for i, label in enumerate(y)])
    words = "; ".join(
        f"label {label}: {', '.join(f'{value:+.2f}' for value in row)}" for label, row in zip(y, rows, strict=True)
    )
    return Plot(
        figure,
        f"A table of a − y for {m} examples and {K} classes, coloured by sign and size; the entry of each label is "
        f"framed and is the only negative one in its row. Row by row, {words}.",
    )


def three_losses(gaps=(-10, 10)):
    """Cross-entropy, squared error and hinge, and their gradients, against the lead of the true class over another."""
    lead = np.linspace(*gaps, 401)
    shown = (-10.0, -4.0, 0.0, 4.0)
    figure, panels = new_figure(7.2, 3.0, columns=2)
    curves = {
        "cross-entropy": _cross_entropy_of_lead,
        "squared error": _squared_error_of_lead,
        "hinge": _hinge_of_lead,
    }
    words = []
    for (name, curve), style, colour in zip(curves.items(), STYLES, COLOURS, strict=False):
        for panel, values in zip(panels, curve(lead), strict=True):
            panel.plot(lead, values, style, color=colour, label=name)
        at = np.array(shown)
        losses, gradients = curve(at)
        words.append(
            f"{name}: losses {', '.join(f'{value:.3g}' for value in losses)}, "
            f"gradients {', '.join(f'{value:.2g}' for value in gradients)}"
        )
    panels[0].set_title("loss", fontsize=11)
    panels[1].set_title("gradient for the true class", fontsize=11)
    panels[0].legend(frameon=False, fontsize=9)
    for panel in panels:
        panel.axvline(0, color=QUIET, linewidth=0.8)
        panel.set_xlabel("lead of the true class\nwrong ←   → right")
    return Plot(
        figure,
        "Two panels against the lead of the true class over the other class, from -10, certain and wrong, to 10, "
        f"certain and right. At leads of {', '.join(f'{value:g}' for value in shown)}: {'; '.join(words)}.",
    )


def _cross_entropy_of_lead(lead):
    z = np.stack([lead, np.zeros_like(lead)], axis=-1)
    return -log_softmax(z)[:, 0], softmax(z)[:, 0] - 1


def _squared_error_of_lead(lead):
    p, other = softmax(np.stack([lead, np.zeros_like(lead)], axis=-1)).T
    return 2 * other**2, -4 * p * other**2


def _hinge_of_lead(lead):
    return np.maximum(0, 1 - lead), np.where(lead < 1, -1.0, 0.0)


def escape(histories):
    """The probability of the true class, step by step, under different losses.

    Args:
        histories: name → probabilities after 0, 1, 2, ... steps.
    """
    figure, (panel,) = new_figure(7, 2.6)
    words = []
    for (name, values), style, colour in zip(histories.items(), STYLES, COLOURS, strict=False):
        panel.semilogx(np.arange(1, len(values) + 1), values, style, color=colour, label=name)
        passed = np.flatnonzero(np.asarray(values) > 0.5)
        words.append(
            f"{name} passes one half after {passed[0]} steps"
            if len(passed)
            else f"{name} has not passed one half after {len(values) - 1} steps"
        )
    panel.axhline(0.5, color=QUIET, linewidth=0.8)
    panel.xaxis.set_major_formatter("{x:,.0f}")
    panel.set_xlabel("steps of gradient descent (logarithmic)")
    panel.set_ylabel("probability of\nthe true class")
    panel.legend(frameon=False, fontsize=9, loc="upper left")
    return Plot(figure, f"The probability of the true class against the number of steps: {'; '.join(words)}.")
