"""What a run prints: a bar while an epoch runs, a line when it has ended, a table of the points."""

import contextlib
import os
import sys
import typing
from collections.abc import Iterator, Sequence

import tqdm

from goldnas_tf import pareto
from goldnas_tf.display import columns
from goldnas_tf.resources.resources import RESOURCES
from goldnas_tf.settings.units import human

_BAR = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"
_COUNTER = "{desc} {n_fmt} steps [{elapsed}, {rate_fmt}{postfix}]"  # the number of steps is unknown


class _Field(typing.NamedTuple):
    """How a value is shown: label, how it is written, in how many characters, gap before it."""

    label: str
    write: typing.Callable[[typing.Any], str]
    width: int
    gap: str = "  "


def _percent(share: float) -> str:
    """A share in six characters."""
    return f"{share:.2%}" if share < 0.99995 else f"{share:.1%}"


# narrow enough that the line of a search of hundreds of epochs fits into 100 columns
_FIELDS = {
    "loss": _Field("loss ", lambda value: f"{value:.3f}", 5),
    "accuracy": _Field("acc ", _percent, 6),
    "val_accuracy": _Field("val ", _percent, 6),
    "lambda_": _Field("λ ", lambda value: f"{value:.1e}".replace("e-0", "e-"), 6),
    "alive": _Field("ops ", lambda value: str(int(value)), 4),
    "pruned": _Field("", lambda value: f"(-{int(value)})" if value else "", 5, gap=" "),
    "macs": _Field("macs ", human, 6),
    "params": _Field("params ", human, 6),
    "left": _Field("left ", lambda seconds: f"{max(seconds, 0) / 60:.0f} min", 7),
    "images_per_second": _Field("", lambda value: f"{human(value)}/s", 7),
}


class Progress:
    """Shows how a run goes on: a moving bar on a terminal, plain lines everywhere else.

    Plain means: no bar and no control characters, one line for each epoch, so that a log file
    reads well.

    Args:
        stream: where to print; None is the standard error stream.
    """

    def __init__(self, stream: typing.TextIO | None = None):
        self._stream = sys.stderr if stream is None else stream
        self._moving = self._stream.isatty()
        self._last_epoch: int | None = None

    @contextlib.contextmanager
    def epoch(
        self,
        number: int,
        steps: int | None,
        last_epoch: int | None = None,
        unit: str = "epoch",
    ) -> Iterator["EpochBar"]:
        """A bar for one epoch, gone when the epoch is over.

        Args:
            number: the epoch, from 1.
            steps: how many steps it has; None if that is unknown.
            last_epoch: the epoch after which the run ends, if that is known.
            unit: what it is called.
        """
        self._last_epoch = last_epoch
        bar = None
        if self._moving:
            bar = tqdm.tqdm(
                total=steps,
                desc=f"{unit} {self._numbered(number)}",
                bar_format=_BAR if steps is not None else _COUNTER,
                unit="step",
                file=self._stream,
                leave=False,
                **self._bar_size(),
            )
        try:
            yield EpochBar(bar, self._encodable)
        finally:
            if bar is not None:
                bar.close()

    def summary(self, epoch: int, unit: str = "epoch", **values: typing.Any) -> None:
        """Prints the line of an epoch; lines with the same values stand in the same columns.

        Args:
            epoch: the epoch, from 1.
            unit: what it is called.
            **values: loss, accuracy and val_accuracy in [0, 1], lambda_, alive (operators), pruned
                (operators, shown as "(-3)"), macs, params, images_per_second, given in any order
                and shown in this one, then any other numbers. None is shown as a dash.
        """
        line = f"{unit} {self._numbered(epoch)}"
        order = [*(name for name in _FIELDS if name in values), *values]
        for name in dict.fromkeys(order):
            field = _field(name)
            line += f"{field.gap}{field.label}{_written(field, values[name]):>{field.width}}"
        self.say(line.rstrip())

    def say(self, text: str) -> None:
        """Prints a line; a bar that is shown stays whole, below it."""
        text = self._encodable(text)
        if self._moving:
            tqdm.tqdm.write(text, file=self._stream)
        else:
            self._stream.write(text + "\n")
        self._stream.flush()

    def _bar_size(self) -> dict:
        """The terminal's size, followed when it changes; some in containers say it is 0x0."""
        try:
            known = min(os.get_terminal_size(self._stream.fileno())) > 0
        except (OSError, ValueError):
            known = False
        return {"dynamic_ncols": True} if known else {"ncols": 100, "nrows": 24}

    def _numbered(self, epoch: int) -> str:
        if self._last_epoch is None:
            return f"{epoch:4d}"
        return f"{epoch:{len(str(self._last_epoch))}d}/{self._last_epoch}"

    def _encodable(self, text: str) -> str:
        """The text as the stream can take it: a log in Latin-1 or ASCII has no λ."""
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        text = text if _fits("λ", encoding) else text.replace("λ", "lambda")
        return text.encode(encoding, "replace").decode(encoding)


