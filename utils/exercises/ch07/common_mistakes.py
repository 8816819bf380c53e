"""Mistakes that all three models of chapter 7 can have."""

from dataclasses import replace

import numpy as np

from utils import reference
from utils.exercises.ch07.looks import (
    ALIKE,
    LISTS_OF_LAYERS,
    NO_LOSS,
    NOT_A_FUNCTION,
    NOT_A_MODEL,
    NOT_COMPILED,
    OTHER_EXAMPLES,
    OTHER_START,
    SAME_MODEL,
    SAME_OPTIMIZER,
    SAME_START,
    TRAINED,
    Look,
    identity,
    one_point,
    shapes_of_weights,
    steps,
)
from utils.exercises.ch07.models import adam, build, compiled, network_with, with_layers
from utils.exercises.ch07.recognising import (
    BENDS,
    RELATIVES,
    acts_in_training_alone,
    adds_a_penalty,
    all_right,
    any_of,
    begins_as_adam,
    begins_otherwise,
    begins_weight_by_weight_as_adam,
    both,
    changes_its_rate,
    ends_too_late,
    frozen,
    gathers,
    goes_on_otherwise,
    has_a_normalising_layer,
    hidden_like,
    is_held,
    moves_without_a_gradient,
    other_sizes,
    outputs_like,
    says,
    stands_still,
    steps_like,
    unfit,
)
from utils.exercises.ch07.training import HIDDEN, RATE, relu


def _one_for_all(build_model):
    """A function that always returns the model of its first call."""
    kept = []

    def model():
        if not kept:
            kept.append(build_model())
        return kept[0]

    return model


def _one_optimizer(head, make_loss, units):
    """A function whose models all get the optimizer that was made for the first one."""
    kept = []

    def model():
        if not kept:
            kept.append(adam())
        return compiled(network_with(head, units), make_loss(), kept[0])

    return model


def _after_a_seed(build_model):
    """A function that sets the seed before it builds."""

    def model():
        import keras

        keras.utils.set_random_seed(0)
        return build_model()

    return model


def _seeded(head, make_loss, units):
    """A function whose initialiser has a seed."""

    def model():
        import keras

        return build(head, make_loss, units=units, kernel_initializer=keras.initializers.GlorotUniform(seed=1))()

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


def _with_a_list(head, make_loss, units):
    """A function that adds the hidden layers as one list."""

    def model():
        import keras

        *hidden, last = network_with(head, units).layers
        return compiled(keras.Sequential([keras.Input((2,)), hidden, last]), make_loss())

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


def _trained_and_compiled_again(build_model, make_loss):
    """A function that trains a model by steps of its own, and compiles it again before it returns."""

    def model():
        trained = build_model()
        for _ in range(3):
            trained.train_on_batch(np.ones((8, 2), dtype=np.float32), np.arange(8) % 2)
        return compiled(trained, make_loss())

    return model


def _frozen(head, make_loss, units, places):
    """A function whose model has layers that do not learn."""

    def model():
        network = network_with(head, units)
        for place in places:
            network.layers[place].trainable = False
        return compiled(network, make_loss())

    return model


def _optimizer(name, **options):
    """A function that makes an optimizer of Keras."""

    def make():
        import keras

        return getattr(keras.optimizers, name)(**options)

    return make


