"""The registry of tiny networks that drives every cross-cutting test.

A network stands for something that can go wrong in any of them. All registered operators are in
`all_operators` and `all_operators_plain`, so that a new one is tested by itself.
"""

import dataclasses

import new_part
import numpy as np

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CELL_INPUTS, STEM, Group
from goldnas_tf.architecture.space import Space
from goldnas_tf.networks import network
from goldnas_tf.networks.network import Form
from goldnas_tf.searching.gated_learner import GatedLearner
from goldnas_tf.training.blueprint import GenotypeBlueprint
from goldnas_tf.training.learner import Learner

BATCH = 4
# what is no weight: another value would be out of its range
_KEPT = (
    "live",
    "normalise/mean",
    "normalise/count",
    "drop_rate",
    "drop_draws",
    "gate_draws",
    "width_live",
)


@dataclasses.dataclass(frozen=True)
class TinyNetwork:
    """A genotype and the form in which it is built."""

    genotype: Genotype
    form: Form = dataclasses.field(default_factory=Form)

    def build(self):
        """The model, with weights and statistics that tell all of its parts apart."""
        model = network.build(self.genotype, self.form)
        scatter(network.variables(model), seed=1)
        return model

    def learner(self, recipe):
        """A learner of the kind that its form asks for, with fresh weights."""
        if self.form.gated:
            return GatedLearner(self.genotype, recipe)
        return Learner(GenotypeBlueprint(self.genotype), recipe)

    def images(self, seed=0, batch=BATCH):
        """Random images, uint8."""
        shape = (batch, *self.genotype.space.image_shape)
        return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)

    def labels(self, seed=0, batch=BATCH):
        """Random labels."""
        classes = self.genotype.space.classes
        return np.random.default_rng(seed).integers(0, classes, batch).astype(np.int32)


def beside(genotype):
    """Writes what stands beside an exported network, with a picture that is quick to draw."""

    def write(folder):
        genotype.save(folder / "genotype.json")
        (folder / "cells.png").write_bytes(b"a picture")

    return write


def scatter(variables, seed):
    """Gives every variable values at random: no two gates or statistics are then alike."""
    rng = np.random.default_rng(seed)
    for name, variable in variables.items():
        values = rng.standard_normal(variable.shape)
        if name.endswith("variance"):
            variable.assign(np.exp(0.3 * values))
        elif name.endswith("width_gates"):
            # near enough to open that something is left after a few of them
            variable.assign(2 + 0.5 * values)
        elif name.endswith("scale"):
            variable.assign(1 + 0.3 * values)
        elif not name.endswith(_KEPT):
            kernel = len(variable.shape) > 1 and not name.endswith(("mean", "shift"))
            size = np.prod(variable.shape[:-1]) if kernel else 1
            variable.assign(values * (size**-0.5 if kernel else 0.5))


def _space(image=(8, 8, 3), cells=3, **values):
    return Space(image, 3, cells=cells, **{"channels": 4, "nodes": 2, **values})


def _full(**values):
    return Genotype.full(_space(**values))


def _without(genotype, *edges):
    """The genotype without all that reads a source in a cell; edges are (cell, source)."""
    return genotype.without(p for p in genotype.places if (p.cell, p.source) in edges)


_OURS = tuple(name for name in operators.names() if name not in new_part.OPERATORS)


def _on_each_stride(genotype):
    """The second node of a cell reads the first one alone: edges of both strides, and no more."""
    return genotype.without(p for p in genotype.places if p.node and p.source < CELL_INPUTS)


_ALL_OPERATORS = _on_each_stride(_full(cells=1, ops=_OURS))
_NEW_PART = _full(cells=1, ops=("skip_connect", *new_part.OPERATORS))
_FOUR_CELLS = _full(cells=4)
# cell 3 reads cell 2 alone, which reads cell 0 alone: nobody reads cell 1
_DEAD_CELL = _without(_FOUR_CELLS, (3, 0), (2, 1))
# the auxiliary head reads cell 2: nobody else does
_DEAD_AUXILIARY = _without(_FOUR_CELLS, (3, 1))
_WIDTHS = _full(cells=4, channels=8, width_groups=4)
# of the cells' channels those that are not the first, and of every cell others
_NARROW = _without(_WIDTHS, (3, 0), (2, 1)).without(
    [Group(STEM, 0), Group(0, 0), Group(0, 2), Group(2, 1), Group(3, 3)]
)
_UNREAD_INPUTS = _without(_full(), (0, 0), (1, 0), (2, 0))

