"""Families of wrong trainings, (W, b, losses), told by what was seen of them: predicates for exercise 4.3."""

import numpy as np

from utils import reference
from utils.checking.values import agree
from utils.exercises.ch04.starts import LIMIT

ROUGHLY = {"rtol": 0.05, "scale": 2.0}  # what a small random start may change in a step or two
MORE_ROUGHLY = {"rtol": 0.05, "scale": 4.0}  # and in many steps


def _in_threes(seen):
    """The probes, their results and what was expected, where all results are three arrays; else nothing."""
    if len(seen.results) < len(seen.probes) or any(result.problem for result in seen.results):
        return []
    return list(zip(seen.probes, seen.results, seen.expected, strict=True))


def follows(*wrong, parts=slice(None)):
    """A predicate: the first steps are those of one of these wrong trainings, wherever near zero it started."""

    def recognise(seen):
        first_steps = [parts for parts in _in_threes(seen) if parts[0][-1] <= 2]
        return bool(first_steps) and any(_is_roughly(train, first_steps, parts) for train in wrong)

    return recognise


def _is_roughly(train, first_steps, parts):
    for inputs, result, _ in first_steps:
        made = tuple(np.asarray(part, dtype=np.float64) for part in train(*inputs))
        if not agree(result.value[parts], made[parts], **ROUGHLY):
            return False
    return True


def _lengths(seen):
    """The number of costs, the number of epochs, and whether the costs begin as they should, for each probe."""
    found = []
    for (*_, epochs), result, expected in _in_threes(seen):
        losses = result.value[2]
        if losses.ndim != 1 or not losses.size:
            return []
        common = min(len(losses), epochs)
        begins = agree(losses[:common], expected[2][:common], **ROUGHLY)
        found.append((len(losses), epochs, begins))
    return found


def leaves_after_one_epoch(seen):
    """Whether there is a single cost, however many were asked for, and it is the first."""
    found = _lengths(seen)
    return bool(found) and all(length == 1 and begins for length, _, begins in found)


def stops_early(seen):
    """Whether the costs are right as far as they go, and end too early for some inputs."""
    found = _lengths(seen)
    return any(length < epochs for length, epochs, _ in found) and all(
        length <= epochs and begins for length, epochs, begins in found
    )


def has_costs_without_bias(seen):
    """Whether the weights are right, and the costs are those of logits without b wherever that is another number."""
    differ = False
    for (X, y, K, rate, epochs), result, expected in _in_threes(seen):
        if not agree(result.value[:2], expected[:2], **MORE_ROUGHLY) or result.value[2].shape != (epochs,):
            return False
        steps = reference.descend(X, y, K, rate, epochs)
        without = np.array([reference.cross_entropy(X @ W, y) for W, _, _ in steps])[:epochs]
        if not agree(result.value[2], without, **MORE_ROUGHLY):
            return False
        differ = differ or np.abs(without - expected[2]).max() > 0.3
    return differ


def keeps_only_the_last(seen):
    """Whether the weights are right, and the one cost that came is the last one of several."""
    several = False
    for (*_, epochs), result, expected in _in_threes(seen):
        losses = result.value[2]
        if not agree(result.value[:2], expected[:2], **MORE_ROUGHLY) or losses.shape != (1,):
            return False
        if not agree(losses, expected[2][-1:], **MORE_ROUGHLY):
            return False
        several = several or epochs > 1
    return several


def has_other_lengths(seen):
    """Whether there are more costs than epochs."""
    found = _lengths(seen)
    return any(length > epochs for length, epochs, _ in found) and all(length >= epochs for length, epochs, _ in found)


def is_out_of_order(seen):
    """Whether three arrays came whose shapes are those that were asked for, in another order."""
    shapes = [
        ([part.shape for part in result.value], [part.shape for part in expected])
        for _, result, expected in _in_threes(seen)
    ]
    return any(came != asked for came, asked in shapes) and all(sorted(came) == sorted(asked) for came, asked in shapes)


def has_a_penalty(seen):
    """Whether each step takes away one part of W: of what W was before the step, or of what comes out.

    The part may be multiplied by the learning rate, by nothing, or by both the rate and 1/m.
    """
    if len(seen.results) < len(seen.probes):
        return False
    units = (lambda rate, m: rate, lambda rate, m: 1.0, lambda rate, m: rate / m)
    return any(_is_one_number(_parts_lost(seen, steps, unit)) for steps in (1, 2) for unit in units)


