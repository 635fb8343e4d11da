"""Where the boxes and lines of a cell's drawing run: geometry only, in points, y upwards.

Inner nodes stand in a row on the base line. The older input lies above and to the left of them,
the newer one below. Every live operator is a lane of its own, as on a map of a railway:

* from an input: level at a height of its own, then straight into the node;
* from the node before: level along the base line;
* from an earlier node: out of the node, along at a height of its own, and into the other one;
  above the row from the first, third, fifth node, below it from the others.

Lanes of one edge are neighbours; lanes into one node nest inside each other and do not cross.
"""

import dataclasses
import typing
from collections.abc import Mapping, Sequence

import numpy as np

from goldnas_tf.architecture.places import CELL_INPUTS, Gate, Place

_INPUT_WIDTH, _INPUT_HEIGHT = 46.0, 22.0
_NODE_WIDTH, _NODE_HEIGHT = 40.0, 34.0
_GAP = 34.0  # between the boxes of a row, for the lanes and their arrow heads
_LANE_GAP = 6.5  # between neighbouring lanes where there is room
_CLEARANCE = 12.0  # between the row of nodes and the first lane along it
_EDGE = 6.0  # between the last lane and the edge of the drawing
_ROOM = (58.0, 175.0)  # least and largest height above, and below, the row of nodes
_WIDTH = 400.0  # least width, which a panel's heading needs
_CORNER = 9.0


Point = tuple[float, float]
Piece = tuple[Point, ...]
"""Of an outline: one point that a line goes to, or two that a turn goes towards and to."""


class Box(typing.NamedTuple):
    """A rectangle by its middle and size."""

    x: float
    y: float
    width: float
    height: float


@dataclasses.dataclass(frozen=True)
class Lane:
    """The line of one operator: corners to be rounded with the radius; it ends in an arrow head."""

    place: Place
    corners: tuple[Point, ...]
    radius: float

    @property
    def direction(self) -> np.ndarray:
        """Unit vector in which it arrives."""
        along = np.subtract(self.corners[-1], self.corners[-2])
        return along / np.linalg.norm(along)


@dataclasses.dataclass(frozen=True)
class Layout:
    """The drawing of a cell.

    Attributes:
        states: boxes of the two inputs and the inner nodes, by state.
        output: box of the cell's output.
        lanes: lines of the operators.
        pitch: distance of the closest two neighbouring lanes: what a line can be as wide as.
        size: width and height of all; x runs from 0, y from minus to plus half the height.
    """

    states: tuple[Box, ...]
    output: Box
    lanes: tuple[Lane, ...]
    pitch: float
    size: tuple[float, float]

    @property
    def line_width(self) -> float:
        """Of the strongest operators, in points."""
        return min(2.0, 0.72 * self.pitch)

    @property
    def head(self) -> float:
        """Width of an arrow head, in points."""
        return min(5.5, max(2.2 * self.line_width, 0.9 * self.pitch))


def side_room(places: Sequence[Place]) -> float:
    """Height that one cell's lanes want above, and below, the row of nodes."""
    most = max(sum(_side(place) == up for place in places) for up in (1, -1))
    least, largest = _ROOM
    return min(max(_CLEARANCE + most * _LANE_GAP + _EDGE, least), largest)


def panel_size(nodes: int, room: float) -> tuple[float, float]:
    """Width and height of the drawing of a cell with so many inner nodes and that side room."""
    width = 2 * _INPUT_WIDTH + nodes * _NODE_WIDTH + (nodes + 1) * _GAP
    return max(width, _WIDTH), _NODE_HEIGHT + 2 * room


