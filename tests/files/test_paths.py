import pathlib

import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.files.paths import local_path


def test_home_is_put_in_its_place(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert local_path("~/runs") == pathlib.Path("/home/me/runs")
    assert local_path(pathlib.Path("~")) == pathlib.Path("/home/me")
    assert local_path("a~/b") == pathlib.Path("a~/b")


@pytest.mark.parametrize("path", ["runs/a,b", "/abs", ".", "c:d", "a:b/c", "with space"])
def test_other_paths_stay(path):
    assert local_path(path) == pathlib.Path(path)


@pytest.mark.parametrize(
    "path", ["gs://bucket/x", "s3://b", "file:///tmp/x", "https://a/b", "gs:/x"]
)
def test_addresses_are_refused(path):
    with pytest.raises(InputError, match="workdir: expected a path on this machine") as caught:
        local_path(path, "workdir")
    assert path in str(caught.value)


def test_a_home_that_nobody_has_is_refused():
    with pytest.raises(InputError, match="whose home folder is known"):
        local_path("~nobody_of_that_name/x")
