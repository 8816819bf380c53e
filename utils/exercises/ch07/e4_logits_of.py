"""Exercise 7.4: the logits out of a trained model whose last step is a softmax."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, paragraphs
from utils.checking.values import agree
from utils.exercises.ch07.looking import to_array
from utils.exercises.ch07.looks import CHANGED_MODEL
from utils.exercises.ch07.recognising import NEARLY, results_of, unfit
from utils.exercises.ch07.small_models import (
    ACTIVATION,
    INSIDE,
    LAYER,
    a_model,
    add_stale_prediction,
    hidden_of,
    in_time,
    logits_in,
    look_with_a_model,
)
from utils.exercises.drawing import any_logits, corners_of_batches

# The domain


def _softmax_model(words, X, W=None, head=INSIDE, **parts):
    return a_model(words, X, W, at="logits", head=head, **parts)


SMALLEST = [
    _softmax_model("a model with the logits [0, 1, 2, 3] and its softmax inside of Dense", [[0, 1, 2, 3]]),
    _softmax_model("a model with the logits [3, 1, 0, 2] and a softmax layer", [[3, 1, 0, 2]], head=LAYER),
    _softmax_model("a model with the logits [1000, 0, -1000, 999]", [[1000, 0, -1000, 999]]),
    _softmax_model("a model with the logits [200, 0, -200, 50] and a softmax layer", [[200, 0, -200, 50]], head=LAYER),
    _softmax_model("a model with two rows of logits and an Activation", [[2, 1, 0], [-1, 3, 0.5]], head=ACTIVATION),
]


def corners_of_models(rng):
    """Models by the name of their corner: the place of the softmax, their logits, and the layers before."""
    batches = corners_of_batches(rng)
    names = ("rows of many classes", "many rows", "rows with ties", "all rows negative", "one row and one class")
    # Above 10,000 the last digits of float32 are hundredths, so whole numbers are taken.
    far = {name: np.round(batches[name]) for name in ("all rows below -750", "rows above 10,000", "rows far apart")}
    X, V, W, b = rng.normal(scale=2, size=(5, 3)), rng.normal(size=(3, 6)), rng.normal(size=(6, 4)), rng.normal(size=4)
    learned = [rng.uniform(0.5, 2, size=3), rng.normal(size=3), rng.normal(size=3), rng.uniform(0.5, 3, size=3)]
    heads, bends = (INSIDE, LAYER, ACTIVATION), {INSIDE: "relu", LAYER: "tanh", ACTIVATION: "relu"}
    models = {
        name: _softmax_model(f"a model with {name}", Z, head=heads[place % 3])
        for place, (name, Z) in enumerate((far | {name: batches[name] for name in names}).items())
    }
    for head in heads:
        words = f"a network with a hidden layer and its softmax in {head}"
        words = words.replace("in inside", "inside")
        models[f"hidden, {head}"] = _softmax_model(words, X, W, head, V=V, b=3 * b, hidden=bends[head])
    normalised = {"first": "BatchNormalization", "statistics": learned}
    return {
        **models,
        "Dropout": _softmax_model("a network with Dropout", X, W, V=V, b=b, first="Dropout"),
        "Dropout, layer": _softmax_model("a network with Dropout", X, W, LAYER, V=V, b=b, first="Dropout"),
        "normalised": _softmax_model("a network with batch normalisation", X, W, V=V, b=b, **normalised),
    }


def any_model(rng):
    m, n, K = (int(rng.integers(1, most)) for most in (12, 5, 9))
    head = rng.choice([INSIDE, LAYER, ACTIVATION])
    if rng.random() < 0.5:
        return _softmax_model("a model", np.round(any_logits(rng, (m, K)), 1), head=head)
    W = rng.choice([1.0, 10.0]) * rng.normal(size=(n, K))
    return _softmax_model("a model", rng.normal(scale=2, size=(m, n)), W, head, b=rng.normal(size=K))


def look_at_logits(answer, *given):
    """Call the answer with a model whose logits are known, and with examples; what is no look is handed on as it is."""
    return look_with_a_model(answer, *given) if len(given) == 1 else answer(*given)


# Right answers


def _hidden(model, X):
    """What reaches the last layer."""
    for layer in model.layers[:-1]:
        X = layer(X)
    return X


def _by_the_last_layer(model, X):
    """The linear part of the last layer, where that has one; else what reaches it."""
    *front, last = model.layers
    A = X
    for layer in front:
        A = layer(A, training=False)
    A = to_array(A)
    return A @ to_array(last.kernel) + to_array(last.bias) if hasattr(last, "kernel") else A


def _by_a_linear_activation(model, X):
    """For the time of one call the last layer has no softmax."""
    import keras

    last = model.layers[-1]
    if not hasattr(last, "activation"):
        return keras.Sequential(model.layers[:-1])(X)
    former = last.activation
    last.activation = keras.activations.linear
    try:
        return model(X)
    finally:
        last.activation = former


def _by_a_clone(model, X):
    import keras

    def without_softmax(layer):
        if isinstance(layer, keras.layers.Softmax):
            return keras.layers.Identity()
        settings = layer.get_config()
        if settings.get("activation") == "softmax":
            settings["activation"] = "linear"
        return layer.__class__.from_config(settings)

    linear = keras.models.clone_model(model, clone_function=without_softmax)
    linear.set_weights(model.get_weights())
    return linear(X)


def _by_a_second_model(model, X):
    import keras
    from keras import layers

    last = model.layers[-1]
    if not isinstance(last, layers.Dense):
        return keras.Model(model.inputs, last.input)(X)
    head = layers.Dense(last.units)
    linear = keras.Sequential([*model.layers[:-1], head]) if len(model.layers) > 1 else keras.Sequential([head])
    linear.build((None, X.shape[1]))
    head.set_weights(last.get_weights())
    return linear(X)


def _by_the_note(model, X):
    """The note that Keras leaves on the probabilities."""
    return model(X)._keras_logits


mistakes = Bank()

logits_of = Exercise(
    name="ch07.logits_of",
    asks="The logits of a trained model whose last step is a softmax, for examples.",
    reference=_by_the_last_layer,
    probes=Domain(SMALLEST, corners_of_models, any_model, draws=2),
    observe=look_at_logits,
    expected=logits_in,
    expects=lambda look: (
        f"{len(look.X)} row{'s' if len(look.X) > 1 else ''} of {look.weights[-1].shape[0]} logits, the numbers that "
        "its softmax is given when the model does not train,"
    ),
    rtol=1e-4,
    scale=lambda look: 1 + np.abs(logits_in(look)).max(),
    time_limit=10.0,  # who copies models or parts of them takes longer
    left_whole=("tensorflow",),
    hints=paragraphs("""
        A probability that was rounded to 0 has no logit any more. So do not begin with what the model returns; begin
        one step earlier. What does `model.layers` hold, and which layer is the last?

        Where the softmax is a layer of its own, the logits are what the layer before it returns. The layers can be
        called one after the other, each with the result of the one before.

        Where the softmax is the activation of a `Dense` layer, that layer has a `kernel` and a `bias`, and its linear
        part is a matrix product and a sum. `hasattr(last, "kernel")` tells the two cases apart.
    """),
    alternatives=(_by_a_linear_activation, _by_a_clone, _by_a_second_model, _by_the_note),
    bank=mistakes,
    remark="One step before the softmax: there every logit still has its digits, whatever becomes of its probability.",
)


# Mistakes

add_stale_prediction(mistakes, "linear")


def _of_probabilities(function):
    """An answer that makes this of what the model returns."""

    def answer(model, X):
        with np.errstate(all="ignore"):
            return function(to_array(model(X)).astype(np.float64))

    return answer


def _softmax_in_float32(look):
    return reference.softmax(logits_in(look).astype(np.float32)).astype(np.float64)


def _like(*functions):
    """A predicate: the results are those of one of these functions of the probabilities."""

    def is_like(function, look, result):
        with np.errstate(all="ignore"):
            made = np.asarray(function(_softmax_in_float32(look)))
        return isinstance(result.value, np.ndarray) and agree(result.value, made, 1e-2, 1.0)

    def recognise(seen):
        pairs = in_time(seen, "logits")
        return bool(pairs) and any(all(is_like(function, *pair) for pair in pairs) for function in functions)

    return recognise


def _near(seen, made):
    """Whether small logits, all above −4 and below 4, give these results."""
    pairs = [(look, result) for look, result in in_time(seen, "logits") if np.abs(logits_in(look)).max() < 4]
    return bool(pairs) and all(
        isinstance(result.value, np.ndarray) and agree(result.value, np.asarray(made(look)), 2e-2, 1.0)
        for look, result in pairs
    )


def _add(name, explanation, *functions, recognise=None, example=0):
    mistakes.add(
        name,
        explanation,
        *map(_of_probabilities, functions),
        example=SMALLEST[example],
        recognise=recognise or _like(*functions),
    )


def _log_shares(look):
    return reference.log_softmax(logits_in(look))


def _lies_far_above(values, others):
    """Whether some values do, or lie at the lowest float of their type, where `np.nan_to_num` puts minus infinity."""
    return np.shape(values) == np.shape(others) and bool(np.any((values > others + 10) | (values < -1e38)))


_add(
    "the logarithms of the probabilities",
    """
    You take the logarithm of what the model returns. For {input} that is {output}. The differences between classes are
    right as long as nothing was rounded, and each row is moved by its log-sum-exp, so these are not the numbers that
    the softmax was given. Worse, a probability below 10 to the −45 is 0 in float32, and its logarithm infinite. The
    logits are still in the model. In which layer?
    """,
    np.log,
    recognise=lambda seen: (
        _near(seen, _log_shares)
        and any(np.isinf(r.value).any() for _, r in in_time(seen, "logits") if r.value is not None)
    ),
)
mistakes.add(
    "logarithms that are kept finite",
    """
    You take the logarithm of what the model returns and keep it finite with a small number, by a sum, a maximum, or a
    clip. For {input} you return {output}. Each row is moved by its log-sum-exp, and classes far below the winner all
    get one and the same number, your limit. What was rounded away cannot be brought back by a logarithm; the logits are
    one step earlier. Which layer holds them?
    """,
    *(_of_probabilities(lambda P, e=e: np.log(P + e)) for e in (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-20, 1e-30)),
    *(_of_probabilities(lambda P, e=e: np.log(np.maximum(P, e))) for e in (1e-7, 1e-9, 1e-12, 1e-20, 1e-30)),
    _of_probabilities(lambda P: np.nan_to_num(np.log(P))),
    example=SMALLEST[0],
    recognise=lambda seen: (
        _near(seen, _log_shares)
        and all(r.value is not None and np.isfinite(r.value).all() for _, r in in_time(seen, "logits"))
        and any(_lies_far_above(r.value, _log_shares(look)) for look, r in in_time(seen, "logits"))
    ),
)


def _moved(P, by):
    logs = np.log(P)
    return logs - by(logs)


_add(
    "logits moved to another zero",
    """
    Your numbers are the model's logits less the mean, the largest or the first entry of each row. The logarithm of the
    probabilities, moved in the same way, gives them too, as long as no probability is rounded to 0. For {input} you
    return {output}. Softmax makes the same probabilities of these numbers, and yet they are not the model's logits: the
    common part of each row is lost. Where are the numbers before the softmax, with nothing taken off?
    """,
    lambda P: _moved(P, lambda logs: logs.mean(axis=-1, keepdims=True)),
    lambda P: _moved(P, lambda logs: logs.max(axis=-1, keepdims=True)),
    lambda P: _moved(P, lambda logs: logs[:, :1]),
    example=1,
    recognise=lambda seen: any(
        _near(seen, lambda look, by=by: _log_shares(look) - by(_log_shares(look)))
        for by in (
            lambda logs: logs.mean(axis=-1, keepdims=True),
            lambda logs: logs.max(axis=-1, keepdims=True),
            lambda logs: logs[:, :1],
        )
    ),
)

_add(
    "each probability by itself",
    """
    You return the logarithm of p/(1 − p) for each class: {output} for {input}. That is the logit of a *sigmoid*, the
    inverse for one question with the answers yes and no. In a softmax the classes share one denominator, so 1 − p
    belongs to all others together, and the differences between your numbers are not those of the logits. Which layer
    of the model had the logits?
    """,
    lambda P: np.log(P / (1 - P)),
    recognise=lambda seen: _near(seen, lambda look: _log_odds(_softmax_in_float32(look))),
)


def _log_odds(P):
    with np.errstate(all="ignore"):
        return np.log(P / (1 - P))


_add(
    "the probabilities themselves",
    """
    You return what the model returns: {output} for {input}. These are probabilities, since the last step of this model
    is a softmax. The loss of a model, or a flag of it, changes nothing about its outputs. Logits have both signs, and
    their rows have no fixed sum. What does the model compute immediately before its last step?
    """,
    lambda P: P,
)

_add(
    "softmax twice",
    """
    You apply one more softmax to what the model returns: {output} for {input}. The outputs are probabilities already,
    and a second softmax pulls them towards equal shares. The exercise asks for the other direction: the numbers
    *before* the softmax, which may have any sign and size. Which step of the model do you have to leave out?
    """,
    reference.softmax,
)

_add(
    "the class in place of the logits",
    """
    You return the most probable class of each example: {output} for {input}. The decision needs no logits, since a
    softmax keeps the order. The exercise asks for all of them, a table with one row for each example and one column for
    each class, as they enter the softmax. Which step did you take too many, and which too few?
    """,
    lambda P: np.argmax(P, axis=-1),
)


def _kinds(seen):
    """Whether the models are right that have their softmax inside of Dense, in an Activation and in a layer; None where
    some are and some are not.
    """
    found = {INSIDE: set(), ACTIVATION: set(), LAYER: set()}
    for (look, result), is_right in zip(results_of(seen, "logits"), seen.right, strict=False):
        trivial = look.head == INSIDE and np.array_equal(hidden_of(look), logits_in(look))
        if not (trivial or look.first or look.weights[-1].size == 1 or result.problem == "TimeLimitExceeded"):
            found[look.head].add(is_right)
    return [kinds.pop() if len(kinds) == 1 else None for kinds in found.values()]


ONE_UNIT = _softmax_model("a model with a hidden unit of 2 and the logits [2, -4]", [[2]], [[1, -2]], V=[[1]])


def _logits_like(made):
    def recognise(seen):
        pairs = [(look, r) for look, r in in_time(seen, "logits") if not (look.first or look.head != INSIDE)]
        return bool(pairs) and all(
            isinstance(r.value, np.ndarray) and agree(r.value, made(look), NEARLY, 1 + np.abs(logits_in(look)).max())
            for look, r in pairs
        )

    return lambda seen: recognise(seen) and not _kinds(seen)[0]


@mistakes.mistake(
    *_softmax_model("a model with the logits [1, 2], of which the bias is [3, -3]", [[-2, 5]], b=[3, -3]),
    recognise=_logits_like(lambda look: hidden_of(look) @ look.weights[-2]),
)
def no_bias(model, X):
    """
    You multiply by the weights of the last layer and leave out its bias. For {input} you return {output}. A model whose
    bias is 0 shows no difference, and a trained model has a bias that is not. A `Dense` layer computes a product and a
    sum, in this order, before its activation. Under which name does the layer keep the second array?
    """
    last = model.layers[-1]
    A = to_array(_hidden(model, X))
    return A @ to_array(last.kernel) if hasattr(last, "kernel") else A


def _reaches_the_last_layer(seen):
    """Whether what is wrong for a softmax inside of Dense are the outputs of the hidden units."""
    inside = [pair for pair in in_time(seen, "logits") if pair[0].head == INSIDE and len(pair[0].weights) > 2]
    return _kinds(seen) == [False, True, True] and all(
        isinstance(result.value, np.ndarray) and agree(result.value, hidden_of(look), NEARLY, 10.0)
        for look, result in inside
        if not look.first
    )


@mistakes.mistake(*ONE_UNIT, recognise=_reaches_the_last_layer)
def what_reaches_the_last_layer(model, X):
    """
    You return what the last layer is given. Where the softmax is a layer of its own, these are the logits, and you are
    right. Where it is the activation of a `Dense` layer, they are the outputs of the hidden units: {output} for
    {input}. That layer first multiplies them by its weights and adds its bias, and only then comes the softmax. Which
    part of the last layer is missing?
    """
    import keras

    front = model.layers[:-1]
    return keras.Sequential(front)(X) if front else X


@what_reaches_the_last_layer.also
def with_the_activation_of_the_hidden_units(model, X):
    A = _hidden(model, X)
    return A if len(model.layers) == 1 else to_array(A)


def _of_dense_only(seen):
    inside, _, layer = _kinds(seen)
    return inside is True and layer is False


@mistakes.mistake(*SMALLEST[1], recognise=_of_dense_only)
def a_softmax_inside_of_dense_only(model, X):
    """
    You take the last layer for a `Dense` layer with a softmax as its activation, and for such models you are right. A
    softmax may also be a layer of its own, `Softmax()` or `Activation("softmax")`, without any weights; for {input} you
    return {output}. There the logits are what the layer before returns. How can you see which of the two models you
    were given?
    """
    last = model.layers[-1]
    return to_array(_hidden(model, X)) @ to_array(last.kernel) + to_array(last.bias)


@a_softmax_inside_of_dense_only.also
def by_the_weights(model, X):
    W, b = model.layers[-1].get_weights()
    return to_array(_hidden(model, X)) @ W + b


@a_softmax_inside_of_dense_only.also
def by_a_linear_activation_only(model, X):
    import keras

    last = model.layers[-1]
    former, last.activation = getattr(last, "activation", None), keras.activations.linear
    result = model(X)
    last.activation = former
    return result


def _acts_in_training(seen):
    pairs = list(zip(seen.probes, seen.right, strict=False))
    plain = [right for (look,), right in pairs if not look.first]
    others = [right for (look,), right in pairs if look.first]
    return len(pairs) == len(seen.probes) and all(plain) and not any(others)


@mistakes.mistake(name="the model in training mode", recognise=_acts_in_training)
def in_training_mode(model, X):
    """
    For a plain model you are right. With Dropout in it two calls of yours give two answers, and batch normalisation
    looks at the other points of the batch in place of what it has learned: you call the layers in the mode in which
    they train. A model is asked for its logits when its training is over. Which argument of the call says so, and what
    does it say when you leave it out?
    """
    A = X
    for layer in model.layers[:-1]:
        A = layer(A, training=True) if "training" in layer._call_signature.parameters else layer(A)
    A, last = to_array(A), model.layers[-1]
    return A @ to_array(last.kernel) + to_array(last.bias) if hasattr(last, "kernel") else A


def _of_another_copy_each_time(seen):
    return any(result.facts.get("repeats") is False for result in seen.results)


@mistakes.mistake(recognise=_of_another_copy_each_time)
def a_copy_without_its_weights(model, X):
    """
    Two calls with one model and one example give you two answers, so the numbers do not come from the model. A copy
    made by `clone_model`, by `from_config` or of new layers has the structure of the original and weights of its own,
    drawn at random. It runs without an error, and its shapes are right. What the model has learned is in its weights,
    which have to be handed over to the copy before it is asked. Which pair of methods reads and sets them?
    """
    import keras

    copy = keras.models.clone_model(model)
    if hasattr(copy.layers[-1], "kernel"):
        copy.layers[-1].activation = keras.activations.linear
    else:
        copy.pop()
    return copy(X)


@mistakes.mistake(recognise=unfit(CHANGED_MODEL))
def the_model_is_changed(model, X):
    """
    After the call the model that was handed to you is another one: its softmax is gone, its weights, its loss or its
    optimizer are others, or a layer that learned is marked as one that does not. Its owner knows nothing of it, and
    gets logits in the place of probabilities, or trains in vain, without an error. An activation that is exchanged can
    be put back, a layer can be called by itself, and a copy can be changed freely. Which of these does your code need?
    """
    import keras

    last = model.layers[-1]
    if not hasattr(last, "activation"):
        model.pop()
    else:
        last.activation = keras.activations.linear
    return model(X)


@the_model_is_changed.also
def by_taking_the_softmax_away(model, X):
    from keras import layers

    last = model.layers[-1]
    weights = last.get_weights()
    model.pop()
    if weights:
        model.add(layers.Dense(last.units))
        model.layers[-1].set_weights(weights)
    return model(X)


@the_model_is_changed.also
def by_a_freeze(model, X):
    model.trainable = False
    return _by_the_last_layer(model, X)


@the_model_is_changed.also
def by_compiling_it_anew(model, X):
    import keras

    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model(X)
