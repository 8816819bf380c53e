"""Chapter 6, numbers that break: its exercises, in their order."""

from utils.exercises.ch06.e1_logsumexp import logsumexp
from utils.exercises.ch06.e2_log_softmax import log_softmax
from utils.exercises.ch06.e3_cross_entropy import cross_entropy
from utils.exercises.ch06.e4_sigmoid_cross_entropy import sigmoid_cross_entropy
from utils.exercises.ch06.e5_sigmoid_cross_entropy_gradient import sigmoid_cross_entropy_gradient
from utils.exercises.ch06.e6_streaming_logsumexp import streaming_logsumexp

EXERCISES = (
    logsumexp,
    log_softmax,
    cross_entropy,
    sigmoid_cross_entropy,
    sigmoid_cross_entropy_gradient,
    streaming_logsumexp,
)
