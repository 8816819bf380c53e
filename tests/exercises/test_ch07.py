"""What the exercises of chapter 7 judge beyond numbers: models of every form, on two backends, without a trace."""

import gc
import itertools
import random
import time
from pathlib import Path

import numpy as np
import pytest
from support.chance import CHECKS_OF_TRAININGS

from utils.exercises import ch07
from utils.exercises.ch07.models import adam, build, compiled, network_with, sparse_loss
from utils.frameworks import run_under

MODELS = (ch07.obvious_model, ch07.preferred_model, ch07.binary_model)
# The same function looks at all three of them, so that one stands for all at every change.
each_model = pytest.mark.parametrize(
    "exercise",
    [pytest.param(e, id=e.name, marks=pytest.mark.prove if e is not ch07.obvious_model else ()) for e in MODELS],
)


@each_model
def test_a_model_in_place_of_a_function_is_named(exercise):
    verdict = exercise.check(exercise.reference())
    assert (verdict.status, verdict.mistake) == ("incorrect", "a model in place of a function")


@each_model
def test_a_check_calls_the_answer_twice(exercise):
    """To build a model is what costs time. The second call is for the rule that each call gives a new one."""
    calls = []

    def counted():
        calls.append(1)
        return exercise.reference()

    for _ in range(2):
        calls.clear()
        assert exercise.check(counted, 60).status == "correct"
        assert len(calls) == 2


@each_model
def test_a_check_leaves_random_numbers_where_they_were(exercise):
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    expected = random.random(), np.random.random()  # noqa: NPY002
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    assert exercise.check(exercise.reference).status == "correct"
    assert (random.random(), np.random.random()) == expected  # noqa: NPY002


def pipelines():
    """How many iterators of tf.data there are: each has threads of its own, and may block the process that deletes it
    late.
    """
    from tensorflow.python.data.ops.iterator_ops import OwnedIterator

    return sum(isinstance(each, OwnedIterator) for each in gc.get_objects())


def test_a_training_inside_an_answer_is_one_step_long():
    import keras

    X, y, histories = np.zeros((64, 2), np.float32), np.zeros(64, int), []

    def trains_for_hours():
        model = ch07.obvious_model.reference()
        histories.append(model.fit(X, y, epochs=10**6, validation_data=(X, y), verbose=0).history)
        return model

    assert ch07.obvious_model.check(trains_for_hours, time_limit=60).mistake == "trained inside"
    assert {name: len(values) for name, values in histories[0].items()} == dict.fromkeys(
        ("loss", "accuracy", "val_loss", "val_accuracy"), 1
    )
    model = ch07.obvious_model.reference()
    assert model.fit(X, y, epochs=2, batch_size=32, verbose=0).epoch == [0, 1]
    assert int(model.optimizer.iterations) == 4
    assert "fit" not in vars(keras.Model)


def endless_steps(model, X):
    while True:
        model.train_on_batch(X, np.zeros(len(X), int))


def endless_predictions(model, X):
    while True:
        model.predict(X, verbose=0)


@pytest.mark.parametrize("go_on", [endless_steps, pytest.param(endless_predictions, marks=pytest.mark.prove)])
def test_an_answer_that_is_ended_leaves_keras_usable(go_on):
    import keras
    import tensorflow as tf

    former = tf.config.functions_run_eagerly()

    def endless():
        model = ch07.obvious_model.reference()
        go_on(model, np.zeros((64, 2), np.float32))
        return model

    assert ch07.obvious_model.check(endless, time_limit=0.5).mistake == "trained inside"
    assert pipelines() == 0
    assert tf.executing_eagerly() and tf.config.functions_run_eagerly() == former
    model = ch07.obvious_model.reference()
    model.fit(np.zeros((8, 2), np.float32), np.zeros(8, int), verbose=0)
    assert isinstance(model, keras.Model)
    assert ch07.obvious_model.check(ch07.obvious_model.reference).status == "correct"


