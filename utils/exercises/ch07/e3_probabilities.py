"""Exercise 7.3: the probabilities of all classes for every example, from a model that returns logits."""

import numpy as np

from utils import reference
from utils.checking import Bank, Domain, Exercise, Playground, logit_sliders, paragraphs
from utils.checking.values import agree
from utils.exercises.ch07.looking import to_array
from utils.exercises.ch07.looks import CHANGED_MODEL, identity
from utils.exercises.ch07.recognising import NEARLY, unfit
from utils.exercises.ch07.small_models import a_model, add_stale_prediction, in_time, logits_in, look_with_a_model
from utils.exercises.drawing import any_logits, corners_of_batches

# The domain


SMALLEST = [
    a_model("a model with the logits [0, 1, 2, 3]", [[0, 1, 2, 3]]),
    a_model("a model with the logits [1000, 0, -1000, 999]", [[1000, 0, -1000, 999]]),
    a_model("a model with four rows of logits", [[2, 1, 0, -1], [0, 0, 0, 0], [-1, 3, 0.5, 0], [1, 1, 4, 2]]),
    a_model("a model with very negative logits", [[-1000, -1001, -1002, -1003], [1, 2, 3, 4]]),
]


def corners_of_models(rng):
    """Models by the name of their corner: their logits, and layers that act otherwise while they train."""
    batches = corners_of_batches(rng)
    names = ("rows of one class", "rows of many classes", "many rows", "rows with ties", "all rows negative")
    # Above 10,000 the last digits of float32 are hundredths, so whole numbers are taken.
    far = {name: np.round(batches[name]) for name in ("all rows below -750", "rows above 10,000", "rows far apart")}
    X, W = rng.normal(scale=2, size=(5, 3)), rng.normal(size=(3, 4))
    learned = [rng.uniform(0.5, 2, size=3), rng.normal(size=3), rng.normal(size=3), rng.uniform(0.5, 3, size=3)]
    return {
        **{name: a_model(f"a model with {name}", Z) for name, Z in far.items()},
        **{name: a_model(f"a model with {name}", batches[name]) for name in names},
        "features": a_model("a model of three features", X, W),
        "Dropout": a_model("a model with a Dropout layer", X, W, first="Dropout"),
        "normalised": a_model("a model with batch normalisation", X, W, first="BatchNormalization", statistics=learned),
    }


def any_model(rng):
    m, n, K = (int(rng.integers(1, most)) for most in (20, 5, 12))
    if rng.random() < 0.5:
        return a_model("a model", np.round(any_logits(rng, (m, K)), 1))
    return a_model("a model", rng.normal(scale=2, size=(m, n)), rng.choice([1.0, 10.0]) * rng.normal(size=(n, K)))


# How answers are looked at


def look_at_probabilities(answer, *given):
    """Call the answer with a model whose logits are known, and with examples; what is no look is handed on as it is."""
    return look_with_a_model(answer, *given) if len(given) == 1 else answer(*given)


def _size_of_numbers(look):
    """A product in float32 has errors that grow with the logits; with the unit matrix it has none."""
    W, _ = look.weights
    is_exact = W.shape[0] == W.shape[1] and (np.eye(len(W)) == W).all() and not look.first
    return 1e-3 if is_exact else 1e-3 * (1 + np.abs(logits_in(look)).max())


# Right answers


def _reference_probabilities(model, X):
    return reference.softmax(to_array(model(X)))


def _by_tensorflow(model, X):
    import tensorflow as tf

    return tf.nn.softmax(model(X)).numpy()


def _by_predict(model, X):
    import keras

    return keras.ops.softmax(model.predict(X, verbose=0), axis=-1)


def _by_activation(model, X):
    import keras

    return keras.activations.softmax(model(X, training=False))


def _by_a_second_model(model, X):
    import keras

    return keras.Sequential([model, keras.layers.Softmax()])(X)


def _by_numpy(model, X):
    Z = np.array(model.predict_on_batch(X), dtype=float)
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).tolist()


mistakes = Bank()

