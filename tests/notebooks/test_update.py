"""``make update``, tried on two clones of a small course: answers survive whatever the newest version changes."""

import shutil
import subprocess

import pytest
from support.sample_notebooks import BY_HAND, SOFTMAX, cell, code, exercise, markdown, notebook, save, solution

import utils.notebooks.update
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


@pytest.fixture(autouse=True)
def identity(monkeypatch, tmp_path):
    """Commits without, and apart from, the settings of the person who runs the tests."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Tests")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "tests@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no-settings"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("GIT_DIR", raising=False)


@pytest.fixture
def course(tmp_path):
    """Where the course is made: a repository with one chapter of three exercises."""
    folder = tmp_path / "course"
    first = solution()
    first.cells += exercise("old", OLD)
    save(first, folder / "solutions" / NAME)
    (folder / ".gitignore").write_text("chapters/.backup/\n")
    (folder / "README.md").write_text("version 1\n")
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "course")
    publish(folder)
    return folder


@pytest.fixture
def learner(course, tmp_path):
    """A learner's clone, with three answers and a note in the chapter, and a notebook of her own."""
    git(tmp_path, "clone", "--quiet", "course", "learner")
    folder = tmp_path / "learner"
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
    """All files of a folder with their content, git's own aside."""
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and ".git" not in p.parts}


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


@pytest.mark.parametrize("step", ["pull", "restore_answers", "Ctrl-C"])
def test_a_failure_halfway_puts_everything_back(course, learner, capsys, monkeypatch, step):
    second_version(course)
    (learner / ".gitignore").write_text("chapters/.backup/\nmy own line\n")
    chapter = learner / "chapters" / NAME
    before = files(learner)
    real = utils.notebooks.update.git

    def failing_pull(root, *arguments):
        if arguments[0] == "pull":
            assert chapter.read_bytes() != before[chapter], "the chapters are clean at this point"
            raise UpdateError("the line went dead")
        return real(root, *arguments)

    def failing_restore(notebook, answers):
        raise KeyboardInterrupt if step == "Ctrl-C" else OSError("No space left on device")

    if step == "pull":
        monkeypatch.setattr(utils.notebooks.update, "git", failing_pull)
    else:
        monkeypatch.setattr(utils.notebooks.update, "restore_answers", failing_restore)
    assert main(learner) == 1
    assert "nothing was changed" in capsys.readouterr().err
    shutil.rmtree(learner / "chapters" / ".backup")
    assert files(learner) == before
    monkeypatch.undo()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "no-settings")
    assert main(learner) == 0, "the next update goes through"
