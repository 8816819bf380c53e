"""Whole trainings in PyTorch, right and wrong."""

from utils.exercises.ch08.formulas import fused
from utils.exercises.ch08.lazily import functional, pytorch


def measured(model, X, y, evaluates=True, column=False):
    torch = pytorch()
    model.train(not evaluates)
    with torch.no_grad():
        decisions = model(X).argmax(dim=1)
    return (decisions == (y[:, None] if column else y)).float().mean().item()


def training_with(
    loss=fused,
    clears=True,
    trains=True,
    evaluates=True,
    column=False,
    moves=1,
    gradient=True,
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
            if clears is True:
                optimizer.zero_grad()
            if gradient:
                value.backward()
            if clears == "between":
                optimizer.zero_grad()
            if moves:
                optimizer.step()
            if report == "after":
                with pytorch().no_grad():
                    value = loss(model(X), y)
            losses.append(value.item())
        return losses, measured(model, X, y, evaluates, column)

    return repaired_training


reference_training = training_with()


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
