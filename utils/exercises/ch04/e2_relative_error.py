"""Exercise 4.2: the largest difference between two arrays, in units of their largest entry."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs

# The domain

SMALLEST = [
    (np.array([1.0, 2.0]), np.array([1.0, 2.5])),
    (np.array([3.0, 2.0]), np.array([1.0, 2.0])),
    (np.array([2.0, 0.0]), np.array([2.0, 0.0])),
    (np.array([0.0, 0.0]), np.array([0.0, 0.0])),
    (np.array([0.0, 0.0]), np.array([1.0, 2.0])),
    (np.array([2.0, 1.0]), np.array([0.0, 0.0])),
    (np.array([0.0, 4.0]), np.array([1.0, 4.0])),
    (np.array([-3.0, 1.0]), np.array([-1.0, 1.0])),
    (np.array([1e-7, -2e-7]), np.array([2e-7, -4e-7])),
    (np.array([1e-20, 3e-20]), np.array([1e-20, 1e-20])),
    (np.array([[1e8, 2.0], [3.0, 4.0]]), np.array([[1e8, 2.0], [3.0, 4e6]])),
    (np.array([5.0]), np.array([-5.0])),
]


def _apart_by(rng, shape, distance, size=1.0):
    """Two arrays of some size, apart by such a part of it."""
    a = size * rng.normal(size=shape)
    return a, a + distance * size * rng.normal(size=shape)


def corners(rng):
    """Pairs of arrays by the name of their corner."""
    one, other = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    balanced = rng.permutation([-3.0, -1.0, 1.0, 3.0]) * 2.0 ** rng.integers(-9, 9)
    three_axes = _apart_by(rng, (2, 3, 4), 0.3)
    for array, sign in zip(three_axes, (1, -1), strict=True):  # one part is small, and far off by itself
        array[0] = sign * 1e-3 * one
    return {
        "nothing in common": (one, other),
        "three times as large": (other, one * 3),
        "nearly equal": (one, one * (1 + 1e-4)),
        "a row": _apart_by(rng, (1, 5), 0.3),
        "a column": _apart_by(rng, (5, 1), 0.3),
        "one entry": _apart_by(rng, (1, 1), 0.3),
        "many entries": _apart_by(rng, (40, 30), 0.1),
        "three axes": three_axes,
        "one is zero": (np.zeros((2, 3)), rng.normal(size=(2, 3))),
        "the other is zero": (rng.normal(size=(2, 3)), np.zeros((2, 3))),
        "a table of zeros": (np.zeros((2, 3)), np.zeros((2, 3))),
        "all negative": (-rng.uniform(1, 2, size=4), -rng.uniform(1, 2, size=4)),
        "far below 0": (-rng.uniform(800, 1200, size=(2, 3)), -rng.uniform(800, 1200, size=(2, 3))),
        "opposite, with a sum of 0": (balanced, -balanced),
        "tiny": _apart_by(rng, (2, 3), 0.5, 1e-14),
        "smaller than any epsilon": _apart_by(rng, (2, 3), 0.5, 1e-33),
        "huge": _apart_by(rng, (2, 3), 0.5, 1e12),
    }


def draw(rng):
    """Any two arrays of one shape and of any size."""
    shape = [(int(rng.integers(1, 9)),), tuple(rng.integers(1, 7, size=2).tolist())][rng.integers(2)]
    return _apart_by(rng, shape, rng.choice([1e-5, 1e-2, 1.0]), 10.0 ** rng.integers(-12, 9))


# Right answers


def _largest(a):
    return np.max(np.abs(a))


def _with_loops(a, b):
    pairs = list(zip(np.ravel(a).tolist(), np.ravel(b).tolist(), strict=True))
    size = max(max(abs(one), abs(other)) for one, other in pairs)
    return max(abs(one - other) for one, other in pairs) / size if size else 0


def _scaled_first(a, b):
    size = np.max(np.abs([a, b]))
    if size == 0:
        return 0.0
    return np.linalg.norm(np.ravel(a / size - b / size), np.inf)


def _error_in_float32(a, b):
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    size = np.maximum(np.abs(a), np.abs(b)).max()
    return np.abs(a - b).max() / max(size, np.finfo(np.float32).tiny)


mistakes = Bank()

relative_error = Exercise(
    name="ch04.relative_error",
    asks="The largest difference between two arrays, in units of their largest entry.",
    reference=reference.relative_error,
    probes=Domain(SMALLEST, corners, draw),
    expects=lambda a, b: "one number, from 0 (equal) to 2 (opposite),",
    scale=lambda a, b: 1e-2,
    hints=paragraphs("""
        Two numbers are needed, one above and one below the line. Each is the largest entry of something without its
        sign.

        The difference goes above the line, and the size of the larger of the two arrays below it; NumPy's
        `max` of absolute values gives the size of one.

        What do you return when both arrays are zero everywhere? They are equal, and 0/0 has no value.
    """),
    alternatives=(
        _with_loops,
        _scaled_first,
        _error_in_float32,
        lambda a, b: np.abs(np.subtract(a, b)).max() / (max(np.max(np.abs(a)), np.max(np.abs(b))) or 1),
        lambda a, b: float(_largest(np.subtract(b, a)) / np.maximum(_largest(np.stack([a, b])), 1e-300)),
    ),
    bank=mistakes,
    remark="One number without units: it means the same for gradients of 1e-7 and of 1e+8.",
)


# Families of mistakes


def _ordinary(seen):
    """What was seen on pairs that no epsilon touches: both arrays of a size near 1 or above."""
    met = zip(seen.probes, seen.results, strict=False)
    return [(inputs, result.value) for inputs, result in met if min(map(_largest, inputs)) > 0.1]


def _equals(value, expected):
    """Whether two results are the same; where a formula has none, anything may have come."""
    if not np.isfinite(expected).all():
        return True
    return np.shape(value) == np.shape(expected) and np.allclose(value, expected, rtol=1e-4, atol=1e-7)


def _as_one_of(*formulas):
    """A predicate: wherever no epsilon matters, the answer is that of one of these formulas, and not the right one."""

    def recognise(seen):
        met = _ordinary(seen)
        if any(not isinstance(value, np.ndarray) for _, value in met):
            return False
        with np.errstate(all="ignore"):
            return any(all(_equals(value, formula(*inputs)) for inputs, value in met) for formula in formulas)

    return recognise


def _a_small_number_decides(seen):
    """Whether all is right, or nearly, for arrays of size 1 and above, and small ones come out too near."""
    if len(seen.results) < len(seen.probes) or any(result.problem or result.value.shape for result in seen.results):
        return False
    met = zip(seen.probes, seen.results, seen.expected, seen.right, strict=True)
    sizes = [(_larger(*inputs), float(result.value), float(true), ok) for inputs, result, true, ok in met]
    if any(size >= 1 and abs(came - true) > 1e-3 * true and (came or true > 3e-5) for size, came, true, _ in sizes):
        return False
    wrong = [size for size, came, true, ok in sizes if not ok and size > 0 and came < true]
    # The smaller, the worse: nothing that is smaller than a wrong one by far is right.
    return bool(wrong) and all(not ok for size, _, _, ok in sizes if 0 < size < 1e-3 * min(wrong))


def _only_zeros(seen):
    """Whether all is right but for two arrays of zeros."""
    both = [not np.any(a) and not np.any(b) for a, b in seen.probes]
    right = [*seen.right, *[False] * (len(seen.probes) - len(seen.right))]
    return all(ok != zero for ok, zero in zip(right, both, strict=True))


def _times_a_number(seen):
    """Whether the answer is the right one times one and the same number, on all probes that no epsilon touches."""
    met = [(value, reference.relative_error(*inputs)) for inputs, value in _ordinary(seen)]
    if any(not isinstance(value, np.ndarray) or value.shape != () for value, _ in met):
        return False
    factors = [float(value) / expected for value, expected in met if expected > 1e-3]
    return bool(np.ptp(factors) < 1e-4 * abs(factors[0]) and 1e-3 < abs(factors[0] - 1) < np.inf)


def _apart(a, b):
    return _largest(a - b)


def _larger(a, b):
    return max(_largest(a), _largest(b))


def _distance(a, b):
    return np.linalg.norm(a - b)


def _quotient(above, below):
    return lambda a, b: above(a, b) / np.float64(below(a, b))


def _add(name, explanation, *pairs, example):
    """A mistake with quotients: samples in three forms, which differ where the size below the line is 0."""
    samples = [
        form
        for above, below in pairs
        for form in (
            _quotient(above, below),
            lambda a, b, above=above, below=below: above(a, b) / (below(a, b) or 1),
            lambda a, b, above=above, below=below: above(a, b) / (below(a, b) + 1e-8),
        )
    ]
    recognise = _as_one_of(*(_quotient(above, below) for above, below in pairs))
    return mistakes.add(name, explanation, *samples, example=example, recognise=recognise)


# Mistakes


@mistakes.mistake(
    np.array([1e-7, -2e-7]),
    np.array([2e-7, -4e-7]),
    recognise=_as_one_of(_apart, lambda a, b: np.mean(np.abs(a - b)), _distance, lambda a, b: np.sum(np.abs(a - b))),
)
def absolute_error(a, b):
    """
    You return the difference itself, not compared with anything. For {input} that is {output}, which looks like
    agreement, but one gradient is twice the other. Gradients come in every size, and a difference is small or large
    only beside the numbers it belongs to. What do you divide by?
    """
    return np.max(np.abs(a - b))


absolute_error.also(lambda a, b: np.mean(np.abs(a - b)), lambda a, b: np.linalg.norm(a - b))

SIGNED = (np.array([-3.0, 1.0]), np.array([-1.0, 1.0]))

_add(
    "signs left in",
    """
    You look for the largest number while the signs are still there, in the difference or in the arrays themselves,
    so a negative one counts as small, however far it reaches. For {input} you return {output}: the first entries
    ought to decide, above the line and below it. An error has a size and no direction. Which function removes the
    sign, and must it act before the maximum or after it?
    """,
    (lambda a, b: np.max(a - b), _larger),
    (lambda a, b: np.abs(np.max(a - b)), _larger),
    (lambda a, b: np.abs(np.max(a) - np.max(b)), _larger),
    (_apart, lambda a, b: np.max([a, b])),
    (_apart, lambda a, b: max(abs(np.max(a)), abs(np.max(b)))),
    (lambda a, b: np.abs(np.max(a - b)), lambda a, b: max(abs(np.max(a)), abs(np.max(b)))),
    (lambda a, b: np.max(a - b), lambda a, b: np.max([a, b])),
    example=SIGNED,
)

FIRST = (np.array([1.0, 2.0]), np.array([1.0, 2.5]))
UNEQUAL = (np.array([3.0, 2.0]), np.array([1.0, 2.0]))

_add(
    "divided by the first",
    """
    You divide by the size of only the first array. For {input} you return {output}; with the two arguments exchanged
    it would be another number, and if the first array is zero there is no result. Nobody knows in advance which of
    two gradients is the wrong one, so both should count alike. What is the size of the larger one?
    """,
    (_apart, lambda a, b: _largest(a)),
    example=FIRST,
)

_add(
    "divided by the second",
    """
    You divide by the size of only the second array. For {input} you return {output}; with the two arguments
    exchanged it would be another number, and if the second array is zero there is no result. Nobody knows in advance
    which of two gradients is the wrong one, so both should count alike. What is the size of the larger one?
    """,
    (_apart, lambda a, b: _largest(b)),
    example=UNEQUAL,
)

_add(
    "divided by the sum of both",
    """
    You divide by the sum of both sizes. For {input} you return {output}, half of what is asked when the two are
    close. Some courses define it so, and as a measure it is as good; but a threshold is worth something only when
    everybody divides by the same. The definition above has the larger of the two sizes below the line.
    """,
    (_apart, lambda a, b: _largest(a) + _largest(b)),
    (_distance, lambda a, b: np.linalg.norm(a) + np.linalg.norm(b)),
    (_apart, lambda a, b: (_largest(a) + _largest(b)) / 2),
    example=FIRST,
)

_add(
    "divided by the size of the sum",
    """
    You add the two arrays and divide by the size of what comes out. For {input} you return {output}. A widely copied
    lecture on gradient checking has it so, and between close gradients it is about half of the error that is asked
    here. Between opposite ones the sum is 0, so the worst of all errors has no value, or an infinite one. Take the
    sizes of the two arrays first, and then what of them?
    """,
    (_distance, lambda a, b: np.linalg.norm(a + b)),
    (_apart, lambda a, b: _largest(a + b)),
    example=SIGNED,
)

_add(
    "divided by the smaller one",
    """
    You divide by the smaller of the two sizes. For {input} you return {output}. The quotient then has no upper end:
    against a gradient that is zero by mistake, the most common failure of all, it is infinite, or nan. With the
    larger size below the line, the result lies between 0 and 2 for all inputs. Which of `min` and `max` did you
    call?
    """,
    (_apart, lambda a, b: min(_largest(a), _largest(b))),
    example=FIRST,
)

_add(
    "lengths in place of largest entries",
    """
    You compare Euclidean lengths, as `np.linalg.norm` computes them: {output} for {input}. That is a sound measure,
    and some courses use it; but in a long gradient many right entries make one wrong entry look small. The
    definition above takes the largest entry on both sides of the line. Which function of NumPy finds it, once the
    signs are gone?
    """,
    (_distance, lambda a, b: max(np.linalg.norm(a), np.linalg.norm(b))),
    (_distance, lambda a, b: np.linalg.norm(a)),
    (_distance, lambda a, b: np.linalg.norm(b)),
    example=(np.array([1.0, 2.0]), np.array([2.0, 3.0])),
)


def _entry_by_entry(a, b):
    return np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))


def _by_their_sums(a, b):
    return np.abs(a - b) / (np.abs(a) + np.abs(b))


def _by_the_second(a, b):
    return np.abs(a - b) / np.abs(b)


def _by_the_first(a, b):
    return np.abs(a - b) / np.abs(a)


def _each_by_itself(seen):
    """Whether the quotients of the single entries were taken, where none of them is 0, and reduced to one number."""
    met = [(inputs, value) for inputs, value in _ordinary(seen) if np.abs(inputs).min() > 1e-3]
    if any(not isinstance(value, np.ndarray) for _, value in met):
        return False
    return any(
        all(_equals(value, reduce(quotients(*inputs))) for inputs, value in met)
        for quotients in (_entry_by_entry, _by_their_sums, _by_the_first, _by_the_second)
        for reduce in (np.max, np.mean, np.sum)
    )


@mistakes.mistake(np.array([1e-7, 4.0]), np.array([0.0, 4.0]), recognise=_each_by_itself)
def each_entry_by_itself(a, b):
    """
    You divide entry by entry, and reduce the quotients to one number after that. For {input} you return {output}. An
    entry that is 0 in one array and rounding noise in the other then counts as a total failure, and 0/0 has no
    value. The noise of a gradient check is as large as its largest entry makes it; so that is the size to compare
    with.
    """
    return np.max(_entry_by_entry(a, b))


each_entry_by_itself.also(
    lambda a, b: np.nanmax(_entry_by_entry(a, b)),
    lambda a, b: np.max(np.abs(a - b) / np.maximum(1e-8, np.maximum(np.abs(a), np.abs(b)))),
    lambda a, b: np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))),
    lambda a, b: np.max(_by_their_sums(a, b)),
    lambda a, b: np.mean(np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-12)),
    lambda a, b: np.max(np.abs(a - b) / np.abs(b + 1e-8)),
)

mistakes.add(
    "an epsilon below the line",
    """
    A small number decides about your result: it is added below the line, it is a floor there, or whatever lies
    below it counts as zero, as in `np.allclose`. For gradients of that size it is not small any more: for {input} you
    return {output}, too little. The measure should mean the same for gradients of every size. Only one input really
    needs care, two arrays of zeros; an `if` treats it without touching the others.
    """,
    *(
        form
        for epsilon in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, np.finfo(float).eps, 1e-20, 1e-30)
        for form in (
            lambda a, b, e=epsilon: _largest(a - b) / (max(_largest(a), _largest(b)) + e),
            lambda a, b, e=epsilon: _largest(a - b) / max(_largest(a), _largest(b), e),
            lambda a, b, e=epsilon: _apart(a, b) / _larger(a, b) if _larger(a, b) > e else 0.0,
        )
    ),
    lambda a, b: 0.0 if np.allclose(a, b) else _apart(a, b) / _larger(a, b),
    example=(np.array([1e-34, 3e-34]), np.array([1e-34, 1e-34])),
    recognise=_a_small_number_decides,
)


@mistakes.mistake(np.array([0.0, 0.0]), np.array([1.0, 2.0]))
def zero_as_soon_as_one_is_zero(a, b):
    """
    You return 0 when one of the two arrays is zero, whatever is in the other: {output} for {input}. A gradient
    that is zero by mistake is the most common failure of all, and this check would call it right. Only *two* arrays
    of zeros are equal. For which of the three cases, one, the other, both, is there no number to divide by?
    """
    return _largest(a - b) / max(_largest(a), _largest(b)) if np.any(a) else 0.0


zero_as_soon_as_one_is_zero.also(
    lambda a, b: _largest(a - b) / max(_largest(a), _largest(b)) if np.any(a) and np.any(b) else 0.0,
    lambda a, b: _largest(a - b) / max(_largest(a), _largest(b)) if np.all(a) else 0.0,
)


@mistakes.mistake(*FIRST)
def yes_or_no(a, b):
    """
    You answer whether the two arrays are close, {output} for {input}, and the exercise asks how far apart they are.
    A yes hides the limit that was used, and functions such as `np.allclose` have one of their own, partly absolute:
    two tiny gradients are close for it, even when one is twice the other. Which number would such a function
    compare with its limit?
    """
    return np.allclose(a, b)


yes_or_no.also(lambda a, b: np.isclose(a, b))


def _one_for_each_entry(seen):
    """Whether an array came back in the shape of the inputs, of more than yes and no."""
    met = [(a.shape, result.value) for (a, _), result in zip(seen.probes, seen.results, strict=False) if a.size > 1]
    if any(not isinstance(value, np.ndarray) or value.shape != shape for shape, value in met):
        return False
    return any(not np.isin(value, (0, 1)).all() for _, value in met)


@mistakes.mistake(*FIRST, recognise=_one_for_each_entry)
def an_array_of_errors(a, b):
    """
    You return one error for each entry: {output} for {input}. A check has to end in one number that can be compared
    with a threshold, whatever shape the gradients have. The worst entry decides, because one wrong entry is a wrong
    gradient. Which reduction picks it, and on which side of the division?
    """
    return np.abs(a - b) / (max(_largest(a), _largest(b)) or 1)


an_array_of_errors.also(
    lambda a, b: np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)),
    lambda a, b: np.abs(a - b),
    lambda a, b: (a - b) / (_larger(a, b) + 1e-12),
)


def _average(a, b):
    return np.mean(np.abs(a - b))


_add(
    "an average of errors",
    """
    You average the differences before you divide. For {input} you return {output}. In a gradient with thousands of
    entries one of them may be completely wrong, and the average hardly moves. The purpose of the check is to find
    that one. Which reduction keeps the worst entry in sight?
    """,
    (_average, _larger),
    (_average, lambda a, b: max(np.mean(np.abs(a)), np.mean(np.abs(b)))),
    (_average, lambda a, b: np.mean(np.abs(a)) + np.mean(np.abs(b))),
    (_average, lambda a, b: np.mean(np.abs(a))),
    (_average, lambda a, b: np.mean(np.abs(b))),
    example=(np.array([3.0, 2.0]), np.array([4.0, 2.5])),
)


def _of_nested_lists(seen):
    """Whether only arrays of one axis went right, and the others stopped with a question that has no answer."""
    met = zip(seen.probes, seen.results, seen.right, strict=False)
    several = [(result, ok) for (a, _), result, ok in met if a.ndim > 1 and len(a) > 1]
    return all(not ok for _, ok in several) and any("truth value" in result.detail for result, _ in several)


@mistakes.mistake(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 2.0], [3.0, 5.0]]), recognise=_of_nested_lists)
def the_largest_row(a, b):
    """
    You call Python's own `max` or `min`, which walks only along the first axis. In a vector it meets numbers. In a
    table such as a gradient of W it meets rows, asks which of two rows is larger, and gets an answer for every entry in
    place of one: for {input} you return {output}. NumPy has a maximum over all entries, whatever the number of axes.
    Where do you call the other one?
    """
    return max(abs(a - b)) / max(max(abs(a)), max(abs(b)))


the_largest_row.also(lambda a, b: max(abs(a - b)) / (max(*abs(a), *abs(b)) or 1))


@mistakes.mistake(*FIRST, recognise=_times_a_number)
def another_unit(a, b):
    """
    Your result is the right one times a fixed number, such as 100 for per cent or one half: {output} for {input}. The
    error of two opposite arrays has to be 2, and the limits of the rule of thumb, 1e-7 and 1e-4, are meant for this
    unit and no other; in per cent a sound gradient would look suspect. Which factor of yours does not
    occur in the definition?
    """
    return 100 * _apart(a, b) / (_larger(a, b) or 1)


another_unit.also(lambda a, b: _apart(a, b) / (2 * _larger(a, b) or 1))


@mistakes.mistake(np.array([0.0, 0.0]), np.array([0.0, 0.0]), recognise=_only_zeros)
def nothing_over_nothing(a, b):
    """
    Two arrays of zeros are equal, so their error is 0, and your function returns {output} for {input}. It happens
    in practice, for the weights of a feature that is 0 in every example. There 0 is divided by 0, which gives nan,
    and since nan compares as false with everything, a test such as `error < 1e-7` fails for a reason that is hard
    to find. Which case needs a line of its own, and what belongs in it?
    """
    return _apart(a, b) / np.float64(_larger(a, b))


nothing_over_nothing.also(
    lambda a, b: _apart(a, b) / _larger(a, b) if _larger(a, b) else 1.0,
    lambda a, b: _apart(a, b) / float(_larger(a, b)) if _larger(a, b) else np.inf,
    lambda a, b: float(_apart(a, b)) / float(_larger(a, b)),
)
