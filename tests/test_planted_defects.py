"""Defects that were planted once and that no test had seen: each of them is planted again, and found.

A copy of the project gets one defect, and the tests that are to find it run there. Without a defect they pass.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from utils.files import ROOT

pytestmark = pytest.mark.prove
FIGURES, PREDICTIONS = "tests/figures", "tests/views/test_predictions.py"
PROMISES, LINKS = "tests/exercises/test_promises.py", "tests/notebooks/test_links.py"


def replaced(path, old, new):
    """A defect: the first place of some text in a file reads otherwise."""

    def plant(folder):
        text = (folder / path).read_text(encoding="utf-8")
        assert old in text, f"{path} has changed: plant this defect in another place"
        (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return plant


def exchanged(path, first, second):
    """A defect: the docstrings of two functions have changed places."""

    def plant(folder):
        text = (folder / path).read_text(encoding="utf-8")
        docstrings = [
            re.search(rf'^def {name}\(.*?\n    (""".*?""")', text, re.M | re.S).group(1) for name in (first, second)
        ]
        for old, new in zip(docstrings, ("@first@", "@second@"), strict=True):
            text = text.replace(old, new)
        text = text.replace("@first@", docstrings[1]).replace("@second@", docstrings[0])
        (folder / path).write_text(text, encoding="utf-8")

    return plant


def in_notebook(kind, change):
    """A defect: the first cell of a kind in a notebook is changed."""

    def plant(folder):
        path = folder / "solutions" / "01_softmax_definition.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        change(next(cell for cell in notebook["cells"] if cell["cell_type"] == kind))
        path.write_text(json.dumps(notebook), encoding="utf-8")

    return plant


def is_not_compared(cell):
    cell["metadata"]["tags"] = ["nbval-ignore-output"]


def leads_nowhere(cell):
    cell["source"] = "See [chapter 2](02_derivative_of_softmax.ipynb)."


def says_the_solution(cell):
    cell["source"] = "Write `exponentials = np.exp(z - np.max(z, axis=-1, keepdims=True))` first."


SOFTMAX = "utils/exercises/ch01/e3_softmax.py"
DEFECTS = {
    "nothing": (lambda folder: None, None),
    "names of axes exchanged": (replaced("utils/figures/ch01.py", ".set_xlabel(", ".set_ylabel("), FIGURES),
    "names of columns exchanged": (replaced("utils/figures/ch09.py", '"taken for"', '"true class"'), FIGURES),
    "other data": (replaced("utils/figures/ch03.py", "-np.log(p), color", "-np.log(p) / 2, color"), FIGURES),
    "another scale": (replaced("utils/figures/ch01.py", "panel.semilogx(", "panel.plot("), FIGURES),
    "nothing drawn": (replaced("utils/figures/ch01.py", "panel.plot(", "(lambda *a, **b: None)("), FIGURES),
    "a wrong prediction": (replaced("utils/views/js/push_and_pull.js", "answer: 2", "answer: 1"), PREDICTIONS),
    "a wide tolerance": (replaced(SOFTMAX, 'name="ch01.softmax",', 'name="ch01.softmax", rtol=0.2,'), PROMISES),
    "a long limit": (replaced(SOFTMAX, 'name="ch01.softmax",', 'name="ch01.softmax", time_limit=600.0,'), PROMISES),
    "a hint that is the solution": (
        replaced(
            SOFTMAX,
            'hints=paragraphs("""',
            'hints=paragraphs("""exponentials = np.exp(z - np.max(z, axis=-1, keepdims=True))',
        ),
        PROMISES,
    ),
    "exchanged explanations": (exchanged(SOFTMAX, "misplaced_bracket", "the_logarithm_of_softmax"), PROMISES),
    "a text that is the solution": (in_notebook("markdown", says_the_solution), LINKS),
    "a dead link": (in_notebook("markdown", leads_nowhere), LINKS),
    "an output that is not compared": (in_notebook("code", is_not_compared), LINKS),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project") / "whole"
    left_out = (".venv", ".git", ".cache", ".*_cache", ".hypothesis", ".backup", "build", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*left_out))
    return folder


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_found(copy, tmp_path, name):
    folder = tmp_path / "project"
    shutil.copytree(copy, folder)
    plant, asked = DEFECTS[name]
    plant(folder)
    tests = [asked] if asked else [FIGURES, PREDICTIONS, PROMISES, LINKS]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    environment["PYTHONPATH"] = str(folder)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == (1 if asked else 0), ran.stdout[-3000:] + ran.stderr[-1000:]
    assert name == "nothing" or "FAILED" in ran.stdout
