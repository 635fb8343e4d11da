"""Every odd image file, by every way on which images come in."""

import io
import os

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from odd_images import DEEP, DEEP_WHITE, GREY, IMAGES, PHOTO, SIDE, png

from goldnas_tf.data import load
from goldnas_tf.data.formats import HEAD_BYTES, of_head
from goldnas_tf.data.splits import ArraySplit, StreamedSplit
from goldnas_tf.deployment import served
from goldnas_tf.errors import InputError
from goldnas_tf.evaluation import origin
from goldnas_tf.settings.images import DataSettings

READ = [image for image in IMAGES if image.pixels is not None]
REFUSED = [image for image in IMAGES if image.pixels is None]
TURNED = sum(image.turned for image in READ)


def by_name(images):
    return pytest.mark.parametrize("image", images, ids=[image.name for image in images])


def write_folder(root, images, split="train"):
    """Some files in a class, and a plain one in another."""
    for name, some in {"odd": images, "plain": READ[:1]}.items():
        folder = root / split / name
        folder.mkdir(parents=True)
        for image in some:
            (folder / image.name).write_bytes(image.content)
    return root


def folder_of(root, images):
    write_folder(root, READ[:1], "validation")
    return write_folder(root, images)


def settings(root, **values):
    return DataSettings(dataset="folder", data_dir=str(root), **values)


def require_pixels(found, images):
    images = sorted(images, key=lambda image: image.name)
    assert len(found) >= len(images)
    # behind them come those of other classes
    for pixels, image in zip(found[: len(images)], images, strict=True):
        difference = np.abs(pixels.astype(int) - image.pixels).max()
        assert difference <= image.close, f"{image.name} is off by {difference}"


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    return folder_of(tmp_path_factory.mktemp("odd"), READ)


def test_a_folder_in_memory_has_the_right_pixels(odd):
    data = load(settings(odd))
    assert isinstance(data.train, ArraySplit)
    require_pixels(data.train.images, READ)
    assert f"{TURNED} of {len(READ) + 3} turned upright as their EXIF says" in data.title


def test_a_streamed_folder_has_the_same_pixels(odd, request):
    held = load(settings(odd))
    request.getfixturevalue("streamed")
    data = load(settings(odd, image_size=SIDE))
    assert isinstance(data.train, StreamedSplit)
    found = np.stack([image for image, _ in data.train.examples().as_numpy_iterator()])
    require_pixels(found, READ)
    np.testing.assert_array_equal(found, held.train.images)
    assert data.title == held.title


@by_name(REFUSED)
def test_what_is_not_read_is_named(tmp_path, image):
    folder_of(tmp_path, [*READ[:2], image])
    with pytest.raises(InputError) as caught:
        load(settings(tmp_path))
    message = str(caught.value)
    assert "\n" not in message
    assert str(tmp_path / "train" / "odd" / image.name) in message
    assert image.said in message
    assert "PNG" in message.split(";")[-1] or "repair" in message.split(";")[-1]


@by_name([image for image in REFUSED if image.name != "cut.jpg"])
def test_what_is_not_read_is_named_when_streaming(tmp_path, streamed, image):
    folder_of(tmp_path, [*READ[:2], image])
    with pytest.raises(InputError, match=image.said):
        load(settings(tmp_path, image_size=SIDE))


@pytest.mark.parametrize("place", ["validation", "test"])
def test_lying_images_of_other_splits_are_turned(tmp_path, place):
    write_folder(tmp_path, READ[:1])
    write_folder(tmp_path, READ, place)
    require_pixels(getattr(load(settings(tmp_path)), place).images, READ)


def tfds_set(root, images):
    """A prepared set that keeps the files as they are."""
    folder = root / "odd_set" / "1.0.0"
    folder.mkdir(parents=True)
    features = tfds.features.FeaturesDict(
        {
            "image": tfds.features.Image(shape=(None, None, 3)),
            "label": tfds.features.ClassLabel(names=["a", "b"]),
        }
    )
    infos = []
    for split in ("train", "validation"):
        with tf.io.TFRecordWriter(str(folder / f"odd_set-{split}.tfrecord-00000-of-00001")) as file:
            for number, image in enumerate(images):
                example = {"image": io.BytesIO(image.content), "label": number % 2}
                file.write(features.serialize_example(features.encode_example(example)))
        infos.append(tfds.core.SplitInfo(name=split, shard_lengths=[len(images)], num_bytes=0))
    tfds.folder_dataset.write_metadata(
        data_dir=folder, features=features, split_infos=infos, supervised_keys=("image", "label")
    )
    return DataSettings(dataset="odd_set", data_dir=str(root), image_size=SIDE)


@pytest.mark.parametrize("how", ["memory", "streamed"])
def test_files_in_records_have_the_right_pixels(tmp_path, request, how):
    images = sorted(READ, key=lambda image: image.name)
    chosen = tfds_set(tmp_path, images)
    if how == "streamed":
        request.getfixturevalue("streamed")
    data = load(chosen)
    require_pixels([image for image, _ in data.train.examples().as_numpy_iterator()], images)
    assert f"{2 * TURNED} of {2 * len(images)} turned upright" in data.title


