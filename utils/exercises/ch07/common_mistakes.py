"""Mistakes that all three models of chapter 7 can have."""

import numpy as np

from utils import reference
from utils.exercises.ch07.looks import (
    HIDDEN,
    NO_LOSS,
    NOT_A_FUNCTION,
    NOT_A_MODEL,
    NOT_COMPILED,
    OTHER_EXAMPLES,
    TRAINED,
    Look,
    identity,
    known_weights,
    relu,
    shapes_of_weights,
)
from utils.exercises.ch07.models import adam, build, compiled, network_with
from utils.exercises.ch07.recognising import (
    acts_in_training_alone,
    any_of,
    both,
    moves_otherwise,
    other_sizes,
    outputs_like,
    says,
    unfit,
)


def _one_for_all(build_model):
    """A function that always returns the model of its first call."""
    kept = []

    def model():
        if not kept:
            kept.append(build_model())
        return kept[0]

    return model


def _uncompiled(head, units=4):
    return lambda: network_with(head, units)


def _without_loss(head, units):
    """A function that compiles with an optimizer alone."""

    def model():
        network = network_with(head, units)
        network.compile(optimizer=adam())
        return network

    return model


def _with_input(shape, head, make_loss, units):
    """A function whose model takes examples of another shape."""

    def model():
        import keras

        layers = [layer.__class__.from_config(layer.get_config()) for layer in network_with(head, units).layers]
        return compiled(keras.Sequential([keras.Input(shape), *layers]), make_loss())

    return model


def _with_dropout(head, make_loss, units):
    """A function that puts a dropout behind the first layer."""

    def model():
        import keras

        first, *others = network_with(head, units).layers
        return compiled(keras.Sequential([first, keras.layers.Dropout(0.3), *others]), make_loss())

    return model


def _history(build_model):
    """A function that returns what fit() returned."""

    def model():
        X = np.zeros((4, 2), dtype=np.float32)
        return build_model().fit(X, np.array([0, 1, 0, 1]), epochs=1, verbose=0)

    return model


def _trained(build_model, epochs):
    """A function that trains before it returns."""

    def model():
        X = np.zeros((64, 2), dtype=np.float32)
        trained = build_model()
        trained.fit(X, np.arange(64) % 2, epochs=epochs, verbose=0)
        return trained

    return model


def quoted(words):
    return f"`{words}`"


