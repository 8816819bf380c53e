"""What was graded, kept in the output folder, so that a run that is interrupted goes on where it was."""

import hashlib
import json
import secrets

from utils.files import ROOT, write_text
from utils.grading.judging import Judged


def course_digest():
    """A hash of all code that decides on a verdict: where it changes, everything is graded again."""
    whole = hashlib.sha256()
    for folder in ("exercises", "checking", "grading", "reference", "frameworks"):
        for path in sorted((ROOT / "utils" / folder).rglob("*.py")):
            whole.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        sources = [cell.get("source") for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
        whole.update(json.dumps(sources).encode())
    return whole.hexdigest()


def new_seed():
    """A seed that nobody can guess; drawn when a run begins, after the answers were handed in."""
    return secrets.randbits(128)


class Store:
    """Records in a folder, one a notebook."""

    def __init__(self, folder, course):
        self.folder, self.course = folder / ".records", course

    def _path(self, submission):
        who = hashlib.sha256(json.dumps([submission.student, submission.chapter]).encode()).hexdigest()[:16]
        return self.folder / f"{who}-{submission.digest[:24]}.json"

    def find(self, submission, level):
        """The record of a notebook that was graded by this course behind these walls, or None."""
        try:
            record = json.loads(self._path(submission).read_text(encoding="utf-8"))
            if record["course"] != self.course or record["level"] != level or record["digest"] != submission.digest:
                return None
            record["judged"] = [Judged(**one) for one in record["judged"]]
            return record
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, submission, level, seed, done):
        """Write a record down, whole or not at all."""
        record = {
            "student": submission.student,
            "name": submission.name,
            "chapter": submission.chapter,
            "digest": submission.digest,
            "course": self.course,
            "level": level,
            "seed": seed,
            "seconds": done["seconds"],
            "judged": done["judged"],
        }
        write_text(self._path(submission), json.dumps(record) + "\n")
