"""Exercise 8.3: one step of training on one batch; it returns the loss before the step."""

import itertools
import math

import numpy as np

from utils.checking import Bank, Exercise, Observation, Unfit, paragraphs
from utils.checking.values import kind
from utils.checking.words import show
from utils.exercises.ch08.formulas import (
    clipped_probability,
    double_over_the_batch,
    double_softmax,
    fused,
    in_two_steps,
    k_sigmoids,
    log_of_softmax,
    log_of_sum,
    log_softmax_over_the_batch,
    lse_minus_logit,
    nll_of_logits,
    nll_of_probabilities,
    nll_over_the_batch,
    sign_lost,
    smoothed,
    summed,
    with_epsilon,
)
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking import as_array, graph_of, observing, weights_of
from utils.exercises.ch08.probes import SMALL, WRONG_AND_SURE, ZEROS, Training, drawn_training
from utils.exercises.ch08.recognising import (
    came_as,
    differing_parts,
    has_labels_with_fractions,
    has_labels_with_two_axes,
    is_softmax_of_whole_numbers,
    misses,
    nearly_equal,
    nothing_moved,
    only_the_graph_differs,
    refused,
    steps_in_words,
)
from utils.exercises.ch08.steps import reference_step, step_with, step_with_graph

# The domain


def steps_of_training(rng):
    """Single models with their optimizers, the smallest first."""
    return [
        (ZEROS,),
        (Training([[0.5, -1.0]], [0.0, 0.2], [[1.0], [3.0]], [1, 0]),),
        (Training([[0.5, -0.5, 1.0]], [0.1, 0.0, -0.2], [[1.0], [2.0], [-1.0]], [0, 1, 1], rate=0.5),),
        (WRONG_AND_SURE,),
        (drawn_training(rng, 6, 2, 3, rate=0.3, steps=3, optimizer="momentum"),),
        (drawn_training(rng, 4, 2, 4, rate=0.05, steps=2, optimizer="Adam"),),
        (drawn_training(rng, 8, 3, 3, rate=0.3, steps=2, normalised=True),),
        (drawn_training(rng, 6, 2, 2, rate=0.3, steps=2, normalised=True, evaluated=True),),
    ]


def training_in_words(training):
    """What a step must return."""
    return (
        "the loss before each step as one number, and weights that have moved by one step of the optimizer each time,"
    )


# How answers are looked at


def look_at_steps(answer, training):
    """The loss of each step and the weights after the last one. What happened to gradients and weights is a fact."""
    model = training.model()
    optimizer = training.optimizer_of(model)
    X, y = training.data()
    events = _events(optimizer, model)
    losses = []
    for _ in range(training.steps):
        loss = answer(model, optimizer, X, y)
        if loss is None:
            return None
        if isinstance(loss, (dict, str, tuple, list)):
            raise Unfit("not one loss", f"returned {kind(loss)} in place of a single loss")
        losses.append(loss)
    mode = "training" if model.training else "evaluation"
    value = {"losses": as_array(losses), **weights_of(model), "graph": graph_of(losses), "mode": mode}
    return Observation(value, {"events": events})


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


# Right answers


def _with_a_closure(model, optimizer, X, y):
    def closure():
        optimizer.zero_grad(set_to_none=False)
        loss = pytorch().nn.CrossEntropyLoss()(model(X), y)
        loss.backward()
        return loss

    return optimizer.step(closure).item()


def _gradients_put_in_place(model, optimizer, X, y):
    parameters = list(model.parameters())
    loss = lse_minus_logit(model(X), y)
    for parameter, gradient in zip(parameters, pytorch().autograd.grad(loss, parameters), strict=True):
        parameter.grad = gradient
    optimizer.step()
    return loss.detach().numpy()


def _cleared_by_the_model(model, optimizer, X, y):
    model.zero_grad()
    loss = in_two_steps(model(X), y)
    loss.backward()
    optimizer.step()
    return loss.detach()


