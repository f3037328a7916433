from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from app.domain.completion import completed_at, progress

D1, D2, D3 = (datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3))


@pytest.mark.parametrize(
    ("lessons", "exam_required", "passed_at", "expected"),
    [
        ([], False, None, None),
        ([], False, D1, None),
        ([], True, None, None),
        ([], True, D1, D1),
        ([D1], False, None, D1),
        ([D2, D1], False, None, D2),
        ([D1, None], False, None, None),
        ([D1], False, D3, D1),  # a pass nobody asked for moves nothing
        ([D1], True, None, None),
        ([D1, D2], True, D3, D3),
        ([D1, D3], True, D2, D3),  # the last lesson after the exam
        ([D1, None], True, D3, None),
        ((D1, D2), True, D2, D2),
    ],
)
def test_completed_at(
    lessons: Sequence[datetime | None],
    exam_required: bool,
    passed_at: datetime | None,
    expected: datetime | None,
) -> None:
    assert completed_at(lessons, exam_required, passed_at) == expected


@pytest.mark.parametrize(
    ("lessons", "expected"), [([], (0, 0)), ([None, None], (0, 2)), ([D1, None, D2], (2, 3)), ([D1], (1, 1))]
)
def test_progress(lessons: list[datetime | None], expected: tuple[int, int]) -> None:
    assert progress(lessons) == expected
