import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image

from goldnas_tf.evaluation.accuracy import score
from goldnas_tf.evaluation.confusion_picture import confusion_figure, draw_confusion, most_confused


def noisy(classes, each=20, wrong=0.3, seed=1):
    """An accuracy on so many images of every class but the last."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes - 1), each)
    taken = np.where(rng.random(len(labels)) < wrong, rng.integers(0, classes, len(labels)), labels)
    return score(np.eye(classes)[taken], labels)


def names(classes):
    return [f"a kind of thing, number {index}" for index in range(classes)]


def cells(figure):
    """The colours of the matrix."""
    (image,) = figure.axes[0].images
    return np.asarray(image.get_array())[..., :3]


def texts(axes):
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("classes", [2, 10, 40, 120, 400])
def test_a_readable_picture_of_bounded_size_is_written(tmp_path, classes):
    draw_confusion(noisy(classes), names(classes), "e001 on things", tmp_path / "deep" / "it.png")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["it.png"]
    with Image.open(tmp_path / "deep" / "it.png") as image:
        assert image.format == "PNG"
        assert 800 < image.size[0] < 3000
        assert 600 < image.size[1] < 2500


@pytest.mark.parametrize("classes", [2, 10, 40, 120])
def test_nothing_leaves_the_picture_and_no_names_overlap(classes):
    figure = confusion_figure(noisy(classes), names(classes), "a title " * 20)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    matrix, bars = figure.axes
    written = [*matrix.get_xticklabels(), *matrix.get_yticklabels(), *bars.texts, *matrix.texts]
    for text in [*written, figure._suptitle, figure._supxlabel]:
        box = text.get_window_extent(canvas.get_renderer())
        assert box.x0 >= 0, text
        assert box.x1 <= figure.bbox.x1, text
        assert box.y0 >= 0, text
        assert box.y1 <= figure.bbox.y1, text
    for axis in (matrix.get_xticklabels(), matrix.get_yticklabels()):
        boxes = [text.get_window_extent(canvas.get_renderer()) for text in axis]
        assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))


def test_cells_are_coloured_by_shares_of_their_row():
    # ten of the first class, one of which is taken for the third; the second right and wrong
    labels = np.array([0] * 10 + [1] * 2)
    taken = np.array([0] * 9 + [2] + [1, 2])
    colours = cells(confusion_figure(score(np.eye(4)[taken], labels), "abcd", "it"))
    np.testing.assert_array_equal(colours[0, 1], (1, 1, 1))
    blue, red = to_rgb("#0b5394"), to_rgb("#990000")
    np.testing.assert_allclose(colours[1, 2], red, atol=0.01)
    assert np.linalg.norm(colours[0, 0] - blue) < np.linalg.norm(colours[1, 1] - blue)
    assert np.linalg.norm(colours[0, 2] - red) > 0.3
    # there are no images of the last two classes
    for row in (2, 3):
        assert len(np.unique(colours[row], axis=0)) == 1
        assert (colours[row, 0] < 1).all()


def test_counts_accuracies_and_worst_confusions_are_written():
    labels = np.array([0] * 10 + [1] * 4)
    taken = np.array([0] * 7 + [1] * 3 + [1] * 3 + [0])
    figure = confusion_figure(score(np.eye(3)[taken], labels), ["ant", "bee", "cat"], "e001")
    matrix, bars = figure.axes
    assert sorted(texts(matrix)) == ["1", "3", "3", "7"]
    assert texts(bars) == ["70.0%", "75.0%", "no images"]
    assert figure._suptitle.get_text() == "e001: 71.43% right"
    footer = figure._supxlabel.get_text()
    assert footer == "most often mistaken: ant for bee (3), bee for ant (1)"


def test_many_classes_have_neither_counts_nor_all_of_their_names():
    figure = confusion_figure(noisy(400), names(400), "it")
    assert not texts(figure.axes[0])
    assert 100 < len(figure.axes[0].get_xticks()) <= 150


def test_a_perfect_network_confuses_nothing():
    figure = confusion_figure(score(np.eye(3), [0, 1, 2]), "abc", "it")
    assert figure._supxlabel.get_text() == "no image was taken for another class"
    assert "100.00% right" in figure._suptitle.get_text()


def test_names_with_dollars_are_no_formulas():
    figure = confusion_figure(score(np.eye(2), [0, 1]), [r"$\frac$", "b"], r"$\frac$")
    FigureCanvasAgg(figure).draw()


def test_most_confused_are_the_most_frequent_first():
    confusion = np.array([[9, 2, 0], [5, 9, 0], [2, 0, 9]])
    assert most_confused(confusion, 2) == [(1, 0, 5), (0, 1, 2)]
    assert most_confused(confusion, 9) == [(1, 0, 5), (0, 1, 2), (2, 0, 2)]
