"""Exercise 0.1: the number half-way between two numbers."""

import math
import statistics

import numpy as np

from utils.checking import Bank, Domain, Exercise, paragraphs

# The domain


LARGEST = 1000  # in size


def corners(rng):
    """Pairs of numbers, floats or integers, of either sign and in either order."""
    small, large = rng.uniform(1, 9), rng.uniform(20, 90)
    even, odd = 2 * int(rng.integers(1, 40)), 2 * int(rng.integers(1, 40)) + 1
    return {
        "the larger one first": (large, small),
        "the larger one last": (small, large),
        "both negative": (-large, -small),
        "one negative": (-small, large),
        "the other negative": (large, -small),
        "opposite numbers": (large, -large),
        "equal numbers": (large, large),
        "zero first": (0.0, large),
        "zero last": (large, 0.0),
        "between 0 and 1": (rng.uniform(0.05, 0.4), rng.uniform(0.5, 0.95)),
        "below 0.1": (rng.uniform(0, 0.1), rng.uniform(0, 0.1)),
        "far apart": (-LARGEST * rng.uniform(0.8, 1), LARGEST * rng.uniform(0.8, 1)),
        "both large": (LARGEST * rng.uniform(0.8, 1), LARGEST * rng.uniform(0.8, 1)),
        "integers": (even, odd),
        "integers, the larger one first": (odd + 100, even),
        "negative integers": (-odd, -even),
        "an integer and a float": (even, small),
    }


def any_two_numbers(rng):
    """Two numbers of any size."""
    scale = rng.choice([1.0, 10.0, LARGEST])
    a, b = (float(number) for number in rng.uniform(-scale, scale, size=2))
    return (round(a), round(b)) if rng.random() < 0.3 else (a, b)


TWO_NUMBERS = Domain(
    smallest=[
        (2.0, 4.0),
        (1, 2),
        (4.0, 2.0),
        (0.0, 5.0),
        (5.0, 0.0),
        (-3.0, 3.0),
        (3.0, 3.0),
        (-1.0, -4.0),
        (7, 7),
        (0.125, 0.5),
    ],
    corners=corners,
    draw=any_two_numbers,
)


# Right answers


mistakes = Bank()

warm_up = Exercise(
    name="ch00.warm_up",
    is_main=True,
    asks="The number half-way between two numbers.",
    reference=lambda a, b: (a + b) / 2,
    probes=TWO_NUMBERS,
    expects=lambda a, b: "one number",
    scale=lambda a, b: max(abs(a), abs(b)),
    hints=paragraphs("""
        Half-way between 2 and 4 lies 3. What do you do with 2 and 4 to get there?

        Add the two numbers first, and halve the result. Python divides before it adds, unless brackets say otherwise.
    """),
    alternatives=(
        lambda a, b: a / 2 + b / 2,
        lambda a, b: a + (b - a) / 2,
        lambda a, b: b - 0.5 * (b - a),
        lambda a, b: 0.5 * (a + b),
        lambda a, b: sum([a, b]) / len([a, b]),
        lambda a, b: np.mean([a, b]),
        lambda a, b: statistics.fmean((b, a)),
        lambda a, b: (max(a, b) + min(a, b)) / 2,
    ),
    bank=mistakes,
    remark="Not attempted, not yet, correct: you have seen all there is, and every exercise works like this one.",
)


# Mistakes

TWO_AND_FOUR = (2.0, 4.0)


@mistakes.mistake(*TWO_AND_FOUR, name="missing brackets")
def missing_brackets(a, b):
    """
    For {input} you return {output}. Python divides before it adds, as in school: your function halves only `b` and
    then adds the whole of `a`. Half-way between 2 and 4 lies 3, and the result of two equal numbers has to be that
    number again. What has to be computed first, and which signs tell Python so?
    """
    return a + b / 2


missing_brackets.also(lambda a, b: b / 2 + a)


@mistakes.mistake(*TWO_AND_FOUR)
def half_of_the_first(a, b):
    """
    For {input} you return {output}: the half of `a` and the whole of `b`. Both numbers have the same say in what is
    half-way between them, so exchanging `a` and `b` must not change the result, and yours changes. Try it with 2 and
    4 and then with 4 and 2. What has to happen to both numbers, and in which order?
    """
    return a / 2 + b


@mistakes.mistake(*TWO_AND_FOUR)
def the_sum(a, b):
    """
    You return the sum of the two numbers, {output} for {input}. That is the first of two steps, and it is right. But
    half-way between two numbers lies between them, and the sum of two positive numbers is larger than both. Which
    second step brings it back to the middle?
    """
    return a + b


@mistakes.mistake(*TWO_AND_FOUR)
def half_the_distance(a, b):
    """
    You return half the difference, {output} for {input}. That is how far the middle is away from each end, and it
    would be the same for 102 and 104. Where the middle lies depends on where the two numbers lie. From which end do
    you have to count this half distance?
    """
    return (b - a) / 2


