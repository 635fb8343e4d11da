"""Whole searches through bin/search, on a tiny space: outputs, resume, interruption, endings."""

import json
import shutil
import signal

import pytest
from processes import SMALL_SEARCH, Program, metrics
from servers import assert_point_served

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.inference.forms import Site, forms
from goldnas_tf.inference.lowering import lower
from goldnas_tf.inference.numbers import of_sizes
from goldnas_tf.resources import boards, resources
from goldnas_tf.resources.latency import Grid, LatencyTable
from goldnas_tf.runs import gates

# what SMALL_SEARCH searches
SMALL_SPACE = Space((8, 8, 1), 10, cells=2, channels=2, nodes=2)
SEARCH = Program(
    "search",
    *SMALL_SEARCH,
    "--gate_learning_rate=20",
    "--lambda_step=0.05",
    "--stable_epochs=2",
    "--macs_targets=85%,70%",
    "--macs_floor=0%",
    "--max_epochs=9",
    "--settle_epochs=1",
    "--rebuild_steps=3",
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    workdir = tmp_path_factory.mktemp("finished")
    result = SEARCH.run_anew(workdir)
    assert result.returncode == 0, result.stderr
    return workdir, result


def test_every_point_is_complete(finished):
    workdir, _ = finished
    front = json.loads((workdir / "pareto.json").read_text())
    assert front["schema"] == 1
    assert len(front["points"]) >= 2
    assert {point["reason"] for point in front["points"]} <= {"stable", "budget", "final"}
    for point in front["points"]:
        folder = workdir / point["path"]
        genotype = Genotype.load(folder / "genotype.json")
        assert genotype.space.image_shape == (8, 8, 1)
        assert json.loads((folder / "metrics.json").read_text())["macs"] == point["macs"]
        for name in ("model.keras", "cells.png", "saved_model/1/saved_model.pb"):
            assert (folder / name).stat().st_size > 0, name
    assert any(point["non_dominated"] for point in front["points"])
    assert not list((workdir / "pareto").glob(".*"))


def test_every_server_can_run_a_point(finished):
    workdir, _ = finished
    assert_point_served(workdir / point_paths(workdir)[-1])


def test_operators_only_ever_go(finished):
    workdir, _ = finished
    lines = metrics(workdir)
    assert [line["epoch"] for line in lines] == list(range(1, len(lines) + 1))
    alive = [line["alive"] for line in lines]
    assert alive == sorted(alive, reverse=True)
    assert sum(line["pruned"] for line in lines) > 4
    assert [line["step"] for line in lines] == [5 * line["epoch"] for line in lines]


def test_output_is_plain_lines_and_a_table(finished):
    workdir, result = finished
    assert "\r" not in result.stderr
    assert "\x1b" not in result.stderr
    assert "search ended after epoch" in result.stderr
    assert f"report.html, pareto.json and pareto.png are in {workdir}" in result.stderr
    assert "Could not find cuda" not in result.stderr


def test_its_page_shows_all_points_and_that_it_is_over(finished):
    workdir, _ = finished
    text = (workdir / "report.html").read_text()
    assert all(f'data-network="{workdir.name}/{path[7:]}"' in text for path in point_paths(workdir))
    assert "<body data-going-on" not in text
    # the gates are those that the search left
    strengths = gates.read(workdir / point_paths(workdir)[0])
    assert strengths and all(0 < strength < 1 for strength in strengths.values())


def test_finished_run_is_not_run_again(finished):
    workdir, _ = finished
    before = metrics(workdir)
    result = SEARCH.run(workdir)
    assert result.returncode == 0, result.stderr
    assert metrics(workdir) == before


def test_a_stopped_run_resumes_to_the_same_result(finished, tmp_path):
    workdir, _ = finished
    # that it is to go further than it was to at first makes no difference
    code, errors = SEARCH.stop_when(tmp_path, signal.SIGTERM, 2, "--max_epochs=8")
    assert code == 143, errors
    assert errors.splitlines()[-1].endswith("the state is saved, the same command goes on")
    page = tmp_path / "report.html"
    assert not page.exists() or "<body data-going-on" not in page.read_text()
    code, errors = SEARCH.stop_when(tmp_path, signal.SIGKILL, range(4, 8))
    assert code == -signal.SIGKILL, errors
    result = SEARCH.run(tmp_path)
    assert result.returncode == 0, result.stderr
    assert metrics(tmp_path) == metrics(workdir)
    for name in ("pareto.json", *(f"{p}/genotype.json" for p in point_paths(workdir))):
        assert (tmp_path / name).read_text() == (workdir / name).read_text(), name


def point_paths(workdir):
    return [point["path"] for point in json.loads((workdir / "pareto.json").read_text())["points"]]


def test_finished_run_goes_further_to_the_result_of_one_that_was_to(finished, tmp_path):
    workdir, _ = finished
    result = SEARCH.run(tmp_path, "--max_epochs=1", "--macs_targets=85%", "--macs_floor=10%")
    assert result.returncode == 0, result.stderr
    assert "the limit of 1 epochs is reached" in result.stderr
    assert point_paths(tmp_path) == ["pareto/e001"]
    code, errors = SEARCH.stop_when(tmp_path, signal.SIGKILL, 4)
    assert code == -signal.SIGKILL, errors
    assert (
        "the run goes further: macs_floor: was 10%, is 0%; macs_targets: was 85%, is 85%,70%; "
        "max_epochs: was 1, is 9\n"
    ) in errors
    result = SEARCH.run(tmp_path)
    assert result.returncode == 0, result.stderr
    assert "goes further" not in result.stderr
    assert metrics(tmp_path) == metrics(workdir)
    before, now = points(workdir), points(tmp_path)
    # the end that was none has left a point; all others are the same
    assert now.pop("e001")["reason"] == "final"
    assert now == before
    for name in ("config.json", *(f"{p}/genotype.json" for p in point_paths(workdir))):
        assert (tmp_path / name).read_text() == (workdir / name).read_text(), name


def points(workdir):
    """The points of a run by name, but for their rank among the others."""
    values = json.loads((workdir / "pareto.json").read_text())["points"]
    return {value["name"]: {**value, "non_dominated": None} for value in values}


def test_finished_run_that_cannot_go_further_says_so(finished, tmp_path):
    workdir = shutil.copytree(finished[0], tmp_path / "run")
    result = SEARCH.run(workdir, "--macs_targets=85%,70%,99%")
    assert result.returncode == 0, result.stderr
    assert "macs_targets: was 85%,70%, is 85%,70%,99%" in result.stderr
    assert "no point is taken at 99%: the search is down to " in result.stderr
    assert "search ended after epoch 9: the limit of 9 epochs is reached" in result.stderr
    assert metrics(workdir) == metrics(finished[0])
    assert points(workdir) == points(finished[0])


def test_another_configuration_is_refused(finished):
    workdir, _ = finished
    before = (workdir / "config.json").read_text()
    result = SEARCH.run(workdir, "--mu=3")
    assert result.returncode == 2
    assert "mu: was 1.0, is 3.0" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert (workdir / "config.json").read_text() == before


def test_loss_that_is_not_finite_stops_the_run(tmp_path):
    result = SEARCH.run(tmp_path, "--learning_rate=1e30")
    assert result.returncode == 1
    assert "the loss is not finite at step " in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (
            ["--batch_size=25", "--strategy=cpu:2"],
            "batch_size: expected a multiple of the 2 replicas",
        ),
        (["--macs_floor=1G"], "macs_floor: expected less than the"),
        (["--dataset=folder", "--data_dir=/no/such/folder"], "/no/such/folder"),
        (["--stem=imagenet"], "images: expected at least"),
        (["--dataset=no_such_set"], "no_such_set"),
        (["--max_ram=1K"], "max_ram: expected at least the "),
        (["--max_params=1M", "--max_macs=1"], "max_macs: expected at least the "),
        (["--floor=0.1ms"], "latency_table: expected a table of the device"),
        (["--max_latency_ms=1"], "latency_table: expected a table of the device"),
        (["--resource=latency_ms"], "latency_table: expected a table of the device"),
        (["--latency_table=/no/such/file"], "/no/such/file: expected a table of latencies"),
        (["--targets=10%", "--macs_floor=20%"], "targets: expected at least macs_floor"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(flags, said, tmp_path):
    result = SEARCH.run(tmp_path / "run", *flags)
    assert result.returncode == 2, result.stderr
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--ops=skip_connect,warp_drive"], "received 'warp_drive'"),
        (["--threshold_min=0.2"], "threshold_min: expected less than threshold_max"),
        (["--workdir=/proc/no"], "workdir: expected a folder that can be written"),
        (["--no_such_flag=1"], "no_such_flag"),
        (["--batch_size=many"], "batch_size"),
        (["--board=toaster"], "board: expected one of nano33ble, "),
        (["--targets=4 bananas"], "targets: expected an amount like 240M macs"),
        (["--max_ram=lots"], "max_ram: expected a count"),
        (["stray"], "stray"),
    ],
)
def test_bad_flags_are_told_in_one_line(flags, said, tmp_path):
    result = SEARCH.run(tmp_path / "run", *flags)
    assert result.returncode == 2, result.stderr
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_boards_are_listed():
    result = SEARCH.start("--board=list").wait()
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == len(boards.BOARDS)
    assert "nano33ble" in result.stdout


