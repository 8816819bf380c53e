"""Models of chapter 7, right and wrong, as functions that build them. Keras is imported inside the functions."""

from utils.exercises.ch07.training import HIDDEN, RATE


def hidden_layers():
    """An input of two features and the two hidden layers that all models of the chapter have, new at each call."""
    import keras
    from keras import layers

    return [keras.Input((2,)), *(layers.Dense(units, activation="relu") for units in HIDDEN)]


def network_with(head, units=4, hidden="relu", sizes=HIDDEN, **options):
    """The layers of the chapter, with an output activation, and with further options for the hidden ones."""
    import keras
    from keras import layers

    activations = hidden if isinstance(hidden, tuple) else (hidden,) * len(sizes)
    middle = [layers.Dense(*pair, **options) for pair in zip(sizes, activations, strict=True)]
    return keras.Sequential([keras.Input((2,)), *middle, layers.Dense(units, head)])


def sparse_loss(**options):
    import keras

    return keras.losses.SparseCategoricalCrossentropy(**options)


def adam(rate=RATE, **options):
    import keras

    return keras.optimizers.Adam(learning_rate=rate, **options)


def compiled(model, loss, optimizer=None):
    model.compile(loss=loss, optimizer=adam() if optimizer is None else optimizer, metrics=["accuracy"])
    return model


def build(head, make_loss, make_optimizer=adam, **options):
    """A function without arguments that builds and compiles a network."""

    def model():
        return compiled(network_with(head, **options), make_loss(), make_optimizer())

    return model


def with_layers(head, make_loss, units, make_layers, **options):
    """A function whose model has further layers.

    Args:
        head: the output activation.
        make_loss: makes the loss.
        units: of the output layer.
        make_layers: a function from ``keras.layers`` to layers by their place: 1 stands behind the first layer.
        options: see :func:`network_with`.
    """

    def model():
        import keras

        layers = list(network_with(head, units, **options).layers)
        for place, layer in sorted(make_layers(keras.layers).items(), reverse=True):
            layers.insert(place, layer)
        return compiled(keras.Sequential([keras.Input((2,)), *layers]), make_loss())

    return model


def functional(head, make_loss, units=4):
    """The same, in the functional form of Keras, with separate activations."""

    def model():
        import keras
        from keras import layers

        x = inputs = keras.Input(shape=(2,))
        for size in HIDDEN:
            x = layers.ReLU()(layers.Dense(size)(x))
        x = layers.Dense(units)(x)
        outputs = layers.Activation(head)(x) if head else x
        return compiled(keras.Model(inputs, outputs), make_loss())

    return model


def subclassed(head, make_loss, units=4):
    """The same as a class, its layers made in another order and its weights made at the first call."""

    def model():
        import keras
        from keras import layers, ops

        class Network(keras.Model):
            def __init__(self):
                super().__init__()
                self.last = layers.Dense(units)
                self.second, self.first = layers.Dense(HIDDEN[1]), layers.Dense(HIDDEN[0])

            def call(self, x):
                x = self.last(ops.relu(self.second(ops.relu(self.first(x)))))
                return getattr(ops, head)(x) if head else x

        return compiled(Network(), make_loss())

    return model


def without_input(head, make_loss, units=4):
    """The same without an input layer, and with an optimizer by its name; its weights are made at the first call."""

    def model():
        import keras

        network = keras.models.Sequential()
        for size in HIDDEN:
            network.add(keras.layers.Dense(units=size, activation=keras.activations.relu))
        network.add(keras.layers.Dense(units, activation=head))
        network.compile("adam", make_loss())
        return network

    return model


def with_a_step_of_its_own(head, make_loss, units=4):
    """The same as a class that writes its training step itself, as the guides of Keras for TensorFlow do."""

    def model():
        import keras
        import tensorflow as tf

        class Network(keras.Sequential):
            def train_step(self, data):
                X, y = data
                with tf.GradientTape() as tape:
                    loss = self.compute_loss(y=y, y_pred=self(X, training=True))
                gradients = tape.gradient(loss, self.trainable_variables)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
                return {"loss": loss}

        return compiled(Network(network_with(head, units).layers), make_loss())

    return model


def with_a_loss_by_hand(head, units=4):
    """A right model whose loss is a lambda."""

    def losses():
        from keras import losses

        if units == 1:
            return lambda y, z: losses.binary_crossentropy(y, z, from_logits=True)
        flag = head == "linear"
        return lambda y, outputs: losses.sparse_categorical_crossentropy(y, outputs, from_logits=flag)

    return build(head, losses, units=units)
