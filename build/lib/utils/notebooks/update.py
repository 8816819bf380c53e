"""Fetches the newest chapters and keeps the learner's answers. Run as ``python -m utils.notebooks.update``.

A bare ``git pull`` would stop at every chapter that has been worked in. Here the answers are collected and the chapters
copied, the chapters are put back as they were committed, git pulls, and the answers go back into their cells. Until the
last step has succeeded everything can be put back as it was, and is, when a step fails.
"""

import os
import subprocess
import sys
from pathlib import Path

from utils.files import ROOT, set_aside, write_text
from utils.notebooks.answers import collect_answers, has_notes, restore_answers
from utils.notebooks.format import NotebookError, notebook_text, read_notebook


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
    if paths(root, "ls-files", "-z", "--unmerged"):
        raise UpdateError("A merge was begun here and not ended; end it with: git merge --abort")
    try:
        git(root, "rev-parse", "--abbrev-ref", "@{upstream}")
    except UpdateError as error:
        raise UpdateError("The branch you are on follows no other, so there is nothing to update from.") from error
    git(root, "fetch", "--quiet")
    here, there = git(root, "rev-parse", "HEAD"), git(root, "rev-parse", "@{upstream}")
    common = git(root, "merge-base", here, there)
    if common == there:
        return None
    if common != here:
        raise UpdateError("You have commits of your own that the newest version does not have; merge them with git.")
    coming = set(paths(root, "diff", "-z", "--name-only", here, there))
    mine = set(paths(root, "diff", "-z", "--name-only", "HEAD"))
    new = set(paths(root, "ls-files", "-z", "--others", "--exclude-standard"))
    blocking = sorted(str(path) for path in coming & (mine | new) if not is_chapter(path) or path in new)
    if blocking:
        raise UpdateError(f"You have changed files that the update changes too: {', '.join(blocking)}.")
    return there


def is_chapter(path):
    return path.parts[:-1] == ("chapters",) and path.suffix == ".ipynb"


def changed_chapters(root):
    """The committed chapters that differ from their committed state."""
    return [path for path in paths(root, "diff", "-z", "--name-only", "--diff-filter=a", "HEAD") if is_chapter(path)]


def make_clean(root, chapters):
    """Bring chapters back to their committed state."""
    if chapters:
        git(root, "checkout", "--quiet", "HEAD", "--", *map(str, chapters))


def put_back(root, commit, before):
    """Undo a half-made update: the old commit, and the chapters with what the learner had in them."""
    make_clean(root, changed_chapters(root))
    git(root, "reset", "--quiet", "--keep", commit)
    for path, content in before.items():
        if content is None:
            (root / path).unlink(missing_ok=True)
        else:
            (root / path).write_bytes(content)


def update(root=ROOT):
    """Bring a checkout to the newest version, and the learner's answers with it.

    Returns:
        What was done, as a list of sentences.

    Raises:
        UpdateError, NotebookError, OSError: why not; everything is as it was before.
    """
    if newest(root) is None:
        return ["You have the newest version already."]
    changed = changed_chapters(root)
    before = {path: (root / path).read_bytes() if (root / path).exists() else None for path in changed}
    notebooks = {path: read_notebook(root / path) for path in changed if before[path] is not None}
    answers = {key: text for notebook in notebooks.values() for key, text in collect_answers(notebook).items()}
    noted = [path.name for path, notebook in notebooks.items() if has_notes(notebook)]
    folder = set_aside([root / path for path in notebooks], root / "chapters" / ".backup") if notebooks else None

    commit = git(root, "rev-parse", "HEAD")
    try:
        make_clean(root, changed)
        git(root, "pull", "--quiet", "--ff-only")
        homeless = answers
        for path in paths(root, "ls-files", "-z", "chapters"):
            if homeless and is_chapter(path):
                notebook = read_notebook(root / path)
                waiting, homeless = homeless, restore_answers(notebook, homeless)
                if len(homeless) < len(waiting):
                    write_text(root / path, notebook_text(notebook))
        if homeless:
            texts = [f"# The answer from cell {key}\n\n{text}\n" for key, text in homeless.items()]
            write_text(folder / "answers_without_a_cell.py", "\n\n".join(texts))
    except BaseException:  # a Ctrl-C, too, must not leave half an update
        try:
            put_back(root, commit, before)
        except (UpdateError, OSError) as error:
            raise UpdateError(f"Putting it back failed as well ({error}); your chapters are in {folder}.") from error
        raise

    done = ["You have the newest version now."]
    placed = [key for key in answers if key not in homeless]
    if placed:
        done.append(f"Your answers are in their cells: {', '.join(placed)}. Run them again to see their results.")
    if homeless:
        where = folder / "answers_without_a_cell.py"
        done.append(f"The new chapters have no cell for {', '.join(homeless)}; what you wrote is in {where}.")
    if noted:
        done.append(f"You had cells or notes of your own in {', '.join(noted)}; they are in the copies.")
    if folder:
        done.append(f"Copies of the chapters as they were: {folder}.")
    return done


def main(root=ROOT):
    """The command line. Returns the exit code."""
    try:
        done = update(root)
    except (UpdateError, NotebookError, OSError) as error:
        print(f"The update was not made, and nothing was changed. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("The update was stopped, and nothing was changed.", file=sys.stderr)
        return 1
    print("\n".join(done))
    return 0


if __name__ == "__main__":
    sys.exit(main())
