import dataclasses
import itertools
import json

import pytest

from goldnas_tf.architecture.genotype import KIND, Genotype
from goldnas_tf.architecture.places import Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError

SPACE = Space((8, 8, 3), 3, cells=3, channels=4, nodes=2)
FULL = Genotype.full(SPACE)


def of_cell(genotype, cell, source=None):
    """The live operators of a cell, or those that read one source of it."""
    return [p for p in genotype.cell(cell) if source is None or p.source == source]


def one_each(space, sources):
    """A genotype whose nodes have one operator: that from the source the cell is given."""
    return Genotype(
        space,
        frozenset(
            Place(cell, node, source, "sep_conv_3x3")
            for cell, source in sources.items()
            for node in range(space.nodes)
        ),
    )


def test_the_full_genotype_has_every_operator():
    assert len(FULL.places) == 3 * (2 + 3) * 2
    assert FULL.live_cells == (0, 1, 2)
    assert len(Genotype.full(Space((32, 32, 3), 10)).places) == 14 * 14 * 2


def test_order_is_by_cell_node_source_and_the_order_of_the_space():
    space = Space((8, 8, 3), 3, cells=1, nodes=1, ops=("skip_connect", "avg_pool_3x3"))
    assert Genotype.full(space).ordered == (
        Place(0, 0, 0, "skip_connect"),
        Place(0, 0, 0, "avg_pool_3x3"),
        Place(0, 0, 1, "skip_connect"),
        Place(0, 0, 1, "avg_pool_3x3"),
    )
    assert FULL.ordered == tuple(itertools.chain(*(FULL.cell(cell) for cell in range(3))))


def test_reads_tells_the_inputs_that_any_operator_reads():
    assert FULL.reads(1) == (0, 1)
    assert FULL.without(of_cell(FULL, 1, 0)).reads(1) == (1,)
    assert FULL.without(of_cell(FULL, 1, 1)).reads(1) == (0,)


def test_without_takes_operators_out():
    gone = [Place(0, 0, 1, "skip_connect"), Place(2, 1, 2, "sep_conv_3x3")]
    smaller = FULL.without(gone)
    assert FULL.places - smaller.places == set(gone)
    assert FULL.without([]) == FULL
    assert len(FULL.places) == 30


def test_without_what_is_gone_already_changes_nothing():
    gone = [Place(0, 0, 1, "skip_connect")]
    assert FULL.without(gone).without(gone) == FULL.without(gone)


def test_a_node_of_a_read_cell_keeps_an_operator():
    with pytest.raises(InputError, match="node 1 of cell 2: expected at least one operator"):
        FULL.without(p for p in FULL.cell(2) if p.node == 1)


def test_prunable_until_every_node_has_one_operator():
    assert FULL.prunable
    single = one_each(SPACE, {0: 0, 1: 1, 2: 1})
    assert len(single.places) == 6
    assert not single.prunable
    assert Genotype(SPACE, single.places | {Place(2, 0, 0, "skip_connect")}).prunable


def test_a_foreign_operator_is_named():
    foreign = Place(0, 0, 2, "skip_connect")
    with pytest.raises(InputError, match=r"received \(0, 0, 2, 'skip_connect'\)"):
        Genotype(SPACE, FULL.places | {foreign})
    with pytest.raises(InputError, match="expected those of the space"):
        Genotype(SPACE, FULL.places | {Place(0, 0, 0, "avg_pool_3x3")})
    with pytest.raises(InputError, match="expected those of the space"):
        Genotype(SPACE, FULL.places | {Place(3, 0, 0, "skip_connect")})


def test_a_cell_that_nobody_reads_is_dropped():
    # cell 2 reads the cells 0 and 1: without its source 1, nobody reads cell 1
    smaller = FULL.without(of_cell(FULL, 2, 1))
    assert smaller.live_cells == (0, 2)
    assert not smaller.cell(1)
    assert smaller == Genotype(SPACE, smaller.places | set(FULL.cell(1)))


def test_dead_cells_are_dropped_in_cascade():
    space = Space((8, 8, 3), 3, cells=6, channels=4, nodes=1)
    full = Genotype.full(space)
    # cell 3 is left with cell 1; cell 2 lives by cell 4 alone, until cell 5 no longer reads it
    before = full.without(of_cell(full, 3, 1))
    assert before.live_cells == (0, 1, 2, 3, 4, 5)
    after = before.without(of_cell(full, 5, 1))
    assert after.live_cells == (0, 1, 3, 5)


def test_cells_may_read_the_stem_alone():
    space = Space((8, 8, 3), 3, cells=2, channels=4, nodes=1)
    full = Genotype.full(space)
    assert full.without(of_cell(full, 1, 1)).live_cells == (1,)


def test_a_dead_cell_needs_no_operators_and_a_live_one_does():
    places = {place for place in FULL.places if place.cell != 1}
    alive = {place for place in places if not (place.cell == 2 and place.source == 1)}
    assert Genotype(SPACE, frozenset(alive)).live_cells == (0, 2)
    with pytest.raises(InputError, match="node 0 of cell 1: expected at least one operator"):
        Genotype(SPACE, frozenset(places))


def test_an_empty_genotype_is_refused():
    with pytest.raises(InputError, match="node 0 of cell 2: expected at least one operator"):
        Genotype(SPACE, frozenset())


