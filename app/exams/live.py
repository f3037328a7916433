"""A room as it is this second, for whoever watches it: one statement, whatever the number of seats.

The page asks every few seconds, so times stay microseconds and rows stay tuples.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.domain.access import is_root
from app.exams import saving
from app.exams.manage_queries import entries
from app.exams.models import Attempt, Exam, Response
from app.exams.seat_models import DeviceRequest, Incident, Presence, Seat, Sitting
from app.people.models import Person, Unit
from app.people.queries import within
from app.web.db import db, to_micros

AWAY = timedelta(seconds=100)
"""A page saves or says that it is there once a minute (page.js); unheard of for so long it is offline."""
MOST = 3000  # seats on one page; beyond them the page asks for a unit
_SECOND = 1_000_000


class Here(StrEnum):
    """What can be seen of a candidate from the front of the room."""

    ABSENT = "absent"  # 未到
    WAITING = "waiting"  # in the waiting room
    SITTING = "sitting"
    AWAY = "away"  # sitting, but unheard of
    ASKING = "asking"  # wants to go on at another device
    CLOSING = "closing"  # out of time; the sweeper is about to write it down
    HANDED_IN = "handed_in"


@dataclass(frozen=True)
class Room:
    """Those of a sitting, or of an exam and some subtrees of units."""

    exam: Exam
    sitting: Sitting | None
    paths: Sequence[str]


@dataclass(frozen=True)
class Place:
    """Whose seat; `number` None where nobody has one."""

    person_id: int
    number: int | None
    name: str
    unit: str


def members(room: Room) -> sa.Select[int]:
    """Ids of everybody in it."""
    if room.sitting is not None:
        return sa.select(Seat.person_id).where(Seat.sitting_id == room.sitting.id)
    return sa.select(entries([room.exam.id], room.paths).c.person_id)


def inside(room: Room, person_ids: Collection[int]) -> list[int]:
    """Those of them who are in it."""
    rows = sa.select(Person.id).where(Person.id.in_(person_ids), Person.id.in_(members(room)))
    return list(db.session.scalars(rows.order_by(Person.id)))


def places(room: Room) -> list[Place]:
    """By seat, else by unit and name; one more than `MOST` at the most."""
    seated = sa.and_(Seat.person_id == Person.id, Seat.exam_id == room.exam.id)
    rows = (
        sa.select(Person.id, Person.name, Unit.short_name, Unit.name.label("unit"), Seat.number)
        .join(Unit, Unit.id == Person.unit_id)
        .outerjoin(Seat, seated)
        .where(Person.id.in_(members(room)))
    )
    by_unit = (Unit.path, Person.name, Person.id)
    rows = rows.order_by(*((Seat.number,) if room.sitting else by_unit)).limit(MOST + 1)
    number = bool(room.sitting)
    return [
        Place(row.id, row.number if number else None, row.name, row.short_name or row.unit)
        for row in db.session.execute(rows)
    ]


def _micros(column: Any) -> sa.ColumnElement[int]:
    return sa.type_coerce(column, sa.BigInteger)


_A, _E = Attempt.__table__.alias("a"), Exam.__table__.alias("e")  # as `saving.DEADLINE` calls them
_OPEN = _A.c.submitted_at.is_(None)
_SAVED = sa.select(sa.func.max(_micros(Response.received_at))).where(Response.attempt_id == _A.c.id)
_ASKS = sa.exists().where(DeviceRequest.attempt_id == _A.c.id, DeviceRequest.decided_at.is_(None))
_FACTS = (
    _A.c.id,
    _micros(_A.c.started_at).label("started"),
    _micros(_A.c.submitted_at).label("submitted"),
    sa.case((_OPEN, sa.literal_column(saving.DEADLINE, sa.BigInteger))).label("deadline"),
    _micros(Presence.seen_at).label("seen"),
    sa.case((_OPEN, _SAVED.scalar_subquery())).label("saved"),
    sa.and_(_OPEN, _ASKS).label("asks"),
)


def _rows(room: Room) -> sa.Select[*tuple[Any, ...]]:
    if room.sitting is not None:
        mine = sa.and_(_A.c.exam_id == Seat.exam_id, _A.c.person_id == Seat.person_id, _A.c.trial.is_(False))
        rows = sa.select(Seat.person_id, _micros(Seat.arrived_at).label("arrived"), *_FACTS)
        rows = rows.join(_E, _E.c.id == Seat.exam_id).outerjoin(_A, mine)
        rows = rows.where(Seat.sitting_id == room.sitting.id)
    else:
        rows = sa.select(_A.c.person_id, sa.null().label("arrived"), *_FACTS)
        rows = rows.join(_E, _E.c.id == _A.c.exam_id).join(Person, Person.id == _A.c.person_id)
        rows = rows.join(Unit, Unit.id == Person.unit_id).where(
            _A.c.exam_id == room.exam.id, _A.c.trial.is_(False), within(room.paths)
        )
    return rows.outerjoin(Presence, Presence.attempt_id == _A.c.id).order_by(_A.c.number)


Seen: TypeAlias = tuple[str, int | None, int | None]
"""Where somebody stands (`Here`), seconds since they were heard of, seconds left to the deadline."""
NOBODY: Seen = (Here.ABSENT.value, None, None)


def now_in(room: Room, now: datetime) -> dict[int, Seen]:
    """By person; who is not there is left out. Of several attempts the last one counts."""
    at = to_micros(now)
    found: dict[int, Seen] = {}
    for row in db.session.execute(_rows(room)):
        if row.id is not None:
            found[row.person_id] = _standing(row, at)
        elif row.arrived is not None:
            found[row.person_id] = Here.WAITING.value, None, None
    return found


def overdue(exam_id: int, now: datetime) -> sa.Select[int]:
    """Ids of the exam's attempts that ran out of time, the grace included."""
    late = sa.literal_column(saving.DEADLINE, sa.BigInteger) + saving.GRACE_MICROS < to_micros(now)
    return sa.select(_A.c.id).join(_E, _E.c.id == _A.c.exam_id).where(_A.c.exam_id == exam_id, late)


