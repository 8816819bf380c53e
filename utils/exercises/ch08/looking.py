"""How answers of chapter 8 are looked at."""

from contextlib import contextmanager

import numpy as np

from utils.checking import Observation, Unfit
from utils.checking.values import kind
from utils.exercises.ch08.lazily import pytorch
from utils.exercises.ch08.probes import Batch, Net, Sequences, Training
from utils.exercises.ch08.watching import with_facts_of_failures


def observing(look):
    """An ``observe`` that calls ``look`` for a probe of this chapter.

    Without one the inputs are what a reader would pass, and the answer is called with them: in a "try yours" cell, for
    example.
    """

    def observe(answer, *inputs):
        with one_thread():
            if len(inputs) == 1 and isinstance(inputs[0], (Net, Batch, Sequences, Training)):
                return with_facts_of_failures(lambda: look(answer, inputs[0]), answer)
            return answer(*inputs)

    return observe


@contextmanager
def one_thread():
    """PyTorch on one thread.

    For arrays as small as ours a second one only waits, and for long where the processor is busy.
    """
    torch = pytorch()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


class InWords(str):
    """Words that are shown as they stand, without quotation marks."""

    __repr__ = str.__str__


def as_array(values):
    """Tensors, floats and arrays as one array, if their shapes allow it."""
    return np.array([value.detach().numpy() if hasattr(value, "detach") else value for value in values])


# Steps and trainings


def look_at_steps(answer, training):
    """The loss of each step, and what it leaves. What happened to gradients and weights on the way is a fact."""
    model = training.model()
    optimizer = training.optimizer_of(model)
    X, y = training.data()
    events, steps = _events(optimizer, model)
    losses = []
    for _ in range(training.steps):
        loss = answer(model, optimizer, X, y)
        if loss is None:
            return None
        if isinstance(loss, (dict, str, tuple, list, pytorch().nn.Module)):
            raise Unfit("not one loss", f"returned {kind(loss)} in place of a single loss")
        _reject_methods([loss])
        losses.append(loss)
    mode = "training" if model.training else "evaluation"
    value = {"losses": as_array(losses), **_left_by(training, model, X, y, losses), "mode": mode}
    return Observation(value, {"events": events, "steps": tuple(steps)})


def _reject_methods(losses):
    """Raise :class:`Unfit` for a method among losses, one that was named and not called."""
    for loss in losses:
        if callable(loss):
            raise Unfit("a method", f"returned {getattr(loss, '__name__', 'a function')}, which was not called")


def _events(optimizer, model):
    """A list that grows with every pass through the model, every gradient that arrives, every clearing and every step.

    Returns:
        The list, and for each step the gradients that the optimizer stepped with beside those that had arrived last, as
        arrays of all parameters in one row.
    """
    events, steps, latest = [], [], {}
    step, zero_grad = optimizer.step, optimizer.zero_grad
    parameters = list(model.parameters())
    zeros = [pytorch().zeros_like(part) for part in parameters]

    def note(name, function):
        def noted(*arguments, **options):
            events.append(name)
            return function(*arguments, **options)

        return noted

    def noted_step(*arguments, **options):
        used = [zero if part.grad is None else part.grad for part, zero in zip(parameters, zeros, strict=True)]
        arrived = [latest.get(place, zero) for place, zero in enumerate(zeros)]
        steps.append((_in_one_row(used), _in_one_row(arrived)))
        events.append("step")
        return step(*arguments, **options)

    def noted_gradient(place):
        def noted(gradient):
            latest[place] = gradient.detach().clone()
            if place == 0:
                events.append("gradient")

        return noted

    # On the object and not on its class; a learning rate scheduler does the same.
    optimizer.step, optimizer.zero_grad = noted_step, note("clear", zero_grad)
    model.zero_grad = note("clear", model.zero_grad)
    model.register_forward_pre_hook(lambda *inputs: events.append("pass"))
    for place, part in enumerate(parameters):
        if part.requires_grad:
            part.register_hook(noted_gradient(place))
    return events, steps


def _in_one_row(tensors):
    return np.concatenate([tensor.detach().double().numpy().ravel() for tensor in tensors])


def look_at_training(answer, training):
    """The losses and the accuracy that a training returns, and what it leaves.

    Which of a gradient and a step of an optimizer came on the way are facts.
    """
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    model = training.model()
    X, y = training.data()
    events = set()
    for part in model.parameters():
        if part.requires_grad:
            part.register_hook(lambda gradient: events.add("gradient"))
    # The optimizer is made by the answer, so all of them are asked.
    hook = register_optimizer_step_pre_hook(lambda *inputs: events.add("step"))
    try:
        outcome = answer(model, X, y, training.rate, training.steps)
    finally:
        hook.remove()
    if outcome is None:
        return None
    if not isinstance(outcome, (tuple, list)) or len(outcome) != 2:
        raise Unfit("not a pair", f"returned {kind(outcome)} in place of a pair")
    losses, accuracy = outcome
    if _is_single(losses):
        problem = "a single loss" if _is_single(accuracy) else "not a pair"
        raise Unfit(problem, f"returned {kind(losses)} in place of a list of losses")
    _reject_methods([*losses, accuracy])
    (accuracy,) = as_array([accuracy])
    value = {"losses": as_array(losses), "accuracy": accuracy, **_left_by(training, model, X, y, losses)}
    return Observation(value, {"events": tuple(sorted(events))})


def _is_single(value):
    return not hasattr(value, "__len__") or getattr(value, "ndim", None) == 0


def _left_by(training, model, X, y, losses):
    """What a training leaves: the weights of a linear model, as they lie in this course, and the state of the rest."""
    linear, first = (model, model) if training.is_plain else (model[-1], model[0])
    statistics = np.zeros(1)
    if training.normalised:
        parts = (first.running_mean, first.running_var, first.num_batches_tracked)
        statistics = np.concatenate([part.detach().double().numpy().ravel() for part in parts])
    untouched = all(pytorch().equal(now, before) for now, before in zip((X, y), training.data(), strict=True))
    data = "changed" if not untouched else "with a gradient" if X.requires_grad else "untouched"
    learn = [part.requires_grad for part in model.parameters()]
    is_as_given = learn == [part.requires_grad for part in training.model().parameters()]
    parameters = "trainable" if all(learn) else "as they were" if is_as_given else "frozen"
    return {
        "W": linear.weight.detach().T.double().numpy(),
        "b": linear.bias.detach().double().numpy(),
        "statistics": statistics,
        "graph": "kept" if any(getattr(loss, "requires_grad", False) for loss in losses) else "let go",
        "data": data,
        "parameters": parameters,
    }
