"""How a model of chapter 7 is looked at. Keras is imported inside the functions."""

import functools
import inspect
import itertools
import random
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from unittest.mock import patch

import numpy as np

from utils.checking import Observation, Unfit
from utils.checking.values import kind
from utils.checking.words import Words, error_words
from utils.exercises.ch07.looks import (
    ALIKE,
    LISTS_OF_LAYERS,
    NEW_MODELS,
    NO_LOSS,
    NOT_A_FUNCTION,
    NOT_A_MODEL,
    NOT_COMPILED,
    OTHER_EXAMPLES,
    OTHER_LABELS,
    OTHER_START,
    OTHER_WEIGHTS,
    SAME_MODEL,
    SAME_OPTIMIZER,
    SAME_START,
    TRAINED,
    UNKNOWN_LOSS,
)
from utils.exercises.ch07.training import EARLY, LATE, RATE, summary

# Seconds; a check takes about 0.5, and a first one on a busy machine many times as long.
PATIENCE = 6.0


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
        _forget_kernels()


_visits = itertools.count(1)


def _forget_kernels():
    """Every now and then let TensorFlow forget the kernels that it keeps for variables which no longer exist.

    It keeps one for every variable ever made, 0.3 MB for each model of this chapter, and makes those anew that are
    needed again. `keras.utils.clear_session` clears the same store, and the reader's graphs with it.
    """
    import keras

    if keras.backend.backend() == "tensorflow" and next(_visits) % 16 == 0:
        from tensorflow.python.eager import context

        context.context().clear_kernel_cache()


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


_made_in_this_visit = ContextVar("made in this visit", default=None)


@contextmanager
def one_model_for_all_looks():
    """While it lasts, an answer is called once for all looks, and once more for the look at two models.

    To build a model takes most of the time of a look. No look depends on what another one left behind: each sets the
    weights it needs, the training comes once and from an optimizer that has made no step, and how weights begin is seen
    in the second model.
    """
    token = _made_in_this_visit.set([])
    try:
        yield
    finally:
        _made_in_this_visit.reset(token)


def _make(answer):
    """What the answer returns, and how many steps of training it made; in a visit what it did at its first call."""
    made = _made_in_this_visit.get()
    if made:
        outcome = made[0]
    else:
        with _counted_steps() as steps:
            try:
                outcome = answer(), len(steps)
            except Exception as error:
                outcome = Unfit(LISTS_OF_LAYERS, error_words(error)) if _was_given_a_list(error) else error
        if made is not None:
            made.append(outcome)
    if isinstance(outcome, Exception):
        raise outcome.with_traceback(None)
    return outcome


def _was_given_a_list(error):
    """Whether a model refused a list in the place of a layer."""
    traceback = error.__traceback__
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    frame = traceback.tb_frame
    return frame.f_code.co_name == "add" and isinstance(frame.f_locals.get("layer"), (list, tuple))


def look_at_model(answer, look=None):
    """Have the answer build its model and look at it: a string or an array.

    Raises:
        Unfit: there is none; its problem says why.
    """
    import keras

    if look is None:  # a model without anything to look at
        return answer()
    if isinstance(answer, keras.Model):
        raise Unfit(NOT_A_FUNCTION, "is a model")
    with workbench():
        model, steps = _make(answer)
        if model is None:
            return None
        if not isinstance(model, keras.Model):
            raise Unfit(NOT_A_MODEL, f"returned {kind(model)}", Words(kind(model)))
        if steps:
            raise Unfit(TRAINED, "made a model that was trained")
        return _LOOKS[look.at](model, look, answer)


@contextmanager
def _counted_steps():
    """A list that gets an entry for every step that an optimizer of Keras makes inside."""
    import keras

    made, apply = [], keras.optimizers.Optimizer.apply

    @functools.wraps(apply)
    def counted(*arguments, **options):
        made.append(1)
        return apply(*arguments, **options)

    with patch.object(keras.optimizers.Optimizer, "apply", counted):
        yield made


def _sizes(model, look, answer):
    _build(model)
    learning = _shapes(model.trainable_weights)
    fixed = _shapes(weight for weight in model.non_trainable_weights if "float" in str(weight.dtype))
    words = ", ".join(map(str, learning)) + (f"; fixed {', '.join(map(str, fixed))}" if fixed else "")
    return Observation(words, {"learning": learning, "fixed": fixed})


def _shapes(weights):
    return sorted(tuple(weight.shape) for weight in weights)


def _twice(model, look, answer):
    # The look that made the first model has put random numbers back: without this the second one would draw the same.
    random.random(), np.random.random()  # noqa: NPY002
    other = answer()
    if model is other or set(map(id, model.weights)) & set(map(id, other.weights)):
        return SAME_MODEL
    if model.compiled and model.optimizer is other.optimizer is not None:
        return SAME_OPTIMIZER
    _build(model)
    _build(other)
    hidden = [to_array(weight) for weight in other.trainable_weights if tuple(weight.shape) in ((2, 25), (25, 15))]
    if any((kernel == kernel[:, :1]).all() for kernel in hidden):
        return ALIKE
    if any(np.ptp(to_array(one)) and np.array_equal(*map(to_array, (one, two))) for one, two in _kernels(model, other)):
        return SAME_START
    return NEW_MODELS if all(map(_starts_as_dense_does, other.trainable_weights)) else OTHER_START


