"""Executing solutions: what is stored is what nbval compares, and nothing that belongs to one machine."""

import json
import os
import sys
import time

import pytest
from support.sample_notebooks import code, markdown, notebook, save

from utils.notebooks.execute import find_solutions, main, without_machine_paths


def test_a_warning_keeps_its_name_and_loses_the_machine():
    text = "/tmp/ipykernel_12/345.py:1: RuntimeWarning: overflow\n/opt/a b/x.py C:\\me\\lib\\y.py:3: no\n"
    assert without_machine_paths(text).startswith("cell:1: RuntimeWarning: overflow\n")
    assert "me" not in without_machine_paths(text).split()[-2]
    assert without_machine_paths("/usr/lib/site-packages/keras/src/x.py:3: no") == "x.py:3: no"


def test_execution_stores_what_nbval_compares_and_nothing_else(tmp_path, capsys):
    cells = [
        code("import os, sys, ipywidgets\nprint('a')\nsys.stderr.write('b\\n')\nprint('c\\rd')", "streams"),
        code("ipywidgets.IntSlider(3)", "widget"),
        code("os.path.basename(os.getcwd()), os.environ['TF_ENABLE_ONEDNN_OPTS'], sys.executable", "place"),
        markdown("words"),
    ]
    source = notebook(*cells)
    source.metadata["widgets"] = {}
    path = save(source, tmp_path / "solutions" / "01_a.ipynb")
    raising = save(
        notebook(code("print(1)", "fine"), code("import sys\nsys.exit('enough')", "leaves")),
        tmp_path / "solutions" / "02_b.ipynb",
    )
    before = raising.read_bytes()
    assert main([], tmp_path) == 1
    said = capsys.readouterr()
    assert said.out == "solutions/01_a.ipynb was executed and stored.\n"
    assert said.err.startswith("solutions/02_b.ipynb was not stored: cell leaves raised SystemExit")
    assert raising.read_bytes() == before, "a notebook that failed must stay as it was"
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert set(stored["metadata"]) == {"kernelspec", "language_info"}
    assert set(stored["metadata"]["language_info"]) == {"name"}
    streams, widget, place = (c for c in stored["cells"] if c["cell_type"] == "code")
    assert [c["execution_count"] for c in (streams, widget, place)] == [1, 2, 3]
    texts = {output["name"]: "".join(output["text"]) for output in streams["outputs"] if "name" in output}
    assert texts == {"stdout": "a\nd\n", "stderr": "b\n"}
    assert list(widget["outputs"][0]["data"]) == ["text/plain"]
    where, option, python = eval("".join(place["outputs"][0]["data"]["text/plain"]))
    assert (where, option) == ("solutions", "0")
    assert python == sys.executable


@pytest.mark.prove
@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals between processes")
@pytest.mark.parametrize("around", ["", "try:\n    {}\nexcept KeyboardInterrupt:\n    pass"], ids=["runs", "swallows"])
def test_ctrl_c_ends_the_kernel_and_stores_nothing(tmp_path, capsys, around):
    """A cell presses it, and waits; another one does not care, and is the last."""
    press = "import os, signal, time; os.kill(os.getppid(), signal.SIGINT); time.sleep(60)"
    cells = [code("print(1)", "fine"), code((around or "{}").format(press), "presses")]
    path = save(notebook(*cells), tmp_path / "solutions" / "01_a.ipynb")
    before, started = path.read_bytes(), time.monotonic()
    assert main([], tmp_path) == 130
    assert time.monotonic() - started < 30
    assert capsys.readouterr() == ("", "Stopped: solutions/01_a.ipynb and what comes after it are as they were.\n")
    assert path.read_bytes() == before


def test_notebooks_are_named_by_number_name_or_path(tmp_path):
    folder = tmp_path / "solutions"
    first, second = (save(notebook(), folder / name) for name in ("01_a.ipynb", "02_b.ipynb"))
    assert find_solutions(folder, []) == [first, second]
    assert find_solutions(folder, ["02", "01_a"]) == [second, first]
    assert find_solutions(folder, ["solutions/02_b.ipynb"]) == [second]


def test_a_name_without_a_notebook_is_said(tmp_path, capsys):
    assert main(["77"], tmp_path) == 1
    assert "no solution notebook 77" in capsys.readouterr().err
