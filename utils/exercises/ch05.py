"""Chapter 5, softmax against k binary classifiers: its exercises, with right and wrong answers."""

import math
from collections import OrderedDict, defaultdict

import numpy as np

from utils import reference
from utils.checking import Exercise, Mistake
from utils.reference import log_softmax
from utils.reference import softmax as share_one_total

# What readers' functions are called with ------------------------------------------------------------------------------


def batches_of_logits(rng):
    """Batches with one logit for each class: square ones, integers, one class, logits far from zero."""
    return [
        (np.array([[0.5, -2.0]]),),
        (np.array([[0.0, 1.0]]),),
        (np.array([[2.0]]),),
        (np.array([[1.0, 2.0], [-1.0, 0.5]]),),
        (np.array([[2, 1, 0], [-3, 0, 1]]),),
        (np.array([[4.0], [-2.0], [0.0]]),),
        (np.array([[1000.0, -1000.0], [0.0, 710.0]]),),
        (np.array([[1000, -1000, 5]]),),
        (rng.normal(scale=3, size=(3, 3)),),
        (rng.normal(scale=3, size=(5, 4)),),
        (rng.normal(scale=1, size=(4, 2)) - 4,),
    ]


def logits_and_label_rows(rng):
    """Batches of logits with rows of labels: rows with no, one and several ones; confidently right and wrong logits."""
    labels = [rng.integers(2, size=shape) for shape in ((3, 3), (6, 4), (4, 2))]
    return [
        (np.array([[2.0, 0.5]]), np.array([[0, 1]])),
        (np.array([[0.0]]), np.array([[1]])),
        (np.array([[2.0]]), np.array([[0]])),
        (np.array([[0.0, 2.0]]), np.array([[0, 1]])),
        (np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[1, 1], [0, 0]])),
        (np.array([[2, -1, 0], [1, 1, -3]]), np.array([[1, 0, 1], [0, 1, 0]])),
        (np.array([[1.5], [-2.0], [0.0]]), np.array([[1], [1], [0]])),
        (np.array([[1000.0, -1000.0]]), np.array([[1, 0]])),
        (np.array([[1000.0, -1000.0]]), np.array([[0, 1]])),
        (np.array([[-800.0, 800.0], [30.0, -2.0]]), np.array([[0, 0], [0, 1]])),
        (np.array([[1.0, 2.0, -1.0], [0.0, -1.0, 1.0]]), np.array([[True, False, True], [False, False, True]])),
        *((rng.normal(scale=3, size=rows.shape), rows) for rows in labels),
        (rng.normal(scale=2, size=(5, 3)), np.eye(3)[rng.integers(3, size=5)]),
    ]


def logits_and_thresholds(rng):
    """Batches with thresholds on both sides of one half; no probability lies on its threshold."""
    return [
        (np.array([[2.0, -1.0]]), 0.5),
        (np.array([[1.0, 2.0]]), 0.8),
        (np.array([[3.0, 2.0, -4.0], [-2.0, -1.0, -3.0]]), 0.5),
        (np.array([[0.3], [-0.3], [4.0]]), 0.5),
        (np.array([[0.3, 0.6], [-0.9, -2.0]]), 0.2),
        (np.array([[2, 0, -2], [1, 3, -1]]), 0.7),
        (np.array([[1000.0, -1000.0], [1000.0, 1000.0]]), 0.9),
        (rng.normal(scale=2, size=(3, 3)), 0.5),
        (rng.normal(scale=2, size=(12, 4)), float(rng.uniform(0.1, 0.3))),
        (rng.normal(scale=2, size=(12, 4)), float(rng.uniform(0.6, 0.9))),
        (rng.normal(scale=2, size=(8, 3)) - 1, float(rng.uniform(0.3, 0.45))),
    ]


def logit_size(Z, *_):
    """The size of the numbers that cancel in a loss from logits."""
    return max(1.0, float(np.abs(Z).max()))


# How results are described in an explanation --------------------------------------------------------------------------


def row_sums(values):
    """The sums of the rows, in words."""
    return "rows that sum to " + " and ".join(f"{row:.4g}" for row in np.atleast_2d(values).sum(axis=-1))


# 5.1 ------------------------------------------------------------------------------------------------------------------

CASES = ("songs A", "songs B", "pictures A", "pictures B")
HEADS = ("softmax", "sigmoids")
RIGHT = ("softmax", "sigmoids", "sigmoids", "softmax")


def _with_wrong(*cases):
    """The right answer with these cases turned round."""
    turned = {"softmax": "sigmoids", "sigmoids": "softmax"}
    return {case: turned[head] if case in cases else head for case, head in zip(CASES, RIGHT, strict=True)}


def _another_word(seen):
    value = seen.results[0].value
    return isinstance(value, dict) and any(head not in HEADS for head in value.values())


