import pytest
from processes import run_python

PLAIN = [
    "architecture.space",
    "architecture.operators",
    "architecture.genotype",
    "architecture.costs",
    "architecture.sampling",
    "searching.pruning",
    "searching.schedule",
    "pareto",
    "architecture.blocks",
    "pareto.hypervolume",
    "settings.sections",
    "settings.setting",
    "training.state",
    "searching.state",
    "searching.config",
    "searching.budget",
    "searching.epoch_end",
    "architecture.memory",
    "files.atomic",
    "files.json_lines",
    "runs.checkpoint",
    "programs.command_line",
    "errors",
    "settings.growth",
    "settings.units",
    "runs.interrupt",
    "runs.clock",
    "training.annealing",
    "settings.images",
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
