"""Notebooks as students hand them in, made from the chapters and the solutions."""

import functools
import json

from utils.files import ROOT
from utils.notebooks.build import build_chapter
from utils.notebooks.format import has_tag, notebook_text, read_notebook


@functools.cache
def _texts(number):
    path = next(iter((ROOT / "solutions").glob(f"{number}_*.ipynb")))
    solution = read_notebook(path)
    sources = {cell.id: cell.source for cell in solution.cells if has_tag(cell, "exercise")}
    return path.name, notebook_text(build_chapter(solution, path.stem)), sources


def file_name(number):
    """The name of a chapter's file."""
    return _texts(number)[0]


def solution_of(name):
    """The source of an exercise's cell in the solutions."""
    chapter, _, answer = name.partition(".")
    return _texts(chapter[2:])[2][f"{chapter}-{answer}"]


def notebook(number, answers=(), solved=False):
    """A chapter with answers, as a dict.

    Args:
        number: ``"01"`` to ``"10"``.
        answers: sources by the name of an exercise.
        solved: whether all others are solved.
    """
    _, text, sources = _texts(number)
    made, answers = json.loads(text), dict(answers)
    for cell in made["cells"]:
        name = cell["id"].replace("-", ".", 1)
        if name in answers:
            cell["source"] = answers[name]
        elif solved and cell["id"] in sources:
            cell["source"] = sources[cell["id"]]
    return made


def cells(made):
    """The cells of a notebook as a grader takes them."""
    return [
        (
            place,
            cell.get("id", ""),
            cell["cell_type"],
            cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"]),
            cell["metadata"].get("softmax_workbook", {}).get("stub", ""),
        )
        for place, cell in enumerate(made["cells"])
    ]
