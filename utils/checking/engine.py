"""The engine of the checks: probe an answer, compare it with the reference, name the mistake, say it.

An exercise is data: a reference, probes, right answers written in other ways, wrong answers with their explanations.
A check accepts first and diagnoses after. It calls the answer on every probe. If all results agree with the
reference, the answer is right, however it is written. If not, the results are compared with those of the known wrong
answers on the same probes: the wrong answer that returns the same numbers everywhere names the mistake.
"""

import ast
import copy
import dis
import inspect
import itertools
import json
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import numpy as np

from utils import progress
from utils.checking.comparing import (
    NOTHING,
    Unreadable,
    agree,
    error_words,
    has_finite_numbers,
    kind,
    read,
    same_arrays,
    same_form,
    show,
    show_beside,
)
from utils.checking.time_limit import run_guarded
from utils.display import COLOURS, QUIET

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
EMPTY_BODY = ("RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST")


# What a reader sees ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Note:
    """A short text that shows itself in a notebook.

    Attributes:
        heading: its first words, shown in bold.
        text: what it says; text between backticks is code, a word between asterisks is stressed.
        code: lines of code below the text.
        colour: of the rule at its left side.
    """

    heading: str
    text: str
    code: str = ""
    colour: str = COLOURS[0]

    def __repr__(self):
        return f"{self.heading} {self.text}" + (f"\n\n{self.code}" if self.code else "")

    def _repr_html_(self):
        parts = escape(self.text, quote=False).split("`")
        parts[::2] = [re.sub(r"\*(\w[^*]*)\*", r"<em>\1</em>", words) for words in parts[::2]]
        parts[1::2] = [f"<code>{words}</code>" for words in parts[1::2]]
        text = "".join(parts)
        code = f"<pre>{escape(self.code, quote=False)}</pre>" if self.code else ""
        style = f"border-left: 4px solid {self.colour}; padding: 0.1em 1em; max-width: 46em"
        return f'<div style="{style}"><p style="margin: 0.3em 0"><strong>{self.heading}</strong> {text}</p>{code}</div>'


STATUS = {
    "correct": ("Correct.", COLOURS[2]),
    "incorrect": ("Not yet.", COLOURS[5]),
    "not attempted": ("Not attempted yet.", QUIET),
}


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check found. It shows itself in a notebook, as text and as HTML.

    Attributes:
        status: ``"correct"``, ``"incorrect"`` or ``"not attempted"``.
        message: what the reader is told.
        mistake: the name of the recognised mistake, or None.
    """

    status: str
    message: str
    mistake: str | None = None

    def __repr__(self):
        return repr(self._note())

    def _repr_html_(self):
        return self._note()._repr_html_()

    def _note(self):
        heading, colour = STATUS[self.status]
        return Note(heading, self.message, colour=colour)


# What an exercise is made of ------------------------------------------------------------------------------------------


def call(answer, *inputs):
    """How most exercises look at an answer: they call it."""
    return answer(*inputs)


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that readers really give, and what they are told about it.

    Attributes:
        name: a short name, shown in tests and reports.
        explanation: 40 to 120 words: what the code does, the smallest input that shows it, why that is wrong, where
            to look; no ready-made answer. ``{input}`` and ``{output}`` stand for the example and for what the
            reader's own answer makes of it.
        wrong: wrong answers of this kind, each a function or a value; a check recognises any of them by its results.
        example: the inputs that show the mistake, as small as possible.
        describe: how ``{output}`` is put into words, from the numbers that came back.
        recognise: for mistakes that cannot be told by results alone, and for samples that take too long to be run at a
            check: a function of a :class:`Seen`.
    """

    name: str
    explanation: str
    wrong: tuple
    example: tuple = ()
    describe: Callable | None = None
    recognise: Callable | None = None


@dataclass(frozen=True)
class Result:
    """What an answer made of one probe: numbers in the form of the expected ones, or the reason why there are none.

    Attributes:
        value: an array, or a tuple or dict of them, or a string; None when ``problem`` is set.
        problem: ``""``, or the kind of failure: the name of an exception, or ``"unreadable"``.
        detail: the failure in words.
        raw: what the answer returned.
        changed: whether the answer changed its inputs.
    """

    value: object = None
    problem: str = ""
    detail: str = ""
    raw: object = None
    changed: bool = False


@dataclass(frozen=True)
class Seen:
    """Everything that a check observed: probes, results and expected values, one of each for every probe.

    Results are missing after one that ended everything, for example by running out of time.
    """

    answer: object
    probes: Sequence[tuple]
    results: Sequence[Result]
    expected: Sequence[object]


