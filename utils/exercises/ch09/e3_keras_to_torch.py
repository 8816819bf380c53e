"""Exercise 9.3: kernels and biases of Keras layers in the layouts of PyTorch, as a list of pairs."""

import numpy as np

from utils import frameworks
from utils.checking import Bank, Exercise, Unreadable, paragraphs
from utils.exercises.ch09.common import CHANGED, array, with_weights_kept

# The domain


def keras_weights(rng):
    """(weights,): dense and convolution kernels in Keras's layouts, alone and several, square and not, in float32."""

    def layer(*shape):
        return rng.normal(size=shape).astype(np.float32), rng.normal(size=shape[-1]).astype(np.float32)

    counted = np.arange(4.0).reshape(2, 2, 1, 1), np.array([0.5])
    return [
        ([(array([1, 2, 3], [4, 5, 6]), array([7, 8, 9])[0])],),
        ([counted],),
        ([(array([1, 2], [3, 4]), np.array([5.0, 6.0])), (array([7, 8], [9, 10]), np.array([11.0, 12.0]))],),
        ([layer(3, 3, 3), layer(4, 2)][1:],),
        ([layer(3, 3, 1, 2)],),
        ([layer(2, 2, 2, 2), layer(2, 3, 2, 4)],),
        ([layer(64, 25), layer(25, 15), layer(15, 10)],),
    ]


# How answers are looked at


def pairs_of_arrays(answer, given):
    """Call an answer that returns a list of pairs, and bring it into the form of a tuple of pairs.

    Raises:
        Unreadable: a dict came back, or another number of pairs than there are layers.
    """
    result = with_weights_kept(answer, given)
    if isinstance(result, (str, np.ndarray)) or hasattr(result, "detach") or not hasattr(result, "__iter__"):
        return result
    if isinstance(result, dict):  # it has a length, and is no list for all that
        raise Unreadable("it is a dict, and a list of pairs was asked for")
    parts = tuple(result)
    if len(parts) != len(given) and all(isinstance(part, (list, tuple)) for part in parts):
        came = f"{len(parts)} {'pair' if len(parts) == 1 else 'pairs'}"
        layers = "the one layer" if len(given) == 1 else f"each of {len(given)} layers"
        raise Unreadable(f"one pair for {layers} was asked for, and {came} came")
    return tuple(tuple(part) if isinstance(part, (list, tuple)) else part for part in parts)


# Right answers


def _each(dense, convolution):
    """An answer that turns the kernel of every dense layer and of every convolution in its own way."""

    def convert(given):
        return [(dense(W) if W.ndim == 2 else convolution(W), b) for W, b in given]

    return convert


def _index_by_index(given):
    pairs = []
    for W, b in given:
        if W.ndim == 2:
            rows = [[W[i, j] for i in range(W.shape[0])] for j in range(W.shape[1])]
        else:
            height, width, inputs, outputs = W.shape
            rows = [
                [[[W[r, c, i, o] for c in range(width)] for r in range(height)] for i in range(inputs)]
                for o in range(outputs)
            ]
        pairs.append([np.array(rows), b.copy()])
    return pairs


def _as_tensors(given):
    import torch

    turned = frameworks.keras_to_torch(given)
    return [tuple(torch.from_numpy(np.array(part)) for part in pair) for pair in turned]


mistakes = Bank()

keras_to_torch = Exercise(
    name="ch09.keras_to_torch",
    asks="Kernels and biases of Keras layers in the layouts of PyTorch, as a list of pairs.",
    reference=frameworks.keras_to_torch,
    probes=keras_weights,
    observe=pairs_of_arrays,
    expects=lambda given: (
        f"a list of {len(given)} {'pair' if len(given) == 1 else 'pairs'} with kernels of the shape "
        + ", ".join(str((*W.shape[::-1][:2], *W.shape[:-2])) for W, _ in given)
    ),
    rtol=1e-12,
    hints=paragraphs("""
        Write the four axes of a convolution kernel down in the order of Keras, and below them in the order of PyTorch.
        Which place does each axis move to?

        `np.transpose(W, axes)` takes, for every axis of the result, the number of the axis that it comes from.

        A dense kernel has two axes and a convolution kernel four: `W.ndim` tells them apart. The bias needs nothing.
    """),
    alternatives=(
        _each(lambda W: W.T, lambda W: np.moveaxis(W, (3, 2), (0, 1))),
        _each(lambda W: np.einsum("io->oi", W), lambda W: np.einsum("hwio->oihw", W)),
        _each(lambda W: W.swapaxes(0, 1), lambda W: W.swapaxes(0, 2).swapaxes(1, 3).swapaxes(0, 1)),
        _index_by_index,
        _as_tensors,
        lambda given: tuple([W.transpose(W.ndim - 1, W.ndim - 2, *range(W.ndim - 2)), b] for W, b in given),
    ),
    bank=mistakes,
    # One result for all inputs has too few pairs for most of them.
    of_every_function={"the argument is not used": ()},
    remark="""
        Not a bit has changed, so every difference between the two models from here on is a difference of the
        frameworks.
    """,
)


