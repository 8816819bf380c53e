"""How the mistakes of chapter 7 are recognised: predicates of what was seen."""

import itertools
import math

import numpy as np

from utils import reference
from utils.checking.values import agree
from utils.exercises.ch07.looks import linear_outputs, shapes_of_weights
from utils.exercises.ch07.training import HIDDEN, relu

NEARLY = 1e-4  # how close a result is to that of a known mistake, relative

erf = np.vectorize(math.erf, otypes=[float])


def leaky(slope):
    return lambda Z: np.where(Z > 0, Z, slope * Z)


# What people take in the place of ReLU: other bends, and relatives of it.
BENDS = (
    reference.sigmoid,
    np.tanh,
    lambda Z: Z / (1 + np.abs(Z)),
    lambda Z: np.clip(Z / 6 + 0.5, 0, 1),
    lambda Z: reference.softmax(Z),
)
RELATIVES = (
    leaky(0.01),
    leaky(0.1),
    leaky(0.2),
    leaky(0.3),
    lambda Z: np.clip(Z, 0, 6),
    lambda Z: np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0))),
    lambda Z: 1.0507009873554805 * np.where(Z > 0, Z, 1.6732632423543772 * np.expm1(np.minimum(Z, 0))),
    lambda Z: Z * (1 + erf(Z / np.sqrt(2))) / 2,
    lambda Z: Z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (Z + 0.044715 * Z**3))),
    lambda Z: Z * reference.sigmoid(Z),
    lambda Z: np.logaddexp(0, Z),
    lambda Z: Z * np.tanh(np.logaddexp(0, Z)),
)


def results_of(seen, at):
    """Pairs of a look of this kind and its result."""
    return [(probe[0], result) for probe, result in zip(seen.probes, seen.results, strict=False) if probe[0].at == at]


def all_like(seen, at, make, scale=1.0):
    """Whether every result of this kind equals what ``make`` returns for its look."""
    pairs = results_of(seen, at)
    with np.errstate(all="ignore"):
        return bool(pairs) and all(
            isinstance(result.value, np.ndarray) and agree(result.value, np.asarray(make(look)), NEARLY, scale)
            for look, result in pairs
        )


def all_right(at):
    """A predicate: every look of this kind found what was expected, at least one of them."""

    return lambda seen: bool(_right(seen, at)) and all(_right(seen, at))


def _right(seen, at):
    return [right for probe, right in zip(seen.probes, seen.right, strict=False) if probe[0].at == at]


def outputs_like(head, *hidden):
    """A predicate: the outputs are those of this output function, and perhaps of other hidden functions."""

    def is_like(look, result):
        made = head(linear_outputs(look, *hidden))
        # The digits that far logits lack in float32 lack here, too.
        return isinstance(result.value, np.ndarray) and agree(
            result.value, made, NEARLY, 0.3 + np.abs(made).max() / 100
        )

    def recognise(seen):
        pairs = results_of(seen, "outputs")
        with np.errstate(all="ignore"):
            return bool(pairs) and all(is_like(*pair) for pair in pairs)

    return recognise


def hidden_like(head, functions):
    """A predicate: the outputs are those of one of these functions in a hidden layer or in both, beside ReLU."""
    pairs = [(one, other) for one in functions for other in (one, relu)] + [(relu, one) for one in functions]
    are_like = any_of(*(outputs_like(head, *pair) for pair in pairs))
    return lambda seen: not all_right("outputs")(seen) and are_like(seen)


def loss_like(formula):
    """A predicate: the losses are those of a formula of outputs and labels."""
    return lambda seen: all_like(seen, "loss", lambda look: formula(look.outputs.astype(np.float32), look.y))


def both(*predicates):
    """A predicate: all of these hold."""
    return lambda seen: all(predicate(seen) for predicate in predicates)


def any_of(*predicates):
    """A predicate: one of these holds."""
    return lambda seen: any(predicate(seen) for predicate in predicates)


def unfit(*problems):
    """A predicate: one of these stood in the place of a result."""
    return lambda seen: any(result.problem in problems for result in seen.results)


def ends_too_late(seen):
    """Whether time ran out, and nothing else had gone wrong before."""
    *before, last = seen.results
    return last.problem == "TimeLimitExceeded" and not any(result.problem for result in before)


def says(at, words):
    """A predicate: a look of this kind said these words."""
    return lambda seen: any(result.value == words for _, result in results_of(seen, at) if not result.problem)


def acts_in_training_alone(seen):
    """Whether the outputs are others while the model trains."""
    return bool(results_of(seen, "training")) and not all_right("training")(seen)


