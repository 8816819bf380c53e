"""Weights go to Keras and PyTorch and come back bit by bit, and the models compute the same there."""

import itertools

import numpy as np
import pytest

from utils import reference
from utils.frameworks import set_environment, weights


@pytest.fixture(scope="module")
def keras():
    set_environment()
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def layer(rng, *shape):
    return rng.normal(size=shape).astype(np.float32), rng.normal(size=shape[-1]).astype(np.float32)


def dense(rng):
    return [layer(rng, 3, 5), layer(rng, 5, 5), layer(rng, 5, 4)]


def convolutional(rng):
    """Two convolutions with filters that are not square, on pictures of 9×8, then two dense layers."""
    return [layer(rng, 3, 2, 1, 4), layer(rng, 2, 3, 4, 6), layer(rng, 6 * 5 * 6, 7), layer(rng, 7, 3)]


def keras_network(keras, kind):
    layers = keras.layers
    if kind == "dense":
        return keras.Sequential(
            [keras.Input((3,)), layers.Dense(5, "relu"), layers.Dense(5), layers.ReLU(), layers.Dense(4)]
        )
    picture = keras.Input((9, 8, 1))
    maps = layers.Conv2D(6, (2, 3), activation="relu")(layers.Conv2D(4, (3, 2), activation="relu")(picture))
    return keras.Model(picture, layers.Dense(3)(layers.Dense(7, "relu")(layers.Flatten()(maps))))


def torch_network(torch, kind):
    nn = torch.nn
    if kind == "dense":
        return nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 5), nn.ReLU(), nn.Linear(5, 4))
    maps = nn.Sequential(nn.Conv2d(1, 4, (3, 2)), nn.ReLU(), nn.Conv2d(4, 6, (2, 3)), nn.ReLU())
    return nn.Sequential(maps, nn.Flatten(), nn.Linear(6 * 5 * 6, 7), nn.ReLU(), nn.Linear(7, 3))


MAKE = {"dense": dense, "convolutional": convolutional}
both_kinds = pytest.mark.parametrize("kind", MAKE)


