"""Run code that may do anything: raise, print, recurse, never end. Nothing of it reaches the caller.

A check executes what a reader wrote, in the reader's own kernel. This module is the glove it wears.
"""

import ctypes
import gc
import io
import signal
import sys
import threading
import time
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass

REPEAT = 0.05  # seconds between two attempts to end code that goes on after its time
ONCE_MORE = 1.0  # seconds until a signal is sent again that Python has lost, as it does in rare cases
IMPORT_PATIENCE = 60.0  # seconds that an import may take beyond the time of the answer
_ONE_AT_A_TIME = threading.RLock()  # what is printed and warned is caught for the whole process, not for one thread


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
        seconds: how long it may take. A call that runs guarded inside another one ends with that one's time.
        left_whole: names of packages in whose functions the limit does not strike: an exception in the middle of them
            can crash the process. It is raised as soon as such a call is over.

    Raises:
        KeyboardInterrupt: only when an interrupt signal arrived, that is when the reader pressed Stop. A
            KeyboardInterrupt that the call itself raises is an outcome like any other.

    The limit works by a repeating timer signal where there is one and this is the main thread. Elsewhere a second
    thread raises an exception in this one; such an exception is only seen between two Python instructions, so a
    call that waits inside C code (``time.sleep``, a large matrix product) runs to its end before it is stopped.

    Nothing is ever raised in the lines of this module: a signal that arrives there is noted, and comes again. So what
    is set here is put back, whenever Stop is pressed.
    """
    limit = (_TimerSignal if _can_use_timer_signals() else _SecondThread)(seconds, left_whole)
    silence = _Nowhere()
    with (
        limit,
        warnings.catch_warnings(record=True) as caught,
        redirect_stdout(silence),
        redirect_stderr(silence),
        _leaving_is_an_error(),
    ):
        warnings.simplefilter("always")
        value, error = limit.run(call)
        warned = tuple(dict.fromkeys(str(warning.message) for warning in caught))
    return Outcome(value, error, warned)


def _in_main_thread():
    return threading.current_thread() is threading.main_thread()


def _can_use_timer_signals():
    return hasattr(signal, "setitimer") and _in_main_thread()


def _call(call):
    """The one function of this module in which something may be raised from outside."""
    return call()


def _is_here(frame):
    """Whether a frame is one of this module's own, where nothing is raised."""
    return frame.f_code.co_filename == __file__ and frame.f_code is not _call.__code__