def _parts_lost(seen, steps, unit):
    """The part of W that was lost after so many steps, in these units, for each probe with so many."""
    found = []
    for (X, y, K, rate, epochs), result, expected in _in_threes(seen):
        W, b = result.value[:2]
        if epochs > steps or W.shape != expected[0].shape or b.shape != expected[1].shape:
            continue
        if epochs < steps:
            found += [] if agree((W, b), expected[:2], 1e-3, 1.0) else [np.nan]
            continue
        held = expected[0] if steps == 1 else reference.train(X, y, K, rate, 1)[0]
        if not held.any():  # a single class
            continue
        lost = expected[0] - W
        part = np.sum(lost * held) / np.sum(held**2)
        is_part = part < 1 and np.allclose(lost, part * held, rtol=1e-3, atol=1e-7)
        found.append(part / unit(rate, len(X)) if is_part else np.nan)
    return found


def _is_one_number(parts):
    return len(parts) > 1 and min(parts) > 1e-5 and np.ptp(parts) < 0.02 * max(parts)


def has_momentum(seen):
    """Whether the first step is right, and the second contains one and the same part of it once more."""
    if len(seen.results) < len(seen.probes):
        return False
    again = np.negative(_parts_lost(seen, 2, lambda rate, m: 1.0))
    return len(again) > 1 and min(again) > 0.05 and max(again) < 1.05 and np.ptp(again) < 0.02


def takes_only_the_direction(seen):
    """Whether a single step has the length of the learning rate, in each entry or as a whole."""
    met = [parts for parts in _in_threes(seen) if parts[0][-1] == 1]
    if not met or all(agree(result.value[0], expected[0], 0.02, 2.0) for _, result, expected in met):
        return False
    forms = (
        lambda dW, db: np.sign(dW),
        lambda dW, db: dW / np.linalg.norm(dW),
        lambda dW, db: dW / np.sqrt(np.sum(dW**2) + np.sum(db**2)),
    )
    return any(all(_is_step_of(form, *parts) for parts in met) for form in forms)


def _is_step_of(form, inputs, result, expected):
    X, y, K, rate, _ = inputs
    dW, db = reference.gradients(np.zeros((X.shape[1], K)), np.zeros(K), X, y)
    return not dW.any() or agree(result.value[0], -rate * form(dW, db), 0.02, 2.0)


def has_nothing_but_nan(seen):
    """Whether the weights are nan for all inputs."""
    met = _in_threes(seen)
    return bool(met) and all(np.isnan(result.value[0]).all() and result.value[0].size for _, result, _ in met)


def is_right_for_few(seen):
    """Whether all is right up to some number of examples, beyond four of them, and wrong from there on."""
    met = [(len(inputs[0]), ok) for inputs, ok in zip(seen.probes, seen.right, strict=False)]
    right, wrong = [m for m, ok in met if ok], [m for m, ok in met if not ok]
    return len(met) == len(seen.probes) and bool(wrong) and 4 < max(right, default=0) < min(wrong)


def reads_the_classes_off_the_labels(seen):
    """Whether there are as many columns as the labels say, where these are fewer than the classes."""
    counts = (lambda y: y.max() + 1, lambda y: len(np.unique(y)))
    met = [
        (inputs[1], inputs[2], result)
        for inputs, result in zip(seen.probes, seen.results, strict=False)
        if not result.problem
    ]
    return any(
        any(count(y) < K for y, K, _ in met) and all(result.value[0].shape[-1:] == (count(y),) for y, _, result in met)
        for count in counts
    )


def has_a_ceiling(seen):
    """Whether the weights are right, and the costs are right but for large ones, which are too small."""
    falls_short = False
    for _, result, expected in _in_threes(seen):
        came, true = result.value[2], expected[2]
        if not agree(result.value[:2], expected[:2], **MORE_ROUGHLY) or came.shape != true.shape:
            return False
        is_right = np.abs(came - true) <= 0.05 * (true + 2)
        if not (is_right | ((true > 3) & (came < true))).all():
            return False
        falls_short = falls_short or not is_right.all()
    return falls_short


def starts_far_from_zero(seen):
    """Whether a training began with large weights: the way back leads to them, or their sum is still there."""
    results = [result for _, result, _ in _in_threes(seen)]
    if any(np.shape(result.value[0]) != expected[0].shape for _, result, expected in _in_threes(seen)):
        return False
    starts = [result.facts.get("start") for result in results]
    if np.inf in starts or not all(np.isfinite(result.value[0]).all() for result in results):
        return False
    known = [start for start in starts if start is not None]
    sums = [np.abs(result.value[0].sum(axis=1)).max() for result in results]
    return max(known, default=0.0) > LIMIT or max(sums, default=0.0) > 0.15
