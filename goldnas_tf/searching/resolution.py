"""Before the search: which size of images is worth what it costs.

For each size that is to be tried a network of the same cost is trained for the same time: one
hand-made cell everywhere, narrower where the images are larger. The size whose network is right
most often on validation images is searched at.
"""

import dataclasses
import gc
import math
import pathlib
import typing
from collections.abc import Callable

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.data import ImageData
from goldnas_tf.display.terminal import Progress
from goldnas_tf.files.kinds import Kind
from goldnas_tf.resources.hand_made import narrowed
from goldnas_tf.runs import timetable
from goldnas_tf.searching.budget import Budgets
from goldnas_tf.searching.config import SearchConfig
from goldnas_tf.settings.images import DataSettings
from goldnas_tf.settings.units import human
from goldnas_tf.training.train_config import train_config
from goldnas_tf.training.train_loop import train

FOLDER = "resolution"
FILE = "resolution.json"
KIND = Kind("what was found of sizes of images", schema=1, advice="use another workdir")

# of the time of the search, for all sizes together
_SHARE = 0.1


class Tried(typing.NamedTuple):
    """A size that was tried.

    Attributes:
        image_size: side in pixels.
        macs: multiply-adds of the network.
        val_accuracy: of it, in [0, 1].
        seconds: that its training took.
    """

    image_size: int
    macs: int
    val_accuracy: float
    seconds: float


def settle(
    config: SearchConfig,
    load: Callable[[DataSettings], ImageData],
    workdir: pathlib.Path,
    progress: Progress | None = None,
) -> SearchConfig:
    """The configuration with the size of images that is searched at.

    Where sizes are to be tried, it tries them, or goes on with that, and leaves `resolution.json`.

    Args:
        config: of the search.
        load: gives the images of settings.
        workdir: of the search.
        progress: where it is shown; default: the standard error stream.

    Raises:
        InputError: as for a training.
    """
    if not config.resolution.sizes:
        return config
    file = workdir / FILE
    if file.exists():
        return _at(config, KIND.read(file, lambda values: int(values["image_size"])))
    progress = progress or Progress()
    time = seconds(config)
    least = smallest(config)
    first = load(least.data)
    wanted, tried = _cost(config, first), []
    for size in config.resolution.sizes:
        sized = _at(config, size)
        data = first if sized == least else load(sized.data)
        tried.append(_try(sized, data, wanted, workdir / FOLDER / str(size), progress))
    # of equal ones the smallest, which is quickest to read
    best = max(sorted(tried), key=lambda one: one.val_accuracy)
    KIND.write(file, {"image_size": best.image_size, "tried": [one._asdict() for one in tried]})
    told = "; ".join(f"{one.image_size}: {one.val_accuracy:.2%}" for one in tried)
    progress.say(
        f"image_sizes: {told}, of networks of about {human(wanted)} multiply-adds, each trained "
        f"for {time:.0f} seconds; the search is at {best.image_size}"
    )
    return _at(config, best.image_size)


def spent(workdir: pathlib.Path) -> float:
    """Seconds that were spent on sizes in the folder of a search."""
    file = workdir / FILE
    if not file.exists():
        return 0.0
    return KIND.read(file, lambda values: sum(float(one["seconds"]) for one in values["tried"]))


def seconds(config: SearchConfig) -> float:
    """How long each size is tried."""
    settings = config.resolution
    if settings.size_minutes:
        return 60 * settings.size_minutes
    return _SHARE * config.plan.seconds / len(settings.sizes)


def smallest(config: SearchConfig) -> SearchConfig:
    """The configuration at the smallest size that is to be tried, or as it is where none is."""
    sizes = config.resolution.sizes
    return _at(config, min(sizes)) if sizes else config


def _at(config: SearchConfig, size: int) -> SearchConfig:
    return dataclasses.replace(config, data=dataclasses.replace(config.data, image_size=size))


def _cost(config: SearchConfig, data: ImageData) -> int:
    """Multiply-adds of the networks: in the middle of what a search of these images takes."""
    space = config.space.for_images(data.image_shape, len(data.class_names))
    budgets, macs = Budgets.resolve(config, space), costs.total(Genotype.full(space)).macs
    return round(macs * math.sqrt(budgets.floor / budgets.start or 1 / macs))


def _try(
    config: SearchConfig,
    data: ImageData,
    wanted: int,
    folder: pathlib.Path,
    progress: Progress,
) -> Tried:
    """What a network of the wanted cost comes to in the time of a size."""
    # what is only tried is not asked about the test images
    data = dataclasses.replace(data, test=None)
    space = config.space.for_images(data.image_shape, len(data.class_names))
    network = narrowed(space, "macs", wanted)
    training = dataclasses.replace(config.training, init="scratch")
    plain = train_config(dataclasses.replace(config, training=training), config.seed)
    metrics = train(network, plain, data, folder, progress=progress, seconds=seconds(config))
    # traced functions hold their model in reference cycles
    gc.collect()
    return Tried(
        config.data.image_size or 0,
        costs.total(network, gated=False).macs,
        metrics["val_accuracy"],
        timetable.used(folder),
    )
