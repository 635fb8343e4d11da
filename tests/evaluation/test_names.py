from pathlib import Path

import pytest

from goldnas_tf.evaluation.names import short_names


@pytest.fixture
def points(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for run in ("one", "two"):
        for name in ("e001", "e002"):
            folder = tmp_path / run / "pareto" / name
            folder.mkdir(parents=True)
            (folder / "classes.json").write_text("[]")


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["one/pareto/e001"], ["e001"]),
        (["one/pareto/e001", "one/pareto/e002"], ["e001", "e002"]),
        (["one/pareto/e001", "two/pareto/e001"], ["one/pareto/e001", "two/pareto/e001"]),
        (["one/pareto/e001/saved_model/1"], ["e001/saved_model/1"]),
        (["one/pareto/e001", "one/pareto/e001/model.keras"], ["e001", "e001/model.keras"]),
        (["elsewhere/net.tflite"], ["net.tflite"]),
        (["a/net.tflite", "b/net.tflite"], ["a/net.tflite", "b/net.tflite"]),
    ],
)
@pytest.mark.usefixtures("points")
def test_names_are_as_short_as_they_can_be(paths, names):
    assert short_names(paths) == dict(zip(names, map(Path, paths), strict=True))


@pytest.mark.usefixtures("points")
def test_a_path_that_is_given_twice_counts_once():
    paths = ["one/pareto/e001/", "one/pareto/e001", Path("one/pareto/e001").absolute()]
    assert list(short_names(paths)) == ["e001"]
