"""Which exercises have been solved: a small file beside the chapters.

The file is ``chapters/.progress.json``, or the one that the environment variable ``SOFTMAX_WORKBOOK_PROGRESS`` names.
It maps the name of an exercise to the moment of its first passing check, in ISO 8601 with the time zone. Several
kernels may record at once, so a lock is held from reading to writing. Only a regular file is read, and nothing is
written over a file that could not be read.
"""

import contextlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from utils.files import ROOT, write_text

VARIABLE = "SOFTMAX_WORKBOOK_PROGRESS"
CHAPTERS = ROOT / "chapters"
PATIENCE = 5  # seconds for another kernel to be done with the file


def progress_file():
    """The file that progress is kept in, or None where none is kept.

    Progress belongs to the learner, so nothing is recorded when a check runs elsewhere than in ``chapters/``: an
    instructor who executes the solutions has solved nothing.
    """
    if named := os.environ.get(VARIABLE):
        return Path(os.path.expanduser(named))
    try:
        here = Path.cwd().resolve()
    except OSError:  # the current folder was deleted
        return None
    return CHAPTERS / ".progress.json" if here == CHAPTERS else None


def solved():
    """The solved exercises: a dict from the exercise's name to the moment of its first passing check.

    Nothing stops where the file cannot be read; then nothing counts as solved.
    """
    file = progress_file()
    try:
        return _read(file) if file else {}
    except (OSError, ValueError):
        return {}


def record(name):
    """Record that an exercise has been solved. The first time counts; a second call changes nothing.

    A file that cannot be understood is set aside under a new name, so that nothing is lost and nothing stops.

    Returns:
        A sentence where it could not be recorded; the empty string where it was, and where no progress is kept.
    """
    file = progress_file()
    if file is None:
        return ""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_name(f"{file.name}.lock"), timeout=PATIENCE):
            try:
                known = _read(file)
            except ValueError:
                _set_aside(file)
                known = {}
            if name not in known:
                known[name] = datetime.now(UTC).isoformat(timespec="seconds")
                write_text(file, json.dumps(known, indent=1, sort_keys=True) + "\n")
        return ""
    except Timeout:
        reason = "another program holds it"
    except OSError as error:
        reason = error.strerror or str(error)
    return f"This pass could not be recorded in {file} ({reason}); run the check again when that is put right."


def _read(file):
    """What the file says.

    Raises:
        OSError: it cannot be read, which says nothing about its content, or is a device or a pipe, which may never end.
        ValueError: it cannot be understood.
    """
    if file.exists() and not file.is_file():
        raise OSError(f"{file} is no regular file")
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(content, dict) or not all(isinstance(moment, str) for moment in content.values()):
        raise ValueError("no record of progress")
    return content


def _set_aside(file):
    """Rename a damaged file to the first free name ``…damaged-1``, ``…damaged-2`` and so on."""
    number = 1
    while (aside := file.with_name(f"{file.name}.damaged-{number}")).exists():
        number += 1
    with contextlib.suppress(OSError):
        file.rename(aside)
