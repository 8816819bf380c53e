"""Exercise 10.7: a class drawn as softmax says: the place of the largest logit after Gumbel noise was added."""

import math

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.exercises.ch10.common import (
    any_logits_of_one_or_more,
    asks_a_generator,
    corners_of_logits,
    exact,
    right_for_batches_alone,
    right_for_vectors_alone,
)

# The domain

COIN = (np.array([0.0, 0.0]), np.array([0.3, 0.9]))
ALONE = (np.array([2.0, 1.0, 0.1]), np.array([0.2, 0.7, 0.95]))
MANY = (np.array([[2.0, 1.0, 0.1], [0.0, 1.0, 0.5]]), np.array([[0.2, 0.7, 0.95], [0.9, 0.4, 0.3]]))
LUCK = (np.array([0.0, -100.0]), np.array([1e-30, 1 - 2.0**-23]))
MIDDLE = math.exp(-1)  # its noise is 0
VERY_LUCKY = (np.array([0.0, 25.5]), np.array([1 - 1e-12, MIDDLE]))  # its noise is 27.6
VERY_UNLUCKY = (np.array([0.0, -3.5]), np.array([1e-30, MIDDLE]))  # and this one -4.2
SMALLEST = [
    COIN,
    ALONE,
    (np.array([1000.0, 999.0, 0.0]), np.array([0.1, 0.9, 0.5])),
    (np.array([-1000.0, -999.0]), np.array([0.95, 0.4])),
    (np.array([1.0, 0.0, 2.0]), np.array([0.9, 0.99, 0.05])),
    MANY,
    (np.array([[1000.0, 999.0], [-1001.0, -1000.0]]), np.array([[0.6, 0.7], [0.3, 0.5]])),
]
NEAR_0, NEAR_1 = 1e-4, 1 - 1e-4


def _drawn(rng, z):
    """The logits with a uniform number for each, and in each row a clear winner, since rounding may not decide.

    Where the noise can make a difference, it does in one row at least: of several tries that one is taken in which most
    rows are not won by their largest logit.
    """
    tries = [_with_clear_winners(rng, z) for _ in range(8)]
    return z, max(tries, key=lambda u: np.sum((z + _noise(u)).argmax(axis=-1) != z.argmax(axis=-1)))


def _with_clear_winners(rng, z):
    u = rng.uniform(NEAR_0, NEAR_1, size=z.shape)
    lead = 1e-2 + 4e-7 * np.abs(z).max()  # float32 has few digits left behind the point of a large number
    while z.shape[-1] > 1:
        ordered = np.sort(z + _noise(u), axis=-1)
        close = ordered[..., -1] - ordered[..., -2] < lead
        if not close.any():
            break
        u[close] = rng.uniform(NEAR_0, NEAR_1, size=u[close].shape)
    return u


def corners_of_draws(rng):
    """Logits by the name of their corner with their uniform numbers: in large batches, with numbers near 0 and 1."""
    many = exact(rng.normal(scale=0.7, size=12))
    corners = corners_of_logits(rng) | {
        "sixty draws from one row": np.tile([2.0, 1.0, 0.1], (60, 1)),
        "sixty rows": exact(rng.normal(scale=1.5, size=(60, 5))),
        "many draws from many classes": np.tile(many, (40, 1)),
        "many draws from rows below -750": np.tile(exact(many[:4] - 1000), (40, 1)),
        "many draws from rows above 10,000": np.tile(exact(many[:4] + 20_000), (40, 1)),
        "many draws from negative rows": np.tile(-np.abs(many[:4]), (40, 1)),
    }
    nearly_equal = exact(rng.normal(scale=0.1, size=4))
    ends = np.array([1e-9, 0.2, NEAR_1, 1e-30])[rng.permutation(4)]
    return {name: _drawn(rng, z) for name, z in corners.items()} | {
        "numbers near 0 and 1": (nearly_equal, ends),
        "the clearest of leads": LUCK,
        "luck beyond any draw of float32": VERY_LUCKY,
        "bad luck": VERY_UNLUCKY,
    }


def any_draw(rng):
    """Logits of any size with their uniform numbers."""
    return _drawn(rng, any_logits_of_one_or_more(rng))


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
    probes=Domain(SMALLEST, corners_of_draws, any_draw),
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
    named_by_one_probe=False,
    remark="A maximum of noisy logits is a draw from their softmax, without a power of e or a sum.",
)


# Mistakes


