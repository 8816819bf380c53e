"""The other side of the walls: a handle for a warm process, and answers that run in its children.

What is sent in is trusted; what comes back is read as plain data, within a time and a size, and whatever else comes is
told as what it is.
"""

import contextlib
import functools
import io
import marshal
import os
import pickle
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FunctionType, ModuleType

from utils.checking.observing import UNREADABLE, Result, Shown
from utils.checking.time_limit import TimeLimitExceeded
from utils.checking.values import leaves
from utils.checking.words import error_words
from utils.grading import inward, sandbox
from utils.grading.plain import NotPlain, unpacked
from utils.grading.wire import TooLarge, TooLate, read_frame_until, send_frame_until

START = 120.0  # seconds until a warm process has imported what its chapter needs
LOAD = 20.0
PREPARE = 30.0
GRACE = 1.5  # seconds beyond a limit that works inside, for one that does not
WHOLE = 20.0  # the same, where calls of a framework are not broken off
INSIDE = Path("/answers")
ENDED = "process ended"


class Stopped(Exception):
    """A child did not do what it was asked to. The message goes on after "Your answer"."""

    def __init__(self, words, problem=ENDED):
        super().__init__(words)
        self.words, self.problem = words, problem


class Broken(Exception):
    """The warm process itself is gone, or never came."""


class Warm:
    """A warm process behind walls, which forks a child for each submission."""

    def __init__(self, setting, level):
        """
        Args:
            setting: a dict of what it has to know: ``chapter``, ``cells``, ``exercises``, ``extra``, ``memory``,
                ``seconds``, ``space``.
            level: one of the levels of :mod:`utils.grading.sandbox`.

        Raises:
            Broken: it did not start.
        """
        self.child, self.born = None, 0
        self.folder = Path(tempfile.mkdtemp(prefix="answers-"))
        self.control, inner = socket.socketpair()
        command = [sys.executable, "-m", "utils.grading.inside", str(inner.fileno())]
        inside = INSIDE if level == sandbox.FULL else self.folder
        if level == sandbox.FULL:
            command = sandbox.bubblewrap(command, inside, setting["space"])
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        self.process = subprocess.Popen(
            command,
            pass_fds=[inner.fileno()],
            cwd=self.folder,
            env=sandbox.environment(inside),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.errors,
            start_new_session=True,
        )
        inner.close()
        try:
            self._tell(pickle.dumps({**setting, "level": level, "folder": str(inside)}))
            self._hear(b"warm", START)
        except BaseException:
            self.close()
            raise

    def _tell(self, data, handles=()):
        try:
            socket.send_fds(self.control, [struct.pack("=Q", len(data))], handles)
            self.control.sendall(data)
        except OSError as error:
            raise Broken(self._why()) from error

    def _hear(self, count, seconds=20.0):
        expected = count if isinstance(count, bytes) else None
        count = len(count) if expected else count
        self.control.settimeout(seconds)
        heard = b""
        try:
            while len(heard) < count:
                part = self.control.recv(count - len(heard))
                if not part:
                    raise Broken(self._why())
                heard += part
        except OSError as error:
            raise Broken(self._why()) from error
        if expected not in (None, heard):
            raise Broken("It answered something else.")
        return heard

    def _why(self):
        self.errors.seek(0)
        lines = self.errors.read()[-2000:].decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "It ended without a word."

    def open(self):
        """A new child, with pipes to and from it."""
        self.end()
        self.born += 1
        receive, write = os.pipe()
        read, send = os.pipe()
        try:
            self._tell(f"{self.born}".encode(), [receive, send])
        finally:
            os.close(receive)
            os.close(send)
        os.set_blocking(write, False)
        self.child = (read, write)
        self._hear(b"born")
        return self

    def ask(self, seconds, data):
        """Send the child a :func:`request`, and wait for what comes of it.

        Raises:
            Stopped: it did not, and is gone.
        """
        read, write = self.child
        deadline = time.monotonic() + seconds
        try:
            send_frame_until(write, data, deadline)
            data = read_frame_until(read, deadline)
            if data is None:
                raise Stopped(f"ended the process in which it ran{self.end()}")
            reply = unpacked(data)
        except TooLate:
            self.end()
            raise Stopped(f"did not end within {seconds:g} seconds", TimeLimitExceeded.__name__) from None
        except TooLarge:
            self.end()
            raise Stopped("sent back more than can be read", "too large") from None
        except NotPlain as error:
            self.end()
            raise Stopped(f"sent back what is no plain data ({error})", "no plain data") from None
        except OSError:
            raise Stopped(f"ended the process in which it ran{self.end()}") from None
        if isinstance(reply, dict) and "failed" in reply:
            self.end()
            raise Stopped(f"ended with {str(reply['failed'])[:200]}")
        return reply

    def end(self):
        """End the child, and say how it ended."""
        if self.child is None:
            return ""
        handles, self.child = self.child, None
        for handle in handles:
            os.close(handle)
        self._tell(b"end")
        code = struct.unpack("=i", self._hear(4))[0]
        if code == -signal.SIGKILL:  # ours
            return ""
        if code < 0:
            with contextlib.suppress(ValueError):
                return f" ({signal.Signals(-code).name})"
        return f" (exit code {code})"

    def close(self):
        """End the warm process and all that it has forked."""
        self.control.close()
        if self.child is not None:
            for handle in self.child:
                os.close(handle)
            self.child = None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def request(**words):
    """What a child is told to do, as bytes: ``do``, and what goes with it."""
    file = io.BytesIO()
    Probes(file).dump(words)
    return file.getvalue()


