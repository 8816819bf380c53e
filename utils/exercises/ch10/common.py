"""What several exercises of chapter 10 share."""

import numpy as np

from utils import reference
from utils.exercises.drawing import any_batch, any_vector, corners_of_batches, corners_of_vectors

TIES = ("a tie for the largest", "all equal", "rows with ties", "rows of equal logits")


def exact(values):
    """The same numbers rounded to float32, so that an answer in float32 reads what the others read."""
    return np.asarray(values).astype(np.float32).astype(np.float64)


def corners_of_logits(rng, but=()):
    """Logits of one example and of several by the name of their corner, without those named in ``but``."""
    corners = {**corners_of_vectors(rng), **corners_of_batches(rng)}
    for name in but:
        del corners[name]
    return {name: exact(z) for name, z in corners.items()}


def any_logits_of_one_or_more(rng):
    """Logits of one example or of a batch, of any size."""
    return exact(any_vector(rng) if rng.random() < 1 / 2 else any_batch(rng))


def has_ties(z):
    """Whether a row has the same logit twice."""
    return bool((np.diff(np.sort(z, axis=-1), axis=-1) == 0).any())


def far_below(rng, rows, K):
    """The lowest logits that are promised, no two of a row alike: as low as many a number that is meant for a ban."""
    low = -1e6 + np.array([rng.permutation(K) for _ in range(rows)]) + 3.0 * rng.permutation(rows)[:, None]
    return exact(low if rows > 1 else low[0])


def drawn_without_ties(rng):
    """Logits of one example or of a batch, of any size, all different within a row."""
    while has_ties(z := any_logits_of_one_or_more(rng)):
        pass
    return z


def corners_without_ties(rng):
    """Logits by the name of their corner, all different within a row."""
    while any(map(has_ties, (corners := corners_of_logits(rng, but=TIES)).values())):
        pass
    return corners


def shares_in_words(z, *_):
    """Shape and sums of probabilities."""
    rows = "in each row summing to 1" if z.ndim > 1 else "summing to 1"
    return f"an array of the shape {z.shape}, nowhere below 0 and {rows},"


def one_maximum(z):
    """The softmax of each row, shifted by the largest logit of the whole batch."""
    powers = np.exp(z - z.max())
    return powers / powers.sum(axis=-1, keepdims=True)


def no_shift_at_all(z):
    """The softmax of each row as the formula has it, infinite powers and all."""
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def stable(z):
    """The softmax of each row."""
    return reference.softmax(z)


# Predicates


def _share_right(seen, is_asked):
    """Of the probes for which ``is_asked(first input)`` holds, how many went right; a missing result did not."""
    right = [*seen.right, *[False] * (len(seen.probes) - len(seen.right))]
    return np.mean([ok for inputs, ok in zip(seen.probes, right, strict=True) if is_asked(inputs[0])])


def _is_vector(z):
    return z.ndim == 1


def _is_real_batch(z):
    return z.ndim == 2 and min(z.shape) > 1


def right_for_vectors_alone(seen):
    """Whether all vectors went right, and most batches of several rows and classes wrong."""
    return _share_right(seen, _is_vector) == 1 and _share_right(seen, _is_real_batch) < 1 / 2


def right_for_batches_alone(seen):
    """Whether most batches of several rows and classes went right, and not a single vector."""
    return _share_right(seen, _is_real_batch) > 1 / 2 and _share_right(seen, _is_vector) == 0


def forms_powers_without_a_shift(seen):
    """Whether what is wrong are rows so far out that their powers of e are infinite, or all 0, and nothing else."""
    far_above = []
    for inputs, result, right in zip(seen.probes, seen.results, seen.right, strict=False):
        largest = inputs[0].max(axis=-1)
        if (largest > 712).any():
            far_above.append(not right and not result.problem and not np.isfinite(result.value).all())
        elif right if (largest < -750).any() else (not right and (largest > -1).all() and (largest < 690).all()):
            return False
    return len(seen.results) == len(seen.probes) and all(far_above)


def _in_rows(*arrays):
    return (array.reshape(-1, array.shape[-1]) for array in arrays)


def bans_too_high(seen):
    """Whether banned classes get a share in the rows whose logits are all low, and in no others: a finite ban."""
    wrong, right = [], []
    for (z, limit), result, expected in zip(seen.probes, seen.results, seen.expected, strict=False):
        if result.problem or result.value.shape != z.shape or not np.allclose(result.value.sum(axis=-1), 1, atol=1e-3):
            return False
        if limit == z.shape[-1]:  # all classes stay, and none is banned
            continue
        for logits, value, truth in zip(*_in_rows(z, result.value, expected), strict=True):
            if np.allclose(value, truth, rtol=1e-3, atol=1e-6):
                right += [logits.max()] if (truth == 0).any() else []
            elif (value > truth + 1e-4)[truth > 0].any():
                return False
            else:
                wrong.append(logits.max())
    # Within 80 of the ban a row may be right or wrong, as its banned classes have it.
    return bool(wrong) and bool(right) and max(wrong) < min(-5, min(right) + 80)


def asks_a_generator(seen):
    """Whether the answer itself names a random generator."""
    return not {"random", "default_rng", "rng"}.isdisjoint(seen.names)