@mistakes.mistake(*ALONE)
def uniform_noise(z, u):
    """
    You add the uniform numbers as they are. They lie between 0 and 1, so a class that trails by more than 1 is
    never drawn, although softmax would draw it. For {input} you return {output}. The noise that reproduces a
    softmax has a long tail upwards, as the powers of e have. Which two logarithms make it out of a uniform number?
    """
    return (z + u).argmax(axis=-1)


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
    and they are other draws: for {input} you return {output}. To repeat a draw, or to compare two
    programs, one has to turn the same numbers into the same noise. In the formula of the section a *larger* uniform
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
    tail. The chi-squared test of the section refuses it. The softmax needs the noise whose upper tail falls like e to
    the power −x. Which distribution is that, and which two steps make it from `u`?
    """
    return _with_normal_noise(z, u, 1.0)


normal_noise.also(lambda z, u: _with_normal_noise(z, u, math.pi / math.sqrt(6)))

CLEAR_LEAD = (np.array([3.0, 0.0]), np.array([0.3, 0.7]))


@mistakes.mistake(np.array([2.0, 1.0, 0.1]), np.array([0.7, 0.9, 0.93]))
def noise_on_the_probabilities(z, u):
    """
    You take the softmax first and add the noise to the probabilities. They differ by less than 1, so the noise
    drowns them, and nearly equal shares come out whatever the logits say. For {input} you return {output}. The
    noise belongs to the logits, and the softmax is not computed at all: the maximum does its work.
    """
    return (reference.softmax(z) + _noise(u)).argmax(axis=-1)


noise_on_the_probabilities.also(lambda z, u: (reference.softmax(z) + u).argmax(axis=-1))


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
    You return the place of the largest noise, {output} for {input}. Noise by itself draws every class equally
    often, whatever the logits are. A larger logit has to move its class upwards by exactly as much. Where does `z`
    enter your sum?
    """
    return _noise(u).argmax(axis=-1)


no_logits.also(lambda z, u: u.argmax(axis=-1))


@mistakes.mistake(*ALONE)
def the_hard_maximum(z, u):
    """
    You return the class with the largest logit, {output} for {input}, whatever the uniform numbers are. That is not
    a draw: the same logits give the same class always. Without noise there is no chance, and a softmax draws the
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
    Each row is a draw of its own, and from each of them a class has to come back. For one vector nobody notices,
    because all its numbers are in one row anyway. Which axis holds the classes, however many axes there are?
    """
    return (z + _noise(u)).argmax()


@mistakes.mistake(*MANY)
def wrong_axis(z, u):
    """
    Your maximum runs down the columns: for each *class* you return the row in which it did best. For {input} that
    is {output}, one number for every class where one for every row was asked for. Which number names the last axis?
    """
    return (z + _noise(u)).argmax(axis=0)


@mistakes.mistake(*ALONE)
def the_smallest_in_place_of_the_largest(z, u):
    """
    You ask for the place of the *smallest* sum, or of the largest time: for {input} you return {output}. The clock that
    rings first has the smallest time, and there an `argmin` belongs; the minus sign in front of its logarithm has
    turned the first into the largest, and there an `argmax`. As it stands, a larger logit makes its class less likely.
    Which of the two do you have, times or noisy logits?
    """
    return (z + _noise(u)).argmin(axis=-1)


the_smallest_in_place_of_the_largest.also(
    lambda z, u: (-np.log(u) * np.exp(-z)).argmax(axis=-1),
    lambda z, u: (-np.log(u) / np.exp(z)).argmax(axis=-1),
)


@mistakes.mistake(*COIN)
def the_logarithm_of_a_negative_number(z, u):
    """
    You return class 0 whatever comes in, {output} for {input}. All your sums are nan: the logarithm of a number below
    1 is negative, and a negative number has no logarithm. `argmax` takes the first nan for the largest. In the formula
    a minus stands *between* the two logarithms and makes a waiting time of the inner one; another stands in front. What
    does `np.log(np.log(u))` give for u = 0.3?
    """
    return (z - np.log(np.log(u))).argmax(axis=-1)


@mistakes.mistake(*ALONE)
def logarithm_of_the_logits(z, u):
    """
    You take the logarithm of `z` before the noise is added. That is right for *probabilities*, whose logarithms are
    logits up to a constant; here the logits are given. For {input} you return {output}, and a negative logit has no
    logarithm at all: NumPy makes it nan. In which form does your `z` come, and which step turned it into another one?
    """
    return (np.log(z) + _noise(u)).argmax(axis=-1)


