"""Every view in every place and on every screen: what is too long for every change, for `make prove`."""

import re

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat import v4
from playwright.sync_api import expect
from support.notebook_page import PATIENCE

from utils.files import ROOT
from utils.notebooks.format import has_tag

pytestmark = pytest.mark.prove

STORED = {
    (path.name, cell.id): "".join(cell.outputs[-1].data["text/html"])
    for path in sorted((ROOT / "solutions").glob("*.ipynb"))
    for cell in nbformat.read(path, as_version=4).cells
    if has_tag(cell, "view")
}
SCREENS = {
    "wide": {"viewport": {"width": 1400, "height": 900}},
    "narrow": {"viewport": {"width": 900, "height": 900}},
    "telephone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    # A zoom of 200 % is half as many pixels of style, each twice as large.
    "zoom of 200 %": {"viewport": {"width": 700, "height": 450}, "device_scale_factor": 2},
    "dark": {"viewport": {"width": 1400, "height": 900}, "color_scheme": "dark"},
    "without motion": {"viewport": {"width": 1400, "height": 900}, "reduced_motion": "reduce"},
}
KEYS = ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown")
IN_COMMAND_MODE = ("d", "d", "x", "m")  # that would delete, cut or change the cell

each_view = pytest.mark.parametrize(("notebook", "cell"), STORED, ids=lambda part: str(part))


SLIDERS = "from utils.exercises import ch01\nch01.softmax.sliders()"


def text_of(view):
    """The line of numbers below the picture."""
    return view.locator("p[role=status]").inner_text()


@each_view
@pytest.mark.parametrize("screen", SCREENS)
def test_a_stored_view_works_on_every_screen(notebook, cell, screen, browser):
    """On a bare page, twice, with the network cut off: it fits, each control changes the picture, by keyboard alone."""
    page = browser.new_page(**SCREENS[screen], offline=True)
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text))
    try:
        page.set_content(
            f"<!doctype html><meta name=viewport content='width=device-width'>{STORED[notebook, cell] * 2}"
        )
        first, second = page.locator("[data-view]").all()
        for view in (first, second):
            skip = view.get_by_role("button", name="Skip")
            if skip.count():
                skip.press("Enter")
        page.wait_for_function("() => document.querySelectorAll('[data-view] svg').length === 2")
        untouched = text_of(second)
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
        heights = [first.bounding_box()["height"]]
        for control in first.locator("input[type=range], select").all():
            seen = {text_of(first)}
            for key in KEYS:
                control.press(key)
                seen.add(text_of(first))
                heights.append(first.bounding_box()["height"])
            assert len(seen) > 1, control.evaluate("(node) => node.title")
        assert heights == sorted(heights), "the page below jumps"
        assert first.locator("[role=alert]").inner_text() == ""
        first.get_by_role("button", name="Reset").press("Enter")
        assert text_of(first) == text_of(second) == untouched
        assert said == []
    finally:
        page.close()


@each_view
def test_a_stored_view_works_in_notebook_7(notebook, cell, lab, browser):
    """The classic notebook of today: alive without a kernel where it is trusted, and no key leaves a control."""
    path = lab.folder / "classic" / notebook
    path.parent.mkdir(exist_ok=True)
    stored = nbformat.read(lab.folder / "solutions" / notebook, as_version=4)
    stored.metadata["copy"] = "classic"  # a signature holds for the content, and other tests need it untrusted
    nbformat.write(stored, path)
    lab.notary.sign(nbformat.read(path, as_version=4))
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    try:
        page.goto(f"{lab.address}/notebooks/classic/{notebook}")
        name = re.search(r'data-view="([^"]+)"', STORED[notebook, cell])[1]
        view = page.locator(f'[data-view="{name}"]').first
        for _ in range(120):  # cells far below come into the page when they come into sight
            if view.count():
                break
            page.mouse.wheel(0, 700)
            page.wait_for_timeout(100)
        skip = view.get_by_role("button", name="Skip")
        view.locator("button").first.wait_for()
        if skip.count():
            skip.press("Enter")
        view.locator("svg").first.wait_for()
        control = view.locator("input[type=range], select").first
        seen = {text_of(view)}
        for key in (*KEYS, *IN_COMMAND_MODE):
            control.press(key)
            seen.add(text_of(view))
        assert len(seen) > 2
        assert control.evaluate("(node) => node === document.activeElement")
        assert view.count() == 1
    finally:
        page.close()


def test_no_key_leaves_the_sliders_around_a_function_in_notebook_7(lab, browser):
    """Its shortcuts see a key before the slider does; those of JupyterLab see it after."""
    cells = [v4.new_markdown_cell("above"), v4.new_code_cell(SLIDERS), v4.new_markdown_cell("below")]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), lab.folder / "sliders.ipynb")
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    try:
        page.goto(f"{lab.address}/notebooks/sliders.ipynb")
        cell = page.locator(".jp-CodeCell")
        has_begun = cell.locator(".jp-InputPrompt", has_text=re.compile(r"\[[*\d]"))
        for _ in range(120):  # a press is lost while the page has no kernel yet
            if has_begun.count():
                break
            cell.locator(".cm-content").press("Control+Enter")
            page.wait_for_timeout(500)
        slider, said = cell.get_by_role("slider").first, cell.locator("p[role=status]")
        # The script that gives it a name keeps its keys, too.
        expect(slider).to_have_accessible_name("logit z₀", timeout=PATIENCE)
        for key in KEYS[:6]:  # up to End, behind which no key goes
            before = said.inner_text()
            slider.press(key)
            expect(said).not_to_have_text(before, timeout=PATIENCE)
        for key in IN_COMMAND_MODE:
            slider.press(key)
        expect(slider).to_be_focused()
        assert [part["id"] for part in Axe().run(page, context=".widget-vbox").response["violations"]] == []
    finally:
        page.close()


def test_long_lines_of_code_are_wrapped_in_notebook_7(lab, browser):
    """Where it is opened from the JupyterLab that make lab starts, it has the same settings."""
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("1" + 60 * " + 1")]), lab.folder / "long.ipynb")
    page = browser.new_page(viewport={"width": 900, "height": 900})
    try:
        page.goto(f"{lab.address}/notebooks/long.ipynb")
        scroller = page.locator(".jp-CodeCell .cm-scroller")
        scroller.locator(".cm-line").get_by_text("1 + 1").wait_for()
        assert scroller.evaluate("(node) => node.scrollWidth <= node.clientWidth")
    finally:
        page.close()