@dataclass(eq=False)
class Exercise:
    """One exercise: what is asked, what is right, what is wrong, and how to help.

    Attributes:
        name: chapter and name of the answer, for example ``"ch01.softmax"``.
        asks: one sentence that says what is asked.
        reference: the right answer: a function, or a value.
        probes: a function from a random generator to a list of input tuples, the smallest first. It is called at every
            check, so that a memorised answer fails. An exercise that asks for a value has the single probe ``()``.
            Probes are plain data; models and other things that live are made from them by ``observe``.
        expects: a function from the inputs to words: what the result should look like, without its numbers.
        hints: two to four hints, from a question to nearly the way.
        alternatives: right answers written in other ways, at least four.
        mistakes: the wrong answers that this exercise knows, at least four, at least eight for a main exercise.
        remark: one or two sentences for the reader who has solved it.
        is_main: whether this is what the chapter is about, and not a step on the way; it then knows more mistakes.
        scale: a function from the inputs to the size of numbers that cancel on the way to the result. A result is right
            within ``rtol * (abs(expected) + scale)``: 0 for probabilities, max(1, max|z|) for a log-sum-exp.
        rtol: relative tolerance; wide enough for float32.
        observe: how an answer is looked at; calling it, unless the exercise says otherwise. It gets the answer and a
            probe, and returns what is compared.
        time_limit: seconds that the answer may take for all probes together.
        is_slow: whether answers are models or trainings. A mistake with a predicate is then told by it alone, and its
            samples are not run at a check.
    """

    name: str
    asks: str
    reference: object
    expects: Callable
    hints: Sequence[str]
    alternatives: Sequence
    mistakes: Sequence[Mistake]
    remark: str
    is_main: bool = False
    probes: Callable = lambda rng: [()]
    scale: Callable = lambda *inputs: 0.0
    rtol: float = 2e-5
    observe: Callable = call
    time_limit: float = 2.0
    is_slow: bool = False
    _hints_given: int = field(default=0, repr=False)
    _answer: object = field(default=..., repr=False)

    def __post_init__(self):
        self._own_mistakes = tuple(self.mistakes)
        if self.is_function:
            self.mistakes = (*self._own_mistakes, *_mistakes_of_every_function(self))
        else:
            self.observe = lambda answer: answer

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

    def check(self, answer, time_limit=None):
        """Judge an answer.

        Args:
            answer: what the reader wrote; anything is taken.
            time_limit: seconds; the exercise's own limit where none is given.

        Returns:
            A :class:`Verdict`.

        Raises:
            KeyboardInterrupt: only when the reader interrupts the kernel.
        """
        if _is_blank(answer):
            return Verdict(
                "not attempted",
                f"Put your answer in the place of `...` and run the cell again. `{self.name}.hint()` helps you start.",
            )
        self._answer = answer
        verdict = self._judge(answer, self.time_limit if time_limit is None else time_limit)
        if verdict.status == "correct":
            progress.record(self.name)
        return verdict

    def hint(self):
        """The next hint; after the last one, the last one again."""
        number = min(self._hints_given + 1, len(self.hints))
        self._hints_given = number
        last = f" After an attempt, `{self.name}.solution()` shows a solution." if number == len(self.hints) else ""
        return Note(f"Hint {number} of {len(self.hints)}.", self.hints[number - 1] + last)

    def solution(self):
        """The solution as it stands in the instructor's notebook, for a reader who has made an attempt."""
        if self._answer is ... and self.name not in progress.solved():
            return Note(
                "Try it first.", f"Run the check with an answer of your own; `{self.name}.hint()` gives a hint."
            )
        source = _solution_source(self.name)
        if source is None:
            return Note(
                "Not here.", "The folder `solutions` is missing; your instructor has it, and so has the project."
            )
        return Note("One way to write it.", "The check accepts every other way that gives the same results.", source)

    def try_yours(self, *inputs):
        """What the answer that was last checked makes of inputs of your choice.

        A missing, failing or endless answer is told in words and stops nothing.
        """
        called = f"`{self.answer_name}({', '.join(show(value) for value in inputs)})`"
        if self._answer is ...:
            return Note("Your turn later.", f"This cell shows {called} as soon as a check above has seen your answer.")

        def words():
            return show(self.observe(self._answer, *copy.deepcopy(inputs)))

        outcome = run_guarded(words, self.time_limit)
        warned = f" With a warning: {'; '.join(outcome.warned)}." if outcome.warned else ""
        came = f"returns `{outcome.value}`" if outcome.error is None else error_words(outcome.error, self.time_limit)
        return Note("Yours:", f"{called} {came}.{warned}")

    # Judging ----------------------------------------------------------------------------------------------------------

    def _judge(self, answer, seconds):
        if self.is_function and not callable(answer):
            return Verdict(
                "incorrect",
                f"The check needs the function itself, `{self.answer_name}` without brackets, so that it can call it "
                f"with its own inputs. It was given {kind(answer)}.",
            )
        seen = self._look(answer, seconds)
        wrong = [index for index, result in enumerate(seen.results) if not self._is_right(seen, index)]
        if not wrong and len(seen.results) == len(seen.probes):
            inputs = len(seen.probes)
            tested = f" Compared with the reference on {inputs} inputs." if inputs > 1 else ""
            return Verdict("correct", self.remark + tested)
        mistake = self._recognise(seen, wrong)

        def message():
            return (
                self._describe(seen, wrong[0])
                if mistake is None
                else self.explain(mistake, answer, seconds, seen.probes[wrong[0]])
            )

        # What came back may be an object that cannot even be printed, so this is guarded, too.
        outcome = run_guarded(message, self.time_limit)
        fallback = f"What came back is {kind(seen.results[wrong[0]].raw)}, which cannot be compared."
        return Verdict("incorrect", outcome.value or fallback, mistake and mistake.name)

    def _look(self, answer, seconds):
        """Call the answer on fresh probes and note what happens, never raising what it raises."""
        probes = self.probes(np.random.default_rng())
        expected = [self._expected(inputs) for inputs in probes]
        return Seen(answer, probes, self._results(answer, probes, expected, seconds), expected)

    def _expected(self, inputs):
        value = self.observe(self.reference, *copy.deepcopy(inputs))
        return value if isinstance(value, (str, dict, tuple)) else np.asarray(value, dtype=np.float64)

    def _results(self, answer, probes, expected, seconds):
        """The results of an answer on the probes, up to the one that ends all, for example by running out of time."""
        results = []

        def visit_all():
            for inputs, like in zip(probes, expected, strict=True):
                results.append(self._result(answer, inputs, like))

        outcome = run_guarded(visit_all, seconds)
        if outcome.error is not None:
            results.append(Result(problem=type(outcome.error).__name__, detail=error_words(outcome.error, seconds)))
        return results

    def _result(self, answer, inputs, like):
        """The result on one probe. Runs guarded, so an endless answer, or an endless result, is ended from outside."""
        given = copy.deepcopy(inputs)
        raw = None
        try:
            raw = self.observe(answer, *given)
            value = read(raw, like)
        except Unreadable as reason:
            return Result(problem="unreadable", detail=str(reason), raw=raw, changed=not same_arrays(given, inputs))
        except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit) as error:
            detail = error_words(error)
            return Result(problem=type(error).__name__, detail=detail, changed=not same_arrays(given, inputs))
        return Result(value=value, raw=raw, changed=not same_arrays(given, inputs))

    def _is_right(self, seen, index):
        result, expected = seen.results[index], seen.expected[index]
        if result.problem or result.changed:
            return False
        return agree(result.value, expected, self.rtol, self.scale(*seen.probes[index]))

    # Naming the mistake -----------------------------------------------------------------------------------------------

    def _recognise(self, seen, wrong):
        """The mistake that explains what was seen, or None.

        Three stages, the most certain first: a known wrong answer with the same results on all probes; a mistake whose
        predicate holds; one single known wrong answer of this exercise's own that is right up to the smallest input
        that fails, and gives the same finite result there.
        """
        up_to_failure = slice(wrong[0] + 1)
        candidates = []
        for mistake in self.mistakes:
            if self.is_slow and mistake.recognise is not None:
                continue
            for sample in mistake.wrong:
                results = self._results(sample, seen.probes, seen.expected, self.time_limit)
                if self._alike(seen.results, results):
                    return mistake
                if self._alike(seen.results[up_to_failure], results[up_to_failure]):
                    candidates.append(mistake)
        for mistake in self.mistakes:
            if mistake.recognise is not None and mistake.recognise(seen):
                return mistake
        own = [mistake for mistake in self._own_mistakes if mistake in candidates]
        finite = has_finite_numbers(seen.results[wrong[0]].value)
        return own[0] if finite and len(own) == 1 else None

    def _alike(self, some, others):
        """Whether two answers gave the same results, failures of the same kind included.

        Where there is nothing but failures, they have to agree in words: many answers raise one and the same exception.
        """
        nothing_else = all(result.problem for result in some)
        return len(some) == len(others) and all(
            one.problem == other.problem
            and (one.detail == other.detail or not (nothing_else or one.problem == "unreadable"))
            and one.changed == other.changed
            and (bool(one.problem) or agree(one.value, other.value, self.rtol, 0.0))
            for one, other in zip(some, others, strict=True)
        )

    def explain(self, mistake, answer, seconds=None, failing=None):
        """The explanation of a mistake, with its example worked by the answer that made it.

        Args:
            mistake: one of ``self.mistakes``.
            answer: the reader's answer.
            seconds: time limit for the example.
            failing: inputs on which the answer is wrong; they take the place of an example on which it happens to be right.
        """
        if "{output}" not in mistake.explanation:
            return mistake.explanation.replace("{input}", _in_code(mistake.example))
        example = mistake.example
        result, expected, right = self._worked(answer, example, seconds)
        if right and failing is not None:
            example = failing
            result, expected, _ = self._worked(answer, example, seconds)
        if result.problem in ("", "unreadable") and mistake.describe is None:
            output = f"`{show_beside(result.raw, expected)}`"
        elif result.problem:
            output = f"nothing, because it {result.detail}"
        else:
            output = mistake.describe(result.value)
        return mistake.explanation.replace("{input}", _in_code(example)).replace("{output}", output)

    def _worked(self, answer, inputs, seconds):
        """What an answer makes of some inputs, what is expected of it, and whether the two agree."""
        expected = self._expected(inputs)
        (result,) = self._results(answer, [inputs], [expected], seconds or self.time_limit)
        return result, expected, self._is_right(Seen(answer, [inputs], [result], [expected]), 0)

    def _describe(self, seen, index):
        """What a reader is told about an unknown mistake: the smallest failing input, what was asked, what came."""
        inputs, result = seen.probes[index], seen.results[index]
        given = _in_code(inputs) if inputs else f"`{self.answer_name}`"
        asked = f"For {given}, {self.expects(*inputs)} was expected"
        if result.problem == "unreadable":
            return f"{asked}. What came back could not be read as that: {result.detail}."
        if result.problem:
            return f"{asked}. Your answer {result.detail}.{_signature_help(self, seen.answer, result)}"
        expected, scale = seen.expected[index], self.scale(*inputs)
        difference = _differences(result.value, expected, lambda one, other: agree(one, other, self.rtol, scale))
        return f"{asked}. Your answer: `{show_beside(result.raw, expected)}`. {difference}"


