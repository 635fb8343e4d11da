"""Training the networks of an evolution: candidates for a short time, those of the front longer."""

import gc
import pathlib
from collections.abc import Mapping

import keras
import numpy as np

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.data import ImageData
from goldnas_tf.data.splits import blaming
from goldnas_tf.errors import TrainingError
from goldnas_tf.evaluation.latency import time_calls
from goldnas_tf.evolution.setup import Setup
from goldnas_tf.files import atomic
from goldnas_tf.networks import network
from goldnas_tf.runs.clock import Clock
from goldnas_tf.runtime.devices import make_strategy
from goldnas_tf.training.blueprint import GenotypeBlueprint
from goldnas_tf.training.feed import Feed
from goldnas_tf.training.learner import Learner, Recipe
from goldnas_tf.training.settling import settle
from goldnas_tf.training.trainings import Trainings


class Trials(Trainings):
    """What all trials of a process share; each process of an evolution has one.

    Args:
        setup: of the evolution.

    Raises:
        InputError: the images are streamed, and not those of the run here.
    """

    def __init__(self, setup: Setup):
        super().__init__(setup)
        self._setup, self._config = setup, (config := setup.config)
        batch_size = config.optimizer.batch_size
        strategy = make_strategy(config.devices, batch_size)
        self._feed = Feed(self.data, batch_size, config.augmentation, config.seed, strategy)
        self._recipe = Recipe.of(config, self.data, strategy, form={"gated": False})

    def judge(self, name: str, genotype: Genotype, donors: Mapping[str, tuple[str, str]]) -> dict:
        """Trains a candidate for a short time, and keeps its weights for others to start from.

        Args:
            name: of the candidate.
            genotype: its network.
            donors: candidate and layer that each layer takes its first weights from.

        Returns:
            "val_accuracy", in [0, 1], and "costs" that were measured.

        Raises:
            TrainingError: the loss is not finite.
        """
        with blaming(self.data.splits):
            return self._judge(name, genotype, donors)

    def _judge(self, name: str, genotype: Genotype, donors: Mapping[str, tuple[str, str]]) -> dict:
        settings = self._config.evolution
        # all candidates alike: nothing but the network tells them apart
        keras.utils.set_random_seed(self._config.seed)
        learner = Learner(GenotypeBlueprint(genotype), self._recipe)
        start_from(learner.model, {n: (self._setup.weights(c), s) for n, (c, s) in donors.items()})
        costs = {}
        if settings.measures_latency:
            costs["latency_ms"] = latency_ms(learner, self.data)
        accuracy = None
        # what is too slow needs no training: it is out
        if all(costs[name] <= limit for name, limit in settings.most.items() if name in costs):
            _train(learner, self._feed, settings.candidate_epochs, name)
            accuracy = learner.accuracy(self._feed.validation)
            save_weights(learner.model, self._setup.weights(name))
        del learner
        # traced functions hold their model in reference cycles
        gc.collect()
        return {"val_accuracy": accuracy, "costs": costs}


def _train(learner: Learner, feed: Feed, epochs: int, name: str) -> None:
    try:
        settle(learner, feed, epochs, 0, f"the training of {name}", Clock())
    except TrainingError as error:
        # what to do about it is for the training of one network
        raise TrainingError(str(error).partition(";")[0]) from error


def start_from(model: keras.Model, sources: Mapping[str, tuple[pathlib.Path, str]]) -> None:
    """Gives layers of a network the weights of other networks.

    Args:
        model: its weights change.
        sources: for each layer the file of `save_weights` and the name of a layer in it, which has
            weights of the same names and shapes.
    """
    files = {path: np.load(path, allow_pickle=False) for path, _ in sources.values()}
    for layer_name, (path, source) in sources.items():
        for variable in model.get_layer(layer_name).variables:
            variable.assign(files[path][f"{source}/{variable.name}"])
    for file in files.values():
        file.close()


def save_weights(model: keras.Model, path: pathlib.Path) -> None:
    """Writes all weights of a network by layer and name."""
    values = {name: variable.numpy() for name, variable in network.variables(model).items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic.file(path) as file:
        np.savez(file, **values)


def latency_ms(learner: Learner, data: ImageData) -> float:
    """Milliseconds that the network takes for one image, median."""
    images = np.zeros((1, *data.image_shape), np.uint8)
    labels = np.zeros((1,), np.int32)
    timed = time_calls(lambda _: learner.accuracy([(images, labels)]), images)
    return timed.median_ms
