"""Whole comparisons through bin/compare: a run folder of two points, tiny trainings."""

import dataclasses
import json
import shutil
import signal
import time

import pytest
from processes import Program
from servers import assert_point_served

from goldnas_tf import pareto
from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.comparison import families, searched, tasks
from goldnas_tf.comparison.settings import CompareConfig, ComparisonSettings
from goldnas_tf.errors import InputError
from goldnas_tf.pareto import Point
from goldnas_tf.reporting import kinds
from goldnas_tf.resources import resources
from goldnas_tf.settings.images import DataSettings

SPACE = Space((8, 8, 1), 10, cells=2, channels=4, nodes=2)
FULL = Genotype.full(SPACE)
COMPARE = Program("compare", "--epochs=1", "--batch_size=24", "--learning_rate=0.05")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder as a search leaves it."""
    path = tmp_path_factory.mktemp("run")
    write_search(path)
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Folders of two searches that have finished their points, each in three seconds."""
    paths = [tmp_path_factory.mktemp("finished") for _ in range(2)]
    for seed, path in enumerate(paths):
        write_search(path, seed, finished=True, test_accuracy=0.5)
        plan = {"schema": 1, "epochs": 4, "steps": None, "used": 3.0}
        (path / "plan.json").write_text(json.dumps(plan))
    return paths


def write_search(path, seed=0, **of_points):
    genotypes = {"e001": FULL, "e002": FULL.without(FULL.ordered[1::4])}
    points = [
        Point(name, f"pareto/{name}", resources.total(one), 0.9, 1, "stable", **of_points)
        for name, one in genotypes.items()
    ]
    write_genotypes(path, points, genotypes)
    (path / "pareto.json").write_text(json.dumps(pareto.to_json(points, costs.total(FULL).macs)))
    settings = {"data": {"dataset": "digits", "train_images": 120}, "seed": seed}
    (path / "config.json").write_text(json.dumps({"schema": 1, "settings": settings}))


def write_genotypes(path, points, genotypes=None):
    for point in points:
        (path / point.path).mkdir(parents=True)
        genotype = genotypes[point.name] if genotypes else FULL
        genotype.save(path / point.path / "genotype.json")


def trainings(workdir):
    return sorted(file.parent for file in workdir.glob("*/*/config.json"))


FOUND_AND_RANDOM = ("--points=e002", "--families=found,random")


@pytest.fixture(scope="module")
def compared(run, tmp_path_factory):
    """A comparison of two trainings."""
    workdir = tmp_path_factory.mktemp("compared")
    result = COMPARE.run(workdir, run, *FOUND_AND_RANDOM, "--seeds=1")
    assert result.returncode == 0, result.stderr
    return workdir


def test_more_seeds_train_what_is_missing(run, compared, tmp_path):
    shutil.copytree(compared, tmp_path, dirs_exist_ok=True)
    folders = trainings(tmp_path)
    assert [folder.name for folder in folders] == ["found_0", "random_0"]
    before = {
        folder: (folder / "network" / "metrics.json").stat().st_mtime_ns for folder in folders
    }
    second = COMPARE.run(tmp_path, run, *FOUND_AND_RANDOM, "--seeds=2")
    assert second.returncode == 0, second.stderr
    assert {folder.name for folder in trainings(tmp_path)} == {
        *(folder.name for folder in folders),
        "found_1",
        "random_1",
    }
    for folder, changed in before.items():
        assert (folder / "network" / "metrics.json").stat().st_mtime_ns == changed
    result = json.loads((tmp_path / "comparison.json").read_text())
    assert len(result["trained"]) == 4
    assert [one["rival"] for one in result["networks"]] == ["random"]
    for one in result["trained"]:
        folder = tmp_path / one["point"] / f"{one['family']}_{one['seed']}" / "network"
        assert one["accuracy"] == json.loads((folder / "metrics.json").read_text())["test_accuracy"]
    assert (tmp_path / "comparison.png").stat().st_size > 0
    assert "than random networks of equal cost" in second.stderr
    page = (tmp_path / "report.html").read_text()
    assert '"front": "found"' in page and '"front": "random"' in page
    assert "<body data-going-on" not in page and ">Verdict<" in page


