"""Tables of latencies, measured on this machine."""

import pytest
from ai_edge_litert import schema_py_generated as schema
from processes import Program

from goldnas_tf.architecture.space import Space
from goldnas_tf.deployment import litert, timing
from goldnas_tf.inference.lowering import lower
from goldnas_tf.inference.numbers import of_sizes
from goldnas_tf.resources.latency import PRECISIONS, LatencyTable
from goldnas_tf.resources.meter import Meter
from goldnas_tf.resources.sampling import some_networks

SPACE = Space(
    (8, 8, 3),
    4,
    cells=2,
    channels=4,
    nodes=1,
    ops=("skip_connect", "sep_conv_3x3", "max_pool_3x3"),
)


def operators(content):
    """How many operators a file has."""
    (graph,) = schema.ModelT.InitFromPackedBuf(content, 0).subgraphs
    return len(graph.operators)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_copy_is_in_the_file(monkeypatch, precision):
    """A converter that left one out, or made one of two, would make operations look quick."""
    files, plain = [], litert.convert_maps

    def kept(network, kind, maps):
        files.append((plain(network, kind, maps), len(maps)))
        return files[-1][0]

    monkeypatch.setattr(timing, "_NETWORKS", 5)
    monkeypatch.setattr(timing, "_CHANNELS", 1)
    monkeypatch.setattr(timing, "_ROUNDS", 1)
    monkeypatch.setattr(litert, "convert_maps", kept)
    told = []
    table = timing.measure(SPACE, precision, 1, seed=0, say=told.append)
    assert len(told) == len(table.grids)
    # one operator for each map that is given, and one for the image that comes in
    assert {operators(content) - maps for content, maps in files} == {1}
    Meter(table).check_space(SPACE)
    for genotype in some_networks(SPACE, 5):
        assert Meter(table).use(genotype, "latency_ms") > 0


def test_calls_are_timed_in_turns():
    now, order = [0.0], []

    def call(name, seconds):
        def it():
            order.append(name)
            now[0] += seconds

        return it

    times = timing.timed([call("a", 0.002), call("b", 0.001)], 3, clock=lambda: now[0])
    assert times == pytest.approx([2.0, 1.0])
    assert order[-4:] == ["a", "a", "b", "b"]


def test_a_few_of_many_channels_are_timed():
    assert timing._some([8, 4, 4]) == (4, 8)
    some = timing._some(range(4, 200))
    assert len(some) == timing._CHANNELS
    assert (some[0], some[-1]) == (4, 199)


def test_a_table_is_measured_for_the_flags_of_a_search(tmp_path):
    program = Program("latency", "--preset=digits", "--nosearch_widths")
    small = ("--cells=1", "--channels=2", "--nodes=1", "--ops=skip_connect")
    result = program.start(f"--output={tmp_path}/new/it.json", *small).wait()
    assert result.returncode == 0, result.stderr
    table = LatencyTable.load(tmp_path / "new/it.json")
    assert table.image == (8, 8, 1)
    assert table.precision == "int8"
    assert f"{len(table.grids)} of {len(table.grids)}: " in result.stderr
    space = Space((8, 8, 1), 10, cells=1, channels=2, nodes=1, ops=("skip_connect",))
    for genotype in some_networks(space, 3):
        assert table.milliseconds(lower(of_sizes(genotype))) > 0


def test_where_a_table_cannot_be_written_nothing_is_timed(tmp_path):
    result = Program("latency", "--preset=digits").start(f"--output={tmp_path}").wait()
    assert result.returncode == 2
    assert f"output: expected a file; received the folder {tmp_path}" in result.stderr
