"""The cells of a network as vector graphics: the same lines and boxes as in its PNG picture.

Every operator says what it is and costs where a pointer rests on it. Colours are variables of the
page's style, so that they fit light and dark.
"""

import dataclasses
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping

from goldnas_tf.architecture import costs, operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CELL_INPUTS, Gate, Place
from goldnas_tf.display import panel, routing
from goldnas_tf.settings.units import human

_MARGIN = 6.0  # around a drawing, in points


@dataclasses.dataclass(frozen=True)
class CellDrawing:
    """A cell on the page.

    Attributes:
        title: its number and size.
        note: what it costs.
        svg: the drawing.
        is_reduction: whether it halves the height and width.
    """

    title: str
    note: str
    svg: str
    is_reduction: bool


@dataclasses.dataclass(frozen=True)
class Line:
    """An operator as a line of a table.

    Attributes:
        cell: its cell.
        reads: what it reads, in words.
        node: the inner node that it feeds, from 1.
        op: its name.
        macs: multiply-adds, in short.
        params: parameters, in short.
        gate: its strength in percent; "" where that is not known.
    """

    cell: int
    reads: str
    node: int
    op: str
    macs: str
    params: str
    gate: str

    def __str__(self) -> str:
        gate = f", gate {self.gate}" if self.gate else ""
        return (
            f"{self.op} from {self.reads} to node {self.node}: {self.macs} multiply-adds, "
            f"{self.params} parameters{gate}"
        )


def drawings(
    genotype: Genotype, gates: Mapping[Gate, float] | None, gated: bool = False
) -> Iterator[CellDrawing]:
    """The live cells, the first one first.

    Args:
        genotype: the network.
        gates: strength of gates in [0, 1]; None draws all alike.
        gated: whether its parameters are counted with gates.
    """
    sizes = genotype.geometry
    for cell in genotype.live_cells:
        places = genotype.cell(cell)
        macs = sum(costs.operator(sizes, place).macs for place in places)
        reads = genotype.reads(cell)
        macs += sum(costs.preprocessing(sizes, cell, source).macs for source in reads)
        geometry = sizes.cells[cell]
        height, width, channels = geometry.node
        yield CellDrawing(
            f"cell {cell}{', reduction' if geometry.reduction else ''}",
            f"{height}×{width}, {channels} channels for each node; {human(macs)} multiply-adds, "
            f"{len(places)} operators",
            _svg(genotype, cell, gates, gated),
            geometry.reduction,
        )


def table(
    genotype: Genotype, gates: Mapping[Gate, float] | None, gated: bool = False
) -> Iterator[Line]:
    """All operators, in the order of cells and nodes; arguments as in `drawings`."""
    for place in genotype.ordered:
        yield _line(genotype, place, gates, gated)


def slot(name: str) -> int:
    """Which of the page's colours an operator has: its place in the registry."""
    return operators.names().index(name) % len(panel.COLOURS)


def _line(
    genotype: Genotype, place: Place, gates: Mapping[Gate, float] | None, gated: bool
) -> Line:
    cost = costs.operator(genotype.geometry, place, gated)
    strength = f"{gates[place]:.0%}" if gates and place in gates else ""
    return Line(
        place.cell,
        _source(place.cell, place.source),
        place.node + 1,
        place.op,
        human(cost.macs),
        human(cost.params),
        strength,
    )


def _source(cell: int, source: int) -> str:
    """What a state is called: a cell before, the stem, or an inner node from 1."""
    if source >= CELL_INPUTS:
        return f"node {source - CELL_INPUTS + 1}"
    before = cell - CELL_INPUTS + source
    return f"cell {before}" if before >= 0 else "stem"


