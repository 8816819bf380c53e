"""Exercise 2.4: the gradient of f at x, measured with one small step up and one down for each entry."""

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, Observation, paragraphs
from utils.exercises.ch02.points import FUNCTIONS_AND_POINTS
from utils.exercises.ch02.slopes import (
    PRODUCT,
    QUARTERS,
    ROWS,
    SINE,
    SQUARES,
    VALLEY,
    Measured,
    adds_the_values,
    are_all_0,
    cannot_move_integers,
    does_not_divide,
    fails_without_one_axis,
    gets_one_slope,
    goes_right_with_two_axes_alone,
    has_right_slopes_in_another_shape,
    measures_in_float32,
    moves_all_at_once,
    moves_the_callers_array,
    multiplies_by_the_step,
    piles_up_steps,
    times,
    too_large_a_step,
    too_small_a_step,
)
from utils.exercises.recognising import like_its_samples


def gradient_in_words(f, x):
    """The shape of a gradient."""
    return f"an array of the shape {x.shape}, one slope for each entry," if x.ndim else "one number, the slope,"


# Right answers


def _difference_quotients(quotient, step=1e-5):
    """A gradient made of one quotient for each entry: ``quotient(f, x, unit, step)`` with a unit array for each."""

    def gradient(f, x):
        x = np.array(x, dtype=np.float64)
        result = np.empty_like(x)
        for index in np.ndindex(x.shape):
            unit = np.zeros_like(x)
            unit[index] = 1.0
            result[index] = quotient(f, x, unit, step)
        return result

    return gradient


def _central(f, x, unit, h):
    return (f(x + h * unit) - f(x - h * unit)) / (2 * h)


def _five_points(f, x, unit, h):
    near, far = f(x + h * unit) - f(x - h * unit), f(x + 2 * h * unit) - f(x - 2 * h * unit)
    return (8 * near - far) / (12 * h)


def _put_back_each_time(f, x):
    x = np.array(x, dtype=float)
    gradient = np.zeros(x.shape)
    with np.nditer(x, flags=["multi_index"]) as entries:
        places = [entries.multi_index for _ in entries]
    for place in places:
        kept = x[place]
        x[place] = kept + 1e-6
        above = f(x)
        x[place] = kept - 1e-6
        below = f(x)
        x[place] = kept
        gradient[place] = (above - below) / 2e-6
    return gradient


def _through_a_flat_copy(f, x):
    x = np.asarray(x, dtype=float)
    flat = x.ravel()
    slopes = []
    for k in range(flat.size):
        step = np.zeros(flat.size)
        step[k] = 3e-5
        slopes.append((f((flat + step).reshape(x.shape)) - f((flat - step).reshape(x.shape))) / 6e-5)
    return np.array(slopes).reshape(x.shape)


def _relative_step(f, x):
    x = np.asarray(x, dtype=float)
    result = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        h = 1e-5 * max(1.0, abs(float(x[index])))
        above, below = np.array(x), np.array(x)
        above[index] += h
        below[index] -= h
        result[index] = (f(above) - f(below)) / (above[index] - below[index])
    return result.tolist() if x.ndim else float(result)


def _watched(answer, f, x):
    """The gradient that an answer measures, and whether it moved the entries of the array that it was handed."""
    before, moved = np.array(x), []

    def watching(point):
        if isinstance(point, np.ndarray) and np.may_share_memory(point, x):
            moved.append(not np.array_equal(point, before))
        return f(point)

    return Observation(answer(Measured(repr(f), watching), x), {"moved": any(moved)})


mistakes = Bank()

central_difference = Exercise(
    name="ch02.central_difference",
    asks="The gradient of f at x, measured with one small step up and one down for each entry.",
    reference=reference.central_difference,
    probes=FUNCTIONS_AND_POINTS,
    expects=gradient_in_words,
    scale=lambda f, x: max(1.0, abs(float(f(x)))),
    rtol=2e-7,  # float64 is asked for, and with a step of 1e-4 every slope of the domain is right within half of it
    observe=_watched,
    of_every_function={"rounded": (lambda f, x: np.round(reference.central_difference(f, x), 3),)},
    hints=paragraphs("""
        One entry is moved at a time, and all others stay where they are. How many calls of `f` does one entry need?

        Make two new arrays for each entry, one with the step added and one with it taken off, and divide the difference
        of the two values by the distance between them.

        `np.ndindex(x.shape)` runs through the places of an array of any shape, and `copy[place] += h` moves one entry
        of a copy.

        A copy of an integer array cannot hold a small step. `np.array(x, dtype=float)` makes a copy that can.
    """),
    alternatives=(
        _put_back_each_time,
        _through_a_flat_copy,
        _relative_step,
        _difference_quotients(_five_points, 1e-3),
        _difference_quotients(_central, 1e-4),
        _difference_quotients(_central, 1e-7),
        lambda f, x: (4 * reference.central_difference(f, x, 1e-4) - reference.central_difference(f, x, 2e-4)) / 3,
    ),
    bank=mistakes,
    remark="""
        It knows nothing of the function but its values, so it can check every derivative that you will ever write.
    """,
)


