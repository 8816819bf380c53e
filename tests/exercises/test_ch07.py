"""What the exercises of chapter 7 judge beyond numbers: models of every form, on two backends, without a trace."""

import gc
import random

import numpy as np
import pytest

from utils.exercises import ch07
from utils.exercises.ch07.models import adam, compiled, network_with, sparse_loss
from utils.frameworks import run_under

MODELS = (ch07.obvious_model, ch07.preferred_model, ch07.binary_model)
each_model = pytest.mark.parametrize("exercise", MODELS, ids=lambda exercise: exercise.name)


@each_model
def test_a_model_in_place_of_a_function_is_named(exercise):
    verdict = exercise.check(exercise.reference())
    assert (verdict.status, verdict.mistake) == ("incorrect", "a model in place of a function")


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
    """How many iterators of tf.data there are: each has threads of its own, and may block the process that deletes it late."""
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


@pytest.mark.parametrize("go_on", [endless_steps, endless_predictions])
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
    """Layers with names, weights in another order, a loss under another name, a rate with a schedule."""
    import keras
    from keras import layers

    def my_loss(y_true, y_pred):
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)

    x = keras.Input((2,), name="a")
    h = layers.Dense(25, name="b", kernel_initializer="he_normal")(x)
    h = layers.Lambda(keras.ops.relu, name="c")(h)
    h = layers.Dense(15, activation=keras.ops.relu, name="d")(h)
    model = keras.Model(x, layers.Activation("linear", name="f")(layers.Dense(4, name="e")(h)))
    schedule = keras.optimizers.schedules.ExponentialDecay(0.001, 10, 0.9)
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss=my_loss)
    return model


def test_a_right_model_with_names_of_its_own_is_accepted():
    assert ch07.preferred_model.check(other_names).status == "correct"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda: compiled(network_with("linear", hidden="elu"), sparse_loss(from_logits=True)),
            "shape is right",
        ),
        (lambda: 1 / 0, "ZeroDivisionError"),
        (lambda units: ch07.preferred_model.reference(), "missing 1 required positional argument"),
        (lambda: compiled(network_with("linear"), "sparse_from_logits"), "Could not interpret"),
    ],
    ids=["elu", "error", "argument", "unknown loss"],
)
def test_what_is_not_recognised_is_described(answer, words):
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


@pytest.mark.parametrize("answer", [lambda model, X: model.predict(X, verbose=0), lambda model, X: model(X)])
def test_logits_in_place_of_probabilities_are_named(answer):
    assert ch07.probabilities.check(answer).mistake == "the logits themselves"


def test_the_checks_hold_under_the_torch_backend():
    """Right answers pass there, and the mistakes of the truth table have the same names."""
    source = """
from utils.exercises import ch07

result = []
for exercise in (ch07.obvious_model, ch07.preferred_model, ch07.probabilities, ch07.binary_model):
    answers = [exercise.reference, *exercise.alternatives]
    answers = [answer for answer in answers if "with_a_step_of_its_own" not in answer.__qualname__]  # of TensorFlow
    answers = [answer for answer in answers if answer.__name__ != "_by_tensorflow"]
    result += [[exercise.name, None, exercise.check(answer, 20).status] for answer in answers]
    for mistake in exercise.mistakes:
        if "from_logits" in mistake.name or mistake.name in ("not compiled", "softmax twice"):
            result.append([exercise.name, mistake.name, exercise.check(mistake.samples[0], 20).mistake])
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
