"""Losses of the models of chapter 7 that are no mean cross-entropy."""

import numpy as np

from utils.exercises.ch07.models import build
from utils.exercises.ch07.recognising import (
    focal,
    takes_the_logarithm_of_0,
    with_an_epsilon,
    with_smoothed_labels,
)


def add_mistakes_of_the_loss(mistakes, head, units, logs, logits):
    """Add losses that are no mean cross-entropy, for outputs of one kind.

    Args:
        mistakes: the bank of the exercise.
        head: the right output activation.
        units: of the output layer.
        logs: a function of outputs that gives the logarithm of the probability of each class, (m, K).
        logits: whether the outputs are logits.
    """
    classes = max(units, 2)

    def by_hand(formula):
        """A loss of Keras from a formula of the logarithms at the labels and of those of all classes."""

        def loss(y, outputs):
            from keras import ops

            table = _logs_in_keras(outputs, logits)
            at_labels = ops.sum(table * ops.one_hot(ops.cast(ops.reshape(y, (-1,)), "int32"), classes), axis=-1)
            return ops.mean(formula(ops, at_labels, table))

        return build(head, lambda: loss, units=units)

    mistakes.add(
        "labels that are smoothed",
        """
        Your loss does not take the labels at their word. It moves a part of each label from the true class to all
        classes alike, which is called label smoothing: even a perfect output has a loss above 0, and the best output
        is one that is not too sure. It is used in large classifiers to keep the logits from growing. The exercise asks
        for the plain cross-entropy, which looks only at the true class. Which argument or which line of your loss
        shares the label out?
        """,
        by_hand(lambda ops, at_labels, table: -0.9 * at_labels - 0.1 * ops.mean(table, axis=-1)),
        by_hand(lambda ops, at_labels, table: -0.8 * at_labels - 0.2 * ops.mean(table, axis=-1)),
        recognise=with_smoothed_labels(logs),
    )
    mistakes.add(
        "a focal loss",
        """
        Your loss multiplies the cross-entropy of each example by a factor that is small where the model is sure and
        right: a focal loss. It turns the training towards the hard examples, and was made for pictures in which nearly
        everything is background. Its values are smaller than those of a cross-entropy, and its best outputs are less
        sure. The text asks for the plain mean cross-entropy, without a factor. Which loss did you take, and what is the
        plain one called?
        """,
        by_hand(lambda ops, at_labels, table: -at_labels * (1 - ops.exp(at_labels)) ** 2),
        by_hand(lambda ops, at_labels, table: -0.25 * at_labels * (1 - ops.exp(at_labels)) ** 3),
        recognise=focal(logs),
    )
    mistakes.add(
        "the logarithm of 0",
        """
        Your loss takes the logarithm of probabilities as they are. A probability far from the others is rounded to 0,
        and so are all that a one-hot row multiplies by 0 afterwards: the logarithm of 0 is −∞, and 0 times −∞ is nan.
        So single losses of yours are right, and others are infinite or no numbers; one of them is enough to make all
        weights nan after the next step. The losses of Keras are built for such outputs. Which one takes what your last
        layer returns?
        """,
        by_hand(lambda ops, at_labels, table: -ops.log(ops.exp(at_labels)))
        if logits
        else build(head, lambda: _one_hot_times_logs, units=units),
        recognise=takes_the_logarithm_of_0,
    )
    if not logits:
        return
    mistakes.add(
        "an epsilon in the logarithm",
        """
        Your loss makes probabilities of the logits first, and then keeps the logarithm away from 0 with a small number
        that is added, or that nothing may fall below. So it never becomes infinite, and it has a ceiling: with
        0.0000001 no loss can exceed 16.1, however wrong the model is, and where the ceiling is reached, no gradient is
        left to learn from. The point of logits is that nothing has to be cut off (chapter 6). Which form of the loss
        needs no logarithm of a probability?
        """,
        by_hand(lambda ops, at_labels, table: -ops.log(ops.exp(at_labels) + 1e-7)),
        by_hand(lambda ops, at_labels, table: -ops.log(ops.maximum(ops.exp(at_labels), 1e-12))),
        recognise=with_an_epsilon(lambda outputs: np.exp(logs(outputs))),
    )


def _one_hot_times_logs(y, outputs):
    from keras import ops

    rows = ops.one_hot(ops.cast(ops.reshape(y, (-1,)), "int32"), 4)
    return -ops.mean(ops.sum(rows * ops.log(outputs), axis=-1))


def _logs_in_keras(outputs, logits):
    from keras import ops

    if not logits:
        return ops.log(ops.maximum(outputs, 1e-30))
    both_classes = outputs if outputs.shape[-1] > 1 else ops.concatenate([ops.zeros_like(outputs), outputs], axis=-1)
    return ops.log_softmax(both_classes, axis=-1)
