"""Exercise 8.2: the mean cross-entropy of logits in three ways, each with a graph for its gradient."""

import numpy as np

from utils.checking import Bank, Domain, Exercise, Unfit, paragraphs
from utils.checking.values import agree, kind
from utils.checking.words import show
from utils.exercises import drawing
from utils.exercises.ch08.formulas import (
    clipped_probability,
    double_over_the_batch,
    double_softmax,
    fused,
    in_two_steps,
    k_sigmoids,
    log_of_softmax,
    log_of_sum,
    log_softmax_over_the_batch,
    lse_minus_logit,
    nll_of_logits,
    nll_of_probabilities,
    nll_over_the_batch,
    picked,
    sign_lost,
    smoothed,
    summed,
    with_epsilon,
)
from utils.exercises.ch08.lazily import functional, pytorch
from utils.exercises.ch08.looking import as_array, observing, one_thread
from utils.exercises.ch08.probes import Batch
from utils.exercises.ch08.recognising import (
    are_multiples,
    breaks_far_out,
    came_as,
    has_a_ceiling,
    has_index_with_fractions,
    has_labels_with_fractions,
    has_labels_with_two_axes,
    has_probabilities_in_whole_numbers,
    has_shapes_that_differ,
    is_softmax_of_whole_numbers,
    refused,
    values_of,
)

# The domain


def _with_labels(Z, y):
    return (Batch(np.asarray(Z).tolist(), np.asarray(y).tolist()),)


def _corners(rng):
    Z = rng.normal(scale=3, size=(6, 4))
    corners = {
        "an absent class": (Z, rng.integers(3, size=6)),
        "one class for all": (Z, np.full(6, rng.integers(4))),
        "the last class": (Z, np.full(6, 3)),
        "the first class": (Z, np.zeros(6, dtype=int)),
        "the winner": (Z, Z.argmax(axis=1)),
        "wrong and confident": (drawing.exact(Z + np.array([0.0, 60.0, 0.0, 300.0])), rng.integers(3, size=6)),
    }
    batches = {name: (Z, drawing.labels(rng, *Z.shape)) for name, Z in drawing.corners_of_batches(rng).items()}
    far = batches["rows above 10,000"][0]
    corners["wrong above 10,000"] = (far, far.argmin(axis=1))
    return {name: _with_labels(*pair) for name, pair in {**batches, **corners}.items()}


def _any(rng):
    Z = drawing.any_batch(rng, most_rows=12)
    return _with_labels(Z, drawing.labels(rng, *Z.shape))


batches = Domain(
    smallest=[
        (Batch([[1.0, 2.0]], [0]),),
        (Batch([[3.0, -1.0]], [1]),),
        (Batch([[2.0, 1.0, 0.1], [1.0, 3.0, 0.2]], [0, 1]),),
        (Batch([[0.0, 1.0], [2.0, -1.0]], [1, 1]),),
        (Batch([[1.5], [0.5]], [0, 0]),),
        (Batch([[1000.0, 0.0]], [1]),),
        (Batch([[1000.0, 0.0], [0.0, -1000.0], [0.0, 200.0]], [1, 0, 0]),),
    ],
    corners=_corners,
    draw=_any,
)


def loss_three_ways_in_words(batch):
    """What is expected, in words."""
    return """
    three equal tensors without an axis, none of them negative, each of which can be differentiated for the logits,
    """


# How answers are looked at

UNTOUCHED, CHANGED = "as they were", "changed"
THREE, COPIES = "three tensors", "one tensor more than once"


def look_at_losses(answer, batch):
    """Three losses with their gradients for the logits; a loss without a graph has the gradient nan.

    The logits have a graph of their own, as those of a model have. So they could be changed in place.
    """
    torch = pytorch()
    start, labels = batch.data()
    start.requires_grad_()
    z, y = start.clone(), labels.clone()
    losses = answer(z, y)
    if losses is None:
        return None
    several = isinstance(losses, (tuple, list)) or (isinstance(losses, torch.Tensor) and losses.ndim > 0)
    if not several or len(losses) != 3:
        raise Unfit("not three losses", f"returned {kind(losses)} in place of three losses")
    losses = list(losses)
    if any(isinstance(loss, (tuple, list)) or getattr(loss, "ndim", 0) for loss in losses):
        raise Unfit("rows of losses", "returned a row of losses in place of a single one")
    untouched = torch.equal(z, start) and torch.equal(y, labels)
    gradients = []
    for loss in losses:
        if not untouched:  # autograd refuses what was computed from the numbers that are gone
            gradients.append(np.zeros(z.shape))
            continue
        attached = isinstance(loss, torch.Tensor) and loss.requires_grad and loss.ndim == 0
        gradient = torch.autograd.grad(loss, start, retain_graph=True, allow_unused=True)[0] if attached else None
        gradients.append(np.full(z.shape, np.nan) if gradient is None else gradient.numpy())
    return {
        "losses": as_array(losses),
        "gradients": np.array(gradients),
        "inputs": UNTOUCHED if untouched else CHANGED,
        "ways": THREE if len({id(loss) for loss in losses}) == 3 else COPIES,
    }


