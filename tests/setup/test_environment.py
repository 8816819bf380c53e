"""The pinned set, the loose ranges, the conda environment and the imports of the project agree.

Each rule is a function that returns what is wrong, so that it can be shown to fail on a bad example.
"""

import ast
import json
import os
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from utils.files import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENVIRONMENT_FILE = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
FIRST_PARTY = {"utils", "conftest", "support"}  # no test imports another one: what several need is in tests/support

# Pins that no import needs, each with what needs it.
REASONS = {
    "uv": "the installer",
    "jupyter": "brings the parts of Jupyter together, nbconvert's exports and the classic notebook included",
    "jupyterlab": "make lab starts it",
    "ipykernel": "the kernel of every notebook",
    "nbconvert": "exports a chapter to HTML",
    "jsonschema": "an older one, since newer ones double the time that JupyterLab needs to start",
    "pytest-xdist": "a plugin of pytest",
    "pytest-benchmark": "a plugin of pytest",
    "myst-nb": "reads notebooks for the site",
    "sphinx-book-theme": "the look of the site",
    "sphinx-mathjax-offline": "formulas of the site without network",
    "ruff": "make lint",
    "import-linter": "make lint",
    "tensorflow-cpu": "chapter 7",
    "tensorflow": "chapter 7, where there is no tensorflow-cpu",
    "keras": "chapter 7",
    "torch": "chapters 2, 6, 8, 9 and 10",
    "scikit-learn": "data of chapters 4, 5 and 9",
    "ml-dtypes": "bfloat16 in chapter 6",
    "matplotlib": "the figures of every chapter",
}


def requirements_in(lines):
    """Return the requirements of a pip file or of a table in pyproject.toml, by their canonical names."""
    texts = [line.split("#")[0].strip() for line in lines]
    requirements = [Requirement(text) for text in texts if text]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def pins_of(name):
    return requirements_in((ROOT / name).read_text(encoding="utf-8").splitlines())


STUDY_PINS, DEVELOPMENT_PINS = pins_of("requirements.txt"), pins_of("requirements-dev.txt")
PINS = STUDY_PINS | DEVELOPMENT_PINS
STUDY_RANGES = requirements_in(PYPROJECT["project"]["dependencies"])
DEVELOPMENT_RANGES = requirements_in(PYPROJECT["project"]["optional-dependencies"]["dev"])


def pinned_version(requirement):
    """Return the version of a requirement of the form name==version, else None."""
    specifiers = list(requirement.specifier)
    exact = len(specifiers) == 1 and specifiers[0].operator == "==" and "*" not in specifiers[0].version
    return specifiers[0].version if exact else None


def disagreements(pins, ranges):
    """Say where the pinned set and the ranges differ in names or markers, and which pin is outside its range."""
    problems = [f"{name} is only among the pins" for name in sorted(pins.keys() - ranges.keys())]
    problems += [f"{name} is only in pyproject.toml" for name in sorted(ranges.keys() - pins.keys())]
    for name in sorted(pins.keys() & ranges.keys()):
        version = pinned_version(pins[name])
        if version is None:
            problems.append(f"{name} is not pinned to one version")
        elif not ranges[name].specifier.contains(version):
            problems.append(f"{name} {version} is outside {ranges[name].specifier}")
        if str(pins[name].marker) != str(ranges[name].marker):
            problems.append(f"{name} has two different markers")
    return problems


def conda_problems(environment, requires_python):
    """Say where environment.yml does more, or something else, than to bring Python, pip and the two lists of pip."""
    problems = []
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    pip = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    pythons = [entry for entry in conda if entry.startswith("python")]
    if len(pythons) != 1 or SpecifierSet(pythons[0].removeprefix("python")) != SpecifierSet(requires_python):
        problems.append(f"Python differs: {pythons} and {requires_python}")
    if sorted(set(conda) - set(pythons)) != ["pip"]:
        problems.append(f"conda brings more or less than Python and pip: {conda}")
    if pip != [["-r requirements.txt", "-e ."]]:
        problems.append(f"pip gets another list: {pip}")
    return problems


def python_files(root):
    """Return the Python files of the project that are tracked, or will be."""
    return sorted([*root.glob("*.py"), *(root / "utils").rglob("*.py"), *(root / "tests").rglob("*.py")])