def other_names():
    """Layers with names, the initial weights of Keras by name, a loss of its own, an epsilon of its own in Adam."""
    import keras
    from keras import layers

    def my_loss(y_true, y_pred):
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)

    x = keras.Input((2,), name="a")
    h = layers.Dense(25, name="b", kernel_initializer="glorot_uniform")(x)
    h = layers.Lambda(keras.ops.relu, name="c")(h)
    h = layers.Dense(15, activation=keras.ops.relu, name="d")(h)
    model = keras.Model(x, layers.Activation("linear", name="f")(layers.Dense(4, name="e")(h)))
    model.compile(optimizer=keras.optimizers.Adam(1e-3, epsilon=1e-8), loss=my_loss)
    return model


def test_a_right_model_with_names_of_its_own_is_accepted():
    ch07.preferred_model.reference()  # the import of Keras is no part of the answer's time
    assert ch07.preferred_model.check(other_names).status == "correct"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda: compiled(network_with("linear", hidden="hard_silu"), sparse_loss(from_logits=True)),
            "shape is right",
        ),
        (lambda: 1 / 0, "ZeroDivisionError"),
        (lambda units: ch07.preferred_model.reference(), "missing 1 required positional argument"),
        (lambda: compiled(network_with("linear"), "sparse_from_logits"), "Could not interpret"),
    ],
    ids=["hard silu", "error", "argument", "unknown loss"],
)
def test_what_is_not_recognised_is_described(answer, words):
    ch07.preferred_model.reference()  # the import of Keras is no part of the answer's time
    verdict = ch07.preferred_model.check(answer)
    assert (verdict.status, verdict.mistake) == ("incorrect", None)
    assert words in verdict.message


def test_a_step_that_learns_nothing_is_seen():
    import keras

    class Idle(keras.Sequential):
        def train_step(self, data):
            X, y = data
            return {"loss": self.compute_loss(y=y, y_pred=self(X, training=True))}

    def idle():
        return compiled(Idle(network_with("linear").layers), sparse_loss(from_logits=True))

    assert ch07.preferred_model.check(idle).mistake == "no learning"


def test_a_mistake_keeps_its_name_where_time_runs_out():
    calls = []

    def slow_after_five(model, X):
        calls.append(1)
        if len(calls) > 5:
            time.sleep(2)
        return model(X)

    assert ch07.probabilities.check(slow_after_five, time_limit=1.5).mistake == "the logits themselves"


@pytest.mark.parametrize("answer", [lambda model, X: model.predict(X, verbose=0), lambda model, X: model(X)])
def test_logits_in_place_of_probabilities_are_named(answer):
    assert ch07.probabilities.check(answer).mistake == "the logits themselves"


@pytest.mark.prove
def test_the_checks_hold_under_the_torch_backend():
    """Right answers pass there, and the mistakes of the truth table have the same names."""
    source = """
import keras  # its import is no part of the first answer's time
from utils.exercises import ch07

result = []
for exercise in (ch07.obvious_model, ch07.preferred_model, ch07.probabilities, ch07.logits_of, ch07.binary_model):
    answers = [exercise.reference, *exercise.alternatives]
    answers = [answer for answer in answers if "with_a_step_of_its_own" not in answer.__qualname__]  # of TensorFlow
    answers = [answer for answer in answers if answer.__name__ != "_by_tensorflow"]
    result += [[exercise.name, None, exercise.check(answer, 60).status] for answer in answers]
    for mistake in exercise.mistakes:
        if "from_logits" in mistake.name or mistake.name in ("not compiled", "softmax twice", "no bias"):
            result.append([exercise.name, mistake.name, exercise.check(mistake.samples[0], 60).mistake])
"""
    seen = run_under("torch", source)
    assert len(seen) > 25
    assert [row for row in seen if row[2] != (row[1] or "correct")] == []


@pytest.mark.parametrize("rate", [0.01, 0.0001])
def test_another_rate_is_seen_in_one_step(rate):
    def answer():
        return compiled(network_with("linear"), sparse_loss(from_logits=True), adam(rate))

    assert ch07.preferred_model.check(answer).mistake == "another optimizer or another rate"


