"""Whole exports: what is left when all goes well, and when it does not."""

import dataclasses
import json
import pathlib

import keras
import numpy as np
import pytest
from servers import assert_served, c_loader
from tiny_networks import NETWORKS

from goldnas_tf.deployment import exporting, litert, preconditions, served, verification
from goldnas_tf.deployment.settings import ExportConfig
from goldnas_tf.errors import ExportError, InputError
from goldnas_tf.evaluation.opening import open_network
from goldnas_tf.networks.folded import FoldedNetwork

LITERT = ["classes.txt", "export.json", "float16.tflite", "float32.tflite", "int8.tflite"]


def config(folder, output, **values):
    return ExportConfig(network=str(folder), output=str(output), **values)


def tree(path):
    """Every file of a folder with its content."""
    files = [file for file in pathlib.Path(path).rglob("*") if file.is_file()]
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


@pytest.fixture
def alike(monkeypatch):
    """Leaves the clean processes out, where they are not what a test is about."""
    monkeypatch.setattr(verification, "verify_elsewhere", lambda *arguments: None)


@pytest.mark.usefixtures("impatient")
def test_an_export_leaves_what_was_verified_and_measured(point, images_for, tmp_path):
    said = []
    images = images_for("all_operators")
    made = config(point("all_operators"), tmp_path, name="it")
    report = exporting.export(made, images, said.append)
    assert sorted(path.name for path in (tmp_path / "litert/it/1").iterdir()) == LITERT
    assert (tmp_path / "litert/it/1/classes.txt").read_text() == "ant\nbée\nbig cat\n"
    serving = tmp_path / "serving/it/1"
    some = NETWORKS["all_operators"].images(batch=3)
    logits = report.inference.model(some, training=False)
    assert_served(serving, some, logits, images.class_names, (c_loader,))
    assert {path.name for path in (serving / "assets.extra").iterdir()} == {
        "tf_serving_warmup_requests",
        "export.json",
    }
    written = json.loads((serving / "assets.extra" / "export.json").read_text())
    assert written == report.to_json()
    assert written == json.loads((tmp_path / "litert/it/1/export.json").read_text())
    assert list(written["formats"]) == ["network", "serving", *litert.KINDS]
    for kind, figures in written["formats"].items():
        network = open_network(figures["path"])
        assert figures["size_bytes"] == network.size_bytes or kind == "serving"
        # labels are the network's own answers
        assert figures["val_accuracy"] == 1 or kind in ("float16", "int8")
    assert written["folding"]["operators_after"] < written["folding"]["operators_before"] / 3
    assert [line.split()[1] for line in said[1:]] == ["serving", *litert.KINDS]
    assert not list(tmp_path.rglob(".*"))


@pytest.mark.usefixtures("impatient", "alike")
def test_versions_count_up_and_older_ones_stay(point, images_for, tmp_path):
    images = images_for("one_cell")
    for formats in (("litert",), ("serving",), ("litert", "serving")):
        before = tree(tmp_path)
        made = config(point("one_cell"), tmp_path, formats=formats)
        report = exporting.export(made, images)
        after = tree(tmp_path)
        assert {name: after[name] for name in before} == before
        assert {name.split("/")[2] for name in {*after} - {*before}} == {str(report.version)}
        assert {name.split("/")[0] for name in {*after} - {*before}} == set(formats)
    assert report.version == 3
    assert report.name == "noise"


@pytest.mark.usefixtures("impatient", "alike")
def test_half_precision_networks_are_exported_too(point, images_for, tmp_path):
    made = config(point("mixed_bfloat16"), tmp_path, formats=("serving",))
    report = exporting.export(made, images_for("default_operators"))
    assert report.measured["serving"].accuracy.top1 == 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("broken", ["serving", "litert"])
