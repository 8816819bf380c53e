"""Small models whose numbers are known: what the answers of exercises 7.3 and 7.4 are called with."""

import numpy as np

from utils.checking import Unfit
from utils.checking.values import agree
from utils.exercises.ch07.looking import to_array, to_tensor, workbench
from utils.exercises.ch07.looks import CHANGED_MODEL, Look
from utils.exercises.ch07.recognising import NEARLY, results_of
from utils.exercises.ch07.training import relu

# Where the softmax of a model is; "" for a model that returns logits.
INSIDE, ACTIVATION, LAYER = "inside of Dense", "Activation", "Softmax"


def a_model(words, X, W=None, at="probabilities", **parts):
    """A model with these weights and no bias, and examples; without weights the examples are its logits.

    Args:
        words: what it is, for a message.
        X: examples.
        W: the weights of its last layer.
        at: what is looked at.
        parts: further fields of :class:`Look`; weights of a hidden layer and a bias by the names V and b.
    """
    X = np.asarray(X, dtype=np.float32)
    V, b, statistics = parts.pop("V", None), parts.pop("b", None), parts.pop("statistics", ())
    inputs = X.shape[1] if V is None else np.shape(V)[1]
    W = np.eye(inputs) if W is None else W
    weights = [W, np.zeros(np.shape(W)[1]) if b is None else b]
    if V is not None:
        weights = [V, np.zeros(np.shape(V)[1]), *weights]
    as_float32 = [[np.asarray(array, dtype=np.float32) for array in arrays] for arrays in (weights, statistics)]
    return (Look(at, words, X, weights=as_float32[0], statistics=as_float32[1], **parts),)


def look_with_a_model(answer, look):
    """Call an answer with the model of a look and its examples.

    Raises:
        Unfit: the model is another one afterwards.
    """
    import keras

    with workbench():
        model = _model_of(look)
        layers, before, optimizer, loss = list(model.layers), _state(model), model.optimizer, model.loss
        returned = to_array(model(to_tensor(look.X)))
        result = answer(model, look.X.copy())
        is_untouched = model.optimizer is optimizer and model.loss is loss and _are_equal(_state(model), before)
        is_untouched = is_untouched and len(model.layers) == len(layers)
        outputs = to_array(model(to_tensor(look.X))) if is_untouched else None
    if result is not None and not (is_untouched and agree(outputs, returned, NEARLY, 1.0)):
        raise Unfit(CHANGED_MODEL, "changed the model")
    # Tensors of every framework, and what predict() gives, become arrays.
    return to_array(result) if keras.ops.is_tensor(result) else result


def _model_of(look):
    import keras
    from keras import layers

    *hidden, W, _ = look.weights
    first = {"Dropout": lambda: layers.Dropout(0.5), "BatchNormalization": layers.BatchNormalization}
    last = {
        "": lambda: [layers.Dense(W.shape[1])],
        INSIDE: lambda: [layers.Dense(W.shape[1], "softmax")],
        ACTIVATION: lambda: [layers.Dense(W.shape[1]), layers.Activation("softmax")],
        LAYER: lambda: [layers.Dense(W.shape[1]), layers.Softmax()],
    }
    front = [first[look.first]()] if look.first else []
    front += [layers.Dense(hidden[0].shape[1], "relu")] if hidden else []
    model = keras.Sequential([keras.Input(look.X.shape[1:]), *front, *last[look.head]()])
    if look.statistics:
        model.layers[0].set_weights(look.statistics)
    dense = [layer for layer in model.layers if isinstance(layer, layers.Dense)]
    for layer, start in zip(dense, range(0, 4, 2), strict=False):
        layer.set_weights(look.weights[start : start + 2])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=not look.head))
    return model


def _state(model):
    """The numbers of a model; that of the draws of a Dropout layer does not count."""
    return [to_array(weight).copy() for weight in model.weights if "float" in str(weight.dtype)]


def _are_equal(one, other):
    return len(one) == len(other) and all(map(np.array_equal, one, other))


def hidden_of(look):
    """What reaches the last layer with weights."""
    X = look.X.astype(np.float64)
    if look.statistics:
        gamma, beta, mean, variance = look.statistics
        X = gamma * (X - mean) / np.sqrt(variance + 1e-3) + beta  # 0.001 is the epsilon of Keras
    return relu(X @ look.weights[0] + look.weights[1]) if len(look.weights) > 2 else X


def logits_in(look):
    """The logits of the model of a look."""
    W, b = look.weights[-2:]
    return hidden_of(look) @ W + b


def in_time(seen, at):
    """Pairs of a look and its result, all that came before time ran out; none where all of them are right.

    On a busy machine the time may be over before the last model. What came until then shows a mistake as well.
    """
    pairs = results_of(seen, at)
    punctual = [pair for pair in pairs if pair[1].problem != "TimeLimitExceeded"]
    return punctual if len(punctual) == len(pairs) or not all(seen.right[: len(punctual)]) else []
