"""The axis of costs, which many pictures have: limits, scale and round numbers."""

import math
from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from goldnas_tf.settings.units import human

_LOG_FROM = 4.0  # costs that differ by more than this factor get a logarithmic axis


def show(axes: Axes, costs: Sequence[float], name: str) -> None:
    """Makes the horizontal axis one of costs, with room around all of them.

    Args:
        axes: the plot.
        costs: at least one, above 0.
        name: what they are.
    """
    low, high = min(costs), max(costs)
    log = high / low > _LOG_FROM
    if log:
        axes.set_xscale("log")
        margin = (high / low) ** 0.08
        axes.set_xlim(low / margin, high * margin)
    else:
        margin = max(0.08 * (high - low), 0.05 * high)
        axes.set_xlim(low - margin, high + margin)
    axes.set_xlabel(name + (" (log scale)" if log else ""))
    mark(axes.xaxis, axes.get_xlim(), log, _written)


def mark(axis: Axis, limits: tuple[float, float], log: bool, write: Callable[[float], str]) -> None:
    """Marks round numbers between two limits.

    Args:
        axis: of them.
        limits: the least and the largest value.
        log: whether the axis is logarithmic.
        write: a value as text.
    """
    axis.set_major_locator(FixedLocator(_ticks(*limits, log)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))


def _written(value: float) -> str:
    # milliseconds may be below 1, counts are not
    return human(value) if value >= 10 or value == round(value) else f"{value:.3g}"


def _ticks(low: float, high: float, log: bool) -> list[float]:
    """About four to ten round numbers between two limits."""
    if log:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for steps in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)):
            ticks = [step * 10.0**decade for decade in decades for step in steps]
            ticks = [tick for tick in ticks if low <= tick <= high]
            if len(ticks) >= 5:
                break
        return ticks
    rough = (high - low) / 6
    decade = 10.0 ** math.floor(math.log10(rough))
    step = next(step * decade for step in (1, 2, 2.5, 5, 10) if step * decade >= rough)
    return [step * count for count in range(math.ceil(low / step), math.floor(high / step) + 1)]