class Pixels:
    """The signature for files of a network whose logits are the pixels."""

    def __init__(self, folder, white_level=None):
        network = keras.Sequential(
            [keras.Input((SIDE, SIDE, 3)), keras.layers.Rescaling(1 / 64), keras.layers.Flatten()]
        )
        names = [str(number) for number in range(SIDE * SIDE * 3)]
        served.save(folder, network, names, white_level)
        self._loaded = tf.saved_model.load(str(folder))

    def __call__(self, content):
        answer = self._loaded.signatures["encoded"](bytes=tf.constant([content]))
        levels = 64 * np.log(answer["probabilities"].numpy().astype(np.float64))
        return levels.reshape(SIDE, SIDE, 3)


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    return Pixels(tmp_path_factory.mktemp("pixels"))


def require_levels(found, image):
    difference = found - image.pixels.astype(float)
    # a softmax tells logits up to a constant
    difference -= (difference.max() + difference.min()) / 2
    assert np.abs(difference).max() <= image.close + 0.01


@by_name(READ)
def test_a_server_sees_the_same_pixels(answer, image):
    require_levels(answer(image.content), image)


@by_name(REFUSED)
def test_a_server_refuses_the_same_files(answer, image):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        answer(image.content)
    if of_head(image.content[:HEAD_BYTES]) is None:
        assert "expected a PNG, JPEG, GIF, BMP or WebP file" in str(caught.value)


@pytest.fixture(scope="module")
def deep(tmp_path_factory):
    return folder_of(tmp_path_factory.mktemp("deep"), DEEP)


def test_the_bits_that_are_used_are_found(deep):
    data = load(settings(deep))
    assert data.white_level == DEEP_WHITE
    assert data.describe()["white_level"] == DEEP_WHITE
    require_pixels(data.train.images, DEEP)
    assert "3 of 6 in 16 bits, which use values up to 4,0" in data.title
    assert "of the range; white is 4,095" in data.title


def test_one_rule_holds_for_all_images_of_a_set(tmp_path):
    dark = png([np.full(SIDE, 300, ">u2").tobytes()] * SIDE, 16, 0)
    folder_of(tmp_path, DEEP)
    (tmp_path / "train" / "odd" / "dark.png").write_bytes(dark)
    (tmp_path / "validation" / "odd" / "dark.png").write_bytes(dark)
    data = load(settings(tmp_path))
    assert (data.train.images[0] == round(300 * 255 / DEEP_WHITE)).all()
    np.testing.assert_array_equal(data.validation.images[0], data.train.images[0])


def test_a_streamed_set_is_read_by_the_same_rule(deep, request):
    held = load(settings(deep))
    request.getfixturevalue("streamed")
    data = load(settings(deep, image_size=SIDE))
    assert data.white_level == held.white_level
    for (image, _), wanted in zip(data.train.examples(), held.train.images, strict=True):
        np.testing.assert_array_equal(image, wanted)


def test_the_rule_can_be_given(deep):
    data = load(settings(deep, white_level=65535))
    assert data.white_level == 65535
    assert data.train.images[:3].max() <= 16


def test_a_server_follows_the_rule(tmp_path):
    answer = Pixels(tmp_path, DEEP_WHITE)
    for image in DEEP:
        require_levels(answer(image.content), image)


def test_a_network_is_judged_by_the_rule_of_its_run(tmp_path):
    run = tmp_path / "run"
    point = run / "pareto" / "e001"
    point.mkdir(parents=True)
    (point / "classes.json").write_text('["a", "b"]')
    (run / "config.json").write_text(
        '{"schema": 1, "settings": {"data": {"dataset": "folder", "data_dir": "d"}},'
        ' "data": {"white_level": 4095}}'
    )
    assert origin.data_settings([str(point)], {}).white_level == 4095
    assert origin.data_settings([str(point)], {"data_dir": "other"}).white_level == 4095
    assert origin.data_settings([str(point)], {"white_level": 9}).white_level == 9


def test_grey_networks_see_grey(tmp_path):
    from goldnas_tf.data.decoding import decode

    for image in READ:
        if np.ptp(image.pixels, axis=-1).any():
            continue
        found = decode(image.content, 1).numpy()[..., 0]
        assert np.abs(found.astype(int) - image.pixels[..., 0]).max() <= image.close, image.name
    colour = decode(READ[0].content, 1).numpy()[..., 0]
    np.testing.assert_allclose(colour, PHOTO @ [0.299, 0.587, 0.114], atol=0.51)
    assert GREY.shape == PHOTO.shape


def test_a_pipe_is_not_waited_for(tmp_path):
    folder_of(tmp_path, READ[:2])
    os.mkfifo(tmp_path / "train" / "odd" / "pipe.png")
    with pytest.raises(InputError, match=r"pipe\.png: expected an image file; received a pipe"):
        load(settings(tmp_path))


def test_other_pipes_and_broken_links_are_skipped(tmp_path):
    folder_of(tmp_path, READ[:2])
    os.mkfifo(tmp_path / "train" / "odd" / "queue")
    (tmp_path / "train" / "odd" / "gone").symlink_to("nowhere")
    assert load(settings(tmp_path)).train.size == 3


def test_a_broken_link_that_is_called_an_image_is_named(tmp_path):
    folder_of(tmp_path, READ[:2])
    (tmp_path / "train" / "odd" / "gone.png").symlink_to("nowhere")
    with pytest.raises(InputError, match=r"gone\.png: expected .* cannot be opened \(No such file"):
        load(settings(tmp_path))