probabilities = Exercise(
    name="ch07.probabilities",
    asks="The probabilities of all classes for every example, from a model that returns logits.",
    reference=_reference_probabilities,
    probes=Domain(SMALLEST, corners_of_models, any_model, draws=2),
    observe=look_at_probabilities,
    expected=lambda look: reference.softmax(logits_in(look)),
    expects=lambda look: (
        f"{len(look.X)} row{'s' if len(look.X) > 1 else ''} of {look.weights[0].shape[1]} probabilities, "
        "each row with the sum 1, as the model says them when it does not train,"
    ),
    rtol=1e-4,
    scale=_size_of_numbers,
    time_limit=10.0,  # to build a second model, or to call `predict`, takes seconds
    left_whole=("tensorflow",),
    hints=paragraphs("""
        A Keras model can be called like a function; what it returns for the examples X are logits here. What is
        missing?

        The function that turns logits into probabilities exists in `tf.nn`, in `keras.ops`, in `keras.activations`, and
        you have written it yourself in chapter 1.
    """),
    alternatives=(_by_tensorflow, _by_predict, _by_activation, _by_a_second_model, _by_numpy),
    bank=mistakes,
    playground=Playground(
        sliders=logit_sliders(2.0, 1.0, 0.1, -1.0),
        inputs=lambda **z: a_model(f"a model with the logits {list(z.values())}", [list(z.values())]),
        returns=("probabilities(model, X)",),
    ),
    remark="The model returns logits for the loss; a softmax after it is for readers.",
)


# Mistakes

add_stale_prediction(mistakes, "softmax")


def _probabilities_by(function):
    """An answer that makes this of the logits."""
    return lambda model, X: function(to_array(model(X)))


def _probabilities_like(*functions):
    """A predicate: the results are those of one of these functions of the logits."""

    def is_like(function, look, result):
        Z = logits_in(look)
        # The digits that far logits lack in float32 lack here, too.
        size = 0.1 + np.abs(Z).max() / 100
        return isinstance(result.value, np.ndarray) and agree(result.value, np.asarray(function(Z)), NEARLY, size)

    def recognise(seen):
        pairs = in_time(seen, "probabilities")
        with np.errstate(all="ignore"):
            return bool(pairs) and any(all(is_like(function, *pair) for pair in pairs) for function in functions)

    return recognise


def _add_function(name, explanation, *functions, example=0, recognise=None):
    """Add a mistake whose samples make these of the logits; its example is the probe with this number."""
    samples = map(_probabilities_by, functions)
    mistakes.add(
        name, explanation, *samples, example=SMALLEST[example], recognise=recognise or _probabilities_like(*functions)
    )


_add_function(
    "the logits themselves",
    """
    You return what the model returns. For {input} that is {output}, and it does not sum to 1. The loss of this
    model applies a softmax for itself, while it computes, and leaves the model as it is: outputs stay logits before
    and after the training. Negative numbers and numbers above 1 are right for logits and impossible for
    probabilities. What lies between the two?
    """,
    identity,
)

_add_function(
    "the class in place of probabilities",
    """
    You return the most probable class of each example: {output} for {input}. That is the decision, and it needs no
    softmax. The exercise asks for what stands before it, one probability for each class, so that a reader can see how
    clear the decision was. The shape has to be (m, 4), one row for each example. Which step did you take too many?
    """,
    lambda Z: np.argmax(Z, axis=-1),
)

_add_function(
    "only the largest probability",
    """
    You return one number for each example, the probability of its most probable class: {output} for {input}. A
    reader who has to weigh the second best class against the best one needs the others as well. Return the whole
    row, in the order of the classes, so that the shape is (m, 4) and each row sums to 1. Which reduction is too
    much?
    """,
    lambda Z: reference.softmax(Z).max(axis=-1),
)

_add_function(
    "sigmoids in place of a softmax",
    """
    You send each logit through a sigmoid of its own. For {input} that gives {output}: each number lies between 0
    and 1, and they do not sum to 1. The model was trained with the cross-entropy of a softmax, in which one class
    wins what the others lose, and only differences of logits carry meaning. Which function shares one total between
    the classes?
    """,
    reference.sigmoid,
)

_add_function(
    "softmax twice",
    """
    You apply softmax two times. For {input} that gives {output}: each row sums to 1, and all of them are pulled towards
    equal shares. The second softmax takes probabilities for logits; they lie between 0 and 1, so no class can be more
    than e times as probable as another. It happens when one softmax is written after another that was there before.
    Which of the two can go?
    """,
    lambda Z: reference.softmax(reference.softmax(Z)),
)

