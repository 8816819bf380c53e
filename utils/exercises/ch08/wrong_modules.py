"""More wrong networks, the mistakes of exercise 8.1: modules that cannot be trained; how they are made and begin."""

import itertools

import numpy as np

from utils import reference
from utils.checking.values import agree
from utils.exercises.ch08.lazily import pytorch
from utils.exercises.ch08.networks import SIZES, layers, reference_model, relu
from utils.exercises.ch08.recognising import came_as, refused, values_of
from utils.exercises.ch08.wrong_networks import POINTS, mistakes


def _has_no_parameters(seen):
    return values_of(seen, "parameters")[:1] == [0]


def _changes_from_call_to_call(seen):
    """Whether two calls in evaluation mode never agree."""
    repeats = [result.facts.get("repeats") for result in seen.results if isinstance(result.value, dict)]
    return bool(repeats) and not any(repeats)


@mistakes.mistake(
    *POINTS,
    name="layers made in `forward`",
    recognise=lambda seen: _has_no_parameters(seen) and _changes_from_call_to_call(seen),
)
def layers_made_in_forward():
    """
    Your network has no parameters, and its outputs are others at each call: the layers are made inside of `forward`, so
    every pass builds new ones from new random weights and forgets them again. An optimizer gets an empty list, and
    nothing could be learned, since no weight lives longer than one pass. `__init__` runs once and is the place where
    layers are made and kept under a name of `self`. What is left for `forward` to do?
    """
    nn = pytorch().nn

    class Net(nn.Module):
        def forward(self, x):
            return nn.Linear(15, 4)(nn.Linear(25, 15)(nn.Linear(2, 25)(x).relu()).relu())

    return Net()


@mistakes.mistake(*POINTS, recognise=_has_no_parameters)
def layers_in_a_plain_list():
    """
    Your network computes outputs and has no parameters: the layers lie in a Python list, and a module finds only what
    is assigned to it directly or kept in a container of PyTorch. An optimizer gets an empty list, and nothing would be
    learned or saved. Which container looks like a list and registers what it holds?
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


def _are_tables(seen):
    """Whether all outputs have the shape of logits. Of others no loss can be computed, and no gradient."""
    outputs = zip(values_of(seen, "logits"), seen.probes, strict=False)
    return all(np.shape(Z) == (len(net.y), SIZES[-1]) for Z, (net,) in outputs)


def _gets_no_gradient(seen):
    sizes = values_of(seen, "gradients")
    return bool(sizes) and not any(map(np.any, sizes)) and _are_tables(seen)


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
    return (
        bool(pairs)
        and all(
            isinstance(value, dict) and np.any((value["gradients"] == 0) & (like["gradients"] > 0))
            for value, like in pairs
        )
        and _are_tables(seen)
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


def _with_a_dropout_that_never_stops():
    torch = pytorch()

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = reference_model()

        def forward(self, x):
            hidden = torch.nn.functional.dropout(self.body[:4](x), 0.5)
            return self.body[4:](hidden)

    return Net()


mistakes.add(
    "dropout in both modes",
    """
    The outputs of your network change from call to call, in evaluation mode as well, so nobody can measure or use it. A
    layer `nn.Dropout` knows the mode of the network and stops in `eval()`. The function `F.dropout` does not: it drops
    at every call unless its argument `training` says otherwise, which is `self.training` in a module. This network is
    asked for without any dropout, so that its numbers can be compared with those of Keras and NumPy. Which line of
    your `forward` draws at random?
    """,
    _with_a_dropout_that_never_stops,
    example=POINTS,
    recognise=_changes_from_call_to_call,
)


@mistakes.mistake(
    *POINTS,
    name="`super().__init__()` forgotten",
    recognise=lambda seen: any(result.facts.get("failed in") == "Module.__setattr__" for result in seen.results),
)
def super_forgotten():
    """
    Your class assigns a layer to `self` before `nn.Module` is ready for it, and PyTorch stops with “cannot assign
    module before Module.__init__() call”. A module keeps books of its layers, so that `.parameters()` finds them, and
    its own `__init__` opens these books. Your class has an `__init__` as well, which takes the place of that one
    unless it calls it. Which line belongs at the top of yours?
    """

    class Net(pytorch().nn.Module):
        def __init__(self):
            self.body = reference_model()

    return Net()


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
