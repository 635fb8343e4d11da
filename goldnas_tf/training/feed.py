"""The batches that a run reads, each split over the replicas where there are several."""

from collections.abc import Iterator

import tensorflow as tf

from goldnas_tf.data import (
    ImageData,
    evaluation_batches,
    sample_batches,
    steps_per_pass,
    training_batches,
)
from goldnas_tf.data.splits import Split
from goldnas_tf.runtime.devices import Batches, distribute
from goldnas_tf.settings.images import AugmentationSettings
from goldnas_tf.training.steps import Batch


class Feed:
    """Batches to train on and to measure with.

    Args:
        data: the images.
        batch_size: global batch.
        augmentation: of training images.
        seed: of their order and augmentation.
        strategy: devices.
        watch_images: how many validation images `watched` has, about; 0 is all.

    Attributes:
        pass_steps: steps of one pass over the training images.
        validation: all validation images, batched.
        watched: those that a running network is measured on, always the same.
        watched_images: about how many these are.

    Raises:
        InputError: an augmentation or a batch that does not fit the images.
    """

    def __init__(
        self,
        data: ImageData,
        batch_size: int,
        augmentation: AugmentationSettings,
        seed: int,
        strategy: tf.distribute.Strategy,
        watch_images: int = 0,
    ):
        self._data = data
        self._batch_size = batch_size
        self._augmentation = augmentation
        self._seed = seed
        self._strategy = strategy
        self.pass_steps = steps_per_pass(data, batch_size)
        self.validation = self.once(data.validation)
        self.watched_images = min(watch_images or data.validation.size, data.validation.size)
        self.watched = distribute(strategy, self._watched(watch_images))
        # refuses an augmentation that does not fit the images before a run begins
        self._training(seed, 0)

    def once(self, split: Split) -> Batches:
        """Every image of a split, batched."""
        return distribute(self._strategy, evaluation_batches(split, self._batch_size))

    def stream(self, first_step: int = 0) -> Iterator[Batch]:
        """Endless training batches: the same ones from any step on."""
        return iter(distribute(self._strategy, self._training(self._seed, first_step)))

    def apart(self, number: int, steps: int) -> Iterator[Batch]:
        """So many training batches in an order of their own, as settling point `number` has."""
        # far from the seeds of the run's own stream
        seed = (self._seed + 1) * 1_000_003 + number
        return iter(distribute(self._strategy, self._training(seed, 0).take(steps)))

    def _training(self, seed: int, first_step: int) -> tf.data.Dataset:
        return training_batches(self._data, self._batch_size, self._augmentation, seed, first_step)

    def _watched(self, images: int) -> tf.data.Dataset:
        split, batch_size = self._data.validation, self._batch_size
        if not images or max(images, batch_size) >= split.size:
            return evaluation_batches(split, batch_size)
        return sample_batches(split, batch_size, images)
