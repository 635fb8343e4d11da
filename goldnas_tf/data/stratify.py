"""Choosing examples so that every class keeps its share: hold-outs and smaller training sets."""

import math
from collections.abc import Sequence

import numpy as np

from goldnas_tf.data.duplicates import firsts
from goldnas_tf.errors import InputError


def stratified_sample(labels: np.ndarray | Sequence[int], count: int, seed: int) -> np.ndarray:
    """Draws `count` positions so that each class has its share of them.

    A class of n_k out of n examples gets its quota count * n_k / n rounded down; the
    positions left over go to the classes with the largest remainders.

    Args:
        labels: int array [n], the class of each position.
        count: how many to draw, 0..n.
        seed: whole number >= 0 that decides which; the same one gives the same positions.

    Returns:
        int64 array [count] of distinct positions, ascending.

    Raises:
        ValueError: if `count` is not in 0..n.
    """
    labels = np.asarray(labels)
    if not 0 <= count <= len(labels):
        raise ValueError(f"count: expected 0..{len(labels)}; received {count}")
    if count == 0:
        return np.empty(0, np.int64)
    generator = np.random.default_rng(seed)
    classes, members = np.unique(labels, return_counts=True)
    # Whole-number arithmetic: equal remainders must tie exactly on every machine.
    takes, remainders = np.divmod(members.astype(np.int64) * count, len(labels))
    # Ties are broken at random, or the first classes would always win them.
    order = np.lexsort((generator.random(len(classes)), -remainders))
    takes[order[: count - takes.sum()]] += 1
    drawn = [
        generator.permutation(np.flatnonzero(labels == a_class))[:take]
        for a_class, take in zip(classes, takes, strict=True)
    ]
    return np.sort(np.concatenate(drawn))


def share(count: int, fraction: float) -> int:
    """Returns how many of `count` examples a `fraction` is, rounded up."""
    # 0.07 * 100 is 7.000000000000001 in floating point; that is 7 and not 8.
    return math.ceil(round(count * fraction, 6))


def hold_out(
    labels: np.ndarray | Sequence[int], count: int, seed: int, keys: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Divides all positions into a rest and a stratified held-out part.

    Args:
        labels: int array [n], the class of each position.
        count: how many to hold out; about so many where there are copies.
        seed: whole number >= 0 that decides which.
        keys: array [n], equal where positions hold copies of one image, which then stay together;
            None where there are none.

    Returns:
        Two ascending int64 arrays, (rest [n - count], held out [count]), which together
        hold every position once.

    Raises:
        InputError: if a class would have no example left in the rest.
    """
    labels = np.asarray(labels)
    first = np.arange(len(labels)) if keys is None else firsts(keys)
    originals = np.flatnonzero(first == np.arange(len(labels)))
    wanted = round(min(count, len(labels)) * len(originals) / len(labels))
    chosen = originals[stratified_sample(labels[originals], wanted, seed)]
    held = np.flatnonzero(np.isin(first, chosen))
    rest = np.setdiff1d(np.arange(len(labels)), held)
    lost = np.setdiff1d(labels, labels[rest])
    if len(lost):
        raise InputError(
            "validation_fraction: expected to leave a training image of every class; received "
            f"{count} of {len(labels)} to hold out, all of class number {lost[0]} among them; add "
            "images or lower it"
        )
    return rest, held


def keep_some(
    labels: np.ndarray, positions: np.ndarray, train_images: int, seed: int
) -> np.ndarray:
    """Thins the training positions to `train_images` of them, or keeps all if that is 0.

    Args:
        labels: int array [n], the class of every position.
        positions: ascending int array [m] of the positions that training may use.
        train_images: how many to keep, 0..m; 0 keeps all.
        seed: whole number >= 0 that decides which.

    Returns:
        Ascending int array of positions.

    Raises:
        InputError: if more are asked for than there are, or fewer than one per class.
    """
    if train_images == 0:
        return positions
    if train_images > len(positions):
        raise InputError(
            f"train_images: expected at most the {len(positions)} training images there are; "
            f"received {train_images}; lower it, or give 0 for all"
        )
    kept = positions[stratified_sample(labels[positions], train_images, seed)]
    classes = len(np.unique(labels[positions]))
    if len(np.unique(labels[kept])) < classes:
        raise InputError(
            f"train_images: expected enough for each of the {classes} classes to keep one; "
            f"received {train_images}; raise it, or give 0 for all"
        )
    return kept
