"""Exercise 8.5: the published training, repaired: the loss before each step, and the accuracy after the last."""

import numpy as np

from utils.checking import Domain, Exercise, paragraphs
from utils.exercises.ch08.formulas import (
    in_two_steps,
)
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking import look_at_training, observing
from utils.exercises.ch08.probes import (
    FAR,
    ONE_STEP,
    WORSE_AT_LAST,
    WRONG_AND_SURE,
    ZEROS,
    Training,
    any_training,
    corners_of_trainings,
    drawn_training,
)
from utils.exercises.ch08.steps import learning_parts, reference_step, step_with
from utils.exercises.ch08.trainings import measured, reference_training
from utils.exercises.ch08.wrong_records import mistakes

# The domain


def _corners(rng):
    return {
        **corners_of_trainings(rng),
        "many steps": drawn_training(rng, 9, 2, 3, rate=0.3, steps=int(rng.integers(12, 20))),
        "one step": drawn_training(rng, 8, 3, 4, rate=0.3, steps=1),
        "one long step": drawn_training(rng, 8, 3, 4, rate=1.1, steps=1),
        "several steps after batch normalisation": drawn_training(rng, 8, 3, 4, rate=0.3, steps=4, normalised=True),
    }


whole_trainings = Domain(
    smallest=[
        (ZEROS,),
        (Training([[0.5, -1.0]], [0.0, 0.2], [[1.0], [3.0]], [1, 0]),),
        (Training([[0.5, -0.5]], [0.0, 0.0], [[1.0], [-1.0], [2.0], [0.5]], [1, 0, 1, 0], rate=0.5, steps=4),),
        (WRONG_AND_SURE,),
        (FAR,),
        (ONE_STEP,),
        (WORSE_AT_LAST,),
    ],
    corners=lambda rng: {name: (training,) for name, training in _corners(rng).items()},
    draw=lambda rng: (any_training(rng, "SGD"),),
    draws=2,
)


def repaired_training_in_words(training):
    """What is expected, in words."""
    return f"""
    a pair of {training.steps} losses, none of them negative, and an accuracy between 0 and 1, from a model that was
    trained in training mode and measured in evaluation mode,
    """


# Right answers


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
        gradients = pytorch().autograd.grad(loss, learning_parts(model))
        with pytorch().no_grad():
            for parameter, gradient in zip(learning_parts(model), gradients, strict=True):
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


def _in_one_shuffled_batch(model, X, y, learning_rate, epochs):
    """All examples in a new order are the same batch."""
    data = pytorch().utils.data
    rows = pytorch().Generator().manual_seed(3)
    loader = data.DataLoader(data.TensorDataset(X, y), batch_size=len(X), shuffle=True, generator=rows)
    optimizer = pytorch().optim.SGD(model.parameters(), lr=learning_rate)
    history = []
    for _ in range(epochs):
        model.train()
        history += [reference_step(model, optimizer, *batch) for batch in loader]
        share = measured(model, X, y)
    return history, share


def _with_the_step_above(model, X, y, learning_rate, epochs):
    optimizer = pytorch().optim.SGD(list(model.parameters()), lr=learning_rate)
    model.train()
    losses = [reference_step(model, optimizer, X, y) for _ in range(epochs)]
    model.eval()
    hits = [int(model(row[None]).argmax()) == int(label) for row, label in zip(X, y, strict=True)]
    return tuple(losses), sum(hits) / len(hits)


repaired_training = Exercise(
    name="ch08.repaired_training",
    is_main=True,
    asks="The published training, repaired: the loss before each step, and the accuracy after the last.",
    reference=reference_training,
    probes=whole_trainings,
    observe=observing(look_at_training),
    expects=repaired_training_in_words,
    scale=lambda training: training.size,
    time_limit=4.0,
    hints=paragraphs("""
        Read it line by line and ask of each what it should do: which axis, which loss, which gradients, which mode,
        which shapes. There are five faults.

        A cross-entropy is never negative, and the published losses are. Which two lines make the loss?

        What does the second `backward()` do to the gradients of the first? And in which mode is the model when it is
        measured?

        Compare a row of decisions, (m,), with a column of labels, (m, 1). What shape has the result?
    """),
    alternatives=(
        _with_inference_mode,
        _through_log_softmax,
        _cleared_after,
        _with_the_step_above,
        _in_one_shuffled_batch,
    ),
    bank=mistakes,
    # A model or gradients are compared beside what comes back, and these change with the argument.
    of_every_function={"the argument is not used": ()},
    remark="Five faults, and none of them had raised an error.",
)
