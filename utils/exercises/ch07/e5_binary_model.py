"""Exercise 7.5: build and compile a network for two classes with a single logit as output."""

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch07.common_mistakes import add_common_mistakes, quoted
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
    all_like,
    any_of,
    both,
    loss_like,
    outputs_like,
    results_of,
    takes_the_logarithm_of_0_where,
    unfit,
)

# The domain


SMALLEST = [
    (np.array([[-2.0]]), np.array([1])),
    (np.array([[1000.0]]), np.array([0])),
    (np.array([[-1000.0], [1000.0]]), np.array([0, 1])),
    (np.array([[300.0], [-2.0]]), np.array([0, 0])),
    (np.array([[-1000.0]]), np.array([1])),
]


def single_logits_and_labels(rng):
    """Outputs of one unit that are logits, some of them far from zero, by the name of their corner."""
    return {
        "a right one": (np.array([[2.0]]), np.array([1])),
        "above 10,000, one class alone": (np.array([[20_000.0], [-20_000.0]]), np.full(2, rng.integers(2))),
        "many, some zero": (np.vstack([rng.normal(scale=3, size=(38, 1)), np.zeros((2, 1))]), rng.integers(2, size=40)),
    }


def any_single_logits(rng):
    m = int(rng.integers(1, 10))
    return rng.choice([1.0, 10.0, 300.0]) * rng.normal(size=(m, 1)), rng.integers(2, size=m)


# Right answers


def _binary_loss(**options):
    import keras

    return keras.losses.BinaryCrossentropy(**options)


def binary():
    """One linear unit, and the binary loss from logits."""
    return compiled(network_with("linear", units=1), _binary_loss(from_logits=True))


def _categorical_loss(**options):
    import keras

    return keras.losses.CategoricalCrossentropy(**options)


def _naive_softplus(y, z):
    """The binary loss as it stands in books."""
    from keras import ops

    y = ops.cast(ops.reshape(y, (-1, 1)), z.dtype)
    return ops.mean(ops.log(1 + ops.exp(z)) - z * y)


def _softplus_by_hand(y, z):
    """The binary loss from logits written with the operations of Keras."""
    from keras import ops

    y = ops.cast(ops.reshape(y, (-1, 1)), z.dtype)
    return ops.mean(ops.maximum(z, 0) - z * y + ops.log1p(ops.exp(-ops.absolute(z))))


mistakes = Bank()

binary_model = Exercise(
    name="ch07.binary_model",
    asks="Build and compile a network for two classes with a single logit as output and the loss that takes it.",
    reference=binary,
    probes=models_and_losses(1, SMALLEST, single_logits_and_labels, any_single_logits, stretch=1e4),
    observe=look_at_model,
    visit=one_model_for_all_looks,
    expected=expected_looks(1, identity, lambda Z, y: reference.binary_cross_entropy(Z, y[:, np.newaxis])),
    expects=looks_in_words(1, "one logit for each example, of any sign and size"),
    rtol=1e-4,
    scale=size_of_numbers(1.0, 1.0),
    time_limit=PATIENCE,
    left_whole=("tensorflow",),
    hints=paragraphs("""
        Two classes need one number: the logit of *yes*. How many units has the last layer, and what do they do with
        their sum?

        The loss for yes-or-no questions is `BinaryCrossentropy`. Like its sister for many classes it has to be told
        when it gets logits.
    """),
    alternatives=(
        functional(None, lambda: _binary_loss(from_logits=True), units=1),
        subclassed(None, lambda: _binary_loss(from_logits=True), units=1),
        without_input(None, lambda: _binary_loss(from_logits=True), units=1),
        with_a_loss_by_hand("linear", units=1),
        build("linear", lambda: _softplus_by_hand, units=1),
        with_a_step_of_its_own("linear", lambda: _binary_loss(from_logits=True), units=1),
    ),
    bank=mistakes,
    remark="One logit is enough for two classes: its sign is the decision, and its sigmoid the probability of class 1.",
)


# Mistakes

