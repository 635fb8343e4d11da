"""Modules that cost no TensorFlow though their rooms may.

The plain rooms themselves are held by the linter's contract.
"""

import pytest
from processes import run_python

# one of a plain room, to see that the linter's contract is about what happens
PLAIN = [
    "architecture.space",
    "searching.pruning",
    "searching.schedule",
    "training.state",
    "searching.state",
    "searching.config",
    "searching.budget",
    "searching.epoch_end",
    "runs.checkpoint",
    "programs.command_line",
    "runs.interrupt",
    "runs.clock",
    "training.annealing",
    "deployment.preconditions",
    "deployment.settings",
    "deployment.versions",
    "evolution.algorithms",
    "evolution.assembly",
    "evolution.candidate",
    "evolution.front",
    "evolution.records",
    "evolution.settings",
    "evolution.warm_start",
    "evaluation.settings",
    "evaluation.accuracy",
    "evaluation.latency",
    "evaluation.location",
    "evaluation.names",
    "evaluation.origin",
]


@pytest.mark.parametrize("module", PLAIN)
def test_plain_data_imports_no_tensorflow(module, tmp_path):
    name = f"goldnas_tf.{module}"
    program = f"import sys, {name}; print(*{{'tensorflow', 'keras'}} & {{*sys.modules}})"
    found = run_python(program, tmp_path)
    assert (found.returncode, found.stdout.strip(), found.stderr) == (0, "", "")
