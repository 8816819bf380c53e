"""Brings a workbook that was unpacked from a zip to the version in a newer zip, and the learner's answers with it.

Everything is worked out and unpacked beforehand. Then the old files are moved aside and the new ones into their places;
when a step fails, all of them are moved back.
"""

import os
import shutil
import stat
import tempfile
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

from utils.files import ROOT, set_aside, write_text
from utils.notebooks.answers import collect_answers, has_notes, key_of, recorded_stub, restore_answers
from utils.notebooks.format import notebook_text, read_notebook

LARGEST = 200 * 2**20  # bytes, unpacked


class ZipError(Exception):
    """Why there was no update, as a plain sentence."""


def update_from_zip(file, root=ROOT):
    """Bring an unpacked workbook to the version in a zip.

    Args:
        file: the zip that an instructor has made with ``make release``.
        root: the folder of the workbook.

    Returns:
        What was done, as a list of sentences.

    Raises:
        ZipError, NotebookError, OSError: why not; everything is as it was before.
    """
    if (root / ".git").exists():
        raise ZipError("This folder is a git checkout; it is updated by `make update` without a file.")
    files = read_zip(file)
    here, there = _version((root / "pyproject.toml").read_bytes()), _version(files["pyproject.toml"])
    if _order(there) < _order(here):
        raise ZipError(f"This is version {here}, and the file holds an older one, {there}.")
    chapters = {Path(name).name: data.decode() for name, data in files.items() if _is_chapter(name)}
    old = {path: read_notebook(path) for path in sorted((root / "chapters").glob("*.ipynb")) if path.name in chapters}
    work = {path: collect_answers(notebook) for path, notebook in old.items()}
    noted = [path.name for path, notebook in old.items() if has_notes(notebook)]
    texts, changed, homeless = _with_answers(chapters, old, work)

    worked_in = [path for path in old if work[path] or path.name in noted]
    folder = set_aside(worked_in, root / "chapters" / ".backup") if worked_in else None
    if homeless:
        parts = [f"# The answer from cell {key} of {name}\n\n{text}\n" for (name, key), text in homeless.items()]
        write_text(folder / "answers_without_a_cell.py", "\n\n".join(parts))
    files |= {f"chapters/{name}": text.encode() for name, text in texts.items()}
    _exchange(root, files)

    done = [f"You have version {there} now (it was {here})."]
    placed = [key for path, answers in work.items() for key in answers if (path.name, key) not in homeless]
    if placed:
        done.append(f"Your answers are in their cells: {', '.join(placed)}. Run them again to see their results.")
    if changed:
        done.append(f"These exercises have changed, so read them again: {', '.join(changed)}.")
    if homeless:
        cells = ", ".join(key for _, key in homeless)
        done.append(f"The new chapters have no cell for {cells}; what you wrote is in {folder}.")
    if noted:
        done.append(f"You had cells or notes of your own in {', '.join(noted)}; they are in the copies.")
    if folder:
        done.append(f"Copies of the chapters as they were: {folder}.")
    return done


def read_zip(file):
    """The files of a release by their paths, without its folder.

    Raises:
        ZipError: it is none.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            paths = [PurePosixPath(one.filename) for one in members]
            tops = {path.parts[0] for path in paths if path.parts}
            if sum(one.file_size for one in members) > LARGEST or len(tops) != 1:
                raise ZipError(f"{file} is no release of this workbook.")
            for one, path in zip(members, paths, strict=True):
                if path.is_absolute() or ".." in path.parts or stat.S_ISLNK(one.external_attr >> 16):
                    raise ZipError(f"{file} holds {one.filename}, which no release does.")
            read = {
                PurePosixPath(*path.parts[1:]).as_posix(): archive.read(one)
                for one, path in zip(members, paths, strict=True)
            }
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise ZipError(f"{file} cannot be read as a zip ({type(error).__name__}).") from error
    if not {"pyproject.toml", "utils/files.py", "Makefile"} <= read.keys() or not any(map(_is_chapter, read)):
        raise ZipError(f"{file} is no release of this workbook.")
    return read


def _is_chapter(name):
    path = PurePosixPath(name)
    return path.parts[:-1] == ("chapters",) and path.suffix == ".ipynb"


def _version(project):
    try:
        return tomllib.loads(project.decode())["project"]["version"]
    except (ValueError, KeyError) as error:
        raise ZipError(f"The version of the workbook cannot be read ({type(error).__name__}).") from error


def _order(version):
    return [int(part) if part.isdigit() else -1 for part in version.split(".")]


def _with_answers(chapters, old, work):
    """The new chapters with the answers in them, the exercises that have changed, and the answers without a cell."""
    homeless = {(path.name, key): text for path, answers in work.items() for key, text in answers.items()}
    stubs = {
        key_of(cell): recorded_stub(cell) for notebook in old.values() for cell in notebook.cells if recorded_stub(cell)
    }
    texts, changed = {}, []
    for name, text in chapters.items():
        notebook = read_notebook(Path(name), text)
        # An id is looked for in every chapter, since an exercise may move; a bare name in its own chapter only.
        here = {key: text for (place, key), text in homeless.items() if place == name or "-" in key}
        left = restore_answers(notebook, here)
        placed = here.keys() - left.keys()
        changed += [
            cell.id.replace("-", ".", 1)
            for cell in notebook.cells
            if recorded_stub(cell) and key_of(cell) in stubs and recorded_stub(cell) != stubs[key_of(cell)]
        ]
        homeless = {where: text for where, text in homeless.items() if where[1] not in placed}
        texts[name] = notebook_text(notebook)
    return texts, changed, homeless


def _exchange(root, files):
    """Put files into their places, with ``utils`` as a whole; what was there is put back when a step fails."""
    (root / ".cache").mkdir(exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix="update-", dir=root / ".cache"))
    moved = []
    try:
        for name, data in files.items():
            path = stage / "new" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        names = ["utils", *(name for name in files if not name.startswith("utils/"))]
        for name in names:
            target, former = root / name, stage / "old" / name
            former.parent.mkdir(parents=True, exist_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                os.replace(target, former)
            moved.append((target, former))
            os.replace(stage / "new" / name, target)
    except BaseException:  # a Ctrl-C, too, must not leave half an update
        for target, former in reversed(moved):
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)
            if former.exists():
                os.replace(former, target)
        raise
    finally:
        shutil.rmtree(stage, ignore_errors=True)
