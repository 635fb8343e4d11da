import dataclasses
import json
import math

import pytest

from goldnas_tf.architecture.places import STEM
from goldnas_tf.architecture.space import FeatureMap, Space
from goldnas_tf.errors import InputError

PER_CELL = (2**4 - 1) * (2**6 - 1) * (2**8 - 1) * (2**10 - 1)
IMAGES = {"image_shape": (32, 32, 3), "classes": 10}


@pytest.mark.parametrize("cells", [1, 14, 20])
def test_candidates_are_the_exact_integer(cells):
    assert PER_CELL == 246_517_425
    assert Space(**IMAGES, cells=cells).candidates == 246_517_425**cells


@pytest.mark.parametrize(("cells", "size"), [(14, (3.06, 117)), (20, (6.87, 167))])
def test_candidates_are_those_of_the_paper(cells, size):
    exponent = math.log10(Space(**IMAGES, cells=cells).candidates)
    assert math.floor(exponent) == size[1]
    assert round(10 ** (exponent % 1), 2) == size[0]


def test_candidates_follow_nodes_and_operators():
    space = Space(**IMAGES, cells=2, nodes=1, ops=("skip_connect",))
    assert space.candidates == 3**2
    space = Space(**IMAGES, cells=1, nodes=2, ops=("skip_connect", "sep_conv_3x3", "avg_pool_3x3"))
    assert space.candidates == (2**6 - 1) * (2**9 - 1)


@pytest.mark.parametrize(
    ("cells", "reductions"),
    [(1, (0,)), (2, (0, 1)), (3, (1, 2)), (6, (2, 4)), (8, (2, 5)), (14, (4, 9)), (20, (6, 13))],
)
def test_reductions_lie_at_thirds(cells, reductions):
    space = Space(**IMAGES, cells=cells)
    assert space.reductions == reductions
    assert space.auxiliary_cell == reductions[-1]
    assert tuple(cell.cell for cell in space.geometry.cells if cell.reduction) == reductions


def test_nodes_take_edges_from_every_state_before():
    space = Space(**IMAGES)
    assert [list(space.sources(node)) for node in range(4)] == [
        [0, 1],
        [0, 1, 2],
        [0, 1, 2, 3],
        [0, 1, 2, 3, 4],
    ]


def test_geometry_by_hand():
    space = Space((9, 8, 3), 10, cells=3, channels=4, nodes=2)
    stem = FeatureMap(9, 8, 12)
    assert space.geometry.stem_outputs == (stem, stem)
    normal, first, second = space.geometry.cells
    assert (normal.cell, first.cell, second.cell) == (0, 1, 2)
    assert normal.inputs == (stem, stem)
    assert normal.state == normal.node == FeatureMap(9, 8, 4)
    assert normal.output == FeatureMap(9, 8, 8)
    assert first.inputs == (stem, normal.output)
    assert (first.state, first.node) == (FeatureMap(9, 8, 8), FeatureMap(5, 4, 8))
    assert first.output == FeatureMap(5, 4, 16)
    assert second.inputs == (normal.output, first.output)
    assert (second.state, second.node) == (FeatureMap(5, 4, 16), FeatureMap(3, 2, 16))
    assert second.output == FeatureMap(3, 2, 32)


def test_stride_is_2_from_the_inputs_of_a_reduction_cell_alone():
    normal, reduction, _ = Space(**IMAGES, cells=3).geometry.cells
    assert [normal.stride(source) for source in range(5)] == [1, 1, 1, 1, 1]
    assert [reduction.stride(source) for source in range(5)] == [2, 2, 1, 1, 1]


def test_imagenet_stem_leaves_an_eighth_and_a_quarter():
    space = Space((224, 223, 3), 1000, cells=14, channels=48, stem="imagenet")
    assert space.geometry.stem_outputs == (FeatureMap(56, 56, 48), FeatureMap(28, 28, 48))
    assert space.geometry.cells[0].inputs == space.geometry.stem_outputs
    assert space.geometry.cells[0].state == FeatureMap(28, 28, 48)
    assert space.geometry.cells[-1].output == FeatureMap(7, 7, 4 * 4 * 48)


