"""More wrong steps of training, the mistakes of exercise 8.3: how weights move, what is left, what PyTorch refuses."""

from utils.exercises.ch08.formulas import (
    fused,
)
from utils.exercises.ch08.lazily import pytorch
from utils.exercises.ch08.probes import (
    SMALL,
)
from utils.exercises.ch08.recognising import (
    came_as,
    differs_only_in,
    nothing_moved,
    steps_in_words,
    values_of,
)
from utils.exercises.ch08.recognising_steps import (
    are_shares,
    counts,
    goes_through_the_model_twice,
    is_rounded,
    steps_with_a_penalty,
    steps_with_less_than_arrived,
)
from utils.exercises.ch08.refusals import add_what_is_refused
from utils.exercises.ch08.steps import learning_parts, reference_step, step_with
from utils.exercises.ch08.wrong_steps import mistakes, weights_in_words


def _moved_without_the_optimizer(seen):
    facts = seen.results[0].facts
    return "events" in facts and "step" not in facts["events"] and not nothing_moved(seen)


def _optimizer_of_its_own(brand, rate):
    def training_step(model, optimizer, X, y):
        return reference_step(model, getattr(pytorch().optim, brand)(model.parameters(), lr=rate), X, y)

    return training_step


def _moved_by_hand(model, optimizer, X, y):
    loss = fused(model(X), y)
    gradients = pytorch().autograd.grad(loss, learning_parts(model))
    with pytorch().no_grad():
        for parameter, gradient in zip(learning_parts(model), gradients, strict=True):
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


def _two_whole_steps(model, optimizer, X, y):
    first, _ = [reference_step(model, optimizer, X, y) for _ in range(2)]
    return first


mistakes.add(
    "two steps in one",
    """
    Each call moves the weights more than once: two calls leave {output}. A second move with the same gradient uses
    what belongs to a point that the model has left already, and a whole second round makes two steps of one call.
    The caller counts the calls of your function, and draws its losses over them. The loop is the caller's; how often
    does `optimizer.step()` run in your function?
    """,
    step_with(moves=2),
    _two_whole_steps,
    step_with(moves=3),
    example=SMALL,
    describe=weights_in_words,
    recognise=counts("step", 2),
)


def _once_for_each_example(seen, event, other):
    """Whether, with a plain model, one thing happened once for each example and another once in each call."""
    plain = [(probe, result.facts.get("events")) for (probe,), result in zip(seen.probes, seen.results, strict=False)]
    plain = [(probe, events) for probe, events in plain if probe.is_plain and events]
    return any(len(probe.y) > 1 for probe, _ in plain) and all(
        events.count(event) == probe.steps * len(probe.y) and events.count(other) in (probe.steps, events.count(event))
        for probe, events in plain
    )


def _a_step_for_each(model, optimizer, X, y):
    losses = [reference_step(model, optimizer, X[[i]], y[[i]]) for i in range(len(X))]
    return sum(losses) / len(losses)


def _one_by_one(model, optimizer, X, y):
    optimizer.zero_grad()
    total = 0.0
    for i in range(len(X)):
        loss = fused(model(X[[i]]), y[[i]]) / len(X)
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total


mistakes.add(
    "a step for each example",
    """
    You loop over the examples and make a step for each of them: with two examples two calls leave {output}. One call
    should be one step with the mean gradient of the batch. The steps of a loop see weights that the earlier ones have
    moved, so the order of the examples counts, and as many steps are as many times as far. A model takes all rows at
    once, and the loss averages over them. Which loop can go?
    """,
    _a_step_for_each,
    example=SMALL,
    describe=weights_in_words,
    recognise=lambda seen: _once_for_each_example(seen, "step", "pass"),
)

