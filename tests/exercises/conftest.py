"""Fixtures of the tests of exercises."""

import gc
import sys

import pytest
from support.attack import builds_models


@pytest.fixture(autouse=True)
def frameworks(request):
    """In a notebook they were imported before an answer is checked, so no limit of time has to cover that."""
    asked = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    exercise = asked.get("exercise")
    if exercise is None or exercise.name < "ch07":
        return
    missing = ({"torch", "keras"} if builds_models(exercise) else {"torch"}) - sys.modules.keys()
    for name in missing:
        pytest.importorskip(name)
    if missing:
        gc.freeze()  # the garbage collector would look through half a million objects of theirs again and again
