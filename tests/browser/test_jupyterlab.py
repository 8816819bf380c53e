"""The workbook as a reader meets it: in JupyterLab, in a real browser, by keyboard.

All tests share one JupyterLab, so they stay in one file: tests in parallel are shared out by file.
"""

import json
import statistics

import nbformat
import numpy as np
import pytest

from utils.exercises import ch01
from utils.files import ROOT
from utils.notebooks.format import has_tag

CACHE = ROOT / ".cache"
SCREENSHOTS = CACHE / "screenshots"
NAMES = [path.name for path in sorted((ROOT / "solutions").glob("*.ipynb"))]
CHAPTER_1 = "01_softmax_definition.ipynb"
BARS = "view-softmax-bars"
RIGHT_ANSWER = """def first_softmax(z):
    exponentials = np.exp(z)
    return exponentials / np.sum(exponentials)"""


@pytest.mark.parametrize("name", NAMES)
def test_a_blank_chapter_runs_and_its_views_follow_the_keyboard(name, open_notebook, subtests):
    """What *Run All* on an untouched chapter shows, in both themes, and what its views do."""
    stem = name.removesuffix(".ipynb")
    with open_notebook(f"chapters/{name}") as notebook:
        notebook.run_all()
        notebook.wait_for_formulas()
        with subtests.test("no cell ends with an error"):
            assert notebook.errors() == []
        checks = notebook.ask("() => workbook.codeCells('check')")
        for check in checks:
            with subtests.test("a blank exercise is not attempted", check=check):
                assert notebook.plain_text(check).startswith("Not attempted yet.")
        with subtests.test("formulas are typeset"):
            assert notebook.ask("() => workbook.badFormulas()") == []
        with subtests.test("all code can be seen"):
            assert notebook.ask("() => workbook.cutCode()") == []
        with subtests.test("pictures are seen and put into words"):
            assert notebook.bad_images() == []
        with subtests.test("views are alive"):
            notebook.wait("() => workbook.deadViews().length === 0")
        notebook.screenshots(SCREENSHOTS, f"{stem}-light")
        views = {cell: notebook.view(cell) for cell in notebook.live_views()}
        before = notebook.outline()
        for cell, view in views.items():
            with subtests.test("a view follows its sliders", view=cell):
                follow_the_keyboard(view)
                view.root.screenshot(path=SCREENSHOTS / f"{stem}-{cell}-light.png")
        with subtests.test("no key reached the notebook below a view"):
            assert notebook.outline() == before
        for dark in (False, True):
            notebook.dress(dark)
            for cell, view in views.items():
                with subtests.test("a view can be read", view=cell, dark=dark):
                    assert view.faint_texts() == []
                    assert view.has_own_paper()
            for check in checks:
                with subtests.test("a verdict can be read", check=check, dark=dark):
                    assert notebook.faint_outputs(check) == []
        for cell, view in views.items():
            view.root.screenshot(path=SCREENSHOTS / f"{stem}-{cell}-dark.png")
        if name == CHAPTER_1:  # one chapter shows how all of them look in the dark
            notebook.screenshots(SCREENSHOTS, f"{stem}-dark")
        with subtests.test("no exception was left uncaught in the page"):
            assert [text for text in notebook.said if text.startswith("uncaught")] == []


def follow_the_keyboard(view):
    """Move every slider of a view through its range and back, press every choice, and see that all follows."""
    view.skip_prediction()
    start = view.state()
    assert start["alerts"] == []
    for number, slider in enumerate(view.sliders):
        assert view.move(slider, "ArrowRight") or view.move(slider, "ArrowLeft"), f"Slider {number} does not move."
        view.move(slider, "Home")  # it may be there already
        assert view.move(slider, "End"), f"Slider {number} has no range."
        assert view.state()["alerts"] == []
        view.reset(start)
    for choice in view.choices:
        if view.choose(choice):
            assert view.state()["alerts"] == []
            view.reset(start)
    for slider in view.sliders[:1]:
        view.move(slider, "End")  # a state to photograph


