"""Run code that may do anything: raise, print, recurse, never end. Nothing of it reaches the caller.

A check executes what a reader wrote, in the reader's own kernel. This module is the glove it wears.
"""

import ctypes
import io
import signal
import sys
import threading
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass

REPEAT = 0.05  # seconds between two attempts to end code that goes on after its time


class TimeLimitExceeded(BaseException):
    """The code did not end in time. Derived from BaseException, so that ``except Exception`` does not swallow it."""


class Interrupted(BaseException):
    """The reader pressed Stop. Not a KeyboardInterrupt, which the guarded code may catch."""


@dataclass(frozen=True)
class Outcome:
    """What came of one guarded call.

    Attributes:
        value: what the call returned, or None.
        error: what it raised, or None. A call that did not end in time has a :class:`TimeLimitExceeded` here.
        printed: the beginning of what it printed.
        warned: the messages of its warnings, each once.
    """

    value: object = None
    error: BaseException | None = None
    printed: str = ""
    warned: tuple[str, ...] = ()

    @property
    def timed_out(self):
        """Whether the call was ended by its time limit."""
        return isinstance(self.error, TimeLimitExceeded)


def run_guarded(call, seconds):
    """Call ``call()`` and return an :class:`Outcome`, whatever the call does.

    Args:
        call: a function without arguments.
        seconds: how long it may take.

    Raises:
        KeyboardInterrupt: only when an interrupt signal arrived, that is when the reader pressed Stop. A
            KeyboardInterrupt that the call itself raises is an outcome like any other.

    The limit works by a repeating timer signal where there is one and this is the main thread. Elsewhere a second
    thread raises an exception in this one; such an exception is only seen between two Python instructions, so a
    call that waits inside C code (``time.sleep``, a large matrix product) runs to its end before it is stopped.
    """
    printed = _Beginning()
    with warnings.catch_warnings(record=True) as caught, redirect_stdout(printed), redirect_stderr(_Beginning()):
        warnings.simplefilter("always")
        value, error = _run_limited(call, seconds)
    warned = tuple(dict.fromkeys(str(warning.message) for warning in caught))
    return Outcome(value, error, printed.getvalue(), warned)


def _run_limited(call, seconds):
    """The value of a call and None, or None and what it raised."""
    value = error = None
    limit = _timer_signal if _can_use_timer_signals() else _exception_from_a_second_thread
    with _interrupts_noted() as interrupts:
        try:
            with limit(seconds):
                value = call()
        except BaseException as raised:
            error = raised
    if interrupts:
        raise KeyboardInterrupt
    return value, error


def _in_main_thread():
    return threading.current_thread() is threading.main_thread()


def _can_use_timer_signals():
    return hasattr(signal, "setitimer") and _in_main_thread()


@contextmanager
def _interrupts_noted():
    """A list that grows when an interrupt signal arrives, which also ends the block."""
    arrived = []
    if not _in_main_thread():
        yield arrived
        return

    def note(number, frame):
        arrived.append(number)
        raise Interrupted

    former = signal.signal(signal.SIGINT, note)
    try:
        yield arrived
    finally:
        signal.signal(signal.SIGINT, former)


@contextmanager
def _timer_signal(seconds):
    """Raise TimeLimitExceeded in the block after so many seconds, and again until it ends."""
    armed = True
    fired = False
    tracer = sys.gettrace()

    def raise_at_next_line(frame, event, argument):
        if event == "line":
            raise TimeLimitExceeded
        return raise_at_next_line

    def end(number, frame):
        nonlocal fired
        if not armed:
            return
        if _is_importing(frame):
            # Half an import cannot be repeated (it crashes PyTorch), and its time is not the answer's own.
            signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT)
            return
        if fired:
            # The first exception was swallowed. This one may be, too, but then the handler that swallows it is
            # itself interrupted, at its first line.
            sys.settrace(raise_at_next_line)
            frame.f_trace = raise_at_next_line
        fired = True
        raise TimeLimitExceeded

    former = signal.signal(signal.SIGALRM, end)
    former_timer = signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT)
    try:
        yield
    finally:
        try:
            armed = False  # the last moment at which the timer may still strike
        finally:
            sys.settrace(tracer)
            signal.setitimer(signal.ITIMER_REAL, *former_timer)
            signal.signal(signal.SIGALRM, former)


def _is_importing(frame):
    """Whether a frame runs on behalf of an import statement."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


@contextmanager
def _exception_from_a_second_thread(seconds):
    """The same without signals: for Windows, and for threads other than the main one."""
    thread = ctypes.c_ulong(threading.get_ident())
    ended = threading.Event()
    lock = threading.Lock()

    def watch():
        wait = seconds
        while not ended.wait(wait):
            with lock:
                if not ended.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TimeLimitExceeded))
            wait = REPEAT

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        with lock:
            ended.set()
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, None)


class _Beginning(io.TextIOBase):
    """A text stream that keeps the first 2,000 characters and forgets the rest, for code that prints without end."""

    def __init__(self):
        self._parts = []
        self._left = 2000

    def writable(self):
        return True

    def write(self, text):
        if self._left > 0:
            self._parts.append(text[: self._left])
            self._left -= len(text)
        return len(text)

    def getvalue(self):
        return "".join(self._parts)
