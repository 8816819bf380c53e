"""Chapter 8, PyTorch from logits: its exercises, with right and wrong answers.

A probe is plain data, a :class:`Net`, a :class:`Batch` or a :class:`Training`. The functions that look at an answer make tensors,
models and optimizers of it. PyTorch is imported inside of functions alone.
"""

import copy
import itertools
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from utils.checking import Exercise, Mistake
from utils.checking.comparing import agree, kind, show
from utils.reference import softmax

SIZES = (2, 25, 15, 4)


def _torch():
    import torch

    return torch


def _F():
    import torch.nn.functional

    return torch.nn.functional


# What answers are tried on --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Net:
    """Features that go through a 2–25–15–4 network whose weights are drawn from a seed, and labels for its loss."""

    X: list
    y: list
    seed: int

    def __repr__(self):
        return f"X = {_shown(self.X)}, and weights that the check has put in"


@dataclass(frozen=True)
class Batch:
    """Logits, (m, K), and labels, (m,)."""

    z: list
    y: list

    def __repr__(self):
        return f"z = {_shown(self.z)}, y = {_shown(self.y)}"


@dataclass(frozen=True)
class Training:
    """A linear model with the weights W, (features, K), and b, (K,); data; and how it is trained.

    Attributes:
        optimizer: ``"SGD"``, ``"momentum"`` or ``"Adam"``.
        rate: the learning rate.
        steps: how often a step is made.
        normalised: whether the features go through a batch normalisation first.
        evaluated: whether the model is in evaluation mode.
    """

    W: list
    b: list
    X: list
    y: list
    rate: float = 1.0
    steps: int = 2
    optimizer: str = "SGD"
    normalised: bool = False
    evaluated: bool = False

    def __repr__(self):
        model = "batch normalisation and a linear model" if self.normalised else "a linear model"
        model += " in evaluation mode" if self.evaluated else ""
        return (
            f"{self.steps} steps of {self.optimizer} at {self.rate:g}, X = {_shown(self.X)}, y = {_shown(self.y)}, {model} "
            f"from W = {_shown(self.W)}, b = {_shown(self.b)}"
        )

    def model(self):
        """The model, in its mode."""
        torch = _torch()
        linear = torch.nn.utils.skip_init(torch.nn.Linear, len(self.W), len(self.b))
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(self.W).T)
            linear.bias.copy_(torch.tensor(self.b))
        model = torch.nn.Sequential(torch.nn.BatchNorm1d(len(self.W)), linear) if self.normalised else linear
        return model.train(not self.evaluated)

    def optimizer_of(self, model):
        """The optimizer of the parameters of a model."""
        optim = _torch().optim
        if self.optimizer == "Adam":
            return optim.Adam(model.parameters(), lr=self.rate)
        return optim.SGD(model.parameters(), lr=self.rate, momentum=0.9 if self.optimizer == "momentum" else 0.0)

    def data(self):
        """The features and the labels as tensors."""
        torch = _torch()
        return torch.tensor(self.X, dtype=torch.float32), torch.tensor(self.y)


def _shown(numbers):
    array = np.asarray(numbers)
    return show(array.tolist()) if array.size <= 8 else f"of the shape {array.shape}"


def _numbers(rng, *shape, scale=1.0):
    return rng.normal(scale=scale, size=shape).round(3).tolist()


def nets(rng):
    """One example, a square batch, and a larger one, each with weights of its own."""
    return [
        (Net([[1.0, -1.0]], [0], 1),),
        (Net([[0.0, 0.0], [3.0, 1.0]], [2, 1], 2),),
        (Net(_numbers(rng, 4, 2, scale=2.0), [0, 1, 2, 3], int(rng.integers(10**6))),),
        (Net(_numbers(rng, 9, 2, scale=3.0), rng.integers(4, size=9).tolist(), int(rng.integers(10**6))),),
    ]


def batches(rng):
    """Logits and labels, the smallest first: square batches, one class, integers in float, large logits."""
    return [
        (Batch([[1.0, 2.0]], [0]),),
        (Batch([[3.0, -1.0]], [1]),),
        (Batch([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]], [0, 1]),),
        (Batch([[0.0, 1.0], [2.0, -1.0]], [1, 1]),),
        (Batch([[1.5], [0.5]], [0, 0]),),
        (Batch([[1000.0, 0.0], [0.0, -1000.0], [0.0, 200.0]], [1, 0, 0]),),
        (Batch(_numbers(rng, 4, 4, scale=2.0), rng.integers(4, size=4).tolist()),),
        (Batch(_numbers(rng, 6, 3, scale=3.0), rng.integers(3, size=6).tolist()),),
        (Batch(_numbers(rng, 1, 5, scale=2.0), [int(rng.integers(5))]),),
    ]


ZEROS = Training([[0.0, 0.0]], [0.0, 0.0], [[1.0], [2.0]], [0, 0])
WRONG_AND_SURE = Training([[150.0, 0.0]], [0.0, 0.0], [[1.0], [-1.0]], [1, 0], rate=0.1)


def _drawn(rng, m, n, K, **options):
    labels = rng.permutation(np.arange(m) % K).tolist()
    return Training(_numbers(rng, n, K, scale=0.7), _numbers(rng, K), _numbers(rng, m, n), labels, **options)


def steps_of_training(rng):
    """Single models with their optimizers, the smallest first."""
    return [
        (ZEROS,),
        (Training([[0.5, -1.0]], [0.0, 0.2], [[1.0], [3.0]], [1, 0]),),
        (Training([[0.5, -0.5, 1.0]], [0.1, 0.0, -0.2], [[1.0], [2.0], [-1.0]], [0, 1, 1], rate=0.5),),
        (WRONG_AND_SURE,),
        (_drawn(rng, 6, 2, 3, rate=0.3, steps=3, optimizer="momentum"),),
        (_drawn(rng, 4, 2, 4, rate=0.05, steps=2, optimizer="Adam"),),
        (_drawn(rng, 8, 3, 3, rate=0.3, steps=2, normalised=True),),
        (_drawn(rng, 6, 2, 2, rate=0.3, steps=2, normalised=True, evaluated=True),),
    ]


# Far from zero: batch normalisation uses one mean while it trains and another one when it is evaluated.
FAR = Training([[1.0, -1.0]], [0.0, 0.0], [[10.0], [11.0], [13.0], [14.0]], [0, 0, 1, 1], 0.2, 3, normalised=True)
# Before its only step every decision is wrong, after it every one is right in training mode, and half of them in the other.
ONE_STEP = Training([[0.1, -0.1]], [0.0, 0.0], [[10.0], [11.0], [13.0], [14.0]], [0, 0, 1, 1], 1.0, 1, normalised=True)


def whole_trainings(rng):
    """Models with data for a whole training, the smallest first."""
    return [
        (ZEROS,),
        (Training([[0.5, -1.0]], [0.0, 0.2], [[1.0], [3.0]], [1, 0]),),
        (Training([[0.5, -0.5]], [0.0, 0.0], [[1.0], [-1.0], [2.0], [0.5]], [1, 0, 1, 0], rate=0.5, steps=4),),
        (WRONG_AND_SURE,),
        (FAR,),
        (ONE_STEP,),
        (_drawn(rng, 9, 2, 3, rate=0.3, steps=4),),
        (_drawn(rng, 8, 3, 4, rate=0.3, steps=3),),
        (_drawn(rng, 70, 2, 3, rate=0.3, steps=2),),  # more than a batch of the usual sizes
    ]


# How answers are looked at --------------------------------------------------------------------------------------------


def _looking(look):
    """An ``observe`` that calls ``look`` for a probe of this chapter.

    Without one the inputs are what a reader would pass, and the answer is called with them: in a "try yours" cell, for example.
    """

    def observe(answer, *inputs):
        with _one_thread():
            if len(inputs) == 1 and isinstance(inputs[0], (Net, Batch, Training)):
                return look(answer, inputs[0])
            return answer(*inputs)

    return observe


@contextmanager
def _one_thread():
    """PyTorch on one thread. For arrays as small as ours a second one only waits, and for long where the processor is busy."""
    torch = _torch()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


class _Observed(dict):
    """What is compared of an answer, by name. Further facts, for naming a mistake, are attributes of it."""

    def __repr__(self):
        parts = {
            key: show(np.round(value, 4)) if isinstance(value, np.ndarray) else value for key, value in self.items()
        }
        return ", ".join(f"{key} {part}" for key, part in parts.items())


class _Network(_Observed):
    """What is compared of a network, with the raw outputs beside it."""


class _InPlaceOf:
    """What stands where something else is needed, in words."""

    def __init__(self, words):
        self.words = words

    def __repr__(self):
        return self.words


class _Given(_InPlaceOf):
    """A network that was given in place of a function."""


class _Outputs(_InPlaceOf):
    """What came out of a network in place of a tensor of logits."""


class _Steps(_Observed):
    """What is compared of some training steps, with what the optimizer and the gradients went through beside it."""


def _weights_from(seed):
    """A tensor for every shape that a parameter of the network has, in the layouts of PyTorch."""
    torch, rng = _torch(), np.random.default_rng(seed)
    tensors = {}
    for inputs, outputs in itertools.pairwise(SIZES):
        tensors[outputs, inputs] = torch.tensor(rng.normal(scale=1.4 / np.sqrt(inputs), size=(outputs, inputs)))
        tensors[(outputs,)] = torch.tensor(rng.normal(scale=0.4, size=outputs))
    return tensors


def _put(tensors, model):
    """Set every parameter whose shape is known, also one that lies on its side. No two parameters share a shape."""
    with _torch().no_grad():
        for parameter in model.parameters():
            shape = tuple(parameter.shape)
            if shape in tensors:
                parameter.copy_(tensors[shape])
            elif shape[::-1] in tensors:
                parameter.copy_(tensors[shape[::-1]].T)


def _behaviour(answer, net):
    """What a network does with known weights: its logits, the gradients of its loss; and how it was before."""
    torch = _torch()
    if isinstance(answer, torch.nn.Module):
        return _Given(kind(answer))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(net.seed)
        model, other = answer(), answer()
        if not isinstance(model, torch.nn.Module):
            return model
        first = next(model.parameters(), torch.zeros(1))
        X = torch.tensor(net.X, dtype=first.dtype)
        outputs = model(X)  # a lazy layer gets its shape from the first examples
        if not isinstance(outputs, torch.Tensor) or not outputs.is_floating_point():
            whole = isinstance(outputs, torch.Tensor)
            return _Outputs("a tensor of whole numbers" if whole else kind(outputs).replace("None", "nothing"))
        varied = all(bool(part.std() > 0) for part in model.parameters() if part.ndim > 1)
        tensors = _weights_from(net.seed)
        _put(tensors, model)
        Z = model(X)
        mode = model.training
        evaluated = model.eval()(X)
        model.train(mode)
        return {
            "parameters": sum(part.numel() for part in model.parameters()),
            "logits": _without_shift(Z),
            "logits in evaluation mode": _without_shift(evaluated),
            "gradients": np.array(_gradient_sizes(Z, torch.tensor(net.y), model, tensors)),
            "start": "random" if varied else "constant",
            "calls": "two models" if model is not other else "one model",
            "raw": Z.detach() if Z.ndim == 2 else torch.zeros(1, 1),
        }


def _without_shift(Z):
    """Logits as an array, less their mean: a shift of all logits is no difference."""
    return (Z - Z.mean(dim=-1, keepdim=True)).detach().double().numpy()


def _gradient_sizes(Z, y, model, tensors):
    """The size of the loss gradient for each parameter of the network, in the order of its layers; 0 where none arrives."""
    sizes = dict.fromkeys(tensors, 0.0)
    if not Z.requires_grad or Z.shape != (len(y), SIZES[-1]):
        return list(sizes.values())
    parameters = [part for part in model.parameters() if part.requires_grad]
    if not parameters:
        return list(sizes.values())
    gradients = _torch().autograd.grad(_F().cross_entropy(Z, y), parameters, allow_unused=True)
    for part, gradient in zip(parameters, gradients, strict=True):
        shape = tuple(part.shape) if tuple(part.shape) in sizes else tuple(part.shape)[::-1]
        if gradient is not None and shape in sizes:
            sizes[shape] = float(gradient.norm())
    return list(sizes.values())


