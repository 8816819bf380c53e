"""Chapter 2, the derivative of softmax: its exercises, with right and wrong answers."""

from dataclasses import dataclass

import numpy as np

from utils import reference
from utils.checking import Exercise, Mistake
from utils.reference import softmax

# What readers' functions are called with ------------------------------------------------------------------------------


def probabilities_and_places(rng):
    """Probabilities with two places in them, the smallest first: certain and impossible classes, and one class alone."""
    source = np.array([0.2732, 0.3780, 0.3489]) / 1.0001  # as printed they sum to 1.0001
    three = np.array(
        [0.55, 0.3, 0.15]
    )  # of two classes one is 1 minus the other, so that different mistakes look alike
    probes = [
        (three, 0, 0),
        (three, 0, 1),
        (three, 2, 1),
        (np.array([0.25, 0.75]), 0, 0),
        (np.array([0.25, 0.75]), 0, 1),
        (np.array([0.25, 0.75]), 1, 1),
        (np.array([0.5, 0.5]), 0, 1),
        (np.array([1.0]), 0, 0),
        (np.array([1.0, 0.0]), 0, 0),
        (np.array([1.0, 0.0]), 1, 0),
        (source, 0, 0),
        (source, 0, 2),
        (source, 2, 1),
    ]
    for K in (3, 5):
        p = rng.dirichlet(np.ones(K))
        i, j = rng.choice(K, size=2, replace=False)
        probes += [(p, int(i), int(i)), (p, int(i), int(j)), (p, int(j), int(i))]
    return probes


def one_vector(rng):
    """Vectors of logits, the smallest first: integers, one class, far from zero and far apart."""
    return [
        (np.array([1.0, 2.0]),),
        (np.array([0.0, 0.0]),),
        (np.array([0.5]),),
        (np.array([2.0, 1.0, 0.1]),),
        (np.array([1, 2, 3]),),
        (np.array([-1.0, -2.0, -4.0, 0.0]),),
        (np.array([1000.0, 999.0]),),
        (np.array([0.0, -800.0, 1.0]),),
        (rng.normal(scale=2, size=3),),
        (rng.normal(scale=2, size=4),),
        (rng.normal(scale=2, size=7),),
    ]


def logits_and_vectors(rng):
    """Logits with a vector of the same shape: single ones, batches, square batches, integers, one class, large logits."""
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


@dataclass(frozen=True)
class Measured:
    """A function of an array, under a name that a reader can read."""

    name: str
    function: object

    def __call__(self, x):
        return self.function(x)

    def __repr__(self):
        return self.name


SQUARES = Measured("sum(x**2)", lambda x: np.sum(np.square(x)))
QUARTERS = Measured("sum(x**2) / 4", lambda x: np.sum(np.square(x)) / 4)
CUBES = Measured("sum(x**3)", lambda x: np.sum(np.power(x, 3)))
VALLEY = Measured("10_000 * sum(x)**2", lambda x: 10_000 * np.sum(x) ** 2)
SINE = Measured("sum(sin(5 * x))", lambda x: np.sum(np.sin(5 * x)))
FIRST = Measured("softmax(x)[0]", lambda x: softmax(x)[0])
ROWS = Measured("sum(softmax(x)[:, 0])", lambda x: float(softmax(x)[:, 0].sum()))
PRODUCT = Measured("sum(x[0] * x[1])", lambda x: np.sum(x[0] * x[1]))


def functions_and_points(rng):
    """Functions with a point each: vectors, a number, a batch, integers, float32, and a steep narrow valley."""
    weights = rng.normal(size=4)
    random = Measured("sum(w * exp(x))", lambda x: np.sum(weights * np.exp(x)))
    return [
        (SQUARES, np.array([1.0, 3.0])),
        (CUBES, np.array([1.0, -2.0])),
        (VALLEY, np.array([0.0, 0.0])),
        (QUARTERS, np.array([1, 2, 3])),
        (SINE, np.array([0.3, 2.0])),
        (SINE, np.array([0.0])),
        (FIRST, np.array([2.0, 1.0, 0.1])),
        (FIRST, np.array([2.0, 1.0, 0.1], np.float32)),
        (PRODUCT, np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]])),
        (ROWS, np.array([[1.0, 2.0], [3.0, 1.0]])),
        (CUBES, np.array(2.0)),
        (random, rng.normal(size=4)),
        (FIRST, rng.normal(size=5)),
        (ROWS, rng.normal(size=(3, 4))),
    ]


# What is expected, in words -------------------------------------------------------------------------------------------


def partial_in_words(p, i, j):
    """The sign and size of one entry of the Jacobian."""
    return "one number from 0 to 1/4" if i == j else "one number from −1/4 to 0"


def jacobian_in_words(z):
    """Shape, symmetry and sums of a Jacobian."""
    return f"an array of the shape {(len(z), len(z))}, symmetric, with a sum of 0 in each row,"


def vjp_in_words(z, v):
    """Shape and sums of a product with a Jacobian."""
    return f"an array of the shape {z.shape} that sums to 0" + (" in each row" if z.ndim > 1 else "")


def gradient_in_words(f, x):
    """The shape of a gradient."""
    return f"an array of the shape {x.shape}, one slope for each entry," if x.ndim else "one number, the slope,"


# How results are described in an explanation --------------------------------------------------------------------------


def first_row_sum(values):
    """The sum of the first row, in words."""
    return f"a first row with the sum {np.atleast_2d(values)[0].sum():.4g}"


def row_sums(values):
    """The sums of the rows, in words."""
    return "rows that sum to " + " and ".join(f"{row:.4g}" for row in np.atleast_2d(values).sum(axis=-1))


# 2.1 ------------------------------------------------------------------------------------------------------------------


def _two_cases(p, i, j):
    if i == j:
        return p[i] * (1 - p[i])
    return -p[i] * p[j]


def _from_the_matrix(p, i, j):
    p = np.asarray(p)
    return (np.diag(p) - np.outer(p, p))[i, j]


def _in_float32_partial(p, i, j):
    p = np.asarray(p, np.float32)
    return p[i] * (np.float32(i == j) - p[j])


def _as_a_variance(p, i, j):
    unit = np.eye(len(p))
    return np.dot(p, unit[i] * unit[j]) - np.dot(p, unit[i]) * np.dot(p, unit[j])


