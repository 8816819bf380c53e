"""The part of the bank of exercise 4.3 about the steps: which way they go, how far, and from what."""

import numpy as np

from utils import reference
from utils.checking import Bank
from utils.exercises.ch04.wrong_trainings import (
    follows,
    has_a_penalty,
    has_momentum,
    has_nothing_but_nan,
    is_right_for_few,
    reads_the_classes_off_the_labels,
    takes_only_the_direction,
)

of_steps = Bank()


def descent(
    gradient=reference.gradients,
    start=lambda n, K: (np.zeros((n, K)), np.zeros(K)),
    cost=lambda W, b, X, y: reference.cross_entropy(X @ W + b, y),
    steps=lambda epochs: epochs,
    rate=lambda learning_rate: learning_rate,
    after=False,
):
    """Gradient descent with one part exchanged."""

    def train(X, y, K, learning_rate, epochs):
        W, b = start(X.shape[1], K)
        losses = []
        for _ in range(steps(epochs)):
            if not after:
                losses.append(cost(W, b, X, y))
            dW, db = gradient(W, b, X, y)
            W, b = W - rate(learning_rate) * dW, b - rate(learning_rate) * db
            if after:
                losses.append(cost(W, b, X, y))
        return W, b, losses

    return train


def _times(factor_of, also_bias=True):
    def gradient(W, b, X, y):
        dW, db = reference.gradients(W, b, X, y)
        return factor_of(y) * dW, (factor_of(y) if also_bias else 1) * db

    return gradient


def costs_in_words(values):
    """The first and last cost of a training, in words."""
    costs = np.atleast_1d(values[2])
    return f"a first cost of {costs[0]:.4g} and a last one of {costs[-1]:.4g}"


_UPHILL = descent(gradient=_times(lambda y: -1.0))
TWO_STEPS = (np.array([[1.0], [-1.0]]), np.array([0, 1]), 2, 1.0, 2)

of_steps.add(
    "uphill",
    """
    Your steps go along the gradient and not against it, so the cost grows: for {input} you get {output}. The
    gradient points to where the cost rises fastest, and learning wants it to fall. Look for the sign in the two
    lines that change W and b, and at the sign of the difference inside the gradient: two minus signs would cancel,
    and one is missing.
    """,
    _UPHILL,
    example=TWO_STEPS,
    describe=costs_in_words,
    recognise=follows(_UPHILL),
)

_SUMMED = descent(gradient=_times(len))

of_steps.add(
    "no 1/m",
    """
    Your steps are exactly m times too long: the gradients are those of the summed cost. For {input} you get
    {output}. Such a loop works with a learning rate that is m times smaller, and needs another one for every
    size of the data. Where the cost is a mean, its gradient is one, too. Where did the division by the number of
    examples go?
    """,
    _SUMMED,
    example=TWO_STEPS,
    describe=costs_in_words,
    recognise=follows(_SUMMED),
)

_OVERDIVIDED = descent(gradient=_times(lambda y: 1 / len(y)))

of_steps.add(
    "1/m twice",
    """
    Your steps are m times too short: `reference.gradients` returns the gradients of the mean, and you divide by the
    number of examples once more. For {input} you get {output}. The cost falls all the same, slower the more data
    there are, and that passes for a hard problem. The formula for a step has two factors, the learning rate and the
    gradient. What else multiplies the step in your code?
    """,
    _OVERDIVIDED,
    example=TWO_STEPS,
    describe=costs_in_words,
    recognise=follows(_OVERDIVIDED),
)


def _begun_anew_in_every_round(X, y, K, learning_rate, epochs):
    W, b, losses = reference.train(X, y, K, learning_rate, 1)
    return W, b, [losses[0]] * epochs


of_steps.add(
    "begun anew in every round",
    """
    Your weights are set back at the beginning of every round, so each epoch makes the first step again: for {input}
    you get {output}. All costs are the same number, and more epochs bring nothing. What is made once
    belongs in front of the loop; what is done in every round, inside. Which of your lines are on the wrong
    side?
    """,
    _begun_anew_in_every_round,
    example=TWO_STEPS,
    describe=costs_in_words,
    recognise=follows(_begun_anew_in_every_round),
)


