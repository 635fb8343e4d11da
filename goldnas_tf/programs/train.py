"""Trains a network that a search has found, from scratch or from the weights that it left.

  goldnas-train --network=runs/digits/pareto/POINT --preset=train_digits
  goldnas-train --network=runs/cifar10/pareto/POINT --preset=train_cifar10 --data_dir=DIR

The same command on the same work folder goes on where it stopped.
"""

import pathlib

from absl import flags

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.errors import InputError
from goldnas_tf.programs import command_line
from goldnas_tf.runtime.backend import require_tensorflow
from goldnas_tf.training.train_config import TrainConfig


def main() -> None:
    """Runs the program."""
    command_line.define_path(
        "network", "folder of a point, as RUN/pareto/POINT; or a genotype.json, to train anew"
    )
    command_line.define_path("workdir", "folder of the run; default runs/trained/<data set>")
    command_line.define_path(
        "teacher", "folder of a trained network of the same images, which teaches this one"
    )
    command_line.define(TrainConfig, flags.FLAGS)
    command_line.run(_train, __doc__, TrainConfig)


def _train() -> None:
    """Reads the flags, loads network and images, trains."""
    config = command_line.read(TrainConfig, flags.FLAGS)
    workdir = pathlib.Path(flags.FLAGS.workdir or f"runs/trained/{config.data.dataset}")
    genotype, folder = _network(flags.FLAGS.network)
    require_tensorflow()
    command_line.tell_workers(config.devices)
    # from here on it takes seconds: flags out of range are told by now
    with command_line.starting():
        from goldnas_tf import data
        from goldnas_tf.runs import export
        from goldnas_tf.runs.run_folder import check_writable
        from goldnas_tf.runtime import devices
        from goldnas_tf.training.train_loop import train

        devices.prepare(config.devices)
    check_writable(workdir)
    searched = export.load_point(folder) if config.training.init == "inherited" else None
    teacher = export.load_point(flags.FLAGS.teacher) if flags.FLAGS.teacher else None
    images = data.load(config.data)
    train(
        genotype,
        config,
        images,
        workdir,
        searched,
        teacher=teacher,
        inputs=_inputs(),
        page=True,
    )


def _inputs() -> dict[str, str]:
    """The paths of what is read besides images, by flag."""
    given = {name: flags.FLAGS[name].value for name in ("network", "teacher")}
    return {name: path for name, path in given.items() if path}


def _network(text: str | None) -> tuple[Genotype, pathlib.Path]:
    if not text:
        raise InputError(
            "network: expected a point, such as runs/digits/pareto/e042; received none"
        )
    path = pathlib.Path(text)
    file = path if path.suffix == ".json" else path / "genotype.json"
    if not file.is_file():
        raise InputError(
            f"network: expected a folder with a genotype.json, as points have; received {path}"
        )
    return Genotype.load(file), file.parent
