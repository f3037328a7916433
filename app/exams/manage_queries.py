"""What staff read: exams and their numbers, assignments, blueprints; persons only within given subtrees."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import aliased

from app.exams.models import Allowance, Attempt, Blueprint, Exam, ExamAssignment
from app.people.models import Person, Unit
from app.people.queries import under, within
from app.web.db import db
from app.web.paging import paginate


class Window(StrEnum):
    """Where an exam stands."""

    UPCOMING = "upcoming"
    RUNNING = "running"
    ENDED = "ended"


def window(exam: Exam, now: datetime) -> Window:
    if now < exam.opens_at:
        return Window.UPCOMING
    return Window.RUNNING if now < exam.closes_at else Window.ENDED


def in_window(which: Window, now: datetime) -> sa.ColumnElement[bool]:
    """Condition on Exam: it stands there."""
    match which:
        case Window.UPCOMING:
            return Exam.opens_at > now
        case Window.RUNNING:
            return sa.and_(Exam.opens_at <= now, Exam.closes_at > now)
        case Window.ENDED:
            return Exam.closes_at <= now


def exams_page(text: str, which: Window | None, now: datetime, page: int) -> Pagination:
    """Timed exams, the last to open first."""
    rows = sa.select(Exam).where(Exam.kind == "exam").order_by(Exam.opens_at.desc(), Exam.id.desc())
    if text:
        rows = rows.where(Exam.title.icontains(text, autoescape=True))
    if which is not None:
        rows = rows.where(in_window(which, now))
    return paginate(rows, page)


def timed_exams() -> Sequence[Exam]:
    return db.session.scalars(
        sa.select(Exam).where(Exam.kind == "exam").order_by(Exam.opens_at.desc(), Exam.id.desc())
    ).all()


def entries(exam_ids: Collection[int], paths: Iterable[str]) -> sa.Subquery:
    """(exam_id, person_id) of who is to sit, and of who has sat though no longer assigned or active."""
    assigned_unit, paths = aliased(Unit), tuple(paths)
    by_unit = (
        sa.select(ExamAssignment.exam_id, Person.id.label("person_id"))
        .join(assigned_unit, assigned_unit.id == ExamAssignment.unit_id)
        .join(Unit, under(assigned_unit.path))
        .join(Person, Person.unit_id == Unit.id)
        .where(ExamAssignment.exam_id.in_(exam_ids), Person.active, within(paths))
    )
    by_person = (
        sa.select(ExamAssignment.exam_id, Person.id)
        .join(Person, Person.id == ExamAssignment.person_id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(ExamAssignment.exam_id.in_(exam_ids), Person.active, within(paths))
    )
    sat = (
        sa.select(Attempt.exam_id, Person.id)
        .join(Person, Person.id == Attempt.person_id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Attempt.exam_id.in_(exam_ids), Attempt.trial.is_(False), within(paths))
    )
    return sa.union(by_unit, by_person, sat).subquery("entry")


@dataclass(frozen=True)
class Counts:
    """How many are to sit an exam, have begun, and sit now."""

    entrants: int = 0
    started: int = 0
    sitting: int = 0

    @property
    def not_started(self) -> int:
        return self.entrants - self.started

    @property
    def handed_in(self) -> int:
        return self.started - self.sitting


def counts(exam_ids: Collection[int], paths: Iterable[str]) -> dict[int, Counts]:
    """By exam id, for every id; one statement."""
    entry = entries(exam_ids, paths)
    begun = (
        sa.select(
            Attempt.exam_id,
            Attempt.person_id,
            sa.func.max(sa.case((Attempt.submitted_at.is_(None), 1), else_=0)).label("open"),
        )
        .where(Attempt.exam_id.in_(exam_ids), Attempt.trial.is_(False))
        .group_by(Attempt.exam_id, Attempt.person_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(
            entry.c.exam_id,
            sa.func.count(),
            sa.func.count(begun.c.person_id),
            sa.func.coalesce(sa.func.sum(begun.c.open), 0),
        )
        .select_from(entry)
        .outerjoin(begun, sa.and_(begun.c.exam_id == entry.c.exam_id, begun.c.person_id == entry.c.person_id))
        .group_by(entry.c.exam_id)
    )
    found = {exam_id: Counts(entrants, started, sitting) for exam_id, entrants, started, sitting in rows}
    return {exam_id: found.get(exam_id, Counts()) for exam_id in exam_ids}


def allowance(exam_id: int, person_id: int) -> Allowance | None:
    return db.session.get(Allowance, (exam_id, person_id))


def blueprints() -> Sequence[Blueprint]:
    return db.session.scalars(sa.select(Blueprint).order_by(Blueprint.title, Blueprint.id)).all()


@dataclass(frozen=True)
class Assigned:
    """An assignment: to `unit` with everything below it, or to `person`, whose unit it then is."""

    assignment: ExamAssignment
    unit: Unit
    person: Person | None

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.unit.name


def assignments(exam_id: int, paths: Iterable[str]) -> list[Assigned]:
    """Those within the subtrees, units first."""
    rows = db.session.execute(
        sa.select(ExamAssignment, Unit, Person)
        .outerjoin(Person, Person.id == ExamAssignment.person_id)
        .join(Unit, Unit.id == sa.func.coalesce(ExamAssignment.unit_id, Person.unit_id))
        .where(ExamAssignment.exam_id == exam_id, within(paths))
        .order_by(ExamAssignment.unit_id.is_(None), Unit.path, Person.name, ExamAssignment.id)
    )
    return [Assigned(row, unit, person) for row, unit, person in rows]


def assignment_count(exam_id: int) -> int:
    """Everywhere, not only within one's own units."""
    rows = sa.select(sa.func.count()).where(ExamAssignment.exam_id == exam_id)
    return db.session.scalar(rows) or 0


def has_sat(exam_id: int, person_id: int) -> bool:
    found = sa.select(Attempt.id).where(
        Attempt.exam_id == exam_id, Attempt.person_id == person_id, Attempt.trial.is_(False)
    )
    return db.session.scalar(found.limit(1)) is not None
