import logging
import os
import shutil

import numpy as np
import pytest

from goldnas_tf.data import load
from goldnas_tf.errors import InputError
from goldnas_tf.settings.images import DataSettings


def settings(root, **values):
    return DataSettings(dataset="folder", data_dir=str(root), **values)


@pytest.fixture
def warnings(caplog):
    caplog.set_level(logging.WARNING)
    return caplog


def complaint(root):
    with pytest.raises(InputError) as caught:
        load(settings(root))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["validation", "val", "valid", "dev", "Validation", "VAL"])
def test_validation_may_be_called_as_people_call_it(folder, png, name):
    png(folder / name / "cat" / "a.png", np.full((8, 8, 3), 200))
    data = load(settings(folder))
    assert (data.train.size, data.validation.size) == (40, 1)


@pytest.mark.parametrize(("before", "now"), [("train", "Training"), ("train", "TRAIN")])
def test_so_may_the_others(folder, png, before, now):
    (folder / before).rename(folder / now)
    png(folder / "Testing" / "cat" / "a.png", np.full((8, 8, 3), 200))
    data = load(settings(folder))
    assert (data.train.size + data.validation.size, data.test.size) == (40, 1)


def test_two_folders_for_one_split_are_refused(folder, png):
    for name in ("val", "Validation"):
        png(folder / name / "cat" / "a.png", np.full((8, 8, 3), 200))
    assert "expected one folder for validation; received Validation and val" in complaint(folder)


def test_folders_that_are_not_used_are_named(folder, png, warnings):
    png(folder / "holdout" / "cat" / "a.png", np.full((8, 8, 3), 200))
    (folder / ".cache").mkdir()
    load(settings(folder))
    assert f"{folder}: not used: 'holdout'; the splits are train" in warnings.text
    assert "cache" not in warnings.text


def test_images_outside_of_every_class_are_counted(folder, png, warnings):
    for name in ("a.png", "b.jpg"):
        png(folder / "train" / name, np.full((8, 8, 3), 200))
    assert load(settings(folder)).train.size == 32
    assert f"{folder / 'train'}: not used: 2 images that lie in the folder of no" in warnings.text


def test_images_in_folders_within_a_class_are_used(folder, png):
    for number in range(5):
        png(folder / "train" / "cat" / "2024" / "may" / f"{number}.png", np.full((8, 8, 3), 200))
    png(folder / "train" / "cat" / ".thumbs" / "a.png", np.full((8, 8, 3), 201))
    data = load(settings(folder))
    assert data.train.size + data.validation.size == 45


def test_links_are_followed_but_in_no_circle(folder, tmp_path_factory, png):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    png(elsewhere / "a.png", np.full((8, 8, 3), 200))
    (folder / "train" / "cat" / "more").symlink_to(elsewhere)
    (folder / "train" / "cat" / "again").symlink_to(folder / "train" / "cat")
    data = load(settings(folder))
    assert data.train.size + data.validation.size == 41


@pytest.mark.parametrize("how", ["memory", "streamed"])
def test_names_of_files_need_not_be_text(folder, request, how):
    file = folder / "train" / "cat" / "00.png"
    file.rename(os.fsdecode(os.fsencode(file.with_name("caf")) + b"\xe9.png"))
    if how == "streamed":
        request.getfixturevalue("streamed")
    data = load(settings(folder, image_size=8))
    assert sum(1 for _ in data.train.examples()) == 32


def test_a_bad_file_of_such_a_name_is_shown(folder):
    bad = os.fsencode(folder / "train" / "cat") + b"/caf\xe9.png"
    with open(bad, "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(b"\x89PNG\r\n\x1a\n")
    assert r"caf\xe9.png: expected a PNG" in complaint(folder)


def test_a_class_of_such_a_name_is_refused(folder):
    shutil.move(folder / "train" / "cat", os.fsdecode(os.fsencode(folder) + b"/train/caf\xe9"))
    assert r"received caf\xe9; rename it" in complaint(folder)


def test_a_path_that_begins_at_home(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    assert load(settings(f"~/{folder.name}")).train.size == 32


def test_an_address_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="data_dir: expected a path on this machine; received gs:"):
        load(settings("gs://bucket/images"))
    assert not list(tmp_path.iterdir())
