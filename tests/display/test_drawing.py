import numpy as np
import pytest
from matplotlib.collections import PathCollection
from PIL import Image

from goldnas_tf.architecture import costs, operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.display import panel
from goldnas_tf.display.drawing import draw_network, network_figure, network_rgb
from goldnas_tf.settings.units import human


def texts(artist):
    return [text.get_text() for text in artist.texts]


def lanes(axes):
    """Lines and arrow heads of a panel's operators."""
    return [child for child in axes.collections if isinstance(child, PathCollection)]


@pytest.mark.parametrize("which", ["full", "sparse", "with_dead_cell"])
def test_a_readable_png_and_no_other_file_is_written(tmp_path, request, which):
    genotype = request.getfixturevalue(which)
    draw_network(genotype, tmp_path / "cells.png")
    assert [path.name for path in tmp_path.iterdir()] == ["cells.png"]
    with Image.open(tmp_path / "cells.png") as image:
        assert image.format == "PNG"
        assert image.width >= 600 * len(genotype.live_cells)
        assert image.height >= 350
        saved = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(network_rgb(genotype), saved)


def test_the_title_tells_the_costs_and_the_share_of_the_full_space(sparse, full):
    title = " ".join(texts(network_figure(sparse)))
    # without gates it is one that was trained by itself
    cost, gated = costs.total(sparse, gated=False), costs.total(sparse)
    assert f"{human(gated.params)} parameters" in " ".join(texts(network_figure(sparse, {})))
    assert human(gated.params) != human(cost.params)
    assert f"{human(cost.macs)} multiply-adds" in title
    assert f"{human(cost.params)} parameters" in title
    assert f"{len(sparse.places)} of {len(full.places)} operators" in title
    assert f"{cost.macs / costs.total(full).macs:.1%}" in title


def test_each_live_cell_has_a_panel_with_its_operators(sparse):
    figure = network_figure(sparse)
    assert len(figure.axes) == len(sparse.live_cells)
    for cell, axes in zip(sparse.live_cells, figure.axes, strict=True):
        assert f"cell {cell}" in texts(axes)
        lines, heads = lanes(axes)
        assert len(lines.get_paths()) == len(heads.get_paths()) == len(sparse.cell(cell))


def test_a_panel_names_kind_size_and_multiply_adds(full):
    figure = network_figure(full)
    assert "8x8x4" in texts(figure.axes[0])
    assert "reduction, 4x4x8" in texts(figure.axes[1])
    outside = costs.stem(full.space.geometry).plus(costs.classifier(full.space.geometry)).macs
    in_cells = costs.total(full).macs - outside
    shown = []
    for cell, axes in enumerate(figure.axes):
        macs = sum(costs.operator(full.space.geometry, place).macs for place in full.cell(cell))
        macs += sum(
            costs.preprocessing(full.space.geometry, cell, source).macs for source in (0, 1)
        )
        shown.append(macs)
        assert any(text.startswith(f"{human(macs)} multiply-adds") for text in texts(axes))
    assert sum(shown) == in_cells


def test_inputs_are_named_by_where_they_come_from(full):
    first, second, third = network_figure(full).axes
    assert texts(first).count("stem") == 2
    assert texts(second).count("stem") == 1
    assert "cell 0" in texts(second)
    assert {"cell 0", "cell 1"} <= set(texts(third))


def test_dead_cells_are_named_and_inputs_that_nobody_reads_faded(with_dead_cell):
    assert with_dead_cell.live_cells == (0, 2)
    figure = network_figure(with_dead_cell)
    assert any("nothing reads them: cell 1." in text for text in texts(figure))
    last = {text.get_text(): text.get_color() for text in figure.axes[1].texts}
    assert last["cell 1"] != last["cell 0"] == last["output"]


def test_operators_have_the_same_colours_in_every_space(full):
    assert len({panel.colour(name) for name in operators.names()}) == len(operators.names())
    other = Genotype.full(Space((8, 8, 1), 10, cells=1, channels=4, ops=("max_pool_3x3",)))
    for genotype in (full, other):
        (legend,) = network_figure(genotype).legends
        handles = zip(legend.legend_handles, legend.get_texts(), strict=True)
        colours = {text.get_text().split()[0]: handle for handle, text in handles}
        assert colours["max_pool_3x3"].get_color() == panel.colour("max_pool_3x3")


def test_weak_gates_are_drawn_thinner_and_paler(full):
    weak = dict.fromkeys(full.places, 0.1)
    (plain, _), (faint, _) = (lanes(network_figure(full, gates).axes[0]) for gates in (None, weak))
    assert max(faint.get_linewidths()) < min(plain.get_linewidths())
    assert max(faint.get_edgecolors()[:, 3]) < min(plain.get_edgecolors()[:, 3])
    none_named = lanes(network_figure(full, {}).axes[0])[0]
    np.testing.assert_allclose(none_named.get_edgecolors(), plain.get_edgecolors())
