"""Chapter 8, PyTorch from logits: its exercises, in their order.

A probe is plain data, a :class:`Net`, a :class:`Batch`, some :class:`Sequences` or a :class:`Training`. The functions
that look at an answer make tensors, models and optimizers of it. PyTorch is imported inside of functions alone.
"""

from utils.exercises.ch08.e1_make_model import make_model
from utils.exercises.ch08.e2_loss_three_ways import loss_three_ways
from utils.exercises.ch08.e3_training_step import training_step
from utils.exercises.ch08.e4_sequence_loss import sequence_loss
from utils.exercises.ch08.e5_repaired_training import repaired_training

EXERCISES = (make_model, loss_three_ways, training_step, sequence_loss, repaired_training)
