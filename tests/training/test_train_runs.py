"""Whole trainings through bin/train, of a tiny network: outputs, resume, inherited weights."""

import json
import signal

import keras
import numpy as np
import pytest
from done_again import assert_command_is_of_the_same_run
from processes import Program, metrics
from servers import assert_point_served
from tiny_networks import beside

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.data import load
from goldnas_tf.networks import network
from goldnas_tf.networks.inherit import inherit
from goldnas_tf.runs import export
from goldnas_tf.settings.images import DataSettings

GENOTYPE = Genotype.full(Space((8, 8, 1), 10, cells=3, channels=4, nodes=2))
TRAIN = Program(
    "train",
    "--dataset=digits",
    "--train_images=240",
    "--batch_size=24",
    "--epochs=5",
    "--learning_rate=0.05",
    "--drop_path=0.3",
    "--auxiliary_weight=0.4",
    "--label_smoothing=0.1",
    "--ema_decay=0.9",
)


@pytest.fixture(scope="module")
def point(tmp_path_factory):
    """A folder as a search leaves it, with gates of all strengths."""
    keras.utils.set_random_seed(0)
    model = network.build(GENOTYPE)
    rng = np.random.default_rng(0)
    for name, variable in network.variables(model).items():
        if name.endswith("/gates"):
            variable.assign(rng.normal(0, 2, variable.shape))
    path = tmp_path_factory.mktemp("point") / "e001"
    names = [str(digit) for digit in range(10)]
    export.export(path, model, names, {}, beside(GENOTYPE))
    return path


@pytest.fixture(scope="module")
def finished(point, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("finished")
    result = TRAIN.run(workdir, f"--network={point}")
    assert result.returncode == 0, result.stderr
    return workdir, result


def test_the_network_is_exported_with_its_figures(finished):
    workdir, result = finished
    folder = workdir / "network"
    for name in ("cells.png", "saved_model/1/saved_model.pb", "classes.json", "genotype.json"):
        assert (folder / name).stat().st_size > 0, name
    figures = json.loads((folder / "metrics.json").read_text())
    data = load(DataSettings(dataset="digits", train_images=240))
    model = export.load_point(folder)
    for split, images, labels in (
        ("val", data.validation.images, data.validation.labels),
        ("test", data.test.images, data.test.labels),
    ):
        answers = model(images.astype(np.float32)).numpy().argmax(-1)
        assert figures[f"{split}_accuracy"] == pytest.approx((answers == labels).mean(), abs=1e-6)
        assert figures[f"{split}_images"] == len(labels)
    assert f"test accuracy {figures['test_accuracy']:.2%}" in result.stderr
    assert "drop_rate" not in "".join(network.variables(model))


def test_every_server_can_run_the_network(finished):
    assert_point_served(finished[0] / "network")


def test_its_page_shows_the_network(finished):
    workdir, _ = finished
    text = (workdir / "report.html").read_text()
    assert f'data-network="{workdir.name}/{workdir.name}"' in text


def test_the_command_on_its_page_is_that_of_the_same_run(finished):
    assert_command_is_of_the_same_run(finished[0], "train")


def test_the_loss_falls(finished):
    losses = [line["cross_entropy"] for line in metrics(finished[0])]
    assert len(losses) == 5
    assert losses[-1] < 0.8 * losses[0]


def test_a_stopped_training_resumes_to_the_same_result(finished, point, tmp_path):
    workdir, _ = finished
    code, errors = TRAIN.stop_when(tmp_path, signal.SIGTERM, 1, f"--network={point}")
    assert code == 143, errors
    page = (tmp_path / "report.html").read_text()
    assert "<body data-going-on" not in page
    assert ", 1 of 5 epochs." in page or ", 2 of 5 epochs." in page
    code, errors = TRAIN.stop_when(tmp_path, signal.SIGKILL, range(3, 5), f"--network={point}")
    assert code == -signal.SIGKILL, errors
    result = TRAIN.run(tmp_path, f"--network={point}")
    assert result.returncode == 0, result.stderr
    assert metrics(tmp_path) == metrics(workdir)
    figures = "network/metrics.json"
    assert (tmp_path / figures).read_text() == (workdir / figures).read_text()


def test_a_finished_training_does_not_look_at_the_test_images_again(finished, point):
    workdir, _ = finished
    file = workdir / "network" / "metrics.json"
    before = file.stat().st_mtime_ns
    result = TRAIN.run(workdir, f"--network={point}")
    assert result.returncode == 0, result.stderr
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize("gated", [True, False])
def test_inherited_weights_compute_the_same(point, gated):
    if gated:
        searched = export.load_point(point)
    else:
        searched = network.build(GENOTYPE, network.Form(gated=False))
    form = network.Form(gated=False, auxiliary=True, drop_path=True)
    plain = network.build(GENOTYPE, form)
    inherit(plain, searched)
    images = np.random.default_rng(1).integers(0, 256, (6, 8, 8, 1)).astype(np.float32)
    logits, _ = plain(images)
    np.testing.assert_allclose(logits, searched(images), rtol=1e-4, atol=1e-4)


def test_a_training_can_begin_with_inherited_weights(point, tmp_path):
    result = TRAIN.run(
        tmp_path, f"--network={point}", "--init=inherited", "--epochs=1", "--learning_rate=1e-9"
    )
    assert result.returncode == 0, result.stderr
    trained, searched = export.load_point(tmp_path / "network"), export.load_point(point)
    kept = network.variables(searched)
    for name, variable in network.variables(trained).items():
        if name.endswith("pointwise"):
            np.testing.assert_allclose(variable, kept[name], atol=1e-6, err_msg=name)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "network: expected a point"),
        (["--network=/no/such"], "as points have; received /no/such"),
        (["--network=POINT", "--epochs=0"], "epochs: expected at least 1"),
        (["--network=POINT", "--image_size=12"], "received one for (8, 8, 1)"),
        (["--network=POINT", "--drop_path=1"], "drop_path: expected"),
        (["--network=POINT/genotype.json", "--init=inherited"], "of a point, with a model.keras"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(point, tmp_path, flags, said):
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "genotype.json").write_text((point / "genotype.json").read_text())
    path = folder if "--init=inherited" in flags else point
    flags = [flag.replace("POINT", str(path)) for flag in flags]
    result = TRAIN.run(tmp_path / "run", *flags)
    assert result.returncode == 2, result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert said in result.stderr
    assert not (tmp_path / "run").exists()


def test_another_network_in_the_same_folder_is_refused(finished, point, tmp_path):
    workdir, _ = finished
    smaller = GENOTYPE.without(GENOTYPE.ordered[:1])
    smaller.save(tmp_path / "genotype.json")
    result = TRAIN.run(workdir, f"--network={tmp_path / 'genotype.json'}")
    assert result.returncode == 2
    assert "holds a run of another configuration" in result.stderr
    assert len(result.stderr.splitlines()) == 1