def test_an_answer_that_trained_is_named_however_fast_it_was():
    (trained,) = (mistake for mistake in ch07.obvious_model.bank if mistake.name == "trained inside")
    verdict = ch07.obvious_model.check(trained.samples[0], time_limit=60)
    assert verdict.mistake == "trained inside"


# Optimizers -----------------------------------------------------------------------------------------------------------


def from_logits(optimizer):
    return build("linear", lambda: sparse_loss(from_logits=True), optimizer)


def optimizer(name, **options):
    def make():
        import keras

        return getattr(keras.optimizers, name)(**options)

    return make


@pytest.mark.prove
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (optimizer("SGD", learning_rate=0.01), "another optimizer or another rate"),
        (optimizer("Adamax", learning_rate=0.001), "Adam in another form"),
        (optimizer("Lion", learning_rate=0.001), "Adam in another form"),
        (lambda: adam(beta_1=0.0), "Adam in another form"),
        (lambda: adam(beta_1=0.8), "Adam in another form"),
        (lambda: adam(beta_2=0.5), "Adam in another form"),
        (lambda: adam(clipnorm=0.5), "Adam in another form"),
        (lambda: adam(weight_decay=0.002), "weights that decay"),
        (lambda: adam(gradient_accumulation_steps=3), "gradients gathered over several batches"),
        (lambda: adam(0.003), "another optimizer or another rate"),
    ],
    ids=["SGD", "Adamax", "Lion", "beta_1 0", "beta_1 0.8", "beta_2 0.5", "clipnorm", "decay", "accumulation", "rate"],
)
def test_an_optimizer_that_begins_as_adam_is_told_by_its_next_steps(make, name):
    for _ in range(CHECKS_OF_TRAININGS):
        verdict = ch07.preferred_model.check(from_logits(make), time_limit=60)
        assert (verdict.status, verdict.mistake) == ("incorrect", name)


@pytest.mark.parametrize("steps", [10, 100_000])
def test_a_schedule_is_told_however_slow_it_is(steps):
    def make():
        import keras

        return adam(keras.optimizers.schedules.ExponentialDecay(0.001, steps, 0.9))

    assert ch07.preferred_model.check(from_logits(make), time_limit=60).mistake == "a rate that changes"


def test_a_constant_schedule_and_another_epsilon_are_no_mistakes():
    def make():
        import keras

        schedule = keras.optimizers.schedules.PiecewiseConstantDecay([5], [0.001, 0.001])
        return adam(schedule, epsilon=1e-8)

    assert ch07.preferred_model.check(from_logits(make), time_limit=60).status == "correct"


# Models ---------------------------------------------------------------------------------------------------------------


def trained_and_compiled_again():
    model = ch07.obvious_model.reference()
    model.fit(np.zeros((8, 2), np.float32), np.zeros(8, int), epochs=3, verbose=0)
    return compiled(model, sparse_loss())


@pytest.mark.prove
@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (trained_and_compiled_again, "trained inside"),
        (build("softmax", sparse_loss, kernel_initializer="zeros"), "units that all start alike"),
        (build("softmax", sparse_loss, hidden=("relu6", "relu6")), "a relative of ReLU in the hidden layers"),
        (build("softmax", sparse_loss, hidden=("relu", "mish")), "a relative of ReLU in the hidden layers"),
        (build("softmax", sparse_loss, kernel_constraint="max_norm"), "weights held in bounds"),
        (build("softmax", sparse_loss, kernel_regularizer="l2"), "a penalty on the weights"),
        (build("softmax", sparse_loss, trainable=False), "a layer that does not learn"),
    ],
    ids=["trained", "zeros", "relu6", "mish", "constraint", "regulariser", "frozen"],
)
def test_what_was_accepted_or_misnamed_has_a_name_of_its_own(answer, name):
    for _ in range(CHECKS_OF_TRAININGS):
        verdict = ch07.obvious_model.check(answer, time_limit=60)
        assert (verdict.status, verdict.mistake) == ("incorrect", name), verdict


