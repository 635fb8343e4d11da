"""Measures networks on a split: accuracy, confusions, multiply-adds, parameters, size, latency.

  goldnas-evaluate --network=runs/digits/pareto/e042 --split=test
  goldnas-evaluate --network=runs/digits/pareto/e042,runs/digits/pareto/e042/model.keras
  goldnas-evaluate --network=some.tflite --dataset=cifar10 --data_dir=DIR --output=DIR

Networks of a search are measured on the images of their run, unless flags name others. Prints a
table; leaves every figure in OUTPUT/evaluation.json, and for each network a picture of what it
confuses in OUTPUT/confusion/.
"""

import dataclasses
import pathlib
import sys

from absl import flags

from goldnas_tf.evaluation import origin
from goldnas_tf.evaluation.location import locate
from goldnas_tf.evaluation.settings import EvaluationConfig
from goldnas_tf.programs import command_line
from goldnas_tf.reporting.settings import EVALUATIONS
from goldnas_tf.runtime.backend import require_tensorflow
from goldnas_tf.settings.images import DataSettings


def main() -> None:
    """Runs the program."""
    command_line.define(EvaluationConfig, flags.FLAGS)
    command_line.run(_evaluate, __doc__, EvaluationConfig)


def _evaluate() -> None:
    """Reads the flags, measures, prints the table."""
    config = command_line.read(EvaluationConfig, flags.FLAGS)
    for path in config.network:
        locate(pathlib.Path(path))
    given = command_line.given(DataSettings, flags.FLAGS)
    config = dataclasses.replace(config, data=origin.data_settings(config.network, given))
    require_tensorflow()
    # from here on it takes seconds: flags out of range and wrong paths are told by now
    with command_line.starting():
        from goldnas_tf.evaluation.evaluate import evaluate
        from goldnas_tf.evaluation.table import evaluation_table
        from goldnas_tf.reporting.report import renew
        from goldnas_tf.runtime import threads

        threads.use(config.threads)
    evaluation = evaluate(config, say=lambda line: print(line, file=sys.stderr))
    print(evaluation_table(evaluation))
    print(f"evaluation.json and the pictures in confusion/ are in {config.output}")
    for page in renew(config.network, (EVALUATIONS, config.output)):
        print(f"{page} shows what is confused")
