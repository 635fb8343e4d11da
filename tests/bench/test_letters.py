"""The data set of letters is one that a search can be run on, and the same one every time."""

import goldnas_tf
from bench import letters


def test_letters_are_drawn_alike_every_time(tmp_path):
    for name in ("one", "other"):
        letters.main(tmp_path / name, {"train": 4, "test": 2})
    files = sorted((tmp_path / "one").rglob("*.*"))
    assert len(files) == 6 * len(letters.LETTERS)
    for file in files:
        other = tmp_path / "other" / file.relative_to(tmp_path / "one")
        assert file.read_bytes() == other.read_bytes(), file


def test_letters_are_a_folder_of_images_of_many_sizes(tmp_path):
    letters.main(tmp_path, {"train": 5, "test": 2})
    settings = goldnas_tf.DataSettings(dataset="folder", data_dir=str(tmp_path), image_size=32)
    data = goldnas_tf.load_data(settings)
    assert data.class_names == tuple(sorted(letters.LETTERS))
    assert (data.train.size, data.validation.size, data.test.size) == (32, 8, 16)
