"""What the numbers were measured on."""

import importlib.metadata
import os
import platform

from goldnas_tf.runtime.machine import processor

PACKAGES = ("tensorflow", "keras", "numpy", "torch")


def describe() -> dict:
    """The processor, its cores, and the versions of what is compared."""
    versions: dict[str, str | None] = {}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        **versions,
    }