# Mistakes that every function can have --------------------------------------------------------------------------------


def _mistakes_of_every_function(exercise):
    """Mistakes that are told by what a function does, not by what it returns."""

    def returns_nothing(*inputs):
        exercise.observe(exercise.reference, *inputs)

    def changes_its_input(*inputs):
        result = exercise.observe(exercise.reference, *copy.deepcopy(inputs))
        for array in inputs:
            if isinstance(array, np.ndarray):
                array -= array.dtype.type(1)
        return result

    def always_the_same(*inputs):
        return exercise.observe(exercise.reference, *exercise.probes(np.random.default_rng(0))[0])

    name = exercise.answer_name
    mistakes = [
        Mistake(
            "nothing returned",
            f"`{name}` ends without a `return`, always or in one of its branches, so Python hands back `None`. Whatever "
            "it computed, or printed, is gone when the function ends: printing shows a number to you, returning hands it "
            "to the code that called. The check sees only what is returned, and so does every later cell that wants to "
            "go on with the result. Which line holds your result, and which word has to stand in front of it?",
            (returns_nothing,),
            recognise=lambda seen: any(
                result.problem == "unreadable" and result.detail == NOTHING for result in seen.results
            ),
        )
    ]
    if inspect.signature(exercise.reference).parameters:
        unused = Mistake(
            "the argument is not used",
            f"`{name}` returns the same numbers for different inputs of the same shape. In a notebook a function can "
            "read every name of the cells above, so a body that mentions such a name in place of its own argument runs "
            "without an error and answers the same question each time. Compare the name between the brackets of "
            "`def` with the names that the body reads: do they agree?",
            (always_the_same,),
            recognise=_ignores_its_argument,
        )
        mistakes.append(unused)
    if any(isinstance(value, np.ndarray) for inputs in exercise.probes(np.random.default_rng(0)) for value in inputs):
        changed = Mistake(
            "the input is changed",
            f"The array that was handed to `{name}` looks different after the call. Operators such as `-=`, `/=` and "
            "`*=`, a slice on the left of `=`, and an `out=` argument all work on the array itself, and that array "
            "belongs to the caller, who may need it again, for example for the gradient or for a second prediction. "
            "Look for such a line, and let it make a new array in place of the old one.",
            (changes_its_input,),
            recognise=lambda seen: any(result.changed for result in seen.results),
        )
        mistakes.append(changed)
    return mistakes


