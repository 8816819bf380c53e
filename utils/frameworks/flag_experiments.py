"""The experiments of chapter 7: an output, a flag, and what comes of the two, here and under another backend.

The same functions run in the notebook and in a second process whose Keras computes with PyTorch. Their results are
plain data. Keras is imported inside the functions.

A linear output with ``from_logits=False`` makes a chaotic training: gradients that are 0 but for rounding become whole
steps of Adam, so that another processor, with another order of its sums, ends elsewhere. Numbers of 64 bits alone do
not mend this. There are seeds, though, with which the training ends at the same digits whatever its last digits are on
the way. Each backend has one of them below: random relative changes of 1e-7 in the initial weights leave all that is
printed as it is.
"""

import warnings

import numpy as np

from utils import datasets
from utils.frameworks.backends import start_under

COMBINATIONS = {
    "softmax, True": ("softmax", True),
    "softmax, False": ("softmax", False),
    "linear, True": ("linear", True),
    "linear, False": ("linear", False),
}
SEEDS = {"tensorflow": 13, "torch": 29}
SEED_OF_THE_LOGS, EPOCHS_OF_THE_LOGS = 5, 5
BATCH, DTYPE = 64, "float64"


def _points():
    data = datasets.blobs()
    return data.X.astype(np.float32), data.y


def _network(activation, **options):
    import keras
    from keras import layers

    hidden = [layers.Dense(25, "relu", dtype=DTYPE), layers.Dense(15, "relu", dtype=DTYPE)]
    return keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(4, activation, dtype=DTYPE, **options)])


def _loss(from_logits):
    import keras

    return keras.losses.SparseCategoricalCrossentropy(from_logits, dtype=DTYPE)


def train(activation, from_logits, seed=None, epochs=10, noise=0.0):
    """Train the network 25–15–4 on the blobs with Adam and the rate 0.001, in batches of 64 and in 64 bits.

    Args:
        activation: of the last layer, ``"softmax"`` or ``"linear"``.
        from_logits: the flag of the loss.
        seed: of the weights and of the order of the examples; without one, that of the backend in ``SEEDS``.
        epochs: how many.
        noise: the standard deviation of a random relative change of every initial weight, to see whether the result
            depends on their last digits.

    Returns:
        What a log of the training would say: the loss of each epoch, the loss of the finished model's predictions, its
        accuracy, the smallest and the largest output, and what Keras warned of.
    """
    import keras

    X, y = _points()
    keras.utils.set_random_seed(SEEDS[keras.backend.backend()] if seed is None else seed)
    model, loss = _network(activation), _loss(from_logits)
    rng = np.random.default_rng(0)
    model.set_weights([weights * (1 + noise * rng.standard_normal(weights.shape)) for weights in model.get_weights()])
    model.compile(keras.optimizers.Adam(0.001), loss)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        history = model.fit(X, y, BATCH, epochs, verbose=0).history
    outputs = keras.ops.convert_to_numpy(model(X))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again = loss(keras.ops.convert_to_tensor(y), keras.ops.convert_to_tensor(outputs))
    return {
        "losses": history["loss"],
        "on predictions": float(again),
        "accuracy": float((outputs.argmax(axis=-1) == y).mean()),
        "range": [float(outputs.min()), float(outputs.max())],
        "warning": next((_last_words(each) for each in caught if "from_logits" in str(each.message)), ""),
    }


def _last_words(warning):
    return str(warning.message).split("but the ")[-1]


def four_trainings():
    """What the logs of all four combinations say, by the name of the combination."""
    return {name: train(*combination) for name, combination in COMBINATIONS.items()}


def single_losses():
    """What a loss says about the logits 50, 0 and −50, when the last class is the true one, with either flag."""
    import keras

    z, truth = (keras.ops.convert_to_tensor(values) for values in ([[50.0, 0.0, -50.0]], [2]))
    a = keras.activations.softmax(z)
    outputs, found = {"logits": z, "softmax": a, "softmax * 1": a * 1}, {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, values in outputs.items():
            for flag in (True, False):
                loss = keras.losses.SparseCategoricalCrossentropy(from_logits=flag)
                found[f"{name}, {flag}"] = float(loss(truth, values))
    return found


def has_note():
    """Whether the result of a softmax of Keras carries its logits."""
    import keras

    return hasattr(keras.activations.softmax(keras.ops.convert_to_tensor([[50.0, 0.0, -50.0]])), "_keras_logits")


def wrong_start(activation, from_logits):
    """Five epochs of plain gradient descent from a start that is sure of class 3.

    Returns:
        A dict: the first and the last loss, the accuracy, and what became of it in a word.
    """
    import keras

    X, y = _points()
    keras.utils.set_random_seed(1)
    model = _network(activation, bias_initializer=lambda shape, dtype: keras.ops.array([0.0, 0.0, 0.0, 40.0], dtype))
    loss = _loss(from_logits)
    model.compile(keras.optimizers.SGD(0.05), loss, metrics=["accuracy"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        history = model.fit(X, y, batch_size=100, epochs=5, verbose=0).history
    first, last, accuracy = history["loss"][0], history["loss"][-1], history["accuracy"][-1]
    learns = last < first / 10 and accuracy > 0.9
    outcome = "learns" if learns else "frozen" if abs(last - first) < 0.01 else "neither"
    return {"first loss": first, "last loss": last, "accuracy": accuracy, "outcome": outcome}


def wrong_starts():
    """The same for three combinations, by name."""
    names = ("linear, True", "softmax, False", "softmax, True")
    return {name: wrong_start(*COMBINATIONS[name]) for name in names}


def _log(name):
    return train(*COMBINATIONS[name], seed=SEED_OF_THE_LOGS, epochs=EPOCHS_OF_THE_LOGS)


def everything():
    """All that the second process is asked for."""
    return {
        "single": single_losses(),
        "note": has_note(),
        "four": four_trainings(),
        "starts": wrong_starts(),
        "logs": {"A": _log("softmax, True"), "C": _log("linear, True")},
    }


def with_warning(call):
    """What a call returns, and the last sentence of what Keras warns of on the way, or nothing."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = call()
    return value, str(caught[0].message).split(". ")[-1] if caught else ""


def start_under_torch():
    """Begin :func:`everything` in a second process; see :func:`utils.frameworks.start_under`."""
    return start_under("torch", "from utils.frameworks import flag_experiments\nresult = flag_experiments.everything()")


def logs_to_read(there):
    """The four logs of the last exercise, in words, by their letters.

    Args:
        there: what the second process sent.
    """
    logs = {**there["logs"], "B": _log("linear, False"), "D": _log("softmax, True")}
    return {letter: _in_words(log) for letter, log in sorted(logs.items())}


def _in_words(log):
    low, high = log["range"]
    inside = "outputs within 0 and 1" if low >= 0 and high <= 1 else f"outputs from {low:.0f} to {high:.0f}"
    return (
        f"last loss {log['losses'][-1]:.2f}, loss of the predictions {log['on predictions']:.2f}, "
        f"accuracy {log['accuracy']:.2f}, {inside}"
    )
