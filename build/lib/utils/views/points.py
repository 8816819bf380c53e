"""The data of the view that shows points of a plane one by one."""

import numpy as np

from utils.views.view import View

K = 4


def chosen_points(X, y, Z):
    """Chapter 7: a point, its logits and probabilities, and what four losses of Keras say about it.

    Args:
        X: points, (n, 2).
        y: their labels, integers in 0 … 3, (n,).
        Z: their logits, finite, (n, 4).

    Raises:
        ValueError: for arrays that do not fit together, and for logits that are not finite.
    """
    X, y, Z = np.asarray(X, dtype=float), np.asarray(y), np.asarray(Z, dtype=float)
    if X.ndim != 2 or X.shape[1] != 2 or y.shape != X.shape[:1] or Z.shape != (len(X), K) or not np.isfinite(Z).all():
        raise ValueError(f"n points (n, 2), labels (n,) and finite logits (n, {K}) are needed.")
    if not np.isin(y, range(K)).all():
        raise ValueError(f"The classes are 0 to {K - 1}, but the labels are {sorted(set(y.tolist()))}.")
    return View("chosen_points", {"X": X.round(3).tolist(), "y": y.tolist(), "Z": Z.round(3).tolist()})