def _kernels(model, other):
    """Pairs of matrices of two models, in their order."""
    pairs = zip(model.trainable_weights, other.trainable_weights, strict=False)
    return [(one, two) for one, two in pairs if len(one.shape) > 1 and one.shape == two.shape]


def _starts_as_dense_does(weight):
    """Whether a matrix was drawn evenly between two ends that depend on its sizes, or a bias is 0.

    The largest of n even numbers in size lies below 10**(-15/n) times the end once in 10**15 cases.
    """
    values = np.abs(to_array(weight))
    if values.ndim < 2:
        return not values.any()
    end = np.sqrt(6 / sum(values.shape))
    return bool(end * 10 ** (-15 / values.size) <= values.max() <= end * (1 + 1e-5))


def _outputs(model, look, answer):
    _set_weights(model, look)
    return to_array(model(to_tensor(look.X)))


def _outputs_while_training(model, look, answer):
    _set_weights(model, look)
    return to_array(model(to_tensor(look.X), training=True))


def _loss(model, look, answer):
    import keras

    _refuse_without_a_loss(model)
    if isinstance(model.loss, str):
        try:
            keras.losses.get(model.loss)
        except ValueError as error:
            raise Unfit(UNKNOWN_LOSS, error_words(error)) from error
    _build(model)
    outputs = to_tensor(look.outputs)
    try:
        value = model.compute_loss(y=to_tensor(look.y, "int32"), y_pred=outputs)
    except Exception as error:
        if _takes_other_labels(model, look, outputs):
            raise Unfit(OTHER_LABELS, error_words(error)) from error
        raise
    return Observation(to_array(value), {"penalty": sum(float(to_array(part)) for part in model.losses)})


def _refuse_without_a_loss(model):
    if not model.compiled:
        raise Unfit(NOT_COMPILED, "made a model that is not compiled")
    if model.loss is None:
        raise Unfit(NO_LOSS, "made a model without a loss")


def _takes_other_labels(model, look, outputs):
    """Whether a loss that fails works with one-hot rows; of one output, with nothing but the label 0."""
    units = look.outputs.shape[1]
    labels = np.eye(units)[look.y] if units > 1 else np.zeros_like(look.y)
    try:
        model.compute_loss(y=to_tensor(labels, "float32" if units > 1 else "int32"), y_pred=outputs)
    except Exception:
        return False
    return True


def _steps(model, look, answer):
    """One step on each batch: what becomes of the loss, and how the weights move."""
    import keras

    weights = _set_weights(model, look)
    _refuse_without_a_loss(model)
    if int(to_array(model.optimizer.iterations)):
        raise Unfit(TRAINED, "made a model that was trained")
    batches = [(to_tensor(X), to_tensor(y, "int32")) for X, y in look.batches]
    losses, way, rates = [], [], [_rate(model.optimizer)]

    def note():
        X, y = batches[0]
        losses.append(float(to_array(model.compute_loss(x=X, y=y, y_pred=model(X)))))
        way.append([to_array(weight).copy() for weight in weights])

    def step(number):
        if keras.backend.backend() == "jax":
            model.train_on_batch(*look.batches[number])
        else:  # as fit() calls it, also where a reader wrote it, and without the pipeline for data that fit() builds
            model.train_step(batches[number])

    note()
    for number in range(len(batches)):
        if number == EARLY:
            if hasattr(model.optimizer.iterations, "assign"):
                model.optimizer.iterations.assign(LATE)
            rates.append(_rate(model.optimizer))
        step(number)
        if number == len(batches) - 1 and hasattr(model.optimizer, "finalize_variable_values"):
            model.optimizer.finalize_variable_values(model.trainable_variables)  # as fit() ends
        note()
    first = np.concatenate([np.ravel(after - before) for before, after in zip(*way[:2], strict=True)])
    facts = {
        "moved by the rate first": int(np.count_nonzero(np.abs(np.abs(first) / RATE - 1) < 0.05)),
        "rates": rates,
        "gathers": bool(getattr(model.optimizer, "gradient_accumulation_steps", None)),
        "held": any(getattr(weight, "constraint", None) is not None for weight in weights),
    }
    return Observation(summary(losses, way), facts)


def _rate(optimizer):
    try:
        return float(to_array(optimizer.learning_rate))
    except Exception:  # an optimizer of the reader's own may have none
        return None


_LOOKS = {
    "sizes": _sizes,
    "twice": _twice,
    "outputs": _outputs,
    "training": _outputs_while_training,
    "loss": _loss,
    "steps": _steps,
}


def _set_weights(model, look):
    """Give each weight the known values of its shape.

    Returns:
        The weights that got them.

    Raises:
        Unfit: the shapes are others.
    """
    _build(model)
    known = {array.shape: array for array in look.weights}
    # A layer that does not learn has its values, too.
    for weights in (model.trainable_weights, model.weights):
        floats = [weight for weight in weights if "float" in str(weight.dtype)]
        if sorted(tuple(weight.shape) for weight in floats) == sorted(known):
            break
    else:
        raise Unfit(OTHER_WEIGHTS, "made a model with other weights than those of 25, 15 and the output units")
    for weight in floats:
        weight.assign(known[tuple(weight.shape)])
    return floats


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
