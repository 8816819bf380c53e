"""Chapter 7, Keras and ``from_logits``: its exercises, with right and wrong answers.

An answer is a function that builds a model. It is judged by what the model does: its weights are given known values, and
then its outputs, the losses it computes from known outputs, and one step of training are looked at. Nothing reads a layer's
name or its kind. Keras is imported inside the functions.
"""

import functools
import inspect
import itertools
import random
from collections import OrderedDict
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from unittest.mock import patch

import numpy as np

from utils.checking import Exercise, Mistake
from utils.checking.comparing import agree, kind
from utils.reference import binary_cross_entropy, cross_entropy, logsumexp, sigmoid, softmax
from utils.reference import loss as loss_of_each

HIDDEN = (25, 15)
RATE = 0.001  # of Adam
PATIENCE = 4.0  # seconds; a check takes about 0.4, and a first one on a busy machine several times as long
NEARLY = 1e-4  # how close a result is to that of a known mistake, relative


# What is looked at ----------------------------------------------------------------------------------------------------


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


class Unfit:
    """What came in place of a result, in words that a message can show."""

    def __init__(self, words):
        self.words = words

    def __repr__(self):
        return self.words


def _layers(units):
    """The shapes of the weights of a network with two features, the hidden layers, and so many output units."""
    sizes = (2, *HIDDEN, units)
    return [shape for n, m in itertools.pairwise(sizes) for shape in ((n, m), (m,))]


def _weights(rng, units, scale=1.0):
    """Weights under which every hidden unit matters; ``scale`` stretches the logits."""
    weights = [rng.normal(scale=0.6 if len(shape) == 2 else 0.3, size=shape) for shape in _layers(units)]
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
            (Look("outputs", "the outputs of your model", few, weights=_weights(rng, units)),),
            (Look("outputs", "outputs far apart", few, weights=_weights(rng, units, scale=12.0)),),
            (Look("training", "the outputs of your model while it trains", few, weights=_weights(rng, units)),),
            *((Look("loss", _in_words(Z, y), outputs=Z, y=y),) for Z, y in losses(rng)),
            (Look("step", "one step of training", many, y=labels, weights=_weights(rng, units)),),
        ]

    return looks


def _in_words(outputs, y):
    if len(y) > 1:
        return f"the loss of {len(y)} examples"
    numbers = ", ".join(f"{value:g}" for value in outputs[0])
    return f"the loss of the outputs [{numbers}] for class {y[0]}"


def probabilities_and_labels(rng):
    """Outputs that are probabilities, none of them next to 0 or 1."""
    Z = rng.uniform(-2, 2, size=(6, 4))
    return [
        (np.array([[0.125, 0.125, 0.5, 0.25]]), np.array([0])),
        (np.array([[0.25, 0.25, 0.25, 0.25], [0.5, 0.25, 0.125, 0.125]]), np.array([3, 0])),
        (softmax(Z), rng.integers(4, size=6)),
    ]


def logits_and_labels(rng):
    """Outputs that are logits, some of them far apart."""
    return [
        (np.array([[0.0, 2.0, 1.0, -1.0]]), np.array([0])),
        (np.array([[50.0, 0.0, -50.0, 0.0]]), np.array([2])),
        (np.array([[300.0, 100.0, 100.0, 0.0], [-100.0, 200.0, 500.0, 0.0]]), np.array([0, 1])),
        (rng.normal(scale=3, size=(6, 4)), rng.integers(4, size=6)),
    ]


def single_logits_and_labels(rng):
    """Outputs of one unit that are logits, some of them far from zero."""
    return [
        (np.array([[-2.0]]), np.array([1])),
        (np.array([[1000.0]]), np.array([0])),
        (np.array([[-1000.0], [1000.0]]), np.array([0, 1])),
        (np.array([[300.0], [-2.0]]), np.array([0, 0])),
        (rng.normal(scale=3, size=(6, 1)), rng.integers(2, size=6)),
    ]


def logits_of_a_model(rng):
    """Models with logits as outputs, given by their weights, with examples: square batches, one example, far logits."""
    eye = np.eye(4, dtype=np.float32)

    def look(words, X, W=eye):
        X = np.asarray(X, dtype=np.float32)
        return (Look("probabilities", words, X, weights=[np.asarray(W, dtype=np.float32), np.zeros(4, np.float32)]),)

    return [
        look("a model with the logits [0, 1, 2, 3]", [[0, 1, 2, 3]]),
        look("a model with the logits [1000, 0, -1000, 999]", [[1000, 0, -1000, 999]]),
        look("a model with four rows of logits", [[2, 1, 0, -1], [0, 0, 0, 0], [-1, 3, 0.5, 0], [1, 1, 4, 2]]),
        look("a model with very negative logits", [[-1000, -1001, -1002, -1003], [1, 2, 3, 4]]),
        look("a model of two features", rng.normal(scale=2, size=(5, 2)), rng.normal(size=(2, 4))),
    ]


# How answers are looked at --------------------------------------------------------------------------------------------


@contextmanager
def _workbench():
    """Build and train inside without a trace: the caller's random numbers stay, and TensorFlow compiles no graph.

    A graph that is compiled takes longer than a check has time for. Worse, an answer that is ended by its time limit while
    TensorFlow traces it would leave the reader's kernel in the middle of that graph. For the same reasons each training by
    `fit` is one step long.
    """
    import keras

    state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002 - Keras and readers use it
    eagerly = _tensorflow_eagerly() if keras.backend.backend() == "tensorflow" else nullcontext()
    try:
        with eagerly, _one_step_per_fit():
            yield
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)  # noqa: NPY002


@contextmanager
def _tensorflow_eagerly():
    import tensorflow as tf

    former = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(former)


@contextmanager
def _one_step_per_fit():
    """While it lasts, `fit` makes one step of training, and one of validation, however many it is asked for."""
    import keras

    fit = keras.Model.fit
    signature = inspect.signature(fit)

    @functools.wraps(fit)
    def one_step(*arguments, **options):
        call = signature.bind(*arguments, **options)
        call.apply_defaults()
        call.arguments |= {"epochs": call.arguments["initial_epoch"] + 1, "steps_per_epoch": 1, "validation_steps": 1}
        return fit(*call.args, **call.kwargs)

    with patch.object(keras.Model, "fit", one_step):
        yield


def look_at_model(answer, look=None):
    """Build the answer's model and look at it: a string, an array, or an :class:`Unfit` that says why there is none."""
    import keras

    if look is None:  # a model without anything to look at
        return answer()
    if isinstance(answer, keras.Model):
        return Unfit("the model itself")
    with _workbench():
        model = answer()
        if model is None:
            return None
        if not isinstance(model, keras.Model):
            return Unfit(kind(model))
        return _LOOKS[look.at](model, look, answer)


def _sizes(model, look, answer):
    model(_tensor(np.zeros((1, 2))))  # a model without an input layer makes its weights now
    shapes = sorted(tuple(weight.shape) for weight in model.trainable_weights)
    return ", ".join(map(str, shapes))


def _twice(model, look, answer):
    other = answer()
    first, second = ([id(weight) for weight in one.weights] for one in (model, other))
    return "the same model" if model is other or (first and set(first) & set(second)) else "a new model each time"


def _outputs(model, look, answer):
    return _set_weights(model, look) or _array(model(_tensor(look.X)))


def _outputs_while_training(model, look, answer):
    return _set_weights(model, look) or _array(model(_tensor(look.X), training=True))


def _loss(model, look, answer):
    if not model.compiled:
        return Unfit("not compiled")
    if model.loss is None:
        return Unfit("compiled without a loss")
    model(_tensor(np.zeros((1, 2))))
    return _array(model.compute_loss(y=_tensor(look.y, "int32"), y_pred=_tensor(look.outputs)))


