"""How losses are looked at, and their gradients for the logits: three of a batch, or one of sequences."""

import numpy as np

from utils.checking import Unfit
from utils.checking.values import kind
from utils.exercises.ch08.lazily import pytorch
from utils.exercises.ch08.looking import as_array

UNTOUCHED, CHANGED = "as they were", "changed"
THREE, COPIES = "three tensors", "one tensor more than once"


def look_at_losses(answer, batch):
    """Three losses with their gradients for the logits; a loss without a graph has the gradient nan.

    The logits have a graph of their own, as those of a model have. So they could be changed in place.
    """
    torch = pytorch()
    start, labels = batch.data()
    start.requires_grad_()
    z, y = start.clone(), labels.clone()
    losses = answer(z, y)
    if losses is None:
        return None
    several = isinstance(losses, (tuple, list)) or (isinstance(losses, torch.Tensor) and losses.ndim > 0)
    if not several or len(losses) != 3:
        raise Unfit("not three losses", f"returned {kind(losses)} in place of three losses")
    losses = list(losses)
    if any(isinstance(loss, (tuple, list)) or getattr(loss, "ndim", 0) for loss in losses):
        raise Unfit("rows of losses", "returned a row of losses in place of a single one")
    untouched = torch.equal(z, start) and torch.equal(y, labels)
    gradients = []
    for loss in losses:
        if not untouched:  # autograd refuses what was computed from the numbers that are gone
            gradients.append(np.zeros(z.shape))
            continue
        attached = isinstance(loss, torch.Tensor) and loss.requires_grad and loss.ndim == 0
        gradient = torch.autograd.grad(loss, start, retain_graph=True, allow_unused=True)[0] if attached else None
        gradients.append(np.full(z.shape, np.nan) if gradient is None else gradient.numpy())
    return {
        "losses": as_array(losses),
        "gradients": np.array(gradients),
        "inputs": UNTOUCHED if untouched else CHANGED,
        "ways": THREE if len({id(loss) for loss in losses}) == 3 else COPIES,
    }


def look_at_sequence_loss(answer, batch):
    """The loss with its gradient for the logits; a loss without a graph has the gradient nan."""
    torch = pytorch()
    start, labels = batch.data()
    start.requires_grad_()
    Z, y = start.clone(), labels.clone()
    loss = answer(Z, y)
    if loss is None:
        return None
    if isinstance(loss, (tuple, list)) or getattr(loss, "ndim", 0):
        raise Unfit("not one loss", f"returned {kind(loss)} in place of a single loss", raw=loss)
    untouched = torch.equal(Z, start) and torch.equal(y, labels)
    attached = isinstance(loss, torch.Tensor) and loss.requires_grad
    gradient = None
    if untouched and attached:  # autograd refuses what was computed from numbers that are gone
        gradient = torch.autograd.grad(loss, start, allow_unused=True)[0]
    return {
        "loss": as_array([loss])[0],
        "gradient": np.full(tuple(start.shape), np.nan) if gradient is None else gradient.numpy(),
        "inputs": UNTOUCHED if untouched else CHANGED,
    }
