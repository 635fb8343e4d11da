"""What the page of a training shows: its network, and how it went."""

import pathlib
from typing import Any

from goldnas_tf.page import configured, document, found, progress
from goldnas_tf.page.content import Content, History, Mark, Panel
from goldnas_tf.resources.resources import RESOURCES
from goldnas_tf.runs.run_folder import FIGURES, NETWORK
from goldnas_tf.training.train_config import TrainConfig

FRONT = "trained"


def write(folder: pathlib.Path, going_on: bool = False) -> None:
    """Writes the page into the folder of a training; arguments as of `content`.

    Those of comparisons and of the points of a search have none: there are many of them.
    """
    document.renew(lambda: [content(folder, going_on)], folder / document.NAME)


def content(folder: pathlib.Path, going_on: bool = False) -> Content:
    """What is known of a training by its folder.

    Args:
        folder: of the run.
        going_on: whether it is still at work.

    Raises:
        InputError: the folder holds no training, or a file of it is damaged.
    """
    config = configured.configuration(folder)
    rows = configured.rows(TrainConfig, config["settings"])
    lines, data, place = progress.lines(folder), config["data"], folder / NETWORK
    name = folder.resolve().name
    figures: dict[str, Any] = FIGURES.read(place / "metrics.json") if place.is_dir() else {}
    mark = [_mark(figures, name)] if figures else []
    pace = progress.column(lines, "images_per_second")
    panels = [progress.accuracies(lines), progress.losses(lines)]
    panels.append(Panel("images a second", {"images a second": pace}))
    genotype = place / "genotype.json"
    images = configured.images(config, rows)
    # one made in Python was told no paths; its weights or its teacher are not known then
    is_alone = config["settings"]["training"]["init"] == "scratch" and not config.get("teacher")
    own = [f"--network={genotype}"] if genotype.is_file() and is_alone else []
    inputs = configured.inputs(config) or own
    return Content(
        "training",
        name,
        (
            f"A network trained on {data['train_images']:,} images of {data['name']}, "
            f"{_counted(len(lines), config['settings']['training']['epochs'])}.",
        ),
        going_on,
        mark,
        networks=[found.network(place, name, name, flags_=images)] if figures else [],
        history=History(
            "epoch", [line["epoch"] for line in lines], panels, {}, progress.seconds(lines)
        )
        if lines
        else None,
        settings=rows,
        facts=configured.facts(config),
        command=configured.command("goldnas-train", folder, rows, *inputs)
        if inputs and images is not None
        else "",
    )


def _counted(epochs: int, asked: int) -> str:
    return f"{epochs} epochs" if epochs >= asked else f"{epochs} of {asked} epochs"


def _mark(figures: dict[str, Any], name: str) -> Mark:
    known = {"validation": figures.get("val_accuracy"), "test": figures.get("test_accuracy")}
    costs = {one: figures[one] for one in RESOURCES if figures.get(one) is not None}
    accuracies = {split: value for split, value in known.items() if value is not None}
    return Mark(name, FRONT, costs, accuracies, network=found.key(name, name))