def _step(model, look, answer):
    """One step on a batch: whether the loss falls, and by how much the weight moves that moves farthest.

    The first step of Adam is as long as its learning rate, for each weight with a gradient (Kingma and Ba 2015, section 2.1).
    """
    import keras

    unfit = _set_weights(model, look)
    if unfit or not model.compiled:
        return unfit or Unfit("not compiled")
    if int(_array(model.optimizer.iterations)):
        return Unfit("trained already")
    X, y = _tensor(look.X), _tensor(look.y, "int32")
    before = float(_array(model.compute_loss(x=X, y=y, y_pred=model(X))))
    if keras.backend.backend() == "jax":
        model.train_on_batch(look.X, look.y)
    else:  # as fit() calls it, also where a reader wrote it, and without the pipeline for data that fit() builds
        model.train_step((X, y))
    after = float(_array(model.compute_loss(x=X, y=y, y_pred=model(X))))
    if not after < before:
        return "the loss does not fall"
    known = {array.shape: array for array in look.weights}
    farthest = max(np.abs(_array(weight) - known[tuple(weight.shape)]).max() for weight in model.trainable_weights)
    return "the loss falls" if abs(farthest - RATE) <= 2e-3 * RATE else f"a step of {farthest:.2g}"


_LOOKS = {
    "sizes": _sizes,
    "twice": _twice,
    "outputs": _outputs,
    "training": _outputs_while_training,
    "loss": _loss,
    "step": _step,
}


def _set_weights(model, look):
    """Give each weight the known values of its shape; an Unfit where the shapes are others."""
    model(_tensor(np.zeros((1, 2))))
    known = {array.shape: array for array in look.weights}
    if sorted(tuple(weight.shape) for weight in model.trainable_weights) != sorted(known):
        return Unfit("other weights than those of 25, 15 and the output units")
    for weight in model.trainable_weights:
        weight.assign(known[tuple(weight.shape)])
    return None


def look_at_probabilities(answer, *given):
    """Call the answer with a model whose logits are known, and with examples; what is no look is handed on as it is."""
    import keras

    if len(given) != 1:
        return answer(*given)
    (look,) = given
    W, b = look.weights
    with _workbench():
        model = keras.Sequential([keras.Input(W.shape[:1]), keras.layers.Dense(W.shape[1])])
        model.set_weights([W, b])
        result = answer(model, look.X.copy())
        after = _array(model(_tensor(look.X)))
    if result is not None and not agree(after, _logits_of(look), NEARLY, 1.0):
        return Unfit("the model was changed")
    # Tensors of every framework, and what predict() gives, become arrays.
    return _array(result) if keras.ops.is_tensor(result) else result


def _tensor(values, dtype="float32"):
    import keras

    return keras.ops.convert_to_tensor(np.asarray(values), dtype=dtype)


def _array(tensor):
    import keras

    return keras.ops.convert_to_numpy(tensor)


# How a mistake is recognised ------------------------------------------------------------------------------------------


def _forward(look, *hidden):
    """The last linear outputs of the network with the look's weights, computed in NumPy.

    Args:
        look: with examples and weights.
        hidden: the activation of each hidden layer; one for both, or none for ReLU.
    """
    A = look.X.astype(np.float64)
    pairs = list(zip(look.weights[::2], look.weights[1::2], strict=True))
    functions = hidden * len(HIDDEN) if len(hidden) == 1 else hidden or (_relu,) * len(HIDDEN)
    for (W, b), function in zip(pairs[:-1], functions, strict=True):
        A = function(A @ W + b)
    W, b = pairs[-1]
    return A @ W + b


def _relu(Z):
    return np.maximum(Z, 0)


def _results(seen, at):
    """Pairs of a look of this kind and its result."""
    return [(probe[0], result) for probe, result in zip(seen.probes, seen.results, strict=False) if probe[0].at == at]


def _all_like(seen, at, make, scale=1.0):
    """Whether every result of this kind equals what ``make`` returns for its look."""
    pairs = _results(seen, at)
    return bool(pairs) and all(
        isinstance(result.value, np.ndarray) and agree(result.value, np.asarray(make(look)), NEARLY, scale)
        for look, result in pairs
    )


def outputs_like(head, *hidden):
    """A predicate: the outputs are those of this output function, and perhaps of other hidden functions."""

    def recognise(seen):
        # Far logits make any other hidden function saturate, so these alone would not do.
        return _all_like(seen, "outputs", lambda look: head(_forward(look, *hidden)), scale=0.3)

    return recognise


def loss_like(formula):
    """A predicate: the losses are those of a formula of outputs and labels."""
    return lambda seen: _all_like(seen, "loss", lambda look: formula(look.outputs.astype(np.float32), look.y))


def both(*predicates):
    """A predicate: all of these hold."""
    return lambda seen: all(predicate(seen) for predicate in predicates)


def any_of(*predicates):
    """A predicate: one of these holds."""
    return lambda seen: any(predicate(seen) for predicate in predicates)


def unfit(words):
    """A predicate: this came in place of a result."""
    return lambda seen: any(isinstance(result.raw, Unfit) and words in repr(result.raw) for result in seen.results)


def says(at, words):
    """A predicate: a look of this kind said these words."""
    return lambda seen: any(result.value == words for _, result in _results(seen, at) if not result.problem)


def loss_fails(seen):
    """Whether outputs came and a loss, whose name Keras knows, could not be computed from them."""
    return not any(result.problem for _, result in _results(seen, "outputs")) and any(
        result.problem not in ("", "unreadable", "TimeLimitExceeded") and "interpret" not in result.detail
        for _, result in _results(seen, "loss")
    )


def takes_other_examples(seen):
    """Whether the model refuses an example of two features."""
    words = ("Invalid input shape", "incompatible with the layer")
    return any(word in result.detail for _, result in _results(seen, "sizes") if result.problem for word in words)


def acts_in_training_alone(seen):
    """Whether the outputs are others while the model trains."""
    by_look = {look.at: result for look, result in zip((probe[0] for probe in seen.probes), seen.results, strict=False)}
    wanted = {look.at: value for look, value in zip((probe[0] for probe in seen.probes), seen.expected, strict=True)}
    result = by_look.get("training")
    return (
        result is not None
        and isinstance(result.value, np.ndarray)
        and not agree(result.value, wanted["training"], NEARLY, 1.0)
    )


def moves_otherwise(seen):
    """Whether the loss falls in one step, whose length is not that of Adam with the rate that is asked for."""
    return any("a step of" in str(result.value) for _, result in _results(seen, "step") if not result.problem)


def other_sizes(seen):
    """Whether the weights have other shapes than asked."""
    pairs = zip(seen.probes, seen.results, seen.expected, strict=False)
    sizes = [(result.value, wanted) for (look, *_), result, wanted in pairs if look.at == "sizes"]
    return any(isinstance(value, str) and value != wanted for value, wanted in sizes)


def _identity(Z):
    return Z


def _clipped(outputs, y):
    """What Keras under TensorFlow and under torch makes of outputs that are no probabilities: one of the two, each."""
    low, high = np.float32(1e-7), np.float32(1 - 1e-7)
    with np.errstate(all="ignore"):
        shares = np.clip(outputs / outputs.sum(axis=-1, keepdims=True), low, high)
    return cross_entropy(np.log(np.clip(outputs, low, high)), y), -np.log(shares[np.arange(len(y)), y]).mean()


def loss_from_probabilities(seen):
    """Whether the loss takes outputs for probabilities, cuts them off and takes the logarithm, whatever they are."""
    return any(
        _all_like(seen, "loss", lambda look, way=way: _clipped(look.outputs.astype(np.float32), look.y)[way])
        for way in (0, 1)
    )


def _binary_clipped(outputs, y):
    a = np.clip(outputs[:, 0], np.float32(1e-7), np.float32(1 - 1e-7)).astype(np.float32)
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


def binary_loss_from_probabilities(seen):
    """The same for one output: large numbers are cut off at 1 − 1e-7, whose logarithm depends on the backend's rounding."""
    return _all_like(seen, "loss", lambda look: _binary_clipped(look.outputs, look.y), scale=500.0)


loss_from_logits = loss_like(cross_entropy)
loss_from_one_logit = loss_like(lambda z, y: binary_cross_entropy(z, y[:, np.newaxis]))


# Models, right and wrong ----------------------------------------------------------------------------------------------


