"""A run: from a folder of submissions to the files of the output folder."""

import os
import sys
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.version import InvalidVersion, Version

from utils.checking.session import not_attempted
from utils.exercises import all_exercises
from utils.files import ROOT, write_text
from utils.grading import reports, sandbox, submissions
from utils.grading.cluster import in_cluster
from utils.grading.gradebook import gradebook, read_roster
from utils.grading.judging import Grader, Judged
from utils.grading.marks import read_overrides, read_points
from utils.grading.store import Store, course_digest, new_seed
from utils.grading.tasks import Task, in_processes
from utils.grading.texts import clean
from utils.notebooks import course
from utils.notebooks.handed_out import cells_of

TRUST = (
    "With --trust-submissions they run anyway, like programs of your own: an answer can then read and delete your "
    "files, reach the network, see other submissions, and hold the grader up. Do that only with code that you would "
    "run yourself."
)


class GradingError(Exception):
    """Why nothing was graded, as a plain sentence."""


@dataclass(frozen=True)
class Options:
    """What a run is asked for.

    Attributes:
        output: the folder that is written.
        points, overrides, roster: files of the instructor, or None.
        keep: ``"newest"`` or ``"best"`` of several submissions of one student.
        hints: whether feedback shows hints.
        trust: whether answers may run without walls where there are none.
        processes: how many; as many as there are processors where it is None.
        dask: the address of a cluster, or None.
    """

    output: Path
    points: Path | None = None
    overrides: Path | None = None
    roster: Path | None = None
    keep: str = "newest"
    hints: bool = True
    trust: bool = False
    processes: int | None = None
    dask: str | None = None


def chosen_level(trust):
    """The level that answers run at here.

    Raises:
        GradingError: there are no walls, and nobody said that the submissions are trusted.
    """
    if not hasattr(os, "fork"):
        raise GradingError("Answers are graded on Linux or macOS; on Windows use the Windows Subsystem for Linux.")
    level, reason = sandbox.level()
    if level == sandbox.NONE and not trust:
        raise GradingError(f"Answers cannot be isolated here. {reason} {TRUST}")
    return level


def chapters_of_stubs(root=ROOT):
    """The number of the chapter of each stub, by its hash."""
    paths = (root / "solutions").glob("*.ipynb")
    return {cell.stub: path.name[:2] for path in sorted(paths) for cell in cells_of(path) if cell.stub}


def run(folder, options, say=print, show=None):
    """Grade a folder of submissions.

    Args:
        folder: what was handed in, see :func:`utils.grading.submissions.collect`.
        options: :class:`Options`.
        say: called with sentences.
        show: called with what is done and how much there is, and the student.

    Returns:
        A :class:`utils.grading.reports.Class`.

    Raises:
        GradingError, MarksError, OSError: why nothing was graded.
    """
    level = chosen_level(options.trust)
    exercises = {exercise.name: exercise for exercise in all_exercises()}
    if options.roster is not None:
        read_roster(options.roster)
    points, overrides = read_points(options.points, exercises), read_overrides(options.overrides, exercises)
    read, remarks = _read(folder, chapters_of_stubs())
    if not read and not remarks:
        raise GradingError(f"There is no notebook in {folder}.")
    read = read if options.keep == "best" else _newest(read, remarks)
    records = _graded(read, level, options, say, show)
    judged = _that_count(read, records, remarks, points)
    students = sorted({one.student for one in read} | {student for student, *_ in remarks})
    chapters = {one.chapter for one in read}
    asked = [exercise for exercise in exercises.values() if exercise.name[2:4] in chapters]
    rows = [_row(student, exercise, judged, points, overrides) for student in students for exercise in asked]
    for student, exercise in overrides:
        if student not in students:
            remarks.append((student, exercise, "There is a decision on this exercise, and no submission."))
    return reports.Class(rows, exercises, level, sorted(set(remarks)), options.hints)


def _read(folder, chapter_of_stub):
    """The notebooks of a folder, and what was unusual about them."""
    read, remarks = [], []
    for file in submissions.collect(folder):
        one = submissions.read(file, chapter_of_stub)
        remarks += [(one.student, "", clean(words)) for words in one.remarks]
        words, is_refused = _on_version(one)
        remarks += [(one.student, "", clean(words))] * bool(words)
        if one.chapter and not is_refused:
            read.append(one)
    return read, remarks


def _on_version(one):
    """What is to be said on the version that a notebook was handed out with, and whether it is refused.

    Answers of an older version are judged by today's checks: cells are found by the same ids, and an exercise whose
    text has changed is named. A newer version may ask what this course does not know.
    """
    here = course.version()
    try:
        theirs = Version(one.version) if one.version else None
    except InvalidVersion:
        return f"The version of the course in {one.name} cannot be read.", False
    if theirs is None or theirs == Version(here):
        return "", False
    if theirs > Version(here):
        return (
            f"{one.name} was handed out with version {theirs}, and this is {here}: not graded; get the newer course.",
            True,
        )
    return f"{one.name} was handed out with version {theirs}; it was judged by the checks of {here}.", False


