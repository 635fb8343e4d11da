"""Evolves networks from blocks that a search has found; leaves a Pareto set.

  goldnas-search --preset=block_digits --workdir=runs/blocks
  goldnas-evolve --preset=evolve_digits --blocks=runs/blocks --workdir=runs/evolved

Networks are tried in parallel processes, and chosen by NSGA-II for error and cost, under hard
limits. Those of the final front are trained longer, measured on the test images, and exported.
The same command on the same work folder goes on where it stopped.
"""

import dataclasses
import pathlib

from absl import flags

from goldnas_tf.architecture import blocks
from goldnas_tf.errors import InputError
from goldnas_tf.evaluation import origin
from goldnas_tf.evolution.settings import EvolveConfig
from goldnas_tf.programs import command_line
from goldnas_tf.runtime.backend import require_tensorflow
from goldnas_tf.settings.images import DataSettings


def main() -> None:
    """Runs the program."""
    command_line.define_path("blocks", "work folder of a search with --space=block")
    command_line.define_path("workdir", "folder of the run; default runs/evolved/<data set>")
    command_line.define(EvolveConfig, flags.FLAGS)
    command_line.run(_evolve, __doc__, EvolveConfig)


def _evolve() -> None:
    """Reads the flags, loads blocks and images, evolves."""
    config = command_line.read(EvolveConfig, flags.FLAGS)
    if not flags.FLAGS.blocks:
        raise InputError(
            "blocks: expected the work folder of a search with --space=block; received none"
        )
    run = pathlib.Path(flags.FLAGS.blocks)
    library = blocks.load(run)
    if run.suffix == ".json":
        run = run.parent
    given = command_line.given(DataSettings, flags.FLAGS)
    config = dataclasses.replace(config, data=origin.data_of_run(run, given))
    workdir = pathlib.Path(flags.FLAGS.workdir or f"runs/evolved/{config.data.dataset}")
    require_tensorflow()
    # from here on it takes seconds: flags out of range are told by now
    with command_line.starting():
        from goldnas_tf import data
        from goldnas_tf.evolution.evolve import evolve
        from goldnas_tf.runs.run_folder import check_writable
        from goldnas_tf.runtime import devices

        devices.prepare(config.devices)
        devices.leave_gpus()
    check_writable(workdir)
    inputs = {"blocks": flags.FLAGS.blocks}
    evolve(config, library, data.load(config.data), workdir, inputs=inputs)
