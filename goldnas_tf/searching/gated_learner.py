"""A network with gates in training: what a search does with its learner besides training it.

Weights ω and gates α are trained together, one-level, by the step of `training/learner.py`; a
second optimizer applies the gradients of the gates.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Place
from goldnas_tf.networks import network
from goldnas_tf.training.blueprint import GenotypeBlueprint
from goldnas_tf.training.learner import Learner, Recipe
from goldnas_tf.training.objective import Penalty
from goldnas_tf.training.optimizer import ReducedSGD

# α whose σ(α) is 1 in float32
_OPEN = 30.0


class GatedLearner(Learner):
    """Trains one built network with gates.

    Args:
        genotype: what is built. Operators that are pruned later are masked until a rebuild.
        recipe: how it is trained.

    Attributes:
        genotype: the operators that are alive.
        built: the operators that the model has; more than `genotype` while some are masked.
    """

    def __init__(self, genotype: Genotype, recipe: Recipe):
        self.genotype = self.built = genotype
        super().__init__(GenotypeBlueprint(genotype), recipe)
        self._penalty = Penalty(genotype, recipe.relative_costs, recipe.mu)
        self._kinds = _kinds(genotype)
        for cell in self._cells:
            if cell.sampler:
                cell.sampler.begin(recipe.seed)
        with recipe.strategy.scope():
            self._gate_optimizer = ReducedSGD(
                recipe.gates.gate_learning_rate, float(recipe.gates.gate_momentum)
            )
            self._gate_optimizer.build(self._gates)
            self._estimates = [
                keras.Variable(
                    tf.zeros(cell.gates.shape),
                    dtype="float32",
                    trainable=False,
                    aggregation="only_first_replica",
                    name=f"{cell.name}_estimates",
                )
                for cell in (self._cells if recipe.estimates else [])
            ]

    def _find_gates(self) -> list[keras.Variable]:
        names = [network.cell_name(index) for index in self.built.live_cells]
        self._cells = [self.model.get_layer(name) for name in names]
        return [cell.gates for cell in self._cells]

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
        """Adds up, for each operator, the square of what the loss would change by without it.

        Formula, of first order: σ(α) · ∂L/∂σ = ∂L/∂α / (1 − σ(α)).
        """
        for total, cell, gradient in zip(self._estimates, self._cells, gradients, strict=False):
            change = gradient / (1 - tf.sigmoid(tf.convert_to_tensor(cell.gates)))
            total.assign_add(change**2)

    def importance(self) -> dict[Place, float]:
        """How much the loss depends on each live operator, since it was last asked for.

        The root of the mean square over the steps, up to a factor that all have; nothing where the
        recipe does not ask for estimates.
        """
        if not self._estimates:
            return {}
        values = np.concatenate([total.numpy() for total in self._estimates]) ** 0.5
        for total in self._estimates:
            total.assign(tf.zeros(total.shape))
        pairs = zip(self.built.ordered, values, strict=True)
        return {place: float(value) for place, value in pairs if place in self.genotype.places}

    def _resource_term(self) -> tf.Tensor:
        strengths = tf.concat([cell.strengths() for cell in self._cells], 0)
        live = tf.concat([tf.convert_to_tensor(cell.live) for cell in self._cells], 0)
        return self._penalty(strengths, live)

    def anneal(self, factor: float) -> None:
        """Sets both learning rates to this factor of their settings; 1 is the search's."""
        super().anneal(factor)
        self._gate_optimizer.rate.assign(self.recipe.gates.gate_learning_rate * factor)

    def halt(self) -> None:
        """Takes all momentum away: at rates of 0 steps move the batch norms' statistics alone."""
        super().halt()
        self._gate_optimizer.halt()

    def strengths(self) -> dict[Place, float]:
        """σ(α) of every live operator of a gated network."""
        values = np.concatenate([cell.strengths().numpy() for cell in self._cells])
        pairs = zip(self.built.ordered, values, strict=True)
        return {place: float(value) for place, value in pairs if place in self.genotype.places}

    def closed(self) -> set[Place]:
        """Live operators that the network which is used has not: their binary gates are closed.

        Binary gates are taken at their most probable values; of soft gates none is closed.
        """
        values = np.concatenate([cell.gate_values().numpy() for cell in self._cells])
        pairs = zip(self.built.ordered, values, strict=True)
        return {place for place, value in pairs if value == 0} & self.genotype.places

    def open_gates(self) -> None:
        """Sets all gates to 1; binary ones have no gradient there, and stay."""
        for gates in self._gates:
            gates.assign(tf.fill(gates.shape, _OPEN))
        self._gate_optimizer.halt()

    def mask(self, genotype: Genotype) -> None:
        """Takes operators out of the function and the penalty, not yet out of the graph.

        Args:
            genotype: what is left, a part of `built`.
        """
        self.genotype = genotype
        for cell, index in zip(self._cells, self.built.live_cells, strict=True):
            cell.live.assign([float(p in genotype.places) for p in self.built.cell(index)])

    def structure(self) -> dict[str, Any]:
        """The operators that the model has: some may be masked."""
        return {"built": self.built.to_json()}

    def _variables(self) -> dict[str, keras.Variable]:
        # rows like those of the gates, so that a rebuild carries them
        pairs = zip(self._estimates, self._cells, strict=False)
        estimates = {f"{cell.name}/gates@estimates": total for total, cell in pairs}
        slots = self._with_slots(self._gate_optimizer, self._gates)
        return super()._variables() | slots | estimates


def _kinds(genotype: Genotype) -> list[list[int]]:
    """Positions of the live cells that share their gates, where cells do."""
    place = {cell: position for position, cell in enumerate(genotype.live_cells)}
    kinds = genotype.space.kinds if genotype.space.shared else ()
    alive = [[place[cell] for cell in kind if cell in place] for kind in kinds]
    return [kind for kind in alive if kind]