mistakes.add(
    "two units",
    """
    Your last layer has two units. With a softmax over both, and the sparse loss, that is a right model for two
    classes, and its probabilities are those of one sigmoid of the difference of its logits (chapter 1). It carries
    a unit that it does not need: only the difference counts. The exercise asks for the lean form. Your weights are
    {output}; which layer is too wide, and which loss belongs to one unit?
    """,
    build("linear", lambda: sparse_loss(from_logits=True), units=2),
    build("softmax", sparse_loss, units=2),
    example=(Look("sizes", "the weights of your model"),),
    describe=quoted,
    recognise=lambda seen: any("(15, 2)" in str(result.value) for _, result in results_of(seen, "sizes")),
)

loss_from_one_logit = loss_like(lambda z, y: reference.binary_cross_entropy(z, y[:, np.newaxis]))
ONE_POINT = one_point(1)

mistakes.add(
    "sigmoid before a loss from logits",
    """
    Your unit ends in a sigmoid, so {input} is {output}, and your loss takes that number for a logit and applies a
    sigmoid again. A probability of 1 then counts as 0.731 and one of 0 as a half; the loss can never come near 0.
    TensorFlow repairs this while it trains and warns you, the torch backend does not. Which of the two sigmoids
    should stay?
    """,
    build("sigmoid", lambda: _binary_loss(from_logits=True), units=1),
    functional("sigmoid", lambda: _binary_loss(from_logits=True), units=1),
    example=(ONE_POINT,),
    recognise=both(outputs_like(reference.sigmoid), loss_from_one_logit),
)


def _binary_clipped(outputs, y):
    a = np.clip(outputs[:, 0], np.float32(1e-7), np.float32(1 - 1e-7)).astype(np.float32)
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()


def binary_loss_from_probabilities(seen):
    """The same for one output: large numbers are cut off at 1 − 1e-7, whose logarithm depends on the backend's
    rounding.
    """
    return all_like(seen, "loss", lambda look: _binary_clipped(look.outputs, look.y), scale=500.0)


THOUSAND = Look("loss", "the loss of the logit 1000 for class 0", outputs=np.array([[1000.0]]), y=np.array([0]))

mistakes.add(
    "linear output and from_logits=False",
    """
    Your output is a logit, as it should be, and nobody has told the loss: for {input} it says {output}, where the
    true loss is 1000. It takes the logit for a probability and cuts it off at 0.9999999. Beyond the limit nothing
    changes any more, so no gradient is left either. A loss that is given by its name in quotes does the same. Where
    can you tell it?
    """,
    build("linear", _binary_loss, units=1),
    build(None, lambda: "binary_crossentropy", units=1),
    example=(THOUSAND,),
    recognise=both(outputs_like(identity), binary_loss_from_probabilities),
)

mistakes.add(
    "a sigmoid as output",
    """
    You built the obvious form: {input} is {output}, a probability, and the loss takes probabilities. The two fit
    each other, and a sigmoid that has been rounded to 1 has forgotten how sure it was: at a logit of 37 or 1000 it
    is the same number (chapter 6). The exercise asks for the form in which the loss sees the logit. Which two places
    have to change?
    """,
    build("sigmoid", _binary_loss, units=1),
    build("sigmoid", lambda: "binary_crossentropy", units=1),
    example=(ONE_POINT,),
    recognise=both(outputs_like(reference.sigmoid), binary_loss_from_probabilities),
)

mistakes.add(
    "one unit with softmax",
    """
    A softmax over one unit divides a number by itself: {input} is {output}, and it is 1 for every other point, too,
    whatever the weights are. Nothing can be learned by such a unit, since its output never changes. A softmax
    shares one total between several classes; for a single number between no and yes you need another function, or,
    in front of a loss from logits, none. Which is it?
    """,
    build("softmax", lambda: _binary_loss(from_logits=True), units=1),
    build("softmax", _binary_loss, units=1),
    example=(ONE_POINT,),
    recognise=outputs_like(reference.softmax),
)

