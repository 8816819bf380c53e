"""Wrong networks, the mistakes of exercise 8.1: their outputs, activations and sizes."""

import itertools

import numpy as np

from utils import reference
from utils.checking import Bank
from utils.checking.words import show
from utils.exercises.ch08.lazily import pytorch
from utils.exercises.ch08.networks import SHAPES, SIZES, layers, parts_of, relu
from utils.exercises.ch08.probes import Net
from utils.exercises.ch08.recognising import refused, values_of

mistakes = Bank()


def _ends_in(name, **options):
    return lambda: layers(relu, relu, end=(lambda: getattr(pytorch().nn, name)(**options),))


def _are_probabilities(outputs):
    return outputs.ndim == 2 and outputs.min() >= 0 and np.allclose(outputs.sum(axis=1), 1, atol=1e-5)


def _returns_probabilities(seen):
    outputs = values_of(seen, "logits")
    return bool(outputs) and all(map(_are_probabilities, outputs))


def _returns_log_probabilities(seen):
    outputs = values_of(seen, "logits")
    return bool(outputs) and all(
        Z.ndim == 2 and Z.max() <= 0 and np.allclose(reference.logsumexp(Z), 0, atol=1e-4) for Z in outputs
    )


def _ends_with(*names):
    """A predicate: whether a network of the right sizes has one of these functions at its end."""
    return lambda seen: (parts_of(seen) or (None,))[-1] in names


def _bends_with(first_and_second):
    """A predicate: whether the activations of the hidden layers, two names, are of some kind; the end is as it should
    be.
    """

    def recognise(seen):
        parts = parts_of(seen)
        return parts is not None and parts[-1] == "none" and first_and_second(parts[:2])

    return recognise


POINTS = (Net([[1.0, -1.0], [3.0, 0.0]], [0, 1], 1),)

mistakes.add(
    "softmax at the end",
    """
    Your network ends in a softmax: for every example its outputs are positive and sum to 1. The loss of this
    chapter takes them for logits and applies a second softmax. All three differences then lie between −1 and 1, so
    the loss never comes near 0 and a confident mistake is not corrected. What should the last layer be, and where
    are probabilities really needed?
    """,
    _ends_in("Softmax", dim=1),
    _ends_in("Softmax", dim=-1),
    _ends_in("Softmax"),
    lambda: layers(relu, relu, end=(lambda: pytorch().nn.Softmax(dim=1), lambda: pytorch().nn.Dropout(0.0))),
    example=POINTS,
    recognise=_returns_probabilities,
)

mistakes.add(
    "log-softmax at the end",
    """
    Your network ends in a log-softmax, so its outputs are logarithms of probabilities, none of them above 0. The loss
    of this chapter takes them without harm, since a second log-softmax changes nothing. But the text asks for the bare
    logits, and everything that is done with logits later, a temperature, a sigmoid of one of them, a comparison with
    the networks of the other chapters, finds other numbers here. Which layer is one too many?
    """,
    _ends_in("LogSoftmax", dim=1),
    _ends_in("LogSoftmax", dim=-1),
    lambda: layers(lambda: pytorch().nn.Tanh(), relu, end=(lambda: pytorch().nn.LogSoftmax(dim=1),)),
    example=POINTS,
    recognise=_returns_log_probabilities,
)

mistakes.add(
    "softmax over the batch axis",
    """
    Your last layer normalises along axis 0, which holds the examples. The examples of a batch then compete with
    each other: a single one gets the probability 1 for all classes at once, and each output changes when another
    example joins the batch. Classes lie on the last axis. For this exercise no normalisation is needed at all:
    which layer do you leave out?
    """,
    _ends_in("Softmax", dim=0),
    _ends_in("LogSoftmax", dim=0),
    example=POINTS,
    recognise=_ends_with("over the batch", "log over the batch"),
)


def _outputs_in_words(value):
    return f"`{show(np.round(value['logits'], 3))}`"


mistakes.add(
    "sigmoid at the end",
    """
    Each output of your network is squeezed into 0 to 1 by itself, so for two examples you return {output}. A sigmoid
    answers four separate yes-or-no questions, as in chapter 5. The softmax inside the loss then sees four numbers that
    never differ by more than 1. The classes here exclude each other, and the loss wants logits. Which layer is too
    many?
    """,
    _ends_in("Sigmoid"),
    lambda: layers(*[lambda: pytorch().nn.Tanh()] * 2, end=(lambda: pytorch().nn.Sigmoid(),)),
    example=POINTS,
    describe=_outputs_in_words,
    recognise=_ends_with("sigmoid"),
)


