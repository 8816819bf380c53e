"""The progress board says in a picture and in words what is solved and what comes next."""

import xml.etree.ElementTree as ElementTree

from utils.exercises import all_exercises
from utils.views import draw_progress_board

NAMES = ["ch01.a", "ch01.b", "ch01.c", "ch02.a"]


def ticks(drawn):
    return len(ElementTree.fromstring(drawn.svg).findall(".//{http://www.w3.org/2000/svg}polyline"))


def test_nothing_solved():
    drawn = draw_progress_board(NAMES, {})
    assert drawn.text == ("Chapter 1: 0 of 3 exercises solved. Chapter 2: 0 of 1 exercises solved. Next: ch01.a.")
    assert ticks(drawn) == 0


def test_some_solved_and_an_exercise_that_is_gone():
    drawn = draw_progress_board(NAMES, {"ch01.a": "2026-01-01", "ch02.a": "2026-01-02", "ch09.gone": "2026-01-03"})
    assert drawn.text == ("Chapter 1: 1 of 3 exercises solved. Chapter 2: 1 of 1 exercises solved. Next: ch01.b.")
    assert ticks(drawn) == 2


def test_all_solved():
    drawn = draw_progress_board(NAMES, dict.fromkeys(NAMES, "2026-01-01"))
    assert drawn.text.endswith("All exercises are solved.")
    assert ticks(drawn) == len(NAMES)


def test_the_whole_course_fits_and_every_word_of_the_picture_is_in_its_text():
    names = [exercise.name for exercise in all_exercises()]
    drawn = draw_progress_board(names, {})
    page = ElementTree.fromstring(drawn.svg)
    width = float(page.get("width"))
    dots = page.findall(".//{http://www.w3.org/2000/svg}circle")
    assert len(dots) == len(names)
    assert all(float(dot.get("cx")) + 10 < width - 110 for dot in dots), "dots run into the count at the right"
