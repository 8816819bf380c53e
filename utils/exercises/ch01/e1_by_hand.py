"""Exercise 1.1: the softmax of [1, 2, 3], rounded to three decimals, from the powers of e in the table."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs

mistakes = Bank()

by_hand = Exercise(
    name="ch01.by_hand",
    asks="The softmax of [1, 2, 3], rounded to three decimals, from the powers of e in the table.",
    reference=reference.softmax([1.0, 2.0, 3.0]),
    expects=lambda: "a list of three numbers between 0 and 1 that sum to 1, each rounded to three decimals,",
    rtol=4e-4,
    scale=lambda: 1.0,
    hints=paragraphs("""
        Two steps: raise e to each logit, then divide each result by the sum of all three. Which number is the sum?

        The cell above the exercise prints the three powers of e. Add them; all three share this denominator.

        The last of the three is e³ divided by the sum of e¹, e² and e³. The other two have the same denominator.
    """),
    alternatives=(
        [0.090, 0.245, 0.665],
        (0.0900306, 0.2447285, 0.6652410),
        np.exp([1.0, 2.0, 3.0]) / sum(np.exp([1.0, 2.0, 3.0])),
        [1 / (1 + math.e + math.e**2), 1 / (math.exp(-1) + 1 + math.e), 1 / (math.exp(-2) + math.exp(-1) + 1)],
        np.array([[0.090, 0.245, 0.665]])[0].astype(np.float32),
    ),
    bank=mistakes,
    remark="The shares are those of e¹, e² and e³ in their sum, and neighbours differ by the factor e.",
)


# Mistakes

mistakes.add(
    "no division",
    """
    Your numbers, {output}, are the powers of e: the first of the two steps. They are positive and in the right
    order, but they do not sum to 1, so they are not probabilities yet. The second step turns each of them into its
    share of the whole. Add the three, and ask of each what part of that total it is.
    """,
    [2.718, 7.389, 20.086],
    [2.72, 7.39, 20.09],
)

mistakes.add(
    "plain shares",
    """
    You divided each logit by the sum of the logits and got {output}. That sums to 1 here, but it breaks as soon as
    a logit is negative or the logits sum to zero, which logits are free to do. Softmax first makes every number
    positive, by raising e to it, and takes the shares after that. Which step comes before your division?
    """,
    [0.167, 0.333, 0.5],
    [1 / 6, 2 / 6, 3 / 6],
    [0.17, 0.33, 0.5],
)

mistakes.add(
    "another base",
    """
    You raised 2, or 10, to each logit in place of e, and got {output}. Every base above 1 gives probabilities, so the
    idea is right; a different base is a softmax at another temperature, as a later section shows. The definition takes
    e, because its power is its own derivative, which keeps the next chapter short. Redo the first step with the
    table of powers of e.
    """,
    [0.143, 0.286, 0.571],
    [1 / 7, 2 / 7, 4 / 7],
    [0.009, 0.090, 0.901],
)

mistakes.add(
    "a sigmoid for each",
    """
    Your numbers, {output}, are the sigmoids of the three logits: each was computed from its own logit only. So
    they sum to more than 1, and changing one logit would leave the other two as they are. In a softmax the three
    share one denominator. What do you get when you add all three powers of e before you divide?
    """,
    [0.731, 0.881, 0.953],
)

mistakes.add(
    "hard max",
    """
    You gave everything to the largest logit: {output}. That is the hard maximum, which tells who wins and forgets
    by how much. Softmax is its soft form: the largest logit gets the largest share, and the others keep something,
    too. Raise e to each logit and take shares; no entry can become exactly 0.
    """,
    [0.0, 0.0, 1.0],
)

mistakes.add(
    "reversed order",
    """
    Your three numbers are the right ones in the opposite order: {output}. The first probability belongs to the
    first logit, which is 1, the smallest of the three. A larger logit always gets a larger probability, since the
    power of e grows with its exponent and all three share one denominator. At which end
    does the largest probability belong?
    """,
    [0.665, 0.245, 0.090],
)

mistakes.add(
    "shares of squares",
    """
    You squared each logit and took shares of the squares: {output}. That has the right order here, because all three
    logits are positive; with a logit of −3 beside the 3 both would get the same share, although one says yes and the
    other no. In the definition the logit is the *exponent*, not the base. Which number is raised to the power 1, 2
    and 3?
    """,
    [0.071, 0.286, 0.643],
    [1 / 14, 4 / 14, 9 / 14],
)

mistakes.add(
    "divided by the sum of the logits",
    """
    You raised e to each logit and then divided by 1 + 2 + 3: {output}. The powers are right, the whole is not: a
    share needs a denominator that is made of the same things as the numerator, or the three do not sum to 1. Yours
    do not. Which three numbers does the denominator have to add up?
    """,
    [0.453, 1.232, 3.348],
)

mistakes.add(
    "divided by the number of classes",
    """
    You raised e to each logit and divided by 3, because there are three classes: {output}. Each of your numbers is
    then a third of a power, and together they make the mean of the powers, not 1. The denominator has to be the
    whole that is shared. What do the three powers of e add up to?
    """,
    [0.906, 2.463, 6.695],
)

mistakes.add(
    "the logarithm of softmax",
    """
    You entered logarithms of probabilities, {output}. They are negative, and it is the powers of e of these three
    that sum to 1. A later chapter computes losses from them. Here the probabilities themselves are asked for, between
    0 and 1. Did you take a logarithm at the end, or subtract one where a division was due?
    """,
    [-2.408, -1.408, -0.408],
)

mistakes.add(
    "one number",
    """
    You entered a single number, {output}. It may be a step on the way, such as the sum of the three powers, or the
    share of one class. Softmax gives *every* class a probability: three logits go in, and three shares come out, in the
    order of the logits. Put them side by side in square brackets, with commas between them. Which two are missing?
    """,
    30.193,
    0.665,
    [0.665],
)

mistakes.add(
    "cut off instead of rounded",
    """
    Your way is right, and the numbers are cut off after the third decimal, not rounded: {output}. The second
    probability is 0.24473, which lies nearer to 0.245 than to 0.244. What is cut off always goes down, so the sum of
    many such numbers falls further and further below what it should be; rounding goes to the nearer side. Which digit
    decides whether the third one stays?
    """,
    [0.090, 0.244, 0.665],
)

mistakes.add(
    "rounded too early",
    """
    You have the right idea with too few digits: {output}. The exercise asks for three decimals, and an early rounding,
    of a power, of e, or of the sum, does not leave so many; a text that this course is built on fell into that trap.
    Keep at least four digits until the last division, and round the three results at the end. Their sum should then be
    1 again, or differ from it by a thousandth.
    """,
    [0.1, 0.2, 0.7],
    [0.09, 0.24, 0.67],
    [0.1, 0.25, 0.65],
    [0.09, 0.25, 0.66],
    [0.09, 0.24, 0.66],
)

mistakes.add(
    "the other three logits",
    """
    Your three numbers, {output}, are the softmax of 2.0, 1.0 and 0.1: the example of the table further up. This
    exercise has logits of its own, 1, 2 and 3, and the cell above it prints their powers of e. The way is the
    same: one power for each logit, and one sum below all three. Which class has the largest share this time?
    """,
    [0.659, 0.242, 0.099],
    [0.659001, 0.242433, 0.098566],
)

mistakes.add(
    "divided by the largest",
    """
    You divided each power by the largest one: {output}. So the last class gets 1, and nothing is left for the
    others, which get something all the same: the three sum to more than 1. A share is a part of the *whole*. The
    whole consists of the powers of all three classes. Which number belongs below all three fraction lines?
    """,
    [0.135, 0.368, 1.0],
    [math.exp(-2), math.exp(-1), 1.0],
)

mistakes.add(
    "percent",
    """
    Your numbers, {output}, are percentages, so they sum to 100. A probability is a share of 1: every formula that
    follows, the cost with its logarithm first of all, expects values between 0 and 1 and would give another result
    for yours. Nothing is wrong with your computation; move the decimal point and enter the three shares.
    """,
    [9.003, 24.473, 66.524],
    [9.0, 24.5, 66.5],
)


# Families


def near_a_sample(mistake):
    """A predicate: the numbers are those of a sample, with two decimals or more."""

    def recognise(seen):
        value = seen.results[0].value
        return value is not None and any(
            value.shape == np.shape(sample) and np.allclose(value, sample, rtol=0.003, atol=0.006)
            for sample in mistake.samples
        )

    return recognise


def near_the_truth(seen):
    """Whether these are the numbers of an early rounding: nearly right, with a sum of nearly 1 or with few digits."""
    value = seen.results[0].value
    if value is None or value.shape != (3,) or not np.allclose(value, seen.expected[0], rtol=0, atol=0.05):
        return False
    return abs(value.sum() - 1) < 0.0055 or np.allclose(value, value.round(2), rtol=0, atol=1e-9)


def is_cut_off(seen):
    """Whether the digits behind the third decimal are missing, and nothing else is wrong."""
    value = seen.results[0].value
    return value is not None and np.allclose(value, np.floor(1000 * seen.expected[0]) / 1000, rtol=0, atol=1e-9)


for mistake in mistakes:
    mistake.recognise = near_a_sample(mistake)
    if mistake.name == "rounded too early":
        mistake.recognise = near_the_truth
    if mistake.name == "cut off instead of rounded":
        mistake.recognise = is_cut_off
    if mistake.name == "one number":
        mistake.recognise = lambda seen: getattr(seen.results[0].value, "size", 0) == 1
