"""Image files: which files are images, and how one is read."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import tensorflow as tf
from absl import logging

from goldnas_tf.data import formats
from goldnas_tf.data.decoding import decode
from goldnas_tf.data.resizing import resized
from goldnas_tf.errors import InputError

_OF_THE_SYSTEM = ("thumbs.db", "desktop.ini")


def images_in(folder: Path) -> list[Path]:
    """Lists the image files in a folder and the folders in it, by path.

    Hidden files and folders and those that file managers leave behind are skipped. Files are told
    by their contents; those that are no images, and are not called like some, are skipped with a
    warning.

    Returns:
        Their paths, ascending.

    Raises:
        InputError: a file is an image of a kind that is not read, or called like one and none.
    """
    images, others = [], 0
    for path in sorted(_files(folder, seen=set())):
        if _is_image(path):
            images.append(path)
        else:
            others += 1
    if others:
        logging.warning("%s: skipped %d files that are no images", _shown(folder), others)
    return images


def read_image(
    path: tf.Tensor | bytes, image_size: int | None, white_level: int | None = None
) -> tf.Tensor:
    """Reads an image file: uint8 [h, w, 3], resized to a square if a size is given."""
    return resized(decode(tf.io.read_file(path), 3, white_level), image_size)


def require_readable(
    path: str | bytes, image_shape: Sequence[int] | None, image_size: int | None
) -> tuple[int, int, int]:
    """Raises `InputError` if a file cannot be read as an image of the expected shape.

    Args:
        path: the file, as text or bytes.
        image_shape: the (h, w, 3) that every image must have, or None to accept any.
        image_size: side of the square that images are resized to, or None.

    Returns:
        (h, w, 3) of the image.
    """
    try:
        height, width, channels = read_image(os.fsencode(path), image_size).shape
    except (tf.errors.OpError, ValueError) as error:
        _is_image(Path(os.fsdecode(path)))
        raise _damaged(path) from error
    shape = (height, width, channels)
    if image_shape is not None and shape != tuple(image_shape):
        raise InputError(
            f"image_size: expected a size, because images differ in theirs ({_shown(path)} has "
            f"{height}x{width}, others {image_shape[0]}x{image_shape[1]}); received none; "
            "give one, such as 64"
        )
    return shape


def _files(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    """Every file below a folder; links are followed, but in no circle."""
    identity = folder.stat()
    place = identity.st_dev, identity.st_ino
    if place in seen:
        return
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name.lower() in _OF_THE_SYSTEM:
            continue
        if path.is_dir():
            yield from _files(path, seen | {place})
        else:
            yield path


def _is_image(path: Path) -> bool:
    """Whether a file is an image that is read; says so where it is meant to be one and is not."""
    is_called_so = path.suffix.lower() in formats.SUFFIXES
    try:
        # a pipe would be waited for
        is_file = stat.S_ISREG(path.stat().st_mode)
        head = _head(path) if is_file else b""
    except OSError as error:
        if not is_called_so:
            return False
        raise InputError(
            f"{_shown(path)}: expected an image file; received one that cannot be opened "
            f"({error.strerror}); repair or remove it"
        ) from error
    found = formats.of_head(head)
    if found is None and not is_called_so:
        return False
    if not is_file:
        raise InputError(
            f"{_shown(path)}: expected an image file; received a pipe or device; remove it"
        )
    if found is None:
        raise _damaged(path)
    if not found.is_read:
        raise InputError(
            f"{_shown(path)}: expected a {formats.ALL_READ} image; received one in the format "
            f"{found.name}; convert it to PNG"
        )
    return True


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(formats.HEAD_BYTES)


def _damaged(path: str | bytes | Path) -> InputError:
    return InputError(
        f"{_shown(path)}: expected a {formats.ALL_READ} image; received a file that cannot be read "
        "as one; repair or remove it"
    )


def _shown(path: str | bytes | Path) -> str:
    """A path for a message, also where its bytes are no text."""
    return os.fsencode(path).decode(errors="backslashreplace")
