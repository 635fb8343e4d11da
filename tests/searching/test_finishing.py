"""Which points are finished, and whole searches that finish theirs, stopped and resumed."""

import dataclasses
import json
import shutil
import signal
import types

import pytest
from processes import SMALL_SEARCH, TINY_SEARCH, Program, metrics
from servers import assert_point_served

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.pareto import Point
from goldnas_tf.runs.timetable import Timetable
from goldnas_tf.searching.config import FinishingSettings, SearchConfig
from goldnas_tf.searching.finishing import Finishing, affordable, chosen, share
from goldnas_tf.searching.planned import PlanSettings

SEARCH = Program(
    "search",
    *SMALL_SEARCH,
    "--channels=4",
    "--search_widths",
    "--width_groups=2",
    "--schedule=planned",
    "--warmup=0.3",
    "--small_warmup",
    "--macs_floor=40%",
    "--max_epochs=10",
    "--settle_epochs=0",
    "--finish_points=2",
    # masks alone: rebuilds are tested elsewhere
    "--rebuild_steps=1000",
    "--epochs=2",
    "--ema_decay=0.9",
    "--teacher_weight=0.5",
    "--renew_steps=3",
)


def point(epoch, macs):
    return Point(f"e{epoch:03d}", "p", {"macs": macs, "params": 1}, 0.5, epoch, "budget")


def test_points_are_chosen_evenly_over_the_logarithm_of_their_cost():
    points = [point(i, macs) for i, macs in enumerate((1000, 900, 500, 300, 100, 90, 10))]

    def macs(point):
        return point.macs

    assert [one.macs for one in chosen(points, 3, macs)] == [1000, 100, 10]
    assert [one.macs for one in chosen(points, 1, macs)] == [1000]
    assert chosen(points[::-1], 9, macs) == points
    assert chosen([], 3, macs) == []


def test_points_are_chosen_by_what_the_search_is_after(tmp_path, monkeypatch):
    config = SearchConfig(finishing=FinishingSettings(finish_points=3))
    points = []
    # the more parameters, the fewer multiply-adds: as no network is
    for epoch, (channels, macs) in enumerate([(2, 40), (6, 30), (14, 20), (16, 10)]):
        one = dataclasses.replace(point(epoch, macs), path=str(channels))
        (tmp_path / one.path).mkdir()
        space = Space((8, 8, 3), 3, cells=1, nodes=1, channels=channels)
        Genotype.full(space).save(tmp_path / one.path / "genotype.json")
        points.append(one)
    picked = []
    monkeypatch.setattr(Finishing, "_one_by_one", lambda self, points, *rest: picked.append(points))

    def run(points):
        archive = types.SimpleNamespace(points=points, path=tmp_path, costs=("params",))
        Finishing(config, None, archive, None, None, None, 5.0).run(print, None)
        return [one.epoch for one in picked[-1]]

    assert run(points) == [3, 1, 0]
    # what a point is said to have once it is finished, without gates, changes nothing
    costs = {"macs": 30, "params": 10**9}
    assert run([points[0], dataclasses.replace(points[1], costs=costs), *points[2:]]) == [3, 1, 0]


def test_time_is_shared_for_as_many_steps_of_each_network():
    steps, left, apart, done = [0.4, 0.2, 0.1, 0.1], 100.0, 5.0, []
    for index in range(len(steps)):
        seconds = share(left, steps[index:], apart)
        left -= seconds
        done.append((seconds - apart) / steps[index])
    assert done == pytest.approx([100.0] * 4)
    assert left == pytest.approx(0.0)
    # as many as before would leave nothing for the last ones
    assert share(3.0, steps, apart) == pytest.approx(apart + 0.5)


def test_fewer_points_are_finished_where_the_search_has_used_their_time():
    assert [affordable(12, left, 240.0) for left in (300, 240, 120, 90, 40, 1, -5)] == [
        *(12, 12, 12),
        *(9, 4, 3, 3),
    ]
    assert affordable(2, -5.0, 240.0) == 2
    # all of the time was for the search
    assert affordable(12, 0.0, 0.0) == 12


def test_how_many_points_are_finished_is_found_once(tmp_path, monkeypatch):
    config = SearchConfig(
        plan=PlanSettings(minutes=8.0, search_share=0.5),
        finishing=FinishingSettings(finish_points=12),
    )
    archive = types.SimpleNamespace(points=[point(i, 10_000 - i) for i in range(14)])
    finished, said = [], []
    monkeypatch.setattr(Finishing, "_use", lambda self, point: point.macs)
    monkeypatch.setattr(
        Finishing, "_one_by_one", lambda self, points, *rest: finished.append(len(points))
    )

    def run(used, config=config):
        clock = types.SimpleNamespace(total=lambda: used)
        table = Timetable(tmp_path, config.plan.seconds, clock)
        Finishing(config, None, archive, table, object(), None, 5.0).run(said.append, None)

    # 60 seconds less the reserve are left of the 240 that finishing was to have
    run(420.0)
    assert finished == [5]
    assert said == [
        "the search took longer than planned: there is time to finish 5 of 12 points, the others "
        "stay as it left them"
    ]
    # stopped, and resumed with less time
    run(30.0)
    assert finished == [5, 5]
    assert len(said) == 1
    # asked for others, they are found anew: no fewer than three
    more = dataclasses.replace(config, finishing=FinishingSettings(finish_points=4))
    run(0.0, more)
    assert finished == [5, 5, 3]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    workdir = tmp_path_factory.mktemp("finished")
    result = SEARCH.run(workdir)
    assert result.returncode == 0, result.stderr
    return workdir, result