def test_one_that_is_stopped_tells_of_what_it_has_trained(run, tmp_path):
    flags = ("--points=e002", "--families=found,random", "--seeds=1")
    process = COMPARE.start(f"--workdir={tmp_path}", run, *flags)
    while process.poll() is None and not (tmp_path / "report.html").exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    ended = process.wait()
    assert ended.returncode == 128 + signal.SIGTERM, ended.stderr
    (content,) = kinds.contents(tmp_path)
    assert content.summary[0].startswith("1 of 2 networks so far, of 1 families, at equal cost")
    page = (tmp_path / "report.html").read_text()
    assert "<body data-going-on" not in page and ">Verdict, so far<" in page
    again = COMPARE.run(tmp_path, run, *flags)
    assert again.returncode == 0, again.stderr
    (content,) = kinds.contents(tmp_path)
    assert content.summary[0].startswith("2 networks of 2 families")


def test_trainings_side_by_side_come_to_the_same(run, compared, tmp_path, mine):
    flags = (*FOUND_AND_RANDOM, "--seeds=1", f"--rivals={mine}", "--workers=2")
    result = COMPARE.run(tmp_path, run, *flags)
    assert result.returncode == 0, result.stderr
    assert "3 trainings, 2 at a time" in result.stderr
    assert "oneDNN" not in result.stderr
    told = [json.loads((path / "comparison.json").read_text()) for path in (tmp_path, compared)]
    *trained, rival = told[0]["trained"]
    assert trained == told[1]["trained"]
    assert rival["family"] == "rivals"
    assert not list(tmp_path.glob(".setup*"))


def test_a_family_without_a_network_of_that_cost_is_left_out_unless_it_is_asked_for(
    run, monkeypatch
):
    def members(family, genotype, *rest):
        if family == "random":
            raise InputError("found no network")
        return families.members(family, genotype, *rest)

    monkeypatch.setattr(tasks, "members", members)
    search, said = searched.read(run, (), False), []
    settings = ComparisonSettings(families=("found", "random"), seeds=1)
    config = CompareConfig(comparison=settings)
    planned = tasks.planned([search], config, {}, said.append)
    assert [(task.point, task.family) for task in planned] == [("e002", "found")]
    assert said == ["e002 goes without random: found no network"]
    asked = dataclasses.replace(config, comparison=dataclasses.replace(settings, points=("e002",)))
    with pytest.raises(InputError, match="found no network"):
        tasks.planned([search], asked, {}, said.append)


def test_fronts_of_several_searches_are_compared_in_equal_time(finished, mine, tmp_path):
    flags = ("--equal_time", "--points=e002", "--families=found,resnet", f"--rivals={mine}")
    flags += ("--renew_steps=2", "--ema_decay=0.9")
    result = COMPARE.run(tmp_path, *finished, *flags)
    assert result.returncode == 0, result.stderr
    told = json.loads((tmp_path / "equal_time.json").read_text())
    by_family = {}
    for one in told["trained"]:
        by_family.setdefault(one["family"], []).append((one["run"], one["point"], one["seed"]))
    names = [path.name for path in finished]
    both = [(name, "e002", seed) for seed, name in enumerate(names)]
    assert by_family["found"] == by_family["resnet"] == both
    assert by_family["rivals"] == [(name, "mine", seed) for seed, name in enumerate(names)]
    assert {one["accuracy"] for one in told["trained"] if one["family"] == "found"} == {0.5}
    assert [one["pairs"] for one in told["fronts"]] == [2, 2]
    assert (tmp_path / "equal_time.png").stat().st_size > 0
    assert "the found fronts are" in result.stderr
    folder = tmp_path / "equal_time" / names[1] / "mine" / "rivals_1"
    assert_point_served(folder / "network")
    # a second time nothing is trained
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("metrics.json")}
    again = COMPARE.run(tmp_path, *finished, *flags)
    assert again.returncode == 0, again.stderr
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("metrics.json")} == before