HALF_SURE = np.array([0.25, 0.75])

partial = Exercise(
    name="ch02.partial",
    asks="The derivative of probability i for logit j, from the probabilities.",
    reference=_two_cases,
    probes=probabilities_and_places,
    scale=lambda p, i, j: p[i] if i == j else 0.0,
    expects=partial_in_words,
    hints=(
        "There are two cases. Which comparison of the two places tells them apart?",
        "For i = j the result is positive and made of one probability. For i ≠ j it is negative and made of two.",
        "The function is given probabilities, so no power of e and no sum over the classes is needed any more.",
    ),
    alternatives=(
        _from_the_matrix,
        _in_float32_partial,
        _as_a_variance,
        lambda p, i, j: p[i] * ((i == j) - p[j]),
        lambda p, i, j: (p[i] - p[i] ** 2) if i == j else -(p[j] * p[i]),
        lambda p, i, j: reference.softmax_vjp(np.log(np.maximum(p, 1e-320)), np.eye(len(p))[i])[j],
    ),
    mistakes=(
        Mistake(
            "plus off the diagonal",
            "Your sign in the case i ≠ j is positive: for {input} you return {output}. It would mean that class 0 gains when the "
            "logit of its *rival* grows. In the quotient rule that case has nothing in front of the minus, and the product stands "
            "behind it. The probabilities share one total, so what one class gains, the others lose: the sum over all i has to be "
            "0.",
            (lambda p, i, j: p[i] * (1 - p[i]) if i == j else p[i] * p[j],),
            (HALF_SURE, 0, 1),
        ),
        Mistake(
            "zero off the diagonal",
            "You return {output} for {input}: for you the logit of one class does not reach the probability of another. That "
            "holds for the sigmoid and for ReLU, where each output has an input of its own. In a softmax every logit stands in "
            "the common denominator, so it moves every probability. What is the derivative of that denominator for the logit j?",
            (lambda p, i, j: p[i] * (1 - p[i]) if i == j else 0.0,),
            (HALF_SURE, 0, 1),
        ),
        Mistake(
            "the first case everywhere",
            "You use the formula of i = j for every pair. For {input} you return {output}, a positive number: class 0 would gain "
            "from the logit of class 1. The factor in brackets contains a 1 because the *numerator* depends on the logit, and the "
            "numerator of class i depends on the logit i alone. What is left of it when i and j differ?",
            (
                lambda p, i, j: p[i] * (1 - p[j]),
                lambda p, i, j: p[i] * (1 - p[i]),
                lambda p, i, j: p[j] * (1 - p[j]),
                lambda p, i, j: p[j] * (1 - p[i]),
            ),
            (HALF_SURE, 0, 1),
        ),
        Mistake(
            "the second case everywhere",
            "You use the formula of i ≠ j for every pair. For {input} you return {output}: raising the logit of a class would lower "
            "its own probability. Where i = j the logit appears twice, in the numerator and in the denominator; your formula has "
            "seen the denominator alone. Which term does the numerator add when it is the one that is differentiated?",
            (lambda p, i, j: -p[i] * p[j],),
            (HALF_SURE, 0, 0),
        ),
        Mistake(
            "the two cases swapped",
            "Each of your cases has the formula of the other. For {input} you return {output}: raising the logit of a class would "
            "lower its own probability, and raise that of its rivals. The case i = j is the one in which the numerator depends on "
            "the logit, too; it gets the longer formula and the positive sign. Which of your two branches runs when i and j are "
            "equal?",
            (
                lambda p, i, j: -p[i] * p[j] if i == j else p[i] * (1 - p[i]),
                lambda p, i, j: -p[i] * p[j] if i == j else p[i] * (1 - p[j]),
                lambda p, i, j: -p[i] * p[j] if i == j else p[j] * (1 - p[j]),
            ),
            (HALF_SURE, 0, 0),
        ),
        Mistake(
            "minus in both cases",
            "Your case i ≠ j is right, and the other has the wrong sign: for {input} you return {output}. The derivatives of all "
            "probabilities for one logit sum to 0, because their total stays 1. With a minus everywhere they cannot: the losses of "
            "the others have to go somewhere. Which class gains when its own logit grows?",
            (lambda p, i, j: -p[i] * (1 - p[i]) if i == j else -p[i] * p[j],),
            (HALF_SURE, 0, 0),
        ),
        Mistake(
            "values compared",
            "You compare the two *probabilities* in order to tell the cases apart. Two different classes may be equally probable: "
            "for {input} you return {output}, a positive number, as if both were one class. Which case it is depends on the places "
            "alone, whatever stands in them. Which two arguments of your function are the places?",
            (lambda p, i, j: p[i] * (1 - p[i]) if p[i] == p[j] else -p[i] * p[j],),
            (np.array([0.5, 0.5]), 0, 1),
        ),
        Mistake(
            "the gradient of the loss",
            "You return a probability minus the indicator, {output} for {input}. If you have met it before, it was as the gradient "
            "of a *loss* for the logits: chapter 3 derives it from what you build here. The derivative of the probability itself is "
            "asked for, and where i = j it is positive. The derivation above ends in two products; which one belongs to each case?",
            (
                lambda p, i, j: p[i] - (i == j),
                lambda p, i, j: p[j] - (i == j),
                lambda p, i, j: p[i] - 1 if i == j else p[i],
            ),
            (HALF_SURE, 0, 0),
        ),
        Mistake(
            "the bracket of the first case",
            "In the case i ≠ j you changed the sign and kept a bracket with 1 minus a probability. For {input} you return {output}. In "
            "the quotient rule that case has nothing but the product of two powers of e above the line, each divided by the sum. "
            "Each of these two quotients is one probability. So which two factors remain, with the minus in front?",
            (
                lambda p, i, j: p[i] * (1 - p[i]) if i == j else -p[i] * (1 - p[j]),
                lambda p, i, j: p[i] * (1 - p[i]) if i == j else -p[j] * (1 - p[i]),
                lambda p, i, j: p[i] * (1 - p[i]) if i == j else -p[i] * (1 - p[i]),
            ),
            (HALF_SURE, 0, 1),
        ),
        Mistake(
            "the derivative of the logarithm",
            "You return {output} for {input}. That is how fast the *logarithm* of the probability changes, the short formula with "
            "the indicator and one probability. It is half of the way: the logarithm of p changes at the rate of p divided by p, so "
            "one factor is still missing. By which probability, that of class i or that of class j, do you have to multiply?",
            (lambda p, i, j: (i == j) - p[j], lambda p, i, j: 1 - p[i] if i == j else -p[j]),
            (HALF_SURE, 0, 1),
        ),
        Mistake(
            "softmax a second time",
            "Your function takes `p` for logits and applies a softmax to it. For {input} you return {output}. The exercise hands "
            "you the *probabilities*: they are positive and sum to 1 already, and a second softmax makes other, flatter ones of "
            "them. This double softmax is one of the most common mistakes of all, and chapter 8 is about what it does to a "
            "network. What remains to be done with `p` as it is?",
            (
                lambda p, i, j: reference.softmax_jacobian(p)[i, j],
                lambda p, i, j: softmax(p)[i] * (1 - softmax(p)[i]) if i == j else -softmax(p)[i] * softmax(p)[j],
            ),
            (HALF_SURE, 0, 0),
        ),
        Mistake(
            "everything with the other sign",
            "Both of your cases have the right size and the wrong sign: for {input} you return {output}. Raising the logit of a class "
            "raises its own probability and lowers those of the others, so the case i = j is positive. The quotient rule "
            "subtracts in a fixed order: derivative of the numerator first. Which of the two products stands in front of the "
            "minus?",
            (lambda p, i, j: p[i] * (p[j] - (i == j)),),
            (HALF_SURE, 0, 0),
        ),
        Mistake(
            "the whole matrix",
            "You return several derivatives at once, {output} for {input}. The exercise asks for the single number in row i and column "
            "j: how fast the probability of class i changes when the logit of class j grows. The whole matrix is the subject of "
            "the next exercise, and your part of it may be right. What selects one entry?",
            (
                lambda p, i, j: np.diag(p) - np.outer(p, p),
                lambda p, i, j: (np.diag(p) - np.outer(p, p))[i],
                lambda p, i, j: (np.diag(p) - np.outer(p, p))[:, j],
            ),
            (HALF_SURE, 0, 0),
        ),
    ),
    remark="Two cases, and no logit in sight: the probabilities alone say how they are going to move.",
)


