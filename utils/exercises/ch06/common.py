"""What several exercises of chapter 6 share: inputs, formulas that break, and how families of mistakes are told."""

import itertools

import numpy as np

from utils.checking import Domain
from utils.exercises.drawing import any_batch, any_vector, corners_of_batches, corners_of_vectors, exact

# The domain

GAPS = np.array([8.0, 15.0, 22.0, 29.0, 36.0, 43.0])  # between them lies every limit below which people cut


def corners_of_logits(rng):
    """The corners of vectors and of batches that this chapter promises, as logits by name."""
    vectors, batches = corners_of_vectors(rng), corners_of_batches(rng)
    # A tolerance for float32 grows with the logits. Here it stays small against the gaps between them.
    vectors["above 10,000"] = 1e4 * rng.uniform(1.2, 2) + rng.normal(scale=30, size=4)
    batches["rows above 10,000"] = 1e4 * rng.uniform(1.2, 2) + rng.normal(scale=30, size=(3, 4))
    vectors["gaps of every size"] = -np.array([0.0, *GAPS, 60.0, 120.0])
    batches["gaps beyond 100,000"] = exact(rng.uniform(2e5, 9e5, size=(2, 1)) * [[0.0, -1.0, 1.0], [1.0, 0.0, 2.0]])
    return vectors, batches


def _corners(rng):
    vectors, batches = corners_of_logits(rng)
    return {name: (z,) for name, z in (vectors | batches).items()}


def _draw(rng):
    return ((any_vector if rng.random() < 0.5 else any_batch)(rng),)


vectors_and_batches = Domain(
    smallest=[
        (np.array([1.0, 2.0]),),
        (np.array([2.0, 1.0, 0.1]),),
        (np.array([0.5]),),
        (np.array([0.0, -40.0]),),
        (np.array([[3.0]]),),
        (np.array([[1.0, 2.0]]),),
        (np.array([[1.0, 2.0], [3.0, 1.0]]),),
        (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]),),
        (np.array([[1.0, 2.0], [3.0, 5.0], [0.0, 0.0]]),),
        (np.array([[4.0], [-2.0], [0.0]]),),
        (np.array([200.0, 199.0]),),
        (np.array([400.0, 399.0]),),
        (np.array([900.0, 100.0]),),
        (np.array([1000.0, 999.0]),),
        (np.array([-1000.0, -1001.0, -999.0]),),
        (np.array([800.0, 0.0]),),
        (np.array([0.0, -1600.0]),),
        (np.array([0.0, 900.0]),),
        (np.array([0.0, 1600.0, 0.0]),),
        (np.array([-3.0, 0.0, 711.0]),),  # here, and not much above, the index of the largest is shift enough
        (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),),
    ],
    corners=_corners,
    draw=_draw,
)

BATCH = (np.array([[1.0, 2.0], [3.0, 1.0]]),)
LARGE = (np.array([1000.0, 999.0]),)
NEGATIVE = (np.array([-1000.0, -1001.0]),)
APART = (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),)


def size_of(z, *_):
    """The largest absolute logit, at least 1."""
    return max(1.0, float(np.abs(z).max()))


# Formulas


def lse(z, shift=0.0, axis=-1):
    """Log-sum-exp with a shift that has the shape of a row's result, or is one number."""
    return shift + np.log(np.exp(z - np.expand_dims(shift, -1)).sum(axis=axis))


def shares(z, shift=0.0):
    exponentials = np.exp(z - np.expand_dims(shift, -1))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def stable_shares(Z):
    return shares(Z, Z.max(axis=-1))


# Mistakes that small logits show


def is_small(*inputs):
    """Whether no number is far from 0: a second mistake, one that only large logits show, does not matter there."""
    return all(np.abs(value[np.isfinite(value)]).max(initial=0) <= 5 for value in inputs)