def test_pixels_and_halving_round_up():
    assert FeatureMap(5, 7, 3).pixels == 35
    assert FeatureMap(5, 8, 3).halved(6) == FeatureMap(3, 4, 6)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"classes": 1}, "classes: expected an integer of at least 2; received 1"),
        ({"classes": 2.5}, "classes: expected an integer of at least 2; received 2.5"),
        ({"cells": 0}, "cells: expected an integer of at least 1; received 0"),
        ({"cells": True}, "cells: expected an integer of at least 1; received True"),
        ({"channels": 1}, "channels: expected an integer of at least 2; received 1"),
        ({"nodes": 0}, "nodes: expected an integer of at least 1; received 0"),
        ({"image_shape": (32, 32)}, "image_shape: expected (height, width, channels)"),
        ({"image_shape": (32, 32, 0)}, "image_shape: expected (height, width, channels)"),
        ({"ops": ()}, "ops: expected at least one operator, each once"),
        ({"ops": ("skip_connect", "skip_connect")}, "ops: expected at least one operator, each"),
        ({"ops": ("skip",)}, "ops: expected some of skip_connect"),
        ({"stem": "resnet"}, "stem: expected 'cifar' or 'imagenet'; received 'resnet'"),
        (
            {"image_shape": (3, 32, 3), "cells": 3},
            "images: expected at least 4x4 pixels for 2 reductions",
        ),
        (
            {"image_shape": (1, 1, 3), "cells": 1},
            "images: expected at least 2x2 pixels for 1 reductions",
        ),
        (
            {"image_shape": (40, 31, 3), "stem": "imagenet"},
            "images: expected at least 32x32 pixels for 5",
        ),
    ],
)
def test_bad_values_are_told_in_one_line(values, said):
    with pytest.raises(InputError) as caught:
        Space(**{**IMAGES, **values})
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_the_smallest_images_fit():
    assert Space((4, 4, 3), 2, cells=3).geometry.cells[-1].output[:2] == (1, 1)
    assert Space((32, 32, 3), 2, cells=3, stem="imagenet").geometry.cells[-1].output[:2] == (1, 1)


def test_json_round_trip():
    space = Space([40, 48, 1], 7, 5, 6, 3, ["avg_pool_3x3", "skip_connect"], "imagenet")
    values = json.loads(json.dumps(space.to_json()))
    assert values["image_shape"] == [40, 48, 1]
    assert Space.from_json(values) == space
    assert hash(Space.from_json(values)) == hash(space)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda values: {name: values[name] for name in values if name != "stem"},
        lambda values: {**values, "cell": 3},
        lambda values: [values],
        lambda values: None,
    ],
)
def test_json_of_other_settings_is_refused(spoil):
    with pytest.raises(InputError, match="space: expected the settings"):
        Space.from_json(spoil(Space(**IMAGES).to_json()))


@pytest.mark.parametrize(
    "changes",
    [{"image_shape": "large"}, {"image_shape": 32}, {"ops": 3}, {"image_shape": [32, None, 3]}],
)
def test_json_of_other_types_is_refused(changes):
    with pytest.raises(InputError):
        Space.from_json({**Space(**IMAGES).to_json(), **changes})


def test_shared_gates_make_two_kinds_of_cells():
    space = Space(**IMAGES, cells=8, shared=True)
    assert space.kinds == ((0, 1, 3, 4, 6, 7), (2, 5))
    assert space.candidates == PER_CELL**2
    assert Space(**IMAGES, cells=3).kinds == ((0,), (1,), (2,))


def test_stages_say_depths_and_widths():
    space = Space(**IMAGES, nodes=2, stages=((2, 6), (1, 9), (3, 10)))
    assert (space.cells, space.channels) == (6, 6)
    assert space.reductions == (2, 3)
    assert space.auxiliary_cell == 3
    assert [cell.node.channels for cell in space.geometry.cells] == [6, 6, 9, 10, 10, 10]
    assert [cell.node.height for cell in space.geometry.cells] == [32, 32, 16, 8, 8, 8]
    assert Space.from_json(json.loads(json.dumps(space.to_json()))) == space
    one = Space(**IMAGES, stages=((2, 6),))
    assert (one.reductions, one.auxiliary_cell) == ((), 1)


