"""Chapter 1, the definition of softmax: its exercises, with right and wrong answers."""

import math

import numpy as np

from utils import reference
from utils.checking import Exercise, Mistake

# What readers' functions are called with ------------------------------------------------------------------------------


def one_vector(rng):
    """Vectors of moderate logits, the smallest first."""
    return [
        (np.array([1.0, 2.0]),),
        (np.array([0.5]),),
        (np.array([2.0, 1.0, 0.1]),),
        (np.array([1, 2, 3]),),
        (np.array([-1.0, -2.0, -4.0]),),
        (np.array([3.0, 3.0, 3.0, 3.0]),),
        (np.array([0.0, -12.0]),),
        (np.array([-20.0, -40.0]),),
        (rng.normal(scale=3, size=3),),
        (rng.normal(scale=3, size=3),),
        (rng.normal(scale=2, size=9),),
    ]


def vectors_and_batches(rng):
    """Vectors and batches: square ones, integers, one class, logits far from zero and far apart."""
    return [
        (np.array([1.0, 2.0]),),
        (np.array([2.0, 1.0, 0.1]),),
        (np.array([1, 2, 3]),),
        (np.array([0.5]),),
        (np.array([[1.0, 2.0], [3.0, 1.0]]),),
        (np.array([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]]),),
        (np.array([[1, 2], [3, 5], [0, 0]]),),
        (np.array([[4.0], [-2.0], [0.0]]),),
        (np.array([1000.0, 999.0]),),
        (np.array([500.0, 499.0]),),
        (np.array([-1000.0, -1001.0, -999.0]),),
        (np.array([0.0, -1600.0]),),
        (np.array([0.0, 1600.0]),),
        (np.array([1e6, 1e6 - 1]),),
        (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),),
        (rng.normal(scale=3, size=4),),
        (rng.normal(scale=3, size=4),),
        (rng.normal(scale=3, size=(3, 3)),),
        (rng.normal(scale=3, size=(5, 3)),),
        (np.round(rng.normal(scale=300, size=(4, 6))),),
    ]


def logits_and_temperatures(rng):
    """Vectors and a batch, with temperatures on both sides of one."""
    return [
        (np.array([1.0, 2.0]), 1.0),
        (np.array([1.0, 2.0]), 2.0),
        (np.array([2.0, 1.0, 0.1]), 0.5),
        (np.array([1, 2, 3]), 4),
        (np.array([20.0, 10.0, 0.0]), 0.01),
        (np.array([0.02, 0.01, 0.0]), 0.01),
        (np.array([1.0, -1.0]), 1000.0),
        (np.array([[1.0, 2.0], [3.0, 1.0]]), 0.25),
        (np.array([[20.0, 10.0], [-30.0, -40.0]]), 0.05),
        (rng.normal(scale=3, size=4), float(rng.uniform(0.3, 0.8))),
        (rng.normal(scale=3, size=4), float(rng.uniform(1.5, 6))),
        (rng.normal(scale=3, size=(4, 3)), float(rng.uniform(1.5, 6))),
    ]


def single_logits(rng):
    """One logit for each example: numbers and vectors, small and extreme."""
    return [
        (0.0,),
        (1.0,),
        (-2.0,),
        (3,),
        (np.array([-0.5, 1.5]),),
        (np.array([0.0, 1.0, -3.0]),),
        (np.array([2.0, 5.0]),),
        (1000.0,),
        (-700.0,),
        (np.array([-700.0, 0.0, 1000.0]),),
        (float(rng.normal(scale=3)),),
        (rng.normal(scale=3, size=6),),
    ]


# What is expected, in words -------------------------------------------------------------------------------------------


def probabilities_in_words(z, *_):
    """Shape, range and sum of a softmax."""
    if z.ndim == 1:
        return f"an array of the shape {z.shape}, with values from 0 to 1 that sum to 1,"
    return f"an array of the shape {z.shape}, with values from 0 to 1 and a sum of 1 in each row,"


def sigmoid_in_words(z):
    """Shape and range of a sigmoid."""
    shape = np.shape(z)
    return f"an array of the shape {shape}, each value from 0 to 1," if shape else "one number from 0 to 1"


# How results are described in an explanation --------------------------------------------------------------------------


def total(values):
    """The sum of all numbers, in words."""
    return f"numbers that sum to {values.sum():.4g}"


def row_sums(values):
    """The sums of the rows, in words."""
    return "rows that sum to " + " and ".join(f"{row:.4g}" for row in np.atleast_2d(values).sum(axis=-1))


# 1.1 ------------------------------------------------------------------------------------------------------------------

