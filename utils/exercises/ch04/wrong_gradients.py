"""Families of wrong gradients, (dW, db), told by what was seen of them: predicates for exercise 4.1."""

import numpy as np

from utils.checking.values import agree, has_finite_numbers


def _moderate(seen):
    """What was seen on logits that no power of e is too large for: a second slip, far out, hides no name."""
    met = zip(seen.probes, seen.results, seen.expected, strict=False)
    return [(inputs, result, expected) for inputs, result, expected in met if _largest_logit(*inputs) < 30]


def _largest_logit(W, b, X, y):
    return np.abs(X @ W + b).max()


def scaled(*factors):
    """A predicate: dW and db are the right ones, times what one of these functions makes of m, n and K."""

    def recognise(seen):
        met = _moderate(seen)
        if any(result.problem for _, result, _ in met):
            return False
        return any(all(_is_scaled(factor, *parts) for parts in met) for factor in factors)

    return recognise


def _is_scaled(factor, inputs, result, expected):
    W, _, X, _ = inputs
    by = [float(size) for size in factor(len(X), *map(float, W.shape))]
    if not np.isfinite(by).all():  # a division by 0 leaves nothing to compare
        return not has_finite_numbers(result.value)
    scaled = tuple(size * part for size, part in zip(by, expected, strict=True))
    return agree(result.value, scaled, 1e-4, max(1.0, *np.abs(by)))


def wrong_lengths(m, n, K):
    """What becomes of 1/m when another length stands in its place."""
    return (m / K, m / n, m / (n * K), m / (m - 1) if m > 1 else np.inf)


def is_like(*wrong):
    """A predicate: dW and db are those of one of these wrong functions, and not the right ones."""

    def recognise(seen):
        met = _moderate(seen)
        if all(seen.right) or any(result.problem for _, result, _ in met):
            return False
        with np.errstate(all="ignore"):
            return any(all(agree(result.value, one(*inputs), 1e-4, 1.0) for inputs, result, _ in met) for one in wrong)

    return recognise


def always_scaled(seen):
    """Whether dW and db are the right ones, times one and the same number for all inputs."""
    met = _moderate(seen)
    if any(result.problem or np.shape(result.value[0]) != expected[0].shape for _, result, expected in met):
        return False
    _, result, expected = max(met, key=lambda parts: np.abs(parts[2][0]).max())
    largest = np.unravel_index(np.abs(expected[0]).argmax(), expected[0].shape)
    factor = result.value[0][largest] / expected[0][largest]
    is_another = np.isfinite(factor) and factor != 0 and abs(abs(factor) - 1) > 1e-3
    return bool(is_another) and scaled(lambda m, n, K: (factor, factor))(seen)


def grows_with_W(seen):
    """Whether dW carries a multiple of W besides, the same one for all inputs, perhaps divided by m."""
    met = [parts for parts in _moderate(seen) if np.any(parts[0][0])]
    if any(result.problem or not agree(result.value[1], expected[1], 1e-4, 1.0) for _, result, expected in met):
        return False
    for length in (lambda X: 1, len):
        found = []
        for (W, _, X, _), result, expected in met:
            if result.value[0].shape != W.shape:
                return False
            more = (result.value[0] - expected[0]) * length(X)
            weight = np.sum(more * W) / np.sum(W * W)
            found.append(weight if np.allclose(more, weight * W, rtol=1e-3, atol=1e-5) else np.nan)
        if np.ptp(found) < 1e-3 * np.abs(found).max():
            return True
    return False


def bias_stays_zero(seen):
    """Whether dW is right and db is next to zero, in float32 too, where it should not be."""
    needed = False
    for result, expected in zip(seen.results, seen.expected, strict=False):
        if result.problem or not agree(result.value[0], expected[0], 1e-4, 1.0):
            return False
        if np.abs(result.value[1]).max() > 1e-4:
            return False
        needed = needed or np.abs(expected[1]).max() > 0.01
    return needed
