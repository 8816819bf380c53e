"""Makes the learner's chapters from the solution notebooks.

Run as ``python -m utils.notebooks.build``; ``--help`` lists the rest.

``solutions/NN_name.ipynb`` is the only source. In the chapter of the same name the marked region of each exercise is a
single ``...`` and there are no outputs. A chapter in which somebody has worked is never overwritten.
"""

import argparse
import re
import sys
from pathlib import Path

import nbformat

from utils.files import ROOT, set_aside, write_text
from utils.notebooks.answers import (
    describe_work,
    essence,
    has_notes,
    recorded_digest,
    recorded_stub,
    reset_exercise,
    stamp,
)
from utils.notebooks.course import archive, install_cell, repository
from utils.notebooks.format import (
    NOTEBOOK_METADATA,
    NotebookError,
    has_tag,
    kept_metadata,
    notebook_text,
    read_notebook,
)
from utils.notebooks.stubs import BEGIN, END, check_nothing_is_given_away, make_stub

# From solution to chapter


def build_chapter(solution, name, source=None):
    """The chapter that belongs to a solution notebook.

    Args:
        solution: the notebook; it is not changed.
        name: ``NN_name``, as in the file name.
        source: from where pip gets the course; then the first cell of code installs it where it is missing.

    Raises:
        NotebookError: the notebook breaks a rule; the message names it and the cell.
    """
    if not re.fullmatch(r"\d\d_[a-z0-9_]+", name):
        raise NotebookError(f"solutions/{name}.ipynb: the name of a solution notebook has the form NN_name.")
    try:
        check_ids(solution, name[:2])
        chapter = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": NOTEBOOK_METADATA})
        chapter.cells, hidden = [], []
        for cell in solution.cells:
            blank, regions = blank_cell(cell)
            chapter.cells.append(blank)
            hidden += [(cell.id, region) for region in regions]
        if source is not None:
            chapter.cells.insert(1, install_cell(source))
        check_nothing_is_given_away(chapter, hidden)
        stamp(chapter)
        nbformat.validate(chapter)
    except NotebookError as error:
        raise NotebookError(f"solutions/{name}.ipynb, {error}") from error
    except nbformat.ValidationError as error:
        raise NotebookError(f"solutions/{name}.ipynb is not a valid notebook: {error.message}") from error
    return chapter


def check_ids(notebook, number):
    """See that every cell has an id of its own, and every exercise its check behind it.

    Raises:
        NotebookError: which cell, and what is wrong there.
    """

    def refuse_unless(right, identity, why):
        if not right:
            raise NotebookError(f"cell {identity}: {why}")

    ids = [cell.get("id") for cell in notebook.cells]
    tagged = {tag: [c.get("id") for c in notebook.cells if has_tag(c, tag)] for tag in ("exercise", "check")}
    for position, cell in enumerate(notebook.cells):
        refuse_unless(ids[position], f"number {position}", "the cell has no id.")
        refuse_unless(ids.index(ids[position]) == position, ids[position], "two cells have this id.")
        is_either = has_tag(cell, "exercise") or has_tag(cell, "check")
        refuse_unless(cell.cell_type == "code" or not is_either, cell.id, "exercises and checks are code cells.")
    for exercise in tagged["exercise"]:
        check, form = f"{exercise}-check", f"ch{number}-NAME"
        named = re.fullmatch(rf"ch{number}-[A-Za-z]\w*", exercise, re.ASCII)
        refuse_unless(named, exercise, f"the id of an exercise in this notebook has the form {form}.")
        refuse_unless(check in tagged["check"], exercise, f"the exercise has no check cell (id {check}, tag check).")
        refuse_unless(ids.index(exercise) < ids.index(check), check, "the check stands before its exercise.")
    expected = {f"{exercise}-check" for exercise in tagged["exercise"]}
    for check in tagged["check"]:
        refuse_unless(
            check in expected, check, "the check has no exercise (its id is that of the exercise and -check)."
        )


def blank_cell(old):
    """A cell as it stands in a chapter, and the solutions that it hides.

    Raises:
        NotebookError: the markers, or what is left without the solution, break a rule.
    """
    cell = nbformat.from_dict({key: old[key] for key in ("id", "cell_type", "source")})
    cell.metadata = kept_metadata(old)
    if old.get("attachments"):
        cell.attachments = old.attachments
    if cell.cell_type == "code":
        cell.update(execution_count=None, outputs=[])
    regions = []
    if has_tag(cell, "exercise"):
        try:
            cell.source, regions = make_stub(old.source)
        except NotebookError as error:
            raise NotebookError(f"cell {cell.id}: {error}") from error
    elif BEGIN in old.source or END in old.source:
        raise NotebookError(f"cell {cell.id}: only a code cell with the tag exercise may hold solution markers.")
    return cell, regions


def build_all(solutions):
    """All chapters, by name, built from a folder of solution notebooks. Writes nothing.

    Raises:
        NotebookError: there is no solution notebook, or one breaks a rule.
    """
    paths = sorted(solutions.glob("*.ipynb"))
    if not paths:
        raise NotebookError(f"There is no solution notebook in {solutions}.")
    address = repository()
    source = address and archive(address)
    return {path.stem: build_chapter(read_notebook(path), path.stem, source) for path in paths}