def _with_schedule(name, **options):
    """A function that makes an Adam whose rate follows a schedule from 0.001 on."""

    def make():
        import keras

        return adam(getattr(keras.optimizers.schedules, name)(RATE, **options))

    return make


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
    point = one_point(units)
    two_points = replace(point, words="the outputs for (1, 2) and (20, 30)", X=np.array([[1, 2], [20, 30]], np.float32))
    sizes = Look("sizes", "the weights of your model")
    good = both(*map(all_right, ("sizes", "twice", "outputs", "training", "loss")))
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
        from its beginning: a second training run goes on where the first training ended. A function gives
        every experiment a fresh start. Keep your lines, put them below the `def` line again, and let the last one
        return the model. What does the check need between its brackets then?
        """,
        recognise=unfit(NOT_A_FUNCTION),
    )
    mistakes.add(
        "a layer that does not learn",
        f"""
        All {total} weights are there, and some of them stay as they are: a layer, or the whole model, is marked with
        `trainable = False`. Such a layer keeps the numbers that it was started with, which are random here. People
        freeze layers that were trained before, on other data, so that a short training run does not spoil them. In a
        fresh network there is nothing to protect. Which of your layers is marked, and what is it waiting for?
        """,
        _frozen(head, make_loss, units, [0]),
        _frozen(head, make_loss, units, [1]),
        _frozen(head, make_loss, units, [0, 1, 2]),
        recognise=frozen(units),
    )
    mistakes.add(
        "a layer that normalises",
        """
        Besides the three layers that are asked for, your model has one that normalises: it moves and stretches what
        goes through it and keeps numbers of its own for that, one or two for each unit. Your weights that learn are
        {output}. Batch normalisation and layer normalisation help deep networks to train. This chapter compares two
        small networks whose only difference is the output, and any further layer would be a second difference. Which
        layer does the text not name?
        """,
        with_layers(head, make_loss, units, lambda layers: {1: layers.BatchNormalization()}),
        with_layers(head, make_loss, units, lambda layers: {2: layers.LayerNormalization()}),
        with_layers(head, make_loss, units, lambda layers: {1: layers.BatchNormalization(center=False, scale=False)}),
        with_layers(
            head,
            make_loss,
            units,
            lambda layers: {1: layers.LayerNormalization(), 2: layers.LayerNormalization()},
            hidden="tanh",
        ),
        example=(sizes,),
        describe=quoted,
        recognise=has_a_normalising_layer(units),
    )
    mistakes.add(
        "other sizes",
        f"""
        Your model has weights of the shapes {{output}}. The exercise asks for two features, hidden layers of
        {HIDDEN[0]} and {HIDDEN[1]} units, and {units} output unit{"s" if units > 1 else ""}, {total} numbers in all.
        Each layer has a matrix with one row for each of its inputs and one column for each of its units, and a vector
        with one bias for each unit. Which of your shapes does not belong to this chain, and which layer does it come
        from?
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
        recognise=says("twice", SAME_MODEL),
    )
    mistakes.add(
        "one optimizer for all models",
        f"""
        Two calls of `{name}` give two models with one and the same optimizer, which was made outside of the function.
        Adam keeps two running means for every weight, and it counts its steps: once the first model is trained, the
        optimizer is full of that model's numbers, and Keras refuses to train a second model with it. Each model needs
        an optimizer of its own. Which line has to move below the `def` line?
        """,
        _one_optimizer(head, make_loss, units),
        recognise=says("twice", SAME_OPTIMIZER),
    )
    mistakes.add(
        "the same start every time",
        f"""
        Two calls of `{name}` give two models that begin with the same numbers: a seed is set inside of the function, an
        initialiser has one, or an initialiser is made once for all calls and repeats itself. Weights should start at
        random, anew at each call, so that a second training run can show what of the first was chance. Who wants to
        repeat a run sets the seed in a line before the call, as the cells of this chapter do. Which line or which
        argument of yours repeats the start?
        """,
        _seeded(head, make_loss, units),
        _after_a_seed(right),
        recognise=says("twice", SAME_START),
    )
    mistakes.add(
        "units that all start alike",
        """
        In a hidden layer of your model all units begin with the same weights: zeros, ones, or another number for all.
        Units that begin alike get the same gradient, so they take the same steps and stay alike for ever; twenty-five
        of them do the work of one, and with zeros not even that. A random start tells them apart, and a `Dense` layer
        makes one when nothing else is said. Which argument of your layers decides how the weights begin?
        """,
        build(head, make_loss, units=units, kernel_initializer="zeros"),
        build(head, make_loss, units=units, kernel_initializer="ones"),
        recognise=says("twice", ALIKE),
    )
    mistakes.add(
        "another start",
        """
        The weights of your model start at random, and not as Keras draws them: other numbers, larger or smaller, come
        from an initialiser such as `he_normal` or `random_normal`, or the biases do not start at 0. For networks with
        many layers such a choice can decide whether they learn at all. What the text does not mention stays as Keras
        has it, so that the models of this chapter begin alike and differ in one thing only. Which argument of your
        layers chooses the start?
        """,
        build(head, make_loss, units=units, kernel_initializer="he_normal"),
        build(head, make_loss, units=units, kernel_initializer="he_uniform"),
        build(head, make_loss, units=units, kernel_initializer="random_normal"),
        build(head, make_loss, units=units, kernel_initializer="lecun_uniform"),
        build(head, make_loss, units=units, bias_initializer="ones"),
        recognise=says("twice", OTHER_START),
    )
    mistakes.add(
        "a list among the layers",
        """
        Keras refuses a list where it wants a layer: “Only instances of `keras.Layer` can be added”. Between the
        brackets of `keras.Sequential` stands one list of layers, and yours has a list as one of its entries, the hidden
        layers perhaps. A star in front of such a list puts its entries into the outer one, as `[*[1, 2], 3]` is
        `[1, 2, 3]` and `[[1, 2], 3]` is not. Which of your entries holds several layers?
        """,
        _with_a_list(head, make_loss, units),
        recognise=unfit(LISTS_OF_LAYERS),
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
        A hidden layer of yours, or both, bends its numbers with another function than ReLU, such as a sigmoid or a
        tanh. For the same weights, {input} are {output}. Such networks learn, too, but the text asks for ReLU, which
        lets positive numbers pass and turns negative ones into 0; sigmoid and tanh flatten out on both sides and pass
        on small gradients there. Where is the function of a hidden layer chosen?
        """,
        build(head, make_loss, units=units, hidden="sigmoid"),
        build(head, make_loss, units=units, hidden="tanh"),
        build(head, make_loss, units=units, hidden=("relu", "tanh")),
        build(head, make_loss, units=units, hidden="softsign"),
        build(head, make_loss, units=units, hidden=("relu", "softmax")),
        example=(point,),
        recognise=hidden_like(outputs, BENDS),
    )
    mistakes.add(
        "a relative of ReLU in the hidden layers",
        """
        A hidden layer of yours, or both, has a relative of ReLU in its place: leaky ReLU, ELU, GELU, SiLU, softplus, or
        one that stops at 6. For the same weights, {input} are {output}. The relatives let a little of a negative number
        through, round the corner off, or cut large numbers; ReLU turns what is negative into 0 and nothing else. Both
        ways train well. The text names ReLU so that all models of the chapter are one network. Which name do your
        hidden layers carry?
        """,
        build(head, make_loss, units=units, hidden="leaky_relu"),
        build(head, make_loss, units=units, hidden="relu6"),
        build(head, make_loss, units=units, hidden="elu"),
        build(head, make_loss, units=units, hidden="selu"),
        build(head, make_loss, units=units, hidden="gelu"),
        build(head, make_loss, units=units, hidden="silu"),
        build(head, make_loss, units=units, hidden="softplus"),
        build(head, make_loss, units=units, hidden=("relu", "relu6")),
        example=(two_points,),
        recognise=hidden_like(outputs, RELATIVES),
    )
    mistakes.add(
        "another function in the last layer",
        """
        Your last layer bends its sums with a function that belongs to hidden layers, such as a tanh or a softplus: for
        the same weights, {input} are {output}. What comes out has to fit the loss. A tanh stays between −1 and 1, so
        logits that should grow as a model becomes sure cannot; and numbers that are negative or do not share one total
        are no probabilities either. The text says what the last layer returns. Which activation, if any, does that ask
        for?
        """,
        build("tanh", make_loss, units=units),
        build("softplus", make_loss, units=units),
        build("elu", make_loss, units=units),
        example=(point,),
        recognise=any_of(*map(outputs_like, (*BENDS[1:3], *RELATIVES))),
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
        _trained_and_compiled_again(right, make_loss),
        recognise=both(any_of(unfit(TRAINED), ends_too_late), lambda seen: not says("twice", SAME_OPTIMIZER)(seen)),
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
        point of the blobs has two coordinates, so X has the shape (m, 2). What is in the brackets of your input layer?
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
        "a layer that acts only in training",
        """
        Asked for predictions, your model says the right thing, and while it trains its outputs are others. Dropout does
        that, and so does noise: a part of the numbers is changed at random, so that a large network learns by heart
        less readily. It can be a good idea, and it makes another network. This chapter compares networks, and a
        difference must have one cause only. Which of your layers does the text not name?
        """,
        with_layers(head, make_loss, units, lambda layers: {1: layers.Dropout(0.3)}),
        with_layers(head, make_loss, units, lambda layers: {2: layers.GaussianNoise(0.5)}),
        recognise=both(all_right("outputs"), acts_in_training_alone),
    )
    mistakes.add(
        "a penalty on the weights",
        """
        Your loss is the right one and something on top: a layer of your model has a regulariser, and Keras adds its
        penalty to every loss it computes. So the loss of perfect outputs is not 0, and it changes with the weights
        though the outputs stay. A penalty keeps weights small and can help against learning by heart; here it would
        hide what the chapter wants to measure, the loss. Which argument of which layer brings it in?
        """,
        build(head, make_loss, units=units, kernel_regularizer="l2"),
        build(head, make_loss, units=units, kernel_regularizer="l1"),
        build(head, make_loss, units=units, kernel_regularizer="l2", bias_regularizer="l1"),
        recognise=adds_a_penalty,
    )

    def first_length(value):
        moved = max(float(value["weights moved first"]), 1.0)
        return f"`{value['mean move / 0.001'][0] * RATE * total / moved:.2g}`"

    first_step = {"example": steps(np.random.default_rng(7), units), "describe": first_length}
    mistakes.add(
        "gradients gathered over several batches",
        """
        Outputs and loss are right, and the first batch moves no weight at all. Your optimizer is told to gather the
        gradients of several batches and to make one step for all of them: that is what `gradient_accumulation_steps`
        means. It makes up for batches that are too small for the memory of a machine. The 63 batches of this chapter's
        epoch would give fewer steps, and the training runs could not be compared. Which argument of the optimizer does
        the text not mention?
        """,
        build(head, make_loss, lambda: adam(gradient_accumulation_steps=4), units=units),
        build(head, make_loss, lambda: adam(gradient_accumulation_steps=32), units=units),
        recognise=both(good, steps_like(gathers)),
    )
    mistakes.add(
        "weights held in bounds",
        """
        Outputs and loss are right, and a single step throws many weights far away from where they stood, those without
        a gradient as well. A layer of your model has a constraint: after each step its weights are forced back into
        bounds, for example to a length of at most 1, or to numbers that are not negative. That is a rule of its own
        beside the gradient, and the text does not ask for one. Which argument of which layer sets it?
        """,
        build(head, make_loss, units=units, kernel_constraint="max_norm"),
        build(head, make_loss, units=units, kernel_constraint="non_neg"),
        recognise=both(good, steps_like(is_held, goes_on_otherwise)),
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
        recognise=both(good, steps_like(stands_still)),
    )
    mistakes.add(
        "weights that decay",
        """
        Outputs and loss are right, and the first step has the length of Adam's. But weights move that have no gradient:
        one feature of the first batch was 0 everywhere, so its weights should have stayed where they were. Your
        optimizer lets all weights shrink a little at each step, which is called weight decay; `AdamW` does it without
        being asked. The text wants the plain form, so that nothing but the gradient moves a weight. Which class or
        which argument brings the decay?
        """,
        build(head, make_loss, _optimizer("AdamW", learning_rate=RATE), units=units),
        build(head, make_loss, lambda: adam(weight_decay=0.01), units=units),
        recognise=both(good, steps_like(begins_as_adam, moves_without_a_gradient)),
    )
    mistakes.add(
        "a rate that changes",
        """
        Outputs and loss are right, and the first step is as long as asked. Later the steps are not: the learning rate
        of your optimizer follows a schedule, which makes it smaller, or larger, with the number of steps that were
        made. A schedule can be a good idea in a long training run. Here two models are compared, and the exercise asks
        for the rate 0.001 from the first step to the last one. What does your optimizer get instead of one number?
        """,
        build(head, make_loss, _with_schedule("ExponentialDecay", decay_steps=10, decay_rate=0.9), units=units),
        build(head, make_loss, _with_schedule("ExponentialDecay", decay_steps=10_000, decay_rate=0.96), units=units),
        build(head, make_loss, _with_schedule("CosineDecay", decay_steps=630), units=units),
        recognise=both(good, steps_like(begins_as_adam, changes_its_rate)),
    )
    mistakes.add(
        "another optimizer or another rate",
        """
        Outputs and loss are right, and the loss falls. The first step has another length than asked: on
        average a weight moves by {output}. Adam divides each gradient by its size, so at its first step each weight
        moves as far as the learning rate says, by 0.001, whatever the loss is. Another rate gives another length, and
        with many another optimizer each weight moves by a length of its own. Which optimizer and which number does your
        `compile` get?
        """,
        build(head, make_loss, lambda: adam(0.01), units=units),
        build(head, make_loss, lambda: "rmsprop", units=units),
        build(head, make_loss, lambda: "sgd", units=units),
        build(head, make_loss, lambda: adam(0.0001), units=units),
        build(head, make_loss, _optimizer("SGD", learning_rate=0.001), units=units),
        **first_step,
        recognise=both(good, steps_like(begins_otherwise)),
    )
    mistakes.add(
        "Adam in another form",
        """
        Outputs and loss are right, and the first step is as long as that of Adam with 0.001. What follows differs: the
        next steps, once the gradients change from batch to batch, or the weights at the end of the training. So your
        optimizer is a relative, such as Adamax or Lion, or an Adam with settings of its own: other values of `beta_1`
        and `beta_2`, which say how long old gradients are remembered, gradients that are clipped, or averages of the
        weights at the end (`use_ema`). The exercise asks for `Adam` with a learning rate and nothing else. What else
        does yours get?
        """,
        build(head, make_loss, _optimizer("Adamax", learning_rate=RATE), units=units),
        build(head, make_loss, _optimizer("Lion", learning_rate=RATE), units=units),
        build(head, make_loss, lambda: adam(beta_1=0.0), units=units),
        build(head, make_loss, lambda: adam(beta_2=0.5), units=units),
        build(head, make_loss, lambda: adam(beta_2=0.99), units=units),
        build(head, make_loss, lambda: adam(clipnorm=1.0), units=units),
        build(head, make_loss, lambda: adam(global_clipnorm=1.0), units=units),
        build(head, make_loss, lambda: adam(clipvalue=0.5), units=units),
        build(head, make_loss, lambda: adam(use_ema=True), units=units),
        recognise=both(good, steps_like(begins_weight_by_weight_as_adam, goes_on_otherwise)),
    )
