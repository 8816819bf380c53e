"""Makes the learner's chapters from the solution notebooks, and looks after what a learner has written in them.

``solutions/NN_name.ipynb`` is the only source. In the chapter of the same name the marked region of each exercise is a
single ``...`` and there are no outputs. Two stamps in the metadata tell later whether somebody has worked in a chapter:
each exercise cell carries the hash of its stub, the notebook a digest of all its cells as they were built.

Run as ``python -m utils.build``; ``--help`` lists what else it does.
"""

import argparse
import ast
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat.v4 import reads_json

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
MARKER_LIKE = re.compile(r"\b(begin|end)[\s_-]*(of[\s_-]*)?solution", re.IGNORECASE)
SHORT = 20  # characters without spaces; a shorter solution (`return z`) may occur elsewhere by chance
STAMP = "softmax_workbook"
KEPT_METADATA = ("tags", "jupyter")
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CELL_TIMEOUT = 120  # seconds, as for the tests: a slower cell would fail there


class BuildError(Exception):
    """Something that a person has to put right; the message is a plain sentence that says what and where."""


# Reading and writing


def read_notebook(path):
    """The notebook in a file, as it stands: nbformat's own reader would repair missing or repeated cell ids.

    Raises:
        BuildError: the file cannot be read as a notebook of format 4.
    """
    try:
        notebook = reads_json(path.read_text(encoding="utf-8"))
        whole = all(isinstance(c.source, str) and isinstance(c.metadata, dict) for c in notebook.cells)
        if notebook.nbformat != 4 or not whole:
            raise ValueError
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise BuildError(f"{path} cannot be read as a notebook ({type(error).__name__}).") from error
    return notebook


def notebook_text(notebook):
    """The text of a notebook file; the same notebook gives the same bytes."""
    return nbformat.writes(notebook) + "\n"


def write_text(path, text):
    """Write a file whole or not at all, and only where its content changes. Returns whether it did."""
    data = text.encode()
    if path.exists() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return True


def set_aside(path):
    """Copy a chapter into ``.backup`` beside it, under a name not used before. Returns the copy's path."""
    folder = path.parent / ".backup"
    folder.mkdir(exist_ok=True)
    moment = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    for number in itertools.count(1):
        copy = folder / f"{path.stem}.{moment}{'' if number == 1 else f'-{number}'}{path.suffix}"
        try:
            with copy.open("xb") as file:
                file.write(path.read_bytes())
        except FileExistsError:
            continue
        return copy


# From solution to chapter


def has_tag(cell, tag):
    return tag in cell.metadata.get("tags", [])


def split_cell(source):
    """Separate the cell of an exercise into what is shown and what is not.

    Returns:
        The stub, and a list of pairs: the line of the stub where ``...`` stands, the region that it replaces.

    Raises:
        BuildError: markers that are nested or unbalanced, or a region that leaves its block.
    """
    kept, regions, region, indent = [], [], None, ""
    for line in source.splitlines():
        text = line.strip()
        if text == BEGIN:
            if region is not None:
                raise BuildError("a BEGIN SOLUTION stands inside another solution.")
            region, indent = [], line[: len(line) - len(line.lstrip())]
            kept.append(indent + "...")
        elif text == END:
            if region is None:
                raise BuildError("an END SOLUTION has no BEGIN SOLUTION.")
            regions.append((len(kept), "\n".join(region)))
            region = None
        elif region is None:
            kept.append(line)
        elif text and not line.startswith(indent):
            raise BuildError(f"the solution leaves the block it began in, at {text!r}.")
        else:
            region.append(line)
    if region is not None:
        raise BuildError("a BEGIN SOLUTION has no END SOLUTION.")
    return "\n".join(kept), regions


def whole_places(stub):
    """The lines of a stub where a ``...`` is a whole answer: the body of a function or method, or a value.

    Raises:
        SyntaxError: the stub is not valid Python.
    """

    def line_of(node):
        is_blank = isinstance(node, ast.Constant) and node.value is Ellipsis
        return {node.lineno} if is_blank else set()

    tree, places = ast.parse(stub), set()
    for outer in tree.body:
        if isinstance(outer, (ast.Assign, ast.AnnAssign)):
            places |= line_of(outer.value)
        for node in outer.body if isinstance(outer, ast.ClassDef) else [outer]:
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                if len(body) == 1 and isinstance(body[0], ast.Expr):
                    places |= line_of(body[0].value)
    return places


