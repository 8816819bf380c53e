"""Exercise 3.1: the loss of one example from its probabilities a and its label y."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch03 import recognising
from utils.exercises.ch03.common import (
    any_probabilities,
    calm_probabilities,
    nearly_certain,
    one_hot,
    with_small_ones,
    with_zeros,
)

# The domain


def corners(rng):
    """Probabilities of one example and its label, by the name of their corner."""

    def at_random(K):
        return calm_probabilities(rng, 1, K)[0], int(rng.integers(K))

    def certain(K):
        label = int(rng.integers(K))
        return one_hot(label, K), label

    few, label = calm_probabilities(rng, 1, 4), int(rng.integers(4))
    y = np.array([label])
    K, many = int(rng.integers(2, 7)), int(rng.integers(14, 25))
    return {
        "two classes": at_random(2),
        "three classes": at_random(3),
        "many classes": at_random(many),
        "a label of NumPy": (few[0], few[0].argmin()),
        "the first class": (at_random(many)[0], 0),
        "the last class": (at_random(many)[0], many - 1),
        "the likeliest class": (few[0], int(few[0].argmax())),
        "the least likely class": (few[0], int(few[0].argmin())),
        "all equal": (np.full(K, 1 / K), int(rng.integers(K))),
        "certain": certain(int(rng.integers(2, 6))),
        "certain, and many classes": certain(many),
        "nearly certain": (nearly_certain(rng, 1)[0], 0),
        "a zero beside the label": (with_zeros(few, y)[0], label),
        "hardly more than 0": (with_small_ones(rng, few, y)[0], label),
    }


def draw(rng):
    A, y = any_probabilities(rng, 1, int(rng.integers(1, 13)))
    return A[0], int(y[0])


one_example = Domain(
    smallest=[
        (np.array([0.25, 0.75]), 1),
        (np.array([0.25, 0.75]), 0),
        (np.array([0.5, 0.5]), 1),
        (np.array([1.0]), 0),
        (np.array([1.0, 0.0]), 0),
        (np.array([0.7, 0.2, 0.1]), 2),
        (np.array([0.1, 0.2, 0.7]), 1),
        (np.array([0.25, 0.25, 0.25, 0.25]), 3),
        (np.array([1e-30, 1.0]), 0),
    ],
    corners=corners,
    draw=draw,
)


def is_calm(a, y):
    return a.min() >= 1e-3 and a.max() <= 0.999


calmly = recognising.Calmly(is_calm, tolerance=(5e-3, 2e-3))


def has_a_zero(a, y):
    return (np.delete(a, y) == 0).any()


# Right answers


def _loss_by_cases(a, y):
    for j in range(len(a)):
        if j == y:
            return -math.log(a[j])


def _loss_in_float32(a, y):
    return -np.log(a.astype(np.float32)[y])


def _loss_as_inverse(a, y):
    return np.log(1 / np.take(a, y))


def _loss_with_indicator(a, y):
    return -np.log(np.sum((np.arange(len(a)) == y) * a))


def _loss_with_mask(a, y):
    return np.sum(-np.log(a, where=np.arange(len(a)) == y, out=np.zeros(len(a))))


def _loss_in_bits(a, y):
    return -math.log2(a[y]) * math.log(2)


mistakes = Bank()

loss = Exercise(
    name="ch03.loss",
    is_main=True,
    asks="The loss of one example from its probabilities a and its label y.",
    reference=reference.loss,
    probes=one_example,
    expects=lambda a, y: "one number, 0 or larger,",
    scale=lambda a, y: 0.01,  # float32 holds a probability next to 1 as closely as that
    hints=paragraphs("""
        Which of the probabilities decides the loss? The label tells you where in the array it is.

        Take the entry of `a` at the place `y`. Its natural logarithm is `np.log`, and the loss is never negative.
    """),
    alternatives=(
        _loss_by_cases,
        _loss_in_float32,
        _loss_as_inverse,
        _loss_with_indicator,
        _loss_with_mask,
        _loss_in_bits,
        lambda a, y: np.array([-np.log(a[y])]).sum(dtype=np.float32),
        lambda a, y: np.where(np.arange(len(a)) == y, -np.log(a), 0).sum(),
    ),
    bank=mistakes,
    remark="The loss of one example is minus the logarithm of one number: the probability of the class that occurred.",
)


# Mistakes

EVEN = (np.array([0.25, 0.75]), 0)


@mistakes.mistake(*EVEN, recognise=calmly.times(lambda a, y: -1))
def no_minus_sign(a, y):
    """
    You return the logarithm of the right probability with its own sign: for {input} that is {output}. A probability
    is at most 1, so its logarithm is never above 0, and the better the prediction, the larger your number. A loss
    has to be smallest for the best prediction, because training makes it small. What turns the one into the other?
    """
    return np.log(a[y])


@mistakes.mistake(*EVEN)
def the_probability_itself(a, y):
    """
    You return a probability, {output} for {input}, without its logarithm. It rises when the prediction gets better,
    and with a minus sign in front it could never fall below −1: being certain and wrong would cost hardly more than
    being unsure. The loss must grow without bound as the probability of the true class goes to 0. Which function
    does that?
    """
    return a[y]


the_probability_itself.also(lambda a, y: -a[y])


@mistakes.mistake(*EVEN)
def one_minus_the_probability(a, y):
    """
    You return 1 minus the probability: {output} for {input}. It is 0 for a perfect prediction, as a loss should be,
    but it never exceeds 1, so a certain mistake costs hardly more than a doubtful one. And losses of independent
    examples should add where their probabilities multiply. Which function turns products into sums?
    """
    return 1 - a[y]


one_minus_the_probability.also(lambda a, y: (1 - a[y]) ** 2)


@mistakes.mistake(*EVEN)
def one_over_the_probability(a, y):
    """
    You divide 1 by the probability of the true class: {output} for {input}. It grows without bound as the probability
    goes to 0, as a loss should, but a perfect prediction costs 1 in place of 0, and two independent examples multiply
    their prices in place of adding them. You are one step away. Which function turns a product into a sum, and 1 into
    0?
    """
    return 1 / a[y]


@mistakes.mistake(*EVEN)
def an_extra_factor_p(a, y):
    """
    You multiply the logarithm with the probability itself. For {input} you return {output}. Such a product goes back to
    0 when the probability goes to 0, so the worst prediction would cost nothing. It is one term of an entropy, where
    the model weights its own surprise. In the loss the weight comes from the truth: 1 for the class that occurred.
    Which factor has to go?
    """
    return -a[y] * np.log(a[y])


@mistakes.mistake(*EVEN)
def the_logarithm_of_what_is_missing(a, y):
    """
    You take the logarithm of 1 minus the probability of the true class. For {input} you return {output}, and for a
    perfect prediction the result would be infinite. That term belongs to the yes-or-no loss of chapter 5, for the
    answer *no*. Here the label says which class occurred; which probability should its loss be made from?
    """
    return -np.log(1 - a[y])


the_logarithm_of_what_is_missing.also(lambda a, y: np.log(1 - a[y]))


@mistakes.mistake(np.array([0.1, 0.2, 0.7]), 2)
def the_formula_for_two_classes(a, y):
    """
    You use the formula for yes or no, y log p + (1 − y) log(1 − p), in which the label is a number, 0 or 1. For {input}
    you return {output}: a label of 2 counts the first term twice and the second with the opposite sign. Here a label
    says *which* of K classes occurred, and every class has a probability of its own. How does a label pick one place of
    the array, so that no second term is needed?
    """
    return -(y * np.log(a[y]) + (1 - y) * np.log(1 - a[y]))


the_formula_for_two_classes.also(
    lambda a, y: -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)),
    lambda a, y: -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)),
    lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)),
)


@mistakes.mistake(*EVEN)
def all_classes_summed(a, y):
    """
    You add up the logarithms of all classes. For {input} you return {output}, and any other label would give the
    same, so the loss does not know what happened. Only one of the classes occurred, and the loss is the price of
    that one probability. How does the label get into your formula?
    """
    return -np.sum(np.log(a))


all_classes_summed.also(lambda a, y: -np.mean(np.log(a)))


@mistakes.mistake(*EVEN)
def one_number_for_each_class(a, y):
    """
    You return an array, {output} for {input}, with an entry for each class. The loss of one example is a single
    number: the entry of the class that occurred. If you multiplied by the indicator, the other entries are 0 and
    one step is still missing; if you did not, the label has not been used yet. Which operation leaves one number?
    """
    return -np.log(a)


one_number_for_each_class.also(
    lambda a, y: -((np.arange(len(a)) == y) * np.log(a)),
    lambda a, y: np.where(np.arange(len(a)) == y, -np.log(a), 0),
)


@mistakes.mistake(*EVEN)
def mean_over_the_classes(a, y):
    """
    You multiply by the indicator and take the mean over the classes. For {input} you return {output}, K times too
    small: all products but one are 0, and the mean counts them too. The formula has a sum over the classes. A mean
    belongs to the examples of a batch, and here there is one example. Which reduction leaves the one product as it
    is?
    """
    return -np.mean((np.arange(len(a)) == y) * np.log(a))


@mistakes.mistake(*EVEN)
def the_label_as_a_factor(a, y):
    """
    You multiply with the label itself. For {input} you return {output}: label 0 makes everything 0, a perfect score
    for any prediction, and label 2 would count double. A label is the name of a class, not an amount. In the
    formula the factor is the indicator, 1 for the class that occurred and 0 for the others. How does the number y
    lead to one place of the array?
    """
    return -y * np.log(a)


the_label_as_a_factor.also(
    lambda a, y: -np.sum(y * np.log(a)),
    lambda a, y: -np.mean(y * np.log(a)),
    lambda a, y: -y * np.log(a[y]),
    lambda a, y: -np.sum(y * np.log(a + 1e-9)),
)

mistakes.add(
    "rounded",
    """
    You round the result: {output} for {input}. On paper that is enough. But a loss is calculated with: many of them
    are averaged, differences of nearly equal ones are taken to check a gradient, and a loss that rounds to 0 looks
    perfect without being so. Rounding belongs to the line that prints. Which call in your function cuts the digits
    off?
    """,
    *(lambda a, y, digits=digits: np.round(-np.log(a[y]), digits) for digits in (1, 2, 3, 4)),
    example=(np.array([0.5, 0.5]), 1),
    recognise=recognising.is_rounded,
)

THREE = (np.array([0.1, 0.2, 0.7]), 1)


@mistakes.mistake(*THREE)
def a_term_for_the_other_classes(a, y):
    """
    You add the logarithm of 1 − a for every class that did not occur. For {input} you return {output}, more than
    the label asks for. The other classes are in the loss already: the probabilities sum to 1, so whatever they get
    is missing at the true class. The extra terms belong to classes that are decided one by one, as in chapter 5.
    Which single term is left without them?
    """
    return -np.log(a[y]) - np.sum(np.log(1 - np.delete(a, y)))


@a_term_for_the_other_classes.also
def yes_and_no_for_every_class(a, y):
    E = one_hot(y, len(a))
    return -np.sum(E * np.log(a) + (1 - E) * np.log(1 - a))


@mistakes.mistake(*EVEN)
def the_likeliest_class(a, y):
    """
    You take the largest probability and leave the label aside. For {input} you return {output}, the price of what
    the model believes, and a confident model would have a small loss whatever is true. A loss compares the
    prediction with the truth. Which of the two arguments does your function not read?
    """
    return -np.log(np.max(a))


the_likeliest_class.also(lambda a, y: -np.log(a[np.argmax(a)]))


@mistakes.mistake(np.array([0.1, 0.2, 0.7]), 1)
def the_label_is_not_used(a, y):
    """
    You always take the probability at one and the same place. For {input} you return {output}, and another label
    would change nothing. It comes out right for the examples of that one class, which is how it can survive a first
    test. The place in the array has to follow the second argument of the function. What is between your square
    brackets?
    """
    return -np.log(a[0])


the_label_is_not_used.also(lambda a, y: -np.log(a[-1]))


@mistakes.mistake(*EVEN)
def overwritten_in_every_round(a, y):
    """
    Your loop goes on after it has found the class, and the next round overwrites what was found. For {input} you return
    {output}; only the loss of the last class survives. An `else` that sets the result back, or a name
    that is assigned anew in every round, does that. What has to happen in the round in which the class is the label, so
    that later rounds change nothing?
    """
    return -np.log(a[y]) if y == len(a) - 1 else 0.0


@mistakes.mistake(*THREE)
def labels_from_1(a, y):
    """
    You subtract 1 from the label, as if classes were counted from 1. For {input} you return {output}, the loss of
    the class before. For label 0 nothing fails either, because the place −1 is the *last* one in Python. In this
    course the labels of K classes are 0 to K − 1, the places of an array. Which number leads to the entry of class
    y?
    """
    return -np.log(a[y - 1])


@mistakes.mistake(*EVEN)
def another_base(a, y):
    """
    Your logarithm has another base than e. For {input} you return {output}: the right idea in another unit. Base 2
    counts bits, base 10 decimal digits, and e, which is asked for, nats. Every such loss ranks models alike, but the
    gradient gets a factor, the first loss of an untrained model is no longer ln K, and no library would agree with your
    number. Which function of NumPy is the *natural* logarithm?
    """
    return -np.log2(a[y])


another_base.also(lambda a, y: -np.log10(a[y]))

mistakes.add(
    "epsilon in the log",
    """
    You add a small number to the probability or cut it off from below, before the logarithm, or you cap the loss
    itself. For {input} you return {output}, where the true loss is above 69. That keeps the result finite at a price:
    no loss can exceed a ceiling, and beyond it the gradient is nearly 0, so the worst mistakes are never corrected.
    Leave the probability as it is; chapter 6 has the real cure.
    """,
    *(lambda a, y, e=e: -np.log(a[y] + e) for e in (1e-5, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16)),
    *(lambda a, y, e=e: -np.log(np.clip(a, e, 1)[y]) for e in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)),
    *(lambda a, y, e=e: -np.log(np.clip(a, e, 1 - e)[y]) for e in (1e-7, 1e-9, 1e-12, 1e-15)),
    example=(np.array([1e-30, 1.0]), 0),
    recognise=recognising.is_cut_off(lambda a, y: -np.log(a[y])),
)


@mistakes.mistake(*EVEN)
def double_softmax(a, y):
    """
    You apply a softmax to `a`, and `a` holds probabilities already. For {input} you return {output}. Probabilities
    lie between 0 and 1, so as logits they are at most 1 apart, and a second softmax flattens them: even a perfect
    prediction keeps a loss, and a certain mistake costs little. What has to be done with `a` before the logarithm?
    """
    return -np.log(reference.softmax(a)[y])


double_softmax.also(lambda a, y: -reference.log_softmax(a)[y])


@mistakes.mistake(*EVEN)
def the_entropy(a, y):
    """
    You weight each logarithm with its own probability: {output} for {input}. That is the entropy of the prediction.
    It says how undecided the model is, and does not ask what is true; the label is nowhere in it. In the loss the
    weights come from the truth: everything on one class, nothing on the others. Which class is that?
    """
    return -np.sum(a * np.log(a))


@mistakes.mistake(*EVEN)
def squared_error(a, y):
    """
    You take squared differences between probabilities and truth. For {input} you return {output}. It is a measure
    of the same distance, but it stays below 2 however wrong the prediction is, and its gradient vanishes when a
    prediction is certain and wrong; a section of this chapter shows that. The loss asked for is made from only
    the probability of the true class. Which function do you take of it?
    """
    return np.sum((a - (np.arange(len(a)) == y)) ** 2)


squared_error.also(
    lambda a, y: np.mean((a - (np.arange(len(a)) == y)) ** 2),
    lambda a, y: np.sum((a - (np.arange(len(a)) == y)) ** 2) / 2,
)


@mistakes.mistake(np.array([1.0, 0.0]), 0, recognise=recognising.goes_wrong(has_a_zero, recognising.not_finite))
def zero_times_minus_infinity(a, y):
    """
    You take the logarithm of *every* probability, also of classes that did not occur. For {input} one of them is 0.
    NumPy makes its logarithm minus infinity, and 0 times minus infinity is not 0 but nan; `math.log` refuses it with an
    error. You return {output}. The formula means that such a term is left out. How can the one probability that counts
    be picked *before* a logarithm is taken?
    """
    return -np.sum(one_hot(y, len(a)) * np.log(a))


zero_times_minus_infinity.also(
    lambda a, y: -np.sum((np.arange(len(a)) == y) * np.log(a)),
    lambda a, y: -np.dot(one_hot(y, len(a)), np.log(a)),
    lambda a, y: [-math.log(value) for value in a][y],
    lambda a, y: sum((j == y) * -math.log(value) for j, value in enumerate(a)),
)


@mistakes.mistake(*EVEN, recognise=calmly.adds_for_each_other_class(len))
def the_logarithm_of_the_zeros(a, y):
    """
    You multiply by the indicator first, which is a good order, and then take the logarithm of *every* product. All but
    one of them are 0, and the logarithm of 0 is minus infinity, or what an epsilon makes of it: for {input} you return
    {output}. The products have to become a single number before the logarithm, and as all but one are 0, that takes a
    single call. Which operation belongs between the product and `np.log`?
    """
    return -np.sum(np.log(one_hot(y, len(a)) * a))


the_logarithm_of_the_zeros.also(
    lambda a, y: -np.mean(np.log(one_hot(y, len(a)) * a)),
    lambda a, y: -np.sum(np.log(one_hot(y, len(a)) * a + 1e-9)),
)


def _knows_some_classes(seen):
    """Whether the first two classes are right, or the first three, four or five, and no later one."""

    def beyond(cases):
        def where(a, y):
            told_apart = y >= cases and not np.isclose(a[cases - 1], a[y], 1e-3, 0)
            return True if told_apart else None if y >= cases else False

        return where

    return any(recognising.goes_wrong(beyond(cases))(seen) for cases in range(2, 6))


@mistakes.mistake(np.array([0.1, 0.2, 0.3, 0.4]), 3, recognise=_knows_some_classes)
def a_fixed_number_of_cases(a, y):
    """
    Your cases are written down one by one, and there are too few of them: for {input} you return {output}. A label may
    be any integer from 0 to K − 1, and K is as large as the array is long: ten, or a thousand. The cases differ in
    nothing but the place that is read, so a single line can serve for all. What goes between the brackets after `a`?
    """
    if y == 0:
        return -np.log(a[0])
    return -np.log(a[1]) if y == 1 else -np.log(a[2])


@a_fixed_number_of_cases.also
def three_cases(a, y):
    for label in (0, 1, 2):
        if y == label:
            return -np.log(a[label])


@mistakes.mistake(*EVEN, recognise=recognising.one_number_only)
def a_function_of_single_numbers(a, y):
    """
    You hand the whole array to a function that takes a single number: those of the module `math` do, and `float`. For
    {input} you return {output}. With one class it might even run, because an array of one entry can pass for a number.
    NumPy has logarithms that work on every entry of an array; but the loss needs the logarithm of a single
    probability. Which entry is that?
    """
    return -math.log(a)


a_function_of_single_numbers.also(
    lambda a, y: -sum((np.arange(len(a)) == y) * math.log(a)),
    lambda a, y: float(-np.log(a)),
)


@mistakes.mistake(*EVEN, recognise=recognising.wants_another_axis)
def written_for_a_batch(a, y):
    """
    Your code expects a batch: it asks the label for a length, or the probabilities for a second axis. For {input} you
    return {output}. In this exercise `a` is one row with the shape (K,), and `y` is one integer, so nothing has to be
    counted and no row has to be chosen. The batch comes with the cost, two exercises from here. What is the shortest
    way to one entry of one array?
    """
    return -np.log(a[np.arange(len(y)), y])


written_for_a_batch.also(
    lambda a, y: -np.log(a[:, y]),
    lambda a, y: -np.sum(np.eye(a.shape[1])[y] * np.log(a)),
    lambda a, y: -np.sum((y[:, None] == np.arange(len(a))) * np.log(a)),
    lambda a, y: -np.sum(np.eye(len(a))[y] * np.log(a), axis=1),
    lambda a, y: -np.mean([np.log(row[label]) for row, label in zip(a, y, strict=True)]),
)


@mistakes.mistake(*EVEN, recognise=recognising.an_array_of_one)
def an_array_of_one_number(a, y):
    """
    Your number is right, and it comes in an array: {output} for {input}. A list or a mask between the square brackets
    picks as many entries as it names and hands back an array of them, also when it names one. Such arrays of length 1
    change the shape of what is calculated with them later, often without an error. What has to be between the
    brackets to get a number?
    """
    return -np.log(a[[y]])


an_array_of_one_number.also(
    lambda a, y: -np.log(a[np.arange(len(a)) == y]),
    lambda a, y: [-np.log(a[y])],
    lambda a, y: -np.log(a[y : y + 1]),
)

calmly.name(mistakes)
