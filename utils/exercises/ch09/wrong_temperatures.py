"""Wrong searches for a temperature, the mistakes of exercise 9.5."""

import numpy as np

from utils import reference
from utils.checking import Bank
from utils.exercises.ch09.common import array
from utils.exercises.ch09.temperatures import A_REPORT, THREE_OF_FOUR, TOO_MODEST, TOO_SURE, lowest

mistakes = Bank()


def _values(seen):
    """The numbers that came back, or None where one of them is no single positive number."""
    if len(seen.results) < len(seen.probes):
        return None
    if any(result.problem or result.changed or np.shape(result.value) != () for result in seen.results):
        return None
    values = np.array([float(result.value) for result in seen.results])
    return values if np.all(values > 0) and np.all(np.isfinite(values)) else None


def _best(seen):
    return np.array(seen.expected, dtype=float)


def _inverses(seen):
    """Whether every temperature is the inverse of the best one, or near it."""
    values = _values(seen)
    return values is not None and bool(np.all(np.abs(values * _best(seen) - 1) < 0.01))


@mistakes.mistake(*THREE_OF_FOUR, recognise=_inverses)
def the_inverse(Z, y):
    """
    You return the number that the logits are to be multiplied by. For {input} that is {output}. The temperature
    divides: a model that is too confident needs a T above 1, which brings its logits together. Here three of
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


def _ends_of_a_range(seen):
    """At which temperatures the low end and the high end of a range came back in the place of better ones beyond it.

    Returns:
        Two arrays of True and False, or None where anything else is wrong, too, or nothing is right.
    """
    values = _values(seen)
    if values is None or np.ptp(values) <= 1e-3 * values[0]:
        return None
    best = _best(seen)
    near = np.abs(values / best - 1) < 0.012
    low = ~near & (np.abs(values / values.min() - 1) < 1e-3) & (best < values)
    high = ~near & (np.abs(values / values.max() - 1) < 1e-3) & (best > values)
    return (low, high) if near.any() and np.all(near | low | high) else None


def _begins_too_late(seen):
    ends = _ends_of_a_range(seen)
    return ends is not None and bool(ends[0].any())


def _ends_too_early(seen):
    ends = _ends_of_a_range(seen)
    return ends is not None and bool(ends[1].any()) and not ends[0].any()


@mistakes.mistake(*TOO_MODEST, recognise=_begins_too_late)
def range_too_narrow(Z, y):
    """
    Some of your temperatures are right, and where the best one lies outside of the range that you search you return
    an end of it: {output} for {input}. A model may be too modest as well as too confident, so T can lie on either side
    of 1, and the text of the exercise says how far. At an end the cost may still be falling. Which limits does your
    search have, and which does it need?
    """
    return lowest(lambda T: reference.cross_entropy(Z / T, y), 1.0, 10.0)


range_too_narrow.also(
    lambda Z, y: lowest(lambda T: reference.cross_entropy(Z / T, y), 0.5, 20.0),
    lambda Z, y: lowest(lambda T: reference.cross_entropy(Z / T, y), 0.2, 6.0),
    lambda Z, y: lowest(lambda T: reference.cross_entropy(Z / T, y), 0.1, 10.0),
)


@mistakes.mistake(*TOO_SURE, recognise=_ends_too_early)
def range_ends_too_early(Z, y):
    """
    Your search goes down far enough and ends too early: where the best temperature is larger than its upper limit
    you return that limit, {output} for {input}. Here the gap is 20 and three of four are right, so the logits have
    to shrink to odds of 3, and that takes a large T. The text of the exercise says how large it may be. At an end
    the cost may still be falling. Does yours rise on both sides of the number that you return?
    """
    return lowest(lambda T: reference.cross_entropy(Z / T, y), 0.02, 10.0)


range_ends_too_early.also(
    lambda Z, y: lowest(lambda T: reference.cross_entropy(Z / T, y), 0.02, 1.0),
    lambda Z, y: lowest(lambda T: reference.cross_entropy(Z / T, y), 0.05, 15.0),
)


def _end_of_the_range(seen):
    """Whether one and the same extreme number came back each time, or one of two, the ends of an interval."""
    values = _values(seen)
    if values is None:
        return False
    ends = values.min(), values.max()
    at_an_end = [np.abs(values / end - 1) <= 2e-3 for end in ends]
    beyond = (at_an_end[0].all() and ends[0] >= 10) or (ends[0] <= 0.7 and (at_an_end[1].all() or ends[1] >= 10))
    return beyond and bool(np.all(at_an_end[0] | at_an_end[1]))


@mistakes.mistake(*THREE_OF_FOUR, recognise=_end_of_the_range)
def an_end_of_the_search(Z, y):
    """
    Whatever the data are, you return an end of the interval that you search, {output} for {input}. That happens
    when what you minimise has no valley. The accuracy has none, since no temperature changes a decision. The cost
    against the predicted classes has none, since it falls for ever as T falls. Nor has the quotient of probability
    and T, and the largest cost, or the least with a minus in front, lies at an end, too. What is compared with what,
    and where does T divide?
    """
    return np.linspace(0.1, 10, 50)[np.argmax([np.mean((Z / T).argmax(1) == y) for T in np.linspace(0.1, 10, 50)])]


an_end_of_the_search.also(
    lambda Z, y: lowest(lambda T: reference.cross_entropy(Z / T, Z.argmax(axis=1))),
    lambda Z, y: 0.05,
    lambda Z, y: 20.0,
    lambda Z, y: lowest(lambda T: -reference.cross_entropy(Z / T, y), 0.05, 20.0),
)


def _never_moved(seen):
    """Whether one and the same moderate number came back each time."""
    values = _values(seen)
    return values is not None and np.ptp(values) <= 1e-3 * values[0] and 0.7 < values[0] < 10


@mistakes.mistake(*TOO_MODEST, name="T stays where it began", recognise=_never_moved)
def the_temperature_never_moves(Z, y):
    """
    You return one and the same number for every data set, {output} for {input}: the place where your search begins.
    A search that never moves does that: a step that is computed and not assigned, a loop without a turn, a gradient
    that nobody computed, or a slope that is always 0. Print the cost at your T, and at half of it. If the second is
    smaller, which line should have moved T there?
    """
    return 1.0


the_temperature_never_moves.also(lambda Z, y: 1.5)


@mistakes.mistake(*THREE_OF_FOUR, name="the cost, not the temperature")
def the_cost_not_the_temperature(Z, y):
    """
    You return the lowest cost: {output} for {input}. Asked for is the place where it is lowest, the temperature.
    `min` of a list of costs gives the cost, and `np.argmin` its place in the list, which leads to the temperature
    of the same place. A minimiser of SciPy returns both, as `.fun` and `.x`. Which one did you take?
    """
    return reference.cross_entropy(Z / reference.fit_temperature(Z, y), y)


@mistakes.mistake(recognise=lambda seen: bool(seen.results) and all(r.problem == A_REPORT for r in seen.results))
def the_report_of_the_minimiser(Z, y):
    """
    You return everything that a minimiser of SciPy has to tell: whether it was successful, how many calls it
    needed, the lowest cost and the place where it lies. Asked for is one number, the temperature, with which the
    logits can be divided in the next line of a program. The report has a name for each of its parts; print it once,
    and look for the number that is called like the unknown of an equation. Which part of the report is the place,
    and which is the cost?
    """
    from scipy.optimize import minimize_scalar

    return minimize_scalar(lambda T: reference.cross_entropy(Z / T, y), bounds=(0.05, 20), method="bounded")


def _places(seen):
    """Whether the results are whole numbers that differ, as places in a grid are."""
    if any(result.problem or np.shape(result.value) != () for result in seen.results):
        return False
    values = np.array([float(result.value) for result in seen.results])
    whole = bool(np.all(values == np.round(values))) and np.ptp(values) > 0
    return whole and (values.min() == 0 or values.max() > 20)  # and not 1, 2, 3 or 5, a list of temperatures


@mistakes.mistake(*THREE_OF_FOUR, recognise=_places)
def the_place_in_the_grid(Z, y):
    """
    You return a whole number, {output} for {input}: the place of the best temperature in your grid, counted from 0.
    `np.argmin` answers where, and the temperatures themselves are in another array. A place far down a long list
    would be a huge temperature, which makes all classes nearly equal. What has to be looked up at that place?
    """
    return int(np.argmin([reference.cross_entropy(Z / T, y) for T in np.linspace(0.05, 20, 400)]))


the_place_in_the_grid.also(
    lambda Z, y: int(np.argmin([reference.cross_entropy(Z / T, y) for T in np.geomspace(0.05, 20, 100)]))
)


def _minimises(cost):
    """A predicate: another cost than the one that was asked for is lowest at the temperatures that came back.

    Args:
        cost: a function of Z, y and T.
    """

    def recognise(seen):
        values = _values(seen)
        if values is None or np.sum(np.abs(values / _best(seen) - 1) > 0.02) < 3:
            return False
        low, high = values.min() * 1.001, values.max() / 1.001
        places = zip(seen.probes, values, seen.expected, values > low, values < high, strict=True)
        higher = [not is_lowest(*inputs, *place) for inputs, *place in places]
        return sum(higher) <= 1  # where a cost has two valleys, a search may end in the higher one

    def is_lowest(Z, y, T, best, can_fall, can_rise):
        """At an end of the range only the side within counts, and the right answer may lie beyond."""
        others = [T / 1.05] * bool(can_fall) + [T * 1.05] * bool(can_rise) + [float(best)] * bool(can_fall and can_rise)
        here = cost(Z, y, T)
        return all(here <= cost(Z, y, other) * (1 + 1e-6) + 1e-9 for other in others)

    return recognise


FOUR_OF_THREE_CLASSES = (
    array([3.0, 0.0, 1.0], [4.0, 0.0, 0.0], [2.0, 1.0, 0.0], [5.0, 0.0, 2.0]),
    np.array([0, 0, 1, 2]),
)


def _cost_of_a_softmax(Z, y, T):
    return reference.cross_entropy(reference.softmax(Z / T), y)


def _cost_of_probabilities_over_T(Z, y, T):
    return reference.cross_entropy(reference.softmax(Z) / T, y)


def _softmax_twice(seen):
    return _minimises(_cost_of_a_softmax)(seen) or _minimises(_cost_of_probabilities_over_T)(seen)


@mistakes.mistake(np.tile([3.0, 0.0, 0.0], (4, 1)), np.array([0, 0, 1, 2]), recognise=_softmax_twice)
def softmax_twice(Z, y):
    """
    You hand probabilities to a cost that wants logits: `cross_entropy(softmax(Z / T), y)`, or the like with T
    after the softmax. The cost applies a softmax of its own, so the one number that reaches the labels is a
    softmax of a softmax. For {input} you return {output}. Chapters 7 and 8 called it double softmax. Its lowest
    point lies elsewhere, mostly at colder temperatures. What does `cross_entropy` expect as its first argument?
    """
    return lowest(lambda T: _cost_of_a_softmax(Z, y, T))


softmax_twice.also(
    lambda Z, y: lowest(lambda T: _cost_of_a_softmax(Z, y, T), 0.05, 20.0),
    lambda Z, y: lowest(lambda T: _cost_of_probabilities_over_T(Z, y, T), 0.01, 50.0),
)


def _brier_score(Z, y, T):
    return np.mean((reference.softmax(Z / T) - reference.indicator(y, Z.shape[1])) ** 2)


@mistakes.mistake(*FOUR_OF_THREE_CLASSES, recognise=_minimises(_brier_score))
def squared_error(Z, y):
    """
    You minimise the squared distance between probabilities and one-hot labels. It is a reasonable measure, called
    the Brier score, with a lowest point of its own: for {input} you return {output}. Asked for is the
    cross-entropy, the cost that the network was trained with, so that the temperature is one more trained
    parameter. Which cost takes the logarithm of the probability of the true class?
    """
    return lowest(lambda T: _brier_score(Z, y, T))


squared_error.also(lambda Z, y: lowest(lambda T: _brier_score(Z, y, T), 0.05, 20.0))


def _gap_of_the_means(Z, y, T):
    return abs(reference.softmax(Z, temperature=T).max(axis=1).mean() - np.mean(Z.argmax(axis=1) == y))


@mistakes.mistake(*FOUR_OF_THREE_CLASSES, recognise=_minimises(_gap_of_the_means))
def confidence_made_equal_to_accuracy(Z, y):
    """
    You choose T so that the mean confidence equals the accuracy. It sounds like calibration, and it looks at one
    number of each prediction: what the other classes get, and whether the confident ones are the right ones, plays no
    part. For {input} you return {output}. The cross-entropy looks at the probability of the true class, example by
    example. Which quantity did you search the lowest point of?
    """
    return lowest(lambda T: _gap_of_the_means(Z, y, T) ** 2)


confidence_made_equal_to_accuracy.also(lambda Z, y: lowest(lambda T: _gap_of_the_means(Z, y, T), 0.05, 20.0))


FAR_WRONG = (np.array([[-40.0, 0.0]] + [[1.0, 0.0]] * 140), np.zeros(141, dtype=int))


def _stops_growing(seen):
    """Whether all is well, or nearly, but where the loss of one example is large, and there T is far too small."""
    ratios = _numbers_or_nan(seen) / _best(seen)
    largest = np.array(
        [(reference.logsumexp(Z / T) - Z[np.arange(len(y)), y] / T).max() for (Z, y), T in _at_best(seen)]
    )
    far_wrong, harmless = largest > 32, largest < 10  # between them it depends on the height of the ceiling
    nearly_all = np.mean(np.abs(ratios - 1)[harmless] < 0.02) > 0.7  # a T near 0 makes many losses reach the ceiling
    return bool(far_wrong.any() and (ratios < 0.8)[far_wrong].all() and nearly_all)


def _at_best(seen):
    return zip(seen.probes, seen.expected, strict=True)


def _cut_off(bound):
    """The cost with probabilities that are cut off below some bound."""
    return lambda Z, y, T: -np.mean(np.log(np.maximum(reference.softmax(Z / T)[np.arange(len(y)), y], bound)))


@mistakes.mistake(*FAR_WRONG, recognise=_stops_growing)
def a_ceiling_on_the_cost(Z, y):
    """
    Where one of many examples is sure and far wrong, your temperature is too small: for {input} you return {output}. A
    clip before the logarithm, or a small number added to the probability, does that. With 1e-7 no loss exceeds 16, so
    the example that should hold the search back costs nothing more from there on. Chapter 6 had this ceiling. Which
    form of the logarithm of a probability needs neither?
    """
    return lowest(lambda T: _cut_off(1e-7)(Z, y, T), 0.05, 20.0)


a_ceiling_on_the_cost.also(lambda Z, y: lowest(lambda T: _cut_off(1e-12)(Z, y, T), 0.05, 20.0))


def _calibration_errors_are_smaller(seen):
    """Whether the calibration error is hardly anywhere larger than at the best temperature, and smaller on average."""
    values = _values(seen)
    if values is None or np.sum(np.abs(values - _best(seen)) > np.maximum(0.1 * _best(seen), 0.25)) < 2:
        return False
    for bins in (10, 15, 20):
        ours, theirs = (
            np.array([_calibration_error(*inputs, T, bins) for inputs, T in zip(seen.probes, all_T, strict=True)])
            for all_T in (values, _best(seen))
        )
        if np.mean(ours <= theirs + 0.005) > 0.6 and ours.sum() < 0.9 * theirs.sum():
            return True
    return False


def _calibration_error(Z, y, T, bins=10):
    return reference.expected_calibration_error(reference.softmax(Z / T), y, bins)


def _on_grid(grid, cost=lambda Z, y, T: reference.cross_entropy(Z / T, y)):
    return lambda Z, y: grid[np.argmin([cost(Z, y, T) for T in grid])]


@mistakes.mistake(*FOUR_OF_THREE_CLASSES, recognise=_calibration_errors_are_smaller)
def the_calibration_error_minimised(Z, y):
    """
    You choose the T with the smallest calibration error. That is what the temperature is meant to mend, and a bad
    guide to it: the bins make it jump from one T to the next, it has many low points, and on a few examples a lucky
    T is near 0. For {input} you return {output}. The cross-entropy is smooth, has one valley, and was what the
    network was trained with. The calibration error then judges, on other data. Which of the two does your search
    compute for each T?
    """
    return _on_grid(np.geomspace(0.05, 20, 150), _calibration_error)(Z, y)


the_calibration_error_minimised.also(
    _on_grid(np.linspace(0.05, 20, 300), _calibration_error),
    _on_grid(np.geomspace(0.05, 20, 150), lambda Z, y, T: _calibration_error(Z, y, T, 15)),
)


def _numbers_or_nan(seen):
    """The numbers that came back; nan in the place of what is no number, or did not come."""
    numbers = np.full(len(seen.probes), np.nan)
    for place, result in enumerate(seen.results):
        if not result.problem and not result.changed and np.shape(result.value) == ():
            numbers[place] = result.value
    return numbers


def _costs_overflow(seen):
    """Whether all is well, or nearly, but for the logits whose exponentials overflow at the best temperature."""
    values, best = _numbers_or_nan(seen), _best(seen)
    far_out = np.array([np.abs(Z).max() for Z, _ in seen.probes]) / best > 600
    good = np.abs(values / best - 1) < 0.1
    return bool(good[~far_out].all() and not good[far_out].all())


ABOVE_700 = (np.tile([2003.0, 2000.0], (4, 1)), np.array([0, 0, 0, 1]))


@mistakes.mistake(*ABOVE_700, name="no shift in the cost", recognise=_costs_overflow)
def no_shift_in_the_cost(Z, y):
    """
    Your temperatures are fine for small logits. For large ones, as in {input}, you return {output}, although only
    their differences count, which are those of the case on paper. Your cost takes the exponential of `Z / T`, which
    overflows from 710, and a small T lets even moderate logits grow that far. Then it is inf or nan, and a search
    that compares nan with anything goes astray without an error. How did chapter 6 keep the exponentials small?
    """
    return lowest(lambda T: _naive_cost(Z, y, T), 0.05, 20.0)


def _naive_cost(Z, y, T):
    with np.errstate(all="ignore"):
        E = np.exp(Z / T)
        return -np.mean(np.log(E[np.arange(len(y)), y] / E.sum(axis=1)))


def _near_misses(seen):
    """Whether moderate temperatures are near the best one, or on the way to it from a start in common, from 0.7 to 5.

    Temperatures far from 1 do not count: a descent may be anywhere on the long way to them.
    """
    values, best = _numbers_or_nan(seen), _best(seen)
    moderate = (best > 0.9) & (best < 6)
    if moderate.sum() < 3 or not np.all(values[moderate] > 0) or np.ptp(values[moderate]) == 0:
        return False
    near = np.abs(values - best) < np.maximum(0.1 * best, 0.06)  # also rounded to one decimal
    if near.all() or _best_of_a_few(seen, values):
        return True
    falling, rising = values[moderate & ~near & (values > best)], values[moderate & ~near & (values < best)]
    start = falling.max(initial=0.7), rising.min(initial=5)
    return bool(0.7 <= start[0] <= start[1] <= 5)


def _best_of_a_few(seen, values):
    """Whether each of the temperatures is the best one among a few, which come back again and again."""
    few = np.unique(values)
    return 1 < len(few) <= len(values) / 2 and all(
        few[np.argmin([reference.cross_entropy(Z / T, y) for T in few])] == value
        for (Z, y), value in zip(seen.probes, values, strict=True)
    )


def _across_zero(seen):
    """Whether some temperatures are negative, and most moderate ones are right."""
    values, best = _numbers_or_nan(seen), _best(seen)
    moderate = (best > 0.9) & (best < 6)
    return bool(np.any(values < 0) and np.mean(np.abs(values / best - 1)[moderate] < 1e-3) > 0.7)


def _newton_in_T(Z, y, T=1.5, turns=60):
    """Steps along the slope of T itself, each bounded, as an optimizer makes them that knows of no border."""
    Z = Z - Z.max(axis=1, keepdims=True)
    for _ in range(turns):
        P = reference.softmax(Z / T)
        expected = (P * Z).sum(axis=1)
        slope = np.mean(Z[np.arange(len(y)), y] - expected) / T**2
        curvature = np.mean((P * Z * Z).sum(axis=1) - expected**2) / T**4 - 2 * slope / T
        step = -slope / curvature if curvature > 0 else -np.sign(slope) * 1.0
        T += np.clip(step, -4.0, 4.0)
    return T


@mistakes.mistake(*TOO_MODEST, recognise=_across_zero)
def a_negative_temperature(Z, y):
    """
    Some of your temperatures are negative: {output} for {input}. Your search moves T itself and knows of no border, so
    a long step carries it across 0, and there the cost falls again, since dividing by a negative number turns the order
    of the logits round. L-BFGS with a learning rate of 1 does that when it starts at 1.5 and the best T is small. A
    search over log T, or over 1/T with a bound, cannot get there. Which quantity should take the steps?
    """
    return _newton_in_T(Z, y)


def _descent(T, rate, turns):
    def search(Z, y, T=T):
        for _ in range(turns):
            P = reference.softmax(Z / T)
            slope = np.mean(Z[np.arange(len(y)), y] - (P * Z).sum(axis=1)) / T**2
            T -= rate * slope
        return T

    return search


mistakes.add(
    "not down to the bottom",
    """
    Your search ends beside the lowest point: {output} for {input}. A list or a grid of fixed steps does that, a
    rounded result, and a descent with too few turns, or too small ones, also inside of an optimizer. Near the lowest
    point the cost is so flat that its value hardly shows the difference, and far from it the slope may be tiny as well.
    Search again between the two neighbours of the best point with smaller steps, or look where the slope changes its
    sign. How far apart are your last two candidates?
    """,
    _on_grid(np.arange(0.1, 10, 0.01)[::2]),
    _on_grid(np.geomspace(0.05, 20, 120)),
    lambda Z, y: round(reference.fit_temperature(Z, y), 1),
    _descent(1.0, 0.5, 60),
    _descent(1.0, 0.1, 200),
    _descent(1.5, 0.01, 50),
    _on_grid(np.array([1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0])),
    example=TOO_MODEST,
    recognise=_near_misses,
)


@mistakes.mistake(*THREE_OF_FOUR)
def a_temperature_for_each_example(Z, y):
    """
    You return several numbers, and one temperature for all examples is asked for. For {input} you return {output}.
    With a temperature of its own every example could be made arbitrarily confident or unsure of its label, and for new
    examples, whose labels nobody knows, there would be none. Average the cost over the examples first, then search.
    Which step keeps the axis of the examples?
    """
    return np.full(len(y), reference.fit_temperature(Z, y))


a_temperature_for_each_example.also(lambda Z, y: np.array([reference.fit_temperature(Z, y)] * Z.shape[1]))


def _scaled(seen):
    """Whether logits divided by the best temperature came back, or their probabilities."""
    wanted = [(Z / T, reference.softmax(Z / T)) for (Z, _), T in zip(seen.probes, seen.expected, strict=True)]
    return all(
        not result.problem
        and any(np.shape(result.value) == Z.shape and np.allclose(result.value, Z, 1e-2, 1e-3) for Z in both)
        for result, both in zip(seen.results, wanted, strict=False)
    )


@mistakes.mistake(*THREE_OF_FOUR, recognise=_scaled)
def the_scaled_logits(Z, y):
    """
    You return what becomes of the logits, a whole array: for {input} it is {output}. Your temperature is right, and
    it has been used already. Asked for is the number itself, because it is fitted on one part of the data and used
    on another, whose labels stay unseen. Anyone who has T can divide by it in one line. What does your last line do to
    the number that it should hand over?
    """
    return Z / reference.fit_temperature(Z, y)


the_scaled_logits.also(lambda Z, y: reference.softmax(Z / reference.fit_temperature(Z, y)))


@mistakes.mistake(*THREE_OF_FOUR)
def temperature_and_cost(Z, y):
    """
    You return two numbers, the temperature and the cost that belongs to it: {output} for {input}. Asked for is one,
    and dividing logits by your result would divide the first class by the one and the second class by the
    other, without an error for two classes. The cost can be computed from T whenever it is wanted. What comes
    after your `return`, and how many things are it?
    """
    T = reference.fit_temperature(Z, y)
    return T, reference.cross_entropy(Z / T, y)


@temperature_and_cost.also
def cost_first(Z, y):
    return temperature_and_cost(Z, y)[::-1]
