import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from goldnas_tf.display import figures


def red():
    return Figure(figsize=(2, 1), dpi=50, facecolor="red")


def test_rgb_and_png_show_the_same_pixels(tmp_path):
    pixels = figures.rgb(red())
    assert pixels.shape == (50, 100, 3)
    assert pixels.dtype == np.uint8
    assert (pixels == [255, 0, 0]).all()
    figures.save_png(red(), tmp_path / "deep" / "red.png")
    saved = np.asarray(Image.open(tmp_path / "deep" / "red.png").convert("RGB"))
    np.testing.assert_array_equal(saved, pixels)


def test_others_may_read_the_file(tmp_path):
    figures.save_png(red(), tmp_path / "red.png")
    assert (tmp_path / "red.png").stat().st_mode & 0o777 == 0o644


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "red.png"
    path.write_bytes(b"old")

    def fail(self, file):
        file.write(b"half a picture")
        raise OSError("disk full")

    monkeypatch.setattr(figures.FigureCanvasAgg, "print_png", fail)
    with pytest.raises(OSError, match="disk full"):
        figures.save_png(red(), path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
