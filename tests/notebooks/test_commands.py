"""The command lines of the package: their help, and what Ctrl-C says while they still import what they need."""

import os
import signal
import subprocess
import sys

import pytest

from utils.files import ROOT

COMMANDS = {  # each with a package that it imports
    "notebooks.execute": "nbformat",
    "notebooks.chapter": "nbformat",
    "notebooks.build": "nbformat",
    "notebooks.release": "nbformat",
    "grading": "numpy",
    "site.build": "nbformat",
}


@pytest.mark.parametrize("name", [*COMMANDS, "notebooks.update"])
def test_help_is_asked_for_and_nothing_else_is_done(name):
    command = [sys.executable, "-m", f"utils.{name}", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: python -m utils.{name} ")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT that a process may send to itself")
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(("what", "said"), [("os.kill(os.getpid(), signal.SIGINT)", "Stopped.\n"), ("1 / 0", None)])
def test_ctrl_c_during_the_imports_is_no_traceback(name, what, said, tmp_path):
    """Every other error keeps its own."""
    (tmp_path / f"{COMMANDS[name]}.py").write_text(f"import os, signal\n{what}\n")
    done = subprocess.run(
        [sys.executable, "-m", f"utils.{name}", "01"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    if said:
        assert (done.returncode, done.stderr) == (-signal.SIGINT, said)
    else:
        assert done.stderr.startswith("Traceback") and done.stderr.endswith("ZeroDivisionError: division by zero\n")