mistakes.add(
    "one example at a time",
    """
    You send the examples through the model one by one and add their gradients up. For a linear model that comes to the
    same, only more slowly. The text says that the batch goes through once, because some layers look at it as a whole:
    batch normalisation takes mean and variance of the batch, counts each pass, and stops with an error when a single
    example comes while it trains. The loss can average over rows for you. What is left of your loop then?
    """,
    _one_by_one,
    recognise=lambda seen: _once_for_each_example(seen, "pass", "step"),
)


@mistakes.mistake(*SMALL, describe=steps_in_words, recognise=are_shares)
def the_accuracy_returned(model, optimizer, X, y):
    """
    The step itself is right, and you return the share of right decisions: {output}. An accuracy moves in jumps and
    stands still while the loss falls; training watches the loss, because that is what the gradient belongs to. The
    accuracy comes later, on data the model has not been trained on. Which number did you call `backward` on?
    """
    reference_step(model, optimizer, X, y)
    return (model(X).argmax(dim=1) == y).float().mean().item()


@the_accuracy_returned.also
def _accuracy_before_the_step(model, optimizer, X, y):
    optimizer.zero_grad()
    Z = model(X)
    fused(Z, y).backward()
    optimizer.step()
    return 100 * (Z.argmax(dim=1) == y).sum().item() / len(y)


def _twice_through_the_model(model, optimizer, X, y):
    with pytorch().no_grad():
        before = fused(model(X), y).item()
    reference_step(model, optimizer, X, y)
    return before


mistakes.add(
    "two passes through the model",
    """
    You call the model twice in a step: once for the number that you return, and once for the gradients. A linear model
    gives the same both times. Batch normalisation counts what passes through it, so its running mean moves twice as
    far, and dropout draws anew, so that the loss that you report is not the one that was differentiated. It also takes
    twice the time. One call of the model gives one loss; which of its two uses has to come first?
    """,
    _twice_through_the_model,
    recognise=goes_through_the_model_twice,
)


def _with_clipped_gradients(clip):
    def training_step(model, optimizer, X, y):
        optimizer.zero_grad()
        loss = fused(model(X), y)
        loss.backward()
        clip(model.parameters())
        optimizer.step()
        return loss.item()

    return training_step


mistakes.add(
    "gradients clipped",
    """
    Between `backward` and `step` you make the gradients smaller where they are large. The direction of a step then
    depends on a limit that nobody asked for, and where the limit is met the model learns more slowly than its learning
    rate says. Clipping helps networks whose gradients explode, in long sequences for example; the gradient of a softmax
    with cross-entropy is a difference of two probabilities and cannot. Which line stands between the two calls?
    """,
    _with_clipped_gradients(lambda parameters: pytorch().nn.utils.clip_grad_norm_(parameters, 0.1)),
    _with_clipped_gradients(lambda parameters: pytorch().nn.utils.clip_grad_norm_(parameters, 1.0)),
    _with_clipped_gradients(lambda parameters: pytorch().nn.utils.clip_grad_value_(parameters, 0.05)),
    recognise=steps_with_less_than_arrived,
)


def _with_penalty(factor, of_one, reported=True):
    """A step with a penalty on the weights in its loss."""

    def training_step(model, optimizer, X, y):
        optimizer.zero_grad()
        loss = fused(model(X), y)
        whole = loss + factor * sum(of_one(part) for part in model.parameters())
        whole.backward()
        optimizer.step()
        return (whole if reported else loss).item()

    return training_step


mistakes.add(
    "a penalty on the weights",
    """
    Your loss has a second part that grows with the weights, and its gradient pulls each of them towards 0. Such a
    penalty, also called weight decay or regularisation, can help against overfitting, and it changes both the number
    that you return and the way that the weights go. Asked for is only the mean cross-entropy; those who want a decay
    gives it to the optimizer. Which term of your loss does not know the labels?
    """,
    _with_penalty(0.01, lambda part: (part**2).sum()),
    _with_penalty(0.001, lambda part: (part**2).sum() / 2),
    _with_penalty(0.01, lambda part: (part**2).sum(), reported=False),
    _with_penalty(0.01, lambda part: part.abs().sum()),
    _with_penalty(0.01, lambda part: part.norm()),
    recognise=steps_with_a_penalty,
)


