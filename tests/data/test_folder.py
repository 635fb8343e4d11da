import numpy as np
import pytest

from goldnas_tf.data import load
from goldnas_tf.data.splits import ArraySplit, StreamedSplit, blaming
from goldnas_tf.errors import InputError
from goldnas_tf.settings.images import DataSettings


def settings(root, **values):
    return DataSettings(dataset="folder", data_dir=str(root), **values)


def values(split):
    return sorted(int(image[0, 0, 0]) for image, _ in split.examples())


def complaint(root, **changes):
    with pytest.raises(InputError) as caught:
        load(settings(root, **changes))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_validation_is_held_out_by_class(folder):
    data = load(settings(folder))
    assert data.class_names == ("cat", "dog")
    assert data.image_shape == (8, 8, 3)
    assert data.test is None
    assert sorted(values(data.train) + values(data.validation)) == list(range(40))
    assert np.bincount(data.validation.labels).tolist() == [4, 4]
    assert (data.train.images[:, 0, 0, 0] % 2 == data.train.labels).all()


def test_split_follows_the_seed_in_memory_and_streamed(folder, request):
    held = values(load(settings(folder)).validation)
    assert held == values(load(settings(folder)).validation)
    assert held != values(load(settings(folder, split_seed=1)).validation)
    request.getfixturevalue("streamed")
    data = load(settings(folder, image_size=8))
    assert isinstance(data.validation, StreamedSplit)
    assert held == values(data.validation)


def test_folders_of_validation_and_test_are_used_as_they_are(folder, png):
    png(folder / "validation" / "dog" / "a.png", np.full((8, 8, 3), 200))
    png(folder / "test" / "cat" / "a.png", np.full((8, 8, 3), 201))
    data = load(settings(folder))
    assert values(data.train) == list(range(40))
    assert (values(data.validation), data.validation.labels.tolist()) == ([200], [1])
    assert (values(data.test), data.test.labels.tolist()) == ([201], [0])


def test_test_images_change_nothing_else(folder, png):
    without = load(settings(folder))
    png(folder / "test" / "cat" / "a.png", np.full((8, 8, 3), 201))
    with_test = load(settings(folder))
    assert with_test.pixel_mean == without.pixel_mean
    np.testing.assert_array_equal(with_test.train.images, without.train.images)
    np.testing.assert_array_equal(with_test.validation.images, without.validation.images)


def test_train_images_thins_the_rest_of_the_training_images(folder):
    data = load(settings(folder, train_images=10))
    assert np.bincount(data.train.labels).tolist() == [5, 5]
    assert not set(values(data.train)) & set(values(data.validation))


def test_grey_and_alpha_become_rgb(folder, png):
    png(folder / "validation" / "cat" / "grey.png", np.full((8, 8, 1), 50))
    png(folder / "validation" / "cat" / "rgba.png", np.full((8, 8, 4), 60))
    data = load(settings(folder))
    assert data.validation.images.shape == (2, 8, 8, 3)
    assert np.unique(data.validation.images).tolist() == [50, 60]


def test_every_format_is_read(folder):
    # Comes with Matplotlib; TensorFlow writes no GIF and no BMP.
    pil = pytest.importorskip("PIL.Image")

    images = folder / "validation" / "cat"
    images.mkdir(parents=True)
    grey = pil.new("L", (8, 8), 100)
    grey.save(images / "grey.bmp")
    for name in ("a.jpg", "b.JPEG", "c.bmp", "d.png"):
        grey.convert("RGB").save(images / name)
    grey.convert("RGBA").save(images / "alpha.bmp")
    later = pil.new("L", (8, 8), 200)
    grey.save(images / "e.gif", save_all=True, append_images=[later])
    data = load(settings(folder))
    assert data.validation.images.shape == (7, 8, 8, 3)
    assert np.abs(data.validation.images.astype(int) - 100).max() <= 1


def test_files_that_are_no_images_are_skipped(folder):
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", ".hidden.png", "notes.txt"):
        (folder / "train" / "cat" / name).write_text("no image")
    (folder / "train" / ".git").mkdir()
    assert load(settings(folder)).train.size == 32


