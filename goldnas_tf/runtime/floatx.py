"""Keras's global type as float32 for a moment, where Keras takes it and can be told no other."""

import contextlib
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def float32() -> Iterator[None]:
    """Inside, what is made or traced of Keras has float32 for `keras.config.floatx`."""
    before = keras.config.floatx()
    keras.config.set_floatx("float32")
    try:
        yield
    finally:
        keras.config.set_floatx(before)
