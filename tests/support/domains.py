"""What each exercise promises to take, as random inputs that owe nothing to the probes of its check.

A mutant that a check lets pass is harmless only if it agrees with the reference here, on hundreds of inputs drawn
from the whole domain that the text of the exercise names.
"""

import contextlib
import itertools

import numpy as np

from utils.reference import fit_temperature, softmax


def _size(rng, least=1, most=7):
    return int(rng.integers(least, most + 1))


def _numbers(rng, shape, scale=None, integers=True):
    """Logits of one of several sizes, perhaps integers too, with or without a common shift, sometimes with ties."""
    scale = rng.choice([0.5, 3.0, 30.0, 1000.0]) if scale is None else scale
    values = scale * rng.normal(size=shape) + rng.choice([0.0, 0.0, scale, -10 * scale])
    if rng.random() < 0.2:
        values = np.round(values / scale) * scale  # ties
    if integers and rng.random() < 0.25:
        return values.astype(np.int64)
    return values.astype(np.float32).astype(np.float64)  # so that answers in float32 read the same numbers


def _classes(rng):
    """A number of classes: one, a few, or many."""
    return _size(rng, 1, 12)


def _examples(rng):
    """A number of examples: one, a few, or many."""
    return int(rng.choice([1, _size(rng, 2, 9), _size(rng, 21, 40)], p=[0.15, 0.65, 0.2]))


def _batch(rng, scale=None, integers=True):
    K = _classes(rng)
    m = K if rng.random() < 0.3 else _examples(rng)
    return _numbers(rng, (m, K), scale, integers)


def _vector_or_batch(rng, integers=True):
    return _numbers(rng, _classes(rng), integers=integers) if rng.random() < 0.5 else _batch(rng, integers=integers)


def floats(draw):
    """The same domain without integers."""
    return lambda rng: draw(rng, integers=False)


def _labels(rng, m, K):
    return rng.integers(K, size=m)


def _probabilities(rng, shape):
    return softmax(rng.choice([0.5, 3.0, 12.0]) * rng.normal(size=shape))


def two_numbers(rng):
    """Two numbers of any sign, up to 1000 in size, floats or integers."""
    scale = 10 ** rng.uniform(-1, 3)
    a, b = (float(number) for number in rng.uniform(-scale, scale, size=2))
    if rng.random() < 0.1:
        b = a
    if rng.random() < 0.1:
        a = 0.0
    return (round(a), round(b)) if rng.random() < 0.25 else (a, b)


def one_moderate_vector(rng):
    """Logits of the size that a chapter about the definition works with; nothing promises that larger ones work."""
    return (np.clip(_numbers(rng, _size(rng, 1, 12), scale=rng.choice([2.0, 15.0])), -50, 50),)


def vector_or_batch(rng, integers=True):
    return (_vector_or_batch(rng, integers),)


def batch(rng, integers=True):
    return (_batch(rng, integers=integers),)


def vector(rng):
    return (_numbers(rng, _size(rng)),)


def logits_and_temperature(rng):
    """Logits of any size with temperatures that divide them exactly, for answers in float32, and logits of the size of
    any temperature.
    """
    if rng.random() < 0.5:
        return _vector_or_batch(rng), 2.0 ** int(rng.integers(-9, 10))
    z, T = _vector_or_batch(rng, integers=False), float(10 ** rng.uniform(-3, 3))
    return (z * T / max(1.0, np.max(np.abs(z)) / 5)).astype(np.float32).astype(np.float64), T


def numbers(rng):
    """One logit for each example: a number or a vector."""
    value = _numbers(rng, _size(rng), integers=False)
    return (float(value[0]) if rng.random() < 0.3 else value,)


def probabilities_and_two_classes(rng):
    K = _classes(rng)
    return _probabilities(rng, K), int(rng.integers(K)), int(rng.integers(K))


