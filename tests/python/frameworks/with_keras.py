"""A training function for the callback of Keras; other processes import it. It learns y = 3 x."""

import os

import numpy

os.environ["KERAS_BACKEND"] = "torch"

import keras  # noqa: E402

import luthier  # noqa: E402
import luthier.callbacks  # noqa: E402

EPOCHS = 6


def train(config):
    x = numpy.linspace(-1, 1, 64, dtype="float32").reshape(-1, 1)
    callback = luthier.callbacks.keras()
    if callback.restored:
        model = keras.saving.load_model(callback.restored)
    else:
        model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(config["lr"]), loss="mse")
    history = model.fit(x, 3 * x, epochs=EPOCHS, initial_epoch=luthier.iteration(), verbose=0,
                        validation_data=(x, 3 * x), callbacks=[callback])
    print("epochs", history.epoch[-1] + 1, "resumed", callback.restored is not None)
