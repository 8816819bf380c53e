"""Chapter 1, the definition of softmax: its exercises, in their order."""

from utils.exercises.ch01.e1_by_hand import by_hand
from utils.exercises.ch01.e2_first_softmax import first_softmax
from utils.exercises.ch01.e3_softmax import softmax
from utils.exercises.ch01.e4_with_temperature import with_temperature
from utils.exercises.ch01.e5_sigmoid_from_softmax import sigmoid_from_softmax

EXERCISES = (by_hand, first_softmax, softmax, with_temperature, sigmoid_from_softmax)
