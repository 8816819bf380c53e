"""The mathematics of the course in NumPy, small enough to be read whole.

A notebook imports the package under its own name, ``from utils import reference``, and calls ``reference.softmax(z)``.
"""

from utils.reference.binary import (
    binary_cross_entropy,
    sigmoid,
    sigmoid_cross_entropy,
    sigmoid_cross_entropy_gradient,
)
from utils.reference.calibration import (
    Reliability,
    confusion_matrix,
    expected_calibration_error,
    fit_temperature,
    reliability,
)
from utils.reference.derivatives import (
    central_difference,
    complex_step,
    relative_error,
    softmax_jacobian,
    softmax_vjp,
)
from utils.reference.losses import (
    cost,
    cost_gradient,
    cross_entropy,
    indicator,
    loss,
)
from utils.reference.networks import (
    backward,
    descend,
    forward,
    gradients,
    initial_weights,
    logits,
    mini_batches,
    parameters,
    predict,
    step,
    train,
    train_network,
)
from utils.reference.probabilities import (
    log_softmax,
    logsumexp,
    softmax,
)
from utils.reference.projection import (
    sparsemax,
)
from utils.reference.sampling import (
    gumbel,
    gumbel_max,
    min_p,
    with_top_k,
    with_top_p,
)
from utils.reference.scaled_attention import (
    attention,
    attention_in_blocks,
    attention_weights,
    lead_needed,
    leading_weight,
)
from utils.reference.streaming import (
    streaming_cross_entropy,
    streaming_cross_entropy_gradients,
    streaming_logsumexp,
)
from utils.reference.winning import (
    can_win,
    mixture_of_others,
)

__all__ = [
    "Reliability",
    "attention",
    "attention_in_blocks",
    "attention_weights",
    "backward",
    "binary_cross_entropy",
    "can_win",
    "central_difference",
    "complex_step",
    "confusion_matrix",
    "cost",
    "cost_gradient",
    "cross_entropy",
    "descend",
    "expected_calibration_error",
    "fit_temperature",
    "forward",
    "gradients",
    "gumbel",
    "gumbel_max",
    "indicator",
    "initial_weights",
    "lead_needed",
    "leading_weight",
    "log_softmax",
    "logits",
    "logsumexp",
    "loss",
    "min_p",
    "mini_batches",
    "mixture_of_others",
    "parameters",
    "predict",
    "relative_error",
    "reliability",
    "sigmoid",
    "sigmoid_cross_entropy",
    "sigmoid_cross_entropy_gradient",
    "softmax",
    "softmax_jacobian",
    "softmax_vjp",
    "sparsemax",
    "step",
    "streaming_cross_entropy",
    "streaming_cross_entropy_gradients",
    "streaming_logsumexp",
    "train",
    "train_network",
    "with_top_k",
    "with_top_p",
]
