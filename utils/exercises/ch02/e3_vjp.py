"""Exercise 2.3: the product of v with the Jacobian of softmax, for a vector or a batch, without the matrix."""

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch02.common import jacobian_of, plain_softmax

# The domain


def logits_and_vectors(rng):
    """Logits with a vector of the same shape: single ones, batches, square batches, integers, one class,
    large logits.
    """
    probes = [
        (np.array([1.0, 2.0]), np.array([3.0, 1.0])),
        (np.array([2.0, 1.0, 0.1]), np.array([1.0, 0.0, 0.0])),
        (np.array([2.0, 1.0, 0.1]), np.array([1.0, 1.0, 1.0])),
        (np.array([1, 2, 3]), np.array([0, 2, -1])),
        (np.array([0.5]), np.array([3.0])),
        (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 3.0]])),
        (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]), np.array([[-1.5, 0.0, 0.0], [0.0, -1.2, 0.0]])),
        (np.array([[4.0], [-2.0], [0.0]]), np.array([[1.0], [2.0], [3.0]])),
        (np.array([1000.0, 999.0]), np.array([1.0, -1.0])),
        (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]), np.array([[1.0, 2.0], [3.0, 5.0]])),
    ]
    for shape in ((4,), (3, 3), (5, 3), (2, 6)):
        probes.append((rng.normal(scale=2, size=shape), rng.normal(scale=3, size=shape)))
    return probes


def vjp_in_words(z, v):
    """Shape and sums of a product with a Jacobian."""
    return f"an array of the shape {z.shape} that sums to 0" + (" in each row" if z.ndim > 1 else "")


# Right answers


def _with_the_matrix(z, v):
    return np.einsum("...ij,...i->...j", reference.softmax_jacobian(z), v)


def _vjp_row_by_row(z, v):
    if np.ndim(z) == 1:
        a = reference.softmax(z)
        average = sum(share * value for share, value in zip(a, v, strict=True))
        return [share * (value - average) for share, value in zip(a, v, strict=True)]
    return np.array([_vjp_row_by_row(row, vector) for row, vector in zip(z, v, strict=True)])


def _vjp_in_float32(z, v):
    a, v = reference.softmax(z.astype(np.float32)), v.astype(np.float32)
    return a * v - a * np.einsum("...k,...k->...", a, v)[..., np.newaxis]


def _by_matmul(z, v):
    a = reference.softmax(z)
    return a * (v - (a[..., np.newaxis, :] @ v[..., :, np.newaxis])[..., 0])


def _by_pairs_vjp(z, v):
    a = reference.softmax(z)
    return a * (a[..., np.newaxis, :] * (v[..., :, np.newaxis] - v[..., np.newaxis, :])).sum(axis=-1)


def _through_apply(z, v):
    both = np.concatenate([z, v], axis=-1)
    K = z.shape[-1]
    return np.apply_along_axis(lambda row: reference.softmax_jacobian(row[:K]) @ row[K:], -1, both)


mistakes = Bank()

vjp = Exercise(
    name="ch02.vjp",
    is_main=True,
    asks="The product of v with the Jacobian of softmax, for a vector or a batch, without the matrix.",
    reference=reference.softmax_vjp,
    probes=logits_and_vectors,
    expects=vjp_in_words,
    scale=lambda z, v: float(np.max(np.abs(v))),
    hints=paragraphs("""
        Inside the brackets stands the entry of `v` minus an average of `v`. With which weights is that average taken?

        The average is the sum of probability times `v` over the classes. It is one number for each row.

        For a batch the average has to keep its axis, or it will not line up with the rows: chapter 1 had the same
        question about the denominator.
    """),
    alternatives=(
        _with_the_matrix,
        _vjp_row_by_row,
        _vjp_in_float32,
        _by_matmul,
        _by_pairs_vjp,
        _through_apply,
        lambda z, v: (
            reference.softmax(z) * v - reference.softmax(z) * np.sum(reference.softmax(z) * v, axis=-1, keepdims=True)
        ),
    ),
    bank=mistakes,
    remark="""
        This is what every framework computes for a softmax on the way back: two passes over the row, and no matrix.
    """,
)


# Mistakes

TWO_LOGITS = (np.array([1.0, 2.0]), np.array([3.0, 1.0]))


