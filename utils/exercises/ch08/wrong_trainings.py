"""Wrong trainings, the mistakes of exercise 8.5."""

import copy
from dataclasses import replace

import numpy as np

from utils.checking import Bank
from utils.checking.words import show
from utils.exercises.ch08.formulas import (
    clipped_probability,
    double_over_the_batch,
    double_softmax,
    fused,
    k_sigmoids,
    log_of_softmax,
    log_softmax_over_the_batch,
    nll_of_logits,
    nll_of_probabilities,
    nll_over_the_batch,
    sign_lost,
    squared_error,
    squared_error_of_logits,
    summed,
    with_epsilon,
)
from utils.exercises.ch08.lazily import pytorch
from utils.exercises.ch08.looking import look_at_training, one_thread
from utils.exercises.ch08.probes import (
    FAR,
    SMALL,
    WORSE_AT_LAST,
    WRONG_AND_SURE,
    ZEROS,
    Training,
)
from utils.exercises.ch08.recognising import (
    as_expected,
    came_as,
    differing_parts,
    differs_only_in,
    has_shapes_that_differ,
    nothing_moved,
    pairs_of,
    refused,
    steps_in_words,
    values_of,
)
from utils.exercises.ch08.recognising_steps import (
    begins_like,
    begins_with_a_multiple,
    begins_without_shift,
    losses_are_one_late,
)
from utils.exercises.ch08.refusals import add_what_is_refused
from utils.exercises.ch08.steps import reference_step, step_with_graph
from utils.exercises.ch08.trainings import measured, reference_training, training_with

mistakes = Bank()


def _is_like(key, *wrongs):
    """A predicate: whether a part of what a training made is, on all probes, that of one of these wrong trainings.

    Each of them trains only as long as it agrees.
    """

    def recognise(seen):
        pairs = pairs_of(seen)
        with one_thread():
            return bool(pairs) and any(
                all(as_expected(value[key], look_at_training(wrong, probe)[key], probe) for probe, value, _ in pairs)
                for wrong in wrongs
            )

    return recognise


def _add_loss(name, explanation, *losses, example, recognise=None):
    """Add a mistake that the first loss shows, before any step and in either mode."""
    others = {"clears": False, "evaluates": False}
    samples = [
        training_with(loss=loss, **part) for loss in losses for part in ({}, others, {"column": True, "trains": False})
    ]
    recognise = recognise or begins_like(*losses)
    mistakes.add(name, explanation, *samples, example=example, describe=steps_in_words, recognise=recognise)


_add_loss(
    "softmax over the batch axis",
    """
    The softmax still runs down the examples, along axis 0: on the smallest case the losses are {output}. Each
    example then gets a share of its class, and the loss of one depends on who else is in the batch. Classes lie on
    axis 1. But the repair is not to change only the number: does the loss that you use want probabilities at all?
    """,
    nll_over_the_batch,
    log_softmax_over_the_batch,
    double_over_the_batch,
    example=SMALL,
)

_add_loss(
    "NLL of probabilities",
    """
    The axis is right now, and the loss still gets probabilities where it wants their logarithms: on the smallest
    case the losses are {output}, and a cross-entropy is never negative. Without the logarithm a confident mistake
    costs at most 1, and its gradient has an extra factor p that is next to 0. Which pair of functions belongs
    together?
    """,
    nll_of_probabilities,
    example=SMALL,
)

_add_loss(
    "double softmax",
    """
    The loss is a cross-entropy now, and it gets probabilities: the softmax is applied twice. For a model that is
    wrong and confident the losses are {output}, where the truth is near 150, and they do not move, because the inner
    softmax lets no gradient through. The accuracy of a simple case may look fine. Which of the two softmaxes can
    you take out?
    """,
    double_softmax,
    example=(WRONG_AND_SURE,),
)

FOUR = (Training([[0.5, -0.5]], [0.0, 0.0], [[1.0], [-1.0], [2.0], [0.5]], [1, 0, 1, 0], rate=0.5, steps=4),)

