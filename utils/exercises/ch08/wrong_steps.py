"""Wrong steps of training, the mistakes of exercise 8.3."""

import itertools

import numpy as np

from utils.checking import Bank
from utils.checking.values import agree
from utils.checking.words import show
from utils.exercises.ch08.formulas import (
    added_sigmoids,
    averaged_twice,
    clipped_probability,
    double_over_the_batch,
    double_softmax,
    fused,
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
    squared_error,
    squared_error_of_logits,
    summed,
    with_epsilon,
)
from utils.exercises.ch08.lazily import functional
from utils.exercises.ch08.probes import (
    SMALL,
    WRONG_AND_SURE,
    Training,
)
from utils.exercises.ch08.recognising import (
    differing_parts,
    differs_only_in,
    nothing_moved,
    pairs_of,
    steps_in_words,
    values_of,
)
from utils.exercises.ch08.recognising_steps import (
    begins_like,
    begins_with_a_multiple,
    begins_without_shift,
    losses_are_one_late,
    steps_with,
    steps_with_old_gradients,
)
from utils.exercises.ch08.steps import reference_step, step_with, step_with_graph

mistakes = Bank()


def weights_in_words(value):
    return f"W = `{show(np.round(value['W'], 3))}`"


def _events_of(seen):
    """What happened on the smallest probe, as a list of names."""
    return seen.results[0].facts.get("events", [])


def _steps_before_the_gradient(seen):
    events = _events_of(seen)
    return "gradient" in events and "step" in events and events.index("step") < events.index("gradient")


def _with_the_step_first(clears=True):
    def training_step(model, optimizer, X, y):
        if clears:
            optimizer.zero_grad()
        loss = fused(model(X), y)
        optimizer.step()
        loss.backward()
        return loss.item()

    return training_step


mistakes.add(
    "step before backward",
    """
    The optimizer steps before the gradients are there: in your function `step()` comes first and `backward()` after it.
    So it moves with what an earlier call left in `.grad`, and with nothing where that was cleared; two calls return
    {output}, and the first of them should already change the second. An optimizer computes no gradient. It takes what
    `backward` has put down, so what has to stand directly above the line with `step`?
    """,
    _with_the_step_first(),
    _with_the_step_first(clears=False),
    example=SMALL,
    describe=steps_in_words,
    recognise=_steps_before_the_gradient,
)

