"""A view in every place where a reader meets it: with a kernel and without one, busy, reopened, exported, by keyboard
alone.
"""

import shutil
import statistics

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbconvert import HTMLExporter
from playwright.sync_api import expect

from utils.files import ROOT
from utils.notebooks.format import has_tag

CACHE = ROOT / ".cache"
CHAPTER = "01_softmax_definition.ipynb"
BARS = "view-softmax-bars"
KEYS = (
    "ArrowRight",
    "ArrowLeft",
    "ArrowUp",
    "ArrowDown",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "Space",
    "d",
    "d",
    "x",
    "0",
    "0",
    "m",
)
ONE_SCREEN = {"width": 1400, "height": 900}
HEIGHT = 764  # what JupyterLab leaves of such a screen for a notebook


@pytest.fixture(scope="module")
def chapter(open_notebook):
    """Chapter 1, with what its first view needs."""
    with open_notebook(f"chapters/{CHAPTER}") as notebook:
        notebook.run_cell("imports")
        yield notebook


@pytest.fixture
def view(chapter):
    """The view of bars, as new."""
    chapter.run_cell(BARS)
    return chapter.view(BARS)


def test_a_prediction_is_answered_by_keyboard(chapter, view):
    """Nothing is given away before, and the way to the answer needs the keys Tab, Space and Enter alone."""
    assert view.asks_first()
    view.press(view.button("Answer"), "Enter")
    view.root.get_by_text("Choose one of the answers first").wait_for()
    assert view.asks_first()
    view.root.locator("input[type=radio]").first.focus()
    for key in ("ArrowDown", "Tab", "Enter"):  # the second of three answers, then the button
        chapter.page.keyboard.press(key)
    view.root.get_by_text("Your prediction was right. Why?").wait_for()
    view.wait_for_drawing()
    chapter.page.keyboard.press("Enter")
    view.root.get_by_text("Each probability is its own power of e").wait_for()
    chapter.page.keyboard.press("Tab")
    assert view.sliders[0].evaluate("slider => slider === document.activeElement")


def test_no_key_ever_reaches_the_notebook(chapter, view):
    """In command mode two d delete a cell, and x cuts it; arrows walk from cell to cell."""
    before = chapter.outline()
    for place in view.root.locator("input[type=radio], button").all():
        for key in KEYS:
            if key != "Space":  # it would press the button
                view.press(place, key)
    view.skip_prediction()
    for place in view.root.locator("summary, input[type=range], button").all():
        for key in KEYS:
            view.press(place, key)
    assert chapter.outline() == before


def test_the_shortcut_that_saves_works_at_a_slider(chapter, view):
    """Otherwise the browser offers to save the page."""
    view.skip_prediction()
    chapter.ask("() => { jupyterapp.shell.currentWidget.context.model.dirty = true }")
    view.press(view.root.locator("input[type=range]").first, "Control+s")
    chapter.wait("() => !jupyterapp.shell.currentWidget.context.model.dirty")


def test_question_controls_and_picture_fit_one_screen(chapter, view):
    size = chapter.page.viewport_size
    try:
        chapter.page.set_viewport_size(ONE_SCREEN)
        view.skip_prediction()
        assert view.root.bounding_box()["height"] <= HEIGHT
        chapter.page.set_viewport_size({"width": 900, "height": 900})
        box, drawing = (node.bounding_box() for node in (view.root, view.root.locator("svg")))
        assert drawing["x"] + drawing["width"] <= box["x"] + box["width"] + 1
    finally:
        chapter.page.set_viewport_size(size)


def test_a_view_follows_while_another_cell_runs(chapter, view, tmp_path):
    """A reader who is impatient with a long training answers the question and moves a slider at once."""
    flag = tmp_path / "flag"
    chapter.add_cell(
        "long-cell",
        "import pathlib, time\n"
        f"flag, end = pathlib.Path({str(flag)!r}), time.monotonic() + 120\n"
        "print('started')\n"
        "while not flag.exists() and time.monotonic() < end:\n"
        "    pass\n"
        "print('released' if flag.exists() else 'too late')",
    )
    chapter.start_cell("long-cell")
    chapter.wait("id => JSON.stringify(workbook.outputs(id)).includes('started')", "long-cell")
    view.skip_prediction()
    note_times(view, "with a computing kernel")
    assert chapter.plain_text("long-cell").split() == ["started"]
    flag.touch()
    chapter.wait_until_finished()
    assert chapter.plain_text("long-cell").split() == ["started", "released"]
    assert chapter.errors() == []


def test_the_time_from_a_key_to_the_picture_is_noted(view):
    view.skip_prediction()
    note_times(view, "idle")


def note_times(view, situation):
    """Measured and kept, not judged: a machine with other work to do may take its time."""
    slider = view.sliders[1]
    times = [view.time_key(slider, "ArrowRight" if number % 2 else "ArrowLeft") for number in range(40)]
    line = (
        f"{BARS}, {situation}: from key to picture {statistics.median(times):.0f} ms (median), "
        f"{statistics.quantiles(times, n=20)[-1]:.0f} ms (95th percentile), {len(times)} keys"
    )
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "browser-latency.txt").open("a") as notes:
        notes.write(line + "\n")
    print(line)