def _the_step_in_place_of_the_weights(X, y, K, learning_rate, epochs):
    W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
    for _ in range(epochs):
        losses.append(reference.cross_entropy(X @ W + b, y))
        dW, db = reference.gradients(W, b, X, y)
        W, b = -learning_rate * dW, -learning_rate * db
    return W, b, losses


of_steps.add(
    "the step in place of the weights",
    """
    You put the step in the place of the weights, and what had been reached before is thrown away: for {input} you
    get {output}. After one step from zero nothing shows, since zero plus the step is the step. From the second one
    on, the weights jump about a point and do not travel. Which two things does the arrow in the rule of gradient
    descent have on its right side?
    """,
    _the_step_in_place_of_the_weights,
    example=TWO_STEPS,
    describe=costs_in_words,
    recognise=follows(_the_step_in_place_of_the_weights),
)


def _without_bias(W, b, X, y):
    dW, db = reference.gradients(W, b, X, y)
    return dW, np.zeros_like(db)


_LAZY_BIAS = descent(gradient=_without_bias)
ONE_STEP = (np.array([[1.0], [2.0]]), np.array([0, 0]), 2, 1.0, 1)

of_steps.add(
    "the bias never learns",
    """
    Your W is updated and your b stays where it began: for {input} you return {output}. Either the line that changes
    b is missing, or its gradient is summed over the classes, too, and that total is always 0: the mistake that this
    chapter calls bias without axis. Without a bias all boundaries meet in the origin. Print b after one step.
    """,
    _LAZY_BIAS,
    example=ONE_STEP,
    describe=lambda values: f"the bias `{np.round(values[1], 3).tolist()}`",
    recognise=follows(_LAZY_BIAS),
)


def _one_after_the_other(first):
    """Both parameters take their steps one after the other, each with a gradient from where the model is by then."""

    def train(X, y, K, learning_rate, epochs):
        W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
        for _ in range(epochs):
            losses.append(reference.cross_entropy(X @ W + b, y))
            for part in (first, 1 - first):
                step = learning_rate * reference.gradients(W, b, X, y)[part]
                W, b = (W - step, b) if part == 0 else (W, b - step)
        return W, b, losses

    return train


of_steps.add(
    "two gradients from two points",
    """
    You change one parameter and compute the gradient for the other one after that, from probabilities that have moved:
    for {input} you return {output}. The gradient of a cost belongs to one point, W and b together. From there both
    take their step at the same moment, whichever line comes first. Compute what both need before either of them
    changes. Which of your lines comes too early?
    """,
    _one_after_the_other(0),
    _one_after_the_other(1),
    example=ONE_STEP,
    describe=lambda values: f"weights {np.round(values[0], 3).tolist()} and biases {np.round(values[1], 3).tolist()}",
    recognise=follows(_one_after_the_other(0), _one_after_the_other(1)),
)


def _with_a_penalty(weight, also_bias=False):
    def gradient(W, b, X, y):
        dW, db = reference.gradients(W, b, X, y)
        return dW + weight * W, db + weight * b if also_bias else db

    return descent(gradient=gradient)


def _decayed(X, y, K, learning_rate, epochs):
    W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
    for _ in range(epochs):
        losses.append(reference.cross_entropy(X @ W + b, y))
        dW, db = reference.gradients(W, b, X, y)
        W, b = (W - learning_rate * dW) * (1 - 0.01 * learning_rate), b - learning_rate * db
    return W, b, losses


def _shrunk(factor, also_bias=False):
    """Each step ends with a factor that does not know the learning rate."""

    def train(X, y, K, learning_rate, epochs):
        W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
        for _ in range(epochs):
            losses.append(reference.cross_entropy(X @ W + b, y))
            dW, db = reference.gradients(W, b, X, y)
            W, b = factor * (W - learning_rate * dW), (factor if also_bias else 1) * (b - learning_rate * db)
        return W, b, losses

    return train


