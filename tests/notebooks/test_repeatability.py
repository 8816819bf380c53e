"""Every execution of a notebook prints what is stored, with one thread, with two, and on an older processor."""

import platform
from pathlib import Path

import nbformat
import pytest
from support import older_processor

from utils.files import ROOT
from utils.notebooks.execute import execute

pytestmark = pytest.mark.prove

SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
EXECUTIONS = 5  # with each number of threads
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")


def printed(notebook):
    """The outputs that are compared, by cell: all text, and nothing that a kernel logs."""
    return {
        cell.id: [
            output.get("text") or output.get("data", {}).get("text/plain")
            for output in cell.outputs
            if output.get("name") != "stderr"
        ]
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


each_solution = pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: Path(path).stem)


@pytest.mark.parametrize("threads", ["1", "2"])
@each_solution
def test_every_execution_prints_the_stored_numbers(path, threads, monkeypatch):
    for name in THREADS:
        monkeypatch.setenv(name, threads)
    stored = nbformat.read(path, as_version=4)
    expected = printed(stored)
    for _ in range(EXECUTIONS):
        execute(stored, path.parent)
        assert printed(stored) == expected


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the variables name Intel's instructions")
@each_solution
def test_a_processor_without_the_newest_instructions_prints_the_stored_numbers(path, monkeypatch):
    for name, value in older_processor.VARIABLES.items():
        monkeypatch.setenv(name, value)
    stored = nbformat.read(path, as_version=4)
    expected = printed(stored)
    execute(stored, path.parent)
    assert printed(stored) == expected