class Probes(pickle.Pickler):
    """Writes what is sent to a child; functions that stand in a module of an exercise go by their names."""

    def persistent_id(self, value):
        if not callable(value) or isinstance(value, (type, ModuleType)):
            return None
        return _places(len(sys.modules)).get(id(value))

    def reducer_override(self, value):
        """A function made by a function, as a probe may be, goes as its code; this way everything is trusted."""
        if not isinstance(value, FunctionType) or "<locals>" not in value.__qualname__:
            return NotImplemented
        inside = tuple(cell.cell_contents for cell in value.__closure__ or ())
        return inward.function, (value.__module__, marshal.dumps(value.__code__), value.__defaults__, inside)


@functools.lru_cache(maxsize=1)
def _places(loaded):
    """Where functions and other things that can be called stand in the modules of the exercises, by their identity."""
    return {
        id(value): (name, attribute)
        for name, module in list(sys.modules.items())
        if name.startswith("utils.exercises.")
        for attribute, value in vars(module).items()
        if callable(value) and not isinstance(value, (type, ModuleType))
    }


class RemoteAnswer:
    """An answer that runs in a child; what :class:`utils.checking.observing.Answer` is for one that runs here."""

    def __init__(self, exercise, warm, described, requests):
        """
        Args:
            exercise: what it answers.
            warm: the warm process; its child has the answer.
            described: what the child says of it.
            requests: a dict that is kept while the probes are the same, by the name of the exercise.
        """
        self._exercise, self._warm, self._requests = exercise, warm, requests
        self.is_callable = described["callable"] is True
        self.kind = str(described["kind"])[:80]
        self.names = frozenset(str(name) for name in described["names"])
        self._takes = described["takes"] is True

    def takes(self, count):
        """Whether it can be called with as many arguments as its exercise has; nobody asks for another count."""
        return self._takes

    def observe(self, probes, forms):
        """The results on the probes, up to the one that ends all."""
        limit = self._exercise.time_limit
        grace = WHOLE if self._exercise.left_whole else GRACE
        try:
            if self._warm.child is None:
                raise Stopped("had ended before")
            reply = self._warm.ask(limit + grace, self._request(probes, forms))
            return [_result(*parts, form=form) for parts, form in zip(reply, forms, strict=False)]
        except (TypeError, ValueError, AttributeError) as error:
            self._warm.end()
            words, problem = f"sent back what is no result ({type(error).__name__})", "no plain data"
        except Stopped as stopped:
            words, problem = stopped.words, stopped.problem
            if problem == TimeLimitExceeded.__name__:
                words = error_words(TimeLimitExceeded(), limit)
        return [Result(problem=problem, detail=words)]

    def _request(self, probes, forms):
        """The bytes that ask for some probes. The probes that every answer is asked first are written once."""
        name = self._exercise.name
        known, data = self._requests.get(name, (None, b""))
        if known is not probes:
            data = request(do="observe", name=name, probes=list(probes), forms=list(forms))
            self._requests.setdefault(name, (probes, data))
        return data


def _result(value, problem, detail, facts, changed, is_itself, shown, form=None):
    """A result from what a child sent; it fits the form, or it is unreadable."""
    if not (isinstance(problem, str) and isinstance(detail, str) and isinstance(facts, dict)):
        raise TypeError
    if problem:
        value = None
    elif not _fits(value, form):
        value, problem, detail = None, UNREADABLE, "another form of result was sent than was asked for"
    raw = value if is_itself is True else None
    if shown is not None and not is_itself:
        texts, words = shown
        raw = Shown(tuple(str(text)[:400] for text in texts), str(words)[:80])
        if len(raw.texts) != 4:
            raise ValueError
    return Result(value, problem[:200], detail[:2000], facts, changed is True, raw)


def _fits(value, form):
    """Whether a value has a form: the same keys and places, arrays of float64 and words where they are asked for."""
    if isinstance(form, dict):
        return isinstance(value, dict) and set(value) == set(form) and all(_fits(value[key], form[key]) for key in form)
    if isinstance(form, tuple):
        same = isinstance(value, tuple) and len(value) == len(form)
        return same and all(map(_fits, value, form))
    return all(
        isinstance(leaf, str)
        if form == "a word"
        else getattr(leaf, "dtype", None) == "float64" and hasattr(leaf, "ndim")
        for _, leaf in leaves(value)
    )
