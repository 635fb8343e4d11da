import contextlib
import fcntl
import io
import os
import pty
import struct
import termios

import pytest

from goldnas_tf.display.terminal import Progress, points_table

VALUES = {
    "loss": 1.23456,
    "accuracy": 0.71234,
    "lambda_": 1.2e-5,
    "alive": 392,
    "macs": 240_100_000,
    "params": 3_420_000,
    "images_per_second": 1234.5,
    "pruned": 0,
}


class Terminal:
    """A pseudo-terminal: what is written to `stream` is given by `text`."""

    def __init__(self, rows, columns):
        self._master, slave = pty.openpty()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        self.stream = os.fdopen(slave, "w", encoding="utf-8")

    def text(self):
        self.stream.flush()
        os.set_blocking(self._master, False)
        content = b""
        with contextlib.suppress(BlockingIOError):
            while True:
                content += os.read(self._master, 4096)
        return content.decode()

    def close(self):
        self.stream.close()
        os.close(self._master)


@pytest.fixture(params=[(24, 100), (0, 0)], ids=["100 columns", "unknown size"])
def terminal(request):
    made = Terminal(*request.param)
    yield made
    made.close()


def test_a_stream_that_is_no_terminal_gets_one_plain_line_for_each_epoch():
    stream = io.StringIO()
    progress = Progress(stream)
    for number in (1, 2):
        with progress.epoch(number, 3, last_epoch=2) as bar:
            for _ in range(3):
                bar.step(**VALUES)
        progress.summary(epoch=number, **VALUES)
    text = stream.getvalue()
    assert "\r" not in text
    assert "\x1b" not in text
    lines = text.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]
    for part in ("loss 1.235", "acc 71.23%", "λ 1.2e-5", "ops  392", "240.1M", "3.42M", "1.23K/s"):
        assert part in lines[0]


def test_summaries_stay_aligned_and_fit_into_100_columns():
    stream = io.StringIO()
    progress = Progress(stream)
    other = {"loss": 0.1, "accuracy": 1.0, "lambda_": None, "alive": 7, "macs": 950_000}
    with progress.epoch(1, 1, last_epoch=600):
        pass
    progress.summary(epoch=9, **VALUES)
    progress.summary(epoch=600, **{**VALUES, "pruned": 12})
    progress.summary(epoch=601, **{**VALUES, **other})
    lines = stream.getvalue().splitlines()
    assert all(len(line) <= 100 for line in lines)
    for label in ("loss", "acc", "ops", "macs", "params"):
        columns = {line.index(label) for line in lines}
        assert len(columns) == 1, label
    assert "(-12)" in lines[1]
    assert "(" not in lines[0]
    assert "λ      -" in lines[2]


def test_the_order_of_the_values_does_not_matter_and_others_come_last():
    one, other = io.StringIO(), io.StringIO()
    Progress(one).summary(epoch=1, **VALUES, rate=0.25)
    Progress(other).summary(epoch=1, rate=0.25, **dict(reversed(VALUES.items())))
    assert one.getvalue() == other.getvalue()
    assert one.getvalue().rstrip().endswith("rate      0.25")


def test_a_terminal_gets_a_bar_with_the_time_left_which_goes_when_the_epoch_is_over(terminal):
    progress = Progress(terminal.stream)
    with progress.epoch(3, 4, last_epoch=9) as bar:
        for _ in range(4):
            bar.step(alive=391, lambda_=2e-5, macs=240_100_000, accuracy=0.5)
            bar._bar.refresh()
        moving = terminal.text()
        progress.say("pruned one operator")
    progress.summary(epoch=3, **VALUES)
    assert "epoch 3/9" in moving
    assert "4/4" in moving
    assert "<00:00" in moving  # time left
    assert "ops 391, λ 2.0e-5, macs 240.1M, acc 50.00%" in moving
    final = terminal.text()
    last_on_each_line = [line.split("\r")[-1] for line in final.replace("\r\n", "\n").split("\n")]
    assert last_on_each_line[0] == "pruned one operator"
    assert last_on_each_line[1].startswith("epoch 3/9  loss 1.235")


def test_the_bar_is_closed_when_the_epoch_fails(terminal):
    progress = Progress(terminal.stream)
    with pytest.raises(RuntimeError), progress.epoch(1, 10) as bar:
        bar.step(loss=1.0)
        raise RuntimeError
    assert bar._bar.disable
    assert bar._bar not in type(bar._bar)._instances


def test_an_epoch_of_unknown_length_counts_its_steps(terminal):
    with Progress(terminal.stream).epoch(1, None) as bar:
        bar.step(loss=1.0)
        bar._bar.refresh()
    assert "1 steps" in terminal.text()


def test_a_stream_without_greek_letters_gets_a_word():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Progress(stream).summary(epoch=1, lambda_=1e-5)
    assert b"lambda 1.0e-5" in stream.buffer.getvalue()


def test_the_table_lists_all_points_aligned_with_the_front_first(make_points):
    points = make_points(9)
    lines = points_table(points, "/runs/a", 560_000_000).splitlines()
    title, ruler, *rows, note, closing = lines
    assert all(len(line) <= 100 for line in lines)
    assert closing == "report.html, pareto.json and pareto.png are in /runs/a"
    rows = [row for row in rows if row != ruler]
    assert len(rows) == 9
    marks = [row.startswith("*") for row in rows]
    assert marks == sorted(marks, reverse=True)
    assert 0 < sum(marks) < 9
    assert note == f"* not dominated: {sum(marks)} of 9"
    by_name = {row.lstrip("* ").split()[0]: row for row in rows}
    for point in points:
        row = by_name[point.name]
        for part in (f"{point.val_accuracy:.2%}", f"{point.macs / 560_000_000:.1%}", point.reason):
            assert part in row
        assert row.index("points/") == title.index("folder")
        assert row.index("%") == title.index("of start") + len("of start") - 1


def test_the_table_without_points_or_start(make_points):
    assert points_table([], "w").splitlines() == [
        "No points were found.",
        "report.html, pareto.json and pareto.png are in w",
    ]
    table = points_table(make_points(1), "w")
    assert "of start" not in table
    assert "* not dominated: 1 of 1" in table
    assert sum(set(line) == {"-", " "} for line in table.splitlines()) == 1