# What the commands do


def write_chapters(built, chapters, force=False):
    """Write all chapters; one that holds a learner's work is kept, or with ``force`` set aside first.

    Returns:
        Two lists of sentences: what was done, and what was refused.
    """
    texts = {chapters / f"{name}.ipynb": notebook_text(chapter) for name, chapter in built.items()}
    left_over = surplus(chapters, built)
    work = {path: describe_work(path) for path in [*texts, *left_over] if path.exists()}
    work = {path: words for path, words in work.items() if words}
    done, refused = [], []
    if work and force:
        folder = set_aside(work, chapters / ".backup")
        done = [f"chapters/{path.name} held {words}; it was set aside in {folder}." for path, words in work.items()]
    elif work:
        refused = [
            f"chapters/{path.name} was kept as it is: it holds {words}. "
            "With --force it is set aside in chapters/.backup and made blank."
            for path, words in work.items()
        ]
    for path, text in texts.items():
        if (force or path not in work) and write_text(path, text):
            done.append(f"chapters/{path.name} was written.")
    for path in left_over:
        if force or path not in work:
            path.unlink()
            done.append(f"chapters/{path.name} was removed: it has no solution notebook.")
    return done, refused


def surplus(chapters, built):
    """The files of a folder that are named like a chapter and were not built; a learner's own files are not."""
    return sorted(p for p in chapters.glob("*.ipynb") if re.match(r"\d\d_\w+$", p.stem) and p.stem not in built)


def check_chapters(built, chapters):
    """Compare the chapters with what would be built, without outputs and without what a learner wrote.

    A chapter that carries the digest of today's build was made from today's solution: whatever else differs in its
    cells is the learner's.

    Returns:
        Two lists of sentences: the differences, and the cells that were not compared because they are the learner's.
    """
    differences, notices = [], []
    for name, blank in built.items():
        path, where = chapters / f"{name}.ipynb", f"chapters/{name}.ipynb"
        if not path.exists():
            differences.append(f"{where} is missing.")
            continue
        try:
            chapter = read_notebook(path)
        except NotebookError as error:
            differences.append(str(error))
            continue
        now, then = ({cell.get("id"): cell for cell in notebook.cells} for notebook in (chapter, blank))
        both = now.keys() & then.keys()
        changed = ", ".join(str(i) for i in now | then if i not in both or essence(now[i]) != essence(then[i]))
        if recorded_digest(chapter) != recorded_digest(blank):
            cells = changed or "none, but its stamp"
            differences.append(f"{where} is not what its solution notebook gives now. Cells that differ: {cells}.")
            continue
        if has_notes(chapter):
            notices.append(f"{where}: not compared, changed by hand: {changed or 'order of cells'}.")
        for i in sorted(both):
            if now[i].metadata.get("tags", []) != then[i].metadata.get("tags", []):
                differences.append(f"{where}, cell {i}: other tags than in the solution notebook.")
            if recorded_stub(now[i]) != recorded_stub(then[i]):
                differences.append(f"{where}, cell {i}: another stub than in the solution notebook.")
    differences += [f"chapters/{path.name} has no solution notebook." for path in surplus(chapters, built)]
    return differences, notices


def build_into(solutions, folder):
    """Build blank chapters into a generated folder, where nobody works, and remove what is stale there.

    Raises:
        NotebookError: ``folder`` is one of the two folders in which people work, or a solution breaks a rule.
    """
    if folder.resolve() in (solutions.resolve(), solutions.resolve().parent / "chapters"):
        raise NotebookError(f"{folder} holds people's work; --into is for a generated folder.")
    built = build_all(solutions)
    for name, chapter in built.items():
        write_text(folder / f"{name}.ipynb", notebook_text(chapter))
    for path in folder.glob("*.ipynb"):
        if path.stem not in built:
            path.unlink()


def main(arguments=None, root=ROOT):
    """The command line. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m utils.notebooks.build", description="Build the chapters.")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--force", action="store_true", help="set chapters with answers aside, and make them blank")
    what.add_argument("--check", action="store_true", help="fail when the chapters are not what would be built")
    what.add_argument("--reset", metavar="ch01.softmax", help="make one exercise blank again")
    what.add_argument("--into", metavar="FOLDER", type=Path, help="build blank chapters into another folder")
    chosen = parser.parse_args(arguments)
    solutions, chapters = root / "solutions", root / "chapters"
    done, wrong = [], []
    try:
        if chosen.into:
            build_into(solutions, chosen.into)
        elif chosen.check:
            wrong, done = check_chapters(build_all(solutions), chapters)
        elif chosen.reset:
            done = [reset_exercise(chosen.reset, build_all(solutions), chapters)]
        else:
            done, wrong = write_chapters(build_all(solutions), chapters, chosen.force)
    except (NotebookError, OSError) as error:
        wrong = [str(error)]
    for sentence in done:
        print(sentence)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