# Mistakes


def _all_at_once(f, x):
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)


def _all_at_once_for_each(f, x):
    return np.full(np.shape(x), _all_at_once(f, np.asarray(x, dtype=float)))


AT_ONE_AND_THREE = (SQUARES, np.array([1.0, 3.0]))

mistakes.add(
    "all entries at once",
    """
    You add the step to the whole array, so all entries move together and you measure one slope along the diagonal.
    For {input} you return {output}. A gradient asks what *each* entry does while the others stay where they are.
    For a softmax the difference is total: a common shift of its logits changes nothing, so you would measure 0. How
    do you move a single entry?
    """,
    _all_at_once,
    _all_at_once_for_each,
    lambda f, x: (f(x + 1e-4) - f(x)) / 1e-4,
    example=AT_ONE_AND_THREE,
    recognise=moves_all_at_once,
)


def _made_of(quotient, *steps):
    return tuple(_difference_quotients(quotient, step) for step in steps)


USUAL = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)

mistakes.add(
    "misplaced bracket",
    """
    Your expression ends in `/ 2 * h`, which divides by 2 and then *multiplies* by the step. For {input} you return
    {output}: almost nothing, whatever the function. Division and multiplication have the same rank in Python and
    are done from left to right. Which brackets keep the two factors of the denominator together?
    """,
    *_made_of(lambda f, x, unit, h: (f(x + h * unit) - f(x - h * unit)) / 2 * h, *USUAL, 5e-5),
    example=AT_ONE_AND_THREE,
    recognise=multiplies_by_the_step,
)

mistakes.add(
    "divided by one step",
    """
    You divide by the step, but the two points lie two steps apart: one above and one below. So every slope is twice
    what it should be: {output} for {input}. An exact factor of 2 in every entry is the sign of it. What is the
    distance between the two points at which you call `f`?
    """,
    *_made_of(lambda f, x, unit, h: (f(x + h * unit) - f(x - h * unit)) / h, 1e-3, 1e-5, 2e-6),
    example=AT_ONE_AND_THREE,
    recognise=lambda seen: times(seen, 2),
)

mistakes.add(
    "not divided",
    """
    You return the difference of the two values: {output} for {input}. It gets smaller when the step does, so it
    says more about the step than about the function. A slope is a difference of values divided by the distance of
    the points. How far apart are your two?
    """,
    *_made_of(lambda f, x, unit, h: f(x + h * unit) - f(x - h * unit), *USUAL[:5], 2e-5, 1e-2),
    example=AT_ONE_AND_THREE,
    recognise=does_not_divide,
)

mistakes.add(
    "the sum of the values",
    """
    There is a plus between your two values of `f`, where a minus belongs. For {input} you return {output}: about
    the value of the function divided by the step, however steep or flat it is. A slope compares the two values, one
    step above and one step below, so a constant function has to give 0. Which sign does that?
    """,
    *_made_of(lambda f, x, unit, h: (f(x + h * unit) + f(x - h * unit)) / (2 * h), *USUAL),
    *_made_of(lambda f, x, unit, h: (f(x + h * unit) + f(x - h * unit)) / h, 1e-4, 1e-5),
    example=AT_ONE_AND_THREE,
    recognise=adds_the_values,
)


def _leans_to_one_side(seen):
    """Whether the errors are those of a quotient on one side, whatever its step h: h for the squares, 10,000 h in the
    valley.
    """
    found = list(zip(seen.probes, seen.results, strict=False))
    values = {repr(inputs[0]): result.value for inputs, result in reversed(found)}
    squares, valley = values.get(SQUARES.name), values.get(VALLEY.name)
    if np.shape(squares) != (2,) or np.shape(valley) != (2,) or not np.any(valley):
        return False
    step = valley[0] / 10_000
    return bool(np.allclose(valley, valley[0], rtol=1e-6) and np.allclose(squares, [2 + step, 6 + step], rtol=1e-6))


