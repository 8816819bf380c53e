"""How the mistakes of chapter 7 are recognised: predicates of what was seen."""

import numpy as np

from utils import reference
from utils.checking.observing import UNREADABLE
from utils.checking.values import agree
from utils.exercises.ch07.looks import NO_LOSS, NOT_COMPILED, UNKNOWN_LOSS, forward

NEARLY = 1e-4  # how close a result is to that of a known mistake, relative


def results_of(seen, at):
    """Pairs of a look of this kind and its result."""
    return [(probe[0], result) for probe, result in zip(seen.probes, seen.results, strict=False) if probe[0].at == at]


def all_like(seen, at, make, scale=1.0):
    """Whether every result of this kind equals what ``make`` returns for its look."""
    pairs = results_of(seen, at)
    return bool(pairs) and all(
        isinstance(result.value, np.ndarray) and agree(result.value, np.asarray(make(look)), NEARLY, scale)
        for look, result in pairs
    )


def outputs_like(head, *hidden):
    """A predicate: the outputs are those of this output function, and perhaps of other hidden functions."""

    def recognise(seen):
        # Far logits make any other hidden function saturate, so these alone would not do.
        return all_like(seen, "outputs", lambda look: head(forward(look, *hidden)), scale=0.3)

    return recognise


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


def says(at, words):
    """A predicate: a look of this kind said these words."""
    return lambda seen: any(result.value == words for _, result in results_of(seen, at) if not result.problem)


def loss_fails(seen):
    """Whether outputs came and a loss, whose name Keras knows, could not be computed from them."""
    no_failure = ("", UNREADABLE, "TimeLimitExceeded", NOT_COMPILED, NO_LOSS, UNKNOWN_LOSS)
    return not any(result.problem for _, result in results_of(seen, "outputs")) and any(
        result.problem not in no_failure for _, result in results_of(seen, "loss")
    )


def acts_in_training_alone(seen):
    """Whether the outputs are others while the model trains."""
    by_look = {look.at: result for look, result in zip((probe[0] for probe in seen.probes), seen.results, strict=False)}
    wanted = {look.at: value for look, value in zip((probe[0] for probe in seen.probes), seen.expected, strict=True)}
    result = by_look.get("training")
    return (
        result is not None
        and isinstance(result.value, np.ndarray)
        and not agree(result.value, wanted["training"], NEARLY, 1.0)
    )


def moves_otherwise(seen):
    """Whether the loss falls in one step, whose length is not that of Adam with the rate that is asked for."""
    return any("a step of" in str(result.value) for _, result in results_of(seen, "step") if not result.problem)


def other_sizes(seen):
    """Whether the weights have other shapes than asked."""
    pairs = zip(seen.probes, seen.results, seen.expected, strict=False)
    sizes = [(result.value, wanted) for (look, *_), result, wanted in pairs if look.at == "sizes"]
    return any(isinstance(value, str) and value != wanted for value, wanted in sizes)


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
