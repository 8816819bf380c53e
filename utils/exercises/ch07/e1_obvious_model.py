"""Exercise 7.1: build and compile the network 25–15–4 with probabilities as outputs and the loss that fits."""

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
    (np.array([[0.125, 0.125, 0.5, 0.25]]), np.array([0])),
    (np.array([[0.25, 0.25, 0.25, 0.25], [0.5, 0.25, 0.125, 0.125]]), np.array([3, 0])),
]


def probabilities_and_labels(rng):
    """Outputs that are probabilities, none of those of the true classes next to 0; by the name of their corner."""
    one = rng.permutation([0.0, 0.0, 0.0, 1.0])[np.newaxis]
    return {
        "zeros beside the label": (one, one.argmax(axis=1)),
        "a sure one": (np.array([[0.97, 0.01, 0.01, 0.01]]), np.array([0])),
        "a small one": (np.array([[0.01, 0.97, 0.01, 0.01]]), np.array([0])),
        "many, of one class alone": (reference.softmax(rng.uniform(-2, 2, size=(40, 4))), np.full(40, rng.integers(4))),
    }


def any_probabilities(rng):
    m = int(rng.integers(1, 10))
    return reference.softmax(rng.uniform(-2.5, 2.5, size=(m, 4))), rng.integers(4, size=m)


# Right answers


def obvious():
    """The obvious model: probabilities come out of it, and its loss takes probabilities."""
    return compiled(network_with("softmax"), sparse_loss())


mistakes = Bank()

obvious_model = Exercise(
    name="ch07.obvious_model",
    is_main=True,
    asks="Build and compile the network 25–15–4 with probabilities as outputs and the loss that fits.",
    reference=obvious,
    probes=models_and_losses(4, SMALLEST, probabilities_and_labels, any_probabilities),
    observe=look_at_model,
    visit=one_model_for_all_looks,
    expected=expected_looks(4, reference.softmax, lambda A, y: reference.cost(A, y)),
    scale=size_of_numbers(0.3, 0.01),
    expects=looks_in_words(4, "four probabilities for each example, which sum to 1 and depend on all hidden units"),
    rtol=1e-4,
    time_limit=PATIENCE,
    left_whole=("tensorflow",),
    hints=paragraphs("""
        A `keras.Sequential` takes a list: an input of two features, then one layer after the other. How many layers
        have weights here?

        `Dense` takes the number of units and an activation. Which activation turns four numbers into four
        probabilities, and in which layer does it belong?

        `compile` wants an optimizer and a loss. The labels are integers, so the loss is the sparse one; look at the
        meaning of its argument `from_logits` and at what it is when you do not mention it.
    """),
    alternatives=(
        functional("softmax", sparse_loss),
        subclassed("softmax", sparse_loss),
        without_input("softmax", lambda: "sparse_categorical_crossentropy"),
        with_a_loss_by_hand("softmax"),
        build("softmax", lambda: sparse_loss(from_logits=False)),
        with_a_step_of_its_own("softmax", sparse_loss),
    ),
    bank=mistakes,
    remark="""
        Probabilities out of the model, probabilities into the loss: they fit. Whether they fit *well* is the question
        of this chapter.
    """,
)


# Mistakes

EIGHTH = Look(
    "loss",
    "the loss of the probabilities [0.125, 0.125, 0.5, 0.25] for class 0",
    outputs=np.array([[0.125, 0.125, 0.5, 0.25]]),
    y=np.array([0]),
)

mistakes.add(
    "softmax output and from_logits=True",
    """
    Your last layer returns probabilities, and your loss takes them for logits: for {input} it says {output}. It
    sends them through a softmax a second time. Keras under TensorFlow notices and repairs it with a warning while
    it trains, other backends do not, and a loss that you compute from predictions is wrong everywhere. What does
    the flag promise to the loss, and does your output keep the promise?
    """,
    build("softmax", lambda: sparse_loss(from_logits=True)),
    example=(EIGHTH,),
    recognise=both(outputs_like(reference.softmax), loss_from_logits),
)

mistakes.add(
    "linear output and from_logits=False",
    """
    Your last layer returns logits, and your loss takes them for probabilities: {input} are {output}, and the loss
    cuts off what is negative or above 1 and takes a logarithm. Of the four combinations this is the one that ruins
    the accuracy, too. It also hides in a loss that is given by its name in quotes. What should come out of the
    obvious model?
    """,
    build("linear", sparse_loss),
    build(None, lambda: "sparse_categorical_crossentropy"),
    example=(one_point(4),),
    recognise=both(outputs_like(identity), loss_from_probabilities),
)