def test_a_search_ends_within_all_limits_and_names_the_best(tmp_path):
    flags = ("--schedule=planned", "--max_epochs=6", "--finish_points=0", "--macs_targets=")
    full = Genotype.full(SMALL_SPACE)
    used = resources.known(full)
    most = {"params": 0.8 * used["params"], "flash_bytes": 0.85 * used["flash_bytes"]}
    limits = (f"--max_params={most['params']:.0f}", f"--max_flash={most['flash_bytes']:.0f}")
    result = SEARCH.run(tmp_path, *flags, *limits)
    assert result.returncode == 0, result.stderr
    assert "search ended after epoch 6: all limits are met" in result.stderr
    front = json.loads((tmp_path / "pareto.json").read_text())
    within = [point for point in front["points"] if all(point[name] <= most[name] for name in most)]
    best = max(within, key=lambda point: point["val_accuracy"])
    (told,) = (line for line in result.stderr.splitlines() if "this is the one" in line)
    assert f"{best['val_accuracy']:.2%} -> {tmp_path / best['path']}" in told


def test_a_search_by_latency_takes_its_points_at_milliseconds(tmp_path):
    graph = lower(of_sizes(Genotype.full(SMALL_SPACE)))
    grids = {form.site: Grid((1, 99), (), ((0.01,), (0.01,))) for form in forms(graph)}
    grids[Site("concatenation", 8, 8)] = grids[Site("sum", 8, 8)] = Grid((1,), (), ((0.01,),))
    table = LatencyTable("a phone", "it 1.0", 1, "float32", (8, 8, 1), 0.0, grids)
    table.save(tmp_path / "table.json")
    start = table.milliseconds(graph)
    flags = ("--schedule=planned", "--max_epochs=8", "--finish_points=0", "--targets=80%,65%")
    by_time = (f"--latency_table={tmp_path}/table.json", "--resource=latency_ms")
    floor = f"--floor={0.5 * start:.3f}ms"
    result = SEARCH.run(tmp_path / "run", *flags, *by_time, floor)
    assert result.returncode == 0, result.stderr
    front = json.loads((tmp_path / "run/pareto.json").read_text())
    assert front["costs"] == ["latency_ms"]
    times = [point["latency_ms"] for point in front["points"]]
    assert times == sorted(times, reverse=True)
    assert times[0] <= 0.8 * start
    assert times[-1] <= 0.5 * start
    assert "milliseconds is reached" in result.stderr
    for point in front["points"]:
        genotype = Genotype.load(tmp_path / "run" / point["path"] / "genotype.json")
        assert point["latency_ms"] == table.milliseconds(lower(of_sizes(genotype)))