# 2.2 ------------------------------------------------------------------------------------------------------------------


def _entry_by_entry(z):
    a = softmax(z)
    return [[float(a[i] * ((i == j) - a[j])) for j in range(len(a))] for i in range(len(a))]


def _with_columns(z):
    column = softmax(z).reshape(-1, 1)
    return np.diagflat(column) - column @ column.T


def _by_einsum_in_float32(z):
    a = softmax(z.astype(np.float32))
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
    a = softmax(z)
    return a[:, None] * (np.identity(len(a)) - a)


def _plain_softmax(z):
    powers = np.exp(z)
    return powers / powers.sum(axis=-1, keepdims=True)


def _jacobian_of(a):
    return np.diag(a) - np.outer(a, a)


def _filled_integers(z):
    a = softmax(z)
    matrix = np.zeros((len(z), len(z)), dtype=z.dtype)
    for i in range(len(z)):
        for j in range(len(z)):
            matrix[i, j] = a[i] * ((i == j) - a[j])
    return matrix


def _filled_like_an_outer_product(z):
    matrix = np.zeros_like(np.outer(z, z))
    matrix[...] = _jacobian_of(softmax(z))
    return matrix


TWO = (np.array([0.0, 0.0]),)

jacobian = Exercise(
    name="ch02.jacobian",
    is_main=True,
    asks="The K × K Jacobian of softmax for one vector of logits.",
    reference=reference.softmax_jacobian,
    probes=one_vector,
    scale=lambda z: 1.0,
    expects=jacobian_in_words,
    hints=(
        "Compute the probabilities first and keep them under a name; nothing else of the logits is needed after that.",
        "The second case covers the whole matrix: minus the product of probability i and probability j for every pair. "
        "`np.outer` makes all these products at once.",
        "The first case has one term more, and on the diagonal alone. `np.diag` of a vector is the matrix with that vector on "
        "its diagonal and zeros elsewhere.",
    ),
    alternatives=(
        _entry_by_entry,
        _with_columns,
        _by_einsum_in_float32,
        _row_by_row_products,
        _by_complex_steps,
        _times_centred,
        lambda z: np.array([reference.central_difference(lambda x, i=i: softmax(x)[i], z) for i in range(len(z))]),
    ),
    mistakes=(
        Mistake(
            "diagonal only",
            "Off the diagonal you have zeros: for {input} you return {output}. The sigmoid has such a derivative, because each of its "
            "outputs has one input. Softmax outputs share a denominator, so each logit moves all of them. What one class gains the "
            "others must lose, so every column of the matrix has to sum to 0. Which entries are missing for that?",
            (
                lambda z: np.diag(softmax(z) * (1 - softmax(z))),
                lambda z: np.diag(softmax(z)),
            ),
            TWO,
        ),
        Mistake(
            "a vector, not a matrix",
            "You return one number for each class, {output} for {input}. Those are the derivatives of each probability for its *own* "
            "logit, the diagonal. But every one of the K probabilities depends on every one of the K logits, which makes K times K "
            "derivatives. Where do those of class 0 for the logits of the other classes go?",
            (
                lambda z: softmax(z) * (1 - softmax(z)),
                lambda z: softmax(z) - softmax(z) ** 2,
            ),
            TWO,
        ),
        Mistake(
            "plus off the diagonal",
            "Off the diagonal you have the right products with a positive sign: for {input} you return {output}. Then raising one logit "
            "would raise every probability, and the total would not stay 1. Each row, and each column, has to sum to 0. Which sign do "
            "the entries beside the diagonal need, and where in the quotient rule did it come from?",
            (
                lambda z: np.diag(softmax(z)) + np.outer(softmax(z), softmax(z)),
                lambda z: np.outer(softmax(z), softmax(z)) + np.diag(softmax(z) - 2 * softmax(z) ** 2),
                lambda z: np.outer(softmax(z), softmax(z)),
            ),
            TWO,
        ),
        Mistake(
            "no diagonal term",
            "You return minus the product for every pair, on the diagonal, too. For {input} that is {output}: raising a logit would "
            "lower every probability, its own included. On the diagonal the numerator depends on the logit as well and adds a term. "
            "Which matrix has a number for each class on its diagonal and zeros elsewhere?",
            (lambda z: -np.outer(softmax(z), softmax(z)),),
            TWO,
        ),
        Mistake(
            "the transpose of a vector",
            "The table of all products of two probabilities is missing. A vector has a single axis, so its transpose is the vector "
            "itself: `@` makes one number of the two, and `*` multiplies within each place, which NumPy then repeats in every row. For "
            "{input} you return {output}, and nothing warns you. Either give the vector a second axis first, or use the function "
            "that multiplies every entry with every other.",
            (
                lambda z: np.diag(softmax(z)) - softmax(z) @ softmax(z).T,
                lambda z: np.diag(softmax(z)) - softmax(z) * softmax(z).T,
                lambda z: np.diag(softmax(z)) - softmax(z) ** 2 * np.ones((len(z), 1)) * 1.0,
            ),
            TWO,
        ),
        Mistake(
            "ones on the diagonal",
            "You subtract the products from the identity matrix. For {input} you return {output}, and the rows do not sum to 0. The "
            "diagonal of the first matrix holds the *probabilities*: the term that the numerator contributes for i = j is the "
            "probability itself, not 1. Which function puts a vector on the diagonal, where yours puts ones?",
            (lambda z: np.eye(len(z)) - np.outer(softmax(z), softmax(z)),),
            TWO,
        ),
        Mistake(
            "the derivative of the logarithm",
            "Your row i says how the *logarithm* of probability i changes: {output} for {input}. That matrix is worth having, since "
            "chapter 3 needs it, and it is one factor away. The logarithm changes at the rate of the probability divided by the "
            "probability itself. So each row still has to be multiplied by a number. Which one, and along which axis?",
            (
                lambda z: np.eye(len(z)) - softmax(z),
                lambda z: np.eye(len(z)) - softmax(z)[:, None],
            ),
            TWO,
        ),
        Mistake(
            "the first case everywhere",
            "Every entry of yours is a probability times (1 − a probability), off the diagonal, too: {output} for {input}. None is "
            "negative, so raising one logit would raise all probabilities, and their sum with them. The 1 belongs to i = j alone. It "
            "is everywhere if one formula serves for all pairs, or if you subtract the products from a *vector*, which NumPy repeats "
            "in every row. Where should that vector stand in the matrix?",
            (
                lambda z: np.outer(softmax(z), 1 - softmax(z)),
                lambda z: np.outer(1 - softmax(z), softmax(z)),
                lambda z: np.tile(softmax(z) * (1 - softmax(z)), (len(z), 1)),
            ),
            TWO,
        ),
        Mistake(
            "logits in place of probabilities",
            "You put the logits into the formula. For {input} you return {output}. The formula is written in probabilities, which are "
            "what the quotient rule leaves behind; logits can be negative, and a shift of all of them would change your matrix, though "
            "it changes no probability. Which function has to be applied to `z` first?",
            (lambda z: np.diag(z) - np.outer(z, z), lambda z: np.diag(z * (1 - z))),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "softmax a second time",
            "You apply softmax twice and differentiate with the second result. For {input} you return {output}: every entry belongs to "
            "probabilities that are far flatter than those of `z`. Look at where the first softmax is computed and at what is handed on "
            "from there. One softmax turns logits into probabilities, and the formula takes those as they are.",
            (lambda z: reference.softmax_jacobian(softmax(z)),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "everything with the other sign",
            "Every entry has the right size and the wrong sign: {output} for {input}. On the diagonal stands what a logit does to its own "
            "probability, and it raises it, so the diagonal cannot be negative. You subtracted in the opposite order. Which of the two "
            "matrices, the diagonal one or that of the products, comes first?",
            (lambda z: -reference.softmax_jacobian(z),),
            TWO,
        ),
        Mistake(
            "no shift",
            "The formula is right, and the softmax in it overflows. For {input} you return {output}: e to the power 1000 is infinite, and "
            "infinite divided by infinite has no value. The Jacobian of these logits is the same as that of [1, 0], since softmax sees "
            "differences only. Chapter 1 has the cure; `reference.softmax` contains it.",
            (lambda z: _jacobian_of(_plain_softmax(z)),),
            (np.array([1000.0, 999.0]),),
        ),
        Mistake(
            "zeros of the wrong type",
            "You fill a matrix that took over the type of `z`. For integer logits it holds integers alone, and every entry of a Jacobian "
            "lies between −1/4 and 1/4, so all of them are cut to 0: for {input} you return {output}. Nothing warns you. Give the matrix "
            "the type float, or build it from the probabilities, which are floating numbers by themselves.",
            (_filled_integers, _filled_like_an_outer_product),
            (np.array([1, 2, 3]),),
        ),
    ),
    remark="One line, and it is a matrix with a name of its own in statistics: the covariance of a single draw.",
)


# 2.3 ------------------------------------------------------------------------------------------------------------------


def _with_the_matrix(z, v):
    return np.einsum("...ij,...i->...j", reference.softmax_jacobian(z), v)


def _vjp_row_by_row(z, v):
    if np.ndim(z) == 1:
        a = softmax(z)
        average = sum(share * value for share, value in zip(a, v, strict=True))
        return [share * (value - average) for share, value in zip(a, v, strict=True)]
    return np.array([_vjp_row_by_row(row, vector) for row, vector in zip(z, v, strict=True)])


def _vjp_in_float32(z, v):
    a, v = softmax(z.astype(np.float32)), v.astype(np.float32)
    return a * v - a * np.einsum("...k,...k->...", a, v)[..., np.newaxis]


def _by_matmul(z, v):
    a = softmax(z)
    return a * (v - (a[..., np.newaxis, :] @ v[..., :, np.newaxis])[..., 0])


def _by_pairs_vjp(z, v):
    a = softmax(z)
    return a * (a[..., np.newaxis, :] * (v[..., :, np.newaxis] - v[..., np.newaxis, :])).sum(axis=-1)


def _through_apply(z, v):
    both = np.concatenate([z, v], axis=-1)
    K = z.shape[-1]
    return np.apply_along_axis(lambda row: reference.softmax_jacobian(row[:K]) @ row[K:], -1, both)


def _with_weights(weights):
    """A product that uses other numbers than the weighted average."""
    return lambda z, v: softmax(z) * (v - weights(softmax(z), v))


def _one_vector_only(z, v):
    a = softmax(z)
    return a * (v - np.dot(a, v))


def _one_matrix_only(z, v):
    return _jacobian_of(softmax(z)) @ v


TWO_LOGITS = (np.array([1.0, 2.0]), np.array([3.0, 1.0]))
SQUARE = (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 3.0]]))
EQUAL = (np.array([2.0, 1.0, 0.1]), np.array([1.0, 1.0, 1.0]))

