"""Whole evolutions through bin/evolve, of tiny networks: outputs, resume, failures, bad input."""

import dataclasses
import json
import signal
import time

import psutil
import pytest
from clusters import Cluster
from done_again import assert_command_is_of_the_same_run
from processes import Program
from servers import assert_point_served

import goldnas_tf
from goldnas_tf import pareto
from goldnas_tf.architecture import blocks
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.data.splits import StreamedSplit
from goldnas_tf.evolution import candidate
from goldnas_tf.evolution.candidate import Candidate

FLAGS = (
    "--dataset=digits",
    "--train_images=120",
    "--batch_size=24",
    "--learning_rate=0.05",
    "--population=4",
    "--generations=3",
    "--widths=2,4",
    "--most_stages=2",
    "--most_blocks=2",
    "--max_params=3K",
    "--candidate_epochs=1",
    "--final_points=2",
    "--epochs=1",
    "--workers=1",
)


@pytest.fixture(scope="module")
def found(tmp_path_factory, library):
    """A folder as a search of blocks leaves it, as far as an evolution reads it."""
    folder = tmp_path_factory.mktemp("found")
    blocks.save(library, folder)
    return folder


@pytest.fixture(scope="module")
def program(found):
    return Program("evolve", *FLAGS, f"--blocks={found}")


@pytest.fixture(scope="module")
def finished(tmp_path_factory, program):
    workdir = tmp_path_factory.mktemp("finished")
    result = program.run_anew(workdir)
    assert result.returncode == 0, result.stderr
    return workdir, result


def tried(workdir):
    """What came of every network, by its name, without times."""
    values = {one.name: vars(one) | {"seconds": 0} for one in candidate.read(workdir)}
    return {name: Candidate(**value) for name, value in values.items()}


def recorded(workdir):
    lines = (workdir / "metrics.jsonl").read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in lines]


def points(workdir):
    return pareto.from_json(json.loads((workdir / "pareto.json").read_text()))


def test_every_network_is_tried_once_and_within_the_limits(finished):
    workdir, _ = finished
    ones = candidate.read(workdir)
    assert sorted(one.name for one in ones) == [f"n{number:03d}" for number in range(1, 13)]
    assert all(one.costs["params"] <= 3000 for one in ones)
    assert all(0 <= one.val_accuracy <= 1 and one.failure is None for one in ones)
    assert len({one.genes for one in ones}) == len(ones)


def test_points_are_complete(finished):
    workdir, _ = finished
    found = points(workdir)
    assert 1 <= len(found) <= 2
    for point in found:
        assert point.reason == "evolved"
        assert 0 <= point.test_accuracy <= 1
        folder = workdir / point.path
        genotype = Genotype.load(folder / "genotype.json")
        assert genotype.space.stages
        metrics = json.loads((folder / "metrics.json").read_text())
        assert (metrics["params"], metrics["macs"]) == (point.params, point.macs)
        plan = json.loads((folder / "assembly.json").read_text())
        assert [stage["channels"] for stage in plan] == [c for _, c in genotype.space.stages]
        for name in ("model.keras", "cells.png", "network.png", "saved_model/1/saved_model.pb"):
            assert (folder / name).stat().st_size > 0, name


def test_every_server_can_run_a_point(finished):
    workdir, _ = finished
    assert_point_served(workdir / points(workdir)[0].path)


def test_generations_are_recorded_and_drawn(finished):
    workdir, result = finished
    lines = recorded(workdir)
    assert [line["generation"] for line in lines] == list(range(1, len(lines) + 1))
    volumes = [line["hypervolume"] for line in lines]
    assert volumes == sorted(volumes)
    assert volumes[0] > 0
    assert lines[-1]["trained"] == 12
    assert (workdir / "evolution.png").stat().st_size > 0
    assert list((workdir / "tensorboard").glob("events*"))
    assert "\r" not in result.stderr
    assert "pareto.json and pareto.png are in" in result.stderr
    assert "oneDNN" not in result.stderr


def test_its_page_shows_what_was_tried_and_found(finished):
    workdir, _ = finished
    text = (workdir / "report.html").read_text()
    assert '"front": "tried"' in text and '"front": "found"' in text
    assert "<body data-going-on" not in text


