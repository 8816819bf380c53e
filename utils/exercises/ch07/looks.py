"""What is looked at in a model of chapter 7."""

import itertools
from dataclasses import dataclass, field

import numpy as np

HIDDEN = (25, 15)
RATE = 0.001  # of Adam

# What comes in the place of a result: the problems of an Unfit.
NOT_A_FUNCTION = "a model in place of a function"
NOT_A_MODEL = "not a model"
OTHER_EXAMPLES = "examples of another shape"
OTHER_WEIGHTS = "other weights"
NOT_COMPILED = "not compiled"
NO_LOSS = "compiled without a loss"
UNKNOWN_LOSS = "unknown loss"
TRAINED = "trained already"
CHANGED_MODEL = "the model was changed"


@dataclass(frozen=True)
class Look:
    """One look at a model.

    Attributes:
        at: ``"sizes"``, ``"twice"``, ``"outputs"``, ``"training"``, ``"loss"`` or ``"step"``.
        words: what it is, for a message.
        X: examples, for outputs and a step.
        outputs: what the model is said to have returned, for a loss.
        y: labels, for a loss and a step.
        weights: what the weights are set to, a list of arrays for each layer: W, b, W, b, …
    """

    at: str
    words: str
    X: np.ndarray | None = None
    outputs: np.ndarray | None = None
    y: np.ndarray | None = None
    weights: list = field(default_factory=list)

    def __repr__(self):
        return self.words


def shapes_of_weights(units):
    """The shapes of the weights of a network with two features, the hidden layers, and so many output units."""
    sizes = (2, *HIDDEN, units)
    return [shape for n, m in itertools.pairwise(sizes) for shape in ((n, m), (m,))]


def known_weights(rng, units, scale=1.0):
    """Weights under which every hidden unit matters; ``scale`` stretches the logits."""
    weights = [rng.normal(scale=0.6 if len(shape) == 2 else 0.3, size=shape) for shape in shapes_of_weights(units)]
    weights[-2] *= scale
    return [array.astype(np.float32) for array in weights]


def looks_at(units, losses):
    """The looks at a model with so many output units.

    Args:
        units: 1 or 4.
        losses: a function from a generator to pairs of outputs and labels, the smallest first.
    """

    def looks(rng):
        few, many = (rng.normal(scale=2, size=(m, 2)).astype(np.float32) for m in (3, 40))
        labels = rng.integers(max(units, 2), size=40)
        return [
            (Look("sizes", "the weights of your model"),),
            (Look("twice", "two models, from two calls"),),
            (Look("outputs", "the outputs of your model", few, weights=known_weights(rng, units)),),
            (Look("outputs", "outputs far apart", few, weights=known_weights(rng, units, scale=12.0)),),
            (Look("training", "the outputs of your model while it trains", few, weights=known_weights(rng, units)),),
            *((Look("loss", _in_words(Z, y), outputs=Z, y=y),) for Z, y in losses(rng)),
            (Look("step", "one step of training", many, y=labels, weights=known_weights(rng, units)),),
        ]

    return looks


def _in_words(outputs, y):
    if len(y) > 1:
        return f"the loss of {len(y)} examples"
    numbers = ", ".join(f"{value:g}" for value in outputs[0])
    return f"the loss of the outputs [{numbers}] for class {y[0]}"


def looks_in_words(units, outputs):
    """What each look should show, in words."""
    shapes = ", ".join(map(str, sorted(shapes_of_weights(units))))
    words = {
        "sizes": f"weights of the shapes {shapes}",
        "twice": "a new model at every call",
        "outputs": outputs,
        "training": outputs,
        "loss": "the mean cross-entropy of the outputs named here",
        "step": "a loss that falls, and weights that Adam moves by 0.001 at most",
    }
    return lambda look: words[look.at]


def expected_looks(units, outputs, loss):
    """What each look at a right model shows, computed in NumPy.

    Args:
        units: of the output layer.
        outputs: what the model makes of its last linear outputs.
        loss: the mean loss of outputs and labels.
    """

    def expected(look):
        if look.at in ("outputs", "training"):
            return outputs(forward(look))
        if look.at == "loss":
            return loss(look.outputs, look.y)
        shapes = ", ".join(map(str, sorted(shapes_of_weights(units))))
        return {"sizes": shapes, "twice": "a new model each time", "step": "the loss falls"}[look.at]

    return expected


def forward(look, *hidden):
    """The last linear outputs of the network with the look's weights, computed in NumPy.

    Args:
        look: with examples and weights.
        hidden: the activation of each hidden layer; one for both, or none for ReLU.
    """
    A = look.X.astype(np.float64)
    pairs = list(zip(look.weights[::2], look.weights[1::2], strict=True))
    functions = hidden * len(HIDDEN) if len(hidden) == 1 else hidden or (relu,) * len(HIDDEN)
    for (W, b), function in zip(pairs[:-1], functions, strict=True):
        A = function(A @ W + b)
    W, b = pairs[-1]
    return A @ W + b


def relu(Z):
    return np.maximum(Z, 0)


def identity(Z):
    return Z


ONE_POINT_OF_FOUR_CLASSES = Look(
    "outputs",
    "the outputs for the point (1, 2)",
    np.array([[1.0, 2.0]], np.float32),
    weights=known_weights(np.random.default_rng(7), 4),
)