def _in_two_halves(model, optimizer, X, y):
    """The gradients of the examples added up on purpose, divided by their number."""
    for parameter in model.parameters():
        parameter.grad = None
    losses = functional().cross_entropy(model(X), y, reduction="none")
    for loss in losses:
        (loss / len(y)).backward(retain_graph=True)
    optimizer.step()
    return np.float32(losses.mean().item())


def _quiet_smoothing(z, y):
    return functional().cross_entropy(z.log_softmax(dim=1), functional().one_hot(y, z.shape[1]).float())


mistakes = Bank()

training_step = Exercise(
    name="ch08.training_step",
    is_main=True,
    asks="One step of training on one batch; it returns the loss before the step.",
    reference=reference_step,
    probes=steps_of_training,
    observe=observing(look_at_steps),
    expects=training_in_words,
    rtol=1e-4,
    scale=lambda training: 1.0,
    time_limit=4.0,
    hints=paragraphs("""
        A step has five parts: the old gradients go, the logits are computed, then the loss, then its gradients, then
        the weights move. Which of the five belong to the optimizer?

        `optimizer.zero_grad()` clears, `loss.backward()` adds gradients to what is there, and `optimizer.step()` moves
        the weights with what it finds. In which order?

        The loss wants logits and integer labels. Return it as a number, with `.item()`.
    """),
    alternatives=(
        step_with(clear="after"),
        _with_a_closure,
        _gradients_put_in_place,
        _cleared_by_the_model,
        _in_two_halves,
        step_with(loss=_quiet_smoothing),
    ),
    bank=mistakes,
    remark="Clear, forward, loss, backward, step: every training loop in PyTorch has these five at its heart.",
)


# Mistakes


def _weights_in_words(value):
    return f"W = `{show(np.round(value['W'], 3))}`"


mistakes.add(
    "zero_grad forgotten",
    """
    The first step is right and the second is not. `backward()` *adds* to the gradients that are there, so every
    step of yours contains all earlier ones. From zero weights, on two examples of class 0, two steps leave
    {output}. It looks like a learning rate that grows by itself, and often still trains. What has to be emptied,
    and when?
    """,
    step_with(clear="never"),
    example=SMALL,
    describe=_weights_in_words,
)


def _events_of(seen):
    """What happened on the smallest probe, as a list of names."""
    return seen.results[0].facts.get("events", [])


def _missing(event):
    return lambda seen: nothing_moved(seen) and event not in _events_of(seen)


mistakes.add(
    "step forgotten",
    """
    The gradients are computed and nothing is done with them: the weights are the same before and after, and two
    calls return {output}. `backward()` only fills `.grad` of each parameter. Moving the parameters is the work of
    the optimizer, which was told at its creation which ones to move and how far. Which of its methods is missing?
    """,
    step_with(moves=0),
    step_with(moves=0, clear="never"),
    example=SMALL,
    describe=steps_in_words,
    recognise=_missing("step"),
)


def _graph_forced(model, optimizer, X, y):
    optimizer.zero_grad()
    loss = fused(model(X).detach(), y).requires_grad_(True)
    loss.backward()
    optimizer.step()
    return loss.item()


mistakes.add(
    "backward forgotten",
    """
    The optimizer steps, and it has nothing to step with: no gradient has reached a weight, so the weights stay,
    without an error. Two calls return {output}. A loss is a number with a memory of how it came about; only when it
    is asked to go back through that memory do the parameters get their gradients. A loss that was cut off from the
    model, and then told to require a gradient, has nothing to go back through either. Which method of the loss is
    missing, or what cuts it off?
    """,
    step_with(gradient=False),
    step_with(gradient=False, clear="never"),
    _graph_forced,
    example=SMALL,
    describe=steps_in_words,
    recognise=_missing("gradient"),
)


def _cleared_before_the_step(seen):
    events = _events_of(seen)
    pairs = list(itertools.pairwise(events))
    return nothing_moved(seen) and ("gradient", "clear") in pairs and ("clear", "step") in pairs