# Mistakes

TWO_BY_THREE = ([(array([1, 2, 3], [4, 5, 6]), array([7, 8, 9])[0])],)


def _right_convolution(W):
    return np.transpose(W, (3, 2, 0, 1))


mistakes.add(
    "not transposed",
    """
    Your dense kernels stay as they are: {output} for {input}. Keras multiplies `x @ W` with W of the shape (inputs,
    units), PyTorch `x @ W.T` with W of the shape (units, inputs). Where the two numbers differ, PyTorch refuses the
    array. A square layer takes it without a word and computes something else. Which axis does PyTorch want first?
    """,
    _each(lambda W: W, lambda W: W),
    _each(lambda W: W, _right_convolution),
    example=TWO_BY_THREE,
)

mistakes.add(
    "reshape in place of transpose",
    """
    You use `reshape` to get the right shape: {output} for {input}. A reshape reads the numbers in their old order
    and breaks the rows at other places, so nearly every number ends up at another pair of units. The shape is
    right, nothing fails, and the model is a different one. What exchanges two axes moves the numbers along with
    them. Compare your first row with the first column of the input.
    """,
    _each(lambda W: W.reshape(W.shape[::-1]), lambda W: W.reshape(W.shape[3], W.shape[2], *W.shape[:2])),
    _each(lambda W: W.reshape(W.shape[::-1]), _right_convolution),
    _each(lambda W: W.T, lambda W: W.reshape(W.shape[3], W.shape[2], *W.shape[:2])),
    example=TWO_BY_THREE,
)

TWO_BY_TWO = ([(np.arange(4.0).reshape(2, 2, 1, 1), np.array([0.5]))],)

mistakes.add(
    "all axes reversed",
    """
    You reverse all four axes of a convolution kernel, as `W.T` does. For {input} you return {output}. That brings
    the channels to the front, and it also exchanges height and width, so every filter is mirrored at its diagonal:
    a detector of horizontal strokes finds vertical ones. For 3×3 filters the shape cannot show it. In which order
    should the last two axes of the result stand?
    """,
    _each(lambda W: W.T, lambda W: W.T),
    _each(lambda W: W.T, lambda W: W.transpose(3, 2, 1, 0)),
    example=TWO_BY_TWO,
)

mistakes.add(
    "convolution left as it was",
    """
    Your dense kernels are right, and the kernels with four axes have not been touched or only in their last two
    axes. For {input} you return {output}. Keras stores (height, width, in, out), PyTorch (out, in, height, width):
    all four axes move. A transpose of the last two alone leaves the picture axes in front, where PyTorch looks for
    channels. Which axis goes where?
    """,
    _each(lambda W: W.T, lambda W: W),
    _each(lambda W: W.T, lambda W: W.swapaxes(2, 3)),
    lambda given: [(np.swapaxes(W, -1, -2), b) for W, b in given],
    example=([(np.arange(4.0).reshape(2, 1, 1, 2), np.zeros(2))],),
)

mistakes.add(
    "in and out confused",
    """
    The picture axes of your convolution kernels are at the end, where they belong, and the two in front are
    exchanged: PyTorch wants out before in, and you give in before out. For {input} you return {output}. With as
    many channels coming in as going out the shape is the same, and every filter reads the wrong map. Which of the
    two counts the filters?
    """,
    _each(lambda W: W.T, lambda W: W.transpose(2, 3, 0, 1)),
    example=([(np.arange(2.0).reshape(1, 1, 1, 2), np.zeros(2))],),
)

mistakes.add(
    "channels behind the picture",
    """
    You bring the filters to the front and leave the channels that come in at the end: {output} for {input}. PyTorch
    keeps the channels in front of height and width everywhere, in pictures and in kernels, and Keras at the end. So
    two axes of the kernel move to the front, not one. Which number stands second in PyTorch's order?
    """,
    _each(lambda W: W.T, lambda W: np.moveaxis(W, -1, 0)),
    _each(lambda W: W.T, lambda W: W.swapaxes(0, 3)),
    example=([(np.arange(4.0).reshape(1, 2, 2, 1), np.zeros(1))],),
)