def _network(head, units=4, hidden="relu", sizes=HIDDEN):
    import keras
    from keras import layers

    activations = hidden if isinstance(hidden, tuple) else (hidden,) * len(sizes)
    middle = [layers.Dense(*pair) for pair in zip(sizes, activations, strict=True)]
    return keras.Sequential([keras.Input((2,)), *middle, layers.Dense(units, head)])


def _sparse(**options):
    import keras

    return keras.losses.SparseCategoricalCrossentropy(**options)


def _binary(**options):
    import keras

    return keras.losses.BinaryCrossentropy(**options)


def _adam(rate=RATE):
    import keras

    return keras.optimizers.Adam(learning_rate=rate)


def _compiled(model, loss, optimizer=None):
    model.compile(loss=loss, optimizer=_adam() if optimizer is None else optimizer, metrics=["accuracy"])
    return model


def build(head, make_loss, make_optimizer=_adam, **options):
    """A function without arguments that builds and compiles a network."""

    def model():
        return _compiled(_network(head, **options), make_loss(), make_optimizer())

    return model


def functional(head, make_loss, units=4):
    """The same, in the functional form of Keras, with separate activations."""

    def model():
        import keras
        from keras import layers

        x = inputs = keras.Input(shape=(2,))
        for size in HIDDEN:
            x = layers.ReLU()(layers.Dense(size)(x))
        x = layers.Dense(units)(x)
        outputs = layers.Activation(head)(x) if head else x
        return _compiled(keras.Model(inputs, outputs), make_loss())

    return model


def subclassed(head, make_loss, units=4):
    """The same as a class, its layers made in another order and its weights made at the first call."""

    def model():
        import keras
        from keras import layers, ops

        class Network(keras.Model):
            def __init__(self):
                super().__init__()
                self.last = layers.Dense(units)
                self.second, self.first = layers.Dense(HIDDEN[1]), layers.Dense(HIDDEN[0])

            def call(self, x):
                x = self.last(ops.relu(self.second(ops.relu(self.first(x)))))
                return getattr(ops, head)(x) if head else x

        return _compiled(Network(), make_loss())

    return model


def without_input(head, make_loss, units=4):
    """The same without an input layer, and with an optimizer by its name; its weights are made at the first call."""

    def model():
        import keras

        network = keras.models.Sequential()
        for size in HIDDEN:
            network.add(keras.layers.Dense(units=size, activation=keras.activations.relu))
        network.add(keras.layers.Dense(units, activation=head))
        network.compile("adam", make_loss())
        return network

    return model


def with_a_step_of_its_own(head, make_loss, units=4):
    """The same as a class that writes its training step itself, as the guides of Keras for TensorFlow do."""

    def model():
        import keras
        import tensorflow as tf

        class Network(keras.Sequential):
            def train_step(self, data):
                X, y = data
                with tf.GradientTape() as tape:
                    loss = self.compute_loss(y=y, y_pred=self(X, training=True))
                gradients = tape.gradient(loss, self.trainable_variables)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
                return {"loss": loss}

        return _compiled(Network(_network(head, units).layers), make_loss())

    return model


def _one_for_all(build_model):
    """A function that always returns the model of its first call."""
    kept = []

    def model():
        if not kept:
            kept.append(build_model())
        return kept[0]

    return model


def _uncompiled(head, units=4):
    return lambda: _network(head, units)


def _without_loss(head, units):
    """A function that compiles with an optimizer alone."""

    def model():
        network = _network(head, units)
        network.compile(optimizer=_adam())
        return network

    return model


def _with_input(shape, head, make_loss, units):
    """A function whose model takes examples of another shape."""

    def model():
        import keras

        layers = [layer.__class__.from_config(layer.get_config()) for layer in _network(head, units).layers]
        return _compiled(keras.Sequential([keras.Input(shape), *layers]), make_loss())

    return model


def _with_dropout(head, make_loss, units):
    """A function that puts a dropout behind the first layer."""

    def model():
        import keras

        first, *others = _network(head, units).layers
        return _compiled(keras.Sequential([first, keras.layers.Dropout(0.3), *others]), make_loss())

    return model


def _history(build_model):
    """A function that returns what fit() returned."""

    def model():
        X = np.zeros((4, 2), dtype=np.float32)
        return build_model().fit(X, np.array([0, 1, 0, 1]), epochs=1, verbose=0)

    return model


def _trained(build_model, epochs):
    """A function that trains before it returns."""

    def model():
        X = np.zeros((64, 2), dtype=np.float32)
        trained = build_model()
        trained.fit(X, np.arange(64) % 2, epochs=epochs, verbose=0)
        return trained

    return model


def obvious():
    """The obvious model: probabilities come out of it, and its loss takes probabilities."""
    return _compiled(_network("softmax"), _sparse())


def preferred():
    """The preferred model: logits come out of it, and its loss takes logits."""
    return _compiled(_network("linear"), _sparse(from_logits=True))


def binary():
    """One linear unit, and the binary loss from logits."""
    return _compiled(_network("linear", units=1), _binary(from_logits=True))


def _by_hand(head, units=4):
    """A right model whose loss is a lambda."""

    def losses():
        from keras import losses

        if units == 1:
            return lambda y, z: losses.binary_crossentropy(y, z, from_logits=True)
        flag = head == "linear"
        return lambda y, outputs: losses.sparse_categorical_crossentropy(y, outputs, from_logits=flag)

    return build(head, losses, units=units)


def _mean_by_hand(y, z):
    """The loss from logits written with the operations of Keras."""
    from keras import ops

    rows = ops.logsumexp(z, axis=-1)
    at_label = ops.sum(ops.one_hot(ops.cast(ops.reshape(y, (-1,)), "int32"), 4) * z, axis=-1)
    return ops.mean(rows - at_label)


def _softplus_by_hand(y, z):
    """The binary loss from logits written with the operations of Keras."""
    from keras import ops

    y = ops.cast(ops.reshape(y, (-1, 1)), z.dtype)
    return ops.mean(ops.maximum(z, 0) - z * y + ops.log1p(ops.exp(-ops.absolute(z))))


def _quoted(words):
    return f"`{words}`"


# Mistakes that all three models can have ------------------------------------------------------------------------------


