"""A view in an open notebook: by keyboard alone, while the kernel is busy, twice, in an output of its own."""

import statistics

import pytest

from utils.files import ROOT

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
    for kind in ("input[type=radio]", "button"):
        for key in KEYS:
            if key != "Space":  # it would press the button
                view.press(view.root.locator(kind).last, key)
    view.skip_prediction()
    for kind in ("summary", "input[type=range]", "button"):
        for key in KEYS:
            view.press(view.root.locator(kind).last, key)
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


@pytest.mark.prove
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
