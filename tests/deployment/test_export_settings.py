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
        ({"network": ""}, "network: expected the folder of a network"),
        ({"name": "../up"}, "name: expected letters"),
        ({"name": "two words"}, "name: expected letters"),
        ({"name": ".hidden"}, "name: expected letters"),
        ({"name": "zürich"}, "name: expected letters"),
        ({"name": "line\n"}, "name: expected letters"),
        (
            {"formats": ("serving", "coreml")},
            "formats: expected some of serving, litert, micro, onnx, each once; received",
        ),
        ({"formats": ()}, "formats: expected some of"),
        ({"formats": ("litert", "litert")}, "formats: expected some of"),
        ({"calibration_images": 0}, "calibration_images.* at least 1"),
    ],
)
def test_values_that_cannot_be_used_are_told(values, said):
    with pytest.raises(InputError, match=said):
        ExportConfig(**{"network": "it", **values})
