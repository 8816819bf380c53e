"""Every link leads somewhere, every stored output is compared, and no text says a solution."""

import re

import nbformat
import pytest

from utils.files import ROOT
from utils.notebooks.format import has_tag, read_notebook

LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)|href=\"([^\"]+)\"|!\[[^\]]*\]\(([^)\s]+)\)")
NOTEBOOKS = sorted((ROOT / "solutions").glob("*.ipynb"))
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
SHORTEST_LINE = 24  # characters of a solution without blanks


def headings(path):
    """The places of a file that a link may name: its headings, as JupyterLab and GitHub call them."""
    if path.suffix == ".ipynb":
        text = "\n".join(cell.source for cell in read_notebook(path).cells if cell.cell_type == "markdown")
    else:
        text = path.read_text(encoding="utf-8")
    found = re.findall(r"^#+ +(.+?)\s*$", text, re.MULTILINE)
    plain = [re.sub(r"[`*$]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in found]
    jupyter = {heading.replace(" ", "-") for heading in [*found, *plain]}
    return jupyter | {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def dead_links(text, place):
    """The links of a text that lead nowhere; addresses of other machines are not asked for."""
    without_code = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    dead = []
    for target in ("".join(groups) for groups in LINK.findall(without_code)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        path = (place.parent / name).resolve() if name else place
        if not path.exists() or (fragment and fragment not in headings(path)):
            dead.append(target)
    return dead


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_link_of_a_notebook_leads_somewhere(path):
    text = "\n\n".join(cell.source for cell in read_notebook(path).cells if cell.cell_type == "markdown")
    assert dead_links(text, path) == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_link_of_a_text_leads_somewhere(path):
    assert dead_links(path.read_text(encoding="utf-8"), path) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_stored_output_is_compared(path):
    """nbval passes over a cell with one of its tags, and over one whose first line says so."""
    cells = read_notebook(path).cells
    assert [c.id for c in cells if {t for t in c.metadata.get("tags", []) if t.startswith("nbval")}] == []
    assert [c.id for c in cells if c.cell_type == "code" and re.match(r"\s*#\s*(NBVAL|PYTEST)", c.source)] == []


def solutions_in(notebook):
    """Lines of the solutions, without blanks."""
    regions = re.findall(
        r"### BEGIN SOLUTION\n(.*?)### END SOLUTION",
        "\n".join(cell.source for cell in notebook.cells if has_tag(cell, "exercise")),
        re.DOTALL,
    )
    lines = {re.sub(r"\s|#.*", "", line).removeprefix("return") for region in regions for line in region.splitlines()}
    return {line for line in lines if len(line) >= SHORTEST_LINE}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_text_holds_a_line_of_a_solution(path):
    notebook = read_notebook(path)
    said = re.sub(r"\s", "", " ".join(c.source for c in notebook.cells if c.cell_type == "markdown"))
    assert [line for line in solutions_in(notebook) if line in said] == []


def test_what_is_dead_is_found(tmp_path):
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A `first` part\n\n## Glossary")])
    nbformat.write(other, tmp_path / "other.ipynb")
    (tmp_path / "picture.png").touch()
    text = """[one](other.ipynb) [two](other.ipynb#Glossary) [three](#Here) ![four](picture.png) `[no](link)`
    [a](other.ipynb#Glossar) [b](another.ipynb) ![c](photo.png) [d](#there) [e](https://example.org/none)"""
    place = tmp_path / "this.md"
    place.write_text("# Here\n")
    assert dead_links(text, place) == ["other.ipynb#Glossar", "another.ipynb", "photo.png", "#there"]
