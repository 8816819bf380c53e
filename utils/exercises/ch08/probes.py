"""What answers of chapter 8 are tried on: plain data, of which tensors, models and optimizers are made."""

from dataclasses import dataclass, replace

import numpy as np

from utils import reference
from utils.checking.words import show
from utils.exercises.ch08.lazily import pytorch


@dataclass(frozen=True)
class Net:
    """Features that go through a 2–25–15–4 network whose weights are drawn from a seed, and labels for its loss."""

    X: list
    y: list
    seed: int

    def __repr__(self):
        return f"X = {_shown(self.X)}, and weights that the check has put in"


@dataclass(frozen=True)
class Batch:
    """Logits, (m, K), and labels, (m,)."""

    z: list
    y: list

    def __repr__(self):
        return f"z = {_shown(self.z)}, y = {_shown(self.y)}"

    @property
    def size(self):
        """The size of the numbers that cancel on the way to a loss: the largest logit, and at least 1."""
        return max(1.0, float(np.abs(self.z).max()))

    def data(self):
        """The logits, as a model of PyTorch would give them, and the labels as tensors."""
        torch = pytorch()
        return torch.tensor(self.z, dtype=torch.float32), torch.tensor(self.y)

    def losses_of_examples(self):
        """The loss of each example, (m,), computed without PyTorch."""
        return losses_of_rows(np.array(self.z, dtype=float), np.array(self.y))


@dataclass(frozen=True)
class Sequences(Batch):
    """Logits, (B, T, V), and labels, (B, T): B sequences of T positions, at each of them one of V classes."""

    def __repr__(self):
        return f"Z = {_shown(self.z)}, y = {_shown(self.y)}"

    def losses_of_positions(self):
        """The loss of each position in one row, (B·T,), computed without PyTorch."""
        Z = np.array(self.z, dtype=float)
        return losses_of_rows(Z.reshape(-1, Z.shape[-1]), np.ravel(self.y))


@dataclass(frozen=True)
class Training:
    """A linear model with the weights W, (features, K), and b, (K,); data; and how it is trained.

    Attributes:
        optimizer: ``"SGD"``, ``"momentum"`` or ``"Adam"``.
        rate: the learning rate.
        steps: how often a step is made.
        normalised: whether the features go through a batch normalisation first.
        evaluated: whether the model is in evaluation mode.
        dropped: whether the features go through a dropout first. It drops all of them, so that chance has no part in
            it.
        frozen: whether b does not learn.
    """

    W: list
    b: list
    X: list
    y: list
    rate: float = 1.0
    steps: int = 2
    optimizer: str = "SGD"
    normalised: bool = False
    evaluated: bool = False
    dropped: bool = False
    frozen: bool = False

    def __repr__(self):
        model = "a linear model with a frozen b" if self.frozen else "a linear model"
        model = f"batch normalisation and {model}" if self.normalised else model
        model = f"dropout of all features and {model}" if self.dropped else model
        model += " in evaluation mode" if self.evaluated else ""
        steps = f"{self.steps} steps of {self.optimizer} at {self.rate:g}"
        data = f"X = {_shown(self.X)}, y = {_shown(self.y)}"
        return f"{steps}, {data}, {model} from W = {_shown(self.W)}, b = {_shown(self.b)}"

    @property
    def is_plain(self):
        """Whether the model is a linear one and nothing else, so that its mode does not matter."""
        return not (self.normalised or self.dropped)

    @property
    def size(self):
        """The size of the numbers that cancel on the way to a loss: the largest logit at the start, and at least 1."""
        return max(1.0, float(np.abs(np.array(self.X) @ np.array(self.W) + np.array(self.b)).max()))

    def model(self):
        """The model, in its mode."""
        torch = pytorch()
        linear = torch.nn.utils.skip_init(torch.nn.Linear, len(self.W), len(self.b))
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(self.W).T)
            linear.bias.copy_(torch.tensor(self.b))
        linear.bias.requires_grad_(not self.frozen)
        layers = [torch.nn.BatchNorm1d(len(self.W))] if self.normalised else []
        layers += [torch.nn.Dropout(1.0)] if self.dropped else []
        model = torch.nn.Sequential(*layers, linear) if layers else linear
        return model.train(not self.evaluated)

    def optimizer_of(self, model):
        """The optimizer of the parameters of a model."""
        optim = pytorch().optim
        if self.optimizer == "Adam":
            return optim.Adam(model.parameters(), lr=self.rate)
        return optim.SGD(model.parameters(), lr=self.rate, momentum=0.9 if self.optimizer == "momentum" else 0.0)

    def data(self):
        """The features and the labels as tensors."""
        torch = pytorch()
        return torch.tensor(self.X, dtype=torch.float32), torch.tensor(self.y)

    def losses_of_examples(self):
        """The loss of each example at the start, (m,), computed without PyTorch; for plain models."""
        Z, y = np.array(self.X) @ np.array(self.W) + np.array(self.b), np.array(self.y)
        return losses_of_rows(Z, y)


def losses_of_rows(Z, y):
    """The cross-entropy of each row of logits."""
    return reference.logsumexp(Z) - Z[np.arange(len(y)), y]


