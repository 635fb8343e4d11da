import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.evolution.settings import AssemblySettings, EvolutionSettings, EvolveConfig
from goldnas_tf.training.train_config import TrainingSettings


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"population": 3}, "population: expected at least 4"),
        ({"algorithm": "tabu"}, "algorithm: expected one of"),
        ({"objectives": ()}, "objectives: expected some of"),
        ({"objectives": ("params", "params")}, "objectives: expected some of"),
        ({"objectives": ("colour",)}, "objectives: expected some of"),
        ({"max_params": "many"}, "max_params: expected a count"),
        ({"max_macs": "-1"}, "max_macs: expected a count"),
        ({"max_ram": "96KB"}, "max_ram: expected a count"),
        ({"candidate_minutes": 0.0}, "candidate_minutes: expected above 0"),
    ],
)
def test_impossible_evolutions_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        EvolutionSettings(**values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"least_stages": 4}, "least_stages: expected at most most_stages"),
        ({"most_blocks": 0}, "most_blocks: expected at least 1"),
        ({"least_blocks": 5}, "least_blocks: expected at most most_blocks"),
        ({"widths": ("8", "1")}, "widths: expected whole numbers of at least 2"),
        ({"widths": ()}, "widths: expected .*received none"),
        ({"width_growths": ("0.5",)}, "width_growths: expected numbers from 1"),
        ({"width_growths": ("nan",)}, "width_growths: expected numbers from 1"),
        ({"kernels": ("4",)}, "kernels: expected found or sides"),
        ({"kernels": ("7",)}, r"kernels: expected found or sides \[3, 5\]"),
    ],
)
def test_impossible_assemblies_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        AssemblySettings(**values)


def test_limits_are_those_that_are_set():
    settings = EvolutionSettings(max_params="0", max_macs="40M", max_latency_ms=2.5)
    assert settings.most == {"macs": 40_000_000, "latency_ms": 2.5}
    assert settings.measures_latency
    board = EvolutionSettings(max_params="0", max_flash="96K", max_ram="128K")
    assert board.most == {"flash_bytes": 96_000, "ram_bytes": 128_000}
    assert EvolutionSettings().most == {"params": 1_000_000}
    assert not EvolutionSettings().measures_latency
    assert EvolutionSettings(objectives=("macs", "latency_ms")).measures_latency


def test_weights_are_never_inherited():
    with pytest.raises(InputError, match="init: expected scratch"):
        EvolveConfig(training=TrainingSettings(init="inherited"))
