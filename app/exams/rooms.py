"""What an invigilator does for a whole room or some of it. Each act is a line of the 考场记录 and is audited.

A form carries a mark of its own: sent twice, it notes, and so does, what it says once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from app.audit.service import record
from app.exams import attempts, reopening
from app.exams.live import Room, members, overdue
from app.exams.models import Attempt
from app.exams.seat_models import Incident
from app.people.models import Person
from app.web.db import db

_NAMED = 5  # in a line of the 考场记录; the audit log has all of them
MOST_AT_ONCE = 200  # attempts that one act scores or opens
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Act:
    """Who does it, when, why, and which form said so."""

    by: int
    now: datetime
    reason: str
    form: str


class Twice(Exception):
    """The same form came before; nothing was done again."""


def note(room: Room, act: Act, kind: str, person_id: int | None = None) -> Incident:
    """Raises Twice."""
    noted = _INSERT[db.engine.dialect.name](Incident).values(
        exam_id=room.exam.id, sitting_id=room.sitting.id if room.sitting else None, person_id=person_id,
        kind=kind, text=act.reason, form=act.form, at=act.now, noted_by=act.by,
    )  # fmt: skip
    made: Incident | None = db.session.scalars(
        noted.on_conflict_do_nothing().returning(Incident)
    ).one_or_none()
    if made is None:
        raise Twice
    return made


def write_down(room: Room, act: Act, kind: str, person_id: int | None) -> None:
    """A note and nothing else. Raises Twice."""
    note(room, act, kind, person_id)
    whom = db.session.get_one(Person, person_id).name if person_id else _called(room)
    after = {"kind": kind, "person": person_id, "text": act.reason}
    record("incident.create", f"exam:{room.exam.id}", f"考场记录“{room.exam.title}”：{whom}", after=after)


def _named(ids: Collection[int]) -> str:
    """Those people, a few of them by name."""
    rows = sa.select(Person.name).where(Person.id.in_(ids)).order_by(Person.id).limit(_NAMED)
    names = "、".join(db.session.scalars(rows))
    return names if len(ids) <= _NAMED else f"{names}等 {len(ids)} 人"


def _called(room: Room) -> str:
    return room.sitting.room if room.sitting else "全场"


def _of_room(room: Room, only: Collection[int] | None, act: Act) -> sa.Select[Attempt]:
    """Attempts in the room, never one's own; in one order, so that no two acts wait for each other."""
    rows = sa.select(Attempt).where(
        Attempt.exam_id == room.exam.id, Attempt.person_id.in_(members(room)), Attempt.person_id != act.by,
        Attempt.trial.is_(False),
    )  # fmt: skip
    if only is not None:
        rows = rows.where(Attempt.person_id.in_(only))
    return rows.order_by(Attempt.id)


def _sitting(room: Room, only: Collection[int] | None, act: Act) -> sa.Select[Attempt]:
    """Those that are not handed in."""
    return _of_room(room, only, act).where(Attempt.submitted_at.is_(None))


def give_minutes(room: Room, only: Collection[int] | None, minutes: int, act: Act) -> int:
    """More time in the running attempts of the room, or of `only` these; how many there were. Who ran out of
    time is not among them: their attempts are closed at the deadline they had. Raises Twice."""
    noted = note(room, act, "minutes")
    running = _sitting(room, only, act).with_for_update().with_only_columns(Attempt.id)
    ids = db.session.scalars(running).all()
    given = db.session.execute(
        sa.update(Attempt)
        .where(Attempt.id.in_(ids), Attempt.id.not_in(overdue(room.exam.id, act.now)))
        .values(extra_minutes=Attempt.extra_minutes + minutes)
        .returning(Attempt.person_id)
        .execution_options(synchronize_session=False)
    )
    whom = sorted(given.scalars())
    noted.text = f"给 {len(whom)} 人加时 {minutes} 分钟（{_named(whom)}）：{act.reason}"
    record(
        "attempt.extend", f"exam:{room.exam.id}",
        f"给“{room.exam.title}”{_called(room)} {len(whom)} 人加时 {minutes} 分钟：{act.reason}",
        after={"minutes": minutes, "persons": whom, "reason": act.reason},
    )  # fmt: skip
    return len(whom)


def reopen(
    room: Room, only: Collection[int] | None, minutes: int, since: datetime, act: Act
) -> tuple[int, int]:
    """Let those whose time ran out since then, or `only` these however they ended, write on for so many
    minutes at least; how many, and how many could not be opened again.
    `MOST_AT_ONCE` at once. Raises Twice."""
    noted = note(room, act, "reopen")
    newer = aliased(Attempt)
    begun_another = sa.exists().where(
        newer.exam_id == Attempt.exam_id, newer.person_id == Attempt.person_id, newer.number > Attempt.number
    )
    ended = _of_room(room, only, act).where(Attempt.submitted_at.is_not(None), ~begun_another)
    if only is None:
        ended = ended.where(Attempt.closed_by == "deadline", Attempt.submitted_at >= since)
    found = db.session.scalars(ended.limit(MOST_AT_ONCE)).all()
    opened = [one.person_id for one in found if reopening.reopen(one.id, minutes, act.now) is None]
    done = f"{len(opened)} 人的答卷，至少再答 {minutes} 分钟：{act.reason}"
    noted.text = f"重新开放 {done}（{_named(opened)}）"
    record(
        "attempt.reopen", f"exam:{room.exam.id}", f"重新开放“{room.exam.title}”{_called(room)} {done}",
        after={"minutes": minutes, "persons": sorted(opened), "reason": act.reason},
    )  # fmt: skip
    return len(opened), len(found) - len(opened)


def hand_in(room: Room, only: Collection[int] | None, act: Act) -> int:
    """Hand in for the room or `only` for these, `MOST_AT_ONCE` at once; how many were. Raises Twice."""
    noted = note(room, act, "hand_in")
    found: Sequence[Attempt] = db.session.scalars(_sitting(room, only, act).limit(MOST_AT_ONCE)).all()
    for attempt in found:
        attempts.force_close(attempt.id, act.now)
    noted.text = f"替 {len(found)} 人交卷（{_named([one.person_id for one in found])}）：{act.reason}"
    record(
        "attempt.submit", f"exam:{room.exam.id}",
        f"替“{room.exam.title}”{_called(room)} {len(found)} 人交卷：{act.reason}",
        after={"persons": sorted(one.person_id for one in found), "reason": act.reason},
    )  # fmt: skip
    return len(found)