mistakes.add(
    "one side only",
    """
    You compare `f` at x with `f` one step further, on one side. The curvature of `f` then stays in the result. At
    the bottom of the narrow valley {input} every slope is 0, and you return {output}. With one point above and one
    below, the two errors cancel, and what is left shrinks with the square of the step. Where does the second point
    have to lie?
    """,
    *_made_of(lambda f, x, unit, h: (f(x + h * unit) - f(x)) / h, 1e-3, 1e-5, 1e-7, 2e-8),
    *_made_of(lambda f, x, unit, h: (f(x) - f(x - h * unit)) / h, 1e-4, 1e-6),
    example=(VALLEY, np.array([0.0, 0.0])),
    recognise=_leans_to_one_side,
)


def _never_put_back(put_back, h=1e-5):
    def gradient(f, x):
        x = np.array(x, dtype=float)
        result = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            x[index] += h
            above = f(x)
            x[index] -= put_back * h
            result[index] = (above - f(x)) / (2 * h)
        return result

    return gradient


mistakes.add(
    "moved and not put back",
    """
    You move an entry of your copy and leave it there, so the next entry is measured at another point. For {input},
    where every slope is 0, you return {output}. The error grows from the first entry to the last, and a small step
    hides it from most tests. Either make fresh copies for each entry, or set the entry back to the value that it
    had.
    """,
    *(_never_put_back(2, h) for h in USUAL[:5]),
    example=(VALLEY, np.array([0.0, 0.0])),
)

mistakes.add(
    "half of the slope",
    """
    Every slope is half of what it should be: {output} for {input}. Your two points lie closer together than your
    denominator says: one of them may be the starting point itself, because a step that was taken up has been taken
    back once and not twice, or the result is halved once more at the end. How far apart are the two points at which
    you call `f`?
    """,
    _never_put_back(1),
    *_made_of(lambda f, x, unit, h: (f(x + h * unit) - f(x)) / (2 * h), 1e-4, 1e-5, 1e-6),
    *_made_of(lambda f, x, unit, h: (f(x + h * unit) - f(x - h * unit)) / (4 * h), 1e-5),
    example=AT_ONE_AND_THREE,
    recognise=lambda seen: times(seen, 0.5),
)


def _two_names(h):
    """Both points are one and the same array."""

    def gradient(f, x):
        x = np.array(x, dtype=float)
        result = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            above = below = x
            above[index] += h
            below[index] -= h
            result[index] = (f(above) - f(below)) / (2 * h)
        return result

    return gradient


mistakes.add(
    "two names for one array",
    """
    Every slope that you return is 0, for every function: {output} for {input}. Your two values of `f` are equal,
    because both calls see the same numbers. Most often the two points are one array with two names: an assignment
    such as `b = a` copies nothing, so what is added through one name is taken off again through the other. Which
    call makes a new array with the same entries?
    """,
    _two_names(1e-5),
    _two_names(1e-3),
    example=AT_ONE_AND_THREE,
    recognise=are_all_0,
)

mistakes.add(
    "subtracted in the wrong order",
    """
    Every slope has the right size and the wrong sign: {output} for {input}. The squares of 1 and 3 grow when the
    numbers do, so their slopes are positive. You take the value below minus the value above, and divide by a
    distance that was counted upwards. Which of the two values comes first?
    """,
    *_made_of(lambda f, x, unit, h: (f(x - h * unit) - f(x + h * unit)) / (2 * h), 1e-4, 1e-5),
    example=AT_ONE_AND_THREE,
    recognise=lambda seen: times(seen, -1),
)

mistakes.add(
    "too large a step",
    """
    Your step is so large that the function bends between the two points. For {input} you return {output}. The error
    of a central difference falls with the square of the step until rounding takes over; the figure above shows
    where the two meet, and the exercise names steps that are close enough. How does yours compare with them?
    """,
    *_made_of(_central, 1.0, 0.5, 0.1, 0.05, 0.02, 0.01, 3e-3, 1e-3),
    example=(SINE, np.array([0.0])),
    recognise=too_large_a_step,
)

mistakes.add(
    "too small a step",
    """
    Your step is so small that the two values of `f` agree in most of their digits, and rounding errors fill much of
    their difference; with a step below 1e-16 the sum x + h is x itself. For {input} you return {output}. A smaller
    step is a better one up to a point, and the figure above shows where it turns. On which side of the valley is
    your step?
    """,
    *_made_of(_central, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15, float(np.finfo(float).eps), 1e-16, 1e-20),
    *_made_of(lambda f, x, unit, h: (f(x + h * unit) - f(x)) / h, 1e-12, 1e-15),
    example=(SINE, np.array([14.4])),
    recognise=too_small_a_step,
)