def logits_and_a_vector(rng):
    z = _vector_or_batch(rng)
    v = rng.normal(size=z.shape)
    return z, np.round(3 * v).astype(np.int64) if rng.random() < 0.2 else v


def function_and_point(rng):
    """A smooth function with slopes and curvatures of moderate size, and where to measure it."""
    shape = [(), (3,), (2, 4), (1,), (5,), (2, 3, 2)][rng.integers(6)]
    weights = rng.normal(size=shape)
    functions = [
        lambda x: float(np.sum(weights * x)),
        lambda x: float(np.sum(weights * np.sin(x))),
        lambda x: float(np.sum(x**2) + np.sum(x)),
        lambda x: float(np.sum(np.exp(x / 2) * weights)),
        lambda x: float(np.sum(x) ** 2),
    ]
    x = np.asarray(rng.normal(size=shape) + 0.5)
    kind = rng.random()
    if kind < 0.15:
        x = np.asarray(np.round(2 * x)).astype(np.int64)  # an array, also without axes
    elif kind < 0.3:
        x = x.astype(np.float32)
    return functions[rng.integers(len(functions))], x


def _with_extremes(rng, A, y):
    """Sometimes another entry of each row is 0, sometimes that of the label is tiny."""
    rows, labels = np.atleast_2d(A), np.atleast_1d(y)
    if A.shape[-1] > 1 and rng.random() < 0.25:
        rows[np.arange(len(rows)), (labels + 1) % A.shape[-1]] = 0.0
    if rng.random() < 0.25:
        rows[np.arange(len(rows)), labels] = 10.0 ** -rng.uniform(20, 30, size=len(rows))
    return A


def probabilities_and_label(rng):
    K = _classes(rng)
    y = int(rng.integers(K))
    return _with_extremes(rng, _probabilities(rng, K), y), y


def batch_of_probabilities(rng):
    K, m = _classes(rng), _examples(rng)
    y = _labels(rng, m, K)
    return _with_extremes(rng, _probabilities(rng, (m, K)), y), y


def labels_and_classes(rng):
    K = _size(rng, 1, 9)
    return _labels(rng, _size(rng, 1, 12), K), K


def batch_and_labels(rng, integers=True):
    Z = _batch(rng, integers=integers)
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
    scale = rng.choice([1.0, 4.0])
    X, rate = scale * rng.normal(size=(m, n)), float(rng.uniform(0.1, 1.0)) / scale**2
    return X, _labels(rng, m, K), K, rate, int(rng.integers(1, 12))


def batch_and_answers(rng, integers=True):
    Z = _batch(rng, integers=integers)
    return Z, rng.integers(2, size=Z.shape)


def batch_and_threshold(rng):
    return np.asarray(_batch(rng, scale=3.0), dtype=float) + 1e-3, float(rng.uniform(0.05, 0.95))


def logits_and_answers(rng, integers=True):
    z = _numbers(rng, _classes(rng), integers=integers)
    return z, rng.integers(2, size=z.shape)


def stream(rng):
    """Chunks of logits, some of them infinitely negative, and one finite logit at least."""
    chunks = [_numbers(rng, _size(rng), integers=False) for _ in range(_size(rng))]
    for chunk in chunks[1:]:
        chunk[rng.random(chunk.shape) < rng.choice([0.0, 0.3, 1.0])] = -np.inf
    return tuple(chunks[place] for place in rng.permutation(len(chunks)))


def a_look_at_a_model(units, probabilities=False):
    """Outputs of a network with weights of any size, or the loss of outputs: logits of any size, or probabilities."""

    def look(rng):
        from utils.exercises.ch07.looks import Look

        if rng.random() < 0.5:
            shapes = [(2, 25), (25,), (25, 15), (15,), (15, units), (units,)]
            weights = [(rng.choice([0.3, 1.0]) * rng.normal(size=shape)).astype(np.float32) for shape in shapes]
            return (Look("outputs", "outputs", X=rng.normal(size=(_size(rng), 2)).astype(np.float32), weights=weights),)
        m = _size(rng, 1, 9)
        scale = 1.0 if probabilities else rng.choice([1.0, 10.0, 300.0])
        Z = scale * rng.normal(size=(m, units))
        return (Look("loss", "a loss", outputs=softmax(Z) if probabilities else Z, y=_labels(rng, m, max(units, 2))),)

    return look


