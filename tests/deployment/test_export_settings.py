import pytest

from goldnas_tf.deployment.settings import ExportConfig
from goldnas_tf.errors import InputError


def test_all_formats_are_written_unless_told_otherwise():
    config = ExportConfig(network="runs/digits/pareto/e001")
    assert config.formats == ("serving", "litert")
    assert ExportConfig(network="it", formats=("litert",)).formats == ("litert",)


@pytest.mark.parametrize("name", ["digits", "Digits-2.v1_a", "7"])
def test_names_that_can_stand_in_addresses(name):
    assert ExportConfig(network="it", name=name).name == name


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"network": ""}, "network must name the folder of a network"),
        ({"name": "../up"}, "name must be of letters"),
        ({"name": "two words"}, "name must be of letters"),
        ({"name": ".hidden"}, "name must be of letters"),
        ({"name": "zürich"}, "name must be of letters"),
        ({"name": "line\n"}, "name must be of letters"),
        (
            {"formats": ("serving", "onnx")},
            "formats must be of serving, litert, each once; received",
        ),
        ({"formats": ()}, "formats must be of"),
        ({"formats": ("litert", "litert")}, "formats must be of"),
        ({"calibration_images": 0}, "calibration_images must be at least 1"),
    ],
)
def test_values_that_cannot_be_used_are_told(values, said):
    with pytest.raises(InputError, match=said):
        ExportConfig(**{"network": "it", **values})
