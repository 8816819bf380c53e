"""Answers are found by cell id, also where a notebook was moved about, and with all that they need."""

import pytest
from support.handed_in import cells, notebook, solution_of

from utils.grading import sandbox
from utils.grading.cells import Cell, course_names, find, is_blank, without_words

RIGHT = solution_of("ch01.softmax")


def graded(grader, made):
    return {one.exercise: one for one in grader.grade("01", cells(made), 11)}


def place_of(made, identity):
    return next(place for place, cell in enumerate(made["cells"]) if cell.get("id") == identity)


def status_and_remarks(grader, change, answers=None):
    made = notebook("01", {"ch01.softmax": RIGHT, **(answers or {})})
    change(made["cells"], place_of(made, "ch01-softmax"))
    one = graded(grader, made)["ch01.softmax"]
    return one.status, " ".join(one.remarks)


def new_cell(source, **more):
    return {"cell_type": "code", "id": "own", "metadata": {}, "source": source, "outputs": [], **more}


def test_an_untouched_chapter_is_not_attempted(best_grader):
    of = graded(best_grader, notebook("01"))
    assert {one.status for one in of.values()} == {"not attempted"}
    assert not any(one.remarks for one in of.values())


def test_a_moved_cell(best_grader):
    status, remarks = status_and_remarks(best_grader, lambda all_, place: all_.insert(1, all_.pop(place)))
    assert status == "correct" and "moved" in remarks


def test_an_answer_below_its_check(best_grader):
    status, remarks = status_and_remarks(best_grader, lambda all_, place: all_.append(all_.pop(place)))
    assert status == "correct" and "below its check" in remarks


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_retyped_cell(best_grader, kind):
    status, remarks = status_and_remarks(best_grader, lambda all_, place: all_[place].update(cell_type=kind))
    assert status == "correct" and f"had become a {kind} cell" in remarks


def test_a_deleted_cell(best_grader):
    status, remarks = status_and_remarks(best_grader, lambda all_, place: all_.pop(place))
    assert status == "not attempted" and "not in the notebook" in remarks


def test_a_cell_pasted_under_another_id(best_grader):
    def paste(all_, place):
        all_[place] = new_cell(all_[place]["source"])

    status, remarks = status_and_remarks(best_grader, paste)
    assert status == "correct" and "by its name" in remarks


def test_without_ids_the_stamp_finds_an_answer(best_grader):
    def drop_ids(all_, place):
        for cell in all_:
            del cell["id"]

    status, remarks = status_and_remarks(best_grader, drop_ids)
    assert status == "correct" and "by its stamp" in remarks


def test_of_two_answers_the_last_above_the_check_counts(best_grader):
    wrong = "def softmax(z):\n    return z\n"

    def add(all_, place):
        all_.insert(place + 1, new_cell(RIGHT))
        all_[place]["source"] = wrong
        all_.append(new_cell(wrong))  # somebody tries something at the end

    status, remarks = status_and_remarks(best_grader, add)
    assert status == "correct" and "last one above its check" in remarks


def test_a_copy_that_is_still_blank_does_not_count(best_grader):
    blank = notebook("01")
    stub = blank["cells"][place_of(blank, "ch01-softmax")]
    status, remarks = status_and_remarks(best_grader, lambda all_, place: all_.insert(place + 1, dict(stub)))
    assert status == "correct" and "2 cells have the id" in remarks


@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [
        ("def helper(z):\n    return z - z.max(axis=-1, keepdims=True)", "", "e = np.exp(helper(z))"),
        ("", "AXIS = -1", "e = np.exp(z - z.max(axis=AXIS, keepdims=True))"),
        ("import numpy as own", "", "e = own.exp(z - z.max(axis=-1, keepdims=True))"),
        ("A = 1\nB = A - 2\n1 / 0", "", "e = np.exp(z - z.max(axis=B, keepdims=True))"),
        ("%matplotlib inline\n!ls\nAXIS = -1", "", "e = np.exp(z - z.max(axis=AXIS, keepdims=True))"),
        ("from scipy.special import logsumexp", "", "e = np.exp(z - logsumexp(z, axis=-1, keepdims=True))"),
        ("class Axis:\n    last = -1", "", "e = np.exp(z - z.max(axis=Axis.last, keepdims=True))"),
    ],
    ids=["helper", "constant below", "own import", "cell that fails at its end", "magics", "another package", "class"],
)
def test_what_an_answer_needs_comes_from_the_learners_own_cells(best_grader, before, after, answer):
    def add(all_, place):
        all_[place]["source"] = f"def softmax(z):\n    {answer}\n    return e / e.sum(axis=-1, keepdims=True)"
        if after:
            all_.append(new_cell(after, id="below"))
        if before:
            all_.insert(place, new_cell(before, id="above"))

    assert status_and_remarks(best_grader, add)[0] == "correct"


