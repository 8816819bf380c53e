"""What was handed in: folders, single notebooks and the zips of learning platforms, found and read.

A zip is read where it lies and never unpacked to a disk. Links are not followed. What cannot be read becomes a remark
of that student and stops nobody else.
"""

import hashlib
import io
import json
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

LARGEST_NOTEBOOK = 20 * 2**20  # bytes
LARGEST_ZIP = 400 * 2**20  # bytes of its notebooks together, unpacked
MOST_FILES = 20_000
MOST_CELLS = 2_000
LONGEST_CELLS = 4 * 2**20  # characters of code together
LEFT_OUT = {"solutions", ".ipynb_checkpoints", ".backup", ".venv", ".cache", "__MACOSX", "site-packages"}
MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_(file|onlinetext)_?$")
CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<id>\d+)_(?P<file>\d+)_(?P<title>.+)$")
CHAPTER = re.compile(r"(?:^|[_\W])(0[0-9]|10)_[a-z]")
EXERCISE_CELL = re.compile(r"ch(\d\d)-[A-Za-z]\w*$")


@dataclass
class File:
    """A file that was handed in.

    Attributes:
        student: who handed it in.
        name: where it stood, for remarks.
        data: its bytes, or None where it was not read.
        moment: when it was last changed, in seconds.
        remark: why it was not read.
    """

    student: str
    name: str
    data: bytes | None
    moment: float = 0.0
    remark: str = ""


@dataclass
class Submission:
    """One notebook of one student.

    Attributes:
        student: who handed it in.
        name: where it stood.
        chapter: ``"00"`` to ``"10"``, or empty where nobody can tell.
        cells: tuples of place, id, kind, source and the hash of the stub.
        moment: when it was last changed.
        digest: a hash of its bytes.
        version: of the course that it was handed out with, or empty.
        remarks: what was unusual, as sentences.
    """

    student: str
    name: str
    chapter: str = ""
    cells: list = field(default_factory=list)
    moment: float = 0.0
    digest: str = ""
    version: str = ""
    remarks: list = field(default_factory=list)


# Finding files


def collect(folder):
    """All that was handed in, as :class:`File`, in an order that does not change.

    Args:
        folder: a folder or a zip: of single notebooks, of a folder or a zip a student, or of both.

    Raises:
        OSError: it cannot be read at all.
    """
    folder = Path(folder)
    if folder.is_file():
        yield from _collection(folder.read_bytes(), folder.stem, folder.name)
        return
    entries = sorted(folder.iterdir(), key=lambda path: path.name)
    notebooks = [path for path in entries if path.suffix == ".ipynb"]
    is_one_workbook = bool(notebooks) and all(CHAPTER.match(path.stem) for path in notebooks)
    is_one_workbook &= not any(path.is_dir() and not _is_left_out(path.name) for path in entries)
    for path in entries:
        if _is_left_out(path.name):
            continue
        if path.is_symlink():
            yield File(path.stem, path.name, None, remark=f"{path.name} is a link and was not followed.")
        elif path.is_dir():
            yield from _below(path, path.name)
        elif path.suffix == ".zip":
            yield from _collection(path.read_bytes(), path.stem, path.name, path.stat().st_mtime)
        elif path.suffix == ".ipynb":
            student = folder.resolve().name if is_one_workbook else _of_a_single_file(path.stem)
            yield _file(student, path.name, path)


def _is_left_out(name):
    return name in LEFT_OUT or name.startswith(".")