NETWORKS = {
    "default_operators": TinyNetwork(_full()),
    "all_operators": TinyNetwork(_ALL_OPERATORS),
    "all_operators_plain": TinyNetwork(_ALL_OPERATORS, Form(gated=False)),
    "all_operators_odd_images": TinyNetwork(
        _on_each_stride(_full(image=(9, 7, 1), cells=1, ops=_OURS))
    ),
    # a kind of part that the package does not have
    "new_part": TinyNetwork(_NEW_PART),
    "new_part_plain": TinyNetwork(_NEW_PART, Form(gated=False)),
    "reduction_cells": TinyNetwork(_full(cells=5, nodes=1)),
    "odd_images": TinyNetwork(_full(image=(11, 9, 1), nodes=1)),
    "imagenet_stem": TinyNetwork(_full(image=(37, 32, 3), nodes=1, stem="imagenet")),
    "one_cell": TinyNetwork(_full(cells=1)),
    "one_node": TinyNetwork(_full(nodes=1)),
    "dead_cell": TinyNetwork(_DEAD_CELL),
    "unread_inputs": TinyNetwork(_UNREAD_INPUTS),
    "auxiliary": TinyNetwork(_FOUR_CELLS, Form(auxiliary=True)),
    "auxiliary_of_dead_cell": TinyNetwork(_DEAD_AUXILIARY, Form(auxiliary=True)),
    "auxiliary_large_images": TinyNetwork(_full(image=(20, 24, 3), nodes=1), Form(auxiliary=True)),
    "plain": TinyNetwork(_DEAD_CELL, Form(gated=False)),
    "plain_auxiliary": TinyNetwork(_full(nodes=1), Form(gated=False, auxiliary=True)),
    "drop_path": TinyNetwork(_ALL_OPERATORS, Form(gated=False, drop_path=True)),
    "shared_gates": TinyNetwork(_full(cells=4, shared=True)),
    "binary_gates": TinyNetwork(_ALL_OPERATORS, Form(gate_gradient="enhanced")),
    "shared_binary_gates": TinyNetwork(
        _full(cells=4, shared=True), Form(gate_gradient="straight_through")
    ),
    # widths and depths that follow from no rule
    "stages": TinyNetwork(_full(stages=((1, 3), (2, 5), (1, 6)))),
    "auxiliary_widths": TinyNetwork(_WIDTHS, Form(auxiliary=True)),
    "narrow": TinyNetwork(_NARROW),
    "narrow_plain": TinyNetwork(_NARROW, Form(gated=False)),
    "narrow_imagenet_stem": TinyNetwork(
        _full(image=(37, 32, 3), nodes=1, stem="imagenet", channels=8, width_groups=4).without(
            [Group(STEM, 1), Group(1, 0)]
        )
    ),
    # the narrow cells have fewer groups than the wide ones
    "groups_of_channels": TinyNetwork(
        _full(cells=4, channels=8, group_width=4).without(
            [Group(STEM, 2), Group(0, 0), Group(2, 0), Group(2, 5), Group(3, 1)]
        )
    ),
    "shared_widths": TinyNetwork(_full(cells=4, shared=True, width_groups=2)),
    "stages_plain": TinyNetwork(_full(stages=((2, 4), (1, 4))), Form(gated=False)),
    "mixed_bfloat16": TinyNetwork(_full(), Form(precision="mixed_bfloat16")),
    "pixel_statistics": TinyNetwork(
        _full(nodes=1), Form(pixel_mean=(120.0, 90.0, 60.0), pixel_std=(30.0, 50.0, 70.0))
    ),
}
GATED = [name for name, tiny in NETWORKS.items() if tiny.form.gated]
