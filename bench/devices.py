"""Networks as they are served on devices: one thread of LiteRT, and a microcontroller's memory.

    python -m bench.devices [LABEL=]NETWORK... --dataset=cifar10 [--data_dir=DIR] [--json=FILE]
        [--picture=FILE]

NETWORK is a folder with a model.keras, of any program of this package or of a family that it was
compared with, or a .tflite file as it is. A line for each in float32 and in int8: operators, bytes
of the file, milliseconds for one image (all files in turns, so that what disturbs disturbs all),
bytes of the arena of TensorFlow Lite Micro, and validation images that are answered rightly. The
picture has accuracy over milliseconds, with a line for all networks of one LABEL.
"""

import argparse
import json
import pathlib
import tempfile
import time
from collections.abc import Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from matplotlib.figure import Figure
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

import goldnas_tf  # noqa: F401  (tells Keras of our layers)
from bench import machine
from goldnas_tf import data
from goldnas_tf.data import evaluation_batches
from goldnas_tf.deployment import litert
from goldnas_tf.deployment.slimming import slimmed
from goldnas_tf.deployment.source import training_images
from goldnas_tf.display import columns, figures
from goldnas_tf.evaluation import micro
from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.folded import FoldedNetwork
from goldnas_tf.runtime.quiet import quiet
from goldnas_tf.settings.images import DataSettings
from goldnas_tf.settings.units import human

CALIBRATION = 300
TURNS = 400
KINDS = ("float32", "int8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures what the command line names.

    Args:
        arguments: in its place.
    """
    parser = argparse.ArgumentParser(prog="python -m bench.devices", description=__doc__)
    parser.add_argument("networks", nargs="+", metavar="[LABEL=]NETWORK")
    parser.add_argument("--dataset", default="cifar10")
    parser.add_argument("--data_dir", default="")
    parser.add_argument("--images", type=int, default=2000, help="validation images that are asked")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--picture", type=pathlib.Path)
    options = parser.parse_args(arguments)
    images = data.load(DataSettings(dataset=options.dataset, data_dir=options.data_dir))
    files: dict[str, bytes] = {}
    labels: dict[str, str] = {}
    for argument in options.networks:
        label, path = _labelled(argument)
        with quiet():
            files |= converted(path, images)
        labels[str(path)] = label
    rows = measure(files, images, options.images)
    lines = [[*rows[0]], *[[_shown(name, value) for name, value in row.items()] for row in rows]]
    print(
        "\n".join(
            [*columns.lines(lines, left={"network", "precision"}), machine.describe()["processor"]]
        )
    )
    if options.json:
        options.json.write_text(json.dumps({"machine": machine.describe(), "rows": rows}, indent=1))
    if options.picture:
        draw(rows, labels, options.picture)


def _labelled(argument: str) -> tuple[str, pathlib.Path]:
    *label, path = argument.split("=", 1)
    return "".join(label) or "networks", pathlib.Path(path)


def converted(path: pathlib.Path, images: data.ImageData) -> dict[str, bytes]:
    """The LiteRT files of a network, by what they are called in the table."""
    if path.is_file():
        return {str(path): path.read_bytes()}
    calibration = training_images(images, CALIBRATION)
    model = keras.models.load_model(path / "model.keras")
    if any(isinstance(layer, Cell) for layer in model.layers):
        network = FoldedNetwork.of(model)
        return {f"{path} {k}": litert.convert(network, k, calibration) for k in KINDS}
    return {f"{path} {k}": _of_keras(model, k, calibration) for k in KINDS}


def _of_keras(model: keras.Model, kind: str, calibration: np.ndarray) -> bytes:
    """As everybody converts a Keras model."""
    function = tf.function(
        lambda images: tf.nn.softmax(model(images, training=False)), autograph=False
    ).get_concrete_function(tf.TensorSpec((1, *model.input_shape[1:]), tf.float32))
    # variables as constants, or they stay variables in the file
    frozen = convert_variables_to_constants_v2(function)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen], model)
    if kind == "int8":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8
        converter.representative_dataset = lambda: (
            [image[np.newaxis].astype(np.float32)] for image in calibration
        )
    return slimmed(converter.convert())


def measure(files: dict[str, bytes], images: data.ImageData, asked: int) -> list[dict]:
    """A row for each file."""
    interpreters = {}
    for name, content in files.items():
        interpreters[name] = Interpreter(model_content=content, num_threads=1)
        interpreters[name].allocate_tensors()
    image = training_images(images, 1)
    times: dict[str, list[float]] = {name: [] for name in files}
    for _ in range(TURNS):
        for name, interpreter in interpreters.items():
            began = time.perf_counter()
            _answer(interpreter, image)
            times[name].append(time.perf_counter() - began)
    split, rows = images.validation, []
    known, labels = next(iter(evaluation_batches(split, min(asked, split.size))))
    for name, content in files.items():
        operators = [one["op_name"] for one in interpreters[name]._get_ops_details()]
        answers = [
            int(_answer(interpreters[name], one[np.newaxis]).argmax()) for one in known.numpy()
        ]
        kind = "int8" if "QUANTIZE" in operators else "float32"
        rows.append(
            {
                "network": name.removesuffix(f" {kind}"),
                "precision": kind,
                "operators": len(operators) - operators.count("DELEGATE"),
                "parts": operators.count("DELEGATE"),
                "file": len(content),
                "ms": round(1000 * float(np.median(times[name])), 3),
                "ms p10": round(1000 * float(np.quantile(times[name], 0.1)), 3),
                "ram": _arena(content) if kind == "int8" else None,
                "val acc": float(np.mean(np.array(answers) == labels.numpy())),
            }
        )
    return rows


def draw(rows: Sequence[dict], labels: Mapping[str, str], file: pathlib.Path) -> None:
    """Validation accuracy over milliseconds, a plot for each precision."""
    figure = Figure(figsize=(12, 5.2), dpi=120, layout="constrained")
    for axes, kind in zip(figure.subplots(1, len(KINDS), sharey=True), KINDS, strict=True):
        figures.style(axes, f"{kind}, one thread of LiteRT")
        for label in dict.fromkeys(labels.values()):
            points = sorted(
                (row["ms"], 100 * row["val acc"])
                for row in rows
                if (labels[row["network"]], row["precision"]) == (label, kind)
            )
            axes.plot(*zip(*points, strict=True), "o-", label=label)
        axes.set_xlabel("milliseconds for one image, measured")
        axes.set_ylabel("validation accuracy, %")
        axes.legend()
    figures.save_png(figure, file)


def _answer(interpreter: Interpreter, image: np.ndarray) -> np.ndarray:
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.set_tensor(source["index"], image.astype(source["dtype"]))
    interpreter.invoke()
    return interpreter.get_tensor(target["index"])


def _arena(content: bytes) -> int | None:
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "it.tflite"
        file.write_bytes(content)
        return micro.arena_bytes(file)


def _shown(name: str, value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, int) and name in ("file", "ram"):
        return f"{human(value)}B"
    return f"{value:.2%}" if name == "val acc" else str(value)


if __name__ == "__main__":
    main()