def look_at_network(answer, net):
    """Everything about a network that does not depend on how its layers are called."""
    seen = _behaviour(answer, net)
    if not isinstance(seen, dict):
        return seen
    value = _Network(seen)
    value.outputs = value.pop("raw").double().numpy()
    return value


def _modes_of(seen):
    """Whether the logits of a network are right while it trains, and what it returns when it is evaluated, beside the right ones."""
    pairs = [(result.value, like) for result, like in zip(seen.results, seen.expected, strict=False)]
    pairs = [(value, like) for value, like in pairs if isinstance(value, dict)]
    evaluated = [(value["logits in evaluation mode"], like["logits"]) for value, like in pairs]
    return bool(pairs) and all(agree(value["logits"], like["logits"], 1e-4, 1.0) for value, like in pairs), evaluated


def _drops_while_training(seen):
    """Whether a network is right when it is evaluated, and not while it trains."""
    right, evaluated = _modes_of(seen)
    return bool(evaluated) and not right and all(agree(Z, wanted, 1e-4, 1.0) for Z, wanted in evaluated)


def _softmax_when_evaluated(seen):
    """Whether a network is right while it trains, and returns probabilities when it is evaluated."""
    right, evaluated = _modes_of(seen)
    return right and all(agree(P, softmax(wanted) - 1 / SIZES[-1], 1e-4, 1.0) for P, wanted in evaluated)


def look_at_losses(answer, batch):
    """Three losses with their gradients for the logits; a loss without a graph has the gradient nan."""
    torch = _torch()
    z = torch.tensor(batch.z, dtype=torch.float64, requires_grad=True)
    losses = answer(z, torch.tensor(batch.y))
    several = isinstance(losses, (tuple, list)) or (isinstance(losses, torch.Tensor) and losses.ndim > 0)
    if not several or len(losses) != 3:
        return losses
    gradients = []
    for loss in losses:
        attached = isinstance(loss, torch.Tensor) and loss.requires_grad and loss.ndim == 0
        gradient = torch.autograd.grad(loss, z, retain_graph=True, allow_unused=True)[0] if attached else None
        gradients.append(np.full(z.shape, np.nan) if gradient is None else gradient.numpy())
    return _Observed(losses=_plain(losses), gradients=np.array(gradients))


def _plain(values):
    """Tensors, floats and arrays as one array, if their shapes allow it."""
    return np.array([value.detach().numpy() if hasattr(value, "detach") else value for value in values])


def look_at_steps(answer, training):
    """The loss of each step and the weights after the last one."""
    model = training.model()
    optimizer = training.optimizer_of(model)
    X, y = training.data()
    events = _events(optimizer, model)
    losses = []
    for _ in range(training.steps):
        loss = answer(model, optimizer, X, y)
        if loss is None or isinstance(loss, (dict, str, tuple, list)):
            return loss
        losses.append(loss)
    mode = "training" if model.training else "evaluation"
    value = _Steps(losses=_plain(losses), **_weights_of(model), graph=_graph_of(losses), mode=mode)
    value.events = events
    return value


def _graph_of(losses):
    """Whether one of the losses would keep its graph alive."""
    return "kept" if any(getattr(loss, "requires_grad", False) for loss in losses) else "let go"


def _events(optimizer, model):
    """A list that grows with every gradient that arrives, every clearing, and every step."""
    events = []
    step, zero_grad = optimizer.step, optimizer.zero_grad

    def note(name, function):
        def noted(*arguments, **options):
            events.append(name)
            return function(*arguments, **options)

        return noted

    # On the object and not on its class; a learning rate scheduler does the same.
    optimizer.step, optimizer.zero_grad = note("step", step), note("clear", zero_grad)
    model.zero_grad = note("clear", model.zero_grad)
    next(model.parameters()).register_hook(lambda gradient: events.append("gradient"))
    return events


def _weights_of(model):
    linear = model[-1] if hasattr(model, "__getitem__") else model
    return {"W": linear.weight.detach().T.double().numpy(), "b": linear.bias.detach().double().numpy()}


def look_at_training(answer, training):
    """The losses and the accuracy that a training returns, and the weights that it leaves."""
    model = training.model().eval()  # as somebody left it who evaluated it before
    outcome = answer(model, *training.data(), training.rate, training.steps)
    if isinstance(outcome, dict) or not isinstance(outcome, (tuple, list)) or len(outcome) != 2:
        return outcome
    losses, accuracy = outcome
    if not hasattr(losses, "__len__"):
        return outcome
    (accuracy,) = _plain([accuracy])
    graph = _graph_of(losses)
    return _Observed(losses=_plain(losses), accuracy=accuracy, **_weights_of(model), graph=graph)


# 8.1 ------------------------------------------------------------------------------------------------------------------


def _layers(*between, end=(), sizes=SIZES, bias=True):
    """A network with other things between and behind its linear layers."""
    torch = _torch()
    parts = []
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        parts.append(torch.nn.Linear(inputs, outputs, bias=bias))
        parts += [between[number]()] if number < len(between) and between[number] else []
    return torch.nn.Sequential(*parts, *[part() for part in end])


def _relu():
    return _torch().nn.ReLU()


def reference_model():
    """The network of the chapter: 2–25–15–4 with two ReLUs, and logits as its output."""
    return _layers(_relu, _relu)


def _subclassed():
    torch = _torch()

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
    torch = _torch()

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
    torch = _torch()
    model = torch.nn.Sequential()
    for number, outputs in enumerate(SIZES[1:]):
        model.add_module(f"dense{number}", torch.nn.LazyLinear(outputs))
        if number < 2:
            model.add_module(f"relu{number}", torch.nn.ReLU(inplace=True))
    return model


def _ends_in_log_softmax():
    """Log-probabilities are logits, too: they differ from the others by one number for each example."""
    return _layers(_relu, _relu, end=(lambda: _torch().nn.LogSoftmax(dim=1),))


def _seeded_nested_double():
    torch = _torch()
    torch.manual_seed(7)
    body = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(2, 25), torch.nn.ReLU(), torch.nn.Linear(25, 15), torch.nn.ReLU6()
    )
    body[-1] = torch.nn.Threshold(0.0, 0.0)
    return torch.nn.Sequential(body, torch.nn.Sequential(torch.nn.Linear(15, 4), torch.nn.Identity())).double()


def _glorot():
    """The initial weights of Keras."""
    torch = _torch()
    model = reference_model()
    for part in model:
        if isinstance(part, torch.nn.Linear):
            torch.nn.init.xavier_uniform_(part.weight)
            torch.nn.init.zeros_(part.bias)
    return model


def _ends_in(name, **options):
    return lambda: _layers(_relu, _relu, end=(lambda: getattr(_torch().nn, name)(**options),))


def _hidden(*names):
    functions = [None if name is None else lambda name=name: getattr(_torch().nn, name)() for name in names]
    return lambda: _layers(*functions)


def _plain_list():
    torch = _torch()

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = [torch.nn.Linear(*pair) for pair in itertools.pairwise(SIZES)]

        def forward(self, x):
            for layer in self.layers[:-1]:
                x = torch.relu(layer(x))
            return self.layers[-1](x)

    return Net()


def _cut_off():
    torch = _torch()

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = reference_model()

        def forward(self, x):
            return self.body(x).detach()

    return Net()


def _frozen():
    return reference_model().requires_grad_(False)


def _constant(value):
    def make_model():
        model = reference_model()
        with _torch().no_grad():
            for part in model.parameters():
                part.fill_(value)
        return model

    return make_model


def _with_outputs(change, in_training=True):
    """A network that makes something else of its logits, in both modes or in evaluation mode alone."""

    def make_model():
        class Net(_torch().nn.Module):
            def __init__(self):
                super().__init__()
                self.body = reference_model()

            def forward(self, x):
                Z = self.body(x)
                return change(Z) if in_training or not self.training else Z

        return Net()

    return make_model


def _always_one():
    models = []

    def make_model():
        if not models:
            models.append(reference_model())
        return models[0]

    return make_model


def _values(seen, key):
    """One part of all readable results."""
    return [result.value[key] for result in seen.results if isinstance(result.value, dict)]


def _outputs(seen):
    """The raw outputs of a network on all probes."""
    return [result.raw.outputs for result in seen.results if isinstance(result.raw, _Network)]


def _details(*words):
    """A predicate: whether a failure mentions one of these words."""
    return lambda seen: any(word in result.detail for result in seen.results if result.problem for word in words)


def _came(*expected):
    """A predicate: whether something came back that is neither nothing nor of the expected types."""

    def recognise(seen):
        raws = [result.raw for result in seen.results if result.problem == "unreadable" and result.raw is not None]
        return any(not isinstance(raw, (_Observed, *expected)) for raw in raws)

    return recognise


def _is_probability(outputs):
    return outputs.min() >= 0 and np.allclose(outputs.sum(axis=1), 1, atol=1e-5)


def _has_other_units(seen):
    counts = _values(seen, "parameters")
    return bool(counts) and counts[0] > 0 and counts[0] not in (529, 529 - 44)


def _outputs_in_words(value):
    return f"`{show(np.round(value['logits'], 3))}`"


def _parameters_in_words(value):
    return f"{value['parameters']:.0f} parameters"


POINTS = (Net([[1.0, -1.0], [3.0, 0.0]], [0, 1], 1),)

