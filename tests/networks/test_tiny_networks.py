import keras
import numpy as np
import pytest
from tiny_networks import NETWORKS

from goldnas_tf.architecture import operators
from goldnas_tf.networks import network
from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.norm import BatchNorm
from goldnas_tf.settings.sections import DeviceSettings, SpaceSettings
from goldnas_tf.settings.setting import settings


@pytest.mark.parametrize("gated", [True, False])
def test_every_registered_operator_is_in_a_network_with_both_strides(gated):
    found = {
        (place.op, tiny.genotype.space.geometry.cells[place.cell].stride(place.source))
        for tiny in NETWORKS.values()
        if tiny.form.gated == gated
        for place in tiny.genotype.places
    }
    assert found == {(name, stride) for name in operators.names() for stride in (1, 2)}


def test_every_stem_is_in_a_network():
    choices = {field.name: field.metadata["choices"] for field in settings(SpaceSettings)}
    assert {tiny.genotype.space.stem for tiny in NETWORKS.values()} == set(choices["stem"])


def test_every_layer_of_the_package_is_in_a_network(built):
    def subclasses(cls):
        return {cls}.union(*map(subclasses, cls.__subclasses__()))

    ours = {
        cls
        for cls in subclasses(keras.layers.Layer)
        # those of augmentation are no part of a network, and folded cells are made from one
        if cls.__module__.startswith("goldnas_tf")
        and not cls.__module__.startswith(("goldnas_tf.data", "goldnas_tf.networks.folded"))
    }
    assert {Cell, BatchNorm} <= ours
    found = {type(layer) for name in NETWORKS for layer in built(name).layers}
    assert ours <= found


def test_every_precision_is_in_a_network():
    choices = {field.name: field.metadata["choices"] for field in settings(DeviceSettings)}
    assert {tiny.form.precision for tiny in NETWORKS.values()} == set(choices["precision"])


def test_networks_are_what_they_are_called():
    def live(name):
        return NETWORKS[name].genotype.live_cells

    def reads(name, cells):
        return [NETWORKS[name].genotype.reads(cell) for cell in cells]

    assert live("dead_cell") == live("plain") == (0, 2, 3)
    assert live("auxiliary_of_dead_cell") == (0, 1, 3)
    assert NETWORKS["auxiliary_of_dead_cell"].genotype.space.auxiliary_cell == 2
    assert reads("unread_inputs", range(3)) == [(1,), (1,), (1,)]
    assert reads("dead_cell", (2, 3)) == [(0,), (1,)]
    assert NETWORKS["reduction_cells"].genotype.space.reductions == (1, 3)


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_are_finite_logits_of_every_head(built, name):
    tiny = NETWORKS[name]
    outputs = built(name)(tiny.images(), training=False)
    heads = 2 if name.startswith("auxiliary") and "dead" not in name else 1
    heads = 2 if name == "plain_auxiliary" else heads
    outputs = outputs if isinstance(outputs, list) else [outputs]
    assert len(outputs) == heads
    for logits in outputs:
        assert logits.shape == (4, 3)
        assert logits.dtype == "float32"
        assert np.isfinite(logits).all()
        # images make a difference
        assert np.ptp(logits, axis=0).min() > 1e-4


def test_precision_is_that_of_the_cells_and_default_is_left(built):
    before = keras.config.dtype_policy().name
    cell = built("mixed_bfloat16").get_layer("cell_0")
    assert cell.compute_dtype == "bfloat16"
    assert {variable.dtype for variable in cell.variables} == {"float32"}
    assert keras.config.dtype_policy().name == before == "float32"


def test_pixels_are_normalised_with_the_statistics(built):
    tiny = NETWORKS["pixel_statistics"]
    model = built("pixel_statistics")
    inner = keras.Model(model.input, model.get_layer("normalise").output)
    mean, std = np.array([120.0, 90.0, 60.0]), np.array([30.0, 50.0, 70.0])
    images = tiny.images()
    np.testing.assert_allclose(inner(images), (images - mean) / std, rtol=1e-5, atol=1e-6)


def test_pixels_are_between_minus_1_and_1_by_default(built):
    model = built("one_node")
    inner = keras.Model(model.input, model.get_layer("normalise").output)
    images = np.stack([np.full((8, 8, 3), value, np.uint8) for value in (0, 255)])
    normalised = inner(images).numpy()
    assert (normalised[0] == -1).all()
    assert (normalised[1] == 1).all()


def test_variables_have_names_of_their_own(built):
    for name in NETWORKS:
        model = built(name)
        assert len(network.variables(model)) == len(model.variables)
