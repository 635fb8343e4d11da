"""Whole evaluations through bin/evaluate: outputs, whose images, bad input."""

import json
import shutil

import pytest
from processes import Program

EVALUATE = Program("evaluate")


@pytest.fixture(scope="module")
def finished(digits_run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    point = digits_run / "pareto" / "e007"
    networks = f"--network={point},{point}/model.keras"
    result = EVALUATE.run_in(folder, networks, "--batches=1,4", "--threads=1")
    assert result.returncode == 0, result.stderr
    return folder / "runs" / "evaluation", result


def test_the_table_has_a_line_for_each_network(finished):
    _, result = finished
    titles, _, *rows = result.stdout.splitlines()[1:]
    assert result.stdout.startswith("450 validation images of digits\n")
    assert [row.split()[0] for row in rows[:2]] == ["e007", "e007/model.keras"]
    assert "ms at 4" in titles
    assert result.stdout.rstrip().endswith("runs/evaluation")
    assert "CPU, 1 thread\n" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100
    # nothing but what goes on
    assert result.stderr.splitlines() == [
        f"measuring {name} on 450 validation images of digits"
        for name in ("e007", "e007/model.keras")
    ]


def test_every_figure_is_in_the_json(finished, digits_run):
    folder, result = finished
    values = json.loads((folder / "evaluation.json").read_text())
    assert values["schema"] == 1
    assert (values["data"], values["split"], values["images"]) == ("digits", "validation", 450)
    assert values["class_names"] == list("0123456789")
    # those of the run, which no flag named
    assert (values["settings"]["split_seed"], values["settings"]["validation_fraction"]) == (
        3,
        0.25,
    )
    point, model = values["networks"].values()
    recorded = json.loads((digits_run / "pareto" / "e007" / "metrics.json").read_text())
    for network in (point, model):
        assert (network["macs"], network["params"]) == (recorded["macs"], recorded["params"])
        assert [time["batch"] for time in network["latencies"]] == [1, 4]
        assert all(0 < time["median_ms"] <= time["p95_ms"] for time in network["latencies"])
        assert (network["device"], network["threads"]) == ("CPU", 1)
        assert sum(map(sum, network["accuracy"]["confusion"])) == 450
    assert (point["kind"], model["kind"]) == ("saved_model", "keras")
    assert point["accuracy"]["top1"] == model["accuracy"]["top1"]
    assert f"{point['accuracy']['top1']:.2%}" in result.stdout
    assert model["size_bytes"] == (digits_run / "pareto" / "e007" / "model.keras").stat().st_size
    assert "tensorflow" in values["versions"]


def test_every_network_has_its_picture(finished):
    folder, _ = finished
    networks = json.loads((folder / "evaluation.json").read_text())["networks"]
    named = {network["picture"] for network in networks.values()}
    assert named == {"confusion/e007.png", "confusion/e007/model.keras.png"}
    mistakes = [one for network in networks.values() for one in network["mistakes"]]
    assert len(mistakes) == 2 * 24
    assert all(one["label"] != one["taken"] for one in mistakes)
    named |= {one["picture"] for one in mistakes}
    assert {str(path.relative_to(folder)) for path in folder.rglob("*.png")} == named
    assert not [path for path in folder.rglob("*") if path.name.startswith(".")]


def test_pictures_of_an_older_evaluation_go(finished, digits_run, tmp_path):
    folder = tmp_path / "runs" / "evaluation"
    shutil.copytree(finished[0], folder)
    point = digits_run / "pareto" / "e007"
    flags = (f"--network={point}/saved_model", "--split=test", "--batches=1", "--split_seed=8")
    result = EVALUATE.run_in(tmp_path, *flags)
    assert result.returncode == 0, result.stderr
    values = json.loads((folder / "evaluation.json").read_text())
    assert list(values["networks"]) == ["e007/saved_model"]
    assert (values["split"], values["images"], values["settings"]["split_seed"]) == ("test", 180, 8)
    pictures = [str(path.relative_to(folder)) for path in folder.rglob("*.png")]
    kept = [f"mistakes/e007/saved_model/{number:02d}.png" for number in range(1, 25)]
    assert sorted(pictures) == ["confusion/e007/saved_model.png", *kept]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "network: expected what is measured"),
        (["--network=POINT,missing"], "a path where nothing is, missing"),
        (["--network=broken.tflite"], "broken.tflite: cannot be loaded: "),
        (["--network=POINT", "--split=all"], "split"),
        (["--network=POINT", "--batches=0"], "batches: expected numbers of images"),
        (["--network=POINT", "--image_size=9"], "expected images of 8x8x1"),
        (["--network=renamed"], "whose class 0 is '0'; received one whose class 0 is 'zero'"),
        (["--network=POINT", "--dataset=folder"], "the folder that holds train/CLASS/"),
        (["--network=POINT", "--output=/proc/no"], "a folder that can be written"),
        (["--network=POINT", "--output=taken"], "output: expected a folder of an evaluation, or"),
        (["--no_such_flag=1"], "no_such_flag"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(flags, said, digits_run, tmp_path):
    (tmp_path / "broken.tflite").write_bytes(b"neither this nor that")
    (tmp_path / "taken" / "confusion").mkdir(parents=True)
    shutil.copytree(digits_run / "pareto" / "e007", tmp_path / "renamed")
    (tmp_path / "renamed" / "classes.json").write_text(json.dumps(["zero", *"123456789"]))
    before = sorted(tmp_path.rglob("*"))
    point = str(digits_run / "pareto" / "e007")
    result = EVALUATE.run_in(tmp_path, *(flag.replace("POINT", point) for flag in flags))
    assert result.returncode == 2, result.stderr
    assert said in result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    assert not result.stdout
    assert sorted(tmp_path.rglob("*")) == before


def test_a_split_that_the_images_lack(digits_run, png, tmp_path):
    for name in "0123456789":
        for number in range(3):
            png(tmp_path / "images" / "train" / name / f"{number}.png", [[[number] * 3] * 8] * 8)
    flags = ("--dataset=folder", "--data_dir=images", "--split=test")
    result = EVALUATE.run_in(tmp_path, f"--network={digits_run}/pareto/e007", *flags)
    assert result.returncode == 2
    assert "received test; choose validation" in result.stderr
    assert result.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["images"]


def test_help_explains_every_flag(tmp_path):
    result = EVALUATE.run_in(tmp_path, "--help")
    assert result.returncode == 0
    for flag in ("network", "split", "output", "batches", "threads", "dataset", "data_dir"):
        assert f"  --{flag}=" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100