mistakes.add(
    "a loss for more classes",
    """
    Your loss expects one output for each class, and there is a single output. So class 1 does not exist for it:
    TensorFlow stops with an error about the label, and a softmax over one number would be 1 anyhow. The sparse
    categorical loss is for two units or more. One unit answers one yes-or-no question. Which loss did chapter 5 use
    for such questions?
    """,
    build("linear", lambda: sparse_loss(from_logits=True), units=1),
    build("linear", lambda: "sparse_categorical_crossentropy", units=1),
    recognise=unfit(OTHER_LABELS),
)

mistakes.add(
    "a loss that is always 0",
    """
    Your loss is 0 for every output and label: for {input} it says {output}, where the model is as wrong as it can be.
    The categorical losses share a total between the outputs, and a single output gets all of it, so its probability is
    1 and the loss −log 1. The model would learn nothing, without an error. Such a loss is for two units or more. One
    unit answers one yes-or-no question. Which loss did chapter 5 use for such questions?
    """,
    build("linear", lambda: _categorical_loss(from_logits=True), units=1),
    build("linear", lambda: _categorical_loss(), units=1),
    example=(THOUSAND,),
    # From probabilities the output is divided by the total, itself, which at an output of 0 is no number.
    recognise=any_of(loss_like(lambda z, y: np.zeros(())), loss_like(lambda z, y: np.mean(z / z) - 1)),
)

mistakes.add(
    "ReLU in the last layer",
    """
    Your unit has the activation of the hidden ones, so its output cannot be negative: {input} is {output}. A logit
    needs both signs: below 0 it says *no*, and yours says at most *half*. Where the sum is negative the output is held
    at 0 and has no slope, so examples of class 0 teach nothing there. Only the hidden layers need to bend their sums.
    What does the last one do?
    """,
    build("relu", lambda: _binary_loss(from_logits=True), units=1),
    example=(ONE_POINT,),
    recognise=outputs_like(lambda Z: np.maximum(Z, 0)),
)

mistakes.add(
    "squared error",
    """
    Your loss is the mean squared distance between the logit and the label. For {input} it says {output}. It would
    pull every logit towards 0 or 1, although a logit of 20 for a *yes* is better than one of 1. A cross-entropy
    asks how probable the model held what happened, and lets a right logit be as large as it likes. Which loss is
    made for a yes-or-no question?
    """,
    build("linear", lambda: "mse", units=1),
    example=(THOUSAND,),
    recognise=loss_like(lambda z, y: np.mean((z[:, 0] - y) ** 2)),
)

mistakes.add(
    "a sum in place of the mean",
    """
    Your loss adds up the examples of a batch; the exercise asks for their mean, which Keras takes by default. One
    example gives the right number, and a batch of 32 one that is 32 times as large. With the sum, the learning rate
    would have to change whenever the size of the batches does (chapter 4). Which argument of the loss decides about
    mean or sum?
    """,
    build("linear", lambda: _binary_loss(from_logits=True, reduction="sum"), units=1),
    recognise=loss_like(lambda z, y: reference.binary_cross_entropy(z, y[:, np.newaxis]) * len(y)),
)


mistakes.add(
    "an exponential that overflows",
    """
    Your loss is right for negative logits of any size, and from about 89 on it is infinite or no number at all: there
    e to the power of the logit is larger than the largest float32. A logarithm around it comes too late, although
    ln(1 + eᶻ) is next to z for such a z, a small number. Chapter 6 wrote the same loss with powers of e that never
    exceed 1, and the libraries do so, too. Which loss of Keras takes the logit as it is?
    """,
    build("linear", lambda: _naive_softplus, units=1),
    # e to the power of 88.7 is the largest float32.
    recognise=takes_the_logarithm_of_0_where(lambda look: look.outputs.max() > 88.7),
)


def _logs(Z):
    both_classes = np.hstack([np.zeros_like(Z), Z])
    return both_classes - reference.logsumexp(both_classes)[:, np.newaxis]


add_mistakes_of_the_loss(mistakes, "linear", 1, _logs, logits=True)
add_common_mistakes(mistakes, "linear", lambda: _binary_loss(from_logits=True), binary, 1, "binary_model")
