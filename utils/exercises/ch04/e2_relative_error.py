"""Exercise 4.2: the largest difference between two arrays, in units of their largest entry."""

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs

# The domain


def two_gradients(rng):
    """Pairs of arrays: equal, proportional, tiny, huge, with zeros, one of them zero, of one and of two axes."""
    one, other = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    return [
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
        (np.array([[1, 2], [3, 4]]), np.array([[1, 2], [3, 5]])),
        (np.array([5.0]), np.array([-5.0])),
        (one, other),
        (other, one * 3),
        (one, one * (1 + 1e-4)),
    ]


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
    probes=two_gradients,
    expects=lambda a, b: "one number, from 0 (equal) to 2 (opposite),",
    scale=lambda a, b: 1e-2,
    hints=paragraphs("""
        Two numbers are needed, one above and one below the line. Each is the largest entry of something without its
        sign.

        Above the line stands the difference. Below the line stands the size of the larger of the two arrays; NumPy's
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


# Mistakes


@mistakes.mistake(np.array([1e-7, -2e-7]), np.array([2e-7, -4e-7]))
def absolute_error(a, b):
    """
    You return the difference itself, not compared with anything. For {input} that is {output}, which looks like
    agreement, but one gradient is twice the other. Gradients come in every size, and a difference is small or large
    only beside the numbers it belongs to. What do you divide by?
    """
    return np.max(np.abs(a - b))


absolute_error.also(
    lambda a, b: np.mean(np.abs(a - b)),
    lambda a, b: np.linalg.norm(a - b),
)


def _apart(a, b):
    return _largest(a - b)


def _larger(a, b):
    return max(_largest(a), _largest(b))


def _quotients(above, below):
    """A quotient in three forms, which differ where the size below the line is 0."""
    return (
        lambda a, b: above(a, b) / np.float64(below(a, b)),
        lambda a, b: above(a, b) / (below(a, b) or 1),
        lambda a, b: above(a, b) / below(a, b) if below(a, b) else 0.0,
    )


mistakes.add(
    "signs left in",
    """
    You look for the largest number while the signs are still there, in the difference or in the arrays themselves,
    so a negative one counts as small, however far it reaches. For {input} you return {output}: the first entries
    ought to decide, above the line and below it. An error has a size and no direction. Which function removes the
    sign, and has it to act before the maximum or after it?
    """,
    *_quotients(lambda a, b: np.max(a - b), _larger),
    *_quotients(lambda a, b: np.abs(np.max(a - b)), _larger),
    *_quotients(lambda a, b: np.abs(np.max(a) - np.max(b)), _larger),
    *_quotients(_apart, lambda a, b: np.max([a, b])),
    *_quotients(lambda a, b: np.abs(np.max(a - b)), lambda a, b: max(abs(np.max(a)), abs(np.max(b)))),
    *_quotients(lambda a, b: np.max(a - b), lambda a, b: np.max([a, b])),
    example=(np.array([-3.0, 1.0]), np.array([-1.0, 1.0])),
)

mistakes.add(
    "divided by one of the two",
    """
    You divide by the size of one array alone. For {input} you return {output}; with the two arguments exchanged it
    would be another number, and if that array is zero there is no result. Nobody knows in advance which of two
    gradients is the wrong one, so both should count alike. What is the size of the larger one?
    """,
    *_quotients(_apart, lambda a, b: _largest(a)),
    *_quotients(_apart, lambda a, b: _largest(b)),
    example=(np.array([1.0, 2.0]), np.array([1.0, 2.5])),
)


def _distance(a, b):
    return np.linalg.norm(a - b)


mistakes.add(
    "divided by the sum of both",
    """
    You divide by the sum of both sizes. For {input} you return {output}, half of what is asked when the two are
    close. Some courses define it so, and as a measure it is as good; but a threshold is worth something only when
    everybody divides by the same. The definition above has the larger of the two sizes below the line.
    """,
    *_quotients(_apart, lambda a, b: _largest(a) + _largest(b)),
    *_quotients(_distance, lambda a, b: np.linalg.norm(a) + np.linalg.norm(b)),
    example=(np.array([1.0, 2.0]), np.array([1.0, 2.5])),
)

mistakes.add(
    "divided by the smaller one",
    """
    You divide by the smaller of the two sizes. For {input} you return {output}. The quotient then has no upper end:
    against a gradient that is zero by mistake, the most common failure of all, it is infinite, or nan. With the
    larger size below the line, the result lies between 0 and 2 for all inputs. Which of `min` and `max` did you
    call?
    """,
    *_quotients(_apart, lambda a, b: min(_largest(a), _largest(b))),
    example=(np.array([1.0, 2.0]), np.array([1.0, 2.5])),
)

mistakes.add(
    "lengths in place of largest entries",
    """
    You compare Euclidean lengths, as `np.linalg.norm` computes them: {output} for {input}. That is a sound measure,
    and some courses use it; but in a long gradient many right entries make one wrong entry look small. The
    definition above takes the largest entry on both sides of the line. Which function of NumPy finds it, once the
    signs are gone?
    """,
    *_quotients(_distance, lambda a, b: max(np.linalg.norm(a), np.linalg.norm(b))),
    *_quotients(_distance, lambda a, b: np.linalg.norm(a)),
    *_quotients(_distance, lambda a, b: np.linalg.norm(b)),
    example=(np.array([1.0, 2.0]), np.array([1.0, 2.5])),
)

mistakes.add(
    "an epsilon below the line",
    """
    A small number decides about your result: it is added below the line, it is a floor there, or whatever lies
    below it counts as zero. For gradients of that size it is not small any more: for {input} you return {output},
    too little. The measure should mean the same for gradients of every size. Only one input really needs care, two
    arrays of zeros; an `if` treats it without touching the others.
    """,
    *(
        form
        for epsilon in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, np.finfo(float).eps)
        for form in (
            lambda a, b, e=epsilon: _largest(a - b) / (max(_largest(a), _largest(b)) + e),
            lambda a, b, e=epsilon: _largest(a - b) / max(_largest(a), _largest(b), e),
            lambda a, b, e=epsilon: _apart(a, b) / _larger(a, b) if _larger(a, b) > e else 0.0,
        )
    ),
    example=(np.array([1e-20, 3e-20]), np.array([1e-20, 1e-20])),
)


@mistakes.mistake(np.array([0.0, 4.0]), np.array([1.0, 4.0]))
def each_entry_by_itself(a, b):
    """
    You divide entry by entry and take the maximum of the quotients. For {input} you return {output}. An entry that
    is 0 in one array and rounding noise in the other then counts as a total failure, and 0/0 has no value. The
    noise of a gradient check is as large as its largest entry makes it; so that is the size to compare with.
    """
    return np.max(np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)))


each_entry_by_itself.also(
    lambda a, b: np.nanmax(np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))),
    lambda a, b: np.max(np.abs(a - b) / np.maximum(1e-8, np.maximum(np.abs(a), np.abs(b)))),
    lambda a, b: np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))),
    lambda a, b: np.max(np.abs(a - b) / (np.abs(a) + np.abs(b))),
)


@mistakes.mistake(np.array([0.0, 0.0]), np.array([1.0, 2.0]))
def zero_as_soon_as_one_is_zero(a, b):
    """
    You return 0 when one of the two arrays is zero, whatever stands in the other: {output} for {input}. A gradient
    that is zero by mistake is the most common failure of all, and this check would call it right. Only *two* arrays
    of zeros are equal. For which of the three cases, one, the other, both, is there no number to divide by?
    """
    return _largest(a - b) / max(_largest(a), _largest(b)) if np.any(a) else 0.0


zero_as_soon_as_one_is_zero.also(
    lambda a, b: _largest(a - b) / max(_largest(a), _largest(b)) if np.any(b) else 0.0,
    lambda a, b: _largest(a - b) / max(_largest(a), _largest(b)) if np.any(a) and np.any(b) else 0.0,
)


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 2.5]))
def yes_or_no(a, b):
    """
    You answer whether the two arrays are close, {output} for {input}, and the exercise asks how far apart they are.
    A yes hides the limit that was used, and functions such as `np.allclose` have one of their own, partly absolute:
    two tiny gradients are close for it, even when one is twice the other. Which number would such a function
    compare with its limit?
    """
    return np.allclose(a, b)


yes_or_no.also(lambda a, b: np.isclose(a, b))


@mistakes.mistake(np.array([1.0, 2.0]), np.array([1.0, 2.5]))
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
)

mistakes.add(
    "an average of errors",
    """
    You average the differences before you divide. For {input} you return {output}. In a gradient with thousands of
    entries one of them may be completely wrong, and the average hardly moves. The purpose of the check is to find
    that one. Which reduction keeps the worst entry in sight?
    """,
    *_quotients(lambda a, b: np.mean(np.abs(a - b)), _larger),
    *_quotients(lambda a, b: np.mean(np.abs(a - b)), lambda a, b: max(np.mean(np.abs(a)), np.mean(np.abs(b)))),
    example=(np.array([1.0, 2.0]), np.array([1.0, 2.5])),
)


@mistakes.mistake(np.array([0.0, 0.0]), np.array([0.0, 0.0]))
def nothing_over_nothing(a, b):
    """
    Two arrays of zeros are equal, so their error is 0, and your function returns {output} for {input}. It happens
    in practice, for the weights of a feature that is 0 in every example. There 0 is divided by 0, which gives nan,
    and since nan compares as false with everything, a test such as `error < 1e-7` fails for a reason that is hard
    to find. Which case needs a line of its own, and what belongs into it?
    """
    return _apart(a, b) / np.float64(_larger(a, b))


nothing_over_nothing.also(
    lambda a, b: _apart(a, b) / _larger(a, b) if _larger(a, b) else 1.0,
    lambda a, b: _apart(a, b) / float(_larger(a, b)) if _larger(a, b) else np.inf,
)
