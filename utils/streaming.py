"""Log-sum-exp of logits that come in chunks, each read once: for more logits than fit into memory."""

import numpy as np

from utils.softmax import as_logits


def streaming_logsumexp(chunks):
    r"""The logarithm :math:`\log\sum_k e^{z_k}` over the classes of all chunks together, in one pass.

    Args:
        chunks: an iterable of logits, read once and from front to back, for example a generator. Each chunk has its
            classes on the last axis, (k,) or (..., k), with the same axes before it and k ≥ 1 that may differ.

    Returns:
        A float for chunks of the shape (k,), otherwise an array of the shape (...), in float64. It is what
        :func:`utils.softmax.logsumexp` gives for all chunks side by side, up to rounding, infinite and nan logits included.

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