# Right answers


def reference_losses(z, y):
    """The mean cross-entropy of logits, in three ways."""
    return fused(z, y), in_two_steps(z, y), lse_minus_logit(z, y)


def _with_modules(z, y):
    nn = pytorch().nn
    by_hand = -sum(row.log_softmax(0)[label] for row, label in zip(z, y, strict=True)) / len(y)
    return [nn.CrossEntropyLoss()(z, y), nn.NLLLoss()(nn.LogSoftmax(dim=-1)(z), y), by_hand]


def _with_one_hot(z, y):
    Y = functional().one_hot(y, z.shape[1]).to(z.dtype)
    shifted = z - z.max(dim=1, keepdim=True).values
    by_hand = -(Y * (shifted - shifted.exp().sum(dim=1, keepdim=True).log())).sum() / len(y)
    return functional().cross_entropy(z, Y), -(Y * z.log_softmax(1)).sum(dim=1).mean(), by_hand


def _superfluous(z, y):
    """A log-softmax before the loss changes nothing."""
    torch = pytorch()
    by_hand = z.logsumexp(1).mean() - z.gather(1, y[:, None]).mean()
    return torch.stack([fused(z.log_softmax(1), y), in_two_steps(z.log_softmax(1), y), by_hand])


def _row_by_row(z, y):
    gaps = z - picked(z, y)[:, None]
    return (
        functional().cross_entropy(z, y, reduction="sum") / len(y),
        functional().nll_loss(z.log_softmax(-1), y, reduction="none").mean(),
        sum(pytorch().logsumexp(row, 0) for row in gaps) / len(y),
    )


def _in_single_precision(z, y):
    return reference_losses(z.float(), y)


mistakes = Bank()

loss_three_ways = Exercise(
    name="ch08.loss_three_ways",
    is_main=True,
    asks="The mean cross-entropy of logits in three ways, each with a graph for its gradient.",
    reference=reference_losses,
    probes=batches,
    observe=observing(look_at_losses),
    expects=loss_three_ways_in_words,
    scale=lambda batch: batch.size,
    time_limit=4.0,
    hints=paragraphs("""
        The first way is one call: `F.cross_entropy` takes the logits and the integer labels, in this order.

        The second way is two calls. `F.nll_loss` picks the entry of the label from each row, turns its sign and takes
        the mean. What has to be in the rows, so that this is a cross-entropy?

        The third way is a line of chapter 6: the log-sum-exp of each row, minus the logit of its label, and the mean of
        that.

        The logits of the labels are picked with two index tensors of the same length: `z[torch.arange(len(y)), y]`.
    """),
    alternatives=(_with_modules, _with_one_hot, _superfluous, _row_by_row, _in_single_precision),
    bank=mistakes,
    # A model or gradients are compared beside what comes back, and these change with the argument.
    of_every_function={"the argument is not used": ()},
    remark="One number, three ways, and one gradient: probability minus truth, over m.",
)


# Mistakes


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
    One of your losses adds up the examples where the others average: for {input} you return {output}. A sum grows
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
    One of your losses differs from the others by one and the same factor on every batch: for {input} you return
    {output}. A factor comes from a logarithm to another base, `log2` or `log10` in place of the natural one, or from a
    division that stands there twice. Its gradient carries the factor, too, as if the learning rate were another. Divide
    the odd one out by one of the others: which number comes out?
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


def _without_graph(seen):
    losses, gradients = values_of(seen, "losses"), values_of(seen, "gradients")
    if not gradients or any(values.shape != (3,) for values in losses):
        return False
    return all(np.isnan(part).all(axis=(1, 2)).any() for part in gradients)


