"""Images for training: loading, splitting, batching and augmentation.

Names are imported on first use, so that a part costs what it needs alone. May import `settings` and
what lies below it, and `runtime`.
"""

from importlib import import_module

_HOMES = {
    "ImageData": "image_data",
    "evaluation_batches": "batches",
    "from_datasets": "custom",
    "load": "loading",
    "steps_per_pass": "batches",
    "training_batches": "batches",
}

__all__ = sorted(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__():
    return __all__
