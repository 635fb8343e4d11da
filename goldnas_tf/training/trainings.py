"""Trainings side by side: what an engine's processes are given of a run, and what they do."""

import dataclasses
import gc
import pathlib
from typing import Any

from goldnas_tf.data import ImageData, sending
from goldnas_tf.data.sending import SentImages
from goldnas_tf.engine.engine import Engine, Task, check_cluster, visible_gpus
from goldnas_tf.engine.host import Work
from goldnas_tf.runs import export
from goldnas_tf.runtime import devices
from goldnas_tf.settings.configuration import RunConfiguration
from goldnas_tf.settings.sections import EngineSettings
from goldnas_tf.training.blueprint import Blueprint
from goldnas_tf.training.train_config import TrainConfig
from goldnas_tf.training.train_loop import train


@dataclasses.dataclass(frozen=True)
class Setup:
    """What every process of a run is given.

    Attributes:
        config: of the run.
        images: likewise.
    """

    config: RunConfiguration
    images: SentImages

    @classmethod
    def of(cls, config: RunConfiguration, data: ImageData) -> "Setup":
        """What processes are given of a run with these images.

        Raises:
            InputError: images are streamed, and are not those of the configuration.
        """
        return cls(config, SentImages.of(data, config.data))


class Trainings:
    """Trains networks to their end, one after the other; each process of a run has one.

    Args:
        setup: of the run.

    Attributes:
        data: the images.

    Raises:
        InputError: the images are streamed, and not those of the run here.
    """

    def __init__(self, setup: Setup):
        devices.prepare(setup.config.devices)
        self.data = setup.images.get()

    def train(
        self,
        blueprint: Blueprint,
        config: TrainConfig,
        folder: pathlib.Path,
        seconds: float,
        point: pathlib.Path | None,
        destination: pathlib.Path | None,
    ) -> dict[str, Any]:
        """Trains a network, or goes on with it.

        Args:
            blueprint: of the network.
            config: of its training.
            folder: of its training.
            seconds: that it takes; 0 is no limit.
            point: folder of a point whose weights it starts from, or None.
            destination: the folder that the network goes to; None: `network/` in that of the
                training.

        Returns:
            What stands in its `metrics.json`.
        """
        searched = export.load_point(point) if point else None
        metrics = train(
            blueprint,
            config,
            self.data,
            folder,
            searched,
            destination=destination,
            seconds=seconds,
        )
        # traced functions hold their model in reference cycles
        gc.collect()
        return metrics


def task(
    name: str,
    blueprint: Blueprint,
    config: TrainConfig,
    folder: pathlib.Path,
    seconds: float = 0.0,
    point: pathlib.Path | None = None,
    destination: pathlib.Path | None = None,
) -> Task:
    """A training as a task; see `Trainings.train`."""
    # a process may have been started elsewhere
    point, destination = (path and path.absolute() for path in (point, destination))
    return name, ("train", blueprint, config, folder.absolute(), seconds, point, destination)


def check(config: RunConfiguration, settings: EngineSettings, data: ImageData) -> None:
    """Checks that trainings of a run can be done in other processes, if they are to be.

    Args:
        config: of the run.
        settings: where the processes are, and how many.
        data: the images.

    Raises:
        InputError: there is no such cluster, or the images cannot be sent.
    """
    check_cluster(settings.cluster)
    if not settings.is_this_process:
        sending.check(data, config.data)


def engine(work: Work, setup: Any, settings: EngineSettings, folder: pathlib.Path) -> Engine:
    """Processes for the trainings of a run.

    Args:
        work: see `Engine`.
        setup: likewise.
        settings: where they are, and how many.
        folder: of the run.

    Raises:
        InputError: there is no such cluster.
    """
    gpus = visible_gpus(devices.gpus())
    return Engine(work, setup, folder, settings.cluster, settings.workers, gpus)
