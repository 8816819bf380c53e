"""``make update``, tried on two clones of a small course: answers survive whatever the newest version changes."""

import itertools
import os
import shutil
import signal
import subprocess
import sys

import pytest
from filelock import FileLock
from support.sample_notebooks import BY_HAND, SOFTMAX, cell, code, exercise, markdown, notebook, save, solution

import utils.notebooks.update
from utils.files import ROOT, write_text
from utils.notebooks.answers import collect_answers
from utils.notebooks.build import main as build
from utils.notebooks.format import read_notebook
from utils.notebooks.update import UpdateError, main

NAME = "01_softmax_definition.ipynb"
OLD = "def old(z):\n    ### BEGIN SOLUTION\n    return z\n    ### END SOLUTION"
ANSWERS = {
    "ch01-softmax": "def softmax(z):\n    return 'mine'",
    "ch01-by_hand": "by_hand = [1, 0, 0]",
    "ch01-old": "def old(z):\n    return 'é'",
}


def git(folder, *arguments):
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(autouse=True, scope="module")
def identity():
    """Commits without, and apart from, the settings of the person who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "Tests")
            patch.setenv(f"GIT_{role}_EMAIL", "tests@example.org")
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.delenv("GIT_DIR", raising=False)
        yield


@pytest.fixture(scope="module")
def made_once(identity, tmp_path_factory):
    """Where the course is made, a repository with one chapter of three exercises, and a clone of it."""
    above = tmp_path_factory.mktemp("update")
    folder = above / "course"
    first = solution()
    first.cells += exercise("old", OLD)
    save(first, folder / "solutions" / NAME)
    (folder / ".gitignore").write_text("chapters/.backup/\n")
    (folder / "README.md").write_text("version 1\n")
    git(above, "init", "--quiet", "--template=", "--initial-branch=main", "course")
    publish(folder)
    git(above, "clone", "--quiet", "--template=", "course", "learner")
    git(above / "learner", "remote", "set-url", "origin", "../course")
    return above


@pytest.fixture
def course(made_once, tmp_path):
    return shutil.copytree(made_once / "course", tmp_path / "course", symlinks=True)


@pytest.fixture
def learner(made_once, course, tmp_path):
    """A learner's clone, with three answers and a note in the chapter, and a notebook of her own."""
    folder = shutil.copytree(made_once / "learner", tmp_path / "learner", symlinks=True)
    chapter = read_notebook(folder / "chapters" / NAME)
    for identity, answer in ANSWERS.items():
        cell(chapter, identity).source = answer
    chapter.cells.append(markdown("Remember this", "note"))
    save(chapter, folder / "chapters" / NAME)
    save(notebook(markdown("mine")), folder / "chapters" / "scratch.ipynb")
    return folder


def publish(folder):
    """Build the chapters of the course and commit everything."""
    assert build([], folder) == 0
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A version")


def second_version(folder):
    """Upstream rewrites a stub, moves a cell and drops an exercise."""
    save(
        notebook(
            markdown("# Softmax, revised", "title"),
            *exercise("by_hand", BY_HAND),
            code("import numpy as np", "imports"),
            *exercise("softmax", SOFTMAX.replace("last axis", "last axis, stable")),
        ),
        folder / "solutions" / NAME,
    )
    (folder / "README.md").write_text("version 2\n")
    publish(folder)


def files(folder):
    """All files of a folder with their content, those of git and caches aside."""
    own = {".git", ".cache"}
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and not own & set(p.parts)}


def kept(learner):
    """The files in the one backup of the learner, by name."""
    (folder,) = (learner / "chapters" / ".backup").iterdir()
    return {path.name: path for path in folder.iterdir()}


def test_answers_survive_a_changed_a_moved_and_a_dropped_exercise(course, learner, capsys):
    mine = (learner / "chapters" / NAME).read_bytes()
    second_version(course)
    assert main(learner) == 0
    chapter = read_notebook(learner / "chapters" / NAME)
    assert [c.id for c in chapter.cells][:2] == ["title", "ch01-by_hand"]
    assert cell(chapter, "title").source == "# Softmax, revised"
    assert collect_answers(chapter) == {key: ANSWERS[key] for key in ("ch01-by_hand", "ch01-softmax")}
    assert (learner / "README.md").read_text() == "version 2\n"
    assert (learner / "chapters" / "scratch.ipynb").exists()
    copies = kept(learner)
    assert copies[NAME].read_bytes() == mine
    assert ANSWERS["ch01-old"] in copies["answers_without_a_cell.py"].read_text(encoding="utf-8")
    message = capsys.readouterr().out
    assert "ch01-old" in message
    assert "notes of your own" in message
    assert build(["--check"], learner) == 0
    assert main(learner) == 0, "a second update finds nothing to do"
    assert "already" in capsys.readouterr().out
    assert collect_answers(read_notebook(learner / "chapters" / NAME)).keys() == {"ch01-by_hand", "ch01-softmax"}


