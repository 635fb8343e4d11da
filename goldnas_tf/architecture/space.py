"""The search space: how many cells, how wide, which operators; and the geometry that follows.

Plain data, no TensorFlow. A `Space` is everything about a super-network but its gates: the size
and number of images and classes, the stem, the cells with their channels and resolutions, which of
them share their gates, and the edges of a cell.
Reference: GOLD-NAS (arXiv 2007.03331), section 3.1.
"""

import dataclasses
import functools
import itertools
import math
import typing
from collections.abc import Mapping
from typing import Any

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.places import CELL_INPUTS
from goldnas_tf.errors import InputError


class FeatureMap(typing.NamedTuple):
    """Height, width and channels of what flows between cells."""

    height: int
    width: int
    channels: int

    @property
    def pixels(self) -> int:
        """Number of positions."""
        return self.height * self.width

    def halved(self, channels: int) -> "FeatureMap":
        """Half the resolution, rounded up, as a stride of 2 with padding leaves it."""
        return FeatureMap(-(-self.height // 2), -(-self.width // 2), channels)


class CellGeometry(typing.NamedTuple):
    """Sizes in one cell of the network.

    Attributes:
        cell: place in the network, from 0.
        reduction: whether edges from the cell's inputs have stride 2.
        inputs: the two maps read, the older one first, before preprocessing.
        state: the map of an input after preprocessing.
        node: the map of an inner node.
        output: the concatenated inner nodes.
    """

    cell: int
    reduction: bool
    inputs: tuple[FeatureMap, FeatureMap]
    state: FeatureMap
    node: FeatureMap
    output: FeatureMap

    def stride(self, source: int) -> int:
        """Stride of an edge that leaves the given state (0 and 1 are the cell's inputs)."""
        return 2 if self.reduction and source < CELL_INPUTS else 1


@dataclasses.dataclass(frozen=True)
class Space:
    """A space of networks, of which `Genotype` picks one.

    Args:
        image_shape: height, width, channels of an image.
        classes: number of classes, at least 2.
        cells: L, number of cells, at least 1. Cells L//3 and 2L//3 are reduction cells.
        channels: C, channels of the first cells, at least 2; each reduction doubles them.
        nodes: inner nodes of a cell, at least 1; node i takes an edge from each of the i + 2 states
            before it.
        ops: names of the candidate operators of every edge, no two alike.
        stem: "cifar" (one 3×3 convolution to 3C channels) or "imagenet" (three of stride 2).
        shared: whether all normal cells have one set of gates, and all reduction cells another, so
            that what is found is a block. Default: every cell has its own.
        stages: (cells, channels) of each stage, instead of L and C, which follow from it. Every
            stage but the first begins with a reduction cell. Default: as L and C say.

    Raises:
        InputError: a value out of range, an unknown operator or stem, an image that is too small.
    """

    image_shape: tuple[int, int, int]
    classes: int
    cells: int = 14
    channels: int = 36
    nodes: int = 4
    ops: tuple[str, ...] = ("skip_connect", "sep_conv_3x3")
    stem: str = "cifar"
    shared: bool = False
    stages: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        for name in ("image_shape", "ops", "stages"):
            if not isinstance(getattr(self, name), tuple | list):
                raise InputError(f"{name}: expected a list; received {getattr(self, name)!r}")
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.stages:
            self._follow_stages()
        least_values = {"classes": 2, "cells": 1, "channels": 2, "nodes": 1}
        for name, least in least_values.items():
            value = getattr(self, name)
            if not _is_count(value, least):
                raise InputError(
                    f"{name}: expected an integer of at least {least}; received {value!r}"
                )
        sizes = self.image_shape
        if len(sizes) != 3 or not all(_is_count(size, 1) for size in sizes):
            raise InputError(
                f"image_shape: expected (height, width, channels), whole numbers; received {sizes}"
            )
        if not self.ops or len(set(map(str, self.ops))) != len(self.ops):
            raise InputError(
                f"ops: expected at least one operator, each once; received {list(self.ops)}"
            )
        for name in self.ops:
            operators.get(name)
        if self.stem not in ("cifar", "imagenet"):
            raise InputError(f"stem: expected 'cifar' or 'imagenet'; received {self.stem!r}")
        self._check_image_fits()

    def _follow_stages(self) -> None:
        """Sets cells and channels from the stages."""
        stages = tuple(tuple(stage) for stage in self.stages)
        for stage in stages:
            counts = len(stage) == 2 and _is_count(stage[0], 1) and _is_count(stage[1], 2)
            if not counts:
                raise InputError(
                    "stages: expected pairs of at least 1 cell and at least 2 channels; "
                    f"received {stage}"
                )
        object.__setattr__(self, "stages", stages)
        object.__setattr__(self, "cells", sum(cells for cells, _ in stages))
        object.__setattr__(self, "channels", stages[0][1])

    def _check_image_fits(self) -> None:
        halvings = len(self.reductions) + (3 if self.stem == "imagenet" else 0)
        smallest = 2**halvings
        height, width, _ = self.image_shape
        if min(height, width) < smallest:
            raise InputError(
                f"images: expected at least {smallest}x{smallest} pixels for {halvings} reductions "
                f"(stem {self.stem!r}, {self.cells} cells); received {height}x{width}; use larger "
                "images, fewer cells or the cifar stem"
            )

    @property
    def reductions(self) -> tuple[int, ...]:
        """Indices of the reduction cells."""
        if self.stages:
            lengths = (cells for cells, _ in self.stages[:-1])
            return tuple(itertools.accumulate(lengths))
        return tuple(sorted({self.cells // 3, 2 * self.cells // 3}))

    @property
    def kinds(self) -> tuple[tuple[int, ...], ...]:
        """Indices of the cells that share their gates: normal and reduction cells, or each alone.

        Cells of one kind have the same operators in every network of the space.
        """
        if not self.shared:
            return tuple((cell,) for cell in range(self.cells))
        normal = tuple(cell for cell in range(self.cells) if cell not in self.reductions)
        return tuple(kind for kind in (normal, self.reductions) if kind)

    @property
    def auxiliary_cell(self) -> int:
        """Index of the cell whose output the auxiliary head reads (two thirds of the depth)."""
        return self.reductions[-1] if self.stages[1:] else 2 * self.cells // 3

    def sources(self, node: int) -> range:
        """States that inner node `node` (from 0) takes an edge from."""
        return range(CELL_INPUTS + node)

    @functools.cached_property
    def stem_outputs(self) -> tuple[FeatureMap, FeatureMap]:
        """The two maps that the first cell reads, the older one first."""
        height, width, _ = self.image_shape
        image = FeatureMap(height, width, self.channels)
        if self.stem == "cifar":
            output = image._replace(channels=3 * self.channels)
            return output, output
        older = image.halved(self.channels).halved(self.channels)
        return older, older.halved(self.channels)

    @functools.cached_property
    def geometry(self) -> tuple[CellGeometry, ...]:
        """Sizes in every cell, in order."""
        older, newer = self.stem_outputs
        widths = [channels for _, channels in self.stages] or [
            self.channels * 2**halvings for halvings in range(len(self.reductions) + 1)
        ]
        cells = []
        for index in range(self.cells):
            reduction = index in self.reductions
            channels = widths[sum(start <= index for start in self.reductions)]
            state = newer._replace(channels=channels)
            node = state.halved(channels) if reduction else state
            output = node._replace(channels=self.nodes * channels)
            cells.append(CellGeometry(index, reduction, (older, newer), state, node, output))
            older, newer = newer, output
        return tuple(cells)

    @property
    def candidates(self) -> int:
        """Exact number of genotypes: every node keeps at least one of its operators."""
        gates = [len(self.sources(node)) * len(self.ops) for node in range(self.nodes)]
        legal: int = math.prod(2**count - 1 for count in gates) ** len(self.kinds)
        return legal

    def to_json(self) -> dict[str, Any]:
        """The space as JSON values; `Space.from_json` reads it back."""
        return {
            **dataclasses.asdict(self),
            "image_shape": list(self.image_shape),
            "ops": list(self.ops),
            "stages": [list(stage) for stage in self.stages],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Space":
        """Reads what `to_json` wrote.

        Raises:
            InputError: a setting is missing, unknown or out of range.
        """
        names = {field.name for field in dataclasses.fields(cls)}
        if not isinstance(values, dict):
            raise InputError(f"space: expected the settings {sorted(names)}; received {values}")
        # files from before there were blocks have neither
        values = {"shared": False, "stages": [], **values}
        if set(values) != names:
            raise InputError(
                f"space: expected the settings {sorted(names)}; received {sorted(values)}"
            )
        return cls(**values)


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
