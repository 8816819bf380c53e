"""Exercise 4.3: softmax regression trained by gradient descent from zero, or nearly zero, weights."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch04.starts import after_training
from utils.exercises.ch04.wrong_steps import ONE_STEP, TWO_STEPS, costs_in_words, descent, of_steps
from utils.exercises.ch04.wrong_trainings import (
    follows,
    has_a_ceiling,
    has_costs_without_bias,
    has_other_lengths,
    is_out_of_order,
    keeps_only_the_last,
    leaves_after_one_epoch,
    starts_far_from_zero,
    stops_early,
)
from utils.exercises.drawing import labels

# The domain


SMALLEST = [
    (np.array([[1.0], [2.0]]), np.array([0, 0]), 2, 3.0, 1),
    (np.array([[1.0, -2.0], [3.0, 1.0], [2.0, 2.0], [-1.0, 1.0]]), np.array([0, 1, 1, 1]), 2, 2.0, 1),
    (np.array([[0.4], [-0.4]]), np.array([0, 1]), 2, 3.5, 2),
    (np.array([[1.0], [-1.0], [2.0]]), np.array([0, 1, 0]), 3, 2.0, 2),
    (np.array([[2.0, 0.0], [0.0, 1.0], [1.0, 3.0]]), np.array([2, 0, 2]), 3, 1.0, 7),
    (np.array([[1.0], [-1.0]]), np.array([0, 0]), 2, 3.0, 3),
]


def _clouds(rng, each):
    """Points of three classes that can be separated, so many of each."""
    centres = np.array([[-3.0, 1.0], [0.0, -2.5], [3.0, 1.5]]) + rng.normal(scale=0.2, size=(3, 2))
    y = np.array([0, 1, 2] * each)
    return centres[y] + rng.normal(scale=0.8, size=(len(y), 2)), y, 3


def _examples(rng, m, n, K, used=None):
    """Random examples, with labels of so many classes."""
    return rng.normal(size=(m, n)), labels(rng, m, used or K), K


def corners(rng):
    """(X, y, K, learning rate, epochs) by the name of their corner."""
    return {
        "clouds": (*_clouds(rng, 13), 0.5, 15),
        "many epochs": (*_clouds(rng, 20), 0.3, 40),
        "one example": (*_examples(rng, 1, 2, 3), 0.2, 4),
        "one class": (*_examples(rng, 3, 2, 1), 0.3, 3),
        "one feature": (*_examples(rng, 6, 1, 3), 0.3, 5),
        "an absent class": (*_examples(rng, 6, 2, 5, used=3), 0.3, 5),
        "many classes": (*_examples(rng, 12, 6, 9), 0.1, 4),
        "many examples": (*_examples(rng, 60, 2, 3), 0.2, 5),
        "as many features and classes as examples": (*_examples(rng, 4, 4, 4), 0.2, 3),
        "a single epoch": (*_examples(rng, 5, 5, 8), 0.1, 1),
        "a step too far": (np.full((3, 1), rng.uniform(-0.1, 0.1)), np.array([0, 0, 1]), 2, rng.uniform(115, 125), 3),
        "features as large as in the clouds": (np.array([[rng.uniform(7, 8), -5.0]]), labels(rng, 1, 5), 5, 0.01, 3),
    }


def draw(rng):
    """Any training with features of moderate size."""
    m, n, K = (int(rng.integers(least, most + 1)) for least, most in ((1, 25), (1, 3), (2, 5)))
    return (*_examples(rng, m, n, K), float(rng.uniform(0.05, 1.0)), int(rng.integers(1, 13)))


def training_in_words(X, y, K, learning_rate, epochs):
    """The shapes of what a training returns, and its first cost."""
    return f"""
        `(W, b, losses)` with the shapes {(X.shape[1], K)}, {(K,)} and {(epochs,)}, and {np.log(K):.4g} (the logarithm
        of {K}) as the first cost,
    """


# Right answers


def _random_start(scale, seed=None):
    return lambda n, K: (np.random.default_rng(seed).normal(scale=scale, size=(n, K)), np.zeros(K))


def _with_extra_row(X, y, K, learning_rate, epochs):
    extended = np.column_stack([X, np.ones(len(X))])
    both = 0.01 * np.random.default_rng(4).standard_normal((extended.shape[1], K))
    losses = []
    for _ in range(epochs):
        P = reference.softmax(extended @ both)
        losses.append(-np.log(P[np.arange(len(y)), y]).mean())
        both -= learning_rate * extended.T @ (P - np.eye(K)[y]) / len(y)
    return [both[:-1], both[-1], losses]


def _in_place_with_final_cost(X, y, K, learning_rate, epochs):
    W, b = np.zeros((X.shape[1], K)), np.zeros(K)
    losses = np.empty(epochs + 1)
    for epoch in range(epochs):
        losses[epoch] = reference.cross_entropy(X @ W + b, y)
        dW, db = reference.gradients(W, b, X, y)
        W -= learning_rate * dW
        b -= learning_rate * db
    losses[epochs] = reference.cross_entropy(X @ W + b, y)
    return W, b, losses


def _train_in_float32(X, y, K, learning_rate, epochs):
    X = X.astype(np.float32)
    W, b, losses = np.zeros((X.shape[1], K), np.float32), np.zeros(K, np.float32), []
    for _ in range(epochs):
        P = reference.softmax(X @ W + b)
        losses.append(float(np.mean(-np.log(P[np.arange(len(y)), y]))))
        P[np.arange(len(y)), y] -= 1
        W = W - np.float32(learning_rate / len(y)) * (X.T @ P)
        b = b - np.float32(learning_rate) * P.mean(axis=0)
    return W, b, np.array(losses)


mistakes = Bank(list(of_steps))

train = Exercise(
    name="ch04.train",
    is_main=True,
    asks="Softmax regression trained by gradient descent from zero, or nearly zero, weights.",
    reference=reference.train,
    probes=Domain(SMALLEST, corners, draw),
    observe=after_training,
    expects=training_in_words,
    rtol=1e-4,
    scale=lambda *inputs: 1.0,
    time_limit=4.0,
    hints=paragraphs("""
        A loop over the epochs. In each round three things happen: the cost of the present weights is noted, both
        gradients are computed, both parameters take a step. In which order?

        A step goes against the gradient, and its length is the learning rate times the gradient. W and b take it at the
        same moment, with gradients from the same point.

        `reference.gradients(W, b, X, y)` gives both gradients, and `reference.cross_entropy(X @ W + b, y)` the cost.
        Zero weights of the shapes (features, K) and (K,) are a good start.
    """),
    alternatives=(
        _with_extra_row,
        _in_place_with_final_cost,
        _train_in_float32,
        descent(start=_random_start(0.01)),
        descent(start=lambda n, K: (0.01 * np.random.default_rng(7).uniform(-1, 1, (n, K)), np.full(K, 0.01))),
    ),
    bank=mistakes,
    remark="It starts at ln K, and every step goes against the gradient.",
)


# Mistakes


mistakes.add(
    "cost after the step",
    """
    You note the cost after each step, so the first entry of your list is not the cost at the start: for {input} you
    get {output}. The exercise wants the cost before the step, and with a reason: with zero weights it must be ln K,
    whatever the data, and this one number tells whether cost and labels fit together. Which two lines change
    places?
    """,
    descent(after=True),
    example=TWO_STEPS,
    describe=costs_in_words,
    recognise=follows(descent(after=True)),
)

_SUMMED_COSTS = descent(cost=lambda W, b, X, y: len(y) * reference.cross_entropy(X @ W + b, y))

mistakes.add(
    "cost as a sum",
    """
    Your steps are right and your costs are sums over the examples: for {input} you get {output}. A sum grows with
    the number of examples, so it cannot be compared between two data sets, nor with ln K, where an untrained model
    has to begin. The cost of chapter 3 is a mean. What is missing in the line that computes it?
    """,
    _SUMMED_COSTS,
    example=TWO_STEPS,
    describe=costs_in_words,
    recognise=follows(_SUMMED_COSTS),
)


_COST_WITHOUT_BIAS = descent(cost=lambda W, b, X, y: reference.cross_entropy(X @ W, y))
BIASED = (np.array([[1.0], [-1.0], [2.0]]), np.array([0, 0, 0]), 2, 1.0, 3)

mistakes.add(
    "cost without the bias",
    """
    Your steps are right, and your costs are those of another model: the logits in them have no bias. For {input} you
    get {output}. The first cost is still ln K, because the bias begins at zero, so that test sees nothing. From the
    second one on a cost has to belong to the same W and b that take the step. Compare the line that computes the cost
    with the formula for the logits. What is missing?
    """,
    _COST_WITHOUT_BIAS,
    example=BIASED,
    describe=costs_in_words,
    recognise=has_costs_without_bias,
)


def _accuracy(W, b, X, y):
    return (reference.predict(W, b, X) == y).mean()


_ACCURACIES = descent(cost=_accuracy), descent(cost=lambda W, b, X, y: 1 - _accuracy(W, b, X, y))

mistakes.add(
    "the accuracy in place of the cost",
    """
    Your weights are right, and your list holds shares of right or wrong decisions: for {input} you get {output}. A
    share moves in steps of one example and stands still while the model grows surer, so it does not show whether the
    descent works; and what the gradient belongs to is the cost. At zero weights the cost is ln K, whatever the data.
    Which function of the logits and the labels gives it?
    """,
    *_ACCURACIES,
    example=ONE_STEP,
    describe=lambda values: f"the costs `{np.round(values[2], 3).tolist()}`",
    recognise=follows(*_ACCURACIES),
)


def _with_probabilities(log):
    return descent(cost=lambda W, b, X, y: -log(reference.softmax(X @ W + b)[np.arange(len(y)), y]).mean())


mistakes.add(
    "a ceiling on the cost",
    """
    Your weights are right, and so are your costs as long as they are small. Large ones are too small: for {input} you
    get {output}. A clip of the probabilities, or a small number that is added to them inside the logarithm, sets a
    limit to what one example can cost, and a step that went much too far then looks harmless. Chapter 3 has met that
    ceiling. A cost from the logits needs neither. Which function gives it?
    """,
    *(_with_probabilities(lambda p, e=e: np.log(p + e)) for e in (1e-5, 1e-7, 1e-8, 1e-9, 1e-12, 1e-15)),
    *(_with_probabilities(lambda p, e=e: np.log(np.clip(p, e, 1 - e))) for e in (1e-5, 1e-7, 1e-9, 1e-12, 1e-15)),
    example=(np.array([[0.1], [0.1], [0.1]]), np.array([0, 0, 1]), 2, 120.0, 2),
    describe=costs_in_words,
    recognise=has_a_ceiling,
)


def _list_begun_anew(X, y, K, learning_rate, epochs):
    W, b, losses = reference.train(X, y, K, learning_rate, epochs)
    return W, b, losses[-1:]


mistakes.add(
    "the list begun anew",
    """
    Your weights are right, and only the last cost is left: for {input} you get {output}. The line that makes the empty
    list is inside the loop, so every round throws away what the rounds before have noted. Whether the cost fell at
    every step, and where it began, can no longer be seen. What is made once belongs in front of the loop. Which line
    has to move?
    """,
    _list_begun_anew,
    example=TWO_STEPS,
    describe=lambda values: f"the costs `{np.round(values[2], 3).tolist()}`",
    recognise=keeps_only_the_last,
)


@mistakes.mistake(*TWO_STEPS, describe=costs_in_words)
def the_alias(X, y, K, learning_rate, epochs):
    """
    Your weights are right and your costs are nan: for {input} you get {output}. After `difference = P` there are
    two names for one array. Subtracting 1 at the true classes changes P as well, and where a probability was, there
    is now a negative number, which has no logarithm. Either compute the cost first, or make a copy.
    """
    W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
    for _ in range(epochs):
        P = reference.softmax(X @ W + b)
        difference = P
        difference[np.arange(len(y)), y] -= 1
        W = W - learning_rate * X.T @ difference / len(y)
        b = b - learning_rate * difference.mean(axis=0)
        with np.errstate(invalid="ignore"):
            losses.append(-np.log(P[np.arange(len(y)), y]).mean())
    return W, b, losses


_FIXED_RATE = descent(rate=lambda learning_rate: 1.0)

mistakes.add(
    "the learning rate is not used",
    """
    Your steps are those of another learning rate, the same one for all inputs, perhaps 1: for {input} you get
    {output}. The gradient gives a direction and a slope; how far to go is a choice, and `learning_rate` is that
    choice. A number in its place, or a name that was given a value in a cell above, makes the argument useless. Which
    line changes the weights, and which factor does it take?
    """,
    _FIXED_RATE,
    descent(rate=lambda learning_rate: 0.1),
    example=(np.array([[1.0], [-1.0]]), np.array([0, 1]), 2, 5.0, 2),
    describe=costs_in_words,
    recognise=follows(*(descent(rate=lambda learning_rate, fixed=fixed: fixed) for fixed in (1.0, 0.1, 0.01, 0.5))),
)


def _gradient_computed_once(X, y, K, learning_rate, epochs):
    W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
    dW, db = reference.gradients(W, b, X, y)
    for _ in range(epochs):
        losses.append(reference.cross_entropy(X @ W + b, y))
        W, b = W - learning_rate * dW, b - learning_rate * db
    return W, b, losses


mistakes.add(
    "gradient computed once",
    """
    You compute the gradients before the loop and repeat the same step in every round: for {input} you get {output}.
    A gradient belongs to one point. After a step the weights are somewhere else, the probabilities have changed,
    and so has the slope. Which lines of yours have to move into the loop?
    """,
    _gradient_computed_once,
    example=(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 1]), 2, 1.0, 4),
    describe=costs_in_words,
    recognise=follows(_gradient_computed_once),
)


@mistakes.mistake(*TWO_STEPS, describe=costs_in_words, recognise=leaves_after_one_epoch)
def left_after_one_epoch(X, y, K, learning_rate, epochs):
    """
    You make one step, however many epochs are asked for: `losses` has a single entry. For {input} you get {output}.
    A `return` that is indented into the loop ends the function in the first round, and so does a loop that is
    missing. Count the spaces in front of `return`: to which block does it belong?
    """
    W, b, losses = reference.train(X, y, K, learning_rate, 1)
    return W, b, losses


def _until(is_enough):
    """A training that stops when ``is_enough(cost)``."""

    def train(X, y, K, learning_rate, epochs):
        W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
        for _ in range(epochs):
            losses.append(reference.cross_entropy(X @ W + b, y))
            if is_enough(losses):
                break
            dW, db = reference.gradients(W, b, X, y)
            W, b = W - learning_rate * dW, b - learning_rate * db
        return W, b, losses

    return train


mistakes.add(
    "stopped before the last epoch",
    """
    You stop before the epochs are over: for {input} you get {output}, and fewer costs than epochs. Stopping as soon as
    the cost is small, or no longer falls, can be sensible; here the caller says how many steps to make, and may want
    to compare two runs step by step, which needs lists of one length. A `break`, a `return` in the loop or a
    condition of a `while` ends yours. Which of them asks for something else than the number of epochs?
    """,
    _until(lambda losses: losses[-1] < 0.5),
    _until(lambda losses: losses[-1] < 0.1),
    _until(lambda losses: len(losses) > 1 and losses[-1] > losses[-2] - 0.01),
    example=(np.array([[1.0], [-1.0], [2.0]]), np.array([0, 1, 0]), 2, 2.0, 30),
    describe=lambda values: f"{np.size(values[2])} costs, the last one {np.ravel(values[2])[-1]:.4g}",
    recognise=stops_early,
)

mistakes.add(
    "one step too many or too few",
    """
    The weights that you return have gone one step further than `epochs` says, or one step less. For {input} you get
    {output}. `range(epochs)` runs exactly that many rounds, from 0 to epochs − 1. Which numbers are in your `range`,
    and is there a step before or after the loop?
    """,
    descent(steps=lambda epochs: epochs + 1),
    descent(steps=lambda epochs: epochs - 1),
    example=TWO_STEPS,
    describe=lambda values: f"weights {np.round(values[0], 3).tolist()}",
    recognise=follows(
        descent(steps=lambda epochs: epochs + 1), descent(steps=lambda epochs: epochs - 1), parts=slice(2)
    ),
)


mistakes.add(
    "more costs than steps",
    """
    Your list holds more costs than there are steps: for {input} you get {output}. The exercise asks for the cost before
    each step, one for each epoch. One more is welcome, the cost of the weights that you return, and the last entry
    of your list is not that. Look at where the list begins, an entry may be there before the loop, and count how
    often something is appended in one round and after the loop.
    """,
    lambda X, y, K, learning_rate, epochs: (
        *reference.train(X, y, K, learning_rate, epochs)[:2],
        [*reference.train(X, y, K, learning_rate, epochs)[2], 99.0],
    ),
    lambda X, y, K, learning_rate, epochs: (
        *reference.train(X, y, K, learning_rate, epochs)[:2],
        [0.0, *reference.train(X, y, K, learning_rate, epochs)[2]],
    ),
    lambda X, y, K, learning_rate, epochs: (
        *reference.train(X, y, K, learning_rate, epochs)[:2],
        np.repeat(reference.train(X, y, K, learning_rate, epochs)[2], 2),
    ),
    example=TWO_STEPS,
    describe=lambda values: f"the costs `{np.round(values[2], 3).tolist()}`",
    recognise=has_other_lengths,
)


@mistakes.mistake(*TWO_STEPS, describe=lambda values: f"`{float(values[2]):.4g}`")
def only_the_last_cost(X, y, K, learning_rate, epochs):
    """
    You return one number in the place of the list of costs: {output} for {input}. A single cost says nothing about
    the way that led there: whether it fell at every step, whether it has stopped falling, whether it began at ln K.
    Those are the three things to look at. Where does your loop keep the cost of each epoch?
    """
    W, b, losses = reference.train(X, y, K, learning_rate, epochs)
    return W, b, losses[-1]


@mistakes.mistake(*TWO_STEPS)
def not_three_results(X, y, K, learning_rate, epochs):
    """
    Three things are asked for, `W`, `b` and `losses`, in this order, and you return another number of them. For
    {input} that is {output}. The caller unpacks three by position. Where the costs are missing, the caller cannot
    see whether they fell at every step, or whether nothing moved long before the last epoch. Count the results after
    your `return`, between the commas: what is missing, or what is there besides?
    """
    return reference.train(X, y, K, learning_rate, epochs)[:2]


@mistakes.mistake(
    *TWO_STEPS,
    describe=lambda values: f"arrays of the shapes {', '.join(str(np.shape(part)) for part in values)}",
    recognise=is_out_of_order,
)
def the_order_of_the_results(X, y, K, learning_rate, epochs):
    """
    You return the three things that are asked for in another order: for {input} you return {output}. The caller unpacks
    by position: first `W`, which has a row for each feature, then `b` with one entry for each class, and the costs at
    the end. Nothing fails at the call; the first matrix product with what is not W does. Which name comes first
    after your `return`?
    """
    return reference.train(X, y, K, learning_rate, epochs)[::-1]


the_order_of_the_results.also(
    lambda X, y, K, learning_rate, epochs: [
        reference.train(X, y, K, learning_rate, epochs)[place] for place in (2, 0, 1)
    ],
    lambda X, y, K, learning_rate, epochs: [
        reference.train(X, y, K, learning_rate, epochs)[place] for place in (1, 0, 2)
    ],
)


mistakes.add(
    "a large random start",
    """
    Your training begins far from zero: for {input} you get {output}. Large random weights make a model wrong with
    great confidence before it has seen anything: the first cost is not the ln K of a model that knows nothing, and
    many steps are spent on unlearning; large equal ones change no prediction and stay for ever. The sum of W over
    the classes shows both even at the end, since no step changes it. How large are your first weights?
    """,
    descent(start=_random_start(1.0, seed=0)),
    descent(start=_random_start(0.1, seed=3)),
    descent(start=_random_start(0.05, seed=3)),
    descent(start=lambda n, K: (np.ones((n, K)), np.zeros(K))),
    example=TWO_STEPS,
    describe=costs_in_words,
    recognise=starts_far_from_zero,
)
