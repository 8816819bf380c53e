"""CONTRIBUTING.md does what it says: its recipes are followed, its commands exist, its table of tests is complete."""

import os
import re
import shutil
import subprocess
import sys
from textwrap import dedent

import pytest
from support.sample_notebooks import cell, code, markdown, notebook, save

from utils.files import ROOT
from utils.notebooks import build, execute
from utils.notebooks.format import notebook_text, read_notebook

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAME = "01_softmax_definition"
IMPORTS = "import numpy as np\n\nfrom utils import views\nfrom utils.exercises import ch01"


def blocks(language):
    """The code blocks of the page, by their first line, which says where each of them goes."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", PAGE, re.MULTILINE | re.DOTALL)
    return {text.splitlines()[0]: text for text in (dedent(text) for _, text in found)}


PYTHON = blocks("python")
EXERCISE = PYTHON["# utils/exercises/ch01/e6_odds.py"]
CHAPTER = PYTHON["# in utils/exercises/ch01/__init__.py"]
CELLS = PYTHON["# once, for the new cells"]
VIEW = blocks("js")["// utils/views/js/two_shares.js"]
REGISTRATION = PYTHON["# in utils/views/__init__.py"]
VIEW_CELL = PYTHON["# the cell"].splitlines()[-1]
VIEW_TEST = PYTHON["# in tests/views/test_drawings.py"]
PREDICTION_TEST = PYTHON["# in tests/views/test_predictions.py"]


def run(folder, *arguments):
    """Run this Python in a copy of the project, with the copy's own ``utils``."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    environment["PYTHONPATH"] = str(folder)
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=110)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with a small chapter 1, in which both recipes were followed up to their commands."""
    root = tmp_path_factory.mktemp("project")
    for folder in ("utils", "tests"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "browser"))
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, root / name)
    (root / "utils" / "exercises" / "ch01" / "e6_odds.py").write_text(EXERCISE, encoding="utf-8")
    with (root / "utils" / "exercises" / "ch01" / "__init__.py").open("a", encoding="utf-8") as module:
        module.write("\n\n" + CHAPTER)
    (root / "utils" / "views" / "js" / "two_shares.js").write_text(VIEW, encoding="utf-8")
    with (root / "tests" / "views" / "test_drawings.py").open("a", encoding="utf-8") as module:
        module.write("\n\n" + VIEW_TEST)
    with (root / "tests" / "views" / "test_predictions.py").open("a", encoding="utf-8") as module:
        module.write("\n\n" + PREDICTION_TEST)
    names = root / "tests" / "support" / "drawn.py"
    known = names.read_text(encoding="utf-8")
    assert known.count('    "sharpness",\n') == 1
    names.write_text(known.replace('    "sharpness",\n', '    "sharpness",\n    "two_shares",\n'), encoding="utf-8")
    floors = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert floors.count("e5_sigmoid_from_softmax") == 1
    floors = floors.replace("e5_sigmoid_from_softmax", "e5_sigmoid_from_softmax | e6_odds")
    (root / "pyproject.toml").write_text(floors, encoding="utf-8")
    with (root / "utils" / "views" / "__init__.py").open("a", encoding="utf-8") as module:
        module.write("\n\n" + REGISTRATION + '\n\n__all__ += ["two_shares"]\n')
    solution = root / "solutions" / f"{NAME}.ipynb"
    parts = [code(IMPORTS, "imports"), markdown("## The simplex", "simplex-text"), code(VIEW_CELL, "bar", "view")]
    save(notebook(*parts), solution)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("PYTHONPATH", str(root))  # the kernel finds the copy's own utils
        exec(CELLS, {})
        assert execute.main(["01"], root) == 0
        assert build.main([], root) == 0
    return root


def passed_in(project, *places):
    """The names of the tests of these places that passed, those of the new exercise and of the new view."""
    done = run(project, "-m", "pytest", "-v", *places, "-k", "ch01.odds or ipynb or two_shares")
    assert done.returncode == 0, done.stdout
    return re.findall(r"^(\S+::.+?) PASSED", done.stdout, re.MULTILINE)


@pytest.fixture(scope="module")
def passed(project):
    """What passed, in one run of what the two recipes say to run."""
    return passed_in(project, "tests/exercises/test_contract.py", "tests/views")


@pytest.mark.prove
def test_the_notebooks_pass(project):
    notebooks = [f"{folder}/{NAME}.ipynb" for folder in ("solutions", ".cache/chapters")]
    names = passed_in(project, *notebooks)
    assert {name.partition("/")[0] for name in names} == {"solutions", "::cache"}


def test_the_exercise_keeps_the_contract(passed):
    for part in (r"reference.*\[ch01\.odds\]", r"rich_enough\[ch01\.odds\]"):
        assert any(re.search(part, name) for name in passed), part
    own = {name for name in passed if "mistake" in name and "ch01.odds-" in name}
    for mistake in re.findall(r"^@mistakes\.mistake\(.*\)\ndef (\w+)", EXERCISE, re.MULTILINE):
        assert any(f"ch01.odds-{mistake.replace('_', ' ')}]" in name for name in own), mistake
    assert len([name for name in passed if "written_in_other_ways" in name]) >= 4


def test_the_view_passes_what_every_view_passes(passed):
    own = {name.rpartition("::")[2] for name in passed if "two_shares" in name}
    assert {"test_two_shares", "test_text_is_legible[two_shares]"} <= own
    assert "test_every_control_has_a_name_and_changes_picture_and_text[two_shares]" in own


def test_the_modules_stand_on_their_floors(project):
    linter = shutil.which("lint-imports", path=os.path.dirname(sys.executable))
    environment = os.environ | {"PYTHONPATH": str(project)}
    done = subprocess.run([linter, "--no-cache"], cwd=project, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_cells_stand_in_their_place_and_hold_what_a_reader_sees(project):
    solution = read_notebook(project / "solutions" / f"{NAME}.ipynb")
    added = ["exercise-odds", "ch01-odds", "ch01-odds-check"]
    assert [each.id for each in solution.cells] == ["imports", *added, "simplex-text", "bar"]
    (verdict,) = cell(solution, "ch01-odds-check").outputs
    assert verdict.data["text/plain"].startswith("Correct.")
    (picture,) = cell(solution, "bar").outputs
    assert set(picture.data) == {"text/html", "text/plain"}
    assert picture.data["text/html"].startswith(
        '<div data-view="two_shares"><img alt="z = [2.0, 1.0]: a = [0.7311, 0.2689]."'
    )


def test_the_chapter_has_a_stub(project):
    chapter = read_notebook(project / "chapters" / f"{NAME}.ipynb")
    stub = cell(chapter, "ch01-odds")
    assert stub.source.startswith("def odds(z, i, j):")
    assert stub.source.endswith("\n    ...")
    assert stub.metadata.tags == ["exercise"]
    assert "SOLUTION" not in notebook_text(chapter)


def test_the_place_for_the_exercise_is_in_the_real_chapter():
    (place,) = re.findall(r'index\("(.+?)"\)', CELLS)
    ids = [each.id for each in read_notebook(ROOT / "solutions" / f"{NAME}.ipynb").cells]
    assert place in ids
    assert not {"exercise-odds", "ch01-odds", "ch01-odds-check"} & set(ids), "the example is about something new"


# The rest of the page


def test_every_command_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)", PAGE))
    assert commands, "the page names commands"
    assert commands <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


def test_the_table_names_every_folder_of_tests():
    rows = set(re.findall(r"^\| `(tests/[^`]+)` \|", PAGE, re.MULTILINE))
    folders = {f"tests/{path.parent.name}" for path in (ROOT / "tests").glob("*/test_*.py")}
    assert rows == folders | {f"tests/{path.name}" for path in (ROOT / "tests").glob("test_*.py")}


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_map_names_every_folder_and_module_of_utils(page):
    rows = (ROOT / page).read_text(encoding="utf-8").partition("| in `utils/` |")[2].partition("\n\n")[0]
    places = re.findall(r"`(\w+(?:/|\.py))", "".join(row.split("|")[1] for row in rows.splitlines()[2:]))
    inside = [path for path in (ROOT / "utils").iterdir() if not path.name.startswith("__")]
    assert sorted(places) == sorted(f"{path.name}/" if path.is_dir() else path.name for path in inside)


def test_every_path_exists():
    written = re.findall(r"`((?:utils|tests|solutions|chapters)/[\w./]*[\w/])`", PAGE)
    made = {"utils/views/js/two_shares.js", "chapters/.backup"}
    assert [path for path in {*written} - made if not (ROOT / path).exists() and "NN" not in path] == []
