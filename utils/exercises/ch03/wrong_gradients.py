"""What goes wrong in the formula of exercise 3.4: factors, signs, labels and shapes of the gradient of the cost."""

import numpy as np

from utils import reference
from utils.checking import Bank
from utils.exercises.ch03 import recognising
from utils.exercises.ch03.common import one_hot, picked
from utils.exercises.recognising import loses_axes_of_length_one


def is_calm(Z, y):
    return np.abs(Z).max() < 30


calmly = recognising.Calmly(is_calm, tolerance=(1e-4, 1e-6))

mistakes = Bank()

TWO = (np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 1]))


@mistakes.mistake(*TWO, name="no 1/m", recognise=calmly.times(recognising.summed))
def not_divided_by_m(Z, y):
    """
    You return a − y and do not divide by the number of examples. For {input} that is {output}: the gradient of the
    *sum* of the losses, m times that of their mean. Training would still go downhill, with steps m times as long,
    so a learning rate that suits one batch size breaks at another. What does the formula for J have in front of the
    sum?
    """
    return reference.softmax(Z) - one_hot(y, Z.shape[1])


@mistakes.mistake(*TWO, recognise=calmly.times(recognising.divided_twice))
def divided_twice(Z, y):
    """
    You divide by the number of examples twice. For {input} you return {output}: every step of training would be m
    times too short, without an error and without a warning. The cost is a mean, and its gradient carries the factor
    1/m once. Is there a second division hidden in a `mean`?
    """
    return (reference.softmax(Z) - one_hot(y, Z.shape[1])) / len(Z) ** 2


@mistakes.mistake(*TWO, name="divided by m − 1", recognise=calmly.times(recognising.divided_by_one_less))
def divided_by_one_less(Z, y):
    """
    You divide by one less than the number of examples. For {input} you return {output}, and for a single example there
    is nothing left to divide by. That divisor belongs to the variance of a sample, where a mean has been subtracted
    before. The cost is the plain mean of m losses, and its gradient has the factor of a plain mean. Where does your 1
    come from?
    """
    return (reference.softmax(Z) - one_hot(y, Z.shape[1])) / (np.float64(len(Z)) - 1)


ONE = (np.array([[1.0, 2.0]]), np.array([0]))


@mistakes.mistake(*ONE, recognise=calmly.times(recognising.divided_by_entries))
def mean_over_examples_and_classes(Z, y):
    """
    You divide by the number of all entries, examples times classes. For {input} you return {output}, K times too
    small. The cost is a mean over the examples; over the classes it is a sum with a single term, and a sum brings
    no factor. `size` counts entries. What counts rows?
    """
    return (reference.softmax(Z) - one_hot(y, Z.shape[1])) / Z.size


@mistakes.mistake(*ONE, recognise=calmly.times(recognising.divided_by_classes))
def divided_by_the_number_of_classes(Z, y):
    """
    You divide by the number of classes. For {input} you return {output}; where a batch has as many examples as
    classes nothing shows. The factor in front of the cost counts examples, because the cost is their mean. Which
    entry of `Z.shape` is that?
    """
    return (reference.softmax(Z) - one_hot(y, Z.shape[1])) / Z.shape[1]


@mistakes.mistake(*ONE, recognise=recognising.sign_lost(calmly))
def the_other_direction(Z, y):
    """
    You return y − a in place of a − y: {output} for {input}. That is the direction in which the logits should
    *move*, and it is what you will subtract the gradient for. The gradient itself points uphill, to a larger cost,
    so it is negative at the true class: raising that logit lowers the cost. Which of the two comes first in the
    difference?
    """
    return (one_hot(y, Z.shape[1]) - reference.softmax(Z)) / len(Z)


@mistakes.mistake(*ONE)
def only_the_target_gets_a_gradient(Z, y):
    """
    You leave every class but the true one at 0. For {input} you return {output}. The loss is made from a single
    probability, but all logits are in it, through the denominator of the softmax: raising another logit lowers the
    probability of the true class. So the others are pushed down, each by its own probability, and a row sums to 0.
    Which case of the derivation is missing?
    """
    E = one_hot(y, Z.shape[1])
    return E * (reference.softmax(Z) - 1) / len(Z)