# The weights ----------------------------------------------------------------------------------------------------------


def _shapes(seen):
    """The shapes of the weights that learn and of those that do not, where they are not what was expected, or None."""
    for _, result in results_of(seen, "sizes"):
        if isinstance(result.value, str) and not all_right("sizes")(seen):
            return [[tuple(shape) for shape in result.facts[kind]] for kind in ("learning", "fixed")]
    return None


def other_sizes(seen):
    """Whether the weights have other shapes than asked."""
    return _shapes(seen) is not None


def frozen(units):
    """A predicate: all weights are there, and some of them do not learn."""

    def recognise(seen):
        found = _shapes(seen)
        return found is not None and sorted(found[0] + found[1]) == sorted(shapes_of_weights(units))

    return recognise


def has_a_normalising_layer(units):
    """A predicate: besides all weights that are asked for there are vectors, as layers have them that normalise."""

    def recognise(seen):
        found = _shapes(seen)
        more = [*found[0], *found[1]] if found is not None else []
        for shape in shapes_of_weights(units):
            if shape not in more:
                return False
            more.remove(shape)
        return len(more) > 1 and all(len(shape) == 1 and shape[0] in (2, *HIDDEN, units) for shape in more)

    return recognise


# The loss -------------------------------------------------------------------------------------------------------------


def adds_a_penalty(seen):
    """Whether each loss is the right one and a penalty that the model adds."""
    pairs = zip(seen.probes, seen.results, seen.expected, strict=False)
    losses = [
        (result.value, result.facts.get("penalty", 0.0), wanted) for (k,), result, wanted in pairs if k.at == "loss"
    ]
    return bool(losses) and all(
        value is not None and penalty > 0 and agree(value - penalty, wanted, 1e-3, 1.0)
        for value, penalty, wanted in losses
    )


def with_an_epsilon(probabilities):
    """A predicate: the losses are −log(p + ε) or −log(max(p, ε)), whatever ε is.

    Args:
        probabilities: a function of outputs that gives a probability for each class.
    """

    def at_labels(look):
        return probabilities(look.outputs)[np.arange(len(look.y)), look.y]

    def recognise(seen):
        pairs = [(look, result.value) for look, result in results_of(seen, "loss") if result.value is not None]
        far = [float(value) for look, value in pairs if len(look.y) == 1 and at_labels(look)[0] < 1e-30]
        if not far or not all(math.isfinite(value) for value in far) or not 0.5 < max(far) < 500:
            return False
        if abs(max(far) - round(max(far))) < 1e-5:  # a limit of the logits, and no logarithm of a power of 10
            return False
        epsilon = math.exp(-max(far))
        return any(
            all_like(seen, "loss", lambda look, guard=guard: -np.log(guard(at_labels(look))).mean())
            for guard in (lambda p: p + epsilon, lambda p: np.maximum(p, epsilon))
        )

    return both(recognise, lambda seen: not all_right("loss")(seen))


def with_smoothed_labels(logs):
    """A predicate: a part of each label was shared out among all classes.

    Args:
        logs: a function of outputs that gives the logarithm of the probability of each class, (m, K).
    """

    def parts(look):
        table = -logs(look.outputs)
        return table[np.arange(len(look.y)), look.y].mean(), table.mean()

    def recognise(seen):
        pairs = [
            (parts(look), float(r.value)) for look, r in results_of(seen, "loss") if isinstance(r.value, np.ndarray)
        ]
        usable = [(one, all_, value) for (one, all_), value in pairs if abs(all_ - one) > 0.1 and math.isfinite(all_)]
        if not usable:
            return False
        one, all_, value = usable[0]
        share = (value - one) / (all_ - one)
        if not 0.005 < share < 0.95:
            return False
        return all(abs(value - one - share * (all_ - one)) < 2e-3 * (1 + abs(value)) for one, all_, value in usable)

    return recognise


