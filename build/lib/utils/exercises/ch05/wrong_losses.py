"""Families of wrong binary cross-entropies, told by what was seen of them: predicates for exercise 5.3.

Near 0 every form of the loss is right, with an epsilon or without, so a formula shows there whatever happens far out.
"""

import numpy as np

from utils import reference

NEAR = 4.0  # logits up to this size
WITHIN = 0.01  # the part of a loss that an epsilon may change there


def _near(seen):
    """What was seen on logits near 0: inputs, the value that came, and the expected one; nothing after a failure."""
    met = zip(seen.probes, seen.results, seen.expected, strict=False)
    near = [(inputs, result, float(expected)) for inputs, result, expected in met if np.abs(inputs[0]).max() <= NEAR]
    return [] if any(result.problem for _, result, _ in near) else [(i, result.value, e) for i, result, e in near]


def _is_number(value, expected):
    return value.shape == () and abs(value - expected) <= WITHIN * abs(expected) + 2e-3


def _is_right_near(seen):
    near = _near(seen)
    return bool(near) and all(_is_number(value, expected) for _, value, expected in near)


def is_scaled(*factors):
    """A predicate: near 0 the loss is the right one, times what one of these functions makes of m and K."""

    def recognise(seen):
        near = _near(seen)
        return bool(near) and any(
            all(_is_number(value, factor(*inputs[0].shape) * expected) for inputs, value, expected in near)
            for factor in factors
        )

    return recognise


def is_nearly(formula):
    """A predicate: near 0 the loss is that of a wrong formula, or its mean over the classes.

    Where the formula itself has no finite value, anything may have come.
    """

    def recognise(seen):
        near = _near(seen)
        if not near or _is_right_near(seen):
            return False
        with np.errstate(all="ignore"):
            made = [formula(*inputs) for inputs, _, _ in near]
        pairs = [(inputs[0], value, wrong) for (inputs, value, _), wrong in zip(near, made, strict=True)]
        pairs = [parts for parts in pairs if np.isfinite(parts[2])]
        return any(
            all(_is_number(value, wrong / (Z.shape[1] if over_all else 1)) for Z, value, wrong in pairs)
            for over_all in (False, True)
        )

    return recognise


REDUCTIONS = (
    lambda losses: losses,
    lambda losses: losses.sum(axis=1),
    lambda losses: losses.mean(axis=1),
    lambda losses: losses.sum(axis=0),
    lambda losses: losses.mean(axis=0),
)


def is_not_reduced(seen):
    """Whether near 0 the losses came without their mean, or without their sum."""
    near = _near(seen)
    tables = [(reference.sigmoid_cross_entropy(Z, np.asarray(Y, dtype=float)), value) for (Z, Y), value, _ in near]
    return bool(near) and any(all(_is_table(value, reduce(table)) for table, value in tables) for reduce in REDUCTIONS)


def _is_table(value, expected):
    return value.shape == expected.shape and np.allclose(value, expected, rtol=WITHIN, atol=1e-6)


# Far out


def _at(seen, logits, row):
    """What came for one example with these logits and labels, and whether it is right."""
    for (Z, Y), result, right in zip(seen.probes, seen.results, seen.right, strict=False):
        if np.array_equal(Z, [logits]) and np.array_equal(Y, [row]):
            return result, right
    return None, False


def _has_no_number(result, *problems):
    """Whether nan, an infinite number or one of these errors came."""
    if result is None:
        return False
    return result.problem in problems if result.problem else result.value.shape == () and not np.isfinite(result.value)


def fails_where_right_or_wrong(seen):
    """Whether a logarithm of 0 appears for sure answers, the right ones too: as 0 · ∞, or as an error."""
    right, _ = _at(seen, [1000.0, -1000.0], [1, 0])
    wrong, is_right = _at(seen, [40.0, -1.0], [0, 0])
    if not _is_right_near(seen) or is_right or right is None:
        return False
    is_nan = not right.problem and bool(np.isnan(right.value).all())
    return is_nan or (bool(right.problem) and _has_no_number(wrong, "ValueError"))


def is_infinite_where_wrong(seen):
    """Whether sure answers that are right have a right loss, and those that are wrong an infinite one."""
    wrong, _ = _at(seen, [1000.0, -1000.0], [0, 1])
    _, is_right = _at(seen, [1000.0, -1000.0], [1, 0])
    return _is_right_near(seen) and is_right and _has_no_number(wrong, "OverflowError", "ValueError")


def overflows_where_right(seen):
    """Whether sure answers that are right have an infinite loss, and a logit of 40 a right one."""
    right, _ = _at(seen, [1000.0, -1000.0], [1, 0])
    _, is_right = _at(seen, [40.0, -1.0], [0, 0])
    if right is not None and not right.problem and np.isnan(right.value).any():
        return False
    return _is_right_near(seen) and is_right and _has_no_number(right, "OverflowError")


def has_a_ceiling(seen):
    """Whether the loss of a single logit never exceeds some number, whatever by, and all else is right."""
    wrong, _ = _at(seen, [1000.0, -1000.0], [0, 1])
    if wrong is None or wrong.problem or not np.isfinite(wrong.value).all() or not _is_right_near(seen):
        return False
    ceiling = float(np.sum(wrong.value)) / 2
    if not 4 < ceiling < 990:
        return False
    for (Z, Y), result in zip(seen.probes, seen.results, strict=True):
        losses = reference.sigmoid_cross_entropy(Z, np.asarray(Y, dtype=float))
        least = np.minimum(losses, ceiling)
        most = np.where(losses < 30, least, ceiling)  # a probability of 1 - 1e-16 is 1 already
        if result.problem or result.value.shape != ():
            return False
        slack = 1e-3 * Z.size
        if not 0.88 * least.sum() - slack < result.value * len(Z) < 1.12 * most.sum() + slack:
            return False
    return True
