"""Dealing seats: neighbours are not colleagues as far as that is possible, and have different papers."""

import heapq
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Sitter(NamedTuple):
    person_id: int
    unit_id: int


@dataclass(frozen=True)
class Room:
    """A sitting's free seats, by number."""

    sitting_id: int
    free: tuple[int, ...]


@dataclass(frozen=True)
class Dealt:
    person_id: int
    sitting_id: int
    number: int
    form: int | None


def deal(
    people: Iterable[Sitter], rooms: Sequence[Room], forms: Sequence[int], seed: int
) -> tuple[list[Dealt], int]:
    """(seats, how many found none). Rooms fill in their order; forms alternate from seat to seat.

    With one paper only, `form` is None: whichever is the exam's then.
    """
    places = [(room.sitting_id, number) for room in rooms for number in room.free]
    row = apart(people, seed)
    dealt = [
        Dealt(one.person_id, sitting_id, number, forms[number % len(forms)] if len(forms) > 1 else None)
        for one, (sitting_id, number) in zip(row, places, strict=False)
    ]
    return dealt, len(row) - len(dealt)


def apart(people: Iterable[Sitter], seed: int) -> list[Sitter]:
    """In a row in which two of one unit stand side by side only where there are too many of them."""
    rng = random.Random(seed)  # noqa: S311  (an order of seats is no secret)
    units: defaultdict[int, list[Sitter]] = defaultdict(list)
    for one in sorted(people):
        units[one.unit_id].append(one)
    heap = [(-len(members), rng.random(), unit_id) for unit_id, members in units.items()]
    for members in units.values():
        rng.shuffle(members)
    heapq.heapify(heap)
    row: list[Sitter] = []
    while heap:
        first = heapq.heappop(heap)
        if row and heap and first[2] == row[-1].unit_id:
            first, other = heapq.heappop(heap), first
            heapq.heappush(heap, other)
        row.append(units[first[2]].pop())
        if units[first[2]]:
            heapq.heappush(heap, (first[0] + 1, rng.random(), first[2]))
    return row
