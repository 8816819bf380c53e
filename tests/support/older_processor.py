"""A processor of another age: the variables with which the libraries leave its newer instructions alone.

Sums then come in another order, and an exponential of 32 bits ends in another digit, as they do on another machine.
TensorFlow has no such variable.
"""

from numpy._core import _multiarray_umath as numpy_here

_NEWER = [name for name in numpy_here.__cpu_dispatch__ if numpy_here.__cpu_features__[name]]
VARIABLES = {
    "ATEN_CPU_CAPABILITY": "default",  # PyTorch
    "MKL_CBWR": "COMPATIBLE",  # its products of matrices
    "OPENBLAS_CORETYPE": "Nehalem",  # NumPy's products of matrices
    **({"NPY_DISABLE_CPU_FEATURES": " ".join(_NEWER)} if _NEWER else {}),
}