make_model = Exercise(
    name="ch08.make_model",
    is_main=True,
    is_slow=True,
    asks="A new 2–25–15–4 network with two ReLUs that returns logits.",
    reference=reference_model,
    probes=nets,
    observe=_looking(look_at_network),
    rtol=1e-4,
    scale=lambda net: 1.0,
    expects=lambda net: (
        f"a network with 529 parameters that makes {len(net.X)} × 4 logits of them, with a ReLU after the first and the second layer,"
    ),
    hints=(
        "`nn.Sequential` chains layers. Which three `nn.Linear` layers lead from 2 features to 25, to 15 and to 4 numbers?",
        "Without something between them, three linear layers are one linear layer. `nn.ReLU()` stands behind the first and "
        "behind the second.",
        "What comes after the last linear layer? The loss wants logits, and logits may be negative and of any size.",
    ),
    alternatives=(
        _subclassed,
        _by_hand,
        _lazy_and_named,
        _ends_in_log_softmax,
        _seeded_nested_double,
        _glorot,
    ),
    mistakes=(
        Mistake(
            "softmax at the end",
            "Your network ends in a softmax: for every example its outputs are positive and sum to 1. The loss of this chapter takes "
            "them for logits and applies a second softmax. All three differences then lie between −1 and 1, so the loss never "
            "comes near 0 and a confident mistake is not corrected. What should the last layer be, and where are probabilities "
            "really needed?",
            (
                _ends_in("Softmax", dim=1),
                _ends_in("Softmax", dim=-1),
                _ends_in("Softmax"),
                lambda: _layers(
                    _relu, _relu, end=(lambda: _torch().nn.Softmax(dim=1), lambda: _torch().nn.Dropout(0.0))
                ),
            ),
            POINTS,
            recognise=lambda seen: bool(_outputs(seen)) and all(map(_is_probability, _outputs(seen))),
        ),
        Mistake(
            "softmax over the batch axis",
            "Your last layer normalises along axis 0, which holds the examples. The examples of a batch then compete with each other: a "
            "single one gets the probability 1 for all classes at once, and each output changes when another example joins the "
            "batch. Classes lie on the last axis. For this exercise no normalisation is needed at all: which layer do you leave out?",
            (_ends_in("Softmax", dim=0), _ends_in("LogSoftmax", dim=0)),
            POINTS,
        ),
        Mistake(
            "sigmoid at the end",
            "Each output of your network is squeezed into 0 to 1 by itself, so for two examples you return {output} after taking off the mean of each row. "
            "A sigmoid answers four separate yes-or-no questions, as in chapter 5. The softmax inside the loss then sees four "
            "numbers that never differ by more than 1. The classes here exclude each other, and the loss wants logits. Which layer is too many?",
            (_ends_in("Sigmoid"),),
            POINTS,
            _outputs_in_words,
        ),
        Mistake(
            "a ReLU after the last layer",
            "The last thing that your network does is a ReLU, so no output is ever negative. A logit below zero says that something speaks "
            "against a class; yours are cut off at 0, and where all four are cut the network answers with four equal probabilities "
            "and no gradient gets through. Hidden layers need a ReLU. Does the last one?",
            (lambda: _layers(_relu, _relu, _relu), _ends_in("ReLU")),
            POINTS,
        ),
        Mistake(
            "no activation between the layers",
            "Your three linear layers follow each other directly. A linear function of a linear function is linear, so the network draws the "
            "same straight boundaries as the softmax regression of chapter 4, with many more parameters. What makes depth worth "
            "something is a bend between the layers. Which function bends, and how often do you need it here?",
            (_hidden(None, None),),
            POINTS,
        ),
        Mistake(
            "one ReLU missing",
            "One of the two hidden layers has no ReLU, so two of your linear layers melt into a single one and the network has only one bend. It "
            "trains, which is why the omission can stay unseen for a long time. Go through the layers one by one: after the 25 units, and "
            "after the 15 units, what happens to a negative number?",
            (_hidden("ReLU", None), _hidden(None, "ReLU")),
            POINTS,
        ),
        Mistake(
            "another activation",
            "The sizes of your network are right, and its hidden layers bend with another function than ReLU. It may well learn this data. But the "
            "chapter compares its numbers with those of the same network in Keras and in NumPy, and they are the same only if every part is. "
            "Which function returns 0 for a negative number, and the number itself for a positive one?",
            (
                _hidden("Sigmoid", "Sigmoid"),
                _hidden("Tanh", "Tanh"),
                _hidden("LeakyReLU", "LeakyReLU"),
                _hidden("GELU", "GELU"),
            ),
            POINTS,
        ),
        Mistake(
            "no bias",
            "The layers of your network have no biases: there are {output}, and 44 are missing, one for each unit. Without them the point (0, 0) has "
            "four equal logits whatever is learned, and every bend goes through the origin. `nn.Linear` brings its bias along unless somebody "
            "switches it off. Which argument did that?",
            (lambda: _layers(_relu, _relu, bias=False),),
            POINTS,
            _parameters_in_words,
            recognise=lambda seen: _values(seen, "parameters")[:1] == [529 - 44],
        ),
        Mistake(
            "other sizes",
            "Your network has {output}, where a 2–25–15–4 network has 529: 2·25 + 25, then 25·15 + 15, then 15·4 + 4. So a layer "
            "has other sizes, or there is one too many or too few. Two features go in, and one logit for each of the four classes comes out. "
            "Write down the two arguments of each `nn.Linear`, and compare neighbours: what one layer gives, the next takes.",
            (
                lambda: _layers(_relu, _relu, sizes=(2, 25, 15, 10)),
                lambda: _layers(_relu, sizes=(2, 25, 4)),
                lambda: _layers(_relu, _relu, sizes=(2, 15, 25, 4)),
                lambda: _layers(_relu, _relu, sizes=(2, 25, 15, 1)),
            ),
            POINTS,
            _parameters_in_words,
            recognise=_has_other_units,
        ),
        Mistake(
            "layers that do not fit",
            "PyTorch refuses to multiply: your network fails on the first example. The first shape in its message is what one layer gave, the second what "
            "the next one was built for. In `nn.Linear(inputs, outputs)` both sizes have to be written, and the outputs of a layer are the "
            "inputs of its successor. Two features come in. Where does the chain 2, 25, 15, 4 break?",
            (
                lambda: _layers(_relu, _relu, sizes=(25, 15, 4, 4)),
                lambda: _torch().nn.Sequential(_layers(_relu), _torch().nn.Linear(15, 4)),
            ),
            POINTS,
            recognise=_details("mat1 and mat2 shapes"),
        ),
        Mistake(
            "layers in a plain list",
            "Your network computes the right thing and has no parameters: the layers lie in a Python list, and a module finds only what is assigned to "
            "it directly or kept in a container of PyTorch. An optimizer gets an empty list, and nothing would be learned or saved. Which "
            "container looks like a list and registers what it holds?",
            (_plain_list,),
            POINTS,
            recognise=lambda seen: _values(seen, "parameters")[:1] == [0],
        ),
        Mistake(
            "no gradient arrives",
            "The outputs are right, and a loss computed from them has no way back to the weights: somewhere the graph is cut, by `detach`, by "
            "`no_grad`, by a detour through NumPy, or because the parameters were told not to require a gradient. Such a network predicts and "
            "never learns. Gradients are switched off around an evaluation, outside of the model. Which line of yours does it inside?",
            (_cut_off, _frozen),
            POINTS,
            recognise=lambda seen: any(not np.any(sizes) for sizes in _values(seen, "gradients")),
        ),
        Mistake(
            "all weights equal",
            "Every weight of a layer begins with the same number. Then all units of that layer compute the same, get the same gradient, and stay "
            "the same for ever: 25 units do the work of one, and from zero they do none at all. Softmax regression may start at zero, "
            "since its labels tell the classes apart; hidden units need different starts. What does `nn.Linear` do by itself?",
            (_constant(0.0), _constant(0.1)),
            POINTS,
            recognise=lambda seen: "constant" in _values(seen, "start"),
        ),
        Mistake(
            "always the same model",
            "Two calls of `make_model()` return one and the same object. Whoever builds a second network to compare it with the first trains the first "
            "one on, and a comparison of two losses becomes a comparison of a model with itself. A function that makes something builds it "
            "anew at each call. Where are your layers created: inside the function or above it?",
            (_always_one(),),
            POINTS,
            recognise=lambda seen: "one model" in _values(seen, "calls"),
        ),
        Mistake(
            "the class and not a model",
            "You return the class itself. A class is the plan of a network; it has no weights yet, and calling it with a batch would try to build one. "
            "An object appears when the class is called: a pair of brackets behind its name. Compare `nn.ReLU`, the kind of layer, with "
            "`nn.ReLU()`, a layer. Which of the two does your last line return?",
            (lambda: _torch().nn.Sequential, lambda: _torch().nn.Linear),
            POINTS,
            recognise=lambda seen: any(isinstance(result.raw, type) for result in seen.results),
        ),
        Mistake(
            "not a network",
            "What you return is no `nn.Module`. A plain function or a list of layers may compute the same, but an optimizer asks for "
            "`.parameters()`, saving for `.state_dict()`, and a measurement for `.eval()`, and only a module has all three. `nn.Sequential` makes "
            "a module of layers that follow each other; a class of your own becomes one by inheriting from `nn.Module`. What stands behind your "
            "`return`?",
            (lambda: lambda X: X, lambda: [_torch().nn.Linear(2, 25), _torch().nn.Linear(25, 4)], lambda: 4),
            POINTS,
            recognise=_came(type, _InPlaceOf),
        ),
        Mistake(
            "a model in place of a function",
            "The name `make_model` stands for a network and not for a function that makes one. A network can be trained from its "
            "beginning only once; whoever trains it a second time goes on where the first training ended. A function gives each "
            "experiment a fresh start. Keep your lines, put them below the `def` line again, and let the last one return the network. What "
            "does the check get then, when it calls `make_model()`?",
            (),
            recognise=lambda seen: any(isinstance(result.raw, _Given) for result in seen.results),
        ),
        Mistake(
            "outputs that are no logits",
            "You return a network, and the network returns {output} when it is called with examples. A loss takes one tensor of floating numbers, "
            "the logits, (m, 4), and goes back through it to the weights. Decisions are integers, NumPy arrays have no graph, a tuple is "
            "two answers to one question, and a `forward` without `return` hands back nothing. What does the last line of your "
            "`forward` hand over?",
            (
                _with_outputs(lambda Z: None),
                _with_outputs(lambda Z: Z.argmax(dim=1)),
                _with_outputs(lambda Z: (Z, Z.softmax(1))),
            ),
            POINTS,
            recognise=lambda seen: any(isinstance(result.raw, _Outputs) for result in seen.results),
        ),
        Mistake(
            "dropout added",
            "Evaluated, your network is right, and in training mode its outputs are others, and change from call to call. Dropout does that: it sets a "
            "part of the hidden numbers to 0 at random while it trains. It can be a good idea, and it makes another network, whose losses cannot be "
            "compared with those of Keras and NumPy. A later section of this chapter adds it on purpose. Which of your layers does the text not name?",
            (
                lambda: _layers(_relu, _relu, end=(lambda: _torch().nn.Dropout(0.5),)),
                lambda: _layers(lambda: _torch().nn.Sequential(_relu(), _torch().nn.Dropout(0.3)), _relu),
            ),
            POINTS,
            recognise=_drops_while_training,
        ),
        Mistake(
            "softmax in evaluation mode",
            "While it trains your network returns logits, and in evaluation mode it returns probabilities. The training is right. But a loss that is "
            "measured with `model.eval()`, as losses are, then gets a double softmax and seems to stop far above 0, and nobody finds "
            "out from the training. A model whose outputs change their meaning with the mode surprises everybody who uses it. Who should "
            "apply the softmax, and where?",
            (_with_outputs(lambda Z: Z.softmax(dim=1), in_training=False),),
            POINTS,
            recognise=_softmax_when_evaluated,
        ),
    ),
    time_limit=4.0,
    remark="Logits come out, and whoever needs probabilities applies the softmax outside.",
)


# 8.2 ------------------------------------------------------------------------------------------------------------------


def _picked(rows, y):
    return rows[_torch().arange(len(y)), y]


def _fused(z, y):
    return _F().cross_entropy(z, y)


def _in_two_steps(z, y):
    return _F().nll_loss(_F().log_softmax(z, dim=1), y)


def _lse_minus_logit(z, y):
    return (_torch().logsumexp(z, dim=1) - _picked(z, y)).mean()


def reference_losses(z, y):
    """The mean cross-entropy of logits, in three ways."""
    return _fused(z, y), _in_two_steps(z, y), _lse_minus_logit(z, y)


def _with_modules(z, y):
    nn = _torch().nn
    by_hand = -sum(row.log_softmax(0)[label] for row, label in zip(z, y, strict=True)) / len(y)
    return [nn.CrossEntropyLoss()(z, y), nn.NLLLoss()(nn.LogSoftmax(dim=-1)(z), y), by_hand]


def _with_one_hot(z, y):
    Y = _F().one_hot(y, z.shape[1]).to(z.dtype)
    shifted = z - z.max(dim=1, keepdim=True).values
    by_hand = -(Y * (shifted - shifted.exp().sum(dim=1, keepdim=True).log())).sum() / len(y)
    return _F().cross_entropy(z, Y), -(Y * z.log_softmax(1)).sum(dim=1).mean(), by_hand


def _superfluous(z, y):
    """A log-softmax before the loss changes nothing."""
    torch = _torch()
    by_hand = z.logsumexp(1).mean() - z.gather(1, y[:, None]).mean()
    return torch.stack([_fused(z.log_softmax(1), y), _in_two_steps(z.log_softmax(1), y), by_hand])


def _row_by_row(z, y):
    gaps = z - _picked(z, y)[:, None]
    return (
        _F().cross_entropy(z, y, reduction="sum") / len(y),
        _F().nll_loss(z.log_softmax(-1), y, reduction="none").mean(),
        sum(_torch().logsumexp(row, 0) for row in gaps) / len(y),
    )


def _in_single_precision(z, y):
    return reference_losses(z.float(), y)


def _double(z, y):
    return _F().cross_entropy(_F().softmax(z, dim=1), y)


def _nll_of_probabilities(z, y):
    return _F().nll_loss(_F().softmax(z, dim=1), y)


