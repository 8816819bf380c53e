"""A few steps of Adam on the network of chapter 7, in NumPy: what each step of a right model does to its weights.

The first step of Adam is as long as its rate for every weight that has a gradient, and so is that of many another
optimizer (Kingma and Ba 2015, section 2.1). So the gradients change here from step to step, in direction and in size,
and the last steps are made as if 100,000 had gone before. One feature of the first batch is 0, so some weights have no
gradient yet: these must not move.
"""

import itertools
import math

import numpy as np

from utils import reference

HIDDEN = (25, 15)
RATE = 0.001  # of Adam
BATCHES = ((12, 2.0), (1, 1.0), (3, 6.0), (1, 4.0), (6, 1.0), (2, 5.0))  # examples, and how far they lie
EARLY, LATE = 3, 100_000  # after EARLY steps, LATE steps count as made

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7  # what Adam is in Keras when nothing else is said


def forward(weights, X, *hidden):
    """The last linear outputs of the network, and on the way the sums and the outputs of its hidden layers.

    Args:
        weights: W, b, W, b, …
        X: examples.
        hidden: the activation of each hidden layer; one for both, or none for ReLU.

    Returns:
        Z, and a list of the sums of the hidden layers.
    """
    A, sums = X.astype(np.float64), []
    pairs = list(zip(weights[::2], weights[1::2], strict=True))
    functions = hidden * len(HIDDEN) if len(hidden) == 1 else hidden or (relu,) * len(HIDDEN)
    for (W, b), function in zip(pairs[:-1], functions, strict=True):
        sums.append(A @ W + b)
        A = function(sums[-1])
    W, b = pairs[-1]
    return A @ W + b, sums


def relu(Z):
    return np.maximum(Z, 0)


def shares(Z):
    """What the loss makes of logits: probabilities of all classes, of two classes where there is one logit."""
    return reference.softmax(Z if Z.shape[-1] > 1 else np.concatenate([np.zeros_like(Z), Z], axis=-1))


def _loss(weights, X, y):
    return -np.log(shares(forward(weights, X)[0])[np.arange(len(y)), y]).mean()


def _gradients(weights, X, y):
    """The gradients of the mean loss, in the order of the weights."""
    Z, sums = forward(weights, X)
    D = shares(Z)
    D[np.arange(len(y)), y] -= 1
    D = D[:, -Z.shape[1] :] / len(y)
    found = []
    for place in (2, 1, 0):
        below = relu(sums[place - 1]) if place else X.astype(np.float64)
        found = [below.T @ D, D.sum(axis=0), *found]
        if place:
            D = (D @ weights[2 * place].T) * (sums[place - 1] > 0)
    return found


def weights_on_the_way(weights, batches, epsilon=EPSILON, change=None):
    """The weights before the first step of Adam and after each, one step for each batch.

    Args:
        weights: W, b, W, b, …
        batches: pairs of examples and labels.
        epsilon: in the denominator.
        change: what is done to the gradients before they are used.
    """
    weights = [array.astype(np.float64) for array in weights]
    means, squares = ([np.zeros_like(array) for array in weights] for _ in range(2))
    way = [weights]
    for number, batch in enumerate(batches):
        step = number + 1 if number < EARLY else LATE + number - EARLY + 1
        rate = RATE * np.sqrt(1 - BETA_2**step) / (1 - BETA_1**step)
        gradients = _gradients(weights, *batch)
        gradients = gradients if change is None else change(gradients)
        means = [mean + (1 - BETA_1) * (g - mean) for mean, g in zip(means, gradients, strict=True)]
        squares = [square + (1 - BETA_2) * (g**2 - square) for square, g in zip(squares, gradients, strict=True)]
        parts = zip(weights, means, squares, strict=True)
        weights = [array - rate * mean / (np.sqrt(square) + epsilon) for array, mean, square in parts]
        way.append(weights)
    return way


