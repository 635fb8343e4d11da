"""The sections that configurations of runs are made of, as frozen, validated dataclasses.

The names of settings are unique over all sections of a configuration: each is a flag.
"""

import dataclasses
import functools
import re

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.space import WIDTHS_STAY, Space
from goldnas_tf.errors import InputError
from goldnas_tf.resources import resources
from goldnas_tf.resources.latency import LatencyTable
from goldnas_tf.resources.meter import Meter
from goldnas_tf.settings.growth import REPLACED
from goldnas_tf.settings.setting import check, setting

GATE_GRADIENTS = ("sigmoid", "straight_through", "enhanced")
BLOCK_CELLS = 3
MOST_CPUS = 256
MULTI_WORKER = "multi_worker"
_ADDRESS = re.compile(r"(\w+://)?\S+:\d+")


@dataclasses.dataclass(frozen=True)
class SpaceSettings:
    """The super-network; the rest of it follows from the images."""

    space: str = setting(
        "cell",
        "what is searched: each cell of a network on its own, or one block for all normal cells "
        "and one for all reduction cells, which can be placed anywhere",
        choices=("cell", "block"),
    )
    cells: int = setting(6, "cells of the network (L)", low=1)
    channels: int = setting(8, "channels of the first cells (C); reductions double them", low=2)
    nodes: int = setting(4, "inner nodes of a cell", low=1)
    ops: tuple[str, ...] = setting(
        ("skip_connect", "sep_conv_3x3"),
        "candidate operators of every edge, separated by commas; there are "
        + ", ".join(operators.names()),
    )
    stem: str = setting(
        "cifar",
        "first layers: one 3x3 convolution, or three of stride 2 for large images",
        choices=("cifar", "imagenet"),
    )
    search_widths: bool = setting(
        False, "whether the channels of the stem and of every cell are searched, too"
    )
    width_groups: int = setting(
        4, "groups of channels, of which the stem and every cell may lose some", low=2
    )
    group_width: int = setting(
        0,
        "channels of each of these groups, an even number, so that wide cells have more groups "
        "than narrow ones; 0 is as many groups everywhere as width_groups says",
        low=0,
    )
    least_width: int = setting(
        2, "channels that the stem and every cell keep at least where widths are searched", low=1
    )

    def __post_init__(self) -> None:
        check(self)
        for name in self.ops:
            operators.get(name)
        if self.space == "block" and self.cells < BLOCK_CELLS:
            raise InputError(
                f"cells: expected at least {BLOCK_CELLS} in a search of blocks, to have normal and "
                f"reduction cells; received {self.cells}"
            )

    def for_images(self, image_shape: tuple[int, int, int], classes: int) -> Space:
        """The space for images of that shape and so many classes."""
        values = dataclasses.asdict(self)
        shared = values.pop("space") == "block"
        if not values.pop("search_widths"):
            values |= WIDTHS_STAY
        return Space(image_shape, classes, shared=shared, **values)


@dataclasses.dataclass(frozen=True)
class TargetSettings:
    """The device that networks are for."""

    latency_table: str = setting(
        "",
        "file that bin/latency made for the device: with it latency_ms is known of every network",
        is_path=True,
    )

    def __post_init__(self) -> None:
        check(self)

    @property
    def meter(self) -> Meter:
        """What knows the costs of networks.

        Raises:
            InputError: there is no such table.
        """
        return _meter(self.latency_table)


@functools.cache
def _meter(latency_table: str) -> Meter:
    return Meter(LatencyTable.load(latency_table) if latency_table else None)


@dataclasses.dataclass(frozen=True)
class ObjectiveSettings:
    """What is minimised besides the cross-entropy."""

    resource: str = setting(
        "macs",
        "resource whose use is penalised, and which targets and floor are shares of where they "
        "name none",
        choices=tuple(resources.RESOURCES),
    )
    mu: float = setting(
        1.0, "how much harder costly operators are pushed (μ); 0 pushes all alike", low=0
    )

    def __post_init__(self) -> None:
        check(self)


@dataclasses.dataclass(frozen=True)
class AuxiliarySettings:
    """The auxiliary classifier at two thirds of the depth, which exists in training alone."""

    auxiliary_weight: float = setting(
        0.0, "weight of an auxiliary classifier's loss; 0 is none, the paper's is 0.4", low=0
    )

    def __post_init__(self) -> None:
        check(self)