@mistakes.mistake(*ALONE)
def one_hot(z, u):
    """
    You return a row of zeros with a single 1, {output} for {input}. It says the same as the number of the class, in
    another form, and libraries offer it for what they call a hard sample. Asked for is the class: one integer for each
    row, so that it can be used as an index or shown as a token. At which place of your row does the 1 stand?
    """
    return np.eye(z.shape[-1])[(z + _noise(u)).argmax(axis=-1)]


one_hot.also(lambda z, u: (z + _noise(u)) == (z + _noise(u)).max(axis=-1, keepdims=True))


@mistakes.mistake(*ALONE)
def shares_in_place_of_the_class(z, u):
    """
    You return the softmax of the noisy logits, or these themselves, one number for every class: {output} for {input}.
    That is the soft relative of this draw, the Gumbel-softmax, which a gradient can pass. Asked for is the draw itself,
    a class for each row. The noise has already decided who wins, and a softmax does not change the order. Which
    function names the winner?
    """
    return reference.softmax(z + _noise(u))


shares_in_place_of_the_class.also(lambda z, u: z + _noise(u))


@mistakes.mistake(*MANY)
def the_axis_is_kept(z, u):
    """
    Your classes are right and their shape is not: for {input} you return {output}. One class for each row is a vector
        of m integers, and for one vector of logits it is a single integer. An axis of length 1 after it turns the next
        comparison with m labels into a table of m times m. Which argument keeps the axis, or what puts brackets around
        a single number?
    """
    return (z + _noise(u)).argmax(axis=-1, keepdims=True)


the_axis_is_kept.also(lambda z, u: np.atleast_2d((z + _noise(u)).argmax(axis=-1)).T)


def _first_total_above(z, chance):
    totals = np.cumsum(reference.softmax(z), axis=-1)
    return np.minimum((totals < chance).sum(axis=-1), z.shape[-1] - 1)


@mistakes.mistake(np.array([2.0, 1.0, 0.1]), np.array([0.9, 0.3, 0.95]))
def a_draw_by_cumulative_sums(z, u):
    """
    You add up the probabilities and look where a uniform number falls. That is a right way to draw from a softmax, and
    it needs one number for each row, where `u` holds one for each *logit*. For {input} you return {output}, another
    draw than the one that the noise makes. The exercise is about the other way, which knows no sum. What is added to
    each logit there?
    """
    return _first_total_above(z, u[..., :1])


a_draw_by_cumulative_sums.also(
    lambda z, u: _first_total_above(z, u[..., -1:]),
    lambda z, u: np.minimum((np.cumsum(reference.softmax(z), axis=-1) < u).sum(axis=-1), z.shape[-1] - 1),
    lambda z, u: (np.cumsum(reference.softmax(z), axis=-1) > u).argmax(axis=-1),
)


@mistakes.mistake(*ALONE)
def noise_times_the_logits(z, u):
    """
    You multiply logits and noise where they have to be added. For {input} you return {output}. A negative logit then
    turns the noise round, and a logit of 0 takes it away; nothing in a softmax does that. Under the logarithm the rate
    of a clock and its waiting time, which were a product, have become a sum. Which sign stands between the two terms in
    the formula of the section?
    """
    return (z * _noise(u)).argmax(axis=-1)


def _knows_no_rows(seen):
    """Whether vectors go right and batches do not; a batch of which most rows are right was understood."""
    batches = [
        np.mean(result.value == truth)
        for result, truth in zip(seen.results, seen.expected, strict=False)
        if np.ndim(truth) == 1 and len(truth) > 3 and not result.problem and result.value.shape == truth.shape
    ]
    return right_for_vectors_alone(seen) and max(batches, default=0) < 0.7


@mistakes.mistake(*MANY, recognise=_knows_no_rows)
def one_vector_only(z, u):
    """
    Your code is right for one vector and not for a batch: for {input} it returns {output}. A loop over `range(len(z))`,
    an `enumerate` or Python's own `max` walks along the first axis, and that holds the rows as soon as there are any.
    Write down the shape of every array on the way, once for (K,) and once for (m, K). Which step has to be told that
    the classes are on the last axis?
    """
    best, place = -math.inf, 0
    for i, score in enumerate(z + _noise(u)):
        if score > best:
            best, place = score, i
    return place


