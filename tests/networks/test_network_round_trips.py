"""Configurations, saved models and shapes, of every tiny network."""

import json

import keras
import numpy as np
import pytest
from tiny_networks import NETWORKS

from goldnas_tf.deployment.folding import folded
from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.network import cell_index
from goldnas_tf.networks.norm import BatchNorm
from goldnas_tf.networks.pixels import PixelNormalization
from goldnas_tf.networks.width import ChannelGates

every_network = pytest.mark.parametrize("name", NETWORKS)


def cells(model):
    return [layer for layer in model.layers if isinstance(layer, Cell)]


def layers(model):
    """All layers of the package, of a model."""
    return [layer for layer in model.layers if type(layer).__module__.startswith("goldnas_tf")]


def input_shapes(cell):
    return [tuple(tensor.shape) for tensor in keras.tree.flatten(cell.input)]


def random_inputs(layer):
    """What the layer reads: a list for a cell, a tensor for others."""
    rng = np.random.default_rng(0)
    inputs = [
        rng.standard_normal((2, *shape[1:])).astype(np.float32) for shape in input_shapes(layer)
    ]
    return inputs if isinstance(layer, Cell) else inputs[0]


def shapes_of(layer, inputs):
    return [x.shape for x in inputs] if isinstance(layer, Cell) else inputs.shape


@every_network
def test_a_layer_made_from_its_configuration_is_the_same(built, name):
    found = layers(built(name))
    assert {type(layer) for layer in found} - {ChannelGates} == {
        PixelNormalization,
        BatchNorm,
        Cell,
    }
    for layer in found:
        config = layer.get_config()
        assert json.loads(json.dumps(config)) == config
        copy = type(layer).from_config(json.loads(json.dumps(config)))
        assert copy.get_config() == config
        inputs = random_inputs(layer)
        copy.build(shapes_of(layer, inputs))
        assert [v.name for v in copy.variables] == [v.name for v in layer.variables]
        assert [v.shape for v in copy.variables] == [v.shape for v in layer.variables]
        assert [v.trainable for v in copy.variables] == [v.trainable for v in layer.variables]
        copy.set_weights(layer.get_weights())
        np.testing.assert_array_equal(copy(inputs), layer(inputs))


@every_network
def test_compute_output_shape_is_that_of_the_output(built, name):
    for layer in layers(built(name)):
        inputs = random_inputs(layer)
        real = tuple(layer(inputs).shape)
        shapes = shapes_of(layer, inputs)
        assert tuple(layer.compute_output_shape(shapes)) == real
        any_batch = keras.tree.map_structure(lambda x: (None, *x.shape[1:]), inputs)
        assert tuple(layer.compute_output_shape(any_batch)) == (None, *real[1:])
        unknown = keras.tree.map_structure(lambda x: (None, None, None, x.shape[-1]), inputs)
        assert tuple(layer.compute_output_shape(unknown)) == (None, None, None, real[-1])


@every_network
def test_geometry_is_that_of_the_model(built, name):
    for cell in cells(built(name)):
        geometry = NETWORKS[name].genotype.geometry.cells[cell_index(cell)]
        assert tuple(cell.output.shape[1:]) == tuple(geometry.output)
        reads = NETWORKS[name].genotype.reads(geometry.cell)
        assert [shape[1:] for shape in input_shapes(cell)] == [
            tuple(geometry.inputs[source]) for source in reads
        ]


@every_network
def test_rows_name_the_rows_of_the_weights(built, name):
    for cell in cells(built(name)):
        variables = {variable.name: variable for variable in cell.variables}
        for variable, rows in cell.rows.items():
            assert len(set(rows)) == len(rows)
            if variable in variables:
                assert variables[variable].shape[0] == len(rows)
        whole = {"input_0", "input_1", "drop_rate", "drop_draws", "gate_draws"}
        assert set(variables) <= set(cell.rows) | whole


@every_network
def test_a_saved_model_gives_the_same_outputs(built, name, tmp_path):
    model, images = built(name), NETWORKS[name].images()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    expected, got = (m(images, training=False) for m in (model, loaded))
    for one, other in zip(keras.tree.flatten(expected), keras.tree.flatten(got), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-6, atol=1e-6)
    assert [v.path for v in loaded.variables] == [v.path for v in model.variables]


def test_a_file_with_the_normalisation_of_keras_gives_the_same_outputs(built, tmp_path):
    """As files were before there was one of our own."""
    model, images = built("pixel_statistics"), NETWORKS["pixel_statistics"].images()
    config = model.get_config()
    (layer,) = (layer for layer in config["layers"] if layer["name"] == "normalise")
    layer |= {"module": "keras.layers", "class_name": "Normalization", "registered_name": None}
    older = keras.Model.from_config(config)
    older.set_weights(model.get_weights())
    older.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.get_layer("normalise")) is keras.layers.Normalization
    expected = model(images, training=False)
    np.testing.assert_array_equal(loaded(images, training=False), expected)
    np.testing.assert_array_equal(folded(loaded)(images), folded(model)(images))


def test_a_node_without_operator_is_refused():
    with pytest.raises(ValueError, match=r"received none for nodes \[1\]"):
        Cell(4, 2, [(0, 0, "skip_connect")])