mistakes.add(
    "zero_grad forgotten",
    """
    The first step is right and the second is not. `backward()` *adds* to the gradients that are there, so every
    step of yours contains all earlier ones. From zero weights, on two examples of class 0, two steps leave
    {output}. It looks like a learning rate that grows by itself, and often still trains. What has to be emptied,
    and when?
    """,
    step_with(clear="never"),
    step_with(clear="never", report="after"),
    step_with(clear="never", loss=double_softmax),
    example=SMALL,
    describe=weights_in_words,
    recognise=steps_with_old_gradients,
)


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
    model that is wrong and confident gets no gradient at all. What does `F.cross_entropy` want: logits or
    probabilities?
    """,
    step_with(loss=double_softmax),
    step_with(loss=double_softmax, report="graph"),
    example=(Training([[1.0, -1.0]], [0.0, 0.0], [[1.0], [2.0]], [1, 1]),),
    describe=steps_in_words,
    recognise=begins_like(double_softmax),
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
    recognise=begins_like(nll_of_probabilities),
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
    recognise=begins_like(nll_of_logits),
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
    recognise=begins_like(log_softmax_over_the_batch, double_over_the_batch, nll_over_the_batch),
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
    step_with(loss=with_epsilon(1e-5)),
    step_with(loss=with_epsilon(1e-12)),
    step_with(loss=clipped_probability(1e-3)),
    example=(WRONG_AND_SURE,),
    describe=steps_in_words,
    recognise=begins_without_shift,
)


def _reports_a_multiple_by_the_size(seen):
    """Whether all is right but the number that comes back, the mean loss times the number of examples or over it."""
    pairs = pairs_of(seen)
    return differing_parts(seen) == {"losses"} and any(
        all(
            agree(value["losses"], like["losses"] * len(probe.y) ** power, 1e-4, probe.size * len(probe.y))
            for probe, value, like in pairs
        )
        for power in (1, -1)
    )


mistakes.add(
    "the loss times m",
    """
    The step is right, and the number that you return is the mean loss times the number of examples, or divided by it:
    with two examples {output}, and the first of them should be ln 2, since the model starts at zero. The product is
    what a loop adds up when its batches differ in size, to divide the total by all examples at the end. That is the
    business of the loop, which knows the sizes. What does `loss.item()` hold before you touch it?
    """,
    lambda model, optimizer, X, y: reference_step(model, optimizer, X, y) * len(X),
    lambda model, optimizer, X, y: reference_step(model, optimizer, X, y) / len(X),
    example=SMALL,
    describe=steps_in_words,
    recognise=_reports_a_multiple_by_the_size,
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
    recognise=begins_like(summed),
)


@mistakes.mistake(
    *SMALL,
    name="sum in the step, mean in the report",
    describe=weights_in_words,
    recognise=steps_with(lambda probe: len(probe.y)),
)
def sum_in_the_step_mean_in_the_report(model, optimizer, X, y):
    """
    You return the mean loss, and `backward` was called on the sum: two calls on two examples leave {output}. So
    each step is as many times too long as there are examples, and the number that you return does not show it. A
    learning rate found for one size of batch fails for another. The number that is reported and the number that is
    differentiated should be one and the same. Where does the division stand?
    """
    return step_with(loss=summed)(model, optimizer, X, y) / len(y)


def _goes_uphill(seen):
    return steps_with(lambda probe: -1)(seen) or begins_like(sign_lost)(seen)


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
    recognise=_goes_uphill,
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
    recognise=losses_are_one_late,
)


def _trains_evaluated(seen):
    """Whether every model is in evaluation mode afterwards, and no batch normalisation has seen a batch."""
    modes = values_of(seen, "mode")
    return len(modes) == len(seen.probes) and set(modes) == {"evaluation"} and _no_batch_was_counted(seen)


def _no_batch_was_counted(seen):
    normalised = [
        value["statistics"] for value, (probe,) in zip(_values(seen), seen.probes, strict=False) if probe.normalised
    ]
    return bool(normalised) and all(statistics[-1] == 0 for statistics in normalised)


def _values(seen):
    return [result.value for result in seen.results]


def _evaluated_by_halves(model, optimizer, X, y):
    """The same, with another loss that is right."""
    model.eval()
    optimizer.zero_grad()
    loss = lse_minus_logit(model(X), y)
    loss.backward()
    optimizer.step()
    return loss.item()


mistakes.add(
    "evaluation mode while training",
    """
    You switch the model to evaluation mode and train it there. Linear layers do not notice, so small tests pass.
    Batch normalisation then uses its stored statistics in place of those of the batch, and dropout does nothing:
    the model learns under other conditions than it was designed for. `eval()` belongs around predictions. Which
    call is its opposite?
    """,
    step_with(evaluation=True),
    _evaluated_by_halves,
    recognise=_trains_evaluated,
)


def _in_mode(mode, before=True):
    """A step that sets the mode of the model before it, or after it."""

    def training_step(model, optimizer, X, y):
        if before:
            model.train(mode)
        loss = reference_step(model, optimizer, X, y)
        model.train(mode)
        return loss

    return training_step


def _only_the_mode_differs(seen):
    """Whether all is right but the mode, and what it makes of the models that have one."""
    parts = differing_parts(seen)
    return parts is not None and "mode" in parts and differing_parts(seen, plain=True) <= {"mode"}


mistakes.add(
    "the mode of the model is changed",
    """
    The step is right, and you set the mode of the model, which the caller had chosen. Sometimes a model is trained
    in evaluation mode on purpose, for example when a finished network with batch normalisation is adapted to a few
    new examples. A step is the smallest part of training, and the loop around it knows which mode is meant. Which
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
    recognise=differs_only_in("graph"),
)


