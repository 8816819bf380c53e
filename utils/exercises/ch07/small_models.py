"""Small models whose numbers are known: what the answers of exercises 7.3 and 7.4 are called with."""

import functools
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np

from utils.checking import Observation, Unfit
from utils.checking.values import agree
from utils.exercises.ch07.looking import to_array, to_tensor, workbench
from utils.exercises.ch07.looks import CHANGED_MODEL, STALE, Look
from utils.exercises.ch07.recognising import NEARLY, results_of, unfit
from utils.exercises.ch07.training import relu

BENDS = {"relu": relu, "tanh": np.tanh}

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
        layers, before, optimizer, loss = _layers(model), _state(model), model.optimizer, model.loss
        returned = to_array(model(to_tensor(look.X)))
        with _predictions_with_another_activation(model) as compiled:
            result = answer(model, look.X.copy())
        is_untouched = model.optimizer is optimizer and model.loss is loss and _are_equal(_state(model), before)
        is_untouched = is_untouched and _layers(model) == layers
        outputs = to_array(model(to_tensor(look.X))) if is_untouched else None
        repeats = _repeats(result, lambda: answer(model, look.X.copy()), look) if is_untouched else True
    if result is not None and not (is_untouched and agree(outputs, returned, NEARLY, 1.0)):
        raise Unfit(CHANGED_MODEL, "changed the model")
    if model.predict_function in compiled:
        raise Unfit(STALE, "left a prediction that was compiled with another activation")
    # Tensors of every framework, and what predict() gives, become arrays.
    value = to_array(result) if keras.ops.is_tensor(result) else result
    return value if repeats else Observation(value, {"repeats": False})


def _repeats(result, ask_again, look):
    """Whether wrong logits of a single example come a second time; others are not asked for."""
    if look.at != "logits" or look.first or len(look.X) > 1 or np.shape(result) != np.shape(logits_in(look)):
        return True
    first = np.array(to_array(result))
    return agree(first, logits_in(look), 1e-3, 10.0) or agree(np.array(to_array(ask_again())), first, 1e-3, 10.0)


@contextmanager
def _predictions_with_another_activation(model):
    """A list of the functions that `predict` compiled while an activation of the model was exchanged.

    Such a function stays with the model, and the activation stays in it. Under torch nothing is compiled.
    """
    import keras

    predict, activations, compiled = keras.Model.predict, _activations(model), []

    @functools.wraps(predict)
    def noted(own, *arguments, **options):
        result = predict(own, *arguments, **options)
        if own is model and _activations(model) != activations and keras.backend.backend() != "torch":
            compiled.append(model.predict_function)
        return result

    with patch.object(keras.Model, "predict", noted):
        yield compiled


def _activations(model):
    return [getattr(layer, "activation", None) for layer in model.layers]


def predicts_with(name):
    """An answer that calls `predict` while the last layer has another activation; it is put back afterwards."""

    def answer(model, X):
        import keras

        last = model.layers[-1]
        if not hasattr(last, "activation"):
            return keras.Sequential(model.layers[:-1])(X)
        former, last.activation = last.activation, keras.activations.get(name)
        result = model.predict(X, verbose=0)
        last.activation = former
        return result

    return answer


def add_stale_prediction(mistakes, name):
    """Add the mistake to a bank; its sample gives the last layer this activation."""
    mistakes.add(
        "predict with another activation",
        """
        You exchange an activation, call `predict` and put it back. Here the numbers come out right; in a notebook they
        often would not. `predict` compiles the model at its first call and uses the compiled function from then on,
        whatever is exchanged in a layer afterwards. So a model that has predicted before answers you as before, and one
        that has not keeps your activation in its `predict`, though you have put the old one back. A call of the model,
        `model(X)`, or of one layer after the other, compiles nothing. Which of your calls should be one of these?
        """,
        predicts_with(name),
        recognise=unfit(STALE),
    )


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
    front += [layers.Dense(hidden[0].shape[1], look.hidden)] if hidden else []
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


def _layers(model):
    """The layers of a model, and whether they learn."""
    return [(id(layer), layer.trainable) for layer in model.layers]


def _are_equal(one, other):
    return len(one) == len(other) and all(map(np.array_equal, one, other))


def hidden_of(look):
    """What reaches the last layer with weights."""
    X = look.X.astype(np.float64)
    if look.statistics:
        gamma, beta, mean, variance = look.statistics
        X = gamma * (X - mean) / np.sqrt(variance + 1e-3) + beta  # 0.001 is the epsilon of Keras
    return BENDS[look.hidden](X @ look.weights[0] + look.weights[1]) if len(look.weights) > 2 else X


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
