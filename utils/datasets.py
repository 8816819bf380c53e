"""The data of the course, each set with its origin. All come with scikit-learn or are made here; none needs a network.

The one exception, full MNIST, is never fetched unless it is asked for. scikit-learn and Keras are imported inside the
functions, so that ``import utils.datasets`` stays fast.
"""

from dataclasses import dataclass, replace

import numpy as np

BLOB_CENTRES = ((-5.0, 2.0), (-2.0, -2.0), (1.0, 2.0), (5.0, -2.0))


class NotAvailable(Exception):
    """A data set is not on this machine and could not be fetched; the message says what to do."""


@dataclass(frozen=True)
class Dataset:
    """Examples with their labels, and where they come from.

    Attributes:
        X: features, shape (m, features), float64 (float32 for MNIST, which is large).
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

    The recipe is that of the *Lab on softmax*: centres (−5, 2), (−2, −2), (1, 2) and (5, −2), a standard
    deviation of 1.0 in every direction, random state 30. The classes are balanced, 500 points each.
    """
    from sklearn.datasets import make_blobs

    X, y = make_blobs(n_samples=2000, centers=BLOB_CENTRES, cluster_std=1.0, random_state=30)
    return Dataset(
        X,
        y,
        features=("x0", "x1"),
        classes=tuple(f"class {index}" for index in range(len(BLOB_CENTRES))),
        origin="Drawn by scikit-learn's make_blobs with the recipe of the Lab on softmax.",
    )


def rings():
    """400 points in the plane, on two noisy circles around the origin, the inner one with the number 1."""
    from sklearn.datasets import make_circles

    X, y = make_circles(n_samples=400, noise=0.1, factor=0.4, random_state=0)
    return Dataset(
        X,
        y,
        features=("x0", "x1"),
        classes=("outer", "inner"),
        origin="Drawn by scikit-learn's make_circles, radius 1 and 0.4, noise of 0.1.",
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


def digits():
    """1,797 handwritten digits as pictures of 8×8 pixels, one picture in each row, from 0 (paper) to 1 (ink).

    Scikit-learn's copy is the test part of the set in the UCI repository, written by 13 of its 43 people. Each pixel
    was a count from 0 to 16, so all values are sixteenths.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return Dataset(
        bunch.data / 16,
        bunch.target,
        features=tuple(f"pixel {row},{column}" for row in range(8) for column in range(8)),
        classes=tuple(str(digit) for digit in range(10)),
        origin="Collected by E. Alpaydin and C. Kaynak, 1998; the copy of scikit-learn, its test part, by 13 writers.",
    )


def in_three(data):
    """A data set in three parts that never meet: to train on, to choose with, to judge by.

    Example i goes to the second part where i leaves 3 when divided by 5, to the third where it leaves 4, else to the
    first.

    Returns:
        Three data sets.
    """
    turn = np.arange(len(data.y)) % 5
    return tuple(replace(data, X=data.X[own], y=data.y[own]) for own in (turn < 3, turn == 3, turn == 4))


def enlarged(X):
    """Pictures of 8×8 in the size of MNIST: each pixel becomes 3×3, with a rim of two pixels of paper.

    Args:
        X: shape (m, 64).

    Returns:
        Shape (m, 784), in the floating type of ``X``.
    """
    X = np.asarray(X)
    if X.ndim != 2 or X.shape[1] != 64:
        raise ValueError(f"Pictures of 8×8 have the shape (m, 64), not {X.shape}.")
    large = X.reshape(-1, 8, 8).repeat(3, axis=1).repeat(3, axis=2)
    return np.pad(large, ((0, 0), (2, 2), (2, 2))).reshape(len(X), -1)


def mnist(file=None):
    """70,000 handwritten digits as pictures of 28×28 pixels, one picture in each row, from 0 (paper) to 1 (ink).

    Args:
        file: a file ``mnist.npz`` that you have. Without it Keras looks in its own folder, and fetches the file (11 MB)
            into it when it is not there.

    Returns:
        ``(train, test)``, 60,000 and 10,000 examples, pixels in float32.

    Raises:
        NotAvailable: the file is not there and cannot be fetched, or it is not such a file.
    """
    try:
        if file is None:
            from keras.datasets.mnist import load_data

            (X, y), (X_test, y_test) = load_data()
        else:
            with np.load(file, allow_pickle=False) as parts:
                X, y, X_test, y_test = (parts[name] for name in ("x_train", "y_train", "x_test", "y_test"))
    except Exception as reason:  # Keras raises a bare Exception when it cannot reach the address
        raise NotAvailable(
            f"MNIST could not be loaded ({type(reason).__name__}: {reason}). It is fetched once, and that needs a "
            "connection to storage.googleapis.com. Without one, use the 8×8 digits, which came with scikit-learn: "
            "datasets.digits(), or in the size of MNIST datasets.enlarged(datasets.digits().X)."
        ) from reason
    return _mnist_part(X, y), _mnist_part(X_test, y_test)


def _mnist_part(X, y):
    if X.ndim != 3 or X.shape[1:] != (28, 28) or y.shape != X.shape[:1]:
        raise NotAvailable(f"This is no MNIST: pictures of the shape {X.shape} with labels of the shape {y.shape}.")
    return Dataset(
        X.reshape(len(X), 784).astype(np.float32) / np.float32(255),
        y.astype(np.int64),
        features=tuple(f"pixel {row},{column}" for row in range(28) for column in range(28)),
        classes=tuple(str(digit) for digit in range(10)),
        origin="Y. LeCun, C. Cortes and C. J. C. Burges, from forms of the United States census; the copy of Keras.",
    )