def _step_of(loss):
    return step_with(loss=loss)


def _squares_with(table, reduce):
    """The squared error of something that is made of the logits."""

    def loss(z, y):
        squares = (table(z) - functional().one_hot(y, z.shape[1])) ** 2
        return reduce(squares)

    return loss


_OTHER_SQUARES = tuple(
    _squares_with(table, reduce)
    for table in (lambda z: functional().softmax(z, dim=1), lambda z: z, lambda z: z.sigmoid())
    for reduce in (lambda squares: squares.sum(dim=1).mean(), lambda squares: squares.sum() / 2)
)


mistakes.add(
    "squared error",
    """
    Your loss is a squared distance between outputs and labels: {output} on a small case. For a model that is wrong
    and confident, the squared error on a softmax has a gradient near zero, as chapter 3 showed, and on decisions or raw
    logits it measures something else than a probability. Which loss has the gradient *probability minus truth*?
    """,
    step_with(loss=squared_error),
    step_with(loss=squared_error_of_logits),
    *map(_step_of, _OTHER_SQUARES),
    example=SMALL,
    describe=steps_in_words,
    recognise=begins_like(squared_error, squared_error_of_logits, *_OTHER_SQUARES),
)

mistakes.add(
    "k sigmoids",
    """
    Your loss is a binary cross-entropy over one-hot labels, K separate yes-or-no questions averaged: {output} on a
    small case. It suits labels that may overlap (chapter 5). Here exactly one class is true, and the classes should
    compete for one total. Which loss holds a softmax inside, and takes the labels as integers?
    """,
    step_with(loss=k_sigmoids),
    step_with(loss=added_sigmoids),
    example=(Training([[0.0, 0.0, 0.0]], [0.0, 0.0, 0.0], [[1.0], [2.0]], [0, 0]),),
    describe=steps_in_words,
    recognise=begins_like(k_sigmoids, added_sigmoids),
)


def _smoothed_by(share):
    return lambda z, y: functional().cross_entropy(z, y, label_smoothing=share)


_SMOOTHED = (smoothed, *map(_smoothed_by, (0.05, 0.2, 0.01)))

mistakes.add(
    "labels smoothed",
    """
    Your loss is computed with smoothed labels: {output} on a small case. Smoothing moves a share of each label to
    the other classes, so that the loss cannot reach 0 and the model is kept from growing too confident. As a choice it
    is respectable, and a later section makes it; this exercise trains on the labels as they are. Which argument has
    to go?
    """,
    step_with(loss=smoothed),
    *map(_step_of, _SMOOTHED[1:]),
    example=(Training([[1.0, -1.0]], [0.0, 0.0], [[1.0], [2.0]], [1, 1]),),
    describe=steps_in_words,
    recognise=begins_like(*_SMOOTHED),
)


mistakes.add(
    "1/m twice",
    """
    Your loss is divided by the number of examples once more: for two examples you get {output}, and the first of them
    should be ln 2, since the model starts at zero. `F.cross_entropy` takes the mean by itself, so a division by the
    size of the batch after it makes the loss and every gradient m times too small, and a larger batch learns more
    slowly. Which of the two divisions is yours?
    """,
    step_with(loss=averaged_twice),
    example=SMALL,
    describe=steps_in_words,
    recognise=begins_like(averaged_twice),
)


mistakes.add(
    "a multiple of the loss",
    """
    What you return differs from the mean cross-entropy by one and the same number, for every batch: {output} on the
    smallest case, and the first of them should be ln 2, since the model starts at zero. The gradient carries the
    number, too, so each step is that many times too long or too short, as with another learning rate. Such a number
    comes from a division or a product after the loss, or from a logarithm to another base. Which one is yours?
    """,
    _step_of(lambda z, y: fused(z, y) / 2),
    _step_of(lambda z, y: fused(z, y) / np.log(2)),
    example=SMALL,
    describe=steps_in_words,
    recognise=begins_with_a_multiple,
)
