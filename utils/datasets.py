"""The data of the course, each set with its origin. All come with scikit-learn or are made here; none needs a network.

scikit-learn is imported inside the functions, so that ``import utils.datasets`` stays fast.
"""

from dataclasses import dataclass

import numpy as np

BLOB_CENTRES = ((-5.0, 2.0), (-2.0, -2.0), (1.0, 2.0), (5.0, -2.0))


@dataclass(frozen=True)
class Dataset:
    """Examples with their labels, and where they come from.

    Attributes:
        X: features, float64, shape (m, features).
        y: labels, integers in 0 … K − 1, shape (m,).
        features: a name for each column of ``X``.
        classes: a name for each class; there are K of them.
        origin: who made or measured the data, in one sentence.
    """

    X: np.ndarray
    y: np.ndarray
    features: tuple[str, ...]
    classes: tuple[str, ...]
    origin: str

    @property
    def K(self):
        """The number of classes."""
        return len(self.classes)


def blobs():
    """Four round clouds of points in the plane, one for each class, 2,000 points in all.

    The recipe is that of the lab on softmax (source 000): centres (−5, 2), (−2, −2), (1, 2) and (5, −2), a standard
    deviation of 1.0 in every direction, random state 30. The classes are balanced, 500 points each.
    """
    from sklearn.datasets import make_blobs

    X, y = make_blobs(n_samples=2000, centers=BLOB_CENTRES, cluster_std=1.0, random_state=30)
    return Dataset(
        X,
        y,
        features=("x0", "x1"),
        classes=tuple(f"class {index}" for index in range(len(BLOB_CENTRES))),
        origin="Drawn by scikit-learn's make_blobs with the recipe of the lab on softmax (source 000).",
    )


def iris():
    """150 irises of three species, four lengths in centimetres for each, 50 flowers of every species.

    scikit-learn's copy is that of R, which follows Fisher's paper.
    """
    from sklearn.datasets import load_iris

    bunch = load_iris()
    return Dataset(
        bunch.data,
        bunch.target,
        features=tuple(name.removesuffix(" (cm)") for name in bunch.feature_names),
        classes=tuple(str(name) for name in bunch.target_names),
        origin="Measured by E. Anderson, published by R. A. Fisher in 1936; the copy of scikit-learn.",
    )
