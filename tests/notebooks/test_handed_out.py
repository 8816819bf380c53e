"""Chapters as plain data are the chapters that the builder makes."""

import subprocess
import sys

import pytest

from utils.files import ROOT
from utils.notebooks.answers import recorded_stub
from utils.notebooks.build import build_chapter
from utils.notebooks.format import has_tag, read_notebook
from utils.notebooks.handed_out import Cell, cells_of

SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_the_cells_of_the_builder(path):
    solution = read_notebook(path)
    built = build_chapter(solution, path.stem)
    solutions = {cell.id: cell.source for cell in solution.cells if has_tag(cell, "exercise")}
    assert cells_of(path) == [
        Cell(cell.id, cell.cell_type, cell.source, recorded_stub(cell) or "", solutions.get(cell.id, ""))
        for cell in built.cells
    ]


def test_a_grader_does_not_wait_for_nbformat():
    code = "import sys, utils.grading.run, utils.grading.inside; sys.exit('nbformat' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
