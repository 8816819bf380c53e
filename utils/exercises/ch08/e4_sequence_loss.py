"""Exercise 8.4: the mean cross-entropy over all positions of some sequences; its class axis is the last one."""

import numpy as np

from utils.checking import Domain, Exercise, paragraphs
from utils.exercises import drawing
from utils.exercises.ch08.formulas import (
    fused,
    loss_of_sequences,
)
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking import observing
from utils.exercises.ch08.looking_at_losses import look_at_sequence_loss
from utils.exercises.ch08.probes import Sequences
from utils.exercises.ch08.refused_sequences import mistakes

# The domain


def _sequences(Z, y):
    return (Sequences(np.asarray(Z).tolist(), np.asarray(y).tolist()),)


def _with_any_labels(rng, Z):
    return _sequences(Z, rng.integers(Z.shape[-1], size=Z.shape[:-1]))


def _cut(rng, Z):
    """Rows (m, V) as B sequences of T positions, for any B that divides m."""
    m, V = Z.shape
    B = int(rng.choice([number for number in range(1, m + 1) if m % number == 0]))
    return Z.reshape(B, m // B, V)


def _corners(rng):
    def normal(*shape):
        return drawing.exact(rng.normal(scale=3, size=shape))

    Z, far = normal(2, 3, 4), drawing.exact(2e4 + 300 * rng.normal(size=(2, 2, 3)))
    gaps = drawing.exact(rng.uniform(2e5, 9e5, size=(1, 2, 1)) * [[0.0, -1.0, 1.0], [1.0, 0.0, 2.0]])
    corners = {
        "as many positions as classes": (Z[:, :, :3], rng.integers(3, size=(2, 3))),
        "as many sequences as classes": (normal(3, 5, 3), rng.integers(3, size=(3, 5))),
        "as many sequences as positions": (normal(3, 3, 5), rng.integers(5, size=(3, 3))),
        "all three alike": (normal(3, 3, 3), rng.integers(3, size=(3, 3))),
        "one position": (normal(4, 1, 3), rng.integers(3, size=(4, 1))),
        "one sequence": (normal(1, 5, 3), rng.integers(3, size=(1, 5))),
        "one of each": (normal(1, 1, 1), np.zeros((1, 1), dtype=int)),
        "one class": (normal(2, 3, 1), np.zeros((2, 3), dtype=int)),
        "many classes": (normal(2, 2, int(rng.integers(9, 14))), rng.integers(9, size=(2, 2))),
        "many positions": (normal(3, int(rng.integers(15, 25)), 4), None),
        "an absent class": (Z, rng.integers(3, size=(2, 3))),
        "the first class only": (Z, np.zeros((2, 3), dtype=int)),
        "the last class only": (Z, np.full((2, 3), 3)),
        "the winner": (Z, Z.argmax(axis=2)),
        "wrong and confident": (drawing.exact(Z + np.array([0.0, 60.0, 0.0, 300.0])), rng.integers(3, size=(2, 3))),
        "wrong above 10,000": (far, far.argmin(axis=2)),
        "wrong by more than 100,000": (gaps, gaps.argmin(axis=2)),
    }
    of_batches = {f"{name}, in sequences": (_cut(rng, Z), None) for name, Z in drawing.corners_of_batches(rng).items()}
    return {
        name: _with_any_labels(rng, Z) if y is None else _sequences(Z, y)
        for name, (Z, y) in {**corners, **of_batches}.items()
    }


def _any(rng):
    T = int(rng.integers(1, 7))
    V = T if rng.random() < 1 / 3 else int(rng.integers(1, 13))
    return _with_any_labels(rng, drawing.any_logits(rng, (int(rng.integers(1, 6)), T, V)))


sequences = Domain(
    smallest=[
        (Sequences([[[1.0, 2.0], [0.0, 3.0]]], [[1, 1]]),),
        (Sequences([[[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]], [[2, 0]]),),
        (Sequences([[[1.0, 0.0]], [[0.0, 3.0]], [[2.0, 2.5]]], [[1], [0], [0]]),),
        (Sequences([[[2.0, 1.0], [0.0, 0.5]], [[1.0, 3.0], [0.0, -2.0]]], [[0, 1], [0, 1]]),),
        (Sequences([[[1000.0, 0.0], [0.0, 200.0], [0.0, 0.0]]], [[1, 0, 1]]),),
    ],
    corners=_corners,
    draw=_any,
)


def sequence_loss_in_words(batch):
    """What is expected, in words."""
    return "one tensor without an axis, not negative, which can be differentiated for the logits,"


# Right answers


def _classes_moved(Z, y):
    return functional().cross_entropy(Z.transpose(1, 2), y)


def _with_modules(Z, y):
    return pytorch().nn.CrossEntropyLoss()(Z.flatten(0, 1), y.flatten())


def _gathered(Z, y):
    return -Z.log_softmax(dim=-1).gather(-1, y.unsqueeze(-1)).mean()


def _by_hand(Z, y):
    torch = pytorch()
    B, T, _ = Z.shape
    picked = Z[torch.arange(B)[:, None], torch.arange(T)[None], y]
    return (torch.logsumexp(Z, dim=2) - picked).mean()


def _one_hot(Z, y):
    Y = functional().one_hot(y, Z.shape[-1]).to(Z.dtype)
    return -(Y * Z.log_softmax(-1)).sum() / y.numel()


def _sequence_by_sequence(Z, y):
    return sum(functional().cross_entropy(rows, labels) for rows, labels in zip(Z, y, strict=True)) / len(Z)


def _position_by_position(Z, y):
    return sum(fused(Z[:, t], y[:, t]) for t in range(Z.shape[1])) / Z.shape[1]


def _nll_of_moved_classes(Z, y):
    losses = functional().nll_loss(functional().log_softmax(Z.permute(0, 2, 1), dim=1), y, reduction="none")
    return losses.mean(dim=1).mean()


sequence_loss = Exercise(
    name="ch08.sequence_loss",
    asks="The mean cross-entropy over all positions of some sequences, whose classes lie on the last axis.",
    reference=loss_of_sequences,
    probes=sequences,
    observe=observing(look_at_sequence_loss),
    expects=sequence_loss_in_words,
    scale=lambda batch: batch.size,
    time_limit=4.0,
    hints=paragraphs("""
        For a batch (m, K) the classes lie on axis 1. Which axis of (B, T, V) holds them here, and on which does
        `F.cross_entropy` look for them?

        Every position is an example of its own, and there are B times T of them. Which shapes must logits and labels
        have, so that the loss sees one row for each?

        `reshape` with a −1 lets PyTorch count the rows. Only the two axes of the positions may melt into one: the
        classes of a position stay together.
    """),
    alternatives=(
        _classes_moved,
        _with_modules,
        _gathered,
        _by_hand,
        _one_hot,
        _sequence_by_sequence,
        _position_by_position,
        _nll_of_moved_classes,
    ),
    bank=mistakes,
    # A gradient is compared beside what comes back, and it changes with the argument.
    of_every_function={"the argument is not used": ()},
    remark="Every position is an example, and the classes of each of them stay together.",
)
