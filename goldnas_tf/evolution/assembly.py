"""Whole numbers ↔ networks of blocks. Plain data, no TensorFlow.

A network is a row of whole numbers, its *genes*: how many stages, how many blocks in each, the
width of the first, the growth of the width; then for every place a block may stand at, which block
of the library, and the size of its kernels. Genes of places that a network has not are not read,
and a block without convolutions has no kernels: different genes may be the same network.
"""

import dataclasses
import functools
import itertools
from collections.abc import Iterable, Sequence

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.blocks import Block
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CellPlace, Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.evolution.settings import FOUND, AssemblySettings
from goldnas_tf.resources import resources

Genes = tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Assembly:
    """All networks that can be put together from a library.

    Args:
        blocks: the library, from small to large.
        settings: what networks may look like.
        image_shape: height, width, channels.
        classes: number of classes.

    Raises:
        InputError: the images are too small for so many stages.
    """

    blocks: tuple[Block, ...]
    settings: AssemblySettings
    image_shape: tuple[int, int, int]
    classes: int

    def __post_init__(self) -> None:
        side = min(self.image_shape[:2])
        if side < 2 ** (self.settings.most_stages - 1):
            raise InputError(
                f"most_stages: expected fewer for images of side {side}; received "
                f"{self.settings.most_stages}"
            )

    @functools.cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many values each gene has: its values are 0 to that, without the last."""
        settings = self.settings
        lengths = settings.most_blocks - settings.least_blocks + 1
        place = (len(self.blocks), len(settings.kernels))
        return (
            settings.most_stages - settings.least_stages + 1,
            *[lengths] * settings.most_stages,
            len(settings.widths),
            len(settings.width_growths),
            *place * (settings.most_stages * settings.most_blocks),
        )

    def genotype(self, genes: Genes) -> Genotype:
        """The network of some genes, the same one for all genes that mean the same."""
        if genes not in self._known:
            self._known[genes] = _without_idle_operators(self._put_together(self.plan(genes)))
        return self._known[genes]

    @functools.cached_property
    def _known(self) -> dict[Genes, Genotype]:
        return {}

    def plan(self, genes: Sequence[int]) -> list[dict]:
        """The network in words, as JSON values: stages with their channels and blocks."""
        settings = self.settings
        numbers = iter(int(gene) for gene in genes)
        stages = settings.least_stages + next(numbers)
        lengths = [settings.least_blocks + next(numbers) for _ in range(settings.most_stages)]
        width = int(settings.widths[next(numbers)])
        growth = float(settings.width_growths[next(numbers)])
        plan = []
        for stage in range(settings.most_stages):
            chosen = [(next(numbers), next(numbers)) for _ in range(settings.most_blocks)]
            blocks = [
                {"block": self.blocks[block].name, "kernel": settings.kernels[kernel]}
                for block, kernel in chosen[: lengths[stage]]
            ]
            plan.append({"channels": round(width * growth**stage), "blocks": blocks})
        return plan[:stages]

    def _put_together(self, plan: Sequence[dict]) -> Genotype:
        by_name = {block.name: block for block in self.blocks}
        space = self._space([(len(stage["blocks"]), stage["channels"]) for stage in plan])
        network: set[Place] = set()
        chosen = itertools.chain.from_iterable(stage["blocks"] for stage in plan)
        for cell, place in enumerate(chosen):
            block = by_name[place["block"]]
            network |= _placed(block, space, cell, place["kernel"])
        return Genotype(space, frozenset(network))

    def _space(self, stages: Sequence[tuple[int, int]]) -> Space:
        nodes = self.blocks[0].nodes
        ops = operators.names()
        return Space(self.image_shape, self.classes, nodes=nodes, ops=ops, stages=tuple(stages))

    def smallest(self, cost: str) -> float:
        """The least that any of the networks costs.

        Args:
            cost: one of `resources.COUNTED`.
        """
        settings = self.settings
        width = min(map(int, settings.widths))
        growth = min(map(float, settings.width_growths))
        spaces = [
            self._space([(settings.least_blocks, round(width * growth**s)) for s in range(stages)])
            for stages in range(settings.least_stages, settings.most_stages + 1)
        ]
        return min(self._smallest(space, cost) for space in spaces)

    def _smallest(self, space: Space, cost: str) -> float:
        """The least of a space: from the last cell on, what is needed of the cells before."""
        forms = [
            [
                _placed(block, space, cell, kernel)
                for block in self.blocks
                for kernel in self.settings.kernels
            ]
            for cell in range(space.cells)
        ]

        @functools.cache
        def least(cell: int, read: bool, before_read: bool) -> float:
            """Of a cell and all before it; whether anything reads the cell, and the one before."""
            if cell < 0:
                return 0
            if not read:
                return least(cell - 1, before_read, False)
            return min(
                resources.of_cell(space.geometry, cell, form, cost, gated=False)
                + least(cell - 1, before_read or _reads(form, 1), _reads(form, 0))
                for form in forms[cell]
            )

        return resources.frame(space.geometry, cost) + least(space.cells - 1, True, False)


def _placed(block: Block, space: Space, cell: int, kernel: str) -> frozenset[Place]:
    """A block in a place of a network, with its kernels."""
    places: Iterable[CellPlace] = block.operators(cell in space.reductions)
    if kernel != FOUND:
        places = [p._replace(op=operators.with_kernel(p.op, int(kernel))) for p in places]
    return frozenset(Place(cell, *place) for place in places)


def _reads(form: frozenset[Place], source: int) -> bool:
    return any(place.source == source for place in form)


def _without_idle_operators(genotype: Genotype) -> Genotype:
    """The same network in the space of just the operators that it has."""
    used = {place.op for place in genotype.places}
    ops = tuple(name for name in genotype.space.ops if name in used)
    return Genotype(dataclasses.replace(genotype.space, ops=ops), genotype.places)
