"""Functions that readers put between layers in the place of a ReLU."""

import math

import numpy as np

from utils import reference

_erf = np.vectorize(math.erf, otypes=[float])


def sigmoid(Z):
    """1/(1 + exp(−Z)), without an overflow."""
    return np.exp(-np.logaddexp(0, -Z))


def leaky(slope):
    """What is positive unchanged, and the rest multiplied by a slope."""
    return lambda Z: np.where(Z > 0, Z, slope * Z)


def cut(ceiling):
    """A ReLU that ends at a ceiling."""
    return lambda Z: np.clip(Z, 0, ceiling)


def elu(alpha):
    """What is positive unchanged, and an exponential that ends at −alpha for the rest."""
    return lambda Z: np.where(Z > 0, Z, alpha * np.expm1(np.minimum(Z, 0)))


def _above(threshold):
    return lambda Z: np.where(threshold < Z, Z, 0)


def _selu(Z):
    return 1.0507009873554805 * elu(1.6732632423543772)(Z)


def _gelu(Z):
    return Z * (1 + _erf(Z / math.sqrt(2))) / 2


def _gelu_by_tanh(Z):
    return Z * (1 + np.tanh(math.sqrt(2 / math.pi) * (Z + 0.044715 * Z**3))) / 2


WITHOUT_CONSTANTS = (
    sigmoid,
    np.tanh,
    np.abs,
    np.square,
    np.sin,
    reference.softmax,
    lambda Z: np.logaddexp(0, Z),
    lambda Z: np.log1p(np.exp(Z)),
    lambda Z: np.minimum(Z, 0),
    lambda Z: np.maximum(-Z, 0),
    lambda Z: np.clip(Z, -1, 1),
    lambda Z: np.maximum(Z, 0) ** 2,
    lambda Z: Z * sigmoid(Z),
    lambda Z: Z / (1 + np.abs(Z)),
    _gelu,
    _gelu_by_tanh,
    _selu,
    *map(_above, (0.01, 0.1, 0.5, 1.0)),
)