def test_json_round_trip():
    smaller = FULL.without([*of_cell(FULL, 2, 1), Place(0, 1, 2, "skip_connect")])
    values = json.loads(json.dumps(smaller.to_json()))
    assert Genotype.from_json(values) == smaller
    assert Genotype.from_json(values).space == SPACE
    assert values["schema"] == KIND.schema == 1


def test_json_reads_like_the_network():
    space = Space((8, 8, 3), 3, cells=1, nodes=2, channels=4)
    places = {
        Place(0, 0, 1, "sep_conv_3x3"),
        Place(0, 1, 0, "sep_conv_3x3"),
        Place(0, 1, 0, "skip_connect"),
        Place(0, 1, 2, "skip_connect"),
    }
    assert Genotype(space, frozenset(places)).to_json()["cells"] == [
        [{"1": ["sep_conv_3x3"]}, {"0": ["skip_connect", "sep_conv_3x3"], "2": ["skip_connect"]}]
    ]


def spoiled(**changes):
    return {**FULL.to_json(), **changes}


def cells(first_node):
    """The cells of the full genotype with another first node."""
    values = FULL.to_json()["cells"]
    return [[first_node, *values[0][1:]], *values[1:]]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (None, "expected a genotype; received NoneType"),
        ([], "expected a genotype; received list"),
        ({}, "expected a genotype of schema 1; received none"),
        (spoiled(schema=2), "expected a genotype of schema 1; received schema 2"),
        ({"schema": 1}, "expected a genotype; received another value (KeyError: 'space')"),
        (
            {"schema": 1, "space": SPACE.to_json()},
            "expected a genotype; received another value (KeyError: 'cells')",
        ),
        (spoiled(space={}), "space: expected the settings"),
        (
            spoiled(space={**SPACE.to_json(), "cells": 0}),
            "cells: expected an integer of at least 1",
        ),
        (spoiled(space={**SPACE.to_json(), "image_shape": "x"}), "image_shape: expected a list"),
        (spoiled(cells=3), "expected a genotype; received another value (TypeError"),
        (spoiled(cells=[3]), "expected a genotype; received another value (TypeError"),
        (spoiled(cells=[[3]]), "expected a genotype; received another value (AttributeError"),
        (
            spoiled(cells=cells({"x": ["skip_connect"]})),
            "expected a genotype; received another value (ValueError",
        ),
        (spoiled(cells=cells({"0": 3})), "expected a genotype; received another value (TypeError"),
        (spoiled(cells=cells({"0": [["skip_connect"]]})), "expected a genotype"),
        (spoiled(cells=cells({"0": [None, "skip"]})), ""),
        (
            spoiled(cells=cells({"0": ["skip"]})),
            "operators: expected those of the space; received (0, 0, 0, 'skip')",
        ),
        (
            spoiled(cells=cells({"2": ["skip_connect"]})),
            "operators: expected those of the space; received",
        ),
        (spoiled(cells=cells({})), "node 0 of cell 0: expected at least one operator"),
        (
            spoiled(cells=FULL.to_json()["cells"][:2]),
            "node 0 of cell 2: expected at least one operator",
        ),
        (
            spoiled(cells=FULL.to_json()["cells"] * 2),
            "operators: expected those of the space; received (3, 0, 0,",
        ),
    ],
)
def test_json_that_is_no_genotype_is_refused(values, said):
    with pytest.raises(InputError) as caught:
        Genotype.from_json(values)
    assert str(caught.value).startswith(said)


def test_file_round_trip(tmp_path):
    FULL.save(tmp_path / "genotype.json")
    assert Genotype.load(tmp_path / "genotype.json") == FULL


@pytest.mark.parametrize("text", ["", "{", '{"schema": 7}', "[1]", "\xff"])
def test_a_file_that_is_no_genotype_is_named(tmp_path, text):
    path = tmp_path / "genotype.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=str(path)) as caught:
        Genotype.load(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(
        InputError, match=r"nowhere.json: expected a genotype; received no such file"
    ):
        Genotype.load(tmp_path / "nowhere.json")


SHARED = Space((8, 8, 3), 3, cells=5, channels=4, nodes=2, shared=True)


def test_pruning_a_shared_gate_prunes_all_of_its_operators():
    full = Genotype.full(SHARED)
    place = Place(2, 1, 0, "skip_connect")
    assert SHARED.kinds == ((0, 2, 4), (1, 3))
    smaller = full.without([place])
    assert full.places - smaller.places == {place._replace(cell=cell) for cell in (0, 2, 4)}
    assert len(full.gates) - len(smaller.gates) == 1
    assert {place.cell for place in full.gates} == {0, 1}


def test_a_gate_of_a_dead_cell_is_that_of_the_next_one():
    # normal cells read what lies two before alone: cells 1 and 3 are dead
    full = Genotype.full(SHARED)
    smaller = full.without(p for p in full.places if (p.cell, p.source) == (4, 1))
    assert smaller.live_cells == (0, 2, 4)
    assert {place.cell for place in smaller.gates} == {0}


def test_cells_that_share_gates_have_the_same_operators():
    full = Genotype.full(SHARED)
    with pytest.raises(InputError, match="share their gates"):
        Genotype(SHARED, full.places - {Place(2, 1, 0, "skip_connect")})


def test_every_operator_has_a_gate_of_its_own_where_none_is_shared():
    full = Genotype.full(dataclasses.replace(SHARED, shared=False))
    assert full.gates == full.ordered
