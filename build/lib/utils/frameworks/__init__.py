"""The frameworks beside NumPy: weights to and from them, and another backend of Keras in a process of its own."""

from utils.frameworks.backends import (
    BackendError,
    Running,
    run_under,
    set_environment,
    start_under,
)
from utils.frameworks.setting import clean_setting
from utils.frameworks.weights import (
    from_keras,
    from_torch,
    into_keras,
    into_torch,
    keras_to_torch,
    rows_for_keras,
    rows_for_torch,
    torch_to_keras,
)

__all__ = [
    "BackendError",
    "Running",
    "clean_setting",
    "from_keras",
    "from_torch",
    "into_keras",
    "into_torch",
    "keras_to_torch",
    "rows_for_keras",
    "rows_for_torch",
    "run_under",
    "set_environment",
    "start_under",
    "torch_to_keras",
]