def add_common_mistakes(mistakes, head, make_loss, right, units, name):
    """Add what can go wrong with any of the models: sizes, hidden activations, compiling, what is returned.

    Args:
        mistakes: the bank of the exercise.
        head: the right output activation.
        make_loss: makes the right loss.
        right: the reference.
        units: of the output layer.
        name: of the exercise's function.
    """
    outputs = {"linear": identity, "softmax": reference.softmax}[head]
    weights = known_weights(np.random.default_rng(7), units)
    point = Look("outputs", "the outputs for the point (1, 2)", np.array([[1.0, 2.0]], np.float32), weights=weights)
    sizes = Look("sizes", "the weights of your model")
    X = np.array([[1.0, 2.0], [-2.0, 1.0], [0.5, -1.0]], np.float32)
    step = Look("step", "one step of training", X, y=np.array([0, 1, 1]), weights=weights)
    total = sum(int(np.prod(shape)) for shape in shapes_of_weights(units))
    mistakes.add(
        "not a model",
        f"""
        `{name}` returns {{output}} and no Keras model. Two things are often returned by mistake: the history that `fit`
        hands back, and what `compile` hands back, which is nothing. Building, compiling and training are three steps on
        one and the same object. Here you build and compile; the training is done by a later cell. Under which name does
        the model stand in your function, and is it this name that is returned?
        """,
        _history(right),
        lambda: "model",
        example=(sizes,),
        recognise=unfit(NOT_A_MODEL),
    )
    mistakes.add(
        "a model in place of a function",
        f"""
        The name `{name}` stands for a model and not for a function that builds one. A model can be trained only once
        from its beginning: whoever trains it a second time goes on where the first training ended. A function gives
        every experiment a fresh start. Keep your lines, put them below the `def` line again, and let the last one
        return the model. What does the check need between its brackets then?
        """,
        recognise=unfit(NOT_A_FUNCTION),
    )
    mistakes.add(
        "other sizes",
        f"""
        Your model has weights of the shapes {{output}}. Asked are two features, hidden layers of {HIDDEN[0]} and
        {HIDDEN[1]} units, and {units} output unit{"s" if units > 1 else ""}, {total} numbers in all. Each layer has a
        matrix with one row for each of its inputs and one column for each of its units, and a vector with one bias for
        each unit. Which of your shapes does not belong to this chain, and which layer does it come from?
        """,
        build(head, make_loss, units=units, sizes=(25,)),
        build(head, make_loss, units=units, sizes=(15, 25)),
        build(head, make_loss, units=10),
        build(head, make_loss, units=units + 2),
        example=(sizes,),
        describe=quoted,
        recognise=other_sizes,
    )
    mistakes.add(
        "one model for all calls",
        f"""
        Two calls of `{name}` give one and the same model, or two models that share their weights. So the second
        training starts where the first one ended, and a comparison of two settings compares nothing. It happens when
        the model is made in a cell of its own and the function only hands it out, or when layers are made outside of
        the function. Which lines have to move below the `def` line?
        """,
        _one_for_all(right),
        recognise=says("twice", "the same model"),
    )
    mistakes.add(
        "no activation in the hidden layers",
        """
        Your hidden layers are linear. For the same weights, {input} are {output}, which is what you get without an
        activation between the matrices. Two linear layers in a row are one linear layer, so your network draws straight
        borders only, however many units it has; it is a softmax regression with detours. A `Dense` layer is linear
        unless it is told otherwise. What is it told?
        """,
        build(head, make_loss, units=units, hidden=None),
        example=(point,),
        recognise=outputs_like(outputs, identity),
    )
    mistakes.add(
        "another activation in the hidden layers",
        """
        Your hidden layers bend the numbers with another function than ReLU, a sigmoid or a tanh. For the same weights,
        {input} are {output}. Such networks learn, too, but the text asks for ReLU, which lets positive numbers pass and
        turns negative ones into 0; sigmoid and tanh flatten out on both sides and pass on small gradients there. Where
        is the function of a hidden layer chosen?
        """,
        build(head, make_loss, units=units, hidden="sigmoid"),
        build(head, make_loss, units=units, hidden="tanh"),
        example=(point,),
        recognise=any_of(outputs_like(outputs, reference.sigmoid), outputs_like(outputs, np.tanh)),
    )
    mistakes.add(
        "trained inside",
        f"""
        `{name}` does more than build. Either its model has made steps of training before it is returned, or nothing
        comes back within the time of a check, because it trains for long or never ends. Building takes a few hundredths
        of a second, since the weights only get their random start. The training belongs in a cell of its own, where you
        can repeat it, watch it, and start it again from a fresh model. Which line is too much?
        """,
        _trained(right, 1),
        _trained(right, 10**6),
        recognise=unfit(TRAINED, "TimeLimitExceeded"),
    )
    mistakes.add(
        "not compiled",
        f"""
        `{name}` returns a network without a loss and without an optimizer. It can compute outputs, and it cannot be
        trained: `fit` would stop with the request to compile it first. In Keras the loss belongs to the model, and the
        flag of this chapter is an argument of the loss, so here is the place where output and loss are made to fit.
        Which method of a model takes the loss and the optimizer?
        """,
        _uncompiled(head, units),
        recognise=unfit(NOT_COMPILED),
    )
    mistakes.add(
        "compiled without a loss",
        f"""
        `{name}` compiles its model with an optimizer and without a loss, or with a loss that hides in a training step
        of its own. So nobody can ask the model how far an output is from the truth, and `fit` has nothing to make
        smaller. The loss is where this chapter's flag lives, and it is handed over in the same call as the optimizer.
        Which argument of `compile` is missing?
        """,
        _without_loss(head, units),
        recognise=unfit(NO_LOSS),
    )
    mistakes.add(
        "examples of another shape",
        f"""
        The model of `{name}` refuses an example with two features. The shape that an input layer is given is the shape
        of *one* example: the number of examples does not belong to it, since Keras puts the batch in front by itself. A
        point of the blobs has two coordinates, so X has the shape (m, 2). What stands in the brackets of your input
        layer?
        """,
        _with_input((2000, 2), head, make_loss, units),
        _with_input((1,), head, make_loss, units),
        recognise=unfit(OTHER_EXAMPLES),
    )
    mistakes.add(
        "one hidden layer without ReLU",
        """
        One of your two hidden layers is linear: for the same weights, {input} are {output}. So two of the three
        matrices melt into a single one, and the network has one bend where it should have two. It trains all the same,
        which is why this can stay unseen. A `Dense` layer is linear unless it is told otherwise. Go through the layers
        one by one: what happens to a negative sum after the 25 units, and after the 15?
        """,
        build(head, make_loss, units=units, hidden=("relu", None)),
        build(head, make_loss, units=units, hidden=(None, "relu")),
        example=(point,),
        recognise=any_of(outputs_like(outputs, relu, identity), outputs_like(outputs, identity, relu)),
    )
    mistakes.add(
        "a layer that acts in training alone",
        """
        Asked for predictions, your model says the right thing, and while it trains its outputs are others. Dropout does
        that, and so does noise: a part of the numbers is changed at random, so that a large network learns by heart
        less readily. It can be a good idea, and it makes another network. This chapter compares networks, and a
        difference must have one cause only. Which of your layers does the text not name?
        """,
        _with_dropout(head, make_loss, units),
        recognise=both(outputs_like(outputs), acts_in_training_alone),
    )
    mistakes.add(
        "another optimizer or another rate",
        """
        Outputs and loss are right, and the loss falls. The first step has another length than asked: {output}, for the
        weight that moves farthest. Adam divides each gradient by its size, so its first step is as long as the learning
        rate, 0.001, whatever the loss is. Another rate gives another length, and so does another optimizer, whose rate
        means something else. Which optimizer and which number does your `compile` get?
        """,
        build(head, make_loss, lambda: "sgd", units=units),
        build(head, make_loss, lambda: "rmsprop", units=units),
        build(head, make_loss, lambda: adam(0.01), units=units),
        build(head, make_loss, lambda: adam(0.0001), units=units),
        example=(step,),
        describe=quoted,
        recognise=both(moves_otherwise, outputs_like(outputs)),
    )
    mistakes.add(
        "no learning",
        """
        Outputs and loss are right, and after one step of training the loss is not smaller than before. The gradient
        points downhill, so it is the length of the step that does not fit: a learning rate of 0 stands still, one that
        is far too large jumps across the valley and lands higher than it started. The text names an optimizer and a
        rate. Which number did you give it?
        """,
        lambda: compiled(right(), make_loss(), adam(0.0)),
        lambda: compiled(right(), make_loss(), adam(1e4)),
        recognise=both(
            says("step", "the loss does not fall"),
            lambda seen: not any(result.problem for result in seen.results),
            outputs_like(outputs),
        ),
    )
