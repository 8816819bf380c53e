"""A view in JupyterLab: a prediction before the picture, a kernel that is busy, and the time until a key is followed."""

import statistics

import pytest

from utils.files import ROOT

CACHE = ROOT / ".cache"
BARS = "view-softmax-bars"


@pytest.fixture(scope="module")
def chapter(open_notebook):
    """Chapter 1, with what its first view needs."""
    with open_notebook("chapters/01_softmax_definition.ipynb") as notebook:
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
    for key in ("Tab", "Space", "Tab", "Tab", "Enter"):  # the second of three answers, then the button
        chapter.page.keyboard.press(key)
    view.root.get_by_text("Your prediction was right.").wait_for()
    view.wait_for_drawing()
    chapter.page.keyboard.press("Tab")
    assert view.sliders[0].evaluate("handle => handle === document.activeElement")


def test_a_view_follows_while_another_cell_runs(chapter, view, tmp_path):
    """A reader who is impatient with a long training can still move a slider.

    The first message of a control goes where the control was made, to the queue of the cells; ipykernel lets the later
    ones past it. So the slider is moved once before.
    """
    flag = tmp_path / "flag"
    chapter.add_cell(
        "long-cell",
        "import pathlib, time\n"
        f"flag, end = pathlib.Path({str(flag)!r}), time.monotonic() + 120\n"
        "print('started')\n"
        "while not flag.exists() and time.monotonic() < end:\n"
        "    time.sleep(0.02)\n"
        "print('released' if flag.exists() else 'too late')",
    )
    view.skip_prediction()
    assert view.move(view.sliders[0], "ArrowRight")
    chapter.start_cell("long-cell")
    chapter.wait("id => JSON.stringify(workbook.outputs(id)).includes('started')", "long-cell")
    assert view.move(view.sliders[0], "ArrowRight")
    assert chapter.plain_text("long-cell").split() == ["started"]
    flag.touch()
    chapter.wait_until_finished()
    assert chapter.plain_text("long-cell").split() == ["started", "released"]
    assert chapter.errors() == []


def test_the_time_from_a_key_to_the_picture_is_noted(view):
    """Measured and kept, not judged: a machine with other work to do may take its time."""
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
