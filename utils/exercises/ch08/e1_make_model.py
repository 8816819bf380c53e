"""Exercise 8.1: a new 2–25–15–4 network with two ReLUs that returns logits."""

import itertools

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, Observation, Unfit, paragraphs
from utils.checking.values import agree
from utils.checking.words import kind, show
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking import InWords, observing
from utils.exercises.ch08.probes import Net, drawn_numbers
from utils.exercises.ch08.recognising import came_as, refused, values_of

# The domain


def nets(rng):
    """One example, a square batch, and a larger one, each with weights of its own."""
    return [
        (Net([[1.0, -1.0]], [0], 1),),
        (Net([[0.0, 0.0], [3.0, 1.0]], [2, 1], 2),),
        (Net(drawn_numbers(rng, 4, 2, scale=2.0), [0, 1, 2, 3], int(rng.integers(10**6))),),
        (Net(drawn_numbers(rng, 9, 2, scale=3.0), rng.integers(4, size=9).tolist(), int(rng.integers(10**6))),),
    ]


def make_model_in_words(net):
    """What is expected, in words."""
    return f"""
    a network with 529 parameters that makes {len(net.X)} × 4 logits of them, with a ReLU after the first and the
    second layer,
    """


# How answers are looked at

SIZES = (2, 25, 15, 4)


def _weights_from(seed):
    """A tensor for every shape that a parameter of the network has, in the layouts of PyTorch."""
    torch, rng = pytorch(), np.random.default_rng(seed)
    tensors = {}
    for inputs, outputs in itertools.pairwise(SIZES):
        tensors[outputs, inputs] = torch.tensor(rng.normal(scale=1.4 / np.sqrt(inputs), size=(outputs, inputs)))
        tensors[(outputs,)] = torch.tensor(rng.normal(scale=0.4, size=outputs))
    return tensors


def _put(tensors, model):
    """Set every parameter whose shape is known, also one that lies on its side. No two parameters share a shape."""
    with pytorch().no_grad():
        for parameter in model.parameters():
            shape = tuple(parameter.shape)
            if shape in tensors:
                parameter.copy_(tensors[shape])
            elif shape[::-1] in tensors:
                parameter.copy_(tensors[shape[::-1]].T)


def look_at_network(answer, net):
    """Everything about a network that does not depend on how its layers are called.

    What is compared is what it does with known weights, its logits and the gradients of its loss, and how it was
    before. Its outputs as they came are a fact.
    """
    torch = pytorch()
    if isinstance(answer, torch.nn.Module):
        raise Unfit("a model in place of a function", f"is {kind(answer)} and no function that makes one")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(net.seed)
        model, other = answer(), answer()
        if model is None:
            return None
        if not isinstance(model, torch.nn.Module):
            raise Unfit("a class" if isinstance(model, type) else "not a network", f"returned {kind(model)}")
        first = next(model.parameters(), torch.zeros(1))
        X = torch.tensor(net.X, dtype=first.dtype)
        _reject_what_is_no_logits(model(X))  # a lazy layer gets its shape from the first examples
        varied = all(bool(part.std() > 0) for part in model.parameters() if part.ndim > 1)
        tensors = _weights_from(net.seed)
        _put(tensors, model)
        Z = model(X)
        mode = model.training
        evaluated = model.eval()(X)
        model.train(mode)
        value = {
            "parameters": sum(part.numel() for part in model.parameters()),
            "logits": _without_shift(Z),
            "logits in evaluation mode": _without_shift(evaluated),
            "gradients": np.array(_gradient_sizes(Z, torch.tensor(net.y), model, tensors)),
            "start": "random" if varied else "constant",
            "calls": "two models" if model is not other else "one model",
        }
        return Observation(value, {"outputs": Z.detach().double().numpy()})