@dataclasses.dataclass(frozen=True)
class WatchSettings:
    """How a network is watched while it is trained."""

    watch_images: int = setting(
        2000,
        "validation images that the running network is measured on after each epoch; 0 is all; "
        "what is kept is always measured on all",
        low=0,
    )

    def __post_init__(self) -> None:
        check(self)


@dataclasses.dataclass(frozen=True)
class OptimizerSettings:
    """How weights ω are trained, by SGD with momentum."""

    batch_size: int = setting(96, "images in a step, over all replicas", low=1)
    learning_rate: float = setting(0.01, "learning rate of the weights", above=0)
    momentum: float = setting(0.9, "momentum of the weights", low=0, below=1)
    weight_decay: float = setting(3e-4, "L2 decay of the weights", low=0)
    clip_norm: float = setting(5.0, "largest global norm of the weights' gradient", above=0)

    def __post_init__(self) -> None:
        check(self)


@dataclasses.dataclass(frozen=True)
class GateSettings:
    """How gates α are trained, by SGD with momentum, in the same step as the weights."""

    gate_learning_rate: float = setting(1.0, "learning rate of the gates", above=0)
    gate_momentum: float = setting(0.9, "momentum of the gates", low=0, below=1)
    gate_gradient: str = setting(
        "sigmoid",
        "soft gates σ(α); or binary ones, open with that probability, by an estimate of their "
        "gradient: enhanced (second-order accurate), or straight_through, its control",
        choices=GATE_GRADIENTS,
    )

    def __post_init__(self) -> None:
        check(self)


@dataclasses.dataclass(frozen=True)
class EngineSettings:
    """Where networks are trained that do not wait for each other; results do not depend on it."""

    workers: int = setting(
        0,
        "networks that are trained at a time; 0 is one for each GPU, else for each core",
        low=0,
        grows=REPLACED,
    )
    cluster: str = setting(
        "",
        "address of the scheduler of a Dask cluster that runs, as tcp://HOST:8786, whose workers "
        "train the networks; default: this machine",
        grows=REPLACED,
    )

    def __post_init__(self) -> None:
        check(self)
        if self.cluster and not _ADDRESS.fullmatch(self.cluster):
            raise InputError(
                "cluster: expected the address of a Dask scheduler, such as tcp://HOST:8786; "
                f"received {self.cluster}"
            )

    @property
    def is_this_process(self) -> bool:
        """Whether one network after the other is asked for, and no cluster."""
        return self.workers == 1 and not self.cluster


@dataclasses.dataclass(frozen=True)
class DeviceSettings:
    """Where and how the arithmetic is done."""

    strategy: str = setting(
        "auto",
        "devices: one, mirrored (all GPUs), cpu:N (N logical CPUs), multi_worker (the processes "
        "that TF_CONFIG names, one on each machine), or auto",
    )
    precision: str = setting(
        "float32", "arithmetic of the layers", choices=("float32", "mixed_bfloat16")
    )
    xla: bool = setting(False, "compile the step with XLA (for GPUs; slower on a CPU)")
    rebuild_steps: int = setting(
        20,
        "what a rebuild of the graph costs, in steps: pruned operators are only masked until they "
        "waste as much; about 20 for 32x32 images on a CPU, more for quicker steps",
        low=0,
    )

    def __post_init__(self) -> None:
        check(self)
        self.logical_cpus()

    def logical_cpus(self) -> int:
        """N of the strategy "cpu:N", 0 for the others.

        Raises:
            InputError: there is no such strategy.
        """
        kind, _, count = self.strategy.partition(":")
        if kind == "cpu" and count.isdecimal() and 0 < int(count) <= MOST_CPUS:
            return int(count)
        if self.strategy not in ("auto", "one", "mirrored", MULTI_WORKER):
            raise InputError(
                f"strategy: expected auto, one, mirrored, multi_worker or cpu:N, N in "
                f"1..{MOST_CPUS}; received {self.strategy!r}"
            )
        return 0

    @property
    def is_multi_worker(self) -> bool:
        """Whether one run is in several processes."""
        return self.strategy == MULTI_WORKER

    def check_alone(self, received: str) -> None:
        """Checks that a run is in one process.

        Args:
            received: what it does that several processes cannot do as one.

        Raises:
            InputError: it is in several.
        """
        if self.is_multi_worker:
            raise InputError(
                f"strategy: expected another one than multi_worker with {received}; received it"
            )
