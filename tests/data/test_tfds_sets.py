import numpy as np
import pytest
import tensorflow_datasets as tfds

from goldnas_tf.data import load
from goldnas_tf.data.splits import StreamedSplit
from goldnas_tf.errors import InputError
from goldnas_tf.settings.images import DataSettings

NINETY = (np.arange(90), np.repeat([0, 1, 2], [45, 30, 15]))
TEST = (np.arange(200, 206), np.arange(6) % 3)


def my_set(root, **values):
    return DataSettings(dataset="my_set", data_dir=str(root), **values)


def values(split):
    return [int(image[0, 0, 0]) for image, _ in split.examples()]


def test_validation_is_held_out_of_train_by_class(tfds_set):
    root = tfds_set("my_set", {"train": NINETY, "test": TEST})
    data = load(my_set(root))
    assert data.class_names == ("a", "b", "c")
    assert data.image_shape == (8, 8, 3)
    assert sorted(values(data.train) + values(data.validation)) == list(range(90))
    assert np.bincount(data.validation.labels).tolist() == [9, 6, 3]
    assert values(data.test) == list(range(200, 206))
    assert (NINETY[1][values(data.train)] == data.train.labels).all()


def test_split_follows_the_seed_in_memory_and_streamed(tfds_set, request):
    root = tfds_set("my_set", {"train": NINETY})
    held = load(my_set(root))
    assert values(held.validation) == values(load(my_set(root)).validation)
    other = load(my_set(root, split_seed=1))
    assert values(held.validation) != values(other.validation)
    request.getfixturevalue("streamed")
    streamed = load(my_set(root))
    assert isinstance(streamed.train, StreamedSplit)
    for split in ("train", "validation"):
        assert values(getattr(streamed, split)) == values(getattr(held, split))
    assert streamed.pixel_mean == pytest.approx(held.pixel_mean)


def test_the_sets_own_validation_leaves_train_whole(tfds_set):
    root = tfds_set("my_set", {"train": NINETY, "validation": TEST})
    data = load(my_set(root))
    assert values(data.train) == list(range(90))
    assert values(data.validation) == list(range(200, 206))
    assert data.test is None


def test_a_test_split_without_labels_is_none(tfds_set):
    unlabelled = (TEST[0], np.full(6, -1))
    root = tfds_set("my_set", {"train": NINETY, "validation": TEST, "test": unlabelled})
    assert load(my_set(root)).test is None


def test_train_images_thins_by_class(tfds_set):
    root = tfds_set("my_set", {"train": NINETY, "validation": TEST})
    data = load(my_set(root, train_images=12))
    assert np.bincount(data.train.labels).tolist() == [6, 4, 2]
    assert load(my_set(root, train_images=12, split_seed=1)).train.size == 12


def test_sizes_that_differ_need_an_image_size(tfds_set):
    root = tfds_set("my_set", {"train": NINETY}, image_shape=(None, None, 3))
    with pytest.raises(InputError, match=r"^image_size: expected a size"):
        load(my_set(root))
    assert load(my_set(root, image_size=4)).train.images.shape == (72, 4, 4, 3)


def test_a_set_without_train_is_refused(tfds_set):
    root = tfds_set("my_set", {"test": TEST})
    with pytest.raises(InputError, match="expected a split 'train'; received test"):
        load(my_set(root))


@pytest.mark.parametrize(
    ("name", "offer"), [("cifar1", "did you mean cifar10 or"), ("zzzzqq", "give 'digits'")]
)
def test_an_unknown_name_is_offered_close_matches(tmp_path, name, offer):
    with pytest.raises(InputError, match=offer) as caught:
        load(DataSettings(dataset=name, data_dir=str(tmp_path)))
    assert "\n" not in str(caught.value)


def test_an_unknown_configuration_is_one_line(tmp_path):
    with pytest.raises(InputError, match="can be opened; received 'mnist_corrupted/foo'") as caught:
        load(DataSettings(dataset="mnist_corrupted/foo", data_dir=str(tmp_path)))
    assert "\n" not in str(caught.value)


def test_a_set_of_something_else_is_refused_before_any_download(tmp_path, monkeypatch):
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", pytest.fail)
    with pytest.raises(
        InputError, match="images with one class label each; received 'imdb_reviews'"
    ):
        load(DataSettings(dataset="imdb_reviews", data_dir=str(tmp_path)))


def test_a_failed_download_is_one_line_and_announced(tmp_path, monkeypatch):
    def fail(builder):
        raise OSError("no route to host\nand a second line")

    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", fail)
    monkeypatch.setattr(
        "goldnas_tf.data.tfds_sets.logging.warning",
        lambda *parts: said.append(parts[0] % parts[1:]),
    )
    said = []
    with pytest.raises(
        InputError, match=r"cannot download .*: no route to host; check network"
    ) as caught:
        load(DataSettings(dataset="mnist", data_dir=str(tmp_path)))
    assert "\n" not in str(caught.value)
    assert said[-1].endswith("mnist/3.0.1 yet: downloading it")


@pytest.mark.parametrize("damage", ["gone", "cut within a record", "cut behind a record"])
def test_damaged_record_files_are_told(tfds_set, damage):
    root = tfds_set("my_set", {"train": NINETY})
    file = next((root / "my_set").rglob("*-train.tfrecord-00000-*"))
    whole = file.read_bytes()
    first = int.from_bytes(whole[:8], "little") + 16  # a record: length, checksum, data, checksum
    file.write_bytes(whole[: first + 40 if "within" in damage else first])
    if damage == "gone":
        file.unlink()
    with pytest.raises(InputError, match="prepare the set again"):
        load(my_set(root))
