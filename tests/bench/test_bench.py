"""The benchmark: what it compares is alike, and its turns are counted right."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from bench import contest, rebuilds, steps
from bench.contest import Timing
from bench.shapes import SHAPES, Shape, genotype
from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype

TINY = Shape(4, 2, 4, side=8, nodes=1)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_smaller_shares_are_parts_of_larger_ones(shape):
    full, *others = (genotype(shape.space, share) for share in (1.0, 0.9, 0.5, 0.25))
    whole = costs.in_gates(full).macs
    larger = full
    for share, smaller in zip((0.9, 0.5, 0.25), others, strict=True):
        assert smaller.places < larger.places
        assert share - 0.02 < costs.in_gates(smaller).macs / whole <= share
        larger = smaller


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_channels_go_with_operators_where_widths_are_searched(shape):
    wide = shape.with_widths
    assert wide.space.width_groups > 1
    assert genotype(wide.space, 1.0) == Genotype.full(wide.space)
    larger = Genotype.full(wide.space)
    for share in (0.5, 0.25):
        smaller = genotype(wide.space, share)
        assert smaller.places == genotype(shape.space, share).places
        assert smaller.groups < larger.groups
        larger = smaller


def test_the_yardstick_is_the_same_network():
    pytest.importorskip("torch")
    from bench.torch_supernet import Trainer

    for shape in SHAPES:
        trainer = Trainer(shape.cells, shape.channels)
        parameters = sum(p.numel() for p in trainer.model.parameters())
        assert parameters == costs.total(genotype(shape.space, 1.0)).params


def test_timings():
    slow, fast = Timing(1.0, (2.0, 4.0, 6.0), 10), Timing(1.0, (1.0, 1.0, 2.0), 10)
    assert slow.median == 4.0
    # pair by pair: a machine that slows down slows both
    assert fast.ratio(slow) == 3.0
    assert slow.ratio(fast) == pytest.approx(1 / 3)


def test_contenders_take_turns(monkeypatch):
    monkeypatch.setattr(contest, "TURN_SECONDS", 0.05)
    timings = contest.contest(
        {"ours": ("goldnas_tf", TINY, 1.0), "half": ("goldnas_tf", TINY, 0.5)}, turns=2
    )
    for timing in timings.values():
        assert len(timing.steps) == 2
        assert 0 < timing.median < timing.first_step
        assert timing.peak_memory > 100e6


def test_rows_of_a_contest(monkeypatch):
    monkeypatch.setattr(
        steps,
        "contest",
        lambda contenders, turns: {
            name: Timing(5.0, (0.1 if name != "goldnas_tf" else 0.2,) * turns, 2**30)
            for name in contenders
        },
    )
    rows = steps.measure(TINY, 3, ["torch eager"], ["xla"])
    names = [row["contender"] for row in rows]
    assert names[0] == "goldnas_tf"
    assert {"torch eager", "goldnas_tf xla", "goldnas_tf, widths"} < set(names)
    by_name = {row["contender"]: row for row in rows}
    assert by_name["goldnas_tf"]["of_full_step"] == 1.0
    assert by_name["torch eager"]["of_full_step"] == pytest.approx(0.5)
    macs = costs.total(genotype(TINY.space, 1.0)).macs
    product = steps.MATRIX**3 / 0.1
    expected = 3 * macs * TINY.batch / 0.2 / product
    assert by_name["goldnas_tf"]["of_product_rate"] == pytest.approx(expected)


@pytest.mark.parametrize("shape", [TINY, TINY.with_widths], ids=str)
def test_rebuilds_are_measured(shape):
    rows = rebuilds.measure(shape)
    assert [row["operators_left"] for row in rows] == list(rebuilds.AFTER)
    assert all(row["rebuild_s"] > 0 for row in rows)