def _in_the_callers_array(f, x):
    """The function of a well-known course: it moves the entries of x itself, and puts them back."""
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        old = x[index]
        x[index] = old + 1e-5
        above = f(x)
        x[index] = old - 1e-5
        below = f(x)
        x[index] = old
        gradient[index] = (above - below) / 2e-5
    return gradient


INTEGERS = (QUARTERS, np.array([1, 2, 3]))

mistakes.add(
    "steps in the caller's array",
    """
    You move the entries of `x` itself and put them back, as a well-known course does. The array belongs to the caller
    and keeps its type: integers cannot hold a step, so x + h is cut back to a whole number, and float32 hardly can. For
    {input} you return {output}. And if `f` stops with an error, the caller's array stays moved. Work on arrays of your
    own. How do you make a floating copy, whatever comes in?
    """,
    _in_the_callers_array,
    example=INTEGERS,
    recognise=moves_the_callers_array,
)


def _keeping_the_type(h):
    """A copy that keeps the type of x, in which integers cannot hold the step and float32 hardly can."""

    def gradient(f, x):
        result = np.zeros(np.shape(x))
        for index in np.ndindex(np.shape(x)):
            above, below = x.copy(), x.copy()
            above[index] += h
            below[index] -= h
            result[index] = (f(above) - f(below)) / (2 * h)
        return result

    return gradient


def _result_like_x(f, x):
    result = np.zeros_like(x)
    result[...] = _difference_quotients(_central)(f, x)
    return result


mistakes.add(
    "integers cannot move",
    """
    Your copy, or the array for the result, has the type of `x`. Where that is an integer type, x + h is cut back to
    a whole number when it is stored, and so is a slope. For {input} you return {output}. Nothing warns you. Both
    arrays have to be floating ones, whatever the caller hands over: which argument of `np.array` or `np.zeros` says
    so?
    """,
    *map(_keeping_the_type, (*USUAL[1:], 3e-5)),
    _result_like_x,
    example=INTEGERS,
    recognise=cannot_move_integers,
)


def _measured_in(f, x, h):
    """A central difference in the type of x."""
    result = np.zeros(x.shape, x.dtype)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        result[index] = (f(above) - f(below)) / (2 * h)
    return result


def _all_in_float32(h):
    return lambda f, x: _measured_in(f, np.array(x, dtype=np.float32), np.float32(h))


def _floating_but_not_float64(h):
    """Integers become float64 and float32 stays what it is."""
    return lambda f, x: _measured_in(f, np.asarray(x * 1.0), h)


mistakes.add(
    "measured in float32",
    """
    You compute in float32, where `f` has seven digits. The difference of two neighbouring values has perhaps two of
    them left. At {input}, with a point in float32, you return {output}, where the first few digits are right, if any.
    This is the usual reason why a right gradient fails its check. Convert the point to float64 before the first step,
    whatever type it comes in.
    """,
    *map(_floating_but_not_float64, (1e-5, 1e-6, 1e-8)),
    *map(_all_in_float32, (1e-4, 1e-5, 1e-6)),
    example=(SQUARES, np.array([1.0, 3.0], np.float32)),
    recognise=measures_in_float32,
)


@mistakes.mistake(ROWS, np.array([[1.0, 2.0], [3.0, 1.0]]), recognise=has_right_slopes_in_another_shape)
def laid_flat(f, x):
    """
    You return a flat list of slopes: {output} for {input}. The slopes may be right, but a gradient has the shape of
    what it is a gradient for; otherwise `W - rate * gradient` cannot be written for a matrix of weights. The order
    of the entries is right. Which method gives an array another shape without moving its entries?
    """
    return _through_a_flat_copy(f, x).ravel()


@mistakes.mistake(PRODUCT, np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]]))
def a_flat_array_for_the_function(f, x):
    """
    You hand a flattened array to `f`, but `f` was written for the shape of `x`. For {input} your answer is
    {output}. A function that does not look at the shape, such as a sum of squares, hides this. You may work with a
    flat copy inside; each time before you call `f`, give the copy its shape back.
    """
    return _difference_quotients(_central)(f, np.ravel(x)).reshape(np.shape(x))


@mistakes.mistake(PRODUCT, np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]]))
def the_first_axis_only(f, x):
    """
    Your loop runs over `len(x)`, the first axis. For a matrix it moves whole rows: {input} gives {output}, the same
    slope for every entry of a row, which is their sum. For a vector you are right. How do you run through every
    single entry of an array that may have two axes, or none?
    """
    x = np.asarray(x, dtype=float)
    result = np.zeros(x.shape)
    for k in range(len(x)):
        step = np.zeros(x.shape)
        step[k] = 1e-5
        result[k] = (f(x + step) - f(x - step)) / 2e-5
    return result