def told_by_small_inputs(mistake):
    """Let a mistake be recognised by what its samples make of small inputs, whatever the answer makes of large ones.

    The code of such a mistake may have a second one, such as a missing shift, and is recognised all the same.
    """

    def recognise(seen):
        return any(gives_the_same(seen, sample, is_small) for sample in mistake.samples)

    mistake.recognise = recognise
    return mistake


def gives_the_same(seen, sample, where):
    """Whether an answer agrees with wrong code where ``where(*inputs)`` holds, and is wrong on some probes."""
    if len(seen.results) < len(seen.probes):
        return False
    is_wrong = False
    for inputs, result, right in zip(seen.probes, seen.results, seen.right, strict=True):
        if where(*inputs):
            if not _is_the_same(result, sample, inputs):
                return False
            is_wrong = is_wrong or not (right or result.changed)
    return is_wrong


def anything(*inputs):
    """Where a mistake shows on all inputs."""
    return True


def _is_the_same(result, sample, inputs):
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(sample(*(part.copy() for part in inputs)), dtype=float)
    except Exception as error:
        return result.problem == type(error).__name__
    if not isinstance(result.value, np.ndarray) or result.value.shape != value.shape:
        return False
    return np.allclose(result.value, value, rtol=1e-3, atol=1e-3, equal_nan=True)


# Mistakes that break where an exponential leaves the range of a float

# The exponents below and above which nothing is left of a power of e, and the one from which on all its digits are
# there.
FLOAT64, FLOAT32 = (-745.2, -705.0, 709.79), (-104.0, -86.0, 88.73)


def breaks_where(*conditions):
    """A predicate: the answer is right but where one of these conditions is met, and has no finite result there.

    Args:
        conditions: functions of the limits of a float and of the inputs, which return whether it breaks there, or None
            where that is a matter of rounding.
    """

    def recognise(seen):
        return any(_breaks(seen, condition, limits) for condition in conditions for limits in (FLOAT64, FLOAT32))

    return recognise


def _breaks(seen, condition, limits):
    if len(seen.results) < len(seen.probes):
        return False
    has_broken = False
    for inputs, result, right in zip(seen.probes, seen.results, seen.right, strict=True):
        should_break = condition(limits, *inputs)
        if should_break is None:
            continue
        if right == should_break or (should_break and not _has_no_number(result)):
            return False
        has_broken = has_broken or should_break
    return has_broken


def _has_no_number(result):
    if result.problem:
        return result.problem in ("OverflowError", "ValueError", "ZeroDivisionError")
    return isinstance(result.value, np.ndarray) and not np.isfinite(result.value).all()


def shifted_by(*shifts):
    """A predicate: in place of the largest logit of a row something else was taken out of the exponents.

    Args:
        shifts: functions of the logits that return it, as one number or as one for each row, (..., 1).
    """
    return breaks_where(*(_out_of_range_after(shift) for shift in shifts))


def _out_of_range_after(shift):
    return lambda limits, z, *_: leaves_the_range(limits, (z - shift(z)).max(axis=-1), z.shape[-1])


# The largest logit or 0, or the largest in size, of a row or of the batch.
shifted_by_zero_at_least = shifted_by(
    lambda z: np.maximum(z.max(axis=-1, keepdims=True), 0),
    lambda z: np.maximum(z.max(), 0),
    lambda z: np.abs(z).max(axis=-1, keepdims=True),
    lambda z: np.abs(z).max(),
)


def leaves_the_range(limits, largest, terms=1):
    """Whether a sum of exponentials is 0 or infinite.

    Args:
        limits: of the float, see :data:`FLOAT64`.
        largest: the largest exponent of each sum.
        terms: how many terms a sum has.

    Returns:
        True where one sum is, False where all have their digits, None between.
    """
    nothing, full, infinite = limits
    if np.any((largest > infinite) | (largest < nothing)):
        return True
    return None if np.any((largest > infinite - 0.01 - np.log(terms)) | (largest < full)) else False


