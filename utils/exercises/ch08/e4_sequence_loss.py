"""Exercise 8.4: the mean cross-entropy over all positions of some sequences; its class axis is the last one."""

import numpy as np

from utils.checking import Bank, Domain, Exercise, Unfit, paragraphs
from utils.checking.values import agree, kind
from utils.checking.words import show
from utils.exercises import drawing
from utils.exercises.ch08.formulas import (
    clipped_probability,
    double_softmax,
    fused,
    k_sigmoids,
    log_of_softmax,
    log_of_sum,
    nll_of_logits,
    nll_of_probabilities,
    sign_lost,
    with_epsilon,
)
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking import as_array, observing, one_thread
from utils.exercises.ch08.probes import Sequences
from utils.exercises.ch08.recognising import (
    are_multiples,
    breaks_far_out,
    came_as,
    has_a_ceiling,
    has_index_with_fractions,
    has_labels_with_fractions,
    has_probabilities_in_whole_numbers,
    has_shapes_that_differ,
    is_softmax_of_whole_numbers,
    refused,
    values_of,
)

# The domain


def _sequences(Z, y):
    return (Sequences(np.asarray(Z).tolist(), np.asarray(y).tolist()),)


def _with_any_labels(rng, Z):
    return _sequences(Z, rng.integers(Z.shape[-1], size=Z.shape[:-1]))


