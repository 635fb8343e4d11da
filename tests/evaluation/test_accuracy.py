import math

import numpy as np
import pytest

from goldnas_tf.evaluation.accuracy import score

# the class of an image is ranked first, second, third and first
PROBABILITIES = np.array(
    [[0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0.2, 0.3, 0.5], [0.1, 0.7, 0.2]], np.float32
)
LABELS = np.array([0, 1, 0, 1])


def test_shares_and_confusions_are_counted():
    accuracy = score(PROBABILITIES, LABELS)
    assert accuracy.images == 4
    assert accuracy.top1 == 0.5
    assert accuracy.per_class == (0.5, 0.5, None)
    np.testing.assert_array_equal(accuracy.confusion, [[1, 0, 1], [1, 1, 0], [0, 0, 0]])


def test_images_that_fill_up_a_batch_are_left_out():
    filled = score(np.concatenate([PROBABILITIES, [[1, 0, 0]] * 2]), [*LABELS, -1, -1])
    assert filled.images == 4
    assert filled.top1 == 0.5
    assert filled.confusion.sum() == 4


def test_top_5_looks_at_five_classes_and_is_left_out_where_that_is_all():
    six = np.tile([0.3, 0.25, 0.2, 0.1, 0.1, 0.05], (6, 1))
    accuracy = score(six, np.arange(6))
    assert math.isclose(accuracy.top1, 1 / 6)
    assert math.isclose(accuracy.top5, 5 / 6)
    assert score(np.eye(5), np.arange(5)).top5 is None


def test_equally_probable_classes_rank_by_number():
    every_other = np.tile(np.array([0, 0.01], np.float32), (200, 100))
    accuracy = score(every_other, np.arange(200))
    assert accuracy.per_class == (0, 1, *[0] * 198)
    among = [score(every_other[:1], [label]).top5 for label in range(200)]
    assert [label for label, share in enumerate(among) if share] == [1, 3, 5, 7, 9]


def test_rare_labels_of_small_integers_do_not_overflow():
    probabilities = np.eye(200, dtype=np.float32)
    accuracy = score(probabilities, np.arange(200).astype(np.uint8))
    assert accuracy.top1 == accuracy.top5 == 1
    np.testing.assert_array_equal(accuracy.confusion, np.eye(200))


@pytest.mark.parametrize("labels", [[-1, -1, -1, -1], [0, 1, 2, 3]])
def test_labels_that_are_no_classes_are_refused(labels):
    with pytest.raises(ValueError, match="all below the 3 classes; received"):
        score(PROBABILITIES, labels)