def test_a_second_update_goes_on_from_the_first(course, learner):
    for title in ("# Two", "# Three"):
        source = read_notebook(course / "solutions" / NAME)
        cell(source, "title").source = title
        save(source, course / "solutions" / NAME)
        publish(course)
        assert main(learner) == 0
    chapter = read_notebook(learner / "chapters" / NAME)
    assert cell(chapter, "title").source == "# Three"
    assert collect_answers(chapter) == ANSWERS


def test_a_chapter_that_was_only_run_or_was_deleted_is_no_obstacle(course, learner, capsys):
    (learner / "chapters" / NAME).unlink()
    second_version(course)
    assert main(learner) == 0
    assert (learner / "chapters" / NAME).read_bytes() == (course / "chapters" / NAME).read_bytes()
    assert not (learner / "chapters" / ".backup").exists()


# Cells without ids, which Colab and old editors write


def without_ids(folder, minor=4):
    """The chapter of a learner as an old editor stores it."""
    path = folder / "chapters" / NAME
    chapter = read_notebook(path)
    chapter.nbformat_minor = minor
    for one in chapter.cells:
        one.pop("id", None)
    save(chapter, path)


def test_answers_in_cells_without_ids_find_their_cells(course, learner, capsys):
    without_ids(learner)
    second_version(course)
    assert main(learner) == 0
    chapter = read_notebook(learner / "chapters" / NAME)
    assert collect_answers(chapter) == {key: ANSWERS[key] for key in ("ch01-by_hand", "ch01-softmax")}
    assert ANSWERS["ch01-old"] in kept(learner)["answers_without_a_cell.py"].read_text(encoding="utf-8")
    said = capsys.readouterr().out
    assert "no cell for old; what you wrote is in" in said


def test_every_answer_without_a_name_is_kept(course, learner):
    """Two cells that define nothing, and a copy of a cell: none takes the place of another."""
    path = learner / "chapters" / NAME
    without_ids(learner)
    chapter = read_notebook(path)
    for one in list(chapter.cells):
        if one.source == ANSWERS["ch01-by_hand"]:
            chapter.cells.append(one.copy())
            chapter.cells[-1].source = "by_hand = 'again'"
        elif one.source in ANSWERS.values():
            one.source = "# one" if "softmax" in one.source else "# two"
    save(chapter, path)
    second_version(course)
    assert main(learner) == 0
    written = kept(learner)["answers_without_a_cell.py"].read_text(encoding="utf-8")
    assert all(text in written for text in ("# one", "# two", "by_hand = 'again'"))
    assert collect_answers(read_notebook(path)) == {"ch01-by_hand": ANSWERS["ch01-by_hand"]}


def test_chapters_without_ids_can_be_built_anew_and_one_exercise_made_blank(learner, capsys):
    without_ids(learner)
    assert build(["--reset", "ch01.softmax"], learner) == 0
    answers = collect_answers(read_notebook(learner / "chapters" / NAME))
    assert set(answers) == {"by_hand", "old"}
    assert build([], learner) == 1
    assert "an answer to by_hand, old" in capsys.readouterr().err
    assert build(["--force"], learner) == 0


# Whatever ends an update in the middle


class Killed(BaseException):
    """Ends an update as SIGKILL does: nothing is put back."""


def end_at(patch, number, how, where):
    """Let an update end at one of its steps. Returns a list that is empty until it has come to that step.

    Before and after each call of git and each file that is written is a step; or else only before those by which
    something is changed, of which the first sets chapters aside.
    """
    module, passed, reached, called = utils.notebooks.update, itertools.count(1), [], []

    def step():
        if next(passed) == number:
            reached.append(number)
            if how != "SIGKILL":
                os.kill(os.getpid(), getattr(signal, how))
                return
            patch.setattr(module, "put_back", lambda root, plan: None)
            raise Killed

    def counted(function):
        def call(*arguments):
            called.append(function.__name__)
            if where == "everywhere" or "set_aside" in called:
                step()
            result = function(*arguments)
            if where == "everywhere":
                step()
            return result

        return call

    for name in ("git", "write_text", "set_aside"):
        patch.setattr(module, name, counted(getattr(module, name)))
    return reached


