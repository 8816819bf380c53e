"""Chapter 9, one network in three frameworks: its exercises, in their order."""

from utils.exercises.ch09.e1_forward import forward
from utils.exercises.ch09.e2_pass_back import pass_back
from utils.exercises.ch09.e3_keras_to_torch import keras_to_torch
from utils.exercises.ch09.e4_confusion_matrix import confusion_matrix
from utils.exercises.ch09.e5_fit_temperature import fit_temperature

EXERCISES = (forward, pass_back, keras_to_torch, confusion_matrix, fit_temperature)
