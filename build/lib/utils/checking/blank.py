"""Whether an answer is still blank: nothing was written in the place of ``...``."""

import ast
import dis
import inspect
import textwrap

EMPTY_BODY = ("RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST")


def is_blank(answer):
    """Whether nothing was written: the value ``...``, or a function whose body is a docstring and ``...`` or pass."""
    if answer is ...:
        return True
    if not inspect.isfunction(answer) or answer.__code__.co_name == "<lambda>":
        return False
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(answer))).body[0].body
    except (OSError, TypeError, SyntaxError, AttributeError, IndexError):
        # No source at hand: an empty body compiles to "return None" and nothing else.
        instructions = list(dis.get_instructions(answer))
        return all(line.opname in EMPTY_BODY and line.argval in (None, 0) for line in instructions)
    return all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and _is_filler(line.value.value))
        for line in body
    )


def _is_filler(constant):
    return constant is ... or isinstance(constant, str)
