"""The notebook rules of the root ``conftest.py``, each proved on a tiny notebook in one run of pytest."""

import gc
import os
import re
import shutil
import subprocess
import sys
import time

import pytest
from nbval.kernel import CURRENT_ENV_KERNEL_NAME
from support.sample_notebooks import code, notebook, result, save, stream

from utils.files import ROOT
from utils.notebooks.answers import stamp

PICTURE = 'from IPython.display import HTML\nHTML(\'<img alt="{}" src="data:image/png;base64,iVBORw0{}=">\')'


def stored(source, identity, *outputs, tags=()):
    """A cell as it would be stored after its execution."""
    return code(source, identity, *tags, outputs=outputs, count=1)


def picture(identity, alt, now, then):
    """A cell that shows one picture and has another stored."""
    html = PICTURE.format(alt, then).split("HTML('")[1].removesuffix("')")
    text = "<IPython.core.display.HTML object>"
    return stored(PICTURE.format("three bars", now), identity, result(text__html=html, text__plain=text))


VERDICT = """class Verdict:
    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text"""

# One kernel for each notebook, so as few as possible; the cells of a notebook are independent of one another.
NOTEBOOKS = {
    "solutions/compared.ipynb": [
        stored("print('one')", "same", stream("one\n")),
        stored("print('one')", "different", stream("two\n")),
        stored("import sys\nx = sys.stderr.write('now')", "stderr-differs", stream("then", "stderr")),
        stored("x = sys.stderr.write('now')", "stderr-new"),
        stored("x = 1", "stderr-gone", stream("then", "stderr")),
        stored("x = sys.stderr.write('now'); print('one')", "stdout-still-counts", stream("two\n")),
        picture("picture-differs", "three bars", "AAAA", "BBBB"),
        picture("alt-differs", "four bars", "AAAA", "AAAA"),
        code("sys.exit('enough')", "sys-exit"),
        code("%nonsense", "unknown-magic"),
        code("sys.exit('told')", "sys-exit-told", "raises-exception"),
    ],
    "solutions/dies.ipynb": [
        code("import os\nos._exit(1)", "kernel-dies"),
        code("print('never')", "after-death"),
    ],
    "chapters/01_blank.ipynb": [
        code(VERDICT, "verdict"),
        code("Verdict('Not attempted. Write softmax first.')", "check-blank", "check"),
        code("Verdict('Correct.')", "check-correct", "check"),
        code("print('Not attempted')", "check-printed", "check"),
        code("Verdict('Correct.')", "no-check"),
    ],
}
PASS = {
    "same",
    "stderr-differs",
    "stderr-new",
    "stderr-gone",
    "picture-differs",
    "sys-exit-told",
    "verdict",
    "check-blank",
    "no-check",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The outcome of every cell by its id, the report, and the seconds; in a project with our configuration alone."""
    root = tmp_path_factory.mktemp("project")
    for name in ("pyproject.toml", "conftest.py", "tests/sanitize.cfg"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    for name, cells in NOTEBOOKS.items():
        made = notebook(*cells)
        stamp(made)  # as the builder does, so that a chapter is seen to hold nobody's work
        save(made, root / name)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-v", "--color=no", "-p", "no:cacheprovider", *NOTEBOOKS]
    start = time.monotonic()
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=110)
    seconds = time.monotonic() - start
    report = done.stdout.replace("::ipynb", ".ipynb")  # as pytest writes the names of these items
    outcomes = {}
    for name, number, outcome in re.findall(r"^(\S+)::Cell (\d+) (PASSED|FAILED)", report, re.MULTILINE):
        outcomes[NOTEBOOKS[name][int(number)].id] = outcome
    return outcomes, report, seconds


@pytest.mark.parametrize("identity", [cell.id for cells in NOTEBOOKS.values() for cell in cells])
def test_outcome(run, identity):
    outcomes, report, _ = run
    assert outcomes.get(identity) == ("PASSED" if identity in PASS else "FAILED"), report


def test_failures_say_why(run):
    report = run[1]
    assert "The kernel died while it executed this cell" in report
    assert "see the full traceback" in report  # what IPython says of sys.exit
    assert "UsageError: Line magic function `%nonsense` not found" in report
    assert "A blank exercise must be 'Not attempted', but its check says ['Correct.']" in report


def test_a_dead_kernel_is_noticed_long_before_the_time_of_its_cell_is_over(run):
    assert run[2] < 60, "three kernels start in a few seconds; a cell's time limit alone is 120 s"


def error_of(kernel, source):
    """The name of the exception that some source ends with in a kernel, or None."""
    kernel.await_reply(kernel.execute_cell_input(source), timeout=60)
    return kernel.reply.get("ename")


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # nbval leaves /dev/null open
def test_a_blank_chapter_finds_nothing_of_its_solution_in_the_kernel(pytestconfig, tmp_path):
    rules = pytestconfig.pluginmanager.get_plugin(str(ROOT / "conftest.py"))
    kernel = rules.WatchedKernel(CURRENT_ENV_KERNEL_NAME, cwd=str(ROOT))
    try:
        assert error_of(kernel, "import decimal, os\nanswer = 1\ndef softmax(z): return z") is None
        kernel.start_over(tmp_path)
        assert {error_of(kernel, name) for name in ("answer", "softmax", "decimal", "os")} == {"NameError"}
        assert error_of(kernel, "import sys\nassert 'decimal' in sys.modules") is None
        assert error_of(kernel, f"import os\nassert os.getcwd() == {os.path.realpath(tmp_path)!r}") is None
    finally:
        kernel.stop()
        del kernel
        gc.collect()
