"""A check works in a clean setting, whatever is set around it, and puts back what it found."""

import warnings
from contextlib import contextmanager
from functools import partial

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


OF_NUMPY = {"np.seterr": floating_errors_raise, "warnings": warnings_raise}
OF_TORCH = {"torch": torch_in_float64_without_gradients}
OF_KERAS = {name: partial(keras_in, name) for name in ("mixed_bfloat16", "mixed_float16")}
SETTINGS = {  # whatever the framework of an exercise can be set to, and one exercise that has nothing to do with it
    ch01.softmax: OF_NUMPY | OF_TORCH | OF_KERAS,
    ch06.logsumexp: OF_NUMPY,
    ch07.probabilities: OF_NUMPY | OF_KERAS,
    ch07.obvious_model: OF_NUMPY | OF_KERAS,
    ch08.training_step: OF_NUMPY | OF_TORCH,
    ch08.repaired_training: OF_NUMPY | OF_TORCH,
}


@pytest.mark.parametrize(
    ("exercise", "setting"),
    [
        pytest.param(exercise, setting, id=f"{exercise.name}-{name}")
        for exercise, settings in SETTINGS.items()
        for name, setting in settings.items()
    ],
)
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
