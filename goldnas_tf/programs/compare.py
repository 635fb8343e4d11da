"""Is a search better than chance? Trains its networks and others of equal cost, all alike.

  goldnas-compare runs/digits --preset=train_digits
  goldnas-compare runs/cifar10 --preset=train_cifar10_cpu --points=e058,e067 --seeds=5

The others are random networks of the same space, and a hand-made cell, narrowed to the same cost.
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
    command_line.define_path("run", "work folder of the search; may stand without --run=")
    command_line.define_path("workdir", "folder of the comparison; default RUN/compare")
    command_line.define(CompareConfig, flags.FLAGS)
    command_line.run(_compare, __doc__, CompareConfig, argument="run")


def _compare() -> None:
    """Reads the flags, trains what is missing, prints the table."""
    config = command_line.read(CompareConfig, flags.FLAGS)
    if not flags.FLAGS.run:
        raise InputError(
            "RUN: expected the work folder of a search, such as runs/digits; received none"
        )
    run = pathlib.Path(flags.FLAGS.run)
    given = command_line.given(DataSettings, flags.FLAGS)
    config = dataclasses.replace(config, data=origin.data_of_run(run, given))
    require_tensorflow()
    # from here on it takes seconds: flags out of range are told by now
    with command_line.starting():
        from goldnas_tf import data
        from goldnas_tf.comparison.compare import compare, read_points
        from goldnas_tf.runs.run_folder import check_writable
        from goldnas_tf.runtime import devices

        devices.prepare(config.devices)
    workdir = pathlib.Path(flags.FLAGS.workdir or run / "compare")
    read_points(run, config.comparison.points)
    check_writable(workdir)
    compare(
        run, config, data.load(config.data), workdir, say=lambda line: print(line, file=sys.stderr)
    )