def _shown(numbers):
    array = np.asarray(numbers)
    return show(array.tolist()) if array.size <= 8 else f"of the shape {array.shape}"


def drawn_numbers(rng, *shape, scale=1.0):
    return rng.normal(scale=scale, size=shape).round(3).tolist()


ZEROS = Training([[0.0, 0.0]], [0.0, 0.0], [[1.0], [2.0]], [0, 0])
WRONG_AND_SURE = Training([[150.0, 0.0]], [0.0, 0.0], [[1.0], [-1.0]], [1, 0], rate=0.1)


def drawn_training(rng, m, n, K, scale=0.7, **options):
    labels = rng.permutation(np.arange(m) % K).tolist()
    return Training(
        drawn_numbers(rng, n, K, scale=scale), drawn_numbers(rng, K), drawn_numbers(rng, m, n), labels, **options
    )


SMALL = (ZEROS,)

# Far from zero: batch normalisation uses one mean while it trains and another one when it is evaluated.
FAR = Training([[1.0, -1.0]], [0.0, 0.0], [[10.0], [11.0], [13.0], [14.0]], [0, 0, 1, 1], 0.2, 3, "SGD", True, True)

# Before its only step every decision is wrong, after it every one is right in training mode, and half of them in the
# other.
ONE_STEP = Training(
    [[0.1, -0.1]], [0.0, 0.0], [[10.0], [11.0], [13.0], [14.0]], [0, 0, 1, 1], 1.0, 1, "SGD", True, True
)

# One decision of four is right at the start, three after a step, and two after the second and last.
WORSE_AT_LAST = Training([[0.0, 0.5]], [0.0, 0.0], [[1.0], [2.0], [3.0], [4.0]], [0, 0, 0, 1])


def corners_of_trainings(rng):
    """Models and data by the name of their corner; the mode and the other layers of a model are corners too."""
    far_below = Training(
        drawn_numbers(rng, 2, 3, scale=0.3), [-900.0, -925.0, -910.0], drawn_numbers(rng, 4, 2), [0, 1, 2, 1], rate=0.3
    )
    return {
        "one example": drawn_training(rng, 1, 3, 4, rate=0.3),
        "one class": drawn_training(rng, 3, 2, 1, rate=0.3),
        "one feature of one example": drawn_training(rng, 1, 1, 2, rate=0.3),
        "many classes": drawn_training(rng, 12, 2, int(rng.integers(8, 12)), rate=0.3),
        "many examples": drawn_training(rng, 70, 2, 3, rate=0.3),
        "many features": drawn_training(rng, 5, 9, 3, rate=0.3),
        "all square": drawn_training(rng, 3, 3, 3, rate=0.3),
        "an absent class": replace(drawn_training(rng, 6, 2, 4, rate=0.3), y=[0, 2, 0, 2, 2, 0]),
        "one class for all": replace(drawn_training(rng, 6, 2, 3, rate=0.3), y=[2] * 6),
        "no weights yet": Training([[0.0] * 3] * 2, [0.0] * 3, drawn_numbers(rng, 4, 2), [0, 2, 1, 2], rate=0.3),
        "all logits negative": replace(drawn_training(rng, 4, 2, 3, rate=0.3), b=[-9.0, -8.0, -10.0]),
        "all logits below -750": far_below,
        "wrong above 10,000": Training([[15000.0, 0.0]], [0.0, 0.0], [[1.0], [-1.0], [1.5]], [1, 0, 0], rate=0.3),
        "all logits above 10,000": replace(far_below, b=[20000.0, 20100.0, 19950.0]),
        # Both of the far ones are wrong, so the gradient is long, too.
        "examples far apart": Training(
            [[2.0, -1.0]], [0.1, -0.2], [[400.0], [-300.0], [0.5], [-20.0]], [1, 0, 0, 1], rate=0.01
        ),
        "batch normalisation": drawn_training(rng, 8, 3, 3, rate=0.3, normalised=True),
        "batch normalisation, evaluated": drawn_training(rng, 6, 2, 2, rate=0.3, normalised=True, evaluated=True),
        "a bias that does not learn": drawn_training(rng, 6, 2, 3, rate=0.3, frozen=True),
        "dropout": drawn_training(rng, 6, 2, 3, rate=1.0, steps=5, dropped=True),
        "dropout, evaluated": drawn_training(rng, 6, 2, 3, rate=0.3, dropped=True, evaluated=True),
    }


def any_training(rng, *optimizers):
    """A model of any size, with data, and a few steps of one of these optimizers."""
    m, n, K = (int(rng.integers(2, most)) for most in (20, 6, 7))
    return drawn_training(
        rng,
        m,
        n,
        K,
        scale=float(rng.choice([0.5, 3.0, 100.0])),
        rate=float(rng.uniform(0.01, 0.5)),
        steps=int(rng.integers(1, 5)),
        optimizer=str(rng.choice(optimizers)),
        normalised=bool(rng.random() < 0.2),
        evaluated=bool(rng.random() < 0.3),
    )
