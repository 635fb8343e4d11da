"""Programs give the same results in environments that are odd, or refuse them in one line."""

import json
import sys

import numpy as np
import pytest
from odd_environments import ENVIRONMENTS, PLAIN, REFUSED
from processes import TINY_SEARCH, metrics
from servers import c_loader

from goldnas_tf.deployment import litert

# what bin/evaluate and bin/export do, without the times that they take
JUDGE_AND_EXPORT = """
import pathlib, sys
import numpy as np
import goldnas_tf
from goldnas_tf.deployment import litert, served
from goldnas_tf.deployment.folding import as_model
from goldnas_tf.networks.folded import FoldedNetwork

point, images = pathlib.Path(sys.argv[1]), np.load("images.npy")
opened = [goldnas_tf.open_network(path) for path in (point, point / "model.keras")]
costs = np.array([(network.macs, network.params) for network in opened])
np.savez("judged.npz", costs, *[network.probabilities(images) for network in opened])
small = FoldedNetwork.of(goldnas_tf.load(point))
pathlib.Path("served").mkdir()
served.save(pathlib.Path("served"), as_model(small, "small"), list("0123456789"))
for kind in litert.KINDS:
    pathlib.Path(f"{kind}.tflite").write_bytes(litert.convert(small, kind, images))
"""
IMAGES = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1)).astype(np.uint8)


def results(odd, folder):
    """What a search leaves in an environment, and what comes of its point there."""
    done(odd.run(TINY_SEARCH.command(f"--workdir={folder / 'run'}", "--max_epochs=2"), folder))
    # for a user without a home TensorFlow makes one
    assert not (folder / "~").exists()
    (point,) = json.loads((folder / "run" / "pareto.json").read_text())["points"]
    network = folder / "run" / point["path"]
    np.save(folder / "images.npy", IMAGES)
    done(odd.run([sys.executable, "-c", JUDGE_AND_EXPORT, str(network)], folder))
    return {
        "metrics": metrics(folder / "run"),
        "point": point,
        "judged": [values.tolist() for values in np.load(folder / "judged.npz").values()],
        "served": [
            c_loader(path, "serving_default", IMAGES)["probabilities"].tolist()
            for path in (network / "saved_model" / "1", folder / "served")
        ],
        "litert": [(folder / f"{kind}.tflite").read_bytes() for kind in litert.KINDS],
    }


def done(result):
    assert result.returncode == 0, result.stderr[-2000:]
    assert "Traceback" not in result.stderr


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return results(PLAIN, tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_results_are_those_of_a_plain_environment(plain, tmp_path, name):
    found = results(ENVIRONMENTS[name], tmp_path)
    for what, value in plain.items():
        assert found[what] == value, what


@pytest.mark.parametrize("name", REFUSED)
def test_what_keras_could_not_use_is_refused_in_one_line(tmp_path, name):
    odd, said = REFUSED[name]
    result = odd.run(
        TINY_SEARCH.command(f"--workdir={tmp_path / 'run'}", "--max_epochs=2"), tmp_path
    )
    assert result.returncode == 2, result.stderr
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert not (tmp_path / "run").exists()
