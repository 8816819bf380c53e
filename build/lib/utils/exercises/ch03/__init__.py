"""Chapter 3, the cost and its gradient: its exercises, in their order."""

from utils.exercises.ch03.e1_loss import loss
from utils.exercises.ch03.e2_indicator import indicator
from utils.exercises.ch03.e3_cost import cost
from utils.exercises.ch03.e4_cost_gradient import cost_gradient
from utils.exercises.ch03.e5_repaired_loss import repaired_loss

EXERCISES = (loss, indicator, cost, cost_gradient, repaired_loss)
