"""Tiny networks as points on disk, images for them, and clocks that do not wait."""

import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS, beside

from goldnas_tf import data
from goldnas_tf.deployment import exporting, speed
from goldnas_tf.deployment.settings import ExportConfig
from goldnas_tf.evaluation import latency
from goldnas_tf.networks.carrying import alone
from goldnas_tf.runs import export

CLASSES = ("ant", "bée", "big cat")


@pytest.fixture(scope="session")
def point(tmp_path_factory, built):
    """Gives the folder of a tiny network by its name."""
    folders = {}

    def write(name):
        if name not in folders:
            tiny, model = NETWORKS[name], built(name)
            folders[name] = tmp_path_factory.mktemp("points") / name
            export.export(
                folders[name],
                alone(model, tiny.genotype, tiny.form),
                CLASSES,
                {},
                beside(tiny.genotype),
            )
        return folders[name]

    return write


@pytest.fixture(scope="session")
def images_for(built):
    """Gives random images for a tiny network, which the network itself has labelled."""

    def make(name):
        tiny, splits = NETWORKS[name], []
        for seed, count in ((1, 40), (2, 24)):
            images = tiny.images(seed, count)
            labels = np.argmax(built(name)(images, training=False), -1)
            splits.append(tf.data.Dataset.from_tensor_slices((images, labels)))
        return data.from_datasets(*splits, class_names=CLASSES, name="noise")

    return make


@pytest.fixture
def exported(point, images_for, tmp_path):
    """Exports a tiny network in a format, as "it"; gives the report and its folder."""

    def make(name, kind):
        made = ExportConfig(
            network=str(point(name)), output=str(tmp_path), name="it", formats=(kind,)
        )
        report = exporting.export(made, images_for(name))
        return report, tmp_path / kind / "it/1"

    return make


@pytest.fixture
def impatient(monkeypatch):
    """Measures times with as few calls as can be."""
    monkeypatch.setattr(latency, "SECONDS", 0)
    monkeypatch.setattr(latency, "LEAST_RUNS", 2)
    monkeypatch.setattr(latency, "WARM_UP_SECONDS", 0)
    monkeypatch.setattr(speed, "SECONDS", 0)
    monkeypatch.setattr(speed, "LEAST_PAIRS", 1)
