"""Fetches the newest chapters and keeps the learner's answers. Run as ``python -m utils.notebooks.update [NEW.zip]``.

A bare ``git pull`` would stop at every chapter that has been worked in. Here the newest version is fetched, and what
the chapters will hold is worked out, before anything is touched. Then copies and a marker are written, the chapters are
put back as they were committed, git moves to what it has fetched, and the answers go into their cells. When a step
fails or is stopped, everything is put back as it was. When the process is killed, the marker tells the next call to do
that.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout

from utils.files import ROOT, set_aside, write_text
from utils.notebooks.answers import collect_answers, has_notes, restore_answers
from utils.notebooks.format import NotebookError, notebook_text, read_notebook
from utils.notebooks.update_from_zip import ZipError, update_from_zip

MARKER = "unfinished_update.json"
PATIENCE = 2  # seconds that a git which may still be at work has to end
BEGUN = {  # what git leaves in its folder while one of these is not ended
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}


class UpdateError(Exception):
    """Why there was no update, as a plain sentence."""


def git(root, *arguments):
    """What git prints on stdout, without the last line break.

    Raises:
        UpdateError: git is missing, or says no; the message is its own last line.
    """
    environment = os.environ | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(["git", *arguments], cwd=root, env=environment, capture_output=True, check=False)
    except OSError as error:
        raise UpdateError("git cannot be started; is it installed?") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        reasons = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines[-1:]
        raise UpdateError(f"git {arguments[0]} says: {reasons[0]}")
    return done.stdout.decode(errors="surrogateescape").rstrip("\n")


def paths(root, *arguments):
    """The paths that a git command lists, relative to ``root``; call it with ``-z`` among the arguments."""
    return [Path(name) for name in git(root, *arguments).split("\0") if name]


def newest(root):
    """Fetch, and see whether the update can be made, before anything is touched.

    Returns:
        The commit to go to, or None where this one is the newest.

    Raises:
        UpdateError: no checkout, no network, commits of one's own, or changed files in the way.
    """
    try:
        top = git(root, "rev-parse", "--show-toplevel")
    except UpdateError as error:
        raise UpdateError(
            f"This folder is not a git checkout, so there is nothing to update from ({error})."
        ) from error
    if Path(top).resolve() != root.resolve():
        raise UpdateError("This folder lies inside another git checkout; it has none of its own.")
    folder = root / git(root, "rev-parse", "--git-dir")
    for name, what in BEGUN.items():
        if (folder / name).exists():
            raise UpdateError(f"A {what} was begun here and not ended; end it with: git {what} --abort")
    if paths(root, "ls-files", "-z", "--unmerged"):
        raise UpdateError("git has files here that it could not merge; see: git status")
    if (folder / "index.lock").exists():
        raise UpdateError(
            f"git is at work here, or was stopped in the middle. If it is not, delete {folder / 'index.lock'}."
        )
    try:
        git(root, "rev-parse", "--abbrev-ref", "@{upstream}")
    except UpdateError as error:
        raise UpdateError("The branch you are on follows no other, so there is nothing to update from.") from error
    git(root, "fetch", "--quiet")
    here, there = git(root, "rev-parse", "HEAD"), git(root, "rev-parse", "@{upstream}")
    if here == there or is_ancestor(root, there, here):
        return None
    if not is_ancestor(root, here, there):
        raise UpdateError(
            "The newest version does not have all commits that are here. You have commits of your own, to be merged "
            "with git, or its history was written anew: make a new clone and copy your chapters into it."
        )
    coming = set(paths(root, "diff", "-z", "--name-only", here, there))
    mine = set(paths(root, "diff", "-z", "--name-only", "HEAD"))
    new = set(paths(root, "ls-files", "-z", "--others", "--exclude-standard"))
    blocking = sorted(str(path) for path in coming & (mine | new) if not is_chapter(path) or path in new)
    if blocking:
        raise UpdateError(f"You have changed files that the update changes too: {', '.join(blocking)}.")
    return there


def is_ancestor(root, older, newer):
    """Whether a commit lies in the past of another; in a history that was written anew it does not."""
    try:
        git(root, "merge-base", "--is-ancestor", older, newer)
    except UpdateError:
        return False
    return True


def is_chapter(path):
    return path.parts[:-1] == ("chapters",) and path.suffix == ".ipynb"


def changed_chapters(root):
    """The committed chapters that differ from their committed state."""
    return [
        path
        for path in paths(root, "diff", "-z", "--name-only", "--no-renames", "--diff-filter=a", "HEAD")
        if is_chapter(path)
    ]


# Worked out beforehand


def new_texts(root, commit, answers):
    """What chapters of a commit hold once answers are in them.

    Args:
        answers: from the path of a chapter and the key of a cell to what was written.

    Returns:
        The texts of these chapters by their paths, and the answers that found no cell.
    """
    texts, homeless = {}, dict(answers)
    for path in filter(is_chapter, paths(root, "ls-tree", "-r", "-z", "--name-only", commit, "chapters")):
        # An id is looked for in every chapter, since an exercise may move; a bare name in its own chapter only.
        here = {(place, key) for place, key in homeless if place == path or "-" in key}
        if here:
            notebook = read_notebook(path, git(root, "show", f"{commit}:{path.as_posix()}"))
            left = restore_answers(notebook, {key: homeless[place, key] for place, key in here})
            placed = {(place, key) for place, key in here if key not in left}
            if placed:
                texts[path] = notebook_text(notebook)
                homeless = {where: text for where, text in homeless.items() if where not in placed}
    return texts, homeless


def backups(root):
    return root / "chapters" / ".backup"


# The steps, and the way back


def move(root, plan, texts):
    """Bring the checkout to the commit of a plan, and texts into the chapters."""
    make_clean(root, plan["changed"])
    git(root, "merge", "--quiet", "--ff-only", plan["there"])
    for path, text in texts.items():
        write_text(root / path, text)


def make_clean(root, chapters):
    """Bring chapters back to their committed state, also those that git was told to rename or to remove."""
    if chapters:
        git(root, "reset", "--quiet", "HEAD", "--", "chapters")
        git(root, "checkout", "--quiet", "HEAD", "--", *chapters)


def put_back(root, plan):
    """Undo what was done of a plan: the old commit, and the chapters with what the learner had in them.

    Whatever the update changes had no changes of the learner's, chapters aside, and of those there are copies.
    """
    folder = backups(root) / plan["copies"]
    lock = root / git(root, "rev-parse", "--git-path", "index.lock")
    end = time.monotonic() + PATIENCE
    while lock.exists() and time.monotonic() < end:
        time.sleep(0.1)
    lock.unlink(missing_ok=True)  # of a git that this update had started, and that was killed with it
    git(root, "reset", "--quiet", "--mixed", plan["here"])
    coming = paths(root, "diff", "-z", "--name-only", "--no-renames", plan["here"], plan["there"])
    kept = set(paths(root, "ls-tree", "-r", "-z", "--name-only", plan["here"]))
    tracked = [path.as_posix() for path in coming if path in kept]
    git(root, "checkout", "--quiet", plan["here"], "--", *tracked, *plan["changed"])
    for path in coming:
        if path not in kept:
            (root / path).unlink(missing_ok=True)
    for name, copied in plan["changed"].items():
        if copied:
            write_text(root / name, (folder / Path(name).name).read_text(encoding="utf-8"))
        else:
            (root / name).unlink(missing_ok=True)
    forget(root)


def forget(root):
    """Remove the marker."""
    (backups(root) / MARKER).unlink()
    with contextlib.suppress(OSError):
        backups(root).rmdir()  # where it is empty


def restore(root):
    """Undo an update that was killed, if there was one; returns what was done, as a list of sentences."""
    try:
        plan = json.loads((backups(root) / MARKER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    since = set_aside([root / name for name in plan["changed"] if (root / name).exists()], backups(root))
    put_back(root, plan)
    return [f"An update was cut off here. The chapters are as before it; what they held since is in {since}."]


@contextlib.contextmanager
def answering_signals(handler):
    """Let something else happen when the reader presses Ctrl-C, closes the terminal, or asks the process to end."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    former = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def stop(number, frame):
    raise KeyboardInterrupt


