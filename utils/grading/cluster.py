"""The same tasks on many machines: a Dask cluster, which the course can do without (``pip install distributed``).

Each worker has the course and walls of its own. What a killed worker had not finished goes to another one.
"""

import atexit
import threading

from utils.grading import sandbox
from utils.grading.judging import Grader
from utils.grading.tasks import work

_LOCK = threading.Lock()  # a grader does one thing at a time
_GRADERS = {}


class ClusterError(Exception):
    """Why a cluster cannot be used, as a plain sentence."""


def do(task, level):
    """Do a task in a worker, with a grader that the worker keeps."""
    here, reason = sandbox.level()
    if here != level and level != sandbox.NONE:
        return {"failed": f"A worker has other walls ({here}) than this machine ({level}). {reason}"}
    with _LOCK:
        if level not in _GRADERS:
            _GRADERS[level] = Grader(level)
            atexit.register(_GRADERS[level].close)
        return work(task, _GRADERS[level])


def in_cluster(tasks, level, address, doing=do):
    """Do tasks in a cluster.

    Args:
        tasks: see :class:`utils.grading.tasks.Task`.
        level: of the walls, which each worker needs to have.
        address: of the scheduler, as in ``tcp://10.0.0.1:8786``.
        doing: what a worker calls with a task and the level.

    Yields:
        Pairs of a task and what came of it, each task once, as they come.

    Raises:
        ClusterError: there is no Dask here, or no cluster at that address.
    """
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError as error:
        raise ClusterError("--dask needs the package distributed: pip install distributed") from error
    try:
        client = Client(address, timeout="20s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(f"There is no Dask scheduler at {address} ({type(error).__name__}).") from error
    with client:
        of = {
            client.submit(doing, task, level, key=f"grade-{task.seed}-{task.key}", pure=False): task for task in tasks
        }
        for future in as_completed(of, loop=client.loop):
            error = future.exception() if future.status == "error" else None
            if error is None:
                yield of[future], future.result()
            elif isinstance(error, KilledWorker):
                yield of[future], {"failed": "It ended every process that judged it."}
            else:
                yield of[future], {"failed": f"It could not be graded: {type(error).__name__}: {error}"[:300]}
            future.release()
