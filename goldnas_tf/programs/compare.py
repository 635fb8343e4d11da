"""Does a search pay? Compares its networks with others of equal cost, or its front in equal time.

  goldnas-compare runs/digits --preset=train_digits
  goldnas-compare runs/cifar10 --preset=train_cifar10_cpu --points=e058,e067 --seeds=5
  goldnas-compare runs/seed_0 runs/seed_1 runs/seed_2 --equal_time --preset=train_cifar10_cpu

The others are random networks of the same space, small residual networks and inverted residuals as
wide as the cost allows, and classifiers of your own. At equal cost all are trained alike, from
scratch. At equal time each family has the time that the search took, and the finished points are
taken as they are. Several searches that differ in their seeds are judged together.
The same command goes on where it stopped; more seeds or points train only what is missing.
"""

import dataclasses
import pathlib
import sys

from absl import flags

from goldnas_tf.comparison.settings import CompareConfig
from goldnas_tf.errors import InputError
from goldnas_tf.evaluation import origin
from goldnas_tf.programs import command_line
from goldnas_tf.runtime.backend import require_tensorflow
from goldnas_tf.settings.images import DataSettings


def main() -> None:
    """Runs the program."""
    command_line.define_paths(
        "run", "work folder of a search, or several with commas; may stand without --run="
    )
    command_line.define_path("workdir", "folder of the comparison; default: compare in each RUN")
    command_line.define(CompareConfig, flags.FLAGS)
    command_line.run(_compare, __doc__, CompareConfig, argument="run")


def _compare() -> None:
    """Reads the flags, trains what is missing, prints the table."""
    config = command_line.read(CompareConfig, flags.FLAGS)
    runs = command_line.paths("run")
    if not runs:
        raise InputError(
            "RUN: expected the work folder of a search, such as runs/digits; received none"
        )
    given = command_line.given(DataSettings, flags.FLAGS)
    images = {run: origin.data_of_run(run, given) for run in runs}
    config = dataclasses.replace(config, data=images[runs[0]])
    require_tensorflow()
    # from here on it takes seconds: flags out of range are told by now
    with command_line.starting():
        from goldnas_tf import data
        from goldnas_tf.comparison.compare import FOLDER, compare
        from goldnas_tf.comparison.searched import read
        from goldnas_tf.runs.run_folder import check_writable
        from goldnas_tf.runtime import devices

        devices.prepare(config.devices)
        if not config.engine.is_this_process:
            devices.leave_gpus()
    workdir = pathlib.Path(flags.FLAGS.workdir) if flags.FLAGS.workdir else None
    settings = config.comparison
    searches = [read(run, settings.points, settings.equal_time, settings.cost) for run in runs]
    if len(set(images.values())) > 1:
        raise InputError(
            f"RUN: expected searches on the same images; received {runs[0]} and others that differ"
        )
    for folder in [workdir] if workdir else [run / FOLDER for run in runs]:
        check_writable(folder)
    compare(
        searches,
        config,
        data.load(config.data),
        workdir,
        say=lambda line: print(line, file=sys.stderr),
    )
