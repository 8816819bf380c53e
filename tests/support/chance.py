"""How often a check is asked about one answer, and so what hangs on the chance of its probes.

The pictures of views are drawn in a number of random states that grows with it.
"""

import os

CHECKS = int(os.environ.get("CHECKS", "1"))  # make prove asks for more
CHECKS_OF_TRAININGS = max(1, CHECKS // 2)  # where each of them trains models