@mistakes.mistake(*TWO_LOGITS)
def diagonal_only(z, v):
    """
    You multiply `v` by probability times (1 − probability), place by place. For {input} you return {output}, which
    uses the diagonal of the Jacobian and leaves out the rest. The result has to sum to 0 in each row, since a
    common shift of the logits changes nothing. What do the entries off the diagonal add to the sum over i?
    """
    return reference.softmax(z) * (1 - reference.softmax(z)) * v


@mistakes.mistake(*TWO_LOGITS)
def nothing_subtracted(z, v):
    """
    You multiply `v` by the probabilities and stop. For {input} you return {output}, and that is the first of two
    terms. The sum has to be 0, and it is when the weighted average of `v` has been taken off first. In the
    derivation the second term came from the products off and on the diagonal. What was it?
    """
    return reference.softmax(z) * v


def _with_weights(weights):
    """A product that uses other numbers than the weighted average."""
    return lambda z, v: reference.softmax(z) * (v - weights(reference.softmax(z), v))


mistakes.add(
    "the plain mean",
    """
    You take the mean of `v` with equal weights for all classes. For {input} you return {output}, which does not sum
    to 0. In the formula the average of `v` is weighted by the probabilities: a class that is nearly impossible
    should hardly count. The two agree only where all probabilities are equal. Which sum takes the place of `mean`?
    """,
    _with_weights(lambda a, v: v.mean(axis=-1, keepdims=True)),
    _with_weights(lambda a, v: (a * v).mean(axis=-1, keepdims=True)),
    _with_weights(lambda a, v: v.mean()),
    example=TWO_LOGITS,
)

EQUAL = (np.array([2.0, 1.0, 0.1]), np.array([1.0, 1.0, 1.0]))

mistakes.add(
    "the plain sum",
    """
    You subtract the sum of `v` from each of its entries, without the probabilities as weights. With {input} you
    return {output}. A sign that something is off: for a `v` whose entries are all alike, the bracket has to be 0,
    and a sum of K equal numbers is not one of them. What has to multiply each entry of `v` before the summation?
    """,
    _with_weights(lambda a, v: v.sum(axis=-1, keepdims=True)),
    _with_weights(lambda a, v: v.sum()),
    example=EQUAL,
)


def row_sums(values):
    """The sums of the rows, in words."""
    return "rows that sum to " + " and ".join(f"{row:.4g}" for row in np.atleast_2d(values).sum(axis=-1))


SQUARE = (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 3.0]]))

mistakes.add(
    "sum over the whole batch",
    """
    Your sum runs over all examples together. With {input} you return {output}, and each row by itself has to sum to
    0. Examples do not know of each other: the result of one must be the same whichever others are in its batch.
    Which axis holds the classes, and how does the sum keep a shape that is subtracted row by row?
    """,
    _with_weights(lambda a, v: (a * v).sum()),
    _with_weights(lambda a, v: np.vdot(a, v)),
    _with_weights(lambda a, v: np.tensordot(a, v, axes=a.ndim)),
    example=SQUARE,
    describe=row_sums,
)

mistakes.add(
    "no keepdims",
    """
    Your sum over the classes loses its axis. For a batch of (m, K) it has the shape (m,), and NumPy lines it up
    with the last axis: an error for most batches, and for a square one row i is combined with the average of row j
    without a word. Here {input} gives {output}, where 0 is right. It is the same trap as in chapter 1, and the same
    way out of it.
    """,
    _with_weights(lambda a, v: (a * v).sum(axis=-1)),
    _with_weights(lambda a, v: np.einsum("...k,...k->...", a, v)),
    example=SQUARE,
    describe=row_sums,
)

mistakes.add(
    "wrong axis",
    """
    You add up along the axis of the examples. For {input} you return {output}, and it is the columns that sum to 0
    now, or to nothing in particular. One row is one example, and its classes lie side by side on the last axis.
    Which number names the last axis for a vector and for a batch alike?
    """,
    _with_weights(lambda a, v: (a * v).sum(axis=0)),
    _with_weights(lambda a, v: (a * v).sum(axis=0, keepdims=True)),
    lambda z, v: reference.softmax(z, axis=0) * (v - (reference.softmax(z, axis=0) * v).sum(axis=0, keepdims=True)),
    example=SQUARE,
    describe=row_sums,
)