def make_stub(source):
    """The stub of an exercise cell and the solution texts that it hides.

    Raises:
        BuildError: no markers, wrong markers, a stub that is not Python, a solution that is not the whole body.
    """
    stub, regions = split_cell(source)
    if not regions:
        raise BuildError("an exercise needs a region between BEGIN SOLUTION and END SOLUTION.")
    try:
        places = whole_places(stub)
    except SyntaxError as error:
        raise BuildError(f"without its solution the cell is not valid Python ({error.msg}).") from error
    if any(line not in places for line, _ in regions):
        raise BuildError("the solution must be the whole body of a function, or the whole value of a name.")
    return stub, [region for _, region in regions]


def check_ids(notebook, name):
    """See that every cell has its own id, and every exercise its check.

    Yields:
        Pairs of a cell id and what is wrong there.
    """
    cells = {}
    for position, cell in enumerate(notebook.cells):
        identity = cell.get("id")
        if not identity:
            yield f"number {position}", "the cell has no id."
        elif identity in cells:
            yield identity, "two cells have this id."
        cells[identity] = cell
    order = list(cells)
    for identity, cell in cells.items():
        check = f"{identity}-check"
        base = str(identity).removesuffix("-check")
        if has_tag(cell, "exercise"):
            if cell.cell_type != "code":
                yield identity, "an exercise must be a code cell."
            if not re.fullmatch(rf"ch{name[:2]}-[A-Za-z]\w*", str(identity), re.ASCII):
                yield identity, f"the id of an exercise in this notebook has the form ch{name[:2]}-NAME."
            if check not in cells or not has_tag(cells[check], "check"):
                yield identity, f"the exercise has no check cell (id {check}, tag check)."
            elif order.index(check) < order.index(identity):
                yield check, "the check stands before its exercise."
        if has_tag(cell, "check"):
            if cell.cell_type != "code":
                yield identity, "a check must be a code cell."
            if base == identity or base not in cells or not has_tag(cells[base], "exercise"):
                yield identity, "the check has no exercise (a check is named after its exercise: chNN-NAME-check)."


def build_chapter(solution, name):
    """The chapter that belongs to a solution notebook.

    Args:
        solution: the notebook; it is not changed.
        name: ``NN_name``, as in the file name.

    Raises:
        BuildError: the notebook breaks a rule; the message names it and the cell.
    """

    def refuse(identity, why):
        raise BuildError(f"solutions/{name}.ipynb, cell {identity}: {why}")

    if not re.fullmatch(r"\d\d_[a-z0-9_]+", name):
        raise BuildError(f"solutions/{name}.ipynb: the name of a solution notebook has the form NN_name.")
    for problem in check_ids(solution, name):
        refuse(*problem)
    cells, hidden = [], []
    for old in solution.cells:
        cell = nbformat.from_dict({key: old[key] for key in ("id", "cell_type", "source")})
        cell.metadata = nbformat.from_dict({k: old.metadata[k] for k in KEPT_METADATA if k in old.metadata})
        if old.get("attachments"):
            cell.attachments = old.attachments
        if cell.cell_type == "code":
            cell.update(execution_count=None, outputs=[])
        if has_tag(cell, "exercise"):
            try:
                cell.source, regions = make_stub(old.source)
            except BuildError as error:
                refuse(cell.id, error)
            hidden += [(cell.id, region) for region in regions]
            cell.metadata[STAMP] = {"stub": source_hash(cell.source)}
        elif BEGIN in old.source or END in old.source:
            refuse(cell.id, "only a code cell with the tag exercise may hold solution markers.")
        cells.append(cell)
    for cell in cells:
        leftover = MARKER_LIKE.search(cell.source)
        if leftover:
            refuse(cell.id, f"{leftover.group()!r} would stay in the chapter; markers are written {BEGIN!r}.")
        bare = "".join(cell.source.split())
        for exercise, region in hidden:
            text = "".join(region.split())
            if len(text) >= SHORT and text in bare:
                refuse(cell.id, f"the solution of {exercise} would stay in the chapter.")
    chapter = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": NOTEBOOK_METADATA})
    chapter.cells = cells
    chapter.metadata[STAMP] = {"digest": digest(chapter)}
    try:
        nbformat.validate(chapter)
    except nbformat.ValidationError as error:
        raise BuildError(f"solutions/{name}.ipynb is not a valid notebook: {error.message}") from error
    return chapter


