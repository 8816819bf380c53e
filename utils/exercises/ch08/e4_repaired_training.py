"""Exercise 8.4: the published training, repaired: the loss before each step, and the accuracy after the last."""

import copy

import numpy as np

from utils.checking import Bank, Exercise, Unfit, paragraphs
from utils.checking.values import kind
from utils.exercises.ch08.formulas import (
    clipped_probability,
    double_over_the_batch,
    double_softmax,
    fused,
    in_two_steps,
    log_of_softmax,
    log_softmax_over_the_batch,
    nll_of_logits,
    nll_of_probabilities,
    nll_over_the_batch,
    summed,
    with_epsilon,
)
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking import as_array, graph_of, observing, one_thread, weights_of
from utils.exercises.ch08.probes import SMALL, WRONG_AND_SURE, ZEROS, Training, drawn_training
from utils.exercises.ch08.recognising import (
    came_as,
    differing_parts,
    nearly_equal,
    nothing_moved,
    only_the_graph_differs,
    steps_in_words,
    values_of,
)
from utils.exercises.ch08.steps import reference_step, step_with, step_with_graph

# The domain

# Far from zero: batch normalisation uses one mean while it trains and another one when it is evaluated.
FAR = Training([[1.0, -1.0]], [0.0, 0.0], [[10.0], [11.0], [13.0], [14.0]], [0, 0, 1, 1], 0.2, 3, normalised=True)

# Before its only step every decision is wrong, after it every one is right in training mode, and half of them in the
# other.
ONE_STEP = Training([[0.1, -0.1]], [0.0, 0.0], [[10.0], [11.0], [13.0], [14.0]], [0, 0, 1, 1], 1.0, 1, normalised=True)


def whole_trainings(rng):
    """Models with data for a whole training, the smallest first."""
    return [
        (ZEROS,),
        (Training([[0.5, -1.0]], [0.0, 0.2], [[1.0], [3.0]], [1, 0]),),
        (Training([[0.5, -0.5]], [0.0, 0.0], [[1.0], [-1.0], [2.0], [0.5]], [1, 0, 1, 0], rate=0.5, steps=4),),
        (WRONG_AND_SURE,),
        (FAR,),
        (ONE_STEP,),
        (drawn_training(rng, 9, 2, 3, rate=0.3, steps=4),),
        (drawn_training(rng, 8, 3, 4, rate=0.3, steps=3),),
        (drawn_training(rng, 70, 2, 3, rate=0.3, steps=2),),  # more than a batch of the usual sizes
    ]


def repaired_training_in_words(training):
    """What is expected, in words."""
    return f"""
    a pair of {training.steps} losses, none of them negative, and an accuracy between 0 and 1, from a model that was
    trained in training mode and measured in evaluation mode,
    """


# How answers are looked at


def look_at_training(answer, training):
    """The losses and the accuracy that a training returns, and the weights that it leaves."""
    model = training.model().eval()  # as somebody left it who evaluated it before
    outcome = answer(model, *training.data(), training.rate, training.steps)
    if outcome is None:
        return None
    if not isinstance(outcome, (tuple, list)) or len(outcome) != 2:
        raise Unfit("not a pair", f"returned {kind(outcome)} in place of a pair")
    losses, accuracy = outcome
    if _is_single(losses):
        problem = "a single loss" if _is_single(accuracy) else "not a pair"
        raise Unfit(problem, f"returned {kind(losses)} in place of a list of losses")
    (accuracy,) = as_array([accuracy])
    return {"losses": as_array(losses), "accuracy": accuracy, **weights_of(model), "graph": graph_of(losses)}


def _is_single(value):
    return not hasattr(value, "__len__") or getattr(value, "ndim", None) == 0


# Right answers


def _measured(model, X, y, evaluates=True, column=False):
    torch = pytorch()
    model.train(not evaluates)
    with torch.no_grad():
        decisions = model(X).argmax(dim=1)
    return (decisions == (y[:, None] if column else y)).float().mean().item()


def _training_with(
    loss=fused,
    clears=True,
    trains=True,
    evaluates=True,
    column=False,
    moves=1,
    report="before",
    brand="SGD",
    **options,
):
    """A whole training with one or more parts exchanged."""

    def repaired_training(model, X, y, learning_rate, epochs):
        optimizer = getattr(pytorch().optim, brand)(model.parameters(), lr=learning_rate, **options)
        if trains:
            model.train()
        losses = []
        for _ in range(epochs):
            value = loss(model(X), y)
            if clears:
                optimizer.zero_grad()
            value.backward()
            if moves:
                optimizer.step()
            if report == "after":
                with pytorch().no_grad():
                    value = loss(model(X), y)
            losses.append(value.item())
        return losses, _measured(model, X, y, evaluates, column)

    return repaired_training