def focal(logs):
    """A predicate: each loss is multiplied by α(1 − p)^γ, the more so the surer the model is.

    Args:
        logs: a function of outputs that gives the logarithm of the probability of each class, (m, K).
    """

    def at_labels(look):
        return logs(look.outputs)[np.arange(len(look.y)), look.y]

    def recognise(seen):
        single = []
        for look, result in results_of(seen, "loss"):
            log_p = at_labels(look)
            if len(look.y) == 1 and isinstance(result.value, np.ndarray) and result.value > 0 and log_p[0] < -1e-6:
                single.append((math.log(-np.expm1(log_p[0])), math.log(float(result.value) / -log_p[0])))
        ways = [
            ((b[1] - a[1]) / (b[0] - a[0]), a) for a, b in itertools.combinations(single, 2) if abs(a[0] - b[0]) > 0.1
        ]
        if not ways:
            return False
        gamma, (x, height) = ways[0]
        alpha = math.exp(height - gamma * x)
        if not 0.2 < gamma < 10:
            return False

        # Far out Keras cuts its own focal losses off.
        near = [(at_labels(look), result.value) for look, result in results_of(seen, "loss")]
        near = [(log_p, value) for log_p, value in near if log_p.min() > -12 and value is not None]
        formulas = [(-log_p * alpha * (-np.expm1(log_p)) ** gamma).mean() for log_p, _ in near]
        return all(abs(value - ours) < 1e-3 * (1 + ours) for (_, value), ours in zip(near, formulas, strict=True))

    return recognise


def takes_the_logarithm_of_0(seen):
    """Whether some losses are right, and the others infinite or no numbers at all."""
    pairs = [
        (result.value, right)
        for (look, result), right in zip(results_of(seen, "loss"), _right(seen, "loss"), strict=True)
    ]
    others = [value for value, right in pairs if not right]
    return 0 < len(others) < len(pairs) and all(value is not None and not np.isfinite(value).all() for value in others)


def takes_the_logarithm_of_0_where(is_far):
    """A predicate: the same, and the losses that are not right are those of which this holds, a function of a look."""

    def recognise(seen):
        looks = [look for look, _ in results_of(seen, "loss")]
        wrong = [not right for right in _right(seen, "loss")]
        return takes_the_logarithm_of_0(seen) and wrong == [is_far(look) for look in looks]

    return recognise


def _clipped(outputs, y):
    """What Keras under TensorFlow and under torch makes of outputs that are no probabilities: one of the two, each."""
    low, high = np.float32(1e-7), np.float32(1 - 1e-7)
    with np.errstate(all="ignore"):
        shares = np.clip(outputs / outputs.sum(axis=-1, keepdims=True), low, high)
    return reference.cross_entropy(np.log(np.clip(outputs, low, high)), y), -np.log(shares[np.arange(len(y)), y]).mean()


def loss_from_probabilities(seen):
    """Whether the loss takes outputs for probabilities, cuts them off and takes the logarithm, whatever they are."""
    return any(
        all_like(seen, "loss", lambda look, way=way: _clipped(look.outputs.astype(np.float32), look.y)[way])
        for way in (0, 1)
    )


loss_from_logits = loss_like(reference.cross_entropy)


# The steps ------------------------------------------------------------------------------------------------------------


def _steps(seen):
    """What was seen of the steps, what was expected of them, and the facts; None where there is nothing."""
    for probe, result, expected in zip(seen.probes, seen.results, seen.expected, strict=False):
        if probe[0].at == "steps" and not result.problem:
            return result.value, expected, result.facts
    return None


def steps_like(*conditions):
    """A predicate: all these hold of what was seen and expected of the steps, and of the facts."""

    def recognise(seen):
        found = _steps(seen)
        return found is not None and all(condition(*found) for condition in conditions)

    return recognise


def stands_still(value, expected, facts):
    return not value["mean move / 0.001"].any() or not value["loss"][1] < value["loss"][0]


def gathers(value, expected, facts):
    return facts["gathers"] and not value["weights moved first"]


def begins_as_adam(value, expected, facts):
    """Whether the first step is as long as Adam's, all weights together."""
    ours, truth = (part["mean move / 0.001"][0] for part in (value, expected))
    return bool(abs(ours - truth) < 0.05 * truth)


def begins_weight_by_weight_as_adam(value, expected, facts):
    """The same, and each weight with a gradient moves as far as the others: no other rate gives both by chance."""
    as_far_as_the_rate = facts["moved by the rate first"] > 0.5 * expected["weights moved first"]
    return bool(as_far_as_the_rate and begins_as_adam(value, expected, facts))


def begins_otherwise(value, expected, facts):
    return not begins_weight_by_weight_as_adam(value, expected, facts)


def moves_without_a_gradient(value, expected, facts):
    return bool(value["weights moved first"] > expected["weights moved first"])


def is_held(value, expected, facts):
    return facts["held"]


def changes_its_rate(value, expected, facts):
    first, last = facts["rates"]
    return first is not None and last is not None and abs(last - first) > 1e-3 * abs(first)


def goes_on_otherwise(value, expected, facts):
    return not agree(value, expected, NEARLY, 40.0)
