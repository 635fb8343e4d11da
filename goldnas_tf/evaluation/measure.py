"""Everything that is measured of one network on one split."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from goldnas_tf.data import ImageData, evaluation_batches
from goldnas_tf.data.splits import Split, blaming
from goldnas_tf.errors import InputError
from goldnas_tf.evaluation.accuracy import Accuracy, score
from goldnas_tf.evaluation.latency import Latency, time_calls
from goldnas_tf.evaluation.loaded import LoadedNetwork
from goldnas_tf.evaluation.mistakes import Mistake, Mistakes

RAM_NOTE = "ram: the arena of TensorFlow Lite Micro, on a microcontroller"
"""What tables with a column of it say below."""

BATCH = 64
"""Images in a call while the accuracy is measured."""


@dataclasses.dataclass(frozen=True, eq=False)
class Measurement:
    """What was measured of a network.

    Attributes:
        path: where it is.
        kind: "keras", "saved_model", "tflite" or "onnx".
        accuracy: on the split.
        macs: multiply-adds for one image, or None where they cannot be known.
        params: trainable parameters, or None where they cannot be known.
        size_bytes: of what is served.
        ram_bytes: of the arena that it takes of a microcontroller, or None where that was not
            measured.
        latencies: one for each batch size.
        device: what computed.
        threads: how many threads computed on a CPU.
        mistakes: those of which the network is the surest.
    """

    path: str
    kind: str
    accuracy: Accuracy
    macs: int | None
    params: int | None
    size_bytes: int
    latencies: tuple[Latency, ...]
    device: str
    threads: int
    ram_bytes: int | None = None
    mistakes: tuple[Mistake, ...] = ()

    def to_json(self) -> dict:
        """JSON values; `confusion` has a row for each class and a column for what it was taken for.

        Pictures of mistakes are not in it.

        Shares are in [0, 1], times in milliseconds.
        """
        accuracy = dataclasses.asdict(self.accuracy)
        accuracy["confusion"] = self.accuracy.confusion.tolist()
        values = {**dataclasses.asdict(self), "accuracy": accuracy}
        for mistake in values["mistakes"]:
            del mistake["png"]
        return values


def measure(network: LoadedNetwork, split: Split, batches: Sequence[int] = (1, 32)) -> Measurement:
    """Measures accuracy on every image of a split, and latency on images of noise.

    Args:
        network: of `open_network`.
        split: `train`, `validation` or `test` of an `ImageData`.
        batches: batch sizes whose latency is measured.

    Raises:
        InputError: the images or labels of the split are not for this network.
    """
    _check_shape(network, split.examples().element_spec[0].shape)
    probabilities, parts, mistakes = [], [], Mistakes()
    with blaming([split]):
        for images, some_labels in evaluation_batches(split, BATCH).as_numpy_iterator():
            probabilities.append(network.probabilities(images))
            parts.append(some_labels)
            mistakes.add(images, some_labels, probabilities[-1])
    labels = np.concatenate(parts)
    if labels.max() >= network.classes:
        raise InputError(
            f"{network.path}: expected labels below its {network.classes} classes; "
            f"received {labels.max()}"
        )
    noise = np.random.default_rng(0).integers(0, 256, (max(batches), *network.image_shape))
    noise = noise.astype(np.uint8)
    return Measurement(
        path=str(network.path),
        kind=network.kind,
        accuracy=score(np.concatenate(probabilities), labels),
        macs=network.macs,
        params=network.params,
        size_bytes=network.size_bytes,
        latencies=tuple(time_calls(network.probabilities, noise[:size]) for size in batches),
        device=network.device,
        threads=network.threads,
        ram_bytes=network.ram_bytes(),
        mistakes=mistakes.worst(),
    )


def check_fit(network: LoadedNetwork, data: ImageData) -> None:
    """Checks that a network is one for a set of images, before time is spent on it.

    Args:
        network: of `open_network`.
        data: the images.

    Raises:
        InputError: its images have another shape, or its classes are others.
    """
    _check_shape(network, data.image_shape)
    names = tuple(data.class_names)
    if network.classes != len(names):
        raise InputError(
            f"{network.path}: expected a network for the {len(names)} classes of {data.name}; "
            f"received one for {network.classes}"
        )
    if network.class_names is None:
        return
    for number, (its, name) in enumerate(zip(network.class_names, names, strict=True)):
        if its != name:
            raise InputError(
                f"{network.path}: expected a network for the classes of {data.name}, whose class "
                f"{number} is {name!r}; received one whose class {number} is {its!r}"
            )


def _check_shape(network: LoadedNetwork, image_shape: Sequence[int]) -> None:
    if tuple(image_shape) != network.image_shape:
        its, given = ("x".join(map(str, shape)) for shape in (network.image_shape, image_shape))
        raise InputError(
            f"{network.path}: expected images of {its} (height, width, channels); received images "
            f"of {given}; choose another data set or image_size"
        )