@mistakes.mistake(*COIN, recognise=right_for_batches_alone)
def batches_only(z, u):
    """
    Your code is right for a batch and fails for one vector: for {input} there is {output}. It names the axis 1, and a
    vector has only the axis 0. The classes are on the *last* axis, and that axis has a number that fits both a
    vector and a batch. Look for every `axis=1` and every loop over rows. Which number of an axis always means the last
    one?
    """
    return (z + _noise(u)).argmax(axis=1)


batches_only.also(lambda z, u: np.array([np.argmax(row + _noise(chances)) for row, chances in zip(z, u, strict=True)]))


@mistakes.mistake(np.array([2.0, 0.0]), np.array([0.5, 0.6]))
def the_logits_with_the_wrong_sign(z, u):
    """
    You use the logits with a minus sign, or multiply the waiting times by a power of e that should divide them. A
    larger logit then makes its clock *slower*, and for {input} you return {output}: the class with the smaller logit
    wins, where the luck of both is about the same. The rate of a clock is the power of e of its logit, and the higher
    the rate, the earlier it rings. Where does your `z` change its sign?
    """
    return (_noise(u) - z).argmax(axis=-1)


the_logits_with_the_wrong_sign.also(
    lambda z, u: np.argmin(-np.log(u) * np.exp(z - z.max(axis=-1, keepdims=True)), axis=-1),
    lambda z, u: np.argmin(-np.log(u) * np.exp(z), axis=-1),
)


@mistakes.mistake(np.array([1000.0, 1001.0]), np.array([0.1, 0.9]))
def no_shift(z, u):
    """
    You raise e to the logits as they are, for the rates of the clocks or for a softmax whose logarithm you take again.
    Beyond 709 a power is infinite and far below zero it is 0, so classes tie, or have no value at all: for {input} you
    return {output}. The noise can be added to the logits themselves, and no power of e is needed. Which form of the
    draw in the section has none?
    """
    return np.argmin(-np.log(u) / np.exp(z), axis=-1)


no_shift.also(
    lambda z, u: np.argmin(-np.log(u) * np.exp(-z), axis=-1),
    lambda z, u: np.argmax(np.log(np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)) + _noise(u), axis=-1),
)

mistakes.add(
    "epsilon in the log",
    """
    You take the logarithm of probabilities and add a small number to them first. No class then has less than the
    logarithm of that number, however far it trails, and a lucky one may win that never should: for {input} you return
    {output}. You have the logits themselves, and no logarithm of a probability is needed. What does the formula of the
    section add the noise to?
    """,
    *(
        lambda z, u, epsilon=epsilon: (np.log(reference.softmax(z) + epsilon) + _noise(u)).argmax(axis=-1)
        for epsilon in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
    ),
    example=LUCK,
)


def _wrong_at_the_ends(seen):
    """Whether only draws with uniform numbers close to 0 or to 1 go wrong, and one of the two clearest does."""
    right = {
        far: [
            ok for (_, u), ok in zip(seen.probes, seen.right, strict=False) if (u.min() < 1e-8 or u.max() > ONE) == far
        ]
        for far in (True, False)
    }
    return all(right[False]) and not all(right[True]) and not any(result.problem for result in seen.results)


ONE = 1 - 1e-6


def _with_small_numbers(z, u, inner, outer):
    return (z - np.log(outer - np.log(u + inner))).argmax(axis=-1)


mistakes.add(
    "a small number in the noise",
    """
    Your draws are right as long as luck is moderate. A small number is added inside of a logarithm, or `u` is cut off
    at both ends, and that bounds the noise: with 1e-6 it never exceeds 14, where a number close enough to 1 gives 20.
    For {input} you return {output}. `u` lies strictly between 0 and 1, so both logarithms exist as they are, and the
    rare long steps are what lets unlikely classes be drawn. What are you protecting the logarithms from?
    """,
    *(lambda z, u, small=small: _with_small_numbers(z, u, 0.0, small) for small in (1e-5, 1e-6, 1e-7, 1e-8)),
    *(lambda z, u, small=small: _with_small_numbers(z, u, small, small) for small in (1e-7, 1e-8, 1e-9, 1e-10)),
    lambda z, u: (z + _noise(np.clip(u, 1e-7, 1 - 1e-7))).argmax(axis=-1),
    lambda z, u: (z + _noise(np.clip(u, 1e-10, 1 - 1e-10))).argmax(axis=-1),
    example=(np.array([[0.0, 18.5], [0.0, -3.5]]), np.array([[1 - 1e-9, MIDDLE], [1e-30, MIDDLE]])),
    recognise=_wrong_at_the_ends,
)
