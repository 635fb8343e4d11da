import pytest
from programs import run_python

PLAIN = [
    "space",
    "operators",
    "genotype",
    "costs",
    "sampling",
    "pruning",
    "schedule",
    "pareto",
    "blocks",
    "hypervolume",
    "config",
    "setting",
    "state",
    "budget",
    "epoch_end",
    "memory",
    "atomic",
    "json_lines",
    "checkpoint",
    "command_line",
    "errors",
    "growth",
    "units",
    "interrupt",
    "clock",
    "annealing",
    "layout",
    "data.settings",
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
