"""Wrong losses of a batch, the mistakes of exercise 8.2: those that their numbers tell."""

import numpy as np

from utils.checking import Bank
from utils.checking.values import agree
from utils.checking.words import show
from utils.exercises.ch08.formulas import (
    clipped_probability,
    double_over_the_batch,
    double_softmax,
    fused,
    k_sigmoids,
    log_of_softmax,
    log_of_sum,
    log_softmax_over_the_batch,
    nll_of_logits,
    nll_of_probabilities,
    nll_over_the_batch,
    picked,
    reference_losses,
    sign_lost,
    smoothed,
    summed,
    with_epsilon,
)
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking import one_thread
from utils.exercises.ch08.probes import Batch
from utils.exercises.ch08.recognising import (
    are_multiples,
    breaks_far_out,
    has_a_ceiling,
    is_one_class_off,
    values_of,
)

mistakes = Bank()


def _in_each_place(*wrongs):
    """Three losses of which one is wrong, for every place and every wrong loss."""

    def sample(wrong, place):
        def loss_three_ways(z, y):
            losses = list(reference_losses(z, y))
            losses[place] = wrong(z, y)
            return tuple(losses)

        return loss_three_ways

    return tuple(sample(wrong, place) for place, wrong in enumerate(wrongs))


def _stands_in_a_place(*wrongs):
    """Whether one of the three losses is, on all probes, that of a wrong formula."""

    def recognise(seen):
        losses = values_of(seen, "losses")
        if len(losses) < len(seen.probes) or any(values.shape != (3,) for values in losses):
            return False
        pairs = [(batch, values) for (batch,), values in zip(seen.probes, losses, strict=True)]
        with one_thread():
            return any(_places_of(wrong, pairs) for wrong in wrongs)

    return recognise


def _places_of(formula, pairs):
    """The places among three losses that are, in all batches, those of a formula; it is left at the first batch where
    there are none.
    """
    places = {0, 1, 2}
    for batch, losses in pairs:
        like = _loss_of(formula, batch)
        places = {place for place in places if agree(losses[place], like, 1e-4, batch.size)}
        if not places:
            break
    return places


def _some_place(family):
    """A predicate: whether a family of losses is in one of the three places, see :mod:`recognising`."""

    def recognise(seen):
        losses = values_of(seen, "losses")
        if len(losses) < len(seen.probes) or any(values.shape != (3,) for values in losses):
            return False
        truths = [batch.losses_of_examples() for (batch,) in seen.probes]
        return any(
            family([(float(values[place]), truth) for values, truth in zip(losses, truths, strict=True)])
            for place in range(3)
        )

    return recognise


def _loss_of(formula, batch):
    return formula(*batch.data()).item()


def _losses_in_words(value):
    return f"`{show(value['losses'])}`"


def _add_formula(name, explanation, *wrongs, example, recognise=None):
    """Add a mistake that can take any of the three places."""
    padded = [wrongs[place % len(wrongs)] for place in range(max(3, len(wrongs)))]
    samples = _in_each_place(*padded[:3])
    for wrong in wrongs[3:]:
        samples += _in_each_place(wrong)[:1]
    recognise = recognise or _stands_in_a_place(*wrongs)
    mistakes.add(name, explanation, *samples, example=example, describe=_losses_in_words, recognise=recognise)


TWO_CLASSES = (Batch([[1.0, 2.0]], [0]),)

_add_formula(
    "double softmax",
    """
    One of your three losses applies a softmax to the logits, and `F.cross_entropy` applies another one to the
    result. For {input} you return {output}. The second softmax sees probabilities, numbers between 0 and 1, and
    takes them for logits; no loss below ln(e + K − 1) − 1 can come of that, however right the model is. Which
    function already holds the softmax inside?
    """,
    double_softmax,
    example=TWO_CLASSES,
)

_add_formula(
    "NLL of probabilities",
    """
    One of your losses gives probabilities to `F.nll_loss`: for {input} you return {output}, and one of these is
    negative. The name promises a logarithm, but the function takes none: it picks an entry, turns its sign and
    averages. So it needs logarithms of probabilities, and gets the probabilities. Which function makes them from
    logits in one stable step?
    """,
    nll_of_probabilities,
    example=TWO_CLASSES,
)

_add_formula(
    "NLL of logits",
    """
    One of your losses gives raw logits to `F.nll_loss`: for {input} you return {output}. It then is minus the logit
    of the true class, which has no lower end: making that logit larger lowers it for ever, whatever the other
    classes do. In the two-step way the rows must be log-probabilities. Which call is missing before this one?
    """,
    nll_of_logits,
    example=(Batch([[3.0, 4.0]], [0]),),
)