by_hand = Exercise(
    name="ch01.by_hand",
    asks="The softmax of [1, 2, 3], to three decimals, from the powers of e in the table.",
    reference=reference.softmax([1.0, 2.0, 3.0]),
    rtol=6e-4,
    scale=lambda: 1.0,
    expects=lambda: "three numbers between 0 and 1 that sum to 1, each to three decimals,",
    hints=(
        "Two steps: raise e to each logit, then divide each result by the sum of all three. Which number is the sum?",
        "The three powers of e stand in the table above the exercise. Add them; all three share this denominator.",
        "The last of the three is e³ divided by the sum of e¹, e² and e³. The other two have the same denominator.",
    ),
    alternatives=(
        [0.090, 0.245, 0.665],
        (0.0900306, 0.2447285, 0.6652410),
        np.exp([1.0, 2.0, 3.0]) / sum(np.exp([1.0, 2.0, 3.0])),
        [1 / (1 + math.e + math.e**2), 1 / (math.exp(-1) + 1 + math.e), 1 / (math.exp(-2) + math.exp(-1) + 1)],
        np.array([[0.090, 0.245, 0.665]])[0].astype(np.float32),
    ),
    mistakes=(
        Mistake(
            "no division",
            "Your numbers, {output}, are the powers of e: the first of the two steps. They are positive and in the right "
            "order, but they do not sum to 1, so they are not probabilities yet. The second step turns each of them into "
            "its share of the whole. Add the three, and ask of each what part of that total it is.",
            ([2.718, 7.389, 20.086],),
        ),
        Mistake(
            "plain shares",
            "You divided each logit by the sum of the logits and got {output}. That sums to 1 here, but it breaks as "
            "soon as a logit is negative or the logits sum to zero, which logits are free to do. Softmax first makes "
            "every number positive, by raising e to it, and takes the shares after that. Which step comes before your "
            "division?",
            ([0.167, 0.333, 0.5], [1 / 6, 2 / 6, 3 / 6], [0.17, 0.33, 0.5]),
        ),
        Mistake(
            "another base",
            "You raised 2 to each logit in place of e, and got {output}. Every base above 1 gives probabilities, so the "
            "idea is right; a different base is a softmax at another temperature, as a later section shows. The "
            "definition takes e, because its power is its own derivative, which keeps the next chapter short. Redo the "
            "first step with the table of powers of e.",
            ([0.143, 0.286, 0.571], [1 / 7, 2 / 7, 4 / 7]),
        ),
        Mistake(
            "a sigmoid for each",
            "Your numbers, {output}, are the sigmoids of the three logits: each was computed from its own logit alone. "
            "So they sum to more than 1, and changing one logit would leave the other two as they are. In a softmax the "
            "three share one denominator. What do you get when you add all three powers of e before you divide?",
            ([0.731, 0.881, 0.953],),
        ),
        Mistake(
            "hard max",
            "You gave everything to the largest logit: {output}. That is the hard maximum, which tells who wins and "
            "forgets by how much. Softmax is its soft form: the largest logit gets the largest share, and the others "
            "keep something, too. Raise e to each logit and take shares; no entry can become exactly 0.",
            ([0.0, 0.0, 1.0],),
        ),
        Mistake(
            "reversed order",
            "Your three numbers are the right ones in the opposite order: {output}. The first probability belongs to the "
            "first logit, which is 1, the smallest of the three. A larger logit always gets a larger probability, since "
            "the power of e grows with its exponent and all three share one denominator. Which end must the largest "
            "probability stand at?",
            ([0.665, 0.245, 0.090],),
        ),
        Mistake(
            "rounded too early",
            "You have the right idea with too few digits: {output}. One decimal is not enough to tell 0.7 / 0.2 from "
            "a ratio of e, and one of our sources fell into that very trap. Keep at least four digits until the last "
            "division, and round the three results to three decimals at the end. Their sum should then be 1 again, or "
            "differ from it by a thousandth.",
            ([0.1, 0.2, 0.7], [0.09, 0.24, 0.67], [0.1, 0.25, 0.65], [0.09, 0.25, 0.66], [0.09, 0.24, 0.66]),
        ),
        Mistake(
            "the other three logits",
            "Your three numbers, {output}, are the softmax of 2.0, 1.0 and 0.1: the example of the table further up. This "
            "exercise has logits of its own, 1, 2 and 3, and their powers of e stand in the cell above it. The way is the "
            "same: one power for each logit, and one sum below all three. Which class has the largest share this time?",
            ([0.659, 0.242, 0.099], [0.659001, 0.242433, 0.098566]),
        ),
        Mistake(
            "divided by the largest",
            "You divided each power by the largest one: {output}. So the last class gets 1, and nothing is left for the "
            "others, which get something all the same: the three sum to more than 1. A share is a part of the *whole*. The "
            "whole consists of the powers of all three classes. Which number belongs below all three fraction lines?",
            ([0.135, 0.368, 1.0], [math.exp(-2), math.exp(-1), 1.0]),
        ),
        Mistake(
            "percent",
            "Your numbers, {output}, are percentages, so they sum to 100. A probability is a share of 1: every formula "
            "that follows, the cost with its logarithm first of all, expects values between 0 and 1 and would give "
            "another result for yours. Nothing is wrong with your computation; move the decimal point and enter the "
            "three shares.",
            ([9.003, 24.473, 66.524], [9.0, 24.5, 66.5]),
        ),
    ),
    remark="The shares are those of e¹, e² and e³ in their sum, and neighbours differ by the factor e.",
)


# 1.2 ------------------------------------------------------------------------------------------------------------------


def _first_with_loop(z):
    powers = [math.e ** float(value) for value in z]
    whole = sum(powers)
    return [power / whole for power in powers]


def _first_by_pairs(z):
    z = np.asarray(z, dtype=float)
    return 1 / np.exp(z[None, :] - z[:, None]).sum(axis=1)


def _first_shifted_in_float32(z):
    z = z.astype(np.float32)
    exponentials = np.exp(z - z.mean())
    return exponentials / np.linalg.norm(exponentials, 1)


def _first_through_logarithms(z):
    return np.exp(z - np.logaddexp.reduce(np.asarray(z, dtype=float)))


def _first_by_two_at_a_time(z):
    exponentials = np.power(np.e, z)
    return np.divide(exponentials, np.dot(exponentials, np.ones(len(z))))


def _misplaced_bracket(z):
    return np.exp(z / np.sum(np.exp(z)))


def _filled_integers(z):
    a = np.zeros_like(z)
    whole = np.sum(np.exp(z))
    for i in range(len(z)):
        a[i] = np.exp(z[i]) / whole
    return a


def _one_hot_of_largest(z):
    return (np.arange(len(z)) == np.argmax(z)).astype(float)


