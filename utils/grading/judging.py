"""One submission of one chapter, from cells to verdicts. The process that does this is trusted, and runs no answer."""

import ast
import contextlib
import os
import subprocess
import sys
import time
import zlib
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from utils.checking.judging import Questions, judge_by
from utils.checking.session import not_attempted
from utils.checking.time_limit import run_guarded
from utils.checking.verdict import Verdict
from utils.files import ROOT
from utils.frameworks import clean_setting
from utils.grading import cells as finding
from utils.grading import sandbox
from utils.grading.outside import LOAD, PREPARE, START, Broken, RemoteAnswer, Stopped, Warm, request
from utils.notebooks.handed_out import cells_of

FRAMEWORKS = {"ch07", "ch08", "ch09"}
LOADED_ON_REQUEST = {"torch", "tensorflow", "keras", "scipy", "sklearn", "matplotlib", "pandas"}
JUDGE = 60.0  # seconds for what a judge does with the results of one exercise


@dataclass
class Judged:
    """The verdict on one exercise of one student, as plain data.

    Attributes:
        exercise: its name.
        status, mistake, message, is_certain: see :class:`utils.checking.verdict.Verdict`.
        source: the code that was judged.
        example: the same without comments and without the text of strings.
        course: the course's own functions that it mentions, where the solution mentions none of them.
        remarks: what was unusual, as sentences.
        seconds: how long it took.
    """

    exercise: str
    status: str
    message: str
    mistake: str | None = None
    is_certain: bool = True
    source: str = ""
    example: str = ""
    course: list = field(default_factory=list)
    remarks: list = field(default_factory=list)
    seconds: float = 0.0

    @property
    def verdict(self):
        """As a learner would have seen it, hints aside."""
        return Verdict(self.status, self.message, self.mistake, self.is_certain)


class Chapter:
    """What a grader knows of a chapter: its cells as handed out, its exercises, and what is expected, for one seed."""

    def __init__(self, number, root=ROOT):
        """
        Args:
            number: ``"01"`` to ``"10"``.
            root: the folder of the course.
        """
        cells = cells_of(next(iter(sorted((root / "solutions").glob(f"{number}_*.ipynb")))))
        self.name = f"ch{number}"
        self.exercises = {e.name: e for e in import_module(f"utils.exercises.{self.name}").EXERCISES}
        self.cells = [(place, cell.id, cell.kind, cell.source, cell.stub) for place, cell in enumerate(cells)]
        of_exercise = {cell.id.replace("-", ".", 1): cell for cell in cells if cell.stub}
        self.described = [
            {
                "name": name,
                "answer_name": exercise.answer_name,
                "id": of_exercise[name].id,
                "stub": of_exercise[name].source,
                "hash": of_exercise[name].stub,
            }
            for name, exercise in self.exercises.items()
            if name in of_exercise
        ]
        self.official = {name: _mentioned(cell.solution) for name, cell in of_exercise.items()}
        self.seed, self._questions, self.requests = None, {}, {}

    def questions(self, name, seed):
        """The questions of an exercise, drawn from a seed; the same for all submissions of a run."""
        if seed != self.seed:
            self.seed, self._questions, self.requests = seed, {}, {}
        if name not in self._questions:
            exercise = self.exercises[name]
            rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
            with clean_setting():
                self._questions[name] = Questions(exercise, exercise.probes(rng))
        return self._questions[name]


def _mentioned(source):
    """The attributes that a source reads of a name, such as ``reference.softmax``."""
    nodes = ast.walk(ast.parse(source))
    pairs = (node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    return {f"{node.value.id}.{node.attr}" for node in pairs}


def keep_compiled(cells):
    """Import what a chapter imports once outside of the walls, if that was never done on this machine.

    Python then keeps what it has compiled. Behind the walls it cannot write, and each warm process would compile
    TensorFlow anew, which takes longer than all else in it.
    """
    imports = finding.import_cells([finding.Cell(*parts) for parts in cells])
    for spec in map(find_spec, sorted(finding.imported(imports))):
        compiled = Path(spec.cached) if spec is not None and spec.cached else None
        if compiled is not None and not compiled.exists() and os.access(Path(spec.origin).parent, os.W_OK):
            code = "\n".join(cell.code for cell in imports)
            environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
            command = [sys.executable, "-c", code]
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=START)
            return


