"""A network with gates in training: what a search does with its learner besides training it.

Weights ω and gates α are trained together, one-level, by the step of `training/learner.py`; a
second optimizer applies the gradients of the gates.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import STEM, Gate, Group, Place
from goldnas_tf.networks import network
from goldnas_tf.searching.epoch_end import Seen
from goldnas_tf.training.blueprint import GenotypeBlueprint
from goldnas_tf.training.learner import Learner, Recipe
from goldnas_tf.training.objective import Penalty
from goldnas_tf.training.optimizer import ReducedSGD
from goldnas_tf.training.steps import Batch

# α whose σ(α) is 1 in float32
_OPEN = 30.0


class GatedLearner(Learner):
    """Trains one built network with gates.

    Args:
        genotype: what is built. Operators that are pruned later are masked until a rebuild.
        recipe: how it is trained.

    Attributes:
        genotype: the operators and channels that are alive.
        built: those that the model has; more than `genotype` while some are masked.
    """

    def __init__(self, genotype: Genotype, recipe: Recipe):
        self.genotype = self.built = genotype
        super().__init__(GenotypeBlueprint(genotype), recipe)
        self._compiled_entropy = tf.function(self._entropy, autograph=False)
        for cell in self._cells:
            if cell.sampler:
                cell.sampler.begin(recipe.seed)
        with recipe.strategy.scope():
            self._penalty = Penalty(genotype, recipe.prices(genotype), recipe.mu)
            self._gate_optimizer = ReducedSGD(
                recipe.gates.gate_learning_rate, float(recipe.gates.gate_momentum)
            )
            self._gate_optimizer.build(self._gates)
            self._estimates = [
                keras.Variable(
                    tf.zeros(table.gates.shape),
                    dtype="float32",
                    trainable=False,
                    aggregation="only_first_replica",
                    name=f"{table.layer}_{table.name}_estimates",
                )
                for table in (self._tables if recipe.estimates else [])
            ]

    def _find_gates(self) -> list[keras.Variable]:
        live = self.built.live_cells
        self._cells = [self.model.get_layer(network.cell_name(index)) for index in live]
        of_operators = [
            _Table(
                cell.name, "gates", cell.gates, cell.live, cell.strengths, self.built.cell(index)
            )
            for index, cell in zip(live, self._cells, strict=True)
        ]
        self._tables = [*of_operators, *self._of_widths()]
        self._kinds = _kinds(self.built, self._tables)
        return [table.gates for table in self._tables]

    def _of_widths(self) -> list["_Table"]:
        """The gates of groups of channels, of the stem and then of every cell."""
        if not self.built.groups:
            return []
        layers = {STEM: self.model.get_layer(network.STEM_GATES)}
        layers |= dict(zip(self.built.live_cells, self._cells, strict=True))
        return [
            _Table(
                layer.name,
                "width_gates",
                layer.width.gates,
                layer.width.live,
                layer.width.strengths,
                tuple(Group(owner, index) for index in self.built.groups_of(owner)),
            )
            for owner, layer in layers.items()
        ]

    def _has_auxiliary(self) -> bool:
        return network.has_auxiliary(self.genotype, self.recipe.form)

    def _train_gates(self, gradients: Sequence[tf.Tensor]) -> None:
        shared = self._shared(gradients)
        self._estimate(shared)
        self._gate_optimizer.apply(shared)

    def _shared(self, gradients: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Gradients of the gates; cells that share theirs all get the sum, and so stay alike."""
        shared = list(gradients)
        for kind in self._kinds:
            total = tf.add_n([gradients[position] for position in kind])
            for position in kind:
                shared[position] = total
        return shared

    def _estimate(self, gradients: Sequence[tf.Tensor]) -> None:
        """Adds up, for each gate, the square of what the loss would change by without it.

        Formula, of first order: σ(α) · ∂L/∂σ = ∂L/∂α / (1 − σ(α)).
        """
        for total, table, gradient in zip(self._estimates, self._tables, gradients, strict=False):
            change = gradient / (1 - tf.sigmoid(tf.convert_to_tensor(table.gates)))
            total.assign_add(change**2)

    def seen(self) -> Seen:
        """What the gates say at the end of an epoch; estimates of importance begin anew with it."""
        return Seen(self.strengths(), self.closed(), self.importance() or None)

    def importance(self) -> dict[Gate, float]:
        """How much the loss depends on each live gate, since it was last asked for.

        The root of the mean square over the steps, up to a factor that all have; nothing where the
        recipe does not ask for estimates.
        """
        if not self._estimates:
            return {}
        values = np.concatenate([total.numpy() for total in self._estimates]) ** 0.5
        for total in self._estimates:
            total.assign(tf.zeros(total.shape))
        return self._of_live(values)

    def _of_live(self, values: np.ndarray) -> dict[Gate, float]:
        """The values of all that the model has, by gate, of those that are alive."""
        alive = {*self.genotype.members}
        pairs = zip(self.built.members, values, strict=True)
        return {gate: float(value) for gate, value in pairs if gate in alive}

    def _resource_term(self) -> tf.Tensor:
        strengths = tf.concat([table.strengths() for table in self._tables], 0)
        live = tf.concat([tf.convert_to_tensor(table.live) for table in self._tables], 0)
        return self._penalty(strengths, live)

    def anneal(self, factor: float) -> None:
        """Sets both learning rates to this factor of their settings; 1 is the search's."""
        super().anneal(factor)
        self._gate_optimizer.rate.assign(self.recipe.gates.gate_learning_rate * factor)

    def halt(self) -> None:
        """Takes all momentum away: at rates of 0 steps move the batch norms' statistics alone."""
        super().halt()
        self._gate_optimizer.halt()

    def strengths(self) -> dict[Gate, float]:
        """σ(α) of every live gate."""
        return self._of_live(np.concatenate([table.strengths().numpy() for table in self._tables]))

    def closed(self) -> set[Place]:
        """Live operators that the network which is used has not: their binary gates are closed.

        Binary gates are taken at their most probable values; of soft gates none is closed.
        """
        values = np.concatenate([cell.gate_values().numpy() for cell in self._cells])
        pairs = zip(self.built.ordered, values, strict=True)
        return {place for place, value in pairs if value == 0} & self.genotype.places

    def open_gates(self) -> None:
        """Sets all gates of operators to 1; binary ones have no gradient there, and stay."""
        for cell in self._cells:
            cell.gates.assign(tf.fill(cell.gates.shape, _OPEN))
        self._gate_optimizer.halt()

    def mask(self, genotype: Genotype) -> None:
        """Takes gates out of the function and the penalty, not yet out of the graph.

        Args:
            genotype: what is left, a part of `built`.
        """
        self.genotype = genotype
        if genotype.groups:
            self._penalty.reprice(self.recipe.prices(genotype))
        self._set_live(genotype)

    def _set_live(self, genotype: Genotype) -> None:
        alive = {*genotype.members}
        for table in self._tables:
            table.live.assign([float(gate in alive) for gate in table.members])

    def losses(
        self, networks: Sequence[Genotype], steps: int, batches: Sequence[Batch]
    ) -> list[float]:
        """Cross-entropy of parts of the network, each after some steps of training from here.

        Each is trained on the first batches, without a price, and asked on those that it was not
        trained on, with their own statistics as in training. Nothing of it stays.

        Args:
            networks: parts of `built`.
            steps: of each.
            batches: more than so many.

        Returns:
            Means over the images that are asked.
        """
        kept, losses = self.state(), []
        for genotype in networks:
            self._set_live(genotype)
            for images, labels in batches[:steps]:
                self.step(images, labels, 0.0)
            asked = [self._compiled_entropy(*batch).numpy() for batch in batches[steps:]]
            losses.append(float(np.mean(asked)))
            # with what is alive
            self.load(kept)
        return losses

    def _entropy(self, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Mean cross-entropy of a global batch, with its statistics."""

        def entropy(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
            return self._mean_entropy(labels, self._logits(images, training=True))

        strategy = self.recipe.strategy
        return strategy.reduce("SUM", strategy.run(entropy, (images, labels)), axis=None)

    def structure(self) -> dict[str, Any]:
        """What the model has: some of it may be masked."""
        return {"built": self.built.to_json()}

    def _variables(self) -> dict[str, keras.Variable]:
        # rows like those of the gates, so that a rebuild carries them
        pairs = zip(self._estimates, self._tables, strict=False)
        estimates = {f"{table.layer}/{table.name}@estimates": total for total, table in pairs}
        slots = self._with_slots(self._gate_optimizer, self._gates)
        return super()._variables() | slots | estimates


@dataclasses.dataclass(frozen=True, eq=False)
class _Table:
    """A variable of gates.

    Attributes:
        layer: name of the layer that has it.
        name: of the variable.
        gates: α of each, (gates,).
        live: 0 for what is masked, else 1; (gates,).
        strengths: gives σ(α) of each, 0 where it is masked; (gates,).
        members: whose gates they are, in order.
    """

    layer: str
    name: str
    gates: keras.Variable
    live: keras.Variable
    strengths: Callable[[], tf.Tensor]
    members: tuple[Gate, ...]


def _kinds(genotype: Genotype, tables: Sequence[_Table]) -> list[list[int]]:
    """Positions of the tables that are alike because their cells share gates."""
    kinds = genotype.space.kinds if genotype.space.shared else ()
    alike: dict[tuple[str, tuple[int, ...]], list[int]] = {}
    for position, table in enumerate(tables):
        for kind in kinds:
            if table.members[0].cell in kind:
                alike.setdefault((table.name, kind), []).append(position)
    return [*alike.values()]
