"""Writes the page of a run: one HTML file that shows all of it, without a network or a server.

  goldnas-report runs/digits
  goldnas-report runs/digits runs/digits/compare --output=both.html
  goldnas-report runs/digits --card=POINT

Searches, evolutions, trainings and comparisons write theirs by themselves, and while they go on.
Written anew it also shows what networks confuse that were evaluated meanwhile; several runs are
drawn into one plot. --card writes the model card of a network.
"""

from absl import flags

from goldnas_tf.errors import InputError
from goldnas_tf.programs import command_line
from goldnas_tf.reporting.settings import ReportConfig


def main() -> None:
    """Runs the program."""
    command_line.define_paths(
        "run", "work folder of a run, or several with commas; may stand without --run="
    )
    command_line.define(ReportConfig, flags.FLAGS)
    command_line.run(_report, __doc__, ReportConfig, argument="run")


def _report() -> None:
    """Reads the flags, writes the page or the card."""
    config = command_line.read(ReportConfig, flags.FLAGS)
    runs = command_line.paths("run")
    if config.card and (len(runs) != 1 or config.output):
        raise InputError(
            f"card: expected one RUN and no output; received {len(runs)} and {config.output!r}"
        )
    # from here on it takes seconds: flags out of range are told by now
    with command_line.starting():
        from goldnas_tf.reporting.card import write_card
        from goldnas_tf.reporting.report import report
    if config.card:
        path = write_card(runs[0], config.card, config.evaluations)
    else:
        path = report(runs, config.output or None, config.evaluations)
    print(path)