ENDS = [("SIGKILL", "at changes"), ("SIGHUP", "at changes")]
ENDS += [pytest.param(how, "everywhere", marks=pytest.mark.prove) for how in ("SIGKILL", "SIGHUP", "SIGTERM", "SIGINT")]


@pytest.mark.parametrize(("how", "where"), ENDS)
def test_an_update_that_is_ended_at_any_step_loses_nothing(course, learner, tmp_path, monkeypatch, how, where):
    if not hasattr(signal, how) and how != "SIGKILL":
        pytest.skip("this system does not have that signal")
    second_version(course)
    before = (learner / "chapters" / NAME).read_bytes()
    for number in itertools.count(1):
        folder = tmp_path / f"learner {number}"
        shutil.copytree(learner, folder, symlinks=True)
        with monkeypatch.context() as patch:
            reached = end_at(patch, number, how, where)
            try:
                status = main(folder)
            except Killed:
                status = None
        if not reached:
            assert status == 0
            break
        if status == 1:
            assert (folder / "chapters" / NAME).read_bytes() == before, f"not put back after step {number}"
        assert main(folder) == 0
        chapter = read_notebook(folder / "chapters" / NAME)
        assert collect_answers(chapter) == {key: ANSWERS[key] for key in ("ch01-by_hand", "ch01-softmax")}, number
        copies = [path.read_text(encoding="utf-8") for path in (folder / "chapters" / ".backup").rglob("*.py")]
        assert any(ANSWERS["ch01-old"] in copy for copy in copies), number
        assert (folder / "README.md").read_text() == "version 2\n"
        assert not (folder / "chapters" / ".backup" / "unfinished_update.json").exists()
        shutil.rmtree(folder)
    assert number > (20 if where == "everywhere" else 7)


def test_what_was_written_after_a_killed_update_is_kept(course, learner, monkeypatch, capsys):
    """The chapters lie blank, she writes once more, and only then updates again."""
    second_version(course)
    monkeypatch.setattr(utils.notebooks.update, "PATIENCE", 0.2)
    path = learner / "chapters" / NAME
    with monkeypatch.context() as patch:
        patch.setattr(utils.notebooks.update, "move", lambda root, plan, texts: git(root, "checkout", ".") or die())
        patch.setattr(utils.notebooks.update, "put_back", lambda root, plan: None)
        with pytest.raises(Killed):
            main(learner)
    chapter = read_notebook(path)
    cell(chapter, "ch01-softmax").source = "def softmax(z):\n    return 'anew'"
    save(chapter, path)
    (learner / ".git" / "index.lock").touch()  # of the git that was killed with the update
    assert main(learner) == 0
    assert "An update was cut off here" in capsys.readouterr().out
    assert collect_answers(read_notebook(path))["ch01-softmax"] == ANSWERS["ch01-softmax"]
    copies = [copy.read_text(encoding="utf-8") for copy in (learner / "chapters" / ".backup").rglob(NAME)]
    assert any("anew" in copy for copy in copies)


def die():
    raise Killed


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
import utils.notebooks.update as update
from pathlib import Path
def watched(function, passed=iter(range(10**6))):
    def call(*arguments):
        if next(passed) == {number}:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)
    return call
for name in ("git", "write_text", "set_aside", "forget"):
    setattr(update, name, watched(getattr(update, name)))