def test_sizes_that_differ_need_an_image_size(folder, png):
    odd = folder / "train" / "dog" / "odd.png"
    png(odd, np.full((9, 7, 3), 4))
    message = complaint(folder)
    assert message.startswith("image_size: expected a size")
    assert str(odd) in message
    assert load(settings(folder, image_size=6)).image_shape == (6, 6, 3)


def test_streamed_images_are_those_in_memory(folder, request):
    held = load(settings(folder, image_size=5))
    assert isinstance(held.train, ArraySplit)
    request.getfixturevalue("streamed")
    streamed = load(settings(folder, image_size=5))
    images = [image for image, _ in streamed.train.examples().as_numpy_iterator()]
    np.testing.assert_array_equal(images, held.train.images)
    assert streamed.pixel_mean == held.pixel_mean


@pytest.mark.parametrize("place", ["train", "test"])
def test_an_unreadable_image_is_named(folder, place):
    bad = folder / place / "cat" / "bad.png"
    bad.parent.mkdir(parents=True, exist_ok=True)
    bad.write_bytes(b"\x89PNG but no more")
    assert complaint(folder).startswith(f"{bad}: expected a PNG, JPEG, GIF, BMP or WebP image")


def test_an_unreadable_image_is_named_when_streaming(folder, streamed):
    bad = folder / "train" / "dog" / "bad.png"
    bad.write_text("text")
    assert complaint(folder, image_size=8).startswith(f"{bad}: expected a PNG")


@pytest.mark.parametrize("place", ["train", "test"])
def test_an_image_that_is_cut_short_is_named_by_what_reads_it(folder, streamed, png, place):
    bad = folder / place / "cat" / "bad.png"
    png(bad, np.zeros((8, 8, 3)))
    data = load(settings(folder, image_size=8))
    bad.write_bytes(bad.read_bytes()[:60])
    with pytest.raises(InputError, match=f"{bad}: expected a PNG"), blaming(data.splits):
        for split in data.splits:
            list(split.examples())


def test_images_that_are_cut_short_are_named_by_the_statistics(folder, streamed):
    for file in (folder / "train" / "cat").iterdir():
        file.write_bytes(file.read_bytes()[:60])
    assert complaint(folder, image_size=8).startswith(str(folder / "train" / "cat"))


def test_streaming_needs_an_image_size(folder, streamed):
    assert complaint(folder).startswith("image_size: expected a size, because the images are too")


def test_a_missing_folder_is_named(tmp_path):
    assert complaint(tmp_path / "nowhere").startswith("data_dir: expected a folder; received")


def test_a_folder_without_train_says_what_is_expected(tmp_path, png):
    assert "with no folders and no 'train'" in complaint(tmp_path)
    png(tmp_path / "cat" / "a.png", np.zeros((8, 8, 3)))
    message = complaint(tmp_path)
    assert "expected DIR/train/<class>/<image files>" in message
    assert "the folders cat and no 'train'" in message


def test_fewer_than_two_classes(tmp_path, png):
    (tmp_path / "train").mkdir()
    assert "at least 2 classes; received 0" in complaint(tmp_path)
    png(tmp_path / "train" / "cat" / "a.png", np.zeros((8, 8, 3)))
    assert "at least 2 classes; received 1" in complaint(tmp_path)


def test_an_empty_class_is_named(folder):
    empty = folder / "train" / "eel"
    empty.mkdir()
    (empty / ".DS_Store").write_text("")
    assert complaint(folder).startswith(f"{empty}: expected images")


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_class_that_train_lacks_is_named(folder, png, split):
    png(folder / split / "eel" / "a.png", np.zeros((8, 8, 3)))
    assert complaint(folder).startswith(f"{folder / split / 'eel'}: expected only classes")


def test_an_empty_validation_folder(folder):
    (folder / "validation").mkdir()
    assert complaint(folder).startswith(f"{folder / 'validation'}: expected a folder for each")