class Grader:
    """Judges submissions. Keeps a warm process for the chapter at hand; close it in the end."""

    def __init__(self, level, root=ROOT):
        self.level, self.root = level, root
        self.chapters, self.warm = {}, {}

    def close(self):
        """End the warm processes."""
        while self.warm:
            self.warm.popitem()[1].close()

    def chapter(self, number):
        """The chapter with a number."""
        if number not in self.chapters:
            self.chapters[number] = Chapter(number, self.root)
        return self.chapters[number]

    def _open(self, chapter, extra=()):
        """A new child for a chapter, of a warm process that has loaded what is wanted."""
        key = (chapter.name, tuple(sorted(extra)))
        for attempt in range(2):
            if key not in self.warm:
                for other in [other for other in self.warm if other[0] != chapter.name]:
                    self.warm.pop(other).close()
                heavy = chapter.name in FRAMEWORKS or extra
                setting = {
                    "chapter": chapter.name,
                    "cells": chapter.cells,
                    "exercises": chapter.described,
                    "extra": key[1],
                    "memory": (4 if heavy else 2) * sandbox.GIB,
                    "seconds": 600 if heavy else 120,
                    "space": (256 if heavy else 64) * 2**20,
                }
                keep_compiled(chapter.cells)
                self.warm[key] = Warm(setting, self.level)
            try:
                return self.warm[key].open()
            except Broken:
                self.warm.pop(key).close()
                if attempt:
                    raise
        raise AssertionError

    def grade(self, number, cells, seed, only=None):
        """Judge the answers of a submission to one chapter.

        Args:
            number: of the chapter, ``"01"`` to ``"10"``.
            cells: its cells: tuples of place, id, kind, source and the hash of the stub.
            seed: what the probes are drawn from; drawn after the answers were handed in.
            only: the name of one exercise, where only that is wanted.

        Returns:
            A list of :class:`Judged`, one for each exercise, in their order.
        """
        chapter = self.chapter(number)
        names = [described["name"] for described in chapter.described if only in (None, described["name"])]
        try:
            warm, found = self._load(chapter, cells, seed)
        except Stopped as stopped:
            message = f"The notebook could not be read in its own process: it {stopped.words}."
            return [Judged(name, "not attempted", message, remarks=[message]) for name in names]
        judged = []
        for name in names:
            began = time.monotonic()
            if warm.child is None and found[name]["attempted"]:
                try:
                    warm, _ = self._load(chapter, cells, seed)
                except Stopped:
                    warm.child = None
            one = self._judge(chapter, name, warm, found[name], seed)
            one.seconds = round(time.monotonic() - began, 3)
            judged.append(one)
        warm.end()
        return judged

    def _load(self, chapter, cells, seed):
        """A child that has read a submission, and what it found."""
        warm = self._open(chapter)
        drawn = int(np.random.default_rng([seed, 1]).integers(2**31))
        found = _as_found(chapter, warm.ask(LOAD, request(do="load", cells=cells, seed=drawn)))
        wanted = {package for one in found.values() for package in one["imports"]} & LOADED_ON_REQUEST
        if wanted:
            warm.end()
            warm = self._open(chapter, wanted)
            found = _as_found(chapter, warm.ask(LOAD, request(do="load", cells=cells, seed=drawn)))
        return warm, found

    def _judge(self, chapter, name, warm, found, seed):
        exercise = chapter.exercises[name]
        course = [used for used in found["course"] if used not in chapter.official[name]]
        kept = {"source": found["source"], "example": found["example"], "course": course}
        remarks = list(found["remarks"])
        if not found["attempted"]:
            blank = not_attempted(exercise)
            return Judged(name, blank.status, blank.message, **kept, remarks=remarks)

        def wrong(words):
            return Judged(name, "incorrect", words, **kept, remarks=remarks)

        try:
            if warm.child is None:
                raise Stopped("could not be read in its own process")
            described = warm.ask(PREPARE, request(do="prepare", name=name))
            remarks += [str(words)[:300] for words in described["remarks"]]
            if "missing" in described:
                return wrong(str(described["missing"])[:300])
            if described["blank"] is True:
                blank = not_attempted(exercise)
                return Judged(name, blank.status, blank.message, **kept, remarks=remarks)
            answer = RemoteAnswer(exercise, warm, described, chapter.requests)
        except Stopped as stopped:
            return wrong(f"Before it was asked anything, your answer {stopped.words}.")
        except (KeyError, TypeError, ValueError, AttributeError):
            warm.end()
            return wrong("Before it was asked anything, your answer sent back what is no description of it.")
        questions = chapter.questions(name, seed)
        with clean_setting():
            outcome = run_guarded(lambda: judge_by(questions, answer), JUDGE)
        if outcome.error is not None:
            warm.end()
            return wrong(f"Your answer sent back results that cannot be judged ({type(outcome.error).__name__}).")
        verdict = outcome.value
        return Judged(
            name, verdict.status, verdict.message, verdict.mistake, verdict.is_certain, **kept, remarks=remarks
        )


def _as_found(chapter, reply):
    """What a child found, in the form that is expected of it; no answer has run there yet."""
    found = {}
    for described in chapter.described:
        one = reply[described["name"]]
        found[described["name"]] = {
            "attempted": one["attempted"] is True,
            "source": str(one["source"]),
            "example": str(one["example"]),
            **{key: [str(word) for word in one[key]] for key in ("course", "imports", "remarks")},
        }
    return found