def _nll_of_logits(z, y):
    return _F().nll_loss(z, y)


def _over_the_batch(z, y):
    return _F().nll_loss(_F().log_softmax(z, dim=0), y)


def _double_over_the_batch(z, y):
    return _F().cross_entropy(_F().softmax(z, dim=0), y)


def _nll_over_the_batch(z, y):
    return _F().nll_loss(_F().softmax(z, dim=0), y)


def _log_of_softmax(z, y):
    return -_picked(_F().softmax(z, dim=1), y).log().mean()


def _log_of_softmax_in_rows(z, y):
    return -(_F().one_hot(y, z.shape[1]) * _F().softmax(z, dim=1).log()).sum(dim=1).mean()


def _log_of_sum(z, y):
    return (z.exp().sum(dim=1).log() - _picked(z, y)).mean()


def _with_epsilon(epsilon):
    return lambda z, y: -(_picked(_F().softmax(z, dim=1), y) + epsilon).log().mean()


def _clipped(limit):
    return lambda z, y: -_picked(_F().softmax(z, dim=1), y).clamp(min=limit).log().mean()


def _summed(z, y):
    return _F().cross_entropy(z, y, reduction="sum")


def _sign_lost(z, y):
    return -_fused(z, y)


def _all_columns(z, y):
    return -_F().log_softmax(z, dim=1)[:, y].mean()


def _over_all_entries(z, y):
    return _fused(z, y) / z.shape[1]


def _all_classes(z, y):
    return -_F().log_softmax(z, dim=1).sum(dim=1).mean()


def _mean_of_all(z, y):
    return -_F().log_softmax(z, dim=1).mean()


def _k_sigmoids(z, y):
    return _F().binary_cross_entropy_with_logits(z, _F().one_hot(y, z.shape[1]).to(z.dtype))


def _smoothed(z, y):
    return _F().cross_entropy(z, y, label_smoothing=0.1)


def _in_each_place(*wrongs):
    """Three losses of which one is wrong, for every place and every wrong loss."""

    def sample(wrong, place):
        def loss_three_ways(z, y):
            losses = list(reference_losses(z, y))
            losses[place] = wrong(z, y)
            return tuple(losses)

        return loss_three_ways

    return tuple(sample(wrong, place) for place, wrong in enumerate(wrongs))


def _a_place_follows(*wrongs):
    """Whether one of the three losses is, on all probes, that of a wrong formula."""

    def recognise(seen):
        losses = _values(seen, "losses")
        if len(losses) < len(seen.probes) or any(values.shape != (3,) for values in losses):
            return False
        batches = [batch for (batch,) in seen.probes]
        with _one_thread():
            expected = [[_loss_of(wrong, batch) for batch in batches] for wrong in wrongs]
        return any(
            _all_agree(row, [values[place] for values in losses], batches) for row in expected for place in range(3)
        )

    return recognise


def _loss_of(formula, batch):
    torch = _torch()
    return formula(torch.tensor(batch.z, dtype=torch.float64), torch.tensor(batch.y)).item()


def _all_agree(expected, values, batches):
    return all(
        agree(value, like, 1e-4, _size(batch)) for like, value, batch in zip(expected, values, batches, strict=True)
    )


def _size(batch):
    return max(1.0, float(np.abs(batch.z).max()))


def _losses_in_words(value):
    return f"`{show(value['losses'])}`"


def _told(*wrongs):
    """The samples and the predicate of a mistake that can stand in any of the three places."""
    padded = [wrongs[place % len(wrongs)] for place in range(max(3, len(wrongs)))]
    samples = _in_each_place(*padded[:3])
    for wrong in wrongs[3:]:
        samples += _in_each_place(wrong)[:1]
    return {"wrong": samples, "recognise": _a_place_follows(*wrongs)}


def _without_graph(seen):
    losses, gradients = _values(seen, "losses"), _values(seen, "gradients")
    if not gradients or any(values.shape != (3,) for values in losses):
        return False
    return all(np.isnan(part).all(axis=(1, 2)).any() for part in gradients)


def _has_rows_of_losses(seen):
    for result in seen.results:
        losses = result.raw.get("losses") if isinstance(result.raw, dict) else None
        if losses is not None and np.asarray(losses).ndim == 2:
            return True
    return any("inhomogeneous" in result.detail for result in seen.results)


TWO_CLASSES = (Batch([[1.0, 2.0]], [0]),)
TWO_EXAMPLES = (Batch([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]], [0, 1]),)

loss_three_ways = Exercise(
    name="ch08.loss_three_ways",
    is_main=True,
    is_slow=True,
    asks="The mean cross-entropy of logits in three ways, each with a graph for its gradient.",
    reference=reference_losses,
    probes=batches,
    observe=_looking(look_at_losses),
    scale=_size,
    expects=lambda batch: (
        "three equal tensors without an axis, none of them negative, each of which can be differentiated for the logits,"
    ),
    hints=(
        "The first way is one call: `F.cross_entropy` takes the logits and the integer labels, in this order.",
        "The second way is two calls. `F.nll_loss` picks the entry of the label from each row, turns its sign and takes the mean. What "
        "has to be in the rows, so that this is a cross-entropy?",
        "The third way is a line of chapter 6: the log-sum-exp of each row, minus the logit of its label, and the mean of that.",
        "The logits of the labels are picked with two index tensors of the same length: `z[torch.arange(len(y)), y]`.",
    ),
    alternatives=(_with_modules, _with_one_hot, _superfluous, _row_by_row, _in_single_precision),
    mistakes=(
        Mistake(
            "double softmax",
            "One of your three losses applies a softmax to the logits, and `F.cross_entropy` applies another one to the result. For {input} "
            "you return {output}. The second softmax sees probabilities, numbers between 0 and 1, and takes them for logits; no loss below "
            "ln(e + K − 1) − 1 can come of that, however right the model is. Which function already holds the softmax inside?",
            example=TWO_CLASSES,
            describe=_losses_in_words,
            **_told(_double),
        ),
        Mistake(
            "NLL of probabilities",
            "One of your losses gives probabilities to `F.nll_loss`: for {input} you return {output}, and one of these is negative. The name "
            "promises a logarithm, but the function takes none: it picks an entry, turns its sign and averages. So it needs logarithms of "
            "probabilities, and gets the probabilities. Which function makes them from logits in one stable step?",
            example=TWO_CLASSES,
            describe=_losses_in_words,
            **_told(_nll_of_probabilities),
        ),
        Mistake(
            "NLL of logits",
            "One of your losses gives raw logits to `F.nll_loss`: for {input} you return {output}. It then is minus the logit of the true class, "
            "which has no lower end: making that logit larger lowers it for ever, whatever the other classes do. In the two-step way the rows "
            "must be log-probabilities. Which call is missing before this one?",
            example=(Batch([[3.0, 4.0]], [0]),),
            describe=_losses_in_words,
            **_told(_nll_of_logits),
        ),
        Mistake(
            "softmax over the batch axis",
            "One of your losses normalises along `dim=0`, down the examples: for {input} you return {output}. With a single example that makes every "
            "probability 1 and the loss 0; with several, the examples compete with each other. The classes of a batch (m, K) lie on axis 1, "
            "the last one. PyTorch only warns when `dim` is left out. What does your `dim` say?",
            example=TWO_CLASSES,
            describe=_losses_in_words,
            **_told(_over_the_batch, _double_over_the_batch, _nll_over_the_batch),
        ),
        Mistake(
            "log after softmax",
            "One of your losses takes the logarithm of a softmax, or of a plain sum of exponentials. On small logits it agrees with the others; for {input} you return "
            "{output}. Either a probability has become 0 before the logarithm saw it, or a power has become infinite. Chapter 6 "
            "took the logarithm on paper first. Which two functions of PyTorch do that for a row of logits?",
            example=(Batch([[1000.0, 0.0], [0.0, 0.0]], [1, 0]),),
            describe=_losses_in_words,
            **_told(_log_of_softmax, _log_of_sum, _log_of_softmax_in_rows),
        ),
        Mistake(
            "epsilon in the log",
            "One of your losses protects its logarithm with a small number or a lower bound. For {input} you return {output}: where the truth is 1000, yours has "
            "a ceiling, and behind a ceiling there is next to no gradient, exactly where the model is most wrong. A loss from logits needs no protection, "
            "because it never forms the probability. Which line of chapter 6 takes its place?",
            example=(Batch([[1000.0, 0.0]], [1]),),
            describe=_losses_in_words,
            **_told(
                *(_with_epsilon(e) for e in (1e-9, 1e-8, 1e-7, 1e-12)),
                *(_clipped(e) for e in (1e-7, 1e-9, 1e-8, 1e-12)),
            ),
        ),
        Mistake(
            "sum in place of mean",
            "One of your losses adds up the examples where the others average: for {input} you return {output}. A sum grows with the batch, "
            "so its gradient does, too, and a learning rate that suits one batch size does not suit another. `F.cross_entropy` and "
            "`F.nll_loss` average unless they are told otherwise. Which of your three lacks the division by m?",
            example=TWO_EXAMPLES,
            describe=_losses_in_words,
            **_told(_summed),
        ),
        Mistake(
            "mean over m·K",
            "One of your losses is K times too small: for {input} you return {output}. That happens when a one-hot product of the shape (m, K) is "
            "averaged over all its entries, zeros included. In each row one term counts. The division is by the number of examples alone. "
            "Which reduction of yours runs over both axes?",
            example=TWO_EXAMPLES,
            describe=_losses_in_words,
            **_told(_over_all_entries),
        ),
        Mistake(
            "the minus sign is missing",
            "One of your losses has the opposite sign: for {input} you return {output}. A log-probability is at most 0, so a cross-entropy, which is minus "
            "a log-probability, is at least 0. Descending on the negative one would make the model worse at every step. In which of the "
            "three do you subtract in the wrong order, or forget the minus?",
            example=TWO_CLASSES,
            describe=_losses_in_words,
            **_told(_sign_lost),
        ),
        Mistake(
            "columns instead of elements",
            "`[:, y]` takes whole columns: every example meets the labels of all, and an m by m table is averaged in place of m numbers. For {input} you "
            "return {output}. What is meant is one entry from each row. Two index tensors of equal length are paired element by element. Which "
            "one has to stand where your colon stands?",
            example=TWO_EXAMPLES,
            describe=_losses_in_words,
            **_told(_all_columns),
        ),
        Mistake(
            "all classes counted",
            "One of your losses uses the log-probabilities of all classes and never asks which one is true: for {input} you return {output}. It would be lowest "
            "for equal probabilities, whatever the labels are. The cross-entropy of an example is minus the log-probability of its own class. "
            "Where do the labels enter your third way?",
            example=TWO_EXAMPLES,
            describe=_losses_in_words,
            **_told(_all_classes, _mean_of_all),
        ),
        Mistake(
            "k sigmoids",
            "One of your losses is the binary cross-entropy of chapter 5, one yes-or-no question for each class: for {input} you return {output}. The classes "
            "here exclude each other, so the logits of an example share one denominator. Which loss of PyTorch holds a softmax inside, and not a "
            "sigmoid for each class?",
            example=TWO_EXAMPLES,
            describe=_losses_in_words,
            **_told(_k_sigmoids),
        ),
        Mistake(
            "labels smoothed",
            "One of your losses is computed with smoothed labels, which are 0.9 and a bit at the true class and share the rest among all classes. For {input} you return "
            "{output}. Smoothing is a choice that changes the number, and a later section makes it on purpose. Here the labels are "
            "certain. Which argument of yours has to go?",
            example=TWO_CLASSES,
            describe=_losses_in_words,
            **_told(_smoothed),
        ),
        Mistake(
            "a loss without its graph",
            "The values are there, but one of your three has lost its graph: `.item()`, `.detach()`, `float()` and NumPy all turn a tensor into a number "
            "that no longer knows how it came about, so `backward()` has nothing to go through. The exercise asks for three tensors that can be "
            "differentiated. Numbers are for printing. Which of your lines makes the number too early?",
            (
                lambda z, y: tuple(loss.item() for loss in reference_losses(z, y)),
                lambda z, y: (*reference_losses(z, y)[:2], reference_losses(z, y)[2].detach()),
                lambda z, y: (*reference_losses(z, y)[:2], float(reference_losses(z, y)[0])),
            ),
            TWO_CLASSES,
            recognise=_without_graph,
        ),
        Mistake(
            "arguments swapped",
            "PyTorch fails with a message about types or targets, because it takes your labels for logits. Its losses want the prediction first and the "
            "truth second, `F.cross_entropy(z, y)`; the losses of Keras want it the other way round. When both have the same shape and type, "
            "nothing fails and the number is wrong. Which order do your two calls have?",
            (
                lambda z, y: (_F().cross_entropy(y, z), _in_two_steps(z, y), _lse_minus_logit(z, y)),
                lambda z, y: (_fused(z, y), _F().nll_loss(_F().log_softmax(y, dim=0), y), _lse_minus_logit(z, y)),
            ),
            TWO_CLASSES,
            recognise=_details("not implemented for 'Long'"),
        ),
        Mistake(
            "labels as a column",
            "What stands in the place of the labels has two axes, and PyTorch stops with “0D or 1D target tensor expected”. Index labels are one "
            "integer for each row, in the shape (m,). A column of the shape (m, 1) comes from `reshape(-1, 1)`, `unsqueeze` or a table; or the "
            "two arguments of the loss have changed places: first the prediction, then the truth. Which of the two is it in your call?",
            (
                lambda z, y: (_F().cross_entropy(z, y[:, None]), _in_two_steps(z, y), _lse_minus_logit(z, y)),
                lambda z, y: (
                    _fused(z, y),
                    _F().nll_loss(_F().log_softmax(z, dim=1), y.reshape(-1, 1)),
                    _lse_minus_logit(z, y),
                ),
            ),
            TWO_CLASSES,
            recognise=_details("0D or 1D target"),
        ),
        Mistake(
            "labels as floats",
            "You turn the labels into floating numbers, and a label is the place of an entry: there is no column 1.0. PyTorch stops with “expected target dtype to "
            "be Long or Byte” for index labels. Floating targets have a meaning of their own, a whole row of probabilities for each example. "
            "Which type do places have, and which call of yours changed it?",
            (
                lambda z, y: (_F().cross_entropy(z, y.float()), _in_two_steps(z, y), _lse_minus_logit(z, y)),
                lambda z, y: (_fused(z, y), _in_two_steps(z, y.to(z.dtype)), _lse_minus_logit(z, y)),
            ),
            TWO_CLASSES,
            recognise=_details("to be Long or Byte", "tensors used as indices"),
        ),
        Mistake(
            "integer one-hot labels",
            "You make one-hot rows of the labels, which is allowed, and leave them as integers, which is not: PyTorch stops with “Expected floating point type "
            "for target with class probabilities”. A row for each example is read as probabilities, and those are floating numbers; a single "
            "integer for each example is read as a class. Either convert the rows, or hand over the labels as they came.",
            (
                lambda z, y: (
                    _F().cross_entropy(z, _F().one_hot(y, z.shape[1])),
                    _in_two_steps(z, y),
                    _lse_minus_logit(z, y),
                ),
            ),
            TWO_CLASSES,
            recognise=_details("Expected floating point type for target"),
        ),
        Mistake(
            "one loss for each example",
            "One of your three is a row of losses, one for each example, where a single number is asked for. Only a number without an axis can be "
            'differentiated by `backward()` as it is. The cost of a batch is the mean of its losses. Does a `reduction="none"` stand in one of '
            "the calls, or is the mean missing behind your own formula?",
            (
                lambda z, y: tuple(_F().cross_entropy(z, y, reduction="none") for _ in range(3)),
                lambda z, y: (_fused(z, y), _in_two_steps(z, y), _torch().logsumexp(z, dim=1) - _picked(z, y)),
            ),
            TWO_EXAMPLES,
            recognise=_has_rows_of_losses,
        ),
        Mistake(
            "not three losses",
            "Three losses are asked for, one for each way: through `F.cross_entropy`, through log-softmax and `F.nll_loss`, and by hand. Your function "
            "returns another number of them. In Python, commas between the three names behind `return` make a tuple of them, which the caller can "
            "unpack by position. Which of the three ways is missing, or what comes back beside them?",
            (
                lambda z, y: _fused(z, y),
                lambda z, y: (_fused(z, y), _in_two_steps(z, y)),
                lambda z, y: (*reference_losses(z, y), True),
            ),
            TWO_CLASSES,
            recognise=_came(),
        ),
    ),
    time_limit=4.0,
    remark="One number, three ways, and one gradient: probability minus truth, over m.",
)


