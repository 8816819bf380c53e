"""Exercise 9.3: kernels and biases of Keras layers in the layouts of PyTorch, as a list of pairs."""

import itertools

import numpy as np

from utils import frameworks
from utils.checking import Bank, Domain, Exercise, Unreadable, paragraphs
from utils.exercises.ch09.common import array, has_values, weights_are_changed, with_weights_kept
from utils.exercises.predicates import wrong_exactly

# The domain

COUNTED = np.arange(4.0).reshape(2, 2, 1, 1), np.array([0.5])
SMALLEST = [
    ([(array([1, 2, 3], [4, 5, 6]), array(7, 8, 9))],),
    ([COUNTED],),
    ([(array([1, 2], [3, 4]), array(5, 6)), (array([7, 8], [9, 10]), array(11, 12))],),
    ([(array([1 / 3]), np.zeros(1))],),
]


def _layer(rng, *shape, dtype=np.float32):
    return rng.normal(size=shape).astype(dtype), rng.normal(size=shape[-1]).astype(dtype)


def _corners(rng):
    def layers(*shapes, dtype=np.float32):
        return ([_layer(rng, *shape, dtype=dtype) for shape in shapes],)

    sizes = (1e-4, 1e4)
    return {
        "a dense layer": layers((4, 2)),
        "a convolution": layers((3, 3, 1, 2)),
        "a square dense layer": layers((4, 4)),
        "four axes of the same length": layers((2, 2, 2, 2), (3, 3, 3, 3)),
        "four axes of different lengths": layers((2, 3, 4, 5), (4, 1, 3, 2)),
        "one filter and one channel": layers((3, 2, 1, 1), (1, 1, 3, 1)),
        "one entry": layers((1, 1), (1, 1, 1, 1)),
        "one unit": layers((5, 3), (3, 1)),
        "the network of chapter 9": layers((64, 25), (25, 15), (15, 10)),
        "a convolution in front of a dense layer": layers((3, 3, 1, 2), (8, 3)),
        "two convolutions and two dense layers": layers((3, 2, 1, 4), (2, 2, 4, 3), (12, 5), (5, 2)),
        "a dense layer between": layers((4, 2), (2, 3, 2, 2), (6, 4)),
        "many layers": layers(*[(3, 3)] * 10),
        "dense layers in float64": layers((3, 4), (4, 2), dtype=np.float64),
        "convolutions in float64": layers((3, 2, 2, 4), dtype=np.float64),
        "both in float64": layers((2, 2, 1, 2), (8, 3), dtype=np.float64),
        "small and large numbers": ([tuple(size * part for part in _layer(rng, 3, 2)) for size in sizes],),
        "biases of zero": ([(W, 0 * b) for W, b in layers((4, 3), (3, 2))[0]],),
    }


def _draw(rng):
    shapes = [rng.integers(1, 6, size=rng.choice([2, 4])) for _ in range(int(rng.integers(1, 5)))]
    dtype = rng.choice([np.float32, np.float64])
    return ([_layer(rng, *map(int, shape), dtype=dtype) for shape in shapes],)


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
    probes=Domain(SMALLEST, _corners, _draw),
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
        Not a digit has changed, so every difference between the two models from here on is a difference of the
        frameworks.
    """,
)


# Mistakes

TWO_BY_THREE = SMALLEST[0]
TWO_BY_TWO = SMALLEST[1]
TWO_LAYERS = ([(array([1.0]), np.zeros(1)), (array([2.0]), np.zeros(1))],)


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
    example=TWO_BY_THREE,
)

mistakes.add(
    "a convolution reshaped",
    """
    Your dense kernels are right, and a `reshape` brings the kernels with four axes into the right shape: {output}
    for {input}. It reads the numbers in their old order and breaks them at other places, so the filters get each
    other's numbers. Nothing fails, since the shape is the one that PyTorch asks for. What moves axes takes the
    numbers along: the entry at (h, w, i, o) has to arrive at (o, i, h, w). Which function did that for the dense
    kernels, and what does it want to know when there are four axes?
    """,
    _each(lambda W: W.T, lambda W: W.reshape(W.shape[3], W.shape[2], *W.shape[:2])),
    example=([(np.arange(4.0).reshape(2, 1, 1, 2), np.zeros(2))],),
)

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
    all four axes move. A transpose of the last two only leaves the picture axes in front, where PyTorch looks for
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
    "channels after the picture",
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
    You return only the kernels, and asked for are pairs, each with the bias of its layer: for {input} you return
    {output}. A bias has a single axis, so there is nothing to turn, and it still has to come along: PyTorch would
    go on with a bias of its own, which is random at the start, and the outputs of the two models would differ. What
    has to stand beside each kernel in your list?
    """
    return [W for W, _ in frameworks.keras_to_torch(given)]


