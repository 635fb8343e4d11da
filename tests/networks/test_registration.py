"""Files of networks are loaded in processes that do nothing before but import the package."""

import re

import pytest
from processes import ROOT, run_python
from tiny_networks import NETWORKS, beside

from goldnas_tf import registration
from goldnas_tf.runs import export

KNOWN = "print(*sorted(name for name in keras.saving.get_custom_objects() if 'goldnas' in name))"


@pytest.fixture(scope="module")
def point(tmp_path_factory, built):
    folder = tmp_path_factory.mktemp("points") / "e001"
    genotype = NETWORKS["one_cell"].genotype
    export.export(folder, built("one_cell"), ["ant", "bée", "cat"], {}, beside(genotype))
    return folder


@pytest.mark.parametrize(
    "program",
    [
        "import goldnas_tf; goldnas_tf.load({point!r}, include_top=False, compiled=True)",
        "import goldnas_tf, keras; keras.models.load_model({point!r} + '/model.keras')",
        "import keras, goldnas_tf; keras.models.load_model({point!r} + '/model.keras')",
    ],
)
def test_a_file_is_loaded_by_a_fresh_process(point, tmp_path, program):
    found = run_python(program.format(point=str(point)), tmp_path)
    assert found.returncode == 0, found.stderr[-500:]


# one imports Keras before anything else, the other TensorFlow
@pytest.mark.parametrize("module", ["networks.norm", "networks.gates"])
def test_a_layer_can_be_the_first_import(tmp_path, module):
    program = f"import goldnas_tf.{module}, keras; {KNOWN}"
    found = run_python(program, tmp_path)
    assert found.returncode == 0, found.stderr[-500:]
    assert found.stdout.split() == [
        "goldnas_tf>BatchNorm",
        "goldnas_tf>Cell",
        "goldnas_tf>ChannelGates",
        "goldnas_tf>PixelNormalization",
    ]


def test_all_layers_that_are_registered_are_imported():
    modules = {
        file.stem
        for file in (ROOT / "goldnas_tf").rglob("*.py")
        if re.search(r"^@keras.saving.register", file.read_text(), re.MULTILINE)
    }
    assert modules == set(registration._MODULES)


@pytest.mark.parametrize("content", ["class backend: backend = lambda: 'jax'", "backend = None"])
def test_the_import_of_another_keras_goes_well_without_our_layers(tmp_path, content):
    (tmp_path / "keras.py").write_text(content)
    found = run_python(
        "import sys, goldnas_tf, keras; print('tensorflow' in sys.modules)", tmp_path
    )
    assert (found.returncode, found.stdout.strip()) == (0, "False"), found.stderr
