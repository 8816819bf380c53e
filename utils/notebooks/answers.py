"""What a learner has written in a chapter: found, described, put back, and made blank on request.

Two stamps tell what is the learner's: each exercise cell carries the hash of its stub, the notebook a digest of all its
cells as they were built. They lie in the metadata, where JupyterLab keeps what it does not know.
"""

import hashlib
import json
import re

from utils.files import set_aside, write_text
from utils.notebooks.format import NotebookError, has_tag, notebook_text, read_notebook

STAMP = "softmax_workbook"


# The stamps


def stamp(chapter):
    """Mark a chapter that was just built (it is changed)."""
    for cell in chapter.cells:
        if has_tag(cell, "exercise"):
            cell.metadata[STAMP] = {"stub": source_hash(cell.source)}
    chapter.metadata[STAMP] = {"digest": digest(chapter)}


def source_hash(source):
    """SHA-256 of a source; blank space at its end does not count."""
    return hashlib.sha256(source.rstrip().encode()).hexdigest()


def essence(cell):
    """What of a cell is the builder's: its kind and its source, or its stub where the source is the learner's."""
    return [cell.cell_type, recorded_stub(cell) or source_hash(cell.source)]


def digest(chapter):
    """One hash over the cells of a chapter as they were built; answers leave it unchanged, other edits do not."""
    return hashlib.sha256(json.dumps([[c.get("id"), *essence(c)] for c in chapter.cells]).encode()).hexdigest()


def recorded_stub(cell):
    """The hash of the stub that a cell was built with, or None where it is no exercise."""
    return cell.metadata.get(STAMP, {}).get("stub")


def recorded_digest(chapter):
    """The digest that a chapter was built with, or None where it was not built from a solution."""
    return chapter.metadata.get(STAMP, {}).get("digest")


# The answers


def key_of(cell):
    """What an answer is found by: the id of its cell or, where an editor has dropped that, the name that it defines."""
    defined = re.search(r"^\s*(?:def\s+(\w+)|(\w+)\s*=)", cell.source, re.MULTILINE)
    return cell.get("id") or (defined and (defined[1] or defined[2])) or "a cell without a name"


def collect_answers(chapter):
    """What the learner has written into the exercise cells of a chapter, by id, or by name where there is no id."""
    answers = {}
    for cell in chapter.cells:
        if recorded_stub(cell) and recorded_stub(cell) != source_hash(cell.source):
            key, number = key_of(cell), 1
            while key in answers:  # a copied cell
                number += 1
                key = f"{key_of(cell)} ({number})"
            answers[key] = cell.source
    return answers


def restore_answers(chapter, answers):
    """Put answers into the exercise cells they came from (``chapter`` is changed).

    A stub that has changed meanwhile gives way too: the answer is the learner's.

    Returns:
        The answers that found no cell.
    """
    homeless = dict(answers)
    for cell in chapter.cells:
        if recorded_stub(cell):
            for key in (key_of(cell), key_of(cell).partition("-")[2]):
                if key in homeless:
                    cell.update(source=homeless.pop(key), outputs=[], execution_count=None)
                    break
    return homeless


def has_notes(chapter):
    """Whether somebody has changed, added, moved or removed cells, answers aside."""
    return recorded_digest(chapter) != digest(chapter)


def describe_work(path):
    """What a chapter file holds that must not be lost, in words; empty where there is nothing."""
    try:
        chapter = read_notebook(path)
    except NotebookError:
        return "something that cannot be read as a notebook"
    answers = collect_answers(chapter)
    work = [f"an answer to {', '.join(answers)}"] if answers else []
    return " and ".join(work + ["notes or other changed cells"] * has_notes(chapter))


def reset_exercise(exercise, built, chapters):
    """Make one exercise blank again, after its chapter was set aside.

    Args:
        exercise: its name, for example ``ch01.softmax``.
        built: all chapters by name, as they would be built now.
        chapters: the folder in which the learner works.

    Returns:
        What was done, as a sentence.

    Raises:
        NotebookError: no such exercise.
    """
    number, _, name = exercise.removeprefix("ch").partition(".")
    identity = f"ch{number}-{name}"
    title = next((title for title in built if title[:2] == number), None)
    path = chapters / f"{title}.ipynb"
    if title is None or not path.exists():
        raise NotebookError(f"There is no exercise {exercise}: exercises are named like ch01.softmax.")
    stubs = {cell.id: cell for cell in built[title].cells if has_tag(cell, "exercise")}
    if identity not in stubs:
        names = ", ".join(key.replace("-", ".", 1) for key in stubs) or "no exercises"
        raise NotebookError(f"There is no exercise {exercise}. Chapter {number} has {names}.")
    chapter = read_notebook(path)
    cells = {c.get("id") or (recorded_stub(c) and f"ch{number}-{key_of(c)}"): c for c in chapter.cells}
    if identity not in cells:
        raise NotebookError(f"The cell of {exercise} is not in {path.name} any more; --force brings the chapter back.")
    if cells[identity].source.rstrip() == stubs[identity].source:
        return f"{exercise} is blank already."
    folder = set_aside([path], chapters / ".backup")
    cells[identity].update(source=stubs[identity].source, metadata=stubs[identity].metadata)
    for key in cells.keys() & {identity, f"{identity}-check"}:
        cells[key].update(outputs=[], execution_count=None)
    write_text(path, notebook_text(chapter))
    return f"{exercise} is blank again. The chapter as it was is in {folder}."
