"""Matplotlib figures: their look, and how they become PNG files or pixels, without global state.

Figures are built from `matplotlib.figure.Figure` and drawn by Agg, never through pyplot, so that
drawing in a training process needs no display, leaks no figure and disturbs no notebook.
"""

import os
import pathlib

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from goldnas_tf.files import atomic

# Colours that pictures share.
INK = "#1a1a1a"  # text
MUTED = "#6b6b6b"  # notes
LINE = "#555555"  # arrows and frames
FADED = "#c4c4c4"  # what is not live
GRID = "#e6e6e6"
ACCENT = "#0b5394"  # what a picture is about


def plot(title: str) -> tuple[Figure, Axes]:
    """A figure of one plot in our look."""
    figure = Figure(figsize=(10, 6.4), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    style(axes, title)
    return figure, axes


def style(axes: Axes, title: str) -> None:
    """The look of our plots: bold title at the left, grid behind, no frame above or right."""
    axes.set_title(title, fontsize=12, fontweight="bold", loc="left", pad=10)
    axes.grid(color=GRID)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def rgb(figure: Figure) -> np.ndarray:
    """The picture as uint8 pixels of shape (height, width, 3)."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba())[:, :, :3].copy()


def save_png(figure: Figure, path: str | os.PathLike) -> None:
    """Writes the picture as PNG, whole or not at all.

    A viewer may hold the file of the epoch before, and the run may be killed at any time: the
    picture is written beside its place and moved there.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic.file(path) as file:
        FigureCanvasAgg(figure).print_png(file)
