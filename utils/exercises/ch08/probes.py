"""What answers of chapter 8 are tried on: plain data, of which tensors, models and optimizers are made."""

from dataclasses import dataclass

import numpy as np

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


@dataclass(frozen=True)
class Training:
    """A linear model with the weights W, (features, K), and b, (K,); data; and how it is trained.

    Attributes:
        optimizer: ``"SGD"``, ``"momentum"`` or ``"Adam"``.
        rate: the learning rate.
        steps: how often a step is made.
        normalised: whether the features go through a batch normalisation first.
        evaluated: whether the model is in evaluation mode.
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

    def __repr__(self):
        model = "batch normalisation and a linear model" if self.normalised else "a linear model"
        model += " in evaluation mode" if self.evaluated else ""
        steps = f"{self.steps} steps of {self.optimizer} at {self.rate:g}"
        data = f"X = {_shown(self.X)}, y = {_shown(self.y)}"
        return f"{steps}, {data}, {model} from W = {_shown(self.W)}, b = {_shown(self.b)}"

    def model(self):
        """The model, in its mode."""
        torch = pytorch()
        linear = torch.nn.utils.skip_init(torch.nn.Linear, len(self.W), len(self.b))
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(self.W).T)
            linear.bias.copy_(torch.tensor(self.b))
        model = torch.nn.Sequential(torch.nn.BatchNorm1d(len(self.W)), linear) if self.normalised else linear
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


def _shown(numbers):
    array = np.asarray(numbers)
    return show(array.tolist()) if array.size <= 8 else f"of the shape {array.shape}"


def drawn_numbers(rng, *shape, scale=1.0):
    return rng.normal(scale=scale, size=shape).round(3).tolist()


ZEROS = Training([[0.0, 0.0]], [0.0, 0.0], [[1.0], [2.0]], [0, 0])
WRONG_AND_SURE = Training([[150.0, 0.0]], [0.0, 0.0], [[1.0], [-1.0]], [1, 0], rate=0.1)


def drawn_training(rng, m, n, K, **options):
    labels = rng.permutation(np.arange(m) % K).tolist()
    return Training(
        drawn_numbers(rng, n, K, scale=0.7), drawn_numbers(rng, K), drawn_numbers(rng, m, n), labels, **options
    )


SMALL = (ZEROS,)
