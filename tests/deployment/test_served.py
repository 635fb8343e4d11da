"""SavedModels for TensorFlow Serving, run with TensorFlow alone."""

import io

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from servers import SERVERS, assert_served, c_loader, session
from tiny_networks import NETWORKS

from goldnas_tf.deployment import served, warm_up
from goldnas_tf.deployment.folding import folded

CLASSES = ["ant", "bée", "big cat"]
# colour, grey, and images that are neither square nor even
NAMES = ("all_operators", "odd_images", "imagenet_stem")


@pytest.fixture(scope="module")
def folders(tmp_path_factory, built):
    found = {}
    for name in NAMES:
        found[name] = tmp_path_factory.mktemp("served") / name
        found[name].mkdir()
        served.save(found[name], folded(built(name)), CLASSES)
        warm_up.write(found[name], "animals", warm_up.requests(NETWORKS[name].images()))
    return found


@pytest.fixture(scope="module")
def loaded(folders):
    return {name: tf.saved_model.load(str(folder)) for name, folder in folders.items()}


def expected(built, name, images):
    return tf.nn.softmax(built(name)(images, training=False)).numpy()


def encode(pixels, kind):
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, kind)
    return content.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_tensors_are_answered_as_by_the_network(loaded, built, name):
    for batch in (1, 5):
        images = NETWORKS[name].images(batch=batch)
        answer = loaded[name].signatures["serving_default"](images=tf.constant(images))
        probabilities = answer["probabilities"].numpy()
        np.testing.assert_allclose(probabilities, expected(built, name, images), rtol=0, atol=1e-4)
        names = [value.decode() for value in answer["classes"].numpy()]
        assert names == [CLASSES[best] for best in probabilities.argmax(-1)]


@pytest.mark.parametrize("name", NAMES)
def test_files_of_the_right_size_are_answered_as_tensors(loaded, built, name):
    images = NETWORKS[name].images(batch=3)
    files = [encode(np.squeeze(image), "PNG") for image in images]
    answer = loaded[name].signatures["encoded"](bytes=tf.constant(files))
    np.testing.assert_allclose(
        answer["probabilities"], expected(built, name, images), rtol=0, atol=1e-4
    )


@pytest.mark.parametrize("name", NAMES)
def test_files_are_resized_and_have_their_channels_made_right(loaded, built, name):
    height, width, channels = NETWORKS[name].genotype.space.image_shape
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 256, (3 * height, 2 * width)).astype(np.uint8)
    colour = np.repeat(grey[..., None], 3, -1)
    small = tf.image.resize(grey[..., None], (height, width), antialias=True)
    image = np.repeat(np.round(small)[None], channels, -1).astype(np.uint8)
    files = [encode(grey, "PNG"), encode(colour, "PNG")]
    answer = loaded[name].signatures["encoded"](bytes=tf.constant(files))
    wanted = np.repeat(expected(built, name, image), 2, 0)
    np.testing.assert_allclose(answer["probabilities"], wanted, rtol=0, atol=1e-4)
    # a photograph in JPEG is a little different from itself
    smooth = np.add.outer(np.arange(50.0), np.arange(60.0)).astype(np.uint8)
    answers = [
        loaded[name].signatures["encoded"](bytes=tf.constant([encode(smooth, kind)]))
        for kind in ("PNG", "JPEG")
    ]
    first, second = (answer["probabilities"].numpy() for answer in answers)
    np.testing.assert_allclose(first, second, rtol=0, atol=0.05)


def test_a_file_that_is_no_image_is_refused(loaded):
    with pytest.raises(tf.errors.InvalidArgumentError):
        loaded["all_operators"].signatures["encoded"](bytes=tf.constant([b"no image"]))


def test_class_names_are_an_asset_with_a_line_for_each(folders, loaded):
    for name in NAMES:
        assert (folders[name] / "assets" / "classes.txt").read_text().splitlines() == CLASSES
        asset = loaded[name].classes_file.asset_path.numpy().decode()
        assert asset == str(folders[name] / "assets" / "classes.txt")
        assert not (folders[name] / "classes.txt").exists()


def test_a_class_name_of_two_lines_becomes_one(tmp_path):
    served.write_classes(tmp_path / "classes.txt", ["a\nb", "c"])
    assert (tmp_path / "classes.txt").read_text() == "a b\nc\n"


@pytest.mark.parametrize("name", NAMES)
def test_warm_up_requests_are_ones_that_are_answered(folders, loaded, name):
    from tensorflow_serving.apis import prediction_log_pb2

    file = folders[name] / "assets.extra" / "tf_serving_warmup_requests"
    asked = []
    for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
        log = prediction_log_pb2.PredictionLog.FromString(record)
        request = log.predict_log.request
        assert request.model_spec.name == "animals"
        inputs = {key: tf.make_ndarray(value) for key, value in request.inputs.items()}
        signature = request.model_spec.signature_name
        answer = loaded[name].signatures[signature](
            **{key: tf.constant(value) for key, value in inputs.items()}
        )
        asked.append((signature, len(answer["classes"])))
    assert asked == [
        (signature, batch) for batch in (1, 32) for signature in ("serving_default", "encoded")
    ]


def test_images_that_no_file_holds_come_as_tensors_only(built, tmp_path):
    model = folded(built("all_operators"))
    two_channels = keras.Sequential([keras.Input((8, 8, 2)), keras.layers.Conv2D(3, 1), model])
    served.save(tmp_path, two_channels, CLASSES)
    assert set(tf.saved_model.load(str(tmp_path)).signatures) == {"serving_default"}
    images = np.zeros((2, 8, 8, 2), np.uint8)
    assert [name for name, _ in warm_up.requests(images)] == ["serving_default"] * 2


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("all_operators", SERVERS),
        ("odd_images", (c_loader, session)),
        ("imagenet_stem", (c_loader, session)),
    ],
)
def test_every_server_can_run_both_signatures(folders, built, name, ways):
    images = NETWORKS[name].images(batch=2)
    logits = folded(built(name))(images, training=False)
    assert_served(folders[name], images, logits, CLASSES, ways)
