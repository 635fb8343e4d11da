"""The table of an ablation, from searches as they lie on the disk."""

import json

import pytest

from bench import ablation
from goldnas_tf import pareto
from goldnas_tf.pareto import Point


def left(folder, variant, seed, *points):
    """What a search has left: (multiply-adds, accuracy) of its points, of 1000 at the start."""
    points = [
        Point(f"e{i:03d}", "p", {"macs": macs, "params": 1}, accuracy, i, "budget")
        for i, (macs, accuracy) in enumerate(points)
    ]
    workdir = ablation.run_folder(folder, variant, seed)
    workdir.mkdir()
    (workdir / "pareto.json").write_text(json.dumps(pareto.to_json(points, 1000)))


def test_variants_are_held_against_the_line_before_by_seed(tmp_path):
    left(tmp_path, "paper", 0, (10, 0.5), (100, 0.6))
    left(tmp_path, "paper", 1, (10, 0.5), (100, 0.5))
    left(tmp_path, "plan", 0, (10, 0.5), (100, 0.8))
    left(tmp_path, "plan", 1, (10, 0.7))
    first, second = ablation.table(tmp_path, ["paper", "plan"], [0, 1])
    # of the two decades between 10 and 1000 the smaller network has one, the larger the other
    assert first["hypervolume"] == pytest.approx((0.55 + 0.5) / 2)
    assert first["gain"] is None
    assert second["hypervolume"] == pytest.approx((0.65 + 0.7) / 2)
    assert second["gain"] == pytest.approx((0.1 + 0.2) / 2)
    assert second["deviation"] == pytest.approx(0.05 / 2**0.5)
    assert (first["points"], second["points"]) == (1.5, 1.5)
    assert second["best"] == pytest.approx(0.75)


def test_a_variant_without_small_networks_has_nothing_there(tmp_path):
    left(tmp_path, "paper", 0, (10, 0.5), (100, 0.6))
    left(tmp_path, "plan", 0, (100, 0.8))
    first, second = ablation.table(tmp_path, ["paper", "plan"], [0])
    assert first["hypervolume"] == pytest.approx(0.55)
    assert second["hypervolume"] == pytest.approx(0.4)


def test_a_teacher_is_there_where_a_variant_asks_for_it(tmp_path, monkeypatch):
    ran = {}

    def run(preset, workdir, flags, log):
        ran[workdir.name] = [flag for flag in flags if flag.startswith("--teacher_weight")]
        left(tmp_path, workdir.name.removesuffix("_0"), 0, (10, 0.5))

    monkeypatch.setattr(ablation.search, "run", run)
    monkeypatch.setattr("sys.argv", ["ablation", str(tmp_path), "--variants", "average", "taught"])
    ablation.main()
    # a preset may have one; the last flag counts
    assert [flags[-1] for flags in ran.values()] == ["--teacher_weight=0", "--teacher_weight=0.5"]