mistakes.add(
    "filters turned round",
    """
    Your kernels are turned by 180 degrees: for {input} you return {output}. The textbook convolution turns its
    filter before it slides it over the picture. Neither Keras nor PyTorch does that: both slide the filter as it
    is, which is called cross-correlation, so between the two nothing has to be turned. Which of your steps reverses
    the picture axes?
    """,
    _each(lambda W: W.T, lambda W: _right_convolution(W)[..., ::-1, ::-1]),
    _each(lambda W: W.T, lambda W: np.flip(_right_convolution(W), axis=-1)),
    _each(lambda W: W.T, lambda W: np.flip(_right_convolution(W), axis=-2)),
    example=TWO_BY_TWO,
)


@mistakes.mistake(*TWO_BY_THREE)
def one_flat_list(given):
    """
    You return kernels and biases in one row, and asked for is a list of pairs, one pair for each layer. For {input}
    you return {output}. A flat list is what `get_weights` of Keras gives, and its reader has to count. A pair says
    which bias belongs to which kernel, and a layer without one is noticed. Which brackets are missing around the
    two?
    """
    return [part for pair in frameworks.keras_to_torch(given) for part in pair]


@mistakes.mistake(*TWO_BY_THREE)
def biases_left_out(given):
    """
    You return the kernels alone, and asked for are pairs, each with the bias of its layer: for {input} you return
    {output}. A bias has a single axis, so there is nothing to turn, and it still has to come along: PyTorch would
    go on with a bias of its own, which is random at the start, and the outputs of the two models would differ. What
    has to stand beside each kernel in your list?
    """
    return [W for W, _ in frameworks.keras_to_torch(given)]


@mistakes.mistake([(array([1.0]), np.zeros(1)), (array([2.0]), np.zeros(1))])
def ended_after_the_first_layer(given):
    """
    Your `return` stands inside the loop, so the function ends in its first turn and hands back one layer, however
    many there are: for {input} it is the layer with the 1, and the one with the 2 is missing. Python leaves a
    function at the first `return` that it meets. With a single layer nobody notices. Look at the indentation of
    that line, and at what it returns: the list of all pairs can only be complete when the loop is over.
    """
    return frameworks.keras_to_torch(given)[:1]


ended_after_the_first_layer.also(lambda given: frameworks.keras_to_torch(given)[0])


@mistakes.mistake(recognise=lambda seen: any(result.problem == CHANGED for result in seen.results))
def the_list_is_changed(given):
    """
    The list that was handed in looks different after the call: an assignment such as `weights[i] = ...`, an
    `append` or a `pop` works on the list itself, and that list belongs to the caller. Whoever converts the same
    weights a second time would turn the kernels back again, without an error. Begin with a list of your own, and
    fill that one. Which line of yours writes into `weights`?
    """
    for index, pair in enumerate(frameworks.keras_to_torch(given)):
        given[index] = pair
    return given


@the_list_is_changed.also
def appends_to_the_list(given):
    turned = frameworks.keras_to_torch(given)
    given.extend(turned)
    return turned


@mistakes.mistake([(array([1.0]), np.zeros(1)), (array([2.0]), np.zeros(1))])
def layers_in_reverse(given):
    """
    Your layers come out in the opposite order: the last one first. For {input} you return {output}. Turning the
    axes of a kernel round is right; the list of layers keeps its order, since both frameworks go through the
    network from the examples to the logits. Which of your steps turns the list, a `reversed` or an `insert(0,
    ...)`?
    """
    return frameworks.keras_to_torch(given)[::-1]


@mistakes.mistake([(array([1 / 3]), np.zeros(1))])
def digits_lost(given):
    """
    Your numbers are near the right ones and not equal to them: for {input} you return {output}. Something rounds on
    the way, a short format such as float16, or `np.round`. Moving axes needs no arithmetic, so every bit can arrive
    as it was, and then any difference between the two models comes from the frameworks. Which step computes where
    it should only move?
    """
    return [(W.astype(np.float16), b.astype(np.float16)) for W, b in frameworks.keras_to_torch(given)]


digits_lost.also(lambda given: [(np.round(W, 4), np.round(b, 4)) for W, b in frameworks.keras_to_torch(given)])
