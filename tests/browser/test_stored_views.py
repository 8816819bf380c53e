"""A view that was stored: in a notebook that is opened again, and in a page without JupyterLab."""

import shutil

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbconvert import HTMLExporter
from playwright.sync_api import expect

from utils.files import ROOT
from utils.notebooks.format import has_tag

CHAPTER = "01_softmax_definition.ipynb"
BARS = "view-softmax-bars"
ONE_SCREEN = {"width": 1400, "height": 900}


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