def incidents(room: Room, reader: int) -> Sequence[sa.Row[Incident, Person, Person]]:
    """What was noted, the newest first: (Incident, its candidate or None, who noted it).

    Whoever watches some units of an exam reads what was noted of their people, and of the whole by themselves
    or from these units.
    """
    noted_by = aliased(Person)
    rows = (
        sa.select(Incident, Person, noted_by)
        .outerjoin(Person, Person.id == Incident.person_id)
        .join(noted_by, noted_by.id == Incident.noted_by)
        .order_by(Incident.at.desc(), Incident.id.desc())
    )
    if room.sitting is not None:
        return db.session.execute(rows.where(Incident.sitting_id == room.sitting.id)).all()
    rows = rows.where(Incident.exam_id == room.exam.id)
    if not any(map(is_root, room.paths)):
        near = sa.select(Unit.id).where(within(room.paths))
        whole = sa.and_(Incident.person_id.is_(None), Incident.sitting_id.is_(None))
        ours = sa.or_(noted_by.id == reader, noted_by.unit_id.in_(near))
        rows = rows.where(sa.or_(Incident.person_id.in_(members(room)), sa.and_(whole, ours)))
    return db.session.execute(rows).all()


_LATEST = AWAY // timedelta(microseconds=1)


def _standing(row: Any, at: int) -> Seen:
    if row.submitted is not None:
        return Here.HANDED_IN.value, (at - row.submitted) // _SECOND, None
    heard = max(row.started, row.seen or 0, row.saved or 0)
    left = row.deadline - at
    if left < -saving.GRACE_MICROS:
        here = Here.CLOSING
    elif row.asks:
        here = Here.ASKING
    else:
        here = Here.SITTING if at - heard <= _LATEST else Here.AWAY
    return here.value, max(at - heard, 0) // _SECOND, max(left, 0) // _SECOND
