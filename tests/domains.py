"""What each exercise promises to take, as random inputs that owe nothing to the probes of its check.

A mutant that a check lets pass is harmless only if it agrees with the reference here, on hundreds of inputs drawn
from the whole domain that the text of the exercise names.
"""

import numpy as np

from utils.softmax import softmax


def _size(rng, least=1, most=7):
    return int(rng.integers(least, most + 1))


def _numbers(rng, shape, scale=None):
    """Logits of one of several sizes, integers too, with or without a common shift, sometimes with ties."""
    scale = rng.choice([0.5, 3.0, 30.0, 1000.0]) if scale is None else scale
    values = scale * rng.normal(size=shape) + rng.choice([0.0, 0.0, scale, -10 * scale])
    if rng.random() < 0.2:
        values = np.round(values / scale) * scale  # ties
    if rng.random() < 0.25:
        return values.astype(np.int64)
    return values.astype(np.float32).astype(np.float64)  # so that answers in float32 read the same numbers


def _batch(rng, scale=None):
    K = _size(rng)
    m = K if rng.random() < 0.3 else _size(rng)
    return _numbers(rng, (m, K), scale)


def _vector_or_batch(rng):
    return _numbers(rng, _size(rng)) if rng.random() < 0.5 else _batch(rng)


def _labels(rng, m, K):
    return rng.integers(K, size=m)


def _probabilities(rng, shape):
    return softmax(rng.choice([0.5, 3.0, 12.0]) * rng.normal(size=shape))


def one_moderate_vector(rng):
    """Logits of the size that a chapter about the definition works with; nothing promises that larger ones work."""
    return (np.clip(_numbers(rng, _size(rng, 1, 9), scale=2.0), -8, 8),)


def vector_or_batch(rng):
    return (_vector_or_batch(rng),)


def batch(rng):
    return (_batch(rng),)


def vector(rng):
    return (_numbers(rng, _size(rng)),)


def logits_and_temperature(rng):
    z = _numbers(rng, _size(rng), 2.0) if rng.random() < 0.5 else _batch(rng, 2.0)
    return z, float(np.exp(rng.uniform(-1, 4)))


def numbers(rng):
    """One logit for each example: a number or a vector."""
    value = _numbers(rng, _size(rng))
    return (float(value[0]) if rng.random() < 0.3 else value,)


def probabilities_and_two_classes(rng):
    K = _size(rng, 1, 6)
    return _probabilities(rng, K), int(rng.integers(K)), int(rng.integers(K))


def logits_and_a_vector(rng):
    z = _vector_or_batch(rng)
    return z, rng.normal(size=z.shape)


def function_and_point(rng):
    """A smooth function with slopes and curvatures of moderate size, and where to measure it."""
    shape = [(), (3,), (2, 4), (1,), (5,)][rng.integers(5)]
    weights = rng.normal(size=shape)
    functions = [
        lambda x: float(np.sum(weights * x)),
        lambda x: float(np.sum(weights * np.sin(x))),
        lambda x: float(np.sum(x**2) + np.sum(x)),
        lambda x: float(np.sum(np.exp(x / 2) * weights)),
        lambda x: float(np.sum(x) ** 2),
    ]
    return functions[rng.integers(len(functions))], np.asarray(rng.normal(size=shape) + 0.5)


def probabilities_and_label(rng):
    K = _size(rng)
    return _probabilities(rng, K), int(rng.integers(K))


def batch_of_probabilities(rng):
    K, m = _size(rng), _size(rng)
    return _probabilities(rng, (m, K)), _labels(rng, m, K)


def labels_and_classes(rng):
    K = _size(rng, 1, 9)
    return _labels(rng, _size(rng, 1, 12), K), K


def batch_and_labels(rng):
    Z = _batch(rng)
    return Z, _labels(rng, *Z.shape)


def logits_and_one_hot(rng):
    z = _numbers(rng, _size(rng))
    return z, np.eye(len(z))[rng.integers(len(z))]


def model_and_batch(rng):
    n, K, m = _size(rng, 1, 5), _size(rng, 1, 5), _size(rng, 1, 9)
    scale = rng.choice([0.5, 3.0, 300.0])
    return scale * rng.normal(size=(n, K)), rng.normal(size=K), rng.normal(size=(m, n)), _labels(rng, m, K)


def model_and_examples(rng):
    W, b, X, _ = model_and_batch(rng)
    return W, b, X


def two_arrays(rng):
    shape = (_size(rng),) if rng.random() < 0.5 else (_size(rng), _size(rng))
    a = rng.choice([1e-8, 1.0, 1e6]) * rng.normal(size=shape)
    noise = rng.choice([0.0, 1e-6, 1e-2, 1.0])
    return (a, a + noise * np.abs(a).max() * rng.normal(size=shape)) if rng.random() < 0.9 else (0 * a, 0 * a)


def training(rng):
    n, K, m = _size(rng, 1, 3), _size(rng, 2, 4), _size(rng, 4, 20)
    return rng.normal(size=(m, n)), _labels(rng, m, K), K, float(rng.uniform(0.1, 1.0)), int(rng.integers(1, 12))


def batch_and_answers(rng):
    Z = _batch(rng)
    return Z, rng.integers(2, size=Z.shape)


def batch_and_threshold(rng):
    return np.asarray(_batch(rng, scale=3.0), dtype=float) + 1e-3, float(rng.uniform(0.05, 0.95))


def logits_and_answers(rng):
    z = _numbers(rng, _size(rng))
    return z, rng.integers(2, size=z.shape)


def stream(rng):
    """Chunks of logits, some of them infinitely negative, and one finite logit at least."""
    chunks = [np.asarray(_numbers(rng, _size(rng)), dtype=float) for _ in range(_size(rng))]
    for chunk in chunks[1:]:
        chunk[rng.random(chunk.shape) < rng.choice([0.0, 0.3, 1.0])] = -np.inf
    return tuple(chunks[place] for place in rng.permutation(len(chunks)))


DOMAINS = {
    "ch01.first_softmax": one_moderate_vector,
    "ch01.softmax": vector_or_batch,
    "ch01.with_temperature": logits_and_temperature,
    "ch01.sigmoid_from_softmax": numbers,
    "ch02.partial": probabilities_and_two_classes,
    "ch02.jacobian": vector,
    "ch02.vjp": logits_and_a_vector,
    "ch02.central_difference": function_and_point,
    "ch03.loss": probabilities_and_label,
    "ch03.indicator": labels_and_classes,
    "ch03.cost": batch_of_probabilities,
    "ch03.cost_gradient": batch_and_labels,
    "ch03.repaired_loss": logits_and_one_hot,
    "ch04.gradients": model_and_batch,
    "ch04.relative_error": two_arrays,
    "ch04.train": training,
    "ch04.predict": model_and_examples,
    "ch05.sigmoids": batch,
    "ch05.binary_cross_entropy": batch_and_answers,
    "ch05.predict_labels": batch_and_threshold,
    "ch06.logsumexp": vector_or_batch,
    "ch06.log_softmax": vector_or_batch,
    "ch06.cross_entropy": batch_and_labels,
    "ch06.sigmoid_cross_entropy": logits_and_answers,
    "ch06.streaming_logsumexp": stream,
}