sys.exit(update.main(Path({folder!r})))
"""


@pytest.mark.prove
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_process_that_is_really_killed_at_any_step_loses_nothing(course, learner, tmp_path):
    second_version(course)
    for number in itertools.count():
        folder = tmp_path / f"learner {number}"
        shutil.copytree(learner, folder, symlinks=True)
        program = KILLED.format(tests=str(ROOT / "tests"), number=number, folder=str(folder))
        ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True)
        assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
        assert main(folder) == 0
        chapter = read_notebook(folder / "chapters" / NAME)
        assert collect_answers(chapter) == {key: ANSWERS[key] for key in ("ch01-by_hand", "ch01-softmax")}, number
        if ended.returncode == 0:
            break
    assert number > 12


def no_network(course, learner):
    shutil.rmtree(course)


def no_checkout(course, learner):
    shutil.rmtree(learner / ".git")


def own_commit(course, learner):
    git(learner, "commit", "--quiet", "--all", "--message", "mine")


def changed_outside(course, learner):
    (learner / "README.md").write_text("my own\n")


def new_file_in_the_way(course, learner):
    save(notebook(markdown("upstream")), course / "chapters" / "scratch.ipynb")
    git(course, "add", "--all")
    git(course, "commit", "--quiet", "--message", "More")


def no_branch(course, learner):
    git(learner, "checkout", "--quiet", "--detach")


def damaged_chapter(course, learner):
    (learner / "chapters" / NAME).write_text("<<<<<<<")


def begun(what, name):
    def obstacle(course, learner):
        (learner / ".git" / name).mkdir()

    obstacle.__name__ = what
    return obstacle


def lock_left_over(course, learner):
    (learner / ".git" / "index.lock").touch()


def history_written_anew(course, learner):
    git(course, "checkout", "--quiet", "--orphan", "anew")
    git(course, "commit", "--quiet", "--message", "The first")
    git(course, "branch", "--quiet", "--move", "--force", "anew", "main")


@pytest.mark.parametrize(
    ("obstacle", "words"),
    [
        (no_network, "git fetch says"),
        (no_checkout, "not a git checkout"),
        (own_commit, "commits of your own"),
        (changed_outside, "README.md"),
        (new_file_in_the_way, "scratch.ipynb"),
        (no_branch, "follows no other"),
        (damaged_chapter, "cannot be read as a notebook"),
        (begun("rebase", "rebase-merge"), "git rebase --abort"),
        (begun("merge", "MERGE_HEAD"), "git merge --abort"),
        (begun("cherry-pick", "CHERRY_PICK_HEAD"), "git cherry-pick --abort"),
        (lock_left_over, "index.lock"),
        (history_written_anew, "history was written anew"),
    ],
)
def test_what_stops_an_update_is_said_and_nothing_changes(course, learner, capsys, obstacle, words):
    second_version(course)
    obstacle(course, learner)
    before = files(learner)
    assert main(learner) == 1
    message = capsys.readouterr().err
    assert words in message
    assert "Traceback" not in message
    assert files(learner) == before


@pytest.mark.parametrize("step", ["merge", "write_text", "Ctrl-C"])
def test_a_failure_halfway_puts_everything_back(course, learner, capsys, monkeypatch, step):
    second_version(course)
    (learner / ".gitignore").write_text("chapters/.backup/\nmy own line\n")
    chapter = learner / "chapters" / NAME
    before = files(learner)
    real, failing = utils.notebooks.update.git, [True]

    def failing_merge(root, *arguments):
        if arguments[0] == "merge":
            assert chapter.read_bytes() != before[chapter], "the chapters are clean at this point"
            raise UpdateError("the line went dead")
        return real(root, *arguments)

    def failing_write(path, text):
        if path == chapter and failing:
            failing.pop()
            raise KeyboardInterrupt if step == "Ctrl-C" else OSError("No space left on device")
        return write_text(path, text)

    if step == "merge":
        monkeypatch.setattr(utils.notebooks.update, "git", failing_merge)
    else:
        monkeypatch.setattr(utils.notebooks.update, "write_text", failing_write)
    assert main(learner) == 1
    assert "nothing was changed" in capsys.readouterr().err
    shutil.rmtree(learner / "chapters" / ".backup")
    assert files(learner) == before
    monkeypatch.undo()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "no-settings")
    assert main(learner) == 0, "the next update goes through"


def test_a_chapter_that_was_renamed_with_git_is_kept_and_the_new_one_comes(course, learner):
    git(learner, "mv", f"chapters/{NAME}", "chapters/mine.ipynb")
    mine = (learner / "chapters" / "mine.ipynb").read_bytes()
    second_version(course)
    assert main(learner) == 0
    assert (learner / "chapters" / "mine.ipynb").read_bytes() == mine
    assert (learner / "chapters" / NAME).read_bytes() == (course / "chapters" / NAME).read_bytes()


def test_two_updates_at_once_do_not_meet(course, learner, capsys):
    second_version(course)
    (learner / ".cache").mkdir(exist_ok=True)
    with FileLock(learner / ".cache" / "update.lock"):
        assert main(learner) == 1
    assert "Another update is running" in capsys.readouterr().err
