"""The house keeps its shape: imports run downwards, and nothing heavy is loaded before it is needed."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "tensorflow", "keras", "sklearn", "scipy", "pandas")

# From the top floor down; a module may import from floors below its own, and from its own folder.
FLOORS = (
    ("utils.exercises",),
    ("utils.checking",),
    ("utils.views", "utils.figures"),
    ("utils.datasets", "utils.networks", "utils.weights", "utils.backends"),
    ("utils.comparing",),
    ("utils.guard", "utils.progress", "utils.display"),
    ("utils.streaming", "utils.calibration"),
    ("utils.losses", "utils.gradients", "utils.sigmoid"),
    ("utils.attention", "utils.sampling", "utils.projection", "utils.winning"),
    ("utils.softmax",),
)
MATHEMATICS = {"utils.softmax", "utils.losses", "utils.gradients", "utils.sigmoid", "utils.streaming"}
MATHEMATICS |= {"utils.attention", "utils.sampling", "utils.projection", "utils.calibration"}


def module_name(file):
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(file):
    """The modules that a file imports at its top, as dotted names."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*")


def floor(module):
    """The number of the floor that a module stands on, counted from the top, or None where it is on none."""
    for number, rooms in enumerate(FLOORS):
        if any(module == room or module.startswith(room + ".") for room in rooms):
            return number
    return None


def upward_imports(file):
    module = module_name(file)
    own = floor(module)
    room = ".".join(module.split(".")[:2])
    for name in imported(file):
        other = floor(name)
        same_room = name == room or name.startswith(room + ".")
        if own is not None and other is not None and other <= own and not same_room:
            yield f"{module} imports {name}"


MODULES = sorted((ROOT / "utils").rglob("*.py"))


@pytest.mark.parametrize("file", MODULES, ids=module_name)
def test_imports_run_downwards(file):
    assert list(upward_imports(file)) == []


def test_an_upward_import_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / "utils").mkdir()
    bad = tmp_path / "utils" / "softmax.py"
    bad.write_text("import numpy as np\nfrom utils import checking\n")
    assert list(upward_imports(bad)) == ["utils.softmax imports utils.checking"]


@pytest.mark.parametrize("module", sorted(MATHEMATICS))
def test_the_mathematics_imports_numpy_and_itself_alone(module):
    file = ROOT / (module.replace(".", "/") + ".py")
    others = {name.split(".")[0] for name in imported(file)} - {"utils"} - set(sys.stdlib_module_names)
    assert others <= {"numpy"}
    ours = {name for name in imported(file) if name.startswith("utils.")}
    assert all(any(name == part or name.startswith(part + ".") for part in MATHEMATICS) for name in ours)


@pytest.mark.parametrize("file", MODULES, ids=module_name)
def test_no_star_imports(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    stars = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"]
    assert not stars


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