_add_loss(
    "NLL of logits",
    """
    You took the softmax out and left `nll_loss`, which now gets raw logits: the losses are {output} and have no
    lower end. This loss picks an entry and turns its sign; the softmax and the logarithm are left to you. Either
    bring in log-probabilities, or take the loss that does it all from logits. Which one is that?
    """,
    nll_of_logits,
    example=FOUR,
)

_add_loss(
    "log after softmax",
    """
    You put a logarithm after the softmax. On small logits that is right; for a model with logits of ±150 that is
    wrong on both examples, the losses are {output}. In float32 the probability has become 0 before the logarithm
    sees it. Even from a gap of 90 on, where the loss is still finite, the gradient is not. Which function takes
    both steps in one?
    """,
    log_of_softmax,
    with_epsilon(1e-9),
    with_epsilon(1e-8),
    with_epsilon(1e-6),
    clipped_probability(1e-7),
    clipped_probability(1e-4),
    example=(WRONG_AND_SURE,),
    recognise=begins_without_shift,
)

_add_loss(
    "sum in place of mean",
    """
    Your losses are sums over the examples: {output} on two of them. The published code averages, and its learning
    rate belongs to an average: with a sum every step is m times as long. Nothing in the task asks for that change,
    and a learning rate that depends on the size of the data is no gain. Which `reduction` did you bring in?
    """,
    summed,
    example=SMALL,
)

_add_loss(
    "squared error",
    """
    Your loss is a squared distance between outputs and labels: the losses are {output} on the smallest case. For a
    model that is wrong and confident, the squared error on a softmax has a gradient near zero, as chapter 3 showed,
    and on raw logits it asks for the numbers 0 and 1, which no logit has to be. The task keeps the kind of loss that
    the published code meant. Which loss has the gradient *probability minus truth*?
    """,
    squared_error,
    squared_error_of_logits,
    example=SMALL,
)

_add_loss(
    "k sigmoids",
    """
    Your loss is a binary cross-entropy over one-hot labels, K separate yes-or-no questions averaged: {output} on a
    small case. It suits labels that may overlap, as in chapter 5. Here exactly one class is true, and the classes
    compete for one total. Which loss holds a softmax inside, and takes the labels as integers?
    """,
    k_sigmoids,
    example=(Training([[0.0, 0.0, 0.0]], [0.0, 0.0, 0.0], [[1.0], [2.0]], [0, 0]),),
)

_add_loss(
    "the minus sign is missing",
    """
    Your losses have the opposite sign: {output} on the smallest case. A log-probability is at most 0, and a
    cross-entropy is minus that, so it is at least 0. With the wrong sign every step makes the model worse, and the
    losses fall without an end, which looks like learning. Where does the minus belong, and is one too many or one too
    few?
    """,
    sign_lost,
    example=SMALL,
)


mistakes.add(
    "zero_grad forgotten",
    """
    Loss and axis are repaired, the first step is right, and from the second on the steps contain the old gradients:
    `backward()` adds to what is there. On four examples the losses are {output}. They may fall even faster for a
    while, like with a growing learning rate, and then jump. Which line is missing in the loop, and where may it
    stand?
    """,
    training_with(clears=False),
    training_with(clears=False, evaluates=False),
    training_with(clears=False, evaluates=False, column=True),
    example=FOUR,
    describe=steps_in_words,
    recognise=_is_like("losses", training_with(clears=False), training_with(clears=False, trains=False)),
)


def _accuracy_in_words(value):
    return f"the accuracy {float(value['accuracy']):.4g}"