@pytest.mark.prove
@pytest.mark.parametrize("exercise", [ch07.preferred_model, ch07.binary_model], ids=lambda exercise: exercise.name)
def test_outputs_and_losses_that_end_at_a_number_are_seen_and_not_called_an_epsilon(exercise):
    from keras import losses, ops

    units = 1 if exercise is ch07.binary_model else 4
    make = losses.BinaryCrossentropy if units == 1 else losses.SparseCategoricalCrossentropy

    def cut(y, z):
        return make(from_logits=True)(y, ops.clip(z, -88, 88))

    for answer in (
        build(lambda z: ops.clip(z, -500, 500), lambda: make(from_logits=True), units=units),
        build("linear", lambda: cut, units=units),
    ):
        verdict = exercise.check(answer, time_limit=60)
        assert (verdict.status, verdict.mistake) == ("incorrect", None), verdict


def test_a_loss_that_fails_for_reasons_of_its_own_shows_them():
    def loss(y, outputs):
        return undefined_name * outputs  # noqa: F821

    for exercise in MODELS:
        units = 1 if exercise is ch07.binary_model else 4
        head = "softmax" if exercise is ch07.obvious_model else "linear"
        verdict = exercise.check(build(head, lambda: loss, units=units), time_limit=60)
        assert (verdict.status, verdict.mistake) == ("incorrect", None)
        assert "undefined_name" in verdict.message


def test_a_loss_for_other_labels_shows_what_it_raised():
    verdict = ch07.preferred_model.check(build("linear", lambda: "categorical_crossentropy"), time_limit=60)
    assert verdict.mistake == "a loss for other labels"
    assert "Your answer raised ValueError" in verdict.message


# Probabilities --------------------------------------------------------------------------------------------------------


def in_training_mode(model, X):
    import tensorflow as tf

    return tf.nn.softmax(model(X, training=True))


def compiled_anew(model, X):
    import keras

    model.compile("sgd", "mse")
    return keras.ops.softmax(model(X), axis=-1)


@pytest.mark.parametrize(
    ("answer", "name"),
    [(in_training_mode, "the model in training mode"), (compiled_anew, "the model is changed")],
)
def test_probabilities_are_asked_of_a_model_at_rest(answer, name):
    for _ in range(CHECKS_OF_TRAININGS):
        verdict = ch07.probabilities.check(answer, time_limit=60)
        assert (verdict.status, verdict.mistake) == ("incorrect", name)


# Logits out of a softmax model ----------------------------------------------------------------------------------------


def by_a_model_up_to_the_last_layer(model, X):
    import keras

    last = model.layers[-1]
    before = keras.Model(model.inputs, last.input)(X)
    return keras.ops.dot(before, last.kernel) + last.bias if last.weights else before


def by_an_activation_put_back(model, X):
    last = model.layers[-1]
    if not last.weights:
        return by_a_model_up_to_the_last_layer(model, X)
    softmax, last.activation = last.activation, lambda z: z
    try:
        return model(X)
    finally:
        last.activation = softmax


@pytest.mark.parametrize("answer", [by_a_model_up_to_the_last_layer, by_an_activation_put_back])
def test_logits_may_be_had_in_other_ways(answer):
    for _ in range(CHECKS_OF_TRAININGS):
        verdict = ch07.logits_of.check(answer, time_limit=60)
        assert verdict.status == "correct", verdict


def logarithms_in_keras(model, X):
    import keras

    return keras.ops.log(model(X))


def logarithms_with_the_epsilon_of_keras(model, X):
    import keras

    return np.log(np.clip(model.predict(X, verbose=0), keras.config.epsilon(), 1))


def without_the_last_layer(model, X):
    import keras

    return keras.Model(model.inputs, model.layers[-1].input)(X)


def with_an_activation_left_out(model, X):
    model.layers[-1].activation = lambda z: z
    return model(X)


def weights_of_the_last_layer(model, X):
    W, b = model.layers[-1].get_weights()
    return without_the_last_layer(model, X) @ W + b


