"""A run in TensorBoard: scalars, histograms, pictures; a resumed run continues its folder."""

import contextlib
import os
import pathlib
from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf


class Board:
    """Writes what TensorBoard shows of one run.

    A run that was killed has often written steps after its last checkpoint. Resumed, it writes them
    again; so that no curve runs back and no point is there twice, opening a board first removes
    what earlier processes wrote in this folder at its first step or later.

    Args:
        folder: where the event files go; made if it is missing.
        first_step: the first step that this process writes: 0 of a new run, that after the
            checkpoint's of a resumed one. No other board may be writing in the folder.
    """

    def __init__(self, folder: str | os.PathLike, first_step: int = 0):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.glob("events.out.tfevents.*")):
            _keep_before(path, first_step)
        self._writer = tf.summary.create_file_writer(str(folder), flush_millis=10_000)

    def scalars(self, step: int, /, **values: float | None) -> None:
        """Writes numbers by name; None is left out. `lambda_` is shown as `lambda`."""
        with self._writer.as_default():
            for name, value in values.items():
                if value is not None:
                    tf.summary.scalar(name.rstrip("_"), float(value), step=step)

    def histograms(self, step: int, arrays: Mapping[str, np.ndarray]) -> None:
        """Writes the distribution of each array, such as the gates of each cell."""
        with self._writer.as_default():
            for name, array in arrays.items():
                tf.summary.histogram(name, np.asarray(array, np.float32).ravel(), step=step)

    def picture(self, step: int, name: str, path_or_rgb: str | os.PathLike | np.ndarray) -> None:
        """Writes a picture: a PNG file, or uint8 pixels of shape (height, width, 3)."""
        if isinstance(path_or_rgb, np.ndarray):
            pixels = path_or_rgb
        else:
            content = pathlib.Path(path_or_rgb).read_bytes()
            pixels = tf.io.decode_png(content, channels=3).numpy()
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise ValueError(
                "picture: expected a PNG file or uint8 pixels of shape (height, width, 3); "
                f"received {pixels.dtype} of shape {pixels.shape}"
            )
        with self._writer.as_default():
            tf.summary.image(name, pixels[np.newaxis], step=step)

    def flush(self) -> None:
        """Writes out what is pending."""
        self._writer.flush()

    def close(self) -> None:
        """Writes out what is pending; the board cannot be used afterwards."""
        self._writer.close()


def _keep_before(path: pathlib.Path, first_step: int) -> None:
    """Removes the events at a step or later from an event file, atomically.

    TensorFlow 2 has no `purge_step`, and a mark (`SessionLog` START), by which TensorFlow 1
    told readers to drop events, is heeded by some of them only. But an event file is a TFRecord of
    events, so it is written anew without them; that loses nothing to a reader that follows it.
    """
    temporary = path.with_name(".resume.tmp")  # readers take every *tfevents* for an event file
    dropped = False
    try:
        with tf.io.TFRecordWriter(str(temporary)) as writer:
            for record in _whole_records(path):
                event = tf.compat.v1.Event.FromString(record)
                if event.HasField("summary") and event.step >= first_step:
                    dropped = True
                else:
                    writer.write(record)
        if dropped:
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _whole_records(path: pathlib.Path) -> Iterator[bytes]:
    """Records of a file, up to where a killed run left one unfinished."""
    with contextlib.suppress(tf.errors.DataLossError):
        yield from tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
