"""Images for other processes: what is in memory travels, what is streamed is opened by each."""

import dataclasses
import pathlib
import typing

from goldnas_tf.data.image_data import ImageData
from goldnas_tf.data.loading import load
from goldnas_tf.data.splits import ArraySplit
from goldnas_tf.errors import InputError
from goldnas_tf.settings.images import DataSettings


def check(data: ImageData, settings: DataSettings) -> None:
    """Checks that images can be sent.

    Args:
        data: the images.
        settings: those of the run.

    Raises:
        InputError: they are streamed, and are not those of the settings.
    """
    if not _is_held(data) and data.source != settings:
        raise InputError(
            f"data: expected the images of config.data, {settings.dataset}, as streamed ones "
            f"are loaded by every process; received {data.name}"
        )


def _is_held(data: ImageData) -> bool:
    """Whether all images are in memory."""
    return all(isinstance(split, ArraySplit) for split in data.splits)


@dataclasses.dataclass(frozen=True)
class SentImages:
    """The images of a run, as its other processes are given them.

    Attributes:
        held: the images, where they are in memory.
        settings: by which each process loads them where they are not.
        described: what they are (`ImageData.describe`).
    """

    held: ImageData | None
    settings: DataSettings
    described: dict[str, typing.Any]

    @classmethod
    def of(cls, data: ImageData, settings: DataSettings) -> "SentImages":
        """Images as they are sent.

        Args:
            data: the images.
            settings: those of the run.

        Raises:
            InputError: they are streamed, and are not those of the settings.
        """
        check(data, settings)
        if settings.data_dir:
            # another process may have been started elsewhere
            place = str(pathlib.Path(settings.data_dir).absolute())
            settings = dataclasses.replace(settings, data_dir=place)
        return cls(data if _is_held(data) else None, settings, data.describe())

    def get(self) -> ImageData:
        """The images.

        Raises:
            InputError: they are streamed, and not those of the run here.
        """
        if self.held is not None:
            return self.held
        loaded = load(self.settings)
        if loaded.describe() != self.described:
            raise InputError(
                f"config.data: expected the images of the run, {self.described['name']}, because "
                f"streamed ones are loaded by every process; received {loaded.name} or another "
                "part of it"
            )
        return loaded