def a_model_of_logits(rng):
    """A linear model with weights of any size, and examples."""
    from utils.exercises.ch07.looks import Look

    n, m, K = _size(rng), _size(rng), 4
    W = (rng.choice([1.0, 30.0, 1000.0]) * rng.normal(size=(n, K))).astype(np.float32)
    X = rng.normal(size=(m, n)).astype(np.float32)
    return (Look("probabilities", "a model", X=X, weights=[W, np.zeros(K, np.float32)]),)


def a_model_with_a_softmax(rng):
    """A model whose last step is a softmax, inside of its last layer or as a layer of its own, and examples."""
    from utils.exercises.ch07.looks import Look
    from utils.exercises.ch07.small_models import ACTIVATION, INSIDE, LAYER

    n, m, h, K = _size(rng), _size(rng), _size(rng), _size(rng)
    sizes = [n, h, K] if rng.random() < 0.5 else [n, K]
    weights = []
    for rows, columns in itertools.pairwise(sizes):
        scale = rng.choice([1.0, 30.0, 1000.0]) if columns == sizes[-1] else 1.0
        weights += [scale * rng.normal(size=(rows, columns)), scale * rng.normal(size=columns)]
    X = rng.normal(size=(m, n)).astype(np.float32)
    head = rng.choice([INSIDE, ACTIVATION, LAYER])
    return (Look("logits", "a model", X=X, weights=[w.astype(np.float32) for w in weights], head=head),)


def a_small_network(rng):
    """Points in the plane of any number, with labels, and a seed for the weights of the network that gets them."""
    from utils.exercises.ch08.probes import Net

    m = _size(rng)
    points = (rng.choice([0.5, 3.0, 10.0]) * rng.normal(size=(m, 2))).tolist()
    return (Net(points, _labels(rng, m, 4).tolist(), int(rng.integers(10**6))),)


def tensors_of_logits_and_labels(rng):
    from utils.exercises.ch08.probes import Batch

    Z = _batch(rng).astype(np.float64)
    return (Batch(Z.tolist(), _labels(rng, *Z.shape).tolist()),)


def sequences_of_logits_and_labels(rng):
    """Logits (B, T, V) and labels (B, T), with as many positions as classes in every third of them."""
    from utils.exercises.ch08.probes import Sequences

    B, T, V = _size(rng, 1, 5), _size(rng), _classes(rng)
    if rng.random() < 1 / 3:
        T = V
    Z = _numbers(rng, (B, T, V), integers=False)
    return (Sequences(Z.tolist(), rng.integers(V, size=(B, T)).tolist()),)


def a_small_training(*optimizers):
    """A linear model with logits of any size, with and without batch normalisation, and a few steps."""

    def draw(rng):
        from utils.exercises.ch08.probes import Training

        m, n, K = _size(rng, 2, 9), _size(rng), _size(rng, 2, 5)
        W, b = rng.choice([0.5, 3.0, 100.0]) * rng.normal(size=(n, K)), rng.normal(size=K)
        X, y = rng.choice([0.5, 2.0]) * rng.normal(size=(m, n)), _labels(rng, m, K)
        numbers = [part.astype(np.float32).tolist() for part in (W, b, X)]
        rate, steps = float(rng.uniform(0.01, 0.5)), _size(rng, 1, 4)
        return (Training(*numbers, y.tolist(), rate, steps, str(rng.choice(optimizers)), bool(rng.random() < 0.3)),)

    return draw


