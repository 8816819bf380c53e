"""Which classes of a linear layer can win at all: two linear programs, of which exactly one has a solution.

``W`` holds one column for each class, (features, K), and the logits of an input x are ``x @ W``. SciPy solves the
programs and is imported when it is needed.
"""

import numpy as np

from utils.reference.inputs import as_real


def can_win(W, i):
    """Whether some input gives class i the strictly largest logit.

    Args:
        W: weights, (features, K).
        i: a class, 0 to K − 1.

    Whoever wins by a little wins by 1 with a longer input, so the question is whether an x has
    :math:`x \\cdot (w_k - w_i) \\le -1` for all other classes k.
    """
    W, others = _one_and_the_others(W, i)
    solved = _linear_program(np.zeros(len(W)), A_ub=(others - W[:, [i]]).T, b_ub=-np.ones(others.shape[1]))
    return solved is not None


def mixture_of_others(W, i):
    """Shares of the other classes whose mixture is the column of class i, or None where there are none.

    Args: as for :func:`can_win`.

    Returns:
        An array of K − 1 shares, none negative, that sum to 1. With them the logit of class i is, for every input, the
        same mixture of the other logits, so it never exceeds their maximum. Source: Demeter, Kimmel and Downey 2020.
    """
    W, others = _one_and_the_others(W, i)
    count = others.shape[1]
    return _linear_program(
        np.zeros(count),
        A_eq=np.vstack([others, np.ones(count)]),
        b_eq=np.append(W[:, i], 1.0),
        bounds=(0, None),
    )


def _linear_program(costs, bounds=(None, None), **constraints):
    """A solution of a linear program, or None where it has none."""
    from scipy.optimize import linprog

    if len(costs) == 0:  # a single class has no others: it wins everywhere, and is no mixture of nothing
        return None if "A_eq" in constraints else costs
    solved = linprog(costs, bounds=bounds, **constraints)
    return solved.x if solved.status == 0 else None


def _one_and_the_others(W, i):
    W = as_real(W, "Weights").astype(np.float64)
    if W.ndim != 2 or isinstance(i, bool) or not isinstance(i, (int, np.integer)) or not 0 <= i < W.shape[1]:
        raise ValueError(
            f"A table of weights (features, K) and a class in 0 to K − 1 are needed, not {W.shape} and {i!r}."
        )
    return W, np.delete(W, i, axis=1)
