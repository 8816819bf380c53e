"""Exercise 10.6: a class drawn as softmax says: the place of the largest logit after Gumbel noise was added."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, paragraphs
from utils.exercises.ch10.common import asks_a_generator

# The domain


def _with_clear_winners(rng, z):
    """The logits with a uniform number for each, drawn anew where rounding could decide who wins."""
    u = rng.uniform(1e-4, 1 - 1e-4, size=z.shape)
    while True:
        ordered = np.sort(z - np.log(-np.log(u)), axis=-1)
        close = ordered[..., -1] - ordered[..., -2] < 1e-2
        if not close.any():
            return z, u
        u[close] = rng.uniform(1e-4, 1 - 1e-4, size=u[close].shape)


def logits_and_uniform_numbers(rng):
    """Logits with a uniform number for each, single and in large batches."""
    return [
        (np.array([0.0, 0.0]), np.array([0.3, 0.9])),
        (np.array([2.0, 1.0, 0.1]), np.array([0.2, 0.7, 0.95])),
        (np.array([1000.0, 999.0, 0.0]), np.array([0.1, 0.9, 0.5])),
        (np.array([-1000.0, -999.0]), np.array([0.95, 0.4])),
        (np.array([1, 0, 2]), np.array([0.9, 0.99, 0.05])),
        (np.array([[1000.0, 999.0], [-1001.0, -1000.0]]), np.array([[0.6, 0.7], [0.3, 0.5]])),
        _with_clear_winners(rng, rng.normal(size=(3, 3))),
        _with_clear_winners(rng, np.tile([2.0, 1.0, 0.1], (60, 1))),
        _with_clear_winners(rng, rng.normal(scale=1.5, size=(60, 5))),
    ]


def classes_in_words(z, u):
    """The form of drawn classes."""
    return "one class, an integer," if z.ndim == 1 else f"an array of the shape {z.shape[:1]}, one class for each row,"


# Right answers


def _noise(u):
    return -np.log(-np.log(u))


def _one_row_after_the_other(z, u):
    if z.ndim > 1:
        return [_one_row_after_the_other(*row) for row in zip(z, u, strict=True)]
    scores = [logit - math.log(-math.log(chance)) for logit, chance in zip(z, u, strict=True)]
    return scores.index(max(scores))


mistakes = Bank()

gumbel_max = Exercise(
    name="ch10.gumbel_max",
    asks="A class drawn as softmax says: the place of the largest logit after Gumbel noise was added.",
    reference=reference.gumbel_max,
    probes=logits_and_uniform_numbers,
    expects=classes_in_words,
    hints=paragraphs("""
        The uniform numbers are given, so nothing in your function is random. Turn each of them into a number with the
        Gumbel distribution first.

        Two logarithms, and a minus sign in front of each: the inner one turns a number between 0 and 1 into a positive
        one, the outer one into any number.

        Add the noise to the logits themselves, without a softmax. What is asked for is the place of the largest sum in
        each row, not its value.
    """),
    alternatives=(
        _one_row_after_the_other,
        lambda z, u: np.argmin(np.log(-np.log(u)) - z, axis=-1),
        lambda z, u: np.argmin(-np.log(u) * np.exp(z.max(axis=-1, keepdims=True) - z), axis=-1),
        lambda z, u: np.argmax(reference.log_softmax(z) + _noise(u), axis=-1),
        lambda z, u: np.argsort(z + _noise(u), axis=-1)[..., -1],
    ),
    bank=mistakes,
    remark="A maximum of noisy logits is a draw from their softmax, without a power of e or a sum.",
)


# Mistakes

ALONE = (np.array([2.0, 1.0, 0.1]), np.array([0.2, 0.7, 0.95]))


@mistakes.mistake(*ALONE)
def uniform_noise(z, u):
    """
    You add the uniform numbers as they are. They lie between 0 and 1, so a class that trails by more than 1 is
    never drawn, although softmax would draw it. For {input} you return {output}. The noise that reproduces a
    softmax has a long tail upwards, as the powers of e have. Which two logarithms make it out of a uniform number?
    """
    return (z + u).argmax(axis=-1)


MANY = (np.array([[2.0, 1.0, 0.1], [0.0, 1.0, 0.5]]), np.array([[0.2, 0.7, 0.95], [0.9, 0.4, 0.3]]))


@mistakes.mistake(*MANY)
def one_logarithm(z, u):
    """
    You take one logarithm of the uniform number, so your noise has the exponential distribution. It ends at 0 on
    one side, where Gumbel noise goes on: the frequencies are not those of a softmax. For {input} you return
    {output}. The clock of the section had an exponential waiting time; what was done with it to turn a product into
    a sum?
    """
    return (z - np.log(u)).argmax(axis=-1)


one_logarithm.also(lambda z, u: (z + np.log(u)).argmax(axis=-1))

COIN = (np.array([0.0, 0.0]), np.array([0.3, 0.9]))


@mistakes.mistake(*COIN)
def the_other_sign(z, u):
    """
    You *add* the logarithm of the waiting time where it has to be subtracted. Then the clock that rings last would
    help, and for {input} you return {output}. Two coins with equal logits show it: the larger uniform number should
    win, because it rings first. How many minus signs stand in the formula of the noise?
    """
    return (z + np.log(-np.log(u))).argmax(axis=-1)


the_other_sign.also(lambda z, u: (z - _noise(u)).argmax(axis=-1))


@mistakes.mistake(*COIN, name="1 − u in place of u")
def one_minus_u(z, u):
    """
    You take 1 − u where the formula has u. That is a uniform number, too, so your draws have the right frequencies,
    and they are other draws: for {input} you return {output}. Whoever wants to repeat a draw, or compare two
    programs, has to turn the same numbers into the same noise. In the formula of the section a *larger* uniform
    number makes its clock ring earlier. Which way round does yours work?
    """
    return (z + _noise(1 - u)).argmax(axis=-1)


def _with_normal_noise(z, u, spread):
    from scipy.special import ndtri

    return (z + spread * ndtri(u)).argmax(axis=-1)


@mistakes.mistake(np.array([2.0, 0.0]), np.array([0.5, 0.93]))
def normal_noise(z, u):
    """
    Your noise is normal: for {input} you return {output}. On a few draws it can hardly be told from the right one,
    and over many of them the unlikely classes are drawn far too rarely, because a normal distribution has a thin
    tail. The chi-squared test of the section refuses it. The softmax needs the noise whose upper tail falls like a
    power of e. Which distribution is that, and which two steps make it from `u`?
    """
    return _with_normal_noise(z, u, 1.0)


normal_noise.also(lambda z, u: _with_normal_noise(z, u, math.pi / math.sqrt(6)))

CLEAR_LEAD = (np.array([3.0, 0.0]), np.array([0.3, 0.7]))


@mistakes.mistake(*CLEAR_LEAD)
def noise_on_the_probabilities(z, u):
    """
    You take the softmax first and add the noise to the probabilities. They differ by less than 1, so the noise
    drowns them, and nearly equal shares come out whatever the logits say. For {input} you return {output}. The
    noise belongs to the logits, and the softmax is not computed at all: the maximum does its work.
    """
    return (reference.softmax(z) + _noise(u)).argmax(axis=-1)


@mistakes.mistake(recognise=asks_a_generator)
def a_chance_of_its_own(z, u):
    """
    Your function asks a random generator, so it returns something else at every call, and the numbers in `u` are
    not what decides. The distribution may well be right; but a function whose chance comes in from outside can be
    tested, and repeated with other logits and the same luck. Which numbers play the part of the generator here?
    """
    return (z + np.random.default_rng().gumbel(size=z.shape)).argmax(axis=-1)


a_chance_of_its_own.also(lambda z, u: np.argmax(z - np.log(-np.log(np.random.default_rng().random(z.shape))), axis=-1))


@mistakes.mistake(*CLEAR_LEAD)
def no_logits(z, u):
    """
    You return the place of the largest noise, {output} for {input}. The noise alone draws every class equally
    often, whatever the logits are. A larger logit has to move its class upwards by exactly as much. Where does `z`
    enter your sum?
    """
    return _noise(u).argmax(axis=-1)


no_logits.also(lambda z, u: u.argmax(axis=-1))


@mistakes.mistake(*ALONE)
def the_hard_maximum(z, u):
    """
    You return the class with the largest logit, {output} for {input}, whatever the uniform numbers are. That is not
    a draw: the same logits give the same class for ever. Without noise there is no chance, and a softmax draws the
    second class now and then. Where do the uniform numbers enter?
    """
    return z.argmax(axis=-1)


@mistakes.mistake(*ALONE)
def the_value_in_place_of_the_class(z, u):
    """
    You return the largest sum itself, {output} for {input}. What is drawn is a class, and it is known by its
    *place* in the row. The size of the largest sum has a distribution of its own, and tells nothing about who won.
    Which NumPy function returns the place of the maximum?
    """
    return (z + _noise(u)).max(axis=-1)


@mistakes.mistake(*MANY)
def argmax_without_axis(z, u):
    """
    You ask for the place of the largest number in the whole batch and get one flat index: {output} for {input}.
    Each row is a draw of its own. For one vector nobody notices. Which axis holds the classes?
    """
    return (z + _noise(u)).argmax()


@mistakes.mistake(*MANY)
def wrong_axis(z, u):
    """
    Your maximum runs down the columns: for each *class* you return the row in which it did best. For {input} that
    is {output}, one number for every class where one for every row was asked for. Which number names the last axis?
    """
    return (z + _noise(u)).argmax(axis=0)
