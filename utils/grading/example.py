"""A class that does not exist, for trying things out. Run as ``python -m utils.grading.example FOLDER``.

Each student has answers taken from the solutions, from the known mistakes, or none, drawn from a seed.
"""

import argparse
import ast
import inspect
import json
import random
import sys
import textwrap
from pathlib import Path

from utils.exercises import all_exercises
from utils.files import ROOT, write_text
from utils.grading.cells import GIVEN, Cell
from utils.notebooks.build import build_chapter
from utils.notebooks.format import has_tag, notebook_text, read_notebook

IN_EVERY_CHAPTER = {"np", "reference"}


def make(folder, students=24, chapters=("01", "02", "03"), seed=1, root=ROOT):
    """Write a folder a student.

    Args:
        folder: where.
        students: how many.
        chapters: the numbers of the chapters that they hand in.
        seed: of what is drawn.
        root: the folder of the course.

    Returns:
        How many notebooks were written.
    """
    rng, written = random.Random(seed), 0
    known = {exercise.name: wrong_answers(exercise) for exercise in all_exercises() if exercise.name[2:4] in chapters}
    for number in chapters:
        path = next(iter(sorted((root / "solutions").glob(f"{number}_*.ipynb"))))
        solution = read_notebook(path)
        right = {cell.id: cell.source for cell in solution.cells if has_tag(cell, "exercise")}
        blank = notebook_text(build_chapter(solution, path.stem))
        for student in range(1, students + 1):
            made, skill = json.loads(blank), random.Random(f"{seed}-{student}").uniform(0.45, 0.95)
            for cell in made["cells"]:
                if cell["id"] in right:
                    wrong = known.get(cell["id"].replace("-", ".", 1), [])
                    cell["source"] = _answer(rng, skill, right[cell["id"]], wrong, "".join(cell["source"]))
            write_text(Path(folder) / f"student-{student:02}" / path.name, json.dumps(made, indent=1) + "\n")
            written += 1
    return written


def _answer(rng, skill, right, wrong, blank):
    chance = rng.random()
    if chance < skill or not wrong:
        return "\n".join(line for line in right.splitlines() if "### BEGIN" not in line and "### END" not in line)
    if chance > 0.95:
        return blank
    # Some mistakes are made by many and others by few.
    return wrong[min(int(rng.expovariate(0.7)), len(wrong) - 1)]


def wrong_answers(exercise):
    """Known mistakes of an exercise as the source of a cell, those that need nothing but what each chapter imports."""
    found = []
    for mistake in exercise.bank:
        for sample in mistake.samples:
            source = _as_cell(sample, exercise.answer_name)
            if source:
                found.append(source)
                break
    return found


def _as_cell(sample, name):
    """A function as a cell that defines a name, without its explanation; empty where it cannot stand by itself."""
    if not _stands_alone(sample):
        return ""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(sample)))
    except (OSError, TypeError, SyntaxError):
        return ""
    function = tree.body[0]
    if not isinstance(function, ast.FunctionDef):
        return ""
    function.name, function.decorator_list = name, []
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:] or [ast.Pass()]
    source = ast.unparse(tree)
    return source if Cell(0, "", "code", source).reads <= IN_EVERY_CHAPTER | GIVEN | {name} else ""


def _stands_alone(sample):
    """Whether a sample is a function that was written down as one, with nothing of another function in it."""
    return inspect.isfunction(sample) and sample.__closure__ is None and sample.__name__ != "<lambda>"


def main(arguments=None):
    """The command line. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m utils.grading.example", description="A class to try things out.")
    parser.add_argument("folder", type=Path, help="where to write a folder a student")
    parser.add_argument("--students", type=int, default=24)
    parser.add_argument("--chapters", default="01,02,03", help="as in 01,02")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    try:
        count = make(chosen.folder, chosen.students, chosen.chapters.split(","), chosen.seed)
    except (OSError, StopIteration) as error:
        print(f"Nothing was written. {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(f"{count} notebooks of {chosen.students} students who do not exist: {chosen.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