def test_the_command_on_its_page_is_that_of_the_same_run(finished):
    assert_command_is_of_the_same_run(finished[0], "evolve")


def test_weights_that_nothing_starts_from_are_deleted(finished):
    workdir, _ = finished
    names = {file.stem for file in (workdir / "weights").glob("*.npz")}
    assert names
    assert names < set(tried(workdir))


def test_a_finished_run_is_not_run_again(finished, program):
    workdir, _ = finished
    before = tried(workdir), recorded(workdir), points(workdir)
    result = program.run(workdir)
    assert result.returncode == 0, result.stderr
    assert (tried(workdir), recorded(workdir), points(workdir)) == before
    assert "training" not in result.stderr.replace("training images", "")


def test_a_finished_run_goes_further_to_the_result_of_one_that_was_to(finished, program, tmp_path):
    workdir, _ = finished
    result = program.run(tmp_path, "--generations=1")
    assert result.returncode == 0, result.stderr
    earlier = points(tmp_path)
    assert len(tried(tmp_path)) == 4
    # stopped on its way, where weights of several generations are needed
    code, errors = program.stop_when(tmp_path, signal.SIGTERM, 2)
    assert code == 128 + signal.SIGTERM, errors
    assert "the run goes further: generations: was 1, is 3\n" in errors
    assert "the same command goes on" in errors
    result = program.run(tmp_path)
    assert result.returncode == 0, result.stderr
    assert tried(tmp_path) == tried(workdir)
    assert recorded(tmp_path) == recorded(workdir)
    # points of a front that was the last one for a while stay beside those of the front
    whole = points(workdir)
    names = {point.name for point in whole}
    kept = [point for point in earlier if point.name not in names]
    assert points(tmp_path) == pareto.mark([*whole, *kept], ["params"])


def test_a_process_that_dies_takes_its_trial_alone(program, tmp_path):
    """In a run of the other algorithm, with a cost that is measured among two."""
    flags = ("--final_points=0", "--algorithm=random", "--generations=1")
    costs = ("--objectives=macs,latency_ms", "--max_latency_ms=10000")
    process = program.start(f"--workdir={tmp_path}", *flags, *costs)
    file = tmp_path / candidate.FILE
    while process.poll() is None and not (file.exists() and file.read_text().count("\n") >= 2):
        time.sleep(0.02)
    for child in psutil.Process(process.pid).children():
        if "spawn_main" in " ".join(child.cmdline()) and "tracker" not in child.cmdline():
            child.kill()
    ended = process.wait()
    assert ended.returncode == 0, ended.stderr
    ones = candidate.read(tmp_path)
    assert len(ones) == 4
    failed = [one for one in ones if one.failure]
    assert len(failed) == 1
    assert "its process ended" in failed[0].failure
    assert f"{failed[0].name} is out: its process ended" in ended.stderr
    assert all(one.costs["latency_ms"] > 0 for one in ones if not one.failure)
    assert recorded(tmp_path)[-1]["least_latency_ms"] > 0
    assert not (tmp_path / "pareto.json").exists()


def test_a_machine_that_dies_changes_nothing_in_what_is_found(finished, program, tmp_path):
    workdir = tmp_path / "run"
    with Cluster(tmp_path) as cluster:
        cluster.add("first")
        cluster.add("second")
        flags = ("--generations=2", "--final_points=1", f"--cluster={cluster.address}")
        process = program.start(f"--workdir={workdir}", *flags)
        file = workdir / candidate.FILE
        # in the middle of the second generation
        while process.poll() is None and not (file.exists() and file.read_text().count("\n") >= 5):
            time.sleep(0.02)
        cluster.lose("first")
        ended = process.wait()
        assert cluster.names == ["scheduler", "second"]
    assert ended.returncode == 0, ended.stderr
    # those of the first two generations, whose records tell of the front
    whole = tried(finished[0]).values()
    assert tried(workdir) == {one.name: one for one in whole if one.generation <= 2}
    assert recorded(workdir) == recorded(finished[0])[:2]
    assert [point.finished for point in points(workdir)] == [True]
    logs = {log.name for log in (workdir / "workers").iterdir()}
    assert logs == {"first.log", "second.log"}