# 8.3 ------------------------------------------------------------------------------------------------------------------


def _step(loss=_fused, clear="before", sign=1, moves=1, report="before", evaluation=False, gradient=True):
    """A training step with one part exchanged."""

    def training_step(model, optimizer, X, y):
        if evaluation:
            model.eval()
        if clear == "before":
            optimizer.zero_grad()
        value = loss(model(X), y)
        if gradient:
            (sign * value).backward()
        if clear == "between":
            optimizer.zero_grad()
        for _ in range(moves):
            optimizer.step()
        if clear == "after":
            optimizer.zero_grad()
        if report == "after":
            with _torch().no_grad():
                return loss(model(X), y).item()
        return value.item()

    return training_step


reference_step = _step()


def _accuracy_as_loss(model, optimizer, X, y):
    reference_step(model, optimizer, X, y)
    return (model(X).argmax(dim=1) == y).float().mean().item()


def _optimizer_of_its_own(brand, rate):
    def training_step(model, optimizer, X, y):
        return reference_step(model, getattr(_torch().optim, brand)(model.parameters(), lr=rate), X, y)

    return training_step


def _moved_by_hand(model, optimizer, X, y):
    loss = _fused(model(X), y)
    gradients = _torch().autograd.grad(loss, list(model.parameters()))
    with _torch().no_grad():
        for parameter, gradient in zip(model.parameters(), gradients, strict=True):
            parameter -= 0.1 * gradient
    return loss.item()


def _sum_with_its_mean_returned(model, optimizer, X, y):
    return _step(loss=_summed)(model, optimizer, X, y) / len(y)


def _graph_forced(model, optimizer, X, y):
    optimizer.zero_grad()
    loss = _fused(model(X).detach(), y).requires_grad_(True)
    loss.backward()
    optimizer.step()
    return loss.item()


def _in_mode(mode, before=True):
    """A step that sets the mode of the model before it, or behind it."""

    def training_step(model, optimizer, X, y):
        if before:
            model.train(mode)
        loss = reference_step(model, optimizer, X, y)
        model.train(mode)
        return loss

    return training_step


def _step_with_graph(model, optimizer, X, y):
    optimizer.zero_grad()
    loss = _fused(model(X), y)
    loss.backward()
    optimizer.step()
    return loss


