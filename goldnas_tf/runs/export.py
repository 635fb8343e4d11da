"""A found network on disk: genotype, numbers, Keras file and SavedModel, each complete or absent.

The SavedModel needs TensorFlow alone, in any language. Its signature `serving_default` takes uint8
images of any batch size, as they come from a file, and normalises them inside the graph.
"""

import functools
import pathlib
from collections.abc import Callable, Mapping, Sequence

import keras
import tensorflow as tf

from goldnas_tf.errors import InputError
from goldnas_tf.files import atomic
from goldnas_tf.files.paths import local_path
from goldnas_tf.runtime.backend import require_tensorflow
from goldnas_tf.runtime.floatx import float32


class Serving(tf.Module):
    """What is served: probabilities and the most probable class of uint8 images."""

    def __init__(self, model: keras.Model, class_names: Sequence[str]):
        super().__init__()
        # not the model: of a variable of Keras TensorFlow saves a copy beside the one that the
        # function reads, and all loaders but Python's restore the copy
        self._logits = functools.partial(model, training=False)
        self._weights = [variable.value for variable in model.variables]
        self._class_names = tf.constant(list(class_names))
        images = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8, name="images")
        self.serve = tf.function(self._serve, input_signature=[images], autograph=False)

    def _serve(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        probabilities = tf.nn.softmax(self._logits(tf.cast(images, tf.float32)))
        classes = tf.gather(self._class_names, tf.argmax(probabilities, -1))
        return {"probabilities": probabilities, "classes": classes}


def load_point(
    path: str | pathlib.Path, include_top: bool = True, compiled: bool = False
) -> keras.Model:
    """The network of an exported point or of a training, with its weights.

    Args:
        path: its folder, as `pareto/e042` of a search or `network` of a training.
        include_top: with pooling and classifier. Without, the model gives the last feature map, to
            be used under another head, as in `keras.applications`. Default True.
        compiled: ready for `fit` and `evaluate`: SGD, cross-entropy from logits, accuracy.
            Default False.

    Returns:
        A model from images with values in 0..255 to logits, or to (batch, height, width, channels).

    Raises:
        InputError: there is no such network, or Keras runs on another backend than TensorFlow.
    """
    require_tensorflow()
    file = local_path(path) / "model.keras"
    if not file.is_file():
        raise InputError(
            f"path: expected the folder of a point, with a model.keras; received {path}"
        )
    model = keras.models.load_model(file, compile=False)
    if not include_top:
        model = keras.Model(model.input, model.get_layer("pool").input, name="features")
    # layers know their own; this is what else would follow from Keras's global policy
    model.dtype_policy = "float32"
    if compiled:
        with float32():
            model.compile(
                keras.optimizers.SGD(0.01, momentum=0.9),
                keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                metrics=[keras.metrics.SparseCategoricalAccuracy("accuracy")],
            )
    return model


def export(
    path: pathlib.Path,
    model: keras.Model,
    class_names: Sequence[str],
    metrics: Mapping,
    write: Callable[[pathlib.Path], None],
) -> None:
    """Writes a network's folder, whole or not at all.

    Args:
        path: the folder; one that stands there is replaced.
        model: from images with values in 0..255 to logits.
        class_names: of its outputs, in order.
        metrics: JSON values for `metrics.json`.
        write: writes what stands beside them, as the genotype, into the folder it is given.
    """
    with atomic.folder(path) as folder:
        atomic.write_json(folder / "metrics.json", dict(metrics))
        atomic.write_json(folder / "classes.json", list(class_names))
        write(folder)
        model.save(folder / "model.keras")
        serving = Serving(model, class_names)
        tf.saved_model.save(
            serving,
            str(folder / "saved_model" / "1"),
            signatures={"serving_default": serving.serve},
        )
