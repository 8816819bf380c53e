"""Exercise 2.2: the K × K Jacobian of softmax for one vector of logits."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, Playground, logit_sliders, paragraphs
from utils.checking.values import agree
from utils.exercises.ch02.common import jacobian_of, plain_softmax
from utils.exercises.drawing import any_vector, corners_of_logits, exact, ties_far_out
from utils.exercises.recognising import (
    cuts_to_whole_numbers,
    goes_wrong,
    lacks_an_axis,
    like_its_samples,
    overflows,
    shifts_by_zero_at_least,
)

# The domain


def corners(rng):
    """The corners of one vector, and vectors of many classes of which none takes all."""
    found = {name: (z,) for name, z in corners_of_logits(rng).items() if z.ndim == 1}
    found["three classes"] = (exact(rng.normal(size=3)),)
    found["four classes"] = (exact(rng.normal(scale=2, size=4)),)
    found["many classes, close"] = (exact(rng.normal(size=int(rng.integers(14, 25)))),)
    found["ties far out"] = (ties_far_out(rng),)
    return found


ONE_VECTOR = Domain(
    smallest=[
        (np.array([1.0, 2.0]),),
        (np.array([0.0, 0.0]),),
        (np.array([0.5]),),
        (np.array([2.0, 1.0, 0.1]),),
        (np.array([1, 2, 3]),),
        (np.array([-1.0, -2.0, -4.0, 0.0]),),
        (np.array([1000.0, 999.0]),),
        (np.array([-1000.0, -1001.0]),),
        (np.array([0.0, -800.0, 1.0]),),
    ],
    corners=corners,
    draw=lambda rng: (exact(any_vector(rng)),),
)


def jacobian_in_words(z):
    """Shape, symmetry and sums of a Jacobian."""
    return f"an array of the shape {(len(z), len(z))}, symmetric, with a sum of 0 in each row,"


# Right answers


def _entry_by_entry(z):
    a = reference.softmax(z)
    return [[float(a[i] * ((i == j) - a[j])) for j in range(len(a))] for i in range(len(a))]


def _with_columns(z):
    column = reference.softmax(z).reshape(-1, 1)
    return np.diagflat(column) - column @ column.T


def _by_einsum_in_float32(z):
    a = reference.softmax(z.astype(np.float32))
    matrix = -np.einsum("i,j->ij", a, a)
    matrix[np.diag_indices(len(a))] = a * (1 - a)
    return matrix


def _row_by_row_products(z):
    return np.array([reference.softmax_vjp(z, unit) for unit in np.eye(len(z))])


def _by_complex_steps(z):
    def output(i):
        def of(w):
            powers = np.exp(w - w.real.max())
            return powers[i] / powers.sum()

        return of

    return np.stack([reference.complex_step(output(i), z) for i in range(len(z))])


def _times_centred(z):
    a = reference.softmax(z)
    return a[:, None] * (np.identity(len(a)) - a)


mistakes = Bank()

jacobian = Exercise(
    name="ch02.jacobian",
    is_main=True,
    asks="The K × K Jacobian of softmax for one vector of logits.",
    reference=reference.softmax_jacobian,
    probes=ONE_VECTOR,
    expects=jacobian_in_words,
    scale=lambda z: 0.01,  # float32 holds 1 - a as closely as that
    hints=paragraphs("""
        Compute the probabilities first and keep them under a name; nothing else of the logits is needed after that.

        The second case covers the whole matrix: minus the product of probability i and probability j for every pair.
        `np.outer` makes all these products at once.

        The first case has one term more, and only on the diagonal. `np.diag` of a vector is the matrix with that
        vector on its diagonal and zeros elsewhere.
    """),
    alternatives=(
        _entry_by_entry,
        _with_columns,
        _by_einsum_in_float32,
        _row_by_row_products,
        _by_complex_steps,
        _times_centred,
    ),
    bank=mistakes,
    playground=Playground(
        sliders=logit_sliders(2.0, 1.0, 0.1),
        inputs=lambda **z: (np.array(list(z.values())),),
        returns=("jacobian(z)",),
    ),
    remark="One line, and it is a matrix with a name of its own in statistics: the covariance of a single draw.",
)


# Families of mistakes


def _has_another_shape(seen):
    """Whether the numbers are right and stand in another shape than (K, K)."""
    if len(seen.results) < len(seen.probes) or any(result.problem or result.changed for result in seen.results):
        return False
    return all(
        result.value.shape != truth.shape
        and result.value.size == truth.size
        and agree(result.value.reshape(truth.shape), truth, 1e-4, 1e-3)
        for result, truth in zip(seen.results, seen.expected, strict=True)
    )


def _is_measured(seen):
    """Whether all is nearly right but for logits in which a small step is lost."""
    return goes_wrong(seen, lambda z: np.max(np.abs(z)) > 1e9, lambda z: np.max(np.abs(z)) < 1e3)


# Mistakes

TWO = (np.array([0.0, 0.0]),)


@mistakes.mistake(*TWO)
def diagonal_only(z):
    """
    Off the diagonal you have zeros: for {input} you return {output}. The sigmoid has such a derivative, because
    each of its outputs has one input. Softmax outputs share a denominator, so each logit moves all of them. What
    one class gains the others must lose, so every column of the matrix has to sum to 0. Which entries are missing
    for that?
    """
    return np.diag(reference.softmax(z) * (1 - reference.softmax(z)))


diagonal_only.also(lambda z: np.diag(reference.softmax(z)))


@mistakes.mistake(*TWO, name="a vector, not a matrix")
def a_vector_not_a_matrix(z):
    """
    You return one number for each class, {output} for {input}. Those are the derivatives of each probability for
    its *own* logit, the diagonal. But every one of the K probabilities depends on every one of the K logits, which
    makes K times K derivatives. Where do those of class 0 with respect to the other logits go?
    """
    return reference.softmax(z) * (1 - reference.softmax(z))


a_vector_not_a_matrix.also(lambda z: reference.softmax(z) - reference.softmax(z) ** 2)


@mistakes.mistake(*TWO)
def plus_off_the_diagonal(z):
    """
    Off the diagonal you have the right products with a positive sign: for {input} you return {output}. Then raising
    one logit would raise every probability, and the total would not stay 1. Each row, and each column, has to sum
    to 0. Which sign do the entries beside the diagonal need, and where in the quotient rule did it come from?
    """
    return np.diag(reference.softmax(z)) + np.outer(reference.softmax(z), reference.softmax(z))


plus_off_the_diagonal.also(
    lambda z: (
        np.outer(reference.softmax(z), reference.softmax(z))
        + np.diag(reference.softmax(z) - 2 * reference.softmax(z) ** 2)
    ),
    lambda z: np.outer(reference.softmax(z), reference.softmax(z)),
)


@mistakes.mistake(*TWO)
def no_diagonal_term(z):
    """
    You return minus the product for every pair, on the diagonal, too. For {input} that is {output}: raising a logit
    would lower every probability, its own included. On the diagonal the numerator depends on the logit as well and
    adds a term. Which matrix has a number for each class on its diagonal and zeros elsewhere?
    """
    return -np.outer(reference.softmax(z), reference.softmax(z))


@mistakes.mistake(np.array([1.0, 2.0]))
def the_transpose_of_a_vector(z):
    """
    The table of all products of two probabilities is missing. A vector has a single axis, so its transpose is the
    vector itself: `@` makes one number of the two, and `*` multiplies within each place, which NumPy then repeats
    in every row. For {input} you return {output}, and nothing warns you. Either give the vector a second axis
    first, or use the function that multiplies every entry with every other.
    """
    return np.diag(reference.softmax(z)) - reference.softmax(z) @ reference.softmax(z).T


the_transpose_of_a_vector.also(
    lambda z: np.diag(reference.softmax(z)) - reference.softmax(z) * reference.softmax(z).T,
    lambda z: np.diag(reference.softmax(z)) - reference.softmax(z) ** 2 * np.ones((len(z), 1)) * 1.0,
)


@mistakes.mistake(*TWO)
def ones_on_the_diagonal(z):
    """
    You subtract the products from the identity matrix. For {input} you return {output}, and the rows do not sum to
    0. The diagonal of the first matrix holds the *probabilities*: the term that the numerator contributes for i = j
    is the probability itself, not 1. Which function puts a vector on the diagonal, where yours puts ones?
    """
    return np.eye(len(z)) - np.outer(reference.softmax(z), reference.softmax(z))


@mistakes.mistake(*TWO)
def the_derivative_of_the_logarithm(z):
    """
    Your row i says how the *logarithm* of probability i changes: {output} for {input}. That matrix is worth having,
    since chapter 3 needs it, and it is one factor away. The logarithm changes at the rate of the probability
    divided by the probability itself. So each row still has to be multiplied by a number. Which one, and along
    which axis?
    """
    return np.eye(len(z)) - reference.softmax(z)


the_derivative_of_the_logarithm.also(lambda z: np.eye(len(z)) - reference.softmax(z)[:, None])


@mistakes.mistake(*TWO)
def the_first_case_everywhere(z):
    """
    Every entry of yours is a probability times (1 − a probability), off the diagonal, too: {output} for {input}.
    None is negative, so raising one logit would raise all probabilities, and their sum with them. The 1 belongs
    only to i = j. It is everywhere if one formula serves for all pairs, or if you subtract the products from a
    *vector*, which NumPy repeats in every row. Where in the matrix does that vector belong?
    """
    return np.outer(reference.softmax(z), 1 - reference.softmax(z))


the_first_case_everywhere.also(
    lambda z: np.outer(1 - reference.softmax(z), reference.softmax(z)),
    lambda z: np.tile(reference.softmax(z) * (1 - reference.softmax(z)), (len(z), 1)),
)


@mistakes.mistake(np.array([1.0, 2.0]))
def logits_in_place_of_probabilities(z):
    """
    You put the logits into the formula. For {input} you return {output}. The formula is written in probabilities,
    which are all that the quotient rule leaves; logits can be negative, and a shift of all of them would change
    your matrix, though it changes no probability. Which function has to be applied to `z` first?
    """
    return np.diag(z) - np.outer(z, z)


@logits_in_place_of_probabilities.also
def logits_in_one_of_the_two_places(z):
    a = reference.softmax(z)
    return [[a[i] * ((i == j) - z[j]) for j in range(len(z))] for i in range(len(z))]


logits_in_place_of_probabilities.also(
    lambda z: np.diag(z * (1 - z)),
    lambda z: z * (1 - z),
    lambda z: -np.outer(z, z),
    lambda z: np.diag(z) - z @ z.T,
    lambda z: np.diag(z) - z * z[:, None] * (1 - np.eye(len(z))),
    lambda z: np.diag(z) + np.outer(z, z),
)


@mistakes.mistake(*TWO)
def values_compared(z):
    """
    You compare two *probabilities* in order to tell the cases apart. Two different classes may be equally probable: for
    {input} you return {output}, with a positive number off the diagonal, as if both were one class. Where a loop runs
    over the probabilities themselves, their places are not at hand. Which case it is depends only on the row and the
    column; which kind of loop knows them?
    """
    a = reference.softmax(z)
    return [[p * (1 - p) if p == q else -p * q for q in a] for p in a]


@mistakes.mistake(np.array([1.0, 2.0]))
def overwritten_in_every_round(z):
    """
    You return one number for each class, {output} for {input}, from a loop over all pairs of classes. There are K times
    K derivatives, and your inner loop writes all of a row into one and the same place, so that the last one is left:
    that of the last logit. A result of two loops needs two places. Which shape does your array of zeros have, and which
    indices stand in its brackets?
    """
    return reference.softmax_jacobian(z)[:, -1]


@mistakes.mistake(np.array([1e15, 1e15]), recognise=_is_measured)
def measured_with_a_step(z):
    """
    You measure: a small step of one logit, and the change divided by it. That is how the formula is found to be right,
    later in this chapter, but logits may have any size, and beside a large one the step is lost. In float64, 1e15 plus
    a small step is 1e15 again: for {input} you return {output}. The probabilities of these two are 0.5 each, and the
    formula needs nothing else. Which products of them does it ask for?
    """
    return np.array([reference.central_difference(lambda x, i=i: reference.softmax(x)[i], z) for i in range(len(z))])


@measured_with_a_step.also
def measured_on_one_side(z, h=1e-5):
    z = z.astype(float)
    columns = [(reference.softmax(z + h * unit) - reference.softmax(z)) / h for unit in np.eye(len(z))]
    return np.array(columns).T


@mistakes.mistake(np.array([1.0, 2.0]))
def softmax_a_second_time(z):
    """
    You apply softmax twice and differentiate with the second result. For {input} you return {output}: every entry
    belongs to probabilities that are far flatter than those of `z`. Look at where the first softmax is computed and
    at what is handed on from there. One softmax turns logits into probabilities, and the formula takes those as
    they are.
    """
    return reference.softmax_jacobian(reference.softmax(z))


softmax_a_second_time.also(lambda z: jacobian_of(plain_softmax(plain_softmax(z))))


@mistakes.mistake(np.array([0.0, 0.0]))
def powers_in_place_of_probabilities(z):
    """
    You put the powers of e into the formula as they are, without the division by their sum. For {input} you return
    {output}. The formula is written in probabilities, and the sum of those is 1; powers of e have another total, so the
    rows do not sum to 0. A softmax has two steps: which one is missing, or which function has both?
    """
    return jacobian_of(np.exp(z))


@mistakes.mistake(np.array([0.0, 0.0]))
def the_diagonal_overwritten(z):
    """
    You make the table of the products and then write over its diagonal: for {input} you return {output}. Off the
    diagonal every entry is right. On it, what stood there is lost, though it belongs to the result: there the entry
    is a probability *minus* its square, since the numerator and the denominator both depend on the logit. The rows
    do not sum to 0, either. Which operation adds to a diagonal without replacing it?
    """
    a = reference.softmax(z)
    matrix = -np.outer(a, a)
    np.fill_diagonal(matrix, a)
    return matrix


the_diagonal_overwritten.also(lambda z: -np.outer(reference.softmax(z), reference.softmax(z)) * (1 - np.eye(len(z))))


@mistakes.mistake(np.array([1.0, 2.0]))
def the_gradient_of_the_loss(z):
    """
    You subtract the identity from the probabilities, or compare places without multiplying: {output} for {input}. A
    probability minus an indicator is the gradient of a *loss*, which chapter 3 derives from the matrix that is
    asked for here. Every entry of the Jacobian is a product: the probability i times a bracket with the indicator
    and the probability j. Which of its factors is missing, and which sign has the bracket?
    """
    return reference.softmax(z) - np.eye(len(z))


the_gradient_of_the_loss.also(lambda z: reference.softmax(z)[:, np.newaxis] - np.eye(len(z)))


powers_in_place_of_probabilities.also(lambda z: jacobian_of(np.exp(z - np.max(z))))


@mistakes.mistake(*TWO)
def everything_with_the_other_sign(z):
    """
    Every entry has the right size and the wrong sign: {output} for {input}. The diagonal holds what a logit
    does to its own probability, and it raises it, so the diagonal cannot be negative. You subtracted in the
    opposite order. Which of the two matrices, the diagonal one or that of the products, comes first?
    """
    return -reference.softmax_jacobian(z)


@mistakes.mistake(np.array([-1000.0, -1001.0]), recognise=shifts_by_zero_at_least)
def shift_by_zero_at_least(z):
    """
    The formula is right, and the softmax in it shifts by the maximum of 0 and the logits. A vector that lies far below
    zero is then not shifted at all: every power of e is rounded to 0, and 0/0 is nan. For {input} you return {output}.
    The Jacobian of these logits is the same as that of [1, 0], since softmax sees differences only. Where does the 0 in
    your maximum come from? Chapter 1 has this one in exercise 1.3.
    """
    return jacobian_of(plain_softmax(z - np.maximum(0, np.max(z))))


shift_by_zero_at_least.also(lambda z: jacobian_of(plain_softmax(z - np.max(z, initial=0))))


@mistakes.mistake(np.array([1.0, 2.0]), recognise=lambda seen: all(map(lacks_an_axis, seen.results)))
def axis_1_of_a_vector(z):
    """
    A line of yours asks for a second axis, and this vector has one only. For {input} you return {output}. NumPy counts
    axes from 0, so the axis number 1 is the second one, and a shape such as (2,) has no entry at place 1. Code that was
    written for a batch looks like that. In this exercise `z` is one example, and the only axis holds its classes. Which
    number, or which word less, names it?
    """
    powers = np.exp(z - np.max(z, axis=1, keepdims=True))
    return jacobian_of(powers / powers.sum(axis=1, keepdims=True))


axis_1_of_a_vector.also(lambda z: np.zeros((z.shape[0], z.shape[1])))


@mistakes.mistake(np.array([0.0, 0.0]), recognise=_has_another_shape)
def another_shape(z):
    """
    Your numbers are right, and they do not form a table of K rows and K columns: {output} for {input}. A batch
    of one has an axis more, a flat list has an axis less. Row i holds the derivatives of the probability i, and
    column j those for the logit j, so the result needs exactly these two axes. Which line adds an axis, or lays the
    table flat?
    """
    return reference.softmax_jacobian(np.atleast_2d(z))


another_shape.also(lambda z: reference.softmax_jacobian(z).ravel())


@mistakes.mistake(np.array([1000.0, 999.0]), recognise=overflows)
def no_shift(z):
    """
    The formula is right, and the softmax in it overflows. For {input} you return {output}: e to the power 1000 is
    infinite, and infinite divided by infinite has no value. The Jacobian of these logits is the same as that of [1,
    0], since softmax sees differences only. Chapter 1 has the cure; `reference.softmax` contains it.
    """
    return jacobian_of(plain_softmax(z))


@mistakes.mistake(np.array([1, 2, 3]), recognise=cuts_to_whole_numbers)
def zeros_of_the_wrong_type(z):
    """
    You fill a matrix that took over the type of `z`. For integer logits it holds only integers, and every entry of
    a Jacobian lies between −1/4 and 1/4, so all of them are cut to 0: for {input} you return {output}. Nothing
    warns you. Give the matrix the type float, or build it from the probabilities, which are floating numbers by
    themselves.
    """
    a = reference.softmax(z)
    matrix = np.zeros((len(z), len(z)), dtype=z.dtype)
    for i in range(len(z)):
        for j in range(len(z)):
            matrix[i, j] = a[i] * ((i == j) - a[j])
    return matrix


@zeros_of_the_wrong_type.also
def filled_like_an_outer_product(z):
    matrix = np.zeros_like(np.outer(z, z))
    matrix[...] = jacobian_of(reference.softmax(z))
    return matrix


# A second slip, such as a missing shift, does not lose the name of these.
for mistake in (
    diagonal_only,
    a_vector_not_a_matrix,
    plus_off_the_diagonal,
    no_diagonal_term,
    the_transpose_of_a_vector,
    ones_on_the_diagonal,
    the_derivative_of_the_logarithm,
    the_first_case_everywhere,
    logits_in_place_of_probabilities,
    powers_in_place_of_probabilities,
    the_diagonal_overwritten,
    the_gradient_of_the_loss,
    softmax_a_second_time,
    everything_with_the_other_sign,
):
    mistake.recognise = like_its_samples(mistake)
