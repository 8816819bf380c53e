"""The work of grading as tasks, each one notebook of one student, and the processes that do them."""

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter, defaultdict, deque
from dataclasses import asdict, dataclass
from multiprocessing.connection import wait

from utils.grading.judging import Grader
from utils.grading.outside import Broken

ATTEMPTS = 2


@dataclass(frozen=True)
class Task:
    """One notebook to be judged; plain data, so that it can be sent anywhere.

    Attributes:
        key: what tells it from the others.
        chapter: the number of its chapter.
        cells: see :class:`utils.grading.submissions.Submission`.
        seed: what the probes are drawn from.
        only: the name of one exercise, where only that is wanted.
    """

    key: str
    chapter: str
    cells: list
    seed: int
    only: str | None = None


def work(task, grader):
    """Do a task. Returns plain data: the verdicts, or why there are none."""
    began = time.monotonic()
    try:
        judged = grader.grade(task.chapter, task.cells, task.seed, task.only)
        return {"judged": [asdict(one) for one in judged], "seconds": round(time.monotonic() - began, 3)}
    except (Broken, OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        return {"failed": f"It could not be graded: {type(error).__name__}: {error}"[:300]}


def _serve(connection, level):
    """A process that does tasks until it is told to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that started it decides
    grader = Grader(level)
    try:
        while (task := connection.recv()) is not None:
            connection.send(work(task, grader))
    except (EOFError, OSError):
        pass
    finally:
        grader.close()


class Process:
    """A process with one task at a time."""

    def __init__(self, level):
        context = multiprocessing.get_context("spawn")
        self.connection, inner = context.Pipe()
        self.process = context.Process(target=_serve, args=(inner, level), daemon=True)
        self.process.start()
        inner.close()
        self.task = self.chapter = None

    def give(self, task):
        self.task, self.chapter = task, task.chapter
        self.connection.send(task)

    def close(self, at_once=False):
        if at_once:
            self.process.terminate()
        else:
            with contextlib.suppress(OSError):
                self.connection.send(None)
        self.process.join(20)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.connection.close()


class Waiting:
    """The tasks that wait, by chapter.

    To begin a chapter takes a process seconds, and each notebook of it less than one. So a process stays with its
    chapter, goes on to one that no other process is at, and joins another one only for more than it takes to begin.
    """

    def __init__(self, tasks):
        self._of = defaultdict(deque)
        for task in tasks:
            self._of[task.chapter].append(task)
        self._first, self._last = {}, {}  # seconds of a task by chapter; the first includes the beginning

    def __len__(self):
        return sum(map(len, self._of.values()))

    def again(self, task):
        """Put a task back, in front of the others."""
        self._of[task.chapter].appendleft(task)

    def note(self, task, seconds):
        """Keep how long a task took."""
        self._first.setdefault(task.chapter, seconds)
        self._last[task.chapter] = seconds

    def take(self, chapter, taken):
        """The next task for a process, or None.

        Args:
            chapter: that the process is at, or None.
            taken: the chapters that other processes are at.
        """
        if not self._of[chapter]:
            there = [number for number, tasks in self._of.items() if tasks]
            free = [number for number in there if number not in taken]
            joined = [number for number in there if self._is_worth_joining(number)]
            chapter = free[0] if free else max(joined, key=lambda number: len(self._of[number]), default=None)
        return self._of[chapter].popleft() if self._of[chapter] else None

    def _is_worth_joining(self, chapter):
        if chapter not in self._first:
            return True
        return len(self._of[chapter]) * self._last[chapter] > self._first[chapter]


def _hand_out(waiting, processes):
    """Give each process that has nothing to do a task, where there is one for it."""
    for process in processes:
        if process.task is None:
            task = waiting.take(process.chapter, {other.chapter for other in processes if other is not process})
            if task is not None:
                process.give(task)


def in_processes(tasks, level, count=None):
    """Do tasks in processes of this machine.

    A process that dies takes one task with it; it is tried once more in a new one, and then reported.

    Args:
        tasks: in their order, by chapter.
        level: of the walls.
        count: how many processes; as many as there are processors.

    Yields:
        Pairs of a task and what :func:`work` made of it, as they come.
    """
    waiting, tried = Waiting(tasks), Counter()
    count = min(count or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(2)), len(waiting))
    processes = []
    try:
        processes += [Process(level) for _ in range(count)]
        _hand_out(waiting, processes)
        while busy := [process for process in processes if process.task]:
            for ready in wait([process.connection for process in busy]):
                process = next(one for one in busy if one.connection is ready)
                task, process.task = process.task, None
                try:
                    result = process.connection.recv()
                    waiting.note(task, result.get("seconds", 0.0))
                except (EOFError, OSError):
                    tried[task.key] += 1
                    process.close(at_once=True)
                    processes[processes.index(process)] = Process(level)
                    result = {"failed": "It ended the process that judged it, twice."}
                    if tried[task.key] < ATTEMPTS:
                        waiting.again(task)
                        result = None
                _hand_out(waiting, processes)  # before whoever takes the result writes it down
                if result is not None:
                    yield task, result
    finally:
        for process in processes:
            process.close(at_once=sys.exc_info()[0] is not None)
