"""Datasets and arrays as people have them: one table of what is taken, one of what is refused."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.data import custom, from_datasets
from goldnas_tf.errors import InputError

LEVELS = np.arange(20, dtype=np.uint8)
COLOUR = LEVELS[:, None, None, None] * np.ones((1, 8, 8, 3), np.uint8)
GREY = COLOUR[..., 0]
LABELS = np.arange(20) % 2
BLACK_AND_WHITE = np.random.default_rng(0).random((20, 8, 8, 1)) < 0.5


def of(*arrays):
    return tf.data.Dataset.from_tensor_slices(arrays)


TAKEN = {
    "MNIST as Keras has it": (lambda: of(GREY, LABELS), GREY[..., None]),
    "CIFAR-10 as Keras has it": (lambda: of(COLOUR, LABELS[:, None]), COLOUR),
    "MNIST as arrays": (lambda: (GREY, LABELS), GREY[..., None]),
    "CIFAR-10 as arrays": (lambda: (COLOUR, LABELS[:, None].astype(np.uint8)), COLOUR),
    "lists": (lambda: (COLOUR.tolist(), LABELS.tolist()), COLOUR),
    "black and white": (lambda: of(BLACK_AND_WHITE, LABELS), 255 * BLACK_AND_WHITE),
    "masks": (lambda: of(BLACK_AND_WHITE[..., 0], LABELS), 255 * BLACK_AND_WHITE),
    "labels that are true or false": (lambda: of(COLOUR, LABELS == 1), COLOUR),
    "many whole numbers": (lambda: of(COLOUR.astype(np.int64), LABELS), COLOUR),
    "half precision": (lambda: of(COLOUR.astype(np.float16), LABELS), COLOUR),
}

REFUSED = {
    "a batch of grey": (lambda: of(GREY, LABELS).batch(4), "call .unbatch()"),
    "one-hot labels": (lambda: of(COLOUR, np.eye(2)[LABELS].astype(int)), "tf.argmax"),
    "files": (lambda: of(np.array([b"\x89PNG"] * 20), LABELS), "string; decode the files"),
    "real labels": (lambda: of(COLOUR, LABELS / 2), "labels of float64"),
    "arrays that do not fit": (lambda: (COLOUR, LABELS[:5]), "do not fit together"),
    "ragged lists": (lambda: ([[1, 2], [3]], [0, 1]), "do not fit together"),
    "a list of datasets": (lambda: [of(COLOUR, LABELS)] * 2, "tf.data.Dataset of"),
    "sixteen bits": (lambda: of(COLOUR.astype(np.uint16) * 256, LABELS), "rescale"),
}


@pytest.mark.parametrize("how", ["memory", "streamed"])
@pytest.mark.parametrize("name", TAKEN)
def test_taken(name, how, request):
    make, wanted = TAKEN[name]
    if how == "streamed":
        request.getfixturevalue("streamed")
    data = from_datasets(make(), make(), ["a", "b"])
    images, labels = zip(*data.train.examples().as_numpy_iterator(), strict=True)
    np.testing.assert_array_equal(images, wanted)
    np.testing.assert_array_equal(labels, LABELS)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    make, said = REFUSED[name]
    with pytest.raises(InputError) as caught:
        from_datasets(make(), of(COLOUR, LABELS), ["a", "b"])
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


NAMES = {
    "numbers of NumPy": (np.arange(2), ("0", "1")),
    "a range": (range(2), ("0", "1")),
    "bytes": ([b"caf\xc3\xa9", b"b"], ("café", "b")),
    "texts of NumPy": (np.array(["a", "b"]), ("a", "b")),
    "keys": ({"a": 0, "b": 1}, ("a", "b")),
}


@pytest.mark.parametrize("name", NAMES)
def test_names_become_text(name):
    given, wanted = NAMES[name]
    data = from_datasets(of(COLOUR, LABELS), of(COLOUR, LABELS), given)
    assert data.class_names == wanted
    assert {type(one) for one in data.class_names} == {str}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("ab", "a list of names; received 'ab'"),
        ({"a"}, "a list of names; received {'a'}"),
        (2, "a list of names; received 2"),
        (None, "a list of names; received None"),
        ([["a"], ["b"]], "texts or numbers; received"),
        ([None, "b"], "texts or numbers; received None"),
        (["caf\udce9", "b"], "names in UTF-8"),
        ([b"caf\xe9", "b"], "names in UTF-8"),
        (["a"], "at least 2 classes; received 1"),
    ],
)
def test_what_is_no_name_is_refused_at_once(given, said):
    def never():
        raise AssertionError("read before the names were checked")

    with pytest.raises(InputError, match=said):
        from_datasets(never, never, given)


def test_a_generator_without_end_is_given_up(capsys, monkeypatch):
    spec = (tf.TensorSpec([8, 8, 3], tf.uint8), tf.TensorSpec([], tf.int32))
    endless = tf.data.Dataset.from_generator(
        lambda: ((COLOUR[0], 0) for _ in itertools.count()), output_signature=spec
    )
    # so that a short wait counts as a long one
    make = custom.tqdm.tqdm
    monkeypatch.setattr(
        custom.tqdm, "tqdm", lambda **values: make(**{**values, "delay": 0, "mininterval": 0})
    )
    with pytest.raises(InputError, match=r"expected at most 1,000 examples .* raise most_examples"):
        from_datasets(endless, of(COLOUR, LABELS), ["a", "b"], most_examples=1000)
    assert "reading train: 512 images" in capsys.readouterr().err
