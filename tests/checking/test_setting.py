"""A check works in a clean setting, whatever is set around it, and puts back what it found."""

import warnings
from contextlib import contextmanager

import numpy as np
import pytest

from utils.exercises import ch01, ch06, ch07, ch08
from utils.frameworks import clean_setting


@contextmanager
def floating_errors_raise():
    with np.errstate(all="raise"):
        yield


@contextmanager
def warnings_raise():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@contextmanager
def torch_in_float64_without_gradients():
    import torch

    dtype = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            yield
        assert torch.get_default_dtype() == torch.float64
    finally:
        torch.set_default_dtype(dtype)


@contextmanager
def keras_in(policy):
    import keras

    former = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
        assert keras.config.dtype_policy().name == policy
    finally:
        keras.config.set_dtype_policy(former)


SETTINGS = {
    "np.seterr": floating_errors_raise,
    "warnings": warnings_raise,
    "torch": torch_in_float64_without_gradients,
    "mixed_bfloat16": lambda: keras_in("mixed_bfloat16"),
    "mixed_float16": lambda: keras_in("mixed_float16"),
}
EXERCISES = [
    ch01.softmax,
    ch06.logsumexp,
    ch07.probabilities,
    ch07.obvious_model,
    ch08.training_step,
    ch08.repaired_training,
]


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_right_answers_pass_in_any_setting(exercise, setting):
    with setting():
        assert exercise.check(exercise.reference, time_limit=60).status == "correct"


def test_what_was_set_is_put_back():
    before = np.geterr(), warnings.filters[:]
    with np.errstate(over="raise"):
        set_before = np.geterr()
        with clean_setting():
            np.seterr(all="raise")
            warnings.simplefilter("error")
        assert np.geterr() == set_before
    assert (np.geterr(), warnings.filters[:]) == before
