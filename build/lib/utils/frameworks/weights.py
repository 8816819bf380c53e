"""Weights between NumPy, Keras and PyTorch, without the loss of a bit.

The weights of a network are a list of pairs ``(W, b)``, the first layer first. The layouts differ:

=================  ============================  ============================
layer              NumPy in this course, Keras   PyTorch
=================  ============================  ============================
dense              (inputs, units)               (units, inputs)
convolution        (height, width, in, out)      (out, in, height, width)
=================  ============================  ============================

Biases are the same everywhere. What no layer shows by itself is how a stack of feature maps becomes one long vector:
Keras holds pictures as (height, width, channels) and flattens them in that order, PyTorch as (channels, height, width).
So the rows of a dense layer behind a convolution stand in another order in each of the two.

Keras and PyTorch are never imported here: their models come in as arguments, and are read through what they offer.
Errors: ``ValueError`` for shapes that do not fit and for numbers that would be rounded, ``TypeError`` for a layer whose
layout is not known. A model is changed only when everything fits.
"""

import numpy as np

DENSE, CONVOLUTION = 2, 4  # the number of axes of a kernel


def keras_to_torch(weights):
    """Kernels and biases in PyTorch's layouts, layer by layer.

    Args:
        weights: pairs ``(W, b)`` in the layouts of Keras.

    Returns:
        A list of pairs in the layouts of PyTorch, new arrays of the same floating type. The order in which a network
        flattens its feature maps is not a matter of one layer: see :func:`rows_for_torch`.
    """
    return [(_turned(W, {DENSE: (1, 0), CONVOLUTION: (3, 2, 0, 1)}), np.array(b)) for W, b in weights]


def torch_to_keras(weights):
    """The way back: pairs in PyTorch's layouts to those of Keras and of this course."""
    return [(_turned(W, {DENSE: (1, 0), CONVOLUTION: (2, 3, 1, 0)}), np.array(b)) for W, b in weights]


def rows_for_torch(W, channels):
    """The rows of a dense kernel behind feature maps, from the order (position, channel) to (channel, position).

    Args:
        W: shape (positions × channels, units), for maps that were flattened with the channels last.
        channels: the number of feature maps.
    """
    return _rows(W, channels, lambda positions: (positions, channels))


def rows_for_keras(W, channels):
    """The way back, from the order (channel, position) to (position, channel)."""
    return _rows(W, channels, lambda positions: (channels, positions))


def from_keras(model):
    """The weights of a Keras model, in the order of its layers, as a list of pairs ``(W, b)`` of new arrays."""
    return [tuple(np.array(part) for part in layer.get_weights()) for layer in _keras_layers(model)]


def into_keras(model, weights):
    """Put weights into a Keras model, which has to be built (its shapes known)."""
    layers = list(_keras_layers(model))
    values = list(_fitted(weights, [(layer.kernel, layer.bias) for layer in layers], [layer.name for layer in layers]))
    for layer, pair in zip(layers, values, strict=True):
        layer.kernel.assign(pair[0])
        layer.bias.assign(pair[1])


def from_torch(model):
    """The weights of a PyTorch model, in the order in which its layers were registered, in the layouts of this course.

    A ``Linear`` that comes next to a ``Conv2d`` is taken to read maps that ``Flatten`` has put into one vector.
    """
    layers = list(_torch_layers(model))
    pairs = [(_numbers(layer.weight), _numbers(layer.bias)) for _, layer in layers]
    weights = torch_to_keras(pairs)
    for index, channels in _behind_a_convolution(weights):
        weights[index] = rows_for_keras(weights[index][0], channels), weights[index][1]
    return weights


def into_torch(model, weights):
    """Put weights in the layouts of this course into a PyTorch model, with its layers in the order of `from_torch`."""
    layers = list(_torch_layers(model))
    weights = _pairs(weights)
    for index, channels in _behind_a_convolution(weights):
        weights[index] = rows_for_torch(weights[index][0], channels), weights[index][1]
    places = [(_numbers(layer.weight), _numbers(layer.bias)) for _, layer in layers]
    values = list(_fitted(keras_to_torch(weights), places, [name for name, _ in layers]))
    for (_, layer), (weight, bias) in zip(layers, values, strict=True):
        # from_numpy shares memory with the array, copy_ does not; .data keeps gradients out of it.
        layer.weight.data.copy_(layer.weight.data.new_tensor(weight))
        layer.bias.data.copy_(layer.bias.data.new_tensor(bias))