class EpochBar:
    """The bar of one epoch, as `Progress.epoch` gives it."""

    def __init__(self, bar: tqdm.tqdm | None, encodable: typing.Callable[[str], str]):
        self._bar = bar
        self._encodable = encodable

    def step(self, **values: typing.Any) -> None:
        """Counts one step; values are those of `Progress.summary`, and stay until new ones come."""
        if self._bar is None:
            return
        if values:
            shown = [(_field(name), value) for name, value in values.items()]
            text = ", ".join(f"{field.label}{_written(field, value)}" for field, value in shown)
            self._bar.set_postfix_str(self._encodable(text), refresh=False)
        self._bar.update()


def _field(name: str) -> _Field:
    return _FIELDS.get(name, _Field(f"{name} ", lambda value: f"{value:.4g}", 9))


def _written(field: _Field, value: typing.Any) -> str:
    return "-" if value is None else field.write(value)


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def points_table(
    points: Sequence[pareto.Point],
    workdir: object,
    start_macs: int | None = None,
    costs: Sequence[str] = ("macs",),
    when: str = "epoch",
) -> str:
    """The points of a run as a table, those that are not dominated first and marked by a star.

    Args:
        points: the points, in any order; which of them are not dominated is found anew.
        workdir: the folder that holds pareto.json, pareto.png and the points' folders.
        start_macs: multiply-adds of the super-network, for the column with the share of them; None
            leaves the column out.
        costs: what the points are compared by, besides accuracy.
        when: what `Point.epoch` counts.

    Returns:
        Lines without a line break at the end.
    """
    points = pareto.mark(points, costs)
    closing = f"report.html, pareto.json and pareto.png are in {workdir}"
    if not points:
        return f"No points were found.\n{closing}"
    table = [
        {
            "": "*" if point.non_dominated else "",
            "name": point.name,
            **_costs(point, start_macs),
            "val acc": f"{point.val_accuracy:.2%}",
            "test acc": None if point.test_accuracy is None else f"{point.test_accuracy:.2%}",
            when: str(point.epoch),
            "reason": point.reason,
            "folder": point.path,
        }
        for point in sorted(points, key=lambda point: not point.non_dominated)
    ]
    # a column for what any point has
    names = [name for name in table[0] if any(row[name] is not None for row in table)]
    rows = [names, *([row[name] or "" for name in names] for row in table)]
    title, ruler, *lines = columns.lines(rows, left={"", "name", "reason", "folder"})
    found = sum(point.non_dominated for point in points)
    if found < len(points):
        lines.insert(found, ruler)
    counted = f"* not dominated: {found} of {len(points)}"
    return "\n".join([title, ruler, *lines, counted, closing])


def _costs(point: pareto.Point, start_macs: int | None) -> dict[str, str | None]:
    """What a point costs, by the headings of the columns; None where it was not measured."""
    shown: dict[str, str | None] = {}
    for name, resource in RESOURCES.items():
        cost = point.costs.get(name)
        amount = None
        if cost is not None:
            whole = f"{human(int(cost))}{resource.suffix}"
            amount = whole if resource.is_whole else f"{cost:.3g}"
        shown[resource.label] = amount
        if name == "macs":
            shown["of start"] = f"{point.macs / start_macs:.1%}" if start_macs else None
    return shown
