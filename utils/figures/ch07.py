"""Figures of chapter 7, Keras and ``from_logits``."""

from itertools import pairwise

import numpy as np
from matplotlib.collections import LineCollection

from utils.display import COLOURS, INK, PAPER, QUIET, RULE
from utils.figures.plot import STYLES, Plot, new_figure


def network(sizes, names):
    """A network of dense layers: its units as circles, its weights as lines, and the numbers of both.

    Args:
        sizes: the number of features and of units of each layer, for example (2, 25, 15, 4).
        names: a name for each of them.
    """
    figure, (panel,) = new_figure(7, 3.7)
    panel.set_axis_off()
    panel.grid(False)
    tallest = max(sizes)
    places = []
    for layer, size in enumerate(sizes):
        spread = 0.5 * tallest * (size / tallest) ** 0.5  # small layers are spread more, or their circles would touch
        places.append(np.column_stack([np.full(size, float(layer)), np.linspace(spread, -spread, size)]))
    lines = [(start, end) for one, other in pairwise(places) for start in one for end in other]
    panel.add_collection(LineCollection(lines, colors=RULE, linewidths=0.4, zorder=1))
    for layer, (place, size, name) in enumerate(zip(places, sizes, names, strict=True)):
        panel.scatter(
            *place.T, s=46, color=COLOURS[layer % 4] if layer else PAPER, edgecolors=INK, linewidths=0.8, zorder=2
        )
        panel.text(layer, 0.5 * tallest + 1.6, f"{size} {name}", ha="center", va="bottom", color=INK, fontsize=10)
    counts = [n * m + m for n, m in pairwise(sizes)]
    for layer, ((n, m), count) in enumerate(zip(pairwise(sizes), counts, strict=True)):
        words = f"{n}·{m} + {m} = {count}"
        panel.text(layer + 0.5, -0.5 * tallest - 1.6, words, ha="center", va="top", color=QUIET, fontsize=10)
    panel.set_xlim(-0.35, len(sizes) - 0.65)
    panel.set_ylim(-0.5 * tallest - 4, 0.5 * tallest + 4)
    layers = ", ".join(f"{size} {name}" for size, name in zip(sizes, names, strict=True))
    return Plot(
        figure,
        f"A network drawn with its units, from left to right: {layers}. Every unit is joined to every unit of the next "
        f"layer. Weights and biases between the layers: {', '.join(map(str, counts))}, together {sum(counts)}.",
    )


def training_curves(backends, floor):
    """The loss of every epoch for the four combinations of output and flag, a panel for each backend.

    Args:
        backends: a dict from a backend's name to a dict from a combination's name to the log of its training, with
            the losses of its epochs under ``"losses"``.
        floor: the lowest loss that a double softmax can reach.
    """
    figure, panels = new_figure(7, 3.3, columns=len(backends), sharey=True)
    sentences = []
    for panel, (backend, combinations) in zip(panels, backends.items(), strict=True):
        panel.axhline(floor, color=QUIET, linewidth=0.8)
        for index, (name, log) in enumerate(combinations.items()):
            losses = log["losses"]
            epochs = np.arange(1, len(losses) + 1)
            # Widths fall from curve to curve, so that curves on top of each other can all be seen.
            width = 6.5 - 1.7 * index
            panel.semilogy(epochs, losses, STYLES[index], color=COLOURS[index], label=name, linewidth=width)
        panel.set_title(backend, fontsize=10, color=INK)
        panel.set_xlabel("epoch")
        said = ", ".join(f"{name} {log['losses'][-1]:.2g}" for name, log in combinations.items())
        sentences.append(f"{backend}: {said}")
    panels[0].set_ylabel("loss while training")
    panels[0].text(10, floor / 1.06, f"floor {floor:.4f}", color=QUIET, fontsize=9, ha="right", va="top")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9, handlelength=3)
    return Plot(
        figure,
        f"The loss of ten epochs for four combinations of output and flag, one panel for each backend. Last losses, "
        f"{'; '.join(sentences)}. A line marks the floor of a double softmax, {floor:.4f}.",
    )
