"""Chapter 7, Keras and ``from_logits``: its exercises, in their order.

An answer is a function that builds a model. It is judged by what the model does: its weights are given known values,
and then its outputs, the losses it computes from known outputs, and one step of training are looked at. Nothing reads a
layer's name or its kind. Keras is imported inside the functions.
"""

from utils.exercises.ch07.e1_obvious_model import obvious_model
from utils.exercises.ch07.e2_preferred_model import preferred_model
from utils.exercises.ch07.e3_probabilities import probabilities
from utils.exercises.ch07.e4_logits_of import logits_of
from utils.exercises.ch07.e5_binary_model import binary_model
from utils.exercises.ch07.e6_diagnose import diagnose
from utils.exercises.ch07.models import hidden_layers

__all__ = [
    "EXERCISES",
    "binary_model",
    "diagnose",
    "hidden_layers",
    "logits_of",
    "obvious_model",
    "preferred_model",
    "probabilities",
]

EXERCISES = (obvious_model, preferred_model, probabilities, logits_of, binary_model, diagnose)
