"""The mean cross-entropy of logits in PyTorch, right and wrong."""

from utils.exercises.ch08.lazily import functional, pytorch


def picked(rows, y):
    return rows[pytorch().arange(len(y)), y]


def fused(z, y):
    return functional().cross_entropy(z, y)


def in_two_steps(z, y):
    return functional().nll_loss(functional().log_softmax(z, dim=1), y)


def lse_minus_logit(z, y):
    return (pytorch().logsumexp(z, dim=1) - picked(z, y)).mean()


def double_softmax(z, y):
    return functional().cross_entropy(functional().softmax(z, dim=1), y)


def nll_of_probabilities(z, y):
    return functional().nll_loss(functional().softmax(z, dim=1), y)


def nll_of_logits(z, y):
    return functional().nll_loss(z, y)


def log_softmax_over_the_batch(z, y):
    return functional().nll_loss(functional().log_softmax(z, dim=0), y)


def double_over_the_batch(z, y):
    return functional().cross_entropy(functional().softmax(z, dim=0), y)


def nll_over_the_batch(z, y):
    return functional().nll_loss(functional().softmax(z, dim=0), y)


def log_of_softmax(z, y):
    return -picked(functional().softmax(z, dim=1), y).log().mean()


def log_of_sum(z, y):
    return (z.exp().sum(dim=1).log() - picked(z, y)).mean()


def with_epsilon(epsilon):
    return lambda z, y: -(picked(functional().softmax(z, dim=1), y) + epsilon).log().mean()


def clipped_probability(limit):
    return lambda z, y: -picked(functional().softmax(z, dim=1), y).clamp(min=limit).log().mean()


def summed(z, y):
    return functional().cross_entropy(z, y, reduction="sum")


def sign_lost(z, y):
    return -fused(z, y)


def k_sigmoids(z, y):
    return functional().binary_cross_entropy_with_logits(z, functional().one_hot(y, z.shape[1]).to(z.dtype))


def smoothed(z, y):
    return functional().cross_entropy(z, y, label_smoothing=0.1)


def added_sigmoids(z, y):
    """K sigmoids, added over the classes and averaged over the examples."""
    Y = functional().one_hot(y, z.shape[1]).to(z.dtype)
    return functional().binary_cross_entropy_with_logits(z, Y, reduction="sum") / len(y)


def averaged_twice(z, y):
    return fused(z, y) / len(y)


def squared_error(z, y):
    return ((functional().softmax(z, dim=1) - functional().one_hot(y, z.shape[1])) ** 2).mean()


def squared_error_of_logits(z, y):
    return ((z - functional().one_hot(y, z.shape[1])) ** 2).mean()


def reference_losses(z, y):
    """The mean cross-entropy of logits, in three ways."""
    return fused(z, y), in_two_steps(z, y), lse_minus_logit(z, y)


# The same for sequences: logits (B, T, V), labels (B, T)


def flat(Z, y):
    return Z.reshape(-1, Z.shape[-1]), y.reshape(-1)


def on_all_positions(formula):
    """A loss of sequences from one of batches: every position is an example."""
    return lambda Z, y: formula(*flat(Z, y))


def loss_of_sequences(Z, y):
    """The mean cross-entropy over all positions."""
    return fused(*flat(Z, y))
