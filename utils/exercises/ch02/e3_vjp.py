"""Exercise 2.3: the product of v with the Jacobian of softmax, for a vector or a batch, without the matrix."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch02.common import jacobian_of, plain_softmax
from utils.exercises.drawing import any_vector_or_batch, corners_of_logits, exact, ties_far_out, whole
from utils.exercises.recognising import (
    cuts_to_whole_numbers,
    goes_wrong,
    like_its_samples,
    loses_axes_of_length_one,
    overflows,
    shifts_by_the_whole_batch,
    shifts_by_zero_at_least,
    works_for_batches,
)

# The domain


def a_vector_for(z, rng):
    """A vector, or a batch of them, in the shape of the logits."""
    return exact(rng.normal(scale=3, size=z.shape))


def corners(rng):
    """Every corner of the logits with some vector; and vectors of integers, of equal entries, and of one entry only."""
    found = {name: (z, a_vector_for(z, rng)) for name, z in corners_of_logits(rng).items()}
    z, Z = exact(rng.normal(size=5)), exact(rng.normal(scale=2, size=(4, 3)))
    found |= {
        "a vector of integers": (z, whole(3 * rng.normal(size=5)) + 1),
        "a batch of vectors of integers": (Z, whole(3 * rng.normal(size=(4, 3))) + 1),
        "a batch of integers with integers": (whole(Z), whole(3 * rng.normal(size=(4, 3))) + 1),
        "a vector of ones": (z, np.ones(5)),
        "one entry that is not 0": (z, np.eye(5)[int(rng.integers(5))]),
        "a batch of zeros": (Z, np.zeros((4, 3))),
        "a large vector": (z, exact(1e3 * rng.normal(size=5))),
        "a small vector": (Z, exact(1e-3 * rng.normal(size=(4, 3)))),
        "a negative vector": (z, -rng.uniform(1, 9, size=5).round(2)),
        "many classes, close": (Z[0, 0] * np.linspace(0, 1, 9), exact(rng.normal(size=9))),
        "ties far out": (ties_far_out(rng), exact(rng.normal(size=3))),
        "a wide batch": (Z.reshape(2, 6), a_vector_for(Z.reshape(2, 6), rng)),
    }
    return found


def any_logits_and_vector(rng):
    """Logits of one example or of several, of any size, and a vector for each."""
    z = any_vector_or_batch(rng)
    return z, a_vector_for(z, rng)


def is_mild(z, v):
    """Whether these are floats for which no power of e comes near a limit."""
    return z.dtype.kind == v.dtype.kind == "f" and np.max(np.abs(z)) <= 10


LOGITS_AND_VECTORS = Domain(
    smallest=[
        (np.array([1.0, 2.0]), np.array([3.0, 1.0])),
        (np.array([2.0, 1.0, 0.1]), np.array([1.0, 0.0, 0.0])),
        (np.array([2.0, 1.0, 0.1]), np.array([1.0, 1.0, 1.0])),
        (np.array([1, 2, 3]), np.array([0, 2, -1])),
        (np.array([0.5]), np.array([3.0])),
        (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 3.0]])),
        (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]), np.array([[-1.5, 0.0, 0.0], [0.0, -1.2, 0.0]])),
        (np.array([[4.0], [-2.0], [0.0]]), np.array([[1.0], [2.0], [3.0]])),
        (np.array([1000.0, 999.0]), np.array([1.0, -1.0])),
        (np.array([-1000.0, -1001.0]), np.array([1.0, -1.0])),
        (np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]])),
        (np.array([[1, 2], [3, 1]]), np.array([[1, 0], [0, 3]])),
        (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]), np.array([[1.0, 2.0], [3.0, 5.0]])),
    ],
    corners=corners,
    draw=any_logits_and_vector,
)


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
    asks="The product of v with the Jacobian of softmax, for a vector or a batch.",
    reference=reference.softmax_vjp,
    probes=LOGITS_AND_VECTORS,
    expects=vjp_in_words,
    scale=lambda z, v: float(np.max(np.abs(v))),
    hints=paragraphs("""
        The brackets hold the entry of `v` minus an average of `v`. With which weights is that average taken?

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
        The numbers are right. Written as in the formula, it takes two passes over each row and no matrix, and that is
        what every framework computes for a softmax on the way back.
    """,
)


# Families of mistakes


def _one_vector_only(seen):
    """Whether vectors go right and no batch of several rows does."""
    return goes_wrong(
        seen,
        lambda z, v: z.ndim == 2 and min(z.shape) > 1 and is_mild(z, v) and v.any() and np.ptp(v) > 0,
        lambda z, v: z.ndim == 1 and is_mild(z, v),
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


def _product_with(a, v):
    """The right formula, with probabilities of one's own."""
    return a * (v - (a * v).sum(axis=-1, keepdims=True))


