"""From the cell of an exercise to its stub: the marked solution gives way to a single ``...``."""

import ast
import re

from utils.notebooks.format import NotebookError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
MARKER_LIKE = re.compile(r"\b(begin|end)[\s_-]*(of[\s_-]*)?solution", re.IGNORECASE)
SHORT = 20  # characters without spaces; a shorter solution (`return z`) may occur elsewhere by chance


def make_stub(source):
    """The stub of an exercise cell, and the solutions that it hides, one for each marked region.

    Raises:
        NotebookError: no markers, wrong markers, a stub that is not Python, a solution that is not the whole body.
    """
    stub, regions = split_cell(source)
    if not regions:
        raise NotebookError("an exercise needs a region between BEGIN SOLUTION and END SOLUTION.")
    try:
        blanks = blank_lines(stub)
    except SyntaxError as error:
        raise NotebookError(f"without its solution the cell is not valid Python ({error.msg}).") from error
    if not blanks.issuperset(regions):
        raise NotebookError("the solution must be the whole body of a function, or the whole value of a name.")
    return stub, list(regions.values())


def split_cell(source):
    """Separate the cell of an exercise into what is shown and what is not.

    Returns:
        The stub, and a dict from the line where ``...`` stands in it to the region that it replaces.

    Raises:
        NotebookError: markers that are nested or unbalanced, or a region that leaves its block.
    """
    kept, regions, region, indent = [], {}, None, ""
    for line in source.splitlines():
        text = line.strip()
        if text == BEGIN:
            if region is not None:
                raise NotebookError("a BEGIN SOLUTION stands inside another solution.")
            region, indent = [], line[: len(line) - len(line.lstrip())]
            kept.append(indent + "...")
        elif text == END:
            if region is None:
                raise NotebookError("an END SOLUTION has no BEGIN SOLUTION.")
            regions[len(kept)] = "\n".join(region)
            region = None
        elif region is None:
            kept.append(line)
        elif text and not line.startswith(indent):
            raise NotebookError(f"the solution leaves the block it began in, at {text!r}.")
        else:
            region.append(line)
    if region is not None:
        raise NotebookError("a BEGIN SOLUTION has no END SOLUTION.")
    return "\n".join(kept), regions


def blank_lines(stub):
    """The lines of a stub where a ``...`` is a whole answer: the body of a function or method, or a value.

    Raises:
        SyntaxError: the stub is not valid Python.
    """
    answers = []
    for outer in ast.parse(stub).body:
        if isinstance(outer, (ast.Assign, ast.AnnAssign)):
            answers.append(outer.value)
        for node in outer.body if isinstance(outer, ast.ClassDef) else [outer]:
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                if len(body) == 1 and isinstance(body[0], ast.Expr):
                    answers.append(body[0].value)
    return {node.lineno for node in answers if isinstance(node, ast.Constant) and node.value is Ellipsis}


def check_nothing_is_given_away(chapter, hidden):
    """See that no marker and no solution stands in a chapter.

    Args:
        hidden: pairs of the id of an exercise and a solution.

    Raises:
        NotebookError: which cell gives what away.
    """
    for cell in chapter.cells:
        leftover = MARKER_LIKE.search(cell.source)
        if leftover:
            raise NotebookError(
                f"cell {cell.id}: {leftover.group()!r} would stay in the chapter; markers are written {BEGIN!r}."
            )
        bare = "".join(cell.source.split())
        for exercise, region in hidden:
            text = "".join(region.split())
            if len(text) >= SHORT and text in bare:
                raise NotebookError(f"cell {cell.id}: the solution of {exercise} would stay in the chapter.")
