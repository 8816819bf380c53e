"""What workers of a cluster do in a test."""

import os
import time


def slow_or_deadly(task, level):
    """A task of a tenth of a second; one named ``poison`` ends its worker."""
    if task.key == "poison":
        os._exit(1)
    time.sleep(0.1)
    return {"judged": [], "seconds": 0.1, "by": os.getpid()}