def _with_weights(weights):
    """A product that uses other numbers than the weighted average."""
    return lambda z, v: reference.softmax(z) * (v - weights(reference.softmax(z), v))


the_plain_mean = mistakes.add(
    "the plain mean",
    """
    You take the mean of `v` with equal weights for all classes. For {input} you return {output}, which does not sum
    to 0. In the formula the average of `v` is weighted by the probabilities: a class that is nearly impossible
    should hardly count. The two agree only where all probabilities are equal. Which sum takes the place of `mean`?
    """,
    _with_weights(lambda a, v: v.mean(axis=-1, keepdims=True)),
    _with_weights(lambda a, v: v.mean()),
    example=TWO_LOGITS,
)

the_mean_of_the_products = mistakes.add(
    "the mean of the products",
    """
    You multiply `v` by the probabilities and take the mean of the products, so their sum is divided by K once more.
    For {input} you return {output}, which does not sum to 0. The probabilities are weights that sum to 1 already:
    where all entries of `v` are 1 their average has to be 1 as well, and yours is 1/K. Which call adds and does not
    divide?
    """,
    _with_weights(lambda a, v: (a * v).mean(axis=-1, keepdims=True)),
    example=TWO_LOGITS,
)

EQUAL = (np.array([2.0, 1.0, 0.1]), np.array([1.0, 1.0, 1.0]))