mistakes.add(
    "cleared before the step",
    """
    You compute the gradients, throw them away, and then step: nothing moves, and two calls return {output}. The
    order matters. The old gradients go before the new ones come, or after they have been used, and never in
    between. Put the three lines on a circle: clear, backward, step. Which neighbour of `backward` has to be `step`?
    """,
    step_with(clear="between"),
    example=SMALL,
    describe=steps_in_words,
    recognise=_cleared_before_the_step,
)

mistakes.add(
    "double softmax",
    """
    You turn the logits into probabilities before the loss, and the loss applies its own softmax to them. On a small
    case the losses are {output}, close to the right ones at the start, and the steps are several times too short. A
    model that is wrong and sure gets no gradient at all. What does `F.cross_entropy` want: logits or probabilities?
    """,
    step_with(loss=double_softmax),
    example=(Training([[1.0, -1.0]], [0.0, 0.0], [[1.0], [2.0]], [1, 1]),),
    describe=steps_in_words,
)

mistakes.add(
    "NLL of probabilities",
    """
    Your loss takes minus the *probability* of the true class, without a logarithm: the losses are {output}, and a
    cross-entropy is never negative. `nll_loss` expects log-probabilities and does not look. The gradient carries an
    extra factor p, so that a confident mistake is hardly corrected. Which function has to take the place of the
    softmax?
    """,
    step_with(loss=nll_of_probabilities),
    example=SMALL,
    describe=steps_in_words,
)

mistakes.add(
    "NLL of logits",
    """
    Your loss is minus the logit of the true class: the losses are {output} and have no lower end. Nothing in it
    makes the classes compete, so the logits of frequent classes grow for ever. `nll_loss` takes whatever it is
    given for log-probabilities. Which step between the model and this loss did you leave out?
    """,
    step_with(loss=nll_of_logits),
    example=SMALL,
    describe=steps_in_words,
)

mistakes.add(
    "softmax over the batch axis",
    """
    Your softmax runs along `dim=0`, down the batch, so that the examples compete and not the classes: the losses
    are {output}. The loss of one picture then depends on which others are in its batch. Each row of the
    probabilities must sum to 1 by itself. Either name the right axis, or leave the softmax to the loss, which knows
    it.
    """,
    step_with(loss=log_softmax_over_the_batch),
    step_with(loss=double_over_the_batch),
    step_with(loss=nll_over_the_batch),
    example=SMALL,
    describe=steps_in_words,
)

mistakes.add(
    "log after softmax",
    """
    Softmax and logarithm are two separate steps in your loss. For a model with logits of ±150 that is wrong on both
    examples, you get {output}, where the truth is near 150. In float32 a probability of that size is 0. From a gap
    of 90 on, even a finite loss has an infinite gradient. Which function gives log-probabilities without forming
    the probabilities?
    """,
    step_with(loss=log_of_softmax),
    step_with(loss=log_of_sum),
    step_with(loss=with_epsilon(1e-9)),
    step_with(loss=with_epsilon(1e-8)),
    step_with(loss=clipped_probability(1e-7)),
    example=(WRONG_AND_SURE,),
    describe=steps_in_words,
)

mistakes.add(
    "sum in place of mean",
    """
    Your loss is the sum over the batch: on two examples you get {output}. The gradient is as many times longer as
    there are examples, so the step is, too, and a learning rate found for one batch size fails for another. The
    last batch of an epoch is often a smaller one. Which `reduction` did you ask for?
    """,
    step_with(loss=summed),
    example=SMALL,
    describe=steps_in_words,
)


@mistakes.mistake(*SMALL, name="sum in the step, mean in the report", describe=_weights_in_words)
def sum_in_the_step_mean_in_the_report(model, optimizer, X, y):
    """
    You return the mean loss, and `backward` was called on the sum: two calls on two examples leave {output}. So
    each step is as many times too long as there are examples, and the number that you return does not show it. A
    learning rate found for one size of batch fails for another. The number that is reported and the number that is
    differentiated should be one and the same. Where does the division stand?
    """
    return step_with(loss=summed)(model, optimizer, X, y) / len(y)