def _reject_what_is_no_logits(outputs):
    """Raise :class:`Unfit` for outputs that are no tensor of floating numbers."""
    is_tensor = isinstance(outputs, pytorch().Tensor)
    if not is_tensor or not outputs.is_floating_point():
        words = "a tensor of whole numbers" if is_tensor else kind(outputs).replace("None", "nothing")
        raise Unfit("no logits", f"returned a network that returns {words}", raw=InWords(words))


def _without_shift(Z):
    """Logits as an array, less their mean: a shift of all logits is no difference."""
    return (Z - Z.mean(dim=-1, keepdim=True)).detach().double().numpy()


def _gradient_sizes(Z, y, model, tensors):
    """The size of the loss gradient for each parameter, in the order of the layers; 0 where none arrives."""
    sizes = dict.fromkeys(tensors, 0.0)
    parameters = [part for part in model.parameters() if part.requires_grad]
    if not parameters or not Z.requires_grad or Z.shape != (len(y), SIZES[-1]):
        return list(sizes.values())
    gradients = pytorch().autograd.grad(functional().cross_entropy(Z, y), parameters, allow_unused=True)
    for part, gradient in zip(parameters, gradients, strict=True):
        shape = tuple(part.shape) if tuple(part.shape) in sizes else tuple(part.shape)[::-1]
        if gradient is not None and shape in sizes:
            sizes[shape] = float(gradient.norm())
    return list(sizes.values())


# Right answers


def _layers(*between, end=(), sizes=SIZES, bias=True):
    """A network with other things between and behind its linear layers."""
    torch = pytorch()
    parts = []
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        parts.append(torch.nn.Linear(inputs, outputs, bias=bias))
        parts += [between[number]()] if number < len(between) and between[number] else []
    return torch.nn.Sequential(*parts, *[part() for part in end])


def _relu():
    return pytorch().nn.ReLU()


def reference_model():
    """The network of the chapter: 2–25–15–4 with two ReLUs, and logits as its output."""
    return _layers(_relu, _relu)


def _subclassed():
    torch = pytorch()

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.last = torch.nn.Linear(15, 4)
            self.hidden = torch.nn.ModuleList([torch.nn.Linear(2, 25), torch.nn.Linear(25, 15)])

        def forward(self, x):
            for layer in self.hidden:
                x = layer(x).clamp(min=0)
            return self.last(x)

    return Net()


def _by_hand():
    """Weights lie as in this course, (features, K), and no layer of PyTorch is used."""
    torch = pytorch()

    class ByHand(torch.nn.Module):
        def __init__(self):
            super().__init__()
            for number, (inputs, outputs) in enumerate(itertools.pairwise(SIZES)):
                self.register_parameter(f"W{number}", torch.nn.Parameter(torch.randn(inputs, outputs) / inputs**0.5))
                self.register_parameter(f"b{number}", torch.nn.Parameter(torch.zeros(outputs)))

        def forward(self, x):
            x = torch.relu(x @ self.W0 + self.b0)
            return torch.maximum(x @ self.W1 + self.b1, torch.zeros(())) @ self.W2 + self.b2

    return ByHand()


def _lazy_and_named():
    torch = pytorch()
    model = torch.nn.Sequential()
    for number, outputs in enumerate(SIZES[1:]):
        model.add_module(f"dense{number}", torch.nn.LazyLinear(outputs))
        if number < 2:
            model.add_module(f"relu{number}", torch.nn.ReLU(inplace=True))
    return model


def _ends_in_log_softmax():
    """Log-probabilities are logits, too: they differ from the others by one number for each example."""
    return _layers(_relu, _relu, end=(lambda: pytorch().nn.LogSoftmax(dim=1),))


def _seeded_nested_double():
    torch = pytorch()
    torch.manual_seed(7)
    body = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(2, 25), torch.nn.ReLU(), torch.nn.Linear(25, 15), torch.nn.ReLU6()
    )
    body[-1] = torch.nn.Threshold(0.0, 0.0)
    return torch.nn.Sequential(body, torch.nn.Sequential(torch.nn.Linear(15, 4), torch.nn.Identity())).double()