_add_function(
    "softmax over the batch axis",
    """
    Your softmax runs along the examples, so every column sums to 1 and the rows do not. For {input} you return
    {output}: a batch of one example gets 1 for each class. What the model says about a point must not depend on the
    points beside it. Functions named `softmax` take an argument for the axis, and the classes are on the last one.
    Which axis did you give?
    """,
    lambda Z: reference.softmax(Z, axis=0),
)


def _naive_total(Z):
    with np.errstate(all="ignore"):
        powers = np.exp(np.asarray(Z, dtype=np.float32))
        return powers / powers.sum()


_add_function(
    "one total for the whole batch",
    """
    You divide by a single sum over all rows, so the whole table sums to 1 and a row does not. With one example you
    are right; for a model with several examples each row gets a share of what should be its own. The probabilities
    of a point must not become smaller because another point stands beside it. A sum, and the softmax of some
    libraries, runs over everything unless it is told an axis. Which one holds the classes?
    """,
    lambda Z: np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(),
    _naive_total,
    example=2,
)

_add_function(
    "logarithms of probabilities",
    """
    You return log-probabilities: {output} for {input}, none of them above 0. A loss likes them, because a sum of
    logarithms neither overflows nor underflows. A reader wants numbers between 0 and 1 with the sum 1. The two
    functions have nearly the same name. Which one did you call, or which step leads back from a logarithm?
    """,
    lambda Z: Z - reference.logsumexp(Z)[:, np.newaxis],
)


def _acts_in_training(seen):
    """Whether models of one layer are right, and those with a layer that acts in training are not, one by one."""
    pairs = list(zip(seen.probes, seen.right, strict=False))
    plain = [right for (look,), right in pairs if not look.first]
    others = [right for (look,), right in pairs if look.first]
    return len(pairs) == len(seen.probes) and all(plain) and not any(others)


@mistakes.mistake(name="the model in training mode", recognise=_acts_in_training)
def in_training_mode(model, X):
    """
    For a plain model you are right. With a Dropout layer in it two calls of yours give two answers, and batch
    normalisation looks at the other points of the batch in place of what it has learned: you call the model in the
    mode in which it trains. Such layers act at random, or keep count, while a model learns, and stand still when it is
    asked. A reader of probabilities asks. Which argument of the call says so, and what does it say when you leave it
    out?
    """
    import keras

    return keras.ops.softmax(model(X, training=True), axis=-1)


@in_training_mode.also
def with_a_mean_over_calls(model, X):
    import keras

    return sum(to_array(keras.ops.softmax(model(X, training=True), axis=-1)) for _ in range(5)) / 5


@mistakes.mistake(recognise=unfit(CHANGED_MODEL))
def the_model_is_changed(model, X):
    """
    After the call the model that was handed to you is another one: it returns other numbers, has other layers, was
    compiled anew, or a layer of it is marked as one that does not learn. A softmax that is added to its layers, or put
    into its last one, stays there: a second call may then apply it twice, and training that goes on has a double
    softmax. A caller who asks for probabilities wants to read, and not to rebuild. How can you treat what the model
    returns, and leave the model alone?
    """
    import keras

    model.add(keras.layers.Softmax())
    return model(X)


@the_model_is_changed.also
def by_changing_the_last_layer(model, X):
    import keras

    model.layers[-1].activation = keras.activations.softmax
    return model(X)


@the_model_is_changed.also
def by_compiling_it_anew(model, X):
    import keras

    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return keras.ops.softmax(model(X), axis=-1)


@the_model_is_changed.also
def by_a_freeze(model, X):
    model.trainable = False
    return _reference_probabilities(model, X)


@the_model_is_changed.also
def by_training_it(model, X):
    import keras

    model.fit(X, np.zeros(len(X), dtype=int), verbose=0)
    return keras.ops.softmax(model(X), axis=-1)


def _powers(Z):
    with np.errstate(all="ignore"):
        return np.exp(np.asarray(Z) - np.max(Z))


def _divided_along_the_classes(Z):
    """Row totals without their axis, laid along the classes."""
    with np.errstate(all="ignore"):
        return _powers(Z) / _powers(Z).sum(axis=1)