def _without_gradients(model, optimizer, X, y):
    optimizer.zero_grad()
    with _torch().no_grad():
        loss = _fused(model(X), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def _number_too_early(model, optimizer, X, y):
    optimizer.zero_grad()
    loss = _fused(model(X), y).item()
    loss.backward()
    optimizer.step()
    return loss


def _squared_error(z, y):
    return ((_F().softmax(z, dim=1) - _F().one_hot(y, z.shape[1])) ** 2).mean()


def _squared_error_of_logits(z, y):
    return ((z - _F().one_hot(y, z.shape[1])) ** 2).mean()


def _squared_error_of_decisions(z, y):
    return _F().mse_loss(z.argmax(dim=1).float(), y.float())


def _with_a_closure(model, optimizer, X, y):
    def closure():
        optimizer.zero_grad(set_to_none=False)
        loss = _torch().nn.CrossEntropyLoss()(model(X), y)
        loss.backward()
        return loss

    return optimizer.step(closure).item()


def _gradients_put_in_place(model, optimizer, X, y):
    parameters = list(model.parameters())
    loss = _lse_minus_logit(model(X), y)
    for parameter, gradient in zip(parameters, _torch().autograd.grad(loss, parameters), strict=True):
        parameter.grad = gradient
    optimizer.step()
    return loss.detach().numpy()


def _cleared_by_the_model(model, optimizer, X, y):
    model.zero_grad()
    loss = _in_two_steps(model(X), y)
    loss.backward()
    optimizer.step()
    return loss.detach()


def _in_two_halves(model, optimizer, X, y):
    """The gradients of the examples added up on purpose, divided by their number."""
    for parameter in model.parameters():
        parameter.grad = None
    losses = _F().cross_entropy(model(X), y, reduction="none")
    for loss in losses:
        (loss / len(y)).backward(retain_graph=True)
    optimizer.step()
    return np.float32(losses.mean().item())


def _quiet_smoothing(z, y):
    return _F().cross_entropy(z.log_softmax(dim=1), _F().one_hot(y, z.shape[1]).float())


def _events_of(seen):
    """What happened on the smallest probe, as a list of names."""
    raw = seen.results[0].raw if seen.results else None
    return raw.events if isinstance(raw, _Steps) else []


def _nothing_moved(seen):
    return any(
        np.array_equal(result.value["W"], np.float32(probe.W))
        and np.array_equal(result.value["b"], np.float32(probe.b))
        for result, (probe,) in zip(seen.results, seen.probes, strict=False)
        if isinstance(result.value, dict)
    )


def _missing(event):
    return lambda seen: (
        bool(_events_of(seen) or _nothing_moved(seen)) and event not in _events_of(seen) and _nothing_moved(seen)
    )


def _cleared_before_the_step(seen):
    events = _events_of(seen)
    pairs = list(itertools.pairwise(events))
    return _nothing_moved(seen) and ("gradient", "clear") in pairs and ("clear", "step") in pairs


def _differs_in(seen, *keys):
    """The parts, other than these, in which some result is not as expected; None where a result is no dict."""
    pairs = list(zip(seen.results, seen.expected, strict=False))
    if len(pairs) < len(seen.probes) or any(not isinstance(result.value, dict) for result, _ in pairs):
        return None
    return {
        key for result, like in pairs for key in like if key not in keys and not _agrees(result.value[key], like[key])
    }


def _agrees(value, like):
    return agree(value, like, 1e-4, 1.0)


def _only_the_graph_differs(seen):
    return _differs_in(seen) == {"graph"}


def _only_the_mode_differs(seen):
    """Whether all is right but the mode, and what batch normalisation makes of it on the models that have one."""
    plain = [index for index, (probe,) in enumerate(seen.probes) if not probe.normalised]
    if _differs_in(seen) is None or "mode" not in _differs_in(seen):
        return False
    return all(
        _agrees(seen.results[index].value[key], seen.expected[index][key])
        for index in plain
        for key in ("losses", "W", "b", "graph")
    )


def _steps_in_words(value):
    return f"`{show(np.round(value['losses'], 4))}`"


def _weights_in_words(value):
    return f"W = `{show(np.round(value['W'], 3))}`"


def training_in_words(training):
    """What a step must return."""
    return (
        "the loss before each step as one number, and weights that have moved by one step of the optimizer each time,"
    )


SMALL = (ZEROS,)

training_step = Exercise(
    name="ch08.training_step",
    is_main=True,
    is_slow=True,
    asks="One step of training on one batch; it returns the loss before the step.",
    reference=reference_step,
    probes=steps_of_training,
    observe=_looking(look_at_steps),
    rtol=1e-4,
    scale=lambda training: 1.0,
    expects=training_in_words,
    hints=(
        "A step has five parts: the old gradients go, the logits are computed, then the loss, then its gradients, then the "
        "weights move. Which of the five belong to the optimizer?",
        "`optimizer.zero_grad()` clears, `loss.backward()` adds gradients to what is there, and `optimizer.step()` moves the "
        "weights with what it finds. In which order?",
        "The loss wants logits and integer labels. Return it as a number, with `.item()`.",
    ),
    alternatives=(
        _step(clear="after"),
        _with_a_closure,
        _gradients_put_in_place,
        _cleared_by_the_model,
        _in_two_halves,
        _step(loss=_quiet_smoothing),
    ),
    mistakes=(
        Mistake(
            "zero_grad forgotten",
            "The first step is right and the second is not. `backward()` *adds* to the gradients that are there, so every step of yours "
            "contains all earlier ones. From zero weights, on two examples of class 0, two steps leave {output}. It looks like a learning rate "
            "that grows by itself, and often still trains. What has to be emptied, and when?",
            (_step(clear="never"),),
            SMALL,
            _weights_in_words,
        ),
        Mistake(
            "step forgotten",
            "The gradients are computed and nothing is done with them: the weights are the same before and after, and two calls return {output}. "
            "`backward()` only fills `.grad` of each parameter. Moving the parameters is the work of the optimizer, which was told at its creation "
            "which ones to move and how far. Which of its methods is missing?",
            (_step(moves=0), _step(moves=0, clear="never")),
            SMALL,
            _steps_in_words,
            recognise=_missing("step"),
        ),
        Mistake(
            "backward forgotten",
            "The optimizer steps, and it has nothing to step with: no gradient has reached a weight, so the weights stay, without an error. Two calls "
            "return {output}. A loss is a number with a memory of how it came about; only when it is asked to go back through that memory do the "
            "parameters get their gradients. A loss that was cut off from the model, and then told to require a gradient, has nothing to go back "
            "through either. Which method of the loss is missing, or what cuts it off?",
            (_step(gradient=False), _step(gradient=False, clear="never"), _graph_forced),
            SMALL,
            _steps_in_words,
            recognise=_missing("gradient"),
        ),
        Mistake(
            "cleared before the step",
            "You compute the gradients, throw them away, and then step: nothing moves, and two calls return {output}. The order matters. The old gradients "
            "go before the new ones come, or after they have been used, and never in between. Put the three lines on a circle: clear, "
            "backward, step. Which neighbour of `backward` has to be `step`?",
            (_step(clear="between"),),
            SMALL,
            _steps_in_words,
            recognise=_cleared_before_the_step,
        ),
        Mistake(
            "double softmax",
            "You turn the logits into probabilities before the loss, and the loss applies its own softmax to them. On a small case the losses are {output}, "
            "close to the right ones at the start, and the steps are several times too short. A model that is wrong and sure gets no gradient at all. "
            "What does `F.cross_entropy` want: logits or probabilities?",
            (_step(loss=_double),),
            (Training([[1.0, -1.0]], [0.0, 0.0], [[1.0], [2.0]], [1, 1]),),
            _steps_in_words,
        ),
        Mistake(
            "NLL of probabilities",
            "Your loss takes minus the *probability* of the true class, without a logarithm: the losses are {output}, and a cross-entropy is never "
            "negative. `nll_loss` expects log-probabilities and does not look. The gradient carries an extra factor p, so that a confident mistake is "
            "hardly corrected. Which function has to take the place of the softmax?",
            (_step(loss=_nll_of_probabilities),),
            SMALL,
            _steps_in_words,
        ),
        Mistake(
            "NLL of logits",
            "Your loss is minus the logit of the true class: the losses are {output} and have no lower end. Nothing in it makes the classes compete, so "
            "the logits of frequent classes grow for ever. `nll_loss` takes whatever it is given for log-probabilities. Which step "
            "between the model and this loss did you leave out?",
            (_step(loss=_nll_of_logits),),
            SMALL,
            _steps_in_words,
        ),
        Mistake(
            "softmax over the batch axis",
            "Your softmax runs along `dim=0`, down the batch, so that the examples compete and not the classes: the losses are {output}. The loss of one picture "
            "then depends on which others are in its batch. Each row of the probabilities must sum to 1 by itself. Either name the right axis, or "
            "leave the softmax to the loss, which knows it.",
            (_step(loss=_over_the_batch), _step(loss=_double_over_the_batch), _step(loss=_nll_over_the_batch)),
            SMALL,
            _steps_in_words,
        ),
        Mistake(
            "log after softmax",
            "Softmax and logarithm are two separate steps in your loss. For a model with logits of ±150 that is wrong on both examples, you get {output}, where the truth "
            "is near 150. In float32 a probability of that size is 0. From a gap of 90 on, even a finite loss has an infinite gradient. Which function gives "
            "log-probabilities without forming the probabilities?",
            (
                _step(loss=_log_of_softmax),
                _step(loss=_log_of_sum),
                _step(loss=_with_epsilon(1e-9)),
                _step(loss=_with_epsilon(1e-8)),
                _step(loss=_clipped(1e-7)),
            ),
            (WRONG_AND_SURE,),
            _steps_in_words,
        ),
        Mistake(
            "sum in place of mean",
            "Your loss is the sum over the batch: on two examples you get {output}. The gradient is as many times longer as there are examples, so the "
            "step is, too, and a learning rate found for one batch size fails for another. The last batch of an epoch is often a smaller one. "
            "Which `reduction` did you ask for?",
            (_step(loss=_summed),),
            SMALL,
            _steps_in_words,
        ),
        Mistake(
            "sum in the step, mean in the report",
            "You return the mean loss, and `backward` was called on the sum: two calls on two examples leave {output}. So each step is as many times "
            "too long as there are examples, and the number that you return does not show it. A learning rate found for one size of batch fails for "
            "another. The number that is reported and the number that is differentiated should be one and the same. Where does the division stand?",
            (_sum_with_its_mean_returned,),
            SMALL,
            _weights_in_words,
        ),
        Mistake(
            "uphill",
            "Your weights move in the direction in which the loss grows: two steps give {output}. The optimizer subtracts the gradient by itself, so the "
            "loss that you call `backward` on must be the one that should fall. A minus sign too many turns the descent round: in front of the loss, or "
            "in a formula of your own. Where does it stand?",
            (_step(sign=-1), _step(loss=_sign_lost)),
            SMALL,
            _steps_in_words,
        ),
        Mistake(
            "loss after the step",
            "The weights move as they should, and the number that you return belongs to the next state: you computed the loss again after the step. On a small case you "
            "return {output}, and the first of them should be ln 2, since the model starts at zero. It also costs a second pass through the model. "
            "The loss that `backward` was called on is at hand. Which one do you return?",
            (_step(report="after"),),
            SMALL,
            _steps_in_words,
        ),
        Mistake(
            "evaluation mode while training",
            "You switch the model to evaluation mode and train it there. Linear layers do not notice, so small tests pass. Batch normalisation then uses "
            "its stored statistics in place of those of the batch, and dropout does nothing: the model learns under other conditions than it was "
            "designed for. `eval()` belongs around predictions. Which call is its opposite?",
            (_step(evaluation=True),),
        ),
        Mistake(
            "the mode of the model is changed",
            "The step is right, and you set the mode of the model, which the caller had chosen. Sometimes a model is trained in evaluation mode on "
            "purpose, for example when a finished network with batch normalisation is adapted to a few new examples. A step is the smallest part of a "
            "training, and the loop around it knows which mode is meant. Which line of yours decides what the text leaves to the caller?",
            (_in_mode(True), _in_mode(False, before=False)),
            recognise=_only_the_mode_differs,
        ),
        Mistake(
            "the loss with its graph",
            "The step is right, and you return the loss as a tensor that still remembers how it came about. A list of such losses, and every loop keeps "
            "one, holds the graphs of all steps with everything that was computed in them, so the memory grows until it is full. The caller wants "
            "a number to look at. Which method reads the number and leaves the graph behind?",
            (_step_with_graph,),
            recognise=_only_the_graph_differs,
        ),
        Mistake(
            "an optimizer of your own",
            "The weights move, and the optimizer that was handed over does not move them: you build another one in every step, or subtract the "
            "gradients with a formula of your own. Either has its own learning rate or forgets what an optimizer remembers between steps, the "
            "momentum of SGD and both averages of Adam. The argument `optimizer` holds the parameters already. Which line of yours takes its place?",
            (
                _optimizer_of_its_own("SGD", 0.01),
                _optimizer_of_its_own("SGD", 0.1),
                _optimizer_of_its_own("Adam", 0.001),
                _optimizer_of_its_own("Adam", 0.01),
                _moved_by_hand,
            ),
            recognise=lambda seen: (
                bool(seen.results)
                and isinstance(seen.results[0].raw, _Steps)
                and "step" not in _events_of(seen)
                and not _nothing_moved(seen)
            ),
        ),
        Mistake(
            "two steps in one",
            "Each call moves the weights twice with the same gradient: two calls leave {output}. The second move uses a gradient that belongs to a point which "
            "the model has left already. That resembles a doubled learning rate for plain SGD, and with momentum or Adam it is something else "
            "again. How often does `optimizer.step()` run in your function?",
            (_step(moves=2),),
            SMALL,
            _weights_in_words,
        ),
        Mistake(
            "squared error",
            "Your loss is a squared distance between outputs and labels: {output} on a small case. For a model that is wrong and sure, the squared error on a "
            "softmax has a gradient near zero, as chapter 3 showed, and on decisions or raw logits it measures something else than a probability. "
            "Which loss has the gradient *probability minus truth*?",
            (_step(loss=_squared_error), _step(loss=_squared_error_of_logits)),
            SMALL,
            _steps_in_words,
        ),
        Mistake(
            "k sigmoids",
            "Your loss is a binary cross-entropy over one-hot labels, K separate yes-or-no questions averaged: {output} on a small case. It suits labels that may "
            "overlap (chapter 5). Here exactly one class is true, and the classes should compete for one total. Which loss holds a softmax inside, "
            "and takes the labels as integers?",
            (_step(loss=_k_sigmoids),),
            (Training([[0.0, 0.0, 0.0]], [0.0, 0.0, 0.0], [[1.0], [2.0]], [0, 0]),),
            _steps_in_words,
        ),
        Mistake(
            "the accuracy returned",
            "The step itself is right, and you return the share of right decisions: {output}. An accuracy moves in jumps and stands still while the loss "
            "falls; training watches the loss, because that is what the gradient belongs to. The accuracy comes later, on data the model has not "
            "been trained on. Which number did you call `backward` on?",
            (_accuracy_as_loss,),
            SMALL,
            _steps_in_words,
        ),
        Mistake(
            "labels smoothed",
            "Your loss is computed with smoothed labels: {output} on a small case. Smoothing moves a share of each label to the other classes, so that "
            "the loss cannot reach 0 and the model is kept from growing too sure. As a choice it is respectable, and a later section makes it; this exercise "
            "trains on the labels as they are. Which argument has to go?",
            (_step(loss=_smoothed),),
            (Training([[1.0, -1.0]], [0.0, 0.0], [[1.0], [2.0]], [1, 1]),),
            _steps_in_words,
        ),
        Mistake(
            "gradients switched off",
            "PyTorch stops with “element 0 of tensors does not require grad”: the loss has no graph to go back through. Inside `no_grad`, after "
            "`detach`, and behind `argmax` nothing is recorded. That is right for an evaluation and wrong for a step of training. Which line "
            "between the model and `backward` cuts the connection?",
            (_without_gradients, _step(loss=_squared_error_of_decisions)),
            recognise=_details("does not require grad"),
        ),
        Mistake(
            "a number too early",
            "You turn the loss into a Python number before `backward()` is called, and a number has no such method. `.item()` reads the value and leaves the "
            "graph behind. So it belongs at the end: first the gradients and the step, with the loss as a tensor, and then the number for whoever "
            "keeps a record. Which line has to move down?",
            (_number_too_early,),
            recognise=_details("has no attribute 'backward'"),
        ),
        Mistake(
            "labels as floats",
            "You turn the labels into floating numbers, and PyTorch stops with “expected target dtype to be Long or Byte”. An index label is the place of a "
            "class, and places are integers; floating targets are read as probabilities, a whole row for each example. The labels come as they "
            "should be. Which call of yours changes their type?",
            (_step(loss=lambda z, y: _F().cross_entropy(z, y.float())),),
            recognise=_details("to be Long or Byte"),
        ),
        Mistake(
            "labels as a column",
            "What stands in the place of the labels has two axes, and PyTorch stops with “0D or 1D target tensor expected”. Index labels are one integer for "
            "each row, in the shape (m,). A column (m, 1) comes from `reshape(-1, 1)` or `unsqueeze`, a table from logits in the "
            "wrong place: the prediction goes first. Which of the two is it in your call?",
            (
                _step(loss=lambda z, y: _F().cross_entropy(z, y[:, None])),
                _step(loss=lambda z, y: _F().nll_loss(_F().log_softmax(z, dim=1), y[:, None])),
            ),
            recognise=_details("0D or 1D target"),
        ),
        Mistake(
            "arguments swapped",
            "PyTorch fails because it takes your labels for logits: a log-softmax “not implemented for 'Long'”. Its losses want the prediction first and "
            "the truth second; those of Keras want it the other way round. With one-hot labels in floating numbers both orders would run, and one "
            "of them would be silently wrong. Which order does your call have?",
            (_step(loss=lambda z, y: _F().cross_entropy(y, z)),),
            recognise=_details("not implemented for 'Long'"),
        ),
        Mistake(
            "one loss for each example",
            "PyTorch stops with “grad can be implicitly created only for scalar outputs”: your loss is a row of numbers, one for each example. A row has no single "
            "gradient. The cost of a batch is the mean of its losses, and the library takes that mean unless it is told not to. Which "
            "`reduction` stands in your call, or which mean is missing?",
            (_step(loss=lambda z, y: _F().cross_entropy(z, y, reduction="none")),),
            recognise=_details("scalar outputs"),
        ),
        Mistake(
            "more than the loss returned",
            "A single number is asked for, the loss before the step, and your function returns something else: several values, a text, or the "
            "model. A loop that collects the results in a list, to look at the curve afterwards, could do nothing with that. Model and "
            "optimizer were changed in place, so the caller has them already. Which one number belongs behind your `return`?",
            (
                lambda model, optimizer, X, y: (reference_step(model, optimizer, X, y), 1.0),
                lambda model, optimizer, X, y: f"loss {reference_step(model, optimizer, X, y)}",
                lambda model, optimizer, X, y: [reference_step(model, optimizer, X, y)],
            ),
            recognise=_came(),
        ),
    ),
    time_limit=4.0,
    remark="Clear, forward, loss, backward, step: every training loop in PyTorch has these five at its heart.",
)


# 8.4 ------------------------------------------------------------------------------------------------------------------


def _measured(model, X, y, evaluates=True, column=False):
    torch = _torch()
    model.train(not evaluates)
    with torch.no_grad():
        decisions = model(X).argmax(dim=1)
    return (decisions == (y[:, None] if column else y)).float().mean().item()


def _training(
    loss=_fused,
    clears=True,
    trains=True,
    evaluates=True,
    column=False,
    moves=1,
    report="before",
    brand="SGD",
    **options,
):
    """A whole training with one or more parts exchanged."""

    def repaired_training(model, X, y, learning_rate, epochs):
        optimizer = getattr(_torch().optim, brand)(model.parameters(), lr=learning_rate, **options)
        if trains:
            model.train()
        losses = []
        for _ in range(epochs):
            value = loss(model(X), y)
            if clears:
                optimizer.zero_grad()
            value.backward()
            if moves:
                optimizer.step()
            if report == "after":
                with _torch().no_grad():
                    value = loss(model(X), y)
            losses.append(value.item())
        return losses, _measured(model, X, y, evaluates, column)

    return repaired_training


reference_training = _training()


def published_training(model, X, y, learning_rate, epochs):
    """The code that the notebook asks to repair."""
    torch = _torch()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        probabilities = torch.softmax(model(X), dim=0)
        loss = _F().nll_loss(probabilities, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    decisions = model(X).argmax(dim=1)
    accuracy = (decisions == y.reshape(-1, 1)).float().mean()
    return losses, accuracy.item()


def _with_inference_mode(model, X, y, learning_rate, epochs):
    torch = _torch()
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), learning_rate)
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = torch.nn.CrossEntropyLoss()(model(X), y)
        loss.backward()
        optimizer.step()
        losses[epoch] = loss.item()
    model.eval()
    with torch.inference_mode():
        right = int((model(X).argmax(-1) == y).sum())
    return losses, right / len(y)