def _glorot():
    """The initial weights of Keras."""
    torch = pytorch()
    model = reference_model()
    for part in model:
        if isinstance(part, torch.nn.Linear):
            torch.nn.init.xavier_uniform_(part.weight)
            torch.nn.init.zeros_(part.bias)
    return model


mistakes = Bank()

make_model = Exercise(
    name="ch08.make_model",
    is_main=True,
    asks="A new 2–25–15–4 network with two ReLUs that returns logits.",
    reference=reference_model,
    probes=nets,
    observe=observing(look_at_network),
    expects=make_model_in_words,
    rtol=1e-4,
    scale=lambda net: 1.0,
    time_limit=4.0,
    hints=paragraphs("""
        `nn.Sequential` chains layers. Which three `nn.Linear` layers lead from 2 features to 25, to 15 and to 4
        numbers?

        Without something between them, three linear layers are one linear layer. `nn.ReLU()` stands behind the first
        and behind the second.

        What comes after the last linear layer? The loss wants logits, and logits may be negative and of any size.
    """),
    alternatives=(
        _subclassed,
        _by_hand,
        _lazy_and_named,
        _ends_in_log_softmax,
        _seeded_nested_double,
        _glorot,
    ),
    bank=mistakes,
    remark="Logits come out, and whoever needs probabilities applies the softmax outside.",
)


# Mistakes


def _ends_in(name, **options):
    return lambda: _layers(_relu, _relu, end=(lambda: getattr(pytorch().nn, name)(**options),))


def _are_probabilities(outputs):
    return outputs.ndim == 2 and outputs.min() >= 0 and np.allclose(outputs.sum(axis=1), 1, atol=1e-5)


def _returns_probabilities(seen):
    outputs = [result.facts["outputs"] for result in seen.results if "outputs" in result.facts]
    return bool(outputs) and all(map(_are_probabilities, outputs))


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
    lambda: _layers(_relu, _relu, end=(lambda: pytorch().nn.Softmax(dim=1), lambda: pytorch().nn.Dropout(0.0))),
    example=POINTS,
    recognise=_returns_probabilities,
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
)


def _outputs_in_words(value):
    return f"`{show(np.round(value['logits'], 3))}`"


mistakes.add(
    "sigmoid at the end",
    """
    Each output of your network is squeezed into 0 to 1 by itself, so for two examples you return {output} after
    taking off the mean of each row. A sigmoid answers four separate yes-or-no questions, as in chapter 5. The
    softmax inside the loss then sees four numbers that never differ by more than 1. The classes here exclude each
    other, and the loss wants logits. Which layer is too many?
    """,
    _ends_in("Sigmoid"),
    example=POINTS,
    describe=_outputs_in_words,
)


@mistakes.mistake(*POINTS, name="a ReLU after the last layer")
def a_relu_after_the_last_layer():
    """
    The last thing that your network does is a ReLU, so no output is ever negative. A logit below zero says that
    something speaks against a class; yours are cut off at 0, and where all four are cut the network answers with
    four equal probabilities and no gradient gets through. Hidden layers need a ReLU. Does the last one?
    """
    return _layers(_relu, _relu, _relu)


a_relu_after_the_last_layer.also(_ends_in("ReLU"))


def _hidden(*names):
    functions = [None if name is None else lambda name=name: getattr(pytorch().nn, name)() for name in names]
    return lambda: _layers(*functions)


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
)

mistakes.add(
    "one ReLU missing",
    """
    One of the two hidden layers has no ReLU, so two of your linear layers melt into a single one and the network
    has only one bend. It trains, which is why the omission can stay unseen for a long time. Go through the layers
    one by one: after the 25 units, and after the 15 units, what happens to a negative number?
    """,
    _hidden("ReLU", None),
    _hidden(None, "ReLU"),
    example=POINTS,
)