def _cut(rng, Z):
    """Rows (m, V) as B sequences of T positions, for any B that divides m."""
    m, V = Z.shape
    B = int(rng.choice([number for number in range(1, m + 1) if m % number == 0]))
    return Z.reshape(B, m // B, V)


def _corners(rng):
    def normal(*shape):
        return drawing.exact(rng.normal(scale=3, size=shape))

    Z, far = normal(2, 3, 4), drawing.exact(2e4 + 300 * rng.normal(size=(2, 2, 3)))
    corners = {
        "as many positions as classes": (Z[:, :, :3], rng.integers(3, size=(2, 3))),
        "as many sequences as classes": (normal(3, 5, 3), rng.integers(3, size=(3, 5))),
        "as many sequences as positions": (normal(3, 3, 5), rng.integers(5, size=(3, 3))),
        "all three alike": (normal(3, 3, 3), rng.integers(3, size=(3, 3))),
        "one position": (normal(4, 1, 3), rng.integers(3, size=(4, 1))),
        "one sequence": (normal(1, 5, 3), rng.integers(3, size=(1, 5))),
        "one of each": (normal(1, 1, 1), np.zeros((1, 1), dtype=int)),
        "one class": (normal(2, 3, 1), np.zeros((2, 3), dtype=int)),
        "many classes": (normal(2, 2, int(rng.integers(9, 14))), rng.integers(9, size=(2, 2))),
        "many positions": (normal(3, int(rng.integers(15, 25)), 4), None),
        "an absent class": (Z, rng.integers(3, size=(2, 3))),
        "the first class only": (Z, np.zeros((2, 3), dtype=int)),
        "the last class only": (Z, np.full((2, 3), 3)),
        "the winner": (Z, Z.argmax(axis=2)),
        "wrong and confident": (drawing.exact(Z + np.array([0.0, 60.0, 0.0, 300.0])), rng.integers(3, size=(2, 3))),
        "wrong above 10,000": (far, far.argmin(axis=2)),
    }
    of_batches = {f"{name}, in sequences": (_cut(rng, Z), None) for name, Z in drawing.corners_of_batches(rng).items()}
    return {
        name: _with_any_labels(rng, Z) if y is None else _sequences(Z, y)
        for name, (Z, y) in {**corners, **of_batches}.items()
    }


def _any(rng):
    T = int(rng.integers(1, 7))
    V = T if rng.random() < 1 / 3 else int(rng.integers(1, 13))
    return _with_any_labels(rng, drawing.any_logits(rng, (int(rng.integers(1, 6)), T, V)))


sequences = Domain(
    smallest=[
        (Sequences([[[1.0, 2.0], [0.0, 3.0]]], [[1, 1]]),),
        (Sequences([[[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]], [[2, 0]]),),
        (Sequences([[[1.0, 0.0]], [[0.0, 3.0]], [[2.0, 2.5]]], [[1], [0], [0]]),),
        (Sequences([[[2.0, 1.0], [0.0, 0.5]], [[1.0, 3.0], [0.0, -2.0]]], [[0, 1], [0, 1]]),),
        (Sequences([[[1000.0, 0.0], [0.0, 200.0], [0.0, 0.0]]], [[1, 0, 1]]),),
    ],
    corners=_corners,
    draw=_any,
)


def sequence_loss_in_words(batch):
    """What is expected, in words."""
    return "one tensor without an axis, not negative, which can be differentiated for the logits,"


# How answers are looked at

UNTOUCHED, CHANGED = "as they were", "changed"


def look_at_sequence_loss(answer, batch):
    """The loss with its gradient for the logits; a loss without a graph has the gradient nan."""
    torch = pytorch()
    start, labels = batch.data()
    start.requires_grad_()
    Z, y = start.clone(), labels.clone()
    loss = answer(Z, y)
    if loss is None:
        return None
    if isinstance(loss, (tuple, list)) or getattr(loss, "ndim", 0):
        raise Unfit("not one loss", f"returned {kind(loss)} in place of a single loss", raw=loss)
    untouched = torch.equal(Z, start) and torch.equal(y, labels)
    attached = isinstance(loss, torch.Tensor) and loss.requires_grad
    gradient = None
    if untouched and attached:  # autograd refuses what was computed from numbers that are gone
        gradient = torch.autograd.grad(loss, start, allow_unused=True)[0]
    return {
        "loss": as_array([loss])[0],
        "gradient": np.full(tuple(start.shape), np.nan) if gradient is None else gradient.numpy(),
        "inputs": UNTOUCHED if untouched else CHANGED,
    }


# Right answers


def _flat(Z, y):
    return Z.reshape(-1, Z.shape[-1]), y.reshape(-1)


def on_all_positions(formula):
    """A loss of sequences from one of batches: every position is an example."""
    return lambda Z, y: formula(*_flat(Z, y))


def reference_loss(Z, y):
    """The mean cross-entropy over all positions."""
    return fused(*_flat(Z, y))


def _classes_moved(Z, y):
    return functional().cross_entropy(Z.transpose(1, 2), y)


def _with_modules(Z, y):
    return pytorch().nn.CrossEntropyLoss()(Z.flatten(0, 1), y.flatten())


def _gathered(Z, y):
    return -Z.log_softmax(dim=-1).gather(-1, y.unsqueeze(-1)).mean()


def _by_hand(Z, y):
    torch = pytorch()
    B, T, _ = Z.shape
    picked = Z[torch.arange(B)[:, None], torch.arange(T)[None], y]
    return (torch.logsumexp(Z, dim=2) - picked).mean()


def _one_hot(Z, y):
    Y = functional().one_hot(y, Z.shape[-1]).to(Z.dtype)
    return -(Y * Z.log_softmax(-1)).sum() / y.numel()


def _sequence_by_sequence(Z, y):
    return sum(functional().cross_entropy(rows, labels) for rows, labels in zip(Z, y, strict=True)) / len(Z)


def _position_by_position(Z, y):
    return sum(fused(Z[:, t], y[:, t]) for t in range(Z.shape[1])) / Z.shape[1]


def _nll_of_moved_classes(Z, y):
    losses = functional().nll_loss(functional().log_softmax(Z.permute(0, 2, 1), dim=1), y, reduction="none")
    return losses.mean(dim=1).mean()


mistakes = Bank()

sequence_loss = Exercise(
    name="ch08.sequence_loss",
    asks="The mean cross-entropy over all positions of some sequences, whose classes lie on the last axis.",
    reference=reference_loss,
    probes=sequences,
    observe=observing(look_at_sequence_loss),
    expects=sequence_loss_in_words,
    scale=lambda batch: batch.size,
    time_limit=4.0,
    hints=paragraphs("""
        For a batch (m, K) the classes lie on axis 1. Which axis of (B, T, V) holds them here, and on which does
        `F.cross_entropy` look for them?

        Every position is an example of its own, and there are B times T of them. Which shapes must logits and labels
        have, so that the loss sees one row for each?

        `reshape` with a −1 lets PyTorch count the rows. Only the two axes of the positions may melt into one: the
        classes of a position stay together.
    """),
    alternatives=(
        _classes_moved,
        _with_modules,
        _gathered,
        _by_hand,
        _one_hot,
        _sequence_by_sequence,
        _position_by_position,
        _nll_of_moved_classes,
    ),
    bank=mistakes,
    # A gradient is compared beside what comes back, and it changes with the argument.
    of_every_function={"the argument is not used": ()},
    remark="Every position is an example, and the classes of each of them stay together.",
)


# Mistakes

T_IS_V = (Sequences([[[1.0, 2.0], [0.0, 3.0]]], [[1, 1]]),)
T_IS_NOT_V = (Sequences([[[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]], [[2, 0]]),)
TWO_SEQUENCES = (Sequences([[[2.0, 1.0], [0.0, 0.5]], [[1.0, 3.0], [0.0, -2.0]]], [[0, 1], [0, 1]]),)
WRONG_AND_CONFIDENT = (Sequences([[[1000.0, 0.0], [0.0, 0.0]]], [[1, 0]]),)


def _is_like(*wrongs):
    """A predicate: whether the loss is, on all probes, that of one of these wrong answers."""

    def recognise(seen):
        losses = values_of(seen, "loss")
        if not losses or len(losses) < len(seen.probes):
            return False
        pairs = [(batch, loss) for (batch,), loss in zip(seen.probes, losses, strict=True)]
        with one_thread():
            return any(all(_agrees(loss, wrong, batch) for batch, loss in pairs) for wrong in wrongs)

    return recognise


def _agrees(loss, wrong, batch):
    return agree(loss, wrong(*batch.data()).detach().numpy(), 1e-4, batch.size)


def _is_of_the_family(family):
    """A predicate: whether the losses are of a family, see :mod:`recognising`."""

    def recognise(seen):
        losses = values_of(seen, "loss")
        if len(losses) < len(seen.probes):
            return False
        truths = [batch.losses_of_positions() for (batch,) in seen.probes]
        return family([(float(loss), truth) for loss, truth in zip(losses, truths, strict=True)])

    return recognise


def _loss_in_words(value):
    return f"`{show(value['loss'])}`"


def _add(name, explanation, *wrongs, example, recognise=None):
    """Add a mistake whose loss tells it."""
    recognise = recognise or _is_like(*wrongs)
    mistakes.add(name, explanation, *wrongs, example=example, describe=_loss_in_words, recognise=recognise)


def _has_classes_last(call):
    """Logits of three axes with labels of two, where the axis 1 of the logits is no axis of classes."""
    if call["function"] not in ("cross_entropy", "nll_loss") or len(call["tensors"]) < 2:
        return False
    Z, y = (tensor["shape"] for tensor in call["tensors"][:2])
    return len(Z) == 3 and len(y) == 2 and y != (Z[0], Z[2]) and call["tensors"][0]["is_floating"]


mistakes.add(
    "classes on the last axis",
    """
    You hand logits of the shape (B, T, V) to a loss that looks for the classes on axis 1, so it takes the T positions
    for classes. Where T and V differ PyTorch stops, with a message about a target size. Where they are equal nothing
    stops it: for {input} you return {output}, and each softmax ran over the positions of a sequence. A test with T = V
    cannot tell. Which shape has one row for each position, or which two axes have to change places?
    """,
    lambda Z, y: functional().cross_entropy(Z, y),
    lambda Z, y: functional().nll_loss(Z.log_softmax(dim=-1), y),
    lambda Z, y: functional().nll_loss(Z.log_softmax(dim=1), y),
    lambda Z, y: functional().cross_entropy(Z, y, reduction="none").mean(),
    example=T_IS_V,
    describe=_loss_in_words,
    recognise=refused(_has_classes_last),
)


def _reshaped(Z):
    B, T, V = Z.shape
    return Z.reshape(B, V, T)


_add(
    "reshape in place of transpose",
    """
    Your logits have the shape (B, V, T) that the loss wants, and it comes from a `reshape` or a `view`. That reads the
    same numbers in the same order and cuts them elsewhere, so the numbers of one position land in several columns. For
    {input} you return {output}. Two axes change places with `transpose`, which takes the numbers along. Or leave the
    axis of the classes alone: which two axes may melt into one?
    """,
    lambda Z, y: functional().cross_entropy(_reshaped(Z), y),
    example=T_IS_NOT_V,
)

_add(
    "transposed and then flattened",
    """
    You move the classes to axis 1 and flatten afterwards, so the last axis, along which the softmax runs, holds
    positions by then: a row of your table mixes the logits of several positions. For {input} you return {output}. One
    of the two ways is enough. Either the loss gets three axes with the classes on axis 1, or it gets two, and then the
    classes have to be the last axis before anything is melted together. Which of your two calls is one too many?
    """,
    lambda Z, y: fused(Z.transpose(1, 2).reshape(-1, Z.shape[-1]), y.reshape(-1)),
    example=T_IS_NOT_V,
)

_add(
    "labels in another order",
    """
    Logits and labels are both flattened, and not in one order: one of them goes sequence by sequence, the other
    position by position. Every position then meets the label of another one, and the lengths agree, so nothing fails.
    For {input} you return {output}. `reshape` keeps the order of what it gets; a `transpose` or `.T` in front of it
    changes that. On which side of yours does it stand?
    """,
    lambda Z, y: fused(Z.reshape(-1, Z.shape[-1]), y.T.reshape(-1)),
    lambda Z, y: fused(Z.transpose(0, 1).reshape(-1, Z.shape[-1]), y.reshape(-1)),
    example=TWO_SEQUENCES,
)

_add(
    "softmax over the positions",
    """
    Your softmax runs along axis 1, which holds the positions here: the places of a sequence compete for each class, and
    the classes of one place do not compete at all. For {input} you return {output}. In a batch (m, K) axis 1 was right,
    because there it was the last one. With one more axis in front, the same number names another axis. Which `dim`
    means the classes in both cases?
    """,
    lambda Z, y: functional().nll_loss(*_flat(Z.log_softmax(dim=1), y)),
    lambda Z, y: fused(*_flat(Z.softmax(dim=1), y)),
    lambda Z, y: functional().nll_loss(*_flat(Z.softmax(dim=1), y)),
    example=T_IS_NOT_V,
)

_add(
    "softmax over the batch axis",
    """
    Your softmax runs along axis 0, over the sequences: the loss of one text then depends on its neighbours in the
    batch, and with a single sequence every probability is 1. For {input} you return {output}. That happens with
    `dim=0`, and with three axes also where `dim` is left out, with a warning. The classes of a position lie on the last
    axis. What does your `dim` say?
    """,
    lambda Z, y: functional().nll_loss(*_flat(Z.log_softmax(dim=0), y)),
    lambda Z, y: fused(*_flat(Z.softmax(dim=0), y)),
    lambda Z, y: functional().nll_loss(*_flat(Z.softmax(dim=0), y)),
    example=TWO_SEQUENCES,
)

_add(
    "double softmax",
    """
    You apply a softmax to the logits, and `F.cross_entropy` applies another one to the result: for {input} you return
    {output}. The second softmax gets numbers between 0 and 1, so the loss cannot fall below ln(e + V − 1) − 1. With the
    many words of a language model that floor lies close to the loss of guessing. Which function already holds the
    softmax inside?
    """,
    on_all_positions(double_softmax),
    example=T_IS_NOT_V,
)

_add(
    "NLL of probabilities",
    """
    You give probabilities to `F.nll_loss`: for {input} you return {output}, and a cross-entropy is never negative. The
    name promises a logarithm, but the function takes none: it picks an entry of each row, turns its sign and averages.
    The same comes out where you pick probabilities yourself and forget the logarithm. Which function makes logarithms
    of probabilities from logits in one stable step?
    """,
    on_all_positions(nll_of_probabilities),
    example=T_IS_NOT_V,
)

_add(
    "NLL of logits",
    """
    You take minus the raw logit of each label: for {input} you return {output}. Such a loss has no lower end, since a
    model can raise all of its logits for ever, and the other classes of a position play no part in it. The rows have to
    hold log-probabilities before one entry of each is picked. Which step between the model and `F.nll_loss` is missing?
    """,
    on_all_positions(nll_of_logits),
    example=T_IS_NOT_V,
)

_add(
    "the minus sign is missing",
    """
    Your loss has the opposite sign: for {input} you return {output}. A log-probability is at most 0, and the loss is
    minus a log-probability, so it is at least 0. A model that makes yours smaller becomes worse with every step, and
    the number falls without an end, which looks like learning. Where do you subtract in the wrong order, or forget the
    minus in front?
    """,
    on_all_positions(sign_lost),
    example=T_IS_NOT_V,
)

_add(
    "sum in place of mean",
    """
    You add up the losses of all positions: for {input} you return {output}. A sum grows with the number of sequences
    and with their length, and its gradient does, too, so a learning rate that suits short texts is too large for long
    ones. Losses of texts of different lengths can be compared only as means. Which reduction do your losses go through,
    and by how many positions do you divide?
    """,
    lambda Z, y: fused(Z.transpose(1, 2), y) * y.numel(),
    example=T_IS_NOT_V,
)

_add(
    "a sum along one axis",
    """
    You average along one of the two axes and add up along the other: for {input} you return {output}, which is T or B
    times the mean over all positions. A sum along the positions makes a long text count more than a short one with the
    same predictions; a sum over the sequences makes the step depend on the size of the batch. There are B times T
    losses. By which number do you divide their sum?
    """,
    lambda Z, y: fused(Z.transpose(1, 2), y) * y.shape[1],
    lambda Z, y: fused(Z.transpose(1, 2), y) * y.shape[0],
    example=TWO_SEQUENCES,
)

_add(
    "mean over all entries",
    """
    You divide by the number of all logits, B times T times V: for {input} you return {output}. That happens when a
    one-hot product of three axes is averaged as it is, zeros included. Of each position one term counts, so the result
    is V times too small, and the more words a model knows the smaller its loss appears. Which axis has to be added up
    before you take the mean?
    """,
    lambda Z, y: fused(Z.transpose(1, 2), y) / Z.shape[2],
    example=T_IS_NOT_V,
)


def _at(position):
    return lambda Z, y: fused(Z[:, position], y[:, position])


_add(
    "one position of many",
    """
    Your loss looks at one position of each sequence, the first or the last, and leaves the others out: for {input} you
    return {output}. A classifier that reads a whole text decides once, at its end. Here every position has logits and a
    label of its own, and a model of T positions learns from all of them in one pass, which is why this is done. Which
    index takes an axis away from your logits?
    """,
    _at(-1),
    _at(0),
    example=T_IS_NOT_V,
)


def _next_labels(Z, y):
    return fused(*_flat(Z[:, :-1], y[:, 1:]))


def _former_labels(Z, y):
    return fused(*_flat(Z[:, 1:], y[:, :-1]))


def _is_shifted(seen):
    """Sequences of one position have nothing left when they are shifted; their mean is nan."""
    return _is_like(_next_labels)(seen) or _is_like(_former_labels)(seen)


_add(
    "labels shifted by one",
    """
    You cut one position off the logits at one end, and off the labels at the other, so every position meets the label
    of its neighbour: for {input} you return {output}. A language model predicts the next word, and somewhere the labels
    have to be shifted for that, exactly once. In this exercise y[b, t] is already the label of Z[b, t]. What would a
    second shift teach, and what is left of a sequence with one position?
    """,
    _next_labels,
    _former_labels,
    example=T_IS_NOT_V,
    recognise=_is_shifted,
)


def _without_class(label):
    return lambda Z, y: functional().cross_entropy(*_flat(Z, y), ignore_index=label)


_add(
    "class 0 is left out",
    """
    Positions with the label 0 do not count in your loss, neither in the sum nor in the number that it is divided by:
    for {input} you return {output}, and nan where no other label occurs. Many vocabularies keep 0 for padding, and
    there `ignore_index=0` is right. In this exercise 0 is a class like the others. Which argument, or which comparison
    with 0, leaves these positions out?
    """,
    _without_class(0),
    example=T_IS_NOT_V,
)


def _largest(Z, y):
    return (pytorch().logsumexp(Z, dim=2) - Z.max(dim=2).values).mean()


_add(
    "the largest in place of the label",
    """
    You take the largest logit of each position where that of the label belongs: for {input} you return {output}. Such a
    number says how confident the model is and not whether it is right, and it falls when a wrong prediction becomes
    more confident. Where the label has the largest logit both are the same, so a trained model hides it. Where does
    `y` enter your formula?
    """,
    _largest,
    example=T_IS_NOT_V,
)


def _all_words(Z, y):
    return -Z.log_softmax(dim=-1).mean()


def _all_words_added(Z, y):
    return -Z.log_softmax(dim=-1).sum(dim=-1).mean()


def _columns(Z, y):
    rows, labels = _flat(Z.log_softmax(dim=-1), y)
    return -rows[:, labels].mean()


_add(
    "every class counts",
    """
    Your loss uses more than the entry of the label: the log-probabilities of all classes, or those of whole columns,
    `[:, y]`, where every position meets the labels of all others. For {input} you return {output}. What is meant is one
    entry from each position, that of its own class. `F.cross_entropy` picks it from the labels; by hand, one index is
    needed for each axis, and they are paired entry by entry. What comes before your `y`?
    """,
    _all_words,
    _all_words_added,
    _columns,
    example=T_IS_NOT_V,
)


def _one_shift(Z, y):
    rows, labels = _flat(Z - Z.max(), y)
    return log_of_sum(rows, labels)


_add(
    "one maximum for all",
    """
    You subtract the largest logit of the whole batch from all positions: for {input} you return {output}. A position
    that lies far below the others then has powers that are all 0, and the logarithm of their sum is minus infinity.
    Each position has a softmax of its own and needs its own largest logit. Along which axis does your maximum look, and
    does it keep that axis?
    """,
    _one_shift,
    example=WRONG_AND_CONFIDENT,
)

_add(
    "log after softmax",
    """
    You take the logarithm of a softmax, or of a plain sum of exponentials. On small logits that is right; for {input}
    you return {output}. A probability has become 0 before the logarithm saw it, or a power has become infinite, and
    before that the gradient already breaks, from a gap of about 90 on. Chapter 6 took the logarithm on paper first.
    Which function of PyTorch does both in one step?
    """,
    on_all_positions(log_of_softmax),
    on_all_positions(log_of_sum),
    example=WRONG_AND_CONFIDENT,
    recognise=_is_of_the_family(breaks_far_out),
)

_add(
    "epsilon in the log",
    """
    You protect your logarithm with a small number or a lower bound. For {input} you return {output}: where the loss of
    a position is 1000, yours has a ceiling, and above a ceiling there is next to no gradient, exactly where the model
    is most wrong. A loss from logits needs no protection, because it never forms the probability. Which function takes
    the logits as they are?
    """,
    *(on_all_positions(with_epsilon(epsilon)) for epsilon in (1e-9, 1e-8, 1e-12)),
    *(on_all_positions(clipped_probability(limit)) for limit in (1e-7, 1e-9, 1e-4)),
    example=WRONG_AND_CONFIDENT,
    recognise=_is_of_the_family(has_a_ceiling),
)


def _perplexity(Z, y):
    return reference_loss(Z, y).exp()


_add(
    "the perplexity",
    """
    You return the exponential of the mean loss: for {input} it is {output}. That number has a name, perplexity, and is
    what reports about language models show, because it reads like a number of words to choose from. It is not the loss
    that is trained: its gradient is the right one times the perplexity, so the step becomes longest where the model is
    worst, and far out it overflows. Which call stands after your mean?
    """,
    _perplexity,
    example=T_IS_NOT_V,
)

_add(
    "k sigmoids",
    """
    You use the binary cross-entropy of chapter 5, one yes-or-no question for each class at each position: for {input}
    you return {output}. One word stands at a position, so its classes exclude each other and share one denominator.
    Sigmoids would also make a gradient that says no to thousands of words in every step. Which loss of PyTorch holds a
    softmax inside?
    """,
    on_all_positions(k_sigmoids),
    lambda Z, y: k_sigmoids(*_flat(Z, y)) * Z.shape[-1],
    example=T_IS_NOT_V,
)


def _smoothed_by(share):
    return lambda Z, y: functional().cross_entropy(*_flat(Z, y), label_smoothing=share)


_add(
    "labels smoothed",
    """
    Your loss is computed with smoothed labels: a share of each label is given to all classes equally. For {input} you
    return {output}. Smoothing changes the number and its lowest value, and a later section of this chapter does it on
    purpose. The labels of this exercise are certain, and a smoothed loss cannot be compared with one that is not. Which
    argument of your call has to go?
    """,
    *map(_smoothed_by, (0.1, 0.05, 0.2, 0.01)),
    example=T_IS_NOT_V,
)

_add(
    "a multiple of the loss",
    """
    Your loss is the right one times one and the same number, on every batch: for {input} you return {output}. Such a
    number comes from a logarithm to another base, as in *bits for each word*, or from a division that stands there
    twice. The gradient carries the number, too, as if the learning rate were another one. Divide your result by the
    loss of a case on paper: which number comes out?
    """,
    lambda Z, y: reference_loss(Z, y) / np.log(2),
    lambda Z, y: reference_loss(Z, y) / 2,
    example=T_IS_NOT_V,
    recognise=_is_of_the_family(are_multiples),
)


def _without_graph(seen):
    gradients = values_of(seen, "gradient")
    return bool(gradients) and all(np.isnan(part).all() for part in gradients)


@mistakes.mistake(*T_IS_NOT_V, recognise=lambda seen: CHANGED in values_of(seen, "inputs"))
def the_logits_are_changed(Z, y):
    """
    The tensors that were handed over are not what they were: operators such as `-=`, methods whose names end in an
    underscore, and a slice on the left of `=` write into the tensor itself. It belongs to the caller, who may need the
    logits for a prediction or for another loss. A `reshape` or `view` gives the same numbers in another shape, so
    writing into that changes the logits as well. Which line of yours should make a new tensor?
    """
    Z -= Z.detach().max(dim=2, keepdim=True).values
    return reference_loss(Z, y)


the_logits_are_changed.also(lambda Z, y: reference_loss(Z, y.clamp_(max=0)))


@mistakes.mistake(*T_IS_NOT_V, recognise=_without_graph)
def a_loss_without_its_graph(Z, y):
    """
    Your loss has lost its graph: `.item()`, `.detach()`, `float()` and NumPy all turn a tensor into a number that no
    longer knows how it came about, and inside `no_grad` nothing is recorded at all. `backward()` then has nothing to go
    through, and no model could be trained with it. Asked for is a tensor that can be differentiated; numbers are for
    printing. Which of your lines makes the number too early?
    """
    return reference_loss(Z, y).item()


a_loss_without_its_graph.also(
    lambda Z, y: reference_loss(Z.detach(), y),
    lambda Z, y: float(reference_loss(Z, y)),
)


def _only_the_gradient_differs(seen):
    triples = [
        (batch, result.value, like)
        for (batch,), result, like in zip(seen.probes, seen.results, seen.expected, strict=False)
        if isinstance(result.value, dict)
    ]
    if len(triples) < len(seen.probes) or not all(np.isfinite(value["gradient"]).all() for _, value, _ in triples):
        return False
    return all(agree(value["loss"], like["loss"], 1e-4, batch.size) for batch, value, like in triples)


@mistakes.mistake(*T_IS_NOT_V, recognise=_only_the_gradient_differs)
def a_part_cut_off(Z, y):
    """
    The value is right and its gradient is not: a part of the formula has lost its graph, by `.data`, `.detach()`,
    `no_grad` or a number in the place of a tensor, and autograd takes it for a constant. At each position the gradient
    should be probability minus truth, divided by the number of positions, and sum to 0. Where the log-sum-exp is cut
    off, only the truth is left of it. Which part of yours has no graph?
    """
    lse = pytorch().logsumexp(Z.detach(), dim=2)
    return (lse - Z.gather(2, y[:, :, None])[:, :, 0]).mean()


a_part_cut_off.also(lambda Z, y: (pytorch().logsumexp(Z, dim=2) - Z.detach().gather(2, y[:, :, None])[:, :, 0]).mean())


@mistakes.mistake(*T_IS_NOT_V, recognise=refused(is_softmax_of_whole_numbers))
def arguments_swapped(Z, y):
    """
    PyTorch fails with a message about types or targets, because it takes your labels for logits. Its losses want the
    prediction first and the truth second; the losses of Keras want it the other way round. Labels are whole numbers,
    and a softmax of whole numbers does not exist in PyTorch, so the mistake shows here. With rows of probabilities both
    orders would run. Which order does your call have?
    """
    rows, labels = _flat(Z, y)
    return functional().cross_entropy(labels, rows)


arguments_swapped.also(lambda Z, y: functional().cross_entropy(y, Z))


def _has_one_side_flat(call):
    """Logits and labels that do not have the same number of axes of positions."""
    if call["function"] not in ("cross_entropy", "nll_loss") or len(call["tensors"]) < 2:
        return False
    Z, y = (tensor["shape"] for tensor in call["tensors"][:2])
    return (len(Z), len(y)) in ((2, 2), (3, 1)) and y != Z and call["tensors"][0]["is_floating"]


@mistakes.mistake(*T_IS_NOT_V, recognise=refused(_has_one_side_flat))
def only_one_of_the_two_flattened(Z, y):
    """
    PyTorch stops with a message about the batch size or about a target with several axes: one of your two tensors is
    flattened and the other is not. Logits of the shape (B·T, V) go with labels of the shape (B·T,), one row and one
    label for each position, in the same order. Print both shapes in front of the call. Which of the two still has one
    axis more than it should?
    """
    return functional().cross_entropy(Z.reshape(-1, Z.shape[-1]), y)


only_one_of_the_two_flattened.also(lambda Z, y: functional().cross_entropy(Z, y.reshape(-1)))


def _has_another_number_of_rows(call):
    """A table of logits that does not have one row for each label."""
    if call["function"] not in ("cross_entropy", "nll_loss") or len(call["tensors"]) < 2:
        return False
    Z, y = (tensor["shape"] for tensor in call["tensors"][:2])
    return (len(Z), len(y)) == (2, 1) and Z[0] != y[0]


@mistakes.mistake(*T_IS_NOT_V, recognise=refused(_has_another_number_of_rows))
def another_number_of_rows(Z, y):
    """
    PyTorch stops with a message about the batch size: your table of logits does not have one row for each label.
    `reshape(-1, …)` cuts the numbers into rows of the length that you name, and only rows of V numbers hold one
    position each. With the length of another axis the rows hold parts of several positions; where that axis has V
    entries by chance, the result is right. Which entry of `Z.shape` did you use, or which fixed number?
    """
    return functional().cross_entropy(Z.reshape(-1, Z.shape[1]), y.reshape(-1))


@mistakes.mistake(*T_IS_NOT_V, recognise=refused(has_labels_with_fractions, has_index_with_fractions))
def labels_as_floats(Z, y):
    """
    You turn the labels into floating numbers, and a label is the place of a class: there is no column 1.0. PyTorch
    stops with “expected target dtype to be Long or Byte”. Floating targets have a meaning of their own, a whole row of
    probabilities for each position. The labels come as they should be. Which call of yours changes their type?
    """
    rows, labels = _flat(Z, y)
    return functional().cross_entropy(rows, labels.float())


@mistakes.mistake(*T_IS_NOT_V, name="integer one-hot labels", recognise=refused(has_probabilities_in_whole_numbers))
def integer_one_hot_labels(Z, y):
    """
    You make one-hot rows of the labels, which is allowed, and leave them as integers, which is not: PyTorch stops with
    “Expected floating point type for target with class probabilities”. A row for each position is read as
    probabilities, and those are floating numbers; a single integer is read as a class. Either convert the rows, or hand
    over the labels as they came, which needs less memory by far. Which of the two do you want?
    """
    rows, labels = _flat(Z, y)
    return functional().cross_entropy(rows, functional().one_hot(labels, Z.shape[-1]))


mistakes.add(
    "one-hot with too few columns",
    """
    PyTorch cannot multiply your one-hot rows and the log-probabilities, because the two tables differ in their width.
    Without a second argument `F.one_hot` makes as many columns as the largest label of *this* batch needs. A class that
    occurs nowhere in the batch, and comes last, gets none. The number of classes is a property of the logits. Which of
    their axes tells it, and where do you hand it over?
    """,
    lambda Z, y: -(functional().one_hot(y) * Z.log_softmax(dim=-1)).sum(dim=-1).mean(),
    recognise=refused(has_shapes_that_differ("mul", "rmul")),
)


@mistakes.mistake(*T_IS_NOT_V, recognise=came_as("not one loss"))
def not_one_loss(Z, y):
    """
    You return several numbers, one for each position, for each sequence or for each class, and a single one is asked
    for. Only a tensor without an axis can be differentiated by `backward()` as it is. The losses of single positions
    are worth a look, for finding the word that a model expects least; the cost of the batch is their mean. Is there a
    `reduction="none"` in your call, or is a mean along one of the axes missing?
    """
    return functional().cross_entropy(Z.transpose(1, 2), y, reduction="none")


not_one_loss.also(
    lambda Z, y: functional().cross_entropy(Z.transpose(1, 2), y, reduction="none").mean(dim=1),
    lambda Z, y: fused(*_flat(Z, y)).reshape(1),
    lambda Z, y: (reference_loss(Z, y), reference_loss(Z, y).exp()),
)