def _rounded_to(digits):
    return lambda *inputs: round(reference_step(*inputs), digits)


mistakes.add(
    "the loss rounded",
    """
    The step is right, and the number that you return has only a few decimals: on the smallest case {output}. Late in a
    training a loss changes in its fifth digit and beyond, and a rounded one stands still there, as if nothing were
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


def _frozen_afterwards(model, optimizer, X, y):
    model.requires_grad_(True)
    loss = reference_step(model, optimizer, X, y)
    model.requires_grad_(False)
    return loss


mistakes.add(
    "parameters left frozen",
    """
    Your step is right and leaves the parameters of the model with `requires_grad` switched off. From now on nothing
    that the model computes can be differentiated, and the next training of the caller, or the second call of a step
    like the one in the text, stops with an error. To compute without a graph for some lines, a block of
    `torch.no_grad()` does it and puts everything back at its end. Which line of yours switches for good?
    """,
    _frozen_afterwards,
    recognise=lambda seen: set(values_of(seen, "parameters")) == {"frozen"},
)


def _with_the_batch_changed(model, optimizer, X, y):
    loss = reference_step(model, optimizer, X, y)
    X -= X.mean()
    return loss


mistakes.add(
    "the batch is changed",
    """
    The tensors `X` and `y` are not what they were: you write into one of them, with an operator such as `-=`, with a
    method whose name ends in an underscore, or with a slice on the left of `=`. They belong to the caller, who uses the
    same examples again in the next epoch and would then train on others. Which line changes a tensor in place, where a
    new one was meant?
    """,
    _with_the_batch_changed,
    recognise=lambda seen: "changed" in values_of(seen, "data"),
)


def _with_a_gradient_for_the_data(model, optimizer, X, y):
    return reference_step(model, optimizer, X.requires_grad_(), y)


mistakes.add(
    "a gradient for the data",
    """
    The step is right, and the tensor `X` of the caller now requires a gradient: each `backward` computes one for every
    number of the data, too, and adds it to `X.grad`, which nobody clears. It takes time and memory, and the caller gets
    the data back in another state than it was. What learns are the parameters of the model, and they require their
    gradients since they were made. Which line of yours asks for one more?
    """,
    _with_a_gradient_for_the_data,
    recognise=differs_only_in("data"),
)


add_what_is_refused(
    mistakes,
    ("model", "optimizer", "X", "y"),
    lambda loss: step_with(loss=loss),
    lambda model, X, y, optimizer: reference_step(model, optimizer, X, y),
)


@mistakes.mistake(recognise=came_as("a method"))
def a_method_that_is_not_called(model, optimizer, X, y):
    """
    You return a method and not what it gives: `loss.item`, without brackets, is the way to the number, as
    `optimizer.step` is the way to a step. Python does not complain, since a method is a value like any other, and a
    line with a method alone does nothing. The caller who wants to print or to add up the losses then holds something
    that is no number. Which name in your function lacks its brackets?
    """
    optimizer.zero_grad()
    loss = fused(model(X), y)
    loss.backward()
    optimizer.step()
    return loss.item


@mistakes.mistake(recognise=came_as("not one loss"))
def more_than_the_loss_returned(model, optimizer, X, y):
    """
    A single number is asked for, the loss before the step, and your function returns something else: several
    values, a text, or the model. A loop that collects the results in a list, to look at the curve afterwards, could
    do nothing with that. Model and optimizer were changed in place, so the caller has them already. Which one
    number belongs after your `return`?
    """
    return (reference_step(model, optimizer, X, y), 1.0)


more_than_the_loss_returned.also(
    lambda model, optimizer, X, y: f"loss {reference_step(model, optimizer, X, y)}",
    lambda model, optimizer, X, y: [reference_step(model, optimizer, X, y)],
)