mistakes.add(
    "training mode forgotten",
    """
    The model comes to you in evaluation mode, as it was left after a measurement, and you train it like
    that. Linear layers do not care; batch normalisation uses its stored statistics and dropout does nothing. A
    training function cannot know what was done before it was called. Which method brings the model into the mode
    for training, and where does the call belong?
    """,
    training_with(trains=False),
    training_with(trains=False, evaluates=False),
    training_with(trains=False, column=True),
    example=(FAR,),
    describe=_accuracy_in_words,
    recognise=_is_like("losses", training_with(trains=False)),
)


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
    describe=_accuracy_in_words,
    recognise=_is_like("accuracy", training_with(column=True), training_with(column=True, evaluates=False)),
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
    describe=_accuracy_in_words,
    recognise=_is_like("accuracy", training_with(evaluates=False)),
)

mistakes.add(
    "loss after the step",
    """
    Your list begins with the loss after the first step: on the smallest case it is {output}. The task asks for the
    loss before each step, so that the first number belongs to the untouched model. It is the number that tells
    whether loss, labels and model fit together: near ln K for small weights. Which loss do you keep?
    """,
    training_with(report="after"),
    example=SMALL,
    describe=steps_in_words,
    recognise=losses_are_one_late,
)


def _nothing_moved_at_all(seen):
    """Whether the weights stay, and the losses with them."""
    return nothing_moved(seen) and all(np.ptp(value["losses"]) == 0 for _, value, _ in pairs_of(seen, plain=True))


mistakes.add(
    "step forgotten",
    """
    A step was forgotten, and the weights never move: on the smallest case the losses are {output}. Somewhere in the
    rewriting a line was lost. The gradients are computed and wait in `.grad`; the optimizer holds the parameters and
    the learning rate. Which of its methods applies the one to the other, and how often in an epoch?
    """,
    training_with(moves=0),
    training_with(moves=0, clears=False),
    example=SMALL,
    describe=steps_in_words,
    recognise=_nothing_moved_at_all,
)


def _with_steps(of_epoch):
    """A training with another number of steps in its epochs, of which the losses know nothing.

    Args:
        of_epoch: a function from the epochs that are left after this one to the steps that are made in it.
    """

    def repaired_training(model, X, y, learning_rate, epochs):
        optimizer = pytorch().optim.SGD(model.parameters(), lr=learning_rate)
        model.train()
        losses = []
        for left in reversed(range(epochs)):
            optimizer.zero_grad()
            loss = fused(model(X), y)
            loss.backward()
            for _ in range(of_epoch(left)):
                optimizer.step()
            losses.append(loss.item())
        return losses, measured(model, X, y)

    return repaired_training


def _with_an_epoch_more(model, X, y, learning_rate, epochs):
    losses, accuracy = reference_training(model, X, y, learning_rate, epochs + 1)
    return losses[:epochs], accuracy


_last_step_missing = _with_steps(lambda left: 1 if left else 0)
_two_steps_in_one = _with_steps(lambda left: 2)


def _has_the_losses_and_weights_of(*wrongs):
    """A predicate: whether what one of these wrong trainings leaves, and its list, are there."""
    return lambda seen: _is_like("losses", *wrongs)(seen) and _is_like("W", *wrongs)(seen)


def _weights_in_words(value):
    return f"losses `{show(np.round(value['losses'], 4))}` and weights `{show(np.round(value['W'], 4))}`"


mistakes.add(
    "one step too many",
    """
    Your list is right, one loss before each step, and the model that you leave has made a step more than that: for one
    epoch there are {output}. A loop that runs once more and throws its last loss away does that, or a second training
    step after the loop, perhaps for a loss of the finished model. The accuracy belongs to other weights then. How
    many steps does your function make for one epoch?
    """,
    _with_an_epoch_more,
    _with_steps(lambda left: 1 if left else 2),
    example=(replace(ZEROS, steps=1),),
    describe=_weights_in_words,
    recognise=_has_the_losses_and_weights_of(_with_an_epoch_more, _with_steps(lambda left: 1 if left else 2)),
)

