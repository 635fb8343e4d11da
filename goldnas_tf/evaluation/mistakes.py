"""Images that a network takes for another class: those of which it is the surest, to look at."""

import dataclasses
import heapq

import numpy as np
import tensorflow as tf

MOST = 24
"""How many of each network are kept."""
_SIDE = 96  # of a kept picture at most, in pixels


@dataclasses.dataclass(frozen=True, eq=False)
class Mistake:
    """An image that was taken for another class.

    Attributes:
        index: of the image in its split, from 0.
        label: its class.
        taken: the most probable class.
        probability: of that class, in [0, 1].
        png: the image, no larger than is needed to see it.
    """

    index: int
    label: int
    taken: int
    probability: float
    png: bytes


class Mistakes:
    """Keeps the mistakes of which a network is the surest, batch after batch.

    Args:
        most: how many.
    """

    def __init__(self, most: int = MOST):
        self._most = most
        self._seen = 0
        self._kept: list[tuple[float, int, int, int, np.ndarray]] = []

    def add(self, images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray) -> None:
        """Looks at a batch.

        Args:
            images: uint8 (images, height, width, channels).
            labels: int (images,); those below 0 fill up the batch.
            probabilities: (images, classes).
        """
        taken = np.argmax(probabilities, axis=-1)
        for number in np.flatnonzero((labels >= 0) & (taken != labels)):
            surest = float(probabilities[number, taken[number]])
            # of equally sure ones the first
            entry = (surest, -(self._seen + int(number)), int(labels[number]), int(taken[number]))
            if len(self._kept) < self._most:
                heapq.heappush(self._kept, (*entry, images[number].copy()))
            elif entry[:2] > self._kept[0][:2]:
                heapq.heapreplace(self._kept, (*entry, images[number].copy()))
        self._seen += int((labels >= 0).sum())

    def worst(self) -> tuple[Mistake, ...]:
        """The kept ones, the surest first."""
        return tuple(
            Mistake(-before, label, taken, probability, _png(image))
            for probability, before, label, taken, image in sorted(
                self._kept, key=lambda entry: (-entry[0], -entry[1])
            )
        )


def _png(image: np.ndarray) -> bytes:
    height, width, _ = image.shape
    scale = _SIDE / max(height, width)
    if scale < 1:
        size = [max(1, round(scale * side)) for side in (height, width)]
        image = np.round(tf.image.resize(image, size, "area").numpy()).astype(np.uint8)
    return bytes(tf.io.encode_png(image).numpy())
