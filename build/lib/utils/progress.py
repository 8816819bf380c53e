"""Which exercises have been solved: a small file beside the chapters.

The file is ``chapters/.progress.json``, or the one that the environment variable ``SOFTMAX_WORKBOOK_PROGRESS`` names.
It maps the name of an exercise to the moment of its first passing check, in ISO 8601 with the time zone.
"""

import contextlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from utils.files import ROOT, write_text

VARIABLE = "SOFTMAX_WORKBOOK_PROGRESS"
CHAPTERS = ROOT / "chapters"


def progress_file():
    """The file that progress is kept in, or None where none is kept.

    Progress belongs to the learner, so nothing is recorded when a check runs elsewhere than in ``chapters/``: an
    instructor who executes the solutions has solved nothing.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named)
    try:
        here = Path.cwd().resolve()
    except OSError:  # the current folder was deleted
        return None
    return CHAPTERS / ".progress.json" if here == CHAPTERS else None


def solved():
    """The solved exercises: a dict from the exercise's name to the moment of its first passing check.

    A file that cannot be understood is set aside under a new name, so that nothing is lost and nothing stops.
    """
    file = progress_file()
    if file is None:
        return {}
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(content, dict) and all(isinstance(moment, str) for moment in content.values()):
            return content
    except FileNotFoundError:
        return {}
    except OSError:  # not readable now, which says nothing about its content
        return {}
    except ValueError:  # not JSON, or not text
        pass
    _set_aside(file)
    return {}


def record(name):
    """Record that an exercise has been solved. The first time counts; a second call changes nothing.

    Returns:
        True when the exercise is recorded, False where no progress is kept or the file cannot be written.
    """
    file = progress_file()
    if file is None:
        return False
    known = solved()
    if name in known:
        return True
    known[name] = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        write_text(file, json.dumps(known, indent=1, sort_keys=True) + "\n")
    except OSError:
        return False
    return True


def _set_aside(file):
    """Rename a damaged file to the first free name ``…damaged-1``, ``…damaged-2`` and so on."""
    number = 1
    while (aside := file.with_name(f"{file.name}.damaged-{number}")).exists():
        number += 1
    with contextlib.suppress(OSError):
        file.rename(aside)
