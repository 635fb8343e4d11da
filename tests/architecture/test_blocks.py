"""The library of blocks, and whole searches of blocks through bin/search."""

import dataclasses
import json
import random

import pytest
from processes import BY_THE_PAPER, Program

from goldnas_tf import pareto
from goldnas_tf.architecture import blocks
from goldnas_tf.architecture.blocks import Block
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.pareto import Point
from goldnas_tf.resources import resources, sampling

SPACE = Space((8, 8, 1), 10, cells=5, channels=4, nodes=2, shared=True)
EDGES = ((0, 0, "skip_connect"), (1, 2, "skip_connect"))


def write_point(folder, name, genotype, accuracy):
    (folder / "pareto" / name).mkdir(parents=True)
    genotype.save(folder / "pareto" / name / "genotype.json")
    costs = resources.known(genotype)
    return Point(name, f"pareto/{name}", costs, accuracy, 1, "stable")


def test_the_library_is_not_dominated_and_from_small_to_large(tmp_path):
    full = Genotype.full(SPACE)
    small = sampling.sample(SPACE, random.Random(0), 0.2)
    middle = sampling.sample(SPACE, random.Random(1), 0.6)
    points = [
        write_point(tmp_path, "e001", full, 0.9),
        write_point(tmp_path, "e002", middle, 0.7),
        write_point(tmp_path, "e003", small, 0.8),
    ]
    found = blocks.library(points, tmp_path)
    assert [block.name for block in found] == ["e003", "e001"]
    assert found[0].params < found[1].params
    for cell in small.live_cells:
        edges = found[0].operators(reduction=cell in SPACE.reductions)
        assert set(edges) == {place[1:] for place in small.cell(cell)}


def test_of_the_same_block_the_best_network_counts(tmp_path):
    full = Genotype.full(SPACE)
    points = [write_point(tmp_path, f"e00{i}", full, acc) for i, acc in enumerate((0.8, 0.9, 0.7))]
    assert [block.name for block in blocks.library(points, tmp_path)] == ["e001"]


def test_a_network_without_one_kind_of_cell_has_no_block(tmp_path):
    # normal cells read what lies two before alone, so that nothing reads a reduction cell
    full = Genotype.full(SPACE)
    genotype = full.without(p for p in full.places if (p.cell, p.source) == (4, 1))
    assert not set(SPACE.reductions) & set(genotype.live_cells)
    assert blocks.library([write_point(tmp_path, "e001", genotype, 0.9)], tmp_path) == []


def block(**values):
    default = {"normal": EDGES, "reduction": EDGES, "macs": 10, "params": 5, "val_accuracy": 0.5}
    return Block(**{"name": "e001", "nodes": 2, **default, **values})


def test_a_library_is_read_back(tmp_path):
    library = [block(), block(name="e002", params=9, reduction=((0, 1, "max_pool_3x3"), *EDGES))]
    blocks.save(library, tmp_path)
    assert blocks.load(tmp_path) == blocks.load(tmp_path / "blocks.json") == library


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"normal": EDGES[:1]}, "in its normal form; received another cell"),
        (
            {"reduction": (*EDGES, (0, 2, "skip_connect"))},
            "in its reduction form; received another cell",
        ),
        ({"normal": (*EDGES, (1, 1, "teleport"))}, "received 'teleport'"),
    ],
)
def test_impossible_blocks_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        block(**values)


def test_blocks_of_one_library_have_as_many_nodes(tmp_path):
    other = block(name="e002", nodes=1, normal=EDGES[:1], reduction=EDGES[:1])
    blocks.save([block(), other], tmp_path)
    with pytest.raises(InputError, match="the same number of nodes"):
        blocks.load(tmp_path)


SEARCH = Program(
    "search",
    *BY_THE_PAPER,
    "--space=block",
    "--resource=params",
    "--dataset=digits",
    "--train_images=240",
    "--cells=3",
    "--channels=2",
    "--nodes=1",
    "--batch_size=24",
    "--steps_per_epoch=5",
    "--gate_learning_rate=2",
    "--lambda_step=0.02",
    "--macs_targets=85%",
    "--macs_floor=0%",
    "--max_epochs=5",
    "--settle_epochs=1",
)


# that of an enhanced gradient is among the golden runs
@pytest.mark.parametrize("gradient", ["sigmoid", "straight_through"])
def test_a_search_of_blocks_leaves_a_library(tmp_path, gradient):
    result = SEARCH.run(tmp_path, f"--gate_gradient={gradient}")
    assert result.returncode == 0, result.stderr
    found = pareto.from_json(json.loads((tmp_path / "pareto.json").read_text()))
    assert found
    for point in found:
        genotype = Genotype.load(tmp_path / point.path / "genotype.json")
        assert genotype.space.shared
        metrics = json.loads((tmp_path / point.path / "metrics.json").read_text())
        assert set(metrics["discretisation"]) == {"before", "after", "adapted"}
        assert resources.known(genotype) == point.costs
    library = blocks.load(tmp_path)
    assert [b.params for b in library] == sorted(b.params for b in library)
    assert {b.name for b in library} <= {point.name for point in found}
    assert (tmp_path / "blocks.png").stat().st_size > 0


def test_blocks_need_cells_of_both_kinds(tmp_path):
    result = SEARCH.run(tmp_path / "run", "--cells=2")
    assert result.returncode == 2
    assert "cells: expected at least 3" in result.stderr
    assert dataclasses.replace(SPACE, cells=3).kinds == ((0,), (1, 2))
