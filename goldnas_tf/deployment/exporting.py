"""`export`: folds a network, writes it in every format, runs each elsewhere; only then is it done.

OUTPUT/serving/NAME/VERSION   a SavedModel; its parent folder is what TensorFlow Serving takes
OUTPUT/litert/NAME/VERSION    float32.tflite, float16.tflite, int8.tflite, classes.txt
OUTPUT/onnx/NAME/VERSION      float32.onnx, classes.txt
OUTPUT/micro/NAME/VERSION     int8.tflite, the same as NAME.c, and NAME.h

Each holds an export.json with what was measured, a SavedModel in its `assets.extra`.
"""

import contextlib
import dataclasses
import functools
import pathlib
from collections.abc import Callable, Iterator

import numpy as np

from goldnas_tf.data import ImageData
from goldnas_tf.deployment import litert, micro, onnx_file, served, verification, warm_up
from goldnas_tf.deployment.inference import BATCHES, Inference, fold
from goldnas_tf.deployment.preconditions import check
from goldnas_tf.deployment.report import Report
from goldnas_tf.deployment.settings import ExportConfig
from goldnas_tf.deployment.source import Source, open_source, training_images
from goldnas_tf.deployment.versions import next_version, version_folder
from goldnas_tf.errors import ExportError, InputError, first_line
from goldnas_tf.evaluation.measure import Measurement, measure
from goldnas_tf.evaluation.opening import open_network
from goldnas_tf.files import atomic
from goldnas_tf.files.paths import local_path
from goldnas_tf.resources.footprint import footprint
from goldnas_tf.runtime.quiet import quiet

REPORTS = {
    "serving": "assets.extra/export.json",
    "litert": "export.json",
    "micro": "export.json",
    "onnx": "export.json",
}
"""Where the figures stand in the folder of a format."""

_EXACT = ("serving", "float32", "onnx")  # the others round, which their accuracy shows


def _nobody(line: str) -> None:
    """Is told, and says nothing."""


def export(config: ExportConfig, data: ImageData, say: Callable[[str], None] = _nobody) -> Report:
    """Exports a network in all formats that are asked for, or in none.

    Args:
        config: what is exported, and where to.
        data: training images calibrate and warm up, validation images measure.
        say: is told in a line what is being done.

    Raises:
        InputError: there is no such network, it is not one for these images, or what a format is
            written with is not installed.
        ExportError: what was written does not answer as the network does, or cannot be written.
    """
    check(config)
    output, name = local_path(config.output, "output"), config.name or data.name
    source = open_source(config.network, data)
    version = next_version(output, name)
    say(f"folding and measuring {source.file}")
    small = fold(source)
    measured = {"network": measure(source.opened, data.validation, BATCHES)}
    report = Report(config.network, name, version, data, small, measured)
    job = _Job(source, config, report)
    try:
        with contextlib.ExitStack() as moves:
            written = {}
            for kind in config.formats:
                place = version_folder(output, kind, name, version)
                atomic.clear(place.parent)
                folder = moves.enter_context(atomic.folder(place, replace=False))
                for label, file in _WRITERS[kind](folder, job):
                    say(f"running {label} in a clean process, measuring it")
                    try:
                        row = _check(label, file, source, small, data)
                    except InputError as error:
                        if label != "int8":
                            raise
                        # the others are there, and a user is told
                        file.unlink()
                        report.left_out[label] = first_line(error)
                        continue
                    final = place / file.relative_to(folder)
                    measured[label] = dataclasses.replace(row, path=str(final))
                written[kind] = folder
            for kind, folder in written.items():
                atomic.write_json(folder / REPORTS[kind], report.to_json())
    except OSError as error:
        raise ExportError(f"{output}: the export could not be written: {error}") from error
    return report


@dataclasses.dataclass(frozen=True)
class _Job:
    """What formats are written of."""

    source: Source
    config: ExportConfig
    report: Report

    @functools.cached_property
    def calibration(self) -> np.ndarray:
        """Training images, which show the ranges of int8; read once for all formats."""
        return training_images(self.report.data, self.config.calibration_images)

    def litert(self, kind: str) -> bytes:
        """A LiteRT file."""
        with quiet():
            return litert.convert(self.report.inference.network, kind, self.calibration)

    def write_classes(self, folder: pathlib.Path) -> None:
        """Writes the names of the classes."""
        served.write_classes(folder / served.CLASSES_FILE, self.source.class_names)


_Written = Iterator[tuple[str, pathlib.Path]]
"""What a network is called in a format, and its file or folder. Each is measured, and in the
report, before the next one is asked for."""


def _write_serving(folder: pathlib.Path, job: _Job) -> _Written:
    data, model = job.report.data, job.report.inference.model
    with quiet():
        served.save(folder, model, job.source.class_names, data.white_level)
    warm_up.write(folder, job.report.name, warm_up.requests(job.source.images))
    yield "serving", folder


def _write_litert(folder: pathlib.Path, job: _Job) -> _Written:
    job.write_classes(folder)
    for kind in litert.KINDS:
        file = folder / f"{kind}.tflite"
        file.write_bytes(job.litert(kind))
        yield kind, file


def _write_micro(folder: pathlib.Path, job: _Job) -> _Written:
    file = folder / "int8.tflite"
    file.write_bytes(job.litert("int8"))
    yield "micro", file
    micro.write(
        folder,
        job.report.name,
        file.read_bytes(),
        job.source.opened.image_shape,
        job.source.class_names,
        job.report.measured["micro"].ram_bytes,
        footprint(job.report.inference.network.graph).ram,
    )


def _write_onnx(folder: pathlib.Path, job: _Job) -> _Written:
    job.write_classes(folder)
    file = folder / "float32.onnx"
    file.write_bytes(onnx_file.convert(job.report.inference.network.graph))
    yield "onnx", file


_WRITERS = {
    "serving": _write_serving,
    "litert": _write_litert,
    "micro": _write_micro,
    "onnx": _write_onnx,
}


def _check(
    label: str, file: pathlib.Path, source: Source, small: Inference, data: ImageData
) -> Measurement:
    """Runs what was written, here and in a clean process, and measures it."""
    with quiet():
        opened = open_network(file)
    here = opened.probabilities(source.images)
    if label in _EXACT:
        verification.require_same(label, here, small.probabilities)
    verification.verify_elsewhere(label, file, source.images, here, source.class_names)
    return measure(opened, data.validation, BATCHES)
