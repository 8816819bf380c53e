"""Log-sum-exp and cross-entropy of logits that come in chunks: for more logits than fit into memory."""

import numpy as np

from utils.reference.inputs import as_labels, as_logits, as_real


def streaming_logsumexp(chunks):
    r"""The logarithm :math:`\log\sum_k e^{z_k}` over the classes of all chunks together, in one pass.

    Args:
        chunks: an iterable of logits, read once and from front to back, for example a generator. Each chunk has its
            classes on the last axis, (k,) or (..., k), with the same axes before it and k ≥ 1 that may differ.

    Returns:
        A float for chunks of the shape (k,), otherwise an array of the shape (...), in float64. It is what
        :func:`utils.reference.logsumexp` gives for all chunks side by side, up to rounding, infinite and nan logits
        included.

    Raises:
        TypeError: for chunks that are no real numbers.
        ValueError: when there is no chunk, or a chunk without an axis of classes or without a class.

    Only the largest logit so far and the sum of the exponentials relative to it are kept. When a chunk brings a larger
    logit, the old sum is multiplied by the exponential of the difference. Source: Milakov and Gimelshein 2018.
    """
    largest, total = -np.inf, None
    for chunk in chunks:
        chunk = as_logits(chunk, -1)
        former, largest = largest, np.maximum(largest, chunk.max(axis=-1))
        # An infinite or undefined maximum is no shift: infinity minus infinity has no value.
        shift = np.where(np.isfinite(largest), largest, largest.dtype.type(0))
        with np.errstate(all="ignore"):
            terms = np.exp(chunk - shift[..., np.newaxis]).sum(axis=-1, dtype=np.float64)
            total = terms if total is None else total * np.exp(former - shift) + terms
    if total is None:
        raise ValueError("A log-sum-exp needs at least one class, but there was no chunk.")
    with np.errstate(all="ignore"):
        return shift + np.log(total)


def streaming_cross_entropy(H, W, y, block):
    r"""The mean cross-entropy of the logits ``H @ W``, which are formed a block of classes at a time.

    Args:
        H: one row for each example, (m, d).
        W: one column for each class, (d, K).
        y: integer labels in 0 … K − 1, (m,).
        block: how many classes are formed at a time, a positive integer.

    Returns:
        One number: what :func:`utils.reference.cross_entropy` gives for ``H @ W`` and ``y``, up to rounding.

    Raises:
        TypeError: for what are no real numbers.
        ValueError: for shapes that do not fit, labels as in :mod:`utils.reference.losses`, and a block that is not
            positive.

    Of each row the loss needs two numbers: its log-sum-exp, and the logit at its label. Source: Wijmans and others
        2024.
    """
    H, W, y = _layer(H, W, y, block)
    return (_log_totals(H, W, block) - _logits_at_labels(H, W, y)).mean()


def streaming_cross_entropy_gradients(H, W, y, block):
    r"""The mean cross-entropy of ``H @ W`` and its gradients, with a block of classes in memory at a time.

    Args and errors: as for :func:`streaming_cross_entropy`.

    Returns:
        ``(loss, dH, dW)``, the gradients in the shapes and types of ``H`` and ``W``.

    The logits of each block are formed twice: once for the log-sum-exp, and once for the probabilities, which are
    :math:`e^{z - \operatorname{lse}}` as soon as that is known. What one block contributes to the gradients needs no
    other block.
    """
    H, W, y = _layer(H, W, y, block)
    log_totals = _log_totals(H, W, block)
    loss = (log_totals - _logits_at_labels(H, W, y)).mean()
    dH, dW = np.zeros_like(H), np.empty_like(W)
    shift = log_totals[:, np.newaxis].astype(H.dtype)
    for start in range(0, W.shape[1], block):
        columns = slice(start, start + block)
        error = H @ W[:, columns]
        error -= shift
        np.exp(error, out=error)
        (here,) = np.nonzero((y >= start) & (y < start + block))
        error[here, y[here] - start] -= 1
        error /= len(y)
        dH += error @ W[:, columns].T
        dW[:, columns] = H.T @ error
    return loss, dH, dW


def _log_totals(H, W, block):
    return streaming_logsumexp(H @ W[:, start : start + block] for start in range(0, W.shape[1], block))


def _logits_at_labels(H, W, y):
    return (H * W[:, y].T).sum(axis=-1)


def _layer(H, W, y, block):
    """Hidden states, weights and labels as arrays that fit each other, or an error that says what was expected."""
    H, W = as_real(H, "Hidden states"), as_real(W, "Weights")
    if H.ndim != 2 or W.ndim != 2 or H.shape[1] != W.shape[0] or W.shape[1] == 0:
        raise ValueError(
            f"Hidden states (m, d) and weights (d, K) are needed, but the shapes are {H.shape} and {W.shape}."
        )
    if isinstance(block, bool) or not isinstance(block, (int, np.integer)) or block < 1:
        raise ValueError(f"A block needs a positive number of classes, not {block!r}.")
    y = as_labels(y, W.shape[1])
    if y.shape != (len(H),):
        raise ValueError(f"Each row needs one label: {len(H)} rows do not go with labels of the shape {y.shape}.")
    return H, W, y
