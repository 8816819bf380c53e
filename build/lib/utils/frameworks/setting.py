"""A clean setting for NumPy and the frameworks, whatever was set around it, and put back afterwards.

Nothing is imported here: a framework that was not loaded has no setting to clean.
"""

import sys
import warnings
from contextlib import ExitStack, contextmanager

import numpy as np


@contextmanager
def clean_setting():
    """Defaults as in a fresh process: warnings do not raise, floating errors are signalled as usual, float32 is the
    float type of PyTorch and Keras, gradients are recorded, and Keras has no mixed precision.
    """
    with ExitStack() as stack:
        stack.enter_context(np.errstate(divide="warn", over="warn", under="ignore", invalid="warn", call=None))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        if "torch" in sys.modules:
            stack.enter_context(_torch())
        if "keras" in sys.modules:
            stack.enter_context(_keras())
        yield


@contextmanager
def _torch():
    import torch

    dtype = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    try:
        with torch.inference_mode(False), torch.enable_grad():
            yield
    finally:
        torch.set_default_dtype(dtype)


@contextmanager
def _keras():
    import keras

    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)
