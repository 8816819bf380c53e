"""Exercise 10.9: whether any input gives class i the strictly largest logit of x @ W."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.checking.values import NOTHING
from utils.exercises.ch10.common import asks_a_generator

# The domain


LINE = np.array([[1.0, -1.0, 0.5]])
TRIANGLE = np.array([[2.0, -1.0, -1.0, 0.1], [0.0, 2.0, -2.0, 0.2]])
ON_THE_BORDER = (np.array([[-1.0, 1.0, 1.0, 0.0], [-1.0, 1.0, -1.0, 0.9]]), 3)
SMALLEST = [
    (LINE, 0),
    (LINE, 2),
    (LINE, 1),
    (TRIANGLE, 3),
    (TRIANGLE, 1),
    ON_THE_BORDER,
    (np.array([[3.0, 0.0, 1.6], [0.0, 3.0, 1.6]]), 2),
    (np.array([[3.0, 0.0, 1.4, -9.0], [0.0, 3.0, 1.4, -9.0]]), 2),
    (np.array([[4.0, 4.0, 0.0], [0.0, 1.0, 3.0]]), 0),
    (np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 0.0]]), 0),
    (np.array([[10.0, 12.0, 11.0, 11.0], [10.0, 10.0, 12.0, 10.5]]), 3),
    (np.array([[9999.0, 0.0, 5000.0], [0.0, 9999.0, 5000.0]]), 2),
    (np.array([[0.002, 0.004, -0.003]]), 1),
    (np.array([[0.00002, 0.00004, -0.00003]]), 1),
]


def _with_a_mixture(rng, features, K):
    """Weights of which the last column is a mixture of all others, well inside of them."""
    W = rng.normal(size=(features, K))
    W[:, -1] = W[:, :-1] @ (0.5 * rng.dirichlet(np.ones(K - 1)) + 0.5 / (K - 1))
    return W


def _spread(rng, features, K):
    """Weights of which each column is clearly a mixture of the others or clearly not, so rounding decides nothing."""
    while True:
        W = rng.choice([0.5, 3.0]) * rng.normal(size=(features, K))
        if all(not 1e-9 < distance(W, i)[0] < 1e-2 for i in range(K)):
            return W


def corners_of_weights(rng):
    """Weights by the name of their corner, with a class: insides and outsides in few and many dimensions."""
    plane, many = _spread(rng, 2, 6), _spread(rng, 2, 12)
    shifted = _with_a_mixture(rng, 2, 6) - 20
    twins = np.repeat(rng.normal(size=(3, 1)), 2, axis=1)
    zero = np.column_stack([np.zeros(2), rng.uniform(0.5, 2, size=(2, 5))])
    last = _with_a_mixture(rng, 6, 9)
    last[-1, -1] = last[-1].max() + rng.uniform(0.5, 1)
    around = np.array([np.cos(np.arange(9) * 0.7), np.sin(np.arange(9) * 0.7)])
    return {
        "two equal classes": (twins, int(rng.integers(2))),
        "no weights but zeros": (zero, 0),
        "inside but for the last feature": (last, 8),
        "a small margin of small weights": (0.005 * np.array([[9.999, 0.0, 5.0], [0.0, 9.999, 5.0]]), 2),
        "two classes": (rng.normal(size=(3, 2)), int(rng.integers(2))),
        "twins": (np.column_stack([around, around[:, 4]]), 4),
        "inside of many": (_with_a_mixture(rng, 2, 12), 11),
        "outside of many": (many, int(np.abs(many[0]).argmax())),
        "as many features as classes": (_spread(rng, 3, 3), int(rng.integers(3))),
        "more features than classes": (rng.normal(size=(6, 5)), int(rng.integers(5))),
        "inside in three dimensions": (_with_a_mixture(rng, 3, 6), 5),
        "all weights negative, inside": (shifted, 5),
        "all weights negative, outside": (shifted, int(shifted[0].argmax())),
        "small weights, inside": (1e-3 * _with_a_mixture(rng, 2, 6), 5),
        "tiny weights, outside": (1e-5 * plane, int(plane[1].argmin())),
        "large weights, outside": (1e4 * plane, int(plane[1].argmax())),
        "the first class is inside": (_with_a_mixture(rng, 2, 6)[:, ::-1].copy(), 0),
    }


def any_weights(rng):
    """Weights of any number of features and classes, and a class that is inside of the others or wherever it is."""
    features, K = int(rng.integers(1, 5)), int(rng.integers(2, 9))
    if features + 2 < K and rng.random() < 1 / 2:
        return _with_a_mixture(rng, features, K), K - 1
    return _spread(rng, features, K), int(rng.integers(K))


def distance(W, i):
    """How far the column of class i lies from all mixtures of the others, in parts of the largest weight; and that
    weight.

    An input that lets class i win by 1 is at least as long as 1 over the product of the two.
    """
    from scipy.optimize import nnls

    centred = W - W.mean(axis=1, keepdims=True)
    size = float(np.abs(centred).max()) or 1.0
    others = np.vstack([np.delete(centred, i, axis=1) / size, np.full(W.shape[1] - 1, 100.0)])
    return nnls(others, np.append(centred[:, i] / size, 100.0))[1], size


def wins_somewhere(W, i):
    """The answer, found without a linear program and in a moment."""
    return distance(W, i)[0] > 1e-6


def yes_or_no(W, i):
    """The form of an answer to: can it win?"""
    return "True or False"


# Right answers


def _program(W, i, gap=-1.0, bounds=(None, None), sign=1, others=None):
    """Whether the linear program of the section has a solution, with the step that goes wrong as an argument."""
    from scipy.optimize import linprog

    others = np.delete(W, i, axis=1) if others is None else others
    differences = sign * (others - W[:, [i]]).T
    solved = linprog(np.zeros(len(W)), A_ub=differences, b_ub=np.full(len(differences), gap), bounds=bounds)
    return solved.status == 0


def _largest_margin(W, i):
    from scipy.optimize import linprog

    differences = (np.delete(W, i, axis=1) - W[:, [i]]).T
    table = np.column_stack([differences, np.ones(len(differences))])
    solved = linprog([0] * len(W) + [-1], A_ub=table, b_ub=np.zeros(len(table)), bounds=[(-1, 1)] * (len(W) + 1))
    return solved.x[-1] > 1e-7


def _outside_the_hull(W, i):
    from scipy.optimize import nnls

    others = np.delete(W, i, axis=1) / np.abs(W).max()
    _, apart = nnls(np.vstack([others, np.ones(others.shape[1])]), np.append(W[:, i] / np.abs(W).max(), 1.0))
    return apart > 1e-6


def _with_two_halves(W, i):
    from scipy.optimize import linprog

    differences = (np.delete(W, i, axis=1) - W[:, [i]]).T
    split = np.hstack([differences, -differences])  # x as a difference of two vectors that are nowhere negative
    return bool(linprog(np.ones(split.shape[1]), A_ub=split, b_ub=-np.ones(len(split))).success)


def _as_numbers(W, i):
    return int(reference.can_win(W, i))


mistakes = Bank()

can_win = Exercise(
    name="ch10.can_win",
    asks="Whether any input gives class i the strictly largest logit of x @ W.",
    reference=reference.can_win,
    probes=Domain(SMALLEST, corners_of_weights, any_weights, draws=3),
    expected=wins_somewhere,
    expects=yes_or_no,
    hints=paragraphs("""
        The unknown is the input x, with one number for each feature. Write the sentence *class i beats class k by at
        least 1* as an inequality for x, with x on the left.

        `linprog` wants `A_ub @ x <= b_ub`: one row for each rival, its column of W minus the column of class i. What
        stands on the right?

        Nothing is to be made small, so the costs are zeros. Unless it is told otherwise, `linprog` looks for an x
        without negative numbers: its argument `bounds` has to allow them.

        `status` is 0 when a solution was found and 2 when there is none.
    """),
    alternatives=(
        _largest_margin,
        _outside_the_hull,
        _with_two_halves,
        _as_numbers,
        lambda W, i: _program(W, i, sign=-1),  # who is smallest for x is largest for −x
        lambda W, i: reference.mixture_of_others(W, i) is None,
    ),
    bank=mistakes,
    named_by_one_probe=False,
    # Several mistakes of the bank answer every question alike, so this one would never be named.
    of_every_function={"the argument is not used": ()},
    remark="A linear program looks at all inputs at once, which no number of trials can do.",
)


# Mistakes

NEGATIVE_SIDE = (LINE, 1)


@mistakes.mistake(*NEGATIVE_SIDE)
def bounds_of_linprog(W, i):
    """
    You let `linprog` look for an input whose numbers are all at least 0, which is what it does unless it is told
    otherwise. A class that wins only for negative inputs is then declared a loser: for {input} you return
    {output}, although the input −1 lets it win. Which argument says from where to where each number may go?
    """
    return _program(W, i, bounds=(0, None))


ON_A_LINE = (LINE, 2)


def _always(truth):
    """A predicate: every question got the same answer, and this one."""

    def recognise(seen):
        return all(not result.problem and np.all(result.value == truth) for result in seen.results)

    return recognise


def _exchanged(seen):
    """Whether every yes came back as False or 0, and every no as something else."""
    return len(seen.results) == len(seen.probes) and all(
        not result.problem and result.value.shape == () and bool(result.value) != bool(can)
        for result, can in zip(seen.results, seen.expected, strict=True)
    )


def _only_short_inputs_are_found(seen):
    """Whether all that is wrong is a no to a class that wins for long inputs only."""
    if len(seen.results) < len(seen.probes) or any(result.problem for result in seen.results):
        return False
    reach = {True: [], False: []}
    for inputs, result, can, right in zip(seen.probes, seen.results, seen.expected, seen.right, strict=True):
        if can and result.value.shape == ():
            reach[right].append(np.prod(distance(*inputs)))
        elif not right:
            return False
    # The corner of a box of so many features is farther than its side.
    return bool(reach[True]) and bool(reach[False]) and max(reach[False]) < 3 * min(reach[True])


@mistakes.mistake(*ON_A_LINE, recognise=_always(1))
def yes_for_every_class(W, i):
    """
    You return {output} for {input}, and the same for every class. Inequalities that ask class i to be *at least as
    good* as the others do that: the input 0 satisfies them, because all logits are then 0. A strict inequality is
    not allowed in a linear program, and a gap such as 1e-9 is within its tolerance; but a class that wins by a little
    wins by 1 with a longer input. Or the result object of `linprog` is read as a truth value, and it always counts as
    True. What stands on the right side, and what do you return?
    """
    return _program(W, i, gap=0.0)


yes_for_every_class.also(
    lambda W, i: _program(W, i, gap=1.0),
    lambda W, i: True,
)


@mistakes.mistake(LINE, 0, recognise=_always(0))
def no_for_every_class(W, i):
    """
    You return {output} for {input}, and the same for every class. It happens when class i is compared with all
    classes, itself included: one row of the inequalities then reads *0 at most −1*, and there is no solution. It
    also happens when something is to be made large that has no limit, since then the status is never 0. Which class
    has to be left out, and are your costs zeros?
    """
    return _program(W, i, others=W)


no_for_every_class.also(lambda W, i: False)


@mistakes.mistake(np.array([[0.5, 1.0, -1.0], [0.0, 0.0, 0.0]]), 0)
def rows_in_place_of_columns(W, i):
    """
    You take row i of the table for the weights of class i. In this course a class is a *column* of W, which has one
    row for each feature. For {input} your answer is {output}, an answer about something else, or an error where
    there are more classes than features. Along which axis do the classes lie?
    """
    return _program(W.T, i)


@mistakes.mistake(*ON_THE_BORDER)
def tried_in_one_direction(W, i):
    """
    You try a single input, the one that points where the weights of class i point. If it wins there, it can win;
    but if it does not, another input may still let it win. For {input} you return {output}, although an input
    exists. One failure proves nothing about all inputs. Which tool looks at all of them at once?
    """
    return bool((W.T @ W[:, i]).argmax() == i and (np.delete(W, i, 1).T @ W[:, i] < W[:, i] @ W[:, i]).all())


tried_in_one_direction.also(lambda W, i: bool((W.T @ W[:, i]).argmax() == i))


@mistakes.mistake(recognise=asks_a_generator)
def a_number_of_trials(W, i):
    """
    You try random inputs and see whether class i ever wins. If it does, that is a proof; if it does not, the next
    input might have been the one. In one of the tests a class wins only in a sector about a hundredth of a degree
    wide, and in another it never does better than a tie. Trials cannot tell *never* from *rarely*. Which tool looks
    at all inputs at once?
    """
    inputs = np.random.default_rng(0).normal(size=(1_000, len(W)))
    return i in (inputs @ W).argmax(axis=1)


@mistakes.mistake(TRIANGLE, 3)
def one_rival_at_a_time(W, i):
    """
    You ask for each rival separately whether some input lets class i beat it. That is so for every pair of
    different columns: for {input} you return {output}. But each of these inputs may be another one, and the class
    has to beat all rivals with *one and the same* input. Where do the inequalities have to meet?
    """
    return all(bool((W[:, k] != W[:, i]).any()) for k in range(W.shape[1]) if k != i)


one_rival_at_a_time.also(lambda W, i: bool((np.delete(W, i, axis=1) != W[:, [i]]).any(axis=0).all()))


@mistakes.mistake(np.array([[3.0, 0.0, 1.6], [0.0, 3.0, 1.6]]), 2)
def the_longest_vector_wins(W, i):
    """
    You compare the lengths of the weight vectors. A long column makes large logits, but it is the *place* that
    counts: a short vector at a corner of the hull wins for some input, and a long one inside the hull never does. For
    {input} you return {output}. What does the figure of the section show about the classes that win?
    """
    return bool((W**2).sum(axis=0).argmax() == i)


the_longest_vector_wins.also(lambda W, i: bool((W**2).sum(axis=0)[i] > np.median((W**2).sum(axis=0))))


@mistakes.mistake(*NEGATIVE_SIDE, recognise=_exchanged)
def no_and_yes_exchanged(W, i):
    """
    Your answers are the right ones turned round: {output} for {input}. `linprog` reports the status 0 when it has
    *found* a solution and 2 when there is none; read as a truth value, a success looks like False. The function is
    called `can_win`. Which comparison makes True out of a solution?
    """
    return not reference.can_win(W, i)


no_and_yes_exchanged.also(lambda W, i: 0 if reference.can_win(W, i) else 2)

mistakes.add(
    "a box too small",
    """
    You look for the input within fixed limits. But a class that wins by a little wins by 1 only with a *long*
    input, and how long it has to be depends on the weights: for {input} you return {output}, although a longer
    input exists. All differences grow with the length of x, so any fixed limit is too small for some weights. What
    does the argument `bounds` take for *no limit*?
    """,
    *(lambda W, i, far=far: _program(W, i, bounds=(-far, far)) for far in (1, 10, 100, 1000, 10_000)),
    example=(np.array([[0.00002, 0.00004, -0.00003]]), 1),
    recognise=_only_short_inputs_are_found,
)


def _inputs_or_nothing(seen):
    """Whether an input came back where the class can win, and None where it cannot."""
    return len(seen.results) == len(seen.probes) and all(
        (np.shape(result.value) == (len(inputs[0]),) and not result.problem) if can else result.detail == NOTHING
        for inputs, result, can in zip(seen.probes, seen.results, seen.expected, strict=True)
    )


@mistakes.mistake(LINE, 0, recognise=_inputs_or_nothing)
def the_input_in_place_of_the_answer(W, i):
    """
    You return the input that the program has found, or None where there is none: {output} for {input}. An input is
    a proof that class i can win, and it is good to have. The question was *whether* there is one. `status` says
    that, and so does `success`. How does a comparison make True or False out of it?
    """
    from scipy.optimize import linprog

    differences = (np.delete(W, i, axis=1) - W[:, [i]]).T
    return linprog(np.zeros(len(W)), A_ub=differences, b_ub=-np.ones(len(differences)), bounds=(None, None)).x


@mistakes.mistake(np.array([[3.0, 0.0, 1.6], [0.0, 3.0, 1.6]]), 2)
def shares_without_a_sum(W, i):
    """
    You ask whether the weights of class i are a sum of the others with factors from 0 up, and leave out that these sum
    to 1. Without that the factors are no shares, and long mixtures count, too: for {input} you return {output}, since
    0.53 of each of the others makes this column. But 1.07 in all is not a mean, and the class can win. A mean is never
    above the maximum, a longer sum may be. Which equation is missing?
    """
    from scipy.optimize import nnls

    others = np.delete(W, i, axis=1)
    return nnls(others, W[:, i])[1] > 1e-9 * np.abs(W).max()


@mistakes.mistake(name="a hull of SciPy", recognise=lambda seen: not {"ConvexHull", "Delaunay"}.isdisjoint(seen.names))
def a_hull_of_scipy(W, i):
    """
    You let SciPy build the hull of all weight vectors and look class i up among its corners. That is the right picture,
    and the wrong tool for all cases: it refuses one feature, and as many classes as features or fewer, or vectors that
    lie in a plane, and of two equal vectors it may call one a corner, although they only tie. A linear program needs no
    hull: which shares, or which input, does it look for?
    """
    from scipy.spatial import ConvexHull

    return bool(i in ConvexHull(W.T).vertices)


@mistakes.mistake(recognise=lambda seen: all("OptimizeResult" in result.detail for result in seen.results))
def the_report_of_linprog(W, i):
    """
    You return everything that `linprog` has to tell: a status, a message, the input that it found, and more. The
    question was whether there is such an input, True or False. As a truth value the report always counts as True, so an
    `if` on it would let every class win. Print it once for a class that can win and once for one that cannot. Which of
    its parts is different, and how does a comparison make True or False of it?
    """
    from scipy.optimize import linprog

    differences = (np.delete(W, i, axis=1) - W[:, [i]]).T
    return linprog(np.zeros(len(W)), A_ub=differences, b_ub=-np.ones(len(differences)), bounds=(None, None))