def _common_mistakes(head, make_loss, right, units, name):
    """What can go wrong with any of the models: sizes, hidden activations, compiling, and what is returned.

    Args:
        head: the right output activation.
        make_loss: makes the right loss.
        right: the reference.
        units: of the output layer.
        name: of the exercise's function.
    """
    outputs = {"linear": _identity, "softmax": softmax}[head]
    weights = _weights(np.random.default_rng(7), units)
    point = Look("outputs", "the outputs for the point (1, 2)", np.array([[1.0, 2.0]], np.float32), weights=weights)
    sizes = Look("sizes", "the weights of your model")
    X = np.array([[1.0, 2.0], [-2.0, 1.0], [0.5, -1.0]], np.float32)
    step = Look("step", "one step of training", X, y=np.array([0, 1, 1]), weights=weights)
    total = sum(int(np.prod(shape)) for shape in _layers(units))
    return (
        Mistake(
            "not a model",
            f"`{name}` returns {{output}} and no Keras model. Two things are often returned by mistake: the history that "
            "`fit` hands back, and what `compile` hands back, which is nothing. Building, compiling and training are "
            "three steps on one and the same object. Here you build and compile; the training is done by a later cell. "
            "Under which name does the model stand in your function, and is it this name that is returned?",
            (_history(right), lambda: "model"),
            (sizes,),
            recognise=lambda seen: any(
                isinstance(r.raw, Unfit)
                and not r.raw.words.startswith(("not compiled", "compiled", "trained", "other", "the model"))
                for r in seen.results
            ),
        ),
        Mistake(
            "a model in place of a function",
            f"The name `{name}` stands for a model and not for a function that builds one. A model can be trained only "
            "once from its beginning: whoever trains it a second time goes on where the first training ended. A function "
            "gives every experiment a fresh start. Keep your lines, put them below the `def` line again, and let the last "
            "one return the model. What does the check need between its brackets then?",
            (),
            recognise=unfit("the model itself"),
        ),
        Mistake(
            "other sizes",
            f"Your model has weights of the shapes {{output}}. Asked are two features, hidden layers of {HIDDEN[0]} and "
            f"{HIDDEN[1]} units, and {units} output unit{'s' if units > 1 else ''}, {total} numbers in all. Each layer has "
            "a matrix with one row for each of its inputs and one column for each of its units, and a vector with one bias "
            "for each unit. Which of your shapes does not belong to this chain, and which layer does it come from?",
            (
                build(head, make_loss, units=units, sizes=(25,)),
                build(head, make_loss, units=units, sizes=(15, 25)),
                build(head, make_loss, units=10),
                build(head, make_loss, units=units + 2),
            ),
            (sizes,),
            _quoted,
            recognise=other_sizes,
        ),
        Mistake(
            "one model for all calls",
            f"Two calls of `{name}` give one and the same model, or two models that share their weights. So the second "
            "training starts where the first one ended, and a comparison of two settings compares nothing. It happens when "
            "the model is made in a cell of its own and the function only hands it out, or when layers are made outside of "
            "the function. Which lines have to move below the `def` line?",
            (_one_for_all(right),),
            recognise=says("twice", "the same model"),
        ),
        Mistake(
            "no activation in the hidden layers",
            "Your hidden layers are linear. For the same weights, {input} are {output}, which is what you get "
            "without an activation between the matrices. Two linear layers in a row are one linear layer, so your network "
            "draws straight borders only, however many units it has; it is a softmax regression with detours. A `Dense` "
            "layer is linear unless it is told otherwise. What is it told?",
            (build(head, make_loss, units=units, hidden=None),),
            (point,),
            recognise=outputs_like(outputs, _identity),
        ),
        Mistake(
            "another activation in the hidden layers",
            "Your hidden layers bend the numbers with another function than ReLU, a sigmoid or a tanh. For the same "
            "weights, {input} are {output}. Such networks learn, too, but the text asks for ReLU, which lets positive "
            "numbers pass and turns negative ones into 0; sigmoid and tanh flatten out on both sides and pass on small "
            "gradients there. Where is the function of a hidden layer chosen?",
            (
                build(head, make_loss, units=units, hidden="sigmoid"),
                build(head, make_loss, units=units, hidden="tanh"),
            ),
            (point,),
            recognise=any_of(outputs_like(outputs, sigmoid), outputs_like(outputs, np.tanh)),
        ),
        Mistake(
            "trained inside",
            f"`{name}` does more than build. Either its model has made steps of training before it is returned, or nothing "
            "comes back within the time of a check, because it trains for long or never ends. Building takes a few "
            "hundredths of a second, since the weights only get their random start. The training belongs in a cell of its "
            "own, where you can repeat it, watch it, and start it again from a fresh model. Which line is too much?",
            (_trained(right, 1), _trained(right, 10**6)),
            recognise=any_of(
                unfit("trained already"),
                lambda seen: any(result.problem == "TimeLimitExceeded" for result in seen.results),
            ),
        ),
        Mistake(
            "not compiled",
            f"`{name}` returns a network without a loss and without an optimizer. It can compute outputs, and it cannot be "
            "trained: `fit` would stop with the request to compile it first. In Keras the loss belongs to the model, and "
            "the flag of this chapter is an argument of the loss, so here is the place where output and loss are made to "
            "fit. Which method of a model takes the loss and the optimizer?",
            (_uncompiled(head, units),),
            recognise=unfit("not compiled"),
        ),
        Mistake(
            "compiled without a loss",
            f"`{name}` compiles its model with an optimizer and without a loss, or with a loss that hides in a training step "
            "of its own. So nobody can ask the model how far an output is from the truth, and `fit` has nothing to make "
            "smaller. The loss is where this chapter's flag lives, and it is handed over in the same call as the "
            "optimizer. Which argument of `compile` is missing?",
            (_without_loss(head, units),),
            recognise=unfit("compiled without a loss"),
        ),
        Mistake(
            "examples of another shape",
            f"The model of `{name}` refuses an example with two features. The shape that an input layer is given is the shape of "
            "*one* example: the number of examples does not belong to it, since Keras puts the batch in front by itself. A "
            "point of the blobs has two coordinates, so X has the shape (m, 2). What stands in the brackets of your input "
            "layer?",
            (_with_input((2000, 2), head, make_loss, units), _with_input((1,), head, make_loss, units)),
            recognise=takes_other_examples,
        ),
        Mistake(
            "one hidden layer without ReLU",
            "One of your two hidden layers is linear: for the same weights, {input} are {output}. So two of the three matrices "
            "melt into a single one, and the network has one bend where it should have two. It trains all the same, which "
            "is why this can stay unseen. A `Dense` layer is linear unless it is told otherwise. Go through the layers one "
            "by one: what happens to a negative sum after the 25 units, and after the 15?",
            (
                build(head, make_loss, units=units, hidden=("relu", None)),
                build(head, make_loss, units=units, hidden=(None, "relu")),
            ),
            (point,),
            recognise=any_of(outputs_like(outputs, _relu, _identity), outputs_like(outputs, _identity, _relu)),
        ),
        Mistake(
            "a layer that acts in training alone",
            "Asked for predictions, your model says the right thing, and while it trains its outputs are others. Dropout does "
            "that, and so does noise: a part of the numbers is changed at random, so that a large network learns by heart "
            "less readily. It can be a good idea, and it makes another network. This chapter compares networks, and a "
            "difference must have one cause only. Which of your layers does the text not name?",
            (_with_dropout(head, make_loss, units),),
            recognise=both(outputs_like(outputs), acts_in_training_alone),
        ),
        Mistake(
            "another optimizer or another rate",
            "Outputs and loss are right, and the loss falls. The first step has another length than asked: {output}, for the weight "
            "that moves farthest. Adam divides each gradient by its size, so its first step is as long as the learning rate, "
            "0.001, whatever the loss is. Another rate gives another length, and so does another optimizer, whose rate "
            "means something else. Which optimizer and which number does your `compile` get?",
            (
                build(head, make_loss, lambda: "sgd", units=units),
                build(head, make_loss, lambda: "rmsprop", units=units),
                build(head, make_loss, lambda: _adam(0.01), units=units),
                build(head, make_loss, lambda: _adam(0.0001), units=units),
            ),
            (step,),
            _quoted,
            recognise=both(moves_otherwise, outputs_like(outputs)),
        ),
        Mistake(
            "no learning",
            "Outputs and loss are right, and after one step of training the loss is not smaller than before. The gradient "
            "points downhill, so it is the length of the step that does not fit: a learning rate of 0 stands still, one "
            "that is far too large jumps across the valley and lands higher than it started. The text names an optimizer "
            "and a rate. Which number did you give it?",
            (
                lambda: _compiled(right(), make_loss(), _adam(0.0)),
                lambda: _compiled(right(), make_loss(), _adam(1e4)),
            ),
            recognise=both(
                says("step", "the loss does not fall"),
                lambda seen: not any(result.problem for result in seen.results),
                outputs_like(outputs),
            ),
        ),
    )


def _expects(units, outputs):
    """What each look should show, in words."""
    shapes = ", ".join(map(str, sorted(_layers(units))))
    words = {
        "sizes": f"weights of the shapes {shapes}",
        "twice": "a new model at every call",
        "outputs": outputs,
        "training": outputs,
        "loss": "the mean cross-entropy of the outputs named here",
        "step": "a loss that falls, and weights that Adam moves by 0.001 at most",
    }
    return lambda look: words[look.at]


# 7.1 ------------------------------------------------------------------------------------------------------------------

FOUR_POINTS_ODDS = Look(
    "outputs",
    "the outputs for the point (1, 2)",
    np.array([[1.0, 2.0]], np.float32),
    weights=_weights(np.random.default_rng(7), 4),
)
EIGHTH = Look(
    "loss",
    "the loss of the probabilities [0.125, 0.125, 0.5, 0.25] for class 0",
    outputs=np.array([[0.125, 0.125, 0.5, 0.25]]),
    y=np.array([0]),
)
FIFTY = Look(
    "loss",
    "the loss of the logits [50, 0, -50, 0] for class 2",
    outputs=np.array([[50.0, 0.0, -50.0, 0.0]]),
    y=np.array([2]),
)

