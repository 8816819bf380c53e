"""Points go back to the platform in its own table."""

import csv

import pytest

from utils.exercises import ch01
from utils.grading import sandbox
from utils.grading.gradebook import gradebook, read_roster
from utils.grading.judging import Judged
from utils.grading.marks import MarksError
from utils.grading.reports import Class, Row


def graded(*students):
    name = ch01.softmax.name
    rows = [Row(student, Judged(name, "correct", "…"), points, 2.0) for student, points in students]
    return Class(rows, {name: ch01.softmax}, sandbox.FULL)


def filled(tmp_path, text, *students):
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8-sig")
    name, made, missing, unknown = gradebook(graded(*students), *read_roster(path))
    return name, list(csv.DictReader(made.splitlines())), len(missing), unknown


def test_moodle(tmp_path):
    text = 'Identifier,Full name,Grade,"Last modified (grade)"\nParticipant 12,Ada,,\nParticipant 13,Bo,,\n'
    name, rows, missing, unknown = filled(
        tmp_path, text, ("Ada_12_assignsubmission_file_", 1.5), ("Eve_99_assignsubmission_file_", 1)
    )
    assert name == "gradebook-moodle.csv" and [row["Grade"] for row in rows] == ["1.5", ""]
    assert missing == 1 and unknown == ["Eve_99_assignsubmission_file_"]
    assert list(rows[0]) == ["Identifier", "Full name", "Grade", "Last modified (grade)"]


def test_canvas(tmp_path):
    text = 'Student,ID,SIS Login ID,Section,Old\n    Points Possible,,,,10\n"Lovelace, Ada",77,ada,A,3\n=Bo,78,bo,A,4\n'
    name, rows, missing, unknown = filled(tmp_path, text, ("lovelaceada_77", 2), ("bo_78", 0))
    assert name == "gradebook-canvas.csv" and missing == 0 and unknown == []
    assert [row["Softmax workbook"] for row in rows] == ["2", "2", "0"]  # the first line says what is possible
    assert rows[2]["Student"] == "'=Bo" and "Old" not in rows[0]


def test_another_table_is_refused(tmp_path):
    with pytest.raises(MarksError, match="grading worksheet"):
        filled(tmp_path, "who,what\n")