@mistakes.mistake(np.array([[1.0, 2.0]]), np.array([1]), name="labels in place of one-hot rows")
def labels_in_place_of_one_hot_rows(Z, y):
    """
    You subtract the labels themselves, as numbers, from the probabilities. For {input} you return {output}. Label 0
    subtracts nothing, label 2 takes 2 away from all classes, and no row sums to 0. The y of a − y is the one-hot
    row: 1 at the true class and 0 elsewhere, as long as the row of probabilities. Which function of this chapter
    makes such rows from labels?
    """
    return (reference.softmax(Z) - y[:, None]) / len(Z)


labels_in_place_of_one_hot_rows.also(
    lambda Z, y: (reference.softmax(Z) - y) / len(Z),
    lambda Z, y: reference.softmax(Z) - y[:, None],
    lambda Z, y: reference.softmax(Z) - y,
)


@mistakes.mistake(*TWO)
def only_one_of_the_two_is_divided(Z, y):
    """
    You divide one of the two terms by m, and the other keeps its full size. For {input} you return {output}. The
    rows of a right answer sum to 0; with a single example yours do, too, and with more they do not. In Python a
    division is done before a subtraction beside it, as on paper. What decides the order there?
    """
    return reference.softmax(Z) - one_hot(y, Z.shape[1]) / len(Z)


only_one_of_the_two_is_divided.also(lambda Z, y: reference.softmax(Z) / len(Z) - one_hot(y, Z.shape[1]))


@mistakes.mistake(*ONE)
def as_many_columns_as_examples(Z, y):
    """
    Your one-hot matrix has as many columns as there are examples, as `np.eye(len(y))` gives it. For {input} the
    result is {output}. It fits when examples and classes are equally many, and for one example it is stretched over
    all classes without an error. Its width has to be the number of *classes*. Which entry of `Z.shape` is that?
    """
    return (reference.softmax(Z) - np.eye(len(y))[y]) / len(Z)


as_many_columns_as_examples.also(lambda Z, y: reference.softmax(Z) - np.eye(len(y))[y])


@mistakes.mistake(*ONE)
def number_of_classes_from_the_labels(Z, y):
    """
    You read the number of classes off the labels, as `np.eye(np.max(y) + 1)` does. For {input} the result is
    {output}. A batch need not hold an example of its last class, and then your one-hot rows are narrower than the rows
    of `Z`: mostly that is an error, and where one column is left, it is stretched over all classes in silence. Which
    entry of `Z.shape` is the number of classes?
    """
    return (reference.softmax(Z) - np.eye(np.max(y) + 1)[y]) / len(Z)


number_of_classes_from_the_labels.also(
    lambda Z, y: (reference.softmax(Z) - (y[:, None] == np.unique(y))) / len(Z),
)


@mistakes.mistake(*ONE)
def added_in_place_of_subtracted(Z, y):
    """
    The one-hot row is added where it has to be subtracted: {output} for {input}. Each row then sums to 2 before the
    division, and a step downhill would lower the logit of the true class most of all. The gradient has a negative entry
    in each row, where a larger logit means a smaller cost. Is that the class of the label, and which sign between a and
    its one-hot row brings it about?
    """
    return (reference.softmax(Z) + one_hot(y, Z.shape[1])) / len(Z)


def _has_a_factor_of_2(seen):
    return any(calmly.is_times(seen, lambda Z, y, factor=factor: factor) for factor in (2, 0.5))


@mistakes.mistake(*ONE, recognise=_has_a_factor_of_2)
def a_factor_of_2(Z, y):
    """
    Every entry is twice, or half, of what it should be: {output} for {input}. A 2 comes from the rule for squares, and
    a half from a squared error that is written with one; neither has a place in the derivative of a logarithm. The
    entries of a row sum to 0 whatever they are multiplied by, so that test does not see the factor, and a comparison
    with the central difference does. Where does yours come from?
    """
    return 2 * (reference.softmax(Z) - one_hot(y, Z.shape[1])) / len(Z)


a_factor_of_2.also(lambda Z, y: (reference.softmax(Z) - one_hot(y, Z.shape[1])) / len(Z) / 2)


@mistakes.mistake(np.array([[1.0, 2.0]]), np.array([0]), recognise=loses_axes_of_length_one)
def axes_of_length_one_are_lost(Z, y):
    """
    Your numbers are right, and an axis is missing: for {input}, a batch of one row, you return {output}. The result has
    to have the shape of `Z`, whatever its lengths, because it will be subtracted from `Z` or multiplied with the inputs
    of the batch. `squeeze` takes out every axis of the length 1, whatever it is for, and so does a line that treats one
    example as a special case. Which axis did your own code add?
    """
    return np.squeeze(reference.cost_gradient(Z, y))


