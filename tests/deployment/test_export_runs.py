"""bin/export as it is run: a network of the digits, and input that cannot be used."""

import json
import signal
import time

import numpy as np
import pytest
from processes import Program
from tiny_networks import beside

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.networks import network
from goldnas_tf.runs import export
from goldnas_tf.settings.images import DataSettings

EXPORT = Program("export")


@pytest.fixture(scope="module")
def point(tmp_path_factory):
    """The folder of a point of a run on 240 of the digits, not trained."""
    folder = tmp_path_factory.mktemp("run")
    settings = {"data": vars(DataSettings(train_images=240, split_seed=3))}
    (folder / "config.json").write_text(json.dumps({"schema": 1, "settings": settings}))
    genotype = Genotype.full(Space((8, 8, 1), 10, cells=1, channels=2, nodes=1))
    model = network.build(genotype)
    names = [str(digit) for digit in range(10)]
    path = folder / "pareto" / "e001"
    export.export(path, model, names, {}, beside(genotype))
    return path


def test_an_export_that_is_ended_leaves_nothing(point, tmp_path):
    process = EXPORT.start(f"--network={point}", "--formats=serving", folder=tmp_path)
    while process.poll() is None and not list(tmp_path.glob("exports/serving/digits/.1.*/*")):
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    ended = process.wait()
    assert ended.returncode == 128 + signal.SIGTERM, ended.stderr
    assert ended.stderr.endswith("bin/export: interrupted; nothing is left half written\n")
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.iterdir())


def test_an_export_prints_a_table_of_what_it_leaves(point, tmp_path):
    result = EXPORT.run_in(tmp_path, f"--network={point}", "--formats=litert")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[2:6]] == ["network", "float32", "float16", "int8"]
    assert [line.split()[-1] for line in lines[3:6]] == [
        f"exports/litert/digits/1/{kind}.tflite" for kind in ("float32", "float16", "int8")
    ]
    assert any(line.startswith("folded: ") for line in lines)
    assert all(
        line.startswith(("folding", "running", "WARNING: ")) for line in result.stderr.splitlines()
    ), result.stderr
    values = json.loads((tmp_path / "exports/litert/digits/1/export.json").read_text())
    # a fifth of the 1,797 digits is for validation, wherever the run had them from
    assert values["val_images"] == 360
    accuracies = [figures["val_accuracy"] for figures in values["formats"].values()]
    assert np.ptp(accuracies[:3]) < 0.02


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "network: expected the folder of a network"),
        (["--network=/no/such/folder"], "network: expected a folder that holds a model.keras"),
        (["--network={point}", "--formats=coreml"], "formats: expected some of serving, litert"),
        (["--network={point}", "--name=a/b"], "name: expected letters"),
        (["--network={point}", "--output=/proc/no"], "a folder that can be written"),
        (["--network={point}", "--dataset=no_such_set"], "no_such_set"),
        (["--network={point}", "--image_size=9"], "expected images of 8x8x1"),
        (["--network={point}", "--no_such_flag=1"], "no_such_flag"),
        (["--network={broken}"], "cannot be loaded"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(point, tmp_path, flags, said):
    broken, output = tmp_path / "broken", tmp_path / "exports"
    broken.mkdir()
    (broken / "model.keras").write_text("no network")
    filled = [flag.format(point=point, broken=broken) for flag in flags]
    result = EXPORT.run_in(tmp_path, f"--output={output}", *filled)
    assert result.returncode == 2, result.stderr
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert not output.exists()


def test_help_explains_every_flag(tmp_path):
    result = EXPORT.run_in(tmp_path, "--help")
    assert result.returncode == 0
    for flag in ("network", "output", "name", "formats", "calibration_images", "dataset"):
        assert f"  --{flag}=" in result.stdout
    assert all(len(line) <= 100 for line in result.stdout.splitlines())
