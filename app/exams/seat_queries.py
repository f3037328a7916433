"""Reads of sittings and seats."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from app.exams.manage_queries import entries
from app.exams.models import Attempt, Exam
from app.exams.seat_models import Invigilator, Seat, Sitting
from app.people.models import Person, SignInSession, Unit
from app.people.queries import within
from app.people.sign_in import SIGNED_IN, by_session
from app.web import clock
from app.web.db import db

_BATCH = 500


def sittings(exam_id: int) -> Sequence[Sitting]:
    return db.session.scalars(
        sa.select(Sitting)
        .where(Sitting.exam_id == exam_id)
        .order_by(Sitting.opens_at, Sitting.room, Sitting.id)
    ).all()


def sitting_of(exam_id: int, sitting_id: int) -> Sitting | None:
    return db.session.scalar(sa.select(Sitting).where(Sitting.exam_id == exam_id, Sitting.id == sitting_id))


def counts(exam_id: int) -> dict[int, int]:
    """Seats given, by sitting."""
    rows = (
        sa.select(Seat.sitting_id, sa.func.count()).where(Seat.exam_id == exam_id).group_by(Seat.sitting_id)
    )
    return dict(db.session.execute(rows).all())


def seats(sitting_id: int, paths: Sequence[str] | None = None) -> Sequence[Seat]:
    """By number, with persons and their units; `paths` None: all of them."""
    rows = (
        sa.select(Seat)
        .join(Seat.person)
        .join(Unit, Unit.id == Person.unit_id)
        .options(contains_eager(Seat.person).contains_eager(Person.unit), joinedload(Seat.sitting))
        .where(Seat.sitting_id == sitting_id)
        .order_by(Seat.number)
    )
    return db.session.scalars(rows if paths is None else rows.where(within(paths))).all()


def seat_in(sitting_id: int, seat_id: int) -> Seat | None:
    return db.session.scalar(sa.select(Seat).where(Seat.sitting_id == sitting_id, Seat.id == seat_id))


def unseated(
    exam_id: int, paths: Sequence[str], unit: Unit | None = None, rank: str = ""
) -> Sequence[Person]:
    """Who is to sit the exam, has not sat, and has no seat."""
    entry = entries([exam_id], paths if unit is None else (unit.path,))
    done = sa.exists().where(
        Attempt.exam_id == exam_id, Attempt.person_id == Person.id, Attempt.trial.is_(False)
    )
    placed = sa.exists().where(Seat.exam_id == exam_id, Seat.person_id == Person.id)
    rows = (
        sa.select(Person)
        .join(entry, entry.c.person_id == Person.id)
        .where(Person.active, ~done, ~placed)
        .order_by(Person.id)
    )
    return db.session.scalars(rows.where(Person.rank == rank) if rank else rows).all()


def taken(sitting_ids: Collection[int]) -> dict[int, set[int]]:
    """Numbers of the seats given, by sitting."""
    rows = db.session.execute(sa.select(Seat.sitting_id, Seat.number).where(Seat.sitting_id.in_(sitting_ids)))
    found: dict[int, set[int]] = {}
    for sitting_id, number in rows:
        found.setdefault(sitting_id, set()).add(number)
    return found


def seated(exam_id: int) -> set[int]:
    return set(db.session.scalars(sa.select(Seat.person_id).where(Seat.exam_id == exam_id)))


def busy(person_ids: Sequence[int], wanted: Sequence[tuple[datetime, datetime]], exam_id: int) -> set[int]:
    """Who has a seat in another exam within one of these times."""
    if not wanted:
        return set()
    meets = sa.or_(
        *(sa.and_(Sitting.opens_at < closes, Sitting.closes_at > opens) for opens, closes in wanted)
    )
    found: set[int] = set()
    for start in range(0, len(person_ids), _BATCH):
        rows = (
            sa.select(Seat.person_id)
            .join(Sitting, Sitting.id == Seat.sitting_id)
            .where(Seat.exam_id != exam_id, Seat.person_id.in_(person_ids[start : start + _BATCH]), meets)
        )
        found |= set(db.session.scalars(rows))
    return found


def ticket(exam: Exam, serial: int) -> str:
    """准考证号: year, exam, serial number within it."""
    return f"{clock.beijing(exam.opens_at):%y}{exam.id:05d}{serial:05d}"


def last_serial(exam: Exam) -> int:
    """Of a ticket whose year was another when it was numbered, the serial counts all the same."""
    last = db.session.scalar(
        sa.select(sa.func.max(sa.func.substr(Seat.ticket, 8))).where(Seat.exam_id == exam.id)
    )
    return int(last) if last else 0


def begun(seat: Seat) -> bool:
    found = sa.select(Attempt.id).where(
        Attempt.exam_id == seat.exam_id, Attempt.person_id == seat.person_id, Attempt.trial.is_(False)
    )
    return db.session.scalar(found.limit(1)) is not None


def watches(sitting_id: int, person_id: int) -> bool:
    return db.session.get(Invigilator, (sitting_id, person_id)) is not None


def clashing(
    exam_id: int, sitting: Sitting | None, room: str, place: str, opens: datetime, closes: datetime
) -> bool:
    """Is the room in use by another sitting of the exam then?"""
    rows = sa.select(Sitting.id).where(
        Sitting.exam_id == exam_id, Sitting.room == room, Sitting.place == place,
        Sitting.opens_at < closes, Sitting.closes_at > opens,
    )  # fmt: skip
    if sitting is not None:
        rows = rows.where(Sitting.id != sitting.id)
    return db.session.scalar(rows.limit(1)) is not None


_BELL = (
    sa.select(Sitting)
    .join(Seat, Seat.sitting_id == Sitting.id)
    .join(Person, Person.id == Seat.person_id)
    .join(SignInSession, SignInSession.person_id == Person.id)
    .where(Seat.exam_id == sa.bindparam("exam"), SIGNED_IN)
)


def bell(exam_id: int, session_id: str) -> Sitting | None:
    """The sitting of whoever is signed in by the session: one statement, asked by a whole room."""
    return db.session.scalar(_BELL, {"exam": exam_id, **by_session(session_id)})
