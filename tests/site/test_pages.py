"""From a solution notebook to its page."""

import os
import re
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest

from utils.files import ROOT
from utils.notebooks.format import has_tag
from utils.site.build import anchor, configuration, main, write_source
from utils.site.export import ForReaders, configure
from utils.site.mathjax import mathjax_file
from utils.site.pages import page_notebook, promise_of, title_of

PATHS = sorted((ROOT / "solutions").glob("*.ipynb"))

each_chapter = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def solution_lines(cell):
    """The lines of a solution that are long enough not to stand elsewhere by chance."""
    region = cell.source.partition("### BEGIN SOLUTION")[2].partition("### END SOLUTION")[0]
    return [line.strip() for line in region.splitlines() if len(line.strip()) > 30]


@each_chapter
def test_a_page_gives_no_solution_away(path):
    notebook = nbformat.read(path, as_version=4)
    shown = nbformat.writes(page_notebook(notebook))
    assert "### BEGIN" not in shown
    for cell in notebook.cells:
        if has_tag(cell, "exercise"):
            stub = next(c for c in page_notebook(notebook).cells if c.id == cell.id)
            assert "..." in stub.source and not any(line in stub.source for line in solution_lines(cell))


@each_chapter
def test_a_page_has_the_stored_outputs_but_no_verdict(path):
    notebook = nbformat.read(path, as_version=4)
    page = {cell.id: cell for cell in page_notebook(notebook).cells}
    kept = 0
    for cell in notebook.cells:
        assert cell.id in page
        if cell.cell_type == "code" and page[cell.id].outputs:
            assert page[cell.id].outputs == cell.outputs
            kept += 1
        if has_tag(cell, "check"):
            assert page[cell.id].outputs == []
    assert kept > 0 or path.stem.startswith("00")  # what chapter 0 shows is about its reader


@each_chapter
def test_each_exercise_has_its_hints_folded_one_inside_the_other(path):
    page = page_notebook(nbformat.read(path, as_version=4))
    checks = [place for place, cell in enumerate(page.cells) if has_tag(cell, "check")]
    for place in checks:
        folded = page.cells[place + 1]
        assert folded.source.count("<details><summary>A hint</summary>") == 1
        assert folded.source.count("<details>") == folded.source.count("</details>") >= 2
        assert folded.source.endswith("</details></details>")
        assert "\n" not in folded.source  # a blank line inside would end the block of HTML


@each_chapter
def test_an_instructor_sees_the_solutions_folded(path):
    notebook = nbformat.read(path, as_version=4)
    page = {cell.id: cell.source for cell in page_notebook(notebook, with_solutions=True).cells}
    for cell in notebook.cells:
        if has_tag(cell, "exercise"):
            assert "<summary>A solution</summary>" in page[f"{cell.id}-help"]
            assert "### " not in page[f"{cell.id}-help"]


def test_the_first_page_lists_every_chapter_with_its_promise(tmp_path):
    write_source(ROOT / "solutions", tmp_path / "source")
    index = (tmp_path / "source" / "index.md").read_text(encoding="utf-8")
    for path in PATHS:
        notebook = nbformat.read(path, as_version=4)
        assert f"**[{title_of(notebook)}]({path.name})**\n  {promise_of(notebook)}" in index
        assert f"\n{path.stem}\n" in index


def test_links_to_the_repository_appear_when_its_address_is_set():
    without = configuration("1.2.3", None)["html_theme_options"]
    assert not without["use_issues_button"] and not without["use_edit_page_button"]
    address = "https://forge.example/course"
    theme = configuration("1.2.3", address)["html_theme_options"]
    assert theme["use_issues_button"] and theme["use_edit_page_button"]
    assert (theme["repository_url"], theme["path_to_docs"]) == (address, "solutions")


def test_an_anchor_is_the_one_of_jupyterlab():
    assert anchor("The five sources") == "The-five-sources"


def test_mathjax_is_the_file_that_was_looked_at(monkeypatch):
    assert mathjax_file().name == "tex-svg.js"
    monkeypatch.setattr("utils.site.mathjax.SHA256", "0" * 64)
    with pytest.raises(ValueError, match=r"is not the tex-svg\.js of MathJax"):
        mathjax_file()


def test_without_mathjax_one_sentence_says_what_to_install(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("utils.site.mathjax.find_spec", lambda name: None)
    assert main(["--output", str(tmp_path / "html")]) == 1
    assert capsys.readouterr().err == "MathJax is missing: python -m pip install -r requirements-dev.txt\n"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A solution notebook as ``jupyter nbconvert`` exports it with the configuration of the course."""
    folder = tmp_path_factory.mktemp("exported")
    source = ROOT / "solutions" / "01_softmax_definition.ipynb"
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", str(folder), str(source)]
    environment = os.environ | {"JUPYTER_CONFIG_PATH": str(ROOT / "utils" / "site" / "templates")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return (folder / "01_softmax_definition.html").read_text(encoding="utf-8")


def test_an_export_has_a_title_and_no_markers(exported):
    assert "<title>1 · What softmax is</title>" in exported
    assert "SOLUTION" not in exported and "keepdims" in exported


def test_an_export_asks_no_network_for_anything(exported):
    assert re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(?!data:)[^"]+"', exported) == []
    assert "inlineMath" in exported and exported.count("MathJax") > 5


def test_without_mathjax_an_export_still_has_its_title(monkeypatch):
    monkeypatch.setattr("utils.site.mathjax.find_spec", lambda name: None)
    config = SimpleNamespace(HTMLExporter=SimpleNamespace(), TemplateExporter=SimpleNamespace())
    configure(config)
    assert vars(config.HTMLExporter) == {"preprocessors": [ForReaders]}
