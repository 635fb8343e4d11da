"""Exports a network for servers, phones (LiteRT, formerly TFLite), microcontrollers, or as ONNX.

  goldnas-export --network=runs/digits/pareto/e042 --name=digits
  goldnas-export --network=runs/digits/pareto/e042 --formats=litert --output=DIR

Gates and batch norms are folded into the convolutions first. Every format is loaded and run in a
process without this package, and measured on the validation images, before it takes its place in
OUTPUT/FORMAT/NAME/VERSION; versions count up. Networks of a search are measured on the images of
their run, unless flags name others.
"""

import dataclasses
import sys

from absl import flags

from goldnas_tf.deployment.preconditions import check
from goldnas_tf.deployment.settings import ExportConfig
from goldnas_tf.evaluation import origin
from goldnas_tf.programs import command_line
from goldnas_tf.runtime.backend import require_tensorflow
from goldnas_tf.settings.images import DataSettings


def main() -> None:
    """Runs the program."""
    command_line.define(ExportConfig, flags.FLAGS)
    command_line.run(_export, __doc__, ExportConfig)


def _export() -> None:
    """Reads the flags, exports, prints the table."""
    config = command_line.read(ExportConfig, flags.FLAGS)
    given = command_line.given(DataSettings, flags.FLAGS)
    config = dataclasses.replace(config, data=origin.data_settings([config.network], given))
    check(config)
    require_tensorflow()
    # from here on it takes seconds: flags out of range and wrong paths are told by now
    with command_line.starting():
        import tensorflow as tf

        from goldnas_tf import data
        from goldnas_tf.deployment.exporting import export

        tf.config.list_logical_devices()  # looks for GPUs, and complains where there are none
    report = export(config, data.load(config.data), say=lambda line: print(line, file=sys.stderr))
    print("\n".join(report.lines()))
