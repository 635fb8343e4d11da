"""The same image twice: keys by which copies are found, so that none judges what it has trained.

Keys are uint64; two different images have the same one by a chance of 1 in 10^19.
"""

import hashlib
import os
from collections.abc import Iterable

import numpy as np

_BLOCK = 65536


def pixel_keys(images: Iterable[np.ndarray]) -> np.ndarray:
    """Keys of decoded images of one shape: uint64 [n]."""
    return _numbers(image.tobytes() for image in images)


def content_keys(contents: Iterable[bytes]) -> np.ndarray:
    """Keys of the contents of files: uint64 [n]."""
    return _numbers(contents)


def file_keys(paths: Iterable[str | bytes]) -> np.ndarray:
    """Keys of files, for sets too large to be read beforehand: uint64 [n].

    By the size and a block in the middle, where the pixels are: copies of a file are found, and the
    same image in another format is not.
    """
    return _numbers(map(_middle, paths))


def firsts(keys: np.ndarray) -> np.ndarray:
    """For each position the first one with the same key: int64 [n]."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first[inverse]


def count_shared(keys: np.ndarray, others: np.ndarray) -> int:
    """How many of some keys are among others."""
    return int(np.isin(keys, others).sum())


def _middle(path: str | bytes) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - a path may be bytes
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, (size - _BLOCK) // 2))
        return size.to_bytes(8, "little") + file.read(_BLOCK)


def _numbers(texts: Iterable[bytes]) -> np.ndarray:
    digests = (hashlib.blake2b(text, digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(digests), np.uint64)