def test_stages_like_the_default_are_the_default():
    default = Space(**IMAGES, cells=8, channels=4)
    staged = Space(**IMAGES, stages=((2, 4), (3, 8), (3, 16)))
    assert staged.geometry == default.geometry


@pytest.mark.parametrize("stages", [((0, 4),), ((1, 1),), ((1,),), ((1, 4, 2),), ((True, 4),)])
def test_impossible_stages_are_refused(stages):
    with pytest.raises(InputError, match="stages: expected pairs"):
        Space(**IMAGES, stages=stages)


def test_spaces_from_before_there_were_blocks_are_read():
    space = Space(**IMAGES, cells=3)
    values = space.to_json()
    del values["shared"], values["stages"]
    assert Space.from_json(values) == space


def test_groups_of_channels_multiply_the_candidates():
    paper = Space(**IMAGES, cells=3, channels=8)
    wide = dataclasses.replace(paper, width_groups=4)
    assert (paper.groups, len(wide.groups)) == (frozenset(), 4 * 4)
    # of the stem and three cells
    assert wide.candidates == paper.candidates * 4**4
    assert wide.geometry == paper.geometry
    least = dataclasses.replace(wide, least_width=5)
    # the stem has 24 channels, the cells have 8, 16 and 32
    assert [least.least_groups(owner) for owner in range(-1, 3)] == [1, 3, 2, 1]
    assert least.candidates == paper.candidates * 4 * 2 * 3 * 4
    shared = dataclasses.replace(paper, shared=True)
    assert dataclasses.replace(shared, width_groups=2).candidates == shared.candidates * 2**3


def test_groups_of_some_channels_are_more_where_there_are_more_channels():
    paper = Space(**IMAGES, cells=3, channels=8, nodes=2)
    wide = dataclasses.replace(paper, group_width=4)
    # the stem has 24 channels, the cells have 8, 16 and 32
    assert [wide.groups_in(owner) for owner in range(-1, 3)] == [6, 2, 4, 8]
    assert len(wide.groups) == 6 + 2 + 4 + 8
    assert wide.candidates == paper.candidates * 6 * 2 * 4 * 8
    assert wide.geometry == paper.geometry
    geometry = wide.geometry_of([5, 1, 3, 2])
    assert [size.channels for size in geometry.stem] == [20]
    assert [cell.node.channels for cell in geometry.cells] == [4, 12, 8]
    assert Space.from_json(wide.to_json()) == wide
    assert "group_width" not in dataclasses.replace(paper, width_groups=4).to_json()


def test_a_stem_of_several_convolutions_has_the_groups_of_its_narrowest():
    space = Space((32, 32, 3), 10, cells=3, channels=8, stem="imagenet", group_width=2)
    assert space.groups_in(STEM) == 2
    assert [size.channels for size in space.geometry_of([1, 4, 8, 16]).stem] == [2, 4, 4]


def test_sizes_of_a_network_that_keeps_some_of_its_groups():
    space = Space(**IMAGES, cells=3, channels=8, nodes=2, width_groups=4)
    geometry = space.geometry_of([3, 1, 2, 4])
    assert [size.channels for size in geometry.stem] == [18]
    assert [cell.node.channels for cell in geometry.cells] == [2, 8, 32]
    assert [cell.output.channels for cell in geometry.cells] == [4, 16, 64]
    assert [size.channels for size in geometry.cells[1].inputs] == [18, 4]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"width_groups": 3}, r"width_groups: expected a divisor of half of all widths, \[8, 16"),
        ({"width_groups": 0}, "width_groups: expected an integer of at least 1"),
        ({"width_groups": 4, "least_width": 9}, "least_width: expected at most 8"),
        ({"group_width": 3}, r"group_width: expected an even divisor of all widths, \[8, 16, 24"),
        ({"group_width": 16}, r"group_width: expected an even divisor of all widths, \[8, 16, 24"),
        ({"group_width": 2, "shared": True}, "group_width: expected 0 in a search of blocks"),
    ],
)
def test_impossible_widths_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        Space(**IMAGES, cells=3, channels=8, **values)
