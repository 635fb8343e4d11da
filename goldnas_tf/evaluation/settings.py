"""What `bin/evaluate` can be told. Plain data that imports no TensorFlow."""

import dataclasses

from goldnas_tf.errors import InputError
from goldnas_tf.settings.images import DataSettings
from goldnas_tf.settings.setting import check, setting

SPLITS = ("validation", "test", "train")


@dataclasses.dataclass(frozen=True)
class EvaluationConfig:
    """Which networks are measured, on what, and where the result goes.

    Raises:
        InputError: a value is out of range, or no network is named.
    """

    data: DataSettings = dataclasses.field(default_factory=DataSettings)
    network: tuple[str, ...] = setting(
        (),
        "what is measured, separated by commas or each with a flag of its own: folders of points "
        "(RUN/pareto/e042), .keras files, SavedModels, .tflite and .onnx files",
        is_path=True,
    )
    split: str = setting(
        "validation",
        "images to measure on; networks of a search were chosen by the validation images, so that "
        "only the test images judge them",
        choices=SPLITS,
    )
    output: str = setting(
        "runs/evaluation",
        "folder for evaluation.json and the pictures in confusion/",
        is_path=True,
    )
    batches: tuple[str, ...] = setting(
        ("1", "32"), "batch sizes whose latency is measured, in images, separated by commas"
    )
    threads: int = setting(0, "threads that compute; 0 is one for each core", low=0)

    def __post_init__(self) -> None:
        check(self)
        if not self.network or not all(self.network):
            raise InputError(
                "network: expected what is measured, such as runs/digits/pareto/e042; "
                f"received {','.join(self.network)!r}"
            )
        for size in self.batches:
            if not size.isdecimal() or int(size) < 1:
                raise InputError(
                    f"batches: expected numbers of images like 1,32; received {size!r}"
                )

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """The batch sizes as numbers, each once, ascending."""
        return tuple(sorted({int(size) for size in self.batches}))
