"""The result of an evaluation: the figures of all networks, as they are printed and written."""

import dataclasses
import os
import pathlib
from collections.abc import Mapping
from typing import Any

from goldnas_tf.evaluation.measure import Measurement
from goldnas_tf.evaluation.output import KIND, mistake_pictures, picture
from goldnas_tf.runs.run_folder import versions
from goldnas_tf.settings.images import DataSettings


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What was measured of some networks on the same images.

    Attributes:
        settings: of the images.
        data: what the set of images is called.
        split: which part of it.
        images: how many images that has.
        class_names: in the order of labels.
        measurements: by short names of the networks.
    """

    settings: DataSettings
    data: str
    split: str
    images: int
    class_names: tuple[str, ...]
    measurements: Mapping[str, Measurement]

    def to_json(self, output: pathlib.Path) -> dict:
        """JSON values; each network has the paths of its pictures.

        Args:
            output: the folder that they are written to: from there on networks are found again.
        """
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        networks = {
            name: {
                **_with_pictures(name, measurement.to_json()),
                "from_here": os.path.relpath(measurement.path, output),
            }
            for name, measurement in values.pop("measurements").items()
        }
        settings = dataclasses.asdict(values.pop("settings"))
        class_names = list(values.pop("class_names"))
        return KIND.stamp(
            {
                **values,
                "settings": settings,
                "class_names": class_names,
                "networks": networks,
                "versions": versions(),
            }
        )


def _with_pictures(name: str, values: dict[str, Any]) -> dict[str, Any]:
    pictures = mistake_pictures(name, len(values["mistakes"]))
    mistakes = [
        {**one, "picture": path} for one, path in zip(values["mistakes"], pictures, strict=True)
    ]
    return {**values, "picture": picture(name), "mistakes": mistakes}
