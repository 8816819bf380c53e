"""Mutants: copies of a function with one small thing changed, made mechanically from its syntax tree.

A check that lets a mutant pass either does not look closely enough, or the change makes no difference. Which of the two
holds is decided by inputs that the check has never seen (``tests/domains.py``).
"""

import ast
import copy
import functools
import inspect
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OTHER_NAMES = {
    "abs": "negative",
    "all": "any",
    "any": "all",
    "argmax": "argmin",
    "argmin": "argmax",
    "argsort": "sort",
    "cumsum": "cumprod",
    "empty_like": "ones_like",
    "exp": "exp2",
    "expm1": "exp",
    "float32": "float16",
    "float64": "float16",
    "log": "log2",
    "log1p": "log",
    "log_softmax": "softmax",
    "logaddexp": "maximum",
    "max": "min",
    "maximum": "minimum",
    "mean": "sum",
    "min": "max",
    "minimum": "maximum",
    "ones": "zeros",
    "ones_like": "zeros_like",
    "outer": "multiply",
    "sigmoid": "tanh",
    "softmax": "log_softmax",
    "sqrt": "square",
    "sum": "mean",
    "zeros": "ones",
    "zeros_like": "ones_like",
}
OTHER_STRINGS = {"linear": "softmax", "mean": "sum", "relu": "linear", "sigmoid": "linear", "softmax": "linear"}
OTHER_OPERATORS = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
OTHER_COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
NARROW = "__import__('numpy').float16"  # the return value in a format that keeps three digits


@dataclass(frozen=True)
class Mutant:
    """A changed copy of a function.

    Attributes:
        change: what was changed, as ``line: before → after``.
        function: the copy, ready to be called.
    """

    change: str
    function: Callable


def mutants_of(function):
    """All mutants of a Python function.

    Args:
        function: a function or lambda whose source can be read; closures are allowed.

    Yields:
        :class:`Mutant`, each with one change.

    Raises:
        LookupError: the source of the function cannot be found.
    """
    tree = _tree_of(function)
    names = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
    yield from _mutants(tree, names, inspect.unwrap(function).__name__)


def mutants_of_source(source, names):
    """The same for a function that stands in a text, for example in a cell.

    Args:
        source: the text, which defines one function.
        names: what the text may refer to.
    """
    (tree,) = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    yield from _mutants(tree, names, tree.name)


def _mutants(tree, names, name):
    # A nested function or a default of the original keeps what it needs; decorators would wrap the change.
    if isinstance(tree, ast.FunctionDef):
        tree = copy.deepcopy(tree)
        tree.decorator_list = []
    for change, mutated in _changes(tree):
        made = _compiled(mutated, names, name)
        if made is not None:
            yield Mutant(change, made)


def _compiled(tree, names, name):
    """The function that a syntax tree defines, or None where the change has no meaning."""
    body = tree if isinstance(tree, ast.FunctionDef) else ast.Assign([ast.Name("mutant", ast.Store())], tree)
    module = ast.fix_missing_locations(ast.Module([body], []))
    namespace = dict(names)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            exec(compile(module, "<mutant>", "exec"), namespace)
    except (SyntaxError, ValueError):
        return None
    return namespace[name if isinstance(tree, ast.FunctionDef) else "mutant"]


# The source of a function ---------------------------------------------------------------------------------------------


@functools.cache
def _module_tree(file):
    return ast.parse(Path(file).read_text(encoding="utf-8"))


def _tree_of(function):
    """The node that defines a function, as a copy."""
    code = getattr(function, "__code__", None)
    if code is None:
        raise LookupError(f"{function!r} is not written in Python")
    kind = ast.Lambda if code.co_name == "<lambda>" else ast.FunctionDef
    for node in ast.walk(_module_tree(code.co_filename)):
        if isinstance(node, kind) and _first_line(node) == code.co_firstlineno and _encloses(node, code):
            return copy.deepcopy(node)
    raise LookupError(f"the source of {function!r} was not found")


def _first_line(node):
    return min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])


def _encloses(node, code):
    """Whether the code lies within the body of a node; several lambdas can begin on one line."""
    if isinstance(node, ast.FunctionDef):
        return node.name == code.co_name
    start, end = (node.body.lineno, node.body.col_offset), (node.body.end_lineno, node.body.end_col_offset)
    places = [(line, column) for line, _, column, _ in code.co_positions() if line and column]
    return all(start <= place <= end for place in places)


# The changes ----------------------------------------------------------------------------------------------------------


def _changes(tree):
    """Pairs of a description and a changed copy of the tree."""
    for number, node in enumerate(ast.walk(tree)):
        if number in _untouched(tree):
            continue
        for make in _edits(node):
            changed = copy.deepcopy(tree)
            target = list(ast.walk(changed))[number]
            new = make(copy.deepcopy(target))
            line = getattr(node, "lineno", tree.lineno) - tree.lineno + 1
            yield f"line {line}: {_words(node)} → {_words(new)}", _replaced(changed, target, new)


