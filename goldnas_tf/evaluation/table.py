"""What an evaluation prints: a line for each network that was measured."""

import itertools

from goldnas_tf.display import columns
from goldnas_tf.evaluation.measure import RAM_NOTE, Measurement
from goldnas_tf.evaluation.result import Evaluation
from goldnas_tf.settings.units import human


def evaluation_table(evaluation: Evaluation) -> str:
    """The figures of all networks as a table, in the order in which they were named.

    Returns:
        Lines without a line break at the end.
    """
    measurements = evaluation.measurements
    first = next(iter(measurements.values()))
    top5 = first.accuracy.top5 is not None
    times = [(f"ms at {latency.batch}", "p95") for latency in first.latencies]
    ram = any(measurement.ram_bytes is not None for measurement in measurements.values())
    titles = ["network", "top-1", *["top-5"] * top5, "macs", "params", "size", *["ram"] * ram]
    rows = [[*titles, *itertools.chain.from_iterable(times)]]
    for name, measurement in measurements.items():
        row = [name, _percent(measurement.accuracy.top1)]
        if top5:
            row.append(_percent(measurement.accuracy.top5))
        row += [_count(measurement.macs), _count(measurement.params)]
        row.append(f"{human(measurement.size_bytes)}B")
        if ram:
            used = measurement.ram_bytes
            row.append("-" if used is None else f"{human(used)}B")
        for latency in measurement.latencies:
            row += [_milliseconds(latency.median_ms), _milliseconds(latency.p95_ms)]
        rows.append(row)
    devices = sorted({_computer(measurement) for measurement in measurements.values()})
    return "\n".join(
        [
            f"{evaluation.images} {evaluation.split} images of {evaluation.data}",
            *columns.lines(rows, left={"network"}),
            f"ms at N: milliseconds for a batch of N images, median and 95th percentile; "
            f"{' and '.join(devices)}",
            *[RAM_NOTE] * ram,
        ]
    )


def _computer(measurement: Measurement) -> str:
    plural = "s" if measurement.threads > 1 else ""
    return f"{measurement.device}, {measurement.threads} thread{plural}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.2%}"


def _count(count: int | None) -> str:
    return "-" if count is None else human(count)


def _milliseconds(value: float) -> str:
    """About three digits of a time."""
    return f"{value:.{3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0}f}"