def route(nodes: int, places: Sequence[Place], room: float) -> Layout:
    """Lays out one cell.

    Args:
        nodes: inner nodes of the cell.
        places: its live operators, those of one edge in the order in which they are drawn.
        room: height above, and below, the row of nodes; cells of one page share it.
    """
    size = panel_size(nodes, room)
    pitch = _NODE_WIDTH + (size[0] - 2 * _INPUT_WIDTH - nodes * _NODE_WIDTH) / (nodes + 1)
    row = [
        Box(_INPUT_WIDTH + (node + 1) * pitch - _NODE_WIDTH / 2, 0.0, _NODE_WIDTH, _NODE_HEIGHT)
        for node in range(nodes)
    ]
    output = Box(size[0] - _INPUT_WIDTH / 2, 0.0, _INPUT_WIDTH, _INPUT_HEIGHT)
    level, pitch = _level_lanes(row, [place for place in places if _is_level(place)])
    lanes, inputs, pitches = list(level), [], [pitch]
    for up in (1, -1):
        side = [place for place in places if _side(place) == up]
        routed, box, pitch = _side_lanes(row, side, up, room)
        lanes += routed
        inputs.append(box)
        pitches.append(pitch)
    return Layout((*inputs, *row), output, tuple(lanes), min(pitches), size)


def strongest_last(
    lanes: Sequence[Lane], gates: Mapping[Gate, float] | None
) -> list[tuple[Lane, float]]:
    """Lanes with their strengths in [0, 1], in the order in which they are drawn.

    Args:
        lanes: of a cell.
        gates: strength of operators; those that are not named are at full strength, as all are
            where it is None.
    """
    strengths = [float(np.clip((gates or {}).get(lane.place, 1.0), 0, 1)) for lane in lanes]
    return sorted(zip(lanes, strengths, strict=True), key=lambda pair: pair[1])


def thickness(layout: Layout, strength: float) -> float:
    """How thick an operator of a strength is drawn, in points."""
    return layout.line_width * (0.4 + 0.6 * strength)


def opacity(strength: float) -> float:
    """How little is seen through an operator of a strength, in [0, 1]."""
    return 0.22 + 0.78 * strength


def outline(lane: Lane, head: float) -> list[Piece]:
    """A lane with rounded turns, from its start to where its arrow head begins."""
    corners = [np.array(corner) for corner in lane.corners]
    corners[-1] = corners[-1] - lane.direction * head * 0.9
    pieces: list[Piece] = [(_point(corners[0]),)]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        legs = [end - corner for end in (before, after)]
        lengths = [float(np.linalg.norm(leg)) for leg in legs]
        radius = min(lane.radius, *(length / 2 for length in lengths))
        start, end = (
            _point(corner + leg * radius / length)
            for leg, length in zip(legs, lengths, strict=True)
        )
        pieces += [(start,), (_point(corner), end)]
    return [*pieces, (_point(corners[-1]),)]


def arrow_head(lane: Lane, head: float) -> list[Point]:
    """The corners of the triangle at the end of a lane, and its first one again."""
    tip, along = np.array(lane.corners[-1]), lane.direction
    back, across = tip - along * head * 1.3, np.array([-along[1], along[0]]) * head / 2
    return [_point(corner) for corner in (tip, back + across, back - across, tip)]


def _point(vector: np.ndarray) -> Point:
    return float(vector[0]), float(vector[1])


def _is_level(place: Place) -> bool:
    return place.node > 0 and place.source == place.node - 1 + CELL_INPUTS


def _side(place: Place) -> int:
    """1 for lanes above the row, -1 below it, 0 on it."""
    if _is_level(place):
        return 0
    return 1 if place.source % 2 == 0 else -1


def _level_lanes(row: Sequence[Box], places: Sequence[Place]) -> tuple[list[Lane], float]:
    """Lanes between neighbouring nodes, and how close they lie."""
    lanes, closest = [], _LANE_GAP
    for node in range(1, len(row)):
        edge = [place for place in places if place.node == node]
        ys, gap = _spread(len(edge), _NODE_HEIGHT - 8)
        closest = min(closest, gap)
        start = row[node - 1].x + _NODE_WIDTH / 2
        end = row[node].x - _NODE_WIDTH / 2
        lanes += [
            Lane(place, ((start, -y), (end, -y)), 0.0) for place, y in zip(edge, ys, strict=True)
        ]
    return lanes, closest