choose_head = Exercise(
    name="ch05.choose_head",
    asks="Softmax or k sigmoids, for each of the four cases.",
    reference=dict(zip(CASES, RIGHT, strict=True)),
    expects=lambda: 'a dict with the four cases as keys, and "softmax" or "sigmoids" for each of them,',
    hints=(
        "Take one case at a time and look for a single example that belongs to two of its classes. Does one exist?",
        "What counts is how the examples were labelled: one mark in each row of the table, or as many as apply.",
        "A film song can be sung and still be a film song. A photograph taken in a forest was not taken in a room.",
    ),
    alternatives=(
        dict(reversed(list(zip(CASES, RIGHT, strict=True)))),
        OrderedDict(zip(CASES, RIGHT, strict=True)),
        defaultdict(lambda: "sigmoids", {case: head for case, head in zip(CASES, RIGHT, strict=True)}),
        {case: np.str_(head) for case, head in zip(CASES, RIGHT, strict=True)},
        {case: "softmax" if case in ("songs A", "pictures B") else "sigmoids" for case in CASES},
    ),
    mistakes=(
        Mistake(
            "softmax for labels that overlap",
            "You chose softmax for all four. A softmax hands out one total of 1, so when a film song with a singer is "
            "shown, *vocals* and *soundtrack* have to share it and neither can be near 1. In two of the cases one example "
            "can carry several labels at once. Look for a song, and for a picture, to which two of the listed names apply "
            "at the same time.",
            (_with_wrong("songs B", "pictures A"),),
        ),
        Mistake(
            "sigmoids for exclusive classes",
            "You chose sigmoids for all four. They would work after a fashion, but where exactly one label is true they "
            "do not know it: they may answer yes twice, or never, and their probabilities do not sum to 1. In two of the "
            "cases every example belongs to exactly one of the listed classes. In which two is a second yes impossible?",
            (_with_wrong("songs A", "pictures B"),),
        ),
        Mistake(
            "the wrong way round",
            "All four answers are turned round. A softmax shares one total between the classes, so it fits where a second "
            "label would take something away from the first. Sigmoids answer one yes-or-no question for each class, so "
            "they fit where several can be true. Say aloud what each of the two guarantees about a row of its outputs, "
            "and compare that with the rows of labels.",
            (_with_wrong(*CASES),),
        ),
        Mistake(
            "the subject decides",
            "You gave one head to both song tasks and the other one to both picture tasks. What the examples are plays no "
            "part, and neither does the number of classes. The same songs are sorted into styles in one task and tagged "
            "with properties in another. Read the class names of each task again: can two of them be true of one example?",
            (_with_wrong("songs B", "pictures B"), _with_wrong("songs A", "pictures A")),
        ),
        Mistake(
            "shared tags of songs missed",
            "Three of your four answers are right. Look at songs B again: vocals, dance, soundtrack and pop. A song from a "
            "film can have a singer, and a pop song is often made for dancing, so two marks in one row are common here. "
            "What would a softmax have to do with the probability of *soundtrack* when it becomes sure of *vocals*?",
            (_with_wrong("songs B"),),
        ),
        Mistake(
            "shared tags of pictures missed",
            "Three of your four answers are right. Look at pictures A again: indoor, black-and-white, with people. A "
            "family photograph from 1930 can be all three. The word *indoor* stands in the other picture task, too, and "
            "there its neighbours rule it out; here they do not. It is the whole list that decides, not a single name in "
            "it. How many marks can one row have?",
            (_with_wrong("pictures A"),),
        ),
        Mistake(
            "styles taken for tags",
            "Three of your four answers are right. Look at songs A again. It is true that a real song can stand between "
            "country and rock. The task, though, says how the collection was labelled: every song was filed under exactly "
            "one style. The head has to fit the labels that it will be trained on and asked for. How many marks does a "
            "row of this table have?",
            (_with_wrong("songs A"),),
        ),
        Mistake(
            "scenes taken for tags",
            "Three of your four answers are right. Look at pictures B again: indoor, outdoor in a city, outdoor in the "
            "wild. Each of these three places rules out the other two, so every picture gets exactly one mark. That "
            "*indoor* also occurs among the tags of the other picture task changes nothing. Which head knows, from its "
            "construction, that one and only one is true?",
            (_with_wrong("pictures B"),),
        ),
        Mistake(
            "the songs the wrong way round",
            "The two song tasks are turned round, perhaps with a picture task as well. In songs A each song was filed under "
            "one style: a second mark does not occur. In songs B a film song with a singer has two marks or more. One of "
            "the two heads hands out a single total of 1, the other one asks each class by itself. Which of them fits a row "
            "with two marks?",
            (
                _with_wrong("songs A", "songs B"),
                _with_wrong("songs A", "songs B", "pictures A"),
                _with_wrong("songs A", "songs B", "pictures B"),
            ),
        ),
        Mistake(
            "the pictures the wrong way round",
            "The two picture tasks are turned round, perhaps with a song task as well. A photograph can be taken indoors, in "
            "black and white, with people in it, all at once. It cannot be taken in a room and in the wilderness. One of "
            "the two heads hands out a single total of 1, the other one asks each class by itself. Which of them fits a row "
            "with three marks?",
            (
                _with_wrong("pictures A", "pictures B"),
                _with_wrong("pictures A", "pictures B", "songs A"),
                _with_wrong("pictures A", "pictures B", "songs B"),
            ),
        ),
        Mistake(
            "another word",
            "At least one of your values is neither of the two words that the check understands. It compares letter by "
            'letter, so a capital, a blank or a missing s counts: the words are `"softmax"` and `"sigmoids"`, in small '
            "letters and with quotation marks. Your choice behind the word may well be right. Which of the four values is "
            "spelled differently?",
            (
                {case: head.capitalize() for case, head in zip(CASES, RIGHT, strict=True)},
                {case: head.removesuffix("s") for case, head in zip(CASES, RIGHT, strict=True)},
                {case: "logistic" if head == "sigmoids" else head for case, head in zip(CASES, RIGHT, strict=True)},
            ),
            recognise=_another_word,
        ),
    ),
    remark="What decides is whether two classes can be true of one example: not the subject, and not their number.",
)


# 5.2 ------------------------------------------------------------------------------------------------------------------


def _one_at_a_time(Z):
    return [[1 / (1 + math.exp(-z)) if z > -700 else 0.0 for z in row] for row in Z.tolist()]


def _by_tanh(Z):
    return 0.5 * (1 + np.tanh(Z / 2))


def _by_two_class_softmax(Z):
    return share_one_total(np.stack([Z, np.zeros(Z.shape)], axis=-1))[..., 0]


def _by_branches(Z):
    result = np.empty(Z.shape)
    positive = Z >= 0
    result[positive] = 1 / (1 + np.exp(-Z[positive]))
    powers = np.exp(Z[~positive])
    result[~positive] = powers / (1 + powers)
    return result


def _in_float32(Z):
    return 1 / (1 + np.exp(-Z.astype(np.float32)))


def _through_logarithms(Z):
    return np.exp(-np.logaddexp(0, -Z))


def _column_by_column(Z):
    return np.column_stack([1 / (1 + np.exp(-column)) for column in Z.T])


def _has_a_floor(seen):
    """Whether all is right but a logit of −1000, which was given a small probability in place of 0."""
    floors = []
    for inputs, result, expected in zip(seen.probes, seen.results, seen.expected, strict=False):
        if not isinstance(result.value, np.ndarray) or result.value.shape != expected.shape:
            return False
        if not np.allclose(result.value, expected, rtol=1e-4, atol=1e-4):
            return False
        floors += result.value[inputs[0] == -1000].tolist()
    return bool(floors) and min(floors) > 0


def _plain(Z):
    return 1 / (1 + np.exp(-Z))


def _filled_like_the_input(Z):
    result = np.zeros_like(Z)
    result[...] = reference.sigmoid(Z)
    return result


PAIR = (np.array([[0.0, 1.0]]),)
LARGE = (np.array([[1000.0, 0.0]]),)


def table_in_words(Z, *_):
    """Shape and range of a table of probabilities."""
    return f"an array of the shape {np.shape(Z)}, each value from 0 to 1 by itself,"


