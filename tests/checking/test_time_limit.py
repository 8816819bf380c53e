"""The guard around an answer: what it ends, and that Stop at any moment leaves everything as it was."""

import builtins
import gc
import importlib
import itertools
import os
import signal
import sys
import threading
import time
import warnings
import weakref

import pytest

from utils.checking import session, time_limit
from utils.checking.time_limit import Held, TimeLimitExceeded, run_guarded
from utils.exercises import ch01

LIMIT = 0.1
posix_only = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")


def state():
    """What the guard changes while it lasts."""
    return (
        signal.getsignal(signal.SIGINT),
        signal.getsignal(signal.SIGALRM) if hasattr(signal, "SIGALRM") else None,
        signal.getitimer(signal.ITIMER_REAL) if hasattr(signal, "getitimer") else None,
        sys.stdout,
        sys.stderr,
        warnings.showwarning,
        list(warnings.filters),
        sys.unraisablehook,
        Held.innermost,
    )


# Stop at every line

STEPPER = """
import signal
def stepper(files, number, passed):
    def trace(frame, event, argument):
        if frame.f_code.co_filename in files and frame.f_code is not trace.__code__:
            if event == "line" and next(passed) == number:
                signal.raise_signal(signal.SIGINT)
            return trace
    return trace
"""


def stop_at_line(number, act, *modules):
    """Press Stop when a line of some modules is about to run, the one of this number among those that run.

    The signal arrives as it does there: the function that sends it counts as a part of the guard.

    Returns:
        Whether so many lines were run, and whether KeyboardInterrupt came.
    """
    namespace = {}
    exec(compile(STEPPER, time_limit.__file__, "exec"), namespace)
    files, passed, came = {module.__file__ for module in modules}, itertools.count(), False
    former = sys.gettrace()
    sys.settrace(namespace["stepper"](files, number, passed))
    try:
        act()
    except KeyboardInterrupt:
        came = True
    finally:
        sys.settrace(former)
    return next(passed) > number, came


def guarded_twice():
    """A call that ends, with a guarded one inside of it, as when a message is put into words."""
    run_guarded(lambda: run_guarded(lambda: print("x"), 5.0), 5.0)


def guarded_until_the_time_is_over():
    run_guarded(lambda: [None for _ in iter(int, 1)], 0.002)


@posix_only
@pytest.mark.parametrize(
    ("act", "every"),
    [
        (guarded_twice, 1),
        (guarded_until_the_time_is_over, 61),
        pytest.param(guarded_until_the_time_is_over, 1, marks=pytest.mark.prove),
    ],
)
def test_stop_at_every_line_of_the_guard_leaves_everything_as_it_was(act, every, monkeypatch):
    monkeypatch.setattr(time_limit, "REPEAT", 0.01)
    before = state()
    for number in itertools.count(0, every):
        reached, came = stop_at_line(number, act, time_limit)
        assert state() == before, f"line {number} of those that run"
        if not reached:
            break
        assert came, f"Stop was swallowed at line {number} of those that run"
    assert number > 40


@posix_only
@pytest.mark.parametrize("answer", [ch01.softmax.reference, lambda z: z], ids=["right", "wrong"])
def test_stop_at_lines_of_a_check_leaves_everything_as_it_was(answer):
    """What lies around the guard; the next check works."""
    before = state()
    for number in itertools.count():
        reached, came = stop_at_line(number, lambda: ch01.softmax.check(answer), session)
        assert state() == before, number
        assert came is reached
        if not reached:
            break
    assert number > 7
    assert ch01.softmax.check(ch01.softmax.reference).status == "correct"


@posix_only
def test_stop_inside_of_a_check_inside_of_an_answer_reaches_the_reader():
    def answer(z):
        ch01.first_softmax.check(lambda z: [None for _ in iter(int, 1)])
        return z

    before = state()
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        ch01.softmax.check(answer, time_limit=8.0)
    timer.join()
    assert time.monotonic() - started < 6
    assert state() == before


# What used not to end


def ends_in_time(call, seconds=LIMIT, patience=10, **more):
    """What comes of a call that never ends by itself, and ends in time here."""
    before, started = state(), time.monotonic()
    outcome = run_guarded(call, seconds, **more)
    assert time.monotonic() - started < patience
    assert state() == before
    return outcome.error


def test_a_check_inside_its_own_answer_ends():
    def answer(z):
        ch01.softmax.check(answer)
        return z

    started = time.monotonic()
    assert ch01.softmax.check(answer, time_limit=LIMIT).status == "incorrect"
    assert time.monotonic() - started < 20


def test_the_time_of_an_outer_call_goes_on_inside_of_a_guarded_one():
    def inner():
        for _ in range(100):
            run_guarded(lambda: time.sleep(0.1), 60)

    assert isinstance(ends_in_time(inner, 0.25, patience=5), TimeLimitExceeded)


