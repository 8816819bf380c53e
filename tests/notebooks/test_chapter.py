"""One chapter from its solution to its verdict: what is said, and what stops the way."""

import subprocess

import pytest
from support.sample_notebooks import cell, code, exercise, notebook, save, solution

from utils.files import ROOT
from utils.notebooks import chapter, execute
from utils.notebooks.format import read_notebook

NAME = "01_softmax_definition"


@pytest.fixture
def root(tmp_path):
    """A project with one solution notebook."""
    save(solution(), tmp_path / "solutions" / f"{NAME}.ipynb")
    return tmp_path


@pytest.fixture
def executed(monkeypatch):
    """Nothing is executed: the names that would be, and what the execution returns."""
    asked = []
    monkeypatch.setattr(execute, "main", lambda names, root: asked.append(names))
    return asked


@pytest.fixture
def pytest_says(monkeypatch):
    """Nothing is tested: sets what pytest returns and prints, and keeps its arguments."""
    commands = []

    def prepare(status, *lines):
        def run(command, **options):
            commands.append(command)
            return subprocess.CompletedProcess(command, status, "\n".join(lines) + "\n")

        monkeypatch.setattr(chapter.subprocess, "run", run)
        return commands

    return prepare


def test_a_chapter_goes_the_whole_way(root, executed, pytest_says, capsys):
    commands = pytest_says(0, "......", "6 passed in 1.20s")
    assert chapter.main(["01"], root) == 0
    written, verdict = capsys.readouterr().out.splitlines()
    assert written == f"chapters/{NAME}.ipynb was written."
    assert verdict.startswith(f"{NAME}: in order. 6 passed in 1.20s, ")
    assert executed == [[NAME]]
    (command,) = commands
    assert {f"solutions/{NAME}.ipynb", f".cache/chapters/{NAME}.ipynb", *chapter.RULES} <= set(command)
    assert all((ROOT / rule).is_file() for rule in chapter.RULES)


def test_what_fails_is_shown_and_said_in_the_last_line(root, executed, pytest_says, capsys):
    pytest_says(1, "E   0.123 is printed by no cell", "=== 1 failed, 5 passed in 1.20s ===")
    assert chapter.main([NAME], root) == 1
    *_, shown, verdict = capsys.readouterr().out.splitlines()
    assert shown == "E   0.123 is printed by no cell"
    assert verdict.startswith(f"{NAME}: NOT in order, see above. 1 failed, 5 passed in 1.20s, ")


def test_a_cell_that_fails_stops_the_way(root, monkeypatch, capsys):
    monkeypatch.setattr(execute, "main", lambda names, root: 1)
    assert chapter.main(["01"], root) == 1
    assert capsys.readouterr().err == "Nothing was built: a cell has to be put right first.\n"
    assert not (root / "chapters").exists()


def test_a_rule_of_the_builder_stops_the_way(root, executed, capsys):
    broken = notebook(*exercise("softmax", "def softmax(z):\n    return z"))
    save(broken, root / "solutions" / f"{NAME}.ipynb")
    assert chapter.main(["01"], root) == 1
    assert f"solutions/{NAME}.ipynb, cell ch01-softmax: " in capsys.readouterr().err


def test_an_answer_is_kept_and_stops_the_way_of_its_own_chapter_alone(root, executed, pytest_says, capsys):
    pytest_says(0, "6 passed in 1.20s")
    assert chapter.main(["01"], root) == 0
    path = root / "chapters" / f"{NAME}.ipynb"
    answered = read_notebook(path)
    cell(answered, "ch01-softmax").source = "def softmax(z):\n    return z"
    save(answered, path)
    save(notebook(code("x = 1", "x", count=1)), root / "solutions" / "02_next.ipynb")
    capsys.readouterr()
    assert chapter.main(["01"], root) == 1
    assert f"chapters/{NAME}.ipynb was kept as it is: it holds an answer" in capsys.readouterr().err
    assert chapter.main(["02"], root) == 0


def test_a_name_without_a_notebook_is_said(root, capsys):
    assert chapter.main(["77"], root) == 1
    assert capsys.readouterr().err == "There is no solution notebook 77.\n"


def test_ctrl_c_ends_with_a_sentence(root, monkeypatch, pytest_says, capsys):
    def pressed(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(execute, "execute", pressed)
    assert chapter.main(["01"], root) == 130
    said = f"Stopped: solutions/{NAME}.ipynb and what comes after it are as they were.\n"
    assert capsys.readouterr() == ("", said)
    monkeypatch.setattr(execute, "main", lambda names, root: 0)
    monkeypatch.setattr(chapter, "check", pressed)
    assert chapter.main(["01"], root) == 130
    assert capsys.readouterr().err.count("\n") == 1