def _has_totals_without_an_axis(seen):
    """Whether square tables are divided along the wrong axis, and others that are no single row fail."""
    pairs = [(look, result) for look, result in in_time(seen, "probabilities") if len(look.X) > 1]
    square = [(look, result) for look, result in pairs if len(look.X) == logits_in(look).shape[1]]
    return bool(square) and all(
        result.problem if (look, result) not in square else _is_like(_divided_along_the_classes, look, result)
        for look, result in pairs
        if logits_in(look).shape[1] > 1
    )


def _is_like(function, look, result):
    """Whether a result is that of a function of the logits wherever both are numbers."""
    if not isinstance(result.value, np.ndarray):
        return False
    made = np.asarray(function(logits_in(look)))
    return result.value.shape == made.shape and np.allclose(result.value, made, rtol=1e-3, atol=1e-3, equal_nan=True)


mistakes.add(
    "no keepdims",
    """
    Your sums over the classes are a row of m numbers, and NumPy lays them along the classes when it divides. With as
    many examples as classes a table comes out whose rows do not sum to 1; with any other number it stops with an
    error about shapes; a single example hides it. Each row has to be divided by its own sum, which must stand as a
    column, (m, 1). A sum drops its axis unless it is told to keep it. Which argument says so?
    """,
    _probabilities_by(_divided_along_the_classes),
    recognise=_has_totals_without_an_axis,
)


def _shifted_by_column(Z):
    with np.errstate(all="ignore"):
        powers = np.exp(Z - Z.max(axis=0))
        return powers / powers.sum(axis=1, keepdims=True)


def _is_shifted_by_column(seen):
    pairs = in_time(seen, "probabilities")
    return bool(pairs) and all(
        isinstance(result.value, np.ndarray)
        and (np.isnan(result.value).any() or _is_like(_shifted_by_column, look, result))
        for look, result in pairs
    )


_add_function(
    "the maximum of each column",
    """
    You subtract the largest logit of each *class*, over the examples. For {input} you return {output}: a single example
    is its own maximum in every class, so all of its logits become 0 and all classes equal. A softmax is left as it is
    when one number is subtracted from a whole row, and only then. So the number to subtract is that of the example,
    and it has to be the same for all of its classes. Along which axis should your maximum look?
    """,
    _shifted_by_column,
    recognise=_is_shifted_by_column,
)


def _quotients(seen):
    """Whether the rows are the logits divided by their sums; the sums may be so small that the quotients are rough."""

    def back(look, value):
        Z = logits_in(look)
        total = Z.sum(axis=-1, keepdims=True)
        if value.shape != Z.shape:
            return False
        rows = total[:, 0] != 0
        return np.allclose((value * total)[rows], Z[rows], rtol=1e-3, atol=1e-2)

    pairs = in_time(seen, "probabilities")
    return bool(pairs) and all(isinstance(r.value, np.ndarray) and back(look, r.value) for look, r in pairs)


_add_function(
    "divided by the sum",
    """
    You divide each row of logits by its sum. For {input} that gives {output}. The rows sum to 1, and yet these are
    no probabilities: logits may be negative, so a quotient may be, too, and adding the same number to all logits
    would change the result, though it means nothing (chapter 1). Before the division each logit has to become
    positive. By which function?
    """,
    lambda Z: Z / Z.sum(axis=-1, keepdims=True),
    recognise=_quotients,
)


def _naive(Z):
    with np.errstate(all="ignore"):
        powers = np.exp(np.asarray(Z, dtype=np.float32))
        return powers / powers.sum(axis=-1, keepdims=True)


def _overflows(seen):
    """Whether moderate logits come out right and far ones do not come out at all."""
    pairs = in_time(seen, "probabilities")
    right = [
        isinstance(r.value, np.ndarray) and agree(r.value, reference.softmax(logits_in(k)), NEARLY, 1e-3)
        for k, r in pairs
    ]
    broken = [isinstance(r.value, np.ndarray) and bool(np.isnan(r.value).any()) for _, r in pairs]
    return any(broken) and all(one or other for one, other in zip(right, broken, strict=True))


mistakes.add(
    "no shift",
    """
    For moderate logits you are right, and for logits near 1000 your powers of e are infinite or all 0, and inf/inf
    is nan. A Keras model computes in float32, where that begins at 89, and logits have no bound. Either call a
    softmax that knows this, from a library or from your first chapter, or subtract from each row what makes its
    largest exponent 0. What do you subtract?
    """,
    _probabilities_by(_naive),
    recognise=_overflows,
)
