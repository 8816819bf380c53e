"""Exercise 7.2: build and compile the network 25–15–4 with logits as outputs and the loss that takes logits."""

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch07.common_mistakes import add_common_mistakes
from utils.exercises.ch07.looking import PATIENCE, look_at_model, one_model_for_all_looks
from utils.exercises.ch07.looks import (
    OTHER_LABELS,
    Look,
    expected_looks,
    identity,
    looks_in_words,
    models_and_losses,
    one_point,
    size_of_numbers,
)
from utils.exercises.ch07.loss_mistakes import add_mistakes_of_the_loss
from utils.exercises.ch07.models import (
    build,
    compiled,
    functional,
    network_with,
    sparse_loss,
    subclassed,
    with_a_loss_by_hand,
    with_a_step_of_its_own,
    without_input,
)
from utils.exercises.ch07.recognising import (
    both,
    loss_from_logits,
    loss_from_probabilities,
    loss_like,
    outputs_like,
    unfit,
)

# The domain


SMALLEST = [
    (np.array([[0.0, 2.0, 1.0, -1.0]]), np.array([0])),
    (np.array([[50.0, 0.0, -50.0, 0.0]]), np.array([2])),
    (np.array([[300.0, 100.0, 100.0, 0.0], [-100.0, 200.0, 500.0, 0.0]]), np.array([0, 1])),
]


def logits_and_labels(rng):
    """Outputs that are logits, some of them far apart, by the name of their corner."""
    common, equal = rng.normal(scale=3, size=(34, 4)), np.full((3, 4), rng.normal())
    above = 20_000 + np.round(rng.normal(scale=3, size=(3, 4)))
    return {
        "a right one": (np.array([[3.0, 1.0, 0.0, -1.0]]), np.array([0])),
        "all below -750, one class alone": (
            np.round(-rng.uniform(800, 1200, size=(3, 4))),
            np.full(3, rng.integers(4)),
        ),
        "many, some equal, some above 10,000": (np.vstack([common, equal, above]), rng.integers(4, size=40)),
    }


def any_logits_and_labels(rng):
    m = int(rng.integers(1, 10))
    return rng.choice([1.0, 10.0, 300.0]) * rng.normal(size=(m, 4)), rng.integers(4, size=m)


# Right answers


def preferred():
    """The preferred model: logits come out of it, and its loss takes logits."""
    return compiled(network_with("linear"), sparse_loss(from_logits=True))


def _mean_by_hand(y, z):
    """The loss from logits written with the operations of Keras."""
    from keras import ops

    rows = ops.logsumexp(z, axis=-1)
    at_label = ops.sum(ops.one_hot(ops.cast(ops.reshape(y, (-1,)), "int32"), 4) * z, axis=-1)
    return ops.mean(rows - at_label)


mistakes = Bank()

preferred_model = Exercise(
    name="ch07.preferred_model",
    is_main=True,
    asks="Build and compile the network 25–15–4 with logits as outputs and the loss that takes logits.",
    reference=preferred,
    probes=models_and_losses(4, SMALLEST, logits_and_labels, any_logits_and_labels, stretch=1e4),
    observe=look_at_model,
    visit=one_model_for_all_looks,
    expected=expected_looks(4, identity, reference.cross_entropy),
    expects=looks_in_words(4, "four logits for each example, of any sign and size"),
    rtol=1e-4,
    scale=size_of_numbers(1.0, 1.0),
    time_limit=PATIENCE,
    left_whole=("tensorflow",),
    hints=paragraphs("""
        Two places differ from the obvious model, and the layers with weights stay as they are. Which two?

        A linear unit hands out its sum of weighted inputs as it is. That is what `Dense` does without an activation,
        and what it does with the activation called `linear`.

        The loss has to be told what it gets. Its name in quotes leaves no room for an argument, so make a loss object
        from the class in `keras.losses`.
    """),
    alternatives=(
        functional(None, lambda: sparse_loss(from_logits=True)),
        subclassed(None, lambda: sparse_loss(from_logits=True)),
        without_input(None, lambda: sparse_loss(from_logits=True)),
        with_a_loss_by_hand("linear"),
        build("linear", lambda: _mean_by_hand),
        with_a_step_of_its_own("linear", lambda: sparse_loss(from_logits=True)),
    ),
    bank=mistakes,
    remark="""
        Logits out of the model, logits into the loss. The softmax now waits until a reader wants a probability.
    """,
)


# Mistakes

FIFTY = Look(
    "loss",
    "the loss of the logits [50, 0, -50, 0] for class 2",
    outputs=np.array([[50.0, 0.0, -50.0, 0.0]]),
    y=np.array([2]),
)

