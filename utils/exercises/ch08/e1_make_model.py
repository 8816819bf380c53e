"""Exercise 8.1: a new 2–25–15–4 network with two ReLUs that returns logits."""

import itertools

import numpy as np

from utils.checking import Domain, Exercise, paragraphs
from utils.exercises.ch08.lazily import pytorch
from utils.exercises.ch08.looking import observing
from utils.exercises.ch08.networks import SIZES, look_at_network, reference_model
from utils.exercises.ch08.probes import Net, drawn_numbers
from utils.exercises.ch08.wrong_modules import mistakes

# The domain


def _drawn(rng, m, scale=2.0):
    return (Net(drawn_numbers(rng, m, 2, scale=scale), rng.integers(4, size=m).tolist(), int(rng.integers(10**6))),)


def _corners(rng):
    """Batches of every kind, each with weights of its own."""
    (four,) = _drawn(rng, 4)
    return {
        "one example": _drawn(rng, 1),
        "a square batch": _drawn(rng, 2),
        "as many as classes": (Net(four.X, [0, 1, 2, 3], four.seed),),
        "many examples": _drawn(rng, 40),
        "one class for all": (Net(four.X, [2] * 4, four.seed + 1),),
        "examples that are alike": (Net([four.X[0]] * 3, [0, 1, 2], four.seed + 2),),
        "all negative": (Net((-np.abs(four.X) - 0.1).tolist(), four.y, four.seed + 3),),
        "far out": (Net((100 * np.array(four.X)).tolist(), four.y, four.seed + 4),),
        "far apart": (Net([[900.0, -700.0], [0.01, 0.02], [-3.0, 40.0]], [3, 0, 1], four.seed + 5),),
    }


nets = Domain(
    smallest=[
        (Net([[1.0, -1.0]], [0], 1),),
        (Net([[0.0, 0.0], [3.0, 1.0]], [2, 1], 2),),
    ],
    corners=_corners,
    draw=lambda rng: _drawn(rng, int(rng.integers(1, 10)), scale=3.0),
    draws=2,
)


def _size(net):
    """The size of the logits: as that of the features, and at least 1."""
    return max(1.0, float(np.abs(net.X).max()))


def make_model_in_words(net):
    """What is expected, in words."""
    return f"""
    a network with 529 parameters that makes {len(net.X)} × 4 logits of them, with a ReLU after the first and the
    second layer,
    """


# Right answers


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
                for name, shape in (("W", (inputs, outputs)), ("b", (outputs,))):
                    values = (2 * torch.rand(shape) - 1) / inputs**0.5
                    self.register_parameter(f"{name}{number}", torch.nn.Parameter(values))

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


def _seeded_and_nested():
    torch = pytorch()
    torch.manual_seed(7)
    body = torch.nn.Sequential(
        torch.nn.Flatten(),
        torch.nn.Linear(2, 25),
        torch.nn.ReLU(),
        torch.nn.Linear(25, 15),
        torch.nn.Threshold(0.0, 0.0),
    )
    return torch.nn.Sequential(body, torch.nn.Sequential(torch.nn.Linear(15, 4), torch.nn.Identity()))


def _in_double_precision_inside():
    """It takes the data as they are, and computes in double precision."""

    class Net(pytorch().nn.Module):
        def __init__(self):
            super().__init__()
            self.body = reference_model().double()

        def forward(self, x):
            return self.body(x.double()).float()

    return Net()


def _by_a_dictionary():
    torch = pytorch()
    model = torch.nn.ModuleDict(
        {str(number): torch.nn.Linear(*pair) for number, pair in enumerate(itertools.pairwise(SIZES))}
    )

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.steps = model

        def forward(self, x):
            first, second, third = self.steps.values()
            hidden = torch.nn.functional.relu(first(x))
            hidden = second(hidden)
            return third(hidden * (hidden > 0))

    return Net()


make_model = Exercise(
    name="ch08.make_model",
    is_main=True,
    asks="A new 2–25–15–4 network with two ReLUs that returns logits.",
    reference=reference_model,
    probes=nets,
    observe=observing(look_at_network),
    expects=make_model_in_words,
    rtol=1e-4,
    scale=_size,
    time_limit=4.0,
    hints=paragraphs("""
        `nn.Sequential` chains layers. Which three `nn.Linear` layers lead from 2 features to 25, to 15 and to 4
        numbers?

        Without something between them, three linear layers are one linear layer. `nn.ReLU()` follows the first and the
        second.

        What comes after the last linear layer? The loss wants logits, and logits may be negative and of any size.
    """),
    alternatives=(
        _subclassed,
        _by_hand,
        _lazy_and_named,
        _seeded_and_nested,
        _in_double_precision_inside,
        _by_a_dictionary,
    ),
    bank=mistakes,
    remark="Logits come out. Those who need probabilities apply the softmax outside.",
)