def update(root=ROOT):
    """Bring a checkout to the newest version, and the learner's answers with it.

    Returns:
        What was done, as a list of sentences.

    Raises:
        UpdateError, NotebookError, OSError: why not; everything is as it was before.
    """
    done = restore(root)
    there = newest(root)
    if there is None:
        return [*done, "You have the newest version already."]
    changed = changed_chapters(root)
    notebooks = {path: read_notebook(root / path) for path in changed if (root / path).exists()}
    answers = {(path, key): text for path, found in notebooks.items() for key, text in collect_answers(found).items()}
    noted = [path.name for path, notebook in notebooks.items() if has_notes(notebook)]
    texts, homeless = new_texts(root, there, answers)

    folder = set_aside([root / path for path in notebooks], backups(root)) if notebooks else backups(root)
    where = folder / "answers_without_a_cell.py"
    if homeless:
        parts = [f"# The answer from cell {key} of {path.name}\n\n{text}\n" for (path, key), text in homeless.items()]
        write_text(where, "\n\n".join(parts))
    plan = {"here": git(root, "rev-parse", "HEAD"), "there": there, "copies": folder.name if notebooks else "."}
    plan["changed"] = {path.as_posix(): path in notebooks for path in changed}
    write_text(backups(root) / MARKER, json.dumps(plan))
    try:
        move(root, plan, texts)
        forget(root)
    except BaseException:  # a Ctrl-C, too, must not leave half an update
        with answering_signals(signal.SIG_IGN):
            try:
                put_back(root, plan)
            except (UpdateError, OSError) as error:
                raise UpdateError(
                    f"Putting it back failed as well ({error}): the next `make update` tries again. "
                    f"Your chapters are in {folder}."
                ) from error
        raise

    done.append("You have the newest version now.")
    placed = [key for path, key in answers if (path, key) not in homeless]
    if placed:
        done.append(f"Your answers are in their cells: {', '.join(placed)}. Run them again to see their results.")
    if homeless:
        cells = ", ".join(key for _, key in homeless)
        done.append(f"The new chapters have no cell for {cells}; what you wrote is in {where}.")
    if noted:
        done.append(f"You had cells or notes of your own in {', '.join(noted)}; they are in the copies.")
    if notebooks:
        done.append(f"Copies of the chapters as they were: {folder}.")
    return done


def main(root=ROOT, file=None):
    """The command line, with the zip of a newer version where there is no git. Returns the exit code."""
    try:
        (root / ".cache").mkdir(exist_ok=True)
        with answering_signals(stop), FileLock(root / ".cache" / "update.lock", timeout=0):
            done = update(root) if file is None else update_from_zip(Path(file), root)
    except Timeout:
        print("Another update is running here.", file=sys.stderr)
        return 1
    except (UpdateError, ZipError, NotebookError, OSError) as error:
        print(f"The update was not made, and nothing was changed. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("The update was stopped, and nothing was changed.", file=sys.stderr)
        return 1
    print("\n".join(done))
    return 0


def file_in(arguments=None):
    """The file that the command line names, or None."""
    parser = argparse.ArgumentParser(
        prog="python -m utils.notebooks.update", description="Get the newest chapters and keep your answers."
    )
    parser.add_argument("file", nargs="?", metavar="NEW.zip", help="the newer version, where the course has no git")
    return parser.parse_args(arguments).file


if __name__ == "__main__":
    sys.exit(main(file=file_in()))