def _below(folder, student):
    """The notebooks below the folder of a student, also those in its zips."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if any(_is_left_out(part) for part in inside.parts) or path.suffix not in (".ipynb", ".zip"):
            continue
        name = f"{folder.name}/{inside.as_posix()}"
        if path.is_symlink() or any(parent.is_symlink() for parent in path.parents if parent.is_relative_to(folder)):
            yield File(student, name, None, remark=f"{name} is a link and was not followed.")
        elif path.is_file():
            if path.suffix == ".zip":
                yield from _zipped(path.read_bytes(), lambda member: student, name)
            else:
                yield _file(student, name, path)


def _file(student, name, path):
    try:
        size = path.stat().st_size
        if size > LARGEST_NOTEBOOK:
            return File(student, name, None, remark=f"{name} has {size:,} bytes, more than a notebook may have.")
        return File(student, name, path.read_bytes(), path.stat().st_mtime)
    except OSError as error:
        return File(student, name, None, remark=f"{name} cannot be read ({type(error).__name__}).")


def _of_a_single_file(stem):
    """The student who handed in a single notebook: Canvas puts name and number in front of the name of the file."""
    match = CANVAS.match(stem)
    return f"{match['name']}_{match['id']}" if match else stem


def _collection(data, stem, name, moment=0.0):
    """The files of a zip: of a whole class, as platforms hand it out, or of a single student."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [PurePosixPath(one.filename) for one in archive.infolist() if not one.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError):
        yield File(stem, name, None, remark=f"{name} cannot be read as a zip.")
        return
    tops = {path.parts[0] for path in names if len(path.parts) > 1}
    is_moodle = any(MOODLE.match(top) for top in tops)
    is_canvas = any(len(path.parts) == 1 and CANVAS.match(path.stem) for path in names)
    if is_moodle:
        yield from _zipped(data, lambda path: path.parts[0] if len(path.parts) > 1 else stem, name)
    elif is_canvas:
        yield from _zipped(data, lambda path: _of_a_single_file(path.parts[0].rpartition(".")[0]), name)
    elif len(tops) > 1 and not {"chapters", "utils"} & tops:  # a folder a student
        yield from _zipped(data, lambda path: path.parts[0] if len(path.parts) > 1 else stem, name)
    else:
        yield from _zipped(data, lambda path: stem, name)


def _zipped(data, student_of, where, depth=0) -> Iterator[File]:
    """The notebooks of a zip, read in memory and within limits."""
    whose = student_of(PurePosixPath(".")) if depth else None
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError):
        yield File(whose or _first(student_of, where), where, None, remark=f"{where} cannot be read as a zip.")
        return
    left = LARGEST_ZIP
    for member in members[:MOST_FILES]:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if member.is_dir() or path.suffix not in (".ipynb", ".zip") or not path.parts:
            continue
        student, name = student_of(path), f"{where}/{member.filename}"
        if path.is_absolute() or ".." in path.parts:
            yield File(student, name, None, remark=f"{name} points out of its zip and was not read.")
        elif any(_is_left_out(part) for part in path.parts):
            continue
        elif stat.S_ISLNK(member.external_attr >> 16):
            yield File(student, name, None, remark=f"{name} is a link and was not followed.")
        elif member.file_size > LARGEST_NOTEBOOK or member.file_size > left:
            yield File(student, name, None, remark=f"{name} is larger than a notebook may be, and was not unpacked.")
        else:
            content = _content(archive, member)
            if content is None:
                yield File(student, name, None, remark=f"{name} cannot be unpacked.")
                continue
            left -= len(content)
            if path.suffix == ".ipynb":
                yield File(student, name, content, _moment(member))
            elif depth == 0:
                yield from _zipped(content, lambda inner, student=student: student, name, depth=1)
            else:
                yield File(student, name, None, remark=f"{name} is a zip in a zip in a zip, and was not opened.")


def _first(student_of, where):
    return student_of(PurePosixPath(where))


def _content(archive, member):
    """The bytes of a file in a zip, or None; never more than it says, nor than a notebook may have."""
    try:
        with archive.open(member) as file:
            content = file.read(LARGEST_NOTEBOOK + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError, EOFError, zipfile.zlib.error):
        return None
    return content if len(content) <= LARGEST_NOTEBOOK else None


def _moment(member):
    try:
        return datetime(*member.date_time).timestamp()
    except (ValueError, OverflowError):
        return 0.0


# Reading notebooks


