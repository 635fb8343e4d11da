"""Images that a network is sure of and wrong about."""

import io

import numpy as np
import pytest
from matplotlib import image

from goldnas_tf.evaluation.mistakes import Mistakes


def batch(taken, sure, labels, side=4):
    """Images of one value each, and probabilities of three classes."""
    images = np.array([np.full((side, side, 3), 10 * n) for n in range(len(taken))], np.uint8)
    probabilities = np.zeros((len(taken), 3))
    for row, (name, share) in enumerate(zip(taken, sure, strict=True)):
        probabilities[row] = (1 - share) / 2
        probabilities[row, name] = share
    return images, np.array(labels), probabilities


def test_the_surest_mistakes_are_kept_in_order():
    kept = Mistakes(most=2)
    kept.add(*batch([0, 1, 2], [0.5, 0.9, 0.6], [1, 1, 0]))
    kept.add(*batch([0, 2], [0.7, 0.4], [2, 2]))
    found = kept.worst()
    assert [(one.index, one.label, one.taken) for one in found] == [(3, 2, 0), (2, 0, 2)]
    assert [one.probability for one in found] == pytest.approx([0.7, 0.6])


def test_of_equally_sure_ones_the_first_are_kept():
    kept = Mistakes(most=2)
    kept.add(*batch([0] * 4, [0.5] * 4, [1] * 4))
    assert [one.index for one in kept.worst()] == [0, 1]


def test_what_fills_up_a_batch_is_no_mistake():
    kept = Mistakes()
    kept.add(*batch([0, 0], [0.5, 0.9], [1, -1]))
    kept.add(*batch([0], [0.5], [1]))
    assert [one.index for one in kept.worst()] == [0, 1]
    assert Mistakes().worst() == ()


@pytest.mark.parametrize(("side", "kept_side"), [(4, 4), (300, 96)])
def test_pictures_are_as_large_as_is_needed_to_see_them(side, kept_side):
    kept = Mistakes()
    kept.add(*batch([0, 0, 0], [0.4, 0.5, 0.9], [1, 1, 1], side))
    pixels = image.imread(io.BytesIO(kept.worst()[0].png))
    assert pixels.shape == (kept_side, kept_side, 3)
    assert pixels == pytest.approx(20 / 255)
