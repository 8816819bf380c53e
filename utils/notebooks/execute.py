"""Executes the solution notebooks and stores them, in the form that the tests compare.

Run as ``python -m utils.notebooks.execute`` for all of them, or with names: ``01``, ``01_softmax_definition`` or a
path.
"""

import argparse
import asyncio
import contextlib
import itertools
import re
import signal
import subprocess
import sys
from pathlib import Path

import nbformat

from utils.files import ROOT, write_text
from utils.frameworks import set_environment
from utils.notebooks.format import NOTEBOOK_METADATA, NotebookError, kept_metadata, notebook_text, read_notebook

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CELL_TIMEOUT = 120  # seconds, as for the tests: a slower cell would fail there


def execute(notebook, folder):
    """Execute a notebook (it is changed) in a fresh kernel of this Python.

    Args:
        notebook: what to execute.
        folder: where its kernel starts.

    Raises:
        NotebookError: a cell raised, took too long, or ended its kernel.
        KeyboardInterrupt: Ctrl-C; the kernel has ended, too.
    """
    # Here and not above, because they take a while to import, and `--help` needs none of them.
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager

    class Client(NotebookClient):
        async def async_start_new_kernel(self, **options):
            """Start a kernel. Ctrl-C goes to its cell from now on: nbclient takes the kernel away and stumbles on."""
            with contextlib.suppress(NotImplementedError):  # Windows
                asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop, asyncio.current_task())
            await super().async_start_new_kernel(**options)

    def stop(task):
        stopped.append(True)
        asyncio.ensure_future(kernel.interrupt_kernel()) if running else task.cancel()

    def begin(cell, cell_index):
        running.append(cell)
        if stopped:  # the cell before this one did not care
            raise asyncio.CancelledError

    set_environment()
    running, stopped = [], []
    kernel = AsyncKernelManager(kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=NbvalKernelspecManager())
    client = Client(
        notebook,
        km=kernel,
        timeout=CELL_TIMEOUT,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=begin,
    )
    try:
        client.execute(cleanup_kc=True, stderr=subprocess.DEVNULL)  # what the kernel's own process logs
    except (CellExecutionError, asyncio.CancelledError) as error:
        if stopped:
            raise KeyboardInterrupt from error
        raise NotebookError(f"cell {running[-1].get('id')} raised {error.ename}: {error.evalue}") from error
    except CellTimeoutError as error:
        raise NotebookError(f"cell {running[-1].get('id')} took longer than {CELL_TIMEOUT} seconds.") from error
    except DeadKernelError as error:
        raise NotebookError(f"the kernel died in cell {running[-1].get('id')}.") from error
    if stopped:
        raise KeyboardInterrupt
    tidy(notebook)


def tidy(notebook):
    """Bring an executed notebook (it is changed) into the form that nbval compares and that every machine writes.

    Raises:
        NotebookError: a cell that was allowed to raise shows an error.
    """
    from nbval.plugin import coalesce_streams

    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    counts = itertools.count(1)
    for cell in notebook.cells:
        cell.metadata = kept_metadata(cell)
        if cell.cell_type != "code":
            continue
        cell.execution_count = next(counts) if cell.source.strip() else None
        cell.outputs = coalesce_streams(cell.outputs)
        for output in cell.outputs:
            if output.output_type == "error":
                raise NotebookError(f"cell {cell.get('id')} shows {output.ename}: {output.evalue}")
            if output.output_type == "execute_result":
                output.execution_count = cell.execution_count
            if output.get("name") == "stderr":
                output.text = without_machine_paths(output.text)
            output.get("data", {}).pop(WIDGET_VIEW, None)  # without a kernel it only says "model not found"


def without_machine_paths(text):
    """A warning names a file: keep the name, and drop where this machine has it."""
    text = re.sub(r"\S*ipykernel_\d+[/\\]\d+\.py", "cell", text)
    return re.sub(r"(?<![\w.])(?:[A-Za-z]:)?(?:[/\\][^\s/\\:]+)+[/\\]([^\s/\\:]+\.py)\b", r"\1", text)


def find_solutions(solutions, names):
    """The paths of the solution notebooks with these names, or of all of them.

    Raises:
        NotebookError: no notebook has such a name.
    """
    paths = sorted(solutions.glob("*.ipynb"))
    chosen = []
    for name in names:
        found = [path for path in paths if Path(name).stem in (path.stem, path.stem[:2])]
        if not found:
            raise NotebookError(f"There is no solution notebook {name}.")
        chosen += found
    return chosen or paths


def main(arguments=None, root=ROOT):
    """The command line. A notebook is stored only when all its cells ran. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m utils.notebooks.execute", description="Execute and store the solutions."
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="a notebook, for example 01; all where none is named")
    solutions, failed = root / "solutions", False
    try:
        paths = find_solutions(solutions, parser.parse_args(arguments).names)
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 1
    for path in paths:
        try:
            notebook = read_notebook(path)
            execute(notebook, solutions)
            changed = write_text(path, notebook_text(notebook))
        except (NotebookError, OSError) as error:
            failed = True
            print(f"solutions/{path.name} was not stored: {error}", file=sys.stderr)
        except KeyboardInterrupt:
            print(f"Stopped: solutions/{path.name} and what comes after it are as they were.", file=sys.stderr)
            return 130
        else:
            print(f"solutions/{path.name} was executed{' and stored' if changed else '; nothing changed'}.", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
