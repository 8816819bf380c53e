"""Chapter 4, softmax regression from scratch: its exercises, in their order."""

from utils.exercises.ch04.e1_gradients import gradients
from utils.exercises.ch04.e2_relative_error import relative_error
from utils.exercises.ch04.e3_train import train
from utils.exercises.ch04.e4_predict import predict

EXERCISES = (gradients, relative_error, train, predict)
