"""What an answer does, noted as plain data.

This is the only room of the engine in which an answer runs. What leaves it is an array, a string, or a tuple or dict of
such, so the answer may run in another process than the judge, who sees :class:`Seen` alone.
"""

import copy
import inspect
import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType

from utils.checking.time_limit import run_guarded
from utils.checking.values import NOTHING, Unreadable, kind, read, same_arrays
from utils.checking.words import error_words, in_all_digits

UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Observation:
    """What an exercise's ``observe`` may return in place of a value: the value, and what else was noticed.

    Attributes:
        value: what is compared.
        facts: plain data by name, for telling a mistake; never compared.
    """

    value: object
    facts: Mapping = field(default_factory=dict)


class Unfit(Exception):
    """Raised by an exercise's ``observe`` in the place of a value: something else came, or something happened that
    rules out every value.

    Attributes:
        problem: a short name for it, which predicates ask for.
        detail: what the answer did, in words that go on behind "Your answer".
        raw: what came, for showing it; None where nothing came.
        facts: what else was noticed.
    """

    def __init__(self, problem, detail, raw=None, facts=None):
        super().__init__(problem, detail)
        self.problem, self.detail, self.raw, self.facts = problem, detail, raw, facts or {}


@dataclass(frozen=True)
class Shown:
    """In the place of what came back in another process: how it is shown.

    Attributes:
        texts: see :attr:`Result.texts`.
        kind: what it is, in words.
    """

    texts: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Result:
    """What an answer made of one probe: a value in the form that is asked for, or the reason why there is none.

    Attributes:
        value: see :mod:`utils.checking.values`; None when ``problem`` is set.
        problem: ``""``, or the kind of failure: the name of an exception, that of an :class:`Unfit`, or
            :data:`UNREADABLE`.
        detail: the failure in words.
        facts: what else was noticed.
        changed: whether the answer changed its inputs.
        raw: what came back, for showing it and for nothing else.
    """

    value: object = None
    problem: str = ""
    detail: str = ""
    facts: Mapping = field(default_factory=dict)
    changed: bool = False
    raw: object = field(default=None, repr=False, compare=False)

    @cached_property
    def texts(self):
        """What came back as a reader would write it, with few and with many digits."""
        return self.raw.texts if isinstance(self.raw, Shown) else in_all_digits(self.raw)

    @property
    def kind(self):
        """What came back is of this kind, in words."""
        return self.raw.kind if isinstance(self.raw, Shown) else kind(self.raw)

    @property
    def is_nothing(self):
        """Whether None came back."""
        return self.problem == UNREADABLE and self.detail == NOTHING


@dataclass(frozen=True)
class Seen:
    """Everything that a check observed: probes, results and expected values, one of each for every probe.

    Results are missing after one that ended everything, for example by running out of time.

    Attributes:
        probes: tuples of inputs.
        results: a :class:`Result` for each probe.
        expected: the value that the reference gives for each probe.
        right: whether each result is the expected one.
        names: the names of globals and attributes that the answer's code mentions; empty where it has none of Python.
    """

    probes: Sequence[tuple]
    results: Sequence[Result]
    expected: Sequence[object]
    right: Sequence[bool] = ()
    names: frozenset = frozenset()


class Answer:
    """An answer that runs in this process, called on request and never trusted."""

    def __init__(self, exercise, function, seconds=None):
        """
        Args:
            exercise: what it answers.
            function: what was written: a function, or a value.
            seconds: how long it may take for all probes together; the exercise's own limit where none is given.
        """
        self._exercise = exercise
        self._function = function
        self._seconds = exercise.time_limit if seconds is None else seconds

    @property
    def is_callable(self):
        """Whether it can be called at all."""
        return callable(self._function)

    @property
    def kind(self):
        """What it is, in words."""
        return kind(self._function)

    @property
    def names(self):
        """The names of globals and attributes that its code mentions."""
        code = getattr(self._function, "__code__", None) if inspect.isfunction(self._function) else None
        return frozenset(code.co_names) if isinstance(code, CodeType) else frozenset()

    def takes(self, count):
        """Whether it can be called with so many arguments; True where nobody can tell."""
        try:
            inspect.signature(self._function).bind(*range(count))
        except TypeError:
            return False
        except ValueError:  # a function of C without a signature
            pass
        return True

    def observe(self, probes, forms):
        """The results on the probes, up to the one that ends all, for example by running out of time.

        Args:
            probes: tuples of inputs.
            forms: the form of the value that is asked for, one for each probe.
        """
        results = []

        def visit_all():
            with self._exercise.visit():
                for inputs, form in zip(probes, forms, strict=True):
                    results.append(look(self._exercise, self._function, inputs, form))

        outcome = run_guarded(visit_all, self._seconds, self._exercise.left_whole)
        if outcome.error is not None:
            words = error_words(outcome.error, self._seconds)
            results.append(Result(problem=type(outcome.error).__name__, detail=words))
        return results


def peak_memory(call):
    """What a call returns, and how many bytes it held at its most beyond what was held before."""
    traced_already = tracemalloc.is_tracing()
    tracemalloc.start()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    try:
        result = call()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not traced_already:
            tracemalloc.stop()
    return result, peak - before


def look(exercise, function, inputs, form):
    """The result of a function on one probe. Runs guarded, so that an endless one is ended from outside."""
    given = copy.deepcopy(inputs)
    raw, facts = None, {}
    try:
        observation = exercise.see(function, given)
        raw, facts = observation.value, observation.facts
        value, problem, detail = read(raw, form), "", ""
    except Unreadable as reason:
        value, problem, detail = None, UNREADABLE, str(reason)
    except Unfit as unfit:
        value, problem, detail, raw, facts = None, unfit.problem, unfit.detail, unfit.raw, unfit.facts
    except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit) as error:
        value, problem, detail = None, type(error).__name__, error_words(error)
    return Result(value, problem, detail, facts, not same_arrays(given, inputs), raw)