def _shrunk_before_the_step(X, y, K, learning_rate, epochs):
    W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
    for _ in range(epochs):
        losses.append(reference.cross_entropy(X @ W + b, y))
        dW, db = reference.gradients(W, b, X, y)
        W, b = 0.99 * W - learning_rate * dW, b - learning_rate * db
    return W, b, losses


of_steps.add(
    "a penalty on the weights",
    """
    Your weights are too small, and more so with every step, because each step takes a part of them away. For {input}
    you return {output}. That is weight decay, the gradient of a penalty on large weights, which many programs add to
    the cost. It is a method of its own, for models that have too much freedom, and changes where training ends. This
    exercise asks for the gradient of the mean cost and nothing else. Which term of the step contains `W` itself?
    """,
    _with_a_penalty(0.01),
    _with_a_penalty(0.1, also_bias=True),
    _with_a_penalty(0.0005),
    _decayed,
    _shrunk(0.99),
    _shrunk(0.9, also_bias=True),
    _shrunk_before_the_step,
    lambda X, y, K, learning_rate, epochs: _with_a_penalty(0.1 / len(y))(X, y, K, learning_rate, epochs),
    example=(np.array([[1.0], [-1.0], [2.0]]), np.array([0, 1, 0]), 2, 2.0, 2),
    describe=lambda values: f"weights {np.round(values[0], 4).tolist()}",
    recognise=has_a_penalty,
)


def _a_step_for_each_example(X, y, K, learning_rate, epochs):
    W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
    for _ in range(epochs):
        losses.append(reference.cross_entropy(X @ W + b, y))
        for i in range(len(y)):
            dW, db = reference.gradients(W, b, X[i : i + 1], y[i : i + 1])
            W, b = W - learning_rate * dW, b - learning_rate * db
    return W, b, losses


of_steps.add(
    "a step for each example",
    """
    You change the weights after every single example, so an epoch is m steps and not one. For {input} you get
    {output}. That is stochastic gradient descent, a good method with a path of its own: it depends on the order of
    the examples, and it needs a smaller learning rate. This exercise asks for one step in each epoch, with the
    gradient of all.
    """,
    _a_step_for_each_example,
    example=(np.array([[1.0], [2.0]]), np.array([0, 1]), 2, 1.0, 3),
    describe=costs_in_words,
    recognise=follows(_a_step_for_each_example),
)


_UP_AND_DOWN = (
    descent(gradient=lambda W, b, X, y: (-reference.gradients(W, b, X, y)[0], reference.gradients(W, b, X, y)[1])),
    descent(gradient=lambda W, b, X, y: (reference.gradients(W, b, X, y)[0], -reference.gradients(W, b, X, y)[1])),
)


def weights_and_biases(values):
    """The weights and biases that a training returns, in words."""
    return f"weights {np.round(values[0], 3).tolist()} and biases {np.round(values[1], 3).tolist()}"


of_steps.add(
    "one of the two uphill",
    """
    One of your two parameters goes against its gradient, as it should, and the other one goes along it. For {input} you
    return {output}: all examples are of class 0, so its weight and its bias have to rise, and those of class 1 to
    fall. The cost may fall all the same, since the other parameter makes up for it, only later or less far. Compare the
    two lines that change `W` and `b`. Which sign stands in each?
    """,
    *_UP_AND_DOWN,
    example=ONE_STEP,
    describe=weights_and_biases,
    recognise=follows(*_UP_AND_DOWN),
)


def _of_length_1(W, b, X, y):
    return tuple(part / (np.linalg.norm(part) + 1e-12) for part in reference.gradients(W, b, X, y))


def _of_length_1_together(W, b, X, y):
    dW, db = reference.gradients(W, b, X, y)
    length = np.sqrt(np.sum(dW**2) + np.sum(db**2)) + 1e-12
    return dW / length, db / length