vjp = Exercise(
    name="ch02.vjp",
    is_main=True,
    asks="The product of v with the Jacobian of softmax, for a vector or a batch, without the matrix.",
    reference=reference.softmax_vjp,
    probes=logits_and_vectors,
    scale=lambda z, v: float(np.max(np.abs(v))),
    expects=vjp_in_words,
    hints=(
        "Inside the brackets stands the entry of `v` minus an average of `v`. With which weights is that average taken?",
        "The average is the sum of probability times `v` over the classes. It is one number for each row.",
        "For a batch the average has to keep its axis, or it will not line up with the rows: chapter 1 had the same question about "
        "the denominator.",
    ),
    alternatives=(
        _with_the_matrix,
        _vjp_row_by_row,
        _vjp_in_float32,
        _by_matmul,
        _by_pairs_vjp,
        _through_apply,
        lambda z, v: softmax(z) * v - softmax(z) * np.sum(softmax(z) * v, axis=-1, keepdims=True),
    ),
    mistakes=(
        Mistake(
            "diagonal only",
            "You multiply `v` by probability times (1 − probability), place by place. For {input} you return {output}, which uses the "
            "diagonal of the Jacobian and leaves out the rest. The result has to sum to 0 in each row, since a common shift of the "
            "logits changes nothing. What do the entries off the diagonal add to the sum over i?",
            (lambda z, v: softmax(z) * (1 - softmax(z)) * v,),
            TWO_LOGITS,
        ),
        Mistake(
            "nothing subtracted",
            "You multiply `v` by the probabilities and stop. For {input} you return {output}, and that is the first of two terms. The "
            "sum has to be 0, and it is when the weighted average of `v` has been taken off first. In the derivation the second "
            "term came from the products off and on the diagonal. What was it?",
            (lambda z, v: softmax(z) * v,),
            TWO_LOGITS,
        ),
        Mistake(
            "the plain mean",
            "You take the mean of `v` with equal weights for all classes. For {input} you return {output}, which does not sum to 0. In "
            "the formula the average of `v` is weighted by the probabilities: a class that is nearly impossible should hardly count. The "
            "two agree only where all probabilities are equal. Which sum takes the place of `mean`?",
            (
                _with_weights(lambda a, v: v.mean(axis=-1, keepdims=True)),
                _with_weights(lambda a, v: (a * v).mean(axis=-1, keepdims=True)),
                _with_weights(lambda a, v: v.mean()),
            ),
            TWO_LOGITS,
        ),
        Mistake(
            "the plain sum",
            "You subtract the sum of `v` from each of its entries, without the probabilities as weights. With {input} you return "
            "{output}. A sign that something is off: for a `v` whose entries are all alike, the bracket has to be 0, and a sum of K equal "
            "numbers is not one of them. What has to multiply each entry of `v` before the summation?",
            (_with_weights(lambda a, v: v.sum(axis=-1, keepdims=True)), _with_weights(lambda a, v: v.sum())),
            EQUAL,
        ),
        Mistake(
            "sum over the whole batch",
            "Your sum runs over all examples together. With {input} you return {output}, and each row by itself has to sum to 0. Examples "
            "do not know of each other: the result of one must be the same whichever others are in its batch. Which axis holds the "
            "classes, and how does the sum keep a shape that is subtracted row by row?",
            (
                _with_weights(lambda a, v: (a * v).sum()),
                _with_weights(lambda a, v: np.vdot(a, v)),
                _with_weights(lambda a, v: np.tensordot(a, v, axes=a.ndim)),
            ),
            SQUARE,
            row_sums,
        ),
        Mistake(
            "no keepdims",
            "Your sum over the classes loses its axis. For a batch of (m, K) it has the shape (m,), and NumPy lines it up with the last "
            "axis: an error for most batches, and for a square one row i is combined with the average of row j without a word. "
            "Here {input} gives {output}, where 0 is right. It is the same trap as in chapter 1, and the same way out of it.",
            (
                _with_weights(lambda a, v: (a * v).sum(axis=-1)),
                _with_weights(lambda a, v: np.einsum("...k,...k->...", a, v)),
            ),
            SQUARE,
            row_sums,
        ),
        Mistake(
            "wrong axis",
            "You add up along the axis of the examples. For {input} you return {output}, and it is the columns that sum to 0 now, or to "
            "nothing in particular. One row is one example, and its classes lie side by side on the last axis. Which number names the "
            "last axis for a vector and for a batch alike?",
            (
                _with_weights(lambda a, v: (a * v).sum(axis=0)),
                _with_weights(lambda a, v: (a * v).sum(axis=0, keepdims=True)),
                lambda z, v: softmax(z, axis=0) * (v - (softmax(z, axis=0) * v).sum(axis=0, keepdims=True)),
            ),
            SQUARE,
            row_sums,
        ),
        Mistake(
            "the factor forgotten once",
            "You multiply `v` by the probabilities and then subtract the average as it is: {output} for {input}. The probability in "
            "front of the bracket belongs to both terms, so the average has to be multiplied by it, too. As it stands, a class that is "
            "nearly impossible gets the whole average taken off, and the row does not sum to 0. Where does your code need a pair of "
            "brackets?",
            (lambda z, v: softmax(z) * v - (softmax(z) * v).sum(axis=-1, keepdims=True),),
            TWO_LOGITS,
        ),
        Mistake(
            "no factor in front",
            "You return `v` minus its weighted average, and stop: {output} for {input}. That is the bracket of the formula. In front of "
            "it stands a probability, so that a class which is nearly impossible gets nearly nothing. Without that factor the row does "
            "not sum to 0. Which probability belongs to which entry?",
            (lambda z, v: v - (softmax(z) * v).sum(axis=-1, keepdims=True),),
            TWO_LOGITS,
        ),
        Mistake(
            "plus in the bracket",
            "You add the weighted average where it has to be subtracted: {output} for {input}. The products in the Jacobian carry a "
            "minus, on the diagonal and off it, and that minus has to survive. A test that needs no reference: for a `v` of equal "
            "entries the result must be 0 everywhere, since the total of the probabilities cannot change.",
            (lambda z, v: softmax(z) * (v + (softmax(z) * v).sum(axis=-1, keepdims=True)),),
            EQUAL,
        ),
        Mistake(
            "everything with the other sign",
            "Every entry has the right size and the wrong sign: {output} for {input}. A class whose `v` lies above the average gets a "
            "positive number, because raising its logit raises the weighted sum. You subtracted in the opposite order: in the bracket "
            "the entry comes first and the average second.",
            (lambda z, v: -reference.softmax_vjp(z, v),),
            TWO_LOGITS,
        ),
        Mistake(
            "logits in place of probabilities",
            "You put the logits where the formula has probabilities: {output} for {input}. The weights of the average have to be "
            "positive and sum to 1, and logits do neither. Adding the same number to every logit would change your result, and it "
            "changes no probability. Which function has to be applied to `z` first?",
            (lambda z, v: z * (v - (z * v).sum(axis=-1, keepdims=True)),),
            TWO_LOGITS,
        ),
        Mistake(
            "the average alone",
            "You return the weighted average of `v`, {output} for {input}: one number for each example. It is a part of the formula. The "
            "result has the shape of `z`, one number for each logit: how much the weighted sum of the probabilities grows when that logit "
            "does. What is done with the average, and with the probability in front?",
            (
                lambda z, v: (softmax(z) * v).sum(axis=-1),
                lambda z, v: (softmax(z) * v).sum(axis=-1, keepdims=True),
                lambda z, v: (softmax(z) * v).sum(),
            ),
            TWO_LOGITS,
        ),
        Mistake(
            "one vector only",
            "A single vector comes out right, and a batch does not: {input} gives {output}. `np.dot`, `@` between two vectors, `np.diag` and "
            "`np.outer` mean one thing for a vector and another for a matrix. For a batch you need an operation that works along the "
            "last axis and leaves the others alone: a product place by place, and a sum with an axis.",
            (
                _one_vector_only,
                _one_matrix_only,
                lambda z, v: _jacobian_of(softmax(z)).T @ v,
                lambda z, v: softmax(z) * (v - softmax(z) @ v),
                lambda z, v: softmax(z) * (v - softmax(z) @ v.T),
                lambda z, v: softmax(z) * (v - np.inner(softmax(z), v)),
                lambda z, v: v @ _jacobian_of(softmax(z)),
            ),
            SQUARE,
            row_sums,
        ),
        Mistake(
            "no shift",
            "The formula is right, and the softmax in it overflows. For {input} you return {output}: e to the power 1000 is infinite, and "
            "infinite divided by infinite has no value. One such row makes every weight of a network nan in the next step of its "
            "training. Chapter 1 has the cure; `reference.softmax` contains it.",
            (lambda z, v: _plain_softmax(z) * (v - (_plain_softmax(z) * v).sum(axis=-1, keepdims=True)),),
            (np.array([1000.0, 999.0]), np.array([1.0, -1.0])),
        ),
    ),
    remark="This is what every framework computes for a softmax on the way back: two passes over the row, and no matrix.",
)


