"""A class on a Dask cluster: the same verdicts, and nothing is lost or done twice when a worker is killed."""

import os
import signal
from collections import Counter

import pytest
from support.handed_in import cells, notebook
from support.poison import slow_or_deadly

from utils.grading import sandbox
from utils.grading.cluster import ClusterError, do, in_cluster
from utils.grading.tasks import Task, in_processes


def test_without_a_scheduler_a_sentence_says_so():
    pytest.importorskip("distributed")
    with pytest.raises(ClusterError, match="no Dask scheduler at"):
        list(in_cluster([], sandbox.FULL, "nonsense://127.0.0.1:1"))


@pytest.fixture
def cluster():
    """A scheduler and two workers on loopback."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as made:
        made.wait_for_workers(2, timeout=120)
        yield made


@pytest.mark.prove
@pytest.mark.filterwarnings("default")
def test_a_killed_worker_loses_nothing_and_a_deadly_task_is_told(cluster):
    tasks = [Task(str(number), "01", [], 5) for number in range(60)] + [Task("poison", "01", [], 5)]
    done, killed = Counter(), False
    for task, result in in_cluster(tasks, sandbox.FULL, cluster.scheduler_address, slow_or_deadly):
        done[task.key] += 1
        assert ("failed" in result) == (task.key == "poison"), result
        if not killed and "by" in result and sum(done.values()) > 10:
            os.kill(result["by"], signal.SIGKILL)
            killed = True
    assert killed and set(done) == {task.key for task in tasks} and set(done.values()) == {1}


@pytest.mark.prove
@pytest.mark.filterwarnings("default")
def test_the_same_verdicts_as_on_one_machine(cluster):
    level, reason = sandbox.level()
    if level == sandbox.NONE:
        pytest.skip(reason)
    wrong = "def softmax(z):\n    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)\n"
    made = [notebook("01", solved=True), notebook("01"), notebook("01", {"ch01.softmax": wrong})] * 4
    tasks = [Task(str(place), "01", cells(one), 5) for place, one in enumerate(made)]

    def verdicts(pairs):
        return {
            task.key: [(one["exercise"], one["status"], one["mistake"], one["message"]) for one in result["judged"]]
            for task, result in pairs
        }

    there = verdicts(in_cluster(tasks, level, cluster.scheduler_address, do))
    assert there == verdicts(in_processes(tasks, level)) and len(there) == 12
