"""The builder: what a chapter is made of, what is refused, and that nothing a learner wrote is ever lost."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.sample_notebooks import (
    BY_HAND,
    SOFTMAX,
    SOFTMAX_STUB,
    cell,
    code,
    exercise,
    markdown,
    notebook,
    save,
    solution,
    stream,
)

from utils.files import ROOT
from utils.notebooks.answers import collect_answers, restore_answers
from utils.notebooks.build import build_chapter, main
from utils.notebooks.format import NotebookError, notebook_text, read_notebook

NAME = "01_softmax_definition"
ANSWER = "def softmax(z):\n    return np.exp(z) / np.exp(z).sum()"


@pytest.fixture
def root(tmp_path):
    """A project with one solution notebook and its built chapter."""
    save(solution(), tmp_path / "solutions" / f"{NAME}.ipynb")
    assert main([], tmp_path) == 0
    return tmp_path


@pytest.fixture
def chapter(root):
    """The path of the built chapter."""
    return root / "chapters" / f"{NAME}.ipynb"


def edit(path, change):
    """Change a stored notebook, as a person would in JupyterLab."""
    stored = read_notebook(path)
    change(stored)
    save(stored, path)


def copies(root):
    """What was set aside."""
    return [path.read_bytes() for path in (root / "chapters" / ".backup").glob("*/*.ipynb")]


def write_answer(stored):
    cell(stored, "ch01-softmax").source = ANSWER


def write_note(stored):
    stored.cells.append(markdown("What I learned today", "my-note"))


def retitle(stored):
    cell(stored, "title").source = "# Softmax, once more"


# What is built


def test_a_function_and_a_value_become_stubs():
    built = build_chapter(solution(), NAME)
    assert cell(built, "ch01-softmax").source == SOFTMAX_STUB
    assert cell(built, "ch01-by_hand").source == "by_hand = (\n    ...\n)"
    assert [c.id for c in built.cells] == [c.id for c in solution().cells]
    assert cell(built, "ch01-softmax").metadata.tags == ["exercise"]
    assert cell(built, "ch01-by_hand-check").metadata.tags == ["check"]


def test_stubs_run_and_leave_nothing_but_ellipsis():
    names = {}
    for built in build_chapter(solution(), NAME).cells:
        if "exercise" in built.metadata.get("tags", []):
            exec(built.source, names)
    assert names["by_hand"] is ...
    assert names["softmax"]([1, 2]) is None


def test_outputs_counts_and_other_peoples_metadata_are_cleared():
    source = solution()
    imports = cell(source, "imports")
    imports.update(execution_count=1, outputs=[stream("0.659\n")])
    imports.metadata["execution"] = {"iopub.execute_input": "2026-01-01"}
    built = cell(build_chapter(source, NAME), "imports")
    assert (built.outputs, built.execution_count, built.metadata) == ([], None, {})
    assert imports.outputs, "the solution itself must not be changed"


def test_the_written_file_is_the_same_at_every_build(root, chapter):
    before = (chapter.read_bytes(), chapter.stat().st_mtime_ns)
    assert main([], root) == 0
    assert (chapter.read_bytes(), chapter.stat().st_mtime_ns) == before
    assert chapter.read_bytes() == notebook_text(build_chapter(solution(), NAME)).encode()
    assert [path.name for path in chapter.parent.iterdir()] == [chapter.name], "temporary files stay behind"


# What is refused: the cells of a notebook, and words of the message


def broken(*cells):
    return notebook(code("import numpy as np", "imports"), *cells)


LONG = "    e = np.exp(z - z.max(axis=-1, keepdims=True))\n    return e / e.sum(axis=-1, keepdims=True)"
softmax, softmax_check = exercise("softmax", SOFTMAX)
REFUSED = {
    "begin without end": (exercise("softmax", SOFTMAX.replace("    ### END SOLUTION", "")), "no END"),
    "end without begin": (exercise("softmax", SOFTMAX.replace("    ### BEGIN SOLUTION\n", "")), "no BEGIN"),
    "nested": (exercise("softmax", SOFTMAX.replace("    e =", "    ### BEGIN SOLUTION\n    e =")), "inside another"),
    "no markers": (exercise("softmax", "def softmax(z):\n    return z"), "needs a region"),
    "other spelling": (exercise("softmax", SOFTMAX.replace("### BEGIN", "#BEGIN")), "no BEGIN"),
    "leftover": (exercise("softmax", f"# begin_solution\n{SOFTMAX}"), "would stay"),
    "leftover in text": ([softmax, softmax_check, markdown("Do not look below ## End Solution")], "would stay"),
    "markers without tag": ([code(SOFTMAX, "ch01-softmax")], "only a code cell with the tag exercise"),
    "markers in text": ([markdown(SOFTMAX)], "only a code cell with the tag exercise"),
    "stub not Python": (exercise("f", "def f(z:\n    ### BEGIN SOLUTION\n    1\n    ### END SOLUTION"), "not valid"),
    "half a body": (
        exercise("f", "def f(z):\n    e = 1\n    ### BEGIN SOLUTION\n    return e\n    ### END SOLUTION"),
        "whole body",
    ),
    "value inside a function": (
        exercise("f", "def f(z):\n    e = (\n        ### BEGIN SOLUTION\n        1\n        ### END SOLUTION\n    )"),
        "whole body",
    ),
    "whole cell": (exercise("f", "### BEGIN SOLUTION\nf = 1\n### END SOLUTION"), "whole body"),
    "two functions in one region": (
        exercise("f", "def f(z):\n    ### BEGIN SOLUTION\n    return 1\ndef g(z):\n    return 2\n    ### END SOLUTION"),
        "leaves the block",
    ),
    "solution in text": ([softmax, softmax_check, markdown(f"Compare:\n```python\n{LONG}\n```")], "would stay"),
    "solution in code": ([softmax, softmax_check, code(f"def copy(z):\n{LONG}", "copy")], "would stay"),
    "solution laid out otherwise": (
        [softmax, softmax_check, code(f"def copy(z):\n{LONG}".replace(", ", ",").replace("    ", "\t"), "copy")],
        "would stay",
    ),
    "missing id": ([code("1", "no-id")], "no id"),
    "repeated id": ([code("1", "imports")], "two cells"),
    "id of another chapter": (exercise("softmax", SOFTMAX, chapter="ch02"), "form ch01-NAME"),
    "id that is no name": ([code(SOFTMAX, "exercise-1", "exercise")], "form ch01-NAME"),
    "no check": ([softmax], "no check cell"),
    "check without tag": ([softmax, code("1", "ch01-softmax-check")], "no check cell"),
    "check without exercise": ([softmax_check], "no exercise"),
    "check before its exercise": ([softmax_check, softmax], "before its exercise"),
}


@pytest.mark.parametrize(("cells", "words"), REFUSED.values(), ids=REFUSED)
def test_refusals_name_notebook_and_cell(cells, words):
    source = broken(*cells)
    for each in source.cells:
        if each.id == "no-id":
            del each["id"]
    with pytest.raises(NotebookError, match=words) as refusal:
        build_chapter(source, NAME)
    assert NAME in str(refusal.value)
    assert "cell " in str(refusal.value)


def test_the_same_solution_in_two_exercises_is_no_leak():
    twice = [*exercise("softmax", SOFTMAX), *exercise("again", SOFTMAX.replace("def softmax", "def again"))]
    build_chapter(broken(*twice), NAME)


def test_one_bad_notebook_stops_the_build_before_anything_is_written(tmp_path, capsys):
    save(solution(), tmp_path / "solutions" / f"{NAME}.ipynb")
    save(broken(code(SOFTMAX, "ch02-softmax", "exercise")), tmp_path / "solutions" / "02_derivative.ipynb")
    assert main([], tmp_path) == 1
    assert "02_derivative" in capsys.readouterr().err
    assert not (tmp_path / "chapters").exists()


# What a learner has written


@pytest.mark.parametrize(
    ("change", "words"),
    [(write_answer, "ch01-softmax"), (write_note, "notes"), (retitle, "notes")],
)
def test_a_chapter_with_work_in_it_is_kept_and_the_others_are_written(root, chapter, capsys, change, words):
    edit(chapter, change)
    before = chapter.read_bytes()
    edit(root / "solutions" / f"{NAME}.ipynb", retitle)
    save(notebook(markdown("# Another")), root / "solutions" / "02_another.ipynb")
    assert main([], root) == 1
    message = capsys.readouterr().err
    assert NAME in message
    assert words in message
    assert ("notes" in message) == (change is not write_answer), "an answer is no note"
    assert chapter.read_bytes() == before
    assert (root / "chapters" / "02_another.ipynb").exists()


def test_force_sets_the_work_aside_first_and_never_on_top_of_another_copy(root, chapter):
    texts = []
    for number in range(3):
        edit(chapter, lambda stored, n=number: cell(stored, "ch01-softmax").update(source=f"{ANSWER}  # {n}"))
        texts.append(chapter.read_bytes())
        assert main(["--force"], root) == 0
        assert cell(read_notebook(chapter), "ch01-softmax").source == SOFTMAX_STUB
    assert sorted(copies(root)) == sorted(texts)


def test_a_chapter_that_was_run_but_not_changed_is_rebuilt(root, chapter):
    edit(chapter, lambda stored: cell(stored, "imports").update(execution_count=1, outputs=[stream("x")]))
    edit(root / "solutions" / f"{NAME}.ipynb", retitle)
    assert main([], root) == 0
    assert cell(read_notebook(chapter), "title").source == "# Softmax, once more"


def test_a_file_that_cannot_be_read_is_not_overwritten(root, chapter):
    chapter.write_text("<<<<<<< HEAD\n", encoding="utf-8")
    assert main([], root) == 1
    assert chapter.read_text(encoding="utf-8") == "<<<<<<< HEAD\n"
    assert main(["--force"], root) == 0
    assert copies(root) == [b"<<<<<<< HEAD\n"]


def test_a_chapter_without_solution_goes_only_when_nobody_worked_in_it(root, chapter, capsys):
    save(notebook(markdown("# Another")), root / "solutions" / "02_another.ipynb")
    (root / "solutions" / f"{NAME}.ipynb").unlink()
    own = save(notebook(markdown("mine")), root / "chapters" / "scratch.ipynb")
    edit(chapter, write_answer)
    assert main([], root) == 1
    assert chapter.exists()
    assert "ch01-softmax" in capsys.readouterr().err
    edit(chapter, lambda stored: cell(stored, "ch01-softmax").update(source=SOFTMAX_STUB))
    assert main([], root) == 0
    assert not chapter.exists()
    assert own.exists()


def test_answers_are_collected_and_put_back_by_cell_id(chapter):
    edit(chapter, write_answer)
    answers = collect_answers(read_notebook(chapter))
    assert answers == {"ch01-softmax": ANSWER}
    newer = solution()
    cell(newer, "ch01-softmax").source = SOFTMAX.replace("last axis", "last axis, stable")
    fresh = build_chapter(newer, NAME)
    assert restore_answers(fresh, answers | {"ch01-gone": "gone = 1"}) == {"ch01-gone": "gone = 1"}
    assert cell(fresh, "ch01-softmax").source == ANSWER
    assert collect_answers(fresh) == answers, "an answer that was put back must count as one"


def test_blank_space_at_the_end_is_no_answer(chapter):
    edit(chapter, lambda stored: cell(stored, "ch01-softmax").update(source=SOFTMAX_STUB + "\n\n"))
    assert collect_answers(read_notebook(chapter)) == {}


def test_reset_makes_one_exercise_blank_and_keeps_the_other(root, chapter, capsys):
    def both(stored):
        write_answer(stored)
        write_note(stored)
        cell(stored, "ch01-by_hand").source = "by_hand = [1, 0, 0]"

    save(read_notebook(chapter), chapter.with_name("01_copy.ipynb"))  # the learner's own copy is not meant
    edit(chapter, both)
    before = chapter.read_bytes()
    assert main(["--reset", "ch01.softmax"], root) == 0
    stored = read_notebook(chapter)
    assert cell(stored, "ch01-softmax").source == SOFTMAX_STUB
    assert collect_answers(stored) == {"ch01-by_hand": "by_hand = [1, 0, 0]"}
    assert cell(stored, "my-note")
    assert copies(root) == [before]


@pytest.mark.parametrize(
    ("name", "words"),
    [("ch01.sofmax", "ch01.softmax, ch01.by_hand"), ("ch44.f", "ch01.softmax"), ("*", "ch01.softmax")],
)
def test_reset_of_an_unknown_exercise_says_which_there_are(root, capsys, name, words):
    assert main(["--reset", name], root) == 1
    message = capsys.readouterr().err
    assert f"no exercise {name}" in message
    assert words in message


# --check


def as_jupyterlab_stores_it(stored):
    """What running a chapter changes: outputs, counts, the metadata of the notebook, its order of keys."""
    stored.metadata.kernelspec.display_name = "Python 3 (ipykernel)"
    stored.metadata.language_info.version = "3.13.1"
    cell(stored, "imports").update(execution_count=7, outputs=[stream("done")])
    cell(stored, "imports").metadata["scrolled"] = True


def change_tag(stored):
    cell(stored, "imports").metadata["tags"] = ["break-it"]


def damage_stub(stored):
    cell(stored, "ch01-softmax").metadata["softmax_workbook"]["stub"] = "0"


@pytest.mark.parametrize("change", [as_jupyterlab_stores_it, write_answer, write_note, retitle])
def test_check_lets_pass_what_a_learner_does(root, chapter, change):
    edit(chapter, change)
    assert main(["--check"], root) == 0


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (retitle, "title"),
        (change_tag, "imports"),
        (lambda s: s.cells.insert(1, markdown("new", "new")), "new"),
        (lambda s: s.cells.pop(0), "title"),
        (lambda s: cell(s, "ch01-softmax").update(source=SOFTMAX.replace("last", "second")), "ch01-softmax"),
    ],
)
def test_check_fails_when_the_solution_has_moved_on(root, chapter, capsys, change, words, answered):
    if answered:
        edit(chapter, write_answer)
    edit(root / "solutions" / f"{NAME}.ipynb", change)
    assert main(["--check"], root) == 1
    message = capsys.readouterr().err
    assert NAME in message
    assert words in message


def test_check_sees_a_changed_tag_and_stamp_missing_and_surplus_files(root, chapter, capsys):
    edit(chapter, change_tag)
    assert main(["--check"], root) == 1
    assert "imports" in capsys.readouterr().err
    edit(chapter, lambda stored: (cell(stored, "imports").metadata.pop("tags"), damage_stub(stored)))
    assert main(["--check"], root) == 1
    chapter.rename(chapter.with_name("09_old.ipynb"))
    assert main(["--check"], root) == 1
    message = capsys.readouterr().err
    assert f"{NAME}.ipynb is missing" in message
    assert "09_old.ipynb has no solution" in message


# --into


def test_into_builds_blank_chapters_whatever_lies_there(root, tmp_path):
    folder = tmp_path / ".cache" / "chapters"
    save(notebook(code("1/0", "old")), folder / "09_old.ipynb")
    save(notebook(code("1/0", "old")), folder / f"{NAME}.ipynb")
    assert main(["--into", str(folder)], root) == 0
    assert [path.name for path in folder.iterdir()] == [f"{NAME}.ipynb"]
    assert main(["--into", str(root / "chapters")], root) == 1, "people work there"


def test_by_hand_is_short_enough_to_be_repeated():
    """Short values, like three probabilities, are no secret; the surrounding text may show them."""
    build_chapter(broken(*exercise("by_hand", BY_HAND), markdown("[0.7, 0.2, 0.1] sums to 1")), NAME)


# Blank chapters for pytest


def run_pytest(root, *options):
    """Run pytest in a project that has nothing but our configuration, and perhaps solutions."""
    for name in ("pyproject.toml", "conftest.py", "tests/sanitize.cfg"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=100)


@pytest.mark.prove
def test_pytest_builds_the_blank_chapters_that_it_runs(tmp_path):
    """Once, before its workers look for notebooks. `make test` does that; what is configured is tested below."""
    save(notebook(code("x = 1", "x", count=1)), tmp_path / "solutions" / "01_a.ipynb")
    done = run_pytest(tmp_path, "-n", "1", "--dist", "loadfile")
    assert done.returncode == 0, done.stdout
    assert [path.name for path in (tmp_path / ".cache" / "chapters").iterdir()] == ["01_a.ipynb"]
    assert "2 passed" in done.stdout


def test_what_a_learner_wrote_is_no_failure_of_the_course(root):
    """Named as README names it, the folder of the learner gives its chapters; a blank one where somebody has worked."""
    worked_in = root / "chapters" / f"{NAME}.ipynb"
    edit(worked_in, write_answer)
    save(notebook(code("x = 1", "x", count=1)), root / "solutions" / "02_untouched.ipynb")
    assert main([], root) == 1, "the first chapter is kept as it is"
    save(notebook(code("my = 1", "own")), root / "chapters" / "my_notes.ipynb")
    before = worked_in.read_bytes()
    said = run_pytest(root, "--nbval", "solutions", "chapters", "--collect-only", "-qq").stdout
    collected = [line.split("::")[0] for line in said.splitlines() if "::" in line]
    expected = [f"solutions/{NAME}.ipynb", "solutions/02_untouched.ipynb"]
    expected += [f".cache/chapters/{NAME}.ipynb", "chapters/02_untouched.ipynb"]
    assert list(dict.fromkeys(collected)) == expected
    assert worked_in.read_bytes() == before


@pytest.fixture
def configure(pytestconfig):
    """What the ``conftest.py`` in the root does in a project before tests are looked for; gives the paths."""
    conftest = pytestconfig.pluginmanager.get_plugin(str(ROOT / "conftest.py"))
    source = pytest.Config.ArgsSource

    def called(root, *named):
        paths = list(named) or ["tests", "solutions"]
        asked = source.ARGS if named else source.TESTPATHS
        where = SimpleNamespace(dir=root)
        conftest.pytest_configure(
            SimpleNamespace(rootpath=root, args=paths, args_source=asked, invocation_params=where)
        )
        return paths

    return called


@pytest.mark.parametrize("named", [[], [".cache/chapters"], [".cache/chapters/01_a.ipynb::Cell 0"]], ids=str)
def test_a_stale_blank_chapter_is_removed_before_the_tests(configure, tmp_path, named):
    save(notebook(code("x = 1", "x", count=1)), tmp_path / "solutions" / "01_a.ipynb")
    stale = save(notebook(code("1/0", "old")), tmp_path / ".cache" / "chapters" / "09_stale.ipynb")
    paths = configure(tmp_path, *named)
    assert [path.name for path in stale.parent.iterdir()] == ["01_a.ipynb"]
    assert paths == (named or ["tests", "solutions", str(Path(".cache") / "chapters")])


def test_a_named_chapter_that_holds_work_is_represented_by_its_blank_one(configure, root, chapter):
    named = [f"chapters/{NAME}.ipynb::Cell 0", f"solutions/{NAME}.ipynb"]
    assert configure(root, *named) == named
    edit(chapter, write_answer)
    assert configure(root, *named) == [f"{Path('.cache') / 'chapters' / NAME}.ipynb::Cell 0", named[1]]


@pytest.mark.parametrize("named", ["tests", "solutions", "chapters/02_blank.ipynb"])
def test_blank_chapters_are_left_alone_where_none_will_run(configure, tmp_path, named):
    stale = save(notebook(code("1/0", "old")), tmp_path / ".cache" / "chapters" / "09_stale.ipynb")
    save(notebook(code("my = 1", "own")), tmp_path / "chapters" / "01_worked_in.ipynb")
    configure(tmp_path, named)
    assert stale.exists()


def test_what_stops_the_build_stops_pytest_in_a_sentence(configure, tmp_path):
    with pytest.raises(pytest.UsageError, match="There is no solution notebook"):
        configure(tmp_path)