mistakes.add(
    "last step missing",
    """
    Every loss of yours is right, and the last step was never made: for one epoch there are {output}, the weights from
    before. The loss is noted before each step, so the last entry of the list says nothing about the last step, and the
    missing one shows only in the model and in its accuracy. It happens when the loop is left as soon as the list is
    full. In which order does your loop note and step?
    """,
    _last_step_missing,
    example=(replace(ZEROS, steps=1),),
    describe=_weights_in_words,
    recognise=_has_the_losses_and_weights_of(_last_step_missing),
)

mistakes.add(
    "two steps in one",
    """
    You call `optimizer.step()` twice for each gradient: on the smallest case the losses are {output}. The second call
    finds the same numbers in `.grad` and goes the same way once more, so plain gradient descent moves as with twice the
    learning rate. An optimizer with a memory would make something else of it. One gradient belongs to one step. Is one
    of the two calls left over from the published code?
    """,
    _two_steps_in_one,
    example=SMALL,
    describe=steps_in_words,
    recognise=_is_like("W", _two_steps_in_one),
)


def _only_the_model_differs(seen):
    parts = differing_parts(seen)
    return parts is not None and {"W"} <= parts <= {"W", "b", "statistics"} and nothing_moved(seen)


@mistakes.mistake(recognise=_only_the_model_differs)
def a_copy_is_trained(model, X, y, learning_rate, epochs):
    """
    Losses and accuracy are right, and the model that was handed to you is as it was: you trained another one, a
    copy of it. The caller calls your function in order to have a trained model afterwards, and gets two numbers
    about a network that is gone when the function ends. An optimizer moves the parameters that it was given. Whose
    parameters does yours get?
    """
    return reference_training(copy.deepcopy(model), X, y, learning_rate, epochs)


def _in_batches(size, shuffled=True, reports="the mean"):
    """A training in batches of this size; the loss of an epoch is the mean over its batches, or the last of them."""

    def repaired_training(model, X, y, learning_rate, epochs):
        torch = pytorch()
        optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
        generator = torch.Generator().manual_seed(0)
        model.train()
        losses = []
        for _ in range(epochs):
            order = torch.randperm(len(X), generator=generator) if shuffled and len(X) > size else torch.arange(len(X))
            total = 0.0
            for part in order.split(size):
                loss = reference_step(model, optimizer, X[part], y[part])
                total += loss * len(part)
            losses.append(total / len(X) if reports == "the mean" else loss)
        return losses, measured(model, X, y)

    return repaired_training


def _wrong_on_many_examples_alone(seen):
    """Whether trainings with few examples are right, and those with many are not."""
    pairs = [(probe, as_expected(value["W"], like["W"], probe)) for probe, value, like in pairs_of(seen, plain=True)]
    few, many = ([right for probe, right in pairs if (len(probe.y) > 30) == is_many] for is_many in (False, True))
    return bool(many) and all(few) and not any(many)


mistakes.add(
    "mini-batches",
    """
    On few examples you are right, and on 70 of them your losses and weights are others: you cut the examples into
    batches and make a step for each. For real data that is the usual way, and this chapter trains like that itself.
    Here an epoch is asked to be one step over all examples, as in the published code, so that there are as many
    losses as steps. Which line cuts the data?
    """,
    _in_batches(32),
    _in_batches(64),
    _in_batches(32, shuffled=False),
    _in_batches(32, reports="the last"),
    recognise=_wrong_on_many_examples_alone,
)


def _evaluated_in_the_loop(measures):
    """A training that switches to evaluation mode after each step; perhaps it measures there."""

    def repaired_training(model, X, y, learning_rate, epochs):
        optimizer = pytorch().optim.SGD(model.parameters(), lr=learning_rate)
        model.train()
        losses = []
        for _ in range(epochs):
            losses.append(reference_step(model, optimizer, X, y))
            model.eval()
            if measures:
                measured(model, X, y)
        return losses, measured(model, X, y)

    return repaired_training


