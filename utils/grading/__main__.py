"""The command line: ``python -m utils.grading FOLDER``."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from utils.grading.cluster import ClusterError
from utils.grading.marks import MarksError
from utils.grading.reports import number
from utils.grading.run import GradingError, Options, progress_bar, repeat, run, write
from utils.grading.sandbox import IN_WORDS
from utils.grading.texts import clean


def main(arguments=None):
    """Grade a folder. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m utils.grading",
        description="Grade submissions: notebooks, a folder a student, or the zips of Moodle and Canvas.",
    )
    parser.add_argument("folder", type=Path, help="what was handed in: a folder, or a zip")
    parser.add_argument("--output", type=Path, default=Path("graded"), help="where to write (graded)")
    parser.add_argument("--points", type=Path, help="a TOML file with what exercises are worth")
    parser.add_argument("--roster", type=Path, help="the class as Moodle's worksheet, Canvas's gradebook, or a list")
    parser.add_argument("--student", help="with --exercise: repeat one verdict, exactly")
    parser.add_argument("--exercise", metavar="ch01.softmax", help="with --student: repeat one verdict, exactly")
    parser.add_argument("--overrides", type=Path, help="a CSV of decisions: student, exercise, points, reason")
    parser.add_argument(
        "--keep", choices=("newest", "best"), default="newest", help="of several submissions of a student"
    )
    parser.add_argument("--no-hints", action="store_true", help="feedback without hints")
    parser.add_argument("--processes", type=int, help="how many at a time (as many as there are processors)")
    parser.add_argument("--dask", metavar="ADDRESS", help="of the scheduler of a Dask cluster that grades")
    parser.add_argument("--trust-submissions", action="store_true", help="run answers even where nothing isolates them")
    chosen = parser.parse_args(arguments)
    options = Options(
        output=chosen.output,
        points=chosen.points,
        overrides=chosen.overrides,
        roster=chosen.roster,
        keep=chosen.keep,
        hints=not chosen.no_hints,
        trust=chosen.trust_submissions,
        processes=chosen.processes,
        dask=chosen.dask,
    )
    if (chosen.student is None) != (chosen.exercise is None):
        parser.error("--student and --exercise go together")
    try:
        if chosen.student is not None:
            return say_again(repeat(chosen.folder, options, chosen.student, chosen.exercise))
        graded = run(chosen.folder, options, show=progress_bar)
        said = write(graded, options)
    except (ClusterError, GradingError, MarksError, OSError) as error:
        print(f"Nothing was graded. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What was graded is kept; the same command goes on from there.", file=sys.stderr)
        return 130
    statuses = Counter(row.judged.status for row in graded.rows)
    students = len({row.student for row in graded.rows})
    print(f"{students} students: " + ", ".join(f"{count} {status}" for status, count in sorted(statuses.items())) + ".")
    points, most = sum(row.points for row in graded.rows), sum(row.most for row in graded.rows)
    print(f"{number(points)} of {number(most)} points. Isolation, {IN_WORDS[graded.level]}.")
    print(f"Written to {options.output}: verdicts.csv, misconceptions.html, remarks.csv, feedback.")
    for sentence in said:
        print(sentence)
    return 0


def say_again(pairs):
    """Print verdicts beside those that were kept. Returns the exit code: 1 where they differ."""
    differ = False
    for kept, again in pairs:
        same = (kept.status, kept.mistake, kept.message) == (again.status, again.mistake, again.message)
        print(clean(f"{again.exercise}: {again.verdict!r}"))
        print("This is the verdict that was given." if same else clean(f"It was another one: {kept.verdict!r}"))
        differ |= not same
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