@mistakes.mistake(*TWO_LAYERS)
def ended_after_the_first_layer(given):
    """
    Your `return` is inside the loop, so the function ends in its first turn and hands back one layer, however
    many there are: for {input} it is the layer with the 1, and the one with the 2 is missing. Python leaves a
    function at the first `return` that it meets. With a single layer nobody notices. Look at the indentation of
    that line, and at what it returns: the list of all pairs can only be complete when the loop is over.
    """
    return frameworks.keras_to_torch(given)[:1]


ended_after_the_first_layer.also(lambda given: frameworks.keras_to_torch(given)[0])


@mistakes.mistake(recognise=weights_are_changed)
def the_list_is_changed(given):
    """
    The list that was handed in looks different after the call: an assignment such as `weights[i] = ...`, an
    `append` or a `pop` works on the list itself, and that list belongs to the caller. A second conversion of the same
    weights would turn the kernels back again, without an error. Begin with a list of your own, and
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


@mistakes.mistake(*TWO_LAYERS)
def layers_in_reverse(given):
    """
    Your layers come out in the opposite order: the last one first. For {input} you return {output}. Turning the
    axes of a kernel round is right; the list of layers keeps its order, since both frameworks go through the
    network from the examples to the logits. Which of your steps turns the list, a `reversed` or an `insert(0,
    ...)`?
    """
    return frameworks.keras_to_torch(given)[::-1]


def _rounded(seen):
    """Whether every number is near the right one, as a rounding leaves it, or a whole number beside it."""
    if not has_values(seen):
        return False
    for result, expected in zip(seen.results, seen.expected, strict=True):
        for (W, b), (right_W, right_b) in zip(result.value, expected, strict=True):
            if not (_is_near(W, right_W) and _is_near(b, right_b)):
                return False
    return True


def _is_near(value, right):
    if np.shape(value) != np.shape(right):
        return False
    cut = (value == np.trunc(right)) | (value == np.round(right))
    return bool(np.all(cut | (np.abs(value - right) < 0.06 * np.maximum(np.abs(right), 1))))


@mistakes.mistake([(array([1 / 3]), np.zeros(1))], recognise=_rounded)
def digits_lost(given):
    """
    Your numbers are near the right ones and not equal to them: for {input} you return {output}. Something rounds on
    the way: a shorter format, such as float32 for numbers in float64, a conversion to integers, or `np.round`.
    Moving axes needs no arithmetic, so every bit can arrive as it was, and then any difference between the two
    models comes from the frameworks. Which step computes where it should only move?
    """
    return [(W.astype(np.float16), b.astype(np.float16)) for W, b in frameworks.keras_to_torch(given)]


digits_lost.also(
    lambda given: [(np.round(W, 4), np.round(b, 4)) for W, b in frameworks.keras_to_torch(given)],
    lambda given: [(W.astype(np.float32), b.astype(np.float32)) for W, b in frameworks.keras_to_torch(given)],
    lambda given: [(W.astype(np.float32), b) for W, b in frameworks.keras_to_torch(given)],
    lambda given: [(np.round(W, 1), b) for W, b in frameworks.keras_to_torch(given)],
    lambda given: [(W.astype(int), b) for W, b in frameworks.keras_to_torch(given)],
)


def _rows_are_exchanged(seen):
    """Whether nothing is wrong but the order of the inputs of dense layers after a convolution.

    An error counts as well, at a layer whose rows cannot be shared out among the maps.
    """
    for (given,), result, expected in zip(seen.probes, seen.results, seen.expected, strict=False):
        if result.problem == "ValueError":
            if not any(len(W) % maps for W, maps in _behind_convolutions(given)):
                return False
        elif result.problem or result.changed or len(result.value) != len(expected):
            return False
        else:
            for (W, b), (right_W, right_b), (kernel, _) in zip(result.value, expected, given, strict=True):
                turned = kernel.ndim == 2 and np.shape(W) == right_W.shape
                if not np.array_equal(b, right_b):
                    return False
                if not np.array_equal(W, right_W) and not (turned and _has_the_columns_of(W, right_W)):
                    return False
    return True


def _behind_convolutions(given):
    """The dense kernels that come after a convolution, each with the number of its maps."""
    maps = 0
    for W, _ in given:
        if W.ndim == 4:
            maps = W.shape[3]
        elif maps:
            yield W, maps


def _has_the_columns_of(one, other):
    return sorted(map(tuple, one.T)) == sorted(map(tuple, other.T))


@mistakes.mistake(
    [(np.ones((1, 1, 1, 2)), np.zeros(2)), (array([1], [2], [3], [4]), np.zeros(1))], recognise=_rows_are_exchanged
)
def rows_put_into_another_order(given):
    """
    Each kernel is turned as it should be, and the rows of a dense layer after a convolution come in another order,
    too: for {input} you return {output}. A network that flattens its maps does need that, later in this chapter.
    Here each layer is converted by itself, since a list of kernels does not say what stands between the layers, and
    some networks do not flatten. Which step of yours looks at the layer before?
    """
    turned, maps = [], 0
    for W, b in given:
        if W.ndim == 4:
            maps = W.shape[3]
        elif maps:
            W, maps = frameworks.rows_for_torch(W, maps), 0
        turned.append((_right_dense_or_convolution(W), b))
    return turned


def _right_dense_or_convolution(W):
    return W.T if W.ndim == 2 else _right_convolution(W)


@rows_put_into_another_order.also
def wherever_it_can_be(given):
    turned = frameworks.keras_to_torch(given)
    for place, ((former, _), (W, b)) in enumerate(itertools.pairwise(given), start=1):
        if former.ndim == 4 and W.ndim == 2 and len(W) % former.shape[3] == 0:
            turned[place] = frameworks.rows_for_torch(W, former.shape[3]).T, b
    return turned


@mistakes.mistake(*TWO_BY_THREE)
def biases_set_to_zero(given):
    """
    Your kernels are right, and every bias is 0: for {input} you return {output}. In a fresh network the biases are
    0, so a comparison of two untrained models does not notice; after training they hold what was learned, and
    without them each unit has its bend somewhere else. A bias has one axis, in Keras as in PyTorch, so there is
    nothing to turn. What does your list take from the second entry of each pair?
    """
    return [(W, np.zeros_like(b)) for W, b in frameworks.keras_to_torch(given)]


@mistakes.mistake(*TWO_BY_THREE)
def a_second_axis_for_the_biases(given):
    """
    Your kernels are right, and each bias has got a second axis: for {input} you return {output}. A bias is one
    number for each unit, with the shape (units,), in Keras as in PyTorch. As a column it does not fit into a layer
    of PyTorch, and added to a batch by hand it would make rows out of units without an error where the sizes agree.
    Only the kernels have axes that could be exchanged. Which call of yours changes the shape of `b`?
    """
    return [(W, b[:, None]) for W, b in frameworks.keras_to_torch(given)]


a_second_axis_for_the_biases.also(lambda given: [(W, b[None]) for W, b in frameworks.keras_to_torch(given)])


def _dense_kernels_refused(seen):
    """Whether exactly the lists with a dense kernel end with an error about its axes."""
    failed = [result for result, right in zip(seen.results, seen.right, strict=True) if not right]
    refused = all(result.problem in ("ValueError", "IndexError", "AxisError") for result in failed)
    return refused and wrong_exactly(lambda given: any(W.ndim == 2 for W, _ in given))(seen)


@mistakes.mistake(*TWO_BY_THREE, recognise=_dense_kernels_refused)
def every_kernel_taken_for_a_convolution(given):
    """
    You move four axes in every kernel, and a dense kernel has two: for {input} the function returns {output}. The
    list may hold dense layers, convolutions, or both, in any order, as the networks of this chapter do. So your
    loop has to ask each kernel which of the two it is before it moves anything. Which property of an array says how
    many axes it has, and what has to happen in each of the two cases?
    """
    return [(_right_convolution(W), b) for W, b in given]


every_kernel_taken_for_a_convolution.also(lambda given: [(np.einsum("hwio->oihw", W), b) for W, b in given])


@mistakes.mistake(*TWO_LAYERS)
def kernels_and_biases_apart(given):
    """
    You return two lists, the kernels and the biases, and asked for is one list with a pair for each layer: for
    {input} you return {output}. With two layers both have the length 2, and code that takes the first entry for the
    first layer gets two kernels. A pair keeps together what belongs together, so that a loop over the list meets
    one layer at a time. What would your loop have to put into a single list in each turn?
    """
    turned = frameworks.keras_to_torch(given)
    return [W for W, _ in turned], [b for _, b in turned]


ORDERS = [(2, 3, 1, 0), *itertools.permutations(range(4))]


def _orders(seen):
    """The orders of the four axes that explain every convolution kernel, where everything else is right."""
    orders = [order for order in ORDERS if order != (3, 2, 0, 1)]
    if not has_values(seen):
        return []
    for (given,), result, expected in zip(seen.probes, seen.results, seen.expected, strict=True):
        for (W, b), (right_W, right_b), (kernel, _) in zip(result.value, expected, given, strict=True):
            if not np.array_equal(b, right_b) or (kernel.ndim == 2 and not np.array_equal(W, right_W)):
                return []
            if kernel.ndim == 4:
                orders = [order for order in orders if np.array_equal(W, kernel.transpose(order))]
    return orders


TWO_TIMES_TWO_TIMES_TWO = ([(np.arange(8.0).reshape(2, 2, 1, 2), np.zeros(2))],)


@mistakes.mistake(*TWO_TIMES_TWO_TIMES_TWO, recognise=lambda seen: (2, 3, 1, 0) in _orders(seen))
def the_axes_of_the_way_back(given):
    """
    Your order of the axes leads from PyTorch to Keras, and asked for is the other way: for {input} you return
    {output}. `np.transpose(W, axes)` reads its list from the result: the first number says where the *first axis of
    the result* comes from. If you write down where each old axis goes, you get the inverse, and with four axes that
    is another order. Begin with PyTorch's first axis: what does it count, and at which place does Keras keep it?
    """
    return [(W.T if W.ndim == 2 else W.transpose(2, 3, 1, 0), b) for W, b in given]


@mistakes.mistake(
    *TWO_TIMES_TWO_TIMES_TWO, recognise=lambda seen: bool(_orders(seen)) and (2, 3, 1, 0) not in _orders(seen)
)
def axes_in_another_order(given):
    """
    Your dense kernels are right, and the four axes of a convolution kernel come in another order than PyTorch's:
    for {input} you return {output}. Where several axes have the same length the shape does not show it, and the
    filters look at other channels, or at pictures lying on their side. Write (height, width, in, out) with the
    numbers 0, 1, 2 and 3 below, and then (out, in, height, width) with the numbers that belong to these words. In
    which order do they stand now?
    """
    return [(W.T if W.ndim == 2 else W.transpose(2, 0, 1, 3), b) for W, b in given]


axes_in_another_order.also(
    lambda given: [(W.T if W.ndim == 2 else W.transpose(3, 0, 2, 1), b) for W, b in given],
    lambda given: [(W.T if W.ndim == 2 else W.transpose(2, 3, 0, 1).swapaxes(1, 2), b) for W, b in given],
    lambda given: [(W.T if W.ndim == 2 else W.transpose(2, 0, 3, 1), b) for W, b in given],
)