first_softmax = Exercise(
    name="ch01.first_softmax",
    is_main=True,
    asks="Softmax of one vector of logits, in two steps.",
    reference=reference.softmax,
    probes=one_vector,
    expects=probabilities_in_words,
    hints=(
        "The definition has two steps. Which NumPy function raises e to every element of an array at once?",
        "Keep the result of the first step under a name of its own: you need it twice, once on each side of the "
        "division.",
        "An array divided by one number is divided element by element. The number you need is the sum of the array.",
    ),
    alternatives=(
        _first_with_loop,
        _first_by_pairs,
        _first_shifted_in_float32,
        _first_through_logarithms,
        _first_by_two_at_a_time,
        lambda z: np.array([1 / sum(math.exp(other - value) for other in z) for value in z], dtype=object),
    ),
    mistakes=(
        Mistake(
            "no division",
            "You return the powers of e, the first of the two steps. For {input} that gives {output}: positive and in "
            "the right order, but not probabilities, because they do not sum to 1. The second step turns every power "
            "into its share of the total. You have the array of powers; what single number do you have to divide it "
            "by?",
            (lambda z: np.exp(z),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "misplaced bracket",
            "You divide the logits inside `exp` and not the powers outside it: the sum stands in the exponent. For "
            "{input} you return {output}, and values above 1 cannot be probabilities. The division has to act on the "
            "result of `exp`. Count which closing bracket ends the call of `exp`, or give the powers a name in a line "
            "of their own before you divide.",
            (_misplaced_bracket,),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "plain shares",
            "You divide each logit by the sum of the logits. For {input} you return {output}: a negative share. With "
            "logits such as 1 and −1 the sum is zero and there is no result at all. Logits may be any real numbers, so "
            "they first have to be made positive without changing their order. Which function of the definition does "
            "that?",
            (lambda z: z / np.sum(z),),
            (np.array([3.0, -1.0]),),
        ),
        Mistake(
            "shares of absolute values",
            "You drop the sign of the logits and take shares of what is left. For {input} you return {output}: the class "
            "with the *negative* logit gets the larger share, although the evidence speaks against it. Logits may be any "
            "real numbers, and a larger one must always get a larger probability. Which function of the definition is "
            "positive everywhere and keeps the order?",
            (lambda z: np.abs(z) / np.sum(np.abs(z)),),
            (np.array([1.0, -3.0]),),
        ),
        Mistake(
            "stretched between 0 and 1",
            "You move the smallest logit to 0 and stretch the rest. For {input} you return {output}: the smallest class "
            "gets exactly 0, whatever its logit, so it could never be drawn and its logarithm is minus infinity. Where "
            "all logits are equal you divide 0 by 0. A softmax gives every class a positive share. Which function is "
            "positive for every logit?",
            (lambda z: (z - np.min(z)) / (np.max(z) - np.min(z)), lambda z: (z - np.min(z)) / np.sum(z - np.min(z))),
            (np.array([2.0, 1.0, 0.1]),),
        ),
        Mistake(
            "divided by the sum of the logits",
            "You divide the powers of e by the sum of the *logits*. For {input} you return {output}, which does not sum to 1, "
            "and with logits such as 1 and −1 you would divide by zero. A share of a whole needs the whole: the "
            "denominator has to be made of the same powers as the numerator. Which array do you have to add up?",
            (lambda z: np.exp(z) / np.sum(z),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "shares of squares",
            "You square the logits and take shares. For {input} you return {output}, but these logits are not equal: "
            "a square forgets the sign, so that −1 counts as much as 1, and a very negative logit gets a large share. "
            "A larger logit must always get a larger probability. Which function is positive everywhere and grows "
            "everywhere?",
            (lambda z: np.square(z) / np.sum(np.square(z)),),
            (np.array([1.0, -1.0]),),
        ),
        Mistake(
            "divided by the largest",
            "You divide by the largest power of e in place of the sum of all. For {input} you return {output}: the "
            "winner gets 1, which would mean that nothing else can happen, and the total lies above 1. Shares of a whole "
            "need the whole as denominator. Which reduction adds up an array, where yours picks its maximum?",
            (lambda z: np.exp(z) / np.max(np.exp(z)), lambda z: np.exp(z - np.max(z))),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "divided by the number of classes",
            "You divide by how many logits there are, the number of classes. For {input} you return {output}, with "
            "a sum that depends on the size of the logits. A softmax has to sum to 1 for every input, so the "
            "denominator must be made of the same powers that stand in the numerator. What is their total?",
            (lambda z: np.exp(z) / len(z),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "divided by the mean",
            "You divide the powers of e by their mean. For {input} you return {output}: the order is right, and the numbers "
            "sum to how many classes there are, not to 1. A mean is a sum that has been divided once more, by the number "
            "of logits, and that division is too much here. Which reduction stops one step earlier?",
            (lambda z: np.exp(z) / np.mean(np.exp(z)),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "hard max",
            "You return 1 for the largest logit and 0 for the others. For {input} that is {output}, and it would be the "
            "same for logits that nearly tie. The hard maximum forgets by how much the winner wins, and a small change "
            "of a logit changes nothing or everything, so nothing can be learned from it. Which smooth, positive "
            "function of each logit can take the place of the decision?",
            (_one_hot_of_largest,),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "the winner's index",
            "You return where the largest logit stands: {output} for {input}. That is the decision, which comes after "
            "the probabilities, and needs no softmax at all, since the order of the logits is the order of the "
            "probabilities. The exercise asks for all of them: an array with as many entries as `z`, each one the share "
            "of one class. Which line computes the powers of e?",
            (lambda z: np.argmax(z),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "a sigmoid for each",
            "You compute 1 / (1 + exp(−z)) for each logit by itself. For {input} you return {output}, and the two do "
            "not sum to 1: every class was asked its own yes-or-no question. In a softmax the classes compete, because "
            "all of them share one denominator. What has to be added up before you divide, and over which elements?",
            (lambda z: 1 / (1 + np.exp(-z)),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "minus sign in the exponent",
            "You raise e to −z, so that the smallest logit gets the largest share: {output} for {input}. The sum is "
            "right and the order is upside down. The habit comes from the sigmoid, where the minus sign belongs to a "
            "fraction that was divided by its numerator. In the definition above the exponent is the logit as it is. "
            "Which sign stands in front of `z` in your code?",
            (lambda z: np.exp(-z) / np.sum(np.exp(-z)),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "another base",
            "You raise 2 or 10 to the logits in place of e. For {input} you return {output}: a distribution, and even "
            "in the right order, but with other ratios. With base e, two classes whose logits differ by 1 have "
            "probabilities with the ratio e, about 2.72; yours have the ratio of your base. Look at the function that "
            "makes the powers: which base does its name stand for?",
            (lambda z: np.exp2(z) / np.sum(np.exp2(z)), lambda z: 10.0**z / np.sum(10.0**z)),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "e with few digits",
            "You write e as a number with few digits, and everything behind it is off from the fourth digit on or even "
            "earlier: {output} for {input}. On paper that is fine. In code the error grows with the size of the logits, since it "
            "stands in the base of a power. NumPy knows e to sixteen digits, and it has a function that raises it to every entry of "
            "an array. Which one?",
            (
                lambda z: 2.718**z / np.sum(2.718**z),
                lambda z: 2.7**z / np.sum(2.7**z),
                lambda z: 2.72**z / np.sum(2.72**z),
                lambda z: 2.71**z / np.sum(2.71**z),
            ),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "a small number in the denominator",
            "You add a small number to the sum, or cut it off below, as a guard against a division by zero. For {input} you "
            "return {output}, which does not sum to 1: when all powers of e are small themselves, the guard is no longer "
            "small beside them. Every power of e is positive, so for logits of this size there is no zero to guard "
            "against. What remains when you leave it out?",
            tuple(lambda z, e=e: np.exp(z) / (np.sum(np.exp(z)) + e) for e in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)),
            (np.array([-20.0, -40.0]),),
        ),
        Mistake(
            "the logarithm of softmax",
            "You return logarithms of probabilities: {output} for {input}. They are negative, and it is their "
            "exponentials that sum to 1. Log-probabilities are what a loss is computed from, so you will want this "
            "function in chapter 6, but the exercise asks for the probabilities themselves. Which last step leads from "
            "one to the other?",
            (lambda z: z - np.log(np.sum(np.exp(z))),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "zeros of the wrong type",
            "You fill an array that `np.zeros_like(z)` made. It takes over the type of `z`, so for integer logits it "
            "can hold integers alone, and every probability below 1 is cut to 0: for {input} you return {output}. "
            "Nothing warns you. Either give that array the type float, or let the division make a new array, which then "
            "has the right type by itself.",
            (_filled_integers,),
            (np.array([1, 2, 3]),),
        ),
        Mistake(
            "rounded result",
            "Your function rounds what it returns: {output} for {input}. Rounding is for printing. Inside a computation "
            "it destroys what comes later: small probabilities become exactly 0, their logarithm becomes minus "
            "infinity, and the sum is no longer 1. Return the full numbers and round where you show them. Which call "
            "can go?",
            (
                lambda z: np.round(np.exp(z) / np.sum(np.exp(z)), 3),
                lambda z: np.round(np.exp(z) / np.sum(np.exp(z)), 2),
            ),
            (np.array([0.0, -12.0]),),
        ),
        Mistake(
            "in another order",
            "Your numbers are the right ones, in another order: {output} for {input}. A probability has the place of its "
            "logit. The first one belongs to the first class, whether that class is likely or not; otherwise nobody could "
            "tell which class has which share. Look for a line that sorts or reverses: which order had the logits when "
            "they came in?",
            (
                lambda z: reference.softmax(z)[::-1],
                lambda z: np.sort(reference.softmax(z)),
                lambda z: np.sort(reference.softmax(z))[::-1],
            ),
            (np.array([1.0, 3.0, 2.0]),),
        ),
        Mistake(
            "only the sum",
            "You return one number, {output} for {input}: the denominator, or a sum of finished probabilities. The "
            "exercise asks for an array with as many entries as `z`, one probability for each class. Keep the array of "
            "powers under a name, keep its sum under another, and look at which of them, or which combination, stands "
            "behind `return`.",
            (lambda z: np.sum(np.exp(z)), lambda z: np.sum(np.exp(z) / np.sum(np.exp(z)))),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "one probability alone",
            "You return one number, {output} for {input}: the probability of a single class. The exercise asks for an array "
            "with as many entries as `z`. A `return` that is indented into a loop ends the function in the first round; one "
            "that stands behind the loop hands back the last round, unless the rounds were collected. And an array "
            "divided by a number needs no loop at all.",
            (
                lambda z: (np.exp(z) / np.sum(np.exp(z)))[0],
                lambda z: (np.exp(z) / np.sum(np.exp(z)))[-1],
                lambda z: np.max(np.exp(z) / np.sum(np.exp(z))),
            ),
            (np.array([1.0, 2.0]),),
        ),
    ),
    remark="Two steps, three lines, and it works for one vector whose logits are not too large.",
)


# 1.3 ------------------------------------------------------------------------------------------------------------------


def _exp_shares(z, shift, axis=-1):
    exponentials = np.exp(z - shift)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def _row_by_row(z):
    z = np.asarray(z, dtype=float)
    if z.ndim == 1:
        powers = [math.exp(value - max(z)) for value in z]
        return np.array(powers) / math.fsum(powers)
    return np.array([_row_by_row(row) for row in z])


def _through_transposition(z):
    columns = np.exp((z.T - z.max(axis=-1)).T).T
    return (columns / columns.sum(axis=0)).T


def _through_logarithms(z):
    z = np.asarray(z, dtype=float)
    log_total = np.logaddexp.reduce(z, axis=-1, keepdims=True)
    return np.exp(z - log_total)


def _by_pairs(z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[..., None, :] - z[..., :, None]).sum(axis=-1)


def _in_float32(z):
    exponentials = z.astype(np.float32)
    exponentials = exponentials - np.max(exponentials, axis=-1)[..., np.newaxis]
    np.exp(exponentials, out=exponentials)
    return exponentials / np.einsum("...k->...", exponentials)[..., np.newaxis]


def _sorted_first(z):
    order = np.argsort(z, axis=-1)
    ascending = np.take_along_axis(z, order, axis=-1)
    exponentials = np.exp(ascending - ascending[..., -1:])
    shares = exponentials / np.cumsum(exponentials, axis=-1)[..., -1:]
    result = np.empty(z.shape)
    np.put_along_axis(result, order, shares, axis=-1)
    return result


def _maximum_without_keepdims(z):
    exponentials = np.exp(z - z.max(axis=-1))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def _sum_without_keepdims(z):
    exponentials = np.exp(z - z.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1)


def _neither_with_keepdims(z):
    exponentials = np.exp(z - z.max(axis=-1))
    return exponentials / exponentials.sum(axis=-1)


def _rows_only(z):
    return _exp_shares(z, z.max(axis=1, keepdims=True), axis=1)


def _filled_like_the_input(z):
    result = np.zeros_like(z)
    result[...] = _exp_shares(z, z.max(axis=-1, keepdims=True))
    return result


def _shift_in_numerator_only(z):
    return np.exp(z - z.max(axis=-1, keepdims=True)) / np.exp(z).sum(axis=-1, keepdims=True)


def _shift_in_denominator_only(z):
    return np.exp(z) / np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True)


def _keeps_two_axes(z):
    z = np.atleast_2d(z)
    return _exp_shares(z, z.max(axis=1, keepdims=True))


def _plain(z):
    return _exp_shares(z, 0)


def _clipped(z, limit):
    return _exp_shares(np.clip(z, -limit, limit), 0)


SQUARE = (np.array([[1.0, 2.0], [3.0, 1.0]]),)
LARGE = (np.array([1000.0, 999.0]),)
APART = (np.array([[1000.0, 998.0], [-1000.0, -1001.0]]),)
NEGATIVE = (np.array([-1000.0, -1001.0]),)

softmax = Exercise(
    name="ch01.softmax",
    is_main=True,
    asks="Softmax over the last axis, for one vector or a batch, safe for any finite logits.",
    reference=reference.softmax,
    probes=vectors_and_batches,
    expects=probabilities_in_words,
    hints=(
        "Which logits can overflow `exp`, large ones or very negative ones? And what may you subtract from all logits of "
        "a row without changing their softmax?",
        "Subtract the largest logit of each row. Then every exponent is at most 0, the largest power is exactly 1, and "
        "the sum lies between 1 and K.",
        "A reduction such as `max` or `sum` takes `axis` and `keepdims`. With the last axis kept at length 1, a batch of "
        "the shape (m, K) meets a column of the shape (m, 1), and every row gets its own number.",
        "`axis=-1` means the last axis, whether there are one, two or three.",
    ),
    alternatives=(
        _row_by_row,
        _through_transposition,
        _through_logarithms,
        _by_pairs,
        _in_float32,
        _sorted_first,
        lambda z: np.apply_along_axis(lambda row: np.exp(row - row.max()) / np.exp(row - row.max()).sum(), -1, z),
    ),
    mistakes=(
        Mistake(
            "no shift",
            "The numbers that reach `exp` are as large as the logits themselves. For {input} the result is {output}: in "
            "float64 the power of e is infinite from about 710 on, and infinite divided by infinite has no value. The true "
            "answer is the same as for [1, 0], since only differences count. What can you subtract from every logit of a "
            "row, before `exp`, without changing the quotient?",
            (
                _plain,
                lambda z: _exp_shares(z.astype(np.longdouble), 0).astype(float),
                lambda z: np.exp(z) / (np.exp(z).sum(axis=-1, keepdims=True) + 1e-9),
            ),
            LARGE,
        ),
        Mistake(
            "sum over the whole batch",
            "For two rows you return numbers that sum to 1 *together*; each row by itself must sum to 1. Smallest case: "
            "{input} gives {output}. `np.sum` without an axis adds up everything, so the examples of a batch share one "
            "denominator and the prediction for one depends on the others. Which axis holds the classes, and how can "
            "the sum keep a shape that still divides row by row?",
            (
                lambda z: np.exp(z - z.max(axis=-1, keepdims=True)) / np.exp(z - z.max(axis=-1, keepdims=True)).sum(),
                lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
                lambda z: np.exp(z) / np.exp(z).sum(),
            ),
            SQUARE,
            row_sums,
        ),
        Mistake(
            "wrong axis",
            "You reduce over the first axis, so it is the columns that sum to 1. For {input} you return {output}. A row "
            "is one example with its classes side by side; a column collects the same class over all examples, and its "
            "values do not compete. For one vector both axes are the same, which is why the error hides there. Which "
            "number names the last axis, however many there are?",
            (
                lambda z: _exp_shares(z, z.max(axis=0, keepdims=True), axis=0),
                lambda z: np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=0),
                lambda z: _exp_shares(z, z.max(axis=-1, keepdims=True), axis=0),
                lambda z: _exp_shares(z, z.max(), axis=0),
                lambda z: _exp_shares(z, 0, axis=0),
            ),
            SQUARE,
            row_sums,
        ),
        Mistake(
            "no keepdims",
            "Your sum, or your maximum, over the last axis has the shape (m,), and NumPy lines that up with the *last* "
            "axis of the batch: column j is combined with the number of row j. For most shapes that is an error; for "
            "a square batch it runs and is wrong. For {input} you return {output}. Which argument of the reduction "
            "keeps the summed axis, with length 1?",
            (
                _sum_without_keepdims,
                _neither_with_keepdims,
                _maximum_without_keepdims,
                lambda z: np.exp(z) / np.exp(z).sum(axis=-1),
                lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=-1),
            ),
            SQUARE,
            row_sums,
        ),
        Mistake(
            "one maximum for the batch",
            "You subtract the largest logit of the whole batch from every row. One row keeps its largest power at 1; a "
            "row far below has all its powers rounded to 0, and 0/0 is nan: for {input} you return {output}. A softmax "
            "may be shifted by a different amount in each row. Which axis should the maximum run over, and how does its "
            "result keep a shape that fits?",
            (lambda z: _exp_shares(z, z.max()),),
            APART,
        ),
        Mistake(
            "maximum of each column",
            "Your sum runs over the right axis, but the maximum that you subtract is that of each column. So the logits "
            "of one row are shifted by different amounts, and their differences, the only thing that softmax sees, "
            "change. For {input} you return {output}: rows that sum to 1 with wrong values. Compare the `axis` of your "
            "two reductions.",
            (lambda z: _exp_shares(z, z.max(axis=0, keepdims=True)),),
            SQUARE,
        ),
        Mistake(
            "shift by zero at least",
            "You shift by the maximum of 0 and the logits, so rows that lie far below zero are not shifted at all. For "
            "{input} every power of e is rounded to 0, and 0/0 is nan: you return {output}. The shift exists to bring the "
            "largest logit of a row to exactly 0, from above and from below. Where does the extra 0 in your maximum come "
            "from?",
            (lambda z: _exp_shares(z, np.maximum(0, z.max(axis=-1, keepdims=True))),),
            NEGATIVE,
        ),
        Mistake(
            "adding the maximum",
            "You add the largest logit where it should be subtracted. Any common shift is allowed in exact arithmetic, so "
            "small inputs come out right; but the exponent of the largest logit is doubled and overflows twice as early, "
            "from about 355. For {input} you return {output}. After a shift that helps, the largest exponent is 0. Which "
            "sign brings it there?",
            (lambda z: _exp_shares(z, -z.max(axis=-1, keepdims=True)),),
            LARGE,
        ),
        Mistake(
            "shift by the smallest",
            "You subtract the smallest logit of the row, or one in the middle, such as the mean. That keeps the powers from all "
            "becoming 0, but the largest exponent is still as large as the spread of the logits, and `exp` overflows at 710: for {input} "
            "you return {output}. Underflow of a small term is harmless, overflow is not. Which logit must be moved to "
            "0 so that no exponent is positive?",
            (
                lambda z: _exp_shares(z, z.min(axis=-1, keepdims=True)),
                lambda z: _exp_shares(z, z.mean(axis=-1, keepdims=True)),
                lambda z: _exp_shares(z, np.median(z, axis=-1, keepdims=True)),
            ),
            (np.array([0.0, -1600.0]),),
        ),
        Mistake(
            "shift by one class",
            "You subtract the logit of one fixed class, the first or the last. That shift leaves the softmax as it is, and "
            "where this class happens to be the largest, nothing overflows. Where another one lies far above it, `exp` does: "
            "for {input} you return {output}. The shift has to make every exponent at most 0, whichever class is ahead. "
            "Which logit of the row does that?",
            (lambda z: _exp_shares(z, z[..., :1]), lambda z: _exp_shares(z, z[..., -1:])),
            (np.array([0.0, 1600.0, 0.0]),),
        ),
        Mistake(
            "shift on one side only",
            "You shift the logits in the numerator or in the denominator, but not in both. The factor that the shift "
            "puts into every power then no longer cancels: for {input} you return {output}. The quotient stays the same "
            "only if the same number is subtracted above and below the line. Compute the shifted powers once, under a "
            "name, and use that name twice.",
            (_shift_in_numerator_only, _shift_in_denominator_only),
            (np.array([1.0, 2.0]),),
            total,
        ),
        Mistake(
            "scaled instead of shifted",
            "You divide the logits by their maximum in place of subtracting it. That changes the differences between "
            "them, and only differences count: for {input} you return {output}, the same as for any other pair with this "
            "ratio. With a maximum of 0 or below it breaks altogether. Dividing logits is what a temperature does. Which "
            "operation leaves every difference as it was?",
            (lambda z: _exp_shares(z / z.max(axis=-1, keepdims=True), 0),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "clipped logits",
            "You cut large logits off before `exp`. That keeps it finite, but logits beyond the limit become equal: for "
            "{input} you return {output}, as if no class were ahead. It also stops the gradient of every logit that was "
            "cut. Nothing has to be lost: there is a number that can be subtracted from all logits of a row so that none "
            "is too large, and the softmax stays the same.",
            tuple(lambda z, limit=limit: _clipped(z, limit) for limit in (700, 500, 100, 50, 20)),
            LARGE,
        ),
        Mistake(
            "nan replaced",
            "You let the powers overflow and put another number in the place of nan. For {input} you return {output}, and no "
            "number would be right for every row: the information was lost when infinite was divided by infinite, and no "
            "later step can bring it back. The overflow has to be avoided before `exp`. What may be subtracted from all "
            "logits of a row without changing its softmax?",
            (
                lambda z: np.nan_to_num(_plain(z)),
                lambda z: np.nan_to_num(_plain(z), nan=1.0),
                lambda z: np.nan_to_num(_plain(z), nan=1 / z.shape[-1]),
            ),
            LARGE,
        ),
        Mistake(
            "zeros of the wrong type",
            "You fill an array that `np.zeros_like(z)` or `np.empty_like(z)` made. It has the type of `z`, so for integer "
            "logits it holds integers alone and every probability below 1 is cut to 0: for {input} you return {output}, "
            "without a warning. Give that array the type float, or let the division make a new one, which has the right "
            "type by itself.",
            (_filled_like_the_input,),
            (np.array([1, 2, 3]),),
        ),
        Mistake(
            "batches only",
            "Your function works for a batch, but for one vector such as {input} it returns {output}. The number 1 names "
            "the second axis, and a vector has a single one; a function that adds an axis has to take it away again. "
            "Count axes from the end instead: one name fits the classes of a vector, of a batch, and of anything with "
            "more axes in front.",
            (_rows_only, _keeps_two_axes),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "misplaced bracket",
            "The division happens inside `exp`: the sum stands in the exponent, and the powers themselves are never "
            "divided. For {input} you return {output}, so the values do not sum to 1. Look for the closing bracket that "
            "ends the call of `exp`; the division belongs behind it. Giving the powers a name in a line of their own "
            "makes this hard to get wrong.",
            (
                lambda z: np.exp(z / np.exp(z).sum(axis=-1, keepdims=True)),
                lambda z: np.exp(
                    (z - z.max(axis=-1, keepdims=True))
                    / np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True)
                ),
            ),
            (np.array([1.0, 2.0]),),
            total,
        ),
        Mistake(
            "no division",
            "You return the powers of e and leave out the second step. For {input} the result is {output}. After the "
            "shift the largest power is always 1, so it looks like a probability, but each row has to be divided by its "
            "own sum. Which axis does that sum run over, and how does its shape stay divisible row by row?",
            (lambda z: np.exp(z - z.max(axis=-1, keepdims=True)), lambda z: np.exp(z)),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "the logarithm of softmax",
            "You return logarithms of probabilities: {output} for {input}, all of them negative. That is a useful "
            "function with a name of its own, and chapter 6 shows why a loss is computed from it. Here the probabilities "
            "themselves are asked for, each between 0 and 1. Which function undoes the logarithm?",
            (lambda z: reference.log_softmax(z),),
            (np.array([1.0, 2.0]),),
        ),
        Mistake(
            "first row only",
            "Your loop leaves the function too early, or overwrites its result: for a batch of several rows you return "
            "one row. For {input} that is {output}, where the result should have the shape of the input. A `return` "
            "inside a loop ends it in the first round. The sums and maxima can also run over all rows at once, and then "
            "no loop is needed.",
            (lambda z: _row_by_row(z if z.ndim == 1 else z[0]), lambda z: _row_by_row(z if z.ndim == 1 else z[-1])),
            SQUARE,
        ),
    ),
    remark="One function for a vector and for a batch, and no finite logit can break it.",
)


# 1.4 ------------------------------------------------------------------------------------------------------------------


def _powers_to_the_inverse(z, T):
    shares = np.exp(z - np.max(z, axis=-1, keepdims=True)) ** (1 / T)
    return shares / np.sum(shares, axis=-1, keepdims=True)


def _mixture_of_logs(z, T):
    z = np.asarray(z, dtype=float) / T
    return np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True))


def _temperature_in_float32(z, T):
    return reference.softmax((z - z.max(axis=-1, keepdims=True)).astype(np.float32) / np.float32(T))


with_temperature = Exercise(
    name="ch01.with_temperature",
    asks="Softmax of z at the temperature T.",
    reference=lambda z, T: reference.softmax(z, temperature=T),
    probes=logits_and_temperatures,
    expects=probabilities_in_words,
    hints=(
        "The temperature acts on the logits, before anything else happens to them. Which operation makes differences "
        "smaller when T grows?",
        "Write it in terms of the softmax that you have: only its argument changes.",
    ),
    alternatives=(
        lambda z, T: reference.softmax(np.true_divide(z, T)),
        _powers_to_the_inverse,
        _mixture_of_logs,
        _temperature_in_float32,
        lambda z, T: _row_by_row(np.asarray(z) * (1.0 / T)),
    ),
    mistakes=(
        Mistake(
            "the wrong way round",
            "Your result is that of logits multiplied by T. At {input} you return {output}: sharper than the softmax itself, though a "
            "temperature above 1 has to flatten. Think of heat: the hotter, the more the differences blur. What is "
            "multiplied by T has larger differences afterwards, and only differences count. Which operation makes them "
            "smaller as T grows?",
            (lambda z, T: reference.softmax(z * T),),
            (np.array([1.0, 2.0]), 2.0),
        ),
        Mistake(
            "the quotient upside down",
            "You divide T by the logits. At {input} you return {output}: the class with the larger logit gets the smaller "
            "probability. It is the logits that are divided, each of them, by the one number T. Look at the quotient, and "
            "at the order of the two arguments between the brackets of `def`: first the logits, then the temperature.",
            (lambda z, T: reference.softmax(np.divide(T, z)),),
            (np.array([1.0, 2.0]), 2.0),
        ),
        Mistake(
            "the temperature is not used",
            "Your result does not depend on T. At {input} you return {output}, the same as for T = 1. Either `T` is not "
            "in the body at all, or it cancels: added to every logit it is a common shift, and as a factor of every power it "
            "stands above and below the line. To flatten a distribution the differences between logits have to become "
            "smaller. Which operation with T changes differences?",
            (lambda z, T: reference.softmax(z), lambda z, T: reference.softmax(z + T)),
            (np.array([1.0, 2.0]), 2.0),
        ),
        Mistake(
            "a limit on the temperature",
            "You use T on one side of a limit and the limit itself on the other. At {input} you return {output}, and another "
            "temperature on the same side gives the same. Every T above 0 is allowed, and a small one is no danger to a "
            "softmax that shifts: the largest logit, divided by T, is subtracted before `exp`. Which `max` or `min` can go?",
            (
                *(lambda z, T, limit=limit: reference.softmax(z / max(T, limit)) for limit in (1.0, 0.5, 0.1)),
                lambda z, T: reference.softmax(z / min(T, 1.0)),
            ),
            (np.array([0.02, 0.01, 0.0]), 0.01),
        ),
        Mistake(
            "divided after the softmax",
            "You take the softmax first and divide the probabilities by T. At {input} you return {output}: all shrink by "
            "the same factor and no longer sum to 1, while their ratio is as before. A temperature has to change the "
            "ratios, so it must act inside the exponential. What happens to the ratio of two powers of e when both "
            "exponents are divided by T?",
            (lambda z, T: reference.softmax(z) / T,),
            (np.array([1.0, 2.0]), 2.0),
            total,
        ),
        Mistake(
            "powers of probabilities",
            "You raise the finished probabilities to the power 1/T and stop. At {input} you return {output}. The ratios are "
            "right, since a root of a power of e is a power with a smaller exponent, but the shares of one whole have turned "
            "into numbers with another total. What has to be done once more, after the power? Or change the logits before "
            "the softmax, and nothing is left to repair.",
            (lambda z, T: reference.softmax(z) ** (1 / T),),
            (np.array([1.0, 2.0]), 2.0),
            total,
        ),
        Mistake(
            "on one side of the line only",
            "You divide by T in the numerator or in the denominator, and leave the logits of the other as they are. At "
            "{input} you return {output}, and a probability needs the sum 1. The shares of a whole need the same powers "
            "above and below the line. Compute the scaled logits once, give them a name, and use that name for both.",
            (
                lambda z, T: np.exp(z / T) / np.exp(z).sum(axis=-1, keepdims=True),
                lambda z, T: np.exp(z) / np.exp(z / T).sum(axis=-1, keepdims=True),
            ),
            (np.array([1.0, 2.0]), 2.0),
            total,
        ),
        Mistake(
            "no shift",
            "A small temperature makes large logits: 20 divided by 0.01 is 2000, and `exp` overflows at 710. At {input} "
            "you return {output}. You have already met the cure, a shift by the largest logit of the row. It has to be "
            "applied to the logits that really enter `exp`, after the division by T; calling a softmax that shifts does "
            "it for you.",
            (
                lambda z, T: _exp_shares(z / T, 0),
                lambda z, T: _exp_shares(z / T, z.max(axis=-1, keepdims=True)),
            ),
            (np.array([20.0, 10.0, 0.0]), 0.01),
        ),
        Mistake(
            "sum over the whole batch",
            "One vector comes out right. For a batch all rows share one sum: {input} gives {output}, and each row by itself "
            "has to sum to 1. The temperature is used as it should be; what is missing is the axis of the classes, in the "
            "softmax of your own or in the one that you call. `reference.softmax` takes the last axis without being told.",
            (
                lambda z, T: np.exp(z / T) / np.exp(z / T).sum(),
                lambda z, T: np.exp(z / T - np.max(z / T)) / np.exp(z / T - np.max(z / T)).sum(),
                lambda z, T: reference.softmax(np.ravel(z / T)).reshape(z.shape),
            ),
            (*SQUARE, 2.0),
            row_sums,
        ),
        Mistake(
            "rows and columns mixed up",
            "One vector comes out right. For {input} you return {output}, and each row has to sum to 1. Your sum runs over the "
            "first axis, which collects one class over all examples, or it runs over the last one and loses that axis, so "
            "that NumPy lines it up with the columns. Exercise 1.3 had both. Is there a softmax of yours, or of the "
            "workbook, that you can call instead?",
            (
                lambda z, T: reference.softmax(z / T, axis=0),
                lambda z, T: _sum_without_keepdims(z / T),
                lambda z, T: _neither_with_keepdims(z / T),
            ),
            (*SQUARE, 2.0),
            row_sums,
        ),
        Mistake(
            "root of the temperature",
            "You divide the logits by the square root of T. At {input} you return {output}, which is flatter than at "
            "T = 1, but not flat enough. The root belongs to another place: attention divides its scores by the root of "
            "their width. In the definition of the temperature the logits are divided by T itself.",
            (lambda z, T: reference.softmax(z / np.sqrt(T)),),
            (np.array([1.0, 2.0]), 2.0),
        ),
    ),
    remark="Dividing the logits by T is all there is to it, and the order of the classes never changes.",
)


# 1.5 ------------------------------------------------------------------------------------------------------------------


def _with_zero(z):
    return np.stack([np.asarray(z, dtype=float), np.zeros(np.shape(z))], axis=-1)


def _split_evenly(z):
    half = np.asarray(z, dtype=float) / 2
    return reference.softmax(np.stack([half, -half], axis=0), axis=0)[0]


def _sigmoid_in_two_branches(z):
    small = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1 / (1 + small), small / (1 + small))


def _one_by_one(z):
    if np.ndim(z) == 0:
        return reference.softmax([float(z), 0.0])[0]
    return [_one_by_one(value) for value in z]


sigmoid_from_softmax = Exercise(
    name="ch01.sigmoid_from_softmax",
    asks="The sigmoid of z, as the first probability of a softmax over two classes.",
    reference=lambda z: reference.softmax(_with_zero(z))[..., 0],
    probes=single_logits,
    scale=lambda z: 1e-11,  # forms such as (1 + tanh)/2 lose the digits of the smallest probabilities, and are right
    expects=sigmoid_in_words,
    hints=(
        "Divide the numerator and the denominator of the sigmoid by the right power of e until both terms below the line "
        "are powers of e. Which two exponents stand there?",
        "The second class has a logit that never moves. Which number has the power 1?",
        "For an array, `np.stack([z, other], axis=-1)` puts two arrays of one shape side by side, and `[..., 0]` takes "
        "the first of the two back out.",
    ),
    alternatives=(
        _split_evenly,
        _sigmoid_in_two_branches,
        _one_by_one,
        lambda z: 0.5 * (1 + np.tanh(np.asarray(z) / 2)) if np.all(np.abs(z) < 15) else _split_evenly(z),
        lambda z: np.exp(-np.logaddexp(0, -np.asarray(z, dtype=float))),
    ),
    mistakes=(
        Mistake(
            "the other class",
            "You return the probability of the class whose logit is 0. For {input} that is {output}: the sigmoid of −z, "
            "or 1 minus what is asked. Both numbers come out of the same softmax, side by side; the sigmoid is the one "
            "that grows with `z`. Which index picks it, in the order in which you have put the two logits?",
            (lambda z: reference.softmax(_with_zero(z))[..., 1],),
            (1.0,),
        ),
        Mistake(
            "twice the logit",
            "You give the two classes the logits z and −z. Their *difference* is then 2z, and only the difference "
            "counts, so you return the sigmoid of 2z: {output} for {input}. The sigmoid compares e to the power z with "
            "1. Which logit has the power 1?",
            (lambda z: reference.softmax(np.stack([np.asarray(z), -np.asarray(z)], axis=-1))[..., 0],),
            (1.0,),
        ),
        Mistake(
            "one as the second logit",
            "Your second logit is 1, because a 1 stands in the denominator of the sigmoid. But that 1 is already a "
            "power of e, and a softmax raises e to whatever you give it. So you return the sigmoid of z − 1: {output} "
            "for {input}, where an even chance is right. Which exponent makes a power of e equal to 1?",
            (lambda z: reference.softmax(_with_zero(z) + np.array([0.0, 1.0]))[..., 0],),
            (0.0,),
        ),
        Mistake(
            "one minus the logit",
            "You give the two classes the logits z and 1 − z. Probabilities of *yes* and *no* sum to 1; logits do not, they "
            "are free. The difference of yours is 2z − 1, so you return the sigmoid of that: {output} for {input}, where an "
            "even chance is right. The difference has to be z. Which fixed number leaves it so?",
            (lambda z: reference.softmax(np.stack([np.asarray(z), 1 - np.asarray(z)], axis=-1))[..., 0],),
            (0.0,),
        ),
        Mistake(
            "the size without the sign",
            "Your result is the sigmoid of |z|: right for positive logits, and {output} for {input}, where it has to lie below "
            "one half. Either an absolute value stands in an exponent, or you take the larger of two probabilities. Both "
            "forget which of the two classes is ahead. *Yes* keeps its place in the pair, whatever the sign of its logit. "
            "Which place is that, and how do you take it out along the last axis?",
            (
                lambda z: reference.softmax(_with_zero(np.abs(z)))[..., 0],
                lambda z: reference.softmax(_with_zero(z)).max(axis=-1),
            ),
            (-2.0,),
        ),
        Mistake(
            "numbers only",
            "For one number your function is right, and for an array it is not: {input} gives {output}. You put `z` and the "
            "fixed logit side by side as two entries of one list. When `z` is an array, every example in it needs such a pair "
            "of its own, on a new axis behind the one of the examples. The last hint names the function that builds it.",
            (
                lambda z: reference.softmax([z, 0])[0],
                lambda z: reference.softmax(np.append(z, 0.0))[0],
                lambda z: reference.softmax(np.stack([np.asarray(z, dtype=float), np.zeros(np.shape(z))]))[0],
            ),
            (np.array([-0.5, 1.5]),),
        ),
        Mistake(
            "arrays only",
            "For an array your function is right. For one number, such as {input}, it returns {output}. A number has no length, "
            "no rows and no first entry, so a loop over it fails, and a function that makes a column of it adds an axis "
            "which the result must not have. Start with an array of the shape of `z`, which may be (), and put the two "
            "classes on a new last axis.",
            (
                lambda z: [reference.softmax([value, 0.0])[0] for value in z],
                lambda z: reference.softmax(np.column_stack([np.atleast_1d(z), np.zeros(np.size(z))]))[:, 0],
                lambda z: reference.softmax(_with_zero(z))[:, 0],
            ),
            (0.0,),
        ),
        Mistake(
            "both probabilities",
            "You return the whole softmax of two classes, {output} for {input}, where one number was asked for. The "
            "second one carries nothing new: it is 1 minus the first. This is why a network for two classes needs a "
            "single output. Which of the two is the sigmoid of `z`, and how do you take it out along the last axis?",
            (lambda z: reference.softmax(_with_zero(z)),),
            (1.0,),
        ),
        Mistake(
            "softmax over the examples",
            "You apply softmax to `z` itself. A vector holds one logit for each example, and examples do not compete: "
            "for {input} you return {output}. Each example has two classes of its own, one with the logit z and one with "
            "a fixed logit. Build that second axis first, and run the softmax along it.",
            (
                lambda z: reference.softmax(np.atleast_1d(z)).reshape(np.shape(z)),
                lambda z: reference.softmax(z),
            ),
            (np.array([2.0, 5.0]),),
        ),
        Mistake(
            "one unit with softmax",
            "You take the softmax over a single class for each example. One class gets the whole, whatever its logit: for "
            "{input} you return {output}, and for every other input the same. A softmax compares, so it needs something to "
            "compare with. Which logit does the class *no* have, when only the difference between the two counts and *yes* "
            "has the logit `z`?",
            (
                lambda z: reference.softmax(np.asarray(z, dtype=float)[..., None])[..., 0],
                lambda z: np.ones(np.shape(z)),
            ),
            (np.array([0.0, 1.0, -3.0]),),
        ),
        Mistake(
            "overflow for large logits",
            "You compute e to the power z and divide it by 1 plus itself, without a shift. For large `z` the power is "
            "infinite, and infinite over infinite is nan: {output} for {input}. A stable softmax of the two logits has "
            "no such limit, because it subtracts the larger one first. Which two logits do you hand to it?",
            (lambda z: np.exp(z) / (1 + np.exp(z)), lambda z: np.exp(z) / (np.exp(z) + np.exp(0))),
            (1000.0,),
        ),
    ),
    remark="A softmax over two classes is a sigmoid of the difference of their logits.",
)
