"""The progress board says in a table and in words what is solved and what comes next."""

from utils.views import progress_board

NAMES = ["ch01.a", "ch01.b", "ch01.c", "ch02.a"]


def html(board):
    return board._repr_mimebundle_()["text/html"]


def test_nothing_solved():
    board = progress_board(NAMES, {})
    assert board.text == "Chapter 1: 0 of 3 exercises solved. Chapter 2: 0 of 1 exercises solved. Next: ch01.a."
    assert (html(board).count("✓"), html(board).count("○")) == (0, 4)


def test_some_solved_and_an_exercise_that_is_gone():
    board = progress_board(NAMES, {"ch01.a": "2026-01-01", "ch02.a": "2026-01-02", "ch09.gone": "2026-01-03"})
    assert board.text == "Chapter 1: 1 of 3 exercises solved. Chapter 2: 1 of 1 exercises solved. Next: ch01.b."
    assert (html(board).count("✓"), html(board).count("○")) == (2, 2)
    assert "<td>1 of 3</td>" in html(board) and "Next: ch01.b." in html(board)


def test_all_solved():
    board = progress_board(NAMES, dict.fromkeys(NAMES, "2026-01-01"))
    assert board.text.endswith("All exercises are solved.")
    assert html(board).count("✓") == len(NAMES)


def test_it_needs_no_script_and_names_each_exercise():
    assert "<script" not in html(progress_board(NAMES, {}))
    assert all(f'title="{name}"' in html(progress_board(NAMES, {})) for name in NAMES)
