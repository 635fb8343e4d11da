"""Which folders of a user's images are the splits, and which their classes."""

from collections.abc import Iterable
from pathlib import Path

from absl import logging

from goldnas_tf.data import formats
from goldnas_tf.errors import InputError

LAYOUT = "DIR/train/<class>/<image files>"
NAMES = {
    "train": ("train", "training"),
    "validation": ("validation", "val", "valid", "dev"),
    "test": ("test", "testing"),
}
"""What the folder of a split may be called, in capitals or not."""


def read(root: Path) -> tuple[dict[str, Path], list[str]]:
    """The folders of the splits that there are, `train` first, and the names of the classes.

    What lies in the folder and is not used is named in a warning.

    Raises:
        InputError: there is no such folder, no folder `train` with two classes, or two folders for
            one split.
    """
    if not root.is_dir():
        raise InputError(f"data_dir: expected a folder; received {root}; check the path")
    found: dict[str, list[str]] = {split: [] for split in NAMES}
    others: list[str] = []
    for name in folders_in(root):
        split = next((split for split in NAMES if name.lower() in NAMES[split]), None)
        (others if split is None else found[split]).append(name)
    for split, names in found.items():
        if len(names) > 1:
            raise InputError(
                f"{root}: expected one folder for {split}; received {' and '.join(names)}; "
                "put the images together, or move one folder away"
            )
    if not found["train"]:
        seen = f"the folders {', '.join(others[:5])}" if others else "no folders"
        raise InputError(
            f"data_dir: expected {LAYOUT}; received {root} with {seen} and no 'train'; "
            "move the class folders into 'train'"
        )
    folders = {split: root / names[0] for split, names in found.items() if names}
    class_names = _class_names(folders["train"])
    _warn(root, others, folders.values())
    return folders, class_names


def folders_in(folder: Path) -> list[str]:
    """Names of the folders in a folder, ascending, without hidden ones."""
    return sorted(
        path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
    )


def _class_names(train: Path) -> list[str]:
    names = folders_in(train)
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError as error:
            shown = name.encode(errors="surrogateescape").decode(errors="backslashreplace")
            raise InputError(
                f"{train}: expected folders whose names are UTF-8, as names of classes are; "
                f"received {shown}; rename it"
            ) from error
    if len(names) < 2:
        raise InputError(
            f"{train}: expected a folder for each of at least 2 classes; received {len(names)}; "
            f"lay images out as {LAYOUT}"
        )
    return names


def _warn(root: Path, others: list[str], folders: Iterable[Path]) -> None:
    """Names folders that are not used, and counts images that lie outside of all classes."""
    if others:
        logging.warning(
            "%s: not used: %s; the splits are train, validation and test",
            root,
            ", ".join(ascii(name) for name in others),
        )
    for folder in (root, *folders):
        loose = sum(path.suffix.lower() in formats.SUFFIXES for path in folder.iterdir())
        if loose:
            logging.warning(
                "%s: not used: %d images that lie in the folder of no class", folder, loose
            )
