"""Searches networks for a set of images: prunes a super-network, leaves a Pareto set.

  goldnas-search --preset=digits
  goldnas-search --preset=cifar10 --data_dir=DIR --workdir=DIR
  goldnas-search --preset=folder --data_dir=DIR --workdir=DIR

The same command on the same work folder goes on where it stopped.
"""

import os
import pathlib

from absl import flags

from goldnas_tf.programs import command_line
from goldnas_tf.runtime.backend import require_tensorflow
from goldnas_tf.searching.config import SearchConfig


def main() -> None:
    """Runs the program."""
    command_line.define_path("workdir", "folder of the run; default runs/<data set>")
    command_line.define_switch("dry_run", "print what would be searched; train and write nothing")
    command_line.define(SearchConfig, flags.FLAGS)
    command_line.run(_search, __doc__, SearchConfig)


def _search() -> None:
    """Reads the flags, loads the images, searches."""
    config = command_line.read(SearchConfig, flags.FLAGS)
    workdir = pathlib.Path(flags.FLAGS.workdir or f"runs/{config.data.dataset}")
    require_tensorflow()
    command_line.tell_workers(config.devices)
    if not config.engine.is_this_process:
        # those that finish points take the same GPUs
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    # from here on it takes seconds: flags out of range are told by now
    with command_line.starting():
        from goldnas_tf import data
        from goldnas_tf.runs.run_folder import check_writable
        from goldnas_tf.runtime import devices
        from goldnas_tf.searching import dry_run, resolution
        from goldnas_tf.searching.search_loop import search

        devices.prepare(config.devices)
    if flags.FLAGS.dry_run:
        config = resolution.smallest(config)
        print(dry_run.describe(config, data.load(config.data)))
        return
    check_writable(workdir)
    config = resolution.settle(config, data.load, workdir)
    search(config, data.load(config.data), workdir)
