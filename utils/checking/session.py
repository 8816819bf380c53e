"""What happens in the reader's notebook: checks, hints, solutions, and which answer was checked last."""

import copy
import inspect
import json
import os
import platform
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import metadata

import numpy as np

from utils import progress
from utils.checking.blank import is_blank
from utils.checking.judging import judge
from utils.checking.observing import Answer
from utils.checking.time_limit import Held, run_guarded
from utils.checking.verdict import Note, Verdict
from utils.checking.words import error_words, show
from utils.files import ROOT
from utils.frameworks import clean_setting

SOLUTIONS = ROOT / "solutions"
STRICT = "SOFTMAX_WORKBOOK_STRICT"
UNSEEN = (
    "What you handed in cannot be looked at: reading its type, its arguments or its source raises {}. Is a file that "
    "it comes from half written? Run the cell that defines it again, or define it in the notebook itself."
)


class NotCorrect(Exception):
    """Raised in the place of a verdict that is not correct where the environment asks for it; says what it says."""


def not_attempted(exercise):
    """The verdict on an answer that is still blank."""
    help_words = f" `{exercise.name}.hint()` helps you start." if exercise.hints else ""
    message = f"Put your answer in the place of `...`, run that cell, and then this one again.{help_words}"
    return Verdict("not attempted", message, hints=exercise.hints)


@dataclass
class Session:
    """The memory of one kernel.

    Attributes:
        answers: the answer that was last checked, by the name of its exercise.
        hints: how many hints were given, by the name of the exercise.
        passed: the last answer that passed, by the name of the exercise.
        verdicts: the verdict on the last answer, by the name of the exercise.
        new_generator: makes the generator from which a check draws its probes; they are new at each check.
        failed: the names that a cell was to define and that it did not come to, since it failed.
    """

    answers: dict = field(default_factory=dict)
    hints: dict = field(default_factory=dict)
    passed: dict = field(default_factory=dict)
    verdicts: dict = field(default_factory=dict)
    new_generator: Callable = np.random.default_rng
    failed: set = field(default_factory=set)

    def cell_was_run(self, result):
        """Note what a cell of the notebook was to define, and whether it failed; IPython calls this after each."""
        names = set(re.findall(r"^(?:def\s+(\w+)|(\w+)\s*=(?!=))", result.info.raw_cell or "", re.MULTILINE))
        defined = {one or other for one, other in names}
        self.failed = self.failed - defined if result.success else self.failed | defined

    def check(self, exercise, answer, time_limit=None):
        """Judge an answer and keep what comes of it; see :meth:`Exercise.check`."""
        with Held():
            verdict = self._check(exercise, answer, time_limit)
        if exercise.answer_name in self.failed:
            name = exercise.answer_name
            former = f"The last run of the cell that writes `{name}` failed, so what is judged is from before."
            verdict = replace(verdict, message=f"{former} {verdict.message}")
        if verdict.status != "correct" and os.environ.get(STRICT) == "1":
            raise NotCorrect(repr(verdict))
        return verdict

    def _check(self, exercise, answer, time_limit):
        if _is_blank(answer):
            return not_attempted(exercise)
        self.answers[exercise.name] = answer
        with clean_setting():
            try:
                verdict = judge(exercise, Answer(exercise, answer, time_limit), self.new_generator())
            except Exception as error:  # an object that fails when it is looked at
                verdict = Verdict("incorrect", UNSEEN.format(type(error).__name__))
        self.verdicts[exercise.name] = verdict
        if verdict.status == "correct":
            self.passed[exercise.name] = answer
            trouble = progress.record(exercise.name)
            return replace(verdict, message=f"{verdict.message} {trouble}") if trouble else verdict
        return replace(verdict, hints=exercise.hints)

    def hint(self, exercise):
        """The next hint; after the last one, the last one again."""
        hints = exercise.hints
        if not hints:
            return Note("No hints here.", "Your instructor has handed out the course without them.")
        number = self.hints[exercise.name] = min(self.hints.get(exercise.name, 0) + 1, len(hints))
        last = f" After an attempt, `{exercise.name}.solution()` shows a solution." if number == len(hints) else ""
        return Note(f"Hint {number} of {len(hints)}.", hints[number - 1] + last)

    def sliders(self, exercise):
        """Sliders around the reference, and around the reader's own function once a check has accepted one.

        From then on it is the function that was checked last, so that a change for the worse can be seen, too.
        """
        from utils.checking.sliders import Sliders  # ipywidgets take a moment, and most cells need none

        def choose():
            is_own = exercise.name in self.passed
            return (self.answers[exercise.name] if is_own else exercise.reference), is_own

        return Sliders(exercise, choose)

    def solution(self, exercise):
        """The solution as it stands in the instructor's notebook, for a reader who has made an attempt."""
        name = exercise.name
        if name not in self.answers and name not in progress.solved():
            return Note("Try it first.", f"Run the check with an answer of your own; `{name}.hint()` gives a hint.")
        source = source_of_the_solution(name)
        if source is None:
            return Note(
                "Not here.", "The folder `solutions` is missing; your instructor has it, and so has the project."
            )
        return Note("One way to write it.", "The check accepts every other way that gives the same results.", source)

    def try_yours(self, exercise, *inputs):
        """What the answer that was last checked makes of inputs of the reader's choice; it fails in words."""
        called = f"`{exercise.answer_name}({', '.join(show(value) for value in inputs)})`"
        if exercise.name not in self.answers:
            return Note("Your turn later.", f"This cell shows {called} as soon as a check above has seen your answer.")

        def words():
            return show(exercise.see(self.answers[exercise.name], copy.deepcopy(inputs)).value)

        with Held(), clean_setting():
            outcome = run_guarded(words, exercise.time_limit, exercise.left_whole)
        warned = f" With a warning: {'; '.join(outcome.warned)}." if outcome.warned else ""
        if outcome.error is None:
            came = f"returns `{outcome.value}`"
        else:
            came = error_words(outcome.error, exercise.time_limit)
        return Note("Yours:", f"{called} {came}.{warned}")

    def report(self, exercise):
        """Text to paste into a message to the course's authors, who can then repeat what the reader saw."""
        if exercise.name not in self.answers:
            return Note("Nothing to report yet.", "Run the check of this exercise first.")
        answer = self.answers[exercise.name]
        try:
            source = inspect.getsource(answer)
        except (OSError, TypeError):  # a value, or a function that was not written in a cell or a file
            source = show(answer)
        verdict = self.verdicts[exercise.name]
        lines = [
            f"Exercise: {exercise.name}, softmax-workbook {metadata.version('softmax-workbook')}",
            f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.system()}",
            f"Verdict: {verdict.status}" + (f", {verdict.mistake}" if verdict.mistake else ""),
            verdict.message,
            "",
            source.rstrip(),
        ]
        return Note("Nothing was sent.", "Copy these lines into your report.", "\n".join(lines))


SESSION = Session()
_shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
if _shell is not None:
    _shell.events.register("post_run_cell", SESSION.cell_was_run)


def _is_blank(answer):
    """Whether an answer is blank; one that cannot be looked at is not."""
    try:
        return is_blank(answer)
    except Exception:
        return False


def source_of_the_solution(name):
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
