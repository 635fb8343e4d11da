"""What a network takes of a microcontroller, by TensorFlow Lite Micro's own account."""

import importlib.util

import pytest
from tiny_networks import NETWORKS

from goldnas_tf.deployment import litert
from goldnas_tf.evaluation import micro
from goldnas_tf.evaluation.opening import open_network
from goldnas_tf.inference.lowering import lower
from goldnas_tf.inference.numbers import of_sizes
from goldnas_tf.networks.folded import FoldedNetwork
from goldnas_tf.resources.footprint import footprint

needs_micro = pytest.mark.skipif(
    importlib.util.find_spec("tflite_micro") is None, reason="tflite-micro is not for this machine"
)
NAMES = ("default_operators", "all_operators", "imagenet_stem", "narrow")


@pytest.fixture(scope="module")
def files(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("micro")
    for name in NAMES:
        content = litert.convert(
            FoldedNetwork.of(built(name)), "int8", NETWORKS[name].images(3, 64)
        )
        (folder / f"{name}.tflite").write_bytes(content)
    return folder


@needs_micro
@pytest.mark.parametrize("name", NAMES)
def test_the_arena_is_predicted_from_the_genotype(files, name):
    predicted = footprint(lower(of_sizes(NETWORKS[name].genotype)))
    measured = open_network(files / f"{name}.tflite").ram_bytes()
    assert predicted.ram == pytest.approx(measured, rel=0.1)


def test_networks_in_real_numbers_are_not_asked(files, built):
    network = FoldedNetwork.of(built("narrow"))
    file = files / "real.tflite"
    file.write_bytes(litert.convert(network, "float32", NETWORKS["narrow"].images()))
    assert open_network(file).ram_bytes() is None


def test_without_the_package_nothing_is_told(files, monkeypatch):
    monkeypatch.setattr(micro.importlib.util, "find_spec", lambda name: None)
    assert open_network(files / "narrow.tflite").ram_bytes() is None


@needs_micro
def test_what_is_no_network_is_not_told_of(tmp_path):
    file = tmp_path / "it.tflite"
    file.write_bytes(b"nothing")
    assert micro.arena_bytes(file) is None
