"""Evolutions that are told to go further, with a stand-in for the processes that try networks."""

import dataclasses
import json
import zlib

import pytest
import tensorflow as tf

import goldnas_tf
from goldnas_tf.engine.engine import Outcome
from goldnas_tf.evolution import candidate, evolve
from goldnas_tf.evolution import generations as trying

CONFIG = goldnas_tf.EvolveConfig(
    evolution=goldnas_tf.EvolutionSettings(population=6, max_params="6K", final_points=0),
    assembly=goldnas_tf.AssemblySettings(widths=("2", "4"), most_stages=2, most_blocks=2),
)


class KilledError(Exception):
    """What ends a process at once."""


class Team:
    """Says at once how accurate a network is; it depends on whose weights it starts from."""

    count = 1
    trials_left = 1000

    def __init__(self, work, setup, *_):
        self.setup = setup

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def run(self, tasks, bounds, signals):
        for name, (_, _, genotype, sources) in tasks:
            if Team.trials_left == 0:
                raise KilledError
            Team.trials_left -= 1
            assert all(self.setup.weights(donor).exists() for donor, _ in sources.values())
            self.setup.weights(name).parent.mkdir(exist_ok=True)
            self.setup.weights(name).touch()
            what = json.dumps([genotype.to_json(), sorted(sources.items())])
            drawn = zlib.crc32(what.encode()) % 1000
            yield name, Outcome({"val_accuracy": drawn / 1000}, None, 0.0)


@pytest.fixture(scope="module")
def data():
    return goldnas_tf.load_data(dataclasses.replace(CONFIG.data, train_images=120))


@pytest.fixture
def run(library, data, tmp_path, monkeypatch):
    monkeypatch.setattr(evolve, "engine", Team)
    monkeypatch.setattr(trying, "draw_evolution", lambda history, settings, path: _draw(path))

    def run(name, generations, trials=1000, **changes):
        """Runs to the end, or until it is killed, and gives what the run has left."""
        settings = dataclasses.replace(CONFIG.evolution, generations=generations, **changes)
        config = dataclasses.replace(CONFIG, evolution=settings)
        monkeypatch.setattr(Team, "trials_left", trials)
        try:
            goldnas_tf.evolve(config, library, data, tmp_path / name)
        except KilledError:
            assert trials < 1000
        return left(tmp_path / name)

    return run


def _draw(path):
    path.write_bytes(tf.io.encode_png(tf.zeros((1, 1, 3), tf.uint8)).numpy())


def left(folder):
    """Trials by name, lines of metrics, and what TensorBoard shows of each generation."""
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    records = tf.data.TFRecordDataset([str(f) for f in folder.glob("tensorboard/events*")])
    events = map(tf.compat.v1.Event.FromString, records.as_numpy_iterator())
    shown = [(event.step, value.tag) for event in events for value in event.summary.value]
    return (
        {one.name: one for one in candidate.read(folder)},
        [json.loads(line) for line in lines],
        sorted(shown),
    )


def test_more_generations_are_those_of_a_run_that_was_to_have_them(run):
    whole = run("whole", 8)
    cut_short = []
    before = run("grown", 1)
    for generations in range(2, 9):
        before, earlier = run("grown", generations), before
        assert len(before[0]) == 6 * generations
        last = len(earlier[1]) - 1
        assert before[1][:last] == earlier[1][:last]
        if before[1][last] != earlier[1][last]:
            # the budget's end was within a generation, which goes on
            assert before[1][last]["trained"] > earlier[1][last]["trained"]
            cut_short.append(generations)
    assert before == whole
    assert cut_short


def test_a_run_that_goes_further_may_be_killed(run):
    whole = run("whole", 7)
    run("grown", 5, trials=9)
    run("grown", 6)
    for _ in range(7):
        # also within the generation that was cut short
        run("grown", 7, trials=1)
    assert run("grown", 7) == whole


def test_generations_are_not_taken_back(run, tmp_path):
    before = run("run", 2)
    with pytest.raises(goldnas_tf.InputError, match="generations: was 2, is 1, but may only be"):
        run("run", 1)
    assert left(tmp_path / "run") == before


def test_a_run_that_finds_nothing_new_says_so(run, capsys):
    few = {"max_params": "170", "population": 4}
    before = run("run", 30, **few)
    assert len(before[0]) < 30 * 4
    said = f"nothing new is found after {len(before[0])} networks\n"
    assert said in capsys.readouterr().err
    assert run("run", 40, **few) == before
    errors = capsys.readouterr().err
    assert "the run goes further: generations: was 30, is 40\n" in errors
    assert said in errors