axes_of_length_one_are_lost.also(
    lambda Z, y: reference.cost_gradient(Z, y)[0] if len(Z) == 1 else reference.cost_gradient(Z, y)
)


@mistakes.mistake(*TWO)
def only_one_example(Z, y):
    """
    You return the gradient of a single example: {output} for {input}. A `return` that is indented into the loop
    ends the function in the first round, and a name that is assigned anew in every round holds only the last row.
    The result has a row for each example, in the shape of `Z`. Where are the rows collected?
    """
    return reference.cost_gradient(Z, y)[0]


only_one_example.also(
    lambda Z, y: reference.cost_gradient(Z, y)[-1],
    lambda Z, y: reference.cost_gradient(Z, y)[:1],
    lambda Z, y: reference.cost_gradient(Z, y)[-1:],
)


@mistakes.mistake(*ONE, name="no one-hot")
def no_one_hot(Z, y):
    """
    You return the probabilities without subtracting the truth: {output} for {input}. All entries are positive, so a
    step downhill would lower every logit, also that of the true class, and the labels would play no part. Of the
    derivation above this is the first half, the derivative of the log-sum-exp. Which term does the second half, −z
    at the label, contribute, and where?
    """
    return reference.softmax(Z) / len(Z)


no_one_hot.also(lambda Z, y: reference.softmax(Z))


@mistakes.mistake(*TWO)
def one_subtracted_everywhere(Z, y):
    """
    You subtract 1 from *every* probability: {output} for {input}. "Softmax minus 1" is what the derivation gives
    only for the class of the label; for the others it gives the probability as it is. Your rows sum to 1 − K before the
    division, and a right row sums to 0; other labels would change nothing. Which array is 1 in one place of each row
    and 0 in the others?
    """
    return (reference.softmax(Z) - 1) / len(Z)


one_subtracted_everywhere.also(
    lambda Z, y: reference.softmax(Z) - 1,
    lambda Z, y: (1 - reference.softmax(Z)) / len(Z),
)


@mistakes.mistake(*ONE)
def classes_as_rows(Z, y):
    """
    Your result is turned on its side: a row for each class and a column for each example. For {input} you return
    {output}. In this course one row is one example, for logits, probabilities and gradients alike; in a square batch
    the shapes agree and the mistake is silent. Some formulas write examples as columns. Which of your lines changes the
    axes, or takes them for each other?
    """
    return reference.cost_gradient(Z, y).T


classes_as_rows.also(lambda Z, y: (reference.softmax(Z) - one_hot(y, Z.shape[1])).T)


@mistakes.mistake(*ONE)
def the_sign_at_the_true_class(Z, y):
    """
    At the label you write 1 − a where the derivation has a − 1. For {input} you return {output}. All entries are
    positive, so a step downhill lowers every logit, and that of the true class most when it deserves it least. A row of
    a right answer sums to 0, which only a negative number at the label can bring about. In which order do the two terms
    come in the first case of the derivation?
    """
    P, rows = reference.softmax(Z), np.arange(len(y))
    P[rows, y] = 1 - P[rows, y]
    return P / len(Z)


@mistakes.mistake(*ONE)
def the_true_class_gets_no_gradient(Z, y):
    """
    You leave the true class at 0: {output} for {input}. Only the others are pushed down, and nothing pulls the true
    logit up. The derivation has two cases, and this is only the second: for a class that is not the label the
    derivative is its probability. What is it in the first case, and with which sign, so that a row sums to 0?
    """
    return reference.softmax(Z) * (1 - one_hot(y, Z.shape[1])) / len(Z)


the_true_class_gets_no_gradient.also(lambda Z, y: reference.softmax(Z) * (1 - one_hot(y, Z.shape[1])))


@mistakes.mistake(np.array([[1.0, 2.0]]), np.array([0]))
def the_decision_in_place_of_the_label(Z, y):
    """
    You subtract 1 at the largest probability of each row: {output} for {input}. So the model is told that its decision
    was right, whatever it was, and every step makes it more certain of it. The labels play no part. The 1 belongs to
    what is true and not to what is believed. Which of your two arguments is never read?
    """
    P = reference.softmax(Z)
    return (P - one_hot(P.argmax(axis=1), Z.shape[1])) / len(Z)


the_decision_in_place_of_the_label.also(
    lambda Z, y: reference.softmax(Z) - one_hot(Z.argmax(axis=1), Z.shape[1]),
)


def _weighted_residual(Z, y, weight):
    P = reference.softmax(Z)
    return (P - one_hot(y, Z.shape[1])) * weight(P) / len(Z)