def test_dry_run_prints_and_writes_nothing(tmp_path):
    result = SEARCH.run(tmp_path / "run", "--dry_run")
    assert result.returncode == 0, result.stderr
    values = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    assert int(values["candidates"]) == ((2**4 - 1) * (2**6 - 1)) ** 2
    assert int(values["macs_outside_gates"]) == 8_480
    assert int(values["macs_in_gates"]) == 15_808
    # as test_memory counts it, for a batch of 24
    assert int(values["memory_per_step_bytes"]) == 4 * (24 * 8_192 + 4 * 2_616)
    assert values["cells"] == "2"
    assert not list(tmp_path.iterdir())


def test_dry_run_is_at_the_smallest_size_of_images(tmp_path):
    result = SEARCH.run(tmp_path / "run", "--dry_run", "--image_sizes=8,6", "--size_minutes=1")
    assert result.returncode == 0, result.stderr
    assert "image_shape: 6x6x1" in result.stdout.splitlines()


@pytest.mark.parametrize("dry", [(), ("--dry_run",)])
@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (
            ("--small_share=0.5", "--auxiliary_weight=0.4", "--finish_points=1"),
            "small_share: expected auxiliary_weight 0 with it",
        ),
        (("--keep_operators",), "keep_operators: expected search_widths with it"),
        (("--image_sizes=6,8",), "size_minutes: expected above 0"),
    ],
)
def test_what_does_not_go_together_is_refused_before_the_search(tmp_path, flags, said, dry):
    result = SEARCH.run(tmp_path / "none", *flags, *dry)
    assert result.returncode == 2
    assert said in result.stderr
    assert not (tmp_path / "none").exists()
