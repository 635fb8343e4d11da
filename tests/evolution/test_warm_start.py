import numpy as np

from goldnas_tf import network
from goldnas_tf.evolution import warm_start
from goldnas_tf.evolution.trials import save_weights, start_from

# two stages of two blocks; large, small; large, large
GENES = (1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0)
OTHER_SECOND_BLOCK = (1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0)
WIDER = (1, 1, 1, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0)


def test_a_network_can_start_from_all_of_itself(assembly):
    genotype = assembly.genotype(GENES)
    found = warm_start.donors(genotype, [("n001", 0.5, genotype)])
    assert found == {layer: ("n001", layer) for layer in found}
    model = network.build(genotype, network.Form(gated=False))
    weighted = {layer.name for layer in model.layers if layer.variables} - {"normalise"}
    assert set(found) == weighted


def test_layers_start_where_block_place_and_shapes_agree(assembly):
    genotype, other = assembly.genotype(GENES), assembly.genotype(OTHER_SECOND_BLOCK)
    found = warm_start.donors(genotype, [("n001", 0.5, other)])
    assert {"stem_0_conv", "cell_0", "classifier"} <= set(found)
    assert "cell_1" not in found
    wider = warm_start.donors(genotype, [("n002", 0.5, assembly.genotype(WIDER))])
    assert wider == {}


def test_the_most_accurate_network_gives(assembly):
    genotype, other = assembly.genotype(GENES), assembly.genotype(OTHER_SECOND_BLOCK)
    tried = [("n001", 0.5, genotype), ("n002", 0.9, other), ("n003", 0.9, other)]
    found = warm_start.donors(genotype, tried)
    assert found["cell_0"] == ("n002", "cell_0")
    assert found["cell_1"] == ("n001", "cell_1")
    assert warm_start.useful(tried) == {"n001", "n002"}


def test_the_place_in_the_stage_counts_not_that_in_the_network(assembly):
    # the second stage begins at cell 1 in one network and at cell 2 in the other
    short = assembly.genotype((1, 0, 1, 0, 0, *(0, 0) * 4))
    long = assembly.genotype((1, 1, 1, 0, 0, *(0, 0) * 4))
    found = warm_start.donors(long, [("n001", 0.5, short)])
    assert found["cell_0"] == ("n001", "cell_0")
    assert found["cell_3"] == ("n001", "cell_2")


def test_weights_are_carried_through_a_file(assembly, tmp_path):
    form = network.Form(gated=False)
    donor = network.build(assembly.genotype(OTHER_SECOND_BLOCK), form)
    model = network.build(assembly.genotype(GENES), form)
    save_weights(donor, tmp_path / "weights" / "n001.npz")
    found = warm_start.donors(
        assembly.genotype(GENES), [("n001", 0.5, assembly.genotype(OTHER_SECOND_BLOCK))]
    )
    before = {name: v.numpy() for name, v in network.variables(model).items()}
    file = tmp_path / "weights" / "n001.npz"
    start_from(model, {layer: (file, source) for layer, (_, source) in found.items()})
    given, after = network.variables(donor), network.variables(model)
    for name, variable in after.items():
        layer = name.partition("/")[0]
        expected = given[name].numpy() if layer in found else before[name]
        np.testing.assert_array_equal(variable.numpy(), expected)
    assert any((before[name] != after[name].numpy()).any() for name in before)