def assert_same_bits(some, others):
    for one, other in zip(itertools.chain(*some), itertools.chain(*others), strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        assert one.tobytes() == other.tobytes()


# There and back


@both_kinds
def test_every_bit_comes_back_from_keras(rng, keras, kind):
    given, model = MAKE[kind](rng), keras_network(keras, kind)
    weights.into_keras(model, given)
    assert_same_bits(weights.from_keras(model), given)


@both_kinds
def test_every_bit_comes_back_from_pytorch(rng, torch, kind):
    given, model = MAKE[kind](rng), torch_network(torch, kind)
    weights.into_torch(model, given)
    assert_same_bits(weights.from_torch(model), given)


def test_special_numbers_come_back_too(torch):
    special = np.array([[0.0, -0.0, 1e-45], [np.inf, -np.inf, np.nan]], np.float32)
    model = torch.nn.Linear(2, 3)
    weights.into_torch(model, [(special, np.zeros(3, np.float32))])
    assert_same_bits(weights.from_torch(model), [(special, np.zeros(3, np.float32))])


@both_kinds
def test_layouts_there_and_back(rng, kind):
    given = MAKE[kind](rng)
    turned = weights.keras_to_torch(given)
    assert_same_bits(weights.torch_to_keras(turned), given)
    for (W, _), (kernel, _) in zip(given, turned, strict=True):
        if W.ndim == 4:
            assert all(W[h, w, i, o] == kernel[o, i, h, w] for h, w, i, o in np.ndindex(*W.shape))
        else:
            assert all(W[i, j] == kernel[j, i] for i, j in np.ndindex(*W.shape))


def test_rows_behind_feature_maps_follow_the_flatten_of_each_framework(rng):
    W = rng.normal(size=(4 * 3 * 5, 2))  # maps of 4×3 with 5 channels
    maps = rng.normal(size=(7, 4, 3, 5))
    keras_way = maps.reshape(7, -1) @ W
    torch_way = maps.transpose(0, 3, 1, 2).reshape(7, -1) @ weights.rows_for_torch(W, channels=5)
    np.testing.assert_allclose(keras_way, torch_way, rtol=1e-12)
    np.testing.assert_array_equal(weights.rows_for_keras(weights.rows_for_torch(W, 5), 5), W)


# The models are the same


def test_dense_models_compute_what_numpy_computes(rng, keras, torch):
    given, X = dense(rng), rng.normal(size=(6, 3)).astype(np.float32)
    in_keras, in_torch = keras_network(keras, "dense"), torch_network(torch, "dense")
    weights.into_keras(in_keras, given)
    weights.into_torch(in_torch, given)
    expected = reference.forward([(W.astype(float), b.astype(float)) for W, b in given], X.astype(float))
    np.testing.assert_allclose(np.array(in_keras(X)), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(in_torch(torch.from_numpy(X)).detach().numpy(), expected, rtol=1e-4, atol=1e-5)


def test_a_convolutional_model_gives_the_same_logits_in_both(rng, keras, torch):
    in_keras, in_torch = keras_network(keras, "convolutional"), torch_network(torch, "convolutional")
    given = convolutional(rng)
    weights.into_keras(in_keras, given)
    weights.into_torch(in_torch, weights.from_keras(in_keras))
    pictures = rng.normal(size=(5, 9, 8, 1)).astype(np.float32)
    theirs = in_torch(torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy())).detach().numpy()
    np.testing.assert_allclose(np.array(in_keras(pictures)), theirs, rtol=1e-4, atol=1e-3)


def test_the_cnn_of_source_004_has_54410_parameters(keras):
    layers = keras.layers
    cnn = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    sizes = [W.size + b.size for W, b in weights.from_keras(cnn)]
    assert sizes == [320, 54090]


# They stay apart


def test_model_and_arrays_share_no_memory(rng, keras, torch):
    given = dense(rng)
    before = [(W.copy(), b.copy()) for W, b in given]
    in_keras, in_torch = keras_network(keras, "dense"), torch_network(torch, "dense")
    weights.into_keras(in_keras, given)
    weights.into_torch(in_torch, given)
    taken = weights.from_keras(in_keras), weights.from_torch(in_torch), weights.keras_to_torch(given)
    for other in taken:
        for W, b in other:
            W[:], b[:] = 7, 7
    assert_same_bits(given, before)
    assert_same_bits(weights.from_keras(in_keras), before)
    assert_same_bits(weights.from_torch(in_torch), before)


def test_a_model_that_got_weights_can_still_be_trained(rng, torch):
    model = torch_network(torch, "dense")
    weights.into_torch(model, dense(rng))
    model(torch.ones(1, 3)).sum().backward()
    assert all(parameter.requires_grad and parameter.grad is not None for parameter in model.parameters())


# What does not fit


BAD = {
    "too few layers": (lambda good: good[:-1], "3 layers with weights, and 2 pairs"),
    "transposed": (lambda good: [(W.T, b) for W, b in good], "not"),
    "bias": (lambda good: [(W, b[:-1]) for W, b in good], "not"),
    "flat": (lambda good: [part for pair in good for part in pair], "pairs"),
    "rounding": (lambda good: [(W.astype(float) + 1e-12, b) for W, b in good], "would be rounded"),
}


@pytest.mark.parametrize(("change", "words"), BAD.values(), ids=BAD)
def test_weights_that_do_not_fit_are_refused_and_change_nothing(rng, keras, torch, change, words):
    good = dense(rng)
    for model, put, take in (
        (keras_network(keras, "dense"), weights.into_keras, weights.from_keras),
        (torch_network(torch, "dense"), weights.into_torch, weights.from_torch),
    ):
        before = take(model)
        with pytest.raises(ValueError, match=words):
            put(model, change(good))
        assert_same_bits(take(model), before)


def test_float64_weights_that_are_exact_in_float32_are_taken(rng, torch):
    given = dense(rng)
    model = torch_network(torch, "dense")
    weights.into_torch(model, [(W.astype(float), b.astype(float)) for W, b in given])
    assert_same_bits(weights.from_torch(model), given)


def test_an_unknown_layer_is_named(keras, torch):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.BatchNormalization(name="norm")])
    with pytest.raises(TypeError, match=r"norm \(BatchNormalization\).*Dense and Conv2D"):
        weights.from_keras(model)
    with pytest.raises(TypeError, match=r"1 \(BatchNorm1d\).*Linear and Conv2d"):
        weights.from_torch(torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)))


def test_a_layer_without_a_bias_is_named(keras, torch):
    with pytest.raises(TypeError, match=r"plain \(Dense\) has no bias"):
        weights.from_keras(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, use_bias=False, name="plain")]))
    with pytest.raises(TypeError, match=r"0 \(Linear\) has no bias"):
        weights.from_torch(torch.nn.Sequential(torch.nn.Linear(3, 2, bias=False)))


def test_a_model_without_shapes_is_named(keras):
    with pytest.raises(ValueError, match="Input"):
        weights.from_keras(keras.Sequential([keras.layers.Dense(2)]))


@pytest.mark.parametrize("shape", [(3,), (2, 2, 2), ()], ids=str)
def test_a_kernel_of_another_kind_is_refused(shape):
    with pytest.raises(ValueError, match="two axes and one of a convolution four"):
        weights.keras_to_torch([(np.zeros(shape), np.zeros(2))])


@pytest.mark.parametrize(("shape", "channels"), [((10, 2), 3), ((10, 2), 0), ((10,), 5)], ids=str)
def test_rows_that_belong_to_no_maps_are_refused(shape, channels):
    with pytest.raises(ValueError, match="feature maps"):
        weights.rows_for_torch(np.zeros(shape), channels)