sigmoids = Exercise(
    name="ch05.sigmoids",
    is_main=True,
    asks="The probability of yes for each class of each example, from logits of any size.",
    reference=reference.sigmoid,
    probes=batches_of_logits,
    scale=lambda Z: 1e-11,  # forms such as (1 + tanh)/2 lose the digits of the smallest probabilities, and are right
    expects=table_in_words,
    hints=(
        "Nothing has to be summed and no axis is needed: each logit becomes a probability by itself.",
        "Write the formula for one logit. With a NumPy array in its place it works on all of them at once.",
        "Which of the two forms, with the power of e of z or of −z, stays defined when the logit is 1000?",
    ),
    alternatives=(
        _one_at_a_time,
        _by_tanh,
        _by_two_class_softmax,
        _by_branches,
        _in_float32,
        _through_logarithms,
        _column_by_column,
        np.vectorize(_plain),
        lambda Z: np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z))),
        lambda Z: 1 - 1 / (1 + np.exp(np.minimum(Z, 700))),
    ),
    mistakes=(
        Mistake(
            "softmax in place of sigmoids",
            "You return a softmax of each row: {output} for {input}. Then the classes compete, and two tags that both "
            "apply cannot both be near 1. Here each class is asked by itself, so the probability of one does not change "
            "when the logit of another does. Which line of yours lets the classes of a row know about each other?",
            (share_one_total, lambda Z: np.exp(Z) / np.exp(Z).sum(axis=-1, keepdims=True)),
            PAIR,
        ),
        Mistake(
            "rows divided by their sums",
            "You compute the sigmoids and then divide each row by its sum: {output} for {input}. That brings back the "
            "competition which sigmoids were chosen to avoid, and it hides the most useful sign of what the model "
            "believes: a row that sums to 0.1 says *none of these*, a row that sums to 2 says *two of these*. Which step "
            "can go?",
            (
                lambda Z: _plain(Z) / _plain(Z).sum(axis=-1, keepdims=True),
                lambda Z: _plain(Z) / _plain(Z).sum(),
            ),
            PAIR,
        ),
        Mistake(
            "shift by the maximum",
            "You subtract the largest logit before you apply the sigmoid, as in a stable softmax: {output} for {input}. "
            "There a common shift cancels, because it stands above and below the line. A sigmoid compares a logit with 0, "
            "so a shift changes the answer: after yours the surest class of all gets one half, and no class gets more. "
            "Which of the two forms of the section needs no shift at all?",
            (
                lambda Z: _plain(Z - Z.max(axis=-1, keepdims=True)),
                lambda Z: _plain(Z - Z.max()),
                lambda Z: np.exp(Z - Z.max(axis=-1, keepdims=True)) / (1 + np.exp(Z - Z.max(axis=-1, keepdims=True))),
            ),
            PAIR,
        ),
        Mistake(
            "overflow for large logits",
            "You raise e to z, and divide it by 1 plus itself. For a large logit both are infinite, and infinite over "
            "infinite is nan: {output} for {input}. The formula of the section has another power of e. Divide your "
            "numerator and your denominator by the same power, and see which exponent is left. What becomes of it when z "
            "is 1000?",
            (lambda Z: np.exp(Z) / (1 + np.exp(Z)), lambda Z: np.exp(Z) / (np.exp(Z) + np.exp(0))),
            LARGE,
        ),
        Mistake(
            "the other answer",
            "You return the probability of *no*: {output} for {input}. It falls as the logit grows, though a larger logit "
            "means more evidence for the class. One minus yours would be right, and so would the same formula with the "
            "other sign in the exponent. Put in a logit of 1000 by hand: which sign makes the power vanish and the "
            "quotient 1?",
            (lambda Z: 1 / (1 + np.exp(Z)), lambda Z: reference.sigmoid(-Z)),
            PAIR,
        ),
        Mistake(
            "missing brackets",
            "Division binds more strongly than addition, so `1 / 1 + ...` is 1 plus the power of e. For {input} you return "
            "{output}, and a value above 1 is no probability. The whole sum is the denominator. Which two terms does it "
            "consist of, and how do you tell Python to add them first?",
            (lambda Z: 1 / 1 + np.exp(-Z),),
            PAIR,
        ),
        Mistake(
            "minus in the denominator",
            "Your denominator is a difference where a sum belongs. For {input} you return {output}: at a logit of 0 it "
            "divides by zero, and negative logits give negative numbers. The denominator is the total of two weights, one "
            "for *yes* and one for *no*, and weights are added. Which sign stands between 1 and the power of e?",
            (lambda Z: 1 / (1 - np.exp(-Z)),),
            PAIR,
        ),
        Mistake(
            "decisions in place of probabilities",
            "You return 0 and 1: {output} for {input}. That is the decision, which comes later, with a threshold of its "
            "own. Here the probabilities are asked for: they carry how sure the model is, and the loss is computed from "
            "them. A model trained on decisions would learn nothing, since they do not change when a logit changes a "
            "little. Which operation rounds or compares?",
            (lambda Z: (Z > 0) * 1.0, lambda Z: np.round(reference.sigmoid(Z)), lambda Z: (Z >= 0).astype(int)),
            PAIR,
        ),
        Mistake(
            "one number for each example",
            "You return one number for each example: {output} for {input}. There are k classes, so there are k questions, "
            "and each of them has an answer of its own; the result has the shape of `Z`. A maximum, a mean or a single "
            "column throws the other answers away. Which line of yours takes an axis, or an index?",
            (
                lambda Z: reference.sigmoid(Z[:, 0]),
                lambda Z: reference.sigmoid(Z).max(axis=-1),
                lambda Z: reference.sigmoid(Z).mean(axis=-1),
                lambda Z: reference.sigmoid(Z).sum(axis=-1),
                lambda Z: reference.sigmoid(Z).prod(axis=-1),
            ),
            PAIR,
        ),
        Mistake(
            "hyperbolic tangent",
            "You return the hyperbolic tangent: {output} for {input}. It has the same shape as the sigmoid, but it runs "
            "from −1 to 1, and a probability cannot be negative. At a logit of 0 it gives 0 where an even chance is meant. "
            "The two are related by a shift and two factors of one half; the formula of the section needs none of that. "
            "What should a logit of 0 become?",
            (np.tanh,),
            PAIR,
        ),
        Mistake(
            "twice the logit",
            "Your curve is twice as steep as it should be: {output} for {input}. The hyperbolic tangent can be turned into "
            "a sigmoid by a shift and a factor, and one half then stands in two places, outside the function and inside "
            "it. Compare the slope at zero: a sigmoid rises there by one quarter for each unit of the logit. Where is the "
            "second half missing?",
            (lambda Z: 0.5 * (1 + np.tanh(Z)), lambda Z: reference.sigmoid(2.0 * Z)),
            PAIR,
        ),
        Mistake(
            "another base",
            "You raise 2 or 10 to the logit in place of e. For {input} you return {output}: between 0 and 1, and growing, but "
            "at another pace. At a logit of 1 the odds of *yes* against *no* have to be e to 1, and the loss and the gradient "
            "of the next section count on that base. Look at the function, or the number, that makes the power: which base "
            "stands there?",
            (lambda Z: 1 / (1 + 2.0**-Z), lambda Z: 1 / (1 + np.exp2(-Z)), lambda Z: 1 / (1 + 10.0**-Z)),
            PAIR,
        ),
        Mistake(
            "the logarithm of the sigmoid",
            "You return logarithms: {output} for {input}, none of them positive. That function is worth having, since the "
            "loss of this chapter is made of it, but here the probabilities themselves are asked for, each between 0 and "
            "1. Which function undoes the logarithm, or which step of yours takes it?",
            (lambda Z: -np.logaddexp(0, -Z), lambda Z: -np.log1p(np.exp(-Z))),
            PAIR,
        ),
        Mistake(
            "the derivative",
            "You return the slope of the sigmoid, the product of the probabilities of *yes* and *no*: {output} for "
            "{input}. It is largest at a logit of 0 and falls on both sides, so a very sure *yes* and a very sure *no* look "
            "alike. A probability has to grow with its logit everywhere. Which of the two factors is the one that was "
            "asked for?",
            (lambda Z: reference.sigmoid(Z) * (1 - reference.sigmoid(Z)),),
            PAIR,
        ),
        Mistake(
            "clipped",
            "You cut the logits or the probabilities before they become too extreme. For {input} you return {output}, and "
            "for every logit beyond your limit the same number. Then the loss cannot tell a mistake from a disaster, and "
            "the gradient beyond the limit is 0. A warning about an overflow in `exp` is all that the clip prevents here; "
            "which form of the quotient gives the right limit without it?",
            tuple(lambda Z, limit=limit: _plain(np.clip(Z, -limit, limit)) for limit in (10, 15, 20, 30))
            + tuple(lambda Z, e=e: np.clip(_plain(Z), e, 1 - e) for e in (1e-15, 1e-12, 1e-9, 1e-8, 1e-7, 1e-6)),
            (np.array([[1000.0, -1000.0]]),),
            recognise=_has_a_floor,
        ),
        Mistake(
            "zeros of the wrong type",
            "You fill an array that `np.zeros_like(Z)` or `np.empty_like(Z)` made. It has the type of `Z`, so for integer "
            "logits it holds integers alone and every probability below 1 is cut to 0: for {input} you return {output}, "
            "without a warning. Give that array the type float, or let the quotient make a new one, which has the right "
            "type by itself.",
            (_filled_like_the_input,),
            (np.array([[2, 1, 0]]),),
        ),
    ),
    remark="No axis and no sum: k questions, k answers, each from its own logit.",
)


