"""Boards with microcontrollers: the flash and the RAM that a network may take there. Plain data."""

import typing

_KILO = 1024
_NETWORK = 0.75
"""Share of a board's memory that is for a network; the rest is for the interpreter and its kernels,
a stack, buffers, and whatever the firmware is for."""


class Board(typing.NamedTuple):
    """A board.

    Attributes:
        title: what it is called.
        chip: its microcontroller, whose data sheet says the memory.
        flash_kilobytes: of flash, in 1024 bytes, on the chip or beside it.
        ram_kilobytes: of RAM, in 1024 bytes.
    """

    title: str
    chip: str
    flash_kilobytes: int
    ram_kilobytes: int

    @property
    def flash(self) -> int:
        """Bytes of flash that are for a network."""
        return int(_NETWORK * _KILO * self.flash_kilobytes)

    @property
    def ram(self) -> int:
        """Bytes of RAM that are for a network."""
        return int(_NETWORK * _KILO * self.ram_kilobytes)


BOARDS = {
    "nano33ble": Board("Arduino Nano 33 BLE Sense", "Nordic nRF52840", 1024, 256),
    "sparkfun_edge": Board("SparkFun Edge", "Ambiq Apollo3 Blue", 1024, 384),
    "pico": Board("Raspberry Pi Pico", "RP2040", 2048, 264),
    "stm32f412": Board("STM32F412G-DISCO", "STM32F412ZG", 1024, 256),
    "stm32f746": Board("STM32F746G-DISCO", "STM32F746NG", 1024, 320),
    "stm32l4r5": Board("NUCLEO-L4R5ZI", "STM32L4R5ZI", 2048, 640),
    "stm32h743": Board("NUCLEO-H743ZI2", "STM32H743ZI", 2048, 1024),
}


def table() -> str:
    """A line for each board."""
    lines = []
    for name, board in BOARDS.items():
        ram = f"{board.ram // 1000} KB of {board.ram_kilobytes} KiB of RAM"
        flash = f"{board.flash // 1000} KB of {board.flash_kilobytes} KiB of flash"
        lines.append(f"{name:<13}  {board.title} ({board.chip}): {ram}, {flash}")
    return "\n".join(lines)