mistakes.add(
    "another activation",
    """
    The sizes of your network are right, and its hidden layers bend with another function than ReLU. It may well
    learn this data. But the chapter compares its numbers with those of the same network in Keras and in NumPy, and
    they are the same only if every part is. Which function returns 0 for a negative number, and the number itself
    for a positive one?
    """,
    _hidden("Sigmoid", "Sigmoid"),
    _hidden("Tanh", "Tanh"),
    _hidden("LeakyReLU", "LeakyReLU"),
    _hidden("GELU", "GELU"),
    example=POINTS,
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
    `nn.Linear` brings its bias along unless somebody switches it off. Which argument did that?
    """
    return _layers(_relu, _relu, bias=False)


def _has_other_units(seen):
    counts = values_of(seen, "parameters")
    return bool(counts) and counts[0] > 0 and counts[0] not in (529, 529 - 44)


@mistakes.mistake(*POINTS, describe=_parameters_in_words, recognise=_has_other_units)
def other_sizes():
    """
    Your network has {output}, where a 2–25–15–4 network has 529: 2·25 + 25, then 25·15 + 15, then 15·4 + 4. So a
    layer has other sizes, or there is one too many or too few. Two features go in, and one logit for each of the
    four classes comes out. Write down the two arguments of each `nn.Linear`, and compare neighbours: what one layer
    gives, the next takes.
    """
    return _layers(_relu, _relu, sizes=(2, 25, 15, 10))


other_sizes.also(
    lambda: _layers(_relu, sizes=(2, 25, 4)),
    lambda: _layers(_relu, _relu, sizes=(2, 15, 25, 4)),
    lambda: _layers(_relu, _relu, sizes=(2, 25, 15, 1)),
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
    return _layers(_relu, _relu, sizes=(25, 15, 4, 4))


layers_that_do_not_fit.also(lambda: pytorch().nn.Sequential(_layers(_relu), pytorch().nn.Linear(15, 4)))


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


@mistakes.mistake(*POINTS, recognise=lambda seen: any(not np.any(sizes) for sizes in values_of(seen, "gradients")))
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


def _always_one():
    models = []

    def make_model():
        if not models:
            models.append(reference_model())
        return models[0]

    return make_model


mistakes.add(
    "always the same model",
    """
    Two calls of `make_model()` return one and the same object. Whoever builds a second network to compare it with
    the first trains the first one on, and a comparison of two losses becomes a comparison of a model with itself. A
    function that makes something builds it anew at each call. Where are your layers created: inside the function or
    above it?
    """,
    _always_one(),
    example=POINTS,
    recognise=lambda seen: "one model" in values_of(seen, "calls"),
)


@mistakes.mistake(*POINTS, recognise=came_as("a class"))
def the_class_and_not_a_model():
    """
    You return the class itself. A class is the plan of a network; it has no weights yet, and calling it with a
    batch would try to build one. An object appears when the class is called: a pair of brackets behind its name.
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
    inheriting from `nn.Module`. What stands behind your `return`?
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
    its beginning only once; whoever trains it a second time goes on where the first training ended. A function
    gives each experiment a fresh start. Keep your lines, put them below the `def` line again, and let the last one
    return the network. What does the check get then, when it calls `make_model()`?
    """,
    recognise=came_as("a model in place of a function"),
)


def _with_outputs(change, in_training=True):
    """A network that makes something else of its logits, in both modes or in evaluation mode alone."""

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
    return _layers(_relu, _relu, end=(lambda: pytorch().nn.Dropout(0.5),))


dropout_added.also(lambda: _layers(lambda: pytorch().nn.Sequential(_relu(), pytorch().nn.Dropout(0.3)), _relu))


def _softmax_when_evaluated(seen):
    """Whether a network is right while it trains, and returns probabilities when it is evaluated."""
    right, evaluated = _modes_of(seen)
    return right and all(agree(P, reference.softmax(wanted) - 1 / SIZES[-1], 1e-4, 1.0) for P, wanted in evaluated)


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
