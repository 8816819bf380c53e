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
    differing_parts,
    nothing_moved,
    pairs_of,
    steps_in_words,
)
from utils.exercises.ch08.recognising_steps import (
    begins_like,
    begins_without_shift,
    losses_are_one_late,
)
from utils.exercises.ch08.steps import reference_step
from utils.exercises.ch08.trainings import measured, reference_training, training_with

mistakes = Bank()


def is_like(key, *wrongs):
    """A predicate: whether a part of what a training made is, on all probes, that of one of these wrong trainings.

    Each of them trains only as long as it agrees.
    """

    def recognise(seen):
        pairs = pairs_of(seen)
        with one_thread():
            return bool(pairs) and any(
                all(as_expected(value[key], _made_by(wrong, probe)[key], probe) for probe, value, _ in pairs)
                for wrong in wrongs
            )

    return recognise


def _made_by(answer, probe):
    return look_at_training(answer, probe).value


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
    recognise=is_like("losses", training_with(clears=False), training_with(clears=False, trains=False)),
)


def accuracy_in_words(value):
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
    describe=accuracy_in_words,
    recognise=is_like("losses", training_with(trains=False)),
)


def _evaluated_first(model, X, y, learning_rate, epochs):
    optimizer = pytorch().optim.SGD(model.parameters(), lr=learning_rate)
    model.eval()
    losses = [reference_step(model, optimizer, X, y) for _ in range(epochs)]
    return losses, measured(model, X, y)


mistakes.add(
    "evaluation mode while training",
    """
    You switch the model to evaluation mode before the loop, and it stays there while it is trained. Linear layers do
    not care; batch normalisation then uses its stored statistics in place of those of the batch, and dropout does
    nothing, so that the model learns under other conditions than it was designed for. `eval()` belongs to the
    measurement at the end. Which call is its opposite, and on which side of the loop does each of the two stand?
    """,
    _evaluated_first,
    recognise=is_like("losses", _evaluated_first),
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


def _stands_still(*events):
    """A predicate: whether the weights stay, and the losses with them, and exactly these of gradient and step came."""

    def recognise(seen):
        plain = [result for (probe,), result in zip(seen.probes, seen.results, strict=False) if probe.is_plain]
        plain = [result for result in plain if isinstance(result.value, dict)]
        return nothing_moved(seen) and all(
            np.ptp(result.value["losses"]) == 0 and result.facts["events"] == events for result in plain
        )

    return recognise


mistakes.add(
    "backward forgotten",
    """
    The weights never move: on the smallest case the losses are {output}. The optimizer steps and finds nothing to step
    with, since no gradient has come to a parameter, and it does not complain. In the rewriting the line was lost in
    which the loss goes back through its graph, or the loss is computed from something that has no graph. Which method
    of the loss is missing in your loop, or what cuts the loss off from the model?
    """,
    training_with(gradient=False),
    example=SMALL,
    describe=steps_in_words,
    recognise=_stands_still("step"),
)

mistakes.add(
    "cleared before the step",
    """
    The weights never move: on the smallest case the losses are {output}. Your loop computes the gradients, throws them
    away, and then steps with nothing. The published code never clears, and here is one place too many where it could be
    done: old gradients go before the new ones come, or after they have been used, and never in between. Put clear,
    backward and step on a circle. Which of the three must directly follow `backward`?
    """,
    training_with(clears="between"),
    example=SMALL,
    describe=steps_in_words,
    recognise=_stands_still("gradient", "step"),
)

mistakes.add(
    "step forgotten",
    """
    A step was forgotten, and the weights never move: on the smallest case the losses are {output}. Somewhere in the
    rewriting a line was lost. The gradients are computed and wait in `.grad`; the optimizer holds the parameters and
    the learning rate. Which of its methods applies the one to the other, and how often in an epoch?
    """,
    training_with(moves=0),
    training_with(moves=0, clears=False),
    training_with(moves=0, clears="between"),
    example=SMALL,
    describe=steps_in_words,
    recognise=_stands_still("gradient"),
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
    return lambda seen: is_like("losses", *wrongs)(seen) and is_like("W", *wrongs)(seen)


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
    recognise=is_like("W", _two_steps_in_one),
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
    recognise=is_like("losses", _evaluated_in_the_loop(False)),
)


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
    recognise=is_like("W", *_OTHER_OPTIMIZERS),
)
