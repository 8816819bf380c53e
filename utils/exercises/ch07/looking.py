"""How a model of chapter 7 is looked at. Keras is imported inside the functions."""

import functools
import inspect
import random
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

import numpy as np

from utils.checking import Unfit
from utils.checking.values import kind
from utils.checking.words import Words, error_words
from utils.exercises.ch07.looks import (
    NO_LOSS,
    NOT_A_FUNCTION,
    NOT_A_MODEL,
    NOT_COMPILED,
    OTHER_EXAMPLES,
    OTHER_WEIGHTS,
    RATE,
    TRAINED,
    UNKNOWN_LOSS,
)

PATIENCE = 4.0  # seconds; a check takes about 0.4, and a first one on a busy machine several times as long


@contextmanager
def workbench():
    """Build and train inside without a trace: the caller's random numbers stay, and TensorFlow compiles no graph.

    A graph that is compiled takes longer than a check has time for. Worse, an answer that is ended by its time limit
    while TensorFlow traces it would leave the reader's kernel in the middle of that graph. For the same reasons each
    training by `fit` is one step long.
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
    """Build the answer's model and look at it: a string or an array.

    Raises:
        Unfit: there is none; its problem says why.
    """
    import keras

    if look is None:  # a model without anything to look at
        return answer()
    if isinstance(answer, keras.Model):
        raise Unfit(NOT_A_FUNCTION, "is a model")
    with workbench():
        model = answer()
        if model is None:
            return None
        if not isinstance(model, keras.Model):
            raise Unfit(NOT_A_MODEL, f"returned {kind(model)}", Words(kind(model)))
        return _LOOKS[look.at](model, look, answer)


def _sizes(model, look, answer):
    _build(model)
    shapes = sorted(tuple(weight.shape) for weight in model.trainable_weights)
    return ", ".join(map(str, shapes))


def _twice(model, look, answer):
    other = answer()
    first, second = ([id(weight) for weight in one.weights] for one in (model, other))
    return "the same model" if model is other or (first and set(first) & set(second)) else "a new model each time"


def _outputs(model, look, answer):
    _set_weights(model, look)
    return to_array(model(to_tensor(look.X)))


def _outputs_while_training(model, look, answer):
    _set_weights(model, look)
    return to_array(model(to_tensor(look.X), training=True))


def _loss(model, look, answer):
    import keras

    if not model.compiled:
        raise Unfit(NOT_COMPILED, "made a model that is not compiled")
    if model.loss is None:
        raise Unfit(NO_LOSS, "made a model without a loss")
    if isinstance(model.loss, str):
        try:
            keras.losses.get(model.loss)
        except ValueError as error:
            raise Unfit(UNKNOWN_LOSS, error_words(error)) from error
    _build(model)
    return to_array(model.compute_loss(y=to_tensor(look.y, "int32"), y_pred=to_tensor(look.outputs)))


def _step(model, look, answer):
    """One step on a batch: whether the loss falls, and by how much the weight moves that moves farthest.

    The first step of Adam is as long as its learning rate, for each weight with a gradient (Kingma and Ba 2015, section
    2.1).
    """
    import keras

    _set_weights(model, look)
    if not model.compiled:
        raise Unfit(NOT_COMPILED, "made a model that is not compiled")
    if int(to_array(model.optimizer.iterations)):
        raise Unfit(TRAINED, "made a model that was trained")
    X, y = to_tensor(look.X), to_tensor(look.y, "int32")
    before = float(to_array(model.compute_loss(x=X, y=y, y_pred=model(X))))
    if keras.backend.backend() == "jax":
        model.train_on_batch(look.X, look.y)
    else:  # as fit() calls it, also where a reader wrote it, and without the pipeline for data that fit() builds
        model.train_step((X, y))
    after = float(to_array(model.compute_loss(x=X, y=y, y_pred=model(X))))
    if not after < before:
        return "the loss does not fall"
    known = {array.shape: array for array in look.weights}
    farthest = max(np.abs(to_array(weight) - known[tuple(weight.shape)]).max() for weight in model.trainable_weights)
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
    """Give each weight the known values of its shape.

    Raises:
        Unfit: the shapes are others.
    """
    _build(model)
    known = {array.shape: array for array in look.weights}
    if sorted(tuple(weight.shape) for weight in model.trainable_weights) != sorted(known):
        raise Unfit(OTHER_WEIGHTS, "made a model with other weights than those of 25, 15 and the output units")
    for weight in model.trainable_weights:
        weight.assign(known[tuple(weight.shape)])


def _build(model):
    """Call a model with one point: a model without an input layer makes its weights now.

    Raises:
        Unfit: its input layer is made for examples of another shape.
    """
    try:
        model(to_tensor(np.zeros((1, 2))))
    except Exception as error:
        examples = [tuple(tensor.shape[1:]) for tensor in getattr(model, "inputs", None) or []]
        if examples and examples != [(2,)]:
            raise Unfit(OTHER_EXAMPLES, error_words(error)) from error
        raise


def to_tensor(values, dtype="float32"):
    import keras

    return keras.ops.convert_to_tensor(np.asarray(values), dtype=dtype)


def to_array(tensor):
    import keras

    return keras.ops.convert_to_numpy(tensor)