def points_of(workdir):
    return json.loads((workdir / "pareto.json").read_text())["points"]


def test_finished_points_make_the_front(finished):
    workdir, result = finished
    points = points_of(workdir)
    assert [one["finished"] for one in points] == [True] * len(points)
    assert len(points) >= 2
    assert any(one["non_dominated"] for one in points)
    for one in points:
        folder = workdir / one["path"]
        told = json.loads((folder / "metrics.json").read_text())
        assert told["finished"] is True
        for name in ("macs", "params", "val_accuracy", "test_accuracy", "epoch", "reason"):
            assert told[name] == one[name], name
        assert told["epochs"] == 2
        for name in ("model.keras", "cells.png", "genotype.json"):
            assert (folder / name).stat().st_size > 0, name
    assert "test acc" in result.stderr


def test_every_server_can_run_a_finished_point(finished):
    workdir, _ = finished
    assert_point_served(workdir / points_of(workdir)[-1]["path"])


def test_larger_networks_teach_smaller_ones(finished):
    workdir, _ = finished
    first, *others = points_of(workdir)
    taught = {
        one["name"]: json.loads((workdir / "finishing" / one["name"] / "config.json").read_text())[
            "teacher"
        ]
        for one in (first, *others)
    }
    assert taught[first["name"]] is None
    assert all(taught[one["name"]] for one in others)


def test_a_finished_search_is_not_finished_again(finished):
    workdir, _ = finished
    before = (workdir / "pareto.json").read_bytes()
    again = SEARCH.run(workdir)
    assert again.returncode == 0, again.stderr
    assert "finishing e" not in again.stderr
    assert (workdir / "pareto.json").read_bytes() == before


def test_a_search_that_is_stopped_while_it_finishes_goes_on(finished, tmp_path):
    # after its last line of metrics there is finishing alone
    code, errors = SEARCH.stop_when(tmp_path, signal.SIGKILL, 10)
    assert code == -signal.SIGKILL, errors
    resumed = SEARCH.run(tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert metrics(tmp_path) == metrics(finished[0])
    assert points_of(tmp_path) == points_of(finished[0])


def test_points_that_are_finished_side_by_side_come_to_the_same(tmp_path):
    found, several = tmp_path / "found", tmp_path / "several"
    search = ("--max_epochs=6", "--epochs=1", "--teacher_weight=0")
    result = TINY_SEARCH.run(found, *search)
    assert result.returncode == 0, result.stderr
    shutil.copytree(found, several)
    further = (*search, "--finish_points=2")
    result = TINY_SEARCH.run(several, *further, "--workers=2")
    assert result.returncode == 0, result.stderr
    assert "finishing 2 points, 2 at a time" in result.stderr
    assert "the run goes further: finish_points: was 0, is 2; workers: was 1, is 2" in result.stderr
    result = TINY_SEARCH.run(found, *further)
    assert result.returncode == 0, result.stderr
    assert points_of(several) == points_of(found)
    assert [one["finished"] for one in points_of(found)].count(True) == 2


def test_side_by_side_nobody_is_taught(tmp_path):
    result = SEARCH.run(tmp_path / "run", "--workers=2")
    assert result.returncode == 2
    assert "teacher_weight: expected 0 where points are finished side by side" in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_timed_search_follows_its_plan_after_it_was_stopped(tmp_path):
    flags = ("--minutes=0.3", "--search_share=0.4")
    code, errors = SEARCH.stop_when(tmp_path, signal.SIGTERM, 4, *flags)
    assert code == 128 + signal.SIGTERM, errors
    assert "the plan:" in errors
    plan = json.loads((tmp_path / "plan.json").read_text())
    resumed = SEARCH.run(tmp_path, *flags)
    assert resumed.returncode == 0, resumed.stderr
    assert "the plan:" not in resumed.stderr
    after = json.loads((tmp_path / "plan.json").read_text())
    assert after["epochs"] == plan["epochs"] == metrics(tmp_path)[-1]["epoch"]
    for one in points_of(tmp_path):
        plan = json.loads((tmp_path / "finishing" / one["name"] / "plan.json").read_text())
        assert (
            plan["epochs"] * plan["steps"]
            == metrics(tmp_path / "finishing" / one["name"])[-1]["step"]
        )
    assert after["finish_asked"] == after["finish_points"] == 2
    assert all(one["finished"] for one in points_of(tmp_path))