def steps_of_adam(weights, batches, **options):
    """What is seen of a right model that makes one step on each batch; see :func:`summary`."""
    way = weights_on_the_way(weights, batches, **options)
    return summary([_loss(there, *batches[0]) for there in way], way)


def summary(losses, way):
    """What is compared of a training.

    Args:
        losses: the loss of the first batch, before the first step and after each.
        way: the weights at the same times, lists of arrays.

    Returns:
        A dict: these losses; how many weights the first step moves; and how far each step moves a weight, the mean over
        all, in units of the rate.
    """
    flat = [np.concatenate([np.ravel(array) for array in weights]) for weights in way]
    lengths = [np.abs(after - before) for before, after in itertools.pairwise(flat)]
    return {
        "loss": np.array(losses),
        "weights moved first": np.array(np.count_nonzero(lengths[0])),
        "mean move / 0.001": np.array([length.mean() / RATE for length in lengths]),
    }


def batches_for(rng, weights, tries=4):
    """Batches for a training: of many points and few, near and far, with gradients small and large.

    Rounding decides nothing on them, nor does the epsilon in Adam's denominator, which other libraries set to 1e-8.

    Args:
        rng: a generator.
        weights: where the training starts.
        tries: how many draws are made.

    Returns:
        Pairs of examples and labels, or None where no draw would do for these weights.
    """
    for _ in range(tries):
        batches = [_batch(rng, weights, *kind) for kind in BATCHES]
        if None in batches:
            return None
        way = weights_on_the_way(weights, batches)
        is_clear = all(_are_clear(there, X) for there, (X, _) in zip(way, batches, strict=False))
        if is_clear and not _hangs_on_epsilon(weights, batches) and _shows_clipping(weights, batches):
            return batches
    return None


def _hangs_on_epsilon(weights, batches):
    return _difference(weights, batches, epsilon=EPSILON / 10) > 2.5e-3


def _shows_clipping(weights, batches):
    """Whether one would be seen who cuts gradients off, each number at 1 or all of a batch at the length 5."""
    return all(_difference(weights, batches, change=way) > 1.3e-2 for way in (_cut_at_1, _shortened_to_5))


def _cut_at_1(gradients):
    return [np.clip(gradient, -1, 1) for gradient in gradients]


def _shortened_to_5(gradients):
    length = math.sqrt(sum((gradient**2).sum() for gradient in gradients))
    return [gradient * min(1.0, 5 / length) for gradient in gradients]


def _difference(weights, batches, **options):
    """How far the lengths of the steps are from those of Adam, under other options of :func:`weights_on_the_way`."""
    one, other = steps_of_adam(weights, batches), steps_of_adam(weights, batches, **options)
    return max(np.abs(one[key] - other[key]).max() for key in one)


def _batch(rng, weights, m, scale, draws=64):
    """The first batch that is clear, or None where none of the draws is: some weights leave hardly any."""
    drawn = rng.normal(scale=scale, size=(draws, m, 2)).astype(np.float32)
    if m == BATCHES[0][0]:
        drawn[..., 1] = 0
    clear = _are_clear(weights, drawn)
    if not clear.any():
        return None
    X = drawn[clear.argmax()]
    if m > 3:
        return X, rng.integers(max(weights[-1].size, 2), size=m)
    # A few surprises: their gradients are large, and whoever cuts gradients off cuts these.
    return X, shares(forward(weights, X)[0]).argmin(axis=1)


def _are_clear(weights, X):
    """Whether no unit stands on the edge between its two sides, and no probability is next to 0.

    Args:
        weights: W, b, W, b, …
        X: a batch, shape (m, 2), or several, shape (n, m, 2); each has its own answer.
    """
    Z, sums = forward(weights, X)
    in_a_batch = (-2, -1)
    sizes = [np.abs(values) for values in sums]
    clear = [size.min(in_a_batch) > 2e-5 * size.max(in_a_batch) for size in sizes]
    return np.all([*clear, shares(Z).min(in_a_batch) > 1e-4], axis=0)