@mistakes.mistake(*ONE, name="an extra a(1 − a)")
def an_extra_factor(Z, y):
    """
    You multiply a − y by a(1 − a), the slope of a sigmoid. For {input} you return {output}: far too small, and
    nearly 0 where the model is certain and wrong. The chain rule does pass through that slope, but the 1/a of the
    logarithm cancels its a, and a − y is what remains: the slope has been used. That cancelling is why this loss is
    taken. Which factor has to go?
    """
    return _weighted_residual(Z, y, lambda P: P * (1 - P))


an_extra_factor.also(lambda Z, y: _weighted_residual(Z, y, lambda P: P * (1 - P)) * len(Z))


@mistakes.mistake(*ONE, name="an extra factor of a")
def an_extra_factor_p(Z, y):
    """
    You multiply a − y by the probability a. For {input} you return {output}: where the model is certain and wrong, the
    pull on the true class is nearly 0, and the rows no longer sum to 0. A factor a does come out of the derivative of
    softmax, and the 1/a of the logarithm cancels it; in a − y both have been used. Which factor has to go?
    """
    return _weighted_residual(Z, y, lambda P: P)


an_extra_factor_p.also(lambda Z, y: _weighted_residual(Z, y, lambda P: P) * len(Z))


@mistakes.mistake(*ONE)
def the_slope_of_a_sigmoid(Z, y):
    """
    You return a(1 − a) for every class: {output} for {input}. That is the diagonal of the Jacobian of chapter 2, how a
    probability answers to its own logit. It is never negative, so no class could be pulled up, and the labels are not
    in it. The gradient asked for is that of the *cost*, which is made from the label's probability. What did the chain
    rule leave of the two factors?
    """
    P = reference.softmax(Z)
    return P * (1 - P) / len(Z)


the_slope_of_a_sigmoid.also(lambda Z, y: reference.softmax(Z) * (1 - reference.softmax(Z)))


@mistakes.mistake(*ONE)
def the_cost_in_place_of_its_gradient(Z, y):
    """
    You return the cost, or the losses: {output} for {input}. The gradient tells how the cost answers to each logit, so
    it has an entry for every entry of `Z`, and the shape of `Z`. The chapter works it out in two cases, for the class
    of the label and for the others, and brings both into one line. Which line is that?
    """
    return reference.cross_entropy(Z, y)


the_cost_in_place_of_its_gradient.also(
    lambda Z, y: -reference.log_softmax(Z) * one_hot(y, Z.shape[1]) / len(Z),
    lambda Z, y: -reference.log_softmax(Z) * one_hot(y, Z.shape[1]),
    lambda Z, y: -picked(reference.log_softmax(Z), y),
    lambda Z, y: -reference.cross_entropy(Z, y),
)


@mistakes.mistake(np.array([[1.0, 2.0]]), np.array([0]))
def double_softmax(Z, y):
    """
    You apply softmax twice. For {input} you return {output}. The first gives probabilities, which are at most 1 apart;
    as logits of a second softmax they give nearly even rows, so the gradient does not vanish for a perfect prediction.
    `reference.softmax` takes logits, and so does every function that calls it. Follow `Z` through your code: how often
    is it normalised?
    """
    return (reference.softmax(reference.softmax(Z)) - one_hot(y, Z.shape[1])) / len(Z)


double_softmax.also(lambda Z, y: reference.cost_gradient(reference.softmax(Z), y))


def _sigmoid(Z):
    return np.exp(-np.logaddexp(0, -Z))


@mistakes.mistake(np.array([[1.0, 2.0]]), np.array([0]))
def sigmoids_in_place_of_the_softmax(Z, y):
    """
    You turn each logit into a probability by itself, with a sigmoid. For {input} you return {output}; the rows do not
    sum to 0, since K sigmoids need not sum to 1. That is the gradient of K separate decisions, the subject of chapter
    5. Here the classes exclude each other, and one logit changes the probabilities of all. Which function makes a row
    of logits into a row that sums to 1?
    """
    return (_sigmoid(Z) - one_hot(y, Z.shape[1])) / len(Z)


sigmoids_in_place_of_the_softmax.also(lambda Z, y: _sigmoid(Z) - one_hot(y, Z.shape[1]))


