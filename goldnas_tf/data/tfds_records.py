"""Reading the record files of a prepared TFDS split, in order or shuffled by a seed.

TFDS shuffles files with seeds fixed when a dataset is made. A stream that resumes at any
pass needs orders that follow the pass number, so the record files are read here.
"""

import dataclasses

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from goldnas_tf.data.decoding import decode
from goldnas_tf.data.duplicates import content_keys
from goldnas_tf.data.pipelines import untuned
from goldnas_tf.data.resizing import resized
from goldnas_tf.data.splits import DivisibleSplit, buffered_shuffle, pass_seed
from goldnas_tf.errors import InputError

FILES_AT_ONCE = 16
"""A shuffled pass mixes the records of this many files, besides its shuffle buffer."""


@dataclasses.dataclass(frozen=True, eq=False)
class TfdsRecords:
    """The examples of one split of a prepared set, or some of them.

    Attributes:
        info: the set's `tfds.core.DatasetInfo`.
        split: name of the split.
        image_key: name of the feature that is the image.
        label_key: name of the feature that is the class.
        image_size: side of the square that images are resized to, or None.
        image_shape: (h, w, c) after resizing.
        white_level: value that is white in files of 16 bits, or None.
        positions: ascending int array of the examples to read, by their place in the
            files, or None for all.

    Raises:
        InputError: if the files are in another format than TFRecord, TFDS's default.
    """

    info: tfds.core.DatasetInfo
    split: str
    image_key: str
    label_key: str
    image_size: int | None
    image_shape: tuple[int, int, int]
    white_level: int | None = None
    positions: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.info.file_format != tfds.core.FileFormat.TFRECORD:
            raise InputError(
                f"{self.info.name}: expected a set prepared as tfrecord files; received "
                f"{self.info.file_format.value}; prepare it again in another data_dir"
            )

    @property
    def size(self) -> int:
        """Number of examples."""
        if self.positions is not None:
            return len(self.positions)
        return self.info.splits[self.split].num_examples

    def streamed(self) -> DivisibleSplit:
        """Returns the examples as a split that is read from disk."""
        return DivisibleSplit(
            size=self.size,
            ordered=self._ordered,
            shuffled=self._shuffled,
            decode=self._decode,
            make_part=lambda positions: dataclasses.replace(self, positions=positions).streamed(),
        )

    def contents(self) -> tf.data.Dataset:
        """Returns the files of the images as they were recorded, as a dataset of bytes."""
        return self._ordered().map(self._content, num_parallel_calls=tf.data.AUTOTUNE)

    def some_contents(self, count: int) -> tf.data.Dataset:
        """Returns the files of so many images, or of all, in a shuffled order of its own."""
        records = self._shuffled(pass_seed(0, 0)).take(count)
        return records.map(self._content, num_parallel_calls=tf.data.AUTOTUNE)

    def labels_and_keys(self) -> tuple[np.ndarray, np.ndarray]:
        """Reads all records in order, without decoding images.

        Returns:
            int array [size] of labels, and uint64 array [size] of keys of the recorded files.
        """
        found, keys = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
        records = self._ordered().map(self._label_and_content, num_parallel_calls=tf.data.AUTOTUNE)
        for some_labels, contents in untuned(records.batch(1024)).as_numpy_iterator():
            found.append(some_labels)
            keys.append(content_keys(contents))
        labels = np.concatenate(found)
        if len(labels) != self.size:
            raise InputError(
                f"{self.info.name}: expected {self.size} examples in {self.split!r}; received "
                f"{len(labels)}; prepare the set again"
            )
        return labels, np.concatenate(keys)

    def has_labels(self) -> bool:
        """Says whether the examples are labelled; sets that keep theirs secret hold -1."""
        first = self._ordered().take(1).map(self._label)
        return all(label >= 0 for label in first.as_numpy_iterator())

    def _files(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the paths, and the position of each file's first example."""
        split = self.info.splits[self.split]
        paths = [str(path) for path in split.filepaths]
        starts = np.cumsum([0, *split.shard_lengths[:-1]], dtype=np.int64)
        return tf.constant(paths), tf.constant(starts)

    def _ordered(self) -> tf.data.Dataset:
        files = tf.data.Dataset.from_tensor_slices(self._files())
        return self._chosen(files.flat_map(_numbered_records))

    def _shuffled(self, seed: tf.Tensor) -> tf.data.Dataset:
        paths, starts = self._files()
        order = tf.random.experimental.stateless_shuffle(tf.range(tf.size(starts)), seed=seed)
        files = tf.data.Dataset.from_tensor_slices(
            (tf.gather(paths, order), tf.gather(starts, order))
        )
        records = files.interleave(
            _numbered_records,
            cycle_length=FILES_AT_ONCE,
            num_parallel_calls=tf.data.AUTOTUNE,
            deterministic=True,
        )
        image_bytes = int(np.prod(self.image_shape))
        return buffered_shuffle(self._chosen(records), self.size, image_bytes, seed)

    def _chosen(self, numbered: tf.data.Dataset) -> tf.data.Dataset:
        """Drops the numbers of the records, and the records that are not in `positions`."""
        if self.positions is not None:
            chosen = np.zeros(self.info.splits[self.split].num_examples, bool)
            chosen[self.positions] = True
            table = tf.constant(chosen)
            numbered = numbered.filter(lambda number, _: table[number])
        return numbered.map(lambda _, record: record)

    def _parse(self, record: tf.Tensor) -> dict[str, tf.Tensor]:
        skip = {self.image_key: tfds.decode.SkipDecoding()}
        return self.info.features.deserialize_example(record, decoders=skip)

    def _label(self, record: tf.Tensor) -> tf.Tensor:
        return self._parse(record)[self.label_key]

    def _content(self, record: tf.Tensor) -> tf.Tensor:
        return self._parse(record)[self.image_key]

    def _label_and_content(self, record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        example = self._parse(record)
        return example[self.label_key], example[self.image_key]

    def _decode(self, record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        label, content = self._label_and_content(record)
        image = decode(content, self.image_shape[-1], self.white_level)
        image = tf.ensure_shape(resized(image, self.image_size), self.image_shape)
        return image, tf.cast(label, tf.int32)


def _numbered_records(path: tf.Tensor, start: tf.Tensor) -> tf.data.Dataset:
    return tf.data.TFRecordDataset(path).enumerate(start)
