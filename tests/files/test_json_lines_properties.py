"""Lines of any JSON values, cut off anywhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldnas_tf.files import json_lines

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda some: st.lists(some) | st.dictionaries(st.text(), some), max_leaves=6
)
LINES = st.lists(st.dictionaries(st.text(), VALUES, max_size=3), max_size=5)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("lines") / "metrics.jsonl"


@settings(max_examples=30)  # each waits for the disk
@given(lines=LINES)
def test_lines_are_read_back_in_order(file, lines):
    file.unlink(missing_ok=True)
    assert json_lines.read(file) == []
    for line in lines:
        json_lines.append(file, line)
    assert json_lines.read(file) == lines
    before = file.read_bytes() if lines else b""
    json_lines.write(file, lines)
    assert file.read_bytes() == before


@settings(max_examples=30)
@given(lines=LINES, data=st.data())
def test_a_file_that_was_cut_off_goes_on_after_its_last_line(file, lines, data):
    json_lines.write(file, lines)
    whole = file.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    file.write_bytes(whole[:cut])
    left = lines[: whole[:cut].count(b"\n")]
    assert json_lines.read(file) == left
    json_lines.append(file, {"epoch": 9})
    assert json_lines.read(file) == [*left, {"epoch": 9}]
