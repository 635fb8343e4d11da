import json
import shutil

import numpy as np
import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.runs import checkpoint

VALUES = {"epoch": 3, "lambda": 1e-5, "text": "λ", "none": None}
ARRAYS = {
    "cell_0/gates": np.arange(6, dtype=np.float32).reshape(2, 3),
    "cell_0/gates@momentum": np.zeros(3, np.float32),
    "name with / and \\ and λ": np.array(2**40),
    "empty": np.zeros((0, 4), np.float32),
}


def folders(workdir):
    return sorted(path.name for path in (workdir / checkpoint.FOLDER).iterdir())


def test_none_where_there_is_none(tmp_path):
    assert checkpoint.load(tmp_path) is None


def test_round_trip(tmp_path):
    checkpoint.save(tmp_path, (12, 0), VALUES, ARRAYS)
    values, arrays = checkpoint.load(tmp_path)
    assert values == VALUES
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype
        assert arrays[name].shape == array.shape


def test_nothing_is_pickled(tmp_path):
    checkpoint.save(tmp_path, (12, 0), VALUES, ARRAYS)
    with np.load(tmp_path / checkpoint.FOLDER / "000000012-000000" / "arrays.npz") as stored:
        assert len(stored) == len(ARRAYS)
    with pytest.raises(ValueError, match="pickle"):
        checkpoint.save(tmp_path, (13, 0), VALUES, {"object": np.array([object()])})
        checkpoint.load(tmp_path)


def test_the_last_two_are_kept(tmp_path):
    written = []
    for step, epoch in ((9, 0), (10, 0), (10, 1), (100, 1), (1000, 10)):
        checkpoint.save(tmp_path, (step, epoch), {"at": [step, epoch]}, {})
        written.append(f"{step:09d}-{epoch:06d}")
        assert folders(tmp_path) == written[-2:]
    assert checkpoint.load(tmp_path) == ({"at": [1000, 10]}, {})


def test_the_same_position_is_replaced(tmp_path):
    checkpoint.save(tmp_path, (5, 0), {"try": 1}, ARRAYS)
    checkpoint.save(tmp_path, (5, 0), {"try": 2}, {})
    assert checkpoint.load(tmp_path) == ({"try": 2}, {})


def test_a_save_that_fails_leaves_the_one_before(tmp_path, monkeypatch):
    checkpoint.save(tmp_path, (5, 0), {"step": 5}, ARRAYS)

    def fail(*_, **__):
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="no space"):
        checkpoint.save(tmp_path, (6, 0), {"step": 6}, ARRAYS)
    assert folders(tmp_path) == ["000000005-000000"]
    assert checkpoint.load(tmp_path)[0] == {"step": 5}


def test_what_a_killed_save_left_is_ignored_and_removed(tmp_path):
    checkpoint.save(tmp_path, (5, 0), {"step": 5}, {})
    left = tmp_path / checkpoint.FOLDER / ".000000006-000000.abc_4567"
    left.mkdir()
    (left / "state.json").write_text("{")
    assert checkpoint.load(tmp_path) == ({"step": 5}, {})
    checkpoint.save(tmp_path, (7, 0), {"step": 7}, {})
    assert folders(tmp_path) == ["000000005-000000", "000000007-000000"]


@pytest.mark.parametrize(
    ("old", "new"), [((99, 1), (100, 1)), ((100, 1), (100, 2)), ((100, 9), (100, 10))]
)
def test_two_complete_ones_give_the_newer(tmp_path, monkeypatch, old, new):
    checkpoint.save(tmp_path, old, {"at": list(old)}, {})
    # killed after the new one appeared, before the old one was deleted
    with monkeypatch.context() as killed:
        killed.setattr(shutil, "rmtree", lambda *_, **__: None)
        checkpoint.save(tmp_path, new, {"at": list(new)}, {})
    assert len(folders(tmp_path)) == 2
    assert checkpoint.load(tmp_path) == ({"at": list(new)}, {})


def test_another_schema_is_refused(tmp_path):
    checkpoint.save(tmp_path, (5, 2), VALUES, {})
    file = tmp_path / checkpoint.FOLDER / "000000005-000002" / "state.json"
    values = json.loads(file.read_text())
    assert values["schema"] == checkpoint.KIND.schema == 1
    for schema in (0, 2, None):
        file.write_text(json.dumps({**values, "schema": schema}))
        with pytest.raises(InputError, match="expected a checkpoint of schema 1; received"):
            checkpoint.load(tmp_path)


def _cut(content):
    return content[: len(content) // 2]


def _flip(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


@pytest.mark.parametrize("name", ["state.json", "arrays.npz", "digest"])
@pytest.mark.parametrize("damage", [_cut, _flip, lambda content: b""])
def test_the_one_before_takes_the_place_of_a_damaged_one(tmp_path, caplog, name, damage):
    checkpoint.save(tmp_path, (12, 0), VALUES, ARRAYS)
    checkpoint.save(tmp_path, (14, 1), {**VALUES, "epoch": 4}, ARRAYS)
    file = tmp_path / checkpoint.FOLDER / "000000014-000001" / name
    content = damage(file.read_bytes())
    file.write_bytes(content)
    values, _ = checkpoint.load(tmp_path)
    assert values == VALUES
    assert "the one before it is taken, 000000012-000000" in caplog.text
    assert file.read_bytes() == content
    # the run goes on
    checkpoint.save(tmp_path, (13, 0), {**VALUES, "epoch": 5}, ARRAYS)
    assert folders(tmp_path) == ["000000012-000000", "000000013-000000"]


@pytest.mark.parametrize("name", ["state.json", "arrays.npz"])
def test_a_damaged_file_is_named(tmp_path, name):
    checkpoint.save(tmp_path, (12, 0), VALUES, ARRAYS)
    file = tmp_path / checkpoint.FOLDER / "000000012-000000" / name
    file.write_bytes(file.read_bytes()[:20])
    with pytest.raises(InputError, match=f"{name}: expected a checkpoint; received a damaged file"):
        checkpoint.load(tmp_path)


def test_files_of_others_stay(tmp_path):
    checkpoint.save(tmp_path, (12, 0), VALUES, ARRAYS)
    (tmp_path / checkpoint.FOLDER / ".DS_Store").touch()
    (tmp_path / checkpoint.FOLDER / ".000000013-000000.killed12").mkdir()
    checkpoint.save(tmp_path, (14, 0), VALUES, ARRAYS)
    assert folders(tmp_path) == [".DS_Store", "000000012-000000", "000000014-000000"]
