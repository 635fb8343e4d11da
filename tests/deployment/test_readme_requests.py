"""What the README tells to send to TensorFlow Serving is what the exported signatures take."""

import json
import pathlib
import re
import subprocess

import numpy as np
import pytest
from PIL import Image

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.deployment import served, verification
from goldnas_tf.deployment.folding import folded
from goldnas_tf.networks import network

README = (pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text()
SECTION = README.split("## Serving and phones")[1].split("\n## ")[0]
CURL = "curl -s -d @- http://localhost:8501/v1/models/digits:predict"


@pytest.fixture(scope="module")
def digits_served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("digits")
    genotype = Genotype.full(Space((8, 8, 1), 10, cells=1, channels=2, nodes=1))
    served.save(folder, folded(network.build(genotype)), [str(digit) for digit in range(10)])
    return folder


def test_every_request_of_the_readme_is_answered(digits_served, tmp_path):
    pixels = np.arange(600, dtype=np.uint8).reshape(20, 30)
    Image.fromarray(pixels).save(tmp_path / "IMAGE.png")
    commands = re.findall(rf"^    (\S[^\n]* \|\n +{re.escape(CURL)})$", SECTION, re.MULTILINE)
    assert len(commands) == 2
    requests = []
    for command in commands:
        # what curl would send
        body = subprocess.run(
            ["bash", "-c", command.replace(CURL, "cat")],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        requests.append({"signature_name": "serving_default", **json.loads(body)})
    asked = {request["signature_name"] for request in requests}
    assert asked == {served.FILES, served.TENSORS}
    for answer in verification.answers("the README's network", digits_served, requests):
        assert len(answer["classes"]) == len(answer["probabilities"]) == 1
        assert sum(answer["probabilities"][0]) == pytest.approx(1)


def test_the_server_is_given_the_folder_that_an_export_leaves():
    assert '-v "$PWD/exports/serving/digits:/models/digits"' in SECTION
    assert "-e MODEL_NAME=digits" in SECTION
