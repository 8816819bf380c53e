"""The work of grading as tasks, each one notebook of one student, and the processes that do them."""

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
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
        self.task = None

    def give(self, task):
        self.task = task
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


def in_processes(tasks, level, count=None):
    """Do tasks in processes of this machine.

    A process that dies takes one task with it; it is tried once more in a new one, and then reported.

    Args:
        tasks: in their order; those of one chapter follow each other.
        level: of the walls.
        count: how many processes; as many as there are processors.

    Yields:
        Pairs of a task and what :func:`work` made of it, as they come.
    """
    waiting, tried = deque(tasks), {}
    count = min(count or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(2)), len(waiting))
    processes = []
    try:
        processes += [Process(level) for _ in range(count)]
        for process in processes:
            process.give(waiting.popleft())
        while any(process.task for process in processes):
            busy = [process for process in processes if process.task]
            for ready in wait([process.connection for process in busy]):
                process = next(one for one in busy if one.connection is ready)
                task, process.task = process.task, None
                try:
                    yield task, process.connection.recv()
                except (EOFError, OSError):
                    tried[task.key] = tried.get(task.key, 0) + 1
                    process.close(at_once=True)
                    processes[processes.index(process)] = process = Process(level)
                    if tried[task.key] < ATTEMPTS:
                        waiting.appendleft(task)
                    else:
                        yield task, {"failed": "It ended the process that judged it, twice."}
                if waiting:
                    process.give(waiting.popleft())
    finally:
        for process in processes:
            process.close(at_once=sys.exc_info()[0] is not None)