def compute_in(package):
    module = {"__name__": f"{package}.inner"}
    exec("import time\ndef compute():\n    time.sleep(0.1)", module)
    return module["compute"]


@posix_only
def test_a_limit_that_is_swallowed_around_calls_that_must_not_be_broken_off_ends():
    compute = compute_in("tensorflow")

    def trains_for_ever():
        while True:
            try:  # noqa: SIM105
                compute()
            except:  # noqa: E722 - the point is a reader's own bare handler
                pass

    assert isinstance(ends_in_time(trains_for_ever, left_whole=("tensorflow",)), TimeLimitExceeded)


class Endless(Exception):
    def __str__(self):
        while True:
            pass


def raises_endless(z):
    raise Endless


def test_an_exception_that_cannot_be_put_into_words_is_named():
    started = time.monotonic()
    assert "raised Endless" in ch01.softmax.check(raises_endless, time_limit=1).message
    assert "raised Endless" in repr(ch01.softmax.try_yours([1.0, 2.0]))
    assert time.monotonic() - started < 60


class NeverGoes:
    def __init__(self):
        self.itself = self

    def __del__(self):
        while True:
            pass


def test_an_object_that_never_goes_is_given_up():
    def holds():
        held = NeverGoes()
        while held:
            pass

    assert isinstance(ends_in_time(holds), TimeLimitExceeded)
    gc.collect()


@posix_only
def test_the_end_is_not_lost_in_what_a_dying_reference_calls():
    """Python ignores what is raised there, but for a message on stderr: the answer would go on."""

    def lets_references_die():
        references = weakref.WeakKeyDictionary()
        while True:
            references[Brief()] = 1

    for _ in range(5):
        assert isinstance(run_guarded(lets_references_die, LIMIT).error, TimeLimitExceeded)


class Brief:
    """Something that weak references can point to."""


def test_an_endless_import_ends(tmp_path, monkeypatch):
    (tmp_path / "never_there.py").write_text("while True:\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(time_limit, "IMPORT_PATIENCE", 0.1)
    assert isinstance(ends_in_time(lambda: __import__("never_there")), TimeLimitExceeded)


@pytest.mark.parametrize("seconds", [-1, 0, 1e300, float("inf")])
def test_any_limit_can_be_asked_for(seconds):
    assert run_guarded(lambda: 3, seconds).value == 3 or seconds <= 0


def test_checks_in_threads_leave_stdout_and_warnings_as_they_were():
    before = state()
    threads = [
        threading.Thread(target=ch01.softmax.check, args=(lambda z: print(z) or time.sleep(0.001),)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert state() == before


# Leaving


class Shell:
    """What of IPython's shell counts here: ``exit()`` asks it to end the kernel after the cell."""

    keepkernel_on_exit = None

    def __init__(self):
        self.left = 0

    def ask_exit(self):
        self.left += 1


@pytest.mark.parametrize("leave", ["IPython", "sys", "builtins"])
def test_leaving_is_a_mistake_with_a_name_and_ends_no_kernel(monkeypatch, leave):
    ipython = importlib.import_module("IPython")  # which comes with ipykernel
    shell = Shell()
    monkeypatch.setattr(ipython, "get_ipython", lambda: shell)
    calls = {
        "IPython": importlib.import_module("IPython.core.autocall").ZMQExitAutocall(shell),
        "sys": sys.exit,
        "builtins": getattr(builtins, "quit", sys.exit),
    }
    verdict = ch01.softmax.check(lambda z: calls[leave]())
    assert verdict.mistake == "exit()"
    assert 40 <= len(verdict.message.split()) <= 120
    assert shell.left == 0
    shell.ask_exit()
    assert shell.left == 1, "afterwards it does again what it did"


# What cannot even be looked at


class FailingClass(type):
    @property
    def __name__(cls):
        raise RuntimeError("no name")


class Nameless(metaclass=FailingClass):
    @property
    def __class__(self):
        raise RuntimeError("no class")

    def __call__(self, z):
        return z


def wrapped_in_itself(z):
    return z


wrapped_in_itself.__wrapped__ = wrapped_in_itself


@pytest.fixture
def half_written(tmp_path, monkeypatch):
    """A function of a module that was saved half-typed since it was imported."""
    file = tmp_path / "half_written.py"
    file.write_text("def answer(z):\n    return z\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = __import__("half_written")
    file.write_text('def answer(z):\n    return (z,\n\n"""')
    yield module.answer
    del sys.modules["half_written"]


def test_what_cannot_be_looked_at_is_said(half_written):
    for answer in (Nameless(), wrapped_in_itself, half_written):
        verdict = ch01.softmax.check(answer)
        assert verdict.status == "incorrect"
        assert len(verdict.message.split()) >= 8
