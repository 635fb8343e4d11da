import numpy as np
import pytest

from goldnas_tf.data.stratify import hold_out, keep_some, share, stratified_sample
from goldnas_tf.errors import InputError

LABELS = np.repeat([0, 1, 2], [50, 30, 20])


def test_sample_keeps_the_shares_of_the_classes():
    drawn = stratified_sample(LABELS, 10, seed=3)
    assert np.bincount(LABELS[drawn]).tolist() == [5, 3, 2]


@pytest.mark.parametrize("count", [0, 1, 7, 33, 99, 100])
def test_sample_has_exactly_the_size_asked_for(count):
    drawn = stratified_sample(LABELS, count, seed=0)
    assert len(set(drawn.tolist())) == len(drawn) == count
    quota = count * np.array([0.5, 0.3, 0.2])
    assert (np.abs(np.bincount(LABELS[drawn], minlength=3) - quota) < 1).all()


def test_sample_follows_its_seed():
    assert (stratified_sample(LABELS, 30, 1) == stratified_sample(LABELS, 30, 1)).all()
    assert (stratified_sample(LABELS, 30, 1) != stratified_sample(LABELS, 30, 2)).any()


def test_ties_do_not_always_favour_the_first_class():
    labels = np.array([0, 1])
    assert {int(stratified_sample(labels, 1, seed)[0]) for seed in range(20)} == {0, 1}


def test_sample_refuses_more_than_there_is():
    with pytest.raises(ValueError, match=r"0\.\.100"):
        stratified_sample(LABELS, 101, seed=0)


def test_hold_out_divides_without_overlap():
    rest, held = hold_out(LABELS, 20, seed=5)
    assert sorted([*rest, *held]) == list(range(100))
    assert np.bincount(LABELS[held]).tolist() == [10, 6, 4]


def test_hold_out_refuses_to_empty_a_class():
    with pytest.raises(InputError, match="all of class number"):
        hold_out(np.array([0, 0, 0, 1]), 3, seed=0)


def test_keep_some_thins_by_class_and_refuses_the_impossible():
    positions = np.arange(0, 100, 2)
    kept = keep_some(LABELS, positions, 10, seed=0)
    assert set(kept) <= set(positions)
    assert np.bincount(LABELS[kept]).tolist() == [5, 3, 2]
    assert keep_some(LABELS, positions, 0, seed=0) is positions
    with pytest.raises(InputError, match="at most the 50 training images"):
        keep_some(LABELS, positions, 51, seed=0)
    with pytest.raises(InputError, match="each of the 3 classes"):
        keep_some(LABELS, positions, 2, seed=0)


def test_share_rounds_up_but_not_for_floating_point_dust():
    assert share(1797, 0.2) == 360
    assert share(100, 0.07) == 7
