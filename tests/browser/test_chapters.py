"""Every chapter as a reader meets it: in JupyterLab, in a real browser, by keyboard.

At every change the first ones, in which all that chapters are made of occurs; before a release all of them. Each test
opens one notebook, so that tests in parallel can share the chapters out (see ``conftest.py`` in the root).
"""

import nbformat
import pytest

from utils.files import ROOT
from utils.notebooks.format import has_tag

NAMES = [path.name for path in sorted((ROOT / "solutions").glob("*.ipynb"))]
START, CHAPTER_1 = "00_start_here.ipynb", "01_softmax_definition.ipynb"
# JupyterLab's own code asks a notebook that was closed a moment ago in the same page for its kernel.
IN_CLOSING = "Cannot read properties of null (reading 'kernel')"


def each_chapter(*at_every_change):
    """All chapters before a release, these at every change."""
    marks = {name: () if name in at_every_change else pytest.mark.prove for name in NAMES}
    return pytest.mark.parametrize("name", [pytest.param(name, marks=marks[name]) for name in NAMES])


@pytest.mark.runs_all_cells
@each_chapter(START, CHAPTER_1)
def test_a_blank_chapter_runs_and_its_views_follow_the_keyboard(name, open_notebook, subtests, screenshots):
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
            widgets = [
                cell for cell in notebook.ask("() => workbook.codeCells('view')") if not is_a_view(notebook, cell)
            ]
            assert notebook.live_views() == [
                cell for cell in notebook.ask("() => workbook.codeCells('view')") if cell not in widgets
            ]
        screenshots.of_notebook(notebook, f"{stem}-light")
        views = {cell: notebook.view(cell) for cell in notebook.live_views()}
        before = notebook.outline()
        for cell, view in views.items():
            with subtests.test("a view follows its sliders", view=cell):
                follow_the_keyboard(view)
                screenshots.of_view(view, f"{stem}-{cell}-light")
        for cell in notebook.ask("() => workbook.codeCells('sliders')"):
            with subtests.test("sliders around a function follow the keyboard", cell=cell):
                follow_every_key(notebook, cell)
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
            screenshots.of_view(view, f"{stem}-{cell}-dark")
        if name == CHAPTER_1:  # one chapter shows how all of them look in the dark
            screenshots.of_notebook(notebook, f"{stem}-dark")
        with subtests.test("no exception was left uncaught in the page"):
            assert [text for text in notebook.said if text.startswith("uncaught") and IN_CLOSING not in text] == []


def is_a_view(notebook, cell):
    """Whether a cell with the tag ``view`` holds a view without a kernel; the progress of a training is a widget."""
    return "data-view=" in str(notebook.ask("id => workbook.outputs(id)", cell))


def follow_every_key(notebook, identity):
    """Move every slider around a function, the last to its end, and see that what is said of it follows."""
    cell = notebook.cell(identity)
    said, sliders = cell.locator('[role="status"]'), cell.get_by_role("slider").all()
    assert sliders
    for slider in sliders:
        for key in ("ArrowRight", "End"):
            before = said.text_content()
            slider.press(key)
            notebook.wait(
                "([id, before]) => workbook.node(id).querySelector('[role=status]').textContent !== before",
                [identity, before],
            )
        for _ in range(2):
            slider.press("d")  # in command mode two of them delete the cell


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
        view.choose(choice)
        assert view.state()["alerts"] == []
        view.reset(start)
    for slider in view.sliders[:1]:
        view.move(slider, "End")  # a state to photograph


@each_chapter(CHAPTER_1)
def test_a_stored_solution_shows_its_pictures_without_a_kernel(name, lab, open_notebook):
    """A reader who only looks sees every figure and a picture of every view, in a notebook that they do not trust."""
    stored = nbformat.read(lab.folder / "solutions" / name, as_version=4)
    with open_notebook(f"solutions/{name}", kernel=False) as notebook:
        assert_pictures_are_seen(notebook, stored, trusted=False)


@pytest.mark.prove
def test_a_trusted_solution_shows_its_pictures_without_a_kernel(lab, open_notebook):
    """Trusted outputs take another way into the page, and it is the same for all chapters."""
    stored = nbformat.read(lab.folder / "solutions" / CHAPTER_1, as_version=4)
    stored.metadata["copy"] = "trusted"  # a signature holds for the content, so the trusted copy has to differ
    copy = lab.folder / "trusted" / CHAPTER_1
    copy.parent.mkdir()
    nbformat.write(stored, copy)
    lab.notary.sign(nbformat.read(copy, as_version=4))
    with open_notebook(f"trusted/{CHAPTER_1}", kernel=False) as notebook:
        assert_pictures_are_seen(notebook, stored, trusted=True)


def assert_pictures_are_seen(notebook, stored, trusted):
    """Each picture that an output holds can be seen, and each view has one, or is alive where scripts are trusted."""
    views = [cell.id for cell in stored.cells if has_tag(cell, "view")]
    assert notebook.bad_images() == []
    cells = notebook.ask("() => workbook.storedPictures()")
    assert {cell["trusted"] for cell in cells} <= {trusted}
    alive = notebook.live_views() if trusted else []
    assert [cell for cell in cells if cell["seen"] < cell["stored"] and cell["id"] not in alive] == []
    assert [cell["id"] for cell in cells if cell["id"] in views and not cell["stored"]] == []
    assert notebook.ask("() => workbook.deadViews()") == []
