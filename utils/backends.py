"""The frameworks kept quiet, and Keras under another backend."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def set_environment():
    """Keep TensorFlow silent and Keras out of the home directory. Call it before either is imported.

    What is set already stays. Kernels and processes that are started from here inherit it.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # its kernels round in another order
    os.environ.setdefault("KERAS_HOME", str(ROOT / ".cache" / "keras"))
