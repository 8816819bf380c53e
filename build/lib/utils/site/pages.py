"""From a solution notebook to the notebook of its page: what only its reader can have is taken out, hints are added."""

import re
from html import escape
from importlib import import_module

import nbformat
from nbformat.v4 import new_markdown_cell

from utils.checking.verdict import marked_up
from utils.notebooks.build import blank_cell
from utils.notebooks.format import NOTEBOOK_METADATA, has_tag
from utils.notebooks.stubs import BEGIN, END

# What such a cell shows is about the person who runs it: a verdict, hints, what is solved.
PERSONAL = re.compile(r"\.(check|try_yours|hint|solution|solved|report)\(|\b(solved|progress_board|board)\(")


def page_notebook(solution, with_solutions=False):
    """The notebook that becomes a page.

    Args:
        solution: an executed solution notebook; it is not changed.
        with_solutions: whether the solution of each exercise stands folded below its hints.
    """
    page = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": NOTEBOOK_METADATA, "cells": []})
    for old in solution.cells:
        cell, regions = blank_cell(old)
        if cell.cell_type == "code" and not PERSONAL.search(old.source) and not regions:
            cell.outputs = old.outputs
        page.cells.append(cell)
        if has_tag(cell, "check"):
            identity = cell.id.removesuffix("-check")
            source = next(c.source for c in solution.cells if c.id == identity)
            page.cells.append(folded_help(identity, source if with_solutions else None))
    return page


def folded_help(identity, source):
    """A cell with the hints of an exercise, each inside the fold of the one before, and with its solution."""
    chapter, _, name = identity.partition("-")
    exercise = getattr(import_module(f"utils.exercises.{chapter}"), name)
    hints = ""
    for number, hint in reversed(list(enumerate(exercise.hints, start=1))):
        summary = "A hint" if number == 1 else "One more hint"
        hints = f"<details><summary>{summary}</summary><p>{marked_up(hint)}</p>{hints}</details>"
    if source is not None:
        lines = [line for line in source.splitlines() if BEGIN not in line and END not in line]
        code = escape("\n".join(lines), quote=False).replace("\n", "&#10;")  # a blank line would end the block of HTML
        hints += f"<details><summary>A solution</summary><pre>{code}</pre></details>"
    return new_markdown_cell(hints, id=f"{identity}-help")


def title_of(notebook):
    """The words of the first heading."""
    return next(c.source for c in notebook.cells if c.cell_type == "markdown").splitlines()[0].removeprefix("# ")


def promise_of(notebook):
    """The first paragraph below the title, as one line."""
    return " ".join(next(c.source for c in notebook.cells if c.cell_type == "markdown").split("\n\n")[1].split())