mistakes.add(
    "evaluation mode in the loop",
    """
    You switch to evaluation mode inside the loop, and no line leads back. The first step is made in training mode,
    all others are not: with batch normalisation the losses are {output}. To measure between two epochs you have to
    switch twice. A mode stays until it is changed. Where does `eval()` belong when it is needed only once,
    and which call is missing when it stays?
    """,
    _evaluated_in_the_loop(False),
    _evaluated_in_the_loop(True),
    example=(FAR,),
    describe=steps_in_words,
    recognise=_is_like("losses", _evaluated_in_the_loop(False)),
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


@mistakes.mistake(FAR, describe=_accuracy_in_words, recognise=_is_like("accuracy", _with_the_last_logits))
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
    describe=_accuracy_in_words,
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


def _ignores_the_rate(seen):
    """Whether each first step is one with the same rate, and all else is as it should be at that point."""
    pairs = [(probe, value, like) for probe, value, like in pairs_of(seen, plain=True) if probe.steps == 1]
    moves = [
        (np.ravel(value["W"] - np.array(probe.W)), np.ravel(like["W"] - np.array(probe.W)), probe.rate)
        for probe, value, like in pairs
    ]
    rates = [rate * (ours @ right) / (right @ right) for ours, right, rate in moves]
    aligned = all(
        np.allclose(ours * rate, own * right, atol=1e-5) for (ours, right, rate), own in zip(moves, rates, strict=True)
    )
    return len(rates) > 1 and aligned and rates[0] > 0 and np.allclose(rates, rates[0], rtol=1e-3)


@mistakes.mistake(replace(ZEROS, rate=0.3), describe=steps_in_words, recognise=_ignores_the_rate)
def the_learning_rate_is_not_used(model, X, y, learning_rate, epochs):
    """
    The losses begin right and fall at another pace than the learning rate sets: {output} on a small case. A
    number written into the optimizer takes the place of the argument, so a call of your function with another
    rate gets the same training. Which argument of the function has no reader in its body?
    """
    return reference_training(model, X, y, 0.01, epochs)


the_learning_rate_is_not_used.also(
    lambda model, X, y, learning_rate, epochs: reference_training(model, X, y, 0.1, epochs),
    lambda model, X, y, learning_rate, epochs: reference_training(model, X, y, 1.0, epochs),
)


_OTHER_OPTIMIZERS = (
    *(training_with(brand=brand) for brand in ("Adam", "AdamW", "RMSprop", "Adagrad", "NAdam", "Adamax")),
    *(training_with(momentum=share) for share in (0.9, 0.5, 0.8, 0.95, 0.99)),
    training_with(momentum=0.9, nesterov=True),
    *(training_with(weight_decay=decay) for decay in (0.01, 0.1, 0.001, 5e-4)),
)

mistakes.add(
    "another optimizer",
    """
    The first loss is right, and the steps are not those of plain gradient descent: on a small case the losses
    are {output}. Another optimizer may be the better choice for a network, but it is a different training, and a
    learning rate means something else in it: Adam moves every weight by about the learning rate, however small its
    gradient is, and a momentum goes on where a gradient has ended. Which optimizer does the published code use, and
    with which arguments?
    """,
    *_OTHER_OPTIMIZERS,
    example=(replace(WORSE_AT_LAST, steps=3),),
    describe=steps_in_words,
    recognise=_is_like("W", *_OTHER_OPTIMIZERS),
)


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
    describe=_accuracy_in_words,
    recognise=_is_like("accuracy", _accuracy_of(max), _accuracy_of(np.mean)),
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
    return failed(seen) or _is_like("accuracy", _decided_by(lambda Z: Z.argmax()))(seen)


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
    describe=_accuracy_in_words,
    recognise=_is_like("accuracy", _measured_first),
)
def accuracy_of_the_untrained_model(*inputs):
    """
    The losses are right, and the accuracy belongs to the model before its training: you return {output} on a small
    case. In a notebook that happens when the decisions are computed above the loop. A prediction is a photograph;
    it does not change with the weights afterwards. Which line has to move after the last step?
    """
    return _measured_first(*inputs)
