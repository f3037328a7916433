"""What one person has to do now, and what they have done. A constant number of statements each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import contains_eager

from app.certificates import queries as certificates
from app.certificates.models import Certificate
from app.courses import queries as courses
from app.courses.queries import Assigned
from app.courses.queries import Standing as Progress
from app.exams import announcing, notices, standing
from app.exams import queries as exams
from app.exams.models import Attempt, Exam
from app.exams.notices import Notice
from app.exams.result_models import Announcement
from app.exams.standing import Standing
from app.web.paging import paginate

NEWS = timedelta(days=14)  # how long a new certificate is shown
PER_PAGE = 20


@dataclass(frozen=True)
class Today:
    """Everything that asks for this person, the most urgent kind first."""

    running: list[Standing]
    exams: list[Standing]
    courses: list[Assigned]
    certificates: list[Certificate]
    coming: list[Standing]
    notices: Sequence[Notice]  # scores that were corrected
    announcements: Sequence[Announcement]

    @property
    def tasks(self) -> int:
        """How many things are to be done; news and what has not begun do not count."""
        return len(self.running) + len(self.exams) + len(self.courses)


def today(person_id: int, unit_path: str, now: datetime) -> Today:
    groups = standing.grouped(standing.of(exams.exams_of(person_id, unit_path), person_id, unit_path, now))
    running = [one for one in groups.now if one.running]
    ready = [one for one in groups.now if not one.running and not (one.result and one.result.holds(now))]
    offered = {one.exam.id for one in (*groups.now, *groups.coming)}
    return Today(
        running=running,
        exams=ready,
        courses=[
            one for one in courses.assigned_courses(person_id, unit_path) if _to_study(one.standing, offered)
        ],
        certificates=[
            one
            for one in certificates.certificates_of(person_id)
            if one.voided_at is None and now - one.issued_at < NEWS
        ],
        coming=groups.coming,
        notices=notices.recent(person_id, now),
        announcements=announcing.recent(person_id, unit_path, now - NEWS),
    )


def _to_study(progress: Progress, offered: set[int]) -> bool:
    """Not when completed, nor when nothing but an exam is left that the page shows anyway."""
    if progress.completed_at is not None:
        return False
    return progress.next_lesson is not None or progress.course.exam_id not in offered


def attempts_page(person_id: int, page: int) -> Pagination:
    """This person's attempts at exams and quizzes, the newest first."""
    rows = (
        sa.select(Attempt)
        .join(Exam, Exam.id == Attempt.exam_id)
        .options(contains_eager(Attempt.exam))
        .where(Attempt.person_id == person_id, Attempt.trial.is_(False))
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
    )
    return paginate(rows, page, PER_PAGE)


@dataclass(frozen=True)
class Hours:
    """Credit hours, in tenths, of the courses that were completed."""

    total: int
    completed: Sequence[Progress]


def hours(person_id: int) -> Hours:
    found = courses.standings(courses.all_courses(), [person_id]).values()
    completed = [one for one in found if one.completed_at is not None]
    return Hours(sum(one.course.credit_hours for one in completed), completed)
