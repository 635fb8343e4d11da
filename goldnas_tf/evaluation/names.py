"""Short names of networks, for tables and files, by which they can be told apart."""

import os
import pathlib
from collections.abc import Sequence

from goldnas_tf.evaluation import origin


def short_names(paths: Sequence[str | os.PathLike]) -> dict[str, pathlib.Path]:
    """Paths by the shortest of their endings that are all different, each path once.

    What lies in the folder of a point begins with its name: "e042", "e042/model.keras".
    """
    unique = {pathlib.Path(path).absolute(): pathlib.Path(path) for path in paths}
    lengths = {}
    for path in unique:
        start = origin.point_folder(path) or path
        lengths[path] = len(path.parts) - len(start.parts) + 1
    for longer in range(max(len(path.parts) for path in unique)):
        names = {
            "/".join(path.parts[-lengths[path] - longer :]).lstrip("/"): given
            for path, given in unique.items()
        }
        if len(names) == len(unique):
            break
    return names
