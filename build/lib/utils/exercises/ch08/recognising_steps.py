"""How wrong steps of training are recognised: by the first loss, and by the gradients of the optimizer."""

from dataclasses import replace

import numpy as np

from utils.exercises.ch08.lazily import pytorch
from utils.exercises.ch08.looking import as_array, look_at_steps, one_thread
from utils.exercises.ch08.recognising import (
    are_in_proportion,
    as_expected,
    breaks_far_out,
    differing_parts,
    has_a_ceiling,
    pairs_of,
)
from utils.exercises.ch08.steps import reference_step

# By the first loss, before any step. What else is wrong does not matter then.


def begins_like(*formulas):
    """A predicate: whether the first loss is on all probes that of one of these formulas, in one of the two modes."""

    def recognise(seen):
        pairs = [(probe, value["losses"]) for probe, value, _ in pairs_of(seen) if np.ndim(value["losses"]) == 1]
        if not pairs or len(pairs) < len(seen.probes) or any(len(losses) == 0 for _, losses in pairs):
            return False
        with one_thread():
            return any(
                all(as_expected(losses[0], _first_loss(formula, probe, trains), probe) for probe, losses in pairs)
                for formula in formulas
                for trains in (None, True, False)
            )

    return recognise


def _first_loss(formula, training, trains):
    """The loss of a formula before any step, in training mode, in evaluation mode, or in the mode of the model."""
    X, y = training.data()
    model = training.model()
    with pytorch().no_grad():
        return as_array([formula(model.train(model.training if trains is None else trains)(X), y)])[0]


def begins_without_shift(seen):
    """Whether the first loss is right for small logits, and for large ones cut off, infinite or nan."""
    plain = [(probe, value["losses"]) for probe, value, _ in pairs_of(seen, plain=True)]
    if not plain or any(np.ndim(losses) != 1 or len(losses) == 0 for _, losses in plain):
        return False
    pairs = [(float(losses[0]), probe.losses_of_examples()) for probe, losses in plain]
    return has_a_ceiling(pairs) or breaks_far_out(pairs)


def begins_with_a_multiple(seen):
    """Whether the first loss is the right one times a number, one and the same on all probes."""
    pairs = [(value["losses"], like["losses"]) for _, value, like in pairs_of(seen)]
    if not pairs or any(np.ndim(losses) != 1 or len(losses) == 0 for losses, _ in pairs):
        return False
    return are_in_proportion([(float(losses[0]), float(right[0])) for losses, right in pairs])


# By the gradients of the first step


def _steps_of(seen, most=6):
    """The first probes with a plain model, small logits and a gradient: what each step used beside what had arrived,
    and the gradient of the right first step. Nothing where a step is missing.
    """
    found = []
    with one_thread():
        for (probe,), result in zip(seen.probes, seen.results, strict=False):
            if not probe.is_plain or probe.size > 50 or len(probe.b) < 2 or len(found) == most:
                continue
            steps = result.facts.get("steps")
            if not steps:
                return []
            found.append((probe, steps, look_at_steps(reference_step, replace(probe, steps=1)).facts["steps"][0][0]))
    return found


def _close(one, other):
    return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=1e-3, atol=1e-6)


def steps_with_old_gradients(seen):
    """Whether the second step used the gradients of the first one, too."""
    found = [steps for _, steps, _ in _steps_of(seen) if len(steps) > 1]
    return bool(found) and all(
        _close(second[0], first[0] + second[1]) and not _close(second[0], second[1]) for first, second, *_ in found
    )


def steps_with(multiple):
    """A predicate: whether the first step used the right gradient times a number, a function of the probe."""

    def recognise(seen):
        found = _steps_of(seen)
        return bool(found) and all(_close(steps[0][0], multiple(probe) * first) for probe, steps, first in found)

    return recognise