def test_another_data_set_takes_the_place_of_all_settings_of_the_run(run, tmp_path):
    other, workdir = tmp_path / "run", tmp_path / "comparison"
    shutil.copytree(run, other)
    images = {"dataset": "folder", "data_dir": "/no/such/folder", "image_size": 64}
    (other / "config.json").write_text(json.dumps({"schema": 1, "settings": {"data": images}}))
    given = {"dataset": "digits", "train_images": 120}
    flags = ("--points=e002", "--families=found", "--seeds=1")
    result = COMPARE.run(workdir, other, *flags, *(f"--{k}={v}" for k, v in given.items()))
    assert result.returncode == 0, result.stderr
    settings = json.loads((workdir / "comparison.json").read_text())["settings"]
    assert settings["data"] == vars(DataSettings(**given))


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "RUN: expected the work folder of a search"),
        (["RUN", "/no/more"], "with a pareto.json; received /no/more"),
        (["RUN", "RUN"], "RUN: expected work folders of different names; received {run} twice"),
        (["RUN", "--equal_time"], "{run}; received none; search on with --finish_points"),
        (["RUN", "--rivals=mine.h5"], "rivals: expected .keras files"),
        (["RUN", "--rivals=/no/such.keras"], "trained anew; received /no/such.keras"),
        (["RUN", "--points=e009"], "e001, e002, or costs such as 4.5M; received e009"),
        (["RUN", "--points=25%"], "e001, e002, or costs such as 4.5M; received 25%"),
        (["RUN", "--points=2K,1K"], "received 2K and 1K, which both choose e002"),
        (["RUN", "--families=random"], "found among them; received random"),
        (["RUN", "--init=inherited"], "init: expected scratch"),
        (["RUN", "--equal_time", "--workers=2"], "workers: expected 1 with equal_time"),
        (["RUN", "--cluster=nowhere"], "cluster: expected the address of a Dask scheduler"),
        (["RUN", "--image_size=12"], "received one for (8, 8, 1)"),
        (["/no/such/run"], "with a pareto.json; received /no/such/run"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(run, tmp_path, flags, said):
    flags = [str(run) if flag == "RUN" else flag for flag in flags]
    result = COMPARE.run(tmp_path / "comparison", *flags)
    assert result.returncode == 2, result.stderr
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert said.format(run=run.name) in result.stderr
    assert not (tmp_path / "comparison").exists()


def test_points_that_are_not_named_are_spread_over_the_front(tmp_path):
    points = [
        Point(f"e{i}", f"pareto/e{i}", {"macs": 1000 - i, "params": 1}, 0.9 - i / 100, i, "stable")
        for i in range(9)
    ]
    (tmp_path / "pareto.json").write_text(json.dumps(pareto.to_json(points, 2000)))
    write_genotypes(tmp_path, points)
    found = searched.read(tmp_path, [], finished=False)
    assert [point.name for point in found.points] == ["e0", "e4", "e8"]
    assert found.start["macs"] == 2000
    named = searched.read(tmp_path, ["e7", "e1"], finished=False)
    assert [point.name for point in named.points] == ["e7", "e1"]


def test_points_are_chosen_by_their_cost(tmp_path):
    points = [
        Point(name, f"pareto/{name}", {"macs": macs, "params": params}, accuracy, 1, "stable")
        for name, macs, params, accuracy in (
            ("e1", 8_000_000, 4_000, 0.9),
            ("e2", 4_000_000, 5_000, 0.7),
            ("e3", 2_000_000, 1_000, 0.8),
        )
    ]
    (tmp_path / "pareto.json").write_text(json.dumps(pareto.to_json(points, 9_000_000)))
    write_genotypes(tmp_path, points)

    def chosen(*asked, cost="macs"):
        found = searched.read(tmp_path, asked, finished=False, cost=cost)
        return [point.name for point in found.points]

    # by their ratio, and of those that are not dominated
    assert chosen("3.9M", "4.1M") == ["e3", "e1"]
    assert chosen("1K params", "8M macs") == ["e3", "e1"]
    assert chosen("1.9K", cost="params") == ["e3"]
    # a name chooses any point
    assert chosen("8M", "e2") == ["e1", "e2"]


def test_another_file_is_no_list_of_points(tmp_path):
    (tmp_path / "pareto.json").write_text("{}")
    with pytest.raises(InputError, match="expected a list of points of schema 1; received none"):
        searched.read(tmp_path, [], finished=False)