mistakes.add(
    "uphill",
    """
    Your weights move in the direction in which the loss grows: two steps give {output}. The optimizer subtracts the
    gradient by itself, so the loss that you call `backward` on must be the one that should fall. A minus sign too
    many turns the descent round: in front of the loss, or in a formula of your own. Where does it stand?
    """,
    step_with(sign=-1),
    step_with(loss=sign_lost),
    example=SMALL,
    describe=steps_in_words,
)

mistakes.add(
    "loss after the step",
    """
    The weights move as they should, and the number that you return belongs to the next state: you computed the loss
    again after the step. On a small case you return {output}, and the first of them should be ln 2, since the model
    starts at zero. It also costs a second pass through the model. The loss that `backward` was called on is at
    hand. Which one do you return?
    """,
    step_with(report="after"),
    example=SMALL,
    describe=steps_in_words,
)

mistakes.add(
    "evaluation mode while training",
    """
    You switch the model to evaluation mode and train it there. Linear layers do not notice, so small tests pass.
    Batch normalisation then uses its stored statistics in place of those of the batch, and dropout does nothing:
    the model learns under other conditions than it was designed for. `eval()` belongs around predictions. Which
    call is its opposite?
    """,
    step_with(evaluation=True),
)


def _in_mode(mode, before=True):
    """A step that sets the mode of the model before it, or behind it."""

    def training_step(model, optimizer, X, y):
        if before:
            model.train(mode)
        loss = reference_step(model, optimizer, X, y)
        model.train(mode)
        return loss

    return training_step


def _only_the_mode_differs(seen):
    """Whether all is right but the mode, and what batch normalisation makes of it on the models that have one."""
    plain = [index for index, (probe,) in enumerate(seen.probes) if not probe.normalised]
    if differing_parts(seen) is None or "mode" not in differing_parts(seen):
        return False
    return all(
        nearly_equal(seen.results[index].value[key], seen.expected[index][key])
        for index in plain
        for key in ("losses", "W", "b", "graph")
    )


mistakes.add(
    "the mode of the model is changed",
    """
    The step is right, and you set the mode of the model, which the caller had chosen. Sometimes a model is trained
    in evaluation mode on purpose, for example when a finished network with batch normalisation is adapted to a few
    new examples. A step is the smallest part of a training, and the loop around it knows which mode is meant. Which
    line of yours decides what the text leaves to the caller?
    """,
    _in_mode(True),
    _in_mode(False, before=False),
    recognise=_only_the_mode_differs,
)

mistakes.add(
    "the loss with its graph",
    """
    The step is right, and you return the loss as a tensor that still remembers how it came about. A list of such
    losses, and every loop keeps one, holds the graphs of all steps with everything that was computed in them, so
    the memory grows until it is full. The caller wants a number to look at. Which method reads the number and
    leaves the graph behind?
    """,
    step_with_graph,
    recognise=only_the_graph_differs,
)


def _moved_without_the_optimizer(seen):
    facts = seen.results[0].facts
    return "events" in facts and "step" not in facts["events"] and not nothing_moved(seen)


def _optimizer_of_its_own(brand, rate):
    def training_step(model, optimizer, X, y):
        return reference_step(model, getattr(pytorch().optim, brand)(model.parameters(), lr=rate), X, y)

    return training_step


def _moved_by_hand(model, optimizer, X, y):
    loss = fused(model(X), y)
    gradients = pytorch().autograd.grad(loss, list(model.parameters()))
    with pytorch().no_grad():
        for parameter, gradient in zip(model.parameters(), gradients, strict=True):
            parameter -= 0.1 * gradient
    return loss.item()