def steps_with_less_than_arrived(seen):
    """Whether gradients were made smaller between `backward` and the step, all by one factor or each by itself."""
    pairs = [result.facts["steps"][0] for result in seen.results if result.facts.get("steps")]
    if len(pairs) < len(seen.probes):
        return False
    shortened = [(used, arrived) for used, arrived in pairs if not _close(used, arrived)]
    return bool(shortened) and all(
        np.all(used * arrived >= 0) and np.all(np.abs(used) <= np.abs(arrived) + 1e-6) and np.any(used)
        for used, arrived in shortened
    )


def steps_with_a_penalty(seen):
    """Whether the gradient has a part that pulls the weights to 0: in proportion to them, or by their signs."""
    found = _steps_of(seen)
    if not found or any(len(steps[0][0]) != len(first) for _, steps, first in found):
        return False
    extra = [(probe, steps[0][0] - first) for probe, steps, first in found]
    return any(_is_in_proportion([(more, pull(probe)) for probe, more in extra]) for pull in _pulls())


def _pulls():
    """Gradients of penalties: of squares, of sizes, and of lengths; with the biases and without them."""
    for of_one in (lambda part: part, np.sign, lambda part: part / max(np.linalg.norm(part), 1e-12)):
        for biases in (True, False):
            yield lambda probe, of_one=of_one, biases=biases: np.concatenate(
                [of_one(np.array(probe.W).T.ravel()), of_one(np.array(probe.b)) * biases]
            )


def _is_in_proportion(pairs):
    """Whether the first of each two arrays is one and the same positive number times the second."""
    more, pull = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    factor = more @ pull / max(pull @ pull, 1e-12)
    return factor > 1e-5 and np.allclose(more, factor * pull, rtol=1e-3, atol=1e-5 + 1e-3 * factor)


# By what was counted


def counts(event, at_least):
    """A predicate: whether something happened so many times as there were calls, or more often, on all probes."""

    def recognise(seen):
        events = [
            (probe, result.facts.get("events")) for (probe,), result in zip(seen.probes, seen.results, strict=False)
        ]
        return bool(events) and all(
            noted is not None and noted.count(event) >= at_least * probe.steps for probe, noted in events
        )

    return recognise


def goes_through_the_model_twice(seen):
    """Whether all is right but what a batch normalisation counts, because of a second pass through the model."""
    parts = differing_parts(seen)
    only_counted = parts is not None and "statistics" in parts and not differing_parts(seen, plain=True)
    return only_counted and counts("pass", 2)(seen)


# By the numbers that came


def is_rounded(seen):
    """Whether all is right but the losses, which have a few decimals only."""
    pairs = pairs_of(seen)
    return differing_parts(seen) <= {"losses"} and any(
        all(np.allclose(value["losses"], np.round(like["losses"], digits), atol=2e-6) for _, value, like in pairs)
        for digits in range(5)
    )


def are_shares(seen):
    """Whether a step is right and what it returns is a number of examples, divided by all of them or not."""
    pairs = pairs_of(seen, plain=True)
    if not pairs or not differing_parts(seen, plain=True) <= {"losses"}:
        return False
    for factor in (lambda m: m, lambda m: 1.0, lambda m: m / 100):
        counted = [(np.asarray(value["losses"]) * factor(len(probe.y)), len(probe.y)) for probe, value, _ in pairs]
        if all(
            np.allclose(part, np.round(part), atol=1e-3) and np.all((part > -0.1) & (part < m + 0.1))
            for part, m in counted
        ):
            return True
    return False


def losses_are_one_late(seen):
    """Whether each loss is the one that was expected a step later."""
    pairs = [(probe, value, like) for probe, value, like in pairs_of(seen, plain=True) if probe.steps > 1]
    return bool(pairs) and all(
        np.shape(value["losses"]) == np.shape(like["losses"])
        and as_expected(value["losses"][:-1], like["losses"][1:], probe)
        and as_expected(value["W"], like["W"], probe)
        for probe, value, like in pairs
    )
