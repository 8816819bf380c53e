"""Training steps in PyTorch, right and wrong."""

from utils.exercises.ch08.formulas import fused
from utils.exercises.ch08.lazily import pytorch


def step_with(loss=fused, clear="before", sign=1, moves=1, report="before", evaluation=False, gradient=True):
    """A training step with one part exchanged."""

    def training_step(model, optimizer, X, y):
        if evaluation:
            model.eval()
        if clear == "before":
            optimizer.zero_grad()
        value = loss(model(X), y)
        if gradient:
            (sign * value).backward()
        if clear == "between":
            optimizer.zero_grad()
        for _ in range(moves):
            optimizer.step()
        if clear == "after":
            optimizer.zero_grad()
        if report == "after":
            with pytorch().no_grad():
                return loss(model(X), y).item()
        return value if report == "graph" else value.item()

    return training_step


reference_step = step_with()


def learning_parts(model):
    """The parameters of a model that learn; what is frozen has no gradient."""
    return [part for part in model.parameters() if part.requires_grad]


def step_with_graph(model, optimizer, X, y):
    optimizer.zero_grad()
    loss = fused(model(X), y)
    loss.backward()
    optimizer.step()
    return loss
