"""The confusion picture: which classes a network takes for which, and its accuracy on each."""

import os
import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from goldnas_tf.display import figures
from goldnas_tf.evaluation.accuracy import Accuracy

_RIGHT = LinearSegmentedColormap.from_list("right", ["#eef3fa", figures.ACCENT])
_WRONG = LinearSegmentedColormap.from_list("wrong", ["#ffffff", "#f6b26b", "#990000"])
_COUNTED = 25  # up to so many classes, the cells show their counts
_NAMED = 150  # up to so many classes, each row and column is named
_LONGEST_NAME = 22
_MOST_CONFUSED = 8


def draw_confusion(
    accuracy: Accuracy, class_names: Sequence[str], title: str, path: str | os.PathLike
) -> None:
    """Writes the picture as a PNG file, whole or not at all.

    Args:
        accuracy: what is drawn.
        class_names: name of each class.
        title: what was measured on what.
        path: the file to write.
    """
    figures.save_png(confusion_figure(accuracy, class_names, title), path)


def confusion_figure(accuracy: Accuracy, class_names: Sequence[str], title: str) -> Figure:
    """The same picture as a figure, for a notebook.

    A row is a class; its cells are shares of its images. Right answers have a scale of their own,
    because rare confusions would be invisible on it.
    """
    names = [_short(name) for name in class_names]
    count = len(names)
    side = float(
        np.clip(0.42 * count, 4.2, 8) if count <= _COUNTED else np.clip(0.13 * count, 8, 18)
    )
    figure = Figure(figsize=(side + 4.8, side + 1.7), dpi=120, layout="constrained")
    matrix, bars = figure.subplots(1, 2, sharey=True, gridspec_kw={"width_ratios": [side, 2.4]})
    heading = _plain(f"{title}: {accuracy.top1:.2%} right")
    heading = textwrap.fill(heading, int(7 * figure.get_figwidth()))
    figure.suptitle(heading, fontsize=12, fontweight="bold", ha="left", x=0.01)
    _draw_matrix(matrix, accuracy, names)
    _draw_bars(bars, accuracy)
    footer = _describe_worst(accuracy, names)
    footer = textwrap.fill(footer, int(11 * figure.get_figwidth()))
    figure.supxlabel(footer, fontsize=9, ha="left", x=0.01)
    return figure


def most_confused(confusion: np.ndarray, most: int) -> list[tuple[int, int, int]]:
    """The most frequent confusions: (class, what it was taken for, how often), the worst first."""
    wrong = confusion - np.diag(np.diagonal(confusion))
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = np.transpose(np.unravel_index(order, wrong.shape)).tolist()
    return [(true, taken, int(wrong[true, taken])) for true, taken in pairs if wrong[true, taken]]


def _describe_worst(accuracy: Accuracy, names: Sequence[str]) -> str:
    worst = most_confused(accuracy.confusion, _MOST_CONFUSED)
    if not worst:
        return "no image was taken for another class"
    listed = ", ".join(
        f"{names[true]} for {names[taken]} ({times})" for true, taken, times in worst
    )
    return f"most often mistaken: {listed}"


def _draw_matrix(axes: Axes, accuracy: Accuracy, names: Sequence[str]) -> None:
    confusion, count = accuracy.confusion, len(names)
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    diagonal = np.eye(count, dtype=bool)
    wrong = np.where(diagonal, 0, shares)
    # the root shows rare confusions, and no single image looks like a catastrophe
    top = max(0.25, wrong.max())
    colours = _WRONG(np.sqrt(wrong / top))
    colours[diagonal] = _RIGHT(np.diagonal(shares))
    colours[confusion.sum(axis=1) == 0] = (0.93, 0.93, 0.93, 1)
    axes.imshow(colours, interpolation="nearest", aspect="equal")
    if count <= _COUNTED:
        _write_counts(axes, confusion, colours)
    step = 1 if count <= _NAMED else -(-count // _NAMED)
    size = float(np.clip(500 / count, 5, 9))
    positions = range(0, count, step)
    upright = 0 if max(map(len, names)) <= 2 and count <= _COUNTED else 90
    axes.set_xticks(positions, [names[at] for at in positions], rotation=upright, fontsize=size)
    axes.set_yticks(positions, [names[at] for at in positions], fontsize=size)
    axes.tick_params(length=0)
    axes.set_xlabel("taken for")
    axes.set_ylabel("class")
    axes.spines[:].set_color(figures.GRID)


def _write_counts(axes: Axes, confusion: np.ndarray, colours: np.ndarray) -> None:
    for row, column in np.argwhere(confusion):
        dark = colours[row, column, :3] @ (0.299, 0.587, 0.114) < 0.6
        axes.text(
            column,
            row,
            str(confusion[row, column]),
            ha="center",
            va="center",
            fontsize=8 if confusion.max() < 1000 else 6,
            color="white" if dark else figures.INK,
        )


def _draw_bars(axes: Axes, accuracy: Accuracy) -> None:
    """The accuracy of each class, beside its row of the matrix."""
    shares = [0.0 if share is None else 100 * share for share in accuracy.per_class]
    axes.barh(range(len(shares)), shares, color=figures.ACCENT, alpha=0.8, height=0.8)
    axes.axvline(100 * accuracy.top1, color="#444444", linewidth=1, linestyle=":")
    axes.set_xlim(0, 100)
    axes.set_xlabel("right, %")
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=figures.GRID)
    axes.tick_params(axis="y", length=0, labelleft=False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if len(shares) <= _COUNTED:
        for row, share in enumerate(accuracy.per_class):
            text = "no images" if share is None else f"{share:.1%}"
            inside = shares[row] > 35
            axes.text(
                2 if inside else shares[row] + 2,
                row,
                text,
                va="center",
                fontsize=7,
                color="white" if inside else figures.INK,
            )


def _short(name: str) -> str:
    """A name that leaves room for the picture."""
    return _plain(name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…")


def _plain(text: str) -> str:
    """Text in which dollars begin no formula."""
    return text.replace("$", r"\$")
