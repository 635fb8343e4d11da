"""Times what networks are made of on this machine: the table of latencies that a search goes by.

  goldnas-latency --preset=digits --output=latency.json
  goldnas-latency --preset=cifar10_cpu --data_dir=DIR --table_precision=float32 --output=FILE

Reads the flags of a search, and times every operation of its networks in LiteRT, which takes some
minutes in which nothing else should run. The latency of a network is the sum over its operations.
"""

import dataclasses
import pathlib
import sys

from absl import flags

from goldnas_tf.deployment.preconditions import check_table
from goldnas_tf.deployment.settings import TableSettings
from goldnas_tf.programs import command_line
from goldnas_tf.runtime.backend import require_tensorflow
from goldnas_tf.searching.config import SearchConfig


@dataclasses.dataclass(frozen=True)
class LatencyConfig(SearchConfig):
    """The settings of a search, and how its networks are timed."""

    table: TableSettings = dataclasses.field(default_factory=TableSettings)


def main() -> None:
    """Runs the program."""
    command_line.define_path("output", "file of the table; default latency.json")
    command_line.define(LatencyConfig, flags.FLAGS)
    command_line.run(_time, __doc__, LatencyConfig)


def _time() -> None:
    """Reads the flags, times, writes the table."""
    config = command_line.read(LatencyConfig, flags.FLAGS)
    output = pathlib.Path(flags.FLAGS.output or "latency.json")
    check_table(output)
    require_tensorflow()
    # from here on it takes seconds: flags out of range are told by now
    with command_line.starting():
        from goldnas_tf import data
        from goldnas_tf.deployment import timing

    images = data.load(config.data)
    space = config.space.for_images(images.image_shape, len(images.class_names))
    table = timing.measure(
        space,
        config.table.table_precision,
        config.table.table_threads,
        config.seed,
        say=lambda line: print(line, file=sys.stderr),
    )
    output.parent.mkdir(parents=True, exist_ok=True)
    table.save(output)
    print(f"{output}: {table.precision} on {table.device}, {table.threads} threads")