obvious_model = Exercise(
    name="ch07.obvious_model",
    is_main=True,
    is_slow=True,
    time_limit=PATIENCE,
    asks="Build and compile the network 25–15–4 with probabilities as outputs and the loss that fits.",
    reference=obvious,
    probes=looks_at(4, probabilities_and_labels),
    observe=look_at_model,
    expects=_expects(4, "four probabilities for each example, which sum to 1 and depend on all hidden units"),
    rtol=1e-4,
    hints=(
        "A `keras.Sequential` takes a list: an input of two features, then one layer after the other. How many layers "
        "have weights here?",
        "`Dense` takes the number of units and an activation. Which activation turns four numbers into four "
        "probabilities, and in which layer does it belong?",
        "`compile` wants an optimizer and a loss. The labels are integers, so the loss is the sparse one; look at the "
        "meaning of its argument `from_logits` and at what it is when you do not mention it.",
    ),
    alternatives=(
        functional("softmax", _sparse),
        subclassed("softmax", _sparse),
        without_input("softmax", lambda: "sparse_categorical_crossentropy"),
        _by_hand("softmax"),
        build("softmax", lambda: _sparse(from_logits=False)),
        with_a_step_of_its_own("softmax", _sparse),
    ),
    mistakes=(
        Mistake(
            "softmax output and from_logits=True",
            "Your last layer returns probabilities, and your loss takes them for logits: for {input} it says {output}. It "
            "sends them through a softmax a second time. Keras under TensorFlow notices and repairs it with a warning while "
            "it trains, other backends do not, and a loss that you compute from predictions is wrong everywhere. What does "
            "the flag promise to the loss, and does your output keep the promise?",
            (build("softmax", lambda: _sparse(from_logits=True)),),
            (EIGHTH,),
            recognise=both(outputs_like(softmax), loss_from_logits),
        ),
        Mistake(
            "linear output and from_logits=False",
            "Your last layer returns logits, and your loss takes them for probabilities: {input} are {output}, and the loss "
            "cuts off what is negative or above 1 and takes a logarithm. Of the four combinations this is the one that ruins "
            "the accuracy, too. It also hides behind a loss that is given by its name in quotes. What should come out of "
            "the obvious model?",
            (build("linear", _sparse), build(None, lambda: "sparse_categorical_crossentropy")),
            (FOUR_POINTS_ODDS,),
            recognise=both(outputs_like(_identity), loss_from_probabilities),
        ),
        Mistake(
            "the preferred model",
            "You built the model of the next section: {input} are {output}, which are logits, and the loss takes logits. "
            "The two fit each other, and in your own work this is the one to use. Here the other organisation is asked, so "
            "that you can compare the two: probabilities as outputs, and a loss that takes probabilities. Two places have to "
            "change; which?",
            (build("linear", lambda: _sparse(from_logits=True)),),
            (FOUR_POINTS_ODDS,),
            recognise=both(outputs_like(_identity), loss_from_logits),
        ),
        Mistake(
            "sigmoids in place of a softmax",
            "Your four outputs are sigmoids, each a probability by itself: {input} are {output}. They do not sum to 1, "
            "because every sigmoid answers a question of its own, as chapter 5 has it for labels that overlap. A point of "
            "this data belongs to exactly one of four classes. Which activation shares one total between the units?",
            (build("sigmoid", _sparse),),
            (FOUR_POINTS_ODDS,),
            recognise=outputs_like(sigmoid),
        ),
        Mistake(
            "softmax over the batch axis",
            "Your softmax runs down the columns: each *column* of the outputs sums to 1, over the examples of the batch, and "
            "a row does not. So what the model says about one point depends on which other points came with it; alone, every "
            "class gets 1, and {input} are {output}. The classes lie on the last axis. Which axis did you give?",
            (lambda: _compiled(_with_head(_batch_softmax), _sparse()),),
            (FOUR_POINTS_ODDS,),
            recognise=outputs_like(lambda Z: softmax(Z, axis=0)),
        ),
        Mistake(
            "softmax twice",
            "Your model applies softmax two times: {input} are {output}. The rows sum to 1, and all of them are pulled towards equal "
            "shares, because the second softmax takes probabilities for logits. They lie between 0 and 1, so no class can "
            "come out more than e times as probable as another, and the largest value of four classes is 0.48. Which two "
            "places of your model hold a softmax?",
            (lambda: _compiled(_with_head(_double_softmax), _sparse()),),
            (FOUR_POINTS_ODDS,),
            recognise=outputs_like(lambda Z: softmax(softmax(Z))),
        ),
        Mistake(
            "a loss for other labels",
            "Your loss cannot work with integer labels: it stops with an error on the shapes. Keras has two forms of one "
            "loss. One wants a row of zeros and a single one for each example; the other, called *sparse*, wants the number "
            "of the class. The binary loss wants a label for each unit. The labels of the blobs are 0, 1, 2 and 3, in an "
            "array of the shape (m,). Which form fits?",
            (
                build("softmax", lambda: "categorical_crossentropy"),
                build("softmax", lambda: "binary_crossentropy"),
                build("softmax", lambda: "mse"),
            ),
            recognise=loss_fails,
        ),
        Mistake(
            "a sum in place of the mean",
            "Your loss adds up the examples of a batch; asked is their mean, which Keras takes by default. One example gives "
            "the right number, and a batch of 32 one that is 32 times as large. With the sum, the learning rate would have "
            "to change whenever the size of the batches does (chapter 4). Which argument of the loss decides about mean or "
            "sum?",
            (build("softmax", lambda: _sparse(reduction="sum")),),
            recognise=loss_like(lambda a, y: loss_of_each(a, y).sum()),
        ),
        *_common_mistakes("softmax", _sparse, obvious, 4, "obvious_model"),
    ),
    remark="Probabilities out of the model, probabilities into the loss: they fit. Whether they fit *well* is the question of "
    "this chapter.",
)


def _with_head(function):
    """The network with this function behind its last linear layer."""
    import keras

    network = _network("linear")
    return keras.Sequential([*network.layers[:-1], keras.layers.Dense(4, activation=function)])


def _double_softmax(z):
    from keras import ops

    return ops.softmax(ops.softmax(z, axis=-1), axis=-1)


def _batch_softmax(z):
    from keras import ops

    return ops.softmax(z, axis=0)


# 7.2 ------------------------------------------------------------------------------------------------------------------

