"""Whole numbers ↔ networks of blocks. Plain data, no TensorFlow.

A network is a row of whole numbers, its *genes*: how many stages, how many blocks in each, the
width of the first, the growth of the width; then for every place a block may stand at, which block
of the library, and the size of its kernels. Genes of places that a network has not are not read,
and a block without convolutions has no kernels: different genes may be the same network.
"""

import dataclasses
import functools
import itertools
from collections.abc import Iterator, Sequence

from goldnas_tf import costs, operators
from goldnas_tf.blocks import Block, places
from goldnas_tf.errors import InputError
from goldnas_tf.evolution.settings import AssemblySettings
from goldnas_tf.genotype import Genotype
from goldnas_tf.space import Space

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

    def __post_init__(self):
        side = min(self.image_shape[:2])
        if side < 2 ** (self.settings.most_stages - 1):
            raise InputError(
                f"images of side {side} are too small for {self.settings.most_stages} stages; "
                "lower most_stages"
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

    def genotype(self, genes: Sequence[int]) -> Genotype:
        """The network of some genes, the same one for all genes that mean the same."""
        return _without_idle_operators(self._put_together(self.plan(genes)))

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
                {"block": self.blocks[block].name, "kernel": int(settings.kernels[kernel])}
                for block, kernel in chosen[: lengths[stage]]
            ]
            plan.append({"channels": round(width * growth**stage), "blocks": blocks})
        return plan[:stages]

    def _put_together(self, plan: Sequence[dict]) -> Genotype:
        by_name = {block.name: block for block in self.blocks}
        stages = tuple((len(stage["blocks"]), stage["channels"]) for stage in plan)
        space = Space(
            self.image_shape,
            self.classes,
            nodes=self.blocks[0].nodes,
            ops=operators.names(),
            stages=stages,
        )
        network = set()
        chosen = itertools.chain.from_iterable(stage["blocks"] for stage in plan)
        for cell, place in enumerate(chosen):
            edges = by_name[place["block"]].edges(cell in space.reductions)
            sized = [(n, s, operators.with_kernel(op, place["kernel"])) for n, s, op in edges]
            network |= set(places(sized, cell))
        return Genotype(space, frozenset(network))

    def smallest(self, cost: str) -> float:
        """The least multiply-adds ("macs") or parameters ("params") of any of the networks."""
        return min(getattr(costs.total(g, gated=False), cost) for g in self._small_ones())

    def _small_ones(self) -> Iterator[Genotype]:
        """The narrowest networks: all of one block, but for the first places of stages."""
        settings = self.settings
        channels = min(map(int, settings.widths))
        growth = min(map(float, settings.width_growths))
        kernels = sorted({min(map(int, settings.kernels)), max(map(int, settings.kernels))})
        for stages, normal, reduction, kernel in itertools.product(
            range(settings.least_stages, settings.most_stages + 1),
            self.blocks,
            self.blocks,
            kernels,
        ):
            plan = []
            for stage in range(stages):
                blocks = [{"block": normal.name, "kernel": kernel}] * settings.least_blocks
                if stage:
                    blocks[0] = {"block": reduction.name, "kernel": kernel}
                plan.append({"channels": round(channels * growth**stage), "blocks": blocks})
            yield self._put_together(plan)


def _without_idle_operators(genotype: Genotype) -> Genotype:
    """The same network in the space of just the operators that it has."""
    used = {place.op for place in genotype.places}
    ops = tuple(name for name in genotype.space.ops if name in used)
    return Genotype(dataclasses.replace(genotype.space, ops=ops), genotype.places)
