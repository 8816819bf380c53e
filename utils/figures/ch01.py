"""Figures of chapter 1, the definition of softmax."""

import numpy as np

from utils.display import COLOURS, INK, PAPER, QUIET
from utils.figures.plot import STYLES, Plot, new_figure
from utils.reference import softmax


def hard_and_soft():
    """The decision and its soft form, while the second of three logits grows past the other two."""
    moving = np.linspace(-2, 6, 401)
    logits = np.stack([np.full_like(moving, 2.0), moving, np.full_like(moving, 0.1)], axis=-1)
    hard = (logits.argmax(axis=-1)[:, None] == np.arange(3)).astype(float)
    figure, panels = new_figure(7, 2.6, columns=2, sharey=True)
    for panel, values, title in zip(panels, (hard, softmax(logits)), ("hard max", "softmax"), strict=True):
        for index in range(3):
            panel.plot(moving, values[:, index], STYLES[index], color=COLOURS[index], label=f"class {index}")
        panel.set_title(title, fontsize=11)
        panel.set_xlabel("logit of class 1")
    panels[0].set_ylabel("share of each class")
    panels[1].legend(frameon=False, fontsize=9)
    tie = softmax([2.0, 2.0, 0.1])
    return Plot(
        figure,
        "Two panels. The logits of classes 0 and 2 stay at 2.0 and 0.1, that of class 1 grows from -2 to 6. "
        "Hard max: class 0 has 1 and class 1 has 0 until the logit passes 2.0, then they swap at once. "
        f"Softmax: the share of class 1 grows smoothly from {softmax([2.0, -2.0, 0.1])[1]:.3f} "
        f"to {softmax([2.0, 6.0, 0.1])[1]:.3f}; at 2.0 classes 0 and 1 have {tie[0]:.3f} each.",
    )


def candidates_for_a_share():
    """Three functions that could turn a logit into something to take shares of."""
    z = np.linspace(-3, 3, 241)
    figure, panels = new_figure(7, 2.4, columns=3)
    functions = (("z itself", z), ("z squared", z**2), ("e to the power z", np.exp(z)))
    verdicts = ("negative on the left", "falls on the left", "positive and growing")
    for panel, (name, values), verdict, colour in zip(panels, functions, verdicts, COLOURS, strict=False):
        panel.axhline(0, color=QUIET, linewidth=0.8)
        panel.plot(z, values, color=colour)
        panel.fill_between(z, values, 0, where=values < 0, color=COLOURS[5], alpha=0.25)
        panel.set_title(name, fontsize=11)
        panel.set_xlabel(f"logit z\n{verdict}", fontsize=10)
    panels[0].set_ylabel("value")
    return Plot(
        figure,
        "Three curves over logits from -3 to 3. z itself is negative for negative logits. z squared falls from 9 to 0 "
        f"before it grows to 9, so -3 counts as much as 3. e to the power z grows from {np.exp(-3):.2f} over 1 "
        f"to {np.exp(3):.1f}: positive, and growing everywhere.",
    )


def four_ways_to_sum(Z):
    """What becomes of a square batch under four ways of summing its powers, with the sum of every row beside it.

    Args:
        Z: logits of the shape (m, m).
    """
    powers = np.exp(Z - Z.max())
    ways = {
        "axis=-1, keepdims=True": powers / powers.sum(axis=-1, keepdims=True),
        "axis=-1": powers / powers.sum(axis=-1),
        "axis=0": powers / powers.sum(axis=0),
        "no axis": powers / powers.sum(),
    }
    figure, panels = new_figure(8, 2.2, columns=len(ways))
    figure.get_layout_engine().set(w_pad=0.1)  # so that a sum stands by its own row and not by the next panel's
    for panel, (name, values) in zip(panels, ways.items(), strict=True):
        panel.grid(False)
        panel.spines[:].set_visible(False)
        panel.imshow(values, cmap="Blues", vmin=0, vmax=1)
        for (row, column), value in np.ndenumerate(values):
            panel.text(column, row, f"{value:.2f}", ha="center", va="center", color="white" if value > 0.55 else INK)
        panel.set_title(name, fontsize=10, loc="left")
        panel.set_xticks(range(Z.shape[1]))
        panel.set_xlabel("class", fontsize=10)
        sums = [f"sum {total:.2f}" for total in values.sum(axis=-1)]
        panel.yaxis.tick_right()
        panel.set_yticks(range(Z.shape[0]), sums, fontsize=9)
        panel.tick_params(length=0, pad=2)
    parts = [f"{name}: {', '.join(f'{total:.2f}' for total in values.sum(axis=-1))}" for name, values in ways.items()]
    return Plot(figure, "A batch of three examples under four sums. Row sums with " + "; with ".join(parts) + ".")


