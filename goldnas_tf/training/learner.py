"""A network in training: model, optimizer and the step, on any number of replicas.

One `tf.function` trains all weights ω on cross-entropy plus λ · R(α). Gradients are summed over the
replicas, clipped by their global norm and decayed. Here a network has no gates, and R(α) is 0;
`searching/gated_learner.py` trains gates α by the same step.
"""

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Gate
from goldnas_tf.data import ImageData
from goldnas_tf.networks import network
from goldnas_tf.networks.cell import Cell
from goldnas_tf.resources.meter import MACS
from goldnas_tf.settings.configuration import RunConfiguration
from goldnas_tf.settings.sections import GateSettings, OptimizerSettings
from goldnas_tf.training.averages import Averages
from goldnas_tf.training.blueprint import Blueprint
from goldnas_tf.training.distillation import Teacher
from goldnas_tf.training.objective import cross_entropy
from goldnas_tf.training.optimizer import ReducedSGD
from goldnas_tf.training.small_images import halved

METRICS = ("loss", "cross_entropy", "penalty", "correct", "gradient_norm")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Everything about a learner but its network, so that a rebuilt one is trained alike.

    Attributes:
        optimizer: learning rate, momentum, decay, clipping; the batch size is the global one.
        gates: learning rate and momentum of the gates, where the network has them.
        prices: gives what each gate of a network costs in the penalty; likewise.
        mu: μ of the resource term; likewise.
        auxiliary_weight: weight of the auxiliary head's loss; 0 is no such head.
        label_smoothing: share of each label that is spread over all classes.
        ema_decay: decay of the moving average of the weights; 0 is no such average.
        teacher: whose answers the network is taught besides the labels, or None.
        estimates: whether it is estimated how much the loss depends on each operator.
        seed: of the samples of binary gates.
        form: in which form the network is built.
        strategy: devices.
        xla: whether the step is compiled with XLA.
    """

    optimizer: OptimizerSettings
    gates: GateSettings = dataclasses.field(default_factory=GateSettings)
    prices: Callable[[Genotype], Mapping[Gate, float]] = MACS.relative
    mu: float = 0.0
    auxiliary_weight: float = 0.0
    label_smoothing: float = 0.0
    ema_decay: float = 0.0
    teacher: Teacher | None = None
    estimates: bool = False
    seed: int = 0
    form: network.Form = dataclasses.field(default_factory=network.Form)
    strategy: tf.distribute.Strategy = dataclasses.field(default_factory=tf.distribute.get_strategy)
    xla: bool = False

    @classmethod
    def of(
        cls,
        config: RunConfiguration,
        data: ImageData,
        strategy: tf.distribute.Strategy,
        form: Mapping[str, Any],
        **values: Any,
    ) -> "Recipe":
        """The recipe that follows from a configuration and its images.

        Args:
            config: with sections on optimizer and devices.
            data: the images.
            strategy: devices.
            form: of the networks, besides what follows.
            **values: of the recipe, likewise.
        """
        return cls(
            optimizer=config.optimizer,
            form=network.Form(
                precision=config.devices.precision,
                pixel_mean=data.pixel_mean,
                pixel_std=data.pixel_std,
                **form,
            ),
            strategy=strategy,
            xla=config.devices.xla,
            **values,
        )


class Learner:
    """Trains one built network.

    Args:
        blueprint: what is built.
        recipe: how it is trained.

    Attributes:
        model: the Keras model.
    """

    def __init__(self, blueprint: Blueprint, recipe: Recipe):
        self.recipe = recipe
        settings = recipe.optimizer
        with recipe.strategy.scope():
            self.model = blueprint.build(recipe.form)
            self._gates = self._find_gates()
            gates = {id(variable) for variable in self._gates}
            trainable = self.model.trainable_variables
            self._weights = [variable for variable in trainable if id(variable) not in gates]
            self._weight_optimizer = ReducedSGD(settings.learning_rate, float(settings.momentum))
            self._weight_optimizer.build(self._weights)
            self._averages = Averages(self.model, recipe.ema_decay) if recipe.ema_decay else None
        # or it would refuse small images
        self.model.input_spec = None
        self._compiled_steps = {
            small: tf.function(
                functools.partial(self._step, small),
                jit_compile=recipe.xla or None,
                autograph=False,
            )
            for small in (False, True)
        }
        self._compiled_counts = {
            small: tf.function(functools.partial(self._count, small), autograph=False)
            for small in (False, True)
        }
        self._compiled_observe = tf.function(self._observe, autograph=False)

    def _find_gates(self) -> list[keras.Variable]:
        """The variables that are gates, not weights; a network without them has none."""
        return []

    def step(
        self, images: tf.Tensor, labels: tf.Tensor, lambda_: float, small: bool = False
    ) -> tf.Tensor:
        """Trains weights and gates on one global batch.

        Args:
            images: (batch, height, width, channels), values in 0..255; per-replica under a
                strategy of several.
            labels: (batch,), integers.
            lambda_: λ, weight of the resource term.
            small: whether the network sees them at half their height and width.

        Returns:
            The values of `METRICS`, (5,): loss, cross-entropy and R(α) as means over the batch, the
            number of correct answers, and the norm of the weights' gradient before it is clipped.
        """
        auxiliary = self.recipe.auxiliary_weight if self._has_auxiliary() else 0.0
        step = self._compiled_steps[small]
        return step(images, labels, tf.constant(lambda_), tf.constant(auxiliary))

    def _has_auxiliary(self) -> bool:
        """Whether the auxiliary head, if the model has one, is trained."""
        return True

    def _step(self, small: bool, *batch: tf.Tensor) -> tf.Tensor:
        strategy = self.recipe.strategy
        step = functools.partial(self._replica_step, small)
        return strategy.reduce("SUM", strategy.run(step, batch), axis=None)

    def _replica_step(
        self,
        small: bool,
        images: tf.Tensor,
        labels: tf.Tensor,
        lambda_: tf.Tensor,
        auxiliary_weight: tf.Tensor,
    ) -> tf.Tensor:
        """The step of one replica, on its part of the batch; all replicas end up equal."""
        context = tf.distribute.get_replica_context()
        settings = self.recipe.optimizer
        with tf.GradientTape() as tape:
            outputs = self.model(halved(images) if small else images, training=True)
            logits, *auxiliary = outputs if isinstance(outputs, list) else [outputs]
            entropy = self._mean_entropy(labels, logits)
            penalty = self._resource_term() / context.num_replicas_in_sync
            loss = self._taught(entropy, images, logits) + lambda_ * penalty
            for head in auxiliary:
                loss += auxiliary_weight * self._mean_entropy(labels, head)
        gradients = tape.gradient(loss, [*self._weights, *self._gates])
        if context.num_replicas_in_sync > 1:
            constants = [tf.stop_gradient(gradient) for gradient in gradients]
            gradients = context.all_reduce(tf.distribute.ReduceOp.SUM, constants)
        weights = len(self._weights)
        clipped, norm = tf.clip_by_global_norm(gradients[:weights], settings.clip_norm)
        # decay enters the momentum, as L2 does in the method's implementations
        decayed = [
            gradient + settings.weight_decay * variable
            for gradient, variable in zip(clipped, self._weights, strict=True)
        ]
        self._weight_optimizer.apply(decayed)
        self._train_gates(gradients[weights:])
        if self._averages:
            self._averages.update()
        # summed over the replicas like the others
        norm /= context.num_replicas_in_sync
        return tf.stack([loss, entropy, penalty, _correct(labels, logits), norm])

    def _mean_entropy(self, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """The part of this replica in the mean over the global batch."""
        entropies = cross_entropy(labels, logits, self.recipe.label_smoothing)
        return tf.reduce_sum(entropies) / self.recipe.optimizer.batch_size

    def _taught(self, entropy: tf.Tensor, images: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """The loss of the answers, with what the teacher says, where there is one."""
        teacher = self.recipe.teacher
        if not teacher:
            return entropy
        losses = teacher.losses(images, logits)
        told = tf.reduce_sum(losses) / self.recipe.optimizer.batch_size
        return (1 - teacher.weight) * entropy + teacher.weight * told

    def _train_gates(self, gradients: Sequence[tf.Tensor]) -> None:
        """Takes a step of the gates."""

    def _resource_term(self) -> tf.Tensor:
        """R(α); 0 of a network without gates."""
        return tf.constant(0.0)

    def anneal(self, factor: float) -> None:
        """Sets the learning rates to this factor of their settings; 1 is the settings'."""
        self._weight_optimizer.rate.assign(self.recipe.optimizer.learning_rate * factor)

    def drop_paths(self, rate: float) -> None:
        """Sets the rate at which operators are left out, of a network with drop-path, in [0, 1)."""
        for layer in self.model.layers:
            if isinstance(layer, Cell) and layer.drop:
                layer.drop.rate.assign(rate)

    def averaged(self) -> contextlib.AbstractContextManager[None]:
        """Inside, the network has the moving averages for its weights, if the recipe has them."""
        return self._averages.applied() if self._averages else contextlib.nullcontext()

    def accuracy(
        self, batches: Iterable[tuple[tf.Tensor, tf.Tensor]], small: bool = False
    ) -> float:
        """Top-1 accuracy over batches of (images, labels), in [0, 1]; labels of −1 do not count.

        Args:
            batches: as for `step`.
            small: likewise.
        """
        total = np.zeros(2)
        for images, labels in batches:
            total += self._compiled_counts[small](images, labels).numpy()
        return float(total[0] / max(total[1], 1))

    def _count(self, small: bool, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        def count(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
            logits = self._logits(halved(images) if small else images, training=False)
            real = tf.reduce_sum(tf.cast(labels >= 0, tf.float32))
            return tf.stack([_correct(labels, logits), real])

        counts = self.recipe.strategy.run(count, (images, labels))
        return self.recipe.strategy.reduce("SUM", counts, axis=None)

    def _logits(self, images: tf.Tensor, training: bool) -> tf.Tensor:
        """The network's answers, without those of an auxiliary head."""
        outputs = self.model(images, training=training)
        return outputs[0] if isinstance(outputs, list) else outputs

    def observe(self, images: tf.Tensor) -> None:
        """Moves the batch norms' statistics towards those of a batch, and nothing else."""
        self._compiled_observe(images)

    def _observe(self, images: tf.Tensor) -> None:
        def forward(images: tf.Tensor) -> None:
            self.model(images, training=True)

        self.recipe.strategy.run(forward, (images,))

    def step_is_traced(self, small: bool = False) -> bool:
        """Whether `step` has traced its graph, which makes the first one long."""
        return self._compiled_steps[small].experimental_get_tracing_count() > 0

    def accuracy_is_traced(self, small: bool = False) -> bool:
        """Whether `accuracy` has."""
        return self._compiled_counts[small].experimental_get_tracing_count() > 0

    def halt(self) -> None:
        """Takes all momentum away: at rates of 0 steps move the batch norms' statistics alone."""
        self._weight_optimizer.halt()

    def state(self) -> dict[str, np.ndarray]:
        """All weights, statistics and optimizer slots by name."""
        return {name: variable.numpy() for name, variable in self._variables().items()}

    def load(self, state: Mapping[str, np.ndarray]) -> None:
        """Restores what `state` gave.

        Raises:
            KeyError: a variable of this network is not in the state.
        """
        for name, variable in self._variables().items():
            variable.assign(state[name])

    def structure(self) -> dict[str, Any]:
        """What the model was built from besides the blueprint, for checkpoints, as JSON values."""
        return {}

    def _variables(self) -> dict[str, keras.Variable]:
        averages = self._averages.variables if self._averages else {}
        return self._with_slots(self._weight_optimizer, self._weights) | averages

    def _with_slots(
        self, optimizer: ReducedSGD, trained: Sequence[keras.Variable]
    ) -> dict[str, keras.Variable]:
        """All of the model's variables, and the optimizer's slots of those that it trains."""
        named = network.variables(self.model)
        names = {id(variable): name for name, variable in named.items()}
        # without momentum there are no slots
        pairs = zip(trained, optimizer.momentums, strict=bool(optimizer.momentums))
        return named | {f"{names[id(variable)]}@momentum": slot for variable, slot in pairs}


def _correct(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    answers = tf.argmax(logits, -1, output_type=labels.dtype)
    return tf.reduce_sum(tf.cast(answers == labels, tf.float32))
