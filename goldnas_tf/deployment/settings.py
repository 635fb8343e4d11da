"""What `bin/export` and `bin/latency` can be told. Plain data that imports no TensorFlow."""

import dataclasses
import re

from goldnas_tf.errors import InputError
from goldnas_tf.resources.latency import PRECISIONS
from goldnas_tf.settings.images import DataSettings
from goldnas_tf.settings.setting import check, setting

FORMATS = ("serving", "litert", "micro", "onnx")
DEFAULT_FORMATS = ("serving", "litert")


@dataclasses.dataclass(frozen=True)
class ExportConfig:
    """Which network is exported, in which formats, and where to.

    Raises:
        InputError: a value is out of range, or no network is named.
    """

    data: DataSettings = dataclasses.field(default_factory=DataSettings)
    network: str = setting(
        "",
        "folder of the network: a point of a search (RUN/pareto/e042), or a trained network",
        is_path=True,
    )
    output: str = setting(
        "exports",
        "folder for serving/NAME/VERSION, litert/NAME/VERSION and so on; versions count up",
        is_path=True,
    )
    name: str = setting("", "what servers call the network; default: the name of the data set")
    formats: tuple[str, ...] = setting(
        DEFAULT_FORMATS,
        "what is written, separated by commas: serving (for TensorFlow Serving), "
        "litert (for phones, as float32, float16 and int8), micro (for microcontrollers, int8 as "
        "C source), onnx (for whatever runs ONNX, in float32)",
    )
    calibration_images: int = setting(
        300, "training images from which the ranges of the int8 network are taken", low=1
    )

    def __post_init__(self) -> None:
        check(self)
        if not self.network:
            raise InputError(
                "network: expected the folder of a network, such as runs/digits/pareto/e042; "
                "received ''"
            )
        if self.name and not re.fullmatch(r"[A-Za-z0-9][\w.-]*", self.name, re.ASCII):
            raise InputError(
                "name: expected letters, digits, points, hyphens and underscores, as it stands in "
                f"addresses; received {self.name!r}"
            )
        once = sorted(set(self.formats) & set(FORMATS))
        if not self.formats or sorted(self.formats) != once:
            raise InputError(
                f"formats: expected some of {', '.join(FORMATS)}, each once; "
                f"received {','.join(self.formats)!r}"
            )


@dataclasses.dataclass(frozen=True)
class TableSettings:
    """How operations are timed."""

    table_precision: str = setting(
        "int8", "precision of the files that are timed", choices=PRECISIONS
    )
    table_threads: int = setting(1, "threads that they are computed with", low=1)

    def __post_init__(self) -> None:
        check(self)
