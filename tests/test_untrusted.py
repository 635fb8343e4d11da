"""Files of somebody else: what is loaded runs no code of theirs, by any way that is known."""

import json
import pickle
import zipfile

import keras
import numpy as np
import pytest
from processes import Program

import goldnas_tf
from goldnas_tf.errors import InputError
from goldnas_tf.runs import checkpoint

EVALUATE = Program("evaluate", "--dataset=digits", "--batches=1")


def _innocent(path):
    images = keras.Input((8, 8, 1))
    keras.Model(images, keras.layers.Dense(10)(keras.layers.Flatten()(images))).save(path)


def _changed(path, change):
    """Changes the description of a network within its file."""
    with zipfile.ZipFile(path) as stored:
        content = {name: stored.read(name) for name in stored.namelist()}
    config = json.loads(content["config.json"])
    change(config)
    content["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as stored:
        for name, data in content.items():
            stored.writestr(name, data)


# its code goes into the file, and brings what it needs
_touch = lambda x, to: (__import__("pathlib").Path(to).touch(), x)[1]  # noqa: E731


def _lambda(path, marker):
    images = keras.Input((8, 8, 1))
    flat = keras.layers.Flatten()(images)
    touched = keras.layers.Lambda(_touch, arguments={"to": str(marker)})(flat)
    keras.Model(images, keras.layers.Dense(10)(touched)).save(path)
    marker.unlink(missing_ok=True)


def _function(module, name):
    def make(path, marker):
        _innocent(path)

        def change(config):
            layer = config["config"]["layers"][-1]
            layer["module"], layer["class_name"], layer["registered_name"] = module, name, None
            layer["config"] = {"args": [f"open({str(marker)!r}, 'w')"], "arguments": str(marker)}

        _changed(path, change)

    return make


def _activation(path, marker):
    _innocent(path)

    def change(config):
        config["config"]["layers"][-1]["config"]["activation"] = {
            "module": "os",
            "class_name": "function",
            "config": "system",
            "registered_name": "system",
        }

    _changed(path, change)


def _compiled(path, marker):
    _innocent(path)

    def change(config):
        config["compile_config"] = {
            "optimizer": "sgd",
            "loss": {
                "module": "builtins",
                "class_name": "function",
                "config": "exec",
                "registered_name": "exec",
            },
        }

    _changed(path, change)


WAYS = {
    "a Lambda layer": _lambda,
    "a function of Python for a layer": _function("builtins", "exec"),
    "a class of a module for a layer": _function("subprocess", "Popen"),
    "a program of the system for an activation": _activation,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_keras_file_runs_no_code(tmp_path, way):
    file, marker = tmp_path / "theirs.keras", tmp_path / "marker"
    WAYS[way](file, marker)
    ended = EVALUATE.start(f"--network={file}").wait()
    assert ended.returncode == 2, ended.stderr
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert not marker.exists()


def test_the_code_of_a_lambda_layer_is_there(tmp_path):
    file, marker = tmp_path / "theirs.keras", tmp_path / "marker"
    _lambda(file, marker)
    keras.models.load_model(file, compile=False, safe_mode=False)
    assert marker.exists()


def test_what_a_network_was_compiled_with_is_not_looked_at(tmp_path):
    file, marker = tmp_path / "theirs.keras", tmp_path / "marker"
    _compiled(file, marker)
    assert goldnas_tf.open_network(file).image_shape == (8, 8, 1)
    assert not marker.exists()


class Evil:
    """Unpickled it would make a file."""

    def __init__(self, marker):
        self._marker = str(marker)

    def __reduce__(self):
        return open, (self._marker, "w")


def test_arrays_of_a_run_are_not_unpickled(tmp_path):
    marker = tmp_path / "marker"
    checkpoint.save(tmp_path, (1, 0), {}, {"weights": np.zeros(3)})
    (folder,) = (tmp_path / checkpoint.FOLDER).iterdir()
    evil = np.array([Evil(marker)], dtype=object)
    np.savez(folder / "arrays.npz", array_0=evil)
    (folder / "digest").unlink()
    with pytest.raises(InputError, match="expected a checkpoint; received a damaged file"):
        checkpoint.load(tmp_path)
    assert not marker.exists()
    # it is one that would have
    pickle.loads(pickle.dumps(Evil(marker))).close()
    assert marker.exists()