preferred_model = Exercise(
    name="ch07.preferred_model",
    is_main=True,
    is_slow=True,
    time_limit=PATIENCE,
    asks="Build and compile the network 25–15–4 with logits as outputs and the loss that takes logits.",
    reference=preferred,
    probes=looks_at(4, logits_and_labels),
    observe=look_at_model,
    expects=_expects(4, "four logits for each example, of any sign and size"),
    scale=lambda look: 1.0,
    rtol=1e-4,
    hints=(
        "Two places differ from the obvious model, and the layers with weights stay as they are. Which two?",
        "A linear unit hands out its sum of weighted inputs as it is. That is what `Dense` does without an activation, and "
        "what it does with the activation called `linear`.",
        "The loss has to be told what it gets. Its name in quotes leaves no room for an argument, so make a loss object "
        "from the class in `keras.losses`.",
    ),
    alternatives=(
        functional(None, lambda: _sparse(from_logits=True)),
        subclassed(None, lambda: _sparse(from_logits=True)),
        without_input(None, lambda: _sparse(from_logits=True)),
        _by_hand("linear"),
        build("linear", lambda: _mean_by_hand),
        with_a_step_of_its_own("linear", lambda: _sparse(from_logits=True)),
    ),
    mistakes=(
        Mistake(
            "linear output and from_logits=False",
            "Your outputs are logits, as they should be, and nobody has told the loss: for {input} it says {output}, where the "
            "true loss is 100. It takes them for probabilities, lifts what is negative to 0.0000001, cuts off what is above 1 "
            "and takes a logarithm. A loss that is given by its name in quotes does this, too, because False is the default. "
            "Where can you tell it?",
            (
                build("linear", _sparse),
                build("linear", lambda: "sparse_categorical_crossentropy"),
                build(None, lambda: _sparse(from_logits=False)),
            ),
            (FIFTY,),
            recognise=both(outputs_like(_identity), loss_from_probabilities),
        ),
        Mistake(
            "softmax output and from_logits=True",
            "Your loss takes logits, and your last layer hands out probabilities: {input} are {output}. The flag does not "
            "mean *from a softmax*. It says that the softmax has not happened yet and that the loss is to take care of it, "
            "so yours is a double softmax. TensorFlow repairs it with a warning while it trains; the torch backend stops "
            "learning at a loss of 0.74. Which of your layers does too much?",
            (
                build("softmax", lambda: _sparse(from_logits=True)),
                functional("softmax", lambda: _sparse(from_logits=True)),
            ),
            (FOUR_POINTS_ODDS,),
            recognise=both(outputs_like(softmax), loss_from_logits),
        ),
        Mistake(
            "the obvious model",
            "You built the obvious model once more: {input} are {output}, which are probabilities, and the loss takes "
            "probabilities. The two fit each other, but a probability next to 0 has lost the digits that the loss needs, as "
            "you saw in chapter 6. Preferred is to hand the loss the numbers from before the softmax. What has to change in "
            "the last layer, and what in the loss?",
            (build("softmax", _sparse), functional("softmax", lambda: "sparse_categorical_crossentropy")),
            (FOUR_POINTS_ODDS,),
            recognise=both(outputs_like(softmax), loss_from_probabilities),
        ),
        Mistake(
            "sigmoids in place of logits",
            "Your last layer still has an activation, a sigmoid: {input} are {output}, all between 0 and 1. The loss takes "
            "them for logits and sends them through a softmax. Logits within 0 and 1 can never be more than 1 apart, so "
            "with four classes no probability can rise above 0.48, and the loss cannot come near 0. What should a last "
            "layer of logits do with its sums?",
            (build("sigmoid", lambda: _sparse(from_logits=True)),),
            (FOUR_POINTS_ODDS,),
            recognise=outputs_like(sigmoid),
        ),
        Mistake(
            "log-softmax in the last layer",
            "Your last layer returns logarithms of probabilities: {input} are {output}, none of them above 0. They are logits, "
            "too, which differ from the linear sums by one number for each example, so the loss is right and the work is "
            "done twice. Asked are the sums themselves: the loss from logits takes the log-sum-exp off by itself. What does "
            "a layer need in order to hand out what it has added up?",
            (build("log_softmax", lambda: _sparse(from_logits=True)),),
            (FOUR_POINTS_ODDS,),
            recognise=outputs_like(lambda Z: Z - logsumexp(Z)[:, np.newaxis]),
        ),
        Mistake(
            "ReLU in the last layer",
            "Your last layer has the activation of the hidden ones, so no output can be negative: {input} are {output}. "
            "Logits need both signs. A logit that is held at 0 has no slope, so the class behind it gets no gradient, "
            "neither up nor down, and with a start on the wrong side it never learns. Only the hidden layers need to bend "
            "their sums. What does the last one do?",
            (build("relu", lambda: _sparse(from_logits=True)),),
            (FOUR_POINTS_ODDS,),
            recognise=outputs_like(lambda Z: np.maximum(Z, 0)),
        ),
        Mistake(
            "a loss for other labels",
            "Your loss cannot work with integer labels: it stops with an error on the shapes. Keras has two forms of one "
            "loss. One wants a row of zeros and a single one for each example; the other, called *sparse*, wants the number "
            "of the class. A squared error wants a target for each output. The labels of the blobs are 0, 1, 2 and 3, in an "
            "array of the shape (m,). Which form fits?",
            (
                build("linear", lambda: _one_hot_loss()),
                build("linear", lambda: "mse"),
            ),
            recognise=loss_fails,
        ),
        Mistake(
            "a sum in place of the mean",
            "Your loss adds up the examples of a batch; asked is their mean, which Keras takes by default. One example gives "
            "the right number, and a batch of 32 one that is 32 times as large. With the sum, the learning rate would have "
            "to change whenever the size of the batches does (chapter 4). Which argument of the loss decides about mean or "
            "sum?",
            (build("linear", lambda: _sparse(from_logits=True, reduction="sum")),),
            recognise=loss_like(lambda Z, y: cross_entropy(Z, y) * len(y)),
        ),
        *_common_mistakes("linear", lambda: _sparse(from_logits=True), preferred, 4, "preferred_model"),
    ),
    remark="Logits out of the model, logits into the loss. The softmax now waits until somebody wants to read a "
    "probability.",
)


def _one_hot_loss():
    import keras

    return keras.losses.CategoricalCrossentropy(from_logits=True)


# 7.3 ------------------------------------------------------------------------------------------------------------------


def _logits_of(look):
    W, b = look.weights
    return look.X.astype(np.float64) @ W + b


def _reference_probabilities(model, X):
    return softmax(_array(model(X)))


def _by_tensorflow(model, X):
    import tensorflow as tf

    return tf.nn.softmax(model(X)).numpy()


def _by_predict(model, X):
    import keras

    return keras.ops.softmax(model.predict(X, verbose=0), axis=-1)


def _by_activation(model, X):
    import keras

    return keras.activations.softmax(model(X, training=False))


def _by_a_second_model(model, X):
    import keras

    return keras.Sequential([model, keras.layers.Softmax()])(X)


def _by_numpy(model, X):
    Z = np.array(model.predict_on_batch(X), dtype=float)
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).tolist()


def _made_of(function):
    """An answer that makes this of the logits, and the predicate that recognises it by its results."""
    return lambda model, X: function(_array(model(X)))


def _probabilities_like(*functions):
    """A predicate: the results are those of one of these functions of the logits."""

    def recognise(seen):
        with np.errstate(all="ignore"):
            return any(_all_like(seen, "probabilities", lambda look, f=f: f(_logits_of(look)), 0.1) for f in functions)

    return recognise


def _mistake_of_probabilities(name, explanation, *functions, example=0):
    """A mistake whose samples make these of the logits; its example is the probe with this number."""
    look = logits_of_a_model(np.random.default_rng(7))[example]
    return Mistake(name, explanation, tuple(map(_made_of, functions)), look, recognise=_probabilities_like(*functions))


def _naive(Z):
    with np.errstate(all="ignore"):
        powers = np.exp(np.asarray(Z, dtype=np.float32))
        return powers / powers.sum(axis=-1, keepdims=True)


def _naive_total(Z):
    with np.errstate(all="ignore"):
        powers = np.exp(np.asarray(Z, dtype=np.float32))
        return powers / powers.sum()


def _by_adding_a_layer(model, X):
    import keras

    model.add(keras.layers.Softmax())
    return model(X)


def _by_changing_the_last_layer(model, X):
    import keras

    model.layers[-1].activation = keras.activations.softmax
    return model(X)


def _overflows(seen):
    """Whether moderate logits come out right and far ones do not come out at all."""
    pairs = _results(seen, "probabilities")
    right = [isinstance(r.value, np.ndarray) and agree(r.value, softmax(_logits_of(k)), NEARLY, 1e-3) for k, r in pairs]
    broken = [isinstance(r.value, np.ndarray) and bool(np.isnan(r.value).any()) for _, r in pairs]
    return any(broken) and all(one or other for one, other in zip(right, broken, strict=True))