def test_stored_solutions_show_their_pictures_without_a_kernel(lab, open_notebook, subtests):
    """A reader who only looks sees every figure and a picture of every view, also in a notebook they do not trust."""
    with open_notebook() as notebook:
        for name in NAMES:
            stored = nbformat.read(lab.folder / "solutions" / name, as_version=4)
            views = [cell.id for cell in stored.cells if has_tag(cell, "view")]
            stored.metadata["copy"] = "trusted"  # a signature holds for the content, so the trusted copy has to differ
            copy = lab.folder / "trusted" / name
            copy.parent.mkdir(exist_ok=True)
            nbformat.write(stored, copy)
            lab.notary.sign(nbformat.read(copy, as_version=4))
            for folder in ("solutions", "trusted"):
                with subtests.test(folder, name=name):
                    notebook.open(f"{folder}/{name}", kernel=False)
                    assert notebook.bad_images() == []
                    cells = notebook.ask("() => workbook.storedPictures()")
                    assert {cell["trusted"] for cell in cells} <= {folder == "trusted"}
                    assert [cell for cell in cells if cell["seen"] < cell["stored"]] == []
                    assert [cell["id"] for cell in cells if cell["id"] in views and not cell["stored"]] == []
                    assert notebook.ask("() => workbook.deadViews()") == []
                notebook.close()


def test_a_prediction_is_answered_by_keyboard(open_notebook):
    """Nothing is given away before, and the way to the answer needs the keys Tab, Space and Enter alone."""
    with open_notebook(f"chapters/{CHAPTER_1}") as notebook:
        notebook.run_cell("imports")
        notebook.run_cell(BARS)
        view = notebook.view(BARS)
        assert view.asks_first()
        view.press(view.button("Answer"), "Enter")
        view.root.get_by_text("Choose one of the answers first").wait_for()
        assert view.asks_first()
        view.root.locator("input[type=radio]").first.focus()
        for key in ("Tab", "Space", "Tab", "Tab", "Enter"):  # the second of three answers, then the button
            notebook.page.keyboard.press(key)
        view.root.get_by_text("Your prediction was right.").wait_for()
        view.wait_for_drawing()
        notebook.page.keyboard.press("Tab")
        assert view.sliders[0].evaluate("handle => handle === document.activeElement")


def test_a_view_follows_while_another_cell_runs(open_notebook, tmp_path):
    """A reader who is impatient with a long training can still move a slider.

    The first message of a control goes where the control was made, to the queue of the cells; ipykernel lets the later
    ones past it. So the slider is moved once before.
    """
    flag = tmp_path / "flag"
    with open_notebook(f"chapters/{CHAPTER_1}") as notebook:
        notebook.add_cell(
            "long-cell",
            "import pathlib, time\n"
            f"flag, end = pathlib.Path({str(flag)!r}), time.monotonic() + 120\n"
            "print('started')\n"
            "while not flag.exists() and time.monotonic() < end:\n"
            "    time.sleep(0.02)\n"
            "print('released' if flag.exists() else 'too late')",
        )
        notebook.run_cell("imports")
        notebook.run_cell(BARS)
        view = notebook.view(BARS)
        view.skip_prediction()
        assert view.move(view.sliders[0], "ArrowRight")
        notebook.start_cell("long-cell")
        notebook.wait("id => JSON.stringify(workbook.outputs(id)).includes('started')", "long-cell")
        assert view.move(view.sliders[0], "ArrowRight")
        assert notebook.plain_text("long-cell").split() == ["started"]
        flag.touch()
        notebook.wait_until_finished()
        assert notebook.plain_text("long-cell").split() == ["started", "released"]
        assert notebook.errors() == []


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
        assert notebook.plain_text(check) == f"Not yet. {expected.message}"
        notebook.cell(check).get_by_text("Not yet.").wait_for()

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


def test_the_time_from_a_key_to_the_picture_is_noted(open_notebook):
    """Measured and kept, not judged: a machine with other work to do may take its time."""
    with open_notebook(f"chapters/{CHAPTER_1}") as notebook:
        notebook.run_cell("imports")
        notebook.run_cell(BARS)
        view = notebook.view(BARS)
        view.skip_prediction()
        slider = view.sliders[1]
        times = [view.time_key(slider, "ArrowRight") for _ in range(30)]
    line = (
        f"{BARS}: from key to picture {statistics.median(times):.0f} ms (median), "
        f"{statistics.quantiles(times, n=20)[-1]:.0f} ms (95th percentile), {len(times)} keys"
    )
    CACHE.mkdir(exist_ok=True)
    (CACHE / "browser-latency.txt").write_text(line + "\n")
    print(line)
