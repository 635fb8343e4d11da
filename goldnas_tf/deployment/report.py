"""What an export says: a table, how much folding has gained, warnings; and `export.json`."""

import dataclasses
from collections.abc import Iterator

from goldnas_tf.data import ImageData
from goldnas_tf.deployment.inference import Inference
from goldnas_tf.display import columns
from goldnas_tf.evaluation.measure import RAM_NOTE, Measurement
from goldnas_tf.files.kinds import Kind
from goldnas_tf.runs.run_folder import versions
from goldnas_tf.settings.units import human

KIND = Kind("an export", schema=1)
LARGEST_LOSS = 0.02
"""A format that loses more accuracy than this share is warned of."""


@dataclasses.dataclass(frozen=True, eq=False)
class Report:
    """What was exported, and what was measured of it on the validation images.

    Attributes:
        network: the folder it came from.
        name: what servers call it.
        version: of this export.
        data: its images.
        inference: what folding has changed.
        measured: of the network itself, then of every format, by what each is called; the paths are
            those where it stands in the end.
        left_out: why a format was not exported, by what it is called.
    """

    network: str
    name: str
    version: int
    data: ImageData
    inference: Inference
    measured: dict[str, Measurement]
    left_out: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def warnings(self) -> list[str]:
        """A line for each format that loses much of the accuracy, or was left out."""
        network = self.measured["network"].accuracy.top1
        left_out = [f"WARNING: {kind} is left out: {why}" for kind, why in self.left_out.items()]
        return left_out + [
            f"WARNING: {kind} loses {100 * (network - row.accuracy.top1):.1f} points of accuracy "
            f"({network:.2%} before, {row.accuracy.top1:.2%} now)"
            for kind, row in self.measured.items()
            if network - row.accuracy.top1 > LARGEST_LOSS
        ]

    def to_json(self) -> dict:
        """JSON values; shares in [0, 1], sizes in bytes, times in milliseconds."""
        formats = {
            kind: {
                "path": row.path,
                "size_bytes": row.size_bytes,
                "ram_bytes": row.ram_bytes,
                "val_accuracy": row.accuracy.top1,
                "latencies": [dataclasses.asdict(latency) for latency in row.latencies],
            }
            for kind, row in self.measured.items()
        }
        return KIND.stamp(
            {
                "network": self.network,
                "name": self.name,
                "version": self.version,
                "data": self.data.name,
                "val_images": self.data.validation.size,
                "image_shape": list(self.data.image_shape),
                "class_names": list(self.data.class_names),
                "white_level": self.data.white_level,
                "folding": self.inference.to_json(),
                "formats": formats,
                "warnings": self.warnings,
                "versions": versions(),
            }
        )

    def lines(self) -> list[str]:
        """What a terminal shows."""
        batches = [latency.batch for latency in self.measured["network"].latencies]
        times = [f"ms for {batch}" for batch in batches]
        ram = any(row.ram_bytes is not None for row in self.measured.values())
        rows = [["format", "size", *["ram"] * ram, "val acc", *times, "path"]]
        for kind, row in self.measured.items():
            latencies = [f"{latency.median_ms:.3g}" for latency in row.latencies]
            sizes = [row.size_bytes, *[row.ram_bytes] * ram]
            shown = ["-" if size is None else f"{human(size)}B" for size in sizes]
            rows.append([kind, *shown, f"{row.accuracy.top1:.2%}", *latencies, row.path])
        first = next(iter(self.measured.values()))
        return [
            *columns.lines(rows, left={"format", "path"}),
            *[RAM_NOTE] * ram,
            f"accuracy on {self.data.validation.size} validation images of {self.data.name}; "
            f"latency on {first.device}, {first.threads} threads, median",
            *_gain(self.inference),
            *self.warnings,
        ]


def _gain(inference: Inference) -> Iterator[str]:
    """How much faster the folded network is, where TensorFlow runs both."""
    yield (
        f"folded: {inference.operators_after} operators instead of {inference.operators_before}, "
        "the same answers"
    )
    for comparison in inference.speed:
        images = "1 image" if comparison.batch == 1 else f"{comparison.batch} images"
        yield (
            f"  {images}: {comparison.after_ms:.3g} ms instead of {comparison.before_ms:.3g}, "
            f"{comparison.factor:.1f} times as fast"
        )
