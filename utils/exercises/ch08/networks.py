"""Networks of chapter 8: how they are looked at, made with other parts, and known again by their outputs."""

import itertools
from functools import lru_cache

import numpy as np

from utils.checking import Observation, Unfit
from utils.checking.values import kind
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking import InWords, one_thread
from utils.exercises.ch08.steps import learning_parts

SIZES = (2, 25, 15, 4)
SHAPES = ((25, 2), (25,), (15, 25), (15,), (4, 15), (4,))  # of the parameters, as PyTorch lays them


# Looking


def _weights_from(seed):
    """A tensor for every shape that a parameter of the network has, in the layouts of PyTorch."""
    torch, rng = pytorch(), np.random.default_rng(seed)
    tensors = {}
    for inputs, outputs in itertools.pairwise(SIZES):
        for shape, scale in (((outputs, inputs), 1.4 / np.sqrt(inputs)), ((outputs,), 0.4)):
            tensors[shape] = torch.tensor(rng.normal(scale=scale, size=shape), dtype=torch.float32)
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
    before. Its outputs as they came and the shapes of its parameters are facts.
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
        X = torch.tensor(net.X, dtype=torch.float32)
        _reject_what_is_no_logits(model(X))  # a lazy layer gets its shape from the first examples
        parameters = list(model.parameters())
        start = start_of(parameters)
        shared = {id(part) for part in parameters} & {id(part) for part in other.parameters()}
        tensors = _weights_from(net.seed)
        _put(tensors, model)
        Z = model(X)
        mode = model.training
        evaluated = model.eval()(X)
        repeats = torch.equal(evaluated, model(X))
        model.train(mode)
        value = {
            "parameters": sum(part.numel() for part in parameters),
            "logits": Z.detach().double().numpy(),
            "logits in evaluation mode": evaluated.detach().double().numpy(),
            "gradients": np.array(_gradient_sizes(Z, torch.tensor(net.y), model, tensors)),
            "start": start,
            "calls": "one model" if model is other or shared else "two models",
        }
        shapes = tuple(tuple(part.shape) for part in parameters)
        return Observation(value, {"shapes": shapes, "repeats": repeats})


def start_of(parameters):
    """How the weights of a new network lie: as `nn.Linear` draws them, evenly between two ends that depend on the
    number of inputs; constant; or in another way.

    The largest of n even numbers in size lies below 10**(-15/n) times the end once in 10**15 cases.
    """
    if any(part.ndim > 1 and not bool(part.std() > 0) for part in parameters):
        return "constant"
    inputs = {(outputs, inputs): inputs for inputs, outputs in itertools.pairwise(SIZES)}
    inputs |= {(outputs,): inputs for inputs, outputs in itertools.pairwise(SIZES)}
    for part in parameters:
        shape = tuple(part.shape) if tuple(part.shape) in inputs else tuple(part.shape)[::-1]
        if shape in inputs:
            sizes = part.detach().double().abs() * inputs[shape] ** 0.5
            if sizes.max() > 1 + 1e-5 or sizes.max() < 10 ** (-15 / part.numel()):
                return "another"
            if part.numel() >= 50 and (part.min() > 0 or part.max() < 0):
                return "another"
    return "drawn"


def _reject_what_is_no_logits(outputs):
    """Raise :class:`Unfit` for outputs that are no tensor of floating numbers."""
    is_tensor = isinstance(outputs, pytorch().Tensor)
    if not is_tensor or not outputs.is_floating_point():
        words = "a tensor of whole numbers" if is_tensor else kind(outputs).replace("None", "nothing")
        raise Unfit("no logits", f"returned a network that returns {words}", raw=InWords(words))


def _gradient_sizes(Z, y, model, tensors):
    """The size of the loss gradient for each parameter, in the order of the layers; 0 where none arrives."""
    sizes = dict.fromkeys(tensors, 0.0)
    parameters = learning_parts(model)
    if not parameters or not Z.requires_grad or Z.shape != (len(y), SIZES[-1]):
        return list(sizes.values())
    gradients = pytorch().autograd.grad(functional().cross_entropy(Z, y), parameters, allow_unused=True)
    for part, gradient in zip(parameters, gradients, strict=True):
        shape = tuple(part.shape) if tuple(part.shape) in sizes else tuple(part.shape)[::-1]
        if gradient is not None and shape in sizes:
            sizes[shape] = float(gradient.norm())
    return list(sizes.values())


# Making


