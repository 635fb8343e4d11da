"""Image files: which files are images, and how one is read."""

from pathlib import Path

import tensorflow as tf
from absl import logging

from goldnas_tf.data.resizing import resized
from goldnas_tf.errors import InputError

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif")
_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"GIF8")
_OF_THE_SYSTEM = ("thumbs.db", "desktop.ini")


def images_in(folder):
    """Lists the image files that lie directly in a folder, by name.

    Hidden files and those that file managers leave behind are skipped. Other files that
    are no images are skipped with a warning.

    Args:
        folder: `Path` of the folder.

    Returns:
        Ascending list of `Path`.
    """
    images, others = [], []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.lower() in _OF_THE_SYSTEM or path.is_dir():
            continue
        (images if path.suffix.lower() in SUFFIXES else others).append(path)
    if others:
        logging.warning("%s: skipped %d files that are no images", folder, len(others))
    return images


def decode_rgb(content):
    """Decodes the content of a PNG, JPEG, BMP or GIF file (its first frame).

    Grey images get three equal channels and an alpha channel is dropped.

    Args:
        content: string scalar, the bytes of the file.

    Returns:
        uint8 [h, w, 3], its height and width unknown to the graph.
    """
    # TensorFlow converts channels in every format but BMP.
    image = tf.cond(
        tf.strings.substr(content, 0, 2) == b"BM",
        lambda: _rgb(tf.io.decode_bmp(content)),
        lambda: tf.io.decode_image(content, channels=3, expand_animations=False),
    )
    return tf.ensure_shape(image, [None, None, 3])


def read_image(path, image_size):
    """Reads an image file: uint8 [h, w, 3], resized to a square if a size is given."""
    return resized(decode_rgb(tf.io.read_file(path)), image_size)


def require_readable(path, image_shape, image_size):
    """Raises `InputError` if a file cannot be read as an image of the expected shape.

    Args:
        path: the file.
        image_shape: the (h, w, 3) that every image must have, or None to accept any.
        image_size: side of the square that images are resized to, or None.

    Returns:
        (h, w, 3) of the image.
    """
    try:
        shape = tuple(read_image(str(path), image_size).shape)
    except (tf.errors.OpError, ValueError) as error:
        raise _unreadable(path) from error
    if image_shape is not None and shape != tuple(image_shape):
        raise InputError(
            f"image_size: expected a size, because images differ in theirs ({path} has "
            f"{shape[0]}x{shape[1]}, others {image_shape[0]}x{image_shape[1]}), got None; "
            "give one, such as 64"
        )
    return shape


def require_signature(path):
    """Raises `InputError` if a file does not begin as an image does; far faster than reading."""
    try:
        with Path(path).open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise _unreadable(path) from error
    if not start.startswith(_SIGNATURES):
        raise _unreadable(path)


def _unreadable(path):
    return InputError(
        f"{path}: expected a PNG, JPEG, BMP or GIF image, got a file that cannot be read as one; "
        "repair or remove it"
    )


def _rgb(image):
    """Makes 1, 3 or 4 channels, unknown to the graph, 3."""
    return tf.cond(
        tf.shape(image)[-1] == 1,
        lambda: tf.repeat(image, 3, axis=-1),
        lambda: image[..., :3],
    )
