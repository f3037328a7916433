"""Who may sit an exam, and on what terms: all that a start has to know."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.domain.attempts import ExamClock, Given, StartRefusal, together, windowed
from app.exams.models import Allowance, Attempt, Exam, ExamAssignment, ExamForm, GroupAllowance
from app.exams.queries import ancestors, exam_clock
from app.exams.seat_models import Seat, Sitting
from app.people.models import Person, Unit
from app.people.queries import under
from app.web.db import db


@dataclass(frozen=True)
class Terms:
    """On what terms a person sits an exam, beyond those for everybody."""

    given: Given = Given()  # to the person and the person's groups
    seat: Seat | None = None
    sitting: Sitting | None = None  # of the seat


def own_clock(exam: Exam, terms: Terms) -> ExamClock:
    """The exam's times as this person has them: a sitting's stand for the exam's, a window of one's own
    for both. Nobody is late before the invigilator has said when it begins."""
    times = exam_clock(exam)
    if terms.sitting is not None:
        at = terms.sitting.started_at or terms.sitting.opens_at
        times = replace(times, opens_at=at, closes_at=terms.sitting.closes_at)
        if terms.sitting.by_hand and terms.sitting.started_at is None:
            times = replace(times, entry=None)
    return windowed(times, terms.given)


def own_end(terms: Terms) -> datetime | None:
    """The end of the person's sitting or window; None: of the exam, wherever that is moved."""
    return terms.given.closes_at or (terms.sitting.closes_at if terms.sitting else None)


def kept_out(exam: Exam, terms: Terms) -> StartRefusal | None:
    """Why the room keeps a person out who may start by the clock."""
    seat, sitting = terms.seat, terms.sitting
    if seat is None or sitting is None:
        return StartRefusal.NO_SEAT if exam.seated else None
    if sitting.by_hand and sitting.started_at is None:
        return StartRefusal.WAITING
    return StartRefusal.CODE if sitting.code and seat.arrived_at is None else None


