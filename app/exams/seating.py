"""Sittings and seats: verbs of whoever plans the rooms. Each act is written to the audit log."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit.service import record
from app.domain import seating as rules
from app.domain.seating import Room, Sitter
from app.exams import seat_queries as queries
from app.exams.live import overdue
from app.exams.models import Attempt, Exam
from app.exams.seat_models import Seat, Sitting
from app.people.models import Person
from app.web.db import db, hold


@dataclass(frozen=True)
class SittingFacts:
    room: str
    place: str
    seats: int
    doors_at: datetime
    opens_at: datetime
    closes_at: datetime
    code: str | None
    by_hand: bool


class Impossible(Exception):
    """It cannot be done as things are; the message says why and what to do."""


def create(exam: Exam, facts: SittingFacts) -> Sitting:
    sitting = Sitting(exam_id=exam.id, **asdict(facts))
    db.session.add(sitting)
    db.session.flush()
    summary = f"新建考试“{exam.title}”的场次“{facts.room}”"
    record("sitting.create", f"sitting:{sitting.id}", summary, after=_told(facts))
    return sitting


def change(sitting: Sitting, facts: SittingFacts, now: datetime) -> int:
    """At another time it has not begun, and whoever was let in by another code or then is asked again. Where
    the end moves back, so it does for those who sit; how many they are. Raises Impossible when somebody would
    be in two exams at once."""
    hold(sitting.exam, starts=True)  # whoever changes rooms and seats takes turns
    hold(sitting)
    _refuse_busy(queries.seats(sitting.id), facts.opens_at, facts.closes_at)
    before = SittingFacts(**{name: getattr(sitting, name) for name in asdict(facts)})
    if facts.opens_at != before.opens_at:
        sitting.started_at = sitting.started_by = None
    if (facts.opens_at, facts.code) != (before.opens_at, before.code):
        _ask_again(sitting)
    for name, value in asdict(facts).items():
        setattr(sitting, name, value)
    db.session.flush()
    longer = _prolong(sitting, before.closes_at, now) if facts.closes_at > before.closes_at else []
    summary = f"修改考试“{sitting.exam.title}”的场次“{facts.room}”"
    if longer:
        summary += f"，正在答题的 {len(longer)} 人一并延长"
    after = _told(facts) | ({"persons": longer} if longer else {})
    record("sitting.update", f"sitting:{sitting.id}", summary, before=_told(before), after=after)
    return len(longer)


def _told(facts: SittingFacts) -> dict[str, Any]:
    """For the audit log, which is read by people who are not to know the code beforehand."""
    told = asdict(facts)
    told["asks_code"] = told.pop("code") is not None
    return told


def _ask_again(sitting: Sitting) -> None:
    begun = sa.exists().where(
        Attempt.exam_id == Seat.exam_id, Attempt.person_id == Seat.person_id, Attempt.trial.is_(False)
    )
    seats = sa.update(Seat).where(Seat.sitting_id == sitting.id, ~begun).values(arrived_at=None)
    db.session.execute(seats.execution_options(synchronize_session=False))


def _prolong(sitting: Sitting, before: datetime, now: datetime) -> list[int]:
    """Whose running attempts end with the sitting; a window of one's own and what ran out stay."""
    running = sa.select(Attempt).where(
        Attempt.sitting_id == sitting.id, Attempt.submitted_at.is_(None), Attempt.closes_at == before,
        Attempt.id.not_in(overdue(sitting.exam_id, now)),
    )  # fmt: skip
    found = db.session.scalars(
        running.order_by(Attempt.id).with_for_update().execution_options(populate_existing=True)
    ).all()
    for attempt in found:
        attempt.closes_at = sitting.closes_at
    db.session.flush()
    return sorted(one.person_id for one in found)


@dataclass(frozen=True)
class Outcome:
    seated: int
    busy: list[str]  # have a seat elsewhere at the same time
    left: int  # found no free seat


def deal(exam: Exam, people: Sequence[Person], sittings: Sequence[Sitting]) -> Outcome:
    """Seats for those of `people` who have none, in the free seats of these sittings."""
    hold(exam, starts=True)
    taken = queries.taken([one.id for one in sittings])
    seated = queries.seated(exam.id)
    busy = queries.busy([one.id for one in people], [(s.opens_at, s.closes_at) for s in sittings], exam.id)
    waiting = [one for one in people if one.id not in seated]
    rooms = [
        Room(one.id, tuple(n for n in range(1, one.seats + 1) if n not in taken.get(one.id, ())))
        for one in sittings
    ]
    forms = sorted(form.number for form in exam.forms)
    free = [Sitter(one.id, one.unit_id) for one in waiting if one.id not in busy]
    dealt, left = rules.deal(free, rooms, forms, secrets.randbits(32))
    serial = queries.last_serial(exam)
    db.session.add_all(
        Seat(
            exam_id=exam.id, sitting_id=one.sitting_id, person_id=one.person_id, number=one.number,
            form=one.form, ticket=queries.ticket(exam, serial + n),
        )
        for n, one in enumerate(dealt, 1)
    )  # fmt: skip
    db.session.flush()
    after = {"people": [one.person_id for one in dealt]}
    record("seat.assign", f"exam:{exam.id}", f"给考试“{exam.title}”的 {len(dealt)} 人排座", after=after)
    return Outcome(len(dealt), [one.name for one in waiting if one.id in busy], left)