def read(file, chapter_of_stub):
    """A notebook as a :class:`Submission`; a damaged one as far as it can be read.

    Args:
        file: a :class:`File`.
        chapter_of_stub: a dict from the hash of a stub to the number of its chapter.
    """
    made = Submission(file.student, file.name, moment=file.moment)
    if file.data is None:
        made.remarks.append(file.remark)
        return made
    made.digest = hashlib.sha256(file.data).hexdigest()
    notebook = _notebook(file.data, made.remarks)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        cells = _older(notebook, made.remarks)
    if len(cells) > MOST_CELLS:
        made.remarks.append(f"It has {len(cells):,} cells; the first {MOST_CELLS:,} were read.")
    metadata = notebook.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    _note_where_it_was_edited(notebook, metadata, made.remarks)
    stamp = metadata.get("softmax_workbook")
    made.version = str(stamp.get("version", ""))[:40] if isinstance(stamp, dict) else ""
    left = LONGEST_CELLS
    for place, cell in enumerate(cells[:MOST_CELLS]):
        one = _cell(place, cell)
        left -= len(one[3])
        if left < 0:
            made.remarks.append("It holds more text than a notebook may; the rest was not read.")
            break
        made.cells.append(one)
    made.chapter = _chapter(made, chapter_of_stub)
    if not made.chapter:
        made.remarks.append(f"{file.name} is no chapter of this course.")
    return made


def _notebook(data, remarks):
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
        if isinstance(notebook, dict):
            return notebook
    except (ValueError, RecursionError):
        pass
    cells = list(_salvaged(data.decode("utf-8", errors="replace")))
    remarks.append(f"The file is damaged; {len(cells)} of its cells could be read.")
    return {"cells": cells}


def _salvaged(text):
    """The cells of a damaged notebook, as far as they are whole."""
    decoder, place = json.JSONDecoder(), text.find('"cells"')
    place = text.find("[", place) + 1 if place >= 0 else 0
    while place >= 0 and (start := text.find("{", place)) >= 0:
        try:
            cell, place = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            # The next one that can be read begins with a brace at the start of a line, or is missing.
            found = re.compile(r"\n\s*\{").search(text, start + 1)
            place = found.end() - 1 if found else -1
            continue
        if isinstance(cell, dict) and "cell_type" in cell:
            yield cell


def _older(notebook, remarks):
    """The cells of a notebook of format 3."""
    sheets = notebook.get("worksheets")
    if not isinstance(sheets, list):
        return []
    remarks.append("It is of an older format of notebooks (3), without cell ids.")
    return [
        {**cell, "source": cell.get("input", cell.get("source", ""))}
        for sheet in sheets
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
        for cell in sheet["cells"]
        if isinstance(cell, dict)
    ]


def _note_where_it_was_edited(notebook, metadata, remarks):
    minor = notebook.get("nbformat_minor")
    if "colab" in metadata:
        remarks.append("It comes from Colab.")
    elif "vscode" in metadata or "vscode" in str(metadata.get("language_info", ""))[:2000]:
        remarks.append("It comes from VS Code.")
    if notebook.get("nbformat") == 4 and isinstance(minor, int) and minor < 5:
        remarks.append(f"It is of an older format of notebooks (4.{minor}), without cell ids.")


def _cell(place, cell):
    """A cell as a tuple, whatever it is."""
    cell = cell if isinstance(cell, dict) else {}
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    stamp = metadata.get("softmax_workbook")
    stub = stamp.get("stub", "") if isinstance(stamp, dict) else ""
    identity = cell.get("id")
    if not (isinstance(identity, str) and identity):
        identity = metadata.get("id") if isinstance(metadata.get("id"), str) else ""
    kind = cell.get("cell_type") if isinstance(cell.get("cell_type"), str) else "raw"
    source = source if isinstance(source, str) else ""
    return (place, identity[:80], kind[:20], source, stub[:80] if isinstance(stub, str) else "")


def _chapter(submission, chapter_of_stub):
    """The number of the chapter that most exercise cells belong to, or else the one in the name of the file."""
    votes = [match[1] for _, identity, *_ in submission.cells if (match := EXERCISE_CELL.match(identity))]
    votes += [chapter_of_stub[stub] for *_, stub in submission.cells if stub in chapter_of_stub]
    if not votes:
        votes = [n for *_, source, _ in submission.cells for n in re.findall(r"^ch(\d\d)\.\w+\.check\(", source, re.M)]
    if votes:
        return max(sorted(set(votes)), key=votes.count)
    match = CHAPTER.search(PurePosixPath(submission.name).name)
    return match[1] if match else ""