reference_training = _training_with()


def _with_inference_mode(model, X, y, learning_rate, epochs):
    torch = pytorch()
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), learning_rate)
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = torch.nn.CrossEntropyLoss()(model(X), y)
        loss.backward()
        optimizer.step()
        losses[epoch] = loss.item()
    model.eval()
    with torch.inference_mode():
        right = int((model(X).argmax(-1) == y).sum())
    return losses, right / len(y)


def _through_log_softmax(model, X, y, learning_rate, epochs):
    model.train()
    losses = []
    for _ in range(epochs):
        loss = in_two_steps(model(X), y)
        gradients = pytorch().autograd.grad(loss, list(model.parameters()))
        with pytorch().no_grad():
            for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                parameter -= learning_rate * gradient
        losses.append(loss.detach())
    model.train(False)
    decisions = functional().softmax(model(X), dim=-1).max(dim=-1).indices
    return losses, np.mean(decisions.numpy() == y.numpy())


def _cleared_after(model, X, y, learning_rate, epochs):
    optimizer = pytorch().optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        losses.append(step_with(clear="after")(model.train(), optimizer, X, y))
    decisions = pytorch().topk(model.eval()(X), 1).indices
    return [pytorch().tensor(losses), (decisions == y.reshape(-1, 1)).double().mean()]


def _with_the_step_above(model, X, y, learning_rate, epochs):
    optimizer = pytorch().optim.SGD(list(model.parameters()), lr=learning_rate)
    model.train()
    losses = [reference_step(model, optimizer, X, y) for _ in range(epochs)]
    model.eval()
    hits = [int(model(row[None]).argmax()) == int(label) for row, label in zip(X, y, strict=True)]
    return tuple(losses), sum(hits) / len(hits)


# The published code