@mistakes.mistake(*POINTS, name="a ReLU after the last layer", recognise=_ends_with("ReLU"))
def relu_after_the_last_layer():
    """
    The last thing that your network does is a ReLU, so no output is ever negative. A logit below zero says that
    something speaks against a class; yours are cut off at 0, and where all four are cut the network answers with
    four equal probabilities and no gradient gets through. Hidden layers need a ReLU. Does the last one?
    """
    return layers(relu, relu, relu)


relu_after_the_last_layer.also(_ends_in("ReLU"))


mistakes.add(
    "another function at the end",
    """
    After the last linear layer your network has one more function, which bends its outputs: for two examples you
    return {output}. Logits may have any size and any sign, and their differences say how confident the network is. A
    tanh holds them between −1 and 1, others cut what is negative short. The loss still computes something, and the
    best it can reach is limited by what the function lets through. What follows the layer with four outputs?
    """,
    _ends_in("Tanh"),
    _ends_in("LogSigmoid"),
    _ends_in("Softplus"),
    _ends_in("LeakyReLU"),
    _ends_in("GELU"),
    example=POINTS,
    describe=_outputs_in_words,
    recognise=_ends_with("tanh", "log-sigmoid", "leaky ReLU", "GELU", "ELU", "softplus", "absolute", "exponential"),
)


def _hidden(*names):
    functions = [None if name is None else lambda name=name: getattr(pytorch().nn, name)() for name in names]
    return lambda: layers(*functions)


mistakes.add(
    "no activation between the layers",
    """
    Your three linear layers follow each other directly. A linear function of a linear function is linear, so the
    network draws the same straight boundaries as the softmax regression of chapter 4, with many more parameters.
    What makes depth worth something is a bend between the layers. Which function bends, and how often do you need
    it here?
    """,
    _hidden(None, None),
    example=POINTS,
    recognise=_bends_with(lambda pair: pair == ("none", "none")),
)

mistakes.add(
    "one ReLU missing",
    """
    One of the two hidden layers has no activation, so two of your linear layers melt into a single one and the network
    has only one bend. It trains, which is why the omission can stay unseen for a long time. Go through the layers
    one by one: after the 25 units, and after the 15 units, what happens to a negative number?
    """,
    _hidden("ReLU", None),
    _hidden(None, "ReLU"),
    _hidden("Tanh", None),
    example=POINTS,
    recognise=_bends_with(lambda pair: "none" in pair),
)

mistakes.add(
    "another activation",
    """
    The sizes of your network are right, and a hidden layer bends with another function than ReLU. It may well
    learn this data. But the chapter compares its numbers with those of the same network in Keras and in NumPy, and
    they are the same only if every part is. Which function returns 0 for a negative number, and the number itself
    for a positive one?
    """,
    _hidden("Sigmoid", "Sigmoid"),
    _hidden("Tanh", "Tanh"),
    _hidden("LeakyReLU", "LeakyReLU"),
    _hidden("GELU", "GELU"),
    *(_hidden(name, name) for name in ("ELU", "SELU", "SiLU", "Softplus", "ReLU6")),
    _hidden("ReLU", "Tanh"),
    example=POINTS,
    recognise=_bends_with(lambda pair: "none" not in pair and pair != ("ReLU", "ReLU")),
)


def _parameters_in_words(value):
    return f"{value['parameters']:.0f} parameters"


@mistakes.mistake(
    *POINTS, describe=_parameters_in_words, recognise=lambda seen: values_of(seen, "parameters")[:1] == [529 - 44]
)
def no_bias():
    """
    The layers of your network have no biases: there are {output}, and 44 are missing, one for each unit. Without
    them the point (0, 0) has four equal logits whatever is learned, and every bend goes through the origin.
    `nn.Linear` brings its bias along unless it is switched off. Which argument did that?
    """
    return layers(relu, relu, bias=False)


def _shapes_of(seen):
    return [list(result.facts.get("shapes", ())) for result in seen.results if isinstance(result.value, dict)]


def _lacks_some_biases(seen):
    """Whether all three weights are there, lying as they may, one or two of the biases, and nothing else."""
    weights = sorted(sorted(shape) for shape in SHAPES if len(shape) == 2)
    biases = {shape for shape in SHAPES if len(shape) == 1}
    found = _shapes_of(seen)
    return bool(found) and all(
        sorted(sorted(shape) for shape in shapes if len(shape) == 2) == weights
        and set() < {shape for shape in shapes if len(shape) == 1} < biases
        and len(shapes) == len(set(shapes))
        for shapes in found
    )