mistakes.add(
    "the preferred model",
    """
    You built the model of the next section: {input} are {output}, which are logits, and the loss takes logits. The
    two fit each other, and in your own work this is the one to use. Here the other organisation is asked, so that
    you can compare the two: probabilities as outputs, and a loss that takes probabilities. Two places have to
    change; which?
    """,
    build("linear", lambda: sparse_loss(from_logits=True)),
    example=(one_point(4),),
    recognise=both(outputs_like(identity), loss_from_logits),
)

mistakes.add(
    "sigmoids in place of a softmax",
    """
    Your four outputs are sigmoids, each a probability by itself: {input} are {output}. They do not sum to 1,
    because every sigmoid answers a question of its own, as chapter 5 has it for labels that overlap. A point of
    this data belongs to exactly one of four classes. Which activation shares one total between the units?
    """,
    build("sigmoid", sparse_loss),
    example=(one_point(4),),
    recognise=outputs_like(reference.sigmoid),
)


def _with_head(function):
    """The network with this function behind its last linear layer."""
    import keras

    network = network_with("linear")
    return keras.Sequential([*network.layers[:-1], keras.layers.Dense(4, activation=function)])


def _batch_softmax(z):
    from keras import ops

    return ops.softmax(z, axis=0)


@mistakes.mistake(one_point(4), recognise=outputs_like(lambda Z: reference.softmax(Z, axis=0)))
def softmax_over_the_batch_axis():
    """
    Your softmax runs down the columns: each *column* of the outputs sums to 1, over the examples of the batch, and
    a row does not. So what the model says about one point depends on which other points came with it; alone, every
    class gets 1, and {input} are {output}. The classes lie on the last axis. Which axis did you give?
    """
    return compiled(_with_head(_batch_softmax), sparse_loss())


def _double_softmax(z):
    from keras import ops

    return ops.softmax(ops.softmax(z, axis=-1), axis=-1)


def _softmax_of_relu(z):
    from keras import ops

    return ops.softmax(ops.relu(z), axis=-1)


@mistakes.mistake(one_point(4), recognise=outputs_like(lambda Z: reference.softmax(reference.softmax(Z))))
def softmax_twice():
    """
    Your model applies softmax two times: {input} are {output}. The rows sum to 1, and all of them are pulled
    towards equal shares, because the second softmax takes probabilities for logits. They lie between 0 and 1, so no
    class can come out more than e times as probable as another, and the largest value of four classes is 0.48.
    Which two places of your model hold a softmax?
    """
    return compiled(_with_head(_double_softmax), sparse_loss())


mistakes.add(
    "ReLU before the softmax",
    """
    Your last sums go through a ReLU before the softmax gets them: {input} are {output}. The probabilities still sum to
    1, and no class can be less probable than one with the logit 0: what is negative has been cut off, and its unit gets
    no gradient any more. The activation of the hidden layers has been copied into the last one, as it seems. What
    should the last `Dense` layer do with its sums, and which function follows?
    """,
    lambda: compiled(_with_head(_softmax_of_relu), sparse_loss()),
    example=(one_point(4),),
    recognise=outputs_like(lambda Z: reference.softmax(np.maximum(Z, 0))),
)

mistakes.add(
    "a loss for other labels",
    """
    Your loss cannot work with integer labels: it stops with an error, and with one-hot rows it does not. Keras has two
    forms of one loss. One wants a row of zeros and a single one for each example; the other, called *sparse*, wants the
    number of the class. The binary loss wants a label for each unit. The labels of the blobs are 0, 1, 2 and 3, in an
    array of the shape (m,). Which form fits?
    """,
    build("softmax", lambda: "categorical_crossentropy"),
    build("softmax", lambda: "binary_crossentropy"),
    build("softmax", lambda: "mse"),
    recognise=unfit(OTHER_LABELS),
)


def _logs(A):
    with np.errstate(divide="ignore"):
        return np.log(A)


mistakes.add(
    "a sum in place of the mean",
    """
    Your loss adds up the examples of a batch; the exercise asks for their mean, which Keras takes by default. One
    example gives the right number, and a batch of 32 one that is 32 times as large. With the sum, the learning rate
    would have to change whenever the size of the batches does (chapter 4). Which argument of the loss decides about
    mean or sum?
    """,
    build("softmax", lambda: sparse_loss(reduction="sum")),
    recognise=loss_like(lambda a, y: reference.loss(a, y).sum()),
)

add_mistakes_of_the_loss(mistakes, "softmax", 4, _logs, logits=False)
add_common_mistakes(mistakes, "softmax", sparse_loss, obvious, 4, "obvious_model")
