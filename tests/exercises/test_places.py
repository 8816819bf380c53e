"""Each exercise is found in its notebook, and a board of what is solved has the links to it."""

import json
from types import SimpleNamespace

import pytest

from utils import progress
from utils.exercises import all_exercises, board, ch01, chapters, exercises_of, places, solved
from utils.files import ROOT

SOFTMAX = SimpleNamespace(answer_name="softmax", asks="Softmax, over the last axis.")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder in the place of those with the notebooks."""
    monkeypatch.setattr(places, "FOLDERS", (tmp_path,))
    return tmp_path


def write(folder, *cells):
    content = {"cells": [{"cell_type": kind, "id": name, "source": source} for kind, name, source in cells]}
    (folder / "01_a.ipynb").write_text(json.dumps(content), encoding="utf-8")


def test_an_exercise_is_found_below_its_heading(folder):
    write(
        folder,
        ("markdown", "title", ["# 1 · What *it* is\n", "\n", "Words."]),
        ("markdown", "exercise-softmax", "Before it.\n\n### Exercise 1.7 · A `softmax` of *z*\n\nWrite it."),
        ("code", "powers", "1"),
        ("code", "ch01-softmax", "softmax = ..."),
        ("code", "ch01-other", "other = ..."),
    )
    other = SimpleNamespace(answer_name="other", asks="Another one.")
    assert places.place_of_chapter("ch01") == places.Place("1", "What it is", "01_a.ipynb")
    found, unnamed = places.places_of("ch01", [SOFTMAX, other])
    assert (found.number, found.title) == ("1.7", "A softmax of z")
    assert found.link == "01_a.ipynb#cell-id=exercise-softmax"
    assert unnamed == places.Place("1.2", "Another one", "01_a.ipynb"), "the heading belongs to the cell before"


@pytest.mark.parametrize("content", [None, "{", "[1]", '{"cells": 3}', '{"cells": [{}]}'])
def test_a_notebook_that_is_missing_or_damaged_stops_nothing(folder, content):
    if content is not None:
        (folder / "01_a.ipynb").write_text(content)
    assert places.place_of_chapter("ch01") == places.Place("1", "ch01", "")
    assert places.places_of("ch01", [SOFTMAX]) == (places.Place("1.1", "Softmax, over the last axis", ""),)


def test_a_heading_that_was_changed_is_read_anew(folder):
    for title in ("One", "Another"):
        write(folder, ("markdown", "a", f"### Exercise 1.1 · {title}"), ("code", "ch01-softmax", "..."))
        assert [place.title for place in places.places_of("ch01", [SOFTMAX])] == [title]


def test_the_end_of_a_chapter_knows_what_is_solved(tmp_path, monkeypatch):
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.json"))
    assert solved(ch01).text.startswith(f"Solved in this chapter: 0 of {len(ch01.EXERCISES)}. Open: 1.1 · ")
    ch01.by_hand.check(ch01.by_hand.reference)
    assert [done for _, done in solved(ch01).entries] == [True] + [False] * (len(ch01.EXERCISES) - 1)
    for exercise in ch01.EXERCISES:
        progress.record(exercise.name)
    assert "Well done." in solved(ch01).text


def test_the_board_shows_every_exercise_once(tmp_path, monkeypatch):
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.json"))
    entries = [entry for _, entries in board().chapters for entry in entries]
    assert len(entries) == len(list(all_exercises())) and not any(done for _, done in entries)
    progress.record("ch01.softmax")
    assert sum(done for _, entries in board().chapters for _, done in entries) == 1


def test_what_is_stored_is_the_same_for_every_reader(monkeypatch):
    """The notebooks are executed in ``solutions/``, where nothing is recorded."""
    monkeypatch.delenv(progress.VARIABLE, raising=False)
    monkeypatch.chdir(ROOT / "solutions")
    assert not any(done for _, entries in board().chapters for _, done in entries)


@pytest.mark.parametrize("chapter", chapters())
def test_every_exercise_has_a_notebook(chapter):
    assert all(place.link for place in places.places_of(chapter, exercises_of(chapter)))