_add_formula(
    "softmax over the batch axis",
    """
    One of your losses normalises along `dim=0`, down the examples: for {input} you return {output}. With a single
    example that makes every probability 1 and the loss 0; with several, the examples compete with each other. The
    classes of a batch (m, K) lie on axis 1, the last one. PyTorch only warns when `dim` is left out. What does your
    `dim` say?
    """,
    log_softmax_over_the_batch,
    double_over_the_batch,
    nll_over_the_batch,
    example=TWO_CLASSES,
)


def _one_shift(z, y):
    shifted = z - z.max()
    return (shifted.exp().sum(dim=1).log() - picked(shifted, y)).mean()


_add_formula(
    "one maximum for the batch",
    """
    One of your losses shifts all rows by the largest logit of the whole batch: for {input} you return {output}. A row
    that lies far below the others then has powers that are all 0, and the logarithm of their sum is minus infinity.
    Each example has a softmax of its own, so each row needs its own largest logit. Along which axis does your maximum
    look, and which shape does it keep?
    """,
    _one_shift,
    example=(Batch([[1000.0, 0.0], [0.0, 0.0]], [0, 0]),),
)


def _log_of_softmax_in_rows(z, y):
    return -(functional().one_hot(y, z.shape[1]) * functional().softmax(z, dim=1).log()).sum(dim=1).mean()


_add_formula(
    "log after softmax",
    """
    One of your losses takes the logarithm of a softmax, or of a plain sum of exponentials. On small logits it
    agrees with the others; for {input} you return {output}. Either a probability has become 0 before the logarithm
    saw it, or a power has become infinite. Chapter 6 took the logarithm on paper first. Which two functions of
    PyTorch do that for a row of logits?
    """,
    log_of_softmax,
    log_of_sum,
    _log_of_softmax_in_rows,
    example=(Batch([[1000.0, 0.0], [0.0, 0.0]], [1, 0]),),
    recognise=_some_place(breaks_far_out),
)

_add_formula(
    "epsilon in the log",
    """
    One of your losses protects its logarithm with a small number or a lower bound. For {input} you return {output}:
    where the truth is 1000, yours has a ceiling, and above a ceiling there is next to no gradient, exactly where
    the model is most wrong. A loss from logits needs no protection, because it never forms the probability. Which
    line of chapter 6 takes its place?
    """,
    *(with_epsilon(e) for e in (1e-9, 1e-8, 1e-7, 1e-12, 1e-5)),
    *(clipped_probability(e) for e in (1e-7, 1e-9, 1e-8, 1e-12, 1e-4)),
    example=(Batch([[1000.0, 0.0]], [1]),),
    recognise=_some_place(has_a_ceiling),
)

TWO_EXAMPLES = (Batch([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]], [0, 1]),)

_add_formula(
    "sum in place of mean",
    """
    One of your losses adds up the examples where a mean is asked for: for {input} you return {output}. A sum grows
    with the batch, so its gradient does, too, and a learning rate that suits one batch size does not suit another.
    `F.cross_entropy` and `F.nll_loss` average unless they are told otherwise. Which of your three lacks the
    division by m?
    """,
    summed,
    example=TWO_EXAMPLES,
)


def _over_all_entries(z, y):
    return fused(z, y) / z.shape[1]


_add_formula(
    "mean over m·K",
    """
    One of your losses is K times too small: for {input} you return {output}. That happens when a one-hot product of
    the shape (m, K) is averaged over all its entries, zeros included. In each row one term counts. The division is
    by the number of examples only. Which reduction of yours runs over both axes?
    """,
    _over_all_entries,
    example=TWO_EXAMPLES,
)


def _divided_by_the_classes(z, y):
    return summed(z, y) / z.shape[1]


_add_formula(
    "divided by K",
    """
    One of your losses adds up the examples and divides by the number of classes: for {input} you return {output}. A
    mean over the examples divides by how many of them there are. With as many classes as examples both numbers agree,
    and everywhere else yours grows with the batch, as a sum does. The logits have the shape (m, K): `len(z)` is one of
    the two numbers, and `z.shape[1]` is the other. Which one counts the losses that you add?
    """,
    _divided_by_the_classes,
    example=TWO_EXAMPLES,
)


def _shift_left_out(z, y):
    return ((z - z.max(dim=1, keepdim=True).values).exp().sum(dim=1).log() - picked(z, y)).mean()


_add_formula(
    "the maximum is not added back",
    """
    One of your losses subtracts the largest logit of each row before the exponentials, which keeps them finite, and
    takes the logit of the label from the row as it was: for {input} you return {output}. The logarithm of the shifted
    sum is smaller than the log-sum-exp by exactly that largest logit, so the shift no longer cancels. Either both parts
    come from the shifted row, or the largest logit is added to the logarithm. Which of the two does yours leave out?
    """,
    _shift_left_out,
    example=TWO_CLASSES,
)