def test_what_answers_otherwise_is_not_left(point, images_for, tmp_path, monkeypatch, broken):
    images = images_for("one_cell")
    (tmp_path / "serving/noise/1").mkdir(parents=True)
    (tmp_path / "serving/noise/1/saved_model.pb").write_text("an older one")
    before = tree(tmp_path)
    if broken == "litert":
        monkeypatch.setattr(verification, "verify_elsewhere", lambda *arguments: None)
        convert = litert.convert
        monkeypatch.setattr(litert, "convert", lambda one, *rest: convert(folded_off(one), *rest))
    else:
        save = served.save
        monkeypatch.setattr(served, "save", lambda folder, model, *r: save(folder, off(model), *r))
    with pytest.raises(ExportError, match="does not answer as the network did"):
        exporting.export(config(point("one_cell"), tmp_path), images, lambda line: None)
    assert tree(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["serving"]


@pytest.mark.usefixtures("impatient", "alike")
def test_int8_is_left_out_where_litert_cannot_run_it(point, images_for, tmp_path, monkeypatch):
    convert = litert.convert
    monkeypatch.setattr(
        litert,
        "convert",
        lambda network, kind, *rest: b"none" if kind == "int8" else convert(network, kind, *rest),
    )
    made = config(point("one_cell"), tmp_path, formats=("litert",))
    report = exporting.export(made, images_for("one_cell"))
    assert list(report.measured) == ["network", "float32", "float16"]
    (warning,) = report.warnings
    assert warning.startswith("WARNING: int8 is left out: ")
    assert sorted(path.name for path in (tmp_path / "litert/noise/1").iterdir()) == [
        name for name in LITERT if name != "int8.tflite"
    ]


@pytest.mark.usefixtures("impatient", "alike")
def test_int8_runs_where_nothing_passes_an_operator(point, images_for, tmp_path):
    made = config(point("plain"), tmp_path, formats=("micro",))
    report = exporting.export(made, images_for("plain"))
    assert list(report.measured) == ["network", "micro"]


def off(model):
    """A network that answers a little otherwise."""
    return keras.Model(model.input, model.output + np.array([0.01, 0, 0], np.float32))


def folded_off(network):
    """The same of a folded one."""
    *values, logits = network.graph.values
    dense = dataclasses.replace(
        logits.operation, bias=logits.operation.bias + np.array([0.01, 0, 0])
    )
    values.append(dataclasses.replace(logits, operation=dense))
    return FoldedNetwork(dataclasses.replace(network.graph, values=tuple(values)))


@pytest.mark.usefixtures("impatient", "alike")
def test_a_disk_that_is_full_is_told(point, images_for, tmp_path, monkeypatch):
    def fail(path, names):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(served, "write_classes", fail)
    made = config(point("one_cell"), tmp_path / "exports")
    with pytest.raises(ExportError, match="No space left on device"):
        exporting.export(made, images_for("one_cell"))
    assert not list(tmp_path.iterdir())


def test_networks_for_other_images_are_refused(point, images_for, tmp_path):
    with pytest.raises(InputError, match="expected images of 11x9x1"):
        exporting.export(config(point("odd_images"), tmp_path), images_for("plain"), print)
    assert not list(tmp_path.iterdir())


def test_a_keras_model_of_somebody_else_is_refused(images_for, tmp_path):
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(3)]
    )
    model.save(tmp_path / "model.keras")
    with pytest.raises(InputError, match="expected a network of cells; received another"):
        exporting.export(config(tmp_path, tmp_path / "out"), images_for("plain"), print)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("kind", "module", "package"),
    [
        ("serving", "tensorflow_serving", "tensorflow-serving-api"),
        ("litert", "ai_edge_litert", "ai-edge-litert"),
    ],
)
def test_a_package_that_is_missing_is_told(monkeypatch, tmp_path, kind, module, package):
    find = preconditions.importlib.util.find_spec
    monkeypatch.setattr(
        preconditions.importlib.util,
        "find_spec",
        lambda name, *rest: None if name == module else find(name, *rest),
    )
    (tmp_path / "model.keras").write_text("")
    with pytest.raises(InputError, match=f"format {kind} needs {package}, which is not installed"):
        preconditions.check(config(tmp_path, tmp_path, formats=(kind,)))
    others = {"serving": "litert", "litert": "serving"}
    preconditions.check(config(tmp_path, tmp_path, formats=(others[kind],)))