# 2.4 ------------------------------------------------------------------------------------------------------------------


def _difference_quotients(quotient, step=1e-5):
    """A gradient made of one quotient for each entry: ``quotient(f, x, unit, step)`` with a unit array for each."""

    def gradient(f, x):
        x = np.array(x, dtype=np.float64)
        result = np.empty_like(x)
        for index in np.ndindex(x.shape):
            unit = np.zeros_like(x)
            unit[index] = 1.0
            result[index] = quotient(f, x, unit, step)
        return result

    return gradient


def _central(f, x, unit, h):
    return (f(x + h * unit) - f(x - h * unit)) / (2 * h)


def _five_points(f, x, unit, h):
    near, far = f(x + h * unit) - f(x - h * unit), f(x + 2 * h * unit) - f(x - 2 * h * unit)
    return (8 * near - far) / (12 * h)


def _put_back_each_time(f, x):
    x = np.array(x, dtype=float)
    gradient = np.zeros(x.shape)
    with np.nditer(x, flags=["multi_index"]) as entries:
        places = [entries.multi_index for _ in entries]
    for place in places:
        kept = x[place]
        x[place] = kept + 1e-6
        above = f(x)
        x[place] = kept - 1e-6
        below = f(x)
        x[place] = kept
        gradient[place] = (above - below) / 2e-6
    return gradient


