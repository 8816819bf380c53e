"""A chapter exported to a page: a reader without Python sees every formula, figure and picture of a view."""

import base64
import re
from html.parser import HTMLParser

import nbformat
import pytest
from nbconvert import HTMLExporter
from support.formulas import formulas, formulas_of

from utils.files import ROOT
from utils.notebooks.format import has_tag

SOLUTIONS = [  # at every change the start and the chapter with most views, before a release all of them
    pytest.param(path, id=path.stem, marks=() if path.name[:2] in ("00", "10") else pytest.mark.prove)
    for path in sorted((ROOT / "solutions").glob("*.ipynb"))
]


class Page(HTMLParser):
    """The text of an exported page outside of code, and its pictures."""

    def __init__(self, html):
        super().__init__()
        self.text, self.images, self._code = "", [], 0
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self._code += tag in ("pre", "code", "script", "style")
        if tag == "img":
            self.images.append(dict(attributes))

    def handle_endtag(self, tag):
        self._code -= tag in ("pre", "code", "script", "style")

    def handle_data(self, data):
        if not self._code:
            self.text += data


@pytest.fixture(scope="module", params=SOLUTIONS)
def exported(request):
    """A solution notebook and its page."""
    notebook = nbformat.read(request.param, as_version=4)
    return notebook, Page(HTMLExporter().from_notebook_node(notebook)[0])


def test_every_formula_reaches_the_page(exported):
    notebook, page = exported
    written = [
        formula for cell in notebook.cells if cell.cell_type == "markdown" for formula in formulas_of(cell.source)
    ]
    assert formulas(page.text) == written
    assert len(written) > 5 or notebook.cells[0].source.startswith("# Start here")


def test_every_picture_reaches_the_page_with_its_words(exported):
    notebook, page = exported
    stored = [
        (cell, output.data["text/html"])
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "<img" in output.get("data", {}).get("text/html", "")
    ]
    assert len(page.images) == sum(html.count("<img") for _, html in stored)
    for image in page.images:
        kind, _, data = image["src"].partition(";base64,")
        assert kind in ("data:image/png", "data:image/svg+xml")
        assert len(base64.b64decode(data, validate=True)) > 500
        assert re.search(r"\d", image["alt"]) and len(image["alt"]) > 20
    views = {cell.id for cell in notebook.cells if has_tag(cell, "view")}
    assert views <= {cell.id for cell, _ in stored}
