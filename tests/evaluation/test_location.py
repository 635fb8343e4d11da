import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.evaluation.location import locate


@pytest.fixture
def folder(tmp_path):
    """A point with two versions, one of them half there, and other files."""
    for name in (
        "e001/classes.json",
        "e001/saved_model/2/saved_model.pb",
        "e001/saved_model/10/saved_model.pb",
        "e001/saved_model/old/saved_model.pb",
        "e001/model.keras",
        "small.tflite",
        "notes.txt",
        "run/pareto.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "e001" / "saved_model" / "11").mkdir()
    (tmp_path / "run" / "pareto").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("named", "kind", "found"),
    [
        ("e001", "saved_model", "e001/saved_model/10"),
        ("e001/saved_model", "saved_model", "e001/saved_model/10"),
        ("e001/saved_model/2", "saved_model", "e001/saved_model/2"),
        ("e001/model.keras", "keras", "e001/model.keras"),
        ("small.tflite", "tflite", "small.tflite"),
    ],
)
def test_the_network_that_a_path_names(folder, named, kind, found):
    assert locate(folder / named) == (kind, folder / found)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("missing", "received a path where nothing is, .*missing"),
        ("notes.txt", r"received another one, .*notes\.txt"),
        ("e001/saved_model/11", "received another one"),
        ("run/pareto", "received another one"),
        ("run", "received that of a run, .*; name one of the points in .*/run/pareto"),
    ],
)
def test_paths_without_a_network_are_told(folder, named, said):
    with pytest.raises(InputError, match=said):
        locate(folder / named)
