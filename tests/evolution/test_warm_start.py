import numpy as np

from goldnas_tf.evolution import warm_start
from goldnas_tf.evolution.assembly import Assembly
from goldnas_tf.evolution.settings import AssemblySettings
from goldnas_tf.evolution.trials import save_weights, start_from
from goldnas_tf.networks import network

# two stages of two blocks; large, small; large, large
GENES = (1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0)
OTHER_SECOND_BLOCK = (1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0)
WIDER = (1, 1, 1, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0)


def donors(genotype, tried):
    return warm_start.sources(genotype, warm_start.best_donors(tried))


def test_a_network_can_start_from_all_of_itself(assembly):
    genotype = assembly.genotype(GENES)
    found = donors(genotype, [("n001", 0.5, genotype)])
    assert found == {layer: ("n001", layer) for layer in found}
    model = network.build(genotype, network.Form(gated=False))
    weighted = {layer.name for layer in model.layers if layer.variables} - {"normalise"}
    assert set(found) == weighted


def test_layers_start_where_block_place_and_shapes_agree(assembly):
    genotype, other = assembly.genotype(GENES), assembly.genotype(OTHER_SECOND_BLOCK)
    found = donors(genotype, [("n001", 0.5, other)])
    assert {"stem_0_conv", "cell_0", "classifier"} <= set(found)
    assert "cell_1" not in found
    wider = donors(genotype, [("n002", 0.5, assembly.genotype(WIDER))])
    assert wider == {}


def test_the_most_accurate_network_gives(assembly):
    genotype, other = assembly.genotype(GENES), assembly.genotype(OTHER_SECOND_BLOCK)
    tried = [("n001", 0.5, genotype), ("n002", 0.9, other), ("n003", 0.9, other)]
    found = donors(genotype, tried)
    assert found["cell_0"] == ("n002", "cell_0")
    assert found["cell_1"] == ("n001", "cell_1")
    assert {name for name, _ in warm_start.best_donors(tried).values()} == {"n001", "n002"}


def test_the_place_in_the_stage_counts_not_that_in_the_network(assembly):
    # the second stage begins at cell 1 in one network and at cell 2 in the other
    short = assembly.genotype((1, 0, 1, 0, 0, *(0, 0) * 4))
    long = assembly.genotype((1, 1, 1, 0, 0, *(0, 0) * 4))
    found = donors(long, [("n001", 0.5, short)])
    assert found["cell_0"] == ("n001", "cell_0")
    assert found["cell_3"] == ("n001", "cell_2")


def test_weights_are_carried_through_a_file(assembly, tmp_path):
    form = network.Form(gated=False)
    donor = network.build(assembly.genotype(OTHER_SECOND_BLOCK), form)
    model = network.build(assembly.genotype(GENES), form)
    save_weights(donor, tmp_path / "weights" / "n001.npz")
    found = donors(assembly.genotype(GENES), [("n001", 0.5, assembly.genotype(OTHER_SECOND_BLOCK))])
    before = {name: v.numpy() for name, v in network.variables(model).items()}
    file = tmp_path / "weights" / "n001.npz"
    start_from(model, {layer: (file, source) for layer, (_, source) in found.items()})
    given, after = network.variables(donor), network.variables(model)
    for name, variable in after.items():
        layer = name.partition("/")[0]
        expected = given[name].numpy() if layer in found else before[name]
        np.testing.assert_array_equal(variable.numpy(), expected)
    assert any((before[name] != after[name].numpy()).any() for name in before)


def test_an_input_that_is_halved_is_another_part(library):
    settings = AssemblySettings(
        most_stages=2, most_blocks=2, widths=("4",), width_growths=("1",), kernels=("3",)
    )
    assembly = Assembly(library, settings, (8, 8, 1), 10)
    # all of the large block: one stage of two, then the second place of the second stage
    whole = assembly.genotype((1, 1, 1, 0, 0, *(1, 0) * 4))
    first, second = (
        {part for part in warm_start.parts(whole) if part[0] == "cell" and part[1] == stage}
        for stage in (0, 1)
    )
    assert len(first) == len(second) == 2
    halved = [flag for part in second for _, _, flag in part[3]]
    assert True in halved
