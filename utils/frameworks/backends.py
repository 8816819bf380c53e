"""The frameworks kept quiet, and Keras under another backend.

Keras computes with TensorFlow, PyTorch or JAX, and decides once, when it is imported. To see the same code under
another backend it takes another process: :func:`run_under` starts one and waits, :func:`start_under` starts one and
goes on.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"tensorflow": "tensorflow", "torch": "torch", "jax": "jax", "numpy": "numpy"}

NEW_OBJECTS = 50_000  # until the garbage collector looks for some to delete; Python 3.11 has 700

# The other process has one thread: its networks are small, two threads on a busy machine wait for each other most of
# the time, and the sums then have one order on every machine. Each library has a variable of its own, and MKL's wins.
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

# What the other process runs. Nothing that the source prints, in Python or in C, reaches the answer, which is one line
# on what was standard output. A timer ends the process when nobody is left to do it.
_CHILD = """
import gc, json, os, sys, threading
answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
order = json.load(sys.stdin)
gc.set_threshold(order["new_objects"])
timer = threading.Timer(order["timeout"], os._exit, [124])
timer.daemon = True
timer.start()
names = {"__name__": "__main__"}
exec(compile(order["source"], "<source>", "exec"), names)
if "result" not in names:
    sys.exit("The source never sets the name `result`.")

def plain(value):
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if hasattr(value, "numpy"):
        value = value.numpy()
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a value of the type {type(value).__name__} cannot be sent back")

try:
    text = json.dumps(names["result"], default=plain)
except (TypeError, ValueError) as error:
    sys.exit(f"The result must be numbers, strings, lists and dicts: {error}.")
print(text, file=answer, flush=True)
sys.stderr.flush()
os._exit(0)  # to take the frameworks apart one by one would last a second
"""


def set_environment():
    """Keep TensorFlow silent and Keras out of the home directory, and hasten the imports. Call it before either.

    What is set already stays. Kernels and processes that are started from here inherit it, but for what concerns the
    garbage collector: the imports make half a million objects that stay, and it would look through them again and
    again.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # its kernels round in another order
    os.environ.setdefault("KERAS_HOME", str(ROOT / ".cache" / "keras"))
    newest, *older = gc.get_threshold()
    if 0 < newest < NEW_OBJECTS:
        gc.set_threshold(NEW_OBJECTS, *older)


class BackendError(RuntimeError):
    """The other process gave no result; the message says why."""


class Running:
    """A process that was started by :func:`start_under`.

    Attributes:
        backend: the name of its Keras backend.
        timeout: seconds that it may take in all, counted from its start.
    """

    def __init__(self, backend, source, timeout):
        self.backend, self.timeout = backend, timeout
        self._end = time.monotonic() + timeout
        self._data = self._error = None
        # Files and not pipes, so that a long answer never waits for a reader.
        self._out, self._err = (tempfile.TemporaryFile() for _ in range(2))  # noqa: SIM115 - closed by _close
        environment = {**os.environ, "KERAS_BACKEND": backend, **dict.fromkeys(THREADS, "1")}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=self._out,
            stderr=self._err,
            cwd=ROOT,
            env=environment,
            start_new_session=True,  # so that stopping a cell does not stop it, and stopping it stops all of it
        )
        try:
            with self._process.stdin as order:
                order.write(json.dumps({"source": source, "timeout": timeout, "new_objects": NEW_OBJECTS}).encode())
        except BrokenPipeError:  # it ended before it could listen; result() will say why
            pass

    def result(self):
        """Wait for what the source left under the name ``result``. Asking again gives the same again.

        Raises:
            BackendError: the source raised, sent nothing that can be sent, or its time was over.
            KeyboardInterrupt: the reader pressed Stop; the process is ended.
        """
        if self._process is not None:
            self._collect()
        if self._error is not None:
            raise BackendError(self._error)
        return self._data

    def stop(self):
        """End the process, and everything that it has started."""
        if self._process is None:
            return
        try:
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        except ProcessLookupError:
            pass
        self._process.wait()
        self._error = self._error or f"Keras under {self.backend}: the process was stopped."
        self._close()

    def _collect(self):
        try:
            status = self._process.wait(max(0.0, self._end - time.monotonic()))
        except subprocess.TimeoutExpired:
            status = 124
        except BaseException:
            self.stop()
            raise
        if status == 0:
            self._data = json.loads(self._read(self._out))
        elif status == 124:
            self._error = f"Keras under {self.backend}: no result within {self.timeout:g} seconds."
        else:
            self._error = f"Keras under {self.backend}: {self._reason()}"
        self.stop() if status == 124 else self._close()

    def _reason(self):
        """The last thing that the process said, and what to do about a backend that is not installed."""
        lines = self._read(self._err).strip().splitlines()
        said = lines[-1] if lines else "the process ended without a word."
        package = PACKAGES[self.backend]
        if f"No module named '{package}'" in said:
            return f"this backend needs the package {package}, which is not installed here."
        return said

    def _read(self, file):
        file.seek(0)
        return file.read().decode("utf-8", errors="replace")

    def _close(self):
        self._process = None
        self._out.close()
        self._err.close()


def start_under(backend, source, timeout=240.0):
    """Run Python source in a process of its own whose Keras computes with another backend, and go on meanwhile.

    Args:
        backend: ``"tensorflow"``, ``"torch"``, ``"jax"`` or ``"numpy"``.
        source: Python code. It starts with no names at all, so it imports what it needs, and it leaves its result
            under the name ``result``: numbers, strings, lists, dicts, arrays and tensors.
        timeout: seconds until the process is ended, imports included.

    Returns:
        A :class:`Running`; its ``result()`` waits.

    Raises:
        ValueError: for another backend, a source that is not valid Python, and a timeout that is not positive.
    """
    if backend not in PACKAGES:
        raise ValueError(f"The backend must be one of {', '.join(PACKAGES)}, not {backend!r}.")
    if not timeout > 0:
        raise ValueError(f"The timeout must be a positive number of seconds, not {timeout!r}.")
    try:
        compile(source, "<source>", "exec")
    except SyntaxError as error:
        raise ValueError(f"The source is not valid Python: {error}.") from None
    set_environment()
    return Running(backend, source, timeout)


def run_under(backend, source, timeout=240.0):
    """Run Python source under another backend and wait for its result; arguments and errors as for both above."""
    return start_under(backend, source, timeout).result()
