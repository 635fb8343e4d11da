"""Trains one network on one replica and on two, and prints in JSON how far they are apart.

A program of its own, because logical devices are set before TensorFlow starts.
"""

import json

import keras
import numpy as np
import tensorflow as tf
from tiny_networks import NETWORKS

from goldnas_tf.networks import network
from goldnas_tf.networks.norm import batch_norm
from goldnas_tf.runtime import devices
from goldnas_tf.settings.sections import DeviceSettings, OptimizerSettings
from goldnas_tf.training.learner import Recipe

DEVICES = DeviceSettings(strategy="cpu:2")
devices.prepare(DEVICES)
TINY = NETWORKS["auxiliary_large_images"]
TWO = devices.make_strategy(DEVICES, 8)
BATCHES = [(TINY.images(seed, batch=8), TINY.labels(seed, batch=8)) for seed in range(3)]
# of the last batch 3 examples are real
HELD_OUT = [*BATCHES[:2], (BATCHES[2][0], np.where(np.arange(8) < 3, BATCHES[2][1], -1))]


def split(strategy, batches):
    """Every batch, divided over the replicas."""
    parts = strategy.num_replicas_in_sync
    for batch in batches:
        if parts == 1:
            yield batch
            continue
        yield tuple(_per_replica(strategy, np.split(values, parts)) for values in batch)


def _per_replica(strategy, parts):
    return strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(parts[context.replica_id_in_sync_group])
    )


def train(strategy, tiny=TINY, batches=BATCHES):
    """The metrics of 3 steps, the states before and after, the accuracy, and the learner."""
    recipe = Recipe(
        optimizer=OptimizerSettings(batch_size=8),
        mu=1.0,
        auxiliary_weight=0.4,
        form=tiny.form,
        strategy=strategy,
    )
    keras.utils.set_random_seed(0)
    learner = tiny.learner(recipe)
    before = learner.state()
    steps = [learner.step(*batch, 0.05).numpy().tolist() for batch in split(strategy, batches)]
    if tiny is not TINY:
        return learner
    accuracy = learner.accuracy(split(strategy, HELD_OUT))
    return steps, (before, learner.state()), accuracy, learner


def tried(strategy, learner):
    """How well the network does after a step that is taken back."""
    return learner.losses([learner.genotype], 1, [*split(strategy, BATCHES)])[0]


def apart(one, other):
    """The largest difference of every array."""
    assert set(one) == set(other)
    return {name: float(np.abs(one[name] - other[name]).max()) for name in one}


def between_replicas(learner):
    """The largest difference between the two copies of any variable."""
    copies = [
        TWO.experimental_local_results(variable.value)
        for variable in network.variables(learner.model).values()
    ]
    return max(float(np.abs(one.numpy() - other.numpy()).max()) for one, other in copies)


def norm_errors():
    """Synchronised batch norm against that of the whole batch; channels from 2 on are constant."""
    x = np.random.default_rng(0).normal(3.0, 2.0, (8, 5, 5, 66)).astype(np.float32)
    x[..., 2:] = np.linspace(10.0, 100.0, 64)
    scale, shift = np.linspace(1.0, 2.0, 66, dtype="f"), np.linspace(-1.0, 1.0, 66, dtype="f")

    def normalise(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y, mean, variance = batch_norm(x, scale, shift, shift, scale, True)
            value = tf.reduce_sum(y[..., :2] ** 3)
        return y, mean, variance, tape.gradient(value, x)

    whole = [part.numpy() for part in normalise(tf.constant(x))]
    ((halves,),) = split(TWO, [(x,)])
    results = tf.function(lambda: TWO.run(normalise, (halves,)))()
    y, means, variances, gradients = (
        [part.numpy() for part in TWO.experimental_local_results(result)] for result in results
    )
    y, gradients = np.concatenate(y), np.concatenate(gradients)
    errors = {
        "y": np.abs(y - whole[0])[..., :2].max(),
        "mean": max(np.abs(mean - whole[1])[:2].max() for mean in means),
        "variance": max(np.abs(variance - whole[2])[:2].max() for variance in variances),
        "gradient": np.abs(gradients - whole[3])[..., :2].max(),
        "constant": np.abs(y - shift)[..., 2:].max(),
    }
    return {name: float(error) for name, error in errors.items()}


def shares():
    """Shapes of the parts of a distributed batch."""
    batches = tf.data.Dataset.from_tensors(BATCHES[0][0]).repeat()
    parts = TWO.experimental_local_results(next(iter(devices.distribute(TWO, batches))))
    return [part.shape.as_list() for part in parts]


steps, states, accuracies, learners, trials = {}, {}, {}, {}, {}
for name, strategy in (("one", tf.distribute.get_strategy()), ("two", TWO)):
    steps[name], states[name], accuracies[name], learners[name] = train(strategy)
    trials[name] = tried(strategy, learners[name])
BINARY = NETWORKS["shared_binary_gates"]
binary_batches = [(BINARY.images(seed, batch=8), BINARY.labels(seed, batch=8)) for seed in range(3)]
binary = [train(s, BINARY, binary_batches) for s in (tf.distribute.get_strategy(), TWO)]
binary_states = [learner.state() for learner in binary]
found = {
    "binary": apart(*binary_states),
    "binary_draws": [int(s["cell_0/gate_draws"]) for s in binary_states],
    "binary_between": between_replicas(binary[1]),
    "replicas": TWO.num_replicas_in_sync,
    "shares": shares(),
    "metrics": steps,
    "start": apart(states["one"][0], states["two"][0]),
    "end": apart(states["one"][1], states["two"][1]),
    "moved": max(apart(*states["two"]).values()),
    "trials": trials,
    "taken_back": apart(states["two"][1], learners["two"].state()),
    "between": between_replicas(learners["two"]),
    "accuracies": accuracies,
    "norm": norm_errors(),
}
print(json.dumps(found))
