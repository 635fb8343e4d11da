"""An evaluation, top to bottom: open the networks, load the images, measure, write the result.

evaluation.json   every figure, and what it was measured on
confusion/        a picture for each network
mistakes/         pictures of those of which each network is the surest
"""

import pathlib
from collections.abc import Callable

from goldnas_tf import data
from goldnas_tf.errors import InputError
from goldnas_tf.evaluation.confusion_picture import draw_confusion
from goldnas_tf.evaluation.measure import check_fit, measure
from goldnas_tf.evaluation.names import short_names
from goldnas_tf.evaluation.opening import open_network
from goldnas_tf.evaluation.output import MISTAKES, PICTURES, RESULT, mistake_pictures, picture
from goldnas_tf.evaluation.result import Evaluation
from goldnas_tf.evaluation.settings import EvaluationConfig
from goldnas_tf.files import atomic
from goldnas_tf.files.paths import local_path
from goldnas_tf.runs.run_folder import check_writable
from goldnas_tf.runtime.quiet import quiet


def evaluate(config: EvaluationConfig, say: Callable[[str], None]) -> Evaluation:
    """Measures networks, and writes the result once all of them are measured.

    Args:
        config: what is measured on what.
        say: shows a line while it goes on.

    Raises:
        InputError: something cannot be measured; nothing is written then.
    """
    output = local_path(config.output, "output")
    _check_output(output)
    paths = short_names(config.network)
    with quiet():
        networks = {name: open_network(path) for name, path in paths.items()}
    images = data.load(config.data)
    split = getattr(images, config.split)
    if split is None:
        raise InputError(
            f"split: expected one that {images.name} has; received {config.split}; "
            "choose validation"
        )
    for network in networks.values():
        check_fit(network, images)
    measurements = {}
    for name, network in networks.items():
        say(f"measuring {name} on {split.size} {config.split} images of {images.title}")
        measurements[name] = measure(network, split, config.batch_sizes)
    evaluation = Evaluation(
        config.data, images.name, config.split, split.size, images.class_names, measurements
    )
    _write(output, evaluation)
    return evaluation


def _write(output: pathlib.Path, evaluation: Evaluation) -> None:
    """Writes pictures and figures, the pictures of an older evaluation going first."""
    with atomic.folder(output / PICTURES) as folder:
        for name, measurement in evaluation.measurements.items():
            title = f"{name} on {evaluation.images} {evaluation.split} images of {evaluation.data}"
            file = folder / pathlib.Path(picture(name)).relative_to(PICTURES)
            draw_confusion(measurement.accuracy, evaluation.class_names, title, file)
    with atomic.folder(output / MISTAKES) as folder:
        for name, measurement in evaluation.measurements.items():
            paths = mistake_pictures(name, len(measurement.mistakes))
            for path, mistake in zip(paths, measurement.mistakes, strict=True):
                file = folder / pathlib.Path(path).relative_to(MISTAKES)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(mistake.png)
    atomic.write_json(output / RESULT, evaluation.to_json(output))


def _check_output(output: pathlib.Path) -> None:
    """Checks that the folder can be written, and that no strange pictures would be replaced."""
    check_writable(output, "output")
    for name in (PICTURES, MISTAKES):
        if (output / name).exists() and not (output / RESULT).exists():
            raise InputError(
                f"output: expected a folder of an evaluation, or without a {name}/ in it; "
                f"received {output}; choose another"
            )
