"""Chapter 10: a core path that side trips do not lengthen, and ten broken pieces, each broken by its own fault only."""

import contextlib
import io
import re

import pytest
from support.conventions import MOST_WORDS, headings, words_of

from utils.exercises.ch10.e10_ten_faults import NAMES, RIGHT
from utils.files import ROOT
from utils.notebooks.format import has_tag, read_notebook

MOST_WORDS_OF_THE_CORE = 3_500
(NOTEBOOK,) = map(read_notebook, (ROOT / "solutions").glob("10_*.ipynb"))
CELLS = {cell.id: cell for cell in NOTEBOOK.cells}


def words(tag_wanted):
    return sum(
        words_of(cell)
        for cell in NOTEBOOK.cells
        if cell.cell_type == "markdown" and has_tag(cell, "side-trip") in tag_wanted
    )


def test_the_core_is_short():
    assert words((False,)) <= MOST_WORDS_OF_THE_CORE
    assert words((False, True)) <= MOST_WORDS
    assert words((True,)) > 0


def test_the_tag_says_what_the_headings_say():
    """A side trip ends with the next heading of its level, or above it, that begins none."""
    trip = None
    for cell in NOTEBOOK.cells:
        for level, title in headings(cell):
            if title.startswith("Side trip: "):
                trip = level if trip is None else min(trip, level)
            elif trip is not None and level <= trip:
                trip = None
        if cell.cell_type == "markdown":
            assert has_tag(cell, "side-trip") == (trip is not None), cell.id


# The ten pieces

REPAIRS = {
    "A": ("targets = np.eye(3)[y]", "targets = y", "1.4076"),
    "B": ("E.sum(axis=1)", "E.sum(axis=1, keepdims=True)", "1.0000"),
    "C": ("-np.log(a[1] + 1e-9)", "-reference.log_softmax([50.0, 0.0])[1]", "50.0000"),
    "D": ("((P > 0.5) == Y).mean()", "((P > 0.5) & (Y == 1)).sum() / len(Y)", "0.0000"),
    "E": ("np.diag(a * (1 - a))", "np.diag(a) - np.outer(a, a)", "[0. 0. 0.]"),
    "F": ("scores * past", "np.where(past == 1, scores, -np.inf)", "1.0000"),
    "G": ("outputs = reference.softmax(Z)", "outputs = Z", "0.0000"),
    "H": (".sum() / 10", ".sum(axis=0) / 10", "0.8000"),
    "I": ("C[:, 2].sum()", "C[2].sum()", "0.2500"),
    "J": ("gradient += ", "gradient = ", "0.7000"),
}


def printed(source):
    namespace, shown = {}, io.StringIO()
    exec(CELLS["imports"].source, namespace)
    with contextlib.redirect_stdout(shown):
        exec(source, namespace)
    return shown.getvalue().strip().replace("-0.", "0.")


@pytest.mark.parametrize("piece", RIGHT)
def test_a_piece_is_repaired_by_taking_its_fault_away(piece):
    source = CELLS[f"fault-{piece.lower()}"].source
    wrong, mended, value = REPAIRS[piece]
    assert source.startswith(f"# {piece}. ")
    assert source.count(wrong) == 1
    before, after = printed(source), printed(source.replace(wrong, mended))
    assert not before.startswith(value)
    assert after == value


def test_the_text_offers_every_name_and_no_other():
    offered = re.findall(r"`([a-z0-9 -]+)`", CELLS["finish"].source)
    assert offered == list(NAMES)
    assert len(NAMES) == len(RIGHT) + 4


def test_no_piece_is_named_where_it_stands():
    for piece in RIGHT:
        source = CELLS[f"fault-{piece.lower()}"].source.lower()
        assert not any(name in source for name in NAMES), piece