def test_trials_that_all_fail_end_the_run_with_their_reason(program, tmp_path):
    result = program.run(tmp_path, "--learning_rate=1e30", "--generations=1")
    assert result.returncode == 1
    assert "none of 4 networks could be trained" in result.stderr.splitlines()[-1]
    failures = [one.failure for one in candidate.read(tmp_path)]
    assert len(failures) == 4
    assert all("the loss is not finite" in failure for failure in failures)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--blocks=/nowhere",), "has no blocks.json"),
        (("--blocks=",), "blocks: expected the work folder"),
        (("--population=3",), "population: expected at least 4"),
        (("--max_params=100",), "max_params: expected at least the"),
        (("--objectives=beauty",), "objectives: expected some of"),
        (("--init=inherited",), "init: expected scratch"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(program, tmp_path, flags, message):
    workdir = tmp_path / "run"
    result = program.run(workdir, *flags)
    assert result.returncode == 2
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert message in lines[0]
    assert not workdir.exists()


@pytest.mark.parametrize(
    ("evolution", "assembly", "message"),
    [
        ({"max_macs": "1K"}, {}, "max_macs: expected at least the"),
        ({"max_params": "0.3K"}, {"widths": ("64",)}, "allow more, or smaller widths"),
        ({}, {"most_stages": 5}, "most_stages: expected fewer"),
        ({"optimizer": {"batch_size": 100_000}}, {}, "batch_size"),
        ({"augmentation": {"cutout": 60}}, {}, "cutout"),
        ({"devices": {"strategy": "mirrored"}}, {}, "at least one GPU for mirrored"),
        ({"devices": {"strategy": "cpu:7"}}, {}, "expected a multiple of the 7 replicas"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    library, tmp_path, evolution, assembly, message
):
    sections = {
        "optimizer": goldnas_tf.OptimizerSettings,
        "augmentation": goldnas_tf.AugmentationSettings,
        "devices": goldnas_tf.DeviceSettings,
    }
    others = {name: made(**evolution.pop(name, {})) for name, made in sections.items()}
    config = goldnas_tf.EvolveConfig(
        evolution=goldnas_tf.EvolutionSettings(**evolution),
        assembly=goldnas_tf.AssemblySettings(**assembly),
        **others,
    )
    data = goldnas_tf.load_data(config.data)
    with pytest.raises(goldnas_tf.InputError, match=message):
        goldnas_tf.evolve(config, library, data, tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"schema": 1, "cost": "params", "blocks": []}', "expected at least one block"),
        ('{"schema": 9, "blocks": []}', "of schema 1"),
        ('{"schema": 1, "blocks": [{"name": "x"}]}', "expected a library of blocks"),
        ("[1, 2]", "expected a library of blocks"),
        ("{", "expected a library of blocks"),
    ],
)
def test_a_foreign_library_is_refused(program, tmp_path, content, message):
    (tmp_path / "blocks.json").write_text(content)
    result = program.run(tmp_path / "run", f"--blocks={tmp_path}")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert message in result.stderr


def test_a_folder_of_another_run_is_refused(finished, program):
    workdir, _ = finished
    result = program.run(workdir, "--seed=5")
    assert result.returncode == 2
    assert "seed: was 0, is 5" in result.stderr


def test_a_latency_that_no_network_meets_is_told_before_anything_is_trained(program, tmp_path):
    result = program.run(tmp_path, "--max_latency_ms=0.0001")
    assert result.returncode == 2
    assert "max_latency_ms of 0.0001 was met by none of 4 networks" in result.stderr
    assert not (tmp_path / "weights").exists()


def test_streamed_images_from_elsewhere_are_refused(library, tmp_path):
    config = goldnas_tf.EvolveConfig()
    held = goldnas_tf.load_data(config.data)
    files = StreamedSplit(
        held.train.size, held.train.examples, lambda _: held.train.examples(), lambda *one: one
    )
    data = dataclasses.replace(held, train=files, source=None)
    with pytest.raises(goldnas_tf.InputError, match=r"data: expected the images of config.data"):
        goldnas_tf.evolve(config, library, data, tmp_path / "run")
    assert not (tmp_path / "run").exists()