def published_training(model, X, y, learning_rate, epochs):
    """The code that the notebook asks to repair."""
    torch = pytorch()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        probabilities = torch.softmax(model(X), dim=0)
        loss = functional().nll_loss(probabilities, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    decisions = model(X).argmax(dim=1)
    accuracy = (decisions == y.reshape(-1, 1)).float().mean()
    return losses, accuracy.item()


mistakes = Bank()

repaired_training = Exercise(
    name="ch08.repaired_training",
    is_main=True,
    asks="The published training, repaired: the loss before each step, and the accuracy after the last.",
    reference=reference_training,
    probes=whole_trainings,
    observe=observing(look_at_training),
    expects=repaired_training_in_words,
    rtol=1e-4,
    scale=lambda training: 1.0,
    time_limit=4.0,
    hints=paragraphs("""
        Read it line by line and ask of each what it should do: which axis, which loss, which gradients, which mode,
        which shapes. There are five faults.

        A cross-entropy is never negative, and the published losses are. Which two lines make the loss?

        What does the second `backward()` do to the gradients of the first? And in which mode is the model when it is
        measured?

        Compare a row of decisions, (m,), with a column of labels, (m, 1). What shape has the result?
    """),
    alternatives=(_with_inference_mode, _through_log_softmax, _cleared_after, _with_the_step_above),
    bank=mistakes,
    remark="Five faults, and none of them had raised an error.",
)


# Mistakes


def _readable(seen):
    """Pairs of probe and value, or nothing where a result is missing or failed."""
    if len(seen.results) < len(seen.probes) or any(not isinstance(result.value, dict) for result in seen.results):
        return []
    return [(probe, result.value) for (probe,), result in zip(seen.probes, seen.results, strict=True)]


def _is_like(key, *wrongs):
    """A predicate: whether a part of what a training made is, on all probes, that of one of these wrong trainings.

    Each of them trains only as long as it agrees.
    """

    def recognise(seen):
        pairs = _readable(seen)
        with one_thread():
            return bool(pairs) and any(
                all(nearly_equal(value[key], look_at_training(wrong, probe)[key]) for probe, value in pairs)
                for wrong in wrongs
            )

    return recognise


def _begins_like(*formulas):
    """A predicate: whether the first loss, before any step, is on all probes that of one of these formulas, in one of
    the two modes.
    """

    def recognise(seen):
        pairs = _readable(seen)
        with one_thread():
            return bool(pairs) and any(
                all(nearly_equal(value["losses"][:1], _first_loss(formula, probe, trains)) for probe, value in pairs)
                for formula in formulas
                for trains in (True, False)
            )

    return recognise


def _first_loss(formula, training, trains):
    X, y = training.data()
    with pytorch().no_grad():
        return as_array([formula(training.model().train(trains)(X), y)])


def _add_loss(name, explanation, *losses, example):
    """Add a mistake that the first loss shows, before any step and in either mode."""
    others = {"clears": False, "evaluates": False}
    samples = [
        _training_with(loss=loss, **part) for loss in losses for part in ({}, others, {"column": True, "trains": False})
    ]
    recognise = _begins_like(*losses)
    mistakes.add(name, explanation, *samples, example=example, describe=steps_in_words, recognise=recognise)


_add_loss(
    "softmax over the batch axis",
    """
    The softmax still runs down the examples, along axis 0: on the smallest case the losses are {output}. Each
    example then gets a share of its class, and the loss of one depends on who else is in the batch. Classes lie on
    axis 1. But the repair is not to change the number alone: does the loss that you use want probabilities at all?
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
    wrong and sure the losses are {output}, where the truth is near 150, and they do not move, because the inner
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
    You put a logarithm behind the softmax. On small logits that is right; for a model with logits of ±150 that is
    wrong on both examples, the losses are {output}. In float32 the probability has become 0 before the logarithm
    sees it. Even from a gap of 90 on, where the loss is still finite, the gradient is not. Which function takes
    both steps in one?
    """,
    log_of_softmax,
    with_epsilon(1e-9),
    with_epsilon(1e-8),
    clipped_probability(1e-7),
    example=(WRONG_AND_SURE,),
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


mistakes.add(
    "zero_grad forgotten",
    """
    Loss and axis are repaired, the first step is right, and from the second on the steps contain the old gradients:
    `backward()` adds to what is there. On four examples the losses are {output}. They may fall even faster for a
    while, like with a growing learning rate, and then jump. Which line is missing in the loop, and where may it
    stand?
    """,
    _training_with(clears=False),
    _training_with(clears=False, evaluates=False),
    _training_with(clears=False, evaluates=False, column=True),
    example=FOUR,
    describe=steps_in_words,
    recognise=_is_like("losses", _training_with(clears=False), _training_with(clears=False, trains=False)),
)


def _accuracy_in_words(value):
    return f"the accuracy {float(value['accuracy']):.4g}"


mistakes.add(
    "training mode forgotten",
    """
    The model comes to you in evaluation mode, as somebody left it who measured it before, and you train it like
    that. Linear layers do not care; batch normalisation uses its stored statistics and dropout does nothing. A
    training function cannot know what was done before it was called. Which method brings the model into the mode
    for training, and where does the call belong?
    """,
    _training_with(trains=False),
    _training_with(trains=False, evaluates=False),
    _training_with(trains=False, column=True),
    example=(FAR,),
    describe=_accuracy_in_words,
    recognise=_is_like("losses", _training_with(trains=False)),
)


mistakes.add(
    "labels as a column",
    """
    The labels are still turned into a column before they are compared with the decisions. A row (m,) against a
    column (m, 1) is an m by m table: every decision meets every label. With equally frequent classes its mean is
    1/K however good the model is; on a small case you return {output}. Nothing fails. Which shape do the labels
    have before the `reshape`?
    """,
    _training_with(column=True),
    _training_with(column=True, evaluates=False),
    example=FOUR,
    describe=_accuracy_in_words,
    recognise=_is_like("accuracy", _training_with(column=True)),
)

mistakes.add(
    "training mode left on",
    """
    The training is right, and the accuracy is measured while the model is still in training mode. With batch
    normalisation the decision about an example then depends on the others in the batch, and with dropout on chance.
    On a case with batch normalisation you return {output}. Which method switches the model, and on which side of
    the measurement does it stand?
    """,
    _training_with(evaluates=False),
    example=(FAR,),
    describe=_accuracy_in_words,
    recognise=_is_like("accuracy", _training_with(evaluates=False)),
)

mistakes.add(
    "loss after the step",
    """
    Your list begins with the loss after the first step: on the smallest case it is {output}. The task asks for the
    loss before each step, so that the first number belongs to the untouched model. It is the number that tells
    whether loss, labels and model fit together: near ln K for small weights. Which loss do you keep?
    """,
    _training_with(report="after"),
    example=SMALL,
    describe=steps_in_words,
)


def _nothing_moved_at_all(seen):
    """Whether the weights stay, and the losses with them."""
    losses = values_of(seen, "losses")
    return nothing_moved(seen) and any(np.size(row) > 1 and np.ptp(row) == 0 for row in losses)


mistakes.add(
    "step forgotten",
    """
    The weights never move: on the smallest case the losses are {output}. Somewhere in the rewriting a line was
    lost. The gradients are computed and wait in `.grad`; the optimizer holds the parameters and the learning rate.
    Which of its methods applies the one to the other, and how often in an epoch?
    """,
    _training_with(moves=0),
    _training_with(moves=0, clears=False),
    example=SMALL,
    describe=steps_in_words,
    recognise=_nothing_moved_at_all,
)


@mistakes.mistake(recognise=lambda seen: differing_parts(seen) in ({"W"}, {"b"}, {"W", "b"}) and nothing_moved(seen))
def a_copy_is_trained(model, X, y, learning_rate, epochs):
    """
    Losses and accuracy are right, and the model that was handed to you is as it was: you trained another one, a
    copy of it. The caller calls your function in order to have a trained model afterwards, and gets two numbers
    about a network that is gone when the function ends. An optimizer moves the parameters that it was given. Whose
    parameters does yours get?
    """
    return reference_training(copy.deepcopy(model), X, y, learning_rate, epochs)


def _in_batches(size, shuffled=True):
    """A training in batches of this size; the loss of an epoch is the mean over its batches."""

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
                total += reference_step(model, optimizer, X[part], y[part]) * len(part)
            losses.append(total / len(X))
        return losses, _measured(model, X, y)

    return repaired_training


def _wrong_on_many_examples_alone(seen):
    few, many = [], []
    for (probe, value), like in zip(_readable(seen), seen.expected, strict=False):
        (many if len(probe.y) > 30 else few).append((value, like))
    right = all(nearly_equal(value, like) for value, like in few)
    return right and bool(many) and not any(nearly_equal(value["losses"], like["losses"]) for value, like in many)


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
                _measured(model, X, y)
        return losses, _measured(model, X, y)

    return repaired_training


mistakes.add(
    "evaluation mode in the loop",
    """
    You switch to evaluation mode inside the loop, and no line leads back. The first step is made in training mode,
    all others are not: with batch normalisation the losses are {output}. Whoever measures between two epochs has to
    switch twice. A mode stays until somebody changes it. Where does `eval()` belong when it is needed only once,
    and which call is missing when it stays?
    """,
    _evaluated_in_the_loop(False),
    _evaluated_in_the_loop(True),
    example=(FAR,),
    describe=steps_in_words,
)


@mistakes.mistake(FAR, describe=_accuracy_in_words)
def accuracy_before_the_last_step(model, X, y, learning_rate, epochs):
    """
    Your decisions come from the logits of the last pass through the loop. Those were computed before the last step
    and in training mode, so they belong to another model than the one you leave: on a case with batch normalisation
    you return {output}. A prediction does not change with the weights afterwards. Which call has to be made once
    more, behind the loop, and in which mode?
    """
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


@mistakes.mistake(recognise=only_the_graph_differs)
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
    return losses, _measured(model, X, y)


@mistakes.mistake(*SMALL, describe=steps_in_words)
def the_learning_rate_is_not_used(model, X, y, learning_rate, epochs):
    """
    The losses begin right and fall at another pace than the learning rate sets: {output} on the smallest case. A
    number written into the optimizer takes the place of the argument, so whoever calls your function with another
    rate gets the same training. Which argument of the function has no reader in its body?
    """
    return _training_with()(model, X, y, 0.01, epochs)


mistakes.add(
    "another optimizer",
    """
    The first loss is right, and the steps are not those of plain gradient descent: on the smallest case the losses
    are {output}. Another optimizer may be the better choice for a network, but it is a different training, and a
    learning rate means something else in it: Adam moves every weight by about the learning rate, however small its
    gradient is, and a momentum goes on where a gradient has ended. Which optimizer does the published code use, and
    with which arguments?
    """,
    _training_with(brand="Adam"),
    _training_with(brand="AdamW"),
    _training_with(brand="RMSprop"),
    _training_with(momentum=0.9),
    _training_with(momentum=0.9, nesterov=True),
    _training_with(weight_decay=0.01),
    example=SMALL,
    describe=steps_in_words,
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
    comma between two results behind `return` makes a pair. Which of the two is missing, or what comes with them?
    """
    return reference_training(*inputs)[0]


not_a_pair.also(
    lambda *inputs: reference_training(*inputs)[1],
    lambda *inputs: (*reference_training(*inputs), inputs[0]),
    lambda *inputs: reference_training(*inputs)[::-1],
)


@mistakes.mistake(
    Training([[0.5, -0.5]], [0.0, 0.0], [[1.0], [-1.0]], [1, 0], rate=2.0, steps=3), describe=_accuracy_in_words
)
def accuracy_of_the_untrained_model(model, X, y, learning_rate, epochs):
    """
    The losses are right, and the accuracy belongs to the model before its training: you return {output} on a small
    case. In a notebook that happens when the decisions are computed above the loop. A prediction is a photograph;
    it does not change with the weights afterwards. Which line has to move behind the last step?
    """
    accuracy = _measured(model, X, y)
    return reference_training(model, X, y, learning_rate, epochs)[0], accuracy