def build_all(solutions):
    """All chapters, by name, built from a folder of solution notebooks. Writes nothing.

    Raises:
        BuildError: there is no solution notebook, or one breaks a rule.
    """
    paths = sorted(solutions.glob("*.ipynb"))
    if not paths:
        raise BuildError(f"There is no solution notebook in {solutions}.")
    return {path.stem: build_chapter(read_notebook(path), path.stem) for path in paths}


# What a learner has written


def source_hash(source):
    """SHA-256 of a source; blank space at its end does not count."""
    return hashlib.sha256(source.rstrip().encode()).hexdigest()


def recorded_stub(cell):
    """The hash of the stub that a cell was built with, or None where it is no exercise."""
    return cell.metadata.get(STAMP, {}).get("stub")


def digest(chapter):
    """One hash over the cells of a chapter as they were built; answers leave it unchanged, other edits do not."""
    cells = [[c.get("id"), c.cell_type, recorded_stub(c) or source_hash(c.source)] for c in chapter.cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def recorded_digest(chapter):
    """The digest that a chapter was built with, or None where it was not built from a solution."""
    return chapter.metadata.get(STAMP, {}).get("digest")


def collect_answers(chapter):
    """What the learner has written into the exercise cells of a chapter, by cell id."""
    return {
        cell.get("id"): cell.source
        for cell in chapter.cells
        if recorded_stub(cell) and recorded_stub(cell) != source_hash(cell.source)
    }


def restore_answers(chapter, answers):
    """Put answers into the exercise cells they came from (``chapter`` is changed).

    A stub that has changed meanwhile gives way too: the answer is the learner's.

    Returns:
        The answers that found no cell.
    """
    homeless = dict(answers)
    for cell in chapter.cells:
        if recorded_stub(cell) and cell.get("id") in homeless:
            cell.update(source=homeless.pop(cell.id), outputs=[], execution_count=None)
    return homeless


def has_notes(chapter):
    """Whether somebody has changed, added, moved or removed cells, answers aside."""
    return recorded_digest(chapter) != digest(chapter)


def describe_work(path):
    """What a chapter file holds that must not be lost, in words; empty where there is nothing."""
    try:
        chapter = read_notebook(path)
    except BuildError:
        return "something that cannot be read as a notebook"
    answers = collect_answers(chapter)
    work = [f"an answer to {', '.join(answers)}"] if answers else []
    return " and ".join(work + ["notes or other changed cells"] * has_notes(chapter))


# What the commands do


def write_chapters(solutions, chapters, force=False):
    """Write all chapters; one that holds a learner's work is kept, or with ``force`` set aside first.

    Returns:
        Two lists of sentences: what was done, and what was refused.

    Raises:
        BuildError: a solution notebook breaks a rule; nothing was written.
    """
    built = {chapters / f"{name}.ipynb": notebook_text(nb) for name, nb in build_all(solutions).items()}
    done, refused = [], []

    def may_replace(path):
        work = describe_work(path)
        if work and not force:
            refused.append(
                f"chapters/{path.name} was kept as it is: it holds {work}. "
                "With --force it is set aside in chapters/.backup and made blank."
            )
        elif work:
            done.append(f"chapters/{path.name} held {work}; it was set aside as {set_aside(path)}.")
        return force or not work

    for path, text in built.items():
        exists = path.exists()
        if (exists and path.read_bytes() == text.encode()) or (exists and not may_replace(path)):
            continue
        write_text(path, text)
        done.append(f"chapters/{path.name} was written.")
    for path in surplus(chapters, built):
        if may_replace(path):
            path.unlink()
            done.append(f"chapters/{path.name} was removed: it has no solution notebook.")
    return done, refused


def surplus(chapters, built):
    """The files of a folder that are named like a chapter and were not built; a learner's own files are not."""
    return sorted(p for p in chapters.glob("*.ipynb") if re.match(r"\d\d_\w+$", p.stem) and p not in built)


def differing_cells(chapter, built):
    """The ids of cells that are not as built: changed, added or missing; answers are left out."""
    now = {cell.get("id"): cell for cell in chapter.cells}
    then = {cell.id: cell for cell in built.cells}

    def essence(cell):
        return cell and (cell.cell_type, recorded_stub(cell) or source_hash(cell.source))

    return [str(i) for i in now | then if essence(now.get(i)) != essence(then.get(i))]


def check_chapters(solutions, chapters):
    """Compare the chapters with what would be built, without outputs and without what a learner wrote.

    A chapter that carries the digest of today's build was made from today's solution: whatever else differs in its
    cells is the learner's. JupyterLab keeps unknown metadata, so the stamps survive there.

    Returns:
        Two lists of sentences: the differences, and the cells that were not compared because they are the learner's.
    """
    differences, notices, expected = [], [], build_all(solutions)
    for name, built in expected.items():
        path, where = chapters / f"{name}.ipynb", f"chapters/{name}.ipynb"
        if not path.exists():
            differences.append(f"{where} is missing.")
            continue
        try:
            chapter = read_notebook(path)
        except BuildError as error:
            differences.append(str(error))
            continue
        changed = differing_cells(chapter, built)
        if recorded_digest(chapter) != recorded_digest(built):
            cells = ", ".join(changed) or "none, but its stamp"
            differences.append(f"{where} is not what its solution notebook gives now. Cells that differ: {cells}.")
            continue
        if has_notes(chapter):
            notices.append(f"{where}: not compared, changed by hand: {', '.join(changed) or 'order of cells'}.")
        now = {cell.get("id"): cell for cell in chapter.cells}
        for cell in built.cells:
            mine = now.get(cell.id, cell)
            if mine.metadata.get("tags", []) != cell.metadata.get("tags", []):
                differences.append(f"{where}, cell {cell.id}: other tags than in the solution notebook.")
            if recorded_stub(mine) != recorded_stub(cell):
                differences.append(f"{where}, cell {cell.id}: another stub than in the solution notebook.")
    names = [chapters / f"{name}.ipynb" for name in expected]
    differences += [f"chapters/{p.name} has no solution notebook." for p in surplus(chapters, names)]
    return differences, notices


def reset_exercise(exercise, solutions, chapters):
    """Make one exercise blank again, after its chapter was set aside. Returns what was done, as a sentence.

    Raises:
        BuildError: no such exercise.
    """
    number, _, name = exercise.removeprefix("ch").partition(".")
    title, built = next(((key, nb) for key, nb in build_all(solutions).items() if key[:2] == number), ("", None))
    path = chapters / f"{title}.ipynb"
    if built is None or not path.exists():
        raise BuildError(f"There is no exercise {exercise}: exercises are named like ch01.softmax.")
    stubs = {cell.id: cell for cell in built.cells if recorded_stub(cell)}
    identity = f"ch{number}-{name}"
    if identity not in stubs:
        names = ", ".join(i.replace("-", ".", 1) for i in stubs) or "no exercises"
        raise BuildError(f"There is no exercise {exercise}. Chapter {number} has {names}.")
    chapter = read_notebook(path)
    cells = {cell.get("id"): cell for cell in chapter.cells}
    if identity not in cells:
        raise BuildError(f"The cell of {exercise} is not in {path.name} any more; --force brings the chapter back.")
    if cells[identity].source.rstrip() == stubs[identity].source:
        return f"{exercise} is blank already."
    copy = set_aside(path)
    cells[identity].update(source=stubs[identity].source, metadata=stubs[identity].metadata)
    for key in (identity, f"{identity}-check"):
        if key in cells:
            cells[key].update(outputs=[], execution_count=None)
    write_text(path, notebook_text(chapter))
    return f"{exercise} is blank again. The chapter as it was is in {copy}."


def build_into(solutions, folder):
    """Build blank chapters into a generated folder, where nobody works, and remove what is stale there.

    Raises:
        BuildError: ``folder`` is one of the two folders in which people work.
    """
    if folder.resolve() in (solutions.resolve(), solutions.resolve().parent / "chapters"):
        raise BuildError(f"{folder} holds people's work; --into is for a generated folder.")
    built = {folder / f"{name}.ipynb": notebook_text(nb) for name, nb in build_all(solutions).items()}
    for path, text in built.items():
        write_text(path, text)
    for path in set(folder.glob("*.ipynb")) - set(built):
        path.unlink()


# Executing the solutions


def set_environment():
    """Keep frameworks silent, and out of the home directory, in kernels that are started from here."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("KERAS_HOME", str(ROOT / ".cache" / "keras"))


def execute(notebook, folder):
    """Execute a notebook (it is changed) in a fresh kernel of this Python, in the form that nbval compares.

    Args:
        notebook: what to execute.
        folder: where its kernel starts.

    Raises:
        BuildError: a cell raised, took too long, or ended its kernel.
    """
    from jupyter_client.manager import AsyncKernelManager  # here, since building needs none of it
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager
    from nbval.plugin import coalesce_streams

    set_environment()
    running = []
    kernel = AsyncKernelManager(kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=NbvalKernelspecManager())
    client = NotebookClient(
        notebook,
        km=kernel,
        timeout=CELL_TIMEOUT,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=lambda cell, cell_index: running.append(cell),
    )
    try:
        client.execute(cleanup_kc=True, stderr=subprocess.DEVNULL)  # what the kernel's own process logs
    except CellExecutionError as error:
        raise BuildError(f"cell {running[-1].get('id')} raised {error.ename}: {error.evalue}") from error
    except CellTimeoutError as error:
        raise BuildError(f"cell {running[-1].get('id')} took longer than {CELL_TIMEOUT} seconds.") from error
    except DeadKernelError as error:
        raise BuildError(f"the kernel died in cell {running[-1].get('id')}.") from error
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    counts = itertools.count(1)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: cell.metadata[k] for k in KEPT_METADATA if k in cell.metadata})
        if cell.cell_type != "code":
            continue
        cell.execution_count = next(counts) if cell.source.strip() else None
        cell.outputs = coalesce_streams(cell.outputs)
        for output in cell.outputs:
            if output.output_type == "error":
                raise BuildError(f"cell {cell.get('id')} shows {output.ename}: {output.evalue}")
            if output.output_type == "execute_result":
                output.execution_count = cell.execution_count
            if output.get("name") == "stderr":
                output.text = without_machine_paths(output.text)
            output.get("data", {}).pop(WIDGET_VIEW, None)


def without_machine_paths(text):
    """A warning names a file: keep the name, and drop where this machine has it."""
    text = re.sub(r"\S*ipykernel_\d+[/\\]\d+\.py", "cell", text)
    return re.sub(r"(?<![\w.])(?:[A-Za-z]:)?(?:[/\\][^\s/\\:]+)+[/\\]([^\s/\\:]+\.py)\b", r"\1", text)


def execute_solutions(solutions, names=()):
    """Execute and store solution notebooks: all of them, or those named (``01``, ``01_name`` or a path).

    A notebook is stored only when all its cells ran.

    Returns:
        Two lists of sentences: what was done, and what went wrong.

    Raises:
        BuildError: no notebook has such a name.
    """
    done, failed = [], []
    for path in find_solutions(solutions, names):
        notebook = read_notebook(path)
        try:
            execute(notebook, solutions)
        except BuildError as error:
            failed.append(f"solutions/{path.name} was not stored: {error}")
        else:
            changed = write_text(path, notebook_text(notebook))
            done.append(f"solutions/{path.name} was executed{' and stored' if changed else '; nothing changed'}.")
    return done, failed


def find_solutions(solutions, names):
    """The paths of the solution notebooks with these names, or of all of them."""
    paths = sorted(solutions.glob("*.ipynb"))
    chosen = []
    for name in names:
        found = [path for path in paths if Path(name).stem in (path.stem, path.stem[:2])]
        if not found:
            raise BuildError(f"There is no solution notebook {name}.")
        chosen += found
    return chosen or paths


def main(arguments=None, root=ROOT):
    """The command line. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m utils.build", description="Build the chapters.")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--force", action="store_true", help="set chapters with answers aside, and make them blank")
    what.add_argument("--check", action="store_true", help="fail when the chapters are not what would be built")
    what.add_argument("--reset", metavar="ch01.softmax", help="make one exercise blank again")
    what.add_argument("--into", metavar="FOLDER", type=Path, help="build blank chapters into another folder")
    what.add_argument("--execute", metavar="NAME", nargs="*", help="execute solution notebooks and store them")
    chosen = parser.parse_args(arguments)
    solutions, chapters = root / "solutions", root / "chapters"
    done, wrong = [], []
    try:
        if chosen.check:
            wrong, done = check_chapters(solutions, chapters)
        elif chosen.reset:
            done = [reset_exercise(chosen.reset, solutions, chapters)]
        elif chosen.into:
            build_into(solutions, chosen.into)
        elif chosen.execute is not None:
            done, wrong = execute_solutions(solutions, chosen.execute)
        else:
            done, wrong = write_chapters(solutions, chapters, chosen.force)
    except (BuildError, OSError) as error:
        wrong = [str(error)]
    for sentence in done:
        print(sentence)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