# 5.3 ------------------------------------------------------------------------------------------------------------------


def _stable_losses(Z, Y):
    Z = np.asarray(Z, dtype=float)
    return np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(-np.abs(Z)))


def _by_signs(Z, Y):
    return np.logaddexp(0, np.where(np.asarray(Y) == 1, -Z, Z)).sum() / len(Z)


def _by_loops(Z, Y):
    total = 0.0
    for logits, labels in zip(Z.tolist(), Y.tolist(), strict=True):
        for z, y in zip(logits, labels, strict=True):
            total += max(z, 0) - z * y + math.log1p(math.exp(-abs(z)))
    return total / len(Z)


def _losses_in_float32(Z, Y):
    Z = Z.astype(np.float32)
    return np.mean(np.sum(np.maximum(Z, 0) - Z * Y.astype(np.float32) + np.log1p(np.exp(-np.abs(Z))), axis=1))


def _by_two_class_softmaxes(Z, Y):
    logs = log_softmax(np.stack([np.zeros(Z.shape), Z], axis=-1))
    return -np.where(np.asarray(Y) == 1, logs[..., 1], logs[..., 0]).sum(axis=-1).mean()


def _mean_of_columns(Z, Y):
    return sum(_stable_losses(Z[:, k], Y[:, k]).mean() for k in range(Z.shape[1]))


def _both_terms(Z, Y):
    return np.mean(np.sum(Y * np.logaddexp(0, -Z) + (1 - np.asarray(Y, dtype=float)) * np.logaddexp(0, Z), axis=1))


def _log_after_sigmoid(Z, Y):
    Y = np.asarray(Y, dtype=float)
    A = _plain(Z)
    return -np.mean(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A), axis=1))


def _log_of_chosen(Z, Y):
    A = _plain(Z)
    return -np.mean(np.sum(np.log(np.where(np.asarray(Y) == 1, A, 1 - A)), axis=1))


def _with_epsilon(Z, Y, epsilon):
    Y = np.asarray(Y, dtype=float)
    A = _plain(Z)
    return -np.mean(np.sum(Y * np.log(A + epsilon) + (1 - Y) * np.log(1 - A + epsilon), axis=1))


def _with_clip(Z, Y, epsilon):
    Y = np.asarray(Y, dtype=float)
    A = np.clip(_plain(Z), epsilon, 1 - epsilon)
    return -np.mean(np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A), axis=1))


def _has_a_ceiling(seen):
    """Whether small losses are right, and those of logits that are wrong by 800 and more are large and too small."""
    beyond = 0
    for result, expected in zip(seen.results, seen.expected, strict=False):
        if not isinstance(result.value, np.ndarray) or result.value.shape != expected.shape:
            return False
        if expected < 5 and abs(result.value - expected) > 0.1:
            return False
        if expected > 300:
            beyond += 1
            if not 5 < result.value < 0.9 * expected:
                return False
    return beyond > 1


def _losses_filled(Z, Y):
    table = np.zeros_like(Z)
    table[...] = _stable_losses(Z, Y)
    return table.sum(axis=1).mean()


def _softmax_and_binary_loss(Z, Y, limit):
    P = np.clip(share_one_total(Z), limit, 1 - limit)
    return np.mean(np.sum(np.where(np.asarray(Y) == 1, -np.log(P), -np.log(1 - P)), axis=1))


def _three_terms(Z, Y, corner=lambda Z: np.maximum(Z, 0), product=-1, exponent=lambda Z: -np.abs(Z)):
    return np.mean(np.sum(corner(Z) + product * Z * Y + np.log1p(np.exp(exponent(Z))), axis=1))


def _yes_terms_only(Z, Y):
    return np.mean(np.sum(Y * np.logaddexp(0, -Z), axis=1))


def _softmax_loss(Z, Y):
    return -np.mean(np.sum(Y * log_softmax(Z), axis=1))


EVEN = (np.array([[0.0]]), np.array([[1]]))
ONE = (np.array([[2.0]]), np.array([[0]]))
TWO = (np.array([[0.0, 2.0]]), np.array([[0, 1]]))
WRONG = (np.array([[1000.0, -1000.0]]), np.array([[0, 1]]))
ROWS = (np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[1, 1], [0, 0]]))

