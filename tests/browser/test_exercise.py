"""The path of an exercise in JupyterLab: a wrong answer, an endless one that is stopped, the right one."""

import json

import numpy as np
import pytest

from utils.exercises import ch01

CHAPTER_1 = "01_softmax_definition.ipynb"
RIGHT_ANSWER = """def first_softmax(z):
    exponentials = np.exp(z)
    return exponentials / np.sum(exponentials)"""


def test_a_learner_gets_a_diagnosis_stops_an_endless_loop_and_succeeds(lab, open_notebook, tmp_path):
    """The path of an exercise: a wrong answer, an endless one, the right one."""
    exercise, check = "ch01-first_softmax", "ch01-first_softmax-check"
    flag = tmp_path / "flag"
    with open_notebook(f"chapters/{CHAPTER_1}") as notebook:
        notebook.run_cell("imports")

        def answer(source):
            notebook.type_into(exercise, source)
            notebook.run_cell(exercise)

        answer("def first_softmax(z):\n    return np.exp(z)")
        notebook.run_cell(check)
        expected = ch01.first_softmax.check(np.exp)
        assert expected.mistake
        assert notebook.plain_text(check) == f"Not yet: {expected.mistake}. {expected.message}"
        notebook.cell(check).get_by_text("Not yet:").wait_for()
        assert notebook.cell(check).get_by_role("status").count() == 1
        hints = notebook.cell(check).locator("details")
        assert hints.count() == len(ch01.first_softmax.hints)
        assert not hints.nth(1).is_visible(), "each hint lies in the fold of the one before"
        hints.first.locator("summary").first.press("Enter")
        hints.nth(1).locator("summary").first.wait_for()

        answer(
            "import pathlib\n\ndef first_softmax(z):\n"
            f"    pathlib.Path({str(flag)!r}).touch()\n    while True:\n        pass"
        )
        notebook.type_into(check, "ch01.first_softmax.check(first_softmax, time_limit=600)")
        notebook.start_cell(check)
        wait_for_file(notebook, flag)
        notebook.ask("() => jupyterapp.commands.execute('notebook:interrupt-kernel')")
        notebook.wait_until_finished()
        assert [error.split(": ")[:2] for error in notebook.errors()] == [[check, "KeyboardInterrupt"]]

        answer(RIGHT_ANSWER)
        notebook.run_cell(check)
        assert notebook.plain_text(check).startswith("Correct.")
        notebook.cell(check).get_by_text("Correct.").wait_for()
        assert "ch01.first_softmax" in json.loads(lab.progress.read_text())


def wait_for_file(notebook, path):
    """Wait for what a kernel writes, while the page goes on living."""
    for _ in range(1200):
        if path.exists():
            return
        notebook.page.wait_for_timeout(50)
    pytest.fail(f"{path.name} was not written within a minute.")