def _svg(genotype: Genotype, cell: int, gates: Mapping[Gate, float] | None, gated: bool) -> str:
    places = genotype.cell(cell)
    nodes = genotype.space.nodes
    layout = routing.route(nodes, places, routing.side_room(places))
    width, height = layout.size
    box = (-_MARGIN, -height / 2 - _MARGIN, width + 2 * _MARGIN, height + 2 * _MARGIN)
    svg = ElementTree.Element(
        "svg",
        {
            "viewBox": " ".join(map(_number, box)),
            "role": "img",
            "aria-label": f"cell {cell}: {len(places)} operators, listed in the table below",
        },
    )
    _draw_tray(svg, layout)
    for lane, strength in routing.strongest_last(layout.lanes, gates):
        _draw_lane(svg, layout, lane, strength, str(_line(genotype, lane.place, gates, gated)))
    for source in range(CELL_INPUTS):
        faded = " faded" if source not in genotype.reads(cell) else ""
        _draw_box(svg, layout.states[source], _source(cell, source), "box" + faded)
    for node in range(nodes):
        place = layout.states[CELL_INPUTS + node]
        _draw_box(svg, place, str(node + 1), "box node")
        if genotype.groups:
            share = genotype.geometry.cells[cell].node.channels / genotype.space.widths[cell]
            _draw_width(svg, place, share)
    _draw_box(svg, layout.output, "output", "box")
    return ElementTree.tostring(svg, encoding="unicode")


def _draw_tray(svg: ElementTree.Element, layout: routing.Layout) -> None:
    """The shade under the inner nodes, which are concatenated, and from there to the output."""
    first, last = layout.states[CELL_INPUTS], layout.states[-1]
    left, right = first.x - first.width / 2 - 5, last.x + last.width / 2 + 5
    tall = first.height + 10
    _rectangle(svg, left, -tall / 2, right - left, tall, 7, "tray")
    _rectangle(svg, last.x, -5, layout.output.x - last.x, 10, 0, "tray")


def _draw_lane(
    svg: ElementTree.Element,
    layout: routing.Layout,
    lane: routing.Lane,
    strength: float,
    said: str,
) -> None:
    group = ElementTree.SubElement(
        svg,
        "g",
        {
            "class": f"op op{slot(lane.place.op)}",
            "opacity": _number(routing.opacity(strength)),
        },
    )
    ElementTree.SubElement(group, "title").text = said
    start, *pieces = routing.outline(lane, layout.head)
    path = f"M{_pair(*start)}"
    for piece in pieces:
        path += ("L" if len(piece) == 1 else "Q") + " ".join(_pair(point) for point in piece)
    thickness = _number(routing.thickness(layout, strength))
    ElementTree.SubElement(group, "path", {"d": path, "stroke-width": thickness})
    # a line of two points is hard to rest on
    ElementTree.SubElement(group, "path", {"d": path, "class": "reach"})
    corners = " ".join(_pair(corner) for corner in routing.arrow_head(lane, layout.head)[:3])
    ElementTree.SubElement(group, "polygon", {"points": corners})


def _draw_box(svg: ElementTree.Element, box: routing.Box, text: str, kind: str) -> None:
    left, top = box.x - box.width / 2, -box.y - box.height / 2
    _rectangle(svg, left, top, box.width, box.height, 7, kind)
    place = {"x": _number(box.x), "y": _number(-box.y), "class": kind}
    ElementTree.SubElement(svg, "text", place).text = text


def _draw_width(svg: ElementTree.Element, box: routing.Box, share: float) -> None:
    """A bar in a node's box: how many of the channels that it could have it has."""
    left, top, whole = box.x - box.width / 2 + 6, -box.y + box.height / 2 - 6.5, box.width - 12
    for length, kind in ((whole, "bar"), (share * whole, "bar full")):
        _rectangle(svg, left, top, length, 2.5, 0, kind)


def _rectangle(
    svg: ElementTree.Element,
    left: float,
    top: float,
    width: float,
    height: float,
    radius: float,
    kind: str,
) -> None:
    sizes = {"x": left, "y": top, "width": width, "height": height, "rx": radius}
    numbers = {name: _number(value) for name, value in sizes.items()}
    ElementTree.SubElement(svg, "rect", {**numbers, "class": kind})


def _pair(point: routing.Point) -> str:
    """A point; in the graphics y runs downwards."""
    return f"{_number(point[0])} {_number(-point[1])}"


def _number(value: float) -> str:
    return f"{value:.4g}"
