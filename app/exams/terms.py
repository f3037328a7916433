"""What groups and single persons get beyond an exam's rules. Each act has a reason and is written down.

It holds for attempts that begin from then on: whoever is sitting gets minutes (`invigilating`).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.audit.service import record
from app.domain.attempts import years_on
from app.exams import service
from app.exams.manage_queries import entries
from app.exams.models import Exam, GroupAllowance
from app.people.models import Person, Unit
from app.people.queries import under
from app.web import clock
from app.web.db import db


@dataclass(frozen=True)
class GroupFacts:
    """For whom, and what: to be both in the unit and born by the day where both are said."""

    unit_id: int | None
    born_by: date | None
    minutes: int
    attempts: int
    opens_at: datetime | None
    closes_at: datetime | None
    open_book: bool
    reason: str


def born_by(exam: Exam, age: int) -> date:
    """The last birthday of who is so old on the day of the exam."""
    return years_on(clock.day(exam.opens_at), -age)


def group_name(unit: Unit | None, by: date | None) -> str:
    born = f"{by} 及以前出生的人" if by else "全体人员"
    return f"{unit.name}（含下属）{born}" if unit else born


@dataclass(frozen=True)
class Group:
    """What a group gets, and how many of the exam's candidates it reaches."""

    given: GroupAllowance
    unit: Unit | None
    people: int

    @property
    def name(self) -> str:
        return group_name(self.unit, self.given.born_by)


def groups(exam: Exam, paths: Sequence[str]) -> list[Group]:
    """One statement; people counted within the subtrees."""
    chosen, entry = aliased(Unit), entries([exam.id], paths)
    reached = (
        sa.select(sa.func.count())
        .select_from(entry)
        .join(Person, Person.id == entry.c.person_id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(
            sa.or_(GroupAllowance.unit_id.is_(None), under(chosen.path)),
            sa.or_(GroupAllowance.born_by.is_(None), Person.born_on <= GroupAllowance.born_by),
        )
        .correlate(GroupAllowance, chosen)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(GroupAllowance, chosen, reached)
        .outerjoin(chosen, chosen.id == GroupAllowance.unit_id)
        .where(GroupAllowance.exam_id == exam.id)
        .order_by(GroupAllowance.id)
    )
    return [Group(*row) for row in rows]


def unknown_birthdays(exam: Exam, paths: Sequence[str]) -> int:
    """Candidates whose day of birth is not known: no age group reaches them."""
    entry = entries([exam.id], paths)
    rows = (
        sa.select(sa.func.count())
        .select_from(entry)
        .join(Person, Person.id == entry.c.person_id)
        .where(Person.born_on.is_(None))
    )
    return db.session.scalar(rows) or 0


def give_group(exam: Exam, facts: GroupFacts, unit: Unit | None) -> GroupAllowance:
    made = GroupAllowance(exam_id=exam.id, **asdict(facts))
    db.session.add(made)
    db.session.flush()
    whom = group_name(unit, facts.born_by)
    summary = f"给考试“{exam.title}”的{whom}单独安排：{facts.reason}"
    record("exam.arrange", f"exam:{exam.id}", summary, after=asdict(facts))
    return made


def take_back(exam: Exam, group: Group) -> None:
    """Attempts that have begun keep what they began with."""
    before = {name: getattr(group.given, name) for name in GroupFacts.__dataclass_fields__}
    db.session.delete(group.given)
    db.session.flush()
    summary = f"取消考试“{exam.title}”给{group.name}的单独安排"
    record("exam.arrange", f"exam:{exam.id}", summary, before=before)


@dataclass(frozen=True)
class OwnFacts:
    """What one person gets besides minutes and attempts, which are given by and by."""

    opens_at: datetime | None
    closes_at: datetime | None
    open_book: bool


def give_person(exam: Exam, person: Person, facts: OwnFacts, reason: str) -> None:
    allowance = service.locked_allowance(exam.id, person.id)
    before = {name: getattr(allowance, name) for name in asdict(facts)}
    for name, value in asdict(facts).items():
        setattr(allowance, name, value)
    db.session.flush()
    record(
        "exam.arrange",
        f"person:{person.id}",
        f"给{person.name}在考试“{exam.title}”中单独安排：{reason}",
        before=before,
        after={"exam": exam.id, **asdict(facts), "reason": reason},
    )
