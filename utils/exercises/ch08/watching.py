"""Why an answer failed, told from what it handed to PyTorch and not from the words of an error.

An answer that raises runs once more and is watched. One that works is never touched by the watching.
"""

import inspect

from utils.checking import Unfit
from utils.checking.words import error_words
from utils.exercises.ch08.lazily import pytorch


def with_facts_of_failures(look, answer):
    """What ``look()`` returns, which looks at an answer.

    Raises:
        Unfit: in the place of what it raises, in the same words, with four facts: ``refused``, the call that PyTorch
            refused, see :func:`_in_plain_data`, ``missing``, the attribute that something did not have, None where
            there is no such thing, ``parameters``, the names that the answer gives to its inputs, and ``failed in``,
            the name of the function that raised.
    """
    try:
        return look()
    except Unfit:
        raise
    except Exception as error:
        missing = error.name if isinstance(error, AttributeError) else None
        facts = {
            "refused": _refused_call(look),
            "missing": missing,
            "parameters": _parameters_of(answer),
            "failed in": _innermost(error.__traceback__),
        }
        raise Unfit(type(error).__name__, error_words(error), facts=facts) from error


def _parameters_of(answer):
    """The names between the brackets of its ``def``; none where nobody can tell."""
    try:
        return tuple(inspect.signature(answer).parameters)
    except (TypeError, ValueError):
        return ()


def _innermost(traceback):
    """The name of the function that raised, with that of its class."""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_code.co_qualname


def _refused_call(look):
    """The call of PyTorch whose error ends ``look()``, or None."""
    watch = _watch()
    try:
        with watch:
            look()
    except Exception as error:
        return watch.call if error is watch.error else None
    return None


def _watch():
    """A mode in which PyTorch hands each call to an object that keeps the last one that raised, and its error."""
    from torch.overrides import TorchFunctionMode

    class Watch(TorchFunctionMode):
        call = error = None

        def __torch_function__(self, function, types, arguments=(), options=None):
            options = options or {}
            try:
                return function(*arguments, **options)
            except Exception as error:
                self.call, self.error = _in_plain_data(function, (*arguments, *options.values())), error
                raise

    return Watch()


def _in_plain_data(function, arguments):
    """The name of a function and, in their order, the tensors among its arguments: what is in them and how they lie."""
    return {
        "function": function.__name__,
        "tensors": tuple(
            {
                "is_floating": tensor.is_floating_point(),
                "type": str(tensor.dtype),
                "shape": tuple(tensor.shape),
                "has_graph": tensor.requires_grad,
            }
            for tensor in _tensors(arguments)
        ),
    }


def _tensors(values):
    for value in values:
        if isinstance(value, pytorch().Tensor):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from _tensors(value)