def sources(root, files=None):
    """Yield (place, Python source) for every file, or for some, and for every code cell of the solutions.

    The chapters are built from these; what a learner writes and imports there is their own affair.
    """
    for path in python_files(root) if files is None else files:
        yield path.name, path.read_text(encoding="utf-8")
    for path in sorted((root / "solutions").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield path.name, "".join(cell["source"])


@cache
def modules_imported_by(source):
    modules = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            modules.append(node.module)
    return modules


def imports_in(sources):
    """Return the top-level names that are imported from elsewhere, each with the first place that does it."""
    found = {}
    for place, source in sources:
        for module in modules_imported_by(source):
            found.setdefault(module.split(".")[0], place)
    return {name: place for name, place in found.items() if name not in sys.stdlib_module_names}


def unpinned_imports(imports, pins, distributions, first_party):
    """Say which imported name belongs to no pinned distribution."""
    return [
        f"{place} imports {name}, which no pinned distribution provides"
        for name, place in sorted(imports.items())
        if name not in first_party and not {canonicalize_name(d) for d in distributions.get(name, [])} & pins.keys()
    ]


def unused_pins(imports, pins, distributions, reasons):
    """Say which pin is neither imported nor explained, and which explanation has lost its pin."""
    imported = {canonicalize_name(d) for name in imports for d in distributions.get(name, [])}
    problems = [f"{name} is pinned, and nothing needs it" for name in sorted(pins.keys() - imported - reasons.keys())]
    return problems + [f"{name} is explained and not pinned" for name in sorted(reasons.keys() - pins.keys())]


def installed_differences(pins, installed):
    """Say which pin that holds on this machine is not what is installed; a local build (+cpu) counts as the pin."""
    problems = []
    for name, requirement in sorted(pins.items()):
        if requirement.marker and not requirement.marker.evaluate():
            continue
        version = installed(name)
        if version is None or Version(version).public != pinned_version(requirement):
            problems.append(f"{requirement} is asked for and {version} is installed")
    return problems


def installed_version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


# The project keeps the rules


@pytest.mark.parametrize(
    ("pins", "ranges"),
    [(STUDY_PINS, STUDY_RANGES), (DEVELOPMENT_PINS, DEVELOPMENT_RANGES)],
    ids=["requirements.txt", "requirements-dev.txt"],
)
def test_pins_and_ranges_agree(pins, ranges):
    assert disagreements(pins, ranges) == []


def test_no_pin_stands_in_both_lists():
    assert STUDY_PINS.keys() & DEVELOPMENT_PINS.keys() == set()


def test_studying_needs_the_first_list_only():
    """What chapters, nbval and `utils` import, grading and the site aside, is in requirements.txt."""
    files = [path for path in (ROOT / "utils").rglob("*.py") if not {"grading", "site"} & set(path.parts)]
    imports = imports_in(sources(ROOT, [*files, ROOT / "conftest.py"]))
    assert unpinned_imports(imports, STUDY_PINS, metadata.packages_distributions(), FIRST_PARTY) == []


def test_conda_takes_python_and_the_same_set():
    assert conda_problems(ENVIRONMENT_FILE, PYPROJECT["project"]["requires-python"]) == []


def test_every_import_is_pinned_and_every_pin_is_needed():
    imports, distributions = imports_in(sources(ROOT)), metadata.packages_distributions()
    assert unpinned_imports(imports, PINS, distributions, FIRST_PARTY) == []
    assert unused_pins(imports, PINS, distributions, REASONS) == []


def test_the_pinned_set_is_installed():
    ours = Path(sys.prefix).resolve() == ROOT / ".venv" or os.environ.get("CONDA_DEFAULT_ENV") == "softmax-workbook"
    if not ours:
        pytest.skip("this Python is not the environment of the project")
    maintained = os.environ.get("CI") or any(map(installed_version, DEVELOPMENT_PINS))
    assert installed_differences(PINS if maintained else STUDY_PINS, installed_version) == []


def test_cuda_packages_are_not_pinned():
    assert [name for name in PINS if name.startswith(("nvidia", "cuda", "triton"))] == []


def test_one_range_of_python_everywhere():
    requires_python = SpecifierSet(PYPROJECT["project"]["requires-python"])
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    tested = workflow["jobs"]["test"]["strategy"]["matrix"]["python-version"]
    assert tested == [f"3.{minor}" for minor in range(30) if requires_python.contains(f"3.{minor}")]


def test_the_workflow_only_calls_the_script():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    commands = [step["run"] for step in workflow["jobs"]["test"]["steps"] if "run" in step]
    assert commands == ["bash .ci/run"]


def test_jupyterlab_knows_every_setting_that_make_lab_changes():
    """JupyterLab passes over a setting that it does not know, in silence: a renamed one would be lost."""
    settings = json.loads((ROOT / "utils" / "setup" / "jupyterlab" / "overrides.json").read_text(encoding="utf-8"))
    jupyter = Path(sys.prefix) / "share" / "jupyter"
    assert settings
    for plugin, changed in settings.items():
        package, name = plugin.split(":")
        folders = [jupyter / "lab" / "schemas", jupyter / "labextensions" / package / "schemas"]
        (schema,) = (path for folder in folders if (path := folder / package / f"{name}.json").exists())
        properties = json.loads(schema.read_text(encoding="utf-8"))["properties"]
        for name, value in changed.items():
            assert value != properties[name]["default"]
            allowed = [choice["const"] for choice in properties[name].get("oneOf", [])]
            assert value in (allowed or [value])


def test_every_way_into_jupyterlab_takes_the_settings_and_the_extension():
    for name in ("Makefile", "README.md", "INSTRUCTORS.md", "tests/browser/conftest.py"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert text.count("app_settings_dir=") == text.count("extra_labextensions_path=") > 0, name


# Each rule can fail


def rules_on(pins, ranges):
    return disagreements(requirements_in(pins), requirements_in(ranges))


@pytest.mark.parametrize(
    ("pins", "ranges", "problem"),
    [
        (["numpy==2.4.6", "scipy==1.17.1"], ["numpy>=2"], "scipy is only among the pins"),
        (["numpy==2.4.6"], ["numpy>=2", "scipy>=1"], "scipy is only in pyproject.toml"),
        (["numpy==3.0.0"], ["numpy>=2,<3"], "numpy 3.0.0 is outside"),
        (["numpy>=2.4"], ["numpy>=2"], "numpy is not pinned to one version"),
        (["numpy==2.*"], ["numpy>=2"], "numpy is not pinned to one version"),
        (["numpy==2.4.6 ; os_name == 'nt'"], ["numpy>=2"], "numpy has two different markers"),
    ],
)
def test_a_disagreement_is_found(pins, ranges, problem):
    (found,) = rules_on(pins, ranges)
    assert problem in found


def test_spelling_is_no_disagreement():
    assert rules_on(['ml_dtypes==0.6.0 ; os_name == "nt"  # why'], ["ml-dtypes>=0.5 ; os_name=='nt'"]) == []


@pytest.mark.parametrize(
    ("dependencies", "problem"),
    [
        (["python>=3.10", "pip", {"pip": ["-r requirements.txt", "-e ."]}], "Python differs"),
        (["pip", {"pip": ["-r requirements.txt", "-e ."]}], "Python differs"),
        (["python>=3.11,<3.14", "pip", "numpy", {"pip": ["-r requirements.txt", "-e ."]}], "more or less"),
        (["python>=3.11,<3.14", {"pip": ["-r requirements.txt", "-e ."]}], "more or less"),
        (["python>=3.11,<3.14", "pip", {"pip": ["-r requirements.txt"]}], "another list"),
        (["python>=3.11,<3.14", "pip"], "another list"),
    ],
)
def test_a_different_conda_environment_is_found(dependencies, problem):
    (found,) = conda_problems({"dependencies": dependencies}, ">=3.11,<3.14")
    assert problem in found


def test_an_import_without_a_pin_is_found(tmp_path):
    for folder in ("utils", "tests", "solutions"):
        (tmp_path / folder).mkdir()
    (tmp_path / "conftest.py").write_text("import os, utils.files\nimport first.part\n", encoding="utf-8")
    (tmp_path / "utils" / "late.py").write_text("def f():\n    from second import g\n", encoding="utf-8")
    (tmp_path / "tests" / "test_late.py").write_text("from .near import h\nimport numpy\n", encoding="utf-8")
    cells = [{"cell_type": "markdown", "source": ["import no"]}, {"cell_type": "code", "source": ["import third"]}]
    (tmp_path / "solutions" / "01.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    imports = imports_in(sources(tmp_path))
    assert set(imports) == {"utils", "first", "second", "third", "numpy"}
    distributions = {"numpy": ["NumPy"], "first": ["first-distribution"]}
    problems = unpinned_imports(imports, requirements_in(["numpy==2"]), distributions, {"utils"})
    assert [problem.split(",")[0] for problem in problems] == [
        "conftest.py imports first",
        "late.py imports second",
        "01.ipynb imports third",
    ]


def test_a_pin_without_a_reason_is_found():
    pins = requirements_in(["numpy==2", "ruff==1", "left-over==1"])
    problems = unused_pins({"numpy": "a.py"}, pins, {"numpy": ["numpy"]}, {"ruff": "make lint", "gone": "was used"})
    assert problems == ["left-over is pinned, and nothing needs it", "gone is explained and not pinned"]


@pytest.mark.parametrize(
    ("version", "right"), [("2.13.0", True), ("2.13.0+cpu", True), ("2.12.0", False), (None, False)]
)
def test_another_installed_version_is_found(version, right):
    problems = installed_differences(requirements_in(["torch==2.13.0"]), lambda name: version)
    assert (problems == []) is right


def test_a_pin_for_another_machine_is_not_asked_for():
    pins = requirements_in(["tensorflow==2.21.0 ; sys_platform == 'elsewhere'"])
    assert installed_differences(pins, lambda name: None) == []
