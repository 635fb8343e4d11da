import types

import pytest

from goldnas_tf.engine.process import Outcome
from goldnas_tf.errors import TrainingError
from goldnas_tf.evolution import finals
from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.settings import EvolveConfig
from goldnas_tf.runs.archive import Archive

GENES = (0,) * 13


class Team:
    """An engine whose machines are all out of memory."""

    def run(self, tasks, bounds, signals):
        for name, _ in tasks:
            yield name, Outcome(None, "out of memory", 1.0)


def test_a_front_of_which_nothing_is_trained_ends_the_run(assembly, tmp_path):
    said = []
    journal = types.SimpleNamespace(say=said.append)
    records = types.SimpleNamespace(history=[[]])
    costs = {"macs": 1, "params": 1, "flash_bytes": 1, "ram_bytes": 1}
    ones = [Candidate(name, GENES, 1, costs) for name in ("n001", "n002")]
    with pytest.raises(TrainingError, match=r"none of 2 networks of the front .*: out of memory;"):
        finals.train_front(
            ones, EvolveConfig(), assembly, records, Archive(tmp_path, None), Team(), journal, None
        )
    assert said[1:] == [f"n00{n} could not be trained: out of memory" for n in (1, 2)]
