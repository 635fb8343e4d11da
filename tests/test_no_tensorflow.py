import os
import pathlib
import subprocess
import sys

import pytest

import goldnas_tf

ROOT = pathlib.Path(goldnas_tf.__file__).parents[1]

PLAIN = [
    "space",
    "operators",
    "genotype",
    "costs",
    "sampling",
    "pruning",
    "schedule",
    "pareto",
    "config",
    "setting",
    "state",
    "budget",
    "epoch_end",
    "memory",
    "atomic",
    "checkpoint",
    "command_line",
    "errors",
    "units",
    "interrupt",
    "clock",
    "annealing",
    "layers.layout",
    "data.settings",
    "deployment.preconditions",
    "deployment.settings",
    "deployment.versions",
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
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout.strip(), found.stderr) == (0, "", "")