def layers(*between, end=(), sizes=SIZES, bias=True):
    """A network with other things between and behind its linear layers."""
    torch = pytorch()
    parts = []
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        parts.append(torch.nn.Linear(inputs, outputs, bias=bias))
        parts += [between[number]()] if number < len(between) and between[number] else []
    return torch.nn.Sequential(*parts, *[part() for part in end])


def relu():
    return pytorch().nn.ReLU()


def reference_model():
    """The network of the chapter: 2–25–15–4 with two ReLUs, and logits as its output."""
    return layers(relu, relu)


# Knowing again

HIDDEN = {
    "none": lambda h: h,
    "ReLU": lambda h: h.relu(),
    "sigmoid": lambda h: h.sigmoid(),
    "tanh": lambda h: h.tanh(),
    "leaky ReLU": lambda h: functional().leaky_relu(h),
    "leakier ReLU": lambda h: functional().leaky_relu(h, 0.1),
    "leakiest ReLU": lambda h: functional().leaky_relu(h, 0.2),
    "ELU": lambda h: functional().elu(h),
    "SELU": lambda h: functional().selu(h),
    "CELU": lambda h: functional().celu(h),
    "GELU": lambda h: functional().gelu(h),
    "GELU by tanh": lambda h: functional().gelu(h, approximate="tanh"),
    "SiLU": lambda h: functional().silu(h),
    "Mish": lambda h: functional().mish(h),
    "softplus": lambda h: functional().softplus(h),
    "softsign": lambda h: functional().softsign(h),
    "ReLU6": lambda h: functional().relu6(h),
    "hard tanh": lambda h: functional().hardtanh(h),
    "hard swish": lambda h: functional().hardswish(h),
    "softmax": lambda h: h.softmax(dim=1),
    "PReLU": lambda h: functional().leaky_relu(h, 0.25),
}
ENDS = {
    "none": lambda Z: Z,
    "softmax": lambda Z: Z.softmax(dim=1),
    "log-softmax": lambda Z: Z.log_softmax(dim=1),
    "over the batch": lambda Z: Z.softmax(dim=0),
    "log over the batch": lambda Z: Z.log_softmax(dim=0),
    "sigmoid": lambda Z: Z.sigmoid(),
    "log-sigmoid": lambda Z: functional().logsigmoid(Z),
    "tanh": lambda Z: Z.tanh(),
    "ReLU": lambda Z: Z.relu(),
    "leaky ReLU": lambda Z: functional().leaky_relu(Z),
    "GELU": lambda Z: functional().gelu(Z),
    "ELU": lambda Z: functional().elu(Z),
    "softplus": lambda Z: functional().softplus(Z),
    "absolute": lambda Z: Z.abs(),
    "exponential": lambda Z: Z.exp(),
}


def parts_of(seen):
    """Which activations a network of the right sizes has: after the first layer, after the second, and at the end.

    The weights are known, so its outputs tell. Two different activations are looked for where one of them is the ReLU
    or none. Returns None where nothing fits on all probes.
    """
    results = [(net, result.value) for (net,), result in zip(seen.probes, seen.results, strict=False)]
    if len(results) < len(seen.probes) or any(not isinstance(value, dict) for _, value in results):
        return None
    found = None
    for net, value in results:
        outputs = value["logits in evaluation mode"].astype(np.float32)
        found = _like(outputs, net, found)
        if not found:
            return None
    return found[0]


def _like(outputs, net, candidates):
    """Those triples of names that give these outputs; among all where none are given."""
    with one_thread(), pytorch().no_grad():
        W1, b1, W2, b2, W3, b3 = _weights_from(net.seed).values()
        first = pytorch().tensor(net.X, dtype=pytorch().float32) @ W1.T + b1
        right = []
        for one, other in _pairs() if candidates is None else dict.fromkeys(triple[:2] for triple in candidates):
            Z = HIDDEN[other](HIDDEN[one](first) @ W2.T + b2) @ W3.T + b3
            for name, end in ENDS.items():
                if candidates is not None and (one, other, name) not in candidates:
                    continue
                came = end(Z).numpy()
                if came.shape == outputs.shape and np.all(np.abs(came - outputs) <= 1e-4 * (1 + np.abs(came))):
                    right.append((one, other, name))
        return right


@lru_cache
def _pairs():
    """Pairs of activations, the likely ones first."""
    plain = ("ReLU", "none")
    pairs = itertools.product(HIDDEN, HIDDEN)
    return tuple(
        sorted(
            ((one, other) for one, other in pairs if one == other or one in plain or other in plain),
            key=lambda pair: sum(part != "ReLU" for part in pair),
        )
    )
