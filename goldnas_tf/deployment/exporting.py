"""`export`: folds a network, writes it in every format, runs each elsewhere; only then is it done.

OUTPUT/serving/NAME/VERSION   a SavedModel; its parent folder is what TensorFlow Serving takes
OUTPUT/litert/NAME/VERSION    float32.tflite, float16.tflite, int8.tflite, classes.txt
OUTPUT/onnx/NAME/VERSION      float32.onnx, classes.txt
OUTPUT/micro/NAME/VERSION     int8.tflite, the same as NAME.c, and NAME.h

Each holds an export.json with what was measured, a SavedModel in its `assets.extra`.
"""

import contextlib
import dataclasses
import pathlib
from collections.abc import Callable, Iterator

from goldnas_tf.data import ImageData
from goldnas_tf.deployment import litert, micro, onnx_file, served, verification, warm_up
from goldnas_tf.deployment.inference import BATCHES, Inference, fold
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


def export(config: ExportConfig, data: ImageData, say: Callable[[str], None]) -> Report:
    """Exports a network in all formats that are asked for, or in none.

    Args:
        config: what is exported, and where to.
        data: training images calibrate and warm up, validation images measure.
        say: is told in a line what has been done.

    Raises:
        InputError: there is no such network, or it is not one for these images.
        ExportError: what was written does not answer as the network does, or cannot be written.
    """
    output, name = local_path(config.output, "output"), config.name or data.name
    source = open_source(config.network, data)
    version = next_version(output, name)
    say(f"folding and measuring {source.file}")
    small = fold(source)
    measured = {"network": measure(source.opened, data.validation, BATCHES)}
    report = Report(config.network, name, version, data, small, measured)
    try:
        with contextlib.ExitStack() as moves:
            written = {}
            for kind in config.formats:
                place = version_folder(output, kind, name, version)
                folder = moves.enter_context(atomic.folder(place, replace=False))
                for label, file in _write(kind, folder, source, config, report):
                    say(f"running {label} in a clean process, measuring it")
                    try:
                        row = _check(label, file, source, small, data)
                    except InputError as error:
                        if label != "int8":
                            raise
                        # where nothing passes an operator, ranges vanish, and LiteRT refuses them
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


def _write(
    kind: str, folder: pathlib.Path, source: Source, config: ExportConfig, report: Report
) -> Iterator[tuple[str, pathlib.Path]]:
    """Writes one format: pairs of what a network is called there, and its file or folder.

    Each is measured, and in the report, before the next one is asked for.
    """
    data, small, name = report.data, report.inference, report.name
    if kind == "serving":
        with quiet():
            served.save(folder, small.model, source.class_names, data.white_level)
        warm_up.write(folder, name, warm_up.requests(source.images))
        yield "serving", folder
        return
    if kind == "onnx":
        file = folder / "float32.onnx"
        file.write_bytes(onnx_file.convert(small.network.graph))
        served.write_classes(folder / served.CLASSES_FILE, source.class_names)
        yield "onnx", file
        return
    calibration = training_images(data, config.calibration_images)
    kinds = ("int8",) if kind == "micro" else litert.KINDS
    for precision in kinds:
        file = folder / f"{precision}.tflite"
        with quiet():
            file.write_bytes(litert.convert(small.network, precision, calibration))
        yield ("micro" if kind == "micro" else precision), file
    if kind == "micro":
        micro.write(
            folder,
            name,
            file.read_bytes(),
            source.opened.image_shape,
            source.class_names,
            report.measured["micro"].ram_bytes,
            footprint(small.network.graph).ram,
        )
    else:
        served.write_classes(folder / served.CLASSES_FILE, source.class_names)


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
