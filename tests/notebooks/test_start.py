"""Chapter 0 tells the truth about the others: their hours, what they build on, the short path, the glossary."""

import functools
import re

import pytest
from support import conventions
from support.sample_notebooks import cell

from utils.files import ROOT
from utils.notebooks.format import read_notebook

read = functools.cache(read_notebook)
SOLUTIONS = {path.stem: path for path in sorted((ROOT / "solutions").glob("*.ipynb"))}
START = read(SOLUTIONS["00_start_here"])
ROW = re.compile(r"^\| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[(?P<words>.+)\]\((?P<file>\w+)\.ipynb(?:#(?P<anchor>\S+))?\)")


def rows(identity):
    """The rows of the table in a cell of chapter 0, without its head: lists of what stands in each column."""
    return [row.split(" | ") for row in ROW.findall(cell(START, identity).source)[2:]]


def minutes_of(name):
    """How long a chapter takes, as its first cell says."""
    (found,) = re.finditer(r"about (?:(\d+)\s+minutes|(one|two|three)\s+hours?)", read(SOLUTIONS[name]).cells[0].source)
    return int(found[1]) if found[1] else 60 * ("one", "two", "three").index(found[2]) + 60


def text_of(name):
    return "\n".join(cell.source for cell in conventions.markdown_cells(read(SOLUTIONS[name])))


def test_the_minutes_are_those_of_the_chapters():
    listed = {LINK.fullmatch(row[0])["file"]: int(row[2]) for row in rows("chapters")}
    assert listed == {name: minutes_of(name) for name in SOLUTIONS if name[:2] != "00"}
    total = 10 + sum(listed.values())
    assert f"{total:,} minutes" in cell(START, "chapters").source.replace(str(total), f"{total:,}")
    hours = f"{round(total / 30) // 2}{'½' if round(total / 30) % 2 else ''} hours"
    assert f"about {hours}" in cell(START, "chapters").source
    assert hours in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_chapter_builds_on_earlier_ones():
    for place, row in enumerate(rows("chapters"), start=1):
        assert all(int(number) < place for number in re.findall(r"\d+", row[3]))


def test_the_core_path_takes_five_to_six_hours():
    path = rows("core-path")
    minutes = sum(int(row[-1]) for row in path)
    assert 300 <= minutes <= 360 and f"{minutes} minutes" in cell(START, "core-path").source
    assert len({LINK.search(row[0])["file"] for row in path}) >= 7, "most of the course, and not a part of it"


EVERY_TERM = [(row[0].strip("*"), LINK.fullmatch(row[2])["file"]) for row in rows("glossary")]


@pytest.mark.parametrize(("term", "name"), EVERY_TERM, ids=[term for term, _ in EVERY_TERM])
def test_a_term_of_the_glossary_occurs_where_it_is_said_to_be_defined(term, name):
    words = [re.escape(word).replace(r"\ ", r"\s+") for word in term.split(", ")]
    assert re.search("|".join(words), text_of(name), re.IGNORECASE), name


def test_the_glossary_is_in_order():
    order = [re.sub(r"[`*]", "", term).replace("–", "-").casefold() for term, _ in EVERY_TERM]
    assert order == sorted(set(order))
