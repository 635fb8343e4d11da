import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator

from goldnas_tf.display.tensorboard import Board

# what `tensorboard --load_fast=false` reads with, and what scripts read with
READERS = (plugin_event_accumulator.EventAccumulator, event_accumulator.EventAccumulator)


def read(folder, reader=event_accumulator.EventAccumulator):
    return reader(str(folder)).Reload()


def curve(folder, tag, reader=event_accumulator.EventAccumulator):
    return [
        (event.step, float(tf.make_ndarray(event.tensor_proto)))
        for event in read(folder, reader).Tensors(tag)
    ]


def test_scalars_are_read_back_by_name_and_step(tmp_path):
    board = Board(tmp_path)
    board.scalars(1, loss=2.0, lambda_=0.5, accuracy=None, step=40)
    board.scalars(2, loss=np.float32(1.0))
    board.close()
    assert curve(tmp_path, "loss") == [(1, 2.0), (2, 1.0)]
    assert curve(tmp_path, "lambda") == [(1, 0.5)]
    assert curve(tmp_path, "step") == [(1, 40.0)]
    assert set(read(tmp_path).Tags()["tensors"]) == {"loss", "lambda", "step"}


def test_histograms_hold_all_values(tmp_path):
    board = Board(tmp_path)
    board.histograms(3, {"gates/cell_0": np.linspace(0, 1, 28), "gates/cell_1": [0.5]})
    board.close()
    (event,) = read(tmp_path).Tensors("gates/cell_0")
    buckets = tf.make_ndarray(event.tensor_proto)  # left edge, right edge, count
    assert event.step == 3
    assert buckets[:, 2].sum() == 28
    assert (buckets[0, 0], buckets[-1, 1]) == (0, 1)
    assert "gates/cell_1" in read(tmp_path).Tags()["tensors"]


def test_a_picture_comes_from_pixels_or_a_file(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (12, 20, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "some.png")
    board = Board(tmp_path / "board")
    board.picture(1, "pixels", pixels)
    board.picture(1, "file", tmp_path / "some.png")
    board.close()
    for tag in ("pixels", "file"):
        (event,) = read(tmp_path / "board").Tensors(tag)
        width, height, png = tf.make_ndarray(event.tensor_proto)
        assert (int(width), int(height)) == (20, 12)
        np.testing.assert_array_equal(tf.io.decode_png(png).numpy(), pixels)


def test_what_is_no_picture_is_refused(tmp_path):
    board = Board(tmp_path)
    with pytest.raises(ValueError, match="float32"):
        board.picture(1, "pixels", np.zeros((4, 4, 3), np.float32))
    board.close()


@pytest.mark.parametrize("reader", READERS)
def test_a_resumed_board_replaces_the_steps_it_writes_again(tmp_path, reader):
    for first, last, value in ((0, 6, 1.0), (4, 8, 2.0), (5, 6, 3.0)):
        board = Board(tmp_path, first)
        for step in range(first, last):
            board.scalars(step, loss=value)
        board.close()
    expected = [(0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0), (4, 2.0), (5, 3.0)]
    assert curve(tmp_path, "loss", reader) == expected


@pytest.mark.parametrize("reader", READERS)
def test_resuming_where_the_last_session_ended_drops_nothing(tmp_path, reader):
    for first, value in ((1, 1.0), (3, 2.0)):
        board = Board(tmp_path, first)
        for step in (first, first + 1):
            board.scalars(step, loss=value)
        board.close()
    assert curve(tmp_path, "loss", reader) == [(1, 1.0), (2, 1.0), (3, 2.0), (4, 2.0)]


def test_a_resumed_board_leaves_no_file_but_events(tmp_path):
    for first in (0, 1):
        board = Board(tmp_path, first)
        board.scalars(first, loss=1.0)
        board.scalars(first + 1, loss=1.0)
        board.close()
    names = [path.name for path in tmp_path.iterdir()]
    assert len(names) == 2
    assert all(name.startswith("events.out.tfevents.") for name in names)


def test_an_event_file_that_ends_in_half_an_event_is_continued(tmp_path):
    board = Board(tmp_path)
    for step in range(4):
        board.scalars(step, loss=1.0)
    board.close()
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-5])
    board = Board(tmp_path, 2)
    board.scalars(2, loss=2.0)
    board.close()
    assert curve(tmp_path, "loss") == [(0, 1.0), (1, 1.0), (2, 2.0)]