@mistakes.mistake(*TWO_LOGITS)
def the_factor_forgotten_once(z, v):
    """
    You multiply `v` by the probabilities and then subtract the average as it is: {output} for {input}. The
    probability in front of the bracket belongs to both terms, so the average has to be multiplied by it, too. As it
    stands, a class that is nearly impossible gets the whole average taken off, and the row does not sum to 0. Where
    does your code need a pair of brackets?
    """
    return reference.softmax(z) * v - (reference.softmax(z) * v).sum(axis=-1, keepdims=True)


@mistakes.mistake(*TWO_LOGITS)
def no_factor_in_front(z, v):
    """
    You return `v` minus its weighted average, and stop: {output} for {input}. That is the bracket of the formula.
    In front of it stands a probability, so that a class which is nearly impossible gets nearly nothing. Without
    that factor the row does not sum to 0. Which probability belongs to which entry?
    """
    return v - (reference.softmax(z) * v).sum(axis=-1, keepdims=True)


@mistakes.mistake(*EQUAL)
def plus_in_the_bracket(z, v):
    """
    You add the weighted average where it has to be subtracted: {output} for {input}. The products in the Jacobian
    carry a minus, on the diagonal and off it, and that minus has to survive. A test that needs no reference: for a
    `v` of equal entries the result must be 0 everywhere, since the total of the probabilities cannot change.
    """
    return reference.softmax(z) * (v + (reference.softmax(z) * v).sum(axis=-1, keepdims=True))


@mistakes.mistake(*TWO_LOGITS)
def everything_with_the_other_sign(z, v):
    """
    Every entry has the right size and the wrong sign: {output} for {input}. A class whose `v` lies above the
    average gets a positive number, because raising its logit raises the weighted sum. You subtracted in the
    opposite order: in the bracket the entry comes first and the average second.
    """
    return -reference.softmax_vjp(z, v)


@mistakes.mistake(*TWO_LOGITS)
def logits_in_place_of_probabilities(z, v):
    """
    You put the logits where the formula has probabilities: {output} for {input}. The weights of the average have to
    be positive and sum to 1, and logits do neither. Adding the same number to every logit would change your result,
    and it changes no probability. Which function has to be applied to `z` first?
    """
    return z * (v - (z * v).sum(axis=-1, keepdims=True))


@mistakes.mistake(*TWO_LOGITS)
def the_average_alone(z, v):
    """
    You return the weighted average of `v`, {output} for {input}: one number for each example. It is a part of the
    formula. The result has the shape of `z`, one number for each logit: how much the weighted sum of the
    probabilities grows when that logit does. What is done with the average, and with the probability in front?
    """
    return (reference.softmax(z) * v).sum(axis=-1)


the_average_alone.also(
    lambda z, v: (reference.softmax(z) * v).sum(axis=-1, keepdims=True),
    lambda z, v: (reference.softmax(z) * v).sum(),
)


@mistakes.mistake(*SQUARE, describe=row_sums)
def one_vector_only(z, v):
    """
    A single vector comes out right, and a batch does not: {input} gives {output}. `np.dot`, `@` between two
    vectors, `np.diag` and `np.outer` mean one thing for a vector and another for a matrix. For a batch you need an
    operation that works along the last axis and leaves the others alone: a product place by place, and a sum with
    an axis.
    """
    a = reference.softmax(z)
    return a * (v - np.dot(a, v))


@one_vector_only.also
def one_matrix_only(z, v):
    return jacobian_of(reference.softmax(z)) @ v


one_vector_only.also(
    lambda z, v: jacobian_of(reference.softmax(z)).T @ v,
    lambda z, v: reference.softmax(z) * (v - reference.softmax(z) @ v),
    lambda z, v: reference.softmax(z) * (v - reference.softmax(z) @ v.T),
    lambda z, v: reference.softmax(z) * (v - np.inner(reference.softmax(z), v)),
    lambda z, v: v @ jacobian_of(reference.softmax(z)),
)


@mistakes.mistake(np.array([1000.0, 999.0]), np.array([1.0, -1.0]))
def no_shift(z, v):
    """
    The formula is right, and the softmax in it overflows. For {input} you return {output}: e to the power 1000 is
    infinite, and infinite divided by infinite has no value. One such row makes every weight of a network nan in the
    next step of its training. Chapter 1 has the cure; `reference.softmax` contains it.
    """
    return plain_softmax(z) * (v - (plain_softmax(z) * v).sum(axis=-1, keepdims=True))
