"""In which order a network is computed so that its maps take little memory, and how much they take.

Interpreters for microcontrollers have one arena for all maps, in which each lies from the step that
gives it to the last one that reads it. They compute steps in the order of the file, so that the
order decides how large the arena is.
"""

import typing
from collections.abc import Sequence

_ALIGNMENT = 16
"""Bytes that each map's place is a multiple of."""


class Step(typing.NamedTuple):
    """One operation, which reads maps and gives one; maps are numbers.

    Attributes:
        reads: what it reads, in the operation's order; constants are left out.
        gives: what it gives.
    """

    reads: tuple[int, ...]
    gives: int


def ordered(steps: Sequence[Step], sizes: Sequence[int]) -> list[int]:
    """An order of the steps in which their maps take little memory.

    It follows from what the steps read alone, not from the order in which they come.

    Args:
        steps: all of them, each map given by one; the last one gives what the network gives.
        sizes: bytes of each map.

    Returns:
        The numbers of the steps.
    """
    deep = _depth_first(steps)
    orders = (deep, _freeing(steps, sizes, deep))
    return min(orders, key=lambda order: arena([steps[number] for number in order], sizes))


def _depth_first(steps: Sequence[Step]) -> list[int]:
    """Each step right after what it reads, as far as that was not there."""
    of_map = {step.gives: number for number, step in enumerate(steps)}
    order: list[int] = []
    placed: set[int] = set()
    waiting = [len(steps) - 1]
    while waiting:
        number = waiting[-1]
        missing = [
            of_map[read]
            for read in steps[number].reads
            if read in of_map and of_map[read] not in placed
        ]
        if missing:
            waiting.append(missing[0])
            continue
        waiting.pop()
        if number not in placed:
            placed.add(number)
            order.append(number)
    return order


def _freeing(steps: Sequence[Step], sizes: Sequence[int], deep: Sequence[int]) -> list[int]:
    """Of the steps that can be done, always one that leaves the least in memory."""
    unread = [0] * len(sizes)
    for step in steps:
        for read in {*step.reads}:
            unread[read] += 1
    missing = {step.gives for step in steps}
    left, order = list(deep), list[int]()

    def grows(number: int) -> int:
        step = steps[number]
        freed = sum(sizes[read] for read in {*step.reads} if unread[read] == 1)
        return sizes[step.gives] - freed

    while left:
        ready = [number for number in left if not missing & {*steps[number].reads}]
        number = min(ready, key=grows)
        left.remove(number)
        order.append(number)
        missing.remove(steps[number].gives)
        for read in {*steps[number].reads}:
            unread[read] -= 1
    return order


def arena(steps: Sequence[Step], sizes: Sequence[int]) -> int:
    """Bytes that the maps take where the steps are done in their order.

    Placed as the planner of TensorFlow Lite Micro does it: the largest ones first, each at the
    lowest place that is free for as long as it is needed.

    Args:
        steps: in the order in which they are done; maps that none of them gives are there before.
        sizes: bytes of each map.
    """
    first = {step.gives: time for time, step in enumerate(steps, 1)}
    last = {read: time for time, step in enumerate(steps, 1) for read in step.reads}
    taken = {map_: -(-sizes[map_] // _ALIGNMENT) * _ALIGNMENT for map_ in {*first, *last}}
    # of two alike the one that comes later
    needed = sorted(taken, key=lambda map_: (taken[map_], first.get(map_, 0)), reverse=True)
    placed: list[tuple[int, int, int, int]] = []
    for map_ in needed:
        size = taken[map_]
        begins, ends = first.get(map_, 0), last.get(map_, len(steps))
        place = 0
        for start, end, begun, ended in sorted(placed):
            if begun <= ends and begins <= ended:
                if place + size <= start:
                    break
                place = max(place, end)
        placed.append((place, place + size, begins, ends))
    return max(end for _, end, _, _ in placed)