def _through_a_flat_copy(f, x):
    x = np.asarray(x, dtype=float)
    flat = x.ravel()
    slopes = []
    for k in range(flat.size):
        step = np.zeros(flat.size)
        step[k] = 3e-5
        slopes.append((f((flat + step).reshape(x.shape)) - f((flat - step).reshape(x.shape))) / 6e-5)
    return np.array(slopes).reshape(x.shape)


def _relative_step(f, x):
    x = np.asarray(x, dtype=float)
    result = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        h = 1e-5 * max(1.0, abs(float(x[index])))
        above, below = np.array(x), np.array(x)
        above[index] += h
        below[index] -= h
        result[index] = (f(above) - f(below)) / (above[index] - below[index])
    return result.tolist() if x.ndim else float(result)


def _all_at_once(f, x):
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)


def _all_at_once_for_each(f, x):
    return np.full(np.shape(x), _all_at_once(f, np.asarray(x, dtype=float)))


def _laid_flat(f, x):
    return _through_a_flat_copy(f, x).ravel()


def _hands_over_a_flat_array(f, x):
    return _difference_quotients(_central)(f, np.ravel(x)).reshape(np.shape(x))


def _first_axis_only(f, x):
    x = np.asarray(x, dtype=float)
    result = np.zeros(x.shape)
    for k in range(len(x)):
        step = np.zeros(x.shape)
        step[k] = 1e-5
        result[k] = (f(x + step) - f(x - step)) / 2e-5
    return result