binary_cross_entropy = Exercise(
    name="ch05.binary_cross_entropy",
    is_main=True,
    asks="The mean over the examples of the sum over the classes of the binary cross-entropy, from logits of any size.",
    reference=reference.binary_cross_entropy,
    probes=logits_and_label_rows,
    scale=logit_size,
    expects=lambda Z, Y: "one number that is not negative",
    hints=(
        "Start with one logit and one label. The section derives a form of the loss in which only e to the power −|z| "
        "occurs; which three terms does it have?",
        "`np.maximum`, `np.abs` and `np.log1p` work on whole arrays, so the formula for one logit is the formula for all.",
        "You then have a table of losses of the shape (m, K). Sum over the axis of the classes, and take the mean of what "
        "is left.",
    ),
    alternatives=(
        lambda Z, Y: _stable_losses(Z, Y).sum(axis=1).mean(),
        _by_signs,
        _by_loops,
        _losses_in_float32,
        _by_two_class_softmaxes,
        _mean_of_columns,
        _both_terms,
        lambda Z, Y: Z.shape[1] * np.mean(np.logaddexp(0, Z) - Z * Y),
        lambda Z, Y: (np.einsum("ik->", np.logaddexp(0, Z)) - np.einsum("ik,ik->", Z, Y)) / len(Z),
    ),
    mistakes=(
        Mistake(
            "log after sigmoid",
            "You compute the sigmoid first and take its logarithm afterwards. For {input} the result is {output}: the "
            "sigmoid has been rounded to 0 or 1, the logarithm of 0 is minus infinity, and 0 times infinity has no value. "
            "What the rounding threw away was still in the logit. Which form of the loss is written in `Z` alone, with no "
            "sigmoid in it?",
            (_log_after_sigmoid,),
            WRONG,
        ),
        Mistake(
            "epsilon in the log",
            "You add a small number inside the logarithm, or cut probabilities or logits off at a limit. For {input} you "
            "return {output}, where two logits are wrong by 1000 each and the loss should say so. Nothing is infinite any "
            "more, but the loss has a ceiling, and beyond it the gradient is next to nothing, so the worst mistakes are the "
            "ones that are never corrected. Which form takes the logits whole and needs no probability?",
            tuple(lambda Z, Y, e=e: _with_epsilon(Z, Y, e) for e in (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5))
            + tuple(lambda Z, Y, e=e: _with_clip(Z, Y, e) for e in (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5))
            + tuple(lambda Z, Y, e=e: _stable_losses(np.clip(Z, -e, e), Y).sum(axis=1).mean() for e in (30, 50, 500)),
            WRONG,
            recognise=_has_a_ceiling,
        ),
        Mistake(
            "infinite for wrong answers",
            "Your formula is right on paper, and the logarithm of each label's own probability is a good idea. On the way a "
            "number leaves the range of a float: a power of e becomes infinite, or a probability is rounded to 0 before its "
            "logarithm is taken. For {input} you return {output}, where the loss is large and finite. Which form of the loss "
            "takes e to the power −|z| alone?",
            (
                _log_of_chosen,
                lambda Z, Y: np.mean(
                    np.sum(np.where(np.asarray(Y) == 1, np.log1p(np.exp(-Z)), np.log1p(np.exp(Z))), axis=1)
                ),
                lambda Z, Y: np.mean(np.sum(np.log1p(np.exp(np.where(np.asarray(Y) == 1, -Z, Z))), axis=1)),
            ),
            WRONG,
        ),
        Mistake(
            "overflow in the softplus",
            "You compute the logarithm of 1 plus e to the power z as it stands. From z = 710 on that power is infinite in "
            "float64, and so is your loss: {output} for {input}. The logarithm itself is harmless there, it is nearly z. "
            "Take e to the power z out of the bracket when z is positive. What remains inside, and what comes in front?",
            (
                lambda Z, Y: np.mean(np.sum(np.log1p(np.exp(Z)) - Z * Y, axis=1)),
                lambda Z, Y: np.mean(np.sum(np.log1p(np.exp(-Z)) + (1 - np.asarray(Y, dtype=float)) * Z, axis=1)),
            ),
            WRONG,
        ),
        Mistake(
            "mean over everything",
            "Your result is K times too small: {output} for {input}, with its two classes. You take the mean over the classes "
            "as well as over the examples. That is a convention, too, and Keras and PyTorch follow it, but this course sums "
            "over the classes, so that the loss is minus the logarithm of the probability of the whole row. Which axis may "
            "be averaged?",
            (lambda Z, Y: _stable_losses(Z, Y).mean(), lambda Z, Y: _stable_losses(Z, Y).mean(axis=1).mean()),
            TWO,
        ),
        Mistake(
            "sum over everything",
            "You add up all losses, so the result grows with the number of examples: {output} for {input}, which holds two. "
            "A cost for training is a mean over the examples; otherwise a batch twice as large has a gradient twice as "
            "large, and the learning rate has to change with it. Sum over the classes, and then do what with the rest?",
            (lambda Z, Y: _stable_losses(Z, Y).sum(),),
            ROWS,
        ),
        Mistake(
            "examples and classes exchanged",
            "You sum over the examples and divide by the number of classes. For {input}, three examples with one class, you "
            "return {output}, which grows with every example that is added. The sum belongs to the classes, whose losses make "
            "up the loss of one example, and the mean to the examples. Which length of `Z.shape` did you divide by, or which "
            "axis did you sum first?",
            (
                lambda Z, Y: _stable_losses(Z, Y).sum() / Z.shape[1],
                lambda Z, Y: _stable_losses(Z, Y).sum(axis=0).mean(),
            ),
            (np.array([[1.5], [-2.0], [0.0]]), np.array([[1], [1], [0]])),
        ),
        Mistake(
            "divided by m twice",
            "Your result is too small by the number of examples: {output} for {input}, which holds two. A mean divides by "
            "that number already, and another division follows or went before. With it the loss, and the gradient, would "
            "shrink as the batch grows. Go through your lines and count: how often is something divided by `len(Z)`, by "
            "`Z.shape[0]`, or averaged over the first axis?",
            (lambda Z, Y: _stable_losses(Z, Y).sum(axis=1).mean() / len(Z),),
            ROWS,
        ),
        Mistake(
            "a list around the number",
            "Your number is right, and it is wrapped: {output} for {input} is a list or an array with one entry. Such a "
            "thing prints almost like a number and behaves differently, for example when it is compared, formatted or "
            "collected in a list of losses. The exercise asks for the number itself. Which brackets, or which "
            "`keepdims=True`, put it into a box?",
            (
                lambda Z, Y: [_stable_losses(Z, Y).sum(axis=1).mean()],
                lambda Z, Y: _stable_losses(Z, Y).sum(axis=1, keepdims=True).mean(axis=0, keepdims=True),
            ),
            TWO,
        ),
        Mistake(
            "zeros of the wrong type",
            "You collect the losses in an array that `np.zeros_like(Z)` or `np.empty_like(Z)` made. It has the type of `Z`, "
            "so for integer logits it holds integers alone, and of each loss everything behind the point is cut off: "
            "{output} for {input}, without a warning. Give that array the type float, or let the formula make a new one, "
            "which has the right type by itself.",
            (_losses_filled,),
            (np.array([[2, -1, 0]]), np.array([[1, 0, 1]])),
        ),
        Mistake(
            "the complement of integers",
            "You write `~Y` for *not Y*. For an array of True and False that is right. For integers it turns round every "
            "bit, so `~0` is −1 and `~1` is −2: for {input} you return {output}, and a loss is never negative. The labels "
            "may be numbers or truth values here. Which difference makes 1 of 0 and 0 of 1, for both kinds?",
            (
                lambda Z, Y: np.mean(np.sum(Y * np.logaddexp(0, -Z) + (~Y) * np.logaddexp(0, Z), axis=1)),
                lambda Z, Y: -np.mean(np.sum(Y * np.log(_plain(Z)) + (~Y) * np.log(1 - _plain(Z)), axis=1)),
            ),
            ONE,
        ),
        Mistake(
            "the largest of an axis",
            "You call `np.max` where the larger of two numbers is meant. `np.max(Z)` is one number for the whole table, and "
            "in `np.max(Z, 0)` the 0 is the number of an *axis*: you get the largest logit of each column, and every other "
            "row pays for it. For {input} you return {output}. NumPy has a second function, which compares two arrays "
            "entry by entry. What is it called?",
            (
                lambda Z, Y: _three_terms(Z, Y, corner=np.max),
                lambda Z, Y: _three_terms(Z, Y, corner=lambda Z: np.max(Z, 0)),
                lambda Z, Y: _three_terms(Z, Y, corner=lambda Z: np.max(Z, axis=-1, keepdims=True)),
                lambda Z, Y: _three_terms(Z, Y, corner=lambda Z: max(Z.max(), 0)),
            ),
            (np.array([[1.0, -2.0], [-1.0, 3.0]]), np.array([[1, 0], [0, 1]])),
        ),
        Mistake(
            "the sign of the product",
            "You add the product of logit and label, and it has to be subtracted. For {input} you return {output}: the "
            "second logit agrees with its label, and your loss grows with it. The product is what a right answer earns: "
            "for a large positive logit with the label 1 it takes away what the first term charges. Follow the derivation "
            "once more: with which sign does the product leave the bracket?",
            (
                lambda Z, Y: _three_terms(Z, Y, product=1),
                lambda Z, Y: np.mean(np.sum(np.logaddexp(0, Z) + Z * Y, axis=1)),
            ),
            TWO,
        ),
        Mistake(
            "no absolute value",
            "Your exponent is −z or z where it has to be −|z|. Once the larger of z and 0 stands outside, what is left under "
            "the logarithm depends on the distance from 0 alone. For one sign of z you count the same thing twice, and "
            "far out the power overflows: {output} for {input}. Which exponent is never positive, whatever the sign of z?",
            (
                lambda Z, Y: _three_terms(Z, Y, exponent=lambda Z: -Z),
                lambda Z, Y: _three_terms(Z, Y, exponent=lambda Z: Z),
            ),
            (np.array([[2.0, -2.0]]), np.array([[0, 0]])),
        ),
        Mistake(
            "binary loss for exclusive classes",
            "You turn each row into a softmax and put its probabilities into the two terms for *yes* and *no*. For {input} "
            "you return {output}. A softmax belongs to classes of which exactly one is true; here the labels overlap, and "
            "two sure answers would be counted as one half each. Each logit has a probability of its own. Which function "
            "gives it, without a look at the other classes?",
            tuple(lambda Z, Y, e=e: _softmax_and_binary_loss(Z, Y, e) for e in (0.0, 1e-15, 1e-12, 1e-9, 1e-8, 1e-7)),
            TWO,
        ),
        Mistake(
            "no logarithm",
            "You add up logits, with a sign or a corner, and the logarithm is missing. For {input} you return {output}, as if "
            "an even chance cost nothing. A logit of 0 is a probability of one half, whose loss is the logarithm of 2, and even "
            "a sure answer keeps a small rest. In the form with three terms the last one is that rest. Which function of −|z| "
            "does it take?",
            (
                lambda Z, Y: np.mean(np.sum(np.where(np.asarray(Y) == 1, -Z, Z), axis=1)),
                lambda Z, Y: np.mean(np.sum(np.maximum(Z, 0) - Z * Y, axis=1)),
                lambda Z, Y: np.mean(np.sum(-Z * Y, axis=1)),
            ),
            EVEN,
        ),
        Mistake(
            "no mean",
            "You return several numbers, {output} for {input}: a loss for each example, for each class, or for each logit. "
            "The exercise asks for one number for the whole batch. Your losses are right up to here; sum them over the "
            "classes, which stand on the last axis, and take the mean over the examples. Which reduction is missing, or "
            "runs over the wrong axis?",
            (
                lambda Z, Y: _stable_losses(Z, Y).sum(axis=1),
                lambda Z, Y: _stable_losses(Z, Y),
                lambda Z, Y: _stable_losses(Z, Y).mean(axis=0),
                lambda Z, Y: _stable_losses(Z, Y).mean(axis=1),
            ),
            ROWS,
        ),
        Mistake(
            "only the labels that are 1",
            "You punish a missed *yes* and forget a wrong *no*: for {input} you return {output}, though the label is 0 and "
            "the logit says yes. In the loss of a softmax one term is enough, because probability that goes to a wrong "
            "class is taken from the right one. Sigmoids share nothing, so a model that says yes to everything would have no "
            "loss with your formula. Which term belongs to a label of 0?",
            (_yes_terms_only,),
            ONE,
        ),
        Mistake(
            "cross-entropy of a softmax",
            "You take a softmax over the classes and its cross-entropy: {output} for {input}. Then the classes compete, a "
            "row without any label costs nothing, and a row with two labels cannot be fitted. Here every class has a "
            "yes-or-no question of its own, so the loss of a row is a sum of K losses, each from one logit and one label. "
            "What is the loss of a single logit?",
            (_softmax_loss,),
            TWO,
        ),
        Mistake(
            "sigmoid before a loss from logits",
            "Your formula expects logits, and you hand it probabilities: the sigmoid is applied twice. For {input} you return "
            "{output}, where the answer is as good as certain and the loss should be close to 0. With values between 0 and 1 "
            "in place of logits the loss of a perfect answer never falls below 0.3133. Which line of yours can go?",
            (lambda Z, Y: _stable_losses(_plain(Z), Y).sum(axis=1).mean(),),
            (np.array([[1000.0]]), np.array([[1]])),
        ),
        Mistake(
            "the minus sign",
            "Your result is negative: {output} for {input}. Logarithms of probabilities are at most 0, so a loss that is made "
            "of them needs a minus in front of both terms, the one for *yes* and the one for *no*. Without it a better model "
            "has a higher number, and training would walk the wrong way. A loss of this kind is 0 at best and positive "
            "otherwise. Which of your terms has no minus?",
            (
                lambda Z, Y: -_stable_losses(Z, Y).sum(axis=1).mean(),
                lambda Z, Y: -_log_after_sigmoid(Z, Y),
                lambda Z, Y: np.mean(np.sum(np.where(np.asarray(Y) == 1, 1, -1) * _stable_losses(Z, Y), axis=1)),
                lambda Z, Y: (
                    -np.mean(
                        np.sum(Y * np.log(_plain(Z)) - (1 - np.asarray(Y, dtype=float)) * np.log(1 - _plain(Z)), axis=1)
                    )
                ),
            ),
            ONE,
        ),
        Mistake(
            "yes and no exchanged",
            "You treat a label of 1 as *no*: for {input} you return {output}, although the second logit agrees with its "
            "label. The loss is then small when the model is wrong. In the definition the label multiplies the logarithm of "
            "the probability of *yes*, and one minus the label that of *no*. In the form with three terms the product of "
            "logit and label is subtracted. Which of the two did you exchange?",
            (
                lambda Z, Y: _stable_losses(Z, 1 - np.asarray(Y, dtype=float)).sum(axis=1).mean(),
                lambda Z, Y: _stable_losses(-Z, Y).sum(axis=1).mean(),
            ),
            TWO,
        ),
        Mistake(
            "arguments swapped",
            "You use the labels as logits and the logits as labels: {output} for {input}. Nothing fails, because both are "
            "arrays of numbers in the same shape. Frameworks disagree about the order of the two, Keras puts the labels "
            "first and PyTorch the predictions, so this happens in silence. In this exercise the logits come first. Which of "
            "the two does your formula take the absolute value of?",
            (lambda Z, Y: _stable_losses(Y, Z).sum(axis=1).mean(),),
            TWO,
        ),
        Mistake(
            "no maximum",
            "One of the three terms is missing, the one that is z for positive logits and 0 for negative ones. For {input} "
            "you return {output}: a logit of 2 with the label 0 costs next to nothing. The rest alone, with e to the power "
            "−|z|, is largest at the border and fades on both sides, on the right side and on the wrong one. What has to be "
            "paid for standing on the wrong side?",
            (lambda Z, Y: np.mean(np.sum(np.log1p(np.exp(-np.abs(Z))) - Z * Y, axis=1)),),
            ONE,
        ),
        Mistake(
            "the sign of the exponent",
            "You raise e to |z| where −|z| belongs. For {input} you return {output}, which is too large by |z|, and far from "
            "zero it overflows. The whole point of the form is an exponent that is never positive, so that the power lies "
            "between 0 and 1. Look into the call of `exp`: which sign stands there?",
            (lambda Z, Y: np.mean(np.sum(np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(np.abs(Z))), axis=1)),),
            ONE,
        ),
        Mistake(
            "squared error",
            "You return the squared distance between probabilities and labels: {output} for {input}. It is bounded, so a "
            "confident mistake costs hardly more than a doubtful one, and its gradient carries a factor that vanishes "
            "exactly there: chapter 3 showed how slowly that learns. The binary cross-entropy is made of logarithms. Which "
            "probability is its logarithm taken of when the label is 1, and which when it is 0?",
            (
                lambda Z, Y: np.mean(np.sum((_plain(Z) - Y) ** 2, axis=1)),
                lambda Z, Y: np.mean((_plain(Z) - Y) ** 2),
            ),
            ONE,
        ),
        Mistake(
            "another base",
            "Your result is too large by a factor of about 1.44: {output} for {input}. That is one over the natural "
            "logarithm of 2, so somewhere a logarithm to the base 2 was taken, which measures the loss in bits. Losses in "
            "this course, and in every framework, use the natural logarithm; with it the gradient is the plain difference "
            "of probability and label. Which function did you call?",
            (lambda Z, Y: _stable_losses(Z, Y).sum(axis=1).mean() / np.log(2),),
            EVEN,
        ),
    ),
    remark="One number for a table of yes-or-no questions, from logits of any size.",
)


