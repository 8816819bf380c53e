"""What nbval 0.11.0 needs to be trusted with these notebooks. It lies in the root so that it reaches all of them.

The chapters in ``chapters/`` hold a learner's answers, so blank ones are built into ``.cache/chapters`` and tested
there. Four rules are added to nbval's own:

* text on stderr is not compared: warnings name files and differ from one machine to the next;
* a kernel that died is noticed at once, not when the time of its cell is over;
* a cell whose reply has the status ``error`` fails, also when no traceback was sent (an unknown magic);
* in a chapter, which is built blank, every check must say "Not attempted". The outputs there are cleared, and nbval
  compares nothing in a cleared cell.
"""

import time
from pathlib import Path
from queue import Empty

import nbval.plugin
import pytest
from nbval.kernel import RunningKernel

from utils.frameworks import set_environment
from utils.notebooks.build import build_into
from utils.notebooks.format import NotebookError, has_tag

set_environment()  # before anything can import TensorFlow or Keras; kernels inherit it
BLANK_CHAPTERS = Path(".cache") / "chapters"
BEAT = 0.5  # seconds between two looks at the kernel's process


def pytest_configure(config):
    """Build the blank chapters anew, where pytest was asked for them, before it or any worker looks for notebooks."""
    folder = config.rootpath / BLANK_CHAPTERS
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    named = [config.invocation_params.dir / argument.split("::")[0] for argument in config.args]
    if hasattr(config, "workerinput") or not (everything or any(path.is_relative_to(folder) for path in named)):
        return
    try:
        build_into(config.rootpath / "solutions", folder)
    except NotebookError as error:
        raise pytest.UsageError(str(error)) from error
    if everything and BLANK_CHAPTERS not in map(Path, config.args):
        config.args.append(str(BLANK_CHAPTERS))  # pytest leaves out a path that was missing when it started


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
    """A notebook whose cells follow the rules above."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.skip_compare += ("stderr",)  # nbval keys a stream by its name

    def collect(self):
        for cell in super().collect():
            yield Cell.from_parent(self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell, options=cell.options)


nbval.plugin.RunningKernel = WatchedKernel  # the name that nbval looks up when it starts a kernel


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Collect notebooks with the class above, wherever nbval would collect them."""
    collectors = yield
    return [
        Notebook.from_parent(parent, path=file_path) if isinstance(c, nbval.plugin.IPyNbFile) else c for c in collectors
    ]