def test_the_same_view_twice_are_two_views(chapter, view):
    chapter.add_cell(
        "twice", "from IPython.display import display\ndisplay(views.softmax_bars(), views.softmax_bars())"
    )
    chapter.run_cell("twice")
    first, second = chapter.cell("twice").locator("[data-view]").all()
    for one in (first, second):
        one.get_by_text("Skip").click()
    status = "p[role=status]"
    before = second.locator(status).inner_text()
    first.locator("input[type=range]").first.press("End")
    assert first.locator(status).inner_text() != before
    assert second.locator(status).inner_text() == before


def test_a_view_in_an_output_of_its_own(chapter, view):
    """*Create New View for Cell Output*: the output is rendered again, and is alive there, too."""
    view.skip_prediction()
    chapter.ask("id => workbook.select(id)", BARS)
    chapter.ask("() => jupyterapp.commands.execute('notebook:create-output-view').then(() => {})")
    copy = chapter.page.locator(".jp-LinkedOutputView [data-view]")
    copy.get_by_text("Skip").click()
    copy.locator("input[type=range]").first.press("End")
    assert "z = [5.0" in copy.locator("p[role=status]").inner_text()
    chapter.ask("() => jupyterapp.shell.currentWidget.close()")


@pytest.mark.parametrize("trusted", [True, False])
def test_a_notebook_that_is_opened_the_next_day(lab, open_notebook, trusted):
    """Without a kernel: alive in a notebook of one's own, a still picture in one that is not trusted."""
    stored = nbformat.read(lab.folder / "solutions" / CHAPTER, as_version=4)
    stored.metadata["copy"] = str(trusted)
    copy = lab.folder / f"reopened-{trusted}" / CHAPTER
    copy.parent.mkdir()
    nbformat.write(stored, copy)
    if trusted:
        lab.notary.sign(nbformat.read(copy, as_version=4))
    with open_notebook(f"{copy.parent.name}/{CHAPTER}", kernel=False) as notebook:
        output = notebook.cell(BARS).locator(".jp-OutputArea-output")
        if trusted:
            view = notebook.view(BARS)
            view.skip_prediction()
            assert view.move(view.sliders[0], "ArrowRight")
        else:
            image = output.locator("img").first
            assert image.get_attribute("alt").startswith("z = [2.0, 1.0, 0.1, −1.0]")
            assert image.evaluate("image => image.naturalWidth") > 0
            assert output.locator("input, svg").count() == 0


@pytest.mark.prove
def test_sliders_around_a_function_are_still_seen_the_next_day(lab, open_notebook):
    """Saved, closed with their kernel, and opened again with a new one: where they were, until the cell runs again."""
    copy = lab.folder / "next day" / CHAPTER
    copy.parent.mkdir()
    copy.write_text((lab.folder / "chapters" / CHAPTER).read_text(encoding="utf-8"), encoding="utf-8")
    with open_notebook(f"{copy.parent.name}/{CHAPTER}") as notebook:
        notebook.run_cell("imports")
        notebook.run_cell("play-softmax")
        notebook.cell("play-softmax").get_by_role("slider").first.press("End")
        said = notebook.cell("play-softmax").locator('[role="status"]')
        said.get_by_text("softmax of [5, 1, 0.1, -1]").wait_for()
        notebook.ask("() => jupyterapp.commands.execute('docmanager:save').then(() => {})")
    with open_notebook(f"{copy.parent.name}/{CHAPTER}") as notebook:
        notebook.wait("() => workbook.deadViews().length === 0")
        notebook.cell("play-softmax").get_by_text("softmax of [5, 1, 0.1, -1]").wait_for()
        assert notebook.bad_images() == []
        notebook.run_cell("imports")
        notebook.run_cell("play-softmax")
        notebook.cell("play-softmax").get_by_text("softmax of [2, 1, 0.1, -1]").wait_for()


def test_an_exported_page_is_alive_and_accessible(browser, tmp_path):
    """An HTML file, opened from the disk: all views of the chapter are there, and axe finds nothing against them."""
    page_file = tmp_path / "chapter.html"
    text, _ = HTMLExporter(exclude_input=True).from_filename(str(ROOT / "solutions" / CHAPTER))
    page_file.write_text(text, encoding="utf-8")
    page = browser.new_page(viewport=ONE_SCREEN)
    try:
        page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
        page.goto(page_file.as_uri(), wait_until="commit")
        page.locator("[data-view] >> text=Skip").first.wait_for()
        views = page.locator("[data-view]")
        stored = nbformat.read(ROOT / "solutions" / CHAPTER, as_version=4)
        expect(views).to_have_count(sum(has_tag(cell, "view") for cell in stored.cells))
        for view in views.all():
            found = Axe().run(page, context="[data-view]", options={"rules": {"color-contrast": {"enabled": True}}})
            assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found.response["violations"]] == []
            view.get_by_text("Skip").click()
        view.locator("input[type=range]").first.press("ArrowRight")
        found = Axe().run(page, context="[data-view]")
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found.response["violations"]] == []
    finally:
        page.close()
        shutil.rmtree(tmp_path, ignore_errors=True)
