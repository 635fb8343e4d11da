"""Networks as they are served on devices, side by side."""

import json

import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS

from bench import devices
from goldnas_tf import data
from goldnas_tf.comparison import keras_families
from goldnas_tf.networks.network import Form


@pytest.fixture
def folders(built, tmp_path):
    """A network of cells and a residual one, as programs leave them."""
    space = NETWORKS["one_cell"].genotype.space
    models = {
        "found": built("one_cell"),
        "resnet": keras_families.build("resnet", space, (2, 4, 8), Form()),
    }
    for name, model in models.items():
        (tmp_path / name).mkdir()
        model.save(tmp_path / name / "model.keras")
    return tmp_path


def test_a_row_for_each_network_in_each_precision(folders, monkeypatch, capsys):
    tiny = NETWORKS["one_cell"]
    labels = np.arange(40) % 3
    splits = [(tiny.images(seed, 40), labels) for seed in (1, 2)]
    images = data.from_datasets(
        *map(tf.data.Dataset.from_tensor_slices, splits), class_names=["ant", "bee", "cat"]
    )
    monkeypatch.setattr(devices, "TURNS", 3)
    monkeypatch.setattr(devices.data, "load", lambda settings: images)
    out = folders / "rows.json"
    arguments = [f"cells={folders / 'found'}", f"{folders / 'resnet'}", f"--json={out}"]
    picture = folders / "rows.png"
    devices.main([*arguments, f"--picture={picture}"])
    assert picture.read_bytes().startswith(b"\x89PNG")
    rows = json.loads(out.read_text())["rows"]
    assert [(row["network"].split("/")[-1], row["precision"]) for row in rows] == [
        (name, kind) for name in ("found", "resnet") for kind in devices.KINDS
    ]
    for real, whole in (rows[:2], rows[2:]):
        assert whole["file"] < real["file"]
        assert real["ram"] is None
    assert len(capsys.readouterr().out.splitlines()) == 2 + len(rows) + 1
