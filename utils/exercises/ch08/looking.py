"""How answers of chapter 8 are looked at."""

from contextlib import contextmanager

import numpy as np

from utils.exercises.ch08.lazily import pytorch
from utils.exercises.ch08.probes import Batch, Net, Training
from utils.exercises.ch08.watching import with_facts_of_failures


def observing(look):
    """An ``observe`` that calls ``look`` for a probe of this chapter.

    Without one the inputs are what a reader would pass, and the answer is called with them: in a "try yours" cell, for
    example.
    """

    def observe(answer, *inputs):
        with one_thread():
            if len(inputs) == 1 and isinstance(inputs[0], (Net, Batch, Training)):
                return with_facts_of_failures(lambda: look(answer, inputs[0]))
            return answer(*inputs)

    return observe


@contextmanager
def one_thread():
    """PyTorch on one thread.

    For arrays as small as ours a second one only waits, and for long where the processor is busy.
    """
    torch = pytorch()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


class InWords(str):
    """Words that are shown as they stand, without quotation marks."""

    __repr__ = str.__str__


def as_array(values):
    """Tensors, floats and arrays as one array, if their shapes allow it."""
    return np.array([value.detach().numpy() if hasattr(value, "detach") else value for value in values])


def graph_of(losses):
    """Whether one of the losses would keep its graph alive."""
    return "kept" if any(getattr(loss, "requires_grad", False) for loss in losses) else "let go"


def weights_of(model):
    """The weights of a linear model, as they lie in this course."""
    linear = model[-1] if hasattr(model, "__getitem__") else model
    return {"W": linear.weight.detach().T.double().numpy(), "b": linear.bias.detach().double().numpy()}