mistakes.add(
    "an optimizer of your own",
    """
    The weights move, and the optimizer that was handed over does not move them: you build another one in every
    step, or subtract the gradients with a formula of your own. Either has its own learning rate or forgets what an
    optimizer remembers between steps, the momentum of SGD and both averages of Adam. The argument `optimizer` holds
    the parameters already. Which line of yours takes its place?
    """,
    _optimizer_of_its_own("SGD", 0.01),
    _optimizer_of_its_own("SGD", 0.1),
    _optimizer_of_its_own("Adam", 0.001),
    _optimizer_of_its_own("Adam", 0.01),
    _moved_by_hand,
    recognise=_moved_without_the_optimizer,
)

mistakes.add(
    "two steps in one",
    """
    Each call moves the weights twice with the same gradient: two calls leave {output}. The second move uses a
    gradient that belongs to a point which the model has left already. That resembles a doubled learning rate for
    plain SGD, and with momentum or Adam it is something else again. How often does `optimizer.step()` run in your
    function?
    """,
    step_with(moves=2),
    example=SMALL,
    describe=_weights_in_words,
)


def _squared_error(z, y):
    return ((functional().softmax(z, dim=1) - functional().one_hot(y, z.shape[1])) ** 2).mean()


def _squared_error_of_logits(z, y):
    return ((z - functional().one_hot(y, z.shape[1])) ** 2).mean()


mistakes.add(
    "squared error",
    """
    Your loss is a squared distance between outputs and labels: {output} on a small case. For a model that is wrong
    and sure, the squared error on a softmax has a gradient near zero, as chapter 3 showed, and on decisions or raw
    logits it measures something else than a probability. Which loss has the gradient *probability minus truth*?
    """,
    step_with(loss=_squared_error),
    step_with(loss=_squared_error_of_logits),
    example=SMALL,
    describe=steps_in_words,
)

mistakes.add(
    "k sigmoids",
    """
    Your loss is a binary cross-entropy over one-hot labels, K separate yes-or-no questions averaged: {output} on a
    small case. It suits labels that may overlap (chapter 5). Here exactly one class is true, and the classes should
    compete for one total. Which loss holds a softmax inside, and takes the labels as integers?
    """,
    step_with(loss=k_sigmoids),
    example=(Training([[0.0, 0.0, 0.0]], [0.0, 0.0, 0.0], [[1.0], [2.0]], [0, 0]),),
    describe=steps_in_words,
)


@mistakes.mistake(*SMALL, describe=steps_in_words)
def the_accuracy_returned(model, optimizer, X, y):
    """
    The step itself is right, and you return the share of right decisions: {output}. An accuracy moves in jumps and
    stands still while the loss falls; training watches the loss, because that is what the gradient belongs to. The
    accuracy comes later, on data the model has not been trained on. Which number did you call `backward` on?
    """
    reference_step(model, optimizer, X, y)
    return (model(X).argmax(dim=1) == y).float().mean().item()


mistakes.add(
    "labels smoothed",
    """
    Your loss is computed with smoothed labels: {output} on a small case. Smoothing moves a share of each label to
    the other classes, so that the loss cannot reach 0 and the model is kept from growing too sure. As a choice it
    is respectable, and a later section makes it; this exercise trains on the labels as they are. Which argument has
    to go?
    """,
    step_with(loss=smoothed),
    example=(Training([[1.0, -1.0]], [0.0, 0.0], [[1.0], [2.0]], [1, 1]),),
    describe=steps_in_words,
)


def _squared_error_of_decisions(z, y):
    return functional().mse_loss(z.argmax(dim=1).float(), y.float())


def _goes_back(call):
    return call["function"] in ("backward", "grad")


def _starts_without_a_graph(call):
    return _goes_back(call) and not call["tensors"][0]["has_graph"]


def _starts_from_a_row(call):
    """A row has no single gradient, unless `backward` is handed the weights of its numbers."""
    loss, *others = call["tensors"]
    has_weights = call["function"] == "backward" and bool(others)
    return _goes_back(call) and not has_weights and loss["has_graph"] and math.prod(loss["shape"]) != 1


