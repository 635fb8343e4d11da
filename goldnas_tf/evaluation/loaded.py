"""A network that can be measured: what it is, and probabilities of uint8 images.

The formats (`keras_file.py`, `saved_model.py`, `tflite_file.py`) give a `Runner`; from its first
answers follow the number of classes and whether they are probabilities already.
"""

import dataclasses
import pathlib
from collections.abc import Callable

import numpy as np

from goldnas_tf.errors import InputError, first_line


@dataclasses.dataclass(frozen=True, eq=False)
class Runner:
    """A network as its format gives it.

    Attributes:
        outputs: from uint8 images of any batch size to (images, classes), of real numbers.
        image_shape: (height, width, channels); None where a size is not fixed.
        macs: multiply-adds for one image, or None where they cannot be known.
        params: trainable parameters, or None.
        device: what computes it.
        ram_bytes: measures what it takes of a microcontroller; None where it runs on none.
    """

    outputs: Callable[[np.ndarray], np.ndarray]
    image_shape: tuple[int | None, ...]
    macs: int | None
    params: int | None
    device: str
    ram_bytes: Callable[[], int | None] = lambda: None


@dataclasses.dataclass(frozen=True, eq=False)
class LoadedNetwork:
    """A network, ready to be asked.

    Attributes:
        path: as it was named.
        kind: "keras", "saved_model", "tflite" or "onnx".
        image_shape: (height, width, channels) of the images it takes, as uint8.
        classes: how many classes it tells apart, at least 2.
        class_names: their names, or None where they are not known.
        size_bytes: of the file, or of all files in the folder, that is served.
        macs: multiply-adds for one image, or None where they cannot be known.
        params: trainable parameters, or None where they cannot be known.
        device: what computes it.
        threads: how many threads compute it on a CPU.
        gives_probabilities: whether its outputs are distributions; else they are logits.
        ram_bytes: as of a `Runner`.
    """

    path: pathlib.Path
    kind: str
    image_shape: tuple[int, int, int]
    classes: int
    class_names: tuple[str, ...] | None
    size_bytes: int
    macs: int | None
    params: int | None
    device: str
    threads: int
    gives_probabilities: bool
    _outputs: Callable[[np.ndarray], np.ndarray]
    ram_bytes: Callable[[], int | None] = lambda: None

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Probabilities of the classes; logits go through a softmax.

        Args:
            images: uint8 (images, height, width, channels).

        Returns:
            float32 (images, classes).

        Raises:
            InputError: an output is not finite.
        """
        outputs = self._outputs(images).astype(np.float32, copy=False)
        if not np.isfinite(outputs).all():
            raise InputError(f"{self.path}: expected finite outputs; received NaN or infinity")
        return outputs if self.gives_probabilities else _softmax(outputs)


def loaded(
    path: pathlib.Path,
    kind: str,
    runner: Runner,
    size_bytes: int,
    class_names: tuple[str, ...] | None,
    threads: int,
) -> LoadedNetwork:
    """Asks a network for its first answers, and says what came to light.

    Args:
        path: as the user named it.
        kind: its format.
        runner: the network.
        size_bytes: of what is served.
        class_names: names of the classes, or None.
        threads: that compute.

    Raises:
        InputError: it does not answer, or not with a number for each class.
    """
    sizes = [size for size in runner.image_shape if size]
    if not len(runner.image_shape) == len(sizes) == 3:
        shown = ", ".join("any" if size is None else str(size) for size in runner.image_shape)
        raise InputError(
            f"{path}: expected a network for images (height, width, channels) of one size; "
            f"received one for ({shown})"
        )
    height, width, channels = sizes
    # noise, so that no two answers are alike
    images = np.random.default_rng(0).integers(0, 256, (3, *sizes)).astype(np.uint8)
    try:
        outputs = runner.outputs(images)
    except Exception as error:  # a network can fail to run in any way
        raise InputError(f"{path}: cannot run on 3 images at once: {first_line(error)}") from error
    if outputs.ndim != 2 or len(outputs) != len(images) or outputs.shape[1] < 2:
        raise InputError(
            f"{path}: expected a number for each of 2 classes or more; received outputs of shape "
            f"{outputs.shape} for {len(images)} images"
        )
    classes = outputs.shape[1]
    if class_names is not None and len(class_names) != classes:
        raise InputError(
            f"{path}: expected as many outputs as classes.json has names, {len(class_names)}; "
            f"received {classes}"
        )
    network = LoadedNetwork(
        path=path,
        kind=kind,
        image_shape=(height, width, channels),
        classes=classes,
        class_names=class_names,
        size_bytes=size_bytes,
        macs=runner.macs,
        params=runner.params,
        device=runner.device,
        threads=threads,
        gives_probabilities=_are_probabilities(outputs),
        _outputs=runner.outputs,
        ram_bytes=runner.ram_bytes,
    )
    network.probabilities(images)
    return network


def _are_probabilities(outputs: np.ndarray) -> bool:
    """Whether all rows are distributions; eight bits for each class may have been rounded."""
    sums_to_1 = np.abs(outputs.sum(axis=-1) - 1) <= 0.01 + outputs.shape[-1] / 512
    return bool((outputs >= 0).all() and (outputs <= 1.001).all() and sums_to_1.all())


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