mistakes.add(
    "linear output and from_logits=False",
    """
    Your outputs are logits, as they should be, and nobody has told the loss: for {input} it says {output}, where
    the true loss is 100. It takes them for probabilities, lifts what is negative to 0.0000001, cuts off what is
    above 1 and takes a logarithm. A loss that is given by its name in quotes does this, too, because False is the
    default. Where can you tell it?
    """,
    build("linear", sparse_loss),
    build("linear", lambda: "sparse_categorical_crossentropy"),
    build(None, lambda: sparse_loss(from_logits=False)),
    example=(FIFTY,),
    recognise=both(outputs_like(identity), loss_from_probabilities),
)

mistakes.add(
    "softmax output and from_logits=True",
    """
    Your loss takes logits, and your last layer hands out probabilities: {input} are {output}. The flag does not
    mean *from a softmax*. It says that the softmax has not happened yet and that the loss is to take care of it, so
    yours is a double softmax. TensorFlow repairs it with a warning while it trains; the torch backend stops
    learning at a loss of 0.74. Which of your layers does too much?
    """,
    build("softmax", lambda: sparse_loss(from_logits=True)),
    functional("softmax", lambda: sparse_loss(from_logits=True)),
    example=(one_point(4),),
    recognise=both(outputs_like(reference.softmax), loss_from_logits),
)

mistakes.add(
    "the obvious model",
    """
    You built the obvious model once more: {input} are {output}, which are probabilities, and the loss takes
    probabilities. The two fit each other, but a probability next to 0 has lost the digits that the loss needs, as
    you saw in chapter 6. Preferred is to hand the loss the numbers from before the softmax. What has to change in
    the last layer, and what in the loss?
    """,
    build("softmax", sparse_loss),
    functional("softmax", lambda: "sparse_categorical_crossentropy"),
    example=(one_point(4),),
    recognise=both(outputs_like(reference.softmax), loss_from_probabilities),
)

mistakes.add(
    "sigmoids in place of logits",
    """
    Your last layer still has an activation, a sigmoid: {input} are {output}, all between 0 and 1. The loss takes
    them for logits and sends them through a softmax. Logits within 0 and 1 can never be more than 1 apart, so with
    four classes no probability can rise above 0.48, and the loss cannot come near 0. What should a last layer of
    logits do with its sums?
    """,
    build("sigmoid", lambda: sparse_loss(from_logits=True)),
    example=(one_point(4),),
    recognise=outputs_like(reference.sigmoid),
)

mistakes.add(
    "log-softmax in the last layer",
    """
    Your last layer returns logarithms of probabilities: {input} are {output}, none of them above 0. They are
    logits, too, which differ from the linear sums by one number for each example, so the loss is right and the work
    is done twice. The exercise asks for the sums themselves: the loss from logits takes the log-sum-exp off by itself.
    What does a layer need in order to hand out what it has added up?
    """,
    build("log_softmax", lambda: sparse_loss(from_logits=True)),
    example=(one_point(4),),
    recognise=outputs_like(lambda Z: Z - reference.logsumexp(Z)[:, np.newaxis]),
)

mistakes.add(
    "ReLU in the last layer",
    """
    Your last layer has the activation of the hidden ones, so no output can be negative: {input} are {output}.
    Logits need both signs. A logit that is held at 0 has no slope, so its class gets no gradient, neither
    up nor down, and with a start on the wrong side it never learns. Only the hidden layers need to bend their sums.
    What does the last one do?
    """,
    build("relu", lambda: sparse_loss(from_logits=True)),
    example=(one_point(4),),
    recognise=outputs_like(lambda Z: np.maximum(Z, 0)),
)


def _one_hot_loss():
    import keras

    return keras.losses.CategoricalCrossentropy(from_logits=True)


mistakes.add(
    "a loss for other labels",
    """
    Your loss cannot work with integer labels: it stops with an error, and with one-hot rows it does not. Keras has two
    forms of one loss. One wants a row of zeros and a single one for each example; the other, called *sparse*, wants the
    number of the class. A squared error wants a target for each output. The labels of the blobs are 0, 1, 2 and 3, in
    an array of the shape (m,). Which form fits?
    """,
    build("linear", lambda: _one_hot_loss()),
    build("linear", lambda: "mse"),
    recognise=unfit(OTHER_LABELS),
)

mistakes.add(
    "a sum in place of the mean",
    """
    Your loss adds up the examples of a batch; the exercise asks for their mean, which Keras takes by default. One
    example gives the right number, and a batch of 32 one that is 32 times as large. With the sum, the learning rate
    would have to change whenever the size of the batches does (chapter 4). Which argument of the loss decides about
    mean or sum?
    """,
    build("linear", lambda: sparse_loss(from_logits=True, reduction="sum")),
    recognise=loss_like(lambda Z, y: reference.cross_entropy(Z, y) * len(y)),
)

add_mistakes_of_the_loss(mistakes, "linear", 4, lambda Z: Z - reference.logsumexp(Z)[:, np.newaxis], logits=True)
add_common_mistakes(mistakes, "linear", lambda: sparse_loss(from_logits=True), preferred, 4, "preferred_model")
