"""Every way in which a SavedModel is run without Python's loader, as a function each.

Python's `tf.saved_model.load` restores by objects, all others by the graph: what the one answers
says nothing of the others.
"""

import base64
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from goldnas_tf.runs import export

_LIBRARY = pathlib.Path(tf.__file__).with_name("libtensorflow_cc.so.2")
_C_LOADER = pathlib.Path(__file__).with_name("c_loader.py")

# as the console script does, where our package cannot be imported
_CLI = (
    "import sys; sys.modules['goldnas_tf'] = None;"
    "from tensorflow.python.tools import saved_model_cli; saved_model_cli.main()"
)


def c_loader(path, signature, inputs):
    """Through TensorFlow's C++ loader, in a process that has no TensorFlow in Python."""
    source, outputs = _tensors(path, signature)
    if inputs.dtype == np.uint8:
        values = base64.b64encode(inputs.tobytes()).decode()
    else:
        values = [base64.b64encode(content).decode() for content in inputs]
    request = {"input": source, "shape": inputs.shape, "values": values, "outputs": outputs}
    job = {"library": str(_LIBRARY), "path": str(path), "requests": [request]}
    with tempfile.TemporaryDirectory() as folder:
        job_file, answers = pathlib.Path(folder) / "job.json", pathlib.Path(folder) / "answers.json"
        job_file.write_text(json.dumps(job))
        _run([sys.executable, "-I", str(_C_LOADER), str(job_file), str(answers)], folder)
        (answer,) = json.loads(answers.read_text())
    return {**answer, "probabilities": np.array(answer["probabilities"], np.float32)}


def command_line(path, signature, inputs):
    """Through `saved_model_cli run`."""
    key = "images" if inputs.dtype == np.uint8 else "bytes"
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/inputs.npy", inputs)
        command = [
            *(sys.executable, "-I", "-c", _CLI, "run", "--dir", str(path), "--tag_set", "serve"),
            *("--signature_def", signature, "--inputs", f"{key}={folder}/inputs.npy"),
            *("--outdir", folder),
        ]
        _run(command, folder)
        # strings come as objects, which we have just written
        classes = np.load(f"{folder}/classes.npy", allow_pickle=True)
        return {
            "probabilities": np.load(f"{folder}/probabilities.npy"),
            "classes": [name.decode() for name in classes],
        }


def session(path, signature, inputs):
    """Through a session of TensorFlow 1."""
    source, outputs = _tensors(path, signature)
    v1 = tf.compat.v1
    with v1.Session(graph=tf.Graph()) as running:
        v1.saved_model.load(running, ["serve"], str(path))
        answer = running.run(outputs, {source: inputs})
    return {**answer, "classes": [name.decode() for name in answer["classes"]]}


SERVERS = (c_loader, command_line, session)


def assert_point_served(folder):
    """All of them give the answers of the Keras model that lies beside the SavedModel."""
    model = export.load_point(folder)
    images = np.random.default_rng(0).integers(0, 256, (5, *model.input_shape[1:]))
    images = images.astype(np.uint8)
    names = json.loads((folder / "classes.json").read_text())
    assert_served(folder / "saved_model" / "1", images, model(images, training=False), names)


def assert_served(path, images, logits, class_names, ways=SERVERS, atol=1e-5):
    """Every way of serving gives a network's answers to images, through every signature.

    Args:
        path: the SavedModel.
        images: uint8 (images, height, width, channels).
        logits: of the Keras model.
        class_names: of its outputs.
        ways: some of `SERVERS`.
        atol: how far a probability may be off.
    """
    wanted = tf.nn.softmax(logits).numpy()
    inputs = {"serving_default": images}
    if "encoded" in _signatures(path):
        inputs["encoded"] = np.array([tf.io.encode_png(image).numpy() for image in images])
        # NumPy takes zeros at the end of bytes for no part of them
        assert all(content[-1] for content in inputs["encoded"])
    for serve in ways:
        for signature, values in inputs.items():
            answer = serve(path, signature, values)
            found, place = answer["probabilities"], f"{serve.__name__}, {signature}"
            np.testing.assert_allclose(found, wanted, rtol=0, atol=atol, err_msg=place)
            assert answer["classes"] == [class_names[best] for best in found.argmax(-1)], place


def _signatures(path):
    content = (pathlib.Path(path) / "saved_model.pb").read_bytes()
    (graph,) = saved_model_pb2.SavedModel.FromString(content).meta_graphs
    return graph.signature_def


def _tensors(path, signature):
    """Names in the graph: of the input, and of every output by its own name."""
    definition = _signatures(path)[signature]
    (source,) = definition.inputs.values()
    return source.name, {name: tensor.name for name, tensor in definition.outputs.items()}


def _run(command, folder):
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr[-2000:]
