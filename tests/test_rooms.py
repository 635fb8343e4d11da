"""The picture of the rooms in the docs, the linter's contract and the folders are the same."""

import re

import pytest
from processes import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text()
ROOMS = {path.parent.name for path in (ROOT / "goldnas_tf").glob("*/__init__.py")} | {"errors"}
_NAMES = slice(4, 54)  # the columns of the picture before what is said of a layer


def test_the_picture_is_the_contract():
    (picture,) = re.findall(r"(?:^    .*\n)*^    programs .*\n(?:^    .*\n)*", TEXT, re.M)
    contract = (ROOT / "pyproject.toml").read_text().split("layers = [")[1].split("]")[0]
    layers = [layer.split(" | ") for layer in re.findall(r'"(.*)"', contract)]
    assert [line[_NAMES].split() for line in picture.splitlines()] == layers
    assert {room for layer in layers for room in layer} == ROOMS


def test_every_folder_is_a_room_with_a_row_and_tests():
    rows = set(re.findall(r"^\| `(\w+)/` \|", TEXT, re.M))
    assert rows | {"errors"} == ROOMS
    tested = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert not rows - tested


@pytest.mark.parametrize("room", sorted(ROOMS - {"errors"}))
def test_a_room_says_what_it_owns_and_may_import(room):
    docstring = (ROOT / "goldnas_tf" / room / "__init__.py").read_text().split('"""')[1]
    assert "May import" in docstring
