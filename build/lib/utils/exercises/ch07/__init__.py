"""Chapter 7, Keras and ``from_logits``: its exercises, in their order.

An answer is a function that builds a model. It is judged by what the model does: its weights are given known values,
and then its outputs, the losses it computes from known outputs, and one step of training are looked at. Nothing reads a
layer's name or its kind. Keras is imported inside the functions.
"""

from utils.exercises.ch07.e1_obvious_model import obvious_model
from utils.exercises.ch07.e2_preferred_model import preferred_model
from utils.exercises.ch07.e3_probabilities import probabilities
from utils.exercises.ch07.e4_diagnose import diagnose
from utils.exercises.ch07.e5_binary_model import binary_model

EXERCISES = (obvious_model, preferred_model, probabilities, diagnose, binary_model)