def _words(node):
    return textwrap.shorten(ast.unparse(node), 100, placeholder=" …")


@functools.lru_cache(maxsize=8)
def _untouched(tree):
    """The places of docstrings, annotations, error messages and arguments' names, which are no behaviour."""
    nodes = {id(node): number for number, node in enumerate(ast.walk(tree))}
    found = {0}
    for node in ast.walk(tree):
        parts = []
        if isinstance(node, (ast.Raise, ast.arguments, ast.JoinedStr, ast.Assert)) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            parts = [node]
        for part in parts:
            found |= {nodes[id(inner)] for inner in ast.walk(part)}
    return found


def _replaced(tree, target, new):
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, new)
            elif isinstance(value, list) and any(part is target for part in value):
                setattr(parent, name, [new if part is target else part for part in value])
    return tree


def _edits(node):
    """Functions that turn a copy of this node into a changed one."""
    for kind, edits in EDITS:
        if isinstance(node, kind):
            yield from edits(node)


def _set(**fields):
    def make(node):
        for name, value in fields.items():
            setattr(node, name, value)
        return node

    return make


def _operators(node):
    for other in OTHER_OPERATORS.get(type(node.op), ()):
        yield _set(op=other())
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult, ast.Pow)):
            yield lambda copied: _set(left=copied.right, right=copied.left)(copied)
        yield lambda copied: copied.left
        yield lambda copied: copied.right


def _signs(node):
    if isinstance(node.op, (ast.USub, ast.Not, ast.Invert)):
        yield lambda copied: copied.operand


def _comparisons(node):
    for place, op in enumerate(node.ops):
        for other in OTHER_COMPARISONS.get(type(op), ()):
            yield lambda copied, place=place, other=other: _set(
                ops=[other() if at == place else kept for at, kept in enumerate(copied.ops)]
            )(copied)


def _booleans(node):
    yield _set(op=ast.Or() if isinstance(node.op, ast.And) else ast.And())


def _constants(node):
    value = node.value
    if isinstance(value, bool):
        yield _set(value=not value)
    elif isinstance(value, int):
        yield _set(value=value + 1)
        yield _set(value=value - 1)
    elif isinstance(value, float):
        yield _set(value=value * 1.1 if value else 0.1)
        yield _set(value=-value if value else 1.0)
    elif isinstance(value, str) and value in OTHER_STRINGS:
        yield _set(value=OTHER_STRINGS[value])


def _names(node):
    field = "id" if isinstance(node, ast.Name) else "attr"
    name = getattr(node, field)
    if isinstance(node.ctx, ast.Load) and name in OTHER_NAMES:
        yield _set(**{field: OTHER_NAMES[name]})


def _calls(node):
    if node.args:
        yield lambda copied: copied.args[0]
    if isinstance(node.func, ast.Attribute) and not (isinstance(node.func.value, ast.Name) and node.args):
        yield lambda copied: copied.func.value
    if len(node.args) > 1:
        yield lambda copied: _set(args=[copied.args[1], copied.args[0], *copied.args[2:]])(copied)
    for place in range(len(node.keywords)):
        yield lambda copied, place=place: _set(keywords=copied.keywords[:place] + copied.keywords[place + 1 :])(copied)


def _slices(node):
    if node.lower is not None:
        yield lambda copied: _set(lower=None)(copied)
    if node.upper is not None:
        yield lambda copied: _set(upper=None)(copied)


def _shifted_slices(node):
    for bound in ("lower", "upper"):
        if getattr(node, bound) is not None:
            for op in (ast.Add, ast.Sub):
                yield lambda copied, bound=bound, op=op: _set(
                    **{bound: ast.BinOp(getattr(copied, bound), op(), ast.Constant(1))}
                )(copied)


def _choices(node):
    yield lambda copied: copied.body
    yield lambda copied: copied.orelse


def _branches(node):
    yield _set(test=ast.Constant(True))
    yield _set(test=ast.Constant(False))


def _statements(node):
    yield lambda copied: ast.Pass()


def _returns(node):
    if node.value is not None:
        yield _set(value=None)
        if not isinstance(node.value, (ast.Tuple, ast.Dict)):
            yield lambda copied: _set(
                value=ast.parse(f"__import__('numpy').asarray({ast.unparse(copied.value)}).astype({NARROW})")
                .body[0]
                .value
            )(copied)


EDITS = (
    ((ast.BinOp, ast.AugAssign), _operators),
    (ast.UnaryOp, _signs),
    (ast.Compare, _comparisons),
    (ast.BoolOp, _booleans),
    (ast.Constant, _constants),
    ((ast.Name, ast.Attribute), _names),
    (ast.Call, _calls),
    (ast.Slice, _slices),
    (ast.Slice, _shifted_slices),
    (ast.IfExp, _choices),
    (ast.If, _branches),
    ((ast.Assign, ast.AugAssign, ast.Expr), _statements),
    (ast.Return, _returns),
)