of_steps.add(
    "only the direction of the gradient",
    """
    Your steps forget how large the gradient is: its signs are taken, or it is divided by its own length, or by the
    root of its square, as Adam does. For {input} you return {output}. A gradient that fades near the minimum then makes
    the same step as a steep one, so the training jumps to and fro over the minimum and never comes to rest. In plain
    descent a step is the learning rate times the gradient as it is. Which call takes its size away?
    """,
    descent(gradient=lambda W, b, X, y: tuple(map(np.sign, reference.gradients(W, b, X, y)))),
    descent(
        gradient=lambda W, b, X, y: (np.sign(reference.gradients(W, b, X, y)[0]), reference.gradients(W, b, X, y)[1])
    ),
    descent(gradient=_of_length_1),
    descent(gradient=_of_length_1_together),
    example=(np.array([[1.0], [2.0]]), np.array([0, 0]), 2, 3.0, 1),
    describe=weights_and_biases,
    recognise=takes_only_the_direction,
)


def _with_momentum(kept):
    def train(X, y, K, learning_rate, epochs):
        W, b, losses, of_W, of_b = np.zeros((X.shape[1], K)), np.zeros(K), [], 0.0, 0.0
        for _ in range(epochs):
            losses.append(reference.cross_entropy(X @ W + b, y))
            dW, db = reference.gradients(W, b, X, y)
            of_W, of_b = kept * of_W + dW, kept * of_b + db
            W, b = W - learning_rate * of_W, b - learning_rate * of_b
        return W, b, losses

    return train


of_steps.add(
    "momentum",
    """
    Your first step is right, and every later one contains a part of the steps before it. For {input} you return
    {output}. That is momentum, or a gradient to which you add in each round and which nothing sets back to zero. It is
    a method of its own, often faster, and the way it goes is another one. This exercise asks for plain descent: each
    step knows the present gradient and no other. Which name in your loop lives longer than one round?
    """,
    _with_momentum(0.9),
    _with_momentum(0.5),
    _with_momentum(1.0),
    example=(np.array([[0.4], [-0.4]]), np.array([0, 1]), 2, 3.5, 2),
    describe=weights_and_biases,
    recognise=has_momentum,
)


def _from(probabilities):
    """The gradients of a model with other probabilities."""

    def gradient(W, b, X, y):
        dZ = (probabilities(X @ W + b) - reference.indicator(y, len(b))) / len(y)
        return X.T @ dZ, dZ.sum(axis=0)

    return gradient


_FLIPPED = tuple(
    descent(gradient=_from(lambda Z: reference.softmax(-Z)), cost=cost)
    for cost in (
        lambda W, b, X, y: reference.cross_entropy(-(X @ W + b), y),
        lambda W, b, X, y: reference.cross_entropy(X @ W + b, y),
    )
)

of_steps.add(
    "the sign of the logits",
    """
    The logits have the other sign in your probabilities. At zero weights that makes no difference, so the first step is
    right; from the second one on, the class with the largest logit gets the smallest probability, and each step pushes
    further in the direction of the first: for {input} you return {output}. In a sigmoid the single logit has a minus in
    the exponent, in a softmax none has. What stands between your matrix product and the softmax?
    """,
    *_FLIPPED,
    example=(np.array([[0.4], [-0.4]]), np.array([0, 1]), 2, 3.5, 2),
    describe=weights_and_biases,
    recognise=follows(*_FLIPPED),
)

_SIGMOIDS = descent(gradient=_from(reference.sigmoid))

of_steps.add(
    "sigmoids in place of the softmax",
    """
    You turn each logit into a probability by itself, with a sigmoid. For {input} you return {output}: at zero weights
    each of the three classes gets one half, and the three together more than there is to share, so the biases fall all
    at once. That is a model of its own, k binary classifiers side by side, and the next chapter compares it with this
    one. Here the classes of an example compete. Which function of all logits of a row makes them?
    """,
    _SIGMOIDS,
    example=(np.array([[1.0], [-1.0], [2.0]]), np.array([0, 1, 2]), 3, 2.0, 1),
    describe=weights_and_biases,
    recognise=follows(_SIGMOIDS, parts=slice(2)),
)