def test_an_answer_that_uses_an_earlier_exercise(best_grader):
    answers = {
        "ch01.softmax": "def softmax(z):\n    return np.apply_along_axis(lambda r: first_softmax(r - r.max()), -1, z)",
        "ch01.first_softmax": solution_of("ch01.first_softmax"),
    }
    assert graded(best_grader, notebook("01", answers))["ch01.softmax"].status == "correct"


def test_an_earlier_exercise_that_is_wrong_stays_wrong_in_a_later_one(best_grader):
    answers = {
        "ch01.softmax": "def softmax(z):\n    return np.apply_along_axis(first_softmax, -1, z)",
        "ch01.first_softmax": "def first_softmax(z):\n    return z",
    }
    assert graded(best_grader, notebook("01", answers))["ch01.softmax"].status == "incorrect"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def softmax(z)\n    return z", "is no Python: SyntaxError in line 1"),
        ("def soft_max(z):\n    return z", "does not define `softmax`"),
        ("softmax = np.nothing", "raised AttributeError"),
        ("softmax = 3", "needs the function itself"),
    ],
)
def test_a_cell_that_does_not_work_is_told_in_words(best_grader, source, words):
    one = graded(best_grader, notebook("01", {"ch01.softmax": source}))["ch01.softmax"]
    assert one.status == "incorrect" and words in one.message


def test_a_check_in_the_cell_of_the_answer_does_no_harm(best_grader):
    source = (
        RIGHT + "\n\nch01.softmax.check(softmax)\nassert softmax(np.zeros(2))[0] == 0.5\nraise RuntimeError('own test')"
    )
    one = graded(best_grader, notebook("01", {"ch01.softmax": source}))["ch01.softmax"]
    assert one.status == "correct" and "raised RuntimeError: own test" in " ".join(one.remarks)


@pytest.mark.prove
def test_a_torch_answer_in_a_chapter_that_does_not_import_it(best_grader):
    source = (
        "import torch\n\n\ndef softmax(z):\n    return torch.softmax(torch.as_tensor(z, dtype=torch.float64), -1)\n"
    )
    one = graded(best_grader, notebook("01", {"ch01.softmax": source}))["ch01.softmax"]
    assert one.status == "correct"


def test_open_use_of_the_courses_functions_is_flagged(best_grader):
    source = "def softmax(z):\n    return reference.softmax(z)\n"
    one = graded(best_grader, notebook("01", {"ch01.softmax": source}))["ch01.softmax"]
    assert one.status == "correct" and one.course == ["reference.softmax"]
    assert not graded(best_grader, notebook("01", solved=True))["ch01.softmax"].course


# Without a grader


def cell(source, place=0, identity="", kind="code", stub=""):
    return Cell(place, identity, kind, source, stub)


EXERCISE = {"name": "ch01.softmax", "answer_name": "softmax", "id": "ch01-softmax", "hash": "h"}
EXERCISE["stub"] = "def softmax(z):\n    ..."


@pytest.mark.parametrize(
    ("source", "blank"),
    [
        ("", True),
        ("def softmax(z):\n    ...", True),
        ("def softmax(z):\n    '''Mine.'''\n    pass", True),
        ("softmax = ...", True),
        ("# later\n", False),
        ("def softmax(z):\n    return z", False),
        ("def softmax(z):\n    return ...", False),
        ("def softmax(z", False),
    ],
)
def test_blank(source, blank):
    assert is_blank(cell(source), EXERCISE) == blank


def test_names_that_a_cell_reads_and_binds():
    one = cell(
        "import a.b as c\n\ndef f(x, y=d):\n    z = x + g\n    return [i for i in z]\n\nclass K(B):\n    q = r\n"
    )
    assert {"c", "f", "K"} == set(one.binds)
    assert {"d", "g", "B", "r"} <= set(one.reads) and not {"x", "z", "i", "q"} & set(one.reads)


def test_the_last_helper_above_the_check_counts():
    all_cells = [
        cell("helper = 1", 0, "a"),
        cell("helper = 2", 1, "b"),
        cell("def softmax(z):\n    return helper", 2, "ch01-softmax"),
        cell("ch01.softmax.check(softmax)", 3, "ch01-softmax-check"),
        cell("helper = 3", 4, "c"),
    ]
    found = find(EXERCISE, all_cells, [], {})
    assert [one.id for one in found.helpers] == ["b"]


def test_an_example_has_no_comments_and_no_words():
    source = (
        '# by Alice\ndef softmax(z):\n    """Of Alice."""\n    print("Alice", f"{z} Alice", b"Alice")\n    return z'
    )
    assert "Alice" not in without_words(cell(source)) and "return z" in without_words(cell(source))
    assert without_words(cell("def softmax(z")) == ""


def test_names_of_the_course():
    assert course_names([cell("from utils import reference as r\nreference.softmax(1)")], {"reference"}) == [
        "reference.softmax",
        "utils.reference",
    ]


def test_no_solution_lies_where_answers_run():
    assert not any("solutions" in str(path) for path in sandbox.readable())
