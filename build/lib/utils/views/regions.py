"""The data of the view that shows decision regions: trainings that are recorded when the view is made."""

from dataclasses import dataclass

import numpy as np

from utils import reference
from utils.views.view import View

EPOCHS = 100
RATES = (0.003, 0.03, 0.3, 3)
SHOWN = 200  # points in the picture; accuracy and cost are those of all points
MOST_CLASSES = 4


@dataclass(frozen=True)
class Run:
    """Everything that a training of softmax regression with two features went through.

    Attributes:
        W: the weights at the start and after each step, shape (epochs + 1, 2, K).
        b: the biases, shape (epochs + 1, K).
        costs: the mean cost over all points, shape (epochs + 1,).
        accuracies: the share of all points that are classified rightly, shape (epochs + 1,).
    """

    W: np.ndarray
    b: np.ndarray
    costs: np.ndarray
    accuracies: np.ndarray


def record(X, y, K, learning_rate, epochs=EPOCHS):
    """Train once and keep every step, as a :class:`Run`.

    Args: as for :func:`utils.reference.descend`; ``X`` has two features.
    """
    steps = list(reference.descend(X, y, K, learning_rate, epochs))
    W, b, costs = (np.array(part) for part in zip(*steps, strict=True))
    accuracies = [(reference.predict(*step[:2], X) == y).mean() for step in steps]
    return Run(W, b, costs, np.array(accuracies))


def decision_regions(X, y, K):
    """Chapter 4: a slider for the epoch and one for the learning rate, over recorded runs.

    Args:
        X: all points, shape (m, 2).
        y: their labels, shape (m,).
        K: the number of classes, at most four.
    """
    if K > MOST_CLASSES:
        raise ValueError(f"The picture has marks for {MOST_CLASSES} classes, and not for {K}.")
    every = max(1, len(X) // SHOWN)
    runs = [_plain(rate, record(X, y, K, rate)) for rate in RATES]
    return View("decision_regions", {"runs": runs, "X": X[::every].round(2).tolist(), "y": y[::every].tolist()})


def _plain(rate, run):
    """A run as plain data, rounded to what a picture shows."""
    return {
        "rate": rate,
        "W": run.W.round(4).tolist(),
        "b": run.b.round(4).tolist(),
        "costs": run.costs.round(4).tolist(),
        "accuracies": run.accuracies.round(4).tolist(),
    }
