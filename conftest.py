"""What nbval 0.11.0 needs to be trusted with these notebooks, and how tests in parallel are shared out.

It lies in the root so that it reaches all notebooks. The chapters in ``chapters/`` may hold a learner's answers, which
are no failure of the course. So blank ones are built into ``.cache/chapters`` and tested there, and a chapter in which
somebody has worked is represented by its blank one. Four rules are added to nbval's own:

* text on stderr is not compared: warnings name files and differ from one machine to the next;
* a kernel that died is noticed at once, not when the time of its cell is over;
* a cell whose reply has the status ``error`` fails, also when no traceback was sent (an unknown magic);
* in a chapter, which is built blank, every check must say "Not attempted". The outputs there are cleared, and nbval
  compares nothing in a cleared cell.
"""

import gc
import os
import re
import signal
import time
from collections import Counter
from pathlib import Path
from queue import Empty

import nbformat
import nbval.plugin
import pytest
from nbval.kernel import RunningKernel

from utils.frameworks import set_environment
from utils.notebooks.answers import describe_work
from utils.notebooks.build import build_into
from utils.notebooks.format import NotebookError, has_tag

set_environment()  # before anything can import TensorFlow or Keras; kernels inherit it
CHAPTERS, BLANK_CHAPTERS = Path("chapters"), Path(".cache") / "chapters"
CONTRACT, CHAPTER = "tests/exercises/test_contract.py", re.compile(r"\[ch\d\d")  # in the name of a test
BROWSER, INSTALLATION = "tests/browser/", "tests/setup/"
# What builds models imports TensorFlow, which takes as long as hundreds of checks.
FRAMEWORKS = re.compile(r"tests/(exercises/.*ch0[78]|checking/test_setting|frameworks/|test_datasets)")
BEAT = 0.5  # seconds between two looks at the kernel's process


def pytest_addoption(parser):
    parser.addoption("--screenshots", action="store_true", help="Photograph what the browser tests see.")


def pytest_configure(config):
    """Build the blank chapters anew, where pytest will run some, before it or any worker looks for notebooks."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a script's background job; tests press Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = config.rootpath / BLANK_CHAPTERS
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    named = [config.invocation_params.dir / argument.split("::")[0] for argument in config.args]
    worked_in = [path for path in (config.rootpath / CHAPTERS).glob("*.ipynb") if any(map(path.is_relative_to, named))]
    if not (everything or any(path.is_relative_to(folder) for path in named) or any(map(describe_work, worked_in))):
        return
    if not hasattr(config, "workerinput"):
        try:
            build_into(config.rootpath / "solutions", folder)
        except NotebookError as error:
            raise pytest.UsageError(str(error)) from error
        if everything and BLANK_CHAPTERS not in map(Path, config.args):
            config.args.append(str(BLANK_CHAPTERS))  # pytest leaves out a path that was missing when it started
    for place, path in enumerate(named):
        if path in worked_in and describe_work(path) and (folder / path.name).exists():
            _, cells, number = config.args[place].partition("::")
            config.args[place] = f"{BLANK_CHAPTERS / path.name}{cells}{number}"


# Nothing twice, and the longest first


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Leave out what another test does as well, and begin with what takes longest.

    A blank chapter that the browser tests run in JupyterLab, cell by cell and with every check looked at, is not run
    under nbval too. Of the others nbval runs the cells that do something else than in the solution, if it runs that.
    """
    in_browser = {item.callspec.params["name"] for item in items if item.get_closest_marker("runs_all_cells")}
    solved = {item.path.name for item in items if item.path.parent == config.rootpath / "solutions"}
    blank = [item for item in items if item.path.parent == config.rootpath / BLANK_CHAPTERS]
    if any(item.path.name in in_browser | solved for item in blank):
        from support.blank_chapters import cells_of_its_own
        from support.chromium import find_chromium

        left = {path: set() for path in {item.path for item in blank} if path.name in in_browser and find_chromium()}
        for path in {item.path for item in blank if item.path.name in solved} - set(left):
            left[path] = cells_of_its_own(nbformat.read(path, as_version=4))
        twice = {item for item in blank if item.path in left and item.cell.id not in left[item.path]}
        config.hook.pytest_deselected(items=[item for item in items if item in twice])
        items[:] = [item for item in items if item not in twice]
    if hasattr(config, "workerinput"):
        sizes = Counter(item.path for item in items)
        items.sort(key=lambda item: turn(item, sizes[item.path]))


def pytest_collection_finish():
    """The collected tests stay to the end, so the garbage collector need not look through them again and again."""
    gc.freeze()


def turn(item, size):
    """The place of a test in a parallel run, so that no worker ends on a long file: browser, frameworks, installation,
    notebooks, and then the rest.

    Of the notebooks the later ones come first, since they load TensorFlow and PyTorch and take the longest, and a blank
    chapter follows on its solution. Of the rest the file with most tests comes first.
    """
    if item.get_closest_marker("browser"):
        return 0, item.path.name, _number(getattr(item, "callspec", None) and item.callspec.id)
    if FRAMEWORKS.match(item.nodeid):
        return 1, -size
    if item.nodeid.startswith(INSTALLATION):
        return 2, -size
    is_blank = item.path.parent.name == CHAPTERS.name
    return (3, _number(item.path.name), is_blank) if item.path.suffix == ".ipynb" else (4, -size)


