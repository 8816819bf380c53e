"""What the sources teach, what they get wrong and what learners ask: each has its place in a notebook."""

import json
import tomllib
from pathlib import Path

import pytest

from utils.files import ROOT

TAUGHT = tomllib.loads((Path(__file__).with_name("taught.toml")).read_text(encoding="utf-8"))
ENTRIES = [
    pytest.param(entry, id=f"{kind} {entry.get('source', '')} {entry.get('what') or entry.get('question')}")
    for kind, entries in TAUGHT.items()
    for entry in entries
]
SOURCES = {"000", "001", "002", "003", "004"}


def kinds_of_cells():
    """Markdown or code, for every cell of every solution notebook, by its place."""
    return {
        f"{path.name[:2]}#{cell['id']}": cell["cell_type"]
        for path in (ROOT / "solutions").glob("*.ipynb")
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    }


CELLS = kinds_of_cells()


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_place_exists(entry):
    assert entry["at"]
    assert [place for place in entry["at"] if place not in CELLS] == []


def test_every_source_is_taught_and_its_errors_are_shown():
    assert set(TAUGHT) == {"teaches", "errs", "asked"}
    assert {entry["source"] for entry in TAUGHT["teaches"]} == SOURCES
    assert {entry["source"] for entry in TAUGHT["errs"]} == SOURCES


def test_an_error_is_shown_by_running_it():
    """At least one of its places is a cell of code: a claim is tested, not only contradicted."""
    for entry in TAUGHT["errs"]:
        assert "code" in {CELLS[place] for place in entry["at"]}, entry["what"]