def _keeping_the_type(h):
    """A copy that keeps the type of x, in which integers cannot hold the step and float32 hardly can."""

    def gradient(f, x):
        result = np.zeros(np.shape(x))
        for index in np.ndindex(np.shape(x)):
            above, below = x.copy(), x.copy()
            above[index] += h
            below[index] -= h
            result[index] = (f(above) - f(below)) / (2 * h)
        return result

    return gradient


def _result_like_x(f, x):
    result = np.zeros_like(x)
    result[...] = _difference_quotients(_central)(f, x)
    return result


def _never_put_back(put_back):
    def gradient(f, x):
        x = np.array(x, dtype=float)
        result = np.zeros(x.shape)
        h = 1e-5
        for index in np.ndindex(x.shape):
            x[index] += h
            above = f(x)
            x[index] -= put_back * h
            result[index] = (above - f(x)) / (2 * h)
        return result

    return gradient


def _two_names(h):
    """Both points are one and the same array."""

    def gradient(f, x):
        x = np.array(x, dtype=float)
        result = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            above = below = x
            above[index] += h
            below[index] -= h
            result[index] = (f(above) - f(below)) / (2 * h)
        return result

    return gradient


def _measured_in(f, x, h):
    """A central difference in the type of x."""
    result = np.zeros(x.shape, x.dtype)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        result[index] = (f(above) - f(below)) / (2 * h)
    return result


def _all_in_float32(h):
    return lambda f, x: _measured_in(f, np.array(x, dtype=np.float32), np.float32(h))


def _floating_but_not_float64(h):
    """Integers become float64 and float32 stays what it is."""
    return lambda f, x: _measured_in(f, np.asarray(x * 1.0), h)


def _leans_to_one_side(seen):
    """Whether the errors are those of a quotient on one side, whatever its step h: h for the squares, 10,000 h in the valley."""
    found = list(zip(seen.probes, seen.results, strict=False))
    values = {repr(inputs[0]): result.value for inputs, result in reversed(found)}
    squares, valley = values.get(SQUARES.name), values.get(VALLEY.name)
    if np.shape(squares) != (2,) or np.shape(valley) != (2,) or not np.any(valley):
        return False
    step = valley[0] / 10_000
    return bool(np.allclose(valley, valley[0], rtol=1e-6) and np.allclose(squares, [2 + step, 6 + step], rtol=1e-6))


def _made_of(quotient, *steps):
    return tuple(_difference_quotients(quotient, step) for step in steps)


USUAL = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
AT_ONE_AND_THREE = (SQUARES, np.array([1.0, 3.0]))
INTEGERS = (QUARTERS, np.array([1, 2, 3]))

