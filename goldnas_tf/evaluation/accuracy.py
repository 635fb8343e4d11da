"""How often a network is right: top-1, top-5, each class, and which classes it confuses."""

import dataclasses

import numpy as np

TOP = 5
"""How many of the most probable classes the second accuracy looks at."""


@dataclasses.dataclass(frozen=True, eq=False)
class Accuracy:
    """What comes out on a set of labelled images; equally probable classes rank by number.

    Attributes:
        images: how many there were, at least 1.
        top1: share of the images whose class is the most probable.
        top5: share of the images whose class is among the five most probable; None where there are
            no more than five classes.
        per_class: share of the images of each class that were taken for it; None where there
            were none.
        confusion: int64 (classes, classes); row t, column p counts the images of class t that were
            taken for p.
    """

    images: int
    top1: float
    top5: float | None
    per_class: tuple[float | None, ...]
    confusion: np.ndarray


def score(probabilities: np.ndarray, labels: np.ndarray) -> Accuracy:
    """Compares probabilities with labels.

    Args:
        probabilities: (images, classes), or whatever else ranks the classes alike.
        labels: int (images,); those below 0 mark images that fill up a batch, and are left out.

    Raises:
        ValueError: no image has a label, or one is not below the number of classes.
    """
    labels = np.asarray(labels)
    probabilities, labels = np.asarray(probabilities)[labels >= 0], labels[labels >= 0]
    classes = probabilities.shape[-1]
    if not labels.size or labels.max() >= classes:
        raise ValueError(
            f"labels: expected at least one, all below the {classes} classes; "
            f"received {labels.size} up to {labels.max(initial=-1)}"
        )
    ranked = np.argsort(-probabilities, axis=-1, kind="stable")
    pairs = labels.astype(np.int64) * classes + ranked[:, 0]
    confusion = np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
    right, there = np.diagonal(confusion), confusion.sum(axis=-1)
    among = (ranked[:, :TOP] == labels[:, np.newaxis]).any(axis=-1)
    return Accuracy(
        images=len(labels),
        top1=float(right.sum() / len(labels)),
        top5=float(among.mean()) if classes > TOP else None,
        per_class=tuple(
            float(hits / count) if count else None for hits, count in zip(right, there, strict=True)
        ),
        confusion=confusion,
    )
