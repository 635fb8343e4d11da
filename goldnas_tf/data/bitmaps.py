"""BMP files inside a graph: TensorFlow's own decoder takes palettes for grey, and old headers not.

Reference: Microsoft's BITMAPINFOHEADER and BITMAPCOREHEADER.
"""

import tensorflow as tf

from goldnas_tf.data import formats

NOT_READ = "expected an uncompressed BMP of 1, 4, 8, 24 or 32 bits; convert the image to PNG"
_PALETTE_BITS = 8  # pixels of at most so many bits are numbers of colours


def decode_bmp(content: tf.Tensor) -> tf.Tensor:
    """Decodes a BMP file; the error of one that is not read says what it should have been.

    Args:
        content: string scalar, the bytes of the file.

    Returns:
        uint8 [h, w, 3].
    """
    # so that 256 colours can be read from a palette that has fewer
    padded = tf.strings.join([content, b"\0" * 1078])
    raw = tf.io.decode_raw(padded, tf.uint8)

    def number(at: int, size: int) -> tf.Tensor:
        read = tf.cast(raw[at : at + size], tf.int32)
        return tf.reduce_sum(read * 256 ** tf.range(size))

    offset, header = number(10, 4), number(14, 4)
    old = tf.equal(header, formats.BMP_OLD_HEADER)
    width = tf.where(old, number(18, 2), number(18, 4))
    height = tf.where(old, number(20, 2), number(22, 4))
    bits = tf.where(old, number(24, 2), number(28, 2))
    compression = tf.where(old, formats.BMP_UNCOMPRESSED, number(30, 4))
    plain = tf.equal(compression, formats.BMP_UNCOMPRESSED)
    masks = tf.equal(compression, formats.BMP_MASKS) & (bits == 32)
    usual = tf.equal(tf.strings.substr(padded, formats.BMP_MASKS_AT, 12), formats.BMP_BGR)
    known = tf.reduce_any(tf.equal(bits, formats.BMP_BITS)) & (plain | (masks & usual))
    check = tf.debugging.Assert(known & (width > 0), [NOT_READ, bits, compression])

    with tf.control_dependencies([check]):
        rows = tf.abs(height)
    stride = (width * bits + 31) // 32 * 4
    pixels = tf.reshape(raw[offset : offset + rows * stride], [rows, stride])

    def of_palette() -> tf.Tensor:
        start = 14 + header
        size = tf.where(old, 3, 4)
        colours = tf.reshape(raw[start : start + 256 * size], [256, size])[:, 2::-1]
        shifts = tf.range(8 - bits, -1, -bits)
        spread = tf.bitwise.right_shift(tf.cast(pixels, tf.int32)[..., None], shifts)
        numbers = tf.bitwise.bitwise_and(spread, tf.bitwise.left_shift(1, bits) - 1)
        return tf.gather(colours, tf.reshape(numbers, [rows, -1])[:, :width])

    def of_bytes() -> tf.Tensor:
        size = bits // 8
        return tf.reshape(pixels[:, : width * size], [rows, width, size])[..., 2::-1]

    image = tf.cond(bits <= _PALETTE_BITS, of_palette, of_bytes)
    # rows begin at the bottom, unless the height is negative
    return tf.cond(height > 0, lambda: image[::-1], lambda: image)
