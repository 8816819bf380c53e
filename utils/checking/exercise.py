"""An exercise: what is asked, what is right, what is wrong, and how to help. Data alone; nothing runs at import."""

import copy
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property

from utils.checking.bank import Bank
from utils.checking.every_function import mistakes_of_every_function
from utils.checking.observing import Observation
from utils.checking.playground import Playground
from utils.checking.session import SESSION
from utils.checking.values import plain


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise.

    Attributes:
        name: chapter and name of the answer, for example ``"ch01.softmax"``.
        asks: one sentence that says what is asked.
        reference: the right answer: a function, or a value.
        probes: the :class:`Domain` that the text promises, or another function from a random generator to a list of
            input tuples, the smallest first. An exercise that asks for a value has the single probe ``()``.
            Probes are plain data; models and other things that live are made from them by ``observe``.
        expects: a function from the inputs to words: what the result should look like, without its numbers.
        hints: two to four hints, from a question to nearly the way.
        alternatives: right answers written in other ways, at least four.
        bank: the wrong answers that this exercise knows, at least four, at least eight for a main exercise.
        remark: one or two sentences for the reader who has solved it.
        is_main: whether this is what the chapter is about, and not a step on the way; it then knows more mistakes.
        scale: a function from the inputs to the size of numbers that cancel on the way to the result. A result is right
            within ``rtol * (abs(expected) + scale)``: 0 for probabilities, max(1, max|z|) for a log-sum-exp.
        rtol: relative tolerance; wide enough for float32.
        observe: how an answer is looked at, where calling it, or taking it as the value, will not do. It gets the
            answer and a probe, and returns what is compared, or an :class:`Observation` with further facts.
        visit: makes a context in which one answer is looked at on all its probes, where the looks have something in
            common that is too costly to be made for each of them.
        expected: a function from the inputs to the expected value, where that is cheaper than a look at the reference.
        time_limit: seconds that the answer may take for all probes together.
        of_every_function: other samples for the mistakes that every function can have, by name, where the usual ones do
            not fit; none where such a mistake cannot be told from one of the bank.
        named_by_one_probe: whether one probe tells enough for a name that is then called uncertain; not where results
            are classes, or yes and no.
        playground: what its sliders move, where it has any; see :meth:`sliders`.
        left_whole: packages whose functions the time limit does not break off, see :func:`run_guarded`.
    """

    name: str
    asks: str
    reference: object
    expects: Callable
    hints: Sequence[str]
    alternatives: Sequence
    bank: Bank
    remark: str
    is_main: bool = False
    probes: Callable = lambda rng: [()]
    scale: Callable = lambda *inputs: 0.0
    rtol: float = 2e-5
    observe: Callable | None = None
    visit: Callable = nullcontext
    expected: Callable | None = None
    time_limit: float = 2.0
    of_every_function: Mapping[str, tuple] = field(default_factory=dict)
    named_by_one_probe: bool = True
    playground: Playground | None = None
    left_whole: tuple[str, ...] = ()

    def __repr__(self):
        return f"{self.name}: {self.asks}"

    @property
    def answer_name(self):
        """The name that the reader's answer has in the notebook."""
        return self.name.partition(".")[2]

    @property
    def is_function(self):
        """Whether a function is asked for, and not a value."""
        return callable(self.reference)

    @cached_property
    def mistakes(self):
        """All mistakes that a check looks for: those of the bank, and those that every function can have."""
        return (*self.bank, *(mistakes_of_every_function(self) if self.is_function else ()))

    def see(self, answer, inputs):
        """An :class:`Observation` of an answer on some inputs; it raises what the answer raises."""
        if self.observe is not None:
            result = self.observe(answer, *inputs)
        else:
            result = answer(*inputs) if self.is_function else answer
        return result if isinstance(result, Observation) else Observation(result)

    def expect(self, inputs):
        """The value that is expected for some inputs."""
        if self.expected is not None:
            return plain(self.expected(*inputs))
        return plain(self.see(self.reference, copy.deepcopy(inputs)).value)

    def check(self, answer, time_limit=None):
        """Judge an answer.

        Args:
            answer: what the reader wrote; anything is taken.
            time_limit: seconds; the exercise's own limit where none is given.

        Returns:
            A :class:`utils.checking.verdict.Verdict`.

        Raises:
            KeyboardInterrupt: only when the reader interrupts the kernel.
            NotCorrect: where ``SOFTMAX_WORKBOOK_STRICT`` is 1 and the verdict is another one: for graders and scripts,
                which see a cell fail and read no verdict.
        """
        return SESSION.check(self, answer, time_limit)

    def hint(self):
        """The next hint; after the last one, the last one again."""
        return SESSION.hint(self)

    def solution(self):
        """The solution as it stands in the instructor's notebook, for a reader who has made an attempt."""
        return SESSION.solution(self)

    def report(self):
        """Text to paste into a report of an error: versions, your answer and the verdict on it. Nothing is sent."""
        return SESSION.report(self)

    def sliders(self):
        """Sliders around a function: the workbook's own until this exercise is passed, yours from then on."""
        return SESSION.sliders(self)

    def try_yours(self, *inputs):
        """What the answer that was last checked makes of inputs of your choice.

        A missing, failing or endless answer is told in words and stops nothing.
        """
        return SESSION.try_yours(self, *inputs)