@mistakes.mistake(*ONE)
def the_derivative_of_the_probability(Z, y):
    """
    You return how the *probability* of the true class changes with each logit, a row of the Jacobian of chapter 2:
    {output} for {input}. The cost is minus the logarithm of that probability, so the chain rule brings one more
    factor, the derivative of −log a, which is −1/a. It turns a(1 − a) at the true class into a − 1. Where does that
    factor enter?
    """
    P = reference.softmax(Z)
    at_label = picked(P, y)[:, None]
    return at_label * (one_hot(y, Z.shape[1]) - P) / len(Z)


@mistakes.mistake(*ONE)
def the_derivative_for_the_probabilities(Z, y):
    """
    You return the derivative of the cost with respect to the *probabilities*: −1/a at the label and 0 elsewhere,
    {output} for {input}. That is the first link of the chain. What is asked for is the derivative with respect to the
    logits, one link further: each logit moves all probabilities, in the way that chapter 2 has worked out. What becomes
    of −1/a when it is multiplied by those derivatives?
    """
    return -one_hot(y, Z.shape[1]) / reference.softmax(Z) / len(Z)


def _squared_error(Z, y, factor=2):
    P = reference.softmax(Z)
    pull = factor * (P - one_hot(y, Z.shape[1]))
    return P * (pull - (P * pull).sum(axis=1, keepdims=True)) / len(Z)


mistakes.add(
    "squared error",
    """
    You return the gradient of the squared error. For {input} that is {output}. It carries the slope of the softmax
    as a factor, which is nearly 0 for a prediction that is certain and wrong, so the worst mistakes are corrected
    last. The cost of this chapter has a logarithm in it, and its derivative cancels the slope. What is left?
    """,
    _squared_error,
    lambda Z, y: _squared_error(Z, y, factor=1),
    example=ONE,
)


@mistakes.mistake(*ONE)
def no_softmax(Z, y):
    """
    You subtract the one-hot rows from the logits themselves. For {input} you return {output}. Logits can be of any
    size, so such a gradient would be, too, and would not vanish when the prediction is right. The a of a − y is a
    probability: positive, with a sum of 1 in each row. Which function makes it from the logits?
    """
    return (Z - one_hot(y, Z.shape[1])) / len(Z)


def rows_in_words(values):
    """The rows of a matrix, in words."""
    return f"an array of the shape {values.shape}, with rows that sum to " + " and ".join(
        f"{row:.4g}" for row in np.atleast_2d(values).sum(axis=-1)
    )


@mistakes.mistake(np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 0]), describe=rows_in_words)
def columns_instead_of_elements(Z, y):
    """
    You subtract 1 from whole columns: the colon means every example, so each row loses 1 at the labels of all. For
    {input} you return {output}. Two index arrays of the same length are read in pairs, row 0 with the first label,
    row 1 with the second. Which array belongs in the place of the colon?
    """
    P = reference.softmax(Z)
    P[:, y] -= 1
    return P / len(Z)


@mistakes.mistake(*TWO, describe=rows_in_words)
def rows_instead_of_elements(Z, y):
    """
    You subtract 1 from whole rows: with a single index the labels name examples. For {input} you return {output},
    and a label that exceeds the batch would raise an error. Every row of a right answer sums to 0, because a and
    the one-hot row both sum to 1; that is a test you can run yourself. Which second index picks the class?
    """
    P = reference.softmax(Z)
    P[y] -= 1
    return P / len(Z)


@mistakes.mistake(*TWO)
def one_number_for_the_whole_batch(Z, y):
    """
    You return one number for the whole batch, {output} for {input}. Whatever the logits are, the mean of a − y over
    everything is 0 up to rounding, because every row of it sums to 0. The mean in the cost shows in its gradient as a
    factor 1/m, and not as a mean over the entries: each logit of each example gets a derivative of its own. Which
    reduction can go?
    """
    return np.mean(reference.softmax(Z) - one_hot(y, Z.shape[1]))


one_number_for_the_whole_batch.also(lambda Z, y: np.sum(reference.softmax(Z) - one_hot(y, Z.shape[1])) / len(Z))


@mistakes.mistake(*TWO)
def one_row_for_the_whole_batch(Z, y):
    """
    You have averaged over the examples: {output} for {input}. The result should have the shape of `Z`, because
    every example has logits of its own and each of them gets a gradient. The mean of the cost shows as a factor
    1/m, not as a sum over the rows. That sum comes later, for the bias, which all examples share. Which reduction
    can go?
    """
    return (reference.softmax(Z) - one_hot(y, Z.shape[1])).mean(axis=0)


one_row_for_the_whole_batch.also(lambda Z, y: (reference.softmax(Z) - one_hot(y, Z.shape[1])).sum(axis=0))
