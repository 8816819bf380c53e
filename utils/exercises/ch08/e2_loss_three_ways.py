"""Exercise 8.2: the mean cross-entropy of logits in three ways, each with a graph for its gradient."""

import numpy as np

from utils.checking import Domain, Exercise, paragraphs
from utils.exercises import drawing
from utils.exercises.ch08.formulas import (
    fused,
    in_two_steps,
    picked,
    reference_losses,
)
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking import observing
from utils.exercises.ch08.looking_at_losses import look_at_losses
from utils.exercises.ch08.probes import Batch
from utils.exercises.ch08.refused_losses import mistakes

# The domain


def _with_labels(Z, y):
    return (Batch(np.asarray(Z).tolist(), np.asarray(y).tolist()),)


def _corners(rng):
    Z = rng.normal(scale=3, size=(6, 4))
    corners = {
        "an absent class": (Z, rng.integers(3, size=6)),
        "one class for all": (Z, np.full(6, rng.integers(4))),
        "the last class": (Z, np.full(6, 3)),
        "the first class": (Z, np.zeros(6, dtype=int)),
        "the winner": (Z, Z.argmax(axis=1)),
        "wrong and confident": (drawing.exact(Z + np.array([0.0, 60.0, 0.0, 300.0])), rng.integers(3, size=6)),
    }
    batches = {name: (Z, drawing.labels(rng, *Z.shape)) for name, Z in drawing.corners_of_batches(rng).items()}
    far = batches["rows above 10,000"][0]
    corners["wrong above 10,000"] = (far, far.argmin(axis=1))
    gaps = drawing.exact(rng.uniform(2e5, 9e5, size=(2, 1)) * [[0.0, -1.0, 1.0], [1.0, 0.0, 2.0]])
    corners["wrong by more than 100,000"] = (gaps, gaps.argmin(axis=1))
    return {name: _with_labels(*pair) for name, pair in {**batches, **corners}.items()}


def _any(rng):
    Z = drawing.any_batch(rng, most_rows=12)
    return _with_labels(Z, drawing.labels(rng, *Z.shape))


batches = Domain(
    smallest=[
        (Batch([[1.0, 2.0]], [0]),),
        (Batch([[3.0, -1.0]], [1]),),
        (Batch([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]], [0, 1]),),
        (Batch([[0.0, 1.0], [2.0, -1.0]], [1, 1]),),
        (Batch([[1.5], [0.5]], [0, 0]),),
        (Batch([[1000.0, 0.0]], [1]),),
        (Batch([[1000.0, 0.0], [0.0, -1000.0], [0.0, 200.0]], [1, 0, 0]),),
    ],
    corners=_corners,
    draw=_any,
)


def loss_three_ways_in_words(batch):
    """What is expected, in words."""
    return """
    three equal tensors without an axis, none of them negative, each of which can be differentiated for the logits,
    """


# Right answers


def _with_modules(z, y):
    nn = pytorch().nn
    by_hand = -sum(row.log_softmax(0)[label] for row, label in zip(z, y, strict=True)) / len(y)
    return [nn.CrossEntropyLoss()(z, y), nn.NLLLoss()(nn.LogSoftmax(dim=-1)(z), y), by_hand]


def _with_one_hot(z, y):
    Y = functional().one_hot(y, z.shape[1]).to(z.dtype)
    shifted = z - z.max(dim=1, keepdim=True).values
    by_hand = -(Y * (shifted - shifted.exp().sum(dim=1, keepdim=True).log())).sum() / len(y)
    return functional().cross_entropy(z, Y), -(Y * z.log_softmax(1)).sum(dim=1).mean(), by_hand


def _superfluous(z, y):
    """A log-softmax before the loss changes nothing."""
    torch = pytorch()
    by_hand = z.logsumexp(1).mean() - z.gather(1, y[:, None]).mean()
    return torch.stack([fused(z.log_softmax(1), y), in_two_steps(z.log_softmax(1), y), by_hand])


def _row_by_row(z, y):
    gaps = z - picked(z, y)[:, None]
    return (
        functional().cross_entropy(z, y, reduction="sum") / len(y),
        functional().nll_loss(z.log_softmax(-1), y, reduction="none").mean(),
        sum(pytorch().logsumexp(row, 0) for row in gaps) / len(y),
    )


def _in_single_precision(z, y):
    return reference_losses(z.float(), y)


loss_three_ways = Exercise(
    name="ch08.loss_three_ways",
    is_main=True,
    asks="The mean cross-entropy of logits in three ways, each with a graph for its gradient.",
    reference=reference_losses,
    probes=batches,
    observe=observing(look_at_losses),
    expects=loss_three_ways_in_words,
    scale=lambda batch: batch.size,
    time_limit=4.0,
    hints=paragraphs("""
        The first way is one call: `F.cross_entropy` takes the logits and the integer labels, in this order.

        The second way is two calls. `F.nll_loss` picks the entry of the label from each row, turns its sign and takes
        the mean. What has to be in the rows, so that this is a cross-entropy?

        The third way is a line of chapter 6: the log-sum-exp of each row, minus the logit of its label, and the mean of
        that.

        The logits of the labels are picked with two index tensors of the same length: `z[torch.arange(len(y)), y]`.
    """),
    alternatives=(_with_modules, _with_one_hot, _superfluous, _row_by_row, _in_single_precision),
    bank=mistakes,
    # A model or gradients are compared beside what comes back, and these change with the argument.
    of_every_function={"the argument is not used": ()},
    remark="One number, three ways, and one gradient: probability minus truth, over m.",
)
