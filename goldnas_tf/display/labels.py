"""Names beside the marks of a scatter plot, placed so that they cover neither marks nor each other.

Greedy: every label in turn tries the places around its mark, near ones first, and takes the first
that is free. What is a must is placed before what is placed only if there is room.
"""

import dataclasses
import itertools
import math
import typing
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.transforms import Bbox

_MARK = 6.0  # half the side of the square that a mark takes, in points
_DISTANCES = (7.0, 11.0, 17.0, 25.0, 36.0, 50.0, 68.0)
_LEADER_FROM = 12.0  # a label farther away than this gets a line to its mark
# upper right first: a front falls towards the lower left, so that there it has most room
_ANGLES = tuple(math.radians(angle) for angle in (60, 120, 90, 300, 240, 270, 0, 180, 30, 150))


@dataclasses.dataclass(frozen=True)
class Label:
    """A name for the mark at (x, y), in data coordinates.

    Attributes:
        x: where the mark is.
        y: where the mark is.
        text: what to write.
        must: whether it is written even if it covers something.
        style: arguments of `Axes.annotate`, such as the colour.
    """

    x: float
    y: float
    text: str
    must: bool
    style: Mapping[str, typing.Any]


def place(axes: Axes, labels: Sequence[Label], lines: Sequence[tuple[float, float]] = ()) -> int:
    """Writes the labels into a plot whose limits are final.

    Args:
        axes: the plot; everything else is drawn already.
        labels: names of all marks; every mark is kept clear, named or not.
        lines: corners of a polyline, in data coordinates, that labels should rather not cross.

    Returns:
        How many labels were written.
    """
    canvas = FigureCanvasAgg(axes.figure)
    renderer = canvas.get_renderer()
    canvas.figure.draw_without_rendering()
    unit = axes.figure.dpi / 72
    frame = axes.get_window_extent(renderer)
    marks = [
        _box(x, y, 2 * _MARK * unit, 2 * _MARK * unit)
        for x, y in (axes.transData.transform((label.x, label.y)) for label in labels)
    ]
    taken = list(marks)
    segments = list(itertools.pairwise(axes.transData.transform(list(lines)))) if lines else []
    written = 0
    for label in sorted(labels, key=lambda label: not label.must):
        written += _place_one(axes, renderer, label, frame, taken, segments)
    return written


def _place_one(
    axes: Axes,
    renderer: RendererAgg,
    label: Label,
    frame: Bbox,
    taken: list[Bbox],
    segments: Sequence[tuple[np.ndarray, np.ndarray]],
) -> bool:
    """Writes one label at its best place; False if there is none and it is not a must."""
    unit = axes.figure.dpi / 72
    text = axes.annotate(
        label.text,
        (label.x, label.y),
        xytext=(0, 0),
        textcoords="offset points",
        ha="center",
        va="center",
        annotation_clip=False,
        **label.style,
    )
    extent = text.get_window_extent(renderer)
    width, height = extent.width + 3 * unit, extent.height + 1 * unit
    x, y = axes.transData.transform((label.x, label.y))
    best = None
    for distance, angle in itertools.product(_DISTANCES, _ANGLES):
        # the middle of the label lies where its box just touches a circle around the mark
        dx = math.cos(angle) * (distance * unit + width / 2)
        dy = math.sin(angle) * (distance * unit + height / 2)
        box = _box(x + dx, y + dy, width, height)
        outside = not (frame.x0 < box.x0 and box.x1 < frame.x1)
        outside |= not (frame.y0 < box.y0 and box.y1 < frame.y1)
        covered = sum(box.overlaps(other) for other in taken)
        crossed = sum(_crosses(box, segment) for segment in segments)
        if label.must:
            worth = (outside + covered, crossed, distance)
        elif outside or covered or crossed or distance > _LEADER_FROM:
            continue
        else:
            worth = (0, 0, distance)
        if best is None or worth < best[0]:
            best = (worth, dx / unit, dy / unit, box)
        if best[0][:2] == (0, 0):
            break
    if best is None:
        text.remove()
        return False
    (_, _, distance), dx, dy, box = best
    text.set_position((dx, dy))
    taken.append(box)
    if distance > _LEADER_FROM:
        _leader(axes, label, dx, dy)
    return True


def _leader(axes: Axes, label: Label, dx: float, dy: float) -> None:
    """A hair from a label to its mark."""
    axes.annotate(
        "",
        (label.x, label.y),
        xytext=(dx, dy),
        textcoords="offset points",
        annotation_clip=False,
        zorder=1.5,
        arrowprops={"arrowstyle": "-", "color": "#9a9a9a", "linewidth": 0.6, "shrinkA": 6},
    )


def _box(x: float, y: float, width: float, height: float) -> Bbox:
    return Bbox.from_extents(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _crosses(box: Bbox, segment: tuple[np.ndarray, np.ndarray]) -> bool:
    """Whether a level or upright segment runs through the box."""
    (x0, y0), (x1, y1) = segment
    return (
        max(x0, x1) > box.x0
        and min(x0, x1) < box.x1
        and max(y0, y1) > box.y0
        and min(y0, y1) < box.y1
    )
