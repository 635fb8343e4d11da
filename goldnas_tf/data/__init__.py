"""Images for training: loading, splitting, batching and augmentation.

Names are imported on first use, so that a part costs what it needs alone. May import `settings` and
what lies below it, and `runtime`.
"""

import typing
from importlib import import_module

if typing.TYPE_CHECKING:
    # what the names are, for who reads types
    from goldnas_tf.data.batches import (
        evaluation_batches,
        sample_batches,
        steps_per_pass,
        training_batches,
    )
    from goldnas_tf.data.custom import from_datasets
    from goldnas_tf.data.image_data import ImageData
    from goldnas_tf.data.loading import load

_HOMES = {
    "ImageData": "image_data",
    "evaluation_batches": "batches",
    "from_datasets": "custom",
    "load": "loading",
    "sample_batches": "batches",
    "steps_per_pass": "batches",
    "training_batches": "batches",
}

__all__ = [
    "ImageData",
    "evaluation_batches",
    "from_datasets",
    "load",
    "sample_batches",
    "steps_per_pass",
    "training_batches",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
