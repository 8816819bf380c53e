"""The house keeps its shape: imports run downwards, and nothing heavy is loaded before it is needed."""

import ast
import os
import shutil
import subprocess
import sys

import pytest

from utils.files import ROOT

HEAVY = ("torch", "tensorflow", "keras", "sklearn", "scipy", "pandas")
MODULES = sorted(path for path in (ROOT / "utils").rglob("*.py") if (path.parent / "__init__.py").exists())
REFERENCE = sorted((ROOT / "utils" / "reference").glob("*.py"))
IN_A_FUNCTION = {("winning", "scipy")}  # a linear program needs SciPy, when it is solved


def module_name(file):
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(nodes):
    """The modules that are imported somewhere in these nodes, as dotted names."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def floors(folder):
    """Whether the imports of ``utils`` in a folder keep to the floors of pyproject.toml, and what the linter says."""
    linter = shutil.which("lint-imports", path=os.path.dirname(sys.executable))
    found = subprocess.run(
        [linter, "--no-cache", "--no-logo"],
        cwd=folder,
        env=os.environ | {"COLUMNS": "400", "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
    )
    return found.returncode == 0, found.stdout + found.stderr


def test_imports_run_downwards():
    kept, said = floors(ROOT)
    assert kept, said


@pytest.mark.parametrize(
    ("place", "line", "complaint"),
    [
        ("files.py", "from utils.checking import Exercise", "utils.files -> utils.checking"),
        ("views/svg.py", "def late():\n    from utils import exercises", "utils.views.svg -> utils.exercises"),
        ("reference/inputs.py", "from utils.reference.losses import loss", "inputs -> utils.reference.losses"),
        ("figures/ch01.py", "from utils import files", "utils.figures.ch01 -> utils.files"),
        ("attic.py", "", "- utils.attic"),
        ("views/attic.py", "", "- utils.views.attic"),
    ],
    ids=["folder", "function", "module", "forbidden", "no floor", "no floor in a folder"],
)
def test_what_breaks_the_floors_is_found(tmp_path, place, line, complaint):
    shutil.copytree(ROOT / "utils", tmp_path / "utils", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "utils" / place).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    kept, said = floors(tmp_path)
    assert not kept
    assert complaint in said


@pytest.mark.parametrize("file", REFERENCE, ids=module_name)
def test_the_mathematics_imports_numpy_and_itself_alone(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    at_once = {name.split(".")[0] for name in imported(tree.body)}
    assert at_once - set(sys.stdlib_module_names) <= {"numpy", "utils"}
    later = {(file.stem, name.split(".")[0]) for name in imported(ast.walk(tree))} - {(file.stem, n) for n in at_once}
    assert later <= IN_A_FUNCTION
    assert all(name.startswith("utils.reference.") for name in imported(ast.walk(tree)) if name.startswith("utils"))


def test_nothing_heavy_is_loaded_before_it_is_needed():
    """Every module of the package and every exercise, in a fresh interpreter."""
    names = [module_name(file) for file in MODULES if file.name != "install.py"]
    program = f"""
import importlib, sys
for name in {names}:
    importlib.import_module(name)
from utils.exercises import all_exercises
assert len(list(all_exercises())) > 0
print(*sorted(set({HEAVY}) & set(sys.modules)))
"""
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == ""


@pytest.mark.benchmark(group="import")
@pytest.mark.parametrize("modules", ["sys", "numpy", "utils", "utils.exercises.ch01", "utils.views"])
def test_time_of_an_import(benchmark, modules):
    """A fresh interpreter each time; the first row is the interpreter alone."""
    benchmark.pedantic(subprocess.run, args=([sys.executable, "-c", f"import {modules}"],), rounds=5)