def temperature_curves(z):
    """The probabilities of one vector of logits against the temperature.

    Args:
        z: logits, shape (K,).
    """
    temperatures = np.geomspace(0.05, 50, 200)
    curves = np.array([softmax(z, temperature=temperature) for temperature in temperatures])
    figure, (panel,) = new_figure(7, 2.9)
    for index in range(len(z)):
        label = f"class {index}, logit {z[index]:g}"
        panel.semilogx(temperatures, curves[:, index], STYLES[index % 4], color=COLOURS[index], label=label)
    panel.axvline(1, color=QUIET, linewidth=0.8)
    panel.text(1.06, 0.93, "T = 1", color=QUIET, fontsize=10)
    panel.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    panel.set_xlabel("temperature T (logarithmic)")
    panel.set_ylabel("probability")
    panel.set_ylim(-0.02, 1.02)
    panel.legend(frameon=False, fontsize=9, loc="center left")
    values = {T: ", ".join(f"{p:.3f}" for p in softmax(z, temperature=T)) for T in (0.05, 1, 50)}
    return Plot(
        figure,
        f"Probabilities of the logits {', '.join(f'{value:g}' for value in z)} against the temperature. "
        f"At T = 0.05: {values[0.05]}. At T = 1: {values[1]}. At T = 50: {values[50]}.",
    )


def last_layer():
    """The last layer of a network with numbers: outputs of the layer before, logits, probabilities."""
    h, b = np.array([1.0, 0.5, 2.0]), np.array([0.2, 0.0, -0.3])
    W = np.array([[0.6, -0.2, 0.3], [0.8, 0.4, -0.6], [0.4, 0.5, 0.2]])
    z = h @ W + b
    columns = {"outputs of the\nlayer before": (h, 1), "logits z": (z, 1), "probabilities a": (softmax(z), 3)}
    figure, (panel,) = new_figure(7, 3.2)
    panel.set_axis_off()
    panel.set(xlim=(-0.75, 2.75), ylim=(-0.75, 3.1))
    heights = np.array([2.0, 1.0, 0.0])
    for start, style in enumerate(STYLES[:2]):
        for one in heights:
            for other in heights:
                panel.plot([start, start + 1], [one, other], style, color=QUIET, linewidth=0.9, zorder=1)
    for place, (name, (values, digits)) in enumerate(columns.items()):
        panel.text(place, 2.5, name, ha="center", va="bottom", fontsize=11, color=INK)
        for index, (value, height) in enumerate(zip(values, heights, strict=True)):
            face = PAPER if place == 0 else COLOURS[index]
            panel.scatter([place], [height], s=1500, color=face, edgecolors=INK, alpha=1, zorder=2)
            shown = PAPER if place and index == 0 else INK
            panel.text(
                place, height, f"{value:.{digits}f}", ha="center", va="center", fontsize=10, color=shown, zorder=3
            )
    for place, words in ((0.5, "times weights,\nplus bias"), (1.5, "softmax")):
        panel.text(place, -0.6, words, ha="center", va="center", fontsize=11, color=INK)
    numbers = {name.replace("\n", " "): ", ".join(f"{value:.{d}f}" for value in v) for name, (v, d) in columns.items()}
    return Plot(
        figure,
        "Three columns of three circles; lines join every circle with every circle of the next column. "
        + "; ".join(f"{name}: {values}" for name, values in numbers.items())
        + ". Between the first two: times weights, plus bias. Between the last two: softmax.",
    )
