"""A table of points for the gradebook of a learning platform, made from the platform's own list of the class.

Moodle's offline grading worksheet, a gradebook that Canvas has exported, or a plain list with a column ``student``.
"""

import csv
from collections import defaultdict
from pathlib import Path

from utils.grading.marks import MarksError
from utils.grading.reports import number
from utils.grading.submissions import CANVAS, MOODLE
from utils.grading.texts import table

ASSIGNMENT = "Softmax workbook"
CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


def read_roster(path):
    """The columns and rows of a list of the class.

    Raises:
        MarksError: it is none of the three.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows, columns = list(reader), list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MarksError(f"{path} cannot be read as a table ({error}).") from error
    if kind_of(columns) is None:
        raise MarksError(
            f"{path} should be Moodle's grading worksheet (with a column Identifier), a gradebook exported by Canvas "
            "(with Student and ID), or a list with a column student."
        )
    return columns, rows


def kind_of(columns):
    """Which platform a list comes from, told by its columns."""
    if "Identifier" in columns:
        return "moodle"
    if {"Student", "ID"} <= set(columns):
        return "canvas"
    return "plain" if "student" in columns else None


def gradebook(graded, columns, rows):
    """The file to be imported.

    Args:
        graded: a :class:`utils.grading.reports.Class`.
        columns, rows: of the list of the class.

    Returns:
        The name of the file, its text, the rows of the list without a submission, and the students that are not on it.
    """
    points, most = defaultdict(float), defaultdict(float)
    for row in graded.rows:
        points[row.student] += row.points
        most[row.student] += row.most
    kind, of_number = kind_of(columns), {_number(student): student for student in points}
    full = number(max(most.values(), default=0.0))
    made, missing, found = [], [], set()
    if kind == "canvas":
        header = [name for name in CANVAS_COLUMNS if name in columns] + [ASSIGNMENT]
        made.append({"Student": "    Points Possible", ASSIGNMENT: full})
        rows = [row for row in rows if (row.get("ID") or "").strip()]
    elif kind == "moodle":
        header = columns if "Grade" in columns else [*columns, "Grade"]
    else:
        header = [*columns, "points"]
    for row in rows:
        student = _student(kind, row, points, of_number)
        if student is None:
            missing.append(row)
        else:
            found.add(student)
        value = "" if student is None else number(points[student])
        made.append({**row, {"canvas": ASSIGNMENT, "moodle": "Grade", "plain": "points"}[kind]: value})
    text = table(header, [[row.get(name) or "" for name in header] for row in made])
    return f"gradebook-{kind}.csv", text, missing, sorted(set(points) - found)


def _number(student):
    """The number that a platform has put into the name of a folder or a file, or None."""
    match = MOODLE.match(student) or CANVAS.match(f"{student}_0_x")
    return match["id"] if match else None


def _student(kind, row, points, of_number):
    """The student of a row, by the platform's number, or by the name."""
    if kind == "moodle":
        return of_number.get((row["Identifier"] or "").rpartition(" ")[2])
    if kind == "canvas":
        return of_number.get((row["ID"] or "").strip())
    return row["student"] if row["student"] in points else None
