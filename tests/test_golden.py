"""What earlier revisions wrote is still read: a folder in golden/ for each revision.

A folder holds a finished run of two epochs, `TINY_SEARCH`, without its pictures, and the logits
that its network gave for `IMAGES`.
"""

import json
import pathlib
import shutil

import keras
import numpy as np
import pytest
from processes import TINY_SEARCH, metrics

import goldnas_tf

GOLDEN = sorted((pathlib.Path(__file__).parent / "golden").iterdir())
IMAGES = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1)).astype(np.float32)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.name)
def test_a_network_answers_as_it_did(golden):
    point = golden / "run" / "pareto" / "e002"
    for model in (goldnas_tf.load(point), keras.models.load_model(point / "model.keras")):
        logits = model(IMAGES, training=False)
        np.testing.assert_allclose(logits, np.load(golden / "logits.npy"), rtol=0, atol=1e-5)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.name)
def test_a_run_goes_on(golden, tmp_path):
    workdir = tmp_path / "run"
    shutil.copytree(golden / "run", workdir)
    before = metrics(workdir)
    result = TINY_SEARCH.run(workdir, "--max_epochs=3")
    assert result.returncode == 0, result.stderr
    assert metrics(workdir)[:2] == before
    points = json.loads((workdir / "pareto.json").read_text())["points"]
    assert {"e002", "e003"} == {point["name"] for point in points}
