"""Which task is whose: a process stays with its chapter, and joins another one where that is worth it."""

import multiprocessing
import os
import signal
from collections import Counter

import pytest
from support.handed_in import cells, notebook

from utils.grading.tasks import Task, Waiting, in_processes


def waiting(*chapters):
    return Waiting([Task(str(place), chapter, [], 5) for place, chapter in enumerate(chapters)])


def test_a_process_stays_with_its_chapter():
    tasks = waiting("02", "01", "02", "01")
    assert [tasks.take("01", set()).key for _ in range(2)] == ["1", "3"] and len(tasks) == 2


def test_a_new_process_takes_the_first_chapter_that_nobody_is_at():
    tasks = waiting("02", "02", "01", "01")
    assert tasks.take(None, set()).chapter == "02"
    assert tasks.take(None, {"02"}).chapter == "01"
    assert tasks.take("03", {"02"}).chapter == "01"


def test_a_chapter_is_joined_for_more_than_it_takes_to_begin():
    tasks = waiting(*["01"] * 6)
    assert tasks.take(None, {"01"}) is not None  # nobody knows yet
    first = tasks.take("01", set())
    tasks.note(first, 2.0)
    assert tasks.take(None, {"01"}) is not None  # 4 wait
    tasks.note(first, 0.5)
    assert tasks.take(None, {"01"}) is None  # 3 wait, for 1.5 seconds
    assert tasks.take("01", set()) is not None


def test_what_is_put_back_comes_next():
    tasks = waiting("01", "01")
    first = tasks.take(None, set())
    tasks.again(first)
    assert tasks.take(None, set()) is first


def test_no_task_is_left():
    tasks = waiting("01")
    tasks.take(None, set())
    assert tasks.take("01", set()) is None and tasks.take(None, {"01"}) is None and len(tasks) == 0


@pytest.mark.prove
def test_a_killed_process_loses_nothing(level):
    tasks = [Task(str(place), f"0{1 + place % 2}", cells(notebook(f"0{1 + place % 2}")), 5) for place in range(24)]
    done = Counter()
    for task, result in in_processes(tasks, level, 2):
        assert "judged" in result
        done[task.key] += 1
        if sum(done.values()) == 5:
            os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)
    assert set(done) == {task.key for task in tasks} and set(done.values()) == {1}
