"""Is everything installed that the workbook needs? For the first cell that a learner runs."""

import platform
from importlib import metadata

from packaging.requirements import Requirement
from packaging.version import Version

DISTRIBUTION = "softmax-workbook"
# What a chapter cannot do without; the other requirements serve the tests.
STUDIED = ("numpy", "tensorflow", "keras", "torch", "scikit-learn", "matplotlib", "jupyterlab", "ipywidgets")


def report():
    """Print a line for each library: ``ok``, or what is wrong with it and what to do.

    The versions are compared with the ranges that the project declares. No library is imported, so this takes no time.
    """
    needed = {_short(requirement): requirement for requirement in _requirements()}
    lines = [(name, _state(needed[name])) for name in STUDIED]
    lines.insert(0, ("Python", _python_state()))
    for name, state in lines:
        print(f"{name:13} {state}")
    if all(state == "ok" for _, state in lines):
        print("Everything is there.")
    else:
        print("Run `make lab` again, or see *Begin* in the README.")


def _requirements():
    """The requirements of the project that apply to this machine."""
    every = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or []]
    return [requirement for requirement in every if requirement.marker is None or requirement.marker.evaluate()]


def _short(requirement):
    """TensorFlow has two names, one of them for its build without accelerators."""
    return "tensorflow" if requirement.name == "tensorflow-cpu" else requirement.name


def _state(requirement):
    try:
        version = Version(metadata.version(requirement.name))
    except metadata.PackageNotFoundError:
        return "is missing"
    if requirement.specifier.contains(version, prereleases=True):
        return "ok"
    return f"{version} is installed, {requirement.specifier} is needed"


def _python_state():
    needed = metadata.metadata(DISTRIBUTION)["Requires-Python"]
    if Requirement(f"python{needed}").specifier.contains(platform.python_version(), prereleases=True):
        return "ok"
    return f"{platform.python_version()} is running, {needed} is needed"
