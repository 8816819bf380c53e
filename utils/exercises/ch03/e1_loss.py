"""Exercise 3.1: the loss of one example from its probabilities a and its label y."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs

# The domain


def one_example(rng):
    """Probabilities of one example and its label, the smallest first."""
    return [
        (np.array([0.25, 0.75]), 1),
        (np.array([0.25, 0.75]), 0),
        (np.array([0.5, 0.5]), 1),
        (np.array([1.0]), 0),
        (np.array([0.7, 0.2, 0.1]), 2),
        (np.array([0.1, 0.2, 0.7]), 1),
        (np.array([0.25, 0.25, 0.25, 0.25]), 3),
        (np.array([1e-30, 1.0]), 0),
        (rng.dirichlet(np.ones(3)), int(rng.integers(3))),
        (rng.dirichlet(np.ones(3)), rng.integers(3)),
        (rng.dirichlet(np.ones(8)), int(rng.integers(8))),
    ]


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
    return -np.sum((np.arange(len(a)) == y) * np.log(a))


def _loss_in_bits(a, y):
    return [-math.log2(value) * math.log(2) for value in a][y]


mistakes = Bank()

loss = Exercise(
    name="ch03.loss",
    is_main=True,
    asks="The loss of one example from its probabilities a and its label y.",
    reference=reference.loss,
    probes=one_example,
    expects=lambda a, y: "one number, 0 or larger,",
    scale=lambda a, y: 1.0,
    hints=paragraphs("""
        Which of the probabilities decides about the loss? The label tells you where in the array it stands.

        Take the entry of `a` at the place `y`. Its natural logarithm is `np.log`, and the loss is never negative.
    """),
    alternatives=(
        _loss_by_cases,
        _loss_in_float32,
        _loss_as_inverse,
        _loss_with_indicator,
        _loss_in_bits,
        lambda a, y: np.array([-np.log(a[y])]).sum(dtype=np.float32),
    ),
    bank=mistakes,
    remark="The loss of one example is minus the logarithm of one number: the probability of the class that occurred.",
)


# Mistakes

EVEN = (np.array([0.25, 0.75]), 0)


@mistakes.mistake(*EVEN)
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
    You return what is missing to 1: {output} for {input}. It is 0 for a perfect prediction, as a loss should be,
    but it never exceeds 1, so a certain mistake costs hardly more than a doubtful one. And losses of independent
    examples should add where their probabilities multiply. Which function turns products into sums?
    """
    return 1 - a[y]


one_minus_the_probability.also(lambda a, y: (1 - a[y]) ** 2)


@mistakes.mistake(*EVEN)
def the_logarithm_of_what_is_missing(a, y):
    """
    You take the logarithm of 1 minus the probability of the true class. For {input} you return {output}, and for a
    perfect prediction the result would be infinite. That term belongs to the yes-or-no loss of chapter 5, for the
    answer *no*. Here the label says which class occurred; which probability should its loss be made from?
    """
    return -np.log(1 - a[y])


@mistakes.mistake(*EVEN)
def all_classes_summed(a, y):
    """
    You add up the logarithms of all classes. For {input} you return {output}, and any other label would give the
    same, so the loss does not know what happened. Only one of the classes occurred, and the loss is the price of
    its probability alone. How does the label get into your formula?
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
    test. The place in the array has to follow the second argument of the function. What stands between your square
    brackets?
    """
    return -np.log(a[0])


the_label_is_not_used.also(lambda a, y: -np.log(a[-1]))


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
    Your logarithm has the base 2 or 10. For {input} you return {output}: the right idea in another unit, bits in
    place of nats. Every such loss ranks models alike, but the gradient gets a factor, the first loss of an
    untrained model is no longer ln K, and no library would agree with your number. Which function of NumPy is the
    *natural* logarithm?
    """
    return -np.log2(a[y])


another_base.also(lambda a, y: -np.log10(a[y]))

mistakes.add(
    "epsilon in the log",
    """
    You add a small number to the probability, or cut it off from below, before the logarithm. For {input} you
    return {output}, where the true loss is above 69. The number keeps the result finite at a price: no loss can
    exceed a ceiling, and beyond it the gradient is nearly 0, so the worst mistakes are never corrected. Leave the
    probability as it is; chapter 6 has the real cure.
    """,
    *(lambda a, y, e=e: -np.log(a[y] + e) for e in (1e-5, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16)),
    *(lambda a, y, e=e: -np.log(np.clip(a, e, 1)[y]) for e in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)),
    *(lambda a, y, e=e: -np.log(np.clip(a, e, 1 - e)[y]) for e in (1e-7, 1e-9, 1e-12, 1e-15)),
    example=(np.array([1e-30, 1.0]), 0),
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
    prediction is certain and wrong; a section of this chapter shows that. The loss asked for is made from the
    probability of the true class alone. Which function do you take of it?
    """
    return np.sum((a - (np.arange(len(a)) == y)) ** 2)


squared_error.also(
    lambda a, y: np.mean((a - (np.arange(len(a)) == y)) ** 2),
    lambda a, y: np.sum((a - (np.arange(len(a)) == y)) ** 2) / 2,
)
