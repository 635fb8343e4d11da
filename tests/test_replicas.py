"""One replica against two, on logical CPU devices, in a program of their own."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

import goldnas_tf

TESTS = pathlib.Path(__file__).parent
ROOT = pathlib.Path(goldnas_tf.__file__).parents[1]

PROGRAM = """
import json, sys
import keras
import numpy as np
import tensorflow as tf
from goldnas_tf.training import runtime
runtime.prepare("cpu:2")
from tiny_networks import NETWORKS, scatter
from goldnas_tf import costs, network
from goldnas_tf.config import OptimizerSettings
from goldnas_tf.layers.norm import batch_norm
from goldnas_tf.training.learner import Learner, Recipe

tiny = NETWORKS["auxiliary"]
two = runtime.make_strategy("cpu:2", 8)
learners, states, metrics, accuracies = {}, {}, {}, {}
images = np.concatenate([tiny.images(seed, batch=8) for seed in range(3)])
labels = np.concatenate([tiny.labels(seed, batch=8) for seed in range(3)])
data = tf.data.Dataset.from_tensor_slices((images, labels)).batch(8, drop_remainder=True)
padded = np.where(np.arange(24) < 19, labels, -1)
held_out = tf.data.Dataset.from_tensor_slices((images, padded)).batch(8, drop_remainder=True)
for name, strategy in (("one", tf.distribute.get_strategy()), ("two", two)):
    recipe = Recipe(
        optimizer=OptimizerSettings(batch_size=8),
        relative_costs=costs.relative(tiny.genotype.space, "macs"),
        mu=1.0, auxiliary_weight=0.4, form=tiny.form, strategy=strategy,
    )
    keras.utils.set_random_seed(0)
    learner = Learner(tiny.genotype, recipe)
    start = learner.state()
    steps = [
        learner.step(x, y, 0.05).numpy().tolist() for x, y in runtime.distribute(strategy, data)
    ]
    metrics[name] = steps
    states[name] = start, learner.state()
    accuracies[name] = learner.accuracy(runtime.distribute(strategy, held_out))
    learners[name] = learner
    learner.mask(tiny.genotype.without(tiny.genotype.ordered[:2]))
    masked = learner.strengths()
    learner.load(start)
    assert set(masked) < set(learner.built.places)

def apart(index):
    ends = states["one"][index], states["two"][index]
    assert set(ends[0]) == set(ends[1])
    return {name: float(np.abs(ends[0][name] - ends[1][name]).max()) for name in ends[0]}

replicas = [
    float(np.abs(copies[0].numpy() - copies[1].numpy()).max())
    for copies in (
        two.experimental_local_results(variable.value)
        for variable in network.variables(learners["two"].model).values()
    )
]

# synchronised batch norm against the batch as a whole
rng = np.random.default_rng(0)
x = rng.normal(3.0, 2.0, (8, 5, 5, 3)).astype(np.float32)
x[..., 2] = 1000.0
scale, shift = np.float32([1.0, 2.0, 0.5]), np.float32([0.0, 1.0, -1.0])
whole = [part.numpy() for part in batch_norm(x, scale, shift, shift, scale, True)]

@tf.function
def split(halves):
    return two.run(lambda half: batch_norm(half, scale, shift, shift, scale, True), (halves,))

halves = two.experimental_distribute_values_from_function(
    lambda context: tf.constant(np.split(x, 2)[context.replica_id_in_sync_group])
)
y, mean, variance = (
    [part.numpy() for part in two.experimental_local_results(value)] for value in split(halves)
)
norm = {
    "y": np.abs(np.concatenate(y) - whole[0])[..., :2].max(),
    "mean": max(np.abs(part - whole[1]).max() for part in mean),
    "variance": max(np.abs(part - whole[2])[:2].max() for part in variance),
    "constant": np.abs(np.concatenate(y)[..., 2] + 1.0).max(),
}
print(json.dumps({
    "replicas": two.num_replicas_in_sync, "metrics": metrics, "start": apart(0), "end": apart(1),
    "accuracies": accuracies, "between": max(replicas),
    "norm": {name: float(value) for name, value in norm.items()},
    "moved": max(float(np.abs(states["two"][0][n] - states["two"][1][n]).max()) for n in start),
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What the program measured."""
    path = os.pathsep.join([str(ROOT), str(TESTS)])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path_factory.mktemp("replicas"),
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_there_are_two_replicas(found):
    assert found["replicas"] == 2


def test_the_same_seed_gives_the_same_weights(found):
    assert max(found["start"].values()) == 0.0


def test_losses_agree(found):
    for one, two in zip(found["metrics"]["one"], found["metrics"]["two"], strict=True):
        assert two == pytest.approx(one, abs=1e-4)


def test_weights_momenta_and_statistics_agree_in_the_end(found):
    assert found["moved"] > 0.01
    assert {name: gap for name, gap in found["end"].items() if gap > 1e-4} == {}


def test_replicas_hold_the_same_weights(found):
    assert found["between"] == 0.0


def test_accuracy_counts_the_examples_of_all_replicas(found):
    assert found["accuracies"]["two"] == pytest.approx(found["accuracies"]["one"], abs=1e-6)
    # of 19 examples that are not padding
    assert (found["accuracies"]["one"] * 19) % 1 == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("part", ["y", "mean", "variance"])
def test_batch_norm_is_that_of_the_global_batch(found, part):
    assert found["norm"][part] < 1e-3


def test_batch_norm_of_a_constant_channel_is_its_shift(found):
    assert found["norm"]["constant"] < 1e-2
