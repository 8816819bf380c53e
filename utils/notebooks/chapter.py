"""The loop of a maintainer: a chapter is executed, built, run again in both versions, and held against every rule.

Nothing is run that belongs to another chapter, so this takes seconds where ``make test`` takes minutes.
"""

import argparse
import subprocess
import sys
import time

from utils.files import ROOT
from utils.notebooks import execute
from utils.notebooks.build import build_all, write_chapters
from utils.notebooks.execute import find_solutions
from utils.notebooks.format import NotebookError

RULES = ("tests/notebooks/test_hygiene.py", "tests/notebooks/test_taught.py")
IN_PARALLEL = ("-n", "2", "--dist", "loadfile", "--max-worker-restart", "0")


def build(names, root):
    """Write the chapters anew; what keeps one of these from being written is said.

    Raises:
        NotebookError: a solution breaks a rule of the builder, or somebody has worked in the chapter.
    """
    done, refused = write_chapters(build_all(root / "solutions"), root / "chapters")
    for sentence in done:
        print(sentence, flush=True)
    kept = [sentence for sentence in refused if any(sentence.startswith(f"chapters/{name}.ipynb") for name in names)]
    if kept:
        raise NotebookError("\n".join(kept))


def check(names, root):
    """Run both versions of these chapters under nbval, and the rules that hold for them.

    Returns:
        Whether all is well, and pytest's count of what passed and failed.
    """
    notebooks = [f"{folder}/{name}.ipynb" for name in names for folder in ("solutions", ".cache/chapters")]
    chosen = ["-k", " or ".join([*names, "test_taught"])]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--no-header",
        "--tb=short",
        *IN_PARALLEL,
        *notebooks,
        *RULES,
        *chosen,
    ]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    *report, count = done.stdout.rstrip().splitlines() or ["pytest said nothing"]
    if done.returncode:
        print("\n".join(report))
    return done.returncode == 0, count.strip("= ")


def main(arguments=None, root=ROOT):
    """The command line. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m utils.notebooks.chapter", description="Execute, build and check a chapter."
    )
    parser.add_argument("names", metavar="NAME", nargs="+", help="a solution notebook, for example 03")
    chosen = parser.parse_args(arguments).names
    start = time.monotonic()
    try:
        names = [path.stem for path in find_solutions(root / "solutions", chosen)]
        status = execute.main(names, root)
        if status == 130:  # Ctrl-C, of which it has spoken
            return status
        if status:
            raise NotebookError("Nothing was built: a cell has to be put right first.")
        build(names, root)
        well, count = check(names, root)
    except (NotebookError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped: nobody knows whether the chapter is in order.", file=sys.stderr)
        return 130
    verdict = "in order" if well else "NOT in order, see above"
    print(f"{', '.join(names)}: {verdict}. {count}, {time.monotonic() - start:.0f} s in all.")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
