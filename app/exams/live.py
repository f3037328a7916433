"""A room as it is this second, for whoever watches it: one statement, whatever the number of seats.

The page asks every few seconds, so times stay microseconds and rows stay tuples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.domain.attempts import GRACE
from app.exams import saving
from app.exams.manage_queries import entries
from app.exams.models import Attempt, Exam, Response
from app.exams.seat_models import Presence, Seat, Sitting
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


def places(room: Room) -> list[Place]:
    """By seat, else by unit and name; one more than `MOST` at the most."""
    rows = sa.select(Person.id, Person.name, Unit.short_name, Unit.name.label("unit")).join(
        Unit, Unit.id == Person.unit_id
    )
    if room.sitting is not None:
        seats = sa.and_(Seat.person_id == Person.id, Seat.sitting_id == room.sitting.id)
        rows = rows.add_columns(Seat.number).join(Seat, seats).order_by(Seat.number)
    else:
        entry = entries([room.exam.id], room.paths)
        rows = rows.add_columns(sa.null().label("number")).join(entry, entry.c.person_id == Person.id)
        rows = rows.order_by(Unit.path, Person.name, Person.id)
    found = db.session.execute(rows.limit(MOST + 1))
    return [Place(row.id, row.number, row.name, row.short_name or row.unit) for row in found]


def _micros(column: Any) -> sa.ColumnElement[int]:
    return sa.type_coerce(column, sa.BigInteger)


_A, _E = Attempt.__table__.alias("a"), Exam.__table__.alias("e")  # as `saving.DEADLINE` calls them
_OPEN = _A.c.submitted_at.is_(None)
_SAVED = sa.select(sa.func.max(_micros(Response.received_at))).where(Response.attempt_id == _A.c.id)
_FACTS = (
    _A.c.id,
    _micros(_A.c.started_at).label("started"),
    _micros(_A.c.submitted_at).label("submitted"),
    sa.case((_OPEN, sa.literal_column(saving.DEADLINE))).label("deadline"),
    _micros(Presence.seen_at).label("seen"),
    sa.case((_OPEN, _SAVED.scalar_subquery())).label("saved"),
)


def _rows(room: Room) -> sa.Select[*tuple[Any, ...]]:
    if room.sitting is not None:
        mine = sa.and_(
            _A.c.exam_id == Seat.exam_id, _A.c.person_id == Seat.person_id, _A.c.trial.is_(False)
        )
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


def now_in(room: Room, now: datetime) -> dict[int, tuple[str, int | None, int | None]]:
    """By person: where they stand (`Here`), seconds since they were heard of, seconds left to the deadline.

    Who is not there is left out; of several attempts the last one counts.
    """
    at = to_micros(now)
    found = {}
    for row in db.session.execute(_rows(room)):
        if row.id is not None:
            found[row.person_id] = _standing(row, at)
        elif row.arrived is not None:
            found[row.person_id] = (Here.WAITING.value, None, None)
    return found


_LATEST = AWAY // timedelta(microseconds=1)
_GRACE = GRACE // timedelta(microseconds=1)


def _standing(row: Any, at: int) -> tuple[str, int | None, int | None]:
    if row.submitted is not None:
        return Here.HANDED_IN.value, (at - row.submitted) // _SECOND, None
    heard = max(row.started, row.seen or 0, row.saved or 0)
    left = row.deadline - at
    if left < -_GRACE:
        here = Here.CLOSING
    else:
        here = Here.SITTING if at - heard <= _LATEST else Here.AWAY
    return here.value, max(at - heard, 0) // _SECOND, max(left, 0) // _SECOND
