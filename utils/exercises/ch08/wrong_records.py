"""More wrong trainings, the mistakes of exercise 8.5: what they return, and what PyTorch refuses."""

import numpy as np

from utils.exercises.ch08.formulas import (
    fused,
)
from utils.exercises.ch08.lazily import pytorch
from utils.exercises.ch08.probes import (
    FAR,
    SMALL,
    WORSE_AT_LAST,
    Training,
)
from utils.exercises.ch08.recognising import (
    came_as,
    differing_parts,
    differs_only_in,
    has_shapes_that_differ,
    pairs_of,
    refused,
    steps_in_words,
    values_of,
)
from utils.exercises.ch08.recognising_steps import (
    begins_with_a_multiple,
    is_rounded,
)
from utils.exercises.ch08.refusals import add_what_is_refused
from utils.exercises.ch08.steps import reference_step, step_with_graph
from utils.exercises.ch08.trainings import measured, reference_training, training_with
from utils.exercises.ch08.wrong_trainings import FOUR, accuracy_in_words, is_like, mistakes

mistakes.add(
    "labels as a column",
    """
    The labels are still turned into a column before they are compared with the decisions. A row (m,) against a
    column (m, 1) is an m by m table: every decision meets every label. With equally frequent classes its mean is
    1/K however good the model is; on a small case you return {output}. Nothing fails. Which shape do the labels
    have before the `reshape`?
    """,
    training_with(column=True),
    training_with(column=True, evaluates=False),
    example=FOUR,
    describe=accuracy_in_words,
    recognise=is_like("accuracy", training_with(column=True), training_with(column=True, evaluates=False)),
)

mistakes.add(
    "training mode left on",
    """
    The training is right, and the accuracy is measured while the model is still in training mode. With batch
    normalisation the decision about an example then depends on the others in the batch, and with dropout on chance.
    On a case with batch normalisation you return {output}. Which method switches the model, and on which side of
    the measurement does it stand?
    """,
    training_with(evaluates=False),
    example=(FAR,),
    describe=accuracy_in_words,
    recognise=is_like("accuracy", training_with(evaluates=False)),
)


