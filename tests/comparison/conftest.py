"""A classifier of a user's own, for all tests of comparisons."""

import keras
import numpy as np
import pytest


@pytest.fixture(scope="session")
def mine(tmp_path_factory):
    """A user's classifier of bytes, with probabilities and batch norms of Keras."""
    layers = keras.layers
    normalise = layers.Normalization()
    normalise.adapt(np.array([[[[10.0]]], [[[200.0]]]]))
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1), dtype="uint8"),
            normalise,
            keras.Sequential([layers.Conv2D(3, 3), layers.BatchNormalization(), layers.ReLU()]),
            keras.Sequential([layers.Conv2D(4, 3), layers.BatchNormalization(), layers.ReLU()]),
            layers.Dropout(0.1),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    path = tmp_path_factory.mktemp("mine") / "mine.keras"
    model.save(path)
    return path
