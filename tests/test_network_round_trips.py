"""Configurations, saved models and shapes, of every tiny network."""

import json

import keras
import numpy as np
import pytest
from tiny_networks import NETWORKS

from goldnas_tf.layers.cell import Cell

every_network = pytest.mark.parametrize("name", NETWORKS)


def cells(model):
    return [layer for layer in model.layers if isinstance(layer, Cell)]


def input_shapes(cell):
    return [tuple(tensor.shape) for tensor in keras.tree.flatten(cell.input)]


def random_inputs(cell):
    rng = np.random.default_rng(0)
    return [rng.standard_normal((2, *shape[1:])).astype(np.float32) for shape in input_shapes(cell)]


@every_network
def test_a_cell_made_from_its_configuration_is_the_same(built, name):
    for cell in cells(built(name)):
        config = cell.get_config()
        assert json.loads(json.dumps(config)) == config
        copy = Cell.from_config(json.loads(json.dumps(config)))
        assert copy.get_config() == config
        copy.build(input_shapes(cell))
        assert [v.name for v in copy.variables] == [v.name for v in cell.variables]
        assert [v.shape for v in copy.variables] == [v.shape for v in cell.variables]
        assert [v.trainable for v in copy.variables] == [v.trainable for v in cell.variables]
        copy.set_weights(cell.get_weights())
        inputs = random_inputs(cell)
        np.testing.assert_array_equal(copy(inputs), cell(inputs))


@every_network
def test_compute_output_shape_is_that_of_the_output(built, name):
    for cell in cells(built(name)):
        shapes = input_shapes(cell)
        inputs = random_inputs(cell)
        real = cell(inputs).shape
        assert cell.compute_output_shape([x.shape for x in inputs]) == tuple(real)
        assert cell.compute_output_shape(shapes) == (None, *real[1:])
        unknown = [(None, None, None, shape[-1]) for shape in shapes]
        assert cell.compute_output_shape(unknown) == (None, None, None, real[-1])


@every_network
def test_geometry_is_that_of_the_model(built, name):
    space = NETWORKS[name].genotype.space
    for cell in cells(built(name)):
        geometry = space.geometry[int(cell.name.removeprefix("cell_"))]
        assert tuple(cell.output.shape[1:]) == tuple(geometry.output)
        reads = NETWORKS[name].genotype.reads(geometry.index)
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
        whole = {f"input_{source}" for source in (0, 1)}
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


def test_a_node_without_operator_is_refused():
    with pytest.raises(ValueError, match=r"Received: none for nodes \[1\]"):
        Cell(4, 2, [(0, 0, "skip_connect")])
