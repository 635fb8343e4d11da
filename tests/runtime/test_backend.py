"""The backend that Keras will have is known before it is imported."""

import json
import pwd
import runpy
import sys

import pytest
from keras.src.backend import config

from goldnas_tf.errors import InputError
from goldnas_tf.runtime import backend


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of a user who has set nothing, in a process without Keras."""
    monkeypatch.delitem(sys.modules, "keras")
    for name in ("KERAS_BACKEND", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".keras").mkdir()
    (tmp_path / "elsewhere").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("variables", "content"),
    [
        ({}, None),
        ({}, {}),
        ({}, {"backend": "jax", "floatx": "float16", "epsilon": 1e-3}),
        ({}, "{"),
        ({}, "\udcff"),
        ({"KERAS_BACKEND": ""}, {"backend": "torch"}),
        ({"KERAS_BACKEND": ""}, {}),
        ({"KERAS_BACKEND": "tensorflow"}, {"backend": "torch"}),
        ({"KERAS_BACKEND": "jax"}, None),
        ({"KERAS_HOME": "elsewhere"}, {"backend": "jax"}),
        ({"KERAS_HOME": "~/elsewhere"}, {"backend": "jax"}),
        ({"KERAS_HOME": ""}, {"backend": "jax"}),
    ],
)
def test_it_is_found_out_as_keras_does(home, monkeypatch, variables, content):
    monkeypatch.chdir(home)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    text = content if isinstance(content, str) else json.dumps(content)
    if content is not None:
        folder = variables.get("KERAS_HOME", ".keras").replace("~", str(home))
        (home / folder / "keras.json").write_text(text, errors="surrogateescape")
    # before Keras does, which may write the file
    found = backend._configured()
    assert found == runpy.run_path(config.__file__)["_BACKEND"]


def test_who_has_no_home_has_settings_in_the_temporary_folder(home, monkeypatch):
    monkeypatch.setenv("HOME", str(home / "missing"))
    assert str(backend._settings_file()) == "/tmp/.keras/keras.json"

    def nobody(uid):
        raise KeyError(uid)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert str(backend._settings_file()) == "/tmp/.keras/keras.json"


def test_settings_that_are_a_folder_are_told(home):
    (home / ".keras/keras.json").mkdir()
    with pytest.raises(InputError, match=r"settings of Keras: cannot be read: .*keras\.json"):
        backend.require_tensorflow()


def test_another_backend_of_a_keras_that_runs_is_refused(monkeypatch):
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    with pytest.raises(InputError, match="received jax; set KERAS_BACKEND=tensorflow"):
        backend.require_tensorflow()