# 5.4 ------------------------------------------------------------------------------------------------------------------


def _by_probability(Z, threshold):
    return (reference.sigmoid(Z) >= threshold).astype(int)


def _by_logit(Z, threshold):
    border = math.log(threshold) - math.log1p(-threshold)
    return border < Z


def _answers_by_loops(Z, threshold):
    odds = threshold / (1 - threshold)
    return [[int(z > 0 if abs(z) > 700 else math.exp(z) > odds) for z in row] for row in Z.tolist()]


def _by_heaviside(Z, threshold):
    return np.heaviside(_in_float32(Z) - np.float32(threshold), 1.0)


def _by_where(Z, threshold):
    return np.where(_plain(Z) < threshold, 0.0, 1.0)


def _one_hot_of_largest(Z):
    return np.eye(Z.shape[1], dtype=int)[Z.argmax(axis=-1)]


CLEAR = (np.array([[2.0, -1.0]]), 0.5)
STRICT = (np.array([[1.0, 2.0]]), 0.8)
BOTH = (np.array([[3.0, 2.0, -4.0]]), 0.5)
NEITHER = (np.array([[-2.0, -1.0, -3.0]]), 0.5)
MILD = (np.array([[0.3, 0.6], [-0.9, -2.0]]), 0.2)

predict_labels = Exercise(
    name="ch05.predict_labels",
    is_main=True,
    asks="A row of yes (1) and no (0) for each example: yes where the sigmoid of the logit lies above the threshold.",
    reference=lambda Z, threshold: _by_probability(Z, threshold),
    probes=logits_and_thresholds,
    expects=lambda Z, threshold: f"an array of the shape {np.shape(Z)} with 0 and 1 alone",
    hints=(
        "The threshold is a probability, so it is compared with probabilities. What turns your logits into them?",
        "A comparison of an array with a number gives an array of True and False in the same shape, which is fine as an "
        "answer: True counts as 1.",
        "No axis is involved: each class is decided by itself, and a row may have no 1 at all, or several.",
    ),
    alternatives=(
        _by_probability,
        _by_logit,
        _answers_by_loops,
        _by_heaviside,
        _by_where,
        lambda Z, threshold: np.vectorize(lambda z: float(reference.sigmoid(z) > threshold))(Z),
    ),
    mistakes=(
        Mistake(
            "threshold on the logits",
            "You compare the logits themselves with the threshold, or apply the sigmoid to both, which comes to the same. "
            "For {input} you return {output}: a logit of 1 is above 0.8, but its probability, the sigmoid of 1, is not. A "
            "logit runs over all real numbers and is 0 at an even chance; the threshold is a probability already. Either "
            "turn the logits into probabilities, or turn the threshold into a logit. Which of the two will you do?",
            (lambda Z, threshold: np.greater(Z, threshold).astype(int),),
            STRICT,
        ),
        Mistake(
            "the threshold is not used",
            "Your answers are those for a threshold of one half, whatever is asked for: {output} for {input}. Rounding a "
            "probability, or asking whether the logit is positive, is the threshold 0.5 in disguise. Whoever wants to miss "
            "nothing takes a lower one, whoever wants no false alarm a higher one. Where does `threshold` enter your body?",
            (
                lambda Z, threshold: (Z > 0).astype(int),
                lambda Z, threshold: np.round(reference.sigmoid(Z)),
                lambda Z, threshold: (Z >= 0).astype(int),
            ),
            STRICT,
        ),
        Mistake(
            "only the largest",
            "You give each example one label at most, the one with the largest logit. For {input} you return {output}, "
            "though two of the probabilities lie above the threshold. That is the decision for exclusive classes. Where "
            "labels overlap, a song may have two tags, or none, so every class is compared with the threshold by itself. "
            "Which call looks for a maximum?",
            (
                lambda Z, threshold: _one_hot_of_largest(Z),
                lambda Z, threshold: _one_hot_of_largest(Z) * _by_probability(Z, threshold),
            ),
            BOTH,
        ),
        Mistake(
            "softmax before the threshold",
            "You apply a softmax to each row and compare its values with the threshold. For {input} you return {output}: the "
            "classes share one total, so two of them can never lie above one half at once, however sure the model is of "
            "both. Labels that overlap need a probability for each class by itself. Which function gives it?",
            (
                lambda Z, threshold: (share_one_total(Z) >= threshold).astype(int),
                lambda Z, threshold: (np.exp(Z) / np.exp(Z).sum(axis=-1, keepdims=True) >= threshold).astype(int),
            ),
            BOTH,
        ),
        Mistake(
            "rows divided by their sums",
            "You divide the sigmoids of each row by their sum before you compare. For {input} you return {output}, because "
            "two sure answers then have about one half each. After the division a class can lose its *yes* because "
            "another one became more likely, which is the competition that sigmoids avoid. What do you compare with the "
            "threshold?",
            (
                lambda Z, threshold: (
                    reference.sigmoid(Z) / reference.sigmoid(Z).sum(axis=-1, keepdims=True) >= threshold
                ).astype(int),
            ),
            (np.array([[2.0, 3.0]]), 0.5),
        ),
        Mistake(
            "upside down",
            "Your answers are turned round: {output} for {input}. You say yes where the probability lies *below* the "
            "threshold. A larger logit is more evidence for the class, so the largest probabilities have to be the ones "
            "that become 1. Which way does your comparison point, and if you use `np.where`, which of its two values comes "
            "first?",
            (
                lambda Z, threshold: (reference.sigmoid(Z) < threshold).astype(int),
                lambda Z, threshold: np.where(reference.sigmoid(Z) >= threshold, 0, 1),
            ),
            CLEAR,
        ),
        Mistake(
            "the probability of no",
            "You compare the probability of *no* with the threshold: your sigmoid falls as its logit grows. For {input} you "
            "return {output}, a *yes* for the class with the evidence against it. Your comparison points the right way; "
            "what it compares does not. Look at the sign in the exponent: is the power small or large for a logit of 1000, "
            "and what does that make of the quotient?",
            (
                lambda Z, threshold: (1 / (1 + np.exp(Z)) >= threshold).astype(int),
                lambda Z, threshold: (1 - reference.sigmoid(Z) >= threshold).astype(int),
            ),
            CLEAR,
        ),
        Mistake(
            "another border",
            "You compare the logits with a border, which is a good way, but yours is not the logit of the threshold. For "
            "{input} you return {output}. A threshold of one half must become a border of 0, 0.8 a positive one and 0.2 "
            "its mirror image. The section turns a threshold into a border with a quotient and a logarithm. Put 0.5 into "
            "your formula: what comes out, and which of the two is missing?",
            (
                lambda Z, threshold: np.greater(Z, threshold / (1 - threshold)).astype(int),
                lambda Z, threshold: np.greater(Z, np.log(threshold)).astype(int),
            ),
            STRICT,
        ),
        Mistake(
            "one minus the threshold",
            "Your border is that of one minus the threshold. For {input} you return {output}, as if a strict threshold were a "
            "generous one: 0.8 became 0.2. This happens when the threshold is turned into a logit with the fraction upside "
            "down, or when *no* is compared in place of *yes*. A threshold above one half must ask for a positive logit. Put "
            "0.8 into your formula: does it?",
            (
                lambda Z, threshold: np.greater(Z, np.log((1 - threshold) / threshold)).astype(int),
                lambda Z, threshold: (reference.sigmoid(Z) > 1 - threshold).astype(int),
            ),
            (np.array([[1.0, -1.0]]), 0.8),
        ),
        Mistake(
            "nobody goes without",
            "You give a label to examples that have none: for {input} you return {output}, though no probability reaches the "
            "threshold. To answer *none of these* is one of the things that sigmoids can do and a softmax cannot, and for "
            "overlapping labels it is a right answer like any other. Which line steps in when a row is empty?",
            (
                lambda Z, threshold: np.where(
                    _by_probability(Z, threshold).any(axis=-1, keepdims=True),
                    _by_probability(Z, threshold),
                    _one_hot_of_largest(Z),
                ),
                lambda Z, threshold: np.maximum(_by_probability(Z, threshold), _one_hot_of_largest(Z)),
            ),
            NEITHER,
        ),
        Mistake(
            "probabilities in place of answers",
            "You return probabilities, all of them or those above the threshold: {output} for {input}. The exercise asks for "
            "decisions, 1 for yes and 0 for no, which can be compared with a row of labels. The probabilities are one step "
            "before. What does Python answer when you ask whether an array is larger than a number?",
            (
                lambda Z, threshold: np.where(reference.sigmoid(Z) >= threshold, reference.sigmoid(Z), 0),
                lambda Z, threshold: reference.sigmoid(Z),
            ),
            CLEAR,
        ),
        Mistake(
            "class numbers in place of rows",
            "You return one number for each example, {output} for {input}: the number of a class, or how many were found. With "
            "overlapping labels one number cannot say which tags apply; the answer is a whole row of 0 and 1, in the "
            "shape of `Z`. Leave out the step that reduces each row. Which call takes an axis?",
            (
                lambda Z, threshold: Z.argmax(axis=-1),
                lambda Z, threshold: _by_probability(Z, threshold).sum(axis=-1),
                lambda Z, threshold: _by_probability(Z, threshold).argmax(axis=-1),
            ),
            BOTH,
        ),
        Mistake(
            "overflow for large logits",
            "For a logit of 1000 your sigmoid is nan, because infinite is divided by infinite, and a comparison with nan is "
            "always False. So the surest *yes* of all becomes a *no*, in silence: {output} for {input}. Use the form of the "
            "sigmoid with e to the power −z, or the function that you wrote in the last exercise. What is its limit for a "
            "large logit?",
            (lambda Z, threshold: (np.exp(Z) / (1 + np.exp(Z)) >= threshold).astype(int),),
            (np.array([[1000.0, -1000.0]]), 0.9),
        ),
        Mistake(
            "one answer for the whole row",
            "You ask whether any, or all, of the classes lie above the threshold, and give the whole example one answer: "
            "{output} for {input}. The classes are separate questions, so each needs an answer of its own, and the result "
            "has the shape of `Z`. Which call turns the table of comparisons into a single column?",
            (
                lambda Z, threshold: _by_probability(Z, threshold).any(axis=-1),
                lambda Z, threshold: _by_probability(Z, threshold).all(axis=-1),
            ),
            BOTH,
        ),
    ),
    remark="Each class is decided by itself, so a row may hold no yes, one, or several.",
)