@mistakes.mistake(*TWO_CLASSES, recognise=_without_graph)
def a_loss_without_its_graph(z, y):
    """
    The values are there, but one of your three has lost its graph: `.item()`, `.detach()`, `float()` and NumPy all
    turn a tensor into a number that no longer knows how it came about, so `backward()` has nothing to go through.
    The exercise asks for three tensors that can be differentiated. Numbers are for printing. Which of your lines
    makes the number too early?
    """
    return tuple(loss.item() for loss in reference_losses(z, y))


a_loss_without_its_graph.also(
    lambda z, y: (*reference_losses(z, y)[:2], reference_losses(z, y)[2].detach()),
    lambda z, y: (*reference_losses(z, y)[:2], float(reference_losses(z, y)[0])),
)


def _parts_that_differ(seen):
    pairs = [
        (batch, result.value, like)
        for (batch,), result, like in zip(seen.probes, seen.results, seen.expected, strict=False)
    ]
    if any(not isinstance(value, dict) for _, value, _ in pairs):
        return set()
    return {key for batch, value, like in pairs for key in like if not agree(value[key], like[key], 1e-4, batch.size)}


def _with_a_cut_graph(seen):
    """Whether the losses are right and their gradients are not, though each has one."""
    gradients = values_of(seen, "gradients")
    return _parts_that_differ(seen) == {"gradients"} and all(np.isfinite(part).all() for part in gradients)


@mistakes.mistake(*TWO_CLASSES, recognise=_with_a_cut_graph)
def a_part_cut_off(z, y):
    """
    All three values are right, and one of their gradients is not: a part of that formula has lost its graph, by
        `.data`, `.detach()`, `no_grad` or a number in the place of a tensor. Autograd then takes the part for a
        constant. The gradient should be probability minus truth, over m, and its rows sum to 0; where the log-sum-exp
        is cut off, only the truth is left of it. Compare the gradients of your three losses: which one is the odd one
        out?
    """
    by_hand = (pytorch().logsumexp(z.detach(), dim=1) - picked(z, y)).mean()
    return fused(z, y), in_two_steps(z, y), by_hand


a_part_cut_off.also(
    lambda z, y: (fused(z, y), in_two_steps(z, y), (pytorch().logsumexp(z, dim=1) - picked(z.detach(), y)).mean()),
    lambda z, y: (fused(z, y), fused(z, y).detach() + 0 * z.sum(), lse_minus_logit(z, y)),
)


@mistakes.mistake(*TWO_CLASSES, recognise=lambda seen: CHANGED in values_of(seen, "inputs"))
def the_logits_are_changed(z, y):
    """
    The tensors that were handed over are not what they were: operators such as `-=`, methods whose names end in an
    underscore, and a slice on the left of `=` write into the tensor itself. It belongs to the caller, who may need the
    logits for a decision or for another loss. Where a tensor needs a gradient and has no history, PyTorch refuses such
    a line; the outputs of a model it lets you change. Which line of yours should make a new tensor?
    """
    z -= z.detach().max(dim=1, keepdim=True).values
    return reference_losses(z, y)


the_logits_are_changed.also(
    lambda z, y: (fused(z, y), in_two_steps(z, y), lse_minus_logit(z.sub_(z.detach().max()), y))
)


def _one_loss_again(seen):
    return _parts_that_differ(seen) == {"ways"}


@mistakes.mistake(*TWO_CLASSES, recognise=_one_loss_again)
def the_same_loss_again(z, y):
    """
    Two of your three losses are one and the same tensor, returned more than once. Its value is right, of course. Three
    ways were asked for, so that their agreement says something: `F.cross_entropy`, log-softmax with `F.nll_loss`, and a
    formula of your own. Two results of one computation agree whatever it is. Which of the three ways is missing?
    """
    loss = fused(z, y)
    return loss, loss, loss


the_same_loss_again.also(lambda z, y: (fused(z, y), *[in_two_steps(z, y)] * 2))


@mistakes.mistake(*TWO_CLASSES, recognise=refused(is_softmax_of_whole_numbers))
def arguments_swapped(z, y):
    """
    PyTorch fails with a message about types or targets, because it takes your labels for logits. Its losses want
    the prediction first and the truth second, `F.cross_entropy(z, y)`; the losses of Keras want it the other way
    round. When both have the same shape and type, nothing fails and the number is wrong. Which order do your two
    calls have?
    """
    return (functional().cross_entropy(y, z), in_two_steps(z, y), lse_minus_logit(z, y))