def _side_lanes(
    row: Sequence[Box], places: Sequence[Place], up: int, room: float
) -> tuple[list[Lane], Box, float]:
    """Lanes on one side of the row, the input that lies there, and how close lanes come."""
    # from the row outwards: short spans between nodes, long ones, then the input's by target
    order = sorted(
        places,
        key=lambda place: (
            place.source < CELL_INPUTS,
            place.node if place.source < CELL_INPUTS else place.node - place.source,
            -place.source,
        ),
    )
    from_input = sum(place.source < CELL_INPUTS for place in order)
    room -= _CLEARANCE + _EDGE
    gap = min(_LANE_GAP, room / max(len(order), 1))
    # an input without many lanes is as high as its name needs, and its lanes leave its middle
    spare = max(_INPUT_HEIGHT - from_input * gap, 0) / 2
    gap = min(gap, (room - 2 * spare) / max(len(order), 1))
    inner = len(order) - from_input
    heights = [
        _NODE_HEIGHT / 2 + _CLEARANCE + gap * index + (spare if index >= inner else 0)
        for index in range(len(order))
    ]
    ports, port_gap = _ports(row, order)
    lanes = [
        _lane(row, place, up, height, ports) for place, height in zip(order, heights, strict=True)
    ]
    box = _input_box(heights[inner:], up)
    return lanes, box, min(gap, port_gap)


def _input_box(heights: Sequence[float], up: int) -> Box:
    """The box of an input, beside the lanes that leave it."""
    if not heights:
        return Box(
            _INPUT_WIDTH / 2, up * (_NODE_HEIGHT + _INPUT_HEIGHT), _INPUT_WIDTH, _INPUT_HEIGHT
        )
    middle = (heights[0] + heights[-1]) / 2
    height = max(_INPUT_HEIGHT, heights[-1] - heights[0] + 8)
    return Box(_INPUT_WIDTH / 2, up * middle, _INPUT_WIDTH, height)


def _lane(
    row: Sequence[Box],
    place: Place,
    up: int,
    height: float,
    ports: Mapping[tuple[Place, str], float],
) -> Lane:
    """Corners of one lane on a side of the row."""
    edge = up * _NODE_HEIGHT / 2
    target = row[place.node].x + ports[place, "in"]
    corners: tuple[tuple[float, float], ...]
    if place.source < CELL_INPUTS:
        corners = ((_INPUT_WIDTH, up * height), (target, up * height), (target, edge))
    else:
        start = row[place.source - CELL_INPUTS].x + ports[place, "out"]
        corners = ((start, edge), (start, up * height), (target, up * height), (target, edge))
    return Lane(place, corners, min(_CORNER, height - _NODE_HEIGHT / 2 - 4))


def _ports(
    row: Sequence[Box], order: Sequence[Place]
) -> tuple[dict[tuple[Place, str], float], float]:
    """Where along its node's edge each lane starts and ends, from the node's middle.

    What comes in does so on the left, what runs nearer to the row first; what goes out on the
    right, the nearer last: so lanes nest.
    """
    ports: dict[tuple[Place, str], float] = {}
    closest = _LANE_GAP
    for node in range(len(row)):
        into = [(place, "in") for place in order if place.node == node]
        out = [(place, "out") for place in order if place.source == node + CELL_INPUTS]
        both = [*into, *reversed(out)]
        xs, gap = _spread(len(both), _NODE_WIDTH - 6)
        closest = min(closest, gap)
        ports |= dict(zip(both, xs, strict=True))
    return ports, closest


def _spread(count: int, room: float) -> tuple[list[float], float]:
    """So many places around 0 within the room, and their distance."""
    gap = min(_LANE_GAP, room / max(count - 1, 1))
    return [gap * (index - (count - 1) / 2) for index in range(count)], gap