def _without_bias_in(*places):
    def make_model():
        linear = pytorch().nn.Linear
        parts = [linear(*pair, bias=place not in places) for place, pair in enumerate(itertools.pairwise(SIZES))]
        return pytorch().nn.Sequential(parts[0], relu(), parts[1], relu(), parts[2])

    return make_model


mistakes.add(
    "a bias missing",
    """
    Your layers have the right sizes, and at least one of them, not all, has no bias: there are {output}, and with a
    bias for each of the 25, 15 and 4 units there would be 529. Such a layer cannot move its borders away from the
    origin of its inputs, and a ReLU after it bends at 0 whatever is learned. `nn.Linear` brings a bias along unless it
    is told otherwise. Which of your layers says so, and why only that one?
    """,
    _without_bias_in(0),
    _without_bias_in(1),
    _without_bias_in(2),
    _without_bias_in(0, 1),
    _without_bias_in(1, 2),
    example=POINTS,
    describe=_parameters_in_words,
    recognise=_lacks_some_biases,
)


def _has_all_shapes_and_more(seen):
    """Whether the six parameters are there, and others of the kind that layers have which normalise."""
    found = _shapes_of(seen)
    return bool(found) and all(
        len(shapes) > len(SHAPES)
        and set(SHAPES) <= set(shapes)
        and sum(shape in ((2,), (25,), (15,), (4,)) for shape in shapes) + 3 == len(shapes)
        for shapes in found
    )


def _has_other_units(seen):
    counts = values_of(seen, "parameters")
    is_another = bool(counts) and counts[0] > 0 and counts[0] not in (529, 529 - 44)
    return is_another and not (_has_all_shapes_and_more(seen) or _lacks_some_biases(seen))


def _normalised(name):
    return lambda: layers(lambda: pytorch().nn.Sequential(getattr(pytorch().nn, name)(25), relu()), relu)


mistakes.add(
    "a normalisation added",
    """
    The three linear layers are there with their 529 parameters, and there are more: a layer of your network normalises,
    and has weights of its own for it. Batch normalisation and layer normalisation can make training calmer. They also
    make another network, whose numbers cannot be compared with those of Keras and NumPy, and one of them makes each
    output depend on the rest of the batch. Which of your layers does the text not name?
    """,
    _normalised("LayerNorm"),
    _normalised("BatchNorm1d"),
    recognise=_has_all_shapes_and_more,
)


@mistakes.mistake(*POINTS, describe=_parameters_in_words, recognise=_has_other_units)
def other_sizes():
    """
    Your network has {output}, where a 2–25–15–4 network has 529: 2·25 + 25, then 25·15 + 15, then 15·4 + 4. So a
    layer has other sizes, or there is one too many or too few. Two features go in, and one logit for each of the
    four classes comes out. Write down the two arguments of each `nn.Linear`, and compare neighbours: what one layer
    gives, the next takes.
    """
    return layers(relu, relu, sizes=(2, 25, 15, 10))


other_sizes.also(
    lambda: layers(relu, sizes=(2, 25, 4)),
    lambda: layers(relu, relu, sizes=(2, 15, 25, 4)),
    lambda: layers(relu, relu, sizes=(2, 25, 15, 1)),
)


def _does_not_fit(call):
    """Whether the rows of one factor are longer or shorter than the other one needs them."""
    if call["function"] not in ("linear", "matmul", "mm", "addmm") or len(call["tensors"]) < 2:
        return False
    first = 1 if call["function"] == "addmm" else 0  # a bias stands before its factors
    rows, weights = (tensor["shape"] for tensor in call["tensors"][first : first + 2])
    return rows[-1] != weights[-1 if call["function"] == "linear" else 0]  # `linear` takes its weights transposed


@mistakes.mistake(*POINTS, recognise=refused(_does_not_fit))
def layers_that_do_not_fit():
    """
    PyTorch refuses to multiply: your network fails on the first example. The first shape in its message is what one
    layer gave, the second what the next one was built for. In `nn.Linear(inputs, outputs)` both sizes have to be
    written, and the outputs of a layer are the inputs of its successor. Two features come in. Where does the chain
    2, 25, 15, 4 break?
    """
    return layers(relu, relu, sizes=(25, 15, 4, 4))


layers_that_do_not_fit.also(lambda: pytorch().nn.Sequential(layers(relu), pytorch().nn.Linear(15, 4)))
