"""Chapter 5, softmax against k binary classifiers: its exercises, in their order."""

from utils.exercises.ch05.e1_choose_head import choose_head
from utils.exercises.ch05.e2_sigmoids import sigmoids
from utils.exercises.ch05.e3_binary_cross_entropy import binary_cross_entropy
from utils.exercises.ch05.e4_predict_labels import predict_labels

EXERCISES = (choose_head, sigmoids, binary_cross_entropy, predict_labels)
