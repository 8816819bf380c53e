"""Predicates that tell families of mistakes in several chapters: functions of what a check has seen."""

import numpy as np


def wrong_exactly(where):
    """A predicate: the answer is wrong on the probes for which ``where(*inputs)`` is true, and right where it is false.

    Where it is None, as for what depends on the float type, either will do. Both kinds must have been tried. A result
    that is missing, because something ended the check, counts as wrong.
    """

    def recognise(seen):
        right = [*seen.right, *[False] * (len(seen.probes) - len(seen.right))]
        asked = [where(*inputs) for inputs in seen.probes]
        met = [(bool(wrong), ok) for wrong, ok in zip(asked, right, strict=True) if wrong is not None]
        return {wrong for wrong, _ in met} == {True, False} and all(ok != wrong for wrong, ok in met)

    return recognise


def vectors_only(seen):
    """Whether exactly the probes whose first input is one vector went right."""
    return wrong_exactly(lambda first, *others: first.ndim != 1)(seen)


def batches_only(seen):
    """Whether exactly the probes whose first input is a batch went right."""
    return wrong_exactly(lambda first, *others: first.ndim == 1)(seen)


def has_a_ceiling(seen, least):
    """Whether a loss never exceeds some number, though the truth does: it is cut off, whatever by.

    Args:
        seen: what was observed; values and expected values are losses of any shape, none negative.
        least: the smallest expected loss that counts as far out.

    Returns:
        True where all losses are right up to the largest that came back, and all larger ones came back as about that.
    """
    pairs = [
        (np.ravel(result.value), np.ravel(expected))
        for result, expected in zip(seen.results, seen.expected, strict=False)
        if not result.problem and np.shape(result.value) == np.shape(expected)
    ]
    if len(pairs) < len(seen.probes):
        return False
    came, truth = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    far = truth > least
    if not far.any() or not np.isfinite(came).all():
        return False
    ceiling = came.max()
    high = truth > 1.05 * ceiling
    low = truth < 0.5 * ceiling
    return bool(
        high.any() and (came[high] > 0.9 * ceiling).all() and np.allclose(came[low], truth[low], rtol=0.01, atol=1e-3)
    )
