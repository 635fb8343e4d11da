"""Latencies of networks from a table of those of operations, as arithmetic."""

import dataclasses

import pytest
from tiny_networks import NETWORKS

from goldnas_tf.errors import InputError
from goldnas_tf.inference.forms import Site, forms
from goldnas_tf.inference.lowering import lower
from goldnas_tf.inference.numbers import of_sizes
from goldnas_tf.resources.latency import Grid, LatencyTable, prepared

GENOTYPE = NETWORKS["default_operators"].genotype
GRAPH = lower(of_sizes(GENOTYPE))


def table_of(genotype, ms=1.0, precision="float32"):
    """A table in which everything takes as long."""
    graph = prepared(lower(of_sizes(genotype)), precision)
    wide = Grid((1, 10_000), (), ((ms,), (ms,)))
    grids = {form.site: wide for form in forms(graph)}
    image = genotype.space.image_shape
    return LatencyTable("a phone", "some 1.0", 1, precision, image, 0.5, grids)


def test_between_what_was_measured_times_are_on_a_line():
    grid = Grid((4, 8, 16), (2, 4), ((1.0, 2.0), (2.0, 4.0), (4.0, 8.0)))
    assert grid.at(4, 2) == 1.0
    assert grid.at(16, 4) == 8.0
    assert grid.at(6, 2) == 1.5
    assert grid.at(6, 3) == pytest.approx(2.25)
    # beyond, too
    assert grid.at(32, 2) == pytest.approx(8.0)
    assert grid.at(2, 2) == pytest.approx(0.5)


def test_one_width_alone_is_in_proportion():
    assert Grid((4,), (), ((1.0,),)).at(8, 8) == 2.0


def test_no_time_is_below_zero():
    assert Grid((8, 16), (), ((1.0,), (10.0,))).at(1, 1) == 0.0


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_a_network_takes_what_its_operations_take(precision):
    table = table_of(GENOTYPE, 0.25, precision)
    graph = prepared(GRAPH, precision)
    assert table.milliseconds(GRAPH) == pytest.approx(0.5 + 0.25 * len(graph.values))


def test_an_operation_that_was_not_measured_is_named():
    table = table_of(GENOTYPE)
    missing = next(site for site in table.grids if site.kind.startswith("depthwise"))
    grids = {site: grid for site, grid in table.grids.items() if site.kind != missing.kind}
    without = dataclasses.replace(table, grids=grids)
    for ask in (without.milliseconds, without.check):
        with pytest.raises(InputError, match=f"^latency_table: .*received none of {missing.kind}"):
            ask(GRAPH)


def test_an_operation_on_maps_of_another_size_takes_its_part():
    table = table_of(GENOTYPE)
    kind = "convolution of 1 pixels, stride 1"
    sizes = sorted(site for site in table.grids if site.kind == kind)
    assert len(sizes) > 1
    grids = {site: grid for site, grid in table.grids.items() if site != sizes[0]}
    without = dataclasses.replace(table, grids=grids)
    count = sum(form.site == sizes[0] for form in forms(GRAPH))
    less = count * (1 - sizes[0].height * sizes[0].width / (sizes[1].height * sizes[1].width))
    assert without.milliseconds(GRAPH) == pytest.approx(table.milliseconds(GRAPH) - less)
    with pytest.raises(InputError, match=f"received none of {kind}"):
        without.check(GRAPH)


def test_a_table_is_read_as_it_was_written(tmp_path):
    table = table_of(GENOTYPE)
    table.save(tmp_path / "it.json")
    assert LatencyTable.load(tmp_path / "it.json") == table


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"precision": "float8"}, "precision: expected one of float32, int8"),
        ({"schema": 7}, "expected a table of latencies of schema 1"),
        ({"image": [8, 8]}, "damaged"),
        ({"grids": [{"kind": "sum"}]}, "damaged"),
    ],
)
def test_a_file_that_is_no_table_is_told_in_one_line(tmp_path, change, said):
    from goldnas_tf.files import atomic
    from goldnas_tf.resources.latency import KIND

    file = tmp_path / "it.json"
    atomic.write_json(file, {**KIND.stamp(table_of(GENOTYPE).to_json()), **change})
    with pytest.raises(InputError, match=said) as caught:
        LatencyTable.load(file)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


def test_times_and_channels_belong_together():
    with pytest.raises(InputError, match="expected a time for each of 2 by 1"):
        Grid((1, 2), (), ((1.0,),))
    assert Site("sum", 1, 2) < Site("sum", 2, 1)
