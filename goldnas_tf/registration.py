"""Keras finds our layers in files of networks, in every process that imports this package.

A file names the layers it is made of, and Keras knows of those alone whose modules were imported.
They are imported as soon as Keras is, so that the package by itself costs no TensorFlow.
"""

import contextlib
import importlib
import types

import wrapt

_MODULES = ("cell", "norm", "pixels", "width")
"""Those of `networks/` whose layers stand in files."""


def register_with_keras() -> None:
    """Has Keras know our layers from when it is imported, which may have been before."""
    wrapt.register_post_import_hook(_register, "keras")


def _register(keras: types.ModuleType) -> None:
    # an import of Keras must not fail for our sake: who needs a layer imports it, and is told why
    with contextlib.suppress(Exception):
        if keras.backend.backend() == "tensorflow":
            for name in _MODULES:
                importlib.import_module(f"goldnas_tf.networks.{name}")
