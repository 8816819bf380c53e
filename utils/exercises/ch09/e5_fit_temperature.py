"""Exercise 9.5: the temperature that minimises the mean cross-entropy of the logits divided by it."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch09.common import array

# The domain


def logits_to_calibrate(rng):
    """(Z, y): a case for paper and pencil, a model that is too modest, large shifts, and labels drawn at a known T."""
    probes = [
        THREE_OF_FOUR,
        (np.tile([0.5, 0.0], (10, 1)), np.array([0] * 9 + [1])),
        (
            np.tile([6.0, 0.0, 0.0], (5, 1)) + array([1000.0], [-1000.0], [0.0], [3.0], [50.0]),
            np.array([0, 0, 0, 1, 2]),
        ),
    ]
    for m, K, T in ((40, 3, rng.uniform(1.5, 2.5)), (50, 5, rng.uniform(2.5, 4)), (50, 4, rng.uniform(0.5, 0.8))):
        Z = 2 * max(T, 1) * rng.normal(size=(m, K))
        drawn = (reference.softmax(Z, temperature=T).cumsum(axis=1) < rng.uniform(size=(m, 1))).sum(axis=1)
        y = np.minimum(drawn, K - 1)
        y[:2] = Z[0].argmin(), Z[1].argmax()  # one wrong and one right, so that there is a best temperature
        probes.append((Z, y))
    return probes


THREE_OF_FOUR = (np.tile([3.0, 0.0], (4, 1)), np.array([0, 0, 0, 1]))


# How answers are looked at


def one_number(answer, Z, y):
    """Call an answer; a single number may stand in an array of one entry, as minimisers return it."""
    result = answer(Z, y)
    return result.reshape(()) if hasattr(result, "reshape") and math.prod(result.shape) == 1 else result


# Right answers


def lowest(f, low=0.02, high=50.0, steps=45):
    """Where a function of T with one valley is lowest, by golden section on a logarithmic scale."""
    low, high = np.log(low), np.log(high)
    ratio = (np.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = f(np.exp(left)), f(np.exp(right))
    for _ in range(steps):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = f(np.exp(left))
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = f(np.exp(right))
    return float(np.exp((low + high) / 2))


def _golden_section(Z, y):
    return lowest(lambda T: reference.cross_entropy(Z / T, y))


def _refined_grid(Z, y):
    low, high = 0.05, 20.0
    for _ in range(7):
        grid = np.geomspace(low, high, 15)
        best = int(np.argmin([reference.cross_entropy(Z / T, y) for T in grid]))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, 14)]
    return (low + high) / 2


def _derivative(beta, Z, y):
    return np.mean((reference.softmax(beta * Z) * Z).sum(axis=1) - Z[np.arange(len(y)), y])


def _by_halving(Z, y):
    low, high = 0.02, 50.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _derivative(middle, Z, y) < 0 else (low, middle)
    return 1 / low


def _by_scipy(Z, y):
    from scipy.optimize import minimize_scalar

    return minimize_scalar(lambda T: reference.cross_entropy(Z / T, y), bounds=(0.05, 20), method="bounded").x


def _root_by_scipy(Z, y):
    from scipy.optimize import brentq

    return 1 / brentq(_derivative, 0.02, 50, args=(Z - Z.max(axis=1, keepdims=True), y))


def _in_an_array(Z, y):
    from scipy.optimize import minimize

    options = {"xatol": 1e-6, "fatol": 1e-12}
    return np.exp(
        minimize(lambda t: reference.cross_entropy(Z / np.exp(t[0]), y), [0.0], method="Nelder-Mead", options=options).x
    )


def _in_a_tensor(Z, y):
    import torch

    return torch.tensor([_golden_section(Z, y)], dtype=torch.float64, requires_grad=True).exp().log()


mistakes = Bank()

fit_temperature = Exercise(
    name="ch09.fit_temperature",
    asks="The temperature that minimises the mean cross-entropy of the logits divided by it.",
    reference=reference.fit_temperature,
    probes=logits_to_calibrate,
    observe=one_number,
    expects=lambda Z, y: "one positive number, right to a few parts in ten thousand,",
    rtol=3e-4,
    time_limit=6.0,
    hints=paragraphs("""
        For a given T you can compute the cost: `cross_entropy(Z / T, y)`. What remains is to search one number line for
        the lowest point of one valley.

        A grid tells you where the valley is. Put a second, finer grid between the neighbours of its lowest point, and a
        third one into that.

        Or look at the slope: at the lowest point the logit that the model expects, the sum of p times z, equals the
        logit of the true class, on average. On one side the difference is positive, on the other negative, so you can
        halve the interval again and again.
    """),
    alternatives=(_golden_section, _refined_grid, _by_halving, _by_scipy, _root_by_scipy, _in_an_array, _in_a_tensor),
    bank=mistakes,
    # One and the same temperature has names of its own in the bank.
    of_every_function={"the argument is not used": ()},
    remark="One number, and no decision has changed: only how sure each of them claims to be.",
)


# Mistakes


def _values(seen):
    """The numbers that came back, or None where one of them is no single number."""
    if any(result.problem or result.changed or np.shape(result.value) != () for result in seen.results):
        return None
    return np.array([float(result.value) for result in seen.results])


def _inverses(seen):
    """Whether every temperature is the inverse of the best one, or near it."""
    values, best = _values(seen), np.array(seen.expected, dtype=float)
    return values is not None and len(values) == len(best) and bool(np.all(np.abs(values * best - 1) < 0.01))


@mistakes.mistake(*THREE_OF_FOUR, recognise=_inverses)
def the_inverse(Z, y):
    """
    You return the number that the logits are to be multiplied by. For {input} that is {output}. The temperature
    divides: a model that is too sure of itself needs a T above 1, which brings its logits together. Here three of
    four are right, so the model should say 0.75 for a gap of 3; does your number make the gap larger or smaller?
    """
    return 1 / reference.fit_temperature(Z, y)


the_inverse.also(lambda Z, y: lowest(lambda T: reference.cross_entropy(Z * T, y)))


@mistakes.mistake(*THREE_OF_FOUR, name="the logarithm of T")
def the_logarithm_of_the_temperature(Z, y):
    """
    You return the logarithm of the temperature: {output} for {input}. Searching on a logarithmic scale is a good
    idea, since T must stay positive and 0.5 is as far from 1 as 2 is. At the end the way back is missing, and for a
    model that is too modest your number is even negative, which is no temperature. Which function undoes the
    logarithm?
    """
    return np.log(reference.fit_temperature(Z, y))


def _ends_of_a_narrow_range(seen):
    """Whether some temperatures are right, and the others stand at an end of the range that came back, far
    from theirs.
    """
    values, best = _values(seen), np.array(seen.expected, dtype=float)
    if values is None or len(values) != len(best):
        return False
    near = np.abs(values / best - 1) < 0.01
    at_the_low_end = (np.abs(values / values.min() - 1) < 1e-3) & (best < 0.95 * values)
    at_the_high_end = (np.abs(values / values.max() - 1) < 1e-3) & (best > 1.05 * values)
    return bool(np.all(near | at_the_low_end | at_the_high_end) and near.any() and not near.all())


@mistakes.mistake(np.tile([0.5, 0.0], (10, 1)), np.array([0] * 9 + [1]), recognise=_ends_of_a_narrow_range)
def range_too_narrow(Z, y):
    """
    Some of your temperatures are right, and where the best one lies outside of the range that you search you return
    an end of it: {output} for {input}. A model may be too modest as well as too sure, so T can lie on either side
    of 1, and the text of the exercise says how far. At an end the cost may still be falling. Which limits does your
    search have, and which does it need?
    """
    return lowest(lambda T: reference.cross_entropy(Z / T, y), 1.0, 10.0)


range_too_narrow.also(
    lambda Z, y: lowest(lambda T: reference.cross_entropy(Z / T, y), 0.5, 20.0),
    lambda Z, y: lowest(lambda T: reference.cross_entropy(Z / T, y), 0.02, 1.0),
)


def _near_misses(seen):
    """Whether every temperature is near the best one, or all are on the way to it from 1."""
    values, best = _values(seen), np.array(seen.expected, dtype=float)
    if values is None or len(values) != len(best) or np.ptp(values) == 0:
        return False
    near = np.abs(values - best) < np.maximum(0.1 * best, 0.06)  # also rounded to one decimal
    on_the_way = ((values - 1) * (best - 1) > 0) & (np.abs(values - 1) < np.abs(best - 1))
    return bool(np.all(near | on_the_way))


def _short_descent(Z, y):
    T = 1.0
    for _ in range(60):
        T -= 0.5 * (reference.cross_entropy(Z / (T + 1e-4), y) - reference.cross_entropy(Z / (T - 1e-4), y)) / 2e-4
    return T


def _on_grid(grid):
    return lambda Z, y: grid[np.argmin([reference.cross_entropy(Z / T, y) for T in grid])]


mistakes.add(
    "not down to the bottom",
    """
    Your search ends beside the lowest point: {output} for {input}. A grid of fixed steps does that, and so does a
    descent with too few turns, or too small ones. Near it the cost is so flat that its value hardly shows the
    difference. Search again between the two neighbours of the best point with smaller steps, or look where the
    slope changes its sign. How far apart are your last two candidates?
    """,
    _on_grid(np.arange(0.1, 10, 0.01)[::2]),
    _on_grid(np.geomspace(0.05, 20, 120)),
    lambda Z, y: round(reference.fit_temperature(Z, y), 1),
    _short_descent,
    example=THREE_OF_FOUR,
    recognise=_near_misses,
)


def _end_of_the_range(seen):
    """Whether one and the same extreme number came back each time."""
    values = _values(seen)
    return values is not None and np.ptp(values) <= 1e-3 * abs(values[0]) and not 0.7 < values[0] < 10


@mistakes.mistake(*THREE_OF_FOUR, recognise=_end_of_the_range)
def an_end_of_the_search(Z, y):
    """
    You return the same number for every data set, {output}: an end of the interval that you search. That happens
    when what you minimise has no valley. The accuracy has none, since no temperature changes a decision. The cost
    against the predicted classes has none, since it falls for ever as T falls. Nor has the quotient of probability
    and T, and the largest cost lies at an end, too. What is compared with what, and where does T divide?
    """
    return np.linspace(0.1, 10, 50)[np.argmax([np.mean((Z / T).argmax(1) == y) for T in np.linspace(0.1, 10, 50)])]


an_end_of_the_search.also(
    lambda Z, y: lowest(lambda T: reference.cross_entropy(Z / T, Z.argmax(axis=1))),
    lambda Z, y: 0.05,
    lambda Z, y: 20.0,
)


@mistakes.mistake(*THREE_OF_FOUR, name="T stays 1")
def the_temperature_stays_1(Z, y):
    """
    You return 1 for every data set, the temperature at which nothing changes. A search that starts there and never
    moves does that: a step that is computed and not assigned, a loop without a turn, or a slope that is always 0.
    For {input} the model is too sure, and 1 is not the lowest point. Print the cost for T = 1 and for T = 2. Which
    line should have moved your T?
    """
    return 1.0


@mistakes.mistake(*THREE_OF_FOUR, name="the cost, not the temperature")
def the_cost_not_the_temperature(Z, y):
    """
    You return the lowest cost: {output} for {input}. Asked for is the place where it is lowest, the temperature.
    `min` of a list of costs gives the cost, and `np.argmin` its place in the list, which leads to the temperature
    of the same place. A minimiser of SciPy returns both, as `.fun` and `.x`. Which one did you take?
    """
    return reference.cross_entropy(Z / reference.fit_temperature(Z, y), y)


def _places(seen):
    """Whether the results are whole numbers that differ, as places in a grid are."""
    values = _values(seen)
    return values is not None and bool(np.all(values == np.round(values))) and np.ptp(values) > 0


@mistakes.mistake(*THREE_OF_FOUR, recognise=_places)
def the_place_in_the_grid(Z, y):
    """
    You return a whole number, {output} for {input}: the place of the best temperature in your list, counted from 0.
    `np.argmin` answers where, and the temperatures themselves stand in another array. A place far down a long list
    would be a huge temperature, which makes all classes nearly equal. What has to be looked up at that place?
    """
    return int(np.argmin([reference.cross_entropy(Z / T, y) for T in np.linspace(0.05, 20, 400)]))


the_place_in_the_grid.also(
    lambda Z, y: int(np.argmin([reference.cross_entropy(Z / T, y) for T in np.geomspace(0.05, 20, 100)]))
)


@mistakes.mistake(np.tile([3.0, 0.0, 0.0], (4, 1)), np.array([0, 0, 1, 2]))
def softmax_twice(Z, y):
    """
    You hand probabilities to a cost that wants logits: `cross_entropy(softmax(Z / T), y)`. The cost applies a
    softmax of its own, so the one number that reaches the labels is a softmax of a softmax. For {input} you return
    {output}. Chapters 7 and 8 called it double softmax. Its lowest point lies elsewhere, mostly at colder
    temperatures. What does `cross_entropy` expect as its first argument?
    """
    return lowest(lambda T: reference.cross_entropy(reference.softmax(Z / T), y))


@mistakes.mistake(
    np.array([[3.0, 0.0, 1.0], [4.0, 0.0, 0.0], [2.0, 1.0, 0.0], [5.0, 0.0, 2.0]]), np.array([0, 0, 1, 2])
)
def squared_error(Z, y):
    """
    You minimise the squared distance between probabilities and one-hot labels. It is a reasonable measure, called
    the Brier score, with a lowest point of its own: for {input} you return {output}. Asked for is the
    cross-entropy, the cost that the network was trained with, so that the temperature is one more trained
    parameter. Which cost takes the logarithm of the probability of the true class?
    """
    return lowest(lambda T: np.mean((reference.softmax(Z / T) - reference.indicator(y, Z.shape[1])) ** 2))


@mistakes.mistake(
    np.array([[3.0, 0.0, 1.0], [4.0, 0.0, 0.0], [2.0, 1.0, 0.0], [5.0, 0.0, 2.0]]), np.array([0, 0, 1, 2])
)
def confidence_made_equal_to_accuracy(Z, y):
    """
    You choose T so that the mean confidence equals the accuracy. It sounds like calibration, and it looks at one
    number of each prediction: what the other classes get, and whether the sure ones are the right ones, plays no
    part. For {input} you return {output}. The cross-entropy looks at the probability of the true class, example by
    example. Which quantity did you search the lowest point of?
    """
    accuracy = np.mean(Z.argmax(axis=1) == y)
    return lowest(lambda T: (reference.softmax(Z, temperature=T).max(axis=1).mean() - accuracy) ** 2)


@mistakes.mistake(*THREE_OF_FOUR)
def a_temperature_for_each_example(Z, y):
    """
    You return several numbers, and one temperature for all examples is asked for. For {input} you return {output}.
    With a temperature of its own every example could be made arbitrarily sure or unsure of its label, and for new
    examples, whose labels nobody knows, there would be none. Average the cost over the examples first, then search.
    Which step keeps the axis of the examples?
    """
    return np.full(len(y), reference.fit_temperature(Z, y))


a_temperature_for_each_example.also(lambda Z, y: np.array([reference.fit_temperature(Z, y)] * Z.shape[1]))
