"""Chapter 2, the derivative of softmax: its exercises, in their order."""

from utils.exercises.ch02.e1_partial import partial
from utils.exercises.ch02.e2_jacobian import jacobian
from utils.exercises.ch02.e3_vjp import vjp
from utils.exercises.ch02.e4_central_difference import central_difference
from utils.exercises.ch02.slopes import Measured as Measured

EXERCISES = (partial, jacobian, vjp, central_difference)
