"""The data of the view that shows handwritten digits one by one."""

import numpy as np

from utils.views.view import View

DEPTH = 16  # shades of ink in the pictures of the data set


def digit_browser(X, y, Z):
    """Chapter 9: which picture, in which order, and a temperature.

    Args:
        X: pictures, shape (m, side²), from 0 to 1 in steps of 1/16.
        y: their labels, shape (m,).
        Z: the logits of a network for them, shape (m, 10).

    Raises:
        ValueError: the three do not fit together.
    """
    X, y, Z = np.asarray(X), np.asarray(y), np.asarray(Z)
    side = round(X.shape[-1] ** 0.5)
    if X.ndim != 2 or side**2 != X.shape[1] or len(y) != len(X) or Z.shape != (len(X), 10):
        raise ValueError(f"Pictures, labels and logits do not fit together: {X.shape}, {y.shape}, {Z.shape}.")
    shades = np.round(X * DEPTH).astype(int)
    pixels = ["".join(np.base_repr(shade, 36).lower() for shade in row) for row in shades]
    return View("digit_browser", {"pixels": pixels, "labels": y.tolist(), "logits": Z.round(3).tolist()})