central_difference = Exercise(
    name="ch02.central_difference",
    asks="The gradient of f at x, measured with one small step up and one down for each entry.",
    reference=reference.central_difference,
    probes=functions_and_points,
    scale=lambda f, x: max(1.0, abs(float(f(x)))),
    expects=gradient_in_words,
    hints=(
        "One entry is moved at a time, and all others stay where they are. How many calls of `f` does one entry need?",
        "Make two new arrays for each entry, one with the step added and one with it taken off, and divide the difference of the two "
        "values by the distance between them.",
        "`np.ndindex(x.shape)` runs through the places of an array of any shape, and `copy[place] += h` moves one entry of a copy.",
        "A copy of an integer array cannot hold a small step. `np.array(x, dtype=float)` makes a copy that can.",
    ),
    alternatives=(
        _put_back_each_time,
        _through_a_flat_copy,
        _relative_step,
        _difference_quotients(_five_points, 1e-3),
        _difference_quotients(_central, 1e-4),
        _difference_quotients(_central, 1e-7),
        lambda f, x: (4 * reference.central_difference(f, x, 1e-4) - reference.central_difference(f, x, 2e-4)) / 3,
    ),
    mistakes=(
        Mistake(
            "all entries at once",
            "You add the step to the whole array, so all entries move together and you measure one slope along the diagonal. For "
            "{input} you return {output}. A gradient asks what *each* entry does while the others stay where they are. For a softmax "
            "the difference is total: a common shift of its logits changes nothing, so you would measure 0. How do you move a single "
            "entry?",
            (_all_at_once, _all_at_once_for_each),
            AT_ONE_AND_THREE,
        ),
        Mistake(
            "misplaced bracket",
            "Your expression ends in `/ 2 * h`, which divides by 2 and then *multiplies* by the step. For {input} you return {output}: "
            "almost nothing, whatever the function. Division and multiplication have the same rank in Python and are done from left to "
            "right. Which brackets keep the two factors of the denominator together?",
            _made_of(lambda f, x, unit, h: (f(x + h * unit) - f(x - h * unit)) / 2 * h, *USUAL),
            AT_ONE_AND_THREE,
        ),
        Mistake(
            "divided by one step",
            "You divide by the step, but the two points lie two steps apart: one above and one below. So every slope is twice what it "
            "should be: {output} for {input}. An exact factor of 2 in every entry is the sign of it. What is the distance between the two "
            "points at which you call `f`?",
            _made_of(lambda f, x, unit, h: (f(x + h * unit) - f(x - h * unit)) / h, 1e-3, 1e-5),
            AT_ONE_AND_THREE,
        ),
        Mistake(
            "not divided",
            "You return the difference of the two values: {output} for {input}. It gets smaller when the step does, so it says more about "
            "the step than about the function. A slope is a difference of values divided by the distance of the points. How far apart are "
            "your two?",
            _made_of(lambda f, x, unit, h: f(x + h * unit) - f(x - h * unit), *USUAL),
            AT_ONE_AND_THREE,
        ),
        Mistake(
            "the sum of the values",
            "There is a plus between your two values of `f`, where a minus belongs. For {input} you return {output}: about the value of "
            "the function divided by the step, however steep or flat it is. A slope compares the two values, one step above and one "
            "step below, so a constant function has to give 0. Which sign does that?",
            _made_of(lambda f, x, unit, h: (f(x + h * unit) + f(x - h * unit)) / (2 * h), *USUAL[1:4]),
            AT_ONE_AND_THREE,
        ),
        Mistake(
            "one side only",
            "You compare `f` at x with `f` one step further, on one side. The curvature of `f` then stays in the result. At the bottom of "
            "the narrow valley {input} every slope is 0, and you return {output}. With one point above and one below, the two errors cancel, "
            "and what is left shrinks with the square of the step. Where does the second point have to lie?",
            (
                *_made_of(lambda f, x, unit, h: (f(x + h * unit) - f(x)) / h, 1e-3, 1e-5, 1e-7, 2e-8),
                *_made_of(lambda f, x, unit, h: (f(x) - f(x - h * unit)) / h, 1e-4, 1e-6),
            ),
            (VALLEY, np.array([0.0, 0.0])),
            recognise=_leans_to_one_side,
        ),
        Mistake(
            "moved and not put back",
            "You move an entry of your copy and leave it there, so the next entry is measured at another point. For {input}, where every "
            "slope is 0, you return {output}. The error grows from the first entry to the last, and a small step hides it from most tests. "
            "Either make fresh copies for each entry, or set the entry back to the value that it had.",
            (_never_put_back(2),),
            (VALLEY, np.array([0.0, 0.0])),
        ),
        Mistake(
            "half of the slope",
            "Every slope is half of what it should be: {output} for {input}. Your two points lie closer together than your denominator "
            "says: one of them may be the starting point itself, because a step that was taken up has been taken back once and not "
            "twice, or the result is halved once more at the end. How far apart are the two points at which you call `f`?",
            (
                _never_put_back(1),
                *_made_of(lambda f, x, unit, h: (f(x + h * unit) - f(x)) / (2 * h), 1e-4, 1e-5, 1e-6),
                *_made_of(lambda f, x, unit, h: (f(x + h * unit) - f(x - h * unit)) / (4 * h), 1e-5),
            ),
            AT_ONE_AND_THREE,
        ),
        Mistake(
            "two names for one array",
            "Every slope that you return is 0, for every function: {output} for {input}. Your two values of `f` are equal, because "
            "both calls see the same numbers. Most often the two points are one array with two names: an assignment such as `b = a` "
            "copies nothing, so what is added through one name is taken off again through the other. Which call makes a new array "
            "with the same entries?",
            (_two_names(1e-5),),
            AT_ONE_AND_THREE,
        ),
        Mistake(
            "subtracted in the wrong order",
            "Every slope has the right size and the wrong sign: {output} for {input}. The squares of 1 and 3 grow when the numbers do, "
            "so their slopes are positive. You take the value below minus the value above, and divide by a distance that was counted "
            "upwards. Which of the two values comes first?",
            _made_of(lambda f, x, unit, h: (f(x - h * unit) - f(x + h * unit)) / (2 * h), 1e-5),
            AT_ONE_AND_THREE,
        ),
        Mistake(
            "too large a step",
            "Your step is so large that the function bends between the two points. For {input} you return {output}. The error of a central "
            "difference falls with the square of the step until rounding takes over; the figure above shows where the two meet, and that "
            "valley is wide. How does your step compare with it?",
            _made_of(_central, 1.0, 0.5, 0.1, 0.05, 0.01),
            (CUBES, np.array([1.0, -2.0])),
        ),
        Mistake(
            "too small a step",
            "Your step is so small that the two values of `f` agree in nearly all digits, and their difference is made of rounding errors; "
            "with a step below 1e-16 the sum x + h is x itself. For {input} you return {output}. A smaller step is a better one up to "
            "a point, and the figure above shows where it turns. On which side of the valley is your step?",
            _made_of(_central, 1e-12, 1e-13, 1e-14, 1e-15, float(np.finfo(float).eps), 1e-16, 1e-20),
            (CUBES, np.array([1.0, -2.0])),
        ),
        Mistake(
            "integers cannot move",
            "Your copy, or the array for the result, has the type of `x`. Where that is an integer type, x + h is cut back to a whole "
            "number when it is stored, and so is a slope. For {input} you return {output}. Nothing warns you. Both arrays have to be "
            "floating ones, whatever the caller hands over: which argument of `np.array` or `np.zeros` says so?",
            (*map(_keeping_the_type, USUAL), _result_like_x),
            INTEGERS,
        ),
        Mistake(
            "measured in float32",
            "You compute in float32, where `f` has seven digits. The difference of two neighbouring values has perhaps two of them left. "
            "For {input} you return {output}, where the first few digits are right, if any. This is the usual reason why a right gradient "
            "fails its check. Convert the point to float64 before the first step, whatever type it comes in.",
            (*map(_floating_but_not_float64, (1e-5, 1e-6, 1e-8)), *map(_all_in_float32, (1e-4, 1e-5, 1e-6))),
            (FIRST, np.array([2.0, 1.0, 0.1], np.float32)),
        ),
        Mistake(
            "laid flat",
            "You return a flat list of slopes: {output} for {input}. The slopes may be right, but a gradient has the shape of what it is a "
            "gradient for; otherwise `W - rate * gradient` cannot be written for a matrix of weights. The order of the entries is right. "
            "Which method gives an array another shape without moving its entries?",
            (_laid_flat,),
            (ROWS, np.array([[1.0, 2.0], [3.0, 1.0]])),
        ),
        Mistake(
            "a flat array for the function",
            "You hand a flattened array to `f`, but `f` was written for the shape of `x`. For {input} your answer is {output}. A function that "
            "does not look at the shape, such as a sum of squares, hides this. You may work with a flat copy inside; each time before you "
            "call `f`, give the copy its shape back.",
            (_hands_over_a_flat_array,),
            (PRODUCT, np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]])),
        ),
        Mistake(
            "the first axis only",
            "Your loop runs over `len(x)`, the first axis. For a matrix it moves whole rows: {input} gives {output}, the same slope for every "
            "entry of a row, which is their sum. For a vector you are right. How do you run through every single entry of an array that may "
            "have two axes, or none?",
            (_first_axis_only,),
            (PRODUCT, np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]])),
        ),
    ),
    remark="It knows nothing of the function but its values, so it can check every derivative that you will ever write.",
)
