import dataclasses

import pytest

from goldnas_tf.architecture import costs, operators
from goldnas_tf.architecture.costs import Cost
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.resources import resources


@pytest.mark.parametrize(
    ("cells", "channels", "outside", "inside"),
    [
        (14, 36, 163_571_328, 613_453_824),
        (20, 36, 227_272_320, 868_921_344),
        (8, 16, 20_466_176, 80_461_824),
    ],
)
def test_figures_of_cifar_10(cells, channels, outside, inside):
    full = Genotype.full(Space((32, 32, 3), 10, cells=cells, channels=channels))
    assert costs.outside_gates(full).macs == outside
    assert costs.in_gates(full).macs == inside
    assert costs.total(full).macs == outside + inside


SPACE = Space((9, 8, 3), 5, cells=3, channels=4, nodes=2, ops=operators.names())


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        # 9x8 pixels, 4 channels
        (Place(0, 0, 0, "skip_connect"), Cost(0, 1)),
        (Place(0, 0, 0, "sep_conv_3x3"), Cost(72 * 2 * (36 + 16), 2 * (36 + 16) + 1)),
        (Place(0, 1, 2, "sep_conv_5x5"), Cost(72 * 2 * (100 + 16), 2 * (100 + 16) + 1)),
        (Place(0, 0, 1, "dil_conv_3x3"), Cost(72 * (36 + 16), 36 + 16 + 1)),
        (Place(0, 0, 1, "avg_pool_3x3"), Cost(0, 1)),
        (Place(0, 0, 1, "max_pool_3x3"), Cost(0, 1)),
        # a reduction to 5x4 pixels, 8 channels
        (Place(1, 0, 0, "skip_connect"), Cost(20 * 64, 64 + 1)),
        (Place(1, 1, 2, "skip_connect"), Cost(0, 1)),
        (Place(1, 0, 0, "sep_conv_3x3"), Cost(20 * 2 * (72 + 64), 2 * (72 + 64) + 1)),
        (Place(1, 0, 1, "avg_pool_3x3"), Cost(0, 1)),
    ],
)
def test_an_operator_by_hand(place, expected):
    assert costs.operator(SPACE.geometry, place) == expected


def test_an_operator_without_gate_has_affine_batch_norms():
    place = Place(1, 0, 0, "sep_conv_3x3")
    gated, plain = (
        costs.operator(SPACE.geometry, place),
        costs.operator(SPACE.geometry, place, gated=False),
    )
    assert plain == Cost(gated.macs, gated.params - 1 + 2 * 2 * 8)


def test_what_has_no_gate_by_hand():
    assert costs.stem(SPACE.geometry) == Cost(72 * 27 * 12, 27 * 12 + 2 * 12)
    assert costs.classifier(SPACE.geometry) == Cost(32 * 5, 32 * 5 + 5)
    assert costs.preprocessing(SPACE.geometry, 0, 1) == Cost(72 * 12 * 4, 12 * 4)
    # cell 2 reads cell 0 (9x8, 2 nodes of 4 channels) at the resolution of cell 1 (5x4)
    assert costs.preprocessing(SPACE.geometry, 2, 0) == Cost(20 * 8 * 16, 8 * 16)
    assert costs.preprocessing(SPACE.geometry, 2, 0, gated=False) == Cost(
        20 * 8 * 16, 8 * 16 + 2 * 16
    )


def test_imagenet_stem_by_hand():
    space = Space((33, 32, 3), 5, cells=3, channels=4, stem="imagenet")
    macs = 17 * 16 * 27 * 2 + 9 * 8 * 18 * 4 + 5 * 4 * 36 * 4
    assert costs.stem(space.geometry) == Cost(macs, 27 * 2 + 18 * 4 + 36 * 4 + 2 * (2 + 4 + 4))


def test_total_is_the_sum_of_the_live_parts():
    full = Genotype.full(SPACE)
    # cell 2 no longer reads cell 1, which dies
    smaller = full.without(place for place in full.cell(2) if place.source == 1)
    expected = costs.stem(SPACE.geometry).plus(costs.classifier(SPACE.geometry))
    for cell, sources in ((0, (0, 1)), (2, (0,))):
        for source in sources:
            expected = expected.plus(costs.preprocessing(SPACE.geometry, cell, source))
    assert costs.outside_gates(smaller) == expected
    for place in smaller.places:
        expected = expected.plus(costs.operator(SPACE.geometry, place))
    assert costs.total(smaller) == expected
    assert all(type(count) is int for count in dataclasses.astuple(costs.total(smaller)))


@pytest.mark.parametrize("resource", resources.COUNTED)
def test_relative_costs_have_mean_1_and_keep_the_proportions(resource):
    relative = resources.relative(Genotype.full(SPACE), resource)
    assert set(relative) == Genotype.full(SPACE).places
    assert sum(relative.values()) / len(relative) == pytest.approx(1.0)
    one, other = Place(0, 0, 0, "sep_conv_3x3"), Place(1, 0, 0, "sep_conv_5x5")
    expected = getattr(costs.operator(SPACE.geometry, one), resource)
    expected /= getattr(costs.operator(SPACE.geometry, other), resource)
    assert relative[one] / relative[other] == pytest.approx(expected)


def test_relative_macs_of_what_is_free_are_0():
    assert resources.relative(Genotype.full(SPACE), "macs")[Place(0, 0, 0, "skip_connect")] == 0.0
    free = Space((9, 8, 3), 5, cells=3, ops=("avg_pool_3x3",))
    assert set(resources.relative(Genotype.full(free), "macs").values()) == {0.0}


def test_relative_costs_do_not_depend_on_the_image_size():
    small = resources.relative(Genotype.full(Space((8, 8, 3), 5, cells=3, channels=4)), "macs")
    large = resources.relative(Genotype.full(Space((32, 32, 3), 5, cells=3, channels=4)), "macs")
    assert small == pytest.approx(large)


def test_an_unknown_resource_is_refused():
    with pytest.raises(
        InputError, match="resource: expected one of macs, params; received 'watts'"
    ):
        resources.relative(Genotype.full(SPACE), "watts")
