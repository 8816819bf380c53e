"""Small networks that show the mistakes of exercise 9.1, and a forward pass of which parts can be exchanged."""

import numpy as np

from utils.exercises.ch09.common import array

# Small cases that show a mistake
SMALL = ([(array([1.0, -1.0]), np.zeros(2)), (array([1.0], [10.0]), np.array([0.5]))], array([2.0], [-0.5]))
WITH_BIASES = ([(array([1.0, -1.0]), array(1.0, 0.5)), (array([1.0], [10.0]), array(0.5))], array([2.0], [-0.5]))
FIVE_LAYERS = ([(array([2.0]), array(-1.0))] * 5, array([3.0]))
SQUARE = array([1, -2, 0], [0, 1, -1], [-1, 1, 2])

SMALLEST = [
    ([(array([2.0]), array(1.0))], array([3.0])),
    SMALL,
    ([(array([-1.0, -2.0]), array(0.5, -1.0))], array([1.0], [2.0])),
    ([(array([2.0], [-1.0]), array(1.0)), (array([3.0, -2.0]), array(0.5, 1.0))], array([1.0, 2.0])),
    ([(SQUARE, array(0.0, 1.0, -3.0)), (SQUARE.T - 1, array(1.0, 0.0, 0.5))], SQUARE + 0.5),
    ([(array([1, -1], [0, 2]), array(0, 1)), (array([1], [-1]), array(3))], array([1, 2], [3, -4])),
    ([(array([40.0, -30.0]), np.zeros(2)), (array([20.0, 1.0], [-3.0, 25.0]), np.zeros(2))], array([1.0], [-2.0])),
]
SMALL_PLACE, LARGE_PLACE = 1, 6
FAR_OUT = (SMALL[0], array([300.0], [-0.5]))


def relu(Z):
    """The larger one of Z and 0."""
    return np.maximum(Z, 0)


def layered(activation, last=lambda Z: Z, affine=lambda A, W, b: A @ W + b):
    """A forward pass with parts exchanged: the activation between layers, the one at the end, and the layer itself."""

    def forward(weights, X):
        A = X
        for W, b in weights[:-1]:
            A = activation(affine(A, W, b))
        return last(affine(A, *weights[-1]))

    return forward
