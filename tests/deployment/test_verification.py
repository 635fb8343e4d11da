"""Exported networks are run by a program that knows nothing of the package."""

import base64
import json
import runpy
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS

from goldnas_tf.deployment import litert, served, verification
from goldnas_tf.deployment.folding import as_model
from goldnas_tf.errors import ExportError
from goldnas_tf.networks.folded import FoldedNetwork

CLASSES = ["ant", "bée", "big cat"]
IMAGES = NETWORKS["one_cell"].images(batch=3)


@pytest.fixture(scope="module")
def written(tmp_path_factory, built):
    """The same network as a SavedModel and as a LiteRT file, and what it answers."""
    folder = tmp_path_factory.mktemp("written")
    network = FoldedNetwork.of(built("one_cell"))
    model = as_model(network, "one_cell")
    (folder / "served").mkdir()
    served.save(folder / "served", model, CLASSES)
    (folder / "float32.tflite").write_bytes(litert.convert(network, "float32", IMAGES))
    return folder, tf.nn.softmax(model(IMAGES, training=False)).numpy()


@pytest.mark.parametrize("name", ["served", "float32.tflite"])
def test_what_answers_alike_passes(written, name):
    folder, expected = written
    verification.verify_elsewhere(name, folder / name, IMAGES, expected, CLASSES)


@pytest.mark.parametrize("name", ["served", "float32.tflite"])
def test_what_answers_otherwise_is_refused(written, name):
    folder, expected = written
    off = expected + np.array([2e-4, 0, 0])
    with pytest.raises(ExportError, match=f"{name} in a clean process does not answer as"):
        verification.verify_elsewhere(name, folder / name, IMAGES, off, CLASSES)


def test_what_names_other_classes_is_refused(written):
    folder, expected = written
    with pytest.raises(ExportError, match="names other classes"):
        verification.verify_elsewhere("it", folder / "served", IMAGES, expected, ["a", "b", "c"])


def test_what_cannot_be_loaded_is_refused(tmp_path):
    (tmp_path / "it.tflite").write_bytes(b"no network")
    with pytest.raises(ExportError, match="int8 does not run in a clean process: ") as error:
        verification.answers("int8", tmp_path / "it.tflite", [])
    assert len(str(error.value).splitlines()) == 1


def test_what_only_python_could_load_is_refused(tmp_path, built):
    class Tracked(tf.Module):
        """Has a Keras model as a part, of whose variables TensorFlow saves copies as well."""

        def __init__(self):
            super().__init__()
            self.model = built("one_cell")

        @tf.function(input_signature=[tf.TensorSpec((None, 8, 8, 3), tf.uint8, "images")])
        def serve(self, images):
            return {"probabilities": tf.nn.softmax(self.model(images, training=False))}

    module = Tracked()
    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": module.serve})
    serve = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    assert serve(tf.constant(IMAGES))["probabilities"].shape == (3, 3)
    requests = [verification.request("serving_default", IMAGES)]
    with pytest.raises(ExportError, match="it does not run in a clean process: Could not find var"):
        verification.answers("it", tmp_path, requests)


def test_numbers_that_are_none_are_refused():
    with pytest.raises(ExportError):
        verification.require_same("it", np.array([np.nan]), np.array([0.5]))
    with pytest.raises(ExportError):
        verification.require_same("it", np.zeros((2, 3)), np.zeros((3, 3)))


def test_the_program_cannot_import_the_package(tmp_path, written):
    job = {"path": str(written[0] / "float32.tflite"), "requests": []}
    (tmp_path / "job.json").write_text(json.dumps(job))
    program = (
        "import runpy, sys\n"
        "import goldnas_tf\n"  # it is there, until the program says that it is not
        f"sys.argv = ['', {str(tmp_path / 'job.json')!r}, {str(tmp_path / 'answers.json')!r}]\n"
        f"runpy.run_path({str(verification._PROGRAM)!r}, run_name='__main__')\n"
        "import goldnas_tf.errors\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (tmp_path / "answers.json").read_text() == "[]"
    assert ran.stderr.splitlines()[-1].startswith("ModuleNotFoundError: "), ran.stderr
    assert "goldnas_tf" in ran.stderr.splitlines()[-1]


def test_the_program_reads_nothing_of_the_package():
    assert runpy.run_path(str(verification._PROGRAM))["main"]
    assert sys.modules["goldnas_tf"] is not None
    text = verification._PROGRAM.read_text()
    assert "from goldnas_tf" not in text
    assert "import goldnas_tf" not in text


def test_requests_are_those_of_the_rest_interface():
    assert verification.request("serving_default", np.array([[1, 2]], np.uint8)) == {
        "signature_name": "serving_default",
        "instances": [[1, 2]],
    }
    found = verification.request("encoded", [b"\x00\xff"])
    assert found["instances"] == [{"b64": "AP8="}]
    assert base64.b64decode(found["instances"][0]["b64"]) == b"\x00\xff"
    assert json.loads(json.dumps(found)) == found