def _ignores_its_argument(seen):
    """Whether different inputs always got one and the same result, though two of them needed different ones."""
    if any(result.problem for result in seen.results):
        return False
    if not all(agree(other.value, one.value, 0.0, 0.0) for one, other in itertools.pairwise(seen.results)):
        return False
    return any(
        same_form(one, other) and not agree(one, other, 1e-9, 0.0) for one, other in itertools.pairwise(seen.expected)
    )


# Putting it into words -----------------------------------------------------------------------------------------------


def _in_code(inputs):
    """Inputs as they would stand between the brackets of a call."""
    return f"`{', '.join(show(value) for value in inputs)}`"


def _signature_help(exercise, answer, result):
    """A sentence for a function that cannot take the arguments of the exercise."""
    count = len(inspect.signature(exercise.reference).parameters)
    try:
        if result.problem == "TypeError":
            inspect.signature(answer).bind(*range(count))
    except TypeError:
        return f" It is called with {count} argument{'s' if count != 1 else ''} here."
    except ValueError:  # a function of C without a signature
        pass
    return ""


def _differences(value, expected, are_equal):
    """The first thing about a result that cannot be right, in words and without the expected numbers.

    Of words, such as the entries of a decision table, it does not say which one is wrong: with two words to choose from
    that would be the answer.
    """
    if isinstance(expected, (tuple, dict)):
        names = list(expected) if isinstance(expected, dict) else range(len(expected))
        wrong = [name for name in names if not are_equal(value[name], expected[name])]
        if isinstance(expected[wrong[0]], str):
            return "Not every part of it is right."
        first = f"`{wrong[0]}`" if isinstance(expected, dict) else f"number {wrong[0] + 1}"
        others = "the others are right" if len(wrong) == 1 else "it is not the only wrong one"
        part = _differences(value[wrong[0]], expected[wrong[0]], are_equal)
        return f"Look at part {first} of {len(names)} ({others}). {part}"
    if isinstance(expected, str):
        return "It is another word than the one that was asked for."
    if value.shape != np.shape(expected):
        return f"It has the shape {value.shape}; {np.shape(expected)} was expected."
    if np.isnan(value).any() and not np.isnan(expected).any():
        return "It contains nan, which comes from an operation without a result, such as inf/inf or 0/0."
    if np.isinf(value).any() and not np.isinf(expected).any():
        return "It contains an infinite number, which comes from an overflow, a logarithm of 0 or a division by 0."
    return "Its shape is right, its numbers are not."