def _with_the_last_logits(model, X, y, learning_rate, epochs):
    optimizer = pytorch().optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(epochs):
        Z = model(X)
        loss = fused(Z, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, (Z.argmax(dim=1) == y).float().mean().item()


@mistakes.mistake(FAR, describe=accuracy_in_words, recognise=is_like("accuracy", _with_the_last_logits))
def accuracy_before_the_last_step(*inputs):
    """
    Your decisions come from the logits of the last pass through the loop. Those were computed before the last step
    and in training mode, so they belong to another model than the one you leave: on a case with batch normalisation
    you return {output}. A prediction does not change with the weights afterwards. Which call has to be made once
    more, after the loop, and in which mode?
    """
    return _with_the_last_logits(*inputs)


def _accuracy_times(factor):
    """A training that returns a multiple of its accuracy; without a factor the number of right decisions."""

    def repaired_training(model, X, y, learning_rate, epochs):
        losses, accuracy = reference_training(model, X, y, learning_rate, epochs)
        return losses, accuracy * (len(y) if factor is None else factor)

    return repaired_training


def _only_the_accuracy_is_too_large(seen):
    return differing_parts(seen) == {"accuracy"} and any(
        np.ndim(value) == 0 and value > 1 for value in values_of(seen, "accuracy")
    )


mistakes.add(
    "no share",
    """
    Your accuracy is above 1: on the smallest case you return {output}. A share of right decisions lies between 0
    and 1. A count grows with the number of examples and cannot be compared between two sets of data; a percentage
    is a hundred times the share, and the caller may multiply by a hundred once more. By which number does the count
    of right decisions have to be divided?
    """,
    _accuracy_times(100.0),
    _accuracy_times(None),
    example=SMALL,
    describe=accuracy_in_words,
    recognise=_only_the_accuracy_is_too_large,
)


@mistakes.mistake(recognise=differs_only_in("graph"))
def losses_with_their_graphs(model, X, y, learning_rate, epochs):
    """
    The training is right, and your list keeps the losses as tensors that remember how they came about. Each of them
    holds everything that was computed in its step, so the memory grows with every epoch, on a graphics card until
    it is full. What is wanted is a list of numbers to look at. Which method reads the number of a loss and leaves
    the graph behind?
    """
    optimizer = pytorch().optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = [step_with_graph(model, optimizer, X, y) for _ in range(epochs)]
    return losses, measured(model, X, y)


def _with_loss(loss):
    return training_with(loss=loss)


def _accuracy_of(choose):
    """A training that measures after each step and returns one of its shares, or something made of all."""

    def repaired_training(model, X, y, learning_rate, epochs):
        optimizer = pytorch().optim.SGD(model.parameters(), lr=learning_rate)
        losses, shares = [], []
        for _ in range(epochs):
            model.train()
            losses.append(reference_step(model, optimizer, X, y))
            shares.append(measured(model, X, y))
        return losses, choose(shares)

    return repaired_training


mistakes.add(
    "the best accuracy",
    """
    You measure after every step and return the largest share, or an average of them. The model that the caller holds
    afterwards is the last one, and its share may be smaller: on a case whose second step makes things worse you return
    {output}. A maximum over a training run also flatters, since it picks the moment at which chance was kind. Which
    of your measurements belongs to the weights that you leave?
    """,
    _accuracy_of(max),
    _accuracy_of(np.mean),
    example=(WORSE_AT_LAST,),
    describe=accuracy_in_words,
    recognise=is_like("accuracy", _accuracy_of(max), _accuracy_of(np.mean)),
)


def _many_shares(seen):
    shares = values_of(seen, "accuracy")
    return bool(shares) and all(np.ndim(share) == 1 for share in shares)


mistakes.add(
    "an accuracy for each step",
    """
    You return as many shares as there are steps, and one was asked for: the share of right decisions after the last
    step. A list of them shows how training went, and the losses show that already, with finer steps. Comparing
    your number with another one, or printing it with a format for numbers, fails for a list. Which entry of yours
    belongs to the finished model?
    """,
    _accuracy_of(list),
    _accuracy_of(np.array),
    recognise=_many_shares,
)


def _has_another_length(seen):
    pairs = pairs_of(seen)
    return bool(pairs) and all(
        np.ndim(value["losses"]) == 1 and len(value["losses"]) != probe.steps for probe, value, _ in pairs
    )


def _with_losses(change):
    def repaired_training(*inputs):
        losses, accuracy = reference_training(*inputs)
        return change(losses), accuracy

    return repaired_training


mistakes.add(
    "another number of losses",
    """
    Your list has more or fewer entries than there are epochs: for two epochs you return {output}. One loss belongs to
    each step, the one before it, so the list begins with the untouched model and has nothing about the finished one. A
    loss that was computed in front of the loop, or once more after it, or a `range` that begins at 1, makes the
    difference. How often does your loop run, and how often do you append?
    """,
    _with_losses(lambda losses: [*losses, 0.5]),
    _with_losses(lambda losses: losses[:-1]),
    lambda model, X, y, learning_rate, epochs: reference_training(model, X, y, learning_rate, epochs + 1),
    example=SMALL,
    describe=steps_in_words,
    recognise=_has_another_length,
)


def _goes_through_the_model_twice(seen):
    """Whether all is right but the running mean and variance, and what they do to the share, in training mode."""
    parts = differing_parts(seen)
    return (
        parts is not None
        and {"statistics"} <= parts <= {"statistics", "accuracy"}
        and all(value["statistics"][-1] >= 2 * probe.steps for probe, value, _ in pairs_of(seen) if probe.normalised)
    )


def _twice_through_the_model(model, X, y, learning_rate, epochs):
    optimizer = pytorch().optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(epochs):
        losses.append(fused(model(X), y).item())
        reference_step(model, optimizer, X, y)
    return losses, measured(model, X, y)


mistakes.add(
    "two passes through the model",
    """
    In each epoch you call the model twice in training mode: once for the number in your list, or for an accuracy, and
    once for the gradients. A linear model gives the same both times. Batch normalisation counts what passes through it,
    so its running mean and variance move twice as far, and dropout draws anew. It also takes twice the time. One call
    of the model gives one loss; which of its uses has to come first?
    """,
    _twice_through_the_model,
    recognise=_goes_through_the_model_twice,
)

mistakes.add(
    "the data is changed",
    """
    The tensors `X` and `y` are not what they were: you write into one of them, with an operator such as `-=`, with a
    method whose name ends in an underscore, or with a slice on the left of `=`. They belong to the caller, who may
    measure with the same examples afterwards and would then find other numbers. Which line changes a tensor in place,
    where a new one was meant?
    """,
    lambda model, X, y, *others: (reference_training(model, X, y, *others), X.sub_(X.mean()))[0],
    recognise=lambda seen: "changed" in values_of(seen, "data"),
)

mistakes.add(
    "a multiple of the loss",
    """
    Your losses begin at the mean cross-entropy multiplied by one and the same number, for every batch: {output} on the
    smallest case, and the first of them should be ln 2, since the model starts at zero. The gradient carries the
    number, too, so each step is that many times too long or too short, as with another learning rate. Such a number
    comes from a division or a product after the loss, or from a logarithm to another base. Which one is yours?
    """,
    _with_loss(lambda z, y: fused(z, y) / 2),
    _with_loss(lambda z, y: fused(z, y) / np.log(2)),
    example=SMALL,
    describe=steps_in_words,
    recognise=begins_with_a_multiple,
)


def _has_no_decision_for_each(seen):
    """Whether a comparison failed for its shapes, or the share is that of one flat place for all."""
    failed = refused(has_shapes_that_differ("eq"))
    return failed(seen) or is_like("accuracy", _decided_by(lambda Z: Z.argmax()))(seen)


def _decided_by(decide):
    """A training whose decisions are made in another way."""

    def repaired_training(model, X, y, *others):
        losses, _ = reference_training(model, X, y, *others)
        return losses, (decide(model(X)) == y).float().mean().item()

    return repaired_training


mistakes.add(
    "argmax without its axis",
    """
    Your decisions are not one for each example: an `argmax` without an axis gives a single place in the whole table,
    and one along axis 0 names, for each class, the example with the largest logit. The comparison with the labels then
    fails for want of a common shape, or it runs and its mean says nothing. A decision looks along the classes of one
    example. Which axis holds the classes in a table (m, K)?
    """,
    _decided_by(lambda Z: Z.argmax()),
    _decided_by(lambda Z: Z.argmax(dim=0)),
    recognise=_has_no_decision_for_each,
)


def _rounded_to(digits):
    return _with_losses(lambda losses: [round(loss, digits) for loss in losses])


mistakes.add(
    "the losses rounded",
    """
    The training is right, and the losses in your list have only a few decimals: on the smallest case {output}. Late in
    a training a loss changes in its fifth digit and beyond, and a rounded one stands still there, as if nothing were
    learned any more. Rounding is for printing, where `format(loss, ".4f")` does it and leaves the number as it is.
    Which call shortens yours?
    """,
    _rounded_to(4),
    _rounded_to(2),
    _rounded_to(3),
    example=SMALL,
    describe=steps_in_words,
    recognise=is_rounded,
)

mistakes.add(
    "a gradient for the data",
    """
    The training is right, and the tensor `X` of the caller now requires a gradient: each `backward` computes one for
    every number of the data, too, and adds it to `X.grad`, which nobody clears. It takes time and memory, and the
    caller gets the data back in another state than it was. What learns are the parameters of the model, and they
    require their gradients since they were made. Which line of yours asks for one more?
    """,
    lambda model, X, *others: reference_training(model, X.requires_grad_(), *others),
    recognise=differs_only_in("data"),
)

mistakes.add(
    "a method that is not called",
    """
    One of the things that you return is a method and not what it gives: `loss.item`, without brackets, is the way to
    the number, as `optimizer.step` is the way to a step. Python does not complain, since a method is a value like any
    other. A list of methods has the right length and holds no number, so nothing can be drawn or added up from it.
    Which name in your function lacks its brackets?
    """,
    _with_losses(lambda losses: [np.float64(loss).item for loss in losses]),
    lambda *inputs: (reference_training(*inputs)[0], np.float64(1.0).item),
    recognise=came_as("a method"),
)

add_what_is_refused(
    mistakes,
    ("model", "X", "y", "learning_rate", "epochs"),
    lambda loss: training_with(loss=loss),
    lambda model, X, y, epochs, learning_rate: reference_training(model, X, y, learning_rate, epochs),
    column="labels as a column in the loss",
)


@mistakes.mistake(recognise=lambda seen: all(result.problem == "a single loss" for result in seen.results))
def only_the_last_loss(model, X, y, learning_rate, epochs):
    """
    You return a single loss, and the task asks for the list of all: one before each step. A single number does not
    tell whether the loss began near ln K, whether it fell at every step, or whether it stood still all the time.
    Those are the three things to look at. Where does the published code keep them?
    """
    losses, accuracy = reference_training(model, X, y, learning_rate, epochs)
    return losses[-1], accuracy


@mistakes.mistake(recognise=came_as("not a pair", "a single loss"))
def not_a_pair(*inputs):
    """
    Two things are asked for, `(losses, accuracy)`: the list of the losses before each step, and one number. Your
    function returns something else. The caller unpacks the pair by position, so the order counts, too. In Python a
    comma between two results after `return` makes a pair. Which of the two is missing, or what comes with them?
    """
    return reference_training(*inputs)[0]


not_a_pair.also(
    lambda *inputs: reference_training(*inputs)[1],
    lambda *inputs: (*reference_training(*inputs), inputs[0]),
    lambda *inputs: reference_training(*inputs)[::-1],
)


def _measured_first(model, X, y, learning_rate, epochs):
    accuracy = measured(model, X, y)
    return reference_training(model, X, y, learning_rate, epochs)[0], accuracy


@mistakes.mistake(
    Training([[0.5, -0.5]], [0.0, 0.0], [[1.0], [-1.0]], [1, 0], rate=2.0, steps=3),
    describe=accuracy_in_words,
    recognise=is_like("accuracy", _measured_first),
)
def accuracy_of_the_untrained_model(*inputs):
    """
    The losses are right, and the accuracy belongs to the model before its training: you return {output} on a small
    case. In a notebook that happens when the decisions are computed above the loop. A prediction is a photograph;
    it does not change with the weights afterwards. Which line has to move after the last step?
    """
    return _measured_first(*inputs)