def queries_keys_and_values(rng, integers=True):
    """Tables of any size, square ones often, with scores up to thousands."""
    n, m, d, v = (_size(rng) for _ in range(4))
    if rng.random() < 0.3:
        m = d = v = n
    scale = rng.choice([0.5, 2.0, 30.0])
    return (
        _numbers(rng, (n, d), scale, integers),
        _numbers(rng, (m, d), scale, integers),
        _numbers(rng, (m, v), 2.0, integers),
    )


def items_and_weight(rng):
    return int(rng.integers(2, 10 ** rng.integers(1, 8))), float(rng.uniform(0.001, 0.999))


def layer_and_labels(rng):
    """Hidden states, weights, labels, and blocks that divide the classes, do not, or hold them all."""
    m, d, K = _size(rng), _size(rng), _size(rng, 1, 12)
    H, W = rng.normal(size=(m, d)), rng.choice([0.5, 3.0, 1000.0]) * rng.normal(size=(d, K))
    return H, W, _labels(rng, m, K), _size(rng, 1, K + 2)


def _without_ties(rng):
    z = _vector_or_batch(rng, integers=False)
    while any(len(set(row)) < z.shape[-1] for row in z.reshape(-1, z.shape[-1]).tolist()):
        z = _vector_or_batch(rng, integers=False)
    return z


def logits_and_k(rng):
    z = _without_ties(rng)
    return z, _size(rng, 1, z.shape[-1])


def logits_and_p(rng):
    """Logits and a probability that no total comes close to: what lies on the border is a matter of rounding."""
    while True:
        z, p = _without_ties(rng), float(rng.uniform(0.05, 0.99))
        totals = np.cumsum(-np.sort(-softmax(z), axis=-1), axis=-1)
        if np.abs(totals - p).min() > 1e-4:
            return z, p


def logits_and_m(rng):
    """Logits and a share of the largest probability that no quotient comes close to."""
    while True:
        z, m = _vector_or_batch(rng, integers=False), float(rng.uniform(0.01, 0.99) ** rng.choice([1, 3]))
        gaps = z - z.max(axis=-1, keepdims=True)
        if np.abs(gaps - np.log(m)).min() > 1e-3 + 1e-6 * np.abs(z).max():
            return z, m


def logits_and_uniform_numbers(rng):
    """Logits and chances with a clear winner in each row."""
    while True:
        z = _vector_or_batch(rng, integers=False)
        u = rng.uniform(1e-4, 1 - 1e-4, size=z.shape)
        ordered = np.sort(z - np.log(-np.log(u)), axis=-1)
        if z.shape[-1] == 1 or (ordered[..., -1] - ordered[..., -2]).min() > 1e-2:
            return z, u


def weights_and_a_class(rng):
    """Random columns, or one that is well inside of the others; never a case that rounding decides."""
    features, K = _size(rng, 1, 4), _size(rng, 2, 8)
    W = rng.choice([0.5, 3.0]) * rng.normal(size=(features, K))
    i = int(rng.integers(K))
    if K - features > 2 and rng.random() < 0.5:
        W[:, i] = np.delete(W, i, axis=1) @ (0.5 * rng.dirichlet(np.ones(K - 1)) + 0.5 / (K - 1))
    return W, i


def network_and_examples(rng):
    sizes = [_size(rng, 1, 6) for _ in range(_size(rng, 2, 5))]
    if rng.random() < 0.3:
        sizes = [sizes[0]] * len(sizes)
    scale = rng.choice([0.3, 1.0, 10.0])
    layers = [(scale * rng.normal(size=pair), scale * rng.normal(size=pair[1])) for pair in itertools.pairwise(sizes)]
    return layers, rng.normal(size=(_size(rng), sizes[0]))


def gradient_and_layer(rng):
    """The gradient for a layer, its weights, and what the layer below handed on: the output of a ReLU."""
    m, inputs, units = _size(rng), _size(rng), _size(rng)
    return rng.normal(size=(m, units)), rng.normal(size=(inputs, units)), np.maximum(rng.normal(size=(m, inputs)), 0)


