"""What a page shows of an evaluation: what each network confuses."""

import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from goldnas_tf.evaluation.output import KIND, RESULT
from goldnas_tf.page.content import Judged, Mistake


def judged(folder: pathlib.Path) -> dict[pathlib.Path, Judged]:
    """What was measured, by the places of the networks.

    Args:
        folder: the output of an evaluation.

    Raises:
        InputError: there is none, or its file is damaged.
    """
    return KIND.read(folder / RESULT, lambda values: _parse(values, folder))


def _parse(values: Mapping[str, Any], folder: pathlib.Path) -> dict[pathlib.Path, Judged]:
    names = [str(name) for name in values["class_names"]]
    images = f"{values['images']:,} {values['split']} images of {values['data']}"
    found = {}
    for one in values["networks"].values():
        # evaluations from before say it relative to where they were started
        path = folder / one["from_here"] if "from_here" in one else pathlib.Path(one["path"])
        found[path.resolve()] = _judged(one, names, images, folder)
    return found


def _judged(
    network: Mapping[str, Any], names: list[str], images: str, folder: pathlib.Path
) -> Judged:
    accuracy = network["accuracy"]
    confusion = np.array(accuracy["confusion"], np.int64)
    if confusion.shape != (len(names),) * 2 or len(accuracy["per_class"]) != len(names):
        raise ValueError(f"expected figures of {len(names)} classes")
    # evaluations from before had none
    mistakes = [
        (one, folder / one["picture"])
        for one in network.get("mistakes", [])
        if (folder / one["picture"]).is_file()
    ]
    return Judged(
        f"{images}, {accuracy['top1']:.2%} are right ({network['kind']})",
        names,
        accuracy["per_class"],
        confusion,
        [
            Mistake(
                names[one["label"]],
                names[one["taken"]],
                float(one["probability"]),
                file.read_bytes(),
            )
            for one, file in mistakes
        ],
    )
