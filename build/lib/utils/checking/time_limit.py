"""Run code that may do anything: raise, print, recurse, never end. Nothing of it reaches the caller.

A check executes what a reader wrote, in the reader's own kernel. This module is the glove it wears.
"""

import ctypes
import gc
import io
import signal
import sys
import threading
import warnings
from contextlib import redirect_stderr, redirect_stdout
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
        warned: the messages of its warnings, each once.
    """

    value: object = None
    error: BaseException | None = None
    warned: tuple[str, ...] = ()


def run_guarded(call, seconds, left_whole=()):
    """Call ``call()`` and return an :class:`Outcome`, whatever the call does.

    Args:
        call: a function without arguments.
        seconds: how long it may take.
        left_whole: names of packages in whose functions the limit does not strike: an exception in the middle of them
            can crash the process. It is raised as soon as such a call is over.

    Raises:
        KeyboardInterrupt: only when an interrupt signal arrived, that is when the reader pressed Stop. A
            KeyboardInterrupt that the call itself raises is an outcome like any other.

    The limit works by a repeating timer signal where there is one and this is the main thread. Elsewhere a second
    thread raises an exception in this one; such an exception is only seen between two Python instructions, so a
    call that waits inside C code (``time.sleep``, a large matrix product) runs to its end before it is stopped.
    """
    silence = _Nowhere()
    with warnings.catch_warnings(record=True) as caught, redirect_stdout(silence), redirect_stderr(silence):
        warnings.simplefilter("always")
        value, error = _run_limited(call, seconds, left_whole)
    warned = tuple(dict.fromkeys(str(warning.message) for warning in caught))
    return Outcome(value, error, warned)


def _run_limited(call, seconds, left_whole):
    """The value of a call and None, or None and what it raised."""
    value = error = None
    limit = (_TimerSignal if _can_use_timer_signals() else _SecondThread)(seconds, left_whole)
    # No context manager: a signal may be due as soon as the next function is entered, `__exit__` as well.
    try:
        limit.start()
        value = call()
        limit.armed = False
    except BaseException as raised:
        limit.armed = False
        error = raised
    while limit.is_on:
        try:  # noqa: SIM105 (`suppress` would be one more function to be entered)
            limit.stop()
        except TimeLimitExceeded:  # the second thread had sent it before
            pass
    if isinstance(error, (TimeLimitExceeded, Interrupted)):
        # What was broken off goes now, megabytes as well as threads, and not when the garbage collector happens to come
        # by: a data pipeline of TensorFlow may take as long to be deleted as it has lived, up to a minute, and the
        # interpreter waits. (Its tuning thread can miss that it is cancelled, and sleeps on: `Model::OptimizeLoop` of
        # tf.data.)
        error = type(error)()  # without the frames that it ended
        gc.collect()
    if limit.interrupted:
        raise KeyboardInterrupt
    return value, error


def _in_main_thread():
    return threading.current_thread() is threading.main_thread()


def _can_use_timer_signals():
    return hasattr(signal, "setitimer") and _in_main_thread()


class _Limit:
    """What ends a call from outside: when its time is over, or when the reader presses Stop.

    Attributes:
        armed: whether it may still raise anything.
        interrupted: whether the reader has pressed Stop.
        is_on: whether there is something to put back by :meth:`stop`.
    """

    def __init__(self, seconds, left_whole):
        self.seconds = seconds
        self.left_whole = frozenset(left_whole)
        self.armed = self.interrupted = self.is_on = False

    def start(self):
        self.is_on = True
        if _in_main_thread():
            self.former_interrupt = signal.signal(signal.SIGINT, self._interrupt)
        self.armed = True

    def stop(self):
        if _in_main_thread():
            signal.signal(signal.SIGINT, self.former_interrupt)
        self.is_on = False

    def _interrupt(self, number, frame):
        self.interrupted = True
        if self.armed:
            raise Interrupted


class _TimerSignal(_Limit):
    """Raises TimeLimitExceeded when the time is over, and again until the call has ended."""

    def start(self):
        super().start()
        self.fired, self.caller = False, None
        self.former_tracer = sys.gettrace()
        self.former_handler = signal.signal(signal.SIGALRM, self._end)
        self.former_timer = signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def stop(self):
        sys.settrace(self.former_tracer)
        self.caller = None  # or it would keep alive what the call held
        signal.setitimer(signal.ITIMER_REAL, *self.former_timer)
        signal.signal(signal.SIGALRM, self.former_handler)
        super().stop()

    def _end(self, number, frame):
        if not self.armed:
            return
        importing, caller = _is_importing(frame), _caller_of(self.left_whole, frame)
        # Set anew each time, and not to an interval: a slow machine would be interrupted again on its way into this
        # method. Half an import cannot be repeated (it crashes PyTorch), and its time is not the answer's own.
        signal.setitimer(signal.ITIMER_REAL, self.seconds if importing else REPEAT)
        if importing:
            return
        if caller is not None:
            # It is raised as soon as the call is over.
            self.caller = caller
            sys.settrace(self._raise_at_next_call)
            caller.f_trace = self._raise_at_next_step
            return
        if self.fired:
            # The first exception was swallowed. This one may be, too, but then the handler that swallows it is
            # itself interrupted, at its first line.
            sys.settrace(self._raise_at_next_step)
            frame.f_trace = self._raise_at_next_step
        self.fired = True
        raise TimeLimitExceeded

    def _raise_at_next_step(self, frame, event, argument):
        if event in ("line", "return") and self.armed and frame.f_code.co_filename != __file__:
            raise TimeLimitExceeded
        return self._raise_at_next_step

    def _raise_at_next_call(self, frame, event, argument):
        """For a loop in C, which has no next line: what its caller calls next does not begin. Other frames are let
        alone.
        """
        if self.armed and frame.f_back is self.caller:
            raise TimeLimitExceeded


def _is_importing(frame):
    """Whether a frame runs on behalf of an import statement."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _caller_of(packages, frame):
    """The innermost frame outside of all calls of some packages, where a frame is inside of one; else None."""
    caller = None
    while packages and frame is not None:
        module = frame.f_globals.get("__name__")
        if isinstance(module, str) and module.partition(".")[0] in packages:
            caller = frame.f_back
        frame = frame.f_back
    return caller


class _SecondThread(_Limit):
    """The same without signals: for Windows, and for threads other than the main one."""

    def start(self):
        super().start()
        self.thread = ctypes.c_ulong(threading.get_ident())
        self.sent = False
        self.ended = threading.Event()
        self.lock = threading.Lock()
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self):
        with self.lock:
            self.ended.set()
        if self.sent:
            self._receive()
        super().stop()

    def _watch(self):
        wait = self.seconds
        while not self.ended.wait(wait):
            with self.lock:
                here = sys._current_frames().get(self.thread.value)
                if self.armed and not self.ended.is_set() and _caller_of(self.left_whole, here) is None:
                    self.sent = True
                    self._send()
            wait = REPEAT

    def _send(self):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(self.thread, ctypes.py_object(TimeLimitExceeded))

    def _receive(self):
        """Let what was sent arrive here, if it did not arrive before.

        To take it back instead would leave Python 3.11 looking for it for ever, and a debugger that enters the next
        function would hang. So one more is sent, in the place of the other if that is still on its way.
        """
        try:
            self._send()
            while True:
                pass
        except TimeLimitExceeded:
            pass


class _Nowhere(io.TextIOBase):
    """A text stream that forgets what is written to it."""

    def writable(self):
        return True

    def write(self, text):
        return len(text)