probabilities = Exercise(
    name="ch07.probabilities",
    is_slow=True,
    time_limit=PATIENCE,
    asks="The probabilities of all classes for every example, from a model that returns logits.",
    reference=_reference_probabilities,
    probes=logits_of_a_model,
    observe=look_at_probabilities,
    expects=lambda look: (
        f"{len(look.X)} row{'s' if len(look.X) > 1 else ''} of four probabilities, each with the sum 1,"
    ),
    scale=lambda look: 1e-3,
    rtol=1e-4,
    hints=(
        "A Keras model can be called like a function; what it returns for the examples X are logits here. What is missing?",
        "The function that turns logits into probabilities exists in `tf.nn`, in `keras.ops`, in `keras.activations`, and "
        "you have written it yourself in chapter 1.",
    ),
    alternatives=(_by_tensorflow, _by_predict, _by_activation, _by_a_second_model, _by_numpy),
    mistakes=(
        _mistake_of_probabilities(
            "the logits themselves",
            "You return what the model returns. For {input} that is {output}, and it does not sum to 1. The loss of this model "
            "applies a softmax for itself, while it computes, and leaves the model as it is: outputs stay logits before and "
            "after the training. Negative numbers and numbers above 1 are right for logits and impossible for "
            "probabilities. What lies between the two?",
            _identity,
        ),
        _mistake_of_probabilities(
            "the class in place of probabilities",
            "You return the most probable class of each example: {output} for {input}. That is the decision, and it needs no "
            "softmax. Asked is what stands before it, one probability for each class, so that a reader can see how clear the "
            "decision was. The shape has to be (m, 4), one row for each example. Which step did you take too many?",
            lambda Z: np.argmax(Z, axis=-1),
        ),
        _mistake_of_probabilities(
            "the largest probability alone",
            "You return one number for each example, the probability of its most probable class: {output} for {input}. A "
            "reader who has to weigh the second best class against the best one needs the others as well. Return the whole "
            "row, in the order of the classes, so that the shape is (m, 4) and each row sums to 1. Which reduction is too "
            "much?",
            lambda Z: softmax(Z).max(axis=-1),
        ),
        _mistake_of_probabilities(
            "sigmoids in place of a softmax",
            "You send each logit through a sigmoid of its own. For {input} that gives {output}: each number lies between 0 and "
            "1, and they do not sum to 1. The model was trained with the cross-entropy of a softmax, in which one class wins "
            "what the others lose, and only differences of logits carry meaning. Which function shares one total between "
            "the classes?",
            sigmoid,
        ),
        _mistake_of_probabilities(
            "softmax twice",
            "You apply softmax two times. For {input} that gives {output}: each row sums to 1, and all of them are pulled "
            "towards equal shares. The second softmax takes probabilities for logits; they lie between 0 and 1, so no class "
            "can be more than e times as probable as another. It happens when a softmax is written behind another that "
            "somebody added before. Which of the two can go?",
            lambda Z: softmax(softmax(Z)),
        ),
        _mistake_of_probabilities(
            "softmax over the batch axis",
            "Your softmax runs along the examples, so every column sums to 1 and the rows do not. For {input} you return "
            "{output}: a batch of one example gets 1 for each class. What the model says about a point must not depend on "
            "the points beside it. Functions named `softmax` take an argument for the axis, and the classes are on the "
            "last one. Which axis did you give?",
            lambda Z: softmax(Z, axis=0),
        ),
        _mistake_of_probabilities(
            "one total for the whole batch",
            "You divide by a single sum over all rows, so the whole table sums to 1 and a row does not. With one example you are "
            "right; for a model with several examples each row gets a share of what should be its own. The "
            "probabilities of a point must not become smaller because another point stands beside it. A sum, and the "
            "softmax of some libraries, runs over everything unless it is told an axis. Which one holds the classes?",
            lambda Z: np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(),
            _naive_total,
            example=2,
        ),
        _mistake_of_probabilities(
            "logarithms of probabilities",
            "You return log-probabilities: {output} for {input}, none of them above 0. A loss likes them, because a sum of "
            "logarithms neither overflows nor underflows. A reader wants numbers between 0 and 1 with the sum 1. The two "
            "functions have nearly the same name. Which one did you call, or which step leads back from a logarithm?",
            lambda Z: Z - logsumexp(Z)[:, np.newaxis],
        ),
        Mistake(
            "the model is changed",
            "After the call the model that was handed to you returns other numbers than before. A softmax that is added to its "
            "layers, or put into its last one, stays there: the second call then applies it twice, and whoever goes on with "
            "the training has a double softmax. Whoever asks for probabilities wants to read, and not to rebuild. How can "
            "you treat what the model returns, and leave the model alone?",
            (_by_adding_a_layer, _by_changing_the_last_layer),
            recognise=unfit("the model was changed"),
        ),
        _mistake_of_probabilities(
            "divided by the sum",
            "You divide each row of logits by its sum. For {input} that gives {output}. The rows sum to 1, and yet these are "
            "no probabilities: logits may be negative, so a quotient may be, too, and adding the same number to all logits "
            "would change the result, though it means nothing (chapter 1). Before the division each logit has to become "
            "positive. By which function?",
            lambda Z: Z / Z.sum(axis=-1, keepdims=True),
        ),
        Mistake(
            "no shift",
            "For moderate logits you are right, and for logits near 1000 your powers of e are infinite or all 0, and inf/inf "
            "is nan. A Keras model computes in float32, where that begins at 89, and logits have no bound. Either call a "
            "softmax that knows this, from a library or from your first chapter, or subtract from each row what makes its "
            "largest exponent 0. What do you subtract?",
            (_made_of(_naive),),
            recognise=_overflows,
        ),
    ),
    remark="The model returns logits for the loss; a softmax behind it is for readers.",
)


# 7.4 ------------------------------------------------------------------------------------------------------------------

LOGS = ("A", "B", "C", "D")
RIGHT = dict(zip(LOGS, ("softmax, True", "linear, False", "linear, True", "softmax, True"), strict=True))


def _diagnosis(**changed):
    return RIGHT | changed


diagnose = Exercise(
    name="ch07.diagnose",
    asks="Which activation and which flag produced each of the four training logs.",
    reference=RIGHT,
    expects=lambda: (
        'a dict with the keys "A" to "D", and one of "softmax, False", "softmax, True", "linear, False" and '
        '"linear, True" for each,'
    ),
    hints=(
        "Begin with the range of the outputs: which of the two activations can give a negative number, or one above 1?",
        "Then compare the two losses of each log. The loss of the training and the loss computed from predictions are "
        "the same when output and flag fit.",
        "A loss that cannot fall below 0.74 beside an accuracy near 1 has a name. On which backend does the training show it, and on "
        "which one only the predictions?",
    ),
    alternatives=(
        dict(reversed(list(RIGHT.items()))),
        OrderedDict(RIGHT),
        {key: np.str_(value) for key, value in RIGHT.items()},
        {key: ", ".join(("linear" if key in "BC" else "softmax", str(key != "B"))) for key in LOGS},
    ),
    mistakes=(
        Mistake(
            "the flag read backwards",
            "You took `from_logits=True` to mean that the numbers come from a softmax. It says the opposite: the outputs are "
            "logits, and the softmax is still to come, inside the loss. Read each log again with this in mind: a log that "
            "fits has outputs with both signs and True, or outputs between 0 and 1 and False. Which logs change their "
            "names?",
            (_diagnosis(**{log: f"{value.split(',')[0]}, {'True' not in value}" for log, value in RIGHT.items()}),),
        ),
        Mistake(
            "a training loss is believed",
            "For log D you trusted the loss of the training, which is small. Look at the line below it: the loss that was "
            "computed from predictions of the same model on the same points is many times as large. Output and loss fit in "
            "the training only because this backend looks behind the softmax. Once the predictions are plain numbers, the "
            "mistake shows. Which flag makes a loss misread good probabilities?",
            (_diagnosis(D="softmax, False"),),
        ),
        Mistake(
            "a good accuracy is believed",
            "For log A you went by the accuracy, which is excellent. A double softmax keeps the order of the classes, so the "
            "accuracy cannot show it. The loss can: with probabilities in the place of logits it cannot go below the floor "
            "of 0.7437 that four classes have, and there it stays. How would the loss end if outputs and flag fitted?",
            (_diagnosis(A="softmax, False"), _diagnosis(A="softmax, False", D="softmax, False")),
        ),
        Mistake(
            "range and activation mixed up",
            "In at least one log you named a linear output where all outputs lie between 0 and 1, or a softmax where they do "
            "not. A softmax cannot give a negative number, nor one above 1, and four linear outputs stay within 0 and 1 only "
            "by accident. The range is the surest line of a log, because no loss and no backend can change it. What does it "
            "say about each letter?",
            (
                _diagnosis(A="linear, True", C="softmax, True"),
                _diagnosis(A="linear, False", B="softmax, True"),
                _diagnosis(D="linear, True"),
                _diagnosis(A="linear, False"),
                _diagnosis(B="softmax, True"),
                _diagnosis(B="softmax, False"),
                _diagnosis(C="softmax, False"),
                _diagnosis(C="softmax, True"),
                _diagnosis(D="linear, False"),
                _diagnosis(A="linear, True"),
            ),
        ),
        Mistake(
            "the linear logs exchanged",
            "Logs B and C both have outputs with both signs, and you exchanged their flags. With the wrong flag the loss cuts "
            "off every logit that is negative or above 1 and cannot see beyond, so a large part of the points ends in the "
            "wrong class. With the right one nothing is cut off. Which of the two logs has the better accuracy, and which "
            "the smaller loss?",
            (
                _diagnosis(B="linear, True", C="linear, False"),
                _diagnosis(B="linear, True"),
                _diagnosis(C="linear, False"),
            ),
        ),
    ),
    remark="Range first, then the two losses, the accuracy last: it is the one that hides most.",
)


