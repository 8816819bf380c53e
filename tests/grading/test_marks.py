"""Points, parts and decisions, and what is said about slips in their files."""

import pytest

from utils.exercises import all_exercises
from utils.grading.marks import MarksError, Points, read_overrides, read_points
from utils.grading.texts import cell, clean, file_name, table

EXERCISES = {exercise.name: exercise for exercise in all_exercises()}
MISTAKE = EXERCISES["ch03.cost_gradient"].bank[0].name


def points(tmp_path, text):
    path = tmp_path / "points.toml"
    path.write_text(text)
    return read_points(path, EXERCISES)


def test_without_a_file_each_exercise_counts_1():
    given = read_points(None, EXERCISES)
    assert given.most("ch01.softmax") == 1 and given.given("ch01.softmax", "correct", None) == 1


def test_points_and_parts(tmp_path):
    read = points(
        tmp_path,
        f'default = 2\npartial = {{"{MISTAKE}" = 0.5}}\n[points]\n"ch01.softmax" = 3\n'
        f'"ch03.cost_gradient" = {{points = 4, partial = {{"{MISTAKE}" = 0.75}}}}\n',
    )
    assert (read.most("ch01.softmax"), read.most("ch01.by_hand"), read.most("ch03.cost_gradient")) == (3, 2, 4)
    assert read.given("ch03.cost_gradient", "incorrect", MISTAKE) == 3
    assert read.given("ch01.softmax", "incorrect", MISTAKE) == 1.5
    assert read.given("ch01.softmax", "incorrect", MISTAKE, is_certain=False) == 0
    assert read.given("ch01.softmax", "incorrect", None) == read.given("ch01.softmax", "not attempted", None) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("points = [", "cannot be read"),
        ("weights = 3", "no setting 'weights'"),
        ('[points]\n"ch01.softmx" = 1', "no exercise 'ch01.softmx'"),
        ('[points]\n"ch01.softmax" = -1', "number from 0"),
        ('[points]\n"ch01.softmax" = true', "number from 0"),
        ('partial = {"no such mistake" = 0.5}', "no exercise knows a mistake"),
        (f'partial = {{"{MISTAKE}" = 1.5}}', "share from 0 to 1"),
    ],
)
def test_slips_in_the_file_of_points(tmp_path, text, words):
    with pytest.raises(MarksError, match=words):
        points(tmp_path, text)


def test_decisions(tmp_path):
    path = tmp_path / "overrides.csv"
    path.write_text("student,exercise,points,reason\nalice,ch01.softmax,0.5,told me how\n")
    assert read_overrides(path, EXERCISES)["alice", "ch01.softmax"].reason == "told me how"
    path.write_text("student,exercise,points,reason\nalice,ch01.softmax,half,\n")
    with pytest.raises(MarksError, match=r"line 2: 'half' is no number"):
        read_overrides(path, EXERCISES)
    path.write_text("who,what\n")
    with pytest.raises(MarksError, match="needs the columns"):
        read_overrides(path, EXERCISES)


def test_default_points_are_those_of_everybody():
    assert Points().most("anything") == 1


# Texts of strangers


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1", '=HYPERLINK("http://x")'])
def test_no_cell_of_a_table_begins_a_formula(text):
    assert cell(text).startswith("'")
    assert "\n'" in table(("a",), [(text,)]) or "\n\"'" in table(("a",), [(text,)])


def test_a_terminal_obeys_nothing():
    assert not set(clean("\x1b[2J\x07\x00\u202eabc\x9b1m")) & set("\x1b\x07\x00\u202e\x9b")
    assert clean("Zoë — naïve, 日本") == "Zoë — naïve, 日本"
    clean("lone \ud800 surrogate")


@pytest.mark.parametrize(
    "name", ["../../etc/x", "a/b", "", "...", "CON", "<script>", 'quo"te', "x" * 300, "\x1b[2J", "na\nme"]
)
def test_names_of_files(name):
    made = file_name(name)
    assert made and "/" not in made and not made.startswith(".") and len(made) < 120 and made.isprintable()
    if made == name:
        assert file_name(name, {made.casefold()}) != made