the_plain_sum = mistakes.add(
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

sum_over_the_whole_batch = mistakes.add(
    "sum over the whole batch",
    """
    Your sum runs over all examples together. With {input} you return {output}, and each row by itself has to sum to
    0. Examples do not know of each other: the result of one must be the same whichever others are in its batch.
    Which axis holds the classes, and how does the sum keep a shape that is subtracted row by row?
    """,
    _with_weights(lambda a, v: (a * v).sum()),
    _with_weights(lambda a, v: np.vdot(a, v)),
    _with_weights(lambda a, v: np.tensordot(a, v, axes=a.ndim)),
    lambda z, v: _product_with(np.exp(z - z.max()) / np.exp(z - z.max()).sum(), v),
    example=SQUARE,
    describe=row_sums,
)

no_keepdims = mistakes.add(
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

wrong_axis = mistakes.add(
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
    is, a class that is nearly impossible gets the whole average taken off, and the row does not sum to 0. Where
    does your code need a pair of brackets?
    """
    return reference.softmax(z) * v - (reference.softmax(z) * v).sum(axis=-1, keepdims=True)


@mistakes.mistake(*TWO_LOGITS)
def no_factor_in_front(z, v):
    """
    You return `v` minus its weighted average, and stop: {output} for {input}. That is the bracket of the formula.
    A probability comes before it, so that a class which is nearly impossible gets nearly nothing. Without
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


@mistakes.mistake(*SQUARE)
def divided_by_the_number_of_examples(z, v):
    """
    Your formula is right, and every number is divided by the number of rows: {output} for {input}. A cost may be a mean
    over examples, and then the factor 1/m is in `v` already, since `v` holds what the cost asks of each probability.
    Here one row knows nothing of the others: the result for a row has to be the same whether it stands alone or in a
    batch. Which division, or which mean, can go?
    """
    return reference.softmax_vjp(z, v) / len(np.atleast_2d(z))


@mistakes.mistake(*SQUARE, recognise=_one_vector_only)
def one_vector_only(z, v):
    """
    A single vector comes out right, and a batch does not: {input} gives {output}. `np.dot`, `@` between two
    vectors, `np.diag` and `np.outer` mean one thing for a vector and another for a matrix, and Python's own `max`
    and `if` take single numbers. For a batch you need operations that work along the last axis and do not touch the
    others: a product place by place, and a sum with an axis.
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
    lambda z, v: plain_softmax(z - max(z)) * (v - (plain_softmax(z) * v).sum(axis=-1, keepdims=True)),
)


@mistakes.mistake(*TWO_LOGITS, recognise=lambda seen: works_for_batches(seen, is_mild))
def batches_only(z, v):
    """
    A batch comes out right, or could; for one vector with {input} you return {output}. The number 1 names the
    second axis, and a vector has a single one; a loop over rows, or an index such as `[:, None]` that was written
    for a table, expects two. Both shapes have their classes on the last axis. Which number names it, however many
    axes come before it?
    """
    a = reference.softmax(z)
    return a * (v - (a * v).sum(axis=1, keepdims=True))


batches_only.also(
    lambda z, v: np.array(
        [reference.softmax(r) * (x - (reference.softmax(r) * x).sum()) for r, x in zip(z, v, strict=True)]
    ),
    lambda z, v: reference.softmax_vjp(np.atleast_2d(z), np.atleast_2d(v)),
    lambda z, v: reference.softmax(z) * (v - (reference.softmax(z) * v).sum(axis=1)[:, None]),
)


@mistakes.mistake(np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]]), recognise=loses_axes_of_length_one)
def axes_of_length_one_are_lost(z, v):
    """
    Your numbers are right, and an axis is missing: for {input}, a batch of one row, you return {output}. The result
    has to have the shape of `z`, so that code which runs over the examples works for a single one, too. `squeeze`
    takes out every axis of length 1, whatever it means, and so does a line that treats one row as a
    special case. Which axes did your own code add?
    """
    return np.squeeze(reference.softmax_vjp(z, v))


axes_of_length_one_are_lost.also(
    lambda z, v: reference.softmax_vjp(z, v)[0] if z.ndim == 2 and len(z) == 1 else reference.softmax_vjp(z, v)
)


@mistakes.mistake(np.array([[1, 2], [3, 1]]), np.array([[1, 0], [0, 3]]), recognise=cuts_to_whole_numbers)
def zeros_of_the_wrong_type(z, v):
    """
    You fill an array that has the type of `z` or of `v`. Where that is an integer type it holds integers only, and
    whatever follows the decimal point is cut off when an entry or a row is stored: for {input} you return
    {output}. Nothing warns you. Give that array the type float, or build the result from the probabilities, which
    are floating numbers by themselves. Which line makes the array?
    """
    result = np.zeros_like(v)
    result[...] = reference.softmax_vjp(z, v)
    return result


def _row_by_row_into(like):
    """A loop over a batch into an array that has the type of one of the inputs."""

    def product(z, v):
        if z.ndim == 1:
            return reference.softmax_vjp(z, v)
        result = np.zeros_like(like(z, v))
        for i in range(len(z)):
            result[i] = reference.softmax_vjp(z[i], v[i])
        return result

    return product


zeros_of_the_wrong_type.also(_row_by_row_into(lambda z, v: z), _row_by_row_into(lambda z, v: v))


@mistakes.mistake(*TWO_LOGITS)
def softmax_a_second_time(z, v):
    """
    You apply softmax twice, or take the softmax of `v`. For {input} you return {output}: the weights of the average
    then belong to other probabilities than those of `z`, far flatter ones, or the numbers that are averaged are no
    longer those that were handed in. One softmax turns logits into probabilities, and `v` may be any numbers. Which
    of your lines calls softmax, and on what?
    """
    return reference.softmax_vjp(reference.softmax(z), v)


softmax_a_second_time.also(lambda z, v: reference.softmax_vjp(z, reference.softmax(v)))


@mistakes.mistake(*TWO_LOGITS)
def probabilities_and_v_exchanged(z, v):
    """
    The probabilities and `v` have changed places: for {input} you return {output}. In the formula it is `v` that an
    average is taken off, and a probability that multiplies the difference; and `z` is the one that goes through
    softmax. Where all entries of `v` are equal, the result has to be 0, since the probabilities always sum to 1; yours
    is not. Which of your arrays belongs before the bracket, and which one inside?
    """
    a = reference.softmax(z)
    return v * (a - (a * v).sum(axis=-1, keepdims=True))


probabilities_and_v_exchanged.also(
    lambda z, v: v * (reference.softmax(z) - (reference.softmax(z) * v).sum()),
    lambda z, v: reference.softmax_vjp(v, z),
)


@mistakes.mistake(np.array([-1000.0, -1001.0]), np.array([1.0, -1.0]), recognise=shifts_by_zero_at_least)
def shift_by_zero_at_least(z, v):
    """
    The formula is right, and the softmax in it shifts by the maximum of 0 and the logits. Rows that lie far below
    zero are then not shifted at all: every power of e is rounded to 0, and 0/0 is nan. With {input} you return
    {output}. A shift has to bring the largest logit of a row to exactly 0, from below, too. Where does the 0 in
    your maximum come from?
    """
    return _product_with(plain_softmax(z - np.maximum(0, np.max(z, axis=-1, keepdims=True))), v)


shift_by_zero_at_least.also(
    lambda z, v: _product_with(plain_softmax(z - np.max(z, axis=-1, keepdims=True, initial=0)), v)
)


@mistakes.mistake(
    np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),
    np.array([[1.0, 2.0], [3.0, 5.0]]),
    recognise=shifts_by_the_whole_batch,
)
def one_maximum_for_the_batch(z, v):
    """
    The formula is right, and the softmax in it subtracts the largest logit of the whole batch from every row. A row
    far below has all its powers of e rounded to 0, and 0/0 is nan: with {input} you return {output}. Each row may
    be shifted by an amount of its own. Which axis does your maximum need, and what keeps its shape divisible row by
    row?
    """
    return _product_with(plain_softmax(z - np.max(z)), v)


@mistakes.mistake(np.array([1000.0, 999.0]), np.array([1.0, -1.0]), recognise=overflows)
def no_shift(z, v):
    """
    The formula is right, and the softmax in it overflows. For {input} you return {output}: e to the power 1000 is
    infinite, and infinite divided by infinite has no value. One such row makes every weight of a network nan in the
    next step of its training. Chapter 1 has the cure; `reference.softmax` contains it.
    """
    return plain_softmax(z) * (v - (plain_softmax(z) * v).sum(axis=-1, keepdims=True))


# A second slip, such as a missing shift, does not lose the name of these.
for mistake in (
    diagonal_only,
    nothing_subtracted,
    the_plain_mean,
    the_mean_of_the_products,
    the_plain_sum,
    sum_over_the_whole_batch,
    no_keepdims,
    wrong_axis,
    the_factor_forgotten_once,
    no_factor_in_front,
    plus_in_the_bracket,
    everything_with_the_other_sign,
    logits_in_place_of_probabilities,
    the_average_alone,
    softmax_a_second_time,
    probabilities_and_v_exchanged,
):
    mistake.recognise = like_its_samples(mistake, is_mild)
