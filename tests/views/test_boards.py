"""The boards say in a table and in words what is solved and what comes next, with a link to each exercise."""

import re
from types import SimpleNamespace

from utils.views import chapter_board, progress_board


def place(number, title, link="01_a.ipynb"):
    return SimpleNamespace(number=number, title=title, link=link)


FIRST, SECOND, THIRD = place("1.1", "One", "01_a.ipynb#One"), place("1.2", "a < b"), place("2.1", "Three", "")
OPENING = place("1", "What it is"), place("2", "What it does", "02_b.ipynb")


def course(*done):
    first, second, third = done
    return progress_board([(OPENING[0], [(FIRST, first), (SECOND, second)]), (OPENING[1], [(THIRD, third)])])


def html(board):
    return board._repr_mimebundle_()["text/html"]


def said(page):
    """What is read of a page: its text, without tags."""
    return re.sub(r"<[^>]+>", "", page)


def test_a_course_with_nothing_solved():
    board = course(False, False, False)
    assert board.text == (
        "Chapter 1, What it is: 0 of 2 solved. Chapter 2, What it does: 0 of 1 solved. Next: exercise 1.1 · One."
    )
    assert (html(board).count("✓"), html(board).count("○")) == (0, 3)
    assert 'Next: exercise <a href="01_a.ipynb#One">1.1 · One</a>.' in html(board)


def test_a_course_with_some_solved():
    board = course(True, False, True)
    assert board.text.endswith("Chapter 2, What it does: 1 of 1 solved. Next: exercise 1.2 · a < b.")
    assert (html(board).count("✓"), html(board).count("○")) == (2, 1)
    assert "<td>1 of 2</td>" in html(board) and '<a href="01_a.ipynb">1.2 · a &lt; b</a>' in html(board)
    assert 'aria-label="1.1 · One: solved"' in html(board) and 'aria-label="1.2 · a &lt; b: open"' in html(board)


def test_a_course_with_all_solved():
    board = course(True, True, True)
    assert "Next:" not in board.text and "Every exercise of the course is solved." in board.text
    assert "Well done." in board.text and "Well done." in html(board)
    assert html(board).count("✓") == 3


def test_the_row_of_a_chapter_leads_to_it():
    assert '<a href="02_b.ipynb">2 · What it does</a>' in html(course(False, False, False))


def test_a_chapter_with_some_solved():
    board = chapter_board([(FIRST, True), (SECOND, False)])
    assert board.text == "Solved in this chapter: 1 of 2. Open: 1.2 · a < b."
    assert '<a href="01_a.ipynb#One">1.1 · One</a>' in html(board) and "a &lt; b" in html(board)
    assert said(html(board)) == "✓1.1 · Onesolved○1.2 · a &lt; bopenSolved in this chapter: 1 of 2."


def test_a_chapter_with_all_solved_has_a_warm_sentence():
    board = chapter_board([(FIRST, True), (SECOND, True)])
    assert board.text == "Solved in this chapter: 2 of 2. All of it is your own work, and it holds. Well done."
    assert board.text in said(html(board))


def test_an_exercise_without_a_place_has_no_link():
    assert "<a" not in html(chapter_board([(THIRD, False)]))


def test_a_board_needs_no_script():
    assert "<script" not in html(course(True, False, False)) + html(chapter_board([(FIRST, True)]))
