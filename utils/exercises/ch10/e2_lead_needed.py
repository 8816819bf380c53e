"""Exercise 10.2: by how much one of n scores must lead the equal others, so that softmax gives it this weight."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs

# The domain


SMALLEST = [
    (10, 0.8),
    (10, 0.5),
    (10, 0.9),
    (2, 0.5),
    (2, 0.9),
    (10, 0.943),
    (1_000, 0.9),
    (1_000_000, 0.99),
    (5, 0.1),
    (50, 0.02),
]


def corners_of_leads(rng):
    """Numbers of scores with a weight by the name of their corner: a lead of 0, few and many, almost none and all."""
    n, few = int(rng.integers(3, 30)), float(rng.uniform(0.05, 0.45))
    return {
        "no lead at all": (n, 1 / n),
        "two scores and a small weight": (2, few),
        "three scores": (3, 1 - few),
        "weight near 0": (n, 1e-20 * (1 + few)),
        "weight near 1": (n, 1 - 1e-9 * (1 + few)),
        "two scores and nearly nothing": (2, 1e-5 * (1 + few)),
        "more than a billion scores": (int(rng.integers(10**9, 10**12)), 1 - few),
        "many scores and nearly nothing": (int(rng.integers(10**5, 10**7)), 1e-4 * (1 + few)),
        "many scores and nearly everything": (int(rng.integers(10**11, 10**12)), 1 - 1e-9 * (1 + few)),
    }


def any_lead(rng):
    """Two to a hundred million scores, with any weight."""
    return int(2 + 10 ** rng.uniform(0, 8)), float(rng.uniform(0.001, 0.999))


def lead_in_words(n, weight):
    """The form of a lead."""
    return "one finite number"


# Right answers


def _lead_by_halving(n, weight):
    low, high = -60.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 / (1 + (n - 1) * math.exp(-middle)) < weight else (low, middle)
    return low


mistakes = Bank()

lead_needed = Exercise(
    name="ch10.lead_needed",
    asks="By how much one of n scores must lead the equal others, so that softmax gives it this weight.",
    reference=reference.lead_needed,
    probes=Domain(SMALLEST, corners_of_leads, any_lead),
    expects=lead_in_words,
    scale=lambda n, weight: 1.0,
    rtol=1e-6,  # a result in float32 is within a tenth of it, one that is rounded to four decimals is not
    hints=paragraphs("""
        Only differences count, so let the others have the score 0 and the leader the score g. What is the softmax of
        the leader?

        The numerator is the exponential of g, the denominator the same plus n − 1 exponentials of 0. Solve that
        equation for the exponential of g.

        The exponential of g is n − 1 times the odds w / (1 − w). A logarithm is left to take.
    """),
    alternatives=(
        _lead_by_halving,
        lambda n, weight: math.log((n - 1) * weight / (1 - weight)),
        lambda n, weight: np.log(weight) - np.log1p(-weight) + np.log(n - 1),
        lambda n, weight: -np.log((1 / weight - 1) / (n - 1)),
        lambda n, weight: np.float32(np.log(n - 1) - np.log1p(-weight) + np.log(weight)),
    ),
    bank=mistakes,
    remark="The lead has to grow with the logarithm of the number of items, or the weight is lost.",
)


# Mistakes


@mistakes.mistake(2, 0.5)
def the_leader_counted_among_the_others(n, weight):
    """
    You have n rivals, but there are n − 1: the leader is one of the n. For {input} you return {output}. For a
    thousand scores the difference hardly shows, for two it is the whole answer: with one rival and a weight of one
    half the lead must be 0. How many terms of the denominator are not the leader's own?
    """
    return math.log(n * weight / (1 - weight))


TEN = (10, 0.5)


@mistakes.mistake(*TEN)
def the_number_forgotten(n, weight):
    """
    You return the logarithm of the odds, the lead that suffices against *one* rival. For {input} that is {output},
    whatever n is. But each further rival adds a term to the denominator, and together they weigh as much as their
    number. Which factor do n − 1 equal rivals put in front of the odds?
    """
    return math.log(weight / (1 - weight))


@mistakes.mistake(10, 0.5)
def no_logarithm(n, weight):
    """
    You return the power of e that the lead needs, {output} for {input}, and not the lead itself. It would mean that
    the scores have to grow in proportion to the number of rivals. They do not, because softmax raises e to them.
    Which function brings a power of e back to its exponent?
    """
    return (n - 1) * weight / (1 - weight)


no_logarithm.also(lambda n, weight: n * weight / (1 - weight))


@mistakes.mistake(*TEN)
def the_other_way_round(n, weight):
    """
    Your lead has the wrong sign: for {input} you return {output}. Test it by hand: a leader that wants half of all
    weight against nine rivals must lie above them. When you solved for the exponential of the lead, the quotient
    was turned over. Which side of it must be large when many rivals are there?
    """
    return math.log((1 - weight) / weight / (n - 1))


the_other_way_round.also(lambda n, weight: math.log((1 - weight) / weight / n))


@mistakes.mistake(10, 0.9)
def the_rivals_weighed_twice_over(n, weight):
    """
    You subtract the logarithm of the number of rivals, or turn the odds over, where the two have to work in the
    same direction: more rivals and a larger weight both ask for a *larger* lead. For {input} you return {output}.
    Raise one of the two and see whether your number rises. Which of the two signs is wrong?
    """
    return math.log(weight / (1 - weight)) - math.log(n - 1)


the_rivals_weighed_twice_over.also(lambda n, weight: math.log(n - 1) - math.log(weight / (1 - weight)))


@mistakes.mistake(*TEN)
def times_the_rivals(n, weight):
    """
    You take the logarithm of the odds and multiply *it* by the number of rivals. For {input} you return {output}: a
    leader that wants one half would need no lead at all, however many rivals there are. The n − 1 is a factor of
    the odds, so it belongs under the logarithm. What does a logarithm make of a factor?
    """
    return (n - 1) * math.log(weight / (1 - weight))


times_the_rivals.also(lambda n, weight: n * math.log(weight / (1 - weight)))


@mistakes.mistake(*TEN)
def weight_in_place_of_odds(n, weight):
    """
    You use the weight w where its odds belong. For {input} you return {output}. The leader is in the denominator,
    too, and when you bring its term to the other side, w becomes w / (1 − w). For small weights the two nearly agree;
    a weight of 1 would need an infinite lead. What does yours need for it?
    """
    return math.log((n - 1) * weight)


weight_in_place_of_odds.also(lambda n, weight: math.log(n * weight), lambda n, weight: math.log(weight))


@mistakes.mistake(10, 0.9)
def the_weight_forgotten(n, weight):
    """
    You return the logarithm of the number of rivals, {output} for {input}, whatever the weight is. That is the lead
    with which the leader has as much as all the others together, one half. To have more than that it needs a larger
    lead, and for less a smaller one will do. Which quotient of the weight has the value 1 at one half, and where
    does it enter your formula?
    """
    return math.log(n - 1)


@mistakes.mistake(5, 0.1)
def never_below_zero(n, weight):
    """
    Your number is never negative, because of an absolute value or a maximum with 0: for {input} you return
    {output}. One of n equal scores has the share 1/n, without any lead. A score with less than that has to
    trail the others, and a lead below 0 says by how much. What does the formula give without your last step?
    """
    return abs(math.log((n - 1) * weight / (1 - weight)))


never_below_zero.also(lambda n, weight: max(0.0, math.log((n - 1) * weight / (1 - weight))))


def _one_factor(seen):
    """Whether all leads are the right ones times one positive number that is not 1: a logarithm to another base."""
    if any(result.problem or result.value.shape != () for result in seen.results):
        return False
    came, truth = (np.array(leads, dtype=float) for leads in ([result.value for result in seen.results], seen.expected))
    if len(came) < len(truth) or came[0] <= 0:
        return False
    factor = came[0] / truth[0]
    return bool(abs(factor - 1) > 1e-3 and np.allclose(came, factor * truth, rtol=1e-4, atol=1e-9))


@mistakes.mistake(*TEN, recognise=_one_factor)
def another_base(n, weight):
    """
    Your leads are the right ones times a constant, as when the logarithm is taken to the base 2 or 10: for {input} you
    return {output}. The softmax raises *e* to the scores, so the logarithm that undoes it has the base e, and nothing
    else multiplies the lead. Which NumPy function is that?
    """
    return math.log2((n - 1) * weight / (1 - weight))


another_base.also(
    lambda n, weight: math.log10((n - 1) * weight / (1 - weight)),
    lambda n, weight: 2 * math.log((n - 1) * weight / (1 - weight)),
    lambda n, weight: math.log((n - 1) * weight / (1 - weight), 3),
)


@mistakes.mistake(*TEN)
def the_weight_of_a_lead(n, weight):
    """
    You read the second argument as a lead and return a weight, {output} for {input}. That is the softmax forwards.
    The exercise asks for the way back: the weight is given, and the lead is wanted. Write down the equation with
    both, and solve it for the other one.
    """
    return 1 / (1 + (n - 1) * math.exp(-weight))


the_weight_of_a_lead.also(
    lambda n, weight: math.exp(weight) / (math.exp(weight) + n - 1),
    lambda n, weight: math.exp(weight) / (math.exp(weight) + n),
)


@mistakes.mistake(*TEN)
def the_rivals_without_a_logarithm(n, weight):
    """
    You add the *number* of rivals where their logarithm belongs: for {input} you return {output}. A lead that grew in
    step with the crowd would be in the thousands for a vocabulary, and no score is as large as that. Each rival adds
    one term to the denominator, which makes a factor n − 1 beside the odds; a logarithm turns the product into a sum of
    two logarithms. Of which of your two terms was none taken?
    """
    return (n - 1) + math.log(weight / (1 - weight))


the_rivals_without_a_logarithm.also(lambda n, weight: n + math.log(weight / (1 - weight)))


@mistakes.mistake(*TEN)
def the_rest_shared_wrongly(n, weight):
    """
    You compare the weight of the leader with the rest, 1 − w, and lose one of the steps between: either only the rest
    is under the logarithm, or the odds are replaced by one part of them. For {input} you return {output}. Each
    rival has the share (1 − w) / (n − 1), and a lead is the logarithm of a quotient of two shares. Which two shares are
    they?
    """
    return math.log((n - 1) / (1 - weight))


the_rest_shared_wrongly.also(
    lambda n, weight: math.log(1 / (1 - weight)),
    lambda n, weight: -math.log((1 - weight) / (n - 1) * weight),
    lambda n, weight: math.log((1 - weight) * (n - 1)),
)


@mistakes.mistake(*TEN)
def odds_without_a_logarithm(n, weight):
    """
    You add the odds themselves where their logarithm belongs: for {input} you return {output}. For a weight of one half
    they are 1, and a lead that gives nine rivals together and the leader one half each is the logarithm of nine, with
    nothing to be added. A product under one logarithm becomes a sum of two logarithms. Of which of your two terms was
    none taken?
    """
    return math.log(n - 1) + weight / (1 - weight)


odds_without_a_logarithm.also(lambda n, weight: math.log(n) + weight / (1 - weight))
