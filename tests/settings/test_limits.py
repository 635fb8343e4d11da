"""The most that a network may use, and boards that say it."""

import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.resources import boards
from goldnas_tf.settings.limits import LIMITS, LimitSettings


def test_what_is_not_set_is_no_limit():
    assert LimitSettings().most == {}
    found = LimitSettings(max_params="50K", max_macs="2M", max_flash="96K", max_latency_ms=0.5)
    most = {"params": 50_000, "macs": 2_000_000, "flash_bytes": 96_000, "latency_ms": 0.5}
    assert found.most == most
    assert {*LIMITS} >= {*found.most}


@pytest.mark.parametrize("name", boards.BOARDS)
def test_a_board_leaves_a_part_to_its_firmware(name):
    board, most = boards.BOARDS[name], LimitSettings(board=name).most
    assert most == {"flash_bytes": board.flash, "ram_bytes": board.ram}
    assert board.ram == 0.75 * 1024 * board.ram_kilobytes
    assert any(line.startswith(name) for line in boards.table().splitlines())


def test_what_is_stricter_than_a_board_holds():
    board = boards.BOARDS["pico"]
    most = LimitSettings(board="pico", max_ram="64K", max_flash="100M").most
    assert most == {"flash_bytes": board.flash, "ram_bytes": 64_000}


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"board": "toaster"}, "board: expected one of"), ({"max_ram": "big"}, "max_ram: expected")],
)
def test_other_limits_are_told(settings, said):
    with pytest.raises(InputError, match=said):
        LimitSettings(**settings)