@contextmanager
def _leaving_is_an_error():
    """Let IPython's ``exit()`` and ``quit()`` raise, as they do in Python, instead of ending the kernel afterwards."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None or not _in_main_thread() or "ask_exit" in vars(shell):
        yield
        return
    shell.ask_exit = sys.exit
    try:
        yield
    finally:
        del shell.ask_exit
        if hasattr(shell, "keepkernel_on_exit"):
            shell.keepkernel_on_exit = None


class Held:
    """A context in which Stop is noted and raised at its end, so that what is set inside of it is put back.

    One thread at a time is in it: warnings and what is printed belong to the whole process.

    Attributes:
        interrupted: whether the reader has pressed Stop.
    """

    innermost = None

    def __init__(self):
        self.interrupted = self.is_innermost = False
        self.former_interrupt = self.outer = None

    @property
    def is_over(self):
        """Whether the time is over of something that this lies in, or is."""
        return self.outer is not None and self.outer.is_over

    def __enter__(self):
        if _in_main_thread():
            outer = Held.innermost
            if outer is not None and outer.interrupted:
                raise KeyboardInterrupt
            if outer is not None and outer.is_over:
                raise TimeLimitExceeded
            self.outer = outer
            self.former_interrupt = signal.signal(signal.SIGINT, self._interrupt)
            Held.innermost, self.is_innermost = self, True
        _ONE_AT_A_TIME.acquire()
        return self

    def __exit__(self, *error):
        _ONE_AT_A_TIME.release()
        if self.is_innermost:
            Held.innermost = self.outer
            signal.signal(signal.SIGINT, self.former_interrupt)
            if self.interrupted:
                raise KeyboardInterrupt

    def _interrupt(self, number, frame):
        held = self
        while held is not None:
            held.interrupted = True
            held = held.outer


class _Limit(Held):
    """What ends a call from outside: when its time is over, or when the reader presses Stop.

    Attributes:
        armed: whether it may still raise anything.
        is_on: whether there is something to put back by :meth:`stop`.
    """

    def __init__(self, seconds, left_whole):
        super().__init__()
        self.seconds = min(max(float(seconds), 0.001), 1e6)
        self.left_whole = frozenset(left_whole)
        self.armed = self.is_on = self.sent = False
        self.thread = ctypes.c_ulong(threading.get_ident())

    def run(self, call):
        """The value of a call and None, or None and what it raised."""
        value, error = self._run(call)
        if isinstance(error, (TimeLimitExceeded, Interrupted)):
            # What was broken off goes now, megabytes as well as threads, and not when the garbage collector happens to
            # come by: a data pipeline of TensorFlow may take as long to be deleted as it has lived, up to a minute, and
            # the interpreter waits. (Its tuning thread can miss that it is cancelled, and sleeps on:
            # `Model::OptimizeLoop` of tf.data.) A `__del__` may do anything, so that is limited, too. Where what this
            # lies in ends as well, that collects: checks in checks would otherwise collect a hundred times.
            held, error, outer = [error], type(error)(), self.outer
            ends_too = outer is not None and (outer.is_over or outer.interrupted)
            former, sys.unraisablehook = sys.unraisablehook, lambda unraisable: None
            self._run(lambda: held.clear() or ends_too or gc.collect())
            sys.unraisablehook = former
        return value, error

    def _run(self, call):
        value = error = None
        self.start()
        try:
            try:
                self.armed = True
                value = _call(call)
                self.armed = False
            except BaseException as raised:
                self.armed = False
                error = raised
        except TimeLimitExceeded as raised:  # one that was sent before
            self.armed = False
            error = raised
        while self.is_on:
            try:  # noqa: SIM105 (`suppress` would be one more function to be entered)
                self.stop()
            except TimeLimitExceeded:  # likewise
                pass
        return value, error

    def _interrupt(self, number, frame):
        super()._interrupt(number, frame)
        if self.armed and not _is_here(frame):
            raise Interrupted

    def _send(self):
        """Raise in the guarded thread, at the next call or at the next round of a loop."""
        self.sent = True
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
            self.sent = False


class _TimerSignal(_Limit):
    """Raises TimeLimitExceeded when the time is over, and again until the call has ended."""

    @property
    def is_over(self):
        return (self.armed and time.monotonic() > self.began + self.seconds) or super().is_over

    def start(self):
        self.times, self.caller, self.is_waiting = 0, None, True
        self.former_tracer = sys.gettrace()
        self.former_handler = signal.signal(signal.SIGALRM, self._end)
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        self.began = time.monotonic()
        self.is_on = True
        self.former_timer = signal.setitimer(signal.ITIMER_REAL, min(self.seconds, left or self.seconds), ONCE_MORE)

    def stop(self):
        self.is_waiting = False
        sys.settrace(self.former_tracer)
        self.caller = None  # or it would keep alive what the call held
        if self.sent:
            self._receive()
        left, interval = self.former_timer
        if left:  # the time of what called this goes on
            left = max(left - (time.monotonic() - self.began), 0.001)
        signal.setitimer(signal.ITIMER_REAL, 0)  # one that came now would end the process where nobody handles it
        signal.signal(signal.SIGALRM, self.former_handler)
        signal.setitimer(signal.ITIMER_REAL, left, interval)
        self.is_on = False

    def _end(self, number, frame):
        if self.is_waiting:
            try:
                if self.armed and not _is_here(frame):
                    self._strike(frame)
            finally:
                # Set anew each time, last, and not to a short interval: a slow machine would be interrupted again on
                # its way through this method.
                signal.setitimer(signal.ITIMER_REAL, REPEAT, ONCE_MORE)

    def _strike(self, frame):
        if _is_ignored_in(frame):
            return
        # Half an import cannot be repeated (it crashes PyTorch), and its time is not the answer's own.
        if _is_importing(frame) and time.monotonic() - self.began < self.seconds + IMPORT_PATIENCE:
            return
        caller = _caller_of(self.left_whole, frame)
        if caller is not None:
            # It is raised as soon as the call is over.
            self.caller = caller
            sys.settrace(self._raise_at_next_call)
            caller.f_trace = self._raise_at_next_step
            return
        if self.times:
            # The first exception was swallowed. This one may be, too, but then the handler that swallows it is
            # itself interrupted, at its first line.
            sys.settrace(self._raise_at_next_step)
            frame.f_trace = self._raise_at_next_step
        self.times += 1
        raise TimeLimitExceeded

    def _raise_at_next_step(self, frame, event, argument):
        if event in ("line", "return") and self.armed and not _is_here(frame):
            self._raise()
        return self._raise_at_next_step

    def _raise_at_next_call(self, frame, event, argument):
        """For a loop in C, which has no next line: what its caller calls next does not begin. Other frames are let
        alone.
        """
        if self.armed and frame.f_back is self.caller:
            self._raise()

    def _raise(self):
        """Raise; and where that was swallowed before, once more when the handler goes on to the next round."""
        if self.times:
            self._send()
        self.times += 1
        raise TimeLimitExceeded


def _is_ignored_in(frame):
    """Whether Python ignores what is raised in a frame, but for a message on stderr.

    So it does in what the garbage collector calls, such as a callback of JAX, and in what a dying weak reference calls.
    """
    if any(getattr(callback, "__code__", None) is frame.f_code for callback in gc.callbacks):
        return True
    return frame.f_globals.get("__name__") in ("weakref", "_weakrefset") and frame.f_code.co_name.endswith("remove")


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
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.is_on = True
        threading.Thread(target=self._watch, args=(self.ended,), daemon=True).start()

    def stop(self):
        with self.lock:
            self.ended.set()
        if self.sent:
            self._receive()
        self.is_on = False

    def _watch(self, ended):
        wait = self.seconds
        while not ended.wait(wait):
            with self.lock:
                here = sys._current_frames().get(self.thread.value)
                if self.armed and not ended.is_set() and not _is_here(here) and not _caller_of(self.left_whole, here):
                    self._send()
            wait = REPEAT


class _Nowhere(io.TextIOBase):
    """A text stream that forgets what is written to it."""

    def writable(self):
        return True

    def write(self, text):
        return len(text)