@mistakes.mistake(ROWS, np.array([[1.0, 2.0], [3.0, 1.0]]))
def a_row_for_the_function(f, x):
    """
    You run through the rows of a matrix and hand each of them to `f` by itself. But `f` was written for the whole
    matrix: for {input} your answer is {output}. A function that treats every row alike, such as a sum of squares,
    hides this; one that looks at columns, or combines two rows, does not. Each time before you call `f`, put the
    moved entry back into an array of the shape of `x`. Which array does your loop have in its hands?
    """
    if np.ndim(x) < 2:
        return reference.central_difference(f, x)
    return np.array([reference.central_difference(f, row) for row in x])


@mistakes.mistake(PRODUCT, np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]]), recognise=fails_without_one_axis)
def one_vector_only(f, x):
    """
    For a vector you are right, and for a matrix your function stops: {input} gives {output}. Its loop counts from 0
    to the length of `x`, and its arrays have one axis, whatever `x` has. A number without axes does not even have a
    length. How do you run through the places of an array of any shape, and which shape do the two points need, with
    which `f` is called?
    """
    x = np.asarray(x, dtype=float)
    result = np.zeros(len(x))
    for k in range(len(x)):
        step = np.zeros(len(x))
        step[k] = 1e-5
        result[k] = (f(x + step) - f(x - step)) / 2e-5
    return result


@mistakes.mistake(*AT_ONE_AND_THREE, recognise=goes_right_with_two_axes_alone)
def matrices_only(f, x):
    """
    You are right for a matrix, with one loop over its rows and one over its columns. A vector has no columns, a number
    without axes has not even rows, and for three axes two loops are too few: for {input} you return {output}. One loop
    can run through the places of an array however many axes it has; a place is then a tuple, which an array takes
    between its brackets as it is. Which function of NumPy hands out such places, given a shape?
    """
    rows, columns = x.shape
    x, result = np.array(x, dtype=float), np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            step = np.zeros((rows, columns))
            step[i, j] = 1e-5
            result[i, j] = (f(x + step) - f(x - step)) / 2e-5
    return result


@mistakes.mistake(*AT_ONE_AND_THREE, recognise=piles_up_steps)
def steps_that_pile_up(f, x):
    """
    Your array of steps is made once and filled further in every round, so the second entry is moved together with the
    first, and the last one together with all: for {input} you return {output}, and each number is the sum of the slopes
    up to there. A partial derivative moves one entry while all others stay. What has to happen to the step of one round
    before the next begins, or where does the array of zeros have to be made?
    """
    x = np.array(x, dtype=float)
    step, result = np.zeros(x.shape), np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        step[place] = 1e-5
        result[place] = (f(x + step) - f(x - step)) / 2e-5
    return result


@mistakes.mistake(*AT_ONE_AND_THREE, recognise=gets_one_slope)
def one_slope_only(f, x):
    """
    Only one of the entries gets its slope: {output} for {input}. A `return` that is indented into the loop ends the
    function in the first round, and a line that gives a new value to the whole result, in place of one entry of it,
    leaves only that of the last round. What is asked for has a slope for *each* entry. How far is your `return`
    indented, and what stands on the left of the equals sign in the loop?
    """
    slopes, result = reference.central_difference(f, x), np.zeros(np.shape(x))
    result.flat[0] = slopes.flat[0]
    return result


one_slope_only.also(
    lambda f, x: reference.central_difference(f, x).flat[0],
    lambda f, x: reference.central_difference(f, x).flat[-1],
)


@mistakes.mistake(*AT_ONE_AND_THREE)
def a_function_for_tables(f, x):
    """
    `np.gradient` takes a *table* of values that lie side by side and compares neighbours. You hand it the single number
    that `f` returns at `x`, which has no neighbours, so for {input} your result is {output}. How steep `f` is cannot be
    read off one value. What is needed are values of `f` at points that you choose: a little above and a little below,
    in one entry at a time. How often do you have to call `f`?
    """
    return np.gradient(f(x))


# Another step does not lose the name of these.
for mistake in (a_flat_array_for_the_function, the_first_axis_only, a_row_for_the_function):
    mistake.recognise = like_its_samples(mistake, lambda f, x: x.ndim == 2 and x.dtype == np.float64, scale=1.0)
