"""Fixtures of the unit tests."""

import numpy as np
import pytest
from hypothesis import settings

pytest.register_assert_rewrite("support")  # an assertion there that fails shows its values, as one in a test does

# The same examples on every machine and at every run: a red test must come back when it is looked at.
settings.register_profile("workbook", derandomize=True, deadline=None, max_examples=60, database=None)
settings.load_profile("workbook")


@pytest.fixture
def rng():
    """A seeded generator of random numbers."""
    return np.random.default_rng(2018)
