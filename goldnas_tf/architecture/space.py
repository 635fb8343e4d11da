"""The search space: how many cells, how wide, which operators; and the geometry that follows.

Plain data, no TensorFlow. A `Space` is everything about a super-network but its gates: the size
and number of images and classes, the stem, the cells with their channels and resolutions, the
groups that these channels go in, which cells share their gates, and the edges of a cell.
Reference: GOLD-NAS (arXiv 2007.03331), section 3.1.
"""

import dataclasses
import functools
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.geometry import CellGeometry, FeatureMap, Geometry, first_inputs
from goldnas_tf.architecture.places import CELL_INPUTS, STEM, Group
from goldnas_tf.errors import InputError

WIDTHS_STAY: dict[str, Any] = {"width_groups": 1, "least_width": 1, "group_width": 0}
"""Settings of widths, as they are where widths stay."""


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
        width_groups: G, of how many groups of channels the stem and every cell may lose some; 1 is
            a width that stays. Groups of a cell are of an even number of channels.
        least_width: channels that the stem and every cell keep at least.
        group_width: channels of each group, so that wide cells have more groups than narrow ones;
            of a stem of several convolutions those of its narrowest map. 0 is G groups everywhere.

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
    width_groups: int = 1
    least_width: int = 1
    group_width: int = 0

    def __post_init__(self) -> None:
        for name in ("image_shape", "ops", "stages"):
            if not isinstance(getattr(self, name), tuple | list):
                raise InputError(f"{name}: expected a list; received {getattr(self, name)!r}")
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.stages:
            self._follow_stages()
        least_values = {"classes": 2, "cells": 1, "channels": 2, "nodes": 1}
        least_values |= WIDTHS_STAY
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
        self._check_groups()

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

    @property
    def stem_stride(self) -> int:
        """Stride of every convolution of the stem."""
        return 1 if self.stem == "cifar" else 2

    @property
    def _halvings(self) -> int:
        return len(self.reductions) + (3 if self.stem == "imagenet" else 0)

    def fits(self, height: int, width: int) -> bool:
        """Whether images of so many pixels have one left after the last reduction."""
        return min(height, width) >= 1 << self._halvings

    def _check_image_fits(self) -> None:
        height, width, _ = self.image_shape
        if not self.fits(height, width):
            halvings, smallest = self._halvings, 1 << self._halvings
            raise InputError(
                f"images: expected at least {smallest}x{smallest} pixels for {halvings} reductions "
                f"(stem {self.stem!r}, {self.cells} cells); received {height}x{width}; use larger "
                "images, fewer cells or the cifar stem"
            )

    def _check_groups(self) -> None:
        """Checks that channels can be divided into groups."""
        if self._widths_stay:
            return
        if self.group_width:
            self._check_group_width()
        else:
            for width in {*self.widths, *(2 * width for width in self.stem_widths)}:
                if width % (2 * self.width_groups):
                    raise InputError(
                        f"width_groups: expected a divisor of half of all widths, "
                        f"{sorted({*self.widths})}; received {self.width_groups}"
                    )
        narrowest = min(*self.widths, *self.stem_widths)
        if self.least_width > narrowest:
            raise InputError(
                f"least_width: expected at most {narrowest}, the channels of the narrowest map; "
                f"received {self.least_width}"
            )

    def _check_group_width(self) -> None:
        """Checks the same where it is told how many each group has."""
        if self.shared:
            raise InputError(
                "group_width: expected 0 in a search of blocks, whose cells share their groups at "
                f"any width; received {self.group_width}; use width_groups"
            )
        widths = sorted({*self.widths, *self.stem_widths})
        if self.group_width % 2 or any(width % self.group_width for width in widths):
            raise InputError(
                f"group_width: expected an even divisor of all widths, {widths}; received "
                f"{self.group_width}"
            )

    @property
    def _widths_stay(self) -> bool:
        return self.width_groups == 1 and not self.group_width

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

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of every cell, all of them kept."""
        of_stage = [channels for _, channels in self.stages] or [
            self.channels * 2**halvings for halvings in range(len(self.reductions) + 1)
        ]
        return tuple(
            of_stage[sum(start <= cell for start in self.reductions)] for cell in range(self.cells)
        )

    @property
    def stem_widths(self) -> tuple[int, ...]:
        """Channels that each convolution of the stem gives, all of them kept."""
        if self.stem == "cifar":
            return (3 * self.channels,)
        return self.channels // 2, self.channels, self.channels

    @functools.cached_property
    def geometry(self) -> Geometry:
        """Sizes in the full network."""
        return self.geometry_of([self.groups_in(owner) for owner in range(STEM, self.cells)])

    def geometry_of(self, kept: Sequence[int]) -> Geometry:
        """Sizes in a network that keeps some of the groups of channels.

        Args:
            kept: how many groups, of the stem and then of every cell.
        """
        of_stem, *of_cells = kept
        image = before = FeatureMap(*self.image_shape)
        maps = []
        for width in self.stem_widths:
            channels = width * of_stem // self.groups_in(STEM)
            halves = self.stem == "imagenet"
            before = before.halved(channels) if halves else before._replace(channels=channels)
            maps.append(before)
        stem = tuple(maps)
        older, newer = first_inputs(stem)
        cells = []
        for index, (width, groups) in enumerate(zip(self.widths, of_cells, strict=True)):
            channels, reduction = width * groups // self.groups_in(index), index in self.reductions
            state = newer._replace(channels=channels)
            node = state.halved(channels) if reduction else state
            output = node._replace(channels=self.nodes * channels)
            cells.append(CellGeometry(index, reduction, (older, newer), state, node, output))
            older, newer = newer, output
        return Geometry(image, self.classes, stem, tuple(cells))

    @functools.cached_property
    def groups(self) -> frozenset[Group]:
        """All groups of channels that a network may lose; none where widths stay."""
        if self._widths_stay:
            return frozenset()
        owners = range(STEM, self.cells)
        return frozenset(Group(o, index) for o in owners for index in range(self.groups_in(o)))

    @property
    def owners(self) -> tuple[int, ...]:
        """Whose widths are chosen: the stem's (`STEM`), and that of the first cell of each kind."""
        return (STEM, *(kind[0] for kind in self.kinds))

    def groups_in(self, owner: int) -> int:
        """How many groups of channels the stem (`STEM`) or a cell has at most."""
        if not self.group_width:
            return self.width_groups
        return self._narrowest(owner) // self.group_width

    def least_groups(self, owner: int) -> int:
        """How many of them it keeps at least."""
        channels = self._narrowest(owner)
        return max(1, -(-self.least_width * self.groups_in(owner) // channels))

    def _narrowest(self, owner: int) -> int:
        return min(self.stem_widths) if owner == STEM else self.widths[owner]

    @property
    def candidates(self) -> int:
        """Exact number of genotypes: every node keeps at least one of its operators.

        Networks that keep as many groups of channels in each place are one.
        """
        gates = [len(self.sources(node)) * len(self.ops) for node in range(self.nodes)]
        legal: int = math.prod(2**count - 1 for count in gates) ** len(self.kinds)
        widths = (self.groups_in(o) - self.least_groups(o) + 1 for o in self.owners)
        return legal * math.prod(widths)

    def to_json(self) -> dict[str, Any]:
        """The space as JSON values; `Space.from_json` reads it back."""
        values = {
            **dataclasses.asdict(self),
            "image_shape": list(self.image_shape),
            "ops": list(self.ops),
            "stages": [list(stage) for stage in self.stages],
        }
        # what is as it was before there was a choice is written as it was
        dropped = WIDTHS_STAY if self._widths_stay else () if self.group_width else ("group_width",)
        return {name: value for name, value in values.items() if name not in dropped}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Space":
        """Reads what `to_json` wrote.

        Raises:
            InputError: a setting is missing, unknown or out of range.
        """
        names = {field.name for field in dataclasses.fields(cls)}
        if not isinstance(values, dict):
            raise InputError(f"space: expected the settings {sorted(names)}; received {values}")
        # files from before there were blocks, or widths, have not all
        values = {"shared": False, "stages": [], **WIDTHS_STAY, **values}
        if set(values) != names:
            raise InputError(
                f"space: expected the settings {sorted(names)}; received {sorted(values)}"
            )
        return cls(**values)


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
