"""Cells as vector graphics."""

import xml.etree.ElementTree as ElementTree

import pytest
from tiny_networks import NETWORKS

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.page import cells

SVG = "{http://www.w3.org/2000/svg}"


def genotype(name):
    return NETWORKS[name].genotype


def shapes(drawing, tag):
    """Elements of a drawing, which names no space of names: it stands in HTML."""
    return list(ElementTree.fromstring(drawing.svg).iter(tag))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_live_cell_and_operator_is_drawn(name):
    network = genotype(name)
    drawings = list(cells.drawings(network, None))
    assert len(drawings) == len(network.live_cells)
    titles = [title.text for drawing in drawings for title in shapes(drawing, "title")]
    lines = list(cells.table(network, None))
    assert sorted(titles) == sorted(map(str, lines))
    assert len(titles) == len(network.places)


@pytest.mark.parametrize("name", NETWORKS)
def test_all_that_is_drawn_lies_within_its_frame(name):
    for drawing in cells.drawings(genotype(name), None):
        svg = ElementTree.fromstring(drawing.svg)
        left, top, width, height = map(float, svg.get("viewBox").split())
        for box in svg.iter("rect"):
            x, y, wide, tall = (float(box.get(n)) for n in ("x", "y", "width", "height"))
            assert left <= x <= x + wide <= left + width
            assert top <= y <= y + tall <= top + height
        for path in svg.iter("path"):
            numbers = [
                float(n)
                for n in path.get("d").replace("M", " ").replace("L", " ").replace("Q", " ").split()
            ]
            assert all(left <= x <= left + width for x in numbers[::2])
            assert all(top <= y <= top + height for y in numbers[1::2])


def test_an_operator_tells_what_it_costs_and_how_strong_its_gate_is():
    network = genotype(next(iter(NETWORKS)))
    place = network.ordered[-1]
    cost = costs.operator(network.geometry, place)
    line = list(cells.table(network, {place: 0.256}))[-1]
    assert (line.op, line.gate, line.node) == (place.op, "26%", place.node + 1)
    assert str(line).startswith(f"{place.op} from ")
    assert str(line).endswith("parameters, gate 26%")
    assert cost.macs > 0
    assert f"{line.macs} multiply-adds" in str(line)


def test_weak_gates_are_thin_and_pale_and_below_strong_ones():
    network = genotype(next(iter(NETWORKS)))
    places = network.cell(network.live_cells[0])
    assert len(places) > 1
    gates = dict.fromkeys(places[1:], 0.05) | {places[0]: 1.0}
    drawing = next(cells.drawings(network, gates))
    groups = [g for g in shapes(drawing, "g") if "op" in g.get("class").split()]
    opacities = [float(group.get("opacity")) for group in groups]
    assert opacities == sorted(opacities)
    assert opacities[-1] == 1 > 0.3 > opacities[0]
    widths = [float(next(group.iter("path")).get("stroke-width")) for group in groups]
    assert widths[0] < 0.6 * widths[-1]


def test_channels_that_are_left_are_a_bar():
    every = (tiny.genotype for tiny in NETWORKS.values())
    full = {one: Genotype.full(one.space) for one in every if one.groups}
    network = next(one for one, whole in full.items() if one.groups != whole.groups)
    for drawing, cell in zip(cells.drawings(network, None), network.live_cells, strict=True):
        whole, left = (
            [float(bar.get("width")) for bar in shapes(drawing, "rect") if bar.get("class") == kind]
            for kind in ("bar", "bar full")
        )
        share = network.geometry.cells[cell].node.channels / network.space.widths[cell]
        assert left == pytest.approx([share * length for length in whole], rel=1e-3)