def layers_of_keras(rng):
    """Dense kernels and convolution kernels with their biases, in float32, as Keras has them."""
    layers = []
    for _ in range(_size(rng, 1, 4)):
        shape = tuple(_size(rng, 1, 5) for _ in range(rng.choice([2, 4])))
        dtype = rng.choice([np.float32, np.float64])
        layers.append((rng.normal(size=shape).astype(dtype), rng.normal(size=shape[-1]).astype(dtype)))
    return (layers,)


def labels_and_decisions(rng):
    K, m = _size(rng, 1, 24), _size(rng, 1, 40)
    return _labels(rng, m, K), _labels(rng, m, K), K


def logits_that_have_a_temperature(rng):
    """Logits too large or too small by some factor, with labels drawn at their true temperature."""
    while True:
        m, K, T = _size(rng, 5, 60), _size(rng, 2, 6), np.exp(rng.uniform(-1.5, 2))
        Z = 3 * max(T, 0.5) * rng.normal(size=(m, K)) + rng.normal(scale=10, size=(m, 1))
        drawn = softmax(Z, temperature=T).cumsum(axis=1) < rng.uniform(size=(m, 1))
        y = np.minimum(drawn.sum(axis=1), K - 1)
        with contextlib.suppress(ValueError):  # no temperature is best
            if 0.06 < fit_temperature(Z, y) < 18:
                return Z, y


DOMAINS = {
    "ch00.warm_up": two_numbers,
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
    "ch03.cost_gradient": floats(batch_and_labels),
    "ch03.repaired_loss": logits_and_one_hot,
    "ch04.gradients": model_and_batch,
    "ch04.relative_error": two_arrays,
    "ch04.train": training,
    "ch04.predict": model_and_examples,
    "ch05.sigmoids": batch,
    "ch05.binary_cross_entropy": floats(batch_and_answers),
    "ch05.predict_labels": batch_and_threshold,
    "ch06.logsumexp": floats(vector_or_batch),
    "ch06.log_softmax": floats(vector_or_batch),
    "ch06.cross_entropy": floats(batch_and_labels),
    "ch06.sigmoid_cross_entropy": floats(logits_and_answers),
    "ch06.sigmoid_cross_entropy_gradient": floats(logits_and_answers),
    "ch06.streaming_logsumexp": stream,
    "ch07.obvious_model": a_look_at_a_model(4, probabilities=True),
    "ch07.preferred_model": a_look_at_a_model(4),
    "ch07.probabilities": a_model_of_logits,
    "ch07.logits_of": a_model_with_a_softmax,
    "ch07.binary_model": a_look_at_a_model(1),
    "ch08.make_model": a_small_network,
    "ch08.loss_three_ways": tensors_of_logits_and_labels,
    "ch08.training_step": a_small_training("SGD", "momentum"),  # Adam turns the rounding of a zero gradient into steps
    "ch08.sequence_loss": sequences_of_logits_and_labels,
    "ch08.repaired_training": a_small_training("SGD"),
    "ch09.forward": network_and_examples,
    "ch09.pass_back": gradient_and_layer,
    "ch09.keras_to_torch": layers_of_keras,
    "ch09.confusion_matrix": labels_and_decisions,
    "ch09.fit_temperature": logits_that_have_a_temperature,
    "ch10.attention": floats(queries_keys_and_values),
    "ch10.lead_needed": items_and_weight,
    "ch10.streaming_cross_entropy": layer_and_labels,
    "ch10.with_top_k": logits_and_k,
    "ch10.with_top_p": logits_and_p,
    "ch10.min_p": logits_and_m,
    "ch10.gumbel_max": logits_and_uniform_numbers,
    "ch10.can_win": weights_and_a_class,
    "ch10.sparsemax": vector_or_batch,
}