def _turned(W, orders):
    """A kernel with its axes in another order, as a new array whose memory lies in that order."""
    W = np.asarray(W)
    if W.ndim not in orders:
        raise ValueError(
            f"A dense kernel has two axes and one of a convolution four, but this one has the shape {W.shape}."
        )
    return W.transpose(orders[W.ndim]).copy()


def _rows(W, channels, order):
    W = np.asarray(W)
    if W.ndim != DENSE or channels < 1 or W.shape[0] % channels:
        raise ValueError(f"The rows of a kernel of the shape {W.shape} cannot belong to {channels} feature maps.")
    rows = np.arange(W.shape[0]).reshape(order(W.shape[0] // channels)).T.ravel()
    return W[rows]


def _behind_a_convolution(weights):
    """Where a dense layer follows a convolution, as pairs of its index and the number of feature maps."""
    for index in range(1, len(weights)):
        below, W = weights[index - 1][0], weights[index][0]
        if below.ndim == CONVOLUTION and W.ndim == DENSE:
            yield index, below.shape[-1]


def _keras_layers(model):
    """The layers of a built Keras model that hold weights, those of models inside it included."""
    if not model.built:
        raise ValueError("The model has no weights yet: give it an Input, or call it once with examples.")
    for layer in model.layers:
        if getattr(layer, "layers", None):
            yield from _keras_layers(layer)
        elif layer.weights:
            kind = type(layer).__name__
            if kind not in ("Dense", "Conv2D"):
                raise TypeError(_unknown(f"{layer.name} ({kind})", "Dense and Conv2D"))
            if layer.bias is None:
                raise TypeError(f"The layer {layer.name} ({kind}) has no bias, so its weights are no pair (W, b).")
            yield layer


def _torch_layers(model):
    """Name and module of everything in a PyTorch model that holds weights of its own."""
    for name, module in model.named_modules():
        if not any(True for _ in module.parameters(recurse=False)):
            continue
        kind = type(module).__name__
        name = name or kind
        if kind not in ("Linear", "Conv2d"):
            raise TypeError(_unknown(f"{name} ({kind})", "Linear and Conv2d"))
        if module.bias is None:
            raise TypeError(f"The layer {name} ({kind}) has no bias, so its weights are no pair (W, b).")
        yield name, module


def _unknown(layer, known):
    return f"The layout of the layer {layer} is not known here; {known} are."


def _numbers(parameter):
    """A parameter of PyTorch as a new array."""
    return parameter.detach().cpu().numpy().copy()


def _pairs(weights):
    """The weights as a list of pairs of arrays, or an error that says what was expected."""
    pairs = []
    for number, layer in enumerate(weights, start=1):
        if isinstance(layer, np.ndarray) or not hasattr(layer, "__len__") or len(layer) != 2:
            raise ValueError(f"Weights are a list of pairs (W, b), and layer {number} is none.")
        pairs.append((np.asarray(layer[0]), np.asarray(layer[1])))
    return pairs


def _fitted(weights, places, names):
    """The weights in the types of the places that they go to, or an error before anything is changed."""
    weights = _pairs(weights)
    if len(weights) != len(places):
        raise ValueError(f"The model has {len(places)} layers with weights, and {len(weights)} pairs were given.")
    for (W, b), (kernel, bias), name in zip(weights, places, names, strict=True):
        yield tuple(_fits(value, place, name) for value, place in ((W, kernel), (b, bias)))


def _fits(value, place, name):
    if value.shape != tuple(place.shape):
        raise ValueError(f"The layer {name} has a place of the shape {tuple(place.shape)}, not {value.shape}.")
    dtype = np.dtype(str(place.dtype))
    cast = value.astype(dtype)
    if not np.array_equal(cast.astype(np.float64), value.astype(np.float64), equal_nan=True):
        raise ValueError(
            f"The numbers for the layer {name} would be rounded: they are {value.dtype}, and it holds {dtype}. "
            "Round them yourself with astype, and use the rounded ones on both sides."
        )
    return cast
