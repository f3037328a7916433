"""Neighbours are not colleagues, and have different papers."""

from itertools import pairwise

import pytest

from app.domain.seating import Room, Sitter, apart, deal


def people(**units: int) -> list[Sitter]:
    made = [(unit, n) for unit, many in units.items() for n in range(many)]
    return [Sitter(number, int(unit[1:])) for number, (unit, _) in enumerate(made, 1)]


@pytest.mark.parametrize(
    "units", [{"u1": 5, "u2": 5}, {"u1": 6, "u2": 3, "u3": 2}, {"u1": 1}, {"u1": 4, "u2": 3}]
)
@pytest.mark.parametrize("seed", range(20))
def test_no_two_of_a_unit_side_by_side_where_it_can_be_helped(units: dict[str, int], seed: int) -> None:
    row = apart(people(**units), seed)
    assert sorted(row) == people(**units)
    assert all(a.unit_id != b.unit_id for a, b in pairwise(row))


def test_too_many_of_a_unit_sit_together_only_at_the_end() -> None:
    row = [one.unit_id for one in apart(people(u1=6, u2=2), 1)]
    assert row == [1, 2, 1, 2, 1, 1, 1, 1]


def test_rooms_fill_in_their_order_and_forms_alternate() -> None:
    rooms = [Room(7, (1, 3, 4)), Room(8, (1, 2))]
    dealt, left = deal(people(u1=3, u2=3), rooms, (1, 2), 5)
    assert [(one.sitting_id, one.number, one.form) for one in dealt] == [
        (7, 1, 2), (7, 3, 2), (7, 4, 1), (8, 1, 2), (8, 2, 1),
    ]  # fmt: skip
    assert left == 1 and len({one.person_id for one in dealt}) == 5
    assert [one.form for one in deal(people(u1=1), rooms, (1,), 5)[0]] == [None]