# 7.5 ------------------------------------------------------------------------------------------------------------------

ONE_POINT = Look(
    "outputs",
    "the output for the point (1, 2)",
    np.array([[1.0, 2.0]], np.float32),
    weights=_weights(np.random.default_rng(7), 1),
)
THOUSAND = Look("loss", "the loss of the logit 1000 for class 0", outputs=np.array([[1000.0]]), y=np.array([0]))

binary_model = Exercise(
    name="ch07.binary_model",
    is_slow=True,
    time_limit=PATIENCE,
    asks="Build and compile a network for two classes with a single logit as output and the loss that takes it.",
    reference=binary,
    probes=looks_at(1, single_logits_and_labels),
    observe=look_at_model,
    expects=_expects(1, "one logit for each example, of any sign and size"),
    scale=lambda look: 1.0,
    rtol=1e-4,
    hints=(
        "Two classes need one number: the logit of *yes*. How many units has the last layer, and what do they do with "
        "their sum?",
        "The loss for yes-or-no questions is `BinaryCrossentropy`. Like its sister for many classes it has to be told when "
        "it gets logits.",
    ),
    alternatives=(
        functional(None, lambda: _binary(from_logits=True), units=1),
        subclassed(None, lambda: _binary(from_logits=True), units=1),
        without_input(None, lambda: _binary(from_logits=True), units=1),
        _by_hand("linear", units=1),
        build("linear", lambda: _softplus_by_hand, units=1),
        with_a_step_of_its_own("linear", lambda: _binary(from_logits=True), units=1),
    ),
    mistakes=(
        Mistake(
            "two units",
            "Your last layer has two units. With a softmax over both, and the sparse loss, that is a right model for two "
            "classes, and its probabilities are those of one sigmoid of the difference of its logits (chapter 1). It carries "
            "a unit that it does not need: only the difference counts. Asked is the lean form. Your weights are {output}; "
            "which layer is too wide, and which loss belongs to one unit?",
            (
                build("linear", lambda: _sparse(from_logits=True), units=2),
                build("softmax", _sparse, units=2),
            ),
            (Look("sizes", "the weights of your model"),),
            _quoted,
            recognise=lambda seen: any("(15, 2)" in str(result.value) for _, result in _results(seen, "sizes")),
        ),
        Mistake(
            "sigmoid before a loss from logits",
            "Your unit ends in a sigmoid, so {input} is {output}, and your loss takes that number for a logit and applies a "
            "sigmoid again. A probability of 1 then counts as 0.731 and one of 0 as a half; the loss can never come near 0. "
            "TensorFlow repairs this while it trains and warns you, the torch backend does not. Which of the two sigmoids "
            "should stay?",
            (
                build("sigmoid", lambda: _binary(from_logits=True), units=1),
                functional("sigmoid", lambda: _binary(from_logits=True), units=1),
            ),
            (ONE_POINT,),
            recognise=both(outputs_like(sigmoid), loss_from_one_logit),
        ),
        Mistake(
            "linear output and from_logits=False",
            "Your output is a logit, as it should be, and nobody has told the loss: for {input} it says {output}, where the "
            "true loss is 1000. It takes the logit for a probability and cuts it off at 0.9999999. Beyond the limit nothing "
            "changes any more, so no gradient is left either. A loss that is given by its name in quotes does the same. "
            "Where can you tell it?",
            (
                build("linear", _binary, units=1),
                build(None, lambda: "binary_crossentropy", units=1),
            ),
            (THOUSAND,),
            recognise=both(outputs_like(_identity), binary_loss_from_probabilities),
        ),
        Mistake(
            "a sigmoid as output",
            "You built the obvious form: {input} is {output}, a probability, and the loss takes probabilities. The two fit "
            "each other, and a sigmoid that has been rounded to 1 has forgotten how sure it was: at a logit of 37 or 1000 "
            "it is the same number (chapter 6). Asked is the form in which the loss sees the logit. Which two places have "
            "to change?",
            (build("sigmoid", _binary, units=1), build("sigmoid", lambda: "binary_crossentropy", units=1)),
            (ONE_POINT,),
            recognise=both(outputs_like(sigmoid), binary_loss_from_probabilities),
        ),
        Mistake(
            "one unit with softmax",
            "A softmax over one unit divides a number by itself: {input} is {output}, and it is 1 for every other point, too, "
            "whatever the weights are. Nothing can be learned by such a unit, since its output never changes. A softmax "
            "shares one total between several classes; for a single number between no and yes you need another function, "
            "or, in front of a loss from logits, none. Which is it?",
            (build("softmax", lambda: _binary(from_logits=True), units=1), build("softmax", _binary, units=1)),
            (ONE_POINT,),
            recognise=outputs_like(softmax),
        ),
        Mistake(
            "a loss for more classes",
            "Your loss expects one output for each class, and there is a single output. So class 1 does not exist for it: "
            "TensorFlow stops with an error about the label, and a softmax over one number would be 1 anyhow. The sparse "
            "categorical loss is for two units or more. One unit answers one yes-or-no question. Which loss did chapter 5 "
            "use for such questions?",
            (
                build("linear", lambda: _sparse(from_logits=True), units=1),
                build("linear", lambda: "sparse_categorical_crossentropy", units=1),
            ),
            recognise=loss_fails,
        ),
        Mistake(
            "squared error",
            "Your loss is the mean squared distance between the logit and the label. For {input} it says {output}. It would "
            "pull every logit towards 0 or 1, although a logit of 20 for a *yes* is better than one of 1. A cross-entropy "
            "asks how probable the model held what happened, and lets a right logit be as large as it likes. Which loss "
            "is made for a yes-or-no question?",
            (build("linear", lambda: "mse", units=1),),
            (THOUSAND,),
            recognise=loss_like(lambda z, y: np.mean((z[:, 0] - y) ** 2)),
        ),
        Mistake(
            "a sum in place of the mean",
            "Your loss adds up the examples of a batch; asked is their mean, which Keras takes by default. One example gives "
            "the right number, and a batch of 32 one that is 32 times as large. With the sum, the learning rate would have "
            "to change whenever the size of the batches does (chapter 4). Which argument of the loss decides about mean or "
            "sum?",
            (build("linear", lambda: _binary(from_logits=True, reduction="sum"), units=1),),
            recognise=loss_like(lambda z, y: binary_cross_entropy(z, y[:, np.newaxis]) * len(y)),
        ),
        *_common_mistakes("linear", lambda: _binary(from_logits=True), binary, 1, "binary_model"),
    ),
    remark="One logit is enough for two classes: its sign is the decision, and its sigmoid the probability of class 1.",
)