@mistakes.mistake(recognise=refused(_starts_without_a_graph))
def gradients_switched_off(model, optimizer, X, y):
    """
    PyTorch stops with “element 0 of tensors does not require grad”: the loss has no graph to go back through.
    Inside `no_grad`, after `detach`, and behind `argmax` nothing is recorded. That is right for an evaluation and
    wrong for a step of training. Which line between the model and `backward` cuts the connection?
    """
    optimizer.zero_grad()
    with pytorch().no_grad():
        loss = fused(model(X), y)
    loss.backward()
    optimizer.step()
    return loss.item()


gradients_switched_off.also(step_with(loss=_squared_error_of_decisions))


@mistakes.mistake(recognise=misses("backward"))
def a_number_too_early(model, optimizer, X, y):
    """
    You turn the loss into a Python number before `backward()` is called, and a number has no such method. `.item()`
    reads the value and leaves the graph behind. So it belongs at the end: first the gradients and the step, with
    the loss as a tensor, and then the number for whoever keeps a record. Which line has to move down?
    """
    optimizer.zero_grad()
    loss = fused(model(X), y).item()
    loss.backward()
    optimizer.step()
    return loss


mistakes.add(
    "labels as floats",
    """
    You turn the labels into floating numbers, and PyTorch stops with “expected target dtype to be Long or Byte”. An
    index label is the place of a class, and places are integers; floating targets are read as probabilities, a
    whole row for each example. The labels come as they should be. Which call of yours changes their type?
    """,
    step_with(loss=lambda z, y: functional().cross_entropy(z, y.float())),
    recognise=refused(has_labels_with_fractions),
)

mistakes.add(
    "labels as a column",
    """
    What stands in the place of the labels has two axes, and PyTorch stops with “0D or 1D target tensor expected”.
    Index labels are one integer for each row, in the shape (m,). A column (m, 1) comes from `reshape(-1, 1)` or
    `unsqueeze`, a table from logits in the wrong place: the prediction goes first. Which of the two is it in your
    call?
    """,
    step_with(loss=lambda z, y: functional().cross_entropy(z, y[:, None])),
    step_with(loss=lambda z, y: functional().nll_loss(functional().log_softmax(z, dim=1), y[:, None])),
    recognise=refused(has_labels_with_two_axes),
)

mistakes.add(
    "arguments swapped",
    """
    PyTorch fails because it takes your labels for logits: a log-softmax “not implemented for 'Long'”. Its losses
    want the prediction first and the truth second; those of Keras want it the other way round. With one-hot labels
    in floating numbers both orders would run, and one of them would be silently wrong. Which order does your call
    have?
    """,
    step_with(loss=lambda z, y: functional().cross_entropy(y, z)),
    recognise=refused(is_softmax_of_whole_numbers),
)

mistakes.add(
    "one loss for each example",
    """
    PyTorch stops with “grad can be implicitly created only for scalar outputs”: your loss is a row of numbers, one
    for each example. A row has no single gradient. The cost of a batch is the mean of its losses, and the library
    takes that mean unless it is told not to. Which `reduction` stands in your call, or which mean is missing?
    """,
    step_with(loss=lambda z, y: functional().cross_entropy(z, y, reduction="none")),
    recognise=refused(_starts_from_a_row),
)


@mistakes.mistake(recognise=came_as("not one loss"))
def more_than_the_loss_returned(model, optimizer, X, y):
    """
    A single number is asked for, the loss before the step, and your function returns something else: several
    values, a text, or the model. A loop that collects the results in a list, to look at the curve afterwards, could
    do nothing with that. Model and optimizer were changed in place, so the caller has them already. Which one
    number belongs behind your `return`?
    """
    return (reference_step(model, optimizer, X, y), 1.0)


more_than_the_loss_returned.also(
    lambda model, optimizer, X, y: f"loss {reference_step(model, optimizer, X, y)}",
    lambda model, optimizer, X, y: [reference_step(model, optimizer, X, y)],
)
