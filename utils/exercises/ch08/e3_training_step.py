"""Exercise 8.3: one step of training on one batch; it returns the loss before the step."""

import numpy as np

from utils.checking import Domain, Exercise, Playground, Slider, paragraphs
from utils.exercises.ch08.formulas import (
    in_two_steps,
    lse_minus_logit,
)
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking import look_at_steps, observing
from utils.exercises.ch08.probes import (
    WRONG_AND_SURE,
    ZEROS,
    Training,
    any_training,
    corners_of_trainings,
    drawn_training,
)
from utils.exercises.ch08.steps import learning_parts, reference_step, step_with
from utils.exercises.ch08.wrong_moves import mistakes

# The domain


def _corners(rng):
    momentum, adam = {"optimizer": "momentum"}, {"optimizer": "Adam"}
    return {
        **corners_of_trainings(rng),
        "one step": drawn_training(rng, 4, 2, 3, rate=0.3, steps=1),
        "several steps with momentum": drawn_training(rng, 6, 2, 3, rate=0.3, steps=4, **momentum),
        "several steps of Adam": drawn_training(rng, 4, 2, 4, rate=0.05, steps=3, **adam),
        "Adam after batch normalisation": drawn_training(rng, 8, 3, 3, rate=0.05, normalised=True, **adam),
    }


steps_of_training = Domain(
    smallest=[
        (ZEROS,),
        (Training([[0.5, -1.0]], [0.0, 0.2], [[1.0], [3.0]], [1, 0]),),
        (Training([[0.5, -0.5, 1.0]], [0.1, 0.0, -0.2], [[1.0], [2.0], [-1.0]], [0, 1, 1], rate=0.5),),
        (WRONG_AND_SURE,),
    ],
    corners=lambda rng: {name: (training,) for name, training in _corners(rng).items()},
    draw=lambda rng: (any_training(rng, "SGD", "momentum"),),
    draws=2,
)


def training_in_words(training):
    """What a step must return."""
    return (
        "the loss before each step as one number, and weights that have moved by one step of the optimizer each time,"
    )


# Right answers


def _with_a_closure(model, optimizer, X, y):
    def closure():
        optimizer.zero_grad(set_to_none=False)
        loss = pytorch().nn.CrossEntropyLoss()(model(X), y)
        loss.backward()
        return loss

    return optimizer.step(closure).item()


def _gradients_put_in_place(model, optimizer, X, y):
    parameters = learning_parts(model)
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


def _on_a_copy_of_the_batch(model, optimizer, X, y):
    """What is changed in place is not the caller's."""
    X, y = X.clone(), y.clone()
    X *= 2.0
    X /= 2.0
    optimizer.zero_grad()
    Z = model(X)
    loss = sum(functional().cross_entropy(row[None], label[None]) for row, label in zip(Z, y, strict=True)) / len(Z)
    loss.backward()
    optimizer.step()
    return pytorch().tensor(float(loss))


def _quiet_smoothing(z, y):
    return functional().cross_entropy(z.log_softmax(dim=1), functional().one_hot(y, z.shape[1]).float())


training_step = Exercise(
    name="ch08.training_step",
    is_main=True,
    asks="One step of training on one batch; it returns the loss before the step.",
    reference=reference_step,
    probes=steps_of_training,
    observe=observing(look_at_steps),
    expects=training_in_words,
    scale=lambda training: training.size,
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
        _on_a_copy_of_the_batch,
        step_with(loss=_quiet_smoothing),
    ),
    bank=mistakes,
    playground=Playground(
        sliders=(Slider("rate", "learning rate", 0.1, 6, 0.1, 1.0), Slider("steps", "steps", 1, 10, 1, 6)),
        inputs=lambda rate, steps: (
            Training([[0.5, -0.5]], [0.0, 0.0], [[1.0], [-1.0], [2.0], [0.5]], [1, 0, 1, 0], rate, round(steps)),
        ),
        returns=("the loss of each step", "W", "b"),
    ),
    # A model or gradients are compared beside what comes back, and these change with the argument.
    of_every_function={"the argument is not used": ()},
    remark="Clear, forward, loss, backward, step: every training loop in PyTorch has these five at its heart.",
)
