"""Writes what a class is handed: a zip with all that studying needs. Run as ``python -m utils.notebooks.release``.

The solution notebooks, the tests and the grader stay at home, and so do the other right answers that the checks are
tested with. ``--no-hints`` leaves out hints. ``--nbgrader`` writes the course for a class that lives in nbgrader.
"""

import argparse
import ast
import sys
import zipfile
from pathlib import Path

import nbformat

from utils.files import ROOT, write_text
from utils.notebooks.answers import STAMP
from utils.notebooks.build import build_all
from utils.notebooks.course import version
from utils.notebooks.format import NotebookError, has_tag, notebook_text, read_notebook

TOP = (
    "README.md",
    "INSTRUCTORS.md",
    "LICENSE",
    "CHANGELOG.md",
    "CITATION.cff",
    "Makefile",
    "pyproject.toml",
    "requirements.txt",
    "environment.yml",
)
AT_HOME = ("grading", "site", "__pycache__")
MOMENT = (1980, 1, 1, 0, 0, 0)  # the same course gives the same bytes
GRADER_METADATA = {"schema_version": 3, "solution": False, "grade": False, "locked": False, "task": False}
CONFIGURATION = '''"""What nbgrader needs for this course. It is loaded from the folder in which nbgrader is called."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "softmax"
c.CourseDirectory.root = str(HERE)
c.ClearSolutions.code_stub = {{"python": "..."}}
c.ClearSolutions.enforce_metadata = True
c.ExecutePreprocessor.timeout = 120

# A check that is not passed raises, so its cell fails and the feedback says which mistake it was.
os.environ["SOFTMAX_WORKBOOK_STRICT"] = "1"
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [{course!r}, os.environ.get("PYTHONPATH")]))
'''


class ReleaseError(Exception):
    """Why nothing was written, as a plain sentence."""


# The zip


def release(root=ROOT, output=None, hints=True):
    """Write the zip for learners.

    Args:
        root: the folder of the course.
        output: the folder to write into; ``dist`` in ``root`` where it is None.
        hints: whether hints go along.

    Returns:
        The path of the zip.

    Raises:
        NotebookError, ReleaseError, OSError: why nothing was written.
    """
    name = f"softmax-workbook-{version()}"
    path = (output or root / "dist") / f"{name}.zip"
    files = dict(sorted(contents(root, hints).items()))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for inside, data in files.items():
                information = zipfile.ZipInfo(f"{name}/{inside}", MOMENT)
                information.compress_type, information.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
                archive.writestr(information, data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def contents(root, hints=True):
    """All files of a release: their bytes by their path."""
    files = {name: (root / name).read_bytes() for name in TOP if (root / name).exists()}
    for path in sorted((root / "utils").rglob("*")):
        inside = path.relative_to(root)
        if path.is_file() and not set(inside.parts) & set(AT_HOME):
            files[inside.as_posix()] = path.read_bytes()
    left_out = ("alternatives",) if hints else ("alternatives", "hints")
    for name in files:
        if name.startswith("utils/exercises/ch") and name.endswith(".py"):
            files[name] = without(files[name].decode(), left_out).encode()
    for title, chapter in build_all(root / "solutions").items():
        chapter.metadata[STAMP]["version"] = version()
        files[f"chapters/{title}.ipynb"] = notebook_text(chapter).encode()
    return files


def without(source, names):
    """A module with nothing in the place of some settings of its exercises.

    Raises:
        ReleaseError: what is left is no Python.
    """
    cuts = [
        keyword.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Exercise"
        for keyword in node.keywords
        if keyword.arg in names
    ]
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    data = source.encode()
    for value in sorted(cuts, key=lambda value: -value.lineno):
        begin, end = starts[value.lineno - 1] + value.col_offset, starts[value.end_lineno - 1] + value.end_col_offset
        data = data[:begin] + b"()" + data[end:]
    try:
        ast.parse(data)
    except SyntaxError as error:
        raise ReleaseError(f"Without {', '.join(names)} a module of exercises is no Python ({error}).") from error
    return data.decode()


# For nbgrader


def for_nbgrader(root=ROOT, output=None, points=1):
    """Write the course in the form of nbgrader: source notebooks with solutions, and its configuration.

    Returns:
        The folder.
    """
    folder = output or root / "dist" / "nbgrader"
    for path in sorted((root / "solutions").glob("*.ipynb")):
        notebook = nbgrader_notebook(read_notebook(path), points)
        if any("nbgrader" in cell.metadata for cell in notebook.cells):
            write_text(folder / "source" / f"chapter_{path.stem[:2]}" / path.name, notebook_text(notebook))
    write_text(folder / "nbgrader_config.py", CONFIGURATION.format(course=str(root)))
    return folder


def nbgrader_notebook(solution, points=1):
    """A solution notebook with the metadata of nbgrader and without outputs."""
    notebook = nbformat.from_dict(solution)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
        if has_tag(cell, "exercise"):
            cell.metadata["nbgrader"] = {**GRADER_METADATA, "grade_id": cell.id, "solution": True}
        elif has_tag(cell, "check"):
            graded = {"grade_id": cell.id, "grade": True, "locked": True, "points": points}
            cell.metadata["nbgrader"] = {**GRADER_METADATA, **graded}
    return notebook


def main(arguments=None, root=ROOT):
    """The command line. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m utils.notebooks.release", description="Write what a class is handed."
    )
    parser.add_argument("--output", type=Path, help="the folder to write into (dist)")
    parser.add_argument("--no-hints", action="store_true", help="leave out hints")
    parser.add_argument("--nbgrader", action="store_true", help="write the course for nbgrader, and no zip")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.nbgrader:
            print(f"For nbgrader: {for_nbgrader(root, chosen.output)}")
        else:
            path = release(root, chosen.output, hints=not chosen.no_hints)
            print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    except (NotebookError, ReleaseError, OSError) as error:
        print(f"Nothing was written. {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