def _through_log_softmax(model, X, y, learning_rate, epochs):
    model.train()
    losses = []
    for _ in range(epochs):
        loss = _in_two_steps(model(X), y)
        gradients = _torch().autograd.grad(loss, list(model.parameters()))
        with _torch().no_grad():
            for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                parameter -= learning_rate * gradient
        losses.append(loss.detach())
    model.train(False)
    decisions = _F().softmax(model(X), dim=-1).max(dim=-1).indices
    return losses, np.mean(decisions.numpy() == y.numpy())


def _cleared_after(model, X, y, learning_rate, epochs):
    optimizer = _torch().optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        losses.append(_step(clear="after")(model.train(), optimizer, X, y))
    decisions = _torch().topk(model.eval()(X), 1).indices
    return [_torch().tensor(losses), (decisions == y.reshape(-1, 1)).double().mean()]


def _with_the_step_above(model, X, y, learning_rate, epochs):
    optimizer = _torch().optim.SGD(list(model.parameters()), lr=learning_rate)
    model.train()
    losses = [reference_step(model, optimizer, X, y) for _ in range(epochs)]
    model.eval()
    hits = [int(model(row[None]).argmax()) == int(label) for row, label in zip(X, y, strict=True)]
    return tuple(losses), sum(hits) / len(hits)


def _readable(seen):
    """Pairs of probe and value, or nothing where a result is missing or failed."""
    if len(seen.results) < len(seen.probes) or any(not isinstance(result.value, dict) for result in seen.results):
        return []
    return [(probe, result.value) for (probe,), result in zip(seen.probes, seen.results, strict=True)]


def _follows(parts, *wrongs):
    """Whether some parts of what a training made, cut by ``parts``, are on all probes those of a wrong training."""

    def recognise(seen):
        pairs = _readable(seen)
        with _one_thread():
            return bool(pairs) and any(
                all(_same(parts(value), parts(look_at_training(wrong, probe))) for probe, value in pairs)
                for wrong in wrongs
            )

    return recognise


def _same(one, other):
    return all(
        np.shape(part) == np.shape(like) and agree(np.asarray(part, float), np.asarray(like, float), 1e-4, 1.0)
        for part, like in zip(one, other, strict=True)
    )


def _first_loss(value):
    return [np.ravel(value["losses"])[:1]]


def _losses(value):
    return [value["losses"]]


def _all_but_accuracy(value):
    return [value["losses"], value["W"], value["b"]]


def _accuracy_alone(value):
    return [value["accuracy"]]


def _with_loss(*losses):
    """The samples and the predicate of a mistake that the first loss shows, before any step and in either mode."""
    others = {"clears": False, "evaluates": False}
    shown = [_training(loss=loss, trains=trains) for loss in losses for trains in (True, False)]
    samples = [
        _training(loss=loss, **part) for loss in losses for part in ({}, others, {"column": True, "trains": False})
    ]
    return {"wrong": tuple(samples), "recognise": _follows(_first_loss, *shown)}


def _no_loss_list(model, X, y, learning_rate, epochs):
    losses, accuracy = reference_training(model, X, y, learning_rate, epochs)
    return losses[-1], accuracy


def _untrained_accuracy(model, X, y, learning_rate, epochs):
    accuracy = _measured(model, X, y)
    return reference_training(model, X, y, learning_rate, epochs)[0], accuracy


def _new_optimizer_at_each_step(model, X, y, learning_rate, epochs):
    return _training()(model, X, y, 0.01, epochs)


def _in_the_wrong_order(seen):
    """Whether the accuracy stands first and the losses second."""
    pairs = [result.raw for result in seen.results if isinstance(result.raw, (tuple, list)) and len(result.raw) == 2]
    return any(np.ndim(first) == 0 and np.ndim(second) == 1 for first, second in pairs)


def _nothing_moved_at_all(seen):
    """Whether the weights stay, and the losses with them."""
    losses = _values(seen, "losses")
    return _nothing_moved(seen) and any(np.size(row) > 1 and np.ptp(row) == 0 for row in losses)


def _on_a_copy(model, X, y, learning_rate, epochs):
    return reference_training(copy.deepcopy(model), X, y, learning_rate, epochs)


def _in_batches(size, shuffled=True):
    """A training in batches of this size; the loss of an epoch is the mean over its batches."""

    def repaired_training(model, X, y, learning_rate, epochs):
        torch = _torch()
        optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
        generator = torch.Generator().manual_seed(0)
        model.train()
        losses = []
        for _ in range(epochs):
            order = torch.randperm(len(X), generator=generator) if shuffled and len(X) > size else torch.arange(len(X))
            total = 0.0
            for part in order.split(size):
                total += reference_step(model, optimizer, X[part], y[part]) * len(part)
            losses.append(total / len(X))
        return losses, _measured(model, X, y)

    return repaired_training


def _wrong_on_many_examples_alone(seen):
    pairs = _readable(seen)
    few, many = ([pair for pair in pairs if (len(pair[0].y) > 30) == large] for large in (False, True))
    expected = {id(probe): like for (probe,), like in zip(seen.probes, seen.expected, strict=True)}
    right = [all(_agrees(value[key], expected[id(probe)][key]) for key in value) for probe, value in few]
    wrong = [_agrees(value["losses"], expected[id(probe)]["losses"]) for probe, value in many]
    return bool(wrong) and all(right) and not any(wrong)


def _evaluated_in_the_loop(measures):
    """A training that switches to evaluation mode after each step; perhaps it measures there."""

    def repaired_training(model, X, y, learning_rate, epochs):
        optimizer = _torch().optim.SGD(model.parameters(), lr=learning_rate)
        model.train()
        losses = []
        for _ in range(epochs):
            losses.append(reference_step(model, optimizer, X, y))
            model.eval()
            if measures:
                _measured(model, X, y)
        return losses, _measured(model, X, y)

    return repaired_training