def dense_layers_with_relu(model, X):
    layers = [layer for layer in model.layers if hasattr(layer, "kernel") or "Normalization" in type(layer).__name__]
    for layer in layers:
        if not hasattr(layer, "kernel"):
            X = np.asarray(layer(X))
            continue
        X = X @ np.asarray(layer.kernel) + np.asarray(layer.bias)
        X = X if layer is layers[-1] else np.maximum(X, 0)
    return X


def a_layer_with_weights_of_another_shape(model, X):
    if model.layers[-1].weights and len(model.layers) > 1:
        raise ValueError("weight shape (4, 4) is not compatible with provided weight shape (6, 4)")
    return ch07.logits_of.reference(model, X)


@pytest.mark.prove
@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (dense_layers_with_relu, None),
        (a_layer_with_weights_of_another_shape, None),
        (logarithms_in_keras, "the logarithms of the probabilities"),
        (logarithms_with_the_epsilon_of_keras, "logarithms that are kept finite"),
        (without_the_last_layer, "what reaches the last layer"),
        (with_an_activation_left_out, "the model is changed"),
        (weights_of_the_last_layer, "a softmax inside of dense only"),
        (lambda model, X: model(X, training=False), "the probabilities themselves"),
        (lambda model, X: model.predict(X, verbose=0).argmax(axis=1), "the class in place of the logits"),
    ],
)
def test_what_is_no_logit_has_a_name(answer, name):
    for _ in range(CHECKS_OF_TRAININGS):
        verdict = ch07.logits_of.check(answer, time_limit=60)
        assert (verdict.status, verdict.mistake) == ("incorrect", name), verdict


# The diagnosis --------------------------------------------------------------------------------------------------------

WORDS = ("softmax, True", "linear, False", "linear, True", "softmax, True")


@pytest.mark.parametrize(
    "answer",
    [
        WORDS,
        list(WORDS),
        np.array(WORDS),
        dict(zip("abcd", WORDS, strict=True)),
        list(zip("ABCD", WORDS, strict=True)),
        [("softmax", True), ("linear", False), ("linear", True), ("softmax", True)],
        {log: words.replace(", ", ",") for log, words in zip("ABCD", WORDS, strict=True)},
        {log: words.upper() for log, words in zip("ABCD", WORDS, strict=True)},
        "A softmax, True; B linear, False; C linear, True; D softmax, True",
        "\n".join(f"{log}: {words}" for log, words in zip("ABCD", WORDS, strict=True)),
    ],
    ids=["tuple", "list", "array", "lower case keys", "pairs", "flags", "no blank", "capitals", "words", "lines"],
)
def test_a_diagnosis_may_be_written_in_many_ways(answer):
    assert ch07.diagnose.check(answer).status == "correct"


@pytest.mark.parametrize(
    "answer",
    [{}, [], "softmax", WORDS[:3], {"A": "softmax, True"}, dict.fromkeys("ABCD", "softmax, True, False"), 3, {1: 2}],
    ids=str,
)
def test_what_cannot_be_read_as_a_diagnosis_is_no_right_one(answer):
    assert ch07.diagnose.check(answer).status == "incorrect"


def test_every_wrong_diagnosis_has_a_name():
    four = ("softmax, False", "softmax, True", "linear, False", "linear, True")
    for answer in itertools.product(four, repeat=4):
        verdict = ch07.diagnose.check(answer)
        assert (verdict.status == "correct") == (answer == WORDS)
        assert (verdict.mistake is None) == (answer == WORDS)


# Memory ---------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory of a process is read there")
@pytest.mark.prove
def test_checks_of_models_keep_no_memory():
    """TensorFlow keeps something for every variable ever made, 3 to 8 MB for a check, unless told to forget it."""
    source = """
from pathlib import Path
from utils.exercises import ch07

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

exercises = (ch07.obvious_model, ch07.preferred_model, ch07.binary_model)
for exercise in 2 * exercises:
    exercise.check(exercise.reference, 60)
before = megabytes()
statuses = [exercises[n % 3].check(exercises[n % 3].reference, 60).status for n in range(200)]
result = [megabytes() - before, sorted(set(statuses))]
"""
    grown, statuses = run_under("tensorflow", source, timeout=1200)
    assert statuses == ["correct"]
    assert grown < 100