arguments_swapped.also(
    lambda z, y: (fused(z, y), functional().nll_loss(functional().log_softmax(y, dim=0), y), lse_minus_logit(z, y))
)


@mistakes.mistake(*TWO_CLASSES, recognise=refused(has_labels_with_two_axes))
def labels_as_a_column(z, y):
    """
    Your labels have two axes, and PyTorch stops with “0D or 1D target tensor expected”.
    Index labels are one integer for each row, in the shape (m,). A column of the shape (m, 1) comes from
    `reshape(-1, 1)`, `unsqueeze` or a table; or the two arguments of the loss have changed places: first the
    prediction, then the truth. Which of the two is it in your call?
    """
    return (functional().cross_entropy(z, y[:, None]), in_two_steps(z, y), lse_minus_logit(z, y))


labels_as_a_column.also(
    lambda z, y: (
        fused(z, y),
        functional().nll_loss(functional().log_softmax(z, dim=1), y.reshape(-1, 1)),
        lse_minus_logit(z, y),
    )
)


@mistakes.mistake(*TWO_CLASSES, recognise=refused(has_labels_with_fractions, has_index_with_fractions))
def labels_as_floats(z, y):
    """
    You turn the labels into floating numbers, and a label is the place of an entry: there is no column 1.0. PyTorch
    stops with “expected target dtype to be Long or Byte” for index labels. Floating targets have a meaning of their
    own, a whole row of probabilities for each example. Which type do places have, and which call of yours changed
    it?
    """
    return (functional().cross_entropy(z, y.float()), in_two_steps(z, y), lse_minus_logit(z, y))


labels_as_floats.also(lambda z, y: (fused(z, y), in_two_steps(z, y.to(z.dtype)), lse_minus_logit(z, y)))


@mistakes.mistake(*TWO_CLASSES, name="integer one-hot labels", recognise=refused(has_probabilities_in_whole_numbers))
def integer_one_hot_labels(z, y):
    """
    You make one-hot rows of the labels, which is allowed, and leave them as integers, which is not: PyTorch stops
    with “Expected floating point type for target with class probabilities”. A row for each example is read as
    probabilities, and those are floating numbers; a single integer for each example is read as a class. Either
    convert the rows, or hand over the labels as they came.
    """
    return (
        functional().cross_entropy(z, functional().one_hot(y, z.shape[1])),
        in_two_steps(z, y),
        lse_minus_logit(z, y),
    )


mistakes.add(
    "one-hot with too few columns",
    """
    PyTorch cannot multiply your one-hot rows and the log-probabilities, because the two tables differ in their width.
    Without a second argument `F.one_hot` makes as many columns as the largest label of *this* batch needs. A class that
    no example of the batch belongs to, and that comes last, gets none. The number of classes is a property of the
    logits. Which of their axes tells it, and where do you hand it over?
    """,
    lambda z, y: (fused(z, y), in_two_steps(z, y), -(functional().one_hot(y) * z.log_softmax(dim=1)).sum(dim=1).mean()),
    recognise=refused(has_shapes_that_differ("mul", "rmul")),
)


@mistakes.mistake(*TWO_EXAMPLES, recognise=came_as("rows of losses"))
def one_loss_for_each_example(z, y):
    """
    One of your three is a row of losses, one for each example, where a single number is asked for. Only a number
    without an axis can be differentiated by `backward()` as it is. The cost of a batch is the mean of its losses.
    Is there a `reduction="none"` in one of the calls, or is the mean missing in your own formula?
    """
    return tuple(functional().cross_entropy(z, y, reduction="none") for _ in range(3))


one_loss_for_each_example.also(
    lambda z, y: (fused(z, y), in_two_steps(z, y), pytorch().logsumexp(z, dim=1) - picked(z, y))
)


@mistakes.mistake(*TWO_CLASSES, recognise=came_as("not three losses"))
def not_three_losses(z, y):
    """
    Three losses are asked for, one for each way: through `F.cross_entropy`, through log-softmax and `F.nll_loss`,
    and by hand. Your function returns another number of them. In Python, commas between the three names after
    `return` make a tuple of them, which the caller can unpack by position. Which of the three ways is missing, or
    what comes back beside them?
    """
    return fused(z, y)


not_three_losses.also(
    lambda z, y: (fused(z, y), in_two_steps(z, y)),
    lambda z, y: (*reference_losses(z, y), True),
)