def _shares_without_powers(Z):
    with np.errstate(all="ignore"):
        return Z / Z.sum(axis=1, keepdims=True)


of_steps.add(
    "nan from the first step on",
    """
    Your weights are nan after the first step, for every input: for {input} you return {output}. A training begins with
    zero weights, so all logits are 0, and something is divided by them or by their sum. Where each logit is divided by
    the sum of its row, the powers of e of the softmax are missing: they make every logit positive, and a sum of
    positive numbers is never 0. What do your probabilities give for a row of zeros?
    """,
    descent(gradient=_from(_shares_without_powers)),
    descent(
        gradient=_from(_shares_without_powers),
        cost=lambda W, b, X, y: -np.log(_shares_without_powers(X @ W + b)[np.arange(len(y)), y]).mean(),
    ),
    example=ONE_STEP,
    describe=weights_and_biases,
    recognise=has_nothing_but_nan,
)


def _in_batches(size):
    def train(X, y, K, learning_rate, epochs):
        W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
        for _ in range(epochs):
            losses.append(reference.cross_entropy(X @ W + b, y))
            for start in range(0, len(y), size):
                dW, db = reference.gradients(W, b, X[start : start + size], y[start : start + size])
                W, b = W - learning_rate * dW, b - learning_rate * db
        return W, b, losses

    return train


of_steps.add(
    "mini-batches",
    """
    Your training is right for few examples, and wrong as soon as there are more than a certain number. So you take them
    in batches of a fixed size and make several steps in an epoch, or you use only the first ones and leave the others
    out. Batches are a good method, which a later section of this chapter tries, with a path of its own. Here an epoch
    is one step, with the gradient of all examples. Which number in your code stands for their count?
    """,
    *map(_in_batches, (8, 10, 16, 20, 32)),
    lambda X, y, K, learning_rate, epochs: reference.train(X[:30], y[:30], K, learning_rate, epochs),
    recognise=is_right_for_few,
)


def _on(rescaled):
    """A training on other features."""

    def train(X, y, K, learning_rate, epochs):
        with np.errstate(all="ignore"):
            return reference.train(rescaled(X), y, K, learning_rate, epochs)

    return train


_RESCALED = tuple(
    _on(rescaled)
    for rescaled in (
        lambda X: (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-8),
        lambda X: X - X.mean(axis=0),
        lambda X: X / (np.abs(X).max() + 1e-12),
        lambda X: (X - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0) + 1e-8),
    )
)

of_steps.add(
    "features rescaled inside",
    """
    Your training shifts or rescales the features before its first step: for {input} you return {output}. Scaling helps,
    as a later section shows, but the weights that come out fit the scaled features, and the caller has the others:
    `X @ W + b` is then another model than the one that was trained. Scaling belongs in front of the call, with the same
    numbers for every part of the data. Which line changes `X`?
    """,
    *_RESCALED,
    example=ONE_STEP,
    describe=weights_and_biases,
    recognise=follows(*_RESCALED, parts=slice(2)),
)

of_steps.add(
    "K read off the labels",
    """
    You count the classes in the labels and leave the argument `K` alone. For {input}, where class 1 has no example, you
    return {output}. A class that does not occur in these data is a class of the model all the same: the next batch may
    contain it, and who asks for its probability finds no column. The caller knows how many there are and has said so.
    Where do your shapes come from?
    """,
    lambda X, y, K, learning_rate, epochs: reference.train(X, y, int(y.max()) + 1, learning_rate, epochs),
    lambda X, y, K, learning_rate, epochs: reference.train(
        X, np.unique(y, return_inverse=True)[1], len(np.unique(y)), learning_rate, epochs
    ),
    example=ONE_STEP,
    describe=lambda values: f"weights of the shape {np.shape(values[0])}",
    recognise=reads_the_classes_off_the_labels,
)