def _newest(read, remarks):
    """The newest notebook of each student and chapter."""
    of = defaultdict(list)
    for one in read:
        of[one.student, one.chapter].append(one)
    for (student, chapter), several in of.items():
        if len(several) > 1:
            newest = max(several, key=lambda one: (one.moment, one.name))
            remarks.append(
                (student, "", f"{len(several)} notebooks of chapter {chapter}; {clean(newest.name)} counts.")
            )
            of[student, chapter] = [newest]
    return [one for several in of.values() for one in several]


def _graded(read, level, options, say, show):
    """The record of each notebook, from a former run or from this one."""
    store, seed, records = Store(options.output, course_digest()), new_seed(), {}
    new = {}
    for place, one in enumerate(read):
        record = store.find(one, level)
        if record is None:
            new[str(place)] = one
        else:
            records[place] = record["judged"]
    if records:
        say(f"{len(records)} of {len(read)} notebooks were graded before and have not changed.")
    # The last chapters take the longest, and would hold up the end.
    tasks = [
        Task(key, one.chapter, one.cells, seed)
        for key, one in sorted(new.items(), key=lambda p: (-int(p[1].chapter), int(p[0])))
    ]
    if not tasks:
        return records
    doing = in_cluster(tasks, level, options.dask) if options.dask else in_processes(tasks, level, options.processes)
    for done, (task, result) in enumerate(doing, start=1):
        one = new[task.key]
        if "failed" in result:
            records[int(task.key)] = result["failed"]
        else:
            store.keep(one, level, seed, result)
            records[int(task.key)] = [Judged(**judged) for judged in result["judged"]]
        if show is not None:
            show(done, len(tasks), one.student)
    return records


def _that_count(read, records, remarks, points):
    """The verdict that counts, by student and exercise; of several the one with the most points, then the newest."""
    best = {}
    for place, one in sorted(enumerate(read), key=lambda pair: pair[1].moment):
        record = records[place]
        if isinstance(record, str):
            remarks.append((one.student, "", clean(record)))
            continue
        for judged in record:
            key, worth = (one.student, judged.exercise), points.given(judged.exercise, judged.status, judged.mistake)
            if key not in best or (worth, judged.status != "not attempted") >= best[key][0]:
                best[key] = ((worth, judged.status != "not attempted"), judged)
    for (student, exercise), (_, judged) in best.items():
        remarks += [(student, exercise, clean(words)) for words in judged.remarks]
        if judged.course:
            remarks.append((student, exercise, f"It mentions functions of the course: {', '.join(judged.course)}."))
    return {key: judged for key, (_, judged) in best.items()}


def _row(student, exercise, judged, points, overrides):
    one = judged.get((student, exercise.name))
    if one is None:
        blank = not_attempted(exercise)
        one = Judged(exercise.name, blank.status, blank.message)
    given, most = points.given(one.exercise, one.status, one.mistake, one.is_certain), points.most(one.exercise)
    row = reports.Row(student, one, given, most)
    decided = overrides.get((student, exercise.name))
    return row if decided is None else replace(row, points=decided.points, reason=decided.reason, is_decided=True)


def repeat(folder, options, student, name):
    """Judge one exercise of one student again, with the seed of the verdict that is kept.

    Returns:
        Pairs of the kept :class:`Judged` and the new one, one for each notebook that has a verdict on it.

    Raises:
        GradingError: there is no such verdict, or the notebook has changed since.
    """
    level, pairs = chosen_level(options.trust), []
    store = Store(options.output, course_digest())
    read, _ = _read(folder, chapters_of_stubs())
    grader = Grader(level)
    try:
        for one in read:
            record = store.find(one, level) if one.student == student and name[2:4] == one.chapter else None
            if record is not None:
                kept = next((judged for judged in record["judged"] if judged.exercise == name), None)
                if kept is not None:
                    pairs.append((kept, grader.grade(one.chapter, one.cells, record["seed"], name)[0]))
    finally:
        grader.close()
    if not pairs:
        raise GradingError(
            f"There is no verdict on {name} of {clean(student)} in {options.output} that was given by this version of "
            "the course, behind these walls, on a notebook that has not changed."
        )
    return pairs


def write(graded, options):
    """Write the files of a run, and remove feedback of students who are not in it any more.

    Returns:
        Sentences on what does not fit.
    """
    output, said = options.output, []
    if options.roster is not None:
        name, text, missing, unknown = gradebook(graded, *read_roster(options.roster))
        write_text(output / name, text)
        said = [f"{len(missing)} on the list have handed in nothing."] * bool(missing)
        said += [f"Not on the list: {clean(', '.join(unknown))}."] * bool(unknown)
    written = reports.files(graded)
    for name, text in written.items():
        write_text(output / name, text)
    for path in (output / "feedback").glob("*"):
        if f"feedback/{path.name}" not in written and path.suffix in (".html", ".md"):
            path.unlink()
    return said


def progress_bar(done, total, student, width=30):
    """One line in a terminal that moves; elsewhere a line for each tenth."""
    full = width * done // total
    if sys.stderr.isatty():
        line = f"\r[{'#' * full}{' ' * (width - full)}] {done}/{total} {clean(student)[:30]:30}"
        print(line, end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done == total or 10 * done // total > 10 * (done - 1) // total:
        print(f"{done}/{total}", file=sys.stderr, flush=True)