def any_of(*states):
    """True where one is True, else None where one is None, else False."""
    return True if True in states else None if None in states else False


# Losses that are cut off


def cut_off(seen, losses, combine=lambda values: values):
    """How losses were kept from becoming infinite: ``"clip"``, ``"epsilon"``, or None where they were not.

    A probability that is cut off at a limit is exact above it; one to which the limit is added is not. The limit is
    read off the largest loss that came, so any will do. Where the powers of unshifted logits overflow anything may
    come.

    Args:
        seen: what was observed.
        losses: a function of an expected value and its inputs: the single losses, none negative; nan where any will do.
        combine: what makes the results of single losses.
    """
    pairs = []
    for inputs, result, expected in zip(seen.probes, seen.results, seen.expected, strict=False):
        truth = losses(expected, *inputs)
        came = np.abs(result.value) if isinstance(result.value, np.ndarray) and not result.problem else None
        if came is None or came.shape != np.shape(combine(truth)) or not np.isfinite(came).all():
            if inputs[0].ndim > 1 and inputs[0].shape[1] == 1:  # scikit-learn refuses a single class
                continue
            if leaves_the_range(FLOAT64, inputs[0].max(axis=-1), inputs[0].shape[-1]) is False:
                return None
            continue
        pairs.append((came, truth))
    highest = max((came.max() for came, _ in pairs), default=0.0)
    if len(seen.results) < len(seen.probes) or highest < 5:  # no small number is larger than e to the −5
        return None
    if not any(np.any(truth > 1.05 * highest) for _, truth in pairs):
        return None

    def error(predict):
        differences = (np.abs(came - combine(predict(truth, highest))) for came, truth in pairs)
        return max(np.nan_to_num(difference).max() for difference in differences)

    clipped, added = error(np.minimum), error(lambda truth, most: -np.logaddexp(-truth, -most))
    if min(clipped, added) > 0.3:
        return None
    if abs(clipped - added) < 1e-4:
        # A limit of the loss itself is a whole number, and minus the logarithm of a power of 10 is none.
        is_whole = abs(highest - round(highest)) < 1e-6
        return "clip" if is_whole or seen.names & {"clip", "maximum", "fmax", "clamp"} else "epsilon"
    return "clip" if clipped < added else "epsilon"


def clipped_logits(*functions, at):
    """A predicate: the logits were cut to a range, whatever its limits, and all else is right.

    Args:
        functions: right ones, of logits and other inputs, and such as are right for the logits that are left.
        at: probes for which a cut at L makes L, next to nothing added, as tuples of a number and the inputs; the number
            is what has to be added to make it L.
    """

    def recognise(seen):
        limits = [limit for more, *inputs in at for limit in _limit_at(seen, inputs, more)]
        for limit, low, high, function in itertools.product(limits, (-1, -np.inf), (1, np.inf), functions):
            cut = (low * limit, high * limit)
            if gives_the_same(seen, lambda z, *others, f=function, cut=cut: f(np.clip(z, *cut), *others), anything):
                return True
        return False

    return recognise


def _limit_at(seen, inputs, more):
    """The limit that is read off the largest absolute entry of the result on a certain probe, where it is one."""
    for probe, result in zip(seen.probes, seen.results, strict=False):
        if all(map(np.array_equal, probe, inputs)) and isinstance(result.value, np.ndarray):
            limit = np.abs(result.value).max(initial=0) + more
            if 2 < limit < 0.95 * np.abs(inputs[0]).max():
                yield limit


def painted_over(seen, *ways, combine=lambda values: values):
    """Whether losses that came out as infinite were replaced by 0 or by the largest float, and all else is right.

    Args:
        seen: what was observed.
        ways: functions of the inputs: the single losses by way of probabilities, infinite where one of these is 0.
        combine: what makes the results of single losses.
    """
    if len(seen.results) < len(seen.probes):
        return False
    fills = (0.0, np.finfo(float).max)
    return any(_painted_with(fill, seen, way, combine) for fill, way in itertools.product(fills, ways))


