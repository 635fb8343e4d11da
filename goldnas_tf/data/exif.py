"""How a photograph has to be turned: cameras store it as the sensor lay, and note how it was held.

The note is tag 0x0112 of the Exif block, which JPEG, PNG and WebP files can hold. Everything here
works inside a graph, so that an exported network turns what it is sent as training images were.
Orientations are int32 scalars, 1..8 as Exif numbers them; 1 is upright as it is.
Reference: Exif 2.32 (CIPA DC-008), section 4.6.4; TIFF 6.0, section 2.
"""

import tensorflow as tf

_ORIENTATION = 0x0112
_LONG = 4  # the type of a value of four bytes
_MOST_BYTES = 65536  # of an Exif block
_NAME = b"Exif\0\0"
_START_OF_SCAN = 0xDA
_APP1 = 0xE1


def upright(image: tf.Tensor, orientation: tf.Tensor) -> tf.Tensor:
    """Turns and mirrors an image.

    Args:
        image: [h, w, c].
        orientation: of the file that it comes from.

    Returns:
        [h, w, c], or [w, h, c] where it lay on a side.
    """

    def among(*numbers: int) -> tf.Tensor:
        return tf.reduce_any(tf.equal(orientation, numbers))

    def transposed() -> tf.Tensor:
        # not by tf.transpose, which complains of bytes to the terminal
        height, width, channels = tf.unstack(tf.shape(image))
        places = tf.range(height) * width + tf.range(width)[:, tf.newaxis]
        return tf.gather(tf.reshape(image, [-1, channels]), places)

    def turned() -> tf.Tensor:
        stood = tf.cond(orientation >= 5, transposed, lambda: image)
        mirrored = tf.cond(among(2, 3, 6, 7), lambda: stood[:, ::-1], lambda: stood)
        return tf.cond(among(3, 4, 7, 8), lambda: mirrored[::-1], lambda: mirrored)

    return tf.cond(orientation > 1, turned, lambda: image)


def block_of_jpeg(content: tf.Tensor) -> tf.Tensor:
    """The Exif block of a JPEG file: string scalar, empty where there is none."""
    # looking for a name is quick, and few files have it; only then are segments walked through
    parts = tf.strings.split(content, sep=_NAME)
    return tf.cond(tf.size(parts) > 1, lambda: _found_in_jpeg(content), lambda: b"")


def block_of_png(content: tf.Tensor) -> tf.Tensor:
    """The same of a PNG file, in its chunk eXIf."""
    return tf.concat([tf.strings.split(content, sep=b"eXIf"), [b""]], 0)[1]


def block_of_webp(content: tf.Tensor) -> tf.Tensor:
    """The same of a WebP file, in its chunk EXIF."""
    parts = tf.strings.split(content, sep=b"EXIF")

    def block() -> tf.Tensor:
        # the length of the chunk comes first
        block = tf.strings.substr(_padded(parts[1]), 4, _MOST_BYTES)
        # some programs write what a JPEG file has before its block as well
        named = tf.strings.substr(block, 0, len(_NAME)) == _NAME
        return tf.strings.substr(block, tf.where(named, len(_NAME), 0), _MOST_BYTES)

    return tf.cond(tf.size(parts) > 1, block, lambda: b"")


def _padded(text: tf.Tensor) -> tf.Tensor:
    """A text with bytes behind it, so that its first ones can be asked for however short it is."""
    return tf.strings.join([text, b"\0" * 16])


def _found_in_jpeg(content: tf.Tensor) -> tf.Tensor:
    """What is found by walking through the segments before the pixels; or nothing."""
    raw = tf.io.decode_raw(_padded(content), tf.uint8)
    end = tf.strings.length(content)

    def byte(at: tf.Tensor) -> tf.Tensor:
        return tf.cast(raw[at], tf.int32)

    def is_exif(at: tf.Tensor) -> tf.Tensor:
        name = tf.strings.substr(_padded(content), at + 4, len(_NAME))
        return (byte(at + 1) == _APP1) & (name == _NAME)

    def goes_on(at: tf.Tensor) -> tf.Tensor:
        def is_another() -> tf.Tensor:
            return (byte(at) == 0xFF) & (byte(at + 1) != _START_OF_SCAN) & ~is_exif(at)

        return tf.cond(at < end, is_another, lambda: False)

    def following(at: tf.Tensor) -> list[tf.Tensor]:
        # a marker may have further bytes 0xFF before it
        filled = byte(at + 1) == 0xFF
        length = byte(at + 2) * 256 + byte(at + 3)
        return [tf.where(filled, at + 1, at + 2 + length)]

    (at,) = tf.while_loop(goes_on, following, [tf.constant(2)])
    found = tf.cond(at < end, lambda: is_exif(at), lambda: False)
    start = tf.where(found, at + 4 + len(_NAME), 0)
    return tf.strings.substr(_padded(content), start, tf.where(found, _MOST_BYTES, 0))


def of_block(block: tf.Tensor) -> tf.Tensor:
    """The orientation that an Exif block tells; 1 where it tells none, or nonsense."""
    return tf.cond(tf.strings.length(block) > 0, lambda: _told(block), lambda: 1)


def _told(block: tf.Tensor) -> tf.Tensor:
    block = tf.strings.substr(_padded(block), 0, _MOST_BYTES)
    raw = tf.cast(tf.io.decode_raw(block, tf.uint8), tf.int32)
    last = tf.size(raw) - 1
    ordered = tf.reduce_any(tf.equal(tf.strings.substr(block, 0, 4), [b"II*\0", b"MM\0*"]))
    little = raw[0] == 0x49

    def number(at: tf.Tensor, size: int) -> tf.Tensor:
        # what is said to lie behind the end is read as the last byte, and means nothing
        places = tf.expand_dims(at, -1) + tf.range(size)
        powers = [256**power for power in range(size)]
        read = tf.gather(raw, tf.clip_by_value(places, 0, last))
        return tf.reduce_sum(read * tf.where(little, powers, powers[::-1]), -1)

    directory = number(tf.constant(4), 4)
    inside = (directory >= 8) & (directory < last)
    entries = tf.where(inside, tf.minimum(number(directory, 2), (last - directory) // 12 + 1), 0)
    places = directory + 2 + 12 * tf.range(entries)
    is_long = number(places + 2, 2) == _LONG
    values = tf.where(is_long, number(places + 8, 4), number(places + 8, 2))
    values = tf.boolean_mask(values, number(places, 2) == _ORIENTATION)
    # the first of them, 0 where there is none
    value = tf.concat([values, [0]], 0)[0]
    return tf.where(ordered & (value >= 1) & (value <= 8), value, 1)
