"""What TensorFlow Serving runs: a SavedModel for tensors and for image files, with class names."""

import pathlib
from collections.abc import Sequence

import keras
import tensorflow as tf

from goldnas_tf.data.decoding import decode
from goldnas_tf.data.resizing import resized_to
from goldnas_tf.runs.export import Serving

CLASSES_FILE = "classes.txt"
TENSORS = "serving_default"
FILES = "encoded"
"""The two signatures: uint8 images of the network's shape, and the bytes of image files."""


class Served(Serving):
    """Probabilities and classes of images, given as tensors or as files, and an asset with names.

    Args:
        model: from images with values in 0..255 to logits.
        class_names: of its outputs, in order.
        classes_file: file with the same names, one on each line.
        white_level: value that is white in image files of 16 bits, as in those it was trained on;
            None is 65535.
    """

    def __init__(
        self,
        model: keras.Model,
        class_names: Sequence[str],
        classes_file: pathlib.Path,
        white_level: int | None = None,
    ):
        super().__init__(model, class_names)
        self._image_shape = model.input_shape[1:]
        self._white_level = white_level
        self.classes_file = tf.saved_model.Asset(str(classes_file))
        if reads_files(self._image_shape):
            files = tf.TensorSpec((None,), tf.string, name="bytes")
            self.serve_files = tf.function(
                self._serve_files, input_signature=[files], autograph=False
            )

    def _serve_files(self, files: tf.Tensor) -> dict[str, tf.Tensor]:
        image = tf.TensorSpec(self._image_shape, tf.uint8)
        # through the other function, whose constants are then there once
        return self.serve(tf.map_fn(self._read, files, fn_output_signature=image))

    def _read(self, content: tf.Tensor) -> tf.Tensor:
        """One file as an image of the network's shape, read and resized as training images were."""
        height, width, channels = self._image_shape
        image = decode(content, channels, self._white_level)
        return tf.ensure_shape(resized_to(image, height, width), self._image_shape)


def reads_files(image_shape: Sequence[int]) -> bool:
    """Whether image files have as many channels as the network's images."""
    return image_shape[-1] in (1, 3)


def write_classes(path: pathlib.Path, class_names: Sequence[str]) -> None:
    """Writes class names to a file, one on each line, in the order of the network's outputs."""
    path.write_text("".join(" ".join(name.splitlines()) + "\n" for name in class_names))


def save(
    folder: pathlib.Path,
    model: keras.Model,
    class_names: Sequence[str],
    white_level: int | None = None,
) -> None:
    """Writes the SavedModel, with `assets/classes.txt`.

    Args:
        folder: an empty one.
        model: from images with values in 0..255 to logits.
        class_names: of its outputs, in order.
        white_level: see `Served`.
    """
    source = folder / CLASSES_FILE
    write_classes(source, class_names)
    served = Served(model, class_names, source, white_level)
    signatures = {TENSORS: served.serve}
    if reads_files(model.input_shape[1:]):
        signatures[FILES] = served.serve_files
    tf.saved_model.save(served, str(folder), signatures=signatures)
    source.unlink()  # saving has put a copy into assets/
