"""Exercise 7.3: the probabilities of all classes for every example, from a model that returns logits."""

import numpy as np

from utils import reference
from utils.checking import Bank, Exercise, Unfit, paragraphs
from utils.checking.values import agree
from utils.exercises.ch07.looking import PATIENCE, to_array, to_tensor, workbench
from utils.exercises.ch07.looks import CHANGED_MODEL, Look, identity
from utils.exercises.ch07.recognising import NEARLY, all_like, results_of, unfit

# The domain


def logits_of_a_model(rng):
    """Models with logits as outputs, given by their weights, with examples: square batches, one example, far logits."""
    eye = np.eye(4, dtype=np.float32)

    def look(words, X, W=eye):
        X = np.asarray(X, dtype=np.float32)
        return (Look("probabilities", words, X, weights=[np.asarray(W, dtype=np.float32), np.zeros(4, np.float32)]),)

    return [
        look("a model with the logits [0, 1, 2, 3]", [[0, 1, 2, 3]]),
        look("a model with the logits [1000, 0, -1000, 999]", [[1000, 0, -1000, 999]]),
        look("a model with four rows of logits", [[2, 1, 0, -1], [0, 0, 0, 0], [-1, 3, 0.5, 0], [1, 1, 4, 2]]),
        look("a model with very negative logits", [[-1000, -1001, -1002, -1003], [1, 2, 3, 4]]),
        look("a model of two features", rng.normal(scale=2, size=(5, 2)), rng.normal(size=(2, 4))),
    ]


# How answers are looked at


def look_at_probabilities(answer, *given):
    """Call the answer with a model whose logits are known, and with examples; what is no look is handed on as it is."""
    import keras

    if len(given) != 1:
        return answer(*given)
    (look,) = given
    W, b = look.weights
    with workbench():
        model = keras.Sequential([keras.Input(W.shape[:1]), keras.layers.Dense(W.shape[1])])
        model.set_weights([W, b])
        result = answer(model, look.X.copy())
        after = to_array(model(to_tensor(look.X)))
    if result is not None and not agree(after, _logits_of(look), NEARLY, 1.0):
        raise Unfit(CHANGED_MODEL, "changed the model")
    # Tensors of every framework, and what predict() gives, become arrays.
    return to_array(result) if keras.ops.is_tensor(result) else result


def _logits_of(look):
    W, b = look.weights
    return look.X.astype(np.float64) @ W + b


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
    probes=logits_of_a_model,
    observe=look_at_probabilities,
    expects=lambda look: (
        f"{len(look.X)} row{'s' if len(look.X) > 1 else ''} of four probabilities, each with the sum 1,"
    ),
    rtol=1e-4,
    scale=lambda look: 1e-3,
    time_limit=PATIENCE,
    left_whole=("tensorflow",),
    hints=paragraphs("""
        A Keras model can be called like a function; what it returns for the examples X are logits here. What is
        missing?

        The function that turns logits into probabilities exists in `tf.nn`, in `keras.ops`, in `keras.activations`, and
        you have written it yourself in chapter 1.
    """),
    alternatives=(_by_tensorflow, _by_predict, _by_activation, _by_a_second_model, _by_numpy),
    bank=mistakes,
    remark="The model returns logits for the loss; a softmax behind it is for readers.",
)


# Mistakes


def _probabilities_by(function):
    """An answer that makes this of the logits."""
    return lambda model, X: function(to_array(model(X)))


def _probabilities_like(*functions):
    """A predicate: the results are those of one of these functions of the logits."""

    def recognise(seen):
        with np.errstate(all="ignore"):
            return any(all_like(seen, "probabilities", lambda look, f=f: f(_logits_of(look)), 0.1) for f in functions)

    return recognise


def _add_function(name, explanation, *functions, example=0):
    """Add a mistake whose samples make these of the logits; its example is the probe with this number."""
    look = logits_of_a_model(np.random.default_rng(7))[example]
    samples = map(_probabilities_by, functions)
    mistakes.add(name, explanation, *samples, example=look, recognise=_probabilities_like(*functions))


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
    softmax. Asked is what stands before it, one probability for each class, so that a reader can see how clear the
    decision was. The shape has to be (m, 4), one row for each example. Which step did you take too many?
    """,
    lambda Z: np.argmax(Z, axis=-1),
)

_add_function(
    "the largest probability alone",
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
    You apply softmax two times. For {input} that gives {output}: each row sums to 1, and all of them are pulled
    towards equal shares. The second softmax takes probabilities for logits; they lie between 0 and 1, so no class
    can be more than e times as probable as another. It happens when a softmax is written behind another that
    somebody added before. Which of the two can go?
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


@mistakes.mistake(recognise=unfit(CHANGED_MODEL))
def the_model_is_changed(model, X):
    """
    After the call the model that was handed to you returns other numbers than before. A softmax that is added to
    its layers, or put into its last one, stays there: the second call then applies it twice, and whoever goes on
    with the training has a double softmax. Whoever asks for probabilities wants to read, and not to rebuild. How
    can you treat what the model returns, and leave the model alone?
    """
    import keras

    model.add(keras.layers.Softmax())
    return model(X)


@the_model_is_changed.also
def by_changing_the_last_layer(model, X):
    import keras

    model.layers[-1].activation = keras.activations.softmax
    return model(X)


_add_function(
    "divided by the sum",
    """
    You divide each row of logits by its sum. For {input} that gives {output}. The rows sum to 1, and yet these are
    no probabilities: logits may be negative, so a quotient may be, too, and adding the same number to all logits
    would change the result, though it means nothing (chapter 1). Before the division each logit has to become
    positive. By which function?
    """,
    lambda Z: Z / Z.sum(axis=-1, keepdims=True),
)


def _naive(Z):
    with np.errstate(all="ignore"):
        powers = np.exp(np.asarray(Z, dtype=np.float32))
        return powers / powers.sum(axis=-1, keepdims=True)


def _overflows(seen):
    """Whether moderate logits come out right and far ones do not come out at all."""
    pairs = results_of(seen, "probabilities")
    right = [
        isinstance(r.value, np.ndarray) and agree(r.value, reference.softmax(_logits_of(k)), NEARLY, 1e-3)
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
