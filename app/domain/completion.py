"""When a course is completed: derived from the facts of lessons and exam, never a flag (DESIGN.md §3)."""

from collections.abc import Sequence
from datetime import datetime


def completed_at(
    lessons_done: Sequence[datetime | None], exam_required: bool, passed_at: datetime | None
) -> datetime | None:
    """The moment the last requirement was met; None while one is open.

    `lessons_done` has one entry per lesson, None = not done. A pass counts only where the exam is required;
    a course that requires nothing is never completed.
    """
    requirements = [*lessons_done, *([passed_at] if exam_required else [])]
    met = [moment for moment in requirements if moment is not None]
    if not met or len(met) < len(requirements):
        return None
    return max(met)


def progress(lessons_done: Sequence[datetime | None]) -> tuple[int, int]:
    """(lessons done, lessons of the course)."""
    return sum(moment is not None for moment in lessons_done), len(lessons_done)