def _one_class_off(seen):
    pairs = list(zip(seen.probes, seen.results, strict=False))
    if any(np.shape(result.value["losses"]) != (3,) for _, result in pairs if isinstance(result.value, dict)):
        return False
    return any(
        is_one_class_off(
            [
                (batch, result.value["losses"][place] if isinstance(result.value, dict) else None)
                for (batch,), result in pairs
            ]
        )
        for place in range(3)
    )


def _of_class(shift, wraps=False):
    """The loss of another class than that of the label; past the last one it fails, or begins again at class 0."""
    return lambda z, y: -picked(z.log_softmax(dim=1), (y + shift) % z.shape[1] if wraps else y + shift).mean()


_add_formula(
    "labels off by one",
    """
    One of your losses looks at the class next to the one that the label names: for {input} you return {output}. Labels
    count from 0 here, as places do in Python, so a label is the place of its logit as it stands; 1 has to be added or
    subtracted only where classes are counted from 1. At one end of the classes yours finds no column and stops with an
    error, or wraps round to the last one without a word. Which line of yours computes with the labels?
    """,
    _of_class(1),
    _of_class(-1),
    _of_class(1, wraps=True),
    lambda z, y: fused(z, y - 1),
    example=(Batch([[0.0, 1.0, 3.0]], [1]),),
    recognise=_one_class_off,
)

_add_formula(
    "the minus sign is missing",
    """
    One of your losses has the opposite sign: for {input} you return {output}. A log-probability is at most 0, so a
    cross-entropy, which is minus a log-probability, is at least 0. Descending on the negative one would make the
    model worse at every step. In which of the three do you subtract in the wrong order, or forget the minus?
    """,
    sign_lost,
    example=TWO_CLASSES,
)


def _all_columns(z, y):
    return -functional().log_softmax(z, dim=1)[:, y].mean()


_add_formula(
    "columns instead of elements",
    """
    `[:, y]` takes whole columns: every example meets the labels of all, and an m by m table is averaged in place of
    m numbers. For {input} you return {output}. What is meant is one entry from each row. Two index tensors of equal
    length are paired element by element. Which one has to stand where your colon stands?
    """,
    _all_columns,
    example=TWO_EXAMPLES,
)


def _all_classes(z, y):
    return -functional().log_softmax(z, dim=1).sum(dim=1).mean()


def _mean_of_all(z, y):
    return -functional().log_softmax(z, dim=1).mean()


_add_formula(
    "all classes counted",
    """
    One of your losses uses the log-probabilities of all classes and never asks which one is true: for {input} you
    return {output}. It would be lowest for equal probabilities, whatever the labels are. The cross-entropy of an
    example is minus the log-probability of its own class. Where do the labels enter your third way?
    """,
    _all_classes,
    _mean_of_all,
    example=TWO_EXAMPLES,
)


def _largest(z, y):
    return (pytorch().logsumexp(z, dim=1) - z.max(dim=1).values).mean()


_add_formula(
    "the largest in place of the label",
    """
    One of your losses takes the largest logit of each row where that of the label belongs: for {input} you return
    {output}. Such a number says how confident the model is and not whether it is right, and it falls when a wrong
    decision becomes more confident. Where the label has the largest logit both are the same, so a trained model hides
    the difference. Which of your three never uses `y`?
    """,
    _largest,
    example=TWO_CLASSES,
)


_add_formula(
    "a multiple of the loss",
    """
    One of your losses is the right one times one and the same factor, on every batch: for {input} you return
    {output}. A factor comes from a logarithm to another base, `log2` or `log10` in place of the natural one, or from a
    division that stands there twice. Its gradient carries the factor, too, as if the learning rate were another. Divide
    the odd one out by the loss of a case on paper: which number comes out?
    """,
    lambda z, y: fused(z, y) / np.log(2),
    lambda z, y: fused(z, y) / 2,
    example=TWO_CLASSES,
    recognise=_some_place(are_multiples),
)

_add_formula(
    "k sigmoids",
    """
    One of your losses is the binary cross-entropy of chapter 5, one yes-or-no question for each class: for {input}
    you return {output}. The classes here exclude each other, so the logits of an example share one denominator.
    Which loss of PyTorch holds a softmax inside, and not a sigmoid for each class?
    """,
    k_sigmoids,
    example=TWO_EXAMPLES,
)


def _smoothed_by(share):
    return lambda z, y: functional().cross_entropy(z, y, label_smoothing=share)


_add_formula(
    "labels smoothed",
    """
    One of your losses is computed with smoothed labels, which are 0.9 and a bit at the true class and share the
    rest among all classes. For {input} you return {output}. Smoothing is a choice that changes the number, and a
    later section makes it on purpose. Here the labels are certain. Which argument of yours has to go?
    """,
    smoothed,
    *map(_smoothed_by, (0.05, 0.2, 0.01)),
    example=TWO_CLASSES,
)
