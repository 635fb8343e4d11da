"""The bytes of an image file → pixels, in a graph: one function for training and for serving."""

import functools
from collections.abc import Callable, Mapping

import tensorflow as tf

from goldnas_tf.data import exif, formats
from goldnas_tf.data.bitmaps import decode_bmp

FULL_RANGE = 65535
"""The largest value that a file of 16 bits can hold."""

_GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601
_Branch = Callable[[], tf.Tensor]
_STARTS = {"JPEG": b"\xff\xd8", "PNG": b"\x89P", "GIF": b"GI", "WebP": b"RI", "BMP": b"BM"}


def decode(content: tf.Tensor, channels: int = 3, white_level: int | None = None) -> tf.Tensor:
    """Decodes a PNG, JPEG, GIF, BMP or WebP file (its first frame), and turns it upright.

    An alpha channel is dropped; grey becomes colour, or colour grey, as `channels` asks for.

    Args:
        content: string scalar, the bytes of the file.
        channels: 1 or 3.
        white_level: the value in files of 16 bits that becomes 255, as do those above it; those
            below are scaled in proportion. None is 65535.

    Returns:
        uint8 [h, w, channels], its height and width unknown to the graph.
    """
    return _decoder(channels, white_level)(content)


@functools.cache
def _decoder(channels: int, white_level: int | None) -> Callable[[tf.Tensor], tf.Tensor]:
    """Makes the function of `decode`, once for all files: building its graph takes long."""
    signature = [tf.TensorSpec([], tf.string)]
    decoded = functools.partial(_decoded, channels=channels, white_level=white_level)
    return tf.function(decoded, input_signature=signature, autograph=False)


def _decoded(content: tf.Tensor, channels: int, white_level: int | None) -> tf.Tensor:
    def native() -> tf.Tensor:
        return tf.io.decode_image(content, channels=3, expand_animations=False)

    def png() -> tf.Tensor:
        return tf.cond(is_deep(content), lambda: _scaled(content, white_level), native)

    decoders = {"JPEG": native, "PNG": png, "GIF": native, "WebP": native}
    image = _by_kind(content, {**decoders, "BMP": lambda: decode_bmp(content)}, _refused(native))
    image = exif.upright(tf.ensure_shape(image, [None, None, 3]), orientation(content))
    image = tf.ensure_shape(image, [None, None, 3])
    return image if channels == 3 else _grey(image)


@tf.function(input_signature=[tf.TensorSpec([], tf.string)], autograph=False)
def orientation(content: tf.Tensor) -> tf.Tensor:
    """How the image in a file has to be turned: int32 scalar, as in `exif`."""
    finders = {
        "JPEG": exif.block_of_jpeg,
        "PNG": exif.block_of_png,
        "WebP": exif.block_of_webp,
    }
    find = {kind: functools.partial(finder, content) for kind, finder in finders.items()}
    return exif.of_block(_by_kind(content, find, lambda: b""))


def is_deep(content: tf.Tensor) -> tf.Tensor:
    """Whether a file is a PNG of 16 bits: bool scalar."""
    # as long as any that is whole
    head = tf.strings.join([tf.strings.substr(content, 0, 26), b"\0" * 26])
    is_png = tf.strings.substr(head, 0, 2) == _STARTS["PNG"]
    return is_png & (tf.strings.substr(head, 24, 1) == b"\x10")


def deep_values(content: tf.Tensor) -> tf.Tensor:
    """The values of a PNG of 16 bits, without alpha: uint16 [h, w, 3]."""
    return tf.io.decode_png(content, 3, tf.uint16)


def _by_kind(content: tf.Tensor, functions: Mapping[str, _Branch], default: _Branch) -> tf.Tensor:
    """What the function for the kind of a file returns."""
    start = tf.strings.substr(content, 0, 2)
    is_kind = tf.equal(start, [_STARTS[kind] for kind in functions])
    kind = tf.where(tf.reduce_any(is_kind), tf.argmax(is_kind, output_type=tf.int32), -1)
    return tf.switch_case(kind, list(functions.values()), default)


def _refused(native: _Branch) -> _Branch:
    """Ends in an error that says what files there may be."""

    def refuse() -> tf.Tensor:
        expected = f"expected a {formats.ALL_READ} file; received another one"
        with tf.control_dependencies([tf.debugging.Assert(False, [expected])]):
            return native()

    return refuse


def _scaled(content: tf.Tensor, white_level: int | None) -> tf.Tensor:
    values = tf.cast(deep_values(content), tf.float32) * (255 / (white_level or FULL_RANGE))
    return tf.saturate_cast(tf.round(values), tf.uint8)


def _grey(image: tf.Tensor) -> tf.Tensor:
    weighed = tf.reduce_sum(tf.cast(image, tf.float32) * _GREY, axis=-1, keepdims=True)
    return tf.saturate_cast(tf.round(weighed), tf.uint8)