def _number(name):
    """A key that puts chapter 10 before chapter 9, and what belongs to no chapter last."""
    return -int(name[:2]) if name and name[:2].isdigit() else 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """One worker more than there are processors: a test in the browser waits for half of its time."""
    return len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A file goes to one worker as a whole, a notebook with its kernel too, and the contract, the longest of all files,
    by chapters.

    At every change what is dear to start is started once: one worker has a browser and its JupyterLab, one has the
    frameworks. What is proved before a release is long beside any start, so there the chapters go to the browser one by
    one.
    """
    if config.getvalue("dist") not in ("load", "loadfile"):
        return None
    from xdist.scheduler import LoadFileScheduling

    is_proved = "not prove" not in config.getoption("markexpr")

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid):
            if is_proved and nodeid.startswith(f"{BROWSER}test_chapters.py"):
                return nodeid
            if not is_proved and nodeid.startswith(BROWSER):
                return BROWSER
            if not is_proved and FRAMEWORKS.match(nodeid):
                return FRAMEWORKS.pattern
            file = super()._split_scope(nodeid)
            if file.endswith(".ipynb"):
                return Path(file).name  # a solution and then its blank chapter
            return file + CHAPTER.search(nodeid).group() if file == CONTRACT and CHAPTER.search(nodeid) else file

    return ByFile(config, log)


# Notebooks


class WatchedKernel(RunningKernel):
    """A kernel whose death ends the waiting, and which remembers the last reply."""

    reply = None

    def await_reply(self, msg_id, timeout=None):
        """Wait for the reply to a message, as nbval does, but in short steps.

        Raises:
            Empty: the time is over.
            RuntimeError: the kernel died, or aborted the request.
        """
        end = time.monotonic() + timeout
        while True:
            try:
                message = self.get_message("shell", timeout=BEAT)
            except Empty:
                if not self.is_alive():
                    raise RuntimeError("The kernel died while it executed this cell.") from None
                if time.monotonic() > end:
                    raise
                continue
            if message["parent_header"].get("msg_id") == msg_id:
                self.reply = message["content"]
                if self.reply["status"] == "aborted":
                    raise RuntimeError("The kernel aborted this cell.")
                return

    def start_over(self, folder):
        """Forget all names, and work in another folder. What was imported need not be imported anew."""
        self.await_reply(
            self.execute_cell_input(f"%reset -f\nimport os\nos.chdir({str(folder)!r})\ndel os"), timeout=60
        )


class Cell(nbval.plugin.IPyNbCell):
    """A code cell, judged by its reply and, for the checks of a chapter, by its live output."""

    def runtest(self):
        super().runtest()
        reply = self.parent.kernel.reply
        if reply["status"] == "error" and not self.options["check_exception"]:
            self.raise_cell_error(f"The cell ended with {reply.get('ename')}: {reply.get('evalue')}")
        if self.path.parent.name == "chapters" and has_tag(self.cell, "check"):
            texts = [output.get("data", {}).get("text/plain", "") for output in self.test_outputs]
            if not any(text.startswith("Not attempted") for text in texts):
                self.raise_cell_error(f"A blank exercise must be 'Not attempted', but its check says {texts}")


class Notebook(nbval.plugin.IPyNbFile):
    """A notebook whose cells follow the rules above.

    A blank chapter that follows on its solution gets the same kernel, with every name taken away: to import the
    frameworks anew would take longer than all of its cells.
    """

    kept = None  # the notebook that was the last to end, with its kernel

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.skip_compare += ("stderr",)  # nbval keys a stream by its name

    def setup(self):
        former, Notebook.kept = Notebook.kept, None
        if former and self.path == former.path_of_the_blank() and former.kernel.is_alive() and not former.timed_out:
            self.kernel = former.kernel
            self.kernel.start_over(self.path.parent)
            self.setup_sanitize_files()
            return
        if former:
            former.kernel.stop()
        super().setup()

    def path_of_the_blank(self):
        """Where the blank chapter of this solution is."""
        return self.config.rootpath / BLANK_CHAPTERS / self.path.name

    def teardown(self):
        if self.path.parent == self.config.rootpath / "solutions" and self.kernel is not None:
            Notebook.kept = self
        else:
            super().teardown()

    def collect(self):
        for cell in super().collect():
            yield Cell.from_parent(self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell, options=cell.options)


nbval.plugin.RunningKernel = WatchedKernel  # the name that nbval looks up when it starts a kernel


def pytest_sessionfinish():
    """End the kernel that was kept for a blank chapter which did not come."""
    if Notebook.kept:
        Notebook.kept.kernel.stop()
        Notebook.kept = None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Collect notebooks with the class above, wherever nbval would collect them.

    What a learner wrote into ``chapters/`` is left alone: there is a blank chapter in its place, or nothing.
    """
    collectors = yield
    root = parent.config.rootpath
    if file_path.parent == root / CHAPTERS and collectors and describe_work(file_path):
        file_path = root / BLANK_CHAPTERS / file_path.name
        collectors = collectors if file_path.exists() else []
    return [
        Notebook.from_parent(parent, path=file_path) if isinstance(c, nbval.plugin.IPyNbFile) else c for c in collectors
    ]