def move(seat: Seat, target: Sitting, number: int) -> Seat | None:
    """To another seat; who sits there takes this one, and is returned. Raises Impossible."""
    hold(target.exam, starts=True)
    hold(target, starts=True)
    hold(seat)
    if not 1 <= number <= target.seats:
        raise Impossible(f"“{target.room}”的座号是 1 至 {target.seats}。")
    other = db.session.scalar(
        sa.select(Seat).where(Seat.sitting_id == target.id, Seat.number == number).with_for_update()
    )
    before = {"sitting": seat.sitting_id, "number": seat.number}
    if other is seat:
        return None
    if queries.begun(seat) or (other is not None and queries.begun(other)):
        raise Impossible("已经开始答题的人不能再换座。")
    _refuse_busy([seat], target.opens_at, target.closes_at)
    if other is not None:
        _refuse_busy([other], seat.sitting.opens_at, seat.sitting.closes_at)
    _put(seat, target.id, number, other)
    summary = f"给{seat.person.name}换座到“{target.room}”{number} 号"
    if other is not None:
        summary += f"，与{other.person.name}对换"
    after = {"sitting": target.id, "number": number}
    record("seat.change", f"person:{seat.person_id}", summary, before=before, after=after)
    return other


def _refuse_busy(seats: Sequence[Seat], opens_at: datetime, closes_at: datetime) -> None:
    """Nobody sits in two exams at once. Raises Impossible."""
    if not seats:
        return
    busy = queries.busy([seat.person_id for seat in seats], [(opens_at, closes_at)], seats[0].exam_id)
    if names := [seat.person.name for seat in seats if seat.person_id in busy]:
        text = _("这段时间在别的考试有座位：%(names)s。", names="、".join(names[:10]))
        raise Impossible(text)


def _put(seat: Seat, sitting_id: int, number: int, other: Seat | None) -> None:
    """No two may have one seat even for a moment, so whoever is there steps aside first."""
    old = seat.sitting_id, seat.number
    elsewhere = sitting_id != seat.sitting_id
    if other is not None:
        other.number = -other.id
        db.session.flush()
        seat.form, other.form = other.form, seat.form
    seat.sitting_id, seat.number = sitting_id, number
    db.session.flush()
    if other is not None:
        other.sitting_id, other.number = old
    if elsewhere:  # who arrived, and said a code, did so in another room
        for one in filter(None, (seat, other)):
            one.arrived_at = None
    db.session.flush()


def take(exam: Exam, seat: Seat) -> None:
    """The person has no seat any more. Raises Impossible."""
    hold(exam, starts=True)
    hold(seat)
    if queries.begun(seat):
        raise Impossible("已经开始答题的人不能撤座。")
    before = {"sitting": seat.sitting_id, "number": seat.number, "ticket": seat.ticket}
    db.session.delete(seat)
    db.session.flush()
    record("seat.delete", f"person:{seat.person_id}", f"撤去{seat.person.name}的座位", before=before)


def arrived(seat: Seat, now: datetime) -> bool:
    """An invigilator sees the person in the room, who need not say its code. False: was there already."""
    hold(seat)
    if seat.arrived_at is not None:
        return False
    if now < seat.sitting.doors_at:
        raise Impossible("还没到入场时间。")
    seat.arrived_at = now
    db.session.flush()
    summary = f"确认{seat.person.name}到场（“{seat.sitting.room}”{seat.number} 号）"
    record("seat.confirm", f"person:{seat.person_id}", summary, after={"sitting": seat.sitting_id})
    return True


def remove(sitting: Sitting) -> None:
    """A sitting without seats goes. Raises Impossible."""
    hold(sitting.exam, starts=True)
    hold(sitting)
    if db.session.scalar(sa.select(Seat.id).where(Seat.sitting_id == sitting.id).limit(1)):
        raise Impossible("这个场次还有人，请先把座位换到别处或撤去。")
    before = {"room": sitting.room}
    db.session.delete(sitting)
    db.session.flush()
    record("sitting.delete", f"sitting:{sitting.id}", f"删除场次“{before['room']}”", before=before)


def start(sitting: Sitting, person_id: int, now: datetime) -> bool:
    """The invigilator says go. False: it was said before. Raises Impossible before the doors open, and where
    the clock says go."""
    hold(sitting)
    if not sitting.by_hand:
        raise Impossible("这个场次到时自动开考，不用宣布。")
    if sitting.started_at is not None:
        return False
    if now < sitting.doors_at:
        raise Impossible("还没到入场时间，不能开考。")
    sitting.started_at, sitting.started_by = now, person_id
    db.session.flush()
    record("sitting.start", f"sitting:{sitting.id}", f"宣布“{sitting.room}”开考", after={"opens_at": now})
    return True