def _accuracy_of_the_last_pass(model, X, y, learning_rate, epochs):
    optimizer = _torch().optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(epochs):
        Z = model(X)
        loss = _fused(Z, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, (Z.argmax(dim=1) == y).float().mean().item()


def _accuracy_times(factor):
    """A training that returns a multiple of its accuracy; without a factor the number of right decisions."""

    def repaired_training(model, X, y, learning_rate, epochs):
        losses, accuracy = reference_training(model, X, y, learning_rate, epochs)
        return losses, accuracy * (len(y) if factor is None else factor)

    return repaired_training


def _only_the_accuracy_is_too_large(seen):
    return _differs_in(seen) == {"accuracy"} and any(
        np.ndim(value) == 0 and value > 1 for value in _values(seen, "accuracy")
    )


def _graphs_in_the_list(model, X, y, learning_rate, epochs):
    optimizer = _torch().optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = [_step_with_graph(model, optimizer, X, y) for _ in range(epochs)]
    return losses, _measured(model, X, y)


def _accuracy_in_words(value):
    return f"the accuracy {float(value['accuracy']):.4g}"


FOUR = (Training([[0.5, -0.5]], [0.0, 0.0], [[1.0], [-1.0], [2.0], [0.5]], [1, 0, 1, 0], rate=0.5, steps=4),)

repaired_training = Exercise(
    name="ch08.repaired_training",
    is_main=True,
    is_slow=True,
    asks="The published training, repaired: the loss before each step, and the accuracy after the last.",
    reference=reference_training,
    probes=whole_trainings,
    observe=_looking(look_at_training),
    rtol=1e-4,
    scale=lambda training: 1.0,
    expects=lambda training: (
        f"a pair of {training.steps} losses, none of them negative, and an accuracy between 0 and 1, from a model that was trained in "
        "training mode and measured in evaluation mode,"
    ),
    hints=(
        "Read it line by line and ask of each what it should do: which axis, which loss, which gradients, which mode, which shapes. "
        "There are five faults.",
        "A cross-entropy is never negative, and the published losses are. Which two lines make the loss?",
        "What does the second `backward()` do to the gradients of the first? And in which mode is the model when it is measured?",
        "Compare a row of decisions, (m,), with a column of labels, (m, 1). What shape has the result?",
    ),
    alternatives=(_with_inference_mode, _through_log_softmax, _cleared_after, _with_the_step_above),
    mistakes=(
        Mistake(
            "softmax over the batch axis",
            "The softmax still runs down the examples, along axis 0: on the smallest case the losses are {output}. Each example then gets a share of "
            "its class, and the loss of one depends on who else is in the batch. Classes lie on axis 1. But the repair is not to change the "
            "number alone: does the loss that you use want probabilities at all?",
            example=SMALL,
            describe=_steps_in_words,
            **_with_loss(_nll_over_the_batch, _over_the_batch, _double_over_the_batch),
        ),
        Mistake(
            "NLL of probabilities",
            "The axis is right now, and the loss still gets probabilities where it wants their logarithms: on the smallest case the losses are {output}, and "
            "a cross-entropy is never negative. Without the logarithm a confident mistake costs at most 1, and its gradient has an extra factor p "
            "that is next to 0. Which pair of functions belongs together?",
            example=SMALL,
            describe=_steps_in_words,
            **_with_loss(_nll_of_probabilities),
        ),
        Mistake(
            "double softmax",
            "The loss is a cross-entropy now, and it gets probabilities: the softmax is applied twice. For a model that is wrong and sure the losses are "
            "{output}, where the truth is near 150, and they do not move, because the inner softmax lets no gradient through. The "
            "accuracy of a simple case may look fine. Which of the two softmaxes can you take out?",
            example=(WRONG_AND_SURE,),
            describe=_steps_in_words,
            **_with_loss(_double),
        ),
        Mistake(
            "NLL of logits",
            "You took the softmax out and left `nll_loss`, which now gets raw logits: the losses are {output} and have no lower end. This loss picks an entry and "
            "turns its sign; the softmax and the logarithm are left to you. Either bring in log-probabilities, or take the loss that does it all "
            "from logits. Which one is that?",
            example=FOUR,
            describe=_steps_in_words,
            **_with_loss(_nll_of_logits),
        ),
        Mistake(
            "log after softmax",
            "You put a logarithm behind the softmax. On small logits that is right; for a model with logits of ±150 that is wrong on both examples, the losses are {output}. In "
            "float32 the probability has become 0 before the logarithm sees it. Even from a gap of 90 on, where the loss is still "
            "finite, the gradient is not. Which function takes both steps in one?",
            example=(WRONG_AND_SURE,),
            describe=_steps_in_words,
            **_with_loss(_log_of_softmax, _with_epsilon(1e-9), _with_epsilon(1e-8), _clipped(1e-7)),
        ),
        Mistake(
            "sum in place of mean",
            "Your losses are sums over the examples: {output} on two of them. The published code averages, and its learning rate belongs to an average: "
            "with a sum every step is m times as long. Nothing in the task asks for that change, and a learning rate that depends on the size of "
            "the data is no gain. Which `reduction` did you bring in?",
            example=SMALL,
            describe=_steps_in_words,
            **_with_loss(_summed),
        ),
        Mistake(
            "zero_grad forgotten",
            "Loss and axis are repaired, the first step is right, and from the second on the steps contain the old gradients: `backward()` adds to what is there. "
            "On four examples the losses are {output}. They may fall even faster for a while, like with a growing learning rate, and then "
            "jump. Which line is missing in the loop, and where may it stand?",
            (
                _training(clears=False),
                _training(clears=False, evaluates=False),
                _training(clears=False, evaluates=False, column=True),
            ),
            FOUR,
            _steps_in_words,
            recognise=_follows(_losses, _training(clears=False), _training(clears=False, trains=False)),
        ),
        Mistake(
            "training mode forgotten",
            "The model comes to you in evaluation mode, as somebody left it who measured it before, and you train it like that. Linear layers do not care; batch "
            "normalisation uses its stored statistics and dropout does nothing. A training function cannot know what was done before it was "
            "called. Which method brings the model into the mode for training, and where does the call belong?",
            (_training(trains=False), _training(trains=False, evaluates=False), _training(trains=False, column=True)),
            (FAR,),
            _accuracy_in_words,
            recognise=_follows(_losses, _training(trains=False)),
        ),
        Mistake(
            "labels as a column",
            "The labels are still turned into a column before they are compared with the decisions. A row (m,) against a column (m, 1) is an m by m table: every decision meets "
            "every label. With equally frequent classes its mean is 1/K however good the model is; on a small case you return {output}. Nothing fails. Which shape "
            "do the labels have before the `reshape`?",
            (_training(column=True), _training(column=True, evaluates=False)),
            FOUR,
            _accuracy_in_words,
            recognise=_follows(_accuracy_alone, _training(column=True)),
        ),
        Mistake(
            "training mode left on",
            "The training is right, and the accuracy is measured while the model is still in training mode. With batch normalisation the decision about an example "
            "then depends on the others in the batch, and with dropout on chance. On a case with batch normalisation you return {output}. Which method "
            "switches the model, and on which side of the measurement does it stand?",
            (_training(evaluates=False),),
            (FAR,),
            _accuracy_in_words,
            recognise=_follows(_accuracy_alone, _training(evaluates=False)),
        ),
        Mistake(
            "loss after the step",
            "Your list begins with the loss after the first step: on the smallest case it is {output}. The task asks for the loss before each step, so that the first "
            "number belongs to the untouched model. It is the number that tells whether loss, labels and model fit together: near ln K for small "
            "weights. Which loss do you keep?",
            (_training(report="after"),),
            SMALL,
            _steps_in_words,
        ),
        Mistake(
            "step forgotten",
            "The weights never move: on the smallest case the losses are {output}. Somewhere in the rewriting a line was lost. The gradients are computed and wait in "
            "`.grad`; the optimizer holds the parameters and the learning rate. Which of its methods applies the one to the other, "
            "and how often in an epoch?",
            (_training(moves=0), _training(moves=0, clears=False)),
            SMALL,
            _steps_in_words,
            recognise=_nothing_moved_at_all,
        ),
        Mistake(
            "a copy is trained",
            "Losses and accuracy are right, and the model that was handed to you is as it was: you trained another one, a copy of it. The caller calls "
            "your function in order to have a trained model afterwards, and gets two numbers about a network that is gone when the function ends. An "
            "optimizer moves the parameters that it was given. Whose parameters does yours get?",
            (_on_a_copy,),
            recognise=lambda seen: _differs_in(seen) in ({"W"}, {"b"}, {"W", "b"}) and _nothing_moved(seen),
        ),
        Mistake(
            "mini-batches",
            "On few examples you are right, and on 70 of them your losses and weights are others: you cut the examples into batches and make a step for each. "
            "For real data that is the usual way, and this chapter trains like that itself. Here an epoch is asked to be one step over all examples, as "
            "in the published code, so that there are as many losses as steps. Which line cuts the data?",
            (_in_batches(32), _in_batches(64), _in_batches(32, shuffled=False)),
            recognise=_wrong_on_many_examples_alone,
        ),
        Mistake(
            "evaluation mode in the loop",
            "You switch to evaluation mode inside the loop, and no line leads back. The first step is made in training mode, all others are not: with batch "
            "normalisation the losses are {output}. Whoever measures between two epochs has to switch twice. A mode stays until somebody "
            "changes it. Where does `eval()` belong when it is needed only once, and which call is missing when it stays?",
            (_evaluated_in_the_loop(False), _evaluated_in_the_loop(True)),
            (FAR,),
            _steps_in_words,
        ),
        Mistake(
            "accuracy before the last step",
            "Your decisions come from the logits of the last pass through the loop. Those were computed before the last step and in training mode, so they "
            "belong to another model than the one you leave: on a case with batch normalisation you return {output}. A prediction does not change with the weights "
            "afterwards. Which call has to be made once more, behind the loop, and in which mode?",
            (_accuracy_of_the_last_pass,),
            (FAR,),
            _accuracy_in_words,
        ),
        Mistake(
            "no share",
            "Your accuracy is above 1: on the smallest case you return {output}. A share of right decisions lies between 0 and 1. A count grows with the "
            "number of examples and cannot be compared between two sets of data; a percentage is a hundred times the share, and the caller may "
            "multiply by a hundred once more. By which number does the count of right decisions have to be divided?",
            (_accuracy_times(100.0), _accuracy_times(None)),
            SMALL,
            _accuracy_in_words,
            recognise=_only_the_accuracy_is_too_large,
        ),
        Mistake(
            "losses with their graphs",
            "The training is right, and your list keeps the losses as tensors that remember how they came about. Each of them holds everything that was "
            "computed in its step, so the memory grows with every epoch, on a graphics card until it is full. What is wanted is a list of "
            "numbers to look at. Which method reads the number of a loss and leaves the graph behind?",
            (_graphs_in_the_list,),
            recognise=_only_the_graph_differs,
        ),
        Mistake(
            "the learning rate is not used",
            "The losses begin right and fall at another pace than the learning rate sets: {output} on the smallest case. A number written into the optimizer takes the place of the "
            "argument, so whoever calls your function with another rate gets the same training. Which argument of the function has no "
            "reader in its body?",
            (_new_optimizer_at_each_step,),
            SMALL,
            _steps_in_words,
        ),
        Mistake(
            "another optimizer",
            "The first loss is right, and the steps are not those of plain gradient descent: on the smallest case the losses are {output}. Another optimizer may "
            "be the better choice for a network, but it is a different training, and a learning rate means something else in it: Adam moves every "
            "weight by about the learning rate, however small its gradient is, and a momentum goes on where a gradient has ended. Which optimizer "
            "does the published code use, and with which arguments?",
            (
                _training(brand="Adam"),
                _training(brand="AdamW"),
                _training(brand="RMSprop"),
                _training(momentum=0.9),
                _training(momentum=0.9, nesterov=True),
                _training(weight_decay=0.01),
            ),
            SMALL,
            _steps_in_words,
        ),
        Mistake(
            "only the last loss",
            "You return a single loss, and the task asks for the list of all: one before each step. A single number does not tell whether the loss began near "
            "ln K, whether it fell at every step, or whether it stood still all the time. Those are the three things to look at. Where does the "
            "published code keep them?",
            (_no_loss_list,),
            recognise=lambda seen: all(
                isinstance(result.raw, (tuple, list)) and len(result.raw) == 2 and not any(map(np.ndim, result.raw))
                for result in seen.results
            ),
        ),
        Mistake(
            "not a pair",
            "Two things are asked for, `(losses, accuracy)`: the list of the losses before each step, and one number. Your function returns something else. The "
            "caller unpacks the pair by position, so the order counts, too. In Python a comma between two results behind `return` makes a pair. "
            "Which of the two is missing, or what comes with them?",
            (
                lambda *inputs: reference_training(*inputs)[0],
                lambda *inputs: reference_training(*inputs)[1],
                lambda *inputs: (*reference_training(*inputs), inputs[0]),
                lambda *inputs: reference_training(*inputs)[::-1],
            ),
            recognise=lambda seen: _came()(seen) or _in_the_wrong_order(seen),
        ),
        Mistake(
            "accuracy of the untrained model",
            "The losses are right, and the accuracy belongs to the model before its training: you return {output} on a small case. In a notebook that happens "
            "when the decisions are computed above the loop. A prediction is a photograph; it does not change with the weights afterwards. Which line has to "
            "move behind the last step?",
            (_untrained_accuracy,),
            (Training([[0.5, -0.5]], [0.0, 0.0], [[1.0], [-1.0]], [1, 0], rate=2.0, steps=3),),
            _accuracy_in_words,
        ),
    ),
    time_limit=4.0,
    remark="Five faults, and none of them had raised an error.",
)
