import json
import os
import pathlib
import stat

import pytest

from goldnas_tf.files import atomic


class BrokenError(Exception):
    """What goes wrong in the middle of writing."""


def listing(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_text_is_written_and_replaced(tmp_path):
    for text in ("old", "new and longer", ""):
        atomic.write_text(tmp_path / "a.txt", text)
        assert (tmp_path / "a.txt").read_text() == text
    assert listing(tmp_path) == ["a.txt"]


def test_others_may_read_what_was_written(tmp_path):
    atomic.write_text(tmp_path / "a.txt", "text")
    with atomic.folder(tmp_path / "made"):
        pass
    assert (mode(tmp_path / "a.txt"), mode(tmp_path / "made")) == (0o644, 0o755)


def test_text_that_fails_leaves_the_old_and_nothing_else(tmp_path, monkeypatch):
    atomic.write_text(tmp_path / "a.txt", "old")

    def fail(_):
        raise BrokenError

    monkeypatch.setattr(os, "fsync", fail)
    for name in ("a.txt", "b.txt"):
        with pytest.raises(BrokenError):
            atomic.write_text(tmp_path / name, "new")
    assert listing(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_values_that_are_no_json_leave_the_old(tmp_path):
    atomic.write_json(tmp_path / "a.json", {"old": [1, 2.5, None]})
    with pytest.raises(TypeError):
        atomic.write_json(tmp_path / "a.json", {"new": object()})
    assert listing(tmp_path) == ["a.json"]
    assert json.loads((tmp_path / "a.json").read_text()) == {"old": [1, 2.5, None]}


def test_a_folder_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "deep" / "er"
    with atomic.folder(path) as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "a.txt").write_text("text")
        assert not path.exists()
        assert folder.parent == path.parent
    assert listing(tmp_path) == ["deep", "deep/er", "deep/er/inner", "deep/er/inner/a.txt"]


def test_a_folder_replaces_the_old_one_whole(tmp_path):
    for name in ("old", "new"):
        with atomic.folder(tmp_path / "it") as folder:
            (folder / name).write_text(name)
    assert listing(tmp_path) == ["it", "it/new"]


@pytest.mark.parametrize("exception", [BrokenError, KeyboardInterrupt, SystemExit])
def test_an_exception_leaves_nothing_behind(tmp_path, exception):
    with pytest.raises(exception), atomic.folder(tmp_path / "it") as folder:
        (folder / "a.txt").write_text("text")
        raise exception
    assert listing(tmp_path) == []


def test_an_exception_leaves_the_old_folder(tmp_path):
    with atomic.folder(tmp_path / "it") as folder:
        (folder / "old").write_text("old")
    with pytest.raises(BrokenError), atomic.folder(tmp_path / "it") as folder:
        (folder / "new").write_text("new")
        raise BrokenError
    assert listing(tmp_path) == ["it", "it/old"]


def test_a_folder_that_is_not_to_be_replaced_stays(tmp_path):
    with atomic.folder(tmp_path / "it", replace=False) as folder:
        (folder / "old").write_text("old")
    with (
        pytest.raises(FileExistsError),
        atomic.folder(tmp_path / "it", replace=False) as folder,
    ):
        (folder / "new").write_text("new")
    assert listing(tmp_path) == ["it", "it/old"]


def test_a_folder_that_appears_meanwhile_stays(tmp_path):
    with pytest.raises(OSError), atomic.folder(tmp_path / "it", replace=False) as folder:
        (folder / "new").write_text("new")
        (tmp_path / "it").mkdir()
        (tmp_path / "it" / "other").write_text("other")
    assert listing(tmp_path) == ["it", "it/other"]


def test_an_exception_leaves_no_folders_that_were_made_on_the_way(tmp_path):
    (tmp_path / "there").mkdir()
    for path in ("deep/er/it", "there/it"):
        with pytest.raises(BrokenError), atomic.folder(tmp_path / path):
            raise BrokenError
    assert listing(tmp_path) == ["there"]


@pytest.mark.parametrize("failing", [1, 2])
def test_a_rename_that_fails_leaves_the_old_folder(tmp_path, monkeypatch, failing):
    with atomic.folder(tmp_path / "it") as folder:
        (folder / "old").write_text("old")
    replace, calls = pathlib.Path.replace, []

    def fail_once(path, target):
        calls.append(target)
        if len(calls) == failing:
            raise OSError("no space left on device")
        return replace(path, target)

    monkeypatch.setattr(pathlib.Path, "replace", fail_once)
    with pytest.raises(OSError, match="no space"), atomic.folder(tmp_path / "it") as folder:
        (folder / "new").write_text("new")
    assert listing(tmp_path) == ["it", "it/old"]


def test_what_killed_processes_left_is_cleared(tmp_path):
    for name in (".e012.abc_1234", ".e012.abc_1234.old", "e012"):
        (tmp_path / name).mkdir()
    for name in (".DS_Store", ".a.txt.abcdefgh", ".a.txt.mine"):
        (tmp_path / name).touch()
    atomic.clear(tmp_path)
    assert listing(tmp_path) == [".DS_Store", ".a.txt.mine", "e012"]


def test_what_is_being_filled_is_not_cleared(tmp_path):
    with atomic.folder(tmp_path / "e012") as folder:
        (folder / "it").touch()
        atomic.clear(tmp_path)
        assert (folder / "it").exists()
    assert listing(tmp_path) == ["e012", "e012/it"]


def test_what_was_being_replaced_gets_its_name_again(tmp_path):
    for name in (".e.012.abc_1234/new", ".e.012.abc_1234.old/old"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    atomic.clear(tmp_path)
    assert listing(tmp_path) == ["e.012", "e.012/old"]