_REACHES = sa.or_(
    ExamAssignment.person_id == sa.bindparam("person"),
    ExamAssignment.unit_id.in_(sa.bindparam("units", expanding=True)),
)
_ASSIGNED = sa.exists(
    sa.select(ExamAssignment.id).where(ExamAssignment.exam_id == Exam.id, _REACHES).correlate(Exam)
)
_GIVEN_TO_GROUP = (
    sa.select(
        sa.func.max(GroupAllowance.minutes).label("minutes"),
        sa.func.max(GroupAllowance.attempts).label("attempts"),
        sa.func.min(GroupAllowance.opens_at).label("opens_at"),
        sa.func.max(GroupAllowance.closes_at).label("closes_at"),
        sa.func.max(sa.case((GroupAllowance.open_book, 1), else_=0)).label("open_book"),
    )
    .join(Person, Person.id == sa.bindparam("person"))
    .where(
        sa.or_(
            GroupAllowance.unit_id.is_(None),
            GroupAllowance.unit_id.in_(sa.bindparam("units", expanding=True)),
        ),
        sa.or_(GroupAllowance.born_by.is_(None), Person.born_on <= GroupAllowance.born_by),
    )
)
_GROUP = _GIVEN_TO_GROUP.where(GroupAllowance.exam_id == sa.bindparam("exam")).subquery("given_to_group")
_FORMS = (
    sa.select(
        sa.func.aggregate_strings(
            sa.cast(ExamForm.number, sa.Text) + ":" + sa.cast(ExamForm.paper_id, sa.Text), ","
        )
    )
    .where(ExamForm.exam_id == sa.bindparam("exam"))
    .scalar_subquery()
)
_ENTRY = (
    sa.select(
        Exam, _ASSIGNED.label("assigned"), _FORMS.label("forms"), Allowance, _GROUP, Seat, Sitting, Attempt
    )
    .select_from(Exam)
    .join(_GROUP, sa.true())
    .outerjoin(
        Allowance, sa.and_(Allowance.exam_id == Exam.id, Allowance.person_id == sa.bindparam("person"))
    )
    .outerjoin(Seat, sa.and_(Seat.exam_id == Exam.id, Seat.person_id == sa.bindparam("person")))
    .outerjoin(Sitting, Sitting.id == Seat.sitting_id)
    .outerjoin(Attempt, sa.and_(Attempt.exam_id == Exam.id, Attempt.person_id == sa.bindparam("person")))
    .where(Exam.id == sa.bindparam("exam"))
    .order_by(Attempt.number)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class Entry:
    """All that decides whether a person may start: one statement: ten thousand may start in a minute."""

    exam: Exam
    person_id: int
    assigned: bool
    forms: Mapping[int, int]  # number → paper
    terms: Terms
    attempts: tuple[Attempt, ...]  # trials too, oldest first


def entry(exam_id: int, person_id: int, unit_path: str) -> Entry | None:
    """None: no such exam. Quizzes are open to everyone."""
    facts = {"exam": exam_id, "person": person_id, "units": ancestors(unit_path)}
    rows = db.session.execute(_ENTRY, facts).all()
    if not rows:
        return None
    row = rows[0]
    return Entry(
        exam=row.Exam,
        person_id=person_id,
        assigned=row.assigned or row.Exam.kind == "quiz",
        forms=_forms(row.forms),
        terms=Terms(together(given(row.Allowance), given(row)), row.Seat, row.Sitting),
        attempts=tuple(row.Attempt for row in rows if row.Attempt is not None),
    )


def _forms(told: str | None) -> dict[int, int]:
    pairs = (pair.split(":") for pair in (told or "").split(",") if pair)
    return {int(number): int(paper) for number, paper in pairs}


def given(row: Any) -> Given:
    """What a row of allowances gives, one person's or a group's; nothing where there is none."""
    if row is None:
        return Given()
    minutes = timedelta(minutes=row.minutes or 0)
    return Given(minutes, row.attempts or 0, row.opens_at, row.closes_at, bool(row.open_book))


def terms_of(exam_ids: Collection[int], person_id: int, unit_path: str) -> dict[int, Terms]:
    """By exam, where there are any; three statements."""
    mine = sa.select(Allowance).where(Allowance.person_id == person_id, Allowance.exam_id.in_(exam_ids))
    ours = (
        _GIVEN_TO_GROUP.add_columns(GroupAllowance.exam_id)
        .where(GroupAllowance.exam_id.in_(exam_ids))
        .group_by(GroupAllowance.exam_id)
    )
    seats = (
        sa.select(Seat, Sitting).join(Sitting).where(Seat.person_id == person_id, Seat.exam_id.in_(exam_ids))
    )
    facts = {"person": person_id, "units": ancestors(unit_path)}
    own = {row.exam_id: given(row) for row in db.session.scalars(mine)}
    group = {row.exam_id: given(row) for row in db.session.execute(ours, facts)}
    placed = {seat.exam_id: (seat, sitting) for seat, sitting in db.session.execute(seats)}
    return {
        exam_id: Terms(
            together(own.get(exam_id, Given()), group.get(exam_id, Given())),
            *placed.get(exam_id, (None, None)),
        )
        for exam_id in {*own, *group, *placed}
    }


def reached() -> sa.Select[int]:
    """Ids of the persons whom the groups with terms of their own reach, by unit and birthday."""
    chosen = aliased(Unit)
    return (
        sa.select(Person.id)
        .select_from(GroupAllowance)
        .outerjoin(chosen, chosen.id == GroupAllowance.unit_id)
        .join(Unit, sa.or_(chosen.id.is_(None), under(chosen.path)))
        .join(Person, Person.unit_id == Unit.id)
        .where(sa.or_(GroupAllowance.born_by.is_(None), Person.born_on <= GroupAllowance.born_by))
    )


def is_assigned(exam: Exam, person_id: int, unit_path: str) -> bool:
    found = entry(exam.id, person_id, unit_path)
    return found is not None and found.assigned