half_the_distance.also(lambda a, b: (a - b) / 2, lambda a, b: abs(a - b) / 2)


@mistakes.mistake(*TWO_AND_FOUR)
def away_from_the_other_number(a, b):
    """
    You start at one of the two numbers and go half the distance, which is a good way, but in the wrong direction: for
    {input} you return {output}, which does not lie between them. From `a` the way to `b` is `b` minus `a`, negative
    where `b` is the smaller one. Which of the two comes first in your difference, or which sign stands before it?
    """
    return a + (a - b) / 2


away_from_the_other_number.also(
    lambda a, b: b + (b - a) / 2,
    lambda a, b: min(a, b) - abs(a - b) / 2,
    lambda a, b: max(a, b) + abs(a - b) / 2,
)


@mistakes.mistake(*TWO_AND_FOUR)
def two_arguments_for_one_list(a, b):
    """
    You hand the two numbers to a function that takes *one* list of numbers: for {input} your function returns {output}.
    A second argument of `sum` is where the sum begins, and a second argument of `np.mean` is an axis, so neither
    averages two numbers side by side. Square brackets around both make one list of them; or you add and divide
    without any function.
    """
    return np.mean(a, b)


two_arguments_for_one_list.also(
    lambda a, b: sum(a, b) / 2,
    lambda a, b: statistics.mean(a, b),
    lambda a, b: np.average(a, b),
    lambda a, b: np.median(a, b),
)


@mistakes.mistake(*TWO_AND_FOUR)
def the_distance(a, b):
    """
    You return the difference of the two numbers, {output} for {input}: how far they are apart. It would be the same
    for 102 and 104, whose middle is somewhere else. The exercise asks for the number that has equal distances to
    both. Which operation treats `a` and `b` alike, and what comes after it?
    """
    return b - a


the_distance.also(lambda a, b: a - b, lambda a, b: abs(a - b))


@mistakes.mistake(2.0, 4.0)
def the_geometric_mean(a, b):
    """
    You return the square root of the product, {output} for {input}. That is half-way in another sense, where equal
    *factors* count as equal steps, and it does not exist when one of the numbers is negative. Here equal *distances*
    count: 3 is as far from 2 as from 4. Which operation belongs in the place of the product?
    """
    return math.sqrt(abs(a * b))


the_geometric_mean.also(lambda a, b: np.sqrt(np.maximum(a * b, 0)), lambda a, b: math.sqrt(a * b))


@mistakes.mistake(2.0, 4.0)
def half_the_product(a, b):
    """
    You multiply the two numbers and halve the result: {output} for {input}. The product of two large numbers is far
    larger than both, and as soon as one number is zero your result is zero, wherever the other one lies. The middle
    of 0 and 5 is 2.5. Which operation belongs in the place of the product?
    """
    return a * b / 2


@mistakes.mistake(1, 2)
def whole_numbers_only(a, b):
    """
    For {input} you return {output}. The middle of 1 and 2 is not a whole number. The operator `//` divides and drops
    the part after the point, and `int` and `round` give whole numbers, too. That is right for some pairs, such as 2
    and 4, and so it goes unnoticed for a while. Which operator divides and keeps the fraction?
    """
    return (a + b) // 2


whole_numbers_only.also(lambda a, b: int((a + b) / 2), lambda a, b: round((a + b) / 2), lambda a, b: a // 2 + b // 2)


@mistakes.mistake(2.0, 4.0)
def the_larger_one(a, b):
    """
    You return the larger of the two numbers, {output} for {input}. The number that is asked for lies between the
    two, at the same distance from both, and coincides with the larger one only where they are equal. Which result
    do you get when both numbers have their say?
    """
    return max(a, b)


@mistakes.mistake(2.0, 4.0)
def the_smaller_one(a, b):
    """
    You return the smaller of the two numbers, {output} for {input}. The number that is asked for lies between the
    two, at the same distance from both, and coincides with the smaller one only where they are equal. Which result
    do you get when both numbers have their say?
    """
    return min(a, b)


@mistakes.mistake(2.0, 4.0)
def only_one_of_the_two(a, b):
    """
    You return one of the two numbers, or its half, and never look at the other: {output} for {input}. Change the
    other number, and your result stays where it is, though the middle has to move. Both `a` and `b` have to appear
    in the line after `return`. What do you do with the two of them first?
    """
    return a


only_one_of_the_two.also(lambda a, b: b, lambda a, b: a / 2, lambda a, b: b / 2)


@mistakes.mistake(2.0, 4.0)
def multiplied_by_two(a, b):
    """
    You add the two numbers, which is right, and then double the sum: {output} for {input}. The middle of two
    positive numbers cannot be larger than both of them. There are two numbers in the sum, so the sum counts each of
    them in full. What brings it back to the size of one?
    """
    return (a + b) * 2
