"""ONNX files, run by ONNX Runtime."""

import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS

from goldnas_tf.deployment import onnx_file, verification
from goldnas_tf.errors import ExportError, InputError
from goldnas_tf.evaluation.opening import open_network
from goldnas_tf.networks.folded import FoldedNetwork

STRANGE = [name for name in NETWORKS if name.startswith("new_part")]


@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in STRANGE])
def test_answers_are_those_of_the_network(built, name):
    network = FoldedNetwork.of(built(name))
    images = NETWORKS[name].images(1, 5)
    session = onnxruntime.InferenceSession(onnx_file.convert(network.graph))
    (found,) = session.run([onnx_file.PROBABILITIES], {onnx_file.IMAGES: images})
    expected = tf.nn.softmax(network(tf.constant(images, tf.float32))).numpy()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", STRANGE)
def test_a_primitive_that_nobody_writes_is_named(built, name):
    with pytest.raises(InputError, match=r"formats: expected other ones than onnx .* with Full"):
        onnx_file.convert(FoldedNetwork.of(built(name)).graph)


@pytest.mark.usefixtures("impatient")
def test_an_export_is_checked_elsewhere_and_measured(exported):
    report, folder = exported("all_operators", "onnx")
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["classes.txt", "export.json", "float32.onnx"]
    # labels are the network's own answers
    assert report.measured["onnx"].accuracy.top1 == 1
    assert open_network(folder / "float32.onnx").image_shape == report.data.image_shape
    # what answers otherwise is seen
    images = NETWORKS["all_operators"].images(1, 2)
    with pytest.raises(ExportError, match="does not answer as the network did"):
        verification.verify_elsewhere(
            "onnx", folder / "float32.onnx", images, np.full((2, 3), 0.3), report.data.class_names
        )


def test_what_is_no_network_is_refused(tmp_path):
    file = tmp_path / "it.onnx"
    file.write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"it\.onnx: cannot be loaded"):
        open_network(file)
