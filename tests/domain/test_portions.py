"""How points are dealt to the parts of a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.scoring import portions


@pytest.mark.parametrize(
    ("full", "parts", "dealt"),
    [
        (100, 3, (30, 40, 30)),
        (100, 4, (30, 20, 30, 20)),
        (20, 3, (5, 10, 5)),
        (20, 5, (4, 4, 4, 4, 4)),
        (15, 2, (10, 5)),
        (25, 1, (25,)),
        (1, 2, (1, 0)),
        (0, 2, (0, 0)),
    ],
)
def test_whole_points_before_halves_before_tenths(full: int, parts: int, dealt: tuple[int, ...]) -> None:
    assert portions(full, parts) == dealt


@given(st.integers(0, 2000), st.integers(1, 30))
def test_they_add_up_and_are_nearly_even(full: int, parts: int) -> None:
    dealt = portions(full, parts)
    assert len(dealt) == parts and sum(dealt) == full
    assert max(dealt) - min(dealt) <= 10


def test_nothing_to_deal_to() -> None:
    with pytest.raises(ValueError):
        portions(10, 0)
