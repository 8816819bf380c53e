"""What is looked at in a model of chapter 7."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from utils.checking import Domain
from utils.exercises.ch07.training import HIDDEN, batches_for, forward, steps_of_adam

# What comes in the place of a result: the problems of an Unfit.
NOT_A_FUNCTION = "a model in place of a function"
NOT_A_MODEL = "not a model"
OTHER_EXAMPLES = "examples of another shape"
OTHER_WEIGHTS = "other weights"
LISTS_OF_LAYERS = "a list among the layers"
STALE = "a prediction compiled with another activation"
NOT_COMPILED = "not compiled"
NO_LOSS = "compiled without a loss"
UNKNOWN_LOSS = "unknown loss"
OTHER_LABELS = "a loss for other labels"
TRAINED = "trained already"
CHANGED_MODEL = "the model was changed"

# What two calls may give.
NEW_MODELS = "a new model each time"
SAME_MODEL = "the same model"
SAME_OPTIMIZER = "two models with one optimizer"
SAME_START = "a new model each time, of weights that start with the same numbers"
ALIKE = "a new model each time, of units that all start alike"
OTHER_START = "a new model each time, of weights that start in another way than those of Dense"


@dataclass(frozen=True)
class Look:
    """One look at a model.

    Attributes:
        at: ``"sizes"``, ``"twice"``, ``"outputs"``, ``"training"``, ``"loss"``, ``"steps"``,
            ``"probabilities"`` or ``"logits"``.
        words: what it is, for a message.
        X: examples, for outputs.
        outputs: what the model is said to have returned, for a loss.
        y: labels, for a loss.
        weights: what the weights are set to, a list of arrays for each layer: W, b, W, b, …
        batches: pairs of examples and labels, one for each step of a training.
        first: a layer in front of the others: ``""``, ``"Dropout"`` or ``"BatchNormalization"``.
        hidden: the activation of the hidden layer, where there is one: ``"relu"`` or ``"tanh"``.
        head: where the softmax of the model is, see :mod:`utils.exercises.ch07.small_models`.
        statistics: what the first layer learned: gamma, beta, mean and variance.
    """

    at: str
    words: str
    X: np.ndarray | None = None
    outputs: np.ndarray | None = None
    y: np.ndarray | None = None
    weights: list = field(default_factory=list)
    batches: list = field(default_factory=list)
    first: str = ""
    hidden: str = "relu"
    head: str = ""
    statistics: list = field(default_factory=list)

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


def models_and_losses(units, smallest, corners, draw, stretch=12.0):
    """The domain of an answer that builds a model with so many output units.

    Args:
        units: 1 or 4.
        smallest: pairs of outputs and labels whose loss is asked for, the smallest first.
        corners: a function from a generator to such pairs, by the name of their corner.
        draw: a function from a generator to one such pair.
        stretch: how many times as far apart some outputs lie, before an activation.
    """

    def all_corners(rng):
        few, far = (rng.normal(scale=s, size=(m, 2)).astype(np.float32) for m, s in ((3, 2), (40, 20)))
        weights = known_weights(rng, units)
        return {
            "three points": outputs("the outputs of your model", few, weights),
            "outputs far apart": outputs("outputs far apart", few, known_weights(rng, units, scale=stretch)),
            "many points far away": outputs("the outputs for points far away", far, known_weights(rng, units)),
            "training": (Look("training", "the outputs of your model while it trains", few, weights=weights),),
            **{name: loss(*pair) for name, pair in corners(rng).items()},
            "steps": steps(rng, units),
        }

    def any_look(rng):
        if rng.random() < 0.7:
            return loss(*draw(rng))
        X = rng.normal(scale=rng.choice([1.0, 4.0]), size=(int(rng.integers(1, 9)), 2)).astype(np.float32)
        return outputs("the outputs of your model", X, known_weights(rng, units))

    first = [(Look("sizes", "the weights of your model"),), (Look("twice", "two models, from two calls"),)]
    point = (one_point(units),)
    return Domain([*first, point, *(loss(*pair) for pair in smallest)], all_corners, any_look, draws=2)


def outputs(words, X, weights):
    return (Look("outputs", words, X, weights=weights),)


def loss(outputs, y):
    return (Look("loss", _in_words(outputs, y), outputs=outputs, y=y),)


def steps(rng, units):
    """A training of a few steps, see :mod:`utils.exercises.ch07.training`."""
    batches = None
    while batches is None:
        weights = known_weights(rng, units, scale=0.5 if units > 1 else 0.7)
        batches = batches_for(rng, weights)
    return (Look("steps", "a few steps of training", weights=weights, batches=batches),)


def one_point(units):
    words = "the outputs for the point (1, 2)" if units > 1 else "the output for the point (1, 2)"
    return Look(
        "outputs", words, np.array([[1.0, 2.0]], np.float32), weights=known_weights(np.random.default_rng(7), units)
    )


def _in_words(outputs, y):
    if len(y) > 1:
        return f"the loss of {len(y)} examples"
    numbers = ", ".join(f"{value:g}" for value in outputs[0])
    return f"the loss of the outputs [{numbers}] for class {y[0]}"


def looks_in_words(units, outputs):
    """What each look should show, in words."""
    shapes = ", ".join(map(str, sorted(shapes_of_weights(units))))
    words = {
        "sizes": f"weights of the shapes {shapes}, all of which learn,",
        "twice": f"{NEW_MODELS}, with weights that start at random,",
        "outputs": outputs,
        "training": outputs,
        "loss": "the mean cross-entropy of the outputs named here",
        "steps": "a loss that falls, with weights that move as Adam with the rate 0.001 moves them,",
    }
    return lambda look: words[look.at]


def expected_looks(units, outputs, loss):
    """What each look at a right model shows, computed in NumPy.

    Args:
        units: of the output layer.
        outputs: what the model makes of its last linear outputs.
        loss: the mean loss of outputs and labels.
    """
    fixed: Mapping = {"sizes": ", ".join(map(str, sorted(shapes_of_weights(units)))), "twice": NEW_MODELS}

    def expected(look):
        if look.at in ("outputs", "training"):
            return outputs(linear_outputs(look))
        if look.at == "loss":
            return loss(look.outputs, look.y)
        return steps_of_adam(look.weights, look.batches) if look.at == "steps" else fixed[look.at]

    return expected


def size_of_numbers(in_outputs, in_losses):
    """A function from a look to the scale of its numbers: those of outputs and of losses."""

    def size(look):
        # Of the steps: so that another epsilon in Adam's denominator makes no difference, and one weight too many does.
        if look.at in ("steps", "loss"):
            return 40.0 if look.at == "steps" else in_losses
        last = np.abs(look.weights[-2]).max() if look.weights else 0.0
        return in_outputs * max(1.0, float(last) / 30)  # where large terms cancel, float32 has few digits left

    return size


def linear_outputs(look, *hidden):
    """The last linear outputs of the network with the look's weights; see :func:`forward`."""
    return forward(look.weights, look.X, *hidden)[0]


def identity(Z):
    return Z
