"""A small library of blocks, and what can be put together from it."""

import pytest

from goldnas_tf.architecture.blocks import Block
from goldnas_tf.evolution.assembly import Assembly
from goldnas_tf.evolution.settings import AssemblySettings

SMALL = Block(
    name="e009",
    nodes=2,
    normal=((0, 0, "skip_connect"), (0, 1, "skip_connect"), (1, 2, "skip_connect")),
    reduction=((0, 1, "max_pool_3x3"), (1, 2, "skip_connect")),
    macs=1000,
    params=100,
    val_accuracy=0.8,
)
LARGE = Block(
    name="e003",
    nodes=2,
    normal=((0, 1, "sep_conv_3x3"), (1, 0, "skip_connect"), (1, 2, "sep_conv_3x3")),
    reduction=((0, 0, "skip_connect"), (0, 1, "sep_conv_3x3"), (1, 2, "sep_conv_5x5")),
    macs=2000,
    params=200,
    val_accuracy=0.9,
)


@pytest.fixture(scope="session")
def library():
    return (SMALL, LARGE)


@pytest.fixture(scope="session")
def assembly(library):
    settings = AssemblySettings(
        most_stages=2,
        most_blocks=2,
        widths=("4", "6"),
        width_growths=("1", "1.5"),
        kernels=("3", "5"),
    )
    return Assembly(library, settings, (8, 8, 1), 10)
