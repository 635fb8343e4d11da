import dataclasses
import itertools
import random

import pytest

from goldnas_tf.architecture import costs, operators
from goldnas_tf.architecture.blocks import Block
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.errors import InputError
from goldnas_tf.evolution.assembly import Assembly
from goldnas_tf.evolution.settings import AssemblySettings

# stages, blocks of each stage, width, growth; then block and kernel of every place
GENES = (1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0)


def test_genes_are_read_in_order(assembly):
    assert assembly.sizes == (2, 2, 2, 2, 2, *(2, 2) * 4)
    assert assembly.plan(GENES) == [
        {
            "channels": 6,
            "blocks": [{"block": "e003", "kernel": "3"}, {"block": "e009", "kernel": "5"}],
        },
        {"channels": 9, "blocks": [{"block": "e003", "kernel": "5"}]},
    ]
    genotype = assembly.genotype(GENES)
    assert genotype.space.stages == ((2, 6), (1, 9))
    assert genotype.space.reductions == (2,)
    assert [place[1:] for place in genotype.cell(0)] == [
        (0, 1, "sep_conv_3x3"),
        (1, 0, "skip_connect"),
        (1, 2, "sep_conv_3x3"),
    ]
    assert {place.op for place in genotype.cell(2)} == {"skip_connect", "sep_conv_5x5"}


def test_the_same_network_has_one_genotype(assembly):
    # a block without convolutions has no kernels, and what is not there is not read
    plain = (0, 0, 0, 0, 0, 0, 0, *(0,) * 6)
    for other in ((0, 0, 0, 0, 0, 0, 1, *(0,) * 6), (0, 0, 1, 0, 1, 0, 0, *(1,) * 6)):
        assert assembly.genotype(other) == assembly.genotype(plain)
        assert hash(assembly.genotype(other)) == hash(assembly.genotype(plain))
    assert assembly.genotype(GENES) != assembly.genotype(plain)


def test_the_space_of_a_network_has_its_operators_alone(assembly):
    genotype = assembly.genotype((0, 0, 0, 0, 0, *(0,) * 8))
    assert genotype.space.ops == ("skip_connect",)
    assert Genotype.from_json(genotype.to_json()) == genotype


@pytest.mark.parametrize("cost", ["params", "macs"])
@pytest.mark.parametrize("least_blocks", [1, 3])
def test_smallest_is_what_the_smallest_network_costs(library, cost, least_blocks):
    # a block that reads what lies two before alone leaves the one before it dead
    settings = AssemblySettings(
        most_stages=2,
        least_blocks=least_blocks,
        most_blocks=3,
        widths=("4",),
        width_growths=("1",),
        kernels=("3",),
    )
    assembly = Assembly((*library, FAR), settings, (8, 8, 1), 10)
    every = itertools.product(*(range(size) for size in assembly.sizes))
    if least_blocks == 1:
        # too many to look at all of them
        rng = random.Random(0)
        every = (tuple(rng.randrange(size) for size in assembly.sizes) for _ in range(400))
    found = [getattr(costs.total(assembly.genotype(g), gated=False), cost) for g in every]
    assert assembly.smallest(cost) <= min(found)
    if least_blocks == 3:
        assert assembly.smallest(cost) == min(found)


FAR = Block(
    name="e020",
    nodes=2,
    normal=((0, 0, "skip_connect"), (1, 0, "skip_connect")),
    reduction=((0, 0, "skip_connect"), (1, 2, "skip_connect")),
    macs=500,
    params=50,
    val_accuracy=0.5,
)


def test_found_kernels_are_left_as_they_are(library):
    settings = AssemblySettings(most_stages=1, most_blocks=1, widths=("4",), kernels=("found", "5"))
    assembly = Assembly(library, settings, (8, 8, 1), 10)
    large = [assembly.genotype((0, 0, 0, 0, 1, kernel)) for kernel in (0, 1)]
    assert [set(genotype.space.ops) for genotype in large] == [
        {"skip_connect", "sep_conv_3x3"},
        {"skip_connect", "sep_conv_5x5"},
    ]


def test_images_have_to_be_large_enough_for_the_stages(assembly):
    settings = dataclasses.replace(assembly.settings, most_stages=4)
    with pytest.raises(InputError, match="most_stages: expected fewer"):
        Assembly(assembly.blocks, settings, (4, 7, 1), 10)


@pytest.mark.parametrize(
    ("name", "kernel", "other"),
    [
        ("sep_conv_3x3", 5, "sep_conv_5x5"),
        ("sep_conv_5x5", 3, "sep_conv_3x3"),
        ("sep_conv_3x3", 3, "sep_conv_3x3"),
        # none is registered with such a kernel
        ("dil_conv_3x3", 5, "dil_conv_3x3"),
        ("max_pool_3x3", 5, "max_pool_3x3"),
        ("skip_connect", 5, "skip_connect"),
    ],
)
def test_kernels_change_where_there_is_such_an_operator(name, kernel, other):
    assert operators.with_kernel(name, kernel) == other
