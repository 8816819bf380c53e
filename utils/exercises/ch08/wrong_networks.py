"""Wrong networks, the mistakes of exercise 8.1."""

import itertools

import numpy as np

from utils import reference
from utils.checking import Bank
from utils.checking.values import agree
from utils.checking.words import show
from utils.exercises.ch08.lazily import pytorch
from utils.exercises.ch08.networks import SHAPES, SIZES, layers, parts_of, reference_model, relu
from utils.exercises.ch08.probes import Net
from utils.exercises.ch08.recognising import came_as, refused, values_of

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
    """Whether the six parameters are there, and others that are no linear layers."""
    found = _shapes_of(seen)
    return bool(found) and all(
        len(shapes) > len(SHAPES)
        and set(SHAPES) <= set(shapes)
        and sum(len(shape) == 1 for shape in shapes) + 3 == len(shapes)
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


@mistakes.mistake(*POINTS, recognise=lambda seen: values_of(seen, "parameters")[:1] == [0])
def layers_in_a_plain_list():
    """
    Your network computes the right thing and has no parameters: the layers lie in a Python list, and a module finds
    only what is assigned to it directly or kept in a container of PyTorch. An optimizer gets an empty list, and
    nothing would be learned or saved. Which container looks like a list and registers what it holds?
    """
    torch = pytorch()

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = [torch.nn.Linear(*pair) for pair in itertools.pairwise(SIZES)]

        def forward(self, x):
            for layer in self.layers[:-1]:
                x = torch.relu(layer(x))
            return self.layers[-1](x)

    return Net()


def _gets_no_gradient(seen):
    sizes = values_of(seen, "gradients")
    return bool(sizes) and not any(map(np.any, sizes))


@mistakes.mistake(*POINTS, recognise=_gets_no_gradient)
def no_gradient_arrives():
    """
    The outputs are right, and a loss computed from them has no way back to the weights: somewhere the graph is cut,
    by `detach`, by `no_grad`, by a detour through NumPy, or because the parameters were told not to require a
    gradient. Such a network predicts and never learns. Gradients are switched off around an evaluation, outside of
    the model. Which line of yours does it inside?
    """
    torch = pytorch()

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = reference_model()

        def forward(self, x):
            return self.body(x).detach()

    return Net()


@no_gradient_arrives.also
def frozen():
    return reference_model().requires_grad_(False)


def _frozen_in_part():
    model = reference_model()
    model[0].requires_grad_(False)
    return model


def _a_part_gets_no_gradient(seen):
    pairs = [(result.value, like) for result, like in zip(seen.results, seen.expected, strict=False)]
    return bool(pairs) and all(
        isinstance(value, dict) and np.any((value["gradients"] == 0) & (like["gradients"] > 0)) for value, like in pairs
    )


mistakes.add(
    "a part is frozen",
    """
    The outputs are right, and some of the layers get no gradient: their parameters were told not to require one, or the
    graph is cut in the middle. Such a network trains with what is left and stays behind one that trains as a whole;
    nothing fails. Freezing is for layers that were trained before, with other data. Every layer of this network starts
    from chance and has everything to learn. Which of them does yours leave out?
    """,
    _frozen_in_part,
    recognise=_a_part_gets_no_gradient,
)


def _constant(value):
    def make_model():
        model = reference_model()
        with pytorch().no_grad():
            for part in model.parameters():
                part.fill_(value)
        return model

    return make_model


mistakes.add(
    "all weights equal",
    """
    Every weight of a layer begins with the same number. Then all units of that layer compute the same, get the same
    gradient, and stay the same for ever: 25 units do the work of one, and from zero they do none at all. Softmax
    regression may start at zero, since its labels tell the classes apart; hidden units need different starts. What
    does `nn.Linear` do by itself?
    """,
    _constant(0.0),
    _constant(0.1),
    example=POINTS,
    recognise=lambda seen: "constant" in values_of(seen, "start"),
)


def _started_with(initialise, zero_biases=False):
    """A network whose weights were drawn again in another way."""

    def make_model():
        model = reference_model()
        for part in model:
            if isinstance(part, pytorch().nn.Linear):
                initialise(part.weight)
                if zero_biases:
                    pytorch().nn.init.zeros_(part.bias)
        return model

    return make_model


def _starts_in_another_way(seen):
    return "another" in values_of(seen, "start") and "one model" not in values_of(seen, "calls")


mistakes.add(
    "another start",
    """
    The network is right, and its weights begin in another way than PyTorch draws them: with larger or smaller numbers,
    from another distribution, or with biases of 0. Such a start can be as good, and Keras has one of its own. But the
    chapter compares what PyTorch does by itself, its first loss and the way from there, so the text leaves the start to
    `nn.Linear`. Which lines set or draw the weights once more?
    """,
    _started_with(lambda weight: pytorch().nn.init.xavier_uniform_(weight), zero_biases=True),
    _started_with(lambda weight: pytorch().nn.init.xavier_uniform_(weight)),
    _started_with(lambda weight: pytorch().nn.init.kaiming_normal_(weight)),
    _started_with(lambda weight: pytorch().nn.init.normal_(weight, std=0.01)),
    _started_with(lambda weight: None, zero_biases=True),
    recognise=_starts_in_another_way,
)


def _is_of_another_type(call):
    """Whether the two factors of a product hold numbers of different types."""
    types = {tensor["type"] for tensor in call["tensors"] if tensor["is_floating"]}
    return call["function"] in ("linear", "matmul", "mm", "addmm") and len(types) > 1


mistakes.add(
    "another float type",
    """
    Your network fails on the first example, because its weights are of another float type than the data. The data of
    this chapter are float32, the type that PyTorch gives to new layers by itself; `.double()`, `.half()` or a `dtype`
    makes other weights. PyTorch multiplies only what has one type, and converts nothing on its own. More digits would
    not help here, since the losses differ in their first ones. Which call of yours changes the type?
    """,
    lambda: reference_model().double(),
    lambda: reference_model().half(),
    recognise=refused(_is_of_another_type),
)


def _with_outputs(change, in_training=True):
    """A network that makes something else of its logits, in both modes or in evaluation mode only."""

    def make_model():
        class Net(pytorch().nn.Module):
            def __init__(self):
                super().__init__()
                self.body = reference_model()

            def forward(self, x):
                Z = self.body(x)
                return change(Z) if in_training or not self.training else Z

        return Net()

    return make_model


def _loses_an_axis(seen):
    """Whether exactly the batches of one example come back without their axis."""
    shapes = [(np.shape(Z), len(net.y)) for Z, (net,) in zip(values_of(seen, "logits"), seen.probes, strict=False)]
    return bool(shapes) and all(shape == ((SIZES[-1],) if m == 1 else (m, SIZES[-1])) for shape, m in shapes)


mistakes.add(
    "an axis is lost",
    """
    For several examples the logits are right, and for a single one they come as a row of 4 numbers, where a table of
    the shape (1, 4) is meant: a `squeeze` drops every axis of length 1, and with one example that is the axis of the
    examples. The last batch of an epoch may hold one example, and a loss or an `argmax` along axis 1 then stops with an
    error. Which call in your `forward` takes axes away?
    """,
    _with_outputs(lambda Z: Z.squeeze()),
    recognise=_loses_an_axis,
)


def _always_one():
    models = []

    def make_model():
        if not models:
            models.append(reference_model())
        return models[0]

    return make_model


def _with_shared_layers():
    """New networks of one and the same layers."""
    one = _always_one()
    return lambda: pytorch().nn.Sequential(*one())


mistakes.add(
    "always the same model",
    """
    Two calls of `make_model()` return one and the same network, or two that share their layers. If you build a second
    network to compare it with the first, you train the first one on, and a comparison of two losses becomes a
    comparison of a model with itself. A function that makes something builds it anew at each call. Where are your
    layers created: inside the function or above it?
    """,
    _always_one(),
    _with_shared_layers(),
    example=POINTS,
    recognise=lambda seen: "one model" in values_of(seen, "calls"),
)


@mistakes.mistake(*POINTS, recognise=came_as("a class"))
def the_class_and_not_a_model():
    """
    You return the class itself. A class is the plan of a network; it has no weights yet, and calling it with a
    batch would try to build one. An object appears when the class is called: a pair of brackets after its name.
    Compare `nn.ReLU`, the kind of layer, with `nn.ReLU()`, a layer. Which of the two does your last line return?
    """
    return pytorch().nn.Sequential


the_class_and_not_a_model.also(lambda: pytorch().nn.Linear)


@mistakes.mistake(*POINTS, recognise=came_as("not a network"))
def not_a_network():
    """
    What you return is no `nn.Module`. A plain function or a list of layers may compute the same, but an optimizer
    asks for `.parameters()`, saving for `.state_dict()`, and a measurement for `.eval()`, and only a module has all
    three. `nn.Sequential` makes a module of layers that follow each other; a class of your own becomes one by
    inheriting from `nn.Module`. What comes after your `return`?
    """
    return lambda X: X


not_a_network.also(
    lambda: [pytorch().nn.Linear(2, 25), pytorch().nn.Linear(25, 4)],
    lambda: 4,
)

mistakes.add(
    "a model in place of a function",
    """
    The name `make_model` stands for a network and not for a function that makes one. A network can be trained from
    its beginning only once; a second training run goes on where the first one ended. A function
    gives each experiment a fresh start. Keep your lines, put them below the `def` line again, and let the last one
    return the network. What does the check get then, when it calls `make_model()`?
    """,
    recognise=came_as("a model in place of a function"),
)


mistakes.add(
    "outputs that are no logits",
    """
    You return a network, and the network returns {output} when it is called with examples. A loss takes one tensor
    of floating numbers, the logits, (m, 4), and goes back through it to the weights. Decisions are integers, NumPy
    arrays have no graph, a tuple is two answers to one question, and a `forward` without `return` hands back
    nothing. What does the last line of your `forward` hand over?
    """,
    _with_outputs(lambda Z: None),
    _with_outputs(lambda Z: Z.argmax(dim=1)),
    _with_outputs(lambda Z: (Z, Z.softmax(1))),
    example=POINTS,
    recognise=came_as("no logits"),
)


def _modes_of(seen):
    """Whether the logits of a network are right while it trains, and what it returns when it is evaluated, beside the
    right ones.
    """
    pairs = [(result.value, like) for result, like in zip(seen.results, seen.expected, strict=False)]
    pairs = [(value, like) for value, like in pairs if isinstance(value, dict)]
    evaluated = [(value["logits in evaluation mode"], like["logits"]) for value, like in pairs]
    return bool(pairs) and all(agree(value["logits"], like["logits"], 1e-4, 1.0) for value, like in pairs), evaluated


def _drops_while_training(seen):
    """Whether a network is right when it is evaluated, and not while it trains."""
    right, evaluated = _modes_of(seen)
    return bool(evaluated) and not right and all(agree(Z, wanted, 1e-4, 1.0) for Z, wanted in evaluated)


@mistakes.mistake(*POINTS, recognise=_drops_while_training)
def dropout_added():
    """
    Evaluated, your network is right, and in training mode its outputs are others, and change from call to call.
    Dropout does that: it sets a part of the hidden numbers to 0 at random while it trains. It can be a good idea,
    and it makes another network, whose losses cannot be compared with those of Keras and NumPy. A later section of
    this chapter adds it on purpose. Which of your layers does the text not name?
    """
    return layers(relu, relu, end=(lambda: pytorch().nn.Dropout(0.5),))


dropout_added.also(lambda: layers(lambda: pytorch().nn.Sequential(relu(), pytorch().nn.Dropout(0.3)), relu))


def _softmax_when_evaluated(seen):
    """Whether a network is right while it trains, and returns probabilities when it is evaluated."""
    right, evaluated = _modes_of(seen)
    return right and all(agree(P, reference.softmax(wanted), 1e-4, 1.0) for P, wanted in evaluated)


mistakes.add(
    "softmax in evaluation mode",
    """
    While it trains your network returns logits, and in evaluation mode it returns probabilities. The training is
    right. But a loss that is measured with `model.eval()`, as losses are, then gets a double softmax and seems to
    stop far above 0, and nobody finds out from the training. A model whose outputs change their meaning with the
    mode surprises everybody who uses it. Who should apply the softmax, and where?
    """,
    _with_outputs(lambda Z: Z.softmax(dim=1), in_training=False),
    example=POINTS,
    recognise=_softmax_when_evaluated,
)