def _painted_with(fill, seen, way, combine):
    has_fill = False
    for inputs, result in zip(seen.probes, seen.results, strict=True):
        with np.errstate(all="ignore"):
            losses = way(*inputs)
            is_infinite = np.isinf(losses)
            predicted = combine(np.where(is_infinite, fill, losses))
        if not isinstance(result.value, np.ndarray) or result.value.shape != np.shape(predicted):
            return False
        if is_infinite.sum() == 1 and not np.isfinite(result.value).all():
            return False
        if leaves_the_range(FLOAT64, inputs[0].max(axis=-1), inputs[0].shape[-1]) is False:
            come = np.abs(result.value)
            if not np.all(
                (np.abs(come - predicted) <= 1e-3 * (1 + predicted)) | ((come > 1e300) & (predicted > 1e300))
            ):
                return False
            has_fill = has_fill or bool(is_infinite.any())
    return has_fill


# Vectors and batches


def is_a_batch(z):
    """Whether there is more than one row and more than one class, so that rows cannot be taken for numbers."""
    return z.ndim == 2 and min(z.shape) > 1


def vectors_only(seen):
    """Whether small vectors go right, and every batch is too much for functions of single numbers."""
    return _went(seen, lambda z: z.ndim == 1 and is_small(z), lambda result, right: right) and _went(
        seen, is_a_batch, lambda result, right: result.problem in ("TypeError", "ValueError")
    )


def batches_only(seen):
    """Whether an axis is asked for that one vector has not, or small batches go right and small vectors do not."""
    return _went(seen, lambda z: z.ndim == 1, lambda result, right: _has_no_axis(result)) or (
        _went(seen, lambda z: z.ndim == 2 and is_small(z), lambda result, right: right)
        and _went(seen, lambda z: z.ndim == 1 and len(z) > 1 and is_small(z), lambda result, right: not right)
    )


def _has_no_axis(result):
    return result.problem in ("AxisError", "IndexError") or (result.problem == "ValueError" and "axis" in result.detail)


def squeezed(seen):
    """Whether axes of length 1 are gone from results that should have them, and nothing else is wrong."""
    pairs = list(zip(seen.results, seen.expected, seen.right, strict=False))
    return len(pairs) == len(seen.probes) and all(
        right != (1 in expected.shape)
        and (
            right
            or (
                isinstance(result.value, np.ndarray)
                and result.value.shape == np.squeeze(expected).shape
                and same_numbers(result.value, expected)
            )
        )
        for result, expected, right in pairs
    )


def comes_in_shape(shape, also=lambda value, expected: True):
    """A predicate: every result has the shape ``shape(z)``, which is not the one that was asked for.

    Args:
        shape: a function of the logits.
        also: what else holds for the results on small logits, a function of the result and of the expected value.
    """

    def recognise(seen):
        triples = list(zip(seen.probes, seen.results, seen.expected, strict=False))
        return len(triples) == len(seen.probes) and all(
            isinstance(result.value, np.ndarray)
            and result.value.shape == shape(*inputs) != expected.shape
            and (not is_small(*inputs) or also(result.value, expected))
            for inputs, result, expected in triples
        )

    return recognise


def same_numbers(value, expected):
    """Whether two arrays hold the same numbers in the same order, whatever their shapes."""
    return value.size == expected.size and np.allclose(value.ravel(), expected.ravel(), rtol=1e-3, atol=1e-3)


def _went(seen, where, how):
    """Whether there are probes with ``where(z)``, and ``how(result, right)`` holds for all of them."""
    places = [place for place, inputs in enumerate(seen.probes) if where(*inputs)]
    if len(seen.results) < len(seen.probes):
        return False
    return bool(places) and all(how(seen.results[place], seen.right[place]) for place in places)