# Finding out what was written -----------------------------------------------------------------------------------------


def _is_blank(answer):
    """Whether nothing was written: the value ``...``, or a function whose body is a docstring and ``...`` or pass."""
    if answer is ...:
        return True
    if not inspect.isfunction(answer) or answer.__code__.co_name == "<lambda>":
        return False
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(answer))).body[0].body
    except (OSError, TypeError, SyntaxError, AttributeError, IndexError):
        # No source at hand: an empty body compiles to "return None" and nothing else.
        instructions = list(dis.get_instructions(answer))
        return all(line.opname in EMPTY_BODY and line.argval in (None, 0) for line in instructions)
    return all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and _is_filler(line.value.value))
        for line in body
    )


def _is_filler(constant):
    return constant is ... or isinstance(constant, str)


def _solution_source(name):
    """The source of the exercise's cell in ``solutions/`` without its markers, or None where it cannot be found."""
    chapter, _, answer_name = name.partition(".")
    for notebook in sorted(SOLUTIONS.glob(f"{chapter.removeprefix('ch')}_*.ipynb")):
        try:
            cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        except (OSError, ValueError, KeyError):
            continue
        for cell in cells:
            if cell.get("id") == f"{chapter}-{answer_name}":
                lines = "".join(cell["source"]).splitlines()
                return "\n".join(line for line in lines if "### BEGIN" not in line and "### END" not in line)
    return None
